"""What a reader is told of when an item was published, from the bytes of a feed or sitemap on."""

from __future__ import annotations

import datetime as dt

import pytest

from crawler.spiders.feed import read_feed
from crawler.spiders.reading import Found
from crawler.spiders.sitemap import read_sitemap
from pipeline.identify import identify
from pipeline.model import Article, Document, FuzzyDate, Kind, SourceSpec

NOW = dt.datetime(2025, 11, 3, 0, 0, tzinfo=dt.UTC)

KOREAN = """<rss version="2.0"><channel><title>견본시 보도자료</title><link>https://city.example/</link><language>KR</language>
<item><title><![CDATA[ 견본시, 부산·상하이와 도시 교류회의 개최 ]]></title><link>https://city.example/v?id=1</link><pubdate>Thu,10 Jul 2025 4:35:5 GMT+9</pubdate></item>
<item><title><![CDATA[ 자매도시 결연 30주년 기념행사 ]]></title><link>https://city.example/v?id=2</link><pubDate>2025.07.09 18:30</pubDate></item>
<item><title><![CDATA[ 시장, 우호도시 대표단 접견 ]]></title><link>https://city.example/v?id=3</link><pubDate>2025-07-08 (화) 오후 2:00</pubDate></item></channel></rss>"""

JAPANESE = """<?xml version="1.0" encoding="Shift_JIS"?>
<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" xml:lang="ja">
<channel rdf:about="https://city.example/new.rdf"><title>見本市 新着情報</title><link>https://city.example/</link><dc:date>2025-11-02T03:00:00+09:00</dc:date></channel>
<item rdf:about="https://city.example/1.html"><title>見本市長が姉妹都市リヨンを訪問します</title><link>https://city.example/1.html</link><dc:date>2025-10-20T14:00:00+09:00</dc:date></item>
<item rdf:about="https://city.example/2.html"><title>年末年始のごみ収集日程</title><link>https://city.example/2.html</link></item>
<item rdf:about="https://city.example/3.html"><title>国際交流ラウンジ臨時休館のお知らせ</title><link>https://city.example/3.html</link><dc:date>令和7年9月30日</dc:date></item>
</rdf:RDF>"""

ITALIAN = """<rss version="2.0"><channel><title>Città gemelle</title><language>IT-it</language>
<item><link>https://city.example/1</link><pubDate>mer, 16 lug 2025 00:38:15 +0200</pubDate></item>
<item><link>https://city.example/2</link><pubDate>mar, 15 lug 2025 18:20:00 +0100</pubDate></item>
<item><link>https://city.example/3</link><pubDate>Mon, 14 Jul 2025 00:00:00 +0000</pubDate></item></channel></rss>"""

SITEMAP = """<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://news.example/a/1</loc><news:news><news:publication_date>2025-07-09T06:30:00+09:00</news:publication_date><news:title>天津で市長対話</news:title></news:news></url>
<url><loc>https://news.example/b/2</loc><lastmod>2025-07-08</lastmod><news:news><news:publication_date>2025-07-08</news:publication_date><news:title>世界市长对话在天津举行</news:title></news:news></url></urlset>"""


def published(found: Found, zone: str) -> FuzzyDate | None:
    """The date of an article of which only its hints say when it was published."""
    document = Document(
        page_id="0" * 16,
        source_id="city",
        url=found.url,
        canonical_url=found.url,
        title=found.hints.title,
        blocks=(),
        hints=found.hints,
        fetched_at=NOW,
        extractor="test",
    )
    source = SourceSpec(
        id="city",
        names={"en": "City"},
        home="https://city.example/",
        country="ZZ",
        languages=("en",),
        kind=Kind.FEED,
        start=("https://city.example/feed",),
        zone=zone,
    )
    article = identify(document, source)
    assert isinstance(article, Article)
    return article.published


def told(date: FuzzyDate | None) -> tuple[str, str, bool] | None:
    """Value, precision, whether the zone was stated."""
    return (date.value.isoformat(), date.precision.value, date.zone_stated) if date else None


@pytest.mark.parametrize(
    ("feed", "encoding", "zone", "dates"),
    [
        (
            KOREAN,
            "utf-8",
            "Asia/Seoul",
            [
                ("2025-07-10T04:35:05+09:00", "minute", True),
                ("2025-07-09T18:30:00+09:00", "minute", False),
                ("2025-07-08T14:00:00+09:00", "minute", False),
            ],
        ),
        (
            JAPANESE,
            "shift_jis",
            "Asia/Tokyo",
            [("2025-10-20T14:00:00+09:00", "minute", True), None, ("2025-09-30T00:00:00+09:00", "day", False)],
        ),
        (
            ITALIAN,
            "utf-8",
            "Europe/Rome",
            [
                ("2025-07-16T00:38:15+02:00", "minute", True),
                ("2025-07-15T18:20:00+02:00", "minute", False),
                ("2025-07-14T00:00:00+00:00", "day", True),
            ],
        ),
    ],
    ids=["Korean", "Japanese", "Italian"],
)
def test_each_item_of_a_feed_has_its_own_date_and_its_doubt(
    feed: str, encoding: str, zone: str, dates: list[tuple[str, str, bool] | None]
) -> None:
    assert [told(published(found, zone)) for found in read_feed(feed.encode(encoding)).found] == dates


def test_a_feed_that_gives_all_its_items_the_moment_of_its_building_dates_none() -> None:
    items = "".join(
        f"<item><title>News {number}</title><link>https://city.example/{number}</link><pubdate>Thu,10 Jul 2025 4:35:5 GMT+9</pubdate></item>"
        for number in range(40)
    )
    feed = f"<rss version='2.0'><channel><title>City</title><language>US</language>{items}</channel></rss>"
    dates = [published(found, "Asia/Seoul") for found in read_feed(feed.encode()).found]
    assert dates == [None] * 40


def test_a_news_sitemap_dates_its_items_as_exactly_as_it_says() -> None:
    found = read_sitemap(SITEMAP.encode()).found
    assert [told(published(item, "Asia/Tokyo")) for item in found] == [
        ("2025-07-09T06:30:00+09:00", "minute", True),
        ("2025-07-08T00:00:00+09:00", "day", False),
    ]
