"""The invented ten years that the speed of the archive is measured on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bench.speed.archive import differing, misses
from bench.speed.shelf import make_shelf
from pipeline.knowledge.lexicon import load_lexicon
from pipeline.model import Shelf

WEEKS, STORIES = 12, 300


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return make_shelf(WEEKS, STORIES, load_lexicon())


def test_the_same_numbers_give_the_same_shelf(shelf: Shelf) -> None:
    assert make_shelf(WEEKS, STORIES, load_lexicon()) == shelf


def test_every_story_is_in_the_issue_of_its_week(shelf: Shelf) -> None:
    fresh = [card.story_id for issue in shelf.issues for card in issue.cards if not card.follow_up]
    assert len(shelf.issues) == WEEKS
    assert sorted(fresh) == sorted(card.story_id for card in shelf.cards)
    assert len(set(fresh)) == STORIES


def test_a_shelf_has_all_that_weighs_in_an_archive(shelf: Shelf) -> None:
    cities = Counter(city for card in shelf.cards for city in card.cities)
    assert cities.most_common(1)[0][1] > 5 * sorted(cities.values())[len(cities) // 2], (
        "a few cities in very many stories"
    )
    assert any(len(card.sources) > 6 for card in shelf.cards)
    assert any(source.copies for card in shelf.cards for source in card.sources)
    assert any(card.conflicts for card in shelf.cards)
    assert any(issue.follow_ups and issue.calendar and issue.agreements and issue.meetings for issue in shelf.issues)
    assert shelf.redirects


def test_every_missed_goal_is_told() -> None:
    good = {"stories": 12_480, "seconds": 1.0, "peak_mb": 1, "written_again": 0, "differing": []}
    assert misses(good) == []
    for bad in ({"seconds": 61.0}, {"peak_mb": 501}, {"written_again": 1}, {"differing": ["index.html"]}):
        assert len(misses(good | bad)) == 1
    assert misses(good | {"stories": 1248, "seconds": 16.7}) == []
    assert len(misses(good | {"stories": 1248, "seconds": 16.9})) == 1


def test_files_differ_in_bytes_or_by_being_alone(tmp_path: Path) -> None:
    for folder, name, text in (
        ("a", "same", "x"),
        ("b", "same", "x"),
        ("a", "other", "x"),
        ("b", "other", "y"),
        ("b", "new", ""),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(text, "utf-8")
    assert differing(tmp_path / "a", tmp_path / "b") == ["new", "other"]
