"""Cities found by what people call them."""

from __future__ import annotations

import pytest

from pipeline.knowledge.gazetteer import describe, load_gazetteer
from pipeline.knowledge.lexicon import load_lexicon

GAZETTEER = load_gazetteer(load_lexicon())


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("geonames:1859171", "geonames:1859171"),
        (" Kobe ", "geonames:1859171"),
        ("KŌBE", "geonames:1859171"),
        ("神戸市", "geonames:1859171"),
        ("Кобе", "geonames:1859171"),
        ("Kobe, JP", "geonames:1859171"),
        ("Kobe, Japan", "geonames:1859171"),
        ("神戸、日本", "geonames:1859171"),
        ("Sao Paulo", "geonames:3448439"),
        ("Portland, OR, US", "geonames:5746545"),
        ("Yokohama, 神奈川県", "geonames:1848354"),
    ],
)
def test_names_in_any_script_and_case_find_the_city(text: str, city: str) -> None:
    assert [found.id for found in GAZETTEER.find(text)] == [city]


@pytest.mark.parametrize("text", ["", ",", "Laputa", "geonames:0", "Kobe, FR", "Kobe, Laputa", "カリ、フランス"])
def test_what_is_no_name_finds_nothing(text: str) -> None:
    assert GAZETTEER.find(text) == ()


def test_voiced_marks_are_no_accents() -> None:
    """パリ is Paris and バリ is not."""
    assert "geonames:2988507" in {city.id for city in GAZETTEER.find("パリ")}
    assert "geonames:2988507" not in {city.id for city in GAZETTEER.find("バリ")}


def test_the_largest_of_several_comes_first() -> None:
    found = GAZETTEER.find("Paris")
    assert found[0].id == "geonames:2988507"
    assert len(found) > 1


def test_a_city_is_described_so_that_a_person_can_choose() -> None:
    assert describe(GAZETTEER.find("Kobe")[0]) == "geonames:1859171 (Kobe 神戸, 兵庫県, JP)"
