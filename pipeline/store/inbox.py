"""The inbox: sources, links, raw pages, what servers said of freshness, and how the sources fare.

The only database that the crawler uses. Every method is one small transaction, so that a killed crawl loses nothing that was saved and
leaves nothing half saved. Nothing is written where nothing differs: a crawl that finds nothing new leaves the files as they were.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import msgspec
from sqlalchemy import Connection, Engine, Row, bindparam, delete, func, or_, select, update

from pipeline.errors import Reason
from pipeline.model import FetchHints, Frozen, RawPage, SourceHealth, SourceSpec
from pipeline.store.database import insert, pack, reading, unpack, upsert, writing
from pipeline.store.tables import health, http_state, inbox_source, link, page
from pipeline.text.urls import address_id, host

# Ids per IN list and pages per read: bodies of 8 MiB at most are unpacked one by one, keys must stay below SQLite's limit of 32,766.
BATCH = 500
PAGE_BATCH = 50
# What is asked for every page; built once, because building a statement takes longer than its answer.
_KEPT_PAGE = select(page.c.body_hash, page.c.hints).where(page.c.id == bindparam("id"))
_LINK_STATE = select(link.c.state).where(link.c.url == bindparam("url"))
PAGES_OF_LINKS = 20  # the most that most sources have: pages of a listing, sitemaps of an index


class Link(Frozen, frozen=True, kw_only=True):
    """An article's address that a source gave and that is, or was, to be fetched."""

    url: str  # normalised
    source_id: str
    hints: FetchHints = FetchHints()
    attempts: int = 0  # failed fetches so far


class HttpState(Frozen, frozen=True, kw_only=True):
    """What a server said of an address, for the next request to it."""

    url: str
    etag: str = ""
    last_modified: str = ""
    # What a 304 is answered from: it says that all this is as it was.
    body: bytes | None = None  # a robots.txt, or the addresses an index led to, one a line
    items: int = 0  # listed on a page of links
    times: tuple[dt.datetime, ...] = ()  # of these items, as far as they state any
    not_before: dt.datetime | None = None  # UTC; from Retry-After
    moved_to: str = ""  # where it redirected for good (301, 308) when it was last asked, "" if it did not
    moves: int = 0  # how often in a row it did so, always to the same address


class Proposal(Frozen, frozen=True, kw_only=True):
    """A host that sources of queries led to, for a person to judge."""

    host: str
    links: int  # how many different addresses there
    example: str  # the latest of them
    source_ids: tuple[str, ...]  # the queries that found it


