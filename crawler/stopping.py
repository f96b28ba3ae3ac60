"""Ends a crawl early: on a signal, politely but soon; with its parent, at once."""

from __future__ import annotations

import asyncio
import math
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy.crawler import AsyncCrawlerProcess

    from crawler.job import Job


# A terminal's Ctrl-C reaches every process of a command, each of which tells its children as well: the same wish comes two or three times,
# milliseconds apart. Who wants a crawl to end at once asks again when it does not end soon.
SAME_WISH_S = 1.0


def stop_on_signals(process: AsyncCrawlerProcess, job: Job, *, within_s: float, attached: bool) -> None:
    """SIGTERM and SIGINT let the requests under way end, for `within_s` seconds at most; then everything stops, or when asked again.

    Scrapy's own handlers would wait for every request that waits for its turn, for as long as the delays are.

    Args:
        attached: stop at once when standard input closes, as it does when the parent is gone.
    """
    from twisted.internet import reactor

    loop = asyncio.get_event_loop()
    tasks: set[asyncio.Task[None]] = set()

    def halt() -> None:
        # Not stop(): that waits for every request under way first.
        if reactor.running:
            reactor.crash()  # type: ignore[misc]  # the stubs describe a module, at run time it is the reactor

    asked_at = -math.inf

    def stop(reason: str) -> None:
        nonlocal asked_at
        if job.stopped:
            if loop.time() - asked_at > SAME_WISH_S:
                halt()
            return
        job.stopped, asked_at = reason, loop.time()
        tasks.add(loop.create_task(process.stop()))
        loop.call_later(within_s, halt)

    def parent_gone() -> None:
        if not os.read(sys.stdin.fileno(), 4096):
            loop.remove_reader(sys.stdin.fileno())
            job.stopped = "parent ended"
            halt()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, signal.Signals(number).name)
    if attached:
        loop.add_reader(sys.stdin.fileno(), parent_gone)
