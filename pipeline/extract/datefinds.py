"""Where a page states its date: every candidate as it stands there, the most reliable first. Read later, by identify."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipeline.extract.jsonld import Described
from pipeline.extract.page import Page, text_of
from pipeline.model import DateCandidate, Origin
from pipeline.text.clean import clean_text, fold

_PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time", "date.published",
    "pubdate", "publishdate", "publish-date", "publish_date", "publication_date", "published-date", "published_time", "dc.date.issued",
    "dcterms.issued", "dcterms.created", "dc.date.created", "dcterms.date", "dc.date", "parsely-pub-date", "sailthru.date",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "citation_publication_date", "citation_date", "rnews:datepublished",
    "bt:pubdate", "article_date_original", "article:create_at", "displaydate", "release_date", "originalpublicationdate",
    "weibo:article:create_at", "weibo: article:create_at", "article.published", "creation_date", "og:release_date",
    "article:published_date", "article:publish_time", "article:post_time", "article.created", "dd:published_time", "og:regdate",
    "dcterms.available", "dc.date.available", "dc.date.published", "dcterms.published", "pubtime", "pub_date", "publishtime",
    "firstpublishedtime", "date_published", "dateposted", "mediator_published_time", "iso-8601-publish-date",
    "web_publish_date", "published", "issued", "date",
)  # fmt: skip
_MODIFIED_METAS = ("article:modified_time", "og:updated_time", "dcterms.modified", "dc.date.modified", "last-modified", "lastmod", "revised")  # fmt: skip

_DATE_LIKE = (
    r"(?:(?:19|20)\d\d\s*(?:\([^()]{1,12}\)|（[^（）]{1,12}）)?\s*[年년]\s*\d{1,2}\s*[月월]\s*\d{1,2}\s*[日号號일]?"
    r"|(?:19|20)\d\d\s?[-/.．／－]\s?\d{1,2}\s?[-/.．／－]\s?\d{1,2}(?!\d)"
    r"|(?:令和|平成|昭和)\s*[\d０-９元一二三四五六七八九十]{1,3}\s*(?:[(（][^()（）]{1,12}[)）])?\s*年(?:[(（][^()（）]{1,12}[)）])?\s*[\d０-９一二三四五六七八九十]{1,3}\s*月\s*[\d０-９一二三四五六七八九十]{1,3}\s*日"
    r"|[２][０-９]{3}年[０-９]{1,2}月[０-９]{1,2}日|二[〇零○][一二三四五六七八九〇零○]{2}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
    r"|(?<![A-Za-z\d])[RHＲＨ]\s?(?:[\d０-９]{1,2}|元)[./．年][\d０-９]{1,2}[./．月][\d０-９]{1,2}"
    r"|(?:民國|民国)\s*\d{2,3}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}"
    r"|(?<![\d./-])1[0-4]\d(?:年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}(?![\d-])|/\d{1,2}/\d{1,2}(?![\d/])|\.\d{1,2}\.\d{1,2}(?![\d.]))"
    r"|\d{1,2}(?:st|nd|rd|th|er|º|\.)?(?:\s|\s?de\s|-)(?:[A-Za-zÀ-žА-яёіїєґΆ-ώ]{3,12}|[ก-๛.]{3,12})\.?,?(?:\s|\s?del?\s|-)(?:19|20|25)\d\d"
    r"|[A-Za-zÀ-ž]{3,9}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s(?:19|20)\d\d"
    r"|(?<![\d./-])\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d(?!\d))"
)
_DATE = re.compile(_DATE_LIKE)
DATE_WITH_TIME = re.compile(_DATE_LIKE + r"(?:[\s.,，|·(（月火水木金土日曜）)T]|星期[一二三四五六日天]|[월화수목금토일](?:요일)?|at|um|à){0,8}(?:(?:午前|午後|上午|下午|오전|오후)?\s*\d{1,2}\s*[:：時时시][\s\d:：分]{0,8}(?:\s?[AaPp]\.?[Mm])?)?")  # fmt: skip
_PUBLISHED_LABEL = re.compile(
    r"(?:掲載日?|公開日?|発表日?|発行日?|登録日|配信日?|投稿日?|作成日|記者発表日?|報道発表日?|发布(?:时间|日期|于|時間)?|發布(?:時間|日期|於)?|發佈(?:時間|日期)?|发表(?:时间|于)?|日期|时间|時間|"
    r"입력|등록(?:일|일시)?|게시(?:일)?|작성(?:일|일자)?|승인|배포일|published(?: on)?|posted(?: on)?|date|datum|data|fecha|tarihi?|tanggal|veröffentlicht|gepubliceerd|publié|publicado|publicada|"
    r"pubblicato|publicat|publicerad|publisert|udgivet|julkaistu|opublikowano|yayınlanma|опубликовано|опубліковано|дата)\s*(?:時間|日時|日|時)?\s*[:：】\]>]?\s*$",
    re.IGNORECASE,
)
_MODIFIED_LABEL = re.compile(
    r"(?:最終更新日?|更新日?時?|修正日?|最后更新|更新(?:时间|時間)|수정(?:일)?|최종수정|updated(?: on)?|modified|last (?:updated|modified)|aktualisiert|mis à jour|actualizado|atualizado|aggiornato|zaktualizowano|güncelleme|stand|обновлено|оновлено)"
    r"\s*(?:日時|日|時)?\s*[:：】\]>]?\s*(?:on|am|vom|le|el|em|il)?\s*$",
    re.IGNORECASE,
)
_ABOUT_OTHERS = re.compile(
    r"footer|copyright|comment|related|sidebar|ranking|recommend|latest|widget|aside|nav|menu|banner|popular",
    re.IGNORECASE,
)
NEAR_TEXTS = 30  # pieces of text after the heading that still belong to its head
BEFORE_TEXTS = 8  # and before it
LONG_TEXT = 300  # a piece this long is a paragraph
_MAX_CANDIDATES = 12
_PARAGRAPH = 60  # characters of a piece of text that is no line of a menu
_ABOVE_TEXTS = 12  # pieces of text before the first paragraph among which its date stands
_OF_OTHERS = re.compile(r"原文|元記事|オリジナル|original", re.IGNORECASE)  # the date of what was translated


def find_dates(page: Page, described: Described, near: list[str]) -> tuple[DateCandidate, ...]:
    """Raw date strings with where they stood: what is said of publication first, then what is seen, then changes.

    Args:
        near: pieces of text around the heading, as `near_heading` gives them.
    """
    found = [
        *_candidates([described.published], Origin.JSON_LD),
        *_candidates([page.meta(name) for name in _PUBLISHED_METAS], Origin.META),
        *_candidates(_marked(page, "datepublished"), Origin.ITEMPROP),
    ]
    seen, changed = _seen_dates(near)
    found += _candidates(_times(page), Origin.TIME)
    found += _candidates([_in_address(page.url)], Origin.URL)
    found += _candidates(seen, Origin.VISIBLE)
    if not found:
        found += _candidates(_labelled(page) or _above_text(page), Origin.VISIBLE)
    found += _candidates([described.modified], Origin.JSON_LD)
    found += _candidates([page.meta(name) for name in _MODIFIED_METAS], Origin.META)
    found += _candidates(_marked(page, "datemodified"), Origin.ITEMPROP)
    found += _candidates(changed, Origin.VISIBLE)
    return tuple(dict.fromkeys(found))[:_MAX_CANDIDATES]


def _candidates(raw: Iterable[str], origin: Origin) -> list[DateCandidate]:
    texts = (clean_text(text, limit=120) for text in raw if text)
    return [DateCandidate(raw=text, origin=origin) for text in texts if text]


def _marked(page: Page, name: str) -> Iterator[str]:
    yield from page.metas.get(name, ())
    for element in page.marked:
        if (element.get("itemprop") or "").lower() == name:
            yield element.get("content") or element.get("datetime") or text_of(element, 120)


def _times(page: Page) -> Iterator[str]:
    """<time> elements that speak of this page, those after the first heading first."""
    own = [element for element in page.times if not _is_about_others(element)]
    heading = page.headings[0] if page.headings else None
    own.sort(
        key=lambda element: (element.get("pubdate") is None, not _says(element, "publi"), _precedes(element, heading))
    )
    for element in own[:3]:
        if not _says(element, "modif") and not _says(element, "updat"):
            yield element.get("datetime") or text_of(element, 120)


def _says(element: HtmlElement, word: str) -> bool:
    return word in f"{element.get('class', '')} {element.get('itemprop', '')} {element.get('id', '')}".lower()


def _precedes(element: HtmlElement, heading: HtmlElement | None) -> bool:
    return heading is not None and (element.sourceline or 0) < (heading.sourceline or 0)


def _is_about_others(element: HtmlElement) -> bool:
    for ancestor in element.iterancestors():
        if ancestor.tag in ("footer", "nav", "aside", "li"):
            return True
        if _ABOUT_OTHERS.search(f"{ancestor.get('class', '')} {ancestor.get('id', '')}") and ancestor.tag not in (
            "body",
            "html",
            "main",
        ):
            return True
    return False


_IN_ADDRESS = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?:(?P<mark>[/_-])(?P<month>0?[1-9]|1[0-2])[/_-](?P<day>0?[1-9]|[12]\d|3[01])"
    r"|/?-?(?P<month2>0[1-9]|1[0-2])/?(?P<day2>0[1-9]|[12]\d|3[01]))(?!\d)"
)


def _in_address(url: str) -> str:
    """The day in an address such as /2025/07/08/ or /20250708/, as ISO 8601; "" if there is none."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    match = _IN_ADDRESS.search(path)
    if not match:
        return ""
    return f"{match['year']}-{int(match['month'] or match['month2']):02d}-{int(match['day'] or match['day2']):02d}"


