"""Which articles are the same text: equal, syndicated, or cut short.

Two bodies are compared as sets of character shingles, which needs no word boundaries and so serves Japanese and Chinese. Only
articles whose sketches share a band are compared at all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, compress, islice
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.group.sketch import BODY_BINS, Sketch, hash_shingles, read, read_letters
from pipeline.model import CopyKind, Frozen, TaggedArticle, TagKind
from pipeline.text.clean import fold
from pipeline.text.urls import host

# On generated documents in 7 languages these two together give recall .98 at precision .998 (bench.speed.copies).
MIN_JACCARD = 0.52
MIN_CONTAINMENT = 0.78
# A shorter text than this share of the longer one is an item quoted in a round-up, not the round-up's copy.
MIN_LENGTH_RATIO = 0.15
# A copy shorter than this share of its original was cut if nearly all of it stands in the original, else it was edited.
TRUNCATED_BELOW = 0.8
MIN_WHOLE = 0.9
# Below this many letters (a sentence) chance and boilerplate make equal texts: the titles must be equal as well.
MIN_LETTERS = 36
# A band of more articles than this is boilerplate and finds nobody (in the library two of them, for texts that so many have);
# copies share several bands, and equal texts need none.
MAX_HOLDERS = 500
# Once as many pairs are gathered, those that share several bands are made one; as many are estimated at a time.
_PAIRS_AT_ONCE = 1_000_000
_ESTIMATES_AT_ONCE = 4_000
# Cities, dates and persons named this early (characters of the body) are what the text is about.
_LEAD_CHARS = 400
# Letters before and after a fact that tell its place in a form; so many of them have to agree, as neighbours may be filled in too.
_AROUND = 8
_SAME_PLACE = 8
_MAX_FIGURES = 200  # of each text that tell a form: every one is held against every one of the other
_EDGE = "\0"  # stands for what would be before the first letter and after the last
_FIRST_DENSE = "\u2e80"
_FIGURE = re.compile(r"\d+")
# Two texts with .52 in common with a third, each .68 of it, have .36 of it in common with each other.
MIN_KINSHIP = 0.35

Pair = tuple[str, str]
Identity = tuple[str, str]
Facts = Mapping[str, Collection[str]]
Number = TypeVar("Number", bound=np.integer[Any])


class Copy(Frozen, frozen=True, kw_only=True):
    """How one text relates to its original."""

    kind: CopyKind
    similarity: float  # Jaccard of the shingles; where that is too low the share of the shorter found in the longer


class Body:
    """What is compared of one article, made once."""

    def __init__(self, tagged: TaggedArticle) -> None:
        self.tagged = tagged
        letters = read_letters(tagged.article.text)
        # The upper half of each hash is enough to tell the shingles of two texts apart.
        self.shingles: NDArray[np.uint32] = _distinct((hash_shingles(letters) >> np.uint64(32)).astype(np.uint32))
        self.is_short = letters.size < MIN_LETTERS

    @cached_property
    def title(self) -> str:
        return fold(self.tagged.article.title)

    @cached_property
    def parts(self) -> tuple[str, str]:
        """Title and text as they are searched."""
        return self.title, fold(self.tagged.article.text)

    @property
    def identity(self) -> Identity:
        """Equal for equal texts. To a body of a sentence or less belongs its title."""
        return self.tagged.article.fingerprint, self.title if self.is_short else ""

    @cached_property
    def told(self) -> tuple[set[str], ...]:
        """All cities, days and persons that it names, by id."""
        return (
            set(self.tagged.ids(TagKind.CITY)),
            {event.start.isoformat() for event in self.tagged.events},
            {person.name for person in self.tagged.persons},
        )

    @cached_property
    def facts(self) -> tuple[Facts, ...]:
        """Those that it begins with: id -> the words that state it."""
        article = self.tagged.article
        beginning = f"{article.title}\n{article.text[:_LEAD_CHARS]}"
        cities = {
            tag.id: {one.surface for one in tag.evidence}
            for tag in self.tagged.tags
            if tag.kind is TagKind.CITY and any(one.field == "title" or one.start < _LEAD_CHARS for one in tag.evidence)
        }
        # A day without a figure ("last Tuesday") was reckoned from when the article appeared, which differs among copies.
        stated = [event for event in self.tagged.events if event.evidence in beginning and not event.evidence.isalpha()]
        days = {event.start.isoformat(): {event.evidence} for event in stated}
        return cities, days, {name: {name} for name in self.told[2] if name in beginning}

    @cached_property
    def site(self) -> str:
        return host(self.tagged.article.url)

    @cached_property
    def figures(self) -> Facts:
        return {match[0]: {match[0]} for part in self.parts for match in _FIGURE.finditer(part)}


def compare(copy: Body, original: Body) -> Copy | None:
    """How `copy` relates to `original`, None if it is another text."""
    if copy.identity == original.identity:
        return Copy(kind=CopyKind.IDENTICAL, similarity=1.0)
    shorter, longer = sorted((copy.shingles.size, original.shingles.size))
    if (copy.is_short or original.is_short) and copy.title != original.title:
        return None
    both = _count_shared(copy.shingles, original.shingles)
    jaccard = both / max(1, shorter + longer - both)
    contained = both / max(1, shorter)
    if jaccard < MIN_JACCARD and (contained < MIN_CONTAINMENT or shorter < MIN_LENGTH_RATIO * longer):
        return None
    shortened = copy.shingles.size < TRUNCATED_BELOW * original.shingles.size
    cut = shortened and (jaccard < MIN_JACCARD or contained >= MIN_WHOLE)
    kind = CopyKind.TRUNCATED if cut else CopyKind.SYNDICATED
    return Copy(kind=kind, similarity=contained if jaccard < MIN_JACCARD else jaccard)


def are_strangers(a: Body, b: Body) -> bool:
    """True if two texts cannot both be copies of a third: they have too little in common, or speak of other things."""
    shared = _count_shared(a.shingles, b.shingles)
    return shared < MIN_KINSHIP * min(a.shingles.size, b.shingles.size) or _speak_of_others(a, b)


def candidates_among(sketches: Mapping[str, Sketch]) -> dict[str, set[str]]:
    """Article id -> ids of the others that may be its copies: as the band table of the library and `drop_hopeless` find them."""
    ids = sorted(sketches)
    sketched = _Sketched([sketches[one].value for one in ids])
    found: dict[str, set[str]] = {article_id: set() for article_id in ids}
    for one, other in _pairs_in_bands([sketches[one].keys for one in ids]):
        hopeful = sketched.may_be_copies(one, other)
        for left, right in zip(one[hopeful].tolist(), other[hopeful].tolist(), strict=True):
            found[ids[left]].add(ids[right])
            found[ids[right]].add(ids[left])
    return found


def _pairs_in_bands(keys: Sequence[Sequence[int]]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Places of sketches that share a key, smaller and greater; many pairs at once, each of them once or more often."""
    owners = np.repeat(np.arange(len(keys)), [len(own) for own in keys])
    of_all = np.fromiter(chain.from_iterable(keys), np.int64, owners.size)
    order = np.argsort(of_all, kind="stable")
    of_all, owners = of_all[order], owners[order]
    starts = np.flatnonzero(_are_first(of_all))
    counts = np.diff(starts, append=of_all.size)
    holders = np.repeat(np.where(counts <= MAX_HOLDERS, counts, 0), counts)
    place = np.arange(of_all.size) - np.repeat(starts, counts)
    gathered: list[NDArray[np.int64]] = []
    room = _PAIRS_AT_ONCE
    step, at = 1, np.flatnonzero(place + 1 < holders)
    while at.size:  # every holder of a key with the one that many places on
        gathered.append(owners[at] * len(keys) + owners[at + step])
        room -= at.size
        step += 1
        at = at[place[at] + step < holders[at]]
        if room < 0 or not at.size:
            one, other = np.divmod(_distinct(np.concatenate(gathered)), len(keys))
            yield one[one != other], other[one != other]
            gathered, room = [], _PAIRS_AT_ONCE


