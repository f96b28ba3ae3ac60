"""A crawl of several processes: each host is asked by one of them only, and what one finds on another's hosts is not lost."""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest
from badserver import BadServer, article, redirect, rss
from place import Place

from crawler.shards import Shards

NUMBER = 3


def name_of_shard(shard: int, word: str) -> str:
    """A made-up host that belongs to a shard."""
    names = (f"{word}{number}.example" for number in range(1_000))
    return next(name for name in names if Shards(NUMBER).owner(f"http://{name}/") == shard)


A, B, C = (name_of_shard(shard, "site") for shard in range(NUMBER))
OLD, NEW = name_of_shard(0, "old"), name_of_shard(1, "new")


@pytest.fixture(scope="module")
def web(server: BadServer) -> BadServer:
    # A's feed links to pages on the hosts of all shards; one of them redirects from B to C and on to A.
    links = [f"http://{A}/own", f"http://{B}/guest", f"http://{B}/moved", f"http://{C}/guest", f"http://{B}/lost"]
    server.page(A, "/feed", rss([(link, link, "") for link in links]), "application/rss+xml")
    for host, path in ((A, "/own"), (B, "/guest"), (C, "/guest"), (A, "/at-last")):
        server.page(host, path, article(f"{host}{path}"))
    server.routes[B, "/moved"] = redirect(f"http://{C}/moved")
    server.routes[B, "/lost"] = redirect(f"http://{C}/nowhere")
    server.routes[C, "/moved"] = redirect(f"http://{A}/at-last")
    server.site(B, ["/b1", "/b2"])
    server.site(C, ["/c1", "/c2"])
    # OLD sends everybody to NEW, robots.txt included.
    for path in ("/robots.txt", "/feed", "/a"):
        server.routes[OLD, path] = redirect(f"http://{NEW}{path}")
    server.page(NEW, "/feed", rss([(f"http://{OLD}/a", "a", "")]), "application/rss+xml")
    server.page(NEW, "/a", article("a"))
    server.page(NEW, "/robots.txt", "User-agent: *\nDisallow: /private\n", "text/plain")
    return server


@pytest.fixture(scope="module")
def place(web: BadServer, make_place: Callable[[str], Place]) -> Place:
    made = make_place("shards")
    made.configure(rehearsal={"allow_loopback": True, "proxy": web.url, "delay_s": 0.5}, crawl={"shards": NUMBER})
    for source, host in (("a", A), ("b", B), ("c", C), ("old", OLD)):
        made.source(source, f"http://{host}/feed")
    made.internet({}, {})  # only for its notes: which process connected
    return made


@pytest.fixture(scope="module")
def crawled(place: Place) -> tuple[int, dict[str, Any], str]:
    return place.crawl()


def test_every_page_is_fetched_once_and_kept_under_the_address_asked_for(
    web: BadServer, place: Place, crawled: tuple[int, dict[str, Any], str]
) -> None:
    code, report, errors = crawled
    assert code == 0, (errors, report)
    pages = {page.url: page for page in place.inbox.pages(place.inbox.page_hashes())}
    assert set(pages) == {
        *(f"http://{A}/own", f"http://{B}/guest", f"http://{B}/moved", f"http://{C}/guest"),
        *(f"http://{B}/b1", f"http://{B}/b2", f"http://{C}/c1", f"http://{C}/c2", f"http://{OLD}/a"),
    }
    assert pages[f"http://{B}/moved"].final_url == f"http://{A}/at-last"
    assert report["total"]["pages"] == len(pages)
    asked = [(seen.host, seen.path) for seen in web.seen if seen.path not in ("/robots.txt", "/feed", "/a")]
    assert len(asked) == len(set(asked))


def test_a_page_that_fails_behind_a_redirect_to_another_shard_has_its_reason(
    place: Place, crawled: tuple[int, dict[str, Any], str]
) -> None:
    assert place.links("a")[f"http://{B}/lost"] == ("failed", "gone", 1)


def test_the_counts_of_all_processes_add_up_per_source(crawled: tuple[int, dict[str, Any], str]) -> None:
    sources = crawled[1]["sources"]
    assert {key: (tally["seeds"], tally["links_new"], tally["pages"]) for key, tally in sources.items()} == {
        "a": (1, 5, 4),
        "b": (1, 2, 2),
        "c": (1, 2, 2),
        "old": (1, 1, 1),
    }


