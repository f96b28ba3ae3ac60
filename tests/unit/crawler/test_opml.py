"""OPML: lists of feeds from feed readers, and for them."""

from __future__ import annotations

import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.catalogue import load_catalogue
from crawler.curation.opml import MAX_OUTLINES, Outline, import_opml, read_opml, write_opml
from pipeline.errors import ConfigurationError
from pipeline.model import EvidenceKind, Kind, SourceSpec, SourceState

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0">
  <head><title>Mine</title></head>
  <body>
    <outline text="Asia">
      <outline title="Japan" text="Japan">
        <outline type="rss" text="Harbour City" xmlUrl="https://harbour.example/feed" htmlUrl="https://harbour.example/" language="en"/>
        <outline type="rss" title="港の町" text="x" xmlUrl="http://www.minato.example/rss.xml"/>
      </outline>
      <outline text="A note without a feed"/>
    </outline>
    <outline text="Harbour City" xmlurl="https://other.example/atom?a=1&amp;b=2" />
  </body>
</opml>
"""


def listed(*outlines: str) -> bytes:
    return f'<opml version="2.0"><body>{"".join(outlines)}</body></opml>'.encode()


def test_feeds_are_read_in_their_order_with_the_groups_around_them() -> None:
    assert read_opml(LIST.encode()) == [
        Outline(
            title="Harbour City",
            xml_url="https://harbour.example/feed",
            html_url="https://harbour.example/",
            category="Asia/Japan",
            language="en",
        ),
        Outline(title="港の町", xml_url="http://www.minato.example/rss.xml", category="Asia/Japan"),
        Outline(title="Harbour City", xml_url="https://other.example/atom?a=1&b=2"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "shift_jis"])
def test_a_list_may_be_in_any_charset_that_it_declares(encoding: str) -> None:
    name = encoding.removesuffix("-sig")
    body = LIST.replace("UTF-8", name).encode(encoding)
    assert [outline.title for outline in read_opml(body)] == ["Harbour City", "港の町", "Harbour City"]


def test_a_bare_ampersand_in_an_address_does_not_lose_the_list() -> None:
    """Several programs write them so."""
    body = listed(
        '<outline text="A" xmlUrl="https://a.example/?x=1&y=2"/><outline text="B" xmlUrl="https://b.example/"/>'
    )
    assert [outline.title for outline in read_opml(body)] == ["A", "B"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"not xml at all",
        b"<html><body>404</body></html>",
        b'{"feeds": []}',
        b"<rss version='2.0'><channel/></rss>",
        b"\x00\x01\x02",
        b"<opml><body>" + b"x" * 5_000_000,
    ],
)
def test_what_is_no_list_of_feeds_is_told(body: bytes) -> None:
    with pytest.raises(ConfigurationError, match="OPML"):
        read_opml(body)


BOMB = """<?xml version="1.0"?>
<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<opml><body><outline text="&c;" xmlUrl="https://a.example/"/></body></opml>"""
SPY = """<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<opml><body><outline text="&x;" xmlUrl="https://a.example/?&x;"/></body></opml>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("text", [BOMB, SPY])
def test_entities_are_refused_in_every_encoding_that_could_hide_them(text: str, encoding: str) -> None:
    with pytest.raises(ConfigurationError):
        read_opml(text.encode(encoding))


def test_a_reference_to_a_foreign_dtd_is_never_fetched() -> None:
    body = b'<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/opml.dtd">' + listed(
        '<outline text="A" xmlUrl="https://a.example/"/>'
    )
    assert [outline.title for outline in read_opml(body)] == ["A"]


def test_depth_and_number_are_bounded() -> None:
    begun = time.perf_counter()
    deep = listed('<outline text="g">' * 100_000)
    assert read_opml(deep) == []
    many = listed('<outline text="A" xmlUrl="https://a.example/"/>' * (MAX_OUTLINES + 50))
    assert len(read_opml(many)) == MAX_OUTLINES
    assert time.perf_counter() - begun < 5


# ----------------------------------------------------------------------------------------------------------------- import


def test_feeds_become_candidates_with_ids_of_their_own(tmp_path: Path) -> None:
    own = tmp_path / "sources.d"
    done = import_opml(LIST.encode(), own, tmp_path / "none")
    assert [file.name for file in done.written] == ["harbour_city.toml", "minato_example.toml", "harbour_city_2.toml"]
    assert done.skipped == ()
    specs = {key: entry.spec for key, entry in load_catalogue(own, tmp_path / "none").items()}
    first = specs["harbour_city"]
    assert first.state is SourceState.CANDIDATE
    assert first.kind is Kind.FEED
    assert first.evidence.kind is EvidenceKind.LISTED
    assert first.start == ("https://harbour.example/feed",)
    assert first.note == "In the group Asia/Japan."
    assert specs["minato_example"].names == {"en": "港の町"}
    assert specs["minato_example"].home == "http://www.minato.example/"
    assert specs["minato_example"].languages == ("und",)


