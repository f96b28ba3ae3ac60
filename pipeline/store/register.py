"""The register: who reads which edition, and whom never to write to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row, delete, select

from pipeline.model import Choices, Consent, Reader, ReaderState, Suppression, SuppressionReason
from pipeline.store.database import empty_log, insert, reading, upsert, writing
from pipeline.store.tables import reader, suppression


class Register:
    """All reading and writing of readers."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def add(self, new: Reader) -> bool:
        """Adds a reader. False, and nothing changes, if there is one of this id already, in whatever state."""
        with writing(self.engine) as connection:
            added = insert(connection, reader).values(_values(new)).on_conflict_do_nothing(index_elements=["id"])
            return bool(connection.execute(added.returning(reader.c.id)).scalar())

    def get(self, reader_id: str) -> Reader | None:
        with reading(self.engine) as connection:
            row = connection.execute(select(reader).where(reader.c.id == reader_id)).first()
            return _reader(row) if row else None

    def readers(
        self, *, edition: str | None = None, states: Collection[ReaderState] = tuple(ReaderState)
    ) -> list[Reader]:
        """The readers of this edition, or of all, in one of these states, sorted by edition and id."""
        query = select(reader).where(reader.c.state.in_([state.value for state in states]))
        if edition is not None:
            query = query.where(reader.c.edition == edition)
        with reading(self.engine) as connection:
            return [_reader(row) for row in connection.execute(query.order_by(reader.c.edition, reader.c.id))]

    def save(self, changed: Reader) -> None:
        """Leaves the reader's row as it is given, made if there is none."""
        with writing(self.engine) as connection:
            _save(connection, changed)

    def erase(self, reader_id: str, at: dt.datetime) -> None:
        """Removes all that is known of a reader. What stays is that this id, which nobody without the keys can trace back,
        is not to be written to."""
        with self._shredding() as connection:
            connection.execute(delete(reader).where(reader.c.id == reader_id))
            _suppress(connection, reader_id, SuppressionReason.ERASED, at, "")

    def purge_pending(self, before: dt.datetime) -> int:
        """Removes readers who asked before this time and never confirmed; returns how many. Nothing of them stays."""
        gone = delete(reader).where(reader.c.state == ReaderState.PENDING.value, reader.c.changed < before)
        with self._shredding() as connection:
            return connection.execute(gone).rowcount

    @contextmanager
    def _shredding(self) -> Iterator[Connection]:
        """A transaction after which what it deleted is in no page of the file; SQLite only unlinks it otherwise."""
        sqlite = self.engine.dialect.name == "sqlite"
        with writing(self.engine) as connection:
            if sqlite:
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            yield connection
        if sqlite:
            empty_log(self.engine, wait=False)

    def suppress(self, reader_id: str, reason: str, at: dt.datetime, detail: str = "") -> None:
        """Has nobody write to this id again, until it is lifted.

        Args:
            reason: "bounced", "left" or "erased".
            detail: in words, without addresses.
        """
        with writing(self.engine) as connection:
            _suppress(connection, reader_id, SuppressionReason(reason), at, detail)

    def suppressed(self) -> dict[str, Suppression]:
        """Reader id -> why it is not written to."""
        with reading(self.engine) as connection:
            return {
                row.reader: Suppression(
                    reader=row.reader, reason=SuppressionReason(row.reason), at=row.at, detail=row.detail
                )
                for row in connection.execute(select(suppression).order_by(suppression.c.reader))
            }

    def lift(self, reader_id: str) -> None:
        """Lets this id be written to again."""
        with writing(self.engine) as connection:
            connection.execute(delete(suppression).where(suppression.c.reader == reader_id))

    # ------------------------------------------------------------------------------- what readers do, each in one step

    def current(self, reader_id: str) -> Reader | None:
        """The reader of this id, or as whom they read on since they chose another edition."""
        with reading(self.engine) as connection:
            row = connection.execute(select(reader).where(reader.c.id == _followed(connection, reader_id))).first()
            return _reader(row) if row else None

    def ids_of(self, reader_id: str) -> frozenset[str]:
        """Every id of this reader: this one, as whom they read on, and as whom they read before another edition."""
        with reading(self.engine) as connection:
            return _theirs(connection, reader_id)

    def change(self, reader_id: str, by: Callable[[Reader], Reader]) -> Reader | None:
        """Leaves the reader's row as `by` makes it of the present one, and nobody else changes it meanwhile.

        Returns:
            The reader as they are now, None if there is none.
        """
        with writing(self.engine) as connection:
            row = connection.execute(select(reader).where(reader.c.id == reader_id).with_for_update()).first()
            if row is None:
                return None
            changed = by(_reader(row))
            _save(connection, changed)
            return changed

    def confirm(self, reader_id: str, consent: Consent) -> Reader | None:
        """Makes a reader active who asked for the digest, and lets them be written to again.

        Returns:
            The reader, also one who had confirmed before: their first consent stays. None for anybody else.
        """
        with writing(self.engine) as connection:
            row = connection.execute(select(reader).where(reader.c.id == reader_id).with_for_update()).first()
            known = _reader(row) if row else None
            if known is None or known.state not in (ReaderState.PENDING, ReaderState.ACTIVE):
                return None
            if known.state is ReaderState.PENDING:
                known = msgspec.structs.replace(known, state=ReaderState.ACTIVE, consent=consent, changed=consent.at)
                _save(connection, known)
                connection.execute(delete(suppression).where(suppression.c.reader == reader_id))
            return known

    def leave(self, reader_id: str, at: dt.datetime) -> frozenset[str]:
        """Has nobody write to this reader again, nor as whom they read on since they chose another edition: a letter of the
        former one still leads out.

        Returns:
            Every id that is theirs.
        """
        with writing(self.engine) as connection:
            theirs = _theirs(connection, reader_id)
            for one in sorted(theirs):
                row = connection.execute(select(reader).where(reader.c.id == one).with_for_update()).first()
                if row and row.state != ReaderState.LEFT.value:
                    _save(connection, msgspec.structs.replace(_reader(row), state=ReaderState.LEFT, changed=at))
                known = connection.execute(select(suppression).where(suppression.c.reader == one)).first()
                # Erased is more than left; as whom somebody reads on stays known.
                if known is None or known.reason not in (SuppressionReason.ERASED.value, SuppressionReason.LEFT.value):
                    _suppress(connection, one, SuppressionReason.LEFT, at, known.detail if known else "")
            return theirs

    def move(self, reader_id: str, new: Reader, at: dt.datetime) -> bool:
        """Puts a reader in the place of one who chose another edition, whose id is another one for that.

        Returns:
            False, and nothing changes, if the one in whose place it is reads no more.
        """
        with writing(self.engine) as connection:
            row = connection.execute(select(reader.c.state).where(reader.c.id == reader_id).with_for_update()).first()
            if row is None or row.state != ReaderState.ACTIVE.value:
                return False
            connection.execute(delete(reader).where(reader.c.id == reader_id))
            connection.execute(delete(suppression).where(suppression.c.reader == new.id))
            _save(connection, new)
            _suppress(connection, reader_id, SuppressionReason.MOVED, at, f"{_MOVED}{new.id}")
            return True


