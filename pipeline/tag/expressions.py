"""How dates are said in running text: the forms of each group of languages and what each means on a given day.

Readers take folded text, so that letters are lower case without accents and digits are ASCII. What a text leaves out is taken
from the day the article is dated; where that day is not certain, what depends on it ("on Tuesday", 「来月」) says nothing.
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pipeline.model import DatedEvent, Precision
from pipeline.tag.folding import fold
from pipeline.text.dates import day_first_in, month_named, number_of


def compile_folded(pattern: str) -> re.Pattern[str]:
    """A pattern for folded text; what is ASCII in it stays, for it may be syntax."""
    return re.compile(_BEYOND_ASCII.sub(lambda match: fold(match[0]), pattern))


_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")

_LONGEST = dt.timedelta(days=400)  # of a range: a year of celebrations, not two unrelated dates
# A day this close is meant as it is said; one farther off may be last year's or next year's, which the verb tells.
_CLOSE = dt.timedelta(days=90)
_SENTENCE = 160  # characters on each side that are looked at for the verb

Days = Sequence[DatedEvent]
UNTOLD: Days = []  # a date that cannot be told; what is within it is none either


class Scene(NamedTuple):
    """What a form is read against."""

    text: str  # folded
    today: dt.date
    certain: bool  # that the article is dated this day
    language: str  # primary subtag
    previous: DatedEvent | None  # the date before this one


class _Form(NamedTuple):
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], Scene], Days]
    # Matching only where a form can begin is five times as fast as searching for it everywhere.
    starts: re.Pattern[str] | Callable[[str], Iterator[int]] | None = None
    hints: tuple[str, ...] = ()  # words of which the text must hold one


class Mention(NamedTuple):
    """Where a text says a date."""

    start: int
    end: int
    event: DatedEvent


def find_mentions(text: str, today: dt.date, language: str, *, certain: bool) -> list[Mention]:
    """Every date of a folded text in reading order, none within another."""
    primary = language.partition("-")[0]
    matches = sorted(_matches(text, primary), key=lambda found: (found[1].start(), -found[1].end()))
    found: list[Mention] = []
    reached = -1
    previous: DatedEvent | None = None
    for form, match in matches:
        if match.start() < reached:
            continue
        events = form.read(match, Scene(text, today, certain, primary, previous))
        found += [Mention(match.start(), match.end(), event) for event in events]
        if events:
            previous = events[-1]
        if events or events is UNTOLD:
            reached = match.end()
    return found


def full_dates(text: str, today: dt.date, language: str) -> Iterator[dt.date]:
    """Days that a folded text gives with their year."""
    primary = language.partition("-")[0]
    for form, match in _matches(text, primary):
        if match.groupdict().get("year"):
            events = form.read(match, Scene(text, today, False, primary, None))
            yield from (event.start for event in events if event.precision is Precision.DAY)


def _matches(text: str, language: str) -> Iterator[tuple[_Form, re.Match[str]]]:
    places: dict[object, list[int]] = {}
    for form in _forms_of(language):
        if form.hints and not any(hint in text for hint in form.hints):
            continue
        if form.starts is None:
            yield from ((form, match) for match in form.pattern.finditer(text))
            continue
        if form.starts not in places:
            places[form.starts] = list(_places(text, form.starts))
        reached = 0
        for place in places[form.starts]:
            match = form.pattern.match(text, place) if place >= reached else None
            if match:
                yield form, match
                # A match that turns out to be no date must not hide one that begins within it.
                reached = match.end("day") if "day" in form.pattern.groupindex and match["day"] else match.end()


def _places(text: str, starts: re.Pattern[str] | Callable[[str], Iterator[int]]) -> Iterator[int]:
    return (match.start() for match in starts.finditer(text)) if isinstance(starts, re.Pattern) else starts(text)


_NUMBERS = re.compile(r"\d+")


@functools.cache
def _forms_of(language: str) -> tuple[_Form, ...]:
    if language in ("ja", "zh", "ko"):
        return (*_FIGURES, _FIGURES_BESIDE_WEEKDAY, _YEARS_AHEAD, *_CJK, *_CJK_OF[language])
    if language == "und":
        return (*_FIGURES, *_CJK, *_WESTERN, *_ENGLISH)
    own = _ENGLISH if language == "en" else _SHORT_FIGURES if day_first_in(language) else ()
    return (*_FIGURES, _WESTERN_YEARS_AHEAD, *_WESTERN, *own, *_weekday_forms(language), *_RELATIVE.get(language, ()))


# --------------------------------------------------------------------------------------------------------------- the calendar


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _single(day: dt.date | None) -> Days:
    return (DatedEvent(start=day),) if day else ()


def _span(start: dt.date | None, end: dt.date | None) -> Days:
    if start is None:
        return ()
    if end is None or end <= start or end - start > _LONGEST:
        return (DatedEvent(start=start),)
    return (DatedEvent(start=start, end=end),)


def _months(year: int, month: int, last: int | None = None) -> Days:
    """A month, or the months from one to another of the same year."""
    if not (1 <= month <= 12 and dt.MINYEAR <= year <= dt.MAXYEAR):
        return ()
    end = last if last and month < last <= 12 else month
    last_day = calendar.monthrange(year, end)[1]
    return (DatedEvent(start=dt.date(year, month, 1), end=dt.date(year, end, last_day), precision=Precision.MONTH),)


def _year_ahead(match: re.Match[str], scene: Scene) -> Days:
    """A year to come: "in 2028", 「2028年に」. One that has begun or is over says nothing of what happens."""
    year = int(match["ahead"])
    if year <= scene.today.year:
        return ()
    return (DatedEvent(start=dt.date(year, 1, 1), end=dt.date(year, 12, 31), precision=Precision.YEAR),)


def _shifted(today: dt.date, months: int) -> tuple[int, int]:
    """Year and month that many months on."""
    count = today.year * 12 + today.month - 1 + months
    return count // 12, count % 12 + 1


def _in_direction(days: Sequence[dt.date], today: dt.date, direction: int) -> dt.date | None:
    """The day nearest to today: of those not before it, not after it, or all."""
    fit = [day for day in days if not direction or (day >= today if direction > 0 else day <= today)]
    return min(fit, key=lambda day: abs(day - today), default=None)


def _yearless(scene: Scene, match: re.Match[str], month: int, day: int, direction: int = 0) -> dt.date | None:
    """That day in the year that is meant: one said before in the sentence, else the nearest, else the one the verb tells."""
    said = _year_said_before(scene, match.start())
    if said:
        return _day(said, month, day)
    days = [found for year in range(scene.today.year - 1, scene.today.year + 2) if (found := _day(year, month, day))]
    nearest = _in_direction(days, scene.today, direction)
    if direction or nearest is None or abs(nearest - scene.today) <= _CLOSE:
        return nearest
    return _in_direction(days, scene.today, _tense(scene, match.start(), match.end())) or nearest


_PAST_YEAR = compile_folded(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)\s?[年년]|\b(?:in|en|im|em|nel|w|в)\s(?P<year2>(?:19|20)\d\d)\b"
)


def _year_said_before(scene: Scene, place: int) -> int | None:
    """A past year that the sentence has spoken of before: 「2019年に提携し、5月3日に」."""
    begin, _ = _sentence(scene.text, place, place)
    years = [int(match["year"] or match["year2"]) for match in _PAST_YEAR.finditer(scene.text, begin, place)]
    return years[-1] if years and years[-1] < scene.today.year else None


def _month_yearless(
    scene: Scene, match: re.Match[str], month: int, direction: int = 0, last: int | None = None
) -> Days:
    said = _year_said_before(scene, match.start())
    if said:
        return _months(said, month, last)
    direction = direction or _tense(scene, match.start(), match.end())
    this = scene.today.replace(day=1)
    firsts = [dt.date(year, month, 1) for year in range(this.year - 1, this.year + 2)]
    first = _in_direction(firsts, this, direction)
    return _months(first.year, month, last) if first else ()


def _lone(scene: Scene, day: int, direction: int, about: dt.date | None = None) -> dt.date | None:
    """「12日」: the nearest twelfth, of this month or one beside it."""
    today = about or scene.today
    return _in_direction(_beside(day, today), today, direction)


def _beside(day: int, today: dt.date) -> list[dt.date]:
    """That day of this month and of those before and after it."""
    months = (_shifted(today, step) for step in (-1, 0, 1))
    return [found for year, month in months if (found := _day(year, month, day))]


def _weekday(scene: Scene, weekday: int, *, week: int | None = None, direction: int = 0) -> dt.date:
    """That day of the week: of this week or one beside it (weeks begin on Monday), else the nearest in a direction."""
    if week is not None:
        monday = scene.today - dt.timedelta(days=scene.today.weekday())
        return monday + dt.timedelta(days=7 * week + weekday)
    ahead = (weekday - scene.today.weekday()) % 7
    if direction < 0 and ahead:
        ahead -= 7
    return scene.today + dt.timedelta(days=ahead)


# ----------------------------------------------------------------------------------------------------------------- the verb

_ENDS = compile_folded(r"[。!?！？;；\n]|\.\s")
_FUTURE = {
    "en": r"\b(?:will|shall|to be|is to|are to|is set|are set|set to|plans?|planned|planning|scheduled|upcoming|due to|expected|going to|takes? place|opens|begins|starts|ahead of|next)\b",
    "de": r"\b(?:wird|werden|soll|sollen|findet|finden|geplant|plant|planen|beginnt|startet|bevor)\b",
    "fr": r"\b(?!opera\b|camera\b|front\b)\w{2,}(?:[eiduv]ra|ront)\b|\b(?:va|vont|prevue?s?|prochaine?)\b",
    "es": r"\b(?:ser|estar|tendr|habr|podr|har|ir|vendr|deber|visitar|firmar|recibir|viajar|participar|acoger|celebrar|asistir|inaugurar|presentar|reunir|llegar|comenzar|empezar|arrancar|durar|contar|abrir|cerrar|ofrecer|incluir|realizar|desarrollar|organizar|entregar|debatir|lanzar|iniciar)an?\b|\b(?:va|van) a\b|\b(?:previst\w+|proxim\w+)\b",
    "it": r"\b\w{2,}ranno\b|\b(?:sara|avra|si terra|fara|andra|verra|dovra|potra|svolgera|incontrera|visitera|firmera|partecipera|aprira|iniziera|ospitera|durera|ricevera|presentera|accogliera)\b|\b(?:previst\w+|prossim\w+)\b",
    "pt": r"\b(?:ser|estar|ter|haver|ir|far|dever|poder|visitar|assinar|receber|viajar|participar|acolher|celebrar|realizar|decorrer|inaugurar|apresentar|reunir|chegar|comecar|abrir)(?:a|ao)\b|\b(?:vai|vao|previst\w+|proxim\w+)\b",
    "nl": r"\b(?:zal|zullen|gaat|gaan|wordt|worden|vindt|gepland)\b",
    "ru": r"\b(?:буд[еу]т|состо[ия]тся|пройд[еу]т|планиру\w+|откро(?:ется|ют)|посет[ия]т|подпиш[еу]т|прибуд[еу]т|намечен\w*|запланирован\w*|предсто\w+|начн[еу]тся|прим[еу]т)\b",
    "uk": r"\b(?:буд[еу]ть?|відбудеться|відбудуться|плану\w+|пройд[еу]\w*|заплановано|відвіда[єю]\w*)\b",
    "pl": r"\b(?:bedzie|beda|odbedzie|odbeda|planowan\w+|planuje)\b",
    "ja": r"(?:予定|見込み?|方針|計画|[るくぐすつぬぶむうい]|です|ます)(?:という|とのこと|だ|です|である|と.{0,12}発表した|と.{0,12}明らかにした|と.{0,8}述べた)?」?$|予定",
    "zh": r"将|將|拟|擬|预计|預計|计划|計畫|計劃|定于|定於|即将|即將",
    "ko": r"예정|계획|방침|열린다|개최한다|(?:한|된|는|인)다\.?$|앞두|할 것|열 것",
}
_PAST = {
    "ja": r"(?:た|だった|ました|でした)(?:という|とのこと)?」?$",
    "zh": r"了|曾|已",
    "ko": r"(?:했|됐|였|었|았|렸|났|졌)(?:다|으며|고)(?<!밝혔다)(?<!전했다)(?<!말했다)(?<!설명했다)(?<!덧붙였다)",
    "en": r"\b(?:was|were|had|has|have|\w{3,}ed|met|held|took|came|went|said|began|made|gave)\b",
    "de": r"\b(?:war|waren|wurden?|hat|haben|hatten?|fand|trafen|kam|kamen|ging|\w{3,}(?:te|ten))\b",
    "fr": r"\b(?:a|ont|est|sont|etait|etaient|avait|avaient)\s\w+(?:e|es|ee|ees|i|is|u|us|t)\b",
    "es": r"\b(?:fue|fueron|ha|han|hubo|tuvo|visito|firmo|recibio|celebro|\w{3,}(?:aron|ieron))\b",
    "it": r"\b(?:ha|hanno|e stat\w+|sono stat\w+|era|erano)\b",
    "pt": r"\b(?:foi|foram|houve|teve|\w{3,}(?:aram|eram|iram)|\w{3,}ou)\b",
    "ru": r"\b\w{3,}(?:л|ла|ло|ли|лся|лась|лось|лись)\b",
    "uk": r"\b\w{3,}(?:в|ла|ло|ли|вся|лася|лося|лися)\b",
}
_FUTURES = {language: compile_folded(pattern) for language, pattern in _FUTURE.items()}
_PASTS = {language: compile_folded(pattern) for language, pattern in _PAST.items()}


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence around a span begins and ends, as far as it is looked at."""
    first = max(0, start - _SENTENCE)
    begin = max((mark.end() for mark in _ENDS.finditer(text, first, start)), default=first)
    mark = _ENDS.search(text, end, end + _SENTENCE)
    return begin, mark.start() if mark else min(len(text), end + _SENTENCE)


