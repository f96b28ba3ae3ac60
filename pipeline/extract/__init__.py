"""Stage 1: from the bytes of a page to what it says: title, body, byline, dates as they stand, and what it forbids."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from pipeline.errors import Quarantine, Reason, Retry, Skip
from pipeline.extract.access import read_access, wall_lines
from pipeline.extract.authors import Authors, clean_authors, read_authors
from pipeline.extract.body import read_body
from pipeline.extract.boilerplate import MAX_CREDITS, clean_blocks
from pipeline.extract.credits import credits_beside, known_credits, read_translation
from pipeline.extract.datefinds import NEAR_TEXTS, find_dates, near_heading
from pipeline.extract.jsonld import Described, read_jsonld
from pipeline.extract.margins import is_prose
from pipeline.extract.metadata import (
    Found,
    page_directives,
    read_canonical,
    read_directives,
    read_language,
    read_paid,
    read_site_names,
    read_title,
    untitled,
)
from pipeline.extract.page import Page, index, parse
from pipeline.extract.paragraphs import weight
from pipeline.extract.plain import read_plain
from pipeline.extract.verdicts import MIN_WEIGHT, judge
from pipeline.model import Block, Document, Media, Origin, RawPage
from pipeline.text.charsets import decode
from pipeline.text.clean import clean_text, fold
from pipeline.text.media import media_of
from pipeline.text.urls import normalise_url

NAME = "extract"
VERSION = "5"

MAX_BYTES = 8 * 1024 * 1024  # the crawler keeps no more of a page either

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/xml", "text/xml"})
_PDF = b"%PDF"
_MAGIC = (b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x1f\x8b", b"RIFF", b"\xd0\xcf\x11\xe0", b"\x00\x00\x00\x18ftyp", b"ID3", b"OggS")  # fmt: skip
_MARKUP = re.compile(r"<(?:!doctype\s+html|html|head|body|div|p|h1|article|table|span|meta)\b", re.IGNORECASE)


def extract(page: RawPage) -> Document | Skip | Retry | Quarantine:
    """What a page says without its furniture, or why it is no article. Never raises, whatever the bytes are."""
    try:
        return _extract(page)
    except Exception as error:  # noqa: BLE001 - one page never stops a run; its reason is stored for a person to read
        return Quarantine(reason=Reason.CRASHED, detail=clean_text(f"{type(error).__name__}: {error}", limit=200))


def _extract(page: RawPage) -> Document | Skip | Quarantine:
    if page.status >= 400:
        return Skip(reason=Reason.ERROR_PAGE, detail=f"status {page.status}")
    media = Media.PDF if page.body.lstrip()[:8].startswith(_PDF) else media_of(page.header("content-type"))
    if media is not Media.PAGE:
        return _link_document(page, media)
    if not page.body.strip():
        return Skip(reason=Reason.NO_BODY, detail="empty")
    if len(page.body) > MAX_BYTES:
        return Skip(reason=Reason.TOO_LARGE, detail=f"{len(page.body)} bytes")
    content_type = page.header("content-type")
    media_type = content_type.partition(";")[0].strip().lower()
    if page.body.lstrip().startswith(_MAGIC) or (
        media_type and media_type not in _HTML_TYPES and media_type != "text/plain"
    ):
        return Skip(reason=Reason.NOT_TEXT, detail=media_type)
    text = decode(page.body, content_type).text
    if _is_binary(text):
        return Quarantine(reason=Reason.UNREADABLE, detail="no charset explains it")
    if _MARKUP.search(text[:2_000]) or (media_type in _HTML_TYPES and "<" in text):
        return _extract_html(page, text)
    return _extract_plain(page, text)


_ODD = re.compile("[\ufffd\x00-\x08\x0e-\x1f]")


def _is_binary(text: str) -> bool:
    """True where a tenth of the characters could not be decoded or are controls."""
    sample = text[:20_000]
    return len(_ODD.findall(sample)) * 10 > len(sample)


def _extract_html(page: RawPage, text: str) -> Document | Skip | Quarantine:
    tree = parse(text)
    if tree is None:
        return Skip(reason=Reason.NO_BODY, detail="no elements")
    parsed = index(tree, page.final_url)
    described = read_jsonld(parsed.scripts)
    document = _describe(page, parsed, described)
    cleaned, extractor, agreement = read_body(parsed, document.title)
    blocks = cleaned.blocks
    is_article = described.is_article or parsed.meta("og:type").lower() == "article"
    verdict = judge(parsed, document.title, blocks, is_article=is_article)
    if verdict:
        return verdict
    title, origins = document.title, document.origins
    if not title:
        title, origins = untitled(blocks), {**origins, "title": Origin.TEXT.value}
    if not title:
        return Quarantine(reason=Reason.NO_TITLE)
    walls = (*cleaned.walls, *wall_lines(parsed.texts))
    below = _below(parsed, blocks)
    return msgspec.structs.replace(
        document,
        title=title,
        origins=origins,
        blocks=blocks,
        references=_references((*cleaned.references, *document.references, *credits_beside(below)), parsed, described),
        translated_from=cleaned.translated_from or document.translated_from or read_translation(below),
        extractor=extractor,
        agreement=agreement,
        access=read_access(blocks, walls, declared=read_paid(parsed, described) is True),
    )


def _describe(page: RawPage, parsed: Page, described: Described) -> Document:
    """The document without its body."""
    sites = read_site_names(parsed, described)
    site_names = tuple(name.text for name in sites)
    title = read_title(parsed, described, site_names)
    if not title.text:
        title = Found(clean_text(page.hints.title), Origin.HINTS)
    near = near_heading(parsed, title.text)
    authors = read_authors(parsed, described, site_names, near, title.text)
    if not authors.names:
        authors = Authors(clean_authors(page.hints.authors, site_names), Origin.HINTS)
    above = _above(near)
    declared = (content for name in _CREDIT_METAS for content in parsed.metas.get(name, ()))
    signed = known_credits((*authors.names, *described.authors, *declared))
    canonical, language = read_canonical(parsed), read_language(parsed, described)
    site = sites[0] if sites else Found()
    return Document(
        page_id=page.id,
        source_id=page.source_id,
        url=page.final_url,
        canonical_url=canonical.text,
        title=title.text,
        blocks=(),
        authors=authors.names,
        site_name=site.text,
        dates=find_dates(parsed, described, near),
        declared_language=language.text,
        directives=page_directives(parsed, page.header("x-robots-tag"), page.header("tdm-reservation")),
        references=(*credits_beside(above), *signed),
        translated_from=read_translation(above),
        hints=page.hints,
        fetched_at=page.fetched_at,
        extractor="",
        origins=_origins(
            title=title,
            authors=Found("".join(authors.names), authors.origin),
            site_name=site,
            language=language,
            canonical_url=canonical,
        ),
    )


_CREDIT_METAS = ("source", "contentsource", "content-source", "original-source", "syndication-source", "author", "article:author", "dc.source")  # fmt: skip
_AFTER_TEXTS = 12  # pieces below the body that still belong to it
_MIN_PIECE = 20  # characters by which the end of the body is known again


def _references(names: Sequence[str], page: Page, described: Described) -> tuple[str, ...]:
    """The origins credited, each once, in the spelling that comes first; not the site itself."""
    sites = {fold(name.text) for name in read_site_names(page, described)}
    credited: dict[str, str] = {}
    for name in names:
        if fold(name) not in sites:
            credited.setdefault(fold(name), name)
    return tuple(credited.values())[:MAX_CREDITS]


def _above(near: Sequence[str]) -> list[str]:
    """Pieces between heading and text; a standfirst may stand among them."""
    sentences = [at for at, piece in enumerate(near[:NEAR_TEXTS]) if is_prose(piece)]
    return list(near[: sentences[1] if len(sentences) > 1 else NEAR_TEXTS])


def _below(page: Page, blocks: Sequence[Block]) -> list[str]:
    """Pieces of the page's text just below the body."""
    last = blocks[-1].text if blocks else ""
    places = range(len(page.texts) - 1, -1, -1)
    end = next((at for at in places if len(page.texts[at]) >= _MIN_PIECE and page.texts[at] in last), None)
    return page.texts[end + 1 : end + 1 + _AFTER_TEXTS] if end is not None else []


