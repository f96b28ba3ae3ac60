"""Channel "smtp" and a server that misbehaves: each fault alone (M8, faults P0.3)."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
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
    POLICY_AFTER_TEXT,
    REFUSED_AFTER_TEXT,
    RESET,
    WELL,
    Certificates,
    Fault,
    MailServer,
    make_certificates,
)
from subscribed import a_reader

from pipeline.config import Deliver, open_workspace
from pipeline.deliver import Outcome, Post, deliver_posts
from pipeline.deliver import smtp as smtp_module
from pipeline.deliver.smtp import SmtpChannel, make
from pipeline.errors import ChannelAway, ConfigurationError, DeliveryError
from pipeline.model import Answer, Delivery, DeliveryState, Envelope, Refusal

NOON = dt.datetime(2026, 11, 9, 12, tzinfo=dt.UTC)
SENT, DEFERRED, FAILED, UNKNOWN = (
    DeliveryState.SENT,
    DeliveryState.DEFERRED,
    DeliveryState.FAILED,
    DeliveryState.UNKNOWN,
)
IMPATIENT = Deliver(per_minute=0, domain_per_minute=0, first_retry_s=0.01, patience_min=0.05)


@pytest.fixture
def connect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., SmtpChannel]:
    """A channel to a server, with little patience."""
    monkeypatch.setattr(smtp_module, "_PATIENCE_AFTER_TEXT", 1)

    def connected(server: MailServer, **settings: Any) -> SmtpChannel:
        (tmp_path / "city-digest.toml").write_text("", encoding="utf-8")
        settings = {"host": "127.0.0.1", "port": server.port, "security": "none", "timeout_s": 0.5, "connections": 1} | settings  # fmt: skip
        flags = {f"smtp.{name}": str(value) for name, value in settings.items()}
        return make(open_workspace(tmp_path, flags=flags, environment={}))

    return connected


Connect = Callable[..., SmtpChannel]


def an_envelope(number: int = 1, body: bytes = b"hello\r\n") -> Envelope:
    row = Delivery(
        week="2026-W45",
        edition="ja",
        reader=f"{number:016x}",
        channel="smtp",
        message_id=f"<{number}@example.org>",
        state=DeliveryState.SENDING,
        at=NOON,
    )
    message = f"Message-ID: <{number}@example.org>\r\n\r\n".encode() + body
    return Envelope(
        sender="digest+1secret@example.org", recipient=f"reader{number}@example.org", message=message, delivery=row
    )


def send(channel: SmtpChannel, *envelopes: Envelope, committing: Callable[[], None] = lambda: None) -> list[Answer]:
    """One after the other."""

    async def sent() -> list[Answer]:
        async with channel:
            return [await channel.send(envelope, committing=committing) for envelope in envelopes]

    return asyncio.run(sent())


def deliver(channel: SmtpChannel, count: int = 3, **policy: Any) -> tuple[Outcome, dict[str, str]]:
    """What became of so many messages, and each reader's states."""
    history: dict[str, str] = {}
    envelopes = [an_envelope(number) for number in range(1, count + 1)]
    readers = [a_reader(number) for number in range(1, count + 1)]
    rows = [msgspec.structs.replace(envelope.delivery, state=DeliveryState.QUEUED) for envelope in envelopes]

    def record(row: Delivery) -> None:
        name = f"reader{int(row.reader, 16)}"
        history[name] = f"{history.get(name, '')} {row.state.value}".strip()

    outcome = deliver_posts(
        [Post(reader=reader, row=row) for reader, row in zip(readers, rows, strict=True)],
        channel=channel,
        is_wanted=lambda _: True,
        write=lambda reader, row: msgspec.structs.replace(an_envelope(int(reader.id, 16)), delivery=row),
        record=record,
        suspend=lambda reader, _: history.update({f"reader{int(reader.id, 16)}": "suspended"}),
        policy=msgspec.structs.replace(IMPATIENT, **policy),
        clock=lambda: NOON,
    )
    return outcome, history


