"""Engines and transactions, the same for SQLite and PostgreSQL."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
import sqlite3
import time
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, DateTime, Dialect, Engine, Table, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.types import TypeDecorator

from pipeline.errors import ConfigurationError, StoreError

# A writer waits this long for another one: longer than any transaction of ours takes (the longest, grouping a week, is
# measured in seconds), shorter than a person's patience.
BUSY_TIMEOUT_S = 60
_SQLITE = "sqlite:///"


class UtcDateTime(TypeDecorator[dt.datetime]):
    """Aware datetimes in UTC, whatever the database thinks of zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def open_engine(url: str) -> Engine:
    """The engine of a database; a SQLite file's folder is made if it is missing.

    Raises:
        ConfigurationError: the address names no database that we can use.
        StoreError: a SQLite file's folder cannot be made.
    """
    try:
        if url.startswith(_SQLITE):
            # Not parsed: a folder's name may hold what means something in an address, and "?" cannot be written in one.
            return _open_sqlite(URL.create("sqlite", database=url.removeprefix(_SQLITE)))
        address = make_url(url)
        if address.get_backend_name() == "postgresql":
            return create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError) as error:
        raise ConfigurationError(f"store: {error}") from error
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"store: {error.name} is not installed; run pip install 'city-digest[postgresql]'"
        ) from error
    raise ConfigurationError(f"store: {address.get_backend_name()} is not supported; use sqlite or postgresql")


def _open_sqlite(url: URL) -> Engine:
    file = url.database
    if file and file != ":memory:":
        try:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{url}: its folder cannot be made: {error.strerror}. Mend the permissions.") from error
    engine = create_engine(url, hide_parameters=True)  # a traceback must not show a reader's address

    @event.listens_for(engine, "do_connect")
    def make_private(*_: object) -> None:
        # It may hold readers' addresses; its log and index are made with the same mode (sqlite.org/wal.html).
        if file and file != ":memory:":
            # Never one that is there: to close it would free the locks that this process has on it (sqlite.org/howtocorrupt.html).
            with contextlib.suppress(OSError):
                os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # Autocommit in the driver, so that BEGIN is ours; see "begin" below.
        connection.isolation_level = None
        for pragma in (f"busy_timeout={BUSY_TIMEOUT_S}000", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        _use_wal(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that reads and then writes fails with SQLITE_BUSY at once when another wrote in between
        # (measured: 900 of 1,200 with four writers; immediate: none).
        reads_only = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return engine


def _use_wal(connection: sqlite3.Connection) -> None:
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            # Where several open a new file at once, SQLite refuses the switch without waiting for busy_timeout.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: it waits for nobody and nobody waits for it. Raises StoreError."""
    with _explained(engine), engine.connect().execution_options(reads_only=True) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is durable when the block ends, and undone if it raises. Raises StoreError."""
    with _explained(engine), engine.begin() as connection:
        yield connection


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        place = engine.url.render_as_string(hide_password=True)
        said = str(error.orig).partition("\nDETAIL")[0]  # PostgreSQL quotes the row there
        raise StoreError(f"{place}: {said}. {_remedy(error.orig)} Nothing half-written was kept.") from error


_REMEDIES = {
    sqlite3.SQLITE_BUSY: "Another program has held it for a minute: wait for it to end, then run again.",
    sqlite3.SQLITE_FULL: "Free space on its disk, then run again.",
    sqlite3.SQLITE_READONLY: "Make the file and its folder writable, then run again.",
    sqlite3.SQLITE_CANTOPEN: "See that it is a file, and that its folder exists and is writable, then run again.",
    sqlite3.SQLITE_CORRUPT: "The file is damaged: put a backup in its place, then run again.",
    sqlite3.SQLITE_NOTADB: "The file is damaged: put a backup in its place, then run again.",
}


def _remedy(error: object) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code is the low byte of an extended one
    return _REMEDIES.get(code, "See that the database runs, is reachable and has space, then run again.")


def empty_log(engine: Engine, *, wait: bool = True) -> None:
    """Moves what SQLite keeps in its write-ahead log into the file and empties it.

    Args:
        wait: until nobody reads, for as long as a writer would; else it is left to a later one where somebody does.

    Raises:
        StoreError: it cannot be written, as on a full disk.
    """
    with _explained(engine), engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")  # a checkpoint cannot run inside a transaction
        if not wait:
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S}000")


def insert(connection: Connection, table: Table) -> Any:
    """An INSERT that can say ON CONFLICT in the connection's own dialect."""
    return _dialect(connection.dialect.name).insert(table)


def upsert(connection: Connection, table: Table, key: str | tuple[str, ...], changed: Collection[str]) -> Any:
    """An INSERT that sets these columns, to the values given, where the key is there already.

    Each is built once: building one costs SQLAlchemy more than running it costs SQLite.
    """
    return _upsert(connection.dialect.name, table, (key,) if isinstance(key, str) else key, tuple(changed))


@functools.cache
def _upsert(dialect: str, table: Table, key: tuple[str, ...], changed: tuple[str, ...]) -> Any:
    statement = _dialect(dialect).insert(table)
    return statement.on_conflict_do_update(
        index_elements=key, set_={name: getattr(statement.excluded, name) for name in changed}
    )


def _dialect(name: str) -> Any:
    if name != "postgresql":
        return sqlite
    from sqlalchemy.dialects import postgresql  # a tenth of the time that a command on SQLite takes to start

    return postgresql


def pack(data: bytes) -> bytes:
    """Compressed. Level 6: pages shrink to a fifth at 50 MB/s."""
    return zlib.compress(data, 6)


def unpack(data: bytes) -> bytes:
    """What `pack` was given."""
    return zlib.decompress(data)