def _tense(scene: Scene, start: int, end: int) -> int:
    """1 if the sentence speaks of what is to come, -1 of what was, 0 if it does not tell."""
    begin, finish = _sentence(scene.text, start, end)
    sentence = scene.text[begin:finish].rstrip(" .")
    future, past = _FUTURES.get(scene.language), _PASTS.get(scene.language)
    if scene.language in _VERB_LAST:
        if future and future.search(sentence):
            return 1
        return -1 if past and past.search(sentence) else 0
    ahead = [(match.start() + begin, match.end() + begin) for match in future.finditer(sentence)] if future else []
    # "to be held", "is planned": what was done there is still to come.
    behind = [
        (first, last)
        for match in (past.finditer(sentence) if past else ())
        for first, last in [(match.start() + begin, match.end() + begin)]
        if not any(one[0] <= first <= one[1] + _OF_ONE_VERB for one in ahead)
    ]
    if not ahead or not behind:
        return 1 if ahead else -1 if behind else 0
    # Both, as in "opened on Tuesday in the city that will host": the verb nearest to the date tells.
    return 1 if _nearest(ahead, start, end) <= _nearest(behind, start, end) else -1


_VERB_LAST = frozenset({"ja", "ko", "zh"})  # or without tenses
_OF_ONE_VERB = 12  # characters in which a participle follows "will", "is to be"


