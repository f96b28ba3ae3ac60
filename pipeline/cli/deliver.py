"""`city-digest deliver`: the letters."""

from __future__ import annotations

import sys
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
@click.option("--correct", is_flag=True, help="Once more to those who had it, marked as a correction.")
@click.option("--force", is_flag=True, help="Also issues older than deliver.late_days, and those without stories.")
@click.option(
    "--on-unknown",
    type=click.Choice(["retry", "hold"]),
    metavar="HOW",
    help="What is done about a message whose answer was never read: retry sends it once more, hold leaves it to a person. "
    "Default: deliver.on_unknown.",
)
@click.option("--dry-run", is_flag=True, help="Counts and measures the messages and sends nothing.")
@click.option(
    "--test-to",
    metavar="ADDRESS",
    help="Sends each edition to this address alone, marked as a test; the ledger does not know of it.",
)
@json_option
@click.pass_obj
def command(
    session: Session,
    weeks: tuple[str, ...],
    correct: bool,
    force: bool,
    on_unknown: str | None,
    dry_run: bool,
    test_to: str | None,
    as_json: bool,
) -> int:
    """Hands the last issue to every reader who has not had it."""
    from msgspec.structs import asdict

    if on_unknown:
        session.flags["deliver.on_unknown"] = on_unknown
    workspace = session.open()
    if test_to is not None:
        if correct or force or dry_run or len(weeks) > 1:
            raise click.UsageError("--test-to sends one issue, whatever its age: give at most one --issue beside it.")
        return _send_test(workspace, test_to, "".join(weeks), as_json=as_json)
    with hold(workspace, "deliver"):
        done = deliver(workspace, weeks, correct=correct, force=force, dry_run=dry_run)
    text = ("would send: " if dry_run else "") + describe_delivery(done)
    report(asdict(done) | {"dry_run": dry_run}, text, as_json=as_json)
    return EXIT_PARTIAL if done.partial and not dry_run else 0


def _send_test(workspace: Workspace, address: str, week: str, *, as_json: bool) -> int:
    from msgspec import to_builtins

    from pipeline import weekly
    from pipeline.deliver.readers import check_address
    from pipeline.model import DeliveryState
    from pipeline.store.opening import open_inbox, open_library

    try:
        check_address(address)
    except ValueError as error:
        raise click.UsageError(f"--test-to: {error}") from None
    shelf = weekly.fill_shelf(workspace, open_library(workspace), open_inbox(workspace).health())
    answers = weekly.send_test(workspace, shelf, address, week=week)
    lines = [
        f"test of {edition}: {answer.state}" + (f" ({answer.code} {answer.detail})" if answer.code else "")
        for edition, answer in answers.items()
    ]
    report({"test": to_builtins(answers)}, "\n".join(lines), as_json=as_json)
    refused = [
        line for line, answer in zip(lines, answers.values(), strict=True) if answer.state is not DeliveryState.SENT
    ]
    for line in refused:
        click.echo(f"city-digest: {line}", err=True)
    return EXIT_PARTIAL if refused else 0


def deliver(
    workspace: Workspace,
    weeks: tuple[str, ...] = (),
    *,
    correct: bool = False,
    force: bool = False,
    dry_run: bool = False,
) -> DeliverReport:
    """Delivers through the configured channel; says so where nobody looks and somebody is still without their letter."""
    from pipeline import weekly
    from pipeline.store.opening import open_inbox, open_library, open_register

    library = open_library(workspace)
    shelf = weekly.fill_shelf(workspace, library, open_inbox(workspace).health())
    done = weekly.deliver_issues(
        workspace, library, open_register(workspace), shelf, weeks, correct=correct, force=force, dry_run=dry_run
    )
    if done.partial and not dry_run and not sys.stdout.isatty():
        click.echo(f"city-digest: {describe_delivery(done)}", err=True)  # cron mails it
    return done


def describe_delivery(done: DeliverReport) -> str:
    """One line for people."""
    line = f"{done.sent} letters sent, {done.already_sent} readers had theirs, {done.failed} failed"
    if done.suspended:
        line += f" ({done.suspended} of them suspended: their address was refused)"
    if done.deferred:
        line += f", {done.deferred} deferred (run it again later)"
    if done.unknown:
        line += f", {done.unknown} unknown (nobody knows whether they arrived: look for them in the mail server's log)"
    if done.bytes:
        line += f"; {done.bytes:,} bytes, the largest message {done.largest:,}"
    if done.late:
        line += f"; not mailed because it ended too long ago: {', '.join(done.late)} (--force mails it)"
    if done.empty:
        line += f"; not mailed because there is nothing to read in it: {', '.join(done.empty)} (--force mails it)"
    return line
