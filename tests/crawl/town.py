"""A hundred web servers with addresses of their own on loopback, of all kinds, some of them misbehaving."""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import bombs
from badserver import Answer, BadServer, article, redirect, rss, serving
from place import Place

ARTICLES = 5
HOSTS = [f"127.0.0.{number}" for number in range(2, 102)]
FIELDS = '[fields]\nitems = "results"\nlink = "href"\ntitle = "headline"\n'
SELECTORS = '[selectors]\nitem = "li"\nnext_page = "a.next"\nmax_pages = 2\n'
HEALTHY_KINDS = ("feed", "sitemap", "listing", "wordpress", "json_api")


@contextlib.contextmanager
def listening_on(server: BadServer, hosts: list[str]) -> Iterator[int]:
    """The server answers on these addresses too, all at its own port; gives the port."""
    port: int = server.server_address[1]
    selector = selectors.DefaultSelector()
    for host in hosts:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(64)
        selector.register(listener, selectors.EVENT_READ)

    def accept() -> None:
        while not server.stopping.is_set():
            for key, _ in selector.select(0.2):
                with contextlib.suppress(OSError):
                    connection, address = key.fileobj.accept()  # type: ignore[union-attr]  # sockets only
                    server.process_request(connection, address)
        for key in list(selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        selector.close()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield port
    finally:
        server.stopping.set()
        thread.join(5)


@dataclass
class Town:
    server: BadServer
    port: int
    healthy: dict[str, str] = field(default_factory=dict)  # source id -> host
    bad: dict[str, set[str]] = field(default_factory=dict)  # source id -> the reasons it may have
    pages: set[str] = field(default_factory=set)  # addresses of every healthy item

    def origin(self, host: str) -> str:
        return f"http://{host}:{self.port}"

    def settle(self, place: Place) -> None:
        """Gives every host its pages and the workspace a source for each."""
        bad = self._misbehaviour()
        for number, host in enumerate(HOSTS[: len(HOSTS) - len(bad)]):
            kind = HEALTHY_KINDS[number % len(HEALTHY_KINDS)]
            source_id = f"{kind}{number:02}"
            self.healthy[source_id] = host
            neighbour = HOSTS[(number + 7) % (len(HOSTS) - len(bad))]
            place.source(
                source_id,
                self._healthy(kind, host, neighbour),
                kind,
                {"listing": SELECTORS, "json_api": FIELDS}.get(kind, ""),
            )
        for host, (source_id, (kind, reasons, behave, path)) in zip(HOSTS[-len(bad) :], bad.items(), strict=True):
            self.server.site(host, ["/a"])
            self.server.routes[host, path] = behave
            self.bad[source_id] = reasons
            place.source(source_id, f"{self.origin(host)}/feed", kind, SELECTORS if kind == "listing" else "")

    def _healthy(self, kind: str, host: str, neighbour: str) -> str:
        """The address of a page of links: to articles of its own, one of a neighbour's, and one that is only to be had by redirect."""
        origin = self.origin(host)
        links = [f"{origin}/{number}.html" for number in range(ARTICLES)]
        links += [f"{self.origin(neighbour)}/from-{host}.html", f"{origin}/moved.html"]
        for link in links[:-1]:
            self.server.page(link.split("//")[1].split(":")[0], "/" + link.rsplit("/", 1)[1], article(link))
        self.server.routes[host, "/moved.html"] = redirect(f"{self.origin(neighbour)}/target-{host}.html")
        self.server.page(neighbour, f"/target-{host}.html", article("moved here"))
        self.pages |= set(links)
        return origin + getattr(self, f"_{kind}")(host, links)

    def _feed(self, host: str, links: list[str]) -> str:
        self.server.page(host, "/feed", rss([(link, "t", "") for link in links]), "application/rss+xml")
        return "/feed"

    def _sitemap(self, host: str, links: list[str]) -> str:
        urls = "".join(f"<url><loc>{link}</loc></url>" for link in links)
        index = f"<sitemapindex><sitemap><loc>{self.origin(host)}/map.xml</loc></sitemap></sitemapindex>"
        self.server.page(host, "/map.xml", f"<urlset>{urls}</urlset>", "application/xml")
        self.server.page(host, "/index.xml", index, "application/xml")
        return "/index.xml"

    def _listing(self, host: str, links: list[str]) -> str:
        for path, part, further in (
            ("/list", links[:3], "<a class=next href=/list2>more</a>"),
            ("/list2", links[3:], ""),
        ):
            items = "".join(f"<li><a href='{link}'>t</a></li>" for link in part)
            self.server.page(host, path, f"<html><ul>{items}</ul>{further}</html>")
        return "/list"

    def _wordpress(self, host: str, links: list[str]) -> str:
        posts = [{"link": link, "title": {"rendered": "t"}, "date_gmt": "2026-11-02T01:00:00"} for link in links]
        body = json.dumps(posts).encode()
        self.server.whole_path[host, "/wp-json/wp/v2/posts"] = lambda answer: answer.give(body, "application/json")
        return "/"

    def _json_api(self, host: str, links: list[str]) -> str:
        body = json.dumps({"results": [{"href": link, "headline": "t"} for link in links]})
        self.server.page(host, "/api/news", body, "application/json")
        return "/api/news"

    def _misbehaviour(self) -> dict[str, tuple[str, set[str], Callable[[Answer], None], str]]:
        server, packed = self.server, bombs.packed
        loop = redirect("/feed")

        def down(answer: Answer) -> None:
            answer.give(b"down", "text/plain", status=503)

        def later(answer: Answer) -> None:
            answer.give(b"", status=429, Retry_After="3600")

        return {
            "silent": ("feed", {"timeout"}, server.silence, "/feed"),
            "slow_headers": ("feed", {"timeout"}, server.slow_headers, "/feed"),
            "drip": ("sitemap", {"timeout"}, server.drip, "/feed"),
            "endless": ("feed", {"too_large"}, server.endless, "/feed"),
            "headers": ("feed", {"too_large"}, bombs.endless_headers, "/feed"),
            "bomb": ("feed", {"too_large"}, packed(bombs.gzip_bomb(), "text/xml", "gzip"), "/feed"),
            "drop": ("feed", {"connection_failed"}, server.drop, "/feed"),
            "loop": ("feed", {"http_error"}, loop, "/feed"),
            "inside": ("feed", {"blocked_address"}, redirect("http://169.254.169.254/feed"), "/feed"),
            "rules_down": ("feed", {"robots_disallowed"}, down, "/robots.txt"),
            "rules_silent": ("feed", {"timeout"}, server.silence, "/robots.txt"),
            "busy": ("feed", {"rate_limited"}, later, "/feed"),
            "html": ("feed", {"bad_feed"}, lambda answer: answer.give(article("moved").encode()), "/feed"),
            "empty": ("listing", {"bad_listing"}, lambda answer: answer.give(b"<html></html>"), "/feed"),
            "garbage": ("feed", {"bad_feed"}, lambda answer: answer.give(bytes(range(256)) * 99, "text/xml"), "/feed"),
        }


@contextlib.contextmanager
def town(place: Place) -> Iterator[Town]:
    """All of it, running."""
    with serving() as server, listening_on(server, HOSTS) as port:
        made = Town(server, port)
        made.settle(place)
        yield made
