"""Finds the rule behind a page of links: which elements are its items, and where each keeps its link, title and date.

Pure. What is proposed was seen to work on the very page, read by the listing reader itself; whether it is what a person wants to follow,
a person decides.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from lxml import etree
from msgspec.structs import replace
from parsel import Selector

from crawler.spiders.listing import base_of
from crawler.spiders.reading import join
from crawler.spiders.years import read_year
from pipeline.model import Frozen, Origin, Selectors
from pipeline.text.dates import read_date
from pipeline.text.urls import normalise_url

MIN_ITEMS = 3  # two alike elements are a coincidence
DATED = 0.6  # of the items must have a date that can be read, or the dates belong to something else
HAVE = 0.7  # of the elements must have a link of their own; the others are advertisements and headings
LEVELS = 6  # elements looked at above a link: cards are nested no deeper
MAX_GROUPS = 60  # tried, the largest first; real pages have under 50
MAX_LINKS = 2_000  # looked at in one page; listings have under 200
DATE_CHARS = 60  # a line with a date and its label; longer ones are sentences that mention one
MIN_TITLE = 4  # code points; "More" and page numbers are no titles
UNDATED_TITLE = 12  # code points on average, where no dates tell items from a menu
_CLASS = re.compile(r"-?[A-Za-z_][A-Za-z_-]*")  # with digits it is a number or a generated name
_TAG = re.compile(r"[a-z][a-z0-9-]*")
_STATES = frozenset({"active", "current", "first", "last", "odd", "even", "new", "selected", "hover", "clearfix"})
_MENUS = frozenset({"nav", "header", "footer", "aside", "form"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_YEAR_TAGS = frozenset({*_HEADINGS, "caption", "th", "dt"})
LABEL_CHARS = 30  # of a heading that states a year, or a link to the next page; longer ones are titles
_CUT = ("…", "...")
_ARROWS = re.compile(r"^[\s<>«»‹›→≫＞]+|[\s<>«»‹›→≫＞]+$")
_NEXT_WORDS = (
    "next", "next page", "older", "older posts", "次へ", "次のページ", "次ページ", "次の記事", "下一页", "下一頁", "下页", "다음", "suivant",
    "page suivante", "siguiente", "próxima", "seguinte", "weiter", "nächste seite", "avanti", "далее", "следующая", "التالي",
)  # fmt: skip

Element = etree._Element  # noqa: SLF001 - its only name


class Sight(Frozen, frozen=True, kw_only=True):
    """One item as it stands in the page."""

    url: str
    title: str
    date: str


class Layout(Frozen, frozen=True, kw_only=True):
    """A rule and what it gives on the page it was found on."""

    selectors: Selectors
    items: int
    dated: int
    sights: tuple[Sight, ...]


def propose_listing(text: str, url: str, *, zone: ZoneInfo, now: dt.datetime) -> Layout | None:
    """The rule that gives the most dated items of a page, None if nothing in it looks like a list of articles.

    Args:
        text: the page's HTML, decoded.
        url: its address.
        zone: of dates that state none.
        now: aware; dates without a year are the latest such day.
    """
    page = Selector(text=text, type="html")
    if not isinstance(page.root, etree._Element):  # noqa: SLF001
        return None
    base = base_of(text, url)

    def dated(raw: str) -> bool:
        raw = " ".join(raw.split())
        return 0 < len(raw) <= DATE_CHARS and bool(read_date(raw, zone=zone, now=now, origin=Origin.LISTING))

    groups = sorted(_groups(page.root, base, url), key=lambda group: -len(group.members))[:MAX_GROUPS]
    rules = [rule for group in groups if (rule := _rule(page, group, base, url, dated))]
    found = max(rules, key=_worth, default=None)
    return found and _with_year(found, page, zone)


def _worth(layout: Layout) -> tuple[bool, int, int, bool, int]:
    """Dated items count most; of rules that give the same items, dates inside of them and a short selector are sturdier."""
    lengths = sum(min(len(sight.title), 60) for sight in layout.sights)
    inside = not (layout.selectors.date or "").startswith("./")
    return layout.dated >= DATED * layout.items, layout.dated, lengths, inside, -len(layout.selectors.item)


# ---------------------------------------------------------------------------------------------------------------- groups


class _Group:
    """Elements of one shape, each with the link that is its own."""

    def __init__(self, members: Sequence[Element], links: Sequence[Element]) -> None:
        self.members = members
        self.links = links


def _groups(root: Element, base: str, url: str) -> Iterator[_Group]:
    """Sets of elements of the same shape in places of the same shape, in each of which one link is its own."""
    here = normalise_url(url)
    targets: dict[Element, str] = {}
    for link in root.iter("a"):
        target = normalise_url(join(base, link.get("href") or ""))
        if target and target != here:
            targets[link] = target
        if len(targets) == MAX_LINKS:
            break
    shapes: dict[tuple[object, ...], dict[Element, list[Element]]] = {}
    for link in targets:
        for element in _upwards(link):
            # By tag alone, and by its first class too: lists mix classes, and pages mix lists.
            for own in {"", _first_class(element)}:
                shapes.setdefault((element.tag, own, _place(element)), {}).setdefault(element, []).append(link)
    seen: set[tuple[Element, ...]] = set()
    for elements in shapes.values():
        group = _own_links(elements, targets)
        if group and tuple(group.members) not in seen:
            seen.add(tuple(group.members))
            yield group


def _upwards(link: Element) -> Iterator[Element]:
    element: Element | None = link
    for _ in range(LEVELS):
        if element is None or element.tag in ("body", "html", "main"):
            return
        yield element
        element = element.getparent()


def _place(element: Element) -> tuple[object, ...]:
    """Tags, names and classes of what stands around an element, so far as they do not number it."""
    place = []
    for around, _ in zip(element.iterancestors(), range(4), strict=False):
        name = around.get("id") or ""
        place.append((around.tag, name if _CLASS.fullmatch(name) else "", _first_class(around)))
    return tuple(place)


def _own_links(elements: dict[Element, list[Element]], targets: dict[Element, str]) -> _Group | None:
    if len(elements) < MIN_ITEMS:
        return None
    shared = Counter(target for links in elements.values() for target in {targets[link] for link in links})
    members, chosen = [], []
    for element, links in elements.items():
        own = [link for link in links if shared[targets[link]] == 1]
        # Two that speak at length are two articles: this is a box around items, not an item.
        if own and len({targets[link] for link in own if len(_text(link)) >= MIN_TITLE}) <= 2:
            members.append(element)
            chosen.append(max(own, key=lambda link: len(_text(link))))
    enough = len(members) >= MIN_ITEMS and len(members) >= HAVE * len(elements)
    return _Group(members, chosen) if enough else None


# ----------------------------------------------------------------------------------------------------------------- rules


def _rule(page: Selector, group: _Group, base: str, url: str, dated: Callable[[str], bool]) -> Layout | None:
    item = _item_selector(page.root, group.members)
    if not item:
        return None
    scopes = [Selector(root=member, type="html") for member in group.members]
    link = _link_selector(scopes, group, base)
    if not link:
        return None
    date = _date_selector(scopes, group, dated)
    title = _title_selector(scopes, group, link, [take(scope, date, "string()") if date else "" for scope in scopes])
    if not title:
        return None
    selectors = Selectors(item=item, link=link, title=title, date=date, next_page=_next_page(page, base, url))
    sights = tuple(
        Sight(
            url=normalise_url(join(base, take(scope, link, "@href"))),
            title=" ".join(take(scope, title, "string()").split()),
            date=" ".join(take(scope, date, "string()").split()) if date else "",
        )
        for scope in scopes
    )
    read = sum(bool(sight.date) and dated(sight.date) for sight in sights)
    if read < DATED * len(sights) and not _is_list_of_titles(group, sights):
        return None
    return Layout(selectors=selectors, items=len(sights), dated=read, sights=sights)


def _is_list_of_titles(group: _Group, sights: Sequence[Sight]) -> bool:
    """True for undated items that are no menu: long titles, outside of what stands around every page."""
    if any(around.tag in _MENUS for around in group.members[0].iterancestors()) or len(sights) < MIN_ITEMS + 2:
        return False
    weight = sum(len(sight.title.encode()) if not sight.title.isascii() else len(sight.title) for sight in sights)
    return weight >= UNDATED_TITLE * len(sights)


def _item_selector(root: Element, members: Sequence[Element]) -> str:
    """The shortest path of tags, ids and classes from below that gives exactly these elements, "" if there is none.

    One that names an id or a class is preferred: bare tags find other things once the page has more of them.
    """
    wanted, bare = list(members), ""
    css, level = _step(members), list(members)
    for _ in range(LEVELS):
        if _same(Selector(root=root, type="html").css(css), wanted):
            if "." in css or "#" in css:
                return css
            bare = bare or css
        above = list(dict.fromkeys(around for element in level if (around := element.getparent()) is not None))
        if not above or str(above[0].tag) in ("body", "html"):
            break
        css, level = f"{_step(above)} > {css}", above
    return bare


def _same(found: Iterable[Selector], wanted: Sequence[Element]) -> bool:
    """True if it finds all of them and little else: elements of the same shape without a link of their own are passed over."""
    elements = [one.root for one in found]
    if wanted[-1] in elements:  # beyond the last one that was looked at, nobody knows
        elements = elements[: elements.index(wanted[-1]) + 1]
    return set(elements) >= set(wanted) and len(elements) * HAVE <= len(wanted)


def _step(elements: Sequence[Element]) -> str:
    """Tag with the id or the classes that all of these elements have."""
    names = {element.get("id") or "" for element in elements}
    tag = _tag(elements[0])
    if len(names) == 1 and _CLASS.fullmatch(name := names.pop()):
        return f"{tag}#{name}"
    common = [name for name in _classes(elements[0]) if all(name in _classes(element) for element in elements)]
    return tag + "".join(f".{name}" for name in common[:2])


def _tag(element: Element) -> str:
    """For selectors; pages may name their tags anything, such as <o:p>."""
    tag = str(element.tag)
    return tag if _TAG.fullmatch(tag) else "*"


def _classes(element: Element) -> list[str]:
    return [name for name in (element.get("class") or "").split() if _CLASS.fullmatch(name) and name not in _STATES]


def _first_class(element: Element) -> str:
    return next(iter(_classes(element)), "")


def _link_selector(scopes: Sequence[Selector], group: _Group, base: str) -> str:
    """The first of the plain ways to the item's own link that works in nearly all."""
    steps = dict.fromkeys(step for link in group.links for step in _ways(link, group))
    for step in steps:
        hits = sum(
            join(base, take(scope, f"{step}::attr(href)", "@href")) == join(base, link.get("href") or "")
            for scope, link in zip(scopes, group.links, strict=True)
        )
        if hits >= 0.9 * len(scopes):
            return f"{step}::attr(href)"
    return ""


