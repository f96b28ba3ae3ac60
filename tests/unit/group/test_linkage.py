"""Average link, on numbers."""

from collections.abc import Callable, Iterable, Sequence

from pipeline.group.linkage import MAX_SPEAKERS, Merge, link

POINTS = [0.0, 0.1, 0.5, 0.55, 2.0]


def near(x: int, y: int) -> float:
    return max(0.0, 1 - abs(POINTS[x] - POINTS[y]))


def run(
    clusters: Sequence[Sequence[int]],
    seeking: Iterable[int],
    similarity: Callable[[int, int], float | None] = near,
    *,
    threshold: float = 0.8,
    neighbours: Callable[[int], Iterable[int]] = lambda _: range(len(POINTS)),
    unite: Callable[[int, int], bool] = lambda _a, _b: True,
) -> list[Merge]:
    return link(
        clusters,
        seeking,
        similarity=similarity,
        neighbours=neighbours,
        threshold=threshold,
        max_vetoed=0.34,
        unite=unite,
    )


def test_the_most_alike_merge_first_until_the_average_is_too_low():
    merges = run([[0], [1], [2], [3], [4]], range(5))
    assert [(m.a, m.b) for m in merges] == [(2, 3), (0, 1)]
    assert [round(m.average, 2) for m in merges] == [0.95, 0.9]


def test_a_merged_cluster_counts_by_all_its_members():
    merges = run([[0], [1], [2], [3]], range(4), threshold=0.5)
    assert [(m.a, m.b, round(m.average, 3)) for m in merges][-1] == (4, 5, 0.525)


def test_clusters_that_seek_nobody_do_not_look_for_each_other():
    assert run([[0], [1], [4]], [2]) == []


def test_a_new_member_brings_old_clusters_together():
    merges = run([[0], [3], [1, 2]], [2], threshold=0.6)
    assert [(m.a, m.b) for m in merges] == [(1, 2), (0, 3)]


def test_contradicting_pairs_keep_clusters_apart_from_a_third_on():
    def contradict(*pairs: set[int]) -> Callable[[int, int], float | None]:
        return lambda x, y: None if {x, y} in pairs else 0.9

    assert run([[0], [1]], [0], contradict({0, 1})) == []
    assert run([[0, 1], [2]], [0], contradict({0, 2})) == []
    assert len(run([[0, 1, 3], [2]], [0], contradict({0, 2}), threshold=0.5)) == 1


def test_clusters_that_may_not_be_united_stay_apart_and_others_go_on():
    merges = run([[0], [1], [2], [3]], range(4), lambda _x, _y: 1.0, unite=lambda a, b: a % 2 == b % 2)
    assert [(m.a, m.b) for m in merges] == [(0, 2), (1, 3)]


def test_only_neighbours_are_compared():
    assert run([[0], [1]], [0, 1], neighbours=lambda _: ()) == []


def test_empty_clusters_stay_alone():
    assert run([[], [0], []], [0, 1, 2]) == []


def test_a_cluster_speaks_through_its_latest_members_in_whatever_order_they_came():
    asked: set[int] = set()

    def similarity(x: int, y: int) -> float:
        asked.update((x, y))
        return 0.9

    latest = MAX_SPEAKERS + 5
    run([[*range(latest, 0, -1)], [0]], [1], similarity, neighbours=lambda _: [latest])
    assert asked == {0, *range(latest, latest - MAX_SPEAKERS, -1)}
