"""Makes of a page that belongs to others a page that can be given to others: the same structure, no word of it.

Letters give way to filler of the same script and length; markup, classes, the build of addresses, figures and dates stay. Names, titles,
texts, descriptions, addresses of mail and telephone numbers go. The same page always gives the same result.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import json
import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from lxml import etree, html
from scrapy.utils.gz import gunzip

from crawler.curation.asking import Answer
from crawler.curation.checking import content_type_of
from crawler.curation.probing import Offer, summarise
from crawler.curation.samples import Recording
from crawler.curation.visits import Visit
from crawler.deadline import within
from crawler.spiders.links import read_links
from crawler.spiders.reading import Unreadable
from pipeline.errors import CrawlError
from pipeline.model import Kind, Origin, SourceSpec
from pipeline.text.charsets import decode
from pipeline.text.dates import month_named, read_date

# Where a language has thousands of letters, the beginning of an old primer, without the characters that dates are made of.
_HAN = "地玄黃宇宙洪荒盈昃辰宿列張寒來暑往秋收冬藏閏餘成歲律呂調陽雲騰致雨露結為霜金生麗水玉出崑岡劍號巨闕珠稱夜光果珍李柰菜重芥薑"
_ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "абвгдежзийклмнопрстуфхцчшщыэюя", "いろはにほへとちりぬるをわかよたれそつねならむ", "イロハニホヘトチリヌルヲワカヨタレソツネナラム")  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}")
_TELEPHONE = re.compile(r"(?<![\d.,/-])(?:\+|\(0)?\d{1,4}\)?(?:[ .\-‐–(]{1,2}\d{2,5}\)?){1,4}(?![\d/])")
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]{0,15}:)?//[^\s<>\"']+|(?:tag|urn|mailto|tel):[^\s<>\"']+", re.IGNORECASE)
_WHOLE_ADDRESS = re.compile(r"(?:(?:https?:)?//|(?:tag|urn):|/[^/\s]*/)\S*$", re.IGNORECASE)
_MARKUP = re.compile(r"<[a-zA-Z/!]")
# Beyond https://www.w3.org/TR/xml/#charsets: character references and JSON bring them into pages, and no tree takes them.
_NO_TEXT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAX_NESTED = 3  # pages inside of texts of pages: feeds have two
# Words that dates are made of where figures stand beside them, and zones and halves of the day.
_BESIDE_FIGURES = re.compile(
    r"[〇零一二三四五六七八九十廿卅]+(?=[年月日])|(?<=[\d〇零一二三四五六七八九十元])\s?[年月日時分秒号號点년월일시분]|(?:令和|平成|昭和|民國|民国|[RHＲＨ])(?=\s?[\d元０-９.])|元年|오전|오후|上午|下午|午前|午後"
)
_CLOCK = frozenset(
    {
        "t",
        "z",
        "gmt",
        "utc",
        "jst",
        "kst",
        "cst",
        "est",
        "edt",
        "pst",
        "pdt",
        "bst",
        "cet",
        "cest",
        "am",
        "pm",
        "hkt",
        "sgt",
    }
)
_NEAR = 20  # characters around a figure within which a month's name belongs to a date

# Attributes that tell how a page is built, not what it says.
_BUILD = frozenset({
    "class", "id", "rel", "rev", "type", "datetime", "dir", "lang", "xml:lang", "charset", "http-equiv", "itemprop", "itemscope", "itemtype",
    "property", "name", "colspan", "rowspan", "headers", "scope", "role", "width", "height", "target", "media", "sizes", "for", "method",
    "hreflang", "tabindex", "start", "typeof", "vocab", "prefix", "version", "domain", "ispermalink", "length", "medium",
})  # fmt: skip
_LINKS = frozenset({
    "href", "src", "action", "cite", "poster", "data", "formaction", "background", "longdesc", "url", "xmlurl", "htmlurl", "about", "resource",
    "data-src", "data-href", "data-url",
})  # fmt: skip
_META_KEPT = re.compile(
    r"(?:date|time|published|modified|updated|robots|viewport|locale|og:type|content-type|content-language|language)",
    re.IGNORECASE,
)
# Names of places in a page: "top", "news-list", but also "mayor-visits-our-sister-city", made of a heading.
_NAMES, _SLUG_WORDS = frozenset({"id", "name", "for"}), 4
_EMPTIED = frozenset({"style", "script", "svg", "iframe", "object", "embed", "template", "textarea"})
# JSON strings that say what a thing is.
_JSON_KEPT = frozenset(
    {"@type", "@context", "type", "status", "version", "format", "lang", "language", "inlanguage", "mime_type", "rel"}
)
_XML_KEPT = frozenset(
    {"language", "lang", "changefreq", "priority", "ttl", "docs", "updateperiod", "updatefrequency", "lastmod"}
)
_NOW = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
_DATE_CHARS = 60  # a date with its label and weekday; longer texts mention one
_ATTEMPTS = 40  # at a word that the page does not have
_FILLING_S = 30.0  # processor time for one page; 1 MB takes 2 s
_MAX_UNPACKED = 10 * 1024 * 1024  # as the reader of sitemaps has it
_MAX_NODES = 100_000  # of one page; larger ones are refused
Element = etree._Element  # noqa: SLF001 - its only name


def make_recording(
    spec: SourceSpec, seen: Visit, article: Answer | None, now: dt.datetime
) -> tuple[Recording, dict[str, str]]:
    """A source's page of links and an article without their words, and the texts of both by file name.

    Raises:
        CrawlError: the source's rules would find other items or dates in the page without words; nobody could test with it.
    """
    answer = seen.answer
    body = gunzip(answer.body, max_size=_MAX_UNPACKED) if answer.body[:2] == b"\x1f\x8b" else answer.body
    original = _read(body, answer.url, spec, answer.content_type, now)
    keep = words_of_rules(spec)
    try:
        with within(_FILLING_S):
            name, made = _strip(spec.kind, decode(body, answer.content_type).text, keep)
    except TimeoutError as error:
        raise CrawlError(f"{answer.url} was not recorded: replacing its words {error}.") from error
    copy = _read(made.encode("utf-8", "replace"), answer.url, spec, content_type_of(name), now)
    if (copy.items, [item.day for item in copy.sample]) != (original.items, [item.day for item in original.sample]):
        raise CrawlError(
            f"{answer.url} was not recorded: without its words the rules of {spec.id} find {copy.items} items, {copy.dated} dated, "
            f"instead of {original.items}, {original.dated} dated. Rules that do not look for words can be recorded."
        )
    pages = {name: made}
    if article:
        with contextlib.suppress(TimeoutError), within(_FILLING_S):
            pages["article.html"] = anonymise_html(decode(article.body, article.content_type).text, keep)
    kept = article if "article.html" in pages else None
    recording = Recording(
        source_id=spec.id,
        kind=spec.kind,
        start=seen.start,
        url=answer.url,
        content_type=content_type_of(name),
        recorded_on=now.date(),
        items=original.items,
        dated=original.dated,
        page=name,
        article="article.html" if kept else "",
        article_url=kept.url if kept else "",
    )
    return recording, pages


def _strip(kind: Kind, text: str, keep: Collection[str]) -> tuple[str, str]:
    """File name and text of a page of links without its words."""
    if kind is Kind.LISTING:
        return "start.html", anonymise_html(text, keep)
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return "start.json", anonymise_json(text.lstrip("\ufeff"), keep)
    return "start.xml", anonymise_xml(text, keep)


def _read(body: bytes, url: str, spec: SourceSpec, content_type: str, now: dt.datetime) -> Offer:
    try:
        reading = read_links(body, url, spec, content_type)
    except Unreadable as error:
        raise CrawlError(f"{url} was not recorded: without its words it cannot be read: {error.detail}") from error
    return summarise(reading, spec, url, now, most=spec.max_items)


def words_of_rules(spec: SourceSpec) -> frozenset[str]:
    """What a source's own rules look for: texts in quotes of its selectors and fields, and the words of its patterns."""
    rules = [spec.include, spec.exclude]
    for table in (spec.selectors, spec.fields):
        if table is not None:
            values = [str(getattr(table, key)) for key in table.__struct_fields__]
            rules += [name for value in values for name in re.findall(r"[#.]([\w-]+)", value)]
            rules += [quoted[1] for value in values for quoted in re.finditer(r"[\"'`]([^\"'`]+)[\"'`]", value)]
    if spec.selectors:
        rules.append(spec.selectors.date_pattern)
    return frozenset(text for rule in rules for text in (rule, *_WORD.findall(rule)) if text.strip())


