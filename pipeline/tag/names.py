"""Finds the names of cities, countries and networks in a text, in one pass over all of them together.

Every key is the folded form of a name. Matches overlap first; what breaks the boundary rules of its script is dropped; of the
rest the leftmost and longest stay. Masks (Paris Agreement, 上海協力機構) take part and are then thrown away with what they cover.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import ahocorasick_rs

from pipeline.knowledge.lexicon import City, Country, Lexicon, Term
from pipeline.tag.folding import fold

# Endings of Russian nouns and adjectives by what the dictionary form ends in; "" is the form itself without that ending.
_CYRILLIC_ENDINGS = {
    "а": {"а", "ы", "и", "е", "у", "ой", "ою"},
    "я": {"я", "и", "е", "ю", "ей"},
    "ия": {"ия", "ии", "ию", "ией"},
    "ь": {"ь", "я", "ю", "ем", "е", "и", "ью"},
    "й": {"й", "я", "ю", "ем", "е"},
    "ый": {"ый", "ого", "ому", "ым", "ом"},
    "ий": {"ий", "его", "ого", "ему", "ому", "им", "ем", "ом"},
    "ы": {"ы", "", "ов", "ам", "ами", "ах"},
    "о": {"о", "а", "у", "ом", "е"},
    "": {"", "а", "у", "ом", "ем", "е", "ым"},
}
# What may follow a name within a Hangul word: a town hall's words, then particles.
_HANGUL_TAIL = re.compile(
    r"(?:특별자치시|특별시|광역시|시|도|군)?(?:장|청|의회|민|립|정부)?(?:들|님)?"
    r"(?:은|는|이|가|을|를|의|에|에서|에서는|에는|에게|와|과|와의|과의|로|으로|로부터|으로부터|서|도|만|및|등|까지|부터|보다|처럼|이나|나|인|행|발|측|간|에서도|이라는|라는)?"
)
_LATIN_NAME = re.compile(r"[a-z0-9ßœæþð][a-z0-9ßœæþð .,'&/()+-]*")
_WORD_AFTER = re.compile(r"[ ]([a-z0-9]+)")
# A full stop belongs to an initial or a title (J. Lincoln, Mrs. Lincoln), or ends a sentence.
_WORD_BEFORE = re.compile(r"([a-z]+) +$|\b([a-z]{1,4})\.[. ]*$")
# University of Oxford, Treaty of Rome, state of New York
_OF_BEFORE = re.compile(r"([a-z]+) (?:of|de|d'|del|da|do|di|von|der|of the)[ ]?$")


_SHORT_NAME = 3  # syllables: names of obscure places so short are oftener other words
_CITY, _WARD = fold("市"), fold("区")
_SMALL = 300_000  # people: below, a name that is also a person's is the person's
_NAMESAKE = 200_000  # people: a city of the same name as a country in another language is meant more often
_METROPOLIS = 1_000_000  # people: such a city is meant more often than anything else of its name


_MAYOR_OF = re.compile(
    r"(?:mayors?|city|town|municipality|maire|mairie|ville|alcalde|alcaldesa|ciudad|burgermeister|stadt|burgermeisterin) (?:of |de |von |d')?$"
)


class Key(NamedTuple):
    """Everything one folded spelling may mean."""

    text: str
    script: str  # "latin", "cyrillic", "hangul", "kana", "han"
    cities: tuple[City, ...] = ()  # most populous first
    country: str = ""
    networks: tuple[str, ...] = ()
    mask: bool = False
    club: bool = False
    cased: frozenset[str] = frozenset()  # the only spellings that count for networks, where not empty
    any_case: bool = False  # may begin with a small letter
    ambiguous: bool = False  # counts as a city only with a cue
    word: bool = False  # is ambiguous for being a word of some language
    obscure: bool = False  # small places only: a preposition is no cue
    region: bool = False  # also a state's or province's name, elsewhere: likewise
    person: bool = False  # also a given or family name
    endings: frozenset[str] = frozenset()


class Mention(NamedTuple):
    """A key found in a text: code points of the text."""

    start: int
    end: int
    key: Key


class NameFinder:
    """The automaton over all names of one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        masks, ambiguous = lexicon.rules["masks"], lexicon.rules["ambiguous"]
        self._after_han = tuple(sorted({fold(word) for word in masks["after_han"]}))
        self._before_han = frozenset(fold(word) for word in masks["before_han"])
        self._after_latin = frozenset(masks["after_latin"])
        self._before_latin = frozenset(masks["before_latin"])
        self._after_person = frozenset(masks["after_person"])
        self._articles = frozenset(masks["articles"])
        self._before_of = frozenset(masks["before_of"])
        self._before_cities = frozenset(masks["before_cities"])
        self._regions = frozenset(fold(name) for name in masks["region_names"])
        self._states = {fold(name): state for name, state in lexicon.states.items()}
        self._states |= {
            fold(name): (country, code) for name, (country, code) in lexicon.rules["places"]["states"].items()
        }
        self._words = _folded_set(lexicon.rules["common_words"], ("words",)) | _folded_set(
            ambiguous, ("latin_words", "han_words", "hangul_words", "cyrillic_words", "kana_words")
        )
        self._persons = _folded_set(ambiguous, ("latin_persons",))
        self._drafts = list(_collect_drafts(lexicon, masks).items())
        self._keys: dict[int, Key] = {}  # made when first met: a text holds few of them
        self._automaton = ahocorasick_rs.AhoCorasick(
            [spelling if isinstance(spelling, str) else spelling[0] for spelling, _ in self._drafts],
            matchkind=ahocorasick_rs.MatchKind.Standard,
            store_patterns=False,
        )

    def __len__(self) -> int:
        """How many spellings are known."""
        return len(self._drafts)

    def find(self, text: str, folded: str, persons: set[str], *, title: bool = False) -> list[Mention]:
        """All mentions in reading order, masks included; no two overlap.

        Args:
            persons: Takes in the spellings that are part of a person's name somewhere in the text.
            title: True for a headline, whose words may all begin with capitals.
        """
        headline = title and _capitalised(text)
        kept = []
        size = len(folded)
        for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            # Most matches lie inside words: the cheapest test comes first.
            first = folded[start]
            if first in _LETTERS and (
                (start and folded[start - 1] in _LETTERS)
                or (first in _LATIN and end < size and folded[end] in _LATIN and not _DEMONYM.match(folded, end))
            ):
                continue
            mention = self._bounded(text, folded, start, end, self._key(index), persons, headline=headline)
            if mention:
                kept.append(mention)
        kept.sort(key=lambda mention: (mention.start, -mention.end))
        return list(_leftmost_longest(kept))

    def _key(self, index: int) -> Key:
        if index not in self._keys:
            spelling, found = self._drafts[index]
            text, endings = (spelling, frozenset[str]()) if isinstance(spelling, str) else spelling
            if isinstance(found, City):
                found = (found,)
            draft = _Draft(found) if isinstance(found, tuple) else found
            self._keys[index] = _key(text, endings, draft, self._words, self._persons, self._states, self._regions)
        return self._keys[index]

    def _bounded(
        self, text: str, folded: str, start: int, end: int, key: Key, persons: set[str], *, headline: bool
    ) -> Mention | None:
        """The mention if its neighbours allow it, with a Cyrillic ending taken in."""
        if key.script == "latin":
            ok = key.any_case or key.mask or _capital(text[start])
            if not ok and key.text.startswith(_CONTRACTIONS):
                ok = text[folded.index(" ", start) + 1].isupper()
            return (
                Mention(start, end, key)
                if ok and not self._latin_elsewhere(text, folded, start, end, key, persons, headline=headline)
                else None
            )
        if key.script == "cyrillic":
            return _bounded_cyrillic(text, folded, start, end, key)
        if key.script == "hangul":
            return Mention(start, end, key) if key.mask or _bounded_hangul(folded, start, end) else None
        if key.script == "kana":
            return (
                Mention(start, end, key)
                if _bounded_kana(folded, start, end) and not self._han_elsewhere(folded, start, end, key)
                else None
            )
        return Mention(start, end, key) if key.mask or not self._han_elsewhere(folded, start, end, key) else None

    def _latin_elsewhere(
        self, text: str, folded: str, start: int, end: int, key: Key, persons: set[str], *, headline: bool
    ) -> bool:
        """True if the neighbouring words make a city's name part of another name."""
        if not key.cities:
            return False
        if _DEMONYM.match(folded, end):
            return False
        if not text[start:end].isascii() and _other_letters(text[start:end], key):
            return True
        after = _WORD_AFTER.match(folded, end)
        if after and after[1] in self._after_latin:
            return True
        if (
            after
            and after[1] in {"de", "del"}
            and key.text.startswith(_ARTICLES)
            and key.cities[0].population < _SMALL
            and not key.cities[0].capital
        ):
            return True  # La Unión de Ciudades
        before = _WORD_BEFORE.search(folded, max(0, start - 16), start)
        word = before[before.lastindex or 1] if before else ""
        if word in self._before_latin:
            return True
        institution = _OF_BEFORE.search(folded, max(0, start - 24), start)
        if institution and institution[1] in self._before_of:
            return True
        if _MAYOR_OF.search(folded, max(0, start - 24), start):
            return False
        if word in self._articles and (key.ambiguous or key.person):
            return True
        if key.person and after and after[1] in self._after_person:
            return True
        if not key.person or headline:
            return False
        follows = after is not None and text[after.start(1)].isupper() and after[1] not in {"city", "mayor", "and"}
        leads = before is not None and text[before.start()].isupper() and word not in self._before_cities
        if leads:
            persons.add(key.text)
        return follows or leads

    def _han_elsewhere(self, folded: str, start: int, end: int, key: Key) -> bool:
        if key.networks:
            return False
        if start and key.text[-1] == _WARD and folded[start - 1] == _CITY:
            return True  # 大阪市中央区
        if folded.startswith(self._after_han, end) and not folded.startswith(("府市", "路线", "人口"), end):
            return True
        return (
            bool(key.cities)
            and key.script == "han"
            and end - start == 2
            and start > 0
            and folded[start - 1] in self._before_han
            and not folded.startswith(_CITY, end)  # 云南瑞丽市
        )


