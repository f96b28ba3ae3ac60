"""Dates as an edition writes them: 2026年10月19日(月)–25日(日), 19–25 October 2026.

Every pattern, weekday and month stands in the edition's own file, so a new language needs no code here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import zoneinfo

from pipeline.knowledge.editions import Edition
from pipeline.knowledge.tie_table import period_of
from pipeline.model import DatedEvent, FuzzyDate, Precision

# First days of the Japanese eras in use since 1926 (Era Name Act of 1979 and cabinet orders).
ERAS = (
    (dt.date(2019, 5, 1), "reiwa"),
    (dt.date(1989, 1, 8), "heisei"),
    (dt.date(1926, 12, 25), "showa"),
)

# Days written out that are kept: those of an issue and of what it speaks of come on dozens of pages.
DAYS_KEPT = 4_096


@dataclasses.dataclass(frozen=True, slots=True)
class When:
    """A date for a template."""

    text: str
    iso: str = ""  # for <time datetime>, "" where there is nothing to say
    certainty: str = ""  # "stated" | "assumed" | "month" | "year" | "unknown"


@functools.lru_cache(maxsize=DAYS_KEPT)
def format_day(day: dt.date, edition: Edition) -> str:
    """2026年10月19日(月); Mon 19 October 2026."""
    return edition.say("date.day", **_parts(day, edition))


@functools.lru_cache(maxsize=DAYS_KEPT)
def format_short(day: dt.date, edition: Edition) -> str:
    """2026年10月19日; 19 Oct 2026."""
    return edition.say("date.day_short", **_parts(day, edition))


def format_span(first: dt.date, last: dt.date, edition: Edition) -> str:
    """A week without its year, for subject lines: 10月19日–25日; 19–25 Oct."""
    key = "date.span_in_month" if (first.year, first.month) == (last.year, last.month) else "date.span"
    later = {f"{name}2": value for name, value in _parts(last, edition).items()}
    return edition.say(key, **_parts(first, edition), **later)


def format_month(day: dt.date, edition: Edition) -> str:
    """2026年10月; October 2026."""
    return edition.say("date.month", **_parts(day, edition))


def format_month_brief(day: dt.date, edition: Edition) -> str:
    """2026年10月; Oct 2026."""
    return edition.say("date.month_brief", **_parts(day, edition))


def format_range(first: dt.date, last: dt.date, edition: Edition) -> str:
    """Both days, with month and year only where they differ; one day if they are the same."""
    if first >= last:
        return format_day(first, edition)
    key = "date.range"
    if first.year == last.year:
        key = "date.range_in_month" if first.month == last.month else "date.range_in_year"
    later = {f"{name}2": value for name, value in _parts(last, edition).items()}
    return edition.say(key, **_parts(first, edition), **later)


def format_era(first: dt.date, last: dt.date, edition: Edition) -> str:
    """The Japanese era year of a period, 令和8年; both where the period crosses a year."""
    one, other = (_era(day, edition) for day in (first, last))
    return one if one == other else f"{one}–{other}"


def format_period(first: dt.date, last: dt.date, edition: Edition) -> str:
    """The days of an issue as its header shows them."""
    return edition.say("issue.period", range=format_range(first, last, edition), era=format_era(first, last, edition))


def published(date: FuzzyDate | None, edition: Edition, *, with_time: bool = False, short: bool = False) -> When:
    """When something was published, with how certain that is.

    Args:
        with_time: show the time and its offset where the source gives them.
        short: without the weekday.
    """
    if date is None:
        return When(edition.say("date.unknown"), certainty="unknown")
    day = date.day
    if date.precision in (Precision.MONTH, Precision.YEAR):
        return _coarse(day, date.precision, edition)
    certainty = "stated" if date.zone_stated else "assumed"
    text = format_short(day, edition) if short else format_day(day, edition)
    if date.precision is Precision.DAY:
        return When(text, day.isoformat(), certainty)
    if with_time:
        value = date.value
        text = edition.say("date.time", date=text, hour=value.hour, minute=f"{value.minute:02d}", offset=_offset(value))
    return When(text, date.value.isoformat(timespec="minutes"), certainty)


def happening(event: DatedEvent, edition: Edition) -> When:
    """When an event takes place. Certainty is only given where a day is not known."""
    if event.precision in (Precision.MONTH, Precision.YEAR):
        return _coarse(event.start, event.precision, edition)
    text = format_range(event.start, event.end or event.start, edition)
    return When(edition.say("date.deadline", date=text) if event.deadline else text, event.start.isoformat())


def known(date: str, edition: Edition, *, short: bool = False) -> When:
    """An ISO date as exact as it is: a day, a month or a year.

    Args:
        short: a day without its weekday.
    """
    start, _ = period_of(date)
    if len(date) < len("1973-06-24"):
        return _coarse(start, Precision.MONTH if len(date) > len("1973") else Precision.YEAR, edition)
    return When(format_short(start, edition) if short else format_day(start, edition), date)


def seen(moment: dt.datetime, zone: zoneinfo.ZoneInfo, edition: Edition) -> When:
    """The day on which we first saw something, in the issue's zone."""
    day = moment.astimezone(zone).date()
    return When(format_short(day, edition), day.isoformat())


def format_rhythm(hours: float, edition: Edition) -> str:
    """How often something comes: every 2 days, every week, 約3か月ごと."""
    days = hours / 24
    if days < 0.75:
        return edition.say("rhythm.often")
    if days < 1.5:
        return edition.say("rhythm.day")
    if round(days) == 7:
        return edition.say("rhythm.week")
    if days < 13.5:
        return edition.say("rhythm.days", n=round(days))
    if days < 60:
        return edition.say("rhythm.weeks", n=round(days / 7))
    return edition.say("rhythm.months", n=round(days / 30.44))  # days of a month: 365.25 / 12


def _coarse(day: dt.date, precision: Precision, edition: Edition) -> When:
    if precision is Precision.YEAR:
        return When(edition.say("date.year", **_parts(day, edition)), f"{day.year:04d}", "year")
    return When(format_month(day, edition), f"{day.year:04d}-{day.month:02d}", "month")


def _parts(day: dt.date, edition: Edition) -> dict[str, str]:
    return {
        "year": str(day.year),
        "month": str(day.month),
        "day": str(day.day),
        "weekday": edition.say(f"date.weekday.d{day.isoweekday()}"),
        "month_name": edition.say(f"date.month_name.m{day.month}"),
        "month_short": edition.say(f"date.month_short.m{day.month}"),
    }


def _era(day: dt.date, edition: Edition) -> str:
    for start, name in ERAS:
        if day >= start:
            year = day.year - start.year + 1
            shown = edition.say("era.first") if year == 1 else str(year)
            return edition.say("era.year", era=edition.say(f"era.{name}"), year=shown)
    return edition.say("date.year", **_parts(day, edition))


def _offset(value: dt.datetime) -> str:
    """UTC, UTC+9, UTC+5:30."""
    minutes = int((value.utcoffset() or dt.timedelta()).total_seconds() // 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02d}" if rest else "")
