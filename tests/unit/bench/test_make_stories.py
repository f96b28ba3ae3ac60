"""The invented reports that stories are measured on."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest

from bench.quality import make_stories

ROWS: list[dict[str, Any]] = make_stories.make_rows()


def test_the_file_is_what_the_generator_makes() -> None:
    kept = [json.loads(line) for line in make_stories.OUT.read_text("utf-8").splitlines()]
    assert kept == ROWS


def test_an_event_is_of_one_half_and_its_reports_are_of_one_week() -> None:
    halves, times = defaultdict(set), defaultdict(list)
    for row in ROWS:
        halves[row["event"]].add(row["half"])
        times[row["event"]].append(row["seen"][:10])
    assert {len(of) for of in halves.values()} == {1}
    assert max(make_stories.dt.date.fromisoformat(max(of)) - make_stories.dt.date.fromisoformat(min(of)) for of in times.values()).days <= 7  # fmt: skip


def test_the_blind_half_has_topics_and_wordings_that_the_other_has_not() -> None:
    words = {half: " ".join(row["text"] for row in ROWS if row["half"] == half) for half in make_stories.HALVES}
    assert "cherry trees" in words["blind"]
    assert "cherry trees" not in words["fit"]
    assert "drinking water" in words["fit"]
    assert "drinking water" not in words["blind"]
    assert "put their names" not in words["fit"]


def test_no_placeholder_or_choice_is_left_in_a_report() -> None:
    assert not [row for row in ROWS if set("{}[]|") & set(row["title"] + row["text"])]


@pytest.mark.parametrize("language", make_stories.LANGUAGES)
def test_every_language_words_every_kind_of_event(language: str) -> None:
    english, phrases = make_stories.PHRASES["en"], make_stories.PHRASES[language]
    assert phrases["types"].keys() == english["types"].keys()
    assert phrases["topics"].keys() == english["topics"].keys()
    assert {len(kind[part]) for kind in phrases["types"].values() for part in ("titles", "leads")} == {3}


@pytest.mark.parametrize(
    ("name", "genitive", "prepositional"),
    [("Гамбург", "Гамбурга", "Гамбурге"), ("Рига", "Риги", "Риге"), ("Валенсия", "Валенсии", "Валенсии"), ("Порту", "Порту", "Порту")],
)  # fmt: skip
def test_russian_names_decline(name: str, genitive: str, prepositional: str) -> None:
    assert (make_stories.decline(name, 2), make_stories.decline(name, 6)) == (genitive, prepositional)


def test_french_prepositions_are_elided() -> None:
    assert make_stories.finish("le maire de Hambourg et de les écoles", "fr") == "Le maire d'Hambourg et des écoles"
