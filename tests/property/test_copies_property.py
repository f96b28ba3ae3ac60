"""Laws of copies: what holds for every text."""

from __future__ import annotations

import datetime as dt
import random
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.group.copies import MIN_JACCARD, Body, candidates_among, compare, drop_hopeless, find_copies
from pipeline.group.sketch import Sketch, hash_shingles, make_sketch, read, read_letters
from pipeline.group.texts import fold_copies
from pipeline.identify import fingerprint
from pipeline.model import Article, ArticleClass, Block, BlockKind, CopyKind, Relevance, TaggedArticle
from pipeline.text.clean import fold

SEEN = dt.datetime(2026, 10, 20, tzinfo=dt.UTC)
NEWS = Relevance(score=1.0, article_class=ArticleClass.NEWS, reasons={})
# Few different words, so that texts share many.
WORDS = st.sampled_from(
    ["mayor", "都市", "Straße", "ｓｃｏ", "port", "학생", "2026", "éclair", "𠀀𠀁", "delegation", "交流会"]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map(" ".join))


def article(text: str, name: str = "a") -> Article:
    return Article(
        id=name,
        page_id=name,
        source_id=name,
        url=f"https://{name}.example/",
        title="Title",
        blocks=(Block(kind=BlockKind.PARAGRAPH, text=text),),
        language="und",
        language_confidence=1.0,
        first_seen=SEEN,
        fingerprint=fingerprint(text if fold(text) else f"https://{name}.example/"),
    )


def tagged(text: str, name: str) -> TaggedArticle:
    return TaggedArticle(article=article(text, name), tags=(), relevance=NEWS)


def shingles(text: str) -> set[int]:
    return set(hash_shingles(read_letters(text)).tolist())


@given(text=TEXTS)
def test_letters_are_those_of_the_folded_text(text: str) -> None:
    assert "".join(map(chr, read_letters(text).tolist())) == fold(text)


@given(text=TEXTS, marks=st.text(alphabet=" \n,.、。「」—!?_", max_size=5), other=st.sampled_from(["x", "b", "ab"]))
def test_a_sketch_is_a_function_of_the_folded_text_alone(text: str, marks: str, other: str) -> None:
    printed = f"{marks}{text}{marks}"
    if fold(printed) == fold(text):
        assert make_sketch(article(printed, other)) == make_sketch(article(text))
    assert make_sketch(article(text)) == make_sketch(article(text, other))


@given(text=TEXTS)
def test_a_sketch_fits_what_stores_it(text: str) -> None:
    sketch = make_sketch(article(text))
    assert len(sketch.value) <= 768
    assert len(set(sketch.keys)) <= 63
    assert all(-(2**63) <= key < 2**63 for key in sketch.keys)


@given(seed=st.integers(0, 10_000), share=st.floats(0, 1))
def test_the_share_of_equal_minima_is_near_the_jaccard_similarity(seed: int, share: float) -> None:
    chance = random.Random(seed)
    words = [f"{chance.randrange(10**6):06d}" for _ in range(900)]
    common = int(600 * share)
    a, b = " ".join(words[:600]), " ".join(words[:common] + words[600 : 1200 - common])
    exact = len(shingles(a) & shingles(b)) / len(shingles(a) | shingles(b))
    (_, left), (_, right) = (read(make_sketch(article(text)).value) for text in (a, b))
    # Five standard errors of a share of 128.
    assert abs(float(np.mean(left == right)) - exact) < 5 * 0.5 / np.sqrt(128)


@given(a=TEXTS, b=TEXTS)
def test_comparing_is_symmetric_but_for_the_kind(a: str, b: str) -> None:
    left, right = Body(tagged(a, "a")), Body(tagged(b, "b"))
    forward, back = compare(left, right), compare(right, left)
    assert (forward is None) == (back is None)
    assert forward is None or back is None or forward.similarity == back.similarity


@given(a=TEXTS, b=TEXTS)
def test_similarity_is_that_of_the_sets_of_shingles(a: str, b: str) -> None:
    found = compare(Body(tagged(a, "a")), Body(tagged(b, "b")))
    if found is not None and fold(a) != fold(b):
        left, right = shingles(a), shingles(b)
        both = len(left & right)
        jaccard, contained = both / len(left | right), both / min(len(left), len(right))
        assert found.similarity == pytest.approx(jaccard if jaccard >= MIN_JACCARD else contained)


@given(
    keys=st.dictionaries(
        st.text("abcdef", min_size=1, max_size=2), st.sets(st.integers(-9, 9), max_size=6), max_size=12
    )
)
def test_candidates_are_all_pairs_that_share_a_key_and_no_others(keys: dict[str, set[int]]) -> None:
    value = make_sketch(tagged("One text for all", "a").article).value
    found = candidates_among({one: Sketch(value=value, keys=tuple(sorted(own))) for one, own in keys.items()})
    assert found == {one: {other for other in keys if other != one and keys[one] & keys[other]} for one in keys}


@given(texts=st.lists(TEXTS, min_size=2, max_size=5))
def test_no_copy_among_candidates_is_hopeless(texts: list[str]) -> None:
    """But for an error of the estimate greater than three standard errors, which so few minima of so short texts do not make."""
    articles = {f"a{n}": tagged(text, f"a{n}") for n, text in enumerate(texts)}
    values = {one: make_sketch(made.article).value for one, made in articles.items()}
    kept = drop_hopeless({one: articles.keys() - {one} for one in articles}, values)
    for a, b in combinations(articles, 2):
        assert (b in kept[a]) == (a in kept[b])
        if articles[a].article.fingerprint == articles[b].article.fingerprint and fold(articles[a].article.text):
            assert b in kept[a]


@given(texts=st.lists(TEXTS, max_size=6), seed=st.integers(0, 100))
def test_texts_are_a_partition_whatever_the_order(texts: list[str], seed: int) -> None:
    articles = [tagged(text, f"a{n}") for n, text in enumerate(texts)]
    mixed = random.Random(seed).sample(articles, len(articles))
    folded = []
    for some in (articles, mixed):
        new = {one.article.id: one for one in some}
        pairs = find_copies(new, {}, {one: set(new) for one in new})
        assert pairs == sorted({(min(a, b), max(a, b), score) for a, b, score in pairs})
        folded.append(fold_copies(new, {}, {}, pairs, {}, lambda a, b: {a, b} == {"a0", "a1"}))
    assert folded[0] == folded[1]
    assert sorted(one for text in folded[0] for one in text.articles) == sorted(one.article.id for one in articles)
    assert not any({"a0", "a1"} <= {*text.articles} for text in folded[0])


@given(a=TEXTS, b=TEXTS)
def test_pairs_of_two_are_those_of_comparing(a: str, b: str) -> None:
    new = {"a": tagged(a, "a"), "b": tagged(b, "b")}
    found = compare(Body(new["a"]), Body(new["b"]))
    for candidates in product([{"b"}, set()], [{"a"}, set()]):
        pairs = find_copies(new, {}, dict(zip(new, candidates, strict=True)))
        looked = any(candidates) or (found is not None and found.kind is CopyKind.IDENTICAL)
        assert bool(pairs) == bool(found and looked)
