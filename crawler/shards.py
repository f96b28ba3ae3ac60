"""Which process asks which host.

Every registrable domain belongs to one shard of a crawl, and one shard is one process. So a host is asked by one process only, and
politeness needs no lock between them. What a shard finds on another one's hosts, by link or redirect, it hands over; the crawl gives it
to its owner in the next round, when all processes of the round before have ended.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from crawler.addresses import read_literal
from pipeline.text.urls import host

if TYPE_CHECKING:
    from tldextract.tldextract import ExtractResult

SOURCES_PER_SHARD = 30  # a process takes 70 MiB and half a second to start; below that number one is as fast


@functools.cache
def _suffixes() -> Callable[[str], ExtractResult]:
    """The list of public suffixes that comes with the package: nothing is fetched, nothing is written."""
    from tldextract import TLDExtract  # brings an HTTP client along, and a crawl in one process needs no list

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


@functools.lru_cache(maxsize=10_000)
def registrable_domain(name: str) -> str:
    """The part of a host's name that one registrant holds ("kobe.lg.jp"); the name itself for addresses and suffixes.

    Below a suffix that is not on the list it is the last two labels (publicsuffix.org: "if no rules match, the prevailing rule is *").
    """
    if read_literal(name):
        return name
    parts = _suffixes()(name)
    return parts.top_domain_under_public_suffix or (name if parts.suffix else ".".join(name.split(".")[-2:]))


class Shards:
    """Who owns which host."""

    def __init__(self, number: int, joined: Mapping[str, str] | None = None) -> None:
        self.number = number
        self._joined = dict(joined or {})

    @property
    def joined(self) -> dict[str, str]:
        return dict(self._joined)

    def owner(self, url: str) -> int:
        """The number of the shard that asks the host of an address, 0..number-1; the same in every crawl."""
        if self.number == 1:
            return 0
        domain = self._root(registrable_domain(host(url)))
        return zlib.crc32(domain.encode()) % self.number

    def join(self, one: str, other: str) -> None:
        """From now on two hosts belong to one shard."""
        first, second = (self._root(registrable_domain(name)) for name in (one, other))
        if first != second:
            self._joined[first] = second

    def _root(self, domain: str) -> str:
        while domain in self._joined:
            domain = self._joined[domain]
        return domain


def number_of_shards(wanted: int, sources: int, processors: int) -> int:
    """How many processes crawl.

    Args:
        wanted: as configured; 0 to choose.
        sources: how many are asked.
    """
    return wanted or max(1, min(processors, sources // SOURCES_PER_SHARD))
