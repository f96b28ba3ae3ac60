"""The rows of "New agreements": which stories tell of one, and how far it has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pipeline.model import Agreement, AgreementStatus, ArticleClass, Card, DatedEvent

SUSPENSION = "suspension-termination"
AGREEMENTS = ("sister-city-agreement", "mou-cooperation", SUSPENSION)
_OF_SUSPENSIONS = (AgreementStatus.PLANNED, AgreementStatus.SUSPENDED, AgreementStatus.ENDED)


def list_agreements(cards: Sequence[Card]) -> list[Agreement]:
    """One row per news story that tells of an agreement, in the order of the cards."""
    rows = []
    for card in cards:
        kind = next((kind for kind in card.event_types[:2] if kind in AGREEMENTS), None)
        if kind is None or not card.cities or card.article_class is not ArticleClass.NEWS:
            continue
        date = card.event if card.event and not card.event.deadline else None
        status = decide_status(kind, card.agreement, date, _last_reported(card))
        if status:
            rows.append(
                Agreement(
                    story_id=card.story_id,
                    event_type=kind,
                    cities=card.pair or card.cities[:3],
                    status=status,
                    date=date,
                )
            )
    return rows


def _last_reported(card: Card) -> dt.date:
    days = [source.published.day for source in card.sources if source.published]
    return max(days, default=card.published.day if card.published else card.first_seen.date())


def decide_status(
    kind: str, said: AgreementStatus | None, date: DatedEvent | None, reported: dt.date
) -> AgreementStatus | None:
    """How far an agreement has come. Of two that fit, the one that claims less; None for what is no agreement's row.

    Args:
        kind: one of AGREEMENTS.
        said: by the words of its articles, where they say it.
        date: of the signing, or of the end.
        reported: the day of the latest report.
    """
    is_ahead = date is not None and date.start > reported
    if kind == SUSPENSION:
        if said is AgreementStatus.SIGNED:  # it is over: what was stopped goes on
            return None
        return said if said in _OF_SUSPENSIONS else AgreementStatus.SUSPENDED
    match said:
        case AgreementStatus.SIGNED | AgreementStatus.PLANNED:
            return said
        case AgreementStatus.ANNOUNCED:
            return AgreementStatus.ANNOUNCED if is_ahead else AgreementStatus.PLANNED
    # No word says it. A day ahead is an announcement; a day that has come is that of the signing; without one nothing
    # says more than that it was made known.
    return AgreementStatus.SIGNED if date and not is_ahead else AgreementStatus.ANNOUNCED
