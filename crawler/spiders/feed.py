"""Reads feeds: RSS 0.9 to 2.0, RDF, Atom, JSON Feed."""

from __future__ import annotations

import codecs
import datetime as dt
import io
import itertools
import re
import sys
from typing import Any
from zoneinfo import ZoneInfo

import feedparser
import msgspec
from msgspec.structs import replace

from crawler.spiders.reading import (
    DATE_CHARS,
    MAX_ITEMS,
    SUMMARY_CHARS,
    TITLE_CHARS,
    Found,
    Reading,
    Unreadable,
    as_utf8,
    plain,
    read_json,
)
from pipeline.errors import Reason
from pipeline.model import FetchHints, FuzzyDate, Origin, Precision
from pipeline.text.clean import clean_text
from pipeline.text.dates import read_date

# feedparser takes 17 us for a tag; 2,000 items have 60,000, and 500 with their whole text 100,000, which cost less within CDATA.
MAX_TAGS = 200_000
_ITEM = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
# A comment cannot reach over the end of another: two ways to read a run of comments would be a million ways to read twenty.
_END = re.compile(
    rb"</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>\s*(?:<!--(?:(?!-->).)*-->\s*)*$", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(rb"<")
_END_BYTES = 2_000  # the closing tag is looked for in so many last bytes
# So many items at one moment are no coincidence; two or three may be published together.
SURELY_NOT_AT_ONCE = 5
BUILDING = dt.timedelta(seconds=10)  # a feed of 2,000 items is built within this time
_UTC = ZoneInfo("UTC")
_ANY_TIME = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # dates are only compared with each other
# An internal subset is where entity bombs live; feeds need none.
_PROLOG = re.compile(rb"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)", re.IGNORECASE | re.DOTALL)
_ROOT = re.compile(rb"<\w")
_REFERENCE = re.compile(rb"&#(?:[xX]0*([0-9a-fA-F]+)|0*([0-9]+));?")
_MAX_DIGITS = 7  # of a code point, decimal


def read_feed(body: bytes, content_type: str = "") -> Reading:
    """The links of a feed with their raw dates, titles, summaries and authors, in the feed's order.

    Raises:
        Unreadable: it is no feed.
    """
    if body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"{":
        return _read_json(body, content_type)
    text = as_utf8(body, content_type)
    text = _REFERENCE.sub(_character, _without_prolog(text))
    whole = bool(_END.search(text[-_END_BYTES:]))
    text = text[: _nth(_ITEM, text, MAX_ITEMS)]
    within = _nth(_TAG, text, MAX_TAGS)
    if within is not None:
        text, whole = text[:within], False
    parsed = feedparser.parse(
        io.BytesIO(text),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not parsed.get("version") and not parsed.entries:
        raise Unreadable(Reason.BAD_FEED, _guess(text))
    language = clean_text(str(parsed.feed.get("language", "")), limit=35)
    found = _without_build_date([_found(entry, language) for entry in parsed.entries])
    return Reading(found=tuple(item for item in found if item.url), whole=whole)


def _nth(pattern: re.Pattern[bytes], text: bytes, number: int) -> int | None:
    """Where a pattern matches after so many matches, None if it does not."""
    match = next(itertools.islice(pattern.finditer(text), number, None), None)
    return match.start() if match else None


def _without_prolog(text: bytes) -> bytes:
    """From the root element on. feedparser expands the entities of a declaration, and takes the square of the space before the root."""
    end = 0
    while match := _PROLOG.match(text, end):
        end = match.end()
    root = _ROOT.search(text, end)
    return text[root.start() :] if root else text[end:].lstrip()


def _character(reference: re.Match[bytes]) -> bytes:
    """The reference itself, nothing if no character has that number: half an emoji is common, and feedparser falls over it."""
    hexadecimal, decimal = reference.groups()
    if len(hexadecimal or decimal) > _MAX_DIGITS:
        return b""
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return b"" if number > sys.maxunicode or 0xD800 <= number <= 0xDFFF else reference.group()


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


def _without_build_date(found: list[Found]) -> list[Found]:
    """The items without their dates, if one moment stands for them all: that of the feed's building, not of their publication."""
    stated = [item.hints.published for item in found if item.hints.published]
    if len(stated) < SURELY_NOT_AT_ONCE:
        return found
    moments = [date.value for text in set(stated) if (date := _read_moment(text))]
    if len(moments) < len(set(stated)) or max(moments) - min(moments) > BUILDING:
        return found
    return [replace(item, hints=replace(item.hints, published="", published_from="")) for item in found]


def _read_moment(text: str) -> FuzzyDate | None:
    """The date of a string that states a time of day other than midnight: items of one day may well share that day."""
    date = read_date(text, zone=_UTC, now=_ANY_TIME, origin=Origin.FEED)
    return date if date and date.precision is Precision.MINUTE and date.value.time() != dt.time() else None


class _Author(msgspec.Struct):
    name: str | None = None


class _Item(msgspec.Struct):
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    date_published: str | None = None
    date_modified: str | None = None
    summary: str | None = None
    content_text: str | None = None
    language: str | None = None
    authors: list[_Author] | None = None
    author: _Author | None = None


class _JsonFeed(msgspec.Struct):
    version: str
    items: list[Any]
    language: str | None = None


def _read_json(body: bytes, content_type: str) -> Reading:
    """JSON Feed 1 and 1.1 (jsonfeed.org). An item that is none is passed over."""
    try:
        feed = msgspec.convert(read_json(body, content_type), _JsonFeed)
    except msgspec.ValidationError as error:
        raise Unreadable(Reason.BAD_FEED, f"JSON, but no JSON Feed: {error}") from error
    if not feed.version.startswith("https://jsonfeed.org/version/"):
        raise Unreadable(Reason.BAD_FEED, f"JSON, but no JSON Feed: version is {feed.version[:80]!r}")
    found = [item for entry in feed.items[:MAX_ITEMS] if (item := _found_in_json(entry, feed.language or "")).url]
    return Reading(found=tuple(_without_build_date(found)))


def _found_in_json(entry: Any, language: str) -> Found:
    try:
        item = msgspec.convert(entry, _Item)
    except msgspec.ValidationError:
        return Found(url="")
    date = clean_text(item.date_published or item.date_modified or "", limit=DATE_CHARS)
    authors = item.authors or ([item.author] if item.author else [])
    return Found(
        url=item.url or item.external_url or "",
        hints=FetchHints(
            title=plain(item.title or "", TITLE_CHARS),
            published=date,
            published_from="feed" if date else "",
            summary=plain(item.summary or item.content_text or "", SUMMARY_CHARS),
            authors=tuple(name for author in authors if (name := plain(author.name or "", TITLE_CHARS))),
            language=clean_text(item.language or language, limit=35),
        ),
    )


def _guess(text: bytes) -> str:
    head = text[:1_000].lower()
    if not text.strip():
        return "the feed is empty"
    if b"<html" in head or b"<!doctype html" in head:
        return "an HTML page instead of a feed"
    return "neither RSS, RDF, Atom nor JSON Feed"
