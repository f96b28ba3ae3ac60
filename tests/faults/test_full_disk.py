"""Faults P0.4: a disk that is full at any point of a run, and later is not."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import small_workspace
from mail_servers import MailServer
from processes import Processes

from pipeline.demo.server import SampleServer

pytestmark = pytest.mark.slow

DISK = 24 * 1024 * 1024
# Bytes that are left when a run begins: from the first file that it makes to the last. What all of it takes is measured in the test.
LEFT = (0, 16_384, 65_536, 200_000, 500_000, 1_000_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 3_500_000)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A disk of its own, None where none can be made."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    yield folder if mounted.returncode == 0 else None
    if mounted.returncode == 0:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def old(processes: Processes, web: SampleServer, server: MailServer, tmp_path: Path) -> Path:
    """A workspace with an archive that a run will change on every page, and a week to make and mail."""
    folder = tmp_path / "old"
    small_workspace.install(folder, web, small_workspace.smtp(server.port))
    small_workspace.enrol(folder)
    for stage in ("render", "crawl"):
        done = processes.run(folder, stage)
        assert done.code == 0, done.errors
    return folder


def assert_all_is_well(
    processes: Processes, workspace: Path, server: MailServer, archive: dict[str, str], sending: int
) -> None:
    done = processes.run(workspace, "run")
    assert done.code == 0, done.errors
    assert small_workspace.files_of(workspace / "archive") == archive
    recipients = [one.recipient for one in server.accepted]
    assert set(recipients) == set(small_workspace.READERS)
    assert len(recipients) - len(small_workspace.READERS) <= sending
    assert {state for state, _ in small_workspace.ledger_of(workspace).values()} == {"sent"}
    assert not small_workspace.leftovers(workspace)
    small_workspace.rows_of(workspace)


def test_a_full_disk_ends_a_run_with_a_sentence_and_leaves_every_page_whole(
    processes: Processes, server: MailServer, old: Path, small_disk: Path | None, tmp_path: Path
) -> None:
    whole = small_workspace.copy(old, tmp_path / "whole")
    assert processes.run(whole, "run").code == 0
    before, after = small_workspace.files_of(old / "archive"), small_workspace.files_of(whole / "archive")
    failed = 0
    for left in LEFT:
        server.accepted.clear()
        if small_disk:
            workspace = small_workspace.copy(old, small_disk / "workspace")
            filler = small_disk / "filler"
            filler.write_bytes(b"")
            taken = shutil.disk_usage(small_disk).free - left
            filler.write_bytes(bytes(max(taken, 0)))
            done = processes.run(workspace, "run")
        else:
            workspace = small_workspace.copy(old, tmp_path / "workspace")
            done = processes.run(workspace, "run", before=_no_file_beyond(left))
        if done.code == 0:
            continue
        failed += 1
        assert done.code in (1, 75, 78), (left, done.errors)
        assert "Traceback" not in done.errors, (left, done.errors)
        assert 1 <= len(done.errors.splitlines()) <= 4, (left, done.errors)
        for name, content in small_workspace.files_of(workspace / "archive").items():
            assert content in (before.get(name), after.get(name)), (left, name)
        sending = _under_way(workspace)
        assert len(server.accepted) <= sending + _sent(workspace), left
        if small_disk:
            filler.unlink()
        assert_all_is_well(processes, workspace, server, after, sending)
        if small_disk:
            shutil.rmtree(workspace)
    assert failed >= 4


def _no_file_beyond(size: int) -> str:
    return f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"


def _under_way(workspace: Path) -> int:
    return _count(workspace, "sending")


def _sent(workspace: Path) -> int:
    return _count(workspace, "sent")


def _count(workspace: Path, state: str) -> int:
    return sum(found == state for found, _ in small_workspace.ledger_of(workspace).values())