def _nearest(verbs: Sequence[tuple[int, int]], start: int, end: int) -> int:
    """Characters between a date and the nearest verb."""
    return min(max(first - end, start - last, 0) for first, last in verbs)


# ------------------------------------------------------------------------------------- figures: 2026-07-08, 8.7.2026, 8.-10.7.2026


def _year_first(match: re.Match[str], _: Scene) -> Days:
    year, month = int(match["year"]), int(match["month"])
    start = _day(year, month, int(match["day"]))
    if not start or not match["day2"]:
        return _single(start)
    return _span(start, _day(int(match["year2"] or year), int(match["month2"] or month), int(match["day2"])))


def _year_last(match: re.Match[str], scene: Scene) -> Days:
    first, second, year = int(match["day"]), int(match["month"]), int(match["year"])
    if second > 12 and match["mark"] != ".":
        return _single(_day(year, first, second))
    if match["mark"] != "." and first <= 12 and first != second and not day_first_in(scene.language):
        return ()
    start = _day(year, second, first)
    if not match["before"]:
        return _single(start)
    month = int(match["month0"] or second)
    return _span(_day(year - (month > second), month, int(match["before"])), start) or _single(start)


def _era_figures(match: re.Match[str], _: Scene) -> Days:
    return _single(_day(2018 + int(match["year"]), int(match["month"]), int(match["day"])))


_CENTURY = re.compile(r"(?<!\d)20\d\d")
_YEARS_AHEAD = _Form(
    compile_folded(
        r"(?<!\d)(?P<ahead>20\d\d)(?:年(?:に(?!は?向)|[、,]|(?=[举舉召将將在于於主]))|년(?:에|\s(?=개최|열)))"
    ),
    _year_ahead,
    _CENTURY,
)
_WESTERN_YEARS_AHEAD = _Form(
    compile_folded(
        r"(?<!\w)(?:in|en|im jahre?|im|em|nel|w|в|у|i)\s(?P<ahead>20\d\d)(?:\s(?:году|році|roku))?(?!\s?[-–/]\s?\d|\d|[./]\d|\s?%|\s(?:euros?|dollars?|people|cities|jobs)\b)"
    ),
    _year_ahead,
)
_FIGURES = (
    _Form(
        compile_folded(
            r"(?<![\d/.-])(?P<year>20\d{2})\s?[/.-]\s?(?P<month>\d{1,2})\s?[/.-]\s?(?P<day>\d{1,2})(?![\d/])\.?(?:\s?\([^()]{1,4}\))?"
            r"(?:\s?(?:~|〜|∼|–|-|부터)\s?(?:(?P<year2>20\d{2})\s?[/.-]\s?)?(?:(?P<month2>\d{1,2})\s?[/.-]\s?)?(?P<day2>\d{1,2})(?![\d:/.-]))?"
        ),
        _year_first,
        _NUMBERS,
    ),
    _Form(
        compile_folded(
            r"(?<![\d/.-])(?:(?P<before>\d{1,2})\.?(?:(?P<month0>\d{1,2})\.?)?\s?(?:-|–|bis|a|al|do|до)\s?)?"
            r"(?P<day>\d{1,2})\s?(?P<mark>[./])\s?(?P<month>\d{1,2})\s?(?P=mark)\s?(?P<year>20\d{2})(?!\d|\.\d)"
        ),
        _year_last,
        _NUMBERS,
    ),
    _Form(
        compile_folded(r"(?<![a-z\d])r(?P<year>\d{1,2})[./年](?P<month>\d{1,2})[./月](?P<day>\d{1,2})(?!\d)"),
        _era_figures,
        re.compile(r"r(?=\d)"),
    ),
)


def _short_figures(match: re.Match[str], scene: Scene) -> Days:
    """Day and month in figures after an article: "am 14.6.", "le 14/06"."""
    month = int(match["month"] or match["slashed"])
    return _single(_yearless(scene, match, month, int(match["day"])))


def _with_weekday(match: re.Match[str], scene: Scene) -> Days:
    """Month and day in figures beside a weekday: 7/8(水)〜10(金), 7.8(수)."""
    start = _yearless(scene, match, int(match["month"]), int(match["day"]))
    if not start or not match["day2"]:
        return _single(start)
    return _span(start, _day(start.year, int(match["month2"] or start.month), int(match["day2"])))


_ARTICLES_OF_DAYS = (
    "am", "vom", "zum", "ab", "dem", "bis", "le", "du", "au", "el", "del", "al", "il", "dal", "den", "dne", "dnia", "dia",
)  # fmt: skip
_SHORT_FIGURES = (
    _Form(
        re.compile(
            "(?:"
            + "|".join(rf"(?<=\b{word}\s)" for word in _ARTICLES_OF_DAYS)
            + r")(?P<day>3[01]|[12]\d|0?[1-9])(?:\.\s?(?P<month>1[0-2]|0?[1-9])\.|/(?P<slashed>1[0-2]|0?[1-9]))(?![\d./]|\s?\d)"
        ),
        _short_figures,
        _NUMBERS,
    ),
)
_FIGURES_BESIDE_WEEKDAY = _Form(
    compile_folded(
        r"(?<![\d/.])(?P<month>1[0-2]|0?[1-9])(?P<mark>[/.])(?P<day>3[01]|[12]\d|0?[1-9])\.?\s?\([月火水木金土日월화수목금토일][^()]{0,4}\)"
        r"(?:\s?(?:~|〜|-|から|부터)\s?(?:(?P<month2>1[0-2]|0?[1-9])[/.])?(?P<day2>3[01]|[12]\d|0?[1-9])\.?\s?\([월화수목금토일月火水木金土日][^()]{0,4}\))?"
    ),
    _with_weekday,
    _NUMBERS,
)


# ----------------------------------------------------------------------------------------------- Chinese, Japanese and Korean


def _folded(words: dict[str, int]) -> dict[str, int]:
    return {fold(word): number for word, number in words.items()}


