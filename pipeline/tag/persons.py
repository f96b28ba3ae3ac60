"""Persons whom a text names beside an office. Only forms that leave no doubt; a name that is a place's is none."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import Person
from pipeline.tag.folding import fold, fold_pattern
from pipeline.tag.reading import Field, Reading

_MOST = 8
_SAMPLE = 20_000  # code points of a body; who matters is named before


class _Found(NamedTuple):
    """Spans of a name and of its office in a field."""

    name: tuple[int, int]
    role: tuple[int, int]


_Finder = Callable[[Field, Collection[str]], Iterator[_Found]]


def find_persons(reading: Reading, places: Collection[str], lexicon: Lexicon) -> tuple[Person, ...]:
    """Persons with their offices as the text spells them, in reading order.

    Args:
        places: folded names of the places found, which are not persons.
    """
    language = reading.language.split("-")[0]
    finder, offices = _finder(language, lexicon), _offices(language, lexicon)
    if finder is None:
        return ()
    found: dict[str, Person] = {}
    for field in reading.fields:
        sample = Field(field.name, field.text[:_SAMPLE], field.folded[:_SAMPLE])
        for name_span, role_span in sorted(finder(sample, places)):
            name = " ".join(sample.text[slice(*name_span)].split()).strip(" ,.・")
            if name in found or _is_place(name, places):
                continue
            role = sample.text[slice(*role_span)]
            first, last = min(name_span[0], role_span[0]), max(name_span[1], role_span[1])
            found[name] = Person(
                name=name, role=role, evidence=sample.text[first:last], role_id=_role_id(role, offices)
            )
    return tuple(found.values())[:_MOST]


def _is_place(name: str, places: Collection[str]) -> bool:
    first = name.partition(" ")[0]
    # Surnames of Japan are names of places as often as not.
    return fold(name) in places or (not "가" <= name[0] <= "힣" and fold(first) in places)


# ----------------------------------------------------------------------------------------------------------------- offices


class _Offices(NamedTuple):
    """The offices of a language."""

    words: str  # alternatives of a regular expression, the longest first
    ids: tuple[tuple[re.Pattern[str], str], ...]  # an office at the end of a role, the longest first -> its id
    former: str  # alternatives: former, acting


@functools.lru_cache(maxsize=32)
def _offices(language: str, lexicon: Lexicon) -> _Offices:
    rules: Mapping[str, Any] = lexicon.rules["persons"]
    words = [
        (word, office) for office, entry in rules["roles"].items() for word in _alternatives(entry.get(language, ""))
    ]
    words.sort(key=lambda pair: -len(pair[0]))
    ids = tuple((re.compile(word), office) for word, office in words)
    return _Offices("|".join(word for word, _ in words), ids, rules["former"].get(language, ""))


def _alternatives(pattern: str) -> Iterable[str]:
    """The top alternatives of a pattern; those inside parentheses stay whole."""
    return re.findall(r"(?:\([^()]*(?:\([^()]*\)[^()]*)*\)\??|\[[^]]*\]|[^|()\[])+", pattern)


def _role_id(role: str, offices: _Offices) -> str:
    """The id of the office that a role names last and longest; "" for former and acting holders."""
    if offices.former and re.search(rf"^(?:{offices.former})|\b(?:{offices.former})\b", role):
        return ""
    found = [(match.start(), -len(match[0]), id_) for word, id_ in offices.ids for match in word.finditer(role)]
    return min(found)[2] if found else ""


@functools.lru_cache(maxsize=32)
def _finder(language: str, lexicon: Lexicon) -> _Finder | None:
    rules: Mapping[str, Any] = lexicon.rules["persons"]
    offices = _offices(language, lexicon)
    if not offices.words:
        return None
    if language == "ja":
        return _japanese(rules, offices)
    if language == "zh":
        return _chinese(rules, offices)
    if language == "ko":
        return _korean(rules, offices)
    return _alphabetic(language, rules, offices)


def _spans(match: re.Match[str]) -> _Found:
    return _Found(match.span("name"), match.span("role"))


# ---------------------------------------------------------------------------------------------------------------- Japanese

_JA_KANA = r"[ァ-ヺー]{2,}(?:[・=＝][ァ-ヺー]+)+"
_JA_ELECTED = "副市長|市長|区長|町長|村長|副知事|知事|議長"
_JA_TITLE = "さん|氏|様|ら"
# Characters that end words of administration, and hardly a given name.
_JA_NO_GIVEN = re.compile("[県市町村区国内外会部長員業化的庁省議院課局室館校団社策案力性系側隊費]")


def _japanese(rules: Mapping[str, Any], offices: _Offices) -> _Finder:
    own = frozenset(rules["names"]["ja_surnames"].split())
    surnames = "|".join(sorted(own, key=len, reverse=True))
    korean = f"[{rules['names']['ko_hanja']}]"
    kanji = f"(?:(?!{_JA_TITLE})[一-鿿々])"
    known = rf"(?:(?:{surnames})[ 　]?{kanji}{{1,3}}|{korean}{kanji}{{2}})"
    office = rf"(?:{offices.words})"
    full = rf"[一-鿿々ァ-ヺーA-Z]{{0,12}}?{office}"
    beside = re.compile(rf"(?P<name>{_JA_KANA})(?:[(（][^()（）]{{1,40}}[)）])?[ 　]?(?P<role>[一-鿿]{{0,8}}?{office})")
    before_office = re.compile(
        rf"(?:(?<![一-鿿々ァ-ヺー])|(?<=[市県都府]))(?P<name>(?:{surnames})[ 　]?(?P<rest>[一-鿿々]{{1,8}}?)|{korean}[一-鿿]{{2}})"
        rf"(?:[(（][^()（）]{{1,40}}[)）])?(?:[ 　]?(?P<role>{office})|・(?P<full>[一-鿿ァ-ヺー]{{0,10}}?{office}))"
    )
    of_place = re.compile(rf"(?<=[市町区県都府道]の)(?P<name>[一-鿿々]{{3,5}}?)(?P<role>{_JA_ELECTED})")
    after_office = re.compile(
        rf"(?<![一-鿿々ァ-ヺー])(?P<role>{full})(?:の|・|、|[ 　]|である|だった|を務め(?:た|る|ている))"
        rf"(?P<name>{_JA_KANA}|{known}|{kanji}{{3,5}}(?={_JA_TITLE}))(?P<title>{_JA_TITLE}|[（(]|(?=[\s）)]|$))?"
    )
    in_brackets = re.compile(
        rf"(?<![一-鿿々ァ-ヺー])(?P<name>{_JA_KANA}|{known}|{kanji}{{3,5}}(?=氏|さん))(?:氏|さん)?[（(](?P<role>{full})[)）]"
    )
    not_given = rules["not_given"]["ja"]

    def find(field: Field, places: Collection[str]) -> Iterator[_Found]:
        text = field.text
        yield from (_without_place(_spans(match), text, places) for match in beside.finditer(text))
        for match in before_office.finditer(text):
            if match["name"] in own or any(word in match["name"] for word in not_given):
                continue
            if found := _before_office(match, places):
                yield found
        for match in of_place.finditer(text):
            if not any(word in match["name"] for word in not_given):
                yield _spans(match)
        for match in after_office.finditer(text):
            if match["title"] is not None or "・" in match["name"]:
                yield _spans(match)
        yield from map(_spans, in_brackets.finditer(text))

    return find


def _before_office(match: re.Match[str], places: Collection[str]) -> _Found | None:
    """山田太郎市長, or 山田太郎長崎市長, where what stands between the name and the office is a place of the text."""
    start, end = match.span("name")
    role = match.span("role" if match["role"] else "full")
    rest = match["rest"]
    if rest is None:
        return _Found((start, end), role)
    if _named(rest, places) or _named(match["name"], places):
        return None
    if end - start < 3:  # 森林, 東京: a surname of one character needs a given name of two
        return None
    if len(rest) <= 3:
        return None if _JA_NO_GIVEN.search(rest) else _Found((start, end), role)
    for size in (2, 1, 3):
        if (_named(rest[size:], places) or _JA_BODY.fullmatch(rest[size:])) and not _JA_NO_GIVEN.search(rest[:size]):
            cut = end - len(rest) + size
            return _Found((start, cut), (cut, role[1]))
    return None


def _without_place(found: _Found, text: str, places: Collection[str]) -> _Found:
    """アンナ・シュミット・リヨン市長: a last part that is a place of the text belongs to the office."""
    (start, end), role = found
    name, mark, last = text[start:end].rpartition("・")
    if "・" in name and _named(last, places):
        return _Found((start, start + len(name)), (start + len(name) + len(mark), role[1]))
    return found


# What may stand between a name and its office beside a place.
_JA_BODY = re.compile("[市県町区都府村]?議会|国連|(?:実行)?委員会|協会|財団|前|元|現|新")


def _named(word: str, places: Collection[str]) -> bool:
    folded = fold(word)
    return any(folded + ending in places for ending in ("", "市", "县", "町", "村", "区", "都", "府"))


# ----------------------------------------------------------------------------------------------------------------- Chinese

# What may stand after a name: a pause, or the verbs of reports.
_ZH_VERBS = """
率 在 说 表示 会见 会晤 会谈 出席 指出 强调 致 与 和 及 同 一行 先生 女士 介绍 访 带 接受 接见 接待 签 透过 通过 主持 宣布 宣读 近日 日前 今 昨 代表 向 对 将 为 到 赴 抵 参 发表 开幕 回 应邀 邀 前往 共 偕 亲 来 于 认为
期待 希望 感谢 欢迎 走访 走进 考察 呼吁 谈到 谈及 坦言 透露 提到 提出 提议 称 陪同 转达 听取 祝贺 祝愿 重申 承诺 观看 观摩 给 就 曾 还 正在 拜会 拜访 拜年 迎接 揭牌 揭幕 颁 授 赠 握手 合影 担任 当选 任 以 因 不 建议 推动 推介 视察 调研 见证 分享 勉励
呼 说明 特别 以及 则 亦 写信 出访 送 主礼 讲话 演讲 发言 发布 展示 举行 等 的 是 上午 下午 当天 随后 首 再次 多次 表达 表明 肯定 赞 高度 热情
"""
_ZH_AFTER = rf"(?=$|[\s、,，。；：:（）()“”「」《0-9]|{'|'.join(_ZH_VERBS.split())})"


def _folded(pattern: str) -> str:
    """For folded text, with the names of its groups kept."""
    return fold_pattern(pattern).replace("(?p<", "(?P<")


def _chinese(rules: Mapping[str, Any], offices: _Offices) -> _Finder:
    """天津市副市长王某率团: office, surname, one or two characters that are no other word's, then a verb or a pause."""
    surnames, names, not_given = rules["surnames"], rules["names"], rules["not_given"]
    own = rf"(?:{'|'.join(surnames['zh_compound'])}|[{''.join(surnames['zh'].split())}{names['ko_hanja']}])"
    given = rf"(?:(?![{not_given['zh']}])[一-鿿])"
    japanese = rf"(?:{'|'.join(sorted(names['ja_surnames'].split(), key=len, reverse=True))})"
    sounds = f"[{''.join(names['zh_sounds'].split())}]"
    dotted = f"{sounds}{{1,7}}(?:[·‧・•]{sounds}{{1,8}})+"
    office = rf"(?P<role>(?:{offices.former})?(?:{offices.words}))[ 　]?"
    after_office = re.compile(
        _folded(
            rf"{office}(?P<name>{dotted}|(?:{japanese}(?:(?:{given}|[也之和]){{2}}|{given}{{1,2}}[郎子介助衛美之代男夫]|{given})|{sounds}{{3,7}}|{own}{given}{{1,2}}){_ZH_AFTER})"
        )
    )
    before_office = re.compile(
        _folded(rf"(?:^|(?<=[\s，。、；：“「（和与與及]))(?P<name>{own}{given}{{2}}|{dotted}){office}")
    )
    words = frozenset(map(fold, not_given["zh_words"]))

    def find(field: Field, places: Collection[str]) -> Iterator[_Found]:
        for pattern in (after_office, before_office):
            for match in pattern.finditer(field.folded):
                name = match["name"]
                if name not in words and name[:2] not in words and not _named(name, places):
                    yield _spans(match)

    return find


