"""Average link, on numbers."""

from collections.abc import Callable, Iterable, Sequence

from pipeline.group.linkage import Merge, link

POINTS = {"a": 0.0, "b": 0.1, "c": 0.5, "d": 0.55, "e": 2.0}


def near(x: str, y: str) -> float:
    return max(0.0, 1 - abs(POINTS[x] - POINTS[y]))


def run(
    clusters: Sequence[Sequence[str]],
    changed: Iterable[int],
    similarity: Callable[[str, str], float | None] = near,
    *,
    threshold: float = 0.8,
    neighbours: Callable[[str], Iterable[str]] = lambda _: POINTS,
) -> list[Merge]:
    return link(clusters, changed, similarity=similarity, neighbours=neighbours, threshold=threshold, max_vetoed=0.34)


def test_the_most_alike_merge_first_until_the_average_is_too_low():
    merges = run([["a"], ["b"], ["c"], ["d"], ["e"]], range(5))
    assert [(m.a, m.b) for m in merges] == [(2, 3), (0, 1)]
    assert [round(m.average, 2) for m in merges] == [0.95, 0.9]


def test_a_merged_cluster_counts_by_all_its_members():
    merges = run([["a"], ["b"], ["c"], ["d"]], range(4), threshold=0.5)
    assert [(m.a, m.b, round(m.average, 3)) for m in merges][-1] == (4, 5, 0.525)


def test_clusters_without_change_do_not_look_for_each_other():
    assert run([["a"], ["b"], ["e"]], [2]) == []


def test_a_new_member_brings_old_clusters_together():
    merges = run([["a"], ["d"], ["b", "c"]], [2], threshold=0.6)
    assert [(m.a, m.b) for m in merges] == [(1, 2), (0, 3)]


def test_forbidden_pairs_keep_clusters_apart_from_a_third_on():
    def forbid(*pairs: str) -> Callable[[str, str], float | None]:
        return lambda x, y: None if {x, y} in [set(p) for p in pairs] else 0.9

    assert run([["a"], ["b"]], [0], forbid("ab")) == []
    assert run([["a", "b"], ["c"]], [0], forbid("ac")) == []
    assert len(run([["a", "b", "d"], ["c"]], [0], forbid("ac"), threshold=0.5)) == 1


def test_only_neighbours_are_compared():
    assert run([["a"], ["b"]], [0, 1], neighbours=lambda _: ()) == []


def test_empty_clusters_stay_alone():
    assert run([[], ["a"], []], [0, 1, 2]) == []
