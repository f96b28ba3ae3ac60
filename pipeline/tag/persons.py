"""Persons whom a text names beside an office. Only forms that leave no doubt; a name that is a place's is none."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import Person
from pipeline.tag.folding import fold
from pipeline.tag.reading import Reading

_MOST = 8


class _Form(NamedTuple):
    """How a language names a holder of an office, and which of the matches are names."""

    pattern: re.Pattern[str]
    is_name: Callable[[re.Match[str], Collection[str]], bool]


def find_persons(reading: Reading, places: Collection[str], lexicon: Lexicon) -> tuple[Person, ...]:
    """Persons with their offices as the text spells them, in reading order.

    Args:
        places: folded names of the places found, which are not persons.
    """
    forms = _forms(lexicon).get(reading.language.split("-")[0], ())
    found: dict[str, Person] = {}
    for field in reading.fields:
        for form in forms:
            for match in form.pattern.finditer(field.text):
                name = match["name"].strip(" ,.")
                if name not in found and not _is_place(name, places) and form.is_name(match, places):
                    found[name] = Person(name=name, role=match["role"], evidence=match[0])
    return tuple(found.values())[:_MOST]


def _is_place(name: str, places: Collection[str]) -> bool:
    return fold(name) in places or fold(name.partition(" ")[0]) in places


@functools.lru_cache(maxsize=4)
def _forms(lexicon: Lexicon) -> Mapping[str, tuple[_Form, ...]]:
    rules: Mapping[str, Any] = lexicon.rules["persons"]
    surnames, not_given = rules["surnames"], rules["not_given"]
    return {
        "ja": (
            _Form(_JA_KANA, _any),
            _Form(_JA_KANJI, lambda match, _: not any(word in match["name"] for word in not_given["ja"])),
        ),
        "en": (_Form(_EN, _any),),
        "zh": (_Form(_zh(surnames, not_given["zh"]), lambda match, _: match["name"] not in not_given["zh_words"]),),
        "ko": (_Form(_ko(surnames, not_given["ko"]), _is_office_of_place),),
    }


def _any(_: re.Match[str], __: Collection[str]) -> bool:
    return True


_JA_KANA = re.compile(
    r"(?P<name>[ァ-ヺー]{2,}(?:[・=＝][ァ-ヺー]+)+)(?:[(（][^()（）]{1,40}[)）])?(?P<role>副市長|前市長|元市長|市長|区長|町長|副知事|知事|事務次長|事務総長|事務局長|副秘書長|秘書長|会長|総領事|大使|議長)"
)
_JA_KANJI = re.compile(
    r"(?<=[市町区県都府道]の)(?P<name>[一-鿿々]{3,5}?)(?P<role>副市長|市長|区長|町長|副知事|知事|議長)"
)
_EN = re.compile(
    r"\b(?P<role>(?:Deputy |Vice |Lord )?Mayor|Governor|Deputy Secretary-General|Secretary-General|Consul General|Ambassador)\s(?P<name>[A-Z][\w'’-]+(?:\s[A-Z][\w'’.-]+){1,2})"
)


def _zh(surnames: Mapping[str, Any], not_given: str) -> re.Pattern[str]:
    """天津市副市长王某率团: office, surname, one or two characters that are no other word's, then a verb or a pause."""
    single = re.sub(r"\s", "", surnames["zh"])
    compound = "|".join(surnames["zh_compound"])
    given = rf"(?![{not_given}])[一-鿿]"
    return re.compile(
        r"(?<=[市省区區州])(?P<role>副市長|副市长|市長|市长|省长|省長|区长|區長|州长|州長)"
        rf"(?P<name>(?:{compound}|[{single}])(?:{given}){{1,2}})"
        r"(?=[率在说說、,，。]|表示|会见|會見|出席|指出|强调|強調|致[辞辭]|[与與和及]|一行|先生|女士|介绍|介紹|访问|訪問|带队|帶隊|接受|签署|簽署)"
    )


def _ko(surnames: Mapping[str, Any], not_given: str) -> re.Pattern[str]:
    """박○○ 부산시장은: surname, two syllables, the office with its place, a particle at most."""
    compound = "|".join(surnames["ko_compound"])
    return re.compile(
        rf"(?<![가-힣])(?P<name>(?:{compound}|[{surnames['ko']}])[가-힣](?![{not_given}])[가-힣])\s"
        r"(?P<role>(?P<place>[가-힣]{2,5}?)(?:(?:광역|특별|특별자치)?시장|군수|구청장|도지사|부시장))"
        r"(?=(?:은|이|과|와|의|도|에게|께서|을|를)?(?![가-힣]))"
    )


def _is_office_of_place(match: re.Match[str], places: Collection[str]) -> bool:
    """True where the office names a place of the text: 시장 alone is a market as well."""
    return match["role"].endswith("도지사") or any(fold(match["place"] + ending) in places for ending in _KO_ENDINGS)


_KO_ENDINGS = ("", "시", "군", "구", "광역시", "특별시")
