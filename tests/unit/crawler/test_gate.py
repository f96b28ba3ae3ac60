"""The gate before the browser: what it refuses never meets a socket, and what it passes goes to the address that was judged."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any

import pytest

from crawler.javascript import gate as gates
from crawler.javascript.gate import Gate

PUBLIC = "93.184.215.14"


class Far:
    """A server on loopback that keeps what it is sent and answers each connection with the same bytes."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.got: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            self.got.append(await reader.read(65536))
            writer.write(self.answer)
            await writer.drain()
            writer.close()
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def far(
    answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello",
) -> AsyncIterator[Far]:
    place = Far(answer)
    server = await asyncio.start_server(place.serve, "127.0.0.1", 0)
    place.port = server.sockets[0].getsockname()[1]
    try:
        yield place
    finally:
        server.close()


@contextlib.asynccontextmanager
async def opened(
    *,
    resolve: Callable[[str], Coroutine[Any, Any, Sequence[str]]] | None = None,
    admits: Callable[[str], bool] = lambda _: True,
    allow_loopback: bool = False,
    max_bytes: int = 100_000,
    lifetime_s: float = 5.0,
    upstream: str = "",
) -> AsyncIterator[tuple[Gate, int]]:
    gate = Gate(
        admits=admits,
        allow_loopback=allow_loopback,
        max_bytes=max_bytes,
        lifetime_s=lifetime_s,
        upstream=upstream,
        resolve=resolve,
    )
    address = await gate.open()
    try:
        yield gate, int(address.rpartition(":")[2])
    finally:
        await gate.close()


async def ask(port: int, request: str, *, then: bytes = b"") -> bytes:
    """Everything that comes back until the gate hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.encode("latin-1"))
    if then:
        await asyncio.sleep(0.05)
        writer.write(then)
    try:
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionResetError:
        return b""
    finally:
        await close(writer)


async def close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def get(url: str, *headers: str) -> str:
    return "\r\n".join((f"GET {url} HTTP/1.1", "Host: whatever.example", *headers, "", ""))


def connect(target: str) -> str:
    return f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n"


def always(*addresses: str) -> Callable[[str], Coroutine[Any, Any, Sequence[str]]]:
    async def resolve(_: str) -> Sequence[str]:
        return addresses

    return resolve


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Where the gate would have connected to; nothing is connected."""
    targets: list[tuple[str, int]] = []
    real = asyncio.open_connection

    async def note(host: str, port: int, **options: Any) -> Any:
        if "limit" not in options:  # the test's own
            return await real(host, port)
        targets.append((host, port))
        raise OSError("a test may only talk to loopback")

    monkeypatch.setattr(gates.asyncio, "open_connection", note)
    return targets


@pytest.mark.parametrize(
    "request_text",
    [
        get("http://169.254.169.254/latest/meta-data/"),
        get("http://10.0.0.1/"),
        get("http://192.168.1.1/admin"),
        get("http://127.0.0.1/"),
        get("http://localhost./"),
        get("http://0x7f000001/"),
        get("http://2130706433/"),
        get("http://0177.1/"),
        get("http://[::1]/"),
        get("http://[::ffff:10.0.0.1]/"),
        get("http://[64:ff9b::a00:1]/"),
        get("http://0.0.0.0/"),
        get("http://user@news.example/"),
        get("http://news.example:22/"),
        get("http://news.example:443/"),
        get("ftp://news.example/"),
        get("file:///etc/passwd"),
        get("https://news.example/"),
        get("/relative"),
        connect("169.254.169.254:443"),
        connect("127.0.0.1:443"),
        connect("[::1]:443"),
        connect("news.example:25"),
        connect("news.example:22"),
        connect("news.example:80"),
        connect("news.example:8443"),
        connect("news.example:0"),
        connect("news.example:99999"),
        connect("news.example/path:443"),
        "POST http://news.example/ HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
        "DELETE http://news.example/ HTTP/1.1\r\n\r\n",
        get("http://news.example/", "Transfer-Encoding: chunked"),
        get("http://news.example/", "Content-Length: 10"),
        "nonsense\r\n\r\n",
        "GET http://news.example/ two words HTTP/1.1\r\n\r\n",
    ],
)
def test_what_the_crawler_would_not_ask_is_refused(request_text: str, connected: list[tuple[str, int]]) -> None:
    async def scenario() -> None:
        async def resolve(host: str) -> Sequence[str]:
            return ["127.0.0.1"] if host.startswith("localhost") else [PUBLIC]

        async with opened(resolve=resolve) as (gate, port):
            assert (await ask(port, request_text)).startswith(b"HTTP/1.1 403 ")
            assert (gate.passed, gate.refused) == (0, 1)

    asyncio.run(scenario())
    assert connected == []


