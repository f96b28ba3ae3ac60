"""What the benches measure on: pages with gold answers, where the evaluation data is present, and the sample web always."""

from __future__ import annotations

import datetime as dt
import gzip
import importlib.util
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
from msgspec.structs import replace

from pipeline.demo.web import SampleArticle, SampleWeb
from pipeline.extract import extract
from pipeline.identify import identify
from pipeline.knowledge.lexicon import Lexicon, load_lexicon
from pipeline.model import (
    Article,
    Block,
    BlockKind,
    Document,
    Frozen,
    FuzzyDate,
    Kind,
    Origin,
    Precision,
    RawPage,
    SourceSpec,
    TaggedArticle,
)
from pipeline.store.database import open_engine
from pipeline.store.library import Derivation, Library, StageResult
from pipeline.store.schema import prepare
from pipeline.tag import tag
from pipeline.text.clean import clean_text
from pipeline.text.urls import address_id

ROOT = Path(__file__).resolve().parent.parent
# After everything in the sample web is published and every gold page was written.
SEEN = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)

Row = dict[str, Any]


class Sample(Frozen, frozen=True, kw_only=True):
    """A page, the source it came from, and what a reader would say of it."""

    id: str
    page: RawPage
    source: SourceSpec | None
    gold: Row


def eval_data() -> Path | None:
    """The folder of evaluation data, None if it is not on this machine."""
    folder = Path(os.environ.get("CITY_DIGEST_EVAL_DATA", ROOT.parent / "shared" / "data"))
    return folder if (folder / "pages" / "gold.jsonl").is_file() else None


def scorer(data: Path, name: str) -> ModuleType:
    """A scorer of the folder `score` beside the evaluation data."""
    spec = importlib.util.spec_from_file_location(f"score_{name}", data.parent / "score" / f"{name}.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"no scorer {name!r} beside {data}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_rows(path: Path) -> list[Row]:
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def gold_pages(data: Path) -> Iterator[Sample]:
    """Real pages of other people, with their gold text, title and date."""
    for row in read_rows(data / "pages" / "gold.jsonl"):
        body = (data / "pages" / row["html"]).read_bytes()
        if row["html"].endswith(".gz"):
            body = gzip.decompress(body)
        page = make_page(row["url"] or f"https://bench.example/{row['id']}", body, "bench", "text/html")
        yield Sample(id=row["id"], page=page, source=None, gold=row)


def sample_pages() -> Iterator[Sample]:
    """Every article of the sample web as its host serves it."""
    web = SampleWeb.load(SEEN)
    for article in web.articles:
        host = web.hosts[article.host_key]
        answer = web.respond(host.host, article.path)
        if answer is not None and answer.status == 200:
            page = make_page(web.address(article), answer.body, host.key, answer.header("content-type"))
            source = make_source(host.key, host.language, host.zone)
            yield Sample(id=article.id, page=page, source=source, gold=_gold(article, host.language))


def make_page(url: str, body: bytes, source_id: str, content_type: str) -> RawPage:
    return RawPage(
        id=address_id(url),
        source_id=source_id,
        url=url,
        final_url=url,
        fetched_at=SEEN,
        status=200,
        headers=(("content-type", content_type),),
        body=body,
    )


def make_source(source_id: str, language: str = "en", zone: str = "UTC") -> SourceSpec:
    return SourceSpec(
        id=source_id,
        names={"en": source_id},
        home="https://bench.example/",
        country="ZZ",
        languages=(language,),
        kind=Kind.ARCHIVE,
        start=(),
        zone=zone,
    )


def make_document(row: Row) -> Document:
    """A document of a row that holds title and text, as it would be if a page had been read."""
    url = row.get("url") or f"https://bench.example/{row['id']}"
    blocks = tuple(Block(kind=BlockKind.PARAGRAPH, text=line) for line in row.get("text", "").splitlines() if line)
    return Document(
        page_id=address_id(url),
        source_id=row.get("source", "bench"),
        url=url,
        canonical_url=url,
        title=row.get("title", ""),
        blocks=blocks,
        fetched_at=moment(row["seen"]) if row.get("seen") else SEEN,
        extractor="bench",
    )


def tag_rows(rows: Iterable[Row]) -> list[tuple[Row, TaggedArticle]]:
    """Rows of title and text with what the tagger says of them."""
    return list(_tag_rows(rows))


def _tag_rows(rows: Iterable[Row]) -> Iterator[tuple[Row, TaggedArticle]]:
    for row in rows:
        article = identify(make_document(row), None)
        if not isinstance(article, Article):
            raise TypeError(f"{row['id']} is no article: {article}")
        yield row, tag(dated(article, row.get("time")), load_lexicon())


def dated(article: Article, time: str | None) -> Article:
    if not time:
        return article
    published = FuzzyDate(value=moment(time), precision=Precision.DAY, zone_stated=False, origin=Origin.SIDECAR)
    return replace(article, published=published)


def moment(text: str) -> dt.datetime:
    """An ISO 8601 time, in UTC where it states no zone."""
    value = dt.datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=dt.UTC)


@contextmanager
def open_library(file: Path) -> Iterator[Library]:
    """The library in this SQLite file, made if there is none."""
    engine = open_engine(f"sqlite:///{file}")
    prepare(engine, "library")
    try:
        yield Library(engine)
    finally:
        engine.dispose()


def save_articles(library: Library, articles: Iterable[TaggedArticle]) -> None:
    """Puts articles into the library as if their pages had been derived."""
    for one in articles:
        result = StageResult(stage="tag", key="bench", outcome="value", value=msgspec.json.encode(one))
        made = Derivation(
            page_id=one.article.page_id,
            source_id=one.article.source_id,
            page_hash="bench",
            rules="bench",
            results=(result,),
            tagged=one,
        )
        library.save_derivation(made)


def identify_page(sample: Sample) -> tuple[Document | None, Article | None]:
    """What extract and identify make of a page; None from where a stage gave up."""
    document = extract(sample.page)
    if not isinstance(document, Document):
        return None, None
    article = identify(document, sample.source)
    return document, article if isinstance(article, Article) else None


def process(sample: Sample, lexicon: Lexicon) -> TaggedArticle | None:
    """The whole process path of one page, None where a stage gave up."""
    _, article = identify_page(sample)
    return tag(article, lexicon) if article else None


def _gold(article: SampleArticle, language: str) -> Row:
    return {
        "id": article.id,
        "lang": language,
        "title": clean_text(article.title),
        "text": article.text,
        "date": article.published.isoformat(),
        "relevant": article.expected.article_class != "off_topic",
        "cities": list(article.expected.cities),
        "networks": list(article.expected.networks),
        "event_types": list(article.expected.event_types),
        "cluster": article.event or article.copy_of or article.id,
        "copy_of": article.copy_of or None,
    }
