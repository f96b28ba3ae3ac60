"""Accounts that differ between independent families."""

from collections.abc import Callable, Iterable

import msgspec
import pytest

from pipeline.group import find_conflicts, find_figures
from pipeline.model import Conflict, Evidence, Person, Tag, TaggedArticle, TagKind

Make = Callable[..., TaggedArticle]


def as_pairs(conflicts: Iterable[Conflict]):
    return {c.fact: [(a.value, a.article_ids) for a in c.accounts] for c in conflicts}


replace = msgspec.structs.replace


def told(
    make: Make,
    id: str,  # noqa: A002 - the article's
    text: str,
    *events: tuple[str, str] | tuple[str, str, str],
    day: str = "2026-10-20",
):
    """An article whose dates are (words, day) or (words, first day, last day)."""
    made = make(id, "Title", text, dates=tuple(e[1] if len(e) == 2 else e[1:] for e in events), day=day)
    dated = tuple(replace(event, evidence=words[0]) for event, words in zip(made.events, events, strict=True))
    return replace(made, events=dated)


def opened(make: Make, id: str, day: str):  # noqa: A002 - the article's
    return told(make, id, f"The forum opened on {day}.", (day, day))


def test_families_that_differ_are_shown_each_with_its_articles(make: Make):
    articles = [
        told(make, "a1", "対話は10月20日に開幕し、約350人が参加した。", ("10月20日", "2026-10-20")),
        told(make, "a2", "The dialogue opened on 20 October. About 350 guests came.", ("20 October", "2026-10-20")),
        told(
            make,
            "a3",
            "Held on 18-21 October. Nearly 20 representatives came.",
            ("18-21 October", "2026-10-18", "2026-10-21"),
        ),
    ]
    conflicts = find_conflicts(articles, {"a1": "daily", "a2": "daily", "a3": "wire"})
    assert as_pairs(conflicts) == {
        "event_date": [("2026-10-18/2026-10-21", ("a3",)), ("2026-10-20", ("a1", "a2"))],
        "participants": [("20", ("a3",)), ("350", ("a1", "a2"))],
    }
    assert [account.counted for account in conflicts[1].accounts] == ["representatives", "participants"]


def test_one_family_has_one_voice_and_without_any_every_source_has_its_own(make: Make):
    articles = [opened(make, "a1", "2026-10-20"), opened(make, "a2", "2026-10-22")]
    assert find_conflicts(articles, {"a1": "daily", "a2": "daily"}) == ()
    assert len(find_conflicts(articles, {})) == 1


def test_nobodys_account_agrees_but_never_contradicts(make: Make):
    articles = [
        opened(make, "a1", "2026-10-20"),
        opened(make, "a2", "2026-10-20"),
        opened(make, "a3", "2026-10-13"),
        opened(make, "a4", "2026-10-21"),
        opened(make, "a5", "2026-10-21"),
    ]
    assert find_conflicts(articles[:3], {"a1": "daily", "a2": "wire"}) == ()
    both = find_conflicts(articles, {"a1": "daily", "a4": "wire"})
    assert as_pairs(both) == {"event_date": [("2026-10-20", ("a1", "a2")), ("2026-10-21", ("a4", "a5"))]}


# ------------------------------------------------------------------------------------------------------------------ dates


def test_a_day_that_opens_within_a_range_is_another_account_and_one_that_closes_it_is_not(make: Make):
    articles = [
        told(make, "a1", "It opened on Tuesday.", ("Tuesday", "2026-10-20")),
        told(make, "a2", "Held from 18 to 21 October.", ("18 to 21 October", "2026-10-18", "2026-10-21")),
        told(make, "a3", "It closed on Wednesday.", ("Wednesday", "2026-10-21")),
    ]
    assert as_pairs(find_conflicts(articles, {})) == {
        "event_date": [("2026-10-18/2026-10-21", ("a2", "a3")), ("2026-10-20", ("a1",))]
    }


def test_a_day_that_the_tellers_of_the_range_name_as_well_is_a_part_of_it(make: Make):
    whole = "Held from 18 to 21 October. The statement was signed on 20 October."
    days = ("18 to 21 October", "2026-10-18", "2026-10-21"), ("20 October", "2026-10-20")
    signed = told(make, "a2", "The statement was signed on Tuesday.", ("Tuesday", "2026-10-20"))
    assert find_conflicts([told(make, "a1", whole, *days), signed], {}) == ()
    assert len(find_conflicts([told(make, "a1", whole, days[0]), signed], {})) == 1


def test_opening_days_are_no_conflict_with_their_range(make: Make):
    articles = [
        told(make, "a1", "It opened on Tuesday.", ("Tuesday", "2026-10-20")),
        told(make, "a2", "Held from 20 to 23 October.", ("20 to 23 October", "2026-10-20", "2026-10-23")),
    ]
    assert find_conflicts(articles, {}) == ()


