"""Keeps every shard to its own hosts: redirects lead anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.middlewares.refusal import HandedOver
from pipeline.text.urls import host

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from crawler.job import Job


class Owner:
    """Downloader middleware; must stand before anything is asked of a host, its robots.txt included."""

    def __init__(self, job: Job) -> None:
        self.job = job

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Owner:
        return cls(crawler.spider.job)  # type: ignore[union-attr]  # our one spider has a job

    def process_request(self, request: Request) -> None:
        """Raises HandedOver for a request to a host of another shard."""
        if not self.job.owns(request.url):
            raise HandedOver(host(request.url))
