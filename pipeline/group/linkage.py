"""Incremental average link: clusters merge, the most alike first, as long as their members are alike on average."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

# A cluster is compared through its latest members; more change the average little and cost their square.
MAX_SPEAKERS = 24


class Merge(NamedTuple):
    """Two clusters became one. Clusters count from 0 in the order given; each merge makes the next number."""

    a: int
    b: int
    average: float


def link(
    clusters: Sequence[Sequence[int]],
    seeking: Iterable[int],
    *,
    similarity: Callable[[int, int], float | None],
    neighbours: Callable[[int], Iterable[int]],
    threshold: float,
    max_vetoed: float,
    unite: Callable[[int, int], bool] = lambda _a, _b: True,
) -> list[Merge]:
    """The merges, in order. Only `seeking` clusters and those made of them look for others.

    Args:
        clusters: members of each, numbered from the oldest on, so that the latest are the largest; an empty one never merges.
        similarity: 0..1, None for a pair that contradicts.
        neighbours: members that a member may be alike at all.
        threshold: least average similarity.
        max_vetoed: least share of contradicting pairs that keeps two clusters apart; fewer count as similarity 0.
        unite: asked with a member of each before two clusters merge; False keeps them apart for good.
    """
    members = {number: sorted(cluster) for number, cluster in enumerate(clusters)}
    home = {member: number for number, cluster in members.items() for member in cluster}
    heap: list[tuple[float, int, int]] = []
    merges: list[Merge] = []

    def offer(a: int) -> None:
        speakers = members[a][-MAX_SPEAKERS:]
        found: set[int] = set()
        for member in speakers:
            for other in neighbours(member):
                b = home.get(other, a)
                # The average over a cluster reaches the threshold only if one of its pairs does.
                if b != a and b not in found and (similarity(member, other) or 0.0) >= threshold:
                    found.add(b)
        for b in sorted(found):
            score = average_link(speakers, members[b][-MAX_SPEAKERS:], similarity, max_vetoed)
            if score is not None and score >= threshold:
                heapq.heappush(heap, (-score, min(a, b), max(a, b)))

    for number in sorted(seeking):
        offer(number)
    while heap:
        negative, a, b = heapq.heappop(heap)
        if a not in members or b not in members or not unite(members[a][0], members[b][0]):
            continue
        merges.append(Merge(a, b, -negative))
        united = len(clusters) + len(merges) - 1
        members[united] = sorted((*members.pop(a), *members.pop(b)))
        home.update(dict.fromkeys(members[united], united))
        offer(united)
    return merges


def average_link(
    a: Sequence[int], b: Sequence[int], similarity: Callable[[int, int], float | None], max_vetoed: float
) -> float | None:
    """The mean similarity over all pairs, None if too many contradict or there are none."""
    scores = [similarity(x, y) for x in a for y in b]
    vetoed = sum(score is None for score in scores)
    if vetoed >= max_vetoed * len(scores):  # true without any pair, too
        return None
    return sum(score for score in scores if score is not None) / len(scores)
