"""Hostile text in every place that a source can write to, through crawl, stages and rendering: it arrives as text, or not at all."""

from __future__ import annotations

import email
import email.policy
import html
import json
import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from badserver import Answer, BadServer, serving
from harmless import harm_in
from place import Place
from sample_runs import run

from pipeline.demo.sample import install_workspace

PAYLOADS = (
    "<script>alert(1)</script>",
    "<ScRiPt/src=//evil.example/x.js></sCrIpT>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</title></style></textarea></noscript><svg/onload=alert(1)>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<meta http-equiv="refresh" content="0;url=//evil.example/">',
    "<style>@import 'http://evil.example/x.css';</style>",
    '<base href="http://evil.example/">',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "]]><script>alert(1)</script><![CDATA[",
    "--><script>alert(1)</script><!--",
    "{{7*7}}{% for x in ().__class__.__bases__ %}{{ x }}{% endfor %}",
    "${7*7} #{7*7} <%= 7*7 %> %(x)s {0.__class__}",
    "a\r\nBcc: everybody@evil.example\r\n\r\nbody",
    "a%0d%0aSet-Cookie: x=y",
    '=HYPERLINK("http://evil.example","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "report\u202efdp.exe \u2066x\u2069 \u200f",
    "null\x00byte \x1b[31mred \x07 \ufffe",
    "../../../../etc/passwd",
    "..%2f..%2f%00",
    "CON",
    "',(select 1));DROP TABLE link;--",
    "\U0001f9d1‍\U0001f4bb\U0001f1ef\U0001f1f5" * 20,
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
    "a" * 3_000,
)
HERE = (
    "Kobe",
    "Yokohama",
    "Sapporo",
    "Hiroshima",
    "Nagasaki",
    "Kyoto",
    "Fukuoka",
    "Sendai",
    "Niigata",
    "Kanazawa",
    "Nagoya",
)
THERE = (
    "Seattle",
    "Lyon",
    "Busan",
    "Tianjin",
    "Munich",
    "Porto",
    "Riga",
    "Manchester",
    "Barcelona",
    "Brisbane",
    "Kazan",
    "Da Nang",
    "Vancouver",
)
SUBJECTS = (
    "school lunches", "tram lines", "river cleaning", "museum loans", "nurses", "typhoon shelters", "bicycle lanes", "tea farming",
    "deaf athletes", "port cranes", "street lighting", "language classes", "archives", "beekeeping", "orchestras", "food waste", "robots",
)  # fmt: skip


def paragraphs(number: int) -> str:
    """A text about two cities and a subject, of which no two are alike."""
    here, there, subject = HERE[number % len(HERE)], THERE[number % len(THERE)], SUBJECTS[number % len(SUBJECTS)]
    other, day = SUBJECTS[number * 7 % len(SUBJECTS)], 1 + number % 28
    return "".join(
        f"<p>{sentence}</p>"
        for sentence in (
            f"The mayor of {here} and the mayor of {there} signed an agreement on {subject} at a meeting of sister cities on {day} October 2026.",
            f"A delegation of {number + 3} people from {there} had studied {subject} and {other} in {here} for {number % 9 + 2} days before.",
            f"{here} will send {number % 40 + 1} experts for {other} in return; {subject} remain the heart of what the two sister cities share.",
        )
    )


MANY = 100  # payloads; of more, every source takes a share
LISTING = '[selectors]\nitem = "li"\n'
FIELDS = '[fields]\nitems = "results"\nlink = "href"\ntitle = "headline"\nsummary = "text"\n'


def hostile_page(payload: str, number: int) -> bytes:
    """The payload raw and escaped, in every place that is read."""
    safe = html.escape(payload)
    data = json.dumps(
        {"@type": "NewsArticle", "headline": payload, "author": {"name": payload}, "image": payload, "url": payload}
    ).replace("</", "<\\/")
    text, subject = paragraphs(number), f"{SUBJECTS[number % len(SUBJECTS)]} {number}"
    return (
        f"<!doctype html><html lang='en'><head><title>Sister cities on {subject} {safe}</title>"
        f'<meta name="author" content="{safe}"><meta name="description" content="{safe}"><meta property="og:title" content="Sister cities on {subject} {safe}">'
        f'<meta property="og:site_name" content="{safe}"><link rel="canonical" href="{safe}">'
        f'<script type="application/ld+json">{data}</script></head>'
        f"<body><article><h1>Sister cities on {subject} {safe}</h1><time datetime='2026-11-03T09:00:00+09:00'>{safe}</time>{text}<p>Closing words: {safe}</p>"
        f"<p>{payload}</p></article></body></html>"
    ).encode("utf-8", "surrogatepass")


def settle(server: BadServer, place: Place, payloads: list[str]) -> None:
    """A source of every kind; each gives an article for every payload, or for its share of many, which stands in what it lists and in the page."""
    kinds = ("feed", "sitemap", "listing", "wordpress", "json_api")
    for position, kind in enumerate(kinds):
        share = payloads if len(payloads) < MANY else payloads[position :: len(kinds)]
        host = f"{kind.replace('_', '-')}.example"
        # Many slugs are paths of the host itself, others none: the crawler decides.
        links = {
            f"http://{host}/{number}-{quote(payload[:60], safe='', errors='replace')}": payload
            for number, payload in enumerate(share)
        }
        for number, payload in enumerate(links.values()):
            server.prefixes[host, f"/{number}-"] = _page(payload, number * 10 + kinds.index(kind))
        path, body, more = _listed(kind, links)
        server.page(
            host,
            path,
            body.encode("utf-8", "replace"),
            "application/json" if body[:1] in "[{" else "text/html; charset=utf-8",
        )
        place.source(kind, f"http://{host}{path}", kind, more)
        if kind == "wordpress":
            server.whole_path[host, path] = server.routes[host, path]


