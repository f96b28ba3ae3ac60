"""A real Postfix takes both editions over STARTTLS, and what it sends back for an unknown address suspends the reader (M8, M9)."""

from __future__ import annotations

import email
import email.policy
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sample_runs
from mail_servers import make_certificates
from postfix import DOMAIN, Postfix, run_postfix

from pipeline.config import Workspace, open_workspace
from pipeline.deliver.journal import read
from pipeline.model import DeliveryState, ReaderState
from pipeline.store.opening import open_library, open_register

pytestmark = pytest.mark.slow

WEEK = "2026-W45"  # the sample web's last issue
SETTINGS = """
[deliver]
channel = "smtp"

[smtp]
host = "localhost"
port = {port}
ca_file = "{authority}"
bounce_address = "bounces@{domain}"

[web]
base_url = "https://digest.example.org"
"""
LIST = f"address,edition,consent\nja@{DOMAIN},ja,judge\nen@{DOMAIN},en,judge\nnobody@{DOMAIN},ja,judge\n"
TOKEN = re.compile(rb"(?<=\+k1)[a-z2-7]{32}(?=\.)")


def call(workspace: Workspace, *arguments: str) -> dict[str, Any]:
    """The JSON that a command printed."""
    return sample_runs.call(workspace.root, *arguments)


@pytest.fixture
def postfix(tmp_path: Path) -> Iterator[Postfix]:
    certificates = make_certificates(tmp_path)
    with run_postfix(("ja", "en", "bounces"), certificates.good) as server:
        yield server


@pytest.fixture
def workspace(sample_archive: Path, postfix: Postfix, tmp_path: Path) -> Workspace:
    """The sample workspace with readers at that Postfix: one of each edition, and one whose mailbox does not exist."""
    root = tmp_path / "workspace"
    shutil.copytree(sample_archive.parent, root, ignore=shutil.ignore_patterns("archive", "outbox"))
    with (root / "city-digest.toml").open("a", encoding="utf-8") as file:
        authority = next(tmp_path.glob("*authority*.pem"))
        file.write(SETTINGS.format(port=postfix.port, authority=authority, domain=DOMAIN))
    (root / "list.csv").write_text(LIST, encoding="utf-8")
    workspace = open_workspace(root, environment={})
    assert call(workspace, "reader", "import", str(root / "list.csv"))["added"] == 3
    return workspace


def state_of(workspace: Workspace) -> tuple[Any, ...]:
    """All that a bounce may change."""
    register, library = open_register(workspace), open_library(workspace)
    return register.readers(), register.suppressed(), library.deliveries(WEEK), read(workspace.opt_outs)


def forge(message: bytes) -> bytes:
    """The same report with another token, in the form of ours."""

    def other(token: re.Match[bytes]) -> bytes:
        return bytes(token[0]).translate(bytes.maketrans(b"a2", b"2a"))

    forged, number = TOKEN.subn(other, message)
    assert number >= 2
    assert forged != message
    return forged


def test_both_editions_arrive_and_what_comes_back_suspends_its_reader(workspace: Workspace, postfix: Postfix) -> None:
    done = call(workspace, "deliver")
    assert (done["sent"], done["failed"], done["deferred"], done["unknown"]) == (3, 0, 0, 0), postfix.log()
    library, register = open_library(workspace), open_register(workspace)
    names = {one.address.partition("@")[0]: one.id for one in register.readers() if one.address.endswith(DOMAIN)}
    for name in ("ja", "en"):
        (file,) = postfix.wait_for(name)
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        assert not [defect for part in message.walk() for defect in part.defects]
        assert message["To"] == f"{name}@{DOMAIN}"
        assert message["Content-Language"] == name
        assert message["Message-ID"] == library.deliveries(WEEK)[name, names[name]].message_id
        assert "ESMTPS" in message["Received"], "encrypted"
        assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    (back,) = postfix.wait_for("bounces")
    assert b"Status: 5.1.1" in back.read_bytes()

    before = state_of(workspace)
    forged = workspace.root / "forged.eml"
    forged.write_bytes(forge(back.read_bytes()))
    assert call(workspace, "bounces", "import", str(forged))["counts"] == {"forged": 1}
    assert state_of(workspace) == before, "whoever writes a bounce themselves changes nothing"

    mailbox = str(postfix.maildir("bounces"))
    assert call(workspace, "bounces", "import", mailbox) == {
        "messages": 1,
        "counts": {"hard": 1},
        "suspended": 1,
        "dry_run": False,
    }
    nobody = register.get(names["nobody"])
    assert nobody
    assert nobody.state is ReaderState.SUSPENDED
    rows = library.deliveries(WEEK)
    assert {name: rows["en" if name == "en" else "ja", reader].state for name, reader in names.items()} == {
        "ja": DeliveryState.SENT,
        "en": DeliveryState.SENT,
        "nobody": DeliveryState.FAILED,
    }
    after = state_of(workspace)
    assert call(workspace, "bounces", "import", mailbox)["counts"] == {"known": 1}
    assert call(workspace, "deliver")["sent"] == 0
    assert state_of(workspace) == after
