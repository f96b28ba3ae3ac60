"""Finds the words of themes, event types and relevance signals, and weighs them by where they stand.

The words are literal and go through one automaton per language; what words cannot say are regular expressions over folded text.
"""

from __future__ import annotations

import functools
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import ahocorasick_rs

from pipeline.knowledge.lexicon import Lexicon, Term
from pipeline.model import Evidence, Tag, TagKind
from pipeline.tag.folding import fold, fold_pattern
from pipeline.tag.reading import Field, Reading

_WEAK = 0.35  # of a word: three hints in a lead make a theme, one or two do not
_TITLE, _LEAD, _BODY = 2.5, 1.5, 1.0
_REPEAT = 0.3  # per natural logarithm of a word's count: the tenth "環境" adds little
# What a theme must reach grows with the text, since long texts name everything once: +.35 for each doubling beyond a short item.
_SHORT = {"dense": 300, "sparse": 900}  # code points; Han, kana and Hangul say a thing in a third of the letters
_GROWTH = 0.35
# Side remarks of a text with a strong theme: under a fifth of the strongest, unless they reach 1.4 of what a theme needs anyway.
_RELATIVE, _ENOUGH = 0.2, 1.4
MAX_THEMES, MAX_EVENTS = 7, 4
_MAX_EVIDENCE = 6


class Hit(NamedTuple):
    """A word or pattern found: code points of the field."""

    owner: str
    field: Field
    start: int
    end: int
    word: str
    strong: bool


class _Word(NamedTuple):
    owner: str
    text: str
    exact: str  # the only spelling that counts, "" for any
    strong: bool
    opens: bool  # must begin a word
    closes: bool  # must end a word


class Vocabulary:
    """The words of some terms in one language."""

    def __init__(self, terms: Iterable[Term], language: str) -> None:
        self._words: list[_Word] = []
        self._patterns: list[tuple[str, re.Pattern[str], bool]] = []
        for term in terms:
            for source, strong in ((term.words, True), (term.weak, False)):
                for word in _in_language(source, language):
                    self._add(term.id, word, language, strong=strong)
            self._patterns += [
                (term.id, re.compile(fold_pattern(pattern)), True) for pattern in _in_language(term.patterns, language)
            ]
        self._automaton = (
            ahocorasick_rs.AhoCorasick([word.text for word in self._words], store_patterns=False)
            if self._words
            else None
        )

    def _add(self, owner: str, word: str, language: str, *, strong: bool) -> None:
        stem, cut = fold(word.rstrip("*")), word.endswith("*")
        spaced = bool(re.match(r"[a-zа-я0-9]", stem))
        if "*" in stem:
            inner = r"\w*".join(re.escape(part) for part in stem.split("*"))
            self._patterns.append((owner, re.compile(rf"\b{inner}\w*" if cut else rf"\b{inner}\b"), strong))
            return
        acronym = word if word.isascii() and sum(letter.isupper() for letter in word) >= 2 else ""
        # German joins words: "Grünwasserstoff" is about hydrogen.
        joined = language == "de" and len(stem) >= 6
        self._words.append(_Word(owner, stem, acronym, strong, opens=spaced and not joined, closes=spaced and not cut))

    def find(self, field: Field) -> list[Hit]:
        """Every word and pattern in a field; of overlapping words of one owner only the longest."""
        folded = field.folded
        hits = []
        for index, start, end in (
            self._automaton.find_matches_as_indexes(folded, overlapping=True) if self._automaton else ()
        ):
            word = self._words[index]
            if word.opens and start and _letter(folded[start - 1]):
                continue
            if word.closes and end < len(folded) and _letter(folded[end]):
                continue
            if word.exact and field.text[start:end] != word.exact:
                continue
            hits.append(Hit(word.owner, field, start, end, word.text, word.strong))
        for owner, pattern, strong in self._patterns:
            hits += [
                Hit(owner, field, found.start(), found.end(), pattern.pattern, strong)
                for found in pattern.finditer(folded)
            ]
        return _longest(hits)