# ------------------------------------------------------------------------------------------------------------------ Korean

_KO_PLACE_ENDINGS = ("", "시", "군", "구", "도", "광역시", "특별시")


def _korean(rules: Mapping[str, Any], offices: _Offices) -> _Finder:
    """박○○ 부산시장은: surname, two syllables, the office, a particle at most; the bare 시장 is a market as well."""
    surnames, names, not_given = rules["surnames"], rules["names"], rules["not_given"]["ko"]
    own = rf"(?:{'|'.join(surnames['ko_compound'])}|[{surnames['ko']}])[가-힣](?![{not_given}])[가-힣]"
    japanese = rf"(?:{'|'.join(names['ko_japanese'].split())}) [가-힣]{{2,5}}"
    pattern = re.compile(
        rf"(?<![가-힣])(?P<name>{japanese}|{own}|[가-힣]+(?:·[가-힣]+)+)\s"
        rf"(?P<role>(?:(?:{offices.former})\s)?(?:(?P<of>[가-힣]{{2,8}})\s)?(?P<place>[가-힣]{{2,6}}?)?(?:광역|특별자치|특별)?(?P<office>{offices.words}))"
        r"(?=(?:은|는|이|가|과|와|의|도|에게|께서|을|를)?(?![가-힣]))"
    )

    def find(field: Field, places: Collection[str]) -> Iterator[_Found]:
        for match in pattern.finditer(field.text):
            place = match["of"] or match["place"]
            known = place and any(fold(place + ending) in places for ending in _KO_PLACE_ENDINGS)
            plain = match["office"] != "시장" or field.text[max(0, match.start() - 2) : match.start()].strip() in (
                "시",
                "군",
                "구",
            )
            if known or (" " in match["name"] or plain if not place else match["office"] != "시장" and not match["of"]):
                yield _spans(match)

    return find


