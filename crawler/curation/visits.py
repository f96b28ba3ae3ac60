"""Errands to single sites: look what an address offers, see whether a source still gives what its file says, fetch one article."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from crawler.catalogue import page_of_links
from crawler.curation.asking import Answer, Asker
from crawler.curation.probing import (
    LOOKING_S,
    Finds,
    Offer,
    best,
    discover,
    kind_of,
    names_posts,
    offer_of,
    summarise,
    title_of,
)
from crawler.deadline import within
from crawler.handoff import document_type, is_media, page_of_document, page_of_response
from crawler.spiders.failure import Failure, explain, judge_status
from crawler.spiders.links import read_links
from crawler.spiders.reading import Unreadable, select
from pipeline.errors import Reason
from pipeline.model import Frozen, Kind, RawPage, SourceSpec
from pipeline.store.inbox import Link
from pipeline.text.charsets import decode
from pipeline.text.clean import clean_text
from pipeline.text.urls import host, normalise_url

MAX_REQUESTS = 8  # of one probe: a visit, not a crawl
MAX_FEEDS = 3  # looked into; sites name one per section
MAX_MAPS = 2


class Refusal(Frozen, frozen=True, kw_only=True):
    """An address that gave nothing, and why."""

    url: str
    reason: str
    detail: str


class Exploration(Frozen, frozen=True, kw_only=True):
    """What came of looking at an address."""

    finds: Finds
    offers: tuple[Offer, ...] = ()  # the best first
    feeds: tuple[str, ...] = ()  # named, looked into or not
    sitemaps: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    asked: tuple[str, ...] = ()


class Visit(Frozen, frozen=True, kw_only=True):
    """What a source gave when its start was asked, by its own rules."""

    start: str
    answer: Answer
    offer: Offer | None = None  # None if it could not be read
    problem: str = ""  # the sentence why


class _Explorer:
    def __init__(self, asker: Asker, now: dt.datetime, spec: SourceSpec | None) -> None:
        self.asker = asker
        self.spec = spec
        self.now = now
        self.finds = Finds(url="")
        self.offers: dict[tuple[str, Kind], Offer] = {}
        self.refusals: list[Refusal] = []
        self.asked: list[str] = []

    async def explore(self, url: str) -> Exploration:
        page = await self._ask(url)
        maps: tuple[str, ...] = ()
        if not page.failure:
            is_page = kind_of(page.body) is Kind.LISTING
            self.finds = self._discover(page) if is_page else self._name(page)
            await self._judge(page)
            maps = self._ours(await self.asker.sitemaps(page.url), page.url)
            if is_page:
                await self._follow(maps)
        return Exploration(
            finds=self.finds,
            offers=tuple(best(self.offers.values())),
            feeds=tuple(feed.url for feed in self.finds.feeds),
            sitemaps=maps,
            refusals=tuple(self.refusals),
            asked=tuple(self.asked),
        )

    def _discover(self, page: Answer) -> Finds:
        try:
            with within(LOOKING_S):
                return discover(decode(page.body, page.content_type).text, page.url, page.links)
        except TimeoutError as error:
            self._refuse(page.url, Reason.TOO_SLOW.value, f"looking through it {error}")
            return Finds(url=page.url)

    def _name(self, feed: Answer) -> Finds:
        try:
            with within(LOOKING_S):
                return Finds(url=feed.url, site_name=title_of(feed.body, feed.content_type))
        except TimeoutError:
            return Finds(url=feed.url)

    async def _follow(self, maps: tuple[str, ...]) -> None:
        for feed in self.finds.feeds[:MAX_FEEDS]:
            await self._look(feed.url, Kind.FEED)
        if self.finds.wordpress:
            root = await self._ask(self.finds.wordpress)
            if not root.failure and names_posts(root.body):
                await self._look(self.finds.wordpress, Kind.WORDPRESS)
        # A sitemap says less than the others: it is looked into only where they gave nothing with dates.
        if not any(offer.dated for offer in self.offers.values()):
            for address in maps[:MAX_MAPS]:
                await self._look(address, Kind.SITEMAP)

    async def _look(self, url: str, kind: Kind) -> None:
        answer = await self._ask(page_of_links(kind, url))
        if not answer.failure:
            await self._judge(answer, start=url, kind=kind)

    async def _judge(self, answer: Answer, *, start: str = "", kind: Kind | None = None, depth: int = 0) -> None:
        offer = offer_of(
            answer.body, answer.url, answer.content_type, finds=self.finds, now=self.now, kind=kind, start=start
        )
        if offer is None:
            if kind:
                self._refuse(answer.url, "unreadable", f"named as {kind}, but it could not be read as one")
            return
        if offer.follow and not offer.items and depth < MAX_MAPS:
            latest = await self._ask(offer.follow)
            if not latest.failure:
                await self._judge(latest, start=offer.start, kind=offer.kind, depth=depth + 1)
            return
        if offer.items:
            self.offers.setdefault((offer.start, offer.kind), offer)

    async def _ask(self, url: str) -> Answer:
        answer = await self.asker.ask(url, self.spec)
        self.asked.append(url)
        if answer.failure:
            self._refuse(url, answer.failure.reason.value, answer.failure.detail)
        return answer

    def _refuse(self, url: str, reason: str, detail: str) -> None:
        self.refusals.append(Refusal(url=url, reason=reason, detail=detail))

    @staticmethod
    def _ours(addresses: tuple[str, ...], url: str) -> tuple[str, ...]:
        """Sitemaps of the site itself, those that speak of news first: their names are all that tells them apart."""
        own = [address for found in addresses if host(address := normalise_url(found)) == host(url)]
        return tuple(sorted(dict.fromkeys(own), key=lambda address: "news" not in urlsplit(address).path.lower()))


async def explore(asker: Asker, url: str, now: dt.datetime, spec: SourceSpec | None = None) -> Exploration:
    """Everything that an address offers or names.

    Args:
        spec: whose start it is, if it is one: it may want a longer delay, or a browser.
    """
    return await _Explorer(asker, now, spec).explore(url)


async def visit(asker: Asker, spec: SourceSpec, now: dt.datetime) -> Visit:
    """What the first start of a source gives by the source's own rules; for an index of sitemaps, what its latest one gives."""
    start = spec.start[0]
    answer = await asker.ask(page_of_links(spec.kind, start), spec)
    for _ in range(MAX_MAPS):
        if answer.failure:
            return Visit(start=start, answer=answer, problem=_sentence(answer.url, answer.failure))
        try:
            reading = read_links(answer.body, answer.url, spec, answer.content_type)
        except Unreadable as error:
            return Visit(start=start, answer=answer, problem=f"{answer.url}: {error.detail}")
        if reading.found or spec.kind is not Kind.SITEMAP or not reading.follow:
            break
        answer = await asker.ask(reading.follow[0], spec)
    return Visit(start=start, answer=answer, offer=summarise(reading, spec, answer.url, now))


