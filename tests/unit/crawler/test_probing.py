"""What a page names, and what an answer is."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from crawler.catalogue import load_catalogue
from crawler.curation.overlay import write_source
from crawler.curation.probing import (
    Finds,
    Offer,
    best,
    country_of,
    discover,
    kind_of,
    names_posts,
    offer_of,
    propose_fields,
    propose_source,
    tag_of,
    title_of,
    zone_of,
)
from pipeline.model import Fields, Kind

NOW = dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC)
URL = "https://www.city.example/news/"
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>N</title><language>fr-fr</language>
<item><title>Un accord entre villes</title><link>https://www.city.example/1</link><pubDate>Fri, 20 Nov 2026 08:00:00 +0100</pubDate></item>
<item><title>Une visite</title><link>https://www.city.example/2</link><pubDate>bientôt</pubDate></item></channel></rss>"""


def offer(body: str, kind: Kind | None = None) -> Offer | None:
    return offer_of(body.encode(), URL, "", finds=Finds(url=URL), now=NOW, kind=kind)


def test_only_what_a_page_names_is_found() -> None:
    page = """<html lang="pt_br"><head><title>Notícias | Cidade Exemplo</title><base href="https://www.city.example/pt/">
    <meta property="og:site_name" content="Cidade  Exemplo"><link rel="canonical" href="https://www.city.example/pt/noticias">
    <link rel="Alternate" type="application/RSS+xml; charset=utf-8" title="Tudo" href="rss.xml">
    <link rel="alternate" type="application/rss+xml" href="/comments/feed/">
    <link rel="alternate" type="text/html" hreflang="en" href="/en/"><link rel="alternate stylesheet" href="/x.css">
    <link rel="https://api.w.org/" href="/wp-json/"></head>
    <body><a href="/atom.xml">assinar</a><a href="/agenda">RSS</a><a href="mailto:a@b.example">RSS</a><a href="/feeder">Feeder</a></body></html>"""

    found = discover(page, URL, ['<https://www.city.example/j>; rel="alternate"; type="application/feed+json"'])

    assert [feed.url for feed in found.feeds] == [
        "https://www.city.example/j",
        "https://www.city.example/pt/rss.xml",
        "https://www.city.example/atom.xml",
        "https://www.city.example/agenda",
    ]
    assert (found.site_name, found.language, found.canonical, found.wordpress) == (
        "Cidade Exemplo",
        "pt-BR",
        "https://www.city.example/pt/noticias",
        "https://www.city.example/wp-json/",
    )


@pytest.mark.parametrize("page", ["", "<", "\x00", "<html", "<base href='http://[x'><a href='http://['>RSS</a>"])
def test_odd_pages_name_nothing(page: str) -> None:
    assert discover(page, URL).feeds == ()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (RSS, Kind.FEED),
        ('<rdf:RDF xmlns="http://purl.org/rss/1.0/">', Kind.FEED),
        ('\ufeff <a:feed xmlns:a="http://www.w3.org/2005/Atom">', Kind.FEED),
        ("<!doctype html><p>our <rss> feed", Kind.LISTING),
        ('<urlset xmlns="x">', Kind.SITEMAP),
        ("<sitemapindex>", Kind.SITEMAP),
        (' {"a": 1}', Kind.JSON_API),
        ("plain words", None),
        ("", None),
    ],
)
def test_an_answer_is_known_by_its_first_letters(body: str, kind: Kind | None) -> None:
    assert kind_of(body.encode()) is kind


def test_an_offer_counts_what_the_reader_finds() -> None:
    found = offer(RSS)

    assert found
    assert (found.kind, found.items, found.dated, found.language) == (Kind.FEED, 2, 1, "fr-fr")
    assert found.newest == "2026-11-20T08:00:00+01:00"
    assert [(item.title, item.day[:10]) for item in found.sample] == [
        ("Un accord entre villes", "2026-11-20"),
        ("Une visite", ""),
    ]
    assert offer("<html><p>words</p></html>", Kind.FEED) is None
    assert offer('{"a": [1, 2]}') is None


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (RSS, "N"),
        (
            '<rdf:RDF xmlns:rdf="r" xmlns="http://purl.org/rss/1.0/"><channel><title>Hafen &amp; Stadt</title></channel>',
            "Hafen & Stadt",
        ),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>No</title></entry><title>Yes</title></feed>', "Yes"),
        ('{"title": "Port", "items": []}', "Port"),
        ('{"title": 3', ""),
        ("[]", ""),
        ("<", ""),
        ("", ""),
    ],
)
def test_a_feed_says_what_it_is_called(body: str, title: str) -> None:
    assert title_of(body.encode(), "") == title


