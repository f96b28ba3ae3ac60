"""Files to which lines are only ever added, one JSON object each: what they say outlives the database."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from pipeline.errors import WorkspaceError


def append(file: Path, row: Mapping[str, Any], *, durable: bool = True) -> None:
    """Adds one line; the file is made, for its owner's eyes only, if there is none.

    Args:
        durable: on the disk when this returns. Else it outlives this process, but a machine that loses power may forget it
            until the next durable line is added.

    Raises:
        WorkspaceError: it cannot be written.
    """
    try:
        _append(file, msgspec.json.encode(row) + b"\n", durable)
    except OSError as error:
        raise WorkspaceError(
            f"{file} could not be written: {error.strerror}. Free space or mend the permissions, then run it again."
        ) from None


def _append(file: Path, line: bytes, durable: bool) -> None:
    new = not file.exists()
    if new:
        file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        # What a crash left of a line must not swallow this one.
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line
        while line:
            line = line[os.write(descriptor, line) :]
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if new:  # a name in a folder survives a crash only when the folder is on the disk too
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def read(file: Path) -> list[dict[str, Any]]:
    """Every whole line, oldest first; nothing if there is no file.

    Raises:
        WorkspaceError: it cannot be read.
    """
    return list(scan(file))


def scan(file: Path, holding: str = "") -> Iterator[dict[str, Any]]:
    """As `read`, one by one, and only lines in which this text occurs: a journal of sends grows by the year."""
    wanted = holding.encode()
    try:
        with file.open("rb") as stream:
            for line in stream:
                if wanted in line and (row := _decode(line)) is not None:
                    yield row
    except FileNotFoundError:
        return
    except OSError as error:
        raise WorkspaceError(f"{file} could not be read: {error.strerror}. Mend the permissions.") from None


def _decode(line: bytes) -> dict[str, Any] | None:
    try:
        row = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None  # a crash cut it off, before what it tells of was done
    return row if isinstance(row, dict) else None
