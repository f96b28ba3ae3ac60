"""Which schema a database has, and bringing an older one up to ours.

Each database has one linear history of numbered revisions. A newer one than ours is refused and never written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from sqlalchemy import Engine, String, column, inspect, select, table

from pipeline.errors import SchemaTooNew
from pipeline.store.copies import copy_database
from pipeline.store.database import reading, writing

Database = Literal["inbox", "library"]
_MIGRATIONS = Path(__file__).with_name("migrations")


def newest_revision(database: Database) -> int:
    """Number of the newest revision that this version knows."""
    return max(int(file.name[:4]) for file in (_MIGRATIONS / database / "versions").glob("[0-9]*.py"))


def revision_of(engine: Engine, database: Database) -> int:
    """Number of the database's revision, 0 if it is empty."""
    with reading(engine) as connection:
        if not inspect(connection).has_table(f"{database}_version"):
            return 0
        version = select(column("version_num", String)).select_from(table(f"{database}_version"))
        return int(connection.execute(version).scalar() or 0)


def prepare(engine: Engine, database: Database) -> Path | None:
    """Leaves the database at our revision: made if empty, migrated if older, after a copy of a SQLite file; returns the copy.

    Raises:
        SchemaTooNew: a newer version wrote it.
    """
    present, wanted = revision_of(engine, database), newest_revision(database)
    if present == wanted:
        return None
    place = engine.url.render_as_string(hide_password=True)
    if present > wanted:
        raise SchemaTooNew(
            f"{place} has schema {present}, this version knows {wanted}: a newer city-digest wrote it. Nothing was "
            "changed; install that version again."
        )
    copy = None
    if present and engine.dialect.name == "sqlite" and engine.url.database:
        file = Path(engine.url.database)
        copy = file.with_suffix(f".schema-{present:04d}{file.suffix}")
        copy_database(file, copy)
    _upgrade(engine, database)
    return copy


def _upgrade(engine: Engine, database: Database) -> None:
    from alembic import command  # 0.6 s to import: only when there is something to do
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS / database).replace("%", "%%"))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
