"""Where mail that came back lies: files and folders of messages, and folders on a mail server. Nothing is ever changed there."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pipeline.errors import ConfigurationError, ServiceError

# A report returns the message, at most 90 kB (M5), or its headers; of anything longer the beginning says enough.
MESSAGE_BYTES = 256 * 1024
_LINE_BYTES = 64 * 1024  # read at once; RFC 5322, 2.1.1: a line has at most 998
_SEPARATOR = re.compile(rb"From .*[0-9]:[0-9]{2}")  # asctime, somewhere; a sentence may begin with "From "
_TIMEOUT_S = 60.0


class ImapFolder(NamedTuple):
    """A folder on a mail server, asked over TLS."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    since: str  # only what came on this day or later, as "09-Nov-2026"
    ca_file: str = ""

    def __repr__(self) -> str:
        return f"ImapFolder({self.host}, {self.folder})"


def messages_in(path: Path) -> Iterator[bytes]:
    """Every message of a Maildir, of a folder of .eml files, of an mbox, or the one in a file; each cut at MESSAGE_BYTES.

    Raises:
        ConfigurationError: it cannot be read.
    """
    try:
        if path.is_dir():
            for file in _files_of(path):
                # It may be moved while we read: a mail program marks it as seen.
                with suppress(FileNotFoundError), file.open("rb") as stream:
                    yield stream.read(MESSAGE_BYTES)
            return
        with path.open("rb") as stream:
            yield from split(stream)
    except OSError as error:
        raise ConfigurationError(f"{path} could not be read: {error.strerror}.") from None


def _files_of(folder: Path) -> list[Path]:
    if (folder / "cur").is_dir() and (folder / "new").is_dir():
        return sorted(file for part in ("cur", "new") for file in (folder / part).iterdir() if file.is_file())
    return sorted(file for file in folder.iterdir() if file.suffix.lower() == ".eml" and file.is_file())


def split(stream: BinaryIO) -> Iterator[bytes]:
    """Every message of an mbox (RFC 4155), or the one that the stream holds, each cut at MESSAGE_BYTES."""
    first = stream.readline(_LINE_BYTES)
    many = bool(_SEPARATOR.match(first))
    kept = bytearray() if many else bytearray(first)
    after_blank = False
    while line := stream.readline(_LINE_BYTES):
        if many and after_blank and _SEPARATOR.match(line):
            yield bytes(kept)
            kept.clear()
        else:
            kept += line[: MESSAGE_BYTES - len(kept)]
        after_blank = line in (b"\n", b"\r\n")
    if first:
        yield bytes(kept)


def messages_on(server: ImapFolder) -> Iterator[bytes]:
    """Every message of a folder on a mail server, each cut at MESSAGE_BYTES; they stay there, and unread.

    Raises:
        ConfigurationError: login, folder or certificate are refused.
        ServiceError: the server cannot be reached, or breaks off.
    """
    place = f"imap://{server.host}:{server.port}/{server.folder}"
    try:
        context = ssl.create_default_context(cafile=server.ca_file or None)
        with imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=_TIMEOUT_S) as session:
            session.login(server.user, server.password)
            answer, _ = session.select(f'"{server.folder}"', readonly=True)
            if answer != "OK":
                raise ConfigurationError(f"{place}: there is no such folder.")
            _, found = session.uid("SEARCH", "SINCE", server.since)
            for number in (found[0] or b"").split():
                _, parts = session.uid("FETCH", number.decode(), f"(BODY.PEEK[]<0.{MESSAGE_BYTES}>)")
                yield from (part[1] for part in parts if isinstance(part, tuple))
    except ssl.SSLCertVerificationError as error:
        raise ConfigurationError(f"{place}: its certificate is not trusted: {error.verify_message}.") from None
    except imaplib.IMAP4.abort as error:
        raise ServiceError(f"{place} broke off: {error}. Run the same command again.") from None
    except imaplib.IMAP4.error:
        # What it says may repeat the login.
        raise ConfigurationError(f"{place} refused the login or a command; check user, password and folder.") from None
    except OSError as error:
        raise ServiceError(f"{place} could not be reached: {error}. Run the same command again later.") from None
