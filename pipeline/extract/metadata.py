"""What a page says of itself: title, site, address, language, and what it forbids. None rather than wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from pipeline.extract.boilerplate import trim_title
from pipeline.extract.jsonld import Described
from pipeline.extract.page import Page, text_of
from pipeline.model import Block, Directives, Origin
from pipeline.text import urls
from pipeline.text.clean import clean_text, fold


class Found(NamedTuple):
    """A field and where it was read; "" and None where the page does not have it."""

    text: str = ""
    origin: Origin | None = None


# ----------------------------------------------------------------------------------------------------------------- title

_SEPARATOR = re.compile(
    r"\s+[-–—−‐|｜:：·•»«/／~～]\s+|\s*[|｜»«ㅣ]\s*|(?<=[^\x00-\x7f])[-–—_:：]\s?|[_]|\s[-–—]|[-–—]\s"
)
MAX_TITLE = 400


def read_title(page: Page, described: Described, site_names: tuple[str, ...]) -> Found:
    """The title without the site's name: what JSON-LD, Open Graph, the heading and the window's title agree on.

    Where JSON-LD and Open Graph name two titles, the one that the window's title does not repeat: that one is written for
    search engines (right on 35 of 48 such pages, the repeated one on 13).
    """
    logos = tuple(text_of(heading, MAX_TITLE) for heading in page.headings[:5] if _is_logo(heading, page))
    site_names += logos
    declared = _declared_titles(page, described, logos)
    candidates = [Found(text, title.origin) for title in declared if (text := _clean_title(title.text))]
    telling = [title for title in candidates if fold(title.text) not in _GENERIC]
    trimmed = [
        Found(_strip_outlet(strip_site(title.text, site_names), title.origin), title.origin)
        for title in telling or candidates
        if not _is_site(title.text, site_names)
    ]
    kept = {fold(text) for text in _repeated([title.text for title in trimmed if title.origin in _FOR_MACHINES])}
    shorter = [title.text for title in trimmed]
    if len(trimmed) == 1:
        shorter += _openings(page, shorter)
    trimmed = [
        Found(trim_title(text if fold(text) in kept else _strip_unshared(text, shorter)), origin)
        for text, origin in _completed(trimmed)
    ]
    if not trimmed:
        return Found()
    chosen = _unrepeated(trimmed, page.document_title)
    if chosen:
        return chosen
    support = {title.text: sum(_holds(other.text, title.text) for other in candidates) for title in trimmed}
    # The first of those that another source repeats: a third voice adds nothing, sites copy one field into the next.
    return max(trimmed, key=lambda title: min(support[title.text], 2))


# Titles of templates and sections, which tell nothing of the page.
_GENERIC = frozenset(
    fold(title)
    for title in (
        "Untitled", "Untitled Document", "無題ドキュメント", "无标题文档", "無標題文件", "New Page 1", "Home", "Homepage", "Startseite", "Accueil", "Inicio", "Index",
        "News", "Press release", "Press releases", "News release", "ホーム", "トップページ", "ニュース", "ニュースリリース", "プレスリリース", "お知らせ", "新着情報", "記者発表資料",
        "報道発表資料", "報道発表", "首页", "首頁", "新闻", "新聞", "新闻中心", "보도자료", "공지사항", "뉴스", "Новости",
    )
)  # fmt: skip
_FOR_MACHINES = (Origin.JSON_LD, Origin.META)
_INVISIBLE = dict.fromkeys((0x00AD, 0x2060))  # soft hyphens and word joiners are for typesetting


def _declared_titles(page: Page, described: Described, logos: tuple[str, ...]) -> list[Found]:
    headings = [text for heading in page.headings[:5] if (text := text_of(heading, MAX_TITLE)) not in logos]
    window = unescape(page.document_title)
    window = "" if _UNTITLED.match(window) else _cut_end(window, logos)
    seen = [
        *(Found(heading, Origin.H1) for heading in headings),
        Found(window, Origin.DOCUMENT_TITLE),
    ]
    return [
        Found(_TAG.sub("", unescape(unescape(described.headline))), Origin.JSON_LD),  # some publishers escape twice
        Found(unescape(page.meta("og:title", "twitter:title", "dc.title", "title")), Origin.META),
        *sorted(seen, key=lambda title: not _overlaps(title.text, page.document_title)),
    ]


_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_UNTITLED = re.compile(r"\s*[-–—_|｜]")  # "- Site": the title before it is missing


def _cut_end(window: str, logos: tuple[str, ...]) -> str:
    """A window's title without the logo's words, which may follow after a mere space."""
    return next((window.removesuffix(logo).strip() for logo in logos if logo and window.endswith(f" {logo}")), window)


# What outlets, town halls and governments end their pages' titles with, where nothing else names the site.
_OUTLET = re.compile(
    r"\s*[-–—_|｜]\s*[^-–—_|｜]{0,20}(?:网|網|网站|網站|门户|日报|晚报|在线|人民政府|[\u4e00-\u9fff]{2}(?:新闻|新聞|财经)"
    r"|ホームページ|公式サイト|ウェブサイト|Webサイト|オフィシャルサイト|公式HP|新聞社?|デジタル版?|(?<!都)[市区町村](?:役所|役場)?|県庁?|東京都|大阪府|京都府|北海道"
    r"|홈페이지|신문|일보|뉴스|[시구군도]청)$"
    r"|\s*[:：]\s*[^:：]{1,10}新聞(?:デジタル|電子版|オンライン|社)?$"
    r"|(?:\s[-–—]\s|\s*[_|｜]\s*)(?:[^-–—_|｜]{0,30}\b(?:official (?:web)?site|home ?page|website)|[a-z0-9.-]+\.[a-z]{2,3})$",
    re.IGNORECASE,
)
_OUTLET_IN_FRONT = re.compile(r"^[^|｜]{1,20}(?:[市区町村]|県|東京都|ホームページ|公式サイト|市役所)\s*[|｜]\s*")
_MIN_TITLE = 4  # letters that must be left of a title


def _strip_outlet(title: str, origin: Origin | None) -> str:
    """A title without a last or first part that reads like the name of a site; headings have none."""
    if origin not in (Origin.META, Origin.DOCUMENT_TITLE):
        return title
    for bare in (_OUTLET.sub("", title), _OUTLET_IN_FRONT.sub("", title)):
        if bare != title and len(fold(bare)) >= _MIN_TITLE:
            return bare
    return title


def _clean_title(text: str) -> str:
    return clean_text(text.translate(_INVISIBLE), limit=MAX_TITLE)


def _repeated(texts: list[str]) -> list[str]:
    """Titles that JSON-LD and Open Graph both give: they stay whole where a heading is shorter."""
    return texts[:1] if len(texts) == 2 and fold(texts[0]) == fold(texts[1]) else []


_CUT = re.compile(r"\s*(?:…|\.{3})$")
_MIN_STEM = 10  # letters of a cut title that tell which whole one it belongs to


def _completed(titles: list[Found]) -> list[Found]:
    """The titles, declared ones that are cut off with an ellipsis or inside a word replaced by a whole one."""
    return [
        title
        if title.origin is Origin.H1
        else next((other for other in titles if _is_cut(title.text, other.text) and not _CUT.search(other.text)), title)
        for title in titles
    ]


def _is_cut(title: str, whole: str) -> bool:
    stem = _CUT.sub("", title)
    if len(stem) < _MIN_STEM or len(stem) >= len(whole) or not whole.startswith(stem):
        return False
    return stem != title or (stem[-1].isalnum() and whole[len(stem)].isalnum())


def _unrepeated(titles: list[Found], window: str) -> Found | None:
    """Of two differing titles for machines, or one and the heading, that which the window's title does not repeat."""
    shared = next((title for title in titles if title.origin is Origin.META), None)
    other = next((title for title in titles if title.origin is Origin.JSON_LD), None) or next(
        (title for title in titles if title.origin is Origin.H1), None
    )
    if not shared or not other or fold(shared.text) == fold(other.text) or not _akin(shared.text, other.text):
        return None
    shared_repeated, other_repeated = _holds(window, shared.text), _holds(window, other.text)
    if shared_repeated == other_repeated or fold(other.text) in fold(shared.text):
        return None
    if other.origin is Origin.H1 and (shared_repeated or shared.text in other.text):
        return None
    return other if shared_repeated else shared