# ------------------------------------------------------------------------------------------------------------ good days


def test_many_messages_go_over_one_connection(connect: Connect) -> None:
    with MailServer() as server:
        answers = send(connect(server), *[an_envelope(number) for number in range(20)])
    assert {answer.state for answer in answers} == {SENT}
    assert [one.recipient for one in server.accepted] == [f"reader{number}@example.org" for number in range(20)]
    assert {one.sender for one in server.accepted} == {"digest+1secret@example.org"}
    assert (server.connections, server.violations) == (1, [])
    assert server.commands == {"EHLO": 1, "MAIL": 20, "RCPT": 20, "DATA": 20, "QUIT": 1}


def test_several_connections_share_the_work_and_are_used_again(connect: Connect) -> None:
    with MailServer(delay_s=0.005) as server:
        outcome, _ = deliver(connect(server, connections=3), 30)
    assert outcome == Outcome(sent=30)
    assert (server.connections, server.most_open) == (3, 3)


@pytest.mark.parametrize("reply", ["421 4.7.0 Too many connections", "554 5.7.0 Too many connections"])
def test_a_server_that_bears_fewer_connections_gets_fewer(connect: Connect, reply: str) -> None:
    with MailServer(most_connections=2, too_many=reply, delay_s=0.002) as server:
        outcome, states = deliver(connect(server, connections=5), 20)
    assert outcome == Outcome(sent=20)
    assert set(states.values()) == {"sending sent"}


@pytest.mark.parametrize("body", [b".\r\n..\r\n.dot\r\n", b"no line end", b"", b"x" * 998 + b"\r\n"])
def test_a_text_arrives_as_it_is(connect: Connect, body: bytes) -> None:
    with MailServer() as server:
        send(connect(server), an_envelope(1, body))
    assert server.accepted[0].message.removesuffix(b"\r\n") == an_envelope(1, body).message.removesuffix(b"\r\n")


# ---------------------------------------------------------------------------------------------------- TLS and the login


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_encrypted_and_the_login_is_told(connect: Connect, certificates: Certificates, security: str) -> None:
    """M8"""
    login = ("digest", "pass word")
    with MailServer(certificate=certificates.good, tls=security == "tls", login=login) as server:
        channel = connect(server, security=security, ca_file=certificates.authority, user=login[0], password=login[1])
        assert send(channel, an_envelope())[0].state is SENT
    assert server.commands["STARTTLS"] == (security == "starttls")


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("kind", ["of_another_host", "expired", "of_unknown_authority"])
def test_a_server_that_cannot_prove_who_it_is_gets_nothing(
    connect: Connect, certificates: Certificates, security: str, kind: str
) -> None:
    """M8, faults P0.3"""
    certificate = certificates.good if kind == "of_unknown_authority" else getattr(certificates, kind)
    ca_file = "" if kind == "of_unknown_authority" else certificates.authority
    with MailServer(certificate=certificate, tls=security == "tls", login=("u", "p")) as server:
        with pytest.raises(DeliveryError, match=r"could not prove that it is 127\.0\.0\.1: .+smtp\.ca_file") as caught:
            send(connect(server, security=security, ca_file=ca_file, user="u", password="p"), an_envelope())
        assert (server.accepted, server.commands["AUTH"], caught.value.exit_code) == ([], 0, 3)


def test_a_server_without_starttls_gets_nothing(connect: Connect, certificates: Certificates) -> None:
    """M8: neither the mail nor the password goes over an open line."""
    with MailServer(login=("digest", "secret")) as server:
        with pytest.raises(DeliveryError, match=r"does not do what smtp\.security .* ask of it: .*STARTTLS"):
            send(connect(server, security="starttls", user="digest", password="secret"), an_envelope())
        assert server.commands == {"EHLO": 1}


