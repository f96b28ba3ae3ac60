"""Stories: articles about one event, kept under an id that never changes.

Copies are folded into texts; texts that report one event are linked. Stories that are there already take part as they are, so
adding little by little ends close to adding all at once. What people decided of two articles counts before anything measured.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from pipeline.group.constraints import Partition
from pipeline.group.copies import MIN_JACCARD, Body, Copy, candidates_among, compare, find_copies
from pipeline.group.linkage import MAX_SPEAKERS, link
from pipeline.group.neighbours import find_neighbours
from pipeline.group.origins import find_derivations
from pipeline.group.similarity import scale_of, text_to_embed
from pipeline.group.sketch import make_sketch
from pipeline.group.speakers import SAME_TEXT, Speakers, Vectors
from pipeline.group.texts import Text, age, fold_copies
from pipeline.model import Constraint, CopyKind, Frozen, Member, Story, TaggedArticle
from pipeline.ports import Embedder

# Why an article is in its story.
FIRST, COPY, SAME_EVENT, BY_HAND = "first", "copy", "same_event", "by_hand"

# From this share of contradicting pairs on, two stories stay apart: one wrong tag must not part many reports. Between .01 and
# .51 the same sets moved by .01.
MAX_VETOED = 0.34


class Grouping(Frozen, frozen=True, kw_only=True):
    """What grouping changed."""

    stories: tuple[Story, ...]  # new or changed, by id
    redirects: dict[str, str]  # id of a story merged away -> the story that has its members now


class _Draft(Frozen, frozen=True, kw_only=True):
    """A story in the making."""

    texts: tuple[Text, ...]
    members: frozenset[str]  # also articles from before the window, whose texts are not known
    published: tuple[Story, ...]  # stories that it continues
    changed: bool
    seeks: bool  # has something new, so that it looks for others
    averages: dict[str, float] = {}  # article id -> the average with which it came in


def group(
    new: Sequence[TaggedArticle],
    window: Sequence[TaggedArticle],
    stories: Sequence[Story],
    *,
    voices: Mapping[str, str],
    copies: Sequence[tuple[str, str, float]],
    vectors: Vectors | None = None,
    embedder: str = "",
    constraints: Sequence[Constraint] = (),
    labelled: Collection[str] = (),
    reporters: Collection[str] = (),
) -> Grouping:
    """The stories that `new` articles begin, join or merge, and those that `constraints` change.

    Every relevant article ends in exactly one story; articles that have one already change nothing. The order of items in the
    arguments does not matter.

    Args:
        new: articles to place.
        window: grouped articles of the last 21 days, and those of stories that a constraint touches.
        stories: the stories of `window`.
        voices: article id -> publisher family whose account it gives.
        copies: pairs of article ids with the same text and their similarity, as `find_copies` gives them.
        vectors: article id -> its vector, for those that have one; all of one embedder.
        embedder: its name, which decides how the parts of similarity are weighed; "" for none.
        constraints: what people decided; one on an article that is not there waits.
        labelled: ids of articles whose source has a label: they tell accounts of their own.
        reporters: ids of those among them that credit nobody for it.
    """
    stored = vectors or {}

    def look_up(ids: Sequence[str]) -> Vectors:
        return {i: stored[i] for i in ids if i in stored}

    return _group(new, window, stories, voices, copies, look_up, embedder, constraints, labelled, reporters)


def _group(
    new: Iterable[TaggedArticle],
    window: Iterable[TaggedArticle],
    stories: Iterable[Story],
    voices: Mapping[str, str],
    copies: Iterable[tuple[str, str, float]],
    vectors_of: Callable[[Sequence[str]], Vectors],
    embedder: str,
    constraints: Iterable[Constraint],
    labelled: Collection[str],
    reporters: Collection[str],
) -> Grouping:
    relevant = {tagged.article.id: tagged for tagged in (*window, *new) if tagged.relevance.relevant}
    stories = sorted(stories, key=lambda story: story.id)
    placed = {member.article_id for story in stories for member in story.members}
    known = {i: relevant[i] for i in sorted(relevant) if i in placed}
    fresh = {i: relevant[i] for i in sorted(relevant) if i not in placed}
    seats, parts = Partition(constraints), Partition(constraints)
    moved = _seat(stories, seats)
    _seat(stories, parts)
    moved |= _bring_together(parts, placed | fresh.keys(), stories)
    if not fresh and not moved:
        return Grouping(stories=(), redirects={})
    texts = fold_copies(fresh, known, _copies_in(stories), copies, voices, parts.is_apart)
    texts = [piece for text in texts for piece in _divide(text, parts)]
    moved |= {text.original for text in texts if not moved.isdisjoint(text.articles)}
    drafts = _draft(texts, stories, seats)
    originals = [relevant[text.original] for text in texts]
    speakers = Speakers(originals, vectors_of([one.article.id for one in originals]), scale_of(embedder))
    finisher = _Finisher(relevant, speakers, voices, labelled, reporters, moved, (story.id for story in stories))
    finished = [finisher.finish(draft) for draft in _link(drafts, speakers, parts) if draft.changed]
    return Grouping(
        stories=tuple(sorted((story for story, _ in finished), key=lambda story: story.id)),
        redirects=dict(sorted((gone, kept) for _, merged in finished for gone, kept in merged.items())),
    )


def group_at_once(
    articles: Sequence[TaggedArticle],
    *,
    voices: Mapping[str, str] | None = None,
    embedder: Embedder | None = None,
    constraints: Sequence[Constraint] = (),
) -> Grouping:
    """The stories of articles that are all there already, without a library: for manifests, measurements and tests.

    Without `voices` every source speaks for itself.
    """
    own = {one.article.id: one.article.source_id for one in articles}
    by_id = {one.article.id: one.article for one in articles}

    def embed(ids: Sequence[str]) -> Vectors:
        if embedder is None or not ids:
            return {}
        return dict(zip(ids, embedder.embed([text_to_embed(by_id[i]) for i in ids]), strict=True))

    return _group(
        articles,
        (),
        (),
        own if voices is None else voices,
        pair_copies(articles),
        embed,
        embedder.name if embedder else "",
        constraints,
        own.keys() if voices is None else (),
        (),
    )


def pair_copies(new: Iterable[TaggedArticle], others: Iterable[TaggedArticle] = ()) -> list[tuple[str, str, float]]:
    """The `copies` that `group` wants, found without a library: pairs with at least one of `new`."""
    first = {one.article.id: one for one in new if one.relevance.relevant}
    rest = {one.article.id: one for one in others if one.relevance.relevant and one.article.id not in first}
    sketches = {i: make_sketch(tagged.article) for i, tagged in sorted((first | rest).items())}
    return find_copies(first, rest, candidates_among(sketches))


def story_id(article_id: str) -> str:
    """The id of a story that begins with this article."""
    return "s" + hashlib.sha256(article_id.encode()).hexdigest()[:12]


def founder(story: Story) -> str:
    """The article that the story's id was made from; its earliest if that one is gone."""
    return next((m.article_id for m in story.members if m.reason == FIRST), story.members[0].article_id)


