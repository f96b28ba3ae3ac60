"""Claims of ties beside what is known: confirmed, unknown or contradicted, with the proof."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from pipeline.knowledge.ties import Ties
from pipeline.model import CheckedClaim, TaggedArticle, TagKind, TieKind, Verdict

# What is wrong matters most to readers, what is proved comes next.
_ORDER = (Verdict.CONTRADICTED, Verdict.CONFIRMED, Verdict.UNKNOWN)
# Kinds of events of which a new tie can be told.
_SIGNINGS = {"sister-city-agreement", "mou-cooperation"}


def check_claims(articles: Iterable[TaggedArticle], ties: Ties) -> tuple[CheckedClaim, ...]:
    """Every pair of cities that these articles claim to be tied, each kind once, contradicted ones first.

    What an article tells that reports on an agreement may have been made that day.
    """
    said: dict[tuple[str, str, TieKind | None], list[TaggedArticle]] = defaultdict(list)
    for tagged in articles:
        for claim in tagged.claims:
            said[claim.a, claim.b, claim.kind].append(tagged)
    checked = []
    for (a, b, kind), telling in said.items():
        made = max((_day(tagged) for tagged in telling if _tells_of_signing(tagged)), default=None)
        verdict, source = ties.check(a, b, kind, made=made)
        ids = tuple(sorted({tagged.article.id for tagged in telling}))
        checked.append(CheckedClaim(a=a, b=b, kind=kind, verdict=verdict, source=source, article_ids=ids))
    return tuple(sorted(checked, key=lambda claim: (_ORDER.index(claim.verdict), claim.a, claim.b, claim.kind or "")))


def _tells_of_signing(tagged: TaggedArticle) -> bool:
    return not _SIGNINGS.isdisjoint(tagged.ids(TagKind.EVENT))


def _day(tagged: TaggedArticle) -> dt.date:
    published = tagged.article.published
    return published.day if published else tagged.article.first_seen.date()
