"""The library: everything derived from the inbox's pages, durable at once, each step in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, and_, delete, func, select, update

from pipeline.knowledge.ties import Ties
from pipeline.model import (
    Article,
    CompleteTies,
    Constraint,
    CopyKind,
    Delivery,
    DeliveryState,
    Frozen,
    Issue,
    Member,
    SourceSpec,
    Story,
    TaggedArticle,
    TagKind,
    Tie,
    TieKind,
)
from pipeline.store import search
from pipeline.store.database import insert, pack, reading, unpack, upsert, writing
from pipeline.store.tables import (
    article,
    band,
    complete_ties,
    delivery,
    derived_page,
    issue,
    issue_article,
    library_source,
    sketch,
    stage_result,
    story_constraint,
    story_member,
    story_redirect,
    tag,
    tie,
    vector,
)

T = TypeVar("T")

# A search entry holds this much of an article: PostgreSQL's tsvector counts positions up to 16,383, and no news text is longer.
SEARCHED_CHARS = 15_000
# Ids per IN list, below SQLite's limit on host parameters (32,766 since 3.32).
BATCH = 5_000


class StageResult(Frozen, frozen=True, kw_only=True):
    """How one stage ended for one page."""

    stage: str
    key: str  # 16 hex digits: hash of the stage's name, version and input
    outcome: str  # "value" | "skip" | "retry" | "quarantine"
    reason: str = ""
    detail: str = ""
    not_before: dt.datetime | None = None
    value: bytes = b""  # JSON of the stage's type


class Derived(NamedTuple):
    """How a page was last derived."""

    source_id: str
    page_hash: str
    rules: str
    not_before: dt.datetime | None


class Derivation(Frozen, frozen=True, kw_only=True):
    """What the stages made of one page."""

    page_id: str
    source_id: str
    page_hash: str
    rules: str  # digest of the stages' versions
    results: tuple[StageResult, ...]
    tagged: TaggedArticle | None = None  # None: not an article


class StoredSketch(Frozen, frozen=True, kw_only=True):
    """What is kept of an article's text to find its copies; pipeline.group makes and reads it."""

    value: bytes
    keys: tuple[int, ...]  # of its bands; signed 64 bits


class Found(Frozen, frozen=True, kw_only=True):
    """One hit of a search."""

    article_id: str
    story_id: str
    title: str
    url: str
    language: str
    dated: dt.datetime
    source_id: str