# --------------------------------------------------------------------------------------------------------- constraints


def _seat(stories: Iterable[Story], partition: Partition) -> set[str]:
    """Makes every story a part of the partition; returns the articles that a cannot-link takes out of theirs."""
    moved: set[str] = set()
    for story in stories:
        ids = [member.article_id for member in story.members]
        folded = {
            m.article_id: m.copy_of for m in story.members if m.copy_of and m.copy_kind is not CopyKind.TRANSLATED
        }
        moved.update(partition.seat(founder(story), ids, folded))
    return moved


def _bring_together(partition: Partition, there: Iterable[str], stories: Iterable[Story]) -> set[str]:
    """Unites what must be together; returns the articles that so come to others, and the founders of their stories."""
    there = set(there)
    pairs = [pair for pair in partition.must_links if there.issuperset(pair)]
    brought = {i for a, b in pairs if partition.part(a) != partition.part(b) and partition.unite(a, b) for i in (a, b)}
    if not brought:
        return brought
    return brought | {
        founder(story) for story in stories if not brought.isdisjoint(m.article_id for m in story.members)
    }


def _copies_in(stories: Iterable[Story]) -> dict[str, str]:
    """Article -> the article whose text it has."""
    members = (member for story in stories for member in story.members)
    return {m.article_id: m.copy_of for m in members if m.copy_of and m.copy_kind in SAME_TEXT}


