"""How often a host is asked, and when it is left alone."""

from __future__ import annotations

import datetime as dt
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from scrapy.core.downloader import Slot

from crawler.middlewares.refusal import Refused
from pipeline.errors import Reason
from pipeline.store.inbox import HttpState
from pipeline.text.urls import host

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.job import Job

DEFAULT_WAIT = dt.timedelta(hours=1)  # after 429 without a readable Retry-After
MAX_WAIT = dt.timedelta(hours=24)  # an absurd Retry-After must not silence a source for ever


class Manners:
    """Downloader middleware next to the wire: sets each host's delay before the request waits for its turn, and hears what hosts ask for."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.job: Job = crawler.spider.job  # type: ignore[union-attr]  # our one spider has a job

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Manners:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        name = host(request.url)
        wish = request.meta.get("delay_s")
        if wish:
            self.job.hosts.ask_delay(name, wish)
        delay = self.job.hosts.delay(name)
        request.meta["download_slot"] = name  # as we write it: Scrapy takes "city.example." for another host
        downloader = self.crawler.engine.downloader
        # A slot that was idle for a minute is dropped and made again from these settings.
        downloader.per_slot_settings[name] = {"concurrency": 1, "delay": delay, "jitter": 0.0}
        if name not in downloader.slots:
            downloader.slots[name] = Slot(1, delay, 0.0)
            # A process of the round before may have asked this host a moment ago. Both count on the machine's one monotonic clock.
            downloader.slots[name].lastseen = self.job.asked_at.get(name, 0.0)
        downloader.slots[name].delay = delay

    def note_asked(self, name: str) -> None:
        """A host was asked until now past the downloader, by a page's scripts: its delay counts from here."""
        now = self.job.asked_at[name] = time.monotonic()
        slot = self.crawler.engine.downloader.slots.get(name)
        if slot:
            slot.lastseen = now

    def process_response(self, request: Request, response: Response) -> Response:
        """Raises Refused for 429, and for 503 that says when to come back."""
        asked = (response.headers.get("Retry-After") or b"").decode("latin-1")
        if response.status == 429 or (response.status == 503 and asked):
            now = self.job.clock()
            until = now + read_retry_after(asked, now)
            name = host(request.url)
            self.job.inbox.save_http_state(HttpState(url=wait_key(name), not_before=until))
            raise Refused.of(
                self.job.hosts.stop(
                    name, Reason.RATE_LIMITED, f"{name} answered {response.status}, wait until {until:%Y-%m-%dT%H:%MZ}"
                )
            )
        return response


def read_retry_after(value: str, now: dt.datetime) -> dt.timedelta:
    """How long to wait: seconds or a date (RFC 9110, section 10.2.3), between nothing and MAX_WAIT; DEFAULT_WAIT if unreadable."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        wait = dt.timedelta(seconds=min(int(value[:9]), MAX_WAIT.total_seconds()))
    else:
        try:
            moment = parsedate_to_datetime(value)
            wait = (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)) - now
        except (ValueError, OverflowError, IndexError, TypeError):
            return DEFAULT_WAIT
    return max(dt.timedelta(0), min(wait, MAX_WAIT))


def robots_url(url: str) -> str:
    """Address of the robots.txt that governs `url`."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.split('/', 1)[0].split('?', 1)[0].lower()}/robots.txt"


def wait_key(name: str) -> str:
    """Under which the inbox keeps what a host said of waiting: one for all its schemes and ports, as all manners are."""
    return f"urn:city-digest:wait:{name}"
