"""Commands in processes that begin with the project imported, for tests of what commands do, not of how they start.

Importing takes longer than most commands under test. So one process imports everything once and waits; each command is a fork of it, with
arguments, environment, folder, output and exit code of its own, and so is each process of the crawler that a command waits for. What
crawls start themselves, and what is stopped or killed in a test, are processes as everywhere.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import io
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

# What commands import as they go, but for the reactor, of which every process needs its own.
MODULES = (
    "alembic.command",
    "crawler.run",
    *(f"crawler.curation.{name}" for name in ("checking", "opml", "overlay", "probing", "recording", "visits")),
    "crawler.spiders.sources",
    "crawler.stopping",
    "crawler.wire",
    *(f"crawler.middlewares.{name}" for name in ("conditional", "denial", "guard", "manners", "owner", "rehearsal", "robots", "unpacking")),
    "scrapy.crawler",
    "scrapy.extensions.closespider",
    "scrapy.extensions.memusage",
    "scrapy.downloadermiddlewares.cookies",
    "pipeline.cli.source",
    "pipeline.weekly",
)  # fmt: skip
COMMAND = "from pipeline.cli import main; main()"


def run(
    words: Sequence[str], *, environment: Mapping[str, str], folder: Path | None = None, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """What `python -P -W error` with these words did.

    Args:
        words: "-m" and a module or "-c" and a program, and the arguments.

    Raises:
        subprocess.TimeoutExpired: it took longer than so many seconds, and was killed.
    """
    waiting = _waiting()
    assert waiting.stdin
    assert waiting.stdout
    wish = {"words": list(words), "environment": dict(environment), "folder": str(folder or Path.cwd())}
    waiting.stdin.write(json.dumps(wish).encode() + b"\n")
    waiting.stdin.flush()
    if not select.select([waiting.stdout], [], [], timeout)[0]:
        os.killpg(waiting.pid, signal.SIGKILL)
        waiting.communicate()
        _waiting.cache_clear()
        raise subprocess.TimeoutExpired(list(words), timeout)
    code, output, errors = json.loads(waiting.stdout.readline())
    return subprocess.CompletedProcess(list(words), code, output, errors)


@functools.cache
def _waiting() -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-P", __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # One thread: what has more is not to be forked.
        env=os.environ | {"PYTHONWARNINGS": "error", "OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,
    )
    atexit.register(process.communicate)  # without input it ends
    return process


# ------------------------------------------------------------------------------------------------ in the process that waits


def _wait() -> None:
    from pipeline.cli import child

    child.run_child = _run_child
    for name in MODULES:
        importlib.import_module(name)
    gc.freeze()  # forks share what is never looked through
    for line in sys.stdin.buffer:
        wish = json.loads(line)
        answer = _fork(functools.partial(_become, **wish))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _fork(program: Callable[[], None]) -> tuple[int, str, str]:
    """The exit code and the output of a fork that does this; its standard input stays open and silent."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        reads, writes = os.pipe()
        child = os.fork()
        if not child:
            for given, own in ((reads, 0), (output.fileno(), 1), (errors.fileno(), 2)):
                os.dup2(given, own)
            os.close(writes)
            _end_with(program)
        os.close(reads)
        _, status = os.waitpid(child, 0)
        os.close(writes)
        output.seek(0)
        errors.seek(0)
        return os.waitstatus_to_exitcode(status), output.read().decode(), errors.read().decode()


def _become(words: list[str], environment: dict[str, str], folder: str) -> None:
    """Does what the interpreter does with its arguments and its environment."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    option, program, *arguments = words
    sys.argv = [option if option == "-c" else program, *arguments]
    for path in environment.get("PYTHONPATH", "").split(os.pathsep):
        if path and (custom := Path(path, "sitecustomize.py")).exists():
            runpy.run_path(str(custom))
    if option == "-m":
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    else:
        exec(program, {"__name__": "__main__"})


def _end_with(program: Callable[[], None]) -> NoReturn:
    """Does it and ends this process as the interpreter would, but for taking everything apart."""
    code = 1
    try:
        program()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - what the interpreter would do
        traceback.print_exc()
    finally:
        threading._shutdown()
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _run_child(module: str, *words: str, flags: Mapping[str, str], hear: Callable[[dict[str, Any]], None]) -> Any:
    """Stands for the function of that name in pipeline.cli.child; tells of events when all is over."""
    from pipeline.cli.child import Ended, _listen
    from pipeline.cli.session import current_log

    log = current_log()
    variables = {f"CITY_DIGEST_{key.upper().replace('.', '__')}": value for key, value in flags.items()}
    program = functools.partial(
        _become, ["-m", module, "--run-id", log.run, *words], dict(os.environ) | variables, str(Path.cwd())
    )
    code, output, errors = _fork(program)
    said: list[str] = []
    warned: list[str] = []
    _listen(io.StringIO(errors), hear, said, warned, log)
    return Ended(json.loads(output or "{}"), code, "\n".join(said or warned))


if __name__ == "__main__":
    _wait()
