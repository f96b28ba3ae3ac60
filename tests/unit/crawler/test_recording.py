"""Pages without their words: nothing that somebody wrote is left, and every reader still finds what it found."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parsel import Selector

from crawler.curation.asking import Answer
from crawler.curation.checking import judge
from crawler.curation.probing import summarise
from crawler.curation.recording import anonymise_html, anonymise_json, anonymise_xml, make_recording
from crawler.curation.visits import Visit
from crawler.spiders.links import read_links
from pipeline.errors import CrawlError
from pipeline.model import Expect, Fields, Kind, Selectors, SourceSpec
from pipeline.text.dates import month_named

NOW = dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC)
HOST = "https://www.city.example"
WORD = re.compile(r"[^\W\d_]{4,}")
# What addresses and dates are made of.
TECHNICAL = {"http", "https", "html", "example", "mailto", "someone"}


def spec(kind: Kind, **more: object) -> SourceSpec:
    given = {
        "id": "one",
        "names": {"en": "One"},
        "home": f"{HOST}/",
        "country": "JP",
        "languages": ("ja",),
        "zone": "Asia/Tokyo",
    }
    return SourceSpec(**(given | {"kind": kind, "start": (f"{HOST}/start",)} | more))  # type: ignore[arg-type]


def record(source: SourceSpec, body: str, content_type: str = "text/html; charset=utf-8") -> str:
    answer = Answer(url=f"{HOST}/start", body=body.encode(), content_type=content_type)
    recording, pages = make_recording(source, Visit(start=source.start[0], answer=answer), None, NOW)
    made = pages[recording.page]
    before = summarise(read_links(answer.body, answer.url, source, content_type), source, answer.url, NOW)
    after = summarise(read_links(made.encode(), answer.url, source, recording.content_type), source, answer.url, NOW)
    assert (after.items, [item.day for item in after.sample]) == (before.items, [item.day for item in before.sample])
    assert judge(source, recording, made.encode()).breaches == ()
    return made


def words(text: str) -> set[str]:
    return {word.casefold() for word in WORD.findall(text)}


def seen(page: str) -> str:
    """Everything that a person may see or hear of a page."""
    root = Selector(text=page, type="html")
    return " ".join(
        root.xpath(
            "//text()[not(ancestor::style or ancestor::script)]|//@alt|//@title|//@content|//@placeholder|//@value|//@aria-label|//@data-title"
        ).getall()
    )


LISTING = """<!DOCTYPE html><html lang="ja"><head><meta charset="shift_jis"><title>国際課｜見本市</title>
<meta name="description" content="見本市の国際交流に関するお知らせです"><meta property="og:site_name" content="見本市">
<meta property="article:published_time" content="2026-11-20T09:00:00+09:00"><script>var mayor = "市長の名前";</script>
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "姉妹都市の見出し", "datePublished": "2026-11-20"}</script>
<style>.news { color: red }</style></head><body class="page"><!-- 担当者のメモ --><p id="mayor-visits-our-sister-city"></p><h1 id="top">国際課からのお知らせ</h1><ul class="news">
<li><span>令和8年11月20日</span> <a href="/news/mayor-visits-lyon.html" title="市長の訪問">市長がリヨン市を訪問します</a></li>
<li><span>11月3日(火)</span> <a href="/news/%E5%8F%8B%E5%A5%BD.html"><img src="/img/delegation-photo.jpg" alt="代表団の写真">友好都市の代表団</a></li>
<li><span>2026年10月30日 18時30分</span> <a href="202610/t20261030_2.html">Youth orchestra returns from Busan</a></li></ul>
<p>電話 03-1234-5678、<a href="tel:+81312345678">+81 3 1234 5678</a>、kokusai@city.mihon.lg.jp まで。予算は12,345円です。</p></body></html>"""


def test_a_listing_keeps_its_build_and_dates_and_loses_its_words() -> None:
    rules = Selectors(item="ul.news li", link="a::attr(href)", title="a", date="span")
    made = record(spec(Kind.LISTING, selectors=rules), LISTING)

    left = words(seen(LISTING)) & words(seen(made))
    assert {word for word in left if not month_named(word)} - TECHNICAL == set()
    for gone in (
        "国際",
        "見本",
        "市長",
        "担当",
        "代表",
        "リヨン",
        "Youth",
        "delegation",
        "lyon",
        "1234-5678",
        "12345678",
        "kokusai",
        "%E5",
        "shift_jis",
    ):
        assert gone not in made
    for kept in ('class="news"', 'id="top"', "令和8年11月20日", "2026年10月30日 18時30分", "202610/t20261030_2.html", 'src="/img/', "12,345",
                 'content="2026-11-20T09:00:00+09:00"', '"@type": "NewsArticle"', '"datePublished": "2026-11-20"', "<!DOCTYPE html>"):  # fmt: skip
        assert kept in made
    assert made == record(spec(Kind.LISTING, selectors=rules), LISTING)  # the same page, the same result
    assert len(Selector(text=made).css("h1::text").get() or "") == len("国際課からのお知らせ")


def test_what_a_source_looks_for_stays() -> None:
    body = """<html><body><div><h2>報道発表</h2><p><a href="/press-room/mayor-speaks">市長の挨拶</a> <b>掲載日:2026年11月1日</b></p>
    <p><a href="/job-offers/clerk-wanted">職員募集</a> <b>掲載日:2026年11月2日</b></p></div><a href="?p=2">次の一覧</a></body></html>"""
    rules = Selectors(
        item='//h2[contains(., "報道発表")]/following-sibling::p',
        date="b",
        date_pattern="掲載日:(.*)",
        next_page='//a[normalize-space()="次の一覧"]/@href',
    )
    made = record(spec(Kind.LISTING, selectors=rules, include="/press-room/"), body)

    assert all(kept in made for kept in ("報道発表", "掲載日:2026年11月1日", "/press-room/", "次の一覧"))
    assert not any(gone in made for gone in ("市長", "職員", "mayor", "clerk"))


FEED = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE rss [<!ENTITY x "y">]>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Gazette of the Example Port</title><link>https://www.city.example/</link><language>en-gb</language><!-- by the editor -->
<item><title>Mayors&#8217; forum &amp; fair</title><link>https://www.city.example/2026/11/mayors-forum-opens/?utm_source=x</link><dc:creator>The Editor</dc:creator>
<pubDate>Fri, 20 Nov 2026 08:00:00 +0900</pubDate><guid isPermaLink="false">tag:city.example,2026:mayors-forum</guid>
<description><![CDATA[<p>Forty <a href="https://other.example/some-long-story">cities</a> came.</p>]]></description></item>
<item><title>Harbour twinned</title><link>https://www.city.example/2026/11/harbour-twinned/</link><pubDate>3 novembre 2026</pubDate></item>
</channel></rss>"""


