"""`city-digest source` as a person sees it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import prepared
import pytest

SOURCE = """names = { en = "Port Gazette", fr = "Gazette du Port" }
home = "https://port.example/"
country = "FR"
languages = ["fr-CA", "en"]
kind = "feed"
start = ["https://port.example/feed"]
family = "port"
labels = ["press"]
[terms]
note = "free to quote"
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "sources.d").mkdir()
    (tmp_path / "city-digest.toml").write_text("", encoding="utf-8")
    (tmp_path / "sources.d" / "port.toml").write_text(SOURCE, encoding="utf-8")
    return tmp_path


def call(place: Path, *words: str) -> tuple[int, subprocess.CompletedProcess[str]]:
    """Exit code, and what was printed."""
    done = prepared.run(("-c", prepared.COMMAND, "-C", str(place), "source", *words), environment=os.environ)
    return done.returncode, done


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--family", "port"), True),
        (("--family", "port", "--language", "fr"), True),
        (("--family", "port", "--language", "FR-ca", "--country", "fr", "--kind", "feed", "--label", "press"), True),
        (("--family", "port", "--language", "f"), False),
        (("--family", "port", "--state", "active"), False),
        (("--family", "port", "--evidence", "answered"), False),
        (("--family", "port", "--scope", "topical"), False),
    ],
)
def test_the_list_is_made_shorter_by_any_mix_of_wishes(place: Path, words: tuple[str, ...], found: bool) -> None:
    code, done = call(place, "list", *words, "--json")

    assert code == 0
    assert [row["id"] for row in json.loads(done.stdout)["sources"]] == (["port"] if found else [])


def test_a_person_sees_a_table_a_count_and_where_each_key_stands(place: Path) -> None:
    _, listed = call(place, "list", "--family", "port")
    assert listed.stdout.splitlines()[1].split() == [
        "port",
        "candidate",
        "feed",
        "FR",
        "fr-CA",
        "en",
        "press",
        "unstated",
    ]
    assert listed.stdout.splitlines()[-1] == "1 sources: 1 candidate, 0 active, 0 declined, 0 dead"

    _, shown = call(place, "show", "port")
    assert "free to quote" in shown.stdout
    assert "port.toml" in shown.stdout
    assert "never asked here" in shown.stdout


def test_choosing_says_what_was_done_and_what_the_terms_are(place: Path) -> None:
    code, refused = call(place, "enable", "port")
    assert code == 78
    assert "source probe port" in refused.stderr

    code, done = call(place, "enable", "port", "--unprobed")
    assert code == 0
    assert "free to quote" in done.stdout
    assert call(place, "disable", "port")[1].stdout == "port was active and is a candidate now.\n"


def test_check_counts_files_and_problems_and_ends_accordingly(place: Path) -> None:
    code, done = call(place, "check", "port")
    assert (code, done.stdout) == (0, "1 files, 0 problems\n")

    (place / "sources.d" / "port.toml").write_text(SOURCE.replace("FR", "France"), encoding="utf-8")
    code, done = call(place, "check", "--all")
    assert code == 78
    assert "port.toml: country: 'France'" in done.stdout
    assert done.stdout.splitlines()[-1].endswith(" files, 1 problems")
    assert call(place, "check")[0] == 2


def test_a_list_of_feeds_is_written_to_be_kept_in_a_file(place: Path) -> None:
    code, done = call(place, "export", "--state", "candidate")

    assert code == 0
    assert done.stdout.startswith("<?xml")
    assert "https://port.example/feed" in done.stdout
    assert "feeds written" in done.stderr
    (place / "list.opml").write_text(done.stdout, encoding="utf-8")
    code, done = call(place, "import", str(place / "list.opml"))
    assert code == 3
    assert done.stdout.splitlines()[-1].startswith("0 candidates written, ")
