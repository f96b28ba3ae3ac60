"""Atom feeds (RFC 4287, conventions W4)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

Tree = dict[str, bytes]

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
