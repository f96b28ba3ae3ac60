"""Reads listing pages: press rooms and news indexes that have no feed."""

from __future__ import annotations

import bisect
import datetime as dt
import re
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from cssselect import SelectorError
from lxml import etree
from parsel import Selector
from parsel.csstranslator import HTMLTranslator
from w3lib.html import get_base_url

from crawler.spiders.reading import DATE_CHARS, MAX_ITEMS, TITLE_CHARS, Found, Reading, Unreadable, join, plain
from crawler.spiders.years import Year, read_year
from pipeline.errors import Reason
from pipeline.model import FetchHints, Origin, Precision, Selectors
from pipeline.text.charsets import decode
from pipeline.text.clean import clean_text
from pipeline.text.dates import read_date

_XPATH = ("/", "./", "(")  # no CSS selector begins like this
_FROM_ROOT = re.compile(r"^(\(*\s*)(?=/)")
# Elements within all items together; 2,000 items of 100 elements are two thirds of it. Items within items would cost their square.
MAX_NODES = 300_000
_TEXT_CHARS = 2_000  # of an element's text, in which a pattern looks for the date


def read_listing(body: bytes, url: str, selectors: Selectors, content_type: str = "", zone: str = "UTC") -> Reading:
    """The items of a listing page with title and date as listed, and the next page if the source asks for it.

    A selector that names no text or attribute gives an element: its whole text, or for a link its href. Inside an item, paths start at
    the item, also those that begin with `/`. A date to which `selectors.year` gives the year is written in ISO 8601.

    Args:
        zone: IANA zone of the source; in Asia 07-09 is 9 July.

    Raises:
        Unreadable: no item was found, or none with a link; the site has probably been rebuilt. Or a selector cannot be used.
    """
    text = decode(body, content_type).text
    page = Selector(text=text, type="html")
    base = base_of(text, url)
    items = _first_items(page, selectors.item)
    if not items:
        raise Unreadable(Reason.BAD_LISTING, f"nothing matches selectors.item = {selectors.item!r}")
    years = _Years(page, selectors.year) if selectors.year else None
    found, looked_at = [], 0
    for item in items:
        looked_at += _size(item)
        if looked_at > MAX_NODES:
            break
        if one := _found(item, selectors, base, years, ZoneInfo(zone)):
            found.append(one)
    if not found:
        raise Unreadable(Reason.BAD_LISTING, f"no item has a link that matches selectors.link = {selectors.link!r}")
    further = _first(page, selectors.next_page, "@href") if selectors.next_page else ""
    return Reading(found=tuple(found), follow=(join(base, further),) if further else ())


def check_selector(text: str) -> str:
    """What is wrong with a CSS selector or XPath, "" if nothing is."""
    kind = "an XPath" if text.startswith(_XPATH) else "a CSS selector"
    if not text.strip():
        return "is empty"
    try:
        etree.XPath(_xpath(text))
        Selector(text="<html/>", type="html").xpath(_xpath(text))
    except (SelectorError, etree.XPathError, ValueError) as error:
        return f"{text!r} is not {kind}: {str(error) or type(error).__name__}"
    return ""


def _found(item: Selector, selectors: Selectors, base: str, years: _Years | None, zone: ZoneInfo) -> Found | None:
    url = join(base, _first(item, _inside(selectors.link), "@href"))
    if not url or url == base:
        return None
    # What stands around the words of a link, as in <a><b>, hides them from a::text; a document has no other title.
    title = _first(item, _inside(selectors.title), "string()") or _first(item, "a", "string()")
    date = _date(item, selectors)
    if date and years:
        date = _with_year(date, years.of(item), zone)
    return Found(
        url=url,
        hints=FetchHints(title=plain(title, TITLE_CHARS), published=date, published_from="listing" if date else ""),
    )


# ------------------------------------------------------------------------------------------------------------- selectors


def _xpath(text: str) -> str:
    return text if text.startswith(_XPATH) else HTMLTranslator().css_to_xpath(text)


def _inside(text: str) -> str:
    """A selector for use inside an item: XPath takes a leading / for the whole page, which nobody means there."""
    return _FROM_ROOT.sub(r"\1.", text) if text.startswith(_XPATH) else text


def _size(item: Selector) -> int:
    """How many elements an item holds, itself among them."""
    return sum(1 for _ in item.root.iter()) if etree.iselement(item.root) else 1


