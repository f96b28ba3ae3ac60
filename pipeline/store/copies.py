"""Copies of SQLite databases as files: made while others write, looked at before they are trusted."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from pipeline.errors import StoreError

SIDE_FILES = ("-wal", "-shm")  # what SQLite keeps beside a database: the first belongs to it, and to no other
_SQLITE = "sqlite:///"


def file_of(url: str) -> Path | None:
    """The file of a SQLite database, None for another kind."""
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None


def copy_database(file: Path, target: Path) -> None:
    """Leaves in `target` one file with the database as it is at one moment, whoever writes to it meanwhile.

    Raises:
        StoreError: it cannot be read, or the copy cannot be written.
    """
    aside = target.with_name(f"{target.name}.partial")
    aside.unlink(missing_ok=True)
    with _explained(f"{file} could not be copied to {target}"):
        with contextlib.closing(_open(file)) as source, contextlib.closing(sqlite3.connect(aside)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # all in the one file
        aside.chmod(0o600)
        aside.replace(target)


def damage_of(file: Path) -> str:
    """What SQLite finds wrong with a database, "" if nothing; reads all of it."""
    try:
        with contextlib.closing(_open(file)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    except sqlite3.Error as error:
        return str(error)
    return "" if found == ["ok"] else "; ".join(found)


def revision_in(file: Path, database: str) -> int:
    """Number of the schema's revision in a database that is only looked at, 0 if it has none. Raises StoreError."""
    with _explained(f"{file} could not be read"), contextlib.closing(_open(file)) as connection:
        named = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (f"{database}_version",)).fetchone()
        row = connection.execute(f"SELECT version_num FROM {database}_version").fetchone() if named else None  # noqa: S608
        return int(row[0]) if row else 0


def _open(file: Path) -> sqlite3.Connection:
    # Not "ro": who may only read cannot remove the write-ahead log that opening makes.
    return sqlite3.connect(f"file:{quote(str(file))}?mode=rw", uri=True, timeout=60)


@contextlib.contextmanager
def _explained(what: str) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{what}: {error}. See that it is there and whole, and that there is space.") from error
