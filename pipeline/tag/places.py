"""From mentions to tags: which city a name means, and whether the article is about it."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.knowledge.lexicon import City, Lexicon
from pipeline.model import Evidence, Tag, TagKind
from pipeline.tag.folding import fold
from pipeline.tag.names import Key, Mention, name_finder
from pipeline.tag.reading import Field, Reading

# Of two cities of a name, the smaller is believed when its country is spoken of, unless it is this many times smaller:
# "Birmingham" beside "U.S." may be in Alabama (1:5), "Paris" beside "U.S." is not in Texas (1:85).
_HOMONYM_RATIO = 12
_LARGE = 1_000_000  # people: a city of this size is seldom a part of a person's name, but often of a district's (ウィーン・ヘルナルス区)
_FAR = 500_000  # people: two Han characters for a smaller city abroad are more often another word or a given name
_MAX_EVIDENCE = 8  # spans kept per tag: enough to explain, bounded for long texts


_TIES = {"latin": "-", "cyrillic": "-", "hangul": "", "kana": "・=", "han": "·・"}
_HOME = {
    "ja": frozenset({"JP"}),
    "ko": frozenset({"KR"}),
    "zh": frozenset({"CN", "TW", "HK", "MO"}),
    "fr": frozenset({"FR"}),
    "de": frozenset({"DE"}),
    "es": frozenset({"ES"}),
    "it": frozenset({"IT"}),
    "pt": frozenset({"PT", "BR"}),
}


class Sighting(NamedTuple):
    """A place as one mention names it."""

    field: Field
    mention: Mention
    city: City | None
    country: str
    cue: str  # what showed that a city is meant; "" if nothing did
    exact: bool  # the text says which of several cities of the name
    doubtful: bool = False  # counts only with a cue


class Places(NamedTuple):
    """What an article says of places."""

    tags: tuple[Tag, ...]
    sightings: tuple[Sighting, ...]  # of kept cities and countries, in reading order, title first
    clubs: int  # mentions of sports clubs


class _Rules:
    """The lists of rules/places.toml, folded and ready for comparing."""

    def __init__(self, rules: Mapping[str, list[str]], states: Mapping[str, list[str]]) -> None:
        self.after_han = tuple(fold(word) for word in rules["cue_after_han"])
        self.after_latin = frozenset(rules["cue_after_latin"])
        self.before_latin = tuple(f"{word} " for word in rules["cue_before_latin"])
        self.before_cyrillic = tuple(f"{fold(word)} " for word in rules["cue_before_cyrillic"])
        self.joins = frozenset(fold(word) for word in rules["joins"])
        self.into = frozenset(fold(word) for word in rules["into_country"])
        self.out = frozenset(fold(word) for word in rules["from_country"])
        self.states = {fold(name): (country, code) for name, (country, code) in states.items()}


@functools.lru_cache(maxsize=2)
def _rules(lexicon: Lexicon) -> _Rules:
    places = dict(lexicon.rules["places"])
    return _Rules(places, places.pop("states"))


def find_places(reading: Reading, lexicon: Lexicon) -> tuple[Places, tuple[Tag, ...]]:
    """The places an article is about, and its networks: both come from the same pass over the names."""
    finder, rules = name_finder(lexicon), _rules(lexicon)
    mentions = {field: finder.find(field.text, field.folded, title=field.name == "title") for field in reading.fields}
    sightings: list[Sighting] = []
    for field, found in mentions.items():
        sightings += _sight(field, found, reading.language, rules)
    sightings = _settle(sightings)
    clubs = [mention.key.text for found in mentions.values() for mention in found if mention.key.club]
    kept = _kept(sightings, clubs, reading)
    tags = _city_tags(kept, reading) + _country_tags(kept, reading)
    return Places(tuple(tags), tuple(kept), len(clubs)), _network_tags(mentions, reading, lexicon)


# ------------------------------------------------------------------------------------------------------------- one mention


def _sight(field: Field, mentions: Sequence[Mention], language: str, rules: _Rules) -> list[Sighting]:
    """The places among the mentions of one field, each with what its neighbourhood says of it."""
    found: list[Sighting] = []
    places = [mention for mention in mentions if (mention.key.cities or mention.key.country) and not mention.key.mask]
    consumed = -1  # where the state of the last city ends: "Vancouver, Washington" names one city
    for index, mention in enumerate(places):
        key = mention.key
        if mention.start < consumed:
            continue
        before = places[index - 1] if index else None
        after = places[index + 1] if index + 1 < len(places) else None
        if not key.cities or (key.country and not _cue(field, mention, rules) and not key.cities[0].city_state):
            found.append(Sighting(field, mention, None, key.country, "", exact=True))
            continue
        if _joined(field, mention, before, after):
            continue
        candidates, at_home = _home_first(key.cities, language, key.script)
        country, code = _named_country(field, mention, before, after, rules)
        located = [city for city in candidates if city.country == country and (not code or city.admin1 == code)]
        cue = (
            _cue(field, mention, rules)
            or ("country" if located else "")
            or _listed(field, mention, before, after, rules)
        )
        if (
            located
            and code
            and after
            and after.key.text in rules.states
            and field.folded[mention.end : after.start] in rules.into
        ):
            consumed = after.end
        city = (located or candidates)[0]
        if city.needs_suffix:
            if language.split("-")[0] != "ja" and key.script == "han":
                continue
            cue = "" if cue == "suffix" else cue
        doubtful = key.ambiguous or _far_and_short(key, city, at_home=at_home, language=language)
        found.append(
            Sighting(
                field,
                mention,
                city,
                key.country,
                cue,
                exact=bool(located) or at_home or len(candidates) == 1,
                doubtful=doubtful,
            )
        )
    return found


def _joined(field: Field, mention: Mention, before: Mention | None, after: Mention | None) -> bool:
    """True if a dot or hyphen ties the name to a word that is no place: ジャック・ロンドン, EU-Länder, 劳伦斯·洛克菲勒."""
    if mention.key.cities[0].population >= _LARGE and not mention.key.ambiguous:
        return False
    text, signs = field.folded, _TIES[mention.key.script]
    for sign, beyond, place in (
        (mention.start - 1, mention.start - 2, before is not None and before.end == mention.start - 1),
        (mention.end, mention.end + 1, after is not None and after.start == mention.end + 1),
    ):
        if 0 <= beyond < len(text) and text[sign] in signs and not place and field.text[beyond].isalpha():
            latin_ending = mention.key.script == "latin" and beyond > sign and not field.text[beyond].isupper()
            if not latin_ending:  # "New York-based"
                return True
    return False


def _far_and_short(key: Key, city: City, *, at_home: bool, language: str) -> bool:
    """Two Han characters for a smaller city abroad: in Chinese 金泽 is a given name, in Japanese 天安 a gate."""
    return (
        key.script == "han"
        and len(key.text) == 2
        and not at_home
        and language.split("-")[0] in {"ja", "zh"}
        and city.population < _FAR
        and city.country in {"CN", "JP", "KR", "TW"}
    )


def _home_first(cities: tuple[City, ...], language: str, script: str) -> tuple[list[City], bool]:
    """Candidates, likeliest first, and whether the first is so for being at home.

    A name in Han or Hangul means a city of the language's own countries before others; one in Latin script means one of the
    language's country unless another is far larger.
    """
    home = _HOME.get(language.split("-")[0], frozenset())
    if script in {"han", "hangul"}:
        ranked = sorted(cities, key=lambda city: (city.country not in home, -city.population))
        return ranked, ranked[0].country in home
    if script == "latin":
        largest = cities[0].population
        ranked = sorted(
            cities,
            key=lambda city: (city.country not in home or city.population * _HOMONYM_RATIO < largest, -city.population),
        )
        return ranked, False
    return list(cities), False


def _named_country(
    field: Field, mention: Mention, before: Mention | None, after: Mention | None, rules: _Rules
) -> tuple[str, str]:
    """(country, state code) that the words beside a city give to it; empty strings where they give none."""
    for width in (2, 1):  # "new mexico" before "mexico"
        state = _state_after(field.folded, mention.end, rules, width)
        if state:
            return state
    if after and after.key.country and not after.key.cities and field.folded[mention.end : after.start] in rules.into:
        return after.key.country, ""
    if before and before.key.country and field.folded[before.end : mention.start] in rules.out:
        return before.key.country, ""
    start = field.folded.rfind("州", max(0, mention.start - 16), mention.start)
    if start >= 0 and field.folded[start + 1 : mention.start] in rules.out:
        for name, state in rules.states.items():
            if name.endswith("州") and field.folded.endswith(name, 0, start + 1):
                return state
    return "", ""


def _state_after(folded: str, end: int, rules: _Rules, words: int) -> tuple[str, str] | None:
    for join in rules.into:
        if folded.startswith(join, end):
            name = " ".join(
                folded[end + len(join) : end + len(join) + 40]
                .replace(",", " ,")
                .replace(".", " .")
                .replace(")", " )")
                .split()[:words]
            )
            if name in rules.states:
                return rules.states[name]
    return None


def _cue(field: Field, mention: Mention, rules: _Rules) -> str:
    """What beside a name says that it is a city's."""
    folded, start, end, script = field.folded, mention.start, mention.end, mention.key.script
    if script in {"han", "kana"} and (
        folded.startswith(rules.after_han, end) or mention.key.text.endswith(("市", "町", "村", "区"))
    ):
        return "suffix"
    if script == "hangul" and (
        folded.startswith(("시", " 시", "특별시", "광역시"), end) or mention.key.text.endswith("시")
    ):
        return "suffix"
    if script == "latin":
        if (
            folded.startswith((" ", "'s "), end)
            and folded[end:].removeprefix("'s")[1:24].split(" ")[0].rstrip(".,;:") in rules.after_latin
        ):
            return "title"
        if folded[max(0, start - 24) : start].endswith(rules.before_latin):
            return "title"
    if script == "cyrillic" and folded[max(0, start - 16) : start].endswith(rules.before_cyrillic):
        return "title"
    return ""


