"""The sample web as one value: every page, feed, sitemap, listing and robots.txt of its hosts, the same bytes every time.

Everything it says is invented. Hosts end in `.example` (RFC 2606), and every page carries a line that says it is a sample.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import hashlib
import html
import importlib.resources
import json
import tomllib
import zoneinfo
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from string import Template
from typing import Protocol

import msgspec

from pipeline.model import ArticleClass, Frozen

FILES = importlib.resources.files("pipeline.demo")
SUMMARY_CHARS = 110  # feed summaries are the start of the first paragraph, as most publishing systems make them
MONTHS = (
    {"en": "January", "fr": "janvier", "es": "enero"},
    {"en": "February", "fr": "février", "es": "febrero"},
    {"en": "March", "fr": "mars", "es": "marzo"},
    {"en": "April", "fr": "avril", "es": "abril"},
    {"en": "May", "fr": "mai", "es": "mayo"},
    {"en": "June", "fr": "juin", "es": "junio"},
    {"en": "July", "fr": "juillet", "es": "julio"},
    {"en": "August", "fr": "août", "es": "agosto"},
    {"en": "September", "fr": "septembre", "es": "septiembre"},
    {"en": "October", "fr": "octobre", "es": "octubre"},
    {"en": "November", "fr": "novembre", "es": "noviembre"},
    {"en": "December", "fr": "décembre", "es": "diciembre"},
)


class Response(Frozen, frozen=True, kw_only=True):
    """What a host answers to a GET."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header, "" if absent; case does not matter."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


class Site(Protocol):
    """Anything that can be served: the sample web, or a test's folder of pages."""

    def respond(self, host: str, path: str) -> Response | None:
        """The answer of `host` (lower case, without port) for `path` (with its query); None if there is no such host."""
        ...


class ArticleKind(StrEnum):
    ARTICLE = "article"  # about city diplomacy
    NOISE = "noise"  # plainly about something else
    NEGATIVE = "negative"  # uses the field's words for something else


class IndexKind(StrEnum):
    """How a host tells what is new."""

    RSS = "rss"
    RDF = "rdf"
    ATOM = "atom"
    SITEMAP = "sitemap"
    LISTING = "listing"


class Expected(Frozen, frozen=True, kw_only=True):
    """What a reader would say of the article: the measure for the pipeline, never its input."""

    article_class: ArticleClass
    cities: tuple[str, ...] = ()  # "Kobe|JP", the ones it is about
    event_types: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    agreement: bool = False  # reports a new, renewed or suspended agreement
    coming: tuple[dt.date, ...] = ()  # first days of events ahead, and deadlines


