"""Short invented articles, as the tagger takes them."""

from __future__ import annotations

import datetime as dt

from pipeline.model import Article, Block, BlockKind, FuzzyDate, Origin, Precision

NOW = dt.datetime(2026, 11, 10, 9, tzinfo=dt.UTC)


def make_article(language: str, title: str, *paragraphs: str, published: dt.datetime | None = None) -> Article:
    """An article of these words, first seen at NOW."""
    date = (
        FuzzyDate(value=published, precision=Precision.DAY, zone_stated=True, origin=Origin.META) if published else None
    )
    return Article(
        id="0" * 16,
        page_id="0" * 16,
        source_id="sample",
        url="https://example.org/a",
        title=title,
        blocks=tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in paragraphs),
        language=language,
        language_confidence=1.0,
        published=date,
        first_seen=NOW,
        fingerprint="0" * 16,
    )
