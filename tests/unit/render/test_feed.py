"""Feeds: Atom (RFC 4287) and JSON Feed 1.1 (conventions W4)."""

from __future__ import annotations

import datetime as dt
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from types import ModuleType

import feedparser
import msgspec
import pytest

from pipeline.model import Shelf
from pipeline.render.feeds import FEED_ENTRIES, TOPIC_ENTRIES, TOPIC_STORIES

Tree = dict[str, bytes]
Build = Callable[..., dict[str, bytes]]

ATOM = "{http://www.w3.org/2005/Atom}"


def test_a_feed_has_what_the_standard_demands(published: Tree):
    """RFC 4287, 4.1.1 and 4.1.2."""
    for code in ("ja", "en"):
        feed = ET.fromstring(published[f"feeds/{code}.atom"])
        assert feed.tag == f"{ATOM}feed"
        for name in ("id", "title", "updated", "author"):
            assert len(feed.findall(f"{ATOM}{name}")) == 1
        selves = [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
        assert selves == [f"https://digest.example/archive/feeds/{code}.atom"]
        for entry in feed.findall(f"{ATOM}entry"):
            for name in ("id", "title", "updated", "content"):
                assert len(entry.findall(f"{ATOM}{name}")) == 1
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry.findtext(f"{ATOM}updated"))


def test_ids_are_tags_and_each_stands_once(published: Tree):
    ids = [
        entry.findtext(f"{ATOM}id")
        for code in ("ja", "en")
        for entry in ET.fromstring(published[f"feeds/{code}.atom"]).findall(f"{ATOM}entry")
    ]
    assert len(ids) == len(set(ids)) == 16
    assert all(re.fullmatch(r"tag:digest\.example,2026:story/s[0-9a-f]{12}/(ja|en)", entry) for entry in ids)


def test_a_feed_without_a_published_address_has_no_links(tree: Tree):
    """W1."""
    feed = ET.fromstring(tree["feeds/ja.atom"])
    assert feed.findall(f".//{ATOM}link") == []


def test_the_newest_story_stands_first(tree: Tree):
    updated = [
        entry.findtext(f"{ATOM}updated") for entry in ET.fromstring(tree["feeds/en.atom"]).findall(f"{ATOM}entry")
    ]
    assert updated == sorted(updated, reverse=True)


@pytest.fixture(scope="module")
def many(build: Build, sample: ModuleType) -> Tree:
    """Seventy stories of Nagasaki and one network, all first seen at one moment; four of a theme."""
    cards = tuple(
        msgspec.structs.replace(sample.PEACE, story_id=f"s{number:012x}", themes=("peace",) if number < 4 else ())
        for number in range(70)
    )
    return build(Shelf(issues=(), cards=cards, sources=sample.SOURCES), base_url="https://digest.example/archive")


def feeds_of(tree: Tree) -> list[str]:
    return sorted(path for path in tree if path.endswith(".atom"))


def test_a_reader_of_feeds_finds_nothing_wrong_with_any(published: Tree, many: Tree):
    """feedparser is what most of the field's own tools read feeds with."""
    for tree in (published, many):
        for path in feeds_of(tree):
            found = feedparser.parse(tree[path])
            assert not found.bozo, (path, found.get("bozo_exception"))
            assert found.version == "atom10"
            assert found.feed.language == path.rpartition("/")[2].removesuffix(".atom")
            assert [link.href for link in found.feed.links if link.rel == "self"] == [
                f"https://digest.example/archive/{path}"
            ]


def test_cities_networks_and_themes_with_enough_stories_have_feeds_beside_their_pages(many: Tree, published: Tree):
    assert feeds_of(many) == [
        "cities/geonames-1856177/en.atom",
        "cities/geonames-1856177/ja.atom",
        "feeds/en.atom",
        "feeds/ja.atom",
        "networks/mayors-for-peace/en.atom",
        "networks/mayors-for-peace/ja.atom",
    ]
    assert TOPIC_STORIES > 4, "the theme has four stories"
    page = many["networks/mayors-for-peace/ja.html"].decode()
    assert page.count('href="../../networks/mayors-for-peace/ja.atom"') == 2, (
        "for programs in the head, for people below"
    )
    assert ".atom" not in published["networks/sco/ja.html"].decode().replace("feeds/ja.atom", "")


def test_feeds_are_short_and_no_two_entries_are_of_one_moment(many: Tree):
    """W4: distinct `updated`, so that every reader shows one order; the same story has the same id and text everywhere."""
    whole, city = (feedparser.parse(many[path]) for path in ("feeds/ja.atom", "cities/geonames-1856177/ja.atom"))
    assert (len(whole.entries), len(city.entries)) == (FEED_ENTRIES, TOPIC_ENTRIES)
    for feed in (whole, city):
        moments = [entry.updated for entry in feed.entries]
        assert moments == sorted(set(moments), reverse=True)
        assert feed.feed.updated == moments[0]
    assert [entry.id for entry in city.entries] == [entry.id for entry in whole.entries[:TOPIC_ENTRIES]]
    assert whole.feed.id != city.feed.id


def test_a_follow_up_renews_its_entry(build: Build, sample: ModuleType):
    """It is filed again when its week has ended, and still says when it was first told."""
    followed = msgspec.structs.replace(sample.DIALOGUE, follow_up=True)
    later = msgspec.structs.replace(
        sample.SECOND,
        week="2026-W44",
        number=3,
        first_day=dt.date(2026, 10, 26),
        last_day=dt.date(2026, 11, 1),
        leads=(),
        regions=(),
        follow_ups=(followed,),
        background=(),
    )
    shelf = msgspec.structs.replace(sample.SHELF, issues=(*sample.SHELF.issues, later))
    first = feedparser.parse(build(shelf)["feeds/en.atom"]).entries[0]
    assert first.id.endswith(f"story/{sample.DIALOGUE.story_id}/en")
    assert first.updated == "2026-11-01T15:00:00Z"
    assert first.published == "2026-10-21T03:15:00Z"


def test_the_json_feed_has_the_entries_of_the_atom_feed(published: Tree, tree: Tree):
    for code in ("ja", "en"):
        feed = json.loads(published[f"feeds/{code}.json"])
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        assert feed["feed_url"] == f"https://digest.example/archive/feeds/{code}.json"
        assert feed["language"] == code
        atom = feedparser.parse(published[f"feeds/{code}.atom"])
        assert [item["id"] for item in feed["items"]] == [entry.id for entry in atom.entries]
        for item, entry in zip(feed["items"], atom.entries, strict=True):
            assert (item["title"], item["url"], item["date_modified"]) == (entry.title, entry.link, entry.updated)
            assert item["content_html"]
    unpublished = json.loads(tree["feeds/en.json"])
    assert {"home_page_url", "feed_url", "icon"}.isdisjoint(unpublished)
    assert all("url" not in item and item["id"] for item in unpublished["items"])
