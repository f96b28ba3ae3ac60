"""How well a partition agrees with another: B-cubed and pairwise scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple


class Item(NamedTuple):
    """Where one article belongs, and where it was put."""

    cluster: str
    story: str
    language: str


def bcubed(items: Iterable[Item], *, across: bool = False) -> float:
    """F1 of the item averages of precision and recall (Bagga and Baldwin 1998), 0 without items.

    `across` leaves out the others of an item's language, but not the item itself.
    """
    held = [*items]
    kept = _counts(held, across=across)
    precision = sum(both / story for both, story, _ in kept) / max(1, len(held))
    recall = sum(both / cluster for both, _, cluster in kept) / max(1, len(held))
    return f1(precision, recall)


def pairwise(items: Iterable[Item], *, across: bool = False) -> float:
    """F1 of the pairs that are together; 1 where none should be and none is. `across` counts pairs of two languages alone."""
    kept = _counts([*items], across=across)
    both, story, cluster = (sum(counts) - len(kept) for counts in zip(*kept, strict=True)) if kept else (0, 0, 0)
    return 2 * both / (story + cluster) if story + cluster else 1.0


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _counts(items: list[Item], *, across: bool) -> list[tuple[int, int, int]]:
    """For every item how many, itself included, share its cluster and its story, its story, its cluster."""
    sharing = (
        lambda item: (item.cluster, item.story, None),
        lambda item: (None, item.story, None),
        lambda item: (item.cluster, None, None),
    )
    counted = []
    for key in sharing:
        all_of = Counter(map(key, items))
        of_language = Counter((*key(item), item.language) for item in items)
        counted.append(
            [all_of[key(item)] - (of_language[*key(item), item.language] - 1 if across else 0) for item in items]
        )
    return list(zip(*counted, strict=True))
