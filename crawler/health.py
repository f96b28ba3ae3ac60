"""How a source fares, judged by its newest item against its own rhythm, and when it is asked next.

A server that answers 200 with last year's news is ill; a quiet office that writes once a month is not. Pure: what was seen and what was known
before come in, and what is known now comes out. docs/concepts/source-health.md explains every word.
"""

from __future__ import annotations

import datetime as dt
import itertools
import statistics
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import msgspec

from pipeline.config import Crawl
from pipeline.errors import NOT_ASKED, Reason
from pipeline.model import Frozen, Kind, Label, Origin, Precision, SourceHealth, SourceSpec, SourceState
from pipeline.store.inbox import HttpState
from pipeline.text.dates import day_first_in, read_date

SHORTEST_WAIT = dt.timedelta(hours=6)
LONGEST_WAIT = dt.timedelta(days=7)  # every source is asked for every weekly issue
DAILY = dt.timedelta(days=1)
# A crawl that a timer starts every day begins some minutes earlier or later and takes up to crawl.max_minutes: without tolerance, a source
# would be due minutes after the crawl has passed, and be asked every other day.
TOLERANCE = dt.timedelta(hours=3)

# Items that come within half a day of each other count once. A finer rhythm would change nothing: it could not be asked after more often than
# every SHORTEST_WAIT; and ten items put up in one afternoon would hide that they come once a week.
BURST = 2 * SHORTEST_WAIT
LEAST_GAPS = 3
MOST_TIMES = 1000  # a week of the busiest source; a sitemap may list 50,000
MOST_ITEMS = 30  # the latest ones tell the rhythm of today; a sitemap holds those of ten years

STALE_RHYTHMS = 3  # without anything new
# Offices that write every working day are silent for 4.7 days over a weekend with a holiday on either side.
STALE_AT_LEAST = dt.timedelta(days=5)
EMPTIES = 3  # a feed may be empty for a day while its site is being mended
MOVES = 3  # permanent redirects in a row before they are believed: some sites send everybody to a page of maintenance for a day

EARLIEST = dt.datetime(
    1995, 1, 1, tzinfo=dt.UTC
)  # before any page of news; systems write 1970 or 0001 where they know no date
AHEAD = dt.timedelta(days=1)  # zones that were not stated differ by up to so much

_WEEK = dt.timedelta(days=7)
_GIVE_NO_RHYTHM = (Precision.MONTH, Precision.YEAR)


class Observation(Frozen, frozen=True, kw_only=True):
    """What one crawl saw of one source."""

    asked: dt.datetime  # UTC
    problem: str = ""  # reason id of the worst failure, "" if it answered as it should
    items: int = 0  # listed, before any of our filters; where a page answered 304, those that it listed last time
    times: tuple[dt.datetime, ...] = ()  # of the items, as far as they state any; see `read_times`
    discovered: tuple[dt.datetime, ...] = ()  # when links of it were first seen, those of this crawl among them
    new_pages: int = 0  # that were not in the inbox
    flooded: bool = False  # it gave more new links than crawl.flood_cap
    moved_to: str = ""  # address that is asked instead of its own


def read_times(dates: Iterable[str], spec: SourceSpec, now: dt.datetime) -> tuple[dt.datetime, ...]:
    """The moments (UTC) that dates of items name, the latest 1,000, earliest first: raw strings as they stand in a feed or listing.

    Months and years are no moments. Dates before 1995 or over a day ahead are mistakes or announcements; those up to a day ahead are now.
    """
    zone, day_first = ZoneInfo(spec.zone), day_first_in(spec.languages[0])
    times = []
    for raw in dates:
        date = read_date(raw, zone=zone, now=now, origin=Origin.FEED, day_first=day_first)
        if date and date.precision not in _GIVE_NO_RHYTHM and EARLIEST <= date.value <= now + AHEAD:
            times.append(min(date.value.astimezone(dt.UTC), now))
    return tuple(sorted(times)[-MOST_TIMES:])


# --------------------------------------------------------------------------------------------------------------- judging


def judge(previous: SourceHealth | None, seen: Observation, spec: SourceSpec, now: dt.datetime) -> SourceHealth:
    """How the source fares after a crawl; `due` is as before, see `due_after`."""
    before = previous or SourceHealth(source_id=spec.id)
    if seen.problem in NOT_ASKED:
        return msgspec.structs.replace(before, names=spec.names, problem=seen.problem)
    refused, answered = seen.problem == Reason.ACCESS_REFUSED, not seen.problem
    judged = msgspec.structs.replace(
        before,
        names=spec.names,
        last_asked=seen.asked,
        last_ok=seen.asked if answered else before.last_ok,
        last_new=seen.asked if seen.new_pages else before.last_new,
        newest=max((*seen.times, *((before.newest,) if before.newest else ())), default=None),
        rhythm_h=rhythm(seen.times) or rhythm(seen.discovered) or before.rhythm_h,
        failures=0 if answered else before.failures + 1,
        empties=before.empties
        if not answered
        else 0
        if seen.items or spec.kind is Kind.ARCHIVE
        else before.empties + 1,
        refusals=before.refusals + 1 if refused else 0 if answered else before.refusals,
        moved_to=seen.moved_to,
    )
    return msgspec.structs.replace(judged, problem=_problem(judged, seen, spec, now))