@pytest.mark.parametrize(
    "text",
    [
        "TIANJIN, Oct. 21 (Wire) -- The forum opened on Tuesday.",
        "SPRINGFIELD, October 21 /Wire/ -- The forum opened on Tuesday.",
        "通信10月21日电 论坛20日开幕。",
        "【東京10月21日＝通信】会議は20日に開幕した。",
        "Oct. 21, 2026\nThe forum opened on Tuesday.",
    ],
)
def test_the_day_of_the_report_is_not_the_days_of_the_event(make: Make, text: str):
    words = next(words for words in ("Oct. 21, 2026", "Oct. 21", "October 21", "10月21日") if words in text)
    day = next(day for day in ("Tuesday", "20日") if day in text)
    articles = [
        told(make, "a1", text, (words, "2026-10-21"), (day, "2026-10-20"), day="2026-10-21"),
        opened(make, "a2", "2026-10-20"),
    ]
    assert find_conflicts(articles, {}) == ()


def test_dates_of_other_things_are_no_conflict(make: Make):
    articles = [
        opened(make, "a1", "2026-10-20"),
        told(make, "a2", "The pact was signed on 1 May 1986.", ("1 May 1986", "1986-05-01")),
        told(make, "a3", "The next forum is held on 5 November.", ("5 November", "2026-11-05")),
        told(make, "a4", "Students will visit on 22 October.", ("22 October", "2026-10-22")),
        told(make, "a5", "A photo show is held 1 to 30 October.", ("1 to 30 October", "2026-10-01", "2026-10-30")),
    ]
    assert find_conflicts(articles, {}) == ()


def test_a_deadline_and_a_season_are_not_the_days_of_the_event(make: Make):
    deadline = told(make, "a2", "Applications opened until 22 October.", ("22 October", "2026-10-22"))
    season = told(
        make,
        "a3",
        "It is held from 18 October to 8 November.",
        ("18 October to 8 November", "2026-10-18", "2026-11-08"),
    )
    plain = opened(make, "a1", "2026-10-20")
    late = replace(deadline, events=tuple(replace(event, deadline=True) for event in deadline.events))
    assert len(find_conflicts([plain, deadline], {})) == 1
    assert find_conflicts([plain, late], {}) == find_conflicts([plain, season], {}) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("O fórum abriu a 22 de outubro.", "22 de outubro"),
        ("O acordo foi assinado a 22 de outubro.", "22 de outubro"),
        ("L'accordo è stato firmato il 22 ottobre.", "22 ottobre"),
        ("افتتح المنتدى في 22 أكتوبر.", "22 أكتوبر"),
        ("سيعقد المنتدى يوم 22 أكتوبر.", "22 أكتوبر"),
        ("Mkutano ulifanyika tarehe 22 Oktoba.", "22 Oktoba"),
    ],
)
def test_a_day_with_a_word_for_holding_it_is_an_account_in_any_language(make: Make, text: str, words: str):
    articles = [told(make, "a1", text, (words, "2026-10-22")), opened(make, "a2", "2026-10-20")]
    assert as_pairs(find_conflicts(articles, {})) == {"event_date": [("2026-10-20", ("a2",)), ("2026-10-22", ("a1",))]}


# ---------------------------------------------------------------------------------------------------------------- figures


def test_like_is_compared_with_like(make: Make):
    articles = [
        make("a1", "A", "About 350 guests came. Some 40 delegates met."),
        make("a2", "B", "More than 40 delegates took part."),
        make("a3", "C", "Some 60 delegates took part."),
    ]
    assert find_conflicts(articles[:2], {}) == ()
    assert as_pairs(find_conflicts(articles, {})) == {"participants": [("40", ("a1", "a2")), ("60", ("a3",))]}


def test_unlike_figures_stand_side_by_side_only_where_each_is_its_familys_sole_one(make: Make):
    articles = [make("a1", "A", "About 350 guests came."), make("a2", "B", "Nearly 20 representatives came.")]
    assert len(find_conflicts(articles, {})) == 1
    third = make("a3", "C", "About 350 guests came, among them 20 representatives.")
    assert find_conflicts([*articles, third], {}) == ()
    for text in ("In all, 60 mayors took part.", "A delegation of 40 attended."):
        assert find_conflicts([articles[0], make("a4", "D", text)], {}) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("352 guests came.", "About 350 participants met."),
        ("350 guests came.", "Over 350 delegates met."),
        ("350 guests came.", "The city of 90,000 people met its guests."),
        ("約350人が参加した。", "下関市から12人が参加した。"),
    ],
)
def test_rounded_figures_and_figures_of_others_are_no_conflict(make: Make, one: str, other: str):
    assert find_conflicts([make("a1", "A", one), make("a2", "B", other)], {}) == ()


# ------------------------------------------------------------------------------------------------------- place and persons


def located(make: Make, id: str, city: str, text: str, name: str):  # noqa: A002 - the article's
    made = make(id, "Title", text)
    start = text.index(name)
    evidence = (Evidence(field="text", start=start, end=start + len(name), surface=name, rule="hand"),)
    return replace(made, tags=(Tag(kind=TagKind.CITY, id=city, score=1.0, evidence=evidence),))