def _divide(text: Text, partition: Partition) -> list[Text]:
    """Seats a text; those of its articles that may not be where its original is make texts of their own."""
    refused = [i for i in text.articles if not partition.unite(text.original, i)]
    if not refused:
        return [text]
    rest = Text(articles=tuple(refused), original=refused[0])
    kept = tuple(i for i in text.articles if i not in set(refused))
    return [Text(articles=kept, original=text.original), *_divide(rest, partition)]


# ------------------------------------------------------------------------------------------------------------- linking


def _draft(texts: Iterable[Text], stories: Iterable[Story], seats: Partition) -> list[_Draft]:
    """What holds together before anything is linked: stories, and texts with their copies; by smallest article id."""
    texts = list(texts)
    for text in texts:
        for article_id in text.articles:
            seats.unite(text.original, article_id)
    texts_of: dict[str, list[Text]] = defaultdict(list)
    stories_of: dict[str, list[Story]] = defaultdict(list)
    members_of: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        texts_of[seats.part(text.original)].append(text)
    for story in stories:
        stories_of[seats.part(founder(story))].append(story)
        for member in story.members:
            members_of[seats.part(member.article_id)].add(member.article_id)
    drafts = []
    for part in {*texts_of, *members_of}:
        published = tuple(sorted(stories_of[part], key=lambda story: story.id))
        before = {member.article_id for story in published for member in story.members}
        now = members_of[part].union(*(text.articles for text in texts_of[part]))
        drafts.append(
            _Draft(
                texts=tuple(texts_of[part]),
                published=published,
                members=frozenset(now),
                changed=now != before or len(published) > 1,
                seeks=bool(now - before) or len(published) > 1,
            )
        )
    return sorted(drafts, key=lambda draft: min(draft.members))


def _link(drafts: Sequence[_Draft], speakers: Speakers, parts: Partition) -> list[_Draft]:
    """The drafts after uniting those that report one event and those that must be together.

    Drafts that must be together look for others each by itself, so that a person can join what has nothing in common.
    """
    ids, numbers = speakers.ids, speakers.number
    clusters = [[numbers[text.original] for text in draft.texts if text.original in numbers] for draft in drafts]
    seeking = [number for number, draft in enumerate(drafts) if draft.seeks]
    merges = link(
        clusters,
        seeking,
        similarity=speakers.compare,
        neighbours=find_neighbours(speakers.profiles, {i for number in seeking for i in clusters[number]}),
        threshold=speakers.scale.threshold,
        max_vetoed=MAX_VETOED,
        unite=lambda a, b: parts.unite(ids[a], ids[b]),
    )
    averages = {number: merge.average for merge in merges for number in (merge.a, merge.b)}  # each merges once
    groups: dict[str, list[tuple[_Draft, float | None]]] = defaultdict(list)
    for number, draft in enumerate(drafts):
        groups[parts.part(min(draft.members))].append((draft, averages.get(number)))
    return [_unite(group) for group in groups.values()]


def _unite(group: Sequence[tuple[_Draft, float | None]]) -> _Draft:
    if len(group) == 1:
        return group[0][0]
    return _Draft(
        texts=tuple(text for draft, _ in group for text in draft.texts),
        published=tuple(story for draft, _ in group for story in draft.published),
        members=frozenset().union(*(draft.members for draft, _ in group)),
        changed=True,
        seeks=True,
        averages={i: average for draft, average in group if average is not None for i in draft.members},
    )


# ----------------------------------------------------------------------------------------------------------- finishing