def test_a_feed_keeps_its_dates_and_distinct_addresses() -> None:
    made = record(spec(Kind.FEED, include="/2026/"), FEED, "application/rss+xml")

    assert {word for word in words(made) & words(seen(FEED)) if not month_named(word)} <= TECHNICAL | {"city", "source"}
    assert "en-gb" in made
    assert "20 Nov 2026 08:00:00 +0900" in made
    assert not any(gone in made.casefold() for gone in ("mayor", "editor", "forty", "harbour", "gazette"))


def test_json_answers_keep_keys_figures_and_dates() -> None:
    body = json.dumps({
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Gazette",
        "items": [
            {"id": 1, "url": "/news/mayor-visits-port", "title": "Mayor visits", "date": "2026-11-20T08:00:00Z", "hot": True, "tags": ["harbour"]},
            {"id": 2, "url": "/news/harbour-twinned", "title": "<b>Harbour</b> twinned", "date": 1_793_836_800, "hot": None, "tags": []},
        ],
    })  # fmt: skip
    rules = Fields(items="items", date="date")
    made = record(spec(Kind.JSON_API, fields=rules), body, "application/json")

    value = json.loads(made)
    assert [list(item) for item in value["items"]] == [list(item) for item in json.loads(body)["items"]]
    assert [item["date"] for item in value["items"]] == ["2026-11-20T08:00:00Z", 1_793_836_800]
    assert (value["items"][0]["hot"], value["version"]) == (True, "https://jsonfeed.org/version/1.1")
    assert not any(gone in made.casefold() for gone in ("mayor", "harbour", "gazette", "visits"))


