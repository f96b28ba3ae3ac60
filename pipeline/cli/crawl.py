"""`city-digest crawl`: starts the crawler as a process of its own, so that its reactor and its crashes stay there."""

from __future__ import annotations

import itertools
from typing import Any

import click

from pipeline.cli.child import Ended, Event, run_child
from pipeline.cli.session import EXIT_PARTIAL, Session, describe_counts, hold, json_option, progress, report
from pipeline.config import Workspace
from pipeline.errors import ConfigurationError, CrawlError

EXIT_STOPPED = 75  # ended early by a limit; the next crawl goes on from there


@click.command("crawl")
@click.option("--source", "sources", multiple=True, metavar="ID", help="Only this source; may be repeated.")
@click.option("--all", "every", is_flag=True, help="Also sources that are not due yet.")
@click.option("--dry-run", is_flag=True, help="Names the sources that would be asked and asks none.")
@json_option
@click.pass_obj
def command(session: Session, sources: tuple[str, ...], every: bool, dry_run: bool, as_json: bool) -> int:
    """Asks the active sources that are due for new articles and keeps their pages in the inbox."""
    workspace = session.open()
    with hold(workspace, "crawl"):
        result = crawl(workspace, session.flags, sources, every=every, dry_run=dry_run)
    report(result, describe_plan(result) if dry_run else describe_crawl(result), as_json=as_json)
    return EXIT_PARTIAL if result["partial"] else 0


def crawl(
    workspace: Workspace,
    flags: dict[str, str],
    sources: tuple[str, ...] = (),
    *,
    every: bool = False,
    dry_run: bool = False,
) -> dict[str, Any]:
    """The crawler's own report, with `partial` true if some sources failed; for a dry run its plan.

    Raises:
        ConfigurationError: no contact, no active source, or a source file is wrong.
        CrawlError: the crawler ended without a report, or every source failed.
    """
    from pipeline.store.opening import open_inbox

    open_inbox(workspace).engine.dispose()  # migrations happen here, under the lock
    # --attached: a crawler whose parent was killed ends by itself.
    words = ["--workspace", str(workspace.root), "--progress", "--attached"]
    if every:
        words.append("--all")
    if dry_run:
        words.append("--dry-run")
    for source in sources:
        words += ["--source", source]
    pages = itertools.count(1)
    with progress("crawl") as advance:

        def count(event: Event) -> None:
            if event.get("event") == "page":
                advance(next(pages), None)

        ended = run_child("crawler", *words, flags=flags, hear=count)
    return _judge(ended)


def _judge(ended: Ended) -> dict[str, Any]:
    found, code, said = ended
    if code == ConfigurationError.exit_code:
        raise ConfigurationError(said or "the crawler refused its configuration")
    if not found:
        raise CrawlError(f"the crawler ended with code {code} and no report: {said[-500:] or 'no message'}")
    if code not in (0, EXIT_PARTIAL, EXIT_STOPPED):
        problems = "; ".join(f"{source}: {problem}" for source, problem in found["problems"].items())
        raise CrawlError(f"no source could be read. {problems or said[-500:]}")
    return found | {"partial": code != 0}


def describe_crawl(result: dict[str, Any]) -> str:
    """One line for people."""
    total = result["total"]
    line = (
        f"{total['sources']} sources asked, {total['not_modified']} answers unchanged, {total['pages']} pages fetched, "
        f"{total['links_new']} new links"
    )
    if total["sources_not_due"]:
        line += f"; {total['sources_not_due']} sources are not due yet"
    if total["failures"]:
        line += f"; not fetched: {describe_counts(total['failures'])}"
    if total["sources_failed"]:
        line += f"; {total['sources_failed']} sources failed ('city-digest status' says how)"
    return line


def describe_plan(plan: dict[str, Any]) -> str:
    """One line per source for people."""
    lines = []
    for source_id, source in plan["sources"].items():
        line = f"would ask {source_id}: {', '.join(source['start']) or 'not due, only for pages that wait'}"
        lines.append(line + (f"; {source['waiting']} pages wait" if source["waiting"] else ""))
    return "\n".join(lines) or "no source is due ('city-digest crawl --all' asks all of them)"
