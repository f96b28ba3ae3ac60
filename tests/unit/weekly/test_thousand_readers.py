"""A thousand readers and a server with every fault: the ledger equals the server's own record (M7, M8, faults P0.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from mail_servers import (
    BUSY_AFTER_TEXT,
    CLOSING,
    DROP_AFTER_ACCEPTING,
    DROP_BEFORE_ACCEPTING,
    DROP_IN_TEXT,
    GREYLISTED,
    HANG,
    HANG_AFTER_ACCEPTING,
    MAILBOX_FULL,
    NO_SUCH_USER,
    REFUSED_AFTER_TEXT,
    RESET,
    Fault,
    MailServer,
)
from subscribed import a_reader

from pipeline.config import Workspace
from pipeline.deliver import smtp
from pipeline.errors import ChannelAway
from pipeline.model import Delivery, DeliveryState, ReaderState
from pipeline.store.library import Library
from pipeline.store.register import Register
from pipeline.weekly import compose_missing, deliver_issues, fill_shelf

WEEK = "2026-W45"
MONDAY = "2026-11-09T06:00+09:00"  # W45 is complete
READERS = 1000
SCRIPTS: tuple[tuple[Fault, ...], ...] = (
    (GREYLISTED,),
    (MAILBOX_FULL, MAILBOX_FULL),
    (NO_SUCH_USER,),
    (BUSY_AFTER_TEXT,),
    (REFUSED_AFTER_TEXT,),
    (CLOSING,),
    (RESET,),
    (RESET, RESET, RESET),
    (DROP_IN_TEXT,),
    (DROP_BEFORE_ACCEPTING,),
    (DROP_AFTER_ACCEPTING,),
    (DROP_AFTER_ACCEPTING, DROP_AFTER_ACCEPTING),
    (GREYLISTED, DROP_AFTER_ACCEPTING, BUSY_AFTER_TEXT),
)
SLOW: tuple[tuple[Fault, ...], ...] = ((HANG,), (HANG_AFTER_ACCEPTING,), (HANG_AFTER_ACCEPTING, HANG))


def script_of(number: int) -> tuple[Fault, ...]:
    if number % 100 < len(SLOW):
        return SLOW[number % 100]
    return SCRIPTS[number // 3 % len(SCRIPTS)] if number % 3 == 0 else ()


@pytest.mark.slow
def test_a_thousand_readers_and_a_server_with_every_fault(
    at: Callable[..., Workspace], library: Library, save: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "_PATIENCE_AFTER_TEXT", 1)
    register = Register(library.engine)
    readers = [a_reader(number, "ja" if number % 2 else "en") for number in range(READERS)]
    for reader in readers:
        register.add(reader)
    save("a", "2026-11-04")
    compose_missing(at(MONDAY), library, ())
    shelf = fill_shelf(at(MONDAY), library, ())
    faults = {reader.address: script_of(number) for number, reader in enumerate(readers)}
    with MailServer(faults, dies_after=READERS // 2) as server:
        workspace = at(
            MONDAY,
            deliver__channel="smtp",
            deliver__per_minute="0",
            deliver__domain_per_minute="0",
            deliver__first_retry_s="0.05",
            deliver__patience_min="0.1",
            smtp__host=server.host,
            smtp__port=str(server.port),
            smtp__security="none",
            smtp__timeout_s="1.5",
        )
        with pytest.raises(ChannelAway, match="nobody is lost"):
            deliver_issues(workspace, library, register, shelf)
        server.start()
        second = deliver_issues(workspace, library, register, shelf)
        before_third = len(server.accepted)
        third = deliver_issues(workspace, library, register, shelf)
        assert (third.sent, third.deferred, len(server.accepted)) == (0, 0, before_third)
        assert server.violations == []

    rows = {row.reader: row for row in library.deliveries(WEEK).values()}
    assert len(rows) == READERS  # nobody is lost
    states = Counter(row.state for row in rows.values())
    assert set(states) == {DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNKNOWN}
    assert (second.unknown, third.unknown) == (states[DeliveryState.UNKNOWN],) * 2

    copies = Counter(one.recipient for one in server.accepted)
    sent = {reader.address for reader in readers if rows[reader.id].state is DeliveryState.SENT}
    unknown = {reader.address for reader in readers if rows[reader.id].state is DeliveryState.UNKNOWN}
    assert sent <= copies.keys() <= sent | unknown
    assert all(copies[reader.address] <= 1 + rows[reader.id].unread for reader in readers)
    assert len(server.accepted_ids()) == len(copies)  # a repeat has the Message-ID of the first

    dead = {reader.id for number, reader in enumerate(readers) if script_of(number) == (NO_SUCH_USER,)}
    assert {reader.id for reader in register.readers(states=(ReaderState.SUSPENDED,))} == dead
    assert register.suppressed().keys() == dead
    assert all(
        _is_explained(row, script_of(number)) for number, reader in enumerate(readers) if (row := rows[reader.id])
    )


def _is_explained(row: Delivery, script: tuple[Fault, ...]) -> bool:
    """True if nothing worse became of a message than its faults account for; the server's death may add one unknown."""
    if row.state is DeliveryState.FAILED:
        return script in ((NO_SUCH_USER,), (REFUSED_AFTER_TEXT,))
    if row.state is DeliveryState.UNKNOWN:
        return any(fault.then for fault in script)
    return row.state is DeliveryState.SENT
