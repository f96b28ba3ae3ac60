"""The whole archive as files: pages, feeds, data. The same shelf gives the same bytes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import msgspec

from pipeline.knowledge.editions import Edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import Rendered, Shelf
from pipeline.render import links
from pipeline.render.calendars import render_calendars
from pipeline.render.data import render_stories, render_tables
from pipeline.render.environment import SHIPPED, Templates
from pipeline.render.feeds import Feeds
from pipeline.render.holdings import take_stock
from pipeline.render.linked_data import describe_site
from pipeline.render.pages import Page, Pressroom, navigation, site_paths
from pipeline.render.presenter import Presenter
from pipeline.render.search import build_index

FRONT_STORIES = 4  # as many as an issue has lead stories at most
SITEMAP_ADDRESSES = 50_000  # most that one sitemap may hold (sitemaps.org)
# Comments of the script on lines of their own, and indentation: for those who read it here, not for those who load it.
_REMARKS = re.compile(r"^ */\*(?:[^*]|\*(?!/))*\*/\n|^ *//.*\n|^ +|^\n", re.MULTILINE)


def render_archive(
    shelf: Shelf,
    lexicon: Lexicon,
    editions: Sequence[Edition],
    *,
    base_url: str,
    version: str,
    contact: str = "",
    home: str = "",
    templates: Templates = SHIPPED,
) -> Iterator[Rendered]:
    """Every file of the archive, each path once.

    Args:
        editions: at least one; the first is the language of the front page.
        base_url: where the archive is published; "" leaves out whatever needs an absolute address.
        version: of this program, shown on the page about the site.
        contact: mail address or web page for corrections and take-down.
        home: the readers' country, ISO 3166-1 alpha-2; maps of the world are cut on its far side.
        templates: those of the workspace.

    Raises:
        RenderError: an edition lacks a message.
    """
    holdings = take_stock(shelf)
    finished: list[tuple[str, dt.date | None]] = []
    presenters = [Presenter(holdings, lexicon, edition) for edition in editions]
    yield from render_assets(templates)
    yield from _front(presenters, base_url, templates)
    tables = []
    for table, rendered in render_tables(presenters, base_url=base_url):
        tables.append(table)
        yield rendered
    yield from render_stories(holdings)
    for presenter in presenters:
        press = Pressroom(
            presenter,
            editions,
            base_url=base_url,
            version=version,
            contact=contact,
            home=home,
            tables=tables,
            templates=templates,
        )
        yield from _print(press, Feeds(presenter, base_url, templates), base_url, finished)
        del press  # what it keeps for its pages is as large as the index
        yield from build_index(presenter)
        yield from render_calendars(presenter, base_url)
    for issue in holdings.shelf.issues:
        data = msgspec.json.format(msgspec.json.encode(issue, order="deterministic"), indent=1)
        yield Rendered(path=links.data_path(issue.week), body=data + b"\n")
    yield from _for_robots(finished, base_url, templates)


def _print(
    press: Pressroom, feeds: Feeds, base_url: str, finished: list[tuple[str, dt.date | None]]
) -> Iterator[Rendered]:
    """The pages and feeds of an edition; notes addresses for the sitemap."""
    for page in press.pages():
        yield page.rendered
        if page.story:
            feeds.note(page.story)
        if page.listed and base_url:
            finished.append((links.absolute(page.rendered.path, base_url), page.changed))
    yield from feeds.render()


def render_assets(templates: Templates) -> Iterator[Rendered]:
    """The files that pages load: style, icon, script, and whatever else the workspace has."""
    for path in templates.assets():
        body = templates.asset(path)
        yield Rendered(path=path, body=_REMARKS.sub("", body.decode()).encode() if path == links.SCRIPT else body)
    if links.STYLE in templates.own:
        yield Rendered(path=links.SHIPPED_STYLE, body=templates.shipped_asset(links.STYLE))


def _front(presenters: Sequence[Presenter], base_url: str, templates: Templates) -> Iterator[Rendered]:
    """The front page and the page for wrong addresses, both in every language."""
    first = presenters[0].edition
    names = list(dict.fromkeys(presenter.say("site.name") for presenter in presenters))
    page = Page(
        path="index.html",
        lang=first.code,
        title=" | ".join(names),
        full_title=" | ".join(names),
        description=" ".join(presenter.say("site.tagline") for presenter in presenters),
        url=links.absolute("index.html", base_url),
        linked_data=describe_site(
            names[0],
            " ".join(presenter.say("site.tagline") for presenter in presenters),
            languages=[presenter.edition.code for presenter in presenters],
            base_url=base_url,
            search_path=links.list_path("search", first.code),
        ),
    )
    paths = SimpleNamespace(**site_paths(first.code))
    editions = [_front_edition(presenter) for presenter in presenters]
    yield _file(templates, "index.html", "html/index.html", editions=editions, page=page, paths=paths)
    # A server shows this page under any address, so its own links cannot be relative to it.
    missing = Page(
        path="404.html",
        lang=first.code,
        title=first.say("missing.title"),
        full_title=first.say("missing.title"),
        description=first.say("missing.text"),
        url="",
    )
    yield _file(
        templates,
        "404.html",
        "html/missing.html",
        editions=editions,
        page=missing,
        paths=paths,
        address=lambda path: links.absolute(path, base_url) or path,
    )


def _front_edition(presenter: Presenter) -> SimpleNamespace:
    latest = presenter.holdings.latest
    issue = presenter.issue(latest) if latest else None
    cards = (*issue.leads, *issue.lines) if issue else ()
    pages = navigation(presenter.edition, presenter.holdings)
    return SimpleNamespace(
        lang=presenter.edition.code,
        t=presenter.say,
        issue=issue,
        stories=[card for card in dict.fromkeys(cards) if card.path and not card.withdrawn][:FRONT_STORIES],
        feed=links.feed_path(presenter.edition.code),
        json_feed=links.json_feed_path(presenter.edition.code),
        search=links.list_path("search", presenter.edition.code),
        navigation=[*pages["main"][1 if latest else 0 :], *pages["more"]],
    )


def _for_robots(
    finished: Sequence[tuple[str, dt.date | None]], base_url: str, templates: Templates
) -> Iterator[Rendered]:
    sitemap = links.absolute("sitemap.xml", base_url)
    robots = templates.text.get_template("feed/robots.txt").render(sitemap=sitemap)
    yield Rendered(path="robots.txt", body=robots.encode())
    if not base_url:
        return
    pages = [(links.absolute("index.html", base_url), None), *finished]
    parts = [pages[at : at + SITEMAP_ADDRESSES] for at in range(0, len(pages), SITEMAP_ADDRESSES)]
    if len(parts) == 1:
        yield _sitemap(templates, "sitemap.xml", pages)
        return
    paths = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
    for path, part in zip(paths, parts, strict=True):
        yield _sitemap(templates, path, part)
    urls = [links.absolute(path, base_url) for path in paths]
    yield _file(templates, "sitemap.xml", "feed/sitemaps.xml", urls=urls)


def _sitemap(templates: Templates, path: str, pages: Sequence[tuple[str, dt.date | None]]) -> Rendered:
    dated = [(url, day.isoformat() if day else "") for url, day in pages]
    return _file(templates, path, "feed/sitemap.xml", pages=dated)


def _file(templates: Templates, path: str, template: str, **context: Any) -> Rendered:
    return Rendered(path=path, body=templates.print(template, **context))
