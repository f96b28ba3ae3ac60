"""Dates as people and machines write them: one reader for feeds, listings, metadata and visible text.

Reads ISO 8601, RFC 822 as it is really sent, Japanese eras, years of the Republic of China, Chinese, Korean and Japanese
forms, Chinese numerals, and month names in nine languages. A year alone is never a date, and an order of day and month that
nothing decides is none either: an empty date beats a wrong one.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pipeline.model import FuzzyDate, Origin, Precision

MAX_CHARS = 200  # of a raw string that are looked at: a date with its label and weekday takes under 100
FIRST_YEAR, LAST_YEAR = 1900, 2100  # years a page of ours can speak of; anything else is a number


class _Day(NamedTuple):
    """A calendar date found in a text, before its time of day."""

    year: int | None
    month: int
    day: int | None
    end: int  # where the tail with the time begins


def read_date(raw: str, *, zone: ZoneInfo, now: dt.datetime, origin: Origin) -> FuzzyDate | None:
    """The first date in a string, None if there is none that can be told for certain.

    Args:
        zone: the source's own zone, for strings that state none; it also decides between 7/8/2025 in America and elsewhere.
        now: aware; a date without a year is the latest such day not after tomorrow.
        origin: copied into the result.

    A time of exactly 00:00:00 is a day: publishing systems write it when they know no time.
    """
    text = _plain(raw)
    stamp = _read_timestamp(text, zone)
    if stamp is not None:
        return FuzzyDate(value=stamp, precision=Precision.MINUTE, zone_stated=True, origin=origin)
    for pattern, understand in _FORMS:
        for match in pattern.finditer(text):
            found = understand(match, zone)
            date = found and _complete(found, text, match.start(), zone=zone, now=now, origin=origin)
            if date:
                return date
    return None


def _plain(raw: str) -> str:
    """Compatibility forms, Chinese numerals and odd spaces made plain; weekdays in brackets taken out."""
    text = unicodedata.normalize("NFKC", raw[:MAX_CHARS])
    text = _WEEKDAY.sub(" ", text)
    if "年" in text or "月" in text:
        text = _FIRST_YEAR_OF_ERA.sub(r"\g<1>1年", text)
        text = _NUMERAL.sub(lambda match: str(_number(match[0])), text)
    return re.sub(r"\s+", " ", text).strip()


_WEEKDAY = re.compile(
    r"\s*\((?:(?:[日月火水木金土]|星期[一二三四五六日天]|[週周][一二三四五六日])(?:曜日?)?(?:[・･/、]?祝)?|[일월화수목금토](?:요일)?|"
    r"(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*\.?)\)\s*",
    re.IGNORECASE,
)
_FIRST_YEAR_OF_ERA = re.compile(r"((?:明治|大正|昭和|平成|令和|民國|民国)\s*)元年")
_NUMERAL = re.compile(r"[〇零○一二三四五六七八九十百千廿卅]+(?=\s*[年月日号號時时點点分])")
_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
_TENS = {"十": 10, "百": 100, "千": 1000}


def _number(numeral: str) -> int:
    """A Chinese numeral, positional (二〇二五) or with ranks (二十八)."""
    numeral = numeral.replace("廿", "二十").replace("卅", "三十")
    if not any(character in _TENS for character in numeral):
        return int("".join(str(_DIGITS[character]) for character in numeral))
    total = digit = 0
    for character in numeral:
        if character in _TENS:
            total += (digit or 1) * _TENS[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


# ----------------------------------------------------------------------------------------------------------------- forms

_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_ERA_LETTERS = {"M": 1867, "T": 1911, "S": 1925, "H": 1988, "R": 2018}
_ERA_LENGTHS = {1867: 45, 1911: 15, 1925: 64, 1988: 31, 2018: 99}  # last year of each, so that S99 is no date
_REPUBLIC = 1911  # 中華民國 year 1 is 1912

_MONTHS_BY_LANGUAGE = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "janv févr mars avr mai juin juil août sept oct nov déc",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jänner feber mär apr mai jun jul aug sept okt nov dez",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ene feb mar abr may jun jul ago set oct nov dic",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "янв фев мар апр май июн июл авг сен окт ноя дек",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
)
_MONTHS = {name: number for names in _MONTHS_BY_LANGUAGE for number, name in enumerate(names.split(), start=1)}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")(?![^\W\d_])\.?"

_Y = r"(?<!\d)(?P<year>(?:19|20)\d\d)"
_M = r"(?P<month>1[0-2]|0?[1-9])(?!\d)"
_D = r"(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)"


def _western(match: re.Match[str], _: ZoneInfo) -> _Day:
    parts = match.groupdict()
    return _Day(int(parts["year"]), int(parts["month"]), _optional(parts.get("day")), match.end())


def _era(match: re.Match[str], _: ZoneInfo) -> _Day | None:
    era = match["era"]
    start = _ERAS.get(era) or _ERA_LETTERS[era.upper()]
    year = int(match["year"])
    if not 1 <= year <= _ERA_LENGTHS[start]:
        return None
    return _Day(start + year, int(match["month"]), _optional(match.groupdict().get("day")), match.end())


def _republic(match: re.Match[str], _: ZoneInfo) -> _Day:
    return _Day(_REPUBLIC + int(match["year"]), int(match["month"]), int(match["day"]), match.end())


def _named(match: re.Match[str], _: ZoneInfo) -> _Day:
    parts = match.groupdict()
    year = _optional(parts.get("year"))
    if year is not None and year < 100:  # RFC 822 wrote two digits; RFC 2822 section 4.3 says how to read them
        year += 2000 if year < 50 else 1900
    return _Day(year, _MONTHS[parts["month"].casefold()], _optional(parts.get("day")), match.end())


def _yearless(match: re.Match[str], _: ZoneInfo) -> _Day:
    return _Day(None, int(match["month"]), int(match["day"]), match.end())


def _yearless_slashed(match: re.Match[str], zone: ZoneInfo) -> _Day | None:
    return _yearless(match, zone) if (zone.key or "").startswith("Asia/") else None


def _slashed(match: re.Match[str], zone: ZoneInfo) -> _Day | None:
    """Day and month in figures before the year: the order is told by a figure over 12, by dots, or by the zone."""
    first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
    region = (zone.key or "").partition("/")[0]
    if second > 12 or (first <= 12 and first != second and match["mark"] == "/" and region == "America"):
        first, second = second, first
    elif (
        first <= 12
        and first != second
        and match["mark"] != "."
        and region not in {"Europe", "Asia", "Africa", "Australia"}
    ):
        return None
    return _Day(year, second, first, match.end()) if second <= 12 else None


def _optional(figures: str | None) -> int | None:
    return int(figures) if figures else None


_Understand = Callable[[re.Match[str], ZoneInfo], _Day | None]


def _forms() -> Iterator[tuple[re.Pattern[str], _Understand]]:
    """Every form in the order it is tried: what states most comes first."""
    western_beside = r"(?:\s?\([^()]{1,12}\)\s?)?"  # 平成29年(2017年)10月27日, 令和7(2025)年7月8日
    era = r"(?P<era>" + "|".join(_ERAS) + r")\s*(?P<year>\d{1,2})" + western_beside + r"\s*年" + western_beside
    letter = r"(?<![^\W_])(?P<era>[MTSHR])\.?\s?(?P<year>\d{1,2})"
    ordinal = r"(?:st|nd|rd|th|er|º|ª|\.|-го|日)?"
    of = r"(?:\s|,|-|/|\bde\b|\bdel\b|\bof\b|\bd')+"
    forms: tuple[tuple[str, _Understand], ...] = (
        (rf"{era}\s*{_M}\s*月\s*{_D}\s*日", _era),
        (rf"{letter}\s*[./年-]\s*{_M}\s*[./月-]\s*{_D}", _era),
        (rf"(?:中華民國|民國|民国)\s*(?P<year>\d{{1,3}})\s*[年./-]\s*{_M}\s*[月./-]\s*{_D}\s*日?", _republic),
        (rf"{_Y}\s*(?:\([^()]{{1,12}}\)\s*)?[年년]\s*{_M}\s*[月월]\s*{_D}\s*[日号號일]?", _western),
        (rf"{_Y}\s?([-/.])\s?(?P<month>1[0-2]|0?[1-9])\s?\2\s?{_D}\.?", _western),
        (r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?=T?\d{4,6}(?!\d)|T|Z|\b)", _western),
        (rf"(?<!\d)(?P<day>3[01]|[12]\d|0?[1-9]){ordinal}{of}{_MONTH}{of}(?P<year>(?:19|20)\d\d)(?!\d)", _named),
        (rf"(?<!\d)(?P<day>3[01]|[12]\d|0?[1-9])[ -]{_MONTH}[ -](?P<year>\d\d)(?= \d?\d:\d\d)", _named),
        (rf"(?<!\w){_MONTH}{of}(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?{of}(?P<year>(?:19|20)\d\d)(?!\d)", _named),
        # Unix and ctime: Tue Jul 8 10:20:30 [UTC] 2025
        (rf"(?<!\w){_MONTH} (?P<day>3[01]|[12]\d|0?[1-9]) (?=\d\d:\d\d)(?:[\d:]+ (?:[A-Z]{{3,4}} )?)(?P<year>(?:19|20)\d\d)(?!\d)", _named),
        (r"(?<![\d./-])(?P<first>\d{1,2})\s?(?P<mark>[./-])\s?(?P<second>\d{1,2})\s?(?P=mark)\s?(?P<year>(?:19|20)\d\d)(?!\d)", _slashed),
        (rf"{era}\s*{_M}\s*月(?!\s*\d)", _era),
        (rf"{_Y}\s*[年년]\s*{_M}\s*[月월](?!\s*\d)", _western),
        (rf"{_Y}-(?P<month>1[0-2]|0[1-9])(?![\d-])", _western),
        (rf"(?<!\w){_MONTH}{of}(?P<year>(?:19|20)\d\d)(?!\d)", _named),
        (rf"(?<![\d年년])(?<![年년]\s)(?P<month>1[0-2]|0?[1-9])\s*[月월]\s*{_D}\s*[日号號일]", _yearless),
        (rf"(?<!\w){_MONTH} (?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\d:])", _named),
        (rf"(?<!\d)(?P<day>3[01]|[12]\d|0?[1-9]){ordinal} (?:de )?{_MONTH}", _named),
        (rf"^(?P<month>1[0-2]|0?[1-9])[./-]{_D}$", _yearless_slashed),
    )  # fmt: skip
    for pattern, understand in forms:
        yield re.compile(pattern, re.IGNORECASE), understand


_FORMS = tuple(_forms())


# ------------------------------------------------------------------------------------------------------------ completing


def _complete(
    found: _Day, text: str, start: int, *, zone: ZoneInfo, now: dt.datetime, origin: Origin
) -> FuzzyDate | None:
    """The date with its year, time of day, zone and precision; None where the calendar has no such day."""
    year = found.year if found.year is not None else _year_before(found, now.astimezone(zone).date())
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        day = dt.date(year, found.month, found.day or 1)
    except ValueError:
        return None
    midnight = dt.datetime.combine(day, dt.time(), zone)
    if found.day is None:
        return FuzzyDate(value=midnight, precision=Precision.MONTH, zone_stated=False, origin=origin)
    tail = text[found.end : found.end + 60]
    clock = (
        _COMPACT.match(tail)
        or _CLOCK.match(tail)
        or _CLOCK_WITHIN.search(text[start : found.end])
        or _CLOCK_BEFORE.search(text[:start])
    )
    time = clock and _time_of(clock)
    if not time:
        stated = _read_zone(tail) if _DAY_ZONE.match(tail) else None
        value = midnight.replace(tzinfo=stated) if stated else midnight
        return FuzzyDate(value=value, precision=Precision.DAY, zone_stated=stated is not None, origin=origin)
    assert clock is not None
    stated = _read_zone(clock.string[clock.end() :] or clock.groupdict().get("zone") or "")
    value = dt.datetime.combine(day, time, stated or zone)
    midnight_exactly = time == dt.time() and bool(clock["second"])
    precision = Precision.DAY if midnight_exactly else Precision.MINUTE
    return FuzzyDate(value=value, precision=precision, zone_stated=stated is not None, origin=origin)


def _year_before(found: _Day, today: dt.date) -> int | None:
    """The year that makes a month and day the latest not after tomorrow (zones differ by up to a day)."""
    for year in range(today.year + 1, today.year - 8, -1):  # eight years always hold a 29 February
        try:
            if dt.date(year, found.month, found.day or 1) <= today + dt.timedelta(days=1):
                return year
        except ValueError:
            continue
    return None


_HALF = r"(?P<half>午前|午後|上午|下午|中午|晚上|早上|凌晨|오전|오후|AM|PM|a\.m\.|p\.m\.)"
_TIME = (
    rf"(?:{_HALF}\s*)?(?P<hour>[01]?\d|2[0-4])\s*(?:[:時时點点시hH])\s*(?:(?P<minute>[0-5]?\d)(?!\d))?"
    r"\s*(?:[:分분]\s*(?P<second>[0-5]?\d)?(?!\d)(?:\s*秒|\s*초)?(?:[.,]\d{1,9})?)?"
    r"(?:\s*(?P<half2>AM|PM|a\.m\.|p\.m\.)(?![a-z]))?"
)
# Between a date and its time stand separators, small words and weekdays, never another figure.
_BETWEEN = (
    r"(?:[\s,.;|@/・·–—T-]|at|um|à|a las|ore|om|kl\.?|г\.?|в|Uhr|[日月火水木金土]曜日?|星期[一二三四五六日天]|[週周][一二三四五六日]|[월화수목금토일]요일"
    r"|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*)*"
)
_CLOCK = re.compile(_BETWEEN + _TIME, re.IGNORECASE)
_COMPACT = re.compile(r"T?(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?(?!\d)")  # after 20250708
_CLOCK_WITHIN = re.compile(
    r"(?P<half>(?!))?(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d):(?P<second>[0-5]\d)(?P<half2>(?!))?"
)
_CLOCK_BEFORE = re.compile(_TIME + r"\s*(?P<zone>[A-Z]{1,4}(?![A-Z]))?[\s,|·-]*(?:on\s)?$", re.IGNORECASE)


def _time_of(match: re.Match[str]) -> dt.time | None:
    parts = match.groupdict()
    hour, minute, second = int(parts["hour"]), int(parts["minute"] or 0), int(parts["second"] or 0)
    half = (parts.get("half") or parts.get("half2") or "").casefold().replace(".", "")
    if half in {"午後", "下午", "晚上", "오후", "pm"} and hour < 12:
        hour += 12
    elif half in {"午前", "上午", "凌晨", "오전", "am"} and hour == 12:
        hour = 0
    return dt.time(hour, minute, second) if hour < 24 else None


# RFC 2822 section 4.3, and the abbreviations of the agencies we read. CST and IST mean several zones and are left out.
_ZONE_NAMES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "bst": 1, "eet": 2, "eest": 3,
    "msk": 3, "мск": 3, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "wib": 7,
    "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "aest": 10, "aedt": 11,
}  # fmt: skip
_OFFSET = r"(?P<sign>[+-])(?P<hours>1[0-4]|0?\d):?(?P<minutes>[0-5]\d)?"
_NAME = r"(?P<name>" + "|".join(sorted(_ZONE_NAMES, key=len, reverse=True)) + r")(?![^\W\d_])"
_ZONE = re.compile(rf"\s*(?:Uhr\s*)?\(?(?:{_NAME}\s*)?(?:{_OFFSET})?", re.IGNORECASE)
_DAY_ZONE = re.compile(r"Z\b|[+-]\d\d:\d\d")  # XML Schema's date may carry a zone


def _read_zone(text: str) -> dt.tzinfo | None:
    """The fixed offset with which a text begins, None if it states none."""
    match = _ZONE.match(text)
    if match and match["sign"]:
        minutes = int(match["hours"]) * 60 + int(match["minutes"] or 0)
        return _offset(minutes if match["sign"] == "+" else -minutes)
    return _offset(_ZONE_NAMES[match["name"].casefold()] * 60) if match and match["name"] else None


def _offset(minutes: int) -> dt.tzinfo:
    return dt.timezone(dt.timedelta(minutes=minutes)) if minutes else dt.UTC


def _read_timestamp(text: str, _: ZoneInfo) -> dt.datetime | None:
    """Seconds or milliseconds since 1970, as some publishing systems print them."""
    if not re.fullmatch(r"\d{10}|\d{13}", text):
        return None
    seconds = int(text[:10])
    # 788918400 is 1 January 1995, before which no page was published; ten digits end in 2286.
    return dt.datetime.fromtimestamp(seconds, dt.UTC) if 788_918_400 <= seconds < 4_102_444_800 else None
