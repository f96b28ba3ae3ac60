"""What a crawl knows of the hosts it asks: how slowly, and which it leaves alone."""

from __future__ import annotations

from crawler.addresses import read_literal
from pipeline.config import Crawl, Rehearsal
from pipeline.errors import Reason
from pipeline.model import Frozen

MAX_FAILURES = 3  # timeouts, broken connections or server errors in a row, then the host is left alone for this crawl
MAX_CRAWL_DELAY_S = 120.0  # a host that asks for more would hold one crawl for hours; it is left alone instead


class Stop(Frozen, frozen=True, kw_only=True):
    """Why a host is left alone for the rest of a crawl."""

    host: str
    reason: Reason
    detail: str


class Hosts:
    """What this crawl knows of each host: its delay, its failures in a row, and whether it is left alone."""

    def __init__(self, crawl: Crawl, rehearsal: Rehearsal) -> None:
        self._crawl = crawl
        self._rehearsal = rehearsal
        self._asked: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._stopped: dict[str, Stop] = {}

    def delay(self, name: str) -> float:
        """Seconds from the end of an answer to the next request to that host."""
        if self._is_rehearsed(name):
            return self._rehearsal.delay_s
        municipal = name == "lg.jp" or name.endswith(".lg.jp")
        least = self._crawl.delay_lg_jp_s if municipal else self._crawl.delay_s
        return max(least, self._asked.get(name, 0.0))

    def ask_delay(self, name: str, seconds: float) -> None:
        """A source or a robots.txt wants at least this delay."""
        self._asked[name] = max(self._asked.get(name, 0.0), seconds)
        if seconds > MAX_CRAWL_DELAY_S and not self._is_rehearsed(name):
            self.stop(name, Reason.RATE_LIMITED, f"{name} asks for {seconds:g} s between requests")

    def answered(self, name: str) -> None:
        self._failures.pop(name, None)

    def failed(self, name: str, reason: Reason) -> None:
        """Counts a failure that says more of the host than of the page."""
        self._failures[name] = self._failures.get(name, 0) + 1
        if self._failures[name] >= MAX_FAILURES:
            self.stop(name, reason, f"{name} failed {MAX_FAILURES} times in a row")

    def stop(self, name: str, reason: Reason, detail: str) -> Stop:
        """Leaves a host alone for the rest of this crawl; the first reason stands."""
        return self._stopped.setdefault(name, Stop(host=name, reason=reason, detail=detail))

    def stopped(self, name: str) -> Stop | None:
        return self._stopped.get(name)

    def _is_rehearsed(self, name: str) -> bool:
        if self._rehearsal.proxy:
            return True
        literal = read_literal(name)
        return self._rehearsal.allow_loopback and (name == "localhost" or bool(literal and literal.is_loopback))
