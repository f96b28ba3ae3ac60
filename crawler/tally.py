"""What a crawl did, per source: what the exit code, the health of sources and the final line on stdout are made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import msgspec

from pipeline.errors import Reason


class Tally(msgspec.Struct, kw_only=True):
    """Counts of one source in one crawl."""

    seeds: int = 0  # pages of links that were asked
    answered: int = 0  # of these, those that could be read or were unchanged
    not_modified: int = 0  # of these, those answered with 304
    links_new: int = 0
    pages: int = 0  # fetched and kept
    pages_new: int = 0  # of these, those whose bytes were not there
    held: int = 0  # links left for the next crawl because their host is left alone, or because this crawl was stopped
    failures: Counter[str] = msgspec.field(default_factory=Counter)  # reason id -> pages and pages of links
    bytes: int = 0  # of all answers, unpacked
    seconds: float = 0.0  # from first request to last answer of each, added up
    problem: str = ""  # reason id of what kept the source from being read, "" if nothing did

    def fail(self, reason: Reason) -> None:
        self.failures[reason.value] += 1

    @property
    def failed(self) -> bool:
        """True if it could not be read or left off early, or if it gave new links and not one of the pages came."""
        return bool(self.problem) or bool(self.failures and self.links_new and not self.pages)

    @property
    def worst(self) -> str:
        """Reason id of what went wrong with a failed source, "" for others."""
        if not self.failed:
            return ""
        return self.problem or self.failures.most_common(1)[0][0]


def exit_code(tallies: Mapping[str, Tally], *, unexpected: int, stopped: bool) -> int:
    """0 if every source was read, 1 if none was or something unforeseen happened, 3 if some failed, 75 if the crawl was stopped.

    Args:
        unexpected: exceptions that no reason explains.
        stopped: ended early by a signal or a limit of time or memory; the next crawl goes on from there.
    """
    failed = sum(tally.failed for tally in tallies.values())
    if unexpected or (tallies and failed == len(tallies)):
        return 1
    if stopped:
        return 75
    return 3 if failed else 0
