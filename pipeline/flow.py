"""The ordered list of stages that every page goes through, and the run that brings the library up to date.

A stage's result is stored under a key made of its name, its version and its input, so a page is derived again only when its
bytes, its source's description or a rule changed; a killed run loses the page it was at and nothing else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from pipeline import extract, group, identify, tag
from pipeline.errors import Quarantine, Reason, Retry, Setback, Skip
from pipeline.knowledge.lexicon import load_lexicon
from pipeline.knowledge.publishers import load_publishers
from pipeline.model import Article, Constraint, Document, Frozen, Label, RawPage, SourceSpec, Story, TaggedArticle
from pipeline.ports import Embedder, Engine
from pipeline.store.inbox import Inbox
from pipeline.store.library import Derivation, Library, StageResult, StoredSketch
from pipeline.text.clean import clean_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Stories gather articles of three weeks: the slow beat of this field, measured in grouping on several languages.
STORY_WINDOW = dt.timedelta(days=21)
_BATCH = 500  # articles whose sketches or vectors are kept at once: a run that is killed loses no more


class PageTask(Frozen, frozen=True, kw_only=True):
    """One page with what is known of it."""

    page_id: str
    source_id: str
    page_hash: str  # of its body and hints
    page: RawPage | None  # None: pruned from the inbox, its document is in `known`
    source: SourceSpec | None
    known: dict[str, StageResult] = {}


class Stage(NamedTuple):
    """One step of the flow."""

    name: str
    version: str
    makes: type[Any]
    run: Callable[[Any, PageTask], Any]


def page_stages() -> tuple[Stage, ...]:
    """The stages of a page, in order."""
    lexicon = load_lexicon()
    return (
        Stage(extract.NAME, extract.VERSION, Document, lambda page, _: extract.extract(page)),
        Stage(
            identify.NAME, identify.VERSION, Article, lambda document, task: identify.identify(document, task.source)
        ),
        Stage(
            tag.NAME,
            f"{tag.VERSION}+{lexicon.digest}",
            TaggedArticle,
            lambda article, _: tag.tag(article, lexicon),
        ),
    )


def rules_of(source: SourceSpec | None) -> str:
    """Digest of everything but the page that decides what becomes of it."""
    versions = [f"{stage.name} {stage.version}" for stage in page_stages()]
    return _digest("\n".join(versions).encode(), _spell_out(source))


def derive(task: PageTask) -> Derivation:
    """What the stages make of one page. Pure; a stage that fails ends in quarantine, never in an exception."""
    results: list[StageResult] = []
    value: Any = task.page
    source = _spell_out(task.source)
    fingerprint = task.page_hash
    for stage in page_stages():
        result = task.known.get(stage.name)
        key = _digest(stage.name.encode(), stage.version.encode(), source, fingerprint.encode())
        # The body of a pruned page is gone: its document stands, whatever the rules say now.
        is_pruned = value is None
        if result is None or result.outcome == "retry" or (result.key != key and not is_pruned):
            value, result = _run(stage, value, task, key)
        elif result.outcome == "value":
            value = msgspec.json.decode(result.value, type=stage.makes)
        results.append(result)
        if result.outcome != "value":
            value = None
            break
        fingerprint = _digest(result.value)
    return Derivation(
        page_id=task.page_id,
        source_id=task.source_id,
        page_hash=task.page_hash,
        rules=rules_of(task.source),
        results=tuple(results),
        tagged=value,
    )


def abandon(task: PageTask, error: BaseException) -> Derivation:
    """The derivation of a page whose worker ran out of time or died.

    A pruned page keeps the results it had: nothing could make its document again.
    """
    reason = Reason.TOO_SLOW if isinstance(error, TimeoutError) else Reason.CRASHED
    name = page_stages()[0].name if task.page else page_stages()[-1].name
    lost = _set_back(name, task.page_hash, _quarantine(reason, error))
    kept = () if task.page else tuple(result for result in task.known.values() if result.stage != name)
    return Derivation(
        page_id=task.page_id,
        source_id=task.source_id,
        page_hash=task.page_hash,
        rules=rules_of(task.source),
        results=(*kept, lost),
    )


def _quarantine(reason: Reason, error: BaseException) -> Quarantine:
    # An error may quote the page, and no database takes every character of a page.
    return Quarantine(reason=reason, detail=clean_text(f"{type(error).__name__}: {error}", limit=500))


def _run(stage: Stage, value: Any, task: PageTask, key: str) -> tuple[Any, StageResult]:
    try:
        made = stage.run(value, task)
    except Exception as error:  # noqa: BLE001  # one page must never stop the others; the reason is kept and counted
        made = _quarantine(Reason.CRASHED, error)
    if isinstance(made, Skip | Retry | Quarantine):
        return None, _set_back(stage.name, key, made)
    return made, StageResult(stage=stage.name, key=key, outcome="value", value=msgspec.json.encode(made))


def _set_back(stage: str, key: str, setback: Setback) -> StageResult:
    return StageResult(
        stage=stage,
        key=key,
        outcome=type(setback).__name__.lower(),
        reason=setback.reason.value,
        detail=setback.detail,
        not_before=setback.not_before if isinstance(setback, Retry) else None,
    )


def _spell_out(source: SourceSpec | None) -> bytes:
    # Not its JSON: that leaves out defaults by identity, which a worker's copy of the source has lost.
    return repr(source).encode()


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:16]


# --------------------------------------------------------------------------------------------------------------- the run


class ProcessReport(Frozen, frozen=True, kw_only=True):
    """What one run of `process` did."""

    pages: int = 0  # derived in this run
    kept: dict[str, int] = {}  # article class -> pages of this run
    set_back: dict[str, int] = {}  # "skip:too_short" -> pages of this run
    stories: int = 0  # new or changed
    copies: int = 0  # folded in this run
    pruned: int = 0  # raw pages that left the inbox


def process(
    inbox: Inbox,
    library: Library,
    engine: Engine,
    embedder: Embedder | None,
    *,
    now: dt.datetime,
    retention: dt.timedelta,
    limit: int | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> ProcessReport:
    """Derives every page that is new or whose rules changed, groups what came of it, and prunes the inbox.

    Args:
        embedder: what compares meanings across languages; None to do without.
        limit: most pages to derive in this run, None for all; the others wait for the next.
        progress: called with (pages done, pages to do).
    """
    library.save_sources(inbox.sources())
    due = _due(inbox, library, now)
    todo = due[:limit]
    kept: Counter[str] = Counter()
    set_back: Counter[str] = Counter()
    progress(0, len(todo))
    for done, derivation in enumerate(engine.run(derive, _tasks(todo, inbox, library), failed=abandon), start=1):
        library.save_derivation(derivation)
        if derivation.tagged:
            kept[derivation.tagged.relevance.article_class.value] += 1
        else:
            last = derivation.results[-1]
            set_back[f"{last.outcome}:{last.reason}"] += 1
        progress(done, len(todo))
    stories, copies = regroup(library, embedder)
    waiting = {item.page_id for item in due[len(todo) :]}
    waiting |= {page_id for page_id, known in library.derived().items() if known.not_before is not None}
    pruned = inbox.prune(now - retention, keep=waiting)
    return ProcessReport(
        pages=len(todo),
        kept=dict(sorted(kept.items())),
        set_back=dict(sorted(set_back.items())),
        stories=stories,
        copies=copies,
        pruned=pruned,
    )


class _Due(NamedTuple):
    page_id: str
    page_hash: str
    source_id: str  # "" if only the inbox knows
    in_inbox: bool


def _due(inbox: Inbox, library: Library, now: dt.datetime) -> list[_Due]:
    """Pages never derived, changed, derived by other rules, or to be tried again; sorted by id."""
    rules = {source_id: rules_of(spec) for source_id, spec in library.sources().items()}
    hashes, derived = inbox.page_hashes(), library.derived()
    due = []
    for page_id in sorted(hashes.keys() | derived.keys()):
        page_hash = hashes.get(page_id)
        known = derived.get(page_id)
        if known is None:
            due.append(_Due(page_id, page_hash or "", "", in_inbox=True))
            continue
        changed = page_hash is not None and page_hash != known.page_hash
        outdated = known.rules != rules.get(known.source_id, known.rules)
        again = known.not_before is not None and known.not_before <= now
        if changed or outdated or again:
            due.append(_Due(page_id, page_hash or known.page_hash, known.source_id, in_inbox=page_hash is not None))
    return due


def _tasks(due: list[_Due], inbox: Inbox, library: Library) -> Iterator[PageTask]:
    sources = library.sources()
    size = 200  # pages looked up at once
    for at in range(0, len(due), size):
        batch = due[at : at + size]
        known = library.stage_results([item.page_id for item in batch if item.source_id])
        pages = {page.id: page for page in inbox.pages([item.page_id for item in batch if item.in_inbox])}
        for item in batch:
            page = pages.get(item.page_id)
            source_id = page.source_id if page else item.source_id
            yield PageTask(
                page_id=item.page_id,
                source_id=source_id,
                page_hash=item.page_hash,
                page=page,
                source=sources.get(source_id),
                known=known.get(item.page_id, {}),
            )


# --------------------------------------------------------------------------------------------------------------- stories


def regroup(library: Library, embedder: Embedder | None) -> tuple[int, int]:
    """Places every relevant article that has no story yet and does what people decided since; nothing where nothing is new.

    Returns how many stories changed and how many of the placed articles are copies.
    """
    take_out_irrelevant(library)
    ids, constraints = library.ungrouped(), library.constraints()
    decided = _decided_since(library, constraints, set(ids))
    if not ids and not decided:
        return 0, 0
    new = library.articles(ids)
    pairs, kin = _find_copies(library, new)
    window = library.articles(_window(library, new.values(), [*kin, *decided]))
    known = {**window, **new}
    sources = library.sources()
    voices = group.voices_of(known.values(), sources)
    made = group.group(
        list(new.values()),
        list(window.values()),
        library.stories(list(window)),
        voices=voices,
        labelled=labelled_among(known.values(), sources),
        reporters=reporters_among(known.values(), sources, voices),
        copies=pairs,
        vectors=_embed(library, embedder, known) if embedder else {},
        embedder=embedder.name if embedder else "",
        constraints=constraints,
    )
    library.save_stories(made.stories, made.redirects | _follow_founders(made.stories, library.redirects()))
    copies = sum(
        member.copy_of is not None and member.article_id in new for story in made.stories for member in story.members
    )
    return len(made.stories), copies


def take_out_irrelevant(library: Library) -> None:
    """Takes articles out of stories that newer rules call off topic or no article.

    What a person kept apart stays apart: where one of the two is taken out, the first of those that stay in its story takes its place.
    """
    kept_apart = [one for one in library.constraints() if not one.together]
    before = library.stories(sorted({i for one in kept_apart for i in (one.a, one.b)}))
    library.drop_irrelevant_members()
    if not before:
        return
    members = [[member.article_id for member in story.members] for story in before]
    every = sorted(article_id for of_story in members for article_id in of_story)
    there = {member.article_id for story in library.stories(every) for member in story.members}
    heirs = {
        gone: next((other for other in of_story if other in there), gone)
        for of_story in members
        for gone in of_story
        if gone not in there
    }
    decided = {(one.a, one.b) for one in library.constraints()}
    handed_down = {
        (min(pair), max(pair)) for one in kept_apart for pair in [(heirs.get(one.a, one.a), heirs.get(one.b, one.b))]
    }
    library.save_constraints([Constraint(a=a, b=b, together=False) for a, b in sorted(handed_down - decided) if a != b])


def _decided_since(library: Library, constraints: Sequence[Constraint], new: Collection[str]) -> set[str]:
    """The articles of constraints that are not carried out yet; what was decided long ago is true of the stories."""
    stories = library.stories(sorted({i for one in constraints for i in (one.a, one.b)}))
    home = {member.article_id: story.id for story in stories for member in story.members}

    def is_open(one: Constraint) -> bool:
        if one.a in new or one.b in new:
            return True
        return one.a in home and one.b in home and (home[one.a] == home[one.b]) != one.together

    return {i for one in constraints if is_open(one) for i in (one.a, one.b)}


def _follow_founders(stories: Iterable[Story], redirects: Mapping[str, str]) -> dict[str, str]:
    """Where stories that were merged away are now: with their founders, which a split may have taken elsewhere."""
    homes = ((group.story_id(member.article_id), story.id) for story in stories for member in story.members)
    return {old: home for old, home in homes if old in redirects and old != home}


def labelled_among(articles: Iterable[TaggedArticle], sources: Mapping[str, SourceSpec]) -> set[str]:
    """Ids of the articles whose source has a label."""
    known = {key for key, source in sources.items() if set(source.labels) - {Label.QUERY}}
    return {tagged.article.id for tagged in articles if tagged.article.source_id in known}


def reporters_among(
    articles: Iterable[TaggedArticle], sources: Mapping[str, SourceSpec], voices: Mapping[str, str]
) -> set[str]:
    """Ids of the articles that report themselves: no credit names the family whose account they give."""
    publishers = load_publishers().with_sources(sources.values())
    own = ((tagged.article, voices[tagged.article.id]) for tagged in articles)
    return {
        article.id
        for article, voice in own
        if voice and all(publishers.find(credit) != voice for credit in article.references)
    }


def _find_copies(
    library: Library, new: Mapping[str, TaggedArticle]
) -> tuple[list[tuple[str, str, float]], dict[str, TaggedArticle]]:
    """Pairs with the same text of which at least one article is new, and those articles of the pairs that are not.

    Copies are looked for among all articles, however old: a mirror that comes months later brings no news.
    """
    keys, values = _sketch(library, new)
    holders = library.holders((key for of_one in keys.values() for key in of_one), group.MAX_HOLDERS)
    near = {i: {other for key in of_one for other in holders.get(key, ())} - {i} for i, of_one in keys.items()}
    known = sorted({other for others in near.values() for other in others} - new.keys())
    near = group.drop_hopeless(near, values | library.sketches(known, group.SKETCH_VERSION))
    others = library.articles(sorted({other for found in near.values() for other in found} - new.keys()))
    pairs = group.find_copies(new, others, near)
    return pairs, {i: others[i] for a, b, _ in pairs for i in (a, b) if i in others}


def _sketch(library: Library, new: Mapping[str, TaggedArticle]) -> tuple[dict[str, tuple[int, ...]], dict[str, bytes]]:
    """The keys and values of the sketches of new articles; keeps them, and those of all others that have none yet."""
    missing = set(library.unsketched(group.SKETCH_VERSION))
    keys: dict[str, tuple[int, ...]] = {}
    values: dict[str, bytes] = {}
    todo = sorted(missing | new.keys())
    for at in range(0, len(todo), _BATCH):
        batch = todo[at : at + _BATCH]
        articles = library.articles([key for key in batch if key not in new]) | {i: new[i] for i in batch if i in new}
        made = {key: group.make_sketch(tagged.article) for key, tagged in sorted(articles.items())}
        kept = {key: StoredSketch(value=one.value, keys=one.keys) for key, one in made.items() if key in missing}
        library.save_sketches(group.SKETCH_VERSION, kept)
        keys |= {key: one.keys for key, one in made.items() if key in new}
        values |= {key: one.value for key, one in made.items() if key in new}
    return keys, values


def _window(library: Library, new: Iterable[TaggedArticle], kin: Iterable[str]) -> list[str]:
    """Ids of the grouped articles that new ones may belong to: those of the weeks around them, and whole stories of `kin`."""
    spans = _spans(tagged.article.dated for tagged in new)
    near = {article_id for start, end in spans for article_id in library.grouped_between(start, end)}
    related = {member.article_id for story in library.stories(sorted(set(kin))) for member in story.members}
    return sorted(near | related)


def _spans(moments: Iterable[dt.datetime]) -> list[tuple[dt.datetime, dt.datetime]]:
    """All that is within STORY_WINDOW of these moments: one that is years older does not bring the years between."""
    spans: list[tuple[dt.datetime, dt.datetime]] = []
    for moment in sorted(moments):
        start = moment - STORY_WINDOW
        if spans and start <= spans[-1][1]:
            start, _ = spans.pop()
        spans.append((start, moment + STORY_WINDOW))
    return spans


def _embed(
    library: Library, embedder: Embedder, articles: Mapping[str, TaggedArticle]
) -> dict[str, NDArray[np.float32]]:
    """Article id -> its vector; those that the library does not have are made and kept."""
    packed = library.vectors(list(articles), embedder.name)
    missing = sorted(articles.keys() - packed.keys())
    for at in range(0, len(missing), _BATCH):
        batch = missing[at : at + _BATCH]
        rows = embedder.embed([group.text_to_embed(articles[key].article) for key in batch])
        made = {key: group.pack_vector(row) for key, row in zip(batch, rows, strict=True)}
        library.save_vectors(embedder.name, made)
        packed |= made
    # Also those just made come from what is kept, so that a run that was killed between ends with the same stories.
    return {key: group.unpack_vector(value) for key, value in packed.items()}
