"""`city-digest process`: from raw pages to stories."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from pipeline.cli.session import Session, describe_counts, hold, json_option, progress, report
from pipeline.config import Workspace

if TYPE_CHECKING:
    from pipeline.flow import ProcessReport


@click.command("process")
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", help="At most N pages; the others wait for the next call."
)
@json_option
@click.pass_obj
def command(session: Session, limit: int | None, as_json: bool) -> None:
    """Extracts, dates, tags and groups what the crawl brought; only what is new or whose rules changed."""
    workspace = session.open()
    with hold(workspace, "process"):
        done = process(workspace, limit)
    report(_as_data(done), describe_process(done), as_json=as_json)


def process(workspace: Workspace, limit: int | None = None) -> ProcessReport:
    """Brings the library up to date with the inbox, or at most `limit` pages nearer to it."""
    from pipeline import flow
    from pipeline.embed import open_embedder
    from pipeline.engines import open_engine
    from pipeline.store.opening import open_inbox, open_library

    settings = workspace.settings
    with progress("process") as advance:
        return flow.process(
            open_inbox(workspace),
            open_library(workspace),
            open_engine(settings.process.workers, settings.process.page_deadline_s),
            open_embedder(settings.group.embedder),
            now=workspace.clock(),
            retention=dt.timedelta(days=settings.store.retention_days),
            limit=limit,
            progress=advance,
        )


def describe_process(done: ProcessReport) -> str:
    """One line for people."""
    return (
        f"{done.pages} pages: {describe_counts(done.kept)}; set aside: {describe_counts(done.set_back)}; "
        f"{done.copies} copies, {done.stories} stories new or changed"
    )


def _as_data(done: ProcessReport) -> dict[str, object]:
    import msgspec

    data: dict[str, object] = msgspec.to_builtins(done)
    return {"pages": 0, "stories": 0, "copies": 0} | data
