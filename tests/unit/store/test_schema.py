"""The schema: made, checked, migrated, refused."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, bindparam, inspect, text

from pipeline.errors import SchemaTooNew, StoreError
from pipeline.model import CompleteTies, DeliveryState, SourceHealth
from pipeline.store import schema
from pipeline.store.database import UtcDateTime, open_engine, reading, writing
from pipeline.store.inbox import HttpState, Inbox
from pipeline.store.library import Library
from pipeline.store.register import Register
from pipeline.store.schema import newest_revision, prepare, revision_of
from pipeline.store.tables import inbox, library


def test_an_empty_database_gets_both_schemas_and_the_second_time_nothing(database_url: str) -> None:
    """One PostgreSQL database may hold both; so may, by this test only, one SQLite file."""
    engine = open_engine(database_url)
    for name in ("inbox", "library"):
        assert revision_of(engine, name) == 0
        prepare(engine, name)
        prepare(engine, name)
        assert revision_of(engine, name) == newest_revision(name)
    engine.dispose()


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(database_url: str) -> None:
    engine = open_engine(database_url)
    prepare(engine, "inbox")
    prepare(engine, "library")
    both = MetaData()
    for metadata in (inbox, library):
        for table in metadata.sorted_tables:
            table.to_metadata(both)
    ours = {table.name for table in both.sorted_tables}

    def is_ours(_: object, name: str | None, kind: str, __: bool, ___: object) -> bool:
        return kind != "table" or name in ours

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": is_ours, "compare_type": True})
        assert compare_metadata(context, both) == []
    engine.dispose()


@pytest.mark.parametrize("name", ["inbox", "library"])
def test_a_newer_schema_is_refused_and_not_touched(tmp_path: Path, name: schema.Database) -> None:
    file = tmp_path / "x.sqlite"
    engine = open_engine(f"sqlite:///{file}")
    prepare(engine, name)
    with writing(engine) as connection:
        connection.execute(text(f"UPDATE {name}_version SET version_num = '0999'"))
    engine.dispose()  # the last connection moves everything into the file
    before = file.read_bytes()
    with pytest.raises(SchemaTooNew, match=r"schema 999.*install that version again"):
        prepare(engine, name)
    engine.dispose()
    assert file.read_bytes() == before


NEWEST = 5  # of the library's revisions
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

def upgrade():
    op.add_column("issue", sa.Column("note", sa.Text()))
    {then}
"""


def _with_another_revision(monkeypatch: pytest.MonkeyPatch, folder: Path, then: str) -> None:
    shutil.copytree(schema._MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "library" / "versions" / "0006_note.py").write_text(NEXT.format(then=then))
    monkeypatch.setattr(schema, "_MIGRATIONS", folder)


def _columns(url: str) -> set[str]:
    engine = open_engine(url)
    with reading(engine) as connection:
        columns = {column["name"] for column in inspect(connection).get_columns("issue")}
    engine.dispose()
    return columns


