"""From an answer to a page in the inbox: the only way out of this package."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pipeline.model import FetchHints, RawPage
from pipeline.store.inbox import Link
from pipeline.text.clean import clean_text
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
    """A fetched page as the inbox keeps it; its id is that of the address asked for."""
    headers = [
        (name, clean_text(value.decode("latin-1"), limit=HEADER_CHARS))
        for name in KEPT_HEADERS
        for value in response.headers.getlist(name)
    ]
    return make_page(
        link.source_id, link.url, response.body, tuple(headers), link.hints, fetched_at=now, final_url=response.url
    )


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
