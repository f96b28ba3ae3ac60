"""Calendar files: what a calendar program reads in them (RFC 5545, W6). Read back with the library `icalendar`."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from types import ModuleType

import lxml.html
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from pipeline.knowledge.editions import load_edition
from pipeline.model import Card, DatedEvent, Issue, Precision, Shelf, Words
from pipeline.render.calendars import MOST_OCTETS, _fold, _text, render_calendars
from pipeline.render.entries import follow_dates
from pipeline.render.environment import strip_forbidden
from pipeline.render.holdings import take_stock
from pipeline.render.presenter import Presenter

Tree = dict[str, bytes]
Build = Callable[..., Tree]
BASE = "https://digest.example/archive"
NAGASAKI = "cities/geonames-1856177"


def events(body: bytes) -> list[Event]:
    return Calendar.from_ical(body).events


def calendars(tree: Tree) -> Tree:
    return {path: body for path, body in tree.items() if path.endswith(".ics")}


def later(sample: ModuleType, weeks: int, *cards: Card) -> Issue:
    """An issue so many weeks after the second one."""
    first = sample.SECOND.first_day + dt.timedelta(weeks=weeks)
    return Issue(
        week=f"{first.isocalendar()[0]}-W{first.isocalendar()[1]:02d}",
        number=2 + weeks,
        first_day=first,
        last_day=first + dt.timedelta(days=6),
        zone="Asia/Tokyo",
        status=sample.SECOND.status,
        leads=cards,
    )


def revise(sample: ModuleType, build: Build, *issues: Issue) -> Tree:
    """The archive with further issues."""
    return build(msgspec.structs.replace(sample.SHELF, issues=(*sample.SHELF.issues, *issues)))


def test_every_file_round_trips_and_says_the_least_that_rfc_5545_wants(published: Tree):
    """Sections 3.6 and 3.6.1: a calendar has version, product and an event; an event has UID, stamp and start."""
    assert calendars(published)
    for path, body in calendars(published).items():
        read = Calendar.from_ical(body)
        assert read["version"] == "2.0", path
        assert read["prodid"], path
        assert read.events, path
        assert Calendar.from_ical(read.to_ical()).events == read.events, path
        for event in read.events:
            assert event["uid"], path
            assert event["dtstamp"].dt.tzinfo is not None, path
            assert event.errors == [], path


def test_lines_end_in_crlf_and_hold_75_octets_of_whole_characters(published: Tree):
    """Section 3.1."""
    for path, body in calendars(published).items():
        assert body.endswith(b"END:VCALENDAR\r\n"), path
        assert b"\n" not in body.replace(b"\r\n", b""), path
        for line in body.split(b"\r\n"):
            assert len(line) <= 75, path
            line.decode("utf-8")


def test_a_date_without_an_hour_is_a_whole_day_whose_end_is_the_day_after(tree: Tree, sample: ModuleType):
    """W6; section 3.6.1: DTEND is not part of the event."""
    (event,) = events(tree[f"stories/{sample.PEACE.story_id}/2026-11-05-ja.ics"])
    assert (event["dtstart"].dt, event["dtend"].dt) == (dt.date(2026, 11, 5), dt.date(2026, 11, 7))
    assert event["transp"] == "TRANSPARENT"


def test_an_event_says_what_where_which_kind_and_who_reports_it(published: Tree, sample: ModuleType):
    for code, summary, place in (
        ("ja", "長崎市で平和首長会議の国内総会", "長崎（日本）"),
        ("en", "Mayors for Peace holds its national assembly in Nagasaki", "Nagasaki, Japan"),
    ):
        (event,) = events(published[f"stories/{sample.PEACE.story_id}/2026-11-05-{code}.ics"])
        assert event["summary"] == summary
        assert event["summary"].params["LANGUAGE"] == code
        assert event["location"] == place
        assert event["url"] == f"{BASE}/stories/{sample.PEACE.story_id}/{code}.html"
        source = sample.PEACE.sources[0]
        assert source.title in event["description"]
        assert source.url in event["description"]
        assert len(event.categories) >= 3


def test_without_a_published_address_an_event_leads_to_its_first_source(tree: Tree, sample: ModuleType):
    (event,) = events(tree[f"stories/{sample.PEACE.story_id}/2026-11-05-ja.ics"])
    assert event["url"] == sample.PEACE.sources[0].url
    assert b"digest.example" not in b"".join(calendars(tree).values())


def test_the_place_is_the_host_city_where_the_sources_name_one(sample: ModuleType, build: Build):
    held = msgspec.structs.replace(
        sample.DIALOGUE, host="geonames:1792947", event=DatedEvent(start=dt.date(2026, 11, 20)), dates=()
    )
    tree = revise(sample, build, later(sample, 1, held))
    (event,) = events(tree[f"stories/{held.story_id}/2026-11-20-en.ics"])
    assert event["location"] == "Tianjin, China"


def test_a_deadline_is_an_event_of_its_own_and_says_so(tree: Tree, sample: ModuleType):
    (event,) = events(tree[f"stories/{sample.PEACE.story_id}/2026-10-30-deadline-en.ics"])
    assert event["summary"].startswith("[deadline] ")
    assert event["dtend"].dt == dt.date(2026, 10, 31)
    assert "location" not in event


def test_there_is_a_calendar_of_everything_of_each_city_and_of_each_network(tree: Tree):
    """W6."""
    whole = {str(event["uid"]) for event in events(tree["calendar/ja.ics"])}
    city = {str(event["uid"]) for event in events(tree[f"{NAGASAKI}/ja.ics"])}
    network = {str(event["uid"]) for event in events(tree["networks/mayors-for-peace/ja.ics"])}
    assert city == network
    assert city < whole
    assert "networks/sco/ja.ics" not in tree, "a calendar without an event is none (RFC 5545, section 3.6)"


def test_a_uid_is_the_same_in_every_calendar_edition_and_build(tree: Tree, published: Tree):
    """W6: it names the story and the date, not the place where it is published."""
    for path in ("calendar/ja.ics", f"{NAGASAKI}/en.ics"):
        ours = [str(event["uid"]) for event in events(tree[path])]
        assert ours == [str(event["uid"]) for event in events(published[path])]
        assert ours == [str(event["uid"]) for event in events(tree[path.replace("ja.", "en.")])] or "en" in path
        assert len(set(ours)) == len(ours)


def test_a_longer_meeting_keeps_its_uid_and_raises_its_sequence(sample: ModuleType, build: Build):
    """W6, RFC 5545 section 3.8.7.4."""
    longer = DatedEvent(start=dt.date(2026, 11, 5), end=dt.date(2026, 11, 8))
    told = msgspec.structs.replace(sample.PEACE, event=longer, dates=(longer,))
    path = f"stories/{told.story_id}/2026-11-05-ja.ics"
    (before,), (after,) = events(build()[path]), events(revise(sample, build, later(sample, 1, told))[path])
    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert after["dtend"].dt == dt.date(2026, 11, 9)
    assert after["dtstamp"].dt > before["dtstamp"].dt


def test_an_issue_that_tells_the_same_again_changes_nothing(sample: ModuleType, build: Build):
    path = f"stories/{sample.PEACE.story_id}/2026-11-05-ja.ics"
    assert revise(sample, build, later(sample, 1, sample.PEACE))[path] == build()[path]


def test_a_moved_date_moves_the_event_and_not_its_uid(sample: ModuleType, build: Build):
    moved = DatedEvent(start=dt.date(2026, 11, 19))
    told = msgspec.structs.replace(sample.PEACE, event=moved, dates=(sample.PEACE.dates[0], moved))
    tree = revise(sample, build, later(sample, 1, told))
    (event,) = events(tree[f"stories/{told.story_id}/2026-11-05-ja.ics"])
    assert (event["dtstart"].dt, event["sequence"], event["status"]) == (moved.start, 1, "CONFIRMED")
    assert f"stories/{told.story_id}/2026-11-19-ja.ics" not in tree


def test_what_is_called_off_is_cancelled_and_stays_to_say_so(sample: ModuleType, build: Build):
    """Section 3.8.1.11."""
    told = msgspec.structs.replace(sample.PEACE, event=None, dates=(), called_off=True)
    tree = revise(sample, build, later(sample, 1, told))
    (event,) = events(tree[f"stories/{told.story_id}/2026-11-05-ja.ics"])
    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)
    assert event["summary"].startswith("〔中止・延期〕")
    assert "2026-11-05-ja.ics" not in tree[f"stories/{told.story_id}/ja.html"].decode()
    assert "中止・延期" in tree["issues/2026-W44/ja.html"].decode()


def test_a_withdrawn_story_cancels_its_dates(sample: ModuleType):
    """A tombstone: the story is gone, its event in subscribers' calendars must go too."""
    entries = follow_dates(sample.SHELF.issues, {}, {})
    assert all(entry.is_off for held in entries.values() for entry in held)
    holdings = dataclasses.replace(
        take_stock(sample.SHELF), entries=entries, entries_of_cities={}, entries_of_networks={}
    )
    for file in render_calendars(Presenter(holdings, sample.LEXICON, load_edition("en")), BASE):
        for event in events(file.body):
            assert (event["status"], event["summary"]) == ("CANCELLED", "Withdrawn date")
            assert not {"description", "location", "url", "categories"} & {key.lower() for key in event}


