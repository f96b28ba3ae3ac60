"""`city-digest status`: how the sources, the last run and the mail fare."""

from __future__ import annotations

import datetime as dt
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

import click

from pipeline.cli.session import EXIT_PARTIAL, Session, describe_counts, hold, json_option, print_json
from pipeline.config import Workspace
from pipeline.errors import CityDigestError
from pipeline.model import SourceHealth, SourceSpec, SourceState

# A week and a day: with a run a day, or one a week, something has stopped calling it.
_OVERDUE = dt.timedelta(days=8)
_UNFINISHED = (
    "failed",
    "deferred",
    "unknown",
    "sending",
    "queued",
)  # states of the ledger in which somebody lacks a letter
PLAIN_WIDTH = 160  # columns where nobody's terminal says how many there are: every line whole


@click.command("status")
@click.option("--source", "source_id", metavar="ID", default="", help="Everything about one source.")
@json_option
@click.pass_obj
def command(session: Session, source_id: str, as_json: bool) -> int:
    """How the last run ended, how the last issue was mailed, who reads, and per source: when it last answered, how old its newest
    item is, how often it gives one, when it is asked next, and what is wrong with it.

    Exit code 3 if anything needs attention: a source, a run that failed or is overdue, a letter that did not arrive.
    """
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
    attention = [] if source_id else data["attention"]
    return EXIT_PARTIAL if attention or any(row["problem"] and not row["dead"] for row in data["sources"]) else 0


def gather_status(workspace: Workspace) -> dict[str, Any]:
    """Everything that is counted, from both databases."""
    from pipeline.cli.watch import read_last_run
    from pipeline.store.opening import open_inbox, open_library, open_register

    inbox, library = open_inbox(workspace), open_library(workspace)
    links, failures, specs = inbox.link_counts(), inbox.failure_counts(), inbox.sources()
    set_back: dict[str, dict[str, int]] = {}
    for source_id, _stage, outcome, reason, pages in library.outcome_counts():
        set_back.setdefault(source_id, {})[f"{outcome}:{reason}"] = pages
    issues = library.issues()
    states = Counter(row.state.value for row in library.deliveries(issues[-1].week).values()) if issues else Counter()
    readers = Counter(reader.state.value for reader in open_register(workspace).readers())
    last_run = read_last_run(workspace)
    busy = bool(last_run) and "ended" not in last_run and _is_busy(workspace)
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
        "readers": dict(readers),
        "mailed": {"week": issues[-1].week if issues else "", "letters": dict(states)},
        "last_run": last_run,
        "next_issue": _next_issue(workspace),
        "attention": _attention(last_run, states, workspace.clock(), busy=busy),
        "issues": [{"week": i.week, "stories": i.figures.stories, "status": i.status.value} for i in issues],
    }


def _next_issue(workspace: Workspace) -> dt.datetime:
    """When the week that runs is over."""
    from pipeline.text.weeks import bounds_of, week_of

    return bounds_of(week_of(workspace.clock(), workspace.zone), workspace.zone)[1]


def _is_busy(workspace: Workspace) -> bool:
    """False if nothing works in the workspace; True also where that cannot be seen."""
    try:
        with hold(workspace, "status"):
            return False
    except CityDigestError:
        return True


def _attention(last_run: dict[str, Any], letters: Mapping[str, int], now: dt.datetime, *, busy: bool) -> list[str]:
    """What is wrong with runs and mail, as sentences."""
    found = []
    if last_run and "ended" not in last_run and not busy:
        found.append(f"the run that began {_moment(last_run['began'])} was killed. Run it again.")
    elif code := last_run.get("exit_code"):
        why = "some sources or readers failed" if code == EXIT_PARTIAL else last_run["said"].partition("\n")[0]
        found.append(f"the last run ended with {code}: {why}")
    if last_run and now - last_run["began"] > _OVERDUE:
        found.append(
            f"nothing has run since {_moment(last_run['began'])}. See that cron or the timer calls city-digest run."
        )
    if lacking := {state: letters[state] for state in _UNFINISHED if letters.get(state)}:
        found.append(
            f"letters that did not arrive: {describe_counts(lacking)}. The next run repeats what can be repeated."
        )
    return found


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
    for line in describe_mail(data):
        click.echo(line)


def describe_mail(data: dict[str, Any]) -> list[str]:
    """Readers, letters, runs and what needs attention, a line each."""
    lines = [f"readers: {describe_counts(data['readers'])}"]
    if data["mailed"]["letters"]:
        lines.append(f"letters of {data['mailed']['week']}: {describe_counts(data['mailed']['letters'])}")
    if run := data["last_run"]:
        end = f"ended {_moment(run['ended'])} with {run['exit_code']}" if "ended" in run else "has not ended"
        lines.append(f"last run: began {_moment(run['began'])}, {end}")
    lines.append(f"next issue: after {_moment(data['next_issue'])}")
    return lines + [f"ATTENTION: {sentence}" for sentence in data["attention"]]


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
