"""One crawl of many sources, most of them bad: each costs bounded time, each failure has its reason, the good ones lose nothing."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from typing import Any

import pytest
from badserver import BadServer, article, packed_zeros, redirect, rss
from place import Place

NEWS_SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>http://map.example/1</loc><news:news><news:publication><news:language>ja</news:language></news:publication>
<news:publication_date>2026-11-02T10:00:00+09:00</news:publication_date><news:title>見本市と友好都市</news:title></news:news></url>
</urlset>"""
LISTING = """<html><meta charset=shift_jis><ul><li><span>11月2日</span> <a href="{n}a.html">市長が姉妹都市を訪問</a></li>
<li><span>11月1日</span> <a href="{n}b.html">代表団が市長を表敬訪問</a></li></ul><a class=next href="list2.html">次へ</a></html>"""


@pytest.fixture(scope="module")
def web(server: BadServer) -> BadServer:
    server.site("good.example", ["/a", "/b", "/c", "/private/d"])
    server.site("delay.example", ["/a", "/b"])
    server.page("delay.example", "/robots.txt", "User-agent: *\nCrawl-delay: 30\n", "text/plain")
    server.routes["drip.example", "/feed"] = server.drip
    server.routes["headers.example", "/feed"] = server.slow_headers
    server.routes["endless.example", "/feed"] = server.endless
    packed_zeros()
    server.routes["bomb.example", "/feed"] = server.bomb
    server.routes["loop.example", "/feed"] = redirect("http://loop.example/feed")
    server.routes["metadata.example", "/feed"] = redirect("http://169.254.169.254/latest/meta-data/")
    server.page(
        "inside.example",
        "/feed",
        rss(
            [
                (url, "inside", "")
                for url in (
                    "http://167772161/a",
                    "http://0x0a000001/b",
                    "http://[::ffff:10.0.0.1]/c",
                    "http://inside.example/file",
                )
            ]
        ),
    )
    server.routes["inside.example", "/file"] = redirect("file:///etc/passwd")
    server.site("norobots.example", ["/a"])
    server.page("norobots.example", "/robots.txt", "down", status=503)
    server.site("silent.example", ["/a"])
    server.routes["silent.example", "/robots.txt"] = server.silence
    server.page("garbage.example", "/feed", bytes(range(256)) * 50, "application/rss+xml")
    server.page("html.example", "/feed", article("We have moved"))
    server.page("cut.example", "/feed", rss([(f"http://cut.example/{n}", "t", "") for n in range(3)])[:-60], "text/xml")
    for n in range(3):
        server.page("cut.example", f"/{n}", article(str(n)))
    # Says ISO-8859-1 in the header, EUC-KR in the declaration, and is EUC-KR.
    server.page(
        "charset.example",
        "/feed",
        rss([("http://charset.example/a", "부산과 상하이", "2026.11.02 18:30")], declared="EUC-KR").encode("euc-kr"),
        "text/xml; charset=iso-8859-1",
    )
    server.page("charset.example", "/a", article("a"))
    server.site("limit.example", ["/a", "/b", "/c"])
    server.page("limit.example", "/b", "later", status=429, Retry_After="7200")
    server.site("drop.example", ["/a", "/b", "/c"])
    server.routes["drop.example", "/b"] = server.drop
    server.site("gone.example", ["/a", "/b"])
    server.page("gone.example", "/b", "gone", status=410)
    server.page("gone.example", "/robots.txt", "no rules", status=404)
    server.site("busy.example", ["/a"])
    server.page("busy.example", "/robots.txt", "later", status=429)
    links = ["http://mixed.example/a", "http://norobots.example/elsewhere", "http://busy.example/elsewhere"]
    server.page("mixed.example", "/feed", rss([(link, "t", "") for link in links]))
    server.page("mixed.example", "/a", article("a"))
    index = "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><sitemap><loc>http://map.example/news.xml.gz</loc></sitemap></sitemapindex>"
    server.page("map.example", "/sitemap.xml", index, "application/xml")
    server.page("map.example", "/news.xml.gz", gzip.compress(NEWS_SITEMAP.encode(), mtime=0), "application/gzip")
    server.page("map.example", "/1", article("1"))
    for n in ("", "2"):
        server.page("list.example", f"/list{n}.html", LISTING.format(n=n).encode("cp932"), "text/html")
        for name in "ab":
            server.page("list.example", f"/{n}{name}.html", article(n + name))
    return server


