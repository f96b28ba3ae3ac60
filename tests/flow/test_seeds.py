"""The two articles the project began with, given as text files, come out in a rendered issue."""

from __future__ import annotations

import shutil
from pathlib import Path

from sample_runs import run

from pipeline.demo.sample import install_workspace
from pipeline.demo.server import SampleServer
from pipeline.model import TaggedArticle, TagKind
from pipeline.store.database import open_engine
from pipeline.store.library import Library
from pipeline.text.urls import address_id

SOURCE = """\
id = "seeds"
names = { en = "Articles found by hand", ja = "手もとの記事" }
home = "https://example.org/"
country = "JP"
languages = ["ja"]
kind = "archive"
start = ["texts"]
zone = "Asia/Tokyo"
state = "active"
"""
FIRST_THEMES = {
    "climate-environment",
    "digital-smart-city",
    "transport-connectivity",
    "culture-tourism",
    "urban-planning",
}
SECOND_THEMES = {"culture-tourism", "digital-smart-city", "innovation-startup", "youth-exchange"}


def test_the_seed_articles_are_read_tagged_and_shown(
    evaluation_data: Path, tmp_path: Path, sample_server: SampleServer
) -> None:
    install_workspace(tmp_path)
    shutil.rmtree(tmp_path / "sources.d")
    texts = tmp_path / "sources.d" / "texts"
    texts.mkdir(parents=True)
    (tmp_path / "sources.d" / "seeds.toml").write_text(SOURCE, encoding="utf-8")
    for file in sorted((evaluation_data / "seeds").glob("*.txt")):
        shutil.copy(file, texts)
    run(tmp_path, sample_server, "--set", "process.workers=1", "run")
    first, second = (read(tmp_path, f"urn:city-digest:archive:seeds:{file.name}") for file in sorted(texts.iterdir()))
    assert {first.article.language, second.article.language} == {"ja"}
    assert first.relevance.relevant
    assert second.relevance.relevant
    assert "geonames:1792947" in first.ids(TagKind.CITY)  # 天津
    assert "sco" in first.ids(TagKind.NETWORK)
    assert len(FIRST_THEMES & set(first.ids(TagKind.THEME))) >= 4
    # 杭州, パリ, サンフランシスコ, メルボルン
    assert {"geonames:1808926", "geonames:2988507", "geonames:5391959", "geonames:2158177"} <= set(
        second.ids(TagKind.CITY)
    )
    assert len(SECOND_THEMES & set(second.ids(TagKind.THEME))) >= 3
    for edition in ("ja", "en"):
        pages = list((tmp_path / "archive" / "issues").glob(f"*/{edition}.html"))
        issues = "".join(page.read_text(encoding="utf-8") for page in pages)
        assert first.article.title in issues
        assert second.article.title in issues


def read(workspace: Path, url: str) -> TaggedArticle:
    library = Library(open_engine(f"sqlite:///{workspace / 'state/library.sqlite'}"))
    page_id, article_id = library.locate(url, address_id(url), url)
    assert page_id, url
    found = library.articles([article_id])[article_id]
    library.engine.dispose()
    return found
