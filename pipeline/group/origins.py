"""Who really says it: the voice of an article, and which members of a story only tell another member's account.

A voice is the publisher family whose account an article gives: that of the origin it credits, else that of its own source if the
source has a label. An unlabelled site that credits nobody has no voice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property

from pipeline.group.similarity import digits_of
from pipeline.knowledge.publishers import Publishers, load_publishers
from pipeline.model import Article, CopyKind, Frozen, Label, SourceSpec, TaggedArticle
from pipeline.text.clean import fold
from pipeline.text.urls import host

# Shares of a text, by weight, whose sentences stand in the other one in nearly the same words. Of twelve pages about one event
# (tests/flow/tianjin) independent reports shared 0 to .37, a caption of three sentences .63, a garbled mirror .92.
REPEATED = 0.7  # without a credit: nearly sentence for sentence
REPEATED_AND_CREDITED = 0.35  # the credit says that it is the same report, unless the text is another one
MIN_SENTENCES = 4  # of a text whose repetition says that much
REPEATED_BY_LABELLED = 0.5  # an outlet of its own standing may credit an agency for a part of its report
# From here on two reports are alike as a whole, however they are worded; below the second they are hardly of one event.
ALIKE = 0.75
HARDLY_ALIKE = 0.3
# A translation keeps the figures. So many must be there, and this share of them in the original, where nothing else says so.
MIN_FIGURES = 3
FIGURES_KEPT = 0.8
ALIKE_ACROSS = 0.6
# Of a text: every sentence of one is held against every one of the other. Reports are shorter.
MAX_CHARS = 20_000
# Days by which a date may be wrong: an original of a day may carry the evening's time, its copy the morning's.
SLACK_S = 86_400


class Derivation(Frozen, frozen=True, kw_only=True):
    """An article that tells another one's account."""

    original: str  # article id
    kind: CopyKind  # REWRITTEN or TRANSLATED
    similarity: float  # 0..1, 4 digits: share of the text found in the original; of translations what `alike` gave


def voices_of(articles: Iterable[TaggedArticle], sources: Mapping[str, SourceSpec]) -> dict[str, str]:
    """Article id -> the publisher family whose account it gives, "" if it is nobody's."""
    publishers = load_publishers().with_sources(sources.values())
    return {
        tagged.article.id: voice_of(tagged.article, sources.get(tagged.article.source_id), publishers)
        for tagged in articles
    }


def voice_of(article: Article, source: SourceSpec | None, publishers: Publishers) -> str:
    """The publisher family whose account an article gives, "" if it is nobody's.

    A source with a label that credits several families, or one among many references, reports itself. A distributor only hands
    on: without a credit its articles are nobody's account.
    """
    own = source.publisher_family if source and set(source.labels) - {Label.QUERY} else ""
    if publishers.is_distributor(own):
        own = ""
    named = (publishers.find(credit) for credit in article.references)
    credited = list(dict.fromkeys(family for family in named if family))
    if not own:
        return credited[0] if credited else ""
    return credited[0] if len(credited) == 1 and _most(article.references, publishers) else own


def _most(references: Sequence[str], publishers: Publishers) -> bool:
    """At least half of the references are names of publishers: a credit and not a bibliography."""
    return sum(bool(publishers.find_all(credit)) for credit in references) * 2 >= len(references)


def is_credited(original: Article, copy: Article, voices: Mapping[str, str]) -> bool:
    """True if `copy` names the publisher of `original` as its origin.

    Args:
        voices: article id -> voice; of two articles that credit one origin neither is credited.
    """
    if not copy.references:
        return False
    voice = voices.get(copy.id, "")
    if voice and voice == voices.get(original.id, "") and not original.references:
        return True
    site = host(original.url).removeprefix("www.")
    names = {fold(name) for name in (original.source_id, site)} - {""}
    # Names of three letters and fewer are part of too many words to be found inside a credit line.
    folded = [fold(credit) for credit in copy.references]
    return any(name == credit or (len(name) > 3 and name in credit) for credit in folded for name in names)


def find_derivations(
    members: Sequence[TaggedArticle],
    voices: Mapping[str, str],
    labelled: Collection[str],
    alike: Callable[[str, str], float],
    reporters: Collection[str] = (),
) -> dict[str, Derivation]:
    """Members of one story that tell another member's account: article id -> whose, and how.

    An article derives from the one whose voice it credits: in the same language only if the text shows it (else it is merely the
    same voice), in another language as a translation. An article without voice and label derives from the one that it repeats
    nearly sentence for sentence. An article of a labelled source that credits nobody, several or unknown ones derives from nobody.

    Args:
        members: one per independent text; their order does not matter.
        voices: article id -> voice.
        labelled: ids of articles whose source has a label.
        alike: how alike two articles are, by their ids, 0..1; 0 where nothing is known.
        reporters: ids of articles that report themselves: whose voice is their source's, and is not what they credit.
    """
    ranked = sorted((_Report(one, voices.get(one.article.id, "")) for one in members), key=lambda report: report.rank)
    found: dict[str, Derivation] = {}
    for place, report in enumerate(ranked):
        best: tuple[float, Derivation] | None = None
        for other in ranked[:place] if report.id not in reporters else ():
            derivation = _derive(report, other, report.id in labelled, alike)
            if derivation and (best is None or derivation.similarity > best[0]):
                best = (derivation.similarity, derivation)
        if best:
            found[report.id] = _at_root(best[1], found)
    return dict(sorted(found.items()))


