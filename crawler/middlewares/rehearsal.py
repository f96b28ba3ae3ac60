"""Sends every request to a server on this machine, for the demo and tests (`rehearsal.proxy`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import NotConfigured

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

PROXY = "CITY_DIGEST_REHEARSAL_PROXY"  # our own Scrapy setting


class RehearsalProxy:
    """Downloader middleware; absent unless the workspace names a proxy."""

    def __init__(self, proxy: str) -> None:
        self.proxy = proxy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RehearsalProxy:
        proxy = crawler.settings.get(PROXY)
        if not proxy:
            raise NotConfigured
        return cls(proxy)

    def process_request(self, request: Request) -> None:
        request.meta["proxy"] = self.proxy
