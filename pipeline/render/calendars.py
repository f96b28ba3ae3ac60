"""Calendar files (iCalendar, RFC 5545): one per date, per city, per network, and one of everything, in every edition.

Written by hand: the library `icalendar` gives the same bytes thirty times as slowly (0.33 ms an event against 0.01 ms). Every
event is a whole day, since sources are read for days and not for hours: the day of the place, wherever the reader is.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence

from pipeline.model import Rendered
from pipeline.render import links
from pipeline.render.entries import Entry
from pipeline.render.environment import strip_forbidden
from pipeline.render.presenter import Presenter

# Coming dates stay for a year after they have passed, so that a report on last year's visits finds them.
KEPT = dt.timedelta(days=366)
MOST_OCTETS = 75  # of a line, without its end (section 3.1)
MOST_SOURCES = 6  # in a description; the page of the story has them all
# A name space of our own for UIDs (RFC 9562, version 5), chosen once: they never change.
_UIDS = uuid.UUID("5f0c3d6e-6f0b-4d0e-9a53-6b1f7a8d2c41")
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_BLANK = re.compile(r"\s+")


def render_calendars(presenter: Presenter, base_url: str) -> Iterator[Rendered]:
    """Every calendar file of one edition.

    A calendar holds at least one event (section 3.6): there is none for a city or network that never had a date ahead, and one
    whose dates have all passed long ago keeps the last.
    """
    holdings, code, say = presenter.holdings, presenter.edition.code, presenter.say
    entries = [entry for story in holdings.entries.values() for entry in story]
    events = {id(entry): _event(entry, presenter, base_url) for entry in entries}

    def calendar(path: str, name: str, held: Sequence[Entry], about: str) -> Rendered:
        ordered = sorted(held, key=lambda entry: (entry.date.start, entry.last_day, entry.story_id, entry.told_as))
        lines = _head(
            say("calendar.name", name=name) if name else say("calendar.site_name"), about, path, code, base_url
        )
        body = b"".join((_fold(lines), *(events[id(entry)] for entry in ordered), b"END:VCALENDAR\r\n"))
        return Rendered(path=path, body=body)

    for entry in entries:
        path = links.entry_path(entry.story_id, entry.told_as, code, is_call=entry.is_call)
        yield calendar(path, "", [entry], "")
    if not entries:
        return
    since = holdings.shelf.issues[-1].last_day - KEPT
    whole = links.calendar_path(links.list_path("calendar", code))
    yield calendar(whole, "", _recent(entries, since), say("calendar.about"))
    for city, held in holdings.entries_of_cities.items():
        path = links.calendar_path(links.city_path(city, code))
        yield calendar(path, presenter.city(city).text, _recent(held, since), say("calendar.about"))
    for network, held in holdings.entries_of_networks.items():
        path = links.calendar_path(links.network_path(network, code))
        yield calendar(path, presenter.network(network).text, _recent(held, since), say("calendar.about"))


def _recent(entries: Sequence[Entry], since: dt.date) -> Sequence[Entry]:
    recent = [entry for entry in entries if entry.last_day >= since]
    return recent or [max(entries, key=lambda entry: (entry.last_day, entry.story_id, entry.told_as))]


def _head(name: str, about: str, path: str, code: str, base_url: str) -> Iterator[str]:
    """The properties of a calendar; NAME, SOURCE and REFRESH-INTERVAL are of RFC 7986, the names beside them what clients knew before."""
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield f"PRODID:-//city-digest//calendar//{code.upper()}"
    yield "CALSCALE:GREGORIAN"
    yield "METHOD:PUBLISH"
    if not about:
        return
    yield f"NAME:{_text(name)}"
    yield f"X-WR-CALNAME:{_text(name)}"
    yield f"DESCRIPTION:{_text(about)}"
    yield f"X-WR-CALDESC:{_text(about)}"
    if base_url:
        yield f"SOURCE;VALUE=URI:{links.absolute(path, base_url)}"
        yield f"URL:{links.absolute(links.list_path('calendar', code), base_url)}"
    yield "REFRESH-INTERVAL;VALUE=DURATION:P1D"
    yield "X-PUBLISHED-TTL:P1D"


def _event(entry: Entry, presenter: Presenter, base_url: str) -> bytes:
    return _fold(_properties(entry, presenter, base_url))


def _properties(entry: Entry, presenter: Presenter, base_url: str) -> Iterator[str]:
    """The content lines of one event, unfolded."""
    code = presenter.edition.code
    revised = entry.revised.strftime("%Y%m%dT%H%M%SZ")
    yield "BEGIN:VEVENT"
    yield f"UID:{uid_of(entry)}"
    yield f"DTSTAMP:{revised}"
    yield f"LAST-MODIFIED:{revised}"
    yield f"SEQUENCE:{entry.revision}"
    yield f"DTSTART;VALUE=DATE:{entry.date.start:%Y%m%d}"
    # The day after the last one (section 3.6.1).
    yield f"DTEND;VALUE=DATE:{entry.last_day + dt.timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY;LANGUAGE={code}:{_text(presenter.entry_title(entry))}"
    if not entry.is_withdrawn:
        yield from _details(entry, presenter, base_url)
    yield f"STATUS:{'CANCELLED' if entry.is_off else 'CONFIRMED'}"
    # News of a date takes nobody's time: readers stay free on their calendars.
    yield "TRANSP:TRANSPARENT"
    yield "CLASS:PUBLIC"
    yield "END:VEVENT"


def _details(entry: Entry, presenter: Presenter, base_url: str) -> Iterator[str]:
    """What the story says of the event."""
    code, card = presenter.edition.code, presenter.card(entry.card)
    page = links.absolute(card.path, base_url) if card.path else ""
    source = next((url for one in card.sources if (url := links.safe_url(one.url))), "")
    yield f"DESCRIPTION;LANGUAGE={code}:{_text(_description(entry, presenter, page))}"
    if place := presenter.join_places(presenter.entry_places(entry)):
        yield f"LOCATION;LANGUAGE={code}:{_text(place)}"
    if page or source:
        yield f"URL:{page or source}"
    if categories := presenter.entry_categories(entry):
        yield f"CATEGORIES;LANGUAGE={code}:{','.join(_text(category) for category in categories)}"


def uid_of(entry: Entry) -> str:
    """The UID of an entry: the same in every edition, and as long as there is its story."""
    return str(uuid.uuid5(_UIDS, f"{entry.story_id}/{entry.told_as.isoformat()}/{'call' if entry.is_call else 'date'}"))


def _description(entry: Entry, presenter: Presenter, page: str) -> str:
    """Our sentences, the sources with their titles and links, and where to read on."""
    say, card = presenter.say, presenter.card(entry.card)
    note = say("calendar.off_note") if entry.is_off else ""
    parts = [note, say("list.sentences").join(card.sentences)]
    sources = [say("card.sources") + say("list.colon").rstrip()]
    for source in card.sources[:MOST_SOURCES]:
        facts = f"{_line(source.outlet.text)}{say('list.joint')}{source.language}"
        sources += [f"- {_line(source.title)}{say('paren.inside', text=facts)}", links.safe_url(source.url)]
    parts.append("\n".join(line for line in sources if line))
    parts.append(f"{say('card.permalink')}{say('list.colon')}{page}" if page else "")
    return "\n\n".join(part for part in parts if part)


def _line(text: str) -> str:
    return _BLANK.sub(" ", text).strip()


def _text(value: str) -> str:
    """A value of type TEXT (section 3.3.11) without characters that no page of ours may hold."""
    return str(strip_forbidden(value)).translate(_ESCAPED)


def _fold(lines: Iterable[str]) -> bytes:
    """Content lines with CRLF, folded between characters after at most 75 octets (section 3.1)."""
    folded = bytearray()
    for line in lines:
        raw = line.encode("utf-8")
        start, room = 0, MOST_OCTETS
        while len(raw) - start > room:
            end = start + room
            while raw[end] & 0xC0 == 0x80:  # within a character
                end -= 1
            folded += raw[start:end] + b"\r\n "
            start, room = end, MOST_OCTETS - 1
        folded += raw[start:] + b"\r\n"
    return bytes(folded)
