"""Who wrote a page: people before organisations, none rather than wrong.

JSON-LD before metas before marked elements before what is only seen. An organisation is the author where JSON-LD or the
byline names one and no person is found anywhere: an outlet that signs its own articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.extract.bylines import read_author_links, read_bylines, read_chinese_names, read_labels, read_signature
from pipeline.extract.jsonld import Described
from pipeline.extract.names import has_small_words, is_site, sort_names
from pipeline.extract.page import Page
from pipeline.model import Origin


class Authors(NamedTuple):
    """Names in the order and spelling of the page, and where they were read; no origin without names."""

    names: tuple[str, ...] = ()
    origin: Origin | None = None


def read_authors(page: Page, described: Described, site_names: tuple[str, ...], near: list[str], title: str) -> Authors:
    """The people who wrote it, else the organisation that signed it.

    Args:
        near: pieces of text around the heading.
        title: the page's title, below which a name may stand alone.
    """
    signed = Authors()
    for origin, texts in _sources(page, described, near, title):
        named = sort_names(texts, site_names)
        if named.people:
            return Authors(named.people if origin is Origin.META else named.people + named.beside, origin)
        signed = signed if signed.names else _signed(named.organisations, origin, site_names)
    return signed


def _signed(organisations: tuple[str, ...], origin: Origin, site_names: tuple[str, ...]) -> Authors:
    """Organisations as authors. Metas name who made the site; the outlet's name beside a heading says little."""
    if origin is Origin.JSON_LD:
        return Authors(organisations, origin)
    seen = tuple(name for name in organisations if not is_site(name, site_names) and not has_small_words(name))
    return Authors(seen, origin) if seen and origin is not Origin.META else Authors()


def clean_authors(raw: Iterable[str], site_names: Iterable[str]) -> tuple[str, ...]:
    """Single names of people without titles, marks, addresses and the site's own name."""
    return sort_names(raw, site_names).people


_METAS = (
    "citation_author", "citation_authors", "article:author", "og:article:author", "og:author", "author", "parsely-author", "sailthru.author",
    "dc.creator", "dcterms.creator", "dc.contributor", "byl", "cxenseparse:author", "writer",
)  # fmt: skip
_OTHER_META = re.compile(r"author(?:s|name|_name)?$|byline$")
_WRITTEN_BY = re.compile(
    r"written by|author|posted by|作成者|執筆者|作者|verfasst von|geschrieben von|écrit par|escrito por|scritto da|написано|автор|글쓴이|작성자",
    re.IGNORECASE,
)


def _sources(page: Page, described: Described, near: list[str], title: str) -> Iterator[tuple[Origin, list[str]]]:
    """Where names may stand, the most reliable first; what is seen is only searched for if nothing was declared."""
    yield Origin.JSON_LD, list(described.authors)
    others = (name for name in page.metas if name not in _METAS and _OTHER_META.search(name))
    for name in (*_METAS, *others):
        if name in page.metas:
            yield Origin.META, page.metas[name]
    for number in ("1", "2"):  # https://developer.x.com: labelled data of a card, filled by plugins for weblogs
        if _WRITTEN_BY.search(page.meta(f"twitter:label{number}")):
            yield Origin.META, page.metas.get(f"twitter:data{number}", [])
    marked = [element for element in page.marked if (element.get("itemprop") or "").lower() in ("author", "creator")]
    yield Origin.ITEMPROP, read_bylines(marked)
    yield Origin.VISIBLE, read_bylines((element for element in page.bylines if element.get("rel") == "author"), near)
    yield Origin.VISIBLE, read_bylines(page.bylines, near)
    yield Origin.VISIBLE, read_labels(page, near)
    yield Origin.VISIBLE, read_author_links(page)
    yield Origin.VISIBLE, read_signature(page)
    yield Origin.VISIBLE, read_chinese_names(page, near, title)
