"""Keeps the crawler out of its owner's network: only http and https, only public addresses.

Two halves. The middleware sees every request, redirects and robots.txt included, and judges schemes, user names and hosts written as
numbers, which are never looked up. The resolver judges what names resolve to; it gives the address that is then connected to, so a name
that answers differently the second time gains nothing.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.error import DNSLookupError

from crawler.addresses import is_allowed, judge_url
from crawler.middlewares.refusal import Refused
from pipeline.errors import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy import Request
    from scrapy.crawler import Crawler
    from twisted.internet.defer import Deferred

ALLOW_LOOPBACK = "CITY_DIGEST_ALLOW_LOOPBACK"  # our own Scrapy setting

refused_names: dict[str, str] = {}
"""Names that the resolver refused, with the address each had: Twisted tells the request only that it found none."""


class Guard:
    """Downloader middleware; must stand before robots.txt is looked at."""

    def __init__(self, *, allow_loopback: bool) -> None:
        self.allow_loopback = allow_loopback

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Guard:
        return cls(allow_loopback=crawler.settings.getbool(ALLOW_LOOPBACK))

    def process_request(self, request: Request) -> None:
        """Raises Refused for a request that must not be sent."""
        complaint = judge_url(request.url, allow_loopback=self.allow_loopback)
        if complaint:
            raise Refused(Reason.BLOCKED_ADDRESS, complaint)


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, IPv4, that gives only addresses which may be connected to."""

    allow_loopback = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> GuardedResolver:
        resolver = super().from_crawler(crawler, reactor)
        resolver.allow_loopback = crawler.settings.getbool(ALLOW_LOOPBACK)
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802 - Twisted's name
        return super().getHostByName(name, timeout).addCallback(self._judge, name)

    def _judge(self, address: str, name: str) -> str:
        if not is_allowed(ipaddress.ip_address(address), allow_loopback=self.allow_loopback):
            refused_names[name.lower()] = address
            raise DNSLookupError(f"{name} is {address}, which is not a public address")
        return address
