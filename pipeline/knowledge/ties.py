"""Which cities are tied, since when and until when, and which public page says so.

`data/ties.csv` ships with the program, `data/ties_complete.csv` names the cities of which every tie is known; a workspace's library
adds its own. A tie stands in the direction of its ids, and means both.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from importlib import resources

from pipeline.knowledge.lexicon import load_lexicon
from pipeline.knowledge.tie_table import period_of, read_tie_table
from pipeline.model import Anniversary, CompleteTies, Tie, TieKind, Verdict

# Cities celebrate every fifth year: so Sapporo says of Portland, and the reports of fifty years hold little else.
ROUND_YEARS = 5
# What a city needs to plan one with its partner: a budget year, and the invitations before it.
ANNIVERSARY_MONTHS = 18
_STRENGTH = {kind: place for place, kind in enumerate(TieKind)}

Pair = tuple[str, str]


@dataclasses.dataclass(frozen=True)
class Ties:
    """All ties that are known, each pair and kind once."""

    rows: tuple[Tie, ...] = ()
    complete: tuple[CompleteTies, ...] = ()

    def of(self, city: str) -> tuple[Tie, ...]:
        """The ties of a city: those that hold first, the oldest first, those of unknown age last."""
        return tuple(sorted(self._by_city.get(city, ()), key=_by_age))

    def between(self, a: str, b: str) -> tuple[Tie, ...]:
        """The ties of two cities, in whichever order they are named: those that hold first, sister cities before others."""
        return self._by_pair.get(_ordered(a, b), ())

    def is_complete(self, city: str) -> CompleteTies | None:
        """What says that every tie of the city is known; None where nothing does."""
        return self._complete.get(city)

    def check(self, a: str, b: str) -> tuple[Verdict, str]:
        """Whether two cities are tied, and the address of the proof, "" where there is none.

        A tie that holds, of whatever kind, confirms. That none is known contradicts only if every tie of one of the two cities is
        known; a tie that ended proves neither. Everything else is unknown, which is not "false".
        """
        if a == b:
            return Verdict.UNKNOWN, ""
        for tie in self.between(a, b):
            if not tie.until:
                return Verdict.CONFIRMED, tie.source
        known = self.is_complete(a) or self.is_complete(b)
        return (Verdict.CONTRADICTED, known.source) if known else (Verdict.UNKNOWN, "")

    def anniversaries(
        self, first: dt.date, months: int, cities: Collection[str] | None = None
    ) -> tuple[Anniversary, ...]:
        """Round numbers of years, every fifth, that ties which hold reach after `first` and at most `months` months later.

        Of a tie whose month or year alone is known, the whole month or year of the anniversary counts: it is named as long as some
        of it lies ahead. Soonest first.

        Args:
            cities: only ties of these; None for all.
        """
        last = add_months(first, months)
        found = []
        for tie in self.rows:
            if not tie.since or tie.until or (cities is not None and tie.a not in cities and tie.b not in cities):
                continue
            for years in range(ROUND_YEARS, last.year - int(tie.since[:4]) + 1, ROUND_YEARS):
                start, end = period_of(date_after(tie.since, years))
                if end > first and start <= last:
                    found.append(
                        Anniversary(a=tie.a, b=tie.b, kind=tie.kind, since=tie.since, years=years, source=tie.source)
                    )
        return tuple(
            sorted(found, key=lambda row: (*period_of(date_after(row.since, row.years)), row.a, row.b, row.kind))
        )

    def with_rows(self, ties: Iterable[Tie], complete: Iterable[CompleteTies] = ()) -> Ties:
        """These and further ones, which win over these of the same pair and kind, and of the same city."""
        rows = {(tie.a, tie.b, tie.kind): tie for tie in (*self.rows, *ties)}
        lists = {row.city: row for row in (*self.complete, *complete)}
        return Ties(tuple(rows[key] for key in sorted(rows)), tuple(lists[key] for key in sorted(lists)))

    @functools.cached_property
    def _by_pair(self) -> Mapping[Pair, tuple[Tie, ...]]:
        groups: dict[Pair, list[Tie]] = defaultdict(list)
        for tie in self.rows:
            groups[tie.a, tie.b].append(tie)
        return {pair: tuple(sorted(ties, key=_by_strength)) for pair, ties in groups.items()}

    @functools.cached_property
    def _by_city(self) -> Mapping[str, list[Tie]]:
        groups: dict[str, list[Tie]] = defaultdict(list)
        for tie in self.rows:
            groups[tie.a].append(tie)
            groups[tie.b].append(tie)
        return groups

    @functools.cached_property
    def _complete(self) -> Mapping[str, CompleteTies]:
        return {row.city: row for row in self.complete}


@functools.cache
def load_ties() -> Ties:
    """The ties that ship, read once per process. Raises ConfigurationError if a file is wrong."""
    folder = resources.files("pipeline.knowledge") / "data"
    cities = load_lexicon().cities
    ties = Ties()
    for name in ("ties.csv", "ties_complete.csv"):
        table = read_tie_table(
            (folder / name).read_bytes(),
            # These files name cities by id alone, and state every day on which a page was read.
            lambda text: (cities[text],) if text in cities else (),
            name=name,
            today=dt.date.max,
        )
        ties = ties.with_rows(table.ties, table.complete)
    return ties


def date_after(since: str, years: int) -> str:
    """The date so many years after one, as exact as it: 1973-06 and 55 give 2028-06. The 29th of February becomes the 28th."""
    year, month, day = (*map(int, since.split("-")), 0, 0)[:3]
    if day:
        day = min(day, calendar.monthrange(year + years, month)[1])
    return f"{year + years:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _ordered(a: str, b: str) -> Pair:
    return (a, b) if a < b else (b, a)


def _by_strength(tie: Tie) -> tuple[bool, int]:
    return bool(tie.until), _STRENGTH[tie.kind]


def _by_age(tie: Tie) -> tuple[bool, bool, str, str, str, int]:
    return bool(tie.until), not tie.since, tie.since, tie.a, tie.b, _STRENGTH[tie.kind]