def _page(payload: str, number: int) -> Callable[[Answer], None]:
    return lambda answer: answer.give(hostile_page(payload, number), etag=False)


def _listed(kind: str, links: dict[str, str]) -> tuple[str, str, str]:
    """Path, body and further lines of the source's file."""
    escaped = {html.escape(link): html.escape(payload) for link, payload in links.items()}
    if kind == "feed":
        items = "".join(
            f"<item><title>{text}</title><description>{text}</description><author>{text}</author><category>{text}</category>"
            f"<guid>{text}</guid><pubDate>{text}</pubDate><link>{link}</link></item><item><link>{text}</link></item>"
            for link, text in escaped.items()
        )
        return (
            "/feed",
            f"<rss version='2.0'><channel><language>{escaped[next(iter(escaped))]}</language>{items}</channel></rss>",
            "max_items = 1000\n",
        )
    if kind == "sitemap":
        items = "".join(
            f"<url><loc>{link}</loc><news><title>{text}</title><language>{text}</language></news></url>"
            for link, text in escaped.items()
        )
        return "/map.xml", f"<urlset>{items}</urlset>", "max_items = 1000\n"
    if kind == "listing":
        items = "".join(f"<li><a href='{link}'>{text}</a></li>" for link, text in escaped.items())
        return "/list", f"<html><ul>{items}</ul></html>", LISTING
    if kind == "wordpress":
        posts = [
            {"link": link, "title": {"rendered": text}, "excerpt": {"rendered": text}, "date_gmt": text, "lang": text}
            for link, text in links.items()
        ]
        return "/wp-json/wp/v2/posts", json.dumps(posts), ""
    return (
        "/api",
        json.dumps({"results": [{"href": link, "headline": text, "text": text} for link, text in links.items()]}),
        FIELDS,
    )


def harm_of_run(folder: Path, payloads: list[str]) -> dict[str, Any]:
    """Crawls, processes, renders and mails; returns the report of the run after looking at everything it made."""
    workspace = folder / "workspace"
    install_workspace(workspace)
    shutil.rmtree(workspace / "sources.d")
    with serving() as server:
        place = Place(workspace)
        settle(server, place, payloads)
        report = run(workspace, server, "run", code=(0, 3))  # type: ignore[arg-type]  # it only needs to know the address
        asked = {seen.host for seen in server.seen}
    assert "evil.example" not in asked
    archive = workspace / "archive"
    pages = sorted(archive.rglob("*.html"))
    assert {page.name for page in pages} >= {"ja.html", "en.html"}
    harm = {str(page.relative_to(archive)): found for page in pages if (found := harm_in(page.read_text("utf-8")))}
    assert not harm
    for file in archive.rglob("*"):
        assert re.fullmatch(r"[\w.-]+(/[\w.-]+)*", str(file.relative_to(archive)), re.ASCII), file
        if file.suffix in (".atom", ".xml"):
            ET.parse(file)
        elif file.suffix == ".json":
            json.loads(file.read_text("utf-8"))
    for file in (workspace / "outbox").iterdir():
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        assert message["Bcc"] is None
        assert not message.defects
        assert not harm_in(message.get_body(("html",)).get_content())  # type: ignore[union-attr]  # letters have both parts
    report["titles"] = sum(page.read_text("utf-8").count("Sister cities on ") for page in pages)
    report["everything"] = "".join(page.read_text("utf-8") for page in pages)
    return report


@pytest.mark.slow
def test_hostile_text_stays_text_from_every_kind_of_source_to_every_page(tmp_path: Path) -> None:
    report = harm_of_run(tmp_path, list(PAYLOADS))
    assert report["crawl"]["total"]["pages"] == len(PAYLOADS) * 5
    assert set(report["crawl"]["total"]["failures"]) <= {"blocked_address", "gone"}
    # The tests above would pass for an empty archive.
    assert report["titles"] > len(PAYLOADS)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in report["everything"]
    assert "{{7*7}}" in report["everything"]


@pytest.mark.slow
def test_payloads_and_naughty_strings_that_others_collected_stay_text(evaluation_data: Path, tmp_path: Path) -> None:
    folder = evaluation_data / "hostile"
    payloads = [case["payload"] for case in json.loads((folder / "xss_payloads.json").read_text("utf-8"))]
    payloads += json.loads((folder / "naughty_strings.json").read_text("utf-8"))
    texts = list(dict.fromkeys(text for text in payloads if isinstance(text, str) and text.strip()))
    assert len(texts) > 600
    report = harm_of_run(tmp_path, texts)
    assert report["crawl"]["total"]["pages"] > 600


@pytest.mark.parametrize(
    "script",
    [
        "<script>alert(1)</script>",
        "<script src='https://evil.example/assets/search.js'></script>",
        "<script src='../assets/search.js'>alert(1)</script>",
        "<script type='application/ld+json'>alert(1)</script>",
        "<script type='application/ld+json' src='x.js'>{}</script>",
    ],
)
def test_a_script_that_is_not_ours_is_seen(script: str) -> None:
    own = '<script src="../assets/search.js" defer></script><script type="application/ld+json">{"name": "x"}</script>'
    assert not harm_in(f"<html><body>{own}<p>x</p></body></html>")
    assert harm_in(f"<html><body>{own}{script}</body></html>")
