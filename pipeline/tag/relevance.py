"""Whether an article is about city diplomacy: a sum of signals, each with its weight and its reason.

It asks who meets whom. Words such as 姉妹都市 or "city diplomacy" speak for it, so do networks of cities, and above all two cities
of different countries that deal with each other; sport, crime, fiction, stocks, summits of states and local politics speak
against it, as do twinnings inside one country. All words and weights lie in rules/relevance.toml.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from pipeline.knowledge.lexicon import Lexicon, Term
from pipeline.model import ArticleClass, DatedEvent, Precision, Relevance, Tag
from pipeline.tag.places import Places, Sighting
from pipeline.tag.reading import Reading
from pipeline.tag.vocabulary import Hit, Vocabulary

_IN_BODY = 0.5  # of a signal that title and lead do not give
_OFTEN = 3  # mentions in the body that make it three quarters
# A guard read in the body counts a quarter: long reports on city diplomacy also name the prime minister or the police once.
_GUARD_IN_BODY = 0.25
_HELPERS = frozenset({"town-hall", "dealing", "explainer"})


class _Signals(NamedTuple):
    vocabulary: Vocabulary
    weights: dict[str, float]
    threshold: float
    pair: Mapping[str, float]


@functools.lru_cache(maxsize=32)
def _signals(lexicon: Lexicon, language: str) -> _Signals:
    rules = lexicon.rules["relevance"]
    terms = [msgspec.convert({"names": {}, **signal}, Term) for signal in rules["signal"]]
    return _Signals(
        Vocabulary(terms, language), {term.id: term.weight for term in terms}, rules["threshold"], rules["pair"]
    )


def judge(
    reading: Reading, places: Places, networks: Sequence[Tag], events: Sequence[DatedEvent], lexicon: Lexicon
) -> Relevance:
    """The score in 0..1 with every part of it, and the class."""
    signals = _signals(lexicon, reading.language.split("-")[0])
    hits: dict[str, list[Hit]] = defaultdict(list)
    for field in reading.fields:
        for hit in signals.vocabulary.find(field):
            hits[hit.owner].append(hit)
    reasons: dict[str, float] = {}
    for identity, found in hits.items():
        if identity not in _HELPERS and signals.weights[identity]:
            reasons[identity] = round(
                signals.weights[identity] * _share(found, reading, guard=signals.weights[identity] < 0), 3
            )
    if network := _network_part(networks, lexicon):
        reasons["network"] = network
    reasons |= _pair_part(reading, places, hits, signals.pair)
    if places.clubs:
        reasons["not-sport"] = min(reasons.get("not-sport", 0.0), -0.4)
    score = round(min(1.0, max(0.0, sum(reasons.values()))), 3)
    ordered = dict(sorted(reasons.items(), key=lambda part: (-abs(part[1]), part[0])))
    if score < signals.threshold:
        return Relevance(score=score, article_class=ArticleClass.OFF_TOPIC, reasons=ordered)
    evergreen = bool(hits.get("explainer")) and not any(
        event.precision in {Precision.DAY, Precision.MINUTE} for event in events
    )
    return Relevance(
        score=score, article_class=ArticleClass.BACKGROUND if evergreen else ArticleClass.NEWS, reasons=ordered
    )


def _share(hits: Sequence[Hit], reading: Reading, *, guard: bool) -> float:
    """The part of its weight that a signal earns by where it stands."""
    if any(hit.field.leads(hit.start, reading.lead_end) for hit in hits):
        return 1.0
    if guard:
        return _GUARD_IN_BODY
    return _IN_BODY + 0.25 * (len(hits) >= _OFTEN)


def _network_part(networks: Sequence[Tag], lexicon: Lexicon) -> float:
    """The heaviest network's weight; in full from title or lead, else half. A second one adds a quarter of its own."""
    parts = sorted(
        (lexicon.networks[tag.id].weight * (1.0 if tag.score >= 0.4 else _IN_BODY) for tag in networks), reverse=True
    )
    return round(sum(part * (1.0 if index == 0 else 0.25) for index, part in enumerate(parts[:4])), 3)


def _pair_part(
    reading: Reading, places: Places, hits: Mapping[str, list[Hit]], weights: Mapping[str, float]
) -> dict[str, float]:
    """Cities of two countries, or a city and another country, in title or lead beside a town hall's and a dealing word."""
    leading = [
        sighting for sighting in places.sightings if sighting.field.leads(sighting.mention.start, reading.lead_end)
    ]
    cities = {sighting.city.id: sighting.city.country for sighting in leading if sighting.city}
    countries = set(cities.values())
    named = {sighting.country for sighting in leading if sighting.country}
    if not _leads(hits.get("dealing", ()), reading):
        return {}
    if _joined_in_title(leading):
        return {"pair.joined": weights["joined"]}
    hall = _leads(hits.get("town-hall", ()), reading) or any(
        sighting.cue in {"suffix", "title"} for sighting in leading
    )
    if not hall:
        return {}
    if len(countries) > 1:
        return {"pair.cities": weights["cities"]}
    if cities and named - countries:
        return {"pair.country": weights["country"]}
    everywhere = {sighting.city.country for sighting in places.sightings if sighting.city} | {
        s.country for s in places.sightings if s.country
    }
    if len(cities) > 1 and len(everywhere) == 1:
        return {"pair.domestic": weights["domestic"]}
    return {}


# Between two names that stand side by side: "and", 与, 와, ・, a dash, an emptied 市 or 시.
_BESIDE = re.compile(
    r"(?:市|시|都|道)?\s?(?:and|et|y|e|und|i|и|&|,|、|と|・|与|和|·|-|—|–|×|/|와|과|with|avec|con|mit|с)?\s?"
)


def _joined_in_title(leading: Sequence[Sighting]) -> bool:
    """True if two cities of different countries stand side by side in the title."""
    titled = [sighting for sighting in leading if sighting.field.name == "title" and sighting.city]
    for first, second in itertools.pairwise(titled):
        between = first.field.folded[first.mention.end : second.mention.start]
        abroad = first.city and second.city and first.city.country != second.city.country
        if abroad and len(between) < 8 and _BESIDE.fullmatch(between):
            return True
    return False


def _leads(hits: Sequence[Hit], reading: Reading) -> bool:
    return any(hit.field.leads(hit.start, reading.lead_end) for hit in hits)
