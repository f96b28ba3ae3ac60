"""Crawls the network: alone in this process, or in rounds of several, one per shard."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from crawler.errands import Errand, Order, Outcome
from crawler.job import Job
from crawler.shard import STOP_S, carry_out
from crawler.shards import Shards
from crawler.tally import Tally
from pipeline.errors import Reason

SHARED_ROUNDS = 2  # what is still handed over after so many goes to one process, which owns every host
GRACE_S = 3.0  # beyond what a shard promises, before it is killed


def crawl_network(job: Job, errands: Sequence[Errand], shards: int, *, attached: bool, options: Sequence[str]) -> int:
    """Carries out the errands and what follows from them, and counts it in the job; returns the most memory of one process, in MiB.

    Args:
        shards: how many processes; with 1 this process does everything.
        attached: end when standard input closes.
        options: for the processes' command lines.
    """
    seconds = job.crawl.max_minutes * 60.0
    specs = tuple(job.network_specs.values())
    if shards == 1:
        order = Order(specs=specs, errands=tuple(errands), known=tuple(job.known), seconds=seconds)
        outcome = carry_out(job, order, attached=attached)
        # Its tallies and problems are the job's own.
        job.unexpected, job.stopped = outcome.unexpected, outcome.stopped
        return outcome.peak_mib
    return _Rounds(job, shards, time.monotonic() + seconds, options, attached=attached).run(errands)


@dataclass
class _Child:
    process: subprocess.Popen[bytes]
    order: Order
    output: bytes = b""

    def listen(self) -> None:
        assert self.process.stdout
        with self.process.stdout as output:
            self.output = output.read()


class _Rounds:
    def __init__(self, job: Job, shards: int, until: float, options: Sequence[str], *, attached: bool) -> None:
        self.job = job
        self.owners = Shards(shards)
        self.until = until
        self.options = options
        self.peak_mib = 0
        self.children: list[_Child] = []
        self.stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _frame: self._stop(signal.Signals(number).name))
        if attached:
            threading.Thread(target=self._watch_parent, daemon=True).start()

    def run(self, errands: Sequence[Errand]) -> int:
        """The most memory of one process, in MiB."""
        left, rounds = list(errands), 0
        while left and not self.job.stopped:
            number = self.owners.number if rounds < SHARED_ROUNDS else 1
            owners = Shards(number, self.owners.joined)
            parts: list[list[Errand]] = [[] for _ in range(number)]
            for errand in left:
                parts[owners.owner(errand.url)].append(errand)
            left = self._round([self._order(part, shard, owners) for shard, part in enumerate(parts) if part])
            rounds += 1
        for errand in left:
            self.job.tallies[errand.source_id].held += errand.link is not None
        return self.peak_mib

    def _order(self, errands: list[Errand], shard: int, owners: Shards) -> Order:
        wanted = {errand.source_id for errand in errands}
        return Order(
            specs=tuple(spec for key, spec in self.job.network_specs.items() if key in wanted),
            errands=tuple(errands),
            shard=shard,
            shards=owners.number,
            joined=owners.joined,
            known=tuple(wanted & self.job.known),
            asked_at=self.job.asked_at,
            seconds=max(1.0, self.until - time.monotonic()),
        )

    def _round(self, orders: list[Order]) -> list[Errand]:
        """Lets one process carry out each order; returns what they handed over."""
        self.children = []
        for order in orders:
            self._start(order)
        threads = [threading.Thread(target=child.listen, daemon=True) for child in self.children]
        for thread in threads:
            thread.start()
        deadline = self.until + STOP_S + GRACE_S
        while any(thread.is_alive() for thread in threads):
            for thread in threads:
                thread.join(0.2)
            if self.stopping.is_set():
                deadline = min(deadline, time.monotonic() + STOP_S + GRACE_S)
            if time.monotonic() > deadline:
                for child in self.children:
                    child.process.kill()
        return [errand for child in self.children for errand in self._finish(child)]

    def _start(self, order: Order) -> None:
        command = [
            sys.executable,
            *("-P", "-m", "crawler.shard", "--workspace", str(self.job.workspace.root)),
            *self.options,
        ]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own module
        self.children.append(_Child(process, order))  # at once: a signal that comes now is for this one too
        assert process.stdin
        # Standard input stays open: it closes when this process is gone, however it ended.
        with contextlib.suppress(OSError):  # a process that ended at once is found out when its outcome is missing
            process.stdin.write(msgspec.json.encode(order) + b"\n")
            process.stdin.flush()
        if self.stopping.is_set():
            process.send_signal(signal.SIGTERM)

    def _finish(self, child: _Child) -> list[Errand]:
        code = child.process.wait()
        with contextlib.suppress(OSError):
            assert child.process.stdin
            child.process.stdin.close()
        try:
            outcome = msgspec.json.decode(child.output, type=Outcome)
        except msgspec.DecodeError:
            outcome = self._crashed(child.order, code)
        self.job.add(outcome)
        self.peak_mib = max(self.peak_mib, outcome.peak_mib)
        for one, other in outcome.joined:
            self.owners.join(one, other)
        return outcome.handed_over

    def _crashed(self, order: Order, code: int) -> Outcome:
        """What is known of a shard that ended without a word: its pages are in the inbox, all that it was to ask something for has failed."""
        tallies = {errand.source_id: Tally() for errand in order.errands}
        waiting = {link.url for link in self.job.inbox.pending(tallies, self.job.clock(), self.job.max_attempts)}
        for errand in order.errands:
            tallies[errand.source_id].held += bool(errand.link and errand.link.url in waiting)
        # It may have asked any of them a moment ago, and the next round may be asked to.
        asked_at = dict.fromkeys((errand.host for errand in order.errands), time.monotonic())
        if self.stopping.is_set():
            return Outcome(tallies=tallies, stopped=self.job.stopped, asked_at=asked_at)
        asked = {errand.source_id for errand in order.errands if errand.link is None}
        for source_id, tally in tallies.items():
            tally.seeds = int(source_id in asked)
            tally.problem = Reason.CRASHED.value
            tally.fail(Reason.CRASHED)
        sentence = f"the process that asked it ended with code {code}; the next crawl goes on from there"
        return Outcome(tallies=tallies, problems=dict.fromkeys(tallies, sentence), asked_at=asked_at)

    def _stop(self, reason: str) -> None:
        self.job.stopped = self.job.stopped or reason
        self.stopping.set()
        for child in self.children:
            child.process.send_signal(signal.SIGTERM)

    def _watch_parent(self) -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        for child in self.children:
            child.process.kill()
        os._exit(75)
