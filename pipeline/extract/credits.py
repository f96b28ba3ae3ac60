"""Credit lines: whom an article names as the origin of its report, and the language that it says it was translated from.

A name is a credit by where and how it stands, never by being mentioned: after a label ("Source: ..."), in a dateline
("TIANJIN, July 9 (Xinhua) --"), in brackets after the last sentence, or in a statement of where the text was first. After a
label any name counts, elsewhere only those of publishers that are credited all over the world.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.knowledge.publishers import Publishers, load_publishers

_HEAD_LINES = 4  # kicker, stamp, standfirst, first paragraph
_TAIL_LINES = 5  # last paragraph, credit, translator, licence
_MAX_NAME = 60  # characters of a name after a label
_MAX_WORDS = 8
_MAX_SHORT = 120  # characters of a line that is no prose

# ------------------------------------------------------------------------------------------------------------- labels

_LABELS = (
    r"(?:本文|信息|资料|資料|新闻|新聞|消息|稿件|文章|内容|内文)?(?:来源|來源)(?:于|自)?|稿源|(?:转|轉)(?:载|載)?自|(?:转|轉)(?:载|載)(?:来源|來源)|原(?:载|載)(?:于|於)?|首(?:发|發)(?:于|於)?|供稿"
    r"|出典|出所|引用元|情報源|情報提供|記事提供|資料提供|配信元?|転載元|提供元?|ソース"
    r"|(?:자료\s?|기사\s?)?출처|(?:기사|자료)\s?제공|제공"
    r"|(?:news |original |article )?sources?(?:\(s\))?|news provided by|original article|quellen?|fuentes?|fontes?|fonti|источники?(?: информации)?|chanzo(?: cha habari)?|المصدر|مصدر"
    r"|bron|kaynak|sumber|nguồn|джерело|źródło|kilde|källa|lähde"
)
_LABELLED = re.compile(
    rf"(?:^|[\s|｜•·　(（\[【〔])(?P<label>{_LABELS})\s*[:：]\s*(?P<rest>\S.*)$",
    re.IGNORECASE,
)
# The same with another mark, as weblogs in Chinese have it: 来源丨新华社, 文／新华社. Known names only: people sign so too.
_MARKED = re.compile(
    r"(?:^|[\s(（【〔])(?:(?:文章|本文)?[来來]源|稿源|文|출처)\s?[|｜丨/／=]\s?(?P<name>[^()（）【】〔〕|｜丨]{2,40})"
)
_LABEL_ALONE = re.compile(rf"[\W_]*(?P<label>{_LABELS})\s*[:：]?[\s(（]*", re.IGNORECASE)
_STATED_BY_WIRE = re.compile(r"^SOURCE:?\s+(?P<caps>[A-Z][^.!?]{1,60})$")
# A name ends where a date, another label or a bracket begins.
_NAME_END = re.compile(
    r"[，,。；;|｜()（）\[\]【】〔〕<>《》\n\t]|\s[-–—]\s|\s{2,}|\s*(?:19|20)\d\d\s?[-年./]|\s+\d{1,2}:\d\d|\s*\d{1,2}\s?月|[!?！？]|\.(?:\s|$)"
    r"|\s*(?:作者|记者|記者|编辑|編輯|责任编辑|責任編輯|责编|时间|時間|日期|发布|發布|字号|浏览|阅读|点击|更新|撮影|Author|By\s|Date|Published|Updated|Editor)\s?[:：]?",
    re.IGNORECASE,
)
# Who is named so names nobody.
_NOBODY = re.compile(
    r"(?:本(?:站|网|網|报|報|刊|台|社|页|頁|サイト|紙|誌)(?:原创|原創|讯|訊|专稿)?|原创|原創|转载(?:文章)?|轉載|互联网|网络|網路|網絡|网络整理|自(?:社|媒体)|当社|弊社|編集部|筆者(?:作成)?|公式(?:サイト|ホームページ)?"
    r"|ホームページ|自体|未知|佚名|own(?: elaboration| work)?|internet|web|online|staff|n/?a|unknown|agenc(?:y|ies)|agências?|agencias?|agences?|agenturen|редакция|собственная информация|here|link|وكالات|综合|綜合|본지|자체|인터넷)",
    re.IGNORECASE,
)  # fmt: skip
# Whoever took the picture does not give the account.
_PICTURE = re.compile(
    r"photo|image|picture|graphic|video by|caption|foto|bild|imagen|写真|画像|撮影|図|動画|摄|攝|图|圖|사진|그래픽|фото|рисун|picha|صورة|تصوير|\bphotos?\b",
    re.IGNORECASE,
)
# 提供 stands below pictures as often as below texts.
_ONLY_KNOWN = re.compile(
    r"提供元?|配信元?|供稿|ソース|제공|首(?:发|發)(?:于|於)?|原(?:载|載)(?:于|於)?|original article", re.IGNORECASE
)


# "Xinhua/A. Sample": agency and photographer.
_PHOTOGRAPHER = re.compile(r"[^/]+/\s?[^\W\d_][\w.'’-]*(?:\s[^\W\d_][\w.'’-]*)+")


def _is_picture(name: str) -> bool:
    return _PICTURE.search(name) is not None or (
        _PHOTOGRAPHER.fullmatch(name) is not None and not load_publishers().find_all(name.partition("/")[2])
    )


@functools.lru_cache(maxsize=1_024)  # the readers of one page mostly find the same lines
def credits_in(line: str, *, head: bool = False, tail: bool = False) -> tuple[str, ...]:
    """Names that a line gives as the origin of the text.

    Args:
        head: it stands above the text or begins it: there datelines are.
        tail: it ends the text or stands below: there agencies stand in brackets.
    """
    publishers = load_publishers()
    found = list(_after_label(line, publishers))
    if not found and head:
        found = list(_dateline(line, publishers))
    if not found and tail:
        found = list(_signature(line, publishers))
    if not found and (head or tail):
        found = list(_first_published(line, publishers))
    return tuple(found)


def read_credits(lines: Sequence[str]) -> list[str]:
    """Names of the origins that a text credits, in its order, by the lines of its body."""
    last = len(lines) - _TAIL_LINES
    found = (credits_in(line, head=at < _HEAD_LINES, tail=at >= last) for at, line in enumerate(lines))
    return list(dict.fromkeys(name for names in found for name in names))


def credits_beside(pieces: Iterable[str]) -> list[str]:
    """Names in pieces of a page's text outside the body: after a label in the same piece or the one before, or beside a date."""
    publishers = load_publishers()
    found: list[str] = []
    label: re.Match[str] | None = None
    joined = list(_with_brackets(pieces))
    for piece, following in itertools.zip_longest(joined, joined[1:], fillvalue=""):
        if len(piece) > _MAX_SHORT:
            label = None
            continue
        if label:
            found += _name_after(label["label"], piece, publishers)
        label = _LABEL_ALONE.fullmatch(piece)
        if not label:
            found += [*_after_label(piece, publishers)] or [*_beside_date(piece, following, publishers)]
    return list(dict.fromkeys(found))


