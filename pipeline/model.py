"""The frozen types that pass between the stages: the contract of the whole project.

Data flows one way through them: SourceSpec -> RawPage -> Document -> Article -> TaggedArticle -> Story -> Card -> Issue ->
Rendered -> Delivery. This module imports nothing of ours. Every datetime is aware; every text is NFC without control
characters (see `pipeline.text.clean`); every score lies in 0..1; spans count Unicode code points; an `id` of ours never changes.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec


class Frozen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Immutable, comparable, and encoded as JSON without its default values.

    What never changes is in no cycle, so the garbage collector need not look at it: a shelf of ten years has millions of parts.
    Subclasses repeat `frozen=True, kw_only=True`: msgspec applies the second to a class's own fields only, and mypy wants the first.
    """


# --------------------------------------------------------------------------------------------------------------- sources


class Kind(StrEnum):
    """How a source is read: one spider each."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"
    WORDPRESS = "wordpress"
    JSON_API = "json_api"
    ARCHIVE = "archive"


class SourceState(StrEnum):
    """Whether a source is asked. Nothing known only from memory is active."""

    CANDIDATE = "candidate"
    ACTIVE = "active"
    DECLINED = "declined"
    DEAD = "dead"


class Label(StrEnum):
    """What a publisher is. An article from a source without any label never leads an issue."""

    OFFICIAL = "official"
    NETWORK = "network"
    AGENCY = "agency"
    PRESS = "press"
    STATE_MEDIA = "state_media"
    PRESS_RELEASE = "press_release"
    ACADEMIC = "academic"
    ORGANISER = "organiser"
    QUERY = "query"  # a search over other people's pages: it proposes hosts, its links are never fetched


class Scope(StrEnum):
    """How much of what a source publishes is city diplomacy."""

    TOPICAL = "topical"
    GENERAL = "general"


class EvidenceKind(StrEnum):
    """How it is known that a source exists, the best first."""

    ANSWERED = "answered"  # somebody asked it and noted what it answered
    ARCHIVED = "archived"  # an archived copy of it was seen
    NAMED = "named"  # public projects that use it name it
    LISTED = "listed"  # one public list names it
    MEMORY = "memory"  # nobody looked: the address may be wrong
    UNSTATED = "unstated"


class SourceEvidence(Frozen, frozen=True, kw_only=True):
    """Why we believe that a source is there. It does not say that the source answers today."""

    kind: EvidenceKind = EvidenceKind.UNSTATED
    note: str = ""  # what was seen, where
    seen_on: dt.date | None = None  # the day it was last seen to answer


class Selectors(Frozen, frozen=True, kw_only=True):
    """Where a listing page keeps its items: CSS selectors (`::text` and `::attr(x)` allowed), or XPath if they begin with / ./ or (."""

    item: str  # one element per article
    link: str = "a::attr(href)"  # inside the item: the article's address
    title: str = "a::text"  # inside the item: the title as listed
    date: str | None = None  # inside the item: the date as listed, any form that pipeline.text.dates reads
    date_pattern: str = ""  # regular expression: of the date's text, what it matches (its first group if it has one)
    year: str | None = None  # in the page: the year of dates that state none; the nearest one above the item counts
    next_page: str | None = None  # in the page: the address of the next listing page
    max_pages: int = 1  # listing pages read in one crawl, 1..20


class Fields(Frozen, frozen=True, kw_only=True):
    """Where a JSON answer keeps its items: JMESPath expressions."""

    items: str  # the list of items
    link: str = "url"  # inside the item: the article's address, absolute or relative to the answer's
    title: str = "title"  # inside the item
    date: str | None = None  # inside the item: any form that pipeline.text.dates reads, or seconds since 1970
    summary: str | None = None  # inside the item
    next_page: str | None = None  # in the answer: the address of the next one
    max_pages: int = 1  # answers read in one crawl, 1..20


class Terms(Frozen, frozen=True, kw_only=True):
    """What the publisher allows us to show."""

    show: str = "abstract"  # "abstract": title, own words, one short quotation; "title_only": title and link
    note: str = ""  # where the terms were read, for people


class Expect(Frozen, frozen=True, kw_only=True):
    """What the source promises; a breach is reported, never hidden."""

    articles_per_week: tuple[int, int] = (0, 1000)  # least, most
    min_chars: int = 0  # shortest acceptable body, code points
    max_age_days: int = 365  # oldest acceptable newest item


class SourceSpec(Frozen, frozen=True, kw_only=True):
    """One source, as its TOML file declares it. Made by crawler.catalogue."""

    id: str  # [a-z0-9_]+, the file's name without .toml
    names: dict[str, str]  # BCP 47 -> name of the outlet; "en" always
    home: str  # absolute http(s) address of the outlet
    country: str  # ISO 3166-1 alpha-2, or "ZZ" for none
    languages: tuple[str, ...]  # BCP 47, the main one first
    kind: Kind
    start: tuple[
        str, ...
    ]  # feeds, sitemaps or listing pages (absolute http(s)); for archives paths relative to the file
    zone: str = "UTC"  # IANA zone of dates that state none
    state: SourceState = SourceState.CANDIDATE
    family: str = ""  # publisher family; the source's own id if it stands alone
    labels: tuple[Label, ...] = ()
    scope: Scope = Scope.GENERAL
    note: str = ""  # what it is good for, for people
    evidence: SourceEvidence = SourceEvidence()
    selectors: Selectors | None = None  # for kind "listing"
    fields: Fields | None = None  # for kind "json_api"
    javascript: bool = False  # its pages are empty without a browser; needs the extra "javascript" and crawl.browser
    include: str = ""  # regular expression an article's address must match (searched), "" for all
    exclude: str = ""  # regular expression an article's address must not match, "" for none
    max_items: int = 500  # articles taken from one feed, sitemap or listing in one crawl
    delay_s: float | None = None  # seconds between requests to its host, where more than the default is wanted
    verify_tls: bool = True
    terms: Terms = Terms()
    expect: Expect = Expect()

    @property
    def publisher_family(self) -> str:
        """Id of the publisher family; sources of one family do not corroborate each other."""
        return self.family or self.id


class FetchHints(Frozen, frozen=True, kw_only=True):
    """What the feed, sitemap or listing said of a page, raw: understood later, by identify."""

    title: str = ""
    published: str = ""  # the date string as it stood there
    published_from: str = ""  # "feed" | "sitemap" | "listing" | "api" | "sidecar"
    summary: str = ""
    authors: tuple[str, ...] = ()
    language: str = ""


class RawPage(Frozen, frozen=True, kw_only=True):
    """One fetched page, as received. Made by crawler.handoff, kept in the inbox."""

    id: str  # page_id(url): 16 hex digits of SHA-256 of the requested address
    source_id: str
    url: str  # the address asked for, normalised by pipeline.text.urls; "urn:city-digest:..." for files without one
    final_url: str  # after redirects
    fetched_at: dt.datetime  # UTC
    status: int  # HTTP status; 200 for archived files
    headers: tuple[tuple[str, str], ...]  # lower-case names, as received, only those later stages read
    body: bytes  # content-decoded (no gzip), charset as received
    hints: FetchHints = FetchHints()

    def header(self, name: str) -> str:
        """The first value of a header, "" if absent. `name` in lower case."""
        return next((value for key, value in self.headers if key == name), "")


# -------------------------------------------------------------------------------------------------------------- articles


class Precision(StrEnum):
    """How exactly a date is known."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Origin(StrEnum):
    """Where a field was read."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"
    API = "api"
    SIDECAR = "sidecar"
    JSON_LD = "json_ld"
    META = "meta"
    ITEMPROP = "itemprop"
    TIME = "time"
    URL = "url"
    VISIBLE = "visible"
    H1 = "h1"
    DOCUMENT_TITLE = "document_title"
    TEXT = "text"
    HINTS = "hints"


class FuzzyDate(Frozen, frozen=True, kw_only=True):
    """A date as a source states it, with what is uncertain about it."""

    value: dt.datetime  # aware; the start of the period for precision day, month, year
    precision: Precision
    zone_stated: bool  # False: the zone was assumed from the source's own
    origin: Origin

    @property
    def day(self) -> dt.date:
        """The calendar day in the date's own zone."""
        return self.value.date()


class DateCandidate(Frozen, frozen=True, kw_only=True):
    """A date string found in a page, unread."""

    raw: str
    origin: Origin


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    QUOTE = "quote"


class Block(Frozen, frozen=True, kw_only=True):
    """One paragraph, heading, list item or quotation of a body, in reading order, without line breaks."""

    kind: BlockKind
    text: str


class Directives(Frozen, frozen=True, kw_only=True):
    """What the page forbids, from robots meta, X-Robots-Tag and TDM reservation."""

    noindex: bool = False
    nosnippet: bool = False
    noai: bool = False
    tdm_reserved: bool = False

    @property
    def title_only(self) -> bool:
        """True if only title and link may be shown."""
        return self.noindex or self.nosnippet or self.noai or self.tdm_reserved


class Access(StrEnum):
    """How much of an article anyone may read."""

    OPEN = "open"
    METERED = "metered"  # declares itself paid, yet its text seems whole
    TEASER = "teaser"  # only its beginning is there


class Media(StrEnum):
    """What stands at an article's address."""

    PAGE = "page"
    PDF = "pdf"
    WORD = "word"
    EXCEL = "excel"
    POWERPOINT = "powerpoint"


class Document(Frozen, frozen=True, kw_only=True):
    """What one page says, without its furniture. Made by extract."""

    page_id: str
    source_id: str
    url: str
    canonical_url: str  # absolute; `url` where the page declares none or one on another site
    title: str
    blocks: tuple[Block, ...]
    authors: tuple[str, ...] = ()
    site_name: str = ""
    dates: tuple[DateCandidate, ...] = ()  # best first
    declared_language: str = ""  # as the page declares it, unchecked
    directives: Directives = Directives()
    references: tuple[str, ...] = ()  # names of origins credited in the text (参考, Reference(s), credit lines)
    translated_from: str = ""  # language that it says it was translated from, "und" if it does not say which
    hints: FetchHints = FetchHints()
    fetched_at: dt.datetime  # UTC
    extractor: str  # name and version of what chose the body, e.g. "trafilatura 2.3.1 precision"
    agreement: float = 1.0  # 0..1: how much the extractors asked agree on the body; 1 where one was enough
    access: Access = Access.OPEN
    media: Media = Media.PAGE  # anything else is only linked, never read: it has a title and no blocks
    origins: dict[str, str] = {}  # field -> where it was read: "title": "json_ld", "authors": "meta", ...

    @property
    def text(self) -> str:
        """The body: its blocks, one a line."""
        return "\n".join(block.text for block in self.blocks)


class Article(Frozen, frozen=True, kw_only=True):
    """A document with an identity, a language and a date. Made by identify."""

    id: str  # 16 hex digits of SHA-256 of the canonical address
    page_id: str
    source_id: str
    url: str  # canonical address, shown to readers
    title: str
    blocks: tuple[Block, ...]
    authors: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    translated_from: str = ""  # language that it says it was translated from, "und" if it does not say which
    language: str  # BCP 47: "ja", "zh-Hans", ...; "und" if unknown
    language_confidence: float
    published: FuzzyDate | None = None  # None: no date that can be trusted
    first_seen: dt.datetime  # UTC
    directives: Directives = Directives()
    extractor: str = ""
    agreement: float = 1.0
    access: Access = Access.OPEN
    media: Media = Media.PAGE
    origins: dict[str, str] = {}
    fingerprint: str  # 16 hex digits: hash of the folded letters and digits of the body; equal texts are equal, without one none is

    @property
    def text(self) -> str:
        """The body: its blocks, one a line."""
        return "\n".join(block.text for block in self.blocks)

    @property
    def dated(self) -> dt.datetime:
        """When it was published, else when it was first seen."""
        return self.published.value if self.published else self.first_seen


class TagKind(StrEnum):
    CITY = "city"
    COUNTRY = "country"
    NETWORK = "network"
    THEME = "theme"
    EVENT = "event"


class Evidence(Frozen, frozen=True, kw_only=True):
    """Where a tag was read."""

    field: str  # "title" | "text"
    start: int  # code points into that field
    end: int
    surface: str
    rule: str  # id of the rule that fired


class Tag(Frozen, frozen=True, kw_only=True):
    """One thing an article is about."""

    kind: TagKind
    id: str  # city "geonames:N", "jis:NNNNN" or "kostat:NNNNN", country ISO 3166-1 alpha-2, else the id of the vocabulary's file
    score: float  # 0..1
    evidence: tuple[Evidence, ...]


class ArticleClass(StrEnum):
    NEWS = "news"
    BACKGROUND = "background"  # explainers and evergreen pieces: relevant, never a lead
    OFF_TOPIC = "off_topic"


class Relevance(Frozen, frozen=True, kw_only=True):
    """Whether the article is about city diplomacy, and why."""

    score: float
    article_class: ArticleClass
    reasons: dict[str, float]  # rule id -> its part of the score

    @property
    def relevant(self) -> bool:
        return self.article_class is not ArticleClass.OFF_TOPIC


class DatedEvent(Frozen, frozen=True, kw_only=True):
    """A date that the text gives to something that happens."""

    start: dt.date
    end: dt.date | None = None  # last day, for ranges
    precision: Precision = Precision.DAY
    evidence: str = ""  # the words it was read from
    deadline: bool = False  # of applications or registrations; nothing takes place on it


class Person(Frozen, frozen=True, kw_only=True):
    """A person as the text names them."""

    name: str
    role: str = ""  # as the text spells it
    evidence: str = ""
    role_id: str = ""  # id of the office in data/rules/persons.toml, "" for none of them and for former holders


class Claim(Frozen, frozen=True, kw_only=True):
    """That two cities are tied, as an article says it."""

    a: str  # city ids, the smaller first
    b: str
    kind: TieKind | None = None  # as its words have it; None where they leave it open
    evidence: str = ""  # the words it was read from


class TaggedArticle(Frozen, frozen=True, kw_only=True):
    """An article with what it is about. Made by tag."""

    article: Article
    tags: tuple[Tag, ...]
    relevance: Relevance
    events: tuple[DatedEvent, ...] = ()
    persons: tuple[Person, ...] = ()
    claims: tuple[Claim, ...] = ()
    agreement: AgreementStatus | None = None  # how far, by its words, the agreement has come that it tells of
    called_off: bool = False  # it says that what was to take place does not, or not on its day
    new_day: dt.date | None = None  # to which it says that it is put off

    def ids(self, kind: TagKind) -> tuple[str, ...]:
        """Ids of its tags of one kind, highest score first."""
        return tuple(tag.id for tag in self.tags if tag.kind is kind)


# ------------------------------------------------------------------------------------------------------------------ ties


class TieKind(StrEnum):
    SISTER = "sister"  # also twin town and partner city
    FRIENDSHIP = "friendship"
    MOU = "mou"


class Tie(Frozen, frozen=True, kw_only=True):
    """That two cities are tied, with the page that says so."""

    a: str  # city ids, the smaller first
    b: str
    kind: TieKind
    since: str = ""  # ISO 8601, as exact as the source: "1973-06-24", "1973-06" or "1973"; "" if it does not say
    until: str = ""  # when it ended, likewise; "" while it holds
    source: str  # address
    retrieved: dt.date


class CompleteTies(Frozen, frozen=True, kw_only=True):
    """That the ties of one kind known of a city are all it has, as a page says it: only then a missing one is a contradiction."""

    city: str
    kind: TieKind | None = None  # None for every kind
    source: str  # address
    retrieved: dt.date


class Verdict(StrEnum):
    """What the ties say of a claim."""

    CONFIRMED = "confirmed"
    UNKNOWN = "unknown"  # which is not "false"
    CONTRADICTED = "contradicted"


class CheckedClaim(Frozen, frozen=True, kw_only=True):
    """A claim beside what is known."""

    a: str  # city ids, the smaller first
    b: str
    kind: TieKind | None = None  # of the claim; None where it is left open
    verdict: Verdict
    source: str = ""  # address of the proof, "" for unknown
    article_ids: tuple[str, ...] = ()  # which say it, sorted


class Anniversary(Frozen, frozen=True, kw_only=True):
    """A round number of years that a tie will have held."""

    a: str  # city ids, the smaller first
    b: str
    kind: TieKind
    since: str  # ISO 8601, as exact as the source
    years: int
    source: str  # address


# --------------------------------------------------------------------------------------------------------------- stories


class CopyKind(StrEnum):
    IDENTICAL = "identical"
    SYNDICATED = "syndicated"  # the same report, edited
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"  # the same report in other words, by somebody who reports nothing of their own
    TRANSLATED = "translated"  # likewise, in another language


class Constraint(Frozen, frozen=True, kw_only=True):
    """What a person decided of two articles: in one story, or never in one."""

    a: str  # article ids, the smaller first
    b: str
    together: bool  # must-link, else cannot-link


class Member(Frozen, frozen=True, kw_only=True):
    """One article of a story and why it is there."""

    article_id: str
    reason: str  # "first" | "copy" | "same_event" | "by_hand"
    similarity: float = 1.0
    copy_of: str | None = None  # article id
    copy_kind: CopyKind | None = None


class Story(Frozen, frozen=True, kw_only=True):
    """One piece of news with all its articles. Made by group."""

    id: str  # "s" + 12 hex digits, from its first article; never changes
    members: tuple[Member, ...]  # earliest first


class Account(Frozen, frozen=True, kw_only=True):
    """One value of a disputed fact, and who gives it."""

    value: str  # ISO day or range of days, figure, city id, or name as the sources spell it
    article_ids: tuple[str, ...]
    counted: str = ""  # what a figure counts ("guests", "cities", ...); the id of the office that a person holds


class Conflict(Frozen, frozen=True, kw_only=True):
    """A fact on which independent families differ."""

    fact: str  # "event_date" | "participants" | "place" | "persons"
    accounts: tuple[Account, ...]


class CardCopy(Frozen, frozen=True, kw_only=True):
    """A folded copy of a source's article."""

    article_id: str
    url: str
    source_id: str
    kind: CopyKind


class CardSource(Frozen, frozen=True, kw_only=True):
    """One article as a card shows it."""

    article_id: str
    url: str
    title: str  # in its original language
    language: str
    source_id: str
    family: str
    labels: tuple[Label, ...]
    published: FuzzyDate | None = None
    title_only: bool = False
    access: Access = Access.OPEN
    media: Media = Media.PAGE  # anything else: a document, shown by its title alone
    references: tuple[str, ...] = ()  # origins the article credits
    voice: str = ""  # publisher family whose account it gives: its own or the credited one; "" if it is nobody's
    translated_from: str = ""  # language that the article says it was translated from, "und" if it does not say which
    copies: tuple[CardCopy, ...] = ()


class Words(Frozen, frozen=True, kw_only=True):
    """What an edition says of a story, in our own words."""

    headline: str
    sentences: tuple[str, ...]
    why: str = ""  # why it matters, by rule: the tie of its two cities; never from an engine
    engine: str  # "tags": built from tags, dates and pairs; "editors": written by a person


class AgreementStatus(StrEnum):
    """How far an agreement has come. Where little is known, the word that claims less."""

    SIGNED = "signed"
    ANNOUNCED = "announced"  # settled, and still ahead
    PLANNED = "planned"  # ahead without a day, or only spoken of as wished for or proposed
    SUSPENDED = "suspended"
    ENDED = "ended"


class OverrideKind(StrEnum):
    """What a person decides of a story."""

    PIN = "pin"  # it leads the next issue that can have it
    HIDE = "hide"  # it is in no issue that is made from now on
    EDIT = "edit"  # other words than ours
    NOTE = "note"  # words below its card
    RETRACT = "retract"  # withdrawn: its page says so, and it is nowhere else


class Override(Frozen, frozen=True, kw_only=True):
    """What the editors decided of a story. Readers see it, with its day, wherever it acts."""

    story_id: str
    kind: OverrideKind
    day: dt.date  # on which it was decided
    reason: str | dict[str, str] = ""  # for readers: one text for all editions, or edition -> text
    headline: dict[str, str] = {}  # edition -> the headline in place of ours
    sentences: dict[str, tuple[str, ...]] = {}  # edition -> the sentences in place of ours
    note: str | dict[str, str] = ""  # one text for all editions, or edition -> text


class Development(Frozen, frozen=True, kw_only=True):
    """What a follow-up has that the last issue with its story had not."""

    week: str  # of that issue
    sources: int = 0  # more independent texts
    families: int = 0  # more independent publisher families
    event: DatedEvent | None = None  # the date of the event, where it is another one now
    status: AgreementStatus | None = None  # of the agreement, where it is another one now
    disputed: tuple[str, ...] = ()  # facts on which accounts differ now and did not: "event_date", "place", ...


class Card(Frozen, frozen=True, kw_only=True):
    """A story as readers see it: the same data for both editions, words in each."""

    story_id: str
    article_class: ArticleClass
    words: dict[str, Words]  # edition -> words
    lead: dict[str, str]  # edition -> article id of the source shown first
    published: FuzzyDate | None  # of the earliest article that has a date
    first_seen: dt.datetime
    event: DatedEvent | None = None  # the main dated event
    dates: tuple[DatedEvent, ...] = ()  # all dated events near publication, earliest first
    years: int | None = None  # the anniversary's number of years
    cities: tuple[str, ...] = ()  # ids, most important first
    countries: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    event_types: tuple[str, ...] = ()
    pair: tuple[str, str] | None = None  # the two cities that meet, sorted by id
    persons: tuple[Person, ...] = ()
    sources: tuple[CardSource, ...] = ()  # one per independent text, best first
    families: int = 1  # independent publisher families: different voices
    organisers: tuple[str, ...] = ()  # voices that organised the event: by their label, or because a text says so
    languages: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    claims: tuple[CheckedClaim, ...] = ()  # ties that its articles claim, beside what is known of them
    agreement: AgreementStatus | None = (
        None  # how far, by the words of the latest articles that say it, an agreement has come
    )
    called_off: bool = False  # an article says that what was to take place does not, or not on its day
    host: str = ""  # id of the city where it takes place, "" if no source says so or they differ
    unverified: bool = False  # every source is without a label
    follow_up: bool = False  # part of an earlier issue already
    development: Development | None = None  # what is new since then
    overrides: tuple[Override, ...] = ()  # what the editors decided of it, oldest first
    built: dict[str, Words] = {}  # edition -> our own words, where the editors put theirs in the place
    score: float = 0.0  # rank within its week
    reasons: dict[str, float] = {}  # parts of the score


# ---------------------------------------------------------------------------------------------------------------- issues


class Agreement(Frozen, frozen=True, kw_only=True):
    """A row of "New agreements"."""

    story_id: str
    event_type: str  # id of the event type
    cities: tuple[str, ...]
    status: AgreementStatus
    date: DatedEvent | None = None


class Meeting(Frozen, frozen=True, kw_only=True):
    """A row of "Who met whom"."""

    story_id: str
    a: str  # city ids, sorted
    b: str
    event_type: str
    date: DatedEvent | None = None


class Call(Frozen, frozen=True, kw_only=True):
    """A row of "Calls and jobs": something to apply or to register for."""

    story_id: str
    deadline: DatedEvent  # the last day
    cities: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()


class CalendarRow(Frozen, frozen=True, kw_only=True):
    """A coming date."""

    story_id: str
    date: DatedEvent
    cities: tuple[str, ...]
    networks: tuple[str, ...] = ()


class RegionSection(Frozen, frozen=True, kw_only=True):
    """Cards of one region of the world."""

    region: str  # id from knowledge/data/regions.toml, "world" for none
    cards: tuple[Card, ...]


class Figures(Frozen, frozen=True, kw_only=True):
    """This week in numbers."""

    stories: int = 0
    articles: int = 0  # independent texts
    copies: int = 0
    sources: int = 0
    families: int = 0
    languages: dict[str, int] = {}  # BCP 47 -> articles
    cities: int = 0
    countries: int = 0


class SourceHealth(Frozen, frozen=True, kw_only=True):
    """How one source fares in this installation: what it answers depends on who asks from where."""

    source_id: str
    names: dict[str, str] = {}
    last_asked: dt.datetime | None = None  # UTC
    last_ok: dt.datetime | None = None  # UTC
    last_new: dt.datetime | None = None  # UTC; when it last gave a page that we did not have
    newest: dt.datetime | None = None  # UTC; date of the newest item that it ever listed, as far as it states dates
    rhythm_h: float | None = None  # hours between two items: the median of its own; None until three are known
    failures: int = 0  # consecutive
    empties: int = 0  # consecutive answers without a single item
    refusals: int = 0  # consecutive answers 401, 403 or 451
    problem: str = ""  # reason id of what is wrong with it, "" if nothing is
    due: dt.datetime | None = None  # UTC; a crawl of all sources asks it from then on
    moved_to: str = ""  # address that it redirects to for good, three times in a row; asked instead
    pages: int = 0  # pages in the inbox


class Correction(Frozen, frozen=True, kw_only=True):
    """What the editors changed in an earlier issue after it was out."""

    story_id: str
    kind: OverrideKind  # edit, note or retract
    day: dt.date
    reason: str | dict[str, str] = ""  # as Override has it
    week: str  # of the last issue that had the story


class IssueStatus(StrEnum):
    FULL = "full"
    QUIET = "quiet"  # little or nothing happened
    COLLECTION_FAILED = "collection_failed"  # most sources could not be read


class Issue(Frozen, frozen=True, kw_only=True):
    """One week, the same data for every edition. Made by compose, stored, never recomputed."""

    week: str  # ISO 8601, "2026-W43"
    number: int  # counts from 1
    first_day: dt.date  # Monday
    last_day: dt.date  # Sunday
    zone: str  # IANA
    status: IssueStatus
    leads: tuple[Card, ...] = ()
    regions: tuple[RegionSection, ...] = ()
    further: tuple[Card, ...] = ()  # stories beyond what can be read in five minutes, told in one line each
    agreements: tuple[Agreement, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    calendar: tuple[CalendarRow, ...] = ()
    calls: tuple[Call, ...] = ()  # whose deadline is ahead, soonest first
    anniversaries: tuple[Anniversary, ...] = ()
    follow_ups: tuple[Card, ...] = ()
    corrections: tuple[Correction, ...] = ()
    overrides: tuple[Override, ...] = ()  # pins and hides that acted when it was made
    background: tuple[Card, ...] = ()
    names: tuple[str, ...] = ()  # city ids named this week
    figures: Figures = Figures()
    health: tuple[SourceHealth, ...] = ()

    @property
    def cards(self) -> tuple[Card, ...]:
        """Every card of the issue, in reading order."""
        regional = (card for section in self.regions for card in section.cards)
        return (*self.leads, *regional, *self.further, *self.follow_ups, *self.background)


# ---------------------------------------------------------------------------------------------------------------- output


class Shelf(Frozen, frozen=True, kw_only=True):
    """Everything the archive is rendered from."""

    issues: tuple[Issue, ...]  # oldest first
    cards: tuple[Card, ...]  # every relevant story, also those in no issue; newest first
    sources: dict[str, SourceSpec]
    health: tuple[SourceHealth, ...] = ()
    redirects: dict[str, str] = {}  # old story id -> the story it was merged into
    overrides: tuple[Override, ...] = ()  # in the order of the file
    ties: tuple[Tie, ...] = ()  # each pair and kind once
    complete_ties: tuple[CompleteTies, ...] = ()


class Rendered(Frozen, frozen=True, kw_only=True):
    """One file of the archive."""

    path: str  # relative, "/" between parts
    body: bytes


# Where a letter names the addresses of its reader's own pages, or of the mail that does the same.
LEAVE_LINK = "%%LEAVE%%"
SETTINGS_LINK = "%%SETTINGS%%"


class Letter(Frozen, frozen=True, kw_only=True):
    """An issue's edition as mail, before it has a reader; LEAVE_LINK and SETTINGS_LINK stand for their own addresses."""

    week: str
    edition: str
    subject: str
    text: str  # complete in itself
    html: str  # CSS inlined
    revision: int = 0  # raised by a correction that is sent again


class DeliveryState(StrEnum):
    """Where one message of the ledger is. Only `sent` and `failed` are final."""

    QUEUED = "queued"
    SENDING = "sending"  # its text is being handed over; found by a later run, it is unknown
    SENT = "sent"
    DEFERRED = "deferred"  # refused for now
    FAILED = "failed"  # refused for good, or deferred for too long
    UNKNOWN = "unknown"  # handed over, and the answer was never read


class Delivery(Frozen, frozen=True, kw_only=True):
    """One row of the ledger: there is one per issue, edition and reader."""

    week: str
    edition: str
    reader: str  # Reader.id, never the address
    channel: str
    message_id: str
    state: DeliveryState
    at: dt.datetime  # UTC, of this state
    revision: int = 0  # of the letter
    attempts: int = 0  # how often it was handed over or refused
    unread: int = 0  # how often it was handed over and the answer never read
    since: dt.datetime | None = None  # UTC, of the first attempt: the window of repeats begins here
    not_before: dt.datetime | None = None  # UTC, of a deferred one: when to try again
    code: int = 0  # the last SMTP reply code, 0 if there was none
    detail: str = ""  # the server's words, without addresses


class Refusal(StrEnum):
    """Whose fault it is that a message was not taken."""

    RECIPIENT = "recipient"  # this reader's address or mailbox
    MESSAGE = "message"  # this message, for this reader: policy, size, content


class Answer(Frozen, frozen=True, kw_only=True):
    """What a channel says of one message: sent, deferred, failed or unknown."""

    state: DeliveryState
    code: int = 0
    detail: str = ""
    refusal: Refusal | None = None  # of a deferred or failed one


class Envelope(Frozen, frozen=True, kw_only=True):
    """One message on its way to one reader."""

    sender: str  # envelope sender, where its bounces go (RFC 5321, 4.4)
    recipient: str
    message: bytes  # RFC 5322, CRLF, 7-bit
    delivery: Delivery

    def __repr__(self) -> str:
        return f"Envelope({self.delivery.message_id})"  # addresses never reach a log or a traceback


class ReaderState(StrEnum):
    PENDING = "pending"  # asked for the digest and has not confirmed
    ACTIVE = "active"
    SUSPENDED = "suspended"  # mail to them came back
    LEFT = "left"  # unsubscribed


class Consent(Frozen, frozen=True, kw_only=True):
    """The proof that a reader agreed."""

    origin: str  # "web", or where an import says it comes from, in words
    at: dt.datetime  # UTC
    wording: str = ""  # version of the text that was agreed to
    token: str = ""  # id of the token that was sent and came back


class Choices(Frozen, frozen=True, kw_only=True):
    """What a reader wants to see first: ids of the vocabulary; nothing chosen, the issue as it is."""

    cities: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()


class Reader(Frozen, frozen=True, kw_only=True):
    """One reader of one edition."""

    id: str  # 16 hex digits that stand for address and edition everywhere but in an envelope; see deliver.keys
    address: str
    edition: str
    state: ReaderState
    consent: Consent | None  # None while pending
    choices: Choices = Choices()
    since: dt.datetime  # UTC, when they asked or were imported
    changed: dt.datetime  # UTC, of the last change of state or choices

    def __repr__(self) -> str:
        return f"Reader({self.id})"  # addresses never reach a log or a traceback


class SuppressionReason(StrEnum):
    BOUNCED = "bounced"  # suspended
    LEFT = "left"
    ERASED = "erased"
    MOVED = "moved"  # reads another edition in its place


class Suppression(Frozen, frozen=True, kw_only=True):
    """Why a reader gets no mail; it outlives the reader's row."""

    reader: str  # Reader.id
    reason: SuppressionReason
    at: dt.datetime  # UTC
    detail: str = ""  # without addresses


class FindingState(StrEnum):
    """What `doctor` thinks of one thing."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


class Finding(Frozen, frozen=True, kw_only=True):
    """One thing that `doctor` looked at."""

    name: str
    state: FindingState
    text: str  # a sentence
    remedy: str = ""  # what to do, where something is to be done