def near_heading(page: Page, title: str) -> list[str]:
    """Pieces of text after the heading, then those just before it; the page's first ones if no heading is found."""
    first: list[str] | None = None
    for place in itertools.islice(_places_of_heading(page, title), _MOST_PLACES):
        near = _around(page, place)
        if any(map(_DATE.search, near)):  # a trail or a ticker repeats the title; its heading has a date by it
            return near
        first = first or near
    return page.texts[:NEAR_TEXTS] if first is None else first


_MOST_PLACES = 3  # of one title on a page: trail, ticker, heading


def _around(page: Page, start: int) -> list[str]:
    after: list[str] = []
    for text in page.texts[start + 1 : start + 1 + NEAR_TEXTS]:
        after.append(text)
        if len(text) > LONG_TEXT:  # the first paragraph ends the head
            break
    return [*after, *reversed(page.texts[max(0, start - BEFORE_TEXTS) : start])]


def _places_of_heading(page: Page, title: str) -> Iterator[int]:
    """Where in the page's texts the title stands or begins."""
    wanted = fold(title)
    if not wanted:
        return
    shown = {fold(text_of(heading, 200)) for heading in page.headings} | {wanted}
    for number, text in enumerate(page.texts):
        folded = fold(text) if len(text) < 300 else ""
        if len(folded) >= 4 and (folded in shown or (len(folded) >= 8 and wanted.startswith(folded))):
            yield number


