"""Which story stands where in a week's issue, and why."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pipeline.compose.agreements import list_agreements
from pipeline.compose.anniversaries import choose_anniversaries
from pipeline.compose.calls import list_calls
from pipeline.compose.changes import Past, list_corrections
from pipeline.compose.choice import MOST_BACKGROUND, choose_follow_ups, choose_leads, choose_regional
from pipeline.errors import NOT_ASKED, READ_ALL_THE_SAME
from pipeline.knowledge.lexicon import Lexicon
from pipeline.knowledge.ties import Ties
from pipeline.model import (
    ArticleClass,
    CalendarRow,
    Card,
    Issue,
    IssueStatus,
    Meeting,
    Override,
    OverrideKind,
    RegionSection,
    SourceHealth,
)
from pipeline.overrides import assign_overrides, mark_card
from pipeline.text.ahead import dates_ahead
from pipeline.text.figures import count_figures
from pipeline.text.weeks import days_of

# Fewer stories than this make a quiet week, and the issue says so.
QUIET_BELOW = 3
# With more of the sources unread than this, an empty week says nothing about the world.
FAILED_SHARE = 0.5
CALENDAR_WEEKS = 8
ELSEWHERE = "world"

# What happened, by how much it changes between two cities. Added to at most 1 each of corroboration and relevance.
_EVENT_WEIGHT = {
    "sister-city-agreement": 1.0,
    "suspension-termination": 1.0,
    "mou-cooperation": 0.8,
    "mayors-dialogue": 0.8,
    "network-accession": 0.7,
    "declaration-award": 0.6,
    "aid-relief": 0.6,
    "summit-forum": 0.6,
    "anniversary": 0.5,
    "delegation-visit": 0.4,
    "joint-project": 0.4,
    "policy-strategy": 0.4,
    "training-program": 0.3,
    "festival-exchange": 0.3,
    "webinar-online": 0.2,
}
_MEETINGS = ("mayors-dialogue", "delegation-visit", "summit-forum")


def compose_issue(
    week: str,
    cards: Sequence[Card],
    *,
    number: int,
    zone: str,
    home: str,
    earlier: Sequence[Issue],
    redirects: Mapping[str, str],
    health: Sequence[SourceHealth],
    lexicon: Lexicon,
    ties: Ties,
    overrides: Sequence[Override] = (),
) -> Issue:
    """The issue of `week` from the unranked cards of its stories.

    Args:
        number: the issue's own, from 1.
        zone: IANA zone of its days.
        home: the readers' country; a story's region is that of the other side.
        earlier: issues before it, for follow-ups and coming dates.
        redirects: story id -> the story it was merged into since.
        health: of every source.
        ties: whose anniversaries are announced.
        overrides: what the editors decided, in the order in which pinned stories lead.
    """
    first_day, last_day = days_of(week)
    decided = assign_overrides(overrides, redirects)
    cards, acted = _decide(cards, decided, spent=[override for issue in earlier for override in issue.overrides])
    seen = {redirects.get(card.story_id, card.story_id): card for issue in earlier for card in issue.cards}
    listed = {
        (redirects.get(row.story_id, row.story_id), row.event_type, row.status)
        for issue in earlier
        for row in issue.agreements
    }
    ranked = sorted(
        (_rank(card, follow_up=card.story_id in seen) for card in cards), key=lambda card: (-card.score, card.story_id)
    )
    rows, past = list_agreements(ranked), Past(earlier, redirects)
    ranked = [past.develop(card, rows) for card in ranked]
    pinned = sorted(filter(_is_pinned, ranked), key=lambda card: list(overrides).index(_pin(card)))
    news = [card for card in ranked if card.article_class is ArticleClass.NEWS and not card.follow_up]
    leads = choose_leads(news, pinned, lambda card: region_of(card, home, lexicon))
    below = [card for card in ranked if not _is_pinned(card)]
    rest = [card for card in news if card not in leads]
    regional, further = choose_regional(rest, lambda card: region_of(card, home, lexicon), leads=len(leads))
    follow_ups, less = choose_follow_ups([card for card in below if card.follow_up])
    background = [card for card in below if card.article_class is ArticleClass.BACKGROUND and not card.follow_up]
    latest = {key: card for key, card in seen.items() if not _is_out(decided.get(key, ()))}
    latest |= {card.story_id: card for card in ranked}
    return Issue(
        week=week,
        number=number,
        first_day=first_day,
        last_day=last_day,
        zone=zone,
        status=_status(news, health),
        leads=tuple(leads),
        regions=_by_region(regional, home, lexicon),
        further=(*further, *less, *background[MOST_BACKGROUND:]),
        agreements=tuple(row for row in rows if (row.story_id, row.event_type, row.status) not in listed),
        meetings=tuple(_meetings(ranked, last_day)),
        calendar=tuple(_calendar(latest, last_day)),
        calls=tuple(list_calls(latest, last_day)),
        anniversaries=choose_anniversaries(
            ties, {city for card in ranked for city in card.cities}, last_day, home, lexicon
        ),
        follow_ups=tuple(follow_ups),
        corrections=list_corrections(earlier, decided),
        overrides=tuple(override for override in overrides if override in acted),
        background=tuple(background[:MOST_BACKGROUND]),
        names=tuple(dict.fromkeys(city for card in ranked for city in card.cities)),
        figures=count_figures(ranked),
        health=tuple(health),
    )


def region_of(card: Card, home: str, lexicon: Lexicon) -> str:
    """Region of the story's first country that is not `home`, else of its first, else ELSEWHERE."""
    abroad = [country for country in card.countries if country != home]
    for country in (*abroad, *card.countries):
        if country in lexicon.countries:
            return lexicon.countries[country].region
    return ELSEWHERE