def _ways(element: Element, group: _Group) -> Iterator[str]:
    """Selectors of an element inside its item, the plainest first."""
    tag = _tag(element)
    yield tag
    if own := _first_class(element):
        yield f"{tag}.{own}"
    for around in element.iterancestors():
        if around in group.members:
            return
        yield f"{_tag(around)} {tag}"
        if own := _first_class(around):
            yield f"{_tag(around)}.{own} {tag}"


def _date_selector(scopes: Sequence[Selector], group: _Group, dated: Callable[[str], bool]) -> str | None:
    """The way to a readable date that works in most items, None if there is none."""
    ways: Counter[str] = Counter()
    for member, link in zip(group.members, group.links, strict=True):
        ways.update(list(dict.fromkeys(_date_ways(member, link, dated))))
    best, hits = None, DATED * len(scopes)
    # Counter keeps the order of first sight, which is that of the plainest.
    for way, seen in ways.items():
        if seen < MIN_ITEMS:
            continue
        read = sum(dated(take(scope, way, "string()")) for scope in scopes)
        if read > hits or (best is None and read >= hits):
            best, hits = way, read
    return best


def _date_ways(member: Element, link: Element, dated: Callable[[str], bool]) -> Iterator[str]:
    """Selectors that give a date in this item: of the elements whose own text or `datetime` is one, then of its neighbours."""
    for element in member.iter(etree.Element):
        if element is link and len(element) == 0:
            continue  # a title that mentions a day
        tag, moment = _tag(element), element.get("datetime")
        if moment and dated(moment):
            yield f"{tag}::attr(datetime)"
        own = " ".join(part for part in (element.text, *(child.tail for child in element)) if part)
        if dated(own) and not (element is link or element.tag in _HEADINGS):
            if own_class := _first_class(element):
                yield f"{tag}.{own_class}"
            if element is member:
                yield f"{tag}::text"
            else:
                yield tag
                yield f"{tag}:nth-child({_position(element)})"
    for axis, neighbour in (("preceding", member.getprevious()), ("following", member.getnext())):
        if neighbour is None or not isinstance(neighbour.tag, str) or neighbour.find(".//a") is not None:
            continue
        if dated(_text(neighbour)):
            yield f"./{axis}-sibling::{_tag(neighbour)}[1]"


