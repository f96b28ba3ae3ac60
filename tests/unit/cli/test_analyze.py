"""`analyze` on pages and on bare texts, and a page that cannot be read between good ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from pipeline.cli import cli

PAGE = """<!doctype html><html lang="en"><head><title>Friends across the sea | City of Harbour</title>
<meta name="author" content="Press Office"></head><body><h1>Friends across the sea</h1>
<p>Published 3 March 2026</p><p>The mayors of Naha and Fuzhou met on Monday and agreed that both cities would send forty pupils a year
to each other, as they have done since the two became friendship cities.</p><p>The first group leaves in August and stays with families
for two weeks. The city council pays half of the fare and asks the families for the rest.</p></body></html>"""


def analyse(folder: Path, *rows: dict[str, Any]) -> dict[str, dict[str, Any]]:
    manifest = folder / "manifest.jsonl"
    manifest.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    done = CliRunner().invoke(cli, ["analyze", "--workers", "1", str(manifest)])
    assert done.exit_code == 0, done.output
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [answer["id"] for answer in answers] == [row["id"] for row in rows]
    return {answer["id"]: answer for answer in answers}


def cities(answer: dict[str, Any]) -> set[str]:
    return {tag["name"]["en"] for tag in answer["tags"] if tag["kind"] == "city"}


def test_a_text_without_a_title_and_a_title_without_a_text_are_articles_however_short(tmp_path: Path) -> None:
    answers = analyse(
        tmp_path,
        {"id": "text", "text": "Nice and Hangzhou have been sister cities for years."},
        {"id": "title", "title": "名古屋市長、南京市を訪問"},
    )
    assert {answer["outcome"] for answer in answers.values()} == {"article"}
    assert cities(answers["text"]) == {"Nice", "Hangzhou"}
    assert cities(answers["title"]) == {"Nagoya", "Nanjing"}
    assert answers["title"]["language"] == "ja"


def test_a_page_says_where_its_fields_were_read(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    answer = analyse(tmp_path, {"id": "page", "html": "page.html", "fetched_at": "2026-03-05T00:00:00Z"})["page"]
    assert answer["title"] == "Friends across the sea"
    assert answer["origins"]["title"] in {"h1", "document_title"}
    assert answer["date"] == "2026-03-03"
    assert answer["date_origin"] == "visible"
    assert answer["access"] == "open"
    assert 0 < answer["agreement"] <= 1
    assert answer["extractor"].startswith("trafilatura")


def test_an_empty_page_has_its_reason_and_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    (tmp_path / "empty.html").write_text("", "utf-8")
    answers = analyse(tmp_path, {"id": "a", "html": "empty.html"}, {"id": "b", "html": "page.html"})
    assert (answers["a"]["outcome"], answers["a"]["reason"]) == ("skip", "no_body")
    assert answers["b"]["outcome"] == "article"
