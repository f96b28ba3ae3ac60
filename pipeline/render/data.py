"""The archive as data: tables as CSV (RFC 4180), stories as JSON, the schema of the JSON.

CSV files begin with a byte order mark: without it, Excel on a Japanese system reads UTF-8 as Shift_JIS, and that is what most of
their readers open them with; other programs skip it. A cell of text that a spreadsheet would take for a formula begins with an
apostrophe; JSON has the same texts untouched.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from pipeline.knowledge.editions import Edition
from pipeline.model import (
    Card,
    CardCopy,
    CardSource,
    DatedEvent,
    FuzzyDate,
    Issue,
    Rendered,
    TagKind,
)
from pipeline.render import links
from pipeline.render.environment import strip_forbidden
from pipeline.render.holdings import Holdings
from pipeline.render.presenter import Presenter

BYTE_ORDER_MARK = "\ufeff"
# What a spreadsheet reads as the beginning of a formula, full-width forms too (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
STORIES, SCHEMA = "data/stories.json", "data/schema.json"

Cell = str | int | bool | dt.date | dt.datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """What a CSV file holds, without its content: that of ten years is large."""

    name: str
    columns: tuple[str, ...]
    rows: int

    @property
    def path(self) -> str:
        return links.table_path(self.name)

    @property
    def file(self) -> str:
        return self.path.rpartition("/")[2]


def render_tables(presenters: Sequence[Presenter], *, base_url: str) -> Iterator[tuple[Table, Rendered]]:
    """The tables of an archive, in the order in which its data page lists them, and their files.

    Args:
        presenters: of every edition; names and headlines stand in a column each.
        base_url: makes pages of stories absolute; "" leaves them relative to the archive.
    """
    rows = _Rows(presenters, base_url)
    for make in (rows.stories, rows.articles, rows.agreements, rows.meetings, rows.dates, rows.ties):
        yield make()


def render_stories(holdings: Holdings) -> Iterator[Rendered]:
    """Every story as JSON, one a line, and the JSON Schema of stories and issues (draft 2020-12)."""
    encoder = msgspec.json.Encoder(order="deterministic")
    body = bytearray(b"[")
    for place, card in enumerate(holdings.stories.values()):
        body += b",\n" if place else b"\n"
        ranked_nowhere = msgspec.structs.replace(card, score=0.0, reasons={})  # that is the issues' business
        encoder.encode_into(ranked_nowhere, body, len(body))
    body += b"\n]\n"
    yield Rendered(path=STORIES, body=bytes(body))
    del body
    yield Rendered(path=SCHEMA, body=_schema())


def explain_column(column: str, editions: Sequence[Edition]) -> str:
    """The message that explains a column: one of an edition's is explained like that of every other."""
    for edition in editions:
        if column.endswith(f"_{edition.code}"):
            return f"{column.removesuffix(edition.code)}in"
    return column


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> tuple[bytes, int]:
    """RFC 4180: a header, CRLF, cells quoted where they must be; UTF-8 with a byte order mark. And how many rows it has."""
    body = io.BytesIO()
    file = io.TextIOWrapper(body, "utf-8", newline="")
    file.write(BYTE_ORDER_MARK)
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(columns)
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - its last value is the number of rows
        writer.writerow([_cell(value) for value in row])
    file.flush()
    return body.getvalue(), count


def _table(name: str, columns: tuple[str, ...], rows: Iterable[Sequence[Cell]]) -> tuple[Table, Rendered]:
    body, count = write_csv(columns, rows)
    table = Table(name, columns, count)
    return table, Rendered(path=table.path, body=body)


def _cell(value: Cell) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dt.datetime():
            return value.isoformat(timespec="seconds")
        case dt.date():
            return value.isoformat()
        case int():
            return str(value)
    text = " ".join(str(strip_forbidden(value)).split())
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _schema() -> bytes:
    (_, _), components = msgspec.json.schema_components((Card, Issue), ref_template="#/$defs/{name}")
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "City Diplomacy Digest: stories.json",
        "type": "array",
        "items": {"$ref": "#/$defs/Card"},
        "$defs": components,
    }
    return msgspec.json.format(msgspec.json.encode(schema, order="deterministic"), indent=1) + b"\n"


