"""`city-digest search`: articles by words in any script."""

from __future__ import annotations

import datetime as dt

import click

from pipeline.cli.session import Session, json_option, print_json


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--language", default="", metavar="TAG", help="Only this language, e.g. ja or zh-Hant.")
@click.option("--city", default="", metavar="ID", help="Only articles about this city, e.g. geonames:1792947.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="Only articles dated on or after this day."
)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@json_option
@click.pass_obj
def command(
    session: Session,
    words: tuple[str, ...],
    language: str,
    city: str,
    since: dt.datetime | None,
    limit: int,
    as_json: bool,
) -> None:
    """Finds articles that hold every word, newest first; exact in Japanese and Chinese too."""
    import msgspec

    from pipeline.store.opening import open_library

    workspace = session.open()
    found = open_library(workspace).search(
        " ".join(words),
        language=language,
        city=city,
        since=since.replace(tzinfo=workspace.zone) if since else None,
        limit=limit,
    )
    if as_json:
        print_json({"found": msgspec.to_builtins(found)})
        return
    for hit in found:
        click.echo(f"{hit.dated:%Y-%m-%d}  {hit.language:8} {hit.source_id:20} {hit.title}\n            {hit.url}")
    if not found:
        click.echo("Nothing found.", err=True)
