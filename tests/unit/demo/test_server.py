"""The loopback server: a forward proxy for the sample hosts, with conditional requests."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Iterator

import pytest

from pipeline.demo.server import SampleServer, serve_sample_web
from pipeline.demo.web import Response

PAGE = Response(
    status=200,
    headers=(
        ("Content-Type", "text/html; charset=Shift_JIS"),
        ("Last-Modified", "Sat, 24 Oct 2026 08:00:00 GMT"),
        ("ETag", '"abc"'),
    ),
    body="見本".encode("shift_jis"),
)
MISSING = Response(status=404, headers=(("Content-Type", "text/plain"),), body=b"no")


class Folder:
    """A site that is not the sample web."""

    def respond(self, host: str, path: str) -> Response | None:
        if host != "mihon.example":
            return None
        return PAGE if path in ("/a.html", "/list?page=2") else MISSING


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with serve_sample_web(Folder()) as running:
        yield running


def ask(server: SampleServer, target: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    with contextlib.closing(connection):
        connection.putrequest(method, target, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("http://mihon.example/a.html", {}),
        ("http://mihon.example:80/a.html", {}),
        ("http://MIHON.example/list?page=2", {}),
        ("/a.html", {"Host": "mihon.example"}),
        ("/a.html", {"Host": "mihon.example:8080"}),
    ],
)
def test_a_page_is_found_by_proxy_form_and_by_host_field(server: SampleServer, target: str, headers: dict[str, str]):
    """RFC 9112, section 3.2."""
    status, fields, body = ask(server, target, **headers)
    assert (status, body) == (200, PAGE.body)
    assert fields["content-type"] == "text/html; charset=Shift_JIS"
    assert fields["content-length"] == str(len(PAGE.body))


def test_head_has_the_fields_but_no_body(server: SampleServer):
    status, fields, body = ask(server, "http://mihon.example/a.html", "HEAD")
    assert (status, body) == (200, b"")
    assert fields["content-length"] == str(len(PAGE.body))
    assert fields["etag"] == '"abc"'


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_None_Match": '"abc"'}, 304),
        ({"If_None_Match": '"old", W/"abc"'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"old"'}, 200),
        ({"If_Modified_Since": "Sat, 24 Oct 2026 08:00:00 GMT"}, 304),
        ({"If_Modified_Since": "Fri, 23 Oct 2026 08:00:00 GMT"}, 200),
        ({"If_Modified_Since": "yesterday"}, 200),
        ({"If_None_Match": '"old"', "If_Modified_Since": "Sat, 24 Oct 2026 08:00:00 GMT"}, 200),
    ],
)
def test_conditional_requests(server: SampleServer, headers: dict[str, str], status: int):
    """RFC 9110, section 13.2.2: If-None-Match decides alone where both are sent."""
    answered, fields, body = ask(server, "http://mihon.example/a.html", **headers)
    assert answered == status
    assert body == (b"" if status == 304 else PAGE.body)
    assert fields["etag"] == '"abc"'


def test_a_missing_page_is_404_even_if_asked_conditionally(server: SampleServer):
    assert ask(server, "http://mihon.example/b.html", If_None_Match="*")[0] == 404


def test_an_unknown_host_is_a_bad_gateway(server: SampleServer):
    assert ask(server, "http://elsewhere.example/")[0] == 502


def test_answers_are_counted_by_status(server: SampleServer):
    ask(server, "http://mihon.example/a.html")
    ask(server, "http://mihon.example/a.html", If_None_Match='"abc"')
    ask(server, "http://mihon.example/a.html", If_None_Match='"abc"')
    ask(server, "http://mihon.example/b.html")
    assert server.counts == {200: 1, 304: 2, 404: 1}


def test_one_connection_serves_several_requests(server: SampleServer):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    with contextlib.closing(connection):
        for _ in range(3):
            connection.request("GET", "http://mihon.example/a.html")
            assert connection.getresponse().read() == PAGE.body


def test_two_answers_are_the_same_bytes(server: SampleServer):
    """No Date field: what a crawl stores does not depend on when it ran."""
    first = ask(server, "http://mihon.example/a.html")
    assert first == ask(server, "http://mihon.example/a.html")
    assert "date" not in first[1]


def test_it_writes_nothing(capfd: pytest.CaptureFixture[str]):
    with serve_sample_web(Folder()) as server:
        ask(server, "http://mihon.example/a.html")
        ask(server, "http://mihon.example/b.html")
        broken = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
        broken.connect()
        broken.sock.sendall(b"\x00\x01 nonsense\r\n\r\n")
        broken.close()
    assert capfd.readouterr() == ("", "")


def test_it_listens_on_loopback_only_and_stops_with_the_block():
    with serve_sample_web(Folder()) as server:
        port = server.server_port
        assert server.server_address[0] == "127.0.0.1"
        assert server.url == f"http://127.0.0.1:{port}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    with contextlib.closing(connection), pytest.raises(ConnectionRefusedError):
        connection.connect()
