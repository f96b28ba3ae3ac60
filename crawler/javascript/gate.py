"""The only way out for a browser: a proxy on loopback that judges every address, looks names up itself, and connects to what it judged.

A browser resolves names and opens connections on its own, past the guard of crawler.middlewares.guard. Behind this gate it has neither: a
page's scripts reach what the crawler might ask itself, at the addresses that were judged, and nothing else.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from crawler.addresses import is_allowed, judge_url, read_literal

logger = logging.getLogger(__name__)

MAX_HEAD = 64 * 1024  # bytes of a request's or answer's first line and headers
MAX_SENT = 1024 * 1024  # bytes that one connection may carry to a server: pages are read, nothing is uploaded
MAX_CONNECTIONS = 64  # at once; browsers open 6 to a host and 32 to a proxy
CHUNK = 64 * 1024
GRACE_S = 1.0  # for the last bytes of a connection that ends
_METHODS = ("GET", "HEAD", "OPTIONS")
_HOP_BY_HOP = ("connection", "keep-alive", "proxy-connection", "proxy-authorization", "te", "trailer", "upgrade")

Resolve = Callable[[str], Awaitable[Sequence[str]]]


class Refusal(Exception):  # noqa: N818 - an answer, not the program's fault
    """What the gate does not let through, and why."""


class _Asked(NamedTuple):
    """One request to the gate."""

    method: str
    url: SplitResult
    headers: tuple[str, ...]

    @property
    def tunnel(self) -> bool:
        return self.method == "CONNECT"


class Gate:
    """HTTP proxy on 127.0.0.1: absolute addresses (RFC 9112, 3.2.2) and CONNECT (RFC 9110, 9.3.6); everything else gets 403.

    Args:
        admits: whether a host, in lower case, may be asked at present.
        upstream: "http://127.0.0.1:PORT" of a proxy that gets what passes instead of the network; names are not looked up then.
        max_bytes: of one answer, or of all that one tunnel brings.
        lifetime_s: of one connection.
        resolve: a host's addresses.
    """

    def __init__(
        self,
        *,
        admits: Callable[[str], bool],
        allow_loopback: bool,
        max_bytes: int,
        lifetime_s: float,
        upstream: str = "",
        resolve: Resolve | None = None,
    ) -> None:
        self._admits = admits
        self._allow_loopback = allow_loopback
        self._max_bytes = max_bytes
        self._lifetime_s = lifetime_s
        self._upstream = urlsplit(upstream) if upstream else None
        self._resolve = resolve or look_up
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.passed = 0  # requests that were connected
        self.refused = 0

    async def open(self) -> str:
        """Begins to listen; gives the proxy's address."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=MAX_HEAD)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Ends every connection."""
        if self._server:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task, "streams are served by tasks"
        self._connections.add(task)
        try:
            async with asyncio.timeout(self._lifetime_s):
                await self._answer(reader, writer)
        except (OSError, TimeoutError, EOFError, asyncio.LimitOverrunError):
            pass  # one side hung up, was too slow or sent too much; the browser sees a broken connection
        except asyncio.CancelledError:
            pass  # the gate closes; nobody waits for this task's end but `close`
        finally:
            await _hang_up(writer)
            self._connections.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = _read_request(await reader.readuntil(b"\r\n\r\n"))
            address, port = await self._judge(asked)
        except Refusal as refusal:
            self.refused += 1
            logger.info("refused: %s", refusal)
            await _say(writer, "403 Forbidden", str(refusal))
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(address, port, limit=MAX_HEAD)
        except OSError as error:
            await _say(writer, "502 Bad Gateway", str(error))
            return
        self.passed += 1
        logger.info("passed: %s %s", asked.method, asked.url.netloc)
        try:
            if asked.tunnel:
                if self._upstream:
                    far_writer.write(
                        f"CONNECT {asked.url.netloc} HTTP/1.1\r\nHost: {asked.url.netloc}\r\n\r\n".encode()
                    )
                else:
                    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await _relay(reader, writer, far_reader, far_writer, self._max_bytes)
            else:
                far_writer.write(_write_request(asked, absolute=self._upstream is not None))
                writer.write(await _read_answer(far_reader))
                await _pump(far_reader, writer, self._max_bytes)
        finally:
            await _hang_up(far_writer)

    async def _judge(self, asked: _Asked) -> tuple[str, int]:
        """The address and port to connect to. Raises Refusal."""
        if len(self._connections) > MAX_CONNECTIONS:
            raise Refusal("too many connections at once")
        shown = f"{asked.method} {asked.url.geturl()[:200]}"
        complaint = judge_url(asked.url.geturl(), allow_loopback=self._allow_loopback)
        if complaint:
            raise Refusal(f"{shown}: {complaint}")
        host, usual = asked.url.hostname or "", 443 if asked.tunnel else 80
        port = usual if asked.url.port is None else asked.url.port
        # A tunnel to port 80 could only be a WebSocket; other ports are other protocols.
        if port != usual and not self._allow_loopback:
            raise Refusal(f"{shown}: port {port} is not {usual}")
        if not self._admits(host):
            raise Refusal(f"{shown}: not of the page's own site")
        if self._upstream:
            return self._upstream.hostname or "", self._upstream.port or 80
        literal = read_literal(host)
        found = [str(literal)] if literal else await self._resolve(host)
        if not found:
            raise Refusal(f"{shown}: the name has no address")
        for address in found:
            if not is_allowed(ipaddress.ip_address(address), allow_loopback=self._allow_loopback):
                raise Refusal(f"{shown}: {address} is not a public address")
        return found[0], port


