"""Articles with the same text, folded into one, and which of them is the original."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import product

from pipeline.group.copies import Body, are_strangers
from pipeline.group.origins import is_credited
from pipeline.model import Article, Frozen, TaggedArticle


class Text(Frozen, frozen=True, kw_only=True):
    """One text and every article that carries it."""

    articles: tuple[str, ...]  # ids, earliest first
    original: str  # the id of the one that the others were copied from


def age(article: Article) -> tuple[dt.datetime, str]:
    """Sorts articles by when they appeared, those of the same moment by id."""
    return article.dated, article.id


def fold_copies(
    fresh: Mapping[str, TaggedArticle],
    known: Mapping[str, TaggedArticle],
    copy_of: Mapping[str, str],
    pairs: Iterable[tuple[str, str, float]],
    voices: Mapping[str, str],
    apart: Callable[[str, str], bool],
) -> list[Text]:
    """Every article in exactly one text; by smallest id.

    Args:
        fresh: new articles by id.
        known: articles folded earlier, by id.
        copy_of: what was found then: article id -> id of its original.
        pairs: two articles with the same text and their similarity, as `find_copies` gives them.
        voices: article id -> whose account it is, to know the origin that a copy credits.
        apart: true of two articles that must never be in one text.
    """
    every = {**known, **fresh}
    folds = {i: frozenset({i}) for i in every}

    def unite(a: str, b: str) -> None:
        if folds[a] is folds[b] or any(apart(x, y) for x, y in product(sorted(folds[a]), sorted(folds[b]))):
            return
        united = folds[a] | folds[b]
        folds.update(dict.fromkeys(united, united))

    for copy, original in sorted(copy_of.items()):
        if copy in folds and original in folds:
            unite(copy, original)
    similar = {(min(a, b), max(a, b)): score for a, b, score in pairs}
    kinship = _Kinship(every, similar)
    for a, b in sorted(similar, key=lambda pair: (-similar[pair], pair)):
        if folds[a] is folds[b]:  # most pairs of many copies; what follows looks at all of both folds
            continue
        if kinship.are_equal(a, b) or not (
            kinship.is_quoted(a, b) or kinship.is_quoted(b, a) or kinship.disagree(folds[a], folds[b])
        ):
            unite(a, b)
    return [_text([every[i].article for i in fold], voices) for fold in sorted(set(folds.values()), key=min)]


class _Kinship:
    """Which articles cannot be one text though both are like a third: it quotes them."""

    def __init__(self, articles: Mapping[str, TaggedArticle], similar: Iterable[tuple[str, str]]) -> None:
        self._articles = articles
        self._bodies: dict[str, Body] = {}
        self._partners: dict[str, list[str]] = defaultdict(list)
        self._strangers: dict[tuple[str, str], bool] = {}
        for a, b in similar:
            self._partners[a].append(b)
            self._partners[b].append(a)
            self._strangers[self._texts(a, b)] = False

    def is_quoted(self, part: str, whole: str) -> bool:
        """True if `whole` is a round-up: it holds `part` and a text that has nothing in common with it."""
        size = len(self._articles[whole].article.text)
        return any(
            len(self._articles[one].article.text) < size and self._are_strangers(part, one)
            for one in self._partners[whole]
            if one != part
        )

    def disagree(self, left: Collection[str], right: Collection[str]) -> bool:
        """True if half of all pairs of two folds cannot be one text."""
        pairs = {self._texts(a, b): (a, b) for a, b in product(left, right)}
        return sum(self._are_strangers(*pair) for pair in pairs.values()) * 2 >= len(pairs)

    def are_equal(self, a: str, b: str) -> bool:
        """True if the two have the very same letters."""
        return self._articles[a].article.fingerprint == self._articles[b].article.fingerprint

    def _are_strangers(self, a: str, b: str) -> bool:
        texts = self._texts(a, b)
        if texts not in self._strangers:
            self._strangers[texts] = not self.are_equal(a, b) and are_strangers(self._body(a), self._body(b))
        return self._strangers[texts]

    def _texts(self, a: str, b: str) -> tuple[str, str]:
        a, b = self._articles[a].article.fingerprint, self._articles[b].article.fingerprint
        return min(a, b), max(a, b)

    def _body(self, article_id: str) -> Body:
        if article_id not in self._bodies:
            self._bodies[article_id] = Body(self._articles[article_id])
        return self._bodies[article_id]


def _text(articles: list[Article], voices: Mapping[str, str]) -> Text:
    if len(articles) == 1:  # most of them
        return Text(articles=(articles[0].id,), original=articles[0].id)
    articles = sorted(articles, key=age)
    credited = {one.id: 0 for one in articles}
    for copy in articles:
        if copy.references:
            for one in articles:
                credited[one.id] += one is not copy and is_credited(one, copy, voices)
    original = min(articles, key=lambda one: (-credited[one.id], age(one)))
    return Text(articles=tuple(article.id for article in articles), original=original.id)
