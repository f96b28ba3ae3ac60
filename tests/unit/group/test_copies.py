"""Copies: which articles are the same text, and how."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.group import group
from pipeline.group.copies import Body, compare, is_credited
from pipeline.model import ArticleClass, CopyKind, TaggedArticle

Make = Callable[..., TaggedArticle]

EN = (
    "The mayor of Lyon welcomed a delegation from Yokohama at the town hall to open a week of joint work on river flooding. "
    "Engineers of both cities will visit three pumping stations and compare how residents are warned by telephone and siren. "
    "The two cities have been partners since 1959, and the programme was agreed last spring after storms in both regions. "
    "A report with recommendations for smaller towns is to be presented to both councils before the end of the year."
)
JA = (
    "横浜市の代表団がリヨン市役所を訪れ、河川の氾濫対策を学ぶ一週間の共同研修が始まった。"
    "両市の技術者は三か所の排水機場を視察し、電話とサイレンによる住民への警報の出し方を比べる。"
    "両市は長年の提携都市で、昨春の豪雨を受けて研修の実施に合意していた。年内に小規模自治体向けの提言をまとめ、両市の議会に報告する予定だ。"
)
OTHER = (
    "Residents of the harbour district gathered on Saturday to plant two hundred trees along the new tram line. "
    "The city council said that the line will open in spring and that tickets will cost the same as on the bus. "
    "Shopkeepers hope that visitors from the ferry terminal will stay longer in the old streets around the market."
)


def kinds(make: Make, first: str, second: str, **keywords: Any):
    """copy_of and copy_kind of the second article in their common story, None if it is in another."""
    articles = [make("a1", "First title", first), make("a2", "Second title", second, day="2026-10-21", **keywords)]
    stories = group(articles, [], [], {}).stories
    if len(stories) == 2:
        return None
    member = next(m for m in stories[0].members if m.article_id == "a2")
    return member.reason, member.copy_of, member.copy_kind


@pytest.mark.parametrize("text", [EN, JA])
def test_equal_texts_under_other_titles_are_identical_copies_of_the_earlier(make: Make, text: str):
    assert kinds(make, text, text) == ("copy", "a1", CopyKind.IDENTICAL)


@pytest.mark.parametrize(
    ("text", "edited"),
    [
        (EN, "LYON - " + EN.replace("before the end of the year", "in December").replace("welcomed", "received")),
        (JA, "【共同】" + JA.replace("予定だ", "方針").replace("昨春の豪雨", "昨春の大雨")),
    ],
)
def test_an_edited_text_is_a_syndicated_copy(make: Make, text: str, edited: str):
    assert kinds(make, text, edited) == ("copy", "a1", CopyKind.SYNDICATED)


@pytest.mark.parametrize("text", [EN, JA])
def test_a_text_cut_to_a_third_is_a_truncated_copy(make: Make, text: str):
    assert kinds(make, text, text[: len(text) // 3]) == ("copy", "a1", CopyKind.TRUNCATED)


def test_a_longer_version_of_an_earlier_text_is_syndicated_not_truncated(make: Make):
    assert kinds(make, EN[: len(EN) // 2], EN) == ("copy", "a1", CopyKind.SYNDICATED)


def test_another_text_is_no_copy(make: Make):
    assert kinds(make, EN, OTHER) is None


def test_one_form_filled_in_for_other_cities_is_no_copy(make: Make):
    form = "{} delegation pays courtesy call on the mayor. " + EN.replace("Lyon", "Kobe").replace("Yokohama", "{}")
    first = make("a1", "Call", form.format("Riga", "Riga"), cities=("riga", "kobe"))
    second = make("a2", "Call", form.format("Tianjin", "Tianjin"), cities=("tianjin", "kobe"))
    assert compare(Body(second), Body(first)) is not None
    assert len(group([first, second], [], [], {}).stories) == 2


def test_one_notice_for_two_dates_is_no_copy(make: Make):
    first = make("a1", "Lounge", EN, dates=("2026-10-21",))
    second = make("a2", "Lounge", EN + " Doors open at nine.", dates=("2026-11-25",))
    members = [m for story in group([first, second], [], [], {}).stories for m in story.members]
    assert all(member.copy_of is None for member in members)


def test_a_sentence_is_a_copy_only_under_the_same_title(make: Make):
    line = "See the attached file."
    apart = [make("a1", "Call for interns", line), make("a2", "Road closed", line)]
    same = [make("a1", "Call for interns", line), make("a2", "Call for interns", line)]
    assert len(group(apart, [], [], {}).stories) == 2
    assert len(group(same, [], [], {}).stories) == 1


def test_a_round_up_does_not_make_one_text_of_the_items_it_holds(make: Make):
    items = [EN, OTHER]
    articles = [make(f"a{n}", f"Title {n}", text, cities=(f"c{n}",)) for n, text in enumerate(items)]
    round_up = make("b", "This week", " ".join(items), day="2026-10-22", cities=("c0", "c1"))
    stories = group([*articles, round_up], [], [], {}).stories
    story_of = {m.article_id: story.id for story in stories for m in story.members}
    assert story_of["a0"] != story_of["a1"]


def test_the_credited_publisher_is_the_original_even_if_it_came_later(make: Make):
    early = make("a1", "Lyon", EN, source="riverside_post", references=("Harbour News Agency",))
    late = make("a2", "Lyon", EN, source="agency_en", day="2026-10-22")
    (story,) = group([early, late], [], [], {"agency_en": "harbour news agency"}).stories
    assert {m.article_id: m.copy_of for m in story.members} == {"a1": "a2", "a2": None}


def test_a_publisher_is_credited_by_its_site_too(make: Make):
    copy = make("a1", "Lyon", EN, references=("www.a2.example",)).article
    assert is_credited(make("a2", "Lyon", EN).article, copy, {})
    assert not is_credited(make("a3", "Lyon", EN).article, copy, {})


def test_an_original_that_turns_up_later_takes_its_place(make: Make):
    copy = make("a2", "Lyon", EN, day="2026-10-21")
    first = group([copy], [], [], {}).stories
    original = make("a1", "Lyon", EN, day="2026-10-20")
    (story,) = group([original], [copy], first, {}).stories
    assert story.id == first[0].id
    assert [(m.article_id, m.reason, m.copy_of) for m in story.members] == [
        ("a1", "same_event", None),
        ("a2", "first", "a1"),
    ]


def test_background_joins_its_copy_and_nothing_else(make: Make):
    about = {"cities": ("lyon", "yokohama"), "events": ("training-program",)}
    article_class = ArticleClass.BACKGROUND
    explainer = make("a1", "Lyon and Yokohama", EN, article_class=article_class, **about)
    copy = make("a2", "Lyon and Yokohama", EN, article_class=article_class, **about)
    news = make("a3", "Lyon and Yokohama", EN[:40], **about)
    stories = group([explainer, copy, news], [], [], {}).stories
    assert sorted([m.article_id for m in s.members] for s in stories) == [["a1", "a2"], ["a3"]]


def test_case_width_and_punctuation_make_no_difference(make: Make):
    wide = make("a1", "Ｔｉｔｌｅ", "ｓｃｏ 都市協力 天津で対話")
    narrow = make("a2", "title!", "SCO都市協力、天津で対話。")
    assert Body(wide).shingles == Body(narrow).shingles
    assert compare(Body(wide), Body(narrow)) is not None


@given(a=st.text(max_size=300), b=st.text(max_size=300))
def test_comparing_is_symmetric_but_for_the_kind(make: Make, a: str, b: str):
    left, right = (Body(make(name, "Title", text)) for name, text in (("a", a), ("b", b)))
    forward, back = compare(left, right), compare(right, left)
    assert (forward is None) == (back is None)
    assert forward is None or back is None or forward.similarity == back.similarity
