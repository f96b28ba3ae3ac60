"""From an answer to a page in the inbox: the only way out of this package."""

from __future__ import annotations

import datetime as dt
import posixpath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline.model import FetchHints, Media, RawPage
from pipeline.store.inbox import Link
from pipeline.text.clean import clean_text
from pipeline.text.media import TYPES_BY_SUFFIX, media_of
from pipeline.text.urls import address_id

if TYPE_CHECKING:
    from scrapy.http import Response

# Those that later stages read: charset and kind, language, what the publisher forbids, where the page says it belongs.
KEPT_HEADERS = (
    "content-type",
    "content-language",
    "last-modified",
    "link",
    "x-robots-tag",
    "tdm-reservation",
    "tdm-policy",
)
HEADER_CHARS = 2_000
_NEVER_TEXT = ("image/", "audio/", "video/", "font/")


def page_of_response(response: Response, link: Link, now: dt.datetime) -> RawPage:
    """A fetched page as the inbox keeps it; its id is that of the address asked for. Of PDF and office documents no body is kept."""
    headers = [
        (name, clean_text(value.decode("latin-1"), limit=HEADER_CHARS))
        for name in KEPT_HEADERS
        for value in response.headers.getlist(name)
    ]
    body = response.body if media_of(dict(headers).get("content-type", "")) is Media.PAGE else b""
    return make_page(link.source_id, link.url, body, tuple(headers), link.hints, fetched_at=now, final_url=response.url)


def document_type(url: str) -> str:
    """The media type of the PDF or office document that an address names by the end of its path, "" for any other address."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return TYPES_BY_SUFFIX.get(posixpath.splitext(path)[1].lower(), "")


def page_of_document(link: Link, kind: str, now: dt.datetime) -> RawPage:
    """A document as the page that links to it describes it, without its body: it is not fetched.

    Args:
        kind: its media type, from `document_type`.
    """
    return make_page(link.source_id, link.url, b"", (("content-type", kind),), link.hints, fetched_at=now)


def make_page(
    source_id: str,
    url: str,
    body: bytes,
    headers: tuple[tuple[str, str], ...],
    hints: FetchHints,
    *,
    fetched_at: dt.datetime,
    final_url: str = "",
) -> RawPage:
    """A page with the id of its address."""
    return RawPage(
        id=address_id(url),
        source_id=source_id,
        url=url,
        final_url=final_url or url,
        fetched_at=fetched_at,
        status=200,
        headers=headers,
        body=body,
        hints=hints,
    )


def is_media(response: Response) -> bool:
    """True for pictures, sound and film, which are not worth keeping."""
    return (
        (response.headers.get("Content-Type") or b"").lower().startswith(tuple(kind.encode() for kind in _NEVER_TEXT))
    )
