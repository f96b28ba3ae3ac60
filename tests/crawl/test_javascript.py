"""Sources whose pages are empty without their scripts: read in a real Chromium, whose pages reach nothing that the crawler would not ask."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ipaddress
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from badserver import Answer, BadServer, article, redirect, rss, serving
from components import lack
from place import Place

from pipeline.text.urls import address_id

MAX_REQUESTS = 100  # of one page's scripts, as the guide says

CHROMIUM = os.environ.get("CITY_DIGEST_TEST_CHROMIUM", "/usr/bin/chromium")
SELECTORS = '[selectors]\nitem = "li"\nlink = "a::attr(href)"\ntitle = "a"\ndate = "time"\n'

pytestmark = [pytest.mark.slow, pytest.mark.browser]

# The items come from an answer in JSON, asked by a script that comes from a file.
SHELL = """<!doctype html><html lang=ja><title>news</title><link rel=stylesheet href=/style.css>
<body><img src=/picture.png><ul id=list></ul><script src=/app.js></script></html>"""
APP = """
const list = document.getElementById("list");
fetch("/api/news?page=1").then(answer => answer.json()).then(items => {
  for (const [link, title, date] of items) {
    list.insertAdjacentHTML("beforeend", `<li><time>${date}</time> <a href="${link}">${title}</a></li>`);
  }
});
"""
# Everything a page might try in order to reach what it must not. Its one item shows that the script ran to its end.
HOSTILE = """<!doctype html><html><title>news</title>
<link rel=preconnect href="http://169.254.169.254/"><link rel=dns-prefetch href="//10.0.0.1/">
<link rel=prefetch href="/prefetched"><link rel=preload as=fetch href="http://10.0.0.1/preloaded">
<script type="speculationrules">{"prerender": [{"urls": ["/prerendered"]}], "prefetch": [{"urls": ["/speculated"]}]}</script>
<script src="http://tracker.example/track.js"></script>
<body><iframe src="/framed"></iframe><iframe src="http://127.0.0.1:SECRET/framed"></iframe>
<iframe srcdoc="<script>fetch('/from-frame'); new WebSocket('ws://hostile.example/socket')</script>"></iframe>
<video src="/film.mp4"></video><object data="/object"></object><form id=form action="/sent" method=post><input name=a value=b></form><ul></ul>
<script>
const tries = [
  () => fetch("http://169.254.169.254/latest/meta-data/"),
  () => fetch("http://10.0.0.1/", {mode: "no-cors"}),
  () => fetch("http://127.0.0.1:SECRET/fetched", {mode: "no-cors"}),
  () => fetch("http://[::1]:SECRET/fetched", {mode: "no-cors"}),
  () => fetch("file:///etc/passwd"),
  () => fetch("/go"),
  () => fetch("/away", {mode: "no-cors"}),
  () => fetch("/posted", {method: "POST", body: "x"}),
  () => navigator.sendBeacon("/beacon", "x"),
  () => new WebSocket("ws://hostile.example/socket"),
  () => new WebSocket("ws://127.0.0.1:SECRET/socket"),
  () => new EventSource("/events"),
  () => new WebTransport("https://hostile.example/transport"),
  () => navigator.serviceWorker.register("/sw.js"),
  () => new Worker("/worker.js"),
  () => new SharedWorker("/shared.js"),
  () => new Worker(URL.createObjectURL(new Blob(["fetch('http://hostile.example/from-worker')"]))),
  () => window.open("/opened"),
  () => window.open("http://127.0.0.1:SECRET/opened"),
  () => { const a = document.createElement("a"); a.href = "/downloaded"; a.download = "x"; document.body.append(a); a.click() },
  () => document.getElementById("form").submit(),
  () => { const peer = new RTCPeerConnection({iceServers: [{urls: "stun:127.0.0.1:STUN"}, {urls: "turn:127.0.0.1:SECRET?transport=tcp", username: "a", credential: "b"}]});
          peer.createDataChannel("x"); peer.createOffer().then(offer => peer.setLocalDescription(offer)) },
  () => { Object.defineProperty(Element.prototype, "outerHTML", {get: () => "x".repeat(3e7)}) },
  () => { location.href = "http://169.254.169.254/" },
  () => { location.href = "http://127.0.0.1:SECRET/left" },
  () => { location.href = "file:///etc/passwd" },
  () => { location.href = "/elsewhere" },
];
for (const one of tries) { try { Promise.resolve(one()).catch(() => 0) } catch { } }
document.querySelector("ul").innerHTML = "<li><time>2026-11-02</time> <a href=/item>友好都市</a></li>";
</script></html>"""


class Listener:
    """A TCP and a UDP port on loopback that nobody may find."""

    def __init__(self) -> None:
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.found: list[str] = []
        for wait in (self._accept, self._receive):
            threading.Thread(target=wait, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.tcp.accept()
                self.found.append("tcp")
                connection.close()

    def _receive(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self.udp.recvfrom(2048)
                self.found.append("udp")

    def fill(self, page: str) -> str:
        return page.replace("SECRET", str(self.tcp.getsockname()[1])).replace("STUN", str(self.udp.getsockname()[1]))

    def close(self) -> None:
        for one in (self.tcp, self.udp):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@pytest.fixture(scope="module")
def secret() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture(autouse=True, scope="module")
def _chromium() -> None:
    if not Path(CHROMIUM).is_file():
        lack("Chromium (CITY_DIGEST_TEST_CHROMIUM)")
    try:
        import scrapy_playwright  # noqa: F401
    except ImportError:
        lack("scrapy-playwright (the extra javascript)")


def app(server: BadServer, host: str, *, robots: str = "User-agent: *\nDisallow: /private/\n") -> None:
    """A site that shows nothing without its script."""
    server.page(host, "/robots.txt", robots, "text/plain")
    server.page(host, "/news/", SHELL, Set_Cookie="visit=1")
    server.page(host, "/app.js", APP, "text/javascript")
    items = [["/news/1", "市長が姉妹都市を訪問", "2026-11-02"], ["/news/2", "都市間の覚書", "2026-11-01"]]
    server.page(host, "/api/news?page=1", json.dumps(items), "application/json")
    for n in (1, 2):
        script = f"document.querySelector('main').textContent = '本文 {n}'"
        server.page(host, f"/news/{n}", f"<!doctype html><title>x</title><body><main></main><script>{script}</script>")


def scripted(server: BadServer, name: str, script: str) -> None:
    """A site whose one listing runs a script."""
    server.page(f"{name}.example", "/news/", f"<!doctype html><title>x</title><body><ul></ul><script>{script}</script>")


def sources(place: Place, *names: str) -> None:
    for name in names:
        more = f'javascript = true\nzone = "Asia/Tokyo"\n{SELECTORS}'
        place.source(name, f"http://{name}.example/news/", kind="listing", more=more)


@pytest.fixture(scope="module")
def place(make_place: Callable[[str], Place]) -> Place:
    return make_place("javascript")


@pytest.fixture(scope="module")
def hosts_asked() -> set[str]:
    """By the crawl below, not by those of other tests."""
    return set()


@pytest.fixture(scope="module")
def crawled(
    place: Place, server: BadServer, secret: Listener, hosts_asked: set[str]
) -> tuple[int, dict[str, Any], str]:
    app(server, "app.example")
    app(server, "closed.example", robots="User-agent: city-digest\nDisallow: /news/\n")
    app(server, "silent.example", robots="User-agent: *\nDisallow: /api/\n")
    app(server, "moved.example")
    server.routes["moved.example", "/news/"] = redirect("http://moved.example/private/news")
    server.page("hostile.example", "/news/", secret.fill(HOSTILE))
    server.page("hostile.example", "/item", article("item"))
    server.routes["hostile.example", "/go"] = redirect("http://169.254.169.254/latest/")
    server.routes["hostile.example", "/away"] = redirect(secret.fill("http://127.0.0.1:SECRET/away"))
    app(server, "limited.example")
    server.page("limited.example", "/api/news?page=1", "later", status=429, Retry_After="7200")
    reader = "new Date(Date.UTC(2026, 10, 2, 20)).toLocaleDateString(), navigator.language"
    scripted(
        server, "reader", f"document.querySelector('ul').innerHTML = '<li><a href=/' + [{reader}].join('/') + '>a</a>'"
    )
    server.page("plain.example", "/feed", rss([("http://plain.example/a", "t", "")]))
    server.page("plain.example", "/a", "<!doctype html><title>a</title><script>fetch('/ran')</script>")
    place.configure(
        crawl={"browser": CHROMIUM, "timeout_s": 6}, rehearsal={"allow_loopback": True, "proxy": server.url}
    )
    sources(place, "app", "closed", "silent", "moved", "hostile", "limited", "reader")
    place.source("plain", "http://plain.example/feed")
    before = len(server.seen)
    outcome = place.crawl("--log-level", "INFO")
    hosts_asked.update(seen.host for seen in server.seen[before:])
    return outcome


def test_a_listing_made_by_scripts_yields_its_items_and_pages_their_text(
    crawled: tuple[int, dict[str, Any], str], place: Place
) -> None:
    _, report, errors = crawled
    assert errors.count('"level":"ERROR"') == 0, errors
    assert all(line.startswith("{") for line in errors.splitlines()), errors
    assert report["sources"]["app"]["pages"] == 2, errors
    assert set(place.links("app")) == {"http://app.example/news/1", "http://app.example/news/2"}
    (page,) = place.inbox.pages([address_id("http://app.example/news/1")])
    assert "本文 1" in page.body.decode()


def test_the_browser_says_who_asks_and_keeps_nothing(
    crawled: tuple[int, dict[str, Any], str], server: BadServer
) -> None:
    asked = [seen for seen in server.seen if seen.host == "app.example"]
    assert sorted(seen.path for seen in asked) == [
        "/api/news?page=1", "/app.js", "/news/", "/news/1", "/news/2", "/robots.txt",
    ]  # fmt: skip
    for seen in asked:
        assert seen.headers["user-agent"].startswith("city-digest/")
        assert "(+https://digest.example/about)" in seen.headers["user-agent"]
        assert "cookie" not in seen.headers


def test_robots_rules_hold_for_pages_and_for_what_their_scripts_ask(
    crawled: tuple[int, dict[str, Any], str], server: BadServer
) -> None:
    _, report, _ = crawled
    assert server.paths("closed.example") == ["/robots.txt"]
    assert report["sources"]["closed"]["problem"] == "robots_disallowed"
    assert sorted(server.paths("silent.example")) == ["/app.js", "/news/", "/robots.txt"]
    assert sorted(server.paths("moved.example")) == ["/news/", "/robots.txt"]


def test_the_delay_of_a_host_counts_from_the_end_of_what_scripts_asked(
    make_place: Callable[[str], Place], server: BadServer
) -> None:
    delay_s, slow_s = 1.5, 0.8
    app(server, "slow.example")
    answer = server.routes["slow.example", "/api/news?page=1"]

    def late(asked: Answer) -> None:
        time.sleep(slow_s)
        answer(asked)

    server.routes["slow.example", "/api/news?page=1"] = late
    place = make_place("gap")
    place.configure(
        crawl={"browser": CHROMIUM, "timeout_s": 6},
        rehearsal={"allow_loopback": True, "proxy": server.url, "delay_s": delay_s},
    )
    sources(place, "slow")
    _, report, errors = place.crawl()
    assert report["sources"]["slow"]["pages"] == 2, errors
    at = {seen.path: seen.at for seen in server.seen if seen.host == "slow.example"}
    assert min(at["/news/1"], at["/news/2"]) - at["/api/news?page=1"] > slow_s + delay_s - 0.1


def test_scripts_ask_no_denied_host_of_their_own_site(make_place: Callable[[str], Place], server: BadServer) -> None:
    script = "for (const name of ['data', 'ads']) fetch(`http://${name}.crowd.example/x`).catch(() => 0); "
    server.page(
        "www.crowd.example",
        "/news/",
        f"<!doctype html><title>x</title><ul><li><a href=/a>a</a></ul><script>{script}</script>",
    )
    server.page("www.crowd.example", "/a", article("a"))
    place = make_place("denied")
    place.configure(
        crawl={"browser": CHROMIUM, "timeout_s": 6}, rehearsal={"allow_loopback": True, "proxy": server.url}
    )
    (place.root / "sources.d" / "denied.toml").write_text('[[denied]]\nhost = "ads.crowd.example"\nwhy = "adverts"\n')
    place.source("crowd", "http://www.crowd.example/news/", "listing", f"javascript = true\n{SELECTORS}")
    _, report, errors = place.crawl()
    assert report["sources"]["crowd"]["pages"] == 1, errors
    assert "/x" in server.paths("data.crowd.example")
    assert server.paths("ads.crowd.example") == []


def test_a_hostile_page_reaches_nothing(
    crawled: tuple[int, dict[str, Any], str],
    server: BadServer,
    secret: Listener,
    place: Place,
    hosts_asked: set[str],
) -> None:
    _, report, errors = crawled
    assert place.links("hostile") == {"http://hostile.example/item": ("fetched", "", 0)}, errors
    asked = set(server.paths("hostile.example"))
    # A frame without an address of its own asks by the same rules.
    assert asked <= {"/robots.txt", "/news/", "/item", "/go", "/away", "/from-frame"}
    hosts = {f"{name}.example" for name in report["sources"]}
    assert {"hostile.example"} <= hosts_asked <= hosts
    assert secret.found == []


@pytest.mark.slow
def test_each_page_ends_within_its_limits(make_place: Callable[[str], Place], server: BadServer) -> None:
    """In two processes, each with a browser of its own."""
    scripted(server, "busy", "while (true) {}")
    scripted(
        server,
        "huge",
        "document.querySelector('ul').hidden = true; document.querySelector('ul').append('x'.repeat(9 * 1024 * 1024))",
    )
    scripted(server, "greedy", "const all = []; while (true) all.push(new Array(1e6).fill(all.length))")
    scripted(
        server,
        "polling",
        "setInterval(() => fetch('/poll'), 20); document.querySelector('ul').innerHTML = '<li><a href=/a>a</a>'",
    )
    server.page("polling.example", "/poll", "{}", "application/json")
    server.page("polling.example", "/a", article("a"))
    scripted(server, "flood", "setInterval(() => { for (let n = 0; n < 1000; n++) fetch('/x' + n).catch(() => 0) }, 1)")
    scripted(
        server,
        "restless",
        "document.querySelector('ul').innerHTML = '<li><a href=/a>a</a>'; setInterval(() => { open('/b'); location.href = '/c' + Math.random(); "
        "for (let n = 0; n < 1000; n++) history.pushState(0, 0, '?' + Math.random()) }, 1)",
    )
    server.page("restless.example", "/a", article("a"))
    place = make_place("limits")
    place.configure(
        crawl={"browser": CHROMIUM, "timeout_s": 6, "shards": 2},
        rehearsal={"allow_loopback": True, "proxy": server.url},
    )
    app(server, "after.example")
    sources(place, "busy", "huge", "greedy", "polling", "flood", "restless", "after")
    _, report, errors = place.crawl()
    problems = {name: facts["problem"] for name, facts in report["sources"].items()}
    assert problems.pop("flood") in ("crashed", "timeout"), errors  # slow machines reach the time before the number
    assert problems == {
        "busy": "timeout",
        "huge": "too_large",
        "greedy": "crashed",
        "polling": "",
        "restless": "",
        "after": "",
    }, errors
    assert report["sources"]["after"]["pages"] == 2
    assert report["seconds"] < 90
    assert report["peak_mib"] < 300  # of the crawl's own processes
    assert len(server.paths("polling.example")) <= MAX_REQUESTS + 3


def test_a_host_that_answers_a_script_with_429_is_left_alone(
    crawled: tuple[int, dict[str, Any], str], place: Place, server: BadServer
) -> None:
    assert crawled[1]["sources"]["limited"]["problem"] == "rate_limited"
    before = len(server.seen)
    _, report, _ = place.crawl("--source", "limited")
    assert report["sources"]["limited"]["problem"] == "rate_limited"
    assert server.paths("limited.example", before) == []


def test_scripts_write_for_a_reader_of_the_sources_language_and_zone(
    crawled: tuple[int, dict[str, Any], str], place: Place
) -> None:
    assert list(place.links("reader")) == ["http://reader.example/2026/11/3/ja"]


def test_other_sources_see_no_browser(crawled: tuple[int, dict[str, Any], str], server: BadServer) -> None:
    assert sorted(server.paths("plain.example")) == ["/a", "/feed", "/robots.txt"]
    assert crawled[1]["sources"]["plain"]["pages"] == 1


def test_the_second_crawl_asks_the_listing_anew(
    crawled: tuple[int, dict[str, Any], str], server: BadServer, place: Place
) -> None:
    """The page may be the same while its items are not, so that it is not asked conditionally."""
    before = len(server.seen)
    items = [["/news/3", "新しい覚書", "2026-11-03"]]
    server.page("app.example", "/api/news?page=1", json.dumps(items), "application/json")
    server.page("app.example", "/news/3", article("3"))
    place.crawl("--source", "app")
    assert "/news/3" in server.paths("app.example", before)


# ------------------------------------------------------------------------------------------------------------------ TLS


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody vouches for, with its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.mark.parametrize("verify", [False, True])
def test_https_goes_through_the_gate_and_certificates_are_checked_as_the_source_says(
    make_place: Callable[[str], Place], tmp_path: Path, verify: bool
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    with serving() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        app(server, "127.0.0.1")
        url = server.url.replace("http:", "https:")
        place = make_place(f"tls{verify}")
        place.configure(crawl={"browser": CHROMIUM, "timeout_s": 6}, rehearsal={"allow_loopback": True})
        more = f"javascript = true\nverify_tls = {str(verify).lower()}\n{SELECTORS}"
        place.source("secure", f"{url}/news/", kind="listing", more=more)
        _, report, errors = place.crawl("--log-level", "INFO")
        assert report["sources"]["secure"]["pages"] == (0 if verify else 2), errors
        assert ("passed: CONNECT" in errors) is not verify


# ----------------------------------------------------------------------------------------------------------- gate alone


def test_the_gate_alone_stops_what_a_browser_without_rules_lets_a_page_ask(secret: Listener) -> None:
    """No route, no policy: Chromium as it is started for a crawl, a name that means this machine, and the gate."""
    from playwright.async_api import Route
    from scrapy.settings import Settings
    from scrapy_playwright.handler import Config

    from crawler.javascript import sandboxed
    from crawler.javascript.browser import Chromium
    from crawler.javascript.gate import Gate

    before = list(secret.found)

    async def resolve(_: str) -> Sequence[str]:
        return ["127.0.0.1"]

    async def answer(route: Route) -> None:
        if route.request.url == "http://hostile.example/news/":
            await route.fulfill(status=200, content_type="text/html", body=secret.fill(HOSTILE))
        else:
            await route.continue_()

    async def scenario() -> Gate:
        gate = Gate(admits=lambda _: True, allow_loopback=False, max_bytes=1_000_000, lifetime_s=10, resolve=resolve)
        options = {"executable_path": CHROMIUM, "chromium_sandbox": sandboxed()}
        chromium = Chromium(Config.from_settings(Settings({"PLAYWRIGHT_LAUNCH_OPTIONS": options})), gate)
        browser = await chromium.launch_browser()
        page = await browser.new_page()
        await page.route("**", answer)
        await page.goto("http://hostile.example/news/", wait_until="commit")
        await asyncio.sleep(3)
        await browser.close()
        await chromium.close()
        return gate

    gate = asyncio.run(scenario())
    assert gate.passed == 0
    assert gate.refused > 10
    assert secret.found == before


# ----------------------------------------------------------------------------------------------------------------- ends


def descendants(pid: int) -> set[int]:
    """The processes that a process started, and those that these started."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # "pid (name) state parent": names may hold spaces and brackets.
            parents[int(stat.parent.name)] = int(stat.read_text("utf-8", "replace").rpartition(")")[2].split()[1])
    found: set[int] = set()
    while more := {child for child, parent in parents.items() if parent in {pid, *found}} - found:
        found |= more
    return found


