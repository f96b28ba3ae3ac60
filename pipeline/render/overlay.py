"""What the editors decided since, laid over what is stored: the stored issues themselves never change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pipeline.model import Card, Issue, Override, OverrideKind, Shelf
from pipeline.overrides import assign_overrides, mark_card, retraction
from pipeline.text.figures import count_figures

# What acts on an issue that is out. A pin or a hide acted, if at all, when it was made.
_LATE = (OverrideKind.EDIT, OverrideKind.NOTE, OverrideKind.RETRACT)
# Rows that tell of a story.
_TABLES = ("agreements", "meetings", "calendar", "calls")

Decided = Mapping[str, Sequence[Override]]


def lay_over(shelf: Shelf) -> Shelf:
    """The shelf as readers are to see it.

    Editors' words stand in place of ours. A retracted story is no card of the shelf any more; in issues a card without any
    words keeps its place, and the rows that tell of it are gone.
    """
    if not shelf.overrides:
        return shelf
    decided = assign_overrides(shelf.overrides, shelf.redirects)
    late = _late(decided)
    return msgspec.structs.replace(
        shelf,
        issues=tuple(_mark_issue(issue, late) for issue in shelf.issues),
        cards=tuple(
            mark_card(card, decided.get(card.story_id, ()))
            for card in shelf.cards
            if not retraction(decided.get(card.story_id, ()))
        ),
    )


def mark_issue(issue: Issue, shelf: Shelf) -> Issue:
    """One issue as readers are to see it."""
    return _mark_issue(issue, _late(assign_overrides(shelf.overrides, shelf.redirects)))


def _late(decided: Decided) -> Decided:
    return {key: [o for o in overrides if o.kind in _LATE] for key, overrides in decided.items()}


def _mark_issue(issue: Issue, decided: Decided) -> Issue:
    withdrawn = {story_id for story_id, overrides in decided.items() if retraction(overrides)}
    rows = {
        table: tuple(row for row in getattr(issue, table) if row.story_id not in withdrawn)
        for table in _TABLES
        if any(row.story_id in withdrawn for row in getattr(issue, table))
    }
    if not rows and not any(decided.get(card.story_id) for card in issue.cards):
        return issue
    marked = msgspec.structs.replace(
        issue,
        leads=_mark(issue.leads, decided),
        regions=tuple(
            msgspec.structs.replace(section, cards=_mark(section.cards, decided)) for section in issue.regions
        ),
        further=_mark(issue.further, decided),
        follow_ups=_mark(issue.follow_ups, decided),
        background=_mark(issue.background, decided),
        **rows,
    )
    # A city that only a withdrawn story named is not named any more; nor was any other city without a card.
    before = {city for card in issue.cards for city in card.cities}
    gone = before - {city for card in marked.cards for city in card.cities}
    names = tuple(city for city in issue.names if city not in gone)
    if all(card.story_id not in withdrawn for card in issue.cards):
        return msgspec.structs.replace(marked, names=names)
    left = [card for card in marked.cards if card.story_id not in withdrawn]
    return msgspec.structs.replace(marked, names=names, figures=count_figures(left))


def _mark(cards: Iterable[Card], decided: Decided) -> tuple[Card, ...]:
    return tuple(mark_card(card, decided.get(card.story_id, ())) for card in cards)
