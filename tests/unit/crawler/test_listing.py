"""Listing pages beyond the simplest: XPath, dates inside sentences, years that stand above their items, pages that follow."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.spiders import listing
from crawler.spiders.listing import check_selector, read_listing
from crawler.spiders.reading import MAX_ITEMS, Unreadable
from crawler.spiders.years import Year, read_year
from pipeline.errors import Reason
from pipeline.model import Selectors

URL = "https://city.example/press/index.html"

PRESS = """<html lang="ja"><head><meta charset="utf-8"></head><body><div id="main">
<h2>令和7年度の記者発表資料</h2><ul class="news">
<li><a href="r07/0110.html">見本市長がリヨン市長と会談しました</a><span class="d">1月10日</span></li>
<li><a href="r07/1020.html">姉妹都市リヨンへ代表団を派遣します</a><span class="d">10月20日（月曜日）</span></li></ul>
<h2>令和6年度の記者発表資料</h2><ul class="news">
<li><a href="r06/0331.html">姉妹都市提携60周年記念事業の結果について</a><span class="d">3月31日</span></li>
<li><a href="r06/0401.pdf">組織改正について（PDF：120KB）</a><span class="d">令和6年4月1日</span></li></ul>
</div></body></html>"""
SELECTORS = Selectors(item="ul.news li", link="a", title="a", date=".d", year="h2")


def dates(page: str, selectors: Selectors, zone: str = "Asia/Tokyo") -> list[str]:
    return [found.hints.published for found in read_listing(page.encode(), URL, selectors, zone=zone).found]


# ----------------------------------------------------------------------------------------------------------------- years


@pytest.mark.parametrize("year", ["h2", "//h2", "h2::text", "//div[@id='main']/h2/text()"])
def test_a_heading_gives_its_fiscal_year_to_the_items_below_it(year: str) -> None:
    selectors = Selectors(item="ul.news li", link="a", title="a", date=".d", year=year)
    assert dates(PRESS, selectors) == ["2026-01-10", "2025-10-20", "2025-03-31", "令和6年4月1日"]


def test_without_a_year_selector_dates_stay_as_listed() -> None:
    assert dates(PRESS, Selectors(item="ul.news li", link="a", title="a", date=".d"))[0] == "1月10日"


def test_an_attribute_around_the_items_may_state_their_year() -> None:
    page = """<section data-y="2025"><p><a href="/1">One</a> <i>5 Nov</i></p></section>
    <section data-y="2024"><p><a href="/2">Two</a> <i>29 February</i></p><p><a href="/3">Three</a> <i>Nov 5, 14:30</i></p></section>"""
    selectors = Selectors(item="p", date="i", year="section::attr(data-y)")
    assert dates(page, selectors, "Europe/Paris") == ["2025-11-05", "2024-02-29", "2024-11-05T14:30:00"]


def test_a_year_beside_the_date_within_the_item_counts() -> None:
    page = '<table><tr><td class=y>2025</td><td class=d>07-09</td><td><a href="/1">A</a></td></tr></table>'
    assert dates(page, Selectors(item="tr", date=".d", year=".y"), "Asia/Shanghai") == ["2025-07-09"]


def test_a_year_below_the_items_is_none_of_theirs() -> None:
    page = '<ul><li><b>10月3日</b><a href="/1">A</a></li></ul><p class=y>令和7年度</p>'
    assert dates(page, Selectors(item="li", date="b", year=".y")) == ["10月3日"]


def test_a_day_that_the_year_does_not_have_stays_as_listed() -> None:
    page = '<h2>2025年</h2><ul><li><b>2月29日</b><a href="/1">A</a></li></ul>'
    assert dates(page, Selectors(item="li", date="b", year="h2")) == ["2月29日"]


def test_a_heading_without_a_year_leaves_the_one_before_it() -> None:
    page = '<h2>2025年</h2><h2>お知らせ</h2><ul><li><b>2月3日</b><a href="/1">A</a></li></ul>'
    assert dates(page, Selectors(item="li", date="b", year="h2")) == ["2025-02-03"]


@pytest.mark.parametrize(
    ("text", "month", "year"),
    [
        ("2025", 1, 2025),
        ("News 2025", 1, 2025),
        ("2025年", 12, 2025),
        ("2025년", 2, 2025),
        ("令和7年", 2, 2025),
        ("令和７年度", 2, 2026),
        ("令和7年度", 3, 2026),
        ("令和7年度", 4, 2025),
        ("令和7年度", 12, 2025),
        ("令和7（2025）年度", 1, 2026),
        ("2025（令和7）年度", 1, 2026),
        ("令和元年", 6, 2019),
        ("平成31年度", 1, 2020),
        ("R7年度", 1, 2026),
        ("民國114年", 1, 2025),
        ("2025年度", 1, 2026),
    ],
)
def test_years_are_read_in_every_count(text: str, month: int, year: int) -> None:
    found = read_year(text, "ja")
    assert found
    assert found.of(month) == year


def test_the_same_word_means_the_calendar_year_in_chinese() -> None:
    assert read_year("2025年度", "zh") == Year(number=2025)


@pytest.mark.parametrize("text", ["", "お知らせ", "第12回", "20250", "100.2025.7", "R2-D2x", "1899年"])
def test_other_words_state_no_year(text: str) -> None:
    assert read_year(text, "ja") is None


# ----------------------------------------------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("pattern", "published"),
    [
        ("", "【報道発表】令和7年7月8日 国際課"),
        (r"令和\d+年\d+月\d+日", "令和7年7月8日"),
        (r"】(.+?日)", "令和7年7月8日"),
        (r"(?:掲載日：(\S+)|】(\S+))", "令和7年7月8日"),
        (r"\d{4}-\d\d-\d\d", ""),
    ],
)
def test_a_pattern_takes_the_date_out_of_its_text(pattern: str, published: str) -> None:
    page = '<ul><li><a href="/1">A</a><p>【報道発表】令和7年7月8日 国際課</p></li></ul>'
    (found,) = read_listing(page.encode(), URL, Selectors(item="li", date="p", date_pattern=pattern)).found
    assert (found.hints.published, found.hints.published_from) == (published, "listing" if published else "")


def test_a_chinese_listing_in_gb2312_gives_titles_from_attributes_and_short_dates() -> None:
    page = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head><body><ul class="list">'
        '<li><a href="./202507/t1.html" title="样本市与横滨市签署友好合作备忘录">样本市与横滨市签署友好合作…</a><span>[07-09]</span></li>'
        '<li><a href="./202412/t2.html" title="市外办召开年度总结会">市外办召开年度总结会</a><span>[12-31]</span></li></ul></body></html>'
    )
    selectors = Selectors(item="ul.list li", title="a::attr(title)", date="span")
    reading = read_listing(page.encode("gb2312"), "https://fao.city.example/ycdt/", selectors, zone="Asia/Shanghai")
    assert [found.url for found in reading.found] == [
        "https://fao.city.example/ycdt/202507/t1.html",
        "https://fao.city.example/ycdt/202412/t2.html",
    ]
    assert reading.found[0].hints.title == "样本市与横滨市签署友好合作备忘录"
    assert [found.hints.published for found in reading.found] == ["[07-09]", "[12-31]"]


def test_a_title_that_its_selector_misses_is_the_text_of_the_link() -> None:
    page = b"<ul><li><a href=1.pdf><b>Memorandum <i>of</i> understanding</b></a></li></ul>"
    (found,) = read_listing(page, URL, Selectors(item="li")).found
    assert found.hints.title == "Memorandum of understanding"


# ----------------------------------------------------------------------------------------------------------------- XPath


def test_xpath_selects_as_css_does() -> None:
    selectors = Selectors(
        item="//ul[@class='news']/li", link="./a", title="./a/text()", date="(.//span[@class='d'])[1]"
    )
    reading = read_listing(PRESS.encode(), URL, selectors)
    css = read_listing(PRESS.encode(), URL, Selectors(item="ul.news li", link="a", date=".d"))
    assert reading.found == css.found


@pytest.mark.parametrize("link", ["//a/@href", "/a/@href", "(//a)[1]/@href", "./a"])
def test_inside_an_item_paths_begin_at_the_item(link: str) -> None:
    reading = read_listing(PRESS.encode(), URL, Selectors(item="ul.news li", link=link))
    assert len({found.url for found in reading.found}) == 4


def test_functions_that_give_strings_are_xpath_too() -> None:
    page = """<ul><li onclick="go('/news/7')"><b> Sister  cities </b></li></ul>"""
    selectors = Selectors(item="//li", link='(substring-before(substring-after(@onclick, "\'"), "\'"))', title="./b")
    (found,) = read_listing(page.encode(), URL, selectors).found
    assert (found.url, found.hints.title) == ("https://city.example/news/7", "Sister cities")


@pytest.mark.parametrize("selector", ["li:::x", "//li[", "./x:y", "(//a", "a::nothing", "", "li >"])
def test_wrong_selectors_are_complained_of(selector: str) -> None:
    assert check_selector(selector)


@pytest.mark.parametrize(
    "selector", ["li", "a::attr(href)", "::text", "//li", "./a/@href", "(//a)[1]", ".//a[re:test(@href, 'x')]"]
)
def test_right_selectors_pass(selector: str) -> None:
    assert check_selector(selector) == ""


@pytest.mark.parametrize("part", ["item", "link", "year"])
def test_an_xpath_that_fails_only_on_the_page_makes_a_bad_listing(part: str) -> None:
    fields = {"item": "ul.news li", "link": "a", "date": ".d", part: "//*[unknown(.)]"}
    with pytest.raises(Unreadable) as caught:
        read_listing(PRESS.encode(), URL, Selectors(**fields))
    assert caught.value.reason is Reason.BAD_LISTING


# ---------------------------------------------------------------------------------------------------------------- bounds


@pytest.mark.parametrize(
    "selector", ["a[rel=next]", "a[rel=next]::attr(href)", "//a[@rel='next']", "//a[@rel='next']/@href"]
)
def test_the_next_page_is_found_by_css_and_xpath(selector: str) -> None:
    page = '<ul><li><a href="/1">A</a></li></ul><a rel=next href="?p=2">次へ</a>'
    assert read_listing(page.encode(), URL, Selectors(item="li", next_page=selector)).follow == (f"{URL}?p=2",)


def test_more_items_than_anyone_lists_are_cut_in_little_time() -> None:
    item = '<h2>2025</h2><li><a href="/1">A</a><b>5 May</b></li>'
    started = time.monotonic()
    page = f"<ul>{item * 40_000}</ul>".encode()
    reading = read_listing(page, URL, Selectors(item="li", date="b", year="h2"), zone="Europe/Paris")
    assert len(reading.found) == MAX_ITEMS
    assert {found.hints.published for found in reading.found} == {"2025-05-05"}
    assert time.monotonic() - started < 10


def test_items_within_items_do_not_cost_their_square(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_NODES", 20_000)
    page = b"<ul><li><a href=/1>A</a><b>5 May</b><h2>2025</h2>" * 20_000
    found = read_listing(page, URL, Selectors(item="li", date="b", year="h2"), zone="Europe/Paris").found
    assert 0 < len(found) < 20  # each holds all that follow it


_PIECES = st.sampled_from(
    [*"<>/='\" ", "<ul>", "<li>", "<a href=", "<h2>", "2025年", "令和7年度", "5月3日", "</li>", "&#xD800;", "\0"]
)


@given(st.lists(_PIECES, max_size=40).map("".join) | st.text(max_size=100))
def test_nothing_but_unreadable_comes_out_of_garbage(text: str) -> None:
    with contextlib.suppress(Unreadable):
        reading = read_listing(text.encode("utf-8", "surrogatepass"), URL, FULL, zone="Asia/Tokyo")
        assert all(found.url for found in reading.found)


FULL = Selectors(item="li", link="a", title="(.//a)[1]", date="./text()", year="h2", next_page="//a/@href", max_pages=2)
