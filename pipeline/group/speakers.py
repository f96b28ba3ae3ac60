"""The texts that take part in linking, and how alike they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from pipeline.group.similarity import Scale, profile_all, similarity
from pipeline.group.texts import age
from pipeline.model import ArticleClass, CopyKind, Story, TaggedArticle

# Kinds of copy that are their original's text; the others tell its account in words of their own.
SAME_TEXT = frozenset({CopyKind.IDENTICAL, CopyKind.SYNDICATED, CopyKind.TRUNCATED})

Vectors = Mapping[str, npt.NDArray[np.float32]]


def texts_of(story: Story) -> list[str]:
    """Ids of the members that are no copies of another one's text, earliest first."""
    return [m.article_id for m in story.members if m.copy_of is None or m.copy_kind not in SAME_TEXT]


class Speakers:
    """News, one article per text, numbered from the oldest on. Background tells no event and does not speak."""

    def __init__(self, originals: Iterable[TaggedArticle], vectors: Vectors, scale: Scale) -> None:
        speaking = [one for one in originals if one.relevance.article_class is ArticleClass.NEWS]
        speaking.sort(key=lambda one: age(one.article))
        profiles = profile_all(speaking, vectors)
        self.ids = [one.article.id for one in speaking]
        self.number = {article_id: number for number, article_id in enumerate(self.ids)}
        self.profiles = [profiles[i] for i in self.ids]
        self.scale = scale
        self._memo: dict[tuple[int, int], float | None] = {}

    def compare(self, a: int, b: int) -> float | None:
        """The similarity of two by number, None if they contradict each other."""
        pair = (a, b) if a < b else (b, a)
        if pair not in self._memo:
            self._memo[pair] = similarity(self.profiles[pair[0]], self.profiles[pair[1]], self.scale)
        return self._memo[pair]

    def alike(self, a: str, b: str) -> float:
        """The similarity of two articles by id; 0 where they contradict each other or do not speak."""
        if a not in self.number or b not in self.number:
            return 0.0
        return self.compare(self.number[a], self.number[b]) or 0.0
