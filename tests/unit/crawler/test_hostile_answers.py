"""Sites that are probed and recorded answer what they like: it ends in an offer or in none, never in an exception of ours."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.catalogue import obstacles
from crawler.curation.probing import Finds, discover, kind_of, names_posts, offer_of, propose_source, title_of
from crawler.curation.recording import anonymise_html, anonymise_json, anonymise_xml
from pipeline.errors import CrawlError
from pipeline.model import Kind

NOW = dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC)
URL = "https://www.city.example/news/"

WORDS = st.sampled_from([
    "url", "link", "title", "date", "routes", "rendered", "version", "items", "", "a b", 'a"b', "a.b", "ünder", "\x00", "`", "@", "*",
    "/wp/v2/posts", "https://jsonfeed.org/version/1.1", "https://x.example/1", "/2", "//[", "http://[::1", "2026-11-05", "A sister city pact",
    "\ud800 a lone half of a character", "<b>mayors</b>", "&#1;",
])  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
# The same item three times is a list to us.
ANSWERS = st.one_of(
    VALUES,
    st.builds(lambda item, key: {key: [item] * 3}, VALUES, WORDS),
    st.builds(
        lambda title, date, key: {
            key: [{"link": f"/{n}", "title": f"{title} number {n} of three", key: date} for n in range(3)]
        },
        WORDS,
        WORDS | st.integers(),
        WORDS,
    ),
)
TAGS = st.sampled_from(
    ["li", "div", "article", "o:p", "foo:bar", 'a"b', "x-y", "h3", "time", "table", "svg", "ünder", "p.q", "template"]
)
ATTRIBUTES = st.sampled_from([
    "", ' class="card"', ' class="a:b 1c -- é"', ' id="1"', ' id="a]b"', ' @click="x"', ' :title="a &#1; b"', ' datetime="2026-11-05"',
    ' o:p="q"', ' title="x&#0;y"', ' content="&#2;"', ' lang="en-éé"', ' style="x"', " class",
])  # fmt: skip
TEXTS = st.sampled_from(
    ["2026-11-05", "A pact of sister cities", "", "&#1;", "\x01", "&amp;lt;b&amp;gt;", "次へ", "Next »", "<!-- x -->", "<?php x ?>"]
)  # fmt: skip


@st.composite
def pages(draw: st.DrawFn) -> str:
    """Lists of items in markup that nobody should write."""
    outer, inner, around, beside = (draw(TAGS) for _ in range(4))
    attributes = [draw(ATTRIBUTES) for _ in range(5)]
    texts = [draw(TEXTS) for _ in range(3)]
    items = "".join(
        f"<{outer}{attributes[0]}><{inner}{attributes[1]}><a{attributes[2]} href='/{n}'>{texts[0]} of town {n}</a></{inner}>"
        f"<{beside}{attributes[3]}>2026-11-0{n}{texts[1]}</{beside}></{outer}>"
        for n in range(1, 6)
    )
    head = f"<title>{texts[2]}</title><link rel=alternate type=application/rss+xml href='//['>"
    return f"<!doctype html><html{attributes[4]}><head>{head}</head><body><{around}>{items}</{around}>{texts[2]}</body></html>"


def look(body: bytes, kind: Kind | None = None) -> None:
    """All that a probe does with an answer; what it would save must be a source that the catalogue takes."""
    kind_of(body)
    names_posts(body)
    title_of(body, "")
    finds = discover(body.decode("utf-8", "replace"), URL, [body[:200].decode("latin-1")])
    offer = offer_of(body, URL, "", finds=finds, now=NOW, kind=kind)
    if offer:
        spec = propose_source("probed", offer, finds, NOW.date())
        assert not list(obstacles(spec))


@pytest.mark.parametrize(
    "body",
    [
        b'[{"link": "x", "title": 5}]',
        b'[{"link": "x", "title": ["rendered"]}]',
        b'{"routes": 7}',
        b'{"routes": ["/wp/v2/posts"]}',
        b'{"version": 7, "title": {}}',
        b'{"items": [' + b"[" * 20_000,
        json.dumps([{"url": f"/{n}", "title": f"\ud800 half of a character {n}"} for n in range(3)]).encode(),
    ],
)
def test_json_of_other_types_than_expected_is_no_offer(body: bytes) -> None:
    assert not names_posts(body)
    assert title_of(body, "") in ("", "{}")
    assert offer_of(body, URL, "", finds=Finds(url=URL), now=NOW) is None


@given(answer=ANSWERS, kind=st.none() | st.sampled_from(Kind))
def test_any_json_is_an_offer_or_none(answer: Any, kind: Kind | None) -> None:
    look(json.dumps(answer).encode(), kind)


@given(page=pages())
def test_any_markup_is_an_offer_or_none(page: str) -> None:
    look(page.encode())


@given(body=st.binary(max_size=200), kind=st.none() | st.sampled_from(Kind))
def test_any_bytes_are_an_offer_or_none(body: bytes, kind: Kind | None) -> None:
    look(body, kind)


def test_tags_of_other_vocabularies_are_items_as_any() -> None:
    items = "".join(
        f"<foo:bar><a href='/{n}'>A pact of town {n}</a><o:p>2026-11-0{n}</o:p></foo:bar>" for n in (1, 2, 3)
    )
    offer = offer_of(f"<html><body><div>{items}</div></body></html>".encode(), URL, "", finds=Finds(url=URL), now=NOW)

    assert offer
    assert (offer.items, offer.dated) == (3, 3)


@given(page=pages())
def test_any_markup_can_be_recorded(page: str) -> None:
    for text in (page, page.replace("<!doctype html>", "")):
        anonymise_html(text)
        with contextlib.suppress(CrawlError):  # is said to a person
            anonymise_xml(text)


@given(answer=ANSWERS)
def test_any_json_can_be_recorded(answer: Any) -> None:
    json.loads(anonymise_json(json.dumps(answer)))


def test_pages_within_texts_of_pages_are_recorded_as_deep_as_feeds_have_them() -> None:
    text = "<b>innermost</b>"
    for _ in range(300):
        text = f"<b>{text.replace('&', '&amp;').replace('<', '&lt;')}</b>"

    assert "innermost" not in anonymise_html(f"<p>{text}</p>")