@functools.lru_cache(maxsize=2)
def name_finder(lexicon: Lexicon) -> NameFinder:
    """The finder of a lexicon, built once."""
    return NameFinder(lexicon)


# ---------------------------------------------------------------------------------------------------------------- boundaries


def _capital(character: str) -> bool:
    return character.isupper() or character.isdigit()


def _capitalised(text: str) -> bool:
    """True if most words begin with a capital: capitals say nothing there."""
    letters = [word[0] for word in text.split() if word[0].isalpha()]
    return sum(letter.isupper() for letter in letters) * 2 > len(letters)


def _other_letters(surface: str, key: Key) -> bool:
    """True if the text has accents that no name of the place has: Länder is not Lander. Macrons are anybody's choice."""
    written = _without_macrons(surface)
    if written.isascii():
        return False
    names = {_without_macrons(name) for city in key.cities for name in (*city.names.values(), *city.aliases)}
    return bool(key.cities) and not key.country and written not in names


def _without_macrons(name: str) -> str:
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).replace("\u0304", ""))
    return plain.casefold().replace("’", "'").replace("-", " ")


_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789ßœæþð")
# Der Ludwigshafener Stadtrat: the adjective before an office names the city.
_DEMONYM = re.compile(
    r"er (?:stadtrat|(?:ober)?burgermeister|rathaus|delegation|stadtverwaltung|gemeinderat|stadtspitze|partnerstadt|burgerreise)"
)
_LETTERS = _LATIN | frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюя")


