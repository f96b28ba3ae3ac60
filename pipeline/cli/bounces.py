"""`city-digest bounces`: what mail servers and readers send back."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterator, Sequence
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.session import Session, describe_counts, hold, json_option, report
from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from pipeline.config import Workspace
    from pipeline.deliver.bounces import Tally
    from pipeline.deliver.mailboxes import ImapFolder

PASSWORD = "CITY_DIGEST_IMAP_PASSWORD"  # noqa: S105 - the name of a variable
IMAPS_PORT = 993  # RFC 8314, 3.2


@click.group("bounces")
def command() -> None:
    """Reads what mail servers and readers send back."""


@command.command("import")
@click.argument("paths", nargs=-1, metavar="PATH...", type=click.Path(allow_dash=True, path_type=Path))
@click.option("--imap", "server", default="", metavar="HOST[:PORT]", help="Also a mailbox on this server, over TLS.")
@click.option("--imap-user", default="", metavar="NAME", help="Who logs in there.")
@click.option("--imap-folder", default="INBOX", show_default=True, metavar="NAME", help="Which folder is read.")
@click.option("--imap-days", default=30, show_default=True, type=click.IntRange(1), help="How far back it is read.")
@click.option(
    "--imap-password-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Holds the password, if the variable {PASSWORD} does not.",
)
@click.option(
    "--imap-ca-file",
    default="",
    type=click.Path(dir_okay=False),
    help="Certificates that vouch for the server. Default: the system's.",
)
@click.option("--dry-run", is_flag=True, help="Says what would happen, and changes nothing.")
@json_option
@click.pass_obj
def import_bounces(
    session: Session,
    paths: tuple[Path, ...],
    server: str,
    imap_user: str,
    imap_folder: str,
    imap_days: int,
    imap_password_file: Path | None,
    imap_ca_file: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Takes reports of mail that was not delivered, complaints, and opt-outs by mail; all else is passed over.

    PATH is an mbox, a Maildir, a folder of .eml files, one message, or - for standard input. Nothing is changed there, and
    what was taken before is not taken again. A reader whose mailbox does not exist is suspended at once, one whose last
    three issues came back for other reasons likewise; who left or complained gets no more.
    """
    workspace = session.open()
    if not paths and not server:
        raise click.UsageError("Name a mailbox: a PATH, - or --imap.")
    folder = None
    if server:
        since = workspace.clock() - dt.timedelta(days=imap_days)
        folder = _imap_folder(server, imap_user, imap_folder, since, _password(imap_password_file), imap_ca_file)
    with hold(workspace, "bounces import"):
        done = _take(workspace, _messages(paths, folder), dry_run=dry_run)
    data = {"messages": done.messages, "counts": done.counts, "suspended": done.suspended, "dry_run": dry_run}
    would = "would be " if dry_run else ""
    text = f"{done.messages} messages: {describe_counts(done.counts)}; {done.suspended} readers {would}suspended"
    report(data, text, as_json=as_json)


def _take(workspace: Workspace, messages: Iterator[bytes], *, dry_run: bool) -> Tally:
    from pipeline.deliver.bounces import take_returned
    from pipeline.deliver.keys import open_keys
    from pipeline.deliver.sends import append_send
    from pipeline.model import Delivery
    from pipeline.store.opening import open_library, open_register

    library = open_library(workspace)

    def record(row: Delivery) -> None:
        append_send(workspace.sends, row)
        library.save_delivery(row)

    return take_returned(
        messages,
        keys=open_keys(workspace.keys),
        ledger=library,
        register=open_register(workspace),
        journal=workspace.opt_outs,
        record=record,
        now=workspace.clock(),
        dry_run=dry_run,
    )


def _messages(paths: Sequence[Path], folder: ImapFolder | None) -> Iterator[bytes]:
    from pipeline.deliver.mailboxes import messages_in, messages_on, split

    for path in paths:
        yield from split(sys.stdin.buffer) if str(path) == "-" else messages_in(path)
    if folder:
        yield from messages_on(folder)


def _imap_folder(server: str, user: str, folder: str, since: dt.datetime, password: str, ca_file: str) -> ImapFolder:
    from pipeline.deliver.mailboxes import ImapFolder

    host, _, port = server.partition(":")
    if not user or not host or not (port or str(IMAPS_PORT)).isdigit():
        raise click.UsageError("Write --imap HOST or HOST:PORT, and --imap-user.")
    if not (folder.isascii() and folder.isprintable()) or set(folder) & set('"\\'):
        raise click.UsageError("--imap-folder must be ASCII without quotes (others are written in modified UTF-7).")
    day = format_datetime(since)[5:16].replace(" ", "-")  # in English, whatever language the system speaks
    return ImapFolder(host, int(port or IMAPS_PORT), user, password, folder, day, ca_file)


def _password(file: Path | None) -> str:
    if file is None:
        if password := os.environ.get(PASSWORD, ""):
            return password
        raise ConfigurationError(f"--imap needs a password: in the variable {PASSWORD}, or --imap-password-file.")
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"--imap-password-file {file} cannot be read: {error}") from None
