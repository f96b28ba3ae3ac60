"""Leaving the digest (M10, fault 13), over HTTP."""

from __future__ import annotations

import datetime as dt
import stat
import time
from pathlib import Path

import pytest
from msgspec.structs import replace
from readers_site import ADDRESS, KOBE, OTHER_KEYS, TIANJIN, Site

from pipeline.deliver.keys import rotate_keys
from pipeline.deliver.opt_outs import merge_opt_outs
from pipeline.deliver.tokens import Purpose, make_token
from pipeline.errors import StoreError, WorkspaceError
from pipeline.knowledge.editions import load_edition
from pipeline.model import Choices, Reader, ReaderState, SuppressionReason
from pipeline.store.copies import SIDE_FILES, copy_database
from pipeline.store.register import Register

LEFT = load_edition("en").say("web.said.left_title")


@pytest.fixture
def reader(site: Site) -> Reader:
    return site.add()


def whole(site: Site) -> tuple[object, ...]:
    """Everything that a request could change."""
    files = {
        str(file): file.read_bytes()
        for file in site.workspace.root.rglob("*")
        if file.is_file() and "sqlite" not in file.name
    }
    return (site.register.readers(), site.register.suppressed(), files)


@pytest.mark.parametrize("purpose", ["u", "s", "c"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
def test_looking_changes_nothing(site: Site, reader: Reader, purpose: str, method: str) -> None:
    """M10: programs that scan mail follow links."""
    before = whole(site)
    assert site.ask(method, site.link(purpose, reader)).status_code in (200, 204, 405)
    assert whole(site) == before


ONE_CLICK = [
    ({"Content-Type": "application/x-www-form-urlencoded"}, b"List-Unsubscribe=One-Click"),
    (
        {"Content-Type": "multipart/form-data; boundary=x"},
        b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
    ),
    ({}, b""),
    ({"Content-Type": "text/plain", "Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"}, b"x" * 200_000),
]


@pytest.mark.parametrize(("headers", "body"), ONE_CLICK)
def test_one_post_is_enough_and_another_changes_nothing(
    site: Site, reader: Reader, headers: dict[str, str], body: bytes
) -> None:
    """M10, RFC 8058: whatever a mail program sends, without a cookie and without a redirect."""
    path = site.link("u", reader)
    answer = site.ask("POST", path, headers=headers, content=body)
    assert answer.status_code == 200
    assert LEFT in answer.text
    assert "set-cookie" not in answer.headers
    left = site.reader()
    assert left
    assert left.state is ReaderState.LEFT
    assert site.register.suppressed()[reader.id].reason is SuppressionReason.LEFT
    assert site.journal() == [(reader.id, "left")]
    site.now += dt.timedelta(hours=1)
    again = site.ask("POST", path, headers=headers, content=body)
    assert (again.status_code, again.text) == (200, answer.text)
    assert site.reader() == left


def test_the_page_offers_preferences_and_says_what_happened(site: Site, reader: Reader) -> None:
    assert site.link("s", reader) in site.get(site.link("u", reader)).text.replace('href="..', 'href="')
    site.post(site.link("u", reader))
    assert LEFT in site.get(site.link("u", reader)).text


def test_a_token_is_about_its_reader_alone(site: Site, reader: Reader) -> None:
    """Fault 13."""
    other, edition = site.add("canary-other@city.example.org"), site.add(edition="ja")
    site.post(site.link("u", other))
    assert site.reader() == reader
    assert site.reader(edition="ja") == edition
    assert set(site.register.suppressed()) == {other.id}


def bad_links(site: Site, reader: Reader, purpose: str) -> dict[str, str]:
    extra = f"{site.now:%Y%m%d}" if purpose == "c" else ""
    good = make_token(site.keys, Purpose(purpose), reader.id, extra)
    flipped = f"{good[:20]}{'a' if good[20] != 'a' else 'b'}{good[21:]}"
    unknown = replace(site.keys, tokens=(replace(site.keys.tokens[0], id="7"),))
    others = {"u": "s", "s": "c", "c": "u"}
    return {
        "forged": make_token(OTHER_KEYS, Purpose(purpose), reader.id, extra),
        "of an unknown key": make_token(unknown, Purpose(purpose), reader.id, extra),
        "changed": flipped,
        "truncated": good[:-5],
        "for something else": make_token(site.keys, Purpose(others[purpose]), reader.id, extra),
        "of an old day": make_token(site.keys, Purpose.CONFIRM, reader.id, "20260101") if purpose == "c" else good[:-1],
        "no token": "x",
        "long": "1" * 5000,
    }


@pytest.mark.parametrize("purpose", ["u", "s", "c"])
def test_every_wrong_link_has_the_same_answer_and_none_acts(site: Site, reader: Reader, purpose: str) -> None:
    """Fault 13: 404 of the same bytes for forged, changed, truncated, foreign and old ones."""
    before = whole(site)
    links = bad_links(site, reader, purpose)
    for method in ("GET", "POST"):
        answers = {
            name: site.ask(method, f"/{purpose}/{token}", headers={"Content-Type": "application/x-www-form-urlencoded"})
            for name, token in links.items()
        }
        assert {answer.status_code for answer in answers.values()} == {404}
        assert len({answer.content for answer in answers.values()}) == 1
        assert answers["forged"].content == site.get("/u/nothing").content
    assert whole(site) == before


def test_wrong_links_take_the_same_time(site: Site, reader: Reader) -> None:
    """Fault 13: the least of many times each, as others only say what else the machine did."""
    links = bad_links(site, reader, "u")

    def least(token: str) -> float:
        times = []
        for _ in range(300):
            began = time.perf_counter()
            site.desk.read(Purpose.LEAVE, token)
            times.append(time.perf_counter() - began)
        return min(times)

    signed = {name: least(links[name]) for name in ("forged", "of an unknown key", "changed", "for something else")}
    assert max(signed.values()) < 1.5 * min(signed.values()), signed


def test_links_outlive_a_new_key(site: Site, reader: Reader) -> None:
    """M10: no expiry, and keys can be rotated."""
    path = site.link("u", reader)
    assert site.get(path).status_code == 200
    rotate_keys(site.workspace.keys)  # while the pages are served
    assert site.get(site.link("u", reader)).status_code == 200, "signed by the new key"
    site.now += dt.timedelta(days=2000)
    assert site.link("u", reader) != path
    assert site.post(path).status_code == 200
    assert reader.id in site.register.suppressed()


def test_without_a_database_an_opt_out_is_taken_and_honoured_later(site: Site, reader: Reader) -> None:
    """M10: journalled, answered 200, and in the register before the next delivery."""
    path = site.link("u", reader)
    held = site.library.read_bytes()
    site.register.engine.dispose()
    site.forget()
    for file in site.workspace.state.glob("library.sqlite*"):
        file.unlink()
    site.library.write_bytes(b"no database" * 1000)
    assert site.post(path).status_code == 200
    assert site.get(path).status_code == 200
    assert site.journal() == [(reader.id, "left")]
    for other in ("/subscribe", site.link("s", reader)):
        assert (
            site.post(other, {"stamp": site.stamp(), "address": ADDRESS, "edition": "en", "do": "leave"}).status_code
            == 503
        )
    assert site.get("/health").status_code == 503
    site.library.write_bytes(held)
    assert site.get("/health").status_code == 200
    assert merge_opt_outs(site.register, site.workspace.opt_outs) == 1
    assert reader.id in site.register.suppressed()


def test_a_backup_that_is_put_back_is_used_at_once(site: Site, reader: Reader) -> None:
    """Never the file that is no more: what it is told would be lost."""
    backup = site.library.with_name("backup.sqlite")
    copy_database(site.library, backup)
    site.post(site.link("s", reader), {"do": "erase", "sure": "yes"})
    assert site.get(site.link("s", reader)).status_code == 410
    for side in SIDE_FILES:
        site.library.with_name(f"{site.library.name}{side}").unlink(missing_ok=True)
    backup.replace(site.library)
    assert site.get(site.link("s", reader)).status_code == 200


def test_the_journal_is_written_before_the_database(
    site: Site, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M10: whatever happens to the database then."""
    seen: list[object] = []

    def leave(register: Register, reader_id: str, at: dt.datetime) -> frozenset[str]:
        seen.append(site.journal())
        raise StoreError("gone")

    monkeypatch.setattr(Register, "leave", leave)
    assert site.post(site.link("u", reader)).status_code == 200
    assert seen == [[(reader.id, "left")]]


def test_a_journal_that_cannot_be_written_does_not_keep_a_reader(
    site: Site, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only where nothing at all can be written is the answer another one."""

    def refuse(*_: object) -> None:
        raise WorkspaceError("full")

    monkeypatch.setattr("pipeline.web.desk.note_opt_out", refuse)
    assert site.post(site.link("u", reader)).status_code == 200
    assert reader.id in site.register.suppressed()
    monkeypatch.setattr(Register, "leave", lambda *_: (_ for _ in ()).throw(StoreError("gone")))
    assert site.post(site.link("u", site.add("canary-b@city.example.org"))).status_code == 503


def test_a_busy_database_keeps_nobody_waiting(site: Site, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal has it; the register follows."""
    monkeypatch.setattr("pipeline.web.app.PATIENCE_S", 0.2)
    original = Register.leave

    def slow(register: Register, reader_id: str, at: dt.datetime) -> frozenset[str]:
        time.sleep(0.8)
        return original(register, reader_id, at)

    monkeypatch.setattr(Register, "leave", slow)
    site.register  # noqa: B018 - opened before the time is taken
    began = time.monotonic()
    assert site.post(site.link("u", reader)).status_code == 200
    assert site.journal() == [(reader.id, "left")]
    assert time.monotonic() - began < 5
    time.sleep(1)
    assert reader.id in site.register.suppressed()


def test_leaving_is_not_limited_but_by_one_link(tmp_path: Path) -> None:
    """One-click requests of a large mail provider come from few addresses."""
    site = Site(tmp_path / "limited", web="requests_per_minute = 2")
    readers = [site.add(f"canary-{number}@city.example.org") for number in range(20)]
    assert {site.post(site.link("u", reader)).status_code for reader in readers} == {200}
    for _ in range(40):
        assert site.post(site.link("u", readers[0])).status_code == 200
    assert set(site.register.suppressed()) == {reader.id for reader in readers}
    assert len(site.journal()) < 20 + 35


def test_the_journal_is_for_its_owner_alone(site: Site, reader: Reader) -> None:
    site.post(site.link("u", reader))
    assert stat.S_IMODE(site.workspace.opt_outs.stat().st_mode) == 0o600


# --------------------------------------------------------------------------------------------------------- preferences


def test_preferences_show_and_keep_what_is_chosen(site: Site, reader: Reader) -> None:
    path = site.link("s", reader)
    page = site.get(path).text
    assert f'value="{KOBE}" checked' in page
    assert ADDRESS not in page, "the address is shown to who has the link only so that its owner knows it"
    answer = site.post(
        path, {"do": "save", "edition": "en", "cities": "Tianjin", "theme": ["peace", "none such"], "network": "uclg"}
    )
    assert load_edition("en").say("web.settings.saved") in answer.text
    saved = site.reader()
    assert saved
    assert saved.choices == Choices(cities=(TIANJIN,), networks=("uclg",), themes=("peace",))
    assert saved.consent == reader.consent


def test_what_cannot_be_saved_is_asked_back(site: Site, reader: Reader) -> None:
    answer = site.post(site.link("s", reader), {"do": "save", "edition": "en", "cities": "Nowhere at all"})
    assert answer.status_code == 422
    assert "Nowhere at all" in answer.text
    assert site.reader() == reader


def test_another_edition_is_another_reader_with_the_same_consent(site: Site, reader: Reader) -> None:
    """M11: the proof is carried over; every link that was mailed still works, and leads out of the new edition too."""
    old = site.link("s", reader)
    site.post(old, {"do": "save", "edition": "ja", "city": KOBE})
    moved = site.reader(edition="ja")
    assert moved
    assert (moved.state, moved.consent, moved.since) == (ReaderState.ACTIVE, reader.consent, reader.since)
    assert site.reader() is None
    assert load_edition("ja").say("web.settings.title") in site.get(old).text
    site.post(site.link("u", reader))
    left = site.reader(edition="ja")
    assert left
    assert left.state is ReaderState.LEFT
    assert {reader.id, moved.id} <= set(site.register.suppressed())
    assert {id for id, state in site.journal() if state == "left"} == {reader.id, moved.id}  # noqa: A001


def test_an_edition_that_was_left_can_be_read_again(site: Site, reader: Reader) -> None:
    for edition in ("ja", "en", "ja", "en"):
        site.now += dt.timedelta(minutes=1)
        site.post(site.link("s", reader), {"do": "save", "edition": edition})
    back = site.reader()
    assert back
    assert back.state is ReaderState.ACTIVE
    assert back.id not in site.register.suppressed()
    merge_opt_outs(site.register, site.workspace.opt_outs)
    assert site.reader() == back


def test_an_edition_that_was_once_left_by_itself_can_be_chosen(site: Site, reader: Reader) -> None:
    """The journal's old line does not undo the choice before the next delivery."""
    site.post(site.link("u", site.add(edition="ja")))
    site.now += dt.timedelta(days=1)
    site.post(site.link("s", reader), {"do": "save", "edition": "ja"})
    merge_opt_outs(site.register, site.workspace.opt_outs)
    chosen = site.reader(edition="ja")
    assert chosen
    assert chosen.state is ReaderState.ACTIVE
    assert chosen.id not in site.register.suppressed()


def test_who_left_an_old_edition_without_a_database_left_the_new_one(site: Site, reader: Reader) -> None:
    site.post(site.link("s", reader), {"do": "save", "edition": "ja"})
    site.now += dt.timedelta(minutes=1)
    original = Register.leave
    Register.leave = lambda *_: (_ for _ in ()).throw(StoreError("gone"))  # type: ignore[assignment,method-assign]
    try:
        site.post(site.link("u", reader))
    finally:
        Register.leave = original  # type: ignore[method-assign]
    merge_opt_outs(site.register, site.workspace.opt_outs)
    left = site.reader(edition="ja")
    assert left
    assert left.state is ReaderState.LEFT
    site.now += dt.timedelta(days=1)
    site.subscribe(edition="ja")
    site.post(site.confirm_path(site.mails()[0]))
    merge_opt_outs(site.register, site.workspace.opt_outs)
    again = site.reader(edition="ja")
    assert again
    assert again.state is ReaderState.ACTIVE, "an old line of the journal does not undo a new subscription"


def test_readers_take_their_data_away(site: Site, reader: Reader) -> None:
    answer = site.post(site.link("s", reader), {"do": "export"})
    assert answer.headers["content-disposition"] == f'attachment; filename="reader-{reader.id}.json"'
    assert answer.headers["cache-control"] == "no-store"
    data = answer.json()
    assert (data["address"], data["consent"]["wording"]) == (ADDRESS, "en-0")
    assert data["choices"] == {"cities": {KOBE: "Kobe"}}


def test_erasing_takes_former_editions_along(site: Site, reader: Reader) -> None:
    site.workspace.outbox.mkdir()
    (site.workspace.outbox / f"2026-W45-en-{reader.id}.eml").write_text(f"To: {ADDRESS}", "utf-8")
    site.post(site.link("s", reader), {"do": "save", "edition": "ja"})
    site.post(site.link("s", reader), {"do": "erase", "sure": "yes"})
    assert site.register.readers() == []
    assert list(site.workspace.outbox.iterdir()) == []


def test_erasing_needs_a_second_thought_and_leaves_nothing(site: Site, reader: Reader) -> None:
    path = site.link("s", reader)
    site.workspace.outbox.mkdir()
    (site.workspace.outbox / f"2026-W45-en-{reader.id}.eml").write_text(f"To: {ADDRESS}", "utf-8")
    assert site.post(path, {"do": "erase"}).status_code == 422
    assert site.reader() == reader
    assert site.post(path, {"do": "erase", "sure": "yes"}).status_code == 200
    assert site.reader() is None
    assert site.register.suppressed()[reader.id].reason is SuppressionReason.ERASED
    assert site.journal() == [(reader.id, "left"), (reader.id, "erased")]
    assert site.get(path).status_code == 410
    assert site.post(path, {"do": "save", "edition": "en"}).status_code == 410
    files = [
        file.read_bytes() for file in site.workspace.root.rglob("*") if file.is_file() and "sqlite" not in file.name
    ]
    assert not any(ADDRESS.encode() in body for body in files)


@pytest.mark.parametrize("state", ["left", "suspended"])
def test_who_is_not_subscribed_can_change_nothing_but_erase(site: Site, state: str) -> None:
    reader = site.add(state=state)
    page = site.get(site.link("s", reader)).text
    assert 'value="save"' not in page
    assert 'value="erase"' in page
    for edition in ("en", "ja"):
        site.post(site.link("s", reader), {"do": "save", "edition": edition})
    assert site.reader() == reader
    assert site.reader(edition="ja") is None


def test_saving_does_not_bring_back_who_left_meanwhile(
    site: Site, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two tabs, or the page and a mail program's one-click, at the same time."""
    for edition in ("en", "ja"):
        site.register.save(reader)
        site.desk.leave(reader.id)
        assert site.desk.save(reader, edition, Choices()) is None
    left = site.reader()
    assert left
    assert left.state is ReaderState.LEFT
