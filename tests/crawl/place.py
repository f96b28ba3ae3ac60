"""A workspace for tests, and crawls run in it as the command line runs them: as processes."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import prepared

from pipeline.store.database import open_engine
from pipeline.store.inbox import Inbox

INTERNET = Path(__file__).parent / "internet"  # holds the sitecustomize.py of crawls with an internet of their own


class Place:
    """A workspace with sources, and the crawls run in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.extra_environment: dict[str, str] = {}
        self.sections: dict[str, dict[str, Any]] = {}  # as configured last
        (root / "sources.d").mkdir(parents=True, exist_ok=True)

    def internet(self, names: dict[str, list[str]], routes: dict[str, tuple[str, int]]) -> None:
        """Crawls from now on see these names and reach these public addresses only; their connections are noted.

        Args:
            names: answers for each name, one after the other, the last one repeated; "" for none, "wait:2" for silence.
            routes: address, or address:port -> the loopback server behind it.
        """
        plan = {"names": names, "routes": routes, "log": str(self.root / "connections.jsonl")}
        (self.root / "internet.json").write_text(json.dumps(plan), encoding="utf-8")
        self.extra_environment |= {"TEST_INTERNET": str(self.root / "internet.json"), "PYTHONPATH": str(INTERNET)}

    def connections(self) -> list[dict[str, Any]]:
        """Every attempt to connect, of every process: pid, to, port, local (port), at (monotonic seconds)."""
        return [note for note in self._notes() if note["event"] == "connect"]

    def requests(self) -> list[dict[str, Any]]:
        """Every request over a plain connection at the moment when it was sent: pid, to (the server itself), local (port), at."""
        return [note for note in self._notes() if note["event"] == "ask"]

    def _notes(self) -> list[dict[str, Any]]:
        log = self.root / "connections.jsonl"
        return [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []

    def configure(self, **sections: dict[str, Any]) -> None:
        self.sections = sections
        settings = {
            "crawl": {"contact": "https://digest.example/about", "timeout_s": 1.5},
            "digest": {"now": "2026-11-09T06:00:00+09:00"},
        }
        for section, values in sections.items():
            settings[section] = settings.get(section, {}) | values
        lines = [
            f"[{name}]\n" + "\n".join(f"{key} = {json.dumps(value)}" for key, value in table.items())
            for name, table in settings.items()
        ]
        (self.root / "city-digest.toml").write_text("\n\n".join(lines), encoding="utf-8")

    def source(self, source_id: str, start: str, kind: str = "feed", more: str = "") -> None:
        (self.root / "sources.d" / f"{source_id}.toml").write_text(
            f'names = {{ en = "{source_id}" }}\nhome = "http://{source_id}.example/"\ncountry = "JP"\nlanguages = ["ja"]\n'
            f'kind = "{kind}"\nstart = ["{start}"]\nstate = "active"\n{more}\n',
            encoding="utf-8",
        )

    def command(self, *options: str) -> list[str]:
        return [sys.executable, "-m", "crawler", "--workspace", str(self.root), *options]

    def environment(self) -> dict[str, str]:
        # Warnings in the crawl are errors there too; settings of the machine must not reach it.
        return {key: value for key, value in os.environ.items() if not key.startswith("CITY_DIGEST_")} | {
            "PYTHONWARNINGS": "error",
            **self.extra_environment,
        }

    def crawl(self, *options: str, timeout: float = 60) -> tuple[int, dict[str, Any], str]:
        """Exit code, report, standard error."""
        words = ("-m", "crawler", "--workspace", str(self.root), *options)
        done = prepared.run(words, environment=self.environment(), timeout=timeout)
        return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr

    @property
    def inbox(self) -> Inbox:
        return Inbox(open_engine(f"sqlite:///{self.root}/state/inbox.sqlite"))

    def dump(self) -> str:
        """Everything in the inbox, as text."""
        with sqlite3.connect(self.root / "state" / "inbox.sqlite") as connection:
            text = "\n".join(connection.iterdump())
        connection.close()
        return text

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """Everything in a table of the inbox, in order."""
        with sqlite3.connect(self.root / "state" / "inbox.sqlite") as connection:
            rows = sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
        connection.close()
        return rows

    def links(self, source_id: str) -> dict[str, tuple[str, str, int]]:
        """Address -> state, reason, attempts."""
        with sqlite3.connect(self.root / "state" / "inbox.sqlite") as connection:
            rows = connection.execute(
                "SELECT url, state, reason, attempts FROM link WHERE source_id = ?", [source_id]
            ).fetchall()
        connection.close()
        return {url: (state, reason, attempts) for url, state, reason, attempts in rows}