def test_a_wrong_password_stops_the_run_and_is_not_shown(connect: Connect) -> None:
    """M8"""
    refused = pytest.raises(DeliveryError, match=r"refused smtp\.user and smtp\.password: 535")
    with MailServer(login=("digest", "right")) as server, refused as caught:
        send(connect(server, user="digest", password="wr0ng"), an_envelope())
    assert "wr0ng" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert caught.value.exit_code == 3


def test_a_login_that_is_wanted_and_not_configured_stops_the_run(connect: Connect) -> None:
    with MailServer(login=("digest", "right")) as server, pytest.raises(DeliveryError, match="530"):
        deliver(connect(server))


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"host": ""}, r"needs smtp\.host"), ({"security": "tls", "ca_file": "none.pem"}, r"smtp\.ca_file = 'none\.pem'")],
)
def test_settings_that_cannot_work_are_named(connect: Connect, settings: dict[str, Any], message: str) -> None:
    with MailServer() as server, pytest.raises(ConfigurationError, match=message):
        connect(server, **settings)


# ------------------------------------------------------------------------------------------------- what servers answer


@pytest.mark.parametrize(
    ("fault", "state", "code", "refusal"),
    [
        (GREYLISTED, DEFERRED, 450, Refusal.RECIPIENT),
        (MAILBOX_FULL, DEFERRED, 452, Refusal.RECIPIENT),
        (CLOSING, DEFERRED, 421, Refusal.MESSAGE),
        (NO_SUCH_USER, FAILED, 550, Refusal.RECIPIENT),
        (Fault("RCPT", "550 no such user"), FAILED, 550, Refusal.RECIPIENT),
        (Fault("RCPT", "550 5.1.10 Recipient not found"), FAILED, 550, Refusal.RECIPIENT),
        (Fault("RCPT", "550 5.4.1 Recipient address rejected"), FAILED, 550, Refusal.RECIPIENT),
        (Fault("RCPT", "550 5.1.8 Sender's domain does not exist"), FAILED, 550, Refusal.MESSAGE),
        (Fault("RCPT", "550 5.4.5 Daily sending quota exceeded"), FAILED, 550, Refusal.MESSAGE),
        (Fault("RCPT", "552 5.2.3 Message too long"), FAILED, 552, Refusal.MESSAGE),
        (Fault("RCPT", "554 5.7.1 Relay access denied"), FAILED, 554, Refusal.MESSAGE),
        (Fault("RCPT", "554 Relay access denied"), FAILED, 554, Refusal.MESSAGE),
        (Fault("DATA", "451 4.3.0 Later"), DEFERRED, 451, Refusal.MESSAGE),
        (Fault("DATA", "554 5.5.1 No valid recipients"), FAILED, 554, Refusal.MESSAGE),
        (BUSY_AFTER_TEXT, DEFERRED, 451, Refusal.MESSAGE),
        (Fault("END", "421 4.3.2 Closing", "close"), DEFERRED, 421, Refusal.MESSAGE),
        (REFUSED_AFTER_TEXT, FAILED, 554, Refusal.MESSAGE),
        (POLICY_AFTER_TEXT, FAILED, 554, Refusal.MESSAGE),
        (Fault("END", "550 5.1.1 No such user"), FAILED, 550, Refusal.RECIPIENT),
        (Fault("END", "550 Looks like spam"), FAILED, 550, Refusal.MESSAGE),
    ],
)
def test_whose_fault_a_refusal_is(
    connect: Connect, fault: Fault, state: DeliveryState, code: int, refusal: Refusal
) -> None:
    """M8; and the next message is not touched by it."""
    with MailServer({"reader1@example.org": [fault]}) as server:
        first, second = send(connect(server), an_envelope(1), an_envelope(2))
    assert (first.state, first.code, first.refusal) == (state, code, refusal)
    assert second.state is SENT
    assert [one.recipient for one in server.accepted] == ["reader2@example.org"]
    assert server.violations == []


