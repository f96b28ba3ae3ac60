"""`city-digest backup`: all that cannot be made again, in one file."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal

import click
import msgspec

from pipeline.cli.session import EXIT_PARTIAL, Session, check_whole, json_option, report
from pipeline.config import FILE_NAME, Workspace
from pipeline.errors import WorkspaceBusy, WorkspaceError
from pipeline.version import __version__

MANIFEST = "manifest.json"
FORMAT = 1
JOURNALS = ("state/sends.jsonl", "state/opt-outs.jsonl")
KEYS = "state/keys.json"
# In this order: what the inbox knows to be processed is in a library that is copied later, and the keys of a reader are in a file
# that is copied after the reader.
DATABASES: tuple[Literal["inbox", "library"], ...] = ("inbox", "library")
SETTINGS = (FILE_NAME, ".env", "overrides.toml")  # and the folders:
FOLDERS = ("sources.d", "templates")
_SUFFIX = ".tar.gz"
_DATED = re.compile(r"city-digest-\d{8}T\d{6}Z\.tar\.gz")
_CHUNK = 1 << 20


class Entry(msgspec.Struct, frozen=True):
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The first file of a backup: what the others are."""

    format: int
    version: str  # of the program that made it
    made: str  # UTC
    files: dict[str, Entry]
    elsewhere: tuple[str, ...] = ()  # databases that are no files


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--keep", type=click.IntRange(1), metavar="N", help="Removes all but the newest N dated backups beside it."
)
@click.option("--files-only", is_flag=True, help="Without databases, and content with that: for those in PostgreSQL.")
@json_option
@click.pass_obj
def command(session: Session, file: Path | None, keep: int | None, files_only: bool, as_json: bool) -> int:
    """Writes one .tar.gz with databases, keys, journals, settings, sources and templates, and reads it back.

    FILE is its name, or a folder in which it gets a dated one; the default is the folder backups/ of the workspace. Any other
    command may run meanwhile. The archive and the outbox are not in it: they can be made again.
    """
    workspace = session.open()
    target, dated = _target(workspace, file)
    if keep and not dated:
        raise click.UsageError("--keep counts dated backups: name a folder, or nothing.")
    manifest = make_backup(workspace, target, files_only=files_only)
    removed = _rotate(target.parent, keep) if keep else []
    lacking = [] if files_only else list(manifest.elsewhere)
    if lacking:
        click.echo(f"city-digest: {' and '.join(lacking)} not in {target}: {PG_DUMP}", err=True)
    data = {
        "file": str(target),
        "bytes": target.stat().st_size,
        "files": sorted(manifest.files),
        "elsewhere": list(manifest.elsewhere),
        "removed": [str(path) for path in removed],
    }
    text = f"{target}: {len(manifest.files)} files, {target.stat().st_size:,} bytes, read back and whole"
    report(data, text + (f"; {len(removed)} older ones removed" if removed else ""), as_json=as_json)
    return EXIT_PARTIAL if lacking else 0


PG_DUMP = (
    "it is in PostgreSQL, which pg_dump backs up (see docs/guides/back-up-and-restore.md; --files-only for silence)."
)


def make_backup(workspace: Workspace, target: Path, *, files_only: bool = False) -> Manifest:
    """Leaves a whole backup in `target`, for its owner's eyes only, or what stood there before.

    Raises:
        StoreError: a database cannot be read.
        WorkspaceError: a file cannot be read or written, or what was written is not what is read back.
        WorkspaceBusy: another backup is being made.
    """
    check_whole(workspace)
    with _staging(workspace) as staging:
        files, elsewhere = _collect(workspace, staging, files_only=files_only)
        manifest = Manifest(
            format=FORMAT,
            version=__version__,
            made=workspace.clock().isoformat(timespec="seconds"),
            files={name: _describe(path) for name, path in files.items()},
            elsewhere=tuple(elsewhere),
        )
        aside = target.with_name(f".{target.name}.partial")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(aside, manifest, files)
            read_backup(aside)
            aside.replace(target)
            sync_folder(target.parent)
        except OSError as error:
            raise WorkspaceError(
                f"{target} could not be written: {error.strerror}. No backup was made; free space or mend the permissions."
            ) from error
        finally:
            aside.unlink(missing_ok=True)
    return manifest


def read_backup(file: Path, target: Path | None = None) -> Manifest:
    """What a backup says of itself, every byte of it compared with what it holds.

    Args:
        target: a folder that gets its files.

    Raises:
        WorkspaceError: it is no backup, or damaged, or of a newer version.
    """
    try:
        with tarfile.open(file, "r:gz") as tar:
            manifest = _read_manifest(file, tar.next(), tar)
            left = dict(manifest.files)
            for member in iter(tar.next, None):
                entry = left.pop(member.name, None)
                content = tar.extractfile(member) if member.isreg() else None
                if entry is None or content is None or not _is_inside(member.name):
                    raise WorkspaceError(f"{file} is damaged: {member.name} should not be in it. Nothing was changed.")
                if entry != (_save(content, target / member.name) if target else _pass(content)):
                    raise WorkspaceError(f"{file} is damaged: {member.name} is not as it was. Nothing was changed.")
    except FileNotFoundError as error:
        raise WorkspaceError(f"{file} is not there. Nothing was changed.") from error
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise WorkspaceError(f"{file} is damaged or no backup: {error}. Nothing was changed.") from error
    if left:
        raise WorkspaceError(f"{file} is damaged: {min(left)} is missing. Nothing was changed.")
    return manifest