_ERAS = _folded({"令和": 2018, "平成": 1988, "昭和": 1925, "民国": 1911, "民國": 1911})
_YEAR_WORDS = _folded({
    "今年": 0, "本年": 0, "올해": 0, "금년": 0, "올": 0, "昨年": -1, "去年": -1, "지난해": -1, "작년": -1, "一昨年": -2, "前年": -2, "재작년": -2,
    "来年": 1, "來年": 1, "明年": 1, "내년": 1, "再来年": 2, "后年": 2, "後年": 2, "내후년": 2, "同年": 0, "翌年": 1, "次年": 1, "이듬해": 1,
})  # fmt: skip
_OF_BEFORE = frozenset(map(fold, ("同年", "翌年", "次年", "이듬해")))  # years counted from the one last spoken of
_MONTH_WORDS = _folded({
    "今月": 0, "当月": 0, "本月": 0, "这个月": 0, "這個月": 0, "이달": 0, "이번 달": 0, "이번달": 0, "금월": 0,
    "来月": 1, "下月": 1, "下个月": 1, "下個月": 1, "내달": 1, "다음 달": 1, "다음달": 1, "再来月": 2, "다다음 달": 2,
    "同月": 0, "같은 달": 0, "先月": -1, "上月": -1, "上个月": -1, "上個月": -1, "지난달": -1, "지난 달": -1, "先々月": -2,
})  # fmt: skip
_SAME_MONTH = frozenset(map(fold, ("同月", "같은 달")))
_DIRECTIONS = _folded({"오는": 1, "지난": -1, "来る": 1, "きたる": 1, "去る": -1})
_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_UNIT = r"[日号號일]"
_YEARS = (
    r"(?:(?P<year>(?:19|20)\d{2}|(?:令和|平成|昭和|民国|民國)\s?(?:\d{1,3}|元)|[一二][〇零○一二三四五六七八九]{3})\s?(?:\([^()]{1,10}\)\s?)?[年년]\s?(?:\([^()]{1,10}\)\s?)?"
    r"|(?P<yearword>" + "|".join(sorted(_YEAR_WORDS, key=len, reverse=True)) + r")の?[、,]?\s?)"
)
_MONTHWORD = r"(?P<monthword>" + "|".join(sorted(_MONTH_WORDS, key=len, reverse=True)) + r")の?\s?"
_DIRECTION = r"(?:(?P<direction>오는|지난|来る|きたる|去る)\s?)?"
_BESIDE = (
    r"(?:\s?\([^()]{1,8}\)|\s?(?:星期|周|週)[一二三四五六日天]|\s?[月火水木金土日]曜日?|\s?[월화수목금토일]요일)?"
    r"(?:\s?(?:午前|午後|上午|下午|오전|오후)?\s?\d{1,2}(?:[時时시点]|:\d\d)(?:\d{1,2}[分분]|半)?)?"
)
_TO = r"\s?(?P<to>-|–|—|~|〜|∼|から|より|起?至|起?到|부터|ー|에서|[・·、,，とや和及]|및|과|와)\s?"
_UNTIL = (
    r"(?:\s?(?:から|より|부터|起)(?:の|,|、|，|\s)?(?:为期|為期|连续|連續|一连|一連|连|連)?(?P<lasting>\d{1,2}|[一二三四五六七八九十两兩]|이틀|사흘|나흘|닷새|엿새|이레)\s?(?:日間|日间|天|일간|간)"
    r"|"
    + _TO
    + r"(?:(?:(?P<year2>(?:19|20)\d{2})\s?[年년]\s?|(?P<nextyear>翌年|来年|明年|次年|이듬해|내년)の?\s?)?(?:(?P<month2>"
    + _N
    + r")\s?[月월]\s?|(?P<nextmonth>来月|翌月|下月|下个月|다음\s?달|내달)の?\s?)?)?(?P<day2>"
    + _N
    + rf")\s?(?:{_UNIT}(?![間间간目째])|(?=の?両日)))"
)
_TOGETHER = frozenset(map(fold, "・·、,，とや和及및과와"))


_LUNAR = compile_folded("农历|農曆|旧暦|陰暦|음력")


def _month_meant(word: str, scene: Scene) -> tuple[int, int] | None:
    """Year and month of 「来月」, or of 「同月」, which is that of the date before."""
    if word in _SAME_MONTH:
        return (scene.previous.start.year, scene.previous.start.month) if scene.previous else None
    return _shifted(scene.today, _MONTH_WORDS[word]) if scene.certain else None


def _cjk_day(match: re.Match[str], scene: Scene) -> Days:
    """Month and day, the month in figures or as 「来月」, with or without a year, with or without an end."""
    if not match["unit"] and not match["day2"]:
        return ()
    if _LUNAR.search(match.string, max(0, match.start() - 4), match.start()):
        return UNTOLD
    day = number_of(match["day"])
    word = match["monthword"]
    if word:
        year_month = _month_meant(word, scene)
        if not year_month:
            return UNTOLD
        start = _day(*year_month, day)
    else:
        month = number_of(match["month"])
        said = _cjk_year(match, scene)
        direction = _DIRECTIONS.get(match["direction"] or "", 0)
        start = _day(said, month, day) if said else _yearless(scene, match, month, day, direction)
    return _until(match, start)


def _until(match: re.Match[str], start: dt.date | None) -> Days:
    """A start with the end that the match gives it: a range, or two days that are named together."""
    if start is None:
        return ()
    if match["lasting"]:
        return _span(start, start + dt.timedelta(days=_length(match["lasting"]) - 1))
    if not match["day2"]:
        return _single(start)
    month = number_of(match["month2"]) if match["month2"] else start.month
    year = int(match["year2"]) if match["year2"] else start.year + bool(match["nextyear"])
    if match["nextmonth"]:
        year, month = _shifted(start, 1)
    end = _day(year, month, number_of(match["day2"]))
    if end and end < start and not match["year2"]:
        end = _day(year + 1, month, end.day) if match["month2"] else None
    if end and match["to"] in _TOGETHER and end - start > dt.timedelta(days=1):
        return (DatedEvent(start=start), DatedEvent(start=end))
    return _span(start, end)


