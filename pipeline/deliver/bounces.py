"""What comes back: reports of mail that was not delivered (RFC 3464), complaints (RFC 5965), and opt-outs by mail.

Anybody can send such a message. One changes something only where it holds a token of ours, or, where no address of ours on its way
has one, names a message that we sent by its Message-ID.
"""

from __future__ import annotations

import datetime as dt
import email
import email.header
import email.message
import email.utils
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol

from msgspec.structs import replace

from pipeline.deliver import opt_outs
from pipeline.deliver.keys import Keys
from pipeline.deliver.tokens import FORM, Purpose, read_token
from pipeline.model import Delivery, DeliveryState, Frozen, Reader, ReaderState, SuppressionReason

# So many issues in a row that came back, for whatever passing reason, and nobody is there: a month of a full mailbox.
ISSUES_IN_A_ROW = 3


class Kind(StrEnum):
    """What a message that came back is."""

    HARD = "hard"  # there is no such mailbox
    SOFT = "soft"  # not now: full, too long away
    REFUSED = "refused"  # this message, or we: policy, size, content
    DELAYED = "delayed"  # their server still tries
    LEFT = "left"
    COMPLAINT = "complaint"  # a reader called it spam
    FORGED = "forged"  # its token is not ours
    UNKNOWN = "unknown"  # about a letter or reader we do not know
    KNOWN = "known"  # was taken before, or tells nothing new
    OTHER = "other"  # answers of people and machines, anything else
    UNREADABLE = "unreadable"


class Returned(Frozen, frozen=True, kw_only=True):
    """What one message says."""

    kind: Kind
    reader: str = ""  # Reader.id
    week: str = ""
    message_id: str = ""  # of ours, where no token says whose it is
    status: str = ""  # RFC 3463, such as 5.1.1
    code: int = 0  # SMTP reply; where none is told, 500 or 400
    at: dt.datetime | None = None  # as the message says; UTC


class Tally(Frozen, frozen=True, kw_only=True):
    """What an import did, or would."""

    messages: int = 0
    counts: dict[str, int] = {}  # kind -> messages
    suspended: int = 0  # readers


class Ledger(Protocol):
    """What is asked of the library here."""

    def deliveries_to(self, reader_id: str) -> Sequence[Delivery]: ...


class Register(opt_outs.Register, Protocol):
    """What is asked of the register here."""

    def get(self, reader_id: str) -> Reader | None: ...

    def current(self, reader_id: str) -> Reader | None: ...


# -------------------------------------------------------------------------------------------------------- what it says

_TAG = re.compile(rf"\+({FORM})@", re.IGNORECASE | re.ASCII)
_BARE = re.compile(rf"(?<![a-z0-9])({FORM})(?![a-z0-9])", re.IGNORECASE | re.ASCII)
_LEAVE_LINK = re.compile(rf"/u/({FORM})(?![a-z0-9])", re.IGNORECASE | re.ASCII)
_MESSAGE_ID = re.compile(
    r"<([0-9]{4}-W[0-9]{2})\.[A-Za-z0-9-]{1,16}\.r[0-9]{1,4}\.([0-9a-f]{16})@[^<>\s]{1,255}>", re.ASCII
)
_STATUS = re.compile(r"(?<![0-9.])([245])\.([0-9]{1,3})\.([0-9]{1,3})(?![0-9.])", re.ASCII)
_REPLY = re.compile(r"(?<![0-9.])([45][0-9]{2})(?![0-9.])", re.ASCII)
# Where servers write to whom a message was delivered; "Received" often says it in its for-clause.
_WAY = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "To", "Cc", "Received")
_HEADER_CHARS = 20_000  # of all these together
_PARTS = 50