def _bounded_cyrillic(text: str, folded: str, start: int, end: int, key: Key) -> Mention | None:
    if not key.mask and not text[start].isupper():
        return None
    stop = end
    while stop < len(folded) and "а" <= folded[stop] <= "я":
        stop += 1
    if folded[end:stop] not in (key.endings or {""}):
        return None
    return Mention(start, stop, key)


def _bounded_hangul(folded: str, start: int, end: int) -> bool:
    if start and "가" <= folded[start - 1] <= "힣":
        return False
    stop = end
    while stop < len(folded) and "가" <= folded[stop] <= "힣":
        stop += 1
    return _HANGUL_TAIL.fullmatch(folded, end, stop) is not None


def _kana(character: str) -> bool:
    return "ァ" <= character <= "ヺ" or character == "ー"


def _bounded_kana(folded: str, start: int, end: int) -> bool:
    around = (folded[start - 1] if start else " ") + (folded[end] if end < len(folded) else " ")
    return not any(_kana(character) or "a" <= character <= "z" for character in around)


def _leftmost_longest(mentions: Iterable[Mention]) -> Iterator[Mention]:
    reached = -1
    for mention in mentions:
        if mention.start >= reached:
            yield mention
            reached = mention.end


# ---------------------------------------------------------------------------------------------------------------------- keys


