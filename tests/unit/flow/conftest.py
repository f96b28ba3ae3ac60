"""Three invented stages, whose calls are counted, instead of the real ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from pipeline import flow
from pipeline.flow import PageTask, Stage
from pipeline.model import (
    Article,
    ArticleClass,
    Block,
    BlockKind,
    Document,
    Kind,
    RawPage,
    Relevance,
    SourceSpec,
    TaggedArticle,
)

NOW = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)
SOURCE = SourceSpec(
    id="kobe", names={"en": "Kobe"}, home="https://kobe.example/", country="JP", languages=("ja",), kind=Kind.FEED,
    start=("https://kobe.example/feed",),
)  # fmt: skip
PAGE = RawPage(
    id="00000000000000aa", source_id="kobe", url="https://kobe.example/1", final_url="https://kobe.example/1",
    fetched_at=NOW, status=200, headers=(), body=b"<p>Mayors met.</p>",
)  # fmt: skip


class Rules:
    """Three stages that note their calls, each with a version and an answer that a test may change."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.versions = {"extract": "1", "identify": "1", "tag": "1"}
        self.answers: dict[str, Callable[[Any], Any]] = {
            "extract": lambda page: document(page.body.decode()),
            "identify": article,
            "tag": tagged,
        }

    def stages(self) -> tuple[Stage, ...]:
        makes = {"extract": Document, "identify": Article, "tag": TaggedArticle}
        return tuple(Stage(name, self.versions[name], made, self._caller(name)) for name, made in makes.items())

    def _caller(self, name: str) -> Callable[[Any, PageTask], Any]:
        def call(value: Any, _: PageTask) -> Any:
            self.calls.append(name)
            return self.answers[name](value)

        return call


def document(text: str) -> Document:
    return Document(
        page_id=PAGE.id, source_id="kobe", url=PAGE.url, canonical_url=PAGE.url, title="T",
        blocks=(Block(kind=BlockKind.PARAGRAPH, text=text),), fetched_at=NOW, extractor="hand",
    )  # fmt: skip


def article(found: Document) -> Article:
    return Article(
        id="1" * 16, page_id=PAGE.id, source_id="kobe", url=PAGE.url, title=found.title, blocks=found.blocks,
        language="en", language_confidence=1.0, first_seen=NOW, fingerprint="0" * 16,
    )  # fmt: skip


def tagged(found: Article) -> TaggedArticle:
    return TaggedArticle(
        article=found, tags=(), relevance=Relevance(score=1, article_class=ArticleClass.NEWS, reasons={})
    )


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> Rules:
    rules = Rules()
    monkeypatch.setattr(flow, "page_stages", rules.stages)
    return rules


@pytest.fixture
def page() -> RawPage:
    return PAGE


@pytest.fixture
def source() -> SourceSpec:
    return SOURCE
