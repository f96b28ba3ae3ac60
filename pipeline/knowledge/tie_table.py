"""Tables of ties as people keep them: CSV, from a spreadsheet or a program, with every fault named by its line and column.

There are two kinds, told apart by their first line: ties (a, b, kind, since, until, source, retrieved) and cities of which every tie,
or every tie of one kind, is known (city, kind, source, retrieved).
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from pipeline.errors import ConfigurationError
from pipeline.knowledge.gazetteer import describe
from pipeline.knowledge.lexicon import City
from pipeline.model import CompleteTies, Frozen, Tie, TieKind
from pipeline.text.urls import is_web

TIE_COLUMNS = ("a", "b", "kind", "since", "until", "source", "retrieved")
COMPLETE_COLUMNS = ("city", "kind", "source", "retrieved")
# What a table must have; its other columns may be missing, and their cells empty.
_NEEDED = {TIE_COLUMNS: ("a", "b", "kind", "source"), COMPLETE_COLUMNS: ("city", "source")}
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\x9f<>\"\\^`{|}]")  # RFC 3986, section 2
_MOST_CANDIDATES = 6  # cities named in one message: the largest of that name
_MOST_FAULTS = 20  # told at once; who mends these sees the next

T = TypeVar("T")
Find = Callable[[str], Sequence[City]]


class TieTable(Frozen, frozen=True, kw_only=True):
    """What a table says; one of the two is empty."""

    ties: tuple[Tie, ...] = ()
    complete: tuple[CompleteTies, ...] = ()


class _Fault(Exception):  # noqa: N818 - it is reported, never seen
    """What is wrong with one cell."""


def read_tie_table(data: bytes, find: Find, *, name: str, today: dt.date) -> TieTable:
    """The rows of a CSV file: UTF-8, or the encoding of Japanese spreadsheets (CP932), with commas, semicolons or tabs.

    Args:
        find: the cities that a name or an id can mean.
        name: of the file, for messages.
        today: stands where a row does not say when its page was read; no day may lie after it.

    Raises:
        ConfigurationError: with one line per fault: which line and column of the file, and what to write there. All rows are right
            or none is returned.
    """
    lines = _lines(data, name)
    if not lines:
        raise ConfigurationError(f"{name} is empty. Its first line names the columns: {','.join(TIE_COLUMNS)}")
    columns = [cell.strip().lower() for cell in lines[0][1]]
    kind = _kind_of_table(columns, name)
    reader = _Reader(find, today)
    rows: dict[tuple[str, ...], Tie | CompleteTies] = {}
    first_line: dict[tuple[str, ...], int] = {}
    for number, cells in lines[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        reader.line = number
        if len(cells) > len(columns):
            reader.note(
                "", f"has {len(cells)} cells under {len(columns)} columns: put cells that hold a comma in quotes"
            )
            continue
        row = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
        made = reader.tie(row) if kind is TIE_COLUMNS else reader.complete(row)
        if made is None:
            continue
        key = (made.a, made.b, made.kind) if isinstance(made, Tie) else (made.city, made.kind or "")
        if key in rows:
            reader.note("", f"says again what line {first_line[key]} says: leave one of them out")
        rows[key], first_line[key] = made, number
    if reader.faults:
        more = len(reader.faults) - _MOST_FAULTS
        told = "\n".join(f"  {fault}" for fault in reader.faults[:_MOST_FAULTS]) + (
            f"\n  and {more} more" if more > 0 else ""
        )
        raise ConfigurationError(f"{name} was not read, nothing was changed:\n{told}")
    found = list(rows.values())
    return TieTable(
        ties=tuple(row for row in found if isinstance(row, Tie)),
        complete=tuple(row for row in found if isinstance(row, CompleteTies)),
    )


def period_of(date: str) -> tuple[dt.date, dt.date]:
    """First and last day of an ISO date as exact as it is: of 2028-06 the 1st and the 30th of June 2028.

    Raises:
        ValueError: there is no such day, month or year.
    """
    match = _DATE.fullmatch(date)
    if not match:
        raise ValueError(date)
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if day:
        only = dt.date(year, month, day)
        return only, only
    if month:
        return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])
    return dt.date(year, 1, 1), dt.date(year, 12, 31)


def _lines(data: bytes, name: str) -> list[tuple[int, list[str]]]:
    """Every row with the line it begins on."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp932")
        except UnicodeDecodeError:
            raise ConfigurationError(f"{name} is neither UTF-8 nor Shift_JIS. Save it again as 'CSV UTF-8'.") from None
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines, begins = [], 1
    try:
        for cells in reader:
            lines.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ConfigurationError(f"{name}, line {begins}: not CSV ({error}). Nothing was changed.") from None
    return lines