_MOVED = "reads on as "


def _followed(connection: Connection, reader_id: str) -> str:
    """As whom this reader reads on, themselves if they never chose another edition."""
    seen: set[str] = set()
    while reader_id not in seen:
        seen.add(reader_id)
        detail = connection.execute(select(suppression.c.detail).where(suppression.c.reader == reader_id)).scalar()
        if detail and detail.startswith(_MOVED):
            reader_id = detail.removeprefix(_MOVED)
    return reader_id


def _theirs(connection: Connection, reader_id: str) -> frozenset[str]:
    """This id, as whom its reader reads on, and as whom they read before."""
    found = {reader_id, _followed(connection, reader_id)}
    new = set(found)
    while new:
        marks = [f"{_MOVED}{one}" for one in new]
        before = connection.execute(select(suppression.c.reader).where(suppression.c.detail.in_(marks))).scalars()
        new = set(before) - found
        found |= new
    return frozenset(found)


def _save(connection: Connection, changed: Reader) -> None:
    values = _values(changed)
    connection.execute(upsert(connection, reader, "id", values.keys() - {"id"}), values)


def _suppress(connection: Connection, reader_id: str, reason: SuppressionReason, at: dt.datetime, detail: str) -> None:
    values = {"reader": reader_id, "reason": reason.value, "at": at, "detail": detail}
    connection.execute(upsert(connection, suppression, "reader", ("reason", "at", "detail")), values)


def _values(one: Reader) -> dict[str, Any]:
    return {
        "id": one.id,
        "address": one.address,
        "edition": one.edition,
        "state": one.state.value,
        "consent": msgspec.json.encode(one.consent).decode() if one.consent else None,
        "choices": msgspec.json.encode(one.choices).decode(),
        "since": one.since,
        "changed": one.changed,
    }


def _reader(row: Row[Any]) -> Reader:
    return Reader(
        id=row.id,
        address=row.address,
        edition=row.edition,
        state=ReaderState(row.state),
        consent=msgspec.json.decode(row.consent, type=Consent) if row.consent else None,
        choices=msgspec.json.decode(row.choices, type=Choices),
        since=row.since,
        changed=row.changed,
    )
