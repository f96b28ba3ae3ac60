"""What an issue says of earlier ones: what is new in their stories, and what the editors corrected in them since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pipeline.model import (
    Agreement,
    AgreementStatus,
    Card,
    CardSource,
    Correction,
    DatedEvent,
    Development,
    Issue,
    Override,
    OverrideKind,
)
from pipeline.overrides import retraction

# What changes an issue that is out. A pin or a hide only acts on issues to come.
_CORRECTING = (OverrideKind.EDIT, OverrideKind.NOTE, OverrideKind.RETRACT)


class Past:
    """What readers have had of each story, under the id that it has now.

    Args:
        issues: oldest first.
        redirects: story id -> the story it was merged into since.
    """

    def __init__(self, issues: Sequence[Issue], redirects: Mapping[str, str]) -> None:
        self._cards: dict[str, list[tuple[str, Card]]] = {}
        self._statuses: dict[tuple[str, str], AgreementStatus] = {}
        for issue in issues:
            for card in issue.cards:
                self._cards.setdefault(redirects.get(card.story_id, card.story_id), []).append((issue.week, card))
            for row in issue.agreements:
                self._statuses[redirects.get(row.story_id, row.story_id), row.event_type] = row.status

    def develop(self, card: Card, rows: Iterable[Agreement]) -> Card:
        """A follow-up with what is new in it; any other card as it is.

        Args:
            rows: the agreements that the issue's cards tell of.
        """
        had = self._cards.get(card.story_id)
        if not had:
            return card
        week, last = had[-1]
        texts = {i for _, old in had for source in old.sources for i in _texts(source)}
        voices = {source.voice for _, old in had for source in old.sources}
        disputed = {conflict.fact for _, old in had for conflict in old.conflicts}
        return msgspec.structs.replace(
            card,
            development=Development(
                week=week,
                sources=sum(texts.isdisjoint(_texts(source)) for source in card.sources),
                families=len({source.voice for source in card.sources} - voices - {""}),
                event=card.event if _days(card.event) not in (None, _days(last.event)) else None,
                status=self._new_status(card, rows),
                disputed=tuple(c.fact for c in card.conflicts if c.fact not in disputed),
            ),
        )

    def _new_status(self, card: Card, rows: Iterable[Agreement]) -> AgreementStatus | None:
        for row in rows:
            if row.story_id == card.story_id and self._statuses.get((row.story_id, row.event_type)) != row.status:
                return row.status
        return None


def _texts(source: CardSource) -> set[str]:
    """The ids of all articles that have this text."""
    return {source.article_id, *(copy.article_id for copy in source.copies)}


def _days(event: DatedEvent | None) -> tuple[object, ...] | None:
    return (event.start, event.end, event.deadline) if event else None


def list_corrections(issues: Sequence[Issue], decided: Mapping[str, Sequence[Override]]) -> tuple[Correction, ...]:
    """What was decided of stories after the issue with them was out, and no issue has told yet; earliest first.

    Of a withdrawn story only that it was: its words, and what was changed in them, are gone.

    Args:
        issues: oldest first.
        decided: story id -> what was decided of it.
    """
    told = [(row.story_id, row.kind, row.day, row.reason) for issue in issues for row in issue.corrections]
    found: list[tuple[Override, str]] = []
    for issue in reversed(issues):
        for card in issue.cards:
            known = [*card.overrides, *(override for override, _ in found)]
            theirs = decided.get(card.story_id, ())
            withdrawn = retraction(theirs)
            changed = (o for o in ([withdrawn] if withdrawn else theirs) if o.kind in _CORRECTING)
            found += [(override, issue.week) for override in changed if override not in known]
    rows = [
        Correction(story_id=o.story_id, kind=o.kind, day=o.day, reason=o.reason, week=week)
        for o, week in found
        if (o.story_id, o.kind, o.day, o.reason) not in told
    ]
    return tuple(sorted(rows, key=lambda row: (row.day, row.story_id, row.kind)))
