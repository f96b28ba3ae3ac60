"""What servers ask for by robots.txt, status, Retry-After, certificate and redirect is done, and remembered by the next crawls."""

from __future__ import annotations

import datetime as dt
import itertools
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from badserver import Answer, BadServer, article, redirect, rss, serving
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from place import Place

NOW = dt.datetime(2026, 11, 9, 6, tzinfo=dt.timezone(dt.timedelta(hours=9)))
PUBLIC = "93.184.216.34"


def crawl_later(place: Place, after: dt.timedelta, *options: str) -> dict[str, Any]:
    """The report of a crawl of all sources, so long after the first."""
    place.configure(**place.sections | {"digest": {"now": (NOW + after).isoformat()}})
    code, report, errors = place.crawl("--all", *options)
    assert code in (0, 1, 3), errors
    assert '"level":"ERROR"' not in errors
    return report


# ------------------------------------------------------------------------------------------------------------- robots.txt


def long_rules(padding: int) -> bytes:
    return b"User-agent: *\n" + b"# padding\n" * (padding // 10) + b"Disallow: /a\n"


ROBOTS: dict[str, tuple[Callable[[Answer], None], str, bool]] = {
    # name -> answer to robots.txt, the reason why nothing is asked ("" if it is read), whether /a may be fetched
    "s500": (lambda answer: answer.give(b"x", status=500), "robots_disallowed", False),
    "s503": (lambda answer: answer.give(b"Allow: /", "text/plain", status=503), "robots_disallowed", False),
    "s401": (lambda answer: answer.give(b"x", status=401), "", True),
    "s403": (lambda answer: answer.give(b"x", status=403), "", True),
    "s404": (lambda answer: answer.give(b"x", status=404), "", True),
    "loop": (redirect("/robots.txt"), "http_error", False),
    "schemes": (redirect("ftp://loop.example/robots.txt"), "robots_disallowed", False),
    "huge": (lambda answer: answer.give(b"# padding\n" * 200_000, "text/plain"), "too_large", False),
    "long": (lambda answer: answer.give(long_rules(480_000), "text/plain"), "", False),
    "longer": (lambda answer: answer.give(long_rules(600_000), "text/plain"), "", True),
    "binary": (lambda answer: answer.give(bytes(range(256)) * 400, "application/octet-stream"), "", True),
    "html": (lambda answer: answer.give(article("a").encode()), "", True),
    "mark": (lambda answer: answer.give("\ufeffUser-agent: *\rDisallow: /a\r".encode(), "text/plain"), "", False),
    "japanese": (
        lambda answer: answer.give("# 規則\nUser-agent: *\nDisallow: /a\n".encode("cp932"), "text/plain"),
        "",
        False,
    ),
    "delay": (lambda answer: answer.give(b"User-agent: *\nCrawl-delay: nan\nDisallow: /b\n", "text/plain"), "", True),
    "forever": (lambda answer: answer.give(b"User-agent: *\nCrawl-delay: inf\n", "text/plain"), "", True),
    "wildcards": (
        lambda answer: answer.give(b"User-agent: *\n" + b"Disallow: /" + b"*a" * 2_000 + b"b\n", "text/plain"),
        "",
        True,
    ),
}


@pytest.fixture(scope="module")
def robots(server: BadServer, make_place: Callable[[str], Place]) -> tuple[Place, dict[str, Any]]:
    place = make_place("robots")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url}, crawl={"max_body_mib": 1})
    for name, (answer, _, _) in ROBOTS.items():
        host = f"{name}-rules.example"
        server.site(host, ["/a", "/" + "a" * 1_900])
        server.routes[host, "/robots.txt"] = answer
        place.source(name, f"http://{host}/feed")
    server.routes["broken-rules.example", "/robots.txt"] = server.drop
    server.site("broken-rules.example", ["/a"])
    place.source("broken", "http://broken-rules.example/feed")
    code, report, errors = place.crawl()
    assert code == 3, errors
    assert '"level":"ERROR"' not in errors, errors
    return place, report


@pytest.mark.parametrize("name", ROBOTS)
def test_rules_are_read_strictly(robots: tuple[Place, dict[str, Any]], server: BadServer, name: str) -> None:
    _, report = robots
    _, reason, allowed = ROBOTS[name]
    assert report["sources"][name]["problem"] == reason
    asked = set(server.paths(f"{name}-rules.example"))
    assert asked - {"/robots.txt"} == set() if reason else "/feed" in asked
    assert ("/a" in asked) == allowed


def test_rules_that_cannot_be_had_forbid(robots: tuple[Place, dict[str, Any]], server: BadServer) -> None:
    assert robots[1]["sources"]["broken"]["problem"] == "connection_failed"
    assert set(server.paths("broken-rules.example")) == {"/robots.txt"}


