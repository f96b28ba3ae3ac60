"""What all readers share: text without markup, JSON, and addresses that only lead on to another."""

from __future__ import annotations

import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.spiders.reading import SUMMARY_CHARS, Found, Reading, Unreadable, plain, read_json, select, unwrap
from pipeline.errors import Reason
from pipeline.model import Kind, Label, SourceSpec

TARGET = "https://city.example/news/1?id=2&lang=ja"
ALERTS = SourceSpec(
    id="alerts",
    names={"en": "Alerts"},
    home="https://alerts.example/",
    country="ZZ",
    languages=("en",),
    kind=Kind.FEED,
    start=("https://alerts.example/feed",),
    labels=(Label.QUERY,),
)


@pytest.mark.parametrize(
    "wrapper",
    [
        "https://www.google.com/url?rct=j&sa=t&url={}&ct=ga&cd=CAIyAA&usg=AOv",
        "https://www.google.co.jp/url?q={}&sa=U",
        "http://google.fr/url?url={}",
        "http://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&tid=1&url={}&c=7&mkt=ja-jp",
        "https://l.facebook.com/l.php?u={}&h=AT0",
        "https://www.youtube.com/redirect?event=x&q={}",
        "https://eur01.safelinks.protection.outlook.com/?url={}&data=05",
    ],
)
def test_known_wrappers_give_the_address_that_they_name(wrapper: str) -> None:
    assert unwrap(wrapper.format(quote(TARGET, safe=""))) == TARGET


def test_wrappers_in_wrappers_are_opened_but_not_for_ever() -> None:
    url = TARGET
    for _ in range(2):
        url = "https://www.google.com/url?url=" + quote(url, safe="")
    assert unwrap(url) == TARGET
    for _ in range(20):
        url = "https://www.google.com/url?url=" + quote(url, safe="")
    assert unwrap(url).startswith("https://www.google.com/url?url=")


@pytest.mark.parametrize(
    "url",
    [
        TARGET,
        "https://www.google.com/search?q=https://city.example/",
        "https://www.google.com/url?usg=AOv",
        "https://www.google.com/url?url=/local",
        "https://www.google.com/url?url=javascript:alert(1)",
        "https://www.google.com/url?url=file:///etc/passwd",
        "https://google.com.city.example/url?url=https://other.example/",
        "https://notgoogle.com/url?url=https://other.example/",
        "https://city.example/url?url=https://other.example/",
        "https://news.google.com/rss/articles/CBMiX2h0dHBz",
        "https://www.google.com/url?" + "a=1&" * 500,
        "http://[",
        "",
    ],
)
def test_every_other_address_stays_as_it_is(url: str) -> None:
    assert unwrap(url) == url


@given(st.text(max_size=100))
def test_unwrapping_never_fails(url: str) -> None:
    unwrap(url)
    unwrap(f"https://www.google.com/url?{url}")


def test_links_are_unwrapped_before_they_are_normalised_and_compared() -> None:
    wrapped = "https://www.google.com/url?url=" + quote("https://CITY.example/1?utm_source=alert", safe="")
    reading = Reading(found=(Found(url=wrapped), Found(url="https://city.example/1")))
    assert [link.url for link in select(reading, ALERTS, ALERTS.start[0])] == ["https://city.example/1"]


# ------------------------------------------------------------------------------------------------------------------ text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b>Mayors</b> &amp; <i class='x'>partners</i>", "Mayors & partners"),
        ("5 < 7 and 8 > 6", "5 < 7 and 8 > 6"),
        ("a<br/>b<!-- note -->c<?php x ?>d", "abcd"),
        ("<3 Kyoto <", "<3 Kyoto <"),
        ("one\n two\t three", "one two three"),
    ],
)
def test_markup_leaves_and_other_angles_stay(text: str, expected: str) -> None:
    assert plain(text, SUMMARY_CHARS) == expected


@pytest.mark.parametrize("part", ["<a", "<", "<a <", "&", "<!--", "<a href='"])
def test_unfinished_markup_costs_no_more_than_its_length(part: str) -> None:
    started = time.process_time()
    plain(part * 1_000_000, SUMMARY_CHARS)
    assert time.process_time() - started < 1


# ------------------------------------------------------------------------------------------------------------------ JSON


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf {"a": [1]}\n', '{"a": [1]}'.encode("utf-16")])
def test_json_is_read_with_marks_and_space_around_it(body: bytes) -> None:
    assert read_json(body, "application/json") == {"a": [1]}


@pytest.mark.parametrize(
    ("body", "said"), [(b" ", "an empty answer"), (b"<p>Moved</p>", "an HTML page"), (b"{", "something else"), (b"[" * 10**6, "something else")]
)  # fmt: skip
def test_what_came_instead_of_json_is_told(body: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_json(body, "application/json")
    assert caught.value.reason is Reason.BAD_FEED
    assert caught.value.detail.startswith(f"{said} instead of JSON")
