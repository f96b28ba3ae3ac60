"""Accounts that differ between independent families."""

from collections.abc import Callable, Iterable

import pytest

from pipeline.group import find_conflicts
from pipeline.group.conflicts import participants
from pipeline.model import Conflict, TaggedArticle

Make = Callable[..., TaggedArticle]


def as_pairs(conflicts: Iterable[Conflict]):
    return {c.fact: [(a.value, a.article_ids) for a in c.accounts] for c in conflicts}


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("ja", "対話には約350人が参加した。", 350),
        ("ja", "市長ら３５０名が出席した。", 350),
        ("ko", "참가자는 1천 명이었다. 인구는 35만 명이다.", 1000),
        ("zh", "来自各国的350余名嘉宾参加了活动。", 350),
        ("zh", "20多位市长和代表齐聚一堂", 20),
        ("ko", "행사에는 350여 명이 참석했다.", 350),
        ("en", "About 1,350 guests from 20 countries came.", 1350),
        ("en", "Nearly 20 representatives of member states took part.", 20),
        ("en", "More than 350 city delegates met.", 350),
        ("fr", "Environ 350 participants se sont réunis.", 350),
        ("es", "Acudieron unos 350 delegados.", 350),
        ("ru", "Собрались около 350 участников.", 350),
        ("de", "Rund 350 Teilnehmende kamen.", 350),
        ("ja", "人口約350万人の都市から市長20人が参加した。", 20),
        ("ja", "この事故で12人が負傷した。", None),
        ("en", "The city of 350,000 inhabitants signed in 2026.", None),
        ("en", "It has been a partner for 20 years.", None),
    ],
)
def test_the_number_of_people_who_took_part_is_read(make: Make, language: str, text: str, count: int | None):
    assert participants(make("a", "Title", text, language=language)) == count


def test_families_that_differ_are_shown_each_with_its_articles(make: Make):
    articles = [
        make("a1", "対話", "約350人が参加した。", source="daily_ja", dates=("2026-10-20",)),
        make("a2", "Dialogue", "About 350 guests came.", source="daily_en", dates=("2026-10-20",)),
        make("a3", "Dialogue", "Nearly 20 representatives came.", source="wire", dates=(("2026-10-18", "2026-10-21"),)),
    ]
    conflicts = find_conflicts(articles, {"daily_ja": "daily", "daily_en": "daily"})
    assert as_pairs(conflicts) == {
        "event_date": [("2026-10-18/2026-10-21", ("a3",)), ("2026-10-20", ("a1", "a2"))],
        "participants": [("20", ("a3",)), ("350", ("a1", "a2"))],
    }


def test_one_family_has_one_voice(make: Make):
    articles = [
        make("a1", "A", "About 350 guests came.", source="one", dates=("2026-10-20",)),
        make("a2", "B", "Some 20 delegates came.", source="two", dates=("2026-10-22",), day="2026-10-21"),
    ]
    assert find_conflicts(articles, {"one": "daily", "two": "daily"}) == ()
    assert len(find_conflicts(articles, {})) == 2


def test_a_day_within_a_range_is_another_account(make: Make):
    articles = [
        make("a1", "A", "Text", dates=("2026-10-20",)),
        make("a2", "B", "Text", dates=(("2026-10-18", "2026-10-21"),)),
        make("a3", "C", "Text", dates=("2026-10-21",)),
    ]
    assert as_pairs(find_conflicts(articles, {})) == {
        "event_date": [("2026-10-18/2026-10-21", ("a2", "a3")), ("2026-10-20", ("a1",))]
    }


def test_rounded_figures_and_opening_days_are_no_conflict(make: Make):
    articles = [
        make("a1", "A", "352 guests came.", dates=("2026-10-20",)),
        make("a2", "B", "About 350 guests came.", dates=(("2026-10-20", "2026-10-23"),)),
    ]
    assert find_conflicts(articles, {}) == ()


def test_dates_of_other_happenings_are_no_conflict(make: Make):
    articles = [
        make("a1", "A", "Text", dates=("2026-10-20",)),
        make("a2", "B", "Text", dates=("1986-05-01",)),
        make("a3", "C", "Text", dates=("2026-11-05",)),
    ]
    assert find_conflicts(articles, {}) == ()


def test_the_order_of_articles_does_not_matter(make: Make):
    articles = [make(f"a{n}", "A", f"About {n}50 guests came.", dates=(f"2026-10-2{n}",)) for n in range(1, 4)]
    assert find_conflicts(articles, {}) == find_conflicts(articles[::-1], {})