@pytest.mark.parametrize("request_text", [get("http://news.example/a"), connect("news.example:443")])
@pytest.mark.parametrize("addresses", [("10.1.2.3",), ("127.0.0.1",), (PUBLIC, "192.168.0.1"), ("fe80::1",), ()])
def test_a_name_is_refused_if_any_of_its_addresses_is_not_public(
    request_text: str, addresses: tuple[str, ...], connected: list[tuple[str, int]]
) -> None:
    async def scenario() -> None:
        async with opened(resolve=always(*addresses)) as (_, port):
            assert (await ask(port, request_text)).startswith(b"HTTP/1.1 403 ")

    asyncio.run(scenario())
    assert connected == []


@pytest.mark.parametrize(
    ("request_text", "to"), [(get("http://news.example/a"), 80), (connect("news.example:443"), 443)]
)
def test_a_name_that_changes_its_answer_gains_nothing(
    request_text: str, to: int, connected: list[tuple[str, int]]
) -> None:
    """Looked up once a connection, and connected to the very address that was judged."""
    answers = [[PUBLIC], ["127.0.0.1"], ["10.0.0.1"]]

    async def resolve(_: str) -> Sequence[str]:
        return answers.pop(0)

    async def scenario() -> None:
        async with opened(resolve=resolve) as (_, port):
            assert (await ask(port, request_text)).startswith(b"HTTP/1.1 502 ")
            assert connected == [(PUBLIC, to)]
            assert (await ask(port, request_text)).startswith(b"HTTP/1.1 403 ")
            assert (await ask(port, request_text)).startswith(b"HTTP/1.1 403 ")

    asyncio.run(scenario())
    assert connected == [(PUBLIC, to)]


def test_only_admitted_hosts_are_passed(connected: list[tuple[str, int]]) -> None:
    async def scenario() -> None:
        async with opened(resolve=always(PUBLIC), admits=lambda host: host == "news.example") as (_, port):
            assert (await ask(port, get("http://tracker.example/"))).startswith(b"HTTP/1.1 403 ")
            assert (await ask(port, connect("tracker.example:443"))).startswith(b"HTTP/1.1 403 ")
            await ask(port, get("http://NEWS.example/"))

    asyncio.run(scenario())
    assert connected == [(PUBLIC, 80)]


def test_a_request_reaches_the_server_in_origin_form_and_each_on_a_connection_of_its_own() -> None:
    async def scenario() -> None:
        async with far() as place, opened(allow_loopback=True) as (_, port):
            answer = await ask(
                port, get(f"http://127.0.0.1:{place.port}/a?b=c", "X-Kept: yes", "Proxy-Connection: keep-alive")
            )
            assert answer == b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
            sent = place.got[0].decode().split("\r\n")
            assert sent[0] == "GET /a?b=c HTTP/1.1"
            assert f"Host: 127.0.0.1:{place.port}" in sent
            assert "X-Kept: yes" in sent
            assert "Connection: close" in sent
            assert not any(line.startswith("Proxy-") for line in sent)

    asyncio.run(scenario())


def test_a_second_request_on_the_same_connection_is_not_passed() -> None:
    async def scenario() -> None:
        async with far() as place, opened(allow_loopback=True) as (gate, port):
            both = get(f"http://127.0.0.1:{place.port}/1") + get(f"http://127.0.0.1:{place.port}/2")
            assert (await ask(port, both)).count(b"HTTP/1.1 ") == 1
            assert gate.passed == 1
            assert len(place.got) == 1
            assert b"/2" not in place.got[0]

    asyncio.run(scenario())


def test_early_answers_are_passed_over() -> None:
    async def scenario() -> None:
        hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.js>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        async with far(hints) as place, opened(allow_loopback=True) as (_, port):
            answer = await ask(port, get(f"http://127.0.0.1:{place.port}/"))
            assert answer == b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"

    asyncio.run(scenario())


