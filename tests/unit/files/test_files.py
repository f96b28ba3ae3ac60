"""Files are whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import WorkspaceError
from pipeline.files import clear_staging, replace_file


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


def test_a_disk_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.html"
    replace_file(path, b"old", staging=tmp_path / "staging")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipeline.files.os.fsync", full)
    with pytest.raises(WorkspaceError, match=r"x\.html could not be written: No space left on device.*untouched"):
        replace_file(path, b"new", staging=tmp_path / "staging")
    assert path.read_bytes() == b"old"


def test_a_folder_in_the_way_is_reported(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(WorkspaceError, match="could not be written"):
        replace_file(tmp_path / "x", b"new", staging=tmp_path / "staging")


def test_leftovers_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    clear_staging(tmp_path / "none")
    (tmp_path / "4711-x.html").write_bytes(b"half")
    clear_staging(tmp_path)
    assert list(tmp_path.iterdir()) == []
