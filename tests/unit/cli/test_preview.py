"""`city-digest preview` and `city-digest deliver --test-to`: letters to look at, which no reader gets (M15)."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import click
import pytest
from archives import invented
from click.testing import CliRunner, Result

from pipeline.cli import cli
from pipeline.config import Workspace, open_workspace
from pipeline.deliver.keys import open_keys, reader_id
from pipeline.deliver.tokens import Purpose, make_token
from pipeline.errors import ConfigurationError
from pipeline.model import Choices, Consent, Reader, ReaderState
from pipeline.store.opening import open_library, open_register

SETTINGS = """
[digest]
now = "2026-10-26T06:00:00+09:00"
[mail]
sender_name = "Digest"
sender_address = "digest@city.example"
postal_address = "Kobe"
contact = "editors@city.example"
unsubscribe = "leave@city.example"
[web]
base_url = "https://city.example"
"""
WEEK = "2026-W43"
ADDRESS = "canary@reader.example"
KOBE = "geonames:1859171"
Call = Callable[..., Result]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "city-digest.toml").write_text(SETTINGS, encoding="utf-8")
    workspace = open_workspace(tmp_path, environment={})
    library = open_library(workspace)
    for issue in (invented().FIRST, invented().SECOND):
        library.save_issue(issue, ())
    library.engine.dispose()
    return workspace


@pytest.fixture
def call(workspace: Workspace) -> Call:
    return lambda *words: CliRunner().invoke(cli, ["-C", str(workspace.root), *words], standalone_mode=False)


@pytest.fixture
def reader(workspace: Workspace) -> Reader:
    """One who reads English and chose Kobe."""
    now = workspace.clock()
    reader = Reader(
        id=reader_id(ADDRESS, "en", open_keys(workspace.keys)),
        address=ADDRESS,
        edition="en",
        state=ReaderState.ACTIVE,
        consent=Consent(origin="test", at=now),
        choices=Choices(cities=(KOBE,)),
        since=now,
        changed=now,
    )
    assert open_register(workspace).add(reader)
    return reader


def parse(file: Path) -> EmailMessage:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_each_edition_is_written_as_a_message_and_as_its_two_parts(call: Call, workspace: Workspace) -> None:
    done = call("preview")
    assert done.exception is None, done.exception
    names = [f"{WEEK}-{code}{suffix}" for code in ("ja", "en") for suffix in (".eml", ".html", ".txt")]
    assert done.output.split() == [str(workspace.letters / name) for name in names]
    for code in ("ja", "en"):
        text, html = parse(workspace.letters / f"{WEEK}-{code}.eml").iter_parts()
        for part, suffix in ((text, "txt"), (html, "html")):
            shown = (workspace.letters / f"{WEEK}-{code}.{suffix}").read_text(encoding="utf-8")
            assert part.get_content().replace("\r\n", "\n") == shown
            assert "https://city.example/u/" in shown
            assert "%%" not in shown


def test_nothing_is_sent_and_nobody_is_noted(call: Call, workspace: Workspace) -> None:
    call("preview")
    assert not workspace.outbox.exists()
    assert not workspace.sends.exists()
    assert open_library(workspace).deliveries(WEEK) == {}


def test_choices_an_edition_and_a_folder_can_be_given(call: Call, tmp_path: Path) -> None:
    done = call("preview", "--edition", "en", "--city", "Kobe, JP", "--to", str(tmp_path / "look"), "--json")
    assert done.exception is None, done.exception
    found = json.loads(done.output)
    assert found["week"] == WEEK
    assert sorted(found["files"]) == sorted(map(str, (tmp_path / "look").iterdir()))
    assert "■ For you" in (tmp_path / "look" / f"{WEEK}-en-chosen.txt").read_text(encoding="utf-8")


def test_a_readers_own_letter_has_their_choices_and_links(call: Call, workspace: Workspace, reader: Reader) -> None:
    done = call("preview", "--reader", reader.id, "--issue", WEEK)
    assert done.exception is None, done.exception
    message = parse(workspace.letters / f"{WEEK}-en-{reader.id}.eml")
    leave = make_token(open_keys(workspace.keys), Purpose.LEAVE, reader.id)
    assert message["To"] == ADDRESS
    assert f"<https://city.example/u/{leave}>" in message["List-Unsubscribe"]
    assert message["Message-ID"] == f"<{WEEK}.en.r0.{reader.id}@city.example>"
    assert "■ For you" in (workspace.letters / f"{WEEK}-en-{reader.id}.txt").read_text(encoding="utf-8")
    assert ADDRESS not in done.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--edition", "fr"), "--edition fr"),
        (("--reader", "f" * 16), "there is no such reader"),
        (("--reader", "f" * 16, "--city", "Kobe, JP"), "give no others"),
        (("--theme", "no such theme"), "is not known"),
    ],
)
def test_what_there_is_not_is_named(call: Call, words: tuple[str, ...], told: str) -> None:
    done = call("preview", *words)
    assert isinstance(done.exception, click.ClickException)
    assert told in done.exception.format_message()


def test_a_week_without_an_issue_is_named(call: Call) -> None:
    assert "there is no issue 2026-W01" in str(call("preview", "--issue", "2026-W01").exception)


def test_a_test_goes_to_one_address_marked_and_outside_the_ledger(
    call: Call, workspace: Workspace, reader: Reader
) -> None:
    """Its links belong to nobody: whoever tries one of them takes no reader off the list."""
    done = call("deliver", "--test-to", ADDRESS, "--json")
    assert done.exception is None, done.exception
    assert done.return_value == 0
    messages = sorted(map(parse, workspace.outbox.iterdir()), key=lambda message: str(message["Content-Language"]))
    assert [message["Subject"][:6] for message in messages] == ["[TEST]", "【テスト】都"]
    for message in messages:
        assert message["To"] == ADDRESS
        assert reader.id not in message["Message-ID"]
    assert open_library(workspace).deliveries(WEEK) == {}
    assert not workspace.sends.exists()
    register = open_register(workspace)
    assert [one.id for one in register.readers()] == [reader.id]


@pytest.mark.parametrize("words", [("--test-to", "nobody"), ("--test-to", ADDRESS, "--force"), ("--test-to", "")])
def test_a_test_that_cannot_be_is_refused_without_the_address(call: Call, words: tuple[str, ...]) -> None:
    done = call("deliver", *words)
    assert isinstance(done.exception, click.UsageError)
    assert "canary" not in done.exception.format_message()


def test_a_test_needs_a_sender_as_every_mail_does(call: Call, workspace: Workspace) -> None:
    done = call("--set", "mail.contact=", "deliver", "--test-to", ADDRESS)
    assert isinstance(done.exception, ConfigurationError)
    assert not workspace.outbox.exists()
