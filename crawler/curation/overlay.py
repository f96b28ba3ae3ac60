"""The operator's own files in the workspace's `sources.d/`: written so that comments and keys of their own survive."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError

from crawler import denied
from crawler.catalogue import ID, WHOLE, Entry
from pipeline.errors import ConfigurationError, WorkspaceError
from pipeline.model import SourceSpec, SourceState


def write_state(overlay: Path, source_id: str, state: SourceState) -> Path:
    """Leaves the source's own file with this state and everything else as it was; returns the file.

    Raises:
        ConfigurationError: the id cannot be one, or the file cannot be read.
        WorkspaceError: the file cannot be written.
    """
    return write_source(overlay, {"id": source_id, "state": state.value})


def write_source(overlay: Path, source: SourceSpec | Mapping[str, Any], *, comment: str = "") -> Path:
    """Leaves the source's own file with these keys; returns the file.

    Keys and comments that stand in it already and that `source` does not name stay, in tables as well; but selectors and
    fields keep only the comments, because together they describe one page.

    Args:
        source: a specification, of which all is written that is not a default; or a table with an id.
        comment: put above a new file; one that exists keeps its own.

    Raises:
        ConfigurationError: the id cannot be one, or the file cannot be read.
        WorkspaceError: the file cannot be written.
    """
    table = table_of(source) if isinstance(source, SourceSpec) else dict(source)
    file = _file_of(overlay, str(table.get("id", "")))
    if file.exists():
        document = _read(file)
    else:
        document = tomlkit.document()
        for line in comment.splitlines():
            document.add(tomlkit.comment("".join(character for character in line if character.isprintable())))
    _merge(document, table)
    _replace(file, tomlkit.dumps(document))
    return file


def table_of(spec: SourceSpec) -> dict[str, Any]:
    """A specification as its file would say it: id, state, and every key that has not its default."""
    stated = msgspec.to_builtins(spec, builtin_types=(dt.date,))
    stated["state"] = spec.state.value
    return {key: stated[key] for key in SourceSpec.__struct_fields__ if key in stated}


def origin_of(entry: Entry) -> dict[str, Path | None]:
    """Every key of a source, in the order of the reference, with the file that states it; None where it has its default.

    A table to which both files add, such as `terms`, is said to come from the operator's; `entry.origins["terms.show"]` is exact.
    """
    return {key: entry.origins.get(key) for key in SourceSpec.__struct_fields__}


def _file_of(overlay: Path, source_id: str) -> Path:
    name = f"{source_id}.toml"
    if not ID.fullmatch(source_id) or name == denied.FILE_NAME:
        raise ConfigurationError(
            f"{source_id!r} cannot be a source's id: small letters, digits and _ only, and not denied"
        )
    return (overlay / name).resolve()  # behind a link: renaming over it would leave the linked file as it was


def _read(file: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(file.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise ConfigurationError(
            f"{file} cannot be read as TOML: {error}. Mend it first; nothing was changed."
        ) from error


def _merge(document: MutableMapping[str, Any], table: Mapping[str, Any]) -> None:
    for key, value in table.items():
        present = document.get(key)
        if isinstance(value, Mapping) and isinstance(present, MutableMapping):
            for old in set(present) - set(value) if key in WHOLE else ():
                del present[old]
            _merge(present, value)
        elif key not in document or present != value:  # an equal value keeps its way of writing
            document[key] = _item(key, value)


def _item(key: str, value: Any) -> Any:
    if key == "names" and isinstance(value, Mapping):
        names = tomlkit.inline_table()
        names.update(value)
        return names
    if isinstance(value, list | tuple):
        array = tomlkit.array()
        array.extend(value)
        return array.multiline(len(value) > 1 and key == "start")
    return value


def _replace(file: Path, text: str) -> None:
    # Its name does not end in .toml: a crash must not leave a second source.
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as stream:
            stream.write(text.encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
        if file.exists():
            shutil.copymode(file, aside)
        aside.replace(file)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise WorkspaceError(
            f"{file} could not be written: {error.strerror}. What stood there before is untouched; free space or mend the "
            "permissions, then run the same command again."
        ) from error
