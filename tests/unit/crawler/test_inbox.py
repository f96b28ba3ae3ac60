"""The inbox, on every kind of database: small transactions that lose nothing and write nothing twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import event
from sqlalchemy.exc import StatementError

from pipeline.errors import Reason
from pipeline.model import FetchHints, Kind, RawPage, SourceSpec
from pipeline.store.database import open_engine
from pipeline.store.inbox import HttpState, Inbox, Link
from pipeline.store.schema import prepare
from pipeline.text.urls import address_id

NOW = dt.datetime(2026, 11, 8, 21, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)
FEED = "https://city.example/feed"
SPEC = SourceSpec(
    id="city",
    names={"en": "City"},
    home="https://city.example/",
    country="JP",
    languages=("ja",),
    kind=Kind.FEED,
    start=(FEED,),
)
STATE = HttpState(url=FEED, etag='"1"', last_modified="Sun, 08 Nov 2026 21:00:00 GMT")


@pytest.fixture
def inbox(database_url: str) -> Iterator[Inbox]:
    engine = open_engine(database_url)
    prepare(engine, "inbox")
    yield Inbox(engine)
    engine.dispose()


@pytest.fixture
def writes(inbox: Inbox) -> list[str]:
    """Every statement that changes rows, from here on."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.split()[0] in ("INSERT", "UPDATE", "DELETE"):
            statements.append(statement)

    event.listen(inbox.engine, "before_cursor_execute", note)
    return statements


def link(name: str, source_id: str = "city") -> Link:
    return Link(url=f"https://city.example/{name}", source_id=source_id, hints=FetchHints(title=f"題名 {name}"))


def page(name: str, body: str = "<p>text", fetched_at: dt.datetime = NOW) -> RawPage:
    url = f"https://city.example/{name}"
    return RawPage(
        id=address_id(url),
        source_id="city",
        url=url,
        final_url=url,
        fetched_at=fetched_at,
        status=200,
        headers=(("content-type", "text/html"),),
        body=body.encode(),
        hints=FetchHints(title=name),
    )


def pending(inbox: Inbox, now: dt.datetime = NOW) -> list[str]:
    return [found.url.rpartition("/")[2] for found in inbox.pending(["city"], now, 3)]


def test_a_discovery_keeps_links_and_validators_together(inbox: Inbox) -> None:
    assert inbox.save_discovery("city", FEED, [link("b"), link("a"), link("b")], STATE, NOW) == 2
    assert inbox.pending(["city"], NOW, 3) == [link("a"), link("b")]
    assert inbox.http_state(FEED) == STATE
    assert inbox.pending(["other"], NOW, 3) == []


def test_a_discovery_that_fails_keeps_neither(inbox: Inbox) -> None:
    broken = HttpState(url=FEED, etag="x", not_before="soon")  # type: ignore[arg-type]
    with pytest.raises(StatementError):
        inbox.save_discovery("city", FEED, [link("a")], broken, NOW)
    assert pending(inbox) == []
    assert inbox.http_state(FEED) is None


def test_known_links_stay_as_they_are(inbox: Inbox) -> None:
    inbox.save_discovery("city", FEED, [link("a")], None, NOW)
    inbox.save_failure(link("a").url, Reason.TIMEOUT, "20 s", final=False, not_before=None, now=NOW)
    assert inbox.save_discovery("other", FEED, [link("a", "other"), link("c", "other")], None, LATER) == 1
    assert inbox.pending(["city"], NOW, 3) == [msgspec.structs.replace(link("a"), attempts=1)]
    assert inbox.unknown([link("a").url, link("z").url]) == {link("z").url}


def test_a_page_of_links_without_validators_is_asked_unconditionally_next_time(inbox: Inbox) -> None:
    inbox.save_discovery("city", FEED, [], STATE, NOW)
    inbox.save_discovery("city", FEED, [], None, NOW)
    assert inbox.http_state(FEED) is None


def test_failures_are_counted_until_they_are_final(inbox: Inbox) -> None:
    inbox.save_discovery("city", FEED, [link(name) for name in "abcd"], None, NOW)
    for _ in range(3):
        inbox.save_failure(link("a").url, Reason.TIMEOUT, "", final=False, not_before=None, now=NOW)
    inbox.save_failure(link("b").url, Reason.GONE, "HTTP 410", final=True, not_before=None, now=NOW)
    inbox.save_failure(link("c").url, Reason.ROBOTS_DISALLOWED, "", final=True, not_before=None, now=NOW)
    inbox.save_failure(link("d").url, Reason.RATE_LIMITED, "", final=False, not_before=LATER, now=NOW)
    assert pending(inbox) == []
    assert pending(inbox, LATER) == ["d"]
    assert inbox.link_counts() == {"city": {"disallowed": 1, "failed": 1, "pending": 2}}
    assert inbox.failure_counts() == {"city": {"gone": 1, "rate_limited": 1, "robots_disallowed": 1, "timeout": 1}}


