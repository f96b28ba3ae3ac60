"""Faults P0.5: a database that is locked, damaged, read-only, missing, older or newer. A sentence that says what to do, and nothing written."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import small_workspace
from processes import Processes

from pipeline.demo.server import SampleServer

pytestmark = pytest.mark.slow

DATABASES = ("inbox", "library")
# Sixty seconds in fact; see BUSY_TIMEOUT_S.
PATIENCE = "from pipeline.store import database; database.BUSY_TIMEOUT_S = {seconds}"
# Root may write whatever permissions say, until it gives that up.
WITHOUT_POWERS = """
import ctypes, os
if os.geteuid() == 0:
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None, use_errno=True).capset(header, none) == 0
"""


@pytest.fixture(scope="module")
def done(processes: Processes, web: SampleServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after a run that mailed five letters into its outbox."""
    folder = tmp_path_factory.mktemp("done") / "workspace"
    small_workspace.install(folder, web)
    small_workspace.enrol(folder)
    ended = processes.run(folder, "run")
    assert ended.code == 0, ended.errors
    assert len(list((folder / "outbox").iterdir())) == len(small_workspace.READERS)
    return folder


@pytest.fixture
def workspace(done: Path, tmp_path: Path) -> Path:
    return small_workspace.copy(done, tmp_path / "workspace")


def file_of(workspace: Path, name: str) -> Path:
    return workspace / "state" / f"{name}.sqlite"


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


def left_alone(workspace: Path) -> dict[str, str]:
    """What no failing command may change: all but the notes on the run itself."""
    files = small_workspace.files_of(workspace)
    noted = ("state/last-run.json", "state/lock", "state/crawl.lock")
    return {
        name: content for name, content in files.items() if name not in noted and not name.endswith(("-wal", "-shm"))
    }


@pytest.fixture
def fresh(processes: Processes, web: SampleServer, tmp_path: Path) -> Path:
    """A workspace in which everything is still to be done."""
    folder = tmp_path / "fresh"
    small_workspace.install(folder, web)
    small_workspace.enrol(folder)
    assert processes.run(folder, "status").code == 0
    return folder


@pytest.mark.parametrize("name", DATABASES)
def test_a_locked_database_is_waited_for_and_then_told(processes: Processes, fresh: Path, name: str) -> None:
    with locked(file_of(fresh, name)):
        began = time.monotonic()
        ended = processes.run(fresh, "run", before=PATIENCE.format(seconds=2))
        assert time.monotonic() - began > 2
    assert ended.code == 75, ended.errors
    assert f"{name}.sqlite: database is locked" in ended.errors
    assert "wait for it to end" in ended.errors
    assert "Traceback" not in ended.errors
    assert not (fresh / "outbox").exists()
    assert processes.run(fresh, "run").code == 0
    assert len(list((fresh / "outbox").iterdir())) == len(small_workspace.READERS)


def _damage(file: Path) -> None:
    body = bytearray(file.read_bytes())
    size = int.from_bytes(body[16:18], "big")
    for page in range(1, len(body) // size):  # all but the first, which is looked at by everybody
        body[page * size : page * size + 200] = b"\xff" * 200
    file.write_bytes(body)


def _cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])


def _overwrite(file: Path) -> None:
    file.write_bytes(b"not a database, but somebody's notes\n" * 200)


@pytest.mark.parametrize("name", DATABASES)
@pytest.mark.parametrize("spoil", [_damage, _cut_off, _overwrite])
def test_a_damaged_database_is_told_and_nothing_is_written_or_mailed(
    processes: Processes, workspace: Path, name: str, spoil: Callable[[Path], None]
) -> None:
    spoil(file_of(workspace, name))
    before = left_alone(workspace)
    for words in (("run",), ("deliver",), ("status",)):
        ended = processes.run(workspace, *words)
        assert ended.code == 75, (words, ended.errors)
        assert "put a backup in its place" in ended.errors, (words, ended.errors)
        assert "Traceback" not in ended.errors
    after = left_alone(workspace)
    assert {key for key in before | after if before.get(key) != after.get(key) and "sqlite" not in key} == set()


@pytest.mark.parametrize("name", DATABASES)
def test_a_database_of_a_newer_version_is_refused_and_not_written(
    processes: Processes, workspace: Path, name: str
) -> None:
    with contextlib.closing(sqlite3.connect(file_of(workspace, name))) as connection, connection:
        connection.execute(f"UPDATE {name}_version SET version_num = '0999'")
    before = left_alone(workspace)
    for words in (("run",), ("deliver",), ("status",)):
        ended = processes.run(workspace, *words)
        assert ended.code == 78, (words, ended.errors)
        assert "schema 999" in ended.errors
        assert "install that version again" in ended.errors
    assert left_alone(workspace) == before


@pytest.mark.parametrize("name", DATABASES)
def test_a_database_that_may_not_be_written_is_told(processes: Processes, workspace: Path, name: str) -> None:
    file_of(workspace, name).chmod(0o444)
    before = left_alone(workspace)
    ended = processes.run(workspace, "run", before=WITHOUT_POWERS)
    assert ended.code in (1, 75), ended.errors  # the crawler, which cannot write into its inbox, is a failed crawl
    assert f"{name}.sqlite" in ended.errors
    assert "writable" in ended.errors
    assert "Traceback" not in ended.errors
    after = left_alone(workspace)
    assert {key for key in before | after if before.get(key) != after.get(key) and "sqlite" not in key} == set()
    file_of(workspace, name).chmod(0o644)
    assert processes.run(workspace, "run").code == 0


def test_a_missing_inbox_is_made_anew_and_nothing_is_mailed_or_made_again(
    processes: Processes, workspace: Path
) -> None:
    """It is a buffer: what it held is in the library."""
    before, rows = small_workspace.files_of(workspace / "outbox"), small_workspace.rows_of(workspace)
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file_of(workspace, 'inbox')}{suffix}").unlink(missing_ok=True)
    ended = processes.run(workspace, "run")
    assert ended.code == 0, ended.errors
    assert small_workspace.files_of(workspace / "outbox") == before
    after = small_workspace.rows_of(workspace)
    for table in ("library.article", "library.issue", "library.delivery"):
        assert after[table] == rows[table], table


def test_a_missing_library_is_told_where_letters_were_sent_from_it(processes: Processes, workspace: Path) -> None:
    """Else a run would make an empty one and mail nobody, without a word."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file_of(workspace, 'library')}{suffix}").unlink(missing_ok=True)
    before = left_alone(workspace)
    for words in (("run",), ("deliver",), ("status",)):
        ended = processes.run(workspace, *words)
        assert ended.code == 75, (words, ended.errors)
        assert "library.sqlite" in ended.errors
        assert "city-digest restore" in ended.errors
    assert left_alone(workspace).items() >= {key: before[key] for key in before if "sqlite" not in key}.items()