class _Draft:
    """What a spelling means that is not just the name of cities, while it is collected."""

    __slots__ = ("any_case", "cased", "cities", "club", "country", "english", "mask", "networks", "uncased")

    def __init__(self, cities: tuple[City, ...] = ()) -> None:
        self.cities = cities
        self.country = ""
        self.english = ""  # the country's name in English, folded
        self.networks: tuple[str, ...] = ()
        self.cased: frozenset[str] = frozenset()
        self.uncased = False
        self.mask = False
        self.club = False
        self.any_case = False


# A folded spelling; of Cyrillic ones the stem with the endings it takes.
_Spelling = str | tuple[str, frozenset[str]]


class _Drafts(dict[_Spelling, City | tuple[City, ...] | _Draft]):
    """Everything that each spelling may mean. Nearly all mean one city: it stands for itself, which spares 100,000 objects."""

    def draft(self, spelling: _Spelling) -> _Draft:
        found = self.get(spelling)
        if not isinstance(found, _Draft):
            self[spelling] = found = _Draft(() if found is None else found if isinstance(found, tuple) else (found,))
        return found

    def add(self, spelling: _Spelling, city: City) -> None:
        found = self.setdefault(spelling, city)
        if isinstance(found, City):
            if found is not city:
                self[spelling] = (found, city)
        elif isinstance(found, tuple):
            if city not in found:
                self[spelling] = (*found, city)
        elif city not in found.cities:
            found.cities += (city,)


def _folded_set(rules: Mapping[str, list[str]], names: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(word) for name in names for word in rules[name])


def _collect_drafts(lexicon: Lexicon, masks: Mapping[str, list[str]]) -> _Drafts:
    drafts = _Drafts()
    for country in lexicon.countries.values():
        for name in _country_spellings(country):
            entry = drafts.draft(_stem(fold(name)))
            entry.country = entry.country or country.id
            entry.english = entry.english or fold(country.names["en"])
            entry.any_case |= name[0].islower()
    for city in lexicon.cities.values():
        for spelling in city_spellings(city):
            drafts.add(_stem(spelling) if "а" <= spelling[0] <= "я" else spelling, city)
    for network in lexicon.networks.values():
        for name in _network_spellings(network):
            entry = drafts.draft(_stem(fold(name)))
            entry.networks = (*dict.fromkeys((*entry.networks, network.id)),)
            entry.any_case = True
            if name in network.acronyms:
                entry.cased |= {name}
            else:
                entry.uncased = True
    for name in fold("\n".join(lexicon.states)).split("\n"):
        key = _stem(name)
        if key not in drafts and (" " in name or name[-1] in _STATE_ENDINGS):
            drafts.draft(key).mask = True
    for kind in ("phrases", "regions", "clubs"):
        for phrase in masks[kind]:
            entry = drafts.draft(_stem(fold(phrase)))
            # A network's own name may stand among the masks: it stays a network.
            entry.mask = not entry.networks
            entry.club = kind == "clubs"
    return drafts