def _at_root(derivation: Derivation, found: Mapping[str, Derivation]) -> Derivation:
    """What derives from a rewritten report derives from that one's original."""
    above = found.get(derivation.original)
    if above is None or above.kind is not CopyKind.REWRITTEN:
        return derivation
    return Derivation(original=above.original, kind=derivation.kind, similarity=derivation.similarity)


def _derive(
    report: _Report, other: _Report, is_labelled: bool, alike: Callable[[str, str], float]
) -> Derivation | None:
    """How a report derives from one of better standing, None if it does not."""
    credited = bool(report.voice) and report.credits and other.voice == report.voice
    anonymous = not report.voice and not is_labelled
    if not credited and not (anonymous and other.when <= report.when + SLACK_S):
        return None
    if report.language != other.language:
        return _translation(report, other, alike, credited=credited)
    if credited and is_labelled:
        least = REPEATED_BY_LABELLED
    else:
        least = REPEATED_AND_CREDITED if credited else REPEATED
    if not credited and len(report.sentences) < MIN_SENTENCES:
        return None
    share = _repeated(report, other, least)
    if share < least and credited and not is_labelled and alike(report.id, other.id) >= ALIKE:
        share = least
    if share < least:
        return None
    return Derivation(original=other.id, kind=CopyKind.REWRITTEN, similarity=round(share, 4))


def _translation(
    report: _Report, other: _Report, alike: Callable[[str, str], float], *, credited: bool
) -> Derivation | None:
    if credited and other.credits:
        return None  # both tell what a third one said
    stated = report.translated_from
    if stated not in ("", "und", other.language):
        return None
    score = alike(report.id, other.id)
    if score < (HARDLY_ALIKE if credited or stated else ALIKE_ACROSS):
        return None
    if not credited and not stated and not _keeps_figures(report, other):
        return None
    return Derivation(original=other.id, kind=CopyKind.TRANSLATED, similarity=round(score, 4))


def _keeps_figures(report: _Report, other: _Report) -> bool:
    kept = report.figures & other.figures
    return len(kept) >= MIN_FIGURES and len(kept) >= FIGURES_KEPT * len(report.figures)


# ----------------------------------------------------------------------------------------------------- sentences compared

# A sentence begins with a capital behind a few marks or figures: after many, as in dot leaders, every mark would look far ahead.
_SENTENCES = re.compile(r"(?<=[。！？!?؟])|(?<=[.;])\s+(?=[\W\d]{0,20}[^\W\d_a-z])|\n")
_WORDS = re.compile(r"[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af]+|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
# In threes with a space or an apostrophe too: 1 500, 1'500.
_FIGURES = re.compile(r"(?<![\d.,])(?:\d{1,3}(?:[ '’]\d{3})+(?![.,]?\d)|\d[\d,.]*\d)")
_STEM = 5  # letters of a word that its endings leave alone
_MIN_WORD = 4  # letters; shorter ones are mostly grammar
_MIN_UNITS = 4  # units of a sentence that says something of its own
_SAME = 0.5  # share of the shorter sentence's units that make two sentences one, reworded


class _Report:
    """What is compared of one article, made when it is asked for."""

    def __init__(self, tagged: TaggedArticle, voice: str) -> None:
        article = tagged.article
        self.id = article.id
        self.voice = voice
        self.credits = bool(article.references)
        self.language = article.language.partition("-")[0]
        self.translated_from = article.translated_from.partition("-")[0]
        self.when = article.dated.timestamp()
        # An account of its own before one that credits somebody, that before an anonymous one, then the earliest.
        self.rank = (not voice, self.credits, bool(self.translated_from), article.dated, article.id)
        self._text = unicodedata.normalize("NFKC", f"{article.title}\n{article.text[:MAX_CHARS]}")

    @cached_property
    def figures(self) -> frozenset[str]:
        """Figures of two digits and more, without separators, in ASCII digits."""
        return frozenset(digits_of(figure) for figure in _FIGURES.findall(self._text))

    @cached_property
    def sentences(self) -> list[frozenset[str]]:
        """The units of every sentence that has enough of them."""
        found = (_units(sentence) for sentence in _SENTENCES.split(self._text))
        return [units for units in found if len(units) >= _MIN_UNITS]

    @cached_property
    def units(self) -> frozenset[str]:
        return frozenset().union(*self.sentences)


def _units(sentence: str) -> frozenset[str]:
    """Stems of longer words, figures, and pairs of ideographs, kana and syllables."""
    units: set[str] = set()
    for word in _WORDS.findall(sentence.casefold()):
        if word[0] >= "\u3040":
            units.update(word[at : at + 2] for at in range(len(word) - 1))
        elif len(word) >= _MIN_WORD or (word.isdigit() and len(word) > 1):
            units.add(word[:_STEM])
    return frozenset(units)


def _repeated(report: _Report, original: _Report, least: float) -> float:
    """The share of a report's sentences, by weight, that the original has in nearly the same words; 0 if surely below `least`."""
    total = sum(map(len, report.sentences))
    if not total or len(report.units & original.units) < least * _SAME * len(report.units):
        return 0.0
    return sum(len(units) for units in report.sentences if _stands_in(units, original.sentences)) / total


def _stands_in(units: frozenset[str], sentences: Iterable[frozenset[str]]) -> bool:
    return any(len(units & other) >= _SAME * max(_MIN_UNITS, min(len(units), len(other))) for other in sentences)
