"""Crawls that are cut off, repeated, or started twice."""

from __future__ import annotations

import datetime as dt
import functools
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from email.utils import format_datetime

import filelock
import pytest
from badserver import Answer, BadServer, rss
from place import Place

from crawler import run
from crawler.stopping import SAME_WISH_S

PATHS = [f"/n{number:02}" for number in range(20)]

# Kind -> from host and links to path -> page of links, the start first.
KINDS: dict[str, Callable[[str, list[str]], dict[str, str]]] = {
    "feed": lambda host, links: {"/feed": rss([(link, "t", "") for link in links])},
    "sitemap": lambda host, links: {
        "/index.xml": f"<sitemapindex><sitemap><loc>http://{host}/map.xml</loc></sitemap></sitemapindex>",
        "/map.xml": f"<urlset>{''.join(f'<url><loc>{link}</loc></url>' for link in links)}</urlset>",
    },
    "listing": lambda host, links: {
        "/list": f"{''.join(f'<li><a href={link}>t</a>' for link in links[:4])}<a class=next href=/list2>more</a>",
        "/list2": "".join(f"<li><a href={link}>t</a>" for link in links[4:]),
    },
    "wordpress": lambda host, links: {
        "/wp-json/wp/v2/posts": json.dumps([{"link": link, "title": {"rendered": "t"}} for link in links])
    },
    "json_api": lambda host, links: {"/api": json.dumps({"list": [{"url": link} for link in links]})},
}
MORE = {
    "listing": '[selectors]\nitem = "li"\nnext_page = "a.next"\nmax_pages = 2\n',
    "json_api": '[fields]\nitems = "list"\n',
}


@pytest.fixture(scope="module")
def place(server: BadServer, make_place: Callable[[str], Place]) -> Place:
    server.site("long.example", PATHS)
    made = make_place("long")
    made.configure(rehearsal={"allow_loopback": True, "proxy": server.url, "delay_s": 0.05})
    made.source("long", "http://long.example/feed")
    return made


def start_and_wait_for_pages(place: Place, count: int, *options: str, own_group: bool = False) -> subprocess.Popen[str]:
    crawl = subprocess.Popen(
        place.command("--progress", *options),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=place.environment(),
        start_new_session=own_group,
    )
    assert crawl.stderr is not None
    while count:
        line = crawl.stderr.readline()
        assert line, "the crawl ended before it was to be cut off"
        count -= json.loads(line)["event"] == "page"
    return crawl


def fetched(place: Place) -> set[str]:
    return {page.url.removeprefix("http://long.example") for page in place.inbox.pages(place.inbox.page_hashes())}


def test_after_kill_9_exactly_the_missing_pages_are_fetched(server: BadServer, place: Place) -> None:
    crawl = start_and_wait_for_pages(place, 7)
    crawl.kill()
    crawl.communicate()
    kept = fetched(place)
    assert 7 <= len(kept) < len(PATHS)
    before = len(server.seen)

    code, report, errors = place.crawl()

    assert code == 0, errors
    assert sorted(server.paths("long.example", before)) == sorted(["/robots.txt", "/feed", *(set(PATHS) - kept)])
    assert report["total"]["not_modified"] == 1  # the links came from the inbox, not from the feed
    assert fetched(place) == set(PATHS)


def test_the_same_crawl_again_gets_only_304s_and_writes_nothing(server: BadServer, place: Place) -> None:
    dump, before = place.dump(), len(server.seen)

    code, report, errors = place.crawl("--all")

    assert (code, errors) == (0, "")
    assert sorted(server.paths("long.example", before)) == ["/feed", "/robots.txt"]
    assert all("if-none-match" in seen.headers for seen in server.seen[before:])
    assert (report["total"]["not_modified"], report["total"]["pages"], report["total"]["links_new"]) == (1, 0, 0)
    assert place.dump() == dump


