"""The catalogue: one TOML file per source, shipped ones and the operator's own, checked before anything is asked.

Shipped files lie in `crawler/sources/<country>/<id>.toml`, the operator's in the workspace's `sources.d/<id>.toml`. An operator's file
whose name is that of a shipped one replaces the keys that it names and keeps the rest, in tables as well: a note on terms must not
lift what the shipped terms forbid. Only selectors and fields are replaced as a whole, since together they describe one page.
"""

from __future__ import annotations

import difflib
import functools
import re
import tomllib
import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from crawler import denied
from crawler.hosts import MAX_CRAWL_DELAY_S
from crawler.spiders.json_api import check_expression
from crawler.spiders.listing import check_selector
from crawler.spiders.wordpress import posts_address
from pipeline.errors import ConfigurationError
from pipeline.model import (
    EvidenceKind,
    Expect,
    Fields,
    Frozen,
    Kind,
    Label,
    Selectors,
    SourceEvidence,
    SourceSpec,
    SourceState,
    Terms,
)
from pipeline.text.urls import is_web, normalise_url

SHIPPED = Path(__file__).parent / "sources"
ID = re.compile(r"[a-z0-9_]+")
_TABLES: dict[str, type[msgspec.Struct]] = {
    "evidence": SourceEvidence,
    "expect": Expect,
    "fields": Fields,
    "selectors": Selectors,
    "terms": Terms,
}
WHOLE = ("selectors", "fields")  # tables that are replaced as a whole
_SELECTORS = ("item", "link", "title", "date", "year", "next_page")
_FIELDS = ("items", "link", "title", "date", "summary", "next_page")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8})*")
MAX_PAGES = 20  # listing pages of one source in one crawl: what an operator may reasonably want back-filled
# A part of an address that its reader has to put in, such as /feeds/<user>/ as percent-encoding leaves it.
_PLACEHOLDER = re.compile(r"<[a-z_]+>|%3C[a-z_]+%3E", re.IGNORECASE)


class Entry(Frozen, frozen=True, kw_only=True):
    """A source, the file that had the last word on where its archive lies, and the file of each key that is stated."""

    spec: SourceSpec
    file: Path
    origins: dict[str, Path] = {}  # "terms" and "terms.show" -> file; what no file states has its default


class Complaint(Frozen, frozen=True, kw_only=True):
    """What is wrong with one key of one file, and what to do."""

    file: Path
    key: str  # "" where the file as a whole cannot be read
    why: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.why}" if self.key else f"{self.file} {self.why}"


def load_catalogue(overlay: Path, shipped: Path = SHIPPED) -> dict[str, Entry]:
    """Every source by id, sorted by id.

    Args:
        overlay: folder of the operator's files; may be absent.
        shipped: folder of folders of files.

    Raises:
        ConfigurationError: a file cannot be read, a key is unknown, or a value cannot be used. Names file, key and remedy.
    """
    entries, complaints = read_catalogue(overlay, shipped)
    if complaints:
        raise ConfigurationError(str(complaints[0]))
    return entries


def read_catalogue(overlay: Path, shipped: Path = SHIPPED) -> tuple[dict[str, Entry], list[Complaint]]:
    """The sources that can be used, sorted by id, and what is wrong with the others' files."""
    loading = _Loading()
    for file in shipped_files(shipped):
        loading.add_shipped(file)
    for file in own_files(overlay):
        loading.add_own(file)
    return dict(sorted(loading.entries.items())), loading.complaints


def shipped_files(shipped: Path = SHIPPED) -> list[Path]:
    """The files of sources that ship."""
    return sorted(shipped.glob("*/*.toml"))


def own_files(overlay: Path) -> list[Path]:
    """The operator's files of sources: not the deny list, nor what editors leave beside a file."""
    files = sorted(overlay.glob("*.toml"))
    return [file for file in files if file.name != denied.FILE_NAME and not file.name.startswith(".")]


def check_catalogue(overlay: Path, shipped: Path = SHIPPED) -> list[Complaint]:
    """Everything that is wrong with any file, the deny list among them, in the order of the files; none if a crawl would take them all."""
    entries, complaints = read_catalogue(overlay, shipped)
    active = [entry for entry in entries.values() if _is_active(entry)]
    return [*complaints, *_shared_starts(active), *_denied_starts(active, overlay)]


