"""One page, one address."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.text.urls import MAX_CHARS, address_id, host, is_web, normalise_url


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("HTTPS://City.Example/News#top", "https://city.example/News"),
        (" http://city.example ", "http://city.example/"),
        ("http://city.example:80/a", "http://city.example/a"),
        ("https://city.example:443/a", "https://city.example/a"),
        ("https://city.example:80/a", "https://city.example:80/a"),
        ("http://city.example:8080/a", "http://city.example:8080/a"),
        ("https://city.example/a?utm_source=x&b=2&fbclid=y&a=1", "https://city.example/a?a=1&b=2"),
        ("https://city.example/a?tag=1&tag=2", "https://city.example/a?tag=1&tag=2"),  # two pages if one were dropped
        ("https://city.example/a;jsessionid=0F?b=1", "https://city.example/a?b=1"),
        ("https://city.example/%7euser", "https://city.example/~user"),
        ("https://city.example/市長?q=東京", "https://city.example/%E5%B8%82%E9%95%B7?q=%E6%9D%B1%E4%BA%AC"),
        ("https://神戸.example/", "https://xn--0ou382c.example/"),
        ("https://city.example/a?b", "https://city.example/a?b="),
    ],
)
def test_addresses_of_one_page_have_one_form(url: str, normal: str) -> None:
    assert normalise_url(url) == normal


@pytest.mark.parametrize(
    "url",
    ["", "city.example", "//city.example/", "ftp://city.example/", "javascript:alert(1)", "data:text/html,x", "http://", "http:///a", "https://user:pw@city.example/", "https://user@city.example/", "http://city.example:x/", "http://[::1", "https://city.example/" + "a" * MAX_CHARS],
)  # fmt: skip
def test_what_cannot_be_fetched_has_no_form(url: str) -> None:
    assert normalise_url(url) == ""


pieces = st.text(
    st.one_of(st.sampled_from("/?#&=;:@%.,+ \\[]\t\n\u202e\u3000市éÉß"), st.characters(codec="utf-8")), max_size=40
)
addresses = st.builds(
    lambda scheme, name, rest: scheme + name + rest,
    st.sampled_from(["http://", "HTTPS://", "http:", ""]),
    st.sampled_from(["city.example", "City.Example:80", "神戸.example", "127.0.0.1", "[::1]:443", ""]),
    pieces,
)


@given(addresses)
@example("http://city.example/?a=1&a=1#x")
@example("http://city.example/%zz?%E3%81")
def test_the_normal_form_is_its_own_normal_form(url: str) -> None:
    normal = normalise_url(url)
    assert normalise_url(normal) == normal
    if normal:
        assert normal.startswith(("http://", "https://"))
        assert normal.isascii()
        assert "#" not in normal
        assert not set(normal) & set(' \t\r\n<>"\\')


def test_host_and_web() -> None:
    assert [host(url) for url in ("https://City.Example:8/x", "nonsense", "http://[bad")] == ["city.example", "", ""]
    assert [is_web(url) for url in ("https://a.example", "http://a", "javascript:x", "urn:city-digest:x")] == [True, True, False, False]  # fmt: skip


def test_ids_are_16_hex_digits_also_of_broken_text() -> None:
    ids = [address_id(url) for url in ("https://city.example/", "https://city.example/a", "\ud800")]
    assert ids[0] == "5c85402b3479f35a"
    assert len(set(ids)) == 3
    assert all(len(key) == 16 and int(key, 16) >= 0 for key in ids)


def test_a_host_is_the_same_with_and_without_the_dot_that_may_end_it() -> None:
    assert host("https://City.example.:8443/a") == host("https://city.example/") == "city.example"
