"""Readers as people write them down: lists that are read and written, and how those in a list become readers.

Whatever is wrong is told by its line, never by an address.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zoneinfo
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from pipeline.deliver import opt_outs
from pipeline.deliver.keys import Keys, reader_id
from pipeline.errors import ConfigurationError
from pipeline.knowledge.gazetteer import load_gazetteer
from pipeline.knowledge.lexicon import Lexicon, Term, load_lexicon
from pipeline.model import Choices, Consent, Frozen, Reader, ReaderState, Suppression
from pipeline.text.clean import clean_text, fold

NEEDED = ("address", "edition")
KINDS = ("cities", "networks", "themes")
COLUMNS = ("id", "address", "edition", "state", "since", "consent", "consent_at", *KINDS)
# RFC 5321, 4.5.3.1: a local part has at most 64 octets; the path with its brackets 256.
_LOCAL_CHARS, _ADDRESS_CHARS = 64, 254
_CONSENT_CHARS = 500  # a sentence or two
_SEPARATOR = ";"  # between the choices in one cell; names may hold commas
_FORMULA_STARTS = tuple("=+-@\t\r")  # a spreadsheet would run a cell that begins so (OWASP, "CSV Injection")


class Line(Frozen, frozen=True, kw_only=True):
    """One reader as a list has them."""

    number: int
    address: str
    edition: str
    consent: str  # when and how they agreed, in words; "" where the list does not say
    agreed: dt.datetime | None = None  # UTC
    choices: Choices = Choices()

    def __repr__(self) -> str:
        return f"Line({self.number})"


class Problem(Frozen, frozen=True, kw_only=True):
    """Why a line cannot be used."""

    line: int
    why: str


class ReaderList(Frozen, frozen=True, kw_only=True):
    """What a file says."""

    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]
    passed_over: int = 0  # readers whom the list itself calls left, suspended or pending

    @property
    def says_consent(self) -> bool:
        """True if every line says how its reader agreed."""
        return all(line.consent for line in self.lines)


class Enrolment(Frozen, frozen=True, kw_only=True):
    """What an import did, or would."""

    added: int = 0
    confirmed: int = 0  # had asked and not answered; the list knows that they agreed
    known: int = 0
    barred: dict[str, int] = {}  # reason -> those who stay away


class Register(opt_outs.Register, Protocol):
    """What is asked of the register here."""

    def add(self, new: Reader) -> bool: ...

    def get(self, reader_id: str) -> Reader | None: ...

    def save(self, changed: Reader) -> None: ...


# ----------------------------------------------------------------------------------------------------------- from a list


def read_list(content: bytes, place: str, *, editions: Collection[str], zone: zoneinfo.ZoneInfo, now: dt.datetime) -> ReaderList:  # fmt: skip
    """The readers of a CSV file: address and edition, and where it has them consent, consent_at, cities, networks, themes.

    Args:
        place: what sentences call the file.
        zone: of days and times that name none.

    Raises:
        ConfigurationError: it is not such a file at all.
    """
    lines: list[Line] = []
    problems: list[Problem] = []
    passed_over = 0
    try:
        table = csv.DictReader(io.StringIO(_decode(content, place), newline=""), strict=True)
        _check_columns(table.fieldnames or (), place)
        for row in table:
            try:
                if _is_passive(row):
                    passed_over += 1
                elif any(row.values()):
                    lines.append(_read_row(row, table.line_num, editions, zone, now))
            except ValueError as error:
                problems.append(Problem(line=table.line_num, why=str(error)))
    except csv.Error as error:
        raise ConfigurationError(f"{place} is not CSV: {error}. Nothing was imported.") from None
    return ReaderList(lines=tuple(lines), problems=tuple(problems), passed_over=passed_over)


def check_address(text: str) -> str:
    """The address. Raises ValueError, which does not hold it, for what mail cannot be sent to."""
    name, at, domain = text.rpartition("@")
    # SMTPUTF8 is not used, so an address is ASCII; anything else about it only its own server can judge (RFC 5321, 4.1.2).
    if (
        not (name and at and domain)
        or len(name) > _LOCAL_CHARS
        or len(text) > _ADDRESS_CHARS
        or not text.isascii()
        or not text.isprintable()
        or set(text) & set(' <>,"')
    ):
        raise ValueError("the address is not one that mail can be sent to")
    return text


def read_agreed(text: str, zone: zoneinfo.ZoneInfo, now: dt.datetime) -> dt.datetime:
    """When somebody agreed, in UTC. Raises ValueError for what is no time, or is yet to come."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("consent_at must be a day or a time such as 2026-11-09 or 2026-11-09T10:30") from None
    agreed = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
    if agreed > now:
        raise ValueError("consent_at is yet to come")
    return agreed


def find_choices(wanted: Mapping[str, Iterable[str]]) -> Choices:
    """The cities, networks and themes that ids or names mean, each once.

    Raises:
        ValueError: one is not known, or can be several.
    """
    found: dict[str, tuple[str, ...]] = {}
    for kind in KINDS:
        names = [name.strip() for name in wanted.get(kind, ()) if name.strip()]
        if names:
            find = _finder(kind, load_lexicon())
            found[kind] = tuple(dict.fromkeys(_only(find(name), number, kind) for number, name in enumerate(names, 1)))
    return Choices(**found)


