"""`city-digest run`: the whole job, as cron calls it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from pipeline.cli.compose import compose, describe_issues
from pipeline.cli.crawl import crawl, describe_crawl, describe_plan
from pipeline.cli.deliver import deliver, describe_delivery
from pipeline.cli.process import describe_process, process
from pipeline.cli.render import describe_render, render
from pipeline.cli.session import (
    EXIT_INTERRUPTED,
    EXIT_PARTIAL,
    Session,
    current_log,
    hold,
    json_option,
    outcome_of,
    report,
)
from pipeline.cli.watch import Watch
from pipeline.config import Workspace
from pipeline.errors import CrawlError

Result = tuple[dict[str, Any], str, int]
T = TypeVar("T")


@click.command("run")
@click.option("--dry-run", is_flag=True, help="Tells what would be asked, made and sent, and does none of it.")
@json_option
@click.pass_obj
def command(session: Session, dry_run: bool, as_json: bool) -> int:
    """Crawls, processes, makes the issue of every complete week, renders, delivers.

    Safe to call at any time and any number of times: what is done is not done again, what was cut off goes on.
    """
    workspace = session.open()
    with hold(workspace, "run"):
        data, text, code = plan(workspace, session.flags) if dry_run else _watched(workspace, session)
    report(data, text, as_json=as_json)
    return code


def _watched(workspace: Workspace, session: Session) -> Result:
    """A run of which the health check and `status` are told, however it ends."""
    watch = Watch(workspace, session.log)
    watch.begin()
    try:
        data, text, code = run(workspace, session.flags)
    except BaseException as error:
        code, why = outcome_of(error)
        watch.end(code, why, stopped=code == EXIT_INTERRUPTED)
        raise
    watch.end(code, text)
    return data, text, code


def run(workspace: Workspace, flags: dict[str, str]) -> Result:
    """What happened, as data and as text for people, and the exit code.

    A crawl that fails does not stop the rest: what was collected before is processed and shown, and only the issues that can
    wait for a better crawl do.
    """
    from msgspec import to_builtins

    from pipeline.embed import open_embedder

    open_embedder(workspace.settings.group.embedder)  # what is not installed is told before hours of crawling
    code, crawled, crawl_text = 0, {}, ""
    try:
        crawled = _stage("crawl", lambda: crawl(workspace, flags), lambda done: done["total"])
        crawl_text = describe_crawl(crawled)
        code = EXIT_PARTIAL if crawled["partial"] else 0
    except CrawlError as error:
        click.echo(f"city-digest: {error}", err=True)
        current_log().write("stage", level="ERROR", stage="crawl", error=str(error))
        crawl_text, code = "failed; see above", error.exit_code
    processed = _stage("process", lambda: process(workspace), to_builtins)
    made = _stage("compose", lambda: compose(workspace, crawled=bool(crawled)), lambda done: {"issues": len(done)})
    rendered = _stage("render", lambda: render(workspace), to_builtins)
    _stage("purge", lambda: _purge_pending(workspace), lambda done: {"readers": done})
    delivered = _stage("deliver", lambda: deliver(workspace), to_builtins)
    if delivered.partial:
        code = code or EXIT_PARTIAL
    text = "\n".join((
        f"crawl    {crawl_text}",
        f"process  {describe_process(processed)}",
        f"compose  {describe_issues(made).replace(chr(10), chr(10) + ' ' * 9) or 'no week is missing'}",
        f"render   {describe_render(workspace, rendered)}",
        f"deliver  {describe_delivery(delivered)}",
    ))  # fmt: skip
    data = {
        "crawl": crawled,
        "process": to_builtins(processed),
        "compose": {"made": [issue.week for issue in made]},
        "render": to_builtins(rendered),
        "deliver": to_builtins(delivered),
    }
    return data, text, code


def _stage(name: str, work: Callable[[], T], count: Callable[[T], Mapping[str, Any]]) -> T:
    """What the work gives; the log gets its counts."""
    began = time.monotonic()
    done = work()
    current_log().write("stage", stage=name, seconds=round(time.monotonic() - began, 3), counts=count(done))
    return done


def _purge_pending(workspace: Workspace) -> int:
    """Forgets who asked for the digest and did not confirm in time (M11)."""
    from pipeline.store.opening import open_register

    patience = dt.timedelta(days=workspace.settings.web.confirm_days)
    return open_register(workspace).purge_pending(workspace.clock() - patience)


def plan(workspace: Workspace, flags: dict[str, str]) -> Result:
    """What a run would do with what is known now, in the form of `run`."""
    from pipeline import weekly
    from pipeline.store.opening import open_library

    library = open_library(workspace)
    asked = crawl(workspace, flags, dry_run=True)
    weeks = weekly.missing_weeks(workspace, library, library.issues())
    letters = deliver(workspace, dry_run=True)
    text = "\n".join((
        describe_plan(asked),
        f"would make: {', '.join(weeks) or 'no issue'}",
        f"would send of the last issue: {describe_delivery(letters)}",
    ))  # fmt: skip
    return (
        {"dry_run": True, "crawl": asked, "compose": {"would_make": weeks}, "deliver": {"would_send": letters.sent}},
        text,
        0,
    )
