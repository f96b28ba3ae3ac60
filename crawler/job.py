"""What one crawl, or one shard of it, works with and on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from crawler.catalogue import Entry
from crawler.denied import load_denied
from crawler.errands import Errand, Outcome
from crawler.hosts import Hosts
from crawler.shards import Shards
from crawler.tally import Tally
from pipeline.config import Workspace
from pipeline.model import Kind
from pipeline.store.inbox import Inbox
from pipeline.text.urls import host


class Job:
    """Sources, inbox, hosts and counts."""

    def __init__(self, workspace: Workspace, inbox: Inbox, entries: Sequence[Entry], *, progress: bool = False) -> None:
        self.workspace = workspace
        self.inbox = inbox
        self.entries = entries
        self.clock = workspace.clock
        self.crawl = workspace.settings.crawl
        self.max_attempts = self.crawl.max_attempts
        self.hosts = Hosts(self.crawl, workspace.settings.rehearsal)
        self.denied = load_denied(workspace.sources)
        self.specs = {entry.spec.id: entry.spec for entry in entries}
        self.network_specs = {key: spec for key, spec in self.specs.items() if spec.kind is not Kind.ARCHIVE}
        self.unverified_hosts = frozenset(
            host(url) for spec in self.network_specs.values() if not spec.verify_tls for url in spec.start
        )
        self.tallies = {key: Tally() for key in self.specs}
        self.problems: dict[str, str] = {}  # source id -> the sentence behind its tally's problem
        self.unexpected = 0
        self.stopped = ""  # what ended the crawl early
        self.shards = Shards(1)
        self.shard = 0  # which of them this process is
        self.errands: tuple[Errand, ...] = ()  # what it begins with
        self.known: frozenset[str] = frozenset()  # sources that an earlier crawl read to their end, by the same rules
        self.handed_over: list[Errand] = []
        self.joined: list[tuple[str, str]] = []
        self.asked_at: dict[str, float] = {}
        self._progress = progress

    def tell(self, event: str, **facts: Any) -> None:
        """A line of progress for the parent command, if it asked for any."""
        if self._progress:
            write_line({"event": event} | facts)

    def owns(self, url: str) -> bool:
        """True if this process asks the host of an address."""
        return self.shards.owner(url) == self.shard

    def add(self, outcome: Outcome) -> None:
        """Takes in what a shard did."""
        for source_id, tally in outcome.tallies.items():
            self.tallies[source_id].add(tally)
        for source_id, problem in outcome.problems.items():
            self.problems.setdefault(source_id, problem)
        self.unexpected += outcome.unexpected
        self.stopped = self.stopped or outcome.stopped
        self.asked_at |= outcome.asked_at


def write_line(facts: dict[str, Any]) -> None:
    """One JSON line on standard error."""
    sys.stderr.write(msgspec.json.encode(facts).decode() + "\n")
    sys.stderr.flush()
