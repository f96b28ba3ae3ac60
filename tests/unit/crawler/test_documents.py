"""PDF and office documents: recognised by address or answer, kept without their bytes."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import Response

from crawler.handoff import document_type, page_of_document, page_of_response
from pipeline.model import FetchHints, Media
from pipeline.store.inbox import Link
from pipeline.text.media import MEDIA_TYPES, TYPES_BY_SUFFIX, media_of
from pipeline.text.urls import address_id

NOW = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)
LINK = Link(
    url="https://city.example/r08/1003.pdf",
    source_id="city",
    hints=FetchHints(title="代表団が市長を表敬訪問しました", published="10月3日", published_from="listing"),
)


@pytest.mark.parametrize(
    ("url", "media"),
    [
        ("https://city.example/a.pdf", Media.PDF),
        ("https://city.example/a.PDF?v=2#page=3", Media.PDF),
        ("https://city.example/a.doc", Media.WORD),
        ("https://city.example/%E8%B3%87%E6%96%99.docx", Media.WORD),
        ("https://city.example/a.xls", Media.EXCEL),
        ("https://city.example/a.b.xlsx", Media.EXCEL),
        ("https://city.example/a.ppt", Media.POWERPOINT),
        ("https://city.example/a.pptx", Media.POWERPOINT),
        ("https://city.example/a.html", Media.PAGE),
        ("https://city.example/pdf", Media.PAGE),
        ("https://city.example/a.pdf/", Media.PAGE),
        ("https://city.example/a.pdf.html", Media.PAGE),
        ("https://city.example/view?file=a.pdf", Media.PAGE),
        ("https://city.pdf", Media.PAGE),
        ("http://[", Media.PAGE),
        ("", Media.PAGE),
    ],
)
def test_a_document_is_told_by_the_end_of_the_path(url: str, media: Media) -> None:
    assert media_of(document_type(url)) is media
    assert bool(document_type(url)) is (media is not Media.PAGE)


@given(st.text(max_size=60))
def test_no_address_breaks_the_question(url: str) -> None:
    document_type(url)


def test_every_suffix_has_a_type_that_is_known() -> None:
    assert set(TYPES_BY_SUFFIX.values()) <= set(MEDIA_TYPES)


def test_a_document_is_kept_as_the_listing_describes_it() -> None:
    page = page_of_document(LINK, document_type(LINK.url), NOW)
    assert (page.id, page.url, page.final_url, page.source_id) == (address_id(LINK.url), LINK.url, LINK.url, "city")
    assert (page.body, page.status, page.hints, page.fetched_at) == (b"", 200, LINK.hints, NOW)
    assert page.header("content-type") == "application/pdf"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (b"application/pdf", b""),
        (b"Application/PDF;charset=utf-8", b""),
        (b"application/vnd.ms-excel", b""),
        (b"text/html", b"bytes"),
        (b"", b"bytes"),
    ],
)
def test_of_an_answer_that_is_a_document_only_the_headers_are_kept(content_type: bytes, body: bytes) -> None:
    headers = {"Content-Type": content_type, "X-Robots-Tag": b"noindex"} if content_type else {}
    response = Response("https://city.example/files/7", headers=headers, body=b"bytes")
    page = page_of_response(response, LINK, NOW)
    assert page.body == body
    assert page.final_url == "https://city.example/files/7"
    assert media_of(page.header("content-type")) is media_of(content_type.decode())
