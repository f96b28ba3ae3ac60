"""Whether an article is about city diplomacy: a sum of signals, each with its weight and its reason.

It asks who meets whom. Words such as 姉妹都市 or "city diplomacy" speak for it, so do networks of cities, and above all cities of
two countries that deal with each other: how close they stand (pair), whether a town hall acts (hall), and what they do together
(deal, from the event types). Sport, crime, fiction, stocks, private parties, summits of states and local politics speak against
it, as do twinnings inside one country. All words and weights lie in rules/relevance.toml.
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
from pipeline.model import ArticleClass, DatedEvent, Evidence, Precision, Relevance, Tag
from pipeline.tag.places import Places, Sighting
from pipeline.tag.reading import Reading
from pipeline.tag.vocabulary import Hit, Vocabulary

_PROMINENT = 0.4  # score of a network's tag that stands in title or lead
_IN_BODY = 0.5  # of a signal that title and lead do not give
_OFTEN = 3  # mentions in the body that make it three quarters
# A guard read in the body counts a quarter: long reports on city diplomacy also name the prime minister or the police once.
_GUARD_IN_BODY = 0.25
_TWINNING = frozenset({"sister-city", "twinning", "city-diplomacy"})
# Bodies whose members or partners are cities; agencies and unions of states are named for other reasons too.
_OF_CITIES = frozenset({"global-network", "regional-network", "national-body", "forum", "un"})
_HELPERS = frozenset({"town-hall", "dealing", "explainer", "explainer-title"})


class _Signals(NamedTuple):
    vocabulary: Vocabulary
    weights: dict[str, float]
    threshold: float
    pair: Mapping[str, float]
    deal: Mapping[str, float]
    network: Mapping[str, float]


@functools.lru_cache(maxsize=32)
def _signals(lexicon: Lexicon, language: str) -> _Signals:
    rules = lexicon.rules["relevance"]
    terms = [msgspec.convert({"names": {}, **signal}, Term) for signal in rules["signal"]]
    return _Signals(
        Vocabulary(terms, language),
        {term.id: term.weight for term in terms},
        rules["threshold"],
        rules["pair"],
        rules["deal"],
        rules["network"],
    )


def judge(
    reading: Reading,
    places: Places,
    networks: Sequence[Tag],
    vocabulary: Sequence[Tag],
    dates: Sequence[DatedEvent],
    lexicon: Lexicon,
) -> Relevance:
    """The score in 0..1 with every part of it, and the class.

    Args:
        vocabulary: the tags of themes and event types.
        dates: the dates the text gives to what happens.
    """
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
    done = [tag for tag in vocabulary if any(_span_leads(span, reading) for span in tag.evidence)]
    reasons |= _network_part(networks, places, done, lexicon, signals.network)
    pair = _pair_part(reading, places, hits, done, signals)
    if "network.city" in reasons:
        pair.pop("pair.domestic", None)  # two members of a network are no domestic twinning
    reasons |= pair
    if _explains(hits, reading) and hits.keys() & _TWINNING:
        reasons["explains"] = signals.pair["explains"]
    if places.clubs:
        reasons["not-sport"] = min(reasons.get("not-sport", 0.0), -0.4)
    score = round(min(1.0, max(0.0, sum(reasons.values()))), 3)
    ordered = dict(sorted(reasons.items(), key=lambda part: (-abs(part[1]), part[0])))
    if score < signals.threshold:
        return Relevance(score=score, article_class=ArticleClass.OFF_TOPIC, reasons=ordered)
    evergreen = _explains(hits, reading) and not any(date.precision is Precision.DAY for date in dates)
    return Relevance(
        score=score, article_class=ArticleClass.BACKGROUND if evergreen else ArticleClass.NEWS, reasons=ordered
    )


def _explains(hits: Mapping[str, list[Hit]], reading: Reading) -> bool:
    """True for a text that says of itself that it explains: in the title, or with two different phrases."""
    titled = any(hit.field.name == "title" for hit in hits.get("explainer-title", ()))
    return titled or any(_leads([hit], reading) for hit in hits.get("explainer", ()))


def _share(hits: Sequence[Hit], reading: Reading, *, guard: bool) -> float:
    """The part of its weight that a signal earns by where it stands."""
    if any(hit.field.leads(hit.start, reading.lead_end) for hit in hits):
        return 1.0
    if guard:
        return _GUARD_IN_BODY
    return _IN_BODY + 0.25 * (len(hits) >= _OFTEN)


def _network_part(
    networks: Sequence[Tag], places: Places, done: Sequence[Tag], lexicon: Lexicon, weights: Mapping[str, float]
) -> dict[str, float]:
    """The heaviest network's weight, in full from title or lead, else half, a second one with a quarter; and what a city does there."""
    parts = sorted(
        (lexicon.networks[tag.id].weight * (1.0 if tag.score >= _PROMINENT else _IN_BODY) for tag in networks),
        reverse=True,
    )
    if not parts:
        return {}
    reasons = {"network": round(sum(part * (1.0 if index == 0 else 0.25) for index, part in enumerate(parts[:4])), 3)}
    prominent = any(tag.score >= _PROMINENT and lexicon.networks[tag.id].type in _OF_CITIES for tag in networks)
    if prominent and any(sighting.city and sighting.field.name == "title" for sighting in places.sightings):
        reasons["network.city"] = weights["city"]
    if prominent and any(tag.id == "network-accession" for tag in done):
        reasons["network.joined"] = weights["joined"]
    return reasons


