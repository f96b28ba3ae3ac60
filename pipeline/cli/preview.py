"""`city-digest preview`: letters as readers get them, in files."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.session import Session, json_option, print_json

if TYPE_CHECKING:
    from pipeline.config import Workspace
    from pipeline.model import Choices, Envelope, Reader


@click.command("preview")
@click.option("--issue", "week", default="", metavar="WEEK", help="E.g. 2026-W47. Default: the last.")
@click.option("--edition", default="", metavar="CODE", help="Only of this edition, such as ja.")
@click.option(
    "--reader", "reader_id", default="", metavar="ID", help="The letter to this reader, with their own links."
)
@click.option("--city", "cities", multiple=True, help="As to one who chose this city, id or name; may be repeated.")
@click.option("--network", "networks", multiple=True, help="Likewise a network.")
@click.option("--theme", "themes", multiple=True, help="Likewise a theme.")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="Default: letters/.")
@json_option
@click.pass_obj
def command(
    session: Session,
    week: str,
    edition: str,
    reader_id: str,
    cities: tuple[str, ...],
    networks: tuple[str, ...],
    themes: tuple[str, ...],
    folder: Path | None,
    as_json: bool,
) -> None:
    """Writes the letters of an issue that is out, each as .eml, .html and .txt. Nothing is sent.

    'city-digest issue preview' shows the coming issue.
    """
    from pipeline import weekly
    from pipeline.store.opening import open_inbox, open_library

    workspace = session.open()
    if reader_id and (edition or cities or networks or themes):
        raise click.UsageError("--reader names one who has an edition and choices: give no others beside it.")
    if edition and edition not in (known := workspace.settings.digest.editions):
        raise click.UsageError(f"--edition {edition}: digest.editions has {', '.join(known)}")
    choices = _find_choices(cities, networks, themes)
    readers = [_find_reader(workspace, reader_id)] if reader_id else _invent_readers(workspace, edition, choices)
    shelf = weekly.fill_shelf(workspace, open_library(workspace), open_inbox(workspace).health())
    issue = weekly.choose_issues(shelf.issues, (week,) if week else ())[0]
    mailroom, folder = weekly.Mailroom(workspace, shelf), folder or workspace.letters
    files: list[Path] = []
    for reader in readers:
        envelope = mailroom.write(reader, weekly.invent_delivery(workspace, issue.week, reader))
        kind = f"-{reader.id}" if reader_id else "-chosen" if reader.choices != weekly.NO_CHOICES else ""
        files += _write(envelope, folder / f"{issue.week}-{reader.edition}{kind}")
    if as_json:
        print_json({"week": issue.week, "files": [str(file) for file in files]})
        return
    for file in files:
        click.echo(str(file))


def _find_choices(cities: tuple[str, ...], networks: tuple[str, ...], themes: tuple[str, ...]) -> Choices:
    from pipeline.deliver.readers import find_choices

    try:
        return find_choices({"cities": cities, "networks": networks, "themes": themes})
    except ValueError as error:
        raise click.ClickException(str(error)) from None


def _find_reader(workspace: Workspace, reader_id: str) -> Reader:
    from pipeline.store.opening import open_register

    reader = open_register(workspace).get(reader_id)
    if reader is None:
        raise click.ClickException(f"--reader {reader_id}: there is no such reader; see 'city-digest reader list'")
    if reader.edition not in (known := workspace.settings.digest.editions):
        raise click.ClickException(
            f"--reader {reader_id} has the edition {reader.edition}: digest.editions has {', '.join(known)}"
        )
    return reader


def _invent_readers(workspace: Workspace, edition: str, choices: Choices) -> list[Reader]:
    from pipeline.weekly import invent_reader

    editions = (edition,) if edition else workspace.settings.digest.editions
    return [invent_reader(workspace, code, choices=choices) for code in editions]


def _write(envelope: Envelope, stem: Path) -> list[Path]:
    """The message and its two parts, as a mail program shows them."""
    from pipeline.files import replace_file

    text, html = email.message_from_bytes(envelope.message, policy=email.policy.default).iter_parts()
    bodies = {
        ".eml": envelope.message,
        ".html": html.get_content().replace("\r\n", "\n").encode(),
        ".txt": text.get_content().replace("\r\n", "\n").encode(),
    }
    for suffix, body in bodies.items():
        replace_file(stem.with_name(stem.name + suffix), body, staging=stem.parent, durable=False)
    return [stem.with_name(stem.name + suffix) for suffix in bodies]
