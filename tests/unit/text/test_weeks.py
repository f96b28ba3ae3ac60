"""ISO weeks."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.weeks import bounds_of, days_of, next_week, week_of, week_of_day, weeks_between

TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")
# With and without summer time, changes at midnight (Santiago, Beirut), half hours, and a day that never was (Apia).
ZONES = [zoneinfo.ZoneInfo(name) for name in ("UTC", "Asia/Tokyo", "Europe/Paris", "America/Santiago", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu")]  # fmt: skip
zones = st.sampled_from(ZONES)
days = st.dates(dt.date(1990, 1, 8), dt.date(2100, 1, 1))
moments = st.builds(dt.datetime.combine, days, st.times(), st.just(dt.UTC))


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        ("2026-12-31T15:01+00:00", "2026-W53"),  # 1 January 2027 in Tokyo
        ("2027-01-03T14:59+00:00", "2026-W53"),
        ("2027-01-03T15:01+00:00", "2027-W01"),
        ("2024-12-30T00:00+09:00", "2025-W01"),
        ("2024-12-29T23:59+09:00", "2024-W52"),
        ("2023-01-01T12:00+09:00", "2022-W52"),
    ],
)
def test_a_moment_belongs_to_the_week_of_its_local_day(moment: str, week: str) -> None:
    assert week_of(dt.datetime.fromisoformat(moment), TOKYO) == week


def test_a_week_is_seven_days_from_monday() -> None:
    assert days_of("2026-W53") == (dt.date(2026, 12, 28), dt.date(2027, 1, 3))


def test_bounds_are_local_midnights_in_utc() -> None:
    assert [bound.isoformat() for bound in bounds_of("2026-W43", TOKYO)] == [
        "2026-10-18T15:00:00+00:00",
        "2026-10-25T15:00:00+00:00",
    ]


def test_a_week_with_a_change_of_clocks_is_an_hour_longer_or_shorter() -> None:
    paris = zoneinfo.ZoneInfo("Europe/Paris")
    lengths = [end - start for start, end in (bounds_of(week, paris) for week in ("2026-W13", "2026-W14", "2026-W43"))]
    assert [length.total_seconds() / 3600 for length in lengths] == [167, 168, 169]


@pytest.mark.parametrize(
    "text", ["2026-W00", "2026-W54", "2025-W53", "2026-43", "2026W43", "2026-W4", " 2026-W43", "", "W43"]
)
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        days_of(text)


def test_weeks_between_runs_over_the_end_of_a_long_year() -> None:
    assert weeks_between("2026-W52", "2027-W01") == ["2026-W52", "2026-W53", "2027-W01"]
    assert weeks_between("2027-W01", "2027-W01") == ["2027-W01"]
    assert weeks_between("2027-W02", "2027-W01") == []


@given(moments, zones)
def test_the_bounds_of_its_week_contain_a_moment(moment: dt.datetime, zone: zoneinfo.ZoneInfo) -> None:
    start, end = bounds_of(week_of(moment, zone), zone)
    assert start <= moment < end


@given(days, zones)
def test_weeks_tile_time(day: dt.date, zone: zoneinfo.ZoneInfo) -> None:
    week = week_of_day(day)
    assert bounds_of(week, zone)[1] == bounds_of(next_week(week), zone)[0]
    assert week_of(bounds_of(week, zone)[0], zone) == week


@given(days)
def test_a_day_lies_in_its_week_and_weeks_sort_as_text(day: dt.date) -> None:
    first, last = days_of(week_of_day(day))
    assert first <= day <= last
    assert (first.isoweekday(), last - first) == (1, dt.timedelta(days=6))
    assert week_of_day(day) < next_week(week_of_day(day))