def _position(element: Element) -> int:
    return 1 + sum(1 for _ in element.itersiblings(etree.Element, preceding=True))


def _title_selector(scopes: Sequence[Selector], group: _Group, link: str, dates: Sequence[str]) -> str:
    """A heading of the item, else the link's text, else its longest line; the `title` attribute where the text is cut.

    Args:
        dates: as each item has it; a text that holds it too is more than a title.
    """
    anchor = link.removesuffix("::attr(href)")
    cut = (
        [f"{anchor}::attr(title)"] if any(_text(one).endswith(_CUT) and one.get("title") for one in group.links) else []
    )
    headings = [tag for tag in _HEADINGS if any(member.find(f".//{tag}") is not None for member in group.members)]
    lines = Counter(step for one in group.links for step in _longest_line(one, anchor))
    ways = [*cut, *headings, anchor, *(way for way, _ in lines.most_common(3))]
    for way in ways:
        titles = [take(scope, way, "string()") for scope in scopes]
        good = sum(
            len(title) >= MIN_TITLE and not (date and date in title) for title, date in zip(titles, dates, strict=True)
        )
        if good >= 0.9 * len(titles) and len(set(titles)) >= 0.8 * len(titles):
            return way
    # Titles with a date in them are better than none.
    return anchor if sum(len(_text(one)) >= MIN_TITLE for one in group.links) >= 0.9 * len(scopes) else ""


