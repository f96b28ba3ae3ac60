"""Dates as people and machines write them: one reader for feeds, listings, metadata and visible text.

Reads ISO 8601, RFC 822 as it is really sent, Japanese eras, years of the Republic of China and of the Buddhist era, Chinese,
Korean and Japanese forms, Chinese numerals, and month names in 26 languages. A year alone is never a date, and an order of day
and month that nothing decides is none either: an empty date beats a wrong one.
"""

from __future__ import annotations

import datetime as dt
import functools
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


class _Setting(NamedTuple):
    """What is known of the source beside the string."""

    zone: ZoneInfo
    day_first: bool | None  # the order of day and month in figures, None where nothing decides it

    def lies_in(self, *keys: str) -> bool:
        """True if the zone is one of these, or within one that ends in a slash."""
        return (self.zone.key or "").startswith(keys)


def read_date(
    raw: str, *, zone: ZoneInfo, now: dt.datetime, origin: Origin, day_first: bool | None = None
) -> FuzzyDate | None:
    """The first date in a string, None if there is none that can be told for certain.

    Args:
        zone: the source's own zone, for strings that state none; it also decides between 7/8/2025 in New York and in Paris.
        now: aware; a date without a year is the latest such day not after tomorrow.
        origin: copied into the result.
        day_first: the order of day and month in 7/8/2025 where the zone does not decide it; None if unknown.

    A time of exactly 00:00:00 is a day: publishing systems write it when they know no time. 24:00 is the next day's midnight.
    An offset that the zone has only in the other half of the year is not believed: the wall clock counts, in the zone.
    """
    text = _plain(raw)
    stamp = _read_timestamp(text)
    if stamp is not None:
        return FuzzyDate(value=stamp, precision=Precision.MINUTE, zone_stated=True, origin=origin)
    order = _order_in(zone)
    setting = _Setting(zone, day_first if order is None else order)
    for pattern, understand in _FORMS:
        for match in pattern.finditer(text):
            found = understand(match, setting)
            date = found and _complete(found, text, match.start(), zone=zone, now=now, origin=origin)
            if date:
                return date
    return None


def day_first_in(language: str) -> bool | None:
    """Whether a language (BCP 47) writes the day before the month in figures; None where its countries differ.

    Chinese, Japanese and Korean write the year first, so that a year at the end tells nothing there.
    """
    tag = language.replace("_", "-").casefold()
    if tag in ("en-us", "en-ph"):
        return False
    return True if tag in _DAY_FIRST_ENGLISH or tag.split("-")[0] in _DAY_FIRST_LANGUAGES else None


_DAY_FIRST_LANGUAGES = frozenset({
    "ar", "bg", "ca", "cs", "da", "de", "el", "es", "fi", "fr", "gl", "hr", "id", "is", "it", "lt", "lv", "nb", "nl", "nn", "no",
    "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk", "vi",
})  # fmt: skip
_DAY_FIRST_ENGLISH = frozenset({"en-gb", "en-ie", "en-au", "en-nz", "en-in", "en-sg", "en-hk", "en-my"})
# Where the month comes first; Canada writes both ways.
_MONTH_FIRST_ZONES = (
    "America/New_York", "America/Detroit", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Boise", "America/Anchorage", "America/Indiana/", "America/Kentucky/", "America/North_Dakota/", "Pacific/Honolulu",
    "US/", "Asia/Manila",
)  # fmt: skip
_UNDECIDED_ZONES = (
    "America/Toronto", "America/Vancouver", "America/Montreal", "America/Edmonton", "America/Winnipeg", "America/Halifax",
    "America/Regina", "America/St_Johns", "Asia/Tokyo", "Asia/Seoul", "Asia/Shanghai", "Asia/Taipei", "Asia/Pyongyang",
    "Asia/Chongqing", "Asia/Urumqi", "Asia/Ulaanbaatar",
)  # fmt: skip
_DAY_FIRST_REGIONS = ("Europe/", "Asia/", "Africa/", "Australia/", "America/", "Pacific/")