def pages_of_links(spec: SourceSpec) -> list[str]:
    """The addresses that a crawl asks for what a source's starts mean, in their normal form; none for an archive."""
    return [page_of_links(spec.kind, start) for start in spec.start] if spec.kind is not Kind.ARCHIVE else []


def page_of_links(kind: Kind, start: str) -> str:
    """The address that one start means: of a WordPress site, home and wp-json stand for its list of posts."""
    return normalise_url(posts_address(start) if kind is Kind.WORDPRESS else start)


def lacks_rules(spec: SourceSpec) -> bool:
    """True for a source whose pages nobody has yet said how to read."""
    return (spec.kind is Kind.LISTING and spec.selectors is None) or (
        spec.kind is Kind.JSON_API and spec.fields is None
    )


def obstacles(spec: SourceSpec) -> Iterator[tuple[str, str]]:
    """What would be wrong with a source if it were active: keys, each with a sentence."""
    return _complaints(msgspec.structs.replace(spec, state=SourceState.ACTIVE))


def choose(catalogue: Mapping[str, Entry], wanted: Sequence[str]) -> list[Entry]:
    """The active sources, or those of `wanted`.

    Raises:
        ConfigurationError: an id is unknown or not active, no source is active at all, or two read the same page.
    """
    for source_id in wanted:
        if source_id not in catalogue:
            raise ConfigurationError(f"There is no source {source_id!r}.{_near(source_id, catalogue)}")
        if not _is_active(catalogue[source_id]):
            raise ConfigurationError(
                f"Source {source_id!r} is {catalogue[source_id].spec.state}, so it is not asked. To use it: city-digest "
                f"source enable {source_id}"
            )
    chosen = [entry for source_id, entry in catalogue.items() if (source_id in wanted if wanted else _is_active(entry))]
    if not chosen:
        raise ConfigurationError(
            f"No source is active ({len(catalogue)} are known; city-digest source list names them). Switch one on with "
            "city-digest source enable ID, or put a file of your own into sources.d/ of the workspace."
        )
    for complaint in _shared_starts(chosen):
        raise ConfigurationError(str(complaint))
    return chosen


def _is_active(entry: Entry) -> bool:
    return entry.spec.state is SourceState.ACTIVE


def _shared_starts(active: Iterable[Entry]) -> Iterator[Complaint]:
    for entry, page, other in find_shared_pages(active):
        why = f"{page} is read by source {other.spec.id!r} already; keep one of them active"
        yield Complaint(file=entry.file, key="start", why=why)


def find_shared_pages(entries: Iterable[Entry]) -> Iterator[tuple[Entry, str, Entry]]:
    """Sources with a page of links that one before them has, the page, and that one.

    A crawl asks each page once: what is new in it would be the first one's, and the other would never get anything.
    """
    owners: dict[str, Entry] = {}
    for entry in entries:
        for page in dict.fromkeys(pages_of_links(entry.spec)):
            other = owners.setdefault(page, entry)
            if other is not entry:
                yield entry, page, other


def _denied_starts(active: Iterable[Entry], overlay: Path) -> Iterator[Complaint]:
    try:
        deny_list = denied.load_denied(overlay)
    except ConfigurationError as error:
        file = overlay / denied.FILE_NAME
        yield Complaint(file=file, key="", why=str(error).removeprefix(f"{file}").lstrip(": "))
        return
    for entry in active:
        for url in entry.spec.start if entry.spec.kind is not Kind.ARCHIVE else ():
            if why := deny_list.reason_for(url):
                yield Complaint(file=entry.file, key="start", why=why)


# ------------------------------------------------------------------------------------------------------------------ files


