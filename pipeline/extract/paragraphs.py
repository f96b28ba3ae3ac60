"""A body read by paragraphs: the smallest part of the page that holds most of its sentences.

A second opinion beside trafilatura, which looks for containers by name first and keeps one of them: where an article is
spread over several containers, or its opening stands above them, this reader finds the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml.html import HtmlElement

from pipeline.model import Block, BlockKind
from pipeline.text.clean import clean_text

_SKIPPED = frozenset(
    [
        "nav",
        "aside",
        "footer",
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "button",
        "select",
        "option",
        "textarea",
        "input",
        "label",
        "figure",
        "picture",
        "video",
        "audio",
        "object",
        "canvas",
        "dialog",
        "rt",
        "rp",
        "menu",
        "time",
        "head",
    ]
)
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "mark",
        "q",
        "rb",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "tt",
        "u",
        "var",
        "wbr",
    ]
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:comments?|disqus|related?|recommend\w*|sidebar|side-?bar|footer|nav|navi|navigation|menu|breadcrumbs?|pankuzu|share|sharing|social|sns"
    r"|newsletter|subscri\w+|promo\w*|banner|ads?|advert\w*|sponsor\w*|popular|ranking|caption|copyright|\w*cookie\w*|consent\w*|onetrust\w*|gdpr\w*|modal|popup|tags?|toc|pager|pagination"
    r"|author-?(?:bio|box)|bio|readmore|read-more|more-?(?:news|stories)|teasers?|hidden|screen-reader\w*|visually-hidden|sr-only)(?:$|[\s_-])",
    re.IGNORECASE,
)
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_SENTENCE_END = re.compile(r"[.!?。．！？…؟।][\s\"'”’»」』）)\]]*$|다\s*$")
_MAX_DEPTH = 200  # pages that people read are 60 deep at most; below it a part is one line

_PARAGRAPH = 200  # weight of a line that is a paragraph whatever its end
_SENTENCE = 30  # weight of a line that is a sentence if it ends as sentences do
_LINKED = 0.4  # share of a paragraph that may be links
_LINK = 0.6  # share of a line's characters from which it is a link with a mark or two
_MOST = 0.85  # share of the sentences that the part of the page must hold


@dataclass(slots=True)
class _Line:
    """A run of text between two block boundaries."""

    kind: BlockKind
    text: str
    path: tuple[int, ...]  # numbers of the containers around it, outermost first
    good: int  # weight if it is a sentence or a paragraph, else 0
    linked: bool  # much of it is links
    is_link: bool  # it is nothing else


@dataclass(slots=True)
class _Walk:
    lines: list[_Line] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    linked: int = 0
    path: list[int] = field(default_factory=list)
    containers: int = 0
    named: set[int] = field(default_factory=set)  # containers with a name of furniture

    def flush(self, kind: BlockKind) -> None:
        text = " ".join("".join(self.parts).split()) if self.parts else ""
        linked, self.linked = self.linked, 0
        self.parts.clear()
        if text:
            is_linked = linked > _LINKED * len(text)
            good = 0 if is_linked or kind is BlockKind.HEADING else sentence_weight(text)
            self.lines.append(_Line(kind, text, tuple(self.path), good, is_linked, linked > _LINK * len(text)))

    def enter(self, element: HtmlElement, kind: BlockKind, in_link: bool, depth: int) -> None:
        if element.text:
            self.add(element.text, in_link)
        for child in element:
            tag = child.tag
            if isinstance(tag, str) and tag not in _SKIPPED:
                if depth >= _MAX_DEPTH:
                    self.add("".join(child.itertext()), in_link)
                elif tag in _INLINE:
                    self.enter(child, kind, in_link or tag == "a", depth + 1)
                elif tag == "br":
                    self.flush(kind)
                else:
                    self.flush(kind)
                    self.containers += 1
                    if _is_hidden(child) or _is_named(child):
                        self.named.add(self.containers)
                    self.path.append(self.containers)
                    self.enter(child, _kind(tag, kind), in_link, depth + 1)
                    self.flush(_kind(tag, kind))
                    self.path.pop()
            if child.tail:
                self.add(child.tail, in_link)

    def add(self, text: str, in_link: bool) -> None:
        self.parts.append(text)
        if in_link:
            self.linked += len(text.strip())


def _kind(tag: str, around: BlockKind) -> BlockKind:
    if tag in _HEADINGS:
        return BlockKind.HEADING
    if tag in ("li", "dd", "dt"):
        return BlockKind.ITEM
    return BlockKind.QUOTE if tag == "blockquote" else around


def _is_named(element: HtmlElement) -> bool:
    names = f"{element.get('class', '')} {element.get('id', '')}"
    return len(names) > 1 and _FURNITURE.search(names) is not None


def _is_hidden(element: HtmlElement) -> bool:
    return element.get("hidden") is not None or "display:none" in element.get("style", "").replace(" ", "")


def weight(text: str) -> int:
    """Length with each Han, kana or Hangul character as three: about what it says in Latin letters."""
    return len(text) if text.isascii() else len(text) + 2 * len(_WIDE.findall(text))


def sentence_weight(text: str) -> int:
    """The weight of a line that is a sentence or a paragraph, else 0."""
    size = weight(text)
    return size if size >= _PARAGRAPH or (size >= _SENTENCE and ends_sentence(text)) else 0


def ends_sentence(text: str) -> bool:
    """True if the last mark is one that ends a sentence."""
    return _SENTENCE_END.search(text) is not None


class Paragraphs(NamedTuple):
    """A body, and the lines of the whole page that are links to other pages and no sentences."""

    blocks: tuple[Block, ...]
    links: frozenset[str]


def read_paragraphs(tree: HtmlElement) -> Paragraphs:
    """The lines of the part of the page that holds most of its sentences, from the first sentence to the last."""
    body = tree.find("body")
    walk = _Walk()
    if body is not None:
        walk.enter(body, BlockKind.PARAGRAPH, in_link=False, depth=0)
        walk.flush(BlockKind.PARAGRAPH)
    links = frozenset(clean_text(line.text) for line in walk.lines if line.is_link and not ends_sentence(line.text))
    return Paragraphs(tuple(_chosen(_without_furniture(walk.lines, walk.named))), links)


def _without_furniture(lines: list[_Line], named: set[int]) -> list[_Line]:
    """Lines outside the containers whose name says furniture, unless one of them holds half of the sentences."""
    sums = dict.fromkeys(named, 0)
    for line in lines:
        for container in line.path:
            if container in sums:
                sums[container] += line.good
    total = sum(line.good for line in lines)
    furniture = {container for container, size in sums.items() if size * 2 < total}
    return [line for line in lines if furniture.isdisjoint(line.path)]


def _chosen(lines: list[_Line]) -> Iterator[Block]:
    part = _part(lines)
    inside = [line for line in lines if line.path[: len(part)] == part]
    good = [number for number, line in enumerate(inside) if line.good]
    if not good:
        return
    seen: set[str] = set()
    for line in inside[_reach(inside, good[0], -1) : _reach(inside, good[-1], 1) + 1]:
        if line.linked or (line.good and line.text in seen):
            continue
        seen.add(line.text)
        if text := clean_text(line.text):
            yield Block(kind=line.kind, text=text)


def _reach(lines: list[_Line], place: int, step: int) -> int:
    """The number of the last line that stands in one container with the sentence at `place`, up to the first of links."""
    around = lines[place].path[:-1]
    while 0 <= place + step < len(lines):
        following = lines[place + step]
        if following.linked or following.path[: len(around)] != around:
            break
        place += step
    return place


def _part(lines: list[_Line]) -> tuple[int, ...]:
    """The path of the smallest container that holds most of the sentences."""
    part: tuple[int, ...] = ()
    inside = [line for line in lines if line.good]
    total = sum(line.good for line in inside)
    while inside:
        depth = len(part)
        sums: dict[int, int] = {}
        for line in inside:
            if len(line.path) > depth:
                sums[line.path[depth]] = sums.get(line.path[depth], 0) + line.good
        best = max(sums, key=lambda key: sums[key], default=0)
        if not best or sums[best] < _MOST * total:
            break
        part = (*part, best)
        inside = [line for line in inside if len(line.path) > depth and line.path[depth] == best]
    return part
