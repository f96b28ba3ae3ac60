"""What the benches of grouping notice."""

from __future__ import annotations

from typing import Any

import pytest

from bench.quality.grouping import Shelf, _halves, _Remembering
from bench.speed.articles import make_articles
from bench.speed.group import timed
from pipeline.model import Member, Story


def story(number: int, *articles: str, similarity: float = 1.0) -> Story:
    members = tuple(Member(article_id=article, reason="first", similarity=similarity) for article in articles)
    return Story(id=f"s{number}", members=members)


def by_id(*stories: Story) -> dict[str, Story]:
    return {one.id: one for one in stories}


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(None, None)  # type: ignore[arg-type]  # nothing is read


def test_growth_and_merges_are_no_loss(shelf: Shelf) -> None:
    shelf._compare(by_id(story(1, "a"), story(2, "b")), by_id(story(1, "a", "b", "c")), {"s2": "s1"})
    assert (shelf.standing, shelf.lost_ids, shelf.changed_bytes) == (2, 0, 0)


def test_a_story_that_vanishes_or_loses_a_member_is_noticed(shelf: Shelf) -> None:
    shelf._compare(by_id(story(1, "a"), story(2, "b", "c")), by_id(story(2, "b"), story(3, "a", "c")), {})
    assert shelf.lost_ids == 2
    assert len(shelf.faults) == 2


def test_a_story_that_changes_without_gaining_is_noticed(shelf: Shelf) -> None:
    shelf._compare(by_id(story(1, "a", "b")), by_id(story(1, "a", "b", similarity=0.5)), {})
    assert (shelf.lost_ids, shelf.changed_bytes) == (0, 1)


def test_rows_without_halves_are_scored_together() -> None:
    assert _halves([{"id": 1}, {"id": 2}]) == [("", [{"id": 1}, {"id": 2}])]
    assert [name for name, _ in _halves([{"half": "fit"}, {"half": "blind"}])] == ["blind.", "fit."]


def test_a_text_is_embedded_once() -> None:
    import numpy as np

    class Counting:
        name = "counting 1"
        read: list[str] = []

        def embed(self, texts: Any) -> Any:
            self.read += texts
            return np.array([[len(text), 0.0] for text in texts], np.float32)

    remembering = _Remembering(Counting())
    assert remembering.embed(["aa", "b", "aa"]).tolist() == [[2, 0], [1, 0], [2, 0]]
    remembering.embed(["b"])
    assert Counting.read == ["aa", "b"]


def test_time_within_a_timed_function_counts_once() -> None:
    spent = {"outer": 0.0, "inner": 0.0}
    running: list[str] = []
    inner = timed(lambda: None, "inner", spent, running)
    timed(inner, "outer", spent, running)()
    assert spent["outer"] > 0
    assert spent["inner"] == 0


def test_invented_articles_are_always_the_same_and_as_long_as_real_ones() -> None:
    made = make_articles(60, 28)
    assert [one.article for one in made] == [one.article for one in make_articles(60, 28)]
    assert len({one.article.id for one in made}) == 60
    longest = {one.article.language: 0 for one in made}
    for one in made:
        longest[one.article.language] = max(longest[one.article.language], len(one.article.text))
    assert longest["en"] >= 1_500
    assert max(longest.values()) < 4_000
