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
    given = lexicon.rules["persons"]["names"]["given_and_place"]
    found: dict[str, Person] = {}
    for field in reading.fields:
        sample = Field(field.name, field.text[:_SAMPLE], field.folded[:_SAMPLE])
        for name_span, role_span in sorted(finder(sample, places)):
            name = " ".join(sample.text[slice(*name_span)].split()).strip(" ,.・")
            if name in found or _is_place(name, places, given):
                continue
            role = sample.text[slice(*role_span)]
            first, last = min(name_span[0], role_span[0]), max(name_span[1], role_span[1])
            found[name] = Person(
                name=name, role=role, evidence=sample.text[first:last], role_id=_role_id(role, offices)
            )
    return tuple(found.values())[:_MOST]


def _is_place(name: str, places: Collection[str], given: Collection[str]) -> bool:
    first = name.partition(" ")[0]
    if first in given:
        return fold(name) in places
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
# The one character of a Chinese given name: no word of administration with the character before it.
_JA_ONE = "(?![県市町村区国内外会部長員業化的庁省議院課局室館校団社策案力性系側隊費知辺年中立都府道大副前元現新地可諸同教育商工車線印])[一-鿿]"
# Characters that end words of administration, and hardly a given name.
_JA_NO_GIVEN = re.compile("[県市町村区国内外会部長員業化的庁省議院課局室館校団社策案力性系側隊費府]")


def _japanese(rules: Mapping[str, Any], offices: _Offices) -> _Finder:
    own = frozenset(rules["names"]["ja_surnames"].split())
    chinese = f"[{rules['names']['zh_in_japanese']}]"
    surnames = _by_first(own)
    korean = f"[{rules['names']['ko_hanja']}]"
    kanji = f"(?:(?!{_JA_TITLE})[一-鿿々])"
    known = rf"(?:(?:{surnames})[ 　]?{kanji}{{1,3}}|{korean}{kanji}{{2}}|{chinese}{kanji})"
    office = rf"(?:{offices.words})"
    held = rf"(?:前|元|現|新)?{office}"
    full = rf"[一-鿿々ァ-ヺーA-Z]{{0,12}}?{office}"
    beside = re.compile(rf"(?P<name>{_JA_KANA})(?:[(（][^()（）]{{1,40}}[)）])?[ 　]?(?P<role>[一-鿿]{{0,8}}?{office})")
    before_office = re.compile(
        rf"(?:(?<![一-鿿々ァ-ヺー])|(?<=[市県都府]))(?P<name>(?:{surnames})[ 　]?(?P<rest>[一-鿿々]{{1,8}}?)|{korean}[一-鿿]{{2}}|{chinese}{_JA_ONE})"
        rf"(?:[(（][^()（）]{{1,40}}[)）])?(?:[ 　]?(?P<role>{held})|・(?P<full>[一-鿿ァ-ヺー]{{0,10}}?{office}))"
    )
    of_place = re.compile(
        rf"(?<=[市町村区県都府道州省郡国会館団]の)(?P<name>[一-鿿々]{{3,5}}?|{chinese}{_JA_ONE})(?P<role>(?:前|元)?(?:{_JA_ELECTED}))"
    )
    whole = re.compile(rf"(?:{surnames})")
    after_office = re.compile(
        rf"(?<![一-鿿々ァ-ヺー])(?P<role>{full})(?:の|・|、|[ 　]|である|だった|を務め(?:た|る|ている))"
        rf"(?P<name>{_JA_KANA}|{known}|{kanji}{{3,5}}(?={_JA_TITLE}))(?P<title>{_JA_TITLE}|[（(]|(?=[\s）)]|$))?"
    )
    in_brackets = re.compile(
        rf"(?<![一-鿿々ァ-ヺー])(?P<name>{_JA_KANA}|{known}|{kanji}{{3,5}}(?=氏|さん))(?:氏|さん)?[（(](?P<role>{full})[)）]"
    )
    not_given = rules["not_given"]["ja"]
    any_office = re.compile(office)

    def find(field: Field, places: Collection[str]) -> Iterator[_Found]:
        for first, last in _near(any_office, field.text):
            yield from find_near(field.text, first, last, places)

    def find_near(text: str, first: int, last: int, places: Collection[str]) -> Iterator[_Found]:
        yield from (_without_place(_spans(match), text, places) for match in beside.finditer(text, first, last))
        for match in before_office.finditer(text, first, last):
            if match["name"] in own or any(word in match["name"][:5] for word in not_given):
                continue
            if found := _before_office(match, places):
                yield found
        for match in of_place.finditer(text, first, last):
            name = match["name"]
            surname = whole.match(name)
            given = name[surname.end() :] if surname else name[2:]
            if name not in own and not _JA_NO_GIVEN.search(given) and not any(word in name for word in not_given):
                yield _spans(match)
        for match in after_office.finditer(text, first, last):
            if match["title"] is not None or "・" in match["name"]:
                yield _spans(match)
        yield from map(_spans, in_brackets.finditer(text, first, last))

    return find