_WORD = re.compile(r"[^\W\d_]{4,}")
_CJK = re.compile("[\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7a3]+")


def _akin(one: str, other: str) -> bool:
    """True if two titles may be of one page: they share a long word, or a quarter of the shorter one's pairs of CJK letters."""
    words = [set(_WORD.findall(_CJK.sub(" ", text.casefold()))) for text in (one, other)]
    pairs = [
        {run[place : place + 2] for run in _CJK.findall(text) for place in range(len(run) - 1)} for text in (one, other)
    ]
    common = len(pairs[0] & pairs[1])
    return bool(words[0] & words[1]) or (common > 0 and common * 4 >= min(map(len, pairs)))


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


_AFTER_TITLE = re.compile(r"。?\s*(?!——)[-–—_|｜ㅣ·»«:：]")  # a double dash opens a Chinese subtitle


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

# ------------------------------------------------------------------------------------------------------- site and address


def read_site_names(page: Page, described: Described) -> tuple[Found, ...]:
    """Every name under which the page's site is known, the best to show first."""
    host = urls.host(page.url)
    labels = [
        label for label in host.split(".")[:-1] if label not in {"www", "m", "amp", "co", "com", "or", "go", "ne", "ac"}
    ]
    names = (
        Found(page.meta("og:site_name"), Origin.META),
        *(Found(name, Origin.JSON_LD) for name in (described.publisher, *described.site_names)),
        Found(page.meta(*_SITE_METAS), Origin.META),
        *(Found(label, Origin.URL) for label in (host.removeprefix("www."), *labels)),
    )
    # Some sites call each page's title the application's name.
    seen = {"", fold(described.headline), fold(page.meta("og:title"))}
    found = []
    for name in names:
        text = "" if name.text.startswith("http") else clean_text(name.text, limit=100)
        if fold(text) not in seen:
            seen.add(fold(text))
            found.append(Found(text, name.origin))
    return tuple(found)


