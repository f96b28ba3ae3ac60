"""A hundred hosts of all kinds, the misbehaving among them: in time, at a polite pace by the servers' own logs, nothing healthy lost."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from place import Place
from town import ARTICLES, HEALTHY_KINDS, HOSTS, Town, town

pytestmark = pytest.mark.slow

DELAY_S = 0.2
# A server notes a request when its thread gets its turn. On a busy machine one is noted late and the next in time: single gaps shrink, all
# of a host's together do not. What the crawler does is seen to the millisecond from when it sends.
LATE_S = 0.15


@pytest.fixture(scope="module")
def place(make_place: Callable[[str], Place]) -> Place:
    made = make_place("town")
    made.configure(
        rehearsal={"allow_loopback": True, "delay_s": DELAY_S}, crawl={"timeout_s": 4.0, "shards": 2, "max_body_mib": 2}
    )
    made.internet({}, {})  # only for its notes: which process connected where
    return made


@pytest.fixture(scope="module")
def hosts(place: Place) -> Iterator[Town]:
    with town(place) as running:
        folder = place.root / "archive"
        folder.mkdir()
        (folder / "kept.html").write_text(
            "<html lang=en><title>Kept</title><p>The mayor met a delegation.</p>", "utf-8"
        )
        place.source("kept", str(folder), "archive")
        yield running


@pytest.fixture(scope="module")
def first(place: Place, hosts: Town) -> tuple[int, dict[str, Any], str]:
    return place.crawl("--all", timeout=300)


def test_a_crawl_of_a_hundred_hosts_ends_in_three_minutes(hosts: Town, first: tuple[int, dict[str, Any], str]) -> None:
    code, report, errors = first
    assert code == 3, errors
    assert report["stopped"] == ""
    assert '"level":"ERROR"' not in errors
    assert report["seconds"] < 180
    assert len({seen.host for seen in hosts.server.seen}) == len(HOSTS) == 100
    assert report["total"]["sources"] == len(HOSTS) + 1


def test_every_healthy_item_is_there(place: Place, hosts: Town, first: tuple[int, dict[str, Any], str]) -> None:
    pages = {page.url for page in place.inbox.pages(place.inbox.page_hashes())}
    assert not hosts.pages - pages
    assert {source[:-2] for source in hosts.healthy} == set(HEALTHY_KINDS)
    assert {source: first[1]["sources"][source]["problem"] for source in hosts.healthy} == dict.fromkeys(
        hosts.healthy, ""
    )
    assert first[1]["sources"]["kept"]["pages"] == 1


def test_every_bad_source_has_its_reason(hosts: Town, first: tuple[int, dict[str, Any], str]) -> None:
    problems = {source: first[1]["sources"][source]["problem"] for source in hosts.bad}
    assert {source for source, problem in problems.items() if problem not in hosts.bad[source]} == set(), problems


def requests(hosts: Town, since: int = 0) -> dict[str, list[Any]]:
    """What each host saw, in its order."""
    found = defaultdict(list)
    for seen in hosts.server.seen[since:]:
        found[seen.host].append(seen)
    return found


def assert_polite(place: Place, hosts: Town, since: int = 0) -> None:
    for host, seen in requests(hosts, since).items():
        times = sorted(one.at for one in seen)
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert min(gaps, default=DELAY_S) >= DELAY_S - LATE_S, (host, [(one.path, one.at) for one in seen])
        assert sum(gaps) >= len(gaps) * DELAY_S - LATE_S, (host, gaps)
    sent = defaultdict(list)
    for one in place.requests():
        sent[one["to"]].append(one["at"])
    assert len(sent) == len(HOSTS)
    for host, times in sent.items():
        gaps = [later - earlier for earlier, later in itertools.pairwise(sorted(times))]
        assert min(gaps, default=DELAY_S) >= DELAY_S - 0.005, (host, gaps)


def test_the_gap_between_two_requests_to_a_host_is_kept(
    place: Place, hosts: Town, first: tuple[int, dict[str, Any], str]
) -> None:
    seen = requests(hosts)
    # Its robots.txt, its page of links and its articles: there are gaps to look at.
    assert min(len(seen[host]) for host in hosts.healthy.values()) >= ARTICLES + 2
    assert_polite(place, hosts)


def test_no_host_is_asked_by_two_processes_side_by_side(
    place: Place, hosts: Town, first: tuple[int, dict[str, Any], str]
) -> None:
    """A host may go to another process in a later round; never do two take turns with it."""
    assert_one_process_at_a_time(place, hosts)
    assert len({seen["pid"] for seen in place.connections()}) >= 2  # there were several


def assert_one_process_at_a_time(place: Place, hosts: Town) -> None:
    sent = defaultdict(list)
    for one in sorted(place.requests(), key=lambda one: one["at"]):
        sent[one["to"]].append(one["pid"])
    for host, seen in requests(hosts).items():
        assert len(sent[host]) == len(seen), host  # none was sent without a note
        turns = [pid for pid, _ in itertools.groupby(sent[host])]
        assert len(turns) == len(set(turns)), (host, turns)


def test_another_crawl_asks_for_what_changed_and_stores_nothing_new(
    place: Place, hosts: Town, first: tuple[int, dict[str, Any], str]
) -> None:
    kept = place.rows("page"), place.rows("link")
    before = len(hosts.server.seen)
    place.configure(
        rehearsal={"allow_loopback": True, "delay_s": DELAY_S},
        crawl={"timeout_s": 4.0, "shards": 2, "max_body_mib": 2},
        digest={"now": "2026-11-16T06:00:00+09:00"},
    )

    code, report, errors = place.crawl("--all", timeout=300)

    assert code == 3, errors
    assert (place.rows("page"), place.rows("link")) == kept
    assert (report["total"]["pages_new"], report["total"]["links_new"]) == (0, 0)
    again = requests(hosts, before)
    healthy = set(hosts.healthy.values())
    unconditional = [
        (host, one.path)
        for host in healthy
        for one in again[host]
        if "if-none-match" not in one.headers and (host, one.path) in hosts.server.tagged
    ]
    assert not unconditional
    assert {one.path for host in healthy for one in again[host] if one.path.endswith(".html")} == set()
    assert all(again[host] for host in healthy)
    assert_polite(place, hosts, before)
    assert_one_process_at_a_time(place, hosts)
