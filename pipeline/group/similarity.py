"""How alike two articles are as reports of one event, within a language and across languages, without an embedder.

What is said (character n-grams) and what it is about (tags, by their scores) are two vectors weighted by rarity. Days, persons and
figures in common speak for one event; time between, another kind of event and other cities against it.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from pipeline.model import Frozen, Precision, TaggedArticle, TagKind

# What a tag of each kind says about which event it is, relative to the others.
WEIGHTS = {
    TagKind.CITY: 1.0,
    TagKind.NETWORK: 1.0,
    TagKind.EVENT: 0.8,
    TagKind.THEME: 0.35,
    TagKind.COUNTRY: 0.2,
}
# A dated day, a person or a figure ("65周年", "65th anniversary") that both name speaks for one event; that only one names it
# says nothing. One in no other article adds half of what is left up to this bonus.
MAX_BONUS = 0.3

# Share of the entities in the similarity, the rest is text. Between languages n-grams see little more than names.
ENTITY_SHARE_SAME_LANGUAGE = 0.5
ENTITY_SHARE_ACROSS = 0.8
PENALTY_PER_DAY = 0.05  # reports of one event come in over a week; announcement and follow-up are stories of their own
PENALTY_OTHER_TYPE = 0.25  # where both say what kind of event it is and share none
MAX_DAYS_APART = 21  # the window
MIN_TYPE_SCORE = (
    0.4  # a kind of event named in passing does not say what a report is of; .34 to .5 give the same stories
)
MAX_DAYS_OTHER_TYPE = 3  # reports this far apart that share no type of event are of two events

LEAD_CHARS = 400  # of the body: the rest is background, which stories share
# Rarity is counted among this many imagined other articles as well, so that a window of three says something.
_PRIOR_ARTICLES = 20
_TOKENS = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]+|[\uac00-\ud7af]+|[^\W_\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
_FIGURES = re.compile(r"\d[\d,]*\d")
_GRAM = 4
_GRAM_CJK = 2

Vector = Mapping[str, float]


class Profile(Frozen, frozen=True, kw_only=True):
    """What is compared of an article. Vectors have length 1."""

    text: dict[str, float]
    entities: dict[str, float]
    signs: dict[str, float]  # days, persons and figures named -> rarity, 0..1
    language: str  # primary subtag
    day: dt.date | None  # published, None if not known to the day
    cities: frozenset[str]
    main_cities: frozenset[str]
    networks: frozenset[str]
    types: frozenset[str]  # event types
    dates: frozenset[dt.date]  # first days of dated events


def profile_all(articles: Iterable[TaggedArticle]) -> dict[str, Profile]:
    """A profile for every article id; rarity is counted over all of them."""
    raw = {one.article.id: (one, _grams(one), _entities(one), _signs(one)) for one in articles}
    text_rarity = _rarity(grams for _, grams, _, _ in raw.values())
    entity_rarity = _rarity(entities for _, _, entities, _ in raw.values())
    sign_rarity = _rarity(signs for _, _, _, signs in raw.values())
    rarest = math.log((_PRIOR_ARTICLES + len(raw)) / 2)
    return {
        article_id: Profile(
            text=_weigh(grams, text_rarity),
            entities=_weigh(entities, entity_rarity),
            signs={sign: sign_rarity[sign] / rarest for sign in sorted(signs)},
            language=tagged.article.language.partition("-")[0],
            day=_day(tagged),
            cities=frozenset(tagged.ids(TagKind.CITY)),
            main_cities=_main_cities(tagged),
            networks=frozenset(tagged.ids(TagKind.NETWORK)),
            types=frozenset(tag.id for tag in tagged.tags if tag.kind is TagKind.EVENT and tag.score >= MIN_TYPE_SCORE),
            dates=frozenset(event.start for event in tagged.events if event.precision is not Precision.YEAR),
        )
        for article_id, (tagged, grams, entities, signs) in raw.items()
    }


def similarity(a: Profile, b: Profile) -> float | None:
    """0..1, None where the two cannot be one event."""
    apart = abs((a.day - b.day).days) if a.day and b.day else 0
    if apart > MAX_DAYS_APART or _other_cities(a, b) or _other_type(a, b, apart):
        return None
    share = ENTITY_SHARE_SAME_LANGUAGE if a.language == b.language else ENTITY_SHARE_ACROSS
    alike = share * _cosine(a.entities, b.entities) + (1 - share) * _cosine(a.text, b.text)
    other_type = bool(a.types and b.types and not a.types & b.types)
    alike += _bonus(a, b) - PENALTY_PER_DAY * apart - PENALTY_OTHER_TYPE * other_type
    return min(1.0, max(0.0, alike))


def _bonus(a: Profile, b: Profile) -> float:
    missing = 1.0
    for sign, rarity in a.signs.items():
        if sign in b.signs:
            missing *= 1 - rarity / 2
    return MAX_BONUS * (1 - missing)


def _other_cities(a: Profile, b: Profile) -> bool:
    """Both name cities and share none, or each is about a pair and not about the same one.

    A gathering of many cities is told everywhere as the meeting with one's own; a network in common gives it away.
    """
    if not a.cities or not b.cities:
        return False
    pairs = len(a.main_cities) == len(b.main_cities) == 2 and a.main_cities != b.main_cities
    strangers = not (a.main_cities <= b.cities or b.main_cities <= a.cities)
    return not a.cities & b.cities or (pairs and strangers and not a.networks & b.networks)


def _other_type(a: Profile, b: Profile, apart: int) -> bool:
    """Both say what kind of event it is, differ, and place it on different days."""
    if not a.types or not b.types or a.types & b.types:
        return False
    dated_apart = bool(a.dates and b.dates and not a.dates & b.dates)
    return dated_apart or apart > MAX_DAYS_OTHER_TYPE


def _day(tagged: TaggedArticle) -> dt.date | None:
    published = tagged.article.published
    exact = published is not None and published.precision in (Precision.MINUTE, Precision.DAY)
    return published.day if published is not None and exact else None


def _grams(tagged: TaggedArticle) -> Counter[str]:
    """n-grams of title and lead: pairs of ideographs or syllables, four letters elsewhere with the word's edges."""
    text = _lead(tagged).casefold()
    grams: Counter[str] = Counter()
    for token in _TOKENS.findall(text):
        if token[0] >= "\u2e80":
            grams.update(token[i : i + _GRAM_CJK] for i in range(len(token) - _GRAM_CJK + 1))
        else:
            edged = f" {token} "
            grams.update(edged[i : i + _GRAM] for i in range(max(1, len(edged) - _GRAM + 1)))
    return grams


