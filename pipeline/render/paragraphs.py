"""Lines of plain text that a person can read in a terminal or an old mail program, in Japanese as in English."""

from __future__ import annotations

import re
import unicodedata

WIDTH = 72  # columns; 36 full-width characters

# What must not begin a line (JIS X 4051, 4.3, the common part), and what must not end one.
_NOT_FIRST = frozenset(
    "、。\uff0c\uff0e・\uff1a\uff1b\uff1f\uff01゛゜ヽヾゝゞ々ー’”\uff09〕\uff3d\uff5d〉》」』】〜–ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.:;?!)]}"
)
_NOT_LAST = frozenset("‘“\uff08〔\uff3b\uff5b〈《「『【([{")
# A word in a script with spaces stays whole; every full-width character may end a line.
_PIECE = re.compile(r"\s+|[^\s\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF00-\uFF60]+|.", re.DOTALL)


def columns(text: str) -> int:
    """Columns that a text takes where full-width characters take two (UAX #11, W and F)."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def wrap(text: str, indent: str = "", first: str | None = None, width: int = WIDTH) -> str:
    """`text` in lines of at most `width` columns, where words and addresses allow it.

    Args:
        indent: stands before every line.
        first: stands before the first line instead.
    """
    lines: list[str] = []
    line = indent if first is None else first
    start, taken = len(line), columns(line)
    for piece in _unbreakable(text):
        bare = piece.rstrip()
        wide = columns(bare)
        if len(line) > start and taken + wide > width:
            lines.append(line.rstrip())
            line, start, taken = indent, len(indent), columns(indent)
            piece = piece.lstrip()  # noqa: PLW2901 - a space at the break is dropped
        line += piece
        taken += wide + len(piece) - len(bare)
    lines.append(line.rstrip())
    return "\n".join(lines)


def _unbreakable(text: str) -> list[str]:
    """The text in pieces between which a line may break."""
    pieces: list[str] = []
    for piece in _PIECE.findall(" ".join(text.split())):
        joins = pieces and (piece[0] in _NOT_FIRST or pieces[-1][-1] in _NOT_LAST)
        if joins or (pieces and piece.isspace()):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces
