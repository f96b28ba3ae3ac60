"""What an address offers to somebody who wants to follow it: feeds, sitemaps, WordPress, a JSON interface, a list of articles.

Pure: `discover` and `offer_of` look at one answer. Nothing is ever guessed: an address counts only if a page, a header or a robots.txt
names it, and an offer only if our own reader finds items in what was answered.
"""

from __future__ import annotations

import datetime as dt
import functools
import importlib.resources
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lxml import etree
from msgspec.structs import replace
from parsel import Selector

from crawler.curation.layout import Layout, propose_listing
from crawler.deadline import within
from crawler.spiders.links import read_links
from crawler.spiders.listing import base_of
from crawler.spiders.reading import Reading, Unreadable, as_utf8, join, plain, read_json, select
from pipeline.model import EvidenceKind, Fields, Frozen, Kind, Origin, Selectors, SourceEvidence, SourceSpec, Terms
from pipeline.text.charsets import decode
from pipeline.text.dates import day_first_in, read_date
from pipeline.text.urls import host, normalise_url

MAX_NAMED = 20  # feeds noted of one page; directories of feeds name hundreds
SAMPLE = 20  # items kept of an answer, as proof of what was seen
NAME_CHARS = 200
LOOKING_S = 10.0  # processor time for looking through one answer; real pages take under 1 s
_AHEAD = dt.timedelta(
    days=2
)  # announced for tomorrow, elsewhere on earth; what lies further off is no date of publication
_FEED_TYPES = frozenset({
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "text/rss+xml",
})  # fmt: skip
_FEED_WORDS = frozenset(
    {"rss", "rss1.0", "rss2.0", "atom", "rdf", "rss feed", "news feed", "rss配信", "rss订阅", "xml"}
)
_FEED_ENDS = re.compile(
    r"(?:\.(?:rss|rdf|atom)|/(?:rss|atom|feed|index|news)\.xml|/feed\.json|/feed)/?$", re.IGNORECASE
)
_COMMENTS = re.compile(r"#comment|/comments?/feed", re.IGNORECASE)
_API = "https://api.w.org/"
_LINK = re.compile(r"<([^>]*)>\s*((?:;[^,<]*)*)")
# Country codes that are sold to everybody, so that they say nothing of where a site is.
_SOLD_CODES = frozenset(
    ["ac", "ai", "as", "bz", "cc", "cd", "co", "fm", "gg", "io", "la", "ly", "me", "nu", "sc", "sh", "to", "tv", "ws"]
)
_BODY_TEXT = "//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]"
_PARTS_OF_NAMES = re.compile(r"\s+[|–—»:·・｜-]\s+|[|｜»]")

# The best first: a feed states dates and is meant to be read by programs; a sitemap without dates lists everything.
_RANK = (Kind.FEED, Kind.WORDPRESS, Kind.JSON_API, Kind.LISTING, Kind.SITEMAP)


class Named(Frozen, frozen=True, kw_only=True):
    """An address that a page names as a feed."""

    url: str
    title: str = ""


class Finds(Frozen, frozen=True, kw_only=True):
    """What a page says of itself and where else it says to look."""

    url: str
    title: str = ""
    site_name: str = ""
    language: str = ""
    canonical: str = ""
    feeds: tuple[Named, ...] = ()
    wordpress: str = ""  # root of its REST interface
    chars: int = 0  # of text in its body
    scripts: int = 0


class Seen(Frozen, frozen=True, kw_only=True):
    """One item as an answer listed it."""

    url: str
    title: str = ""
    date: str = ""  # as it stood there
    day: str = ""  # as it was read, ISO 8601; "" if it could not be


class Offer(Frozen, frozen=True, kw_only=True):
    """A way to follow a site that was seen to work."""

    kind: Kind
    start: str  # what to ask
    items: int
    dated: int  # items with a date that can be read
    newest: str = ""  # ISO 8601
    sample: tuple[Seen, ...] = ()  # the first of them
    selectors: Selectors | None = None
    fields: Fields | None = None
    title: str = ""
    language: str = ""
    follow: str = ""  # of an index without items of its own: where the latest ones are


