"""What every channel must do, whoever wrote it (pipeline/ports.py)."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mail_servers import MailServer
from postbox import Postbox

from pipeline.config import open_workspace
from pipeline.deliver.channels import open_channel
from pipeline.errors import DeliveryError
from pipeline.model import Answer, Delivery, DeliveryState, Envelope
from pipeline.ports import Channel

BODY = b"Subject: test\r\nMessage-ID: <%b>\r\n\r\n.\r\n..a line\r\nthe last line\r\n"


class Place:
    """A channel, and what arrived where it leads to."""

    def __init__(self, folder: Path, settings: str) -> None:
        (folder / "city-digest.toml").write_text(settings, encoding="utf-8")
        self.workspace = open_workspace(folder, environment={})

    def channel(self) -> Channel:
        return open_channel(self.workspace)

    def received(self) -> list[bytes]:
        raise NotImplementedError

    def close(self) -> None:
        """Takes nothing any more."""
        raise NotImplementedError


class OutboxPlace(Place):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "")

    def received(self) -> list[bytes]:
        return [file.read_bytes() for file in sorted(self.workspace.outbox.glob("*.eml"))]

    def close(self) -> None:
        self.workspace.outbox.write_bytes(b"")


class SmtpPlace(Place):
    def __init__(self, folder: Path, server: MailServer) -> None:
        self.server = server
        settings = f'host = "127.0.0.1"\nport = {server.port}\nsecurity = "none"'
        super().__init__(folder, f'[deliver]\nchannel = "smtp"\n[smtp]\n{settings}\n')

    def received(self) -> list[bytes]:
        return [one.message for one in self.server.accepted]

    def close(self) -> None:
        self.server.stop()


class PlugInPlace(Place):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, '[deliver]\nchannel = "postbox:make"\n')
        channel = super().channel()
        assert isinstance(channel, Postbox)
        self.postbox = channel

    def channel(self) -> Channel:
        return self.postbox

    def received(self) -> list[bytes]:
        return [envelope.message for envelope in self.postbox.envelopes]

    def close(self) -> None:
        self.postbox.broken = DeliveryError("gone")


@pytest.fixture(params=["outbox", "smtp", "plug-in"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param != "smtp":
        yield {"outbox": OutboxPlace, "plug-in": PlugInPlace}[request.param](tmp_path)
        return
    with MailServer() as server:
        yield SmtpPlace(tmp_path, server)
        assert server.violations == []


def an_envelope(number: int = 1) -> Envelope:
    message_id = f"{number}@example.org"
    row = Delivery(
        week="2026-W45",
        edition="ja",
        reader=f"{number:016x}",
        channel="",
        message_id=f"<{message_id}>",
        state=DeliveryState.SENDING,
        at=dt.datetime(2026, 11, 9, tzinfo=dt.UTC),
    )
    body = BODY % message_id.encode()
    return Envelope(sender="digest@example.org", recipient=f"reader{number}@example.org", message=body, delivery=row)


def send(channel: Channel, *envelopes: Envelope, committing: Callable[[], None] = lambda: None) -> list[Answer]:
    async def sent() -> list[Any]:
        async with channel:
            return await asyncio.gather(*(channel.send(envelope, committing=committing) for envelope in envelopes))

    return asyncio.run(sent())


def test_it_says_who_it_is_and_how_many_messages_it_takes_at_once(place: Place) -> None:
    channel = place.channel()
    assert channel.name
    assert channel.width >= 1


def test_a_message_arrives_as_it_is_and_is_sent(place: Place) -> None:
    (answer,) = send(place.channel(), an_envelope())
    assert answer.state is DeliveryState.SENT
    assert place.received() == [an_envelope().message]


def test_it_says_when_a_text_is_about_to_be_handed_over(place: Place) -> None:
    """M7: once per message, and before anything can have arrived."""
    there: list[int] = []
    send(place.channel(), an_envelope(), committing=lambda: there.append(len(place.received())))
    assert there == [0]


def test_what_cannot_be_recorded_is_not_handed_over(place: Place) -> None:
    """Faults P0.4: a ledger on a full disk stops the message, and the channel goes on with the next one."""

    def full() -> None:
        raise OSError(28, "No space left on device")

    async def send_two(channel: Channel) -> Answer:
        async with channel:
            with pytest.raises(OSError, match="No space"):
                await channel.send(an_envelope(1), committing=full)
            return await channel.send(an_envelope(2), committing=lambda: None)

    assert asyncio.run(send_two(place.channel())).state is DeliveryState.SENT
    assert place.received() == [an_envelope(2).message]


def test_as_many_messages_at_once_as_it_says_arrive_all(place: Place) -> None:
    channel = place.channel()
    envelopes = [an_envelope(number) for number in range(1, channel.width + 1)]
    assert {answer.state for answer in send(channel, *envelopes)} == {DeliveryState.SENT}
    assert sorted(place.received()) == sorted(envelope.message for envelope in envelopes)


def test_it_can_be_opened_again(place: Place) -> None:
    for number in (1, 2):
        assert send(place.channel(), an_envelope(number))[0].state is DeliveryState.SENT
    assert len(place.received()) == 2


def test_where_nothing_can_be_sent_it_says_so(place: Place) -> None:
    place.close()
    with pytest.raises(DeliveryError):
        send(place.channel(), an_envelope())


def test_what_it_says_holds_no_address(place: Place) -> None:
    """M11"""
    envelope = an_envelope()
    (answer,) = send(place.channel(), envelope)
    assert "@" not in f"{envelope!r} {answer!r}".replace("1@example.org", "")
