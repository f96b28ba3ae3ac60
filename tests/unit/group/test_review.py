"""Decisions near the threshold, for a person to look at."""

import random
from collections.abc import Callable

import msgspec
import pytest

from pipeline.group import group_at_once
from pipeline.group.review import Doubt, find_doubts
from pipeline.group.similarity import PENALTY_PER_DAY, scale_of
from pipeline.model import Constraint, Story, TaggedArticle

Make = Callable[..., TaggedArticle]
THRESHOLD = scale_of("").threshold


@pytest.fixture
def articles(make: Make) -> dict[str, TaggedArticle]:
    """A signing in two languages, a follow-up of it that is hardly alike, and an event that nobody confuses with them."""
    about = {"cities": ("porto", "niigata"), "events": ("sister-city-agreement",), "themes": ("trade-investment",)}
    made = [
        make("e1", "Porto and Niigata sign sister city agreement", language="en", **about),
        make("j1", "新潟市とポルト市が姉妹都市提携に調印", language="ja", **about),
        make(
            "f1",
            "Les vins du Douro à Niigata",
            language="fr",
            cities=("porto", "niigata"),
            networks=("wine",),
            day="2026-10-25",
        ),
        make("o1", "Riga hosts Baltic mayors", language="en", cities=("riga",), events=("mayors-dialogue",)),
    ]
    return {one.article.id: one for one in made}


@pytest.fixture
def stories(articles: dict[str, TaggedArticle]) -> tuple[Story, ...]:
    return group_at_once(list(articles.values())).stories


def sides(doubt: Doubt) -> list[set[str]]:
    return [{report.article_id for report in side.reports} for side in (doubt.a, doubt.b)]


def test_a_wide_band_shows_what_was_joined_and_what_was_kept_apart(
    articles: dict[str, TaggedArticle], stories: tuple[Story, ...]
):
    doubts = find_doubts(stories, articles, band=0.41)
    assert {(doubt.decided, *map(frozenset, sides(doubt))) for doubt in doubts} == {
        ("joined", frozenset({"e1"}), frozenset({"j1"})),
        ("apart", frozenset({"e1", "j1"}), frozenset({"f1"})),
    }
    assert [abs(d.similarity - THRESHOLD) for d in doubts] == sorted(abs(d.similarity - THRESHOLD) for d in doubts)
    for doubt in doubts:
        assert (doubt.a.story_id == doubt.b.story_id) == (doubt.decided == "joined")
        assert doubt.threshold == THRESHOLD
        assert doubt.a.reports[0].title == articles[doubt.a.reports[0].article_id].article.title
        assert doubt.a.reports[0].url.startswith("https://")


def test_a_narrow_band_shows_nothing_that_is_clear(articles: dict[str, TaggedArticle], stories: tuple[Story, ...]):
    assert find_doubts(stories, articles, band=0.0) == []


def test_signals_say_what_speaks_for_one_event_and_against_it(
    articles: dict[str, TaggedArticle], stories: tuple[Story, ...]
):
    apart = next(doubt for doubt in find_doubts(stories, articles, band=0.41) if doubt.decided == "apart")
    assert {"city:porto", "city:niigata"} <= apart.signals.keys()
    assert list(map(abs, apart.signals.values())) == sorted(map(abs, apart.signals.values()), reverse=True)


def test_days_between_speak_against(make: Make):
    first = make("a1", "Porto and Niigata sign", cities=("porto", "niigata"), day="2026-10-20")
    second = make("a2", "Niigata hears from Porto", cities=("porto", "niigata"), day="2026-10-24")
    both = {"a1": first, "a2": second}
    (doubt,) = find_doubts(group_at_once(list(both.values())).stories, both, band=1.0)
    assert doubt.signals["days apart"] == pytest.approx(-4 * PENALTY_PER_DAY)


def test_what_a_person_decided_is_not_asked_again(articles: dict[str, TaggedArticle], stories: tuple[Story, ...]):
    decided = [Constraint(a="e1", b="j1", together=True), Constraint(a="f1", b="j1", together=False)]
    assert find_doubts(stories, articles, band=0.41, constraints=decided) == []


def test_the_order_of_what_is_given_does_not_matter(articles: dict[str, TaggedArticle], stories: tuple[Story, ...]):
    shuffled = list(articles.items())
    random.Random(3).shuffle(shuffled)
    assert find_doubts(stories[::-1], dict(shuffled), band=0.41) == find_doubts(stories, articles, band=0.41)


def test_members_that_are_not_at_hand_are_passed_over(articles: dict[str, TaggedArticle], stories: tuple[Story, ...]):
    del articles["j1"]
    assert [sides(doubt) for doubt in find_doubts(stories, articles, band=0.41)] in ([], [[{"e1"}, {"f1"}]])
    assert find_doubts(stories, {}, band=0.41) == []


def test_a_doubt_is_one_line_of_json(articles: dict[str, TaggedArticle], stories: tuple[Story, ...]):
    doubt = find_doubts(stories, articles, band=0.41)[0]
    line = msgspec.json.encode(doubt)
    assert b"\n" not in line
    assert msgspec.json.decode(line, type=Doubt) == doubt
