"""Stories: one event in several languages, with an id that stays."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.group import group, story_id
from pipeline.model import ArticleClass, Story, TaggedArticle

Make = Callable[..., TaggedArticle]


def report(make: Make, article_id: str, title: str, language: str, day: str | None = "2026-10-20", **keywords: Any):
    about = {"cities": ("porto", "niigata"), "events": ("sister-city-agreement",), "themes": ("trade-investment",)}
    return make(article_id, title, title, language=language, day=day, **{**about, **keywords})


@pytest.fixture
def signing(make: Make) -> list[TaggedArticle]:
    """One signing in four languages, over three days."""
    return [
        report(make, "e1", "Porto and Niigata sign sister city agreement", "en"),
        report(make, "j1", "新潟市とポルト市が姉妹都市提携に調印", "ja"),
        report(make, "k1", "포르투·니가타 자매결연 체결", "ko", day="2026-10-21"),
        report(make, "f1", "Porto et Niigata signent un accord de jumelage", "fr", day="2026-10-22", themes=()),
    ]


@pytest.fixture
def others(make: Make) -> list[TaggedArticle]:
    return [
        report(
            make,
            "o1",
            "Riga hosts Baltic mayors",
            "en",
            cities=("riga",),
            events=("mayors-dialogue",),
            themes=("peace",),
        ),
        report(make, "o2", "杭州で国際フォーラム", "ja", cities=("hangzhou",), events=("summit-forum",), themes=()),
        report(
            make, "o3", "Lima envía ayuda a Quito", "es", cities=("lima", "quito"), events=("aid-relief",), themes=()
        ),
    ]


def members(stories: Iterable[Story]):
    return sorted(sorted(m.article_id for m in story.members) for story in stories)


def test_one_event_in_four_languages_is_one_story(signing: list[TaggedArticle], others: list[TaggedArticle]):
    stories = group([*signing, *others], [], [], {}).stories
    assert members(stories) == [["e1", "f1", "j1", "k1"], ["o1"], ["o2"], ["o3"]]


def test_members_are_earliest_first_and_say_why(signing: list[TaggedArticle]):
    (story,) = group(signing, [], [], {}).stories
    assert [(m.article_id, m.reason) for m in story.members] == [
        ("e1", "first"),
        ("j1", "same_event"),
        ("k1", "same_event"),
        ("f1", "same_event"),
    ]
    assert all(0 < m.similarity <= 1 for m in story.members)


def test_the_id_comes_from_the_first_article(signing: list[TaggedArticle]):
    (story,) = group(signing, [], [], {}).stories
    assert story.id == story_id("e1")
    assert story.id.startswith("s")
    assert len(story.id) == 13


def test_a_growing_story_keeps_its_id_and_what_it_said_of_its_members(make: Make, signing: list[TaggedArticle]):
    first = group(signing[1:], [], [], {}).stories
    earlier = signing[0]
    grown = group([earlier], signing[1:], first, {}).stories
    assert [story.id for story in grown] == [story_id("j1")]
    assert {m.article_id for m in grown[0].members} == {"e1", "f1", "j1", "k1"}
    assert set(first[0].members) < set(grown[0].members)


def test_adding_the_same_articles_again_changes_nothing(signing: list[TaggedArticle], others: list[TaggedArticle]):
    articles = [*signing, *others]
    stories = group(articles, [], [], {}).stories
    again = group(articles, articles, stories, {})
    assert (again.stories, again.redirects) == ((), {})


def test_stories_that_gained_nothing_are_not_returned(
    make: Make, signing: list[TaggedArticle], others: list[TaggedArticle]
):
    stories = group([*signing, *others], [], [], {}).stories
    late = report(make, "z1", "Porto-Niigata: városi testvérkapcsolat", "hu", day="2026-10-22")
    result = group([late], [*signing, *others], stories, {})
    assert [story.id for story in result.stories] == [story_id("e1")]


def test_the_order_of_new_articles_does_not_matter(signing: list[TaggedArticle], others: list[TaggedArticle]):
    articles = [*signing, *others]
    expected = group(articles, [], [], {})
    assert all(
        group(order, [], [], {}) == expected
        for order in itertools.islice(itertools.permutations(articles), 0, 5040, 601)
    )


def test_one_at_a_time_ends_with_the_same_members(signing: list[TaggedArticle], others: list[TaggedArticle]):
    articles = [*signing, *others]
    stories: dict[str, Story] = {}
    seen = []
    for article in articles:
        result = group([article], seen, list(stories.values()), {})
        stories = {**stories, **{story.id: story for story in result.stories}}
        stories = {i: story for i, story in stories.items() if i not in result.redirects}
        seen.append(article)
    assert members(stories.values()) == members(group(articles, [], [], {}).stories)


def test_two_stories_that_turn_out_to_be_one_event_merge(make: Make):
    first = report(make, "a1", "Porto and Niigata sign", "en", day="2026-10-19", cities=("porto", "niigata"))
    second = report(make, "a2", "姉妹都市に", "ja", cities=("porto", "niigata"), themes=(), events=())
    apart = [
        Story(id=story_id("a2"), members=group([second], [], [], {}).stories[0].members),
        Story(id=story_id("a1"), members=group([first], [], [], {}).stories[0].members),
    ]
    third = report(make, "a3", "Porto, Niigata: 20-10", "pt")
    result = group([third], [first, second], apart, {})
    assert result.redirects == {story_id("a2"): story_id("a1")}
    (story,) = result.stories
    assert story.id == story_id("a1")
    assert [(m.article_id, m.reason) for m in story.members] == [
        ("a1", "first"),
        ("a2", "same_event"),
        ("a3", "same_event"),
    ]


def test_a_copy_of_articles_in_two_stories_merges_them(make: Make):
    text = "横浜市の代表団がリヨン市役所を訪れ、河川の氾濫対策を学ぶ一週間の共同研修が始まった。両市の技術者は三か所の排水機場を視察する。"
    first, second = make("a1", "A", text, day="2026-10-19"), make("a2", "B", text)
    stories = [group([article], [], [], {}).stories[0] for article in (second, first)]
    result = group([make("a3", "C", text, day="2026-10-21")], [first, second], stories, {})
    assert result.redirects == {story_id("a2"): story_id("a1")}
    assert [(m.article_id, m.reason, m.copy_of) for m in result.stories[0].members] == [
        ("a1", "first", None),
        ("a2", "copy", "a1"),
        ("a3", "copy", "a1"),
    ]


@pytest.mark.parametrize(
    "keywords",
    [{}, {"day": "2026-10-23"}, {"events": ("festival-exchange",)}, {"cities": ("porto", "niigata", "recife")}],
)
def test_small_differences_do_not_keep_reports_apart(make: Make, keywords: dict[str, Any]):
    title = "Porto and Niigata sign sister city agreement"
    first = report(make, "a1", title, "en", dates=("2026-10-20",))
    second = report(make, "a2", f"{title} at last", "en", **{"dates": ("2026-10-20",), **keywords})
    assert len(group([first, second], [], [], {}).stories) == 1


@pytest.mark.parametrize(
    ("keywords", "why"),
    [
        ({"cities": ("riga", "oslo")}, "no city in common"),
        ({"cities": ("porto", "recife")}, "another pair"),
        ({"events": ("festival-exchange",), "day": "2026-10-30"}, "another kind of event on another day"),
        ({"events": ("festival-exchange",), "dates": ("2026-11-08",)}, "another kind of event on a date of its own"),
        ({"day": "2026-11-20"}, "more than 21 days later"),
    ],
)
def test_contradictions_keep_reports_apart(make: Make, keywords: dict[str, Any], why: str):
    title = "Porto and Niigata sign sister city agreement"
    first = report(make, "a1", title, "en", dates=("2026-10-20",))
    second = report(make, "a2", f"{title} at last", "en", **{"dates": ("2026-10-20",), **keywords})
    assert len(group([first, second], [], [], {}).stories) == 2, why


def test_reports_without_a_date_join_by_what_they_say(make: Make, signing: list[TaggedArticle]):
    undated = report(make, "u1", "Niigata y Oporto firman un acuerdo", "es", day=None)
    (story,) = group([*signing, undated], [], [], {}).stories
    assert "u1" in {m.article_id for m in story.members}


def test_off_topic_articles_are_in_no_story(make: Make, signing: list[TaggedArticle]):
    noise = report(
        make, "n1", "Porto and Niigata sign sister city agreement", "en", article_class=ArticleClass.OFF_TOPIC
    )
    stories = group([*signing, noise], [], [], {}).stories
    assert "n1" not in {m.article_id for story in stories for m in story.members}


def test_members_from_before_the_window_stay(make: Make, signing: list[TaggedArticle]):
    (story,) = group(signing, [], [], {}).stories
    late = report(make, "z1", "Porto und Niigata sind Partnerstädte", "de", day="2026-10-22")
    (grown,) = group([late], signing[1:], [story], {}).stories
    assert grown.id == story.id
    assert {m.article_id for m in grown.members} == {"e1", "j1", "k1", "f1", "z1"}
    assert grown.members[0] == story.members[0]


CITIES = st.lists(st.sampled_from(["porto", "niigata", "riga", "lima"]), max_size=3, unique=True).map(tuple)
EVENTS = st.lists(st.sampled_from(["anniversary", "mou-cooperation", "summit-forum"]), max_size=2, unique=True).map(
    tuple
)
DAYS = st.none() | st.dates(dt.date(2026, 10, 5), dt.date(2026, 11, 8)).map(dt.date.isoformat)
TEXTS = st.sampled_from(
    [
        "Mayors sign a pact on ports and flood warnings in the old town hall.",
        "Mayors sign a pact on ports and flood warnings in the old town hall. Students sang.",
        "市長が港湾と水害の警報について旧市庁舎で協定に署名した。学生が合唱した。",
        "A football club wins the regional cup after penalties and a long night of rain.",
        "",
    ]
)
DRAFTS = st.lists(st.tuples(CITIES, EVENTS, DAYS, TEXTS, st.sampled_from(list(ArticleClass))), max_size=9)


@settings(max_examples=60, deadline=None)
@given(drafts=DRAFTS, cut=st.integers(0, 9), data=st.data())
def test_every_relevant_article_lands_in_exactly_one_story(
    make: Make, drafts: list[Any], cut: int, data: st.DataObject
):
    articles = [
        make(f"a{n}", text[:20] or "Untitled", text, cities=cities, events=events, day=day, article_class=kind)
        for n, (cities, events, day, text, kind) in enumerate(drafts)
    ]
    relevant = sorted(a.article.id for a in articles if a.relevance.relevant)
    first = group(articles[:cut], [], [], {})
    second = group(data.draw(st.permutations(articles)), articles[:cut], first.stories, {})
    assert second == group(articles, articles[:cut], first.stories, {})
    stories = {story.id: story for story in (*first.stories, *second.stories)}
    kept = [story for story in stories.values() if story.id not in second.redirects]
    assert sorted(m.article_id for story in kept for m in story.members) == relevant
    assert all([m.reason for m in story.members].count("first") == 1 for story in kept)
    assert all(target in stories and target not in second.redirects for target in second.redirects.values())
    assert {story.id for story in first.stories} <= set(stories)
    assert group(articles, articles, kept, {}).stories == ()
