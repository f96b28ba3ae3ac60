"""robots.txt, strictly (RFC 9309): what cannot be read forbids, what is not there allows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser

from crawler.middlewares.conditional import KEY, state_of
from crawler.middlewares.manners import robots_url, wait_key
from crawler.middlewares.refusal import HandedOver, Refused
from crawler.spiders.failure import explain
from pipeline.errors import Reason
from pipeline.text.urls import host

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

    from crawler.job import Job

MAX_BYTES = 500 * 1024  # RFC 9309, section 2.5: parsers read at least 500 KiB; the rest is ignored


class StrictRobots(RobotsTxtMiddleware):
    """Scrapy's middleware, except that server errors, 429 and silence forbid the host for this crawl (Scrapy allows it), that the file is
    asked for conditionally, and that Crawl-delay is kept."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.job: Job = crawler.spider.job  # type: ignore[union-attr]  # our one spider has a job
        self._token: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._fetches: dict[str, asyncio.Task[RobotParser]] = {}

    async def process_request(self, request: Request) -> None:  # type: ignore[override]  # without the deprecated spider argument
        """Raises Refused for what the rules forbid, and for hosts that are left alone."""
        stopped = self.job.hosts.stopped(host(request.url))
        if stopped:
            raise Refused.of(stopped)
        if request.meta.get("dont_obey_robotstxt"):
            return
        parser = await self.robot_parser(request)
        if not parser.allowed(request.url, self._token):
            raise Refused(Reason.ROBOTS_DISALLOWED, "robots.txt forbids this address")

    async def robot_parser(self, request: Request) -> RobotParser:
        """The rules for a request's host. Raises Refused where they cannot be read."""
        url = robots_url(request.url)
        if url not in self._fetches:
            self._fetches[url] = asyncio.ensure_future(self._fetch(url))
        # Shielded: a request that is given up must not take the rules from those that wait for them too.
        return await asyncio.shield(self._fetches[url])

    async def _fetch(self, url: str) -> RobotParser:
        name = host(url)
        state = self.job.inbox.http_state(wait_key(name))
        if state and state.not_before and state.not_before > self.job.clock():
            raise Refused.of(
                self.job.hosts.stop(
                    name, Reason.RATE_LIMITED, f"{name} asked us to wait until {state.not_before:%Y-%m-%dT%H:%MZ}"
                )
            )
        request = Request(
            url,
            priority=self.DOWNLOAD_PRIORITY,
            meta={"dont_obey_robotstxt": True, KEY: url},
            callback=NO_CALLBACK,
            dont_filter=True,
        )
        try:
            response = await self.crawler.engine.download_async(request)
        except HandedOver as elsewhere:
            # The rules stand on a host of another shard: from the next round on, both belong to one.
            self.job.joined.append((name, str(elsewhere)))
            raise
        except Refused as refusal:
            raise Refused.of(self.job.hosts.stop(name, refusal.reason, refusal.detail)) from refusal
        except Exception as error:
            failure = explain(error, url)
            raise Refused.of(self.job.hosts.stop(name, failure.reason, f"robots.txt: {failure.detail}")) from error
        return self._read(response, url, name)

    def _read(self, response: Response, url: str, name: str) -> RobotParser:
        kept = self.job.inbox.http_state(url)
        if response.status == 304 and kept and kept.body is not None:
            body = kept.body
        elif 200 <= response.status < 300:
            body = response.body[:MAX_BYTES]
            state = state_of(url, response, body)
            if state:
                self.job.inbox.save_http_state(state)
        elif 400 <= response.status < 500:
            body = b""
        else:
            raise Refused.of(
                self.job.hosts.stop(name, Reason.ROBOTS_DISALLOWED, f"robots.txt answered {response.status}")
            )
        parser = ProtegoRobotParser.from_crawler(self.crawler, body)
        delay = parser.crawl_delay(self._token)
        if delay:
            self.job.hosts.ask_delay(name, delay)
            stopped = self.job.hosts.stopped(name)
            if stopped:
                raise Refused.of(stopped)
        return parser
