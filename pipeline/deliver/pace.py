"""The order in which messages may begin: no more per minute than servers bear, overall and per recipient domain."""

from __future__ import annotations

import heapq
from collections import deque
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

_MINUTE_S = 60.0


class Limit:
    """At most so many moments within any minute; 0: no limit."""

    def __init__(self, per_minute: int) -> None:
        self._taken: deque[float] = deque(maxlen=per_minute)

    def next_moment(self) -> float:
        """The earliest moment that keeps the limit, as far as it knows."""
        full = self._taken.maxlen and len(self._taken) == self._taken.maxlen
        return self._taken[0] + _MINUTE_S if full else 0.0

    def take(self, moment: float) -> None:
        self._taken.append(moment)


class _Turn(NamedTuple):
    moment: float
    number: int  # of turns, so that domains with equal moments take turns
    domain: str


class Pace(Generic[T]):
    """Things that wait for their moment, by recipient domain. Moments are seconds of one clock that never jumps."""

    def __init__(self, per_minute: int, domain_per_minute: int) -> None:
        self._overall = Limit(per_minute)
        self._domain_per_minute = domain_per_minute
        self._limits: dict[str, Limit] = {}
        self._waiting: dict[str, deque[tuple[float, T]]] = {}
        self._turns: list[_Turn] = []
        self._number = 0

    def put(self, thing: T, domain: str, moment: float) -> None:
        """Has it wait, behind the others of its domain, at least until this moment."""
        waiting = self._waiting.setdefault(domain, deque())
        waiting.append((moment, thing))
        if len(waiting) == 1:
            self._take_turn(domain)

    def take(self, now: float) -> tuple[float, T] | None:
        """The next one and the moment at which it may begin; None if none waits. It counts as begun then."""
        if not self._turns:
            return None
        turn = heapq.heappop(self._turns)
        moment = max(now, turn.moment, self._overall.next_moment())
        _, thing = self._waiting[turn.domain].popleft()
        self._overall.take(moment)
        self._limits[turn.domain].take(moment)
        if self._waiting[turn.domain]:
            self._take_turn(turn.domain)
        return moment, thing

    def _take_turn(self, domain: str) -> None:
        limit = self._limits.setdefault(domain, Limit(self._domain_per_minute))
        self._number += 1
        moment = max(self._waiting[domain][0][0], limit.next_moment())
        heapq.heappush(self._turns, _Turn(moment, self._number, domain))
