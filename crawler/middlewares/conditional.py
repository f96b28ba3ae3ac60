"""Asks only for what changed: sends our stored validators with pages of links and robots.txt (RFC 9110, section 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.inbox import HttpState, Inbox

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

KEY = "conditional"
"""In a request's meta: the address under which its validators are kept, which redirects do not change."""

MAX_VALIDATOR = 1_000  # longer ones are an attack or a mistake; they would be sent back with every request


class Conditional:
    """Downloader middleware; adds If-None-Match and If-Modified-Since where meta asks for it."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Conditional:
        return cls(crawler.spider.job.inbox)  # type: ignore[union-attr]  # our one spider has a job

    def process_request(self, request: Request) -> None:
        key = request.meta.get(KEY)
        state = self.inbox.http_state(key) if key else None
        if state and state.etag:
            request.headers.setdefault(b"If-None-Match", state.etag.encode("latin-1", "ignore"))
        if state and state.last_modified:
            request.headers.setdefault(b"If-Modified-Since", state.last_modified.encode("latin-1", "ignore"))


def state_of(url: str, response: Response, body: bytes | None = None) -> HttpState | None:
    """The validators of an answer, None if it has none."""
    etag, last_modified = _header(response, "ETag"), _header(response, "Last-Modified")
    return HttpState(url=url, etag=etag, last_modified=last_modified, body=body) if etag or last_modified else None


def _header(response: Response, name: str) -> str:
    value = (response.headers.get(name) or b"").decode("latin-1").strip()
    return value if len(value) <= MAX_VALIDATOR and value.isprintable() else ""