# RFC 3463, 3: what of class 5 says that the address or its mailbox is no good. Not 2.2 (full) and 2.3 (too long for it), which
# pass; nor 3, 5, 6 and 7 (systems, protocol, content, policy), for which the reader can do nothing.
_GONE = re.compile(r"5\.(?:0|1|4|2\.(?!2$|3$))")
_MEANINGS = {
    "1.1": "no such mailbox",
    "1.2": "no such domain",
    "1.10": "the domain takes no mail",
    "2.1": "the mailbox is switched off",
    "2.2": "the mailbox is full",
    "2.3": "too long for the mailbox",
    "3.4": "too long for the server",
    "4.1": "the server did not answer",
    "4.4": "no way to the server",
    "4.7": "tried for too long",
    "7.1": "refused by policy",
    "7.26": "refused: not authenticated",
}


def read_returned(raw: bytes, keys: Keys) -> Returned:
    """What a message says that came back, whoever wrote it. Never raises."""
    try:
        return _read(email.message_from_bytes(raw), keys)
    except Exception:  # noqa: BLE001 - hostile input meets a parser that is not ours; nobody's mistake but the message's
        return Returned(kind=Kind.UNREADABLE)


def _read(message: email.message.Message, keys: Keys) -> Returned:
    at = _date_of(message)
    if message.get_content_type() == "multipart/report":
        parts = {part.get_content_type(): part for part in _parts(message)}
        if status := parts.get("message/delivery-status"):
            return replace(_read_status(message, status, _returned_headers(parts), keys), at=at)
        if feedback := parts.get("message/feedback-report"):
            return replace(_read_feedback(feedback, _returned_headers(parts), keys), at=at)
        return Returned(kind=Kind.OTHER)
    return replace(_read_opt_out(message, keys), at=at)


def _parts(message: email.message.Message) -> list[email.message.Message]:
    """The parts of a report, not what is in them."""
    payload = message.get_payload()
    return (
        [part for part in payload[:_PARTS] if isinstance(part, email.message.Message)]
        if isinstance(payload, list)
        else []
    )


def _returned_headers(parts: Mapping[str, email.message.Message]) -> email.message.Message:
    """Those of the message that came back; none if the report returns nothing."""
    for kind in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
        part = parts.get(kind)
        if part is None:
            continue
        payload = part.get_payload()
        if isinstance(payload, list) and payload and isinstance(payload[0], email.message.Message):
            return payload[0]
        body = part.get_payload(decode=True)
        if isinstance(body, bytes):
            return email.message_from_bytes(body)
    return email.message.Message()


def _read_status(
    message: email.message.Message, status: email.message.Message, returned: email.message.Message, keys: Keys
) -> Returned:
    ways = f"{_values(message, *_WAY)}\n{_values(returned, 'Return-Path', 'X-Envelope-From')}"
    letter = _find_letter(ways, _values(returned, "Message-ID"), keys)
    for block in _blocks(status):
        action = _values(block, "Action").strip().lower()
        if action == "delayed":
            return _about(letter, Kind.DELAYED)
        if action == "failed":
            said, code = _status_of(_values(block, "Status"), _values(block, "Diagnostic-Code"))
            return _about(letter, _kind_of(said), status=said, code=code)
    return Returned(kind=Kind.OTHER)  # delivered, relayed, expanded


def _status_of(status: str, diagnostic: str) -> tuple[str, int]:
    """The enhanced code and the reply code; where the first says nothing in particular, the server's words may."""
    stated, told = _STATUS.search(status), _STATUS.search(diagnostic)
    if told and (not stated or (stated[2] == stated[3] == "0" and told[1] == stated[1])):
        stated = told
    reply = _REPLY.search(diagnostic)
    if not stated:
        kind = reply[1][0] if reply else "5"  # it failed, and no more is known
        return f"{kind}.0.0", int(reply[1]) if reply else 500
    code = int(reply[1]) if reply and reply[1][0] == stated[1] else int(stated[1]) * 100
    return ".".join(str(int(part)) for part in stated.groups()), code


def _kind_of(status: str) -> Kind:
    if status.startswith("4") or status in ("5.2.2", "5.2.3"):
        return Kind.SOFT
    return Kind.HARD if _GONE.match(status) else Kind.REFUSED