# ------------------------------------------------------------------------------------------------------------ Retry-After

MINUTES = [0, 30, 65, 185, 24 * 60 + 10]  # when crawls are made
RETRY: dict[str, tuple[int, str | None, int]] = {
    # name -> status, Retry-After, minutes of the first crawl that asks again
    "seconds": (429, "7200", 185),
    "date": (429, "Sun, 08 Nov 2026 23:00:00 GMT", 185),
    "past": (429, "Sun, 01 Nov 2026 00:00:00 GMT", 30),
    "zero": (429, "0", 30),
    "absurd": (429, "99999999999", 24 * 60 + 10),
    "century": (429, "Thu, 01 Jan 2099 00:00:00 GMT", 24 * 60 + 10),
    "garbage": (429, "when it is ready", 65),
    "negative": (429, "-1", 65),
    "none": (429, None, 65),
    "unavailable": (503, "7200", 185),
    "down": (503, None, 30),  # a server error, which asks for nothing
}


@pytest.mark.slow
def test_retry_after_is_remembered_by_later_crawls_for_a_day_at_most(
    server: BadServer, make_place: Callable[[str], Place]
) -> None:
    place = make_place("later")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url})
    for name, (status, value, _) in RETRY.items():
        headers = {"Retry_After": value} if value is not None else {}
        server.page(f"{name}.example", "/feed", "later", "text/plain", status=status, **headers)
        place.source(name, f"http://{name}.example/feed")
    first_asked: dict[str, int] = {}
    for minutes in MINUTES:
        before = len(server.seen)
        report = crawl_later(place, dt.timedelta(minutes=minutes))
        for name in RETRY:
            paths = server.paths(f"{name}.example", before)
            if minutes and "/feed" in paths:
                first_asked.setdefault(name, minutes)
            elif minutes and name not in first_asked:
                assert paths == [], "not even robots.txt is asked of a host that wants to be left alone"
                assert report["sources"][name]["problem"] == "rate_limited"
            if not minutes:
                assert report["sources"][name]["problem"] == ("http_error" if name == "down" else "rate_limited")
                server.site(f"{name}.example", ["/a"])
    assert first_asked == {name: minutes for name, (_, _, minutes) in RETRY.items()}


def test_a_wait_holds_for_every_port_of_a_host(server: BadServer, make_place: Callable[[str], Place]) -> None:
    place = make_place("ports")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url})
    server.page("ports.example", "/feed", "later", "text/plain", status=429, Retry_After="7200")
    place.source("plain", "http://ports.example/feed")
    place.crawl()
    before = len(server.seen)
    place.source("other", "http://ports.example:8080/feed")

    report = crawl_later(place, dt.timedelta(minutes=30))

    assert report["sources"]["other"]["problem"] == "rate_limited"
    assert server.paths("ports.example", before) == []
    server.site("ports.example", ["/a"])
    report = crawl_later(place, dt.timedelta(minutes=125))
    assert {key: source["problem"] for key, source in report["sources"].items()} == {"plain": "", "other": ""}


# ----------------------------------------------------------------------------------------------------------- certificates


def make_certificates(folder: Path) -> dict[str, Path]:
    """Files of key and certificate by name, and the authority's own under "authority"."""
    now = dt.datetime.now(dt.UTC)
    authority_key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])

    def sign(subject: x509.Name, key: Any, signer: Any, days: tuple[int, int], *hosts: str) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer if signer is authority_key else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + dt.timedelta(days=days[0]))
            .not_valid_after(now + dt.timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca=not hosts, path_length=None), critical=True)
        )
        if hosts:
            names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(signer, hashes.SHA256())

    files = {"authority": folder / "authority.pem"}
    root = sign(issuer, authority_key, authority_key, (-30, 30))
    files["authority"].write_bytes(root.public_bytes(serialization.Encoding.PEM))
    for name, days, host, own in (
        ("valid", (-1, 1), "valid.example", False),
        ("expired", (-20, -10), "expired.example", False),
        ("early", (10, 20), "early.example", False),
        ("other", (-1, 1), "somebody-else.example", False),
        ("own", (-1, 1), "own.example", True),
    ):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        certificate = sign(subject, key, key if own else authority_key, days, host)
        files[name] = folder / f"{name}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        files[name].write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return files


