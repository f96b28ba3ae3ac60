"""Dates that a text gives to what happens: single days, ranges, months, said in full or in part.

What a text leaves out is taken from the day the article is dated: a day and month without a year is the nearest such day, 「明年」 is
the year after, 「12日」 the nearest twelfth. Numbers are read from folded text, so full-width digits are digits.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterator

from pipeline.model import DatedEvent, Precision
from pipeline.tag.reading import Reading

# A text's dates outside this window are history (founded in 1979) or slips.
_PAST = dt.timedelta(days=2 * 366)
_FUTURE = dt.timedelta(days=5 * 366)
_LONGEST = dt.timedelta(days=400)  # of a range: a year of celebrations, not two unrelated dates
_MOST = 20  # dates kept per article

_ERAS = {"令和": 2018, "平成": 1988, "r": 2018, "民国": 1911, "民國": 1911}
_YEAR_WORDS = {
    "今年": 0,
    "本年": 0,
    "同年": 0,
    "올해": 0,
    "금년": 0,
    "昨年": -1,
    "去年": -1,
    "지난해": -1,
    "작년": -1,
    "来年": 1,
    "明年": 1,
    "翌年": 1,
    "내년": 1,
}

_DASH = r"\s?(?:-|–|—|~|〜|～|から|より|至|到|부터|ー|－)\s?"
_CJK_YEAR = r"(?:(?P<year>\d{4}|(?:令和|平成|民国)\s?(?:\d{1,3}|元))\s?(?:年|년)\s?|(?P<word>今年|本年|同年|昨年|去年|来年|明年|翌年|올해|금년|지난해|작년|내년)の?\s?)"
_WEEKDAY = r"(?:\s?[(（][^()（）]{1,6}[)）])?"
_CJK = re.compile(
    rf"{_CJK_YEAR}?(?P<month>\d{{1,2}})\s?(?:月|월)\s?(?P<day>\d{{1,2}})\s?(?:日|号|號|일)?{_WEEKDAY}"
    rf"(?:{_DASH}(?:(?P<year2>\d{{4}})\s?(?:年|년)\s?)?(?:(?P<month2>\d{{1,2}})\s?(?:月|월)\s?)?(?P<day2>\d{{1,2}})\s?(?:日|号|號|일))?"
)
_CJK_MONTH = re.compile(rf"{_CJK_YEAR}(?P<month>\d{{1,2}})\s?(?:月|월)(?!\s?\d)")
_CJK_DAY = re.compile(
    rf"(?<![\d月월./年년])(?<!\d )(?P<day>\d{{1,2}})(?:日|일){_WEEKDAY}(?:{_DASH}(?P<day2>\d{{1,2}})(?:日|일))?(?=[、,，にまのはか午夜朝昼 ]|까지|에|부터|오전|오후|从|在|举|上|下|晚|，)"
)
_NUMERIC = re.compile(r"(?<![\d/.-])(?P<year>20\d{2})[/.-](?P<month>\d{1,2})[/.-](?P<day>\d{1,2})(?![\d/])")

_MONTHS: dict[str, int] = {}
for _names in (
    "january february march april may june july august september october november december",
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "januar februar marz april mai juni juli august september oktober november dezember",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
):
    _MONTHS |= {name: number for number, name in enumerate(_names.split(), 1)}
_MONTHS |= {
    name[:3]: number
    for number, name in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        1,
    )
}
_MONTHS |= {"sept": 9}
_MONTH = r"(?P<month{0}>" + "|".join(sorted(map(re.escape, _MONTHS), key=lambda name: (-len(name), name))) + r")\.?"
_ORDINAL = r"(?:st|nd|rd|th|er|\.)?"
_TO = r"\s?(?:-|–|—|to|and|through|until|till|au|et|al|bis|und|по|y|a)\s?"
_YEAR = r"(?:,?\s(?:de |del |of )?(?P<year>(?:19|20)\d{2}))?"
# "6-9 July 2026", "du 3 au 5 décembre", "28 November to 2 December"
_DAY_FIRST = re.compile(
    rf"(?<![\d.,:/])\b(?P<day>\d{{1,2}}){_ORDINAL}(?:\s(?:de\s)?{_MONTH.format('')})?(?:{_TO}(?:the\s)?(?P<day2>\d{{1,2}}){_ORDINAL})?\s(?:de\s|of\s)?{_MONTH.format('2')}\b{_YEAR}"
)
# "July 6-9, 2026", "November 28 to December 2"
_MONTH_FIRST = re.compile(
    rf"\b{_MONTH.format('')}\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:{_TO}(?:{_MONTH.format('2')}\s)?(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?)?(?!\d|:|\s?(?:percent|%))(?:,?\s(?P<year>(?:19|20)\d{{2}}))?\b"
)
_MONTH_ONLY = re.compile(
    rf"\b(?:in|en|im|for|until|by|of|from)\s(?:early\s|late\s|mid-)?{_MONTH.format('')}\s(?:de\s|of\s)?(?P<year>(?:19|20)\d{{2}})\b"
)


def find_events(reading: Reading, dated: dt.datetime, *, certain: bool = True) -> tuple[DatedEvent, ...]:
    """The dates of title and text in reading order, each once, those near the article's own day; at most twenty.

    Args:
        dated: when the article was published, or first seen.
        certain: False if it was only first seen: then the latest full date in the text that is not after it is taken for its day.
    """
    today = dated.date()
    if not certain:
        today = max((day for day in _full_dates(reading, today) if day <= today), default=today)
    found: list[DatedEvent] = []
    for field in reading.fields:
        reached = -1
        for start, end, event in sorted(
            _spans(field.folded, today, reading.language), key=lambda span: (span[0], -span[1])
        ):
            if start < reached:
                continue
            reached = end
            inside = today - _PAST <= event.start <= today + _FUTURE
            same = any(event.start == other.start and event.end == other.end for other in found)
            evidence = field.text[start:end].strip()
            if inside and not same and _written_as_date(evidence, reading.language):
                found.append(DatedEvent(start=event.start, end=event.end, precision=event.precision, evidence=evidence))
    return tuple(_without_vaguer(found)[:_MOST])


def _full_dates(reading: Reading, today: dt.date) -> Iterator[dt.date]:
    """Days that the text gives with their year."""
    patterns = (_NUMERIC, _CJK, _DAY_FIRST, _MONTH_FIRST)
    for field in reading.fields:
        for pattern in patterns:
            for match in pattern.finditer(field.folded):
                read = _day_first if pattern is _DAY_FIRST else _full
                event = read(match, today) if _group(match, "year") else None
                if event:
                    yield event.start


def _written_as_date(evidence: str, language: str) -> bool:
    """False for "may 5 people": English and German write months with a capital."""
    letters = any("a" <= character <= "z" for character in evidence.lower())
    return not letters or language not in {"en", "de"} or any(character.isupper() for character in evidence)


def _without_vaguer(events: list[DatedEvent]) -> list[DatedEvent]:
    """The events without months in which a day is named as well: 「7月」 beside 「7月8日」 says nothing more."""
    days = [event.start for event in events if event.precision is Precision.DAY]
    return [
        event
        for event in events
        if event.precision is Precision.DAY or not any(event.start <= day <= (event.end or event.start) for day in days)
    ]


def _spans(folded: str, today: dt.date, language: str) -> Iterator[tuple[int, int, DatedEvent]]:
    """(start, end, event) of everything that reads as a date."""
    readers: list[tuple[re.Pattern[str], Callable[[re.Match[str], dt.date], DatedEvent | None]]] = [(_NUMERIC, _full)]
    if language.split("-")[0] in {"ja", "zh", "ko", "und"}:
        readers += [(_CJK, _full), (_CJK_MONTH, _whole_month), (_CJK_DAY, _lone_day)]
    else:
        readers += [(_DAY_FIRST, _day_first), (_MONTH_FIRST, _full), (_MONTH_ONLY, _whole_month)]
    for pattern, read in readers:
        for match in pattern.finditer(folded):
            event = read(match, today)
            if event:
                yield match.start(), match.end(), event


def _group(match: re.Match[str], name: str) -> str:
    return match.groupdict().get(name) or ""


def _year(match: re.Match[str], today: dt.date) -> int | None:
    """The year that the text says, if it says one."""
    if word := _group(match, "word"):
        return today.year + _YEAR_WORDS[word]
    text = _group(match, "year")
    if text[:1].isdigit():
        return int(text)
    for era, before in _ERAS.items():
        if text.startswith(era):
            number = text.removeprefix(era).strip()
            return before + (1 if number == "元" else int(number))
    return None


def _month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTHS[text]


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _nearest(today: dt.date, month: int, day: int) -> dt.date | None:
    """That day of this year, the last or the next: whichever is nearest."""
    days = [found for year in (today.year - 1, today.year, today.year + 1) if (found := _day(year, month, day))]
    return min(days, key=lambda found: abs(found - today), default=None)


def _range(start: dt.date | None, end: dt.date | None) -> DatedEvent | None:
    if start is None:
        return None
    if end is None or end <= start or end - start > _LONGEST:
        return DatedEvent(start=start)
    return DatedEvent(start=start, end=end)


def _full(match: re.Match[str], today: dt.date) -> DatedEvent | None:
    """Month and day, with or without a year, with or without an end."""
    month, day, year = _month(match["month"]), int(match["day"]), _year(match, today)
    start = _nearest(today, month, day) if year is None else _day(year, month, day)
    if start is None or not _group(match, "day2"):
        return _range(start, None)
    last_year = int(_group(match, "year2") or start.year)
    last_month = _month(_group(match, "month2") or match["month"])
    end = _day(last_year, last_month, int(match["day2"]))
    if end and end < start and not _group(match, "year2"):
        end = _day(last_year + 1, last_month, int(match["day2"]))
    return _range(start, end)


def _day_first(match: re.Match[str], today: dt.date) -> DatedEvent | None:
    last_month = _month(match["month2"])
    month = _month(_group(match, "month") or match["month2"])
    year, last_day = _year(match, today), _group(match, "day2")
    if not last_day:
        if _group(match, "month"):
            return None
        start = (
            _nearest(today, last_month, int(match["day"]))
            if year is None
            else _day(year, last_month, int(match["day"]))
        )
        return _range(start, None)
    end = _nearest(today, last_month, int(last_day)) if year is None else _day(year, last_month, int(last_day))
    if end is None:
        return None
    start = _day(end.year, month, int(match["day"]))
    if start and start > end:
        start = _day(end.year - 1, month, int(match["day"]))
    return _range(start, end)


def _whole_month(match: re.Match[str], today: dt.date) -> DatedEvent | None:
    year, month = _year(match, today), _month(match["month"])
    if year is None or not 1 <= month <= 12 or not dt.MINYEAR <= year <= dt.MAXYEAR:
        return None
    last = calendar.monthrange(year, month)[1]
    return DatedEvent(start=dt.date(year, month, 1), end=dt.date(year, month, last), precision=Precision.MONTH)


def _lone_day(match: re.Match[str], today: dt.date) -> DatedEvent | None:
    """「12日」: the nearest twelfth, of this month or one beside it."""
    first = today.replace(day=1)
    months = [first - dt.timedelta(days=1), first, first + dt.timedelta(days=31)]
    days = [found for month in months if (found := _day(month.year, month.month, int(match["day"])))]
    start = min(days, key=lambda found: abs(found - today), default=None)
    if start is None or not _group(match, "day2"):
        return _range(start, None)
    end = _day(start.year, start.month, int(match["day2"]))
    return _range(start, end)
