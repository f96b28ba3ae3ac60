"""What a crawl makes of its processes: one that dies has reasons, one that starts while the crawl is stopped ends too."""

from __future__ import annotations

import datetime as dt
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crawler import rounds
from crawler.catalogue import Entry
from crawler.errands import Errand, Order
from crawler.job import Job
from crawler.shards import Shards
from pipeline.config import open_workspace
from pipeline.errors import Reason
from pipeline.model import Kind, SourceSpec
from pipeline.store.inbox import Link
from pipeline.store.opening import open_inbox

NOW = dt.datetime(2026, 11, 8, 21, 0, tzinfo=dt.UTC)
ONE, OTHER = (
    next(host for n in range(99) if Shards(2).owner(f"http://{(host := f'site{n}.example')}/") == shard)
    for shard in range(2)
)
FEED, PAGE = f"http://{ONE}/feed", f"http://{OTHER}/a"
LATE = f"http://{OTHER}/late"

# Instead of the shard: keeps its order, then does what the test says.
PROCESS = """#!{python}
import json, os, pathlib, signal, sys, time
order = {{"shard": 0, "asked_at": {{}}}} | json.loads(sys.stdin.readline())
folder = pathlib.Path({folder!r})
with open(folder / "orders", "a") as file:
    file.write(json.dumps(order) + "\\n")
def end(*_):
    print(json.dumps({{"tallies": {{}}, "stopped": "SIGTERM"}}), flush=True)
    os._exit(0)
signal.signal(signal.SIGTERM, end)
(folder / str(order["shard"])).touch()
{behaviour}
"""


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "city-digest.toml").write_text("", "utf-8")
    workspace = open_workspace(tmp_path, environment={})
    specs = [
        SourceSpec(id=name, names={"en": name}, home=f"http://{name}.example/", country="JP", languages=("ja",), kind=Kind.FEED, start=(FEED,))
        for name in ("asked", "waits")
    ]  # fmt: skip
    made = Job(workspace, open_inbox(workspace), [Entry(spec=spec, file=tmp_path) for spec in specs])
    links = [Link(url=url, source_id="waits") for url in (PAGE, LATE)]
    made.inbox.save_discovery("waits", "http://waits.example/feed", links, None, NOW)
    return made


@pytest.fixture
def crawl(job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], list[Order]]]:
    """Crawls with processes that behave as told; gives their orders."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def run(behaviour: str) -> list[Order]:
        program = tmp_path / "process"
        program.write_text(PROCESS.format(python=sys.executable, folder=str(tmp_path), behaviour=behaviour), "utf-8")
        program.chmod(program.stat().st_mode | stat.S_IEXEC)
        monkeypatch.setattr(sys, "executable", str(program))
        waiting = [Link(url=url, source_id="waits") for url in (PAGE, LATE)]
        errands = [Errand(url=FEED, source_id="asked")]
        errands += [Errand(url=link.url, source_id="waits", link=link) for link in waiting]
        rounds.crawl_network(job, errands, 2, attached=False, options=[])
        orders = (tmp_path / "orders").read_text("utf-8").splitlines()
        return [msgspec.json.decode(order, type=Order) for order in orders]

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_a_process_that_dies_with_pages_only_is_blamed_and_its_hosts_keep_their_delay(
    job: Job, crawl: Callable[[str], list[Order]]
) -> None:
    """The other one hands a page of the same host over, which the next round asks."""
    job.inbox.save_failure(LATE, Reason.GONE, "", final=True, not_before=None, now=NOW)
    further = Errand(url=PAGE, source_id="asked")
    began = time.monotonic()

    orders = crawl(
        f"""
if order["shard"] == 1 and not order["asked_at"]:
    os.kill(os.getpid(), signal.SIGKILL)
over = [json.loads({msgspec.json.encode(further).decode()!r})] if order["shard"] == 0 else []
print(json.dumps({{"tallies": {{}}, "handed_over": over}}))
"""
    )

    tally = job.tallies["waits"]
    assert (tally.problem, tally.seeds, tally.held) == ("crashed", 0, 1)
    assert tally.failed
    assert "code -9" in job.problems["waits"]
    assert job.tallies["asked"].problem == ""
    later = [order for order in orders if order.asked_at]
    assert [errand.url for order in later for errand in order.errands] == [PAGE]
    assert began < later[0].asked_at[OTHER] < time.monotonic()


def test_a_signal_that_comes_while_processes_are_being_started_reaches_all_of_them(
    job: Job, crawl: Callable[[str], list[Order]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = subprocess.Popen
    started: list[subprocess.Popen[bytes]] = []

    def interrupted(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        if started:
            deadline = time.monotonic() + 10
            while not (tmp_path / "0").exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            os.kill(os.getpid(), signal.SIGTERM)
        started.append(start(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    began = time.monotonic()

    crawl("time.sleep(60)")

    assert job.stopped == "SIGTERM"
    assert time.monotonic() - began < 5  # otherwise they are killed after STOP_S and GRACE_S, 9 s
    assert started[0].returncode == 0
