"""Sketches: what is kept of a text to find its copies."""

from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace

from pipeline.group.sketch import LEAD_CHARS, hash_shingles, make_sketch, read, read_letters
from pipeline.model import TaggedArticle

Make = Callable[..., TaggedArticle]

EN = (
    "The mayor of Lyon welcomed a delegation from Yokohama at the town hall to open a week of joint work on river flooding. "
    "Engineers of both cities will visit three pumping stations and compare how residents are warned by telephone and siren. "
    "The two cities have been partners since 1959, and the programme was agreed last spring after storms in both regions. "
    "A report with recommendations for smaller towns is to be presented to both councils before the end of the year. "
)
JA = (
    "横浜市の代表団がリヨン市役所を訪れ、河川の氾濫対策を学ぶ一週間の共同研修が始まった。"
    "両市の技術者は三か所の排水機場を視察し、電話とサイレンによる住民への警報の出し方を比べる。"
)


def sketch(make: Make, text: str):
    return make_sketch(make("a", "Title", text).article)


def shingles(text: str) -> set[int]:
    return set(hash_shingles(read_letters(text)).tolist())


def minima_in_common(a: bytes, b: bytes) -> float:
    """Share of the minima on which two sketches agree: an estimate of the Jaccard similarity."""
    (_, left), (_, right) = read(a), read(b)
    return float(np.mean(left == right))


def test_a_sketch_is_small(make: Make):
    made = sketch(make, EN * 20)
    assert len(made.value) <= 768
    assert len(made.keys) == len(set(made.keys)) == 63
    assert all(-(2**63) <= key < 2**63 for key in made.keys)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("ＳＣＯ都市協力、天津で対話。", "sco 都市協力 天津で対話"),
        ("Straße 12—Köln", "STRASSE １２ Köln"),
        ("𝒜𠀀𠀁!", "a𠀀𠀁"),
    ],
)
def test_case_width_marks_and_paragraphs_make_no_difference(make: Make, text: str, printed: str):
    assert sketch(make, text) == sketch(make, printed)


def test_a_text_without_letters_has_no_keys_and_no_minima(make: Make):
    article = make("a", "Title").article
    empty = make_sketch(replace(article, blocks=()))
    assert empty.keys == ()
    size, minima = read(empty.value)
    assert (size, minima.size) == (0, 0)


def test_the_value_tells_how_many_different_shingles_there_are(make: Make):
    assert read(sketch(make, EN).value)[0] == len(shingles(EN))


def test_a_text_cut_within_its_beginning_shares_keys_of_it_and_hardly_any_of_the_body(make: Make):
    whole = "".join(f"Item {n} of the agenda concerns street number {n * 37}. " for n in range(120))
    cut = whole[: LEAD_CHARS + 200]
    shared = set(sketch(make, whole).keys) & set(sketch(make, cut).keys)
    assert len(shared) >= 21
    assert minima_in_common(sketch(make, whole).value, sketch(make, cut).value) < 0.3


def test_keys_of_the_beginning_are_not_those_of_the_body(make: Make):
    """A text shorter than its beginning would else have the same bands twice."""
    keys = sketch(make, EN[:300]).keys
    assert not set(keys[:42]) & set(keys[42:])


@pytest.mark.parametrize(("text", "length"), [(EN, 7), (JA, 4), ("대표단이시청을찾았다", 4)])
def test_shingles_are_of_seven_letters_or_of_four_ideographs(text: str, length: int):
    letters = read_letters(text)
    assert len(hash_shingles(letters)) == len(letters) - length + 1


def test_shingles_of_a_mixed_text_are_those_of_its_parts():
    assert shingles(EN) <= shingles(EN + "。" + JA)
    assert shingles(JA) <= shingles(EN + "。" + JA)


@pytest.mark.parametrize("text", ["a", "市", "abc", "市役所"])
def test_a_text_shorter_than_a_shingle_has_one(text: str):
    assert len(hash_shingles(read_letters(text))) == 1


def test_hashes_are_evenly_spread():
    hashes = hash_shingles(read_letters("".join(f"{n} times {n * n}; " for n in range(4_000))))
    for shift in (0, 31, 57):  # the bits that minima are chosen by
        counts = np.bincount((np.unique(hashes) >> np.uint64(shift)).astype(np.int64) % 128, minlength=128)
        assert counts.min() > 0.7 * counts.mean()
        assert counts.max() < 1.3 * counts.mean()


def test_unrelated_texts_are_not_alike(make: Make):
    assert minima_in_common(sketch(make, EN).value, sketch(make, JA).value) == 0.0
