"""Finds the words of themes, event types and relevance signals, and weighs them by where they stand.

The words are literal and go through one automaton per language; what words cannot say are regular expressions over folded text.
"""

from __future__ import annotations

import functools
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

import ahocorasick_rs
import msgspec

from pipeline.knowledge.lexicon import Lexicon, Term
from pipeline.model import Evidence, Tag, TagKind
from pipeline.tag.folding import fold, fold_pattern
from pipeline.tag.reading import Field, Reading

_WEAK = 0.35  # of a word: three hints in a lead make a theme, one or two do not
_TITLE, _LEAD, _BODY = 2.5, 1.5, 1.0
# A theme runs through a text; what happened is told at its beginning, and what a text says of visits and agreements after its first
# quarter is mostly background.
_BEGINNING, _BACKGROUND = 0.25, 0.5
_REPEAT = 0.3  # per natural logarithm of a word's count: the tenth "環境" adds little
# What a theme must reach grows with the text, since long texts name everything once: +.35 for each doubling beyond a short item.
_SHORT = {"dense": 300, "sparse": 900}  # code points; Han, kana and Hangul say a thing in a third of the letters
_GROWTH = 0.35
# Side remarks of a text with a strong theme: under this share of the strongest, unless they reach three times what a theme needs.
# Longer texts have room for more, so the share falls as what a theme needs grows. On texts whose words the lists had not met,
# the best shares were .4 to .5 for themes and .5 to .6 for event types.
_THEME_SHARE, _EVENT_SHARE = 0.45, 0.55
_ENOUGH = 3.0
MAX_THEMES, MAX_EVENTS = 7, 4
_MAX_EVIDENCE = 6
_CALLED_OFF = "suspension-termination"


class _Force(IntEnum):
    """What a word says of its term."""

    MASK = 0  # nothing: it hides the words it touches
    HINT = 1
    STRONG = 2


class Hit(NamedTuple):
    """A word or pattern found: code points of the field."""

    owner: str
    field: Field
    start: int
    end: int
    word: str
    strong: bool
    masks: bool = False  # hides what it touches, and says nothing itself


class _Word(NamedTuple):
    owner: str
    name: str
    text: str  # what the automaton looks for: the word, or its part before an inner "*"
    exact: str  # the only spelling that counts, "" for any
    force: _Force
    opens: bool  # must begin a word
    closes: bool  # must end a word
    rest: re.Pattern[str] | None  # what must follow, where the word has an inner "*"


class Vocabulary:
    """The words of some terms in one language."""

    def __init__(self, terms: Iterable[Term], language: str) -> None:
        self._words: list[_Word] = []
        self._patterns: list[tuple[str, re.Pattern[str], _Force]] = []
        for term in terms:
            for words, force in (
                (term.words, _Force.STRONG),
                (term.weak, _Force.HINT),
                (term.masks, _Force.MASK),
            ):
                for word in _in_language(words, language):
                    self._words.append(_word(term.id, word, language, force))
            for patterns, force in ((term.patterns, _Force.STRONG), (term.mask_patterns, _Force.MASK)):
                for pattern in _in_language(patterns, language):
                    self._patterns.append((term.id, re.compile(fold_pattern(pattern)), force))
        self._automaton = (
            ahocorasick_rs.AhoCorasick([word.text for word in self._words], store_patterns=False)
            if self._words
            else None
        )

    def find(self, field: Field) -> list[Hit]:
        """Every word and pattern in a field; of overlapping words of one owner only the longest, none that a mask touches."""
        folded = field.folded
        hits = []
        for index, start, stop in (
            self._automaton.find_matches_as_indexes(folded, overlapping=True) if self._automaton else ()
        ):
            word = self._words[index]
            if word.opens and start and _letter(folded[start - 1]):
                continue
            tail = word.rest.match(folded, stop) if word.rest else None
            if word.rest and tail is None:
                continue
            end = tail.end() if tail else stop
            if tail is None and word.closes and end < len(folded) and _letter(folded[end]):
                continue
            if word.exact and field.text[start:end] != word.exact:
                continue
            strong, masks = word.force is _Force.STRONG, word.force is _Force.MASK
            hits.append(Hit(word.owner, field, start, end, word.name, strong, masks))
        for owner, pattern, force in self._patterns:
            hits += [
                Hit(owner, field, *found.span(), pattern.pattern, force is _Force.STRONG, force is _Force.MASK)
                for found in pattern.finditer(folded)
            ]
        return _longest(hits)


def _word(owner: str, word: str, language: str, force: _Force) -> _Word:
    stem, cut = fold(word.rstrip("*")), word.endswith("*")
    spaced = bool(re.match(r"[a-zа-я0-9]", stem))
    acronym = word if word.isascii() and sum(letter.isupper() for letter in word) >= 2 else ""
    head, star, rest = stem.partition("*")
    # German joins words: "Grünwasserstoff" is about hydrogen.
    joined = language == "de" and len(stem) >= 6
    return _Word(
        owner,
        stem,
        head,
        acronym,
        force,
        opens=spaced and not joined,
        closes=spaced and not cut,
        rest=_rest(rest, cut=cut) if star else None,
    )


def _rest(rest: str, *, cut: bool) -> re.Pattern[str]:
    inner = r"\w*".join(re.escape(part) for part in rest.split("*"))
    return re.compile(rf"\w*{inner}\w*" if cut else rf"\w*{inner}\b")


