"""`city-digest deliver`: the letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.cli.session import EXIT_PARTIAL, Session, hold, json_option, report
from pipeline.config import Workspace

if TYPE_CHECKING:
    from pipeline.weekly import DeliverReport


@click.command("deliver")
@click.option(
    "--issue", "weeks", multiple=True, metavar="WEEK", help="E.g. 2026-W47; may be repeated. Default: the last."
)
@click.option("--force", is_flag=True, help="Also issues older than deliver.late_days, and those without stories.")
@click.option("--dry-run", is_flag=True, help="Counts and sends nothing.")
@json_option
@click.pass_obj
def command(session: Session, weeks: tuple[str, ...], force: bool, dry_run: bool, as_json: bool) -> int:
    """Hands the last issue to every reader who has not had it."""
    workspace = session.open()
    with hold(workspace, "deliver"):
        done = deliver(workspace, weeks, force=force, dry_run=dry_run)
    text = ("would send: " if dry_run else "") + describe_delivery(done)
    data = {
        "sent": done.sent,
        "already_sent": done.already_sent,
        "failed": done.failed,
        "late": list(done.late),
        "empty": list(done.empty),
    }
    report(data | {"dry_run": dry_run}, text, as_json=as_json)
    return EXIT_PARTIAL if done.failed else 0


def deliver(
    workspace: Workspace, weeks: tuple[str, ...] = (), *, force: bool = False, dry_run: bool = False
) -> DeliverReport:
    """Delivers through the configured channel."""
    from pipeline import weekly
    from pipeline.store.opening import open_inbox, open_library

    library = open_library(workspace)
    shelf = weekly.fill_shelf(workspace, library, open_inbox(workspace).health())
    return weekly.deliver_issues(workspace, library, shelf, weeks, force=force, dry_run=dry_run)


def describe_delivery(done: DeliverReport) -> str:
    """One line for people."""
    line = f"{done.sent} letters sent, {done.already_sent} readers had theirs, {done.failed} failed"
    if done.late:
        line += f"; not mailed because it ended too long ago: {', '.join(done.late)} (--force mails it)"
    if done.empty:
        line += f"; not mailed because there is nothing to read in it: {', '.join(done.empty)} (--force mails it)"
    return line
