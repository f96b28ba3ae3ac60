"""The archive's files (conventions W1-W5, W7, W10, W12, W13)."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import posixpath
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from types import ModuleType
from urllib.parse import urldefrag

import lxml.html
import msgspec
import pytest

from pipeline.knowledge.editions import Edition, load_edition
from pipeline.model import CalendarRow, DatedEvent, FuzzyDate, Issue, Origin, Precision, Shelf
from pipeline.render import render_archive

Tree = dict[str, bytes]
Build = Callable[..., dict[str, bytes]]

BASE = "https://digest.example/archive"


def _pages(tree: dict[str, bytes]) -> dict[str, lxml.html.HtmlElement]:
    return {path: lxml.html.document_fromstring(body.decode()) for path, body in tree.items() if path.endswith(".html")}


def test_every_relative_link_and_fragment_leads_to_something(tree: Tree):
    """W1: 0 broken links; fails if a page or an anchor is forgotten."""
    pages = _pages(tree)
    ids = {path: {element.get("id") for element in page.iter() if element.get("id")} for path, page in pages.items()}
    checked = 0
    for path, page in pages.items():
        for _, attribute, link, _ in page.iterlinks():
            if attribute not in ("href", "src") or link.startswith(("https:", "http:", "mailto:")):
                continue
            target, fragment = urldefrag(link)
            found = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else path
            assert found in tree, f"{path} links to {link}"
            assert not fragment or fragment in ids[found], f"{path} links to {link}, which has no such place"
            checked += 1
    assert checked > 1_000


def test_links_name_their_file_so_that_they_work_without_a_server(tree: Tree):
    """W1: no link ends in a folder, none begins at the root of a site."""
    for path, page in _pages(tree).items():
        for _, _, link, _ in page.iterlinks():
            if not link.startswith(("http", "mailto:", "#")):
                assert not link.startswith("/"), path
                assert re.search(r"\.(html|css|js|svg|atom|json|csv|ics)(#|$)", link), f"{path}: {link}"


def test_without_a_published_address_nothing_is_absolute_but_sources(tree: Tree):
    """W1: canonical, hreflang, Open Graph and sitemap are left out."""
    for path, page in _pages(tree).items():
        assert not page.xpath("//link[@rel='canonical'] | //link[@hreflang and not(@type)] | //meta[@property]"), path
    assert "sitemap.xml" not in tree
    assert b"Sitemap" not in tree["robots.txt"]


def test_published_pages_name_themselves_and_their_twins(published: Tree):
    """W3: canonical is the page's own address, hreflang is reciprocal."""
    alternates: dict[str, dict[str, str]] = {}
    for path, page in _pages(published).items():
        canonical = page.xpath("//link[@rel='canonical']/@href")
        if path == "404.html":
            continue
        assert canonical == [f"{BASE}/{path}"], path
        links = page.xpath("//link[@rel='alternate'][@hreflang][not(@type)]")
        alternates[canonical[0]] = {link.get("hreflang"): link.get("href") for link in links}
        assert page.xpath("//meta[@property='og:url']/@content") == canonical
    for address, twins in alternates.items():
        for twin in twins.values():
            assert alternates[twin] == twins, f"{address} and {twin} disagree"
    assert len([twins for twins in alternates.values() if set(twins) == {"ja", "en"}]) > 80


def test_the_sitemap_lists_every_page_but_those_that_send_readers_on(published: Tree):
    """W5."""
    urls = {element.text for element in ET.fromstring(published["sitemap.xml"]).findall(".//{*}loc")}
    pages = {f"{BASE}/{path}" for path in published if path.endswith(".html")}
    unlisted = {
        f"{BASE}/404.html",
        *(f"{BASE}/stories/s0000000000b{n}/{code}.html" for n in (1, 2) for code in ("ja", "en")),
    }
    assert urls == pages - unlisted


