"""Transactions: writers take turns, readers wait for nobody, and what goes wrong is said with what to do."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from pipeline.config import open_workspace
from pipeline.errors import ConfigurationError, StoreError
from pipeline.store import database
from pipeline.store.database import open_engine, reading, writing
from pipeline.store.opening import open_inbox, open_library

WRITERS, ROUNDS = 4, 25


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    with writing(engine) as connection:
        connection.execute(text("DROP TABLE IF EXISTS counter"))
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))
    yield engine
    with writing(engine) as connection:
        connection.execute(text("DROP TABLE counter"))
    engine.dispose()


def _count(url: str) -> None:
    engine = open_engine(url)
    for _ in range(ROUNDS):
        with writing(engine) as connection:
            # Reads before it writes: as a deferred transaction this fails at once when another wrote in between.
            number = connection.execute(text("SELECT n FROM counter")).scalar_one()
            connection.execute(text("UPDATE counter SET n = :next"), {"next": number + 1})
    engine.dispose()


def _value(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(text("SELECT n FROM counter")).scalar_one())


def test_four_threads_write_to_one_sqlite_file_without_an_error_or_a_lost_update(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.sqlite'}"
    engine = open_engine(url)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            _count(url)
        except BaseException as error:  # noqa: BLE001  # threads lose their exceptions
            failures.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert _value(engine) == WRITERS * ROUNDS
    engine.dispose()


def test_four_processes_open_and_make_one_workspace_at_once(tmp_path: Path) -> None:
    (tmp_path / "city-digest.toml").write_text("", encoding="utf-8")
    with multiprocessing.get_context("fork").Pool(WRITERS) as pool:
        assert pool.map(_open_both, [tmp_path] * WRITERS) == ["ok"] * WRITERS


def _open_both(folder: Path) -> str:
    workspace = open_workspace(folder, environment={})
    for store in (open_inbox(workspace), open_library(workspace)):
        store.engine.dispose()
    return "ok"


def test_an_error_inside_undoes_the_whole_transaction(engine: Engine) -> None:
    def stop_halfway() -> None:
        with writing(engine) as connection:
            connection.execute(text("UPDATE counter SET n = 5"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stop_halfway()
    assert _value(engine) == 0


def test_a_reader_does_not_block_a_writer_and_sees_one_moment(engine: Engine) -> None:
    with reading(engine) as reader:
        assert reader.execute(text("SELECT n FROM counter")).scalar_one() == 0
        with writing(engine) as writer:
            writer.execute(text("UPDATE counter SET n = 1"))
        if engine.dialect.name == "sqlite":
            assert reader.execute(text("SELECT n FROM counter")).scalar_one() == 0
    assert _value(engine) == 1


def test_a_writer_does_not_block_a_reader(engine: Engine) -> None:
    with writing(engine) as writer:
        writer.execute(text("UPDATE counter SET n = 1"))
        assert _value(engine) == 0


def test_a_locked_file_is_reported_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0)
    engine = open_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    locked = pytest.raises(StoreError, match=r"x\.sqlite: database is locked.*wait for it to end")
    with writing(engine), locked, writing(engine):
        pytest.fail("two writers at once")
    engine.dispose()


def test_a_damaged_file_is_reported_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"not a database " * 100)
    engine = open_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with (
        pytest.raises(StoreError, match=r"x\.sqlite: file is not a database.*put a backup in its place"),
        reading(engine),
    ):
        pytest.fail("it was read")
    engine.dispose()


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="folder cannot be made"):
        open_engine(f"sqlite:///{tmp_path / 'file' / 'x.sqlite'}")


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/db", "oracle+x://host/db", "nosuch://h"])
def test_an_address_that_names_no_database_of_ours_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="store"):
        open_engine(url)


def test_a_server_that_does_not_answer_is_reported_without_its_password() -> None:
    pytest.importorskip("psycopg")
    engine = open_engine("postgresql://digest:secret@127.0.0.1:1/none")
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1") as caught, reading(engine):
        pytest.fail("it was read")
    assert "secret" not in str(caught.value)
    engine.dispose()


def test_a_workspace_may_have_any_name(tmp_path: Path) -> None:
    """Also one with what means something in an address."""
    folder = tmp_path / "作業 場所 %20 #1?a=b"
    folder.mkdir()
    (folder / "city-digest.toml").touch()
    open_library(open_workspace(folder, environment={})).engine.dispose()
    assert [entry.name for entry in tmp_path.iterdir()] == [folder.name]
    assert (folder / "state" / "library.sqlite").stat().st_size


def test_a_new_file_and_its_log_are_for_their_owner_alone(tmp_path: Path) -> None:
    """The library holds readers' addresses."""
    mask = os.umask(0o022)
    try:
        engine = open_engine(f"sqlite:///{tmp_path / 'library.sqlite'}")
        with writing(engine) as connection:
            connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    finally:
        os.umask(mask)
        engine.dispose()
    assert modes.keys() >= {"library.sqlite", "library.sqlite-wal"}
    assert set(modes.values()) == {0o600}