def _pair_part(
    reading: Reading, places: Places, hits: Mapping[str, list[Hit]], done: Sequence[Tag], signals: _Signals
) -> dict[str, float]:
    """Cities of two countries, or a city and another country, in title or lead; with them a town hall, and what is done together."""
    weights = signals.pair
    leading = [
        sighting for sighting in places.sightings if sighting.field.leads(sighting.mention.start, reading.lead_end)
    ]
    nearness = _nearness(leading, reading)
    if not nearness:
        everywhere = {sighting.city.country if sighting.city else sighting.country for sighting in places.sightings}
        domestic = len({sighting.city.id for sighting in leading if sighting.city}) > 1 and len(everywhere) == 1
        return {"pair.domestic": weights["domestic"]} if domestic else {}
    parts = {f"pair.{nearness}": weights[nearness]}
    suffixed = {sighting.city.id for sighting in leading if sighting.city and sighting.cue in {"suffix", "title"}}
    if len(suffixed) > 1:
        parts["pair.halls"] = weights["halls"]
    elif suffixed or _leads(hits.get("town-hall", ()), reading):
        parts["pair.hall"] = weights["hall"]
    deal = max((signals.deal.get(tag.id, 0.0) for tag in done), default=0.0)
    if _leads(hits.get("dealing", ()), reading):
        deal = max(deal, signals.deal["words"])
    if deal:
        parts["pair.deal"] = deal
    return parts


def _nearness(leading: Sequence[Sighting], reading: Reading) -> str:
    """How close cities of two countries stand: "joined" or "titled" in the title, "lead"; "country" for a city and a country; or ""."""
    cities = {sighting.city.id: sighting.city.country for sighting in leading if sighting.city}
    if _joined_in_title(leading):
        return "joined"
    titled = {sighting.city.country for sighting in leading if sighting.city and sighting.field.name == "title"}
    if len(titled) > 1:
        return "titled"
    if len(set(cities.values())) > 1:
        return "lead"
    named = {sighting.country for sighting in leading if sighting.country}
    if cities and named - set(cities.values()):
        return "lead" if _names_unknown_city(leading, reading) else "country"
    return ""


# A town of a foreign country that the gazetteer lacks: ビルニュス市, フォートワース町.
_UNKNOWN_CITY = re.compile("[ァ-ヺー・＝=]{3,}[市町村]")


def _names_unknown_city(leading: Sequence[Sighting], reading: Reading) -> bool:
    known = {(sighting.field.name, sighting.mention.start) for sighting in leading}
    return any(
        field.leads(found.start(), reading.lead_end) and (field.name, found.start()) not in known
        for field in reading.fields
        for found in _UNKNOWN_CITY.finditer(field.text)
    )


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


def _span_leads(span: Evidence, reading: Reading) -> bool:
    return span.field == "title" or span.start < reading.lead_end


def _leads(hits: Sequence[Hit], reading: Reading) -> bool:
    return any(hit.field.leads(hit.start, reading.lead_end) for hit in hits)
