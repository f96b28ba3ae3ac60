"""Keeps the crawler from hosts on the deny list: no start, link, redirect or robots.txt leads there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.middlewares.refusal import Refused
from pipeline.errors import Reason

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from crawler.denied import Denied


class Denial:
    """Downloader middleware; must stand before anything is asked of a host, its robots.txt included."""

    def __init__(self, denied: Denied) -> None:
        self.denied = denied

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Denial:
        return cls(crawler.spider.job.denied)  # type: ignore[union-attr]  # our one spider has a job

    def process_request(self, request: Request) -> None:
        """Raises Refused for a request to a host on the deny list."""
        why = self.denied.reason_for(request.url)
        if why:
            raise Refused(Reason.DENIED_HOST, why)
