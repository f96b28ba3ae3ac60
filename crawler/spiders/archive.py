"""Reads archives from disk: saved pages, text files, WARC files. No network.

A `start` is a file or a folder, relative to the source's TOML file or absolute. What a saved page or text cannot say itself may stand in
a sidecar beside it, `<name>.toml`, with `url`, `published` and `title`.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from parsel import Selector
from warcio.archiveiterator import ArchiveIterator

from crawler.handoff import HEADER_CHARS, KEPT_HEADERS, make_page
from crawler.spiders.reading import DATE_CHARS, TITLE_CHARS, Unreadable
from pipeline.errors import Reason
from pipeline.model import FetchHints, RawPage, SourceSpec
from pipeline.text.charsets import decode
from pipeline.text.clean import clean_text
from pipeline.text.urls import normalise_url

PAGES = (".html", ".htm", ".xhtml")
TEXTS = (".txt",)
WARCS = (".warc", ".warc.gz")
_SIDECAR_KEYS = ("url", "published", "title", "language", "authors")
_HEAD_CHARS = 100_000  # link rel=canonical and og:url stand in the head


def archive_files(start: str, origin: Path) -> list[tuple[Path, str]]:
    """The files of one start, each with its path relative to it, ordered.

    Raises:
        Unreadable: there is nothing there, or nothing of a kind that can be read.
    """
    place = (origin.parent / start).resolve()
    if place.is_file():
        return [(place, place.name)]
    if not place.is_dir():
        raise Unreadable(Reason.BAD_FILE, f"{start} is neither a file nor a folder")
    files = [
        file
        for file in sorted(place.rglob("*"))
        if file.is_file() and file.name.lower().endswith((*PAGES, *TEXTS, *WARCS))
    ]
    if not files:
        raise Unreadable(Reason.BAD_FILE, f"{start} holds no {', '.join((*PAGES, *TEXTS, *WARCS))} file")
    return [(file, file.relative_to(place).as_posix()) for file in files]


def fingerprint(file: Path, spec: SourceSpec) -> str:
    """What tells whether a file, its sidecar or the source changed since it was read."""
    parts = [f"{stat.st_size}-{stat.st_mtime_ns}" for path in (file, _sidecar_of(file)) if (stat := _stat(path))]
    return "/".join((*parts, spec.include, spec.exclude))


def read_archive(file: Path, name: str, spec: SourceSpec, now: dt.datetime, max_bytes: int) -> Iterator[RawPage]:
    """The pages of one file; `name` is its path relative to the start.

    Saved pages and texts count as fetched `now`, responses in a WARC when the WARC says.

    Raises:
        Unreadable: the file, or its sidecar, cannot be read, or is larger than `max_bytes` (a WARC's single page, not the WARC).
    """
    if file.name.lower().endswith(WARCS):
        yield from _wanted(_read_warc(file, spec, max_bytes), spec)
        return
    try:
        if file.stat().st_size > max_bytes:
            raise Unreadable(Reason.TOO_LARGE, f"{name} is larger than crawl.max_body_mib")
        body = file.read_bytes()
    except OSError as error:
        raise Unreadable(Reason.BAD_FILE, f"{name}: {error.strerror}") from error
    beside = _read_sidecar(file, name)
    url = normalise_url(beside.get("url", ""))
    if file.name.lower().endswith(TEXTS):
        text, kind = decode(body).text, "text/plain; charset=utf-8"
        body = text.encode("utf-8", "replace")
    else:
        kind = "text/html"
        url = url or _stated_url(body)
    url = url or f"urn:city-digest:archive:{spec.id}:{name}"
    page = make_page(spec.id, url, body, (("content-type", kind),), _hints(beside), fetched_at=now)
    yield from _wanted(iter([page]), spec)


def _wanted(pages: Iterator[RawPage], spec: SourceSpec) -> Iterator[RawPage]:
    include, exclude = re.compile(spec.include), re.compile(spec.exclude) if spec.exclude else None
    for page in pages:
        if include.search(page.url) and not (exclude and exclude.search(page.url)):
            yield page


# ----------------------------------------------------------------------------------------------------------- saved files


def _sidecar_of(file: Path) -> Path:
    return file.with_suffix(".toml")


def _read_sidecar(file: Path, name: str) -> dict[str, Any]:
    sidecar = _sidecar_of(file)
    if not sidecar.is_file():
        return {}
    try:
        table = tomllib.loads(sidecar.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise Unreadable(
            Reason.BAD_FILE, f"{name}: its sidecar {sidecar.name} cannot be read as TOML: {error}"
        ) from error
    for key in table:
        if key not in _SIDECAR_KEYS:
            near = difflib.get_close_matches(key, _SIDECAR_KEYS, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise Unreadable(Reason.BAD_FILE, f"{name}: its sidecar {sidecar.name} has an unknown key {key}{hint}")
    return table


def _hints(beside: dict[str, Any]) -> FetchHints:
    # A TOML date is as good as a string: both read the same.
    date = clean_text(str(beside.get("published", "")), limit=DATE_CHARS)
    authors = beside.get("authors", [])
    return FetchHints(
        title=clean_text(str(beside.get("title", "")), limit=TITLE_CHARS),
        published=date,
        published_from="sidecar" if date else "",
        authors=tuple(
            clean_text(str(author), limit=TITLE_CHARS)
            for author in (authors if isinstance(authors, list) else [authors])
        ),
        language=clean_text(str(beside.get("language", "")), limit=35),
    )


def _stated_url(body: bytes) -> str:
    """The address that a saved page gives for itself, "" if none."""
    page = Selector(text=decode(body).text[:_HEAD_CHARS] or "<html/>", type="html")
    places = ("link[rel~=canonical]::attr(href)", "meta[property='og:url']::attr(content)")
    return next((url for css in places for value in page.css(css).getall() if (url := normalise_url(value))), "")


def _stat(path: Path) -> Any:
    try:
        return path.stat()
    except OSError:
        return None


# ------------------------------------------------------------------------------------------------------------------ WARC


def _read_warc(file: Path, spec: SourceSpec, max_bytes: int) -> Iterator[RawPage]:
    """HTML answers with status 200 (ISO 28500). A damaged end costs only what stands behind it, and is told."""
    records = 0
    try:
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream):
                records += record.format == "warc"
                page = _page_of_record(record, spec, max_bytes)
                if page:
                    yield page
    except Unreadable:
        raise
    except Exception as error:  # damage leads warcio into exceptions of every kind
        raise Unreadable(Reason.BAD_FILE, f"{file.name}: {type(error).__name__}: {error}") from error
    if not records:
        raise Unreadable(Reason.BAD_FILE, f"{file.name} holds no WARC record")


def _page_of_record(record: Any, spec: SourceSpec, max_bytes: int) -> RawPage | None:
    if record.rec_type != "response" or record.http_headers is None or record.http_headers.get_statuscode() != "200":
        return None
    kind = record.http_headers.get_header("content-type") or ""
    url = normalise_url(record.rec_headers.get_header("WARC-Target-URI") or "")
    if not url or "html" not in kind.lower():
        return None
    body = _read_capped(record.content_stream(), max_bytes)
    if body is None:
        return None
    if getattr(record.raw_stream, "limit", 0) > 0:  # what is left of the record's stated length
        raise Unreadable(Reason.BAD_FILE, f"the WARC ends in the middle of {url}")
    headers = tuple(
        (name.lower(), clean_text(value, limit=HEADER_CHARS))
        for name, value in record.http_headers.headers
        if name.lower() in KEPT_HEADERS
    )
    moment = _warc_date(record.rec_headers.get_header("WARC-Date") or "")
    return make_page(spec.id, url, body, headers, FetchHints(), fetched_at=moment) if moment else None


def _read_capped(stream: IO[bytes], max_bytes: int) -> bytes | None:
    """The unpacked body, None if it is larger than `max_bytes`."""
    body = bytearray()
    while chunk := stream.read(65_536):
        body += chunk
        if len(body) > max_bytes:
            return None
    return bytes(body)


def _warc_date(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
