"""Issues and cards as an edition shows them: every name, date and count already in words, every link a path in the archive.

The web, the mail and its plain text print the same views, so they cannot disagree.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import itertools
import zoneinfo
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from pipeline.errors import READ_ALL_THE_SAME, Reason
from pipeline.knowledge.editions import Edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.knowledge.publishers import load_publishers
from pipeline.knowledge.tie_table import period_of
from pipeline.knowledge.ties import date_after
from pipeline.model import (
    Access,
    Account,
    Agreement,
    Anniversary,
    ArticleClass,
    CalendarRow,
    Call,
    Card,
    CardCopy,
    CardSource,
    CheckedClaim,
    Conflict,
    CopyKind,
    Correction,
    DatedEvent,
    Issue,
    IssueStatus,
    Label,
    Media,
    Meeting,
    Override,
    OverrideKind,
    Person,
    SourceHealth,
    SourceSpec,
    SourceState,
    TagKind,
    Tie,
    Words,
)
from pipeline.overrides import BY_EDITORS
from pipeline.render import dates, editors, links
from pipeline.render.dates import When
from pipeline.render.entries import Entry, find_entry
from pipeline.render.holdings import Holdings
from pipeline.render.views import (
    AnniversaryView,
    CardView,
    ClaimView,
    ConflictView,
    CopiesView,
    CopyView,
    CorrectionRow,
    Figure,
    HealthView,
    IssueView,
    MonthView,
    NameRow,
    Ranking,
    Ref,
    RegionView,
    Row,
    SourceView,
    SpecView,
    TieView,
    WeekRow,
    WeekView,
)
from pipeline.text.urls import host
from pipeline.text.weeks import days_of, week_of_day

# Languages of the table of names, each with the keys under which a lexicon may hold it.
NAME_LANGUAGES = (("ja", ("ja",)), ("en", ("en",)), ("zh-Hans", ("zh-Hans", "zh")), ("ko", ("ko",)), ("ru", ("ru",)))
# Editions whose script is not Latin: an English name standing in for a missing one is marked as English there.
_OTHER_SCRIPTS = frozenset({"ja", "zh", "ko", "ru", "ar"})
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
NO_COUNTRY = "ZZ"
MOST_TITLE_CHARS = 300  # the longest honest headline in the field's sources stays below 200
# Copies that are told together: those of the text itself, and those that only tell the same.
_COPIES = (
    ("card.copies", (CopyKind.IDENTICAL, CopyKind.SYNDICATED, CopyKind.TRUNCATED)),
    ("card.rewritten", (CopyKind.REWRITTEN,)),
    ("card.translated", (CopyKind.TRANSLATED,)),
)
# Views of cards that are kept: those of an issue and more. All of them would be half of what ten years take in memory.
VIEWS_KEPT = 200
K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


def _once(method: Callable[[Presenter, K], T]) -> Callable[[Presenter, K], T]:
    """The method, worked out once for every id: a name stands on thousands of pages."""

    @functools.wraps(method)
    def remembered(self: Presenter, identifier: K) -> T:
        known: dict[K, T] = self._known[method.__name__]
        if identifier not in known:
            known[identifier] = method(self, identifier)
        return known[identifier]

    return remembered


class Presenter:
    """Speaks one edition's language about one archive."""

    def __init__(self, holdings: Holdings, lexicon: Lexicon, edition: Edition) -> None:
        self.holdings = holdings
        self.lexicon = lexicon
        self.edition = edition
        self.say = edition.say
        self.publishers = load_publishers().with_sources(holdings.shelf.sources.values())
        self._made: dict[int, tuple[Card, CardView]] = {}
        self._known: dict[str, dict[Any, Any]] = defaultdict(dict)

    # ------------------------------------------------------------------------------------------------------------ names

    @_once
    def city(self, city_id: str) -> Ref:
        path = links.city_path(city_id, self.edition.code) if city_id in self.holdings.cities else ""
        return dataclasses.replace(self._named(TagKind.CITY, city_id), path=path)

    @_once
    def place(self, city_id: str) -> Ref:
        """A city with its country, once where both have one name."""
        city = self.city(city_id)
        country = self.country(self.country_of(city_id)).text
        if not country or country == city.text:
            return city
        return dataclasses.replace(city, text=self.say("card.place", city=city.text, country=country))

    def country_of(self, city_id: str) -> str:
        """ISO code, "" for a city that the lexicon does not know."""
        return self.lexicon.cities[city_id].country if city_id in self.lexicon.cities else ""

    @_once
    def country(self, code: str) -> Ref:
        return Ref("") if code in ("", NO_COUNTRY) else self._named(TagKind.COUNTRY, code)

    @_once
    def network(self, network_id: str) -> Ref:
        path = links.network_path(network_id, self.edition.code) if network_id in self.holdings.networks else ""
        return dataclasses.replace(self._named(TagKind.NETWORK, network_id), path=path)

    @_once
    def theme(self, theme_id: str) -> Ref:
        path = links.theme_path(theme_id, self.edition.code) if theme_id in self.holdings.themes else ""
        return dataclasses.replace(self._named(TagKind.THEME, theme_id), path=path)

    @_once
    def event_type(self, event_id: str) -> str:
        key = f"kind.{event_id}"
        return self.say(key) if self.edition.has(key) else self._named(TagKind.EVENT, event_id).text

    def region(self, region_id: str) -> str:
        names = self.lexicon.regions.get(region_id)
        return (names.get(self.edition.code) or names["en"]) if names else self.say("region.world")

    @_once
    def language(self, tag: str) -> str:
        """The language's name, without its script if the edition has no word for both; else the tag itself."""
        for known in (tag, tag.split("-")[0]):
            if self.edition.has(f"language.{known}"):
                return self.say(f"language.{known}")
        return tag

    def outlet(self, source_id: str, url: str = "", names: dict[str, str] | None = None) -> Ref:
        """The name of a source, even of one that is no longer in the catalogue: then as `names` or its address have it."""
        listed = self._listed(source_id)
        if listed.text:
            return listed
        named = self._named_outlet(names or {})
        return Ref(named.text or host(url) or source_id, listed.path, named.lang)

    @_once
    def _listed(self, source_id: str) -> Ref:
        """A source of the catalogue, without a name if it has none; nothing for any other."""
        spec = self.holdings.shelf.sources.get(source_id)
        if spec is None:
            return Ref("")
        path = f"{links.list_path('sources', self.edition.code)}#{source_anchor(source_id)}"
        return dataclasses.replace(self._named_outlet(spec.names), path=path)

    def _named_outlet(self, names: Mapping[str, str]) -> Ref:
        for language in (self.edition.code, "en", *names):
            if names.get(language):
                return Ref(names[language], lang="" if language == self.edition.code else language)
        return Ref("")

    def join(self, texts: Iterable[str]) -> str:
        return self.say("list.separator").join(filter(None, texts))

    def _named(self, kind: TagKind, identifier: str) -> Ref:
        text = self.lexicon.name(kind, identifier, self.edition.code)
        foreign = text.isascii() and self.edition.code.split("-")[0] in _OTHER_SCRIPTS and text != identifier
        return Ref(text, lang="en" if foreign and any(character.islower() for character in text) else "")

    # ------------------------------------------------------------------------------------------------------------ cards

    @_once
    def story_ref(self, story_id: str) -> Ref:
        """A story by its headline, with its page if the archive has one."""
        card = self._story(story_id)
        if card is None and story_id in self.holdings.retracted:
            return Ref(self.say("editors.withdrawn_title"), links.story_path(story_id, self.edition.code))
        if card is None:
            return Ref(self.say("story.title"))
        return Ref(self.words(card).headline, links.story_path(story_id, self.edition.code))

    def words(self, card: Card) -> Words:
        """The edition's words; those of another one for issues that were made before this edition was.

        Of a story that was withdrawn only that.
        """
        if not card.words:
            return Words(headline=self.say("editors.withdrawn_title"), sentences=(), engine=BY_EDITORS)
        return card.words.get(self.edition.code) or next(iter(card.words.values()))

    def card(self, card: Card) -> CardView:
        """The view of a card. It is large, and kept only for a while: who prints it on many pages keeps what was printed."""
        # By identity, since cards hold dicts and have no hash; the card is kept so that its identity stays taken.
        if id(card) not in self._made:
            if len(self._made) >= VIEWS_KEPT:
                self._made.clear()
            self._made[id(card)] = (card, self._card(card))
        return self._made[id(card)][1]

    def _card(self, card: Card) -> CardView:
        code = self.edition.code
        words = self.words(card)
        first = card.lead.get(code, "")
        sources = sorted(card.sources, key=lambda source: source.article_id != first)
        pair = self._pair(card)
        return CardView(
            id=links.slug(card.story_id),
            path=links.story_path(card.story_id, code) if self.holdings.has_story(card.story_id) else "",
            headline=words.headline,
            sentences=words.sentences,
            machine="" if words.engine in editors.OURS else self.say("card.machine", engine=words.engine),
            event=self._event(card),
            published=dates.published(card.published, self.edition, with_time=True),
            first_seen=dates.seen(card.first_seen, self.holdings.zone, self.edition),
            filed=self.filed(card),
            places=self.places(card),
            pair=(self.city(pair[0]), self.city(pair[1])) if pair else None,
            pair_path=self.pair_path(*pair) if pair else "",
            kinds=self.kinds(card),
            networks=tuple(self.network(network) for network in card.networks),
            themes=tuple(self.theme(theme) for theme in card.themes),
            people=self.people(card),
            sources=tuple(self._source(source, card) for source in sources),
            families=self._families(card),
            more_sources=self.say("card.more_sources", n=len(sources) - 1) if len(sources) > 1 else "",
            conflicts=tuple(self._conflict(conflict, card) for conflict in card.conflicts),
            unverified=card.unverified,
            follow_up=card.follow_up,
            background=card.article_class is ArticleClass.BACKGROUND,
            called_off=card.called_off,
            ics=self._ics_ahead(card),
            why=words.why,
            claims=tuple(self._claim(claim, card) for claim in card.claims),
            earlier=self._earlier(card),
            development=editors.say_development(card.development, self.edition) if card.development else "",
            marks=editors.make_marks(card, self.edition),
            withdrawn=editors.say_withdrawn(card.overrides, self.edition),
        )

    def _earlier(self, card: Card) -> Ref | None:
        """The issue that a follow-up follows."""
        issue = self._issues.get(card.development.week) if card.development else None
        if issue is None:
            return None
        since = self.say("development.since", issue=self.say("issue.number", number=issue.number))
        path = links.issue_path(issue.week, self.edition.code)
        is_there = any(
            other.story_id == card.story_id for other in issue.cards
        )  # else under an id that was merged since
        return Ref(since, f"{path}#story-{links.slug(card.story_id)}" if is_there else path)

    @functools.cached_property
    def _issues(self) -> dict[str, Issue]:
        return {issue.week: issue for issue in self.holdings.shelf.issues}

    def kinds(self, card: Card) -> tuple[str, ...]:
        """What happened; first of all a call, where the story has no other date than the last day to apply."""
        kinds = tuple(self.event_type(event) for event in card.event_types)
        return (self.say("card.call"), *kinds) if card.event and card.event.deadline else kinds

    def _event(self, card: Card) -> When | None:
        """The date of the event, marked where it is not the only one that is told."""
        if card.event is None:
            return None
        return self._happening(card.event, card)

    def _happening(self, event: DatedEvent, card: Card) -> When:
        """A date of a story's, marked if accounts of the event's day differ and it is one of them."""
        when = dates.happening(event, self.edition)
        told = [a.value for conflict in card.conflicts if conflict.fact == "event_date" for a in conflict.accounts]
        is_one = event == card.event or any(value.startswith(event.start.isoformat()) for value in told)
        return dataclasses.replace(when, certainty="disputed") if told and is_one else when

    def filed(self, card: Card) -> When:
        """The day it stands under in lists."""
        if card.event:
            return dates.happening(card.event, self.edition)
        if card.published:
            return dates.published(card.published, self.edition)
        seen = dates.seen(card.first_seen, self.holdings.zone, self.edition)
        return dataclasses.replace(seen, text=f"{self.say('card.first_seen')} {seen.text}")

    def _families(self, card: Card) -> str:
        return self.say("card.one_family") if card.families < 2 else self.say("card.families", n=card.families)

    def places(self, card: Card) -> tuple[Ref, ...]:
        """Its cities, else its countries."""
        cities = tuple(self.place(city) for city in card.cities)
        return cities or tuple(self.country(country) for country in card.countries)

    def people(self, card: Card) -> tuple[str, ...]:
        """Persons with their roles, as the sources spell them."""
        return tuple(
            self.say("card.person", name=person.name, role=person.role) if person.role else person.name
            for person in card.persons
        )

    def _pair(self, card: Card) -> tuple[str, str] | None:
        """The pair as the words name it: the city with more weight first."""
        if card.pair is None:
            return None
        rank = {city: place for place, city in enumerate(card.cities)}
        a, b = sorted(card.pair, key=lambda city: rank.get(city, len(rank)))
        return a, b

    def pair(self, card: Card) -> tuple[Ref, ...]:
        """The two cities that it is about, as the words name them; nothing if there are none."""
        return tuple(map(self.city, self._pair(card) or ()))

    def pair_path(self, a: str, b: str) -> str:
        first, second = sorted((a, b))
        return links.pair_path(a, b, self.edition.code) if (first, second) in self.holdings.pairs else ""

    def _source(self, source: CardSource, card: Card) -> SourceView:
        spec = self.holdings.shelf.sources.get(source.source_id)
        base = source.language.split("-")[0]
        is_organiser = Label.ORGANISER in source.labels or source.family in card.organisers
        return SourceView(
            outlet=self.outlet(source.source_id, source.url),
            language=self.language(source.language),
            country=self.country(spec.country).text if spec else "",
            labels=self.labels((*source.labels, Label.ORGANISER) if is_organiser else source.labels),
            is_organiser=is_organiser,
            when=dates.published(source.published, self.edition, short=True),
            title=shorten(source.title),
            lang="" if source.language == "und" else source.language,
            direction="rtl" if base in _RIGHT_TO_LEFT else "",
            url=source.url,
            title_only=source.title_only,
            access=self._access(source),
            origin=self.join((self._voice(source, card), self._translated(source))),
            references=self.join(self._further_origins(source)),
            copies=(copies := tuple(self._copies(source))),
            copies_text=self.join(kind.text for kind in copies),
        )

    def _voice(self, source: CardSource, card: Card) -> str:
        """Whose report it is, "" where it is the source's own or nobody's."""
        if source.voice in ("", source.family):
            return ""
        key = "card.after_organiser" if source.voice in card.organisers else "card.after"
        return self.say(key, name=self.publishers.name(source.voice, self.edition.code))

    def _translated(self, source: CardSource) -> str:
        if source.translated_from in ("", "und"):
            return self.say("card.translation") if source.translated_from else ""
        return self.say("card.translated_from", language=self.language(source.translated_from))

    def _further_origins(self, source: CardSource) -> list[str]:
        """What it credits beside the publisher whose report it is."""
        return [name for name in source.references if not source.voice or self.publishers.find(name) != source.voice]

    def _copies(self, source: CardSource) -> Iterable[CopiesView]:
        for key, kinds in _COPIES if source.copies else ():
            copies = tuple(self._copy(copy) for copy in source.copies if copy.kind in kinds)
            if copies:
                yield CopiesView(self.say(key, n=len(copies)), copies)

    def _copy(self, copy: CardCopy) -> CopyView:
        key = f"copy.{copy.kind}"
        return CopyView(self.outlet(copy.source_id, copy.url), copy.url, self.say(key) if self.edition.has(key) else "")

    def _access(self, source: CardSource) -> str:
        if source.media is not Media.PAGE:
            return self.say(f"media.{source.media}")
        return "" if source.access is Access.OPEN else self.say(f"access.{source.access}")

    @_once
    def labels(self, labels: tuple[Label, ...]) -> tuple[str, ...]:
        """A source's labels in words, that of an organiser last."""
        ordered = sorted(dict.fromkeys(labels), key=lambda label: label is Label.ORGANISER)
        return tuple(self.say(f"label.{label}") for label in ordered) or (self.say("label.none"),)

    def _conflict(self, conflict: Conflict, card: Card) -> ConflictView:
        key = f"card.fact.{conflict.fact}"
        return ConflictView(
            fact=self.say(key) if self.edition.has(key) else conflict.fact,
            accounts=tuple(self._account(account, conflict.fact, card) for account in conflict.accounts),
        )

    def _claim(self, claim: CheckedClaim, card: Card) -> ClaimView:
        """Who says that two cities are tied, and whether that is known."""
        told = self._tellers(Account(value="", article_ids=claim.article_ids), card)
        outlets = self._join_all(list(dict.fromkeys(name for names in told.values() for name in names)) or [""])
        names = {"a": self.city(claim.a).text, "b": self.city(claim.b).text}
        of_kind = f"claim.{claim.verdict}.{claim.kind}"
        return ClaimView(
            text=self.say("claim.said", outlets=outlets, **names) if outlets else self.say("claim.tied", **names),
            verdict=claim.verdict.value,
            verdict_text=self.say(of_kind if self.edition.has(of_kind) else f"claim.verdict.{claim.verdict}"),
            url=claim.source,
            host=host(claim.source),
        )

    def _account(self, account: Account, fact: str, card: Card) -> str:
        """A sentence: who gives which value."""
        value = self._value(account)
        key = f"card.account.{fact}"
        tellers = self._tellers(account, card)
        if not tellers or not self.edition.has(key):
            return value
        told = (
            self._join_all(names) + (self.say("paren.inside", text=voice) if voice else "")
            for voice, names in tellers.items()
        )
        return self.say(key, outlets=self.say("list.groups").join(told), value=value)

    def _join_all(self, names: Sequence[str]) -> str:
        *others, last = names
        return self.say("list.and", names=self.join(others), last=last) if others else last

    def _tellers(self, account: Account, card: Card) -> dict[str, list[str]]:
        """The sources that give a value, best first, by whose report it is ("" for their own); copies if there is nobody else."""
        told = [source for source in card.sources if source.article_id in account.article_ids]
        copies = [copy for source in card.sources for copy in source.copies if copy.article_id in account.article_ids]
        found: dict[str, dict[str, None]] = {}
        for source in told:
            name = self.outlet(source.source_id, source.url).text
            found.setdefault(self._voice(source, card), {}).setdefault(name)
        for copy in copies if not told else ():
            found.setdefault("", {}).setdefault(self.outlet(copy.source_id, copy.url).text)
        return {voice: list(names) for voice, names in found.items()}

    def _value(self, account: Account) -> str:
        """Days as the edition writes them, figures with what they count, cities by name, persons with their office."""
        if account.value in self.lexicon.cities:
            return self.place(account.value).text
        if self.edition.has(f"counted.{account.counted}.other") and account.value.isdecimal():
            return self.say(f"counted.{account.counted}", n=int(account.value))
        if self.edition.has(f"office.{account.counted}"):
            return self.say("card.person", name=account.value, role=self.say(f"office.{account.counted}"))
        try:
            first, _, last = account.value.partition("/")
            start = dt.date.fromisoformat(first)
            return dates.format_range(start, dt.date.fromisoformat(last) if last else start, self.edition)
        except ValueError:
            return account.value

    # ----------------------------------------------------------------------------------------------------------- issues

    def issue_ref(self, issue: Issue) -> Ref:
        text = self.say("issue.number", number=issue.number)
        return Ref(text, links.issue_path(issue.week, self.edition.code))

    def period(self, issue: Issue) -> str:
        return dates.format_period(issue.first_day, issue.last_day, self.edition)

    def week(self, issue: Issue) -> WeekRow:
        """An issue as a row of the list of all."""
        return WeekRow(
            week=issue.week,
            path=links.issue_path(issue.week, self.edition.code),
            number=self.say("issue.number", number=issue.number),
            period=self.period(issue),
            summary=self._summary(issue),
            headlines=tuple(self.words(card).headline for card in self._top_three(issue)),
            mark=self._mark(issue),
        )

    def _mark(self, issue: Issue) -> str:
        return {IssueStatus.QUIET: "quiet", IssueStatus.COLLECTION_FAILED: "failed"}.get(issue.status, "")

    def issue(self, issue: Issue) -> IssueView:
        leads = tuple(self.card(card) for card in issue.leads)
        regions = tuple(
            RegionView(links.slug(section.region), self.region(section.region), tuple(map(self.card, section.cards)))
            for section in issue.regions
            if section.cards
        )
        problems = [self.health(entry) for entry in issue.health if entry.problem]
        title, notice = self._notice(issue)
        return IssueView(
            week=issue.week,
            path=links.issue_path(issue.week, self.edition.code),
            number=self.say("issue.number", number=issue.number),
            period=self.period(issue),
            range=dates.format_range(issue.first_day, issue.last_day, self.edition),
            zone=issue.zone,
            status=issue.status.value,
            notice_title=title,
            notice=notice,
            summary=self._summary(issue),
            lines=tuple(self.card(card) for card in self._top_three(issue)),
            leads=leads,
            regions=regions,
            agreements=tuple(self.agreement(row) for row in issue.agreements),
            meetings=self.meetings(issue.meetings, issue),
            calendar=tuple(self.calendar_row(row) for row in issue.calendar),
            calls=tuple(self._call(row) for row in issue.calls),
            anniversaries=self.anniversaries(issue.anniversaries),
            background=tuple(self.card(card) for card in issue.background),
            figures=self._figures(issue),
            languages=tuple(
                self.say("figures.language", language=self.language(tag), n=count)
                for tag, count in sorted(issue.figures.languages.items(), key=lambda item: (-item[1], item[0]))
            ),
            follow_ups=tuple(self.card(card) for card in issue.follow_ups),
            further=tuple(self.card(card) for card in issue.further),
            corrections=tuple(self._correction(row) for row in issue.corrections),
            left_out=tuple(self._correction(row) for row in issue.overrides if row.kind is OverrideKind.HIDE),
            names=self.name_rows(issue.names),
            failed=tuple(view for view in problems if not view.is_read),
            doubtful=tuple(view for view in problems if view.is_read),
            consulted=tuple(
                self.outlet(entry.source_id, names=entry.names) for entry in issue.health if not entry.problem
            ),
            mark=self._mark(issue),
        )

    def _correction(self, row: Correction | Override) -> CorrectionRow:
        """A correction or decision, with the last issue that had the story when it was told, else that has it now."""
        had = self.holdings.issues_of.get(row.story_id, ())
        week = row.week if isinstance(row, Correction) else had[-1].week if had else ""
        issue = self._issues.get(week)
        return CorrectionRow(
            mark=editors.make_mark(row, self.edition),
            story=self.story_ref(row.story_id),
            issue=self.issue_ref(issue) if issue else None,
        )

    def corrections(self) -> tuple[CorrectionRow, ...]:
        """Everything that the editors changed or withdrew, the latest first; also what no issue has told yet."""
        told = [row for issue in self.holdings.shelf.issues for row in issue.corrections]
        known = {(row.story_id, row.kind, row.day) for row in told}
        new = [
            override
            for override in self.holdings.shelf.overrides
            if editors.is_correction(override.kind) and (override.story_id, override.kind, override.day) not in known
        ]
        rows: list[Correction | Override] = [*told, *new]
        rows.sort(key=lambda row: (row.story_id, row.kind))
        return tuple(self._correction(row) for row in sorted(rows, key=lambda row: row.day, reverse=True))

    def rankings(self, story_id: str) -> tuple[Ranking, ...]:
        """Why the story stood where it stood in each of its issues, latest first."""
        cards = (
            (issue, card)
            for issue in reversed(self.holdings.issues_of.get(story_id, ()))
            for card in issue.cards
            if card.story_id == story_id and card.reasons
        )
        return tuple(
            Ranking(
                issue=self.issue_ref(issue),
                score=f"{card.score:.2f}",
                parts=tuple((self._reason(key), f"{part:+.2f}") for key, part in card.reasons.items()),
            )
            for issue, card in cards
        )

    def _reason(self, key: str) -> str:
        return self.say(f"ranking.{key}") if self.edition.has(f"ranking.{key}") else key

    def _notice(self, issue: Issue) -> tuple[str, str]:
        match issue.status:
            case IssueStatus.COLLECTION_FAILED:
                return self.say("issue.failed_title"), self.say("issue.failed")
            case IssueStatus.QUIET:
                return self.say("issue.quiet_title"), self.say("issue.quiet" if issue.cards else "issue.quiet_empty")
            case IssueStatus.FULL:
                return "", ""

    def _top_three(self, issue: Issue) -> tuple[Card, ...]:
        """The leads, then other news in reading order. Fewer than two stories need no summary."""
        news = itertools.chain(issue.leads, (card for section in issue.regions for card in section.cards))
        return tuple(itertools.islice((card for card in news if card.words), 3)) if len(issue.cards) > 1 else ()

    def _summary(self, issue: Issue) -> tuple[str, ...]:
        figures = issue.figures
        counts = (
            ("stories", figures.stories),
            ("articles", figures.articles),
            ("families", figures.families),
            ("languages", len(figures.languages)),
        )
        return tuple(self.say(f"figures.{name}", n=count) for name, count in counts if count)

    def _figures(self, issue: Issue) -> tuple[Figure, ...]:
        figures, code = issue.figures, self.edition.code
        first = next((name for name in ("leads", "regions", "follow-ups", "background") if _has(issue, name)), "")
        rows = (
            ("stories", figures.stories, first),
            ("articles", figures.articles, first),
            ("copies", figures.copies, first),
            ("sources", figures.sources, "sources"),
            ("families", figures.families, links.list_path("sources", code)),
            ("languages", len(figures.languages), ""),
            ("cities", figures.cities, "names" if issue.names else ""),
            ("countries", figures.countries, "names" if issue.names else ""),
        )
        return tuple(Figure(self.say(f"figures.{name}", n=count), target) for name, count, target in rows if count)

    def agreement(self, row: Agreement, issue: Issue | None = None) -> Row:
        return Row(
            when=self._when(row.date, row.story_id),
            cities=tuple(self.city(city) for city in row.cities),
            networks=(),
            kind=self.event_type(row.event_type),
            status=row.status.value,
            status_text=self.say(f"agreement.state.{row.status}"),
            story=self.story_ref(row.story_id),
            pair_path=self.pair_path(*row.cities) if len(row.cities) == 2 else "",
            issue=self.issue_ref(issue) if issue else None,
        )

    def meetings(self, rows: Iterable[Meeting], issue: Issue) -> tuple[Row, ...]:
        """The meetings of an issue, each with what its card there says of it."""
        cards = {card.story_id: card for card in issue.cards}
        return tuple(self._meeting(row, cards.get(row.story_id)) for row in rows)

    def _meeting(self, row: Meeting, card: Card | None) -> Row:
        return Row(
            when=self._when(row.date, row.story_id),
            cities=(self.city(row.a), self.city(row.b)),
            networks=(),
            kind=self.event_type(row.event_type),
            status="",
            status_text="",
            story=self.story_ref(row.story_id),
            pair_path=self.pair_path(row.a, row.b),
            place=self.city(card.host) if card and card.host else None,
            people=self._office_holders(card) if card else (),
            sources=self.say("sources.count", n=len(card.sources)) if card and card.sources else "",
        )

    def _office_holders(self, card: Card) -> tuple[str, ...]:
        """Those of whom the sources say which office they hold, by name and office."""
        return tuple(
            self.say("card.person", name=person.name, role=self._office(person))
            for person in card.persons
            if person.role
        )

    def _office(self, person: Person) -> str:
        """The office in the edition's language where it has a word for it, else as the text spells it."""
        key = f"office.{person.role_id}"
        return self.say(key) if person.role_id and self.edition.has(key) else person.role

    def _call(self, row: Call) -> Row:
        card = self._story(row.story_id)
        entry = self._entry(row.story_id, row.deadline)
        sources = self.card(card).sources if card else ()
        return Row(
            when=dates.happening(msgspec.structs.replace(row.deadline, deadline=False), self.edition),
            cities=tuple(self.place(city) for city in row.cities),
            networks=tuple(self.network(network) for network in row.networks),
            kind="",
            status="",
            status_text="",
            story=self.story_ref(row.story_id),
            ics=self._ics(entry) if entry else "",
            is_deadline=True,
            is_off=entry is not None and entry.is_off,
            source=sources[0] if sources else None,
        )

    # ----------------------------------------------------------------------------------------------------------- entries

    def _entry(self, story_id: str, date: DatedEvent) -> Entry | None:
        story = self.holdings.redirects.get(story_id, story_id)
        return find_entry(self.holdings.entries.get(story, ()), date)

    def _ics(self, entry: Entry) -> str:
        return links.entry_path(entry.story_id, entry.told_as, self.edition.code, is_call=entry.is_call)

    def _ics_ahead(self, card: Card) -> str:
        """The calendar file of the card's own date, "" if that has passed when the latest issue was made or was called off."""
        latest = self.holdings.latest
        entry = self._entry(card.story_id, card.event) if card.event else None
        is_ahead = entry is not None and latest is not None and not entry.is_off and entry.last_day > latest.last_day
        return self._ics(entry) if entry and is_ahead else ""

    def entry_title(self, entry: Entry) -> str:
        """The story's headline, with a word before it where the date is not its own, is the last day to apply, or is off."""
        if entry.is_withdrawn:
            return self.say("calendar.withdrawn")
        headline = self.words(entry.card).headline
        if entry.date.deadline:
            headline = self.say("calendar.deadline", headline=headline)
        elif not entry.is_main:
            headline = self.say("calendar.related", headline=headline)
        return self.say("calendar.off", headline=headline) if entry.is_off else headline

    def entry_places(self, entry: Entry) -> tuple[Ref, ...]:
        """Where it takes place, else the story's cities. The last day to apply has no place."""
        if entry.date.deadline:
            return ()
        return tuple(self.place(city) for city in ((entry.card.host,) if entry.card.host else entry.card.cities[:3]))

    def entry_categories(self, entry: Entry) -> tuple[str, ...]:
        """What kind of event, networks, themes."""
        card = entry.card
        named = (*map(self.network, card.networks), *map(self.theme, card.themes))
        return tuple(dict.fromkeys((*self.kinds(card)[:2], *(ref.text for ref in named))))

    def join_places(self, places: Iterable[Ref]) -> str:
        return self.say("list.places").join(place.text for place in places)

    def months(self, rows: Iterable[CalendarRow]) -> tuple[MonthView, ...]:
        """Coming dates by month and week, soonest first."""
        ordered = sorted(rows, key=lambda row: (row.date.start, row.date.end or row.date.start, row.story_id))
        return tuple(
            MonthView(
                id=f"{year:04d}-{month:02d}",
                title=dates.format_month(dt.date(year, month, 1), self.edition),
                weeks=tuple(
                    WeekView(dates.format_span(*days_of(week), self.edition), tuple(map(self.calendar_row, held)))
                    for week, held in itertools.groupby(of_month, lambda row: week_of_day(row.date.start))
                ),
            )
            for (year, month), of_month in itertools.groupby(
                ordered, lambda row: (row.date.start.year, row.date.start.month)
            )
        )

    def cities_of(self, row: CalendarRow) -> set[str]:
        """All cities of the story whose date this is; the row itself names the first ones."""
        card = self._story(row.story_id)
        return {*row.cities, *(card.cities if card else ())}

    def calendar_row(self, row: CalendarRow) -> Row:
        """A date ahead. One that is not its story's own says so, since the headline is about something else."""
        story = self.story_ref(row.story_id)
        card = self._story(row.story_id)
        is_own = card is not None and card.event is not None and card.event.start == row.date.start
        if not is_own and not row.date.deadline:
            story = dataclasses.replace(story, text=self.say("calendar.related", headline=story.text))
        entry = self._entry(row.story_id, row.date)
        return Row(
            when=self._when(row.date, row.story_id),
            cities=tuple(self.place(city) for city in row.cities),
            networks=tuple(self.network(network) for network in row.networks),
            kind="",
            status="",
            status_text="",
            story=story,
            ics=self._ics(entry) if entry else "",
            is_deadline=row.date.deadline,
            is_off=entry is not None and entry.is_off,
        )

    def _when(self, event: DatedEvent | None, story_id: str) -> When | None:
        if event is None:
            return None
        card = self._story(story_id)
        return self._happening(event, card) if card else dates.happening(event, self.edition)

    def _story(self, story_id: str) -> Card | None:
        return self.holdings.stories.get(self.holdings.redirects.get(story_id, story_id))

    def anniversaries(self, rows: Iterable[Anniversary]) -> tuple[AnniversaryView, ...]:
        """Soonest first; one whose day is not known stands where the last day that it can be would."""

        def last_day(row: Anniversary) -> tuple[dt.date, dt.date]:
            start, end = period_of(date_after(row.since, row.years))
            return end, start

        return tuple(self._anniversary(row) for row in sorted(rows, key=last_day))

    def _anniversary(self, row: Anniversary) -> AnniversaryView:
        since = dates.known(row.since, self.edition, short=True)
        return AnniversaryView(
            when=dates.known(date_after(row.since, row.years), self.edition),
            cities=self._tied(row.a, row.b),
            pair_path=self.pair_path(row.a, row.b),
            years=self.say("tie.years", n=row.years),
            tie=self.say("anniversary.tie", kind=self.say(f"tie.kind.{row.kind}"), date=since.text),
            url=row.source,
            host=host(row.source),
        )

    def tie(self, row: Tie, *, seen_from: str = "") -> TieView:
        """A tie as a page shows it; on the page of the city `seen_from` it names the other one."""
        return TieView(
            cities=(self.place(row.b if seen_from == row.a else row.a),) if seen_from else self._tied(row.a, row.b),
            pair_path=self.pair_path(row.a, row.b),
            kind=self.say(f"tie.kind.{row.kind}"),
            since=dates.known(row.since, self.edition, short=True) if row.since else None,
            until=dates.known(row.until, self.edition, short=True) if row.until else None,
            url=row.source,
            host=host(row.source),
            retrieved=dates.known(row.retrieved.isoformat(), self.edition, short=True),
        )

    def _tied(self, a: str, b: str) -> tuple[Ref, Ref]:
        """Two tied cities, the one that the archive tells more of first."""
        known = self.holdings.cities
        first, second = sorted((a, b), key=lambda city: (-len(known.get(city, ())), city))
        return self._told_apart(first), self._told_apart(second)

    def _told_apart(self, city_id: str) -> Ref:
        """A city of a tie, with its country where another tied city has the same name: オークランド is Oakland and Auckland."""
        city = self.city(city_id)
        return self.place(city_id) if self._tied_names[city.text] > 1 else city

    @functools.cached_property
    def _tied_names(self) -> Counter[str]:
        tied = {city for tie in self.holdings.ties.rows for city in (tie.a, tie.b)}
        return Counter(self.lexicon.name(TagKind.CITY, city, self.edition.code) for city in tied)

    def name_rows(self, cities: Iterable[str]) -> tuple[NameRow, ...]:
        """Cities with their names in every language of the table; those that the lexicon does not know are left out."""
        known = (city_id for city_id in cities if city_id in self.lexicon.cities)
        return tuple(NameRow(self.place(city_id), self.names_of(city_id)) for city_id in known)

    @_once
    def names_of(self, city_id: str) -> tuple[tuple[str, str], ...]:
        """(language, name), the edition's own language left out; "" where no name is known."""
        names = self.lexicon.cities[city_id].names
        return tuple(
            (language, next((names[key] for key in keys if names.get(key)), ""))
            for language, keys in NAME_LANGUAGES
            if language != self.edition.code
        )

    # ---------------------------------------------------------------------------------------------------------- sources

    def health(self, health: SourceHealth) -> HealthView:
        return HealthView(
            outlet=self.outlet(health.source_id, names=health.names),
            problem=self._problem(health),
            is_read=not health.problem or health.problem in READ_ALL_THE_SAME,
            last_ok=self._seen(health.last_ok),
            newest=self._seen(health.newest),
            rhythm=dates.format_rhythm(health.rhythm_h, self.edition) if health.rhythm_h else "",
        )

    def _seen(self, moment: dt.datetime | None) -> When | None:
        return dates.seen(moment, self._zone, self.edition) if moment else None

    def _problem(self, health: SourceHealth) -> str:
        if not health.problem:
            return ""
        known = health.problem if self.edition.has(f"reason.{health.problem}") else "unknown"
        details = self._stale_since(health) if health.problem == Reason.STALE else self._times(health)
        return self.say(f"reason.{known}") + (self.say("paren.inside", text=details) if details else "")

    def _times(self, health: SourceHealth) -> str:
        counts: dict[str, int] = {Reason.EMPTY: health.empties, Reason.ACCESS_REFUSED: health.refusals}
        times = counts.get(health.problem) or health.failures
        return self.say("sources.times", n=times) if times > 1 else ""

    def _stale_since(self, health: SourceHealth) -> str:
        newest = health.newest or health.last_new
        if not newest:
            return ""
        since = dates.seen(newest, self._zone, self.edition).text
        if not health.rhythm_h:
            return self.say("sources.since", date=since)
        return self.say("sources.since_usually", date=since, rhythm=dates.format_rhythm(health.rhythm_h, self.edition))

    @property
    def _zone(self) -> zoneinfo.ZoneInfo:
        return self.holdings.zone

    def specs(self) -> tuple[SpecView, ...]:
        """Sources that are read, or whose articles stand in the archive, by country and name."""
        shelf = self.holdings.shelf
        health = {entry.source_id: entry for entry in shelf.health}
        quoted = {source.source_id for card in self.holdings.stories.values() for source in card.sources}
        shown = (
            spec
            for spec in shelf.sources.values()
            if spec.state is SourceState.ACTIVE or spec.id in quoted or spec.id in health
        )
        views = (self._spec(spec, health.get(spec.id)) for spec in shown)
        return tuple(sorted(views, key=lambda view: (view.country, view.outlet.text, view.id)))

    def _spec(self, spec: SourceSpec, health: SourceHealth | None) -> SpecView:
        return SpecView(
            id=source_anchor(spec.id),
            outlet=self.outlet(spec.id),
            home=spec.home,
            country=self.country(spec.country).text,
            languages=self.join(self.language(tag) for tag in spec.languages),
            labels=self.labels(spec.labels),
            family=spec.family if spec.family != spec.id else "",
            kind=self.say(f"source_kind.{spec.kind}"),
            health=self.health(health or SourceHealth(source_id=spec.id)),
            state="" if spec.state is SourceState.ACTIVE or health else self.say(f"source_state.{spec.state}"),
            moved=bool(health and health.moved_to),
            terms=self.say("sources.title_only" if spec.terms.show == "title_only" else "sources.abstract"),
        )


def shorten(title: str) -> str:
    """A title at most MOST_TITLE_CHARS long; nobody reads on, and one page must not weigh a megabyte."""
    return title if len(title) <= MOST_TITLE_CHARS else f"{title[: MOST_TITLE_CHARS - 1].rstrip()}…"


def source_anchor(source_id: str) -> str:
    """The fragment of a source on the page of sources."""
    return f"source-{links.slug(source_id)}"


def _has(issue: Issue, section: str) -> bool:
    return bool(getattr(issue, section.replace("-", "_")))
