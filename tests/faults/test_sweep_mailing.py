"""Faults P0.1 and P0.3, M7: `kill -9` at every step of a delivery.

A delivery to five readers is killed at its first step, then at its second, until nothing is left to kill: at every commit, every line of the
journal (whole and torn), every command sent and answer read, and in the middle of a message's text. The next one ends the work. Nobody may be
without their letter, and nobody may have it twice but those of whom the ledger said `sending`: as many as there are connections.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import small_workspace
from mail_servers import MailServer
from processes import Done, Kill, Processes

from pipeline.demo.server import SampleServer

pytestmark = pytest.mark.slow

KILLED = -9
RUN_EVERY = 10  # `run` ends the work instead of `deliver`, which is quicker


class Rendered(NamedTuple):
    """A workspace in which all is done but the mail."""

    folder: Path
    archive: dict[str, str]
    connections: int


class Sweep(NamedTuple):
    """What became of a delivery that was killed at every step."""

    steps: list[str]
    twice: Counter[str]  # step -> readers who got two
    broken: list[str]  # what must not be


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture(scope="module")
def rendered(
    request: pytest.FixtureRequest,
    processes: Processes,
    web: SampleServer,
    server: MailServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Rendered:
    folder = tmp_path_factory.mktemp("rendered") / "workspace"
    small_workspace.install(folder, web, small_workspace.smtp(server.port, connections=request.param))
    small_workspace.enrol(folder)
    for stage in ("crawl", "process", "compose", "render"):
        done = processes.run(folder, stage)
        assert done.code == 0, done.errors
    return Rendered(folder, small_workspace.files_of(folder / "archive"), request.param)


def sweep(processes: Processes, rendered: Rendered, server: MailServer, folder: Path, before: str = "") -> Sweep:
    """Kills a delivery at every step; with `before`, Python that spoils the program, until something is broken."""
    twice: Counter[str] = Counter()
    broken: list[str] = []
    steps: list[str] = []
    for at in itertools.count(1):
        workspace = small_workspace.copy(rendered.folder, folder / "killed")
        server.accepted.clear()
        killed = processes.run(workspace, "deliver", kill=Kill("command", at), before=before)
        server.wait_until_idle()
        if killed.code != KILLED or (before and broken):
            assert broken or killed.code == 0, killed.errors
            return Sweep(steps, twice, broken)
        steps = killed.steps["command"]
        sending = {key for key, (state, _) in small_workspace.ledger_of(workspace).items() if state == "sending"}
        words = ("run",) if at % RUN_EVERY == 1 else ("deliver",)
        done = processes.run(workspace, *words, before=before)
        server.wait_until_idle()
        where = f"killed at step {at}, {steps[-1]}"
        broken += [f"{where}: {why}" for why in faults_of(workspace, rendered, server, sending, done)]
        twice[steps[-1].split(" ")[0]] += sum(number - 1 for number in copies_of(server).values())
    raise AssertionError


def copies_of(server: MailServer) -> Counter[str]:
    """Message-ID -> how often the server took it."""
    return Counter(one.message_id for one in server.accepted)


def faults_of(workspace: Path, rendered: Rendered, server: MailServer, sending: set[str], done: Done) -> Iterator[str]:
    """What is wrong in the end; nothing if all is well."""
    copies, ledger = copies_of(server), small_workspace.ledger_of(workspace)
    if done.code != 0:
        yield f"ends with {done.code}: {done.errors}"
    if {one.recipient for one in server.accepted} != set(small_workspace.READERS):
        yield f"{len({one.recipient for one in server.accepted})} readers have their letter"
    if len(copies) != len(small_workspace.READERS):
        yield f"{len(copies)} Message-IDs"
    if any(number > 2 for number in copies.values()):
        yield "a letter was sent three times"
    if len(sending) > rendered.connections:
        yield f"the ledger says `sending` of {len(sending)}"
    if wrong := {key for key, number in copies.items() if number > 1} - sending:
        yield f"{len(wrong)} sent twice without the ledger's knowing of the first time"
    if len({one.message for one in server.accepted}) != len(copies):
        yield "a letter that was repeated has other bytes"
    if ledger != dict.fromkeys(copies, ("sent", small_workspace.WEEK)):
        yield f"the ledger says {sorted(ledger.values())}"
    if small_workspace.leftovers(workspace):
        yield f"left behind: {small_workspace.leftovers(workspace)}"
    if small_workspace.files_of(workspace / "archive") != rendered.archive:
        yield "the archive has other bytes"
    small_workspace.rows_of(workspace)


@pytest.mark.parametrize("rendered", [1, 4], indirect=True, ids=["1 connection", "4 connections"])
def test_whatever_step_of_a_delivery_is_killed_nobody_is_lost_and_nobody_gets_two_but_the_unknown(
    processes: Processes,
    rendered: Rendered,
    server: MailServer,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    swept = sweep(processes, rendered, server, tmp_path)
    kinds = dict(Counter(name.split(" ")[0] for name in swept.steps))
    record_property(
        "told",
        f"sweep of deliver, {rendered.connections} at once: killed at {len(swept.steps)} steps {kinds}; sent twice, as the ledger "
        f"foresaw, when killed before {dict(+swept.twice)}",
    )
    assert swept.broken == []
    assert len(swept.steps) > 10 * len(small_workspace.READERS)
    if rendered.connections == 1:  # only where the server had the whole text, and its answer was not yet kept
        assert set(+swept.twice) <= {"read", "write", "fsync", "commit"}
    assert sum(swept.twice.values()), (
        "no message was cut off between its acceptance and its answer: the sweep shows nothing"
    )


# As a program would be that calls a message sent when it was sent, and nothing before.
WITHOUT_SENDING = """
from pipeline import weekly
from pipeline.model import DeliveryState
from pipeline.store.library import Library
def without_sending(function):
    return lambda *given: None if given[-1].state is DeliveryState.SENDING else function(*given)
weekly.append_send = without_sending(weekly.append_send)
Library.save_delivery = without_sending(Library.save_delivery)
"""


@pytest.mark.parametrize("rendered", [1], indirect=True)
def test_the_sweep_finds_a_program_that_does_not_say_beforehand_what_it_sends(
    processes: Processes, rendered: Rendered, server: MailServer, tmp_path: Path
) -> None:
    swept = sweep(processes, rendered, server, tmp_path, before=WITHOUT_SENDING)
    assert any("without the ledger's knowing" in why for why in swept.broken)
