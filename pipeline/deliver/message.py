"""A letter as the bytes of one message to one reader (RFC 5322, 2045-2047, 2369, 2919)."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import html
import quopri
from email.header import Header
from email.utils import format_datetime
from typing import TYPE_CHECKING

from pipeline.config import Mail
from pipeline.model import LEAVE_LINK, SETTINGS_LINK, Letter, Reader
from pipeline.text.clean import clean_text

if TYPE_CHECKING:
    from pipeline.deliver.links import Links

_LINE_CHARS = 76  # RFC 2045 6.7 and 6.8: no encoded line is longer


def message_id(week: str, edition: str, reader_id: str, sender: Mail, revision: int = 0) -> str:
    """The same for the same issue, edition, reader and revision, so that a repeated send can be recognised."""
    return f"<{week}.{edition}.r{revision}.{reader_id}@{domain_of(sender)}>"


def domain_of(sender: Mail) -> str:
    """The domain that List-Id and Message-ID are named after."""
    return sender.sender_address.rpartition("@")[2]


def build_message(
    letter: Letter, reader: Reader, *, links: Links, sender: Mail, sent_at: dt.datetime, archive_url: str = ""
) -> bytes:
    """The message: 7-bit, CRLF, multipart/alternative with the text first. The same arguments give the same bytes.

    Args:
        sent_at: aware, in the zone the Date header shows.
        archive_url: the published archive, "" if there is none.
    """
    identity = message_id(letter.week, letter.edition, reader.id, sender, letter.revision)
    boundary = "=_" + hashlib.sha256(identity.encode()).hexdigest()[:24]
    contact = sender.contact if sender.contact.startswith("https://") else f"mailto:{sender.contact}"
    headers = [
        ("From", f"{_phrase('From', sender.sender_name)}\r\n <{sender.sender_address}>"),
        ("To", reader.address),
        ("Subject", _unstructured("Subject", letter.subject)),
        ("Date", format_datetime(sent_at)),
        ("Message-ID", identity),
        *_threading(letter, reader.id, sender),
        ("MIME-Version", "1.0"),
        ("List-Id", f"{_phrase('List-Id', sender.sender_name)}\r\n <digest-{letter.edition}.{domain_of(sender)}>"),
        *_ways_out(links),
        ("List-Help", f"<{contact}>"),
        *([("List-Archive", f"<{archive_url}>")] if archive_url else []),
        ("Content-Language", letter.edition),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"'),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    bodies = (("plain", put_in_links(letter.text, links)), ("html", put_in_links(letter.html, links, in_html=True)))
    parts = b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), _part(subtype, body)) for subtype, body in bodies)
    return head.encode("ascii") + b"\r\n" + parts + b"--%b--\r\n" % boundary.encode()


def _threading(letter: Letter, reader_id: str, sender: Mail) -> list[tuple[str, str]]:
    """Lays a correction beside what it corrects."""
    if not letter.revision:
        return []
    first = message_id(letter.week, letter.edition, reader_id, sender)
    return [("In-Reply-To", first), ("References", first)]


def _ways_out(links: Links) -> list[tuple[str, str]]:
    # Raw ASCII, folded between the addresses alone: an encoded word in them would kill one-click.
    if not links.leave_url:
        return [("List-Unsubscribe", f"<{links.leave_mail}>")]
    ways = [("List-Unsubscribe", f"<{links.leave_url}>,\r\n <{links.leave_mail}>")]
    # RFC 8058, section 2, allows it only beside an https address.
    one_click = links.leave_url.startswith("https://")
    return [*ways, ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")] if one_click else ways


def put_in_links(body: str, links: Links, *, in_html: bool = False) -> str:
    """A letter's text or HTML with the reader's own addresses in it."""
    for placeholder, address in ((LEAVE_LINK, links.leave), (SETTINGS_LINK, links.settings)):
        body = body.replace(placeholder, html.escape(address) if in_html else address)
    return body


def _unstructured(name: str, value: str) -> str:
    value = clean_text(value)  # no line break of a name or title ever starts a header
    fits = len(value) + len(name) + 2 <= _LINE_CHARS
    return value if value.isascii() and fits and "=?" not in value else _encoded(name, value)


def _encoded(name: str, value: str) -> str:
    # `email.header.Header` kept encoded words within 75 characters on 3,000 mixed subjects; EmailMessage broke a third.
    return Header(value, "utf-8", maxlinelen=_LINE_CHARS, header_name=name).encode(linesep="\r\n")


def _phrase(name: str, value: str) -> str:
    value = clean_text(value)
    quoted = '"{}"'.format(value.replace("\\", "\\\\").replace('"', '\\"'))
    fits = len(quoted) + len(name) + 2 <= _LINE_CHARS
    return quoted if value.isascii() and fits and "=?" not in value else _encoded(name, value)


def _part(subtype: str, body: str) -> bytes:
    """One part in the shorter of the two encodings; Japanese text is 1.8 times longer in quoted-printable."""
    data = body.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8")
    in_base64 = base64.encodebytes(data).replace(b"\n", b"\r\n")
    quoted = quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    name, encoded = ("base64", in_base64) if len(in_base64) <= len(quoted) else ("quoted-printable", quoted)
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {name}\r\n\r\n"
    return head.encode("ascii") + encoded
