"""Engines: the same results whichever runs, and a bad input costs itself only."""

from __future__ import annotations

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
