"""The spider: asks every source for links and fetches the pages behind those that are new."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from scrapy import Request, Spider, signals
from scrapy.exceptions import CloseSpider, DontCloseSpider, UsageError

from crawler.errands import Errand
from crawler.handoff import document_type, is_media, page_of_document, page_of_response
from crawler.health import count_move, read_times
from crawler.javascript import request_meta
from crawler.middlewares.conditional import KEY, state_of
from crawler.middlewares.refusal import HandedOver, Refused
from crawler.spiders.failure import Failure, explain, judge_status
from crawler.spiders.links import read_links
from crawler.spiders.reading import Unreadable, select
from crawler.tally import Tally
from pipeline.errors import Reason, StoreError
from pipeline.model import Kind, Label, RawPage, SourceSpec, SourceState
from pipeline.store.inbox import HttpState, Link
from pipeline.text.urls import host, normalise_url

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure as TwistedFailure

    from crawler.job import Job

logger = logging.getLogger(__name__)

MAX_INDEX_DEPTH = 2  # an index of indexes of sitemaps; deeper ones are loops


class SourcesSpider(Spider):
    """Keeps one queue per host and at most one request of each under way.

    So a host that is left alone costs nothing more, slow hosts hold up nobody, and memory does not grow with the number of links. The truth
    is the inbox: links are saved as soon as they are found, pages as soon as they arrive.
    """

    name = "sources"

    def __init__(self, job: Job, **options: Any) -> None:
        super().__init__(**options)
        self.job = job
        self._queues: dict[str, deque[Errand]] = {}
        self._busy: dict[str, float] = {}  # host -> when its request was made
        self._asked: set[str] = set()  # pages of links: an index may name one twice, or itself

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **options: Any) -> SourcesSpider:
        if "job" not in options:
            raise UsageError("A crawl needs a workspace: start it with 'city-digest crawl'.")
        spider = super().from_crawler(crawler, *args, **options)
        crawler.signals.connect(spider._go_on, signal=signals.spider_idle)  # noqa: SLF001 - its own
        return spider

    async def start(self) -> AsyncIterator[Request]:
        for errand in reversed(self.job.errands):  # pages of links go to the heads of their queues
            if errand.link is None:
                self._queue_seed(errand)
        for errand in self.job.errands:
            if errand.link is not None:
                self._begin(errand)
        for request in self._due():
            yield request

    def closed(self, reason: str) -> None:
        """Scrapy's hook at the end of a crawl."""
        del reason
        # The next round's processes go on counting from there.
        slots = self.crawler.engine.downloader.slots if self.crawler.engine else {}
        self.job.asked_at |= {name: slot.lastseen for name, slot in slots.items() if slot.lastseen}

    def count_held(self) -> None:
        """What is still queued when the crawl was stopped early stays in the inbox for the next one."""
        for queue in self._queues.values():
            for errand in queue:
                self.job.tallies[errand.source_id].held += errand.link is not None

    # -------------------------------------------------------------------------------------------------------------- queues

    def _queue(self, errand: Errand) -> None:
        if self.job.owns(errand.url):
            self._queues.setdefault(errand.host, deque()).append(errand)
        else:
            self.job.handed_over.append(errand)

    def _queue_seed(self, errand: Errand) -> None:
        if not errand.url or errand.url in self._asked:
            return
        self._asked.add(errand.url)
        if self.job.owns(errand.url):
            self._queues.setdefault(errand.host, deque()).appendleft(errand)
        else:
            self.job.handed_over.append(errand)

    def _due(self) -> list[Request]:
        """The next request of every host that has none under way; the queues of hosts that are left alone are given up."""
        requests = []
        for name, queue in list(self._queues.items()):
            stop = self.job.hosts.stopped(name)
            while queue and stop:
                self._fail(queue.popleft(), explain(Refused.of(stop), name))
            if not queue:
                del self._queues[name]
            elif name not in self._busy:
                self._busy[name] = time.monotonic()
                requests.append(self._request(queue.popleft()))
        return requests

    def _request(self, errand: Errand) -> Request:
        spec = self.job.specs[errand.source_id]
        meta: dict[str, Any] = {"delay_s": spec.delay_s} | request_meta(spec)
        if errand.link is None:
            meta[KEY] = errand.key
        return Request(
            errand.url,
            callback=self.take,
            errback=self.miss,
            cb_kwargs={"errand": errand},
            meta=meta,
            # The inbox knows what was fetched; Scrapy's filter would drop redirects without telling us.
            dont_filter=True,
        )

    def _go_on(self) -> None:
        """Nothing is under way: whatever is still queued goes on, even if a request was lost without an answer."""
        self._busy.clear()
        requests = self._due()
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    # ------------------------------------------------------------------------------------------------------------- answers

    def take(self, response: Response, errand: Errand) -> list[Request]:
        """Reads or keeps an answer; returns what may be asked now."""
        with self._stopped_by_inbox():
            return self._take(response, errand)

    def miss(self, failure: TwistedFailure) -> list[Request]:
        """Notes why a request has no answer; returns what may be asked now."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        errand: Errand = request.cb_kwargs["errand"]
        with self._stopped_by_inbox():
            self._end(errand)
            if isinstance(failure.value, HandedOver):
                # It goes on from here, in the process that asks this host.
                redirects = (*errand.redirects, *request.meta.get("redirect_reasons", ()))
                further = msgspec.structs.replace(errand, url=request.url, start=errand.key, redirects=redirects)
                self.job.handed_over.append(further)
            else:
                self._fail(errand, explain(failure.value or Exception("unknown"), request.url))
            return self._due()

    @contextmanager
    def _stopped_by_inbox(self) -> Iterator[None]:
        """Ends the crawl where nothing can be kept any more: to go on would ask servers for nothing, and complain once a page."""
        try:
            yield
        except StoreError as error:
            if not self.job.stopped:
                self.job.stopped = "inbox"
                logger.error("%s", error)  # noqa: TRY400 - a sentence for people, no traceback
            raise CloseSpider("inbox") from error

    def _take(self, response: Response, errand: Errand) -> list[Request]:
        tally = self._end(errand)
        tally.bytes += len(response.body)
        failure = judge_status(response.status, (response.headers.get("Location") or b"").decode("latin-1"))
        self._note_move(response, errand)
        try:
            if errand.link is None and response.status == 304:
                self._take_unchanged(errand)
            elif failure:
                self._fail(errand, failure)
            elif errand.link is None:
                self._take_links(response, errand)
            else:
                self._take_page(response, errand.link)
        except Unreadable as error:
            self._fail(errand, Failure(reason=error.reason, detail=error.detail))
        if not (failure and failure.of_host):
            self.job.hosts.answered(errand.host)
        return self._due()

    def _end(self, errand: Errand) -> Tally:
        tally = self.job.tallies[errand.source_id]
        now = time.monotonic()
        tally.seconds += now - self._busy.pop(errand.host, now)
        return tally

    def _take_unchanged(self, errand: Errand) -> None:
        tally = self.job.tallies[errand.source_id]
        tally.seeds += 1
        tally.answered += 1
        tally.not_modified += 1
        state = self.job.inbox.http_state(errand.key)
        if state:
            tally.items += state.items
            tally.dates.extend(state.times)
            self._follow(errand, tuple((state.body or b"").decode().splitlines()))

    def _take_links(self, response: Response, errand: Errand) -> None:
        spec = self.job.specs[errand.source_id]
        tally = self.job.tallies[errand.source_id]
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        reading = read_links(response.body, response.url, spec, content_type)
        tally.seeds += 1
        tally.answered += 1
        tally.items += len(reading.found)
        published = (found.hints.published for found in reading.found if found.hints.published)
        times = read_times(published, spec, self.job.clock())
        tally.dates.extend(times)
        if spec.state is SourceState.DEAD:
            return  # asked whether it answers again, no more
        links = self._wanted(select(reading, spec, response.url), spec)
        follow = self._allowed(errand, reading.follow)
        state = state_of(errand.key, response) if reading.whole else None
        if state:
            body = "\n".join(follow).encode() if follow else None
            state = msgspec.structs.replace(state, body=body, items=len(reading.found), times=times)
        fresh = self.job.inbox.unknown([link.url for link in links])
        tally.links_new += self.job.inbox.save_discovery(spec.id, errand.key, links, state, self.job.clock())
        for link in links:
            if link.url in fresh:  # those known and due are queued since the start
                self._begin(Errand(url=link.url, source_id=spec.id, link=link))
        self._follow(errand, follow)

    def _wanted(self, links: Sequence[Link], spec: SourceSpec) -> list[Link]:
        """Those links that are to be fetched; the others are kept with the reason why not."""
        job, now = self.job, self.job.clock()
        tally = job.tallies[spec.id]
        if Label.QUERY in spec.labels:
            job.inbox.save_proposals(spec.id, [link for link in links if not job.denied.reason_for(link.url)], now)
            return []
        denied = [link for link in links if job.denied.reason_for(link.url)]
        if denied:
            why = job.denied.reason_for(denied[0].url)
            tally.fail(Reason.DENIED_HOST, job.inbox.save_refused(spec.id, denied, Reason.DENIED_HOST, why, now))
        refused = {link.url for link in denied}
        if spec.id in job.known:
            # A source that was read before gives a few new links at a time. Hundreds mean that it published everything again.
            fresh = job.inbox.unknown([link.url for link in links]) - refused
            over = [link for link in links if link.url in fresh][max(0, job.crawl.flood_cap - tally.links_new) :]
            if over:
                why = f"beyond crawl.flood_cap, {job.crawl.flood_cap} new links in one crawl"
                tally.fail(Reason.FLOOD, job.inbox.save_refused(spec.id, over, Reason.FLOOD, why, now))
            refused |= {link.url for link in over}
        return [link for link in links if link.url not in refused]

    def _begin(self, errand: Errand) -> None:
        """Queues a page, or keeps what is no page at once: documents are recorded as listed, and never fetched."""
        assert errand.link
        kind = document_type(errand.url)
        if kind:
            self._keep(page_of_document(errand.link, kind, self.job.clock()))
        else:
            self._queue(errand)

    def _allowed(self, errand: Errand, addresses: tuple[str, ...]) -> tuple[str, ...]:
        spec = self.job.specs[errand.source_id]
        match spec.kind:
            case Kind.LISTING if spec.selectors:
                most = spec.selectors.max_pages - 1
            case Kind.JSON_API if spec.fields:
                most = spec.fields.max_pages - 1
            case _:
                most = MAX_INDEX_DEPTH
        if errand.depth >= most:
            return ()
        return tuple(url for address in addresses if (url := normalise_url(address)))

    def _follow(self, errand: Errand, addresses: tuple[str, ...]) -> None:
        for url in reversed(addresses):  # each goes to the head of its host's queue
            self._queue_seed(Errand(url=url, source_id=errand.source_id, depth=errand.depth + 1))

    def _note_move(self, response: Response, errand: Errand) -> None:
        """Counts permanent redirects of a source's own page of links; after some in a row the new address is asked instead."""
        if errand.link is not None or errand.depth:
            return
        asked = response.request.meta.get("redirect_reasons", ()) if response.request else ()
        redirects = (*errand.redirects, *asked)
        if not redirects and errand.url != errand.key and response.status < 400:
            self.job.tallies[errand.source_id].moved_to = errand.url
            return
        permanent = bool(redirects) and all(status in (301, 308) for status in redirects) and response.status < 400
        self._save_move(errand, normalise_url(response.url) if permanent else "")

    def _save_move(self, errand: Errand, target: str) -> None:
        # Where the new address fails, the next crawl asks the source's own again.
        state = self.job.inbox.http_state(errand.key) or HttpState(url=errand.key)
        if target or state.moves:
            self.job.inbox.save_http_state(count_move(state, target))

    def _take_page(self, response: Response, link: Link) -> None:
        if is_media(response):
            raise Unreadable(Reason.NOT_TEXT, (response.headers.get("Content-Type") or b"").decode("latin-1")[:80])
        self._keep(page_of_response(response, link, self.job.clock()))

    def _keep(self, page: RawPage) -> None:
        tally = self.job.tallies[page.source_id]
        tally.pages_new += self.job.inbox.save_page(page)
        tally.pages += 1
        self.job.tell("page", source=page.source_id, url=page.url, bytes=len(page.body))

    # ------------------------------------------------------------------------------------------------------------ failures

    def _fail(self, errand: Errand, failure: Failure) -> None:
        if failure.of_host:
            self.job.hosts.failed(errand.host, failure.reason)
        if errand.link and failure.stopped_host and self._is_to_wait(errand, failure):
            self._hold(errand, failure)
            return
        tally = self.job.tallies[errand.source_id]
        tally.fail(failure.reason)
        logger.info("%s: %s: %s", errand.url, failure.reason, failure.detail)
        if errand.link is None:
            self._fail_source(errand, failure)
            return
        final = failure.final or failure.reason is Reason.NOT_TEXT or errand.link.attempts + 1 >= self.job.max_attempts
        self.job.inbox.save_failure(
            errand.link.url, failure.reason, failure.detail, final=final, not_before=None, now=self.job.clock()
        )

    def _fail_source(self, errand: Errand, failure: Failure) -> None:
        tally = self.job.tallies[errand.source_id]
        tally.seeds += 1
        tally.unread += not failure.final
        if errand.url != errand.key and not errand.redirects and not errand.depth:
            self._save_move(errand, "")
        # A dead sitemap in an index, or a missing second page, is counted but does not make the source fail.
        if not tally.problem and not errand.depth:
            tally.problem = failure.reason.value
            self.job.problems[errand.source_id] = f"{errand.url}: {failure.detail}"

    def _is_to_wait(self, errand: Errand, failure: Failure) -> bool:
        """True if a link is not to blame: its host asked us to wait, or is the source's own and out of order.

        On other people's hosts failures count, or a link to a host that is gone would be tried for ever.
        """
        return failure.reason is Reason.RATE_LIMITED or failure.stopped_host in self._own_hosts(errand)

    def _own_hosts(self, errand: Errand) -> set[str]:
        return {host(url) for url in self.job.specs[errand.source_id].start}

    def _hold(self, errand: Errand, failure: Failure) -> None:
        """Leaves a link for the next crawl, untouched."""
        tally = self.job.tallies[errand.source_id]
        tally.held += 1
        if not tally.problem and failure.stopped_host in self._own_hosts(errand):
            tally.problem = failure.reason.value
            self.job.problems[errand.source_id] = failure.detail
