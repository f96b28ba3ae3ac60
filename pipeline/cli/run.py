"""`city-digest run`: the whole job, as cron calls it."""

from __future__ import annotations

from typing import Any

import click

from pipeline.cli.compose import compose, describe_issues
from pipeline.cli.crawl import crawl, describe_crawl, describe_plan
from pipeline.cli.deliver import deliver, describe_delivery
from pipeline.cli.process import describe_process, process
from pipeline.cli.render import describe_render, render
from pipeline.cli.session import EXIT_PARTIAL, Session, hold, json_option, report
from pipeline.config import Workspace
from pipeline.errors import CrawlError


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
        data, text, code = plan(workspace, session.flags) if dry_run else run(workspace, session.flags)
    report(data, text, as_json=as_json)
    return code


def run(workspace: Workspace, flags: dict[str, str]) -> tuple[dict[str, Any], str, int]:
    """What happened, as data and as text for people, and the exit code.

    A crawl that fails does not stop the rest: what was collected before is processed and shown, and only the issues that can
    wait for a better crawl do.
    """
    import msgspec

    from pipeline.embed import open_embedder

    open_embedder(workspace.settings.group.embedder)  # what is not installed is told before hours of crawling
    code, crawled, crawl_text = 0, {}, ""
    try:
        crawled = crawl(workspace, flags)
        crawl_text = describe_crawl(crawled)
        code = EXIT_PARTIAL if crawled["partial"] else 0
    except CrawlError as error:
        click.echo(f"city-digest: {error}", err=True)
        crawl_text, code = "failed; see above", error.exit_code
    processed = process(workspace)
    made = compose(workspace, crawled=bool(crawled))
    rendered = render(workspace)
    delivered = deliver(workspace)
    if delivered.failed:
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
        "process": msgspec.to_builtins(processed),
        "compose": {"made": [issue.week for issue in made]},
        "render": msgspec.to_builtins(rendered),
        "deliver": msgspec.to_builtins(delivered),
    }
    return data, text, code


def plan(workspace: Workspace, flags: dict[str, str]) -> tuple[dict[str, Any], str, int]:
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