_STATE_ENDINGS = frozenset(fold("州省邦県道주도"))


def _key(
    text: str,
    endings: frozenset[str],
    entry: _Draft,
    words: frozenset[str],
    persons: frozenset[str],
    states: Mapping[str, tuple[str, str]],
    regions: frozenset[str],
) -> Key:
    cities = tuple(sorted(entry.cities, key=lambda city: (-city.population, city.id)))
    country = entry.country
    if (
        country
        and cities
        and cities[0].population >= _NAMESAKE
        and fold(cities[0].names["en"]) == text != entry.english
    ):
        country = ""  # Granada: in Spanish the country's name, too
    if country:  # a country beats a city of its name, unless the city is that country
        cities = tuple(
            city
            for city in cities
            if city.city_state or (city.capital and city.country == country and city.names["en"] == "Luxembourg")
        )
    script = _script(text)
    short = script == "latin" and len(text) <= 3
    elsewhere = bool(cities) and (text in regions or _elsewhere_a_state(text, cities, states))
    obscure = bool(cities) and all(city.obscure or city.needs_suffix for city in cities)
    person = bool(cities) and (text in persons or fold(cities[0].names["en"]) in persons)
    # Names of towns in English-speaking countries are family names, too: 哈蒙德.
    anglo = script != "latin" and bool(cities) and all(city.country in _ANGLO_COUNTRIES for city in cities)
    large = bool(cities) and cities[0].population >= _METROPOLIS and len(text) > _SHORT_LATIN
    return Key(
        text=text,
        script=script,
        cities=cities,
        country=country,
        networks=entry.networks,
        mask=entry.mask,
        club=entry.club,
        cased=frozenset() if entry.uncased else entry.cased,
        any_case=entry.any_case,
        ambiguous=bool(cities)
        and not (text.endswith(_TOWNS) and cities[0].needs_suffix)
        and (
            (text in words and not (large and script == "latin" and not person))
            or short
            or any(text + ending in words for ending in endings)
            or (obscure and _plain(text, script))
            or elsewhere
            or ((person or anglo) and cities[0].population < _SMALL and not cities[0].capital)
            or (script == "cyrillic" and text.endswith(_SURNAMES) and cities[0].population < _SMALL)
            or _short_and_small(text, script, cities)
        ),
        obscure=obscure,
        region=elsewhere,
        # Small towns bear the names of people far more often than large ones do.
        word=text in words,
        person=(person and script == "latin")
        or (script == "latin" and bool(cities) and cities[0].population < _SMALL and not cities[0].capital),
        endings=endings,
    )


_ANGLO_COUNTRIES = frozenset({"AU", "CA", "GB", "IE", "NZ", "US"})
# Stems of Чайковский, Белов, Пушкин.
_SURNAMES = ("ск", "цк", "ов", "ев", "ин")
_SHORT_LATIN = 4  # letters
_PLAIN_LATIN = 8  # letters: shorter single words are names of persons and words of some language too often


def _plain(text: str, script: str) -> bool:
    """True for spellings that, as names of places nobody knows, are more often something else."""
    if script == "latin":
        return len(text) < _PLAIN_LATIN and text.isalpha()
    return script in {"hangul", "kana"} and len(text) <= _SHORT_NAME


def _elsewhere_a_state(text: str, cities: tuple[City, ...], states: Mapping[str, tuple[str, str]]) -> bool:
    """True if a state or province has the name and none of the cities lies in it: Ontario in California."""
    state = states.get(text)
    if state is None or cities[0].population >= _METROPOLIS or cities[0].capital:
        return False
    return all((city.country, city.admin1) != state for city in cities)


