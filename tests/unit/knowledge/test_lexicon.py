"""The lexicon loads whole, and every entry of its data keeps the promises of the types."""

import re
import tomllib
from importlib import resources

import pytest

from pipeline.errors import ConfigurationError
from pipeline.knowledge import lexicon as module
from pipeline.knowledge.lexicon import load_lexicon
from pipeline.model import TagKind
from pipeline.tag.folding import fold_pattern

LEXICON = load_lexicon()
DATA = resources.files("pipeline.knowledge") / "data"
TERMS = {**LEXICON.networks, **LEXICON.themes, **LEXICON.events}


def test_loading_twice_gives_the_same_object() -> None:
    assert load_lexicon() is LEXICON


def test_it_holds_the_promised_amounts() -> None:
    assert len(LEXICON.networks) >= 65
    assert len(LEXICON.themes) >= 20
    assert len(LEXICON.events) >= 15
    assert len(LEXICON.cities) > 10_000
    assert len(LEXICON.countries) > 240


@pytest.mark.parametrize("folder", ["networks", "themes", "events", "rules"])
def test_every_file_is_toml_and_is_loaded(folder: str) -> None:
    names = {entry.name.removesuffix(".toml") for entry in (DATA / folder).iterdir()}
    assert names == set(getattr(LEXICON, folder))
    for entry in (DATA / folder).iterdir():
        tomllib.loads(entry.read_text(encoding="utf-8"))


def test_ids_are_unique_over_all_vocabularies() -> None:
    assert len(TERMS) == len(LEXICON.networks) + len(LEXICON.themes) + len(LEXICON.events)


def test_everything_has_a_name_in_english_and_japanese() -> None:
    for entries in (LEXICON.cities, LEXICON.countries, TERMS):
        for entry in entries.values():
            assert entry.names["en"].strip(), entry.id
            assert entry.names["ja"].strip(), entry.id


def test_every_pattern_compiles_as_written_and_folded() -> None:
    signals = LEXICON.rules["relevance"]["signal"]
    tables = [term.patterns for term in TERMS.values()] + [signal.get("patterns", {}) for signal in signals]
    for table in tables:
        for patterns in table.values():
            for pattern in patterns:
                re.compile(pattern)
                re.compile(fold_pattern(pattern))


def test_no_pattern_repeats_a_wide_class_without_bound() -> None:
    """Unbounded runs make hostile texts quadratic; `\\w*` closes a word and is bounded by it."""
    for term in TERMS.values():
        for patterns in term.patterns.values():
            for pattern in patterns:
                assert not re.search(r"\.[*+]|\\d[*+]|\\s[*+]{2}|\][*+]\)[*+]", pattern), (term.id, pattern)


def test_every_theme_and_event_has_words_in_eight_languages() -> None:
    for term in [*LEXICON.themes.values(), *LEXICON.events.values()]:
        languages = set(term.words) | set(term.patterns)
        assert {"ja", "en", "zh", "ko", "fr", "es", "ru", "de"} <= languages, term.id


def test_ambiguous_names_of_networks_are_names_of_theirs() -> None:
    for network in LEXICON.networks.values():
        assert set(network.ambiguous) <= {*network.aliases, *network.acronyms, *network.names.values()}, network.id


def test_every_country_lies_in_one_region_and_every_city_in_a_known_country() -> None:
    assert list(LEXICON.regions)[:3] == ["east-asia", "southeast-asia", "south-asia"]
    assert list(LEXICON.regions)[-1] == "oceania"
    assert {country.region for country in LEXICON.countries.values()} == set(LEXICON.regions)
    assert {city.country for city in LEXICON.cities.values()} <= set(LEXICON.countries)


def test_positions_and_populations_are_possible() -> None:
    for city in LEXICON.cities.values():
        assert -90 <= city.latitude <= 90, city.id
        assert -180 <= city.longitude <= 180, city.id
        assert city.population >= 0, city.id


@pytest.mark.parametrize(
    ("city", "japanese", "english"),
    [
        ("geonames:1792947", "天津", "Tianjin"),
        ("geonames:1808926", "杭州", "Hangzhou"),
        ("geonames:1850147", "東京", "Tokyo"),
        ("geonames:1857910", "京都", "Kyoto"),
        ("geonames:1849796", "津市", "Tsu"),
        ("geonames:1880252", "シンガポール", "Singapore"),
        ("geonames:703448", "キーウ", "Kyiv"),
        ("geonames:2761369", "ウィーン", "Vienna"),
        ("geonames:1841811", "光州", "Gwangju"),
        ("geonames:1785286", "淄博", "Zibo"),
    ],
)
def test_display_names_are_the_usual_ones(city: str, japanese: str, english: str) -> None:
    assert LEXICON.name(TagKind.CITY, city, "ja") == japanese
    assert LEXICON.name(TagKind.CITY, city, "en") == english


def test_no_japanese_display_name_of_three_or_more_characters_ends_in_shi_but_for_names_that_hold_it() -> None:
    ending = [
        city.names["ja"]
        for city in LEXICON.cities.values()
        if len(city.names["ja"]) > 2 and city.names["ja"].endswith("市")
    ]
    assert set(ending) <= {"四日市", "廿日市", "八日市", "五日市", "野々市"}


def test_a_name_falls_back_to_the_base_language_then_english_then_the_id() -> None:
    assert LEXICON.name(TagKind.COUNTRY, "FR", "zh-Hans") == "法国"
    assert LEXICON.name(TagKind.THEME, "peace", "sw") == LEXICON.themes["peace"].names["en"]
    assert LEXICON.name(TagKind.NETWORK, "no-such-network", "ja") == "no-such-network"


def test_the_region_of_an_unknown_country_is_the_world() -> None:
    assert LEXICON.region_of("JP") == "east-asia"
    assert LEXICON.region_of("ZZ") == "world"


def test_a_term_whose_id_is_not_its_files_name_is_refused() -> None:
    text = 'id = "other"\n[names]\nen = "A"\nja = "ア"\n'
    with pytest.raises(ConfigurationError, match=r"themes/one\.toml"):
        module._terms({"themes/one.toml": text}, "themes/")


def test_a_term_without_a_japanese_label_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="en and ja"):
        module._terms({"themes/one.toml": 'id = "one"\n[names]\nen = "A"\n'}, "themes/")


def test_a_file_that_is_not_toml_is_named_in_the_error() -> None:
    with pytest.raises(ConfigurationError, match=r"themes/one\.toml is not TOML"):
        module._terms({"themes/one.toml": "id = "}, "themes/")
