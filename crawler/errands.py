"""What a crawl has to do, and what one shard of it did: the messages between the crawl and its processes."""

from __future__ import annotations

import msgspec

from crawler.tally import Tally
from pipeline.model import Frozen, SourceSpec
from pipeline.store.inbox import Link
from pipeline.text.urls import host


class Errand(Frozen, frozen=True, kw_only=True):
    """One request to make: for a page of links (`link` is None) or for a page."""

    url: str  # what is asked
    source_id: str
    link: Link | None = None
    depth: int = 0  # pages of links on the way from the source's own start
    start: str = ""  # of a page of links: the address its validators are kept under, where it is not `url`
    redirects: tuple[int, ...] = ()  # HTTP status of each redirect that led here

    @property
    def host(self) -> str:
        return host(self.url)

    @property
    def key(self) -> str:
        """Address under which the inbox keeps what servers said of a page of links."""
        return self.start or self.url


class Order(Frozen, frozen=True, kw_only=True):
    """What one shard is to do."""

    specs: tuple[SourceSpec, ...]
    errands: tuple[Errand, ...]
    shard: int = 0
    shards: int = 1
    joined: dict[str, str] = {}  # registrable domain -> the one whose shard it belongs to
    asked_at: dict[str, float] = {}  # host -> when it was last asked, in seconds of the machine's monotonic clock
    known: tuple[str, ...] = ()  # sources that an earlier crawl read to their end, by the same rules
    seconds: float = 7_200.0  # it ends by itself after that time


class Outcome(msgspec.Struct, kw_only=True):
    """What one shard did."""

    tallies: dict[str, Tally]
    problems: dict[str, str] = {}  # source id -> the sentence behind its tally's problem
    unexpected: int = 0  # exceptions that no reason explains
    stopped: str = ""  # what ended it early
    handed_over: list[Errand] = []  # what another shard must ask
    joined: list[tuple[str, str]] = []  # domains that must be asked by one shard: the rules of one stand on the other
    asked_at: dict[str, float] = {}
    peak_mib: int = 0
