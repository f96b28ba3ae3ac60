"""A loopback server for the sample web: a plain forward proxy (RFC 9112, section 3.2.2) that knows no other network."""

from __future__ import annotations

import contextlib
import email.utils
import threading
from collections import Counter
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import urlsplit

from pipeline.demo.web import Response, Site

LOOPBACK = "127.0.0.1"


class SampleServer(ThreadingHTTPServer):
    """Answers for every host of a site; counts its answers by status."""

    daemon_threads = True

    def __init__(self, site: Site) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.site = site
        self.counts: Counter[int] = Counter()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Its own address, to be used as the proxy for http."""
        return f"http://{LOOPBACK}:{self.server_port}"

    def count(self, status: int) -> None:
        with self._lock:
            self.counts[status] += 1

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no event; nothing is written to stderr."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answers "GET http://host/path" and "GET /path" with a Host field alike."""
        server = cast("SampleServer", self.server)
        target = urlsplit(self.path)
        host = target.hostname or urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        answer = server.site.respond(host, path) or Response(
            status=502, headers=(("Content-Type", "text/plain; charset=utf-8"),), body=b"unknown host\n"
        )
        if answer.status == 200 and _is_unchanged(answer, self.headers):
            answer = Response(status=304, headers=answer.headers, body=b"")
        server.count(answer.status)
        self._send(answer)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _send(self, answer: Response) -> None:
        # No Date and no Server field: two crawls of the same pages store the same bytes.
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD" and answer.status != 304:
            self.wfile.write(answer.body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
        """Nothing: the crawl reports what it fetched."""


def _is_unchanged(answer: Response, asked: Message) -> bool:
    """RFC 9110, section 13.2.2: If-None-Match decides alone where it is present."""
    if known := asked.get("If-None-Match"):
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return "*" in tags or answer.header("ETag") in tags
    if since := asked.get("If-Modified-Since"):
        try:
            moment = email.utils.parsedate_to_datetime(since)
        except ValueError:
            return False
        changed = answer.header("Last-Modified")
        return bool(changed) and email.utils.parsedate_to_datetime(changed) <= moment
    return False


@contextlib.contextmanager
def serve_sample_web(site: Site) -> Iterator[SampleServer]:
    """A running server on a free loopback port; it stops with the block."""
    server = SampleServer(site)
    # A short poll, or leaving the block would take half a second.
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
