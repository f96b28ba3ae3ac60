"""How much of the vocabularies is written and checked: what each term is called in which language, and what is wrong with it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from pipeline.knowledge.lexicon import Lexicon, Term
from pipeline.model import Frozen

LANGUAGES = ("ja", "en", "zh", "ko", "fr", "es", "ru", "de")
# With a few words of their own beside the English ones.
BESIDE_ENGLISH = ("sw",)
REQUIRED = ("ja", "en")

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CODES = {
    "iptc": re.compile(r"medtop:\d{8}"),  # IPTC NewsCodes, scheme Media Topics
    "sdg": re.compile(r"(?:1[0-7]|[1-9])(?:\.(?:\d{1,2}|[a-d]))?"),  # goal, or goal and target
    "cameo": re.compile(r"(?:0[1-9]|1\d|20)\d{1,2}"),  # CAMEO 1.1b3
}
_URL = re.compile(r"https?://[\w.-]+\.[a-z]{2,}(?:/\S*)?")
# An acronym of so few letters is also something else: SCO, GPM, U20.
_SHORT_ACRONYM = 3


class Naming(StrEnum):
    """Whether a term has a name in a language."""

    VERIFIED = "verified"  # seen where `Term.verified` says
    DRAFT = "draft"
    NONE = ""


class Row(Frozen, frozen=True, kw_only=True):
    """One term of the matrix."""

    kind: str  # "network" | "theme" | "event"
    id: str
    names: dict[str, Naming]  # BCP 47 -> state, every language of LANGUAGES
    words: dict[str, int]  # BCP 47 -> how many words, weak words and patterns it is recognised by


class Problem(Frozen, frozen=True, kw_only=True):
    """Something to mend or to know."""

    error: bool  # False: the program works, but someone should look
    kind: str
    id: str
    text: str


def measure_coverage(lexicon: Lexicon) -> list[Row]:
    """One row per network, theme and event type, in that order."""
    return [_row(kind, term) for kind, terms in _vocabularies(lexicon) for term in terms.values()]


def find_problems(lexicon: Lexicon) -> list[Problem]:
    """Everything wrong with the vocabularies, errors first, then in the order of the files."""
    found, other = [], _other_words(lexicon)
    for kind, terms in _vocabularies(lexicon):
        for term in terms.values():
            checks = [*_identity(term), *_lists(term)]
            checks += _network(term, lexicon, other) if kind == "network" else []
            checks += (
                [(True, f"theme {term.theme!r} is none")] if term.theme and term.theme not in lexicon.themes else []
            )
            found += [Problem(error=error, kind=kind, id=term.id, text=text) for error, text in checks]
    found += _shared_names(lexicon.networks)
    return sorted(found, key=lambda problem: not problem.error)


def _vocabularies(lexicon: Lexicon) -> tuple[tuple[str, Mapping[str, Term]], ...]:
    return ("network", lexicon.networks), ("theme", lexicon.themes), ("event", lexicon.events)


def _row(kind: str, term: Term) -> Row:
    def naming(language: str) -> Naming:
        if language not in term.names:
            return Naming.NONE
        return Naming.VERIFIED if language in term.verified else Naming.DRAFT

    return Row(
        kind=kind,
        id=term.id,
        names={language: naming(language) for language in LANGUAGES},
        words={
            language: sum(len(table.get(language, ())) for table in (term.words, term.weak, term.patterns))
            for language in LANGUAGES
        },
    )


_Checks = Iterator[tuple[bool, str]]


def _identity(term: Term) -> _Checks:
    """Id, labels, what was verified, codes."""
    if not _ID.fullmatch(term.id):
        yield True, "the id is not made of lower-case words joined by hyphens"
    for language in REQUIRED:
        if not term.names.get(language, "").strip():
            yield True, f"has no name in {language}"
    known = {*term.names, *term.aliases, *term.acronyms, *(("url",) if term.url else ())}
    for key in term.verified.keys() - known:
        yield True, f"verified {key!r} is no language of its names, alias, acronym or url"
    for field, form in _CODES.items():
        for code in getattr(term, field):
            if not form.fullmatch(code):
                yield True, f"{field} {code!r} is not of the form of such a code"


def _lists(term: Term) -> _Checks:
    """Words and patterns of themes and event types."""
    tables = (term.words, term.weak, term.masks, term.patterns, term.mask_patterns)
    for language in sorted({language for table in tables for language in table}):
        if language not in (*LANGUAGES, *BESIDE_ENGLISH):
            yield True, f"has words in {language}, which no text is read with"
        words = [word for table in tables[:3] for word in table.get(language, ())]
        for word in _twice(words):
            yield True, f"{word!r} stands twice among the {language} words"
        for pattern in (*term.patterns.get(language, ()), *term.mask_patterns.get(language, ())):
            try:
                re.compile(pattern)
            except re.error as error:
                yield True, f"pattern {pattern!r} is not a regular expression: {error}"


def _twice(words: Iterable[str]) -> list[str]:
    counts = Counter(word.casefold() for word in words)
    return [word for word, count in counts.items() if count > 1]


def _network(term: Term, lexicon: Lexicon, other: Mapping[str, str]) -> _Checks:
    """What only networks have: address, weight, acronyms, names that are `other` words too."""
    if term.url and not _URL.fullmatch(term.url):
        yield True, f"{term.url} is not an address"
    if not 0 < term.weight <= 1:
        yield True, f"weight {term.weight} is not above 0 and at most 1"
    written = {*term.names.values(), *term.aliases, *term.acronyms}
    for name in term.ambiguous:
        if name not in written:
            yield True, f"ambiguous {name!r} is none of its names"
    if term.ambiguous and not (term.context or lexicon.rules["networks"]["context"]):
        yield True, "has ambiguous names and no context to tell them by"
    for acronym in term.acronyms:
        if len(acronym) <= _SHORT_ACRONYM and acronym not in term.ambiguous:
            yield True, f"acronym {acronym} is too short to count without context: list it as ambiguous"
    for name in sorted(written - {*term.ambiguous}):
        if name.casefold() in other:
            yield True, f"{name!r} is also {other[name.casefold()]}: list it as ambiguous"
    drafts = [language for language in term.names if language not in term.verified]
    if drafts:
        yield False, f"names not verified: {', '.join(drafts)}"
    if not term.url:
        yield False, "has no address"


def _other_words(lexicon: Lexicon) -> dict[str, str]:
    """Ordinary words and names of cities and countries, folded by case -> what they are."""
    found = {}
    for city in lexicon.cities.values():
        for name in city.names.values():
            found[name.casefold()] = "a city"
    for country in lexicon.countries.values():
        for name in (*country.names.values(), *country.aliases):
            found[name.casefold()] = "a country"
    for rules in ("ambiguous", "common_words"):
        for words in lexicon.rules.get(rules, {}).values():
            found |= {word.casefold(): "an ordinary word" for word in words if isinstance(word, str)}
    return found


def _shared_names(networks: Mapping[str, Term]) -> list[Problem]:
    """Names that two networks have: a text could not say which is meant."""
    owners: dict[str, list[str]] = defaultdict(list)
    for term in networks.values():
        for name in {name.casefold() for name in (*term.names.values(), *term.aliases, *term.acronyms)}:
            owners[name].append(term.id)
    return [
        Problem(error=True, kind="network", id=ids[1], text=f"{name!r} is also a name of {ids[0]}")
        for name, ids in sorted(owners.items())
        if len(ids) > 1
    ]
