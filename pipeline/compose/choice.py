"""Which stories lead an issue, which stand in its other sections, and which are only named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from pipeline.model import Card

MOST_LEADS = 4
# Leads of one region of the world, one kind of event or one main theme, so that one busy field does not fill the top.
MOST_LEADS_ALIKE = 2
# Lead and regional stories together: what can be read in five minutes. Up to the smaller number a region may fill places that
# no other has stories for; beyond it no region has more than half of the regional section.
LEAST_STORIES = 12
MOST_STORIES = 18
# Beside them, of what goes on and of what explains, as much as a minute more lets one read.
MOST_FOLLOW_UPS = 5
MOST_BACKGROUND = 3


def choose_leads(news: Sequence[Card], pinned: Sequence[Card], region_of: Callable[[Card], str]) -> list[Card]:
    """The pinned stories, whatever they are, and the best verified ones of each region, kind and theme.

    Args:
        news: best first.
        pinned: in the editors' order.
    """
    leads = list(pinned)
    chosen = {card.story_id for card in leads}
    alike = Counter(trait for card in leads for trait in _traits(card, region_of))
    for card in news:
        if len(leads) >= MOST_LEADS:
            break
        traits = list(_traits(card, region_of))
        if card.unverified or card.story_id in chosen or any(alike[trait] >= MOST_LEADS_ALIKE for trait in traits):
            continue
        alike.update(traits)
        leads.append(card)
    return leads


def _traits(card: Card, region_of: Callable[[Card], str]) -> Iterator[tuple[str, str]]:
    yield "region", region_of(card)
    for name, values in (("kind", card.event_types), ("theme", card.themes)):
        if values:
            yield name, values[0]


def choose_regional(
    rest: Sequence[Card], region_of: Callable[[Card], str], *, leads: int
) -> tuple[list[Card], list[Card]]:
    """The stories of the regional section, and those that are only named; both best first.

    Args:
        rest: news that does not lead, best first.
        leads: how many stories lead.
    """
    most, least = max(0, MOST_STORIES - leads), max(0, LEAST_STORIES - leads)
    regions = {card.story_id: region_of(card) for card in rest}
    half = most // 2 if len(set(regions.values())) > 1 else most
    held: Counter[str] = Counter()
    chosen: set[str] = set()
    for card in rest:
        region = regions[card.story_id]
        if len(chosen) < most and held[region] < half:
            held[region] += 1
            chosen.add(card.story_id)
    spare = [card.story_id for card in rest if card.story_id not in chosen]
    chosen.update(spare[: max(0, least - len(chosen))])
    return [c for c in rest if c.story_id in chosen], [c for c in rest if c.story_id not in chosen]


def choose_follow_ups(cards: Sequence[Card]) -> tuple[list[Card], list[Card]]:
    """The follow-ups that are told, and those that are only named; both best first. A fact that changed counts before any score.

    Args:
        cards: best first.
    """
    changed = [card for card in cards if _has_changed(card)]
    others = [card for card in cards if not _has_changed(card)]
    told = {card.story_id for card in (*changed, *others)[:MOST_FOLLOW_UPS]}
    return [c for c in cards if c.story_id in told], [c for c in cards if c.story_id not in told]


def _has_changed(card: Card) -> bool:
    new = card.development
    return new is not None and bool(new.event or new.status or new.disputed)
