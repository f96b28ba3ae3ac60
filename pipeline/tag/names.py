"""Finds the names of cities, countries and networks in a text, in one pass over all of them together.

Every key is the folded form of a name. Matches overlap first; what breaks the boundary rules of its script is dropped; of the
rest the leftmost and longest stay. Masks (Paris Agreement, 上海協力機構) take part and are then thrown away with what they cover.
"""

from __future__ import annotations

import functools
import re
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
_LATIN_NAME = re.compile(r"[a-z0-9][a-z0-9 .,'&/()+-]*")
_WORD_AFTER = re.compile(r"[ ]([a-z0-9]+)")
_WORD_BEFORE = re.compile(r"([a-z]+)[. ]+$")


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
        self._words = _folded_set(lexicon.rules["common_words"], ("words",)) | _folded_set(
            ambiguous, ("latin_words", "han_words", "hangul_words", "cyrillic_words", "kana_words")
        )
        self._persons = _folded_set(ambiguous, ("latin_persons",))
        self._drafts = list(_collect_drafts(lexicon, masks).items())
        self._keys: dict[int, Key] = {}  # made when first met: a text holds few of them
        self._automaton = ahocorasick_rs.AhoCorasick(
            [text for (text, _), _ in self._drafts], matchkind=ahocorasick_rs.MatchKind.Standard, store_patterns=False
        )

    def __len__(self) -> int:
        """How many spellings are known."""
        return len(self._drafts)

    def find(self, text: str, folded: str, *, title: bool = False) -> list[Mention]:
        """All mentions in reading order, masks included; no two overlap.

        Args:
            title: True for a headline, whose words may all begin with capitals.
        """
        headline = title and _capitalised(text)
        kept = [
            mention
            for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True)
            if (mention := self._bounded(text, folded, start, end, self._key(index), headline=headline))
        ]
        kept.sort(key=lambda mention: (mention.start, -mention.end))
        return list(_leftmost_longest(kept))

    def _key(self, index: int) -> Key:
        if index not in self._keys:
            (text, endings), draft = self._drafts[index]
            self._keys[index] = _key(text, endings, draft, self._words, self._persons)
        return self._keys[index]

    def _bounded(self, text: str, folded: str, start: int, end: int, key: Key, *, headline: bool) -> Mention | None:
        """The mention if its neighbours allow it, with a Cyrillic ending taken in."""
        if key.script == "latin":
            ok = _bounded_latin(folded, start, end) and (key.any_case or _capital(text[start]) or key.mask)
            return (
                Mention(start, end, key)
                if ok and not self._latin_elsewhere(text, folded, start, end, key, headline=headline)
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

    def _latin_elsewhere(self, text: str, folded: str, start: int, end: int, key: Key, *, headline: bool) -> bool:
        """True if the neighbouring words make a city's name part of another name."""
        if not key.cities:
            return False
        after = _WORD_AFTER.match(folded, end)
        if after and after[1] in self._after_latin:
            return True
        before = _WORD_BEFORE.search(folded, max(0, start - 16), start)
        if before and before[1] in self._before_latin:
            return True
        if not key.person or headline:
            return False
        follows = after is not None and _capital(text[after.start(1)]) and after[1] not in {"city", "mayor", "and"}
        leads = before is not None and _capital(text[before.start(1)]) and _is_given_name(before[1])
        return follows or leads

    def _han_elsewhere(self, folded: str, start: int, end: int, key: Key) -> bool:
        if key.networks:
            return False
        if folded.startswith(self._after_han, end) and not folded.startswith(("府市", "路线", "人口"), end):
            return True
        return (
            bool(key.cities)
            and key.script == "han"
            and end - start == 2
            and start > 0
            and folded[start - 1] in self._before_han
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


def _is_given_name(word: str) -> bool:
    """Words before a surname that is also a city's name: not the titles and prepositions that come before cities."""
    return word not in _BEFORE_CITIES


_BEFORE_CITIES = frozenset(
    [
        "in",
        "of",
        "from",
        "to",
        "and",
        "at",
        "the",
        "mayor",
        "city",
        "near",
        "for",
        "with",
        "between",
        "visit",
        "visited",
        "visiting",
        "via",
        "by",
        "on",
        "as",
        "de",
        "a",
        "en",
        "y",
        "et",
        "le",
        "la",
        "les",
        "der",
        "die",
        "das",
        "und",
        "von",
        "in",
        "aus",
        "nach",
    ]
)


def _latin(character: str) -> bool:
    return ("a" <= character <= "z") or character.isdigit() or character in "ßœæþð"


def _bounded_latin(folded: str, start: int, end: int) -> bool:
    return not (start and _latin(folded[start - 1])) and not (end < len(folded) and _latin(folded[end]))


def _bounded_cyrillic(text: str, folded: str, start: int, end: int, key: Key) -> Mention | None:
    if start and "а" <= folded[start - 1] <= "я":
        return None
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
    """What a spelling means, while it is collected; slots and tuples, since there are fifty thousand."""

    __slots__ = ("any_case", "cased", "cities", "club", "country", "mask", "networks", "uncased")

    def __init__(self) -> None:
        self.cities: tuple[City, ...] = ()
        self.country = ""
        self.networks: tuple[str, ...] = ()
        self.cased: frozenset[str] = frozenset()
        self.uncased = False
        self.mask = False
        self.club = False
        self.any_case = False


def _folded_set(rules: Mapping[str, list[str]], names: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(word) for name in names for word in rules[name])


def _collect_drafts(lexicon: Lexicon, masks: Mapping[str, list[str]]) -> dict[tuple[str, frozenset[str]], _Draft]:
    """Everything that each spelling may mean, by its folded form (for Cyrillic its stem and endings)."""
    drafts: dict[tuple[str, frozenset[str]], _Draft] = {}

    def draft(spelling: str) -> _Draft:
        return drafts.setdefault(_stem(fold(spelling)), _Draft())

    for country in lexicon.countries.values():
        for name in _country_spellings(country):
            entry = draft(name)
            entry.country = entry.country or country.id
            entry.any_case |= name[0].islower()
    for city in lexicon.cities.values():
        for name in city_spellings(city):
            entry = draft(name)
            if city not in entry.cities:
                entry.cities += (city,)
    for network in lexicon.networks.values():
        for name in _network_spellings(network):
            entry = draft(name)
            entry.networks = (*dict.fromkeys((*entry.networks, network.id)),)
            entry.any_case = True
            if name in network.acronyms:
                entry.cased |= {name}
            else:
                entry.uncased = True
    for kind in ("phrases", "regions", "clubs"):
        for phrase in masks[kind]:
            entry = draft(phrase)
            # A network's own name may stand among the masks: it stays a network.
            entry.mask = not entry.networks
            entry.club = kind == "clubs"
    return drafts


def _key(text: str, endings: frozenset[str], entry: _Draft, words: frozenset[str], persons: frozenset[str]) -> Key:
    cities = tuple(sorted(entry.cities, key=lambda city: (-city.population, city.id)))
    if entry.country:  # a country beats a city of its name, unless the city is that country
        cities = tuple(
            city
            for city in cities
            if city.city_state or (city.capital and city.country == entry.country and city.names["en"] == "Luxembourg")
        )
    script = _script(text)
    short = script == "latin" and len(text) <= 3
    return Key(
        text=text,
        script=script,
        cities=cities,
        country=entry.country,
        networks=entry.networks,
        mask=entry.mask,
        club=entry.club,
        cased=frozenset() if entry.uncased else entry.cased,
        any_case=entry.any_case,
        ambiguous=bool(cities)
        and (
            text in words
            or short
            or any(text + ending in words for ending in endings)
            or _short_and_small(text, script, cities)
        ),
        # Small towns bear the names of people far more often than large ones do.
        person=text in persons
        or (script == "latin" and bool(cities) and cities[0].population < 300_000 and not cities[0].capital),
        endings=endings,
    )


def _short_and_small(text: str, script: str, cities: tuple[City, ...]) -> bool:
    """Two characters (five in Cyrillic) that name a small city are more often part of other words."""
    if script == "cyrillic" and len(text) <= 5 and cities[0].country not in _CYRILLIC_COUNTRIES:
        return cities[0].population < 500_000 and not cities[0].capital
    if len(text) != 2 or script not in {"han", "hangul", "kana"}:
        return False
    # Chinese names are parts of more words than Japanese or Korean ones.
    small = 300_000 if cities[0].country in {"CN", "TW"} else 100_000
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


def _stem(folded: str) -> tuple[str, frozenset[str]]:
    """A Cyrillic name's stem and the endings it takes; other names as they are."""
    if _script(folded) != "cyrillic" or len(folded) < 3 or not folded[-1].isalpha():
        return folded, frozenset()
    for ending in ("ия", "ый", "ий", "а", "я", "ь", "й", "ы", "о"):
        if folded.endswith(ending) and len(folded) - len(ending) >= 2:
            return folded[: -len(ending)], frozenset(_CYRILLIC_ENDINGS[ending])
    if folded[-1] in "еиуэю":
        return folded, frozenset({""})
    return folded, frozenset(_CYRILLIC_ENDINGS[""])


def _variants(name: str) -> set[str]:
    """Spellings that texts use for a name: hyphens, middle dots, St., ヴ."""
    found = {name}
    if name.isalpha() and "ヴ" not in name:
        return found
    if "-" in name and name.isascii():
        found.add(name.replace("-", " "))
    for sign in ("・", "=", "＝", "·", " "):
        if sign in name and _script(fold(name)) in {"kana", "han"}:
            found |= {name.replace(sign, ""), name.replace(sign, "・"), name.replace(sign, "·")}
    for long, short in (("Saint ", "St. "), ("Saint ", "St "), ("Saint-", "St-"), ("Sankt ", "St. ")):
        if name.startswith(long):
            found.add(name.replace(long, short, 1))
    if "ヴ" in name:
        plain = name
        for old, new in (("ヴァ", "バ"), ("ヴィ", "ビ"), ("ヴェ", "ベ"), ("ヴォ", "ボ"), ("ヴ", "ブ")):
            plain = plain.replace(old, new)
        found.add(plain)
    return found


def city_spellings(city: City) -> set[str]:
    found: set[str] = set()
    english = city.names["en"].lower()
    for name in (*city.names.values(), *city.aliases):
        spelling = re.sub(r"\s+(?:시|군|특별시|광역시)$", "", name)
        script = _script(fold(spelling))
        if script == "hangul":
            spelling = spelling.replace(" ", "")
        if script == "han":
            # 自由市 (Freetown) must not become 自由.
            if spelling.endswith(("市", "县", "縣")) and len(spelling) > (2 if city.country in _HAN_COUNTRIES else 3):
                spelling = spelling[:-1]
            if city.needs_suffix and not spelling.endswith(("町", "村", "区")):
                continue
            if len(spelling) == 1:
                spelling += "市"
        if script == "hangul" and len(spelling) == 1:
            spelling += "시"
        if script == "latin" and not _LATIN_NAME.fullmatch(fold(spelling)):
            continue
        if len(spelling) > 1:
            found |= _variants(spelling)
            if script == "kana" and "v" in english and "b" not in english:
                found |= _variants(spelling.translate(_WITH_V))
    return found


def _country_spellings(country: Country) -> set[str]:
    names = {name for name in (*country.names.values(), *country.aliases) if len(name) > 1}
    return (
        names
        | {name.replace("&", "and") for name in names}
        | {variant for name in names if _script(fold(name)) == "kana" for variant in _variants(name)}
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
