"""How many took part in an event, as a text counts them: figures, each with what it counts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.text.dates import number_of

# What is counted, and what of it may be set against each other: all who came, those who spoke for others, and so on.
GUESTS, PARTICIPANTS, DELEGATES, REPRESENTATIVES = "guests", "participants", "delegates", "representatives"
DELEGATION, MAYORS, YOUTHS, CITIES, COUNTRIES = "delegation", "mayors", "youths", "cities", "countries"
ATTENDANCE, ENVOYS = "attendance", "envoys"
CLASS_OF = {GUESTS: ATTENDANCE, PARTICIPANTS: ATTENDANCE, DELEGATES: ENVOYS, REPRESENTATIVES: ENVOYS} | {
    noun: noun for noun in (DELEGATION, MAYORS, YOUTHS, CITIES, COUNTRIES)
}

_LEAST = 10  # fewer guests or delegates are those of one side, or of one table
_MAX_CHARS = 20_000  # of a text; who came is told before
_MAX_BEFORE = 40  # characters before a number in which its noun stands
# Not the rest of a number, of 数十 ("dozens") or of a rank (第20).
_NUMBER = r"(?<![\d数數几幾第])(?<!\d[.,])(\d{1,3}(?:[,.\u00a0 ]\d{3}){1,3}|\d{1,6})"
# "In May 2025 delegates came": of the years of our time only the round ones may count people.
_NO_YEAR = r"(?!(?:19|20)(?!00)\d\d\b)"
_SENTENCES = re.compile(r"[。!?\n]|\.(?=\s)")
_MULTIPLES = {"千": 1_000, "천": 1_000, "万": 10_000, "萬": 10_000, "만": 10_000}

# A number of mayors, cities or people may be of anything, so their sentence must say that they came.
_CAME = re.compile(
    r"attend|opened|took part|tak\w* part|gather|join\w*|participa|invited|brought together|met\b|réuni|assist|reuni|acudi|teilnahm|teilnehm"
    r"|versammel|участ|собра|приеха|walihudhuria|walishiriki|alikwa|partecip|riunit|comparec|شارك|حضر|اجتمع|استقبل"
    "|参加|出席|来場|集ま|集結|一堂|招待客|来賓|代表|参会|与会|參加|參會|與會|嘉宾|嘉賓|来宾|來賓|齐聚|齊聚|应邀|應邀"
    "|참석|참가|참여|모여|모인|대표|내빈",
    re.IGNORECASE,
)

# ------------------------------------------------------------------------------------------------- Chinese, Japanese, Korean

# "1,200", "1.2万", "1万2千", "1만 2000"; 位 counts people in Chinese and ranks in Japanese.
_CJK_PEOPLE = re.compile(
    r"(?<![\d数數几幾第千천万萬만])(?<!\d[.,])(?<![千천万萬만]\s)"
    r"(?P<figure>\d{1,3}(?:,\d{3}){1,3}|\d{1,6}|\d{1,3}\.\d{1,2}(?=\s?[万萬만]))"
    r"(?:\s?(?P<rank>[千천万萬만])(?:\s?(?P<rest>\d{1,4})(?P<thousands>[千천])?)?)?"
    r"\s?(?:余|餘|多|여)?\s?(?:人|名|位(?![\u3040-\u30ff])|명)(?!口|権|气|间|間|当|份)"
)
_CJK_NOUNS = (
    (GUESTS, "来賓|招待客|嘉宾|嘉賓|来宾|來賓|内宾|내빈|손님"),
    (DELEGATION, "代表[団团團]|訪問団|访问团|訪問團|使節団|대표단|방문단|사절단"),
    (REPRESENTATIVES, "代表(?![団团團])|대표(?!단)"),
    (PARTICIPANTS, "参加者|出席者|来場者|参会者|与会者|與會者|参与者|参加|出席|참가자|참석자|참여자"),
    (MAYORS, "市長|首長|市长|시장"),
    (YOUTHS, "若者|青年|生徒|学生|學生|高校生|中学生|青少年|청년|청소년|학생"),
)
_BEFORE = tuple(
    (
        noun,
        re.compile(
            rf"(?:{words})(?P<others>ら|など|等|们|們|들)?(?:の|一行|共|计|約|约|近|超过|超過|达|達|およそ|약)*\s*$"
        ),
    )
    for noun, words in _CJK_NOUNS
)
_AFTER = tuple((noun, re.compile(rf"(?:{words})")) for noun, words in _CJK_NOUNS)
_PARTICLE = re.compile(r"\s*(?:以上|余り|ほど|前後)?[がはをもと]|\s*(?:이|은|가|을)\s")
_PHRASE = re.compile(r"[^、。,;:，；：\d()（）「」“”]{0,15}")
_INHABITANTS = re.compile(r"(?:人口|인구)\D{0,6}$")
# Those of one side, and so many of each: neither says how many came.
_OF_ONE_SIDE = re.compile(r"(?<![各数都\d])[市県町村区校]から(?:は|の|も)?約?\s*$|每[个個]?\S{0,6}$")
_EACH = re.compile(r"\s*ずつ|씩")
_CJK_PLACES = (
    (COUNTRIES, re.compile(_NUMBER + r"(?:余|多)?\s*(?:か国|カ国|ヶ国|ヵ国|箇国|[个個]?国家|[个個]国|개국|개 국가)")),
    (CITIES, re.compile(_NUMBER + r"(?:余|多)?\s*(?:の?都市|[个個座]城市|개 ?도시)")),
)
_CJK_FROM = re.compile(r"(?:来自|來自)\D{0,8}$")
_CJK_TO = re.compile(
    r"(?:や地域|と地域|・地域|和地区|和地區)?(?:から|が参加|の(?:代表|市長|首長)|에서|가 참가|이 참가)"
)

# ------------------------------------------------------------------------------------------------------------ other languages

_WORDS_BETWEEN = r"(?:[^\W\d_]+[\s-]+){0,2}?"
# "350 Chinese and foreign guests", "20 country and city representatives"; but not "20 countries and their guests".
_ADJECTIVES = rf"(?:(?!countries|nations|cities|years|days|people|mayors)[^\W\d_]+\s(?:[^\W\d_]+\s)?(?:and|et|y|und|и)\s|){_WORDS_BETWEEN}"
_SPACED = re.compile(
    rf"{_NO_YEAR}{_NUMBER}(?:\+|-plus)?\s+{_ADJECTIVES}(?:"
    r"(?P<guests>guests?|invité\w*|invitad[oa]s|convidad[oa]s|ospiti|invitati|gäste\w*|гост\w*|ضي[فو]\w*)"
    r"|(?P<representatives>representatives?|représentant\w*|representantes|rappresentanti|vertreter\w*|представител\w*|ممثل\w*)"
    r"|(?P<delegates>delegates?|délégué\w*|delegad[oa]s|delegati|delegierte\w*|делегат\w*|مندوب\w*)"
    r"|(?P<participants>participants?|attendees?|participantes?|asistentes|partecipanti|teilnehme\w*|участник\w*|مشارك\w*"
    r"|people(?=\s(?:\w+\s){0,5}(?:attend|took part|gather|join|participat|came|(?:were|was) invited))|personnes ont)"
    r"|(?P<mayors>mayors|maires|alcaldes|prefeit[oa]s|sindaci|bürgermeister\w*|мэр\w*|عمدة)"
    r"|(?P<youths>young people|youths|students|jeunes|jóvenes|estudiantes|jovens|estudantes|giovani|studenti|jugendliche\w*|schüler\w*"
    r"|школьник\w*|студент\w*|طالب\w*)"
    r")\b",
    re.IGNORECASE,
)
_SPACED_PLACES = re.compile(
    rf"\b(?:from|representing|de|da|di|aus|из|kutoka|من)\s(?:[^\W\d_]+\s){{0,3}}{_NO_YEAR}{_NUMBER}\s{_WORDS_BETWEEN}"
    r"(?:(?P<cities>cities|villes|ciudades|cidades|città|städten?|город\w*|مدينة|مدن)"
    r"|(?P<countries>countries|nations|pays|países|paesi|ländern?|стран\w*|دولة|دول))\b",
    re.IGNORECASE,
)
_DELEGATION = re.compile(
    r"\b(?P<delegation>delegation of|délégation de|delegación de|delegação de|delegation von|delegazione di|делегаци\w+ из)"
    rf"\s{_WORDS_BETWEEN}(?=\d){_NO_YEAR}{_NUMBER}",
    re.IGNORECASE,
)
# Swahili counts after the noun.
_SWAHILI = re.compile(
    r"\b(?:(?P<guests>wageni)|(?P<participants>washiriki)|(?P<delegates>wajumbe)|(?P<representatives>wawakilishi)"
    rf"|(?P<mayors>mameya))\s(?:[^\W\d_]+\s){{0,2}}?(?=\d){_NO_YEAR}{_NUMBER}",
    re.IGNORECASE,
)


class Count(NamedTuple):
    """A figure and what it counts: a key of CLASS_OF, whatever the language of the text."""

    figure: int
    noun: str


def read_counts(title: str, text: str) -> dict[str, Count]:
    """How many took part, by what may be compared ("attendance", "envoys", "mayors", ...): the largest figure of each."""
    found: dict[str, Count] = {}
    whole = _in_digits(unicodedata.normalize("NFKC", f"{title}\n{text[:_MAX_CHARS]}"))
    for sentence in _SENTENCES.split(whole):
        for count in _counts(sentence):
            if count.figure < _LEAST and CLASS_OF[count.noun] in (ATTENDANCE, ENVOYS):
                continue
            known = found.setdefault(CLASS_OF[count.noun], count)
            if count.figure > known.figure:
                found[CLASS_OF[count.noun]] = count
    return found


_TENS = {
    word: str(ten)
    for ten, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_SPELT = re.compile(
    rf"(?<!hundred )(?<!hundred and )\b(?P<tens>{'|'.join(_TENS)})\b(?!-)"
    "|(?<![一二三四五六七八九十百千万第数數几幾])(?P<han>[二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]百(?:[一二三四五六七八九]十)?)(?=[余多餘]?[名位])",
    re.IGNORECASE,
)


def _in_digits(text: str) -> str:
    """The text with round numbers of people that are spelt out ("twenty", 「二十名」) in digits."""
    return _SPELT.sub(lambda match: f"{_TENS[match[1].lower()]}0" if match[1] else str(number_of(match[2])), text)


def _counts(sentence: str) -> Iterator[Count]:
    if not any(character.isdigit() for character in sentence):
        return
    came = _CAME.search(sentence) is not None
    people = False
    for match in _spaced(sentence):
        noun = _noun(match)
        if came or noun not in (MAYORS, YOUTHS):
            people = True
            yield Count(_figure(match), noun)
    if came:
        for match in _CJK_PEOPLE.finditer(sentence):
            if noun := _cjk_noun(sentence, match):
                yield Count(_cjk_figure(match), noun)
    if came or people:
        yield from _places(sentence)


def _spaced(sentence: str) -> Iterator[re.Match[str]]:
    yield from _SPACED.finditer(sentence)
    yield from _DELEGATION.finditer(sentence)
    yield from _SWAHILI.finditer(sentence)


def _places(sentence: str) -> Iterator[Count]:
    for match in _SPACED_PLACES.finditer(sentence):
        yield Count(_figure(match), _noun(match))
    for noun, pattern in _CJK_PLACES:
        for match in pattern.finditer(sentence):
            if _CJK_FROM.search(sentence, max(0, match.start() - _MAX_BEFORE), match.start()) or _CJK_TO.match(
                sentence, match.end()
            ):
                yield Count(_figure(match), noun)


def _cjk_noun(sentence: str, match: re.Match[str]) -> str:
    """What a number of people counts: the noun before it, or the one that it stands with; "" where it counts others."""
    before = sentence[max(0, match.start() - _MAX_BEFORE) : match.start()]
    if _INHABITANTS.search(before) or _OF_ONE_SIDE.search(before) or _EACH.match(sentence, match.end()):
        return ""
    for noun, pattern in _BEFORE:
        if told := pattern.search(before):
            return PARTICIPANTS if told["others"] and noun == MAYORS else noun
    if not _PARTICLE.match(sentence, match.end()):
        phrase = _PHRASE.match(sentence, match.end())
        for noun, pattern in _AFTER:
            if phrase and pattern.search(phrase[0]):
                return noun
    return PARTICIPANTS


def _noun(match: re.Match[str]) -> str:
    return next(noun for noun, words in match.groupdict().items() if words)


def _figure(match: re.Match[str]) -> int:
    digits = next(group for group in match.groups() if group and group[0].isdigit())
    return int(re.sub(r"\D", "", digits))


def _cjk_figure(match: re.Match[str]) -> int:
    figure = round(float(match["figure"].replace(",", "")) * _MULTIPLES.get(match["rank"], 1))
    return figure + int(match["rest"] or 0) * _MULTIPLES.get(match["thousands"], 1)
