"""When an article was published, from everything that page, feed, sitemap and listing say.

The order of belief, and why:

1. A feed, a site's interface or a sidecar states the date of this one item. Yet some feeds date everything anew when they are rebuilt, so a page
   whose own structured date (JSON-LD, meta, itemprop) is an earlier day is believed instead. A later one is an update.
2. The page's structured date, then its <time>.
3. A listing's date, which a person wrote beside the link, then the date in the address.
4. Dates seen near the title; last, a sitemap's, which mostly tell of changes.

A date without a sane value (before 1995, or more than a day after the fetch) counts as not stated. Of two that agree on
the day, the one that knows the minute is kept. Where nothing tells whether 7/8/2025 is July or August, it is what only one
reading makes sane; else it is nothing, nor is any later date of the same origin, which would be another one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from pipeline.model import Document, FuzzyDate, Origin, Precision
from pipeline.text.dates import day_first_in, read_date

EARLIEST = dt.datetime(1995, 1, 1, tzinfo=dt.UTC)  # no newspaper had a site before
AHEAD = dt.timedelta(days=1)  # zones and clocks differ by up to a day

_STRUCTURED = frozenset({Origin.JSON_LD, Origin.META, Origin.ITEMPROP})
_RANKS = {
    Origin.SIDECAR: 0,
    Origin.FEED: 0,
    Origin.API: 0,
    Origin.JSON_LD: 1,
    Origin.META: 2,
    Origin.ITEMPROP: 3,
    Origin.TIME: 4,
    Origin.LISTING: 5,
    Origin.URL: 6,
    Origin.VISIBLE: 7,
    Origin.TEXT: 8,
    Origin.SITEMAP: 9,
}
_HINTED = {
    "feed": Origin.FEED,
    "sitemap": Origin.SITEMAP,
    "listing": Origin.LISTING,
    "api": Origin.API,
    "sidecar": Origin.SIDECAR,
}


def read_published(document: Document, zone: ZoneInfo) -> FuzzyDate | None:
    """The date of publication, None if nothing states one that can be trusted."""
    dates = sorted(
        _sane_dates(document, zone), key=lambda date: _RANKS[date.origin]
    )  # stable: the page's own order stays
    if not dates:
        return None
    chosen = dates[0]
    if chosen.origin in {Origin.FEED, Origin.API, Origin.SIDECAR}:
        own = next((date for date in dates if date.origin in _STRUCTURED), None)
        if own and chosen.value - own.value > AHEAD and own.precision in {Precision.MINUTE, Precision.DAY}:
            chosen = own
    if chosen.precision is not Precision.MINUTE:
        chosen = _more_exact(chosen, dates)
    return chosen


def _sane_dates(document: Document, zone: ZoneInfo) -> Iterator[FuzzyDate]:
    latest = document.fetched_at + AHEAD
    hints = document.hints
    day_first = day_first_in(document.declared_language or hints.language)
    stated = [(candidate.raw, candidate.origin) for candidate in document.dates]
    if hints.published:
        stated.append((hints.published, _HINTED.get(hints.published_from, Origin.LISTING)))
    undecided: set[Origin] = set()
    for raw, origin in stated:
        readings = _readings(raw, origin, zone, document.fetched_at, day_first)
        sane = [date for date in readings if EARLIEST <= date.value <= latest]
        if len(sane) == 1 and origin not in undecided:
            yield sane[0]
        elif len(sane) > 1:
            undecided.add(origin)


def _readings(
    raw: str, origin: Origin, zone: ZoneInfo, now: dt.datetime, day_first: bool | None
) -> Sequence[FuzzyDate]:
    """The date that a string states; both, day first and month first, where nothing decides the order."""
    date = read_date(raw, zone=zone, now=now, origin=origin, day_first=day_first)
    if date or day_first is not None:
        return (date,) if date else ()
    orders = (read_date(raw, zone=zone, now=now, origin=origin, day_first=order) for order in (True, False))
    return [date for date in orders if date]


def _more_exact(chosen: FuzzyDate, dates: list[FuzzyDate]) -> FuzzyDate:
    """Another statement of the same period that knows more."""
    order = [Precision.YEAR, Precision.MONTH, Precision.DAY, Precision.MINUTE]
    for date in dates:
        same_month = (date.value.year, date.value.month) == (chosen.value.year, chosen.value.month)
        agrees = date.day == chosen.day or (chosen.precision is Precision.MONTH and same_month)
        if agrees and order.index(date.precision) > order.index(chosen.precision) and date.origin is not Origin.SITEMAP:
            return date
    return chosen
