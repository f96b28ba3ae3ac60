"""A library on each kind of database, and articles written by hand."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator

import msgspec
import pytest

from pipeline.model import (
    Article,
    ArticleClass,
    Block,
    BlockKind,
    FuzzyDate,
    Origin,
    Precision,
    Relevance,
    Tag,
    TaggedArticle,
    TagKind,
)
from pipeline.store.database import open_engine
from pipeline.store.library import Derivation, Library, StageResult
from pipeline.store.schema import prepare

Save = Callable[..., str]


@pytest.fixture
def library(database_url: str) -> Iterator[Library]:
    engine = open_engine(database_url)
    prepare(engine, "library")
    yield Library(engine)
    engine.dispose()


@pytest.fixture
def save(library: Library) -> Save:
    """Derives a page into the library and returns its article's id; `text=None` makes it a page without an article."""

    def saved(page: str, text: str | None = "Two mayors met.", **about: object) -> str:
        made = derivation(page, text, **about)  # type: ignore[arg-type]  # passed through
        library.save_derivation(made)
        return made.tagged.article.id if made.tagged else ""

    return saved


def page_id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def derivation(
    page: str,
    text: str | None = "Two mayors met.",
    *,
    title: str = "News",
    url: str = "",
    day: str | None = "2026-10-20",
    language: str = "en",
    cities: tuple[str, ...] = (),
    article_class: ArticleClass = ArticleClass.NEWS,
    source: str = "paper",
) -> Derivation:
    results = (StageResult(stage="tag", key="k", outcome="skip", reason="no_body"),)
    tagged = None
    if text is not None:
        address = url or f"https://{page}.example/"
        published = FuzzyDate(
            value=dt.datetime.fromisoformat(f"{day or '2026-10-20'}T09:00+09:00"),
            precision=Precision.DAY,
            zone_stated=True,
            origin=Origin.META,
        )
        article = Article(
            id=page_id(address),
            page_id=page,
            source_id=source,
            url=address,
            title=title,
            blocks=(Block(kind=BlockKind.PARAGRAPH, text=text),),
            language=language,
            language_confidence=1.0,
            published=published if day else None,
            first_seen=dt.datetime(2026, 10, 21, tzinfo=dt.UTC),
            fingerprint=page_id(text),
        )
        tagged = TaggedArticle(
            article=article,
            tags=tuple(Tag(kind=TagKind.CITY, id=city, score=0.9, evidence=()) for city in cities),
            relevance=Relevance(score=0.9, article_class=article_class, reasons={}),
        )
        results = (StageResult(stage="tag", key="k", outcome="value", value=msgspec.json.encode(tagged)),)
    return Derivation(page_id=page, source_id=source, page_hash="b", rules="r", results=results, tagged=tagged)


@pytest.fixture
def derive() -> Callable[..., Derivation]:
    return derivation
