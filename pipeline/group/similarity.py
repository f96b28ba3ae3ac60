"""How alike two articles are as reports of one event, within a language and across languages, without an embedder.

What is said (character n-grams) and what it is about (the tagger's entities, figures) are two vectors weighted by rarity;
time and contradicting entities speak against.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

from pipeline.model import Frozen, Precision, TaggedArticle, TagKind

# What a tag of each kind says about which event it is, relative to the others.
WEIGHTS = {
    TagKind.CITY: 1.0,
    TagKind.NETWORK: 1.0,
    TagKind.EVENT: 0.5,
    TagKind.THEME: 0.35,
    TagKind.COUNTRY: 0.2,
}
DATE_WEIGHT = 1.0  # a dated event
FIGURE_WEIGHT = 0.5  # a number of two digits or more: "65周年" and "65th anniversary"
PERSON_WEIGHT = 1.0

# Share of the entities in the similarity, the rest is text. Between languages n-grams see little more than names.
ENTITY_SHARE_SAME_LANGUAGE = 0.5
ENTITY_SHARE_ACROSS = 0.8
PENALTY_PER_DAY = 0.03  # city diplomacy is a slow beat: reports of one event come in over a week
PENALTY_OTHER_TYPE = 0.15  # where both say what kind of event it is and share none
MAX_DAYS_APART = 21  # the window
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
    language: str  # primary subtag
    day: dt.date | None  # published, None if not known to the day
    cities: frozenset[str]
    types: frozenset[str]  # event types
    dates: frozenset[dt.date]  # first days of dated events


def profile_all(articles: Iterable[TaggedArticle]) -> dict[str, Profile]:
    """A profile for every article id; rarity is counted over all of them."""
    raw = {tagged.article.id: (tagged, _grams(tagged), _entities(tagged)) for tagged in articles}
    text_rarity = _rarity(grams for _, grams, _ in raw.values())
    entity_rarity = _rarity(entities for _, _, entities in raw.values())
    return {
        article_id: Profile(
            text=_weigh(grams, text_rarity),
            entities=_weigh(entities, entity_rarity),
            language=tagged.article.language.partition("-")[0],
            day=_day(tagged),
            cities=frozenset(tagged.ids(TagKind.CITY)),
            types=frozenset(tagged.ids(TagKind.EVENT)),
            dates=frozenset(event.start for event in tagged.events if event.precision is not Precision.YEAR),
        )
        for article_id, (tagged, grams, entities) in raw.items()
    }


def similarity(a: Profile, b: Profile) -> float | None:
    """0..1, None where the two cannot be one event."""
    apart = abs((a.day - b.day).days) if a.day and b.day else 0
    if apart > MAX_DAYS_APART or _other_cities(a, b) or _other_type(a, b, apart):
        return None
    share = ENTITY_SHARE_SAME_LANGUAGE if a.language == b.language else ENTITY_SHARE_ACROSS
    alike = share * _cosine(a.entities, b.entities) + (1 - share) * _cosine(a.text, b.text)
    other_type = bool(a.types and b.types and not a.types & b.types)
    return max(0.0, alike - PENALTY_PER_DAY * apart - PENALTY_OTHER_TYPE * other_type)


def _other_cities(a: Profile, b: Profile) -> bool:
    """Both name cities and share none, or both name a pair and not the same one."""
    if not a.cities or not b.cities:
        return False
    shared = len(a.cities & b.cities)
    return shared == 0 or (shared == 1 and len(a.cities) == len(b.cities) == 2)


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
    entities = {f"{tag.kind}:{tag.id}": WEIGHTS[tag.kind] for tag in tagged.tags}
    entities |= {f"date:{e.start}": DATE_WEIGHT for e in tagged.events if e.precision is Precision.DAY}
    entities |= {f"person:{person.name.casefold()}": PERSON_WEIGHT for person in tagged.persons}
    figures = (match.replace(",", "").lstrip("0") for match in _FIGURES.findall(_lead(tagged)))
    return entities | {f"figure:{figure}": FIGURE_WEIGHT for figure in figures if len(figure) > 1}


def _lead(tagged: TaggedArticle) -> str:
    return unicodedata.normalize("NFKC", f"{tagged.article.title}\n{tagged.article.text[:LEAD_CHARS]}")


def _rarity(vectors: Iterable[Mapping[str, float]]) -> dict[str, float]:
    total, counts = _PRIOR_ARTICLES, Counter[str]()
    for vector in vectors:
        total += 1
        counts.update(vector.keys())
    return {key: math.log(total / (count + 1)) for key, count in counts.items()}


def _weigh(vector: Mapping[str, float], rarity: Mapping[str, float]) -> dict[str, float]:
    weighted = {key: (1 + math.log(value) if value > 1 else value) * rarity[key] for key, value in vector.items()}
    length = math.sqrt(sum(value * value for value in weighted.values()))
    return {key: value / length for key, value in weighted.items()} if length else {}


def _cosine(a: Vector, b: Vector) -> float:
    if len(a) > len(b):
        a, b = b, a
    return min(1.0, sum(value * b[key] for key, value in a.items() if key in b))
