"""One crawl of servers whose answers become large, deep or slow: each costs bounded seconds and megabytes, the healthy ones lose nothing."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bombs
import pytest
from badserver import BadServer, article
from place import Place

RSS = "<rss version='2.0'><channel><item><title>ENTITY</title><link>http://{}.example/0</link></item></channel></rss>"
SITEMAP = "<urlset><url><loc>http://{}.example/0</loc><title>ENTITY</title></url></urlset>"
HEALTHY = [f"healthy{number}" for number in range(4)]

# ------------------------------------------------------------------------------------------------------------ compression

PACKED = {
    "gzip": ("feed", "too_large"),
    "deflate": ("feed", "too_large"),
    "brotli": ("feed", "too_large"),
    "zstd": ("feed", "too_large"),
    "twice": ("feed", "too_large"),
    "sitemap": ("sitemap", "bad_feed"),
    "within": ("sitemap", "bad_feed"),
    "robots": ("feed", "too_large"),
}
SERVERS, PAGES = 8, 5


@pytest.fixture(scope="module")
def packed(server: BadServer, make_place: Callable[[str], Place]) -> tuple[Place, int, dict[str, Any], str]:
    place = make_place("packed")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url}, crawl={"timeout_s": 10.0})
    answers = {
        "gzip": bombs.packed(bombs.gzip_bomb(), "text/xml", "gzip"),
        "deflate": bombs.packed(bombs.deflate_bomb(), "text/xml", "deflate"),
        "brotli": bombs.packed(bombs.brotli_bomb(), "text/xml", "br"),
        "zstd": bombs.packed(bombs.zstd_bomb(), "text/xml", "zstd"),
        "twice": bombs.packed(gzip.compress(bombs.gzip_bomb(), mtime=0), "text/xml", "gzip, gzip"),
        # The packed file is a sitemap's own form; the wire may pack it once more.
        "sitemap": lambda answer: answer.give(bombs.gzip_bomb(), "application/gzip"),
        "within": bombs.packed(gzip.compress(bombs.gzip_bomb(), mtime=0), "application/gzip", "gzip"),
        "robots": None,
    }
    for name, answer in answers.items():
        if answer:
            server.routes[f"{name}.example", "/feed"] = answer
        place.source(name, f"http://{name}.example/feed", PACKED[name][0])
    server.routes["robots.example", "/robots.txt"] = bombs.packed(bombs.gzip_bomb(), "text/plain", "gzip")
    server.site("page.example", ["/bomb", "/after"])
    server.routes["page.example", "/bomb"] = bombs.packed(bombs.gzip_bomb(), "text/html", "gzip")
    place.source("page", "http://page.example/feed")
    _add_healthy(server, place)
    return (place, *place.crawl())


def _add_healthy(server: BadServer, place: Place) -> None:
    for name in HEALTHY:
        server.site(f"{name}.example", ["/a", "/b"])
        place.source(name, f"http://{name}.example/feed")


def test_a_gibibyte_in_a_megabyte_is_cut_off(packed: tuple[Place, int, dict[str, Any], str]) -> None:
    _, code, report, errors = packed
    assert len(bombs.gzip_bomb()) < 1.2 * bombs.MIB
    assert code == 3, errors
    # Nine of them at once, each with 8 MiB of what it unpacked to; one alone adds 11 MiB to what a crawl takes anyway.
    assert report["peak_mib"] < 200
    assert report["seconds"] < 10
    assert '"level":"ERROR"' not in errors


def test_one_bomb_costs_less_than_150_mib_and_many_not_many_times_as_much(
    server: BadServer, make_place: Callable[[str], Place]
) -> None:
    server.site("one.example", ["/bomb"])
    server.routes["one.example", "/bomb"] = bombs.packed(bombs.gzip_bomb(), "text/html", "gzip")
    one = make_place("one")
    one.configure(rehearsal={"allow_loopback": True, "proxy": server.url}, crawl={"timeout_s": 10.0})
    one.source("one", "http://one.example/feed")
    many = make_place("many")
    many.configure(rehearsal={"allow_loopback": True, "proxy": server.url}, crawl={"timeout_s": 10.0})
    for number in range(SERVERS):
        host = f"many{number}.example"
        server.site(host, [f"/{page}" for page in range(PAGES)])
        for page in range(PAGES):
            server.routes[host, f"/{page}"] = bombs.packed(bombs.gzip_bomb(), "text/html", "gzip")
        many.source(f"many{number}", f"http://{host}/feed")

    assert one.crawl()[1]["peak_mib"] < 150
    _, report, errors = many.crawl()
    assert report["total"]["failures"] == {"too_large": SERVERS * PAGES}, errors
    assert (
        report["peak_mib"] < 220
    )  # ten more for each of them where what was unpacked is kept until Python looks for it


@pytest.mark.parametrize("source", PACKED)
def test_a_packed_bomb_is_a_reason_of_its_source(packed: tuple[Place, int, dict[str, Any], str], source: str) -> None:
    assert packed[2]["sources"][source]["problem"] == PACKED[source][1]


def test_a_page_that_is_a_bomb_is_given_up_and_the_next_page_is_read(
    packed: tuple[Place, int, dict[str, Any], str],
) -> None:
    links = packed[0].links("page")
    assert links["http://page.example/bomb"] == ("failed", "too_large", 1)
    assert links["http://page.example/after"][0] == "fetched"


def test_bombs_beside_them_cost_the_healthy_nothing(packed: tuple[Place, int, dict[str, Any], str]) -> None:
    assert [packed[2]["sources"][name]["pages"] for name in HEALTHY] == [2] * len(HEALTHY)


# ------------------------------------------------------------------------------------------------- headers, size, depth, XML

# Name -> kind, what makes it (or a handler), how many links it gives (None: any number up to max_items), the reason "" if it is read.
BAD_HEADERS = {
    "cookies": (bombs.many_cookies, "too_large"),
    "names": (bombs.many_names, "too_large"),
    "long": (bombs.long_header, "connection_failed"),
    "folded": (bombs.folded_header, "too_large"),
    "headers": (bombs.endless_headers, "too_large"),
    "hints": (bombs.endless_hints, "too_large"),
}
FIELDS = '[fields]\nitems = "items"\n'
LISTING = '[selectors]\nitem = "ITEM"\n'
READ: dict[str, tuple[str, Callable[[str], bytes], int, str]] = {
    "many_feed": ("feed", bombs.many_feed_items, 3, ""),
    "many_map": ("sitemap", bombs.many_sitemap_entries, 3, ""),
    "many_list": ("listing li", bombs.many_listing_items, 3, ""),
    "many_json": ("feed", bombs.many_json_items, 3, ""),
    "deep_feed": ("feed", bombs.deep_feed, 1, ""),
    "deep_map": ("sitemap", bombs.deep_sitemap, 1, ""),
    "deep_list": ("listing li", bombs.deep_listing, 1, ""),
    "deep_items": ("listing .item", bombs.deep_listing_of_items, 0, "bad_listing"),
    "wide_items": ("listing .item", bombs.wide_text_in_deep_items, 1, ""),
    "deep_json": ("feed", bombs.deep_json, 0, "bad_feed"),
    "deep_objects": ("feed", bombs.deep_json_objects, 0, "bad_feed"),
    "numbers": ("feed", bombs.huge_numbers, 0, "bad_feed"),
    "api": ("json_api", bombs.many_json_items, 3, ""),
    "deep_api": ("json_api", bombs.deep_json, 0, "bad_feed"),
    "title": ("feed", bombs.long_title, 1, ""),
    "tags": ("feed", bombs.open_tags_in_titles, 3, ""),
    "doctypes": ("feed", bombs.many_doctypes, 1, ""),
    "comments": ("feed", bombs.many_comments, 0, ""),
    "declarations": ("feed", bombs.many_declarations, 1, ""),
    "spaces": ("feed", bombs.spaces, 1, ""),
}


@pytest.fixture(scope="module")
def headers(server: BadServer, make_place: Callable[[str], Place]) -> dict[str, Any]:
    place = make_place("headers")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url}, crawl={"timeout_s": 10.0})
    for name, (handler, _) in BAD_HEADERS.items():
        server.routes[f"{name}.example", "/feed"] = handler
        place.source(name, f"http://{name}.example/feed")
    _add_healthy(server, place)
    code, report, errors = place.crawl()
    assert code == 3, errors
    assert '"level":"ERROR"' not in errors
    return report


@pytest.mark.parametrize("source", BAD_HEADERS)
def test_headers_without_end_are_cut_off(headers: dict[str, Any], source: str) -> None:
    assert headers["sources"][source]["problem"] == BAD_HEADERS[source][1]


def test_headers_without_end_cost_little(headers: dict[str, Any]) -> None:
    assert headers["seconds"] < 8
    assert headers["peak_mib"] < 150
    assert [headers["sources"][name]["pages"] for name in HEALTHY] == [2] * len(HEALTHY)


@pytest.fixture(scope="module")
def read(server: BadServer, make_place: Callable[[str], Place]) -> tuple[Place, int, dict[str, Any], str]:
    place = make_place("read")
    place.configure(
        rehearsal={"allow_loopback": True, "proxy": server.url},
        crawl={"timeout_s": 20.0, "max_body_mib": 16, "max_minutes": 2},
    )
    for name, (kind_and_item, make, _, _) in READ.items():
        host = name.replace("_", "-") + ".example"
        kind, _, item = kind_and_item.partition(" ")
        server.page(host, "/feed", make(f"http://{host}"), "text/html" if item else "application/xml")
        for number in range(3):
            server.page(host, f"/{number}", article(str(number)))
        more = "max_items = 3\n" + (LISTING.replace("ITEM", item) if item else FIELDS if kind == "json_api" else "")
        place.source(name, f"http://{host}/feed", kind, more)
    _add_healthy(server, place)
    return (place, *place.crawl())


@pytest.mark.slow
def test_the_crawl_of_all_these_is_bounded(read: tuple[Place, int, dict[str, Any], str]) -> None:
    _, code, report, errors = read
    assert code == 3, errors
    assert report["stopped"] == ""
    assert '"level":"ERROR"' not in errors
    assert report["seconds"] < 60
    assert report["peak_mib"] < 450  # pages of links of 10 MB, each a tree of ten times its text while it is read


@pytest.mark.slow
@pytest.mark.parametrize("source", READ)
def test_pages_of_links_without_measure_are_read_as_far_as_is_fair_or_have_their_reason(
    read: tuple[Place, int, dict[str, Any], str], source: str
) -> None:
    place, _, report, _ = read
    _, _, links, reason = READ[source]
    assert report["sources"][source]["problem"] == reason
    assert len(place.links(source)) == links
    assert all(len(page.hints.title) <= 500 for page in place.inbox.pages(place.inbox.page_hashes()))


@pytest.mark.slow
def test_they_cost_the_healthy_nothing(read: tuple[Place, int, dict[str, Any], str]) -> None:
    assert [read[2]["sources"][name]["pages"] for name in HEALTHY] == [2] * len(HEALTHY)


# --------------------------------------------------------------------------------------------------------------- entities

ENTITY_BOMBS = {"laughs": bombs.billion_laughs, "quadratic": bombs.quadratic, "behind": bombs.quadratic_behind_another}


def test_entities_are_not_expanded_and_files_not_read(
    server: BadServer, make_place: Callable[[str], Place], tmp_path: Path
) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text("CANARY-5c1f", encoding="ascii")
    server.page("elsewhere.example", "/canary", "CANARY-5c1f", "text/plain")
    place = make_place("entities")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url}, crawl={"timeout_s": 10.0})
    targets = {"file": canary.as_uri(), "web": "http://elsewhere.example/canary", "proxy": f"{server.url}/canary"}
    before = len(server.seen)
    for kind, root, text in (("feed", "rss", RSS), ("sitemap", "urlset", SITEMAP)):
        bodies = {name: make(root, text.format(f"{name}{kind}")) for name, make in ENTITY_BOMBS.items()}
        bodies |= {name: bombs.external(root, text.format(f"{name}{kind}"), target) for name, target in targets.items()}
        for name, body in bodies.items():
            server.page(f"{name}{kind}.example", "/feed", body, "application/xml")
            server.page(f"{name}{kind}.example", "/0", article(name))
            place.source(f"{name}{kind}", f"http://{name}{kind}.example/feed", kind)
    # The same without entities is read, or these tests would pass for a crawler that reads nothing.
    server.page("harmless.example", "/feed", RSS.format("harmless"), "application/xml")
    server.page("harmless.example", "/0", article("0"))
    place.source("harmless", "http://harmless.example/feed")
    _add_healthy(server, place)

    code, report, errors = place.crawl()

    assert code in (0, 3), errors
    assert report["sources"]["harmless"]["pages"] == 1
    assert report["peak_mib"] < 150
    assert report["seconds"] < 10
    assert "CANARY" not in place.dump()
    pages = place.inbox.pages(place.inbox.page_hashes())
    assert all("CANARY" not in page.hints.title and len(page.hints.title) <= 500 for page in pages)
    assert "/canary" not in [seen.path for seen in server.seen[before:]]
    assert {source["problem"] for source in report["sources"].values()} <= {"", "bad_feed"}
    assert [report["sources"][name]["pages"] for name in HEALTHY] == [2] * len(HEALTHY)
