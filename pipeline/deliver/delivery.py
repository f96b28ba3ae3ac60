"""Hands messages to a channel, several at once. The ledger says `sending` before a text is handed over, and after it what became
of it: whoever is killed in between leaves behind, of each message, what is known and what is not (M7)."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from pipeline.config import Deliver
from pipeline.deliver.pace import Pace
from pipeline.errors import ChannelAway, DeliveryError
from pipeline.model import Answer, Delivery, DeliveryState, Envelope, Frozen, Reader, Refusal
from pipeline.ports import Channel, Clock

# Of the ten seconds in which a command that is told to stop must end, these are for the answers that are awaited.
GRACE_S = 6.0
LEAST_PAUSE_S = 0.1  # no server is asked again without a break, whatever deliver.first_retry_s says
# So many in a row, and no message taken between: it is us whom the server refuses, not these readers. One reader's own policy
# or content filter must not stop the others; a list on which one address in three is dead has twenty in a row once in 3 billion.
MESSAGES_REFUSED_IN_A_ROW = 3
REFUSED_IN_A_ROW = 20


class Post(Frozen, frozen=True, kw_only=True):
    """One message that is due."""

    reader: Reader
    row: Delivery  # as in the ledger, or queued and not yet there


class Due(Frozen, frozen=True, kw_only=True):
    """What the ledger leaves to do for a letter."""

    posts: tuple[Post, ...]
    held: tuple[Delivery, ...] = ()  # unknown, for a person to look at
    already_sent: int = 0


class Outcome(Frozen, frozen=True, kw_only=True):
    """How many messages went where."""

    sent: int = 0
    failed: int = 0
    suspended: int = 0  # of those that failed: readers whose address was refused
    deferred: int = 0  # still are, at the end
    unknown: int = 0  # likewise


def find_due(
    readers: Iterable[Reader],
    ledger: Mapping[tuple[str, str], Delivery],
    first: Callable[[Reader], Delivery],
    policy: Deliver,
) -> Due:
    """Who of these readers is to be written to.

    Args:
        ledger: (edition, reader's id) -> row.
        first: the row of a reader who has none, or one of an earlier revision.
    """
    posts, held, already_sent = [], [], 0
    for reader in readers:
        row, fresh = ledger.get((reader.edition, reader.id)), first(reader)
        if row is None or row.revision < fresh.revision:
            posts.append(Post(reader=reader, row=fresh))
        elif row.state is DeliveryState.SENT:
            already_sent += 1
        elif row.state is not DeliveryState.FAILED:
            if row.state is DeliveryState.SENDING:  # by a run that is no more
                row = _unread(row, row.at)
            if row.state is DeliveryState.UNKNOWN and not _may_repeat(row, policy):
                held.append(row)
            else:
                posts.append(Post(reader=reader, row=row))
    return Due(posts=tuple(posts), held=tuple(held), already_sent=already_sent)


def give_up(rows: Iterable[Delivery], at: dt.datetime) -> list[Delivery]:
    """What has become of the messages of an issue that is too old to be mailed, as far as nothing had yet."""
    ends = {
        DeliveryState.QUEUED: DeliveryState.FAILED,
        DeliveryState.DEFERRED: DeliveryState.FAILED,
        DeliveryState.SENDING: DeliveryState.UNKNOWN,
    }
    unfinished = [row for row in rows if row.state in ends]
    return [replace(row, state=ends[row.state], at=at, not_before=None) for row in unfinished]


def _unread(row: Delivery, at: dt.datetime) -> Delivery:
    return replace(row, state=DeliveryState.UNKNOWN, unread=row.unread + 1, at=at)


def _may_repeat(row: Delivery, policy: Deliver) -> bool:
    return policy.on_unknown == "retry" and row.unread <= 1


def deliver_posts(
    posts: Iterable[Post],
    *,
    channel: Channel,
    is_wanted: Callable[[Reader], bool],
    write: Callable[[Reader, Delivery], Envelope],
    record: Callable[[Delivery], None],
    suspend: Callable[[Reader, Answer], None],
    policy: Deliver,
    clock: Clock,
    timer: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Outcome:
    """Hands each message to the channel, and again where that is called for.

    SIGTERM and Ctrl-C begin nothing new and leave what is under way a few seconds for its answer.

    Args:
        is_wanted: asked right before a message is handed over: its reader may have left since it became due.
        write: makes the message of a row, right before it is handed over; the same row gives the same bytes.
        record: makes a row durable before it returns.
        suspend: has a reader, whose address was refused, not be written to again; durable before it returns.
        clock: the time of day, for the ledger; may stand still or jump.
        timer: seconds that only grow, for pauses and limits.

    Raises:
        DeliveryError: nothing at all can be sent; what is not sent yet is left to a later call.
        KeyboardInterrupt: a signal came.
    """
    posts = list(posts)
    if not posts:
        return Outcome()
    round_ = _Round(
        channel,
        is_wanted=is_wanted,
        write=write,
        record=record,
        suspend=suspend,
        policy=policy,
        clock=clock,
        timer=timer,
        sleep=sleep,
    )
    with _signals_to(round_.interrupt):
        try:
            return asyncio.run(round_.deliver(posts))
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None


@contextlib.contextmanager
def _signals_to(stop: Callable[[], None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # only there may handlers be set
        yield
        return
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, lambda *_: stop()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Refused(NamedTuple):
    reader: Reader
    row: Delivery
    answer: Answer


class _Round:
    """One delivery under way."""

    def __init__(
        self,
        channel: Channel,
        *,
        is_wanted: Callable[[Reader], bool],
        write: Callable[[Reader, Delivery], Envelope],
        record: Callable[[Delivery], None],
        suspend: Callable[[Reader, Answer], None],
        policy: Deliver,
        clock: Clock,
        timer: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._channel = channel
        self._is_wanted = is_wanted
        self._write = write
        self._record = record
        self._suspend = suspend
        self._policy = policy
        self._clock = clock
        self._timer = timer
        self._sleep = sleep
        self._pace = Pace[Post](policy.per_minute, policy.domain_per_minute)
        self._repeats: list[tuple[float, Post]] = []
        self._refused: list[_Refused] = []  # in a row; nobody's fault is decided yet
        self._sent = self._failed = self._suspended = self._held = 0
        self._error: BaseException | None = None
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def interrupt(self) -> None:
        """Begins nothing new. Called by a signal, anywhere in the main thread."""
        self._error = self._error or KeyboardInterrupt()
        with contextlib.suppress(RuntimeError):  # closed: all is done
            if self._loop:
                self._loop.call_soon_threadsafe(self._stop_soon)

    def _stop_soon(self) -> None:
        self._stopping.set()
        assert self._loop
        assert self._task
        self._loop.call_later(GRACE_S, self._task.cancel)

    async def deliver(self, posts: list[Post]) -> Outcome:
        """What became of these messages, when all that can be done now is done."""
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        if self._error:
            raise self._error
        async with self._channel:
            begun = self._timer()
            self._repeats = [(begun + self._wait_of(post.row), post) for post in posts]
            await self._pass_until(begun + self._patience)
            deadline = self._timer() + self._patience
            while any(moment <= deadline for moment, _ in self._repeats) and not self._error:
                await self._pass_until(deadline)
        if isinstance(self._error, DeliveryError):
            raise type(self._error)(
                f"{self._error} {self._sent} letters were sent before that, and nobody is lost: run the same command again "
                "to go on from here."
            ) from None
        if self._error:
            raise self._error
        states = [post.row.state for _, post in self._repeats]
        return Outcome(
            sent=self._sent,
            failed=self._failed,
            suspended=self._suspended,
            deferred=sum(state is not DeliveryState.UNKNOWN for state in states),
            unknown=self._held + states.count(DeliveryState.UNKNOWN),
        )

    @property
    def _patience(self) -> float:
        return self._policy.patience_min * 60

    def _wait_of(self, row: Delivery) -> float:
        """Seconds until what an earlier call deferred may be repeated; never longer than the pause then made, whatever the
        clock has done since."""
        wait = (row.not_before - self._clock()).total_seconds() if row.not_before else 0.0
        return max(0.0, min(wait, self._pause_after(row.attempts)))

    def _pause_after(self, attempts: int) -> float:
        pause = max(self._policy.first_retry_s, LEAST_PAUSE_S) * 2.0 ** (max(attempts, 1) - 1)
        return min(pause, self._policy.window_h * 3600)

    # ------------------------------------------------------------------------------------------------------- one pass

    async def _pass_until(self, deadline: float) -> None:
        """Hands over once what may be handed over before the deadline."""
        now, self._repeats = sorted(self._repeats, key=lambda repeat: repeat[0]), []
        for moment, post in now:
            if moment > deadline:
                self._repeats.append((moment, post))
            else:
                self._pace.put(post, post.reader.address.rpartition("@")[2].casefold(), moment)
        await asyncio.gather(*(self._work() for _ in range(self._channel.width)), return_exceptions=True)
        if not self._error:
            try:
                self._decide_refused(at_the_end=True)
            except Exception as error:  # noqa: BLE001 - told where all errors are
                self._halt(error)

    async def _work(self) -> None:
        while not self._stopping.is_set() and (taken := self._pace.take(self._timer())):
            moment, post = taken
            try:
                if await self._wait_until(moment) and self._is_wanted(post.reader):
                    await self._deliver(post)
            except Exception as error:  # noqa: BLE001 - the others under way may still read their answers
                self._halt(error)

    def _halt(self, error: Exception) -> None:
        self._error = self._error or error
        self._stopping.set()

    async def _wait_until(self, moment: float) -> bool:
        """False if it is time to stop."""
        if (seconds := moment - self._timer()) > 0:
            waits = [asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(self._stopping.wait())]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
        return not self._stopping.is_set()

    # ---------------------------------------------------------------------------------------------------- one message

    async def _deliver(self, post: Post) -> None:
        pause, deadline = self._pause_after(1), 0.0
        while True:
            try:
                row, answer = await self._hand_over(post)
            except ChannelAway:
                deadline = deadline or self._timer() + self._patience
                if self._timer() + pause > deadline:
                    raise
                if not (await self._wait_until(self._timer() + pause) and self._is_wanted(post.reader)):
                    return
                pause *= 2
            else:
                self._settle(post.reader, row, answer)
                return

    async def _hand_over(self, post: Post) -> tuple[Delivery, Answer]:
        now = self._clock()
        row = replace(
            post.row,
            channel=self._channel.name,
            state=DeliveryState.SENDING,
            at=now,
            attempts=post.row.attempts + 1,
            since=post.row.since or now,
            not_before=None,
            code=0,
            detail="",
        )
        committed = False

        def commit() -> None:
            nonlocal committed
            self._record(row)
            committed = True

        try:
            return row, await self._channel.send(self._write(post.reader, row), committing=commit)
        except DeliveryError:
            if committed:
                self._record(replace(row, state=DeliveryState.QUEUED, at=self._clock()))
            raise
        except BaseException:
            if committed:
                self._record(_unread(row, self._clock()))
            raise

    def _settle(self, reader: Reader, row: Delivery, answer: Answer) -> None:
        row = replace(row, at=self._clock(), code=answer.code, detail=answer.detail)
        if answer.state is DeliveryState.SENT:
            self._record(replace(row, state=DeliveryState.SENT))
            self._sent += 1
            self._decide_refused()
        elif answer.state is DeliveryState.FAILED:
            # Not yet failed: that is decided by what becomes of the next ones.
            row = self._put_off(row)
            self._refused.append(_Refused(reader, row, answer))
            self._stop_if_all_are_refused()
        elif answer.state is DeliveryState.DEFERRED:
            if self._is_over(row):
                self._fail(reader, row, None)
            else:
                self._repeat(reader, self._put_off(row))
        else:
            row = _unread(row, row.at)
            self._record(row)
            if _may_repeat(row, self._policy):
                self._repeat(reader, row)
            else:
                self._held += 1

    def _put_off(self, row: Delivery) -> Delivery:
        pause = dt.timedelta(seconds=self._pause_after(row.attempts))
        row = replace(row, state=DeliveryState.DEFERRED, not_before=row.at + pause)
        self._record(row)
        return row

    def _repeat(self, reader: Reader, row: Delivery) -> None:
        self._repeats.append((self._timer() + self._pause_after(row.attempts), Post(reader=reader, row=row)))

    def _is_over(self, row: Delivery) -> bool:
        return row.at - (row.since or row.at) >= dt.timedelta(hours=self._policy.window_h)

    def _fail(self, reader: Reader, row: Delivery, answer: Answer | None) -> None:
        self._record(replace(row, state=DeliveryState.FAILED, at=self._clock(), not_before=None))
        self._failed += 1
        if answer and answer.refusal is Refusal.RECIPIENT:
            self._suspend(reader, answer)
            self._suspended += 1

    # ------------------------------------------------------------------------------------------------ whose fault it is

    def _stop_if_all_are_refused(self) -> None:
        messages = sum(refused.answer.refusal is not Refusal.RECIPIENT for refused in self._refused)
        if messages >= MESSAGES_REFUSED_IN_A_ROW or len(self._refused) >= REFUSED_IN_A_ROW:
            self._stop_for_refusals()

    def _decide_refused(self, *, at_the_end: bool = False) -> None:
        """Fails those who were refused while others were not."""
        refused, self._refused = self._refused, []
        if at_the_end and not self._sent:
            rest = [
                one for one in refused if one.answer.refusal is not Refusal.RECIPIENT and not self._is_over(one.row)
            ]
            for one in refused:
                if one not in rest:
                    self._fail(*one)
            self._refused = rest
            if rest:
                self._stop_for_refusals()
            return
        for one in refused:
            self._fail(*one)

    def _stop_for_refusals(self) -> None:
        answer = self._refused[-1].answer
        raise DeliveryError(
            f"The server refused {len(self._refused)} messages one after the other and took none between, so it is not their "
            f"readers' fault: {answer.code} {answer.detail}. Nobody was suspended. Find out what the server has against "
            "this sender or this issue."
        )
