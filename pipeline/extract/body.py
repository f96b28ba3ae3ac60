"""The body of a page: trafilatura's, bounded, as blocks."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import lxml.html
import trafilatura
from lxml import etree
from trafilatura.settings import Extractor

from pipeline.extract.boilerplate import Cleaned, clean_blocks
from pipeline.extract.page import Page, text_of
from pipeline.model import Block, BlockKind
from pipeline.text.clean import clean_text

logging.getLogger("trafilatura").setLevel(
    logging.CRITICAL
)  # it warns of every page without a text, which we count ourselves

VERSION: str = trafilatura.__version__

# trafilatura's time is quadratic in inline elements and jusText's in blocks: 15,000 <b> took 3 s, 400 kB of table over 30 s.
MAX_FAST_ELEMENTS = 20_000  # more: only its linear baseline
MAX_FULL_ELEMENTS = 6_000  # more: fast mode, without its rescue by jusText; of 336 real pages the largest had 4,098

# Measured on 307 pages in 25 languages (character 4-gram F1 | ms a page): fast precision .900 | 17, precision .942 | 31, balanced
# .931 | 32. Where fast precision finds 500 characters and more, it scored as precision did on all but one page.
_FAST = Extractor(fast=True, precision=True, comments=False, output_format="python")
_PRECISION = Extractor(precision=True, comments=False, output_format="python")
_BALANCED = Extractor(comments=False, output_format="python")
_ENOUGH = 500  # characters of a body that needs no second opinion
_NOTHING = 50  # characters of a body that is none

# Not text, and many of the nodes that trafilatura copies several times over; taking them out changed no score.
_NOT_TEXT = ("script", "style", "svg", "template", "link", "meta")


def read_body(page: Page, title: str) -> tuple[Cleaned, str]:
    """The cleaned body, and the name of what chose it; no blocks if there is no text.

    Takes scripts and styles out of the page's tree: call it last.
    """
    headings = [text_of(heading) for heading in page.headings[:3]]
    etree.strip_elements(page.tree, *_NOT_TEXT, with_tail=False)
    if page.elements > MAX_FAST_ELEMENTS:
        body, _, _ = trafilatura.baseline(page.tree)
        return clean_blocks(blocks_of(body), title, headings), f"trafilatura {VERSION} baseline"
    cleaned = clean_blocks(_run(page, _FAST), title, headings)
    if _size(cleaned) >= _ENOUGH or page.elements > MAX_FULL_ELEMENTS:
        return cleaned, f"trafilatura {VERSION} precision fast"
    cleaned = clean_blocks(_run(page, _PRECISION), title, headings)
    if _size(cleaned) >= _NOTHING:
        return cleaned, f"trafilatura {VERSION} precision"
    return clean_blocks(_run(page, _BALANCED), title, headings), f"trafilatura {VERSION} balanced"


def _run(page: Page, options: Extractor) -> tuple[Block, ...]:
    document: Any = trafilatura.bare_extraction(page.tree, url=None, options=options)
    return tuple(blocks_of(document.body)) if document is not None else ()


def _size(cleaned: Cleaned) -> int:
    return sum(len(block.text) for block in cleaned.blocks)


_KINDS = {
    "head": BlockKind.HEADING,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), BlockKind.HEADING),
    "item": BlockKind.ITEM,
    "li": BlockKind.ITEM,
    "quote": BlockKind.QUOTE,
    "blockquote": BlockKind.QUOTE,
}
_BREAKS = frozenset(
    {
        "p",
        "list",
        "row",
        "table",
        "div",
        "body",
        "ab",
        "code",
        "lb",
        "br",
        "section",
        "article",
        "ul",
        "ol",
        "tr",
        *_KINDS,
    }
)
_SPACES = frozenset({"cell", "td", "th"})


def blocks_of(body: lxml.html.HtmlElement) -> Iterator[Block]:
    """The blocks of a tree in trafilatura's vocabulary or HTML's, in reading order."""
    kinds = [BlockKind.PARAGRAPH]
    parts: list[str] = []

    def flush() -> Iterator[Block]:
        joined = "".join(parts)
        parts.clear()
        if not joined.isspace() and (text := clean_text(joined)):
            yield Block(kind=kinds[-1], text=text)

    for event, element in etree.iterwalk(body, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if tag in _BREAKS:
                yield from flush()
            elif tag in _SPACES:
                parts.append(" ")
            if tag in _KINDS:
                kinds.append(_KINDS[tag])
            if element.text and tag:
                parts.append(element.text)
            continue
        if tag in _BREAKS:
            yield from flush()
        if tag in _KINDS:
            kinds.pop()
        if element.tail and element is not body:
            parts.append(element.tail)
    yield from flush()
