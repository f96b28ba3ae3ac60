"""Who is sent the issue of a week, and who not (M7, M13)."""

from __future__ import annotations

import datetime as dt
import email
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from subscribed import a_reader

from pipeline.config import Workspace
from pipeline.deliver.journal import append, read
from pipeline.deliver.opt_outs import opt_out
from pipeline.deliver.outbox import Outbox
from pipeline.errors import ConfigurationError, DeliveryError
from pipeline.model import Answer, Choices, DeliveryState, Envelope, IssueStatus, ReaderState, Shelf, SuppressionReason
from pipeline.store.library import Library
from pipeline.store.register import Register
from pipeline.weekly import DeliverReport, compose_missing, deliver_issues, fill_shelf

At = Callable[..., Workspace]
Save = Callable[..., str]
WEEK = "2026-W45"
MONDAY = "2026-11-09T06:00+09:00"  # W45 is complete
MORNING = dt.datetime(2026, 11, 8, 21, tzinfo=dt.UTC)


JA, EN = a_reader(1, "ja"), a_reader(2, "en")


@pytest.fixture
def register(library: Library) -> Register:
    register = Register(library.engine)
    register.add(JA)
    register.add(EN)
    return register


@pytest.fixture
def shelf(at: At, library: Library, save: Save) -> Shelf:
    save("a", "2026-11-04")
    compose_missing(at(MONDAY), library, ())
    return fill_shelf(at(MONDAY), library, ())


@pytest.fixture
def deliver(library: Library, register: Register, shelf: Shelf) -> Callable[..., DeliverReport]:
    def delivered(workspace: Workspace, *arguments: Any, of: Shelf = shelf, **named: Any) -> DeliverReport:
        report = deliver_issues(workspace, library, register, of, *arguments, **named)
        return msgspec.structs.replace(report, bytes=0, largest=0)

    return delivered


Deliver = Callable[..., DeliverReport]


def letters(workspace: Workspace) -> list[str]:
    return sorted(file.name for file in workspace.outbox.glob("*.eml"))


def test_every_reader_gets_the_last_issue_in_their_edition_once(at: At, deliver: Deliver) -> None:
    workspace = at(MONDAY)
    assert deliver(workspace) == DeliverReport(sent=2)
    assert deliver(workspace) == DeliverReport(already_sent=2)
    assert letters(workspace) == [f"{WEEK}-en-{EN.id}.eml", f"{WEEK}-ja-{JA.id}.eml"]


def test_two_editions_for_one_address_are_two_readers(at: At, deliver: Deliver, register: Register) -> None:
    register.add(msgspec.structs.replace(a_reader(3, "en"), address=JA.address))
    assert deliver(at(MONDAY)) == DeliverReport(sent=3)


def test_a_rehearsal_counts_and_measures_and_sends_nothing(
    at: At, library: Library, register: Register, shelf: Shelf, deliver: Deliver
) -> None:
    """M15"""
    planned = deliver_issues(at(MONDAY), library, register, shelf, dry_run=True)
    assert (letters(at(MONDAY)), library.deliveries(WEEK), read(at(MONDAY).sends)) == ([], {}, [])
    assert deliver(at(MONDAY)) == DeliverReport(sent=planned.sent)
    sizes = [file.stat().st_size for file in at(MONDAY).outbox.iterdir()]
    assert (planned.bytes, planned.largest) == (sum(sizes), max(sizes))
    assert deliver(at(MONDAY), dry_run=True) == DeliverReport(already_sent=2)


def test_what_a_reader_chose_reaches_their_letter_alone(at: At, deliver: Deliver, register: Register) -> None:
    chosen = Choices(cities=("kobe",))
    register.save(msgspec.structs.replace(JA, choices=chosen))
    assert deliver(at(MONDAY)) == DeliverReport(sent=2)


@pytest.mark.parametrize("state", [ReaderState.PENDING, ReaderState.SUSPENDED, ReaderState.LEFT])
def test_only_who_agreed_and_stayed_is_written_to(at: At, deliver: Deliver, register: Register, state: ReaderState) -> None:  # fmt: skip
    """M11"""
    register.save(msgspec.structs.replace(JA, state=state))
    assert deliver(at(MONDAY)) == DeliverReport(sent=1)
    assert letters(at(MONDAY)) == [f"{WEEK}-en-{EN.id}.eml"]


def test_who_is_suppressed_is_not_written_to_whatever_their_row_says(at: At, deliver: Deliver, register: Register) -> None:  # fmt: skip
    register.suppress(JA.id, "bounced", MORNING)
    assert deliver(at(MONDAY)) == DeliverReport(sent=1)


