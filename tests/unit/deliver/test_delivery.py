"""The ledger: every reader once, and nobody lost (M7, M8, faults P0.3)."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from postbox import SENT, Postbox
from subscribed import a_reader

from pipeline.config import Deliver
from pipeline.deliver import Outcome, Post, deliver_posts, find_due
from pipeline.deliver.delivery import MESSAGES_REFUSED_IN_A_ROW, REFUSED_IN_A_ROW
from pipeline.errors import ChannelAway, DeliveryError
from pipeline.model import Answer, Delivery, DeliveryState, Envelope, Reader, Refusal

NOON = dt.datetime(2026, 11, 9, 12, tzinfo=dt.UTC)
POLICY = Deliver(per_minute=0, domain_per_minute=0)
GREYLISTED = Answer(state=DeliveryState.DEFERRED, code=450, detail="4.2.0 greylisted", refusal=Refusal.RECIPIENT)
NO_SUCH_USER = Answer(state=DeliveryState.FAILED, code=550, detail="5.1.1 unknown", refusal=Refusal.RECIPIENT)
SPAM = Answer(state=DeliveryState.FAILED, code=554, detail="5.7.1 refused by policy", refusal=Refusal.MESSAGE)
NO_ANSWER = Answer(state=DeliveryState.UNKNOWN)


class Ledger:
    """A ledger, the readers that were suspended, and a time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.history: list[Delivery] = []
        self.suspended: list[str] = []
        self.gone: set[str] = set()
        self.seconds = 0.0

    @property
    def rows(self) -> dict[tuple[str, str], Delivery]:
        return {(row.edition, row.reader): row for row in self.history}

    def states(self, number: int) -> list[str]:
        return [row.state.value for row in self.history if row.reader == a_reader(number).id]

    def now(self) -> dt.datetime:
        return NOON + dt.timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)

    def first(self, reader: Reader) -> Delivery:
        return Delivery(
            week="2026-W45",
            edition="ja",
            reader=reader.id,
            channel="",
            message_id=f"<{reader.id}@example.org>",
            state=DeliveryState.QUEUED,
            at=self.now(),
        )

    def due(self, count: int, policy: Deliver = POLICY) -> list[Post]:
        due = find_due(map(a_reader, range(count)), self.rows, self.first, policy)
        self.history += due.held
        return list(due.posts)

    def deliver(self, channel: Any, count: int = 2, *, policy: Deliver = POLICY) -> Outcome:
        """One delivery to so many readers."""
        return deliver_posts(
            self.due(count, policy),
            channel=channel,
            is_wanted=lambda reader: reader.id not in self.gone,
            write=lambda reader, row: Envelope(
                sender="digest@example.org", recipient=reader.address, message=row.message_id.encode(), delivery=row
            ),
            record=self.history.append,
            suspend=lambda reader, _: self.suspended.append(reader.id),
            policy=policy,
            clock=self.now,
            timer=lambda: self.seconds,
            sleep=self.sleep,
        )


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def recipients(box: Postbox) -> list[str]:
    return [envelope.recipient.partition("@")[0] for envelope in box.envelopes]


# --------------------------------------------------------------------------------------------------------- once, and all


def test_every_reader_gets_one_message_of_their_own(ledger: Ledger) -> None:
    box = Postbox()
    assert ledger.deliver(box) == Outcome(sent=2)
    assert recipients(box) == ["reader0", "reader1"]
    assert [ledger.states(number) for number in (0, 1)] == [["sending", "sent"]] * 2
    assert [row.channel for row in ledger.history] == ["postbox"] * 4
    assert "reader0@" not in repr(ledger.history)


def test_a_second_delivery_asks_the_channel_nothing(ledger: Ledger) -> None:
    ledger.deliver(Postbox())
    box = Postbox()
    box.broken = AssertionError("it was opened")
    assert ledger.deliver(box) == Outcome()


def test_a_new_reader_is_served_and_the_others_are_left_alone(ledger: Ledger) -> None:
    ledger.deliver(Postbox(), 1)
    box = Postbox()
    assert ledger.deliver(box, 3) == Outcome(sent=2)
    assert recipients(box) == ["reader1", "reader2"]


def test_a_correction_goes_to_those_who_had_the_first(ledger: Ledger) -> None:
    """M6"""
    ledger.deliver(Postbox())
    first = ledger.first
    ledger.first = lambda reader: replace(first(reader), revision=1)  # type: ignore[method-assign]
    assert ledger.deliver(Postbox()) == Outcome(sent=2)
    assert ledger.deliver(Postbox()) == Outcome()