def test_the_delay_of_a_host_holds_from_one_round_to_the_next(
    web: BadServer, crawled: tuple[int, dict[str, Any], str]
) -> None:
    for host in (A, B, C, NEW):
        times = sorted(seen.at for seen in web.seen if seen.host == host)
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert min(gaps) > 0.35, (host, gaps)  # as the server sees them, whose threads start late on a busy machine


def test_no_host_is_asked_by_two_processes_at_a_time(
    web: BadServer, place: Place, crawled: tuple[int, dict[str, Any], str]
) -> None:
    """A later round's process may ask a host again; never do two take turns with it."""
    processes = {note["local"]: note["pid"] for note in place.connections()}
    for host in (A, B, C):
        turns = [pid for pid, _ in itertools.groupby(processes[seen.port] for seen in web.seen if seen.host == host)]
        assert len(turns) == len(set(turns)), (host, turns)
    first = {host: processes[next(seen.port for seen in web.seen if seen.host == host)] for host in (A, B, C)}
    assert len(set(first.values())) == NUMBER


def test_robots_rules_on_a_host_of_another_shard_are_obeyed(
    web: BadServer, place: Place, crawled: tuple[int, dict[str, Any], str]
) -> None:
    assert "/robots.txt" in web.paths(NEW)
    assert place.links("old")[f"http://{OLD}/a"][0] == "fetched"


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(line) for line in found.stdout.split()]


@pytest.fixture
def running(
    server: BadServer, make_place: Callable[[str], Place], request: pytest.FixtureRequest
) -> tuple[Place, subprocess.Popen[str]]:
    """A crawl whose processes are all under way."""
    place = make_place("long_shards")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url, "delay_s": 0.3}, crawl={"shards": 2})
    for number in range(4):
        server.site(f"slow{number}.example", [f"/{page}" for page in range(30)])
        place.source(f"slow{number}", f"http://slow{number}.example/feed")
    crawl = subprocess.Popen(
        place.command(*getattr(request, "param", ())),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=place.environment(),
    )
    deadline = time.monotonic() + 30
    while not all(count_links(place, f"slow{number}") for number in range(4)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return place, crawl


def count_links(place: Place, source: str) -> int:
    try:
        return len(place.links(source))
    except sqlite3.OperationalError:  # the crawl has not made its tables yet
        return 0


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def wait_until_gone(pids: list[int], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not all(map(is_gone, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return all(map(is_gone, pids))


def test_sigterm_ends_all_processes_and_reports(running: tuple[Place, subprocess.Popen[str]]) -> None:
    _place, crawl = running
    children = children_of(crawl.pid)
    assert len(children) == 2
    crawl.send_signal(signal.SIGTERM)
    output, errors = crawl.communicate(timeout=12)
    assert crawl.returncode == 75, errors
    assert '"stopped":"SIGTERM"' in output
    assert wait_until_gone(children)


def test_processes_end_when_the_crawl_is_killed(running: tuple[Place, subprocess.Popen[str]]) -> None:
    _, crawl = running
    children = children_of(crawl.pid)
    crawl.kill()
    crawl.communicate()
    assert wait_until_gone(children)


@pytest.mark.parametrize("running", [("--attached",)], indirect=True)
def test_the_crawl_and_its_processes_end_with_the_command_that_started_it(
    running: tuple[Place, subprocess.Popen[str]],
) -> None:
    _, crawl = running
    children = children_of(crawl.pid)
    assert crawl.stdin
    crawl.stdin.close()
    crawl.stdin = None
    crawl.communicate(timeout=5)
    assert crawl.returncode == 75
    assert wait_until_gone(children)


def test_a_process_that_dies_costs_only_its_own_sources(running: tuple[Place, subprocess.Popen[str]]) -> None:
    place, crawl = running
    victim, *others = children_of(crawl.pid)
    os.kill(victim, signal.SIGKILL)
    for other in others:
        os.kill(other, signal.SIGTERM)
    output, _ = crawl.communicate(timeout=12)
    assert '"problem":"crashed"' in output
    # Nothing is lost: what was not fetched waits.
    counts = place.inbox.link_counts()
    assert all(count.get("fetched", 0) + count.get("pending", 0) == 30 for count in counts.values())
