"""Where a line of Japanese may break: between phrases, never within one."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from budoux import Parser


def split_phrases(text: str) -> list[str]:
    """The phrases of a Japanese text; joined they are the text. A space ends one, whatever the model says (W7)."""
    words = text.split(" ")
    parts = [_model().parse(word) for word in words]
    for phrases, _ in zip(parts, words[1:], strict=False):  # every word but the last is followed by a space
        phrases[-1:] = [f"{phrases[-1]} " if phrases else " "]
    return [phrase for phrases in parts for phrase in phrases]


@functools.cache
def _model() -> Parser:
    import budoux

    return budoux.load_default_japanese_parser()
