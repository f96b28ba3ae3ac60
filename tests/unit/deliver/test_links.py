"""A reader's own addresses (M9, M10)."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
import pytest

from pipeline.config import Mail, Settings, Smtp, Web
from pipeline.deliver.keys import Key, Keys
from pipeline.deliver.links import envelope_sender, make_links
from pipeline.deliver.tokens import Purpose, read_token
from pipeline.render.letter import MOST_LINK_BYTES

KEYS = Keys(identity=b"i" * 32, tokens=(Key(id="1", secret=b"s" * 32),))
READER = "0123456789abcdef"


@pytest.fixture
def settings(mail: Mail) -> Settings:
    return Settings(mail=mail, web=Web(base_url="https://city.example/digest/"))


def test_links_lead_to_the_pages_of_this_reader_in_their_language(settings: Settings) -> None:
    links = make_links(READER, "ja", settings=settings, keys=KEYS)
    for address, folder, purpose in ((links.leave, "u", Purpose.LEAVE), (links.settings, "s", Purpose.SETTINGS)):
        parts = urlsplit(address)
        assert (parts.scheme, parts.netloc, parts.query) == ("https", "city.example", "lang=ja")
        before, _, token = parts.path.rpartition("/")
        found = read_token(KEYS, purpose, token)
        assert before == f"/digest/{folder}"
        assert found is not None
        assert found.reader == READER
    assert links.leave_url == links.leave.removesuffix("?lang=ja")


def test_where_there_are_no_pages_mail_does_it(settings: Settings) -> None:
    """M10: on a static host, signed mailto only."""
    static = msgspec.structs.replace(settings, web=Web())
    links = make_links(READER, "ja", settings=static, keys=KEYS)
    assert links.leave_url == ""
    assert links.leave == links.leave_mail
    told = (
        (links.leave, "leave@city.example", Purpose.LEAVE),
        (links.settings, "editors@city.example", Purpose.SETTINGS),
    )
    for address, recipient, purpose in told:
        parts = urlsplit(address)
        (subject,) = parse_qs(parts.query)["subject"]
        found = read_token(KEYS, purpose, subject.split()[-1])
        assert (parts.scheme, unquote(parts.path)) == ("mailto", recipient)
        assert found is not None
        assert found.reader == READER


def test_a_contact_that_is_a_page_takes_no_mail(settings: Settings) -> None:
    mail = msgspec.structs.replace(settings.mail, contact="https://city.example/contact")
    static = msgspec.structs.replace(settings, web=Web(), mail=mail)
    assert make_links(READER, "ja", settings=static, keys=KEYS).settings.startswith("mailto:leave@city.example?")


def test_what_comes_back_says_whose_it_was_and_of_which_issue(settings: Settings) -> None:
    """M9: a local part has at most 64 characters (RFC 5321, 4.5.3.1.1)."""
    address = envelope_sender(READER, "2026-W45", settings=settings, keys=KEYS)
    name, _, domain = address.rpartition("@")
    local, _, tag = name.partition("+")
    found = read_token(KEYS, Purpose.BOUNCE, tag)
    assert (local, domain) == ("digest", "city.example")
    assert len(name) <= 64
    assert found is not None
    assert (found.reader, found.extra) == (READER, "2026-w45")
    own = msgspec.structs.replace(settings, smtp=Smtp(bounce_address="back@mail.city.example"))
    assert envelope_sender(READER, "2026-W45", settings=own, keys=KEYS) == f"back+{tag}@mail.city.example"


@pytest.mark.parametrize("web", [Web(), Web(base_url=f"https://{'a' * 63}.example.org/{'b' * 23}")])
def test_a_letter_counts_at_least_their_length(settings: Settings, web: Web) -> None:
    """M5: what the gate of 90 kB takes for an address of a reader's own is no less than it is."""
    links = make_links(READER, "ja", settings=msgspec.structs.replace(settings, web=web), keys=KEYS)
    assert max(len(links.leave), len(links.settings)) <= MOST_LINK_BYTES


def test_the_page_to_leave_fits_on_a_line_of_the_header(settings: Settings) -> None:
    """RFC 5322, 2.1.1, as far as the operator's own domain allows it."""
    near = msgspec.structs.replace(settings, web=Web(base_url="https://city.example"))
    links = make_links(READER, "ja", settings=near, keys=KEYS)
    assert len(f"List-Unsubscribe: <{links.leave_url}>,") <= 78