def test_what_a_server_says_is_kept_without_addresses(connect: Connect) -> None:
    """M11: nor the sign of the reader's links that the envelope's sender carries."""
    said = (
        "550 5.1.1 <Reader1@example.org>: user reader1 unknown, from digest+1secret@example.org; "
        "see https://spf.example/why?s=digest%2B1secret%40example.org&r=x or rcpt=reader1@example.org"
    )
    with MailServer({"reader1@example.org": [Fault("RCPT", said)]}) as server:
        (answer,) = send(connect(server), an_envelope(1))
    assert answer.detail == "5.1.1 (address) user (address) unknown, from (address) see (address) or (address)"


@pytest.mark.parametrize(
    "address",
    [
        "山田@example.org",
        "a@例え.example",
        "a@example.org>\r\nRCPT TO:<b@example.org",
        "a\n@example.org",
        "a",
        "@b",
        "a<b@c",
    ],
)
def test_what_is_no_address_is_not_told_to_the_server(connect: Connect, address: str) -> None:
    """Faults P0.12: an address that reached the register all the same neither injects a command nor stops the others."""
    with MailServer() as server:
        wrong = msgspec.structs.replace(an_envelope(1), recipient=address)
        first, second = send(connect(server), wrong, an_envelope(2))
    assert (first.state, first.refusal, second.state) == (FAILED, Refusal.RECIPIENT, SENT)
    assert (server.commands["RCPT"], len(server.accepted)) == (1, 1)


# ----------------------------------------------------------------------------------------------------- lost connections


@pytest.mark.parametrize(
    "faults",
    [
        {"reader2@example.org": [RESET]},
        {"reader2@example.org": [Fault("RCPT", then="close")]},
        {"reader2@example.org": [Fault("DATA", then="reset")]},
        {"MAIL": [WELL, Fault("MAIL", then="close")]},
        {"MAIL": [WELL, Fault("MAIL", "421 4.4.2 Idle for too long", "close")]},
    ],
)
def test_a_connection_that_is_lost_before_the_text_is_made_again(
    connect: Connect, faults: dict[str, list[Fault]]
) -> None:
    """Faults P0.3: nothing was handed over, so nothing is in doubt."""
    with MailServer(faults) as server:
        committed: list[int] = []
        envelopes = [an_envelope(number) for number in (1, 2, 3)]
        answers = send(connect(server), *envelopes, committing=lambda: committed.append(len(server.accepted)))
    assert [answer.state for answer in answers] == [SENT, SENT, SENT]
    assert committed == [0, 1, 2]
    assert server.connections == 2


def test_a_connection_on_which_a_message_was_given_up_is_not_used_again(connect: Connect) -> None:
    """Faults P0.4: the server waits for a text; the next message must not become it."""

    def full() -> None:
        raise OSError(28, "No space left on device")

    async def send_two(channel: SmtpChannel) -> Answer:
        async with channel:
            with pytest.raises(OSError, match="No space"):
                await channel.send(an_envelope(1), committing=full)
            return await channel.send(an_envelope(2), committing=lambda: None)

    with MailServer() as server:
        begun = time.monotonic()
        answer = asyncio.run(send_two(connect(server, timeout_s=5)))
        assert time.monotonic() - begun < 5
    assert (answer.state, server.connections) == (SENT, 2)
    assert [one.message for one in server.accepted] == [an_envelope(2).message]


def test_one_that_is_lost_with_every_try_of_a_message_defers_that_message(connect: Connect) -> None:
    with MailServer({"reader2@example.org": [RESET] * 2}) as server:
        answers = send(connect(server), *[an_envelope(number) for number in (1, 2, 3)])
    assert [answer.state for answer in answers] == [SENT, DEFERRED, SENT]


@pytest.mark.parametrize("fault", [DROP_IN_TEXT, DROP_BEFORE_ACCEPTING, DROP_AFTER_ACCEPTING, HANG, HANG_AFTER_ACCEPTING])  # fmt: skip
def test_a_text_whose_answer_was_never_read_is_unknown(connect: Connect, fault: Fault) -> None:
    """M7: a client cannot tell a drop before acceptance from one after."""
    body = b"line\r\n" * 20
    with MailServer({"reader1@example.org": [fault]}) as server:
        first, second = send(connect(server), an_envelope(1, body), an_envelope(2))
    assert [first.state, second.state] == [UNKNOWN, SENT]
    assert len(server.accepted) == 1 + fault.then.startswith("accept")