def _letter(character: str) -> bool:
    return "a" <= character <= "z" or "а" <= character <= "я" or character.isdigit()


def _longest(hits: list[Hit]) -> list[Hit]:
    reached: dict[str, int] = {}
    kept = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, not hit.strong)):
        if hit.start >= reached.get(hit.owner, 0):
            reached[hit.owner] = hit.end
            kept.append(hit)
    return kept


def _in_language(table: Mapping[str, tuple[str, ...]], language: str) -> tuple[str, ...]:
    """The entries for a language; English ones for a language that we have no words of, all of them if it is unknown."""
    if language == "und":
        return tuple(entry for entries in table.values() for entry in entries)
    return table.get(language if language in _LANGUAGES else "en", ())


_LANGUAGES = frozenset({"ja", "en", "zh", "ko", "fr", "es", "ru", "de"})


@functools.lru_cache(maxsize=64)
def vocabulary(lexicon: Lexicon, kind: TagKind, language: str) -> Vocabulary:
    """The words of all themes or event types in a language, built once."""
    terms = {TagKind.THEME: lexicon.themes, TagKind.EVENT: lexicon.events}[kind]
    return Vocabulary(terms.values(), language)


def tag_vocabulary(reading: Reading, lexicon: Lexicon) -> list[Tag]:
    """Themes, then event types, strongest first."""
    tags = []
    for kind, most in ((TagKind.THEME, MAX_THEMES), (TagKind.EVENT, MAX_EVENTS)):
        words = vocabulary(lexicon, kind, reading.language.split("-")[0])
        hits = [hit for field in reading.fields for hit in words.find(field)]
        tags += _tags(kind, hits, reading, most)
    return tags


def _tags(kind: TagKind, hits: list[Hit], reading: Reading, most: int) -> list[Tag]:
    groups: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        groups[hit.owner].append(hit)
    least = threshold(reading)
    weights = {owner: weigh(found, reading) for owner, found in groups.items()}
    best = max(weights.values(), default=0.0)
    chosen = sorted(
        (owner for owner, weight in weights.items() if weight >= max(least, min(_RELATIVE * best, _ENOUGH * least))),
        key=lambda owner: (-weights[owner], owner),
    )
    return [
        # Three times what is needed is as sure as it gets.
        Tag(
            kind=kind,
            id=owner,
            score=round(min(1.0, weights[owner] / (3 * least)), 3),
            evidence=_evidence(groups[owner]),
        )
        for owner in chosen[:most]
    ]


def position(hit: Hit, reading: Reading) -> float:
    """What the place of a hit is worth."""
    if hit.field.name == "title":
        return _TITLE
    return _LEAD if hit.start < reading.lead_end else _BODY


def weigh(hits: Iterable[Hit], reading: Reading, worth: Callable[[Hit, Reading], float] = position) -> float:
    """The sum over distinct words of their best place, with a little for repetition."""
    places: dict[str, list[float]] = defaultdict(list)
    for hit in hits:
        places[hit.word].append(worth(hit, reading) * (1.0 if hit.strong else _WEAK))
    return sum(max(values) * (1 + _REPEAT * math.log(len(values))) for values in places.values())


def threshold(reading: Reading) -> float:
    """What a theme must weigh in a text of this length."""
    dense = reading.language.split("-")[0] in {"ja", "zh", "ko"}
    short = _SHORT["dense" if dense else "sparse"]
    return 1.0 + _GROWTH * math.log2(max(1.0, len(reading.body.text) / short))


def _evidence(hits: list[Hit]) -> tuple[Evidence, ...]:
    hits = sorted(hits, key=lambda hit: not hit.strong)[:_MAX_EVIDENCE]
    return tuple(
        Evidence(
            field=hit.field.name,
            start=hit.start,
            end=hit.end,
            surface=hit.field.text[hit.start : hit.end],
            rule=f"{hit.owner}.{'word' if hit.strong else 'hint'}",
        )
        for hit in hits
    )
