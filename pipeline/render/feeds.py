"""Feeds: Atom (RFC 4287) per edition, city, network and theme, and JSON Feed 1.1 per edition.

An entry is a story. Its id names the story and the edition, stays for ever, and is the same in every feed that has it; its text is
made once and stands in all of them.
"""

from __future__ import annotations

import datetime as dt
import json
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.model import Card, Rendered
from pipeline.render import links
from pipeline.render.editors import is_correction
from pipeline.render.environment import SHIPPED, Templates, strip_forbidden
from pipeline.render.holdings import Holdings
from pipeline.render.presenter import Presenter
from pipeline.render.views import Ref
from pipeline.text.urls import host

FEED_ENTRIES = 60  # about a month of stories: what a reader who was away wants, and no more than 200 kB
TOPIC_ENTRIES = 30  # of one city, network or theme: months of them
# Cities with fewer stories have no feed: a reader would wait for years, and ten years of cities would be thousands of files.
TOPIC_STORIES = 5
# Owner of tag: ids (RFC 4151) while the archive has no published address; .invalid is nobody's (RFC 2606).
NO_HOST = "city-digest.invalid"


def has_feed(cards: Sequence[Card]) -> bool:
    """True if there is a feed of a city, network or theme with these stories."""
    return len(cards) >= TOPIC_STORIES


class Feeds:
    """The feeds of one edition; without `base_url` they have ids but no links."""

    def __init__(self, presenter: Presenter, base_url: str, templates: Templates = SHIPPED) -> None:
        self.presenter = presenter
        self.base_url = base_url
        self.templates = templates
        self.code = presenter.edition.code
        self.say = presenter.say
        holdings = presenter.holdings
        self.moments = moments_of(holdings)
        self.newest = self._newest(holdings.stories.values(), FEED_ENTRIES)
        topics = (
            (holdings.cities, presenter.city),
            (holdings.networks, presenter.network),
            (holdings.themes, presenter.theme),
        )
        self.topics = [
            (refer(identifier), self._newest(cards, TOPIC_ENTRIES))
            for groups, refer in topics
            for identifier, cards in groups.items()
            if has_feed(cards)
        ]
        self._entries: dict[str, str] = {}
        self._wanted = {card.story_id for _, cards in ((None, self.newest), *self.topics) for card in cards}

    def note(self, card: Card) -> None:
        """Prints the story's entry, if a feed will have it: best called while the view of its card is there."""
        if card.story_id in self._wanted:
            self._entry(card)

    def render(self) -> Iterator[Rendered]:
        """Every feed."""
        yield self.of_edition()
        yield self.as_json()
        for topic, cards in self.topics:
            yield self.of_topic(topic, cards)

    def of_edition(self) -> Rendered:
        return self._atom(
            links.feed_path(self.code), "index.html", self.say("site.name"), self.say("feed.subtitle"), self.newest
        )

    def of_topic(self, topic: Ref, newest: Sequence[Card]) -> Rendered:
        title = self.say("site.page_title", title=topic.text, site=self.say("site.name"))
        return self._atom(
            links.topic_feed_path(topic.path), topic.path, title, self.say("feed.topic", name=topic.text), newest
        )

    def as_json(self) -> Rendered:
        """https://www.jsonfeed.org/version/1.1/"""
        path = links.json_feed_path(self.code)
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.say("site.name"),
            "description": self.say("feed.subtitle"),
            "home_page_url": links.absolute("index.html", self.base_url),
            "feed_url": links.absolute(path, self.base_url),
            "icon": links.absolute(links.ICON, self.base_url),
            "language": self.code,
            "authors": [{"name": self.say("site.name")}],
            "items": [self._item(card) for card in self.newest],
        }
        told = {key: value for key, value in feed.items() if value != ""}
        return Rendered(path=path, body=f"{json.dumps(told, ensure_ascii=False, indent=1)}\n".encode())

    def _newest(self, cards: Iterable[Card], most: int) -> list[Card]:
        return sorted(cards, key=self._moment, reverse=True)[:most]

    def _moment(self, card: Card) -> dt.datetime:
        return self.moments[card.story_id]

    def _atom(self, path: str, home: str, title: str, subtitle: str, cards: Sequence[Card]) -> Rendered:
        # Without any story the feed has the oldest possible day (RFC 4287, 4.1.1 wants one).
        updated = self._moment(cards[0]) if cards else dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
        body = self.templates.print(
            "feed/atom.xml",
            lang=self.code,
            author=self.say("site.name"),
            title=title,
            subtitle=subtitle,
            id=self._tag(f"feed/{self.code}" if path == links.feed_path(self.code) else path.removesuffix(".atom")),
            updated=_rfc3339(updated),
            self_url=links.absolute(path, self.base_url),
            home_url=links.absolute(home, self.base_url),
            entries=[self._entry(card) for card in cards],
        )
        return Rendered(path=path, body=body)

    def _entry(self, card: Card) -> str:
        if card.story_id not in self._entries:
            view = self.presenter.card(card)
            self._entries[card.story_id] = self.templates.markup.get_template("feed/atom_entry.xml").render(
                lang=self.code,
                card=view,
                id=self._id(card),
                published=_rfc3339(card.first_seen),
                updated=_rfc3339(self._moment(card)),
                url=links.absolute(view.path, self.base_url),
                content=self._content(card),
            )
        return self._entries[card.story_id]

    def _item(self, card: Card) -> dict[str, Any]:
        view = self.presenter.card(card)
        item = {
            "id": self._id(card),
            "url": links.absolute(view.path, self.base_url),
            "title": strip_forbidden(view.headline),
            "content_html": self._content(card),
            "date_published": _rfc3339(card.first_seen),
            "date_modified": _rfc3339(self._moment(card)),
            "language": self.code,
            "tags": [strip_forbidden(theme.text) for theme in view.themes],
        }
        return {key: value for key, value in item.items() if value not in ("", [])}

    def _content(self, card: Card) -> str:
        return self.templates.markup.get_template("feed/entry.html").render(card=self.presenter.card(card), t=self.say)

    def _id(self, card: Card) -> str:
        return self._tag(f"story/{links.slug(card.story_id)}/{self.code}")

    def _tag(self, name: str) -> str:
        """A tag: address (RFC 4151) of the year in which the archive began."""
        issues = self.presenter.holdings.shelf.issues
        year = issues[0].first_day.year if issues else 1970
        return f"tag:{host(self.base_url) or NO_HOST},{year}:{name}"


