"""What a page says of itself: title, authors, site, address, language, and what it forbids. None rather than wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from pipeline.extract.boilerplate import trim_title
from pipeline.extract.jsonld import Described
from pipeline.extract.page import Page, text_of
from pipeline.model import Block, Directives
from pipeline.text import urls
from pipeline.text.clean import clean_text, fold

# ----------------------------------------------------------------------------------------------------------------- title

_SEPARATOR = re.compile(
    r"\s+[-–—−‐|｜:：·•»«/／~～]\s+|\s*[|｜»«ㅣ]\s*|(?<=[^\x00-\x7f])[-–—_:：]\s?|[_]|\s[-–—]|[-–—]\s"
)
MAX_TITLE = 400


def read_title(page: Page, described: Described, site_names: tuple[str, ...]) -> str:
    """The title without the site's name: what JSON-LD, Open Graph, the heading and the window's title agree on."""
    headings = [text_of(heading, MAX_TITLE) for heading in page.headings[:5] if not _is_logo(heading, page)]
    declared = [
        unescape(described.headline),
        unescape(page.meta("og:title", "twitter:title", "dc.title", "title")),
        *sorted(
            [*headings, unescape(page.document_title)], key=lambda title: not _overlaps(title, page.document_title)
        ),
    ]
    candidates = [clean_text(candidate, limit=MAX_TITLE) for candidate in declared if candidate]
    trimmed = [strip_site(candidate, site_names) for candidate in candidates if not _is_site(candidate, site_names)]
    shorter = trimmed if len(trimmed) > 1 else [*trimmed, *_openings(page, trimmed)]
    trimmed = [trim_title(_strip_unshared(candidate, shorter)) for candidate in trimmed]
    if not trimmed:
        return ""
    support = {candidate: sum(_holds(other, candidate) for other in candidates) for candidate in trimmed}
    # The first of those that another source repeats: a third voice adds nothing, sites copy one field into the next.
    return max(trimmed, key=lambda candidate: min(support[candidate], 2))


def _overlaps(heading: str, window: str) -> bool:
    """True if a third of the heading's pairs of letters are in the window's title: others head a section, not the page."""
    folded, within = fold(heading), fold(window)
    pairs = {folded[place : place + 2] for place in range(len(folded) - 1)}
    return not within or sum(pair in within for pair in pairs) * 3 >= max(1, len(pairs))


def _holds(whole: str, part: str) -> bool:
    """True if `part` is all of `whole`, or one of its ends up to a separator."""
    if fold(whole) == fold(part):
        return True
    if whole.startswith(part):
        return _SEPARATOR.match(whole, len(part)) is not None
    return whole.endswith(part) and any(match.end() == len(whole) - len(part) for match in _SEPARATOR.finditer(whole))


def _openings(page: Page, titles: list[str]) -> list[str]:
    """Pieces of the page's text that a title begins with: the visible title, where it is in no heading."""
    return [text for title in titles for text in page.texts if 8 <= len(text) < len(title) and title.startswith(text)]


def _is_logo(heading: HtmlElement, page: Page) -> bool:
    """True for a heading that is the site's name: it links to the home page, or ends the window's title."""
    text, window = fold(text_of(heading)), fold(page.document_title)
    if text and window.endswith(text) and not window.startswith(text) and len(text) * 2 < len(window):
        return True
    for link in heading.iter("a"):
        try:
            path = urlsplit(urljoin(page.url, link.get("href") or "#")).path
        except ValueError:
            continue
        if path.strip("/") == "" and urlsplit(page.url).path.strip("/") != "":
            return True
    return False


def strip_site(title: str, site_names: Iterable[str]) -> str:
    """A title without a known site name at either end."""
    known = [folded for name in site_names if (folded := fold(name))]
    for _ in range(3):  # "Title | Section | Site" takes a round for each part
        parts = list(_SEPARATOR.finditer(title))
        if not parts:
            return title
        head, tail = title[: parts[-1].start()], title[parts[-1].end() :]
        first, rest = title[: parts[0].start()], title[parts[0].end() :]
        if head and _names_site(tail, known):
            title = head.strip()
        elif rest and _names_site(first, known):
            title = rest.strip()
        else:
            return title
    return title


def _names_site(part: str, known: list[str]) -> bool:
    folded = fold(part)
    if not folded or len(folded) > 40:
        return False
    return any(
        folded == name or (len(name) >= 3 and folded.startswith(name)) or (len(folded) >= 3 and name.startswith(folded))
        for name in known
    )


_AFTER_TITLE = re.compile(r"\s*[-–—_|｜ㅣ·»«:：]")


def _strip_unshared(title: str, others: list[str]) -> str:
    """A title without the end that follows a whole other candidate and a separator."""
    for other in others:
        if 8 <= len(other) < len(title) and title.startswith(other) and _AFTER_TITLE.match(title, len(other)):
            return other
    return title


def _is_site(title: str, site_names: Iterable[str]) -> bool:
    folded = fold(title)
    return not folded or any(folded == fold(name) for name in site_names)