def test_an_older_database_is_migrated_after_a_backup(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    engine = open_engine(database_url)
    prepare(engine, "library")
    _with_another_revision(monkeypatch, tmp_path / "migrations", "pass")
    prepare(engine, "library")
    assert revision_of(engine, "library") == NEWEST + 1
    assert "note" in _columns(database_url)
    if engine.dialect.name == "sqlite":
        assert "note" not in _columns(f"sqlite:///{tmp_path}/test.schema-000{NEWEST}.sqlite")
    engine.dispose()


def test_a_migration_that_fails_leaves_the_database_as_it_was(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    engine = open_engine(database_url)
    prepare(engine, "library")
    _with_another_revision(monkeypatch, tmp_path / "migrations", "op.drop_table('no_such_table')")
    with pytest.raises(StoreError):
        prepare(engine, "library")
    assert revision_of(engine, "library") == NEWEST
    assert "note" not in _columns(database_url)
    engine.dispose()


def test_an_inbox_of_the_first_schema_keeps_its_rows_and_nothing_is_known_of_the_rest(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    engine = open_engine(database_url)
    shutil.copytree(schema._MIGRATIONS, tmp_path / "first", ignore=shutil.ignore_patterns("__pycache__", "000[2-9]*"))
    with monkeypatch.context() as first:
        first.setattr(schema, "_MIGRATIONS", tmp_path / "first")
        prepare(engine, "inbox")
    assert revision_of(engine, "inbox") == 1
    asked = dt.datetime(2026, 11, 8, 21, 0, tzinfo=dt.UTC)
    with writing(engine) as connection:
        for statement in (
            "INSERT INTO health VALUES ('city', :asked, NULL, 2, 'timeout')",
            "INSERT INTO http_state VALUES ('https://city.example/feed', '\"1\"', '', NULL, :asked)",
            "INSERT INTO http_state VALUES ('urn:city-digest:file:city:box:a.txt', 'mark', '', NULL, :asked)",
        ):
            connection.execute(text(statement).bindparams(bindparam("asked", asked, UtcDateTime())))
    prepare(engine, "inbox")
    kept = Inbox(engine)
    before = SourceHealth(source_id="city", last_ok=asked, failures=2, problem="timeout")
    assert kept.health() == [before]
    # What the feed listed was not kept, so it is to be read once more; files of one's own need not be.
    feed, file = "https://city.example/feed", "urn:city-digest:file:city:box:a.txt"
    assert kept.http_state(feed) == HttpState(url=feed, not_before=asked)
    assert kept.http_state(file) == HttpState(url=file, etag="mark", not_before=asked)
    after = msgspec.structs.replace(before, rhythm_h=24.0, empties=1, due=asked, moved_to="https://city.example/rss")
    kept.save_health(after)
    assert kept.health() == [after]
    engine.dispose()


def test_complete_lists_of_before_hold_ties_of_every_kind(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    engine = open_engine(database_url)
    shutil.copytree(schema._MIGRATIONS, tmp_path / "third", ignore=shutil.ignore_patterns("__pycache__", "000[4-9]*"))
    with monkeypatch.context() as third:
        third.setattr(schema, "_MIGRATIONS", tmp_path / "third")
        prepare(engine, "library")
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO complete_ties VALUES ('c:1', 'https://all.example/', '2026-11-01')"))
    prepare(engine, "library")
    assert Library(engine).ties().complete == (
        CompleteTies(city="c:1", source="https://all.example/", retrieved=dt.date(2026, 11, 1)),
    )
    engine.dispose()


def test_a_ledger_of_before_keeps_its_rows_and_learns_of_repeats(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    engine = open_engine(database_url)
    shutil.copytree(schema._MIGRATIONS, tmp_path / "fourth", ignore=shutil.ignore_patterns("__pycache__", "000[5-9]*"))
    with monkeypatch.context() as fourth:
        fourth.setattr(schema, "_MIGRATIONS", tmp_path / "fourth")
        prepare(engine, "library")
    assert revision_of(engine, "library") == 4
    sent = dt.datetime(2026, 11, 8, 21, 0, tzinfo=dt.UTC)
    with writing(engine) as connection:
        statement = text(
            "INSERT INTO delivery VALUES ('2026-W45', 'ja', 'aa11', 'outbox', '<m@city.example>', 'sent', :at)"
        )
        connection.execute(statement.bindparams(bindparam("at", sent, UtcDateTime())))
    prepare(engine, "library")
    with reading(engine) as connection:
        assert connection.execute(
            text("SELECT revision, attempts, since, not_before, code, detail FROM delivery")
        ).all() == [(0, 0, None, None, 0, "")]
    row = Library(engine).deliveries("2026-W45")["ja", "aa11"]
    assert (row.message_id, row.state, row.at) == ("<m@city.example>", DeliveryState.SENT, sent)
    assert Register(engine).readers() == []
    engine.dispose()
