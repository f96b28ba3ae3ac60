"""`backup` and `restore`: everything that cannot be made again, whole or not at all (C10, M13)."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from pipeline.cli import cli, restore
from pipeline.cli.session import hold
from pipeline.config import open_workspace
from pipeline.deliver.journal import append, read
from pipeline.deliver.keys import open_keys, rotate_keys
from pipeline.errors import CityDigestError, SchemaTooNew, WorkspaceBusy, WorkspaceError
from pipeline.model import Consent, Reader, ReaderState
from pipeline.store.opening import open_inbox, open_register

NOW = dt.datetime(2026, 11, 9, 6, tzinfo=dt.UTC)
SETTINGS = '[digest]\nnow = "2026-11-09T06:00:00Z"\n'
WEEK = {"week": "2026-W45", "edition": "ja", "state": "sent"}


def reader(number: int) -> Reader:
    return Reader(
        id=f"{number:016x}",
        address=f"r{number}@example.org",
        edition="ja",
        state=ReaderState.ACTIVE,
        consent=Consent(origin="web", at=NOW),
        since=NOW,
        changed=NOW,
    )


@pytest.fixture
def place(whole: Path, tmp_path: Path) -> Path:
    """A workspace with something in every file that a backup holds."""
    return Path(shutil.copytree(whole, tmp_path / "place"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("whole") / "place"
    for name, text in {
        "city-digest.toml": SETTINGS,
        ".env": "OTHER=1\n",
        "overrides.toml": "# none\n",
        "sources.d/own.toml": "# mine\n",
        "templates/i18n/en.toml": "# mine\n",
        "archive/index.html": "made again\n",
        "outbox/a.eml": "made again\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    workspace = open_workspace(root)
    open_inbox(workspace).engine.dispose()
    register = open_register(workspace)
    register.add(reader(1))
    register.engine.dispose()
    open_keys(workspace.keys)
    append(workspace.sends, WEEK | {"reader": "1"})
    append(workspace.opt_outs, {"reader": "9", "state": "left"})
    return root


def call(place: Path, *words: str) -> tuple[dict[str, Any], int]:
    done = CliRunner().invoke(cli, ["-C", str(place), *words, "--json"], standalone_mode=False)
    if done.exception:
        raise done.exception
    return json.loads(done.stdout), done.return_value or 0


def contents(root: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(root)): file.read_bytes()
        for file in root.rglob("*")
        if file.is_file() and file.suffix not in (".lock", ".sqlite") and file.name not in ("lock", "holder")
    }


def readers(root: Path) -> set[str]:
    register = open_register(open_workspace(root))
    found = {one.id for one in register.readers()}
    register.engine.dispose()
    return found


def test_a_backup_goes_round(place: Path, tmp_path: Path) -> None:
    data, code = call(place, "backup", str(tmp_path / "b.tar.gz"))
    assert code == 0
    call(tmp_path / "back", "restore", str(tmp_path / "b.tar.gz"))
    made_again = {"archive/index.html", "outbox/a.eml"}
    assert contents(tmp_path / "back") == {k: v for k, v in contents(place).items() if k not in made_again}
    assert readers(tmp_path / "back") == readers(place) == {reader(1).id}
    assert {"state/inbox.sqlite", "state/library.sqlite"} <= set(data["files"])
    assert not {"archive/index.html", "outbox/a.eml"} & set(data["files"])


def test_a_backup_and_what_comes_of_it_is_for_its_owner_alone(place: Path, tmp_path: Path) -> None:
    """Faults P0.14: it holds addresses and keys."""
    os.umask(0o022)
    call(place, "backup", str(tmp_path / "b.tar.gz"))
    call(tmp_path / "back", "restore", str(tmp_path / "b.tar.gz"))
    files = [tmp_path / "b.tar.gz", *(tmp_path / "back" / "state").glob("*.*")]
    assert {file.name: file.stat().st_mode & 0o077 for file in files if file.suffix != ".lock"} == dict.fromkeys(
        [file.name for file in files if file.suffix != ".lock"], 0
    )


def test_a_backup_is_of_one_moment_while_another_process_writes(place: Path, tmp_path: Path) -> None:
    """What is in the write-ahead log is in it, what is not committed is not."""
    library = sqlite3.connect(place / "state" / "library.sqlite", isolation_level=None)
    insert = "INSERT INTO suppression VALUES (?, 'left', '2026-11-09', '')"
    library.execute(insert, ("committed",))
    library.execute("BEGIN IMMEDIATE")
    library.execute(insert, ("not yet",))
    call(place, "backup", str(tmp_path / "b.tar.gz"))
    library.execute("ROLLBACK")
    library.close()
    call(tmp_path / "back", "restore", str(tmp_path / "b.tar.gz"))
    register = open_register(open_workspace(tmp_path / "back"))
    assert register.suppressed().keys() == {"committed"}
    register.engine.dispose()


def test_the_line_that_is_being_written_to_a_journal_is_not_in_the_backup(place: Path, tmp_path: Path) -> None:
    with (place / "state" / "sends.jsonl").open("a", encoding="utf-8") as journal:
        journal.write('{"reader": "2", "st')
    call(place, "backup", str(tmp_path / "b.tar.gz"))
    call(tmp_path / "back", "restore", str(tmp_path / "b.tar.gz"))
    assert (tmp_path / "back" / "state" / "sends.jsonl").read_bytes().endswith(b'"1"}\n')


def test_dated_backups_are_kept_to_a_number_and_other_files_alone(place: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    for day in range(1, 6):
        call(place, "--set", f"digest.now=2026-11-0{day}T06:00:00Z", "backup", str(folder) + ".tar.gz")
        folder.mkdir(exist_ok=True)
        (folder / "other.tar.gz").write_text("mine")
        data, _ = call(place, "--set", f"digest.now=2026-11-0{day}T06:00:00Z", "backup", str(folder), "--keep", "2")
    assert {path.name for path in folder.iterdir()} == {
        "city-digest-20261104T060000Z.tar.gz",
        "city-digest-20261105T060000Z.tar.gz",
        "other.tar.gz",
    }
    assert [Path(path).name for path in data["removed"]] == ["city-digest-20261103T060000Z.tar.gz"]
    with pytest.raises(click.UsageError, match="dated"):
        call(place, "backup", str(folder / "x.tar.gz"), "--keep", "2")


def test_without_a_name_it_goes_into_the_workspace(place: Path) -> None:
    data, _ = call(place, "backup")
    assert Path(data["file"]) == place.resolve() / "backups" / "city-digest-20261109T060000Z.tar.gz"


def test_a_file_that_is_no_backup_is_not_overwritten(place: Path) -> None:
    with pytest.raises(click.UsageError, match="no backup"):
        call(place, "backup", str(place / "city-digest.toml"))
    assert (place / "city-digest.toml").read_text() == SETTINGS


def test_a_backup_that_cannot_be_written_leaves_the_one_before(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    target = tmp_path / "b.tar.gz"
    call(place, "backup", str(target))
    before = target.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipeline.cli.backup._add", full)
    with pytest.raises(WorkspaceError, match="No space left"):
        call(place, "backup", str(target))
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []
    assert not (place / "state" / "backup").exists()


def test_a_damaged_database_makes_no_backup(place: Path, tmp_path: Path) -> None:
    file = place / "state" / "library.sqlite"
    body = bytearray(file.read_bytes())
    for page in range(4096 * 4, len(body) - 4096, 4096):
        body[page : page + 100] = b"\xff" * 100
    file.write_bytes(body)
    with pytest.raises(CityDigestError, match=r"damaged|malformed"):
        call(place, "backup", str(tmp_path / "b.tar.gz"))
    assert not (tmp_path / "b.tar.gz").exists()


def test_databases_elsewhere_are_named_and_make_it_partial(place: Path, tmp_path: Path) -> None:
    """C1: exit code 3, as not everything is in it; --files-only is content with that."""
    elsewhere = ("--set", "store.library=postgresql://u:secret@127.0.0.1:1/db")
    done = CliRunner().invoke(
        cli, ["-C", str(place), *elsewhere, "backup", str(tmp_path / "b.tar.gz")], standalone_mode=False
    )
    assert done.return_value == 3
    assert "library not in" in done.stderr
    assert "pg_dump" in done.stderr
    assert "secret" not in done.stderr
    data, code = call(place, *elsewhere, "backup", str(tmp_path / "b.tar.gz"), "--files-only")
    assert (code, [name for name in data["files"] if name.endswith(".sqlite")]) == (0, [])
    assert "state/keys.json" in data["files"]


# --------------------------------------------------------------------------------------------------------------- restore


def test_what_was_sent_and_who_left_since_the_backup_stays_known(place: Path, tmp_path: Path) -> None:
    """M13: journals gain lines and lose none; so do keys."""
    backup = str(tmp_path / "b.tar.gz")
    call(place, "backup", backup)
    workspace = open_workspace(place)
    append(workspace.sends, WEEK | {"reader": "2"})
    append(workspace.opt_outs, {"reader": "1", "state": "left"})
    sends, opt_outs, keys = read(workspace.sends), read(workspace.opt_outs), rotate_keys(workspace.keys)
    call(place, "restore", backup, "--force")
    assert (read(workspace.sends), read(workspace.opt_outs)) == (sends, opt_outs)
    assert open_keys(workspace.keys) == keys


def test_a_journal_that_was_lost_or_cut_off_gets_back_what_the_backup_has(place: Path, tmp_path: Path) -> None:
    backup = str(tmp_path / "b.tar.gz")
    call(place, "backup", backup)
    workspace = open_workspace(place)
    workspace.opt_outs.unlink()
    workspace.sends.write_bytes(b'{"reader": "3", "state": "sent"}\n{"reader": "4", "st')
    call(place, "restore", backup, "--force")
    assert [row["reader"] for row in read(workspace.sends)] == ["3", "1"]
    assert [row["reader"] for row in read(workspace.opt_outs)] == ["9"]


def test_a_workspace_that_has_something_is_not_replaced_unless_forced_and_then_put_aside(place: Path, tmp_path: Path) -> None:  # fmt: skip
    backup = str(tmp_path / "b.tar.gz")
    call(place, "backup", backup)
    (place / "sources.d" / "later.toml").write_text("# later\n", encoding="utf-8")
    (place / "city-digest.toml").write_text(SETTINGS + "# later\n", encoding="utf-8")
    register = open_register(open_workspace(place))
    register.add(reader(2))
    register.engine.dispose()
    before = contents(place)
    with pytest.raises(WorkspaceError, match=r"not empty.*--force"):
        call(place, "restore", backup)
    assert contents(place) == before
    data, _ = call(place, "restore", backup, "--force")
    assert readers(place) == {reader(1).id}
    assert (place / "city-digest.toml").read_text(encoding="utf-8") == SETTINGS
    assert not (place / "sources.d" / "later.toml").exists()
    aside = Path(data["aside"])
    assert (aside / "sources.d" / "later.toml").read_text(encoding="utf-8") == "# later\n"
    (aside / "city-digest.toml").write_text(SETTINGS, encoding="utf-8")
    assert readers(aside) == {reader(1).id, reader(2).id}


def test_no_write_ahead_log_of_the_database_before_reaches_the_restored_one(place: Path, tmp_path: Path) -> None:
    """Faults P0.5: SQLite would replay it into a file that it does not belong to."""
    backup = str(tmp_path / "b.tar.gz")
    call(place, "backup", backup)
    kept = open_register(open_workspace(place))  # an open connection keeps the log from being emptied
    kept.add(reader(3))
    crashed = tmp_path / "crashed"
    shutil.copytree(place, crashed)
    kept.engine.dispose()
    assert (crashed / "state" / "library.sqlite-wal").stat().st_size
    call(crashed, "restore", backup, "--force")
    assert readers(crashed) == {reader(1).id}


def test_a_database_elsewhere_on_this_machine_is_put_back_there(place: Path, tmp_path: Path) -> None:
    moved = tmp_path / "db" / "library.sqlite"
    moved.parent.mkdir()
    (place / "state" / "library.sqlite").rename(moved)
    (place / "city-digest.toml").write_text(f'{SETTINGS}[store]\nlibrary = "sqlite:///{moved}"\n', encoding="utf-8")
    call(place, "backup", str(tmp_path / "b.tar.gz"))
    with pytest.raises(WorkspaceError, match=r"library\.sqlite.*--force"):
        call(tmp_path / "back", "restore", str(tmp_path / "b.tar.gz"))
    moved.unlink()
    call(tmp_path / "back", "restore", str(tmp_path / "b.tar.gz"))
    assert moved.is_file()
    assert readers(tmp_path / "back") == {reader(1).id}


def damage_byte(file: Path) -> None:
    body = bytearray(file.read_bytes())
    body[len(body) // 2] ^= 0xFF
    file.write_bytes(body)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-2000])


def rewrite(change: Callable[[dict[str, bytes]], None]) -> Callable[[Path], None]:
    """Makes the same archive with other files in it, and the manifest of before."""

    def rewritten(file: Path) -> None:
        with tarfile.open(file) as tar:
            files = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
        change(files)
        with tarfile.open(file, "w:gz") as tar:
            for name, body in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(body)
                tar.addfile(member, io.BytesIO(body))

    return rewritten


def lead_out(files: dict[str, bytes]) -> None:
    """A manifest that knows of a file outside the workspace."""
    manifest = json.loads(files["manifest.json"])
    manifest["files"]["../outside"] = {"size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    files["manifest.json"] = json.dumps(manifest).encode()
    files["../outside"] = b"x"


@pytest.mark.parametrize(
    "spoil",
    [
        damage_byte,
        cut,
        lambda file: file.write_text("no archive"),
        rewrite(lambda files: files.update({"../outside": b"x"})),
        rewrite(lead_out),
        rewrite(lambda files: files.update({"state/keys.json": b"{}"})),
        rewrite(lambda files: files.pop("state/library.sqlite")),
        rewrite(lambda files: files.pop("manifest.json")),
        rewrite(
            lambda files: files.update({"manifest.json": b'{"format": 99, "version": "9", "made": "", "files": {}}'})
        ),
        rewrite(lambda files: files.update({"manifest.json": b"[]"})),
    ],
    ids=["bit", "cut", "text", "outside", "listed outside", "changed", "missing", "no manifest", "newer", "list"],
)
def test_a_spoilt_backup_changes_nothing(place: Path, tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    backup = tmp_path / "b.tar.gz"
    call(place, "backup", str(backup))
    spoil(backup)
    append(open_workspace(place).sends, WEEK | {"reader": "2"})
    before = contents(place)
    with pytest.raises(WorkspaceError):
        call(place, "restore", str(backup), "--force")
    assert contents(place) == before
    assert not list(tmp_path.rglob("outside"))


def test_a_backup_with_a_newer_schema_is_refused(place: Path, tmp_path: Path) -> None:
    connection = sqlite3.connect(place / "state" / "library.sqlite")
    connection.execute("UPDATE library_version SET version_num = '0999'")
    connection.commit()
    connection.close()
    call(place, "backup", str(tmp_path / "b.tar.gz"))
    with pytest.raises(SchemaTooNew, match="schema 999"):
        call(tmp_path / "back", "restore", str(tmp_path / "b.tar.gz"))
    assert not (tmp_path / "back" / "city-digest.toml").exists()


@pytest.mark.parametrize("step", range(16))
def test_a_restore_that_is_cut_off_is_finished_by_the_next_and_nothing_runs_before(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Faults P0.1: killed at its Nth move, for every N."""
    backup = str(tmp_path / "b.tar.gz")
    call(place, "backup", backup)
    register = open_register(open_workspace(place))
    register.add(reader(2))
    register.engine.dispose()
    (place / "sources.d" / "later.toml").write_text("# later\n", encoding="utf-8")
    left, move = step, restore._move

    def die(path: Path, target: Path) -> None:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1
        move(path, target)

    with monkeypatch.context() as killed:
        killed.setattr("pipeline.cli.restore._move", die)
        try:
            call(place, "restore", backup, "--force")
        except click.Abort:
            with pytest.raises(WorkspaceError, match="was cut off half-way"), hold(open_workspace(place), "run"):
                pass
            with pytest.raises(WorkspaceError, match="was cut off half-way"):
                call(place, "backup")
            killed.setattr("pipeline.cli.restore._move", move)
            call(place, "restore")
    assert readers(place) == {reader(1).id}
    assert (place / "city-digest.toml").read_text(encoding="utf-8") == SETTINGS
    assert (place / "sources.d" / "own.toml").is_file()
    assert not (place / "sources.d" / "later.toml").exists()
    assert not (place / "state" / "restoring").exists()
    assert len(read(open_workspace(place).sends)) == 1


def test_nothing_is_restored_while_a_command_works(place: Path, tmp_path: Path) -> None:
    """C3."""
    call(place, "backup", str(tmp_path / "b.tar.gz"))
    with hold(open_workspace(place), "run"), pytest.raises(WorkspaceBusy, match="run"):
        call(place, "restore", str(tmp_path / "b.tar.gz"), "--force")