def test_a_tunnel_carries_both_ways() -> None:
    async def scenario() -> None:
        async with far(b"pong") as place, opened(allow_loopback=True) as (_, port):
            answer = await ask(port, connect(f"127.0.0.1:{place.port}"), then=b"ping")
            assert answer.endswith(b"\r\n\r\npong")
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert place.got == [b"ping"]

    asyncio.run(scenario())


@pytest.mark.parametrize("tunnel", [False, True])
def test_no_connection_brings_more_than_its_bytes(tunnel: bool) -> None:
    async def scenario() -> None:
        body = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 3_000_000
        async with far(body) as place, opened(allow_loopback=True, max_bytes=100_000) as (_, port):
            request = connect(f"127.0.0.1:{place.port}") if tunnel else get(f"http://127.0.0.1:{place.port}/")
            answer = await ask(port, request, then=b"ping" if tunnel else b"")
            assert len(answer) <= 100_000 + 200

    asyncio.run(scenario())


def test_a_tunnel_sends_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "MAX_SENT", 1_000)

    async def scenario() -> None:
        async with far(b"") as place, opened(allow_loopback=True) as (_, port):
            await ask(port, connect(f"127.0.0.1:{place.port}"), then=b"x" * 5_000)
            assert sum(map(len, place.got)) <= 1_000

    asyncio.run(scenario())


@pytest.mark.parametrize("silent", ["client", "server"])
def test_no_connection_lives_longer_than_its_time(silent: str) -> None:
    async def scenario() -> None:
        waiting = socket.create_server(("127.0.0.1", 0))  # accepts and says nothing
        with waiting:
            async with opened(allow_loopback=True, lifetime_s=0.2) as (_, port):
                request = "GET http://" if silent == "client" else get(f"http://127.0.0.1:{waiting.getsockname()[1]}/")
                assert await asyncio.wait_for(ask(port, request), 2) == b""

    asyncio.run(scenario())


def test_endless_headers_are_cut_off() -> None:
    async def scenario() -> None:
        async with opened() as (gate, port):
            await ask(port, "GET http://news.example/ HTTP/1.1\r\nX: " + "x" * 200_000)
            assert gate.passed == 0

    asyncio.run(scenario())


def test_connections_at_once_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "MAX_CONNECTIONS", 2)

    async def scenario() -> None:
        async with far() as place, opened(allow_loopback=True) as (_, port):
            idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
            await asyncio.sleep(0.05)
            url = f"http://127.0.0.1:{place.port}/"
            assert (await ask(port, get(url))).startswith(b"HTTP/1.1 403 ")
            for _, writer in idle:
                await close(writer)
            await asyncio.sleep(0.05)
            assert (await ask(port, get(url))).startswith(b"HTTP/1.1 200 ")

    asyncio.run(scenario())


def test_with_a_rehearsal_everything_goes_to_its_proxy_and_no_name_is_looked_up() -> None:
    async def resolve(host: str) -> Sequence[str]:
        raise AssertionError(f"{host} was looked up")

    async def scenario() -> None:
        async with (
            far() as place,
            opened(allow_loopback=True, upstream=f"http://127.0.0.1:{place.port}", resolve=resolve) as (_, port),
        ):
            assert (await ask(port, get("http://news.example/a"))).endswith(b"hello")
            assert place.got[0].startswith(b"GET http://news.example/a HTTP/1.1\r\nHost: news.example\r\n")
            assert (await ask(port, get("http://10.0.0.1/"))).startswith(b"HTTP/1.1 403 ")
            await ask(port, connect("news.example:443"))
            assert place.got[1].startswith(b"CONNECT news.example:443 ")
            assert len(place.got) == 2

    asyncio.run(scenario())


def test_closing_ends_what_is_under_way() -> None:
    async def scenario() -> None:
        async with far() as place, opened(allow_loopback=True, lifetime_s=60) as (gate, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(connect(f"127.0.0.1:{place.port}").encode())
            await reader.readuntil(b"\r\n\r\n")
            await gate.close()
            assert await asyncio.wait_for(reader.read(), 2) == b""
            await close(writer)

    asyncio.run(scenario())
