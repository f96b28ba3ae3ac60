"""Which dates are ahead."""

from __future__ import annotations

import datetime as dt

from pipeline.model import DatedEvent, Precision
from pipeline.text.ahead import dates_ahead

SUNDAY = dt.date(2026, 11, 8)


def on(start: str, end: str = "", *, deadline: bool = False) -> DatedEvent:
    last = dt.date.fromisoformat(end) if end else None
    return DatedEvent(start=dt.date.fromisoformat(start), end=last, deadline=deadline)


def test_what_begins_on_the_last_day_is_not_ahead() -> None:
    assert dates_ahead([on("2026-11-08"), on("2026-11-09")], SUNDAY) == [on("2026-11-09")]


def test_what_begins_after_the_horizon_is_left_out() -> None:
    dates = [on("2026-11-20"), on("2026-11-21")]
    assert dates_ahead(dates, SUNDAY, dt.date(2026, 11, 20)) == dates[:1]


def test_a_day_of_a_longer_date_is_no_date_of_its_own_but_a_deadline_is() -> None:
    longer, day, deadline = on("2026-11-10", "2026-11-30"), on("2026-11-15"), on("2026-11-15", deadline=True)
    assert dates_ahead([longer, day, deadline], SUNDAY) == [longer, deadline]


def test_a_whole_year_is_no_date() -> None:
    year = DatedEvent(start=dt.date(2027, 1, 1), end=dt.date(2027, 12, 31), precision=Precision.YEAR)
    assert dates_ahead([year], SUNDAY) == []
