"""Which sources a crawl asks: those whose time has come by their own rhythm, and now and then those that died here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from badserver import BadServer, article, rss
from place import Place


def feed_of(host: str, days: list[str]) -> str:
    return rss([(f"http://{host}/{number}", f"News {number}", day) for number, day in enumerate(days)])


DAILY = [f"{day} Nov 2026 09:00:00 +0900" for day in ("8", "7", "6", "5", "4")]
MONTHLY = [f"1 {month} 2026 09:00:00 +0900" for month in ("Nov", "Oct", "Sep", "Aug", "Jul")]


@pytest.fixture
def place(server: BadServer, make_place: Callable[[str], Place]) -> Place:
    made = make_place("due")
    for name, days in (("daily", DAILY), ("monthly", MONTHLY)):
        server.page(f"{name}.example", "/feed", feed_of(f"{name}.example", days), "application/rss+xml")
        for number in range(len(days)):
            server.page(f"{name}.example", f"/{number}", article(str(number)))
        made.source(name, f"http://{name}.example/feed")
    configure(made, server, "2026-11-09")
    return made


def configure(place: Place, server: BadServer, day: str) -> None:
    place.configure(rehearsal={"allow_loopback": True, "proxy": server.url}, digest={"now": f"{day}T06:00:00+09:00"})


def crawl(place: Place, server: BadServer, day: str, *options: str) -> tuple[dict[str, Any], set[str]]:
    """The report of a crawl on a day, and the hosts that it asked."""
    configure(place, server, day)
    before = len(server.seen)
    code, report, errors = place.crawl(*options)
    assert code == 0, errors
    return report, {seen.host for seen in server.seen[before:]}


def test_a_daily_crawl_asks_each_source_in_its_own_rhythm(server: BadServer, place: Place) -> None:
    _, asked = crawl(place, server, "2026-11-09")
    assert asked == {"daily.example", "monthly.example"}
    report, asked = crawl(place, server, "2026-11-10")
    assert asked == {"daily.example"}
    assert (report["total"]["sources"], report["total"]["sources_not_due"]) == (1, 1)
    # Every source is asked for every weekly issue.
    _, asked = crawl(place, server, "2026-11-16")
    assert asked == {"daily.example", "monthly.example"}


def test_all_and_a_named_source_are_asked_whether_due_or_not(server: BadServer, place: Place) -> None:
    crawl(place, server, "2026-11-09")
    assert crawl(place, server, "2026-11-09", "--source", "monthly")[1] == {"monthly.example"}
    assert crawl(place, server, "2026-11-09", "--all")[1] == {"daily.example", "monthly.example"}


def test_a_source_that_died_here_is_asked_once_a_month_whether_it_answers_again(
    server: BadServer, place: Place
) -> None:
    crawl(place, server, "2026-11-09")
    place.source("monthly", "http://monthly.example/feed", more="")
    file = place.root / "sources.d" / "monthly.toml"
    file.write_text(file.read_text("utf-8").replace('"active"', '"dead"'), "utf-8")
    server.page("monthly.example", "/feed", "gone", status=410)
    # Its turn comes when it was due last; then every crawl.revival_days.
    report, asked = crawl(place, server, "2026-11-16")
    assert "monthly.example" in asked
    assert report["total"]["sources_failed"] == 0  # nobody expects anything of it
    assert "monthly.example" not in crawl(place, server, "2026-12-01")[1]
    links = place.links("monthly")
    server.page("monthly.example", "/feed", feed_of("monthly.example", ["16 Dec 2026 09:00:00 +0900", *MONTHLY]))
    _, asked = crawl(place, server, "2026-12-17")
    assert "monthly.example" in asked
    health = next(row for row in place.inbox.health() if row.source_id == "monthly")
    assert health.problem == ""
    assert health.newest
    assert health.newest.isoformat() == "2026-12-16T00:00:00+00:00"
    assert place.links("monthly") == links  # asked whether it answers, no more
