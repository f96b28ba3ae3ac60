"""`city-digest status`: how every source fares, in words and in full (C7)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec
import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.cli.session import hold
from pipeline.config import open_workspace
from pipeline.model import (
    Delivery,
    DeliveryState,
    Issue,
    IssueStatus,
    Kind,
    Reader,
    ReaderState,
    SourceHealth,
    SourceSpec,
    SourceState,
)
from pipeline.store.opening import open_inbox, open_library, open_register

NOW = dt.datetime(2026, 11, 8, 21, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SPEC = SourceSpec(
    id="kobe",
    names={"en": "City of Kobe", "ja": "神戸市"},
    home="https://kobe.example/",
    country="JP",
    languages=("ja",),
    kind=Kind.FEED,
    start=("https://kobe.example/feed",),
    state=SourceState.ACTIVE,
)
WELL = SourceHealth(
    source_id="kobe",
    last_asked=NOW - DAY,
    last_ok=NOW - DAY,
    last_new=NOW - 2 * DAY,
    newest=NOW - 2 * DAY,
    rhythm_h=48.0,
    due=NOW + 5 * dt.timedelta(hours=1),
)


ISSUE = Issue(
    week="2026-W44",
    number=1,
    first_day=dt.date(2026, 10, 26),
    last_day=dt.date(2026, 11, 1),
    zone="Asia/Tokyo",
    status=IssueStatus.QUIET,
)


def make_reader(number: int, state: ReaderState) -> Reader:
    return Reader(
        id=f"{number:016x}",
        address=f"r{number}@example.org",
        edition="ja",
        state=state,
        consent=None,
        since=NOW,
        changed=NOW,
    )


def make_delivery(number: int, state: DeliveryState) -> Delivery:
    return Delivery(
        week="2026-W44",
        edition="ja",
        reader=f"{number:016x}",
        channel="smtp",
        message_id=f"<{number}@example.org>",
        state=state,
        at=NOW,
    )


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "city-digest.toml").write_text('[digest]\nnow = "2026-11-08T21:00:00Z"\n', encoding="utf-8")
    return tmp_path


def keep(place: Path, *healths: SourceHealth, **states: SourceState) -> None:
    inbox = open_inbox(open_workspace(place))
    for health in healths:
        state = states.get(health.source_id, SourceState.ACTIVE)
        inbox.save_source(msgspec.structs.replace(SPEC, id=health.source_id, state=state), SPEC.start)
        inbox.save_health(health)
    inbox.engine.dispose()


class Done(NamedTuple):
    exit_code: int
    stdout: str


def status(place: Path, *arguments: str) -> Done:
    done = CliRunner().invoke(
        cli, ["-C", str(place), "status", *arguments], standalone_mode=False, catch_exceptions=False
    )
    return Done(done.return_value, done.stdout)


def rows(place: Path, *arguments: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in json.loads(status(place, "--json", *arguments).stdout)["sources"]}


def line_of(source_id: str, output: str) -> list[str]:
    return next(line.split() for line in output.splitlines() if line.startswith(source_id))


def test_a_source_that_is_well_is_one_line_and_code_0(place: Path) -> None:
    keep(place, WELL)
    done = status(place)
    assert done.exit_code == 0
    assert " ".join(line_of("kobe", done.stdout)) == "kobe 2026-11-07 2026-11-06 every 2 days in 5 h 0"


def test_what_is_wrong_is_told_with_how_often_and_is_code_3(place: Path) -> None:
    keep(
        place,
        WELL,
        SourceHealth(source_id="timed_out", failures=4, problem="timeout", due=NOW + 6 * DAY),
        SourceHealth(source_id="refusing", last_ok=NOW, failures=9, refusals=2, problem="access_refused"),
        SourceHealth(source_id="hollow", last_ok=NOW, empties=3, problem="empty", due=NOW),
        SourceHealth(source_id="old", last_ok=NOW, newest=NOW - 90 * DAY, rhythm_h=24.0, problem="stale"),
    )
    done = status(place)
    assert done.exit_code == 3
    assert " ".join(line_of("timed_out", done.stdout)) == "timed_out never no date unknown in 6 days 0 timeout (4x)"
    assert line_of("refusing", done.stdout)[-2:] == ["access_refused", "(2x)"]
    assert line_of("hollow", done.stdout)[-4:] == ["now", "0", "empty", "(3x)"]
    assert line_of("old", done.stdout)[-1] == "stale"


def test_lines_are_whole_where_nobody_says_how_wide_they_may_be(place: Path) -> None:
    long_id = "ministry_of_internal_affairs_and_communications_local_government"
    keep(place, SourceHealth(source_id=long_id, last_ok=NOW, failures=12, problem="robots_disallowed"))
    assert line_of(long_id, status(place).stdout)[-2:] == ["robots_disallowed", "(12x)"]


def test_sources_that_moved_or_live_again_are_named(place: Path) -> None:
    moved = msgspec.structs.replace(WELL, moved_to="https://kobe.example/rss")
    lives = SourceHealth(source_id="lives", last_ok=NOW)
    keep(place, moved, lives, lives=SourceState.DEAD)
    done = status(place)
    assert done.exit_code == 0
    assert "kobe has moved: https://kobe.example/rss is asked instead." in done.stdout
    assert "lives was given up and answers again." in done.stdout


def test_who_is_known_to_be_dead_needs_no_attention(place: Path) -> None:
    keep(place, WELL, SourceHealth(source_id="dead", failures=9, problem="gone"), dead=SourceState.DEAD)
    assert status(place).exit_code == 0
    assert rows(place).keys() == {"kobe"}
    assert rows(place, "--source", "dead")["dead"]["problem"] == "gone"
    assert status(place, "--source", "dead").exit_code == 0


def test_json_holds_every_field(place: Path) -> None:
    keep(place, WELL)
    row = rows(place)["kobe"]
    assert row.keys() >= {*SourceHealth.__struct_fields__} - {"source_id"}
    assert (row["rhythm_h"], row["newest"], row["names"]) == (48.0, str(NOW - 2 * DAY), SPEC.names)


def test_one_source_is_told_in_full(place: Path) -> None:
    keep(place, WELL, SourceHealth(source_id="bad", failures=2, problem="timeout"))
    done = status(place, "--source", "kobe")
    assert done.exit_code == 0
    facts = dict(line.split(":", 1) for line in done.stdout.splitlines())
    told = {name: value.strip() for name, value in facts.items()}
    assert (told["name"], told["rhythm"], told["newest item"], told["problem"]) == (
        "City of Kobe",
        "every 2 days",
        "2026-11-06 21:00 UTC",
        "none",
    )
    assert status(place, "--source", "bad").exit_code == 3


# --------------------------------------------------------------------------------------------------------- runs and mail


def last_run(place: Path, **facts: object) -> None:
    (place / "state").mkdir(exist_ok=True)
    note = {"run": "0" * 12, "began": NOW - 2 * DAY, "ended": NOW - 2 * DAY, "exit_code": 0, "said": ""} | facts
    kept = {name: value for name, value in note.items() if value is not None}
    (place / "state" / "last-run.json").write_text(json.dumps(kept, default=str), encoding="utf-8")


def told(place: Path) -> list[str]:
    found: list[str] = json.loads(status(place, "--json").stdout)["attention"]
    return found


def test_a_workspace_where_all_is_well_says_when_the_next_issue_comes(place: Path) -> None:
    """C7: weeks end at Monday 00:00 in digest.zone, which is Tokyo."""
    keep(place, WELL)
    last_run(place)
    done = status(place)
    assert done.exit_code == 0
    assert "last run: began 2026-11-06 21:00 UTC, ended 2026-11-06 21:00 UTC with 0" in done.stdout
    assert "next issue: after 2026-11-15 15:00 UTC" in done.stdout
    assert "ATTENTION" not in done.stdout


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"exit_code": 3, "said": "crawl"}, "the last run ended with 3: some sources or readers failed"),
        ({"exit_code": 78, "said": "the sender\nx"}, "the last run ended with 78: the sender"),
        ({"began": NOW - 9 * DAY}, "nothing has run since 2026-10-30 21:00 UTC. See that cron or the timer calls"),
        ({"ended": None, "exit_code": None}, "the run that began 2026-11-06 21:00 UTC was killed. Run it again."),
    ],
)
def test_a_run_that_failed_or_did_not_come_needs_attention(place: Path, facts: dict[str, object], said: str) -> None:
    """C7: exit code 3."""
    last_run(place, **facts)
    (sentence,) = told(place)
    assert sentence.startswith(said)
    assert status(place).exit_code == 3
    assert f"ATTENTION: {said}" in status(place).stdout


def test_a_run_that_still_works_is_not_called_killed(place: Path) -> None:
    last_run(place, ended=None, exit_code=None)
    with hold(open_workspace(place), "run"):
        assert told(place) == []


def test_readers_and_letters_are_counted_and_who_lacks_one_needs_attention(place: Path) -> None:
    """C7, M7."""
    library, register = open_library(open_workspace(place)), open_register(open_workspace(place))
    library.save_issue(ISSUE, [])
    for number, state in enumerate(("active", "active", "suspended", "left")):
        register.add(make_reader(number, ReaderState(state)))
    for number, sent in enumerate((DeliveryState.SENT, DeliveryState.SENT, DeliveryState.DEFERRED)):
        library.save_delivery(make_delivery(number, sent))
    data = json.loads(status(place, "--json").stdout)
    assert data["readers"] == {"active": 2, "suspended": 1, "left": 1}
    assert data["mailed"] == {"week": "2026-W44", "letters": {"sent": 2, "deferred": 1}}
    assert data["attention"] == ["letters that did not arrive: 1 deferred. The next run repeats what can be repeated."]
    shown = status(place)
    assert "readers: 2 active, 1 left, 1 suspended" in shown.stdout
    assert "letters of 2026-W44: 2 sent, 1 deferred" in shown.stdout
    assert "@" not in shown.stdout  # faults P0.14
    assert shown.exit_code == 3
    library.save_delivery(make_delivery(2, DeliveryState.SENT))
    assert status(place).exit_code == 0
    library.engine.dispose()
    register.engine.dispose()


def test_a_source_that_nobody_asked_is_a_usage_error(place: Path) -> None:
    keep(place, WELL)
    with pytest.raises(click.UsageError, match="nobody") as refused:
        status(place, "--source", "nobody")
    assert refused.value.exit_code == 2
