"""The engines of one machine."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from pebble import ProcessFuture, ProcessPool

from pipeline.ports import Engine

T = TypeVar("T")
R = TypeVar("R")

# A worker ends after this many pages: lxml and the extractors keep memory they no longer use.
_PAGES_PER_WORKER = 1_000
# Pages handed over but not yet answered, per worker: enough to keep it busy, few enough to bound memory (8 MiB each at worst).
_AHEAD = 4


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
    """Runs in a pool of processes; one that takes longer than the deadline, or dies, costs its own input only."""

    def __init__(self, workers: int, deadline_s: float) -> None:
        self.workers = workers
        self.deadline_s = deadline_s

    def run(
        self, function: Callable[[T], R], inputs: Iterable[T], *, failed: Callable[[T, BaseException], R]
    ) -> Iterator[R]:
        """Results in the order of the inputs."""
        waiting: deque[tuple[T, ProcessFuture]] = deque()
        # Not "fork": this process has threads (progress, pool), and a fork of a locked lock never wakes.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["pipeline.flow"])
        with ProcessPool(max_workers=self.workers, max_tasks=_PAGES_PER_WORKER, context=context) as pool:
            for item in inputs:
                waiting.append((item, pool.schedule(function, args=[item], timeout=self.deadline_s)))
                if len(waiting) >= self.workers * _AHEAD:
                    yield self._result(*waiting.popleft(), failed)
            while waiting:
                yield self._result(*waiting.popleft(), failed)

    @staticmethod
    def _result(item: T, future: ProcessFuture, failed: Callable[[T, BaseException], R]) -> R:
        try:
            result: R = future.result()
        except Exception as error:  # noqa: BLE001  # timeout, crash or the function's own error
            return failed(item, error)
        return result


def open_engine(workers: int, deadline_s: float) -> Engine:
    """The engine for this many workers; 0 means one per core that this process may use."""
    if workers == 1:
        return SerialEngine()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return ProcessEngine(workers or cores, deadline_s)