def _first_items(page: Selector, text: str) -> Sequence[Selector]:
    """At most MAX_ITEMS: a page of 200,000 would take 200 MiB as selectors."""
    try:
        path = text if text.startswith(_XPATH) else HTMLTranslator().css_to_xpath(text)
        return page.xpath(f"({path})[position() <= {MAX_ITEMS}]")
    except (ValueError, SelectorError) as error:
        raise Unreadable(Reason.BAD_LISTING, f"{text!r} cannot be used: {error}") from error


def _select(scope: Selector, text: str) -> Sequence[Selector]:
    try:
        return scope.xpath(text) if text.startswith(_XPATH) else scope.css(text)
    except ValueError as error:  # parsel's for every kind of XPath error
        raise Unreadable(Reason.BAD_LISTING, f"{text!r} cannot be used: {error}") from error


def _first(scope: Selector, text: str, of_element: str) -> str:
    """The first text that is not empty; `of_element` says what counts where an element is selected."""
    for chosen in _select(scope, text):
        values = chosen.xpath(of_element).getall() if etree.iselement(chosen.root) else [chosen.get()]
        value = next((stripped for value in values if (stripped := str(value).strip())), "")
        if value:
            return value
    return ""


# ----------------------------------------------------------------------------------------------------------------- dates


def _date(item: Selector, selectors: Selectors) -> str:
    if not selectors.date:
        return ""
    text = clean_text(_first(item, _inside(selectors.date), "string()"), limit=_TEXT_CHARS)
    if selectors.date_pattern:
        match = re.search(selectors.date_pattern, text)
        text = (next((part for part in match.groups() if part), "") or match[0]) if match else ""
    return clean_text(text, limit=DATE_CHARS)


def _with_year(date: str, year: Year | None, zone: ZoneInfo) -> str:
    """A date that states no year, in ISO 8601 with this one; any other date as it is."""
    if year is None:
        return date
    # Seen from two times, only a date without a year falls into two years.
    readings = [
        read_date(date, zone=zone, now=dt.datetime(seen, 12, 31, tzinfo=dt.UTC), origin=Origin.LISTING)
        for seen in (2004, 2024)  # leap years, so that 29 February is a day in both
    ]
    early, late = readings
    if early is None or late is None or early.value.year == late.value.year:
        return date
    try:
        moment = late.value.replace(year=year.of(late.value.month))
    except ValueError:  # 29 February
        return date
    if late.precision is not Precision.MINUTE:
        return moment.date().isoformat()
    return moment.isoformat() if late.zone_stated else moment.replace(tzinfo=None).isoformat()


def base_of(text: str, url: str) -> str:
    """The address that those in a page are relative to: its <base> if that is an address, else its own."""
    try:
        return str(get_base_url(text, url))
    except ValueError:
        return url


class _Years:
    """The years that a page states, each for the items below it until the next one."""

    def __init__(self, page: Selector, selector: str) -> None:
        root = page.root
        # Document order; the elements are kept, since lxml makes new ones for those that nobody holds.
        self._places: dict[Any, int] = {element: place for place, element in enumerate(root.iter())}
        language = "ja" if _KANA.search(" ".join(root.itertext())) else ""
        self._stated: list[tuple[int, Year]] = []
        for found in self._find(page, selector):
            is_element = etree.iselement(found)
            text = "".join(found.itertext()) if is_element else str(found)
            year = read_year(clean_text(text, limit=DATE_CHARS), language)
            holder = found if is_element else found.getparent() if hasattr(found, "getparent") else None
            if year:
                self._stated.append((self._places.get(holder, -1), year))
        self._stated.sort(key=lambda stated: stated[0])

    @staticmethod
    def _find(page: Selector, selector: str) -> list[Any]:
        try:
            # Not by parsel: its texts do not know in which element they stand.
            found = page.root.xpath(_xpath(selector), namespaces=page.namespaces, smart_strings=True)
        except etree.XPathError as error:
            raise Unreadable(Reason.BAD_LISTING, f"selectors.year = {selector!r} cannot be used: {error}") from error
        return found if isinstance(found, list) else [found]

    def of(self, item: Selector) -> Year | None:
        """The nearest year above the end of an item."""
        end = self._places.get(item.root, -1) + _size(item) - 1
        index = bisect.bisect_right(self._stated, end, key=lambda stated: stated[0])
        return self._stated[index - 1][1] if index else None


_KANA = re.compile("[ぁ-ん]")