class _Loading:
    """Files are added one after the other, the operator's last; what is wrong with them is kept beside what can be used."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.complaints: list[Complaint] = []
        self._tables: dict[str, tuple[dict[str, Any], dict[str, Path]]] = {}

    def add_shipped(self, file: Path) -> None:
        if file.stem in self._tables:
            other = self._tables[file.stem][1]["id"]
            self._complain(file, "id", f"{other} has the same name; every source needs its own")
            return
        table = self._read(file)
        if table is not None:
            self._keep(file.stem, table, dict.fromkeys(_paths(table), file), _shipped_complaints)

    def add_own(self, file: Path) -> None:
        table = self._read(file)
        if table is not None:
            base, origins = self._tables.get(file.stem, ({}, {}))
            replaced = tuple(f"{key}." for key in WHOLE if key in table)
            kept = {path: origin for path, origin in origins.items() if not path.startswith(replaced)}
            self._keep(file.stem, _merged(base, table), kept | dict.fromkeys(_paths(table), file), _complaints)

    def _read(self, file: Path) -> dict[str, Any] | None:
        try:
            table = tomllib.loads(
                file.read_text(encoding="utf-8-sig")
            )  # Windows' editors put a mark before the first line
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self._complain(file, "", f"cannot be read as TOML: {error}")
            return None
        table.setdefault("id", file.stem)
        wrong = list(_key_complaints(file, table))
        for key, why in wrong:
            self._complain(file, key, why)
        return None if wrong else table

    def _keep(
        self,
        source_id: str,
        table: dict[str, Any],
        origins: dict[str, Path],
        complaints: Callable[[SourceSpec], Iterator[tuple[str, str]]],
    ) -> None:
        self._tables[source_id] = (table, origins)
        try:
            spec = msgspec.convert(table, SourceSpec)
        except msgspec.ValidationError as error:
            reason, _, place = str(error).partition(" - at ")
            found = [(place.strip("`").removeprefix("$.") or "source", reason)]
        else:
            found = list(complaints(spec))
        for key, why in found:
            self._complain(_origin(key, origins), key, why)
        if found:
            self.entries.pop(source_id, None)
        else:
            self.entries[source_id] = Entry(spec=spec, file=origins["start"], origins=origins)

    def _complain(self, file: Path, key: str, why: str) -> None:
        complaint = Complaint(file=file, key=key, why=why)
        if complaint not in self.complaints:  # a shipped file's fault is met again where the operator's file adds to it
            self.complaints.append(complaint)


def _merged(base: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in table.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict) and key not in WHOLE
        merged[key] = merged[key] | value if both else value
    return merged


def _paths(table: Mapping[str, Any]) -> Iterator[str]:
    """The keys of a file, those of its tables after the table's own."""
    for key, value in table.items():
        yield key
        if isinstance(value, dict):
            yield from (f"{key}.{inner}" for inner in value)


def _origin(key: str, origins: Mapping[str, Path]) -> Path:
    """The file to mend: the one that states the key, or its table, or else the one that had the last word on the source."""
    path = key.partition("[")[0]  # languages[0]
    return origins.get(path) or origins.get(path.partition(".")[0]) or origins["id"]


def _key_complaints(file: Path, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not ID.fullmatch(file.stem):
        yield "id", "a source's file is named after its id: small letters, digits and _ only"
    if table["id"] != file.stem:
        yield "id", f"is {table['id']!r}, but the file is named {file.stem}.toml; they must agree"
    yield from _unknown_keys("", table, SourceSpec)
    for key, kind in _TABLES.items():
        if isinstance(table.get(key), dict):
            yield from _unknown_keys(f"{key}.", table[key], kind)


def _unknown_keys(prefix: str, table: Mapping[str, Any], kind: type[msgspec.Struct]) -> Iterator[tuple[str, str]]:
    for key in table:
        if key not in kind.__struct_fields__:
            yield f"{prefix}{key}", f"there is no such key.{_near(key, kind.__struct_fields__)}"


# ----------------------------------------------------------------------------------------------------------------- values


def _complaints(spec: SourceSpec) -> Iterator[tuple[str, str]]:
    if "en" not in spec.names:
        yield "names", 'needs the outlet\'s English name: names = { en = "..." }'
    if not is_web(spec.home):
        yield "home", f"{spec.home!r} must begin with https:// or http://"
    if not re.fullmatch(r"[A-Z]{2}", spec.country):
        yield "country", f"{spec.country!r} is not an ISO 3166-1 alpha-2 code such as JP (ZZ for none)"
    if not spec.languages:
        yield "languages", "name at least one, the main one first"
    for key in ("languages", "names"):
        for tag in getattr(spec, key):
            if not _LANGUAGE.fullmatch(tag):
                yield key, f"{tag!r} is not a BCP 47 tag such as ja or zh-Hans"
    if spec.zone not in _zones():
        yield "zone", f"{spec.zone!r} is not an IANA zone.{_near(spec.zone, _zones())}"
    for key in ("include", "exclude"):
        yield from _pattern_complaints(key, getattr(spec, key))
    if spec.max_items < 1:
        yield "max_items", "must be at least 1"
    if spec.delay_s is not None and not 0 <= spec.delay_s <= MAX_CRAWL_DELAY_S:
        yield "delay_s", f"must lie between 0 and {MAX_CRAWL_DELAY_S:g} seconds"
    if spec.expect.articles_per_week[0] > spec.expect.articles_per_week[1]:
        yield "expect.articles_per_week", "the least comes first, then the most"
    yield from _start_complaints(spec)
    yield from _terms_complaints(spec)
    yield from _kind_complaints(spec)


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())  # reads a folder of 600 files each time it is asked