def test_as_many_messages_are_under_way_as_the_channel_bears(ledger: Ledger) -> None:
    most = under_way = 0

    class Slow(Postbox):
        async def send(self, envelope: Envelope, *, committing: Callable[[], None]) -> Answer:
            nonlocal most, under_way
            under_way += 1
            most = max(most, under_way)
            for _ in range(5):
                await asyncio.sleep(0)
            under_way -= 1
            return SENT

    assert ledger.deliver(Slow(width=3), 10) == Outcome(sent=10)
    assert most == 3


def test_who_leaves_while_it_goes_on_is_not_written_to(ledger: Ledger) -> None:
    """M10: not even where a message waits to be repeated."""

    class Leaving(Postbox):
        async def send(self, envelope: Envelope, *, committing: Callable[[], None]) -> Answer:
            ledger.gone.update(a_reader(number).id for number in (0, 2))
            return await super().send(envelope, committing=committing)

    box = Leaving(GREYLISTED)
    assert ledger.deliver(box, 3) == Outcome(sent=1)
    assert recipients(box) == ["reader0", "reader1"]


# -------------------------------------------------------------------------------------------------------------- deferred


def test_a_deferred_message_is_repeated_with_growing_pauses(ledger: Ledger) -> None:
    """M8"""
    assert ledger.deliver(Postbox(GREYLISTED, GREYLISTED, GREYLISTED), 1) == Outcome(sent=1)
    assert ledger.seconds == 60 + 120 + 240
    assert ledger.states(0) == [*["sending", "deferred"] * 3, "sending", "sent"]
    assert ledger.rows["ja", a_reader(0).id].attempts == 4


def test_the_others_come_first(ledger: Ledger) -> None:
    box = Postbox(GREYLISTED)
    ledger.deliver(box, 3)
    assert recipients(box) == ["reader0", "reader1", "reader2", "reader0"]


def test_what_stays_deferred_is_left_to_later_deliveries_and_has_failed_after_a_day(ledger: Ledger) -> None:
    """M8: the window begins with the first attempt, whichever delivery made it."""
    outcomes = []
    for _ in range(4):
        outcomes.append(ledger.deliver(Postbox(*[GREYLISTED] * 9), 1))
        ledger.seconds += 10 * 3600
    assert outcomes == [Outcome(deferred=1), Outcome(deferred=1), Outcome(deferred=1), Outcome(failed=1)]
    assert ledger.suspended == []  # a full mailbox is no dead one
    assert ledger.deliver(Postbox(), 1) == Outcome()


def test_a_server_is_never_asked_without_a_pause(ledger: Ledger) -> None:
    box = Postbox(*[GREYLISTED] * 999)
    assert ledger.deliver(box, 1, policy=replace(POLICY, first_retry_s=0.0)) == Outcome(deferred=1)
    assert len(box.asked) < 20
    ledger.seconds += 3600
    away = Postbox(*[ChannelAway("refused.")] * 999)
    with pytest.raises(ChannelAway):
        ledger.deliver(away, 1, policy=replace(POLICY, first_retry_s=0.0))
    assert len(away.asked) < 20


def test_pauses_never_grow_beyond_the_window(ledger: Ledger) -> None:
    row = replace(ledger.first(a_reader(0)), state=DeliveryState.DEFERRED, attempts=500, since=NOON)
    ledger.history.append(row)
    assert ledger.deliver(Postbox(GREYLISTED), 1) == Outcome(deferred=1)
    assert ledger.rows["ja", a_reader(0).id].not_before == NOON + dt.timedelta(hours=POLICY.window_h)


def test_a_delivery_soon_after_waits_for_what_was_deferred(ledger: Ledger) -> None:
    impatient = replace(POLICY, patience_min=0.0)
    assert ledger.deliver(Postbox(GREYLISTED), 1, policy=impatient) == Outcome(deferred=1)
    assert ledger.deliver(Postbox(), 1, policy=impatient) == Outcome(deferred=1)
    assert ledger.deliver(Postbox(), 1) == Outcome(sent=1)
    assert ledger.seconds == 60


def test_a_clock_that_jumped_back_makes_nobody_wait_longer(ledger: Ledger) -> None:
    """Faults P0.6"""
    ledger.deliver(Postbox(GREYLISTED), 1, policy=replace(POLICY, patience_min=0.0))
    now = ledger.now
    ledger.now = lambda: now() - dt.timedelta(days=400)  # type: ignore[method-assign]
    assert ledger.deliver(Postbox(), 1) == Outcome(sent=1)
    assert ledger.seconds <= 60


# --------------------------------------------------------------------------------------------------------------- refused