def test_every_page_has_language_title_description_one_heading_and_landmarks(tree: Tree):
    """W3."""
    for path, page in _pages(tree).items():
        assert page.get("lang") in ("ja", "en"), path
        assert page.findtext(".//title").strip(), path
        assert page.xpath("//meta[@name='description']/@content")[0].strip(), path
        assert len(page.xpath("//h1")) == 1, path
        assert len(page.xpath("//main")) == 1, path
        assert page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0].startswith(
            "default-src 'none'"
        ), path
        assert not page.xpath("//*[@style] | //style | //iframe"), path
        scripts = page.xpath("//script[not(@type='application/ld+json')]/@src | //form/@id")
        assert scripts == (["../assets/search.js", "search"] if path.startswith("search/") else []), path
        if path != "404.html":
            assert page.xpath("//a[@class='skip']/@href") == ["#main"], path


def test_headings_never_skip_a_level(tree: Tree):
    for path, page in _pages(tree).items():
        levels = [
            int(element.tag[1])
            for element in page.iter()
            if isinstance(element.tag, str) and re.fullmatch(r"h[1-6]", element.tag)
        ]
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), f"{path}: {levels}"


def test_an_identifier_occurs_once_on_a_page(tree: Tree):
    for path, page in _pages(tree).items():
        ids = [element.get("id") for element in page.iter() if element.get("id")]
        assert len(ids) == len(set(ids)), path


def test_original_titles_stand_in_their_own_language(tree: Tree, sample: ModuleType):
    """W7: every title from a source carries its lang, so that fonts do not mix."""
    for code in ("ja", "en"):
        page = _pages(tree)[f"stories/{sample.DIALOGUE.story_id}/{code}.html"]
        shown = {element.text: element.get("lang") for element in page.find_class("original")}
        assert shown == {source.title: source.language for source in sample.DIALOGUE.sources}


def test_names_that_stand_in_for_missing_ones_are_marked_as_english(tree: Tree, sample: ModuleType):
    page = _pages(tree)[f"cities/{sample.LYON.replace(':', '-')}/ja.html"]
    assert page.xpath("//h1/@lang") == ["en"]


def test_a_right_to_left_title_says_so(build: Build, sample: ModuleType):
    source = msgspec.structs.replace(sample.STUDENTS.sources[0], language="ar", title="رئيسا البلديتين يوقعان")
    card = msgspec.structs.replace(sample.STUDENTS, sources=(source,))
    page = _pages(build(Shelf(issues=(), cards=(card,), sources=sample.SOURCES)))[f"stories/{card.story_id}/en.html"]
    (title,) = page.find_class("original")
    assert (title.get("lang"), title.get("dir")) == ("ar", "rtl")


def test_the_source_that_leads_in_an_edition_stands_first(tree: Tree, sample: ModuleType):
    first = {
        code: _pages(tree)[f"stories/{sample.DIALOGUE.story_id}/{code}.html"].find_class("original")[0].get("lang")
        for code in ("ja", "en")
    }
    assert first == {"ja": "ja", "en": "en"}


def test_files_without_an_address_are_named_but_not_linked(tree: Tree, sample: ModuleType):
    page = _pages(tree)[f"stories/{sample.EXPLAINER.story_id}/ja.html"]
    (title,) = page.find_class("original")
    assert title.tag == "span"
    assert "urn:" not in tree[f"stories/{sample.EXPLAINER.story_id}/ja.html"].decode()
    assert load_edition("ja").say("card.text_file") in page.text_content()


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (None, "date unknown"),
        (("2026-10-21T14:30:00+09:00", Precision.MINUTE, True), "time zone stated"),
        (("2026-10-21T00:00:00+09:00", Precision.DAY, False), "time zone assumed"),
        (("2026-10-01T00:00:00+00:00", Precision.MONTH, False), "month only"),
        (("2026-01-01T00:00:00+00:00", Precision.YEAR, False), "year only"),
    ],
    ids=["none", "stated", "assumed", "month", "year"],
)
def test_a_date_says_how_certain_it_is(
    build: Build, sample: ModuleType, date: tuple[str, Precision, bool] | None, expected: str
):
    published = date and FuzzyDate(
        value=dt.datetime.fromisoformat(date[0]), precision=date[1], zone_stated=date[2], origin=Origin.META
    )
    card = msgspec.structs.replace(sample.PEACE, published=published, sources=())
    tree = build(Shelf(issues=(), cards=(card,), sources={}))
    facts = _pages(tree)[f"stories/{card.story_id}/en.html"].find_class("facts")[0].text_content()
    assert expected in facts


