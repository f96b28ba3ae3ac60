"""`city-digest source`: finding, checking, recording and choosing sources. The work is done by the crawler's own process."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from pipeline.cli.child import Event, run_child
from pipeline.cli.session import Session, hold, json_option, print_json
from pipeline.errors import CityDigestError, ConfigurationError, CrawlError, WorkspaceBusy
from pipeline.model import EvidenceKind, Kind, Label, Scope, SourceState

_SHOWN = 3  # items of a sample that a person is shown
_ERRORS: dict[int, type[CityDigestError]] = {75: WorkspaceBusy, 78: ConfigurationError}


@click.group("source")
def command() -> None:
    """Finds, checks and records sources, and says which of them are asked."""


@command.command("list")
@click.option(
    "--state",
    type=click.Choice([state.value for state in SourceState]),
    default=None,
    metavar="STATE",
    help="Only in this state: candidate, active, declined or dead.",
)
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in Kind]),
    default=None,
    metavar="KIND",
    help="Only of this kind: feed, sitemap, listing, wordpress, json_api or archive.",
)
@click.option(
    "--country", default="", metavar="CODE", help="Only of this country, such as JP; ZZ for international ones."
)
@click.option("--language", default="", metavar="CODE", help="Only in this language, such as ja.")
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in Scope]),
    default=None,
    metavar="SCOPE",
    help="Only topical or only general ones.",
)
@click.option(
    "--label",
    type=click.Choice([label.value for label in Label]),
    default=None,
    metavar="LABEL",
    help="Only with this label, such as official.",
)
@click.option(
    "--evidence",
    type=click.Choice([kind.value for kind in EvidenceKind]),
    default=None,
    metavar="KIND",
    help="Only those known this way, such as answered.",
)
@click.option("--family", default="", help="Only of this family of publishers.")
@click.option("--proposed", is_flag=True, help="Instead: hosts that searches led to and that no source reads.")
@json_option
@click.pass_obj
def list_(session: Session, /, *, proposed: bool, as_json: bool, **wanted: str | None) -> int:
    """Every source: state, kind, country, languages, labels, how it is known, and what is wrong with it."""
    if proposed:
        result = call(session, "proposals")
        rows = result["proposals"]
        if as_json:
            print_json(result)
            return 0
        _table(
            ("host", "links", "an example", "found by"),
            [
                (
                    f"{row['host']} (denied)" if row["denied"] else row["host"],
                    str(row["links"]),
                    row["example"],
                    ", ".join(row["source_ids"]),
                )
                for row in rows
            ],
        )
        click.echo(f"{len(rows)} hosts. To look at one: city-digest source probe URL")
        return 0
    rows = [row for row in call(session, "list")["sources"] if _fits(row, wanted)]
    if as_json:
        print_json({"sources": rows})
        return 0
    _table(
        ("id", "state", "kind", "country", "languages", "labels", "evidence", "problem"),
        [
            (
                *(row[key] for key in ("id", "state", "kind", "country")),
                " ".join(row["languages"]),
                " ".join(row["labels"]),
                row["evidence"],
                row["problem"],
            )
            for row in rows
        ],
    )
    states = [f"{sum(row['state'] == state.value for row in rows)} {state.value}" for state in SourceState]
    click.echo(f"{len(rows)} sources: {', '.join(states)}")
    return 0


def _fits(row: dict[str, Any], wanted: dict[str, str | None]) -> bool:
    for key in ("state", "kind", "scope", "evidence", "family"):
        if wanted[key] and row[key] != wanted[key]:
            return False
    if wanted["country"] and row["country"] != wanted["country"].upper():
        return False
    if wanted["label"] and wanted["label"] not in row["labels"]:
        return False
    language = (wanted["language"] or "").casefold()
    tags = [tag.casefold() for tag in row["languages"]]
    return not language or any(tag == language or tag.startswith(f"{language}-") for tag in tags)


@command.command("show")
@click.argument("source_id", metavar="ID")
@json_option
@click.pass_obj
def show(session: Session, source_id: str, as_json: bool) -> int:
    """Everything about one source: each key and the file it stands in, terms, evidence, health, what was recorded."""
    result = call(session, "show", source_id)
    if as_json:
        print_json(result)
        return 0
    rows: list[tuple[str, ...]] = [
        (key, _plain(entry["value"]), entry["origin"] or "default")
        for key, entry in result["keys"].items()
        if entry["origin"] or entry["value"] not in (None, "", [], {})
    ]
    _table(("key", "value", "from"), rows)
    if result["denied"]:
        click.echo(f"denied     {result['denied']}")
    health = result["health"]
    if health:
        answered, problem = health.get("last_ok") or "never", health.get("problem") or "none"
        click.echo(
            f"health     answered {answered}, newest item {health.get('newest') or 'not known'}, problem {problem}"
        )
    else:
        click.echo("health     never asked here")
    for name in ("sample", "recording"):
        found = result[name]
        day = found and (found.get("seen_on") or found.get("recorded_on"))
        click.echo(
            f"{name:10} {found['items']} items, {found['dated']} dated, of {found['start']}, {day}"
            if found
            else f"{name:10} none"
        )
    if result["sample"] or result["recording"]:
        click.echo(f"           in {result['folder']}")
    return 0


@command.command("probe")
@click.argument("address", metavar="URL|ID")
@click.option("--save", default="", metavar="ID", help="Writes the proposal into sources.d/ as a candidate of this id.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in Kind]),
    default=None,
    metavar="KIND",
    help="Proposes this kind, if found: feed, wordpress, json_api, listing or sitemap.",
)
@json_option
@click.pass_obj
def probe(session: Session, address: str, save: str, kind: str | None, as_json: bool) -> int:
    """Asks a site what it offers - feeds, sitemaps, WordPress, a list of articles - and proposes a source file.

    With the id of a source, asks that source, compares the answer with its file, and keeps a sample: what 'source enable'
    wants to see. At most 8 requests, as slow and as strict as a crawl; only what the site itself names is asked.
    """
    options = (["--save", save] if save else []) + (["--kind", kind] if kind else [])
    result = call(session, "probe", address, *options, network=True)
    if as_json:
        print_json(result)
    else:
        _print_probe(result)
    return int(result.get("exit_code", 0))


def _print_probe(result: dict[str, Any]) -> None:
    finds = result.get("finds", {})
    if finds.get("title") or finds.get("site_name"):
        click.echo(f"page       {finds['title']} ({finds['site_name']}; language {finds['language'] or 'not stated'})")
    for offer in result.get("offers", []):
        newest = f", newest {offer['newest'][:10]}" if offer.get("newest") else ""
        known = f"; source {offer['source']} reads it" if offer.get("source") else ""
        click.echo(
            f"{offer['kind']:10} {offer['start']}: {offer['items']} items, {offer['dated']} dated{newest}{known}"
        )
    looked = {offer["start"] for offer in result.get("offers", [])} | set(result.get("asked", []))
    for name in ("feeds", "sitemaps"):
        for address in result.get(name, []):
            if address not in looked:
                click.echo(f"{name[:-1]:10} {address}: named, not looked into")
    for refusal in result.get("refusals", []):
        click.echo(f"refused    {refusal['url']}: {refusal['detail']} ({refusal['reason']})", err=True)
    for difference in result.get("differences", []):
        click.echo(f"differs    {difference}")
    for item in result.get("sample", [])[:_SHOWN]:
        click.echo(f"item       {item['day'][:10] or item['date'] or 'no date'}  {item['title']}  {item['url']}")
    if result.get("nothing"):
        click.echo(f"Nothing to propose: {result['nothing']}", err=True)
    if result.get("toml"):
        click.echo("\n" + result["toml"])
    saved = result.get("saved")
    if saved:
        click.echo(f"Saved: {', '.join(saved.values())}\nTo switch it on: city-digest source enable {result['id']}")
    elif result.get("toml"):
        click.echo(f"To keep it: city-digest source probe {result['url']} --save {result['id']}")


@command.command("check")
@click.argument("source_id", metavar="[ID]", default="")
@click.option("--all", "everything", is_flag=True, help="Every source, shipped ones too.")
@json_option
@click.pass_obj
def check(session: Session, source_id: str, everything: bool, as_json: bool) -> int:
    """Says what is wrong with source files, and what their rules find in recorded pages. Asks nobody.

    Exit code 78 if a file is wrong, 3 if a recorded page is not read as it was or breaks what the file expects.
    """
    if bool(source_id) == everything:
        raise click.UsageError("Name one source, or write --all.")
    result = call(session, "check", *([source_id] if source_id else []))
    if as_json:
        print_json(result)
        return int(result["exit_code"])
    for problem in result["problems"]:
        click.echo(": ".join(part for part in (problem["file"], problem["key"], problem["why"]) if part))
    for found in result["recordings"]:
        links = f", {found['links_on_page']} links on the page" if found["links_on_page"] else ""
        click.echo(
            f"{found['id']}: {found['items']} items, {found['dated']:.0%} with a date{links}, recorded {found['recorded_on']}"
        )
        for breach in found.get("breaches", []):
            click.echo(f"{found['id']}: {breach}")
    click.echo(f"{result['files']} files, {len(result['problems'])} problems")
    return int(result["exit_code"])


@command.command("record")
@click.argument("source_id", metavar="ID")
@json_option
@click.pass_obj
def record(session: Session, source_id: str, as_json: bool) -> int:
    """Keeps a source's page of links and one article to test with, their prose replaced by filler of the same script."""
    result = call(session, "record", source_id, network=True)
    if as_json:
        print_json(result)
    elif result.get("nothing"):
        click.echo(f"Nothing was recorded: {result['nothing']}", err=True)
    else:
        click.echo(
            f"{result['items']} items, {result['dated']} dated; {', '.join(result['pages'])} in {result['folder']}\n"
            f"To read them with the source's rules: city-digest source check {source_id}"
        )
    return int(result.get("exit_code", 0))


