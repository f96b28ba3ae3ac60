"""The article that a page describes in JSON-LD, in any of the shapes that publishers use, broken ones included."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

import msgspec

from pipeline.model import Frozen

MAX_CHARS = 300_000  # of all scripts together: malformed JSON of 1.6 MB cost other readers 3.8 s
MAX_NODES = 2_000

_ARTICLE = re.compile(r"Article|BlogPosting|Report|PressRelease|Posting$", re.IGNORECASE)
_PAGE = frozenset({"webpage", "itempage", "aboutpage", "event", "videoobject", "creativework", "governmentservice"})
_PUBLISHER = frozenset({"organization", "newsmediaorganization", "website", "governmentorganization"})


class Described(Frozen, frozen=True, kw_only=True):
    """What JSON-LD says of the page; raw strings, "" or empty where it says nothing."""

    is_article: bool = False
    headline: str = ""
    published: str = ""
    modified: str = ""
    authors: tuple[str, ...] = ()
    publisher: str = ""
    site_names: tuple[str, ...] = ()
    language: str = ""
    paid: bool | None = (
        None  # isAccessibleForFree of the article, else of its parts: True says subscribers only; None unsaid
    )


def read_jsonld(scripts: Iterable[str]) -> Described:
    """What the scripts of type application/ld+json say, the first article first."""
    nodes: list[dict[str, Any]] = []
    salvaged: list[str] = []
    room = MAX_CHARS
    for script in scripts:
        text = script[:room]
        room -= len(text)
        value = _load(text)
        if value is None:
            salvaged.append(text)
        else:
            nodes.extend(_walk(value))
        if room <= 0 or len(nodes) >= MAX_NODES:
            break
    described = _describe(nodes)
    if described.is_article or not salvaged:
        return described
    return msgspec.structs.replace(_salvage(salvaged), site_names=described.site_names)


def _load(text: str) -> Any:
    """The JSON value, a list of values if several stand in a row, None if it cannot be mended."""
    text = text.strip()
    for mend in (lambda source: source, _mend):
        mended = mend(text)
        try:
            return msgspec.json.decode(mended)
        except (msgspec.DecodeError, RecursionError):
            pass
        try:
            return json.loads(mended, strict=False)
        except (ValueError, RecursionError):
            continue
    return _load_row(_mend(text))


_DECODER = json.JSONDecoder(strict=False)
_MAX_ROW = 20  # values in one script


def _load_row(text: str) -> list[Any] | None:
    """Values that follow each other without a list around them, as templates print them in a loop."""
    values: list[Any] = []
    place = 0
    while place < len(text) and len(values) < _MAX_ROW:
        try:
            value, place = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            return None
        values.append(value)
        place += len(text[place : place + 100]) - len(text[place : place + 100].lstrip(" \t\r\n,;"))
    return values or None


_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


_OPENINGS = ("<!--", "//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "/* <![CDATA[ */", "<![CDATA[")
_CLOSINGS = (";", "-->", "//]]>", "// ]]>", "/*]]>*/", "/* ]]> */", "]]>")


def _mend(text: str) -> str:
    """Without comments around it, commas before closing brackets, and quotes written as entities."""
    for opening in _OPENINGS:
        text = text.removeprefix(opening).lstrip()
    for closing in _CLOSINGS:
        text = text.removesuffix(closing).rstrip()
    if '"' not in text and "&quot;" in text:
        text = unescape(text)
    return _TRAILING_COMMA.sub(r"\1", text)


def _walk(value: Any) -> Iterator[dict[str, Any]]:
    """Objects in reading order: lists, @graph and main entities are looked into, other properties are not."""
    queue = [value]
    seen = 0
    while queue and seen < MAX_NODES:
        node = queue.pop(0)
        if isinstance(node, list):
            queue[:0] = node[:MAX_NODES]
        elif isinstance(node, dict):
            seen += 1
            yield node
            queue[:0] = [
                node[key]
                for key in ("@graph", "mainEntity", "mainEntityOfPage")
                if isinstance(node.get(key), (list, dict))
            ]


def _types(node: dict[str, Any]) -> tuple[str, ...]:
    types = node.get("@type")
    return tuple(str(name) for name in (types if isinstance(types, list) else [types]) if name)


def _describe(nodes: list[dict[str, Any]]) -> Described:
    articles = _one_article([node for node in nodes if any(_ARTICLE.search(name) for name in _types(node))])
    pages = [node for node in nodes if any(name.casefold() in _PAGE for name in _types(node))]
    sites = [node for node in nodes if any(name.casefold() in _PUBLISHER for name in _types(node))]
    names = {str(node["@id"]): _names(node) for node in nodes if "@id" in node}
    order = [*articles, *pages]
    publisher = next(iter(_names(_first(articles, "publisher"), names)), "")
    return Described(
        is_article=bool(articles),
        headline=_text(_first(articles, "headline") or _first(articles, "name")),
        published=_text(_first(order, "datePublished") or _first(order, "uploadDate") or _first(order, "dateCreated")),
        modified=_text(_first(order, "dateModified")),
        authors=tuple(dict.fromkeys(_names(_first(articles, "author") or _first(articles, "creator"), names))),
        publisher=publisher,
        site_names=tuple(name for node in sites for name in _names(node)),
        language=_text(_first(order, "inLanguage")),
        paid=_paid(order),
    )


def _one_article(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The node that says most of the page's article, then others about the same one: lists name other articles too."""
    nodes = sorted(nodes, key=lambda node: not (node.get("headline") and node.get("datePublished")))
    headlines = {"", _text(_first(nodes, "headline"))}
    return [node for node in nodes if _text(node.get("headline")) in headlines]


