"""The whole archive as files: pages, feeds, data. The same shelf gives the same bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any

import msgspec

from pipeline.knowledge.editions import Edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import Card, Rendered, Shelf
from pipeline.render import links
from pipeline.render.environment import markup_environment, text_environment
from pipeline.render.holdings import Holdings, take_stock
from pipeline.render.pages import Finished, Page, Pressroom, navigation, site_paths
from pipeline.render.presenter import Presenter
from pipeline.text.urls import host

FEED_ENTRIES = 60  # about a month of stories: what a reader who was away wants, and no more than 200 kB
# Owner of tag: ids (RFC 4151) while the archive has no published address; .invalid is nobody's (RFC 2606).
NO_HOST = "city-digest.invalid"


def render_archive(
    shelf: Shelf,
    lexicon: Lexicon,
    editions: Sequence[Edition],
    *,
    base_url: str,
    version: str,
    contact: str = "",
) -> Iterator[Rendered]:
    """Every file of the archive, each path once.

    Args:
        editions: at least one; the first is the language of the front page.
        base_url: where the archive is published; "" leaves out whatever needs an absolute address.
        version: of this program, shown on the page about the site.
        contact: mail address or web page for corrections and take-down.

    Raises:
        RenderError: an edition lacks a message.
    """
    holdings = take_stock(shelf)
    finished: list[tuple[str, dt.date | None]] = []
    presenters = [Presenter(holdings, lexicon, edition) for edition in editions]
    yield from _assets()
    yield from _front(presenters, base_url)
    for presenter in presenters:
        press = Pressroom(presenter, editions, base_url=base_url, version=version, contact=contact)
        for page in press.pages():
            yield page.rendered
            _note(page, base_url, finished)
        yield _feed(presenter, base_url)
    for issue in shelf.issues:
        data = msgspec.json.format(msgspec.json.encode(issue, order="deterministic"), indent=1)
        yield Rendered(path=links.data_path(issue.week), body=data + b"\n")
    yield from _for_robots(finished, base_url)


def _note(page: Finished, base_url: str, finished: list[tuple[str, dt.date | None]]) -> None:
    if page.listed and base_url:
        finished.append((links.absolute(page.rendered.path, base_url), page.changed))


def _assets() -> Iterator[Rendered]:
    folder = resources.files("digest_templates") / "assets"
    for path in (links.STYLE, links.ICON):
        yield Rendered(path=path, body=(folder / path.rpartition("/")[2]).read_bytes())


def _front(presenters: Sequence[Presenter], base_url: str) -> Iterator[Rendered]:
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
    )
    context = {"page": page, "paths": site_paths(first.code)}
    editions = [_front_edition(presenter) for presenter in presenters]
    yield _file("index.html", "html/index.html", editions=editions, **context)
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
        "404.html",
        "html/missing.html",
        editions=editions,
        page=missing,
        paths=context["paths"],
        address=lambda path: links.absolute(path, base_url) or path,
    )


def _front_edition(presenter: Presenter) -> dict[str, Any]:
    latest = presenter.holdings.latest
    pages = navigation(presenter.edition, presenter.holdings)
    return {
        "lang": presenter.edition.code,
        "t": presenter.say,
        "issue": presenter.issue(latest) if latest else None,
        "feed": links.feed_path(presenter.edition.code),
        "navigation": [*pages["main"][1 if latest else 0 :], *pages["more"]],
    }


def _feed(presenter: Presenter, base_url: str) -> Rendered:
    """RFC 4287. An entry is a story; its id names the story and the edition and never changes."""
    holdings, code = presenter.holdings, presenter.edition.code
    newest = sorted(holdings.stories.values(), key=lambda card: (card.first_seen, card.story_id), reverse=True)[
        :FEED_ENTRIES
    ]
    # A story is dated by when we saw it; without any, the feed by its oldest possible day (RFC 4287 wants one).
    updated = newest[0].first_seen if newest else dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return _file(
        links.feed_path(code),
        "feed/atom.xml",
        lang=code,
        t=presenter.say,
        id=_tag(base_url, holdings, f"feed/{code}"),
        updated=_rfc3339(updated),
        self_url=links.absolute(links.feed_path(code), base_url),
        home_url=links.absolute("index.html", base_url),
        entries=[_entry(presenter, card, base_url) for card in newest],
    )


def _entry(presenter: Presenter, card: Card, base_url: str) -> dict[str, Any]:
    view, code = presenter.card(card), presenter.edition.code
    content = markup_environment().get_template("feed/entry.html").render(card=view, t=presenter.say)
    return {
        "id": _tag(base_url, presenter.holdings, f"story/{card.story_id}/{code}"),
        "card": view,
        "updated": _rfc3339(card.first_seen),
        "url": links.absolute(view.path, base_url),
        "content": content,
    }


def _tag(base_url: str, holdings: Holdings, name: str) -> str:
    """A tag: address (RFC 4151) of the year in which the archive began."""
    issues = holdings.shelf.issues
    year = issues[0].first_day.year if issues else 1970
    return f"tag:{host(base_url) or NO_HOST},{year}:{name}"


def _rfc3339(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _for_robots(finished: Sequence[tuple[str, dt.date | None]], base_url: str) -> Iterator[Rendered]:
    sitemap = links.absolute("sitemap.xml", base_url)
    robots = text_environment().get_template("feed/robots.txt").render(sitemap=sitemap)
    yield Rendered(path="robots.txt", body=robots.encode())
    if base_url:
        pages = [(links.absolute("index.html", base_url), None), *finished]
        yield _file(
            "sitemap.xml", "feed/sitemap.xml", pages=[(url, day.isoformat() if day else "") for url, day in pages]
        )


def _file(path: str, template: str, **context: Any) -> Rendered:
    body = markup_environment().get_template(template).render(**context)
    return Rendered(path=path, body=body.encode("utf-8"))
