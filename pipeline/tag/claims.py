"""What a text says of ties: that two cities are sister, friendship or partner cities of each other.

Only what is said of two named cities in one sentence, and not denied, asked, wished for or long over: whoever finds a claim here looks
it up and shows it to readers. Every city of a sentence is put in as one sign, so that patterns see "● is a sister city of ●"; the
patterns and the words against them lie in rules/claims.toml.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import Claim, TieKind
from pipeline.tag.folding import fold_pattern
from pipeline.tag.places import Sighting
from pipeline.tag.reading import Field, Reading

# Signs that stand for cities and countries; no text has them, since they are taken out of it first.
_FIRST, _LAST, _COUNTRY = "\ue000", "\uf7ff", "\uf8ff"
_PRIVATE = re.compile(f"[{_FIRST}-{_COUNTRY}]")
_SIGN = re.compile(f"[{_FIRST}-{_LAST}]")
_SENTENCE = re.compile(r"[^。!?\n]+?(?:[。!?\n]|\.(?=\s)|$)")
_NEAR_BEFORE, _NEAR_AFTER = 24, 16  # code points around a match in which a word still speaks against it
_CLAUSE = re.compile(r"[,;:、，；]")
_MOST_SENTENCE = 1_200  # code points: longer "sentences" are tables without a stop
_NEVER = "(?!)"
_MOST = 40  # claims per article: the longest list of a city's own page


class _Rules(NamedTuple):
    """The patterns of one language."""

    patterns: tuple[re.Pattern[str], ...]
    listed: re.Pattern[
        str
    ]  # a city and what joins it to the next one, before two that are said to be tied: then there are three
    unless: re.Pattern[str]
    tie: re.Pattern[str]  # what every sentence has that is worth the search
    named: re.Pattern[str]  # the language's words for ties
    friendship: re.Pattern[str]  # those of them that mean less than sister cities
    open: re.Pattern[str]  # those of them that may mean either
    general: re.Pattern[str]  # words that are no names of ties: what these mean the words before them tell


def find_claims(reading: Reading, sightings: Sequence[Sighting], lexicon: Lexicon) -> tuple[Claim, ...]:
    """The ties that title and text claim, each pair once with the words it was read from, in reading order.

    Args:
        sightings: the places found in the text; only these cities can be tied.
    """
    rules = _rules(lexicon, reading.language.split("-")[0])
    if rules is None:
        return ()
    found: dict[tuple[str, str], Claim] = {}
    for field in reading.fields:
        own = [sighting for sighting in sightings if sighting.field.name == field.name]
        for claim in _claims(field, own, rules):
            found.setdefault((claim.a, claim.b), claim)
    return tuple(found.values())[:_MOST]


@functools.lru_cache(maxsize=16)
def _rules(lexicon: Lexicon, language: str) -> _Rules | None:
    table: Mapping[str, str | list[str]] | None = lexicon.rules["claims"].get(language)
    if table is None:
        return None
    tie = str(table["tie"])
    city = f"(?:{table['before']}[{_FIRST}-{_LAST}]{_endings(language)}{table['after']})"
    several = f"{city}(?:(?:{table['joins']}){city})*"
    parts = {
        "{tie}": tie,
        "{A}": f"(?P<a>{city})",
        "{B}": f"(?P<b>{city})",
        "{L}": f"(?P<b>{several})",
        "{E}": f"(?P<both>{city}(?:{table['joins']}){city})",
    }
    within_clause = rf"[^{_FIRST}-{_LAST}.;。；]{{0,\1}}?"
    patterns = []
    for pattern in table["patterns"]:
        whole = functools.reduce(lambda text, part: text.replace(*part), parts.items(), pattern)
        patterns.append(_compile(re.sub(r"\{(\d+)\}", within_clause, whole)))
    listed = _compile(f"{city}(?:{table['joins']})$")
    return _Rules(
        tuple(patterns),
        listed,
        _compile(str(table["unless"])),
        _compile(f"{tie}|姉妹|友好|побратим|jumel|herman|partnerschaft|twinned"),
        _compile(tie),
        *(_compile(str(table.get(name, _NEVER))) for name in ("friendship", "open", "general")),
    )


def _endings(language: str) -> str:
    """What a language adds to a city's name beyond the spelling that was found."""
    return "[а-я]{0,3}" if language == "ru" else ""


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(fold_pattern(pattern.replace("{K}", _COUNTRY)).replace("(?p<", "(?P<"))