_KOREAN_DAYS = {"이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "이레": 7}


def _length(words: str) -> int:
    """Days that something lasts, as 「3」 or 「사흘」."""
    return _KOREAN_DAYS.get(words) or number_of(words.replace("两", "二").replace("兩", "二"))


def _cjk_year(match: re.Match[str], scene: Scene) -> int | None:
    """The year that the text says, if it says one that can be told."""
    if word := match["yearword"]:
        if word in _OF_BEFORE:
            before = _year_said_before(scene, match.start())
            base = before or (scene.previous.start.year if scene.previous else None)
            return (base or scene.today.year) + _YEAR_WORDS[word]
        return scene.today.year + _YEAR_WORDS[word]
    text = match["year"] or ""
    for era, before in _ERAS.items():
        if text.startswith(era):
            number = text.removeprefix(era).strip()
            return before + (1 if number == "元" else int(number))
    return number_of(text) if text else None


def _cjk_month(match: re.Match[str], scene: Scene) -> Days:
    if word := match["monthword"]:
        year_month = None if word in _SAME_MONTH else _month_meant(word, scene)
        return _months(*year_month) if year_month else UNTOLD
    month, said = number_of(match["month"]), _cjk_year(match, scene)
    last = int(match["last"]) if match["last"] else None
    if said:
        return _months(said, month, last)
    return _month_yearless(scene, match, month, _DIRECTIONS.get(match["direction"] or "", 0), last)


def _cjk_lone(match: re.Match[str], scene: Scene) -> Days:
    """「12日」 or 「12日から14日」: the nearest, unless a word or the verb tells another that is about as near."""
    day, direction = number_of(match["day"]), _DIRECTIONS.get(match["direction"] or "", 0)
    if scene.previous and _LISTED.search(match.string, max(0, match.start() - 3), match.start()):
        after = scene.previous.start
        return _until(match, _in_direction(_beside(day, after), after, 1))
    nearest = _lone(scene, day, direction)
    if not direction and nearest:
        told = _lone(scene, day, _tense(scene, match.start(), match.end()))
        if told and abs(told - scene.today) <= _ABOUT_AS_NEAR * abs(nearest - scene.today):
            nearest = told
    return _until(match, nearest)


_LISTED = compile_folded(r"[日일][・、,]\s?$")  # 10月1日・8日・15日
_ABOUT_AS_NEAR = 3  # times as far; another month's day would be said with its month


def _cjk_beside_word(match: re.Match[str], scene: Scene) -> Days:
    """今(22)日: the word and the figure say the same day."""
    about = scene.today + dt.timedelta(days=_DAY_WORDS[match["word"] + "日"])
    return _until(match, _lone(scene, int(match["day"]), 0, about)) if scene.certain else UNTOLD


_DAY_WORDS = _folded({
    "今日": 0, "本日": 0, "当日": 0, "昨日": -1, "明日": 1, "前日": -1, "翌日": 1,
    "今天": 0, "昨天": -1, "明天": 1, "后天": 2, "後天": 2, "前天": -2, "今晚": 0, "昨晚": -1, "明晚": 1, "今早": 0,
    "きょう": 0, "きのう": -1, "あす": 1, "明後日": 2, "あさって": 2, "一昨日": -2, "おととい": -2, "今夜": 0, "昨夜": -1, "今朝": 0,
    "오늘": 0, "어제": -1, "내일": 1, "모레": 2, "그제": -2, "그저께": -2,
})  # fmt: skip


def _day_word(match: re.Match[str], scene: Scene) -> Days:
    return _single(scene.today + dt.timedelta(days=_DAY_WORDS[match["word"]])) if scene.certain else UNTOLD


_WEEKS = _folded({
    "先々週": -2, "先週": -1, "今週": 0, "来週": 1, "再来週": 2, "上上": -2, "上": -1, "本": 0, "这": 0, "這": 0, "下": 1, "下下": 2,
    "지난주": -1, "이번주": 0, "금주": 0, "다음주": 1,
})  # fmt: skip
_WEEKDAYS = _folded({day: number for days in ("月火水木金土日", "一二三四五六日", "월화수목금토일") for number, day in enumerate(days)} | {"天": 6})  # fmt: skip


def _cjk_weekday(match: re.Match[str], scene: Scene) -> Days:
    if not scene.certain:
        return UNTOLD
    weekday, week = _WEEKDAYS[match["weekday"]], (match["week"] or "").replace(" ", "")
    if week in _WEEKS:
        return _single(_weekday(scene, weekday, week=_WEEKS[week]))
    direction = _DIRECTIONS.get(week, 0) or {"次": 1, "今度": 1}.get(week, 0)
    return _single(_weekday(scene, weekday, direction=direction or _tense(scene, match.start(), match.end()) or -1))


def _first_letters(*words: str) -> re.Pattern[str]:
    return re.compile("[0-9" + "".join(sorted({fold(word)[0] for word in words})) + "]")


_CJK_STARTS = _first_letters(*"一二三四五六七八九十〇令平昭民", *_YEAR_WORDS, *_MONTH_WORDS, *_DIRECTIONS)
_LONE_STARTS = _first_letters(*_DIRECTIONS)
_CJK_NOT_MONTH = r"(?![月월])"
_CJK = (
    _Form(
        compile_folded(
            rf"(?:{_YEARS}|{_DIRECTION})(?:(?P<month>{_N})\s?[月월]\s?|{_MONTHWORD})(?P<day>{_N}){_CJK_NOT_MONTH}\s?(?P<unit>{_UNIT})?(?(unit)(?![間间간目째])){_BESIDE}(?:{_UNTIL})?"
        ),
        _cjk_day,
        _CJK_STARTS,
    ),
    _Form(
        compile_folded(
            rf"{_YEARS}(?P<month>{_N})\s?[月월](?!\s?\d)(?:\s?(?:から|至|到|부터|~|〜|∼|-|–)\s?(?P<last>\d{{1,2}})\s?[月월](?!\s?\d))?(?P<monthword>(?!))?(?P<direction>(?!))?"
        ),
        _cjk_month,
        _CJK_STARTS,
    ),
    _Form(
        compile_folded(
            rf"(?<![\d年년/.]){_DIRECTION}(?P<month>1[0-2]|[1-9])[月월](?!\s?\d|[号號])(?:\s?(?:から|至|到|부터|~|〜|∼|-|–)\s?(?P<last>\d{{1,2}})\s?[月월](?!\s?\d))?"
            r"(?=[にのまか初上中下末、,，以在举舉将]|[ ]?(?:중순|초|말|중|하순|상순|에|부터|까지|개최))(?P<monthword>(?!))?(?P<year>(?!))?(?P<yearword>(?!))?"
        ),
        _cjk_month,
        _CJK_STARTS,
    ),
    _Form(
        compile_folded(rf"(?<![가-힣]){_MONTHWORD}(?!\s?\d)(?P<month>(?!))?(?P<last>(?!))?"),
        _cjk_month,
        _CJK_STARTS,
    ),
    _Form(
        compile_folded(rf"(?P<word>今|昨|明|本|前)\s?\((?P<day>\d{{1,2}})\)\s?日{_BESIDE}(?:{_UNTIL})?"),
        _cjk_beside_word,
    ),
)
_LONE_REST = r"(?P<unit>(?!))?"
_NOT_LONE = r"(?<![\d月월./年년第計计約约每毎為为丸]|[\d.,] )"
_CJK_OF = {
    "ja": (
        _Form(
            compile_folded(
                rf"(?<![\d月./年第計約毎丸])(?<!\d ){_DIRECTION}(?P<day>\d{{1,2}})(?:日(?![間目本常系程])(?!以[内上]|ぶり|あたり|当たり|ごと)|(?=[~〜・-]\d{{1,2}}日)){_BESIDE}"
                rf"(?:{_UNTIL})?(?=[、,にのまはかと夜朝昼午付開夕未深早晩)~〜]| |$)"
            ),
            _cjk_lone,
            _LONE_STARTS,
        ),
        _Form(
            compile_folded(
                r"(?P<word>本日|昨日|明後日|一昨日|明日(?!の(?!午|夜|朝|式|会))|今日(?=[、,午開夕夜行])|きょう(?=[、,午開夕夜\d])|きのう|あす(?=[、,午開夕夜のに])|昨夜|今朝|今夜)"
            ),
            _day_word,
        ),
        _Form(
            compile_folded(
                r"(?:(?P<week>先々週|先週|今週|来週|再来週|次|今度)の?|(?<![毎各々日(月火水木金土・、\d])(?<!毎週)(?<!隔週))(?P<weekday>[月火水木金土日])曜日?(?![)・ご\d]|から[月火水木金土日]曜|、[月火水木金土日]曜)"
            ),
            _cjk_weekday,
        ),
    ),
    "zh": (
        _Form(
            compile_folded(
                rf"(?<![\d月./年第约約每为為期近共])(?<!\d ){_DIRECTION}(?P<day>\d{{1,2}})(?:日(?![内內游遊程制报報本])(?!以[内上]|之内|左右|之久)|(?=[~—至到、-]\d{{1,2}}日)){_BESIDE}(?:{_UNTIL})?"
            ),
            _cjk_lone,
            _LONE_STARTS,
        ),
        _Form(
            compile_folded(
                r"(?P<word>今天(?!的)|昨天(?!的)|明天(?!的)|后天|後天|前天|今日(?![头頭中の的])|昨日|明日|今晚|昨晚|明晚|今早)"
            ),
            _day_word,
        ),
        _Form(
            compile_folded(
                r"(?<![每各一两兩二三四五六七八九十\d几幾])(?P<week>上上|下下|上|本|这|這|下)?(?:个|個)?(?:周|週|星期|礼拜|禮拜)(?P<weekday>[一二三四五六日天])(?![至到-](?:周|週|星期)?[一二三四五六日])(?!次|年|期|届|屆|个|場|场)"
            ),
            _cjk_weekday,
        ),
    ),
    "ko": (
        _Form(
            compile_folded(
                rf"(?<![\d월./년제약매])(?<![월년] )(?<!\d ){_DIRECTION}(?P<day>\d{{1,2}})(?:일(?![간째정])(?!\s?(?:동안|이내|만에|뒤|전\b|후\b|이상))|(?=[~∼-]\d{{1,2}}일)){_BESIDE}"
                rf"(?:{_UNTIL})?(?=[ ,에부까오자과와의은이)~∼]|$|로|\.)"
            ),
            _cjk_lone,
            _LONE_STARTS,
        ),
        _Form(compile_folded(r"(?<![가-힣])(?P<word>오늘(?!날)|어제|내일|모레|그제|그저께)"), _day_word),
        _Form(
            compile_folded(
                r"(?<![가-힣(])(?P<week>지난\s?주|이번\s?주|금주|다음\s?주|오는|지난)?\s?(?P<weekday>[월화수목금토일])요일(?!마다|[)~∼])"
            ),
            _cjk_weekday,
        ),
    ),
}


# --------------------------------------------------------------------------------------------- Latin, Greek and Cyrillic letters

_WORD = r"[^\W\d_]{3,12}"
_ORDINAL = r"(?:st|nd|rd|th|er|re|o|a|\.|-го|-е)?"
_ARTICLE = r"(?:(?:the|le|el|dem|den|zum|il|lo|al|au|am|o|ao|dia|de)\s)?"
_TOS = (
    r"-|—|/|hasta|fino|ate|to|and|through|thru|until|till|til|au|et|al|bis zum|bis|und|por|y|a|e|ed|tot en met|tot|t/m|en|och|og|do|i|по|и|до|й|та"
    r"|ile|ve|sampai|hingga|dan|&|,"
)
_WESTERN_TO = rf"(?:\s?-\s?|\s?—\s?|/|,\s|\s(?P<to>{_TOS})\s|\.\s?-\s?){_ARTICLE}"
_NAMED_TOGETHER = frozenset(
    ["and", "et", "und", "y", "e", "ed", "en", "och", "og", "i", "и", "й", "та", "ve", "dan", "&", ","]
)
_BETWEEN = compile_folded(
    r"\b(?:between|zwischen(?: dem)?|entre(?: (?:le|el|los|les|os))?|tra(?: il)?|fra(?: il)?|tussen|mellan|mellem|mellom|miedzy|между)\s$"
)
_YEAR_AFTER = (
    r"(?:,?\s(?:de |del |of )?(?P<year>(?:19|20)\d{2})(?!\d)|\s(?P<suffix>prochaine?|dernier|derniere|proximo|pasado|passado|ultimo|prossimo|scorso|next year"
    r"|this year|last year|last|nachsten jahres|kommenden jahres|dieses jahres|de este ano|del ano que viene|del proximo ano|de cette annee|de l'annee prochaine|deste ano|di quest'anno|следующего года"
    r"|этого года|текущего года|прошлого года|цього року|наступного року)\b)?"
)
_NEXT_YEAR = frozenset(["next year", "nachsten jahres", "kommenden jahres", "del ano que viene", "del proximo ano", "de l'annee prochaine", "следующего года", "наступного року"])  # fmt: skip
_THIS_YEAR = frozenset(["this year", "dieses jahres", "de este ano", "de cette annee", "deste ano", "di quest'anno", "этого года", "текущего года", "цього року"])  # fmt: skip
_LAST_YEAR = frozenset(["last year", "прошлого года"])
_AHEAD = frozenset(["prochain", "prochaine", "proximo", "prossimo", "next", "coming", "upcoming"])
_BEHIND = frozenset(["dernier", "derniere", "pasado", "passado", "ultimo", "scorso", "last"])
_BEFORE_AHEAD = compile_folded(
    r"\b(?:next|coming|upcoming|this coming|proximo|proximos|prossimo|prossimi|kommenden|nachsten|prochains?|ближайш\w+|следующ\w+)\s$"
)
_BEFORE_BEHIND = compile_folded(r"\b(?:last|past|pasado|pasados|passado|scorso|scorsi|vergangenen|letzten|прошл\w+)\s$")


def _side(match: re.Match[str]) -> int:
    """1 for "next" or "coming" beside a date, -1 for "last", 0 for neither."""
    suffix = match["suffix"]
    before = match.string[max(0, match.start() - 16) : match.start()]
    if suffix in _AHEAD or _BEFORE_AHEAD.search(before):
        return 1
    return -1 if suffix in _BEHIND or _BEFORE_BEHIND.search(before) else 0


def _western_year(match: re.Match[str], scene: Scene) -> int | None:
    if match["year"]:
        return int(match["year"])
    suffix = match["suffix"]
    for words, step in ((_THIS_YEAR, 0), (_NEXT_YEAR, 1), (_LAST_YEAR, -1)):
        if suffix in words:
            return scene.today.year + step if scene.certain else None
    return None


def _dated(match: re.Match[str], scene: Scene, month: int, day: int) -> dt.date | None:
    said = _western_year(match, scene)
    return _day(said, month, day) if said else _yearless(scene, match, month, day, _side(match))


def _month_in(word: str | None, beside_year: bool) -> int | None:
    return month_named(word, beside_year=beside_year) if word else None


def _western_day(match: re.Match[str], scene: Scene) -> Days:
    """Day before month: "6-9 July 2026", "du 3 au 5 decembre", "28 November to 2 December"."""
    last_month = _month_in(match["month2"], beside_year=bool(match["year"]))
    if not last_month:
        return ()
    if not match["day2"]:
        return () if match["month"] else _single(_dated(match, scene, last_month, int(match["day"])))
    month = _month_in(match["month"], beside_year=True) if match["month"] else last_month
    end = _dated(match, scene, last_month, int(match["day2"]))
    if not end or not month:
        return ()
    start = _day(int(match["year0"] or end.year), month, int(match["day"]))
    if start and start > end and not match["year0"]:
        start = _day(end.year - 1, month, start.day)
    between = [_day(end.year, last_month, int(day)) for day in re.findall(r"\d+", match["more"])]
    if between:
        return _listed([day for day in (start, *between, end) if day])
    return _together(match, start, end)


def _listed(days: list[dt.date]) -> Days:
    """Days that are named one by one ("6, 7 and 8 July"): a range where no day is missing, else each."""
    if days[-1] - days[0] == dt.timedelta(days=len(days) - 1):
        return _span(days[0], days[-1])
    return [DatedEvent(start=day) for day in days]


def _together(match: re.Match[str], start: dt.date | None, end: dt.date) -> Days:
    """A range, or two days that "and" names together."""
    if start is None:
        return _single(end)
    apart = end - start > dt.timedelta(days=1)
    if apart and match["to"] in _NAMED_TOGETHER and not _BETWEEN.search(match.string[: match.start()][-16:]):
        return (DatedEvent(start=start), DatedEvent(start=end))
    return _span(start, end)


def _month_first(match: re.Match[str], scene: Scene) -> Days:
    """Month before day: "July 6-9, 2026", "November 28 to December 2"."""
    month = _month_in(match["month"], beside_year=True)
    if month and match["year0"]:
        start = _day(int(match["year0"]), month, int(match["day"]))
    else:
        start = _dated(match, scene, month, int(match["day"])) if month else None
    if not start or not match["day2"]:
        return _single(start)
    last_month = (_month_in(match["month2"], beside_year=True) if match["month2"] else None) or start.month
    end = _day(start.year, last_month, int(match["day2"]))
    if end and end < start:
        end = _day(start.year + 1, last_month, end.day) if match["month2"] else None
        if end and match["year"] and not match["year0"]:  # "December 28 - January 3, 2027": the year is the end's
            start, end = start.replace(year=start.year - 1), end.replace(year=end.year - 1)
    return _together(match, start, end) if end else _single(start)


def _western_month(match: re.Match[str], scene: Scene) -> Days:
    """A month beside its preposition: "in July", "next March", "en marzo de 2027", "в мае"."""
    month = _month_in(match["month"], beside_year=bool(match["year"])) or _LOCATIVES.get(match["month"])
    if not month:
        return ()
    said = _western_year(match, scene)
    if said:
        return _months(said, month)
    if match["prep"] in ("a", "ad") and scene.language != "it":
        return ()
    if match["month"] in _MONTHS_TOO and match["prep"] not in _BEFORE_MONTHS:
        return ()
    direction = _side(match) or {"next": 1, "last": -1}.get(match["prep"] or "", 0)
    if direction and scene.today.month == month:  # "next March", said in March, is the year after's
        return _months(scene.today.year + direction, month)
    return _month_yearless(scene, match, month, direction)


_A_YEAR = re.compile(r"20\d\d(?![\d-])")
_MONTH_BEFORE = compile_folded(rf"(?<!\w)({_WORD})\.?,?\s(?:de\s|del\s|of\s)?$")


def _before_years(text: str) -> Iterator[int]:
    """Where the words before years begin."""
    for year in _A_YEAR.finditer(text):
        first = max(0, year.start() - 20)  # the longest month with "del" takes 18
        word = _MONTH_BEFORE.search(text[first : year.start()])
        if word:
            yield first + word.start(1)


_MONTHS_TOO = frozenset({"may", "mart", "maj"})  # words besides
_BEFORE_MONTHS = frozenset({"in", "for", "next", "last", "this", "early", "late", "mid"})


def _month_of_year(match: re.Match[str], _: Scene) -> Days:
    month = _month_in(match["month"], beside_year=True)
    return _months(int(match["year"]), month) if month else ()


_LOCATIVES = {  # "in March" in Russian, Ukrainian and Polish
    name: number
    for names in (
        "январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре",
        "січні лютому березні квітні травні червні липні серпні вересні жовтні листопаді грудні",
        "styczniu lutym marcu kwietniu maju czerwcu lipcu sierpniu wrzesniu pazdzierniku listopadzie grudniu",
    )
    for number, name in enumerate(names.split(), 1)
}
_MONTH_BESIDE = r"(?P<prep>for|para|pour|fur|per|na|на|к|в начале|в конце|в середине|in|en|im|em|a|ad|w|в|у|next|last|this|by|until|since|during|fin|finales de|principios de|mediados de|debut|mi|early|late|mid|end of|inizio|meta|fine|початку|кінці|anfang|mitte|ende|seit|ab|bis|depuis|nel)"
_WESTERN = (
    _Form(
        compile_folded(
            rf"(?<![\d.,:/$€£-])\b(?P<day>3[01]|[12]\d|0?[1-9]){_ORDINAL}(?![\d%:])(?P<more>(?:,\s(?:3[01]|[12]\d|0?[1-9]){_ORDINAL}(?=,|\s(?:and|et|und|y|e|i|и|og|och|en)\s))*)"
            rf"(?:(?:\s(?:de\s|of\s)?(?P<month>{_WORD})\.?)??(?:,?\s(?P<year0>20\d{{2}}))?(?:{_WESTERN_TO}(?:{_WORD},?\s)?(?P<day2>3[01]|[12]\d|0?[1-9]){_ORDINAL}))?"
            rf"\s(?:de\s|of\s|d')?(?P<month2>{_WORD})\b(?:\.(?=,?\s\d{{4}}))?{_YEAR_AFTER}"
        ),
        _western_day,
        _NUMBERS,
    ),
    _Form(
        compile_folded(rf"\b{_MONTH_BESIDE}[\s-](?:(?:early|late|mid|the month of|el mes de|mes de)[\s-])?(?P<month>{_WORD})\b{_YEAR_AFTER}(?!\s\d|\s?-\s?\d)"),
        _western_month,
    ),
    _Form(compile_folded(rf"\b(?P<month>{_WORD})\.?,?\s(?:de\s|del\s|of\s)?(?P<year>20\d{{2}})(?![\d-])"), _month_of_year, _before_years),
)  # fmt: skip


def _of_month(match: re.Match[str], scene: Scene) -> Days:
    """A day of the month in English: "on the 22nd"."""
    if match["steps"]:
        step = {"this": 0, "next": 1, "last": -1}[match["steps"]]
        return _single(_day(*_shifted(scene.today, step), int(match["day"]))) if scene.certain else UNTOLD
    return _single(_lone(scene, int(match["day"]), _tense(scene, match.start(), match.end())))


_ENGLISH_MONTHS = r"january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
_ENGLISH = (
    _Form(
        compile_folded(
            rf"\b(?P<month>{_ENGLISH_MONTHS})\.?\s(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?:(?:,?\s(?P<year0>20\d{{2}}))?{_WESTERN_TO}(?:(?P<month2>{_ENGLISH_MONTHS})\.?\s)?(?P<day2>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?!\d|:))?"
            rf"(?!\d|:\d|\s?(?:percent|%|people|cities|million)){_YEAR_AFTER}"
        ),
        _month_first,
    ),
    _Form(
        compile_folded(
            r"\bon the (?P<day>3[01]|[12]\d|[1-9])(?:st|nd|rd|th)(?: of (?P<steps>this|next|last) month|(?=[.,;]|$))"
        ),
        _of_month,
        hints=("on the ",),
    ),
)


def _western_weekday(names: dict[str, int]) -> Callable[[re.Match[str], Scene], Days]:
    def read(match: re.Match[str], scene: Scene) -> Days:
        if match["habit"] or not scene.certain:
            return UNTOLD
        weekday = names[match["weekday"]]
        said = f"{match['side'] or ''} {match['suffix'] or ''}"
        if match["side"] == "next" and _weekday(scene, weekday, direction=1) <= _sunday(scene.today):
            return _single(_weekday(scene, weekday, week=1))
        if match["side"] == "this":
            return _single(_weekday(scene, weekday, week=0))
        direction = 1 if _SIDE_AHEAD.search(said) else -1 if _SIDE_BEHIND.search(said) else 0
        day = _weekday(scene, weekday, direction=direction or _tense(scene, match.start(), match.end()) or -1)
        if direction and day == scene.today:
            day += dt.timedelta(days=7 * direction)
        return _single(day)

    return read


def _sunday(today: dt.date) -> dt.date:
    return today + dt.timedelta(days=6 - today.weekday())


_SIDE_AHEAD = compile_folded(
    r"next|coming|prochain|proxim|prossim|kommend|nachst|volgend|komend|следующ|ближайш|наступн|que viene|que vem|najbliz|przysz"
)
_SIDE_BEHIND = compile_folded(
    r"last|past|dernier|pasad|passad|scors|vergangen|letzt|vorig|afgelopen|прошл|минул|ubieg|zesz"
)
# Monday to Sunday; forms after "/" are cases of the same day.
_WEEKDAY_NAMES = {
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "de": "montag dienstag mittwoch donnerstag freitag samstag/sonnabend sonntag",
    "es": "lunes martes miercoles jueves viernes sabado domingo",
    "it": "lunedi martedi mercoledi giovedi venerdi sabato domenica",
    "pt": "segunda-feira terca-feira quarta-feira quinta-feira sexta-feira sabado domingo",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "ru": "понедельник вторник среду/среда четверг пятницу/пятница субботу/суббота воскресенье",
    "uk": "понеділок вівторок середу/середа четвер п'ятницю/п'ятниця суботу/субота неділю/неділя",
    "pl": "poniedziałek wtorek srode/sroda czwartek piatek sobote/sobota niedziele/niedziela",
}
_HABITS = r"(?:every |each |chaque |cada |jeden |il |o |am |le |el )?(?:first|second|third|fourth|premier|deuxieme|primer|segundo|ersten|zweiten|dritten|primo|primeiro)|every|each|tous les|chaque|los|cada|todos los|jeden|jede|ogni|iedere|elke|каждый|каждую|кожен|co|black|good|easter|palm|cyber|holy|bloody|super|until|from"
_SIDE = r"(?:(?P<side>this coming|next|last|past|this|coming|el proximo|el pasado|proximo|pasado|proxima|passada|prossimo|scorso|kommenden|nachsten|vergangenen|letzten|volgende|komende|vorige|afgelopen|следующий|следующую|ближайший|ближайшую|прошлый|прошлую|прошлое|минулий|минулу|ubiegly|ubiegla|najblizszy|najblizsza)\s)?"


def _weekday_forms(language: str) -> tuple[_Form, ...]:
    names = {
        name.replace("ł", "l"): number
        for number, cases in enumerate(_WEEKDAY_NAMES.get(language, "").split())
        for name in cases.split("/")
    }
    if not names:
        return ()
    words = "|".join(sorted(names, key=len, reverse=True))
    capital = r"(?!\s(?:times|school|mass|market|league|prayers?|for future))"
    another = rf"(?!\s?(?:-|to|through|bis|a|au|al|and|et|y|und|e|по)\s(?:{words}))"
    # A day of the month beside it says more: "mardi 14 juin", "Tuesday, July 14", "am Dienstag, den 14. Juni".
    dated = rf",?\s?\(?(?:(?:the|den|dem|le|el|dia|il)\s)?(?:\d{{1,2}}\b(?![:.]\d|\s?(?:uhr|h\b|am\b|pm\b))|(?:{_ENGLISH_MONTHS})\.?\s\d)"
    pattern = compile_folded(
        rf"(?:(?P<habit>{_HABITS})\s)?{_SIDE}(?P<weekday>{words})(?![\w-]){capital}{another}(?!{dated})"
        r"(?:\s(?P<suffix>prochain|dernier|proximo|pasado|prossimo|scorso|que viene|que vem|passada?))?"
    )
    spanned = compile_folded(
        rf"(?<!\w)(?P<weekday>{words})(?:\s?[-–]\s?|\s(?:{_TOS_OF_DAYS})\s(?:the\s|el\s|le\s|il\s)?)(?P<last>{words})(?![\w-])(?!{dated})"
    )
    name = re.compile(words)
    before = compile_folded(rf"\b(?:(?:{_HABITS})\s)?{_SIDE}$")

    def begin(text: str) -> Iterator[int]:
        """Where the weekdays begin that stand by themselves, with what says which one is meant."""
        for match in name.finditer(text):
            first = max(0, match.start() - _BEFORE_WEEKDAY)
            beside = text[first : match.start()]
            if not _PART_OF_DATE.search(beside):
                prefix = before.search(beside)
                yield first + prefix.start() if prefix else match.start()

    several = re.compile(rf"(?:{words})(?=\s?[-–]|\s(?:{_TOS_OF_DAYS})\s)")
    return (_Form(spanned, _western_weekdays(names), several), _Form(pattern, _western_weekday(names), begin))


_TOS_OF_DAYS = "to|through|thru|until|till|au|a|al|bis|ate|tot en met|tot|по|до|do"


def _western_weekdays(names: dict[str, int]) -> Callable[[re.Match[str], Scene], Days]:
    """A reader of "held from Sunday to Wednesday"; "Tuesday to Sunday" alone, and a week's working days, are hours of opening."""

    def read(match: re.Match[str], scene: Scene) -> Days:
        first, last = names[match["weekday"]], names[match["last"]]
        if not scene.certain or (first, last) == (0, 4) or first == last:
            return UNTOLD
        direction = _tense(scene, match.start(), match.end())
        length = dt.timedelta(days=(last - first) % 7)
        if not direction and length >= _OPENING_DAYS:
            return UNTOLD
        starts = [_weekday(scene, first, week=week) for week in (-2, -1, 0, 1, 2)]
        if direction < 0:
            start = max(day for day in starts if day <= scene.today)
        elif direction > 0:
            start = min(day for day in starts if day + length >= scene.today)
        else:
            start = min(starts, key=lambda day: max(day - scene.today, scene.today - day - length, dt.timedelta()))
        return _span(start, start + length)

    return read


_OPENING_DAYS = dt.timedelta(days=4)  # from the first to the last of five days
_BEFORE_WEEKDAY = 30  # characters: "следующую ", "this coming "
# The rest of a word, a date that the weekday goes with, or who said something that day, which is no event.
_PART_OF_DATE = compile_folded(
    r"[-\w]$|\d[,.]?\s\(?$|\d\($|\b(?:said|says|told \w+|sagte|hat gesagt|dijo|afirmo|disse|сказал\w*|заявил\w*)\s(?:on |am |el |в |во |na )?$"
)


def _step(**steps: int) -> Callable[[re.Match[str], Scene], Days]:
    """A reader of words for a day or a month counted from today; `steps` maps their group to days or months."""

    def read(match: re.Match[str], scene: Scene) -> Days:
        if not scene.certain:
            return UNTOLD
        group = match.lastgroup or ""
        unit, _, _ = group.partition("_")
        if unit == "month":
            return _months(*_shifted(scene.today, steps[group]))
        return _single(scene.today + dt.timedelta(days=steps[group]))

    return read


def _words(
    hints: str, tomorrow: str, yesterday: str, next_month: str, last_month: str, this_month: str
) -> tuple[_Form, ...]:
    pattern = compile_folded(
        rf"(?<![\w'])(?:(?P<day_next>{tomorrow})|(?P<day_last>{yesterday})|(?P<month_next>{next_month})|(?P<month_last>{last_month})|(?P<month_this>{this_month}))(?!\w)"
    )
    steps = _step(day_next=1, day_last=-1, month_next=1, month_last=-1, month_this=0)
    return (_Form(pattern, steps, hints=tuple(hints.split("|"))),)


_RELATIVE = {
    "en": _words("tomorrow|yesterday|next month|last month|this month", "tomorrow(?!'s (?:cities|leaders|world))", "yesterday", "next month", "last month", "(?:earlier |later )?this month"),
    "fr": _words("demain|hier|mois prochain|mois dernier|ce mois-ci", "demain", "hier(?! soir)|hier soir", "(?:le )?mois prochain", "(?:le )?mois dernier", "ce mois-ci"),
    "de": _words("morgen |ubermorgen|gestern|en monat", "morgen(?= (?:fruh|abend|vormittag|nachmittag|mittag))|ubermorgen(?!.)", "gestern", "(?:kommenden|nachsten) monats?", "(?:vergangenen|letzten) monats?", "diesen monat"),
    "es": _words("manana|ayer|mes que viene|proximo mes|mes proximo|mes pasado|este mes", "(?<!la )(?<!una )manana(?! siguiente)", "ayer", "(?:el )?(?:mes que viene|proximo mes|mes proximo)", "(?:el )?mes pasado", "este mes"),
    "it": _words("domani|ieri|mese prossimo|prossimo mese|mese scorso|scorso mese|questo mese", "domani", "ieri", "(?:il )?(?:mese prossimo|prossimo mese)", "(?:il )?(?:mese scorso|scorso mese)", "questo mese"),
    "pt": _words("amanha|ontem|proximo mes|mes que vem|mes passado|este mes", "amanha", "ontem", "(?:no )?(?:proximo mes|mes que vem)", "(?:no )?mes passado", "este mes|neste mes"),
    "nl": _words("morgen|gisteren|e maand", "morgen(?!avond)", "gisteren", "volgende maand", "vorige maand", "deze maand"),
    "ru": _words("завтра|вчера|месяце", "завтра", "вчера", "в следующем месяце", "в прошлом месяце", "в этом месяце"),
    "uk": _words("завтра|вчора|ого місяця", "завтра", "вчора", "наступного місяця", "минулого місяця", "цього місяця"),
    "pl": _words("jutro|wczoraj|ym miesiacu", "jutro", "wczoraj", "w przyszlym miesiacu", "w zeszlym miesiacu|w ubieglym miesiacu", "w tym miesiacu"),
}  # fmt: skip