def moments_of(holdings: Holdings) -> Mapping[str, dt.datetime]:
    """When each story last had something new (UTC): at first sight, when the editors changed it, or at the end of the week
    that followed it up.

    No two are alike, so that readers of feeds keep the order: where two would be, the later id is a second later.
    """
    taken: dict[str, dt.datetime] = {}
    last = dt.datetime.min.replace(tzinfo=dt.UTC)
    for moment, story_id in sorted(
        (_last_news(holdings, card), story_id) for story_id, card in holdings.stories.items()
    ):
        last = max(moment, last + dt.timedelta(seconds=1)) if taken else moment
        taken[story_id] = last
    return taken


def _last_news(holdings: Holdings, card: Card) -> dt.datetime:
    seen = card.first_seen.astimezone(dt.UTC).replace(microsecond=0)
    # A second later, so that a correction on the day of the first sight is news as well.
    for override in (one for one in card.overrides if is_correction(one.kind)):
        decided = dt.datetime.combine(override.day, dt.time(), holdings.zone).astimezone(dt.UTC)
        seen = max(seen, decided) + dt.timedelta(seconds=1)
    later = holdings.issues_of.get(card.story_id, ())[1:]
    if not later:
        return seen
    issue = later[-1]
    end = dt.datetime.combine(issue.last_day + dt.timedelta(days=1), dt.time(), zoneinfo.ZoneInfo(issue.zone))
    return max(seen, end.astimezone(dt.UTC))


def _rfc3339(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