def _order_in(zone: ZoneInfo) -> bool | None:
    """True where the zone's countries write the day first, False where the month, None where nothing is certain."""
    key = zone.key or ""
    if key.startswith(_UNDECIDED_ZONES):
        return None
    if key.startswith(_MONTH_FIRST_ZONES):
        return False
    return True if key.startswith(_DAY_FIRST_REGIONS) else None


# ----------------------------------------------------------------------------------------------------------- plain letters


def _plain(raw: str) -> str:
    """Compatibility forms, Chinese numerals, accents, case and odd spaces made plain; weekdays in brackets taken out."""
    text = _bare(unicodedata.normalize("NFKC", raw[:MAX_CHARS]))
    text = _WEEKDAY.sub(" ", text)
    if "年" in text or "月" in text:
        text = _FIRST_YEAR_OF_ERA.sub(r"\g<1>1年", text)
        text = _NUMERAL.sub(lambda match: str(_number(match[0])), text)
    elif "元" in text:
        text = re.sub(r"(?<=[r令])\s?元(?=[./-])", "1", text)
    return " ".join(text.split())


def _bare(text: str) -> str:
    """Lower case without the accents of Latin, Greek and Cyrillic letters."""
    folded = unicodedata.normalize("NFD", text.casefold()).translate(_ODD)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", folded))


_ACCENTS = re.compile("[\u0300-\u036f]+")
# Letters that do not decompose; dashes and minus signs; the ring that Italian and Portuguese use for an ordinal.
_ODD = str.maketrans(
    {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "‐": "-", "‑": "-", "–": "-", "−": "-", "’": "'", "°": "o"}
)
_WEEKDAY = re.compile(
    r"\s*\((?:(?:[日月火水木金土]|星期[一二三四五六日天]|[週周][一二三四五六日])(?:曜日?)?(?:[・･/、]?祝)?|[일월화수목금토](?:요일)?|"
    r"(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*\.?)\)\s*"
)
_FIRST_YEAR_OF_ERA = re.compile(r"((?:明治|大正|昭和|平成|令和|民國|民国|(?<![^\W\d_])r)\s*)元年")
_NUMERAL = re.compile(
    r"[〇零○一二三四五六七八九十百千廿卅][0〇零○一二三四五六七八九十百千廿卅]*(?=\s*[年月日号號時时点點分])"
)
_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "0": 0}
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
_ERA_LETTERS = {"m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018, "昭": 1925, "平": 1988, "令": 2018}
_ERA_LENGTHS = {1867: 45, 1911: 15, 1925: 64, 1988: 31, 2018: 99}  # last year of each, so that S99 is no date
_REPUBLIC = 1911  # 中華民國 year 1 is 1912
_BUDDHIST = 543  # years of the Thai calendar before ours

# Each line is January to December in one spelling: English, French, German, Spanish, Russian, Italian, Portuguese, Dutch, Turkish,
# Ukrainian, Polish, Czech, Swedish, Danish and Norwegian, Indonesian, Finnish, Hungarian, Romanian, Greek, Catalan, Bulgarian,
# Lithuanian, Swahili, Thai, Arabic. A dash stands where a spelling is missing or is a common word.
_MONTHS_BY_LANGUAGE = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "janv févr mars avr mai juin juil août sept oct nov déc",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jänner feber mär apr mai jun jul aug sept okt nov dez",
    "- - maerz - - - - - - - - -",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ene feb mar abr may jun jul ago set oct nov dic",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "янв фев мар апр май июн июл авг сен окт ноя дек",
    "- февр - - - - - - сент - нояб -",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "jan fev mar abr mai jun jul ago set out nov dez",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "ledna února března dubna května června července srpna září října listopadu prosince",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januar februar marts april maj juni juli august september oktober november december",
    "januar februar mars april mai juni juli august september oktober november desember",
    "januari februari maret april mei juni juli agustus september oktober november desember",
    "jan feb mar apr mei jun jul agu sep okt nov des",
    "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
    "január február március április május június július augusztus szeptember október november december",
    "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου",
    "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
    "януари февруари март април май юни юли август септември октомври ноември декември",
    "sausio vasario kovo balandžio gegužės birželio liepos rugpjūčio rugsėjo spalio lapkričio gruodžio",
    "januari februari machi aprili mei juni julai agosti septemba oktoba novemba desemba",
    "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
    "ม.ค ก.พ มี.ค เม.ย พ.ค มิ.ย ก.ค ส.ค ก.ย ต.ค พ.ย ธ.ค",
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
)


