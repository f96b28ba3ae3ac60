"""Feeds: every kind, raw dates, and what is no feed."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.spiders.feed import read_feed
from crawler.spiders.reading import MAX_ITEMS, Found, Reading, Unreadable, select
from pipeline.errors import Reason
from pipeline.model import FetchHints, Kind, SourceSpec

LINK = "https://city.example/news/1"

KINDS = {
    "RSS 0.91": f'<rss version="0.91"><channel><title>c</title><language>ja</language><item><title>Sister cities</title><link>{LINK}</link></item></channel></rss>',
    "RSS 2.0": f'<?xml version="1.0"?><rss version="2.0"><channel><item><title>Sister cities</title><link>{LINK}</link><pubDate>Mon, 02 Nov 2026 09:00:00 +0900</pubDate></item></channel></rss>',
    "RSS 1.0": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    f'<channel rdf:about="https://city.example/"><title>c</title></channel><item rdf:about="{LINK}"><title>Sister cities</title><link>{LINK}</link><dc:date>2026-11-02T09:00+09:00</dc:date></item></rdf:RDF>',
    "Atom": f'<feed xmlns="http://www.w3.org/2005/Atom"><title>c</title><entry><title>Sister cities</title><link rel="self" href="https://city.example/x.atom"/><link rel="alternate" href="{LINK}"/><published>2026-11-02T09:00:00+09:00</published><updated>2026-11-05T09:00:00+09:00</updated><author><name>Press Office</name></author></entry></feed>',
    "JSON Feed": json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "language": "ja",
            "items": [
                {
                    "id": 1,
                    "url": LINK,
                    "title": "Sister cities",
                    "date_published": "2026-11-02T09:00:00+09:00",
                    "authors": [{"name": "Press Office"}],
                }
            ],
        }
    ),
}
DATES = {
    "RSS 0.91": "",
    "RSS 2.0": "Mon, 02 Nov 2026 09:00:00 +0900",
    "RSS 1.0": "2026-11-02T09:00+09:00",
    "Atom": "2026-11-02T09:00:00+09:00",
    "JSON Feed": "2026-11-02T09:00:00+09:00",
}


def one(text: str, content_type: str = "", encoding: str = "utf-8") -> Found:
    (found,) = read_feed(text.encode(encoding), content_type).found
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_link_title_and_raw_date(kind: str) -> None:
    found = one(KINDS[kind])
    assert (found.url, found.hints.title) == (LINK, "Sister cities")
    assert (found.hints.published, found.hints.published_from) == (DATES[kind], "feed" if DATES[kind] else "")


@pytest.mark.parametrize("kind", ["Atom", "JSON Feed"])
def test_authors_are_read(kind: str) -> None:
    assert one(KINDS[kind]).hints.authors == ("Press Office",)


@pytest.mark.parametrize("kind", ["RSS 0.91", "JSON Feed"])
def test_the_feeds_language_is_read(kind: str) -> None:
    assert one(KINDS[kind]).hints.language == "ja"


@pytest.mark.parametrize(
    "written",
    [
        "Thu,10 Jul 2025 4:35:5 GMT+9",
        "2025.07.09 18:30",
        "令和8年11月2日",
        "Mon Nov 2 09:00:00 2026",
        "02-11-2026",
        "2026-11-02 오전 9:00",
    ],
)
@pytest.mark.parametrize("tag", ["pubDate", "pubdate", "dc:date"])
def test_dates_stay_as_they_are_written(written: str, tag: str) -> None:
    text = f'<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><item><link>{LINK}</link><{tag}>\n {written} </{tag}></item></channel></rss>'
    assert one(text).hints.published == written


def feed_of(dates: list[str]) -> bytes:
    items = "".join(
        f"<item><link>{LINK}{number}</link><pubDate>{date}</pubDate></item>" for number, date in enumerate(dates)
    )
    return f"<rss version='2.0'><channel><lastBuildDate>{dates[0]}</lastBuildDate>{items}</channel></rss>".encode()


@pytest.mark.parametrize(
    "stamp",
    [
        "Thu,9 Jul 2026 4:35:5 GMT+9",
        "Thu, 09 Jul 2026 10:30:00 GMT",
        "2026.07.09 오후 6:30",
        "2026-07-09T04:35:05.123Z",
    ],
)
def test_the_moment_of_a_feeds_building_dates_none_of_its_items(stamp: str) -> None:
    found = read_feed(feed_of([stamp] * 5)).found
    assert [(item.hints.published, item.hints.published_from) for item in found] == [("", "")] * 5
    items = [{"url": f"{LINK}{number}", "date_published": stamp} for number in range(5)]
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    assert {item.hints.published for item in read_feed(json.dumps(feed).encode()).found} == {""}


def test_a_feed_may_take_seconds_to_build() -> None:
    found = read_feed(feed_of([f"Thu,9 Jul 2026 4:35:{second} GMT+9" for second in range(5, 12)])).found
    assert {item.hints.published for item in found} == {""}


@pytest.mark.parametrize(
    "dates",
    [
        ["Thu, 09 Jul 2026 10:30:00 +0900"] * 4,
        ["Thu, 09 Jul 2026 10:30:00 +0900"] * 4 + [""] * 4,
        ["Thu, 09 Jul 2026 10:30:00 +0900"] * 20 + ["Thu, 09 Jul 2026 10:31:00 +0900"],
        ["Thu, 09 Jul 2026 10:30:00 +0900"] * 20 + ["recently"],
        ["Thu, 09 Jul 2026 10:30:00 +0900"] * 20 + ["Wed, 08 Jul 2026 10:30:00 +0900"],
        ["Thu, 09 Jul 2026 00:00:00 +0900"] * 20,
        ["2026-07-09T00:00+09:00"] * 20,
        ["2026-07-09"] * 20,
        ["令和8年7月9日"] * 20,
    ],
)
def test_items_of_one_day_or_few_at_one_moment_keep_their_dates(dates: list[str]) -> None:
    assert [item.hints.published for item in read_feed(feed_of(dates)).found] == dates


def test_markup_entities_and_space_leave_titles() -> None:
    text = f"<rss version='2.0'><channel><item><title><![CDATA[ <b>Mayors</b> &amp;\n partners ]]></title><link>{LINK}</link><description>&lt;p&gt;A visit&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;</description></item></channel></rss>"
    hints = one(text).hints
    assert hints.title == "Mayors & partners"
    assert hints.summary.startswith("A visit")
    assert "<" not in hints.summary


@pytest.mark.parametrize("encoding", ["utf-8", "shift_jis", "euc-jp", "utf-16"])
def test_japanese_is_read_in_its_declared_charset(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><item><title>姉妹都市提携三十周年の記念行事を開催しました</title><link>{LINK}</link></item></channel></rss>'
    assert one(text, "text/xml", encoding).hints.title == "姉妹都市提携三十周年の記念行事を開催しました"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<html><body>Moved</body></html>",
        b"<!doctype html><title>404</title>",
        bytes(range(256)) * 20,
        b'{"version": 3}',
        b'{"items": []}',
        b"{",
        b"plain text",
    ],
)
def test_what_is_no_feed_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        read_feed(body)
    assert caught.value.reason is Reason.BAD_FEED
    assert caught.value.detail


def test_an_empty_feed_is_a_feed() -> None:
    assert read_feed(b"<rss version='2.0'><channel><title>c</title></channel></rss>").found == ()


def test_a_truncated_feed_gives_its_items_and_is_not_whole() -> None:
    text = KINDS["RSS 2.0"] + " \n<!-- generated -->\n"
    assert read_feed(text.encode()).whole
    cut = read_feed(text[: text.index("</channel>")].encode())
    assert [found.url for found in cut.found] == [LINK]
    assert not cut.whole


def test_a_feed_of_200000_items_costs_little() -> None:
    item = b"<item><link>https://city.example/1</link></item>"
    started = time.monotonic()
    reading = read_feed(b"<rss version='2.0'><channel>" + item * 200_000 + b"</channel></rss>")
    assert len(reading.found) == MAX_ITEMS
    assert time.monotonic() - started < 5  # feedparser alone: 16 s


def test_entity_bombs_do_not_expand_and_files_are_not_read() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12)
    )
    text = (
        bomb
        + f'<!ENTITY f SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><item><title>&m;&f;</title><link>{LINK}</link></item></channel></rss>'
    )
    started = time.monotonic()
    title = one(text).hints.title
    assert len(title) < 100
    assert "root:" not in title
    assert time.monotonic() - started < 2


@given(
    st.binary(max_size=2_000)
    | st.text(max_size=500).map(
        lambda text: f"<rss version='2.0'><channel><item><title>{text}</title></item>".encode("utf-8", "replace")
    )
)
def test_nothing_but_unreadable_comes_out_of_garbage(body: bytes) -> None:
    try:
        reading = read_feed(body)
    except Unreadable:
        return
    assert isinstance(reading, Reading)


# -------------------------------------------------------------------------------------------------- choosing among the links


def source(**changes: object) -> SourceSpec:
    values: dict[str, object] = {
        "id": "city",
        "names": {"en": "City"},
        "home": "https://city.example/",
        "country": "JP",
        "languages": ("ja",),
        "kind": Kind.FEED,
        "start": ("https://city.example/feed",),
    }
    return SourceSpec(**(values | changes))  # type: ignore[arg-type]


def urls(*links: str) -> Reading:
    return Reading(found=tuple(Found(url=link, hints=FetchHints(title=link)) for link in links))


def test_links_are_normalised_and_each_taken_once() -> None:
    reading = urls(
        "/a?utm_source=rss",
        "https://CITY.example/a#top",
        "  b ",
        "javascript:alert(1)",
        "mailto:x@city.example",
        "https://city.example/",
        "/feed",
        "http://[bad",
    )
    links = select(reading, source(), "https://city.example/feed")
    assert [link.url for link in links] == ["https://city.example/a", "https://city.example/b"]
    assert links[0].hints.title == "/a?utm_source=rss"


def test_include_exclude_and_the_cap_decide() -> None:
    reading = urls("/news/1", "/news/2.pdf", "/shop/3", "/news/4", "/news/5")
    chosen = source(include=r"/news/", exclude=r"\.pdf$", max_items=2)
    assert [link.url for link in select(reading, chosen, "https://city.example/")] == [
        "https://city.example/news/1",
        "https://city.example/news/4",
    ]


@pytest.mark.parametrize(
    "reference",
    ["&#xD83D;", "&#55357;", "&#x110000;", "&#0;", "&#99999999999;", f"&#{'9' * 5_000};", "&#xFFFE;", "&#x;"],
)
def test_a_number_that_is_no_character_costs_no_item(reference: str) -> None:
    for place in (
        f"<title>{reference}</title>",
        f"<title>{reference}",
        f"<description>&lt;b&gt;{reference}</description>",
    ):
        items = f"<item><link>https://city.example/a</link>{place}</item>"
        reading = read_feed(f"<rss version='2.0'><channel>{items}</channel></rss>".encode())
        assert [found.url for found in reading.found] == ["https://city.example/a"]
        assert not any(0xD800 <= ord(character) <= 0xDFFF for character in reading.found[0].hints.title)


def test_numbers_of_characters_are_read() -> None:
    title = "&#x5E02;&#38263; &#X1F600;"
    body = f"<rss version='2.0'><channel><item><title>{title}</title><link>https://city.example/a</link></item></channel></rss>"
    assert read_feed(body.encode()).found[0].hints.title == "市長 😀"


@pytest.mark.parametrize(
    "prolog",
    [
        "\n" * 300_000,
        "<!-- x -->" + " \n" * 300_000,
        "<!DOCTYPE [" * 50_000,
        '<!DOCTYPE rss>\n<!DOCTYPE rss [\n<!ENTITY a "' + "x" * 100_000 + '">\n]>\n',
        "<?xml-stylesheet href='a.xsl'?>" * 10_000,
    ],
)
def test_what_stands_before_the_root_costs_neither_time_nor_memory(prolog: str) -> None:
    started = time.process_time()
    items = f"<item><title>{'&a;' * 1_000}</title><link>https://city.example/a</link></item>"
    reading = read_feed(f"<?xml version='1.0'?>{prolog}<rss version='2.0'><channel>{items}</channel></rss>".encode())
    assert time.process_time() - started < 2  # minutes where it is searched from every place anew
    assert "xxxx" not in reading.found[0].hints.title
