"""Sitemaps and listing pages."""

from __future__ import annotations

import contextlib
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.spiders.listing import read_listing
from crawler.spiders.reading import Unreadable
from crawler.spiders.sitemap import MAX_CHILDREN, read_sitemap
from pipeline.errors import Reason
from pipeline.model import Selectors

NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<!-- two pages -->
<url><loc> https://city.example/1 </loc><lastmod>2026-11-07</lastmod>
 <image:image><image:loc>https://city.example/1.jpg</image:loc><image:title>Picture</image:title></image:image></url>
<url><loc>https://city.example/2</loc><n:news><n:publication><n:name>City</n:name><n:language>ko</n:language></n:publication>
 <n:publication_date>2026-11-08T09:00+09:00</n:publication_date><n:title>부산 &amp; 상하이</n:title></n:news></url>
</urlset>"""
INDEX = "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{}</sitemapindex>"


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_news_sitemap_gives_pages_newest_first_with_raw_dates(pack: type[bytes]) -> None:
    reading = read_sitemap(pack(NEWS.encode()))
    assert [found.url for found in reading.found] == ["https://city.example/2", "https://city.example/1"]
    newest = reading.found[0].hints
    assert (newest.title, newest.published, newest.published_from, newest.language) == (
        "부산 & 상하이",
        "2026-11-08T09:00+09:00",
        "sitemap",
        "ko",
    )
    assert reading.found[1].hints.published == ""  # lastmod is no date of publication
    assert reading.whole


def test_an_index_gives_the_latest_sitemaps() -> None:
    entries = "".join(
        f"<sitemap><loc>https://city.example/{n}.xml</loc><lastmod>2026-01-01T00:{n:02}:00Z</lastmod></sitemap>"
        for n in range(60)
    )
    follow = read_sitemap(INDEX.format(entries).encode()).follow
    assert len(follow) == MAX_CHILDREN
    assert follow[0] == "https://city.example/59.xml"


def test_a_cut_sitemap_gives_what_is_there_and_is_not_whole() -> None:
    reading = read_sitemap(NEWS[: NEWS.rindex("<url>")].encode())
    assert [found.url for found in reading.found] == ["https://city.example/1"]
    assert not reading.whole


@pytest.mark.parametrize(
    "body", [b"", b"<html></html>", b"<rss/>", b"\x1f\x8bbroken", b"nothing", gzip.compress(bytes(2_000_000))]
)
def test_what_is_no_sitemap_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        read_sitemap(body, max_bytes=1_000_000)
    assert caught.value.reason is Reason.BAD_FEED


def test_entities_are_not_resolved() -> None:
    text = '<!DOCTYPE urlset [<!ENTITY f SYSTEM "file:///etc/hostname"><!ENTITY g "x">]><urlset><url><loc>https://city.example/&f;&g;</loc></url><url><loc>https://city.example/&#xD800;</loc></url><url><loc>https://city.example/3</loc></url></urlset>'
    found = [item.url for item in read_sitemap(text.encode()).found]
    assert "https://city.example/3" in found
    assert not any(url[-1] == "x" for url in found)


@given(st.binary(max_size=1_000))
def test_garbage_is_a_reading_or_unreadable(body: bytes) -> None:
    with contextlib.suppress(Unreadable):
        read_sitemap(body)


# -------------------------------------------------------------------------------------------------------------- listings

PAGE = """<html><head><meta charset="{charset}"><base href="/press/"></head><body><ul class="list">
<li><span class="day">令和8年11月2日</span> <a href="r08/1102.html"><b>見本市長</b>が姉妹都市リヨンを訪問します</a></li>
<li><span class="day">10月3日</span> <a href="r08/1003.pdf">代表団が市長を表敬訪問しました（PDF）</a></li>
<li>お知らせはありません</li></ul><p class="pager"><a class="next" href="?page=2">次へ</a></p></body></html>"""
SELECTORS = Selectors(item="ul.list li", link="a", title="a", date=".day", next_page="a.next")


@pytest.mark.parametrize("charset", ["utf-8", "shift_jis", "euc-jp"])
def test_a_listing_gives_links_titles_and_dates_as_listed(charset: str) -> None:
    reading = read_listing(PAGE.format(charset=charset).encode(charset), "https://city.example/index.html", SELECTORS)
    assert [found.url for found in reading.found] == [
        "https://city.example/press/r08/1102.html",
        "https://city.example/press/r08/1003.pdf",
    ]
    assert [found.hints.published for found in reading.found] == ["令和8年11月2日", "10月3日"]
    assert {found.hints.published_from for found in reading.found} == {"listing"}
    assert reading.found[0].hints.title == "見本市長が姉妹都市リヨンを訪問します"
    assert reading.follow == ("https://city.example/press/?page=2",)


def test_selectors_may_name_text_and_attributes() -> None:
    page = b'<div class=i data-u="/a"><h2>Title <i>one</i></h2><time datetime="2026-11-02">Monday</time></div>'
    selectors = Selectors(item=".i", link="::attr(data-u)", title="h2::text", date="time::attr(datetime)")
    (found,) = read_listing(page, "https://city.example/", selectors).found
    assert (found.url, found.hints.title, found.hints.published) == ("https://city.example/a", "Title", "2026-11-02")


def test_an_item_may_itself_be_the_link() -> None:
    (found,) = read_listing(b'<a class=i href="/a">T</a>', "https://city.example/", Selectors(item="a.i")).found
    assert (found.url, found.hints.title) == ("https://city.example/a", "T")


@pytest.mark.parametrize(
    "body", [b"", b"<html><p>rebuilt</p></html>", b"<ul class=list><li>no link</li></ul>", b"\x00\xff"]
)
def test_a_page_without_items_is_a_bad_listing(body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        read_listing(body, "https://city.example/", SELECTORS)
    assert caught.value.reason is Reason.BAD_LISTING
    assert "selectors." in caught.value.detail