_SITE_METAS = ("application-name", "apple-mobile-web-app-title", "al:ios:app_name", "publisher", "article:publisher")


def read_canonical(page: Page) -> Found:
    """The address that the page declares for itself if it is on the same site, else the page's own."""
    for declared in (page.links.get("canonical", ""), page.meta("og:url")):
        if not declared:
            continue
        try:
            canonical = urls.normalise_url(urljoin(page.url, declared.strip()))
        except ValueError:
            continue
        if canonical and _same_site(canonical, page.url) and _as_specific(canonical, page.url):
            return Found(canonical, Origin.META)
    return Found(urls.normalise_url(page.url) or page.url, Origin.URL)


def _same_site(one: str, other: str) -> bool:
    a, b = (re.sub(r"^(?:www|m|amp|mobile|sp)\.", "", urls.host(url)) for url in (one, other))
    return bool(a) and (a == b or a.endswith("." + b) or b.endswith("." + a))


def _as_specific(canonical: str, url: str) -> bool:
    """False for a home page declared as the address of an article, a common mistake."""
    return urlsplit(canonical).path.strip("/") != "" or urlsplit(url).path.strip("/") == ""


def read_language(page: Page, described: Described) -> Found:
    """The language the page declares, in its own spelling."""
    attribute = page.tree.get("lang") or page.tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    for declared, origin in (
        (attribute, Origin.META),
        (page.meta("content-language", "og:locale", "language"), Origin.META),
        (described.language, Origin.JSON_LD),
    ):
        if declared:
            return Found(clean_text(declared, limit=35), origin)
    return Found()


def read_paid(page: Page, described: Described) -> bool | None:
    """Whether the page declares that only subscribers may read all of it; None where it says nothing."""
    if described.paid is not None:
        return described.paid
    tier = page.meta("article:content_tier", "lp.article:content_tier").lower()
    return {"free": False, "metered": True, "locked": True}.get(tier)


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
