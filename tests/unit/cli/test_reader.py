"""`city-digest reader` as a person uses it. M11: proof of consent, export, erase; no address where none was asked for."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result, _NamedTextIOWrapper

from pipeline.cli import cli
from pipeline.cli.session import hold
from pipeline.config import Workspace, open_workspace
from pipeline.deliver.journal import read
from pipeline.deliver.keys import open_keys, reader_id
from pipeline.deliver.tokens import Purpose, make_token, read_token
from pipeline.errors import CityDigestError
from pipeline.model import Delivery, DeliveryState, ReaderState, SuppressionReason
from pipeline.store.opening import open_library, open_register
from pipeline.store.register import Register

SETTINGS = '[digest]\nnow = "2026-11-22T12:00:00+09:00"\n[crawl]\ncontact = "https://desk.example/"\n'
CANARY = "canary.example"
ONE, TWO = f"one@{CANARY}", f"two@{CANARY}"
KOBE = "geonames:1859171"
Call = Callable[..., Result]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "city-digest.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def workspace(place: Path) -> Workspace:
    return open_workspace(place, environment={})


@pytest.fixture
def register(workspace: Workspace) -> Register:
    return open_register(workspace)


@pytest.fixture
def call(place: Path) -> Call:
    def called(*arguments: str, stdin: str = "") -> Result:
        words = ["-C", str(place), "reader", *arguments]
        return CliRunner().invoke(cli, words, input=stdin, standalone_mode=False)

    return called


@pytest.fixture
def table(place: Path) -> Callable[[str], str]:
    def written(text: str) -> str:
        file = place / "list.csv"
        file.write_text(text, encoding="utf-8")
        return str(file)

    return written


def said(result: Result) -> dict[str, Any]:
    assert result.exception is None, result.exception
    found: dict[str, Any] = json.loads(result.output)
    return found


def failed(result: Result) -> str:
    """What went wrong, which never tells an address."""
    assert result.exception is not None
    error = result.exception
    text = getattr(error, "message", "") or str(error)
    assert CANARY not in f"{text} {result.output} {error!r}"
    return text


def listed(call: Call, *arguments: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = said(call("list", *arguments, "--json"))["readers"]
    return rows


# ------------------------------------------------------------------------------------------------------------------ add


def test_one_reader_is_added_once_with_proof_of_consent(call: Call, register: Register) -> None:
    words = ("add", "-", "--edition", "ja", "--consent", "paper form", "--consent-at", "2026-11-01", "--json")
    first = said(call(*words, "--city", "Kobe, JP", "--theme", "water-waste", stdin=f"{ONE}\n"))
    assert first == {"added": 1, "confirmed": 0, "known": 0}
    assert said(call(*words, stdin=f"{ONE.upper()}\n"))["known"] == 1
    (reader,) = register.readers()
    assert reader.consent
    assert (reader.address, reader.state, reader.consent.origin) == (ONE, ReaderState.ACTIVE, "paper form")
    assert reader.consent.at.isoformat() == "2026-10-31T15:00:00+00:00", "midnight in Tokyo"
    assert reader.choices.cities == (KOBE,)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((f"one {CANARY}", "--edition", "ja", "--consent", "x"), "not one that mail can be sent to"),
        ((ONE, "--edition", "xx", "--consent", "x"), "--edition must be one of ja, en"),
        ((ONE, "--edition", "ja", "--consent", " "), "--consent is empty"),
        ((ONE, "--edition", "ja", "--consent", "x", "--consent-at", "soon"), "consent_at must be a day"),
        ((ONE, "--edition", "ja", "--consent", "x", "--consent-at", "2027-01-01"), "yet to come"),
        ((ONE, "--edition", "ja", "--consent", "x", "--city", "Nowhereville"), "number 1 of the cities is not known"),
        ((ONE, "--edition", "ja", "--consent", "x", "--city", "Portland"), "can be several.*geonames:"),
        ((ONE, "--edition", "ja", "--consent", "x", "--network", "x"), "number 1 of the networks is not known"),
    ],
)
def test_what_cannot_be_added_is_explained(call: Call, register: Register, arguments: tuple[str, ...], why: str) -> None:  # fmt: skip
    assert re.search(why, failed(call("add", *arguments)))
    assert register.readers() == []


# --------------------------------------------------------------------------------------------------------------- import


def test_a_list_is_taken_with_choices_and_doing_it_twice_is_doing_it_once(call: Call, register: Register, table: Callable[[str], str]) -> None:  # fmt: skip
    file = table(
        "address,edition,consent,consent_at,cities,networks,themes\r\n"
        f'{ONE},ja,"form, 2026",2026-10-01T10:00+09:00,"Kobe, JP; geonames:1792947",UCLG,\r\n'
        f"{TWO},en,,,,,平和・人権\r\n{ONE.upper()},ja,,,,,\r\n"
    )
    words = ("import", file, "--consent-origin", "forms of the meeting", "--json")
    counts = {"added": 2, "confirmed": 0, "known": 1, "passed_over": 0, "barred": {}, "dry_run": False}
    assert said(call(*words, "--dry-run")) == counts | {"dry_run": True}
    assert register.readers() == []
    assert said(call(*words)) == counts
    before = register.readers()
    assert said(call(*words)) == counts | {"added": 0, "known": 3}
    assert register.readers() == before
    by_edition = {reader.edition: reader for reader in before}
    assert by_edition["ja"].choices.cities == (KOBE, "geonames:1792947")
    assert by_edition["ja"].choices.networks == ("uclg",)
    assert by_edition["ja"].consent
    assert by_edition["ja"].consent.origin == "form, 2026"
    assert by_edition["ja"].consent.at.isoformat() == "2026-10-01T01:00:00+00:00"
    assert by_edition["en"].consent
    assert by_edition["en"].consent.origin == "forms of the meeting"
    assert by_edition["en"].consent.at.isoformat() == "2026-11-22T03:00:00+00:00", "the import, where nothing is known"


def test_without_an_origin_of_consent_nobody_is_imported(call: Call, register: Register, table: Callable[[str], str]) -> None:  # fmt: skip
    file = table(f"address,edition,consent\n{ONE},ja,form\n{TWO},ja,\n")
    assert "--consent-origin" in failed(call("import", file))
    assert register.readers() == []
    assert said(call("import", table(f"address,edition,consent\n{ONE},ja,form\n"), "--json"))["added"] == 1


def test_on_a_terminal_the_origin_of_consent_is_asked_for(call: Call, register: Register, table: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(_NamedTextIOWrapper, "isatty", lambda _: True, raising=False)
    asked = call("import", table(f"address,edition\n{ONE},ja\n"), stdin="\nforms of 2026\n")
    assert asked.exception is None
    assert "come from?" in asked.output
    (reader,) = register.readers()
    assert reader.consent
    assert reader.consent.origin == "forms of 2026"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (f"{ONE},fr,,", "edition must be one of ja, en"),
        (f"{ONE},,,", "edition must be one of"),
        (f",ja,{ONE},", "the address is not one"),
        (f"One <{ONE}>,ja,,", "the address is not one"),
        (f"{'x' * 65}@{CANARY},ja,,", "the address is not one"),
        (f"one@シークレット.{CANARY},ja,,", "the address is not one"),
        (f'"{ONE}\r\nBcc: {TWO}",ja,,', "the address is not one"),
        (f"{ONE},ja,,{ONE}", "number 1 of the cities is not known"),
        (f"{ONE},ja,,Kobe;Portland", "number 2 of the cities can be several"),
        (f"{ONE},ja,,Kobe,{TWO}", "more cells than the first line"),
    ],
)
def test_a_wrong_line_is_named_by_its_number_and_nobody_is_taken(call: Call, register: Register, table: Callable[[str], str], row: str, why: str) -> None:  # fmt: skip
    text = failed(
        call("import", table(f"address,edition,consent,cities\n{TWO},ja,x,\n{row}\n"), "--consent-origin", "x")
    )
    assert "line 3: " in text or "line 4: " in text
    assert why in text
    assert register.readers() == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "add address"),
        (f"{ONE},ja\n", "add address"),
        (f"address,edition,{TWO}\n", "column 3 has a name that means nothing here"),
        (f'address,edition\n"{ONE},ja\n', "is not CSV"),
        (f"address,edition\n{'x' * 200_000}@{CANARY},ja\n", "is not CSV"),
    ],
)
def test_what_is_no_list_at_all_is_refused(call: Call, table: Callable[[str], str], content: str, why: str) -> None:
    result = call("import", table(content), "--consent-origin", "x")
    assert why in failed(result)
    assert isinstance(result.exception, CityDigestError)
    assert result.exception.exit_code == 78


def test_a_list_in_another_charset_names_the_line(call: Call, place: Path) -> None:
    (place / "sjis.csv").write_bytes(f"address,edition,consent\n{ONE},ja,申込\n".encode("cp932"))
    assert "line 2: is not UTF-8" in failed(call("import", str(place / "sjis.csv")))


def test_only_the_first_faults_of_many_are_listed(call: Call, table: Callable[[str], str]) -> None:
    text = failed(call("import", table("address,edition\n" + "x,ja\n" * 30)))
    assert text.count("line ") == 20
    assert "and 10 more" in text


@pytest.mark.parametrize("reason", SuppressionReason)
def test_who_left_bounced_or_was_erased_stays_away_unless_they_asked_anew(call: Call, workspace: Workspace, register: Register, table: Callable[[str], str], reason: SuppressionReason) -> None:  # fmt: skip
    keys = open_keys(workspace.keys)
    register.suppress(reader_id(ONE, "ja", keys), reason, workspace.clock())
    words = ("import", table(f"address,edition\n{ONE},ja\n{TWO},ja\n"), "--consent-origin", "forms", "--json")
    done = said(call(*words))
    assert (done["added"], done["barred"]) == (1, {reason.value: 1})
    assert [reader.address for reader in register.readers()] == [TWO]
    assert f"any more ({reason.value})" in failed(call("add", ONE, "--edition", "ja", "--consent", "x"))
    done = said(call(*words, "--again", "wrote to us on 2026-11-20"))
    assert (done["added"], done["known"], done["barred"]) == (1, 1, {})
    back = register.get(reader_id(ONE, "ja", keys))
    assert back
    assert back.consent
    assert (back.state, back.consent.origin) == (ReaderState.ACTIVE, "forms; again: wrote to us on 2026-11-20")
    assert register.suppressed() == {}
    assert [row["state"] for row in read(workspace.opt_outs)] == ["active"]


def test_an_export_is_imported_again_and_holds_no_formula(call: Call, register: Register, workspace: Workspace, place: Path, tmp_path: Path) -> None:  # fmt: skip
    """A local part may begin with what a spreadsheet takes for a formula."""
    for address in (ONE, f"=cmd@{CANARY}", f"+tag@{CANARY}"):
        call("add", "-", "--edition", "ja", "--consent", "=HYPERLINK(1)", "--city", KOBE, stdin=address)
    call("suspend", listed(call)[0]["id"])
    before = register.readers()
    exported = call("export").output
    cells = [cell for row in csv.reader(io.StringIO(exported)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    other = tmp_path / "other"
    (other / "state").mkdir(parents=True)
    (other / "city-digest.toml").write_text(SETTINGS, encoding="utf-8")
    (other / "state/keys.json").write_bytes(workspace.keys.read_bytes())
    (place / "all.csv").write_text(exported, encoding="utf-8", newline="")
    done = CliRunner().invoke(cli, ["-C", str(other), "reader", "import", str(place / "all.csv"), "--json"], standalone_mode=False)  # fmt: skip
    assert (said(done)["added"], said(done)["passed_over"]) == (2, 1)
    active = [reader for reader in before if reader.state is ReaderState.ACTIVE]
    assert open_register(open_workspace(other, environment={})).readers() == active


# ------------------------------------------------------------------------------------------------------------- show, list


def test_a_list_shows_no_more_than_the_domain(call: Call) -> None:
    call("add", ONE, "--edition", "ja", "--consent", "form")
    call("add", TWO, "--edition", "en", "--consent", "form")
    shown = call("list")
    assert [line.split()[1:] for line in shown.output.splitlines()] == [
        ["en", "active", "2026-11-22", CANARY],
        ["ja", "active", "2026-11-22", CANARY],
    ]
    for hidden in (shown, call("list", "--json"), call("show", shown.output.split()[0]), call("show", shown.output.split()[0], "--json")):  # fmt: skip
        assert "one@" not in hidden.output
        assert "two@" not in hidden.output
    assert ONE in call("list", "--addresses").output
    assert [row["edition"] for row in listed(call, "--edition", "ja")] == ["ja"]
    assert listed(call, "--state", "left") == []


def test_everything_kept_of_a_reader_is_written_for_whom_asks(call: Call, workspace: Workspace, register: Register) -> None:  # fmt: skip
    """Article 15 of the GDPR, article 33 of Japan's APPI: address, proof, choices, letters, opt-outs, of all editions."""
    for edition in ("ja", "en"):
        call("add", ONE, "--edition", edition, "--consent", "form", "--city", KOBE)
    call("add", TWO, "--edition", "ja", "--consent", "form")
    (english,) = (row["id"] for row in listed(call, "--edition", "en"))
    letter = Delivery(
        week="2026-W46",
        edition="en",
        reader=english,
        channel="smtp",
        message_id="<m@x.example>",
        state=DeliveryState.SENT,
        at=workspace.clock(),
    )
    open_library(workspace).save_delivery(letter)
    call("suspend", english)
    found = said(call("export", "--address-from-stdin", stdin=f"{ONE}\n"))["readers"]
    assert [(row["edition"], row["address"]) for row in found] == [("en", ONE), ("ja", ONE)]
    one = found[0]
    assert one["consent"]["origin"] == "form"
    assert one["choices"] == {"cities": {KOBE: "Kobe"}}
    assert [row["week"] for row in one["letters"]] == ["2026-W46"]
    assert one["suppression"]["reason"] == "bounced"
    shown = call("show", english).output
    assert "letter     2026-W46 sent 2026-11-22 12:00" in shown
    assert "agreed     2026-11-22 12:00: form" in shown
    assert "no mail    bounced, 2026-11-22 12:00, by hand" in shown
    assert "cities     Kobe (geonames:1859171)" in shown
    assert [row["state"] for row in one["opt_outs"]] == ["bounced"]
    assert said(call("export", "--reader", english))["readers"] == [one]
    assert "no such reader" in failed(call("export", "--reader", "00" * 8))