def _listed(field: Field, mention: Mention, before: Mention | None, after: Mention | None, rules: _Rules) -> str:
    """The cue "list" if the name stands in a list beside a city whose name is not ambiguous."""
    for other, gap in (
        (before, field.folded[before.end : mention.start] if before else ""),
        (after, field.folded[mention.end : after.start] if after else ""),
    ):
        if (
            other
            and other.key.cities
            and not other.key.ambiguous
            and gap
            and (gap in rules.joins or gap.removeprefix("市").removeprefix("시") in rules.joins)
        ):
            return "list"
    return ""


# ------------------------------------------------------------------------------------------------------------- all mentions


def _settle(sightings: list[Sighting]) -> list[Sighting]:
    """Gives names that several cities share to the one the rest of the article speaks for."""
    said = {
        sighting.mention.key.text: sighting.city
        for sighting in sightings
        if sighting.city and sighting.exact and len(sighting.mention.key.cities) > 1
    }
    countries = {sighting.country for sighting in sightings if sighting.city is None}
    settled = []
    for sighting in sightings:
        if sighting.city is None or sighting.exact:
            settled.append(sighting)
            continue
        choice = said.get(sighting.mention.key.text) or sighting.city
        if choice is sighting.city and choice.country not in countries:
            rivals = [
                city
                for city in sighting.mention.key.cities
                if city.country in countries and city.population * _HOMONYM_RATIO >= choice.population
            ]
            choice = rivals[0] if rivals else choice
        settled.append(sighting._replace(city=choice))
    return settled


