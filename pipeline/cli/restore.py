"""`city-digest restore`: a workspace as a backup has it, but for what was sent and who left since."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import click
import msgspec

from pipeline.cli.backup import (
    DATABASES,
    JOURNALS,
    KEYS,
    MANIFEST,
    PG_DUMP,
    Manifest,
    read_backup,
    settings_of,
    sync_folder,
)
from pipeline.cli.session import Session, hold, json_option, report
from pipeline.config import FILE_NAME, Settings, Workspace, open_workspace
from pipeline.errors import SchemaTooNew, WorkspaceError

_UNPACKED = "unpacked"  # a backup that is not yet, or not any more, to be moved in
# In workspace.restoring, beside the backup's files:
_NEW = "new"
_ASIDE = "aside"  # holds the name of the folder that gets what is replaced


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--force", is_flag=True, help="Over a workspace that has something; what is replaced is put aside.")
@json_option
@click.pass_obj
def command(session: Session, file: Path | None, force: bool, as_json: bool) -> None:
    """Puts a backup's files in their places, once all of it is read and found whole.

    The journals of what was sent and of who left are merged: nobody gets an issue twice and nobody who left gets one at all.
    Stop the web app first. Without FILE it finishes a restore that was cut off.
    """
    workspace = Workspace(session.root.resolve(), Settings(), {})
    with hold(workspace, "restore"):
        if workspace.restoring.exists():
            data = {"finished": True, **_move_in(workspace, session.flags)}
            text = f"{workspace.root}: finished a restore that was cut off"
        elif file is None:
            raise click.UsageError("name the backup: city-digest restore FILE")
        else:
            manifest = _unpack(workspace, file, force=force, flags=session.flags)
            data = {"finished": False, "made": manifest.made, **_move_in(workspace, session.flags)}
            text = f"{workspace.root} is as it was at {manifest.made}, but for what was sent and who left since"
            for name in manifest.elsewhere:
                click.echo(f"city-digest: the {name} is not in {file}: {PG_DUMP}", err=True)
    if data["aside"]:
        text += f"; what stood there is in {data['aside']}"
    report(data, text, as_json=as_json)


def _unpack(workspace: Workspace, file: Path, *, force: bool, flags: dict[str, str]) -> Manifest:
    """Leaves a whole, readable backup in workspace.restoring, where it is sure to be moved in. Until then nothing is changed."""
    aside = workspace.state / _UNPACKED
    try:
        shutil.rmtree(aside, ignore_errors=True)
        manifest = read_backup(file, aside / _NEW)
        _check_content(aside / _NEW, manifest, file, flags)
        present = _present(workspace, manifest, _places(workspace, aside / _NEW, flags))
        if present and not force:
            raise WorkspaceError(
                f"{workspace.root} is not empty: it has {', '.join(present[:3])}{' and more' if present[3:] else ''}. Restore into "
                "an empty folder, or add --force: what is replaced is put aside, not removed."
            )
        (aside / MANIFEST).write_bytes(msgspec.json.encode(manifest))
        (aside / _ASIDE).write_text(f"before-restore-{workspace.clock():%Y%m%dT%H%M%SZ}", encoding="utf-8")
        aside.replace(workspace.restoring)
        sync_folder(workspace.state)
    except OSError as error:
        raise WorkspaceError(f"{file} could not be unpacked: {error}. Nothing was changed.") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return manifest


def _check_content(new: Path, manifest: Manifest, file: Path, flags: dict[str, str]) -> None:
    from pipeline.deliver.keys import open_keys
    from pipeline.store.copies import damage_of, revision_in
    from pipeline.store.schema import newest_revision

    if FILE_NAME not in manifest.files:
        raise WorkspaceError(f"{file} has no {FILE_NAME}. Nothing was changed.")
    open_workspace(new, flags=flags)
    if KEYS in manifest.files:
        open_keys(new / KEYS)
    for name in DATABASES:
        database = new / "state" / f"{name}.sqlite"
        if not database.is_file():
            continue
        if damage := damage_of(database):
            raise WorkspaceError(f"{file} is damaged: its {name}: {damage}. Nothing was changed.")
        if (revision := revision_in(database, name)) > newest_revision(name):
            raise SchemaTooNew(
                f"the {name} in {file} has schema {revision}: a newer city-digest wrote it. Install that version."
            )


def _present(workspace: Workspace, manifest: Manifest, places: dict[Path, Path]) -> list[str]:
    """What a restore would replace or put aside; not settings that are the same, and no journals, which only gain."""

    def is_same(name: str) -> bool:
        entry, content = manifest.files.get(name), (workspace.root / name).read_bytes()
        return entry is not None and entry.sha256 == hashlib.sha256(content).hexdigest()

    names = [*settings_of(workspace), *([KEYS] if workspace.keys.is_file() else [])]
    return [place.name for place in places.values() if place.exists()] + [name for name in names if not is_same(name)]


def _places(workspace: Workspace, new: Path, flags: dict[str, str]) -> dict[Path, Path]:
    """Database in the backup -> where its configuration says that it belongs."""
    from pipeline.store.copies import file_of

    store, places = open_workspace(new, flags=flags).settings.store, {}
    for name in DATABASES:
        staged, url = new / "state" / f"{name}.sqlite", getattr(store, name)
        if staged.is_file():
            places[staged] = (file_of(url) if url else None) or workspace.state / staged.name
    return places


def _move_in(workspace: Workspace, flags: dict[str, str]) -> dict[str, Any]:
    """Moves what is in workspace.restoring to its places; done again after being cut off, it goes on.

    Journals and keys come first, and only gain: whatever is cut off after that sends nothing twice.
    """
    from pipeline.deliver.keys import merge_keys
    from pipeline.store.copies import SIDE_FILES

    new = workspace.restoring / _NEW
    manifest = msgspec.json.decode((workspace.restoring / MANIFEST).read_bytes(), type=Manifest)
    aside = workspace.state / (workspace.restoring / _ASIDE).read_text(encoding="utf-8")
    try:
        for name in JOURNALS:
            if (new / name).is_file():
                _merge_journal(new / name, workspace.root / name)
        if (new / KEYS).is_file():
            _copy_aside(workspace.root / KEYS, aside / KEYS)
            merge_keys(workspace.root / KEYS, new / KEYS)
        if (new / FILE_NAME).is_file():  # it is moved after the databases, as it says where they belong
            for staged, place in _places(workspace, new, flags).items():
                for side in ("", *SIDE_FILES):
                    _put_aside(place.with_name(place.name + side), aside / "state" / f"{staged.name}{side}")
                _move(staged, place)
        for name in settings_of(workspace):
            if name not in manifest.files:
                _put_aside(workspace.root / name, aside / name)
        moved = {*manifest.files} - {KEYS, *JOURNALS, *(f"state/{name}.sqlite" for name in DATABASES)}
        for name in sorted(moved, key=lambda name: (name == FILE_NAME, name)):
            if (new / name).is_file():
                _copy_aside(workspace.root / name, aside / name)  # a workspace is never without its settings
                _move(new / name, workspace.root / name)
    except OSError as error:
        raise WorkspaceError(
            f"the restore was cut off: {error}. Mend that, then run 'city-digest restore' to finish it."
        ) from error
    workspace.restoring.replace(workspace.state / _UNPACKED)  # in one step: half removed it would look cut off
    shutil.rmtree(workspace.state / _UNPACKED)
    return {"aside": str(aside) if aside.is_dir() else ""}


def _merge_journal(older: Path, journal: Path) -> None:
    """Adds the lines that the journal has not; appended, as somebody may be writing to it."""
    present = journal.read_bytes() if journal.is_file() else b""
    known = set(present.splitlines())
    missing = [line for line in older.read_bytes().splitlines() if line not in known]
    if not missing:
        return
    if present and not present.endswith(b"\n"):
        missing.insert(0, b"")  # the end of a line that was cut off by a crash
    journal.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as file:
        file.write(b"\n".join(missing) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _copy_aside(path: Path, target: Path) -> None:
    if path.is_file() and not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)


def _put_aside(path: Path, target: Path) -> None:
    if path.is_file():
        while target.exists():
            target = target.with_name(f"{target.name}~")
        _move(path, target)


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        near = target.with_name(f"{target.name}.partial")  # another disk
        shutil.copyfile(path, near)
        near.chmod(0o600)
        near.replace(target)
        path.unlink()
    sync_folder(target.parent)
