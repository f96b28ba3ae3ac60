"""Work on hostile input ends in time, whatever catches exceptions on the way."""

from __future__ import annotations

import contextlib
import re
import signal
import time

import pytest

from crawler.deadline import within


def test_a_regular_expression_that_would_never_end_is_interrupted() -> None:
    started = time.process_time()
    with pytest.raises(TimeoutError, match=r"0\.1 s"), within(0.1):
        re.match(r"(a+)+$", "a" * 60 + "b")
    assert time.process_time() - started < 5


def test_code_that_catches_exceptions_is_interrupted_too() -> None:
    def work() -> None:
        while True:
            with contextlib.suppress(Exception):
                sum(range(1_000))

    with pytest.raises(TimeoutError), within(0.1):
        work()


def test_what_ends_in_time_is_left_alone_and_so_are_later_blocks() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    with within(0.2):
        pass
    started = time.process_time()
    while time.process_time() - started < 0.4:
        pass
    assert signal.getsignal(signal.SIGVTALRM) is before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_an_interrupt_that_comes_just_before_the_timer_is_disarmed_leaves_no_timer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    setitimer, late = signal.setitimer, iter([True])

    def interrupted(which: int, seconds: float, interval: float = 0.0) -> tuple[float, float]:
        if seconds == 0 and next(late, False):
            signal.raise_signal(signal.SIGVTALRM)
        return setitimer(which, seconds, interval)

    monkeypatch.setattr(signal, "setitimer", interrupted)
    before = signal.getsignal(signal.SIGVTALRM)
    try:
        with pytest.raises(TimeoutError), within(60):
            pass
        assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
        assert signal.getsignal(signal.SIGVTALRM) is before
    finally:
        setitimer(signal.ITIMER_VIRTUAL, 0)


def test_other_exceptions_pass() -> None:
    with pytest.raises(KeyError), within(5):
        raise KeyError("x")
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
