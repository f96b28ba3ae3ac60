"""Dates once told as coming, each followed through the issues: what calendar files hold.

An entry is one date of one story. It keeps its identity when a later issue moves, narrows or calls off the date, so that a
subscriber's calendar changes what it has. Only issues count, which never change: an entry can gain revisions, never lose one.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline.model import Card, DatedEvent, Issue, Precision
from pipeline.text.ahead import dates_ahead


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A date of a story, as the latest issue that tells it has it."""

    story_id: str
    told_as: dt.date  # the day it was first told as: with the story and `is_call` its identity
    is_call: bool  # first told as the last day to apply
    date: DatedEvent
    card: Card
    revision: int = 0  # issues since the first that changed what the entry shows
    revised: dt.datetime  # UTC; the end of the week whose issue last did
    is_off: bool = False  # it does not take place, or not then
    is_withdrawn: bool = False  # its story was: nothing of it may be told any more
    teller: str  # id that the story had in that issue

    @property
    def last_day(self) -> dt.date:
        return self.date.end or self.date.start

    @property
    def is_main(self) -> bool:
        """True for the date that the story is about; others are told on the side."""
        return self.card.event is not None and self.card.event.start == self.date.start


def follow_dates(
    issues: Iterable[Issue], redirects: Mapping[str, str], stories: Mapping[str, Card]
) -> dict[str, tuple[Entry, ...]]:
    """Story id -> its entries, soonest first. Days only: a month is no entry of a calendar.

    Args:
        issues: oldest first.
        redirects: story id -> the one it was merged into.
        stories: those that there are; one that an issue held and that is in neither was withdrawn.
    """
    entries: dict[str, list[Entry]] = defaultdict(list)
    for issue in issues:
        for card in issue.cards:
            story_id = redirects.get(card.story_id, card.story_id)
            entries[story_id] = list(_revise(story_id, entries[story_id], card, issue))
    return {
        story_id: tuple(sorted((entry if story_id in stories else _withdrawn(entry) for entry in held), key=_order))
        for story_id, held in sorted(entries.items())
        if held
    }


def find_entry(entries: Sequence[Entry], date: DatedEvent) -> Entry | None:
    """The entry of a story that holds this date, if it has one."""
    same = [entry for entry in entries if entry.date.start == date.start]
    return next((entry for entry in same if entry.date.deadline is date.deadline), same[0] if same else None)


def _revise(story_id: str, entries: Sequence[Entry], card: Card, issue: Issue) -> Iterator[Entry]:
    """The entries of a story after an issue that tells of it."""
    told = card.dates if card.event is None or card.event in card.dates else (*card.dates, card.event)
    ahead = [date for date in dates_ahead(told, issue.last_day) if date.precision is Precision.DAY]
    held = {id(entry): date for date in ahead if (entry := find_entry(entries, date))}
    new = [date for date in ahead if date not in held.values()]
    gone = [entry for entry in entries if id(entry) not in held and _is_open(entry, card, issue)]
    for entry in entries:
        if id(entry) in held:
            yield _revised(entry, held[id(entry)], card, issue, is_off=False)
        elif entry in gone and (moved := _moved_to(entry, gone, new)):
            new.remove(moved)
            yield _revised(entry, moved, card, issue, is_off=False)
        elif entry in gone and card.called_off:
            yield _revised(entry, entry.date, card, issue, is_off=True)
        else:
            yield entry
    for date in new:
        yield Entry(
            story_id=story_id,
            told_as=date.start,
            is_call=date.deadline,
            date=date,
            card=card,
            revised=_end_of(issue),
            teller=card.story_id,
        )


def _is_open(entry: Entry, card: Card, issue: Issue) -> bool:
    """True for a date that was still to come and that this story itself told: one merged into it may know of others."""
    return not entry.is_off and entry.date.start > issue.last_day and entry.teller == card.story_id


def _moved_to(entry: Entry, gone: Sequence[Entry], new: Sequence[DatedEvent]) -> DatedEvent | None:
    """The one new date that takes the place of the one date that is told no more; where there are several, nobody can say."""
    dates = [date for date in new if date.deadline is entry.date.deadline]
    alike = [other for other in gone if other.date.deadline is entry.date.deadline]
    return dates[0] if len(dates) == len(alike) == 1 else None


def _revised(entry: Entry, date: DatedEvent, card: Card, issue: Issue, *, is_off: bool) -> Entry:
    changed = dataclasses.replace(entry, date=date, card=card, is_off=is_off, teller=card.story_id)
    if _shown(changed) == _shown(entry):
        return entry
    return dataclasses.replace(changed, revision=entry.revision + 1, revised=_end_of(issue))


def _shown(entry: Entry) -> tuple[object, ...]:
    """What calendars print of an entry."""
    card = entry.card
    sources = [(source.source_id, source.url, source.title) for source in card.sources]
    when = (entry.date.start, entry.date.end, entry.date.deadline, entry.is_off, entry.is_main)
    where = (card.cities, card.host, card.networks)
    return (when, where, card.words, sources, card.event_types, card.themes)


def _withdrawn(entry: Entry) -> Entry:
    return dataclasses.replace(entry, is_off=True, is_withdrawn=True, revision=entry.revision + 1)


def _end_of(issue: Issue) -> dt.datetime:
    """The moment at which the week of an issue was over."""
    midnight = dt.datetime.combine(issue.last_day + dt.timedelta(days=1), dt.time(), zoneinfo.ZoneInfo(issue.zone))
    return midnight.astimezone(dt.UTC)


def _order(entry: Entry) -> tuple[dt.date, dt.date, str, dt.date, bool]:
    return entry.date.start, entry.last_day, entry.story_id, entry.told_as, entry.is_call