def collection_failed(health: Sequence[SourceHealth]) -> bool:
    """True if so many of the sources that were asked could not be read that silence says nothing about the world."""
    asked = [row.problem for row in health if row.problem not in NOT_ASKED]
    failed = sum(bool(problem) and problem not in READ_ALL_THE_SAME for problem in asked)
    return bool(asked) and failed / len(asked) > FAILED_SHARE


def _rank(card: Card, *, follow_up: bool) -> Card:
    kind = card.event_types[0] if card.event_types else ""
    reasons = {
        # Corroboration by independent families: 1 family 0, 2 families .5, 4 families 1; feeds do not count.
        "families": min(1.0, math.log2(card.families) / 2),
        "languages": min(1.0, 0.25 * (len(card.languages) - 1)),
        "event_type": _EVENT_WEIGHT.get(kind, 0.2),
        "pair": 0.3 if card.pair else 0.0,
        "network": 0.2 if card.networks else 0.0,
        "unverified": -1.0 if card.unverified else 0.0,
    }
    score = round(sum(reasons.values()), 4)
    return msgspec.structs.replace(
        card, score=score, reasons={key: part for key, part in reasons.items() if part}, follow_up=follow_up
    )


def _decide(
    cards: Iterable[Card], decided: Mapping[str, Sequence[Override]], *, spent: Sequence[Override]
) -> tuple[list[Card], list[Override]]:
    """The cards that may be in the issue, with what was decided of them on them; and the pins and hides that acted.

    Args:
        spent: pins that an earlier issue obeyed: a story leads once.
    """
    kept, acted = [], []
    for card in cards:
        theirs = decided.get(card.story_id, ())
        if _is_out(theirs):
            acted += [override for override in theirs if override.kind is OverrideKind.HIDE]
            continue
        acting = [override for override in theirs if override.kind is not OverrideKind.PIN or override not in spent]
        acted += [override for override in acting if override.kind is OverrideKind.PIN]
        kept.append(mark_card(card, acting))
    return kept, acted


def _is_out(decided: Iterable[Override]) -> bool:
    return any(override.kind in (OverrideKind.HIDE, OverrideKind.RETRACT) for override in decided)


def _is_pinned(card: Card) -> bool:
    return any(override.kind is OverrideKind.PIN for override in card.overrides)


def _pin(card: Card) -> Override:
    return next(override for override in card.overrides if override.kind is OverrideKind.PIN)


def _by_region(cards: Sequence[Card], home: str, lexicon: Lexicon) -> tuple[RegionSection, ...]:
    by_region: dict[str, list[Card]] = {}
    for card in cards:
        by_region.setdefault(region_of(card, home, lexicon), []).append(card)
    order = [*lexicon.regions, ELSEWHERE]
    return tuple(
        RegionSection(region=region, cards=tuple(by_region[region]))
        for region in sorted(by_region, key=lambda region: order.index(region) if region in order else len(order))
    )


def _meetings(cards: Sequence[Card], last_day: dt.date) -> list[Meeting]:
    """Pairs that met; who is yet to meet stands in the calendar."""
    rows = []
    for card in cards:
        kind = next((kind for kind in card.event_types if kind in _MEETINGS), None)
        is_ahead = card.event is not None and card.event.start > last_day
        if kind and card.pair and card.article_class is ArticleClass.NEWS and not is_ahead:
            a, b = card.pair
            rows.append(Meeting(story_id=card.story_id, a=a, b=b, event_type=kind, date=card.event))
    return rows


def _calendar(cards: Mapping[str, Card], last_day: dt.date) -> list[CalendarRow]:
    """Coming dates of stories, soonest first.

    Args:
        cards: story id -> its latest card.
    """
    horizon = last_day + dt.timedelta(weeks=CALENDAR_WEEKS)
    rows = [
        CalendarRow(story_id=story_id, date=date, cities=card.cities[:3], networks=card.networks)
        for story_id, card in cards.items()
        for date in dates_ahead(card.dates, last_day, horizon)
    ]
    return sorted(rows, key=lambda row: (row.date.start, row.date.end or row.date.start, row.story_id))


def _status(news: Sequence[Card], health: Sequence[SourceHealth]) -> IssueStatus:
    if collection_failed(health) and len(news) < QUIET_BELOW:
        return IssueStatus.COLLECTION_FAILED
    return IssueStatus.QUIET if len(news) < QUIET_BELOW else IssueStatus.FULL
