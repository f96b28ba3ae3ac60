"""`city-digest lexicon` shows and checks the vocabularies, anywhere."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.knowledge import coverage
from pipeline.knowledge.lexicon import load_lexicon


@pytest.fixture(autouse=True)
def no_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_matrix_has_a_row_per_term_and_totals() -> None:
    done = CliRunner().invoke(cli, ["lexicon", "matrix"])
    lines = done.output.splitlines()
    lexicon = load_lexicon()
    terms = len(lexicon.networks) + len(lexicon.themes) + len(lexicon.events)
    assert done.exit_code == 0
    assert lines[0].split() == list(coverage.LANGUAGES)
    assert lines.index("") == terms + 1
    assert f"{len(lexicon.themes)} themes, words" in done.output


def test_matrix_of_one_kind_as_json_counts_what_it_lists() -> None:
    done = CliRunner().invoke(cli, ["lexicon", "matrix", "--kind", "network", "--json"])
    data = json.loads(done.output)
    verified = sum(row["names"]["ja"] == "verified" for row in data["terms"])
    assert {row["kind"] for row in data["terms"]} == {"network"}
    assert list(data["totals"]) == ["network"]
    assert data["totals"]["network"]["verified"]["ja"] == verified > 0


def test_check_ends_with_0_where_there_are_only_notes() -> None:
    done = CliRunner().invoke(cli, ["lexicon", "check"], standalone_mode=False)
    assert done.return_value == 0
    assert done.output.splitlines()[-1].startswith("0 errors, ")


def test_check_ends_with_1_where_something_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = coverage.Problem(error=True, kind="network", id="harbour-cities", text="has no name in ja")
    monkeypatch.setattr(coverage, "find_problems", lambda _: [wrong])
    done = CliRunner().invoke(cli, ["lexicon", "check"], standalone_mode=False)
    assert done.return_value == 1
    assert "error network harbour-cities: has no name in ja" in done.output
    as_json = CliRunner().invoke(cli, ["lexicon", "check", "--json"], standalone_mode=False)
    assert json.loads(as_json.output)["errors"] == 1
