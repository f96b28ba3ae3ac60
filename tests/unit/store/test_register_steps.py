"""What readers do, each in one transaction, on each kind of database (M10, M11)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from pipeline.model import Choices, Consent, Reader, ReaderState, SuppressionReason
from pipeline.store.database import open_engine
from pipeline.store.register import Register
from pipeline.store.schema import prepare

ASKED = dt.datetime(2026, 11, 1, 8, 30, tzinfo=dt.UTC)
LATER = ASKED + dt.timedelta(days=3)
JA, EN, FR = "00aa00aa00aa00aa", "00bb00bb00bb00bb", "00cc00cc00cc00cc"
PROOF = Consent(origin="web", at=LATER, wording="ja-0", token="0a0a0a0a0a0a0a0a")
READER = Reader(
    id=JA,
    address="desk@city.example",
    edition="ja",
    state=ReaderState.ACTIVE,
    consent=PROOF,
    since=ASKED,
    changed=ASKED,
)
MOVED = replace(READER, id=EN, edition="en")


@pytest.fixture
def register(database_url: str) -> Iterator[Register]:
    engine = open_engine(database_url)
    prepare(engine, "library")
    yield Register(engine)
    engine.dispose()


def test_confirming_makes_active_and_lifts_and_keeps_the_first_proof(register: Register) -> None:
    register.add(replace(READER, state=ReaderState.PENDING, consent=None))
    register.suppress(JA, "left", ASKED)
    confirmed = register.confirm(JA, PROOF)
    assert confirmed == replace(READER, changed=LATER)
    assert register.get(JA) == confirmed
    assert register.suppressed() == {}
    assert register.confirm(JA, replace(PROOF, token="0b0b0b0b0b0b0b0b")) == confirmed


@pytest.mark.parametrize("state", [ReaderState.LEFT, ReaderState.SUSPENDED])
def test_nobody_else_is_confirmed(register: Register, state: ReaderState) -> None:
    register.add(replace(READER, state=state))
    register.suppress(JA, "left", ASKED)
    assert register.confirm(JA, PROOF) is None
    assert register.confirm(EN, PROOF) is None
    assert register.suppressed().keys() == {JA}


def test_leaving_is_the_same_however_often(register: Register) -> None:
    register.add(READER)
    for at in (LATER, LATER + dt.timedelta(days=1)):
        assert register.leave(JA, at) == {JA}
        assert register.get(JA) == replace(READER, state=ReaderState.LEFT, changed=LATER)
        assert register.suppressed()[JA].at == LATER
    assert register.leave(FR, LATER) == {FR}, "also for whom nothing is known of"
    assert FR in register.suppressed()


def test_erased_stays_erased(register: Register) -> None:
    register.add(READER)
    register.erase(JA, ASKED)
    register.leave(JA, LATER)
    assert register.suppressed()[JA].reason is SuppressionReason.ERASED


def test_every_former_id_leads_to_the_reader_and_out(register: Register) -> None:
    register.add(READER)
    assert register.move(JA, MOVED, LATER)
    third = replace(READER, id=FR, edition="fr")
    assert register.move(EN, third, LATER)
    assert [register.current(one) for one in (JA, EN, FR)] == [third] * 3
    assert [register.get(one) for one in (JA, EN)] == [None, None]
    assert {row.reason for row in register.suppressed().values()} == {SuppressionReason.MOVED}
    assert register.leave(EN, LATER) == {JA, EN, FR}
    assert {row.reason for row in register.suppressed().values()} == {SuppressionReason.LEFT}
    left = register.current(JA)
    assert left
    assert left.state is ReaderState.LEFT


def test_who_goes_back_is_written_to_again(register: Register) -> None:
    register.add(READER)
    register.move(JA, MOVED, LATER)
    assert register.move(EN, READER, LATER)
    assert register.current(EN) == READER
    assert register.current(JA) == READER
    assert register.suppressed().keys() == {EN}


@pytest.mark.parametrize("state", [ReaderState.LEFT, ReaderState.SUSPENDED, ReaderState.PENDING])
def test_who_reads_no_more_is_not_moved(register: Register, state: ReaderState) -> None:
    register.add(replace(READER, state=state))
    assert not register.move(JA, MOVED, LATER)
    assert register.get(EN) is None
    assert not register.move(FR, MOVED, LATER)


def test_no_change_of_several_at_once_is_lost(register: Register) -> None:
    """Two tabs, two processes: each sees what the other wrote."""
    register.add(READER)

    def choose(number: int) -> None:
        register.change(JA, lambda known: replace(known, choices=Choices(cities=(*known.choices.cities, str(number)))))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(choose, range(12)))
    changed = register.get(JA)
    assert changed
    assert sorted(changed.choices.cities, key=int) == [str(number) for number in range(12)]
    assert register.change(EN, lambda known: known) is None