def _month_names() -> Iterator[tuple[str, int]]:
    for names in _MONTHS_BY_LANGUAGE:
        for number, name in enumerate(names.split(), start=1):
            if name != "-":
                yield _bare(unicodedata.normalize("NFKC", name)), number


_MONTHS = dict(_month_names())
# Words that mean a month only beside a year: "5 out of 10", "2 ago", "3 sie".
_WORDS_TOO = frozenset({"out", "set", "ago", "sie", "lis", "lip", "mar", "gen", "mag", "mart", "des", "sty"})
_MONTH = r"(?P<month>[^\W\d_]{3,15}|[ก-๛][ก-๛.]{1,11}[ก-๛])(?![^\W\d_])\.?"

_Y = r"(?<!\d)(?P<year>(?:19|20)\d\d)"
_M = r"(?P<month>1[0-2]|0?[1-9])(?!\d)"
_D = r"(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)"


def _western(match: re.Match[str], _: _Setting) -> _Day:
    parts = match.groupdict()
    return _Day(int(parts["year"]), int(parts["month"]), _optional(parts.get("day")), match.end())


def _era(match: re.Match[str], _: _Setting) -> _Day | None:
    era = match["era"]
    start = _ERAS.get(era) or _ERA_LETTERS[era]
    year = int(match["year"])
    if not 1 <= year <= _ERA_LENGTHS[start]:
        return None
    return _Day(start + year, int(match["month"]), _optional(match.groupdict().get("day")), match.end())


def _republic(match: re.Match[str], _: _Setting) -> _Day:
    return _Day(_REPUBLIC + int(match["year"]), int(match["month"]), int(match["day"]), match.end())


def _bare_republic(match: re.Match[str], setting: _Setting) -> _Day | None:
    """114.10.20 is a date in Taiwan; elsewhere it is three numbers."""
    return _republic(match, setting) if setting.lies_in("Asia/Taipei") else None


def _named(match: re.Match[str], setting: _Setting) -> _Day | None:
    parts = match.groupdict()
    month = _MONTHS.get(parts["month"])
    if month is None:
        return None
    year = _optional(parts.get("year"))
    if year is not None and year < 100:  # RFC 822 wrote two digits; RFC 2822 section 4.3 says how to read them
        year += 2000 if year < 50 else 1900
    elif year is not None and year >= 2400:
        year = year - _BUDDHIST if _is_thai(parts["month"]) or setting.lies_in("Asia/Bangkok") else None
        if year is None:
            return None
    return _Day(year, month, _optional(parts.get("day")), match.end())


def _is_thai(word: str) -> bool:
    return "ก" <= word[0] <= "๛"


def _named_yearless(match: re.Match[str], setting: _Setting) -> _Day | None:
    """A day and a month's name alone in a short string; in a longer one, or beside a year, they may speak of anything."""
    if len(match.string) > _SHORT or match["month"] in _WORDS_TOO or _A_YEAR.search(match.string):
        return None
    return _named(match, setting)


_SHORT = 60  # characters of "Published: Wednesday, 5 November, 10:20 pm"; "may 5 people" stands in sentences
_A_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def _yearless(match: re.Match[str], _: _Setting) -> _Day | None:
    if _YEAR_BEFORE.search(match.string, 0, match.start()) or _A_YEAR.search(match.string):
        return None  # a year is said in a form that is not understood: guessing another would be wrong
    return _Day(None, int(match["month"]), int(match["day"]), match.end())


_YEAR_BEFORE = re.compile(r"\d\s*[年년][^月월]{0,14}$")


def _yearless_slashed(match: re.Match[str], setting: _Setting) -> _Day | None:
    return _yearless(match, setting) if setting.lies_in("Asia/") else None


