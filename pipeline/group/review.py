"""Stories that were joined just so, and stories that were kept apart just so: the decisions worth a person's look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline.group.linkage import MAX_SPEAKERS, Merge, average_link, link
from pipeline.group.neighbours import find_neighbours
from pipeline.group.similarity import MAX_DAYS_APART, PENALTY_OTHER_TYPE, PENALTY_PER_DAY, Profile, Scale, scale_of
from pipeline.group.speakers import Speakers, Vectors, texts_of
from pipeline.group.stories import MAX_VETOED
from pipeline.model import Constraint, Frozen, Story, TaggedArticle

# How far from the threshold a decision is in doubt. Two days between reports move a similarity by as much, and so does one tag
# more or less.
BAND = 0.1
# Signals and articles shown of a pair: what a person reads in a minute.
MAX_SIGNALS = 6
MAX_REPORTS = 5

JOINED, APART = "joined", "apart"


class Report(Frozen, frozen=True, kw_only=True):
    """One article as a person is shown it."""

    article_id: str
    title: str
    url: str
    language: str
    day: str  # ISO; published, else first seen


class Side(Frozen, frozen=True, kw_only=True):
    """One of the two that are in doubt: a story, or a part of one."""

    story_id: str
    reports: tuple[Report, ...]  # earliest first, at most 5, one per text


class Doubt(Frozen, frozen=True, kw_only=True):
    """A decision near the threshold."""

    decided: str  # "joined": both sides are in one story; "apart"
    similarity: float  # average over all pairs of reports, 4 digits
    threshold: float  # from which on they are joined
    a: Side  # the one with the earlier report
    b: Side
    signals: dict[
        str, float
    ]  # of the two most alike reports: what speaks for (+) and against (-) one event, strongest first


def find_doubts(
    stories: Iterable[Story],
    articles: Mapping[str, TaggedArticle],
    *,
    vectors: Vectors | None = None,
    embedder: str = "",
    constraints: Iterable[Constraint] = (),
    band: float = BAND,
) -> list[Doubt]:
    """What was joined below the threshold plus `band` or kept apart above the threshold minus `band`, nearest to it first.

    What a person decided already is left out, and so is what contradictions keep apart.

    Args:
        articles: by id; members that are missing are passed over.
        vectors: article id -> its vector by this embedder.
    """
    texts = {story.id: [i for i in texts_of(story) if i in articles] for story in stories}
    originals = (articles[i] for ids in texts.values() for i in ids)
    speakers = Speakers(originals, vectors or {}, scale_of(embedder))
    review = _Review(texts, articles, speakers, constraints, band)
    found = [*review.joined(), *review.apart()]
    return sorted(found, key=lambda doubt: (abs(doubt.similarity - doubt.threshold), _ids(doubt.a), _ids(doubt.b)))


def _ids(side: Side) -> tuple[str, ...]:
    return tuple(report.article_id for report in side.reports)


class _Review:
    """Stories as the numbers of their speakers."""

    def __init__(
        self,
        texts: Mapping[str, Sequence[str]],
        articles: Mapping[str, TaggedArticle],
        speakers: Speakers,
        constraints: Iterable[Constraint],
        band: float,
    ) -> None:
        self._articles = articles
        self._speakers = speakers
        self._threshold = speakers.scale.threshold
        self._band = band
        self._decided = {(one.a, one.b) for one in constraints} | {(one.b, one.a) for one in constraints}
        numbers = speakers.number
        self._stories = {i: sorted(numbers[text] for text in texts[i] if text in numbers) for i in sorted(texts)}

    def joined(self) -> Iterator[Doubt]:
        """Two parts of one story whose union hardly reached the threshold, or no longer reaches it."""
        for story_id, members in self._stories.items():
            parts = dict(enumerate([number] for number in members))
            for united, merge in enumerate(self._merge_all(members), start=len(members)):
                a, b = parts[merge.a], parts[merge.b]
                parts[united] = sorted((*a, *b))
                if merge.average < self._threshold + self._band and not self._is_decided(a, b):
                    yield self._doubt(JOINED, merge.average, (story_id, a), (story_id, b))

    def _merge_all(self, members: Sequence[int]) -> list[Merge]:
        return link(
            [[number] for number in members],
            range(len(members)),
            similarity=lambda a, b: self._speakers.compare(a, b) or 0.0,
            neighbours=lambda _: members,
            threshold=0.0,
            max_vetoed=1.0,
        )

    def apart(self) -> Iterator[Doubt]:
        """Two stories that nearly reached the threshold."""
        home = {number: story_id for story_id, members in self._stories.items() for number in members}
        least = self._threshold - self._band
        neighbours = find_neighbours(self._speakers.profiles, list(home))
        pairs = {
            tuple(sorted((home[number], home[other])))
            for number in home
            for other in neighbours(number)
            if home[other] != home[number] and (self._speakers.compare(number, other) or 0.0) >= least
        }
        for left, right in sorted(pairs):
            a, b = self._stories[left], self._stories[right]
            average = average_link(a[-MAX_SPEAKERS:], b[-MAX_SPEAKERS:], self._speakers.compare, MAX_VETOED)
            if average is not None and average >= least and not self._is_decided(a, b):
                yield self._doubt(APART, average, (left, a), (right, b))

    def _is_decided(self, a: Iterable[int], b: Iterable[int]) -> bool:
        ids = self._speakers.ids
        return bool(self._decided) and any((ids[x], ids[y]) in self._decided for x in a for y in b)

    def _doubt(self, decided: str, average: float, a: tuple[str, list[int]], b: tuple[str, list[int]]) -> Doubt:
        a, b = sorted((a, b), key=lambda side: side[1])
        return Doubt(
            decided=decided,
            similarity=round(average, 4),
            threshold=self._threshold,
            a=self._side(*a),
            b=self._side(*b),
            signals=self._signals(a[1], b[1]),
        )

    def _side(self, story_id: str, members: Sequence[int]) -> Side:
        articles = [self._articles[self._speakers.ids[number]].article for number in members[:MAX_REPORTS]]
        return Side(
            story_id=story_id,
            reports=tuple(
                Report(article_id=i.id, title=i.title, url=i.url, language=i.language, day=i.dated.date().isoformat())
                for i in articles
            ),
        )

    def _signals(self, a: Iterable[int], b: Sequence[int]) -> dict[str, float]:
        compare = self._speakers.compare
        _, x, y = max((compare(x, y) or 0.0, -x, -y) for x in a for y in b)
        return weigh_signals(self._speakers.profiles[-x], self._speakers.profiles[-y], self._speakers.scale)


def weigh_signals(a: Profile, b: Profile, scale: Scale) -> dict[str, float]:
    """The strongest parts of the similarity of two reports, strongest first, 3 digits.

    Tags ("city:geonames:1792947"), "text" and "meaning" with what each adds, days, persons and figures in common with how rare
    they are, "days apart" and "other kind of event" below 0.
    """
    mix = scale.same_language if a.language == b.language else scale.across
    found = {key: mix.entities * weight * b.entities[key] for key, weight in a.entities.items() if key in b.entities}
    found |= {key: rarity for key, rarity in a.signs.items() if key in b.signs}
    found["text"] = mix.text * sum(weight * b.text[key] for key, weight in a.text.items() if key in b.text)
    if a.meaning is not None and b.meaning is not None:
        found["meaning"] = mix.meaning * float(a.meaning @ b.meaning)
    if a.types and b.types and not a.types & b.types:
        found["other kind of event"] = -PENALTY_OTHER_TYPE
    if a.day and b.day:
        found["days apart"] = -PENALTY_PER_DAY * min(MAX_DAYS_APART, abs((a.day - b.day).days))
    rounded = {key: round(value, 3) for key, value in found.items()}
    ranked = sorted((key for key in rounded if rounded[key]), key=lambda key: (-abs(rounded[key]), key))
    return {key: rounded[key] for key in ranked[:MAX_SIGNALS]}