def test_importing_twice_adds_nothing_and_says_so(tmp_path: Path) -> None:
    import_opml(LIST.encode(), tmp_path, tmp_path / "none")
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    again = import_opml(LIST.encode(), tmp_path, tmp_path / "none")
    assert again.written == ()
    assert [skipped.why for skipped in again.skipped] == [
        "source harbour_city reads it already",
        "source minato_example reads it already",
        "source harbour_city_2 reads it already",
    ]
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_what_the_catalogue_reads_already_is_skipped_in_any_spelling(tmp_path: Path) -> None:
    body = listed('<outline text="Tokyo" xmlUrl="HTTPS://www.metro.tokyo.lg.jp:443/rss/index.rdf?utm_source=x#top"/>')
    done = import_opml(body, tmp_path)
    assert done.written == ()
    assert [skipped.why for skipped in done.skipped] == ["source tokyo reads it already"]


def test_addresses_that_are_none_and_denied_hosts_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "denied.toml").write_text('[[denied]]\nhost = "spam.example"\nwhy = "copies"\n', encoding="utf-8")
    body = listed(
        '<outline text="A" xmlUrl="file:///etc/passwd"/>',
        '<outline text="B" xmlUrl="javascript:alert(1)"/>',
        '<outline text="C" xmlUrl="https://www.spam.example/feed"/>',
        '<outline text="D" xmlUrl="https://user:secret@a.example/feed"/>',
    )
    done = import_opml(body, tmp_path)
    assert done.written == ()
    assert [skipped.outline.title for skipped in done.skipped] == ["A", "B", "C", "D"]
    assert "deny list" in done.skipped[2].why


def test_a_file_that_stands_there_is_never_overwritten_whatever_the_title(tmp_path: Path) -> None:
    """Not even one that a shipped source or the deny list owns."""
    body = listed(
        '<outline text="Tokyo" xmlUrl="https://a.example/"/>',
        '<outline text="Denied" xmlUrl="https://b.example/"/>',
        '<outline text="../../x" xmlUrl="https://c.example/"/>',
        '<outline text="!!!" xmlUrl="https://d.example/"/>',
        '<outline text="" xmlUrl="https://192.0.2.1/"/>',
    )
    done = import_opml(body, tmp_path)
    assert [file.name for file in done.written] == [
        "tokyo_2.toml", "denied_2.toml", "x.toml", "d_example.toml", "192_0_2_1.toml",
    ]  # fmt: skip
    assert {file.parent for file in done.written} == {tmp_path}


# ----------------------------------------------------------------------------------------------------------------- export


def spec(source_id: str, country: str, kind: Kind = Kind.FEED, title: str = "Sample") -> SourceSpec:
    return SourceSpec(
        id=source_id,
        names={"en": title},
        home=f"https://{source_id}.example/",
        country=country,
        languages=("ja",),
        kind=kind,
        start=(f"https://{source_id}.example/feed?a=1&b=2",),
    )


def test_an_export_groups_the_feeds_by_country_and_never_depends_on_the_order() -> None:
    specs = [spec("b", "KR"), spec("c", "JP"), spec("d", "JP", Kind.LISTING), spec("a", "KR")]
    body = write_opml(specs)
    assert body == write_opml(reversed(specs))
    root = ET.fromstring(body)
    assert root.attrib == {"version": "2.0"}
    groups = [
        (group.attrib["text"], [feed.attrib["xmlUrl"] for feed in group]) for group in root.findall("body/outline")
    ]
    assert groups == [
        ("JP", ["https://c.example/feed?a=1&b=2"]),
        ("KR", ["https://a.example/feed?a=1&b=2", "https://b.example/feed?a=1&b=2"]),
    ]
    assert {feed.attrib["type"] for feed in root.findall("body/outline/outline")} == {"rss"}


def test_what_is_exported_is_imported_again_with_country_and_language(tmp_path: Path) -> None:
    shipped = load_catalogue(tmp_path)
    body = write_opml(entry.spec for entry in shipped.values())
    done = import_opml(body, tmp_path / "copy", tmp_path / "none")
    assert done.skipped == ()
    feeds = [entry.spec for entry in shipped.values() if entry.spec.kind is Kind.FEED]
    copies = [entry.spec for entry in load_catalogue(tmp_path / "copy", tmp_path / "none").values()]
    assert len(copies) == len(feeds) > 50
    assert {(copy.country, copy.languages[0]) for copy in copies} == {
        (feed.country, feed.languages[0]) for feed in feeds
    }


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_whatever_a_source_is_called_the_export_is_well_formed(title: str) -> None:
    body = write_opml([spec("a", "JP", title=title)])
    assert ET.fromstring(body).find("body/outline/outline") is not None
    assert len(read_opml(body)) == 1