def _read_feedback(feedback: email.message.Message, returned: email.message.Message, keys: Keys) -> Returned:
    fields = next(_blocks(feedback), feedback)
    if _values(fields, "Feedback-Type").strip().lower() == "not-spam":
        return Returned(kind=Kind.OTHER)
    # Who passes a complaint on often takes the reader's address out, and with it tokens of ours: one of three may be left.
    for text in _tokens(_LEAVE_LINK, _values(returned, "List-Unsubscribe")):
        if token := read_token(keys, Purpose.LEAVE, text):
            return Returned(kind=Kind.COMPLAINT, reader=token.reader)
    ways = f"{_values(fields, 'Original-Mail-From')}\n{_values(returned, 'Return-Path')}"
    return _about(_find_letter(ways, _values(returned, "Message-ID"), keys), Kind.COMPLAINT)


def _read_opt_out(message: email.message.Message, keys: Keys) -> Returned:
    parts = email.header.decode_header(_values(message, "Subject"))
    subject = "".join(part if isinstance(part, str) else part.decode("ascii", "replace") for part, _ in parts)
    tokens = _tokens(_BARE, subject)
    for text in tokens:
        if token := read_token(keys, Purpose.LEAVE, text):
            return Returned(kind=Kind.LEFT, reader=token.reader)
    genuine = any(read_token(keys, purpose, text) for text in tokens for purpose in Purpose)
    return Returned(kind=Kind.FORGED if tokens and not genuine else Kind.OTHER)


class _Letter(NamedTuple):
    """A letter of ours that came back."""

    reader: str
    week: str
    message_id: str = ""  # where only that says whose it was


def _find_letter(ways: str, message_id: str, keys: Keys) -> _Letter | Kind:
    """The letter; or why it is not known: forged or unknown.

    Args:
        ways: addresses by which the report may have come.
        message_id: of the letter; believed only where no such address has a token.
    """
    tags = _tokens(_TAG, ways)
    for text in tags:
        if token := read_token(keys, Purpose.BOUNCE, text):
            return _Letter(token.reader, token.extra.upper())
    if tags:
        return Kind.FORGED
    if named := _MESSAGE_ID.search(message_id):
        return _Letter(named[2], named[1], named[0])
    return Kind.UNKNOWN


def _about(letter: _Letter | Kind, kind: Kind, *, status: str = "", code: int = 0) -> Returned:
    if isinstance(letter, Kind):
        return Returned(kind=letter)
    return Returned(kind=kind, **letter._asdict(), status=status, code=code)


def _tokens(pattern: re.Pattern[str], text: str) -> list[str]:
    """What has the form of a token of ours."""
    return [found[1] for found in pattern.finditer(text)]


def _values(message: email.message.Message, *names: str) -> str:
    """The values of these headers, one a line, cut where they are absurdly long."""
    values = (str(value) for name in names for value in message.get_all(name, ()))
    return "\n".join(values)[:_HEADER_CHARS]


def _blocks(part: email.message.Message) -> Iterator[email.message.Message]:
    """The groups of fields of a report, which the parser reads as messages."""
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (block for block in payload[:_PARTS] if isinstance(block, email.message.Message))
    elif isinstance(body := part.get_payload(decode=True), bytes):
        yield from (email.message_from_bytes(block) for block in body.split(b"\n\n")[:_PARTS])


def _date_of(message: email.message.Message) -> dt.datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(_values(message, "Date"))
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except (TypeError, ValueError, OverflowError):
        return None


# --------------------------------------------------------------------------------------------------------- what follows


def take_returned(
    messages: Iterable[bytes],
    *,
    keys: Keys,
    ledger: Ledger,
    register: Register,
    journal: Path,
    record: Callable[[Delivery], None],
    now: dt.datetime,
    dry_run: bool = False,
) -> Tally:
    """Does what messages that came back call for. Doing it twice is doing it once.

    Args:
        journal: of opt-outs.
        record: makes a row of the ledger durable before it returns.
    """
    counts: Counter[str] = Counter()
    desk = _Desk(ledger, register, journal, None if dry_run else record, now)
    for raw in messages:
        counts[desk.take(read_returned(raw, keys)).value] += 1
    return Tally(messages=counts.total(), counts=dict(sorted(counts.items())), suspended=len(desk.suspended))


