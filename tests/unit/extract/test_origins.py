"""Every field of a document says where it was read."""

import datetime as dt
import json

import pytest

from pipeline.extract import extract
from pipeline.model import Document, FetchHints, RawPage

BODY = "<p>市長は友好都市を訪れ、港湾と教育、環境での協力について会談し、覚書に署名した。市民の交流も続ける。</p>" * 8
ARTICLE = {
    "@type": "NewsArticle",
    "headline": "市長が友好都市を訪問",
    "author": {"name": "見本 花子"},
    "inLanguage": "ja",
}
LD = f'<script type="application/ld+json">{json.dumps({**ARTICLE, "publisher": {"name": "見本新聞"}})}</script>'
META = (
    "<meta property='og:title' content='市長が友好都市を訪問'><meta name='author' content='見本 花子'>"
    "<meta property='og:site_name' content='見本新聞'><link rel='canonical' href='https://mihon.example.jp/b'>"
)


def origins(head: str, body: str = "", hints: FetchHints | None = None, attributes: str = "") -> dict[str, str]:
    page = RawPage(
        id="0" * 16,
        source_id="mihon",
        url="https://mihon.example.jp/a",
        final_url="https://mihon.example.jp/a",
        fetched_at=dt.datetime(2025, 10, 20, tzinfo=dt.UTC),
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"),),
        body=f"<html {attributes}><head>{head}</head><body>{body}{BODY}</body></html>".encode(),
        hints=hints or FetchHints(),
    )
    document = extract(page)
    assert isinstance(document, Document), document
    return document.origins


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (LD, "", {"title": "json_ld", "authors": "json_ld", "site_name": "json_ld", "language": "json_ld", "canonical_url": "url"}),
        (META, "", {"title": "meta", "authors": "meta", "site_name": "meta", "canonical_url": "meta"}),
        ("", "<h1>市長が友好都市を訪問</h1><p>国際部　見本花子</p>", {"title": "h1", "authors": "visible", "site_name": "url", "canonical_url": "url"}),
        ("<title>市長が友好都市を訪問</title>", "<span itemprop='author'>見本 花子</span>", {"title": "document_title", "authors": "itemprop", "site_name": "url", "canonical_url": "url"}),
    ],
)  # fmt: skip
def test_the_origin_of_each_field_is_kept(head: str, body: str, expected: dict[str, str]) -> None:
    assert origins(head, body) == expected


def test_what_only_the_feed_said_has_its_origin_too() -> None:
    hints = FetchHints(title="市長が友好都市を訪問", authors=("見本 花子", "admin"))
    found = origins("", hints=hints)
    assert (found["title"], found["authors"]) == ("hints", "hints")


def test_a_field_that_the_page_does_not_have_has_no_origin() -> None:
    found = origins("<title>市長が友好都市を訪問</title>")
    assert "authors" not in found
    assert "language" not in found