def _link_document(page: RawPage, media: Media) -> Document | Skip:
    """A PDF or office document as the page that links to it describes it: such files are not opened."""
    title = _FILE_NOTE.sub("", clean_text(page.hints.title))
    if not title:
        return Skip(reason=Reason.NO_TITLE, detail=media.value)
    return Document(
        page_id=page.id,
        source_id=page.source_id,
        url=page.final_url,
        canonical_url=normalise_url(page.final_url) or page.final_url,
        title=title,
        blocks=(),
        authors=tuple(page.hints.authors),
        directives=read_directives((), page.header("x-robots-tag"), [page.header("tdm-reservation")]),
        hints=page.hints,
        fetched_at=page.fetched_at,
        extractor="document",
        media=media,
        origins=_origins(
            title=Found(title, Origin.HINTS),
            authors=Found("".join(page.hints.authors), Origin.HINTS),
            canonical_url=Found(page.final_url, Origin.URL),
        ),
    )


# What lists write behind a link to a file: (PDF：210KB), 【PDF形式】, [Word, 1.2 MB].
_FILE_NOTE = re.compile(
    r"\s*[(（\[［【〔]\s*(?:(?:PDF|ＰＤＦ|Word|ワード|Excel|エクセル|PowerPoint|パワーポイント|docx?|xlsx?|pptx?)(?![a-zA-Z])[^()（）\[\]［］【】〔〕]{0,30}"
    r"|[\d.,０-９．，]+\s*(?:[KMＫＭ]i?[BＢ]|(?:キロ|メガ)バイト))\s*[)）\]］】〕]\s*$",
    re.IGNORECASE,
)


def _origins(**fields: Found) -> dict[str, str]:
    """Where each field was read that the page has."""
    return {name: found.origin.value for name, found in fields.items() if found.text and found.origin}


def _extract_plain(page: RawPage, text: str) -> Document | Skip | Quarantine:
    title, blocks = read_plain(text, page.hints.title)
    cleaned = clean_blocks(blocks, title)
    if not cleaned.blocks:
        return Skip(reason=Reason.NO_BODY)
    if weight("".join(block.text for block in cleaned.blocks)) < MIN_WEIGHT:
        return Skip(reason=Reason.TOO_SHORT)
    if not title:
        return Quarantine(reason=Reason.NO_TITLE)
    return Document(
        page_id=page.id,
        source_id=page.source_id,
        url=page.final_url,
        canonical_url=normalise_url(page.final_url) or page.final_url,
        title=title,
        blocks=cleaned.blocks,
        authors=tuple(page.hints.authors),
        directives=read_directives((), page.header("x-robots-tag"), [page.header("tdm-reservation")]),
        references=cleaned.references,
        translated_from=cleaned.translated_from,
        hints=page.hints,
        fetched_at=page.fetched_at,
        extractor="plain text",
        origins=_origins(
            title=Found(title, Origin.HINTS if title == clean_text(page.hints.title) else Origin.TEXT),
            authors=Found("".join(page.hints.authors), Origin.HINTS),
            canonical_url=Found(page.final_url, Origin.URL),
        ),
    )
