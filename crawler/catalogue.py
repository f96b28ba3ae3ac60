"""The catalogue: one TOML file per source, shipped ones and the operator's own, checked before anything is asked.

Shipped files lie in `crawler/sources/<country>/<id>.toml`, the operator's in the workspace's `sources.d/<id>.toml`. An operator's file
whose name is that of a shipped one replaces the keys that it names and keeps the rest.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import msgspec
from cssselect import SelectorError
from parsel.csstranslator import HTMLTranslator

from crawler.hosts import MAX_CRAWL_DELAY_S
from pipeline.errors import ConfigurationError
from pipeline.model import Expect, Frozen, Kind, Selectors, SourceSpec, SourceState, Terms
from pipeline.text.urls import is_web, normalise_url

SHIPPED = Path(__file__).parent / "sources"
_ID = re.compile(r"[a-z0-9_]+")
_TABLES: dict[str, type[msgspec.Struct]] = {"selectors": Selectors, "terms": Terms, "expect": Expect}
MAX_PAGES = 20  # listing pages of one source in one crawl: what an operator may reasonably want back-filled


class Entry(Frozen, frozen=True, kw_only=True):
    """A source and the file that had the last word on where its archive lies."""

    spec: SourceSpec
    file: Path


def load_catalogue(overlay: Path, shipped: Path = SHIPPED) -> dict[str, Entry]:
    """Every source by id, sorted by id.

    Args:
        overlay: folder of the operator's files; may be absent.
        shipped: folder of folders of files.

    Raises:
        ConfigurationError: a file cannot be read, a key is unknown, or a value cannot be used. Names file, key and remedy.
    """
    tables: dict[str, tuple[dict[str, Any], Path]] = {}
    for file in sorted(shipped.glob("*/*.toml")):
        if file.stem in tables:
            _fail(file, "id", f"{tables[file.stem][1]} has the same name; every source needs its own")
        tables[file.stem] = (_read(file), file)
    for file in sorted(overlay.glob("*.toml")):
        table, origin = _read(file), file
        if file.stem in tables:
            base, base_file = tables[file.stem]
            origin = file if "start" in table else base_file
            table = base | table
        tables[file.stem] = (table, origin)
    return {
        source_id: Entry(spec=_convert(*tables[source_id]), file=tables[source_id][1]) for source_id in sorted(tables)
    }


def choose(catalogue: Mapping[str, Entry], wanted: Sequence[str]) -> list[Entry]:
    """The active sources, or those of `wanted`.

    Raises:
        ConfigurationError: an id is unknown or not active, no source is active at all, or two read the same page.
    """
    for source_id in wanted:
        if source_id not in catalogue:
            raise ConfigurationError(f"There is no source {source_id!r}.{_near(source_id, catalogue)}")
        state = catalogue[source_id].spec.state
        if state is not SourceState.ACTIVE:
            raise ConfigurationError(
                f'Source {source_id!r} is {state}, so it is not asked. To use it, write state = "active" into '
                f"sources.d/{source_id}.toml of the workspace."
            )
    chosen = [
        entry
        for source_id, entry in catalogue.items()
        if (source_id in wanted if wanted else entry.spec.state is SourceState.ACTIVE)
    ]
    if not chosen:
        raise ConfigurationError(
            "No source is active. Put a file into sources.d/ of the workspace: one of your own, or one named like a shipped "
            f'source that says state = "active" ({len(catalogue)} are shipped as candidates, such as {next(iter(catalogue), "none")}).'
        )
    _check_starts(chosen)
    return chosen


def _check_starts(chosen: Sequence[Entry]) -> None:
    """Two sources that read one page would each get only what the other has not: the second answer is a 304."""
    owners: dict[str, Entry] = {}
    for entry in chosen:
        for url in entry.spec.start if entry.spec.kind is not Kind.ARCHIVE else ():
            other = owners.setdefault(normalise_url(url), entry)
            if other is not entry:
                _fail(
                    entry.file, "start", f"{url} is read by source {other.spec.id!r} already; keep one of them active"
                )


def _read(file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read as TOML: {error}") from error
    if not _ID.fullmatch(file.stem):
        _fail(file, "id", "a source's file is named after its id: small letters, digits and _ only")
    if table.setdefault("id", file.stem) != file.stem:
        _fail(file, "id", f"is {table['id']!r}, but the file is named {file.stem}.toml; they must agree")
    _check_keys(file, "", table, SourceSpec)
    for key, kind in _TABLES.items():
        if isinstance(table.get(key), dict):
            _check_keys(file, f"{key}.", table[key], kind)
    return table


def _check_keys(file: Path, prefix: str, table: Mapping[str, Any], kind: type[msgspec.Struct]) -> None:
    for key in table:
        if key not in kind.__struct_fields__:
            raise ConfigurationError(f"{file}: there is no key {prefix}{key}.{_near(key, kind.__struct_fields__)}")


def _convert(table: Mapping[str, Any], file: Path) -> SourceSpec:
    try:
        spec = msgspec.convert(table, SourceSpec)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at ")
        raise ConfigurationError(f"{file}: {place.strip('`').removeprefix('$.') or 'source'}: {reason}") from error
    for key, complaint in _complaints(spec):
        _fail(file, key, complaint)
    return spec


def _complaints(spec: SourceSpec) -> Iterator[tuple[str, str]]:
    if "en" not in spec.names:
        yield "names", 'needs the outlet\'s English name: names = { en = "..." }'
    if not is_web(spec.home):
        yield "home", f"{spec.home!r} must begin with https:// or http://"
    if not re.fullmatch(r"[A-Z]{2}", spec.country):
        yield "country", f"{spec.country!r} is not an ISO 3166-1 alpha-2 code such as JP (ZZ for none)"
    if not spec.languages:
        yield "languages", "name at least one, the main one first"
    if spec.zone not in zoneinfo.available_timezones():
        yield "zone", f"{spec.zone!r} is not an IANA zone.{_near(spec.zone, zoneinfo.available_timezones())}"
    if not spec.start:
        yield "start", "name at least one feed, sitemap, listing page or file"
    if spec.kind is not Kind.ARCHIVE:
        for url in spec.start:
            if not normalise_url(url):
                yield "start", f"{url!r} is not an http or https address without user name"
    for key in ("include", "exclude"):
        try:
            re.compile(getattr(spec, key))
        except re.error as error:
            yield key, f"is not a regular expression: {error}"
    if spec.max_items < 1:
        yield "max_items", "must be at least 1"
    if spec.delay_s is not None and not 0 <= spec.delay_s <= MAX_CRAWL_DELAY_S:
        yield "delay_s", f"must lie between 0 and {MAX_CRAWL_DELAY_S:g} seconds"
    if spec.terms.show not in ("abstract", "title_only"):
        yield "terms.show", f'{spec.terms.show!r} is neither "abstract" nor "title_only"'
    yield from _selector_complaints(spec)


def _selector_complaints(spec: SourceSpec) -> Iterator[tuple[str, str]]:
    if spec.selectors is None:
        if spec.kind is Kind.LISTING:
            yield "selectors", "a listing needs them: [selectors] with at least item"
        return
    if not 1 <= spec.selectors.max_pages <= MAX_PAGES:
        yield "selectors.max_pages", f"must lie between 1 and {MAX_PAGES}"
    for key in ("item", "link", "title", "date", "next_page"):
        css = getattr(spec.selectors, key)
        try:
            if css is not None:
                HTMLTranslator().css_to_xpath(css)
        except SelectorError as error:
            yield f"selectors.{key}", f"{css!r} is not a CSS selector: {error}"


def _fail(file: Path, key: str, why: str) -> NoReturn:
    raise ConfigurationError(f"{file}: {key}: {why}")


def _near(word: str, known: Any) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f" Did you mean {near[0]}?" if near else ""
