"""Reads listing pages: press rooms and news indexes that have no feed."""

from __future__ import annotations

from parsel import Selector
from w3lib.html import get_base_url

from crawler.spiders.reading import DATE_CHARS, TITLE_CHARS, Found, Reading, Unreadable, join, plain
from pipeline.errors import Reason
from pipeline.model import FetchHints, Selectors
from pipeline.text.charsets import decode
from pipeline.text.clean import clean_text


def read_listing(body: bytes, url: str, selectors: Selectors, content_type: str = "") -> Reading:
    """The items of a listing page with title and date as listed, and the next page if the source asks for it.

    A selector without `::text` or `::attr(...)` gives an element: its whole text, or for a link its href.

    Raises:
        Unreadable: no item was found, or none with a link; the site has probably been rebuilt.
    """
    text = decode(body, content_type).text
    page = Selector(text=text, type="html")
    base = get_base_url(text, url)
    items = page.css(selectors.item)
    if not items:
        raise Unreadable(Reason.BAD_LISTING, f"nothing matches selectors.item = {selectors.item!r}")
    found = tuple(_found(item, selectors, base) for item in items if _first(item, selectors.link, "@href"))
    if not found:
        raise Unreadable(Reason.BAD_LISTING, f"no item has a link that matches selectors.link = {selectors.link!r}")
    further = _first(page, selectors.next_page, "@href") if selectors.next_page else ""
    return Reading(found=found, follow=(join(base, further),) if further else ())


def _found(item: Selector, selectors: Selectors, base: str) -> Found:
    date = clean_text(_first(item, selectors.date, "string()"), limit=DATE_CHARS) if selectors.date else ""
    return Found(
        url=join(base, _first(item, selectors.link, "@href")),
        hints=FetchHints(
            title=plain(_first(item, selectors.title, "string()"), TITLE_CHARS),
            published=date,
            published_from="listing" if date else "",
        ),
    )


def _first(scope: Selector, css: str, of_element: str) -> str:
    chosen = scope.css(css)
    if "::" not in css:
        chosen = chosen.xpath(of_element)
    return next((value.strip() for value in chosen.getall() if value.strip()), "")
