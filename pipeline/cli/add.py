"""`city-digest add`: one article that a person found."""

from __future__ import annotations

import click

from pipeline.cli.session import Session, json_option, print_json
from pipeline.cli.source import call


@click.command("add")
@click.argument("url")
@click.option("--source", default="", metavar="ID", help="Counts it to this source. Default: the one whose host it is.")
@json_option
@click.pass_obj
def command(session: Session, url: str, source: str, as_json: bool) -> int:
    """Fetches one article found by hand, as politely as a crawl, and keeps its page for the stages.

    It counts to the source whose host it is on; if there is none, to "Added by hand", which has no label. Exit code 1 if
    the page could not be had; the reason is kept and said.
    """
    result = call(session, "add", url, *(["--source", source] if source else []), network=True)
    if as_json:
        print_json(result)
    elif not result["new"]:
        click.echo(f"{result['url']} is kept already, from source {result['source']}.")
    elif result["state"] == "fetched":
        click.echo(
            f"Kept {result['url']} ({result['bytes']} bytes) as an article of {result['source']}. "
            "'city-digest process' makes an article of it, 'city-digest explain URL' says what became of it."
        )
    else:
        click.echo(f"{result['url']} could not be fetched: {result['detail']} ({result['reason']}).", err=True)
    return int(result.get("exit_code", 0))