# --------------------------------------------------------------------------------------------------------------- pages


def discover(text: str, url: str, link_headers: Sequence[str] = ()) -> Finds:
    """What an HTML page says of itself, and the feeds and the WordPress interface that it or its headers name.

    Args:
        url: its address; relative addresses are made absolute with it or with the page's <base>.
        link_headers: values of its Link headers (RFC 8288).
    """
    page = Selector(text=text, type="html")
    if not isinstance(page.root, etree._Element):  # noqa: SLF001
        return Finds(url=url)
    base = base_of(text, url)
    feeds, root = dict[str, Named](), ""
    for rel, kind, href, title in [*_headers(link_headers), *_link_elements(page)]:
        target = normalise_url(join(base, href))
        if target and _API in rel and not root:
            root = target
        if target and "alternate" in rel and kind in _FEED_TYPES and not _COMMENTS.search(target):
            feeds.setdefault(target, Named(url=target, title=title))
    for link in page.css("a[href]"):
        target = normalise_url(join(base, link.attrib["href"]))
        words = plain(str(link.xpath("string()").get() or ""), NAME_CHARS)
        if target and len(feeds) < MAX_NAMED and _speaks_of_feed(target, words, link.attrib.get("type", "")):
            feeds.setdefault(target, Named(url=target, title=words))
    return Finds(
        url=url,
        title=_first(page, 'meta[property="og:title"]::attr(content)', "title::text", "h1::text"),
        site_name=_site_name(page),
        language=_language(page),
        canonical=normalise_url(join(base, _first(page, "link[rel=canonical]::attr(href)") or url)),
        feeds=tuple(feeds.values())[:MAX_NAMED],
        wordpress=root,
        chars=len(" ".join("".join(page.xpath(_BODY_TEXT).getall()).split())),
        scripts=len(page.css("script")),
    )


def title_of(body: bytes, content_type: str) -> str:
    """What a feed calls itself, "" if it does not say."""
    if kind_of(body) is Kind.JSON_API:
        answer = _json(body)
        return plain(str(answer.get("title") or ""), NAME_CHARS) if isinstance(answer, dict) else ""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(as_utf8(body, content_type).strip(), parser)
    except etree.XMLSyntaxError:
        return ""
    stated = root.find("./{*}channel/{*}title") if root is not None else None
    if stated is None and root is not None:
        stated = root.find("./{*}title")
    return plain(stated.text or "", NAME_CHARS) if stated is not None else ""


def _headers(values: Sequence[str]) -> Iterator[tuple[str, str, str, str]]:
    for value in values:
        for href, parameters in _LINK.findall(value[:10_000]):
            named = {
                name.strip().casefold(): given.strip().strip('"')
                for name, _, given in (part.partition("=") for part in parameters.split(";"))
            }
            yield named.get("rel", ""), named.get("type", "").casefold(), href, named.get("title", "")


def _link_elements(page: Selector) -> Iterator[tuple[str, str, str, str]]:
    for link in page.css("link[rel][href]"):
        given = link.attrib
        kind = given.get("type", "").partition(";")[0].strip().casefold()
        yield given["rel"].casefold(), kind, given["href"], plain(given.get("title", ""), NAME_CHARS)


def _speaks_of_feed(url: str, words: str, kind: str) -> bool:
    if _COMMENTS.search(url):
        return False
    return (
        kind.casefold() in _FEED_TYPES or words.casefold() in _FEED_WORDS or bool(_FEED_ENDS.search(urlsplit(url).path))
    )


