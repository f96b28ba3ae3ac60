"""Hosts on the deny list are never asked, whatever leads to them, and what led there has its reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from badserver import BadServer, article, redirect, rss
from place import Place

BAD = ("bad.example", "www.bad.example", "later.example")


@pytest.fixture
def place(server: BadServer, make_place: Callable[[str], Place]) -> Place:
    for host in BAD:
        server.site(host, ["/a"])
    made = make_place("denied")
    made.configure(rehearsal={"allow_loopback": True, "proxy": server.url, "delay_s": 0.0})
    deny(made, "bad.example")
    return made


def deny(place: Place, *hosts: str) -> None:
    entries = "".join(f'[[denied]]\nhost = "{host}"\nwhy = "copies others"\n' for host in hosts)
    (place.root / "sources.d" / "denied.toml").write_text(entries, encoding="utf-8")


def asked(server: BadServer, since: int) -> set[tuple[str, str]]:
    return {(seen.host, seen.path) for seen in server.seen[since:] if seen.host in BAD}


def test_what_leads_to_a_denied_host_is_left_with_its_reason(server: BadServer, place: Place) -> None:
    links = ["/own", "/moved", "/moved-for-good"]
    items = [(f"http://links.example{path}", path, "") for path in links] + [("http://www.bad.example/a", "a", "")]
    server.page("links.example", "/feed", rss(items))
    server.page("links.example", "/own", article("own"))
    server.routes["links.example", "/moved"] = redirect("http://bad.example/a")
    server.routes["links.example", "/moved-for-good"] = redirect("http://www.bad.example/a", 308)
    place.source("links", "http://links.example/feed")
    index = [f"<sitemap><loc>http://{host}/map.xml</loc></sitemap>" for host in ("maps.example", "bad.example")]
    server.page("maps.example", "/index.xml", f"<sitemapindex>{''.join(index)}</sitemapindex>", "application/xml")
    urls = "<urlset><url><loc>http://maps.example/a</loc></url></urlset>"
    server.page("maps.example", "/map.xml", urls, "application/xml")
    server.page("maps.example", "/a", article("a"))
    place.source("maps", "http://maps.example/index.xml", "sitemap")
    server.page(
        "pages.example", "/list", "<ul><li><a href=/a>t</a></ul><a class=next href=http://bad.example/2>next</a>"
    )
    server.page("pages.example", "/a", article("a"))
    rules = '[selectors]\nitem = "li"\nnext_page = "a.next"\nmax_pages = 2\n'
    place.source("pages", "http://pages.example/list", "listing", rules)
    server.routes["start.example", "/feed"] = redirect("http://bad.example/feed", 301)
    place.source("start", "http://start.example/feed")
    server.routes["rules.example", "/robots.txt"] = redirect("http://bad.example/robots.txt")
    place.source("rules", "http://rules.example/feed")
    before = len(server.seen)

    code, report, errors = place.crawl()

    assert code == 3, errors
    assert asked(server, before) == set()
    assert place.links("links") == {
        "http://links.example/own": ("fetched", "", 0),
        "http://links.example/moved": ("failed", "denied_host", 1),
        "http://links.example/moved-for-good": ("failed", "denied_host", 1),
        "http://www.bad.example/a": ("failed", "denied_host", 0),
    }
    problems = {key: source["problem"] for key, source in report["sources"].items()}
    assert problems == {"links": "", "maps": "", "pages": "", "start": "denied_host", "rules": "denied_host"}
    assert all(report["sources"][key]["failures"]["denied_host"] == 1 for key in ("maps", "pages"))
    assert all(report["sources"][key]["pages"] == 1 for key in ("links", "maps", "pages"))


def test_a_start_on_a_denied_host_is_not_asked(server: BadServer, place: Place) -> None:
    place.source("start", "http://bad.example/feed")
    place.source("good", "http://good.example/feed")
    server.site("good.example", ["/a"])
    before = len(server.seen)

    code, report, errors = place.crawl()

    assert code == 3, errors
    assert asked(server, before) == set()
    assert report["sources"]["start"]["problem"] == "denied_host"
    assert "copies others" in report["problems"]["start"]
    health = {item.source_id: item for item in place.inbox.health()}
    assert (health["start"].problem, health["start"].last_ok) == ("denied_host", None)


def test_links_that_wait_are_not_asked_once_their_host_is_denied(server: BadServer, place: Place) -> None:
    server.page(
        "waits.example", "/feed", rss([(f"http://{host}/a", "a", "") for host in ("later.example", "waits.example")])
    )
    server.page("waits.example", "/a", article("a"))
    server.page("later.example", "/a", "busy", status=503, etag=False)
    place.source("waits", "http://waits.example/feed")
    place.crawl()
    assert place.links("waits")["http://later.example/a"][0] == "pending"
    deny(place, "later.example")
    before = len(server.seen)

    code, _, errors = place.crawl("--all")

    assert code == 0, errors
    assert asked(server, before) == set()
    assert place.links("waits")["http://later.example/a"][:2] == ("failed", "denied_host")
    assert place.links("waits")["http://waits.example/a"][0] == "fetched"
