"""What templates print: plain records of words and paths, made by the presenter."""

from __future__ import annotations

import dataclasses
from typing import Any

from pipeline.render.dates import When


@dataclasses.dataclass(frozen=True, slots=True)
class Ref:
    """A name, with the page about it where there is one."""

    text: str
    path: str = ""
    lang: str = ""  # where it is not the edition's


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """Some rows of a list under a title of their own, "" for rows that need none."""

    title: str
    rows: tuple[Any, ...]  # what the list consists of, in a long group Groups again
    is_split: bool = False  # then rows are Groups


@dataclasses.dataclass(frozen=True, slots=True)
class CopyView:
    outlet: Ref
    url: str  # as it stands; a template shows it as a link only through safe_url
    mark: str  # how it differs from the text it was copied from, "" where it does not


@dataclasses.dataclass(frozen=True, slots=True)
class CopiesView:
    """Copies of a source that are told together."""

    text: str  # how many of what kind
    copies: tuple[CopyView, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class SourceView:
    outlet: Ref
    language: str
    country: str
    labels: tuple[str, ...]
    is_organiser: bool  # then its label for it is the last one
    when: When
    title: str
    lang: str
    direction: str  # "rtl" or ""
    url: str
    title_only: bool
    access: str  # that the text is not free, or that a PDF or office document stands there; "" for a free page
    origin: str  # whose report it is, where it is not its own, and what it was translated from
    references: str  # further origins that it credits
    copies: tuple[CopiesView, ...]
    copies_text: str  # how many of each kind


@dataclasses.dataclass(frozen=True, slots=True)
class ConflictView:
    fact: str
    accounts: tuple[str, ...]  # one sentence per account, with its sources


@dataclasses.dataclass(frozen=True, slots=True)
class ClaimView:
    """What sources say of a tie, and what the table of ties says of that."""

    text: str
    verdict: str  # id, for its colour
    verdict_text: str
    url: str  # the proof, "" for none
    host: str


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """What the editors decided of a story, and when."""

    kind: str  # "pin" | "hide" | "edit" | "note" | "retract"
    text: str
    when: When
    reason: Ref  # as they wrote it, perhaps in another edition's language; without text for none
    note: Ref  # likewise
    before: str  # the headline that stood there until then, "" if it stayed
    is_elsewhere: bool = False  # it changed the words of other editions only


@dataclasses.dataclass(frozen=True, slots=True)
class CorrectionRow:
    """What was changed after it was published."""

    mark: Mark
    story: Ref
    issue: Ref | None  # the last one that had the story then


@dataclasses.dataclass(frozen=True, slots=True)
class Ranking:
    """Why a story stood where it stood in an issue."""

    issue: Ref
    score: str
    parts: tuple[tuple[str, str], ...]  # (reason, its part of the score)


@dataclasses.dataclass(frozen=True, slots=True)
class CardView:
    id: str
    path: str
    headline: str
    sentences: tuple[str, ...]
    machine: str  # which engine translated, "" for our own words
    event: When | None
    published: When
    first_seen: When
    filed: When  # the day it stands under in lists
    places: tuple[Ref, ...]
    pair: tuple[Ref, Ref] | None
    pair_path: str
    kinds: tuple[str, ...]
    networks: tuple[Ref, ...]
    themes: tuple[Ref, ...]
    people: tuple[str, ...]
    sources: tuple[SourceView, ...]  # the one shown first stands first
    families: str
    more_sources: str  # how many beside the first, "" for none
    conflicts: tuple[ConflictView, ...]
    unverified: bool
    follow_up: bool
    background: bool
    called_off: bool = False  # what was to take place does not, or not on its day
    ics: str = ""  # path of the calendar file of its date, where that is ahead
    why: str = ""  # why it matters, "" where no rule says
    claims: tuple[ClaimView, ...] = ()  # contradicted ones first
    earlier: Ref | None = None  # the issue that had the story before
    development: str = ""  # what is new since then, "" for no follow-up
    marks: tuple[Mark, ...] = ()  # what the editors decided of it, earliest first
    withdrawn: Mark | None = None  # then it says nothing else


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A row of the tables of agreements, meetings, dates and calls."""

    when: When | None
    cities: tuple[Ref, ...]
    networks: tuple[Ref, ...]
    kind: str
    status: str  # id, for its colour
    status_text: str
    story: Ref
    pair_path: str = ""
    issue: Ref | None = None
    ics: str = ""  # path of the date's calendar file, where it has one
    is_deadline: bool = False
    is_off: bool = False  # it was called off since
    place: Ref | None = None  # where it was held
    people: tuple[str, ...] = ()  # who met, as far as the sources give their office
    sources: str = ""  # how many
    source: SourceView | None = None  # the one shown first


@dataclasses.dataclass(frozen=True, slots=True)
class WeekView:
    title: str
    rows: tuple[Row, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class MonthView:
    """Coming dates of one month; a week that crosses its end stands in both."""

    id: str  # "2026-11"
    title: str
    weeks: tuple[WeekView, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class TieView:
    """That two cities are tied, and who says so."""

    cities: tuple[Ref, ...]  # both, or on a city's own page the other one
    pair_path: str  # "" where the archive has no page of the pair
    kind: str
    since: When | None
    until: When | None
    url: str  # as it stands; a template shows it as a link only through safe_url
    host: str
    retrieved: When


@dataclasses.dataclass(frozen=True, slots=True)
class AnniversaryView:
    """A round year that lies ahead."""

    when: When
    cities: tuple[Ref, Ref]
    pair_path: str  # "" where the archive has no page of the pair
    years: str
    tie: str  # its kind and beginning
    url: str
    host: str


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    text: str
    target: str  # fragment of the section that holds its rows, or a path if it contains "/"


@dataclasses.dataclass(frozen=True, slots=True)
class NameRow:
    city: Ref
    names: tuple[tuple[str, str], ...]  # (language, name)


@dataclasses.dataclass(frozen=True, slots=True)
class HealthView:
    outlet: Ref
    problem: str  # in words, "" if nothing is wrong with it
    is_read: bool  # it answers, whatever is wrong with what it gives
    last_ok: When | None
    newest: When | None
    rhythm: str  # in words, "" if it is unknown


@dataclasses.dataclass(frozen=True, slots=True)
class RegionView:
    id: str
    name: str
    cards: tuple[CardView, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class IssueView:
    week: str
    path: str
    number: str
    period: str
    range: str
    zone: str
    status: str
    notice_title: str
    notice: str
    summary: tuple[str, ...]  # the figures of the header
    lines: tuple[CardView, ...]
    leads: tuple[CardView, ...]
    regions: tuple[RegionView, ...]
    agreements: tuple[Row, ...]
    meetings: tuple[Row, ...]
    calendar: tuple[Row, ...]
    calls: tuple[Row, ...]
    anniversaries: tuple[AnniversaryView, ...]
    background: tuple[CardView, ...]
    figures: tuple[Figure, ...]
    languages: tuple[str, ...]
    follow_ups: tuple[CardView, ...]
    further: tuple[CardView, ...]
    corrections: tuple[CorrectionRow, ...]
    left_out: tuple[CorrectionRow, ...]  # by the editors
    names: tuple[NameRow, ...]
    failed: tuple[HealthView, ...]
    doubtful: tuple[HealthView, ...]  # read, but with nothing new, with nothing, or with too much
    consulted: tuple[Ref, ...]
    mark: str  # "quiet" | "failed" | ""


@dataclasses.dataclass(frozen=True, slots=True)
class WeekRow:
    """An issue as a row of the list of all."""

    week: str
    path: str
    number: str
    period: str
    summary: tuple[str, ...]  # its figures
    headlines: tuple[str, ...]
    mark: str  # "quiet" | "failed" | ""


@dataclasses.dataclass(frozen=True, slots=True)
class SpecView:
    """A source as the page of sources shows it."""

    id: str
    outlet: Ref
    home: str
    country: str
    languages: str
    labels: tuple[str, ...]
    family: str  # of the publisher, "" if the source stands alone
    kind: str
    health: HealthView
    state: str  # in words, where its health does not tell: it is not asked, or no longer
    moved: bool  # asked at another address than its file says
    terms: str
