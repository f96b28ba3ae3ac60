"""JSON answers of any shape, read by JMESPath."""

from __future__ import annotations

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.spiders.json_api import check_expression, read_json_api
from crawler.spiders.reading import MAX_ITEMS, Found, Unreadable
from pipeline.errors import Reason
from pipeline.model import Fields

URL = "https://api.city.example/v1/news?page=1"
FIELDS = Fields(
    items="data.list[?kind == 'press']",
    link="path",
    title="headline.text",
    date="at",
    summary="lead",
    next_page="links.next",
)
ITEM = {
    "kind": "press",
    "path": "/press/1102",
    "headline": {"text": "Mayor &amp; delegation visit <b>Lyon</b>"},
    "at": "2026年11月2日",
    "lead": "<p>The city signed a memorandum.</p>",
}


def answer(*items: object, **links: object) -> bytes:
    return json.dumps({"data": {"list": items}, "links": links}).encode()


def one(**changes: object) -> Found:
    (found,) = read_json_api(answer(ITEM | changes), URL, FIELDS).found
    return found


def test_an_item_gives_link_title_summary_and_its_date_as_it_stands_there() -> None:
    found = one()
    assert found.url == "https://api.city.example/press/1102"
    assert (found.hints.title, found.hints.summary) == (
        "Mayor & delegation visit Lyon",
        "The city signed a memorandum.",
    )
    assert (found.hints.published, found.hints.published_from) == ("2026年11月2日", "api")


def test_expressions_choose_among_the_items() -> None:
    reading = read_json_api(answer(ITEM | {"kind": "job"}, ITEM), URL, FIELDS)
    assert len(reading.found) == 1


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        (1793609400, "2026-11-02T08:50:00Z"),
        (1793609400.75, "2026-11-02T08:50:00Z"),
        (1793609400123, "2026-11-02T08:50:00Z"),
        ("1793609400", "2026-11-02T08:50:00Z"),
        (" 1793609400123 ", "2026-11-02T08:50:00Z"),
        (20261102, "20261102"),
        ("20261102", "20261102"),
        (20261102093000, "20261102093000"),
        ("2026-11-02T18:30:00+09:00", "2026-11-02T18:30:00+09:00"),
        ("11月2日", "11月2日"),
        ("", ""),
        (1e308, ""),
        (-5, ""),
        (18446744073709551615, ""),
        ("9" * 500, "9" * 200),
        (None, ""),
        (True, ""),
        (["2026-11-02"], ""),
    ],
    ids=repr,
)
def test_dates_are_strings_or_counts_since_1970(stated: object, read: str) -> None:
    hints = one(at=stated).hints
    assert (hints.published, hints.published_from) == (read, "api" if read else "")


@given(st.integers(788_918_400, 4_102_444_799), st.sampled_from([1, 1_000, 1_000_000]))
def test_the_unit_of_a_count_changes_nothing(seconds: int, units: int) -> None:
    assert one(at=seconds * units).hints.published == one(at=seconds).hints.published


def test_titles_may_be_figures_and_missing_parts_are_empty() -> None:
    assert one(headline={"text": 2026}).hints.title == "2026"
    hints = one(headline=None, at=None, lead={"a": 1}).hints
    assert (hints.title, hints.published, hints.summary) == ("", "", "")


def test_expressions_may_build_an_address() -> None:
    fields = Fields(items="[]", link="join('', ['https://city.example/news/', to_string(id)])")
    (found,) = read_json_api(b'[{"id": 7, "title": "T"}]', URL, fields).found
    assert found.url == "https://city.example/news/7"


@pytest.mark.parametrize(
    ("stated", "follow"),
    [
        ("?page=2", ("https://api.city.example/v1/news?page=2",)),
        ("https://city.example/2", ("https://city.example/2",)),
        ("", ()),
        (None, ()),
        (2, ()),
    ],
)
def test_the_next_page_is_followed_where_the_answer_names_one(stated: object, follow: tuple[str, ...]) -> None:
    assert read_json_api(answer(ITEM, next=stated), URL, FIELDS).follow == follow


def test_an_item_that_fits_no_expression_costs_no_other() -> None:
    fields = Fields(items="[]", link="join('/', parts)", title="join(' ', parts)")
    body = json.dumps([{"parts": ["https:/", "city.example", "1"]}, {"parts": 3}, {}, None]).encode()
    assert [found.url for found in read_json_api(body, URL, fields).found] == ["https://city.example/1"]


@pytest.mark.parametrize("digits", [25, 310, 4_000])
def test_a_figure_beyond_measure_costs_no_other_item(digits: int) -> None:
    odd = int("9" * digits)
    first, second = read_json_api(answer({**ITEM, "at": odd, "headline": {"text": odd}}, ITEM), URL, FIELDS).found
    assert (first.hints.published, first.url) == ("", second.url)
    assert second.hints.published

    averaged = Fields(items="[]", link="url", summary="to_string(avg(figures))")
    body = json.dumps([{"url": "/1", "figures": [odd, 1]}, {"url": "/2", "figures": [1, 3]}]).encode()
    assert [found.url for found in read_json_api(body, URL, averaged).found] == [
        "https://api.city.example/1",
        "https://api.city.example/2",
    ]


def test_no_items_today_is_an_empty_reading() -> None:
    assert read_json_api(answer(), URL, FIELDS).found == ()


def test_more_items_than_anyone_publishes_are_cut_in_little_time() -> None:
    started = time.monotonic()
    assert len(read_json_api(answer(*[ITEM] * 20_000), URL, FIELDS).found) == MAX_ITEMS
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"<html></html>", "HTML"),
        (b"{", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"{}", "fields.items"),
        (b'{"data": {"list": 3}}', "fields.items"),
        (b'{"data": {"list": [{"kind": "press", "url": "/1"}]}}', "fields.link"),
    ],
)
def test_what_does_not_hold_the_items_is_said_to_lack_them(body: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_json_api(body, URL, FIELDS)
    assert caught.value.reason is Reason.BAD_FEED
    assert said in caught.value.detail


@given(st.binary(max_size=300))
def test_nothing_but_unreadable_comes_out_of_garbage(body: bytes) -> None:
    with contextlib.suppress(Unreadable):
        read_json_api(body, URL, FIELDS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "shift_jis"])
def test_answers_in_other_charsets_are_read(encoding: str) -> None:
    text = json.dumps([{"url": "/1", "title": "姉妹都市提携三十周年の記念行事を開催しました"}], ensure_ascii=False)
    (found,) = read_json_api(text.encode(encoding), URL, Fields(items="[]")).found
    assert found.hints.title == "姉妹都市提携三十周年の記念行事を開催しました"


@pytest.mark.parametrize("text", ["url", "data[].{a: b}", "a[1:3]", "not_null(a, b, c)", "sort_by(list, &at)", "@"])
def test_expressions_that_jmespath_knows_pass(text: str) -> None:
    assert check_expression(text) == ""


@pytest.mark.parametrize(
    "text", ["", "a[", "a..b", "lower(title)", "items[].to_upper(x)", "sort_by(list)", "length(a, b)", "$.a"]
)
def test_wrong_expressions_are_complained_of(text: str) -> None:
    complaint = check_expression(text)
    assert repr(text) in complaint
    assert "\n" not in complaint