def _slashed(match: re.Match[str], setting: _Setting) -> _Day | None:
    """Day and month in figures before the year: the order is told by a figure over 12, by the source, or by dots."""
    first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
    if year >= 2400:
        if not setting.lies_in("Asia/Bangkok"):
            return None
        year -= _BUDDHIST
    if second > 12:
        first, second = second, first
    elif first <= 12 and first != second:
        day_first = setting.day_first
        if day_first is None and match["mark"] == ".":
            day_first = True  # who writes dots writes the day first, but for Americans who copy them
        if day_first is None or (day_first is False and match["mark"] == "."):
            return None
        if not day_first:
            first, second = second, first
    return _Day(year, second, first, match.end()) if second <= 12 else None


def _dotted_short(match: re.Match[str], setting: _Setting) -> _Day | None:
    """20.10.25 is a date in Europe; elsewhere it may begin with the year."""
    if not setting.lies_in("Europe/"):
        return None
    return _Day(2000 + int(match["year"]), int(match["month"]), int(match["day"]), match.end())


def _week(match: re.Match[str], _: _Setting) -> _Day | None:
    try:
        day = dt.date.fromisocalendar(int(match["year"]), int(match["week"]), int(match["day"]))
    except ValueError:
        return None
    return _Day(day.year, day.month, day.day, match.end())


def _optional(figures: str | None) -> int | None:
    return int(figures) if figures else None


_Understand = Callable[[re.Match[str], _Setting], _Day | None]


