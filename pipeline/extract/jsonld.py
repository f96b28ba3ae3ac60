"""The article that a page describes in JSON-LD, in any of the shapes that publishers use, broken ones included."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
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
    free: bool = True  # False where isAccessibleForFree says so


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
    return _describe(nodes) if nodes or not salvaged else _salvage(salvaged)


def _load(text: str) -> Any:
    """The JSON value, None if it cannot be mended."""
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
    return None


_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)?\s*;?\s*$"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


def _mend(text: str) -> str:
    return _TRAILING_COMMA.sub(r"\1", _WRAPPING.sub("", text))


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
    articles = [node for node in nodes if any(_ARTICLE.search(name) for name in _types(node))]
    pages = [node for node in nodes if any(name.casefold() in _PAGE for name in _types(node))]
    sites = [node for node in nodes if any(name.casefold() in _PUBLISHER for name in _types(node))]
    names = {str(node["@id"]): _names(node) for node in nodes if "@id" in node}
    order = [*sorted(articles, key=lambda node: not (node.get("headline") and node.get("datePublished"))), *pages]
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
        free=str(_first(articles, "isAccessibleForFree")).casefold() != "false",
    )


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
    name = value.get("name")
    if isinstance(name, (str, list)) and name:
        return _names(name) if isinstance(name, list) else [name]
    given, family = value.get("givenName"), value.get("familyName")
    if isinstance(given, str) and isinstance(family, str):
        return [f"{given} {family}"]
    return (by_id or {}).get(str(value.get("@id")), [])


_FIELD = r'"{key}"\s*:\s*"((?:[^"\\]|\\.){{1,500}})"'


def _salvage(texts: list[str]) -> Described:
    """Single fields out of JSON that no parser takes."""
    whole = "\n".join(texts)

    def field(key: str) -> str:
        match = re.search(_FIELD.format(key=key), whole)
        return match[1].replace('\\"', '"').replace("\\/", "/") if match else ""

    is_article = bool(re.search(r'"@type"\s*:\s*\[?\s*"[^"]*(?:Article|BlogPosting)"', whole))
    return Described(
        is_article=is_article,
        headline=field("headline"),
        published=field("datePublished"),
        modified=field("dateModified"),
    )
