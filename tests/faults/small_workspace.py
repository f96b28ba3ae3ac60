"""A workspace small enough to be run hundreds of times: three sources, twelve articles, one week, five readers of two editions."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import shutil
import sqlite3
from collections.abc import Collection, Iterator
from pathlib import Path

from pipeline.config import open_workspace
from pipeline.deliver.keys import open_keys, reader_id
from pipeline.demo.server import SampleServer, serve_sample_web
from pipeline.demo.web import FILES, SampleWeb
from pipeline.model import Consent, Reader, ReaderState
from pipeline.store.opening import open_register

HOSTS = ("kobe-city", "minato-times", "tianjin-fao")
WEEK = "2026-W45"
# The clock of the workspace stands still, and nothing else that is stored depends on the moment of a run.
NOW = dt.datetime(2026, 11, 8, 21, tzinfo=dt.UTC)


def small_web() -> SampleWeb:
    """Three hosts of the sample web."""
    web = SampleWeb.load(NOW)
    return SampleWeb(tuple(web.hosts[key] for key in HOSTS), [one for one in web.articles if one.host_key in HOSTS])


_SETTINGS = """\
[digest]
zone = "Asia/Tokyo"
editions = ["ja", "en"]
first_week = "{week}"
now = "{now}"

[crawl]
contact = "https://city-digest.example/about"

[rehearsal]
allow_loopback = true
delay_s = 0.0
proxy = "{proxy}"

[process]
workers = 1

[mail]
sender_name = "City Diplomacy Digest"
sender_address = "digest@example.org"
postal_address = "1-1 Mihon, Sample City 000-0000"
contact = "contact@example.org"
unsubscribe = "leave@example.org"
"""
_SMTP = """
[deliver]
channel = "smtp"

[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
connections = {connections}
"""


def install(folder: Path, server: SampleServer, more: str = "") -> None:
    """Leaves the workspace in `folder`, without readers, and with these settings added."""
    (folder / "sources.d").mkdir(parents=True)
    for key in HOSTS:
        name = f"{key.replace('-', '_')}.toml"
        (folder / "sources.d" / name).write_bytes((FILES / "sources" / name).read_bytes())
    text = _SETTINGS.format(week=WEEK, now=NOW.isoformat(), proxy=server.url)
    (folder / "city-digest.toml").write_text(text + more, encoding="utf-8")


def smtp(port: int, *, connections: int = 1) -> str:
    """The settings for a mail server on loopback."""
    return _SMTP.format(port=port, connections=connections)


READERS = (
    "first.reader@example.org",
    "second.reader@example.com",
    "third.reader@example.org",
    "fourth.reader@example.com",
    "fifth.reader@example.net",
)


def enrol(folder: Path) -> list[str]:
    """Five readers, three of the Japanese edition; returns their ids."""
    workspace = open_workspace(folder, environment={})
    keys, register = open_keys(workspace.keys), open_register(workspace)
    ids = []
    for number, address in enumerate(READERS):
        edition = ("ja", "en")[number % 2]
        ids.append(reader_id(address, edition, keys))
        register.add(
            Reader(
                id=ids[-1],
                address=address,
                edition=edition,
                state=ReaderState.ACTIVE,
                consent=Consent(origin="a form on paper", at=NOW),
                since=NOW,
                changed=NOW,
            )
        )
    register.engine.dispose()
    return ids


def ledger_of(place: Path) -> dict[str, tuple[str, str]]:
    """Message-ID -> (state, week), as the ledger has it."""
    with contextlib.closing(sqlite3.connect(place / "state" / "library.sqlite")) as connection:
        rows = connection.execute("SELECT message_id, state, week FROM delivery").fetchall()
    return {message_id: (state, week) for message_id, state, week in rows}


@contextlib.contextmanager
def serving() -> Iterator[SampleServer]:
    """The small web, served on loopback."""
    with serve_sample_web(small_web()) as server:
        yield server


def copy(place: Path, to: Path) -> Path:
    """The same workspace in another folder, whatever was there."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(place, to)
    return to


def files_of(folder: Path) -> dict[str, str]:
    """Path within the folder -> SHA-256 of the content."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def rows_of(place: Path, *, without: Collection[str] = ()) -> dict[str, list[str]]:
    """Table -> all its rows, of both databases; fails if one of them is not sound.

    Left out are what SQLite keeps of the search index, and these tables.
    """
    rows = {}
    for name in ("inbox", "library"):
        file = place / "state" / f"{name}.sqlite"
        if not file.is_file():
            continue
        with contextlib.closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], file
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == [], file
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                if not table.startswith(("search_entry", "sqlite_")) and f"{name}.{table}" not in without:
                    found = connection.execute(f'SELECT * FROM "{table}"').fetchall()
                    rows[f"{name}.{table}"] = sorted(map(repr, found))
    return rows


def leftovers(place: Path) -> list[str]:
    """What a killed command left half-made."""
    return [
        file.name for file in (place / "state").rglob("*") if file.parent.name == "staging" or file.name == "holder"
    ]
