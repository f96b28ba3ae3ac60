"""`city-digest status`: how the sources fare and what lies where."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Any

import click

from pipeline.cli.session import EXIT_PARTIAL, Session, describe_counts, json_option, print_json
from pipeline.config import Workspace
from pipeline.model import SourceHealth, SourceSpec, SourceState

PLAIN_WIDTH = 160  # columns where nobody's terminal says how many there are: every line whole


@click.command("status")
@click.option("--source", "source_id", metavar="ID", default="", help="Everything about one source.")
@json_option
@click.pass_obj
def command(session: Session, source_id: str, as_json: bool) -> int:
    """Per source: when it last answered, how old its newest item is, how often it gives one, when it is asked next, and what is
    wrong with it. Exit code 3 if a source needs attention."""
    workspace = session.open()
    data = gather_status(workspace)
    if source_id:
        data["sources"] = [row for row in data["sources"] if row["id"] == source_id]
        if not data["sources"]:
            raise click.BadParameter(f"no source {source_id!r} was ever asked here", param_hint="--source")
    else:
        data["sources"] = [row for row in data["sources"] if not row["dead"] or row["revived"]]
    if as_json:
        print_json(data)
    elif source_id:
        _print_source(data["sources"][0], data["now"])
    else:
        _print(data)
    return EXIT_PARTIAL if any(row["problem"] and not row["dead"] for row in data["sources"]) else 0


def gather_status(workspace: Workspace) -> dict[str, Any]:
    """Everything that is counted, from both databases."""
    from pipeline.store.opening import open_inbox, open_library

    inbox, library = open_inbox(workspace), open_library(workspace)
    links, failures, specs = inbox.link_counts(), inbox.failure_counts(), inbox.sources()
    set_back: dict[str, dict[str, int]] = {}
    for source_id, _stage, outcome, reason, pages in library.outcome_counts():
        set_back.setdefault(source_id, {})[f"{outcome}:{reason}"] = pages
    issues = library.issues()
    return {
        "workspace": str(workspace.root),
        "now": workspace.clock(),
        "sources": [
            _row(row, specs.get(row.source_id))
            | {
                "links": links.get(row.source_id, {}),
                "not_fetched": failures.get(row.source_id, {}),
                "set_aside": set_back.get(row.source_id, {}),
            }
            for row in inbox.health()
        ],
        "articles": library.article_counts(),
        "stories": len(library.stories()),
        "issues": [{"week": i.week, "stories": i.figures.stories, "status": i.status.value} for i in issues],
    }


def _row(health: SourceHealth, spec: SourceSpec | None) -> dict[str, Any]:
    fields = {name: getattr(health, name) for name in health.__struct_fields__ if name != "source_id"}
    dead = spec is not None and spec.state is SourceState.DEAD
    return {
        "id": health.source_id,
        **fields,
        "dead": dead,
        "revived": dead and not health.problem and health.last_ok is not None,
    }


def _print(data: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    headings = ("source", "answered", "newest item", "rhythm", "next due", "pages", "problem")
    table = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for row in data["sources"]:
        table.add_row(
            row["id"],
            _day(row["last_ok"]),
            _day(row["newest"], "no date"),
            _rhythm(row["rhythm_h"]),
            _until(row["due"], data["now"]),
            str(row["pages"]),
            _problem(row),
        )
    # By way of a text: Rich's console ends the process where its reader goes away.
    console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH)
    with console.capture() as captured:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))
    for row in data["sources"]:
        if row["moved_to"]:
            click.echo(f"{row['id']} has moved: {row['moved_to']} is asked instead. Correct start in its file.")
        if row["revived"]:
            click.echo(f"{row['id']} was given up and answers again. Run city-digest source enable {row['id']}.")
    click.echo(
        f"{sum(data['articles'].values())} articles "
        f"({', '.join(f'{n} {name}' for name, n in sorted(data['articles'].items())) or 'none'}), {data['stories']} stories, "
        f"{len(data['issues'])} issues"
    )


def _print_source(row: dict[str, Any], now: dt.datetime) -> None:
    facts = {
        "source": row["id"],
        "name": row["names"].get("en", ""),
        "asked": _moment(row["last_asked"]),
        "answered": _moment(row["last_ok"]),
        "last new page": _moment(row["last_new"]),
        "newest item": _moment(row["newest"], "no item states a date"),
        "rhythm": _rhythm(row["rhythm_h"]),
        "next due": _until(row["due"], now),
        "problem": _problem(row) or "none",
        "given up": "yes, but it answers again" if row["revived"] else "yes" if row["dead"] else "",
        "moved to": row["moved_to"],
        "pages": str(row["pages"]),
        "links": describe_counts(row["links"]),
        "not fetched": describe_counts(row["not_fetched"]),
        "set aside": describe_counts(row["set_aside"]),
    }
    for name, value in facts.items():
        if value:
            click.echo(f"{name + ':':<15}{value}")


def _problem(row: dict[str, Any]) -> str:
    """Its reason, with how often in a row."""
    times = {"empty": row["empties"], "access_refused": row["refusals"]}.get(row["problem"], row["failures"])
    return f"{row['problem']} ({times}x)" if row["problem"] and times else row["problem"]


def _rhythm(hours: float | None) -> str:
    from pipeline.knowledge.editions import load_edition
    from pipeline.render.dates import format_rhythm

    return format_rhythm(hours, load_edition("en")) if hours else "unknown"


def _until(due: dt.datetime | None, now: dt.datetime) -> str:
    if due is None or due <= now:
        return "now"
    hours = max(1, round((due - now) / dt.timedelta(hours=1)))
    return f"in {hours} h" if hours <= 48 else f"in {round(hours / 24)} days"


def _day(moment: dt.datetime | None, otherwise: str = "never") -> str:
    return f"{moment:%Y-%m-%d}" if moment else otherwise


def _moment(moment: dt.datetime | None, otherwise: str = "never") -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else otherwise