def test_copies_families_and_differing_accounts_are_told(tree: Tree, sample: ModuleType):
    text = " ".join(_pages(tree)[f"stories/{sample.DIALOGUE.story_id}/en.html"].text_content().split())
    assert "same text on 2 other sites: mirror-one.example, mirror-two.example (edited)" in text
    assert "retold on 1 other site: retold.example" in text
    assert "4 independent publisher families" in text
    assert "According to Kobe International Affairs, the date is 21–23 October 2026." in text
    wire, busan = "East Wire (after Tianjin Window, the organiser)", "Busan Harbour News (after Xinhua)"
    assert f"According to {wire}; {busan}, the figure is 20 representatives." in text
    assert "According to Tianjin Window, the figure is 350 guests." in text
    assert f"According to Kobe International Affairs; {wire}; {busan}, the place is Tianjin, China." in text
    assert "According to retold.example, the place is Kobe, Japan." in text
    assert "According to Kobe International Affairs, the name is 市長甲 (mayor)." in text


def test_a_report_says_whose_it_is_and_what_it_was_translated_from(tree: Tree, sample: ModuleType):
    sources = {
        code: _pages(tree)[f"stories/{sample.DIALOGUE.story_id}/{code}.html"].find_class("origin")
        for code in ("ja", "en")
    }
    assert [element.text for element in sources["en"]] == [
        "after Tianjin Window, the organiser",
        "after Xinhua, translated from Chinese (simplified)",
    ]
    assert [element.text for element in sources["ja"]] == [
        "主催者のTianjin Windowによる",
        "新華社による、中国語（簡体字）からの翻訳",
    ]
    credited = "Origins credited in the text: Port Authority statement"
    assert credited in _pages(tree)[f"stories/{sample.DIALOGUE.story_id}/en.html"].text_content()


def test_every_form_of_a_story_tells_where_accounts_differ(tree: Tree):
    """Issue, feed, and the lists of cities: what one picks silently, readers take for agreed."""
    told = "According to Tianjin Window, the figure is 350 guests."
    assert told in _pages(tree)["issues/2026-W43/en.html"].text_content()
    assert told in tree["feeds/en.atom"].decode()
    (row,) = _pages(tree)["issues/2026-W43/en.html"].xpath("//*[@id='meetings']//tr[td][1]")
    assert "21–23 October 2026 accounts differ" in " ".join(row.text_content().split())


def test_unverified_stories_are_marked_on_every_page_that_shows_them(tree: Tree, sample: ModuleType):
    mark = load_edition("ja").say("card.unverified")
    for path in (
        f"stories/{sample.RUMOUR.story_id}/ja.html",
        "issues/2026-W43/ja.html",
        "themes/culture-tourism/ja.html",
    ):
        assert [element.text for element in _pages(tree)[path].find_class("flag-warn")] == [mark], path


def test_the_period_is_written_as_each_edition_writes_it(tree: Tree):
    heading = {
        code: " ".join(_pages(tree)[f"issues/2026-W43/{code}.html"].findtext(".//h1/time").split())
        for code in ("ja", "en")
    }
    assert heading == {"ja": "2026年10月19日\uff08月\uff09–25日\uff08日\uff09・令和8年", "en": "19–25 October 2026"}


def test_sections_without_rows_vanish(build: Build, sample: ModuleType):
    page = _pages(build(msgspec.structs.replace(sample.SHELF, issues=(sample.FIRST,))))["issues/2026-W42/en.html"]
    sections = {element.get("id") for element in page.find_class("block")}
    assert sections == {"three-lines", "leads", "regions", "agreements", "numbers", "names", "sources", "method"}