def test_a_date_that_has_passed_is_followed_by_a_new_one_not_moved(sample: ModuleType, build: Build):
    follow_up = DatedEvent(start=dt.date(2026, 12, 10))
    told = msgspec.structs.replace(sample.PEACE, event=follow_up, dates=(follow_up,))
    tree = revise(sample, build, later(sample, 3, told))
    (old,) = events(tree[f"stories/{told.story_id}/2026-11-05-ja.ics"])
    (new,) = events(tree[f"stories/{told.story_id}/2026-12-10-ja.ics"])
    assert (old["dtstart"].dt.day, new["dtstart"].dt.day) == (5, 10)
    assert old["uid"] != new["uid"]


def test_everything_once_ahead_stays_for_a_year_and_its_own_file_for_good(sample: ModuleType, build: Build):
    path = f"stories/{sample.PEACE.story_id}/2026-11-05-ja.ics"
    for weeks, stays in ((50, True), (56, False)):
        ahead = DatedEvent(start=sample.SECOND.last_day + dt.timedelta(weeks=weeks, days=9))
        other = msgspec.structs.replace(sample.DIALOGUE, story_id="s0000000000f1", event=ahead, dates=(ahead,))
        tree = revise(sample, build, later(sample, weeks, other))
        days = [event["dtstart"].dt for event in events(tree["calendar/ja.ics"])]
        assert (dt.date(2026, 11, 5) in days) is stays
        assert ahead.start in days
        assert path in tree
        assert events(tree[f"{NAGASAKI}/ja.ics"]), (
            "a city's calendar keeps its last date: subscribers never lose the file"
        )


