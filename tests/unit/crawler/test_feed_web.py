"""Feeds as the web really sends them: every place of a date, charsets in conflict, and what would cost minutes."""

from __future__ import annotations

import contextlib
import json
import time

import pytest

from crawler.spiders import feed
from crawler.spiders.feed import read_feed
from crawler.spiders.reading import TITLE_CHARS, Unreadable

LINK = "https://city.example/news/1"
RAW = "Thu,10 Jul 2025 4:35:5 GMT+9"
TITLE = "姉妹都市提携三十周年の記念行事を開催しました"
ATOM = 'xmlns="http://www.w3.org/2005/Atom"'
ATOM_03 = 'version="0.3" xmlns="http://purl.org/atom/ns#"'
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'


def rss(inside: str, declaration: str = "") -> str:
    return f'{declaration}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"><channel><item><link>{LINK}</link>{inside}</item></channel></rss>'


def atom(inside: str, version: str = ATOM) -> str:
    return f'<feed {version}><entry><link href="{LINK}"/>{inside}</entry></feed>'


def json_feed(**item: str) -> str:
    return json.dumps({"version": "https://jsonfeed.org/version/1", "items": [{"url": LINK} | item]})


@pytest.mark.parametrize(
    "text",
    [
        rss(f"<pubDate>{RAW}</pubDate>"),
        rss(f"<PubDate>{RAW}</PubDate>"),
        rss(f"<dc:date>{RAW}</dc:date>"),
        rss(f"<dcterms:issued>{RAW}</dcterms:issued>"),
        rss(f"<dcterms:created>{RAW}</dcterms:created>"),
        rss(f"<dcterms:modified>{RAW}</dcterms:modified>"),
        rss(f"<pubDate><![CDATA[ {RAW} ]]></pubDate>"),
        rss(f"<dc:date>2025-07-11</dc:date><pubDate>{RAW}</pubDate>"),
        f'<rdf:RDF {RDF}><item rdf:about="{LINK}"><link>{LINK}</link><dc:date>{RAW}</dc:date></item></rdf:RDF>',
        atom(f"<published>{RAW}</published><updated>2025-07-11T00:00:00Z</updated>"),
        atom(f"<updated>{RAW}</updated>"),
        atom(f"<issued>{RAW}</issued><modified>2025-07-11T00:00:00Z</modified>", ATOM_03),
        atom(f"<modified>{RAW}</modified>", ATOM_03),
        json_feed(date_published=RAW, date_modified="2025-07-11T00:00:00Z"),
        json_feed(date_modified=RAW),
    ],
)
def test_every_place_of_a_date_gives_it_as_written(text: str) -> None:
    (found,) = read_feed(text.encode()).found
    assert (found.url, found.hints.published, found.hints.published_from) == (LINK, RAW, "feed")


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "", "text/xml; charset=ISO-8859-1"),
        ("utf-8", "Shift_JIS", "text/xml; charset=Shift_JIS"),
        ("shift_jis", "utf-8", "text/xml; charset=utf-8"),
        ("shift_jis", "", "application/rss+xml"),
        ("euc-jp", "", "text/html"),
        ("euc-jp", "EUC-JP", "text/xml; charset=Shift_JIS"),
        ("utf-16", "utf-8", "text/xml"),
        ("utf-8-sig", "EUC-JP", ""),
    ],
)
def test_a_wrong_charset_is_found_out(encoding: str, declared: str, content_type: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    text = rss(f"<title>{TITLE}</title>", declaration)
    (found,) = read_feed(text.encode(encoding), content_type).found
    assert found.hints.title == TITLE


@pytest.mark.parametrize(
    ("encoding", "title"),
    [
        ("windows-1251", "Делегация мэрии посетила город-побратим"),
        ("iso-8859-1", "Jumelage : le maire de Málaga reçu à l’hôtel de ville".replace("’", "'")),
        ("gb2312", "样本市与横滨市签署友好合作备忘录"),
        ("euc-kr", "부산시와 상하이시 자매결연 삼십 주년 기념행사 개최"),
    ],
)
@pytest.mark.parametrize("declare", [True, False])
def test_other_alphabets_are_read_with_and_without_a_declaration(encoding: str, title: str, declare: bool) -> None:
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>' if declare else ""
    text = rss(f"<title>{title}</title><description>{title}. {title}</description>", declaration)
    (found,) = read_feed(text.encode(encoding), "").found
    assert found.hints.title == title


HEAD, TAIL = b"<rss version='2.0'><channel>", b"</channel></rss>"


@pytest.mark.parametrize(
    "body",
    [
        HEAD + TAIL + b"<!---->" * 280 + b"x",
        b"<!DOCTYPE[" * 200_000,
        HEAD + b"<!DOCTYPE [" * 200_000 + TAIL,
        b"<!DOCTYPE x [" + b"] " * 500_000,
        HEAD + b"<item><title><![CDATA[" + b"<a" * 2_000_000 + b"]]></title></item>" + TAIL,
        HEAD + b"<item><pubDate>" + b" " * 4_000_000 + b"</pubDate></item>" + TAIL,
        HEAD + b"<![CDATA[" * 400_000 + TAIL,
    ],
    ids=["comments", "doctypes", "doctypes inside", "brackets", "title", "spaces", "cdata"],
)
def test_what_looks_like_a_feed_and_never_ends_costs_seconds(body: bytes) -> None:
    started = time.process_time()
    with contextlib.suppress(Unreadable):
        read_feed(body)
    assert time.process_time() - started < 5


def test_a_feed_of_too_many_tags_is_cut_and_not_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MAX_TAGS", 1_000)
    item = f"<item><title>T</title><link>{LINK}</link></item>".encode()
    many = HEAD + item + b"<item><description>" + b"<b>" * 2_000 + b"</description></item>" + item + TAIL
    reading = read_feed(many)
    assert [found.hints.title for found in reading.found] == ["T"]
    assert not reading.whole
    assert read_feed(HEAD + item * 100 + TAIL).whole


def test_an_odd_item_of_a_json_feed_costs_no_other() -> None:
    good = {"url": LINK, "title": None, "authors": None, "author": {"name": "Press Office", "url": None}}
    items = [3, None, {"url": 4}, {"title": "no address"}, good, {"url": f"{LINK}2", "authors": [{}]}]
    text = json.dumps({"version": "https://jsonfeed.org/version/1.1", "language": None, "items": items})
    reading = read_feed(b"\xef\xbb\xbf" + text.encode())
    assert [found.url for found in reading.found] == [LINK, f"{LINK}2"]
    assert reading.found[0].hints.authors == ("Press Office",)


def test_a_title_of_megabytes_is_cut() -> None:
    (found,) = read_feed(rss(f"<title>{'都市' * 2_000_000}</title>").encode()).found
    assert len(found.hints.title) == TITLE_CHARS
