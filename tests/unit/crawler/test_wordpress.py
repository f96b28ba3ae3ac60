"""The posts of WordPress sites, from their REST interface."""

from __future__ import annotations

import contextlib
import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.spiders.reading import MAX_ITEMS, Found, Reading, Unreadable
from crawler.spiders.wordpress import PER_PAGE, posts_address, read_wordpress
from pipeline.errors import Reason

URL = "https://hub.example.org/wp-json/wp/v2/posts"
POST = {
    "id": 101,
    "date": "2026-11-02T10:00:00",
    "date_gmt": "2026-11-02T09:00:00",
    "link": "https://hub.example.org/en/mayors-dialogue/",
    "title": {"rendered": "Mayors&#8217; dialogue &#8211; what <i>cities</i> brought"},
    "excerpt": {"rendered": "<p>Twelve cities shared projects [&hellip;]</p>\n", "protected": False},
    "lang": "en",
}


def posts(*changes: dict[str, object]) -> bytes:
    return json.dumps([POST | change for change in changes]).encode()


def one(**changes: object) -> Found:
    (found,) = read_wordpress(posts(changes), URL).found
    return found


def test_a_post_gives_link_title_summary_language_and_the_moment_in_utc() -> None:
    found = one()
    assert found.url == "https://hub.example.org/en/mayors-dialogue/"
    assert found.hints.title == "Mayors’ dialogue – what cities brought"
    assert found.hints.summary == "Twelve cities shared projects […]"
    assert (found.hints.published, found.hints.published_from) == ("2026-11-02T09:00:00Z", "api")
    assert (found.hints.language, found.hints.authors) == ("en", ())


@pytest.mark.parametrize(
    ("changes", "published"),
    [
        ({"date_gmt": None}, "2026-11-02T10:00:00"),
        ({"date_gmt": "0000-00-00T00:00:00"}, "2026-11-02T10:00:00"),
        ({"date_gmt": "2026-11-02T09:00:00Z"}, "2026-11-02T09:00:00Z"),
        ({"date_gmt": "2026-11-02T09:00:00+00:00"}, "2026-11-02T09:00:00+00:00"),
        ({"date_gmt": None, "date": "0000-00-00T00:00:00"}, ""),
        ({"date_gmt": 5, "date": []}, ""),
    ],
)
def test_without_a_moment_in_utc_the_sites_own_date_is_taken_unmarked(
    changes: dict[str, object], published: str
) -> None:
    hints = one(**changes).hints
    assert (hints.published, hints.published_from) == (published, "api" if published else "")


def test_authors_are_read_where_they_are_embedded() -> None:
    assert one(_embedded={"author": [{"name": "Press Office"}, {"code": "rest_user_invalid_id"}]}).hints.authors == (
        "Press Office",
    )


def test_titles_that_plug_ins_made_plain_strings_are_read() -> None:
    assert one(title="Sister cities", excerpt=None).hints.title == "Sister cities"


def test_what_is_no_post_costs_no_other_post() -> None:
    body = json.dumps([POST, 3, None, {"id": 4}, {"link": 5}, POST | {"link": "https://hub.example.org/2"}]).encode()
    assert [found.url for found in read_wordpress(body, URL).found] == [POST["link"], "https://hub.example.org/2"]


def test_a_site_without_posts_gives_none() -> None:
    assert read_wordpress(b"\xef\xbb\xbf []\n", URL) == Reading()


def test_more_posts_than_anyone_publishes_are_cut() -> None:
    assert len(read_wordpress(posts(*[{"id": n} for n in range(MAX_ITEMS + 5)]), URL).found) == MAX_ITEMS


def test_an_error_is_told_in_the_words_of_wordpress() -> None:
    body = json.dumps({"code": "rest_no_route", "message": "No route was found.", "data": {"status": 404}}).encode()
    with pytest.raises(Unreadable) as caught:
        read_wordpress(body, URL)
    assert caught.value.reason is Reason.BAD_FEED
    assert caught.value.detail == "WordPress says rest_no_route: No route was found."


@pytest.mark.parametrize("body", [b"", b"<html>login</html>", b"{}", b"null", b"[1]", b"[" * 100_000, b'"x"', b"\xff"])
def test_what_is_no_list_of_posts_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        read_wordpress(body, URL)
    assert caught.value.reason is Reason.BAD_FEED
    assert caught.value.detail


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["link", "title", "rendered", "date_gmt", "_embedded", "code"]), inner)
    ),
)


@given(_JSON)
def test_nothing_but_unreadable_comes_out_of_other_answers(answer: object) -> None:
    with contextlib.suppress(Unreadable):
        read_wordpress(json.dumps(answer).encode(), URL)


# ----------------------------------------------------------------------------------------------------- the address to ask


@pytest.mark.parametrize(
    ("start", "asked"),
    [
        ("https://hub.example.org", "https://hub.example.org/wp-json/wp/v2/posts"),
        ("https://hub.example.org/en/", "https://hub.example.org/en/wp-json/wp/v2/posts"),
        ("https://hub.example.org/index.php", "https://hub.example.org/index.php/wp-json/wp/v2/posts"),
        ("https://hub.example.org/wp-json/", "https://hub.example.org/wp-json/wp/v2/posts"),
        ("https://hub.example.org/wp-json/wp/v2/posts/", "https://hub.example.org/wp-json/wp/v2/posts/"),
        ("https://hub.example.org/wp-json/wp/v2/news", "https://hub.example.org/wp-json/wp/v2/news"),
    ],
)
def test_home_interface_and_posts_lead_to_the_posts(start: str, asked: str) -> None:
    address = posts_address(start)
    assert address.partition("?")[0] == asked
    query = parse_qs(urlsplit(address).query)
    assert (query["per_page"], query["orderby"], query["order"]) == ([str(PER_PAGE)], ["date"], ["desc"])
    assert {"link", "title", "date_gmt"} <= set(query["_fields"][0].split(","))
    assert "_embedded" not in query["_fields"][0]


def test_what_the_operator_asks_for_stays() -> None:
    query = parse_qs(urlsplit(posts_address(f"{URL}?categories=7,9&per_page=10&_embed=author&search=a%20%26b")).query)
    assert (query["categories"], query["per_page"], query["search"]) == (["7,9"], ["10"], ["a &b"])
    assert {"_links", "_embedded"} <= set(query["_fields"][0].split(","))


def test_sites_without_readable_addresses_are_asked_by_their_route() -> None:
    address = posts_address("https://hub.example.org/?rest_route=/wp/v2/posts&lang=ja")
    assert address.startswith("https://hub.example.org/?rest_route=/wp/v2/posts&lang=ja&")
    assert "wp-json" not in address


@given(
    st.sampled_from(["", "/", "/en", "/wp-json", "/wp-json/wp/v2/posts", "/a b/é"]),
    st.dictionaries(st.sampled_from(["lang", "categories", "_embed", "per_page", "rest_route"]), st.text(max_size=8)),
)
def test_the_address_asked_leads_to_itself(path: str, query: dict[str, str]) -> None:
    address = posts_address(f"https://hub.example.org{path}?{urlencode(query)}")
    assert posts_address(address) == address