def test_json_is_a_feed_posts_or_an_interface_of_its_own() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"url": "https://www.city.example/1", "title": "A title"}],
    }
    posts = [{"link": "https://www.city.example/1", "title": {"rendered": "A title"}, "date": "2026-11-20T08:00:00"}]
    own = {
        "data": {
            "new-items": [
                {
                    "id": n,
                    "headline": f"Mayors meet in city {n}",
                    "path": f"/news/{n}",
                    "lang": "en",
                    "when": f"2026-11-{n:02}",
                }
                for n in range(1, 5)
            ]
        }
    }
    for value, kind in ((feed, Kind.FEED), (posts, Kind.WORDPRESS), (own, Kind.JSON_API)):
        found = offer(json.dumps(value))
        assert found, kind
        assert found.kind is kind
    assert propose_fields(own) == Fields(items='data."new-items"', link="path", title="headline", date="when")
    assert propose_fields({"rows": [{"a": 1}] * 5}) is None


def test_a_wordpress_root_names_its_posts_or_has_none() -> None:
    assert names_posts(b'{"routes": {"/wp/v2/posts": {}}}')
    assert not names_posts(b'{"routes": {"/wp/v2/pages": {}}}')
    assert not names_posts(b"<html>")


def test_dated_items_count_more_than_the_kind() -> None:
    dated = Offer(kind=Kind.LISTING, start="a", items=10, dated=10)
    undated = Offer(kind=Kind.FEED, start="b", items=10, dated=0)
    feed = Offer(kind=Kind.FEED, start="c", items=5, dated=4)

    assert [found.start for found in best([undated, dated, feed])] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("url", "country", "zone"),
    [
        ("https://www.city.kobe.lg.jp/", "JP", "Asia/Tokyo"),
        ("https://www.gov.uk/", "GB", "Europe/London"),
        ("https://ville.example.ca/", "CA", "UTC"),
        ("https://network.example.org/", "ZZ", "UTC"),
        ("https://startup.io/", "ZZ", "UTC"),
        ("https://10.0.0.1/", "ZZ", "UTC"),
    ],
)
def test_a_host_tells_its_country_where_only_that_country_uses_the_ending(url: str, country: str, zone: str) -> None:
    assert country_of(url) == country
    assert str(zone_of(country)) == zone


@pytest.mark.parametrize(
    ("stated", "tag"),
    [("ja", "ja"), ("pt_br", "pt-BR"), ("zh-hans-cn", "zh-Hans-CN"), ("en, fr", "en"), ("x", ""), ("deutsch!", "")],
)
def test_language_tags_take_their_usual_form(stated: str, tag: str) -> None:
    assert tag_of(stated) == tag


def test_a_proposed_source_is_a_candidate_that_the_catalogue_takes(tmp_path: Path) -> None:
    found = offer(RSS)
    assert found
    finds = Finds(
        url="https://www.ville.example.fr/actu", title="Actualités", site_name='La "Ville" \\ Exemple', language=""
    )

    spec = propose_source("ville", found, finds, NOW.date())
    write_source(tmp_path, replace(spec, include=""), comment="A comment.\nAnother.")

    kept = load_catalogue(tmp_path, tmp_path / "none")["ville"].spec
    assert kept.names == {"en": 'La "Ville" \\ Exemple', "fr-FR": 'La "Ville" \\ Exemple'}
    assert (kept.state, kept.country, kept.zone, kept.languages) == ("candidate", "FR", "Europe/Paris", ("fr-FR",))
    assert (kept.evidence.kind, kept.evidence.seen_on, kept.terms.note) == ("answered", NOW.date(), "not read")
