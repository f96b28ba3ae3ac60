"""The inbox: sources, links, raw pages, what servers said of freshness, and how the sources fare.

The only database that the crawler uses. Every method is one small transaction, so that a killed crawl loses nothing that was saved and
leaves nothing half saved. Nothing is written where nothing differs: a crawl that finds nothing new leaves the files as they were.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec
from sqlalchemy import Connection, Engine, Row, delete, func, or_, select, update

from pipeline.errors import Reason
from pipeline.model import FetchHints, Frozen, RawPage, SourceHealth, SourceSpec
from pipeline.store.database import insert, pack, reading, unpack, writing
from pipeline.store.tables import health, http_state, inbox_source, link, page
from pipeline.text.urls import address_id

# Ids per IN list and pages per read: bodies of 8 MiB at most are unpacked one by one, keys must stay below SQLite's limit of 32,766.
BATCH = 500
PAGE_BATCH = 50


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
    body: bytes | None = None  # what a 304 is answered from: a robots.txt, or the addresses an index led to, one a line
    not_before: dt.datetime | None = None  # UTC; from Retry-After


class Inbox:
    """All reading and writing of the inbox."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    # -------------------------------------------------------------------------------------------------------------- sources

    def save_source(self, spec: SourceSpec) -> None:
        """Keeps a source. Where it differs from the one kept, its pages of links are read afresh: other rules find other links."""
        text = msgspec.json.encode(spec).decode()
        with writing(self.engine) as connection:
            kept = connection.execute(select(inbox_source.c.spec).where(inbox_source.c.id == spec.id)).scalar()
            if kept == text:
                return
            upsert = insert(connection, inbox_source).values(id=spec.id, spec=text)
            connection.execute(upsert.on_conflict_do_update(index_elements=["id"], set_={"spec": text}))
            _forget(connection, spec.start)

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
        """Keeps what a server said of an address outside a discovery: robots.txt and Retry-After."""
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
        as they are. Without a `state` the page is asked unconditionally next time.
        """
        with writing(self.engine) as connection:
            known = _known(connection, [item.url for item in links])
            fresh = {item.url: item for item in links if item.url not in known}
            for item in fresh.values():
                row = _link_row(item, source_id, now)
                connection.execute(insert(connection, link).values(row).on_conflict_do_nothing(index_elements=["url"]))
            if state is None:
                connection.execute(delete(http_state).where(http_state.c.url == seed_url))
            elif _read_state(connection, seed_url) != state:
                _write_state(connection, state)
        return len(fresh)

    def unknown(self, urls: Sequence[str]) -> set[str]:
        """Those of these addresses that no source gave before."""
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
            kept = connection.execute(select(page.c.body_hash, page.c.hints).where(page.c.id == raw.id)).first()
            if kept and (kept.body_hash, kept.hints) == (row["body_hash"], row["hints"]):
                return False
            row["body"] = pack(raw.body)
            changed = {key: value for key, value in row.items() if key != "id"}
            upsert = insert(connection, page).values(row)
            connection.execute(upsert.on_conflict_do_update(index_elements=["id"], set_=changed))
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

    def save_health(self, source_id: str, ok: bool, new: bool, problem: str, now: dt.datetime) -> None:
        """Notes how a crawl of a source went.

        Args:
            ok: it answered as it should.
            new: it gave a page that was not there.
            problem: reason id, "" if it answered.
        """
        with writing(self.engine) as connection:
            kept = connection.execute(select(health).where(health.c.source_id == source_id)).first()
            row = {
                "source_id": source_id,
                "last_ok": now if ok else kept.last_ok if kept else None,
                "last_new": now if new else kept.last_new if kept else None,
                "failures": 0 if ok else (kept.failures if kept else 0) + 1,
                "problem": problem,
            }
            if kept is None or kept._asdict() != row:
                changed = {key: value for key, value in row.items() if key != "source_id"}
                upsert = insert(connection, health).values(row)
                connection.execute(upsert.on_conflict_do_update(index_elements=["source_id"], set_=changed))

    def forget_health(self, active: Collection[str]) -> None:
        """Forgets how sources fared that are no longer asked: what failed before they were taken out troubles nobody."""
        with writing(self.engine) as connection:
            connection.execute(delete(health).where(health.c.source_id.not_in(active)))

    def health(self) -> list[SourceHealth]:
        """How every source that is asked fares, ordered by id, with its names and the number of its pages here."""
        specs = self.sources()
        with reading(self.engine) as connection:
            grouped = select(page.c.source_id, func.count(), func.max(page.c.fetched_at)).group_by(page.c.source_id)
            held = {source_id: (pages, latest) for source_id, pages, latest in connection.execute(grouped)}
            rows = {row.source_id: row for row in connection.execute(select(health))}
        found = []
        for source_id, row in sorted(rows.items()):
            pages, latest = held.get(source_id, (0, None))
            # The pages tell as well: a crawl that was killed kept them, but noted nothing.
            news = [moment for moment in (row.last_new, latest) if moment]
            found.append(
                SourceHealth(
                    source_id=source_id,
                    names=specs[source_id].names if source_id in specs else {},
                    last_ok=row.last_ok,
                    last_new=max(news, default=None),
                    failures=row.failures,
                    problem=row.problem,
                    pages=pages,
                )
            )
        return found

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
    row = {
        "url": state.url,
        "etag": state.etag,
        "last_modified": state.last_modified,
        "body": None if state.body is None else pack(state.body),
        "not_before": state.not_before,
    }
    changed = {key: value for key, value in row.items() if key != "url"}
    upsert = insert(connection, http_state).values(row)
    connection.execute(upsert.on_conflict_do_update(index_elements=["url"], set_=changed))


def _state_of(row: Row[tuple[object, ...]]) -> HttpState:
    body = None if row.body is None else unpack(row.body)
    return HttpState(url=row.url, etag=row.etag, last_modified=row.last_modified, body=body, not_before=row.not_before)


def _known(connection: Connection, urls: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(urls), BATCH):
        batch = urls[start : start + BATCH]
        known.update(connection.execute(select(link.c.url).where(link.c.url.in_(batch))).scalars())
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
    state = connection.execute(select(link.c.state).where(link.c.url == raw.url)).scalar()
    if state is None:
        row = _link_row(Link(url=raw.url, source_id=raw.source_id, hints=raw.hints), raw.source_id, raw.fetched_at)
        connection.execute(insert(connection, link).values(row | {"state": "fetched"}))
    elif state != "fetched":
        connection.execute(
            update(link).where(link.c.url == raw.url).values(state="fetched", reason="", detail="", not_before=None)
        )


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
