"""Tagged articles by hand, over the shipped lexicon."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from pipeline.knowledge.lexicon import Lexicon, load_lexicon
from pipeline.model import (
    Article,
    ArticleClass,
    Block,
    BlockKind,
    DatedEvent,
    Directives,
    Evidence,
    FuzzyDate,
    Origin,
    Person,
    Precision,
    Relevance,
    Tag,
    TaggedArticle,
    TagKind,
)

Make = Callable[..., TaggedArticle]


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return load_lexicon()


@pytest.fixture(scope="session")
def make() -> Make:
    return make_tagged


def make_tagged(
    key: str = "a",
    *,
    title: str = "News",
    text: str = "Text.",
    tags: dict[TagKind, dict[str, float]] | None = None,
    dates: tuple[DatedEvent, ...] = (),
    persons: tuple[Person, ...] = (),
    day: str | None = "2026-11-01",
    language: str = "en",
    source: str = "paper",
    in_title: tuple[str, ...] = (),
    article_class: ArticleClass = ArticleClass.NEWS,
    directives: Directives = Directives(),  # noqa: B008  # frozen
) -> TaggedArticle:
    published = FuzzyDate(
        value=dt.datetime.fromisoformat(f"{day or '2026-11-01'}T09:00+09:00"), precision=Precision.DAY,
        zone_stated=True, origin=Origin.META,
    )  # fmt: skip

    def tag(kind: TagKind, name: str, score: float) -> Tag:
        field = "title" if name in in_title else "text"
        return Tag(
            kind=kind, id=name, score=score, evidence=(Evidence(field=field, start=0, end=1, surface="x", rule="r"),)
        )

    return TaggedArticle(
        article=Article(
            id=key * 16, page_id=key * 16, source_id=source, url=f"https://{key}.example/", title=title,
            blocks=(Block(kind=BlockKind.PARAGRAPH, text=text),), language=language, language_confidence=1.0,
            published=published if day else None, first_seen=dt.datetime(2026, 11, 2, tzinfo=dt.UTC),
            directives=directives, fingerprint=key * 16,
        ),
        tags=tuple(tag(kind, name, score) for kind, names in (tags or {}).items() for name, score in names.items()),
        relevance=Relevance(score=0.9, article_class=article_class, reasons={}),
        events=dates,
        persons=persons,
    )  # fmt: skip
