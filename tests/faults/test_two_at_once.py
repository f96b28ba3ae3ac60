"""Faults P0.2, C3: two at once, and what a killed one leaves behind."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import small_workspace
from mail_servers import MailServer
from prepared import COMMAND
from processes import ENVIRONMENT, Kill, Processes

from pipeline.config import open_workspace
from pipeline.deliver.opt_outs import opt_out
from pipeline.demo.server import SampleServer
from pipeline.model import SuppressionReason
from pipeline.store.opening import open_register

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer(delay_s=0.1) as running:
        yield running


@pytest.fixture
def workspace(processes: Processes, web: SampleServer, server: MailServer, tmp_path: Path) -> Path:
    """All is done but the mail."""
    folder = tmp_path / "workspace"
    small_workspace.install(folder, web, small_workspace.smtp(server.port))
    small_workspace.enrol(folder)
    for stage in ("crawl", "process", "compose", "render"):
        done = processes.run(folder, stage)
        assert done.code == 0, done.errors
    return folder


def start(workspace: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-P", "-c", COMMAND, "-C", str(workspace), *words]
    return subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def wait_for_mail(server: MailServer) -> None:
    deadline = time.monotonic() + 60
    while not server.accepted:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_second_of_two_runs_names_the_first_and_mails_nobody(
    processes: Processes, workspace: Path, server: MailServer
) -> None:
    first = start(workspace, "run")
    wait_for_mail(server)
    second = processes.run(workspace, "run")
    assert second.code == 75
    assert second.errors.startswith("city-digest: ")
    assert f"'city-digest run', process {first.pid}" in second.errors
    _, errors = first.communicate(timeout=60)
    assert (first.returncode, errors) == (0, "")
    assert sorted(one.recipient for one in server.accepted) == sorted(small_workspace.READERS)


def test_the_lock_of_a_killed_run_is_free_at_once_and_who_held_it_is_no_longer_named(
    processes: Processes, workspace: Path, server: MailServer
) -> None:
    first = start(workspace, "run")
    wait_for_mail(server)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    assert (workspace / "state" / "holder").exists()
    server.wait_until_idle()
    next_ = processes.run(workspace, "run")
    assert next_.code == 0, next_.errors
    assert {one.recipient for one in server.accepted} == set(small_workspace.READERS)
    assert not small_workspace.leftovers(workspace)


def test_readers_who_leave_while_a_run_writes_disturb_nothing_and_are_not_forgotten(
    processes: Processes, web: SampleServer, tmp_path: Path
) -> None:
    """The readers' pages write into the same library at any time, without the workspace's lock."""
    folder = tmp_path / "workspace"
    small_workspace.install(folder, web, small_workspace.smtp(1))  # nobody is left to be written to
    ids = small_workspace.enrol(folder)
    opened = open_workspace(folder, environment={})
    register = open_register(opened)
    stop = threading.Event()
    failures: list[BaseException] = []
    left = 0

    def leave_again_and_again() -> None:
        nonlocal left
        try:
            while not stop.is_set():
                for reader in ids:
                    at = dt.datetime.now(dt.UTC)
                    opt_out(register, opened.opt_outs, reader, SuppressionReason.LEFT, at)
                    left += 1
        except BaseException as error:  # noqa: BLE001 - threads lose their exceptions
            failures.append(error)

    thread = threading.Thread(target=leave_again_and_again)
    thread.start()
    try:
        done = processes.run(folder, "run", "--json")
    finally:
        stop.set()
        thread.join()
    register.engine.dispose()
    assert failures == []
    assert (done.code, done.errors) == (0, "")
    assert left > 10 * len(ids)
    assert done.report["deliver"].get("sent", 0) == 0
    assert len((folder / "state" / "opt-outs.jsonl").read_bytes().splitlines()) == left
    assert len(small_workspace.rows_of(folder)["library.article"]) > 5


def test_the_step_counter_counts_nothing_where_nothing_is_done(processes: Processes, workspace: Path) -> None:
    """What the sweeps rest on: a second `compose` has no step but the lock's, so what they count is what changes the world."""
    done = processes.run(workspace, "compose", kill=Kill())
    assert done.steps == {"command": ["open state/holder", "write state/holder", "unlink state/holder"]}