# ------------------------------------------------------------------------------------------------------ erase, suspend


def test_erasing_removes_row_and_letters_and_keeps_only_a_hash(call: Call, workspace: Workspace, register: Register) -> None:  # fmt: skip
    for edition in ("ja", "en"):
        call("add", ONE, "--edition", edition, "--consent", "form")
    call("add", TWO, "--edition", "ja", "--consent", "form")
    ids = {reader.address: reader.id for reader in register.readers()}
    workspace.outbox.mkdir()
    for address, reader in ids.items():
        (workspace.outbox / f"2026-W46-ja-{reader}.eml").write_text(f"To: {address}")
    assert said(call("erase", "--json", stdin=f"{ONE.upper()}\n")) == {"erased": 2}
    assert [reader.address for reader in register.readers()] == [TWO]
    assert {row.reason for row in register.suppressed().values()} == {SuppressionReason.ERASED}
    assert [file.read_text() for file in workspace.outbox.iterdir()] == [f"To: {TWO}"]
    assert [row["state"] for row in read(workspace.opt_outs)] == ["erased", "erased"]
    register.engine.dispose()
    for file in workspace.root.rglob("*"):
        assert not file.is_file() or ONE.encode() not in file.read_bytes().lower(), file
    assert said(call("erase", ONE, "--json")) == {"erased": 0}
    assert "any more (erased)" in failed(call("add", ONE, "--edition", "ja", "--consent", "x"))


