"""The pages of one edition: which there are, where they lie, and what each template is given."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType, SimpleNamespace
from typing import Any, TypeVar

from markupsafe import Markup

from pipeline.knowledge.editions import Edition
from pipeline.knowledge.ties import ANNIVERSARY_MONTHS, Ties
from pipeline.model import CalendarRow, Card, CompleteTies, Label, Rendered, TagKind
from pipeline.render import dates, editors, links
from pipeline.render.data import SCHEMA, STORIES, Table, explain_column
from pipeline.render.environment import SHIPPED, Templates
from pipeline.render.feeds import TOPIC_STORIES, has_feed
from pipeline.render.figures import Drawing, Illustrator
from pipeline.render.holdings import Holdings, most_frequent
from pipeline.render.linked_data import cite, describe_page
from pipeline.render.presenter import Presenter
from pipeline.render.search import offered_facets
from pipeline.render.views import AnniversaryView, Group, NameRow, Ref, Row, TieView

# Longer than what search engines show; it keeps a page with many leads from carrying all of them twice.
DESCRIPTION_CHARS = 200
NEIGHBOURS = 24  # cities listed on the page of a network or theme
MOST_ROWS = 30  # cities of a region that are read through without further titles: ten lines in three columns

OfPair = TypeVar("OfPair", Row, TieView, AnniversaryView)


@dataclasses.dataclass(frozen=True, slots=True)
class Twin:
    """The same page in another edition, or itself."""

    lang: str
    name: str
    path: str
    url: str


@dataclasses.dataclass(frozen=True, slots=True)
class Proof:
    """Some pages printed before they are published, in a folder beside that of the archive, which they link to."""

    folder: str
    archive: str
    paths: frozenset[str]  # of the files that the folder holds


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """What every template knows of the page it makes."""

    path: str
    lang: str
    title: str
    full_title: str
    description: str
    url: str  # absolute, "" if the archive has no published address
    twins: tuple[Twin, ...] = ()
    linked_data: str = ""  # JSON-LD, ready to stand in a script element
    proof: Proof | None = None  # where this page lies outside the archive
    script: str = ""  # path of the script that it loads

    @property
    def locale(self) -> str:
        """The language as Open Graph writes it."""
        return self.lang.replace("-", "_")

    def to(self, path: str) -> str:
        """A path of the archive as seen from this page."""
        if self.proof is None or path.partition("#")[0] in self.proof.paths:
            return links.relative(path, self.path)
        return links.relative(f"{self.proof.archive}/{path}", f"{self.proof.folder}/{self.path}")


@dataclasses.dataclass(frozen=True, slots=True)
class Finished:
    """A rendered page with the day its content last changed, for the sitemap."""

    rendered: Rendered
    changed: dt.date | None
    listed: bool = True
    story: Card | None = None  # that the page is about


class Pressroom:
    """Prints the pages of one edition."""

    def __init__(
        self,
        presenter: Presenter,
        editions: Sequence[Edition],
        *,
        base_url: str,
        version: str,
        contact: str,
        home: str = "",
        tables: Sequence[Table] = (),
        proof: Proof | None = None,
        templates: Templates = SHIPPED,
    ) -> None:
        self.presenter = presenter
        self.holdings: Holdings = presenter.holdings
        self.edition = presenter.edition
        self.code = presenter.edition.code
        self.say = presenter.edition.say
        self.editions = editions
        self.base_url = base_url
        self.version = version
        self.contact = contact
        self.tables = tables  # of the page about the data
        self.proof = proof
        self.illustrator = Illustrator(presenter, home)
        self.navigation = navigation(self.edition, self.holdings)
        self.paths = site_paths(self.code)
        self.templates = templates
        self._rows: dict[str, Markup] = {}
        self._made_parts: dict[int, Any] = {}
        self._menus: dict[tuple[str, int, str], Markup] = {}

    def pages(self) -> Iterator[Finished]:
        """Every page of the edition, in a fixed order."""
        yield from self._issues_and_stories()
        yield from self._cities()
        yield from self._terms("networks", TagKind.NETWORK)
        yield from self._terms("themes", TagKind.THEME)
        yield from self._pairs()
        yield from self._lists()
        yield from self._moved()
        yield from self._withdrawn()

    # ----------------------------------------------------------------------------------------------------------- issues

    def _issues_and_stories(self) -> Iterator[Finished]:
        """The issues, each followed by the stories that stand as it told them: while the views of their cards are there."""
        untold = dict(self.holdings.stories)
        for place, issue in enumerate(self.holdings.shelf.issues):
            yield self.issue_page(place)
            for card in issue.cards:
                if untold.get(card.story_id) is card:
                    yield self.story_page(untold.pop(card.story_id))
        for card in untold.values():
            yield self.story_page(card)

    def issue_page(self, place: int) -> Finished:
        """The page of the issue at that place, the oldest being 0."""
        issues = self.holdings.shelf.issues
        issue = issues[place]
        view = self.presenter.issue(issue)
        headlines = self.say("list.sentences").join(card.headline for card in view.lines)
        contents = [
            Ref(self.say(f"issue.{key}"), key.replace("_", "-"))
            for key in (
                "leads",
                "regions",
                "further",
                "agreements",
                "meetings",
                "calendar",
                "calls",
                "anniversaries",
                "background",
                "follow_ups",
                "names",
            )
            if getattr(view, key) or (key == "follow_ups" and (view.corrections or view.left_out))
        ]
        if view.failed or view.consulted:
            contents.append(Ref(self.say("issue.sources"), "sources"))
        return self._page(
            "issue.html",
            view.path,
            title=self.say("issue.title", number=issue.number, period=view.range),
            description=self.say("issue.description", period=view.period, headlines=headlines or view.notice),
            changed=issue.last_day + dt.timedelta(days=1),
            issue=view,
            tie_map=self.illustrator.issue_map(issue),
            contents=contents,
            data=links.data_path(issue.week),
            kind="Article",
            linked={"citation": cite(map(self.presenter.card, issue.cards))},
            previous=self.presenter.issue_ref(issues[place - 1]) if place else None,
            following=self.presenter.issue_ref(issues[place + 1]) if place + 1 < len(issues) else None,
        )

    def story_page(self, card: Card) -> Finished:
        """The page of a story, with its newest card."""
        view = self.presenter.card(card)
        self._row(card)  # while the view is there
        return self._page(
            "story.html",
            view.path,
            title=view.headline,
            description=self.say("stories.description", headline=self._ended(view.headline), n=len(view.sources)),
            changed=max(
                [card.first_seen.astimezone(self.holdings.zone).date(), *(override.day for override in card.overrides)]
            ),
            story=card,
            rankings=self.presenter.rankings(card.story_id),
            card=view,
            kind="Article",
            linked={"isBasedOn": cite([view])},
            issues=[self.presenter.issue_ref(issue) for issue in self.holdings.issues_of.get(card.story_id, ())],
        )

    def _ended(self, headline: str) -> str:
        """The headline as a sentence."""
        stop = self.say("list.stop")
        return headline if headline.endswith((stop.strip(), "!", "?", "\uff01", "\uff1f")) else headline + stop

    def _moved(self) -> Iterator[Finished]:
        for old, target in self.holdings.redirects.items():
            yield self._page(
                "moved.html",
                links.story_path(old, self.code),
                title=self.say("stories.moved_title"),
                description=self.say("stories.retitled"),
                changed=None,
                listed=False,
                target=self.presenter.story_ref(target),
            )

    def _withdrawn(self) -> Iterator[Finished]:
        """A page for every id of a story that was retracted: its address stays, and says when and why."""
        for story_id, override in self.holdings.retracted.items():
            title = self.say("editors.withdrawn_title")
            mark = editors.make_mark(override, self.edition)
            yield self._page(
                "withdrawn.html",
                links.story_path(story_id, self.code),
                title=title,
                description=self.say("editors.withdrawn_on", date=mark.when.text),
                changed=override.day,
                listed=False,
                mark=mark,
                issues=[self.presenter.issue_ref(issue) for issue in self.holdings.issues_of.get(story_id, ())],
                story_id=links.slug(story_id),
            )

    # ----------------------------------------------------------------------------------------------------------- topics

    def _cities(self) -> Iterator[Finished]:
        presenter = self.presenter
        up = Ref(self.say("cities.title"), links.list_path("cities", self.code))
        for city_id, cards in self.holdings.cities.items():
            name = presenter.city(city_id)
            country = presenter.country(presenter.country_of(city_id))
            yield self._topic(
                name,
                cards,
                description=self.say("cities.city_description", city=name.text, stories=self._count(cards)),
                up=up,
                where=[country] if country.text and country.text != name.text else [],
                names=presenter.names_of(city_id) if city_id in presenter.lexicon.cities else (),
                neighbours_title=self.say("cities.partners"),
                neighbours=[
                    (presenter.city(other), Ref(self.say("stories.count", n=n), presenter.pair_path(city_id, other)))
                    for other, n in self.holdings.partners(city_id)
                ],
                upcoming=self._upcoming(cities=(city_id,)),
                ics=self._calendar_of(name) if city_id in self.holdings.entries_of_cities else "",
                tie_map=self.illustrator.city_map(city_id),
                ties=[presenter.tie(tie, seen_from=city_id) for tie in self.holdings.ties.of(city_id)],
                anniversaries=self._anniversaries(Ties(self.holdings.ties.of(city_id))),
                complete=self.holdings.ties.complete_of(city_id),
            )
        yield self._page(
            "topics.html",
            up.path,
            title=up.text,
            description=self.say("cities.description"),
            changed=None,
            groups=self._by_region(self._counted),
            by_region=None,
        )

    def _counted(self, cities: Sequence[str], in_country: bool) -> list[tuple[Ref, int]]:
        """Cities with how many stories they have; under the name of their country they need not say it again."""
        refer = self.presenter.city if in_country else self.presenter.place
        return _by_count((refer(city), len(self.holdings.cities[city])) for city in cities)

    def _named(self, cities: Sequence[str], _: bool) -> list[NameRow]:
        return sorted(self.presenter.name_rows(cities), key=lambda row: row.city.text)

    def _by_region(self, make_rows: Callable[[Sequence[str], bool], Sequence[Any]]) -> list[Group]:
        """All cities by region, those of a region that is too long to read through by country."""
        presenter, lexicon = self.presenter, self.presenter.lexicon
        regions: dict[str, list[str]] = {region: [] for region in (*lexicon.regions, "")}
        for city in self.holdings.cities:
            region = lexicon.region_of(presenter.country_of(city))
            regions[region if region in lexicon.regions else ""].append(city)
        groups = []
        for region, cities in regions.items():
            title = presenter.region(region) if region else self.say("cities.other_region")
            if region and len(cities) > MOST_ROWS:
                groups.append(Group(title, self._by_country(cities, make_rows), is_split=True))
            elif rows := make_rows(cities, False):
                groups.append(Group(title, tuple(rows)))
        return groups

    def _by_country(
        self, cities: Iterable[str], make_rows: Callable[[Sequence[str], bool], Sequence[Any]]
    ) -> tuple[Group, ...]:
        """The country with most cities first."""
        countries: dict[str, list[str]] = {}
        for city in cities:
            countries.setdefault(self.presenter.country(self.presenter.country_of(city)).text, []).append(city)
        names = sorted(countries, key=lambda name: (-len(countries[name]), name))
        groups = (Group(name, tuple(make_rows(countries[name], True))) for name in names)
        return tuple(group for group in groups if group.rows)

    def _terms(self, folder: str, kind: TagKind) -> Iterator[Finished]:
        """Networks and themes: one page each and the list of them."""
        presenter = self.presenter
        is_network = kind is TagKind.NETWORK
        groups = self.holdings.networks if is_network else self.holdings.themes
        refer = presenter.network if is_network else presenter.theme
        up = Ref(self.say(f"{folder}.title"), links.list_path(folder, self.code))
        for identifier, cards in groups.items():
            name = refer(identifier)
            yield self._topic(
                name,
                cards,
                description=self.say(f"{folder}.one_description", name=name.text, stories=self._count(cards)),
                up=up,
                neighbours_title=self.say("networks.cities" if is_network else "themes.related"),
                neighbours=[
                    (presenter.city(city), Ref(self.say("stories.count", n=n)))
                    for city, n in most_frequent(cards, limit=NEIGHBOURS)
                ],
                upcoming=self._upcoming(network=identifier) if is_network else (),
                ics=self._calendar_of(name) if is_network and identifier in self.holdings.entries_of_networks else "",
            )
        yield self._page(
            "topics.html",
            up.path,
            title=up.text,
            description=self.say(f"{folder}.description"),
            changed=None,
            groups=[Group("", tuple(_by_count((refer(key), len(cards)) for key, cards in groups.items())))]
            if groups
            else [],
            by_region=None if is_network else self.illustrator.themes(),
        )

    def _pairs(self) -> Iterator[Finished]:
        presenter = self.presenter
        for pair, cards in self.holdings.pairs.items():
            a, b = presenter.pair(cards[0])
            title = self.say("pairs.title", a=a.text, b=b.text)
            yield self._topic(
                Ref(title, presenter.pair_path(*pair)),
                cards,
                description=self.say("pairs.description", a=a.text, b=b.text, stories=self._count(cards)),
                up=Ref(self.say("cities.title"), links.list_path("cities", self.code)),
                pair=(a, b),
                upcoming=self._upcoming(cities=pair),
                agreements=[
                    presenter.agreement(row, issue) for issue, row in self.holdings.agreements_of.get(pair, ())
                ],
                meetings=_at_home(
                    row
                    for issue, meeting in self.holdings.meetings_of.get(pair, ())
                    for row in presenter.meetings((meeting,), issue)
                ),
                tie_map=self.illustrator.pair_map(pair),
                days=self.illustrator.days(cards),
                ties=_at_home(map(presenter.tie, self.holdings.ties.between(*pair))),
                anniversaries=_at_home(self._anniversaries(Ties(self.holdings.ties.between(*pair)))),
            )

    def _topic(
        self,
        name: Ref,
        cards: Sequence[Card],
        *,
        description: str,
        up: Ref,
        where: Sequence[Ref] = (),
        names: Sequence[tuple[str, str]] = (),
        pair: tuple[Ref, Ref] | None = None,
        neighbours_title: str = "",
        neighbours: Sequence[tuple[Ref, Ref]] = (),
        upcoming: Sequence[Row] = (),
        ics: str = "",
        agreements: Sequence[Row] = (),
        meetings: Sequence[Row] = (),
        tie_map: Drawing | None = None,
        days: Drawing | None = None,
        ties: Sequence[TieView] = (),
        anniversaries: Sequence[AnniversaryView] = (),
        complete: Sequence[CompleteTies] = (),
    ) -> Finished:
        return self._page(
            "topic.html",
            name.path,
            title=name.text,
            description=description,
            changed=max(card.first_seen for card in cards).astimezone(self.holdings.zone).date(),
            name=name,
            up=up,
            where=where,
            names=names,
            pair=pair,
            neighbours_title=neighbours_title,
            neighbours=neighbours,
            upcoming=upcoming,
            ics=ics,
            ics_url=links.absolute(ics, self.base_url) if ics else "",
            agreements=agreements,
            meetings=meetings,
            tie_map=tie_map,
            days=days,
            feed=links.topic_feed_path(name.path) if not pair and has_feed(cards) else "",
            ties=ties,
            complete=complete,
            anniversaries=anniversaries,
            timeline=[self._row(card) for card in cards],
        )

    def _row(self, card: Card) -> Markup:
        """A story as a row of a timeline, printed once: every page with a timeline lies as deep as that of a story."""
        if card.story_id not in self._rows:
            parts = self._parts(links.story_path(card.story_id, self.code))
            self._rows[card.story_id] = parts.row(self.presenter.card(card))
        return self._rows[card.story_id]

    def _parts(self, path: str) -> Any:
        """What pages have in common, the macros of _cards.html, made once for all pages that lie as deep as this one."""
        depth = path.count("/")
        if depth not in self._made_parts:
            page = Page(path=path, lang=self.code, title="", full_title="", description="", url="", proof=self.proof)
            template = self.templates.markup.get_template("html/_cards.html")
            self._made_parts[depth] = template.make_module({"t": self.say, "page": page})
        return self._made_parts[depth]

    def _menu(self, name: str, path: str) -> Markup:
        """A list of links as this page shows it; nearly all pages that lie as deep show the same."""
        items = self.navigation[name]
        key = name, path.count("/"), path if any(item.path == path for item in items) else ""
        if key not in self._menus:
            self._menus[key] = self._parts(path).menu(items, path)
        return self._menus[key]

    def _upcoming(self, *, cities: Sequence[str] = (), network: str = "") -> list[Row]:
        """Coming dates of the latest issue that concern all these cities and the network."""
        presenter, latest = self.presenter, self.holdings.latest
        rows: tuple[CalendarRow, ...] = latest.calendar if latest else ()
        return [
            presenter.calendar_row(row)
            for row in rows
            if (not network or network in row.networks) and presenter.cities_of(row).issuperset(cities)
        ]

    def _anniversaries(self, ties: Ties) -> list[AnniversaryView]:
        """Those that lay ahead when the latest issue was made."""
        latest = self.holdings.latest
        rows = ties.anniversaries(latest.last_day, ANNIVERSARY_MONTHS) if latest else ()
        return list(self.presenter.anniversaries(rows))

    def _agreements(self) -> list[Group]:
        """All of them, by the year of their issues, newest first."""
        years = itertools.groupby(self.holdings.agreements, lambda held: held[0].week[:4])
        return [
            Group(
                dates.known(year, self.edition).text,
                tuple(self.presenter.agreement(row, issue) for issue, row in held),
            )
            for year, held in years
        ]

    def _by_year(self, rows: Iterable[AnniversaryView]) -> list[Group]:
        """Anniversaries by year, after those with a date the ones of which only the year is known."""
        groups = []
        for (year, is_dated), held in itertools.groupby(rows, lambda row: (row.when.iso[:4], len(row.when.iso) > 4)):
            named = dates.known(year, self.edition).text
            groups.append(Group(named if is_dated else self.say("anniversaries.some_day", year=named), tuple(held)))
        return groups

    def _calendar_of(self, name: Ref) -> str:
        return links.calendar_path(name.path)

    def _count(self, cards: Sequence[Card]) -> str:
        return self.say("stories.count", n=len(cards))

    # ------------------------------------------------------------------------------------------------------------ lists

    def _lists(self) -> Iterator[Finished]:
        presenter, latest = self.presenter, self.holdings.latest
        since = latest.last_day + dt.timedelta(days=1) if latest else None
        yield self._list(
            "weeks",
            since,
            issues=[presenter.week(issue) for issue in reversed(self.holdings.shelf.issues)],
            per_week=self.illustrator.weeks(),
        )
        whole = links.calendar_path(links.list_path("calendar", self.code)) if self.holdings.entries else ""
        yield self._list(
            "calendar",
            since,
            months=presenter.months(latest.calendar) if latest else (),
            latest=presenter.issue(latest) if latest else None,
            ics=whole,
            ics_url=links.absolute(whole, self.base_url) if whole else "",
        )
        yield self._list("agreements", since, years=self._agreements())
        yield self._list("anniversaries", since, years=self._by_year(self._anniversaries(self.holdings.ties)))
        yield self._list(
            "search",
            None,
            script=links.SCRIPT,
            facets=offered_facets(presenter),
            indexes=[ref for ref in self.navigation["main"] if ref.path != links.list_path("search", self.code)],
        )
        yield self._data(since)
        yield self._list("names", None, groups=self._by_region(self._named))
        yield self._list("sources", since, specs=presenter.specs())
        yield self._list("corrections", since, rows=presenter.corrections())
        contact_link = links.safe_url(self.contact) or links.mail_link(self.contact)
        yield self._list(
            "about", None, version=self.version, labels=list(Label), contact=self.contact, contact_link=contact_link
        )

    def _data(self, changed: dt.date | None) -> Finished:
        columns = {explain_column(column, self.editions): column for table in self.tables for column in table.columns}
        return self._list(
            "data",
            changed,
            tables=self.tables,
            columns=[SimpleNamespace(name=name, meaning=meaning) for meaning, name in columns.items()],
            stories_path=STORIES,
            schema_path=SCHEMA,
            topic_stories=TOPIC_STORIES,
        )

    def _list(self, name: str, changed: dt.date | None, **context: Any) -> Finished:
        return self._page(
            f"{name}.html",
            links.list_path(name, self.code),
            title=self.say(f"{name}.title"),
            description=self.say(f"{name}.description"),
            changed=changed,
            **context,
        )

    # ------------------------------------------------------------------------------------------------------------- page

    def _page(
        self,
        template: str,
        path: str,
        *,
        title: str,
        description: str,
        changed: dt.date | None,
        listed: bool = True,
        story: Card | None = None,
        data: str = "",
        script: str = "",
        kind: str = "CollectionPage",
        linked: Mapping[str, Any] = MappingProxyType({}),
        **context: Any,
    ) -> Finished:
        if len(description) > DESCRIPTION_CHARS:
            description = f"{description[: DESCRIPTION_CHARS - 1]}…"
        url = links.absolute(path, self.base_url)
        page = Page(
            path=path,
            lang=self.code,
            title=title,
            full_title=self.say("site.page_title", title=title, site=self.say("site.name")),
            description=description,
            url=url,
            twins=self._twins(path),
            script=script,
            proof=self.proof,
            linked_data=describe_page(
                kind,
                title=title,
                description=description,
                lang=self.code,
                url=url,
                site=self.say("site.name"),
                datePublished=changed.isoformat() if changed and kind == "Article" else "",
                **linked,
            ),
        )
        body = self.templates.print(
            f"html/{template}",
            page=page,
            t=self.say,
            cards=self._parts(path),
            navigation=self.navigation,
            menu=self._menu,
            paths=SimpleNamespace(**self.paths, data=data),
            **context,
        )
        return Finished(Rendered(path=path, body=body), changed, listed=listed, story=story)

    def _twins(self, path: str) -> tuple[Twin, ...]:
        stem = path.removesuffix(f"{self.code}.html")
        paths = [(edition, f"{stem}{edition.code}.html") for edition in self.editions]
        return tuple(
            Twin(edition.code, edition.say("site.edition"), twin, links.absolute(twin, self.base_url))
            for edition, twin in paths
        )


def navigation(edition: Edition, holdings: Holdings) -> dict[str, list[Ref]]:
    """Where every page of an edition leads to."""

    def to(name: str) -> Ref:
        return Ref(edition.say(f"nav.{name}"), links.list_path(name, edition.code))

    latest = (
        [Ref(edition.say("nav.latest"), links.issue_path(holdings.latest.week, edition.code))]
        if holdings.latest
        else []
    )
    return {
        "main": [*latest, *map(to, ("search", "weeks", "cities", "networks", "themes", "calendar", "agreements"))],
        "more": [
            *map(to, ("anniversaries", "sources", "names", "corrections")),
            Ref(edition.say("nav.data_page"), links.list_path("data", edition.code)),
            to("about"),
            Ref(edition.say("nav.feed"), links.feed_path(edition.code)),
        ],
    }


def site_paths(code: str) -> dict[str, str]:
    """Paths that templates link to by name."""
    return {
        "home": "index.html",
        "style": links.STYLE,
        "icon": links.ICON,
        "feed": links.feed_path(code),
        "json_feed": links.json_feed_path(code),
        "data_page": links.list_path("data", code),
        "about": links.list_path("about", code),
        "agreements": links.list_path("agreements", code),
        "corrections": links.list_path("corrections", code),
        "anniversaries": links.list_path("anniversaries", code),
        "calendar": links.list_path("calendar", code),
    }


def _at_home(rows: Iterable[OfPair]) -> list[OfPair]:
    """Rows as the page of their pair shows them, which need not lead to itself."""
    return [dataclasses.replace(row, pair_path="") for row in rows]


def _by_count(rows: Iterable[tuple[Ref, int]]) -> list[tuple[Ref, int]]:
    return sorted(rows, key=lambda row: (-row[1], row[0].text))
