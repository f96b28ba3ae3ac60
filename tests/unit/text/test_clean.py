"""Text at the border."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.text.clean import clean_text, fold

# Hypothesis leaves lone surrogates out unless asked for by category.
anything = st.text(st.one_of(st.characters(categories=("L", "M", "N", "P", "S", "Z", "C")), st.sampled_from("\ud800\udfff\u202e\u200f\u0000\u3000\ufeffe\u0301ｶﾞ👩\u200d")), max_size=60)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  a \n\t b\r\n", "a b"),
        ("神戸\u3000天津\u00a0市", "神戸 天津 市"),
        ("cafe\u0301", "café"),
        ("a\x00b\x1bc\x7f", "abc"),
        ("pay\u202epal\u2066x\u200f", "paypalx"),
        ("\ud800x\udfff", "x"),
        ("\ue000私\U000f0000", "私"),
        ("👩\u200d👧 क्\u200dष", "👩\u200d👧 क्\u200dष"),  # joiners matter
        ("ＳＣＯ", "ＳＣＯ"),  # width is the author's
        ("\x1f \u2028", ""),
        ("", ""),
    ],
)
def test_text_is_one_safe_line(text: str, clean: str) -> None:
    assert clean_text(text) == clean


def test_long_text_is_cut_without_a_space_at_the_end() -> None:
    assert clean_text("ab cd", limit=3) == "ab"
    assert clean_text("x" * 11, limit=10) == "x" * 10


@given(anything, st.integers(1, 50))
@example("a b", 2)
@example("\u0344\u0301", 1)
def test_clean_text_is_clean_and_stays_as_it_is(text: str, limit: int) -> None:
    clean = clean_text(text, limit=limit)
    assert clean_text(clean, limit=limit) == clean
    assert len(clean) <= limit
    assert clean == unicodedata.normalize("NFC", clean)
    assert {unicodedata.category(character) for character in clean}.isdisjoint({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
    assert not set(clean) & set(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)))
    assert clean == clean.strip()
    assert "  " not in clean
    clean.encode("utf-8")


@pytest.mark.parametrize(
    ("a", "b"), [("ＳＣＯ 都市！", "sco都市"), ("ｶﾞｲﾄﾞ", "ガイド"), ("Straße", "STRASSE"), ("a-b_c", "ABC")]
)
def test_equal_texts_fold_to_the_same(a: str, b: str) -> None:
    assert fold(a) == fold(b) != ""


@given(anything)
def test_folded_text_is_letters_and_digits(text: str) -> None:
    assert all(character.isalnum() for character in fold(text))
