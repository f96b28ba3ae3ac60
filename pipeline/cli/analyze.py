"""`city-digest analyze`: what the page stages make of pages or texts in a JSONL file; needs no workspace."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click

from pipeline.cli.session import progress


@click.command("analyze")
@click.argument("manifest", type=click.File("r", encoding="utf-8"))
@click.option("--workers", type=click.IntRange(0), default=0, help="Processes; 0 is one per core.")
@click.option(
    "--deadline", "deadline_s", type=float, default=10.0, show_default=True, help="Processor seconds per page."
)
def command(manifest: IO[str], workers: int, deadline_s: float) -> None:
    """Reads {"id", "url"?, "html"? | "title"?, "text"?, "fetched_at"?} per line, writes one JSON object per line.

    "html" is a path beside the manifest and may end in .gz; where it is given, "title" and "text" are ignored.
    """
    from pipeline.engines import open_engine

    rows = list(read_rows(manifest))
    folder = Path(manifest.name).parent
    with progress("analyze") as advance:
        results = open_engine(workers, deadline_s).run(_analyse, ((row, folder) for row in rows), failed=_fail)
        for done, result in enumerate(results, start=1):
            click.echo(json.dumps(result, ensure_ascii=False))
            advance(done, len(rows))


def _analyse(item: tuple[dict[str, Any], Path]) -> dict[str, Any]:
    from pipeline.flow import derive

    derivation = derive(make_task(*item))
    last = derivation.results[-1]
    if derivation.tagged is None:
        outcome = "skip" if last.outcome == "skip" else "quarantine"
        return {"id": item[0]["id"], "outcome": outcome, "reason": last.reason, "detail": last.detail}
    return {"id": item[0]["id"], "outcome": "article"} | describe_article(derivation.tagged)


def _fail(item: tuple[dict[str, Any], Path], error: BaseException) -> dict[str, Any]:
    return {
        "id": item[0]["id"],
        "outcome": "quarantine",
        "reason": "crashed",
        "detail": f"{type(error).__name__}: {error}",
    }


def make_task(row: dict[str, Any], folder: Path) -> Any:
    """One line of the manifest as a page to derive, or, without "html", as a finished document, however short."""
    from pipeline.flow import PageTask
    from pipeline.text.urls import address_id

    url = row.get("url") or f"urn:city-digest:analyze:{row['id']}"
    fetched = dt.datetime.fromisoformat(row["fetched_at"]) if row.get("fetched_at") else dt.datetime.now(dt.UTC)
    fetched_at = fetched if fetched.tzinfo else fetched.replace(tzinfo=dt.UTC)
    page, known = None, {}
    if row.get("html"):
        page = _page(url, _read(folder / row["html"]), fetched_at)
    else:
        known = _given(url, str(row.get("title", "")), str(row.get("text", "")), fetched_at)
    return PageTask(
        page_id=address_id(url), source_id="", page_hash=address_id(row["id"]), page=page, source=None, known=known
    )


def _page(url: str, body: bytes, fetched_at: dt.datetime) -> Any:
    from pipeline.model import RawPage
    from pipeline.text.urls import address_id

    return RawPage(
        id=address_id(url),
        source_id="",
        url=url,
        final_url=url,
        fetched_at=fetched_at,
        status=200,
        headers=(("content-type", "text/html"),),
        body=body,
    )


def _given(url: str, title: str, text: str, fetched_at: dt.datetime) -> dict[str, Any]:
    """The result of extraction for a text that needs none."""
    import msgspec

    from pipeline import extract
    from pipeline.model import Block, BlockKind, Document
    from pipeline.store.library import StageResult
    from pipeline.text.clean import clean_text
    from pipeline.text.urls import address_id

    lines = (clean_text(line) for line in text.splitlines())
    document = Document(
        page_id=address_id(url),
        source_id="",
        url=url,
        canonical_url=url,
        title=clean_text(title),
        blocks=tuple(Block(kind=BlockKind.PARAGRAPH, text=line) for line in lines if line),
        fetched_at=fetched_at,
        extractor="given",
    )
    value = msgspec.json.encode(document)
    return {extract.NAME: StageResult(stage=extract.NAME, key="", outcome="value", value=value)}


def describe_article(tagged: Any) -> dict[str, Any]:
    """The article as the evaluation tools read it."""
    import msgspec

    from pipeline.knowledge.lexicon import load_lexicon
    from pipeline.model import TagKind

    lexicon, article, relevance = load_lexicon(), tagged.article, tagged.relevance
    published = article.published
    dated = {}
    if published:
        exact = published.precision.value == "minute"
        dated = {
            "date": published.value.isoformat() if exact else published.day.isoformat(),
            "date_precision": published.precision.value,
            "date_origin": published.origin.value,
        }
    return {
        "title": article.title,
        "text": article.text,
        "authors": list(article.authors),
        "origins": dict(article.origins),
        "extractor": article.extractor,
        "agreement": article.agreement,
        "access": article.access.value,
        **dated,
        "language": article.language,
        "language_confidence": article.language_confidence,
        "relevant": relevance.relevant,
        "class": relevance.article_class.value,
        "relevance": relevance.score,
        "relevance_reasons": relevance.reasons,
        "events": msgspec.to_builtins(tagged.events),
        "persons": msgspec.to_builtins(tagged.persons),
        "tags": [
            {
                "kind": tag.kind.value,
                "id": tag.id,
                "name": {language: lexicon.name(tag.kind, tag.id, language) for language in ("en", "ja")},
                **({"country": lexicon.cities[tag.id].country} if tag.kind is TagKind.CITY else {}),
                "score": tag.score,
                "evidence": msgspec.to_builtins(tag.evidence),
            }
            for tag in tagged.tags
        ],
        "claims": _describe_claims(tagged),
    }


def _describe_claims(tagged: Any) -> list[dict[str, Any]]:
    """The ties it claims beside what the shipped ones say of them, in reading order."""
    from pipeline.knowledge.ties import load_ties
    from pipeline.words.claims import check_claims

    checked = {(claim.a, claim.b): claim for claim in check_claims([tagged], load_ties())}
    described = []
    for claim in tagged.claims:
        found = checked[claim.a, claim.b]
        described.append(
            {"kind": "tie", "a": claim.a, "b": claim.b}
            | ({"tie": claim.kind.value} if claim.kind else {})
            | {"verdict": found.verdict.value, "evidence": claim.evidence}
            | ({"source": found.source} if found.source else {})
        )
    return described


def _read(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


def read_rows(stream: IO[str]) -> Iterator[dict[str, Any]]:
    """The JSON objects of a JSONL stream."""
    return (json.loads(line) for line in stream if line.strip())