def test_what_a_killed_crawl_read_counts_for_the_health_of_the_source(
    server: BadServer, make_place: Callable[[str], Place]
) -> None:
    """The next crawl is told only that the feed is unchanged."""
    server.site("early.example", PATHS)
    newest = dt.datetime(2026, 11, 8, 9, 0, tzinfo=dt.UTC)
    dated = [
        (f"http://early.example{path}", "t", format_datetime(newest - dt.timedelta(days=age)))
        for age, path in enumerate(PATHS)
    ]
    server.page("early.example", "/feed", rss(dated), "application/rss+xml", etag=True)
    place = make_place("early")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url, "delay_s": 0.05})
    place.source("early", "http://early.example/feed")
    crawl = start_and_wait_for_pages(place, 3)
    crawl.kill()
    crawl.communicate()
    assert place.inbox.health() == []

    _, report, _ = place.crawl()

    (health,) = place.inbox.health()
    assert report["total"]["not_modified"] == 1
    assert (health.newest, health.rhythm_h, health.empties, health.problem) == (newest, 24.0, 0, "")


@pytest.mark.parametrize("shards", [1, 2])
def test_after_kill_9_sources_of_every_kind_go_on_where_they_were(
    server: BadServer, make_place: Callable[[str], Place], shards: int
) -> None:
    place = make_place(f"kinds{shards}")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url, "delay_s": 0.05}, crawl={"shards": shards})
    hosts = {kind: f"{kind.replace('_', '-')}{shards}.example" for kind in KINDS}
    for kind, host in hosts.items():
        links = [f"http://{host}/a{number}" for number in range(8)]
        for link in links:
            server.page(host, link.removeprefix(f"http://{host}"), f"<html><title>{link}</title></html>")
        for path, body in KINDS[kind](host, links).items():
            server.whole_path[host, path] = lambda answer, body=body: answer.give(body.encode(), "text/html")
        start = f"http://{host}{next(iter(KINDS[kind](host, links)))}"
        place.source(kind, start, kind, MORE.get(kind, ""))
    crawl = start_and_wait_for_pages(place, 12)
    crawl.kill()
    crawl.communicate(timeout=20)  # its own processes end with it
    kept = {page.url for page in place.inbox.pages(place.inbox.page_hashes())}
    assert 12 <= len(kept) < 8 * len(KINDS)
    before = len(server.seen)

    code, _, errors = place.crawl("--all")

    assert code == 0, errors
    again = {f"http://{seen.host}{seen.path}" for seen in server.seen[before:]}
    assert not again & kept, "what was kept is not asked again"
    wanted = {f"http://{host}/a{number}" for host in hosts.values() for number in range(8)}
    assert {page.url for page in place.inbox.pages(place.inbox.page_hashes())} == wanted


def test_sigterm_ends_soon_and_the_rest_comes_next_time(server: BadServer, make_place: Callable[[str], Place]) -> None:
    place = make_place("term")
    server.site("term.example", PATHS)
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url, "delay_s": 0.2})
    place.source("term", "http://term.example/feed")
    crawl = start_and_wait_for_pages(place, 2)
    asked = time.monotonic()
    crawl.send_signal(signal.SIGTERM)
    output, _ = crawl.communicate(timeout=10)
    assert time.monotonic() - asked < 5
    assert crawl.returncode == 75
    report = json.loads(output)
    assert report["stopped"] == "SIGTERM"
    counts = place.inbox.link_counts()["term"]
    assert counts["fetched"] == report["total"]["pages"]
    assert counts["fetched"] + counts["pending"] == len(PATHS)


def test_what_a_first_crawl_had_not_come_to_when_it_was_stopped_is_no_flood_later(
    server: BadServer, make_place: Callable[[str], Place]
) -> None:
    place = make_place("back-fill")
    host, links = "back-fill.example", {name: [f"/{name}{number}" for number in range(8)] for name in "ab"}
    urls = {
        name: "".join(f"<url><loc>http://{host}{path}</loc></url>" for path in paths) for name, paths in links.items()
    }

    def slowly(answer: Answer, name: str) -> None:
        server.stopping.wait(0.7)
        answer.give(f"<urlset>{urls[name]}</urlset>".encode(), "application/xml")

    for name in "ab":
        server.routes[host, f"/{name}.xml"] = functools.partial(slowly, name=name)
        for path in links[name]:
            server.page(host, path, path)
    parts = "".join(f"<sitemap><loc>http://{host}/{name}.xml</loc></sitemap>" for name in "ab")
    server.page(host, "/index.xml", f"<sitemapindex>{parts}</sitemapindex>", "application/xml")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url, "delay_s": 0.1}, crawl={"flood_cap": 5})
    place.source("late", f"http://{host}/index.xml", "sitemap")
    crawl = start_and_wait_for_pages(place, 0)
    while not {"/a.xml", "/b.xml"} & set(server.paths(host)):
        time.sleep(0.02)
    crawl.send_signal(signal.SIGTERM)
    assert crawl.communicate(timeout=10)
    assert crawl.returncode == 75
    assert len(place.links("late")) == 8  # of one sitemap
    assert place.inbox.health()[0].last_ok, "it did answer"
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url, "delay_s": 0.0}, crawl={"flood_cap": 5})

    code, report, errors = place.crawl("--all")

    assert code == 0, errors
    assert report["total"]["failures"] == {}
    assert {state for state, _, _ in place.links("late").values()} == {"fetched"}
    assert len(place.links("late")) == 16


