"""What a reader makes of a page of links, and the characters it reads it from."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import msgspec

from pipeline.errors import Reason
from pipeline.model import FetchHints, Frozen, SourceSpec
from pipeline.store.inbox import Link
from pipeline.text.charsets import decode
from pipeline.text.clean import clean_text
from pipeline.text.urls import is_web, normalise_url

# feedparser takes 16 s for 200,000 items; no source publishes 2,000 between two crawls.
MAX_ITEMS = 2_000
TITLE_CHARS = 500  # longer ones are not titles; a 10 MB title is an attack
SUMMARY_CHARS = 2_000
DATE_CHARS = 200
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")  # stops at the next "<": a text of nothing else must not cost its square
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


class Unreadable(Exception):  # noqa: N818 - names the page, not the program's fault
    """A page of links is not what its source says it is."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Found(Frozen, frozen=True, kw_only=True):
    """One link as it stood in the page, not yet checked."""

    url: str
    hints: FetchHints = FetchHints()


class Reading(Frozen, frozen=True, kw_only=True):
    """What a page of links holds."""

    found: tuple[Found, ...] = ()
    follow: tuple[str, ...] = ()  # absolute addresses of further pages of links
    whole: bool = True  # False if it was cut off: its validators must not be kept, or the rest hides behind a 304


def as_utf8(body: bytes, content_type: str) -> bytes:
    """An XML body in UTF-8 without its declaration, so that no parser decides on the encoding again."""
    return _DECLARATION.sub("", decode(body, content_type).text, count=1).encode("utf-8", "replace")


def plain(text: str, limit: int) -> str:
    """Text of a feed's or listing's field: without markup, one line, at most `limit` code points."""
    text = text[: limit * 20]  # markup goes, so more is read than kept, but never megabytes
    return clean_text(html.unescape(_TAG.sub("", text)), limit=limit)


def read_json(body: bytes, content_type: str) -> Any:
    """What a JSON answer says, as plain lists, dicts and scalars.

    Raises:
        Unreadable: it is no JSON (RFC 8259).
    """
    try:
        return msgspec.json.decode(decode(body, content_type).text.strip())
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise Unreadable(Reason.BAD_FEED, f"{_guess(body)} instead of JSON: {error}") from error


def _guess(body: bytes) -> str:
    if not body.strip():
        return "an empty answer"
    return "an HTML page" if body.lstrip()[:1] == b"<" else "something else"


# Addresses that only lead on to another one, which they name: host, path, parameter. Alerts and searches list such.
_WRAPPERS = (
    (re.compile(r"(?:www\.)?google\.(?:com|[a-z]{2}|com?\.[a-z]{2})"), "/url", ("url", "q")),
    (re.compile(r"(?:www\.)?bing\.com"), "/news/apiclick.aspx", ("url",)),
    (re.compile(r"lm?\.facebook\.com"), "/l.php", ("u",)),
    (re.compile(r"(?:www\.)?youtube\.com"), "/redirect", ("q",)),
    (re.compile(r"[a-z0-9]+\.safelinks\.protection\.outlook\.com"), "/", ("url",)),
)
_MAX_WRAPPINGS = 3


def unwrap(url: str) -> str:
    """The address that a known redirecting address names; any other address as it is."""
    for _ in range(_MAX_WRAPPINGS):
        target = _target(url)
        if not is_web(target):
            break
        url = target
    return url


def _target(url: str) -> str:
    try:
        parts = urlsplit(url)
        for hosts, path, parameters in _WRAPPERS:
            if parts.path == path and hosts.fullmatch((parts.hostname or "").lower()):
                values = parse_qs(parts.query, max_num_fields=100)
                return next((values[name][0] for name in parameters if name in values), "")
    except ValueError:
        return ""
    return ""


def select(reading: Reading, spec: SourceSpec, base: str) -> list[Link]:
    """The links that the source wants, normalised, each once, at most `max_items`, in the page's order."""
    include, exclude = re.compile(spec.include), re.compile(spec.exclude) if spec.exclude else None
    unwanted = {normalise_url(url) for url in (spec.home, *spec.start)}
    links: dict[str, Link] = {}
    for found in reading.found:
        url = normalise_url(unwrap(join(base, found.url)))
        if (
            url
            and url not in unwanted
            and url not in links
            and include.search(url)
            and not (exclude and exclude.search(url))
        ):
            links[url] = Link(url=url, source_id=spec.id, hints=found.hints)
            if len(links) == spec.max_items:
                break
    return list(links.values())


def join(base: str, url: str) -> str:
    """`url` made absolute; "" for what is no address."""
    try:
        return urljoin(base, url.strip())
    except ValueError:
        return ""
