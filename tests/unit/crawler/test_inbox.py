"""The inbox, on every kind of database: small transactions that lose nothing and write nothing twice."""

from __future__ import annotations

import datetime as dt
import multiprocessing
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import event
from sqlalchemy.exc import StatementError

from pipeline.errors import Reason
from pipeline.model import FetchHints, Kind, RawPage, SourceHealth, SourceSpec
from pipeline.store.database import open_engine
from pipeline.store.inbox import HttpState, Inbox, Link, Proposal
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
HEALTH = SourceHealth(
    source_id="city",
    last_asked=NOW,
    last_ok=NOW,
    last_new=NOW - dt.timedelta(days=2),
    newest=NOW - dt.timedelta(days=3),
    rhythm_h=41.5,
    failures=2,
    empties=1,
    refusals=3,
    problem="access_refused",
    due=NOW + dt.timedelta(hours=20),
    moved_to="https://city.example/news/feed",
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
        inbox.save_source(SPEC, SPEC.start)
        inbox.save_discovery("city", FEED, [link("a")], STATE, now)
        inbox.save_http_state(HttpState(url="https://city.example/robots.txt", etag="r", body=b"User-agent: *"))
        inbox.save_page(page("a", fetched_at=now))
        inbox.save_health(HEALTH)
        inbox.save_refused("city", [link("flood")], Reason.FLOOD, "over 100", now)
        inbox.save_proposals("query", [link("maybe", "query")], now)

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
    inbox.save_source(SPEC, SPEC.start)
    child = "https://city.example/2"
    inbox.save_discovery("city", FEED, [], msgspec.structs.replace(STATE, body=f"{child}\n{FEED}".encode()), NOW)
    inbox.save_discovery("city", child, [], HttpState(url=child, etag="c"), NOW)
    inbox.save_http_state(HttpState(url="https://city.example/robots.txt", etag="r"))
    inbox.save_source(SPEC, SPEC.start)
    assert inbox.http_state(FEED)
    inbox.save_source(msgspec.structs.replace(SPEC, exclude="shop"), SPEC.start)
    assert inbox.sources()["city"].exclude == "shop"
    assert inbox.http_state(FEED) is None
    assert inbox.http_state(child) is None
    assert inbox.http_state("https://city.example/robots.txt")


def test_health_comes_back_as_it_was_judged_with_the_sources_names_and_its_pages(inbox: Inbox) -> None:
    inbox.save_source(SPEC, SPEC.start)
    inbox.save_health(HEALTH)
    inbox.save_health(SourceHealth(source_id="other", names={"en": "Not kept"}, pages=9))
    assert inbox.health() == [
        msgspec.structs.replace(HEALTH, names={"en": "City"}),
        SourceHealth(source_id="other"),
    ]
    inbox.save_page(page("a", fetched_at=NOW - dt.timedelta(days=9)))
    assert inbox.health_of("city") == msgspec.structs.replace(HEALTH, names={"en": "City"}, pages=1)
    assert inbox.health_of("other") == SourceHealth(source_id="other")
    assert inbox.health_of("nobody") is None
    inbox.save_health(SourceHealth(source_id="city", last_asked=LATER))
    (health, _) = inbox.health()
    assert (health.last_asked, health.last_ok, health.rhythm_h, health.problem, health.moved_to) == (LATER, None, None, "", "")  # fmt: skip


def test_sources_that_are_no_longer_asked_are_forgotten(inbox: Inbox) -> None:
    inbox.save_health(HEALTH)
    inbox.save_health(SourceHealth(source_id="other"))
    inbox.forget_health(["other"])
    assert inbox.health() == [SourceHealth(source_id="other")]


def test_moves_outlive_discoveries_whatever_validators_the_page_has(inbox: Inbox) -> None:
    """An address that redirects is read all the same: its new place has validators of its own, or none."""
    moved = HttpState(url=FEED, moved_to="https://city.example/rss", moves=2)
    inbox.save_http_state(moved)
    inbox.save_discovery("city", FEED, [], STATE, NOW)
    assert inbox.http_state(FEED) == msgspec.structs.replace(STATE, moved_to=moved.moved_to, moves=2)
    inbox.save_discovery("city", FEED, [], None, NOW)
    assert inbox.http_state(FEED) == moved
    inbox.save_http_state(msgspec.structs.replace(moved, moved_to="", moves=0))
    inbox.save_discovery("city", FEED, [], None, NOW)
    assert inbox.http_state(FEED) is None


def test_proposals_are_hosts_and_never_fetched(inbox: Inbox) -> None:
    def proposed(url: str, source_id: str = "query") -> Link:
        return Link(url=url, source_id=source_id)

    first = [proposed("https://a.example/1"), proposed("https://b.example/1"), proposed("https://b.example/1")]
    assert inbox.save_proposals("query", first, NOW) == 2
    more = [proposed("https://b.example/1", "other"), proposed("https://b.example/0", "other")]
    assert inbox.save_proposals("other", more, LATER) == 1
    assert inbox.proposals() == [
        Proposal(host="b.example", links=2, example="https://b.example/0", source_ids=("other", "query")),
        Proposal(host="a.example", links=1, example="https://a.example/1", source_ids=("query",)),
    ]
    assert inbox.pending(["query", "other"], LATER, 3) == []


def test_a_proposed_link_becomes_a_sources_own_when_one_gives_it(inbox: Inbox) -> None:
    inbox.save_proposals("query", [link("a"), link("b")], NOW)
    assert inbox.unknown([link("a").url]) == {link("a").url}
    assert inbox.save_discovery("city", FEED, [link("a")], None, LATER) == 1
    assert inbox.pending(["city"], LATER, 3) == [link("a")]
    inbox.save_page(page("b"))
    assert inbox.link_counts() == {"city": {"fetched": 1, "pending": 1}}
    assert inbox.save_proposals("query", [link("a"), link("b")], LATER) == 0
    assert inbox.proposals() == []


def test_links_that_are_held_back_are_counted_and_never_new_again(inbox: Inbox) -> None:
    inbox.save_discovery("city", FEED, [link("a")], None, NOW)
    assert (
        inbox.save_refused("city", [link("a"), link("b"), link("c")], Reason.FLOOD, "500 new links at once", NOW) == 2
    )
    assert inbox.save_discovery("city", FEED, [link("a"), link("b"), link("c")], None, LATER) == 0
    assert pending(inbox) == ["a"]
    assert inbox.failure_counts() == {"city": {"flood": 2}}
    assert inbox.link_state(link("b").url)["detail"] == "500 new links at once"


def test_times_of_discovery_are_told_once_a_crawl_and_latest_first(inbox: Inbox) -> None:
    moments = [NOW + dt.timedelta(days=day) for day in range(3)]
    for moment, names in zip(moments, ("ab", "c", "de"), strict=True):
        inbox.save_discovery("city", FEED, [link(name) for name in names], None, moment)
        inbox.save_discovery("city", f"{FEED}?page=2", [link(f"{names}2")], None, moment - dt.timedelta(minutes=9))
    inbox.save_discovery("other", FEED, [link("z", "other")], None, LATER + dt.timedelta(days=9))
    assert inbox.item_dates("city", 2) == [moments[2], moments[1]]
    assert inbox.item_dates("city", 9) == moments[::-1]


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
    inbox.save_source(SPEC, SPEC.start)
    inbox.save_page(page("a", fetched_at=NOW))
    inbox.save_health(SourceHealth(source_id="city", last_ok=LATER))
    (health,) = inbox.health()
    assert (health.last_ok, health.last_new) == (LATER, NOW)


def _crawl_alone(url: str, name: str) -> None:
    """What a process of its own does: pages, links that others give too, its health."""
    engine = open_engine(url)
    inbox = Inbox(engine)
    for number in range(PAGES):
        own = f"{name}{number}"
        shared = [link(f"shared{(number + shift) % PAGES}", name) for shift in range(3)]
        inbox.save_discovery(name, f"https://{name}.example/feed", [link(own, name), *shared], None, NOW)
        inbox.save_page(page(own))
        inbox.save_health(SourceHealth(source_id=name, last_asked=NOW + dt.timedelta(minutes=number)))
    engine.dispose()


PROCESSES, PAGES = 4, 200


def test_processes_that_write_at_once_lose_nothing(inbox: Inbox, database_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    names = [f"city_{number}" for number in range(PROCESSES)]
    crawls = [spawn.Process(target=_crawl_alone, args=(database_url, name)) for name in names]
    for crawl in crawls:
        crawl.start()
    for crawl in crawls:
        crawl.join(timeout=120)
    assert [crawl.exitcode for crawl in crawls] == [0] * PROCESSES
    assert set(inbox.page_hashes()) == {page(f"{name}{number}").id for name in names for number in range(PAGES)}
    counts = inbox.link_counts()
    assert sum(states.get("pending", 0) for states in counts.values()) == PAGES
    assert sum(states["fetched"] for states in counts.values()) == PROCESSES * PAGES
    assert [health.last_asked for health in inbox.health()] == [NOW + dt.timedelta(minutes=PAGES - 1)] * PROCESSES
