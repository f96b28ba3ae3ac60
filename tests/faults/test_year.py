"""A year in the life of a digest: 52 Mondays on which cron calls `run`, by the system's own clock, which libfaketime sets.

Two Mondays are missed, on one no source can be read, on one the clock stands three weeks back. One reader leaves, one's mailbox is closed, one
joins. In the end the archive has every week and the ledger is what the mail server says it took.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import small_workspace
import year
from components import lack
from mail_servers import NO_SUCH_USER, MailServer
from processes import Done, Processes, waiting

from pipeline.config import open_workspace
from pipeline.deliver.keys import open_keys, reader_id
from pipeline.deliver.opt_outs import opt_out
from pipeline.model import Consent, Reader, ReaderState, SuppressionReason
from pipeline.store.opening import open_library, open_register
from pipeline.text.weeks import next_week

pytestmark = pytest.mark.slow

FIRST = "2026-W31"  # so that the year has the week 2026-W53 in it
WEEKS = 52
MISSED = (9, 30)  # Mondays, counted from 0, on which the machine was off
UNREADABLE = 20  # no source can be read
CLOCK_BACK = 36  # before that run another one, with the clock three weeks back
LEAVES, CLOSED, JOINS = 14, 25, 27
A, B, C, D, E, F = (f"{letter}@example.org" for letter in "abcdef")
EDITIONS = {A: "ja", B: "en", C: "ja", D: "en", E: "ja", F: "en"}
_SETTINGS = """\
[digest]
zone = "Asia/Tokyo"
editions = ["ja", "en"]
first_week = "{week}"

[crawl]
contact = "https://city-digest.example/about"

[process]
workers = 1

[group]
embedder = "none"

