"""The bytes of one message (conventions M1 to M6)."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
from collections import Counter
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import msgspec
import pytest

from pipeline.config import Mail
from pipeline.deliver.message import build_message, message_id
from pipeline.model import Letter

ONCE = (
    "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "List-Id", "List-Unsubscribe", "List-Help",
    "List-Archive", "Content-Language", "Auto-Submitted", "Content-Type",
)  # fmt: skip


@pytest.fixture
def raw(letter: Letter, mail: Mail, sent_at: dt.datetime) -> bytes:
    return build_message(
        letter, "mayor@city.example", "k1", sender=mail, sent_at=sent_at, archive_url="https://city.example/"
    )


def parse(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def lines(part: EmailMessage) -> str:
    """A part's text; mail ends lines with CRLF (RFC 2046 4.1.1)."""
    return part.get_content().replace("\r\n", "\n")


def test_it_has_no_defect_in_any_part_and_header(raw: bytes) -> None:
    """M1"""
    message = parse(raw)
    assert [part.defects for part in message.walk()] == [[], [], []]
    assert [(name, value.defects) for name, value in message.items() if value.defects] == []


def test_its_bytes_are_seven_bit_with_crlf_and_short_lines(raw: bytes) -> None:
    """M1"""
    assert raw.isascii()
    assert b"\0" not in raw
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    head, _, body = raw.partition(b"\r\n\r\n")
    assert max(len(line) for line in head.split(b"\r\n")) <= 78
    assert max(len(line) for line in body.split(b"\r\n")) <= 78


def test_it_has_exactly_one_of_each_header_and_no_other(raw: bytes) -> None:
    """M3; List-Unsubscribe-Post must be absent while there is no https address to post to (M10)."""
    assert Counter(parse(raw).keys()) == Counter(ONCE)


def test_the_headers_say_what_they_should(raw: bytes, letter: Letter) -> None:
    """M3"""
    message = parse(raw)
    assert message["From"] == "都市外交ダイジェスト編集室 <digest@city.example>"
    assert message["From"].addresses[0].addr_spec == "digest@city.example"
    assert message["To"] == "mayor@city.example"
    assert message["Subject"] == letter.subject
    assert message["Date"].datetime.isoformat() == "2026-11-09T06:00:00+09:00"
    assert message["Content-Language"] == "ja"
    assert message["List-Id"].endswith("<digest-ja.city.example>")
    assert message["List-Archive"] == "<https://city.example/>"
    assert message["List-Help"] == "<mailto:editors@city.example>"


def test_the_ways_out_are_raw_ascii(raw: bytes) -> None:
    """M2: encoded words in them would kill one-click."""
    assert b"\r\nList-Unsubscribe: <mailto:leave@city.example?subject=unsubscribe%20ja>\r\n" in raw


def test_a_web_contact_is_given_as_it_is_and_no_archive_is_claimed_without_one(
    letter: Letter, mail: Mail, sent_at: dt.datetime
) -> None:
    web = msgspec.structs.replace(mail, contact="https://city.example/contact")
    message = parse(build_message(letter, "a@b.example", "k", sender=web, sent_at=sent_at))
    assert message["List-Help"] == "<https://city.example/contact>"
    assert "List-Archive" not in message


def test_text_comes_first_and_both_parts_come_back(raw: bytes, letter: Letter) -> None:
    """M4"""
    message = parse(raw)
    text, html = message.iter_parts()
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in (text, html)] == ["text/plain", "text/html"]
    assert [lines(part) for part in (text, html)] == [letter.text, letter.html]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("都市外交 " * 200, "base64"),
        ("Mayors meet – again. " * 200, "quoted-printable"),
        ("", None),
        ("no newline at the end", None),
        ("trailing space \n.\n--=_\nFrom here\n\ttab\t\n=3D\n", None),
    ],
)
def test_each_part_is_in_the_shorter_encoding_and_comes_back(
    letter: Letter, mail: Mail, sent_at: dt.datetime, text: str, encoding: str | None
) -> None:
    """M5"""
    raw = build_message(msgspec.structs.replace(letter, text=text), "a@b.example", "k", sender=mail, sent_at=sent_at)
    part, _ = parse(raw).iter_parts()
    assert lines(part) == text
    assert encoding in (None, part["Content-Transfer-Encoding"])
    assert [part.defects for part in parse(raw).walk()] == [[], [], []]


def test_the_same_arguments_give_the_same_bytes_and_other_readers_other_ids(
    raw: bytes, letter: Letter, mail: Mail, sent_at: dt.datetime
) -> None:
    """M6"""
    again = build_message(letter, "mayor@city.example", "k1", sender=mail, sent_at=sent_at, archive_url="https://city.example/")  # fmt: skip
    assert again == raw
    english = msgspec.structs.replace(letter, edition="en")
    later = msgspec.structs.replace(letter, week="2026-W46")
    ids = [message_id(x, key, mail, rev) for x in (letter, english, later) for key in ("k1", "k2") for rev in (0, 1)]
    assert len(set(ids)) == 12
    assert parse(raw)["Message-ID"] == ids[0] == "<2026-W45.ja.r0.k1@city.example>"


def test_no_name_or_title_starts_a_header_of_its_own(letter: Letter, mail: Mail, sent_at: dt.datetime) -> None:
    for attack in ("News\r\nBcc: all@city.example", "ニュース\r\nBcc: all@city.example", 'a" <x@y.example>, "b'):
        evil = msgspec.structs.replace(letter, subject=attack)
        sender = msgspec.structs.replace(mail, sender_name=attack)
        message = parse(build_message(evil, "a@b.example", "k", sender=sender, sent_at=sent_at))
        assert "Bcc" not in message
        assert [address.addr_spec for address in message["From"].addresses] == ["digest@city.example"]


def shown_name(raw: bytes, header: str) -> str:
    """The phrase before <...>; the strict parser of Python 3.11 keeps the space between encoded words, against RFC 2047 6.2."""
    phrase, _ = parseaddr(str(email.message_from_bytes(raw)[header]))
    return str(make_header(decode_header(phrase)))


@pytest.mark.parametrize(
    "name", ["City Digest", 'The "City" \\ Digest, Ltd.', "City Digest of " + "very " * 20 + "long name"]
)
def test_a_plain_sender_name_comes_back(letter: Letter, mail: Mail, sent_at: dt.datetime, name: str) -> None:
    sender = msgspec.structs.replace(mail, sender_name=name)
    raw = build_message(letter, "a@b.example", "k", sender=sender, sent_at=sent_at)
    assert shown_name(raw, "From") == name
    assert shown_name(raw, "List-Id") == name
    assert max(len(line) for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n")) <= 78