def _forms() -> Iterator[tuple[re.Pattern[str], _Understand]]:
    """Every form in the order it is tried: what states most comes first."""
    western_beside = r"(?:\s?\([^()]{1,12}\)\s?)?"  # 平成29年(2017年)10月27日, 令和7(2025)年7月8日
    era = r"(?P<era>" + "|".join(_ERAS) + r")\s*(?P<year>\d{1,2})" + western_beside + r"\s*年" + western_beside
    letter = r"(?<![^\W_])(?P<era>[mtshr令平昭])\.?\s?(?P<year>\d{1,2})"
    ordinal = r"(?:st|nd|rd|th|er|o|a|\.|-го|日)?"
    of = r"(?:\s|,|-|/|\bde\b|\bdel\b|\bof\b|\bd'|พ\.ศ\.)+"
    year = r"(?P<year>(?:19|20|25)\d\d)(?!\d)"
    day = r"(?P<day>3[01]|[12]\d|0?[1-9])"
    forms: tuple[tuple[str, _Understand], ...] = (
        (rf"{era}\s*{_M}\s*月\s*{_D}\s*日", _era),
        (rf"{letter}\s*[./年-]\s*{_M}\s*[./月-]\s*{_D}", _era),
        (rf"(?:中華民國|民國|民国)\s*(?P<year>\d{{1,3}})\s*[年./-]\s*{_M}\s*[月./-]\s*{_D}\s*日?", _republic),
        (rf"{_Y}{western_beside}\s*[年년]{western_beside}\s*{_M}\s*[月월]\s*{_D}\s*[日号號일]?", _western),
        (rf"(?<![^\W_])'(?P<short>\d\d)年\s*{_M}\s*月\s*{_D}\s*日", lambda match, _: _Day(2000 + int(match["short"]), int(match["month"]), int(match["day"]), match.end())),
        (rf"(?<![\d.,/-])(?P<year>1[0-4]\d)\s?年\s?{_M}\s?月\s?{_D}\s?日", _republic),
        (rf"{_Y}\s?([-/.])\s?(?P<month>1[0-2]|0?[1-9])\s?\2\s?{_D}\.?", _western),
        (rf"{_Y}([-/.])(?P<month>1[0-2]|0[1-9])\2(?P<day>3[01]|[12]\d|0[1-9])(?=\d\d:\d\d)", _western),
        (r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?=t?\d{4,6}(?!\d)|t|z|\b)", _western),
        (r"(?<![\w.-])(?P<year>(?:19|20)\d\d)-?w(?P<week>[0-5]\d)-?(?P<day>[1-7])(?!\d)", _week),
        (rf"(?<!\d){day}{ordinal}{of}{_MONTH}{of}{year}", _named),
        (rf"(?<!\d){day}[ -]{_MONTH}[ -](?P<year>\d\d)(?=,? \d?\d:\d\d)", _named),
        (rf"(?<!\w){_MONTH}{of}{day}(?:st|nd|rd|th)?{of}{year}", _named),
        (rf"(?<!\d)(?P<year>(?:19|20)\d\d)(?: m)?\.? {_MONTH} {day}(?!\d)", _named),  # 2025. október 20., 2025 m. spalio 20 d.
        # Unix and ctime: Tue Jul 8 10:20:30 [UTC] 2025, Tue Jul 08 10:20:30 +0900 2025
        (rf"(?<!\w){_MONTH} {day} (?=\d\d:\d\d)(?:[\d:]+ (?:[a-z]{{3,4}} |[+-]\d\d:?\d\d )?)(?P<year>(?:19|20)\d\d)(?!\d)", _named),
        (rf"(?<!\d){day} {_M}\s?[月월] (?P<year>(?:19|20)\d\d)(?!\d)", _western),  # RFC 822 in the words of another language
        (rf"(?<!\d){day} thang {_M}(?:,| nam)? (?P<year>(?:19|20)\d\d)(?!\d)", _western),
        (rf"(?<![\d./-])(?P<first>\d{{1,2}})\s?(?P<mark>[./-])\s?(?P<second>\d{{1,2}})\s?(?P=mark)\s?{year}(?!\.\d)", _slashed),
        (rf"(?<![\d./-])(?P<year>1[0-4]\d)([./-]){_M}\2{_D}(?![./-])", _bare_republic),
        (rf"(?<![\d./-]){day}\.(?P<month>1[0-2]|0[1-9])\.(?P<year>\d\d)(?![\d.])", _dotted_short),
        (rf"{era}\s*{_M}\s*月(?!\s*\d)", _era),
        (rf"{_Y}\s*[年년]\s*{_M}\s*[月월](?!\s*\d)", _western),
        (rf"{_Y}-(?P<month>1[0-2]|0[1-9])(?![\d/.-])", _western),
        (rf"^{_Y}[/.](?P<month>1[0-2]|0[1-9])$", _western),
        (rf"(?<!\w)(?<!\d )(?<!\d\. )(?<!\d de ){_MONTH}{of}{year}", _named),
        (rf"(?<![\d年년])(?P<month>1[0-2]|0?[1-9])\s*[月월]\s*{_D}\s*[日号號일]", _yearless),
        (rf"(?<!\w){_MONTH} {day}(?:st|nd|rd|th)?(?![\d:.])(?! (?!at\b|a\b|um\b|om\b)[^\W\d_])", _named_yearless),
        (rf"(?<![\d.]){day}{ordinal} (?:de )?{_MONTH}", _named_yearless),
        (rf"^[\[(]?(?P<month>1[0-2]|0?[1-9])[./-]{_D}[\])]?(?=$| \d\d:\d\d)", _yearless_slashed),
    )  # fmt: skip
    for pattern, understand in forms:
        yield re.compile(pattern), understand


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
    clock = _clock_of(text, start, found.end, tail)
    time = clock and _time_of(clock)
    if clock is None or time is None:
        stated = _read_zone(tail, midnight) if _DAY_ZONE.match(tail) else None
        value = midnight.replace(tzinfo=stated) if stated else midnight
        return FuzzyDate(value=value, precision=Precision.DAY, zone_stated=stated is not None, origin=origin)
    stated = _read_zone(clock.string[clock.end() :] or clock.groupdict().get("zone") or "", midnight + time)
    value = dt.datetime.combine(day, dt.time(), stated or zone) + time  # wall clock: 24:00 is the next day
    midnight_exactly = not time and bool(clock.groupdict().get("second"))
    precision = Precision.DAY if midnight_exactly else Precision.MINUTE
    return FuzzyDate(value=value, precision=precision, zone_stated=stated is not None, origin=origin)


def _year_before(found: _Day, today: dt.date) -> int | None:
    """The year that makes a month and day the latest not after tomorrow (zones differ by up to a day)."""
    for year in range(today.year + 1, today.year - 9, -1):  # nine years hold a 29 February, but for 1896 to 1904
        try:
            if dt.date(year, found.month, found.day or 1) <= today + dt.timedelta(days=1):
                return year
        except ValueError:
            continue
    return None