def test_a_reader_whose_address_is_refused_has_failed_and_is_suspended(ledger: Ledger) -> None:
    """M8"""
    assert ledger.deliver(Postbox(NO_SUCH_USER), 2) == Outcome(sent=1, failed=1, suspended=1)
    row = ledger.rows["ja", a_reader(0).id]
    assert (row.state, row.code, row.detail) == (DeliveryState.FAILED, 550, "5.1.1 unknown")
    assert ledger.suspended == [row.reader]
    assert ledger.deliver(Postbox(), 2) == Outcome()


def test_a_list_of_one_dead_address_is_no_fault_of_the_server(ledger: Ledger) -> None:
    assert ledger.deliver(Postbox(NO_SUCH_USER), 1) == Outcome(failed=1, suspended=1)


def test_a_message_that_is_refused_suspends_nobody(ledger: Ledger) -> None:
    assert ledger.deliver(Postbox(SENT, SPAM), 2) == Outcome(sent=1, failed=1)
    assert ledger.suspended == []


def test_a_server_that_refuses_everybodys_message_stops_the_run(ledger: Ledger) -> None:
    """M8: it is not the recipients' fault, and nobody is lost."""
    box = Postbox(*[SPAM] * 10)
    with pytest.raises(DeliveryError, match=r"554 5\.7\.1 refused by policy\. Nobody was suspended") as caught:
        ledger.deliver(box, 10)
    assert caught.value.exit_code == 3
    assert len(box.asked) == MESSAGES_REFUSED_IN_A_ROW
    assert ledger.suspended == []
    assert {row.state for row in ledger.rows.values()} == {DeliveryState.DEFERRED}
    ledger.seconds += 600
    assert ledger.deliver(Postbox(), 10) == Outcome(sent=10)


def test_the_same_for_a_single_reader(ledger: Ledger) -> None:
    with pytest.raises(DeliveryError, match="Nobody was suspended"):
        ledger.deliver(Postbox(SPAM), 1)
    assert ledger.states(0)[-1] == "deferred"


def test_a_server_that_knows_none_of_many_readers_is_not_believed(ledger: Ledger) -> None:
    box = Postbox(*[NO_SUCH_USER] * 99)
    with pytest.raises(DeliveryError, match="Nobody was suspended"):
        ledger.deliver(box, 99)
    assert (len(box.asked), ledger.suspended) == (REFUSED_IN_A_ROW, [])


def test_refusals_with_acceptances_between_are_believed(ledger: Ledger) -> None:
    box = Postbox(*[NO_SUCH_USER, SPAM, SPAM, SENT] * 10)
    assert ledger.deliver(box, 40) == Outcome(sent=10, failed=30, suspended=10)


# --------------------------------------------------------------------------------------------------------------- unknown


def test_a_message_whose_answer_was_never_read_is_sent_once_more(ledger: Ledger) -> None:
    """M7: with the same Message-ID, so that whoever gets it twice can be shown it once."""
    box = Postbox(NO_ANSWER)
    assert ledger.deliver(box, 1) == Outcome(sent=1)
    assert ledger.states(0) == ["sending", "unknown", "sending", "sent"]
    assert len({envelope.message for envelope in box.envelopes}) == 1


def test_and_then_no_more(ledger: Ledger) -> None:
    box = Postbox(NO_ANSWER, NO_ANSWER)
    assert ledger.deliver(box, 1) == Outcome(unknown=1)
    assert len(box.envelopes) == 2
    box = Postbox()
    assert ledger.deliver(box, 1) == Outcome()  # held; who delivers counts it from `find_due`
    assert find_due([a_reader(0)], ledger.rows, ledger.first, POLICY).held == (ledger.rows["ja", a_reader(0).id],)
    assert box.envelopes == []


def test_or_it_is_held_for_a_person(ledger: Ledger) -> None:
    hold = replace(POLICY, on_unknown="hold")
    assert ledger.deliver(Postbox(NO_ANSWER), 1, policy=hold) == Outcome(unknown=1)
    assert ledger.states(0) == ["sending", "unknown"]


def test_a_crash_after_the_text_was_handed_over_is_unknown_to_the_next_delivery(ledger: Ledger) -> None:
    """M7: killed at that moment, all that is left is `sending`."""
    ledger.deliver(Postbox(), 1)
    ledger.history = [row for row in ledger.history if row.state is DeliveryState.SENDING]
    box = Postbox(NO_ANSWER)
    assert ledger.deliver(box, 1) == Outcome(unknown=1)  # the second one
    assert len(box.envelopes) == 1
    assert ledger.rows["ja", a_reader(0).id].unread == 2


def test_an_error_after_the_text_was_handed_over_is_unknown(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError):
        ledger.deliver(Postbox(ZeroDivisionError()), 2)
    assert [ledger.states(number) for number in (0, 1)] == [["sending", "unknown"], []]


