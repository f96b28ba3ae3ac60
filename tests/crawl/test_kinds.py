"""WordPress sites, JSON answers and listings with documents, crawled as an operator's files describe them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from badserver import BadServer, article
from place import Place

from pipeline.model import Media, RawPage
from pipeline.text.media import media_of
from pipeline.text.urls import address_id

POSTS = [
    {"link": f"http://hub.example/{n}/", "date_gmt": "2026-11-02T01:00:00", "title": {"rendered": f"Post {n}"}}
    for n in range(2)
]
LISTING = """<html lang="ja"><meta charset="utf-8"><h2>令和7年度</h2><ul>
<li>【報道発表】1月8日 国際課 <a href="{n}/visit.html">市長が姉妹都市を訪問</a></li>
<li>【報道発表】12月3日 国際課 <a href="{n}/memo.pdf">覚書の全文</a></li>
<li>【報道発表】4月1日 総務課 <a href="{n}/download?id=7">派遣団の名簿</a></li></ul><a rel="next" href="list2.html">次へ</a></html>"""
JSON_RULES = """
[fields]
items = "data[?kind == 'press']"
link = "path"
title = "name"
date = "at"
next_page = "next"
max_pages = 2
"""
LISTING_RULES = """
zone = "Asia/Tokyo"
[selectors]
item = "//ul/li"
link = "./a/@href"
title = "./a"
date = "./text()"
date_pattern = '\\d+月\\d+日'
year = "h2"
next_page = "//a[@rel='next']"
max_pages = 2
"""


@pytest.fixture(scope="module")
def web(server: BadServer) -> BadServer:
    def give_posts(answer: Any) -> None:
        answer.give(json.dumps(POSTS).encode(), "application/json; charset=UTF-8")

    server.whole_path["hub.example", "/wp-json/wp/v2/posts"] = give_posts
    for number in range(4):
        items = [
            {"kind": kind, "path": f"/{kind}/{number}", "name": f"News {number}", "at": 1793609400 + number}
            for kind in ("press", "job")
        ]
        answer = {"data": items, "next": f"/v1/news?page={number + 1}"}
        server.page("api.example", f"/v1/news?page={number}", json.dumps(answer), "application/json")
        server.page("api.example", f"/press/{number}", article(f"News {number}"))
        server.page("hub.example", f"/{number}/", article(f"Post {number}"))
    for number in ("", "2"):
        server.page("docs.example", f"/list{number}.html", LISTING.format(n=number or "1"))
        server.page("docs.example", f"/{number or '1'}/visit.html", article("visit"))
        server.page("docs.example", f"/{number or '1'}/download?id=7", b"%PDF-1.7 names", "application/pdf")
    return server


@pytest.fixture(scope="module")
def place(web: BadServer, make_place: Callable[[str], Place]) -> Place:
    made = make_place("kinds")
    made.configure(rehearsal={"allow_loopback": True, "proxy": web.url})
    made.source("hub", "http://hub.example/", "wordpress")
    made.source("api", "http://api.example/v1/news?page=0", "json_api", JSON_RULES)
    made.source("docs", "http://docs.example/list.html", "listing", LISTING_RULES)
    return made


@pytest.fixture(scope="module")
def first(place: Place) -> tuple[int, dict[str, Any], str]:
    return place.crawl()


def page(place: Place, url: str) -> RawPage:
    (found,) = place.inbox.pages([address_id(url)])
    return found


def test_every_kind_yields_its_items(place: Place, first: tuple[int, dict[str, Any], str]) -> None:
    code, _, errors = first
    assert code == 0, errors
    assert set(place.links("hub")) == {"http://hub.example/0/", "http://hub.example/1/"}
    assert set(place.links("api")) == {f"http://api.example/press/{number}" for number in range(2)}
    assert len(place.links("docs")) == 6
    states = {state for source in ("hub", "api", "docs") for state, *_ in place.links(source).values()}
    assert states == {"fetched"}


def test_hints_come_from_the_answers(place: Place, first: tuple[int, dict[str, Any], str]) -> None:
    post, news = page(place, "http://hub.example/1/").hints, page(place, "http://api.example/press/1").hints
    assert (post.title, post.published, post.published_from) == ("Post 1", "2026-11-02T01:00:00Z", "api")
    assert (news.title, news.published, news.published_from) == ("News 1", "2026-11-02T08:50:01Z", "api")
    assert page(place, "http://docs.example/2/visit.html").hints.published == "2026-01-08"


def test_documents_are_recorded_and_those_known_by_their_address_never_asked_for(
    web: BadServer, place: Place, first: tuple[int, dict[str, Any], str]
) -> None:
    assert not [path for path in web.paths("docs.example") if path.endswith(".pdf")]
    for url, title, day in (
        ("http://docs.example/1/memo.pdf", "覚書の全文", "2025-12-03"),
        ("http://docs.example/1/download?id=7", "派遣団の名簿", "2025-04-01"),
    ):
        kept = page(place, url)
        assert media_of(kept.header("content-type")) is Media.PDF
        assert (kept.body, kept.hints.title, kept.hints.published) == (b"", title, day)


def test_a_second_crawl_asks_for_no_article_again(
    web: BadServer, place: Place, first: tuple[int, dict[str, Any], str]
) -> None:
    before, since = place.rows("page"), len(web.seen)
    code, _, errors = place.crawl()
    assert code == 0, errors
    asked = {seen.path.partition("?")[0] for seen in web.seen[since:]}
    assert asked <= {"/robots.txt", "/wp-json/wp/v2/posts", "/v1/news", "/list.html", "/list2.html"}
    assert place.rows("page") == before
