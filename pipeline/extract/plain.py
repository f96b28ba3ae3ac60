"""Text files: a title, then blocks."""

from __future__ import annotations

import re

from pipeline.extract.boilerplate import is_furniture, trim_title
from pipeline.model import Block, BlockKind
from pipeline.text.clean import clean_text

MAX_TITLE = 200  # a longer first line is a paragraph
_ITEM = re.compile(r"^\s*(?:[-*•·・‣●○■◆]|\d{1,2}[.)])\s+")
_SENTENCE_END = re.compile(r"[。．.!?！？」』…:：;；,、，]\s*$")
_MAX_HEADING = 60


def read_plain(text: str, title_hint: str) -> tuple[str, tuple[Block, ...]]:
    """The title ("" if there is none) and the body of a text file.

    The title is the first line that is not furniture, unless that is a paragraph; then the hint is.
    """
    lines = [(clean_text(line), bool(_ITEM.match(line))) for line in text.splitlines()]
    lines = [(line, listed) for line, listed in lines if line]
    first = next((number for number, (line, _) in enumerate(lines) if not is_furniture(line)), len(lines))
    title = clean_text(title_hint, limit=MAX_TITLE)
    rest = lines[first:]
    if rest and (_is_title(rest[0][0]) or not title):
        head = trim_title(rest[0][0])
        if _is_title(head):
            title, rest = head, rest[1:]
    return title, tuple(
        _block(line, listed, following)
        for (line, listed), following in zip(rest, [*rest[1:], ("", False)], strict=False)
    )


def _is_title(line: str) -> bool:
    return len(line) <= MAX_TITLE and not line.endswith(("。", "．"))


def _block(line: str, listed: bool, following: tuple[str, bool]) -> Block:
    if listed:
        return Block(kind=BlockKind.ITEM, text=_ITEM.sub("", line))
    heading = len(line) <= _MAX_HEADING and not _SENTENCE_END.search(line) and len(following[0]) > len(line)
    return Block(kind=BlockKind.HEADING if heading else BlockKind.PARAGRAPH, text=line)