def anonymise_html(text: str, keep: Collection[str] = ()) -> str:
    """A page, or a part of one, without its words.

    Args:
        keep: words and texts that a source's own rules look for; they stay.
    """
    return _Filler(text, keep).page(text)


def anonymise_xml(text: str, keep: Collection[str] = ()) -> str:
    """A feed or sitemap without its words. Raises CrawlError for what is no XML at all."""
    return _Filler(text, keep).xml(text)


def anonymise_json(text: str, keep: Collection[str] = ()) -> str:
    """A JSON answer without its words; keys stay. Raises CrawlError for what is no JSON."""
    try:
        return json.dumps(_Filler(text, keep).value(json.loads(text)), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError) as error:
        raise CrawlError(f"This is no JSON, so it cannot be recorded: {error}") from error


class _Filler:
    """Replaces words, each by one that the original does not have."""

    def __init__(self, original: str, keep: Collection[str]) -> None:
        self.taken = {word.casefold() for word in _WORD.findall(original)}
        self.kept = {word.casefold() for text in keep for word in _WORD.findall(text)}
        self.kept_texts = sorted({text for text in keep if text.strip()}, key=len, reverse=True)
        self.segments: dict[str, str] = {}  # of addresses: one that occurs twice must stay one
        self.used: set[str] = set()
        self.dates: dict[str, str] = {}
        self.counter = itertools.count()
        self.nested = 0

    # ------------------------------------------------------------------------------------------------------------ text

    def text(self, text: str) -> str:
        """Prose with its letters replaced; spaces, signs and the figures of dates stay."""
        text = _NO_TEXT.sub("", text)
        if not text.strip() or text.strip() in self.kept_texts:
            return text
        if _MARKUP.search(text):
            return self.fragment(text)
        if len(text) <= _DATE_CHARS and _reads(text):
            # Readers tell from equal dates that they are not the items' own.
            if text not in self.dates:
                self.dates[text] = self._prose(text)
            return self.dates[text]
        return self._prose(text)

    def _prose(self, text: str) -> str:
        parts, end = [], 0
        for start, stop, instead in self._special(text):
            parts += [self._words(text[end:start], text, end), instead]
            end = stop
        return "".join(parts) + self._words(text[end:], text, end)

    def _special(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Addresses, mail addresses and telephone numbers of a text, in its order, with what takes their place."""
        found = [(*match.span(), f"{self._word('mail')}@example.org") for match in _MAIL.finditer(text)]
        found += [(*match.span(), "https://example.org/") for match in _ADDRESS.finditer(text)]
        for match in _TELEPHONE.finditer(text):
            digits = sum(character.isdigit() for character in match[0])
            if 9 <= digits <= 15 and not _reads(match[0]):
                found.append((*match.span(), re.sub(r"\d", "0", match[0])))
        end = -1
        for start, stop, instead in sorted(found):
            if start >= end:
                yield start, stop, instead
                end = stop

    def _words(self, part: str, whole: str, offset: int) -> str:
        protected = {place for match in _BESIDE_FIGURES.finditer(part) for place in range(*match.span())}

        def instead(match: re.Match[str]) -> str:
            word = match[0]
            if self._is_of_date(word, whole, offset + match.start(), offset + match.end()):
                return word
            # Within a run of letters without spaces, those of a date stay and the others go.
            pieces = itertools.groupby(range(match.start(), match.end()), key=lambda place: place in protected)
            return "".join(
                "".join(part[place] for place in places)
                if stays
                else self._word("".join(part[place] for place in places))
                for stays, places in ((stays, list(places)) for stays, places in pieces)
            )

        return _WORD.sub(instead, part)

    def _is_of_date(self, word: str, whole: str, start: int, end: int) -> bool:
        around = whole[max(0, start - _NEAR) : end + _NEAR]
        if not any(character.isdigit() for character in around):
            return False
        if word.casefold() in _CLOCK:
            return any(character.isdigit() for character in whole[max(0, start - 2) : end + 2])
        return month_named(word) is not None

    def _word(self, word: str) -> str:
        """Other letters of the same scripts, case and number, that neither the page has as a word nor dates."""
        if word.casefold() in self.kept:
            return word
        for attempt in range(_ATTEMPTS):
            turn = next(self.counter)
            # Scripts with a handful of letters have no other word: Latin ones take their place.
            letters = word if attempt < _ATTEMPTS // 2 else "x" * len(word)
            made = "".join(_other(letter, turn * 7 + place * 11 + turn // 13) for place, letter in enumerate(letters))
            if len(word) < 3 or (made.casefold() not in self.taken and not month_named(made)):
                return made
        return "x" * len(word)

    # -------------------------------------------------------------------------------------------------------- addresses

    def address(self, url: str) -> str:
        """An address of the same build: host, figures, endings and short plain words stay, slugs and names go."""
        url = _NO_TEXT.sub("", url).strip()
        scheme = url.partition(":")[0].lower()
        if scheme == "mailto":
            return "mailto:someone@example.org"
        if scheme == "tel":
            return "tel:" + re.sub(r"\d", "0", url[4:])
        if scheme in ("javascript", "data"):
            return "#"
        try:
            parts = urlsplit(url)
        except ValueError:
            return "#"
        path = "/".join(self._segment(segment) for segment in parts.path.split("/"))
        query = re.sub(r"(?<==)[^&;]+", lambda match: self._segment(match[0]), parts.query)
        return urlunsplit((parts.scheme, parts.netloc, path, query, self._segment(parts.fragment)))

    def _segment(self, segment: str) -> str:
        stem, dot, ending = segment.rpartition(".")
        if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,5}", ending):
            stem, ending, dot = segment, "", ""
        plain = unquote(stem)
        words = _WORD.findall(plain)
        # "news", "ja", "202507": how the site is built. "mayor-visits-kobe", "%E5%B8%82": what it says.
        if not words or (plain.isascii() and len(words) == 1 and len(words[0]) <= 12 and "%" not in stem):
            return segment
        if all(word.casefold() in self.kept for word in words):
            return segment
        if stem not in self.segments:
            made = _WORD.sub(lambda match: self._word(match[0]), plain)
            while made in self.used:
                made = _WORD.sub(lambda match: self._word(match[0]), plain)
            self.used.add(made)
            self.segments[stem] = quote(made, safe="-_.~!$&'()*+,;=:@") if "%" in stem else made
        return self.segments[stem] + dot + ending

    # ------------------------------------------------------------------------------------------------------------ markup

    def page(self, text: str) -> str:
        if not text.strip():
            return ""
        try:
            root = html.document_fromstring(text.encode("utf-8", "replace"), parser=_html_parser())
        except etree.ParserError as error:
            raise CrawlError(f"This is no HTML, so it cannot be recorded: {error}") from error
        self._fill(root)
        for meta in list(root.iter("meta")):
            states_charset = meta.get("charset") or (meta.get("http-equiv") or "").casefold() == "content-type"
            if states_charset and (around := meta.getparent()) is not None:
                around.remove(meta)
        head = root.find("head")
        if head is not None:
            head.insert(0, etree.Element("meta", charset="utf-8"))
        doctype = "<!DOCTYPE html>" if re.match(r"\s*<!doctype", text, re.IGNORECASE) else None
        return str(html.tostring(root, encoding="unicode", doctype=doctype))

    def fragment(self, text: str) -> str:
        """HTML inside of something else: as it is, with its words replaced; "" for what is nested deeper than pages are."""
        if self.nested == _MAX_NESTED:
            return ""
        self.nested += 1
        try:
            return self._fragment(text)
        finally:
            self.nested -= 1

    def _fragment(self, text: str) -> str:
        whole = f"<html><body><div>{text}</div></body></html>".encode("utf-8", "replace")
        root = html.document_fromstring(whole, parser=_html_parser()).find("body/div")
        if root is None:
            return ""
        self._fill(root)
        return (root.text or "") + "".join(html.tostring(child, encoding="unicode") for child in root)

    def _fill(self, root: Element) -> None:
        for element in _elements(root):
            if not isinstance(element.tag, str):  # comments and instructions say what they like
                element.text = ""
                element.tail = element.tail and self.text(element.tail)
                continue
            if element.tag == "script" and "json" in (element.get("type") or "") and element.text:
                element.text = self._json_inside(element.text)
            elif element.tag in _EMPTIED:
                for child in list(element):
                    element.remove(child)
                element.text = None
            elif element.text:
                element.text = self.text(element.text)
            if element.tail:
                element.tail = self.text(element.tail)
            self._fill_attributes(element)

    def _json_inside(self, text: str) -> str:
        try:
            return json.dumps(self.value(json.loads(text)), ensure_ascii=False).replace("</", "<\\/")
        except (ValueError, RecursionError):
            return "{}"

    def _fill_attributes(self, element: Element) -> None:
        about = " ".join(element.get(name) or "" for name in ("name", "property", "http-equiv", "itemprop"))
        for key, stated in list(element.attrib.items()):
            value = _NO_TEXT.sub("", str(stated))
            name = str(key).rpartition("}")[2].casefold()
            if name.startswith("on") or name in ("style", "srcset", "integrity", "nonce"):
                del element.attrib[key]
            elif name in _LINKS:
                _set(element, str(key), self.address(value))
            elif name == "content" and element.tag == "meta":
                _set(element, str(key), value if _META_KEPT.search(about) else self._content(value))
            elif name in _NAMES and len(_WORD.findall(value)) >= _SLUG_WORDS and value not in self.kept_texts:
                _set(element, str(key), self._segment(value))
            elif name not in _BUILD and not _is_figure(value):
                _set(element, str(key), self._content(value))

    def _content(self, value: str) -> str:
        return self.address(value) if _WHOLE_ADDRESS.match(value.strip()) else self.text(value)

    def xml(self, text: str) -> str:
        parser = etree.XMLParser(
            recover=True,
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
            strip_cdata=False,
        )
        text = re.sub(
            r"^\s*(?:<\?xml[^>]*\?>)?\s*(?:<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)?", "", text, count=1, flags=re.DOTALL
        )
        try:
            root = etree.fromstring(text.encode("utf-8", "replace"), parser)
        except etree.XMLSyntaxError:
            root = None
        if root is None:
            raise CrawlError("This is no XML, so it cannot be recorded.")
        for element in _elements(root):
            if not isinstance(element.tag, str):
                element.getparent().remove(element)
                continue
            name = re.split("[}:]", element.tag)[-1].casefold()  # feeds use prefixes that they do not declare
            if element.text and name not in _XML_KEPT:
                element.text = self._content(element.text)
            if element.tail:
                element.tail = self.text(element.tail)
            self._fill_attributes(element)
        return '<?xml version="1.0" encoding="utf-8"?>\n' + etree.tostring(root, encoding="unicode")

    # -------------------------------------------------------------------------------------------------------------- JSON

    def value(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: self.value(inner, name.casefold()) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.value(inner, key) for inner in value]
        if not isinstance(value, str) or key in _JSON_KEPT:
            return value
        return self._content(value)


def _elements(root: Element) -> list[Element]:
    """All of them first: filling changes what stands where."""
    found = list(itertools.islice(root.iter(), _MAX_NODES + 1))
    if len(found) > _MAX_NODES:
        raise CrawlError(f"The page has more than {_MAX_NODES:,} elements; such a one is not recorded.")
    return found


def _set(element: Element, key: str, value: str) -> None:
    try:
        element.set(key, value)
    except ValueError:  # a prefix that is not declared, or a name that XML does not have: no reader looks for it
        del element.attrib[key]


def _html_parser() -> html.HTMLParser:
    return html.HTMLParser(encoding="utf-8", remove_pis=True)


def _is_figure(value: str) -> bool:
    return not _WORD.search(value)


def _reads(text: str) -> bool:
    return read_date(text, zone=ZoneInfo("UTC"), now=_NOW, origin=Origin.LISTING, day_first=True) is not None


def _other(letter: str, turn: int) -> str:
    """Another letter of the same script and case."""
    small = letter.lower()
    for alphabet in _ALPHABETS:
        if small in alphabet:
            made = alphabet[(alphabet.index(small) + 1 + turn % (len(alphabet) - 1)) % len(alphabet)]
            return made.upper() if letter != small else made
    if "\u4e00" <= letter <= "\u9fff" or "\u3400" <= letter <= "\u4dbf":
        made = _HAN[turn % len(_HAN)]
        return made if made != letter else _HAN[(turn + 1) % len(_HAN)]
    # Other alphabets stand in blocks; within 32 places all are of one script.
    first, kind = ord(letter) & ~31, unicodedata.category(letter)
    near = [
        chr(code)
        for code in range(first, first + 32)
        if unicodedata.category(chr(code)) == kind and chr(code) != letter
    ]
    return near[turn % len(near)] if near else letter
