"""What a reader makes of a page of links, and the characters it reads it from."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin

from w3lib.html import remove_tags

from pipeline.errors import Reason
from pipeline.model import FetchHints, Frozen, SourceSpec
from pipeline.store.inbox import Link
from pipeline.text.charsets import decode
from pipeline.text.clean import clean_text
from pipeline.text.urls import normalise_url

TITLE_CHARS = 500  # longer ones are not titles; a 10 MB title is an attack
SUMMARY_CHARS = 2_000
DATE_CHARS = 200
_TAG = re.compile(r"<[a-zA-Z/!]")
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
    if _TAG.search(text):
        text = remove_tags(text)
    return clean_text(html.unescape(text), limit=limit)


def select(reading: Reading, spec: SourceSpec, base: str) -> list[Link]:
    """The links that the source wants, normalised, each once, at most `max_items`, in the page's order."""
    include, exclude = re.compile(spec.include), re.compile(spec.exclude) if spec.exclude else None
    unwanted = {normalise_url(url) for url in (spec.home, *spec.start)}
    links: dict[str, Link] = {}
    for found in reading.found:
        url = normalise_url(join(base, found.url))
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