def _kept(sightings: list[Sighting], clubs: list[str], reading: Reading) -> list[Sighting]:
    """Sightings of cities that the article is about, and of all countries."""
    by_city: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        if sighting.city:
            by_city[sighting.city.id].append(sighting)
    about = set()
    for identity, seen in by_city.items():
        cued = [sighting for sighting in seen if sighting.cue]
        plain = [sighting for sighting in seen if not sighting.doubtful]
        if not cued and any(sighting.mention.key.text in club for sighting in seen for club in clubs):
            continue
        prominent = any(sighting.field.leads(sighting.mention.start, reading.lead_end) for sighting in plain)
        if cued or prominent or len(plain) > 1:
            about.add(identity)
    return [sighting for sighting in sightings if sighting.city is None or sighting.city.id in about]


# --------------------------------------------------------------------------------------------------------------------- tags


def _evidence(sighting: Sighting, rule: str) -> Evidence:
    mention, field = sighting.mention, sighting.field
    return Evidence(
        field=field.name,
        start=mention.start,
        end=mention.end,
        surface=field.text[mention.start : mention.end],
        rule=rule,
    )


def _score(sightings: Sequence[Sighting], reading: Reading) -> float:
    """0..1: title .5, lead .25, a cue .1, each further mention .05."""
    title = any(sighting.field.name == "title" for sighting in sightings)
    lead = any(sighting.field.name == "text" and sighting.mention.start < reading.lead_end for sighting in sightings)
    cue = any(sighting.cue for sighting in sightings)
    return round(min(1.0, 0.1 + 0.5 * title + 0.25 * lead + 0.1 * cue + 0.05 * min(len(sightings), 6)), 3)


