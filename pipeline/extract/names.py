"""Names of people and organisations in what a page gives as its author: single, bare, in their own spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import NamedTuple

from pipeline.text.clean import clean_text, fold

MAX_NAMES = 10
_MAX_DECLARED = 300  # code points of a field that holds names; longer ones are texts


class Named(NamedTuple):
    """The names of a field, in its order and spelling."""

    people: tuple[str, ...]
    organisations: tuple[str, ...]
    beside: tuple[str, ...] = ()  # organisations that may sign beside people: agencies, not the outlet itself


# "By Ann": words that stand right before a name; "Author: Ann", "Author" above it; "Text: Ann", which is also a button.
SIGNING = (
    r"by|von|par|por|di|door|av|af|oleh|(?:written|posted|reported|submitted) by|reporting by|skrevet a[vf]|skriven av|verfasst von"
    r"|geschrieben von|écrit par|propos recueillis par|escrito por|scritto da|yazan"
)
WRITER = r"author|autor(?:in)?(?:/autor(?:in)?)?|autore|auteur|autora|forfatter|yazar|автор(?: текста)?|szerző|tác giả|penulis"
TEXT = r"text[eo]?|tekst|testo|текст"
_LABEL = rf"(?:(?:{SIGNING}|{WRITER})(?:\s*[:：]\s*|\s+|$)|(?:{TEXT})(?:\s*[:：]\s*|\s+))"
_BY = re.compile(
    rf"^\s*(?:{_LABEL}"
    r"|文\s*[=＝・/／:：●]|文\s*・\s*写真\s*[:：/／=＝]?|取材・文\s*[:：/／=＝]?|著者?\s*[:：]|執筆者?\s*[:：/／]|筆者\s*[:：]|ライター\s*[:：/／]"
    r"|(?:原)?作者\s*[:：]|[\u4e00-\u9fff]{0,6}(?:记者|記者)\s*[:：]?|撰文\s*[:：]|(?:责任编辑|責任編輯|责编|責編|编辑|編輯)\s*[:：]|写真・文|(?:글|기자)\s*[:=])\s*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:(?<=.)[(（【\[][^()（）【】\[\]]{0,40}[)）】\]]|特派員|\s?기자(?:\s외\s\d+명)?|記者|记者|\s통신원|\s특파원|さん|氏|\s[A-Z]{1,3}\d{2,})\s*$"
)
SPLIT = re.compile(
    r"\s*(?:[;；|、，／/]|,(?!\s*(?:Jr|Sr|PhD|MD|Ph\.D)\b)|&|\b(?:and|und|et|y|e|och|og|ve|и|та|i|en)\b(?=\s+[^\W\d_a-z])|\s[-–—•·]\s)\s*"
)
# A date after the name; everything from it on is not a name.
DATED = re.compile(
    r"[\s|,，(（]*(?:(?:19|20)\d\d\s?[-/.年]\s?\d|\d{1,2}[:：]\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
    r"|\d{1,2}\.?\s[^\W\d_]{3,10}\.?,?\s(?:19|20)\d\d|\b[A-Z][a-z]{2,8}\.?\s\d{1,2},?\s(?:19|20)\d\d|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b).*$"
)
_BRACKETED = re.compile(r"\s*[(（][^()（）]{0,80}[)）]")
_MARKS = " .,:：・*•-–—|｜"
_PAIRS = frozenset({"《》", "〈〉", "「」", "『』", '""', "''", "“”", "[]", "［］", "【】"})
_NOT_A_NAME = re.compile(
    r"https?:|[=<>\"{}!！?？。的]|www\.|@|\d{4}|^\W*$|^(?-i:[a-z0-9]+(?:[-_.][a-z0-9]+)+)$|[^\W\d_]{2}\.(?:com|net|org|[a-z]{2})$"
    r"|^(?:admin|administrator|editors?|unknown|none|null|undefined|author|guest|webmaster|news|nachrichten|noticias|actualités|haber(?:ler)?|новости|新闻|新聞|ニュース|未知|匿名|佚名"
    r"|anonymous|editorial|by|von|par|share|follow|posts?|submitted.*|view all.*|more.*|read.*|comments?.*|published.*|updated.*|写真|文|記者|作者|기자"
    r"|(?:staff |senior |chief |freelance |deputy |political )?(?:writer|reporter|correspondent|journalist|editor|contributor|columnist)s?|(?:chef)?redakteur(?:in)?|korrespondent(?:in)?|journaliste?|autor(?:in)?|auteur|redactora?|periodista|giornalista|journalisten?|muhabir|журналист|корреспондент"
    r"|담당|취재|외신|사진|본지|현장|당시|일부|해당|동료|소속|다른|시민|전문|선임|인턴|수습|논설|객원|편집"
    r"|文字|来源|來源|原创|责任编辑|責任編輯|编辑|編輯|通讯员|本报讯|本网)$",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"^the\s|\b(?:redaktion|redazione|redaction|rédaction|redacción|redação|newsroom|staff|team|news ?desk|editorial|agency|agentur|agence|agencia|ajansı|press|presse|zeitung|verlag|GmbH|AG|Inc|Ltd|LLC|Corp|Group|Media|online|publishers?"
    r"|university|council|city of|stadt|ministry|department|office|association|foundation|network|committee)\b"
    r"|(?:株式会社|有限公司|编辑部|編輯部|編集部|編集局|報道部|取材班|事務局|広報課|新闻网|新聞網|网络|網路|科技|出版社|期刊|通讯社|通訊社|通信社|新聞社|公司|集团|集團|政府|委员会|委員會|委員会|大学|大學|学院|日报|日報|晚报|晚報|电视台|電視台|中心|协会|協會|協会|新聞|新闻|オンライン|デジタル|신문|일보|뉴스|연합|편집국|[报報网網]|财经|財經|新媒体|网络版|频道|頻道|客户端|在线|周刊|杂志|雜誌|电视|广播|发布)$"
    r"|株式会社|有限会社|有限公司",
    re.IGNORECASE,
)
_AGENCIES = frozenset(
    """afp ap apa ansa dpa efe reuters rtr sda ats keystone tass tt ntb stt pap čtk ctk tnn ians pti ani lusa belga anp
    共同 共同通信 時事 時事通信 ロイター 新华社 新華社 中新社 中央社 연합뉴스 뉴시스 뉴스1""".split()  # noqa: SIM905 - reads better than a list
)
_PARTICLES = frozenset(["de", "da", "do", "dos", "das", "del", "della", "di", "du", "la", "le", "van", "von", "der", "den", "ter", "ten", "zu", "zum", "af", "av", "bin", "al", "el", "y", "e", "ibn", "ap", "mc", "st"])  # fmt: skip


def sort_names(raw: Iterable[str], site_names: Iterable[str]) -> Named:
    """People and organisations among the names that a field holds; each field is read whole, then in parts."""
    known = {fold(name) for name in site_names}
    people: list[str] = []
    organisations: list[str] = []
    for text in raw:
        if len(text) > _MAX_DECLARED or "://" in text or text.startswith("www."):
            continue
        whole = clean_text(re.sub(r"<[^<>]*>", "", unescape(text)))
        whole = DATED.sub("", whole if whole.startswith(("(", "（")) else _BRACKETED.sub("", whole))
        parts = list(_parts(whole, known))
        if parts and fold(parts[0]) in _AGENCIES and not any(map(is_full_name, parts)):
            organisations.append(parts[0])  # "Reuters, Washington": the rest is a place
        elif any(not _is_organisation(part, known) for part in parts):
            people += [part for part in parts if fold(part) not in known]
        elif parts:
            organisations.append(bare_name(whole))
    return Named(
        tuple(dict.fromkeys(people))[:MAX_NAMES],
        tuple(dict.fromkeys(organisations))[:MAX_NAMES],
        tuple(dict.fromkeys(name for name in organisations if fold(name) not in known)),
    )


_INVERTED = re.compile(r"(?P<family>[^\W\d_]+), (?P<given>[^\W\d_]+(?: [^\W\d_]\.?)?)")


def _parts(whole: str, known: set[str]) -> Iterator[str]:
    inverted = _INVERTED.fullmatch(whole)
    if inverted and whole[0].isupper() and not any(_is_organisation(name, known) for name in inverted.groups()):
        yield f"{inverted['given']} {inverted['family']}"  # "Mihon, Ann", as libraries write
        return
    for number, part in enumerate(SPLIT.split(_BY.sub("", whole))):
        bare_part = bare_name(part)
        name = _without_verbs(bare_part)
        affiliation = number > 0 and (has_small_words(bare_part) or fold(name.partition(" ")[0]) in known)
        if not affiliation and 2 <= len(name) <= 60 and (fold(name) in known or not _NOT_A_NAME.search(name)):
            yield name


def bare_name(part: str) -> str:
    """A name without labels before it, titles, brackets and marks around it."""
    previous = ""
    while part != previous:
        previous, part = part, _TAIL.sub("", _BY.sub("", part)).strip(_MARKS)
        if part[:1] + part[-1:] in _PAIRS:
            part = part[1:-1]
    return part


def is_site(name: str, site_names: Iterable[str]) -> bool:
    folded = fold(name)
    return any(fold(site).startswith(folded) for site in site_names)


def _is_organisation(name: str, known: set[str]) -> bool:
    folded = fold(name)
    return (
        folded in known
        or folded in _AGENCIES
        or _ORGANISATION.search(name) is not None
        or (len(folded) >= 6 and any(site.startswith(folded) for site in known))
    )


def has_small_words(name: str) -> bool:
    """True for "professor of law": a description, for the words of names begin with capitals where there are any."""
    words = name.split()
    return len(words) > 1 and any(word[0].islower() and word.casefold() not in _PARTICLES for word in words)


def _without_verbs(name: str) -> str:
    """A name up to the first word that belongs to a sentence: "Ann Mihon reports from Lyon"."""
    words = name.split()
    for number, word in enumerate(words):
        if number >= 2 and word[0].islower() and word.casefold() not in _PARTICLES:
            return " ".join(words[:number])
    return name


def is_full_name(text: str) -> bool:
    """True for two to five words that begin with capitals, particles aside, and hold nothing but letters."""
    words = text.split()
    capitals = [word for word in words if word[0].isupper()]
    return (
        2 <= len(words) <= 5
        and len(capitals) >= 2
        and all(word[0].isupper() or word.casefold() in _PARTICLES for word in words)
        and all(letter.isalpha() or letter in ".'’-" for word in words for letter in word)
        and not _NOT_A_NAME.search(text)
    )