class _Finisher:
    """Makes stories of drafts: who is in them, and why."""

    def __init__(
        self,
        articles: Mapping[str, TaggedArticle],
        speakers: Speakers,
        voices: Mapping[str, str],
        labelled: Collection[str],
        reporters: Collection[str],
        moved: Iterable[str],
        taken: Iterable[str],
    ) -> None:
        self._articles = articles
        self._speakers = speakers
        self._voices = voices
        self._labelled = labelled
        self._reporters = reporters
        self._moved = frozenset(moved)  # by hand
        self._taken = frozenset(taken)  # ids of stories
        self._body = lru_cache(maxsize=64)(lambda original: Body(articles[original]))  # of the few with copies just now

    def finish(self, draft: _Draft) -> tuple[Story, dict[str, str]]:
        """The story, members earliest first, and the redirects of those merged into it."""
        published = sorted(
            draft.published, key=lambda story: (min(self._when(m.article_id) for m in story.members), story.id)
        )
        ids = sorted(draft.members, key=self._when)
        # A story keeps the founder that its id was made from, also when an older article turns up.
        first = founder(published[0]) if published else ids[0]
        story = Story(
            id=published[0].id if published else self._new_id(first), members=tuple(self._members(draft, ids, first))
        )
        return story, {gone.id: story.id for gone in published[1:]}

    def _new_id(self, first: str) -> str:
        found = story_id(first)
        while found in self._taken:  # it had founded a story that went on without it
            found = story_id(found)
        return found

    def _when(self, article_id: str) -> tuple[dt.datetime, str]:
        """Sorts articles by age; those from before the window first."""
        tagged = self._articles.get(article_id)
        return age(tagged.article) if tagged else (dt.datetime.min.replace(tzinfo=dt.UTC), article_id)

    def _members(self, draft: _Draft, ids: Iterable[str], first: str) -> Iterator[Member]:
        original_of = {i: text.original for text in draft.texts for i in text.articles}
        earlier_of = {member.article_id: member for story in draft.published for member in story.members}
        reports = [self._articles[text.original] for text in draft.texts]
        derived = find_derivations(reports, self._voices, self._labelled, self._speakers.alike, self._reporters)
        for article_id in ids:
            earlier = earlier_of.get(article_id)
            original = original_of.get(article_id)
            if original and original != article_id:
                yield self._copy(article_id, original, first, earlier)
                continue
            copy_of, kind = None, None
            if derivation := derived.get(article_id):
                copy_of, kind = derivation.original, derivation.kind
            elif earlier and earlier.copy_of in draft.members and not (original and earlier.copy_of in original_of):
                copy_of, kind = earlier.copy_of, earlier.copy_kind  # the other's text, at least, is not at hand
            yield self._enter(article_id, first, draft, earlier, copy_of, kind)

    def _copy(self, article_id: str, original: str, first: str, earlier: Member | None) -> Member:
        """A member that has another one's text. What was said of it stays, unless original or founder is another now."""
        is_first = article_id == first
        if earlier and earlier.copy_of == original and (earlier.reason == FIRST) == is_first:
            return earlier
        # Where a chain of copies leads to the original, the two may have grown apart: still the same text, edited.
        edited = Copy(kind=CopyKind.SYNDICATED, similarity=MIN_JACCARD)
        copy = compare(Body(self._articles[article_id]), self._body(original)) or edited
        return Member(
            article_id=article_id,
            reason=FIRST if is_first else COPY,
            similarity=1.0 if is_first else round(copy.similarity, 4),
            copy_of=original,
            copy_kind=copy.kind,
        )

    def _enter(
        self,
        article_id: str,
        first: str,
        draft: _Draft,
        earlier: Member | None,
        copy_of: str | None,
        kind: CopyKind | None,
    ) -> Member:
        """A member that joined with a text of its own. How it joined stays as it was said, unless the founder is another now."""
        if earlier and (earlier.reason == FIRST) == (article_id == first) and (earlier.reason != COPY or copy_of):
            reason, score = earlier.reason, earlier.similarity
        elif article_id == first:
            reason, score = FIRST, 1.0
        elif article_id in self._moved:
            reason, score = BY_HAND, self._average(article_id, draft)
        else:
            reason, score = SAME_EVENT, draft.averages.get(article_id, earlier.similarity if earlier else 0.0)
        return Member(article_id=article_id, reason=reason, similarity=round(score, 4), copy_of=copy_of, copy_kind=kind)

    def _average(self, article_id: str, draft: _Draft) -> float:
        others = [text.original for text in draft.texts if text.original != article_id][-MAX_SPEAKERS:]
        return sum(self._speakers.alike(article_id, other) for other in others) / max(1, len(others))
