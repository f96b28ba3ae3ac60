"""Commands as forks of one process that has run them all once, so that killing one and running it again costs little.

What `prepared` does for tests of commands, and two things more: what commands only build once is built already, and steps are counted
(see `steps`). Each command is a process group of its own.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import functools
import gc
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

_SET_CHILD_SUBREAPER = 36  # prctl(2): orphans of killed commands become this process's children
HERE = Path(__file__).parent
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("CITY_DIGEST_")}


class Kill(NamedTuple):
    """Whom to kill, and when."""

    process: str = ""  # "command", "crawler", "crawler.shard", "pipeline.files"; "" nobody
    at: int = 0  # step, counted from 1
    alone: bool = False  # that process alone, else all


@dataclasses.dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int  # negative: the signal that killed it
    output: str
    errors: str
    steps: dict[str, list[str]]  # process -> the names of its steps, in order; empty if none were counted

    @property
    def report(self) -> dict[str, Any]:
        """What --json printed."""
        found: dict[str, Any] = json.loads(self.output)
        return found


class Processes:
    """A process that waits for commands."""

    def __init__(self, environment: Mapping[str, str] = types.MappingProxyType({})) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # One thread: what has more is not to be forked.
            env=ENVIRONMENT | {"PYTHONWARNINGS": "error", "OPENBLAS_NUM_THREADS": "1"} | dict(environment),
            start_new_session=True,
        )

    def run(
        self,
        workspace: Path,
        *words: str,
        kill: Kill | None = None,
        environment: Mapping[str, str] | None = None,
        before: str = "",
        program: str = "",
        timeout: float = 60,
    ) -> Done:
        """What `city-digest -C workspace words...` did.

        Args:
            kill: counts steps, and kills at one.
            before: Python that the command's process runs first.
            program: Python to be run instead of a command.
        """
        wish = {
            "words": ["-C", str(workspace), *words],
            "root": str(workspace.resolve()),
            "environment": ENVIRONMENT | dict(environment or {}),
            "kill": kill and kill._asdict(),
            "before": before,
            "program": program,
        }
        return Done(**self._ask(wish, timeout))

    def _ask(self, wish: dict[str, Any], timeout: float) -> dict[str, Any]:
        pipe = self._process
        assert pipe.stdin
        assert pipe.stdout
        pipe.stdin.write(json.dumps(wish).encode() + b"\n")
        pipe.stdin.flush()
        if not select.select([pipe.stdout], [], [], timeout)[0]:
            os.killpg(pipe.pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(json.dumps(wish), timeout)
        answer: dict[str, Any] = json.loads(pipe.stdout.readline())
        return answer

    def warm(self, workspace: Path) -> None:
        """Runs the stages between crawl and delivery once in the waiting process itself; commands find all that they build."""
        self._ask({"warm": str(workspace)}, 120)

    def close(self) -> None:
        self._process.communicate()


@contextlib.contextmanager
def waiting(environment: Mapping[str, str] = types.MappingProxyType({})) -> Iterator[Processes]:
    """A process that waits for commands, while the block runs; with these variables besides."""
    made = Processes(environment)
    try:
        yield made
    finally:
        made.close()


# ------------------------------------------------------------------------------------------------ in the process that waits


def _wait() -> None:
    import importlib

    sys.path[:0] = [str(HERE.parent / "support"), str(HERE)]
    import prepared

    from pipeline.cli import child

    child.run_child = prepared._run_child
    for name in (*prepared.MODULES, "aiosmtplib", "pipeline.cli.run", "pipeline.deliver.channels"):
        importlib.import_module(name)
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for line in sys.stdin.buffer:
        wish = json.loads(line)
        answer = _warm(Path(wish["warm"])) if "warm" in wish else _carry_out(wish)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _warm(folder: Path) -> dict[str, Any]:
    from pipeline.cli.compose import compose
    from pipeline.cli.process import process
    from pipeline.cli.render import render
    from pipeline.config import open_workspace

    workspace = open_workspace(folder, environment={})
    process(workspace)
    compose(workspace)
    render(workspace)
    gc.collect()
    gc.freeze()  # forks share what is never looked through
    return {}


def _carry_out(wish: dict[str, Any]) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile() as trace:
        environment = dict(wish["environment"])
        if wish["kill"]:
            environment["STEPS"] = json.dumps(wish["kill"] | {"root": wish["root"], "trace": trace.name})
        code, output, errors = _fork(
            functools.partial(_command, wish["words"], environment, wish["before"], wish["program"])
        )
        steps: dict[str, list[str]] = {}
        for line in trace.read().decode().splitlines():
            process, _, name = line.split("\t", 2)
            steps.setdefault(process, []).append(name)
    return {"code": code, "output": output, "errors": errors, "steps": steps}


def _fork(program: Any) -> tuple[int, str, str]:
    import prepared

    result = prepared._fork(functools.partial(_alone, program))
    with contextlib.suppress(ChildProcessError):
        while True:  # what was killed with it holds its lock until it is gone
            os.waitpid(-1, 0)
    return result


def _alone(program: Any) -> None:
    os.setpgid(0, 0)
    program()


def _command(words: Sequence[str], environment: dict[str, str], before: str, program: str) -> None:
    import prepared
    from steps import count_steps

    become = prepared._become

    def become_counted(told: list[str], variables: dict[str, str], folder: str) -> None:
        # A process of the crawler, which is a fork of this one that counts on its own.
        count_steps(told[1], variables)
        become(told, variables, folder)

    prepared._become = become_counted
    if before:
        exec(before, {"__name__": "before"})
    count_steps("command", environment)
    become(["-c", program or prepared.COMMAND, *words], environment, words[1])


if __name__ == "__main__":
    _wait()