def _decode(content: bytes, place: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{place}, line {line}: is not UTF-8; save the file as UTF-8") from None


def _check_columns(names: Collection[str], place: str) -> None:
    if missing := [column for column in NEEDED if column not in names]:
        raise ConfigurationError(
            f"{place}: the first line must name the columns address and edition, and may name consent, consent_at, "
            f"{', '.join(KINDS)}; add {missing[0]}"
        )
    # A file without its first line would have an address there, so what is wrong is told by its place.
    for number, name in enumerate(names, 1):
        if name not in COLUMNS:
            raise ConfigurationError(
                f"{place}: column {number} has a name that means nothing here; rename or remove it. Those that do: "
                f"{', '.join(COLUMNS)}"
            )


def _is_passive(row: Mapping[str, str | None]) -> bool:
    return (row.get("state") or ReaderState.ACTIVE.value) != ReaderState.ACTIVE.value


def _read_row(
    row: Mapping[str, str | None], number: int, editions: Collection[str], zone: zoneinfo.ZoneInfo, now: dt.datetime
) -> Line:
    if None in row:
        raise ValueError("has more cells than the first line; write a text that holds a comma in quotes")
    cells = {column: _plain(row.get(column) or "") for column in COLUMNS}
    if cells["edition"] not in editions:
        raise ValueError(f"the edition must be one of {', '.join(editions)}")
    return Line(
        number=number,
        address=check_address(cells["address"]),
        edition=cells["edition"],
        consent=clean_text(cells["consent"], limit=_CONSENT_CHARS),
        agreed=read_agreed(cells["consent_at"], zone, now) if cells["consent_at"] else None,
        choices=find_choices({kind: cells[kind].split(_SEPARATOR) for kind in KINDS}),
    )


def _plain(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and _is_formula(cell) else cell


def _finder(kind: str, lexicon: Lexicon) -> Callable[[str], Collection[str]]:
    if kind == "cities":
        gazetteer = load_gazetteer(lexicon)
        return lambda name: [city.id for city in gazetteer.find(name)]
    terms: Mapping[str, Term] = lexicon.networks if kind == "networks" else lexicon.themes
    return lambda name: [term.id for term in terms.values() if fold(name) in _names(term)]


def _names(term: Term) -> set[str]:
    return {fold(name) for name in (term.id, *term.names.values(), *term.aliases, *term.acronyms)}


def _only(found: Collection[str], number: int, kind: str) -> str:
    # Not by what was written: a list with a cell too few has an address here.
    place = f"number {number} of the {kind}"
    if not found:
        raise ValueError(f"{place} is not known; write its id, or its name, of a city with its country: Kobe, JP")
    if len(found) > 1:
        raise ValueError(f"{place} can be several; write its id: {', '.join(list(found)[:5])}")
    (one,) = found
    return one


# -------------------------------------------------------------------------------------------------------------- to a list


def write_list(readers: Iterable[Reader]) -> str:
    """The readers as CSV that `read_list` reads again and no spreadsheet takes for formulas."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in readers:
        consent = one.consent
        cells = (
            one.id,
            one.address,
            one.edition,
            one.state.value,
            one.since.isoformat(),
            consent.origin if consent else "",
            consent.at.isoformat() if consent else "",
            *(_SEPARATOR.join(getattr(one.choices, kind)) for kind in KINDS),
        )
        writer.writerow([f"'{cell}" if _is_formula(cell) else cell for cell in cells])
    return stream.getvalue()


# ------------------------------------------------------------------------------------------------------- into the register


def enrol(
    lines: Iterable[Line],
    register: Register,
    *,
    keys: Keys,
    journal: Path,
    origin: str,
    now: dt.datetime,
    again: str = "",
    dry_run: bool = False,
) -> Enrolment:
    """Makes readers of those in a list. Doing it twice is doing it once.

    Args:
        origin: where the list has their consent from, for lines that do not say it themselves.
        again: how those who left, were erased, or whose mail came back asked anew; "": they stay away.
    """
    counts: Counter[str] = Counter()
    barred: Counter[str] = Counter()
    suppressed = register.suppressed()
    seen: set[str] = set()
    for line in lines:
        reader = _reader(line, keys, origin, now, again)
        present = register.get(reader.id)
        if reader.id in seen:
            counts["known"] += 1
            continue
        seen.add(reader.id)
        if why := _barrier(present, suppressed.get(reader.id)):
            if not again:
                barred[why] += 1
                continue
            if not dry_run:
                opt_outs.opt_in(register, journal, reader.id, now)
            present = None
        if present and present.state is ReaderState.ACTIVE:
            counts["known"] += 1
            continue
        counts["confirmed" if present else "added"] += 1
        if not dry_run:
            # Somebody may have chosen something when they asked on the web; a list that says nothing takes nothing away.
            choices = reader.choices if reader.choices != Choices() or not present else present.choices
            register.save(msgspec.structs.replace(reader, choices=choices))
    return Enrolment(**counts, barred=dict(barred))


def _barrier(present: Reader | None, suppression: Suppression | None) -> str:
    if suppression:
        return suppression.reason.value
    return present.state.value if present and present.state in (ReaderState.LEFT, ReaderState.SUSPENDED) else ""


def _reader(line: Line, keys: Keys, origin: str, now: dt.datetime, again: str) -> Reader:
    said = line.consent or origin
    return Reader(
        id=reader_id(line.address, line.edition, keys),
        address=line.address,
        edition=line.edition,
        state=ReaderState.ACTIVE,
        consent=Consent(origin=f"{said}; again: {again}" if again else said, at=now if again else line.agreed or now),
        choices=line.choices,
        since=now,
        changed=now,
    )


def _is_formula(cell: str) -> bool:
    """Also one that begins with an apostrophe of its own: else it would be taken for ours."""
    return cell.lstrip("'").startswith(_FORMULA_STARTS)
