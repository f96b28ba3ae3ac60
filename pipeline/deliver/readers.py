"""Who gets which edition: a CSV file that a person can edit. Addresses leave this package only inside a message."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.model import Frozen

COLUMNS = ("address", "edition", "consent")


class Reader(Frozen, frozen=True, kw_only=True):
    """One reader of one edition."""

    address: str
    edition: str
    consent: str  # when and how they agreed, in words

    def __repr__(self) -> str:
        return f"Reader({self.key})"  # addresses never reach a log or a traceback

    @property
    def key(self) -> str:
        """16 hex digits that stand for the reader in ledger, file names and Message-ID."""
        return hashlib.sha256(f"{self.edition}\n{self.address.casefold()}".encode()).hexdigest()[:16]


def read_readers(file: Path, editions: tuple[str, ...]) -> list[Reader]:
    """The readers in `file`, sorted by edition and key; empty if there is no file.

    Raises:
        ConfigurationError: a column is missing, or a row has no address, an unknown edition or no consent; the
            sentence names the line, never the address.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigurationError(f"{file}: the list of readers cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = file.read_bytes().count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{file}, line {line}: is not UTF-8; save the file as UTF-8") from None
    with io.StringIO(text, newline="") as stream:
        table = csv.DictReader(stream)
        if missing := [column for column in COLUMNS if column not in (table.fieldnames or ())]:
            raise ConfigurationError(
                f"{file}: the first line must name the columns {', '.join(COLUMNS)}; add {missing[0]}"
            )
        readers = [_read_row(row, f"{file}, line {table.line_num}", editions) for row in table]
    return sorted({reader.key: reader for reader in readers}.values(), key=lambda reader: (reader.edition, reader.key))


def _read_row(row: dict[str, str | None], place: str, editions: tuple[str, ...]) -> Reader:
    address, edition, consent = ((row[column] or "").strip() for column in COLUMNS)
    name, at, domain = address.rpartition("@")
    # SMTPUTF8 is not used, so an address is ASCII; anything else about it only its own server can judge (RFC 5321, 4.1.2).
    if (
        not (name and at and domain)
        or not address.isascii()
        or not address.isprintable()
        or set(address) & set(' <>,"')
    ):
        raise ConfigurationError(f"{place}: the address is not one that mail can be sent to")
    if edition not in editions:
        raise ConfigurationError(f"{place}: the edition must be one of {', '.join(editions)}")
    if not consent:
        raise ConfigurationError(f"{place}: says nothing under consent; write when and how the reader agreed")
    return Reader(address=address, edition=edition, consent=consent)
