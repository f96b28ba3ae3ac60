"""Files are whole or not there."""

from __future__ import annotations

import io
import resource
import struct
from pathlib import Path

import pytest

from pipeline.errors import WorkspaceError, WorkspaceFull
from pipeline.files import LARGE_BYTES, PART_BYTES, Writer, clear_staging, replace_file, write_all


def test_a_file_is_made_with_its_folder_and_replaced(tmp_path: Path) -> None:
    path, staging = tmp_path / "a" / "b" / "x.html", tmp_path / "staging"
    assert replace_file(path, b"one", staging=staging) is True
    assert replace_file(path, b"two", staging=staging) is True
    assert path.read_bytes() == b"two"
    assert list(staging.iterdir()) == []


def test_a_file_that_holds_the_bytes_already_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    replace_file(path, b"one", staging=tmp_path / "staging")
    before = path.stat()
    assert replace_file(path, b"one", staging=tmp_path / "staging") is False
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert replace_file(path, b"two", staging=tmp_path / "staging") is True  # same size


def test_long_files_that_differ_anywhere_are_told_apart(tmp_path: Path) -> None:
    """They are compared by parts."""
    path, body = tmp_path / "x.json", bytes(range(256)) * 10_000
    replace_file(path, body, staging=tmp_path / "staging")
    assert replace_file(path, body, staging=tmp_path / "staging") is False
    for place in (0, PART_BYTES - 1, PART_BYTES, len(body) - 1):
        changed = bytearray(body)
        changed[place] ^= 1
        assert replace_file(path, bytes(changed), staging=tmp_path / "staging") is True
        assert path.read_bytes() == changed


def test_a_writer_counts_what_is_too_large_to_be_handed_over(tmp_path: Path) -> None:
    large = b"x" * (LARGE_BYTES + 1)
    for wanted in (2, 0):
        with Writer(tmp_path / "archive", staging=tmp_path / "staging") as writer:
            writer.write("large.json", large)
            writer.write("small.json", b"x")
        assert writer.written == wanted
    assert (tmp_path / "archive" / "large.json").read_bytes() == large


def test_a_disk_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.html"
    replace_file(path, b"old", staging=tmp_path / "staging")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipeline.files.os.fsync", full)
    with pytest.raises(WorkspaceFull, match=r"x\.html could not be written: No space left on device.*untouched"):
        replace_file(path, b"new", staging=tmp_path / "staging")
    assert path.read_bytes() == b"old"


def test_a_writer_whose_disk_is_full_says_so_with_its_own_exit_code(tmp_path: Path) -> None:
    """C1: 75, for it mends itself when space is freed; a folder without permission does not."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limit[1]))
    try:
        writer = Writer(tmp_path / "archive", staging=tmp_path / "staging")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    with pytest.raises(WorkspaceFull, match=r"large\.html could not be written"), writer:
        writer.write("large.html", b"x" * 2000)


def test_a_folder_in_the_way_is_reported(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(WorkspaceError, match="could not be written"):
        replace_file(tmp_path / "x", b"new", staging=tmp_path / "staging")


def test_leftovers_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    clear_staging(tmp_path / "none")
    (tmp_path / "4711-x.html").write_bytes(b"half")
    clear_staging(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_writer_leaves_all_files_and_counts_those_that_changed(tmp_path: Path) -> None:
    folder, staging = tmp_path / "archive", tmp_path / "staging"
    files = {"index.html": b"front", "stories/\u4e00/ja.html": "\u6a2a\u6d5c".encode(), "empty.txt": b""}
    files |= {f"stories/{number}.html": bytes([number]) * 40_000 for number in range(20)}
    for expected in (23, 0):
        with Writer(folder, staging=staging) as writer:
            for path, body in files.items():
                writer.write(path, body)
        assert writer.written == expected
    assert {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()
    } == files
    assert list(staging.iterdir()) == []


def test_a_writer_says_which_file_it_could_not_write(tmp_path: Path) -> None:
    """However many come after it."""
    (tmp_path / "archive" / "x.html").mkdir(parents=True)

    def write() -> None:
        with Writer(tmp_path / "archive", staging=tmp_path / "staging") as writer:
            writer.write("x.html", b"new")
            for number in range(100):
                writer.write(f"{number}.html", b"." * 100_000)

    with pytest.raises(WorkspaceError, match=r"x\.html could not be written: .*run the same command again"):
        write()
    assert (tmp_path / "archive" / "x.html").is_dir()


def test_what_went_wrong_first_is_what_is_told(tmp_path: Path) -> None:
    (tmp_path / "archive" / "x.html").mkdir(parents=True)

    def write() -> None:
        with Writer(tmp_path / "archive", staging=tmp_path / "staging") as writer:
            writer.write("x.html", b"new")
            raise KeyError

    with pytest.raises(KeyError):
        write()


def test_of_a_file_that_was_sent_by_half_nothing_is_written(tmp_path: Path) -> None:
    """As by a run that was killed."""
    whole = struct.pack(">IQ", 1, 3) + b"a" + b"new"
    half = struct.pack(">IQ", 1, 3) + b"b" + b"ne"
    assert write_all(io.BytesIO(whole + half), tmp_path / "archive", tmp_path / "staging") == 1
    assert [file.name for file in (tmp_path / "archive").iterdir()] == ["a"]
