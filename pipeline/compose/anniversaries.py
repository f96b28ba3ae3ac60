"""Which of the anniversaries that lie ahead an issue announces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from pipeline.knowledge.lexicon import Lexicon
from pipeline.knowledge.tie_table import period_of
from pipeline.knowledge.ties import ANNIVERSARY_MONTHS, Ties, date_after
from pipeline.model import Anniversary

# A round year that many ties share must not fill the issue; the archive's page of anniversaries has them all.
MOST_ANNIVERSARIES = 12


def choose_anniversaries(
    ties: Ties, named: Collection[str], last_day: dt.date, home: str, lexicon: Lexicon
) -> tuple[Anniversary, ...]:
    """Round years ahead: of the cities that this week's stories name, and those of `home` in the week they come into view.

    So every anniversary of `home` is announced once, a year and a half before, and again whenever one of its cities is in the news.
    Soonest first.
    """
    ahead = ties.anniversaries(last_day, ANNIVERSARY_MONTHS)
    in_view = set(ties.anniversaries(last_day - dt.timedelta(weeks=1), ANNIVERSARY_MONTHS))

    def is_home(city: str) -> bool:
        return city in lexicon.cities and lexicon.cities[city].country == home

    def rank(row: Anniversary) -> tuple[int, bool]:
        """Most interest first; of two, the one that cannot be over already because its year or month has begun."""
        interest = sum((city in named) + is_home(city) for city in (row.a, row.b))
        return -interest, period_of(date_after(row.since, row.years))[0] <= last_day

    chosen = [
        row
        for row in ahead
        if row.a in named or row.b in named or (row not in in_view and (is_home(row.a) or is_home(row.b)))
    ]
    shown = set(sorted(chosen, key=rank)[:MOST_ANNIVERSARIES])
    return tuple(row for row in ahead if row in shown)