@pytest.fixture(scope="module")
def place(web: BadServer, make_place: Callable[[str], Place]) -> Place:
    made = make_place("bad")
    made.configure(rehearsal={"allow_loopback": True, "proxy": web.url}, crawl={"max_body_mib": 1})
    feeds = "good delay drip headers endless bomb loop metadata inside norobots silent garbage html cut charset limit drop gone busy mixed"
    for name in feeds.split():
        made.source(name, f"http://{name}.example/feed")
    made.source("map", "http://map.example/sitemap.xml", "sitemap")
    selectors = '[selectors]\nitem = "li"\ndate = "span"\nnext_page = "a.next"\nmax_pages = 2'
    made.source("list", "http://list.example/list.html", "listing", selectors)
    return made


@pytest.fixture(scope="module")
def first(place: Place) -> tuple[int, dict[str, Any], str, float]:
    started = time.monotonic()
    return (*place.crawl(), time.monotonic() - started)


def test_the_whole_crawl_is_bounded_and_says_that_some_sources_failed(
    first: tuple[int, dict[str, Any], str, float],
) -> None:
    code, report, errors, seconds = first
    assert code == 3, errors
    assert seconds < 15
    assert report["stopped"] == ""
    assert report["peak_mib"] < 150
    assert errors.count('"level":"ERROR"') == 0, errors


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("drip", "timeout"),
        ("headers", "timeout"),
        ("endless", "too_large"),
        ("bomb", "too_large"),
        ("loop", "http_error"),
        ("metadata", "blocked_address"),
        ("norobots", "robots_disallowed"),
        ("silent", "timeout"),
        ("garbage", "bad_feed"),
        ("html", "bad_feed"),
        ("limit", "rate_limited"),
        ("busy", "rate_limited"),
    ],
)
def test_each_bad_source_has_its_reason_in_report_and_health(
    place: Place, first: tuple[int, dict[str, Any], str, float], source: str, reason: str
) -> None:
    assert first[1]["sources"][source]["problem"] == reason
    health = {item.source_id: item for item in place.inbox.health()}
    assert health[source].problem == reason
    assert health[source].failures == 1


@pytest.mark.parametrize(
    "source", ["good", "delay", "inside", "cut", "charset", "drop", "gone", "mixed", "map", "list"]
)
def test_the_good_sources_are_read(first: tuple[int, dict[str, Any], str, float], source: str) -> None:
    assert first[1]["sources"][source]["problem"] == ""


def test_pages_arrive_with_what_the_feed_said(place: Place, first: tuple[int, dict[str, Any], str, float]) -> None:
    pages = {page.url: page for page in place.inbox.pages(place.inbox.page_hashes())}
    assert {url for url in pages if "good" in url} == {f"http://good.example/{name}" for name in "abc"}
    assert pages["http://good.example/a"].body == article("/a").encode()
    assert pages["http://good.example/a"].fetched_at.isoformat() == "2026-11-08T21:00:00+00:00"
    hints = pages["http://charset.example/a"].hints
    assert (hints.title, hints.published, hints.published_from) == ("부산과 상하이", "2026.11.02 18:30", "feed")
    hints = pages["http://map.example/1"].hints
    assert (hints.title, hints.published, hints.published_from) == (
        "見本市と友好都市",
        "2026-11-02T10:00:00+09:00",
        "sitemap",
    )
    hints = pages["http://list.example/2b.html"].hints
    assert (hints.title, hints.published, hints.published_from) == ("代表団が市長を表敬訪問", "11月1日", "listing")