class Inbox:
    """All reading and writing of the inbox."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    # -------------------------------------------------------------------------------------------------------------- sources

    def save_source(self, spec: SourceSpec, pages_of_links: Sequence[str]) -> None:
        """Keeps a source. Where it differs from the one kept, its pages of links are read afresh: other rules find other links.

        Args:
            pages_of_links: the addresses under which their validators are kept.
        """
        text = msgspec.json.encode(spec).decode()
        with writing(self.engine) as connection:
            kept = connection.execute(select(inbox_source.c.spec).where(inbox_source.c.id == spec.id)).scalar()
            if kept == text:
                return
            added = insert(connection, inbox_source).values(id=spec.id, spec=text)
            connection.execute(added.on_conflict_do_update(index_elements=["id"], set_={"spec": text}))
            _forget(connection, pages_of_links)

    def sources(self) -> dict[str, SourceSpec]:
        """Every source that was ever crawled here, by id."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(inbox_source.c.spec).order_by(inbox_source.c.id))
            specs = [msgspec.json.decode(row.spec, type=SourceSpec) for row in rows]
        return {spec.id: spec for spec in specs}

    # ----------------------------------------------------------------------------------------------------------- http state

    def http_state(self, url: str) -> HttpState | None:
        """What is known of an address, None if nothing is."""
        with reading(self.engine) as connection:
            row = connection.execute(select(http_state).where(http_state.c.url == url)).first()
        return _state_of(row) if row else None

    def save_http_state(self, state: HttpState) -> None:
        """Keeps what a server said of an address outside a discovery: robots.txt, Retry-After, and where it moved to."""
        if self.http_state(state.url) == state:
            return
        with writing(self.engine) as connection:
            _write_state(connection, state)

    # ---------------------------------------------------------------------------------------------------------------- links

    def save_discovery(
        self, source_id: str, seed_url: str, links: Sequence[Link], state: HttpState | None, now: dt.datetime
    ) -> int:
        """Keeps the links that a page of links gave together with its validators, and returns how many links were new.

        One transaction: were the validators kept first, a crash between would hide the links behind the next 304. Links that are known stay
        as they are; those that were only proposed become links of this source. Without a `state` the page is asked unconditionally next
        time. How often the page moved stays as `save_http_state` left it.
        """
        with writing(self.engine) as connection:
            fresh = _write_links(connection, links, source_id, now)
            kept = _read_state(connection, seed_url)
            moved_to, moves = (kept.moved_to, kept.moves) if kept else ("", 0)
            if state is None and moves:
                state = HttpState(url=seed_url)
            if state is None:
                connection.execute(delete(http_state).where(http_state.c.url == seed_url))
            elif kept != (wanted := msgspec.structs.replace(state, moved_to=moved_to, moves=moves)):
                _write_state(connection, wanted)
        return fresh

    def save_refused(self, source_id: str, links: Sequence[Link], reason: Reason, detail: str, now: dt.datetime) -> int:
        """Keeps links that are never to be fetched, with the reason why, and returns how many of them were new.

        They count as failed, so that `status` tells of them and no later crawl takes them for new. To be called before the discovery they
        belong to is saved: were the crawl killed between the two, they would be found again, not lost.
        """
        with writing(self.engine) as connection:
            about = {"state": "failed", "reason": reason.value, "detail": detail}
            return _write_links(connection, links, source_id, now, about)

    def save_proposals(self, source_id: str, links: Sequence[Link], now: dt.datetime) -> int:
        """Keeps links that a source of queries gave, and returns how many were new. They are never fetched; see `proposals`."""
        with writing(self.engine) as connection:
            return _write_links(connection, links, source_id, now, {"state": "proposed"})

    def proposals(self) -> list[Proposal]:
        """Hosts that sources of queries led to, those with most links first."""
        wanted = select(link.c.url, link.c.source_id, link.c.discovered_at).where(link.c.state == "proposed")
        by_host: dict[str, list[tuple[dt.datetime, str, str]]] = {}
        with reading(self.engine) as connection:
            for url, source_id, discovered_at in connection.execute(wanted):
                by_host.setdefault(host(url), []).append((discovered_at, url, source_id))
        found = [
            Proposal(
                host=name,
                links=len(rows),
                example=max(rows)[1],
                source_ids=tuple(sorted({source_id for _, _, source_id in rows})),
            )
            for name, rows in by_host.items()
        ]
        return sorted(found, key=lambda proposal: (-proposal.links, proposal.host))

    def item_dates(self, source_id: str, limit: int) -> list[dt.datetime]:
        """When links of a source were first seen, latest first: the times of items that state none.

        Each crawl counts about once, however many pages of links it read: moments within an hour of the one before are left out.
        """
        seen = select(link.c.discovered_at).where(link.c.source_id == source_id).distinct()
        latest = seen.order_by(link.c.discovered_at.desc()).limit(limit * PAGES_OF_LINKS)
        moments: list[dt.datetime] = []
        with reading(self.engine) as connection:
            for moment in connection.execute(latest).scalars():
                if not moments or moments[-1] - moment > dt.timedelta(hours=1):
                    moments.append(moment)
        return moments[:limit]

    def unknown(self, urls: Sequence[str]) -> set[str]:
        """Those of these addresses that no source gave before to be fetched."""
        with reading(self.engine) as connection:
            return set(urls) - _known(connection, urls)

    def pending(self, source_ids: Collection[str], now: dt.datetime, max_attempts: int) -> list[Link]:
        """Links of these sources that may be asked now, ordered by address."""
        due = or_(link.c.not_before.is_(None), link.c.not_before <= now)
        wanted = select(link).where(
            link.c.state == "pending", link.c.attempts < max_attempts, link.c.source_id.in_(source_ids), due
        )
        with reading(self.engine) as connection:
            rows = connection.execute(wanted).all()
        # Sorted here: databases differ in the order of letters.
        return sorted((_link_of(row) for row in rows), key=lambda item: item.url)

    def save_failure(
        self, url: str, reason: Reason, detail: str, *, final: bool, not_before: dt.datetime | None, now: dt.datetime
    ) -> None:
        """Counts a failed fetch of a link. A final one is never asked again; one that robots.txt forbids is `disallowed`."""
        del now  # links do not tell when they failed, so that a repeated failure under a frozen clock is the same row
        state = "pending" if not final else "disallowed" if reason is Reason.ROBOTS_DISALLOWED else "failed"
        with writing(self.engine) as connection:
            connection.execute(
                update(link)
                .where(link.c.url == url)
                .values(
                    state=state, attempts=link.c.attempts + 1, reason=reason.value, detail=detail, not_before=not_before
                )
            )

    # ---------------------------------------------------------------------------------------------------------------- pages

    def save_page(self, raw: RawPage) -> bool:
        """Keeps a page and marks its link as fetched; True if the page was not there or its bytes or hints differ."""
        row = _page_row(raw)
        with writing(self.engine) as connection:
            _mark_fetched(connection, raw)
            kept = connection.execute(_KEPT_PAGE, {"id": raw.id}).first()
            if kept and (kept.body_hash, kept.hints) == (row["body_hash"], row["hints"]):
                return False
            row["body"] = pack(raw.body)
            connection.execute(upsert(connection, page, "id", sorted(row.keys() - {"id"})), row)
        return True

    def page_hashes(self) -> dict[str, str]:
        """Page id -> hash of its body and hints, for every page; reads no bodies."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(page.c.id, page.c.body_hash, page.c.hints).order_by(page.c.id))
            return {row.id: body_hash(f"{row.body_hash}{row.hints}".encode()) for row in rows}

    def pages(self, ids: Iterable[str]) -> Iterator[RawPage]:
        """These pages, in the order asked; ids that are not there are passed over."""
        wanted = list(ids)
        for start in range(0, len(wanted), PAGE_BATCH):
            batch = wanted[start : start + PAGE_BATCH]
            with reading(self.engine) as connection:
                rows = {row.id: row for row in connection.execute(select(page).where(page.c.id.in_(batch)))}
            yield from (_page_of(rows[page_id]) for page_id in batch if page_id in rows)

    def prune(self, before: dt.datetime, keep: Collection[str]) -> int:
        """Removes pages fetched before `before`, except the ids in `keep`; returns how many.

        Their links stay, so that they are not fetched again.
        """
        with writing(self.engine) as connection:
            old = connection.execute(select(page.c.id).where(page.c.fetched_at < before)).scalars()
            gone = sorted(set(old) - set(keep))
            for start in range(0, len(gone), BATCH):
                connection.execute(delete(page).where(page.c.id.in_(gone[start : start + BATCH])))
        return len(gone)

    # --------------------------------------------------------------------------------------------------------------- health

    def save_health(self, judged: SourceHealth) -> None:
        """Keeps how a source fares, as crawler.health judged it; its names and its number of pages are not kept, but counted."""
        row = {column.name: getattr(judged, column.name) for column in health.columns}
        with writing(self.engine) as connection:
            before = connection.execute(select(health).where(health.c.source_id == judged.source_id)).first()
            if before is None or before._asdict() != row:
                changed = {key: value for key, value in row.items() if key != "source_id"}
                added = insert(connection, health).values(row)
                connection.execute(added.on_conflict_do_update(index_elements=["source_id"], set_=changed))

    def forget_health(self, active: Collection[str]) -> None:
        """Forgets how sources fared that are no longer asked: what failed before they were taken out troubles nobody."""
        with writing(self.engine) as connection:
            connection.execute(delete(health).where(health.c.source_id.not_in(active)))

    def health(self) -> list[SourceHealth]:
        """How every source that is asked fares, ordered by id, with its names and the number of its pages here."""
        return self._health(None)

    def health_of(self, source_id: str) -> SourceHealth | None:
        """How one source fares, None if nothing is known of it."""
        return next(iter(self._health(source_id)), None)

    def _health(self, source_id: str | None) -> list[SourceHealth]:
        rows = select(health, inbox_source.c.spec).join(
            inbox_source, inbox_source.c.id == health.c.source_id, isouter=True
        )
        grouped = select(page.c.source_id, func.count(), func.max(page.c.fetched_at)).group_by(page.c.source_id)
        if source_id is not None:
            rows = rows.where(health.c.source_id == source_id)
            grouped = grouped.where(page.c.source_id == source_id)
        with reading(self.engine) as connection:
            held = {name: (pages, latest) for name, pages, latest in connection.execute(grouped)}
            found = [_health_of(row, *held.get(row.source_id, (0, None))) for row in connection.execute(rows)]
        return sorted(found, key=lambda entry: entry.source_id)

    def link_state(self, url: str) -> dict[str, str]:
        """Source, state, reason and detail of a link, empty if no source gave it."""
        wanted = select(link.c.source_id, link.c.state, link.c.reason, link.c.detail).where(link.c.url == url)
        with reading(self.engine) as connection:
            row = connection.execute(wanted).first()
        return dict(row._mapping) if row else {}  # noqa: SLF001 - its documented name

    def link_counts(self) -> dict[str, dict[str, int]]:
        """Source id -> state of its links -> how many."""
        counts: dict[str, dict[str, int]] = {}
        grouped = select(link.c.source_id, link.c.state, func.count()).group_by(link.c.source_id, link.c.state)
        with reading(self.engine) as connection:
            for source_id, state, count in connection.execute(grouped):
                counts.setdefault(source_id, {})[state] = count
        return {source_id: dict(sorted(counts[source_id].items())) for source_id in sorted(counts)}

    def failure_counts(self) -> dict[str, dict[str, int]]:
        """Source id -> reason -> how many of its links are not fetched because of it."""
        counts: dict[str, Counter[str]] = {}
        grouped = (
            select(link.c.source_id, link.c.reason, func.count())
            .where(link.c.reason != "", link.c.state != "fetched")
            .group_by(link.c.source_id, link.c.reason)
        )
        with reading(self.engine) as connection:
            for source_id, reason, count in connection.execute(grouped):
                counts.setdefault(source_id, Counter())[reason] = count
        return {source_id: dict(sorted(counts[source_id].items())) for source_id in sorted(counts)}


def body_hash(body: bytes) -> str:
    """16 hex digits of SHA-256."""
    return hashlib.sha256(body).hexdigest()[:16]


# ------------------------------------------------------------------------------------------------------------------- rows


def _forget(connection: Connection, urls: Iterable[str]) -> None:
    """Removes the validators of pages of links and of those they led to."""
    waiting, seen = list(urls), set[str]()
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        seen.add(url)
        state = _read_state(connection, url)
        if state:
            waiting.extend((state.body or b"").decode("utf-8", "replace").splitlines())
            connection.execute(delete(http_state).where(http_state.c.url == url))


def _read_state(connection: Connection, url: str) -> HttpState | None:
    row = connection.execute(select(http_state).where(http_state.c.url == url)).first()
    return _state_of(row) if row else None


def _write_state(connection: Connection, state: HttpState) -> None:
    row: dict[str, object] = {
        "url": state.url,
        "etag": state.etag,
        "last_modified": state.last_modified,
        "body": None if state.body is None else pack(state.body),
        "items": state.items,
        "times": msgspec.json.encode(state.times).decode(),
        "not_before": state.not_before,
        "moved_to": state.moved_to,
        "moves": state.moves,
    }
    changed = {key: value for key, value in row.items() if key != "url"}
    added = insert(connection, http_state).values(row)
    connection.execute(added.on_conflict_do_update(index_elements=["url"], set_=changed))


def _state_of(row: Row[tuple[object, ...]]) -> HttpState:
    body = None if row.body is None else unpack(row.body)
    return HttpState(
        url=row.url,
        etag=row.etag,
        last_modified=row.last_modified,
        body=body,
        items=row.items,
        times=msgspec.json.decode(row.times, type=tuple[dt.datetime, ...]),
        not_before=row.not_before,
        moved_to=row.moved_to,
        moves=row.moves,
    )


def _health_of(row: Row[tuple[object, ...]], pages: int, latest: dt.datetime | None) -> SourceHealth:
    fields = row._asdict()
    spec = fields.pop("spec")
    # The pages tell as well: a crawl that was killed kept them, but noted nothing.
    news = [moment for moment in (fields.pop("last_new"), latest) if moment]
    names = msgspec.json.decode(spec, type=SourceSpec).names if spec else {}
    return SourceHealth(**fields, names=names, last_new=max(news, default=None), pages=pages)


def _write_links(
    connection: Connection,
    links: Sequence[Link],
    source_id: str,
    now: dt.datetime,
    about: Mapping[str, object] = MappingProxyType({}),
) -> int:
    """Adds the links that are not known, with what `about` says of them, and returns how many those were.

    A link that was only proposed is not known to anybody but to another proposal.
    """
    is_proposal = about.get("state") == "proposed"
    known = _known(connection, [item.url for item in links], proposed=is_proposal)
    fresh = {item.url: item for item in links if item.url not in known}
    for item in fresh.values():
        row = {**_link_row(item, source_id, now), **about}
        changed = {key: value for key, value in row.items() if key != "url"}
        added = insert(connection, link).values(row)
        # Another process may have written it since: then it stays as it is.
        connection.execute(
            added.on_conflict_do_nothing(index_elements=["url"])
            if is_proposal
            else added.on_conflict_do_update(index_elements=["url"], set_=changed, where=link.c.state == "proposed")
        )
    return len(fresh)


def _known(connection: Connection, urls: Sequence[str], *, proposed: bool = False) -> set[str]:
    """Those of these addresses that are kept; those that are only proposed count if `proposed`."""
    known: set[str] = set()
    for start in range(0, len(urls), BATCH):
        kept = select(link.c.url).where(link.c.url.in_(urls[start : start + BATCH]))
        known.update(connection.execute(kept if proposed else kept.where(link.c.state != "proposed")).scalars())
    return known


def _link_row(item: Link, source_id: str, now: dt.datetime) -> dict[str, object]:
    return {
        "url": item.url,
        "page_id": address_id(item.url),
        "source_id": source_id,
        "hints": msgspec.json.encode(item.hints).decode(),
        "discovered_at": now,
        "state": "pending",
        "attempts": item.attempts,
        "not_before": None,
        "reason": "",
        "detail": "",
    }


def _link_of(row: Row[tuple[object, ...]]) -> Link:
    hints = msgspec.json.decode(row.hints, type=FetchHints)
    return Link(url=row.url, source_id=row.source_id, hints=hints, attempts=row.attempts)


def _mark_fetched(connection: Connection, raw: RawPage) -> None:
    state = connection.execute(_LINK_STATE, {"url": raw.url}).scalar()
    if state == "fetched":
        return
    row = _link_row(Link(url=raw.url, source_id=raw.source_id, hints=raw.hints), raw.source_id, raw.fetched_at)
    changed = ["state", "reason", "detail", "not_before", *(["source_id"] if state == "proposed" else [])]
    connection.execute(upsert(connection, link, "url", changed), row | {"state": "fetched"})


def _page_row(raw: RawPage) -> dict[str, object]:
    return {
        "id": raw.id,
        "source_id": raw.source_id,
        "url": raw.url,
        "final_url": raw.final_url,
        "fetched_at": raw.fetched_at,
        "status": raw.status,
        "headers": msgspec.json.encode(raw.headers).decode(),
        "body_hash": body_hash(raw.body),
        "hints": msgspec.json.encode(raw.hints).decode(),
    }


def _page_of(row: Row[tuple[object, ...]]) -> RawPage:
    return RawPage(
        id=row.id,
        source_id=row.source_id,
        url=row.url,
        final_url=row.final_url,
        fetched_at=row.fetched_at,
        status=row.status,
        headers=msgspec.json.decode(row.headers, type=tuple[tuple[str, str], ...]),
        body=unpack(row.body),
        hints=msgspec.json.decode(row.hints, type=FetchHints),
    )
