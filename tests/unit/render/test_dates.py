"""Dates in each edition's own form."""

from __future__ import annotations

import datetime as dt

import pytest

from pipeline.knowledge.editions import load_edition
from pipeline.model import DatedEvent, FuzzyDate, Origin, Precision
from pipeline.render import dates

JA, EN = load_edition("ja"), load_edition("en")
D = dt.date


@pytest.mark.parametrize(
    ("first", "last", "ja", "en"),
    [
        (D(2026, 10, 19), D(2026, 10, 25), "2026年10月19日\uff08月\uff09–25日\uff08日\uff09", "19–25 October 2026"),
        (
            D(2026, 10, 26),
            D(2026, 11, 1),
            "2026年10月26日\uff08月\uff09–11月1日\uff08日\uff09",
            "26 October – 1 November 2026",
        ),
        (
            D(2026, 12, 28),
            D(2027, 1, 3),
            "2026年12月28日\uff08月\uff09–2027年1月3日\uff08日\uff09",
            "28 December 2026 – 3 January 2027",
        ),
        (D(2026, 10, 19), D(2026, 10, 19), "2026年10月19日\uff08月\uff09", "Mon 19 October 2026"),
    ],
    ids=["one_month", "two_months", "two_years", "one_day"],
)
def test_a_range_repeats_nothing(first: dt.date, last: dt.date, ja: str, en: str):
    assert dates.format_range(first, last, JA) == ja
    assert dates.format_range(first, last, EN) == en


@pytest.mark.parametrize(
    ("first", "last", "era"),
    [
        (D(2026, 10, 19), D(2026, 10, 25), "令和8年"),
        (D(2019, 4, 29), D(2019, 5, 5), "平成31年–令和元年"),
        (D(1989, 1, 7), D(1989, 1, 8), "昭和64年–平成元年"),
        (D(2026, 12, 28), D(2027, 1, 3), "令和8年–令和9年"),
    ],
    ids=["reiwa", "heisei_to_reiwa", "showa_to_heisei", "new_year"],
)
def test_japanese_eras_change_on_their_first_day(first: dt.date, last: dt.date, era: str):
    assert dates.format_era(first, last, JA) == era


def test_the_english_period_has_no_era():
    assert dates.format_period(D(2026, 10, 19), D(2026, 10, 25), EN) == "19–25 October 2026"


@pytest.mark.parametrize(
    ("offset", "shown"),
    [(9, "UTC+9"), (0, "UTC"), (-3.5, "UTC−3:30"), (5.75, "UTC+5:45")],
    ids=["jst", "utc", "west", "quarter"],
)
def test_a_time_names_its_offset(offset: float, shown: str):
    value = dt.datetime(2026, 10, 21, 9, 5, tzinfo=dt.timezone(dt.timedelta(hours=offset)))
    date = FuzzyDate(value=value, precision=Precision.MINUTE, zone_stated=True, origin=Origin.META)
    assert dates.published(date, EN, with_time=True).text == f"Wed 21 October 2026, 9:05 ({shown})"


@pytest.mark.parametrize(
    ("precision", "text", "iso"),
    [
        (Precision.MONTH, "October 2026", "2026-10"),
        (Precision.YEAR, "2026", "2026"),
        (Precision.DAY, "Thu 1 October 2026", "2026-10-01"),
    ],
)
def test_only_what_is_known_is_shown(precision: Precision, text: str, iso: str):
    when = dates.happening(DatedEvent(start=D(2026, 10, 1), precision=precision), EN)
    assert (when.text, when.iso) == (text, iso)


def test_a_deadline_is_called_one():
    event = DatedEvent(start=D(2026, 10, 1), deadline=True)
    assert dates.happening(event, EN).text == "deadline Thu 1 October 2026"
    assert dates.happening(event, JA).text == "締切 2026年10月1日（木）"


def test_first_seen_is_a_day_of_the_issues_zone():
    import zoneinfo

    late = dt.datetime(2026, 10, 18, 16, 0, tzinfo=dt.UTC)
    assert dates.seen(late, zoneinfo.ZoneInfo("Asia/Tokyo"), EN).iso == "2026-10-19"