@command.command("enable")
@click.argument("source_ids", nargs=-1, required=True, metavar="ID...")
@click.option("--unprobed", is_flag=True, help="Also sources that were never seen to answer here.")
@json_option
@click.pass_obj
def enable(session: Session, source_ids: tuple[str, ...], unprobed: bool, as_json: bool) -> int:
    """Has sources asked by every crawl from now on. Each must have been probed or recorded here."""
    result = call(session, "enable", *source_ids, *(["--unprobed"] if unprobed else []))
    if as_json:
        print_json(result)
        return 0
    for row in result["enabled"]:
        terms = row["terms"] or "not read; read them on the site, and note them in the file"
        click.echo(f"{row['id']} is active. Its terms: {terms} (shown: {row['show'].replace('_', ' ')})")
    return 0


@command.command("disable")
@click.argument("source_ids", nargs=-1, required=True, metavar="ID...")
@json_option
@click.pass_obj
def disable(session: Session, source_ids: tuple[str, ...], as_json: bool) -> int:
    """Has sources asked no more. What they gave stays."""
    result = call(session, "disable", *source_ids)
    if as_json:
        print_json(result)
        return 0
    for row in result["disabled"]:
        click.echo(
            f"{row['id']} was {row['was']}"
            + (" and is a candidate now." if row["was"] == "active" else "; it stays so.")
        )
    return 0


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.opml")
@json_option
@click.pass_obj
def import_(session: Session, file: Path, as_json: bool) -> int:
    """Takes the feeds of an OPML file, as feed readers export it, as candidates."""
    result = call(session, "import", str(file.resolve()))
    if as_json:
        print_json(result)
    else:
        for row in result["skipped"]:
            click.echo(f"left out   {row['title'] or row['url']}: {row['why']}")
        click.echo(f"{len(result['written'])} candidates written, {len(result['skipped'])} left out")
    return int(result.get("exit_code", 0))


