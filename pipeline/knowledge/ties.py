"""Which cities are tied, since when and until when, and which public page says so.

`data/ties.csv` ships with the program, `data/ties_complete.csv` names the cities of which every tie of a kind is known; a workspace's
library adds its own. A tie stands in the direction of its ids, and means both.
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
# Of which kinds every tie has to be known before a missing one contradicts a claim. Who is said to be a friendship city may be a sister
# city, which is more; of a claim that names no kind nobody knows which list would have to hold it.
_DISPROVED_BY: Mapping[TieKind | None, tuple[TieKind, ...]] = {
    TieKind.SISTER: (TieKind.SISTER,),
    TieKind.FRIENDSHIP: (TieKind.SISTER, TieKind.FRIENDSHIP),
    TieKind.MOU: (TieKind.SISTER, TieKind.FRIENDSHIP, TieKind.MOU),
    None: (TieKind.SISTER, TieKind.FRIENDSHIP, TieKind.MOU),
}

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

    def complete_of(self, city: str) -> tuple[CompleteTies, ...]:
        """What says that every tie of the city is known, of every kind first; else kind by kind."""
        return tuple(self._complete.get(city, ()))

    def complete_in(self, tie: Tie) -> tuple[str, ...]:
        """Which of the two cities of a tie has every tie of its kind listed."""
        return tuple(city for city in (tie.a, tie.b) if _list_of(tie.kind, self.complete_of(city)))

    def check(self, a: str, b: str, kind: TieKind | None = None, *, made: dt.date | None = None) -> tuple[Verdict, str]:
        """Whether two cities are tied, and the address of the proof, "" where there is none.

        A tie that holds, of whatever kind, confirms. That none is known contradicts only if every tie of one of the two cities is
        known that the claim can mean; a tie that ended proves neither. Everything else is unknown, which is not "false".

        Args:
            kind: which tie is claimed; None where that is left open.
            made: the day on which the tie is said to be new: a list that was read before it cannot know.
        """
        if a == b:
            return Verdict.UNKNOWN, ""
        for tie in self.between(a, b):
            if not tie.until:
                return Verdict.CONFIRMED, tie.source
        for city in (a, b):
            lists = [row for row in self.complete_of(city) if made is None or made < row.retrieved]
            of_kinds = [_list_of(wanted, lists) for wanted in _DISPROVED_BY[kind]]
            if of_kinds[0] and all(of_kinds):
                return Verdict.CONTRADICTED, of_kinds[0].source
        return Verdict.UNKNOWN, ""

    def anniversaries(
        self, first: dt.date, months: int, cities: Collection[str] | None = None
    ) -> tuple[Anniversary, ...]:
        """Round numbers of years, every fifth, that ties which hold reach after `first` and at most `months` months later.

        Of a tie whose month or year alone is known, the whole month or year of the anniversary counts: it is named as long as half
        of it lies ahead, since later its day has more likely passed. Soonest first; one whose day is not known stands where the
        last day that it can be would.

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
                if 2 * (end - first).days > (end - start).days and start <= last:
                    found.append(
                        Anniversary(a=tie.a, b=tie.b, kind=tie.kind, since=tie.since, years=years, source=tie.source)
                    )
        return tuple(sorted(found, key=_by_last_day))

    def with_rows(self, ties: Iterable[Tie], complete: Iterable[CompleteTies] = ()) -> Ties:
        """These and further ones, which win over these of the same pair and kind, and of the same city and kind."""
        rows = {(tie.a, tie.b, tie.kind): tie for tie in (*self.rows, *ties)}
        lists = {(row.city, row.kind or ""): row for row in (*self.complete, *complete)}
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
    def _complete(self) -> Mapping[str, list[CompleteTies]]:
        groups: dict[str, list[CompleteTies]] = defaultdict(list)
        for row in sorted(self.complete, key=lambda row: -1 if row.kind is None else _STRENGTH[row.kind]):
            groups[row.city].append(row)
        return groups


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


def _list_of(kind: TieKind, lists: Iterable[CompleteTies]) -> CompleteTies | None:
    return next((row for row in lists if row.kind in (None, kind)), None)


def _ordered(a: str, b: str) -> Pair:
    return (a, b) if a < b else (b, a)


def _by_last_day(row: Anniversary) -> tuple[dt.date, dt.date, str, str, TieKind]:
    start, end = period_of(date_after(row.since, row.years))
    return end, start, row.a, row.b, row.kind


def _by_strength(tie: Tie) -> tuple[bool, int]:
    return bool(tie.until), _STRENGTH[tie.kind]


def _by_age(tie: Tie) -> tuple[bool, bool, str, str, str, int]:
    return bool(tie.until), not tie.since, tie.since, tie.a, tie.b, _STRENGTH[tie.kind]
