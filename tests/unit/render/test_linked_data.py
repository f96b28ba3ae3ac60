"""JSON-LD (conventions W3): what a page is, and whose the articles are."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType

import lxml.html
import msgspec

from pipeline.model import Shelf, Words

Tree = dict[str, bytes]
Build = Callable[..., dict[str, bytes]]


def linked_data(body: bytes) -> dict:
    page = lxml.html.document_fromstring(body.decode())
    (script,) = page.xpath("//script[@type='application/ld+json']")
    return json.loads(script.text)


def test_every_page_says_what_it_is(published: Tree):
    kinds = {}
    for path, body in published.items():
        if path.endswith(".html") and path != "404.html":
            node = linked_data(body)
            assert node["@context"] == "https://schema.org"
            assert node["url"] == f"https://digest.example/archive/{path}"
            assert node["inLanguage"]
            kinds.setdefault(node["@type"], set()).add(path.split("/")[0])
    assert kinds["WebSite"] == {"index.html"}
    assert kinds["Article"] == {"issues", "stories"}
    assert {"cities", "networks", "themes", "pairs", "weeks", "search", "data"} <= kinds["CollectionPage"]


def test_a_story_is_our_summary_of_articles_that_belong_to_others(published: Tree, sample: ModuleType):
    node = linked_data(published[f"stories/{sample.DIALOGUE.story_id}/en.html"])
    assert node["author"]["name"] == "City Diplomacy Digest"
    assert [work["url"] for work in node["isBasedOn"]] != []
    for work in node["isBasedOn"]:
        assert work["@type"] == "CreativeWork"
        assert work["publisher"]["name"] != "City Diplomacy Digest"
    titles = {source.title for source in sample.DIALOGUE.sources}
    assert {work["name"] for work in node["isBasedOn"]} == titles
    assert node["headline"] not in titles


def test_an_issue_cites_every_source_once(published: Tree, sample: ModuleType):
    node = linked_data(published["issues/2026-W43/ja.html"])
    cited = [work["name"] for work in node["citation"]]
    expected = {source.title for card in sample.SECOND.cards for source in card.sources}
    assert set(cited) == expected


def test_without_a_published_address_nothing_of_ours_has_one(tree: Tree):
    """W1."""
    for path, body in tree.items():
        if path.endswith(".html") and path != "404.html":
            assert "url" not in linked_data(body), path


def test_the_front_page_tells_where_to_search(published: Tree):
    action = linked_data(published["index.html"])["potentialAction"]
    assert action["target"]["urlTemplate"] == "https://digest.example/archive/search/ja.html?q={search_term_string}"


def test_no_text_ends_the_element_it_stands_in(build: Build, sample: ModuleType):
    hostile = '</script><!--<script>"\\'
    words = {code: Words(headline=hostile, sentences=(), engine="tags") for code in ("ja", "en")}
    card = msgspec.structs.replace(sample.PEACE, words=words)
    tree = build(Shelf(issues=(), cards=(card,), sources={}))
    body = tree[f"stories/{card.story_id}/ja.html"]
    assert linked_data(body)["headline"] == hostile
    assert body.count(b"</script>") == 1