def test_who_left_while_the_database_was_away_is_not_written_to(at: At, deliver: Deliver, register: Register) -> None:
    """M10: the opt-out stands in its journal alone."""
    workspace = at(MONDAY)
    append(workspace.opt_outs, {"reader": JA.id, "state": "left", "at": MORNING.isoformat()})
    assert deliver(workspace) == DeliverReport(sent=1)
    left = register.get(JA.id)
    assert left
    assert left.state is ReaderState.LEFT


def test_an_old_issue_is_not_mailed_unless_forced(at: At, deliver: Deliver) -> None:
    """C4: missed weeks are built but not mailed beyond the late limit."""
    in_time, late = at("2026-11-11T23:59+09:00"), at("2026-11-12T00:00+09:00")
    assert deliver(late) == DeliverReport(late=(WEEK,))
    assert deliver(in_time, dry_run=True) == DeliverReport(sent=2)
    assert deliver(late, force=True) == DeliverReport(sent=2)


@pytest.mark.parametrize("changes", [{"leads": (), "regions": ()}, {"status": IssueStatus.COLLECTION_FAILED}])
def test_an_issue_with_nothing_to_read_is_not_mailed_unless_forced(
    at: At, shelf: Shelf, deliver: Deliver, changes: dict[str, Any]
) -> None:
    """M13: an empty week sends no mail, and one whose collection failed neither."""
    issue = msgspec.structs.replace(shelf.issues[-1], follow_ups=(), background=(), **changes)
    poor = msgspec.structs.replace(shelf, issues=(issue,))
    workspace = at(MONDAY)
    assert deliver(workspace, of=poor) == DeliverReport(empty=(WEEK,))
    assert letters(workspace) == []
    assert deliver(workspace, of=poor, force=True) == DeliverReport(sent=2)


def test_an_issue_that_does_not_exist_is_named(at: At, deliver: Deliver) -> None:
    with pytest.raises(ConfigurationError, match=r"no issue 2026-W40; the last one is 2026-W45"):
        deliver(at(MONDAY), ["2026-W40"])


def test_without_readers_nobody_is_asked_who_sends(at: At, deliver: Deliver, register: Register) -> None:
    for reader in (JA, EN):
        register.erase(reader.id, MORNING)
    assert deliver(at(MONDAY, mail__sender_name="")) == DeliverReport()


def test_mail_that_does_not_say_who_sends_is_not_sent(at: At, deliver: Deliver) -> None:
    workspace = at(MONDAY, mail__postal_address="", mail__unsubscribe="")
    with pytest.raises(ConfigurationError, match=r"mail\.postal_address, mail\.unsubscribe"):
        deliver(workspace)
    assert letters(workspace) == []


# ----------------------------------------------------------------------------------------------------- restored backups


def test_a_ledger_from_a_backup_sends_nothing_twice(at: At, library: Library, deliver: Deliver) -> None:
    """M13: the journal outside the database knows who had the issue."""
    workspace = at(MONDAY)
    deliver(workspace)
    rows = library.deliveries(WEEK)
    with library.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM delivery")
    assert deliver(workspace) == DeliverReport(already_sent=2)
    assert library.deliveries(WEEK) == rows


def test_a_journal_that_is_older_than_the_ledger_changes_nothing(at: At, library: Library, deliver: Deliver) -> None:
    workspace = at(MONDAY)
    deliver(workspace)
    lines = workspace.sends.read_text(encoding="utf-8").splitlines(keepends=True)
    workspace.sends.write_text("".join(line for line in lines if '"sending"' in line), encoding="utf-8")
    assert deliver(workspace) == DeliverReport(already_sent=2)


def test_a_clock_that_jumps_back_never_sends_again(at: At, deliver: Deliver) -> None:
    """Faults P0.6"""
    deliver(at(MONDAY))
    for earlier in ("2026-11-08T06:00+09:00", "2025-01-01T06:00+09:00"):
        assert deliver(at(earlier)) == DeliverReport(already_sent=2)


def test_what_was_under_way_when_a_run_was_killed_is_sent_once_more_or_held(
    at: At, library: Library, deliver: Deliver
) -> None:
    """M7: the row says sending, and nobody knows."""
    deliver(at(MONDAY))
    for row in library.deliveries(WEEK).values():
        library.save_delivery(msgspec.structs.replace(row, state=DeliveryState.SENDING))
    at(MONDAY).sends.unlink()
    assert deliver(at(MONDAY, deliver__on_unknown="hold")) == DeliverReport(unknown=2)
    assert {row.state for row in library.deliveries(WEEK).values()} == {DeliveryState.UNKNOWN}
    assert deliver(at(MONDAY)) == DeliverReport(sent=2)


def test_no_address_reaches_ledger_or_journal(at: At, library: Library, deliver: Deliver) -> None:
    """M11"""
    workspace = at(MONDAY)
    deliver(workspace)
    told = workspace.sends.read_text(encoding="utf-8") + repr(library.deliveries(WEEK))
    assert not [reader for reader in (JA, EN) if reader.address in told]