# --------------------------------------------------------------------------------------------- what stops the whole run


def test_a_channel_that_takes_nothing_stops_the_run_and_nobody_is_lost(ledger: Ledger) -> None:
    """M8: AUTH, MAIL FROM and policy are nobody's fault."""
    with pytest.raises(DeliveryError, match=r"^535 no\. 1 letters were sent before that, and nobody is lost") as caught:
        ledger.deliver(Postbox(SENT, DeliveryError("535 no.")), 3)
    assert caught.value.exit_code == 3
    assert [ledger.states(number)[-1:] for number in range(3)] == [["sent"], ["queued"], []]
    assert ledger.deliver(Postbox(), 3) == Outcome(sent=2)


def test_a_server_that_goes_away_is_waited_for(ledger: Ledger) -> None:
    box = Postbox(width=2)
    ask = box.send

    async def away(envelope: Envelope, *, committing: Callable[[], None]) -> Answer:
        if 1 <= ledger.seconds < 300 or (len(box.envelopes) >= 3 and ledger.seconds == 0):
            raise ChannelAway("refused.")
        return await ask(envelope, committing=committing)

    box.send = away  # type: ignore[method-assign]
    assert ledger.deliver(box, 10) == Outcome(sent=10)
    assert 300 <= ledger.seconds < 3600


def test_but_not_longer_than_one_delivery_has_patience(ledger: Ledger) -> None:
    with pytest.raises(ChannelAway, match="nobody is lost") as caught:
        ledger.deliver(Postbox(SENT, *[ChannelAway("refused.")] * 99), 3)
    assert caught.value.exit_code == 75
    assert ledger.seconds <= POLICY.patience_min * 60
    assert ledger.deliver(Postbox(), 3) == Outcome(sent=2)


def test_who_leaves_while_a_server_is_away_is_not_written_to(ledger: Ledger) -> None:
    """M10"""

    async def sleep(seconds: float) -> None:
        ledger.seconds += seconds
        ledger.gone.add(a_reader(1).id)

    ledger.sleep = sleep  # type: ignore[method-assign]
    box = Postbox(SENT, ChannelAway("refused."))
    assert ledger.deliver(box, 3) == Outcome(sent=2)
    assert recipients(box) == ["reader0", "reader1", "reader2"]


def test_a_channel_that_is_away_from_the_beginning_says_so_at_once(ledger: Ledger) -> None:
    box = Postbox()
    box.broken = ChannelAway("refused.")
    with pytest.raises(ChannelAway):
        ledger.deliver(box)
    assert (ledger.seconds, ledger.history) == (0, [])


def test_nothing_is_sent_that_could_not_be_recorded(ledger: Ledger) -> None:
    """Faults P0.4"""

    class Full(list[Delivery]):
        def append(self, _: Delivery) -> None:
            raise OSError(28, "No space left on device")

    ledger.history = Full()
    box = Postbox(width=2)
    with pytest.raises(OSError, match="No space"):
        ledger.deliver(box, 5)
    assert box.envelopes == []


# --------------------------------------------------------------------------------------------------------------- signals


class Stuck(Postbox):
    """Answers the first message, and the second never."""

    async def send(self, envelope: Envelope, *, committing: Callable[[], None]) -> Answer:
        if self.envelopes:
            committing()
            threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM)).start()
            await asyncio.sleep(60)
        return await super().send(envelope, committing=committing)


def test_a_signal_lets_what_is_under_way_have_its_answer_and_begins_nothing_new(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C11: what has no answer in time is unknown."""
    monkeypatch.setattr("pipeline.deliver.delivery.GRACE_S", 0.1)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        ledger.deliver(Stuck(), 5)
    assert [ledger.states(number) for number in range(5)] == [["sending", "sent"], ["sending", "unknown"], [], [], []]
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_signal_ends_a_pause(ledger: Ledger) -> None:
    async def sleep(_: float) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(60)

    ledger.sleep = sleep  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        ledger.deliver(Postbox(GREYLISTED), 1)
    assert ledger.states(0) == ["sending", "deferred"]


# ---------------------------------------------------------------------------------------------------------------- limits


def test_the_limits_hold_for_every_minute(ledger: Ledger) -> None:
    """M8"""
    moments: list[float] = []

    class Watched(Postbox):
        async def send(self, envelope: Envelope, *, committing: Callable[[], None]) -> Answer:
            moments.append(ledger.seconds)
            return await super().send(envelope, committing=committing)

    assert ledger.deliver(Watched(), 25, policy=replace(POLICY, per_minute=10)) == Outcome(sent=25)
    assert moments == [0.0] * 10 + [60.0] * 10 + [120.0] * 5
