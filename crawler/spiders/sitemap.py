"""Reads sitemaps (sitemaps.org 0.9): indexes, URL sets, news sitemaps; plain or gzipped."""

from __future__ import annotations

import itertools

from lxml import etree
from scrapy.utils.gz import gunzip

from crawler.spiders.reading import DATE_CHARS, TITLE_CHARS, Found, Reading, Unreadable, as_utf8, plain
from pipeline.errors import Reason
from pipeline.model import FetchHints
from pipeline.text.clean import clean_text

MAX_BYTES = 10 * 1024 * 1024  # unpacked: 50,000 addresses take 8 MB, and a tree takes eight times its text
MAX_CHILDREN = 50  # sitemaps followed from one index, the latest first
MAX_ENTRIES = 50_000  # sitemaps.org


def read_sitemap(body: bytes, content_type: str = "", *, max_bytes: int = MAX_BYTES) -> Reading:
    """The pages of a sitemap, the latest first where it tells, or the sitemaps of an index.

    `published` is a news sitemap's publication_date; lastmod only orders, since it moves with every change of the page.

    Raises:
        Unreadable: it is no sitemap, or it is larger than `max_bytes` when unpacked.
    """
    if body[:2] == b"\x1f\x8b":
        try:
            body = gunzip(body, max_size=max_bytes)
        except Exception as error:
            raise Unreadable(
                Reason.BAD_FEED, f"the gzipped sitemap cannot be unpacked within {max_bytes} bytes"
            ) from error
    root = _root(as_utf8(body, content_type))
    if root is None or _name(root) not in ("sitemapindex", "urlset"):
        raise Unreadable(Reason.BAD_FEED, "neither a sitemap nor a sitemap index")
    entries = [fields for child in itertools.islice(root, MAX_ENTRIES) if (fields := _fields(child)).get("loc")]
    # The order is stable: entries without lastmod keep theirs, after those with one.
    entries.sort(key=lambda fields: fields.get("publication_date") or fields.get("lastmod", ""), reverse=True)
    whole = body.rstrip().endswith(b">") and b"</" + _closing(root) in body[-500:]
    if _name(root) == "sitemapindex":
        return Reading(follow=tuple(fields["loc"] for fields in entries[:MAX_CHILDREN]), whole=whole)
    return Reading(found=tuple(_found(fields) for fields in entries), whole=whole)


def _root(text: bytes) -> etree._Element | None:
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True
    )
    try:
        return etree.fromstring(text.strip(), parser)
    except etree.XMLSyntaxError:
        return None


def _fields(entry: etree._Element) -> dict[str, str]:
    """Local name -> text of the elements inside an entry; the first of each name counts."""
    fields: dict[str, str] = {}
    for element in entry.iter():
        if isinstance(element.tag, str):
            fields.setdefault(_name(element), _text(element))
    return fields


def _found(fields: dict[str, str]) -> Found:
    date = clean_text(fields.get("publication_date", ""), limit=DATE_CHARS)
    return Found(
        url=fields["loc"],
        hints=FetchHints(
            title=plain(fields.get("title", ""), TITLE_CHARS),
            published=date,
            published_from="sitemap" if date else "",
            language=clean_text(fields.get("language", ""), limit=35),
        ),
    )


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname.lower()


def _text(element: etree._Element) -> str:
    try:
        return (element.text or "").strip()
    except UnicodeDecodeError:  # a reference to a lone surrogate, such as &#xD800;
        return ""


def _closing(root: etree._Element) -> bytes:
    prefix = f"{root.prefix}:" if root.prefix else ""
    return f"{prefix}{etree.QName(root).localname}".encode()