def _seen_dates(texts: list[str]) -> tuple[list[str], list[str]]:
    """Dates in the lines around the heading: those of publication, those of changes."""
    published: list[str] = []
    plain: list[str] = []
    changed: list[str] = []
    previous = ""
    for text in texts:
        if _OF_OTHERS.search(text):
            continue
        for match in DATE_WITH_TIME.finditer(text[:200]) if len(text) <= LONG_TEXT else ():
            before = (text[: match.start()].strip() or previous)[-40:]
            if _MODIFIED_LABEL.search(before):
                changed.append(match[0])
            elif _PUBLISHED_LABEL.search(before):
                published.append(match[0])
            elif _stands_alone(text, match):
                plain.append(match[0])
        previous = text
    return [*published, *plain][:3], changed[:2]


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """True for a date alone on its line or nearly; one inside a sentence is the story's, one that ends a caption the picture's."""
    before = text[: match.start()].rstrip()
    if _OF_TODAY.search(before) or len(text) - len(match[0]) >= _BESIDE:
        return False
    return len(before) <= _BEFORE_ALONE or before[-1] in _PARTS or _BYLINE.match(before) is not None


_BESIDE = 60  # characters beside a stamp: its source, its author, a count of readers
_BEFORE_ALONE = 24  # of them before it: an office, an author
_PARTS = "|｜·・•:：/／–—-([（［【】]）)>"  # what parts a stamp from a source of any length
_BYLINE = re.compile(
    r"(?:by|von|par|por|di|door|av|от|文|撰文|记者|記者|作者|来源|來源|出典|기자)\b|[^\s]{2,8}(?:记者|記者|기자)",
    re.IGNORECASE,
)
_OF_TODAY = re.compile(r"(?:今天是|今日は?|本日は?|現在|现在|today(?: is)?|오늘은?)\s*[:：]?\s*$", re.IGNORECASE)


def _labelled(page: Page) -> list[str]:
    """Dates anywhere in the page that a label calls its publication."""
    previous = ""
    found: list[str] = []
    for text in page.texts:
        match = DATE_WITH_TIME.search(text) if len(text) <= LONG_TEXT else None
        if match and _PUBLISHED_LABEL.search((text[: match.start()].strip() or previous)[-40:]):
            found.append(match[0])
        previous = text
    return found[:2]


def _above_text(page: Page) -> list[str]:
    """The last date that stands alone shortly before the first paragraphs: of pages whose heading cannot be told."""
    starts = [place for place, text in enumerate(page.texts) if len(text) >= _PARAGRAPH and _ENDS.search(text)]
    for start in starts[:3]:
        for text in reversed(page.texts[max(0, start - _ABOVE_TEXTS) : start]):
            match = DATE_WITH_TIME.search(text) if len(text) <= LONG_TEXT else None
            if (
                match
                and len(text) - len(match[0]) < _BESIDE_ALONE
                and not _MODIFIED_LABEL.search(text[: match.start()])
            ):
                return [match[0]]
    return []


_ENDS = re.compile(r"[。．.!?！？]")
_BESIDE_ALONE = 20  # characters beside a date that is alone on its line: a label, a source
