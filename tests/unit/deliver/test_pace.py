"""How many messages may begin, and when (M8)."""

from __future__ import annotations

import pytest

from pipeline.deliver.pace import Pace


def take_all(pace: Pace[str], now: float = 0.0) -> list[tuple[float, str]]:
    taken = []
    while one := pace.take(now):
        now = one[0]
        taken.append(one)
    return taken


def test_without_limits_all_may_begin_at_once_and_domains_take_turns() -> None:
    pace = Pace[str](0, 0)
    for name in ("a1", "a2", "a3", "b1", "c1", "c2"):
        pace.put(name, name[0], 0.0)
    assert take_all(pace, 7.0) == [(7.0, name) for name in ("a1", "b1", "c1", "a2", "c2", "a3")]


def test_no_minute_has_more_than_the_limit() -> None:
    pace = Pace[str](3, 0)
    for number in range(8):
        pace.put(str(number), "a", 0.0)
    assert [moment for moment, _ in take_all(pace)] == [0.0] * 3 + [60.0] * 3 + [120.0] * 2


def test_a_domain_at_its_limit_makes_nobody_else_wait() -> None:
    pace = Pace[str](0, 2)
    for number in range(5):
        pace.put(f"a{number}", "a", 0.0)
    pace.put("b0", "b", 0.0)
    pace.put("b1", "b", 0.0)
    taken = take_all(pace)
    assert [moment for moment, name in taken if name[0] == "b"] == [0.0, 0.0]
    assert [moment for moment, name in taken if name[0] == "a"] == [0.0, 0.0, 60.0, 60.0, 120.0]


def test_nothing_begins_before_its_moment() -> None:
    pace = Pace[str](0, 0)
    pace.put("late", "a", 50.0)
    pace.put("soon", "b", 10.0)
    assert take_all(pace) == [(10.0, "soon"), (50.0, "late")]


@pytest.mark.parametrize(("overall", "domain"), [(5, 2), (2, 5), (1, 1), (100, 3)])
def test_both_limits_hold_together(overall: int, domain: int) -> None:
    pace = Pace[str](overall, domain)
    for number in range(60):
        pace.put(f"{'abc'[number % 3]}{number}", "abc"[number % 3], 0.0)
    taken = take_all(pace)
    assert len(taken) == 60
    for group, limit in ((taken, overall), *(([t for t in taken if t[1][0] == d], domain) for d in "abc")):
        moments = [moment for moment, _ in group]
        assert all(later - earlier >= 60 for earlier, later in zip(moments, moments[limit:], strict=False))