class SampleArticle(Frozen, frozen=True, kw_only=True):
    """One article, as its TOML file declares it."""

    id: str  # "kobe-city/019-dialogue": host key and file name
    host_key: str
    path: str
    title: str
    published: dt.datetime
    body: str  # paragraphs between blank lines; "## " begins a heading, "- " a list item
    kind: ArticleKind = ArticleKind.ARTICLE
    authors: tuple[str, ...] = ()
    event: str = ""  # articles with the same key report the same event
    copy_of: str = ""  # id of the article it repeats
    gone: bool = False  # still announced, but answers 404
    forbidden: bool = False  # announced, but robots.txt disallows it
    expected: Expected

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The lines of the body without their marks."""
        return tuple(line.removeprefix("## ").removeprefix("- ") for line in self.body.splitlines() if line.strip())

    @property
    def text(self) -> str:
        return "\n".join(self.paragraphs)

    @property
    def summary(self) -> str:
        first = self.paragraphs[0]
        return first if len(first) <= SUMMARY_CHARS else first[:SUMMARY_CHARS].rstrip() + "…"


class SampleHost(Frozen, frozen=True, kw_only=True):
    """One host, as its TOML file declares it; templates use the names in `_fields` and `_article_fields`."""

    key: str
    host: str
    name: str  # in its own language
    language: str  # BCP 47
    zone: str  # IANA
    index: IndexKind
    index_path: str
    notice: str  # says on every page that this is a sample
    robots: str
    date: str  # str.format pattern of the visible date, see _date_fields
    list_date: str = "{year}-{month:02}-{day:02}"
    feed_date: str = ""  # "" for the form that the feed's standard asks for
    charset: str = "utf-8"  # Python's name of the encoding
    declared: str = "UTF-8"  # as the page names it
    charset_in_header: bool = True  # False: only the page itself names its encoding
    page_size: int = 0  # entries on one listing page; 0 for all
    page_path: str = ""  # str.format pattern with {page}, for listing pages after the first
    article: str  # string.Template of an article's part of the page
    entry: str  # string.Template of one entry of a list
    list_head: str = "<ul>"
    list_foot: str = "</ul>"
    shell: str  # string.Template of the whole page

    def address(self, path: str) -> str:
        return f"http://{self.host}{path}"


class SampleWeb:
    """All hosts with what they have published up to one moment."""

    def __init__(self, hosts: Sequence[SampleHost], articles: Sequence[SampleArticle]) -> None:
        self.hosts = {host.key: host for host in hosts}
        self.articles = tuple(articles)  # oldest first
        self._responses: dict[tuple[str, str], Response] = {}
        for host in hosts:
            self._add_host(host, [article for article in reversed(self.articles) if article.host_key == host.key])

    @classmethod
    def load(cls, now: dt.datetime) -> SampleWeb:
        """The sample web as it stands at `now` (aware): what is published later is not there yet."""
        hosts, articles = _read_files()
        return cls(hosts, [article for article in articles if article.published <= now])

    def respond(self, host: str, path: str) -> Response | None:
        """See Site.respond."""
        if found := self._responses.get((host, path)):
            return found
        return next((_not_found(known) for known in self.hosts.values() if known.host == host), None)

    def paths(self, host_key: str) -> tuple[str, ...]:
        """Every path of a host that has an answer, sorted."""
        host = self.hosts[host_key].host
        return tuple(sorted(path for name, path in self._responses if name == host))

    def address(self, article: SampleArticle) -> str:
        """The article's address, without port."""
        return self.hosts[article.host_key].address(article.path)

    def _add_host(self, host: SampleHost, articles: list[SampleArticle]) -> None:
        """Every answer of one host; `articles` newest first."""
        changed = articles[0].published if articles else dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
        answers: dict[str, tuple[str, str, dt.datetime]] = {"/": ("text/html", _home(host, articles), changed)}
        if host.index is IndexKind.LISTING:
            answers |= {path: ("text/html", page, changed) for path, page in _listing(host, articles).items()}
        else:
            content_type, build = _FEEDS[host.index]
            answers[host.index_path] = (content_type, build(host, articles), changed)
        for position, article in enumerate(articles):
            if not article.gone:
                page = _article_page(host, article, articles[position + 1 : position + 4])
                answers[article.path] = ("text/html", page, article.published)
        for path, (content_type, text, moment) in answers.items():
            self._responses[host.host, path] = _response(host, content_type, text, moment)
        robots = host.robots.encode()
        self._responses[host.host, "/robots.txt"] = _finish(200, "text/plain; charset=utf-8", robots, changed)


@lru_cache(maxsize=1)
def _read_files() -> tuple[tuple[SampleHost, ...], tuple[SampleArticle, ...]]:
    hosts = []
    articles = []
    for file in sorted((FILES / "hosts").iterdir(), key=lambda entry: entry.name):
        key, _, extension = file.name.partition(".")
        if extension != "toml":
            continue
        shell = (FILES / "hosts" / f"{key}.html").read_text(encoding="utf-8")
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        hosts.append(msgspec.convert({**table, "key": key, "shell": shell}, SampleHost))
        for entry in (FILES / "articles" / key).iterdir():
            table = tomllib.loads(entry.read_text(encoding="utf-8"))
            name = entry.name.removesuffix(".toml")
            articles.append(msgspec.convert({**table, "id": f"{key}/{name}", "host_key": key}, SampleArticle))
    return tuple(hosts), tuple(sorted(articles, key=lambda article: (article.published, article.id)))


# ----------------------------------------------------------------------------------------------------------------- pages


def _fields(host: SampleHost) -> dict[str, str]:
    """What every template may use, escaped."""
    return {
        "site": html.escape(host.name),
        "lang": host.language,
        "charset": host.declared,
        "home": host.address("/"),
        "index": host.address(host.index_path),
        "notice": html.escape(host.notice),
    }


def _article_fields(host: SampleHost, article: SampleArticle) -> dict[str, str]:
    published = article.published.astimezone(zoneinfo.ZoneInfo(host.zone))
    return _fields(host) | {
        "title": html.escape(article.title),
        "url": host.address(article.path),
        "path": article.path,
        "date": host.date.format(**_date_fields(published)),
        "list_date": host.list_date.format(**_date_fields(published)),
        "iso": published.isoformat(),
        "authors": html.escape(", ".join(article.authors)),
        "summary": html.escape(article.summary),
        "page_id": _page_number(article),
    }