def test_a_quiet_week_and_a_failed_collection_read_differently(build: Build, sample: ModuleType):
    quiet = msgspec.structs.replace(sample.FAILED, status="quiet", health=())
    texts = []
    for issue in (sample.FAILED, quiet):
        tree = build(Shelf(issues=(msgspec.convert(msgspec.to_builtins(issue), Issue),), cards=(), sources={}))
        texts.append(_pages(tree)["issues/2026-W44/en.html"].find_class("notice")[0].text_content())
    assert "does not mean that nothing happened" in texts[0]
    assert "read as usual" in texts[1]


def test_a_merged_story_keeps_its_address_and_leads_on(tree: Tree, sample: ModuleType):
    """W12: old ids stay, chains of merges lead to their end at once."""
    for old in ("s0000000000b1", "s0000000000b2"):
        page = _pages(tree)[f"stories/{old}/en.html"]
        target = f"../../stories/{sample.DIALOGUE.story_id}/en.html"
        assert page.xpath("//meta[@http-equiv='refresh']/@content") == [f"0; url={target}"]
        assert target in page.xpath("//main//a/@href")


def test_ids_that_no_vocabulary_knows_any_more_are_shown_as_they_are(build: Build, sample: ModuleType):
    """Issues are stored, vocabularies change: an old id must not stop the press."""
    card = msgspec.structs.replace(
        sample.STUDENTS,
        cities=("geonames:1",),
        pair=None,
        networks=("gone",),
        themes=("gone",),
        event_types=("gone",),
        countries=("QQ",),
    )
    tree = build(Shelf(issues=(), cards=(card,), sources={}))
    assert "gone" in _pages(tree)["networks/en.html"].text_content()
    assert "cities/geonames-1/ja.html" in tree


def test_an_empty_shelf_makes_an_archive_that_says_so(build: Build):
    tree = build(Shelf(issues=(), cards=(), sources={}))
    assert "The first issue is being prepared." in _pages(tree)["index.html"].text_content()
    assert "weeks/ja.html" in tree


def test_the_same_shelf_gives_the_same_bytes(build: Build, tree: Tree):
    """W10."""
    assert build() == tree


def test_the_data_of_an_issue_reads_back_as_the_issue(tree: Tree, sample: ModuleType):
    assert msgspec.json.decode(tree["data/2026-W43.json"], type=Issue) == sample.SECOND
    assert json.loads(tree["data/2026-W43.json"])["week"] == "2026-W43"


def test_every_city_pair_network_and_theme_has_a_page_in_both_editions(tree: Tree, sample: ModuleType):
    for folder, known in (("cities", sample.LEXICON.cities), ("networks", ("sco", "mayors-for-peace"))):
        for identifier in known:
            for code in ("ja", "en"):
                assert f"{folder}/{identifier.replace(':', '-')}/{code}.html" in tree
    assert "pairs/geonames-1792947--geonames-1859171/ja.html" in tree


def test_an_edition_that_came_later_shows_old_issues_in_the_words_they_have(sample: ModuleType):
    edition = Edition("fr", load_edition("en").messages)
    files = render_archive(sample.SHELF, sample.LEXICON, [edition], base_url="", version="0.1.0")
    story = next(file.body.decode() for file in files if file.path == f"stories/{sample.DIALOGUE.story_id}/fr.html")
    assert sample.DIALOGUE.words["ja"].headline in story


def test_a_date_that_is_not_its_storys_own_is_only_related_to_it(build: Build, sample: ModuleType):
    own = sample.PEACE.event
    row = {"story_id": sample.PEACE.story_id, "cities": ()}
    later = {"start": own.start + dt.timedelta(days=3)}
    rows = (
        CalendarRow(date=own, **row),
        CalendarRow(date=DatedEvent(**later), **row),
        CalendarRow(date=DatedEvent(deadline=True, **later), **row),
    )
    issues = (sample.FIRST, msgspec.structs.replace(sample.SECOND, calendar=rows))
    page = _pages(build(msgspec.structs.replace(sample.SHELF, issues=issues)))["issues/2026-W43/en.html"]
    (section,) = (element for element in page.find_class("block") if element.get("id") == "calendar")
    stories = [row.xpath("string(td[last()]//a)") for row in section.xpath(".//tbody/tr")]
    headline = sample.PEACE.words["en"].headline
    assert stories == [headline, f"[related] {headline}", headline]