[mail]
sender_name = "City Diplomacy Digest"
sender_address = "digest@example.org"
postal_address = "1-1 Mihon, Sample City 000-0000"
contact = "contact@example.org"
unsubscribe = "leave@example.org"
"""
_SOURCE = """\
names = {{ en = "Year {language}" }}
home = "https://{language}.year.example/"
country = "JP"
languages = ["{language}"]
kind = "archive"
start = ["../texts/{language}"]
zone = "Asia/Tokyo"
state = "active"
"""


def weeks() -> list[str]:
    found = [FIRST]
    while len(found) < WEEKS:
        found.append(next_week(found[-1]))
    return found


def monday_after(week: str) -> dt.datetime:
    """When cron calls `run` for a week."""
    return dt.datetime.combine(dt.date.fromisoformat(f"{week}-1") + dt.timedelta(days=7), dt.time(6), year.TOKYO)


class Clock:
    """The system's clock as a command sees it."""

    def __init__(self, folder: Path) -> None:
        library = next((str(file) for file in Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), "")
        if not library:
            lack("faketime")
        self.file = folder / "clock"
        self.environment = {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            # Whoever waits for some seconds would wait for ever.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
            "TZ": "UTC",
        }

    def set(self, moment: dt.datetime) -> None:
        self.file.write_text(f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}\n", encoding="ascii")


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="module")
def processes(clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    clock.set(monday_after(FIRST))
    folder = tmp_path_factory.mktemp("warm") / "workspace"
    install(folder)
    add_texts(folder, FIRST)
    with waiting(clock.environment) as made:
        crawled = made.run(folder, "crawl", environment=clock.environment)
        assert crawled.code == 0, crawled.errors
        made.warm(folder)
        yield made


def install(folder: Path, more: str = "") -> None:
    (folder / "sources.d").mkdir(parents=True)
    (folder / "city-digest.toml").write_text(_SETTINGS.format(week=FIRST) + more, encoding="utf-8")
    for language in year.LANGUAGES:
        (folder / "sources.d" / f"year_{language}.toml").write_text(_SOURCE.format(language=language), encoding="utf-8")


def add_texts(folder: Path, week: str) -> int:
    """What came out in a week; returns how many."""
    texts = year.texts_of(week)
    for text in texts:
        text.save(folder / "texts" / text.language)
    return len(texts)


def enrol(folder: Path, address: str, at: dt.datetime) -> None:
    workspace = open_workspace(folder, environment={})
    register = open_register(workspace)
    register.add(
        Reader(
            id=reader_id(address, EDITIONS[address], open_keys(workspace.keys)),
            address=address,
            edition=EDITIONS[address],
            state=ReaderState.ACTIVE,
            consent=Consent(origin="a form on paper", at=at),
            since=at,
            changed=at,
        )
    )
    register.engine.dispose()


def leave(folder: Path, address: str, at: dt.datetime) -> None:
    workspace = open_workspace(folder, environment={})
    register = open_register(workspace)
    key = reader_id(address, EDITIONS[address], open_keys(workspace.keys))
    opt_out(register, workspace.opt_outs, key, SuppressionReason.LEFT, at)
    register.engine.dispose()


@dataclasses.dataclass
class Year:
    """What 52 Mondays left behind."""

    folder: Path
    server: MailServer
    ended: dict[str, Done] = dataclasses.field(default_factory=dict)  # week -> the run on the Monday after it
    mailed: dict[str, list[str]] = dataclasses.field(
        default_factory=dict
    )  # the same -> recipients, as the server took them
    back: Done | None = None
    texts: int = 0


@pytest.fixture(scope="module")
def lived(processes: Processes, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    folder = tmp_path_factory.mktemp("year") / "workspace"
    with MailServer() as server:
        install(folder, small_workspace.smtp(server.port, connections=2))
        made = Year(folder, server)
        for address in (A, B, C, D, E):
            enrol(folder, address, monday_after(FIRST))
        for number, week in enumerate(weeks()):
            made.texts += add_texts(folder, week)
            if number == LEAVES:
                leave(folder, C, monday_after(week))
            if number == CLOSED:
                server.faults[D] = [NO_SUCH_USER]
            if number == JOINS:
                enrol(folder, F, monday_after(week))
            if number not in MISSED:
                run_monday(processes, clock, made, number, week)
        yield made


def run_monday(processes: Processes, clock: Clock, made: Year, number: int, week: str) -> None:
    texts = made.folder / "texts"
    if number == CLOCK_BACK:
        clock.set(monday_after(week) - dt.timedelta(days=21))
        made.back = processes.run(made.folder, "run", "--json", environment=clock.environment)
    if number == UNREADABLE:
        texts.rename(made.folder / "elsewhere")
    clock.set(monday_after(week))
    before = len(made.server.accepted)
    made.ended[week] = processes.run(made.folder, "run", "--json", environment=clock.environment, timeout=120)
    made.server.wait_until_idle()
    made.mailed[week] = sorted(one.recipient for one in made.server.accepted[before:])
    if number == UNREADABLE:
        (made.folder / "elsewhere").rename(texts)


def test_every_run_ends_as_it_should(lived: Year) -> None:
    """C1: 1 where no source could be read, 3 where a reader was lost, else 0; nothing is said without a reason."""
    codes = {number: lived.ended[week].code for number, week in enumerate(weeks()) if number not in MISSED}
    expected = dict.fromkeys(codes, 0) | {UNREADABLE: 1, CLOSED: 3}
    assert codes == expected, {n: lived.ended[weeks()[n]].errors for n in codes if codes[n] != expected[n]}
    assert not [done.errors for done in lived.ended.values() if "Traceback" in done.errors]


def test_the_archive_has_every_week_once_with_its_number(lived: Year) -> None:
    library = open_library(open_workspace(lived.folder, environment={}))
    issues = library.issues()
    library.engine.dispose()
    assert [issue.week for issue in issues] == weeks()
    assert "2026-W53" in weeks()
    assert [issue.number for issue in issues] == list(range(1, WEEKS + 1))
    assert {issue.status.value for issue in issues} == {"full"}
    for week in weeks():
        for edition in ("ja", "en"):
            assert (lived.folder / "archive" / "issues" / week / f"{edition}.html").is_file()
    assert len(list((lived.folder / "archive" / "issues").glob("20*"))) == WEEKS


def test_no_article_is_lost_and_none_is_in_two_issues(lived: Year) -> None:
    with contextlib.closing(sqlite3.connect(lived.folder / "state" / "library.sqlite")) as connection:
        articles = connection.execute("SELECT id FROM article WHERE article_class = 'news'").fetchall()
        issued = connection.execute("SELECT article_id FROM issue_article").fetchall()
        pages = connection.execute("SELECT count(*) FROM derived_page").fetchone()[0]
    assert pages == lived.texts
    assert len(articles) > 0.9 * lived.texts, "what is written for the test is news"
    assert Counter(issued) == Counter(articles)


def test_missed_and_unreadable_weeks_are_made_by_the_next_run_and_not_mailed(lived: Year) -> None:
    made = {week: done.report["compose"]["made"] for week, done in lived.ended.items() if done.output}
    for number, week in enumerate(weeks()):
        before = weeks()[number - 1] if number else ""
        late = [before] if number and (number - 1 in MISSED or number - 1 == UNREADABLE) else []
        if number in MISSED:
            assert week not in made
        elif number == UNREADABLE:
            assert made[week] == []
            assert lived.mailed[week] == []
        else:
            assert made[week] == [*late, week]


def who(number: int) -> list[str]:
    """Who is to have the letter of a week."""
    if number in MISSED or number == UNREADABLE:
        return []
    readers = {A, B, E}
    if number < LEAVES:
        readers.add(C)
    if number < CLOSED:
        readers.add(D)
    if number >= JOINS:
        readers.add(F)
    return sorted(readers)


def test_every_reader_gets_every_letter_that_is_theirs_once(lived: Year) -> None:
    assert lived.mailed == {week: who(number) for number, week in enumerate(weeks()) if number not in MISSED}
    copies = Counter((one.recipient, one.message_id) for one in lived.server.accepted)
    assert set(copies.values()) == {1}
    assert lived.server.violations == []


def test_the_ledger_is_what_the_server_took_row_by_row(lived: Year) -> None:
    keys = open_keys(open_workspace(lived.folder, environment={}).keys)
    ids = {address: reader_id(address, edition, keys) for address, edition in EDITIONS.items()}
    took = {(one.message_id, ids[one.recipient], "sent") for one in lived.server.accepted}
    with contextlib.closing(sqlite3.connect(lived.folder / "state" / "library.sqlite")) as connection:
        rows = connection.execute("SELECT message_id, reader, state, week, edition FROM delivery").fetchall()
        readers = dict(connection.execute("SELECT address, state FROM reader").fetchall())
        suppressed = dict(connection.execute("SELECT reader, reason FROM suppression").fetchall())
    refused = [row for row in rows if row[2] == "failed"]
    assert [(row[1], row[3]) for row in refused] == [(ids[D], weeks()[CLOSED])]
    assert {row[:3] for row in rows if row not in refused} == took
    assert len(rows) == len(took) + 1
    assert all(week in message_id and f".{edition}." in message_id for message_id, _, _, week, edition in rows)
    assert readers == {A: "active", B: "active", C: "left", D: "suspended", E: "active", F: "active"}
    assert suppressed == {ids[C]: "left", ids[D]: "bounced"}


def test_the_journal_agrees_with_the_ledger(lived: Year) -> None:
    last: dict[str, dict[str, Any]] = {}
    for line in (lived.folder / "state" / "sends.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        last[row["message_id"]] = row
    ledger = small_workspace.ledger_of(lived.folder)
    assert {key: (row["state"], row["week"]) for key, row in last.items()} == ledger


def test_a_clock_that_was_set_back_made_nothing_and_mailed_nobody(lived: Year) -> None:
    """Faults P0.6."""
    assert lived.back
    assert lived.back.code == 0, lived.back.errors
    assert lived.back.report["compose"]["made"] == []
    assert lived.back.report["deliver"].get("sent", 0) == 0


def test_everything_is_sound_in_the_end(lived: Year, record_property: Callable[[str, object], None]) -> None:
    told = f"a year: {len(lived.ended)} runs, {lived.texts} texts, {len(lived.server.accepted)} letters"
    record_property("told", told)
    small_workspace.rows_of(lived.folder)
    assert not small_workspace.leftovers(lived.folder)


# --------------------------------------------------------------------------------------------------------- turns of years


def test_the_clock_is_really_another_one(clock: Clock) -> None:
    """Else the year would only be said to pass."""
    clock.set(dt.datetime(2026, 12, 31, 15, 1, tzinfo=dt.UTC))
    program = "import datetime; print(datetime.datetime.now(datetime.UTC).isoformat()[:16])"
    told = subprocess.run(
        [sys.executable, "-c", program],
        env=clock.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "2026-12-31T15:01"


@pytest.mark.parametrize(
    ("moment", "made"),
    [
        ("2026-12-31T15:01+00:00", ["2026-W52"]),  # 2027 in Tokyo, and still the week 2026-W53
        ("2027-01-03T14:59+00:00", ["2026-W52"]),
        ("2027-01-03T15:01+00:00", ["2026-W52", "2026-W53"]),  # Monday in Tokyo: the week 2027-W01 has begun
    ],
)
def test_the_turn_of_the_year_makes_the_weeks_that_are_complete_in_tokyo(
    processes: Processes, clock: Clock, tmp_path: Path, moment: str, made: list[str]
) -> None:
    """Faults P0.6."""
    folder = tmp_path / "workspace"
    install(folder)
    text = (folder / "city-digest.toml").read_text(encoding="utf-8")
    (folder / "city-digest.toml").write_text(text.replace(FIRST, "2026-W52"), encoding="utf-8")
    for week in ("2026-W52", "2026-W53"):
        add_texts(folder, week)
    enrol(folder, A, monday_after("2026-W51"))
    clock.set(dt.datetime.fromisoformat(moment))
    done = processes.run(folder, "run", "--json", environment=clock.environment)
    assert (done.code, done.report["compose"]["made"]) == (0, made), done.errors
    mailed = sorted(file.name[:11] for file in (folder / "outbox").glob("*.eml"))
    assert mailed == ([f"{made[-1]}-ja"] if made[-1] == "2026-W53" else []) or moment < "2026-12-31T16"
