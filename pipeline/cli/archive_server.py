"""The archive over HTTP on this machine alone, for looking at it while it changes.

Pages are the archive's files. Only what leaves here has a script that reloads the page when the archive was rendered again, and a
policy that lets it run; the files have neither.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urlsplit

LOOPBACK = "127.0.0.1"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".json": "application/json",
    ".atom": "application/atom+xml",
    ".xml": "application/xml",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
# No page of the archive has such a path: ids and names of folders begin with a letter.
EVENTS, SCRIPT = "/-/events", "/-/reload.js"
HEARTBEAT_S = 15.0  # how soon the server notices that a page was closed
_RELOAD = b"""\
"use strict";
(() => {
  const events = new EventSource("/-/events");
  events.addEventListener("rendered", () => location.reload());
  events.addEventListener("failed", (event) => {
    let bar = document.getElementById("serve-failed");
    if (!bar) {
      bar = document.createElement("p");
      bar.id = "serve-failed";
      bar.setAttribute("role", "alert");
      Object.assign(bar.style, {
        position: "fixed", insetInline: "0", insetBlockEnd: "0", margin: "0", padding: "1rem", zIndex: "9",
        background: "#a83521", color: "#fff", font: "1rem/1.5 monospace",
      });
      document.body.append(bar);
    }
    bar.textContent = JSON.parse(event.data);
  });
})();
"""


class ArchiveServer(ThreadingHTTPServer):
    """Serves a folder on 127.0.0.1 and tells open pages when to reload."""

    daemon_threads = True
    block_on_close = False  # pages keep a request open; nobody waits for them at the end

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.folder = folder.resolve()
        self._news = threading.Condition()
        self._count = 0
        self._latest = b""

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.server_port}/"

    def announce_rendered(self) -> None:
        """Open pages reload."""
        self._announce("rendered", "")

    def announce_failed(self, sentence: str) -> None:
        """Open pages show why they are not up to date."""
        self._announce("failed", sentence)

    def _announce(self, event: str, text: str) -> None:
        with self._news:
            self._count += 1
            self._latest = f"event: {event}\ndata: {json.dumps(text)}\n\n".encode()
            self._news.notify_all()

    @property
    def count(self) -> int:
        """How many announcements there were."""
        with self._news:
            return self._count

    def wait_for_news(self, known: int) -> tuple[int, bytes]:
        """The number and the event of the latest announcement after the `known` one, or a comment if none came for a while."""
        with self._news:
            self._news.wait_for(lambda: self._count > known, timeout=HEARTBEAT_S)
            return self._count, self._latest if self._count > known else b": nothing new\n\n"

    def find(self, path: str) -> Path | None:
        """The file at a path of the address, that of a folder being its index; None for what is not in the folder."""
        parts = [part for part in unquote(path).split("/") if part]
        if any(part == ".." or "\0" in part or "\\" in part for part in parts):
            return None
        file = self.folder.joinpath(*parts).resolve()
        if not file.is_relative_to(self.folder):
            return None  # a symbolic link that leads out
        if file.is_dir():
            file /= "index.html"
        return file if file.is_file() else None

    def is_ours(self, host: str) -> bool:
        """False for a name that somebody else made to point at this machine (DNS rebinding)."""
        return host.lower() in (f"{LOOPBACK}:{self.server_port}", f"localhost:{self.server_port}")

    def handle_error(self, request: object, client_address: object) -> None:
        """A page that was closed is no event; nothing is written to stderr."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: ArchiveServer

    def do_GET(self) -> None:
        self.site = cast("ArchiveServer", self.server)
        path = urlsplit(self.path).path
        if not self.site.is_ours(self.headers.get("Host", "")):
            self._send(421, "text/plain; charset=utf-8", b"Only for this machine.\n")
        elif path == EVENTS:
            self._stream()
        elif path == SCRIPT:
            self._send(200, TYPES[".js"], _RELOAD)
        elif file := self.site.find(path):
            body = file.read_bytes()
            kind = TYPES.get(file.suffix, "application/octet-stream")
            self._send(200, kind, with_reload(body) if file.suffix == ".html" else body)
        else:
            missing = self.site.find("/404.html")
            body = missing.read_bytes() if missing else b"<!doctype html><title>404</title><h1>404</h1>"
            self._send(404, TYPES[".html"], with_reload(_from_the_root(body)))

    def do_HEAD(self) -> None:
        self.do_GET()

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _stream(self) -> None:
        """Server-sent events (HTML, section 9.2) until the page is closed."""
        known = self.site.count
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        if self.command == "HEAD":
            return
        self.wfile.write(b"retry: 1000\n\n")
        while True:
            known, event = self.site.wait_for_news(known)
            self.wfile.write(event)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
        """Nothing: who looks at a page knows it."""


def with_reload(page: bytes) -> bytes:
    """The page with the script that reloads it, and a policy that lets this script run and listen."""
    for directive in (b"connect-src 'self';", b"script-src 'self';"):
        if directive not in page:
            page = page.replace(b"default-src 'none';", b"default-src 'none'; " + directive, 1)
    return page.replace(b"</head>", b'<script src="%s" defer></script>\n</head>' % SCRIPT.encode(), 1)


def _from_the_root(page: bytes) -> bytes:
    """The page for wrong addresses, shown at one: what it links to lies at the root."""
    page = page.replace(b"base-uri 'none'", b"base-uri 'self'", 1)
    return page.replace(b"<head>", b'<head>\n<base href="/">', 1)
