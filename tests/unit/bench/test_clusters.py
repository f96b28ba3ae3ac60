"""The scores that grouping is held to."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.quality.clusters import Item, bcubed, pairwise

ITEMS = st.lists(st.builds(Item, *(st.sampled_from("abc"),) * 3), max_size=12)


def items(*of: str) -> list[Item]:
    return [Item(*one.split("/")) for one in of]


def test_bcubed_is_the_example_of_its_paper() -> None:
    # Bagga and Baldwin 1998, response 1: the two smaller of three classes are one; precision .76, recall 1.
    of = ["A/1/x"] * 5 + ["B/2/x"] * 2 + ["C/2/x"] * 5
    assert bcubed(items(*of)) == pytest.approx(2 * 0.7619 / 1.7619, abs=1e-4)


def test_pairwise_counts_pairs() -> None:
    # Together: 1-2, 1-3, 2-3 said; 1-2, 3-4 true; one of them right.
    assert pairwise(items("A/1/x", "A/1/x", "B/1/x", "B/2/x")) == pytest.approx(2 * 1 / (3 + 2))


def test_across_languages_a_split_within_one_language_costs_nothing() -> None:
    of = items("A/1/en", "A/1/ja", "B/2/en", "B/3/en")
    assert (bcubed(of, across=True), pairwise(of, across=True)) == (1.0, 1.0)
    assert max(bcubed(of), pairwise(of)) < 1


def test_across_languages_a_wrong_pair_of_two_languages_costs() -> None:
    of = items("A/1/en", "B/1/ja")
    assert bcubed(of, across=True) == pytest.approx(2 * 0.5 / 1.5)
    assert pairwise(of, across=True) == 0


def test_nothing_and_singletons_are_scored() -> None:
    assert (bcubed([]), pairwise([])) == (0.0, 1.0)
    assert (bcubed(items("A/1/x")), pairwise(items("A/1/x"))) == (1.0, 1.0)


@given(ITEMS)
def test_the_counts_are_those_of_comparing_everything_with_everything(of: list[Item]) -> None:
    for across in (False, True):
        pairs = [(a, b) for a, b in combinations(of, 2) if not across or a.language != b.language]
        said = sum(a.story == b.story for a, b in pairs)
        true = sum(a.cluster == b.cluster for a, b in pairs)
        both = sum(a.story == b.story and a.cluster == b.cluster for a, b in pairs)
        assert pairwise(of, across=across) == pytest.approx(2 * both / (said + true) if said + true else 1.0)
        assert bcubed(of, across=across) == pytest.approx(_bcubed_plainly(of, across=across))


def _bcubed_plainly(of: list[Item], *, across: bool) -> float:
    precision, recall = [], []
    for number, one in enumerate(of):
        seen = [o for n, o in enumerate(of) if n == number or not across or o.language != one.language]
        both = sum(o.cluster == one.cluster and o.story == one.story for o in seen)
        precision.append(both / sum(o.story == one.story for o in seen))
        recall.append(both / sum(o.cluster == one.cluster for o in seen))
    p, r = (sum(values) / max(1, len(values)) for values in (precision, recall))
    return 2 * p * r / (p + r) if p + r else 0.0
