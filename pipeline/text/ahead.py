"""Which of a story's dates are still to come, as the calendar counts them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from pipeline.model import DatedEvent, Precision


def dates_ahead(dates: Iterable[DatedEvent], after: dt.date, until: dt.date = dt.date.max) -> list[DatedEvent]:
    """The dates that begin later than `after` and no later than `until`, in their order.

    Whole years are left out, which would hold all others, and days that only lie within a longer date. A deadline lies within
    nothing: the last day to register for an exhibition is none of its days.
    """
    ahead = [date for date in dates if after < date.start <= until and date.precision is not Precision.YEAR]
    return [date for date in ahead if not any(_holds(longer, date) for longer in ahead)]


def _holds(longer: DatedEvent, date: DatedEvent) -> bool:
    end, longer_end = date.end or date.start, longer.end or longer.start
    is_longer = (longer_end - longer.start) > (end - date.start)
    return is_longer and longer.deadline is date.deadline and longer.start <= date.start and end <= longer_end
