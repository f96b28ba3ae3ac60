"""Whatever a line is made of, reading its credits ends, and no name comes out that does not stand in it."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterable, Iterator
from re import _parser  # type: ignore[attr-defined]  # nothing public reads an expression
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract import credits as lines
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


@pytest.mark.parametrize("form", [lines._TRANSLATED, lines._TRANSLATOR, lines._ORIGINAL_AT])
def test_every_statement_of_translation_has_one_of_the_words_that_are_asked_for_first(form: re.Pattern[str]) -> None:
    found = list(_literals(_parser.parse(form.pattern, form.flags)))
    assert found
    for literals in found:
        assert any(word in literals for word in lines._TRANSLATING), literals


def _literals(tree: Iterable[tuple[Any, Any]]) -> Iterator[str]:
    """What every text holds that takes one of the ways through an expression; a line break stands for anything, or nothing."""
    ways: list[list[str]] = []
    for kind, value in tree:
        if str(kind) == "LITERAL":
            ways.append([chr(value)])
        elif str(kind) == "IN" and {str(one) for one, _ in value} == {"LITERAL"}:
            ways.append([chr(number) for _, number in value])
        elif str(kind) == "SUBPATTERN":
            ways.append(list(_literals(value[-1])))
        elif str(kind) == "BRANCH":
            ways.append([way for branch in value[1] for way in _literals(branch)])
        else:
            ways.append(["\n"])
    return ("".join(way) for way in itertools.product(*ways))


def test_those_words_are_found_in_every_form_that_the_expressions_match_without_case() -> None:
    letters = "".join(sorted(set("".join(lines._TRANSLATING))))
    matched = re.compile(f"[{letters}]", re.IGNORECASE)
    for character in map(chr, range(sys.maxunicode + 1)):
        if matched.match(character):
            assert character.casefold() in letters
