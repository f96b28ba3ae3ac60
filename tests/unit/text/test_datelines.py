"""Where a report begins with its own place and day, that day is not the event's."""

from __future__ import annotations

import pytest

from pipeline.text.datelines import is_in_dateline


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("TIANJIN, July 11 (Xinhua) -- City officials watched the cranes.", "July 11"),
        ("KOBE, Japan, 8 July 2025 — The mayors met.", "8 July"),
        ("LYON, 3 mars (AFP) - Les maires se sont réunis.", "3 mars"),
        ("中国日报天津7月10日电 市长们参观了港口。", "7月10日"),
        ("新华社天津7月10日电（记者样本）市长们参观了港口。", "7月10日"),
        ("【東京7月10日=共同】市長らが会談した。", "7月10日"),
    ],
)
def test_a_day_before_the_mark_of_an_agency_is_the_reports(line: str, day: str) -> None:
    assert is_in_dateline(line, line.index(day) + len(day))


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("On July 11 the mayors of both cities signed an agreement in Tianjin.", "July 11"),
        ("7月10日，两市市长签署协议。", "7月10日"),
        ("7月10日に調印式が開かれた。", "7月10日"),
        ("July 8-10, mayors met in Mihon.", "July 8"),
        ("July 8 – 10: mayors meet in Mihon.", "July 8"),
        ("7月8日电影节在样本市开幕。", "7月8日"),
        ("After many words about the port and the long way to the harbour, July 11 - a Friday - came.", "July 11"),
    ],
)
def test_a_day_in_a_sentence_is_not(line: str, day: str) -> None:
    assert not is_in_dateline(line, line.index(day) + len(day))