_HALF = r"(?P<half>午前|午後|上午|下午|中午|晚上|早上|凌晨|傍晚|晚|早|夜|오전|오후|am|pm|a\.m\.|p\.m\.)"
_HALF2 = r"(?P<half2>am|pm|a\.m\.?|p\.m\.?)(?![a-z])"
_TIME = (
    rf"(?:{_HALF}\s*)?(?P<hour>[01]?\d|2[0-4])\s*(?:[:時时點点시h]|uhr)\s*(?:(?P<minute>[0-5]?\d)(?!\d)|(?P<thirty>半|반))?"
    r"\s*(?:[:分분]\s*(?P<second>[0-5]?\d|60)?(?!\d)(?:\s*秒|\s*초)?(?:[.,]\d{1,9})?)?"
    rf"(?:\s*{_HALF2})?"
)
# Between a date and its time stand separators, small words and weekdays, never another figure.
_BETWEEN = (
    r"(?:[\s,.;|@/·—t-]|at|um|a|a las|as|ore|om|kl\.?|klo|г\.?|года|в|uhr|[日月火水木金土]曜日?|星期[一二三四五六日天]|[週周][一二三四五六日]"
    r"|[월화수목금토일]요일|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*)*"
)
_CLOCK = re.compile(_BETWEEN + _TIME)
_HOUR_ALONE = re.compile(_BETWEEN + rf"(?P<hour>1[0-2]|0?[1-9])\s?{_HALF2}")  # 6pm
_NOON = re.compile(_BETWEEN + r"(?P<noon>正午|noon|정오)")
_DOTTED = re.compile(
    r"(?:[,\s]|at|um|a|ore|kl\.?|klo)*\s(?P<hour>[01]?\d|2[0-3])\.(?P<minute>[0-5]\d)(?![.\d]?\d)"
)  # 18.30
_COMPACT = re.compile(r"t?(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?(?!\d)")  # after 20250708
_HYPHENED = re.compile(r"t(?P<hour>[01]\d|2[0-3])-(?P<minute>[0-5]\d)-(?P<second>[0-5]\d)(?!\d)")
_CLOCK_WITHIN = re.compile(r"(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d):(?P<second>[0-5]\d)")
_CLOCK_BEFORE = re.compile(
    _TIME + r"\s*(?P<zone>[a-z]{1,4}(?![a-z]))?[\s,|·-]*(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s)?(?:on\s)?$"
)
_AFTER_DATE = (_COMPACT, _HYPHENED, _CLOCK, _HOUR_ALONE, _NOON, _DOTTED)


def _clock_of(text: str, start: int, end: int, tail: str) -> re.Match[str] | None:
    """The time of day that stands after, within or before a date."""
    for pattern in _AFTER_DATE:
        if match := pattern.match(tail):
            return match
    return _CLOCK_WITHIN.search(text[start:end]) or _CLOCK_BEFORE.search(text[:start])


def _time_of(match: re.Match[str]) -> dt.timedelta | None:
    """The time since midnight; None for 24:10."""
    parts = match.groupdict()
    if parts.get("noon"):
        return dt.timedelta(hours=12)
    minute = 30 if parts.get("thirty") else int(parts.get("minute") or 0)
    hour, second = int(parts["hour"]), min(int(parts.get("second") or 0), 59)  # a leap second has no place in ours
    half = (parts.get("half") or parts.get("half2") or "").replace(".", "")
    if half in {"午後", "下午", "晚上", "傍晚", "晚", "夜", "오후", "pm"} and hour < 12:
        hour += 12
    elif half in {"午前", "上午", "凌晨", "오전", "am"} and hour == 12:
        hour = 0
    return None if hour == 24 and (minute or second) else dt.timedelta(hours=hour, minutes=minute, seconds=second)