def drop_hopeless(candidates: Mapping[str, Collection[str]], values: Mapping[str, bytes]) -> dict[str, set[str]]:
    """The candidates that may be copies by what their sketches say; saves loading and comparing the texts of the others.

    What is dropped lies three standard errors of the estimate below both thresholds.

    Args:
        candidates: article id -> ids of those that share a band with it.
        values: article id -> value of its sketch; who has none is kept.
    """
    places = {article_id: place for place, article_id in enumerate(values)}
    sketched = _Sketched(list(values.values()))
    kept: dict[str, set[str]] = {}
    for article_id, others in candidates.items():
        known = [other for other in others if other in places] if article_id in places else []
        kept[article_id] = set(others).difference(known)
        if known:
            there = np.array([places[other] for other in known])
            hopeful = sketched.may_be_copies(np.full_like(there, places[article_id]), there)
            kept[article_id].update(compress(known, hopeful.tolist()))
    return kept


class _Sketched:
    """The values of many sketches, one below the other."""

    def __init__(self, values: Sequence[bytes]) -> None:
        self._sizes = np.zeros(len(values), np.int64)
        self._minima = np.zeros((len(values), BODY_BINS), np.uint16)
        for place, value in enumerate(values):
            self._sizes[place], own = read(value)
            self._minima[place, : own.size] = own

    def may_be_copies(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether the sketches at these places may be copies of those at the others."""
        equal = np.empty(one.size, np.int64)
        for at in range(0, one.size, _ESTIMATES_AT_ONCE):  # in parts that stay in the processor's cache
            part = slice(at, at + _ESTIMATES_AT_ONCE)
            equal[part] = np.count_nonzero(self._minima[one[part]] == self._minima[other[part]], axis=1)
        jaccard = equal / BODY_BINS
        # The error of a share of none is that of one in all.
        most = np.minimum(1.0, jaccard + 3 * np.sqrt(np.maximum(jaccard, 1 / BODY_BINS) * (1 - jaccard) / BODY_BINS))
        shorter, longer = np.sort((self._sizes[one], self._sizes[other]), axis=0)
        contained = most / (1 + most) * (shorter + longer) >= MIN_CONTAINMENT * shorter
        hopeful: NDArray[np.bool_] = (most >= MIN_JACCARD) | (contained & (shorter >= MIN_LENGTH_RATIO * longer))
        return hopeful


def find_copies(
    new: Mapping[str, TaggedArticle],
    others: Mapping[str, TaggedArticle],
    candidates: Mapping[str, Collection[str]],
) -> list[tuple[str, str, float]]:
    """Pairs of articles with the same text, at least one of each in `new`, the smaller id first, and their similarity; sorted.

    Of articles with equal texts only one is compared with others; the rest pair with that one, whether or not they are
    candidates.

    Args:
        new: articles by id.
        others: articles known before, by id; at least those that are candidates.
        candidates: id of a new article -> ids of articles that may be its copies; ids that are in neither are passed over.
    """
    articles = {**others, **new}
    speaks_for = _find_equal(articles, others)
    pairs = [
        (min(one, first), max(one, first), 1.0) for one, first in speaks_for.items() if one in new and one != first
    ]
    neighbours: dict[str, set[str]] = defaultdict(set)
    for one in sorted(new):
        left = speaks_for[one]
        for right in {speaks_for[other] for other in candidates.get(one, ()) if other in articles} - {left}:
            if left in new or right in new:
                neighbours[left].add(right)
                neighbours[right].add(left)
    for cluster in _connected(neighbours):
        bodies = {one: Body(articles[one]) for one in cluster}
        compared = ((left, right) for left in cluster for right in neighbours[left] if left < right)
        matches = ((left, right, _match(bodies[left], bodies[right])) for left, right in compared)
        pairs += [(left, right, copy.similarity) for left, right, copy in matches if copy]
    return sorted(pairs)


def _match(a: Body, b: Body) -> Copy | None:
    copy = compare(a, b)
    return copy if copy and (copy.kind is CopyKind.IDENTICAL or not _same_form(a, b)) else None


def _find_equal(articles: Mapping[str, TaggedArticle], known: Collection[str]) -> dict[str, str]:
    """Article id -> id of the one that speaks for all with its text: the first that was known, else the first."""
    equal: dict[str, list[str]] = defaultdict(list)
    for one in sorted(articles, key=lambda one: (one not in known, one)):
        equal[articles[one].article.fingerprint].append(one)
    speaks_for: dict[str, str] = {}
    for group in equal.values():
        first: dict[Identity, str] = {}
        for one in group:
            speaks_for[one] = first.setdefault(Body(articles[one]).identity, one) if len(group) > 1 else one
    return speaks_for


def _connected(neighbours: Mapping[str, Collection[str]]) -> Iterator[list[str]]:
    """The clusters of a graph, each sorted. One at a time: the shingles of 100,000 articles would take a gigabyte."""
    seen: set[str] = set()
    for start in sorted(neighbours):
        if start in seen:
            continue
        seen.add(start)
        cluster = [start]
        for one in cluster:
            fresh = [other for other in neighbours[one] if other not in seen]
            seen.update(fresh)
            cluster += fresh
        yield sorted(cluster)


def _distinct(values: NDArray[Number]) -> NDArray[Number]:
    """Each value once, ascending. numpy.unique, which hashes, takes 14 times as long for ten million."""
    ordered = np.sort(values)
    return ordered[_are_first(ordered)]


def _are_first(ordered: NDArray[Number]) -> NDArray[np.bool_]:
    """Whether a value differs from the one before it."""
    first = np.ones(ordered.size, np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first


def _count_shared(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> int:
    both = np.concatenate((a, b))
    both.sort(kind="stable")  # merges what is sorted already
    return int(np.count_nonzero(both[1:] == both[:-1]))


# ------------------------------------------------------------------------------------------------------------------- forms


def _same_form(a: Body, b: Body) -> bool:
    """True if nearly equal texts are a form, filled in twice: they speak of other things.

    Within one publisher, who has a form for everything and seldom prints a text twice, other figures in the same places are enough.
    """
    return _speak_of_others(a, b) or (a.site == b.site and _filled_otherwise(_only_in(a, b), _only_in(b, a), a, b))


def _only_in(body: Body, other: Body) -> Facts:
    """The first figures that the other does not have."""
    return dict(
        islice(((figure, words) for figure, words in body.figures.items() if figure not in other.figures), _MAX_FIGURES)
    )


def _speak_of_others(a: Body, b: Body) -> bool:
    """True if each names a city, a date or a person that the other never names, in the same place of a sentence near the beginning.

    Copies lose and gain facts too, but with the sentences around them.
    """
    for kind, (mine, theirs) in enumerate(zip(a.told, b.told, strict=True)):
        # Asked first because it is quick, and so of most copies.
        if mine - theirs and theirs - mine:
            left = {fact: words for fact, words in a.facts[kind].items() if fact not in theirs}
            right = {fact: words for fact, words in b.facts[kind].items() if fact not in mine}
            if _filled_otherwise(left, right, a, b):
                return True
    return False


def _filled_otherwise(left: Facts, right: Facts, a: Body, b: Body) -> bool:
    mine, theirs = _missing_places(left, a, b), _missing_places(right, b, a)
    return any(_common(place, other) >= _SAME_PLACE for place in mine for other in theirs)


def _missing_places(facts: Facts, body: Body, other: Body) -> list[Pair]:
    """What stands before and after those facts (id -> the words that state it) in `body` that `other` names in none of its words."""
    spelled = [{fold(one) for one in words} - {""} for words in facts.values()]
    missing = [
        one for words in spelled for one in words if not any(_places(w, part) for w in words for part in other.parts)
    ]
    return [place for one in missing for part in body.parts for place in _places(one, part)]


def _places(words: str, text: str) -> list[Pair]:
    """What stands before and after each occurrence; that of "1 May" in "11 May" is none."""
    found = []
    at = text.find(words)
    while at >= 0:
        end = at + len(words)
        before, after = text[max(0, at - _AROUND) : at], text[end : end + _AROUND]
        if not (words[0].isdigit() and before[-1:].isdigit()) and not (words[-1].isdigit() and after[:1].isdigit()):
            found.append((before.rjust(_AROUND, _EDGE), after.ljust(_AROUND, _EDGE)))
        at = text.find(words, end)
    return found


def _common(place: Pair, other: Pair) -> int:
    """How many letters next to the two places agree; an ideograph counts as two, and so do kana and Hangul."""
    total = 0
    for left, right in ((place[0][::-1], other[0][::-1]), (place[1], other[1])):
        for one, another in zip(left, right, strict=True):
            if one != another:
                break
            total += 2 if one >= _FIRST_DENSE else 1
    return total
