"""Copies among generated documents: what folding them finds and what it wrongly folds."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from bench.quality.make_copies import Row, make_documents
from pipeline.group.copies import Body, candidates_among, compare, find_copies
from pipeline.group.sketch import make_sketch
from pipeline.group.texts import fold_copies
from pipeline.identify import fingerprint
from pipeline.knowledge.lexicon import load_lexicon
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
from pipeline.tag import tag

# Enough for floors that do not move by chance; bench.speed.copies measures 100,000.
DOCUMENTS = 3_000
BEGIN = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


def copies_generated(_: Path, faults: list[str]) -> dict[str, float]:
    """Precision and recall of pairs, of each kind of copy the share that is in one text with its original, and right kinds."""
    rows = list(make_documents(DOCUMENTS))
    articles = make_articles(rows)
    sketches = {one: make_sketch(article) for one, article in articles.items()}
    candidates = candidates_among(sketches)
    tagged = tag_compared(articles, candidates)
    texts = fold_copies(tagged, {}, {}, find_copies(tagged, {}, candidates), {}, lambda _a, _b: False)
    return {**score(rows, [text.articles for text in texts], faults), "kind": right_kinds(rows, tagged, faults)}


def make_articles(rows: Iterable[Row]) -> dict[str, Article]:
    """By id, as they are after identify, a minute apart."""
    return {row.id: make_article(row, BEGIN + dt.timedelta(minutes=number)) for number, row in enumerate(rows)}


def make_article(row: Row, published: dt.datetime) -> Article:
    return Article(
        id=row.id,
        page_id=row.id,
        source_id=row.source,
        url=f"https://{row.source.replace('_', '-')}.example/{row.id}",
        title=row.title,
        blocks=tuple(Block(kind=BlockKind.PARAGRAPH, text=line) for line in row.text.splitlines()),
        language=row.lang,
        language_confidence=1.0,
        published=FuzzyDate(value=published, precision=Precision.DAY, zone_stated=True, origin=Origin.META),
        first_seen=published,
        fingerprint=fingerprint(row.text),
    )


def tag_compared(
    articles: Mapping[str, Article], candidates: Mapping[str, Collection[str]]
) -> dict[str, TaggedArticle]:
    """All articles; those that are compared with others with their tags, made on all processors."""
    nothing = Relevance(score=1.0, article_class=ArticleClass.NEWS, reasons={})
    tagged = {one: TaggedArticle(article=article, tags=(), relevance=nothing) for one, article in articles.items()}
    ids = sorted(one for one, others in candidates.items() if others)
    with concurrent.futures.ProcessPoolExecutor() as pool:
        made = pool.map(_tag, (articles[one] for one in ids), chunksize=200)
        return tagged | {one: replace(found, article=articles[one]) for one, found in zip(ids, made, strict=True)}


def _tag(article: Article) -> TaggedArticle:
    return tag(article, load_lexicon())


def right_kinds(rows: Iterable[Row], tagged: Mapping[str, TaggedArticle], faults: list[str]) -> float:
    """Share of the copies that are called what they are; one in another site's words is the same report, edited."""
    original: dict[str, TaggedArticle] = {}
    right = []
    for row in rows:
        if row.kind == "original":
            original[row.dup] = tagged[row.id]
        elif row.dup in original:
            found = compare(Body(tagged[row.id]), Body(original[row.dup]))
            same = tagged[row.id].article.fingerprint == original[row.dup].article.fingerprint
            wanted = "identical" if same else "syndicated" if row.kind == "wrapped" else row.kind
            right.append(found is not None and found.kind == wanted)
            if not right[-1]:
                faults.append(f"{row.id} {row.lang} is {wanted}, said {found and found.kind}")
    return sum(right) / max(1, len(right))


def score(rows: Sequence[Row], texts: Iterable[Sequence[str]], faults: list[str]) -> dict[str, float]:
    """Of pairs of documents precision and recall; of each kind of copy the share that is in one text with its original."""
    text_of = {one: number for number, text in enumerate(texts) for one in text}
    said, gold, right = (
        Counter(key(row) for row in rows)
        for key in (lambda row: text_of[row.id], lambda row: row.dup, lambda row: (text_of[row.id], row.dup))
    )
    said_pairs, gold_pairs, right_pairs = (sum(n * (n - 1) // 2 for n in of.values()) for of in (said, gold, right))
    original = {row.dup: row for row in rows if row.kind == "original"}
    found: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        if row.kind not in ("original", "form", "round_up"):
            together = text_of[row.id] == text_of[original[row.dup].id]
            found[row.kind].append(together)
            if not together:
                faults.append(f"{row.id} {row.kind} {row.lang} is apart from {original[row.dup].id}")
    dups: dict[int, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        dups[text_of[row.id]].setdefault(row.dup, row)
    faults += [
        "one text: " + ", ".join(f"{row.id} {row.kind} {row.lang}" for row in held.values())
        for held in dups.values()
        if len(held) > 1
    ]
    return {
        "precision": right_pairs / max(1, said_pairs),
        "recall": right_pairs / max(1, gold_pairs),
        **{kind: sum(of) / len(of) for kind, of in sorted(found.items())},
    }
