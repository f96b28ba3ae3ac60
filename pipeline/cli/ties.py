"""`city-digest ties`: which cities are tied, from a table or from Wikidata."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.session import EXIT_PARTIAL, Session, hold, json_option, print_json, progress, report
from pipeline.version import __version__

if TYPE_CHECKING:
    from pipeline.config import Workspace
    from pipeline.knowledge.gazetteer import Gazetteer
    from pipeline.knowledge.ties import Ties
    from pipeline.model import CompleteTies, Tie
    from pipeline.store.library import Library


@click.group("ties")
def command() -> None:
    """Shows and completes the table of sister cities, friendship cities and memoranda."""


# ----------------------------------------------------------------------------------------------------------------- list


@command.command("list")
@click.argument("city", required=False, default="")
@json_option
@click.pass_obj
def list_ties(session: Session, city: str, as_json: bool) -> None:
    """Every tie that is known, or those of CITY: kind, beginning and end, both cities, the page that says so.

    CITY is an id or a name, where needed with its country: "Kobe", "神戸市", "Portland, OR, US".
    """
    from pipeline.store.opening import open_library
    from pipeline.weekly import open_ties

    ties = open_ties(open_library(session.open()))
    wanted = _find_city(city) if city else ""
    rows = ties.of(wanted) if wanted else ties.rows
    complete = [row for row in ties.complete if wanted in ("", row.city)]
    if as_json:
        print_json(
            {"ties": [_describe(tie) for tie in rows], "complete": [_describe_complete(row) for row in complete]}
        )
        return
    for tie in rows:
        click.echo(_line(tie, first=wanted))
    for row in complete:
        click.echo(f"every {f'{row.kind} tie' if row.kind else 'tie'} of {_name(row.city)} is known: {row.source}")
    if wanted and not rows:
        click.echo(
            f"no tie of {_name(wanted)} is known; 'city-digest ties import' and 'ties refresh' add some.", err=True
        )


def _find_city(text: str) -> str:
    """The id of the one city that is meant. Raises ClickException where there is none, or more than one."""
    from pipeline.knowledge.gazetteer import describe

    found = _gazetteer().find(text)
    if not found:
        raise click.ClickException(
            f"no city is known as {text!r}. Write its id, or its name with its country: Kobe, JP"
        )
    if len(found) > 1:
        shown = "\n".join(f"  {describe(one)}" for one in found[:12])
        raise click.ClickException(f"{text!r} can be {len(found)} cities. Name one by its id:\n{shown}")
    return found[0].id


def _gazetteer() -> Gazetteer:
    from pipeline.knowledge.gazetteer import load_gazetteer
    from pipeline.knowledge.lexicon import load_lexicon

    return load_gazetteer(load_lexicon())


def _name(city: str) -> str:
    from pipeline.knowledge.lexicon import load_lexicon

    known = load_lexicon().cities.get(city)
    return f"{known.names['en']}, {known.country}" if known else city


def _line(tie: Tie, *, first: str = "") -> str:
    """One tie in a line, seen from `first`."""
    a, b = (tie.b, tie.a) if first == tie.b else (tie.a, tie.b)
    span = f"{tie.since or '?'} to {tie.until}" if tie.until else f"{tie.since or '?'}"
    return f"{tie.kind:10}  {span:24}  {_name(a)} - {_name(b)}  {tie.source}"


def _describe(tie: Tie) -> dict[str, Any]:
    import msgspec

    stated: dict[str, Any] = msgspec.to_builtins(tie)
    return {"since": "", "until": ""} | stated | {"names": [_name(tie.a), _name(tie.b)]}


def _describe_complete(row: CompleteTies) -> dict[str, Any]:
    import msgspec

    stated: dict[str, Any] = msgspec.to_builtins(row)
    return {"kind": ""} | stated | {"name": _name(row.city)}


# --------------------------------------------------------------------------------------------------------------- import


@command.command("import")
@click.argument("file", metavar="FILE.csv", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Says what would be kept, and keeps nothing.")
@json_option
@click.pass_obj
def import_table(session: Session, file: Path, dry_run: bool, as_json: bool) -> None:
    """Takes the ties of a table; a tie of the same two cities and kind that was known is replaced.

    The first line names the columns: a,b,kind,since,until,source,retrieved, or city,kind,source,retrieved for cities of which every
    tie of that kind is known (of every kind, where it is empty). Cities are ids or names; any fault is told with its line and
    column, and then nothing is taken.
    """
    from pipeline.knowledge.tie_table import read_tie_table
    from pipeline.store.opening import open_library
    from pipeline.weekly import open_ties

    workspace = session.open()
    try:
        data = file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}") from None
    today = workspace.clock().astimezone(workspace.zone).date()
    table = read_tie_table(data, _gazetteer().find, name=str(file), today=today)
    with hold(workspace, "ties import"):
        library = open_library(workspace)
        known = open_ties(library)
        new = [tie for tie in table.ties if not any(one.kind is tie.kind for one in known.between(tie.a, tie.b))]
        changed = [tie for tie in table.ties if tie not in new and tie not in known.rows]
        if not dry_run:
            library.save_ties(table.ties, table.complete)
    data_out = {
        "added": len(new),
        "changed": len(changed),
        "same": len(table.ties) - len(new) - len(changed),
        "complete": len(table.complete),
        "dry_run": dry_run,
    }
    if dry_run and not as_json:
        _show(new, changed)
    report(
        data_out,
        f"{len(new)} ties added, {len(changed)} changed, {data_out['same']} as they were"
        f"{f'; {len(table.complete)} complete lists' if table.complete else ''}{' (dry run)' if dry_run else ''}",
        as_json=as_json,
    )


def _show(new: Iterable[Tie], changed: Iterable[Tie]) -> None:
    for word, ties in (("add", new), ("change", changed)):
        for tie in ties:
            click.echo(f"{word:7} {_line(tie)}")


# -------------------------------------------------------------------------------------------------------------- refresh


@command.command("refresh")
@click.option("--dry-run", is_flag=True, help="Asks, says what would be kept, and keeps nothing.")
@click.option(
    "--endpoint",
    default="",
    metavar="URL",
    help="A SPARQL endpoint with Wikidata's vocabulary. Default: Wikidata's own.",
)
@json_option
@click.pass_obj
def refresh(session: Session, dry_run: bool, endpoint: str, as_json: bool) -> int:
    """Asks Wikidata for the ties of every city that the library mentions or that has a known tie.

    What it does not know stays as it is, and so does every tie that another page is named for: where that page and Wikidata
    disagree, both are shown. Exit code 3 if only a part of the cities could be asked for.
    """
    from pipeline.errors import ServiceError
    from pipeline.store.opening import open_library

    workspace = session.open()
    with hold(workspace, "ties refresh"):
        library = open_library(workspace)
        refreshed = _Refresh(workspace, library, dry_run=dry_run)
        failure = ""
        try:
            refreshed.run(endpoint)
        except ServiceError as error:
            if not refreshed.asked:
                raise
            failure = str(error)
    if failure:
        click.echo(f"city-digest: {failure} What came before is kept; run it again for the rest.", err=True)
    if not as_json:
        if dry_run:
            _show(refreshed.added, refreshed.changed)
        for known, found in refreshed.disputed:
            click.echo(f"differs {_line(known)}\n        {_line(found)}")
    report(refreshed.data(), refreshed.text(), as_json=as_json)
    return EXIT_PARTIAL if failure else 0


class _Refresh:
    """One refresh and what it brought so far; every batch is kept as it comes."""

    def __init__(self, workspace: Workspace, library: Library, *, dry_run: bool) -> None:
        from pipeline.weekly import open_ties

        self.workspace = workspace
        self.library = library
        self.dry_run = dry_run
        self.ties: Ties = open_ties(library)
        self.added: list[Tie] = []
        self.changed: list[Tie] = []
        self.disputed: list[tuple[Tie, Tie]] = []
        self.asked = self.kept = self.elsewhere = self.unsure = 0

    def run(self, endpoint: str) -> None:
        from pipeline.config import check_contact
        from pipeline.engines import wikidata
        from pipeline.knowledge.lexicon import load_lexicon
        from pipeline.model import TagKind

        if endpoint and not endpoint.startswith(("https://", "http://")):
            raise click.UsageError(f"--endpoint {endpoint}: write an address, https://...")
        check_contact(self.workspace)
        client = wikidata.Wikidata(
            user_agent=f"city-digest/{__version__} (+{self.workspace.settings.crawl.contact})",
            endpoint=endpoint or wikidata.ENDPOINT,
        )
        mentioned = self.library.tagged(TagKind.CITY)
        cities = {*mentioned, *(city for tie in self.ties.rows for city in (tie.a, tie.b))}
        today = self.workspace.clock().astimezone(self.workspace.zone).date()
        with progress("ties") as advance:
            for found in client.find_ties(cities, load_lexicon().cities, today):
                self._take(found.ties)
                self.asked += len(found.asked)
                self.elsewhere += found.elsewhere
                self.unsure += found.unsure
                advance(self.asked, len(cities))

    def _take(self, ties: Iterable[Tie]) -> None:
        from pipeline.engines.wikidata import merge

        merged = merge(ties, self.ties)
        fresh = (*merged.added, *merged.changed)
        if fresh and not self.dry_run:
            self.library.save_ties(fresh)
        self.ties = self.ties.with_rows(fresh)
        self.added += merged.added
        self.changed += merged.changed
        self.disputed += merged.disputed
        self.kept += merged.kept

    def data(self) -> dict[str, Any]:
        return {
            "asked": self.asked,
            "added": len(self.added),
            "changed": len(self.changed),
            "kept": self.kept,
            "elsewhere": self.elsewhere,
            "unsure": self.unsure,
            "disputed": [{"known": _describe(known), "found": _describe(found)} for known, found in self.disputed],
            "dry_run": self.dry_run,
        }

    def text(self) -> str:
        return (
            f"{self.asked} cities asked for: {len(self.added)} ties added, {len(self.changed)} changed, {self.kept} as they "
            f"were; {self.elsewhere} with places that are not in the lexicon, {self.unsure} without a usable date"
            + (" (dry run)" if self.dry_run else "")
        )