def _site_name(page: Selector) -> str:
    stated = _first(
        page, 'meta[property="og:site_name"]::attr(content)', 'meta[name="application-name"]::attr(content)'
    )
    if stated:
        return stated
    # "News | City of Example": the site's name stands last.
    return _PARTS_OF_NAMES.split(_first(page, "title::text"))[-1].strip()


def _language(page: Selector) -> str:
    stated = _first(
        page,
        "html::attr(lang)",
        'meta[http-equiv="content-language" i]::attr(content)',
        'meta[property="og:locale"]::attr(content)',
    )
    return tag_of(stated)


def tag_of(stated: str) -> str:
    """A language tag in its usual form ("pt-br" and "pt_BR" are "pt-BR"), "" for what is none."""
    parts = re.split(r"[-_]", stated.split(",")[0].strip())
    if not re.fullmatch(r"[A-Za-z]{2,3}", parts[0]):
        return ""
    rest = [
        part.upper() if len(part) == 2 else part.title()
        for part in parts[1:]
        if part.isascii() and part.isalnum() and len(part) in (2, 4)
    ]
    return "-".join([parts[0].lower(), *rest])


def _first(page: Selector, *ways: str) -> str:
    for way in ways:
        found = plain(page.css(way).get() or "", NAME_CHARS)
        if found:
            return found
    return ""


# -------------------------------------------------------------------------------------------------------------- offers


def kind_of(body: bytes) -> Kind | None:
    """What an answer is by its first letters: feed, sitemap, JSON (json_api) or a page (listing); None for anything else."""
    if body[:2] == b"\x1f\x8b":
        return Kind.SITEMAP
    head = body[:4_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] in (b"{", b"["):
        return Kind.JSON_API
    if re.search(rb"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]", head, re.IGNORECASE):
        return Kind.SITEMAP
    page = re.search(rb"<!doctype html|<html[\s>]", head, re.IGNORECASE)
    feed = re.search(rb"<(?:rss|(?:\w+:)?rdf|(?:\w+:)?feed|channel)[\s>]", head, re.IGNORECASE)
    if feed and not (page and page.start() < feed.start()):
        return Kind.FEED
    return Kind.LISTING if b"<" in head else None


def offer_of(
    body: bytes,
    url: str,
    content_type: str,
    *,
    finds: Finds,
    now: dt.datetime,
    kind: Kind | None = None,
    start: str = "",
) -> Offer | None:
    """How to follow what was answered, None if no reader of ours finds items in it.

    Args:
        finds: what is known of the site; its language and country decide what 7/8/2025 means.
        kind: what the answer is asked for as; None to look.
        start: the address that a source would name, where it is not `url`.
    """
    kind = kind or kind_of(body)
    selectors = fields = None
    zone = zone_of(country_of(url))
    if kind is Kind.JSON_API:
        kind, fields = _interface(body)
    elif kind is Kind.LISTING:
        layout = _layout(decode(body, content_type).text, url, zone, now)
        selectors = layout.selectors if layout else None
        kind = Kind.LISTING if layout else None
    if kind is None:
        return None
    spec = _spec("probe", Kind(kind), url, finds, SourceEvidence(), selectors=selectors, fields=fields)
    try:
        reading = read_links(body, url, spec, content_type)
    except Unreadable:
        return None
    if not reading.found and not reading.follow:
        return None
    return replace(summarise(reading, spec, url, now), start=start or url)


def _interface(body: bytes) -> tuple[Kind | None, Fields | None]:
    try:
        with within(LOOKING_S):
            return _json_kind(body)
    except TimeoutError:
        return None, None


def _layout(text: str, url: str, zone: ZoneInfo, now: dt.datetime) -> Layout | None:
    try:
        with within(LOOKING_S):
            return propose_listing(text, url, zone=zone, now=now)
    except TimeoutError:
        return None


