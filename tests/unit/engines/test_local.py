"""Engines: the same results whichever runs, and a bad input costs itself only."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest

from pipeline.engines import ProcessEngine, SerialEngine, open_engine

# Expressions for `eval`, the one function that workers can import whatever the tests are called.
WARM_UP = "builtins:dict"
SUMS = [f"{number} * {number}" for number in range(40)]


def blame(item: str, error: BaseException) -> str:
    return f"{item}: {type(error).__name__}"


def test_both_engines_give_one_result_per_input_in_order() -> None:
    inputs = [*SUMS, "1 / 0", "undefined", "'a' + 'b'"]
    serial = list(SerialEngine().run(eval, inputs, failed=blame))
    assert serial[:3] == [0, 1, 4]
    assert serial[-3:] == ["1 / 0: ZeroDivisionError", "undefined: NameError", "ab"]
    assert list(ProcessEngine(2, 60, WARM_UP).run(eval, inputs, failed=blame)) == serial


def test_an_input_that_hangs_or_kills_its_process_costs_itself_only() -> None:
    hang = "__import__('time').sleep(60)"
    spin = "sum(0 for _ in iter(int, 1))"
    kill = "__import__('os').kill(__import__('os').getpid(), 9)"
    leave = "__import__('os')._exit(3)"
    unpicklable = "lambda: 0"
    inputs = ["1", kill, "2", hang, "3", spin, "4", leave, "5", unpicklable, "6"]
    results = list(ProcessEngine(2, 0.5, WARM_UP).run(eval, inputs, failed=blame))
    assert [result for item, result in zip(inputs, results, strict=True) if item.isdigit()] == [1, 2, 3, 4, 5, 6]
    bad = [str(result).rpartition(": ")[2] for item, result in zip(inputs, results, strict=True) if not item.isdigit()]
    assert bad[:4] == ["ProcessExpired", "TimeoutError", "TimeoutError", "ProcessExpired"]
    assert bad[4].endswith("Error")


def test_inputs_are_taken_as_results_are_asked_for() -> None:
    """A run over a million pages holds a few of them."""
    taken = []

    def inputs() -> object:
        for item in SUMS:
            taken.append(item)
            yield item

    results = ProcessEngine(1, 60, WARM_UP).run(eval, inputs(), failed=blame)  # type: ignore[arg-type]
    assert next(results) == 0
    assert len(taken) < 10
    results.close()  # type: ignore[attr-defined]  # a generator


def test_nothing_in_gives_nothing_out() -> None:
    assert list(SerialEngine().run(eval, [], failed=blame)) == []
    assert list(ProcessEngine(1, 1, WARM_UP).run(eval, [], failed=blame)) == []


@pytest.mark.parametrize(("workers", "kind"), [(1, SerialEngine), (2, ProcessEngine), (0, ProcessEngine)])
def test_the_number_of_workers_chooses_the_engine(workers: int, kind: type) -> None:
    engine = open_engine(workers, 1.0)
    assert isinstance(engine, kind)
    if isinstance(engine, ProcessEngine):
        assert engine.workers == workers or (workers == 0 and engine.workers >= 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_pool_at_once_between_two_inputs(number: int) -> None:
    """C11: whatever the pool is doing, and with inputs in hand that would take a minute."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    def inputs() -> Iterator[str]:
        yield from [
            "1",
            *["__import__('time').sleep(60)"] * 3,
        ]  # as many as are handed over before the first is asked for
        signal.raise_signal(number)
        reached.append("the input after the signal")
        yield from ["2"] * 20

    reached: list[str] = []
    results = ProcessEngine(1, 60, WARM_UP).run(eval, inputs(), failed=blame)
    before = signal.signal(number, interrupt)
    try:
        assert next(results) == 1
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            list(results)
        assert time.monotonic() - started < 10
        assert reached, "the handler broke into the pool's own work"
        assert signal.getsignal(number) is interrupt
    finally:
        signal.signal(number, before)


def test_whoever_stops_asking_does_not_wait_for_what_is_in_hand() -> None:
    results = ProcessEngine(1, 60, WARM_UP).run(eval, ["1", *["__import__('time').sleep(60)"] * 6], failed=blame)
    assert next(results) == 1
    started = time.monotonic()
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert time.monotonic() - started < 10