def rhythm(times: Iterable[dt.datetime]) -> float | None:
    """Hours between two items: the median gap of the latest ones, bursts counted once; None until three gaps are known."""
    distinct: list[dt.datetime] = []
    for moment in sorted(set(times), reverse=True):
        if not distinct or distinct[-1] - moment >= BURST:
            distinct.append(moment)
        if len(distinct) == MOST_ITEMS:
            break
    gaps = [(later - earlier) / dt.timedelta(hours=1) for later, earlier in itertools.pairwise(distinct)]
    return round(statistics.median(gaps), 1) if len(gaps) >= LEAST_GAPS else None


def _problem(health: SourceHealth, seen: Observation, spec: SourceSpec, now: dt.datetime) -> str:
    if seen.problem:
        return seen.problem
    if spec.kind is Kind.ARCHIVE:
        return ""  # files of one's own are neither late nor too few
    if _is_empty(health, spec):
        return Reason.EMPTY.value
    if is_stale(health, spec, now):
        return Reason.STALE.value
    lately = sum(moment > now - _WEEK for moment in seen.times)
    return Reason.FLOOD.value if seen.flooded or lately > spec.expect.articles_per_week[1] else ""


def _is_empty(health: SourceHealth, spec: SourceSpec) -> bool:
    if Label.QUERY in spec.labels:
        return False  # nothing found is an answer
    # A listing page that had items has them for ever: without any, its site was rebuilt and the selectors are wrong today.
    had_items = health.newest is not None or health.last_new is not None
    patience = 1 if spec.kind is Kind.LISTING and had_items else EMPTIES
    return health.empties >= patience


def is_stale(health: SourceHealth, spec: SourceSpec, now: dt.datetime) -> bool:
    """True if the newest item is older than the source's own rhythm, or what its file promises, lets expect.

    Where items state no dates, the newest is the one that was new to us last.
    """
    newest = health.newest or health.last_new
    if newest is None:
        return False
    age = now - newest
    if age > dt.timedelta(days=spec.expect.max_age_days):
        return True
    least_per_week = spec.expect.articles_per_week[0]
    gaps = [dt.timedelta(hours=health.rhythm_h)] if health.rhythm_h else []
    gaps += [_WEEK / least_per_week] if least_per_week else []
    return bool(gaps) and age > max(STALE_AT_LEAST, STALE_RHYTHMS * min(gaps))


# ------------------------------------------------------------------------------------------------------------ next asking


def due_after(health: SourceHealth, spec: SourceSpec, now: dt.datetime, config: Crawl) -> dt.datetime:
    """When the source is to be asked next (UTC): after half its rhythm, a day if that is unknown, later and later while it fails.

    Never before 6 hours nor after 7 days, but for sources that are dead (every `crawl.revival_days`) and archives, which cost nobody anything.
    """
    if spec.kind is Kind.ARCHIVE:
        return now
    if spec.state is SourceState.DEAD:
        return now + (dt.timedelta(days=config.revival_days) if config.revival_days else LONGEST_WAIT)
    wait = _within_bounds(dt.timedelta(hours=health.rhythm_h) / 2) if health.rhythm_h else DAILY
    if health.failures:
        # The first failure may be a bad minute: also a source that is asked once a week is asked again the next day.
        doublings = min(health.failures - 1, 10)  # 6 hours doubled ten times are far beyond the longest wait
        wait = _within_bounds(min(wait, DAILY) * 2**doublings)
    return now + wait


def is_due(health: SourceHealth | None, now: dt.datetime) -> bool:
    """True if a crawl that starts now asks the source: its time has come, or comes within TOLERANCE or a quarter of its wait."""
    if health is None or health.due is None:
        return True
    wait = health.due - health.last_asked if health.last_asked else DAILY
    return now >= health.due - min(TOLERANCE, wait / 4)


def _within_bounds(wait: dt.timedelta) -> dt.timedelta:
    return max(SHORTEST_WAIT, min(wait, LONGEST_WAIT))


# ---------------------------------------------------------------------------------------------------------------- moving


def count_move(state: HttpState, target: str) -> HttpState:
    """What is known of a start address after it was asked: `target` is where it redirected for good (301, 308), "" if it did not.

    Not for answers of the address it moved to. Where that one fails, a `target` of "" makes the next crawl ask the source's own again.
    """
    moves = (state.moves + 1 if target == state.moved_to else 1) if target else 0
    return msgspec.structs.replace(state, moved_to=target, moves=moves)


def address_to_ask(state: HttpState | None, start: str) -> str:
    """The start address, or the one that it redirected to for good MOVES times in a row."""
    return state.moved_to if state and state.moves >= MOVES else start
