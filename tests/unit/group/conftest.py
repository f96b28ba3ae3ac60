"""Builds tagged articles by hand: the tagger's rules are no part of these tests."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable

import pytest

from pipeline.model import (
    Article,
    ArticleClass,
    Block,
    BlockKind,
    DatedEvent,
    Evidence,
    FuzzyDate,
    Origin,
    Precision,
    Relevance,
    Tag,
    TaggedArticle,
    TagKind,
)
from pipeline.text.clean import fold

Make = Callable[..., TaggedArticle]


@pytest.fixture(scope="session")
def make() -> Make:
    return make_tagged


def make_tagged(
    id: str,  # noqa: A002 - the article's
    title: str,
    text: str = "",
    *,
    language: str = "en",
    day: str | None = "2026-10-20",
    cities: tuple[str, ...] = (),
    networks: tuple[str, ...] = (),
    events: tuple[str, ...] = (),
    themes: tuple[str, ...] = (),
    dates: tuple[str | tuple[str, str], ...] = (),
    source: str = "",
    references: tuple[str, ...] = (),
    article_class: ArticleClass = ArticleClass.NEWS,
    seen: str = "2026-10-25",
) -> TaggedArticle:
    """A tagged article; `day` None leaves it undated, `dates` are days or (first, last) pairs."""
    kinds = {TagKind.CITY: cities, TagKind.NETWORK: networks, TagKind.EVENT: events, TagKind.THEME: themes}
    evidence = (Evidence(field="title", start=0, end=1, surface=title[:1], rule="hand"),)
    published = FuzzyDate(
        value=dt.datetime.fromisoformat(f"{day or seen}T09:00+09:00"),
        precision=Precision.DAY,
        zone_stated=True,
        origin=Origin.META,
    )
    article = Article(
        id=id,
        page_id=id,
        source_id=source or f"source_{id}",
        url=f"https://{id}.example/{id}",
        title=title,
        blocks=(Block(kind=BlockKind.PARAGRAPH, text=text or title),),
        references=references,
        language=language,
        language_confidence=1.0,
        published=published if day else None,
        first_seen=dt.datetime.fromisoformat(f"{seen}T00:00+00:00"),
        fingerprint=hashlib.sha256(fold(text or title).encode()).hexdigest()[:16],
    )
    return TaggedArticle(
        article=article,
        tags=tuple(Tag(kind=k, id=i, score=0.9, evidence=evidence) for k, ids in kinds.items() for i in ids),
        relevance=Relevance(score=0.9, article_class=article_class, reasons={}),
        events=tuple(_dated(date) for date in dates),
    )


def _dated(date: str | tuple[str, str]) -> DatedEvent:
    first, last = (date, None) if isinstance(date, str) else date
    return DatedEvent(start=dt.date.fromisoformat(first), end=dt.date.fromisoformat(last) if last else None)
