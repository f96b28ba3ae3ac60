"""A workspace with a library, a frozen clock, and articles written by hand."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from pipeline.config import Workspace, open_workspace
from pipeline.flow import regroup
from pipeline.model import (
    Article,
    ArticleClass,
    Block,
    BlockKind,
    FuzzyDate,
    Origin,
    Precision,
    Relevance,
    TaggedArticle,
)
from pipeline.store.library import Derivation, Library, StageResult
from pipeline.store.opening import open_library

SETTINGS = """
[mail]
sender_name = "Digest"
sender_address = "digest@city.example"
postal_address = "Kobe"
contact = "editors@city.example"
unsubscribe = "leave@city.example"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "city-digest.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def at(root: Path) -> Callable[..., Workspace]:
    """The workspace as it is at a moment, "2026-11-09T06:00+09:00"."""
    return lambda now, **flags: open_workspace(
        root,
        environment={},
        flags={"digest.now": now} | {key.replace("__", "."): value for key, value in flags.items()},
    )


@pytest.fixture
def library(at: Callable[..., Workspace]) -> Iterator[Library]:
    opened = open_library(at("2026-11-09T06:00+09:00"))
    yield opened
    opened.engine.dispose()


@pytest.fixture
def save(library: Library) -> Callable[..., str]:
    """Keeps a grouped article and returns its id; `words` makes it say what the article of that name says."""

    def saved(name: str, day: str | None, *, seen: str = "2026-11-09", article_class: ArticleClass = ArticleClass.NEWS, words: str = "", references: tuple[str, ...] = ()) -> str:  # fmt: skip
        key, words = hashlib.sha256(name.encode()).hexdigest()[:16], words or name
        published = day and FuzzyDate(
            value=dt.datetime.fromisoformat(f"{day}T09:00+09:00"), precision=Precision.DAY, zone_stated=True, origin=Origin.META
        )  # fmt: skip
        article = Article(
            id=key, page_id=key, source_id=name, url=f"https://{name}.example/", title=f"Title {words * 3}",
            blocks=(Block(kind=BlockKind.PARAGRAPH, text=f"{words} " * 9),), language="en", language_confidence=1.0,
            published=published or None, first_seen=dt.datetime.fromisoformat(f"{seen}T00:00+09:00"), fingerprint=hashlib.sha256(words.encode()).hexdigest()[:16],
            references=references,
        )  # fmt: skip
        tagged = TaggedArticle(
            article=article, tags=(), relevance=Relevance(score=1, article_class=article_class, reasons={})
        )
        results = (StageResult(stage="tag", key="k", outcome="value", value=msgspec.json.encode(tagged)),)
        library.save_derivation(
            Derivation(page_id=key, source_id=name, page_hash="b", rules="r", results=results, tagged=tagged)
        )
        regroup(library, None)
        return key

    return saved