def _kind_of_table(columns: Sequence[str], name: str) -> tuple[str, ...]:
    kind = COMPLETE_COLUMNS if "city" in columns else TIE_COLUMNS
    if missing := [column for column in _NEEDED[kind] if column not in columns]:
        raise ConfigurationError(
            f"{name}, line 1: no column {missing[0]!r}. The first line of a table of ties is {','.join(TIE_COLUMNS)}, "
            f"that of a table of complete lists {','.join(COMPLETE_COLUMNS)}."
        )
    if unknown := [column for column in columns if column not in kind]:
        raise ConfigurationError(f"{name}, line 1: unknown column {unknown[0]!r}. Known are {', '.join(kind)}.")
    if len(set(columns)) < len(columns):
        raise ConfigurationError(f"{name}, line 1: a column is there twice.")
    return kind


class _Reader:
    """Reads rows and keeps what is wrong with them."""

    def __init__(self, find: Find, today: dt.date) -> None:
        self.find = find
        self.today = today
        self.line = 0
        self.faults: list[str] = []

    def note(self, column: str, text: str) -> None:
        place = f"line {self.line}, column {column}: " if column else f"line {self.line} "
        self.faults.append(f"{place}{text}")

    def tie(self, row: dict[str, str]) -> Tie | None:
        before = len(self.faults)
        a, b = self._cell(row, "a", self._city), self._cell(row, "b", self._city)
        kind = self._cell(row, "kind", _tie_kind)
        since, until = self._cell(row, "since", self._date), self._cell(row, "until", self._date)
        source, retrieved = self._cell(row, "source", _source), self._cell(row, "retrieved", self._day)
        if a and a == b:
            self.note("b", f"is the same city as column a, {a}")
        if since and until and period_of(until)[1] < period_of(since)[0]:
            self.note("until", f"{until} lies before the tie began, {since}")
        if len(self.faults) > before or not (a and b and kind and source and retrieved):
            return None
        a, b = sorted((a, b))
        return Tie(a=a, b=b, kind=kind, since=since or "", until=until or "", source=source, retrieved=retrieved)

    def complete(self, row: dict[str, str]) -> CompleteTies | None:
        before = len(self.faults)
        city, source = self._cell(row, "city", self._city), self._cell(row, "source", _source)
        # A table made before lists had kinds has no such column: its lists hold every tie.
        kind = self._cell(row, "kind", _tie_kind) if row.get("kind") else None
        retrieved = self._cell(row, "retrieved", self._day)
        if len(self.faults) > before or not (city and source and retrieved):
            return None
        return CompleteTies(city=city, kind=kind, source=source, retrieved=retrieved)

    def _cell(self, row: dict[str, str], column: str, read: Callable[[str], T]) -> T | None:
        try:
            return read(row.get(column, ""))
        except _Fault as fault:
            self.note(column, str(fault))
            return None

    def _city(self, text: str) -> str:
        if not text:
            raise _Fault("names no city. Write an id such as geonames:1859171, or a name with its country: Kobe, JP")
        found = self.find(text)
        if len(found) == 1:
            return found[0].id
        if not found:
            raise _Fault(f"no city is known as {text!r}. Write an id, or a name with its country: Kobe, JP")
        shown = "; ".join(describe(city) for city in found[:_MOST_CANDIDATES])
        more = f"; and {len(found) - _MOST_CANDIDATES} more" if len(found) > _MOST_CANDIDATES else ""
        raise _Fault(f"{text!r} can be {len(found)} cities. Write the id of one: {shown}{more}")

    def _date(self, text: str) -> str:
        if not text:
            return ""
        try:
            first, _ = period_of(text)
        except ValueError:
            raise _Fault(
                f"{text!r} is no date. Write it as exactly as the page does: 1973-06-24, 1973-06 or 1973"
            ) from None
        if first > self.today:
            raise _Fault(
                f"{text} lies ahead. Ties that are to come are no ties yet; of one that holds, until stays empty"
            )
        return text

    def _day(self, text: str) -> dt.date:
        try:
            day = dt.date.fromisoformat(text) if text else self.today
        except ValueError:
            raise _Fault(f"{text!r} is no day. Write the day on which the page was read: 2026-11-22") from None
        if day > self.today:
            raise _Fault(f"{text} lies ahead. Write the day on which the page was read")
        return day


def _tie_kind(text: str) -> TieKind:
    try:
        return TieKind(text.lower())
    except ValueError:
        raise _Fault(f"{text!r} is no kind of tie. Write {', '.join(TieKind)}") from None


def _source(text: str) -> str:
    if not is_web(text) or _NOT_IN_ADDRESS.search(text):
        raise _Fault(f"{text!r} is no address. Write the page that says so: https://...")
    return text
