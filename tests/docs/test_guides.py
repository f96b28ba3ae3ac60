"""What the guides to sources show is what the readers do with it."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crawler.spiders.json_api import read_json_api
from crawler.spiders.listing import read_listing
from crawler.spiders.wordpress import posts_address
from pipeline.model import Fields, Selectors

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "guides"
LINES_OF_A_SCREEN = 70


def blocks(guide: str, info: str) -> list[str]:
    text = (GUIDES / f"{guide}.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{info}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def source(guide: str, number: int = 0) -> dict[str, Any]:
    return tomllib.loads(blocks(guide, "toml source")[number])


@pytest.mark.parametrize("kind", ["source", "listing", "wordpress-site", "json-source", "sitemap"])
def test_a_guide_to_one_kind_fits_one_screen(kind: str) -> None:
    name = f"add-a-{kind}.md"
    assert len((GUIDES / name).read_text(encoding="utf-8").splitlines()) <= LINES_OF_A_SCREEN


def test_the_answer_in_the_guide_to_json_is_read_by_its_file() -> None:
    table = source("add-a-json-source")
    answer = json.loads(blocks("add-a-json-source", "json")[0])
    reading = read_json_api(json.dumps(answer).encode(), table["start"][0], msgspec.convert(table["fields"], Fields))
    (found,) = reading.found
    assert (found.url, found.hints.title, found.hints.published) == (
        "https://www.city.example.org/press/1102",
        "Mayor visits Lyon",
        "2026-11-02T08:50:00Z",
    )
    assert reading.follow == ("https://api.city.example.org/v1/news?page=2",)


def test_the_listing_in_the_guide_reads_dates_as_it_says() -> None:
    table = source("add-a-listing")
    page = """<h2>令和7年度</h2><ul class="press">
    <li><a href="1.html">A</a><span class="date">【報道発表】令和7年7月8日 国際課</span></li>
    <li><a href="2.html">B</a><span class="date">1月8日掲載</span></li></ul><a class="next" href="?p=2">次へ</a>"""
    selectors = msgspec.convert(table["selectors"], Selectors)
    reading = read_listing(page.encode(), table["start"][0], selectors, zone=table["zone"])
    assert [found.hints.published for found in reading.found] == ["令和7年7月8日", "2026-01-08"]
    assert reading.follow == (table["start"][0] + "?p=2",)


def test_the_address_asked_of_wordpress_is_the_one_in_its_guide() -> None:
    asked = posts_address(source("add-a-wordpress-site")["start"][0]).partition("?")[0]
    assert f"`{asked}`" in (GUIDES / "add-a-wordpress-site.md").read_text(encoding="utf-8")
    narrowed = source("add-a-wordpress-site", 1)["start"][0]
    assert posts_address(narrowed).startswith(narrowed)
