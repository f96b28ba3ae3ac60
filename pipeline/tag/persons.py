"""Persons whom a text names beside an office. Only forms that leave no doubt; a name that is a place's is none."""

from __future__ import annotations

import re
from collections.abc import Collection

from pipeline.model import Person
from pipeline.tag.folding import fold
from pipeline.tag.reading import Reading

_MOST = 8
_PATTERNS = {
    "ja": (
        re.compile(
            r"(?P<name>[ァ-ヺー]{2,}(?:[・=＝][ァ-ヺー]+)+)(?:[(（][^()（）]{1,40}[)）])?(?P<role>副市長|前市長|元市長|市長|区長|町長|副知事|知事|事務次長|事務総長|事務局長|副秘書長|秘書長|会長|総領事|大使|議長)"
        ),
        re.compile(r"(?<=[市町区県都府道]の)(?P<name>[一-鿿々]{3,5})(?P<role>副市長|市長|区長|町長|副知事|知事|議長)"),
    ),
    "en": (
        re.compile(
            r"\b(?P<role>(?:Deputy |Vice |Lord )?Mayor|Governor|Deputy Secretary-General|Secretary-General|Consul General|Ambassador)\s(?P<name>[A-Z][\w'’-]+(?:\s[A-Z][\w'’.-]+){1,2})"
        ),
    ),
    "zh": (
        re.compile(
            r"(?<=[市省区])(?P<role>副市長|副市长|市長|市长|省长|省長)(?P<name>[一-鿿]{2,3})(?=[率在表说說会會出与與和致,，、])"
        ),
    ),
    "ko": (
        re.compile(
            r"(?<![가-힣])(?P<name>[김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노곽성차주우구민류나진지엄채원][가-힣]{2})\s(?P<role>[가-힣]{2,5}(?:시장|군수|구청장|도지사|부시장))(?![가-힣]*장에)"
        ),
    ),
}


def find_persons(reading: Reading, places: Collection[str]) -> tuple[Person, ...]:
    """Persons with their offices as the text spells them, in reading order.

    Args:
        places: folded names of the places found, which are not persons.
    """
    found: dict[str, Person] = {}
    for field in reading.fields:
        for pattern in _PATTERNS.get(reading.language.split("-")[0], ()):
            for match in pattern.finditer(field.text):
                name = match["name"].strip(" ,.")
                if fold(name) in places or any(fold(word) in places for word in name.split()[:1]) or name in found:
                    continue
                found[name] = Person(name=name, role=match["role"], evidence=match[0])
    return tuple(found.values())[:_MOST]