def _read_manifest(file: Path, first: tarfile.TarInfo | None, tar: tarfile.TarFile) -> Manifest:
    content = tar.extractfile(first) if first and first.name == MANIFEST else None
    if content is None:
        raise WorkspaceError(f"{file} is no backup of city-digest: it does not begin with {MANIFEST}.")
    try:
        manifest = msgspec.json.decode(content.read(), type=Manifest)
    except msgspec.MsgspecError as error:
        raise WorkspaceError(f"{file} is damaged: {MANIFEST}: {error}.") from error
    if manifest.format > FORMAT:
        raise WorkspaceError(f"{file} was made by city-digest {manifest.version}: install that version to restore it.")
    return manifest


def _is_inside(name: str) -> bool:
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts


def _target(workspace: Workspace, file: Path | None) -> tuple[Path, bool]:
    """Where the backup goes, and whether we chose its name."""
    if file is not None and file.name.endswith(_SUFFIX):
        return file, False
    if file is not None and file.exists() and not file.is_dir():
        raise click.UsageError(f"{file} is there and no backup: name a folder or a file that ends with {_SUFFIX}.")
    return (file or workspace.root / "backups") / f"city-digest-{workspace.clock():%Y%m%dT%H%M%SZ}{_SUFFIX}", True


def _rotate(folder: Path, keep: int) -> list[Path]:
    dated = sorted(path for path in folder.iterdir() if _DATED.fullmatch(path.name))
    for path in dated[:-keep]:
        path.unlink(missing_ok=True)
    return dated[:-keep]


@contextmanager
def _staging(workspace: Workspace) -> Iterator[Path]:
    """An empty folder for copies; one backup at a time."""
    from filelock import FileLock, Timeout

    folder, lock = workspace.state / "backup", FileLock(workspace.state / "backup.lock")
    try:
        workspace.state.mkdir(parents=True, exist_ok=True)
        with lock.acquire(timeout=0):
            shutil.rmtree(folder, ignore_errors=True)  # what a killed one left
            folder.mkdir(mode=0o700)
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except Timeout:
        raise WorkspaceBusy(f"another backup of {workspace.root} is being made. Wait for it to end.") from None


def _collect(workspace: Workspace, staging: Path, *, files_only: bool) -> tuple[dict[str, Path], list[str]]:
    """Name in the backup -> a copy that nobody changes; and the databases that are no files."""
    from pipeline.store.copies import copy_database, damage_of, file_of

    files: dict[str, Path] = {}
    elsewhere: list[str] = []
    for name, url in zip(DATABASES, (workspace.inbox_url, workspace.library_url), strict=True):
        file = file_of(url)
        if file is None:
            elsewhere.append(name)
        elif file.is_file() and not files_only:
            copy_database(file, staging / name)
            if damage := damage_of(staging / name):
                raise WorkspaceError(
                    f"{file} is damaged: {damage}. No backup was made; put an earlier one in its place."
                )
            files[f"state/{name}.sqlite"] = staging / name
    for number, path in enumerate(_others(workspace)):
        files[path] = staging / str(number)
        try:
            files[path].write_bytes(_whole_lines(path, (workspace.root / path).read_bytes()))
        except OSError as error:
            raise WorkspaceError(f"{workspace.root / path} could not be copied: {error.strerror}.") from error
    return files, elsewhere


def _others(workspace: Workspace) -> list[str]:
    found = settings_of(workspace)
    key_file = workspace.settings.dkim.key_file
    if key_file and _is_inside(key_file):
        found.append(Path(key_file).as_posix())
    return list(dict.fromkeys(name for name in (*found, *JOURNALS, KEYS) if (workspace.root / name).is_file()))


def settings_of(workspace: Workspace) -> list[str]:
    """Paths within the workspace of what an operator writes there."""
    inside = (path for folder in FOLDERS for path in sorted((workspace.root / folder).rglob("*")))
    names = [*SETTINGS, *(path.relative_to(workspace.root).as_posix() for path in inside)]
    return [name for name in names if (workspace.root / name).is_file()]


def _whole_lines(name: str, body: bytes) -> bytes:
    """A journal without a line that is just being written."""
    return body[: body.rfind(b"\n") + 1] if name in JOURNALS else body


def _describe(path: Path) -> Entry:
    with path.open("rb") as content:
        return _pass(content)


def _save(content: IO[bytes], target: Path) -> Entry:
    target.parent.mkdir(parents=True, exist_ok=True)
    with _create(target) as sink:
        return _pass(content, sink)


def _pass(content: IO[bytes], sink: IO[bytes] | None = None) -> Entry:
    """Reads to the end, and writes if there is where to; returns what passed."""
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if sink:
            sink.write(chunk)
    return Entry(size=size, sha256=digest.hexdigest())


@contextmanager
def _create(path: Path) -> Iterator[IO[bytes]]:
    """A new file for its owner's eyes only, on the disk when the block ends."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
        yield sink
        sink.flush()
        os.fsync(sink.fileno())


def _write(path: Path, manifest: Manifest, files: dict[str, Path]) -> None:
    path.unlink(missing_ok=True)
    # Level 1: what takes space are pages, which the inbox keeps compressed.
    with _create(path) as sink, tarfile.open(fileobj=sink, mode="w:gz", compresslevel=1) as tar:
        head = msgspec.json.format(msgspec.json.encode(manifest))
        _add(tar, MANIFEST, len(head), io.BytesIO(head))
        for name, file in files.items():
            with file.open("rb") as content:
                _add(tar, name, manifest.files[name].size, content)


def _add(tar: tarfile.TarFile, name: str, size: int, content: Any) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    tar.addfile(member, content)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
