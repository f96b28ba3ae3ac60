"""The register of readers, on each kind of database."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import event, text

from pipeline.model import Choices, Consent, Reader, ReaderState, Suppression, SuppressionReason
from pipeline.store.database import open_engine, reading
from pipeline.store.register import Register
from pipeline.store.schema import prepare

ASKED = dt.datetime(2026, 11, 1, 8, 30, tzinfo=dt.UTC)
LATER = ASKED + dt.timedelta(days=3)
READER = Reader(
    id="00aa00aa00aa00aa",
    address="desk@city.example",
    edition="ja",
    state=ReaderState.ACTIVE,
    consent=Consent(origin="web", at=ASKED, wording="2026-11", token="aa00bb00cc00dd00"),
    choices=Choices(cities=("Q48320",), themes=("water",)),
    since=ASKED,
    changed=ASKED,
)


@pytest.fixture
def register(database_url: str) -> Iterator[Register]:
    engine = open_engine(database_url)
    prepare(engine, "library")
    yield Register(engine)
    engine.dispose()


def other(reader_id: str, **about: object) -> Reader:
    return msgspec.structs.replace(READER, id=reader_id, **about)


def test_a_reader_is_kept_as_given_and_added_once(register: Register) -> None:
    assert register.add(READER)
    assert register.get(READER.id) == READER
    assert not register.add(msgspec.structs.replace(READER, state=ReaderState.PENDING))
    assert register.get(READER.id) == READER
    assert register.get("ffffffffffffffff") is None


def test_readers_come_by_edition_and_state_in_order(register: Register) -> None:
    rows = [
        other("03", edition="ja"),
        other("01", edition="ja", state=ReaderState.LEFT),
        other("02", edition="en", state=ReaderState.PENDING, consent=None),
        other("04", edition="en", choices=Choices()),
    ]
    for row in rows:
        register.add(row)
    assert [row.id for row in register.readers()] == ["02", "04", "01", "03"]
    assert [row.id for row in register.readers(edition="ja")] == ["01", "03"]
    assert [row.id for row in register.readers(states=(ReaderState.ACTIVE,))] == ["04", "03"]
    assert register.readers(edition="ja", states=()) == []


def test_saving_makes_or_replaces_a_row(register: Register) -> None:
    register.save(READER)
    left = msgspec.structs.replace(READER, state=ReaderState.LEFT, changed=LATER)
    register.save(left)
    assert register.readers() == [left]


def test_an_erased_reader_leaves_nothing_but_an_id_that_is_not_written_to(register: Register) -> None:
    """M11"""
    register.add(READER)
    register.suppress(READER.id, "left", ASKED, "by mail")
    register.erase(READER.id, LATER)
    assert register.readers() == []
    assert register.suppressed() == {
        READER.id: Suppression(reader=READER.id, reason=SuppressionReason.ERASED, at=LATER)
    }


def test_a_suppression_is_lifted_and_others_stay(register: Register) -> None:
    for name, reason in (("01", "bounced"), ("02", "left")):
        register.suppress(name, reason, ASKED, "5.1.1")
    register.lift("01")
    register.lift("01")
    assert register.suppressed() == {
        "02": Suppression(reader="02", reason=SuppressionReason.LEFT, at=ASKED, detail="5.1.1")
    }
    with pytest.raises(ValueError, match="bored"):
        register.suppress("03", "bored", ASKED)


def test_only_who_never_confirmed_in_time_is_forgotten(register: Register) -> None:
    """M11: unconfirmed addresses are purged; who asked again lately, or confirmed, stays."""
    waiting = {"state": ReaderState.PENDING, "consent": None}
    register.add(other("01", **waiting))
    register.add(other("02", **waiting | {"changed": LATER}))
    register.add(other("03"))
    assert register.purge_pending(LATER) == 1
    assert register.purge_pending(LATER) == 0
    assert [row.id for row in register.readers()] == ["02", "03"]
    assert register.suppressed() == {}


def test_an_address_is_in_no_representation(register: Register) -> None:
    """M11, faults.md P0 14"""
    register.add(READER)
    assert "city.example" not in f"{register.readers()} {register.get(READER.id)!r}"


def test_what_is_erased_or_forgotten_is_in_no_file_any_more(tmp_path: Path) -> None:
    """M11: SQLite would leave it in free pages and in its log."""
    engine = open_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    # As most builds of SQLite have it; Debian's overwrites of itself.
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA secure_delete=OFF"))
    prepare(engine, "library")
    register = Register(engine)
    for name in ("erased", "forgotten"):
        register.add(other(name, address=f"{name}@canary.example", state=ReaderState.PENDING))
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"erased@canary.example" in written
    register.erase("erased", LATER)
    assert register.purge_pending(LATER) == 1
    for file in tmp_path.iterdir():
        assert b"canary.example" not in file.read_bytes(), file.name
    engine.dispose()


def test_erasing_does_not_wait_for_who_reads(tmp_path: Path) -> None:
    """A rendering reads for minutes, and a reader who erases themselves on the web looks at an empty page meanwhile."""
    engine = open_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    prepare(engine, "library")
    register = Register(engine)
    register.add(READER)
    begun = time.monotonic()
    with reading(engine) as connection:
        connection.execute(text("SELECT count(*) FROM reader"))
        register.erase(READER.id, LATER)
    assert time.monotonic() - begun < 10
    assert register.readers() == []
    with reading(engine) as connection:
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 60_000
    engine.dispose()
