"""Faults P0.1, before anything is mailed: `kill -9` at every step of crawling, processing, composing and rendering.

The commands are killed at their first step, then at their second, until nothing is left to kill; each time the same command then ends the
work. Where that leaves the rows that an undisturbed one leaves, all that follows is the same, because the stages read nothing else; where it
does not, and at every few steps in any case, `run` goes on to the end, and readers must see the same bytes.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
import small_workspace
from processes import Kill, Processes

from pipeline.demo.server import SampleServer
from pipeline.files import _LENGTHS

pytestmark = pytest.mark.slow

STAGES = ("crawl", "process", "compose", "render")
TO_THE_END_EVERY = 12
KILLED = -9


@dataclasses.dataclass(frozen=True)
class Undisturbed:
    """What a workspace is before each stage and after, and in the end."""

    before: dict[str, Path]
    rows: dict[str, dict[str, list[str]]]
    archive: dict[str, str]
    end: Path


@pytest.fixture(scope="session")
def undisturbed(processes: Processes, web: SampleServer, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    now = folder / "start"
    small_workspace.install(now, web)
    before, rows = {}, {}
    for stage in STAGES:
        before[stage], now = now, small_workspace.copy(now, folder / stage)
        done = processes.run(now, stage)
        assert done.code == 0, done.errors
        rows[stage] = small_workspace.rows_of(now)
    before["run"], rows["run"] = now, rows["render"]  # what is left of a run when all is done: its notes on itself
    assert len(rows["crawl"]["inbox.page"]) == 11  # of twelve articles, one is forbidden by its host's robots.txt
    assert len(rows["compose"]["library.issue"]) == 1
    return Undisturbed(before, rows, small_workspace.files_of(now / "archive"), now)


def assert_the_end_is_the_same(processes: Processes, workspace: Path, undisturbed: Undisturbed, where: str) -> None:
    done = processes.run(workspace, "run")
    assert done.code == 0, (where, done.errors)
    assert small_workspace.files_of(workspace / "archive") == undisturbed.archive, where
    assert not small_workspace.leftovers(workspace), where
    last, now = undisturbed.rows["render"], small_workspace.rows_of(workspace)
    # Health also tells when something new was last seen, and by which crawl; of articles, stories and issues nothing may differ.
    told = {"inbox.health", "inbox.http_state"}
    assert {table for table in last if last[table] != now[table]} <= told, where


@pytest.mark.parametrize(
    ("stage", "process"),
    [
        ("crawl", "command"),
        ("crawl", "crawler"),
        ("process", "command"),
        ("compose", "command"),
        ("render", "command"),
        ("run", "command"),
    ],
)
def test_whatever_is_killed_while_collecting_nothing_is_lost(
    processes: Processes,
    undisturbed: Undisturbed,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    stage: str,
    process: str,
) -> None:
    for at in itertools.count(1):
        workspace = small_workspace.copy(undisturbed.before[stage], tmp_path / "killed")
        killed = processes.run(workspace, stage, kill=Kill(process, at))
        if killed.code != KILLED:
            break
        where = f"{process} of '{stage}' killed at step {at}, {killed.steps[process][-1]}"
        again = processes.run(workspace, stage)
        assert again.code == 0, (where, again.errors)
        same = small_workspace.rows_of(workspace) == undisturbed.rows[stage]
        if not same or at % TO_THE_END_EVERY == 1:
            assert_the_end_is_the_same(processes, workspace, undisturbed, where)
    assert killed.code == 0, killed.errors
    assert at > 4
    record_property("told", f"sweep of {stage}: {process} killed at {at - 1} steps")


@pytest.mark.parametrize("process", ["crawler", "pipeline.files"])
def test_a_run_whose_child_is_killed_says_so_and_the_next_one_makes_up_for_it(
    processes: Processes, undisturbed: Undisturbed, tmp_path: Path, process: str
) -> None:
    """The system that runs out of memory kills one process, and `run` lives on: it neither makes nor mails half an issue."""
    before = undisturbed.before["crawl" if process == "crawler" else "render"]
    whole = processes.run(small_workspace.copy(before, tmp_path / "whole"), "run", kill=Kill())
    steps = whole.steps[process]
    # One of each kind of step, and some between.
    first = {name.split()[0]: at for at, name in reversed(list(enumerate(steps, start=1)))}
    for at in sorted({*first.values(), *range(1, len(steps), len(steps) // 4), len(steps)}):
        workspace = small_workspace.copy(before, tmp_path / "killed")
        killed = processes.run(workspace, "run", kill=Kill(process, at, alone=True))
        where = f"{process} killed at step {at}, {steps[at - 1]}"
        assert killed.code in (1, 78), (where, killed.errors)
        assert "Traceback" not in killed.errors, where
        assert not (workspace / "outbox").exists(), where
        if process == "crawler":
            assert small_workspace.rows_of(workspace)["library.issue"] == [], where
            assert_the_articles_are_the_same(processes, workspace, undisturbed, where)
        else:
            assert_the_end_is_the_same(processes, workspace, undisturbed, where)


def assert_the_articles_are_the_same(
    processes: Processes, workspace: Path, undisturbed: Undisturbed, where: str
) -> None:
    """What the killed crawl had fetched was grouped before the rest, as that of two crawls is: stories may be other ones."""
    done = processes.run(workspace, "run")
    assert done.code == 0, (where, done.errors)
    now = small_workspace.rows_of(workspace)
    for table in ("inbox.page", "library.article", "library.derived_page", "library.issue_article"):
        assert now[table] == undisturbed.rows["render"][table], (where, table)
    assert not small_workspace.leftovers(workspace), where


def test_every_file_of_the_archive_is_whole_or_as_it_was_wherever_its_writer_is_killed(
    processes: Processes, undisturbed: Undisturbed, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The process that writes the archive, by itself, with a fifth of its files, killed at each step; then it gets the same files again."""
    new = {name: (undisturbed.end / "archive" / name).read_bytes() for name in sorted(undisturbed.archive)[::5]}
    stream, before, workspace = tmp_path / "stream", tmp_path / "before", tmp_path / "killed"
    with stream.open("wb") as file:
        for name, body in new.items():
            file.write(_LENGTHS.pack(len(name.encode()), len(body)) + name.encode() + body)
    for name in list(new)[::2]:  # the others are not there yet
        (before / name).parent.mkdir(parents=True, exist_ok=True)
        (before / name).write_bytes(b"old")
    program = (
        "from pathlib import Path; from pipeline.files import write_all; "
        f"write_all(open({str(stream)!r}, 'rb'), Path({str(workspace)!r}), Path({str(workspace / '.staging')!r}))"
    )
    for at in itertools.count(1):
        small_workspace.copy(before, workspace)
        killed = processes.run(workspace, program=program, kill=Kill("command", at))
        if killed.code != KILLED:
            break
        where = f"killed at step {at}, {killed.steps['command'][-1]}"
        for name, body in new.items():
            file = workspace / name
            assert not file.exists() or file.read_bytes() in (b"old", body), (where, name)
        assert processes.run(workspace, program=program).code == 0, where
        assert {name: (workspace / name).read_bytes() for name in new} == new, where
    assert killed.code == 0, killed.errors
    assert at >= 3 * len(new)
    record_property("told", f"sweep of render: pipeline.files killed at {at - 1} steps")
