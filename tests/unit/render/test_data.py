"""The archive as data: tables, stories as JSON, their schema and the page about them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from types import ModuleType

import lxml.html
import msgspec
import pytest

from pipeline.knowledge.editions import load_edition
from pipeline.model import Card, Shelf, Words
from pipeline.render.data import BYTE_ORDER_MARK, explain_column

Tree = dict[str, bytes]
Build = Callable[..., dict[str, bytes]]
TABLES = ("stories", "articles", "agreements", "meetings", "calendar", "ties")


def rows_of(tree: Tree, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(tree[f"data/{name}.csv"].decode("utf-8-sig"), newline="")))


def test_tables_are_csv_that_excel_and_others_open(tree: Tree):
    """RFC 4180: CRLF, as many cells in every row; a byte order mark, without which Excel takes UTF-8 for Shift_JIS."""
    for name in TABLES:
        text = tree[f"data/{name}.csv"].decode("utf-8")
        assert text.startswith(BYTE_ORDER_MARK), name
        assert not re.search("(?<!\r)\n|\r(?!\n)", text), name
        lengths = {len(row) for row in csv.reader(io.StringIO(text, newline=""))}
        assert len(lengths) == 1, name


def test_a_story_has_one_row_with_its_dates_and_how_certain_they_are(published: Tree, sample: ModuleType):
    rows = {row["story"]: row for row in rows_of(published, "stories")}
    assert rows.keys() == {card.story_id for card in sample.SHELF.cards}
    row = rows[sample.DIALOGUE.story_id]
    assert row["page"] == f"https://digest.example/archive/stories/{sample.DIALOGUE.story_id}/ja.html"
    assert (row["published"], row["published_precision"], row["published_zone"], row["published_origin"]) == (
        "2026-10-21T14:30+09:00",
        "minute",
        "stated",
        "meta",
    )
    assert (row["event_start"], row["event_end"], row["event_precision"]) == ("2026-10-21", "2026-10-23", "day")
    assert row["cities"] == f"{sample.TIANJIN} {sample.KOBE}"
    assert (row["cities_ja"], row["cities_en"]) == ("天津; 神戸", "Tianjin; Kobe")
    assert (row["families"], row["sources"], row["accounts_differ"], row["unverified"]) == ("4", "4", "yes", "no")
    assert row["headline_en"].startswith("Kobe and Tianjin hold")
    assert rows[sample.STUDENTS.story_id]["event_start"] == "2027-04", "only the month is known"
    assert rows[sample.PEACE.story_id]["published"] == "", "no date that can be trusted"


def test_every_article_and_copy_has_a_row_that_says_where_it_is_from(tree: Tree, sample: ModuleType):
    rows = {row["article"]: row for row in rows_of(tree, "articles")}
    for source in sample.DIALOGUE.sources:
        row = rows[source.article_id]
        assert (row["story"], row["url"], row["title"], row["language"]) == (
            sample.DIALOGUE.story_id,
            source.url,
            source.title,
            source.language,
        )
        for copy in source.copies:
            assert rows[copy.article_id]["copy_of"] == source.article_id
            assert rows[copy.article_id]["copy_kind"] == copy.kind


def test_agreements_meetings_and_dates_lead_to_their_stories(tree: Tree):
    stories = {row["story"] for row in rows_of(tree, "stories")}
    for name in ("agreements", "meetings", "calendar"):
        rows = rows_of(tree, name)
        assert rows, name
        for row in rows:
            assert row["story"] in stories
            assert row["page"] in tree


def test_no_cell_is_a_formula(build: Build, sample: ModuleType):
    """A spreadsheet runs what begins with one of these; OWASP, CSV Injection."""
    texts = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\uff1d1", 'plain, with "quotes" and\na line end')
    cards = tuple(
        msgspec.structs.replace(
            sample.PEACE,
            story_id=f"s{number:012x}",
            words={"ja": Words(headline=text, sentences=(), engine="tags")},
            sources=(msgspec.structs.replace(sample.PEACE.sources[0], title=text, article_id=f"x{number}"),),
        )
        for number, text in enumerate(texts)
    )
    tree = build(Shelf(issues=(), cards=cards, sources={}))
    for name in ("stories", "articles"):
        for row in rows_of(tree, name):
            for cell in row.values():
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\uff1d")), cell
                assert "\n" not in cell
    assert {row["title"] for row in rows_of(tree, "articles")} >= {"'=1+1", "'@SUM(A1)"}
    assert json.loads(tree["data/stories.json"])[0]["sources"][0]["title"] in texts, "JSON has the text as it is"


def test_stories_as_json_read_back_and_fit_their_schema(tree: Tree, sample: ModuleType):
    cards = msgspec.json.decode(tree["data/stories.json"], type=list[Card])
    unranked = [msgspec.structs.replace(card, score=0.0, reasons={}) for card in sample.SHELF.cards]
    assert {card.story_id: card for card in cards} == {card.story_id: card for card in unranked}, "as of no issue"
    assert tree["data/stories.json"].count(b"\n") == len(cards) + 2, "one a line"
    schema = json.loads(tree["data/schema.json"])
    assert schema["items"] == {"$ref": "#/$defs/Card"}
    fields = schema["$defs"]["Card"]["properties"]
    for card in json.loads(tree["data/stories.json"]):
        assert card.keys() <= fields.keys()
    assert {"Issue", "CardSource", "DatedEvent"} <= schema["$defs"].keys()


@pytest.mark.parametrize("code", ["ja", "en"])
def test_the_page_about_the_data_links_and_explains_every_table_and_column(tree: Tree, code: str):
    page = lxml.html.document_fromstring(tree[f"data/{code}.html"].decode())
    linked = {link.rpartition("/")[2] for link in page.xpath("//main//a/@href")}
    assert {
        *(f"{name}.csv" for name in TABLES),
        "stories.json",
        "schema.json",
        f"{code}.atom",
        f"{code}.json",
    } <= linked
    explained = {element.text for element in page.xpath("//section[@id='columns']//dt/code")}
    editions = [load_edition("ja"), load_edition("en")]
    meanings = {explain_column(column, editions) for column in explained}
    for name in TABLES:
        header = tree[f"data/{name}.csv"].decode("utf-8-sig").splitlines()[0].split(",")
        assert {explain_column(column, editions) for column in header} <= meanings, name
    assert len(rows_of(tree, "stories")) == int(re.search(r"stories\.csv\D*(\d+)", page.text_content())[1])