def _article_page(host: SampleHost, article: SampleArticle, older: Sequence[SampleArticle]) -> str:
    fields = _article_fields(host, article) | {
        "body": _body_html(article.body),
        "related": _entries(host, older),
        "json_ld": _json_ld(host, article),
    }
    content = Template(host.article).substitute(fields)
    return Template(host.shell).substitute(
        fields | {"content": content, "heading": f"{fields['title']} | {fields['site']}"}
    )


def _home(host: SampleHost, articles: Sequence[SampleArticle]) -> str:
    return _list_page(host, host.address("/"), _entries(host, articles[:10]))


def _listing(host: SampleHost, articles: Sequence[SampleArticle]) -> dict[str, str]:
    """Path -> page, each page but the last with a link to the next."""
    size = host.page_size or max(len(articles), 1)
    parts = [articles[start : start + size] for start in range(0, len(articles), size)] or [[]]
    paths = [host.index_path, *(host.page_path.format(page=number) for number in range(2, len(parts) + 1))]
    pages = {}
    for number, (path, part) in enumerate(zip(paths, parts, strict=True), start=1):
        content = _entries(host, part)
        if number < len(parts):
            content += f'\n<p class="pager">{number} / {len(parts)} <a class="next" href="{paths[number]}">»</a></p>'
        pages[path] = _list_page(host, host.address(path), content)
    return pages


def _list_page(host: SampleHost, url: str, content: str) -> str:
    fields = _fields(host)
    fields |= {"url": url, "heading": fields["site"], "title": fields["site"], "summary": fields["notice"], "iso": ""}
    return Template(host.shell).substitute(fields | {"content": content, "json_ld": "", "related": ""})


def _entries(host: SampleHost, articles: Sequence[SampleArticle]) -> str:
    entry = Template(host.entry)
    rows = [entry.substitute(_article_fields(host, article)) for article in articles]
    return "\n".join([host.list_head, *rows, host.list_foot])


def _body_html(body: str) -> str:
    """HTML of the body's light marks."""
    lines = []
    in_list = False
    for line in body.splitlines():
        if not line.strip():
            continue
        is_item = line.startswith("- ")
        if is_item is not in_list:
            lines.append("<ul>" if is_item else "</ul>")
            in_list = is_item
        if is_item:
            lines.append(f"<li>{html.escape(line[2:], quote=False)}</li>")
        elif line.startswith("## "):
            lines.append(f"<h2>{html.escape(line[3:], quote=False)}</h2>")
        else:
            lines.append(f"<p>{html.escape(line, quote=False)}</p>")
    return "\n".join([*lines, "</ul>"] if in_list else lines)


def _json_ld(host: SampleHost, article: SampleArticle) -> str:
    """schema.org NewsArticle in its script element."""
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "inLanguage": host.language,
        "datePublished": article.published.isoformat(),
        "mainEntityOfPage": host.address(article.path),
        "author": [{"@type": "Organization", "name": author} for author in article.authors or (host.name,)],
        "publisher": {"@type": "Organization", "name": host.name},
    }
    text = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>'


def _page_number(article: SampleArticle) -> str:
    """Six digits that look like a publishing system's page number."""
    return str(int(hashlib.sha256(article.id.encode()).hexdigest()[:8], 16) % 900_000 + 100_000)


def _date_fields(moment: dt.datetime) -> Mapping[str, int | str]:
    """Names for date patterns: numbers, the year in Japanese era (Reiwa) and Minguo counting, and month names."""
    return {
        "year": moment.year,
        "month": moment.month,
        "day": moment.day,
        "hour": moment.hour,
        "minute": moment.minute,
        "reiwa": moment.year - 2018,
        "minguo": moment.year - 1911,
        **MONTHS[moment.month - 1],
    }


# ----------------------------------------------------------------------------------------------------------------- feeds


def _rss(host: SampleHost, articles: Sequence[SampleArticle]) -> str:
    """RSS 2.0."""
    items = "\n".join(
        f"<item><title>{_xml(article.title)}</title><link>{host.address(article.path)}</link>"
        f'<guid isPermaLink="true">{host.address(article.path)}</guid>'
        f"<pubDate>{_feed_date(host, article)}</pubDate>"
        f"<description>{_xml(article.summary)}</description></item>"
        for article in articles
    )
    return (
        f'<?xml version="1.0" encoding="{host.declared}"?>\n<rss version="2.0"><channel>\n'
        f"<title>{_xml(host.name)}</title><link>{host.address('/')}</link>"
        f"<description>{_xml(host.notice)}</description><language>{host.language.lower()}</language>\n"
        f"{items}\n</channel></rss>\n"
    )


