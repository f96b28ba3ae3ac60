"""`city-digest compose`: the issues of complete weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.cli.session import Session, hold, json_option, report
from pipeline.config import Workspace

if TYPE_CHECKING:
    from pipeline.model import Issue


@click.command("compose")
@click.option("--dry-run", is_flag=True, help="Names the weeks that would be made and makes nothing.")
@json_option
@click.pass_obj
def command(session: Session, dry_run: bool, as_json: bool) -> None:
    """Makes the issue of every complete week that has none. An issue that is made never changes."""
    from pipeline import weekly
    from pipeline.store.opening import open_library

    workspace = session.open()
    with hold(workspace, "compose"):
        if dry_run:
            library = open_library(workspace)
            weeks = weekly.missing_weeks(workspace, library, library.issues())
            report({"would_make": weeks}, f"would make: {', '.join(weeks) or 'nothing'}", as_json=as_json)
            return
        made = compose(workspace)
    report({"made": [issue.week for issue in made]}, describe_issues(made), as_json=as_json)


def compose(workspace: Workspace, *, crawled: bool = True) -> list[Issue]:
    """The issues that were missing, now made; `crawled` is False if the crawl just before broke off."""
    from pipeline import weekly
    from pipeline.store.opening import open_inbox, open_library

    return weekly.compose_missing(workspace, open_library(workspace), open_inbox(workspace).health(), crawled=crawled)


def describe_issues(made: list[Issue]) -> str:
    """One line per issue for people."""
    return "\n".join(
        f"{issue.week}: issue {issue.number}, {issue.figures.stories} stories from {issue.figures.sources} sources "
        f"in {len(issue.figures.languages)} languages ({issue.status.value})"
        for issue in made
    )
