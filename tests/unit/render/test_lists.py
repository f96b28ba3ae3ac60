"""Long lists stay readable: capped in an issue, under titles that can be jumped to, by date where that is known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from types import ModuleType

import msgspec
import pytest

from pipeline.model import Issue, Override, OverrideKind, Tie, TieKind

Build = Callable[..., dict[str, bytes]]
KOBE, TIANJIN, BUSAN, FUKUOKA = "geonames:1859171", "geonames:1792947", "geonames:1838524", "geonames:1863967"


def text(tree: dict[str, bytes], path: str) -> str:
    return tree[path].decode()


def test_an_issue_shows_twenty_dates_and_folds_the_rest(sample: ModuleType, build: Build) -> None:
    """So that it prints on few sheets of A4 and still holds every date of its week (W8)."""
    *others, last = sample.SHELF.issues
    rows = last.calendar[:1] * 23
    page = text(
        build(msgspec.structs.replace(sample.SHELF, issues=(*others, _with(last, calendar=rows)))), _issue(last)
    )
    section = re.search(r'id="calendar".*?</section>', page, re.DOTALL)
    assert section
    shown, folded = section.group().split('<details class="rest">')
    assert shown.count("<tr><td") == 20
    assert folded.count("<tr><td") == 3
    assert "3 more dates" in folded


def test_a_region_that_is_too_long_is_split_by_country(
    sample: ModuleType, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = text(build(), "cities/en.html")
    assert 'class="jumps"' not in whole
    assert "Kobe, Japan" in whole
    monkeypatch.setattr("pipeline.render.pages.MOST_ROWS", 2)
    split = text(build(), "cities/en.html")
    jumps = re.findall(r'<a href="#(group-\d+-\d+)">Japan</a>', split)
    assert len(jumps) == 1
    assert f'<h3 id="{jumps[0]}">Japan</h3>' in split
    assert ">Kobe</a>" in split
    assert set(re.findall(r"cities/(geonames-\d+)|\.\./cities/(geonames-\d+)", whole)) == set(
        re.findall(r"cities/(geonames-\d+)|\.\./cities/(geonames-\d+)", split)
    )


def test_anniversaries_without_a_day_follow_those_of_their_year_that_have_one(sample: ModuleType, build: Build) -> None:
    year = sample.SHELF.issues[-1].last_day.year + 1
    ties = (
        _tie(TIANJIN, KOBE, f"{year - 20}"),
        _tie(BUSAN, FUKUOKA, f"{year - 25}-03-01"),
    )
    shelf = msgspec.structs.replace(sample.SHELF, ties=ties, complete_ties=())
    page = text(build(shelf), "anniversaries/en.html")
    places = [page.index(words) for words in (">Busan<", f"{year}, day not known", ">Tianjin<")]
    assert places == sorted(places)


def test_how_often_two_cities_met_leads_to_the_page_of_both(tree: dict[str, bytes]) -> None:
    """Every number leads to its rows."""
    page = text(tree, "cities/geonames-1859171/en.html")
    assert re.search(r'<a href="\.\./\.\./pairs/geonames-1792947--geonames-1859171/en.html">\d+ stor', page)


def test_an_edit_stands_on_the_cards_of_the_edition_whose_words_it_changed(sample: ModuleType, build: Build) -> None:
    card = sample.SHELF.issues[-1].leads[0]
    edit = Override(
        story_id=card.story_id,
        kind=OverrideKind.EDIT,
        day=dt.date(2026, 11, 10),
        reason="なぜか",
        headline={"ja": "新しい見出し"},
    )
    tree = build(msgspec.structs.replace(sample.SHELF, overrides=(edit,)))
    lead = {code: _lead(text(tree, _issue(sample.SHELF.issues[-1], code))) for code in ("ja", "en")}
    assert "なぜか" in lead["ja"]
    assert "なぜか" not in lead["en"]
    # The page of the story tells of every decision.
    assert "なぜか" in text(tree, f"stories/{card.story_id}/en.html")


def test_the_front_page_leaves_out_what_was_withdrawn(sample: ModuleType, build: Build) -> None:
    card = sample.SHELF.issues[-1].leads[0]
    gone = Override(story_id=card.story_id, kind=OverrideKind.RETRACT, day=dt.date(2026, 11, 10), reason="x")
    front = text(build(msgspec.structs.replace(sample.SHELF, overrides=(gone,))), "index.html")
    assert f"stories/{card.story_id}/" in text(build(), "index.html")
    assert f"stories/{card.story_id}/" not in front


def test_japanese_headlines_say_where_they_may_break(tree: dict[str, bytes], sample: ModuleType) -> None:
    """For browsers that do not know phrases (W7)."""
    story = sample.SHELF.issues[-1].leads[0].story_id
    headings = {code: re.search(r"<h1>.*?</h1>", text(tree, f"stories/{story}/{code}.html")) for code in ("ja", "en")}
    assert headings["ja"]
    assert "<wbr>" in headings["ja"].group()
    assert headings["en"]
    assert "<wbr>" not in headings["en"].group()


def test_issues_of_several_years_stand_under_their_years(sample: ModuleType, build: Build) -> None:
    first, *others = sample.SHELF.issues
    earlier = _with(first, week="2025-W42", first_day=dt.date(2025, 10, 13), last_day=dt.date(2025, 10, 19))
    page = text(build(msgspec.structs.replace(sample.SHELF, issues=(earlier, *others))), "weeks/en.html")
    assert page.index('href="#year-2026"') < page.index('href="#year-2025"') < page.index('id="year-2026"')
    assert page.index('id="year-2025"') < page.index("2025-W42")
    assert "#year-" not in text(build(), "weeks/en.html")


def _with(issue: Issue, **changes: object) -> Issue:
    return msgspec.structs.replace(issue, **changes)


def _issue(issue: Issue, code: str = "en") -> str:
    return f"issues/{issue.week}/{code}.html"


def _lead(page: str) -> str:
    found = re.search(r'<article class="card card-full".*?</article>', page, re.DOTALL)
    assert found
    return found.group()


def _tie(a: str, b: str, since: str) -> Tie:
    return Tie(
        a=a, b=b, kind=TieKind.SISTER, since=since, source="https://city.example/", retrieved=dt.date(2026, 11, 1)
    )
