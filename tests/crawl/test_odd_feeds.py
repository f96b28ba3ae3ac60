"""Feeds that are something else, contradict themselves, or publish everything again: read as far as they can be, with a reason where not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from badserver import BadServer, article, rss
from place import Place

TITLE = "市長が姉妹都市を訪問"
MARK = b"\xef\xbb\xbf"


def feed(host: str, encoding: str, *, declared: str = "", title: str = TITLE) -> bytes:
    return rss([(f"http://{host}/a", title, "")], declared=declared).encode(encoding)


# A mark beats the declaration, a declaration that decodes beats the header, the header beats detection.
CHARSETS: dict[str, tuple[bytes, str, str]] = {
    "mark": (MARK + feed("mark.example", "utf-8", declared="ISO-8859-1"), "text/xml; charset=windows-1252", TITLE),
    "mark16": (feed("mark16.example", "utf-16", declared="UTF-8"), "text/xml; charset=utf-8", TITLE),
    "declared": (feed("declared.example", "cp932", declared="Shift_JIS"), "text/xml; charset=iso-8859-1", TITLE),
    "header": (
        feed("header.example", "cp1251", declared="UTF-8", title="Мэр принял делегацию города-побратима"),
        "text/xml; charset=windows-1251",
        "Мэр принял делегацию города-побратима",
    ),
    "nothing": (feed("nothing.example", "euc_jp", title=TITLE * 3), "text/xml", TITLE * 3),
    "unknown": (feed("unknown.example", "utf-8", declared="x-no-such"), "text/xml; charset=klingon", TITLE),
}
ODD: dict[str, tuple[bytes, str, set[str], int]] = {
    # name -> body, content type, reasons it may have, links it gives
    "html": (article("moved").encode(), "application/rss+xml", {"bad_feed"}, 0),
    "json": (b'{"items": [{"url": "http://json.example/a"}]}', "application/json", {"bad_feed"}, 0),
    "array": (b"[1, 2, 3]", "application/json", {"bad_feed"}, 0),
    "empty": (b"", "text/xml", {"bad_feed"}, 0),
    "blank": (b" \r\n\t", "text/xml", {"bad_feed"}, 0),
    "nothing_but_zeros": (bytes(50_000), "text/xml", {"bad_feed"}, 0),
    "garbage": (bytes(range(256)) * 100, "text/xml", {"bad_feed"}, 0),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(1_000), "image/png", {"bad_feed", "not_text"}, 0),
    "no_items": (b"<rss version='2.0'><channel><title>t</title></channel></rss>", "text/xml", {"", "empty"}, 0),
    "no_links": (
        b"<rss><channel><item><title>t</title></item></channel></rss>",
        "text/xml",
        {"", "empty", "bad_feed"},
        0,
    ),
    "cut": (feed("cut.example", "utf-8")[:-20], "text/xml", {""}, 1),
    "cut_in_a_character": (
        feed("cut-in-a-character.example", "utf-8").split(b"</title>\n")[0] + b"<item><title>\xe5\xb8",
        "text/xml",
        {"", "bad_feed"},
        0,
    ),
    "two_roots": (feed("two-roots.example", "utf-8") + feed("elsewhere.example", "utf-8"), "text/xml", {""}, 1),
    "text_after": (
        feed("text-after.example", "utf-8") + b"<!-- served in 3 ms --> <script>x()</script>",
        "text/xml",
        {""},
        1,
    ),
    "controls": (feed("controls.example", "utf-8", title="a\x00\x0b\x1b[31mb\u202ec"), "text/xml", {""}, 1),
    "surrogates": (feed("surrogates.example", "utf-8", title="&#xD800;a&#x110000;&#0;&#xFFFE;"), "text/xml", {""}, 1),
}


@pytest.fixture(scope="module")
def odd(server: BadServer, make_place: Callable[[str], Place]) -> tuple[Place, dict[str, Any]]:
    place = make_place("odd")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url})
    bodies = {name: (body, kind) for name, (body, kind, *_) in {**CHARSETS, **ODD}.items()}
    assert len(bodies) == len(CHARSETS) + len(ODD)
    for name, (body, kind) in bodies.items():
        host = f"{name.replace('_', '-')}.example"
        server.page(host, "/feed", body, kind)
        server.page(host, "/a", article(name))
        place.source(name, f"http://{host}/feed")
    server.page("elsewhere.example", "/a", article("elsewhere"))
    code, report, errors = place.crawl()
    assert code == 3, errors
    assert '"level":"ERROR"' not in errors, errors
    return place, report


@pytest.mark.parametrize("name", CHARSETS)
def test_charsets_in_conflict(odd: tuple[Place, dict[str, Any]], name: str) -> None:
    place = odd[0]
    titles = {page.source_id: page.hints.title for page in place.inbox.pages(place.inbox.page_hashes())}
    assert titles[name] == CHARSETS[name][2]


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_feed_has_its_reason_and_what_is_half_one_is_read(
    odd: tuple[Place, dict[str, Any]], name: str
) -> None:
    place, report = odd
    _, _, reasons, links = ODD[name]
    assert report["sources"][name]["problem"] in reasons
    assert len(place.links(name)) >= links


def test_titles_are_kept_without_controls_and_directions(odd: tuple[Place, dict[str, Any]]) -> None:
    place = odd[0]
    titles = {page.source_id: page.hints.title for page in place.inbox.pages(place.inbox.page_hashes())}
    assert titles["controls"].replace("[31m", "").replace(" ", "") == "abc"
    assert not set(titles["surrogates"]) & {"\ud800", "\x00", "\ufffe"}


# ----------------------------------------------------------------------------------------------------- everything once more


def test_the_same_articles_under_other_guids_dates_and_tracking_are_not_fetched_again(
    server: BadServer, make_place: Callable[[str], Place]
) -> None:
    place = make_place("guids")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url})
    server.site("guids.example", ["/a", "/b"])
    for number in range(2):
        items = "".join(
            f"<item><guid isPermaLink='false'>{number}-{path}</guid><pubDate>Sun, 0{number + 1} Nov 2026 00:00:00 GMT</pubDate>"
            f"<link>http://guids.example/{path}{session}?utm_source=rss{number}&amp;fbclid={number}#{number}</link></item>"
            for path, session in (("a", ""), ("b", f";jsessionid=0{number}AB"))
        )
        server.page("guids.example", "/feed", f"<rss version='2.0'><channel>{items}</channel></rss>")
        place.source("guids", "http://guids.example/feed")
        before = len(server.seen)
        code, report, errors = place.crawl("--all")
        assert code == 0, errors
        fetched = [path for path in server.paths("guids.example", before) if path not in ("/feed", "/robots.txt")]
        assert sorted(fetched) == ([] if number else ["/a", "/b"])
        assert report["total"]["links_new"] == (0 if number else 2)


def test_a_source_that_publishes_everything_again_is_cut_off_and_says_so(
    server: BadServer, make_place: Callable[[str], Place]
) -> None:
    place = make_place("flood")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url, "delay_s": 0.0}, crawl={"flood_cap": 5})
    place.source("flood", "http://flood.example/feed")
    server.site("flood.example", [f"/old{number:02}" for number in range(12)])
    assert place.crawl()[1]["total"]["pages"] == 12  # a new source may give all that it has

    server.site("flood.example", [f"/new{number:02}" for number in range(30)])
    code, report, errors = crawl_next_day(place, 1)
    links = {url: link for url, link in place.links("flood").items() if "/new" in url}
    assert code in (0, 3), errors
    assert report["sources"]["flood"]["pages"] == 5
    assert report["sources"]["flood"]["failures"]["flood"] == 25
    assert sorted(url for url, link in links.items() if link[0] == "fetched") == [
        f"http://flood.example/new{number:02}" for number in range(5)
    ]
    assert {link[1] for link in links.values() if link[0] != "fetched"} == {"flood"}

    # They are known now: the next crawl neither fetches them nor takes them for a flood.
    server.site("flood.example", [f"/new{number:02}" for number in range(30)] + ["/newest"])
    before = len(server.seen)
    crawl_next_day(place, 2)
    assert [path for path in server.paths("flood.example", before) if "/new" in path] == ["/newest"]


def test_a_source_whose_rules_were_widened_may_give_all_that_it_has(
    server: BadServer, make_place: Callable[[str], Place]
) -> None:
    place = make_place("widened")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url, "delay_s": 0.0}, crawl={"flood_cap": 5})
    server.site("wide.example", [f"/{kind}{number:02}" for kind in ("a", "b") for number in range(12)])
    place.source("wide", "http://wide.example/feed", more='include = "/a"')
    assert place.crawl()[1]["total"]["pages"] == 12

    place.source("wide", "http://wide.example/feed")
    code, report, errors = crawl_next_day(place, 1)

    assert (code, report["total"]["pages"], report["total"]["failures"]) == (0, 12, {}), errors
    server.site("wide.example", [f"/c{number:02}" for number in range(12)])
    assert crawl_next_day(place, 2)[1]["total"]["failures"] == {"flood": 7}


def test_a_sitemap_that_failed_at_first_may_give_all_that_it_has_later(
    server: BadServer, make_place: Callable[[str], Place]
) -> None:
    place = make_place("parts")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url, "delay_s": 0.0}, crawl={"flood_cap": 5})
    maps = "".join(f"<sitemap><loc>http://parts.example/{name}.xml</loc></sitemap>" for name in ("a", "b", "gone"))
    server.page("parts.example", "/index.xml", f"<sitemapindex>{maps}</sitemapindex>", "application/xml", etag=False)
    for name in ("a", "b"):
        urls = "".join(f"<url><loc>http://parts.example/{name}{number:02}</loc></url>" for number in range(12))
        server.page("parts.example", f"/{name}.xml", f"<urlset>{urls}</urlset>", "application/xml")
        for number in range(12):
            server.page("parts.example", f"/{name}{number:02}", article(name))
    whole = server.routes["parts.example", "/b.xml"]
    server.page("parts.example", "/b.xml", "busy", status=503)
    place.source("parts", "http://parts.example/index.xml", "sitemap")
    assert place.crawl()[1]["total"]["pages"] == 12

    server.routes["parts.example", "/b.xml"] = whole
    code, report, errors = crawl_next_day(place, 1)

    assert code == 0, errors
    assert report["total"]["pages"] == 12
    # What is gone for good does not leave the source open for ever.
    urls = "".join(f"<url><loc>http://parts.example/new{number}</loc></url>" for number in range(12))
    server.page("parts.example", "/a.xml", f"<urlset>{urls}</urlset>", "application/xml")
    assert crawl_next_day(place, 2)[1]["total"]["failures"]["flood"] == 7


def crawl_next_day(place: Place, days: int) -> tuple[int, dict[str, Any], str]:
    now = dt.datetime(2026, 11, 9, 6, tzinfo=dt.timezone(dt.timedelta(hours=9))) + dt.timedelta(days=days)
    place.configure(**place.sections | {"digest": {"now": now.isoformat()}})
    return place.crawl("--all")


def test_dates_beyond_reason_arrive_as_they_stood_and_break_nothing(
    server: BadServer, make_place: Callable[[str], Place]
) -> None:
    """What they mean is decided later, when the page itself was read."""
    dates = [
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Mon, 32 Foo 2026 99:99:99 XYZ",
        "-0001-11-30T00:00:00Z",
        "1" * 5_000,
        "",
    ]
    place = make_place("dates")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url})
    items = [(f"http://dates.example/{number}", "t", date) for number, date in enumerate(dates)]
    server.page("dates.example", "/feed", rss(items))
    for number in range(len(dates)):
        server.page("dates.example", f"/{number}", article(str(number)))
    place.source("dates", "http://dates.example/feed")
    code, report, errors = place.crawl()
    assert (code, report["total"]["pages"]) == (0, len(dates)), errors
    found = {page.url[-1]: page.hints.published for page in place.inbox.pages(place.inbox.page_hashes())}
    assert found["0"] == dates[0]
    assert found["1"] == dates[1]
    assert len(found["4"]) <= 200
    assert found["5"] == ""