def _short_and_small(text: str, script: str, cities: tuple[City, ...]) -> bool:
    """Two characters (five in Cyrillic) that name a small city are more often part of other words."""
    if script == "cyrillic" and len(text) <= 5 and cities[0].country not in _CYRILLIC_COUNTRIES:
        return cities[0].population < 500_000 and not cities[0].capital
    if len(text) != 2 or script not in {"han", "hangul", "kana"} or text[-1] in "市町村区":
        return False
    # Chinese names are parts of more words than Japanese or Korean ones.
    small = 300_000 if cities[0].country in {"CN", "TW"} else 100_000
    if script == "hangul" and cities[0].country != "KR":
        small = 500_000
    return cities[0].population < small and not cities[0].capital


def _script(text: str) -> str:
    first = text[0]
    if "가" <= first <= "힣":
        return "hangul"
    if "а" <= first <= "я":
        return "cyrillic"
    if "぀" <= first <= "ヿ":
        return "kana"
    if "㐀" <= first <= "鿿" or first == "々":
        return "han"
    return "latin"


def _stem(folded: str) -> _Spelling:
    """A Cyrillic name's stem and the endings it takes; other names as they are."""
    if _script(folded) != "cyrillic" or len(folded) < 3 or not folded[-1].isalpha():
        return folded
    for ending in ("ия", "ый", "ий", "а", "я", "ь", "й", "ы", "о"):
        if folded.endswith(ending) and len(folded) - len(ending) >= 2:
            return folded[: -len(ending)], frozenset(_CYRILLIC_ENDINGS[ending])
    if folded[-1] in "еиуэю":
        return folded, frozenset({""})
    return folded, frozenset(_CYRILLIC_ENDINGS[""])


def _variants(name: str, script: str) -> set[str]:
    """Folded spellings that texts use for a folded name: hyphens, middle dots, St., ヴ."""
    found = {name}
    if name.isalpha() and "ヴ" not in name and "ß" not in name:
        return found
    if script == "latin":
        if "-" in name and name.isascii():
            found.add(name.replace("-", " "))
        if "ß" in name:
            found.add(name.replace("ß", "ss"))
        for long, short in (("saint ", "st. "), ("saint ", "st "), ("saint-", "st-"), ("sankt ", "st. ")):
            if name.startswith(long):
                found.add(name.replace(long, short, 1))
    elif script in {"kana", "han"}:
        for sign in ("・", "=", "·", " "):
            if sign in name:
                found |= {name.replace(sign, ""), name.replace(sign, "・"), name.replace(sign, "·")}
        if "ヴ" in name:
            plain = name
            for old, new in (("ヴァ", "バ"), ("ヴィ", "ビ"), ("ヴェ", "ベ"), ("ヴォ", "ボ"), ("ヴ", "ブ")):
                plain = plain.replace(old, new)
            found.add(plain)
    return found


def city_spellings(city: City) -> set[str]:
    """Every folded spelling that may name the city; none for a ward, which is found by its city's name."""
    found: set[str] = set()
    if city.ward:
        return found
    for name in fold("\n".join((*city.names.values(), *city.aliases))).split("\n"):
        if name.isascii() and name.isalpha():
            if len(name) > 1:
                found.add(name)
        else:
            found |= _spellings(name, city)
    return found


_KOREAN_ENDING = re.compile(r"\s+(?:시|군|특별시|광역시)$")
_COUNTY, _TOWNS = tuple(fold("县縣")), tuple(fold("町村区"))


