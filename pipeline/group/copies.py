"""Which articles are the same text: equal, syndicated, or cut short.

Two bodies are compared as sets of character shingles, which needs no word boundaries and so serves Japanese and Chinese.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from pipeline.model import Article, CopyKind, Frozen, TaggedArticle, TagKind
from pipeline.text.clean import fold
from pipeline.text.urls import host

# Shingle lengths in characters: 4 ideographs carry about what 7 letters do. Word n-grams missed half of all copies in
# Japanese and Chinese.
SHINGLE = 7
SHINGLE_CJK = 4
# From 100,000 synthetic copies in 7 languages: these two together gave recall .98 at precision .998.
MIN_JACCARD = 0.52
MIN_CONTAINMENT = 0.78
# A shorter text than this share of the longer one is an item quoted in a round-up, not the round-up's copy.
MIN_LENGTH_RATIO = 0.15
# A copy shorter than this share of its original was cut if nearly all of it stands in the original, else it was edited.
TRUNCATED_BELOW = 0.8
MIN_WHOLE = 0.9
# Below this many shingles (a sentence) chance and boilerplate make equal texts: the titles must be equal as well.
MIN_SHINGLES = 30
# One shingle in four is looked up to find candidates; a copy at the thresholds shares with the other about two thirds of
# them, so half of that is asked before the exact comparison.
_SAMPLE = 4
_MIN_SAMPLE_SHARE = 0.33
# A shingle in more texts than this is boilerplate and finds nobody.
_MAX_POSTINGS = 500
# Cities and dates named this early (characters of the body) are what the text is about.
_LEAD_CHARS = 400


_DENSE = re.compile("[\u2e80-\u9fff\uac00-\ud7af]")


class Copy(Frozen, frozen=True, kw_only=True):
    """How one text relates to its original."""

    kind: CopyKind
    similarity: float  # Jaccard of the shingles; where that is too low the share of the shorter found in the longer


class Body:
    """What is compared of one article, made once."""

    __slots__ = ("identity", "shingles", "tagged", "title")

    def __init__(self, tagged: TaggedArticle) -> None:
        folded = fold(tagged.article.text)
        self.tagged = tagged
        self.title = fold(tagged.article.title)
        self.shingles = _shingles(folded)
        # Equal for equal texts. To a body of a sentence or less belongs its title.
        self.identity = (tagged.article.fingerprint, self.title if len(self.shingles) < MIN_SHINGLES else "")


def compare(copy: Body, original: Body) -> Copy | None:
    """How `copy` relates to `original`, None if it is another text."""
    if copy.identity == original.identity:
        return Copy(kind=CopyKind.IDENTICAL, similarity=1.0)
    shorter, longer = sorted((len(copy.shingles), len(original.shingles)))
    if shorter < MIN_SHINGLES and copy.title != original.title:
        return None
    both = len(copy.shingles & original.shingles)
    jaccard = both / max(1, shorter + longer - both)
    contained = both / max(1, shorter)
    if jaccard < MIN_JACCARD and (contained < MIN_CONTAINMENT or shorter < MIN_LENGTH_RATIO * longer):
        return None
    shortened = len(copy.shingles) < TRUNCATED_BELOW * len(original.shingles)
    cut = shortened and (jaccard < MIN_JACCARD or contained >= MIN_WHOLE)
    kind = CopyKind.TRUNCATED if cut else CopyKind.SYNDICATED
    return Copy(kind=kind, similarity=contained if jaccard < MIN_JACCARD else jaccard)


def find_copies(new: Iterable[TaggedArticle], old: Iterable[TaggedArticle]) -> Iterator[tuple[str, str, float]]:
    """Pairs of article ids with the same text, at least one of each from `new`, and their similarity.

    Of new articles with equal texts only the first is compared with others; the rest pair with that one.
    """
    index = _Index()
    exemplars: dict[tuple[str, str], str] = {}
    for tagged in new:
        body = Body(tagged)
        exemplar = exemplars.setdefault(body.identity, tagged.article.id)
        if exemplar != tagged.article.id:
            yield exemplar, tagged.article.id, 1.0
            continue
        yield from index.matches(body)
        index.add(body)
    for tagged in old:
        yield from index.matches(Body(tagged))


def is_credited(original: Article, copy: Article, families: Mapping[str, str]) -> bool:
    """True if `copy` names the publisher of `original` as its origin."""
    site = host(original.url).removeprefix("www.")
    names = {fold(name) for name in (original.source_id, families.get(original.source_id, ""), site)}
    # Names of three letters and fewer are part of too many words to be found inside a credit line.
    return any(
        name == credit or (len(name) > 3 and name in credit)
        for credit in map(fold, copy.references)
        for name in names
        if name
    )


class _Index:
    """Texts, found again by the shingles that they share."""

    def __init__(self) -> None:
        self._bodies: list[Body] = []
        self._by_identity: dict[tuple[str, str], int] = {}
        self._postings: dict[int, list[int]] = {}

    def add(self, body: Body) -> None:
        number = len(self._bodies)
        self._bodies.append(body)
        self._by_identity[body.identity] = number
        for shingle in body.shingles:
            if shingle % _SAMPLE == 0:
                self._postings.setdefault(shingle, []).append(number)

    def matches(self, body: Body) -> Iterator[tuple[str, str, float]]:
        for number in sorted(self._candidates(body)):
            other = self._bodies[number]
            copy = compare(body, other)
            if copy is not None and (copy.kind is CopyKind.IDENTICAL or not _same_template(body.tagged, other.tagged)):
                yield other.tagged.article.id, body.tagged.article.id, copy.similarity

    def _candidates(self, body: Body) -> set[int]:
        postings = self._postings
        shared = Counter[int]()
        for shingle in body.shingles:
            if shingle % _SAMPLE == 0 and shingle in postings and len(postings[shingle]) <= _MAX_POSTINGS:
                shared.update(postings[shingle])
        size = len(body.shingles)
        found = {
            number
            for number, count in shared.items()
            if count * _SAMPLE >= _MIN_SAMPLE_SHARE * min(size, len(self._bodies[number].shingles))
        }
        equal = self._by_identity.get(body.identity)
        return found if equal is None else found | {equal}


def _shingles(folded: str) -> frozenset[int]:
    """CRC-32 of every shingle; empty for an empty text."""
    if not folded:
        return frozenset()
    size = SHINGLE_CJK if _is_cjk(folded) else SHINGLE
    last = max(1, len(folded) - size + 1)
    return frozenset([zlib.crc32(folded[i : i + size].encode()) for i in range(last)])


def _same_template(a: TaggedArticle, b: TaggedArticle) -> bool:
    """True if nearly equal texts speak of other things: one publisher's form, filled in twice.

    A real copy may lose a city or a date, but then does not gain another.
    """
    return any(left - right and right - left for left, right in ((_cities(a), _cities(b)), (_days(a), _days(b))))


def _cities(tagged: TaggedArticle) -> frozenset[str]:
    return frozenset(
        tag.id
        for tag in tagged.tags
        if tag.kind is TagKind.CITY and any(e.field == "title" or e.start < _LEAD_CHARS for e in tag.evidence)
    )


def _days(tagged: TaggedArticle) -> frozenset[str]:
    return frozenset(event.start.isoformat() for event in tagged.events)


def _is_cjk(folded: str) -> bool:
    """True if at least a third of the letters are ideographs, kana or Hangul (blocks from U+2E80 and Hangul's)."""
    sample = folded[:600]
    return len(_DENSE.findall(sample)) * 3 >= len(sample)