def test_a_page_that_only_its_words_make_readable_is_not_recorded() -> None:
    rules = Selectors(item="li", title="a", date="span", date_pattern=r"Lundi (\d.*)")
    body = "<ul><li><a href='/a'>Titre</a><span>Mardi 3 mai 2026, Lundi 4 mai 2026</span></li></ul>"
    answer = Answer(url=f"{HOST}/start", body=body.encode(), content_type="text/html")
    source = spec(Kind.LISTING, selectors=rules)
    assert (
        make_recording(source, Visit(start=source.start[0], answer=answer), None, NOW)[0].dated == 1
    )  # its words are kept

    hidden = Selectors(item="li[data-kind=meldung]", title="a")
    page = answer.__class__(
        url=answer.url, body=b"<li data-kind=meldung><a href='/a'>Titel</a></li>", content_type="text/html"
    )
    with pytest.raises(CrawlError, match="was not recorded"):
        make_recording(spec(Kind.LISTING, selectors=hidden), Visit(start=source.start[0], answer=page), None, NOW)


def test_a_page_made_to_take_for_ever_is_given_up_or_done_soon() -> None:
    before = time.process_time()
    for page in (
        "a" * 150_000,
        "a." * 75_000,
        "1 " * 75_000,
        "<b>" * 15_000 + "x",
        "&#x5e02;" * 18_000,
        "//" * 60_000,
    ):
        anonymise_html(f"<p>{page}</p>")
    assert time.process_time() - before < 6  # 150 kB in a way that is quadratic would take many minutes


def test_what_is_no_xml_or_json_is_not_recorded() -> None:
    for make in (anonymise_xml, anonymise_json):
        with pytest.raises(CrawlError):
            make("")


_LETTERS = st.sampled_from(
    "abcdefghijklmnopqrstuvwxyzéüßабвгдежзийклмнопрсαβγδεζηθ市国際友好都市長訪問姉妹あいうえおがぎアイウエオ자매도시대표단مدينةأخوةเมืองพี่"
)
_WORDS = st.text(_LETTERS, min_size=1, max_size=12)
_PROSE = st.lists(
    _WORDS | st.integers(0, 3000).map(str) | st.sampled_from([",", "-", "(", ")", "/", "。"]), max_size=12
).map(" ".join)
_DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2026, 11, 1))
_STYLES = st.sampled_from(
    ["%Y-%m-%d", "%d %B %Y", "%Y年%m月%d日", "%a, %d %b %Y 10:30:00 GMT", "%Y.%m.%d", "%B %d, %Y", "%Y년 %m월 %d일"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_WORDS, _PROSE, _DAYS, _STYLES), min_size=1, max_size=6, unique_by=lambda item: item[0]))
def test_no_word_of_any_page_survives_and_all_dates_do(items: list[tuple[str, str, dt.date, str]]) -> None:
    entries = "".join(
        f'<li class="n"><time>{day.strftime(style)}</time><a href="/x/{slug}-{n}.html" title="{prose}">{slug} {prose}</a></li>'
        for n, (slug, prose, day, style) in enumerate(items)
    )
    page = f"<html><head><title>{items[0][1]}</title></head><body><ul>{entries}</ul></body></html>"
    made = record(
        spec(Kind.LISTING, selectors=Selectors(item="li.n", title="a", date="time"), expect=Expect(max_age_days=9_999)),
        page,
    )

    def prose(text: str) -> set[str]:
        root = Selector(text=text)
        return words(" ".join(root.xpath("//a//text()|//a/@title|//title/text()").getall()))

    left = {word for word in prose(page) & prose(made) if not month_named(word)}
    assert left == set()


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8", categories=["L", "M", "Nd", "Zs", "Po"]), max_size=300))
def test_no_word_of_any_script_survives(text: str) -> None:
    made = anonymise_html(f"<html><body><p>{html.escape(text)}</p></body></html>")

    left = words(seen(made)) & words(text)
    assert {word for word in left if not month_named(word)} - TECHNICAL == set()
