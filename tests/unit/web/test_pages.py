"""What holds for every page: language, headers, methods, sizes, limits, errors, and what the log says (M10, M11, fault 14)."""

from __future__ import annotations

from pathlib import Path

import pytest
from readers_site import ADDRESS, BASE_URL, Site

from pipeline.config import open_workspace
from pipeline.errors import ConfigurationError
from pipeline.knowledge.editions import load_edition
from pipeline.store.register import Register
from pipeline.web.app import HEADERS, MOST_BYTES, make_app
from pipeline.web.guard import Limiter, Proxies, origin_of

PAGES = (
    "/",
    "/subscribe",
    "/privacy",
    "/health",
    "/u/nothing",
    "/s/nothing",
    "/c/nothing",
    "/nowhere",
    "/assets/style.css",
)


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_is_guarded_and_sets_nothing(site: Site, path: str) -> None:
    for method in ("GET", "HEAD", "POST", "OPTIONS", "DELETE", "QUERY"):
        answer = site.ask(method, path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert not {"set-cookie", "location", "server", "access-control-allow-origin"} & set(answer.headers)
        assert answer.status_code not in range(300, 400)
        if not path.startswith("/assets/") or method not in ("GET", "HEAD"):
            assert answer.headers.get("cache-control", "no-store") == "no-store"


def test_pages_let_nothing_in_and_tell_nobody() -> None:
    """No script, no foreign source, no frame; no address of a page reaches another site, a cache or a search engine."""
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    others = {name: value for name, value in HEADERS.items() if name != "Content-Security-Policy"}
    assert others == {
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def test_head_is_get_without_its_body(site: Site) -> None:
    for path in (*PAGES, site.link("s", site.add())):
        got, head = site.get(path), site.ask("HEAD", path)
        if path not in ("/", "/subscribe"):  # whose stamp says when
            assert head.headers == got.headers
        assert (head.status_code, head.content) == (got.status_code, b"")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/subscribe", "GET, POST, HEAD, OPTIONS"),
        ("/privacy", "GET, HEAD, OPTIONS"),
        ("/u/x", "GET, POST, HEAD, OPTIONS"),
    ],
)
def test_other_methods_are_refused_by_name(site: Site, path: str, allowed: str) -> None:
    refused = site.ask("DELETE", path)
    assert (refused.status_code, refused.headers["allow"]) == (405, allowed)
    asked = site.ask("OPTIONS", path)
    assert (asked.status_code, asked.headers["allow"], asked.content) == (204, allowed, b"")


@pytest.mark.parametrize(
    "path", ["/subscribe/", "/u/", "/u/x/", "/%2F%2Fevil.example/", "/c", "/static", "/%2e%2e/city-digest.toml"]
)
def test_nothing_is_redirected_and_nothing_else_served(site: Site, path: str) -> None:
    answer = site.get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 404
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    ("path", "accepted", "expected"),
    [
        ("/subscribe", "", "ja"),
        ("/subscribe", "en-GB,en;q=0.9", "en"),
        ("/subscribe", "fr, de;q=0.9, en;q=0.1, ja;q=0.2", "ja"),
        ("/subscribe", "en;q=0", "ja"),
        ("/subscribe", "x;q=y,,;=,*", "ja"),
        ("/subscribe?lang=en", "ja", "en"),
        ("/subscribe?lang=tlh", "en", "en"),
        ("/privacy?lang=ja", "en", "ja"),
    ],
)
def test_pages_speak_the_language_that_is_asked_for(site: Site, path: str, accepted: str, expected: str) -> None:
    assert f'<html lang="{expected}">' in site.get(path, headers={"Accept-Language": accepted}).text


def test_a_readers_pages_speak_the_language_of_their_edition(site: Site) -> None:
    for edition in ("ja", "en"):
        reader = site.add(edition=edition)
        for purpose in "us":
            assert (
                f'<html lang="{edition}">'
                in site.get(site.link(purpose, reader), headers={"Accept-Language": "en, ja"}).text
            )
        assert f'<html lang="{edition}">' in site.post(site.link("u", reader)).text


def test_pages_find_their_style_wherever_they_lie(site: Site) -> None:
    """A proxy may put them under any path."""
    assert 'href="assets/style.css"' in site.get("/subscribe").text
    assert 'href="../assets/style.css"' in site.get(site.link("s", site.add())).text
    assert 'href="../../assets/style.css"' in site.get("/a/b/c").text
    for path in ("/assets/style.css", "/assets/forms.css", "/assets/favicon.svg"):
        answer = site.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(("text/css", "image/svg+xml"))


def test_a_workspace_has_a_style_and_words_of_its_own(tmp_path: Path) -> None:
    templates = tmp_path / "own" / "templates"
    (templates / "assets").mkdir(parents=True)
    (templates / "assets" / "style.css").write_text('@import "shipped.css";', "utf-8")
    (templates / "web").mkdir()
    (templates / "web" / "privacy.html").write_text("<p>{{ page.title }}, our own</p>", "utf-8")
    site = Site(tmp_path / "own")
    assert site.get("/assets/style.css").text == '@import "shipped.css";'
    assert "--vermilion" in site.get("/assets/shipped.css").text
    assert site.get("/privacy?lang=en").text == "<p>Privacy, our own</p>"


def test_the_privacy_notice_says_whom_to_ask(site: Site) -> None:
    page = site.get("/privacy?lang=en").text
    for text in ("City desk", "1-1 Mihon, Sample City", 'href="mailto:contact@example.org"', "after 7 days"):
        assert text in page