def _letter(character: str) -> bool:
    return "a" <= character <= "z" or "а" <= character <= "я" or character.isdigit()


def _longest(hits: list[Hit]) -> list[Hit]:
    """The hits that no mask of their owner touches; of those that overlap, the first and longest."""
    masked: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for hit in hits:
        if hit.masks:
            masked[hit.owner].append((hit.start, hit.end))
    reached: dict[str, int] = {}
    kept = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, not hit.strong)):
        if hit.masks or any(hit.start < end and start < hit.end for start, end in masked.get(hit.owner, ())):
            continue
        if hit.start >= reached.get(hit.owner, 0):
            reached[hit.owner] = hit.end
            kept.append(hit)
    return kept


def _in_language(table: Mapping[str, tuple[str, ...]], language: str) -> tuple[str, ...]:
    """The entries for a language; with the English ones for a language that we have few words of, all of them if it is unknown."""
    if language == "und":
        return tuple(entry for entries in table.values() for entry in entries)
    own = table.get(language, ())
    return own if language in _LANGUAGES else (*own, *table.get("en", ()))


_LANGUAGES = frozenset({"ja", "en", "zh", "ko", "fr", "es", "ru", "de"})


@functools.lru_cache(maxsize=64)
def vocabulary(lexicon: Lexicon, kind: TagKind, language: str) -> Vocabulary:
    """The words of all themes or event types in a language, built once."""
    terms = {TagKind.THEME: lexicon.themes, TagKind.EVENT: lexicon.events}[kind]
    return Vocabulary(terms.values(), language)


def tag_vocabulary(reading: Reading, lexicon: Lexicon, networks: Sequence[Tag] = ()) -> list[Tag]:
    """Themes, then event types, strongest first.

    `networks` are those found in the text: inside their names the words of themes only hint.
    """
    language = reading.language.split("-")[0]
    names = [(span.field, span.start, span.end) for tag in networks for span in tag.evidence]
    found = {
        kind: [hit for field in reading.fields for hit in vocabulary(lexicon, kind, language).find(field)]
        for kind in (TagKind.THEME, TagKind.EVENT)
    }
    found[TagKind.THEME] = [hit._replace(strong=hit.strong and not _inside(hit, names)) for hit in found[TagKind.THEME]]
    events = _held(_tags(TagKind.EVENT, found[TagKind.EVENT], reading, MAX_EVENTS))
    themes = _tags(TagKind.THEME, found[TagKind.THEME], reading, MAX_THEMES)
    return [*_brought(events, themes, lexicon), *(themes or _implied(events, lexicon)), *events]


def _held(events: list[Tag]) -> list[Tag]:
    """The events that take place: where the news is that something is called off, the rest is what was to be."""
    for event in events:
        if event.id == _CALLED_OFF and (event is events[0] or any(span.field == "title" for span in event.evidence)):
            return [event]
    return events


def _brought(events: Sequence[Tag], themes: Sequence[Tag], lexicon: Lexicon) -> list[Tag]:
    """The themes that come with an event whatever the text says: relief is solidarity, of ambulances as of blankets."""
    named = {theme.id for theme in themes}
    found = [(lexicon.events[event.id].brings, event) for event in events]
    return [_from_event(theme, event) for theme, event in found if theme and theme not in named]


def _implied(events: Sequence[Tag], lexicon: Lexicon) -> list[Tag]:
    """The theme of the strongest event that has one, for a text that names none: an anniversary is about people."""
    for event in events:
        if theme := lexicon.events[event.id].theme:
            return [_from_event(theme, event)]
    return []


def _from_event(theme: str, event: Tag) -> Tag:
    evidence = tuple(msgspec.structs.replace(span, rule=f"{theme}.implied") for span in event.evidence)
    return Tag(kind=TagKind.THEME, id=theme, score=round(event.score / 2, 3), evidence=evidence)


def _inside(hit: Hit, spans: Sequence[tuple[str, int, int]]) -> bool:
    return any(hit.field.name == field and start <= hit.start and hit.end <= end for field, start, end in spans)


def _tags(kind: TagKind, hits: list[Hit], reading: Reading, most: int) -> list[Tag]:
    least = threshold(reading)
    groups: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        groups[hit.owner].append(hit)
    weights = {owner: _weigh(kind, found, reading) for owner, found in groups.items()}
    share = (_THEME_SHARE if kind is TagKind.THEME else _EVENT_SHARE) / least
    best = max(weights.values(), default=0.0)
    chosen = sorted(
        (owner for owner, weight in weights.items() if weight >= max(least, min(share * best, _ENOUGH * least))),
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


def _weigh(kind: TagKind, hits: Iterable[Hit], reading: Reading) -> float:
    """The sum over distinct words of their best place, with a little for repetition."""
    places: dict[str, list[float]] = defaultdict(list)
    for hit in hits:
        places[hit.word].append(_place(kind, hit, reading) * (1.0 if hit.strong else _WEAK))
    return sum(max(values) * (1 + _REPEAT * math.log(len(values))) for values in places.values())


def _place(kind: TagKind, hit: Hit, reading: Reading) -> float:
    if hit.field.name == "title":
        return _TITLE
    if hit.start < reading.lead_end:
        return _LEAD
    late = hit.start > _BEGINNING * len(hit.field.text)
    return _BACKGROUND if late and kind is TagKind.EVENT else _BODY


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