def _paid(nodes: list[dict[str, Any]]) -> bool | None:
    """Whether the nodes, else their parts (https://schema.org/hasPart), declare that only subscribers read them."""
    parts = [part for node in nodes for part in _objects(node.get("hasPart"))]
    for described in (nodes, parts):
        for node in described:
            # true, "True", "http://schema.org/False" are all in use
            word = str(node.get("isAccessibleForFree")).casefold().rpartition("/")[2]
            if word in ("true", "false"):
                return word == "false"
    return None


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in (value if isinstance(value, list) else [value])[:20] if isinstance(item, dict)]


def _first(nodes: Iterable[dict[str, Any]], key: str) -> Any:
    return next((node[key] for node in nodes if node.get(key) not in (None, "", [], {})), None)


def _text(value: Any) -> str:
    """A string, the first of a list, or the value of an object."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name") or value.get("alternateName") or ""
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _names(value: Any, by_id: dict[str, list[str]] | None = None) -> list[str]:
    """Names of persons or organisations in any shape: text, object, list of both, reference by @id."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [name for item in value[:20] for name in _names(item, by_id)]
    if not isinstance(value, dict):
        return []
    name = value.get("name") or value.get("@value")
    if name:
        return _names(name)
    given, family = value.get("givenName"), value.get("familyName")
    if isinstance(given, str) and isinstance(family, str):
        return [f"{given} {family}"]
    return (by_id or {}).get(str(value.get("@id")), [])


_TEXT = r'"((?:[^"\\]|\\.){1,500})"'
_NAME = re.compile(r'"name"\s*:\s*' + _TEXT)
_FREE = re.compile(r'"isAccessibleForFree"\s*:\s*"?(?:https?://schema\.org/)?(true|false)', re.IGNORECASE)
_IS_ARTICLE = re.compile(r'"@type"\s*:\s*\[?\s*"[^"]{0,40}(?:Article|BlogPosting)"')
_MAX_AUTHORS_CHARS = 1_500  # of the property that names the authors; biographies follow the names


def _salvage(texts: list[str]) -> Described:
    """Single fields out of JSON that no parser takes."""
    whole = "\n".join(texts)

    def field(key: str) -> str:
        match = re.search(rf'"{key}"\s*:\s*' + _TEXT, whole)
        return _unescaped(match[1]) if match else ""

    paid = _FREE.search(whole)
    return Described(
        is_article=_IS_ARTICLE.search(whole) is not None,
        headline=field("headline"),
        published=field("datePublished"),
        modified=field("dateModified"),
        authors=_salvaged_names(whole, "author"),
        publisher=next(iter(_salvaged_names(whole, "publisher")), ""),
        paid=None if paid is None else paid[1].lower() == "false",
    )


def _salvaged_names(whole: str, key: str) -> tuple[str, ...]:
    start = re.search(rf'"{key}"\s*:\s*', whole)
    if not start:
        return ()
    value = whole[start.end() : start.end() + _MAX_AUTHORS_CHARS]
    if value.startswith('"'):
        match = re.match(_TEXT, value)
        return (_unescaped(match[1]),) if match else ()
    value = value.partition("]" if value.startswith("[") else "}")[0]
    return tuple(_unescaped(name) for name in _NAME.findall(value))


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text
