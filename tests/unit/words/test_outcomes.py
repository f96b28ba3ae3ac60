"""What the articles of a story say together of how far an agreement has come, and of what is called off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest

from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import AgreementStatus, DatedEvent, TaggedArticle
from pipeline.words.facts import gather_facts

Make = Callable[..., TaggedArticle]
FORUM, LATER = DatedEvent(start=dt.date(2026, 11, 20)), DatedEvent(start=dt.date(2026, 12, 4))
SIGNED, ANNOUNCED, PLANNED = AgreementStatus.SIGNED, AgreementStatus.ANNOUNCED, AgreementStatus.PLANNED


def saying(tagged: TaggedArticle, status: AgreementStatus | None = None, *, called_off: bool = False) -> TaggedArticle:
    return msgspec.structs.replace(tagged, agreement=status, called_off=called_off)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ([("2026-11-01", ANNOUNCED), ("2026-11-03", SIGNED)], SIGNED),  # what was announced was signed since
        ([("2026-11-03", SIGNED), ("2026-11-01", ANNOUNCED)], SIGNED),  # in whatever order they come
        (
            [("2026-11-03", SIGNED), ("2026-11-03", PLANNED)],
            PLANNED,
        ),  # one word each on one day: the one that claims less
        ([("2026-11-03", SIGNED), ("2026-11-03", SIGNED), ("2026-11-03", PLANNED)], SIGNED),
        ([("2026-11-03", SIGNED), ("2026-11-05", None)], SIGNED),  # the latest that say it
        ([("2026-11-03", None)], None),
    ],
)
def test_the_latest_word_on_an_agreement_counts(
    lexicon: Lexicon, make: Make, said: list[tuple[str, AgreementStatus | None]], status: AgreementStatus | None
) -> None:
    articles = [saying(make(key, day=day), word) for key, (day, word) in zip("abc", said, strict=False)]
    assert gather_facts(articles, lexicon).agreement is status


def test_what_is_called_off_has_no_date_ahead_any_more(lexicon: Lexicon, make: Make) -> None:
    """Nor has the report that calls it off, which names the day."""
    announced = make("a", day="2026-11-01", dates=(FORUM,))
    off = saying(make("b", day="2026-11-09", dates=(FORUM,)), called_off=True)
    assert gather_facts([announced], lexicon).event == FORUM
    facts = gather_facts([announced, off], lexicon)
    assert (facts.event, facts.dates, facts.called_off) == (None, (), True)


def test_what_took_place_before_is_not_called_off(lexicon: Lexicon, make: Make) -> None:
    past = DatedEvent(start=dt.date(2026, 11, 5))
    off = saying(make("b", day="2026-11-09", dates=(past, FORUM)), called_off=True)
    assert gather_facts([off], lexicon).dates == (past,)


def test_a_later_report_gives_the_new_date(lexicon: Lexicon, make: Make) -> None:
    articles = [
        make("a", day="2026-11-01", dates=(FORUM,)),
        saying(make("b", day="2026-11-09", dates=(FORUM,)), called_off=True),
        make("c", day="2026-11-12", dates=(LATER,)),
    ]
    assert gather_facts(articles, lexicon).event == LATER


def test_what_is_put_off_has_its_new_day(lexicon: Lexicon, make: Make) -> None:
    off = saying(make("b", day="2026-11-09", dates=(FORUM, LATER)), called_off=True)
    put_off = msgspec.structs.replace(off, new_day=LATER.start)
    facts = gather_facts([make("a", day="2026-11-01", dates=(FORUM,)), put_off], lexicon)
    assert (facts.event, facts.dates) == (LATER, (LATER,))
