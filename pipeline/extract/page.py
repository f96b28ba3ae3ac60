"""A parsed page and the elements that every reader of it needs, found in one pass over the tree."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import cast

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

from pipeline.text.clean import clean_text

MAX_FIELD = 600  # code points of a metadata value; titles and bylines are far shorter

MAX_TEXTS = 4_000  # pieces of text that are looked at for dates and names; a long article has 500

# libxml2 cuts a page off at 256 levels, and with huge_tree at 2,048, which no page that people read goes beyond.
_SHALLOW = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
_DEEP = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, huge_tree=True)
# lxml asks a Python function for the class of every element it hands out; we never need the special ones for forms.
for _parser in (_SHALLOW, _DEEP):
    _parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))


@dataclass
class Page:
    """The tree and an index of it; the tree is shared by all readers, none changes it."""

    tree: HtmlElement
    url: str
    elements: int
    metas: dict[str, list[str]] = field(default_factory=dict)  # name, property or itemprop in lower case -> contents
    links: dict[str, str] = field(default_factory=dict)  # rel -> first href
    scripts: list[str] = field(default_factory=list)  # JSON-LD sources
    headings: list[HtmlElement] = field(default_factory=list)  # h1
    times: list[HtmlElement] = field(default_factory=list)
    marked: list[HtmlElement] = field(default_factory=list)  # elements of the body with itemprop
    bylines: list[HtmlElement] = field(default_factory=list)  # rel=author, or class or id of a byline
    document_title: str = ""
    texts: list[str] = field(default_factory=list)  # pieces of visible text in reading order, spaces made one

    def meta(self, *names: str) -> str:
        """The first non-empty content of the first of these metas that has one."""
        return next((content for name in names for content in self.metas.get(name, ())), "")


def parse(text: str) -> HtmlElement | None:
    """The tree of a page, None if there is nothing in it."""
    source = text.replace("\x00", "").encode("utf-8", "replace")
    try:
        tree = lxml.html.document_fromstring(source, parser=_SHALLOW)
        if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in _SHALLOW.error_log):
            tree = lxml.html.document_fromstring(source, parser=_DEEP)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return tree if tree.find("body") is not None else None


_BYLINE = re.compile(
    r"(?:^|[\s_-])(?i:author|byline|writer|reporter|journalist|by-line|article-?author|autor|auteur)(?:$|[\s_-]|(?i:s$|-?name))"
    r"|[a-z](?:Author|Byline|Writer|Reporter)(?:Name|s)?(?:$|[\s_-])"
)
_WANTED = ("meta", "link", "script", "h1", "time", "title")


def index(tree: HtmlElement, url: str) -> Page:
    """The page with its index."""
    page = Page(tree=tree, url=url, elements=int(cast("float", _count(tree))))
    for element in tree.iter(*_WANTED):
        _file(page, element)
    for element in cast("list[HtmlElement]", _may_be_marked(tree)):
        if element.tag in ("meta", "link"):
            continue
        if element.get("itemprop"):
            page.marked.append(element)
        if element.get("rel") == "author" or _BYLINE.search(f"{element.get('class', '')} {element.get('id', '')}"):
            page.bylines.append(element)
    pieces = (" ".join(text.split()) for text in cast("list[str]", _visible_texts(tree)))
    page.texts = list(itertools.islice((piece for piece in pieces if piece), MAX_TEXTS))
    return page


_count = etree.XPath("count(/descendant::*)")
# "descendant" is one walk over the tree; "//" in the middle of a path makes libxml2 collect every node first.
_may_be_marked = etree.XPath(
    "/html/body/descendant::*[@itemprop or @rel='author' or @class[contains(.,'uthor') or contains(.,'yline')"
    " or contains(.,'reporter') or contains(.,'writer')] or @id[contains(.,'yline') or contains(.,'uthor')]]"
)
_visible_texts = etree.XPath(
    "/html/body/descendant::text()[normalize-space() and not(parent::script or parent::style or parent::noscript or parent::template)]",
    smart_strings=False,
)


def _file(page: Page, element: HtmlElement) -> None:
    match element.tag:
        case "meta":
            name = (
                element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
            )
            # Some systems write the content into an attribute "value".
            content = clean_text(element.get("content") or element.get("value") or "", limit=MAX_FIELD)
            if name and content:
                page.metas.setdefault(name.strip().lower(), []).append(content)
        case "link":
            for rel in (element.get("rel") or "").lower().split():
                page.links.setdefault(rel, element.get("href") or "")
        case "script":
            if "ld+json" in (element.get("type") or "").lower() and element.text:
                page.scripts.append(element.text)
        case "h1":
            page.headings.append(element)
        case "time":
            page.times.append(element)
        case "title" if not page.document_title:
            page.document_title = text_of(element)


_texts_inside = etree.XPath("descendant::text()[not(parent::script or parent::style)]", smart_strings=False)


def text_of(element: HtmlElement, limit: int = MAX_FIELD) -> str:
    """The text inside an element as one clean line; scripts and styles are not text."""
    parts: list[str] = []
    size = 0
    for part in cast("list[str]", _texts_inside(element)):
        parts.append(part)
        size += len(part)
        if size > limit * 4:
            break
    return clean_text("".join(parts), limit=limit)