def _city_tags(kept: Iterable[Sighting], reading: Reading) -> list[Tag]:
    groups: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in kept:
        if sighting.city:
            groups[sighting.city.id].append(sighting)
    tags = []
    for identity, seen in groups.items():
        spans = tuple(
            _evidence(sighting, f"city.{sighting.cue or sighting.mention.key.script}")
            for sighting in seen[:_MAX_EVIDENCE]
        )
        tags.append(Tag(kind=TagKind.CITY, id=identity, score=_score(seen, reading), evidence=spans))
    return sorted(tags, key=lambda tag: -tag.score)


def _country_tags(kept: Iterable[Sighting], reading: Reading) -> list[Tag]:
    """Countries that are named, and those of the tagged cities at four fifths of the city's score."""
    named: dict[str, list[Sighting]] = defaultdict(list)
    through: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in kept:
        if sighting.country:
            named[sighting.country].append(sighting)
        if sighting.city:
            through[sighting.city.country].append(sighting)
    tags = []
    for code in {**named, **through}:
        own, cities = named.get(code, []), through.get(code, [])
        score = max(_score(own, reading) if own else 0.0, 0.8 * _score(cities, reading) if cities else 0.0)
        spans = [_evidence(sighting, "country.name") for sighting in own] or [
            _evidence(sighting, "country.of-city") for sighting in cities
        ]
        tags.append(Tag(kind=TagKind.COUNTRY, id=code, score=round(score, 3), evidence=tuple(spans[:_MAX_EVIDENCE])))
    return sorted(tags, key=lambda tag: -tag.score)


def _network_tags(mentions: Mapping[Field, list[Mention]], reading: Reading, lexicon: Lexicon) -> tuple[Tag, ...]:
    spans: dict[str, list[tuple[Field, Mention]]] = defaultdict(list)
    for field, found in mentions.items():
        for mention in found:
            surface = field.text[mention.start : mention.end]
            if mention.key.cased and surface not in mention.key.cased:
                continue
            for identity in mention.key.networks:
                spans[identity].append((field, mention))
    tags = []
    for identity, seen in spans.items():
        doubtful = {fold(name) for name in lexicon.networks[identity].ambiguous}
        if all(mention.key.text in doubtful for _, mention in seen) and not _in_context(seen, lexicon, identity):
            continue
        title = any(field.name == "title" for field, _ in seen)
        lead = any(field.leads(mention.start, reading.lead_end) for field, mention in seen)
        score = round(min(1.0, 0.2 + 0.45 * title + 0.2 * lead + 0.05 * min(len(seen), 6)), 3)
        evidence = tuple(
            Evidence(
                field=field.name,
                start=mention.start,
                end=mention.end,
                surface=field.text[mention.start : mention.end],
                rule="network.name",
            )
            for field, mention in seen[:_MAX_EVIDENCE]
        )
        tags.append(Tag(kind=TagKind.NETWORK, id=identity, score=score, evidence=evidence))
    return tuple(sorted(tags, key=lambda tag: (-tag.score, tag.id)))


def _in_context(seen: list[tuple[Field, Mention]], lexicon: Lexicon, identity: str) -> bool:
    """True if one of the words that an ambiguous acronym needs stands within 120 code points of it: about a sentence each way."""
    words = lexicon.networks[identity].context or tuple(lexicon.rules["networks"]["context"])
    for field, mention in seen:
        near = (
            field.folded[max(0, mention.start - 120) : mention.start]
            + " "
            + field.folded[mention.end : mention.end + 120]
        )
        if any(fold(word) in near for word in words):
            return True
    return False
