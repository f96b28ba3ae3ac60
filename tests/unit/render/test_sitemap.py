"""The sitemap (conventions W5)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from pipeline.render import archive

Tree = dict[str, bytes]
Build = Callable[..., dict[str, bytes]]

BASE = "https://digest.example/archive"


def addresses(body: bytes) -> list[str]:
    return [element.text or "" for element in ET.fromstring(body).findall(".//{*}loc")]


def test_pages_that_change_say_when(published: Tree):
    changed = {
        entry.findtext("{*}loc"): entry.findtext("{*}lastmod")
        for entry in ET.fromstring(published["sitemap.xml"]).findall("{*}url")
    }
    assert changed[f"{BASE}/issues/2026-W43/ja.html"] == "2026-10-26", "the day after its last"
    assert changed[f"{BASE}/data/en.html"] == "2026-10-26"
    assert changed[f"{BASE}/about/en.html"] is None


def test_a_sitemap_longer_than_allowed_is_divided(build: Build, published: Tree, monkeypatch: pytest.MonkeyPatch):
    """sitemaps.org: 50,000 addresses at most; ten years with many cities have more."""
    whole = addresses(published["sitemap.xml"])
    monkeypatch.setattr(archive, "SITEMAP_ADDRESSES", len(whole) // 3 + 1)
    tree = build(base_url=BASE)
    parts = addresses(tree["sitemap.xml"])
    assert parts == [f"{BASE}/sitemap-{number}.xml" for number in (1, 2, 3)]
    assert [url for part in parts for url in addresses(tree[part.rpartition("/")[2]])] == whole