@command.command("export")
@click.option(
    "--state",
    type=click.Choice([state.value for state in SourceState]),
    default=None,
    metavar="STATE",
    help="Only in this state: candidate, active, declined or dead.",
)
@click.pass_obj
def export(session: Session, state: str | None) -> int:
    """Writes the feeds as OPML on standard output. Sources of other kinds are left out: OPML knows feeds only."""
    result = call(session, "export", *(["--state", state] if state else []))
    click.echo(result["opml"])
    click.echo(f"{result['sources']} feeds written, {result['left_out']} sources of other kinds left out", err=True)
    return 0


# ------------------------------------------------------------------------------------------------------------- process


def call(session: Session, action: str, *words: str, network: bool = False) -> dict[str, Any]:
    """The report of `python -m crawler.curation.actions`.

    Args:
        network: it asks servers, so it has the workspace for itself, tells of its progress, and ends with this process.

    Raises:
        ConfigurationError, WorkspaceBusy, CrawlError: as it says itself.
    """
    workspace = session.open()
    if not network:
        return _call(session, workspace.root, action, words)
    with hold(workspace, f"source {action}"):
        return _call(session, workspace.root, action, (*words, "--progress", "--attached"))


def _call(session: Session, root: Path, action: str, words: tuple[str, ...]) -> dict[str, Any]:
    whole = ("--workspace", str(root), action, *words)
    found, code, said = run_child("crawler.curation.actions", *whole, flags=session.flags, hear=_tell)
    if not found:
        raise _ERRORS.get(code, CrawlError)(said or f"the crawler's process ended with code {code} and said nothing")
    return found


def _tell(event: Event) -> None:
    if event.get("event") == "ask" and sys.stderr.isatty():
        click.echo(f"asking {event['url']}", err=True)


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*header, box=None, header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    # By way of a text: Rich's console ends the process where its reader goes away.
    console = Console() if sys.stdout.isatty() else Console(width=200)
    with console.capture() as captured:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