def _rdf(host: SampleHost, articles: Sequence[SampleArticle]) -> str:
    """RSS 1.0 with Dublin Core dates."""
    rows = "".join(f'<rdf:li rdf:resource="{host.address(article.path)}"/>' for article in articles)
    items = "\n".join(
        f'<item rdf:about="{host.address(article.path)}"><title>{_xml(article.title)}</title>'
        f"<link>{host.address(article.path)}</link><description>{_xml(article.summary)}</description>"
        f"<dc:date>{article.published.isoformat()}</dc:date></item>"
        for article in articles
    )
    return (
        f'<?xml version="1.0" encoding="{host.declared}"?>\n'
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/" xml:lang="{host.language}">\n'
        f'<channel rdf:about="{host.address(host.index_path)}"><title>{_xml(host.name)}</title>'
        f"<link>{host.address('/')}</link><description>{_xml(host.notice)}</description>"
        f"<items><rdf:Seq>{rows}</rdf:Seq></items></channel>\n{items}\n</rdf:RDF>\n"
    )


def _atom(host: SampleHost, articles: Sequence[SampleArticle]) -> str:
    """Atom (RFC 4287)."""
    entries = "\n".join(
        f"<entry><title>{_xml(article.title)}</title><id>{host.address(article.path)}</id>"
        f'<link rel="alternate" type="text/html" href="{host.address(article.path)}"/>'
        f"<published>{article.published.isoformat()}</published><updated>{article.published.isoformat()}</updated>"
        + "".join(f"<author><name>{_xml(author)}</name></author>" for author in article.authors or (host.name,))
        + f"<summary>{_xml(article.summary)}</summary></entry>"
        for article in articles
    )
    updated = articles[0].published.isoformat() if articles else "2026-10-01T00:00:00+00:00"
    return (
        f'<?xml version="1.0" encoding="{host.declared}"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{host.language}">\n'
        f"<title>{_xml(host.name)}</title><subtitle>{_xml(host.notice)}</subtitle><id>{host.address('/')}</id>"
        f'<link rel="self" href="{host.address(host.index_path)}"/><updated>{updated}</updated>\n'
        f"{entries}\n</feed>\n"
    )


def _sitemap(host: SampleHost, articles: Sequence[SampleArticle]) -> str:
    """A sitemap with the news extension."""
    rows = "\n".join(
        f"<url><loc>{host.address(article.path)}</loc><news:news><news:publication>"
        f"<news:name>{_xml(host.name)}</news:name><news:language>{host.language.split('-')[0]}</news:language>"
        f"</news:publication><news:publication_date>{article.published.isoformat()}</news:publication_date>"
        f"<news:title>{_xml(article.title)}</news:title></news:news></url>"
        for article in articles
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{rows}\n</urlset>\n'
    )


_FEEDS = {
    IndexKind.RSS: ("application/rss+xml", _rss),
    IndexKind.RDF: ("application/rdf+xml", _rdf),
    IndexKind.ATOM: ("application/atom+xml", _atom),
    IndexKind.SITEMAP: ("application/xml", _sitemap),
}


def _feed_date(host: SampleHost, article: SampleArticle) -> str:
    published = article.published.astimezone(zoneinfo.ZoneInfo(host.zone))
    return (
        host.feed_date.format(**_date_fields(published)) if host.feed_date else email.utils.format_datetime(published)
    )


def _xml(text: str) -> str:
    return html.escape(text, quote=False)


# --------------------------------------------------------------------------------------------------------------- answers


def _response(host: SampleHost, content_type: str, text: str, changed: dt.datetime) -> Response:
    body = text.encode(host.charset, "xmlcharrefreplace")
    named = f"{content_type}; charset={host.declared}" if host.charset_in_header else content_type
    return _finish(200, named, body, changed)


def _not_found(host: SampleHost) -> Response:
    text = f"<!doctype html><title>404 | {html.escape(host.name)}</title><h1>404 Not Found</h1>\n"
    return Response(status=404, headers=(("Content-Type", "text/html; charset=utf-8"),), body=text.encode())


def _finish(status: int, content_type: str, body: bytes, changed: dt.datetime) -> Response:
    """With both validators of RFC 9110, section 8.8."""
    headers = (
        ("Content-Type", content_type),
        ("Last-Modified", email.utils.format_datetime(changed.astimezone(dt.UTC), usegmt=True)),
        ("ETag", f'"{hashlib.sha256(body).hexdigest()[:16]}"'),
    )
    return Response(status=status, headers=headers, body=body)
