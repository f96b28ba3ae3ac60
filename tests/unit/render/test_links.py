"""Addresses, ours and others'."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.render import links


@pytest.mark.parametrize(
    "url",
    ["https://example.org/", "http://example.org:8080/a?b=c&d=%20#e", "https://例え.jp/ニュース"],
    ids=["plain", "parts", "idn"],
)
def test_web_addresses_pass_as_they_are(url: str):
    assert links.safe_url(url) == url


@given(st.text())
def test_whatever_passes_is_a_web_address(text: str):
    safe = links.safe_url(text)
    assert safe == "" or safe.startswith(("http://", "https://"))


@given(st.from_regex(links._PLAIN, fullmatch=True))
def test_an_address_that_passes_at_first_sight_would_pass_at_the_second(url: str):
    parts = urlsplit(url)
    assert parts.hostname
    assert not parts.username
    assert not parts.password
    assert not links._NOT_IN_ADDRESS.search(url)


@given(st.text(min_size=1))
def test_a_slug_is_one_harmless_part_of_a_path(identifier: str):
    slug = links.slug(identifier)
    assert slug
    assert not set(slug) - set("abcdefghijklmnopqrstuvwxyz0123456789_-")


def test_a_pair_has_one_page_whichever_city_is_named_first():
    assert (
        links.pair_path("geonames:2", "geonames:1", "ja")
        == links.pair_path("geonames:1", "geonames:2", "ja")
        == "pairs/geonames-1--geonames-2/ja.html"
    )


@pytest.mark.parametrize(
    ("target", "origin", "expected"),
    [
        ("index.html", "index.html", "index.html"),
        ("assets/style.css", "stories/s1/ja.html", "../../assets/style.css"),
        ("stories/s1/en.html", "stories/s1/ja.html", "../../stories/s1/en.html"),
        ("sources/ja.html#source-x", "weeks/ja.html", "../sources/ja.html#source-x"),
    ],
    ids=["self", "up", "beside", "fragment"],
)
def test_paths_are_relative_to_the_page(target: str, origin: str, expected: str):
    assert links.relative(target, origin) == expected


@pytest.mark.parametrize(
    "address",
    ["a b@example.org", "x@example.org?bcc=all@example.org", "<x@example.org>", ""],
    ids=["space", "header", "brackets", "none"],
)
def test_only_plain_mail_addresses_become_links(address: str):
    assert links.mail_link(address) == ""
