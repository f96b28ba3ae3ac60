"""The commands for single sources against loopback: what is asked of a site, what is proposed, kept and refused."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from typing import Any

import filelock
import prepared
import pytest
from badserver import BadServer, article, redirect, rss
from place import Place

NEWS = [
    ("Sister cities sign a pact on heat", "2026-11-05"),
    ("Mayors' forum opens with forty cities", "2026-10-28"),
    ("Delegation of students visits the town hall", "2026-10-20"),
    ("Call for proposals on twin towns", "2026-10-02"),
]


def listing(items: list[tuple[str, str]], *, head: str = "") -> str:
    cards = "".join(
        f'<article class="card"><a class="tag" href="/tag/city">City</a><h3><a href="/news/{n}.html">{title}</a></h3>'
        f'<time datetime="{day}">{day}</time></article>'
        for n, (title, day) in enumerate(items)
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>News | Example City</title>{head}</head><body>'
        f'<nav><ul><li><a href="/about">About</a></li><li><a href="/jobs">Jobs</a></li></ul></nav>'
        f'<main><div class="news">{cards}</div></main></body></html>'
    )


def command(place: Place, *words: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, report, standard error of `city-digest ... --json`."""
    done = prepared.run(
        ("-c", prepared.COMMAND, "-C", str(place.root), *words), environment=place.environment(), timeout=60
    )
    found = json.loads(done.stdout) if done.stdout.startswith("{") else {"text": done.stdout}
    return done.returncode, found, done.stderr


@pytest.fixture
def place(server: BadServer, make_place: Callable[[str], Place]) -> Place:
    made = make_place("sources")
    made.configure(rehearsal={"allow_loopback": True, "delay_s": 0.0, "proxy": server.url})
    return made


def test_probe_finds_what_a_page_names_and_saves_a_candidate_that_can_be_enabled(
    server: BadServer, place: Place
) -> None:
    host = "www.probe.example"
    head = (
        '<link rel="alternate" type="application/rss+xml" title="News" href="/rss/news">'
        '<link rel="alternate" type="application/rss+xml" title="Gone" href="/rss/gone">'
    )
    server.page(host, "/news/", listing(NEWS, head=head))
    items = [(f"http://{host}/news/{n}.html", title, f"{day}T08:00:00+01:00") for n, (title, day) in enumerate(NEWS)]
    server.page(host, "/rss/news", rss(items), "application/rss+xml")
    for n, (title, _) in enumerate(NEWS):
        server.page(host, f"/news/{n}.html", article(title))
    server.page(host, "/robots.txt", f"User-agent: *\nDisallow:\nSitemap: http://{host}/map.xml\n", "text/plain")
    before = len(server.seen)

    probing = ("source", "probe", f"http://{host}/news/", "--save", "probe", "--json")
    code, report, errors = command(place, "--set", "rehearsal.delay_s=0.3", *probing)

    assert code == 0, errors
    requests = [seen for seen in server.seen[before:] if seen.host == host]
    assert all("+https://digest.example/about" in seen.headers["user-agent"] for seen in requests)
    assert all(later.at - earlier.at >= 0.25 for earlier, later in itertools.pairwise(requests))
    asked = server.paths(host, before)
    assert sorted(asked) == ["/news/", "/robots.txt", "/rss/gone", "/rss/news"]  # dates were found, so no sitemap
    assert [(offer["kind"], offer["items"], offer["dated"]) for offer in report["offers"]] == [
        ("feed", 4, 4),
        ("listing", 4, 4),
    ]
    assert report["sitemaps"] == [f"http://{host}/map.xml"]
    assert [refusal["reason"] for refusal in report["refusals"]] == ["gone"]
    table = tomllib.loads((place.root / "sources.d" / "probe.toml").read_text(encoding="utf-8"))
    assert (table["state"], table["kind"], table["start"]) == ("candidate", "feed", [f"http://{host}/rss/news"])
    assert (table["names"], table["languages"]) == ({"en": "Example City"}, ["en"])
    assert (table["evidence"]["kind"], str(table["evidence"]["seen_on"])) == ("answered", "2026-11-08")
    sample = json.loads((place.root / "sources.d" / "recorded" / "probe" / "sample.json").read_text(encoding="utf-8"))
    assert [item["day"][:10] for item in sample["sample"]] == [day for _, day in NEWS]

    assert command(place, "source", "check", "probe")[0] == 0
    assert command(place, "source", "enable", "probe")[0] == 0
    code, report, errors = place.crawl("--source", "probe")
    assert (code, report["total"]["pages"]) == (0, 4), errors


