"""Ties and anniversaries as readers see them: in the issue, in the mail, on the pages of cities and pairs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from types import ModuleType

import msgspec
import pytest

from pipeline.knowledge.editions import Edition
from pipeline.model import Anniversary, CompleteTies, Issue, Letter, Shelf, Tie, TieKind
from pipeline.render import render_letter

Build = Callable[..., dict[str, bytes]]
PAGE, OLD = "https://city.example/ties?x=1&y=2", "https://old.example/"
READ = dt.date(2026, 11, 22)
KOBE, TIANJIN, BUSAN, FUKUOKA, PARIS = (
    "geonames:1859171", "geonames:1792947", "geonames:1838524", "geonames:1863967", "geonames:2988507",
)  # fmt: skip
TIES = (
    Tie(a=TIANJIN, b=KOBE, kind=TieKind.FRIENDSHIP, since="1973-06-24", source=PAGE, retrieved=READ),
    Tie(a=BUSAN, b=FUKUOKA, kind=TieKind.SISTER, since="2007-02", source=PAGE, retrieved=READ),
    Tie(a=BUSAN, b=KOBE, kind=TieKind.MOU, since="1990", until="2018-10-02", source=OLD, retrieved=READ),
    Tie(a=KOBE, b=PARIS, kind=TieKind.SISTER, source="javascript:alert(1)", retrieved=READ),
)
AHEAD = (
    Anniversary(a=TIANJIN, b=KOBE, kind=TieKind.FRIENDSHIP, since="1973-06-24", years=55, source=PAGE),
    Anniversary(a=BUSAN, b=FUKUOKA, kind=TieKind.SISTER, since="1989", years=40, source=OLD),
)


@pytest.fixture(scope="module")
def shelf(sample: ModuleType) -> Shelf:
    full: Shelf = sample.SHELF
    *others, last = full.issues
    return msgspec.structs.replace(
        full,
        issues=(*others, msgspec.structs.replace(last, anniversaries=AHEAD)),
        ties=TIES,
        complete_ties=(CompleteTies(city=TIANJIN, source="https://all.example/", retrieved=READ),),
    )


@pytest.fixture(scope="module")
def pages(build: Build, shelf: Shelf) -> dict[str, str]:
    return {path: body.decode() for path, body in build(shelf).items() if path.endswith(".html")}


@pytest.fixture(scope="module")
def issue(shelf: Shelf) -> Issue:
    return shelf.issues[-1]


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_an_issue_names_what_lies_ahead_in_both_languages(pages: dict[str, str], issue: Issue) -> None:
    """Section 7: when, who, how many years, since when, and the page that says so."""
    ja, en = (words(pages[f"issues/{issue.week}/{code}.html"]) for code in ("ja", "en"))
    for part in ("これからの周年", "2028年6月24日（土）", "55周年", "友好都市（1973年6月24日提携）", "city.example"):
        assert part in ja
    for part in ("Anniversaries ahead", "Sat 24 June 2028", "55 years", "friendship cities, since 24 Jun 1973"):
        assert part in en


def test_a_year_stays_a_year_and_says_so(pages: dict[str, str], issue: Issue) -> None:
    assert "2029年 年まで判明" in words(pages[f"issues/{issue.week}/ja.html"])
    assert '<time datetime="2029">2029</time>' in pages[f"issues/{issue.week}/en.html"]
    assert "sister cities, since 1989" in words(pages[f"issues/{issue.week}/en.html"])


def test_an_issue_without_anniversaries_has_no_such_section(pages: dict[str, str], shelf: Shelf) -> None:
    assert "これからの周年" not in words(pages[f"issues/{shelf.issues[0].week}/ja.html"]).replace("周年の一覧", "")


@pytest.mark.parametrize("position", [0, 1])
def test_both_parts_of_the_mail_have_them_with_their_addresses(
    sample: ModuleType, editions: list[Edition], shelf: Shelf, issue: Issue, position: int
) -> None:
    """M4."""
    letter: Letter = render_letter(issue, shelf, sample.LEXICON, editions[position], base_url="", sender=sample.SENDER)
    wanted = (("2028年6月24日", "55周年", "天津"), ("24 June 2028", "55 years", "Tianjin"))[position]
    text = " ".join(letter.text.split())
    for part in wanted:
        assert part in text
        assert part in words(letter.html)
    assert PAGE in letter.text
    assert PAGE in unescape(letter.html)


def test_a_citys_page_shows_its_ties_with_kind_dates_and_proof(pages: dict[str, str]) -> None:
    ja, en = (words(pages[f"cities/geonames-1859171/{code}.html"]) for code in ("ja", "en"))
    assert "友好都市 1973年6月24日 継続中 city.example 2026年11月22日確認" in ja
    assert "覚書・協定 1990年 年まで判明 2018年10月2日 old.example" in ja
    assert "friendship cities 24 Jun 1973 in force city.example read on 22 Nov 2026" in en
    assert en.index("friendship cities") < en.index("memorandum of understanding"), "what holds comes first"
    row = next(
        line
        for line in pages["cities/geonames-1859171/ja.html"].splitlines()
        if "2026年11月22日確認" in line and "天津" in line
    )
    assert "神戸" not in row, "the page is about it"
    assert '<a href="../../pairs/geonames-1792947--geonames-1859171/ja.html">友好都市</a>' in row


def test_a_tie_without_a_beginning_says_so_and_no_other_address_becomes_a_link(pages: dict[str, str]) -> None:
    page = pages["cities/geonames-2988507/ja.html"]
    assert "姉妹都市 日付不明 継続中" in words(page)
    assert "javascript:" not in page


def test_a_city_whose_every_tie_is_known_says_who_says_so(pages: dict[str, str]) -> None:
    page = pages["cities/geonames-1792947/en.html"]
    assert "These are all of the city’s ties." in words(page)
    assert 'href="https://all.example/"' in page


def test_a_city_of_which_one_kind_is_known_whole_says_which(build: Build, shelf: Shelf) -> None:
    of_kinds = tuple(
        CompleteTies(city=TIANJIN, kind=kind, source=f"https://{kind}.example/", retrieved=READ)
        for kind in (TieKind.FRIENDSHIP, TieKind.SISTER)
    )
    tree = build(msgspec.structs.replace(shelf, complete_ties=of_kinds))
    page = tree["cities/geonames-1792947/ja.html"].decode()
    assert "姉妹都市はここにすべて挙げています。 出典 友好都市はここにすべて挙げています。 出典" in words(page)
    assert 'href="https://sister.example/"' in page


def test_a_pairs_page_shows_its_ties(pages: dict[str, str]) -> None:
    path = "pairs/geonames-1792947--geonames-1859171/ja.html"
    assert "友好都市 1973年6月24日 継続中" in words(pages[path])


def test_the_page_of_anniversaries_has_all_as_of_the_latest_issue(build: Build, shelf: Shelf) -> None:
    late = msgspec.structs.replace(shelf.issues[-1], last_day=dt.date(2027, 1, 3))
    tree = build(msgspec.structs.replace(shelf, issues=(*shelf.issues[:-1], late)))
    page = words(tree["anniversaries/ja.html"].decode())
    assert "2028年6月24日（土）" in page
    assert "55周年" in words(tree["pairs/geonames-1792947--geonames-1859171/ja.html"].decode())
    assert "2027年2月 月まで判明" in page
    assert "20周年" in page
    assert "覚書" not in page, "what ended has no anniversary"


def test_cities_of_one_name_are_told_apart_by_their_country(build: Build, sample: ModuleType, shelf: Shelf) -> None:
    """In Japanese, Oakland and Auckland are both オークランド; here Lyon borrows the name of Kyoto."""
    lyon = msgspec.structs.replace(sample.LEXICON.cities["geonames:2996944"], names={"en": "Kyoto", "ja": "京都"})
    ties = tuple(
        Tie(a="geonames:1857910", b=b, kind=TieKind.SISTER, since="1978", source=PAGE, retrieved=READ)
        for b in (KOBE, "geonames:2996944")
    )
    cities = sample.LEXICON.cities | {lyon.id: lyon}
    known, sample.LEXICON.cities = sample.LEXICON.cities, cities
    try:
        page = words(build(msgspec.structs.replace(shelf, ties=ties))["anniversaries/ja.html"].decode())
    finally:
        sample.LEXICON.cities = known
    assert "京都（日本）" in page
    assert "京都（フランス）" in page
    assert "神戸（日本）" not in page


def test_without_ties_nothing_of_it_is_there(tree: dict[str, bytes]) -> None:
    assert "最新号の時点で、18か月以内に節目を迎える提携はありません。" in tree["anniversaries/ja.html"].decode()
    assert "継続中" not in tree["cities/geonames-1859171/ja.html"].decode()
