"""What a crawl begins with: each page once, and a stated problem for the source that leads to another's page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.catalogue import Entry
from crawler.health import MOVES, Observation, judge
from crawler.job import Job
from crawler.run import first_errands
from pipeline.config import open_workspace
from pipeline.model import Kind, SourceSpec, SourceState
from pipeline.store.inbox import HttpState, Link
from pipeline.store.opening import open_inbox

NOW = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)


def spec(source_id: str, *paths: str, state: SourceState = SourceState.ACTIVE) -> SourceSpec:
    return SourceSpec(
        id=source_id,
        names={"en": source_id},
        home=f"https://{source_id}.example/",
        country="FR",
        languages=("fr",),
        kind=Kind.FEED,
        start=tuple(f"https://{source_id}.example{path}" for path in paths or ("/feed",)),
        state=state,
    )


@pytest.fixture
def make_job(tmp_path: Path) -> Callable[..., Job]:
    (tmp_path / "city-digest.toml").write_text("", encoding="utf-8")
    workspace = open_workspace(tmp_path)

    def make(*specs: SourceSpec, moved: dict[str, str] | None = None) -> Job:
        inbox = open_inbox(workspace)
        for start, target in (moved or {}).items():
            inbox.save_http_state(HttpState(url=start, moved_to=target, moves=MOVES))
        return Job(workspace, inbox, [Entry(spec=one, file=tmp_path) for one in specs])

    return make


def asked(job: Job, *source_ids: str) -> list[tuple[str, str]]:
    errands = first_errands(job, set(source_ids or job.specs))
    return [(errand.source_id, errand.url) for errand in errands if errand.link is None]


def test_a_source_that_moved_to_the_page_of_another_says_so(make_job: Callable[..., Job]) -> None:
    job = make_job(spec("old"), spec("town"), moved={"https://old.example/feed": "https://town.example/feed"})

    assert asked(job) == [("town", "https://town.example/feed")]
    tally = job.tallies["old"]
    assert (tally.failed, tally.worst, tally.failures) == (True, "same_page", {"same_page": 1})
    assert job.problems["old"] == (
        "https://old.example/feed moved to https://town.example/feed, which is read by source 'town' already; "
        "keep one of them active"
    )
    assert not job.tallies["town"].failed
    health = judge(None, Observation(asked=NOW, problem=tally.worst), job.specs["old"], NOW)
    assert (health.problem, health.failures, health.last_asked) == ("same_page", 0, None)


def test_it_says_so_also_when_the_other_is_not_due(make_job: Callable[..., Job]) -> None:
    job = make_job(spec("old"), spec("town"), moved={"https://old.example/feed": "https://town.example/feed"})

    assert asked(job, "old") == []
    assert job.tallies["old"].problem == "same_page"


def test_of_two_that_moved_to_one_page_the_first_reads_it(make_job: Callable[..., Job]) -> None:
    new = "https://new.example/feed"
    job = make_job(
        spec("east"), spec("west"), moved={"https://east.example/feed": new, "https://west.example/feed": new}
    )

    assert asked(job) == [("east", new)]
    assert (job.tallies["east"].problem, job.tallies["west"].problem) == ("", "same_page")


def test_a_source_with_another_page_of_its_own_is_read(make_job: Callable[..., Job]) -> None:
    job = make_job(
        spec("old", "/feed", "/news"), spec("town"), moved={"https://old.example/feed": "https://town.example/feed"}
    )

    assert asked(job) == [("old", "https://old.example/news"), ("town", "https://town.example/feed")]
    assert (job.tallies["old"].problem, job.tallies["old"].failures) == ("", {"same_page": 1})
    assert "read by source 'town'" in job.problems["old"]


def test_a_dead_source_keeps_no_page_from_one_that_is_read(make_job: Callable[..., Job]) -> None:
    job = make_job(
        spec("town"),
        spec("dead", state=SourceState.DEAD),
        moved={"https://town.example/feed": "https://dead.example/feed"},
    )

    assert asked(job) == [("town", "https://dead.example/feed")]
    assert (job.tallies["town"].problem, job.tallies["dead"].problem) == ("", "same_page")


def test_pages_that_wait_come_whatever_became_of_the_sources_own_page(make_job: Callable[..., Job]) -> None:
    job = make_job(spec("old"), spec("town"), moved={"https://old.example/feed": "https://town.example/feed"})
    link = Link(url="https://old.example/story", source_id="old")
    job.inbox.save_source(job.specs["old"], [])
    job.inbox.save_discovery("old", "https://old.example/feed", [link], None, NOW)

    errands = first_errands(job, {"old"})

    assert [errand.url for errand in errands] == ["https://old.example/story"]