# ------------------------------------------------------------------------------------------------------ Latin and Cyrillic

_UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶŁĻĽĹŃŅŇŌŐŒŔŘŚŞŠȘŢŤȚŪŮŰŲŹŻŽА-ЯЁІЇЄҐ"
_OF = {
    "en": "of|for|to|in|at",
    "fr": "de la|de l'|de l’|des|du|de|d'|d’",
    "es": "de la|del|de",
    "de": "von|der|des|in",
    "it": "di|della|del",
    "pt": "de|do|da",
}


def _alphabetic(language: str, rules: Mapping[str, Any], offices: _Offices) -> _Finder:
    names = rules["names"]
    no_names, given = frozenset(names["no_names"].split()), tuple(names["ru_given"].split())
    word = rf"[{_UPPER}](?:\.|(?:[\w'’]|-(?=\w))*)"
    between = rf"\s(?:(?:{names['particles']})\s){{0,2}}"
    # German writes every noun like a name.
    name = rf"{word}(?:\s[{_UPPER}]\.)?(?:{between}{word}){{1,{1 if language == 'de' else 3}}}"
    former = rf"(?:(?:{offices.former})[ -])*" if offices.former else ""
    of = rf"\s(?:{_OF[language]})\s?" if language in _OF else r"\s"
    office = re.compile(rf"\b{former}\b(?:{offices.words})(?:-elect)?(?!\w)")
    # What follows an office: Mayor A B; Mayor of C A B; the mayor of C, A B, said; A B, mayor of C.
    direct = re.compile(rf"\s{_TITLES}(?P<name>{name})")
    of_place = re.compile(rf"{of}(?P<name>{word}(?:{between}{word}){{2,5}})")
    apposed = re.compile(
        rf"(?P<of>{of}[^,.;:()\n]{{2,60}})?,\s{_TITLES}(?P<name>{name})(?=[,.;)»”\"]|\s[^\W\d_]*[a-zа-я])"
    )
    after_name = re.compile(rf"(?:{of}{word}(?:[\s-]{word}){{0,3}})?(?=[\s,.;)]|$)")
    name_before = re.compile(rf"(?<!\w)(?P<name>{name})(?:,\s|\s\()(?:{_ARTICLES})?$")

    def beside(match: re.Match[str], text: str, places: Collection[str]) -> Iterator[_Found]:
        start, end = match.span()
        if placed := of_place.match(text, end):
            yield from _after_place(placed, start, places, given)
        # A Russian office is followed by its place as often as by a name.
        if (found := direct.match(text, end)) and (language != "ru" or found["name"].startswith(given)):
            yield _Found(found.span("name"), (start, end))
        if (found := apposed.match(text, end)) and not office.search(text, end, found.start("name")):
            yield _Found(found.span("name"), (start, max(end, found.end("of"))))
        before = name_before.search(text, max(0, start - _NAME_MOST), start)
        if before and (found := after_name.match(text, end)):
            yield _Found(before.span("name"), (start, found.end()))

    def find(field: Field, places: Collection[str]) -> Iterator[_Found]:
        for match in office.finditer(field.text):
            for found in beside(match, field.text, places):
                if kept := _trimmed(found, field.text, no_names):
                    yield kept

    return find