def test_robots_is_obeyed(web: BadServer, place: Place, first: tuple[int, dict[str, Any], str, float]) -> None:
    assert "/private/d" not in web.paths("good.example")
    assert place.links("good")["http://good.example/private/d"][:2] == ("disallowed", "robots_disallowed")
    assert set(web.paths("norobots.example")) == {"/robots.txt"}
    assert set(web.paths("silent.example")) == {"/robots.txt"}
    assert web.paths("busy.example") == ["/robots.txt"]


def test_nothing_inside_the_network_is_asked(
    web: BadServer, place: Place, first: tuple[int, dict[str, Any], str, float]
) -> None:
    hosts = {seen.host for seen in web.seen}
    assert all(host.endswith(".example") for host in hosts), hosts
    links = place.links("inside")
    assert len(links) == 4
    assert {link[:2] for link in links.values()} == {("failed", "blocked_address")}


def test_a_page_that_broke_off_is_asked_again_and_one_that_is_gone_is_not(
    place: Place, first: tuple[int, dict[str, Any], str, float]
) -> None:
    assert place.links("drop")["http://drop.example/b"] == ("pending", "connection_failed", 1)
    assert place.links("drop")["http://drop.example/c"][0] == "fetched"
    assert place.links("gone")["http://gone.example/b"] == ("failed", "gone", 1)


def test_links_to_other_peoples_broken_hosts_do_not_make_a_source_fail(
    place: Place, first: tuple[int, dict[str, Any], str, float]
) -> None:
    links = place.links("mixed")
    assert links["http://mixed.example/a"][0] == "fetched"
    assert links["http://norobots.example/elsewhere"] == ("pending", "robots_disallowed", 1)  # counted: not for ever
    assert links["http://busy.example/elsewhere"] == ("pending", "", 0)  # asked to wait: not to blame


def test_every_request_names_the_product_and_a_contact(
    web: BadServer, first: tuple[int, dict[str, Any], str, float]
) -> None:
    agents = {seen.headers["user-agent"] for seen in web.seen}
    assert len(agents) == 1
    assert agents.pop().endswith("(+https://digest.example/about)")
    assert not any("cookie" in seen.headers or "referer" in seen.headers for seen in web.seen)


def test_the_second_crawl_asks_only_for_what_is_missing(
    web: BadServer, place: Place, first: tuple[int, dict[str, Any], str, float]
) -> None:
    before = len(web.seen)
    web.page("cut.example", "/feed", rss([(f"http://cut.example/{n}", "t", "") for n in range(3)]), "text/xml")
    place.crawl(
        "--source",
        "good",
        "--source",
        "limit",
        "--source",
        "drop",
        "--source",
        "cut",
        "--source",
        "map",
        "--source",
        "list",
    )
    again = web.seen[before:]
    assert sorted(set(web.paths("good.example", before))) == ["/feed", "/robots.txt"]
    assert all(
        "if-none-match" in seen.headers
        for seen in again
        if seen.host in ("good.example", "map.example", "list.example")
    )
    # 429 said two hours and the clock stands still: the host is not asked at all.
    assert web.paths("limit.example", before) == []
    assert set(web.paths("drop.example", before)) == {"/robots.txt", "/feed", "/b"}
    # The feed was cut off the first time, so its ETag was not kept.
    cut = [seen for seen in again if (seen.host, seen.path) == ("cut.example", "/feed")]
    assert ["if-none-match" in seen.headers for seen in cut] == [False]
    assert sorted(web.paths("map.example", before)) == ["/news.xml.gz", "/robots.txt", "/sitemap.xml"]
    assert sorted(web.paths("list.example", before)) == ["/list.html", "/list2.html", "/robots.txt"]