class Library:
    """All reading and writing of the library."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    # ------------------------------------------------------------------------------------------------------ sources

    def save_sources(self, specs: Mapping[str, SourceSpec]) -> None:
        """Keeps what the crawler knows of the sources, so that names outlive the inbox."""
        known = self.sources()
        with writing(self.engine) as connection:
            for spec in specs.values():
                if known.get(spec.id) != spec:
                    row = {"id": spec.id, "spec": msgspec.json.encode(spec).decode()}
                    added = insert(connection, library_source).values(row)
                    connection.execute(added.on_conflict_do_update(index_elements=["id"], set_={"spec": row["spec"]}))

    def sources(self) -> dict[str, SourceSpec]:
        with reading(self.engine) as connection:
            rows = connection.execute(select(library_source.c.spec).order_by(library_source.c.id))
            specs = [msgspec.json.decode(row.spec, type=SourceSpec) for row in rows]
        return {spec.id: spec for spec in specs}

    # -------------------------------------------------------------------------------------------------- page stages

    def derived(self) -> dict[str, Derived]:
        """Page id -> how it was last derived."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(derived_page))
            return {row.id: Derived(row.source_id, row.page_hash, row.rules, row.not_before) for row in rows}

    def stage_results(self, page_ids: Sequence[str]) -> dict[str, dict[str, StageResult]]:
        """Page id -> stage -> its stored result."""
        results: dict[str, dict[str, StageResult]] = {}
        with reading(self.engine) as connection:
            for ids in _batches(page_ids):
                for row in connection.execute(select(stage_result).where(stage_result.c.page_id.in_(ids))):
                    results.setdefault(row.page_id, {})[row.stage] = StageResult(
                        stage=row.stage,
                        key=row.key,
                        outcome=row.outcome,
                        reason=row.reason,
                        detail=row.detail,
                        value=unpack(row.value) if row.value else b"",
                    )
        return results

    def save_derivation(self, made: Derivation) -> None:
        """The results of all stages of one page and the article they led to, in one transaction."""
        with writing(self.engine) as connection:
            not_before = None
            # Before its stage results change: the search index forgets an article by the text it was added with.
            self._remove_article(connection, article.c.page_id == made.page_id)
            connection.execute(delete(stage_result).where(stage_result.c.page_id == made.page_id))
            for result in made.results:
                not_before = result.not_before or not_before
                connection.execute(
                    stage_result.insert().values(
                        page_id=made.page_id,
                        stage=result.stage,
                        key=result.key,
                        outcome=result.outcome,
                        reason=result.reason,
                        detail=result.detail,
                        value=pack(result.value) if result.value else None,
                    )
                )
            row = {
                "id": made.page_id,
                "source_id": made.source_id,
                "page_hash": made.page_hash,
                "rules": made.rules,
                "not_before": not_before,
            }
            added = insert(connection, derived_page).values(row)
            connection.execute(added.on_conflict_do_update(index_elements=["id"], set_=row))
            if made.tagged:
                self._add_article(connection, made.page_id, made.tagged)

    def _add_article(self, connection: Connection, page_id: str, tagged: TaggedArticle) -> None:
        found = tagged.article
        # Two pages may declare one canonical address: the smaller page id stands for it, in whatever order they come.
        holder = connection.execute(select(article.c.page_id).where(article.c.id == found.id)).scalar()
        if holder is not None and holder < page_id:
            return
        if holder is not None:
            self._remove_article(connection, article.c.id == found.id)
        connection.execute(
            article.insert().values(
                id=found.id,
                number=search.number_of(found.id),
                page_id=page_id,
                source_id=found.source_id,
                url=found.url,
                title=found.title,
                language=found.language,
                published=found.published.value if found.published else None,
                dated=found.dated,
                first_seen=found.first_seen,
                article_class=tagged.relevance.article_class.value,
                relevance=tagged.relevance.score,
            )
        )
        if tagged.tags:
            rows = [{"article_id": found.id, "kind": t.kind.value, "id": t.id, "score": t.score} for t in tagged.tags]
            connection.execute(tag.insert(), rows)
        if tagged.relevance.relevant:
            search.add_entry(connection, found.id, _searched(found))

    def _remove_article(self, connection: Connection, which: ColumnElement[bool]) -> None:
        old = connection.execute(select(article.c.id).where(which)).scalar()
        if old is None:
            return
        for stored in self._load_articles(connection, [old]):
            if stored.relevance.relevant:
                search.remove_entry(connection, old, _searched(stored.article))
        for of_article in (tag, sketch, vector):
            connection.execute(delete(of_article).where(of_article.c.article_id == old))
        connection.execute(delete(article).where(article.c.id == old))

    def outcome_counts(self) -> list[tuple[str, str, str, str, int]]:
        """Rows (source id, stage, outcome, reason, pages) of all stages that ended without a value, sorted."""
        query = (
            select(
                derived_page.c.source_id,
                stage_result.c.stage,
                stage_result.c.outcome,
                stage_result.c.reason,
                func.count().label("pages"),
            )
            .join(stage_result, stage_result.c.page_id == derived_page.c.id)
            .where(stage_result.c.outcome != "value")
            .group_by(derived_page.c.source_id, stage_result.c.stage, stage_result.c.outcome, stage_result.c.reason)
        )
        with reading(self.engine) as connection:
            return sorted((r.source_id, r.stage, r.outcome, r.reason, r.pages) for r in connection.execute(query))

    # ----------------------------------------------------------------------------------------------------- articles

    def articles(self, ids: Sequence[str]) -> dict[str, TaggedArticle]:
        """Article id -> article, for those that exist."""
        with reading(self.engine) as connection:
            found = [tagged for batch in _batches(ids) for tagged in self._load_articles(connection, batch)]
        return {tagged.article.id: tagged for tagged in found}

    def _load_articles(self, connection: Connection, ids: Sequence[str]) -> list[TaggedArticle]:
        query = (
            select(stage_result.c.value)
            .join(article, article.c.page_id == stage_result.c.page_id)
            .where(article.c.id.in_(ids), stage_result.c.stage == "tag", stage_result.c.value.is_not(None))
        )
        return [msgspec.json.decode(unpack(row.value), type=TaggedArticle) for row in connection.execute(query)]

    def article_counts(self) -> dict[str, int]:
        """Article class -> how many."""
        query = select(article.c.article_class, func.count()).group_by(article.c.article_class)
        with reading(self.engine) as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def locate(self, url: str, page_id: str, name: str) -> tuple[str, str]:
        """(page id, article id) of a page by its address, its own id or its article's; "" for what does not exist."""
        by_article = select(article.c.page_id, article.c.id).where(
            (article.c.url == url) | (article.c.page_id.in_((page_id, name))) | (article.c.id == name)
        )
        by_page = select(derived_page.c.id).where(derived_page.c.id.in_((page_id, name)))
        with reading(self.engine) as connection:
            if row := connection.execute(by_article).first():
                return row.page_id, row.id
            return connection.execute(by_page).scalar() or "", ""

    def search(
        self, query: str, *, language: str = "", city: str = "", since: dt.datetime | None = None, limit: int = 20
    ) -> list[Found]:
        """Relevant articles that hold every word of the query, newest first."""
        with reading(self.engine) as connection:
            numbers = search.find_entries(connection, query)
            found: list[Row[*tuple[object, ...]]] = []
            for batch in _batches(numbers):
                statement = (
                    select(article, story_member.c.story_id)
                    .outerjoin(story_member, story_member.c.article_id == article.c.id)
                    .where(article.c.number.in_(batch))
                    .order_by(article.c.dated.desc(), article.c.id)
                    .limit(limit)
                )
                if language:
                    statement = statement.where(
                        (article.c.language == language) | article.c.language.startswith(f"{language}-")
                    )
                if since:
                    statement = statement.where(article.c.dated >= since)
                if city:
                    tagged = select(tag.c.article_id).where(tag.c.kind == "city", tag.c.id == city)
                    statement = statement.where(article.c.id.in_(tagged))
                found += connection.execute(statement).all()
        hits = [
            Found(
                article_id=row.id,
                story_id=row.story_id or "",
                title=row.title,
                url=row.url,
                language=row.language,
                dated=row.dated,
                source_id=row.source_id,
            )
            for row in found
        ]
        return sorted(hits, key=lambda hit: (-hit.dated.timestamp(), hit.article_id))[:limit]

    # ------------------------------------------------------------------------------------------------------ stories

    def ungrouped(self) -> list[str]:
        """Ids of the relevant articles that belong to no story yet, sorted."""
        query = (
            select(article.c.id)
            .outerjoin(story_member, story_member.c.article_id == article.c.id)
            .where(article.c.article_class != "off_topic", story_member.c.article_id.is_(None))
            .order_by(article.c.id)
        )
        with reading(self.engine) as connection:
            return [row.id for row in connection.execute(query)]

    def grouped_between(self, start: dt.datetime, end: dt.datetime) -> list[str]:
        """Ids of the articles of all stories that have one dated in [start, end), sorted."""
        touched = (
            select(story_member.c.story_id)
            .join(article, article.c.id == story_member.c.article_id)
            .where(article.c.dated >= start, article.c.dated < end)
        )
        query = select(story_member.c.article_id).where(story_member.c.story_id.in_(touched))
        with reading(self.engine) as connection:
            return sorted(row.article_id for row in connection.execute(query))

    def stories(self, article_ids: Sequence[str] | None = None) -> list[Story]:
        """The stories of these articles, or all, sorted by id."""
        with reading(self.engine) as connection:
            if article_ids is None:
                rows = list(connection.execute(select(story_member)))
            else:
                rows = []
                for batch in _batches(article_ids):
                    ids = select(story_member.c.story_id).where(story_member.c.article_id.in_(batch))
                    rows += connection.execute(select(story_member).where(story_member.c.story_id.in_(ids)))
        members: dict[str, dict[int, Member]] = {}
        for row in rows:
            members.setdefault(row.story_id, {})[row.position] = Member(
                article_id=row.article_id,
                reason=row.reason,
                similarity=row.similarity,
                copy_of=row.copy_of,
                copy_kind=CopyKind(row.copy_kind) if row.copy_kind else None,
            )
        return [Story(id=key, members=tuple(m for _, m in sorted(members[key].items()))) for key in sorted(members)]

    def save_stories(self, stories: Iterable[Story], redirects: Mapping[str, str]) -> None:
        """New and changed stories and merges, in one transaction."""
        with writing(self.engine) as connection:
            for old, new in redirects.items():
                connection.execute(delete(story_member).where(story_member.c.story_id == old))
                connection.execute(update(story_redirect).where(story_redirect.c.new == old).values(new=new))
                added = insert(connection, story_redirect).values(old=old, new=new)
                connection.execute(added.on_conflict_do_update(index_elements=["old"], set_={"new": new}))
            stories = list(stories)
            for story in stories:  # all before any is written: a split moves members from one to another
                connection.execute(delete(story_member).where(story_member.c.story_id == story.id))
                # A story that was merged and is split off again lives under its id again.
                connection.execute(delete(story_redirect).where(story_redirect.c.old == story.id))
            for story in stories:
                rows = [
                    {
                        "article_id": member.article_id,
                        "story_id": story.id,
                        "position": position,
                        "reason": member.reason,
                        "similarity": member.similarity,
                        "copy_of": member.copy_of,
                        "copy_kind": member.copy_kind.value if member.copy_kind else None,
                    }
                    for position, member in enumerate(story.members)
                ]
                connection.execute(story_member.insert(), rows)

    def drop_irrelevant_members(self) -> int:
        """Takes articles out of stories that newer rules call off topic or no article; those in an issue stay.

        Copies of what was taken out go too: they belong to no story until they are grouped again.
        """
        relevant = select(article.c.id).where(article.c.article_class != "off_topic")
        published = select(issue_article.c.article_id)
        statement = delete(story_member).where(
            story_member.c.article_id.not_in(relevant), story_member.c.article_id.not_in(published)
        )
        kept = story_member.alias()
        orphans = delete(story_member).where(
            story_member.c.copy_of.is_not(None),
            story_member.c.copy_of.not_in(select(kept.c.article_id)),
            story_member.c.article_id.not_in(published),
        )
        with writing(self.engine) as connection:
            return connection.execute(statement).rowcount + connection.execute(orphans).rowcount

    def redirects(self) -> dict[str, str]:
        """Merged-away story id -> the story it is in now."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(story_redirect).order_by(story_redirect.c.old))
            return {row.old: row.new for row in rows}

    # ------------------------------------------------------------------------------------------- copies and vectors

    def unsketched(self, version: str) -> list[str]:
        """Ids of the relevant articles that have no sketch of this version, sorted."""
        current = select(sketch.c.article_id).where(sketch.c.version == version)
        query = select(article.c.id).where(article.c.article_class != "off_topic", article.c.id.not_in(current))
        with reading(self.engine) as connection:
            return sorted(connection.execute(query).scalars())

    def save_sketches(self, version: str, sketches: Mapping[str, StoredSketch]) -> None:
        """Keeps the sketches of these articles and the bands that they are found by."""
        rows = [{"article_id": key, "version": version, "value": kept.value} for key, kept in sketches.items()]
        keys = [
            {"key": key, "number": search.number_of(article_id)}
            for article_id, kept in sketches.items()
            for key in sorted(set(kept.keys))
        ]
        with writing(self.engine) as connection:
            if rows:
                connection.execute(upsert(connection, sketch, "article_id", ["version", "value"]), rows)
            if keys:
                connection.execute(insert(connection, band).on_conflict_do_nothing(), keys)

    def sketches(self, ids: Sequence[str], version: str) -> dict[str, bytes]:
        """Article id -> the value of its sketch, for those that have one of this version."""
        return self._values(select(sketch.c.article_id, sketch.c.value).where(sketch.c.version == version), ids)

    def holders(self, keys: Iterable[int], most: int) -> dict[int, list[str]]:
        """Key of a band that several articles have -> ids of the relevant ones, sorted; of more than `most` only two.

        Who has a key is only read where it can be of use: nearly all are one article's, and what a site leaves on every page
        may be in every article it ever gave. Two are enough to know one more copy of a text that very many have.
        """
        found: dict[int, list[str]] = {}
        of_key = (
            func.count().label("holders"),
            func.min(band.c.number).label("low"),
            func.max(band.c.number).label("high"),
        )
        count = select(band.c.key, *of_key)
        query = select(band.c.key, band.c.number, article.c.id).join(article, article.c.number == band.c.number)
        with reading(self.engine) as connection:
            for batch in _batches(sorted(set(keys))):
                several = count.where(band.c.key.in_(batch)).group_by(band.c.key).having(func.count() > 1)
                counted = list(connection.execute(several))
                few = [row.key for row in counted if row.holders <= most]
                two = {row.key: (row.low, row.high) for row in counted if row.holders > most}
                ends = band.c.number.in_(sorted({number for both in two.values() for number in both}))
                for which in (band.c.key.in_(few), and_(band.c.key.in_(list(two)), ends)):
                    for row in connection.execute(query.where(which, article.c.article_class != "off_topic")):
                        if row.number in two.get(row.key, (row.number,)):
                            found.setdefault(row.key, []).append(row.id)
        return {key: sorted(found[key]) for key in sorted(found)}

    def save_vectors(self, embedder: str, vectors: Mapping[str, bytes]) -> None:
        """Keeps the vectors that this embedder made, one per article; those of another embedder are replaced."""
        rows = [{"article_id": key, "embedder": embedder, "value": value} for key, value in vectors.items()]
        with writing(self.engine) as connection:
            if rows:
                connection.execute(upsert(connection, vector, "article_id", ["embedder", "value"]), rows)

    def vectors(self, ids: Sequence[str], embedder: str) -> dict[str, bytes]:
        """Article id -> its vector, for those that have one of this embedder."""
        return self._values(select(vector.c.article_id, vector.c.value).where(vector.c.embedder == embedder), ids)

    def _values(self, query: Select[str, bytes], ids: Sequence[str]) -> dict[str, bytes]:
        """What a query for (article id, value) gives for these articles."""
        (article_id, _) = query.selected_columns
        with reading(self.engine) as connection:
            found = [row for batch in _batches(ids) for row in connection.execute(query.where(article_id.in_(batch)))]
        return {row.article_id: row.value for row in found}

    def constraints(self) -> list[Constraint]:
        """What people decided of stories, sorted."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(story_constraint).order_by(story_constraint.c.a, story_constraint.c.b))
            return [Constraint(a=row.a, b=row.b, together=row.together) for row in rows]

    def save_constraints(self, constraints: Iterable[Constraint]) -> None:
        """Keeps what a person decided; the latest word on a pair counts."""
        rows = [{"a": min(one.a, one.b), "b": max(one.a, one.b), "together": one.together} for one in constraints]
        with writing(self.engine) as connection:
            for row in rows:
                added = insert(connection, story_constraint).values(row)
                changed = {"together": row["together"]}
                connection.execute(added.on_conflict_do_update(index_elements=["a", "b"], set_=changed))

    # ------------------------------------------------------------------------------------------------------- issues

    def issues(self) -> list[Issue]:
        """All issues, oldest first."""
        with reading(self.engine) as connection:
            rows = list(connection.execute(select(issue.c.value).order_by(issue.c.week)))
        return [msgspec.json.decode(unpack(row.value), type=Issue) for row in rows]

    def published_articles(self) -> dict[str, str]:
        """Article id -> week of the issue it was in."""
        with reading(self.engine) as connection:
            return {row.article_id: row.week for row in connection.execute(select(issue_article))}

    def save_issue(self, made: Issue, article_ids: Iterable[str]) -> None:
        """The issue and the articles it covers, in one transaction."""
        with writing(self.engine) as connection:
            connection.execute(
                issue.insert().values(
                    week=made.week,
                    number=made.number,
                    last_day=made.last_day,
                    value=pack(msgspec.json.encode(made)),
                )
            )
            rows = [{"article_id": key, "week": made.week} for key in sorted(article_ids)]
            if rows:
                connection.execute(issue_article.insert(), rows)

    def earliest_article(self) -> dt.datetime | None:
        """When the first article was first seen."""
        with reading(self.engine) as connection:
            return connection.execute(select(func.min(article.c.first_seen))).scalar()

    def articles_dated(self, start: dt.datetime, end: dt.datetime) -> list[str]:
        """Ids of the relevant articles dated in [start, end), sorted."""
        query = (
            select(article.c.id)
            .where(article.c.dated >= start, article.c.dated < end, article.c.article_class != "off_topic")
            .order_by(article.c.id)
        )
        with reading(self.engine) as connection:
            return [row.id for row in connection.execute(query)]

    def undated_articles(self) -> list[str]:
        """Ids of the relevant articles without a publication date, sorted."""
        query = select(article.c.id).where(article.c.published.is_(None), article.c.article_class != "off_topic")
        with reading(self.engine) as connection:
            return sorted(row.id for row in connection.execute(query))

    # --------------------------------------------------------------------------------------------------------- ties

    def ties(self) -> Ties:
        """What was imported and what Wikidata brought, without the ties that ship."""
        with reading(self.engine) as connection:
            found = connection.execute(select(tie)).mappings()
            rows = [Tie(**{**row, "kind": TieKind(row["kind"])}) for row in found]
            lists = connection.execute(select(complete_ties)).mappings()
            complete = [CompleteTies(**{**row, "kind": TieKind(row["kind"]) if row["kind"] else None}) for row in lists]
        return Ties().with_rows(rows, complete)

    def save_ties(self, ties: Iterable[Tie], complete: Iterable[CompleteTies] = ()) -> None:
        """Keeps them in one transaction; they replace those of the same pair and kind, and of the same city and kind."""
        with writing(self.engine) as connection:
            for row in ties:
                values = msgspec.structs.asdict(row) | {"kind": row.kind.value}
                added = insert(connection, tie).values(values)
                connection.execute(added.on_conflict_do_update(index_elements=["a", "b", "kind"], set_=values))
            for known in complete:
                values = msgspec.structs.asdict(known) | {"kind": known.kind.value if known.kind else ""}
                added = insert(connection, complete_ties).values(values)
                connection.execute(added.on_conflict_do_update(index_elements=["city", "kind"], set_=values))

    def tagged(self, kind: TagKind) -> list[str]:
        """Ids of the tags of one kind that any article has, sorted."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(tag.c.id).where(tag.c.kind == kind.value).distinct())
            return sorted(row.id for row in rows)

    # ------------------------------------------------------------------------------------------------------- ledger

    def deliveries(self, week: str) -> dict[tuple[str, str], Delivery]:
        """(edition, reader) -> the ledger's row."""
        with reading(self.engine) as connection:
            found = _deliveries(connection, select(delivery).where(delivery.c.week == week))
        return {(row.edition, row.reader): row for row in found}

    def deliveries_to(self, reader_id: str) -> list[Delivery]:
        """The ledger's rows of one reader, oldest issue first."""
        with reading(self.engine) as connection:
            query = select(delivery).where(delivery.c.reader == reader_id)
            return _deliveries(connection, query.order_by(delivery.c.week, delivery.c.edition))

    def unfinished_weeks(self) -> list[str]:
        """The issues of which some message is neither sent nor failed, nor unknown to all; sorted."""
        states = [state.value for state in (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DEFERRED)]
        query = select(delivery.c.week).where(delivery.c.state.in_(states)).distinct().order_by(delivery.c.week)
        with reading(self.engine) as connection:
            return [row.week for row in connection.execute(query)]

    def save_delivery(self, row: Delivery) -> None:
        """One row of the ledger, durable when this returns."""
        values = msgspec.structs.asdict(row) | {"state": row.state.value}
        key = ("week", "edition", "reader")
        changed = [name for name in values if name not in key]
        with writing(self.engine) as connection:
            connection.execute(upsert(connection, delivery, key, changed), values)


def _deliveries(connection: Connection, query: Select[Any]) -> list[Delivery]:
    rows = connection.execute(query).mappings()
    return [Delivery(**{**row, "state": DeliveryState(row["state"])}) for row in rows]


def _searched(found: Article) -> str:
    return f"{found.title}\n{found.text[:SEARCHED_CHARS]}"


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for at in range(0, len(items), BATCH):
        yield items[at : at + BATCH]
