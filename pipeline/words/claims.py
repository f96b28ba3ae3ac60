"""Claims of ties beside what is known: confirmed, unknown or contradicted, with the proof."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pipeline.knowledge.ties import Ties
from pipeline.model import CheckedClaim, TaggedArticle, Verdict

# What is wrong matters most to readers, what is proved comes next.
_ORDER = (Verdict.CONTRADICTED, Verdict.CONFIRMED, Verdict.UNKNOWN)


def check_claims(articles: Iterable[TaggedArticle], ties: Ties) -> tuple[CheckedClaim, ...]:
    """Every pair of cities that these articles claim to be tied, once, contradicted ones first."""
    said: dict[tuple[str, str], set[str]] = defaultdict(set)
    for tagged in articles:
        for claim in tagged.claims:
            said[claim.a, claim.b].add(tagged.article.id)
    checked = []
    for (a, b), ids in said.items():
        verdict, source = ties.check(a, b)
        checked.append(CheckedClaim(a=a, b=b, verdict=verdict, source=source, article_ids=tuple(sorted(ids))))
    return tuple(sorted(checked, key=lambda claim: (_ORDER.index(claim.verdict), claim.a, claim.b)))
