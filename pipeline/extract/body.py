"""The body of a page as blocks: trafilatura's, and where that is in doubt the reading that the others bear out."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from typing import Any, NamedTuple

import lxml.html
import trafilatura
from lxml import etree
from trafilatura.readability_lxml import Document as Readability
from trafilatura.settings import Extractor

from pipeline.extract.agreement import Reading, choose, overlap, trim
from pipeline.extract.boilerplate import Cleaned, clean_blocks
from pipeline.extract.page import Page, text_of
from pipeline.extract.paragraphs import read_paragraphs, sentence_weight, weight
from pipeline.model import Block, BlockKind
from pipeline.text.clean import clean_text

logging.getLogger("trafilatura").setLevel(
    logging.CRITICAL
)  # it warns of every page without a text, which we count ourselves

VERSION: str = trafilatura.__version__

# trafilatura's time is quadratic in inline elements and jusText's in blocks: 15,000 <b> took 3 s, 400 kB of table over 30 s.
MAX_FAST_ELEMENTS = 20_000  # more: only its linear baseline
MAX_FULL_ELEMENTS = 6_000  # more: fast mode, without its rescue by jusText; of 336 real pages the largest had 4,098

# Measured on 307 pages in 25 languages (character 4-gram F1 | ms a page): fast precision .902 | 17, precision .945 | 27, balanced
# .936 | 28, readability .880 | 7, baseline .833 | 9, our paragraphs .927 | 4. Fast precision, and where it is in doubt what most
# of it, readability, paragraphs and baseline bear out: .954, for 3.5 ms a page more than the first alone.
_FAST = Extractor(fast=True, precision=True, comments=False, output_format="python")
_BALANCED = Extractor(comments=False, output_format="python")
_ENOUGH = 500  # characters of a body that needs no second opinion by its size
_NOTHING = 50  # characters of a body that is none

# Signs of doubt, from the same pages: of 209 without them five in a thousand gained anything by a second opinion.
_COVERED = 0.5  # of the page's sentences that the body must hold
_LOOSE = 0.05  # of the body that may be lines which are no sentences
_AGREED = 0.8  # overlap from which trafilatura's text and ours are the same text
_PRIOR = 0.03  # agreement that trafilatura needs less than others
_WHOLE = (
    0.05  # agreement that a reading with all the page's sentences needs less, where trafilatura's lacks most of them
)

# Not text, or never of an article, and many of the nodes that trafilatura copies several times over; taking them out changed nothing.
_NOT_TEXT = (
    *(
        "script",
        "style",
        "svg",
        "template",
        "link",
        "meta",
        "noscript",
        "iframe",
        "button",
        "select",
        "option",
        "input",
    ),
    *("textarea", "source", "picture", "video", "audio", "canvas", "object", "embed", "dialog", "nav", "map", "area"),
    *("aside", "footer"),
)


class Body(NamedTuple):
    """The text of a page, what chose it, and how much the readers that were asked agree: 0..1, 1 where one was enough."""

    cleaned: Cleaned
    extractor: str
    agreement: float = 1.0


def read_body(page: Page, title: str) -> Body:
    """The cleaned body; no blocks if there is no text.

    Takes scripts and styles out of the page's tree: call it last.
    """
    return _Reader(page, title).read()


class _Reader:
    def __init__(self, page: Page, title: str) -> None:
        self.page = page
        self.title = title
        self.headings = [text_of(heading) for heading in page.headings[:3]]
        etree.strip_elements(page.tree, *_NOT_TEXT, with_tail=False)
        _drop_other_articles(page)

    def read(self) -> Body:
        page = self.page
        if page.elements > MAX_FAST_ELEMENTS:
            baseline = self._outsider("baseline", _baseline)
            return Body(baseline.cleaned, _name("baseline"), overlap(baseline, self._paragraphs()[0]))
        fast = self._reading("precision fast", self._run(_FAST), prior=_PRIOR)
        if not self._is_doubtful(fast.cleaned):
            return Body(fast.cleaned, _name(fast.name))
        paragraphs, links = self._paragraphs()
        agreement = overlap(fast, paragraphs)
        if page.elements > MAX_FULL_ELEMENTS:
            chosen = fast if _size(fast.cleaned) >= _NOTHING else paragraphs
            return Body(chosen.cleaned, _name(chosen.name), agreement)
        return self._agreed(fast, paragraphs, agreement, links)

    def _agreed(self, fast: Reading, paragraphs: Reading, agreement: float, links: frozenset[str]) -> Body:
        """The reading that the others bear out, without the ends that none of them has."""
        if agreement >= _AGREED and fast.cleaned.blocks:
            return Body(_without_links(trim(fast, [paragraphs]), links), _name(fast.name), agreement)
        readability = self._outsider("readability", _readability)
        described = self._reading("json-ld", _described(self.page), prior=_PRIOR)
        asked = (fast, paragraphs, readability, self._outsider("baseline", _baseline), described)
        readings = [reading for reading in asked if _size(reading.cleaned) >= _NOTHING]
        if not readings:
            return Body(self._reading("balanced", self._run(_BALANCED)).cleaned, _name("balanced"), 0.0)
        if self._covered(fast.cleaned) < _COVERED:
            for reading in readings:
                reading.prior += _WHOLE * self._covered(reading.cleaned)
        chosen, agreement = choose(readings)
        # The baseline takes whole containers, furniture and all: it can bear out a text but not its ends.
        witnesses = [reading for reading in readings if reading.name != "baseline" and reading is not chosen]
        cleaned = trim(chosen, witnesses) if len(witnesses) > 1 else chosen.cleaned
        return Body(_without_links(cleaned, links), _name(chosen.name), agreement)

    def _is_doubtful(self, cleaned: Cleaned) -> bool:
        """Short, or lacking most of the page's sentences, or full of lines that are none."""
        if _size(cleaned) < _ENOUGH:
            return True
        total = sum(weight(block.text) for block in cleaned.blocks)
        loose = total - sum(sentence_weight(block.text) for block in cleaned.blocks)
        return loose > _LOOSE * total or self._covered(cleaned) < _COVERED

    def _covered(self, cleaned: Cleaned) -> float:
        """The share of the page's sentences, by weight, that the body has."""
        text = "\n".join(block.text for block in cleaned.blocks)
        sizes = [(sentence_weight(piece), piece in text) for piece in set(self.page.texts) if len(piece) >= _MIN_PIECE]
        total = sum(size for size, _ in sizes)
        return sum(size for size, inside in sizes if inside) / total if total else 1.0

    def _reading(self, name: str, blocks: Iterable[Block], prior: float = 0.0) -> Reading:
        return Reading(name, clean_blocks(blocks, self.title, self.headings), prior)

    def _run(self, options: Extractor) -> Iterable[Block]:
        try:
            document: Any = trafilatura.bare_extraction(self.page.tree, url=None, options=options)
        except RecursionError:  # lists in lists, 250 deep
            return ()
        return blocks_of(document.body) if document is not None else ()

    def _outsider(self, name: str, read: Callable[[Page], Iterable[Block]]) -> Reading:
        """What a reader that is no part of trafilatura's own sequence finds; nothing where it fails."""
        try:
            blocks = tuple(read(self.page))
        except Exception:  # noqa: BLE001 - one witness less; they write control characters back, which lxml refuses
            blocks = ()
        return self._reading(name, blocks)

    def _paragraphs(self) -> tuple[Reading, frozenset[str]]:
        found = read_paragraphs(self.page.tree)
        return self._reading("paragraphs", found.blocks), found.links


