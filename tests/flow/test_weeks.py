"""Three weeks of runs by cron: the sample web grows as it would have, the clock goes on, and one Monday is missed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from sample_runs import column_of, output_of, rows_of, run

from pipeline.config import open_workspace
from pipeline.demo.sample import install_workspace
from pipeline.demo.server import SampleServer, serve_sample_web
from pipeline.demo.web import SampleArticle, SampleWeb
from pipeline.model import ArticleClass
from pipeline.store.library import Library
from pipeline.store.opening import open_library
from pipeline.text.urls import address_id
from pipeline.text.weeks import week_of

pytestmark = pytest.mark.slow  # eleven runs

TOKYO = ZoneInfo("Asia/Tokyo")
# Every second day and the Mondays, but for 2 November, when the machine was off.
DAYS = [dt.date(2026, 10, day) for day in (19, 22, 24, 26, 28, 30)]
DAYS += [dt.date(2026, 11, day) for day in (1, 3, 6, 9, 10)]
MADE = {dt.date(2026, 10, 26): "2026-W43", dt.date(2026, 11, 3): "2026-W44", dt.date(2026, 11, 9): "2026-W45"}
# Published on 23 October, but its host shows it only when the issue of its week is out.
LATE = "southern-post/002-kurashiki-homestay"
LATE_SHOWN = dt.date(2026, 10, 28)


class Weeks(NamedTuple):
    """What eleven runs said and left."""

    workspace: Path
    server: SampleServer
    web: SampleWeb  # as it is in the end
    library: Library
    reports: dict[dt.date, dict[str, Any]]
    letters: dict[dt.date, set[str]]  # a day -> the letters that its run added


def cron_time(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(6), TOKYO)


def web_at(day: dt.date) -> SampleWeb:
    """The sample web as it is when cron calls: without what is published later, and without what its host holds back."""
    web = SampleWeb.load(cron_time(day))
    shown = [article for article in web.articles if article.id != LATE or day >= LATE_SHOWN]
    return SampleWeb(tuple(web.hosts.values()), shown)


def run_on(workspace: Path, server: SampleServer, day: dt.date, zone: str = "Asia/Tokyo") -> dict[str, Any]:
    server.site = web_at(day)
    settings = (
        "--set",
        f"digest.now={cron_time(day).isoformat()}",
        "--set",
        "process.workers=1",
        "--set",
        f"digest.zone={zone}",
    )
    # 3 as well: at first some hosts have an empty list of news, later one announces only a page that is gone.
    return run(workspace, server, *settings, "run", code=(0, 3))


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weeks]:
    workspace = tmp_path_factory.mktemp("weeks")
    install_workspace(workspace)
    reports: dict[dt.date, dict[str, Any]] = {}
    letters: dict[dt.date, set[str]] = {}
    with serve_sample_web(web_at(DAYS[0])) as server:
        for day in DAYS:
            before = set(output_of(workspace))
            reports[day] = run_on(workspace, server, day)
            letters[day] = {name for name in set(output_of(workspace)) - before if name.endswith(".eml")}
        library = open_library(open_workspace(workspace, environment={}))
        yield Weeks(workspace, server, web_at(DAYS[-1]), library, reports, letters)
        library.engine.dispose()


def article_id(weeks: Weeks, article: SampleArticle) -> str:
    """The library's id of a sample article, "" if it is not there."""
    url = weeks.web.address(article)
    return weeks.library.locate(url, address_id(url), "")[1]


def test_each_issue_is_made_on_the_monday_after_its_week_and_a_missed_monday_on_the_next_run(weeks: Weeks) -> None:
    made = {day: weeks.reports[day]["compose"]["made"] for day in DAYS}
    assert made == {day: [MADE[day]] if day in MADE else [] for day in DAYS}
    assert [issue.number for issue in weeks.library.issues()] == [1, 2, 3]
    assert {issue.status for issue in weeks.library.issues()} == {"full"}


def test_every_reader_gets_one_letter_per_issue_on_the_day_it_is_made(weeks: Weeks) -> None:
    for day in DAYS:
        editions = sorted(Path(name).name[:11] for name in weeks.letters[day])
        assert editions == ([f"{MADE[day]}-en", f"{MADE[day]}-ja"] if day in MADE else []), day
        assert weeks.reports[day]["deliver"].get("sent", 0) == len(editions), day


def test_every_article_is_in_the_issue_of_its_week_or_has_a_reason_why_not(weeks: Weeks) -> None:
    issue_of = weeks.library.published_articles()
    reasons = column_of(weeks.workspace, "inbox", "SELECT url, reason FROM link WHERE reason != ''")
    classes = column_of(weeks.workspace, "library", "SELECT id, article_class FROM article")
    wrong = {}
    for article in weeks.web.articles:
        key = article_id(weeks, article)
        if not key:
            found = reasons.get(weeks.web.address(article), "")
            expected = "robots_disallowed" if article.forbidden else "gone" if article.gone else "in the library"
        elif classes[key] == ArticleClass.OFF_TOPIC:  # whether rightly, others judge
            found, expected = issue_of.get(key, ""), ""
        else:
            found = issue_of.get(key, "")
            expected = "2026-W44" if article.id == LATE else week_of(article.published, TOKYO)
        if found != expected:
            wrong[article.id] = (found, expected)
    assert not wrong


def test_what_an_issue_shows_is_what_it_covers(weeks: Weeks) -> None:
    """No story is a full card in two issues; one that goes on is marked as a follow-up."""
    seen: set[str] = set()
    for issue in weeks.library.issues():
        fresh = {card.story_id for card in issue.cards} - {card.story_id for card in issue.follow_ups}
        assert fresh
        assert not fresh & seen, issue.week
        seen |= fresh


def test_an_article_that_comes_late_is_a_card_of_the_next_issue_only(weeks: Weeks) -> None:
    late = next(article for article in weeks.web.articles if article.id == LATE)
    assert week_of(late.published, TOKYO) == "2026-W43"
    story = weeks.library.stories([article_id(weeks, late)])[0].id
    shown_in = [issue.week for issue in weeks.library.issues() if any(card.story_id == story for card in issue.cards)]
    assert shown_in == ["2026-W44"]


def test_a_clock_that_jumps_back_makes_and_mails_nothing(weeks: Weeks) -> None:
    """Faults P0.6."""
    letters = {name for name in output_of(weeks.workspace) if name.endswith(".eml")}
    tables = ("library.issue", "library.issue_article", "library.delivery")
    rows = rows_of(weeks.workspace)
    for day in (dt.date(2026, 11, 9), dt.date(2026, 10, 27), dt.date(2026, 10, 19)):
        report = run_on(weeks.workspace, weeks.server, day)
        assert report["compose"]["made"] == []
        assert report["deliver"].get("sent", 0) == 0
    assert {name for name in output_of(weeks.workspace) if name.endswith(".eml")} == letters
    after = rows_of(weeks.workspace)
    assert {table: after[table] for table in tables} == {table: rows[table] for table in tables}


def test_a_zone_that_is_changed_later_makes_and_mails_no_week_again(weeks: Weeks) -> None:
    rows = rows_of(weeks.workspace)
    for zone in ("Pacific/Auckland", "America/Los_Angeles"):
        report = run_on(weeks.workspace, weeks.server, DAYS[-1], zone)
        assert report["compose"]["made"] == []
        assert report["deliver"].get("sent", 0) == 0
    after = rows_of(weeks.workspace)
    assert after["library.issue"] == rows["library.issue"]
    assert after["library.delivery"] == rows["library.delivery"]
