"""Cities by the names that people write: "Kobe, JP", "神戸市", "Portland, OR, US"; or by their ids."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import defaultdict

from pipeline.knowledge.lexicon import City, Lexicon
from pipeline.text.clean import fold

_PARTS = re.compile(r"\s*[,、，]\s*")
# The marks that tell が from か and ぱ from は: they are no accents.
_VOICED = "\u3099\u309a"


class Gazetteer:
    """Every city of a lexicon by every name it has; case, accents and widths do not matter."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._by_name: dict[str, dict[str, City]] = defaultdict(dict)
        for city in lexicon.cities.values():
            for name in {*city.names.values(), *city.aliases}:  # one name in several languages is often one word
                self._by_name[_key(name)][city.id] = city
        self._countries: dict[str, set[str]] = defaultdict(set)
        for country in lexicon.countries.values():
            for name in (country.id, *country.names.values(), *country.aliases):
                self._countries[_key(name)].add(country.id)

    def find(self, text: str) -> tuple[City, ...]:
        """The cities that an id or a name can mean, the largest first; none for an unknown one.

        A name may be followed by its country (ISO 3166-1 code or any name of it) or by its state or prefecture and its country,
        after commas.
        """
        text = text.strip()
        if text in self._lexicon.cities:
            return (self._lexicon.cities[text],)
        name, *places = _PARTS.split(text)
        found = self._by_name.get(_key(text)) or self._by_name.get(_key(name), {})
        within = places if found is not self._by_name.get(_key(text)) else []
        chosen = [city for city in found.values() if all(self._lies_in(city, place) for place in within)]
        return tuple(sorted(chosen, key=lambda city: (-city.population, city.id)))

    def _lies_in(self, city: City, place: str) -> bool:
        return city.country in self._countries.get(_key(place), ()) or _key(city.admin1) == _key(place)


@functools.cache
def load_gazetteer(lexicon: Lexicon) -> Gazetteer:
    """The gazetteer of a lexicon, made once per process: it takes a moment."""
    return Gazetteer(lexicon)


def describe(city: City) -> str:
    """A city for a person who has to choose: geonames:1859171 (Kobe 神戸, 兵庫県, JP)."""
    names = " ".join(dict.fromkeys((city.names["en"], city.names["ja"])))
    return f"{city.id} ({', '.join(filter(None, (names, city.admin1, city.country)))})"


def _key(name: str) -> str:
    if name.isascii():
        return fold(name)
    plain = unicodedata.normalize("NFKD", name)
    return fold("".join(c for c in plain if c in _VOICED or not unicodedata.combining(c)))