def test_erasing_takes_the_letters_of_a_former_edition_along(call: Call, workspace: Workspace, register: Register) -> None:  # fmt: skip
    call("add", ONE, "--edition", "ja", "--consent", "form")
    (former,) = register.readers()
    reader = msgspec.structs.replace(former, id=reader_id(ONE, "en", open_keys(workspace.keys)), edition="en")
    assert register.move(former.id, reader, workspace.clock())
    workspace.outbox.mkdir()
    for one in (former, reader):
        (workspace.outbox / f"2026-W46-{one.edition}-{one.id}.eml").write_text(f"To: {ONE}")
    assert said(call("erase", reader.id, "--json")) == {"erased": 1}
    assert list(workspace.outbox.iterdir()) == []


def test_an_erasure_that_was_cut_off_is_finished_by_the_next(call: Call, workspace: Workspace, register: Register, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    call("add", ONE, "--edition", "ja", "--consent", "form")
    (reader,) = register.readers()
    with monkeypatch.context() as broken:
        broken.setattr(Register, "erase", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        call("erase", reader.id)
    assert register.readers() == [reader]
    assert [row["state"] for row in read(workspace.opt_outs)] == ["erased"], "and the next delivery honours it"
    assert said(call("erase", reader.id, "--json")) == {"erased": 1}


def test_a_suspended_reader_is_resumed_and_who_left_is_not(call: Call, workspace: Workspace, register: Register) -> None:  # fmt: skip
    call("add", ONE, "--edition", "ja", "--consent", "form")
    (row,) = listed(call)
    assert said(call("suspend", row["id"], "--json"))["state"] == "suspended"
    assert (register.readers()[0].state, list(register.suppressed())) == (ReaderState.SUSPENDED, [row["id"]])
    assert "only who is active" in failed(call("suspend", row["id"]))
    assert said(call("resume", row["id"], "--json"))["state"] == "active"
    assert (register.readers()[0].state, register.suppressed()) == (ReaderState.ACTIVE, {})
    assert [line["state"] for line in read(workspace.opt_outs)] == ["bounced", "active"]
    register.leave(row["id"], workspace.clock())
    assert "only who is suspended" in failed(call("resume", row["id"]))
    assert "no reader of this id" in failed(call("resume", "00" * 8))


def test_rotated_keys_keep_old_links_and_ids(call: Call, workspace: Workspace) -> None:
    call("add", ONE, "--edition", "ja", "--consent", "form")
    (row,) = listed(call)
    token = make_token(open_keys(workspace.keys), Purpose.LEAVE, row["id"])
    assert said(call("rotate-keys", "--json")) == {"key": "2", "valid": ["2", "1"]}
    keys = open_keys(workspace.keys)
    assert read_token(keys, Purpose.LEAVE, token)
    assert reader_id(ONE, "ja", keys) == row["id"]


def test_what_writes_holds_the_workspace(call: Call, workspace: Workspace, table: Callable[[str], str]) -> None:
    """C3"""
    call("add", ONE, "--edition", "ja", "--consent", "form")
    (row,) = listed(call)
    file = table(f"address,edition,consent\n{TWO},ja,form\n")
    with hold(workspace, "run"):
        for words in (["import", file], ["add", TWO, "--edition", "ja", "--consent", "x"], ["erase", row["id"]], ["suspend", row["id"]], ["rotate-keys"]):  # fmt: skip
            assert "in use by 'city-digest run'" in failed(call(*words))
        assert listed(call) == [row]


def test_keys_that_were_lost_are_told_before_an_address_is_looked_for(call: Call, workspace: Workspace, table: Callable[[str], str]) -> None:  # fmt: skip
    """With new ones nobody is recognised: an erasure would find nobody, an old list would bring everybody back."""
    call("add", ONE, "--edition", "ja", "--consent", "form")
    workspace.keys.unlink()
    for words in (["erase", ONE], ["import", table(f"address,edition,consent\n{ONE},ja,form\n")]):
        assert "Put it back from a backup" in failed(call(*words))
    assert len(listed(call)) == 1
    asked = CliRunner().invoke(cli, ["-C", str(workspace.root), "doctor", "--offline", "--json"], standalone_mode=False)
    assert "is not the file that the readers' ids were made with" in asked.output
