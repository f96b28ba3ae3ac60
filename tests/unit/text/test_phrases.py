"""Headlines break between phrases (W7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.phrases import split_phrases


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("京都市とパリ市が協力覚書を締結", ["京都市と", "パリ市が", "協力覚書を", "締結"]),
        # The model alone joins what stands on both sides of a space.
        ("神戸 市長対話", ["神戸 ", "市長対話"]),
        ("", []),
    ],
)
def test_a_headline_breaks_between_phrases_and_after_spaces(text: str, expected: list[str]) -> None:
    assert split_phrases(text) == expected


@given(st.text(alphabet=st.sampled_from("都市外交の会議を開く、。 AB12ーネット")))
def test_phrases_joined_are_the_text(text: str) -> None:
    assert "".join(split_phrases(text)) == text