def test_a_form_that_is_too_large_or_no_form_is_refused(site: Site) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert site.ask("POST", "/subscribe", content=b"a=" + b"x" * MOST_BYTES, headers=form).status_code == 413
    assert site.ask("POST", "/subscribe", content=b"a=1&" * 2_001, headers=form).status_code == 413
    assert (
        site.ask("POST", "/subscribe", content=b"{}", headers={"Content-Type": "application/json"}).status_code == 415
    )
    assert site.ask("POST", site.link("s", site.add()), content=b"do=erase&sure=yes").status_code == 415


def test_too_many_forms_wait(tmp_path: Path) -> None:
    site = Site(tmp_path / "limited", web="requests_per_minute = 3")
    path = site.link("s", site.add())
    answers = [site.post(path, {"do": "save", "edition": "en"}).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    assert site.get(path).status_code == 200, "looking is free"
    assert site.post(path, {"do": "save", "edition": "en"}, peer="203.0.113.9").status_code == 200


def test_a_limit_comes_back_with_time_and_forgets_whom_it_has_not_seen() -> None:
    now = 0.0
    limiter = Limiter(6, timer=lambda: now)
    assert [limiter.takes("a") for _ in range(7)] == [True] * 6 + [False]
    now = 10.0
    assert [limiter.takes("a") for _ in range(2)] == [True, False]
    assert limiter.takes("b", 4)
    assert not limiter.takes("b", 4)
    for number in range(10_001):
        limiter.takes(str(number))
    assert len(limiter._left) <= 10_000
    assert all(Limiter(0).takes("a") for _ in range(100))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6", "198.51.100.1, 10.0.0.3"], "198.51.100.1"),
        ("::ffff:127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("::1", ["2001:db8:1:2:3::4"], "2001:db8:1:2::/64"),
        ("127.0.0.1", ["nonsense"], "unknown"),
        ("", [], "unknown"),
    ],
)
def test_a_client_is_whom_our_own_proxies_heard(peer: str, forwarded: list[str], client: str) -> None:
    """What stands in X-Forwarded-For before that, anybody could have written."""
    assert Proxies(["127.0.0.0/8", "::1", "10.0.0.0/24"]).client(peer, forwarded) == client


def test_a_proxy_that_is_no_address_is_told() -> None:
    with pytest.raises(ConfigurationError, match=r"web\.proxies"):
        Proxies(["proxy"])


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://a.example/readers", "https://a.example"),
        ("https://A.example:443", "https://a.example"),
        ("http://127.0.0.1:8025", "http://127.0.0.1:8025"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_what_goes_wrong_has_a_page_that_says_nothing_of_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 14: neither the page nor the log repeats what an error says."""

    def fail(*_: object) -> None:
        raise ValueError(f"canary {ADDRESS}")

    path = site.link("s", site.add())
    monkeypatch.setattr(Register, "current", fail)
    answer = site.get(path)
    assert answer.status_code == 500
    assert load_edition("ja").say("web.said.broken") in answer.text
    assert "canary" not in answer.text + "".join(site.log)
    assert any("ValueError" in line for line in site.log)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_no_address_and_no_link_reaches_the_log(site: Site) -> None:
    """Fault 14, M11: every way through the pages, with canaries."""
    site.subscribe(fields={"theme": "peace"})
    confirm = site.confirm_path(site.mails()[0])
    site.post(confirm)
    reader = site.reader()
    assert reader
    leave, settings = site.link("u", reader), site.link("s", reader)
    for path in (confirm, leave, settings, f"{leave}x", f"/{ADDRESS}", f"/privacy?address={ADDRESS}"):
        for method in ("GET", "HEAD", "POST", "DELETE", ADDRESS.partition("@")[0].upper()):
            site.ask(method, path, headers={"Content-Type": "application/x-www-form-urlencoded", "User-Agent": ADDRESS})
    for do in ("save", "export", "erase"):
        site.post(settings, {"do": do, "edition": "en", "cities": ADDRESS})
    site.post(settings, {"do": "erase", "sure": "yes"})
    log = "\n".join(site.log)
    assert len(site.log) > 30
    assert "'page': '/u/{token}'" in log
    for canary in (
        "canary",
        "CANARY",
        "city.example",
        reader.id,
        *(path.split("/")[2].split(".")[0] for path in (confirm, leave, settings)),
    ):
        assert canary not in log
    assert "canary" not in repr(reader) + repr(site.keys) + repr(site.reader())


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (('base_url = "https://readers.example.org"', 'base_url = ""'), "web.base_url"),
        (("contact@example.org", ""), "mail.contact"),
    ],
)
def test_what_pages_and_mails_must_say_is_asked_for_at_the_start(
    tmp_path: Path, change: tuple[str, str], names: str
) -> None:
    site = Site(tmp_path / "bare")
    file = site.workspace.root / "city-digest.toml"
    file.write_text(file.read_text("utf-8").replace(*change), "utf-8")
    with pytest.raises(ConfigurationError, match=names):
        make_app(open_workspace(site.workspace.root, environment={}), note=print)


def test_an_insecure_referrer_or_frame_cannot_happen(site: Site) -> None:
    """No page holds a script, a style of its own, a foreign address but the archive's and the contact's, or a frame."""
    reader = site.add()
    for path in ("/subscribe", "/privacy", site.link("u", reader), site.link("s", reader), "/u/nothing"):
        page = site.get(path).text
        for piece in ("<script", "style=", "<iframe", "onclick", "http-equiv", "//readers.example"):
            assert piece not in page
        assert page.count("https://") == page.count("https://digest.example.org/")


def test_no_address_of_ours_is_in_a_page(site: Site) -> None:
    """Links lead on from where the page lies: under which name it was asked for does not matter."""
    assert BASE_URL not in site.get("/subscribe").text
