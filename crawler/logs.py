"""The crawler's log: JSON lines on standard error, each with the id of its run."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import sys
from collections.abc import Iterator

import msgspec


class _JsonLines(logging.Formatter):
    def __init__(self, run_id: str) -> None:
        super().__init__()
        self.run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        facts = {
            "event": "log",
            "run": self.run_id,
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            facts["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode(facts).decode()


@contextlib.contextmanager
def json_log(level: str, run_id: str) -> Iterator[None]:
    """Everything of at least `level` that concerns a person, as JSON lines, while it is open."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines(run_id))
    handler.setLevel(level)
    # Below errors, Scrapy tells of single answers, which we count and store with their reason; and it resets its logger's level.
    handler.addFilter(
        lambda record: level == "DEBUG" or record.levelno >= logging.ERROR or record.name.startswith("crawler")
    )
    handlers, former = logging.root.handlers[:], logging.root.level
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    try:
        yield
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(former)