class _Desk:
    """Where one import is worked through."""

    def __init__(
        self,
        ledger: Ledger,
        register: Register,
        journal: Path,
        record: Callable[[Delivery], None] | None,
        now: dt.datetime,
    ) -> None:
        self._ledger = ledger
        self._register = register
        self._journal = journal
        self._record = record  # None: nothing is changed
        self._now = now
        self.suspended: set[str] = set()

    def take(self, found: Returned) -> Kind:
        if found.kind in (Kind.LEFT, Kind.COMPLAINT):
            return self._leave(found)
        if found.kind in (Kind.HARD, Kind.SOFT, Kind.REFUSED):
            return self._bounce(found)
        return found.kind

    def _leave(self, found: Returned) -> Kind:
        reader = self._register.current(found.reader)
        if found.message_id and not self._row(found):
            return Kind.UNKNOWN
        if reader is None or reader.state is ReaderState.LEFT or _agreed_since(reader, found.at):
            return Kind.KNOWN
        if self._record:
            detail = "complaint" if found.kind is Kind.COMPLAINT else "by mail"
            for one in dict.fromkeys((found.reader, reader.id)):
                opt_outs.note_opt_out(self._journal, one, SuppressionReason.LEFT, self._now, detail)
            self._register.leave(found.reader, self._now)
        return found.kind

    def _bounce(self, found: Returned) -> Kind:
        row = self._row(found)
        if row is None:
            return Kind.UNKNOWN
        if row.state is DeliveryState.FAILED or _has_come_back(row):
            return Kind.KNOWN
        # Whatever was known of it, it has been taken: it came back.
        state = DeliveryState.SENT if found.kind is Kind.SOFT else DeliveryState.FAILED
        at = row.at if state is row.state else self._now
        changed = replace(row, state=state, code=found.code, detail=_describe(found.status), at=at)
        # Last of all the ledger: it tells the next import that this message was worked through.
        if found.kind is Kind.HARD or self._is_one_too_many(changed):
            self._suspend(found)
        if self._record:
            self._record(changed)
        return found.kind

    def _row(self, found: Returned) -> Delivery | None:
        rows = self._ledger.deliveries_to(found.reader)
        named = (row for row in rows if row.week == found.week and found.message_id in ("", row.message_id))
        return next(named, None)

    def _is_one_too_many(self, changed: Delivery) -> bool:
        rows = {(row.week, row.edition): row for row in self._ledger.deliveries_to(changed.reader)}
        rows[changed.week, changed.edition] = changed
        latest = [rows[key] for key in sorted(rows)][-ISSUES_IN_A_ROW:]
        return len(latest) == ISSUES_IN_A_ROW and all(
            row.state is DeliveryState.FAILED or _has_come_back(row) for row in latest
        )

    def _suspend(self, found: Returned) -> None:
        reader = self._register.get(found.reader)
        if reader is None or reader.state is not ReaderState.ACTIVE or found.reader in self.suspended:
            return
        self.suspended.add(found.reader)
        if self._record:
            reason, detail = SuppressionReason.BOUNCED, _describe(found.status)
            opt_outs.opt_out(self._register, self._journal, found.reader, reason, self._now, detail)


def _has_come_back(row: Delivery) -> bool:
    """True for a letter that their server took, and later gave up on for now."""
    return row.state is DeliveryState.SENT and row.code >= 400


def _agreed_since(reader: Reader, at: dt.datetime | None) -> bool:
    """True where a mailbox is read again that holds the opt-out of somebody who has come back."""
    return bool(at and reader.consent and reader.consent.at > at)


def _describe(status: str) -> str:
    """The code and what it means. Not the server's words, which often hold the address, or half of it."""
    meaning = _MEANINGS.get(status.partition(".")[2], "")
    return f"{status} {meaning}".strip()