def untitled(blocks: tuple[Block, ...]) -> str:
    """The title of a page that names none: its first line, if that is short enough to be one; "" if not."""
    first = blocks[0].text if blocks else ""
    return first if len(first) <= _MAX_FIRST_LINE else ""


_MAX_FIRST_LINE = 120

# --------------------------------------------------------------------------------------------------------------- authors

_BY = re.compile(
    r"^\s*(?:by\b|von\b|par\b|por\b|di\b|da\b|door\b|av\b|af\b|text\s*[:：]|文\s*[=＝・/／:：●]|取材・文\s*[:：]?|著者?\s*[:：]|執筆者?\s*[:：]|筆者\s*[:：]"
    r"|作者\s*[:：]|记者\s*[:：]?|記者\s*[:：]|撰文\s*[:：]|写真・文|(?:글|기자)\s*[:=]|author\s*[:：]?|written by|автор\s*[:：]?|redazione\s*[:：])\s*",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\s*(?:[;；|、，／/]|,(?!\s*(?:Jr|Sr|PhD|MD|Ph\.D)\b)|&|\b(?:and|und|et|y|e|och|og)\b(?=\s+[A-ZÀ-Þ])|\s[-–—•·]\s)\s*"
)
_NOT_A_NAME = re.compile(
    r"https?:|[=<>\"{}]|\bInc\b|\bLtd\b|\bTeam\b|株式会社|有限公司|www\.|@|\d{4}|^\W*$|^(?:admin|administrator|editor|editors|staff|unknown|none|null|author|guest|webmaster|redaktion|redazione|redaction|rédaction|news|編集部|未知|匿名|佚名"
    r"|anonymous|by|von|par|share|follow|posts?|view all.*|more.*|read.*|comments?.*|published.*|updated.*|写真|文|記者|作者|기자)$",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:[(（【\[][^()（）【】\[\]]{0,40}[)）】\]]|特派員|\s기자|記者|记者|\s통신원|\s특파원|さん|氏)\s*$"
)
_HAN_NAME = "[\u4e00-\u9fff·]{2,4}"
_HAN_NAMES = rf"{_HAN_NAME}(?:[ 　、/／，,]{{1,2}}{_HAN_NAME}){{0,5}}"
_NAME = r"[^\s:：,，、。；;|（()）=<>\"]{2,20}(?:[ 　、・,，][^\s:：,，。；;|（()）=<>\"]{2,20}){0,4}"
# Whole pieces of text, or the last part of one: "時間：2004年10月21日 作者：…".
_VISIBLE = (
    re.compile(
        rf"(?:^|[\s　|｜】\]])(?:作者|撰文|原作者|執筆(?:者)?|著者|筆者|ライター|取材・文|글|글쓴이)\s*[:：／/=＝]\s*(?P<name>{_NAME})(?:\s+(?:来源|來源|编辑|編輯|责编|時間|时间|日期).{{0,60}})?$"
    ),
    re.compile(
        rf"(?:^|[\s　（(【\]】])(?:[\u4e00-\u9fff]{{0,10}}(?:报|報|社|网|網|台|道))?(?:实习)?(?:记者|記者)[ 　:：/／]\s*(?P<name>{_HAN_NAMES})(?=$|[）)】]|[ 　/／])"
    ),
    re.compile(r"(?P<name>[가-힣]{2,4})\s?기자(?:$|\s*[(=\[]|\s+\S+@)"),
    re.compile(rf"^(?:文|取材・文|文・写真|Text)\s*[:：／/=＝●]\s*(?P<name>{_NAME})$"),
)
_EDITOR = re.compile(rf"(?:责任编辑|責任編輯|责编|編輯|编辑)\s*[:：]\s*(?P<name>{_HAN_NAMES})(?=$|[\s）)】\]])")
_MAX_BYLINE = 120  # a longer piece of text is a paragraph; a lead may name its reporter in brackets
MAX_AUTHORS = 10


def read_authors(page: Page, described: Described, site_names: tuple[str, ...], near: list[str]) -> tuple[str, ...]:
    """Names of the people who wrote it, empty where only the outlet is named.

    Args:
        near: pieces of text around the heading.
    """
    sources = (
        described.authors,
        page.metas.get("author", []) + page.metas.get("article:author", []) + page.metas.get("parsely-author", []),
        [
            value
            for name in (
                "sailthru.author",
                "dc.creator",
                "dcterms.creator",
                "byl",
                "citation_author",
                "cxenseparse:author",
            )
            for value in page.metas.get(name, [])
        ],
        [text_of(element, 120) for element in page.marked if element.get("itemprop") == "author"][:5],
        [text_of(element, 120) for element in page.bylines[:4] if element.get("rel") == "author"],
        [text_of(element, 120) for element in page.bylines[:2]],
        _visible_authors(near, page.texts),
    )
    for source in sources:
        names = clean_authors(source, site_names)
        if names:
            return names
    return ()


