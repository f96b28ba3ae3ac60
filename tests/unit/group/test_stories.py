"""Stories: one event in several languages, with an id that stays."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from pipeline.group import Grouping, group, group_at_once, story_id
from pipeline.group.stories import pair_copies
from pipeline.model import ArticleClass, Block, BlockKind, Constraint, CopyKind, Member, Story, TaggedArticle

Make = Callable[..., TaggedArticle]


def place(
    new: Sequence[TaggedArticle],
    window: Sequence[TaggedArticle] = (),
    stories: Sequence[Story] = (),
    constraints: Sequence[Constraint] = (),
    copies: Sequence[tuple[str, str, float]] | None = None,
) -> Grouping:
    """What a run makes of new articles beside stories that are there, without an embedder."""
    copies = pair_copies(new, window) if copies is None else copies
    return group(new, window, stories, voices={}, copies=copies, constraints=constraints)


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
    stories = group_at_once([*signing, *others]).stories
    assert members(stories) == [["e1", "f1", "j1", "k1"], ["o1"], ["o2"], ["o3"]]


def test_members_are_earliest_first_and_say_why(signing: list[TaggedArticle]):
    (story,) = group_at_once(signing).stories
    assert [(m.article_id, m.reason) for m in story.members] == [
        ("e1", "first"),
        ("j1", "same_event"),
        ("k1", "same_event"),
        ("f1", "same_event"),
    ]
    assert all(0 < m.similarity <= 1 for m in story.members)


def test_the_id_comes_from_the_first_article(signing: list[TaggedArticle]):
    (story,) = group_at_once(signing).stories
    assert story.id == story_id("e1")
    assert story.id.startswith("s")
    assert len(story.id) == 13


def test_a_growing_story_keeps_its_id_and_what_it_said_of_its_members(make: Make, signing: list[TaggedArticle]):
    first = place(signing[1:], [], []).stories
    earlier = signing[0]
    grown = place([earlier], signing[1:], first).stories
    assert [story.id for story in grown] == [story_id("j1")]
    assert {m.article_id for m in grown[0].members} == {"e1", "f1", "j1", "k1"}
    assert set(first[0].members) < set(grown[0].members)


def test_adding_the_same_articles_again_changes_nothing(signing: list[TaggedArticle], others: list[TaggedArticle]):
    articles = [*signing, *others]
    stories = group_at_once(articles).stories
    again = place(articles, articles, stories)
    assert (again.stories, again.redirects) == ((), {})


def test_stories_that_gained_nothing_are_not_returned(
    make: Make, signing: list[TaggedArticle], others: list[TaggedArticle]
):
    stories = group_at_once([*signing, *others]).stories
    late = report(make, "z1", "Porto-Niigata: városi testvérkapcsolat", "hu", day="2026-10-22")
    result = place([late], [*signing, *others], stories)
    assert [story.id for story in result.stories] == [story_id("e1")]


def test_the_order_of_new_articles_does_not_matter(signing: list[TaggedArticle], others: list[TaggedArticle]):
    articles = [*signing, *others]
    expected = group_at_once(articles)
    assert all(
        group_at_once(order) == expected for order in itertools.islice(itertools.permutations(articles), 0, 5040, 601)
    )


def test_one_at_a_time_ends_with_the_same_members(signing: list[TaggedArticle], others: list[TaggedArticle]):
    articles = [*signing, *others]
    stories: dict[str, Story] = {}
    seen = []
    for article in articles:
        result = place([article], seen, list(stories.values()))
        stories = {**stories, **{story.id: story for story in result.stories}}
        stories = {i: story for i, story in stories.items() if i not in result.redirects}
        seen.append(article)
    assert members(stories.values()) == members(group_at_once(articles).stories)


def test_two_stories_that_turn_out_to_be_one_event_merge(make: Make):
    first = report(make, "a1", "Porto and Niigata sign", "en", day="2026-10-19", cities=("porto", "niigata"))
    second = report(make, "a2", "姉妹都市に", "ja", cities=("porto", "niigata"), themes=(), events=())
    apart = [
        Story(id=story_id("a2"), members=group_at_once([second]).stories[0].members),
        Story(id=story_id("a1"), members=group_at_once([first]).stories[0].members),
    ]
    third = report(make, "a3", "Porto, Niigata: 20-10", "pt")
    result = place([third], [first, second], apart)
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
    stories = [group_at_once([article]).stories[0] for article in (second, first)]
    third = make("a3", "C", text, day="2026-10-21")
    result = place([third], [first, second], stories, copies=[("a1", "a3", 1.0), ("a2", "a3", 1.0)])
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
    second = report(
        make, "a2", "A sister city agreement: Niigata signs with Porto", "en", **{"dates": ("2026-10-20",), **keywords}
    )
    assert len(group_at_once([first, second]).stories) == 1


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
    second = report(
        make, "a2", "A sister city agreement: Niigata signs with Porto", "en", **{"dates": ("2026-10-20",), **keywords}
    )
    assert len(group_at_once([first, second]).stories) == 2, why


def test_a_founder_that_left_does_not_found_a_story_of_the_same_id_again(others: list[TaggedArticle]):
    founder, stayed = others[:2]
    kept = Story(id=story_id(founder.article.id), members=(Member(article_id=stayed.article.id, reason="same_event"),))
    (story,) = place([founder], [stayed], [kept]).stories
    assert members([story]) == [[founder.article.id]]
    assert story.id != kept.id


def test_reports_without_a_date_join_by_what_they_say(make: Make, signing: list[TaggedArticle]):
    undated = report(make, "u1", "Niigata y Oporto firman un acuerdo", "es", day=None)
    (story,) = group_at_once([*signing, undated]).stories
    assert "u1" in {m.article_id for m in story.members}


def test_off_topic_articles_are_in_no_story(make: Make, signing: list[TaggedArticle]):
    noise = report(
        make, "n1", "Porto and Niigata sign sister city agreement", "en", article_class=ArticleClass.OFF_TOPIC
    )
    stories = group_at_once([*signing, noise]).stories
    assert "n1" not in {m.article_id for story in stories for m in story.members}


def test_members_from_before_the_window_stay(make: Make, signing: list[TaggedArticle]):
    (story,) = group_at_once(signing).stories
    late = report(make, "z1", "Porto und Niigata sind Partnerstädte", "de", day="2026-10-22")
    (grown,) = place([late], signing[1:], [story]).stories
    assert grown.id == story.id
    assert {m.article_id for m in grown.members} == {"e1", "j1", "k1", "f1", "z1"}
    assert grown.members[0] == story.members[0]


# ------------------------------------------------------------------------------------------------------ decided by hand


def must(a: str, b: str) -> Constraint:
    return Constraint(a=min(a, b), b=max(a, b), together=True)


def cannot(a: str, b: str) -> Constraint:
    return Constraint(a=min(a, b), b=max(a, b), together=False)


def test_what_must_be_together_is_one_story_however_unlike(others: list[TaggedArticle]):
    (story, single) = group_at_once(others, constraints=[must("o1", "o2")]).stories
    assert [(m.article_id, m.reason, m.similarity) for m in story.members] == [
        ("o1", "first", 1.0),
        ("o2", "by_hand", 0.0),
    ]
    assert members([single]) == [["o3"]]


def test_what_must_not_be_together_never_is_however_alike(signing: list[TaggedArticle]):
    stories = group_at_once(signing, constraints=[cannot("e1", "j1")]).stories
    assert len(stories) == 2
    assert not any({"e1", "j1"} <= {m.article_id for m in story.members} for story in stories)


def test_copies_do_not_bring_together_what_a_person_keeps_apart(make: Make):
    text = (
        "A delegation of the city of Lyon visited the pumping stations of Yokohama and began a week of joint training."
    )
    copies = [make(i, "A visit", text, day=f"2026-10-{day}") for i, day in (("a1", 18), ("a2", 19), ("a3", 20))]
    assert members(group_at_once(copies).stories) == [["a1", "a2", "a3"]]
    assert members(group_at_once(copies, constraints=[cannot("a1", "a3")]).stories) == [["a1", "a2"], ["a3"]]


def test_a_story_is_split_and_the_side_of_its_first_article_keeps_the_id(signing: list[TaggedArticle]):
    (story,) = group_at_once(signing).stories
    decided = [cannot(a, b) for a in ("e1", "j1") for b in ("k1", "f1")]
    result = place([], signing, [story], decided)
    assert result.redirects == {}
    kept, left = sorted(result.stories, key=lambda one: one.id != story.id)
    assert (kept.id, kept.members) == (story.id, story.members[:2])
    assert left.id == story_id("k1")
    assert [(m.article_id, m.reason) for m in left.members] == [("k1", "first"), ("f1", "by_hand")]
    assert left.members[1].similarity > 0
    assert place([], signing, result.stories, decided).stories == ()


def test_the_first_article_keeps_the_id_even_if_it_was_asked_to_leave(signing: list[TaggedArticle]):
    (story,) = group_at_once(signing).stories
    result = place([], signing, [story], [cannot("e1", other) for other in ("j1", "k1", "f1")])
    assert {one.id: members([one])[0] for one in result.stories} == {
        story.id: ["e1"],
        story_id("j1"): ["f1", "j1", "k1"],
    }


def test_what_left_may_join_another_story(make: Make, signing: list[TaggedArticle], others: list[TaggedArticle]):
    about = {"cities": ("riga",), "events": ("mayors-dialogue",), "themes": ("peace",)}
    stray = report(make, "s1", "Baltic mayors meet in Riga", "en", **about)
    glued = group_at_once([*signing, stray], constraints=[must("e1", "s1")]).stories
    riga = group_at_once(others).stories
    result = place([], [*signing, *others, stray], [*glued, *riga], [cannot("e1", "s1")])
    assert {one.id: members([one])[0] for one in result.stories} == {
        story_id("e1"): ["e1", "f1", "j1", "k1"],
        story_id("o1"): ["o1", "s1"],
    }


def test_two_stories_linked_by_hand_merge_into_the_older_and_leave_a_redirect(others: list[TaggedArticle]):
    stories = group_at_once(others).stories
    result = place([], others, stories, [must("o3", "o2")])
    assert result.redirects == {story_id("o3"): story_id("o2")}
    assert [(m.article_id, m.reason) for m in result.stories[0].members] == [("o2", "first"), ("o3", "by_hand")]
    merged = [one for one in stories if one.id == story_id("o1")] + list(result.stories)
    assert place([], others, merged, [must("o3", "o2")]).stories == ()


def test_stories_that_hold_a_pair_kept_apart_do_not_merge_by_hand(others: list[TaggedArticle]):
    stories = group_at_once(others, constraints=[must("o1", "o2")]).stories
    decided = [must("o1", "o2"), must("o2", "o3"), cannot("o1", "o3")]
    assert place([], others, stories, decided).stories == ()


def test_a_decision_on_an_article_that_is_not_there_waits(make: Make, others: list[TaggedArticle]):
    stories = group_at_once(others).stories
    decided = [must("o1", "later"), cannot("o2", "later")]
    assert place([], others, stories, decided).stories == ()
    later = report(make, "later", "杭州で国際フォーラム", "ja", cities=("hangzhou",), events=("summit-forum",))
    (grown,) = place([later], others, stories, decided).stories
    assert {m.article_id: m.reason for m in grown.members} == {"o1": "first", "later": "by_hand"}


def test_members_from_before_the_window_are_split_and_merged_too(signing: list[TaggedArticle]):
    (story,) = group_at_once(signing).stories
    result = place([], signing[1:3], [story], [cannot("e1", "f1")])
    assert {one.id: members([one])[0] for one in result.stories} == {
        story.id: ["e1", "j1", "k1"],
        story_id("f1"): ["f1"],
    }


# ------------------------------------------------------------------------------------------------------------- accounts


def test_who_retells_an_account_is_a_copy_and_who_translates_it_says_so(make: Make):
    text = (
        "Porto and Niigata signed a sister city agreement in the town hall of Porto on Tuesday. The mayors named ports, schools "
        "and flood warnings as fields of work. A delegation of 35 students will travel to Niigata next spring."
    )
    reworded = (
        "Porto and Niigata have signed a sister city agreement in the town hall of Porto, on Tuesday. Mayors named the ports, "
        "the schools and flood warnings as their fields of work. Next spring a delegation of 35 students travels to Niigata."
    )
    articles = [
        report(make, "a1", "Porto and Niigata sign", "en", day="2026-10-19"),
        report(make, "m1", "Sister cities at last: Porto, Niigata", "en"),
        report(
            make, "t1", "Niigata y Oporto firman un acuerdo de ciudades hermanas", "es", references=("Harbour News",)
        ),
    ]
    articles = [
        structs.replace(one, article=structs.replace(one.article, blocks=(Block(kind=BlockKind.PARAGRAPH, text=body),)))
        for one, body in zip(articles, (text, reworded, articles[2].article.title), strict=True)
    ]
    voices = {"a1": "harbour_news", "m1": "", "t1": "harbour_news"}
    (story,) = group(articles, [], [], voices=voices, copies=[], labelled={"a1"}).stories
    told = {m.article_id: (m.reason, m.copy_of, m.copy_kind) for m in story.members}
    assert told["m1"] == ("same_event", "a1", CopyKind.REWRITTEN)
    assert told["t1"] == ("same_event", "a1", CopyKind.TRANSLATED)
    again = group([], articles, [story], voices=voices, copies=[], labelled={"a1"}, constraints=[must("a1", "t1")])
    assert again.stories == ()


# ----------------------------------------------------------------------------------------------------------------- laws


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
IDS = st.sampled_from([f"a{number}" for number in range(10)])
PAIRS = st.lists(st.tuples(IDS, IDS).filter(lambda pair: pair[0] != pair[1]), max_size=4)


def write(make: Make, drafts: list[Any]) -> list[TaggedArticle]:
    return [
        make(f"a{n}", text[:20] or "Untitled", text, cities=cities, events=events, day=day, article_class=kind)
        for n, (cities, events, day, text, kind) in enumerate(drafts)
    ]


@settings(max_examples=60, deadline=None)
@given(drafts=DRAFTS, cut=st.integers(0, 9), data=st.data())
def test_every_relevant_article_lands_in_exactly_one_story(
    make: Make, drafts: list[Any], cut: int, data: st.DataObject
):
    articles = write(make, drafts)
    relevant = sorted(a.article.id for a in articles if a.relevance.relevant)
    first = group_at_once(articles[:cut])
    second = place(data.draw(st.permutations(articles)), articles[:cut], first.stories)
    assert second == place(articles, articles[:cut], first.stories)
    stories = {story.id: story for story in (*first.stories, *second.stories)}
    kept = [story for story in stories.values() if story.id not in second.redirects]
    assert sorted(m.article_id for story in kept for m in story.members) == relevant
    assert all([m.reason for m in story.members].count("first") == 1 for story in kept)
    assert all(target in stories and target not in second.redirects for target in second.redirects.values())
    assert {story.id for story in first.stories} <= set(stories)
    assert place(articles, articles, kept).stories == ()


@settings(max_examples=80, deadline=None)
@given(drafts=DRAFTS, cut=st.integers(0, 9), apart=PAIRS, together=PAIRS, data=st.data())
def test_what_people_decided_always_holds(
    make: Make,
    drafts: list[Any],
    cut: int,
    apart: list[tuple[str, str]],
    together: list[tuple[str, str]],
    data: st.DataObject,
):
    """Whenever it was decided: after some articles were grouped, and all the others come in the same run."""
    articles = write(make, drafts)
    relevant = sorted(a.article.id for a in articles if a.relevance.relevant)
    decided = [*(cannot(a, b) for a, b in apart), *(must(a, b) for a, b in together)]
    before = group_at_once(articles[:cut]).stories
    result = place(articles[cut:], articles[:cut], before, decided)
    shuffled = data.draw(st.permutations(decided)), data.draw(st.permutations(before))
    assert result == place(articles[cut:], articles[:cut], shuffled[1], shuffled[0])
    stories = {story.id: story for story in (*before, *result.stories) if story.id not in result.redirects}
    home = {m.article_id: story.id for story in stories.values() for m in story.members}
    assert sorted(home) == relevant == sorted(m.article_id for story in stories.values() for m in story.members)
    assert not [pair for pair in apart if set(pair) <= home.keys() and home[pair[0]] == home[pair[1]]]
    if not apart:
        assert not [pair for pair in together if set(pair) <= home.keys() and home[pair[0]] != home[pair[1]]]
    assert {story.id for story in before} <= {*stories, *result.redirects}
    assert place([], articles, list(stories.values()), decided) == Grouping(stories=(), redirects={})


EVENTS_APART = [
    (("porto", "niigata"), "sister-city-agreement", "Porto and Niigata sign a sister city agreement"),
    (("riga",), "mayors-dialogue", "Baltic mayors in Riga talk of safe harbours"),
    (("hangzhou",), "summit-forum", "A forum in Hangzhou opens on green transport"),
    (("lima", "quito"), "aid-relief", "Lima sends pumps to flooded Quito"),
]
WORDING = ["{}", "Reported today: {}", "{}, officials said", "In brief - {}"]
REPORTS = st.lists(
    st.tuples(
        st.sampled_from(EVENTS_APART), st.integers(0, 2), st.sampled_from(WORDING), st.sampled_from(["en", "fr"])
    ),
    min_size=2,
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(reports=REPORTS)
def test_day_by_day_ends_with_the_members_of_all_at_once(make: Make, reports: list[Any]):
    """On events that nobody would confuse: nothing is near the threshold."""
    articles = [
        make(
            f"a{n:02}",
            wording.format(title),
            language=language,
            day=f"2026-10-{20 + day}",
            cities=cities,
            events=(event,),
        )
        for n, ((cities, event, title), day, wording, language) in enumerate(reports)
    ]
    stories: dict[str, Story] = {}
    seen: list[TaggedArticle] = []
    for day in sorted({a.article.dated for a in articles}):
        new = [a for a in articles if a.article.dated == day]
        result = place(new, seen, list(stories.values()))
        assert all(story.members != stories[story.id].members for story in result.stories if story.id in stories)
        stories = {i: s for i, s in (stories | {s.id: s for s in result.stories}).items() if i not in result.redirects}
        seen += new
    assert members(stories.values()) == members(group_at_once(articles).stories)
