"""Parts that keep to what people decided."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.group.constraints import Partition
from pipeline.model import Constraint

IDS = "abcdefgh"


def must(pair: str) -> Constraint:
    return Constraint(a=pair[0], b=pair[1], together=True)


def cannot(pair: str) -> Constraint:
    return Constraint(a=pair[0], b=pair[1], together=False)


def parts(partition: Partition, ids: str = IDS) -> list[str]:
    """The parts of more than one article."""
    found = ["".join(i for i in ids if partition.part(i) == name) for name in {partition.part(i) for i in ids}]
    return sorted(part for part in found if len(part) > 1)


def test_articles_are_apart_through_any_member_of_their_parts():
    partition = Partition([cannot("ad")])
    assert partition.unite("a", "b")
    assert partition.unite("c", "d")
    assert partition.is_apart("b", "c")
    assert not partition.unite("b", "c")
    assert partition.unite("b", "e")
    assert parts(partition) == ["abe", "cd"]


def test_uniting_what_is_united_is_no_news():
    partition = Partition([cannot("ad")])
    assert partition.unite("a", "b")
    assert partition.unite("b", "a")
    assert not partition.is_apart("a", "b")
    assert not partition.is_apart("a", "a")


def test_who_may_not_stay_with_the_founder_leaves():
    assert Partition([]).seat("a", "abcd", {}) == []
    partition = Partition([cannot("ac"), cannot("ad")])
    assert partition.seat("a", "abcd", {}) == ["c", "d"]
    assert parts(partition) == ["ab"]


def test_copies_and_what_must_be_together_leave_together():
    partition = Partition([cannot("ac"), must("ce")])
    assert partition.seat("a", "abcde", {"d": "c"}) == ["c", "d", "e"]
    assert parts(partition) == ["ab", "cde"]


def test_a_copy_leaves_its_original_if_a_person_says_so():
    partition = Partition([cannot("ac"), cannot("bc")])
    assert partition.seat("a", "abc", {"c": "b"}) == ["c"]


def test_the_founder_stays_whatever_it_is_kept_from():
    assert Partition([cannot("ab")]).seat("b", "abc", {}) == ["a"]


def test_a_pair_that_must_and_must_not_must_not():
    assert Partition([must("ab"), cannot("ab")]).must_links == []
    assert Partition([cannot("ba"), must("ab")]).cannot_links == [("a", "b")]


PAIRS = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)).filter(lambda pair: pair[0] != pair[1]))


@given(kept_apart=PAIRS, wanted=PAIRS)
def test_no_part_ever_holds_a_pair_that_is_kept_apart(kept_apart: list[tuple[str, str]], wanted: list[tuple[str, str]]):
    partition = Partition([cannot("".join(pair)) for pair in kept_apart])
    for a, b in wanted:
        could = not partition.is_apart(a, b)
        assert partition.unite(a, b) == could
        assert (partition.part(a) == partition.part(b)) == could
    assert all(partition.part(a) != partition.part(b) for a, b in kept_apart)
