"""`city-digest migrate`: older databases become ours, newer ones stay as they are."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.config import open_workspace
from pipeline.errors import SchemaTooNew
from pipeline.store import schema
from pipeline.store.copies import revision_in
from pipeline.store.opening import open_inbox, open_library

NEWEST = schema.newest_revision("library")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of the version whose library had one revision less."""
    (tmp_path / "city-digest.toml").write_text("", encoding="utf-8")
    newest = f"{NEWEST:04d}_*"
    shutil.copytree(schema._MIGRATIONS, tmp_path / "older", ignore=shutil.ignore_patterns("__pycache__", newest))
    shutil.copytree(schema._MIGRATIONS / "inbox", tmp_path / "older" / "inbox", dirs_exist_ok=True)
    with monkeypatch.context() as older:
        older.setattr(schema, "_MIGRATIONS", tmp_path / "older")
        for store in (open_inbox(open_workspace(tmp_path)), open_library(open_workspace(tmp_path))):
            store.engine.dispose()
    return tmp_path


def call(place: Path, *words: str) -> dict[str, Any]:
    done = CliRunner().invoke(cli, ["-C", str(place), "migrate", "--json", *words], standalone_mode=False)
    if done.exception:
        raise done.exception
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_an_older_library_is_migrated_once_and_stays_beside_it_as_it_was(place: Path) -> None:
    data = call(place)
    copy = place.resolve() / "state" / f"library.schema-{NEWEST - 1:04d}.sqlite"
    assert data["library"] == {"before": NEWEST - 1, "after": NEWEST, "copy": str(copy)}
    assert revision_in(copy, "library") == NEWEST - 1
    assert copy.stat().st_mode & 0o077 == 0  # it may hold addresses
    assert revision_in(place / "state" / "library.sqlite", "library") == NEWEST
    assert call(place)["library"] == {"before": NEWEST, "after": NEWEST, "copy": ""}


def test_a_dry_run_changes_nothing(place: Path) -> None:
    """C5."""
    file = place / "state" / "library.sqlite"
    before = file.read_bytes()
    assert call(place, "--dry-run")["library"] == {"before": NEWEST - 1, "after": NEWEST, "copy": ""}
    assert file.read_bytes() == before


def test_the_copy_has_what_another_process_wrote_last(place: Path) -> None:
    """What is in the write-ahead log, while a reader keeps it from being emptied."""
    file = place / "state" / "library.sqlite"
    writer = sqlite3.connect(file, isolation_level=None)
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM library_version").fetchall()
    writer.execute("CREATE TABLE seen (x)")
    reader.execute("ROLLBACK")
    call(place)
    writer.close()
    reader.close()
    copy = sqlite3.connect(place / "state" / f"library.schema-{NEWEST - 1:04d}.sqlite")
    assert copy.execute("SELECT count(*) FROM seen").fetchone() == (0,)
    copy.close()


def test_a_newer_library_is_refused_and_nothing_is_written(place: Path) -> None:
    """Faults P0.5."""
    connection = sqlite3.connect(place / "state" / "library.sqlite")
    connection.execute("UPDATE library_version SET version_num = '0999'")
    connection.commit()
    connection.close()
    before = {file.name: file.read_bytes() for file in (place / "state").glob("*.sqlite")}
    with pytest.raises(SchemaTooNew):
        call(place)
    assert {file.name: file.read_bytes() for file in (place / "state").glob("*.sqlite")} == before
