"""The card of a story: its facts, its sources best first, and its words in every edition."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pipeline.knowledge.editions import Edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.knowledge.publishers import load_publishers
from pipeline.knowledge.ties import Ties
from pipeline.model import (
    Account,
    ArticleClass,
    Card,
    CardCopy,
    CardSource,
    Conflict,
    CopyKind,
    Label,
    Media,
    Member,
    SourceSpec,
    Story,
    TaggedArticle,
)
from pipeline.words.claims import check_claims
from pipeline.words.facts import gather_facts
from pipeline.words.organisers import find_organisers
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
    voices: Mapping[str, str],
    lexicon: Lexicon,
    editions: Sequence[Edition],
    ties: Ties,
    host: str = "",
    figures: tuple[Account, ...] = (),
) -> Card:
    """The card of `story`, unranked.

    Args:
        articles: at least those of the story, by id.
        conflicts: what its independent families disagree on.
        sources: by id; an article's source may be missing.
        voices: article id -> publisher family whose account it gives; "" or missing for nobody's.
        ties: what is known of cities that are tied.
        host: id of the city where it takes place, "" if that is not known.
        figures: how many took part, as far as its articles agree.
    """
    members = {member.article_id: member for member in story.members if member.article_id in articles}
    folded: dict[str, list[Member]] = defaultdict(list)  # id of the source under which they are listed -> members
    for member in members.values():
        folded[_root(member, members)].append(member)
    originals = [articles[i] for i in folded]
    shown = [_card_source(members[i], under, articles, sources, voices) for i, under in folded.items()]
    shown.sort(key=_rank)
    facts = gather_facts(originals, lexicon)
    # Where accounts of the day differ, no sentence of ours picks one: both stand beside it.
    disputed = any(conflict.fact == "event_date" for conflict in conflicts)
    told = msgspec.structs.replace(
        facts,
        disputed=disputed,
        host=host,
        figures=() if any(conflict.fact == "participants" for conflict in conflicts) else figures,
        named=() if any(conflict.fact == "persons" for conflict in conflicts) else facts.named,
    )
    languages = tuple(sorted({source.language for source in shown}))
    families = max(1, len({source.voice for source in shown} - {""}))
    news = any(tagged.relevance.article_class is ArticleClass.NEWS for tagged in originals)
    dated = [source.published for source in shown if source.published]
    return Card(
        story_id=story.id,
        article_class=ArticleClass.NEWS if news else ArticleClass.BACKGROUND,
        words={
            edition.code: build_words(
                told, edition, lexicon, ties, families=families, languages=languages, background=not news
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
        organisers=_organisers(shown, [articles[i] for i in members], sources),
        languages=languages,
        conflicts=conflicts,
        claims=check_claims(map(articles.__getitem__, members), ties),
        agreement=facts.agreement,
        called_off=facts.called_off,
        host=host,
        unverified=not any(source.labels for source in shown),
    )


def _is_folded(member: Member, members: Mapping[str, Member]) -> bool:
    """A copy whose original is there. Readers of another language need a translation, so it is a source of its own."""
    return member.copy_of in members and member.copy_kind is not CopyKind.TRANSLATED


def _root(member: Member, members: Mapping[str, Member]) -> str:
    """The id under which a member is listed: copies of a rewritten report stand with it under its original."""
    seen = {member.article_id}
    while _is_folded(member, members):
        member = members[str(member.copy_of)]
        if member.article_id in seen:  # never made by grouping; yet every member is shown
            return min(seen)
        seen.add(member.article_id)
    return member.article_id


def _card_source(
    original: Member,
    group: Sequence[Member],
    articles: Mapping[str, TaggedArticle],
    sources: Mapping[str, SourceSpec],
    voices: Mapping[str, str],
) -> CardSource:
    """The source that stands for an original and all that is folded under it."""
    face = _face(original, group, articles, sources)
    article = articles[face.article_id].article
    spec = sources.get(article.source_id)
    others = sorted((member for member in group if member is not face), key=lambda member: member.article_id)
    # Whose account it is may be said by what it was translated from, or by a copy that names the origin.
    telling = (article.id, original.article_id, original.copy_of or "", *(member.article_id for member in others))
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
        voice=next((voice for i in telling if (voice := voices.get(i, ""))), ""),
        translated_from=article.translated_from,
        copies=tuple(_card_copy(member, face, articles) for member in others),
    )


def _face(
    original: Member,
    group: Sequence[Member],
    articles: Mapping[str, TaggedArticle],
    sources: Mapping[str, SourceSpec],
) -> Member:
    """Who is shown: the original, unless only a copy with the whole of its text has a label."""

    def has_label(member: Member) -> bool:
        spec = sources.get(articles[member.article_id].article.source_id)
        return spec is not None and bool(spec.labels)

    whole = (member for member in group if member.copy_kind in (CopyKind.IDENTICAL, CopyKind.SYNDICATED))
    return original if has_label(original) else next(filter(has_label, whole), original)


def _card_copy(member: Member, face: Member, articles: Mapping[str, TaggedArticle]) -> CardCopy:
    article = articles[member.article_id].article
    return CardCopy(
        article_id=article.id,
        url=article.url,
        source_id=article.source_id,
        kind=member.copy_kind or face.copy_kind or CopyKind.IDENTICAL,
    )


def _organisers(
    shown: Iterable[CardSource], tagged: Iterable[TaggedArticle], sources: Mapping[str, SourceSpec]
) -> tuple[str, ...]:
    """The voices that organised the event: sources labelled so, and those of which a text of the story says it."""
    told = {source.voice for source in shown} - {""}
    labelled = {source.voice for source in shown if Label.ORGANISER in source.labels} - {""}
    publishers = load_publishers().families
    names = {family: set(publishers[family].spellings) if family in publishers else set() for family in told}
    for spec in (sources[source.source_id] for source in shown if source.source_id in sources):
        if spec.publisher_family in names:
            names[spec.publisher_family].update(spec.names.values())
    said = find_organisers(
        (f"{one.article.title}\n{one.article.text}" for one in tagged),
        {family: sorted(known) for family, known in names.items()},
    )
    return tuple(sorted(labelled.union(said)))


def _tells_another(source: CardSource) -> bool:
    """True if it gives the account of an origin that it credits or translates, and not its own in another language."""
    return source.voice != source.family


def _best_label(source: CardSource) -> int:
    return min((_LABEL_ORDER.index(label) for label in source.labels), default=len(_LABEL_ORDER))


def _when(source: CardSource) -> float:
    return source.published.value.timestamp() if source.published else float("inf")


def _rank(source: CardSource) -> tuple[bool, bool, int, bool, float, str]:
    """Best first: labelled, with an account of its own, by label, pages before documents never opened, then the earliest."""
    return (
        not source.labels,
        _tells_another(source),
        _best_label(source),
        source.media is not Media.PAGE,
        _when(source),
        source.article_id,
    )


def _lead(shown: Sequence[CardSource], edition: str) -> CardSource:
    """The best labelled source in the edition's language, else the most original of all. `shown` is best first."""
    own = (source for source in shown if source.labels and source.language.split("-")[0] == edition.split("-")[0])
    return next(own, None) or min(shown, key=lambda source: _originality(source, shown))


def _originality(
    source: CardSource, shown: Sequence[CardSource]
) -> tuple[bool, bool, bool, int, dt.date, int, float, str]:
    """Sorts the most original first: labelled, a page, an account of its own, told on by the most others, the earliest."""
    tells_another = _tells_another(source)
    followers = len(source.copies)
    if source.voice and not tells_another:
        followers += sum(other.voice == source.voice and _tells_another(other) for other in shown)
    return (
        not source.labels,
        source.media is not Media.PAGE,
        tells_another,
        -followers,
        source.published.day if source.published else dt.date.max,
        _best_label(source),
        _when(source),
        source.article_id,
    )