def _start_complaints(spec: SourceSpec) -> Iterator[tuple[str, str]]:
    if not spec.start:
        yield "start", "name at least one feed, sitemap, listing page or file"
    if spec.kind is Kind.ARCHIVE:
        return
    for url in spec.start:
        if not normalise_url(url):
            yield "start", f"{url!r} is not an http or https address without user name"
        placeholder = _PLACEHOLDER.search(url)
        if placeholder and spec.state is SourceState.ACTIVE:
            yield "start", f"{url!r}: put your own address in; {placeholder[0]} only stands for a part of it"


def _terms_complaints(spec: SourceSpec) -> Iterator[tuple[str, str]]:
    if spec.terms.show not in ("abstract", "title_only"):
        yield "terms.show", f'{spec.terms.show!r} is neither "abstract" nor "title_only"'
    elif Label.QUERY in spec.labels and spec.terms.show != "title_only":
        yield "terms.show", 'a search over other people\'s pages shows titles only: [terms] with show = "title_only"'


def _kind_complaints(spec: SourceSpec) -> Iterator[tuple[str, str]]:
    if lacks_rules(spec) and spec.state is SourceState.ACTIVE:
        table, first = ("selectors", "item") if spec.kind is Kind.LISTING else ("fields", "items")
        probe = f"For a candidate they are found by: city-digest source probe {spec.id} --save {spec.id}"
        yield table, f"an active {spec.kind} needs them: [{table}] with at least {first}. {probe}"
    if spec.javascript and spec.kind is Kind.ARCHIVE:
        yield "javascript", "saved pages are not opened in a browser; leave it out"
    if spec.javascript and Label.QUERY in spec.labels:
        yield "javascript", "the pages that a search finds are never asked; leave it out"
    if spec.selectors is not None:
        yield from _selectors_complaints(spec.selectors)
    if spec.fields is not None:
        yield from _fields_complaints(spec.fields)


def _selectors_complaints(selectors: Selectors) -> Iterator[tuple[str, str]]:
    yield from _pages_complaints("selectors", selectors.max_pages)
    yield from _pattern_complaints("selectors.date_pattern", selectors.date_pattern)
    for key in _SELECTORS:
        text = getattr(selectors, key)
        if text is not None and (why := check_selector(text)):
            yield f"selectors.{key}", why


def _fields_complaints(fields: Fields) -> Iterator[tuple[str, str]]:
    yield from _pages_complaints("fields", fields.max_pages)
    for key in _FIELDS:
        text = getattr(fields, key)
        if text is not None and (why := check_expression(text)):
            yield f"fields.{key}", why


def _pages_complaints(table: str, pages: int) -> Iterator[tuple[str, str]]:
    if not 1 <= pages <= MAX_PAGES:
        yield f"{table}.max_pages", f"must lie between 1 and {MAX_PAGES}"


def _pattern_complaints(key: str, pattern: str) -> Iterator[tuple[str, str]]:
    try:
        re.compile(pattern)
    except re.error as error:
        yield key, f"is not a regular expression: {error}"


def _shipped_complaints(spec: SourceSpec) -> Iterator[tuple[str, str]]:
    """Also what a file that ships must say: nobody else can tell its readers how its address is known."""
    yield from _complaints(spec)
    if spec.evidence.kind is EvidenceKind.UNSTATED or not spec.evidence.note:
        yield "evidence", "a shipped source says how its address is known: [evidence] with kind and note"
    if spec.evidence.kind is EvidenceKind.MEMORY and spec.state is SourceState.ACTIVE:
        yield "state", "a source known from memory only must not ship as active"


def _near(word: str, known: Any) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f" Did you mean {near[0]}?" if near else ""
