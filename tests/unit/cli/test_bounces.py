"""`city-digest bounces import` as a person uses it (M9): who is suspended, what the ledger says, and nothing twice."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from imap_server import FOLDER, PASSWORD, USER, serve_folder
from mail_servers import make_certificates
from returned_mail import complaint, mail, report

from pipeline.cli import cli
from pipeline.cli.session import hold
from pipeline.config import Workspace, open_workspace
from pipeline.deliver.journal import read
from pipeline.deliver.keys import Keys, open_keys
from pipeline.deliver.tokens import Purpose, make_token
from pipeline.errors import CityDigestError
from pipeline.model import Consent, Delivery, DeliveryState, Reader, ReaderState, SuppressionReason
from pipeline.store.library import Library
from pipeline.store.opening import open_library, open_register
from pipeline.store.register import Register

SETTINGS = '[digest]\nnow = "2026-11-22T12:00:00+09:00"\n[crawl]\ncontact = "https://desk.example/"\n'
WEEKS = ("2026-W43", "2026-W44", "2026-W45", "2026-W46")
AGREED = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
ONE, TWO = "00aa00aa00aa00aa", "11bb11bb11bb11bb"
Call = Callable[..., Result]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "city-digest.toml").write_text(SETTINGS, encoding="utf-8")
    workspace = open_workspace(tmp_path, environment={})
    register, library = open_register(workspace), open_library(workspace)
    for reader in (ONE, TWO):
        register.add(reader_of(reader))
        for week in WEEKS:
            library.save_delivery(letter(week, reader))
    return workspace


@pytest.fixture
def register(workspace: Workspace) -> Register:
    return open_register(workspace)


@pytest.fixture
def library(workspace: Workspace) -> Library:
    return open_library(workspace)


@pytest.fixture
def keys(workspace: Workspace) -> Keys:
    return open_keys(workspace.keys)


@pytest.fixture
def call(workspace: Workspace) -> Call:
    def called(*arguments: str, stdin: bytes = b"", environment: dict[str, str] | None = None) -> Result:
        words = ["-C", str(workspace.root), "bounces", "import", *arguments, "--json"]
        return CliRunner(env=environment).invoke(cli, words, input=stdin, standalone_mode=False)

    return called


@pytest.fixture
def mailbox(tmp_path: Path) -> Callable[..., str]:
    def filled(*messages: bytes) -> str:
        folder = tmp_path / f"mail{len(list(tmp_path.glob('mail*')))}"
        folder.mkdir()
        for number, message in enumerate(messages):
            (folder / f"{number}.eml").write_bytes(message)
        return str(folder)

    return filled


def reader_of(reader: str) -> Reader:
    return Reader(
        id=reader,
        address=f"{reader[:4]}@canary.example",
        edition="ja",
        state=ReaderState.ACTIVE,
        consent=Consent(origin="form", at=AGREED),
        since=AGREED,
        changed=AGREED,
    )


def letter(week: str, reader: str) -> Delivery:
    return Delivery(
        week=week,
        edition="ja",
        reader=reader,
        channel="smtp",
        message_id=f"<{week}.ja.r0.{reader}@city.example>",
        state=DeliveryState.SENT,
        at=AGREED,
        attempts=1,
        code=250,
    )


def back(keys: Keys, reader: str, week: str = WEEKS[-1], **about: str) -> bytes:
    return report(to=f"digest+{make_token(keys, Purpose.BOUNCE, reader, week.lower())}@city.example", **about)


def said(result: Result) -> dict[str, Any]:
    assert result.exception is None, result.exception
    assert "canary" not in result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


def state_of(workspace: Workspace) -> tuple[Any, ...]:
    """All that an import may change."""
    register, library = open_register(workspace), open_library(workspace)
    rows = [row for reader in (ONE, TWO) for row in library.deliveries_to(reader)]
    return register.readers(), register.suppressed(), rows, read(workspace.opt_outs), read(workspace.sends)


def test_a_mailbox_that_is_not_there_suspends_its_reader_and_the_ledger_says_failed(call: Call, workspace: Workspace, register: Register, library: Library, keys: Keys, mailbox: Callable[..., str]) -> None:  # fmt: skip
    folder = mailbox(back(keys, ONE))
    before = state_of(workspace)
    done = {"messages": 1, "counts": {"hard": 1}, "suspended": 1, "dry_run": False}
    assert said(call(folder, "--dry-run")) == done | {"dry_run": True}
    assert state_of(workspace) == before
    assert said(call(folder)) == done
    one, two = (register.get(reader) for reader in (ONE, TWO))
    assert one
    assert (one.state, two) == (ReaderState.SUSPENDED, reader_of(TWO))
    assert register.suppressed()[ONE].reason is SuppressionReason.BOUNCED
    row = library.deliveries(WEEKS[-1])["ja", ONE]
    assert (row.state, row.code, row.detail) == (DeliveryState.FAILED, 550, "5.1.1 no such mailbox")
    assert [line["state"] for line in read(workspace.opt_outs)] == ["bounced"]
    assert [(line["week"], line["state"]) for line in read(workspace.sends)] == [(WEEKS[-1], "failed")]
    after = state_of(workspace)
    assert said(call(folder)) == done | {"counts": {"known": 1}, "suspended": 0}
    assert state_of(workspace) == after


def test_a_resumed_reader_is_not_suspended_by_the_same_mailbox(call: Call, workspace: Workspace, register: Register, keys: Keys, mailbox: Callable[..., str]) -> None:  # fmt: skip
    folder = mailbox(back(keys, ONE))
    call(folder)
    words = ["-C", str(workspace.root), "reader", "resume", ONE]
    assert CliRunner().invoke(cli, words, standalone_mode=False).exception is None
    assert said(call(folder))["suspended"] == 0
    assert [reader.state for reader in register.readers()] == [ReaderState.ACTIVE] * 2


def test_what_passes_is_counted_and_the_third_issue_in_a_row_suspends(call: Call, workspace: Workspace, register: Register, library: Library, keys: Keys, mailbox: Callable[..., str]) -> None:  # fmt: skip
    full, spam = {"status": "4.2.2", "diagnostic": "smtp; 452 4.2.2 over quota"}, {"status": "5.7.1", "diagnostic": "smtp; 554 5.7.1 spam"}  # fmt: skip
    for number, about in enumerate((full, spam)):
        folder = mailbox(back(keys, ONE, WEEKS[number + 1], **about))
        kind = ("soft", "refused")[number]
        for expected in ({kind: 1}, {"known": 1}):
            assert said(call(folder)) == {"messages": 1, "counts": expected, "suspended": 0, "dry_run": False}
    assert library.deliveries(WEEKS[1])["ja", ONE].state is DeliveryState.SENT, "they may have read it all the same"
    assert library.deliveries(WEEKS[2])["ja", ONE].state is DeliveryState.FAILED
    assert register.suppressed() == {}
    assert said(call(mailbox(back(keys, ONE, WEEKS[3], **full))))["suspended"] == 1
    assert list(register.suppressed()) == [ONE]


def test_troubles_with_a_delivered_issue_between_suspend_nobody(call: Call, register: Register, keys: Keys, mailbox: Callable[..., str]) -> None:  # fmt: skip
    full = {"status": "4.2.2", "diagnostic": ""}
    weeks = (WEEKS[0], WEEKS[1], WEEKS[3])
    assert said(call(mailbox(*(back(keys, ONE, week, **full) for week in weeks))))["counts"] == {"soft": 3}
    assert register.suppressed() == {}


def test_a_letter_whose_answer_was_never_read_had_been_taken_if_it_comes_back(call: Call, workspace: Workspace, library: Library, keys: Keys, mailbox: Callable[..., str]) -> None:  # fmt: skip
    """And is not sent once more."""
    library.save_delivery(msgspec.structs.replace(letter(WEEKS[3], ONE), state=DeliveryState.UNKNOWN, unread=1))
    folder = mailbox(back(keys, ONE, status="4.2.2", diagnostic=""))
    assert said(call(folder))["counts"] == {"soft": 1}
    assert library.deliveries(WEEKS[3])["ja", ONE].state is DeliveryState.SENT
    after = state_of(workspace)
    assert said(call(folder))["counts"] == {"known": 1}
    assert state_of(workspace) == after


def test_an_opt_out_by_an_old_letter_ends_the_edition_that_was_chosen_since(call: Call, workspace: Workspace, register: Register, keys: Keys, mailbox: Callable[..., str]) -> None:  # fmt: skip
    english = msgspec.structs.replace(reader_of("22cc22cc22cc22cc"), edition="en")
    register.move(ONE, english, AGREED)
    assert said(call(mailbox(mail(f"unsubscribe {make_token(keys, Purpose.LEAVE, ONE)}"))))["counts"] == {"left": 1}
    now = register.get(english.id)
    assert now
    assert now.state is ReaderState.LEFT
    assert register.current(ONE) == now, "and old letters still know them"
    assert {line["reader"] for line in read(workspace.opt_outs)} == {ONE, english.id}


def test_a_forged_token_or_name_changes_nothing(call: Call, workspace: Workspace, keys: Keys, mailbox: Callable[..., str]) -> None:  # fmt: skip
    """faults.md P0 13"""
    token = make_token(keys, Purpose.BOUNCE, ONE, WEEKS[-1].lower())
    forged = token[:10] + ("a" if token[10] != "a" else "b") + token[11:]
    before = state_of(workspace)
    done = call(
        mailbox(
            report(to=f"digest+{forged}@city.example", message_id=letter(WEEKS[-1], ONE).message_id),
            report(message_id=f"<{WEEKS[-1]}.ja.r1.{ONE}@city.example>"),
            report(message_id=f"<{WEEKS[-1]}.ja.r0.{ONE}@other.example>"),
            mail(f"unsubscribe {forged}"),
            mail(f"unsubscribe {make_token(keys, Purpose.SETTINGS, ONE)}"),
            complaint(message_id=f"<2020-W01.ja.r0.{ONE}@city.example>"),
            mail("Automatic reply"),
            back(keys, "ff" * 8),
        )
    )
    assert said(done)["counts"] == {"forged": 2, "unknown": 4, "other": 2}
    assert state_of(workspace) == before


def test_a_report_without_our_address_is_found_by_the_letters_name(call: Call, register: Register, mailbox: Callable[..., str]) -> None:  # fmt: skip
    assert said(call(mailbox(report(message_id=letter(WEEKS[-1], ONE).message_id))))["suspended"] == 1
    assert list(register.suppressed()) == [ONE]


@pytest.mark.parametrize("kind", ["left", "complaint"])
def test_who_leaves_by_mail_or_complains_has_left_until_they_ask_anew(call: Call, workspace: Workspace, register: Register, keys: Keys, mailbox: Callable[..., str], kind: str) -> None:  # fmt: skip
    """The signed mailto: of a host without web pages (M10)."""
    token = make_token(keys, Purpose.LEAVE, ONE)
    message = (
        mail(f"unsubscribe {token}") if kind == "left" else complaint(unsubscribe=f"<https://x.example/u/{token}>")
    )
    folder = mailbox(message)
    assert said(call(folder))["counts"] == {kind: 1}
    one = register.get(ONE)
    assert one
    assert (one.state, register.suppressed()[ONE].reason) == (ReaderState.LEFT, SuppressionReason.LEFT)
    assert [line["state"] for line in read(workspace.opt_outs)] == ["left"]
    after = state_of(workspace)
    assert said(call(folder))["counts"] == {"known": 1}
    assert state_of(workspace) == after
    register.save(reader_of(ONE))
    register.lift(ONE)
    anew = Consent(origin="web", at=workspace.clock())
    register.change(ONE, lambda row: msgspec.structs.replace(row, consent=anew))
    assert said(call(folder))["counts"] == {"known": 1}, "that was before they came back"
    assert register.suppressed() == {}


def test_a_mail_of_who_left_that_comes_back_does_not_make_them_suspended(call: Call, workspace: Workspace, register: Register, keys: Keys, mailbox: Callable[..., str]) -> None:  # fmt: skip
    register.leave(ONE, workspace.clock())
    assert said(call(mailbox(back(keys, ONE))))["suspended"] == 0
    one = register.get(ONE)
    assert one
    assert (one.state, register.suppressed()[ONE].reason) == (ReaderState.LEFT, SuppressionReason.LEFT)


def test_standard_input_is_a_mailbox(call: Call, keys: Keys) -> None:
    assert said(call("-", stdin=back(keys, ONE)))["suspended"] == 1
    mbox = b"".join(b"From x Mon Nov  9 06:00:05 2026\n" + part + b"\n" for part in (back(keys, TWO), mail("hello")))
    assert said(call("-", stdin=mbox))["counts"] == {"hard": 1, "other": 1}


def test_a_folder_on_a_mail_server_is_read_and_left_as_it_is(call: Call, keys: Keys, register: Register, tmp_path: Path) -> None:  # fmt: skip
    certificates = make_certificates(tmp_path)
    with serve_folder([back(keys, ONE), mail("hello")], certificates.good) as server:
        words = ("--imap", f"localhost:{server.server_address[1]}", "--imap-user", USER, "--imap-ca-file", str(certificates.authority))  # fmt: skip
        right = {"CITY_DIGEST_IMAP_PASSWORD": PASSWORD}
        done = said(call(*words, "--imap-folder", FOLDER, environment=right))
        assert done["counts"] == {"hard": 1, "other": 1}
        assert list(register.suppressed()) == [ONE]
        assert "UID SEARCH SINCE 23-Oct-2026" in server.commands
        assert f'EXAMINE "{FOLDER}"' in server.commands, "opened for reading only"
        (tmp_path / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")
        assert said(call(*words, "--imap-folder", FOLDER, "--imap-password-file", str(tmp_path / "password")))["messages"] == 2  # fmt: skip
        for wrong, environment, why, code in (
            ((*words, "--imap-folder", FOLDER), {"CITY_DIGEST_IMAP_PASSWORD": "canary-wrong"}, "refused the login", 78),
            ((*words, "--imap-folder", "None"), right, "no such folder", 78),
            ((*words[:4], "--imap-folder", FOLDER), right, "certificate is not trusted", 78),
            (words, {}, "needs a password", 78),
        ):
            error = call(*wrong, environment=environment).exception
            assert isinstance(error, CityDigestError)
            assert why in str(error)
            assert error.exit_code == code
            assert "canary" not in str(error)
    error = call(*words, environment=right).exception
    assert isinstance(error, CityDigestError)
    assert (error.exit_code, "could not be reached" in str(error)) == (75, True)


def test_without_a_mailbox_it_says_what_to_name_and_it_holds_the_workspace(call: Call, workspace: Workspace, mailbox: Callable[..., str]) -> None:  # fmt: skip
    """C3"""
    assert "Name a mailbox" in str(call().exception)
    with hold(workspace, "run"):
        assert "in use by 'city-digest run'" in str(call(mailbox()).exception)
    error = call(str(workspace.root / "none")).exception
    assert isinstance(error, CityDigestError)
    assert error.exit_code == 78
