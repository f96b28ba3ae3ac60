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
    clusters: Sequence[Sequence[str]],
    changed: Iterable[int],
    *,
    similarity: Callable[[str, str], float | None],
    neighbours: Callable[[str], Iterable[str]],
    threshold: float,
    max_vetoed: float,
) -> list[Merge]:
    """The merges, in order. Only clusters in `changed` and those made of them look for others.

    Args:
        clusters: members of each, oldest first; a cluster may be empty and then never merges.
        similarity: 0..1, None for a pair that must not be together.
        neighbours: members that a member may be alike at all.
        threshold: least average similarity.
        max_vetoed: least share of forbidden pairs that keeps two clusters apart; fewer count as similarity 0.
    """
    members: dict[int, list[str]] = {number: list(cluster) for number, cluster in enumerate(clusters)}
    home = {member: number for number, cluster in members.items() for member in cluster}
    heap: list[tuple[float, int, int]] = []
    merges: list[Merge] = []

    def average(a: int, b: int) -> float:
        scores = [similarity(x, y) for x in members[a][-MAX_SPEAKERS:] for y in members[b][-MAX_SPEAKERS:]]
        vetoed = sum(score is None for score in scores)
        if vetoed >= max_vetoed * len(scores):  # true without any pair, too
            return -1.0
        return sum(score for score in scores if score is not None) / len(scores)

    def offer(a: int) -> None:
        found = {home[other] for member in members[a][-MAX_SPEAKERS:] for other in neighbours(member) if other in home}
        for b in sorted(found - {a}):
            score = average(a, b)
            if score >= threshold:
                heapq.heappush(heap, (-score, min(a, b), max(a, b)))

    for number in sorted(changed):
        offer(number)
    while heap:
        negative, a, b = heapq.heappop(heap)
        if a not in members or b not in members:
            continue
        merges.append(Merge(a, b, -negative))
        united = len(clusters) + len(merges) - 1
        members[united] = [*members.pop(a), *members.pop(b)]
        home.update(dict.fromkeys(members[united], united))
        offer(united)
    return merges