async def look_up(host: str) -> list[str]:
    """The IPv4 addresses of a name, as Scrapy's own resolver asks for them; none if there are none."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(entry[4][0]) for entry in found]


# ------------------------------------------------------------------------------------------------------------- messages


def _read_request(head: bytes) -> _Asked:
    """Raises Refusal for what is not a request that a reader of pages makes."""
    try:
        first, *headers = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, _ = first.split(" ")
        url = urlsplit(f"https://{target}/" if method == "CONNECT" else target)
        host, port = url.hostname, url.port
    except ValueError as error:
        raise Refusal("not a request that can be read") from error
    fields = [(_name(line), line.partition(":")[2].strip()) for line in headers]
    if method != "CONNECT" and method not in _METHODS:
        raise Refusal(f"{method[:20]!r}: pages are read, nothing is sent")
    if not host or "\n" in head.decode("latin-1").replace("\r\n", ""):
        raise Refusal("not a request that can be read")
    if method == "CONNECT" and (url.netloc != target or port is None):
        raise Refusal(f"{method} {target[:200]}: not a host and a port")
    if method != "CONNECT" and url.scheme != "http":
        raise Refusal(f"{method} {target[:200]}: not an absolute http address")
    if any(name == "transfer-encoding" or (name == "content-length" and value != "0") for name, value in fields):
        raise Refusal(f"{method} {target[:200]}: requests with a body are not passed on")
    return _Asked(method, url, tuple(headers))


def _name(line: str) -> str:
    return line.partition(":")[0].strip().lower()


def _write_request(asked: _Asked, *, absolute: bool) -> bytes:
    """The request for the server. One a connection: each is to be judged."""
    path = asked.url._replace(scheme="", netloc="", fragment="").geturl() or "/"
    target = asked.url.geturl() if absolute else path if path.startswith("/") else f"/{path}"
    kept = [line for line in asked.headers if _name(line) not in (*_HOP_BY_HOP, "host", "content-length")]
    lines = (f"{asked.method} {target} HTTP/1.1", f"Host: {asked.url.netloc}", *kept, "Connection: close", "", "")
    return "\r\n".join(lines).encode("latin-1")


async def _read_answer(reader: asyncio.StreamReader) -> bytes:
    """The final answer's head, saying that the connection ends with it: what comes next on it would be judged by nobody."""
    while True:
        first, *headers = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip("\r\n").split("\r\n")
        if not first.startswith("HTTP/1."):
            raise EOFError("not an answer")
        if first[8:10] != " 1":  # 100 and 103 come before the answer
            break
    kept = [line for line in headers if _name(line) not in _HOP_BY_HOP]
    return "\r\n".join((first, *kept, "Connection: close", "", "")).encode("latin-1")


async def _say(writer: asyncio.StreamWriter, status: str, sentence: str) -> None:
    body = f"{sentence}\n".encode("utf-8", "replace")
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode("ascii") + body)
    await writer.drain()


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        async with asyncio.timeout(GRACE_S):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()


# --------------------------------------------------------------------------------------------------------------- relaying


async def _relay(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    far_reader: asyncio.StreamReader,
    far_writer: asyncio.StreamWriter,
    max_bytes: int,
) -> None:
    """Carries bytes both ways until one side ends."""
    ways = (
        asyncio.ensure_future(_pump(reader, far_writer, MAX_SENT)),
        asyncio.ensure_future(_pump(far_reader, writer, max_bytes)),
    )
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, max_bytes: int) -> None:
    """Carries bytes one way until the end. Raises EOFError beyond `max_bytes`."""
    carried = 0
    while data := await reader.read(CHUNK):
        carried += len(data)
        if carried > max_bytes:
            raise EOFError(f"more than {max_bytes} bytes")
        writer.write(data)
        await writer.drain()
