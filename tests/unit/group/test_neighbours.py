"""Who is found: those that share a telling feature, and those that mean most nearly the same in either kind of language."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from msgspec.structs import replace

from pipeline.group.neighbours import find_neighbours, nearest
from pipeline.group.similarity import Profile, profile_all
from pipeline.model import TaggedArticle

Make = Callable[..., TaggedArticle]


def profiles_of(rows: Sequence[Sequence[float]], languages: str) -> list[Profile]:
    """Profiles with these meanings and, by their first letters, languages."""
    return [
        Profile(
            text={},
            entities={},
            meaning=np.array(row, np.float32),
            signs={},
            language=language,
            day=None,
            cities=frozenset(),
            main_cities=frozenset(),
            networks=frozenset(),
            types=frozenset(),
            dates=frozenset(),
        )
        for row, language in zip(rows, languages, strict=True)
    ]


def test_the_nearest_of_ones_own_language_and_of_others_are_found() -> None:
    rows = [(1.0, 0.0), (0.9, 0.1), (0.8, 0.2), (0.7, 0.3), (0.6, 0.4), (0.0, 1.0)]
    assert nearest(profiles_of(rows, "eeejjj"), [0], 1) == {0: [1, 3]}
    assert nearest(profiles_of(rows, "eeejjj"), [0, 5], 2) == {0: [1, 2, 3, 4], 5: [1, 2, 3, 4]}


def test_of_equally_near_ones_the_first_are_taken() -> None:
    rows = [(1.0, 0.0), *[(0.6, 0.8)] * 5]
    assert nearest(profiles_of(rows, "eeeeee"), [0], 2) == {0: [1, 2]}
    # Less than a rounding apart is equally near: the last bits of a product are the machine's.
    rows[4] = (0.600001, 0.8)
    assert nearest(profiles_of(rows, "eeeeee"), [0], 2) == {0: [1, 2]}


def test_who_has_no_meaning_has_no_neighbours_and_is_nobodys() -> None:
    profiles = profiles_of([(1.0, 0.0), (1.0, 0.0), (1.0, 0.0)], "eee")
    silent = [profiles[0], replace(profiles[0], meaning=None), *profiles[1:]]
    assert nearest(silent, [0, 1], 5) == {0: [2, 3]}
    assert nearest(silent[1:2], [0], 5) == {}


def test_many_articles_are_searched_in_parts_with_the_same_result() -> None:
    rows = np.random.default_rng(1).normal(size=(700, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    profiles = profiles_of(rows.tolist(), "ej" * 350)
    everyone = nearest(profiles, range(700), 3)
    for place in (0, 255, 256, 699):
        assert everyone[place] == nearest(profiles, [place], 3)[place]
        cosines = np.round(rows @ rows[place], 4)
        for parity in (0, 1):
            kind = [other for other in range(parity, 700, 2) if other != place]
            best = sorted(kind, key=lambda other: (-cosines[other], other))[:3]
            assert set(best) <= set(everyone[place])


@pytest.mark.parametrize("shared", [{"cities": ("porto",)}, {"dates": ("2026-10-21",)}, {"text": "海辺の音楽堂"}])
def test_who_shares_a_telling_feature_is_found(make: Make, shared: dict[str, object]) -> None:
    articles = [make("a", "T", **shared), make("b", "U", **shared), make("c", "V", cities=("lima",))]  # type: ignore[arg-type]  # the keyword arguments of make
    profiles = profile_all(articles)
    find = find_neighbours([profiles[i] for i in "abc"], [])
    assert set(find(0)) == {1}
    assert set(find(2)) == set()


def test_only_those_that_seek_look_for_their_nearest() -> None:
    profiles = profiles_of([(1.0, 0.0), (0.9, 0.1)], "ej")
    find = find_neighbours(profiles, [0])
    assert set(find(0)) == {1}
    assert set(find(1)) == set()


def test_what_everybody_has_finds_nobody(make: Make) -> None:
    articles = [make(f"a{n:03}", chr(0x4E00 + 2 * n) + chr(0x4E01 + 2 * n), cities=("porto",)) for n in range(401)]
    profiles = profile_all(articles)
    find = find_neighbours(list(profiles.values()), [])
    assert not any(set(find(place)) for place in (0, 200, 400))
