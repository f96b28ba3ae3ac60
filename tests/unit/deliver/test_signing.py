"""DKIM signatures (M14)."""

from __future__ import annotations

import builtins
import datetime as dt
import re
import subprocess
from pathlib import Path
from typing import Any

import dkim
import pytest

from pipeline.config import Mail, Workspace, open_workspace
from pipeline.deliver.links import Links
from pipeline.deliver.message import build_message
from pipeline.deliver.signing import Signer, open_signer, sign_message
from pipeline.errors import ConfigurationError
from pipeline.model import Letter, Reader, ReaderState

CONFIGURATION = """\
[mail]
sender_address = "digest@city.example"
[dkim]
selector = "s1"
key_file = "dkim.pem"
"""


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("dkim") / "dkim.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(file), "2048"], check=True, capture_output=True)
    return file


@pytest.fixture
def workspace(tmp_path: Path, key: Path) -> Workspace:
    (tmp_path / "dkim.pem").write_bytes(key.read_bytes())
    (tmp_path / "city-digest.toml").write_text(CONFIGURATION, encoding="utf-8")
    return open_workspace(tmp_path, environment={})


@pytest.fixture
def raw(letter: Letter, mail: Mail, sent_at: dt.datetime) -> bytes:
    reader = Reader(
        id="0" * 16,
        address="mayor@city.example",
        edition="ja",
        state=ReaderState.ACTIVE,
        consent=None,
        since=sent_at,
        changed=sent_at,
    )
    links = Links(
        leave="https://city.example/u/1",
        settings="https://city.example/s/1",
        leave_url="https://city.example/u/1",
        leave_mail="mailto:leave@city.example?subject=1",
    )
    return build_message(letter, reader, links=links, sender=mail, sent_at=sent_at)


def opened(workspace: Workspace) -> Signer:
    signer = open_signer(workspace)
    assert signer is not None
    return signer


def is_genuine(message: bytes, key: Path) -> bool:
    """As a receiver finds it that asks DNS for the public half of the key."""
    public = subprocess.run(
        ["openssl", "rsa", "-in", str(key), "-pubout"], check=True, capture_output=True, text=True
    ).stdout
    record = "v=DKIM1; k=rsa; p=" + "".join(public.splitlines()[1:-1])
    return bool(dkim.verify(message, dnsfunc=lambda *_args, **_more: record.encode()))


def test_a_signed_message_is_genuine_and_a_changed_one_is_not(
    workspace: Workspace, raw: bytes, sent_at: dt.datetime, key: Path
) -> None:
    signed = sign_message(raw, opened(workspace), sent_at)
    assert signed.endswith(raw)
    assert is_genuine(signed, key)
    for before, after in (
        (b"Content-Language: ja", b"Content-Language: en"),
        (b"/u/1>,", b"/u/2>,"),
        (b"One-Click", b"Two-Click"),
    ):
        assert signed.count(before) == 1
        assert not is_genuine(signed.replace(before, after), key), before
    assert not is_genuine(signed[:-200] + bytes([signed[-200] ^ 1]) + signed[-199:], key)


@pytest.mark.parametrize(
    "added",
    ["From: x@evil.example", "Reply-To: x@evil.example", "Subject: x", "List-Unsubscribe: <https://evil.example>"],
)
def test_nobody_on_the_way_can_add_a_header_that_readers_believe(
    workspace: Workspace, raw: bytes, sent_at: dt.datetime, key: Path, added: str
) -> None:
    signed = sign_message(raw, opened(workspace), sent_at)
    assert not is_genuine(added.encode() + b"\r\n" + signed, key)


def test_the_signature_covers_what_leaving_depends_on(workspace: Workspace, raw: bytes, sent_at: dt.datetime) -> None:
    """M14; RFC 8058, section 4."""
    head = sign_message(raw, opened(workspace), sent_at).partition(b"\r\nFrom:")[0].decode()
    found = re.search(r"h=([^;]+);", head)
    assert found
    covered = [name.strip() for name in found[1].split(":")]
    names = {
        line.partition(b":")[0].decode().lower()
        for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
        if line[:1] != b" "
    }
    assert names - set(covered) == set()
    assert covered.count("from") == covered.count("list-unsubscribe-post") == 2
    assert "d=city.example" in head
    assert "s=s1" in head


def test_the_same_message_has_the_same_signature_of_the_moment_it_was_sent(
    workspace: Workspace, raw: bytes, sent_at: dt.datetime
) -> None:
    """M6"""
    signer = opened(workspace)
    signed = sign_message(raw, signer, sent_at)
    assert signed == sign_message(raw, signer, sent_at)
    assert f"t={int(sent_at.timestamp())}".encode() in signed
    assert signed.isascii()
    assert max(map(len, signed.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78


def test_nothing_is_signed_where_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / "city-digest.toml").write_text("", encoding="utf-8")
    assert open_signer(open_workspace(tmp_path, environment={})) is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read"),
        (b"no key", "is no RSA key of 1024 bits"),
        (b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END", "is no RSA key"),
    ],
)
def test_a_key_that_cannot_sign_is_named_before_anything_is_sent(
    workspace: Workspace, content: bytes | None, told: str
) -> None:
    file = workspace.root / "dkim.pem"
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=re.escape(told)):
        open_signer(workspace)


def test_without_its_extra_it_says_what_to_install(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = builtins.__import__

    def refuse(name: str, *args: Any, **more: Any) -> Any:
        if name.split(".")[0] == "dkim":
            raise ImportError(name)
        return usual(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ConfigurationError, match=re.escape("pip install 'city-digest[dkim]'")):
        open_signer(workspace)


def test_the_key_is_not_told_by_accident(workspace: Workspace) -> None:
    assert repr(opened(workspace)) == "Signer(s1._domainkey.city.example)"
