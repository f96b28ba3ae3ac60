"""ISO 8601 weeks, written "2026-W43". A week belongs to the year of its Thursday, so never format it with %Y."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo

_WEEK = re.compile(r"(\d{4})-W(\d{2})")


def week_of(moment: dt.datetime, zone: zoneinfo.ZoneInfo) -> str:
    """The week in which `moment` (aware) falls in `zone`."""
    return week_of_day(moment.astimezone(zone).date())


def week_of_day(day: dt.date) -> str:
    """The week of a calendar day."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def days_of(week: str) -> tuple[dt.date, dt.date]:
    """Monday and Sunday of a week. Raises ValueError for what is not a week."""
    match = _WEEK.fullmatch(week)
    if not match:
        raise ValueError(f"{week!r} is not an ISO week such as 2026-W43")
    monday = dt.date.fromisocalendar(int(match[1]), int(match[2]), 1)
    return monday, monday + dt.timedelta(days=6)


def bounds_of(week: str, zone: zoneinfo.ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """The half-open window of a week: Monday 00:00 in `zone` and the next Monday 00:00, both in UTC."""
    monday, sunday = days_of(week)
    start = dt.datetime.combine(monday, dt.time(), zone)
    end = dt.datetime.combine(sunday + dt.timedelta(days=1), dt.time(), zone)
    return start.astimezone(dt.UTC), end.astimezone(dt.UTC)


def next_week(week: str) -> str:
    """The week after."""
    return week_of_day(days_of(week)[1] + dt.timedelta(days=1))


def weeks_between(first: str, last: str) -> list[str]:
    """Every week from `first` to `last`, both included; empty if `last` comes before."""
    weeks = []
    while days_of(first)[0] <= days_of(last)[0]:
        weeks.append(first)
        first = next_week(first)
    return weeks
