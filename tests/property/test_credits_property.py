"""Whatever a line is made of, reading its credits ends, and no name comes out that does not stand in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.credits import credits_beside, credits_in, known_credits, read_translation
from pipeline.text.clean import clean_text, fold

_PARTS = st.sampled_from(
    ["Source: ", "来源：", "出典：", "(", ")", "（", "）", "【", "】", " -- ", "– ", "/", ". ", "。", "Xinhua", "新华社", "共同", "AFP", "연합뉴스", "TIANJIN, July 9 ",
     "7月9日电", "via ", "first published by ", "translated from the ", "Chinese", "原文は", "英語", "2025-07-09 08:47", "By ", "市長", " the mayor met ", "|", ":", "1 ", "©"]
)  # fmt: skip
_LINES = st.lists(_PARTS | st.text(alphabet=st.characters(max_codepoint=0x2FF), max_size=3), max_size=40).map(
    lambda parts: clean_text("".join(parts))
)


@given(line=_LINES, head=st.booleans(), tail=st.booleans())
def test_every_credit_stands_in_its_line(line: str, *, head: bool, tail: bool) -> None:
    for name in credits_in(line, head=head, tail=tail):
        assert name
        assert fold(name) in fold(line)


@given(st.lists(_LINES.filter(bool), max_size=8))
def test_pieces_beside_a_text_give_names_that_stand_in_them(pieces: list[str]) -> None:
    everything = fold("".join(pieces))
    for name in (*credits_beside(pieces), *known_credits(pieces)):
        assert fold(name) in everything
    assert read_translation(pieces) in {"", "und", "zh", "en"}  # no other language is named in the parts
