"""Runs of the command on a workspace whose web is a loopback server, as a person runs it: in a process of its own."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import prepared
from sqlalchemy import MetaData, select

from pipeline.demo.server import SampleServer
from pipeline.store.database import open_engine

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("CITY_DIGEST_")}


def command(workspace: Path, server: SampleServer, *arguments: str) -> list[str]:
    """The command line of `city-digest` on a workspace whose web is the sample server."""
    proxy = ["--set", f"rehearsal.proxy={server.url}"]
    return [
        sys.executable,
        "-P",
        "-c",
        prepared.COMMAND,
        "-C",
        str(workspace),
        *proxy,
        *arguments,
    ]


def run(
    workspace: Path, server: SampleServer, *arguments: str, code: int | tuple[int, ...] = 0, whole: bool = False
) -> dict[str, Any]:
    """The JSON that a command printed; fails if it ended with another code than this or these.

    Args:
        whole: with a start of its own, as a person's has.
    """
    words = [*command(workspace, server, *arguments), "--json"]
    if whole:
        done = subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT, timeout=300)
    else:
        done = prepared.run(words[2:], environment=ENVIRONMENT, timeout=300)
    assert done.returncode in (code if isinstance(code, tuple) else (code,)), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def call(workspace: Path, *arguments: str) -> dict[str, Any]:
    """The JSON that a command printed which asks no source; in a process of its own, since a browser's driver may run a loop here."""
    words = ["-c", prepared.COMMAND, "-C", str(workspace), *arguments, "--json"]
    done = prepared.run(words, environment=ENVIRONMENT, timeout=300)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def run_and_kill(workspace: Path, server: SampleServer, *arguments: str, when: Callable[[], bool]) -> None:
    """Starts a command and kills it, with all its children, the moment `when` holds."""
    child = _start_until(workspace, server, arguments, when)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def run_and_stop(
    workspace: Path, server: SampleServer, *arguments: str, number: signal.Signals, when: Callable[[], bool]
) -> tuple[int, float]:
    """Starts a command and sends it a signal the moment `when` holds; returns its exit code and the seconds it took to end.

    SIGINT goes to the children as well, as a terminal's Ctrl-C does; SIGTERM to the command alone, as a service manager's may.
    """
    child = _start_until(workspace, server, arguments, when)
    asked = time.monotonic()
    if number is signal.SIGINT:
        os.killpg(child.pid, number)
    else:
        child.send_signal(number)
    return child.wait(timeout=60), time.monotonic() - asked


def _start_until(
    workspace: Path, server: SampleServer, arguments: tuple[str, ...], when: Callable[[], bool]
) -> subprocess.Popen[bytes]:
    # A shell starts what it puts into the background with SIGINT ignored, and children would inherit that.
    held = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        child = subprocess.Popen(
            command(workspace, server, *arguments),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
            start_new_session=True,
        )
    finally:
        signal.signal(signal.SIGINT, held)
    deadline = time.monotonic() + 120
    while not when():
        assert child.poll() is None, "the command ended before its moment came"
        assert time.monotonic() < deadline, "its moment never came"
        time.sleep(0.005)
    return child


def output_of(workspace: Path) -> dict[str, str]:
    """Path -> SHA-256 of every file that people see."""
    files = [*(workspace / "archive").rglob("*"), *(workspace / "outbox").rglob("*")]
    return {
        str(file.relative_to(workspace)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.is_file()
    }


def rows_of(workspace: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Table -> all its rows, of both databases."""
    tables: dict[str, list[tuple[Any, ...]]] = {}
    for name in ("inbox", "library"):
        engine = open_engine(f"sqlite:///{workspace / 'state' / name}.sqlite")
        metadata = MetaData()
        metadata.reflect(engine)
        with engine.connect() as connection:
            for table in metadata.sorted_tables:
                if not table.name.startswith("search_entry"):
                    tables[f"{name}.{table.name}"] = sorted(map(tuple, connection.execute(select(table))), key=repr)
        engine.dispose()
    return tables


def count_rows(workspace: Path, database: str, table: str) -> int:
    """How many rows a table has; 0 if there is no such file or table yet."""
    file = workspace / "state" / f"{database}.sqlite"
    if not file.is_file():
        return 0
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


def column_of(workspace: Path, database: str, query: str) -> dict[str, str]:
    """First column -> second column of a query on one of the databases."""
    connection = sqlite3.connect(f"file:{workspace / 'state' / database}.sqlite?mode=ro", uri=True, timeout=5)
    try:
        return dict(connection.execute(query).fetchall())
    finally:
        connection.close()
