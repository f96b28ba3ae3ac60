"""What the archive holds, by story, city, network, theme and pair: worked out once from a shelf, for every edition."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

from pipeline.model import Agreement, Card, Issue, Shelf

Pair = tuple[str, str]


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
    redirects: Mapping[str, str]  # old story id -> the story that readers are sent to, chains followed to their end

    @property
    def latest(self) -> Issue | None:
        return self.shelf.issues[-1] if self.shelf.issues else None

    @property
    def agreements(self) -> list[tuple[Issue, Agreement]]:
        """Every agreement of every issue, newest issue first; a story's row is that of its newest issue."""
        rows: dict[tuple[str, str], tuple[Issue, Agreement]] = {}
        for issue in reversed(self.shelf.issues):
            for row in issue.agreements:
                rows.setdefault((row.story_id, row.event_type), (issue, row))
        return list(rows.values())

    def has_story(self, story_id: str) -> bool:
        """True if there is a page under this id, be it one that sends readers on."""
        return story_id in self.stories or story_id in self.redirects

    def partners(self, city: str) -> list[tuple[str, int]]:
        """Cities that met this one and how often, most often first."""
        counts = {
            (pair[1] if pair[0] == city else pair[0]): len(cards) for pair, cards in self.pairs.items() if city in pair
        }
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def take_stock(shelf: Shelf) -> Holdings:
    """The holdings of a shelf."""
    stories: dict[str, Card] = {}
    issues_of: dict[str, list[Issue]] = defaultdict(list)
    for issue in shelf.issues:
        for card in issue.cards:
            stories[card.story_id] = card  # a later issue holds the newer card
            if issues_of[card.story_id][-1:] != [issue]:
                issues_of[card.story_id].append(issue)
    stories |= {card.story_id: card for card in shelf.cards}
    for old in shelf.redirects:
        stories.pop(old, None)
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
    return Holdings(
        shelf=shelf,
        zone=zoneinfo.ZoneInfo(shelf.issues[-1].zone if shelf.issues else "UTC"),
        stories={card.story_id: card for card in ordered},
        issues_of={story: tuple(issues) for story, issues in issues_of.items()},
        cities=_frozen(cities),
        networks=_frozen(networks),
        themes=_frozen(themes),
        pairs=_frozen(pairs),
        redirects=_follow(shelf.redirects, stories),
    )


def day_of(card: Card) -> dt.date:
    """The day a card is filed under: of its event, else of its publication, else when it was first seen."""
    if card.event:
        return card.event.start
    return card.published.day if card.published else card.first_seen.date()


def most_frequent(cards: Iterable[Card], *, limit: int) -> list[tuple[str, int]]:
    """The cities that occur in most of the cards, with how many."""
    counts = Counter(city for card in cards for city in dict.fromkeys(card.cities))
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit]


def _in_order(pair: Pair) -> Pair:
    first, second = sorted(pair)
    return first, second


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
