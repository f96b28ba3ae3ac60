"""Health: the newest item against the source's own rhythm, and the time of the next asking."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest

from crawler.health import (
    MOVES,
    Observation,
    address_to_ask,
    count_move,
    due_after,
    is_due,
    judge,
    read_times,
    rhythm,
)
from pipeline.config import Crawl
from pipeline.model import Expect, Kind, Label, SourceHealth, SourceSpec, SourceState
from pipeline.store.inbox import HttpState

NOW = dt.datetime(2026, 11, 8, 21, 0, tzinfo=dt.UTC)
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
CONFIG = Crawl()
SPEC = SourceSpec(
    id="city",
    names={"en": "City"},
    home="https://city.example/",
    country="JP",
    languages=("ja",),
    kind=Kind.FEED,
    start=("https://city.example/feed",),
    zone="Asia/Tokyo",
)


def spec(**changes: Any) -> SourceSpec:
    return msgspec.structs.replace(SPEC, **changes)


def every(gap: dt.timedelta, times: int = 8, until: dt.datetime = NOW) -> tuple[dt.datetime, ...]:
    return tuple(until - gap * number for number in range(times))


def seen(*times: dt.datetime, **about: Any) -> Observation:
    known_by_default: dict[str, Any] = {"asked": NOW, "items": len(times), "times": times}
    return Observation(**known_by_default | about)


def known(**about: Any) -> SourceHealth:
    return SourceHealth(source_id="city", **about)


# ------------------------------------------------------------------------------------------------------------------ times


def test_times_are_read_from_raw_strings_in_the_sources_own_zone() -> None:
    raw = ["Sun, 08 Nov 2026 10:00:00 +0900", "令和8年11月7日", "2026-11-06T23:30:00Z", "no date", ""]
    assert read_times(raw, SPEC, NOW) == (
        dt.datetime(2026, 11, 6, 15, 0, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 6, 23, 30, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 8, 1, 0, tzinfo=dt.UTC),
    )


@pytest.mark.parametrize(
    "raw",
    [
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "9999-12-31",
        "0001-01-01T00:00:00Z",
        "2027-03-01",  # an announced event
        "2026年11月",
        "November 2026",
    ],
)
def test_impossible_future_and_vague_dates_are_no_times(raw: str) -> None:
    assert read_times([raw], SPEC, NOW) == ()


def test_a_date_that_another_zone_puts_a_few_hours_ahead_is_now() -> None:
    assert read_times(["2026-11-09T15:00:00"], SPEC, NOW) == (NOW,)


def test_the_order_of_day_and_month_is_that_of_the_sources_language() -> None:
    french = spec(languages=("fr",), zone="UTC")
    assert read_times(["05/11/2026"], french, NOW) == (dt.datetime(2026, 11, 5, tzinfo=dt.UTC),)


# ----------------------------------------------------------------------------------------------------------------- rhythm


def test_the_rhythm_is_the_median_gap() -> None:
    holiday = [NOW - 30 * DAY]
    assert rhythm([*every(2 * DAY), *holiday]) == 48.0


def test_three_gaps_must_be_known() -> None:
    assert rhythm(every(DAY, 3)) is None
    assert rhythm(every(DAY, 4)) == 24.0


def test_a_batch_of_one_afternoon_counts_once() -> None:
    weekly = [day + 20 * number * dt.timedelta(minutes=1) for day in every(7 * DAY, 5) for number in range(10)]
    assert rhythm(weekly) == pytest.approx(7 * 24, abs=4)
    assert rhythm([NOW] * 50) is None


def test_only_the_latest_items_tell_the_rhythm() -> None:
    formerly = every(DAY, 300, NOW - 400 * DAY)
    assert rhythm([*every(7 * DAY, 40), *formerly]) == 7 * 24


def test_who_writes_all_day_has_the_shortest_rhythm_that_matters() -> None:
    hours = rhythm(every(dt.timedelta(minutes=20), 500))
    assert hours == 12.0
    assert due_after(known(rhythm_h=hours), SPEC, NOW, CONFIG) == NOW + 6 * HOUR


def test_without_dates_the_times_of_discovery_tell_the_rhythm() -> None:
    judged = judge(None, seen(items=9, discovered=every(3 * DAY, 5)), SPEC, NOW)
    assert (judged.rhythm_h, judged.newest) == (72.0, None)


def test_the_sources_own_dates_tell_it_before_those_of_discovery() -> None:
    assert judge(None, seen(*every(2 * DAY), discovered=every(DAY)), SPEC, NOW).rhythm_h == 48.0


def test_items_without_dates_leave_rhythm_and_newest_as_they_are() -> None:
    before = known(rhythm_h=48.0, newest=NOW - DAY)
    judged = judge(before, seen(items=3), SPEC, NOW)
    assert (judged.rhythm_h, judged.newest, judged.empties, judged.problem) == (48.0, NOW - DAY, 0, "")


# -------------------------------------------------------------------------------------------------------------- judgement


def test_a_healthy_answer() -> None:
    judged = judge(known(failures=3, problem="timeout"), seen(*every(DAY), new_pages=2), SPEC, NOW)
    assert judged == known(
        names={"en": "City"}, last_asked=NOW, last_ok=NOW, last_new=NOW, newest=NOW, rhythm_h=24.0
    )  # fmt: skip


def test_answers_200_with_old_news_are_stale() -> None:
    """The server says that all is well; the newest item says otherwise."""
    judged = judge(None, seen(*every(DAY, until=NOW - 20 * DAY)), SPEC, NOW)
    assert (judged.problem, judged.failures, judged.last_ok) == ("stale", 0, NOW)
    again = judge(judged, seen(*every(DAY, until=NOW - 20 * DAY)), SPEC, NOW + DAY)
    assert again.problem == "stale"
    cured = judge(again, seen(*every(DAY), asked=NOW + DAY), SPEC, NOW + DAY)
    assert cured.problem == ""


@pytest.mark.parametrize(
    ("gap", "age", "problem"),
    [
        (DAY, 4.7 * DAY, ""),  # a long weekend
        (DAY, 5.1 * DAY, "stale"),
        (7 * DAY, 20 * DAY, ""),
        (7 * DAY, 22 * DAY, "stale"),
        (30 * DAY, 89 * DAY, ""),  # an office that writes once a month
        (30 * DAY, 91 * DAY, "stale"),
    ],
)
def test_stale_is_three_times_the_sources_own_rhythm(gap: dt.timedelta, age: dt.timedelta, problem: str) -> None:
    assert judge(None, seen(*every(gap, until=NOW - age)), SPEC, NOW).problem == problem


def test_a_source_without_a_rhythm_is_stale_when_it_is_older_than_it_promises() -> None:
    patient, strict = spec(), spec(expect=Expect(max_age_days=30))
    assert judge(None, seen(NOW - 40 * DAY), patient, NOW).problem == ""
    assert judge(None, seen(NOW - 40 * DAY), strict, NOW).problem == "stale"
    assert judge(None, seen(NOW - 366 * DAY), patient, NOW).problem == "stale"


def test_a_promised_number_per_week_counts_as_a_rhythm() -> None:
    promising = spec(expect=Expect(articles_per_week=(1, 1000)))
    assert judge(None, seen(*every(30 * DAY, until=NOW - 20 * DAY)), promising, NOW).problem == ""
    assert judge(None, seen(*every(30 * DAY, until=NOW - 22 * DAY)), promising, NOW).problem == "stale"


def test_more_per_week_than_promised_is_a_flood() -> None:
    quiet = spec(expect=Expect(articles_per_week=(0, 20)))
    assert judge(None, seen(*every(HOUR, 20)), quiet, NOW).problem == ""
    assert judge(None, seen(*every(HOUR, 21)), quiet, NOW).problem == "flood"
    assert judge(None, seen(*every(DAY, 100)), quiet, NOW).problem == ""
    assert judge(None, seen(NOW, flooded=True), SPEC, NOW).problem == "flood"


def test_a_source_without_dates_is_stale_by_what_was_new_to_us() -> None:
    before = known(last_new=NOW - 10 * DAY, rhythm_h=24.0)
    assert judge(before, seen(items=5), SPEC, NOW).problem == "stale"
    assert judge(before, seen(items=5, new_pages=1), SPEC, NOW).problem == ""


def test_a_feed_is_empty_after_three_empty_answers_in_a_row() -> None:
    health, problems = known(newest=NOW - DAY), []
    for _ in range(4):
        health = judge(health, seen(), SPEC, NOW)
        problems.append(health.problem)
    assert problems == ["", "", "empty", "empty"]
    assert (health.empties, health.last_ok) == (4, NOW)
    assert judge(health, seen(problem="timeout"), SPEC, NOW).empties == 4
    assert judge(health, seen(NOW), SPEC, NOW).problem == ""


def test_a_listing_that_had_items_is_empty_at_once() -> None:
    listing = spec(kind=Kind.LISTING)
    assert judge(known(newest=NOW - DAY), seen(), listing, NOW).problem == "empty"
    assert judge(known(last_new=NOW - DAY), seen(), listing, NOW).problem == "empty"
    assert judge(None, seen(), listing, NOW).problem == ""


def test_a_query_without_a_result_is_no_fault() -> None:
    assert judge(known(empties=9), seen(), spec(labels=(Label.QUERY,)), NOW).problem == ""


def test_archives_are_neither_stale_nor_empty() -> None:
    archive = spec(kind=Kind.ARCHIVE)
    assert judge(known(empties=9), seen(), archive, NOW).problem == ""
    assert judge(None, seen(*every(DAY, until=NOW - 900 * DAY)), archive, NOW).problem == ""
    assert judge(None, seen(problem="bad_file"), archive, NOW).problem == "bad_file"


def test_failures_count_in_a_row_and_outrank_everything() -> None:
    before = known(newest=NOW - 99 * DAY, rhythm_h=24.0, last_ok=NOW - DAY, failures=1)
    judged = judge(before, seen(problem="timeout"), SPEC, NOW)
    assert (judged.problem, judged.failures, judged.last_ok, judged.last_asked) == ("timeout", 2, NOW - DAY, NOW)


def test_refusals_are_told_as_what_they_are() -> None:
    once = judge(None, seen(problem="access_refused"), SPEC, NOW)
    twice = judge(once, seen(problem="access_refused"), SPEC, NOW)
    assert [(health.problem, health.refusals, health.failures) for health in (once, twice)] == [
        ("access_refused", 1, 1),
        ("access_refused", 2, 2),
    ]
    silent = judge(twice, seen(problem="timeout"), SPEC, NOW)
    assert (silent.problem, silent.refusals, silent.failures) == ("timeout", 2, 3)
    back = judge(silent, seen(NOW), SPEC, NOW)
    assert (back.problem, back.refusals, back.failures) == ("", 0, 0)


@pytest.mark.parametrize("reason", ["no_browser", "denied_host"])
def test_a_source_that_is_not_asked_does_not_fail(reason: str) -> None:
    before = known(last_asked=NOW - DAY, last_ok=NOW - DAY, rhythm_h=24.0)
    judged = judge(before, seen(problem=reason), SPEC, NOW)
    assert judged == msgspec.structs.replace(before, names={"en": "City"}, problem=reason)


# -------------------------------------------------------------------------------------------------------------------- due


@pytest.mark.parametrize(
    ("hours", "wait"),
    [(None, DAY), (2.0, 6 * HOUR), (24.0, 12 * HOUR), (96.0, 2 * DAY), (9000.0, 7 * DAY)],
)
def test_a_source_is_asked_after_half_its_rhythm(hours: float | None, wait: dt.timedelta) -> None:
    assert due_after(known(rhythm_h=hours), SPEC, NOW, CONFIG) == NOW + wait


def test_failing_sources_are_asked_later_and_later() -> None:
    waits = [due_after(known(rhythm_h=960.0, failures=count), SPEC, NOW, CONFIG) - NOW for count in range(1, 7)]
    assert waits == [DAY, 2 * DAY, 4 * DAY, 7 * DAY, 7 * DAY, 7 * DAY]
    assert due_after(known(failures=10_000), SPEC, NOW, CONFIG) == NOW + 7 * DAY


def test_dead_sources_are_asked_whether_they_live_again() -> None:
    dead = spec(state=SourceState.DEAD)
    assert due_after(known(failures=1), dead, NOW, CONFIG) == NOW + 30 * DAY
    assert due_after(known(), dead, NOW, Crawl(revival_days=0)) == NOW + 7 * DAY


def test_archives_are_read_in_every_crawl() -> None:
    assert is_due(known(due=due_after(known(failures=9), spec(kind=Kind.ARCHIVE), NOW, CONFIG)), NOW)


def test_who_was_never_asked_is_due() -> None:
    assert is_due(None, NOW)
    assert is_due(known(), NOW)


@pytest.mark.parametrize("late", [-45, 0, 45])
def test_a_daily_crawl_that_begins_some_minutes_earlier_or_later_slips_no_day(late: int) -> None:
    ends = NOW + 2 * HOUR
    health = known(last_asked=NOW, due=due_after(known(), SPEC, ends, CONFIG))
    assert is_due(health, NOW + DAY + dt.timedelta(minutes=late))
    assert not is_due(health, NOW + 12 * HOUR)


def test_the_tolerance_does_not_halve_the_shortest_wait() -> None:
    health = known(last_asked=NOW, due=NOW + 6 * HOUR)
    assert not is_due(health, NOW + 4 * HOUR)
    assert is_due(health, NOW + 5 * HOUR)


# ----------------------------------------------------------------------------------------------------------------- moving


def test_a_move_is_believed_when_it_was_told_three_times_in_a_row() -> None:
    start, there, elsewhere = SPEC.start[0], "https://city.example/rss", "https://other.example/"
    state = HttpState(url=start, etag='"1"')
    asked = []
    for target in (there, there, elsewhere, there, "", there, there, there):
        state = count_move(state, target)
        asked.append(address_to_ask(state, start))
    assert asked == [start] * 7 + [there]
    assert (state.moves, state.etag) == (MOVES, '"1"')
    assert address_to_ask(None, start) == start
    assert judge(None, seen(NOW, moved_to=there), SPEC, NOW).moved_to == there
