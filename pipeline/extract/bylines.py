"""Names that are seen: in bylines, after labels, in links to pages of authors, in signatures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from pipeline.extract.names import DATED, SIGNING, SPLIT, TEXT, WRITER, bare_name, is_full_name, sort_names
from pipeline.extract.page import Page, text_of
from pipeline.text.clean import clean_text, fold

_OF_READERS = re.compile(r"comment|related|recommend|sidebar|widget|popular|footer", re.IGNORECASE)


def read_bylines(elements: Iterable[HtmlElement], near: list[str] | None = None) -> list[str]:
    """Names in the first element that has any, and in its neighbours: later ones sign other articles.

    Args:
        near: where given, and more than a few places have names, only one whose name stands near the heading counts.
    """
    places: dict[HtmlElement, list[str]] = {}
    for element in islice(elements, _MAX_ELEMENTS):
        text = "" if _is_of_readers(element) else _inner_name(element)
        if text and any(sort_names([text], ())):
            around = element.getparent()
            above = around.getparent() if around is not None else None
            places.setdefault(above if above is not None else element, []).append(text)
    groups = list(places.values())
    if near is not None and len({name for names in groups for name in names}) > _MAX_SIGNED:
        head = fold(" ".join(near))
        groups = [[name for name in names if fold(bare_name(name)) in head] for names in groups]
        groups = [names for names in groups if names]
    return groups[0] if groups else []


_MAX_ELEMENTS = 40  # bylines looked at; a page with more is a list
_MAX_SIGNED = 3  # names in the bylines of one article's page; a page with more lists other articles too


def _is_of_readers(element: HtmlElement) -> bool:
    above = islice(
        chain((element,), element.iterancestors("div", "section", "aside", "ul", "li", "footer", "article")), _MAX_ABOVE
    )
    return any(_OF_READERS.search(f"{one.get('class', '')} {one.get('id', '')}") for one in above)


_MAX_ABOVE = 8  # elements above a name that may say whose it is


_MAX_PIECES = 24  # pieces of text, white ones included, that a byline begins with
_MAX_INSIDE = 200  # elements inside a byline among which its name is marked


def _inner_name(element: HtmlElement) -> str:
    """The name in a byline: its marked name, else its pieces, of which full names win over buttons and sections."""
    for inner in islice(element.iter(), _MAX_INSIDE):
        if inner.get("itemprop") == "name":
            return inner.get("content") or text_of(inner, 120)
    raw = list(islice(_texts_in(element), _MAX_PIECES))
    full = [piece for text in raw if is_full_name(bare_name(piece := clean_text(text, limit=120)))]
    return "; ".join(dict.fromkeys(full)) if len(raw) > 1 and full else clean_text("".join(raw), limit=120)


def _texts_in(element: HtmlElement) -> Iterator[str]:
    """The pieces of text inside an element, one after the other: bylines may be wrappers of the whole page."""
    for event, node in etree.iterwalk(element, events=("start", "end")):
        shown = node is not element if event == "end" else node.tag not in ("script", "style")
        text = node.tail if event == "end" else node.text
        if text and shown:
            yield text


_HAN_NAME = "[\u4e00-\u9fff·]{2,4}"
_HAN_NAMES = rf"{_HAN_NAME}(?:[ 　、/／，,]{{1,2}}{_HAN_NAME}){{0,5}}"
_NAME = r"[^\s:：,，、。；;|（()）=<>\"]{2,20}(?:[ 　、・,，][^\s:：,，。；;|（()）=<>\"]{2,20}){0,4}"
_SIGNED = re.compile(
    rf"(?:^|[\s　|｜】\]])(?:作者|撰文|原作者|執筆(?:者)?|著者|筆者|ライター|取材・文|글|글쓴이)\s*[:：／/=＝]\s*(?P<name>{_NAME})(?:\s+(?:来源|來源|编辑|編輯|责编|時間|时间|日期).{{0,60}})?$"
)
_WRITER = re.compile(rf"^(?:文|取材・文|文・写真|Text)\s*[:：／/=＝●]\s*(?P<name>{_NAME})$")
# Whole pieces of text, or the last part of one: "時間：2004年10月21日 作者：…".
_REPORTER = "(?:记者|記者|实习生|實習生)"
_NEAR = (
    _SIGNED,
    # 本报记者 张三 李四 | 记者：张三
    re.compile(
        rf"(?:^|[\s　（(【〔\]】])[\u4e00-\u9fff·]{{0,16}}{_REPORTER}[ 　:：/／]\s*(?P<name>{_HAN_NAMES})(?=$|[）)】〕]|[ 　/／])"
    ),
    # 商报记者张三/文 | 記者張三／台北報導 | 中央社記者張三台北8日電
    re.compile(
        rf"{_REPORTER}(?P<name>[\u4e00-\u9fff]{{2,3}})[/／](?:[文图圖摄攝]|[\u4e00-\u9fff]{{2,4}}(?:報導|报道|電|綜合))"
    ),
    # （记者张三、李四） after a dateline
    re.compile(rf"[（(【〔][\u4e00-\u9fff·]{{0,12}}{_REPORTER}\s*[:：]?\s*(?P<name>{_HAN_NAMES})[）)】〕]"),
    re.compile(r"記者(?P<name>[\u4e00-\u9fff]{2,3})[\u4e00-\u9fff]{2,3}\d{1,2}日(?:綜合|專)?[電电]"),
    re.compile(r"(?P<name>[가-힣]{2,4})\s?(?:인턴|선임|전문|수습|시민)?\s?기자(?:$|\s*[(=\[\])]|\s+\S+@)"),
    _WRITER,
)
_SIGNATURE = re.compile(
    rf"[(（【〔][\u4e00-\u9fff·　 ]{{0,12}}(?:记者|記者|通讯员|通訊員)\s*[:：]?\s*(?P<name>{_HAN_NAMES})\s*[)）】〕]\s*$"
)
# Japanese reporters sign below the heading, "社会部 見本花子", or at the end of the text, 【見本花子】 or （リヨン支局・見本花子）.
_DESK = "(?:[\u3041-\u30ff\u4e00-\u9fff]{0,8}(?:部|支局|支社|総局|編集委員|論説委員|特派員|通信員|記者))"
_JAPANESE_NAME = "(?:[\u4e00-\u9fff々ヶ]{3,5}|[\u4e00-\u9fff々ヶ]{1,3}[ 　][\u3041-\u30ff\u4e00-\u9fff々]{1,4})"
_SIGNS = (
    re.compile(rf"(?:{_DESK}[ 　・＝=])?(?P<name>{_JAPANESE_NAME}) ?(?:記者|特派員)"),
    re.compile(rf"{_DESK}[ 　・＝=](?P<name>{_JAPANESE_NAME})"),
)
_SIGNS_BELOW = re.compile(
    rf"[。」](?:【(?:{_DESK}?[ 　・＝=])?(?P<marked>{_JAPANESE_NAME})】|（(?:{_DESK}[ 　・＝=](?P<desk>{_JAPANESE_NAME})|(?P<reporter>{_JAPANESE_NAME})記者)）)$"
)
_NO_PERSON = re.compile(
    "[部局紙課室会社]$|担当|同行|現地|写真|図|表|記事|続|終|完|掲載|敬称|関連|時間|以下|略|参照|全文|省略"
)
_EDITOR = re.compile(rf"(?:责任编辑|責任編輯|责编|編輯|编辑)\s*[:：]\s*(?P<name>{_HAN_NAMES})(?=$|[\s）)】\]])")
_LABELLED = re.compile(rf"^(?:(?:{WRITER})(?:\s*[:：]|$)|(?:{TEXT})\s*[:：])\s*(?P<rest>.*)$", re.IGNORECASE)
_BY = re.compile(rf"^(?:{SIGNING})(?:\s*[:：]\s*|\s+|$)(?P<rest>.*)$", re.IGNORECASE)
_PICTURES = re.compile(r"[\s,;|/]*\b(?:fotos?|photos?|bild(?:er)?|illustrations?)\b.*$", re.IGNORECASE)
_OF_PLACE = re.compile(r",\s*[^\W\d_]+$")
_MAX_BYLINE = 120  # a longer piece of text is a paragraph; a lead may name its reporter in brackets
_MAX_LABEL = 16
_SIGNATURE_CHARS = 40


def read_labels(page: Page, near: list[str]) -> list[str]:
    """By …, 作者：…, 記者 … and the like: around the heading, then with a label anywhere, then at the end of the text."""
    japanese = _is_japanese(near)
    for pieces, patterns in ((near, _NEAR), (page.texts, (_SIGNED, _WRITER))):
        found = _match_pieces(pieces, patterns, japanese=japanese)
        if found:
            return found
    found = _japanese(page, near) if japanese else []
    if found:
        return found
    western = _western(near, (_BY, _LABELLED)) or _western(page.texts, (_LABELLED,))
    if western:
        return western
    for text in reversed(page.texts):
        match = _SIGNATURE.search(text[-_SIGNATURE_CHARS:])
        if match:
            return _several(match["name"])
    return []


_KANA = re.compile("[\u3041-\u30ff]")


def _is_japanese(near: list[str]) -> bool:
    return any(_KANA.search(text) for text in near)


def _japanese(page: Page, near: list[str]) -> list[str]:
    """Reporters as Japanese papers sign: below the heading, or in brackets after the last sentence."""
    found = [
        match
        for text in near
        if len(text) <= _SIGNATURE_CHARS
        for sign in _SIGNS
        if (match := sign.fullmatch(text.strip("【】（）")))
    ]
    below = (_SIGNS_BELOW.search(text[-_SIGNATURE_CHARS:]) for text in page.texts if text.endswith(("】", "）")))
    found += [match for match in below if match]
    names = [name for match in found for name in match.groupdict().values() if name and not _NO_PERSON.search(name)]
    return list(dict.fromkeys(names))[:_MAX_SIGNED]


def _match_pieces(pieces: Iterable[str], patterns: tuple[re.Pattern[str], ...], *, japanese: bool = False) -> list[str]:
    """The names that the patterns find in the pieces, first come first; a space inside a Japanese name is its own."""
    previous = ""
    found: list[str] = []
    for text in pieces:
        # A label may stand in an element of its own.
        joined = f"{previous} {text}" if len(previous) <= _MAX_LABEL else text
        for pattern in patterns:
            match = pattern.search(joined[:_MAX_BYLINE])
            if match and (len(joined) <= _MAX_BYLINE or match.end() < _MAX_BYLINE):
                whole = japanese and pattern in (_SIGNED, _WRITER)
                found += [match["name"]] if whole else _several(match["name"])
                previous = ""
                break
        else:
            if found and len(text) > _MAX_LABEL:
                break
            previous = text
    return list(dict.fromkeys(found))


def _western(pieces: list[str], labels: tuple[re.Pattern[str], ...]) -> list[str]:
    """Full names after a label, in its piece of text or the next."""
    for place, text in enumerate(pieces):
        matches = (label.match(text) for label in labels) if len(text) <= _MAX_BYLINE else ()
        match = next((match for match in matches if match), None)
        if not match:
            continue
        rest = match["rest"] or (pieces[place + 1] if place + 1 < len(pieces) else "")[:_MAX_BYLINE]
        rest = _OF_PLACE.sub("", _PICTURES.sub("", DATED.sub("", rest)))
        names = [bare_name(part) for part in SPLIT.split(rest)]
        if names and all(is_full_name(name) for name in names):
            return names
    return []


def _several(names: str) -> list[str]:
    """Chinese names in a row, divided by spaces; other names keep theirs. 赵 培 is one person."""
    parts = names.split()
    if len(parts) > 1 and all(re.fullmatch(_HAN_NAME, part) for part in parts):
        return parts
    return ["".join(parts)] if all(len(part) == 1 for part in parts) else [names]


_author_links = etree.XPath(
    "/html/body/descendant::a[contains(@href,'/author') or contains(@href,'/autor') or contains(@href,'/auteur')"
    " or contains(@href,'/redakteur') or contains(@href,'/reporter') or contains(@href,'/journalist') or contains(@href,'/profile')]"
)
_AUTHOR_PATH = re.compile(
    r"/(?:authors?|autor(?:es|en|i)?|auteurs?|redakteure?|reporters?|journalists?|profiles?)/[^/?#]+/?", re.IGNORECASE
)


def read_author_links(page: Page) -> list[str]:
    """The text of links to pages about authors, where the page has but one or two of them: lists sign other articles."""
    names: dict[str, str] = {}
    for link in cast("list[HtmlElement]", _author_links(page.tree)):
        address = link.get("href", "")
        if address.startswith("/") or _same_host(address, page.url):
            match = _AUTHOR_PATH.search(address)
            text = text_of(link, 120) if match else ""
            if match and is_full_name(bare_name(text)) and not _is_of_readers(link):
                names.setdefault(match[0], text)
                if len(names) > 2:
                    break
    return list(names.values()) if len(names) <= 2 else []


def _same_host(address: str, url: str) -> bool:
    return address.split("/")[2:3] == url.split("/")[2:3]


_aligned_right = etree.XPath(
    "/html/body/descendant::p[contains(@style,'right') or @align='right' or contains(@class,'right')]"
)


def read_signature(page: Page) -> list[str]:
    """A full name alone in a paragraph on the right, as papers of several countries sign below the text."""
    for paragraph in cast("list[HtmlElement]", _aligned_right(page.tree))[-_MAX_ELEMENTS:][::-1]:
        text = text_of(paragraph, 120)
        if is_full_name(text) and not _is_of_readers(paragraph):
            return [text]
    return []


# The most frequent Chinese family names, in both scripts, and the usual ones of two characters.
_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "張劉陳楊黃趙吳孫馬羅鄭謝許韓馮鄧蕭葉蘇魏呂盧鍾譚陸賈鄒閻龍賀顧龔萬錢嚴湯蔣"
)
_CHINESE_NAME = rf"(?:[{_FAMILY}][\u4e00-\u9fff]{{1,2}}|(?:欧阳|歐陽|司马|上官|诸葛|司徒|令狐)[\u4e00-\u9fff]{{1,2}})"
_ALONE = re.compile(rf"{_CHINESE_NAME}(?:[ 　、]{_CHINESE_NAME}){{0,3}}")
# Places and words of two or three characters that begin like a family name.
_WORDS = frozenset(
    """江苏 江西 江门 江阴 江湖 石家庄 石狮 石油 金华 金融 金额 武汉 武威 武警 常州 常德 常委 常务 马上 马来 黄山 黄石 黄金 黄河 高清 高铁 高考 高校 高层 高级 高雄 方案 方法 方便 万元 万亿
    万人 万州 白银 白山 龙岩 许昌 许可 孔子 孟子 张家口 张家界 贺州 贺电 贺信 吴江 吴忠 韩国 韩语 秦皇岛 田园 田径 郑州 徐州 徐汇 何时 于是 任务 任命 程序 史料 夏季 毛利 向上 曾经 余姚 余杭 余额
    唐山 唐代 苏州 苏联 卢森堡 范围 邵阳 严重 严格 莫斯科 莫名 罗马 梁山 宋代 谢谢 周一 周二 周三 周四 周五 周六 周日 周末 周年 周边 吕梁 陆军 陆续 邹城 熊猫 段落 陶瓷 顾客 顾问 董事 董事长 彭博 彭博社
    肖像 胡同 林业 林地 王国 陈述 陈列 黎明 雷达 沈阳 潘家园 钟楼 魏晋 邓州 戴口罩 韩媒 白皮书 钱塘 钱江 汤圆 丁香 杜绝 江蘇 韓國 鄭州 蘇州 瀋陽 馬來 羅馬 萬元 許可 張家界""".split()  # noqa: SIM905 - a column of words reads better
)
_IN_BRACKETS = re.compile(rf"(?:^|[。！？”])\s*[(（]({_CHINESE_NAME}(?:[ 　、]{_CHINESE_NAME}){{0,3}})[)）]$")
# The office that issued a document, in the heads that Chinese governments put before theirs (GB/T 9704).
_ISSUED_BY = re.compile(r"[发發]文(?:机关|機關|单位|單位)\s*[:：]?")
_MAX_OFFICE = 30


def _chinese_names(names: str) -> list[str]:
    return [name for name in re.split("[ 　、]", names) if name not in _WORDS]


_MIN_TEXT = 12  # characters of a paragraph


def _opens(title: str, text: str) -> bool:
    return len(text) >= 4 and title.startswith(text)


def read_chinese_names(page: Page, near: list[str], title: str) -> list[str]:
    """A Chinese name alone below the title or in brackets at the end of the text, then the editor who signed."""
    named = [] if _is_japanese(near) else _unlabelled(page, title)
    return named or _match_pieces(page.texts, (_EDITOR,))


def _unlabelled(page: Page, title: str) -> list[str]:
    for label, following in zip(page.texts, page.texts[1:], strict=False):
        if _ISSUED_BY.fullmatch(label) and len(following) <= _MAX_OFFICE:
            return [following]
    wanted = fold(title)
    for text, name, following in zip(page.texts, page.texts[1:], page.texts[2:], strict=False):
        heads_text = (
            len(following) >= _MIN_TEXT or following[:1].isdigit()
        )  # a paragraph or a date; menus go on with words
        if len(name) <= _MAX_LABEL and heads_text and _ALONE.fullmatch(name) and _opens(wanted, fold(text)):
            return _chinese_names(name)
    for text in reversed(page.texts):
        match = _IN_BRACKETS.search(text[-_SIGNATURE_CHARS:]) if text.endswith(("）", ")")) else None
        if match:
            return _chinese_names(match[1])
    return []
