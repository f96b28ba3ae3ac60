"""Datelines: the place and day of the report that begin it, "TIANJIN, July 11 (Xinhua) --", "7月10日电", "【東京7月10日=共同】"."""

from __future__ import annotations

import re

START = 60  # code points of a line in which a dateline ends

_AFTER_DAY = re.compile(
    r"[\s.,]*(?:\d{4}[\s,]*)?(?:[(（/\[【][^()（）/\[\]【】]{2,30}[)）/\]】])?\.?\s*"
    r"(?:--|(?:[—–]|-(?=\s|$))(?!\s*\d)|[电電讯訊](?=[\s(（:：,，题題]|$)|[=＝])"  # no range of days, no film festival
)


def is_in_dateline(line: str, end: int) -> bool:
    """True if a day that ends at `end` in a line is its dateline's: what follows is an agency's mark."""
    return end <= START and _AFTER_DAY.match(line, end) is not None