def test_a_listing_is_proposed_recorded_without_its_words_and_checked_offline(server: BadServer, place: Place) -> None:
    host = "list.example"
    server.page(host, "/news/", listing(NEWS))
    for n, (title, _) in enumerate(NEWS):
        server.page(host, f"/news/{n}.html", article(title))
    assert command(place, "source", "probe", f"http://{host}/news/", "--save", "listed", "--json")[0] == 0

    code, report, errors = command(place, "source", "record", "listed", "--json")

    assert (code, report["items"], report["dated"]) == (0, 4, 4), errors
    folder = place.root / "sources.d" / "recorded" / "listed"
    for name in ("start.html", "article.html"):
        text = (folder / name).read_text(encoding="utf-8")
        assert not any(word in text for word in ("Sister", "pact", "forum", "delegation", "mayor", "Example"))
    code, report, _ = command(place, "source", "check", "listed", "--json")
    assert (code, report["files"], report["problems"]) == (0, 1, [])
    assert [(found["items"], found["dated"]) for found in report["recordings"]] == [(4, 1.0)]

    # The site is rebuilt, or the rule is damaged: the page that was read is not read any more.
    file = place.root / "sources.d" / "listed.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('date = "time', 'date = "b'), encoding="utf-8")
    code, report, _ = command(place, "source", "check", "listed", "--json")
    assert code == 3
    assert report["recordings"][0]["breaches"] == ["0 dates are read; there were 4 when it was recorded"]


def test_probe_of_a_source_keeps_a_sample_and_says_where_its_file_is_wrong(server: BadServer, place: Place) -> None:
    host = "known.example"
    items = [(f"http://{host}/a{n}", title, day if n else "soon") for n, (title, day) in enumerate(NEWS)]
    server.page(host, "/feed", rss(items).replace("<title>News", "<language>fr</language><title>News"))
    place.source("known", f"http://{host}/feed", more="# mine\n")
    file = place.root / "sources.d" / "known.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("active", "candidate"), encoding="utf-8")
    code, _, errors = command(place, "source", "enable", "known")
    assert code == 78
    assert "source probe known" in errors

    code, report, errors = command(place, "source", "probe", "known", "--json")

    assert code == 0, errors
    assert report["differences"] == [
        "languages: the file says ja, the answer fr",
        "dates: 1 of 4 items have none that can be read",
    ]
    assert command(place, "source", "enable", "known")[0] == 0
    assert "# mine" in file.read_text(encoding="utf-8")
    assert tomllib.loads(file.read_text(encoding="utf-8"))["state"] == "active"
    # Proof of another address is no proof of this one.
    file.write_text(
        file.read_text(encoding="utf-8").replace("/feed", "/other").replace("active", "candidate"), encoding="utf-8"
    )
    assert command(place, "source", "enable", "known")[0] == 78
    assert command(place, "source", "enable", "known", "--unprobed")[0] == 0


def test_wordpress_is_asked_only_where_the_site_names_it_and_has_posts(server: BadServer, place: Place) -> None:
    host = "wp.example"
    posts = [
        {
            "date": f"{day}T10:00:00",
            "date_gmt": f"{day}T09:00:00",
            "link": f"http://{host}/{n}/",
            "title": {"rendered": title},
            "excerpt": {"rendered": ""},
        }
        for n, (title, day) in enumerate(NEWS)
    ]
    body = json.dumps(posts)
    fields = "_fields=date%2Cdate_gmt%2Cexcerpt%2Clang%2Clink%2Ctitle&order=desc&orderby=date&per_page=50"  # as a crawl asks it
    server.page(
        host, "/", "<html><title>Network</title><p>Hello", Link=f'<http://{host}/wp-json/>; rel="https://api.w.org/"'
    )
    server.page(host, "/wp-json/", json.dumps({"routes": {"/wp/v2/posts": {}}}), "application/json")
    server.page(host, f"/wp-json/wp/v2/posts?{fields}", body, "application/json")

    code, report, errors = command(place, "source", "probe", f"http://{host}/", "--json")

    assert code == 0, (report, errors)
    assert [(offer["kind"], offer["start"], offer["dated"]) for offer in report["offers"]] == [
        ("wordpress", f"http://{host}/wp-json/", 4)
    ]
    assert not (place.root / "sources.d" / "recorded").exists()  # nothing is kept unless it is asked for

    place.source("network", f"http://{host}/", "wordpress")
    code, report, _ = command(place, "source", "probe", f"http://{host}/", "--kind", "feed", "--json")
    assert (code, report["nothing"]) == (1, "no feed, but wordpress")
    assert report["offers"][0]["source"] == "network"  # its home stands for the same posts

    code, report, errors = command(place, "source", "probe", "network", "--json")
    assert (code, report["offers"][0]["dated"]) == (0, 4), errors
    assert place.crawl()[1]["sources"]["network"]["items"] == 4


