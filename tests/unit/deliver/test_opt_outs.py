"""Opt-outs outlive the database (M10, faults.md P0 3): the journal is written first and merged back."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import msgspec
import pytest

from pipeline.deliver.journal import append, read
from pipeline.deliver.opt_outs import merge_opt_outs, opt_in, opt_out
from pipeline.model import Reader, ReaderState, SuppressionReason
from pipeline.store.database import open_engine
from pipeline.store.register import Register
from pipeline.store.schema import prepare

AT = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)
READER = Reader(
    id="00aa00aa00aa00aa",
    address="desk@canary.example",
    edition="ja",
    state=ReaderState.ACTIVE,
    consent=None,
    since=AT,
    changed=AT,
)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    engine = open_engine(f"sqlite:///{tmp_path / 'library.sqlite'}")
    prepare(engine, "library")
    register = Register(engine)
    register.add(READER)
    return register


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "opt-outs.jsonl"


def state(register: Register) -> str:
    row = register.get(READER.id)
    return row.state.value if row else "none"


@pytest.mark.parametrize(
    ("reason", "then"),
    [(SuppressionReason.LEFT, "left"), (SuppressionReason.BOUNCED, "suspended"), (SuppressionReason.ERASED, "none")],
)
def test_an_opt_out_is_in_journal_and_register_and_a_restored_backup_learns_of_it(
    register: Register, journal: Path, reason: SuppressionReason, then: str
) -> None:
    opt_out(register, journal, READER.id, reason, AT + HOUR, "5.1.1")
    assert (state(register), register.suppressed()[READER.id].reason) == (then, reason)
    (row,) = read(journal)
    assert row == {"reader": READER.id, "state": reason.value, "at": "2026-11-09T01:00:00+00:00", "detail": "5.1.1"}
    assert "canary" not in journal.read_text()
    after = register.suppressed()
    assert merge_opt_outs(register, journal) == 0, "it knows already"
    register.lift(READER.id)
    register.save(READER)
    assert merge_opt_outs(register, journal) == 1
    assert (state(register), register.suppressed()) == (then, after | {READER.id: register.suppressed()[READER.id]})


def test_a_journal_line_without_its_transaction_is_made_good(register: Register, journal: Path) -> None:
    """The database was down when the reader left."""
    append(journal, {"reader": READER.id, "state": "left", "at": AT.isoformat()})
    assert merge_opt_outs(register, journal) == 1
    assert state(register) == "left"


def test_who_asked_anew_is_not_put_out_again_and_an_old_backup_learns_that_too(
    register: Register, journal: Path
) -> None:
    opt_out(register, journal, READER.id, SuppressionReason.LEFT, AT + HOUR)
    before = register.suppressed()[READER.id]
    opt_in(register, journal, READER.id, AT + 2 * HOUR)
    register.save(READER)
    assert merge_opt_outs(register, journal) == 0
    assert state(register) == "active"
    register.suppress(READER.id, before.reason, before.at)
    assert merge_opt_outs(register, journal) == 1
    assert register.suppressed() == {}


def test_late_bounces_and_old_links_undo_nothing_graver(register: Register, journal: Path) -> None:
    """After an erasure, the link in an old letter still works; a backup from before must not bring the address back."""
    for number, reason in enumerate(["bounced", "left", "erased", "left", "bounced"]):
        append(journal, {"reader": READER.id, "state": reason, "at": (AT + number * HOUR).isoformat()})
    assert merge_opt_outs(register, journal) == 1
    assert state(register) == "none"
    assert register.suppressed()[READER.id].reason is SuppressionReason.ERASED


def test_who_left_stays_so_when_their_mail_comes_back(register: Register, journal: Path) -> None:
    register.save(msgspec.structs.replace(READER, state=ReaderState.LEFT))
    opt_out(register, journal, READER.id, SuppressionReason.BOUNCED, AT)
    assert state(register) == "left"


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "[]",
        '{"reader": 1, "state": "left", "at": "2026-11-09T00:00:00+00:00"}',
        '{"reader": "00aa00aa00aa00aa", "state": "bored", "at": "2026-11-09T00:00:00+00:00"}',
        '{"reader": "00aa00aa00aa00aa", "state": ["left"], "at": "2026-11-09T00:00:00+00:00"}',
        '{"reader": "00aa00aa00aa00aa", "state": "left", "at": "2026-11-09T00:00:00"}',
        '{"reader": "00aa00aa00aa00aa", "state": "left", "at": 3}',
        '{"reader": "00aa00aa00aa00aa", "state": "le',
    ],
)
def test_a_line_that_says_nothing_is_passed_over(register: Register, journal: Path, line: str) -> None:
    journal.write_text(json.dumps({"reader": "bb" * 8, "state": "left", "at": AT.isoformat()}) + f"\n{line}\n")
    assert merge_opt_outs(register, journal) == 1
    assert state(register) == "active"


@pytest.mark.parametrize("lines", [(("left", 2), ("active", 1)), (("active", 2), ("left", 1))])
def test_who_left_by_the_order_of_the_lines_or_by_their_times_is_not_written_to(
    register: Register, journal: Path, lines: tuple[tuple[str, int], ...]
) -> None:
    """A restore adds older lines after newer ones; a clock jumps back."""
    for kind, hours in lines:
        append(journal, {"reader": READER.id, "state": kind, "at": (AT + hours * HOUR).isoformat()})
    merge_opt_outs(register, journal)
    assert state(register) == "left"
    assert register.suppressed()[READER.id].reason is SuppressionReason.LEFT
