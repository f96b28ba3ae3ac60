"""Counts the steps by which a process changes the world, and kills it at the one it was told to.

A step is right before what another process or a later run could see: a file opened to be written, written to (then half of it is written), made
durable, renamed or removed, a folder made, a transaction committed, a process started, bytes sent to a mail server (then half of them are) or
its answer read. The moment after one step is the moment before the next. Nothing of the product knows of it: what is counted is Python's and
the libraries' own.

python steps.py MODULE ARGUMENTS...   runs a module so; what is to be done stands in STEPS
"""

from __future__ import annotations

import builtins
import io
import itertools
import json
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

VARIABLE = "STEPS"


class Steps:
    """The steps of one process.

    Args:
        process: its name: a module or "command".
        wish: root: the folder whose files count; trace: a file for the names of all steps; process, at: whom to kill, and at
            which step, counted from 1; alone: that process alone, else with all that were started with it.
    """

    def __init__(self, process: str, wish: dict[str, Any]) -> None:
        self._write = os.write
        self.begin(process, wish)

    def begin(self, process: str, wish: dict[str, Any]) -> None:
        """Counts from 1."""
        self.process = process
        self.root = wish["root"]
        self.at = wish["at"] if wish["process"] == process else 0
        self.alone = wish["alone"]
        self._numbers = itertools.count(1)
        self._trace = os.open(wish["trace"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def pass_by(self, name: str) -> None:
        """One step; the process may end here."""
        if self.is_here(name):
            self.kill()

    def is_here(self, name: str) -> bool:
        """One step; True if it is the one to be killed at."""
        number = next(self._numbers)
        self._write(self._trace, f"{self.process}\t{number}\t{name}\n".encode("utf-8", "replace"))
        return number == self.at

    def kill(self) -> NoReturn:
        """What the system does to a process that takes too much memory, and a failing power supply to all."""
        if self.alone:
            os.kill(os.getpid(), signal.SIGKILL)
        os.killpg(0, signal.SIGKILL)
        raise AssertionError

    def counts(self, file: Any) -> bool:
        """True of a path in the folder."""
        try:
            return os.path.realpath(os.fspath(file)).startswith(self.root)
        except TypeError:
            return False  # a file descriptor

    def name_of(self, file: Any) -> str:
        """A path as the trace has it."""
        return os.path.relpath(os.path.realpath(os.fspath(file)), self.root)


_counted: list[Steps] = []


def count_steps(process: str, environment: dict[str, str]) -> None:
    """From now on the steps of this process are counted, if the environment wishes it."""
    if VARIABLE not in environment:
        return
    wish = json.loads(environment[VARIABLE])
    if _counted:  # a fork of a process that is counted
        _counted[0].begin(process, wish)
        return
    steps = Steps(process, wish)
    _counted.append(steps)
    _patch_files(steps)
    _patch_folders(steps)
    _patch_processes(steps)
    if "sqlalchemy" in sys.modules:
        _patch_commits(steps)
    if "aiosmtplib" in sys.modules:
        _patch_mail(steps)


def _patch_files(steps: Steps) -> None:
    opened = io.open

    class Torn(io.BufferedWriter):
        """Writes only the first half if it is killed in between."""

        def write(self, data: Any) -> int:
            if steps.is_here(f"write {steps.name_of(self.raw.name)}"):  # type: ignore[attr-defined]
                super().write(bytes(data)[: len(data) // 2])
                self.flush()
                steps.kill()
            return super().write(data)

    def open_counted(file: Any, mode: str = "r", buffering: int = -1, *rest: Any, **options: Any) -> Any:
        if not set(mode) & set("wax") or "+" in mode or buffering == 0 or not steps.counts(file):
            return opened(file, mode, buffering, *rest, **options)
        steps.pass_by(f"open {steps.name_of(file)}")
        torn = Torn(io.FileIO(file, mode.replace("b", "").replace("t", "")))
        if "b" in mode:
            return torn
        names = ("encoding", "errors", "newline")
        return io.TextIOWrapper(torn, **(dict(zip(names, rest, strict=False)) | options))

    write = os.write

    def write_counted(number: int, data: Any) -> int:
        place = f"/proc/self/fd/{number}"
        if steps.counts(place) and Path(place).is_file() and steps.is_here(f"write {steps.name_of(place)}"):
            write(number, bytes(data)[: len(data) // 2])
            steps.kill()
        return write(number, data)

    sync = os.fsync

    def sync_counted(number: Any) -> None:
        steps.pass_by("fsync")
        sync(number)

    io.open = builtins.open = open_counted
    os.write, os.fsync = write_counted, sync_counted  # type: ignore[assignment]


def _patch_folders(steps: Steps) -> None:
    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *rest: Any, **options: Any) -> Any:
            if not steps.counts(path) or (name == "mkdir" and Path(path).is_dir()):
                return function(path, *rest, **options)
            steps.pass_by(f"{name} {steps.name_of(path)}")
            return function(path, *rest, **options)

        return call

    for name in ("replace", "rename", "unlink", "remove", "mkdir", "rmdir", "link", "truncate"):
        setattr(os, name, counted(name, getattr(os, name)))


def _patch_processes(steps: Steps) -> None:
    class Counted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, arguments: Any, *rest: Any, **options: Any) -> None:
            words = list(arguments)
            if words[1:3] == ["-P", "-m"]:
                words[2:3] = [__file__]
            steps.pass_by(f"start {words[3:4]}")
            super().__init__(words, *rest, **options)

    subprocess.Popen = Counted  # type: ignore[misc]


def _patch_commits(steps: Steps) -> None:
    from sqlalchemy.engine.default import DefaultDialect

    commit = DefaultDialect.do_commit
    changes: dict[int, int] = {}  # of each connection, when it committed last

    def commit_counted(self: Any, connection: Any) -> None:
        raw = getattr(connection, "dbapi_connection", connection)
        if raw.total_changes != changes.get(id(raw), 0):
            steps.pass_by("commit")
        changes[id(raw)] = raw.total_changes
        commit(self, connection)

    DefaultDialect.do_commit = commit_counted  # type: ignore[method-assign]


def _patch_mail(steps: Steps) -> None:
    from aiosmtplib.protocol import SMTPProtocol

    write, read = SMTPProtocol.write, SMTPProtocol.read_response

    def write_counted(self: SMTPProtocol, data: bytes) -> None:
        if steps.is_here(f"send {data[:4].decode('ascii', 'replace').strip()}"):
            write(self, data[: len(data) // 2])
            steps.kill()
        write(self, data)

    async def read_counted(self: SMTPProtocol, **options: Any) -> Any:
        answer = await read(self, **options)
        steps.pass_by(f"read {answer.code}")
        return answer

    SMTPProtocol.write, SMTPProtocol.read_response = write_counted, read_counted  # type: ignore[method-assign]


if __name__ == "__main__":
    module, *arguments = sys.argv[1:]
    sys.path.pop(0)  # this file's own folder
    sys.argv = [module, *arguments]
    count_steps(module, dict(os.environ))
    runpy.run_module(module, run_name="__main__", alter_sys=True)
