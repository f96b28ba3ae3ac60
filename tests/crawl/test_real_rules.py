"""Without a proxy: real connections to loopback, with and without the workspace's leave; certificates; configuration errors."""

from __future__ import annotations

import itertools
import ssl
import statistics
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from badserver import BadServer, serving
from place import Place


def test_loopback_is_never_asked_without_leave(server: BadServer, make_place: Callable[[str], Place]) -> None:
    place = make_place("strict")
    place.configure(crawl={"delay_s": 0.1})
    port = server.server_address[1]
    hosts = {
        "dotted": "127.0.0.1",
        "name": "localhost",
        "short": "127.1",
        "number": "2130706433",
        "mapped": "[::ffff:127.0.0.1]",
    }
    for source_id, host in hosts.items():
        place.source(source_id, f"http://{host}:{port}/feed")
    before = len(server.seen)

    code, report, _ = place.crawl()

    assert code == 1  # not one source could be read
    assert {source["problem"] for source in report["sources"].values()} == {"blocked_address"}
    assert len(server.seen) == before


def test_with_leave_loopback_is_asked_at_the_configured_pace_over_one_connection_at_a_time(
    server: BadServer, make_place: Callable[[str], Place]
) -> None:
    place = make_place("direct")
    place.configure(rehearsal={"allow_loopback": True, "delay_s": 0.2})
    server.routes |= {("127.0.0.1", key[1]): value for key, value in server.routes.items() if key[0] == "pace"}
    origin = server.url
    server.page(
        "127.0.0.1",
        "/feed",
        f"<rss version='2.0'><channel>{''.join(f'<item><link>{origin}/p{n}</link></item>' for n in range(4))}</channel></rss>",
    )
    for n in range(4):
        server.page("127.0.0.1", f"/p{n}", f"<html><title>{n}</title></html>")
    # Two sources of different kinds on one host share its pace.
    place.source("one", f"{origin}/feed")
    place.source("two", f"{origin}/map.xml", "sitemap")
    server.page("127.0.0.1", "/map.xml", f"<urlset><url><loc>{origin}/p9</loc></url></urlset>")
    server.page("127.0.0.1", "/p9", "<html><title>9</title></html>")
    before = len(server.seen)

    code, report, errors = place.crawl()

    assert (code, report["total"]["pages"]) == (0, 5), errors
    times = [seen.at for seen in server.seen[before:]]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert len(gaps) == 7
    # A busy machine notes a request late, so single gaps shrink and stretch; two crawlers on the host would halve them all.
    assert statistics.median(gaps) >= 0.17
    assert sum(gaps) >= 7 * 0.2 * 0.8


def test_certificates_are_checked_unless_the_source_says_otherwise(
    make_place: Callable[[str], Place], tmp_path: Path
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            key,
            "-out",
            certificate,
            "-days",
            "1",
            "-subj",
            "/CN=localhost",
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        port = server.server_address[1]
        for host in ("127.0.0.1", "localhost"):
            server.page(
                host,
                "/feed",
                f"<rss version='2.0'><channel><item><link>https://{host}:{port}/a</link></item></channel></rss>",
            )
            server.page(host, "/a", "<html><title>a</title></html>")
        place = make_place("tls")
        place.configure(rehearsal={"allow_loopback": True})
        place.source("checked", f"https://localhost:{port}/feed")
        place.source("unchecked", f"https://127.0.0.1:{port}/feed", more="verify_tls = false")
        code, report, _ = place.crawl()
    assert code == 3
    assert report["sources"]["checked"]["problem"] == "connection_failed"
    assert report["sources"]["unchecked"]["pages"] == 1


@pytest.mark.parametrize(
    ("crawl", "sources", "options", "sentence"),
    [
        ({"contact": ""}, ["a"], [], "crawl.contact"),
        ({"contact": "somebody"}, ["a"], [], "crawl.contact"),
        ({}, [], [], "No source is active"),
        ({}, ["alpha"], ["--source", "alpa"], "Did you mean alpha?"),
        ({}, ["a"], ["--source", "tokyo"], "is candidate"),
    ],
)
def test_a_wrong_configuration_exits_78_with_a_sentence(
    make_place: Callable[[str], Place],
    crawl: dict[str, str],
    sources: list[str],
    options: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from crawler.run import main

    place = make_place("wrong")
    place.configure(crawl=crawl)
    for source_id in sources:
        place.source(source_id, f"http://{source_id}.example/feed")
    assert main(["--workspace", str(place.root), *options]) == 78
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert captured.out == ""
    assert not (place.root / "state").exists()
