"""Hands one letter to its readers, with a ledger row before and after each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

import msgspec

from pipeline.config import Mail
from pipeline.deliver.message import build_message, message_id
from pipeline.deliver.readers import Reader
from pipeline.errors import DeliveryError
from pipeline.model import Delivery, DeliveryState, Frozen, Letter
from pipeline.ports import Channel


class Outcome(Frozen, frozen=True, kw_only=True):
    """How many messages of one letter went where."""

    sent: int = 0
    already_sent: int = 0
    failed: int = 0


def deliver_letter(
    letter: Letter,
    readers: Iterable[Reader],
    *,
    channel: Channel,
    sender: Mail,
    ledger: Mapping[tuple[str, str], Delivery],
    record: Callable[[Delivery], None],
    sent_at: dt.datetime,
    archive_url: str = "",
) -> Outcome:
    """Sends `letter` to every reader whom the ledger does not call sent.

    Args:
        ledger: (edition, reader key) -> row, as it was before.
        record: makes a row durable before it returns. `sending` is recorded before the channel is asked and `sent`
            after it accepted; a crash in between repeats the same Message-ID.
        sent_at: aware, in the zone of the Date header.
    """
    outcome = Outcome()
    for reader in readers:
        if is_sent(ledger, reader):
            outcome = msgspec.structs.replace(outcome, already_sent=outcome.already_sent + 1)
            continue
        row = Delivery(
            week=letter.week,
            edition=letter.edition,
            reader=reader.key,
            channel=channel.name,
            message_id=message_id(letter, reader.key, sender),
            state=DeliveryState.SENDING,
            at=sent_at.astimezone(dt.UTC),
        )
        record(row)
        message = build_message(
            letter, reader.address, reader.key, sender=sender, sent_at=sent_at, archive_url=archive_url
        )
        try:
            channel.send(message, sender=sender.sender_address, recipient=reader.address, delivery=row)
        except DeliveryError:
            record(msgspec.structs.replace(row, state=DeliveryState.FAILED))
            outcome = msgspec.structs.replace(outcome, failed=outcome.failed + 1)
        else:
            record(msgspec.structs.replace(row, state=DeliveryState.SENT))
            outcome = msgspec.structs.replace(outcome, sent=outcome.sent + 1)
    return outcome


def is_sent(ledger: Mapping[tuple[str, str], Delivery], reader: Reader) -> bool:
    """True if the ledger says that the reader had their letter."""
    row = ledger.get((reader.edition, reader.key))
    return row is not None and row.state is DeliveryState.SENT
