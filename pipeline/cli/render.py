"""`city-digest render`: the static archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.cli.session import Session, hold, json_option, report
from pipeline.config import Workspace

if TYPE_CHECKING:
    from pipeline.weekly import RenderReport


@click.command("render")
@json_option
@click.pass_obj
def command(session: Session, as_json: bool) -> None:
    """Brings the HTML archive up to date. Files whose content would not change are not touched."""
    workspace = session.open()
    with hold(workspace, "render"):
        done = render(workspace)
    report({"files": done.files, "written": done.written}, describe_render(workspace, done), as_json=as_json)


def render(workspace: Workspace) -> RenderReport:
    """Renders everything and writes what changed."""
    from pipeline import weekly
    from pipeline.store.opening import open_inbox, open_library

    shelf = weekly.fill_shelf(workspace, open_library(workspace), open_inbox(workspace).health())
    return weekly.render_workspace(workspace, shelf)


def describe_render(workspace: Workspace, done: RenderReport) -> str:
    """One line for people."""
    return f"{workspace.archive / 'index.html'}: {done.files} files, {done.written} written"
