"""`city-digest doctor`: what is missing is told before a run misses it, with what to do (C7)."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from mail_servers import MailServer

from pipeline.cli import cli
from pipeline.cli.session import hold
from pipeline.config import open_workspace
from pipeline.deliver import inspection
from pipeline.deliver.journal import append
from pipeline.deliver.keys import Keys, open_keys, reader_id
from pipeline.model import Consent, Reader, ReaderState
from pipeline.store.opening import open_inbox, open_register

NOW = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)
SETTINGS = """
[crawl]
contact = "mailto:desk@example.org"
[mail]
sender_name = "Digest"
sender_address = "digest@example.org"
postal_address = "1-1"
contact = "desk@example.org"
unsubscribe = "leave@example.org"
"""


@pytest.fixture
def place(whole: Path, tmp_path: Path) -> Path:
    """A workspace where all is well."""
    return Path(shutil.copytree(whole, tmp_path / "place"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("whole")
    (root / "city-digest.toml").write_text(SETTINGS, encoding="utf-8")
    workspace = open_workspace(root)
    open_inbox(workspace).engine.dispose()
    register = open_register(workspace)
    for number in range(10):
        register.add(a_reader(number, ReaderState.ACTIVE, open_keys(workspace.keys)))
    register.engine.dispose()
    return root


def a_reader(number: int, state: ReaderState, keys: Keys) -> Reader:
    address = f"canary{number}@example.org"
    return Reader(
        id=reader_id(address, "ja", keys),
        address=address,
        edition="ja",
        state=state,
        consent=Consent(origin="web", at=NOW),
        since=NOW,
        changed=NOW,
    )


def doctor(place: Path, *words: str, flags: tuple[str, ...] = ()) -> tuple[dict[str, dict[str, str]], int]:
    sets = [word for flag in flags for word in ("--set", flag)]
    done = CliRunner().invoke(
        cli, ["-C", str(place), *sets, "doctor", "--json", *words], standalone_mode=False, catch_exceptions=False
    )
    checks: dict[str, dict[str, str]] = json.loads(done.stdout)["checks"]
    assert all(check["remedy"] for check in checks.values() if check["state"] != "ok"), "each says what to do"
    assert "canary" not in done.stdout + done.stderr  # faults P0.14
    return checks, done.return_value


def test_where_all_is_well_every_check_is_ok_and_nothing_changes(place: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*") if path.is_file()}
    checks, code = doctor(place)
    assert {name: check["text"] for name, check in checks.items() if check["state"] != "ok"} == {}
    assert code == 0
    assert checks["readers"]["text"] == "10 active"
    after = {path: path.stat().st_mtime_ns for path in place.rglob("*") if path.is_file() and path.name != "lock"}
    assert after == {path: stamp for path, stamp in before.items() if path.name != "lock"}


def test_people_read_a_line_per_check_and_the_remedy_below(place: Path) -> None:
    (place / "state" / "keys.json").chmod(0o644)
    done = CliRunner().invoke(cli, ["-C", str(place), "doctor"], standalone_mode=False)
    lines = done.stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("FAILED   keys"))
    assert lines[at + 1].split() == ["->", "chmod", "600", str(place.resolve() / "state" / "keys.json")]
    assert any(line.startswith("ok       settings") for line in lines)


def toml(text: str) -> Callable[[Path], None]:
    return lambda place: (place / "city-digest.toml").write_text(text, encoding="utf-8") and None


def library(statement: str) -> Callable[[Path], None]:
    def change(place: Path) -> None:
        connection = sqlite3.connect(place / "state" / "library.sqlite")
        connection.execute(statement)
        connection.commit()
        connection.close()

    return change


def write(name: str, text: str) -> Callable[[Path], None]:
    def change(place: Path) -> None:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")

    return change


def damage(place: Path) -> None:
    file = place / "state" / "library.sqlite"
    body = bytearray(file.read_bytes())
    for page in range(4096 * 4, len(body) - 4096, 4096):
        body[page : page + 100] = b"\xff" * 100
    file.write_bytes(body)


def lose_keys(place: Path) -> None:
    (place / "state" / "keys.json").unlink()
    append(place / "state" / "sends.jsonl", {"week": "2026-W45"})


def from_the_future(place: Path) -> None:
    later = dt.datetime.now(dt.UTC).timestamp() + 86_400
    os.utime(place / "state" / "library.sqlite", (later, later))


@pytest.mark.parametrize(
    ("spoil", "check", "state", "said"),
    [
        (toml("[crawl]\ndelay = 1"), "settings", "failed", "crawl.delay_s"),
        (toml("[crawl"), "settings", "failed", "cannot be read as TOML"),
        (lambda place: (place / "city-digest.toml").unlink(), "settings", "failed", "city-digest init"),
        (toml(SETTINGS + "[run]\nping = 'https://ping.example.org/canary'"), "settings", "warning", "can be read by others"),
        (toml(SETTINGS + "[digest]\nnow = '2026-11-09T06:00:00Z'"), "clock", "warning", "stands still"),
        (from_the_future, "clock", "failed", "files here are from"),
        (library("UPDATE library_version SET version_num = '0999'"), "library", "failed", "schema 999"),
        (library("UPDATE library_version SET version_num = '0002'"), "library", "warning", "schema 2"),
        (damage, "library", "failed", "damaged"),
        (write("state/inbox.sqlite", "no database at all, but a text"), "inbox", "failed", "damaged"),
        (toml("[crawl]\ncontact = 'me'"), "contact", "failed", "crawl.contact"),
        (write("templates/pages/issue.html", "{{ nothing.at.all }}"), "templates", "failed", "issue.html"),
        (write("templates/i18n/en.toml", "[x"), "templates", "failed", "en"),
        (lambda place: (place / "state" / "keys.json").chmod(0o640), "keys", "failed", "read by others"),
        (write("state/keys.json", "{}"), "keys", "failed", "no keys"),
        (lose_keys, "keys", "failed", "is gone"),
        (library("UPDATE reader SET state = 'suspended' WHERE address LIKE 'canary3@%'"), "readers", "warning", "1 suspended"),
        (toml('[mail]\nsender_name = "D"'), "sender", "failed", "mail.sender_address"),
        (write("readers.csv", "address,edition\ncanary@example.org,ja\n"), "list", "warning", "not read any more"),
        (toml(SETTINGS + "[web]\nbase_url = 'http://127.0.0.1'"), "web", "warning", "this machine"),
        (toml(SETTINGS + "[dkim]\nselector = 'x'\nkey_file = 'no.pem'"), "DKIM key", "failed", "no.pem"),
        (toml(SETTINGS + "[smtp]\nport = 25\n[deliver]\nchannel = 'smtp'"), "mail server", "failed", "smtp.host"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_a_remedy(place: Path, spoil: Callable[[Path], None], check: str, state: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(inspection, "_open_resolver", lambda: nobody)
    spoil(place)
    checks, code = doctor(place)
    assert checks[check]["state"] == state
    assert said in checks[check]["text"] + checks[check]["remedy"]
    assert code == (3 if state == "failed" else 0)


def nobody(_name: str, _kind: str) -> list[str]:
    raise inspection.Unanswered


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(("free", "state"), [(10 << 20, "failed"), (200 << 20, "warning"), (1 << 40, "ok")])
def test_a_disk_that_is_nearly_full_is_told(
    place: Path, free: int, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.cli.doctor.shutil.disk_usage", lambda _: Usage(0, 0, free))
    assert doctor(place)[0]["disk"]["state"] == state


def test_a_second_owner_of_our_packages_is_told(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any distribution may have a package named `pipeline`; pip lets the later one overwrite files."""
    owners = {"pipeline": ["city-digest", "another"], "crawler": ["city-digest"]}
    monkeypatch.setattr("importlib.metadata.packages_distributions", lambda: owners)
    check = doctor(place)[0]["package"]
    assert check["state"] == "failed"
    assert "another and city-digest" in check["text"]