_NAME_MOST = 70  # code points of a name with what stands between it and its office
_TITLES = r"(?:(?:Dr|Prof|Mr|Mrs|Ms|M|Mme|Sr|Sra|Ing|Herr|Frau|Sir|Dame|Don|Doña|г-н|г-жа)\.?\s){0,3}"
_ARTICLES = r"the\s|a\s|l['’]|le\s|la\s|el\s|der\s|die\s|il\s"


def _trimmed(found: _Found, text: str, no_names: Collection[str]) -> _Found | None:
    """The name up to a word that is none, without the English genitive; None if one word is left."""
    start, end = found.name
    end = start
    number = 0
    for word in re.finditer(r"\S+", text[slice(*found.name)]):
        if word[0].strip(".,") in no_names:
            break
        end, number = start + word.end(), number + 1
    end -= 2 * text[start:end].endswith(("'s", "’s"))
    if number < 2 or re.search(r"\s\w\.?$", text[start:end]):  # an initial is no surname
        return None
    return _Found((start, end), found.role)


def _after_place(match: re.Match[str], role: int, places: Collection[str], given: tuple[str, ...]) -> Iterator[_Found]:
    """Mayor of Leeds A B: what stands before the name is a place of the text, or a Russian given name begins after it."""
    start, name = match.start("name"), match["name"]
    words = list(re.finditer(r"\S+", name))
    for size in (3, 2, 1):
        if len(words) < size + 2:
            continue
        if _declined(name[: words[size - 1].end()], places) or words[size][0].startswith(given):
            yield _Found((start + words[size].start(), match.end("name")), (role, start + words[size - 1].end()))
            return


def _declined(word: str, places: Collection[str]) -> bool:
    """True for a place of the text, in whatever case Russian puts it: Москвы, Москве."""
    folded = fold(word)
    if folded in places:
        return True
    stem = folded[:-2]
    return "а" <= folded[0] <= "я" and len(stem) > 2 and any(place.startswith(stem) for place in places)
