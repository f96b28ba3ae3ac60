"""Which articles may be alike at all: those that share a telling feature, and those that mean most nearly the same.

No index is needed: 2,000 articles among 20,000 are one matrix product of two seconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from heapq import nsmallest

import numpy as np
import numpy.typing as npt

from pipeline.group.similarity import Profile

# A text looks for others through its rarest features; a feature of more texts than this finds nobody.
KEYS = 16
MAX_HOLDERS = 400
# And among so many whose meaning is nearest, in its language and in the others: stories have 12 reports at most, nearly always.
NEAREST = 16
# Rows multiplied at a time: with 20,000 articles the product takes 20 MB.
_CHUNK = 256
# Digits of a cosine: the last bits of a matrix product differ by machine and number of threads.
_DIGITS = 4

Ints = npt.NDArray[np.int64]


def find_neighbours(profiles: Sequence[Profile], seeking: Collection[int]) -> Callable[[int], Iterable[int]]:
    """Finds for an article, by its place in `profiles`, the places of those that it may be alike.

    Args:
        seeking: places of those that also look for their nearest by meaning.
    """
    keys = [_keys(profile) for profile in profiles]
    holders: dict[str, list[int]] = defaultdict(list)
    for place, features in enumerate(keys):
        for feature in features:
            holders[feature].append(place)
    near = nearest(profiles, seeking, NEAREST)

    def find(place: int) -> Iterable[int]:
        shared = (holders[feature] for feature in keys[place] if len(holders[feature]) <= MAX_HOLDERS)
        return {*near.get(place, ()), *(other for others in shared for other in others)} - {place}

    return find


def nearest(profiles: Sequence[Profile], of: Collection[int], k: int) -> dict[int, list[int]]:
    """For each of these articles the `k` nearest by meaning in its own language and the `k` nearest in others, by place.

    Of equally near ones the first in `profiles` count. Articles without a vector have no neighbours and are nobody's.
    """
    placed = [(place, row) for place, profile in enumerate(profiles) if (row := profile.meaning) is not None]
    if not placed:
        return {}
    places: Ints = np.array([place for place, _ in placed])
    rows = np.stack([row for _, row in placed])
    languages = np.array([profiles[place].language for place in places])
    numbers = np.flatnonzero(np.isin(places, sorted(of)))
    found: dict[int, list[int]] = {}
    for first in range(0, len(numbers), _CHUNK):
        chunk = numbers[first : first + _CHUNK]
        for number, line in zip(chunk, np.round(rows[chunk] @ rows.T, _DIGITS), strict=True):
            own = languages == languages[number]
            foreign = np.flatnonzero(~own)
            own[number] = False
            alike = [*_largest(line, np.flatnonzero(own), k), *_largest(line, foreign, k)]
            found[int(places[number])] = sorted(int(places[other]) for other in alike)
    return found


def _largest(values: npt.NDArray[np.float32], among: Ints, k: int) -> Ints:
    """Of the numbers in `among` the `k` with the largest values; of equal ones the first."""
    if len(among) <= k:
        return among
    chosen = values[among]
    least = np.partition(chosen, -k)[-k]
    candidates: Ints = among[chosen >= least]
    order: Ints = np.argsort(-values[candidates], kind="stable")[:k]
    return candidates[order]


def _keys(profile: Profile) -> list[str]:
    """The heaviest features of an article, entities first: they also find other languages."""
    return [*_heaviest(profile.entities), *profile.signs, *_heaviest(profile.text)]


def _heaviest(vector: Mapping[str, float]) -> list[str]:
    return nsmallest(KEYS, vector, key=lambda feature: (-vector[feature], feature))