def test_different_host_cities_are_shown(make: Make):
    articles = [
        located(make, "a1", "geonames:1", "The forum was held in the port city of Aford on Monday.", "Aford"),
        located(make, "a2", "geonames:2", "フォーラムはビー市で開催された。", "ビー"),
        located(make, "a3", "geonames:1", "论坛在甲城市举行。", "甲城"),
    ]
    assert as_pairs(find_conflicts(articles, {})) == {"place": [("geonames:1", ("a1", "a3")), ("geonames:2", ("a2",))]}


@pytest.mark.parametrize(
    "text",
    [
        "Mkutano ulifanyika jijini Beville Jumanne.",
        "Mkutano ulifunguliwa mjini Beville.",
        "O fórum foi realizado em Beville.",
        "Il forum si è svolto ieri a Beville.",
        "عقد المنتدى في Beville",
    ],
)
def test_a_host_city_is_read_in_any_language(make: Make, text: str):
    articles = [
        located(make, "a1", "geonames:1", "The forum was held in Aford on Monday.", "Aford"),
        located(make, "a2", "geonames:2", text, "Beville"),
    ]
    assert "place" in as_pairs(find_conflicts(articles, {}))


@pytest.mark.parametrize(
    "text",
    [
        "The mayor of Beville spoke at the forum.",
        "A guest from Beville opened the forum.",
        "They held a Beville meeting.",
    ],
)
def test_a_city_that_is_only_named_is_no_host(make: Make, text: str):
    articles = [
        located(make, "a1", "geonames:1", "The forum was held in Aford on Monday.", "Aford"),
        located(make, "a2", "geonames:2", text, "Beville"),
    ]
    assert find_conflicts(articles, {}) == ()


def test_cities_on_different_days_are_two_happenings(make: Make):
    one = located(make, "a1", "geonames:1", "The forum was held in Aford on 20 October.", "Aford")
    other = located(make, "a2", "geonames:2", "The forum was held in Beville on 22 October.", "Beville")
    dated = told(make, "x", "x", ("20 October", "2026-10-20"), ("22 October", "2026-10-22")).events
    articles = [replace(one, events=dated[:1]), replace(other, events=dated[1:])]
    assert "place" not in as_pairs(find_conflicts(articles, {}))


def holding(make: Make, id: str, name: str, more: str = "", city: str = "geonames:1"):  # noqa: A002 - the article's
    made = located(make, id, city, f"The mayor of Aford, {name}, spoke. {more}", "Aford")
    person = Person(name=name, role="mayor of Aford", evidence=f"mayor of Aford, {name}", role_id="mayor")
    return replace(made, persons=(person,))


def test_different_holders_of_one_office_are_shown(make: Make):
    articles = [holding(make, "a1", "Alba Quill"), holding(make, "a2", "Brom Tarn"), holding(make, "a3", "A. Quill")]
    conflicts = find_conflicts(articles, {})
    assert as_pairs(conflicts) == {"persons": [("Alba Quill", ("a1", "a3")), ("Brom Tarn", ("a2",))]}
    assert {account.counted for account in conflicts[0].accounts} == {"mayor"}


@pytest.mark.parametrize(
    "other",
    [("Alba Quil", ""), ("アルバ・クイル", ""), ("Brom Tarn", "He follows Alba Quill.")],
    ids=["a spelling", "another script", "a successor"],
)
def test_spellings_scripts_and_successors_are_no_conflict(make: Make, other: tuple[str, str]):
    assert find_conflicts([holding(make, "a1", "Alba Quill"), holding(make, "a2", *other)], {}) == ()


def test_mayors_of_two_cities_are_no_conflict(make: Make):
    articles = [holding(make, "a1", "Alba Quill"), holding(make, "a2", "Brom Tarn", city="geonames:2")]
    assert find_conflicts(articles, {}) == ()


def test_the_order_of_articles_does_not_matter(make: Make):
    articles = [
        told(make, f"a{n}", f"It opened on {n} May, {n}50 guests came.", (f"{n} May", f"2026-10-2{n}"))
        for n in range(1, 4)
    ]
    assert find_conflicts(articles, {}) == find_conflicts(articles[::-1], {})
    assert len(find_conflicts(articles, {})) == 2


# ---------------------------------------------------------------------------------------------------------------- figures


def figures(make: Make, *texts: str, voices: dict[str, str]):
    articles = [told(make, f"a{number}", text) for number, text in enumerate(texts, start=1)]
    return [(account.value, account.counted, account.article_ids) for account in find_figures(articles, voices)]


def test_a_figure_counts_where_two_families_give_it_or_round_it(make: Make):
    texts = ("Some 300 guests attended.", "The ceremony was attended by 290 guests.", "About 300 guests came.")
    voices = {"a1": "daily", "a2": "wire", "a3": "paper"}
    assert figures(make, *texts, voices=voices) == [("300", "guests", ("a1", "a3"))]


def test_no_figure_of_one_family_alone_or_on_which_they_differ(make: Make):
    assert figures(make, "Some 300 guests attended.", "Some 300 guests came.", voices={"a1": "x", "a2": "x"}) == []
    assert figures(make, "Some 300 guests attended.", "Some 200 guests came.", voices={"a1": "x", "a2": "y"}) == []
