"""How far an agreement has come, and which calls are open."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from pipeline.compose.agreements import decide_status, list_agreements
from pipeline.compose.calls import list_calls
from pipeline.model import AgreementStatus, ArticleClass, Card, CardSource, DatedEvent, FuzzyDate, Origin, Precision

REPORTED = dt.date(2026, 11, 4)
PAST, TODAY, AHEAD = (DatedEvent(start=REPORTED + dt.timedelta(days=days)) for days in (-1, 0, 20))
SIGNED, ANNOUNCED, PLANNED, SUSPENDED, ENDED = (
    AgreementStatus.SIGNED,
    AgreementStatus.ANNOUNCED,
    AgreementStatus.PLANNED,
    AgreementStatus.SUSPENDED,
    AgreementStatus.ENDED,
)
MOU, SUSPENSION = "mou-cooperation", "suspension-termination"


@pytest.mark.parametrize(
    ("kind", "said", "date", "status"),
    [
        # The words say it.
        (MOU, SIGNED, PAST, SIGNED),
        (MOU, SIGNED, AHEAD, SIGNED),  # the day ahead is of what follows from it
        (MOU, SIGNED, None, SIGNED),
        (MOU, ANNOUNCED, AHEAD, ANNOUNCED),
        (MOU, ANNOUNCED, None, PLANNED),  # ahead without a day
        (MOU, ANNOUNCED, PAST, PLANNED),
        (MOU, PLANNED, AHEAD, PLANNED),  # only wished for, whatever day is named
        (MOU, PLANNED, None, PLANNED),
        # No word says it.
        (MOU, None, PAST, SIGNED),
        (MOU, None, TODAY, SIGNED),
        (MOU, None, AHEAD, ANNOUNCED),
        (MOU, None, None, ANNOUNCED),
        (MOU, SUSPENDED, None, ANNOUNCED),  # of another agreement than the story's
        # What stops or ends.
        (SUSPENSION, ENDED, None, ENDED),
        (SUSPENSION, SUSPENDED, None, SUSPENDED),
        (SUSPENSION, None, PAST, SUSPENDED),
        (SUSPENSION, PLANNED, AHEAD, PLANNED),
        (SUSPENSION, ANNOUNCED, None, SUSPENDED),
        (SUSPENSION, SIGNED, None, None),  # it goes on: no row
    ],
)
def test_of_two_words_that_fit_the_one_that_claims_less_is_taken(
    kind: str, said: AgreementStatus | None, date: DatedEvent | None, status: AgreementStatus | None
) -> None:
    """product.md, section 4."""
    assert decide_status(kind, said, date, REPORTED) is status


def card(*dates: DatedEvent, **about: object) -> Card:
    seen = dt.datetime(2026, 11, 4, tzinfo=dt.UTC)
    return Card(story_id="s", article_class=ArticleClass.NEWS, words={}, lead={}, published=None, first_seen=seen, dates=dates, **about)  # type: ignore[arg-type]  # fmt: skip


def test_a_day_that_had_come_by_the_latest_report_is_not_ahead() -> None:
    """An agreement is announced in one week and, in words that say neither, reported in the next."""
    reports = tuple(
        CardSource(article_id=day, url="https://x.example/", title="T", language="en", source_id="s", family="f", labels=(), published=published(day))
        for day in ("2026-11-04", "2026-11-25")
    )  # fmt: skip
    told = {"event": AHEAD, "event_types": (MOU,), "cities": ("a",), "published": published("2026-11-04")}
    (row,) = list_agreements([msgspec.structs.replace(card(), **told, sources=reports)])
    (before,) = list_agreements([msgspec.structs.replace(card(), **told, sources=reports[:1])])
    assert (before.status, row.status) == (ANNOUNCED, SIGNED)


def published(day: str) -> FuzzyDate:
    value = dt.datetime.fromisoformat(f"{day}T09:00+09:00")
    return FuzzyDate(value=value, precision=Precision.DAY, zone_stated=True, origin=Origin.META)


def on(day: str, *, deadline: bool = True) -> DatedEvent:
    return DatedEvent(start=dt.date.fromisoformat(day), deadline=deadline)


def test_a_call_is_a_story_with_a_deadline_ahead_and_the_first_to_close_stands_first() -> None:
    """product.md, section 8; from earlier issues too, as long as it is open."""
    cards = {
        "late": card(on("2026-12-20"), cities=("a", "b", "c", "d"), networks=("sco",)),
        "soon": card(on("2026-11-05"), on("2026-11-20"), on("2026-12-24")),
        "closed": card(on("2026-11-08")),
        "event": card(on("2026-11-20", deadline=False)),
    }
    rows = list_calls(cards, dt.date(2026, 11, 8))
    assert [(row.story_id, row.deadline.start.isoformat()) for row in rows] == [("soon", "2026-11-20"), ("late", "2026-12-20")]  # fmt: skip
    assert (rows[1].cities, rows[1].networks) == (("a", "b", "c"), ("sco",))
