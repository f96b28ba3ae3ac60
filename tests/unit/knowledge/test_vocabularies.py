"""The vocabularies are sound and complete enough, and what is wrong with one is found."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from pipeline.knowledge.coverage import LANGUAGES, Naming, find_problems, measure_coverage
from pipeline.knowledge.lexicon import Lexicon, Term, load_lexicon

LEXICON = load_lexicon()


@dataclass
class Draft:
    """A small lexicon with one term per vocabulary, each sound until a test spoils it."""

    network: dict[str, Any] = field(
        default_factory=lambda: {
            "id": "harbour-cities",
            "names": {"en": "Harbour Cities Network", "ja": "港湾都市ネットワーク"},
            "verified": {"en": "harbour-cities.example", "ja": "harbour-cities.example"},
            "url": "https://harbour-cities.example",
            "weight": 0.3,
        }
    )
    event: dict[str, Any] = field(
        default_factory=lambda: {"id": "regatta", "names": {"en": "Regatta", "ja": "レガッタ"}, "theme": "harbours"}
    )
    others: tuple[dict[str, Any], ...] = ()

    def problems(self, *, error: bool = True) -> list[str]:
        theme = {"id": "harbours", "names": {"en": "Harbours", "ja": "港湾"}}
        networks = [msgspec.convert(table, Term) for table in (self.network, *self.others)]
        lexicon = Lexicon(
            digest="",
            cities={},
            countries={},
            regions={},
            states={},
            networks={term.id: term for term in networks},
            themes={"harbours": msgspec.convert(theme, Term)},
            events={self.event["id"]: msgspec.convert(self.event, Term)},
            rules={"networks": {"context": ["mayor"]}, "common_words": {"words": ["near"]}},
        )
        return [problem.text for problem in find_problems(lexicon) if problem.error is error]


def test_the_shipped_vocabularies_have_no_errors() -> None:
    assert [problem for problem in find_problems(LEXICON) if problem.error] == []


def test_themes_and_event_types_are_named_and_worded_in_every_language_texts_are_read_in() -> None:
    for row in measure_coverage(LEXICON):
        if row.kind == "network":
            continue
        assert all(row.names[language] for language in ("ja", "en", "zh", "ko", "fr", "es", "ru")), row.id
        assert all(row.words[language] for language in LANGUAGES), row.id


def test_the_matrix_tells_verified_names_from_drafts_and_missing_ones() -> None:
    rows = {row.id: row for row in measure_coverage(LEXICON)}
    assert rows["clair"].names["ja"] is Naming.VERIFIED
    assert rows["clair"].names["fr"] is Naming.DRAFT
    assert rows["clair"].names["ru"] is Naming.NONE


def test_a_sound_term_has_no_problems() -> None:
    assert Draft().problems() == []
    assert Draft().problems(error=False) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"id": "Harbour_Cities"}, "lower-case words"),
        ({"names": {"en": "Harbour Cities Network", "ja": " "}}, "no name in ja"),
        ({"verified": {"ko": "harbour-cities.example"}}, "verified 'ko'"),
        ({"url": "harbour cities"}, "not an address"),
        ({"weight": 0.0}, "weight 0.0"),
        ({"acronyms": ["HCN"]}, "too short"),
        ({"acronyms": ["NEAR"]}, "an ordinary word"),
        ({"ambiguous": ["HCN"]}, "none of its names"),
        ({"iptc": ["20000639"]}, "iptc '20000639'"),
        ({"sdg": ["18.1"]}, "sdg '18.1'"),
        ({"cameo": ["57"]}, "cameo '57'"),
    ],
)
def test_what_is_wrong_with_a_network_is_said(change: dict[str, Any], complaint: str) -> None:
    draft = Draft()
    draft.network |= change
    assert [text for text in draft.problems() if complaint in text]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"words": {"en": ["regatta", "Regatta"]}}, "stands twice"),
        ({"words": {"en": ["regatta"]}, "weak": {"en": ["regatta"]}}, "stands twice"),
        ({"words": {"pt": ["regata"]}}, "no text is read with"),
        ({"patterns": {"en": ["(regatta"]}}, "not a regular expression"),
        ({"theme": "sailing"}, "theme 'sailing'"),
    ],
)
def test_what_is_wrong_with_a_list_of_words_is_said(change: dict[str, Any], complaint: str) -> None:
    draft = Draft()
    draft.event |= change
    assert [text for text in draft.problems() if complaint in text]


def test_an_acronym_with_context_and_an_alias_that_was_verified_are_no_problems() -> None:
    draft = Draft()
    draft.network |= {"acronyms": ["HCN"], "ambiguous": ["HCN"], "aliases": ["Ports Network"]}
    draft.network["verified"] |= {"HCN": "a.example", "Ports Network": "a.example", "url": "a.example"}
    assert draft.problems() == []


def test_a_name_that_two_networks_share_is_an_error() -> None:
    twin = {**Draft().network, "id": "port-cities"}
    assert [text for text in Draft(others=(twin,)).problems() if "also a name of harbour-cities" in text]


def test_names_that_nobody_verified_are_noted_and_no_error() -> None:
    draft = Draft()
    draft.network["verified"] = {"en": "harbour-cities.example"}
    assert draft.problems() == []
    assert draft.problems(error=False) == ["names not verified: ja"]
