"""`city-digest status`: how the sources fare and what lies where."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from pipeline.cli.session import EXIT_PARTIAL, Session, json_option, print_json
from pipeline.config import Workspace
from pipeline.model import SourceHealth


@click.command("status")
@json_option
@click.pass_obj
def command(session: Session, as_json: bool) -> int:
    """Per source: when it last answered and gave something new, what failed. Exit code 3 if a source needs attention."""
    workspace = session.open()
    data = gather_status(workspace)
    if as_json:
        print_json(data)
    else:
        _print(data)
    return EXIT_PARTIAL if any(row["problem"] for row in data["sources"]) else 0


def gather_status(workspace: Workspace) -> dict[str, Any]:
    """Everything that is counted, from both databases."""
    from pipeline.store.opening import open_inbox, open_library

    inbox, library = open_inbox(workspace), open_library(workspace)
    links, failures = inbox.link_counts(), inbox.failure_counts()
    set_back: dict[str, dict[str, int]] = {}
    for source_id, _stage, outcome, reason, pages in library.outcome_counts():
        set_back.setdefault(source_id, {})[f"{outcome}:{reason}"] = pages
    issues = library.issues()
    return {
        "workspace": str(workspace.root),
        "now": workspace.clock(),
        "sources": [
            _row(row)
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


def _row(health: SourceHealth) -> dict[str, Any]:
    return {
        "id": health.source_id,
        "last_ok": health.last_ok,
        "last_new": health.last_new,
        "failures": health.failures,
        "problem": health.problem,
        "pages": health.pages,
    }


def _print(data: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("source", "answered", "last new", "pages", "set aside", "problem", box=None, header_style="bold")
    for row in data["sources"]:
        table.add_row(
            row["id"],
            _day(row["last_ok"]),
            _day(row["last_new"]),
            str(row["pages"]),
            ", ".join(f"{number} {reason}" for reason, number in row["set_aside"].items()),
            f"{row['problem']} ({row['failures']}x)" if row["problem"] else "",
        )
    # By way of a text: Rich's console ends the process where its reader goes away.
    console = Console()
    with console.capture() as captured:
        console.print(table)
    click.echo(captured.get())
    click.echo(
        f"{sum(data['articles'].values())} articles "
        f"({', '.join(f'{n} {name}' for name, n in sorted(data['articles'].items())) or 'none'}), {data['stories']} stories, "
        f"{len(data['issues'])} issues"
    )


def _day(moment: dt.datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "never"