def summarise(reading: Reading, spec: SourceSpec, url: str, now: dt.datetime, *, most: int = SAMPLE) -> Offer:
    """How many items a source's rules give, how many dates can be read, and the first `most` of them."""
    links = select(reading, spec, url)
    seen = [
        Seen(url=link.url, title=link.hints.title, date=link.hints.published, day=_day(link.hints.published, spec, now))
        for link in links
    ]
    moments = [dt.datetime.fromisoformat(item.day) for item in seen if item.day]
    newest = max((moment for moment in moments if moment <= now + _AHEAD), default=None)
    return Offer(
        kind=spec.kind,
        start=url,
        items=len(seen),
        dated=sum(bool(item.day) for item in seen),
        newest=newest.isoformat() if newest else "",
        sample=tuple(seen[:most]),
        selectors=spec.selectors,
        fields=spec.fields,
        language=next((link.hints.language for link in links if link.hints.language), ""),
        follow=next(iter(reading.follow), "") if not seen else "",
    )


def _day(raw: str, spec: SourceSpec, now: dt.datetime) -> str:
    """A date as listed, read as the pipeline reads it, ISO 8601; "" if it cannot be."""
    if not raw:
        return ""
    day_first = day_first_in(spec.languages[0]) if spec.languages else None
    found = read_date(raw, zone=ZoneInfo(spec.zone), now=now, origin=Origin.LISTING, day_first=day_first)
    return found.value.isoformat() if found else ""


def best(offers: Iterable[Offer]) -> list[Offer]:
    """Offers by how well they serve: those with dated items first, then by kind, then by number of items."""
    return sorted(
        offers,
        key=lambda offer: (offer.dated * 2 < max(offer.items, 1), _RANK.index(offer.kind), -min(offer.items, 10)),
    )


# ---------------------------------------------------------------------------------------------------------------- JSON


def _json(body: bytes) -> Any:
    """What an answer says as the readers of sources have it, None if it is no JSON."""
    try:
        return read_json(body, "")
    except Unreadable:
        return None


def _json_kind(body: bytes) -> tuple[Kind | None, Fields | None]:
    answer = _json(body)
    if isinstance(answer, dict) and str(answer.get("version", "")).startswith("https://jsonfeed.org/"):
        return Kind.FEED, None
    if _is_posts(answer):
        return Kind.WORDPRESS, None
    fields = propose_fields(answer)
    return (Kind.JSON_API, fields) if fields else (None, None)


def _is_posts(answer: Any) -> bool:
    return isinstance(answer, list) and bool(answer) and all(_is_post(post) for post in answer)


def _is_post(value: Any) -> bool:
    if not isinstance(value, dict) or "link" not in value:
        return False
    title = value.get("title")
    return isinstance(title, dict) and "rendered" in title


def names_posts(body: bytes) -> bool:
    """True if this is the root of a WordPress interface that has posts."""
    answer = _json(body)
    routes = answer.get("routes") if isinstance(answer, dict) else None
    return isinstance(routes, dict) and "/wp/v2/posts" in routes


def propose_fields(answer: Any) -> Fields | None:
    """Where a JSON answer keeps its items: the longest list of objects that each have an address and a title of their own."""
    best_found: tuple[int, Fields] | None = None
    for path, items in _lists(answer, ""):
        link = _key(items, _is_address, ("url", "link", "href", "permalink", "path"))
        title = _key(items, _is_title, ("title", "headline", "name", "subject"))
        date = _key(
            items, _is_date, ("date", "published", "pubdate", "publish_date", "published_at", "created"), unique=False
        )
        if link and title and (best_found is None or len(items) > best_found[0]):
            best_found = len(items), Fields(items=path or "@", link=link, title=title, date=date or None)
    return best_found[1] if best_found else None


def _lists(value: Any, path: str, depth: int = 0) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    if isinstance(value, list) and len(value) >= 3 and all(isinstance(item, dict) for item in value):
        yield path, value
    elif isinstance(value, dict) and depth < 4:
        for key, inner in value.items():
            yield from _lists(inner, f"{path}.{_quoted(key)}" if path else _quoted(key), depth + 1)


