"""Rules for pages of links, found from the page alone: which elements are items, and where they keep link, title and date."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from crawler.curation.layout import Layout, propose_listing
from crawler.spiders.listing import read_listing

NOW = dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC)
URL = "https://www.city.example/news/"
MENU = (
    "<nav><ul>"
    + "".join(f'<li><a href="/m{n}">Department number {n} of the city</a></li>' for n in range(9))
    + "</ul></nav>"
)


def propose(body: str, zone: str = "Asia/Tokyo", menu: str = MENU) -> Layout | None:
    return propose_listing(f"<html><body>{menu}{body}</body></html>", URL, zone=ZoneInfo(zone), now=NOW)


def rows(template: str, items: list[tuple[str, str]]) -> str:
    return "".join(template.format(n=n, date=date, title=title) for n, (date, title) in enumerate(items))


CARD = (
    '<article class="post-{n} post"><a href="/n/{n}"><img src="x.jpg"></a><a href="/topic/heat">Heat and housing</a>'
    '<h3><a href="/n/{n}">{title}</a></h3><time>{date}</time><a href="/n/{n}">Read more</a></article>'
)
JA = [
    ("令和8年11月20日", "姉妹都市の市長が市役所を訪問しました"),
    ("令和8年11月3日", "国際交流員を募集します"),
    ("令和8年10月30日", "友好都市提携四十周年の式典"),
]
EN = [
    ("12 November 2026", "Mayors meet to discuss heat"),
    ("3 November 2026", "Housing pact signed by twelve cities"),
    ("28 October 2026", "Call for twin town proposals"),
]
KO = [
    ("2026.11.20", "자매도시 대표단 방문 행사 안내"),
    ("2026.11.12", "우호도시 협약 체결식 개최 결과"),
    ("2026.10.30", "해외도시 초청 연수 참가자 모집"),
]


@pytest.mark.parametrize(
    ("name", "items", "before", "template", "after"),
    [
        ("list", JA, '<ul class="news">', '<li><span>{date}</span><a href="{n}.html">{title}</a></li>', "</ul>"),
        ("definitions", JA, '<dl id="info">', '<dt>{date}</dt><dd><a href="{n}.html">{title}</a></dd>', "</dl>"),
        (
            "cards",
            EN,
            '<div class="grid">',
            CARD,
            "</div>",
        ),
        (
            "table",
            KO,
            '<table class="board">',
            '<tr><td>{n}</td><td class="subject"><a href="view.do?seq={n}">{title}</a></td><td>국제협력과</td><td>{date}</td></tr>',
            "</table>",
        ),
        ("lines", EN, '<div class="list">', '<p>{date} - <a href="/a{n}">{title}</a></p>', "</div>"),
        (
            "whole card is a link",
            KO,
            '<div class="box">',
            '<a class="item" href="/art_{n}.html"><p class="tit">{title}</p><span class="time">{date}</span></a>',
            "</div>",
        ),
        (
            "months apart",
            EN,
            "",
            '<h2>A month</h2><ul class="month"><li><b>{date}</b> <a href="/a{n}">{title}</a></li></ul>',
            "",
        ),
    ],
)
def test_items_titles_and_dates_are_found_in_lists_of_many_builds(
    name: str, items: list[tuple[str, str]], before: str, template: str, after: str
) -> None:
    body = before + rows(template, items) + after
    found = propose(body)

    assert found, name
    assert [(sight.title, sight.date.rstrip(" -")) for sight in found.sights] == [
        (title, date) for date, title in items
    ]
    assert (found.items, found.dated) == (3, 3)
    # The rule is worth what the reader makes of it, on the same page and on one with more items.
    more = (
        body.replace(
            after,
            rows(template, [*items, ("1 January 2026", "A fourth one that came later")])[len(rows(template, items)) :]
            + after,
        )
        if after
        else body
    )
    reading = read_listing(
        f"<html><body>{MENU}{more}</body></html>".encode(), URL, found.selectors, "text/html; charset=utf-8"
    )
    assert [item.hints.title for item in reading.found][:3] == [title for _, title in items]
    assert len(reading.found) == (4 if after else 3)


def test_a_stated_date_and_a_full_title_are_preferred_to_short_ones() -> None:
    items = [
        ("11-20", "市长会见友好城市代表团一行并出席签约仪式"),
        ("11-12", "国际友好城市合作论坛在我市隆重开幕"),
        ("10-30", "友城青少年交流夏令营圆满闭幕"),
    ]
    template = '<li><a href="/t{n}.html" title="{title}">{title:.8}…</a><span>[{date}]</span></li>'
    found = propose(f"<ul class='list'>{rows(template, items)}</ul>", zone="Asia/Shanghai")

    assert found
    assert [sight.title for sight in found.sights] == [title for _, title in items]
    assert found.dated == 3


def test_a_date_in_a_title_is_not_the_date_of_the_item() -> None:
    titles = ["Forum on 7 July 2027", "Visit of 3 May 2027", "Fair from 9 June 2027"]
    template = '<li class="n"><a href="/x{n}">{title}</a> <em>{date}</em></li>'
    found = propose(f"<ul>{rows(template, [(date, title) for (date, _), title in zip(EN, titles, strict=True)])}</ul>")

    assert found
    assert [sight.date for sight in found.sights] == [date for date, _ in EN]


def test_undated_titles_are_items_and_menus_are_not() -> None:
    titles = ["Sister city youth exchange returns", "Mayors sign a climate declaration", "Delegation from the north visits",
              "New friendship agreement agreed", "Forum of cities opens on Monday"]  # fmt: skip
    body = (
        "<section class='stories'>"
        + rows('<p><a href="/s{n}">{title}</a></p>', [("", title) for title in titles])
        + "</section>"
    )
    found = propose(body)

    assert found
    assert [sight.title for sight in found.sights] == titles
    assert found.selectors.date is None
    assert propose("<p>Welcome to the city.</p>") is None


def test_the_next_page_is_found_by_relation_or_by_word() -> None:
    body = "<ul class='news'>" + rows('<li><i>{date}</i><a href="{n}.html">{title}</a></li>', JA) + "</ul>"
    by_relation = propose(body + '<a rel="next" href="?p=2">2</a>')
    by_word = propose(body + '<p><a href="?p=1">1</a> <a href="?p=2">2</a> <a href="?p=2">次へ &gt;</a></p>')
    none = propose(body + '<p><a href="/shisei">次の百年へ</a></p>')

    assert by_relation
    assert by_word
    assert none
    for found, follows in ((by_relation, True), (by_word, True), (none, False)):
        page = f"<html><body>{body}<a rel='next' href='?p=2'>次へ &gt;</a></body></html>".encode()
        reading = read_listing(page, URL, found.selectors, "text/html; charset=utf-8")
        assert bool(reading.follow) is follows


@pytest.mark.parametrize(
    "page", ["", "<", "<html></html>", "<a href='x'>", "<ul>" + "<li>" * 5000, "<div>" * 3000 + "<a href=/x>y</a>"]
)
def test_odd_pages_have_no_rule_and_do_no_harm(page: str) -> None:
    assert propose_listing(page, URL, zone=ZoneInfo("UTC"), now=NOW) is None
