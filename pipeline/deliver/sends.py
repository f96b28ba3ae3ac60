"""What was sent, written into a journal before the ledger, so that no restored backup sends it again (M13).

A line of the journal is a row of the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from pipeline.deliver.journal import append, scan
from pipeline.model import Delivery, DeliveryState

# Of two rows that tell of the same attempt, the one with the higher rank was made later: what was sent may come back.
_RANKS = {DeliveryState.SENDING: 0, DeliveryState.SENT: 2, DeliveryState.FAILED: 3}


def append_send(file: Path, row: Delivery) -> None:
    """Adds one row, durable when this returns; only `sent` is on the disk no sooner than the next row that is.

    So a machine that loses power takes the last messages, as many as were under way, for ones whose answers were never read. A
    process that is killed loses nothing. Waiting for the disk is most of what a message costs here, and so is half of it.
    """
    append(file, msgspec.to_builtins(row), durable=row.state is not DeliveryState.SENT)


def find_forgotten(file: Path, week: str, ledger: Mapping[tuple[str, str], Delivery]) -> list[Delivery]:
    """The rows of one issue of which the journal knows more than the ledger: it goes back to before they were made."""
    newest: dict[tuple[str, str], Delivery] = {}
    for line in scan(file, holding=week):
        try:
            row = msgspec.convert(line, Delivery)
        except msgspec.ValidationError:
            continue
        key = (row.edition, row.reader)
        if row.week == week and (key not in newest or _progress(row)[:2] >= _progress(newest[key])[:2]):
            newest[key] = row  # the later line, unless an earlier one says that it was sent
    return [row for key, row in newest.items() if key not in ledger or _progress(row) > _progress(ledger[key])]


def _progress(row: Delivery) -> tuple[int, bool, int, int, int]:
    # Not by time: clocks jump.
    done = row.state in (DeliveryState.SENT, DeliveryState.FAILED)
    return row.revision, done, row.attempts, _RANKS.get(row.state, 1), row.unread
