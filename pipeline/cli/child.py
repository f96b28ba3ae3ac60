"""The crawler's processes as the commands see them: started, listened to, stopped with the command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import IO, Any, NamedTuple

import click

from pipeline.cli.log import Log
from pipeline.cli.session import current_log

# A stopped crawler finishes the page it has in hand; what it had not begun waits in the inbox.
_PATIENCE_S = 7
Event = dict[str, Any]


class Ended(NamedTuple):
    """How a process ended."""

    report: dict[str, Any]  # empty if it gave none
    code: int
    said: str  # the sentences it ended with, else what it warned of


def run_child(module: str, *words: str, flags: Mapping[str, str], hear: Callable[[Event], None]) -> Ended:
    """Runs a module of the crawler with our own interpreter until it ends; passes its warnings on.

    Args:
        flags: settings of the command line.
        hear: is told of each event of its progress, in a thread of its own.
    """
    log = current_log()
    arguments = [sys.executable, "-P", "-m", module, "--run-id", log.run, *words]
    # Flags reach the child as environment, which is the next layer below.
    variables = {f"CITY_DIGEST_{key.upper().replace('.', '__')}": value for key, value in flags.items()}
    with subprocess.Popen(  # noqa: S603  # our own module with our own interpreter
        arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | variables,
    ) as child:
        said: list[str] = []
        warned: list[str] = []
        listener = threading.Thread(target=_listen, args=(child.stderr, hear, said, warned, log), daemon=True)
        listener.start()
        try:
            output = child.stdout.read() if child.stdout else ""
            code = child.wait()
        except KeyboardInterrupt:
            _stop(child)
            raise
        listener.join(timeout=1)
    return Ended(_read_object(output), code, "\n".join(said or warned))


def _listen(stream: IO[str], hear: Callable[[Event], None], said: list[str], warned: list[str], log: Log) -> None:
    for line in stream:
        event = _read_object(line)
        if event.get("event") == "log":
            warned.append(event["message"])
            log.keep(line.rstrip())
            # Programs read log lines, people sentences.
            click.echo(event["message"] if sys.stderr.isatty() else line.rstrip(), err=True)
        elif event:
            hear(event)
        else:
            said.append(line.rstrip())


def _read_object(text: str) -> dict[str, Any]:
    """The JSON object in `text`, empty if there is none."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _stop(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGTERM)
    try:
        child.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.kill()
