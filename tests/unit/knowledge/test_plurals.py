"""Plural forms as CLDR has them (unicode-org/cldr, plurals.xml, release 45); the numbers are the samples given there."""

from __future__ import annotations

import pytest

from pipeline.knowledge.plurals import plural_form

SAMPLES = {
    "ja": {"other": (0, 1, 2, 15, 100)},
    "zh-Hant": {"other": (0, 1, 16)},
    "en": {"one": (1,), "other": (0, 2, 16, 100)},
    "fr": {"one": (0, 1), "other": (2, 17, 100)},
    "fr-CA": {"one": (0, 1), "other": (2,)},
    "pt": {"one": (0, 1), "other": (2, 17)},
    "pt-PT": {"one": (1,), "other": (0, 2)},
    "fa": {"one": (0, 1), "other": (2, 17)},
    "ru": {"one": (1, 21, 101), "few": (2, 3, 4, 22, 102), "many": (0, 5, 11, 12, 14, 19, 111, 112)},
    "uk": {"one": (1, 31), "few": (2, 33), "many": (0, 11, 14, 25)},
    "pl": {"one": (1,), "few": (2, 4, 22, 104), "many": (0, 5, 12, 14, 21, 100)},
    "cs": {"one": (1,), "few": (2, 3, 4), "other": (0, 5, 19, 100)},
    "ro": {"one": (1,), "few": (0, 2, 16, 101), "other": (20, 35, 100)},
    "he": {"one": (1,), "two": (2,), "other": (0, 3, 17)},
    "ar": {"zero": (0,), "one": (1,), "two": (2,), "few": (3, 10, 103), "many": (11, 26, 111), "other": (100, 102)},
    "tr": {"one": (1,), "other": (0, 2)},
}


@pytest.mark.parametrize("language", SAMPLES)
def test_a_number_takes_the_form_of_its_language(language: str) -> None:
    for form, numbers in SAMPLES[language].items():
        assert {plural_form(language, n) for n in numbers} == {form}
