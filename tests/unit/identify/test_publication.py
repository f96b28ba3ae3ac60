"""Which date of publication is believed where several are stated, or one that cannot be told."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from pipeline.identify.publication import read_published
from pipeline.model import DateCandidate, Document, FetchHints, FuzzyDate, Origin, Precision

FETCHED = dt.datetime(2025, 10, 25, 3, 0, tzinfo=dt.UTC)


def published(
    *dates: tuple[str, Origin], zone: str = "UTC", language: str = "", feed: str = "", feed_language: str = ""
) -> FuzzyDate | None:
    document = Document(
        page_id="0" * 16,
        source_id="mihon_city",
        url="https://mihon.example.jp/a",
        canonical_url="https://mihon.example.jp/a",
        title="市長が訪問",
        blocks=(),
        dates=tuple(DateCandidate(raw=raw, origin=origin) for raw, origin in dates),
        declared_language=language,
        hints=FetchHints(published=feed, published_from="feed" if feed else "", language=feed_language),
        fetched_at=FETCHED,
        extractor="test",
    )
    return read_published(document, ZoneInfo(zone))


def day_of(date: FuzzyDate | None) -> str:
    return str(date.day) if date else ""


@pytest.mark.parametrize(
    ("raw", "zone", "language", "day"),
    [
        ("7/8/2025", "America/Chicago", "", "2025-07-08"),
        ("7/8/2025", "Europe/Madrid", "", "2025-08-07"),
        ("7/8/2025", "UTC", "es", "2025-08-07"),
        ("7/8/2025", "UTC", "en-US", "2025-07-08"),
        ("7/8/2025", "UTC", "en", ""),
        ("7/8/2025", "Asia/Tokyo", "ja", ""),
        ("7/8/2025", "Asia/Tokyo", "en-GB", "2025-08-07"),
    ],
)
def test_day_and_month_are_told_by_the_zone_then_by_the_language(raw: str, zone: str, language: str, day: str) -> None:
    assert day_of(published((raw, Origin.VISIBLE), zone=zone, language=language)) == day


def test_the_language_of_the_feed_serves_where_the_page_declares_none() -> None:
    assert day_of(published(feed="7/8/2025", feed_language="fr")) == "2025-08-07"


def test_an_order_that_would_lie_in_the_future_is_not_meant() -> None:
    assert day_of(published(("12/9/2025", Origin.VISIBLE))) == "2025-09-12"


def test_after_a_date_that_cannot_be_told_no_other_of_its_kind_is_taken() -> None:
    assert published(("7/8/2025", Origin.VISIBLE), ("2025年7月3日", Origin.VISIBLE)) is None
    assert day_of(published(("7/8/2025", Origin.VISIBLE), ("2025-08-07", Origin.META))) == "2025-08-07"


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("Sun, 26 Oct 2025 02:00:00 GMT", "2025-10-26"),  # 23 hours ahead: clocks and zones differ
        ("Sun, 26 Oct 2025 04:00:00 GMT", ""),
        ("Sun, 01 Jan 1995 00:00:01 GMT", "1995-01-01"),
        ("Sat, 31 Dec 1994 23:59:59 GMT", ""),
        ("Thu, 01 Jan 1970 00:00:00 GMT", ""),
        ("0001-01-01T00:00:00Z", ""),
        ("0", ""),
        ("Thu,23 Oct 2025 4:35:5 GMT+9", "2025-10-23"),
        ("2025.10.23 18:30", "2025-10-23"),
    ],
)
def test_a_feed_is_read_from_its_raw_string_and_checked_against_the_fetch(raw: str, day: str) -> None:
    assert day_of(published(feed=raw)) == day


def test_what_a_feed_says_keeps_its_precision_zone_and_origin() -> None:
    date = published(feed="Thu,23 Oct 2025 4:35:5 GMT+9")
    assert date is not None
    assert (date.value.isoformat(), date.precision) == ("2025-10-23T04:35:05+09:00", Precision.MINUTE)
    assert (date.zone_stated, date.origin) == (True, Origin.FEED)


def test_a_year_alone_is_not_made_a_first_of_january() -> None:
    assert published(("© 2025", Origin.VISIBLE), ("2025", Origin.META), feed="2025") is None