def test_a_server_that_is_not_there_is_away(connect: Connect) -> None:
    with MailServer() as server:
        channel = connect(server)
    with pytest.raises(ChannelAway, match=r"cannot be reached: .+ correct smtp\.host") as caught:
        send(channel, an_envelope())
    assert caught.value.exit_code == 75


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("CONNECT", "421 4.3.2 Too busy", "close"), ChannelAway),
        (Fault("CONNECT", then="hang"), ChannelAway),
        (Fault("CONNECT", "554 5.7.1 Go away", "close"), DeliveryError),
        (Fault("EHLO", then="close"), ChannelAway),
        (Fault("AUTH", "454 4.7.0 Temporary failure"), ChannelAway),
        (Fault("MAIL", "452 4.3.1 No space left"), ChannelAway),
        (Fault("MAIL", then="close"), ChannelAway),
        (Fault("MAIL", "550 5.7.1 Sender refused"), DeliveryError),
        (Fault("RCPT", "530 5.7.0 Authentication required"), DeliveryError),
    ],
)
def test_what_is_no_readers_fault_stops_the_run(connect: Connect, fault: Fault, error: type[Exception]) -> None:
    """M8: AUTH, MAIL FROM and policy."""
    with MailServer(always=[fault], login=("u", "p")) as server, pytest.raises(DeliveryError) as caught:
        send(connect(server, user="u", password="p"), an_envelope())
    assert type(caught.value) is error
    assert "secret" not in str(caught.value)


# --------------------------------------------------------------------------------------------------------- whole rounds


@pytest.mark.parametrize(
    ("fault", "outcome", "states", "copies"),
    [
        (GREYLISTED, Outcome(sent=3), "deferred sending sent", 1),
        (CLOSING, Outcome(sent=3), "deferred sending sent", 1),
        (RESET, Outcome(sent=3), "sending sent", 1),
        (BUSY_AFTER_TEXT, Outcome(sent=3), "sending deferred sending sent", 1),
        (DROP_IN_TEXT, Outcome(sent=3), "sending unknown sending sent", 1),
        (DROP_BEFORE_ACCEPTING, Outcome(sent=3), "sending unknown sending sent", 1),
        (DROP_AFTER_ACCEPTING, Outcome(sent=3), "sending unknown sending sent", 2),
        (HANG, Outcome(sent=3), "sending unknown sending sent", 1),
        (NO_SUCH_USER, Outcome(sent=2, failed=1, suspended=1), "suspended", 0),
        (POLICY_AFTER_TEXT, Outcome(sent=2, failed=1), "sending deferred failed", 0),
    ],
)
def test_the_ledger_after_one_fault(connect: Connect, fault: Fault, outcome: Outcome, states: str, copies: int) -> None:
    """M7, M8"""
    with MailServer({"reader2@example.org": [fault]}) as server:
        assert deliver(connect(server)) == (
            outcome, {"reader1": "sending sent", "reader2": states, "reader3": "sending sent"},
        )  # fmt: skip
    assert [one.recipient for one in server.accepted].count("reader2@example.org") == copies
    assert len(set(server.accepted_ids())) == outcome.sent


def test_a_server_that_dies_is_waited_for(connect: Connect) -> None:
    with MailServer(dies_after=5) as server:
        threading.Timer(0.3, server.start).start()
        outcome, _ = deliver(connect(server, connections=2), 20, first_retry_s=0.1)
        assert outcome == Outcome(sent=20)
    assert len(server.accepted_ids()) == 20


def test_a_server_that_stays_dead_stops_the_run(connect: Connect) -> None:
    with MailServer(dies_after=5) as server, pytest.raises(ChannelAway, match="run the same command again"):
        deliver(connect(server, connections=2), 20, patience_min=0.005)