def test_a_page_comes_back_as_it_was_saved_and_its_link_is_done(inbox: Inbox) -> None:
    inbox.save_discovery("city", FEED, [link("a"), link("b")], None, NOW)
    inbox.save_failure(link("a").url, Reason.TIMEOUT, "", final=False, not_before=None, now=NOW)
    assert inbox.save_page(page("a"))
    assert list(inbox.pages([page("b").id, page("a").id])) == [page("a")]
    assert pending(inbox) == ["b"]
    assert inbox.failure_counts() == {}
    assert list(inbox.page_hashes()) == [page("a").id]


def test_a_page_without_a_link_is_not_fetched_when_a_feed_names_it(inbox: Inbox) -> None:
    inbox.save_page(page("a"))
    assert inbox.save_discovery("city", FEED, [link("a")], None, NOW) == 0
    assert pending(inbox) == []


def test_changed_bytes_replace_a_page_and_change_its_hash(inbox: Inbox) -> None:
    inbox.save_page(page("a"))
    before = inbox.page_hashes()
    assert inbox.save_page(page("a", "<p>corrected", LATER))
    assert inbox.page_hashes() != before
    assert [found.body for found in inbox.pages(before)] == [b"<p>corrected"]


def test_nothing_is_written_where_nothing_differs(inbox: Inbox, writes: list[str]) -> None:
    def everything(now: dt.datetime) -> None:
        inbox.save_source(SPEC)
        inbox.save_discovery("city", FEED, [link("a")], STATE, now)
        inbox.save_http_state(HttpState(url="https://city.example/robots.txt", etag="r", body=b"User-agent: *"))
        inbox.save_page(page("a", fetched_at=now))
        inbox.save_health("city", ok=True, new=False, problem="", now=NOW)

    everything(NOW)
    assert writes
    writes.clear()
    everything(LATER)
    assert writes == []


def test_robots_txt_and_waiting_are_kept(inbox: Inbox) -> None:
    state = HttpState(url="https://city.example/robots.txt", body=b"User-agent: *\nDisallow: /", not_before=LATER)
    inbox.save_http_state(state)
    assert inbox.http_state(state.url) == state


def test_a_changed_source_has_its_pages_of_links_read_afresh(inbox: Inbox) -> None:
    inbox.save_source(SPEC)
    child = "https://city.example/2"
    inbox.save_discovery("city", FEED, [], msgspec.structs.replace(STATE, body=f"{child}\n{FEED}".encode()), NOW)
    inbox.save_discovery("city", child, [], HttpState(url=child, etag="c"), NOW)
    inbox.save_http_state(HttpState(url="https://city.example/robots.txt", etag="r"))
    inbox.save_source(SPEC)
    assert inbox.http_state(FEED)
    inbox.save_source(msgspec.structs.replace(SPEC, exclude="shop"))
    assert inbox.sources()["city"].exclude == "shop"
    assert inbox.http_state(FEED) is None
    assert inbox.http_state(child) is None
    assert inbox.http_state("https://city.example/robots.txt")


def test_health_tells_success_novelty_and_failures_in_a_row(inbox: Inbox) -> None:
    inbox.save_source(SPEC)
    inbox.save_page(page("a"))
    inbox.save_health("city", ok=True, new=True, problem="", now=NOW)
    for _ in range(2):
        inbox.save_health("city", ok=False, new=False, problem="timeout", now=LATER)
    (health,) = inbox.health()
    assert (health.last_ok, health.last_new, health.failures, health.problem, health.pages) == (
        NOW,
        NOW,
        2,
        "timeout",
        1,
    )
    assert health.names == {"en": "City"}
    inbox.save_health("city", ok=True, new=False, problem="", now=LATER)
    (health,) = inbox.health()
    assert (health.last_ok, health.last_new, health.failures, health.problem) == (LATER, NOW, 0, "")


def test_pruning_removes_old_pages_but_never_fetches_them_again(inbox: Inbox) -> None:
    inbox.save_discovery("city", FEED, [link(name) for name in "abc"], None, NOW)
    for name, when in (("a", NOW), ("b", NOW), ("c", LATER)):
        inbox.save_page(page(name, fetched_at=when))
    assert inbox.prune(LATER, {page("b").id}) == 1
    assert set(inbox.page_hashes()) == {page("b").id, page("c").id}
    assert pending(inbox) == []
    assert inbox.save_discovery("city", FEED, [link("a")], None, LATER) == 0


def test_pages_that_a_killed_crawl_kept_count_as_news_of_their_source(inbox: Inbox) -> None:
    """It noted nothing itself, and the crawl after it finds nothing new."""
    inbox.save_source(SPEC)
    inbox.save_page(page("a", fetched_at=NOW))
    inbox.save_health("city", ok=True, new=False, problem="", now=LATER)
    (health,) = inbox.health()
    assert (health.last_ok, health.last_new) == (LATER, NOW)
