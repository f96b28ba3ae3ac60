"""Real pages of the evaluation data, served from invented hosts with feeds made for them. For measuring; nothing is kept."""

from __future__ import annotations

import datetime as dt
import email.utils
import gzip
import hashlib
import html
import json
from pathlib import Path

from pipeline.demo.web import Response

HOSTS = 12


class RealPages:
    """336 pages dealt out over twelve hosts; each host has one RSS feed, dated within one week."""

    def __init__(self, data: Path, first_day: dt.datetime) -> None:
        self.pages: dict[tuple[str, str], bytes] = {}
        self.items: dict[str, list[str]] = {}
        rows = [json.loads(line) for line in (data / "pages" / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
        for number, row in enumerate(sorted(rows, key=lambda row: str(row["id"]))):
            host = f"press{number % HOSTS:02d}.pages.example"
            path = f"/article/{number:04d}.html"
            self.pages[host, path] = gzip.decompress((data / "pages" / row["html"]).read_bytes())
            published = first_day + dt.timedelta(minutes=number * 29)
            self.items.setdefault(host, []).append(
                f"<item><title>{html.escape(row.get('title') or path)}</title><link>http://{host}{path}</link>"
                f"<pubDate>{email.utils.format_datetime(published)}</pubDate></item>"
            )

    def respond(self, host: str, path: str) -> Response | None:
        if host not in self.items:
            return None
        if path == "/feed.xml":
            items = "".join(self.items[host])
            feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'
            return _response("application/rss+xml", feed.encode())
        if path == "/robots.txt":
            return _response("text/plain", b"User-agent: *\nAllow: /\n")
        if (host, path) in self.pages:
            return _response("text/html", self.pages[host, path])
        return Response(status=404, headers=(("Content-Type", "text/plain"),), body=b"not here\n")

    def write_sources(self, folder: Path) -> None:
        """One source file per host."""
        for host in self.items:
            name = host.replace(".", "_")
            (folder / f"{name}.toml").write_text(
                f'id = "{name}"\nnames = {{ en = "{host}" }}\nhome = "http://{host}/"\ncountry = "ZZ"\nlanguages = ["en"]\n'
                f'kind = "feed"\nstart = ["http://{host}/feed.xml"]\nstate = "active"\nlabels = ["press"]\n',
                encoding="utf-8",
            )


def _response(content_type: str, body: bytes) -> Response:
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return Response(status=200, headers=(("Content-Type", content_type), ("ETag", etag)), body=body)