@pytest.mark.parametrize(
    "body",
    [
        '[{"link": "x", "title": 5}]',
        '{"routes": 7}',
        "<html><body>" + "<o:p><a href='/a'>A pact of towns</a><x:y>2026-11-05</x:y></o:p>" * 9,
    ],
)
def test_answers_that_no_site_should_give_are_no_offer(server: BadServer, place: Place, body: str) -> None:
    server.page("odd.example", "/", body)
    link = '<http://odd.example/wp-json/>; rel="https://api.w.org/"'
    server.page("named.example", "/", "<html><title>Odd</title><p>Hello", Link=link)
    server.page("odd.example", "/wp-json/", body)

    for address in ("http://odd.example/", "http://named.example/"):
        code, report, errors = command(place, "source", "probe", address, "--json")
        assert (code, report["offers"]) == (1, []), errors
        assert "Traceback" not in errors


def test_an_article_of_a_source_that_needs_a_browser_is_not_fetched_without_one(
    server: BadServer, place: Place
) -> None:
    server.page("app.example", "/story", article("Twin towns meet"))
    place.source("app", "http://app.example/feed", more="javascript = true")
    before = len(server.seen)

    code, _, errors = command(place, "add", "http://app.example/story")

    assert code == 78
    assert "crawl.browser" in errors or "city-digest[javascript]" in errors
    assert len(server.seen) == before


@pytest.mark.parametrize(
    ("path", "behave", "reason"),
    [
        ("/private/x", None, "robots_disallowed"),
        ("/away", redirect("http://169.254.169.254/latest"), "blocked_address"),
        ("/none", None, "gone"),
        ("/bomb", "bomb", "too_large"),
        ("/silence", "silence", "timeout"),
    ],
)
def test_probe_says_why_an_address_gave_nothing(
    server: BadServer, place: Place, path: str, behave: Any, reason: str
) -> None:
    if behave:
        server.routes["no.example", path] = getattr(server, behave) if isinstance(behave, str) else behave

    code, report, _ = command(place, "source", "probe", f"http://no.example{path}", "--json")

    assert code == 1
    assert [refusal["reason"] for refusal in report["refusals"]] == [reason]
    assert path in report["nothing"]


def test_an_index_of_sitemaps_is_offered_with_what_its_latest_one_lists(server: BadServer, place: Place) -> None:
    host = "maps.example"
    server.page(host, "/", "<html><title>Harbour Gazette</title><p>Welcome to the port.</p></html>")
    server.page(host, "/robots.txt", f"Sitemap: http://{host}/index.xml\nSitemap: http://elsewhere.example/map.xml\n")
    maps = "".join(
        f"<sitemap><loc>http://{host}/{year}.xml</loc><lastmod>{year}-11-01</lastmod></sitemap>"
        for year in (2025, 2026)
    )
    server.page(host, "/index.xml", f"<sitemapindex>{maps}</sitemapindex>", "text/xml")
    server.page(host, "/2026.xml", f"<urlset><url><loc>http://{host}/a</loc></url></urlset>", "text/xml")
    before = len(server.seen)

    code, report, errors = command(place, "source", "probe", f"http://{host}/", "--save", "maps", "--json")

    assert code == 0, errors
    assert [(offer["kind"], offer["start"], offer["items"]) for offer in report["offers"]] == [
        ("sitemap", f"http://{host}/index.xml", 1)
    ]
    assert server.paths(host, before) == ["/robots.txt", "/", "/index.xml", "/2026.xml"]
    assert command(place, "source", "enable", "maps")[0] == 0
    assert command(place, "source", "record", "maps")[0] == 0


def test_the_asking_process_ends_with_the_command_that_was_killed(server: BadServer, place: Place) -> None:
    server.routes["slow.example", "/robots.txt"] = server.silence
    place.configure(crawl={"timeout_s": 60}, rehearsal={"allow_loopback": True, "delay_s": 0.0, "proxy": server.url})
    before = len(server.seen)
    with subprocess.Popen(
        [
            *(sys.executable, "-P", "-c", prepared.COMMAND),
            *("-C", str(place.root), "source", "probe", "http://slow.example/"),
        ],
        env=place.environment(),
        stderr=subprocess.PIPE,
    ) as asking:
        until = time.monotonic() + 20
        while not server.paths("slow.example", before) and time.monotonic() < until:
            time.sleep(0.05)
        asking.kill()

    # It held the lock of crawls, which falls to others when it ends.
    with filelock.FileLock(place.root / "state" / "crawl.lock").acquire(timeout=10):
        pass
    assert server.paths("slow.example", before) == ["/robots.txt"]


