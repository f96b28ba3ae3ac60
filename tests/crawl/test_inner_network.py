"""The crawler cannot be turned against its owner's network: whatever pages, feeds, robots files or name servers say, no private address is
ever connected to.

The guard runs as it does for users, without any leave for loopback. Names and public addresses are those of `internet/sitecustomize.py`,
which notes every attempt to connect.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from badserver import Answer, BadServer, article, redirect, rss
from place import Place

PUBLIC = "93.184.216.34"
METADATA = "169.254.169.254"
INSIDE = {
    "loopback.example": "127.0.0.1",
    "private10.example": "10.0.0.5",
    "private172.example": "172.31.255.1",
    "private192.example": "192.168.0.1",
    "linklocal.example": METADATA,
    "cgnat.example": "100.64.0.1",
    "zero.example": "0.0.0.0",
    "multicast.example": "224.0.0.251",
    "broadcast.example": "255.255.255.255",
    "benchmark.example": "198.18.0.1",
    "assignments.example": "192.0.0.192",
    "relay.example": "192.88.99.1",
    "platform.example": "168.63.129.16",
}
HOSTS = (
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[2002:7f00:1::]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2001:0:7f00:1:0:0:80ff:fffe]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fd00::1]",
    "[fec0::1]",
    "[ff02::1]",
    "10.0.0.5",
    "192.168.1.1",
    "172.16.0.1",
    "100.64.0.1",
    METADATA,
    "0xa9fea9fe",
    "192.0.0.192",
    "192.88.99.1",
    "168.63.129.16",
    "[3fff::1]",
    "0",
    "localhost",
    "localhost.",
    "１２７.０.０.１",
    "127。0。0。1",
    "①②⑦.⓪.⓪.①",
    "%31%32%37.0.0.1",
)
WHOLE = (
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "ftp://10.0.0.5/",
    "data:text/html,<h1>hello</h1>",
    "javascript:alert(1)",
    "gopher://127.0.0.1:70/",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    "http://good.example@127.0.0.1/",
    "http://127.0.0.1:80@good.example:x/",
    "http://good.example\\@127.0.0.1/",
    "http:\\\\127.0.0.1\\",
    "//10.0.0.5/x",
    "///10.0.0.5/x",
    "http:////10.0.0.5/x",
    "http://10.0.0.5:22/",
    "http://10.0.0.5:6379/%0D%0AFLUSHALL",
    "http://[::1",
)


def targets(mark: str) -> list[str]:
    """Every form, with addresses that no other source gives: the inbox keeps each once."""
    return [f"http://{host}/{number}{mark}" for number, host in enumerate(HOSTS)] + [url + mark for url in WHOLE]


def inner(server: BadServer, place: Place) -> list[str]:
    """Where the crawl tried to connect to although it may not."""
    return [seen["to"] for seen in place.connections() if seen["to"] != PUBLIC]


def listed(urls: list[str]) -> str:
    items = "".join(f'<li><a href="{url}">item</a></li>' for url in urls)
    return f"<html><base href='http://good.example/'><ul>{items}</ul></html>"


def refresh(to: str) -> Callable[[Answer], None]:
    return lambda answer: answer.give(
        f'<html><meta http-equiv="refresh" content="0; url={to}"><title>r</title>'.encode(), Refresh=f"0; url={to}"
    )


@dataclasses.dataclass
class World:
    server: BadServer
    place: Place
    code: int
    report: dict[str, Any]
    errors: str


@pytest.fixture(scope="module")
def world(server: BadServer, make_place: Callable[[str], Place]) -> World:
    place = make_place("inner")
    place.configure(crawl={"delay_s": 0.02, "timeout_s": 3.0, "max_minutes": 1})
    names = {
        f"{name}.example": [PUBLIC] for name in ("good", "feed", "redirect", "robots", "map", "list", "jump", "refresh")
    }
    names |= {name: [address] for name, address in INSIDE.items()} | {"localhost": ["127.0.0.1"]}
    place.internet(names, {PUBLIC: server.server_address[:2]})  # type: ignore[dict-item]  # host and port

    server.site("good.example", ["/a", "/b"])
    place.source("good", "http://good.example/feed")

    links = [*targets("feed"), *(f"http://{name}/x" for name in INSIDE), "http://feed.example/after"]
    server.page("feed.example", "/feed", rss([(url.replace("<", "&lt;"), "t", "") for url in links]))
    server.page("feed.example", "/after", article("after"))
    place.source("feed", "http://feed.example/feed")

    server.page(
        "list.example",
        "/list",
        listed([*targets("list"), *(f"http://{name}/y" for name in INSIDE), "http://list.example/after"]),
    )
    server.page("list.example", "/after", article("after"))
    place.source("list", "http://list.example/list", "listing", '[selectors]\nitem = "li"')

    away = [*targets("away"), *(f"http://{name}/z" for name in INSIDE)]
    # A redirect to each of them, from pages that are harmless themselves.
    for number, url in enumerate(away):
        server.routes["redirect.example", f"/{number}"] = redirect(url, (301, 302, 303, 307, 308)[number % 5])
    paths = [f"http://redirect.example/{number}" for number in range(len(away))]
    server.page("redirect.example", "/feed", rss([(url, "t", "") for url in paths]))
    place.source("redirect", "http://redirect.example/feed")

    server.routes["refresh.example", "/p"] = refresh(f"http://{METADATA}/latest/meta-data/")
    server.page("refresh.example", "/feed", rss([("http://refresh.example/p", "t", "")]))
    place.source("refresh", "http://refresh.example/feed")

    # The sitemap of an index, and the rules of a host, inside.
    index = "".join(
        f"<sitemap><loc>{url.replace('<', '&lt;').replace('&', '&amp;')}</loc></sitemap>" for url in targets("map")[:45]
    )
    server.page("map.example", "/index.xml", f"<sitemapindex>{index}</sitemapindex>", "application/xml")
    place.source("map", "http://map.example/index.xml", "sitemap")
    server.routes["robots.example", "/robots.txt"] = redirect(f"http://{METADATA}/robots.txt")
    server.site("robots.example", ["/a"])
    place.source("robots", "http://robots.example/feed")

    # A start that leads inside in two steps, and next pages there.
    server.routes["jump.example", "/feed"] = redirect("http://jump.example/2", 301)
    server.routes["jump.example", "/2"] = redirect("http://private10.example/feed", 301)
    place.source("jump", "http://jump.example/feed")
    for number, url in enumerate([f"http://{METADATA}/", "http://cgnat.example/", "http://0x7f.1/", "//[::1]/"]):
        page = f"<html><ul><li><a href=/n{number}>t</a></li></ul><a class=next href='{url}'>next</a></html>"
        server.page("list.example", f"/next{number}", page)
        server.page("list.example", f"/n{number}", article(f"n{number}"))
        place.source(
            f"next{number}",
            f"http://list.example/next{number}",
            "listing",
            '[selectors]\nitem = "li"\nnext_page = "a.next"\nmax_pages = 2',
        )
    for name in INSIDE:
        place.source(name.removesuffix(".example"), f"http://{name}/feed")
    code, report, errors = place.crawl()
    return World(server, place, code, report, errors)


def test_the_crawl_ends_well(world: World) -> None:
    assert world.code == 3, world.errors
    assert world.errors.count('"level":"ERROR"') == 0, world.errors


def test_no_connection_to_a_private_address_is_even_tried(world: World) -> None:
    assert len(world.place.connections()) > 8  # the notes work
    assert inner(world.server, world.place) == []
    assert {seen["port"] for seen in world.place.connections()} == {80}


def test_the_healthy_sources_and_links_lose_nothing(world: World) -> None:
    fetched = {url for page in world.place.links("good").items() if (url := page[0]) and page[1][0] == "fetched"}
    assert fetched == {"http://good.example/a", "http://good.example/b"}
    assert world.place.links("feed")["http://feed.example/after"][0] == "fetched"
    assert world.place.links("list")["http://list.example/after"][0] == "fetched"
    assert world.place.links("refresh")["http://refresh.example/p"][0] == "fetched"
    for number in range(4):
        assert world.place.links(f"next{number}")[f"http://list.example/n{number}"][0] == "fetched"


@pytest.mark.parametrize("source", ["feed", "list"])
def test_links_inside_are_left_with_their_reason(world: World, source: str) -> None:
    links = {url: link for url, link in world.place.links(source).items() if not url.endswith("/after")}
    # Some forms are paths of the page's own host for a browser too.
    outward = {
        url: link for url, link in links.items() if not url.startswith(("http://feed.", "http://list.", "http://good."))
    }
    assert len(outward) >= len(INSIDE) + 20
    assert {link[:2] for link in outward.values()} == {("failed", "blocked_address")} | {("pending", "blocked_address")}
    assert world.report["sources"][source]["failures"]["blocked_address"] == len(outward)


def test_redirects_inside_are_left_with_their_reason(world: World) -> None:
    links = world.place.links("redirect")
    reasons = Counter(reason for _, reason, _ in links.values())
    assert not [url for url, link in links.items() if link[0] == "fetched"]
    assert set(reasons) <= {"blocked_address", "gone"}, reasons  # gone: paths of the host itself, for a browser too
    assert reasons["blocked_address"] >= len(HOSTS) + len(INSIDE) + 8


@pytest.mark.parametrize("source", ["robots", "jump", *sorted(name.removesuffix(".example") for name in INSIDE)])
def test_sources_inside_have_their_reason(world: World, source: str) -> None:
    assert world.report["sources"][source]["problem"] == "blocked_address"
    health = {item.source_id: item for item in world.place.inbox.health()}
    assert health[source].problem == "blocked_address"


def test_a_name_that_turns_inward_between_two_crawls_is_refused_and_its_links_wait(
    server: BadServer, make_place: Callable[[str], Place]
) -> None:
    place = make_place("rebinding")
    place.configure(crawl={"delay_s": 0.02})
    place.source("turn", "http://turn.example/feed")
    routes = {PUBLIC: server.server_address[:2]}
    server.site("turn.example", ["/a", "/b"])
    server.page("turn.example", "/b", "later", status=404, etag=False)

    # Within one crawl the first answer is used for all requests: what comes later is never asked for.
    place.internet({"turn.example": [PUBLIC, "127.0.0.1", "10.0.0.5"]}, routes)  # type: ignore[arg-type]
    assert place.crawl("--source", "turn")[0] == 0
    assert place.links("turn")["http://turn.example/a"][0] == "fetched"

    server.site("turn.example", ["/a", "/c"])
    place.internet({"turn.example": ["10.0.0.5", PUBLIC]}, routes)  # type: ignore[arg-type]
    code, report, _ = place.crawl("--source", "turn")
    assert (code, report["sources"]["turn"]["problem"]) == (1, "blocked_address")

    place.internet({"turn.example": [PUBLIC]}, routes)  # type: ignore[arg-type]
    assert place.crawl("--source", "turn")[0] == 0
    assert place.links("turn")["http://turn.example/c"][0] == "fetched"
    assert inner(server, place) == []


@pytest.mark.slow
def test_name_servers_that_keep_silent_hold_up_no_other_source(
    server: BadServer, make_place: Callable[[str], Place]
) -> None:
    place = make_place("silence")
    place.configure(crawl={"delay_s": 0.02, "timeout_s": 1.0})
    silent = [f"a{number:02}" for number in range(40)]  # more than a pool of threads usually holds
    healthy = [f"z{number}" for number in range(4)]
    place.internet(
        {f"{name}.example": ["wait:3"] for name in silent} | {f"{name}.example": [PUBLIC] for name in healthy},
        {PUBLIC: server.server_address[:2]},  # type: ignore[dict-item]
    )
    for name in healthy:
        server.site(f"{name}.example", ["/a"])
    for name in silent + healthy:
        place.source(name, f"http://{name}.example/feed")

    _, report, _ = place.crawl()

    assert {name: report["sources"][name]["problem"] for name in healthy} == dict.fromkeys(healthy, "")
    assert {report["sources"][name]["problem"] for name in silent} == {"timeout"}
    assert report["seconds"] < 12  # two tries of 1 s each, side by side; the threads are waited for at the end
