"""From counts to the exit code."""

from __future__ import annotations

import pytest

from crawler.tally import Tally, exit_code
from pipeline.errors import Reason


def tally(*, pages: int = 0, links_new: int = 0, problem: str = "", failures: int = 0) -> Tally:
    made = Tally(pages=pages, links_new=links_new, problem=problem)
    for _ in range(failures):
        made.fail(Reason.GONE)
    return made


GOOD, BAD = tally(pages=3, links_new=4, failures=1), tally(problem="timeout", failures=1)


@pytest.mark.parametrize(
    ("tallies", "unexpected", "stopped", "code"),
    [
        ([GOOD, GOOD], 0, False, 0),
        ([tally()], 0, False, 0),  # nothing new is no failure
        ([GOOD, BAD], 0, False, 3),
        ([BAD, BAD], 0, False, 1),
        ([GOOD], 1, False, 1),
        ([GOOD, BAD], 0, True, 75),
    ],
)
def test_exit_code(tallies: list[Tally], unexpected: int, stopped: bool, code: int) -> None:
    named = {str(number): item for number, item in enumerate(tallies)}
    assert exit_code(named, unexpected=unexpected, stopped=stopped) == code


def test_where_others_were_not_asked_the_failure_of_all_that_were_is_a_failure_of_some() -> None:
    assert exit_code({"a": BAD}, unexpected=0, stopped=False, others=3) == 3


def test_what_two_processes_counted_of_one_source_adds_up() -> None:
    both = tally(pages=1, failures=1)
    both.add(tally(pages=2, problem="timeout", failures=2))
    assert (both.pages, both.failures, both.problem) == (3, {"gone": 3}, "timeout")


def test_a_source_failed_if_not_one_of_its_new_pages_came() -> None:
    assert tally(links_new=2, failures=2).failed
    assert tally(links_new=2, failures=2).worst == "gone"
    assert not tally(links_new=2, pages=1, failures=1).failed
    assert not tally(failures=1).failed  # an old link that fails again says nothing of the source
    assert GOOD.worst == ""


@pytest.mark.parametrize("reason", [Reason.DENIED_HOST, Reason.FLOOD])
def test_links_that_were_never_asked_do_not_make_a_source_fail(reason: Reason) -> None:
    answered = tally(links_new=2)
    answered.fail(reason, 50)
    assert (answered.failed, answered.worst) == (False, "")
    answered.fail(Reason.GONE)
    assert (answered.failed, answered.worst) == (True, "gone")
    denied = tally(problem="denied_host")
    denied.fail(Reason.DENIED_HOST)
    assert (denied.failed, denied.worst) == (True, "denied_host")