def test_a_page_that_is_empty_without_scripts_says_so(server: BadServer, place: Place) -> None:
    server.page(
        "app.example", "/", "<html><head><script src='/app.js'></script></head><body><div id=app></div></body></html>"
    )

    code, report, _ = command(place, "source", "probe", "http://app.example/", "--json")

    assert code == 1
    assert "JavaScript" in report["nothing"]


def test_a_listing_without_rules_gets_those_that_work_on_its_page(server: BadServer, place: Place) -> None:
    server.page("bare.example", "/news/", listing(NEWS))
    place.source("bare", "http://bare.example/news/", "listing")
    file = place.root / "sources.d" / "bare.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("active", "candidate"), encoding="utf-8")

    code, report, _ = command(place, "source", "probe", "bare", "--json")
    assert code == 0
    assert "selectors" in report["toml"]
    assert "selectors" not in file.read_text(encoding="utf-8")  # only looked

    assert command(place, "source", "probe", "bare", "--save", "bare", "--json")[0] == 0
    assert tomllib.loads(file.read_text(encoding="utf-8"))["selectors"]["date"].startswith("time")
    assert command(place, "source", "enable", "bare")[0] == 0


def test_what_must_not_be_asked_is_refused_before_anything_is_asked(server: BadServer, place: Place) -> None:
    (place.root / "sources.d" / "denied.toml").write_text('[[denied]]\nhost = "bad.example"\nwhy = "copies others"\n')
    before = len(server.seen)
    for address in ("http://10.0.0.1/", "http://www.bad.example/news", "ftp://x.example/", "nonsense"):
        for words in (("source", "probe", address), ("add", address)):
            code, _, errors = command(place, *words)
            assert code == 78, (words, errors)
            assert errors.strip()
    code, _, errors = command(place, "source", "probe", "http://list.example/", "--save", "My Source")
    assert code == 78
    assert "Nobody was asked" in errors
    place.source("foul", "http://bad.example/feed", more="")
    file = place.root / "sources.d" / "foul.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("active", "candidate"), encoding="utf-8")
    code, _, errors = command(place, "source", "enable", "foul", "--unprobed")
    assert code == 78
    assert "copies others" in errors
    assert len(server.seen) == before


def test_without_a_contact_nobody_is_asked(server: BadServer, place: Place) -> None:
    place.configure(crawl={"contact": ""}, rehearsal={"allow_loopback": True, "proxy": server.url})
    before = len(server.seen)

    code, _, errors = command(place, "source", "probe", "http://list.example/")

    assert code == 78
    assert "crawl.contact" in errors
    assert len(server.seen) == before


def test_an_article_found_by_hand_counts_to_the_source_whose_host_it_is(server: BadServer, place: Place) -> None:
    place.source("city", "http://city.example/feed")
    place.source("news", "http://news.city.example/feed")
    server.page("news.city.example", "/story", article("Twin towns meet"))
    server.page("elsewhere.example", "/story", article("A pact between ports"))

    code, report, errors = command(place, "add", "http://news.city.example/story#top", "--json")
    assert (code, report["source"], report["state"]) == (0, "news", "fetched"), errors
    assert place.links("news") == {"http://news.city.example/story": ("fetched", "", 0)}

    code, report, _ = command(place, "add", "http://elsewhere.example/story", "--json")
    assert (code, report["source"]) == (0, "added")
    source = place.inbox.sources()["added"]
    assert (source.names["ja"], source.labels) == ("手で加えた記事", ())
    assert len(list(place.inbox.pages(place.inbox.page_hashes()))) == 2

    before = len(server.seen)
    code, report, _ = command(place, "add", "http://elsewhere.example/story", "--json")
    assert (code, report["new"]) == (0, False)
    assert len(server.seen) == before  # an article is fetched once


def test_an_article_that_cannot_be_had_leaves_its_reason(server: BadServer, place: Place) -> None:
    code, report, _ = command(place, "add", "http://gone.example/story", "--json")

    assert (code, report["state"], report["reason"]) == (1, "failed", "gone")
    assert place.links("added") == {"http://gone.example/story": ("failed", "gone", 1)}

    code, _, errors = command(place, "add", "http://gone.example/private/story")
    assert code == 1
    assert "robots.txt forbids this address" in errors
