"""A web server on loopback that misbehaves on purpose, asked directly or as a proxy for any host name."""

from __future__ import annotations

import contextlib
import functools
import gzip
import hashlib
import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Seen:
    host: str
    path: str
    headers: dict[str, str]
    port: int = 0  # the client's
    at: float = field(default_factory=time.monotonic)


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: BadServer

    def parse_request(self) -> bool:
        self.began = time.monotonic()  # the first line has arrived
        return super().parse_request()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        host = parts.hostname or (self.headers.get("Host") or "").rpartition(":")[0] or self.headers["Host"]
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        self.asked = (host, path)
        headers = {key.lower(): value for key, value in self.headers.items()}
        self.server.seen.append(Seen(host, path, headers, self.client_address[1], self.began))
        behave = self.server.routes.get((host, path)) or self.server.whole_path.get((host, parts.path))
        behave = behave or self.server.prefixes.get((host, path.partition("-")[0] + "-"))
        try:
            if behave:
                behave(self)
            elif path == "/robots.txt":
                self.give(b"User-agent: *\nDisallow: /private/\n", "text/plain")
            else:
                self.give(b"not here", "text/plain", status=404)
        except OSError:  # the crawler hung up, as it should
            self.close_connection = True

    def give(
        self,
        body: bytes,
        kind: str = "text/html; charset=utf-8",
        *,
        status: int = 200,
        etag: bool = True,
        **headers: str,
    ) -> None:
        tag = f'"{hashlib.md5(body).hexdigest()}"'
        if etag and status == 200 and self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.send_header("ETag", tag)
            self.end_headers()
            return
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if etag and status == 200:
            self.send_header("ETag", tag)
            self.server.tagged.add(self.asked)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class BadServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.seen: list[Seen] = []
        self.routes: dict[tuple[str, str], Callable[[Answer], None]] = {}
        self.whole_path: dict[tuple[str, str], Callable[[Answer], None]] = {}  # as routes, whatever the query says
        self.prefixes: dict[
            tuple[str, str], Callable[[Answer], None]
        ] = {}  # as routes, for paths up to their first hyphen
        self.tagged: set[tuple[str, str]] = set()  # host and path of what was given with an ETag
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: object) -> None:
        pass

    def page(
        self, host: str, path: str, body: str | bytes, kind: str = "text/html; charset=utf-8", **options: object
    ) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.routes[host, path] = lambda answer: answer.give(data, kind, **options)  # type: ignore[arg-type]

    def site(self, host: str, paths: list[str], *, feed: str = "/feed", etag: bool = True) -> None:
        """A feed and its articles."""
        self.page(
            host, feed, rss([(f"http://{host}{path}", path, "") for path in paths]), "application/rss+xml", etag=etag
        )
        for path in paths:
            self.page(host, path, article(path))

    def paths(self, host: str, since: int = 0) -> list[str]:
        return [seen.path for seen in self.seen[since:] if seen.host == host]

    # ------------------------------------------------------------------------------------------------- bad behaviour

    def drip(self, answer: Answer) -> None:
        """Headers at once, then one byte at a time."""
        answer.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 100000\r\n\r\n")
        while not self.stopping.wait(0.1):
            answer.wfile.write(b" ")

    def slow_headers(self, answer: Answer) -> None:
        answer.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.stopping.wait(0.1):
            answer.wfile.write(b"X-Slow: yes\r\n")

    def silence(self, answer: Answer) -> None:
        self.stopping.wait(30)
        answer.close_connection = True

    def endless(self, answer: Answer) -> None:
        answer.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not self.stopping.is_set():
            answer.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")

    def bomb(self, answer: Answer) -> None:
        """100 MiB of zeros in 100 kB."""
        answer.give(packed_zeros(), "text/xml", Content_Encoding="gzip")

    def drop(self, answer: Answer) -> None:
        """Hangs up in the middle of the body."""
        answer.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<html>half")
        answer.wfile.flush()
        with contextlib.suppress(OSError):
            answer.connection.shutdown(socket.SHUT_RDWR)
        answer.close_connection = True


@functools.cache
def packed_zeros() -> bytes:
    """100 MiB in 100 kB; to be made before the crawl, which would not wait for it."""
    return gzip.compress(bytes(100 * 1024 * 1024), 6)


def redirect(to: str, status: int = 302) -> Callable[[Answer], None]:
    """To anywhere, in UTF-8 where it must be."""
    return lambda answer: answer.give(b"", status=status, Location=to.encode().decode("latin-1"))


@contextlib.contextmanager
def serving() -> Iterator[BadServer]:
    server = BadServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()


def rss(items: list[tuple[str, str, str]], *, declared: str = "") -> str:
    """Items as (link, title, date as written)."""
    entries = "".join(
        f"<item><title>{title}</title><link>{link}</link>{f'<pubDate>{date}</pubDate>' if date else ''}</item>\n"
        for link, title, date in items
    )
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return f'{declaration}<rss version="2.0"><channel><title>News</title>\n{entries}</channel></rss>'


def article(title: str) -> str:
    return f"<!doctype html><html lang=en><title>{title}</title><body><h1>{title}</h1><p>The mayor met a delegation.</p></body></html>"
