"""The log of a command, for programs: one JSON object a line, each with the id of its run. Off unless a place is named."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import uuid
from contextlib import suppress
from typing import Any

from pipeline.errors import ConfigurationError

STANDARD_ERROR = "-"


class Log:
    """Says what happened, to nobody or to the place that was named; never an address of a reader."""

    def __init__(self, target: str = "") -> None:
        """
        Args:
            target: a file to append to, "-" for standard error, "" for nowhere.

        Raises:
            ConfigurationError: the file cannot be written.
        """
        self.run = uuid.uuid4().hex[:12]
        self._target = target
        if target not in ("", STANDARD_ERROR):
            try:
                self._append("")
            except OSError as error:
                raise ConfigurationError(f"the log {target} cannot be written: {error.strerror}") from error

    def write(self, message: str, *, level: str = "INFO", **facts: Any) -> None:
        """One line."""
        at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        line = {"event": "log", "run": self.run, "at": at, "level": level, "logger": "city-digest", "message": message}
        text = json.dumps(line | facts, ensure_ascii=False, default=str)
        if self._target == STANDARD_ERROR:
            sys.stderr.write(text + "\n")
        else:
            self.keep(text)

    def keep(self, line: str) -> None:
        """A line of another process, which wrote it to standard error itself: only a file takes it."""
        if self._target not in ("", STANDARD_ERROR):
            with suppress(OSError):  # a full disk is told by what needs the space
                self._append(line + "\n")

    def _append(self, text: str) -> None:
        # Opened for each line, so that a file may be moved away at any time; one write, so that lines of two stay whole.
        file = os.open(self._target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            os.write(file, text.encode())
        finally:
            os.close(file)
