"""OPML (opml.org/spec2.opml), in which feed readers keep and exchange lists of feeds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

from crawler.catalogue import SHIPPED, load_catalogue
from crawler.curation.overlay import write_source
from crawler.denied import load_denied
from crawler.spiders.reading import as_utf8
from pipeline.errors import ConfigurationError
from pipeline.model import EvidenceKind, Frozen, Kind, SourceEvidence, SourceSpec
from pipeline.text.clean import clean_text
from pipeline.text.urls import MAX_CHARS, host, normalise_url

MAX_BYTES = 5_000_000  # a list of 20,000 feeds
MAX_OUTLINES = 5_000  # nobody reads more feeds; the rest is left out
_TITLE_CHARS = 200
_ID_CHARS = 40
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


class Outline(Frozen, frozen=True, kw_only=True):
    """One feed of a list."""

    title: str
    xml_url: str  # the feed, as it stands there
    html_url: str = ""  # the site, as it stands there
    category: str = ""  # the groups around it, the outermost first, with / between them
    language: str = ""


class Skipped(Frozen, frozen=True, kw_only=True):
    """A feed of a list that was not taken."""

    outline: Outline
    why: str


class Imported(Frozen, frozen=True, kw_only=True):
    """What became of a list."""

    written: tuple[Path, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def read_opml(body: bytes) -> list[Outline]:
    """The feeds of a list in its order, groups within groups flattened; outlines without xmlUrl are groups or notes.

    Raises:
        ConfigurationError: it is no OPML, is larger than MAX_BYTES, or declares entities, which no list of feeds needs.
    """
    if len(body) > MAX_BYTES:
        raise ConfigurationError(f"This OPML has {len(body):,} bytes; at most {MAX_BYTES:,} are read. Split it.")
    text = as_utf8(body, "application/xml").strip()
    if _ENTITY.search(text):
        raise ConfigurationError(
            "This OPML declares entities, which can hide or multiply its content; it was not read."
        )
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text, parser) if text else None
    except etree.XMLSyntaxError:
        root = None
    if root is None or root.tag != "opml":
        raise ConfigurationError("This is no OPML: its outermost element must be <opml>.")
    return [outline for outline, _ in zip(_outlines(root), range(MAX_OUTLINES), strict=False)]


def _outlines(root: etree._Element) -> Iterator[Outline]:
    waiting: list[tuple[etree._Element, str]] = [(root, "")]
    while waiting:
        element, group = waiting.pop()
        inside = group
        if element.tag == "outline":
            # Programs disagree on the case of the names, and on which of text and title is the title.
            said = {str(name).lower(): str(value) for name, value in element.attrib.items()}
            title = clean_text(said.get("title") or said.get("text", ""), limit=_TITLE_CHARS)
            if said.get("xmlurl", "").strip():
                yield Outline(
                    title=title,
                    xml_url=said["xmlurl"].strip()[: MAX_CHARS + 1],
                    html_url=said.get("htmlurl", "").strip()[: MAX_CHARS + 1],
                    category=group,
                    language=clean_text(said.get("language", ""), limit=35),
                )
            inside = "/".join(part for part in (group, title.replace("/", " ")) if part)[:_TITLE_CHARS]
        waiting += [(child, inside) for child in reversed(element)]


def write_opml(specs: Iterable[SourceSpec]) -> bytes:
    """The feeds among the sources as OPML 2.0, grouped by country, the same bytes for the same sources.

    Other kinds have no feed that a feed reader could ask, so they are left out.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Sources of city-digest"
    body = etree.SubElement(root, "body")
    feeds = sorted((spec for spec in specs if spec.kind is Kind.FEED), key=lambda spec: (spec.country, spec.id))
    for country, group in groupby(feeds, key=lambda spec: spec.country):
        outlines = etree.SubElement(body, "outline", text=country)
        for spec in group:
            for url in spec.start:
                etree.SubElement(outlines, "outline", _attributes(spec, url))
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _attributes(spec: SourceSpec, url: str) -> dict[str, str]:
    title = clean_text(spec.names["en"], limit=_TITLE_CHARS)
    stated = {
        "type": "rss",
        "text": title,
        "title": title,
        "xmlUrl": url,
        "htmlUrl": spec.home,
        "language": spec.languages[0],
        "description": clean_text(spec.note),
    }
    return {name: value for name, value in stated.items() if value}


def import_opml(body: bytes, overlay: Path, shipped: Path = SHIPPED) -> Imported:
    """Writes each feed of a list as a candidate of its own into the operator's folder; existing files stay as they are.

    A feed that the catalogue or an earlier outline has already, whose host is denied, or whose address is none, is
    skipped. The title's language is not known: it stands as the English name until somebody mends it.

    Raises:
        ConfigurationError: it is no OPML, or the catalogue cannot be read.
        WorkspaceError: a file cannot be written.
    """
    outlines = read_opml(body)
    catalogue = load_catalogue(overlay, shipped)
    denied = load_denied(overlay)
    owners = {normalise_url(url): source_id for source_id, entry in catalogue.items() for url in entry.spec.start}
    taken = set(catalogue) | {file.stem for file in overlay.glob("*.toml")} | {"denied"}
    written: list[Path] = []
    skipped: list[Skipped] = []
    for outline in outlines:
        url = normalise_url(outline.xml_url)
        why = _why_not(url, owners) or denied.reason_for(url)
        if why:
            skipped.append(Skipped(outline=outline, why=why))
            continue
        source_id = _new_id(outline.title, url, taken)
        taken.add(source_id)
        owners[url] = source_id
        written.append(write_source(overlay, _candidate(source_id, outline, url), comment=_COMMENT))
    return Imported(written=tuple(written), skipped=tuple(skipped))


_COMMENT = (
    "From an OPML file. Look at the feed, read the site's terms, then: country, languages, labels, family, terms."
)


def _why_not(url: str, owners: dict[str, str]) -> str:
    if not url:
        return "its xmlUrl is not an http or https address"
    return f"source {owners[url]} reads it already" if url in owners else ""


def _candidate(source_id: str, outline: Outline, url: str) -> SourceSpec:
    parts = urlsplit(url)
    group = outline.category.rpartition("/")[2]
    return SourceSpec(
        id=source_id,
        names={"en": outline.title or host(url)},
        home=normalise_url(outline.html_url) or f"{parts.scheme}://{parts.netloc}/",
        country=group if _COUNTRY.fullmatch(group) else "ZZ",
        languages=(outline.language if _LANGUAGE.fullmatch(outline.language) else "und",),
        kind=Kind.FEED,
        start=(url,),
        note=f"In the group {outline.category}." if outline.category and not _COUNTRY.fullmatch(group) else "",
        evidence=SourceEvidence(kind=EvidenceKind.LISTED, note="named by an OPML file"),
    )


def _new_id(title: str, url: str, taken: set[str]) -> str:
    """Made of the title if that is in Latin letters, else of the host; with a number where it is taken."""
    words = _slug(title) if title.isascii() else ""
    base = words or _slug(host(url).removeprefix("www."))
    number, candidate = 1, base
    while candidate in taken:
        number += 1
        candidate = f"{base}_{number}"
    return candidate


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower())[:_ID_CHARS].strip("_")
