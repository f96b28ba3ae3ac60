"""`python -m crawler.shard`: one shard of a crawl, in a process of its own. The only place where a reactor starts.

The first line of standard input is its Order as JSON; when standard input closes, the crawl it belongs to is gone and it ends too. Standard
output gets its Outcome as one JSON object.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import os
import resource
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import msgspec

from crawler.catalogue import Entry
from crawler.errands import Order, Outcome
from crawler.job import Job
from crawler.logs import json_log
from crawler.shards import Shards
from pipeline.config import open_workspace
from pipeline.errors import CityDigestError, CrawlError
from pipeline.store.database import open_engine
from pipeline.store.inbox import Inbox

STOP_S = 6.0  # after a signal, requests under way have so long; the whole command promises ten


def main(arguments: Sequence[str] | None = None) -> int:
    """Carries out one order; returns the exit code: 0 with an outcome, that of the error without."""
    parser = argparse.ArgumentParser(prog="python -m crawler.shard")
    parser.add_argument("--workspace", type=Path, required=True, metavar="DIR")
    parser.add_argument("--progress", action="store_true")
    parser.add_argument("--run-id", default="", metavar="ID")
    parser.add_argument("--log-level", default="WARNING")
    options = parser.parse_args(arguments)
    with json_log(options.log_level, options.run_id):
        try:
            order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
            workspace = open_workspace(options.workspace)
            engine = open_engine(workspace.inbox_url)
            entries = [Entry(spec=spec, file=Path()) for spec in order.specs]
            job = Job(workspace, Inbox(engine), entries, progress=options.progress)
            outcome = carry_out(job, order, attached=True)
            engine.dispose()
        except CityDigestError as error:
            sys.stderr.write(f"{error}\n")
            return error.exit_code
    sys.stdout.write(msgspec.json.encode(outcome).decode() + "\n")
    return 0


def carry_out(job: Job, order: Order, *, attached: bool) -> Outcome:
    """Runs the spider over the order's errands and all that follows from them on this shard's hosts.

    Args:
        attached: end when standard input closes.

    Raises:
        CrawlError: Scrapy did not start.
    """
    # Here, because archives and dry runs need neither: Scrapy and Twisted take half a second to import.
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from crawler import settings as ours
    from crawler.javascript import browser_settings
    from crawler.spiders.sources import SourcesSpider
    from crawler.stopping import stop_on_signals

    job.errands = order.errands
    job.shard = order.shard
    job.shards = Shards(order.shards, order.joined)
    job.known = frozenset(order.known)
    job.asked_at = dict(order.asked_at)
    settings = Settings()
    settings.setmodule(ours, priority="project")
    built = ours.build(job.workspace) | browser_settings(job.workspace, job.network_specs.values())
    settings.setdict(built | {"CLOSESPIDER_TIMEOUT": order.seconds}, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(SourcesSpider)
    process.crawl(crawler, job=job)
    stop_on_signals(process, job, within_s=STOP_S, attached=attached)
    process.start(install_signal_handlers=False)
    try:
        stats = crawler.stats.get_stats()
    except RuntimeError as error:
        raise CrawlError("The crawl did not start; the lines above say why.") from error
    if isinstance(crawler.spider, SourcesSpider):
        crawler.spider.count_held()
    ended = stats.get("finish_reason", "not finished")
    if not job.stopped and ended != "finished":
        job.stopped = ended
    return Outcome(
        tallies={key: tally for key, tally in job.tallies.items() if tally.touched},
        problems=job.problems,
        unexpected=job.unexpected + stats.get("spider_exceptions/count", 0) + (ended == "start_error"),
        stopped=job.stopped,
        handed_over=job.handed_over,
        joined=job.joined,
        asked_at=job.asked_at,
        peak_mib=peak_mib(),
    )


def end(run: Callable[[], int]) -> NoReturn:
    """Ends this process with the exit code of `run`, and without waiting for threads.

    Everything is saved by then. A thread that still waits for a name server would hold the exit in sys.exit().
    """
    code = 1
    try:
        code = run()
        sys.stdout.flush()
    except BrokenPipeError:
        pass  # whoever wanted the report is gone
    except Exception:  # noqa: BLE001 - what the interpreter would do
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stderr.flush()
            atexit._run_exitfuncs()  # noqa: SLF001 - all of sys.exit() but the waiting
        os._exit(code)


def peak_mib() -> int:
    """The most memory that this process held. Linux counts what its parent held before exec into ru_maxrss, but not into VmHWM."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text("ascii", "replace").splitlines()
        peak = next((line for line in lines if line.startswith("VmHWM")), "")
        if peak:
            return int(peak.split()[1]) // 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    end(main)
