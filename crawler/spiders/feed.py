"""Reads feeds: RSS 0.9 to 2.0, RDF, Atom, JSON Feed."""

from __future__ import annotations

import io
import re
from typing import Any

import feedparser
import msgspec

from crawler.spiders.reading import DATE_CHARS, SUMMARY_CHARS, TITLE_CHARS, Found, Reading, Unreadable, as_utf8, plain
from pipeline.errors import Reason
from pipeline.model import FetchHints
from pipeline.text.clean import clean_text

# feedparser takes 16 s for 200,000 items; no source publishes 2,000 between two crawls.
MAX_ITEMS = 2_000
_ITEM = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_END = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>\s*(?:<!--.*?-->\s*)*$", re.IGNORECASE | re.DOTALL)
_END_BYTES = 2_000  # the closing tag is looked for in so many last bytes
# An internal subset is where entity bombs live; feeds need none.
_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)


def read_feed(body: bytes, content_type: str = "") -> Reading:
    """The links of a feed with their raw dates, titles, summaries and authors, in the feed's order.

    Raises:
        Unreadable: it is no feed.
    """
    if body.lstrip()[:1] == b"{":
        return _read_json(body)
    text = as_utf8(body, content_type)
    text = _DOCTYPE.sub(b"", text, count=1)
    items = [match.start() for _, match in zip(range(MAX_ITEMS + 1), _ITEM.finditer(text), strict=False)]
    whole = bool(_END.search(text[-_END_BYTES:]))
    if len(items) > MAX_ITEMS:
        text = text[: items[MAX_ITEMS]]
    parsed = feedparser.parse(
        io.BytesIO(text),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not parsed.get("version") and not parsed.entries:
        raise Unreadable(Reason.BAD_FEED, _guess(text))
    language = clean_text(str(parsed.feed.get("language", "")), limit=35)
    found = [_found(entry, language) for entry in parsed.entries]
    return Reading(found=tuple(item for item in found if item.url), whole=whole)


def _found(entry: Any, language: str) -> Found:
    # A key is asked for only where it is present: feedparser maps missing ones to others, with a warning.
    present = {key for key, value in dict(entry).items() if value}
    date = next((entry[key] for key in ("published", "created", "updated") if key in present), "")
    url = next((entry[key] for key in ("feedburner_origlink", "link") if key in present), "")
    authors = [author.get("name", "") for author in entry.get("authors", []) or []]
    return Found(
        url=url,
        hints=FetchHints(
            title=plain(entry.get("title", ""), TITLE_CHARS),
            published=clean_text(date, limit=DATE_CHARS),
            published_from="feed" if date else "",
            summary=plain(entry["summary"] if "summary" in present else "", SUMMARY_CHARS),
            authors=tuple(name for author in authors if (name := plain(author, TITLE_CHARS))),
            language=language,
        ),
    )


class _Author(msgspec.Struct):
    name: str = ""


class _Item(msgspec.Struct):
    url: str = ""
    external_url: str = ""
    title: str = ""
    date_published: str = ""
    summary: str = ""
    content_text: str = ""
    language: str = ""
    authors: list[_Author] = []
    author: _Author | None = None


class _JsonFeed(msgspec.Struct):
    version: str
    items: list[_Item]
    language: str = ""


def _read_json(body: bytes) -> Reading:
    """JSON Feed 1 and 1.1 (jsonfeed.org)."""
    try:
        feed = msgspec.json.decode(body, type=_JsonFeed)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(Reason.BAD_FEED, f"JSON, but no JSON Feed: {error}") from error
    if not feed.version.startswith("https://jsonfeed.org/version/"):
        raise Unreadable(Reason.BAD_FEED, f"JSON, but no JSON Feed: version is {feed.version[:80]!r}")
    found = [
        Found(
            url=item.url or item.external_url,
            hints=FetchHints(
                title=plain(item.title, TITLE_CHARS),
                published=clean_text(item.date_published, limit=DATE_CHARS),
                published_from="feed" if item.date_published else "",
                summary=plain(item.summary or item.content_text, SUMMARY_CHARS),
                authors=tuple(
                    name
                    for author in (item.authors or [item.author or _Author()])
                    if (name := plain(author.name, TITLE_CHARS))
                ),
                language=clean_text(item.language or feed.language, limit=35),
            ),
        )
        for item in feed.items[:MAX_ITEMS]
    ]
    return Reading(found=tuple(item for item in found if item.url))


def _guess(text: bytes) -> str:
    head = text[:1_000].lower()
    if not text.strip():
        return "the feed is empty"
    if b"<html" in head or b"<!doctype html" in head:
        return "an HTML page instead of a feed"
    return "neither RSS, RDF, Atom nor JSON Feed"
