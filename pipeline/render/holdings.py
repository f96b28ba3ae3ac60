"""What the archive holds, by story, city, network, theme and pair: worked out once from a shelf, for every edition."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import zoneinfo
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from pipeline.knowledge.ties import Ties
from pipeline.model import Agreement, Card, Issue, Meeting, Override, Shelf
from pipeline.overrides import assign_overrides, mark_card, retraction
from pipeline.render.entries import Entry, follow_dates
from pipeline.render.overlay import lay_over

Pair = tuple[str, str]
R = TypeVar("R")


@dataclasses.dataclass(frozen=True)
class Holdings:
    """Every list of cards is newest first; every mapping is in the order in which its pages are listed."""

    shelf: Shelf
    zone: zoneinfo.ZoneInfo  # of the latest issue
    stories: Mapping[str, Card]  # id -> the newest version of its card
    issues_of: Mapping[str, tuple[Issue, ...]]  # story id -> issues that hold it, oldest first
    cities: Mapping[str, tuple[Card, ...]]
    networks: Mapping[str, tuple[Card, ...]]
    themes: Mapping[str, tuple[Card, ...]]
    pairs: Mapping[Pair, tuple[Card, ...]]
    partners_of: Mapping[
        str, tuple[tuple[str, int], ...]
    ]  # city -> the cities that met it, most often first, and how often
    redirects: Mapping[str, str]  # old story id -> the story that readers are sent to, chains followed to their end
    entries: Mapping[str, tuple[Entry, ...]]  # story id -> its dates once told as coming, soonest first
    entries_of_cities: Mapping[str, tuple[Entry, ...]]
    entries_of_networks: Mapping[str, tuple[Entry, ...]]
    ties: Ties
    retracted: Mapping[str, Override]  # id of a story that was withdrawn, or that leads to one -> when and why

    @property
    def latest(self) -> Issue | None:
        return self.shelf.issues[-1] if self.shelf.issues else None

    @functools.cached_property
    def agreements(self) -> list[tuple[Issue, Agreement]]:
        """Every agreement of every issue, newest issue first; a story's row is that of its newest issue."""
        rows: dict[tuple[str, str], tuple[Issue, Agreement]] = {}
        for issue in reversed(self.shelf.issues):
            for row in issue.agreements:
                rows.setdefault((row.story_id, row.event_type), (issue, row))
        return list(rows.values())

    @functools.cached_property
    def meetings(self) -> list[tuple[Issue, Meeting]]:
        """Every meeting of every issue, newest issue first; a story's row is that of its newest issue."""
        rows: dict[str, tuple[Issue, Meeting]] = {}
        for issue in reversed(self.shelf.issues):
            for row in issue.meetings:
                rows.setdefault(self.redirects.get(row.story_id, row.story_id), (issue, row))
        return list(rows.values())

    @functools.cached_property
    def agreements_of(self) -> Mapping[Pair, Sequence[tuple[Issue, Agreement]]]:
        """The agreements between two cities, by pair."""
        return _by_pair((tuple(row.cities), (issue, row)) for issue, row in self.agreements)

    @functools.cached_property
    def meetings_of(self) -> Mapping[Pair, Sequence[tuple[Issue, Meeting]]]:
        """The meetings by pair."""
        return _by_pair(((row.a, row.b), (issue, row)) for issue, row in self.meetings)

    def has_story(self, story_id: str) -> bool:
        """True if there is a page under this id, be it one that sends readers on or says that the story was withdrawn."""
        return story_id in self.stories or story_id in self.redirects or story_id in self.retracted

    def partners(self, city: str) -> list[tuple[str, int]]:
        """Cities that met this one and how often, most often first."""
        return list(self.partners_of.get(city, ()))


