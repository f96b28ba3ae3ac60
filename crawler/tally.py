"""What a crawl did, per source: what the exit code, the health of sources and the final line on stdout are made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import msgspec

from pipeline.errors import NOT_ASKED, Reason

COUNTS = (
    "seeds",
    "answered",
    "unread",
    "not_modified",
    "links_new",
    "pages",
    "pages_new",
    "held",
    "bytes",
    "seconds",
    "items",
)
"""What adds up."""

_NEVER_ASKED = frozenset(reason.value for reason in NOT_ASKED | {Reason.FLOOD})


class Tally(msgspec.Struct, kw_only=True):
    """Counts of one source in one crawl."""

    seeds: int = 0  # pages of links that were asked
    answered: int = 0  # of these, those that could be read or were unchanged
    unread: int = 0  # of the others, those that may answer another time
    not_modified: int = 0  # of those answered, those with 304
    links_new: int = 0
    pages: int = 0  # fetched and kept
    pages_new: int = 0  # of these, those whose bytes were not there
    held: int = 0  # links left for the next crawl because their host is left alone, or because this crawl was stopped
    failures: dict[str, int] = {}  # reason id -> pages and pages of links
    bytes: int = 0  # of all answers, unpacked
    seconds: float = 0.0  # from first request to last answer of each, added up
    problem: str = ""  # reason id of what kept the source from being read, "" if nothing did
    items: int = 0  # items listed in the answers, wanted or not
    dates: list[dt.datetime] = msgspec.field(
        default_factory=list
    )  # of these, as far as they state one that can be read
    moved_to: str = ""  # where its page of links redirects to for good, three crawls in a row

    def fail(self, reason: Reason, times: int = 1) -> None:
        if times:
            self.failures[reason.value] = self.failures.get(reason.value, 0) + times

    def add(self, other: Tally) -> None:
        """Takes in what another process counted of the same source."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for reason, times in other.failures.items():
            self.fail(Reason(reason), times)
        self.dates += other.dates
        self.problem = self.problem or other.problem
        self.moved_to = self.moved_to or other.moved_to

    @property
    def touched(self) -> bool:
        """True if anything was done for the source."""
        return bool(self.seeds or self.pages or self.failures or self.held or self.problem)

    @property
    def failed(self) -> bool:
        """True if it could not be read or left off early, or if it gave new links and not one of the pages came."""
        return bool(self.problem) or bool(self._of_asked and self.links_new and not self.pages)

    @property
    def worst(self) -> str:
        """Reason id of what went wrong with a failed source, "" for others."""
        if not self.failed:
            return ""
        return self.problem or max(self._of_asked, key=lambda reason: self.failures[reason])

    @property
    def _of_asked(self) -> list[str]:
        """Reason ids of what failed when it was asked. Links that we did not ask for say nothing of a source that answered."""
        return [reason for reason in self.failures if reason not in _NEVER_ASKED]


def exit_code(tallies: Mapping[str, Tally], *, unexpected: int, stopped: bool, others: int = 0) -> int:
    """0 if every source was read, 1 if none was or something unforeseen happened, 3 if some failed, 75 if the crawl was stopped.

    Args:
        others: active sources that were not asked: where there are some, a failure of all that were is a failure of some.
        unexpected: exceptions that no reason explains.
        stopped: ended early by a signal or a limit of time or memory; the next crawl goes on from there.
    """
    failed = sum(tally.failed for tally in tallies.values())
    if unexpected or (tallies and failed == len(tallies) and not others):
        return 1
    if stopped:
        return 75
    return 3 if failed else 0
