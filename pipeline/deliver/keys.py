"""The secrets that readers' ids and the tokens in their links are made with."""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import msgspec

from pipeline.errors import ConfigurationError, WorkspaceError
from pipeline.model import Frozen, Reader

_SECRET_BYTES = 32  # as long as what SHA-256 gives out (RFC 2104, 3)
_ID_CHARS = 16  # hex digits: with a million readers, two share an id once in 37 million lists


class Key(Frozen, frozen=True, kw_only=True):
    """What tokens are signed with."""

    id: str  # a number; a token names it
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.id})"


class Keys(Frozen, frozen=True, kw_only=True):
    """A workspace's secrets."""

    identity: bytes  # makes readers' ids; never changes, or nobody who left could be told from the others
    tokens: tuple[Key, ...]  # newest first; all are believed, the first one signs

    def __repr__(self) -> str:
        return f"Keys({', '.join(key.id for key in self.tokens)})"


def open_keys(file: Path) -> Keys:
    """The keys in `file`; made, for its owner's eyes only, if there is none.

    Raises:
        ConfigurationError: the file holds no keys.
        WorkspaceError: it cannot be read or written.
    """
    try:
        return _read(file)
    except FileNotFoundError:
        pass
    made = Keys(identity=secrets.token_bytes(_SECRET_BYTES), tokens=(_new_key("1"),))
    aside = _write_aside(file, made)
    try:
        os.link(aside, file)  # fails where another process was first: then its keys are the keys
    except FileExistsError:
        return open_keys(file)
    except OSError as error:
        raise _unwritable(file, error) from None
    finally:
        aside.unlink(missing_ok=True)
    _sync_folder(file)
    return made


def rotate_keys(file: Path) -> Keys:
    """Adds a key that signs from now on; what the older ones signed stays valid.

    Raises:
        ConfigurationError, WorkspaceError: as `open_keys`.
    """
    keys = open_keys(file)
    number = max(int(key.id) for key in keys.tokens) + 1
    rotated = msgspec.structs.replace(keys, tokens=(_new_key(str(number)), *keys.tokens))
    _replace(file, rotated)
    return rotated


def merge_keys(file: Path, older: Path) -> None:
    """Leaves in `file` the keys of a backup and those that were added to them since.

    Where the file has the keys of another workspace it gets the backup's: readers' ids were made with them.

    Raises:
        ConfigurationError, WorkspaceError: as `open_keys`.
    """
    merged = _read(older)
    if file.exists() and (present := _read(file)).identity == merged.identity:
        tokens = {key.id: key for key in (*merged.tokens, *present.tokens)}
        merged = msgspec.structs.replace(
            merged, tokens=tuple(sorted(tokens.values(), key=lambda key: int(key.id), reverse=True))
        )
    _replace(file, merged)


def reader_id(address: str, edition: str, keys: Keys) -> str:
    """16 hex digits that stand for the address and edition: the same as long as the keys live, nothing to whom lacks them."""
    return hmac.digest(keys.identity, f"{edition}\n{address.casefold()}".encode(), "sha256").hex()[:_ID_CHARS]


def check_keys(file: Path, keys: Keys, readers: Iterable[Reader]) -> None:
    """Raises ConfigurationError if these readers have their ids from other keys: then nobody who left would be recognised."""
    if any(reader_id(reader.address, reader.edition, keys) != reader.id for reader in readers):
        raise ConfigurationError(
            f"{file} is not the file that the readers' ids were made with: it was lost, or is another workspace's. Put it back "
            "from a backup; without it nobody who left or was erased is recognised. Nothing was changed."
        )


def _new_key(number: str) -> Key:
    return Key(id=number, secret=secrets.token_bytes(_SECRET_BYTES))


def _read(file: Path) -> Keys:
    try:
        keys = msgspec.json.decode(file.read_bytes(), type=Keys)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise WorkspaceError(f"{file} could not be read: {error.strerror}. Mend the permissions.") from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        keys = None
    if not keys or not _are_sound(keys):
        raise ConfigurationError(
            f"{file} holds no keys that can be read. Put it back from a backup: without it, no link in a mail that was sent "
            "works, and nobody who left is known. Nothing was sent."
        )
    return keys


def _are_sound(keys: Keys) -> bool:
    numbered = all(key.id.isascii() and key.id.isdigit() and key.secret for key in keys.tokens)
    return bool(keys.identity and keys.tokens) and numbered


def _replace(file: Path, keys: Keys) -> None:
    aside = _write_aside(file, keys)
    try:
        aside.replace(file)
    except OSError as error:
        raise _unwritable(file, error) from None
    _sync_folder(file)


def _write_aside(file: Path, keys: Keys) -> Path:
    aside = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(msgspec.json.format(msgspec.json.encode(keys)) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise _unwritable(file, error) from None
    return aside


def _sync_folder(file: Path) -> None:
    # A name in a folder survives a crash only when the folder is on the disk too.
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _unwritable(file: Path, error: OSError) -> WorkspaceError:
    return WorkspaceError(
        f"{file} could not be written: {error.strerror}. Free space or mend the permissions, then run it again."
    )
