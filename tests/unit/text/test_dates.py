"""The date reader: one line for each distinct form that sources really write."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import FuzzyDate, Origin, Precision
from pipeline.text.dates import read_date

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = dt.datetime(2025, 11, 22, 3, 0, tzinfo=dt.UTC)


def read(raw: str, zone: ZoneInfo = TOKYO, now: dt.datetime = NOW) -> FuzzyDate | None:
    return read_date(raw, zone=zone, now=now, origin=Origin.VISIBLE)


DAYS = [
    # ISO 8601
    ("2025-07-08", "2025-07-08"),
    ("2025/7/8", "2025-07-08"),
    ("2025.07.08", "2025-07-08"),
    ("2025. 7. 8.", "2025-07-08"),
    ("20250708", "2025-07-08"),
    # Japanese
    ("2025年7月8日", "2025-07-08"),
    ("2025年7月8日（火曜日）", "2025-07-08"),
    ("2025年7月8日(火・祝)", "2025-07-08"),
    ("２０２５年７月８日", "2025-07-08"),
    ("二〇二五年七月八日", "2025-07-08"),
    ("二千二十五年七月八日", "2025-07-08"),
    ("令和7年10月20日", "2025-10-20"),
    ("令和７年１０月２０日", "2025-10-20"),
    ("令和七年十月二十日", "2025-10-20"),
    ("令和 7 年 10 月 20 日", "2025-10-20"),
    ("令和7（2025）年7月8日", "2025-07-08"),
    ("2025（令和7）年7月8日", "2025-07-08"),
    ("平成29年(2017年)10月27日", "2017-10-27"),
    ("令和元年5月1日", "2019-05-01"),
    ("平成元年一月八日", "1989-01-08"),
    ("昭和63年3月1日", "1988-03-01"),
    ("R7.10.20", "2025-10-20"),
    ("Ｒ７．１０．２０", "2025-10-20"),
    ("R7/10/20", "2025-10-20"),
    ("H30.1.5", "2018-01-05"),
    ("最終更新日 2025年10月20日", "2025-10-20"),
    ("更新日：令和7年10月20日", "2025-10-20"),
    # Chinese
    ("发布时间：2025年07月08日", "2025-07-08"),
    ("2025年7月8号", "2025-07-08"),
    ("中華民國114年7月8日", "2025-07-08"),
    ("民國114.7.8", "2025-07-08"),
    # Korean
    ("2025년 7월 8일", "2025-07-08"),
    ("2025년7월8일(화)", "2025-07-08"),
    ("등록일 2025.07.08", "2025-07-08"),
    # Latin and Cyrillic month names
    ("July 8, 2025", "2025-07-08"),
    ("Tuesday, July 8th, 2025", "2025-07-08"),
    ("8 July 2025", "2025-07-08"),
    ("8th of July 2025", "2025-07-08"),
    ("Jul. 8, 2025", "2025-07-08"),
    ("08-Jul-2025", "2025-07-08"),
    ("8 juillet 2025", "2025-07-08"),
    ("1er août 2025", "2025-08-01"),
    ("8. Juli 2025", "2025-07-08"),
    ("8 de julio de 2025", "2025-07-08"),
    ("8 июля 2025 г.", "2025-07-08"),
    ("8 luglio 2025", "2025-07-08"),
    ("8 Temmuz 2025", "2025-07-08"),
    # the order is told by a figure, by dots, or by the zone
    ("13/07/2025", "2025-07-13"),
    ("07/13/2025", "2025-07-13"),
    ("08.07.2025", "2025-07-08"),
    ("08/07/2025", "2025-07-08"),
    # without a year: the nearest that is past
    ("11月5日", "2025-11-05"),
    ("12月5日", "2024-12-05"),
    ("11월 5일", "2025-11-05"),
    ("Nov 5", "2025-11-05"),
    ("5 November", "2025-11-05"),
    ("10/20", "2025-10-20"),
]


@pytest.mark.parametrize(("raw", "day"), DAYS)
def test_a_day_is_read_as_a_day(raw: str, day: str) -> None:
    date = read(raw)
    assert date is not None
    assert (date.day.isoformat(), date.precision, date.zone_stated) == (day, Precision.DAY, False)
    assert date.value.tzinfo is TOKYO


MOMENTS = [
    ("2025-07-08T10:20:30+09:00", "2025-07-08T10:20:30+09:00", True),
    ("2025-07-08T10:20:30Z", "2025-07-08T10:20:30+00:00", True),
    ("2025-07-08T10:20:30.123456Z", "2025-07-08T10:20:30+00:00", True),
    ("2025-07-08T10:20+0900", "2025-07-08T10:20:00+09:00", True),
    ("2025-07-08 10:20:30 UTC", "2025-07-08T10:20:30+00:00", True),
    ("2025-07-08T10:20:30-03:30", "2025-07-08T10:20:30-03:30", True),
    ("20250708T102030Z", "2025-07-08T10:20:30+00:00", True),
    ("20250708102030", "2025-07-08T10:20:30+09:00", False),
    ("2025-07-08 10:20", "2025-07-08T10:20:00+09:00", False),
    ("2025-07-08　10：20", "2025-07-08T10:20:00+09:00", False),
    ("1752019201", "2025-07-09T00:00:01+00:00", True),
    ("1752019201000", "2025-07-09T00:00:01+00:00", True),
    # RFC 822 as it is and as it is sent
    ("Thu, 28 Jul 2022 04:35:05 +0900", "2022-07-28T04:35:05+09:00", True),
    ("Thu,28 Jul 2022 4:35:5 GMT+9", "2022-07-28T04:35:05+09:00", True),
    ("Thu, 28 Jul 22 04:35:05 GMT", "2022-07-28T04:35:05+00:00", True),
    ("28 Jul 2022 04:35 EST", "2022-07-28T04:35:00-05:00", True),
    ("Tue Jul 8 10:20:30 UTC 2025", "2025-07-08T10:20:30+00:00", True),
    ("Tue Jul 08 2025 10:20:30 GMT+0900 (JST)", "2025-07-08T10:20:30+09:00", True),
    # people
    ("2025年7月8日(火) 10時20分", "2025-07-08T10:20:00+09:00", False),
    ("2025年7月8日 午後3時5分", "2025-07-08T15:05:00+09:00", False),
    ("2025年7月8日 午前0時5分", "2025-07-08T00:05:00+09:00", False),
    ("令和7年7月8日 15時", "2025-07-08T15:00:00+09:00", False),
    ("2025年07月08日10:20", "2025-07-08T10:20:00+09:00", False),
    ("2025.07.09 18:30", "2025-07-09T18:30:00+09:00", False),
    ("입력 2025.07.09. 오후 6:30", "2025-07-09T18:30:00+09:00", False),
    ("2025년 7월 8일 오후 3시 5분", "2025-07-08T15:05:00+09:00", False),
    ("July 8, 2025 10:20 PM EDT", "2025-07-08T22:20:00-04:00", True),
    ("Tuesday, July 8, 2025 at 3:05 p.m.", "2025-07-08T15:05:00+09:00", False),
    ("8. Juli 2025, 10:20 Uhr MESZ", "2025-07-08T10:20:00+02:00", True),
    ("8 июля 2025 г., 10:20 МСК", "2025-07-08T10:20:00+03:00", True),
    ("Published at 10:20 JST on July 8, 2025", "2025-07-08T10:20:00+09:00", True),
]


@pytest.mark.parametrize(("raw", "moment", "stated"), MOMENTS)
def test_a_moment_is_read_to_the_minute_with_its_zone(raw: str, moment: str, stated: bool) -> None:
    date = read(raw)
    assert date is not None
    assert (date.value.isoformat(), date.precision, date.zone_stated) == (moment, Precision.MINUTE, stated)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "2025",
        "© 2019-2024",
        "令和7年",
        "2025年",
        "2025-W28",
        "2025-02-30",
        "2025年2月30日",
        "1850年7月8日",
        "平成45年7月8日",
        "S99.1.1",
        "v1.2.3",
        "2 hours ago",
        "電話 078-331-8181",
        "192.168.10.20",
        "第12回 3対2",
        "not a date",
        "12月32日",
        "2500-01-01",
    ],
)
def test_what_is_no_date_gives_none(raw: str) -> None:
    assert read(raw) is None


@pytest.mark.parametrize("raw", ["2025年7月", "令和7年7月", "July 2025", "2025-07", "2025년 7월"])
def test_a_month_is_known_as_a_month(raw: str) -> None:
    date = read(raw)
    assert date is not None
    assert (date.day, date.precision) == (dt.date(2025, 7, 1), Precision.MONTH)


def test_midnight_to_the_second_is_a_day_that_no_time_was_known_for() -> None:
    date = read("2025-07-08T00:00:00Z")
    assert date is not None
    assert (date.precision, date.day) == (Precision.DAY, dt.date(2025, 7, 8))


def test_the_zone_decides_the_order_of_day_and_month() -> None:
    american = read("7/8/2025", ZoneInfo("America/New_York"))
    european = read("7/8/2025", ZoneInfo("Europe/Paris"))
    assert american is not None
    assert european is not None
    assert (american.day, european.day) == (dt.date(2025, 7, 8), dt.date(2025, 8, 7))
    assert read("7/8/2025", ZoneInfo("UTC")) is None


def test_a_day_without_year_may_be_tomorrow_but_not_later() -> None:
    now = dt.datetime(2025, 12, 31, 12, 0, tzinfo=dt.UTC)
    tomorrow, later = read("1月1日", now=now), read("1月2日", now=now)
    assert tomorrow is not None
    assert later is not None
    assert (tomorrow.day, later.day) == (dt.date(2026, 1, 1), dt.date(2025, 1, 2))


def test_29_february_without_year_is_in_the_last_leap_year() -> None:
    date = read("2月29日")
    assert date is not None
    assert date.day == dt.date(2024, 2, 29)


def test_the_origin_is_kept() -> None:
    date = read_date("2025-07-08", zone=TOKYO, now=NOW, origin=Origin.FEED)
    assert date is not None
    assert date.origin is Origin.FEED


NAIVE = st.datetimes(
    min_value=dt.datetime(1995, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=dt.datetime(2090, 1, 1),  # noqa: DTZ001
)


@given(NAIVE, st.integers(-14 * 4, 14 * 4))
def test_iso_8601_comes_back_as_it_went(moment: dt.datetime, quarters: int) -> None:
    stated = moment.replace(microsecond=0, tzinfo=dt.timezone(dt.timedelta(minutes=15 * quarters)))
    date = read(stated.isoformat())
    assert date is not None
    assert date.value == stated
    assert date.zone_stated


@given(st.dates(min_value=dt.date(2019, 5, 1), max_value=dt.date(2090, 1, 1)))
def test_every_day_of_reiwa_is_the_same_in_era_and_western_form(day: dt.date) -> None:
    era = read(f"令和{day.year - 2018}年{day.month}月{day.day}日")
    western = read(f"{day.year}年{day.month}月{day.day}日")
    assert era is not None
    assert western is not None
    assert era.value == western.value
    assert era.day == day


@given(st.text(max_size=300))
def test_no_text_makes_it_raise(raw: str) -> None:
    date = read(raw)
    assert date is None or date.value.tzinfo is not None


@given(st.text(alphabet="0123456789年月日./-: 令和元TZ+GMT午後時分", max_size=40))
def test_no_text_of_dates_makes_it_raise(raw: str) -> None:
    date = read(raw)
    assert date is None or 1900 <= date.value.year <= 2100
