"""Laws of health: what holds for every source, whatever it does."""

from __future__ import annotations

import datetime as dt

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from crawler.health import LONGEST_WAIT, SHORTEST_WAIT, Observation, due_after, is_due, judge, rhythm
from pipeline.config import Crawl
from pipeline.errors import Reason
from pipeline.model import Kind, SourceHealth, SourceSpec

NOW = dt.datetime(2026, 11, 8, 21, 0, tzinfo=dt.UTC)
CONFIG = Crawl()
FAILURES = ("timeout", "gone", "bad_feed", "http_error", "access_refused", "robots_disallowed")

times = st.lists(
    st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: NOW - dt.timedelta(minutes=minutes)), max_size=60
)
specs = st.sampled_from(list(Kind)).map(
    lambda kind: SourceSpec(
        id="city",
        names={"en": "City"},
        home="https://city.example/",
        country="JP",
        languages=("ja",),
        kind=kind,
        start=("https://city.example/feed",),
    )
)
healths = st.none() | st.builds(
    SourceHealth,
    source_id=st.just("city"),
    newest=st.none() | times.filter(bool).map(max),
    last_new=st.none() | times.filter(bool).map(max),
    rhythm_h=st.none() | st.floats(12, 10_000),
    failures=st.integers(0, 50),
    empties=st.integers(0, 50),
    refusals=st.integers(0, 50),
    problem=st.sampled_from(("", *FAILURES, "stale", "empty")),
)
observations = st.builds(
    Observation,
    asked=st.just(NOW),
    problem=st.sampled_from(("", *FAILURES)),
    items=st.integers(0, 100),
    times=times.map(tuple),
    discovered=times.map(tuple),
    new_pages=st.integers(0, 9),
)


@given(previous=healths, seen=observations, spec=specs, data=st.data())
def test_the_order_of_items_does_not_matter(
    previous: SourceHealth | None, seen: Observation, spec: SourceSpec, data: st.DataObject
) -> None:
    shuffled = msgspec.structs.replace(
        seen,
        times=tuple(data.draw(st.permutations(seen.times))),
        discovered=tuple(data.draw(st.permutations(seen.discovered))),
    )
    assert judge(previous, seen, spec, NOW) == judge(previous, shuffled, spec, NOW)


@given(moments=times, shift=st.timedeltas(dt.timedelta(0), dt.timedelta(days=300)))
def test_a_rhythm_is_a_gap_and_does_not_depend_on_the_day(moments: list[dt.datetime], shift: dt.timedelta) -> None:
    hours = rhythm(moments)
    assert hours == rhythm([moment - shift for moment in moments])
    assert hours == rhythm(moments * 2)
    assert hours is None or 12 <= hours <= (max(moments) - min(moments)) / dt.timedelta(hours=2) + 0.1


@given(previous=healths, seen=observations, spec=specs)
def test_every_problem_is_a_reason_and_a_failure_counts_once(
    previous: SourceHealth | None, seen: Observation, spec: SourceSpec
) -> None:
    judged = judge(previous, seen, spec, NOW)
    assert not judged.problem or Reason(judged.problem)
    failed = bool(seen.problem)
    assert judged.failures == ((previous.failures if previous else 0) + 1 if failed else 0)
    assert not (failed and not judged.problem)
    assert judged.last_ok == (None if failed else NOW)


@given(previous=healths, seen=observations, spec=specs)
def test_the_newest_item_never_grows_older(previous: SourceHealth | None, seen: Observation, spec: SourceSpec) -> None:
    judged = judge(previous, seen, spec, NOW)
    assert all(judged.newest and judged.newest >= moment for moment in seen.times)
    assert not (previous and previous.newest) or (judged.newest and judged.newest >= previous.newest)


@given(previous=healths, spec=specs, moments=times)
def test_a_source_that_gives_an_item_of_now_is_well_again(
    previous: SourceHealth | None, spec: SourceSpec, moments: list[dt.datetime]
) -> None:
    seen = Observation(asked=NOW, items=len(moments) + 1, times=(NOW, *moments))
    judged = judge(previous, seen, spec, NOW)
    assert (judged.problem, judged.failures, judged.empties, judged.refusals) == ("", 0, 0, 0)


@given(health=healths.filter(bool), spec=specs, later=st.timedeltas(dt.timedelta(0), dt.timedelta(days=900)))
def test_what_is_stale_stays_stale_until_something_comes(
    health: SourceHealth, spec: SourceSpec, later: dt.timedelta
) -> None:
    undated = Observation(asked=NOW, items=1)
    if judge(health, undated, spec, NOW).problem == Reason.STALE:
        assert judge(health, undated, spec, NOW + later).problem == Reason.STALE


@given(health=healths.filter(bool), spec=specs.filter(lambda spec: spec.kind is not Kind.ARCHIVE))
def test_the_next_asking_lies_between_six_hours_and_a_week(health: SourceHealth, spec: SourceSpec) -> None:
    wait = due_after(health, spec, NOW, CONFIG) - NOW
    assert SHORTEST_WAIT <= wait <= LONGEST_WAIT
    more = msgspec.structs.replace(health, failures=health.failures + 1)
    if health.failures:
        assert due_after(more, spec, NOW, CONFIG) - NOW >= wait
    slower = msgspec.structs.replace(health, rhythm_h=(health.rhythm_h or 12.0) * 2)
    if health.rhythm_h:
        assert due_after(slower, spec, NOW, CONFIG) - NOW >= wait


@given(
    health=healths.filter(bool),
    spec=specs,
    earlier=st.timedeltas(dt.timedelta(0), dt.timedelta(days=40)),
    later=st.timedeltas(dt.timedelta(0), dt.timedelta(days=40)),
)
def test_what_is_due_stays_due(
    health: SourceHealth, spec: SourceSpec, earlier: dt.timedelta, later: dt.timedelta
) -> None:
    waiting = msgspec.structs.replace(health, last_asked=NOW, due=due_after(health, spec, NOW, CONFIG))
    assert not is_due(waiting, NOW + earlier) or is_due(waiting, NOW + earlier + later)
    assert waiting.due
    assert is_due(waiting, waiting.due)
