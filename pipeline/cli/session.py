"""What every command shares: the workspace it was pointed at, its lock, and how it speaks to people and programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from pipeline.cli.log import Log
from pipeline.config import Workspace, open_workspace
from pipeline.errors import CityDigestError, WorkspaceBusy, WorkspaceError

# docs/reference/exit-codes.md
EXIT_UNEXPECTED = 1
EXIT_USAGE = 2
EXIT_PARTIAL = 3
EXIT_TEMPORARY = 75
EXIT_INTERRUPTED = 130

json_option = click.option("--json", "as_json", is_flag=True, help="Prints one JSON object instead of text.")


class Session:
    """One call of the command line."""

    def __init__(self, root: Path, flags: Mapping[str, str], log: Log | None = None) -> None:
        self.root = root
        self.flags = dict(flags)
        self.log = log or Log()

    def open(self) -> Workspace:
        """The workspace. Raises WorkspaceError, ConfigurationError."""
        return open_workspace(self.root, flags=self.flags)


def current_log() -> Log:
    """The log of the command that runs; one that goes nowhere outside a command."""
    context = click.get_current_context(silent=True)
    session = context.find_object(Session) if context else None
    return session.log if session else Log()


def outcome_of(error: BaseException) -> tuple[int, str]:
    """The exit code of a command that ended like this, and why in words that hold nothing of a reader."""
    match error:
        case KeyboardInterrupt() | click.Abort():
            return EXIT_INTERRUPTED, "stopped"
        case CityDigestError():
            return error.exit_code, str(error)
        case click.exceptions.Exit():  # --help
            return error.exit_code, ""
        case click.ClickException():
            return EXIT_USAGE, error.format_message()
        case SystemExit():  # click's way out where the reader of our output went away: nothing of ours failed
            return 0, ""
        case _:
            return EXIT_UNEXPECTED, f"{type(error).__name__}; standard error has more"  # its words may be anybody's


@contextmanager
def hold(workspace: Workspace, command: str) -> Iterator[None]:
    """The workspace for this process alone, until the block ends or the process dies.

    Raises:
        WorkspaceBusy: another process has it; the sentence names it.
    """
    from filelock import FileLock, Timeout

    lock, holder = FileLock(workspace.state / "lock"), workspace.state / "holder"
    try:
        workspace.state.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise WorkspaceBusy(
            f"{workspace.root} is in use by {_read_holder(holder)}. Wait for it to end, or stop it."
        ) from None
    except OSError as error:
        raise WorkspaceError(
            f"{workspace.state} could not be locked for this command: {error.strerror}. Mend the permissions or free space, "
            "then run it again."
        ) from error
    try:
        if command != "restore":
            check_whole(workspace)
        # Who holds it is a courtesy: a full disk must not stop a command that frees space.
        with suppress(OSError):
            holder.write_text(f"'city-digest {command}', process {os.getpid()}\n", encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def check_whole(workspace: Workspace) -> None:
    """Raises WorkspaceError while a restore is half done."""
    if workspace.restoring.exists():
        raise WorkspaceError(
            f"a restore of {workspace.root} was cut off half-way: run 'city-digest restore' to finish it, then this again."
        )


def _read_holder(file: Path) -> str:
    with suppress(OSError):  # it may end, and remove the file, just now
        return file.read_text(encoding="utf-8").strip() or "another process"
    return "another process"


def print_json(data: Any) -> None:
    """One JSON object on standard output."""
    click.echo(json.dumps(data, ensure_ascii=False, default=str))


def report(data: dict[str, Any], text: str, *, as_json: bool) -> None:
    """What a command did: as JSON if asked, as text if a person looks, else nothing, so that cron stays silent."""
    if as_json:
        print_json(data)
    elif sys.stdout.isatty() and text:
        click.echo(text)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on standard error if that is a terminal; the block calls it with (done, all), None for an unknown all."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _done, _all: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def describe_counts(counts: Mapping[str, int]) -> str:
    """Counts as "3 a, 1 b", most first; "none" if empty."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in ranked) or "none"
