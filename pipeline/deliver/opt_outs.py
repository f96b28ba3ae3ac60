"""Who gets no mail any more, written into a journal before the database, so that no restored backup forgets them.

A line of the journal: {"reader": id, "state": "bounced" | "left" | "erased" | "active", "at": UTC, "detail": words}. Of a reader's
lines the last one holds that says "active" (they asked anew, or a person let them go on), and after it the gravest. What comes last
is asked of the lines' order and of their times: a clock may jump back, a restore adds older lines. Where they differ, nobody is
written to who once left.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec

from pipeline.deliver.journal import append, read
from pipeline.model import Reader, ReaderState, Suppression, SuppressionReason

ACTIVE = "active"
# Mail that comes back late does not undo that its reader left, nor an old link that they were erased.
_WEIGHTS = {ACTIVE: 0, SuppressionReason.BOUNCED: 1, SuppressionReason.LEFT: 2, SuppressionReason.ERASED: 3}


class Register(Protocol):
    """What is asked of the register here."""

    def change(self, reader_id: str, by: Callable[[Reader], Reader]) -> Reader | None: ...

    def erase(self, reader_id: str, at: dt.datetime) -> None: ...

    def suppress(self, reader_id: str, reason: str, at: dt.datetime, detail: str = "") -> None: ...

    def suppressed(self) -> Mapping[str, Suppression]: ...

    def lift(self, reader_id: str) -> None: ...

    def leave(self, reader_id: str, at: dt.datetime) -> frozenset[str]: ...


def opt_out(
    register: Register, journal: Path, reader_id: str, reason: SuppressionReason, at: dt.datetime, detail: str = ""
) -> None:
    """Has nobody write to this reader again: in the journal, then in the register."""
    note_opt_out(journal, reader_id, reason, at, detail)
    _apply(register, reader_id, reason, at, detail)


def note_opt_out(journal: Path, reader_id: str, reason: SuppressionReason, at: dt.datetime, detail: str = "") -> None:
    """The same in the journal alone, for when there may be no database: before the next delivery it is merged."""
    append(journal, {"reader": reader_id, "state": reason.value, "at": at.isoformat(), "detail": detail})


def note_opt_in(journal: Path, reader_id: str, at: dt.datetime) -> None:
    """That this reader may be written to again, in the journal alone."""
    append(journal, {"reader": reader_id, "state": ACTIVE, "at": at.isoformat()})


def opt_in(register: Register, journal: Path, reader_id: str, at: dt.datetime) -> None:
    """Lets this reader be written to again: in the journal, then in the register. Their row is left as it is."""
    note_opt_in(journal, reader_id, at)
    register.lift(reader_id)


def merge_opt_outs(register: Register, journal: Path) -> int:
    """Leaves the register as the journal has it; returns how many readers it did not know of."""
    suppressed = register.suppressed()
    merged = 0
    for reader_id, row in _last_words(read(journal)).items():
        known = suppressed.get(reader_id)
        state, at = row["state"], dt.datetime.fromisoformat(row["at"])
        if state == ACTIVE:
            if known and known.at <= at:
                register.lift(reader_id)
                merged += 1
        elif not known or (known.reason != state and known.at <= at):
            _apply(register, reader_id, SuppressionReason(state), at, row.get("detail", ""))
            merged += 1
    return merged


def _last_words(rows: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Reader id -> the line that holds, of those that can be read."""
    written = list(filter(_is_sound, rows))
    by_time = _last_of(sorted(written, key=lambda row: dt.datetime.fromisoformat(row["at"])))
    return {
        reader: max(row, by_time[reader], key=lambda row: _WEIGHTS[row["state"]])
        for reader, row in _last_of(written).items()
    }


def _last_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        before = found.get(row["reader"])
        if not before or _WEIGHTS[row["state"]] >= _WEIGHTS[before["state"]] or row["state"] == ACTIVE:
            found[row["reader"]] = row
    return found


def _is_sound(row: Mapping[str, Any]) -> bool:
    try:
        aware = dt.datetime.fromisoformat(row["at"]).tzinfo is not None
        return aware and isinstance(row["reader"], str) and row["state"] in _WEIGHTS
    except (KeyError, TypeError, ValueError):
        return False


def _apply(register: Register, reader_id: str, reason: SuppressionReason, at: dt.datetime, detail: str) -> None:
    if reason is SuppressionReason.ERASED:
        register.erase(reader_id, at)
        return
    if reason is SuppressionReason.LEFT:
        register.leave(reader_id, at)
        return
    # First: what may be cut off here is the reader's row, which nobody writes to all the same.
    register.suppress(reader_id, reason, at, detail)

    def changed(reader: Reader) -> Reader:
        if reader.state in (ReaderState.SUSPENDED, ReaderState.LEFT):
            return reader  # who left stays so, whatever comes back later
        return msgspec.structs.replace(reader, state=ReaderState.SUSPENDED, changed=at)

    register.change(reader_id, changed)
