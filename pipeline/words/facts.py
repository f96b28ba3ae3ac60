"""What the articles of a story say together: tags by weight, the pair of cities, the main date."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import Account, AgreementStatus, DatedEvent, Frozen, Person, Precision, TaggedArticle, TagKind
from pipeline.text import datelines

# A tag counts for a story if its weight reaches this share of the strongest of its kind: passing mentions fall away.
_SHARE = {TagKind.CITY: 0.25, TagKind.COUNTRY: 0.4, TagKind.NETWORK: 0.4, TagKind.THEME: 0.5, TagKind.EVENT: 0.6}
_MOST = {TagKind.CITY: 6, TagKind.COUNTRY: 6, TagKind.NETWORK: 3, TagKind.THEME: 4, TagKind.EVENT: 3}
# Dated events farther from publication are history or far plans, not what the news is about.
_NEWS_BEFORE = dt.timedelta(days=14)
_NEWS_AFTER = dt.timedelta(days=180)
# "35周年", "50-летие" and the like, as titles and leads write them.
_YEARS = re.compile(
    r"(?<!\d)(\d{1,3})\s*(?:周年|週年|주년|th anniversary|st anniversary|nd anniversary|rd anniversary|years? of (?:sister|twin|friend)"
    r"|e anniversaire|ᵉ anniversaire|º aniversario|-летие)",
    re.IGNORECASE,
)
_LEAD_CHARS = 300
# A meeting lasts no longer; a day within a longer range (an exhibition, a season) is an event of its own.
_LONGEST = dt.timedelta(days=7)
# What a text is about stands in its title or its beginning; dates after this share of it belong to plans and side events.
_LEAD_SHARE = 0.4
# Of two words for one agreement, said as often on one day, the one that claims less.
_CLAIMS_LEAST = (
    AgreementStatus.PLANNED,
    AgreementStatus.ANNOUNCED,
    AgreementStatus.SUSPENDED,
    AgreementStatus.SIGNED,
    AgreementStatus.ENDED,
)
_SISTER, _FRIENDSHIP = "sister", "friendship"
_SIGNINGS = ("sister-city-agreement", "mou-cooperation", "suspension-termination", "declaration-award")


class Facts(Frozen, frozen=True, kw_only=True):
    """The story in ids and dates."""

    cities: tuple[str, ...]
    countries: tuple[str, ...]
    networks: tuple[str, ...]
    themes: tuple[str, ...]
    event_types: tuple[str, ...]
    pair: tuple[str, str] | None
    event: DatedEvent | None
    dates: tuple[DatedEvent, ...]
    persons: tuple[Person, ...]
    years: int | None
    agreement: AgreementStatus | None = None  # how far one has come, by the latest word
    called_off: bool = False  # an article says that what was to take place does not, or not on its day
    reported: dt.date | None = None  # day of the latest article
    disputed: bool = False  # accounts of the event's day differ, so no sentence gives it
    form: str = ""  # what sort of its first event type it is, by data/rules/wording.toml
    named: tuple[tuple[Person, str], ...] = ()  # persons, each with the language of the article that names them
    claimed: frozenset[tuple[str, str]] = frozenset()  # pairs that an article says are tied
    host: str = ""  # city where it takes place
    figures: tuple[Account, ...] = ()  # how many took part, where all agree


def gather_facts(articles: Sequence[TaggedArticle], lexicon: Lexicon) -> Facts:
    """What independent articles (one per text, no copies) say together."""
    weights = {kind: _weigh(articles, kind) for kind in TagKind}
    cities = _strongest(weights[TagKind.CITY], TagKind.CITY)
    standing = _without_called_off(articles)
    dates = _dates(standing)
    event_types = _strongest(weights[TagKind.EVENT], TagKind.EVENT)
    return Facts(
        cities=cities,
        countries=_countries(cities, _strongest(weights[TagKind.COUNTRY], TagKind.COUNTRY), lexicon),
        networks=_strongest(weights[TagKind.NETWORK], TagKind.NETWORK),
        themes=_strongest(weights[TagKind.THEME], TagKind.THEME),
        event_types=event_types,
        pair=_pair(cities, weights[TagKind.CITY], lexicon),
        event=_main_date(standing, dates, event_types),
        dates=tuple(dates),
        persons=_persons(articles),
        years=_years(articles),
        agreement=_agreement(articles),
        called_off=any(tagged.called_off for tagged in articles),
        reported=max((tagged.article.dated.date() for tagged in articles), default=None),
        form=_form(articles, event_types, lexicon),
        named=_named(articles),
        claimed=frozenset((claim.a, claim.b) for tagged in articles for claim in tagged.claims),
    )


def _weigh(articles: Sequence[TaggedArticle], kind: TagKind) -> Counter[str]:
    weights: Counter[str] = Counter()
    for tagged in articles:
        for tag in tagged.tags:
            if tag.kind is kind:
                # A title names what the article is about; the body also names what it is near to.
                in_title = any(evidence.field == "title" for evidence in tag.evidence)
                weights[tag.id] += tag.score * (2.0 if in_title else 1.0)  # type: ignore[assignment]  # weights are fractions
    return weights


def _strongest(weights: Counter[str], kind: TagKind) -> tuple[str, ...]:
    if not weights:
        return ()
    least = max(weights.values()) * _SHARE[kind]
    ranked = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    return tuple(key for key, weight in ranked if weight >= least)[: _MOST[kind]]


def _countries(cities: Sequence[str], named: Sequence[str], lexicon: Lexicon) -> tuple[str, ...]:
    of_cities = [lexicon.cities[city].country for city in cities if city in lexicon.cities]
    return tuple(dict.fromkeys((*of_cities, *named)))[: _MOST[TagKind.COUNTRY]]


def _pair(cities: Sequence[str], weights: Mapping[str, float], lexicon: Lexicon) -> tuple[str, str] | None:
    """The two cities of different countries that stand out from the rest, sorted."""
    if len(cities) < 2:
        return None
    first, second = cities[:2]
    if lexicon.cities[first].country == lexicon.cities[second].country:
        return None
    if len(cities) > 2 and weights[cities[2]] > 0.8 * weights[second]:
        return None
    return (first, second) if first < second else (second, first)


def _agreement(articles: Sequence[TaggedArticle]) -> AgreementStatus | None:
    said = [(tagged.article.dated.date(), tagged.agreement) for tagged in articles if tagged.agreement]
    if not said:
        return None
    last = max(day for day, _ in said)
    counts = Counter(status for day, status in said if day == last)
    return min(counts, key=lambda status: (-counts[status], _CLAIMS_LEAST.index(status)))


def _without_called_off(articles: Sequence[TaggedArticle]) -> list[TaggedArticle]:
    """The articles without the dates that were ahead when it was called off, as far as it was not put off to them.

    What a later article gives again stands as well.
    """
    off = [tagged.article.dated for tagged in articles if tagged.called_off]
    if not off:
        return list(articles)
    first, last = min(off), max(off)
    stands = {event.start for tagged in articles if tagged.article.dated > last for event in tagged.events}
    stands |= {tagged.new_day for tagged in articles if tagged.new_day}
    return [
        msgspec.structs.replace(
            tagged,
            events=tuple(event for event in tagged.events if event.start <= first.date() or event.start in stands),
        )
        for tagged in articles
    ]


def _dates(articles: Sequence[TaggedArticle]) -> list[DatedEvent]:
    near: dict[tuple[dt.date, dt.date | None], DatedEvent] = {}
    for tagged in reversed(articles):
        for event in _near(tagged):
            key = event.start, event.end
            deadline = event.deadline or (key in near and near[key].deadline)
            near[key] = msgspec.structs.replace(event, deadline=deadline)
    return [near[key] for key in sorted(near, key=lambda key: (key[0], key[1] or key[0]))]


def _near(tagged: TaggedArticle) -> list[DatedEvent]:
    """The days near publication that the article gives, its own dateline left out."""
    published = tagged.article.dated.date()
    return [
        event
        for event in tagged.events
        if event.precision is Precision.DAY
        and published - _NEWS_BEFORE <= event.start <= published + _NEWS_AFTER
        and not _is_dateline(event, tagged)
    ]


def _is_dateline(event: DatedEvent, tagged: TaggedArticle) -> bool:
    """True for the day of publication on a line with little else, the page's own, and for a day first before an agency's mark.

    An agency's day is one off where others carry its report in the morning, or in another zone.
    """
    apart = abs((event.start - tagged.article.dated.date()).days)
    if apart > 1 or not event.evidence or event.evidence in tagged.article.title:
        return False
    lines = [line for line in tagged.article.text.splitlines() if event.evidence in line]
    return (apart == 0 and any(len(line) <= datelines.START for line in lines)) or any(
        datelines.is_in_dateline(line, line.find(event.evidence) + len(event.evidence)) for line in lines[:1]
    )


def _is_in_lead(event: DatedEvent, tagged: TaggedArticle) -> bool:
    text = tagged.article.text
    place = text.find(event.evidence)  # -1, and so in the lead, where folding changed its words
    return event.evidence in tagged.article.title or place <= max(len(text) * _LEAD_SHARE, _LEAD_CHARS / 2)


def _main_date(
    articles: Sequence[TaggedArticle], dates: Sequence[DatedEvent], event_types: Sequence[str]
) -> DatedEvent | None:
    """The date that most articles begin with, among equals the one that the news is about. A deadline only without others.

    A day within a range counts for the range too: reports name the day of the opening or the close.
    A signing is reported after it happened, so the nearest date counts, one ahead as twice as far. Anything else is
    announced as often as reported: a date in a title counts first, then the one that comes first in the text.
    """
    votes: Counter[dt.date] = Counter()
    order: dict[dt.date, tuple[int, int]] = {}
    is_signing = bool(event_types) and event_types[0] in _SIGNINGS
    begun = [(tagged, [event for event in _near(tagged) if _is_in_lead(event, tagged)]) for tagged in articles]
    ranges = [event for _, near in begun for event in near if event.end and event.end - event.start <= _LONGEST]
    for tagged, near in begun:
        published, title = tagged.article.dated.date(), tagged.article.title
        days_named = {event.start for event in near if not event.deadline}
        within = {r.start for r in ranges if r.end and any(r.start <= day <= r.end for day in days_named)}
        votes.update({event.start for event in near} | (set() if is_signing else within))
        for place, event in enumerate(near):
            days = (event.start - published).days
            distance = 2 * days if days > 0 else -days
            rank = (0, distance) if is_signing else (event.evidence not in title, place)
            order[event.start] = min(order.get(event.start, rank), rank)
    if not votes:
        return None
    deadlines = {event.start for event in dates if event.deadline}
    best = min(votes, key=lambda start: (start in deadlines, -votes[start], order[start], start))
    # One report may name the first day only, another the whole range.
    return max((event for event in dates if event.start == best), key=lambda event: event.end or event.start)


def _persons(articles: Sequence[TaggedArticle]) -> tuple[Person, ...]:
    return tuple({person.name: person for tagged in reversed(articles) for person in tagged.persons}.values())[:4]


def _named(articles: Sequence[TaggedArticle]) -> tuple[tuple[Person, str], ...]:
    """Persons as the articles of each language spell them, those in office first."""
    found = {
        (person.name, tagged.article.language): person for tagged in reversed(articles) for person in tagged.persons
    }
    ordered = sorted(found.items(), key=lambda item: (not item[1].role_id, item[0]))
    return tuple((person, language) for (_, language), person in ordered)


def _form(articles: Sequence[TaggedArticle], event_types: Sequence[str], lexicon: Lexicon) -> str:
    """The sort of the first event type that at least half of the articles name, "" for none."""
    sorts: Mapping[str, str] = lexicon.rules["wording"].get(event_types[0], {}) if event_types else {}
    if not sorts:
        return ""
    told = dict.fromkeys(sorts, 0)
    for tagged in articles:
        spans = [span.surface for tag in tagged.tags if tag.id == event_types[0] for span in tag.evidence]
        for text in (tagged.article.title, "\n".join(spans)):  # the evidence only where the title names none
            if found := [sort for sort, words in sorts.items() if re.search(words, text, re.IGNORECASE)]:
                told.update({sort: told[sort] + 1 for sort in found})
                break
    if told.get(_SISTER) and told.get(_FRIENDSHIP):
        return ""
    return next((sort for sort, count in told.items() if count and 2 * count >= len(articles)), "")


def _years(articles: Sequence[TaggedArticle]) -> int | None:
    counts: Counter[int] = Counter()
    for tagged in articles:
        found = _YEARS.findall(f"{tagged.article.title}\n{tagged.article.text[:_LEAD_CHARS]}")
        counts.update({int(years) for years in found if 1 <= int(years) <= 150})
    return min(counts, key=lambda years: (-counts[years], years)) if counts else None
