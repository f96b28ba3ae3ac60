"""Years as headings of lists state them: 2025, 2025年, 令和7年, 令和7年度, 民國114年."""

from __future__ import annotations

import re
import unicodedata

from pipeline.model import Frozen

FISCAL_START = 4  # month in which Japan's fiscal and school years begin
_ERAS = {"昭和": 1925, "平成": 1988, "令和": 2018, "民國": 1911, "民国": 1911}
_LETTERS = {"s": 1925, "h": 1988, "r": 2018}
_FISCAL = r"\s*年?\s*(?P<fiscal>度)?"
_ERA = re.compile(rf"(?P<era>{'|'.join(_ERAS)})\s*(?P<year>\d{{1,3}}|元)\s*(?:\(\d{{4}}年?\)|\))?{_FISCAL}")
_WESTERN = re.compile(rf"(?<![\d.,-])(?P<year>(?:19|20)\d\d)(?!\d)\s*년?{_FISCAL}")
_LETTER = re.compile(
    r"(?<![^\W_])(?P<era>[shr])\.?\s?(?P<year>\d{1,2})(?:\s*年\s*(?P<fiscal>度)?|(?![\w.-]))", re.IGNORECASE
)


class Year(Frozen, frozen=True, kw_only=True):
    """A calendar year, or a Japanese fiscal year, which ends in March of the next."""

    number: int
    fiscal: bool = False

    def of(self, month: int) -> int:
        """The calendar year of one of its months."""
        return self.number + (self.fiscal and month < FISCAL_START)


def read_year(text: str, language: str = "") -> Year | None:
    """The first year that a text states, None if it states none.

    Args:
        language: of the page; 2025年度 is a fiscal year in Japanese ("ja"), but the calendar year in Chinese.
    """
    plain = unicodedata.normalize("NFKC", text)
    if match := _ERA.search(plain):
        number = _ERAS[match["era"]] + (1 if match["year"] == "元" else int(match["year"]))
        return Year(number=number, fiscal=bool(match["fiscal"]) and match["era"][0] != "民")
    if match := _WESTERN.search(plain):
        return Year(number=int(match["year"]), fiscal=bool(match["fiscal"]) and language == "ja")
    if match := _LETTER.search(plain):
        return Year(number=_LETTERS[match["era"].lower()] + int(match["year"]), fiscal=bool(match["fiscal"]))
    return None
