"""One spelling for comparing: `fold` keeps the length, so that a span found in folded text is a span of the text itself."""

from __future__ import annotations

import functools
import re
import unicodedata
from importlib import resources

_KANA = range(0x3040, 0x3100)
_HANGUL = range(0xAC00, 0xD7A4)
_CYRILLIC = range(0x0400, 0x0530)
_BY_HAND = {
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "′": "'",
    "＇": "'",
    "‐": "-",
    "‑": "-",
    "–": "-",
    "ё": "е",
    "Ё": "е",
    "İ": "i",
    "ı": "i",
    "ø": "o",
    "Ø": "o",
    "ł": "l",
    "Ł": "l",
    "đ": "d",
    "Đ": "d",
    "ヂ": "ジ",
    "ヅ": "ズ",
    "\n": "\n",
}


class _Table(dict[int, str]):
    """Code point -> folded character, filled as characters are met."""

    def __missing__(self, point: int) -> str:
        folded = self[point] = _fold_one(chr(point))
        return folded


def _fold_one(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character).casefold()
    if len(plain) != 1:
        return character
    point = ord(plain)
    if point in _KANA or point in _HANGUL or point in _CYRILLIC:
        return plain
    if plain.isspace():
        return " "
    base = unicodedata.normalize("NFKD", plain)[0]
    return base if base.isalnum() else plain


@functools.cache
def _table() -> _Table:
    table = _Table({ord(source): target for source, target in _BY_HAND.items()})
    han = (resources.files("pipeline.knowledge") / "data" / "han.tsv").read_text(encoding="utf-8")
    table |= {ord(line[0]): line[2] for line in han.splitlines()}
    return table


def fold(text: str) -> str:
    """The text with case, accents, widths and the forms of Han characters made one; same length, line breaks kept."""
    return text.translate(_table())


_ESCAPE = re.compile(r"\\.|.", re.DOTALL)


def fold_pattern(pattern: str) -> str:
    """A regular expression that means over folded text what the original means over the text; escapes stay as they are."""
    return _ESCAPE.sub(lambda match: match[0] if match[0][0] == "\\" else fold(match[0]), pattern)
