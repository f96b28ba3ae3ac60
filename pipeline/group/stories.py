"""Stories: articles about one event, kept under an id that never changes.

Copies are folded into texts; texts that report one event are linked. Stories that are there already take part as they are, so
adding little by little ends close to adding all at once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from pipeline.group.copies import MIN_JACCARD, Body, Copy, compare
from pipeline.group.linkage import link
from pipeline.group.similarity import Profile, profile_all, similarity
from pipeline.group.texts import Text, age, fold_copies
from pipeline.model import ArticleClass, CopyKind, Frozen, Member, Story, TaggedArticle

# Why an article is in its story.
FIRST, COPY, SAME_EVENT = "first", "copy", "same_event"

# Least average similarity of reports of one event. B-cubed at .35, .42 and .50: sample web .985, 1, 1; stories of bench/quality
# .967, .963, .963, without times .849, .901, .923, with 15 % of the tags lost .848, .848, .853.
MIN_SIMILARITY = 0.42
# From this share of contradicting pairs on, two stories stay apart: one wrong tag must not part many reports. Between .01 and
# .51 the same sets moved by .01.
MAX_VETOED = 0.34
# A text looks for others through its rarest features; a feature of more texts than this finds nobody.
KEYS = 16
MAX_HOLDERS = 400


class Grouping(Frozen, frozen=True, kw_only=True):
    """What grouping changed."""

    stories: tuple[Story, ...]  # new or changed, by id
    redirects: dict[str, str]  # id of a story merged away -> the story that has its members now


class _Draft(Frozen, frozen=True, kw_only=True):
    """A story in the making."""

    texts: tuple[Text, ...]
    published: tuple[Story, ...]  # stories that it continues
    changed: bool
    similarities: dict[str, float]  # original's id -> the average with which it came in


def group(
    new: Sequence[TaggedArticle],
    window: Sequence[TaggedArticle],
    stories: Sequence[Story],
    families: Mapping[str, str],
) -> Grouping:
    """The stories that `new` articles begin, join or merge.

    Every relevant article ends in exactly one story; articles that have one already change nothing. The order of items in the
    arguments does not matter.

    Args:
        new: articles to place.
        window: grouped articles of the last 21 days.
        stories: the stories of `window`.
        families: source id -> publisher family, to know the origin that a copy credits.
    """
    story_of = {member.article_id: story for story in stories for member in story.members}
    relevant = {tagged.article.id: tagged for tagged in (*window, *new) if tagged.relevance.relevant}
    known = {i: relevant[i] for i in sorted(relevant) if i in story_of}
    fresh = {i: relevant[i] for i in sorted(relevant) if i not in story_of}
    if not fresh:
        return Grouping(stories=(), redirects={})
    copy_of = {m.article_id: m.copy_of for story in stories for m in story.members if m.copy_of}
    texts = fold_copies(fresh, known, copy_of, families)
    drafts = _link(_draft(texts, story_of), relevant)
    finished = [_finish(draft, relevant) for draft in drafts if draft.changed]
    redirects = {gone: kept for _, moved in finished for gone, kept in moved.items()}
    return Grouping(
        stories=tuple(sorted((story for story, _ in finished), key=lambda story: story.id)),
        redirects=dict(sorted(redirects.items())),
    )


def story_id(article_id: str) -> str:
    """The id of a story that begins with this article."""
    return "s" + hashlib.sha256(article_id.encode()).hexdigest()[:12]


def _draft(texts: Iterable[Text], story_of: Mapping[str, Story]) -> list[_Draft]:
    """One draft per published story and one per new text; a text that copies from several stories makes them one."""
    drafts: dict[str, _Draft] = {}  # by every article
    for text in texts:
        owners = {story_of[i].id: story_of[i] for i in text.articles if i in story_of}
        members = [m.article_id for story in owners.values() for m in story.members]
        parts = {id(drafts[i]): drafts[i] for i in (*text.articles, *members) if i in drafts}.values()
        published = {story.id: story for part in parts for story in part.published} | owners
        united = _Draft(
            texts=(*(text for part in parts for text in part.texts), text),
            published=tuple(published.values()),
            changed=any(part.changed for part in parts)
            or len(published) > 1
            or any(i not in story_of for i in text.articles),
            similarities={},
        )
        every = (
            *(i for text in united.texts for i in text.articles),
            *(m.article_id for s in published.values() for m in s.members),
        )
        drafts.update(dict.fromkeys(every, united))
    return list({id(draft): draft for draft in drafts.values()}.values())


def _link(drafts: list[_Draft], articles: Mapping[str, TaggedArticle]) -> list[_Draft]:
    """The drafts after merging those that report one event."""
    speaking = {
        text.original: articles[text.original]
        for draft in drafts
        for text in draft.texts
        if articles[text.original].relevance.article_class is ArticleClass.NEWS
    }
    profiles = profile_all(speaking.values())
    clusters = [
        sorted((t.original for t in d.texts if t.original in speaking), key=lambda i: age(speaking[i].article))
        for d in drafts
    ]
    memo: dict[tuple[str, str], float | None] = {}

    def alike(a: str, b: str) -> float | None:
        pair = (a, b) if a < b else (b, a)
        if pair not in memo:
            memo[pair] = similarity(profiles[pair[0]], profiles[pair[1]])
        return memo[pair]

    merges = link(
        clusters,
        [number for number, draft in enumerate(drafts) if draft.changed],
        similarity=alike,
        neighbours=_finder(profiles),
        threshold=MIN_SIMILARITY,
        max_vetoed=MAX_VETOED,
    )
    numbered = dict(enumerate(drafts))
    for number, (a, b, average) in enumerate(merges, start=len(drafts)):
        numbered[number] = _unite(numbered.pop(a), numbered.pop(b), average)
    return list(numbered.values())


def _unite(a: _Draft, b: _Draft, average: float) -> _Draft:
    founders = (m.article_id for story in (*a.published, *b.published) for m in story.members if m.reason == FIRST)
    came_in = dict.fromkeys((*(text.original for text in (*a.texts, *b.texts)), *founders), average)
    return _Draft(
        texts=a.texts + b.texts,
        published=a.published + b.published,
        changed=True,
        similarities=came_in | a.similarities | b.similarities,
    )


def _finder(profiles: Mapping[str, Profile]) -> Callable[[str], Iterable[str]]:
    """Finds for an article those that share one of its telling features."""
    keys = {article_id: _keys(profile) for article_id, profile in profiles.items()}
    holders: dict[str, list[str]] = defaultdict(list)
    for article_id, features in keys.items():
        for feature in features:
            holders[feature].append(article_id)

    def find(article_id: str) -> Iterable[str]:
        shared = (holders[feature] for feature in keys[article_id] if len(holders[feature]) <= MAX_HOLDERS)
        return {other for others in shared for other in others}

    return find


def _keys(profile: Profile) -> list[str]:
    """The heaviest features of an article, entities first: they also find other languages."""
    entities = sorted(profile.entities, key=lambda key: (-profile.entities[key], key))
    grams = sorted(profile.text, key=lambda key: (-profile.text[key], key))
    return [*entities[:KEYS], *profile.signs, *grams[:KEYS]]


def _when(article_id: str, articles: Mapping[str, TaggedArticle]) -> tuple[dt.datetime, str]:
    """Sorts articles by age; those from before the window first."""
    tagged = articles.get(article_id)
    return age(tagged.article) if tagged else (dt.datetime.min.replace(tzinfo=dt.UTC), article_id)


def _finish(draft: _Draft, articles: Mapping[str, TaggedArticle]) -> tuple[Story, dict[str, str]]:
    """The story that a draft becomes, members earliest first, and the redirects of those merged into it."""
    by_age = sorted(draft.published, key=lambda s: (min(_when(m.article_id, articles) for m in s.members), s.id))
    text_of = {i: text for text in draft.texts for i in text.articles}
    earlier = {m.article_id: m for story in draft.published for m in story.members}
    ids = sorted({*text_of, *earlier}, key=lambda i: _when(i, articles))
    # A story keeps the founder that its id was made from, also when an older article turns up.
    first = next(m.article_id for m in by_age[0].members if m.reason == FIRST) if by_age else ids[0]
    story = Story(
        id=by_age[0].id if by_age else story_id(first),
        members=tuple(
            _member(i, is_first=i == first, text=text_of.get(i), earlier=earlier.get(i), draft=draft, articles=articles)
            for i in ids
        ),
    )
    return story, {gone.id: story.id for gone in by_age[1:]}


def _member(
    article_id: str,
    *,
    is_first: bool,
    text: Text | None,
    earlier: Member | None,
    draft: _Draft,
    articles: Mapping[str, TaggedArticle],
) -> Member:
    """Why the article is in the story: as it was said earlier, unless its original or the founder is another now."""
    original = text.original if text else earlier.copy_of if earlier else None
    copy_of = original if original != article_id else None
    if earlier and earlier.copy_of == copy_of and (earlier.reason == FIRST) == is_first:
        return earlier
    copy = None
    if copy_of and copy_of in articles and article_id in articles:
        # Where a chain of copies leads to the original, the two may have grown apart: still the same text, edited.
        edited = Copy(kind=CopyKind.SYNDICATED, similarity=MIN_JACCARD)
        copy = compare(Body(articles[article_id]), Body(articles[copy_of])) or edited
    if is_first:
        reason, score = FIRST, 1.0
    elif copy:
        reason, score = COPY, copy.similarity
    else:
        reason, score = SAME_EVENT, draft.similarities.get(article_id, earlier.similarity if earlier else 0.0)
    return Member(
        article_id=article_id,
        reason=reason,
        similarity=round(score, 4),
        copy_of=copy_of if copy else None,
        copy_kind=copy.kind if copy else None,
    )