@pytest.mark.parametrize("shards", [1, 2])
def test_a_terminals_ctrl_c_which_comes_more_than_once_lets_the_page_under_way_end(
    server: BadServer, make_place: Callable[[str], Place], shards: int
) -> None:
    host = f"ctrl-c{shards}.example"
    place = make_place(host)
    server.site(host, PATHS)
    give = server.routes[host, PATHS[1]]

    def slowly(answer: Answer) -> None:
        server.stopping.wait(1)
        give(answer)

    server.routes[host, PATHS[1]] = slowly
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url, "delay_s": 0.2}, crawl={"shards": shards})
    place.source("slow", f"http://{host}/feed")
    crawl = start_and_wait_for_pages(place, 1, own_group=True)
    while PATHS[1] not in server.paths(host):
        time.sleep(0.02)
    os.killpg(crawl.pid, signal.SIGINT)
    crawl.send_signal(signal.SIGTERM)  # from the command that started it
    output, errors = crawl.communicate(timeout=10)
    assert crawl.returncode == 75, errors
    assert json.loads(output)["stopped"] in ("SIGINT", "SIGTERM")
    assert place.inbox.link_counts()["slow"]["fetched"] == 2


def test_who_asks_again_is_not_kept_waiting(server: BadServer, make_place: Callable[[str], Place]) -> None:
    place = make_place("again")
    server.site("again.example", PATHS)
    server.routes["again.example", PATHS[1]] = server.silence
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url, "delay_s": 0.2}, crawl={"timeout_s": 20.0})
    place.source("again", "http://again.example/feed")
    crawl = start_and_wait_for_pages(place, 1)
    while PATHS[1] not in server.paths("again.example"):
        time.sleep(0.02)
    asked = time.monotonic()
    crawl.send_signal(signal.SIGINT)
    time.sleep(SAME_WISH_S + 0.5)
    crawl.send_signal(signal.SIGINT)
    crawl.communicate(timeout=10)
    assert time.monotonic() - asked < 4  # not shard.STOP_S, 6 s
    assert crawl.returncode == 75


def test_a_crawl_whose_parent_is_gone_ends_at_once(server: BadServer, make_place: Callable[[str], Place]) -> None:
    place = make_place("orphan")
    server.site("orphan.example", PATHS)
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url, "delay_s": 0.05}, crawl={"timeout_s": 20.0})
    place.source("orphan", "http://orphan.example/feed")
    server.routes["orphan.example", PATHS[2]] = server.silence
    crawl = start_and_wait_for_pages(place, 2, "--attached")
    assert crawl.stdin is not None
    crawl.stdin.close()  # as the system does when the parent is killed
    crawl.stdin = None
    crawl.communicate(timeout=5)
    assert crawl.returncode == 75


def test_only_one_crawl_runs_at_a_time(
    make_place: Callable[[str], Place], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = make_place("busy")
    place.configure()
    place.source("city", "http://city.example/feed")
    (place.root / "state").mkdir()
    monkeypatch.setattr(run, "LOCK_WAIT_S", 0.05)
    with filelock.FileLock(place.root / "state" / "crawl.lock"):
        assert run.main(["--workspace", str(place.root)]) == 75
    assert "Another crawl" in capsys.readouterr().err