def _spellings(spelling: str, city: City) -> set[str]:
    script = _script(spelling)
    if script == "hangul":
        spelling = _KOREAN_ENDING.sub("", spelling).replace(" ", "")
        if len(spelling) == 1:
            spelling += "시"
    elif script == "han":
        # 自由市 (Freetown) must not become 自由.
        if spelling.endswith((_CITY, *_COUNTY)) and len(spelling) > (2 if city.country in _HAN_COUNTRIES else 3):
            spelling = spelling[:-1]
        if city.needs_suffix and not spelling.endswith(_TOWNS):
            return set()
        if len(spelling) == 1:
            spelling += _CITY
    elif script == "latin" and not _LATIN_NAME.fullmatch(spelling):
        return set()
    if len(spelling) < 2:
        return set()
    found = _variants(spelling, script)
    if script == "latin":
        article, _, rest = spelling.partition(" ")
        found |= {f"{contracted} {rest}" for contracted in _CONTRACTED.get(article, ())}
    elif script == "cyrillic":
        found |= _declined(spelling)
    elif script == "kana":
        english = city.names["en"].lower()
        if "ー" in spelling and len(spelling) > _LONG_KANA:
            found.add(spelling.replace("ー", ""))  # シエンフエゴス beside シエンフエーゴス
        for one, other in _KANA_PAIRS:
            found |= (
                {spelling.replace(one, other), spelling.replace(other, one)} if len(spelling) > _LONG_KANA else set()
            )
        if "v" in english and "b" not in english:
            found |= _variants(spelling.translate(_WITH_V), script)
    return found


# Written either way in names from abroad: フォートウェイン, フォートウェーン.
_KANA_PAIRS = (
    ("ェイ", "ェー"),
    ("エイ", "エー"),
    ("レイ", "レー"),
    ("ティ", "チ"),
    ("ディ", "ジ"),
    ("ウィ", "ウイ"),
    ("シェ", "セ"),
)
# Le Havre: le maire du Havre.
_CONTRACTED = {"le": ("du", "au"), "les": ("des", "aux"), "el": ("del", "al"), "o": ("do", "ao"), "os": ("dos", "aos")}
_ARTICLES = ("la ", "el ", "los ", "las ")
_CONTRACTIONS = tuple(f"{word} " for words in _CONTRACTED.values() for word in words)
_LONG_KANA = 5  # signs: shorter names without their long vowels are other words


# Нижний Новгород, Белая Церковь: the adjective is declined with the noun.
_ADJECTIVES = {
    "ий": ("ий", "его", "ему", "им", "ем", "ого", "ому", "ом"),
    "ый": ("ый", "ого", "ому", "ым", "ом"),
    "ой": ("ой", "ого", "ому", "ым", "ом"),
    "ая": ("ая", "ой", "ую"),
    "ые": ("ые", "ых", "ым", "ыми"),
    "ие": ("ие", "их", "им", "ими"),
}


def _declined(name: str) -> set[str]:
    first, space, rest = name.partition(" ")
    endings = _ADJECTIVES.get(first[-2:].lower(), ()) if space else ()
    return {first[:-2] + ending + " " + rest for ending in endings}


def _country_spellings(country: Country) -> set[str]:
    names = {name for name in (*country.names.values(), *country.aliases) if len(name) > 1}
    return (
        names
        | {name.replace("&", "and") for name in names}
        | {variant for name in map(fold, names) if _script(name) == "kana" for variant in _variants(name, "kana")}
    )


_CYRILLIC_COUNTRIES = frozenset({"BG", "BY", "KG", "KZ", "MK", "MN", "RS", "RU", "TJ", "UA", "UZ"})
_HAN_COUNTRIES = frozenset({"CN", "HK", "JP", "KP", "KR", "MO", "TW"})
# バンクーバー is also written ヴァンクーヴァー, where the name has a v.
_WITH_V = str.maketrans({"バ": "ヴァ", "ビ": "ヴィ", "ブ": "ヴ", "ベ": "ヴェ", "ボ": "ヴォ"})
_BRACKETS = re.compile(r"\s*[(（]([^()（）]*)[)）]\s*")


def _network_spellings(network: Term) -> set[str]:
    """All names; one with a bracket counts without it."""
    names = (*network.names.values(), *network.aliases, *network.acronyms)
    whole = {_BRACKETS.sub(" ", name).strip() for name in names}
    return {name for name in whole if len(name) > 1}