async def visit_with_article(asker: Asker, spec: SourceSpec, now: dt.datetime) -> tuple[Visit, Answer | None]:
    """A visit, and the first article that can be had; None if there is none."""
    seen = await visit(asker, spec, now)
    if seen.offer is None:
        return seen, None
    reading = read_links(seen.answer.body, seen.answer.url, spec, seen.answer.content_type)
    for link in select(reading, spec, seen.answer.url)[:2]:
        article = await asker.ask(link.url, spec)
        if not article.failure and kind_of(article.body) is Kind.LISTING:
            return seen, article
    return seen, None


def _sentence(url: str, failure: Failure) -> str:
    return f"{url}: {failure.detail} ({failure.reason})"


async def take_article(asker: Asker, link: Link, spec: SourceSpec) -> RawPage | Failure:
    """One article, fetched and kept in the inbox as a crawl would; or why not, noted there too.

    Documents are recorded, not fetched, as in a crawl.
    """
    now, inbox = asker.job.clock(), asker.job.inbox
    kind = document_type(link.url)
    taken = page_of_document(link, kind, now) if kind else await _page(asker, link, spec)
    if isinstance(taken, Failure):
        inbox.save_failure(link.url, taken.reason, taken.detail, final=taken.final, not_before=None, now=now)
    else:
        inbox.save_page(taken)
    return taken


async def _page(asker: Asker, link: Link, spec: SourceSpec) -> RawPage | Failure:
    try:
        response = await asker.fetch(link.url, spec)
    except Exception as error:  # noqa: BLE001 - whatever the downloader raises has a reason
        return explain(error, link.url)
    failure = judge_status(response.status, (response.headers.get("Location") or b"").decode("latin-1"))
    if failure:
        return failure
    if is_media(response):
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        return Failure(reason=Reason.NOT_TEXT, detail=clean_text(kind, limit=80), final=True)
    return page_of_response(response, link, asker.job.clock())