def test_a_command_at_work_is_named_and_no_fault(place: Path) -> None:
    with hold(open_workspace(place), "run"):
        check = doctor(place)[0]["lock"]
    assert check["state"] == "ok"
    assert "city-digest run" in check["text"]


def test_a_restore_that_was_cut_off_is_told(place: Path) -> None:
    (place / "state" / "restoring").mkdir()
    checks, code = doctor(place)
    assert (checks["lock"]["state"], code) == ("failed", 3)
    assert "city-digest restore" in checks["lock"]["text"]


def test_an_empty_workspace_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "city-digest.toml").write_text(SETTINGS, encoding="utf-8")
    checks, code = doctor(tmp_path)
    assert code == 0
    assert {name: check["text"] for name, check in checks.items() if check["state"] != "ok"} == {}
    assert [path.name for path in tmp_path.iterdir()] == ["city-digest.toml"]


def test_offline_nobody_is_asked_and_that_is_told(place: Path) -> None:
    """The guard of the tests fails whatever leaves loopback."""
    flags = ("deliver.channel=smtp", "smtp.host=mail.example.org")
    checks, code = doctor(place, "--offline", flags=flags)
    assert code == 0
    assert {checks[name]["state"] for name in ("mail server", "DNS")} == {"warning"}


def test_mail_server_and_dns_are_asked_and_nothing_is_sent(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = {
        ("example.org", "TXT"): ["v=spf1 mx -all"],
        ("_dmarc.example.org", "TXT"): ["v=DMARC1; p=reject"],
        ("example.org", "MX"): ["10 mail.example.org."],
    }
    monkeypatch.setattr(inspection, "_open_resolver", lambda: lambda name, kind: zone.get((name, kind), []))
    with MailServer() as server:
        flags = ("deliver.channel=smtp", f"smtp.host={server.host}", f"smtp.port={server.port}", "smtp.security=none")
        checks, code = doctor(place, flags=flags)
    assert code == 0
    assert {
        name: checks[name]["state"] for name in ("mail server", "SPF", "DKIM", "DMARC", "bounces")
    } == dict.fromkeys(("mail server", "SPF", "DKIM", "DMARC", "bounces"), "ok")
    assert set(server.commands) == {"EHLO", "QUIT"}
    assert server.accepted == []


def test_every_finding_has_a_name_of_its_own(place: Path) -> None:
    """They are the keys of the JSON object."""
    text: Any = CliRunner().invoke(cli, ["-C", str(place), "doctor"], standalone_mode=False).stdout
    names = [line[9:].split("  ")[0] for line in text.splitlines() if not line.startswith(" ")]
    assert len(names) == len(set(names)) == len(doctor(place)[0])
