"""The engines of one machine."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn, TypeVar

from pebble import ProcessFuture, ProcessPool

from pipeline.ports import Engine

T = TypeVar("T")
R = TypeVar("R")

# A worker ends after this many pages: lxml and the extractors keep memory they no longer use.
_PAGES_PER_WORKER = 1_000
# The deadline is processor time, so that a busy machine gives the same results as an idle one. Code that computes without
# returning to Python, or waits, does not see that clock: this many times the deadline on the wall ends its process.
_WALL_FACTOR = 6
# Pages handed over but not yet answered, per worker: enough to keep it busy, few enough to bound memory (8 MiB each at worst).
_AHEAD = 4
# How often somebody who waits for a page looks whether a signal has come.
_LOOK_S = 0.2


class SerialEngine:
    """Runs in this process, in order, without a deadline: for tests and very small machines."""

    def run(
        self, function: Callable[[T], R], inputs: Iterable[T], *, failed: Callable[[T, BaseException], R]
    ) -> Iterator[R]:
        for item in inputs:
            try:
                yield function(item)
            except Exception as error:  # noqa: BLE001  # whatever a page does to a stage is that page's result
                yield failed(item, error)


class ProcessEngine:
    """Runs in a pool of processes; an input that takes longer than the deadline, or kills its process, costs only itself.

    Args:
        deadline_s: processor seconds for one input.
        warm_up: "module:function" called once in every process before it gets inputs, outside any deadline.
    """

    def __init__(self, workers: int, deadline_s: float, warm_up: str) -> None:
        self.workers = workers
        self.deadline_s = deadline_s
        self.warm_up = warm_up

    def run(
        self, function: Callable[[T], R], inputs: Iterable[T], *, failed: Callable[[T, BaseException], R]
    ) -> Iterator[R]:
        """Results in the order of the inputs; `failed` gets a TimeoutError for an input that ran out of time."""
        waiting: deque[tuple[T, ProcessFuture[R]]] = deque()
        # Not "fork": this process has threads (progress, pool), and a fork of a locked lock never wakes.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([self.warm_up.partition(":")[0]])
        pool = ProcessPool(
            max_workers=self.workers,
            max_tasks=_PAGES_PER_WORKER,
            context=context,
            initializer=_warm_up,
            initargs=[self.warm_up],
        )
        with _held_signals() as held, pool:
            try:
                for item in inputs:
                    arguments = [function, item, self.deadline_s]
                    future = pool.schedule(_run_within, args=arguments, timeout=self.deadline_s * _WALL_FACTOR)
                    waiting.append((item, future))
                    if len(waiting) >= self.workers * _AHEAD:
                        yield _result(*waiting.popleft(), failed, held)
                while waiting:
                    yield _result(*waiting.popleft(), failed, held)
            except BaseException:
                # Else leaving the block would wait for everything that was handed over.
                pool.stop()  # type: ignore[no-untyped-call]  # pebble says no types
                raise


class _OutOfTime(BaseException):
    """Not an Exception: the libraries that it interrupts catch those."""


def _warm_up(name: str) -> None:
    module, _, function = name.partition(":")
    getattr(importlib.import_module(module), function)()
    signal.signal(signal.SIGVTALRM, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _OutOfTime


def _run_within(function: Callable[[T], R], item: T, deadline_s: float) -> R:
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, deadline_s)
        try:
            return function(item)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except _OutOfTime:
        raise TimeoutError(f"more than {deadline_s:g} s of processor time") from None


@contextmanager
def _held_signals() -> Iterator[list[int]]:
    """Holds SIGINT and SIGTERM back until the block ends; the block finds those that came in the list.

    A handler's exception may come in the middle of a queue's `put`. Then the thread at the other end is never woken, and the
    pool waits for it for ever (measured: in two of four runs).
    """
    held: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # only there do handlers run
        yield held
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    handlers = {number: signal.signal(number, lambda number, _frame: held.append(number)) for number in numbers}
    try:
        yield held
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if held:
            signal.raise_signal(held[0])


def _result(item: T, future: ProcessFuture[R], failed: Callable[[T, BaseException], R], held: Collection[int]) -> R:
    while not held and not wait([future], timeout=_LOOK_S).done:
        pass
    if held:
        raise KeyboardInterrupt
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001  # timeout, crash or the function's own error
        return failed(item, error)


def open_engine(workers: int, deadline_s: float, warm_up: str = "pipeline.flow:page_stages") -> Engine:
    """The engine for this many workers; 0 means one per core that this process may use."""
    if workers == 1:
        return SerialEngine()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return ProcessEngine(workers or cores, deadline_s, warm_up)
