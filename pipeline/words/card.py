"""The card of a story: its facts, its sources best first, and its words in every edition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.knowledge.editions import Edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import (
    ArticleClass,
    Card,
    CardCopy,
    CardSource,
    Conflict,
    CopyKind,
    Label,
    Media,
    SourceSpec,
    Story,
    TaggedArticle,
)
from pipeline.words.facts import gather_facts
from pipeline.words.sentences import build_words

# Which labels speak first for a story. An organiser knows best what happened but is party to it, so it comes late; a
# source without a label never leads.
_LABEL_ORDER = (
    Label.OFFICIAL,
    Label.NETWORK,
    Label.AGENCY,
    Label.PRESS,
    Label.ACADEMIC,
    Label.STATE_MEDIA,
    Label.PRESS_RELEASE,
    Label.ORGANISER,
    Label.QUERY,
)


def make_card(
    story: Story,
    articles: Mapping[str, TaggedArticle],
    *,
    conflicts: tuple[Conflict, ...],
    sources: Mapping[str, SourceSpec],
    lexicon: Lexicon,
    editions: Sequence[Edition],
) -> Card:
    """The card of `story`, unranked.

    Args:
        articles: at least those of the story, by id.
        conflicts: what its independent families disagree on.
        sources: by id; an article's source may be missing.
    """
    members = [member for member in story.members if member.article_id in articles]
    originals = [articles[member.article_id] for member in members if member.copy_of is None]
    copies: dict[str, list[CardCopy]] = {}
    for member in members:
        if member.copy_of is not None:
            article = articles[member.article_id].article
            copies.setdefault(member.copy_of, []).append(
                CardCopy(
                    article_id=article.id,
                    url=article.url,
                    source_id=article.source_id,
                    kind=member.copy_kind or CopyKind.IDENTICAL,
                )
            )
    shown = sorted(
        (_card_source(tagged, sources, tuple(copies.get(tagged.article.id, ()))) for tagged in originals), key=_rank
    )
    facts = gather_facts(originals, lexicon)
    languages = tuple(sorted({source.language for source in shown}))
    families = len({source.family for source in shown})
    news = any(tagged.relevance.article_class is ArticleClass.NEWS for tagged in originals)
    dated = [source.published for source in shown if source.published]
    return Card(
        story_id=story.id,
        article_class=ArticleClass.NEWS if news else ArticleClass.BACKGROUND,
        words={
            edition.code: build_words(
                facts, edition, lexicon, families=families, languages=languages, background=not news
            )
            for edition in editions
        },
        lead={edition.code: _lead(shown, edition.code).article_id for edition in editions},
        published=min(dated, key=lambda date: date.value) if dated else None,
        first_seen=min(tagged.article.first_seen for tagged in originals),
        event=facts.event,
        dates=facts.dates,
        years=facts.years,
        cities=facts.cities,
        countries=facts.countries,
        networks=facts.networks,
        themes=facts.themes,
        event_types=facts.event_types,
        pair=facts.pair,
        persons=facts.persons,
        sources=tuple(shown),
        families=families,
        languages=languages,
        conflicts=conflicts,
        unverified=not any(source.labels for source in shown),
    )


def _card_source(tagged: TaggedArticle, sources: Mapping[str, SourceSpec], copies: tuple[CardCopy, ...]) -> CardSource:
    article = tagged.article
    spec = sources.get(article.source_id)
    return CardSource(
        article_id=article.id,
        url=article.url,
        title=article.title,
        language=article.language,
        source_id=article.source_id,
        family=spec.publisher_family if spec else article.source_id,
        labels=spec.labels if spec else (),
        published=article.published,
        title_only=article.directives.title_only or (spec is not None and spec.terms.show == "title_only"),
        access=article.access,
        media=article.media,
        references=article.references,
        copies=tuple(sorted(copies, key=lambda copy: copy.article_id)),
    )


def _rank(source: CardSource) -> tuple[int, bool, float, str]:
    """Best first: by label, pages before documents that were never opened, then the earliest."""
    best = min((_LABEL_ORDER.index(label) for label in source.labels), default=len(_LABEL_ORDER))
    published = source.published.value.timestamp() if source.published else float("inf")
    return best, source.media is not Media.PAGE, published, source.article_id


def _lead(shown: Sequence[CardSource], edition: str) -> CardSource:
    """The best labelled source in the edition's language, else the best of all."""
    own = (source for source in shown if source.labels and source.language.split("-")[0] == edition.split("-")[0])
    return next(own, shown[0])
