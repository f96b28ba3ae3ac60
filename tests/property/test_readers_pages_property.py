"""Whatever is asked of the readers' pages, by whatever method and in whatever form, there is an answer that gives nothing away."""

from __future__ import annotations

import string
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from readers_site import Site

from pipeline.web.app import HEADERS

FORM = "application/x-www-form-urlencoded"
MARK = "<zq'\">&{{7*7}}"  # no page has it but escaped
WORDS = (
    "subscribe",
    "c",
    "u",
    "s",
    "privacy",
    "health",
    "assets",
    "style.css",
    "..",
    "",
    ".",
    "%2e%2e",
    "%00",
    "%ff",
    "{token}",
)
FIELDS = ("stamp", "address", "edition", "city", "cities", "theme", "network", "do", "sure", "List-Unsubscribe", "lang")
VALUES = (
    "save",
    "leave",
    "export",
    "erase",
    "yes",
    "ja",
    "en",
    "peace",
    "uclg",
    "geonames:1859171",
    "Portland",
    "reader@city.example",
)

text = st.text(max_size=60) | st.sampled_from(
    [MARK, f"{MARK}@city.example", "\r\nSet-Cookie: a=b", "\x00", "\ud800", *VALUES]
)
fields = st.lists(st.tuples(st.sampled_from(FIELDS) | text, text), max_size=12)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("fuzzed") / "workspace")


@st.composite
def paths(draw: st.DrawFn, tokens: tuple[str, ...]) -> str:
    parts = st.sampled_from(WORDS) | st.sampled_from(tokens) | st.text(string.printable, max_size=20) | st.just(MARK)
    path = "/" + "/".join(draw(st.lists(parts, max_size=4)))
    return draw(st.sampled_from([path, *(f"/{kind}/{token}" for kind, token in zip("cus", tokens, strict=True))]))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_request_is_answered_and_nothing_is_echoed(site: Site, data: st.DataObject) -> None:
    """M10, M11, faults 11, 13: never a 500, a trace, a cookie, a redirect or anybody's characters as they came."""
    reader = site.add()
    tokens = tuple(site.link(kind, reader).split("/")[2] for kind in "cus")
    if data.draw(st.booleans()):  # a form of ours, filled in by anybody
        path, method, kind = data.draw(st.sampled_from(["/subscribe", f"/s/{tokens[2]}"])), "POST", FORM
        marked = data.draw(st.sets(st.sampled_from(FIELDS), min_size=1))
        body = _form([("do", "save"), *((name, MARK) for name in sorted(marked)), *data.draw(fields)])
    else:
        path = data.draw(paths(tokens))
        method = data.draw(
            st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X"])
        )
        kind = data.draw(st.sampled_from([FORM, "multipart/form-data", "text/html", ""]))
        body = data.draw(st.binary(max_size=200) | fields.map(_form))
    header = data.draw(st.text(string.ascii_letters + string.punctuation + " ", max_size=40))
    names = st.sampled_from(
        ["Accept-Language", "Origin", "Sec-Fetch-Site", "X-Forwarded-For", "Host", "Referer", "Cookie"]
    )
    query = data.draw(fields.map(lambda pairs: _form(pairs).decode()))
    answer = site.ask(
        method,
        _quoted(path) + (f"?{query}" if query else ""),
        content=body,
        headers={data.draw(names): header, "Content-Type": kind},
        peer=data.draw(st.sampled_from(["127.0.0.1", "203.0.113.7", "::1"])),
    )
    assert answer.status_code in (200, 204, 403, 404, 405, 410, 413, 415, 422)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert not {"set-cookie", "location"} & set(answer.headers)
    if answer.headers.get("content-type", "").startswith("text/html"):
        for piece in (MARK, "<zq", "&gt;&amp;49", "Traceback", "pipeline/"):
            assert piece not in answer.text
    assert not any(line.startswith("failed") for line in site.log), site.log


def _form(pairs: list[tuple[str, str]]) -> bytes:
    return urlencode(pairs, errors="surrogatepass").encode()


def _quoted(path: str) -> str:
    return quote(path, safe="/%.:~", errors="surrogatepass")
