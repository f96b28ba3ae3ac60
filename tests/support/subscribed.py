"""Readers, written by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pipeline.model import Consent, Reader, ReaderState

AGREED = dt.datetime(2026, 10, 30, 21, tzinfo=dt.UTC)


def a_reader(number: int, edition: str = "ja", **fields: Any) -> Reader:
    """An active reader; the number makes the id and the address."""
    usual = {
        "state": ReaderState.ACTIVE,
        "consent": Consent(origin="asked", at=AGREED),
        "since": AGREED,
        "changed": AGREED,
    }
    return Reader(id=f"{number:016x}", address=f"reader{number}@example.org", edition=edition, **(usual | fields))