def test_what_an_earlier_issue_left_undone_is_closed_when_it_is_too_old(
    at: At, library: Library, save: Save, deliver: Deliver
) -> None:
    """M7: no row says for ever that it will be sent."""
    deliver(at(MONDAY))
    at(MONDAY).sends.unlink()
    for state, row in zip(
        (DeliveryState.DEFERRED, DeliveryState.SENDING), library.deliveries(WEEK).values(), strict=True
    ):
        library.save_delivery(msgspec.structs.replace(row, state=state, attempts=2))
    save("b", "2026-11-11")
    workspace = at("2026-11-16T06:00+09:00")
    compose_missing(workspace, library, ())
    later = fill_shelf(workspace, library, ())
    assert deliver(workspace, of=later) == DeliverReport(sent=2, failed=1, unknown=1, late=(WEEK,))
    assert sorted(row.state for row in library.deliveries(WEEK).values()) == ["failed", "unknown"]
    assert deliver(workspace, of=later) == DeliverReport(already_sent=2)


def test_what_an_earlier_issue_left_undone_is_done_while_it_is_not_too_old(
    at: At, library: Library, save: Save, deliver: Deliver
) -> None:
    deliver(at(MONDAY))
    at(MONDAY).sends.unlink()
    row = library.deliveries(WEEK)["ja", JA.id]
    library.save_delivery(msgspec.structs.replace(row, state=DeliveryState.DEFERRED, attempts=2))
    save("b", "2026-11-11")
    workspace = at("2026-11-16T06:00+09:00", deliver__late_days="9")
    compose_missing(workspace, library, ())
    later = fill_shelf(workspace, library, ())
    assert deliver(workspace, of=later) == DeliverReport(sent=3, already_sent=1)


def test_a_channel_that_takes_nothing_is_told_and_everything_is_sent_later(at: At, deliver: Deliver) -> None:
    at(MONDAY).outbox.write_bytes(b"")  # a file where the folder should be
    with pytest.raises(DeliveryError, match="could not be written"):
        deliver(at(MONDAY))
    at(MONDAY).outbox.unlink()
    assert deliver(at(MONDAY)) == DeliverReport(sent=2)


def test_who_leaves_while_letters_go_out_gets_none(
    at: At, deliver: Deliver, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M10"""
    workspace, send = at(MONDAY), Outbox.send

    async def sent(self: Outbox, envelope: Envelope, *, committing: Callable[[], None]) -> Answer:
        for reader in (JA, EN):
            if reader.id != envelope.delivery.reader:
                opt_out(register, workspace.opt_outs, reader.id, SuppressionReason.LEFT, MORNING)
        return await send(self, envelope, committing=committing)

    monkeypatch.setattr(Outbox, "send", sent)
    assert deliver(workspace) == DeliverReport(sent=1)
    assert len(letters(workspace)) == 1


# --------------------------------------------------------------------------------------------------------- corrections


def test_a_correction_goes_to_those_who_had_the_issue_beside_what_it_corrects(
    at: At, library: Library, deliver: Deliver
) -> None:
    """M6"""
    workspace = at(MONDAY)
    deliver(workspace)
    first = email.message_from_bytes((workspace.outbox / f"{WEEK}-ja-{JA.id}.eml").read_bytes())
    assert deliver(workspace, correct=True, dry_run=True) == DeliverReport(sent=2)
    assert deliver(workspace, correct=True) == DeliverReport(sent=2)
    second = email.message_from_bytes((workspace.outbox / f"{WEEK}-ja-{JA.id}.eml").read_bytes())
    assert second["In-Reply-To"] == first["Message-ID"] != second["Message-ID"]
    assert {row.revision for row in library.deliveries(WEEK).values()} == {1}
    assert deliver(workspace) == DeliverReport(already_sent=2)


@pytest.mark.parametrize("correct", [True, False])
def test_a_correction_that_was_cut_off_goes_on_whichever_way_it_is_called(
    at: At, library: Library, deliver: Deliver, correct: bool
) -> None:
    deliver(at(MONDAY))
    before = library.deliveries(WEEK)["en", EN.id]
    deliver(at(MONDAY), correct=True)
    at(MONDAY).sends.unlink()
    library.save_delivery(before)  # as if it had been killed before their turn
    assert deliver(at(MONDAY), correct=correct) == DeliverReport(sent=1, already_sent=1)
    assert {row.revision for row in library.deliveries(WEEK).values()} == {1}


def test_there_is_nothing_to_correct_where_nobody_had_anything(at: At, library: Library, deliver: Deliver) -> None:
    assert deliver(at(MONDAY), correct=True) == DeliverReport(sent=2)
    assert {row.revision for row in library.deliveries(WEEK).values()} == {0}
