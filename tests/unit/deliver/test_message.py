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
from pipeline.deliver.links import Links
from pipeline.deliver.message import build_message, message_id
from pipeline.model import LEAVE_LINK, SETTINGS_LINK, Letter, Reader, ReaderState

ONCE = (
    "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
    "List-Help", "List-Archive", "Content-Language", "Auto-Submitted", "Content-Type",
)  # fmt: skip
MAIL_OUT = "mailto:leave@city.example?subject=unsubscribe%201abc"
BY_WEB = Links(
    leave="https://city.example/u/1abc?lang=ja",
    settings="https://city.example/s/1def?lang=ja",
    leave_url="https://city.example/u/1abc",
    leave_mail=MAIL_OUT,
)
BY_MAIL = Links(leave=MAIL_OUT, settings="mailto:editors@city.example?subject=preferences%201def", leave_mail=MAIL_OUT)
MAYOR = Reader(
    id="0123456789abcdef",
    address="mayor@city.example",
    edition="ja",
    state=ReaderState.ACTIVE,
    consent=None,
    since=dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
    changed=dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
)


@pytest.fixture
def raw(letter: Letter, mail: Mail, sent_at: dt.datetime) -> bytes:
    return build_message(letter, MAYOR, links=BY_WEB, sender=mail, sent_at=sent_at, archive_url="https://city.example/")


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
    """M3"""
    assert Counter(parse(raw).keys()) == Counter(ONCE)


@pytest.mark.parametrize("links", [BY_MAIL, msgspec.structs.replace(BY_WEB, leave_url="http://127.0.0.1:8025/u/1abc")])
def test_without_an_https_page_it_offers_no_one_click(
    letter: Letter, mail: Mail, sent_at: dt.datetime, links: Links
) -> None:
    """M10; RFC 8058, section 2."""
    message = parse(build_message(letter, MAYOR, links=links, sender=mail, sent_at=sent_at))
    assert Counter(message.keys()) == Counter(set(ONCE) - {"List-Unsubscribe-Post", "List-Archive"})


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


def test_the_ways_out_are_raw_ascii(raw: bytes, letter: Letter, mail: Mail, sent_at: dt.datetime) -> None:
    """M2, M3: the page first; folded between the addresses alone, since encoded words in them would kill one-click."""
    assert b"\r\nList-Unsubscribe: <https://city.example/u/1abc>,\r\n <%b>\r\n" % MAIL_OUT.encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    static = build_message(letter, MAYOR, links=BY_MAIL, sender=mail, sent_at=sent_at)
    assert b"\r\nList-Unsubscribe: <%b>\r\n" % MAIL_OUT.encode() in static
    # An address that is longer than a line stays on it: a parser may keep what a fold after the name leaves of it.
    long = f"https://{'a' * 60}.example/u/{'x' * 33}"
    far = msgspec.structs.replace(BY_WEB, leave_url=long)
    message = parse(build_message(letter, MAYOR, links=far, sender=mail, sent_at=sent_at))
    assert message["List-Unsubscribe"] == f"<{long}>, <{MAIL_OUT}>"


@pytest.mark.parametrize("links", [BY_WEB, BY_MAIL], ids=["web", "mail"])
def test_the_readers_own_addresses_stand_in_both_parts(
    letter: Letter, mail: Mail, sent_at: dt.datetime, links: Links
) -> None:
    ours = msgspec.structs.replace(
        letter,
        text=f"{LEAVE_LINK}\n{SETTINGS_LINK}\n",
        html=f'<a href="{LEAVE_LINK}">x</a> <a href="{SETTINGS_LINK}">y</a>\n',
    )
    odd = msgspec.structs.replace(links, settings=f"{links.settings}&x=1")
    text, html = parse(build_message(ours, MAYOR, links=odd, sender=mail, sent_at=sent_at)).iter_parts()
    assert lines(text) == f"{odd.leave}\n{odd.settings}\n"
    assert lines(html) == f'<a href="{odd.leave}">x</a> <a href="{odd.settings.replace("&", "&amp;")}">y</a>\n'


def test_links_and_readers_are_not_told_by_accident() -> None:
    assert "1abc" not in repr(BY_WEB) + str([BY_MAIL])


def test_a_web_contact_is_given_as_it_is_and_no_archive_is_claimed_without_one(
    letter: Letter, mail: Mail, sent_at: dt.datetime
) -> None:
    web = msgspec.structs.replace(mail, contact="https://city.example/contact")
    message = parse(build_message(letter, MAYOR, links=BY_WEB, sender=web, sent_at=sent_at))
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
    letter = msgspec.structs.replace(letter, text=text)
    raw = build_message(letter, MAYOR, links=BY_WEB, sender=mail, sent_at=sent_at)
    part, _ = parse(raw).iter_parts()
    assert lines(part) == text
    assert encoding in (None, part["Content-Transfer-Encoding"])
    assert [part.defects for part in parse(raw).walk()] == [[], [], []]


def test_the_same_arguments_give_the_same_bytes_and_other_readers_other_ids(
    raw: bytes, letter: Letter, mail: Mail, sent_at: dt.datetime
) -> None:
    """M6"""
    again = build_message(
        letter, MAYOR, links=BY_WEB, sender=mail, sent_at=sent_at, archive_url="https://city.example/"
    )
    assert again == raw
    ids = [
        message_id(week, edition, reader, mail, revision)
        for week in ("2026-W45", "2026-W46")
        for edition in ("ja", "en")
        for reader in (MAYOR.id, "f" * 16)
        for revision in (0, 1)
    ]
    assert len(set(ids)) == 16
    assert parse(raw)["Message-ID"] == ids[0] == "<2026-W45.ja.r0.0123456789abcdef@city.example>"


def test_a_correction_is_another_message_beside_the_first(
    raw: bytes, letter: Letter, mail: Mail, sent_at: dt.datetime
) -> None:
    """M6"""
    corrected = msgspec.structs.replace(letter, revision=2)
    message = parse(build_message(corrected, MAYOR, links=BY_WEB, sender=mail, sent_at=sent_at))
    assert message["Message-ID"] == "<2026-W45.ja.r2.0123456789abcdef@city.example>"
    assert message["In-Reply-To"] == message["References"] == parse(raw)["Message-ID"]
    assert "In-Reply-To" not in parse(raw)


def test_no_name_or_title_starts_a_header_of_its_own(letter: Letter, mail: Mail, sent_at: dt.datetime) -> None:
    for attack in ("News\r\nBcc: all@city.example", "ニュース\r\nBcc: all@city.example", 'a" <x@y.example>, "b'):
        evil = msgspec.structs.replace(letter, subject=attack)
        sender = msgspec.structs.replace(mail, sender_name=attack)
        message = parse(build_message(evil, MAYOR, links=BY_WEB, sender=sender, sent_at=sent_at))
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
    raw = build_message(letter, MAYOR, links=BY_WEB, sender=sender, sent_at=sent_at)
    assert shown_name(raw, "From") == name
    assert shown_name(raw, "List-Id") == name
    assert max(len(line) for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n")) <= 78