def clean_authors(raw: Iterable[str], site_names: Iterable[str]) -> tuple[str, ...]:
    """Single names without titles, marks, addresses and the site's own name."""
    known = {fold(name) for name in site_names}
    names: list[str] = []
    for text in raw:
        if len(text) > 300 or "://" in text or text.startswith("www."):
            continue
        for part in _SPLIT.split(_BY.sub("", clean_text(text))):
            name = _bare_name(part)
            if 2 <= len(name) <= 60 and not _NOT_A_NAME.search(name) and fold(name) not in known:
                names.append(name)
    return tuple(dict.fromkeys(names))[:MAX_AUTHORS]


def _bare_name(part: str) -> str:
    previous = ""
    while part != previous:
        previous, part = part, _TAIL.sub("", _BY.sub("", part)).strip(" .,:：・*•-–—")
    return part


def _visible_authors(near: Iterable[str], texts: Iterable[str]) -> list[str]:
    """作者：…, 記者 … and the like: around the heading, then with a label anywhere, then the editor who signed."""
    for pieces, patterns in ((near, _VISIBLE), (texts, _VISIBLE[:1]), (texts, (_EDITOR,))):
        previous = ""
        for text in pieces:
            # A label may stand in an element of its own.
            joined = f"{previous} {text}" if len(previous) <= 12 else text
            for pattern in patterns:
                match = pattern.search(joined[:_MAX_BYLINE])
                if match and (len(joined) <= _MAX_BYLINE or match.end() < _MAX_BYLINE):
                    return _several(match["name"])
            previous = text
    return []


def _several(names: str) -> list[str]:
    """Chinese names in a row, divided by spaces; other names keep theirs. 赵 培 is one person."""
    parts = names.split()
    if len(parts) > 1 and all(re.fullmatch(_HAN_NAME, part) for part in parts):
        return parts
    return ["".join(parts)] if all(len(part) == 1 for part in parts) else [names]


# ------------------------------------------------------------------------------------------------------- site and address


def read_site_names(page: Page, described: Described) -> tuple[str, ...]:
    """Every name under which the page's site is known, the best to show first."""
    host = urls.host(page.url)
    labels = [
        label for label in host.split(".")[:-1] if label not in {"www", "m", "amp", "co", "com", "or", "go", "ne", "ac"}
    ]
    names = (
        page.meta("og:site_name"),
        described.publisher,
        *described.site_names,
        page.meta(
            "application-name", "apple-mobile-web-app-title", "al:ios:app_name", "publisher", "article:publisher"
        ),
        host.removeprefix("www."),
        *labels,
    )
    titles = {
        fold(described.headline),
        fold(page.meta("og:title")),
    }  # some sites call each page's title the application's name
    cleaned = (clean_text(name, limit=100) for name in names if name and not name.startswith("http"))
    return tuple(dict.fromkeys(name for name in cleaned if name and fold(name) not in titles))


def read_canonical(page: Page) -> str:
    """The address that the page declares for itself if it is on the same site, else the page's own."""
    for declared in (page.links.get("canonical", ""), page.meta("og:url")):
        if not declared:
            continue
        try:
            canonical = urls.normalise_url(urljoin(page.url, declared.strip()))
        except ValueError:
            continue
        if canonical and _same_site(canonical, page.url) and _as_specific(canonical, page.url):
            return canonical
    return urls.normalise_url(page.url) or page.url


def _same_site(one: str, other: str) -> bool:
    a, b = (re.sub(r"^(?:www|m|amp|mobile|sp)\.", "", urls.host(url)) for url in (one, other))
    return bool(a) and (a == b or a.endswith("." + b) or b.endswith("." + a))


def _as_specific(canonical: str, url: str) -> bool:
    """False for a home page declared as the address of an article, a common mistake."""
    return urlsplit(canonical).path.strip("/") != "" or urlsplit(url).path.strip("/") == ""


def read_language(page: Page, described: Described) -> str:
    """The language the page declares, in its own spelling."""
    declared = page.tree.get("lang") or page.tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    return clean_text(
        declared or page.meta("content-language", "og:locale", "language") or described.language, limit=35
    )


# ------------------------------------------------------------------------------------------------------------ directives


def read_directives(metas: Iterable[str], header: str, tdm: Iterable[str]) -> Directives:
    """What robots metas, the X-Robots-Tag header and TDM reservations forbid.

    Args:
        metas: contents of the robots metas.
        header: the value of X-Robots-Tag; rules for one named robot count as well, for who excludes one hardly wants another.
        tdm: values of the tdm-reservation meta and header (W3C TDMRep), "1" reserves.
    """
    rules = {
        rule.strip().rpartition(":")[2].strip() if "max-" not in rule else rule.strip().replace(" ", "")
        for text in (*metas, header)
        for rule in text.lower().split(",")
    }
    return Directives(
        noindex=bool(rules & {"noindex", "none"}),
        nosnippet=bool(rules & {"nosnippet", "max-snippet:0"}),
        noai=bool(rules & {"noai", "noimageai", "notrain"}),
        tdm_reserved=any(value.strip() == "1" for value in tdm),
    )


def page_directives(page: Page, header: str, tdm_header: str) -> Directives:
    """The directives of one page."""
    robots = [content for name in ("robots", "googlebot", "googlebot-news") for content in page.metas.get(name, [])]
    return read_directives(robots, header, [*page.metas.get("tdm-reservation", []), tdm_header])