def test_certificates_that_are_expired_for_another_host_or_unknown_are_errors_of_their_source(
    make_place: Callable[[str], Place], tmp_path: Path
) -> None:
    files = make_certificates(tmp_path)
    names = [name for name in files if name != "authority"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    contexts = {}
    for name in names:
        contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexts[name].load_cert_chain(files[name])
    context.load_cert_chain(files["valid"])
    context.sni_callback = lambda connection, host, _: setattr(
        connection, "context", contexts.get((host or "").split(".")[0], context)
    )
    with serving() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        place = make_place("certificates")
        place.configure(crawl={"delay_s": 0.02, "timeout_s": 3.0})
        place.internet({f"{name}.example": [PUBLIC] for name in names}, {PUBLIC: server.server_address[:2]})  # type: ignore[dict-item]
        place.extra_environment["SSL_CERT_FILE"] = str(files["authority"])
        for name in names:
            server.page(f"{name}.example", "/feed", rss([(f"https://{name}.example/a", "t", "")]))
            server.page(f"{name}.example", "/a", article("a"))
            place.source(name, f"https://{name}.example/feed")
        code, report, errors = place.crawl()
        asked = {seen.host for seen in server.seen}
    assert code == 3, errors
    assert report["sources"]["valid"]["pages"] == 1
    problems = {name: report["sources"][name]["problem"] for name in names}
    assert problems == {"valid": "", **dict.fromkeys(names[1:], "connection_failed")}
    assert asked == {"valid.example"}


# -------------------------------------------------------------------------------------------------------------- redirects

MOVES: dict[str, tuple[tuple[int, ...], bool]] = {
    # name -> status of each crawl's redirect, whether the fourth crawl asks the new address only
    "permanent": ((301, 301, 301), True),
    "permanent308": ((308, 308, 308), True),
    "mixed": ((301, 308, 301), True),
    "temporary": ((302, 302, 302), False),
    "temporary307": ((307, 307, 307), False),
    "interrupted": ((301, 302, 301), False),
}


@pytest.mark.slow
def test_a_page_of_links_that_moved_for_good_three_times_in_a_row_is_asked_where_it_is(
    server: BadServer, make_place: Callable[[str], Place]
) -> None:
    place = make_place("moves")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url})
    for name in MOVES:
        host = f"{name}.example"
        server.site(host, ["/a"], feed="/new")
        place.source(name, f"http://{host}/feed")
    for number in range(3):
        before = len(server.seen)
        for name, (statuses, _) in MOVES.items():
            server.routes[f"{name}.example", "/feed"] = redirect(f"http://{name}.example/new", statuses[number])
        report = crawl_later(place, dt.timedelta(days=number))
        assert {report["sources"][name]["problem"] for name in MOVES} == {""}
        for name in MOVES:
            assert [path for path in server.paths(f"{name}.example", before) if path in ("/feed", "/new")] == [
                "/feed",
                "/new",
            ]

    before = len(server.seen)
    crawl_later(place, dt.timedelta(days=3))
    alone = {name for name in MOVES if "/feed" not in server.paths(f"{name}.example", before)}
    assert alone == {name for name, (_, moved) in MOVES.items() if moved}
    assert all("/new" in server.paths(f"{name}.example", before) for name in MOVES)


@pytest.mark.slow
def test_where_the_new_address_fails_the_old_one_is_asked_again(
    server: BadServer, make_place: Callable[[str], Place]
) -> None:
    place = make_place("back")
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url})
    server.site("permanent.example", ["/a"], feed="/new")
    server.routes["permanent.example", "/feed"] = redirect("http://permanent.example/new", 301)
    place.source("permanent", "http://permanent.example/feed")
    for number in range(4):
        before = len(server.seen)
        crawl_later(place, dt.timedelta(days=number))
    assert "/feed" not in server.paths("permanent.example", before)
    server.page("permanent.example", "/new", "gone", status=410)
    crawl_later(place, dt.timedelta(days=4))
    before = len(server.seen)
    crawl_later(place, dt.timedelta(days=5))
    assert "/feed" in server.paths("permanent.example", before)


def test_a_delay_counts_from_the_end_of_an_answer(server: BadServer, make_place: Callable[[str], Place]) -> None:
    """A server that is slow to answer is not asked again the moment it has."""
    place = make_place("slow")
    place.configure(rehearsal={"allow_loopback": True, "delay_s": 0.2, "proxy": server.url})
    server.site("slow.example", ["/a", "/b", "/c"])

    def slowly(answer: Answer) -> None:
        time.sleep(0.3)
        answer.give(article("slow").encode())

    for path in ("/a", "/b", "/c"):
        server.routes["slow.example", path] = slowly
    place.source("slow", "http://slow.example/feed")
    code, _, errors = place.crawl()
    assert code == 0, errors
    times = [seen.at for seen in server.seen if seen.host == "slow.example" and len(seen.path) == 2]
    assert len(times) == 3
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 0.45