_NEAR = 60  # code points on either side of an office


def _near(office: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a text that hold offices and what stands near them."""
    first = last = -1
    for match in office.finditer(text):
        if match.start() - _NEAR > last:
            if last > 0:
                yield first, last
            first = max(0, match.start() - _NEAR)
        last = match.end() + _NEAR
    if last > 0:
        yield first, min(last, len(text))


def _by_first(words: Collection[str]) -> str:
    """Alternatives for words, those with the same first character together: many times as fast to read."""
    rest: dict[str, list[str]] = {}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        rest.setdefault(word[0], []).append(word[1:])
    kinds = "|".join(f"{first}(?:{'|'.join(endings)})" for first, endings in sorted(rest.items()))
    return f"(?=[{''.join(sorted(rest))}])(?:{kinds})"


def _before_office(match: re.Match[str], places: Collection[str]) -> _Found | None:
    """山田太郎市長, or 山田太郎長崎市長, where what stands between the name and the office is a place of the text."""
    start, end = match.span("name")
    role = match.span("role" if match["role"] else "full")
    rest = match["rest"]
    if rest is None:
        wrong = _JA_NO_GIVEN.search(match["name"], 1) or _named(match["name"], places)
        return None if wrong else _Found((start, end), role)
    if _named(rest, places) or _named(match["name"], places):
        return None
    if rest in _JA_STANDINGS:  # 田中前市長: a surname alone
        return None
    if end - start < 3:  # 森林, 東京: a surname of one character needs a given name of two
        return None
    # 大作前 and 等元長崎: a former or a present holder, with a place or without.
    if mark := _JA_HELD.fullmatch(rest):
        cut = end - len(mark["where"])
        return None if _JA_NO_GIVEN.search(mark["given"]) else _Found((start, cut), (cut, role[1]))
    for size in (2, 1, 3):
        if (
            len(rest) > size
            and (_named(rest[size:], places) or _JA_BODY.fullmatch(rest[size:]))
            and not _JA_NO_GIVEN.search(rest[:size])
        ):
            cut = end - len(rest) + size
            return _Found((start, cut), (cut, role[1]))
    return None if len(rest) > 3 or _JA_NO_GIVEN.search(rest) else _Found((start, end), role)


_JA_STANDINGS = frozenset("前元現新副故")
_JA_HELD = re.compile("(?P<given>[一-鿿々]{1,3}?)(?P<where>[前元現新][一-鿿々]{2,4})")


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
率 在 说 表示 会见 会晤 会谈 会面 见面 出席 指出 强调 致 与 和 及 同 一行 先生 女士 博士 阁下 夫妇 夫人 介绍 访 带 接受 接见 接待 签 透过 通过 主持 宣布 宣读 近日 近期 日前 目前 今 昨 明 当 本周 上周 周 星期 去年 于 代表 向 对 将 为 到 赴 抵 参 发表 开幕 回 应 邀 前往 共 偕 亲 来 认为
誉 获誉 被誉 期待 期望 希望 盼 感谢 致谢 欢迎 走 考察 呼 谈 坦言 透露 提 称 陪同 转达 听取 祝 重申 承诺 观看 观摩 观赏 观察 给 就 曾 还 都 又 再 更 已 仍 正 便 即 拜会 拜访 拜年 拜 迎接 迎 揭牌 揭幕 揭 颁 授 赠 握手 合影 担任 当选 连任 就任 卸任 任 以 因 不 未 建议 推 视察 调研 见证 分享 分别 勉励 率领 带领 陪
说明 特别 以及 则 亦 写信 写 出访 送 主礼 讲 演讲 发 布 展示 举行 举办 等 的 是 上午 下午 晚间 当天 随后 首 多次 表达 表明 肯定 赞 高度 热情 热烈 亲切 诚挚 均 皆 并 且 若 从 从 由 把 被 让 请 邀请 获 受 收 接 引 领 派 指派 委托 前来 莅临 莅 光临 到访 来访 到场 现身 抵达 返 离 启程 搭乘 乘 飞
重视 关心 关注 鼓励 看好 支持 同意 赞同 批准 签署 签订 签约 签 续签 缔结 缔 完成 展开 启动 推出 打造 致力 积极 主动 亲自 共同 一起 一同 联合 联手 携手 携 互 相互 双双 二人 两人 三人 作 做 进行 开 召开 召集 组织 安排 安 主 主张 质疑 批评 反驳 否认 强 直言 笑 自 此 这 那 其 之 所 要 会 能 可 应该 必 需 想 愿 有 没 无 于
"""
_ZH_AFTER = rf"(?=$|[\s、,，。；：:（）()“”「」《0-9]|{'|'.join(_ZH_VERBS.split())})"


_ZH_ACTS = "与|率|会见|会晤|出席|表示|致辞|一行|先生|女士|[（(、]"


def _folded(pattern: str) -> str:
    """For folded text, with the names of its groups kept."""
    return fold_pattern(pattern).replace("(?p<", "(?P<")


def _chinese(rules: Mapping[str, Any], offices: _Offices) -> _Finder:
    """天津市副市长王某率团: office, surname, one or two characters that are no other word's, then a verb or a pause."""
    surnames, names, not_given = rules["surnames"], rules["names"], rules["not_given"]
    compound = "|".join(surnames["zh_compound"])
    own = rf"(?:{compound}|[{''.join(surnames['zh'].split())}])"
    korean = f"[{names['ko_hanja']}]"
    rare = f"[{''.join(surnames['zh_rare'].split())}]"
    given = rf"(?:(?![{not_given['zh']}])[一-鿿])"
    # 周大年、: before a pause the last character may be one that otherwise begins the next word.
    sure = rf"{own}{given}[一-鿿](?=[、，,。（(]|先生|女士)"
    japanese = _by_first(names["ja_surnames"].split())
    sounds = f"[{''.join(names['zh_sounds'].split())}]"
    part = rf"(?:{sounds}{{1,8}}{_ZH_AFTER}|[一-鿿]{{1,6}}?{_ZH_AFTER})"
    mark = "[·‧・•]"
    # At one end of the mark at least the characters are those of sounds: not so in 市长对话·峰会.
    dotted = rf"(?:{sounds}{{1,8}}(?:{mark}(?:[一-鿿]{{1,8}}(?={mark})|{part}))+|[一-鿿]{{1,7}}(?:{mark}{sounds}{{1,8}})+{_ZH_AFTER})"
    office = rf"(?P<role>(?:{offices.former})?(?:{offices.words}))[ 　]?"
    after_office = re.compile(
        _folded(
            rf"{office}(?P<name>{dotted}|(?:{japanese}(?:(?:{given}|[也之和]){{2}}|{given}{{1,2}}[郎子介助衛美之代男夫]|{given})|{sounds}{{3,7}}|{own}{given}{{2}}|{korean}{given}{{2}}|{own}{given}|{rare}{given}{{2}}|{rare}{given}(?={_ZH_ACTS})){_ZH_AFTER}|{sure})"
        )
    )
    before_office = re.compile(
        _folded(
            rf"(?:^|(?<=[\s，。、；：“「（和与與及]))(?P<name>(?:{own}|{korean}|{rare}){given}{{2}}|[一-鿿]{{1,7}}(?:[·‧・•]{sounds}{{1,8}})+){office}"
        )
    )
    words = frozenset(map(fold, not_given["zh_words"]))
    verbs = frozenset(fold(verb) for verb in _ZH_VERBS.split() if len(verb) > 1)

    def find(field: Field, places: Collection[str]) -> Iterator[_Found]:
        for pattern in (after_office, before_office):
            for match in pattern.finditer(field.folded):
                name = match["name"]
                if name not in words and name[:2] not in words and name[1:] not in verbs and not _named(name, places):
                    yield _spans(match)

    return find


# ------------------------------------------------------------------------------------------------------------------ Korean

_KO_PLACE_ENDINGS = ("", "시", "군", "구", "도", "광역시", "특별시")


def _korean(rules: Mapping[str, Any], offices: _Offices) -> _Finder:
    """박○○ 부산시장은: surname, two syllables, the office, a particle at most; the bare 시장 is a market as well."""
    surnames, names, not_given = rules["surnames"], rules["names"], rules["not_given"]["ko"]
    not_names = f"(?:{'|'.join(rules['not_given']['ko_words'])})"
    own = rf"(?:{'|'.join(surnames['ko_compound'])}|[{surnames['ko']}])[가-힣](?![{not_given}])[가-힣]"
    japanese = rf"(?:{'|'.join(names['ko_japanese'].split())}) [가-힣]{{2,5}}"
    sound = f"[{''.join(names['ko_sounds'].split())}]"
    word = rf"(?:(?=[가-힣]{{0,5}}?{_KO_FOREIGN}){sound}{{2,6}}|{_KO_SHORT})"
    foreign = rf"{word}(?:\s{word}){{1,2}}?"
    particle = r"(?=(?:은|는|이|가|과|와|의|도|에게|께서|을|를)?(?![가-힣]))"
    pattern = re.compile(
        rf"(?<![가-힣])(?=(?P<first>[가-힣]+))(?P<name>{japanese}|{own}|{foreign}|[가-힣]+(?:·[가-힣]+)+)(?:\([^()]{{1,40}}\))?\s"
        rf"(?P<role>(?:(?:{offices.former})\s)?(?:(?P<of>[가-힣]{{2,8}})\s)?(?P<place>[가-힣]{{2,6}}?)?(?:광역|특별자치|특별)?(?P<office>{offices.words})){particle}"
    )
    # 견본시장 홍길동은: the office with its place, the name with a particle or a courtesy that no noun has there.
    after_office = re.compile(
        rf"(?<![가-힣])(?P<role>(?P<place>[가-힣]{{2,6}}?)\s?(?:광역|특별자치|특별)?(?:{offices.words}))\s(?P<name>(?!{not_names}){own})(?=은|는|이|가|과|와|\s?씨|\s?님|[,(·])"
    )

    def known(place: str | None, places: Collection[str]) -> bool:
        return bool(place) and any(fold(f"{place}{ending}") in places for ending in _KO_PLACE_ENDINGS)

    def certain(match: re.Match[str], places: Collection[str]) -> bool:
        place = match["of"] or match["place"]
        if known(place, places):
            return True
        if match["office"] != "시장":
            return not match["of"] or bool(_KO_BODY.search(place))
        before = match.string[max(0, match.start() - 2) : match.start()].strip()
        return not place and (" " in match["name"] or before in {"시", "군", "구"})

    def find(field: Field, places: Collection[str]) -> Iterator[_Found]:
        match = pattern.search(field.text)
        while match:
            found = certain(match, places)
            if found:
                yield _spans(match)
            # Of three words before an office the first may be of another.
            match = pattern.search(field.text, match.end() if found else match.end("first"))
        for match in after_office.finditer(field.text):
            if known(match["place"], places) and not known(match["name"], places):
                yield _spans(match)

    return find


# A body or a post that an office is of: 시의회 의장, 주일본 대사, 다롄시 부시장.
_KO_BODY = re.compile(
    r"^(?:주|유엔)|(?:의회|협회|위원회|연합|연맹|기구|재단|회의|정부|국무|외교부|시|도|군|구|청|현|성|주|유엔)$"
)
# Syllables that foreign names have, and Korean words seldom.
_KO_FOREIGN = "[르스릭랭트크프츠드그브흐즈디니칸킨킴펠렐벨젤켈텔헬넬멜칼탈팔랄달콜톨폴롤톤폰슨센젠렌펜켄텐웬왈뷔뒤퀴튀쥐휘로라레리루타티토투테카키코쿠케파피포푸페]"
_KO_SHORT = "[안존잭팀짐벤톰킴댄샘맥얀칸]"


# ------------------------------------------------------------------------------------------------------ Latin and Cyrillic

_UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶŁĻĽĹŃŅŇŌŐŒŔŘŚŞŠȘŢŤȚŪŮŰŲŹŻŽА-ЯЁІЇЄҐ"
_OF = {
    "en": "of|for|to|in|at",
    "fr": "de la|de l'|de l’|des|du|de|d'|d’",
    "es": "de la|del|de",
    "de": "von|der|des|in",
    "it": "di|della|dello|dell'|dell’|del",
    "pt": "de|do|da",
}
_IN = "in|to|at|en|à|em|a|в|во"  # Consul General of Japan in Leeds
_AND = "and|et|y|e|und|и"


def _alphabetic(language: str, rules: Mapping[str, Any], offices: _Offices) -> _Finder:
    names = rules["names"]
    no_names, given = frozenset(names["no_names"].split()), tuple(names["ru_given"].split())
    word = rf"[{_UPPER}](?:\.|(?:[\w'’]|-(?=\w))*)"
    between = rf"\s(?:(?:{names['particles']})\s){{0,2}}"
    # German writes every noun like a name.
    name = rf"{word}(?:\s[{_UPPER}]\.)?(?:{between}{word}){{1,{1 if language == 'de' else 3}}}"
    former = rf"(?:(?:{offices.former})[ -]*)*" if offices.former else ""
    of = rf"\s(?:{_OF[language]})\s?" if language in _OF else r"\s"
    several = names["several"].get(language, "(?!)")
    words = f"{offices.words}|(?P<several>{several})"
    # Every office begins with a capital or a pair of letters in brackets. Looking at that first saves half of the time.
    office = re.compile(rf"(?=[{''.join(sorted(set(_INITIALS.findall(words))))}]){_BEGINS}(?:{words})(?:-elect)?(?!\w)")
    held = re.compile(rf"(?<!\w)(?<!\w-){former}$")
    # What follows an office: Mayor A B; Mayor of C A B; the mayor of C, A B, said; A B, mayor of C.
    direct = re.compile(rf"\s(?:\([^()]{{1,25}}\)\s)?{_TITLES}(?P<name>{name})")
    of_place = re.compile(rf"{of}(?:{word}(?:\s{word})?\s(?:{_IN})\s)?(?P<name>{word}(?:{between}{word}){{2,5}})")
    apposed = re.compile(
        rf"(?P<of>{of}[^,.;:()\n]{{2,60}})?,\s{_TITLES}(?P<name>{name})(?=[,.;)»”\"]|\s[^\W\d_]*[a-zа-я])"
    )
    after_name = re.compile(rf"(?:{of}{word}(?:[\s-]{word}){{0,3}})?(?=[\s,.;)]|$)")
    # A B, the first French office; A B, who is the office; A B was elected office.
    being = rf"(?:,\s|\s\(){_ARTICLES}(?:(?:{names['before_office']})\s){{0,2}}(?:(?:(?:[A-Z]\.)+|{word})\s){{0,3}}"
    holding = rf",?\s(?:{names['holds'].get(language, '(?!)')})\s{_ARTICLES}"
    name_before = re.compile(rf"(?<!\w)(?P<name>{name})(?:{being}|{holding})$")
    own_of = rf"(?:{of}{word}(?:\s{word}){{0,2}})?"
    # Mayors A B of C and D E of F.
    both = re.compile(
        rf"(?P<role>{several})\s{_TITLES}(?P<name>{name}){own_of}(?:,\s(?P<second>{name}){own_of},?)?\s(?:{_AND})\s(?P<last>{name})"
    )

    def beside(match: re.Match[str], text: str, places: Collection[str]) -> Iterator[_Found]:
        start, end = match.span()
        ahead = held.search(text, max(0, start - _FORMER_MOST), start)
        if not ahead:  # vice-mayor, where only the mayor is known
            return
        start = ahead.start()
        followed = False
        if placed := of_place.match(text, end):
            for found in _after_place(placed, start, places, given):
                followed = True
                yield found
        # A Russian office is followed by its place as often as by a name.
        if (named := direct.match(text, end)) and (language != "ru" or named["name"].startswith(given)):
            followed = True
            yield _Found(named.span("name"), (start, end))
        if followed:  # a name before it has another office: A B, Mayor C D
            return
        if (named := apposed.match(text, end)) and not office.search(text, end, named.start("name")):
            yield _Found(named.span("name"), (start, max(end, named.end("of"))))
        before = name_before.search(text, max(0, start - _NAME_MOST), start)
        if before and (named := after_name.match(text, end)):
            yield _Found(before.span("name"), (start, named.end()))

    def listed(start: int, text: str) -> Iterator[_Found]:
        """All of those whom an office in the plural names, or none."""
        if match := both.match(text, start):
            spans = [match.span(group) for group in ("name", "second", "last") if match[group]]
            kept = [_trimmed(_Found(span, match.span("role")), text, no_names) for span in spans]
            if all(kept):
                yield from filter(None, kept)

    def find(field: Field, places: Collection[str]) -> Iterator[_Found]:
        for match in office.finditer(field.text):
            if match["several"]:
                yield from listed(match.start(), field.text)
                continue
            for found in beside(match, field.text, places):
                if kept := _trimmed(found, field.text, no_names):
                    yield kept

    return find


# Nothing before an office, or what is written as one word with it: exalcaldesa, Altbürgermeister.
_BEGINS = "(?:(?<!\\w)|(?<=[Ee]x)|(?<=Alt)|(?<=экс))"
_INITIALS = re.compile(r"[A-ZÀ-ÞА-Я]|(?<=\[)\w|(?<=\[\w)\w")
_FORMER_MOST = 24  # code points of what makes a holder a former one
_NAME_MOST = 90  # code points of a name with what stands between it and its office
_TITLES = r"(?:(?:Dr|Dra|Dott|Avv|D|Prof|Mr|Mrs|Ms|M|Mme|Sr|Sra|Ing|Herr|Frau|Sir|Dame|Don|Doña|г-н|г-жа)\.?\s){0,3}"
_TITLE = re.compile(_TITLES.replace("{0,3}", ""))
_ARTICLES = r"(?:the\s|a\s|l['’]|le\s|la\s|el\s|der\s|die\s|il\s|o\s)?"


def _trimmed(found: _Found, text: str, no_names: Collection[str]) -> _Found | None:
    """The name up to a word that is none, without titles and the English genitive; None if one word is left."""
    start, last = found.name
    while title := _TITLE.match(text, start, last):
        start = title.end()
    end = start
    number = 0
    for word in re.finditer(r"\S+", text[start:last]):
        if word[0].strip(".,") in no_names:
            break
        end, number = start + word.end(), number + 1
    if text[start:end].endswith(("'s", "’s")):
        end -= 2
    elif text[start:end].endswith(("s'", "s’")):
        end -= 1
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