def _longest_line(link: Element, anchor: str) -> Iterator[str]:
    lines = [element for element in link.iter(etree.Element) if element is not link and (element.text or "").strip()]
    if lines:
        longest = max(lines, key=lambda element: len((element.text or "").strip()))
        if own := _first_class(longest):
            yield f"{anchor} {_tag(longest)}.{own}"
        yield f"{anchor} {_tag(longest)}"
    if (link.text or "").strip() or any((child.tail or "").strip() for child in link):
        yield f"{anchor}::text"


def _with_year(layout: Layout, page: Selector, zone: ZoneInfo) -> Layout:
    """The same rule with the headings that state the year, where dates state none and the first item has such a heading above it."""
    if not any(_lacks_year(sight.date, zone) for sight in layout.sights):
        return layout
    items = {one.root for one in page.css(layout.selectors.item)}
    above: list[Element] = []
    for element in page.root.iter(etree.Element):
        if element in items:
            break
        if element.tag in _YEAR_TAGS and len(_text(element)) <= LABEL_CHARS and read_year(_text(element)):
            above.append(element)
    if not above:
        return layout
    return replace(layout, selectors=replace(layout.selectors, year=_step(above[-1:])))


def _lacks_year(date: str, zone: ZoneInfo) -> bool:
    """True if a date falls into two years when it is read at two times."""
    years = set()
    for year in (2004, 2024):
        found = read_date(date, zone=zone, now=dt.datetime(year, 12, 31, tzinfo=dt.UTC), origin=Origin.LISTING)
        years.add(found and found.value.year)
    return len(years) > 1


def _next_page(page: Selector, base: str, url: str) -> str | None:
    """The way to the next page of links: a stated one, else a link whose text says so."""
    here = normalise_url(url)

    def leads_on(way: str) -> bool:
        target = normalise_url(join(base, take(page, way, "@href")))
        return bool(target) and target != here

    for way in ("link[rel~=next]::attr(href)", "a[rel~=next]::attr(href)", "a.next::attr(href)", ".next a::attr(href)"):
        if leads_on(way):
            return way
    for link in page.root.iter("a"):
        text = _text(link)
        if len(text) > LABEL_CHARS or '"' in text:
            continue
        if _ARROWS.sub("", text).casefold() in _NEXT_WORDS:
            way = f'//a[normalize-space()="{text}"]/@href'
            if leads_on(way):
                return way
    return None


# ------------------------------------------------------------------------------------------------------------------ text


def take(scope: Selector, way: str, of_element: str) -> str:
    """What a selector gives first, as the listing reader takes it."""
    if way.startswith(("/", "./", "(")):
        chosen = scope.xpath(way)
        plain = isinstance(chosen[0].root, str) if chosen else True
    else:
        chosen = scope.css(way)
        plain = "::" in way
    if not plain:
        chosen = chosen.xpath(of_element)
    return next((value.strip() for value in chosen.getall() if value.strip()), "")


def _text(element: Element) -> str:
    return " ".join("".join(str(part) for part in element.itertext(etree.Element)).split())