def test_a_month_is_no_day_of_a_calendar(tree: Tree, sample: ModuleType):
    assert sample.STUDENTS.event.precision is Precision.MONTH
    assert not [path for path in calendars(tree) if sample.STUDENTS.story_id in path]


def test_an_archive_without_a_date_ahead_has_no_calendar_and_links_none(sample: ModuleType, build: Build):
    issue = msgspec.structs.replace(sample.FIRST, leads=(sample.ENDED,), regions=(), names=())
    tree = build(Shelf(issues=(issue,), cards=(sample.ENDED,), sources=sample.SOURCES))
    assert not calendars(tree)
    assert not [path for path, body in tree.items() if path.endswith(".html") and b".ics" in body]


def test_every_calendar_that_a_page_links_to_is_there(tree: Tree):
    linked = 0
    for path, body in tree.items():
        if path.endswith(".html"):
            page = lxml.html.document_fromstring(body.decode("utf-8"))
            for link in page.xpath("//a[contains(@href, '.ics')]/@href"):
                parts = path.split("/")[:-1]
                for step in link.split("/"):
                    parts = parts[:-1] if step == ".." else [*parts, step]
                assert "/".join(parts) in tree, f"{path}: {link}"
                linked += 1
    assert linked > 10


def test_hostile_words_open_no_line_of_their_own(sample: ModuleType, build: Build):
    """A title with line ends and property names stays inside its description; bidi controls are gone (W13 in spirit)."""
    evil = "Forum\r\nATTACH:https://evil.example/x\nEND:VEVENT\u202e; a,b\\c"
    words = {code: Words(headline=evil, sentences=(evil,), engine="tags") for code in ("ja", "en")}
    source = msgspec.structs.replace(sample.PEACE.sources[0], title=evil, url="javascript:alert(1)")
    told = msgspec.structs.replace(sample.PEACE, words=words, sources=(source,))
    shelf = Shelf(issues=(later(sample, 0, told),), cards=(told,), sources=sample.SOURCES)
    body = build(shelf)["calendar/en.ics"]
    read = events(body)
    assert len(read) == 2
    assert not any("attach" in event for event in read)
    assert b"javascript:" not in body
    assert "\u202e".encode() not in body
    assert any("; a,b\\c" in event["summary"] for event in read)


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_back_as_it_was(text: str):
    """Sections 3.1 and 3.3.11: folding and escaping lose nothing but the characters that no page of ours may hold."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:x",
        "BEGIN:VEVENT",
        f"SUMMARY:{_text(text)}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    body = _fold(lines)
    assert all(len(line) <= MOST_OCTETS for line in body.split(b"\r\n"))
    (event,) = events(body)
    assert str(event["summary"]) == strip_forbidden(text)


@pytest.mark.parametrize("code", ["ja", "en"])
def test_the_calendar_page_lists_the_coming_weeks_under_their_months(tree: Tree, code: str):
    page = lxml.html.document_fromstring(tree[f"calendar/{code}.html"].decode("utf-8"))
    months = [section.get("id") for section in page.find_class("block")]
    assert months == sorted(months)
    assert months[0] == "month-2026-11"
    weeks = [row.text_content().strip() for row in page.xpath("//tr[@class='week']")]
    assert len(weeks) >= 2
    assert "Asia/Tokyo" in page.text_content()
    assert page.xpath(f"//header//a[contains(@href, '{code}.ics')]")


def test_an_empty_calendar_page_says_why(sample: ModuleType, build: Build):
    """Nothing announced, nothing read, and nothing yet are three different things."""
    quiet = msgspec.structs.replace(sample.FIRST, calendar=())
    texts = [
        build(Shelf(issues=issues, cards=(), sources=sample.SOURCES))["calendar/en.html"].decode()
        for issues in ((quiet,), (quiet, sample.FAILED), ())
    ]
    assert "no source had announced a date" in texts[0]
    assert "does not mean that there are none" in texts[1]
    assert "There is no issue yet" in texts[2]
