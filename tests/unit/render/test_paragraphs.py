"""Wrapping of plain text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.render.paragraphs import _NOT_FIRST, columns, wrap

TEXT = st.text(
    st.sampled_from("天津市(中国)で、市長「対話」が開かれた。 abc Kobe-Tianjin 고베 é\uff08\uff09"), max_size=300
)


@given(TEXT)
def test_wrapping_loses_and_adds_nothing_but_space(text: str):
    assert "".join(wrap(text, indent="  ").split()) == "".join(text.split())


@given(TEXT)
def test_no_line_begins_with_a_character_that_must_not(text: str):
    lines = wrap(text, width=20).splitlines()
    assert all(line[0] not in _NOT_FIRST for line in lines[1:] if line)


def test_full_width_characters_count_twice():
    assert columns("天津abc") == 7
    assert wrap("あ" * 50).splitlines() == ["あ" * 36, "あ" * 14]


def test_words_and_addresses_stay_whole():
    address = "https://example.org/" + "a" * 100
    assert wrap(f"see {address} there") == f"see\n{address}\nthere"


def test_the_first_line_may_begin_differently():
    assert wrap("one two three", indent="   ", first="1. ", width=10) == "1. one two\n   three"
