"""Journals: what they were told is there, whatever crashed (M13)."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from pipeline.deliver.journal import append, read, scan
from pipeline.deliver.sends import append_send, find_forgotten
from pipeline.errors import WorkspaceError
from pipeline.model import Delivery, DeliveryState


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.jsonl"


def test_lines_come_back_in_their_order(file: Path) -> None:
    rows = [{"reader": "r1", "detail": "改行\nand \u2028"}, {"reader": "r2"}]
    for row in rows:
        append(file, row)
    assert read(file) == rows
    assert list(scan(file, holding="r2")) == rows[1:]
    assert file.stat().st_mode & 0o777 == 0o600


def test_without_a_file_there_are_no_lines(file: Path) -> None:
    assert read(file) == []


def test_each_line_is_on_the_disk_when_it_is_added(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(file, {"reader": "r1"})
    synced: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(file.read_bytes()))
    append(file, {"reader": "r2"})
    assert synced == [b'{"reader":"r1"}\n{"reader":"r2"}\n']


@pytest.mark.parametrize("torn", [b'{"reader":"r2","st', b"\x00\x00\x00", b'{"reader":"\xe7', b"7", b"[]\n"])
def test_what_a_crash_left_of_a_line_is_passed_over_and_swallows_no_other(file: Path, torn: bytes) -> None:
    append(file, {"reader": "r1"})
    with file.open("ab") as stream:
        stream.write(torn)
    assert read(file) == [{"reader": "r1"}]
    append(file, {"reader": "r3"})
    assert read(file) == [{"reader": "r1"}, {"reader": "r3"}]


def _append_many(file: Path, name: str) -> None:
    for number in range(100):
        append(file, {"reader": name, "number": number, "filler": "x" * 300})


def test_several_processes_may_write(file: Path) -> None:
    """The web app adds opt-outs while a delivery runs."""
    file.parent.mkdir()
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_append_many, args=(file, name)) for name in ("a", "b", "c")]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert sorted((row["reader"], row["number"]) for row in read(file)) == [(n, i) for n in "abc" for i in range(100)]


def test_a_journal_that_cannot_be_written_or_read_says_so(file: Path) -> None:
    file.mkdir(parents=True)
    with pytest.raises(WorkspaceError, match=r"journal\.jsonl could not be written"):
        append(file, {})
    with pytest.raises(WorkspaceError, match=r"journal\.jsonl could not be read"):
        read(file)


# -------------------------------------------------------------------------------------------------------------- of sends

ROW = Delivery(
    week="2026-W45",
    edition="ja",
    reader="r1",
    channel="smtp",
    message_id="<1@example.org>",
    state=DeliveryState.SENDING,
    at=dt.datetime(2026, 11, 9, 12, tzinfo=dt.UTC),
    attempts=1,
)
SENT = replace(ROW, state=DeliveryState.SENT)


def test_the_ledger_learns_what_it_forgot(file: Path) -> None:
    for row in (ROW, SENT, replace(SENT, reader="r2"), replace(SENT, week="2026-W44")):
        append_send(file, row)
    assert find_forgotten(file, "2026-W45", {}) == [SENT, replace(SENT, reader="r2")]
    assert find_forgotten(file, "2026-W45", {("ja", "r1"): ROW}) == [SENT, replace(SENT, reader="r2")]
    assert find_forgotten(file, "2026-W45", {("ja", "r1"): SENT, ("ja", "r2"): replace(SENT, reader="r2")}) == []


@pytest.mark.parametrize(
    ("journal", "ledger", "wins"),
    [
        ([ROW], None, "journal"),
        ([ROW, SENT], ROW, "journal"),
        ([ROW], SENT, "ledger"),
        ([SENT, ROW], ROW, "journal"),  # sent is sent, whatever a line after it says
        ([replace(ROW, state=DeliveryState.DEFERRED)], ROW, "journal"),
        ([ROW], replace(ROW, state=DeliveryState.DEFERRED), "ledger"),
        ([replace(ROW, attempts=2)], replace(ROW, state=DeliveryState.DEFERRED), "journal"),
        ([replace(ROW, state=DeliveryState.FAILED)], replace(ROW, state=DeliveryState.DEFERRED), "journal"),
        ([SENT], replace(ROW, revision=1), "ledger"),
        ([replace(ROW, revision=1)], SENT, "journal"),
        # Refused by all, and then tried again: the text is under way, and must not be taken for one that is not.
        ([ROW, replace(ROW, state=DeliveryState.QUEUED), ROW], ROW, "ledger"),
        ([replace(SENT, at=ROW.at - dt.timedelta(days=400))], ROW, "journal"),  # clocks jump
    ],
)
def test_the_later_word_wins(file: Path, journal: list[Delivery], ledger: Delivery | None, wins: str) -> None:
    for row in journal:
        append_send(file, row)
    known = {("ja", "r1"): ledger} if ledger else {}
    assert bool(find_forgotten(file, "2026-W45", known)) == (wins == "journal")