def _with_brackets(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces, brackets joined with the link inside them."""
    held: list[str] = []
    for piece in pieces:
        if len(held) == 2 and piece[0] in ")）]":
            yield "".join((*held, piece[0]))
            held = []
            if len(piece) > 1:
                yield piece[1:].strip()
            continue
        if len(held) == 2:
            yield from held
            held = []
        if held or piece in ("(", "（", "["):
            held.append(piece)
        else:
            yield piece
    yield from held


def known_credits(names: Iterable[str]) -> list[str]:
    """Those of the names, as metadata and bylines give them, that are publishers credited all over the world."""
    publishers = load_publishers()
    found = []
    for name in names:
        bare = _LABEL_ALONE.sub("", name, count=1) if _LABEL_ALONE.match(name) else name
        found.append(_publisher_in(bare, publishers) if "://" not in bare else "")
    return list(dict.fromkeys(name for name in found if name))


def _publisher_in(signed: str, publishers: Publishers) -> str:
    """The publishers that sign, alone or after people: "Le Monde avec AFP", and AP of "A. Sample and B. Sample, AP"; else ""."""
    parts = [part for part in re.split(r"\s*[,，(（|]\s*|\s[-–—]\s", signed.strip(" 　©()（）[]【】")) if part]
    for part in (parts[0], parts[-1]) if parts else ():
        if len(part) <= _MAX_NAME and not _is_picture(part) and _is_only_names(part, publishers):
            return part
    return ""


def _after_label(line: str, publishers: Publishers) -> Iterator[str]:
    if len(line) > _MAX_SHORT * 4:
        return
    marked = _MARKED.search(line) if len(line) <= _MAX_SHORT else None
    if marked and (known := publishers.spelt_in(marked["name"].strip())):
        yield known
    is_long = len(line) > _MAX_SHORT
    if not (":" in line or "：" in line or line.startswith("SOURCE")) or (is_long and not line.endswith(_CLOSED)):
        return
    wire = _STATED_BY_WIRE.match(line)
    if wire:
        yield wire["caps"].strip()
        return
    match = _LABELLED.search(line, max(0, len(line) - _MAX_SHORT) if is_long else 0)
    if not match or _runs_on(line[: match.start("label")]) or (is_long and not _ends_line(line, match)):
        return
    if _PICTURE.search(line[: match.start("rest")]):
        return
    yield from _name_after(match["label"], match["rest"], publishers)


def _name_after(label: str, rest: str, publishers: Publishers) -> list[str]:
    name = _name(rest, publishers)
    return [name] if name and (publishers.find_all(name) or not _ONLY_KNOWN.fullmatch(label)) else []


def _runs_on(before: str) -> bool:
    """True for a label in a sentence: only stamps and other labels stand before one of the page's."""
    return before.endswith(" ") and bool(before.strip(" |｜•·(（[【〔")) and not _OTHER_PART.search(before)


_OTHER_PART = re.compile(r"[\d:：|｜•·(（\[【〔]\s*$|\d[\s年月日时時分:/.-]*$|[:：].{1,30}$|\s{2}$")


_CLOSED = (")", "）", "]", "】", "〕", ").", "）。")


def _ends_line(line: str, match: re.Match[str]) -> bool:
    """True for a bracket that ends a paragraph: "... next year. (Source: China Daily)"."""
    before = line[: match.start("label")].rstrip()
    return before.endswith(("(", "（", "[", "【", "〔")) and line.rstrip(" .。").endswith((")", "）", "]", "】", "〕"))


def _name(rest: str, publishers: Publishers) -> str:
    """The name that a piece of text begins with, "" if it is none."""
    host = _HOST.match(rest.strip())
    if host:
        return host["host"]
    name = _NAME_END.split(rest.strip(" 　:：-–—'\"“”«»「」『』"), maxsplit=1)[0].strip(" 　.'\"“”«»「」『』")
    known = publishers.spelt_in(name)
    if known:
        return known if len(known) <= _MAX_NAME and not _is_picture(name) else ""
    if _WIDE_START.match(name):
        name = re.split(r"[ 　]", name, maxsplit=1)[0]  # what follows a space is of the page
    if not 1 < len(name) <= _MAX_NAME or _NOBODY.fullmatch(name) or _is_picture(name):
        return ""
    # Names begin with a capital, where there are any.
    is_name = len(name.split()) <= _MAX_WORDS and _LETTERS.search(name) is not None and not name[0].islower()
    return name if is_name else ""


_WIDE_START = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_LETTERS = re.compile(r"[^\W\d_]{2}")


_HOST = re.compile(r"(?:https?://)?(?:www\.)?(?P<host>(?:[a-z0-9-]+\.)+[a-z]{2,})(?:[/\s]|$)", re.IGNORECASE)

# ---------------------------------------------------------------------------------------------------------- datelines

# "TIANJIN, July 9 (Xinhua) --", "Madrid, 9 jul (EFE).-", "بكين 9 يوليو (شينخوا) --", "PARIS (AP) —"
_BRACKETED = re.compile(
    r"^(?P<place>[^()（）]{0,70}?)[(（](?P<name>[^()（）]{2,40})[)）]\s*(?:\.?\s?[-–—―]|[:：=＝]|\.\s)"
)
_IN_FRONT = re.compile(r"^[\[(（【〔［](?P<name>[^\[\]()（）【】〔〕［］]{2,40})[\])）】〕］]")
_IN_SLASHES = re.compile(r"^[^/]{0,70}/(?<!:/)\s?(?P<name>[^/\s][^/]{1,24}?)\s?/")
# "МОСКВА, 9 июл - РИА Новости.", "Москва. 9 июля. ИНТЕРФАКС -"
_IN_DASHES = re.compile(
    r"^[^\W\d_][^.,\d]{1,30}[.,]\s*\d{1,2}\s?[^\W\d_]{3,9}\.?(?:\s\d{4})?[.,]?\s*[-–—]?\s*(?P<name>[^\W\d_][^-–—.]{1,24}?)\s*(?:[-–—.]|$)"
)
# "Madrid / EFE" in a line of its own
_AFTER_PLACE = re.compile(r"^[^\W\d_][^/.\d]{1,30}\s/\s(?P<name>[^/]{2,24})$")
# "新华社天津7月9日电", "中新网天津7月9日电"
_WIRED = re.compile(
    r"^(?P<name>[\u4e00-\u9fffA-Za-z]{2,8}?)[\u4e00-\u9fff、·]{0,12}\s?(?:\d{1,2}月)?\d{1,2}日\s?(?:[电電讯訊]|消息|报道|報導)"
    r"|^(?P<outlet>[\u4e00-\u9fff]{2,8}?)(?:消息|[讯訊])[:：]"
)
_MAX_PLACE = 4  # words of a place without a date: NEW DELHI [India]


def _dateline(line: str, publishers: Publishers) -> Iterator[str]:
    start = line[:160]
    bracketed = _BRACKETED.match(start)
    place = bracketed["place"] if bracketed else ""
    if bracketed and (_DATED.search(place) or len(place.split()) <= _MAX_PLACE):
        name = _known(bracketed["name"], publishers)
        if name:
            yield name
            return
    for form in (_IN_FRONT, _IN_SLASHES, _IN_DASHES, _AFTER_PLACE):
        match = form.match(start)
        name = _known(match["name"], publishers) if match else ""
        if name:
            yield name
            return
    wired = _WIRED.match(start)
    if wired and wired["outlet"]:
        yield from (wired["outlet"],) if publishers.find_all(wired["outlet"]) else ()
    elif wired:
        names = (start[:size] for size in range(wired.end(), 1, -1))
        known = next((name for name in names if not _DIGIT.search(name) and publishers.find_all(name)), "")
        if known:
            yield known


_DIGIT = re.compile(r"\d")
_DATED = re.compile(r"[\d=＝]")


def _known(name: str, publishers: Publishers) -> str:
    is_none = _is_picture(name) or (name.islower() and _is_word(name))
    return "" if is_none else publishers.spelt_in(name.strip(), at_end=True)


# A name beside a date in one line of the head: "Xinhua | Updated: 2025-07-09", "(Chinadaily.com.cn) 08:47, July 09, 2025"
_STAMP = re.compile(
    r"(?:updated|published|posted|last modified|更新|发布|發佈|発表|配信|入力)?(?:时间|時間|日時)?\s*[:：]?\s*(?:\d[\d\s:.,/年月日時分时-]*(?:am|pm)?|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?)[\s,]*",
    re.IGNORECASE,
)
_STAMP_LINE = re.compile(r"[^.]{0,20}\d.{0,40}$")
_BY = re.compile(r"^(?:by|von|par|por|di|da|от|na|文)\s*[:：/／]?\s+", re.IGNORECASE)


def _beside_date(piece: str, following: str, publishers: Publishers) -> Iterator[str]:
    if not _DIGIT.search(piece) and not _BY.match(piece) and piece[0] not in "([（【[〔［":
        return
    rest, dates = _STAMP.subn("\n", piece)
    named, signed = _BY.subn("", rest)
    named = named.strip(" 　|｜·•-–—\n")
    is_told = bool(dates or signed) and "://" not in piece and "\n" not in named  # or it would join what a date parts
    name = _publisher_in(named, publishers) if is_told else ""
    if name:
        yield name
    elif (match := _IN_FRONT.match(piece)) and match.end() == len(piece) and _STAMP_LINE.match(following):
        known = _known(match["name"], publishers)  # a bracket alone is of a picture
        yield from (known,) if known else ()


# --------------------------------------------------------------------------------------------------------- signatures

_AT_END = re.compile(
    r"(?:^|(?P<sentence>[.。!?！？…」』”\"’»])\s*|(?<=\s))(?P<open>[(（\[【〔］<])(?P<name>[^()（）\[\]【】〔〕<>]{2,60})[)）\]】〕>]\s*[.。]?$"
)
_AFTER_DASH = re.compile(r"(?:^|[.。!?！？…」』”\"’»]\s*)(?:[-–—―]{1,2}|/|via\s)\s*(?P<name>[^-–—―©]{2,40}?)\s*/?[.]?$")
# "(c)CNS/JCM/AFPBB News", "© dpa-infocom, dpa:250709-930"
_RIGHTS = re.compile(r"^(?:©|[(（][cC][)）])\s*(?P<name>[^,，/／:：]{2,40})")
_WITH = re.compile(
    r"^(?:mit(?: material(?: (?:von|der))?)?|avec|con(?: información)?(?: de)?|com(?: informações)?(?: da?| de)?|with(?: (?:inputs?|reporting|files|information))?(?: from| by)?|by|via|from|von|de|por|da|par|по материалам|по информации|/|©)\s+",
    re.IGNORECASE,
)
_INPUTS = re.compile(r"\s+(?:inputs?|reports?)$", re.IGNORECASE)
_OUTLET_ENDING = re.compile(r"[^\s、，。・]{1,9}(?:社|通信|通訊社|通讯社|网|網|日报|日報|新聞|新闻|電)")
_NO_OUTLET = re.compile(
    r".*(?:会社|會社|公司|本社|支社|同社|弊社|当社|自社|各社|両社|神社|商社|公社|結社|社社|出版社|旅行社|合作社|インターネット|互联网|網絡|网络|携帯電|停電|発電|充電|家電|送電)$|.*(?:主催|共催|協力|写真)"
)


def _signature(line: str, publishers: Publishers) -> Iterator[str]:
    end = line[-100:] if len(line) > 100 else line
    match = _AT_END.search(end)
    if match and not _is_picture(match["name"]):
        inner = _INPUTS.sub("", _WITH.sub("", match["name"].strip()))
        known = publishers.spelt_in(inner, at_end=True)
        separate = (match["sentence"] or match.start() == 0 or match["open"] in "【〔[") and not _is_word(inner)
        if separate and known:
            yield known
            return
        if separate and _OUTLET_ENDING.fullmatch(inner) and not _NO_OUTLET.fullmatch(inner):
            yield inner
            return
    for form in (_AFTER_DASH, _RIGHTS):
        found = form.search(end)
        if found and not _is_picture(found["name"]) and _is_only_names(found["name"], publishers):
            yield found["name"].strip()
            return
    bare = line.strip(" 　-–—*()（）[]【】.。/©")
    alone = _WITH.sub("", bare)
    telling = len(alone) > _MAX_WORD or alone.isupper() or not alone.isascii() or _INFORMED.match(bare)
    if telling and len(alone) <= _MAX_NAME and not _is_picture(line) and _is_only_names(alone, publishers):
        yield alone


_MAX_WORD = 6  # letters
_INFORMED = re.compile(r"(?:mit|avec|con|com|with|via)\s", re.IGNORECASE)


def _is_only_names(text: str, publishers: Publishers) -> bool:
    """True if nothing but names of publishers stands in a line: "AFP/dpa", "China Daily via TV BRICS"."""
    parts = [
        part for part in re.split(r"\s*[/／,、|]\s*|\s(?:via|and|und|et|y|e|и|avec|con|com|mit|with)\s", text) if part
    ]
    return bool(parts) and all(publishers.is_name(part) and not _is_word(part) for part in parts)


def _is_word(name: str) -> bool:
    """True for what is also a word or a person's name, "(map)", "(mehr)", "By Petra": an agency's only in a dateline or after a label."""
    return name.casefold() in _WORDS and not name.isupper()


_WORDS = frozenset({"aa", "ann", "dawn", "ena", "map", "mehr", "nan", "petra", "sabah", "spa", "tap"})


# ------------------------------------------------------------------------------------------------------ first published

_FIRST_PUBLISHED = (
    re.compile(
        r"(?:^|[.(\[*_]\s*)(?:(?:this|the) (?:article|story|piece|post|report|op-ed|interview|text|commentary|essay|release)\b[^.]{0,30}?\s)?(?:(?:was|is|has been)\s)?(?:(?:first|originally|previously|initially)\s(?:published|appeared|posted|ran|released)|(?:republished|reprinted|reproduced|syndicated)(?:\s(?:here\s)?(?:with|by)\s(?:the\s)?(?:kind\s)?permission)?)\s(?:by|in|on|at|from|of)\s?[:\s]\s?(?:the website of\s)?(?P<name>.{2,80})",
        re.IGNORECASE,
    ),
    re.compile(r"(?:^|[。（(])(?:本文|原文|文章|此文|本稿)(?:首[发發](?:于|於|表于)|[转轉](?:[载載])?自|原[载載](?:于|於)?|来自|來自|[来來]源(?:于|於)|摘自|刊(?:于|於)|[载載](?:于|於))[:：]?\s*[《「『“]?(?P<name>[^》」』”。，,（()）]{2,40})"),
    re.compile(r"(?:^|[。（(※])(?:この|本)(?:記事|稿|コラム|文章|レポート)は、?[「『]?(?P<name>[^。、」』]{2,40}?)[」』]?(?:に(?:初めて|最初に)?(?:掲載|発表|公開)|(?:から|より)の?転載|の転載|が配信|の提供|の許可)"),
    re.compile(r"(?:^|[.(※]\s*)(?:이|본)\s?기사는\s(?P<name>[^.]{2,30}?)(?:에|이|가|의|에서)\s?(?:먼저\s)?(?:제공|게재|실린|전재|보도|제휴)"),
)  # fmt: skip
_FIRST_PUBLISHED_ELSEWHERE = re.compile(
    r"(?:^|[.(\[*]\s*)(?:(?:cet|l['’])\s?article\b[^.]{0,40}(?:publié|paru|repris)[^.]{0,40}?\s(?:par|dans|sur|de|chez)|(?:este|el) (?:artículo|texto|reportaje)\b[^.]{0,30}public\w+[^.]{0,30}?\s(?:por|en)"
    r"|(?:dieser|der) (?:artikel|beitrag|text)\b[^.]{0,20}(?:erschien|veröffentlicht|übernommen|stammt)[^.]{0,30}?\s(?:bei|in|auf|von|aus)|(?:questo|l['’]) ?articolo\b[^.]{0,40}pubblicato[^.]{0,30}?\s(?:da|su|in)|este artigo\b[^.]{0,30}publicado[^.]{0,30}?\s(?:por|pela?|em|na|no)"
    r"|(?:материал|статья|текст)\b[^.]{0,40}(?:опубликован\w*|вышел|вышла)[^.]{0,30}?\s(?:в|на|изданием|агентством|порталом)|(?:makala|habari|taarifa) h[aiu]\w+\s[^.]{0,40}(?:ilichapishwa|yalichapishwa|imechapishwa|imetolewa)[^.]{0,30}?\s(?:na|katika)|(?:نُ?شر(?:ت)?) (?:هذا|هذه) [^.]{0,30}?\s(?:في|على|عن))\s(?P<name>.{2,60})",
    re.IGNORECASE,
)  # fmt: skip
# One of these is in every such statement; asking for them is ten times faster than the expressions.
_STATING = (
    *("publi", "pubbl", "опубл", "вышл", "вышел", "appeared", "posted", "released", " ran ", "print", "reproduc", "syndic", "veröffentl", "erschien", "übernommen"),
    *("stammt", "paru", "repris", "chapish", "imetolewa", "نشر", "本文", "原文", "文章", "此文", "本稿", "記事", "コラム", "レポート", "기사는"),
)  # fmt: skip
_STATEMENT_END = re.compile(
    r"\s(?:on\s(?:\w+\s)?\d|under|as|and (?:is|was|has)|with|here|at https?|am \d|le \d|el \d|\d{1,2}\b)|[.,;:()（）*_]",
    re.IGNORECASE,
)


def _first_published(line: str, publishers: Publishers) -> Iterator[str]:
    lowered = line.casefold() if len(line) <= _MAX_STATEMENT else ""
    if not any(word in lowered for word in _STATING):
        return
    for form in _FIRST_PUBLISHED:
        match = form.search(line)
        if match:
            name = _statement_name(match["name"], publishers)
            if name and (publishers.find_all(name) or not language_in(name)):
                yield name
                return
    match = _FIRST_PUBLISHED_ELSEWHERE.search(line)
    if match:
        name = _statement_name(match["name"], publishers)
        if publishers.find_all(name):
            yield name


def _statement_name(rest: str, publishers: Publishers) -> str:
    host = _HOST.match(rest.strip())
    if host:
        return host["host"]
    return _name(_STATEMENT_END.split(rest, maxsplit=1)[0], publishers)


# -------------------------------------------------------------------------------------------------------- translations

# Names of languages, and their stems where endings change, in the languages that say "translated from".
_LANGUAGES = {
    "zh": "chinese|mandarin|中国語|中文|汉语|漢語|중국어|chinois|chino|chinês|chines|chinesisch|китайск|cinese|kichina|الصينية",
    "en": "english|英語|英语|英文|영어|영문|anglais|inglés|ingles|inglês|englisch|английск|inglese|kiingereza|الإنجليزية|الانجليزية",
    "ja": "japanese|日本語|日语|日語|日文|일본어|japonais|japonés|japonês|japanisch|японск|giapponese|kijapani|اليابانية",
    "ko": "korean|韓国語|韩语|韓語|韩文|韓文|한국어|coréen|coreano|koreanisch|корейск|kikorea|الكورية",
    "fr": "french|フランス語|法语|法語|法文|프랑스어|français|francés|francês|französisch|французск|francese|kifaransa|الفرنسية",
    "es": "spanish|スペイン語|西班牙语|西班牙語|스페인어|espagnol|español|espanhol|spanisch|испанск|spagnolo|kihispania|الإسبانية",
    "de": "german|ドイツ語|德语|德語|德文|독일어|allemand|alemán|alemão|deutsch|немецк|tedesco|kijerumani|الألمانية",
    "ru": "russian|ロシア語|俄语|俄語|俄文|러시아어|russe|ruso|russo|russisch|русск|kirusi|الروسية",
    "pt": "portuguese|ポルトガル語|葡萄牙语|葡萄牙語|포르투갈어|portugais|portugués|português|portugiesisch|португальск|portoghese|kireno|البرتغالية",
    "it": "italian|イタリア語|意大利语|義大利語|이탈리아어|italien|italiano|italienisch|итальянск|kiitaliano|الإيطالية",
    "ar": "arabic|アラビア語|阿拉伯语|阿拉伯語|아랍어|arabe|árabe|arabisch|арабск|arabo|kiarabu|العربية",
    "sw": "swahili|kiswahili|スワヒリ語|斯瓦希里语|스와힐리어|суахили|السواحلية",
    "uk": "ukrainian|ウクライナ語|乌克兰语|ukrainien|ucraniano|ukrainisch|украинск",
    "nl": "dutch|オランダ語|荷兰语|néerlandais|neerlandés|niederländisch|нидерландск",
    "tr": "turkish|トルコ語|土耳其语|turc|turco|türkisch|турецк",
    "pl": "polish|ポーランド語|波兰语|polonais|polaco|polnisch|польск",
    "fa": "persian|farsi|ペルシア語|ペルシャ語|波斯语|persan|persisch|персидск",
    "vi": "vietnamese|ベトナム語|越南语|vietnamien|vietnamita|vietnamesisch|вьетнамск",
    "id": "indonesian|インドネシア語|印尼语|indonésien|indonesio|indonesisch|индонезийск",
}  # fmt: skip
_LANGUAGE = re.compile("|".join(f"(?P<{code}>{names})" for code, names in _LANGUAGES.items()), re.IGNORECASE)
_OPENING = r"(?:^|[(（\[【〔※*_]|[.。]\s*[(（]?)\s*"
_SUBJECT = r"(?:(?:this|the) (?:article|story|piece|post|report|text|page|interview|version)\b[^.]{0,30}?\s)?(?:(?:was|is|has been)\s)?"
_TRANSLATED = re.compile(
    _OPENING
    + rf"(?:{_SUBJECT}(?:(?:machine|automatically|auto)[- ]?)?translat(?:ed|ion)(?:\s(?:by|and edited by)\s[^.]{{2,40}}?)?\sfrom\b(?P<en>.{{2,40}})"
    rf"|{_SUBJECT}(?:first|originally)\s(?:published|written|appeared|posted)(?:\s(?:by|in|on|at)\s[^.]{{2,40}}?)?\sin\s(?P<en2>[a-z]{{4,12}})\b"
    r"|(?:(?:cet article a été|article|texte)\s)?traduit(?:e)?\s(?:(?:et adaptée?\s)?par\s[^.]{2,40}\s)?(?P<fr>(?:de l['’]|du\s|depuis\s).{2,20})"
    r"|(?:(?:este|artículo|texto)[^.]{0,30}\s)?traducid[oa]\s(?P<es>(?:del?|desde el)\s.{2,20})|(?:este artigo foi\s)?traduzid[oa]\s(?P<pt>(?:do|da|de)\s.{2,20})|(?:articolo\s)?tradott[oa]\s(?P<it>(?:dall?['’]?|da)\s?.{2,20})"
    r"|(?:dieser (?:artikel|text|beitrag) wurde\s)?(?:übersetzt\s(?P<de>aus dem\s\w{4,20})|(?P<de2>aus dem\s\w{4,20})\s(?:übersetzt|übertragen|von\s[A-ZÄÖÜ]))"
    r"|(?:статья\s|материал\s)?перев(?:од|едено|едена|ёл|ела)\s(?P<ru>(?:с|со)\s.{2,20})"
    r"|(?:makala|habari)?[^.]{0,20}(?:(?:i|ya|li|u)metafsiriwa|tafsiri)\skutoka\s(?P<sw>.{2,30})"
    r"|(?:ترجم(?:ة|ت)?|مترجم(?:ة)?)\s(?P<ar>(?:عن|من)\s.{2,30})"
    r"|(?:本文)?(?:编译|編譯|[翻]?[译譯])自(?P<zh>.{0,20})|原文(?:为|為|是|语言|語言)?[:：]?(?P<zh2>(?:英|中|日|法|德|俄|西班牙|韩|韓|葡萄牙|阿拉伯)[文语語])"
    r"|原文は(?P<ja>\S{1,8}語)|(?P<ja2>\S{1,8}語)(?:から|より)の?(?:機械)?翻訳|(?:この記事|本稿|本記事|この文章)は、?[^。]{0,40}?(?P<ja3>[^。\s]{0,40}?)(?:を|の|から|より)(?:機械|自動)?翻訳"
    r"|(?:이|본)?\s?(?:기사는\s)?(?P<ko>\S{1,4}(?:어|문))(?:에서|로 (?:쓰|작성)된 [^.]{0,10}을?)\s?번역|원문은\s(?P<ko2>\S{1,4}(?:어|문)))",
    re.IGNORECASE,
)  # fmt: skip
_TRANSLATOR = re.compile(
    r"^[\W_]*(?:(?:translat(?:ion|or)|翻訳(?:・編集|編集|者)?|訳者?|日本語訳|翻译|翻譯|译者|譯者|编译|編譯|번역|옮김|traduction|traducción|tradução|traduzione|übersetzung|перевод|переводчик|mtafsiri|ترجمة)"
    r"\s*[:：／/=＝】]\s*|(?:(?:english |japanese |chinese )?translation by|translated(?: and edited)? by|traduit(?:e)? par|traducid[oa] por|traduzid[oa] por|tradott[oa] da|übersetzt von|imetafsiriwa na)\s+)\S.{0,60}$",
    re.IGNORECASE,
)
# 原文链接 and 原文地址 are links to what was copied, in the same language.
_ORIGINAL_AT = re.compile(r"^[\W_]*(?:原文(?:リンク)?|원문)\s*[:：]\s*\S.{0,200}$")
_MAX_STATEMENT = 240  # characters; a longer line is text


def language_in(text: str) -> str:
    """Code of the first language that a text names, "" if it names none."""
    match = _LANGUAGE.search(text)
    return match.lastgroup or "" if match else ""


# One of these is in every line that says so; asking for them is several times faster than the expressions. None has an "i", of
# which the expressions take more forms than case folding makes one.
_TRANSLATING = (
    *("translat", "tradu", "tradot", "übersetz", "aus dem", "перев", "tafs", "ترجم", "译", "譯", "訳", "번역", "옮김"),
    *("원문", "原文", "shed", "tten", "appeared", "posted"),
)


def read_translation(lines: Sequence[str]) -> str:
    """Code of the language that lines above or below a text say it was translated from, "und" if they do not say which, else ""."""
    stated = ""
    for line in (*lines[:_HEAD_LINES], *lines[max(_HEAD_LINES, len(lines) - _TAIL_LINES) :]):
        if len(line) > _MAX_STATEMENT:
            continue
        lowered = line.casefold()
        if not any(word in lowered for word in _TRANSLATING):
            continue
        match = _TRANSLATED.search(line)
        if match:
            code = language_in(next(group for group in match.groups() if group is not None))
            if code:
                return code
            if match["zh"] is not None or match["ja3"] is not None:
                stated = "und"
        elif _TRANSLATOR.match(line) or _ORIGINAL_AT.match(line):
            stated = "und"
    return stated
