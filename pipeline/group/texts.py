"""Articles with the same text, folded into one, and which of them is the original."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import product

from pipeline.group.copies import find_copies, is_credited
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
    families: Mapping[str, str],
) -> list[Text]:
    """Every article in exactly one text; by smallest id.

    Args:
        fresh: new articles by id.
        known: articles folded earlier, by id.
        copy_of: what was found then: article id -> id of its original.
        families: source id -> publisher family.
    """
    articles = {i: tagged.article for i, tagged in (*known.items(), *fresh.items())}
    folds = {i: frozenset({i}) for i in articles}

    def unite(a: str, b: str) -> None:
        united = folds[a] | folds[b]
        folds.update(dict.fromkeys(united, united))

    for copy, original in sorted(copy_of.items()):
        if copy in folds and original in folds:
            unite(copy, original)
    pairs = find_copies([fresh[i] for i in sorted(fresh)], [known[i] for i in sorted(known)])
    similar = {frozenset((a, b)): score for a, b, score in pairs}
    alike = {frozenset(articles[i].fingerprint for i in pair) for pair in similar}
    for pair in sorted(similar, key=lambda pair: (-similar[pair], sorted(pair))):
        a, b = sorted(pair)
        if folds[a] is folds[b]:
            continue
        # A round-up holds copies of several texts; it must not make them one. So most of both sides have to agree.
        left, right = ({articles[i].fingerprint for i in folds[one]} for one in (a, b))
        agreed = sum(x == y or frozenset((x, y)) in alike for x, y in product(left, right))
        if agreed * 2 > len(left) * len(right):
            unite(a, b)
    return [_text([articles[i] for i in fold], families) for fold in sorted(set(folds.values()), key=min)]


def _text(articles: list[Article], families: Mapping[str, str]) -> Text:
    articles = sorted(articles, key=age)
    credited = {one.id: 0 for one in articles}
    for copy in articles:
        if copy.references:
            for one in articles:
                credited[one.id] += one is not copy and is_credited(one, copy, families)
    original = min(articles, key=lambda one: (-credited[one.id], age(one)))
    return Text(articles=tuple(article.id for article in articles), original=original.id)