def _quoted(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_]\w*", key, re.ASCII) else json.dumps(key)


def _key(items: list[dict[str, Any]], fits: Any, preferred: tuple[str, ...], *, unique: bool = True) -> str:
    keys = sorted(
        {key for item in items for key in item},
        key=lambda key: (preferred.index(key.casefold()) if key.casefold() in preferred else len(preferred), key),
    )
    for key in keys:
        values = [item.get(key) for item in items]
        fitting = [value for value in values if fits(value)]
        if len(fitting) >= 0.9 * len(items) and (not unique or len(set(fitting)) >= 0.9 * len(items)):
            return _quoted(key)
    return ""


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and bool(re.match(r"https?://[^\s]+$|/[^/\s][^\s]*$", value))


def _is_title(value: Any) -> bool:
    return isinstance(value, str) and len(value.encode()) >= 12 and not _is_address(value) and not _is_date(value)


def _is_date(value: Any) -> bool:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return 946_684_800 <= value < 4_102_444_800  # seconds, 2000 to 2100
    now = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
    return (
        isinstance(value, str)
        and len(value) <= 40
        and bool(read_date(value, zone=ZoneInfo("UTC"), now=now, origin=Origin.LISTING))
    )


# -------------------------------------------------------------------------------------------------------------- source


def propose_source(source_id: str, offer: Offer, finds: Finds, today: dt.date) -> SourceSpec:
    """A candidate that the catalogue takes: what the page says of itself, and what stays for a person to fill in."""
    dates = f", {offer.dated} with a date" if offer.dated else ", none with a date"
    evidence = SourceEvidence(
        kind=EvidenceKind.ANSWERED,
        note=f"probe: {offer.items} items{dates}" + (f", the newest of {offer.newest[:10]}" if offer.newest else ""),
        seen_on=today,
    )
    found = finds if finds.language or not offer.language else _with_language(finds, offer.language)
    return _spec(source_id, offer.kind, offer.start, found, evidence, selectors=offer.selectors, fields=offer.fields)


def _with_language(finds: Finds, language: str) -> Finds:
    return replace(finds, language=tag_of(language))


def _spec(
    source_id: str,
    kind: Kind,
    start: str,
    finds: Finds,
    evidence: SourceEvidence,
    *,
    selectors: Selectors | None,
    fields: Fields | None,
) -> SourceSpec:
    name = finds.site_name or finds.title or host(finds.url)
    language = finds.language or "und"
    names = {"en": name} if language.split("-")[0] in ("en", "und") else {"en": name, language: name}
    parts = urlsplit(finds.canonical or finds.url)
    country = country_of(finds.url)
    return SourceSpec(
        id=source_id,
        names=names,
        home=f"{parts.scheme}://{parts.netloc}/",
        country=country,
        languages=(language,),
        kind=kind,
        start=(start,),
        zone=str(zone_of(country)),
        family=source_id,
        evidence=evidence,
        terms=Terms(note="not read"),
        selectors=selectors,
        fields=fields,
    )


def country_of(url: str) -> str:
    """The country that the end of a host's name stands for, "ZZ" if it stands for none or is sold to everybody."""
    code = host(url).rpartition(".")[2]
    if code == "uk":
        return "GB"
    return code.upper() if code not in _SOLD_CODES and code.upper() in _zones() else "ZZ"


def zone_of(country: str) -> ZoneInfo:
    """The one zone of a country, UTC for countries with several."""
    zones = _zones().get(country, [])
    return ZoneInfo(zones[0] if len(zones) == 1 else "UTC")


@functools.cache
def _zones() -> dict[str, list[str]]:
    """Country code -> its zones, from the zone table of the tz database."""
    text = importlib.resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    found: dict[str, list[str]] = {}
    for code, _, zone, *_ in rows:
        found.setdefault(code, []).append(zone)
    return found
