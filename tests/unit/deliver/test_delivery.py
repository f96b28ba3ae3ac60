"""The ledger: every reader once, and nobody lost (M7)."""

from __future__ import annotations

import datetime as dt
import email
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Mail, open_workspace
from pipeline.deliver import Outcome, Reader, deliver_letter
from pipeline.deliver.channels import open_channel
from pipeline.deliver.outbox import Outbox
from pipeline.errors import ConfigurationError, DeliveryError, WorkspaceError
from pipeline.model import Delivery, DeliveryState, Letter

READERS = [Reader(address=f"{name}@b.example", edition="ja", consent="asked") for name in ("ann", "bob")]
Deliver = Callable[..., Outcome]


class Ledger:
    """Rows as they were made durable, and the last of each reader."""

    def __init__(self) -> None:
        self.history: list[Delivery] = []

    @property
    def rows(self) -> dict[tuple[str, str], Delivery]:
        return {(row.edition, row.reader): row for row in self.history}

    def states(self, reader: Reader) -> list[str]:
        return [row.state.value for row in self.history if row.reader == reader.key]


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def deliver(letter: Letter, mail: Mail, sent_at: dt.datetime, ledger: Ledger) -> Deliver:
    def delivered(channel: Any, readers: list[Reader] = READERS) -> Outcome:
        return deliver_letter(
            letter, readers, channel=channel, sender=mail, ledger=ledger.rows, record=ledger.history.append,
            sent_at=sent_at,
        )  # fmt: skip

    return delivered


def ids(box: Any) -> list[str]:
    return [email.message_from_bytes(message)["Message-ID"] for _, message in box.messages]


def test_every_reader_gets_one_message_of_their_own(deliver: Deliver, postbox: Any, ledger: Ledger) -> None:
    box = postbox()
    assert deliver(box) == Outcome(sent=2)
    assert [recipient for recipient, _ in box.messages] == ["ann@b.example", "bob@b.example"]
    assert [email.message_from_bytes(message)["To"] for _, message in box.messages] == [
        "ann@b.example",
        "bob@b.example",
    ]
    assert [ledger.states(reader) for reader in READERS] == [["sending", "sent"]] * 2
    assert [row.message_id for row in ledger.rows.values()] == ids(box)
    assert "@b.example" not in repr(ledger.history)


def test_a_second_delivery_sends_nothing(deliver: Deliver, postbox: Any) -> None:
    deliver(postbox())
    box = postbox()
    assert deliver(box) == Outcome(already_sent=2)
    assert box.messages == []


def test_a_new_reader_is_served_and_the_others_are_left_alone(deliver: Deliver, postbox: Any) -> None:
    deliver(postbox(), READERS[:1])
    box = postbox()
    assert deliver(box) == Outcome(sent=1, already_sent=1)
    assert [recipient for recipient, _ in box.messages] == ["bob@b.example"]


def test_a_refused_message_is_counted_does_not_stop_the_others_and_is_tried_again(
    deliver: Deliver, postbox: Any, ledger: Ledger
) -> None:
    assert deliver(postbox(DeliveryError("550"))) == Outcome(sent=1, failed=1)
    assert [ledger.states(reader) for reader in READERS] == [["sending", "failed"], ["sending", "sent"]]
    assert deliver(postbox()) == Outcome(sent=1, already_sent=1)
    assert ledger.states(READERS[0])[-1] == "sent"


def test_a_crash_after_the_channel_accepted_sends_the_same_message_id_again(
    deliver: Deliver, postbox: Any, ledger: Ledger
) -> None:
    crashed = postbox(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        deliver(crashed)
    assert [ledger.states(reader) for reader in READERS] == [["sending"], []]
    box = postbox()
    assert deliver(box) == Outcome(sent=2)
    assert ids(box)[0] == ids(crashed)[0]
    assert box.messages[0] == crashed.messages[0]  # with the clock where it was: the same bytes


def test_nothing_is_sent_that_could_not_be_recorded(
    letter: Letter, mail: Mail, sent_at: dt.datetime, postbox: Any
) -> None:
    def full(row: Delivery) -> None:
        raise OSError(28, "No space left on device")

    box = postbox()
    with pytest.raises(OSError, match="No space"):
        deliver_letter(letter, READERS, channel=box, sender=mail, ledger={}, record=full, sent_at=sent_at)
    assert box.messages == []


def test_only_sent_counts_as_sent(deliver: Deliver, postbox: Any, ledger: Ledger) -> None:
    for state in (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNKNOWN):
        ledger.history = [
            Delivery(week="2026-W45", edition="ja", reader=READERS[0].key, channel="x", message_id="<1>", state=state, at=dt.datetime.now(dt.UTC))
        ]  # fmt: skip
        assert deliver(postbox(), READERS[:1]) == Outcome(sent=1)


# --------------------------------------------------------------------------------------------------------------- outbox


def test_the_outbox_holds_one_file_per_message_and_the_same_again_is_the_same_file(deliver: Deliver, ledger: Ledger, tmp_path: Path) -> None:  # fmt: skip
    outbox = Outbox(tmp_path / "outbox", tmp_path / "staging")
    deliver(outbox)
    files = {file.name: file.read_bytes() for file in outbox.folder.iterdir()}
    assert sorted(files) == sorted(f"2026-W45-ja-{reader.key}.eml" for reader in READERS)
    ledger.history.clear()
    deliver(outbox)
    assert {file.name: file.read_bytes() for file in outbox.folder.iterdir()} == files


def test_an_outbox_that_cannot_be_written_stops_the_run_and_loses_nobody(deliver: Deliver, ledger: Ledger, tmp_path: Path) -> None:  # fmt: skip
    (tmp_path / "outbox").write_bytes(b"")
    with pytest.raises(WorkspaceError):
        deliver(Outbox(tmp_path / "outbox", tmp_path / "staging"))
    assert ledger.states(READERS[0]) == ["sending"]


# ------------------------------------------------------------------------------------------------------------- channels


@pytest.mark.parametrize("name", ["outbox", "pipeline.deliver.outbox:make"])
def test_a_channel_is_found_by_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "city-digest.toml").write_text(f'[deliver]\nchannel = "{name}"\n', encoding="utf-8")
    channel = open_channel(open_workspace(tmp_path, environment={}))
    assert isinstance(channel, Outbox)
    assert channel.folder == tmp_path / "outbox"


@pytest.mark.parametrize(
    "name", ["", "pigeon", "message", "no.such.module:make", "pipeline.deliver.outbox:nothing", ":make"]
)
def test_a_channel_that_does_not_exist_is_a_setting_to_mend(tmp_path: Path, name: str) -> None:
    (tmp_path / "city-digest.toml").write_text(f'[deliver]\nchannel = "{name}"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"deliver\.channel"):
        open_channel(open_workspace(tmp_path, environment={}))