def _entities(tagged: TaggedArticle) -> dict[str, float]:
    return {f"{tag.kind}:{tag.id}": WEIGHTS[tag.kind] * tag.score for tag in tagged.tags}


def _signs(tagged: TaggedArticle) -> set[str]:
    """Days, persons, and figures of two digits or more that are no part of a date."""
    lead = _lead(tagged)
    for event in tagged.events:
        lead = lead.replace(unicodedata.normalize("NFKC", event.evidence), " ") if event.evidence else lead
    figures = {match.replace(",", "").lstrip("0") for match in _FIGURES.findall(lead)}
    days = {f"day:{event.start}" for event in tagged.events if event.precision is Precision.DAY}
    persons = {f"person:{person.name.casefold()}" for person in tagged.persons}
    return days | persons | {f"figure:{figure}" for figure in figures if len(figure) > 1}


def _main_cities(tagged: TaggedArticle) -> frozenset[str]:
    """The cities that the article is about rather than names."""
    scores = {tag.id: tag.score for tag in tagged.tags if tag.kind is TagKind.CITY}
    return frozenset(i for i, score in scores.items() if score >= max(scores.values()) / 2)


def _lead(tagged: TaggedArticle) -> str:
    return unicodedata.normalize("NFKC", f"{tagged.article.title}\n{tagged.article.text[:LEAD_CHARS]}")


def _rarity(vectors: Iterable[Collection[str]]) -> dict[str, float]:
    total, counts = _PRIOR_ARTICLES, Counter[str]()
    for vector in vectors:
        total += 1
        counts.update(set(vector))
    return {key: math.log(total / (count + 1)) for key, count in counts.items()}


def _weigh(vector: Mapping[str, float], rarity: Mapping[str, float]) -> dict[str, float]:
    weighted = {key: (1 + math.log(value) if value > 1 else value) * rarity[key] for key, value in vector.items()}
    length = math.sqrt(sum(value * value for value in weighted.values()))
    return {key: value / length for key, value in weighted.items()} if length else {}


def _cosine(a: Vector, b: Vector) -> float:
    if len(a) > len(b):
        a, b = b, a
    return min(1.0, sum(value * b[key] for key, value in a.items() if key in b))
