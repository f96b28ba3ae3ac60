"""What readers can do, without any HTTP: ask for the digest, confirm, leave, choose, take their data away, have it erased.

Each of them is one short transaction, so that nobody waits for a crawl and no crawl for them; the workspace's lock is not needed.
Who leaves is written into the journal before the database, and is left alone also when there is none.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec

from pipeline.deliver.channels import open_channel
from pipeline.deliver.keys import Keys, open_keys, reader_id
from pipeline.deliver.links import envelope_sender, make_links
from pipeline.deliver.message import build_message, message_id
from pipeline.deliver.opt_outs import note_opt_in, note_opt_out, opt_out
from pipeline.deliver.outbox import remove_letters
from pipeline.deliver.signing import open_signer, sign_message
from pipeline.deliver.tokens import Purpose, ReadToken, make_token, read_token
from pipeline.errors import CityDigestError, SchemaTooNew, StoreError, WorkspaceError
from pipeline.model import (
    Choices,
    Consent,
    Delivery,
    DeliveryState,
    Envelope,
    Letter,
    Reader,
    ReaderState,
    SuppressionReason,
)
from pipeline.store.copies import file_of
from pipeline.store.opening import open_register
from pipeline.web.data import describe_reader

if TYPE_CHECKING:
    from pipeline.config import Workspace
    from pipeline.store.register import Register

# Between two mails to an address that asks again and again: three a day, whoever asks and from wherever.
PAUSE = dt.timedelta(hours=8)
ORIGIN = "web"


class Desk:
    """Serves the readers of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        """
        Raises:
            ConfigurationError: keys or channel cannot be used.
            SchemaTooNew: a newer version wrote the library. One that cannot be reached now is asked again later.
        """
        self._workspace = workspace
        self._clock = workspace.clock
        self._register: Register | None = None
        self._opened = 0
        self._opening = threading.Lock()
        self._keys, self._keys_seen = open_keys(workspace.keys), 0
        self._channel = open_channel(workspace)
        self._signer = open_signer(workspace)
        try:
            self.forget_unconfirmed()
        except SchemaTooNew:
            raise
        except StoreError:
            pass

    @property
    def register(self) -> Register:
        """Raises StoreError where the database cannot be reached."""
        with self._opening:
            file = self._file()
            if self._register is None or (file and file != self._opened):
                if self._register:
                    self._register.engine.dispose()
                self._register = open_register(self._workspace)
                self._opened = self._file()
            return self._register

    def _file(self) -> int:
        """Which file the library is: another one where a backup was put back. 0 for none."""
        file = file_of(self._workspace.library_url)
        with suppress(OSError):
            return file.stat().st_ino if file else 0
        return 0

    @property
    def keys(self) -> Keys:
        """Those of the workspace, also the one that was added while this runs."""
        with suppress(OSError, CityDigestError):  # what was read before holds on
            seen = self._workspace.keys.stat().st_mtime_ns
            if seen != self._keys_seen:
                self._keys, self._keys_seen = open_keys(self._workspace.keys), seen
        return self._keys

    @property
    def now(self) -> dt.datetime:
        return self._clock()

    # -------------------------------------------------------------------------------------------------------- tokens

    def read(self, purpose: Purpose, text: str) -> ReadToken | None:
        """What a link of this purpose says; None for one that is forged, another's, incomplete or too old."""
        token = read_token(self.keys, purpose, text)
        if token is None or purpose is not Purpose.CONFIRM:
            return token
        return token if self._is_fresh(token.extra) else None

    def _is_fresh(self, day: str) -> bool:
        try:
            made = dt.datetime.strptime(day, "%Y%m%d").replace(tzinfo=dt.UTC)
        except ValueError:
            return False
        return dt.timedelta() <= self.now - made <= dt.timedelta(days=self._workspace.settings.web.confirm_days + 1)

    def settings_path(self, reader: str) -> str:
        """Path of a reader's preferences."""
        return f"s/{make_token(self.keys, Purpose.SETTINGS, reader)}"

    # ------------------------------------------------------------------------------------------------------- asking

    def ask(self, address: str, edition: str, choices: Choices) -> Reader | None:
        """Notes that somebody asked for the digest at this address.

        Returns:
            The reader to whom a mail is due; None for those who have the digest, and where one went out not long ago.
        """
        self.forget_unconfirmed()
        now = self.now
        asked = Reader(
            id=reader_id(address, edition, self.keys),
            address=address,
            edition=edition,
            state=ReaderState.PENDING,
            consent=None,
            choices=choices,
            since=now,
            changed=now,
        )
        if self.register.add(asked):
            return asked
        known = self.register.change(asked.id, lambda known: self._asked_again(known, asked))
        return known if known == asked else None

    @staticmethod
    def _asked_again(known: Reader, asked: Reader) -> Reader:
        # Also who was asked in vain and then left: nobody else may have them written to at once again.
        waits = known.consent is None and asked.changed - known.changed < PAUSE
        return known if waits or known.state is ReaderState.ACTIVE else asked

    async def send_confirmation(self, reader: Reader, write: Callable[[str, str], Letter]) -> None:
        """Mails the link that confirms. If nothing takes the mail, the reader may ask again at once.

        Args:
            write: makes the letter from the link and a name for it.

        Raises:
            CityDigestError: the channel cannot send.
        """
        try:
            await self._send(await asyncio.to_thread(self._confirmation, reader, write))
        except CityDigestError:
            await asyncio.to_thread(self.register.change, reader.id, _asked_in_vain)
            raise

    def _confirmation(self, reader: Reader, write: Callable[[str, str], Letter]) -> Envelope:
        settings, now = self._workspace.settings, self.now
        token = make_token(self.keys, Purpose.CONFIRM, reader.id, f"{now:%Y%m%d}")
        link = f"{settings.web.base_url.rstrip('/')}/c/{token}?lang={reader.edition}"
        letter = write(link, f"confirm-{now:%Y%m%dT%H%M%S}")
        message = build_message(
            letter,
            reader,
            links=make_links(reader.id, reader.edition, settings=settings, keys=self.keys),
            sender=settings.mail,
            sent_at=now.astimezone(self._workspace.zone),
            archive_url=settings.digest.base_url,
        )
        row = Delivery(
            week=letter.week,
            edition=reader.edition,
            reader=reader.id,
            channel=self._channel.name,
            message_id=message_id(letter.week, letter.edition, reader.id, settings.mail),
            state=DeliveryState.SENDING,
            at=now,
        )
        return Envelope(
            sender=envelope_sender(reader.id, "confirm", settings=settings, keys=self.keys),
            recipient=reader.address,
            message=sign_message(message, self._signer, now) if self._signer else message,
            delivery=row,
        )

    async def _send(self, envelope: Envelope) -> None:
        channel = open_channel(self._workspace)  # one of its own: it is opened and closed here
        async with channel:
            answer = await channel.send(envelope, committing=lambda: None)
        if answer.state in (DeliveryState.DEFERRED, DeliveryState.FAILED):
            raise CityDigestError(f"the confirmation was not taken ({answer.code or answer.state})")

    def confirm(self, token: ReadToken, wording: str) -> Reader | None:
        """Makes the subscription begin; the same again for one that began. None where nothing was asked, or they left.

        Args:
            wording: version of the text that stood above the button.
        """
        known, now = self.register.get(token.reader), self.now
        if known is None or known.state not in (ReaderState.PENDING, ReaderState.ACTIVE):
            return None
        if known.state is ReaderState.PENDING:
            note_opt_in(self._workspace.opt_outs, token.reader, now)
        return self.register.confirm(token.reader, Consent(origin=ORIGIN, at=now, wording=wording, token=token.id))

    def forget_unconfirmed(self) -> int:
        """Removes who asked and did not confirm within `web.confirm_days`; returns how many."""
        return self.register.purge_pending(self.now - dt.timedelta(days=self._workspace.settings.web.confirm_days))

    # ------------------------------------------------------------------------------------------------------ the rest

    def find(self, reader: str) -> Reader | None:
        """The reader, also one who chose another edition since the link was made."""
        return self.register.current(reader)

    def leave(self, reader: str) -> bool:
        """Has nothing sent to this reader any more; the same again changes nothing.

        Returns:
            False if only the journal could be written: the next delivery honours it.

        Raises:
            StoreError: not even the journal could be.
        """
        now = self.now
        noted = self._note_left(reader, now)
        try:
            self._leave_all(reader, now)
        except StoreError:
            if not noted:
                raise
            return False
        return True

    def _leave_all(self, reader: str, now: dt.datetime) -> frozenset[str]:
        """Every id that is this reader's; none of them is written to any more."""
        theirs = self.register.leave(reader, now)
        for other in sorted(theirs - {reader}):
            self._note_left(other, now)
        return theirs

    def _note_left(self, reader: str, now: dt.datetime) -> bool:
        try:
            note_opt_out(self._workspace.opt_outs, reader, SuppressionReason.LEFT, now)
        except WorkspaceError:
            return False
        return True

    def save(self, reader: Reader, edition: str, choices: Choices) -> Reader | None:
        """Leaves a reader with this edition and these choices; None if they are no longer subscribed.

        An edition has readers of its own: who chooses another is one of those from then on, with the same consent.
        """
        now = self.now
        if not _is_active(reader):
            return None
        if edition == reader.edition:

            def chosen(known: Reader) -> Reader:
                return msgspec.structs.replace(known, choices=choices, changed=now) if _is_active(known) else known

            known = self.register.change(reader.id, chosen)
            return known if known and _is_active(known) else None
        new = msgspec.structs.replace(
            reader, id=reader_id(reader.address, edition, self.keys), edition=edition, choices=choices, changed=now
        )
        note_opt_in(self._workspace.opt_outs, new.id, now)
        return new if self.register.move(reader.id, new, now) else None

    def export(self, reader: Reader) -> dict[str, Any]:
        """Everything that is kept of a reader."""
        return describe_reader(self._workspace, self.register, reader)

    def erase(self, reader: str) -> None:
        """Removes all that is known of a reader but that nobody writes to them."""
        now = self.now
        self._note_left(reader, now)
        for one in self._leave_all(reader, now):
            remove_letters(self._workspace, one)
        # The row goes last: whatever is cut off, the same link finds them again and finishes.
        opt_out(self.register, self._workspace.opt_outs, reader, SuppressionReason.ERASED, now)


def _asked_in_vain(reader: Reader) -> Reader:
    return msgspec.structs.replace(reader, changed=reader.changed - PAUSE)


def _is_active(reader: Reader) -> bool:
    return reader.state is ReaderState.ACTIVE
