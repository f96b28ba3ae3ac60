"""Where a story takes place, as its articles say it. All texts are invented; the cities are real."""

from __future__ import annotations

import datetime as dt

from pipeline.group import find_host
from pipeline.knowledge.lexicon import load_lexicon
from pipeline.model import Article, Block, BlockKind, Directives, TaggedArticle
from pipeline.tag.stage import tag

KOBE, HIROSHIMA = "geonames:1859171", "geonames:1862415"
OPENS = "The Asia-Pacific Mayors' Dialogue opened in Kobe on Wednesday with mayors from 26 cities of the region."


def told(title: str, *paragraphs: str) -> TaggedArticle:
    blocks = tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in paragraphs)
    article = Article(
        id=title, page_id="p", source_id="s", url="https://minato.example/1", title=title, blocks=blocks, language="en",
        language_confidence=1.0, first_seen=dt.datetime(2026, 10, 1, tzinfo=dt.UTC), directives=Directives(), fingerprint="0" * 16,
    )  # fmt: skip
    return tag(article, load_lexicon())


def test_the_host_is_the_city_where_title_or_lead_say_that_it_is_held() -> None:
    assert find_host([told("Mayors from 26 cities meet", OPENS)]) == KOBE


def test_the_place_of_the_next_meeting_is_not_that_of_this_one() -> None:
    later = "The next general conference will be held in Hiroshima in August 2027."
    assert (
        find_host([told("Mayors adopt a plan for young people", "Cities agreed to give young people a vote.", later)])
        == ""
    )
    assert find_host([told("Mayors from 26 cities meet", OPENS, later)]) == KOBE


def test_where_articles_differ_nobody_is_the_host() -> None:
    other = told("Mayors meet", "The Asia-Pacific Mayors' Dialogue opened in Hiroshima on Wednesday with 26 cities.")
    assert find_host([other]) == HIROSHIMA
    assert find_host([other, told("Mayors from 26 cities meet", OPENS)]) == ""
