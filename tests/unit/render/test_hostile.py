"""What others write is data: it never becomes markup, an address to click, or a template (W2, W13)."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from types import ModuleType

import lxml.html
import msgspec
import pytest

from pipeline.knowledge.editions import load_edition
from pipeline.model import (
    LEAVE_LINK,
    SETTINGS_LINK,
    Account,
    Conflict,
    Person,
    RegionSection,
    Shelf,
    SourceHealth,
    Words,
)
from pipeline.render import render_letter

Build = Callable[..., dict[str, bytes]]

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></textarea><svg/onload=alert(1)>",
    "{{7*7}}{% for x in ().__class__.__bases__ %}{{ x }}{% endfor %}",
    "&lt;b&gt;&#x3c;script&#x3e;",
    "]]><script>alert(1)</script><![CDATA[",
    "report\u202efdp.exe\u2066\u200f\x00\x1b\x0b\ufffe",
)
ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "//evil.example/x",
    "https://user:secret@evil.example/",
    'https://evil.example/" onclick="alert(1)',
    "https://evil.example\\@good.example/",
    "https:///nowhere",
    "https://[bad/",
)


@pytest.fixture(scope="module")
def shelf(sample: ModuleType) -> Shelf:
    """Every text that comes from outside is hostile."""
    cards = []
    for number, text in enumerate(HOSTILE):
        sources = tuple(
            msgspec.structs.replace(
                sample.DIALOGUE.sources[1],
                article_id=f"h{number}-{place}",
                url=address,
                title=text,
                references=(text,),
                copies=(msgspec.structs.replace(sample.DIALOGUE.sources[1].copies[0], url=address, source_id=text),),
                source_id=text if place % 2 else "evil",
            )
            for place, address in enumerate(ADDRESSES)
        )
        words = {code: Words(headline=text, sentences=(text,), engine=text) for code in ("ja", "en")}
        cards.append(
            msgspec.structs.replace(
                sample.DIALOGUE,
                story_id=f"s{number:012x}",
                words=words,
                sources=sources,
                cities=(*sample.DIALOGUE.cities, text),
                networks=(text,),
                themes=(text,),
                event_types=(text,),
                persons=(Person(name=text, role=text),),
                conflicts=(Conflict(fact=text, accounts=(Account(value=text, article_ids=("h0-0",)),)),),
                first_seen=dt.datetime(2026, 10, 20, number, tzinfo=dt.UTC),
            )
        )
    evil = msgspec.structs.replace(
        sample.SOURCES["travel_blog"],
        id="evil",
        names={"en": HOSTILE[0], "ja": HOSTILE[1]},
        home=ADDRESSES[0],
        family=HOSTILE[0],
    )
    health = tuple(SourceHealth(source_id=text, names={"en": text}, failures=2, problem=text) for text in HOSTILE)
    issue = msgspec.structs.replace(
        sample.SECOND,
        leads=tuple(cards[:4]),
        regions=(RegionSection(region=HOSTILE[0], cards=tuple(cards[4:])),),
        follow_ups=(),
        background=(),
        health=health,
        figures=msgspec.structs.replace(sample.SECOND.figures, languages={HOSTILE[0]: 1}),
        zone="Asia/Tokyo",
    )
    return Shelf(issues=(issue,), cards=tuple(cards), sources={"evil": evil}, health=health)


def _assert_harmless(document: str, name: str) -> None:
    page = lxml.html.document_fromstring(document)
    assert not page.xpath("//iframe | //object | //img"), name
    is_search = name.startswith("search/")
    for script in page.iter("script"):
        if script.get("type") == "application/ld+json":
            assert json.loads(script.text)["@context"] == "https://schema.org", name
        else:
            assert is_search, name
            assert (script.get("src"), script.text) == ("../assets/search.js", None), name
    assert is_search or name == "index.html" or not page.xpath("//form"), name
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        for key, value in element.attrib.items():
            assert not key.lower().startswith("on"), f"{name}: {key}"
            if key in ("href", "src", "action"):
                assert re.match(r"(https?://|mailto:|\.\./|[\w#][\w./#-]*$)", value), f"{name}: {value!r}"
                assert "evil.example" not in value, f"{name}: {value!r}"
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\x00-\x08\x0b-\x1f\ufffe]", document), name


def test_no_page_of_the_archive_lets_a_hostile_text_through(build: Build, shelf: Shelf):
    tree = build(shelf, base_url="https://digest.example")
    pages = {path: body.decode() for path, body in tree.items() if path.endswith(".html")}
    for path, document in pages.items():
        _assert_harmless(document, path)
    everything = "".join(pages.values())
    assert "{{7*7}}" in everything, "a template in a title is shown, not run"
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in everything


def test_no_path_of_the_archive_leaves_it(build: Build, shelf: Shelf):
    for path in build(shelf):
        assert re.fullmatch(r"[\w.-]+(/[\w.-]+)*", path, re.ASCII), path
        assert ".." not in path


def test_no_mail_lets_a_hostile_text_through(shelf: Shelf, sample: ModuleType):
    for code in ("ja", "en"):
        letter = render_letter(
            shelf.issues[0],
            shelf,
            sample.LEXICON,
            load_edition(code),
            base_url="https://digest.example",
            sender=sample.SENDER,
        )
        own_pages = letter.html.replace(LEAVE_LINK, "https://digest.example/u/x").replace(
            SETTINGS_LINK, "mailto:x@y.example"
        )
        _assert_harmless(own_pages, code)
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f]", letter.text)
        assert not re.search(
            r"(?i)javascript:|vbscript:", "".join(re.findall(r"^\s*\S+:\S+$", letter.text, re.MULTILINE))
        )
        assert "\n" not in letter.subject


def test_feeds_stay_well_formed(build: Build, shelf: Shelf):
    import xml.etree.ElementTree as ET

    tree = build(shelf)
    feed = ET.fromstring(tree["feeds/en.atom"])
    for content in feed.findall(".//{*}content"):
        _assert_harmless(f"<div>{content.text}</div>", "feed entry")