def take_stock(shelf: Shelf) -> Holdings:
    """The holdings of a shelf, with what the editors decided laid over it."""
    decided = assign_overrides(shelf.overrides, shelf.redirects)
    retracted = {key: withdrawn for key, overrides in decided.items() if (withdrawn := retraction(overrides))}
    told, shelf = shelf.issues, lay_over(shelf)
    stories: dict[str, Card] = {}
    issues_of: dict[str, list[Issue]] = defaultdict(list)
    for issue in shelf.issues:
        for card in issue.cards:
            stories[card.story_id] = card  # a later issue holds the newer card
            if issues_of[card.story_id][-1:] != [issue]:
                issues_of[card.story_id].append(issue)
    stories |= {card.story_id: card for card in shelf.cards}
    for gone in (*shelf.redirects, *retracted):
        stories.pop(gone, None)
    ordered = sorted(stories.values(), key=lambda card: (day_of(card), card.story_id), reverse=True)
    cities: dict[str, list[Card]] = defaultdict(list)
    networks: dict[str, list[Card]] = defaultdict(list)
    themes: dict[str, list[Card]] = defaultdict(list)
    pairs: dict[Pair, list[Card]] = defaultdict(list)
    for card in ordered:
        for city in dict.fromkeys((*card.cities, *(card.pair or ()))):
            cities[city].append(card)
        for network in dict.fromkeys(card.networks):
            networks[network].append(card)
        for theme in dict.fromkeys(card.themes):
            themes[theme].append(card)
        if card.pair:
            pairs[_in_order(card.pair)].append(card)
    ends = _follow(shelf.redirects, stories)
    # Calendars that hold a date of a withdrawn story must learn that it is off, so it is followed as it was told.
    followed = follow_dates(told, ends, stories)
    entries = {story_id: tuple(_mark_entry(entry, decided) for entry in held) for story_id, held in followed.items()}
    return Holdings(
        shelf=shelf,
        zone=zoneinfo.ZoneInfo(shelf.issues[-1].zone if shelf.issues else "UTC"),
        stories={card.story_id: card for card in ordered},
        issues_of={story: tuple(issues) for story, issues in issues_of.items()},
        cities=_frozen(cities),
        networks=_frozen(networks),
        themes=_frozen(themes),
        pairs=_frozen(pairs),
        partners_of=_partners(pairs),
        redirects=ends,
        entries=entries,
        entries_of_cities=_file_entries(entries, followed, lambda card: (*card.cities, *(card.pair or ()))),
        entries_of_networks=_file_entries(entries, followed, lambda card: card.networks),
        ties=Ties(shelf.ties, shelf.complete_ties),
        retracted=dict(sorted(retracted.items())),
    )


def _mark_entry(entry: Entry, decided: Mapping[str, Sequence[Override]]) -> Entry:
    card = mark_card(entry.card, decided.get(entry.story_id, ()))
    is_reworded = bool(card.words) and card.words != entry.card.words
    return dataclasses.replace(entry, card=card, revision=entry.revision + is_reworded)


def _partners(pairs: Mapping[Pair, list[Card]]) -> dict[str, tuple[tuple[str, int], ...]]:
    met: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for (a, b), cards in pairs.items():
        met[a].append((b, len(cards)))
        met[b].append((a, len(cards)))
    return {city: tuple(sorted(others, key=lambda item: (-item[1], item[0]))) for city, others in met.items()}


def day_of(card: Card) -> dt.date:
    """The day a card is filed under: of its event, else of its publication, else when it was first seen."""
    if card.event:
        return card.event.start
    return card.published.day if card.published else card.first_seen.date()


def most_frequent(cards: Iterable[Card], *, limit: int) -> list[tuple[str, int]]:
    """The cities that occur in most of the cards, with how many."""
    counts = Counter(city for card in cards for city in dict.fromkeys(card.cities))
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit]


def _by_pair(rows: Iterable[tuple[Sequence[str], R]]) -> dict[Pair, list[R]]:
    filed: dict[Pair, list[R]] = defaultdict(list)
    for cities, row in rows:
        if len(cities) == 2:
            filed[_in_order((cities[0], cities[1]))].append(row)
    return filed


def _in_order(pair: Pair) -> Pair:
    first, second = sorted(pair)
    return first, second


def _file_entries(
    entries: Mapping[str, tuple[Entry, ...]],
    followed: Mapping[str, tuple[Entry, ...]],
    under: Callable[[Card], Iterable[str]],
) -> dict[str, tuple[Entry, ...]]:
    """The entries by what their stories were about when they were told: a withdrawn one is about nothing any more.

    Args:
        followed: the same entries, with the cards as they were told.
    """
    filed: dict[str, list[Entry]] = defaultdict(list)
    for story_id, held in entries.items():
        for entry, as_told in zip(held, followed[story_id], strict=True):
            for key in dict.fromkeys(under(as_told.card)):
                filed[key].append(entry)
    return {key: tuple(filed[key]) for key in sorted(filed)}


K = TypeVar("K", str, Pair)


def _frozen(groups: Mapping[K, list[Card]]) -> dict[K, tuple[Card, ...]]:
    return {key: tuple(groups[key]) for key in sorted(groups)}


def _follow(redirects: Mapping[str, str], stories: Mapping[str, Card]) -> dict[str, str]:
    ends: dict[str, str] = {}
    for old in sorted(redirects):
        target, passed = redirects[old], {old}
        while target in redirects and target not in passed:
            passed.add(target)
            target = redirects[target]
        if target in stories:
            ends[old] = target
    return ends