# RFC 2822 section 4.3, and the abbreviations of the agencies we read. CST and IST mean several zones: they are believed
# only where they are the source's own.
_ZONE_NAMES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "bst": 1, "eet": 2, "eest": 3,
    "msk": 3, "мск": 3, "trt": 3, "pkt": 5, "wib": 7, "wita": 8, "ict": 7, "hkt": 8, "sgt": 8, "myt": 8, "pht": 8, "jst": 9, "kst": 9,
    "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "brt": -3, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
}  # fmt: skip
_AMBIGUOUS = ("cst", "ist")
_OFFSET = r"(?P<sign>[+-])(?P<hours>1[0-4]|0?\d):?(?P<minutes>[0-5]\d)?(?!\d)"
_NAME = r"(?P<name>" + "|".join(sorted([*_ZONE_NAMES, *_AMBIGUOUS], key=len, reverse=True)) + r")(?![^\W\d_])"
_ZONE = re.compile(rf"\s*(?:uhr\s*)?\(?(?:{_NAME}\s*)?(?:{_OFFSET})?")
_DAY_ZONE = re.compile(r"z\b|[+-]\d\d:\d\d")  # XML Schema's date may carry a zone


def _read_zone(text: str, moment: dt.datetime) -> dt.tzinfo | None:
    """The fixed offset with which a text begins, None if it states none that can be believed.

    Args:
        moment: what the wall clock shows, in the source's own zone.
    """
    match = _ZONE.match(text)
    if not match:
        return None
    name = match["name"] or ""
    if match["sign"]:
        minutes = int(match["hours"]) * 60 + int(match["minutes"] or 0)
        stated = _offset(minutes if match["sign"] == "+" else -minutes)
        return None if _is_of_another_season(stated, moment) else stated
    if name in _AMBIGUOUS:
        own = moment.utcoffset()
        return dt.timezone(own) if own is not None and (moment.tzname() or "").casefold() == name else None
    if name not in _ZONE_NAMES:
        return None
    stated = _offset(_ZONE_NAMES[name] * 60)
    own_names = {(day.tzname() or "").casefold() for day in _winter_and_summer(moment)}
    return None if name in own_names and _is_of_another_season(stated, moment) else stated


def _is_of_another_season(stated: dt.tzinfo, moment: dt.datetime) -> bool:
    """True for an offset that the source's own zone has in winter, at a moment in summer, or the other way round.

    Feeds give all their items the offset of the day on which they are built, and offices write EST all year: the wall clock is
    what they mean. Zero is believed, because machines write UTC.
    """
    offset = stated.utcoffset(moment)
    now = {moment.replace(fold=fold).utcoffset() for fold in (0, 1)}  # both, in the hour that comes twice
    return bool(offset) and offset not in now and offset in {day.utcoffset() for day in _winter_and_summer(moment)}


def _winter_and_summer(moment: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    return moment.replace(month=1, day=1), moment.replace(month=7, day=1)


def _offset(minutes: int) -> dt.tzinfo:
    return dt.timezone(dt.timedelta(minutes=minutes)) if minutes else dt.UTC


_TIMESTAMP = re.compile(r"(?:/date\()?(\d{10})(?:\d{3}|\.\d{1,6})?(?:\)/)?")


def _read_timestamp(text: str) -> dt.datetime | None:
    """Seconds or milliseconds since 1970, as some publishing systems print them."""
    match = _TIMESTAMP.fullmatch(text)
    if not match:
        return None
    seconds = int(match[1])
    # 788918400 is 1 January 1995, before which no page was published; ten digits end in 2286.
    return dt.datetime.fromtimestamp(seconds, dt.UTC) if 788_918_400 <= seconds < 4_102_444_800 else None


# ---------------------------------------------------------------------------------------------------------- for other readers


@functools.lru_cache(maxsize=4096)  # a text asks of the same few words again and again
def month_named(word: str, *, beside_year: bool = True) -> int | None:
    """1 to 12 for a month's name in any of the languages, in any case, with or without accents; None for other words.

    Args:
        beside_year: False leaves out names that are common words too ("5 out of 10").
    """
    name = _bare(word.rstrip("."))
    return None if not beside_year and name in _WORDS_TOO else _MONTHS.get(name)


def number_of(figures: str) -> int:
    """A number in digits or in Chinese numerals."""
    return int(figures) if figures.isdecimal() else _number(figures)
