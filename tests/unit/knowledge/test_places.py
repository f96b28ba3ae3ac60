"""The gazetteer: every Japanese municipality, display names as they are usual, no districts beside their cities."""

import re
from collections import Counter
from pathlib import Path

import pytest

from pipeline.knowledge.lexicon import City, load_lexicon

LEXICON = load_lexicon()
JAPAN = [city for city in LEXICON.cities.values() if city.country == "JP"]
MUNICIPALITIES = [city for city in JAPAN if not city.ward]


def named(country: str, english: str) -> list[City]:
    return [city for city in LEXICON.cities.values() if city.country == country and city.names["en"] == english]


def test_it_holds_every_japanese_municipality_and_the_wards_of_the_designated_cities() -> None:
    """1,718 cities, towns and villages with the 23 special wards of Tokyo; 171 wards."""
    assert len(MUNICIPALITIES) == 1741 + len(["Tokyo itself"])
    assert len(JAPAN) - len(MUNICIPALITIES) == 171


def test_every_municipality_has_its_prefecture_and_no_prefecture_holds_a_name_twice() -> None:
    assert all(re.fullmatch(r"北海道|.+[都府県]", city.admin1) for city in JAPAN)
    assert len({city.admin1 for city in JAPAN}) == 47
    twice = [key for key, count in Counter((c.admin1, c.names["ja"]) for c in MUNICIPALITIES).items() if count > 1]
    assert twice == []


def test_ids_are_those_of_geonames_or_of_statistical_codes() -> None:
    for city in LEXICON.cities.values():
        assert re.fullmatch(r"geonames:[1-9]\d*|(?:jis|kostat):\d{5}", city.id), city.id
        coded = {"JP": ("geonames:", "jis:"), "KR": ("geonames:", "kostat:")}
        assert city.id.startswith(coded.get(city.country, ("geonames:",))), city.id


def test_every_japanese_municipality_is_romanised_in_plain_letters() -> None:
    for city in JAPAN:
        assert re.fullmatch(r"[A-Z][A-Za-z' -]*(?:, [A-Z][a-z]+)?", city.names["en"]), (city.id, city.names["en"])


@pytest.mark.parametrize(
    ("prefecture", "japanese", "english"),
    [
        ("徳島県", "上勝町", "Kamikatsu"),
        ("兵庫県", "新温泉町", "Shin'onsen"),
        ("北海道", "猿払村", "Sarufutsu"),
        ("大阪府", "堺市", "Sakai"),
        ("三重県", "津市", "Tsu"),
        ("東京都", "品川区", "Shinagawa"),
        ("広島県", "府中町", "Fuchu"),
        ("広島県", "府中", "Fuchu"),
        ("北海道", "伊達", "Date"),
        ("福島県", "伊達", "Date"),
    ],
)
def test_municipalities_are_found_by_prefecture_and_name(prefecture: str, japanese: str, english: str) -> None:
    (city,) = [c for c in MUNICIPALITIES if (c.admin1, c.names["ja"]) == (prefecture, japanese)]
    assert city.names["en"] == english


def test_towns_villages_and_special_wards_need_their_ending_in_texts() -> None:
    for city in MUNICIPALITIES:
        if city.needs_suffix:
            assert city.names["ja"].endswith(("町", "村", "区")), city.id
    cities = {
        c.names["ja"] for c in MUNICIPALITIES if c.names["ja"].endswith(("町", "村", "区")) and not c.needs_suffix
    }
    assert cities == {"十日町", "大村", "大町", "田村", "羽村"}


def test_chinese_display_names_are_in_simplified_characters() -> None:
    traditional = set("東國門縣區廣灣龍馬魚鳥車長風飛書時見論語説橋島嶺爾羅維納倫亞聖奧遜蘭")
    wrong = [c.names["zh"] for c in LEXICON.cities.values() if "zh" in c.names and traditional & set(c.names["zh"])]
    assert wrong == []


def test_korean_cities_have_their_japanese_names_without_shi() -> None:
    korean = [city for city in LEXICON.cities.values() if city.country == "KR" and city.population >= 200_000]
    assert [city.names["en"] for city in korean if city.names["en"].endswith(("-si", " City"))] == []
    assert [city.names["ja"] for city in korean if city.names["ja"].endswith("市")] == []
    assert {"浦項", "原州", "済州", "清州"} <= {city.names["ja"] for city in korean}


@pytest.mark.parametrize(
    ("country", "english"),
    [
        ("US", "Staten Island"),
        ("GB", "Barnet"),
        ("DE", "Eimsbüttel"),
        ("FR", "Paris 18 Buttes-Montmartre"),
        ("CN", "Longgang"),
    ],
)
def test_districts_of_large_cities_are_no_cities(country: str, english: str) -> None:
    assert named(country, english) == []


@pytest.mark.parametrize(
    ("country", "english"), [("TW", "Taoyuan City"), ("LV", "Jūrmala"), ("DE", "Frankfurt (Oder)"), ("CH", "Davos")]
)
def test_neighbours_and_small_but_known_cities_stay(country: str, english: str) -> None:
    assert len(named(country, english)) == 1


@pytest.mark.parametrize(
    ("english", "language", "name"),
    [
        ("Xianning", "ko", "셴닝"),
        ("Zhoushan", "ru", "Чжоушань"),
        ("Munakata", "ko", "무나카타"),
        ("Astana", "ru", "Астана"),
    ],
)
def test_cities_without_a_label_have_the_name_of_the_official_transcription(
    english: str, language: str, name: str
) -> None:
    assert any(city.names["en"] == english and city.names.get(language) == name for city in LEXICON.cities.values())


def test_states_name_a_country_and_its_division() -> None:
    assert LEXICON.states["ミネソタ州"] == ("US", "MN")
    assert LEXICON.states["Tamil Nadu"] == ("IN", "25")
    assert all(country in LEXICON.countries and division for country, division in LEXICON.states.values())


def test_the_table_is_sorted_by_id_so_that_two_builds_compare() -> None:
    path = Path(__file__).parents[3] / "pipeline" / "knowledge" / "data" / "cities.tsv"
    ids = [line.split("\t", 1)[0] for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    assert ids == sorted(ids, key=lambda identity: (identity.rpartition(":")[0], int(identity.rpartition(":")[2])))
