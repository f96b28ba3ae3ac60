"""Articles with the same text, folded into one."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import combinations
from types import MappingProxyType

import pytest

from pipeline.group.copies import find_copies
from pipeline.group.texts import Text, fold_copies
from pipeline.model import TaggedArticle

Make = Callable[..., TaggedArticle]

FIRST = (
    "The mayor of Lyon welcomed a delegation from Yokohama at the town hall to open a week of joint work on river flooding. "
    "Engineers of both cities will visit three pumping stations and compare how residents are warned by telephone and siren."
)
SECOND = (
    "Residents of the harbour district gathered on Saturday to plant two hundred trees along the new tram line. "
    "The city council said that the line will open in spring and that tickets will cost the same as on the bus."
)
THIRD = (
    "A youth orchestra from Riga will give four concerts in the old customs house, which reopens after ten years of repairs. "
    "Tickets are sold at the library, and pupils of the music school pay nothing if they bring an instrument to try."
)
ITEMS = (FIRST, SECOND, THIRD)


def fold(
    articles: Iterable[TaggedArticle],
    known: Iterable[TaggedArticle] = (),
    copy_of: Mapping[str, str] = MappingProxyType({}),
    apart: Collection[frozenset[str]] = (),
) -> list[Text]:
    """Folds articles that are all compared with one another."""
    fresh, old = {one.article.id: one for one in articles}, {one.article.id: one for one in known}
    pairs = find_copies(fresh, old, {one: {*fresh, *old} for one in fresh})
    return fold_copies(fresh, old, copy_of, pairs, {}, lambda a, b: frozenset((a, b)) in apart)


def ids(texts: Iterable[Text]) -> list[tuple[str, ...]]:
    return sorted(tuple(sorted(text.articles)) for text in texts)


def test_every_article_is_in_exactly_one_text(make: Make):
    articles = [make("a1", "Title", FIRST), make("a2", "Title", FIRST), make("b", "Title", SECOND)]
    assert ids(fold(articles)) == [("a1", "a2"), ("b",)]


def test_the_earliest_is_the_original_and_the_others_follow_by_age(make: Make):
    days = {"a1": "2026-10-22", "a2": "2026-10-20", "a3": "2026-10-21"}
    (text,) = fold([make(one, "Title", FIRST, day=day) for one, day in days.items()])
    assert text == Text(articles=("a2", "a3", "a1"), original="a2")


def test_the_credited_publisher_is_the_original_even_if_it_came_later(make: Make):
    early = make("a1", "Title", FIRST, source="riverside_post", references=("agency.example",))
    late = make("agency", "Title", FIRST, day="2026-10-22")
    (text,) = fold([early, late])
    assert (text.articles, text.original) == (("a1", "agency"), "agency")


def test_copies_of_a_copy_are_one_text_though_they_have_less_in_common(make: Make):
    """Each was edited elsewhere: half of all pairs are too far apart to be found."""
    texts = [
        FIRST,
        FIRST.replace("at the town hall to open a week of joint work on river flooding", "on Monday"),
        FIRST.replace("Engineers of both cities will visit three pumping stations and", "They will"),
    ]
    articles = [make(f"a{n}", "Title", text) for n, text in enumerate(texts)]
    pairs = find_copies({one.article.id: one for one in articles}, {}, {"a0": ["a1", "a2"], "a1": ["a2"]})
    assert [pair[:2] for pair in pairs] == [("a0", "a1"), ("a0", "a2")]
    assert ids(fold(articles)) == [("a0", "a1", "a2")]


@pytest.mark.parametrize("items", [(FIRST, SECOND), ITEMS, (FIRST * 2, SECOND)])
def test_a_round_up_is_a_text_of_its_own(make: Make, items: tuple[str, ...]):
    articles = [make(f"a{n}", f"Title {n}", text) for n, text in enumerate(items)]
    round_up = make("b", "This week", " ".join(items), day="2026-10-22")
    assert ids(fold([*articles, round_up])) == [*((one.article.id,) for one in articles), ("b",)]


def test_a_round_up_found_later_does_not_make_one_text_of_what_it_quotes(make: Make):
    known = [make(f"a{n}", f"Title {n}", text) for n, text in enumerate(ITEMS)]
    assert len(fold([make("b", "This week", " ".join(ITEMS))], known)) == 4


def test_copies_of_a_round_up_are_one_text(make: Make):
    quoting = " ".join(ITEMS)
    articles = [*(make(f"a{n}", "Title", text) for n, text in enumerate(ITEMS)), make("b1", "This week", quoting)]
    again = make("b2", "The week", f"{quoting} Send your tips to the desk.")
    assert ("b1", "b2") in ids(fold([*articles, again]))


def test_a_text_that_very_many_sites_edited_is_folded_in_a_moment(make: Make):
    text = f"{FIRST} {SECOND} {THIRD}"
    articles = {f"a{n:03}": make(f"a{n:03}", "Title", f"{text} Edition {n} of {n * 37}.") for n in range(100)}
    pairs = [(a, b, 0.9) for a, b in combinations(articles, 2)]
    started = time.process_time()
    (folded,) = fold_copies(articles, {}, {}, pairs, {}, lambda _a, _b: False)
    assert len(folded.articles) == 100
    assert time.process_time() - started < 2.0


def test_what_was_folded_earlier_stays_folded(make: Make):
    known = [make("a1", "Title", FIRST), make("a2", "Title", SECOND)]
    assert ids(fold([make("a3", "Title", SECOND)], known, {"a2": "a1"})) == [("a1", "a2", "a3")]
    assert ids(fold([], known, {"a2": "gone"})) == [("a1",), ("a2",)]


def test_articles_kept_apart_never_end_in_one_text(make: Make):
    articles = [make(f"a{n}", "Title", FIRST) for n in range(4)]
    texts = fold(articles, apart=[frozenset(("a0", "a1")), frozenset(("a1", "a2"))])
    assert all(not {"a0", "a1"} <= {*text.articles} and not {"a1", "a2"} <= {*text.articles} for text in texts)
    assert ids(fold([], articles[:2], {"a1": "a0"}, [frozenset(("a0", "a1"))])) == [("a0",), ("a1",)]


def test_the_order_of_arguments_makes_no_difference(make: Make):
    articles = [make(f"a{n}", "Title", text) for n, text in enumerate((FIRST, FIRST[:150], SECOND, " ".join(ITEMS)))]
    assert fold(articles) == fold(articles[::-1])
