"""`city-digest migrate`: brings the databases of an older version up to this one's."""

from __future__ import annotations

from typing import Any

import click

from pipeline.cli.backup import DATABASES
from pipeline.cli.session import Session, hold, json_option, report


@click.command("migrate")
@click.option("--dry-run", is_flag=True, help="Says what would be migrated and changes nothing.")
@json_option
@click.pass_obj
def command(session: Session, dry_run: bool, as_json: bool) -> None:
    """Migrates both databases, each SQLite file after a copy of it is made beside it.

    Every command that needs a database does the same when it meets an older one; here it is done at a time of your choice. What
    a newer version wrote is refused and not touched.
    """
    from pipeline.store.database import open_engine
    from pipeline.store.schema import newest_revision, prepare, revision_of

    workspace = session.open()
    data: dict[str, Any] = {"dry_run": dry_run}
    lines = []
    with hold(workspace, "migrate"):
        for name, url in zip(DATABASES, (workspace.inbox_url, workspace.library_url), strict=True):
            engine = open_engine(url)
            before, after = revision_of(engine, name), newest_revision(name)
            copy = None if dry_run else prepare(engine, name)
            data[name] = {"before": before, "after": after, "copy": str(copy or "")}
            verb = "would be migrated" if dry_run else "was migrated"
            lines.append(
                f"{name}: schema {before} {verb} to {after}" if before != after else f"{name}: schema {after} already"
            )
            lines[-1] += f"; as it was: {copy}" if copy else ""
            engine.dispose()
    report(data, "\n".join(lines), as_json=as_json)
