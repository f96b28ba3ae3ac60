"""Stage 2: which article a document is, in which language, and when it was published."""

from __future__ import annotations

import functools
import hashlib
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.errors import Setback
from pipeline.identify.languages import detect_language
from pipeline.identify.publication import read_published
from pipeline.knowledge.publishers import load_publishers
from pipeline.model import Article, Document, SourceSpec
from pipeline.text.clean import clean_text, fold
from pipeline.text.urls import address_id

NAME = "identify"
VERSION = "5"

MAX_TITLE = 300  # code points; longer titles are whole paragraphs


def identify(document: Document, source: SourceSpec | None) -> Article | Setback:
    """The article with its id, language, date and fingerprint.

    Args:
        source: for its zone and languages; None for pages of no source, whose unzoned dates are read as UTC.
    """
    declared = document.declared_language or document.hints.language
    language = detect_language(document.title, document.text, declared, source.languages if source else ())
    return Article(
        id=address_id(document.canonical_url),
        page_id=document.page_id,
        source_id=document.source_id,
        url=document.canonical_url,
        title=clean_text(document.title, limit=MAX_TITLE),
        blocks=document.blocks,
        authors=document.authors or document.hints.authors,
        references=_without_own(document.references, source),
        translated_from=_foreign(document.translated_from, language.code),
        language=language.code,
        language_confidence=language.confidence,
        published=read_published(document, _zone(source.zone if source else "UTC")),
        first_seen=document.fetched_at,
        directives=document.directives,
        extractor=document.extractor,
        agreement=document.agreement,
        access=document.access,
        media=document.media,
        origins=document.origins,
        # Nothing is known of what stands in two documents that were never opened: they must not count as equal.
        fingerprint=fingerprint(document.text if fold(document.text) else document.canonical_url),
    )


def _without_own(credited: tuple[str, ...], source: SourceSpec | None) -> tuple[str, ...]:
    """The credits but for those of a publisher to itself, by its name or site, as agencies have in every dateline."""
    if source is None or not credited:
        return credited
    publishers, own = load_publishers().with_sources([source]), source.publisher_family
    names = {fold(name) for name in source.names.values()}

    def is_own(credit: str) -> bool:
        return fold(credit) in names or publishers.find(credit) == own or publishers.find_all(credit) == (own,)

    return tuple(credit for credit in credited if not is_own(credit))


def _foreign(translated_from: str, language: str) -> str:
    """The language it was translated from; nothing was translated into its own."""
    return "" if translated_from == language.partition("-")[0] else translated_from


def fingerprint(text: str) -> str:
    """16 hex digits that equal texts share, whatever their spaces, marks, case and width."""
    return hashlib.sha256(fold(text).encode("utf-8", "surrogatepass")).hexdigest()[:16]


@functools.cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