class _Rows:
    """Rows of every table."""

    def __init__(self, presenters: Sequence[Presenter], base_url: str) -> None:
        self.presenters = presenters
        self.holdings: Holdings = presenters[0].holdings
        self.codes = [presenter.edition.code for presenter in presenters]
        self.base_url = base_url
        self.first = presenters[0]

    def stories(self) -> tuple[Table, Rendered]:
        columns = (
            *("story", "page", "weeks", "class", "first_seen", *_published_columns(), *_event_columns()),
            *("cities", *self._each("cities"), "countries", "networks", "themes", "event_types", "pair_a", "pair_b"),
            *("families", "sources", "languages", "unverified", "accounts_differ", *self._each("headline")),
        )
        return _table("stories", columns, map(self._story, self.holdings.stories.values()))

    def _story(self, card: Card) -> tuple[Cell, ...]:
        issues = self.holdings.issues_of.get(card.story_id, ())
        return (
            card.story_id,
            self._page(card),
            " ".join(issue.week for issue in issues),
            card.article_class.value,
            card.first_seen.astimezone(dt.UTC),
            *_published(card.published),
            *_event(card.event),
            *self._cities(card.cities),
            " ".join(card.countries),
            " ".join(card.networks),
            " ".join(card.themes),
            " ".join(card.event_types),
            *(card.pair or ("", "")),
            card.families,
            len(card.sources),
            " ".join(card.languages),
            card.unverified,
            bool(card.conflicts),
            *(presenter.words(card).headline for presenter in self.presenters),
        )

    def articles(self) -> tuple[Table, Rendered]:
        columns = (
            *("article", "story", "url", "title", "language", "source", "outlet", "family", "labels"),
            *(*_published_columns(), "voice", "translated_from", "access", "media", "copy_of", "copy_kind"),
        )
        return _table("articles", columns, self._articles())

    def _articles(self) -> Iterator[tuple[Cell, ...]]:
        for card in self.holdings.stories.values():
            for source in card.sources:
                yield self._article(card, source)
                yield from (self._copy(card, source, copy) for copy in source.copies)

    def _article(self, card: Card, source: CardSource) -> tuple[Cell, ...]:
        return (
            *(source.article_id, card.story_id, source.url, source.title, source.language, source.source_id),
            self.first.outlet(source.source_id, source.url).text,
            source.family,
            " ".join(source.labels),
            *_published(source.published),
            *(source.voice, source.translated_from, source.access.value, source.media.value, "", ""),
        )

    def _copy(self, card: Card, source: CardSource, copy: CardCopy) -> tuple[Cell, ...]:
        outlet = self.first.outlet(copy.source_id, copy.url).text
        unknown = ("",) * (2 + len(_published_columns()) + 4)
        return (
            *(copy.article_id, card.story_id, copy.url, "", "", copy.source_id, outlet),
            *(*unknown, source.article_id, copy.kind.value),
        )

    def agreements(self) -> tuple[Table, Rendered]:
        columns = (
            *("story", "page", "week", "event_type", "status", *_event_columns(), "cities", *self._each("cities")),
            *("families", "unverified"),
        )
        rows = (
            (
                *(row.story_id, self._page_of(row.story_id), issue.week, row.event_type, row.status.value),
                *(*_event(row.date), *self._cities(row.cities), *self._support(row.story_id)),
            )
            for issue, row in self.holdings.agreements
        )
        return _table("agreements", columns, rows)

    def meetings(self) -> tuple[Table, Rendered]:
        columns = (
            *("story", "page", "week", "event_type", *_event_columns(), "cities", *self._each("cities")),
            *("families", "unverified"),
        )
        rows = (
            (
                *(row.story_id, self._page_of(row.story_id), issue.week, row.event_type, *_event(row.date)),
                *(*self._cities((row.a, row.b)), *self._support(row.story_id)),
            )
            for issue, row in self.holdings.meetings
        )
        return _table("meetings", columns, rows)

    def dates(self) -> tuple[Table, Rendered]:
        """Every date that a story gives to something that happens, its own first; past ones too."""
        columns = ("story", "page", *_event_columns(), "main", "cities", *self._each("cities"), "networks")
        rows = (
            (
                *(card.story_id, self._page(card), *_event(event), event == card.event),
                *(*self._cities(card.cities), " ".join(card.networks)),
            )
            for card in self.holdings.stories.values()
            for event in dict.fromkeys((*((card.event,) if card.event else ()), *card.dates))
        )
        return _table("calendar", columns, rows)

    def ties(self) -> tuple[Table, Rendered]:
        columns = ("cities", *self._each("cities"), "kind", "since", "until", "complete", "url", "retrieved")
        known = self.holdings.ties
        rows = (
            (
                *(*self._cities((tie.a, tie.b)), tie.kind.value, tie.since, tie.until),
                *(" ".join(known.complete_in(tie)), tie.source, tie.retrieved),
            )
            for tie in known.rows
        )
        return _table("ties", columns, rows)

    def _each(self, name: str) -> tuple[str, ...]:
        """A column per edition."""
        return tuple(f"{name}_{code}" for code in self.codes)

    def _cities(self, cities: Sequence[str]) -> tuple[Cell, ...]:
        """Their ids, and their names in every edition."""
        lexicon = self.first.lexicon
        names = ("; ".join(lexicon.name(TagKind.CITY, city, code) for city in cities) for code in self.codes)
        return (" ".join(cities), *names)

    def _page(self, card: Card) -> str:
        path = links.story_path(card.story_id, self.codes[0])
        return links.absolute(path, self.base_url) or path

    def _page_of(self, story_id: str) -> str:
        card = self._card(story_id)
        return self._page(card) if card else ""

    def _support(self, story_id: str) -> tuple[Cell, ...]:
        """How many families tell it, and whether none of them has a label; nothing for a story that is gone."""
        card = self._card(story_id)
        return (card.families, card.unverified) if card else (None, None)

    def _card(self, story_id: str) -> Card | None:
        return self.holdings.stories.get(self.holdings.redirects.get(story_id, story_id))


def _published_columns() -> tuple[str, ...]:
    return ("published", "published_precision", "published_zone", "published_origin")


def _published(date: FuzzyDate | None) -> tuple[Cell, ...]:
    """The date as exact as it is known, and what is known of it."""
    if date is None:
        return ("", "", "", "")
    zone = "stated" if date.zone_stated else "assumed"
    return (_shortened(date.value, date.precision.value), date.precision.value, zone, date.origin.value)


def _event_columns() -> tuple[str, ...]:
    return ("event_start", "event_end", "event_precision", "event_deadline")


def _event(event: DatedEvent | None) -> tuple[Cell, ...]:
    if event is None:
        return ("", "", "", "")
    precision = event.precision.value
    start = _shortened(dt.datetime.combine(event.start, dt.time()), precision if precision != "minute" else "day")
    return (start, event.end, precision, event.deadline)


def _shortened(moment: dt.datetime, precision: str) -> str:
    """ISO 8601 with as many parts as are known: 2026, 2026-10, 2026-10-21, 2026-10-21T14:30+09:00."""
    if precision == "minute":
        return moment.isoformat(timespec="minutes")
    return moment.date().isoformat()[: {"year": 4, "month": 7}.get(precision, 10)]