def _drop_other_articles(page: Page) -> None:
    """Takes out the articles that pages without an end append below their own: <article>s with an h1 of their own."""
    first, *others = page.headings[:_MAX_APPENDED] or [None]
    own = _article_of(first) if others else None
    if own is None or weight(text_of(own)) < _ENOUGH:
        return
    for heading in others:
        other = _article_of(heading)
        if other is not None and other is not own and own not in other.iterancestors():
            inside = set(own.iterancestors())
            if other not in inside and other.getparent() is not None:
                other.drop_tree()


_MAX_APPENDED = 20


def _article_of(heading: lxml.html.HtmlElement | None) -> lxml.html.HtmlElement | None:
    return next(heading.iterancestors("article"), None) if heading is not None else None


_MIN_PIECE = 30  # characters of a piece of text that may be a sentence worth missing


def _name(reader: str) -> str:
    ours = reader in ("paragraphs", "json-ld")
    return f"city-digest {reader}" if ours else f"trafilatura {VERSION} {reader}"


def _readability(page: Page) -> Iterator[Block]:
    """The body as readability has it, in the version that trafilatura carries."""
    return _blocks_of_markup(Readability(copy(page.tree)).summary())


def _baseline(page: Page) -> Iterator[Block]:
    """The articles of the page as they stand, else its paragraphs, else all its text."""
    body, _, _ = trafilatura.baseline(page.tree)
    return blocks_of(body)


_ARTICLE_BODY = re.compile(r'"articleBody"\s*:\s*("(?:[^"\\]|\\.)*")', re.DOTALL)
_MAX_SCRIPT = 300_000  # characters of one script that are looked at


def _described(page: Page) -> Iterator[Block]:
    """The text that the page's JSON-LD gives, the longest of them."""
    texts = [match[1] for script in page.scripts for match in _ARTICLE_BODY.finditer(script[:_MAX_SCRIPT])]
    try:
        text = str(json.loads(max(texts, key=len, default='""'), strict=False))
    except ValueError:
        return iter(())
    if "<" in text:
        return _blocks_of_markup(text)
    lines = (clean_text(line) for line in text.splitlines())
    return (Block(kind=BlockKind.PARAGRAPH, text=line) for line in lines if line)


def _blocks_of_markup(markup: str) -> Iterator[Block]:
    try:
        return blocks_of(lxml.html.fragment_fromstring(_CONTROLS.sub(" ", markup), create_parent="div"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return iter(())


_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _without_links(cleaned: Cleaned, links: frozenset[str]) -> Cleaned:
    """A body without the lines that are nothing but links, unless it is a list of them."""
    kept = tuple(block for block in cleaned.blocks if block.kind is BlockKind.HEADING or block.text not in links)
    text = sum(len(block.text) for block in kept)
    return cleaned._replace(blocks=kept) if text * 2 >= _size(cleaned) else cleaned


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