def is_running(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] != "Z"
    return False


def is_browser(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found in /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_browser_ends_with_the_crawl(
    make_place: Callable[[str], Place], server: BadServer, number: signal.Signals
) -> None:
    scripted(server, "forever", "while (true) {}")
    place = make_place(number.name)
    place.configure(
        crawl={"browser": CHROMIUM, "timeout_s": 60}, rehearsal={"allow_loopback": True, "proxy": server.url}
    )
    sources(place, "forever")
    crawl = subprocess.Popen(
        place.command(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=place.environment(),
    )
    try:
        assert wait_for(lambda: any(map(is_browser, descendants(crawl.pid))), 30)
        started = descendants(crawl.pid)
        crawl.send_signal(number)
        crawl.communicate(timeout=10)
        assert wait_for(lambda: not any(map(is_running, started)), 10)
    finally:
        crawl.kill()
        crawl.communicate()


def test_a_browser_that_does_not_start_is_the_sources_problem_and_nobody_elses(
    make_place: Callable[[str], Place], server: BadServer, tmp_path: Path
) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho no such thing >&2\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    app(server, "app.example")
    server.site("plain2.example", ["/a"])
    place = make_place("broken")
    place.configure(
        crawl={"browser": str(broken), "timeout_s": 6}, rehearsal={"allow_loopback": True, "proxy": server.url}
    )
    sources(place, "app")
    place.source("plain2", "http://plain2.example/feed")
    code, report, errors = place.crawl()
    assert (code, report["sources"]["app"]["problem"]) == (3, "no_browser"), errors
    assert str(broken) in report["problems"]["app"]
    assert report["sources"]["plain2"]["pages"] == 1


def test_without_crawl_browser_such_sources_are_not_asked_and_say_what_to_do(
    make_place: Callable[[str], Place], server: BadServer
) -> None:
    app(server, "unasked.example")
    server.site("plain3.example", ["/a"])
    place = make_place("unset")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url})
    sources(place, "unasked")
    place.source("plain3", "http://plain3.example/feed")
    code, report, errors = place.crawl()
    assert (code, report["sources"]["unasked"]["problem"]) == (3, "no_browser"), errors
    assert "crawl.browser" in report["problems"]["unasked"]
    assert server.paths("unasked.example") == []
    assert report["sources"]["plain3"]["pages"] == 1