def _claims(field: Field, sightings: Sequence[Sighting], rules: _Rules) -> Iterator[Claim]:
    if not rules.tie.search(field.folded):
        return
    for sentence in _SENTENCE.finditer(field.folded):
        start, end = sentence.span()
        if end - start > _MOST_SENTENCE or sentence[0].endswith("?") or not rules.tie.search(sentence[0]):
            continue
        here = [one for one in sightings if start <= one.mention.start and one.mention.end <= end]
        signed, cities = _sign(field.folded[start:end], start, here)
        if len(set(cities)) < 2:
            continue
        for pattern in rules.patterns:
            for match in pattern.finditer(signed):
                several = "both" in match.groupdict() and rules.listed.search(signed[: match.start()])
                if not several and not rules.unless.search(_around(signed, match)):
                    kind = _kind(match[0], field.folded[field.folded.rfind("\n", 0, start) + 1 : start], rules)
                    for a, b in _pairs(match, cities):
                        yield Claim(a=min(a, b), b=max(a, b), kind=kind, evidence=field.text[start:end].strip())


def _kind(said: str, before: str, rules: _Rules) -> TieKind | None:
    """Which tie is meant, by the words that claim it, or by those of the paragraph before them where these only say "friendly relations"."""
    if rules.general.search(said) and not rules.named.search(said):
        said = "".join([match[0] for match in rules.named.finditer(before)][-1:])
        if not said:
            return None
    if rules.open.search(said):
        return None
    return TieKind.FRIENDSHIP if rules.friendship.search(said) else TieKind.SISTER


def _sign(sentence: str, start: int, sightings: Iterable[Sighting]) -> tuple[str, list[str]]:
    """The sentence with a sign for every place, and the city that each sign of a city stands for."""
    parts, cities, done = [], list[str](), 0
    for sighting in sorted(sightings, key=lambda one: one.mention.start):
        first, last = sighting.mention.start - start, sighting.mention.end - start
        if first < done:
            continue
        parts.append(_PRIVATE.sub(" ", sentence[done:first]))
        if sighting.city:
            parts.append(chr(ord(_FIRST) + len(cities)))
            cities.append(sighting.city.id)
        else:
            parts.append(_COUNTRY)
        done = last
    parts.append(_PRIVATE.sub(" ", sentence[done:]))
    return "".join(parts), cities


def _around(signed: str, match: re.Match[str]) -> str:
    """A match with the rest of its clause: what is denied or hoped for is said beside it."""
    before = signed[max(0, match.start() - _NEAR_BEFORE) : match.start()]
    after = signed[match.end() : match.end() + _NEAR_AFTER]
    return _CLAUSE.split(before)[-1] + match[0] + _CLAUSE.split(after)[0]


def _pairs(match: re.Match[str], cities: Sequence[str]) -> Iterator[tuple[str, str]]:
    groups = match.groupdict()
    if both := groups.get("both"):
        first, second = _named(both, cities)
        pairs = [(first, second)]
    else:
        (first,) = _named(groups["a"], cities)
        pairs = [(first, other) for other in _named(groups["b"], cities)]
    yield from (pair for pair in pairs if pair[0] != pair[1])


def _named(part: str, cities: Sequence[str]) -> list[str]:
    return [cities[ord(sign) - ord(_FIRST)] for sign in _SIGN.findall(part)]
