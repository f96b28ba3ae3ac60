"""Everything the project knows by name: cities, countries, regions, city networks, themes, event types, and how they are written.

All of it lies in `data/`, one TOML file per network, theme and event type and two derived tables for places (see PROVENANCE.md);
`load_lexicon` reads it once. Whoever tags or prints asks here; nobody else opens those files.
"""

from __future__ import annotations

import functools
import hashlib
import tomllib
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import msgspec

from pipeline.errors import ConfigurationError
from pipeline.model import Frozen, TagKind


class City(Frozen, frozen=True, kw_only=True):
    """A place with a town hall."""

    id: str  # "geonames:N", or what GeoNames lacks: "jis:NNNNN" (JIS X 0402), "kostat:NNNNN" (Statistics Korea)
    names: dict[
        str, str
    ]  # BCP 47 -> display name; "en" and "ja" always, the romanised name where no Japanese one is known
    country: str  # ISO 3166-1 alpha-2
    admin1: str  # GeoNames code of state or province; the prefecture's name (東京都) for Japan
    latitude: float
    longitude: float
    population: int  # as GeoNames states it, 0 where it is not known
    capital: bool = False  # of its country
    city_state: bool = False  # holds most of its country's people: its name is also the country's
    needs_suffix: bool = False  # 町, 村 and special wards: the bare name is not how texts call them
    ward: bool = False  # of a Japanese designated city: texts that name it are about its city
    obscure: bool = False  # small and without a name in other languages
    aliases: tuple[str, ...] = ()  # further spellings, any script


class Country(Frozen, frozen=True, kw_only=True):
    """A country or territory of ISO 3166-1."""

    id: str  # alpha-2
    names: dict[str, str]  # BCP 47 -> display name
    region: str  # id of a region
    aliases: tuple[str, ...] = ()  # short forms and adjectives, any script


class Term(Frozen, frozen=True, kw_only=True):
    """A network, theme or event type: its labels and the words it is recognised by.

    Words are literal, folded before comparison; in Latin and Cyrillic a trailing "*" stands for any ending. Patterns are regular
    expressions over folded text, for what words cannot say.
    """

    id: str
    names: dict[str, str]  # BCP 47 -> label; "en" and "ja" always
    # BCP 47, alias, acronym or "url" -> host or address of the page where it was seen; what is not listed is a draft
    verified: dict[str, str] = {}
    iptc: tuple[str, ...] = ()  # Media Topics qcodes
    sdg: tuple[str, ...] = ()
    cameo: tuple[str, ...] = ()
    # event types only
    theme: str = ""  # what such an event is about where the text names no theme
    brings: str = ""  # a theme that such an event always has
    words: dict[str, tuple[str, ...]] = {}  # language -> words that say it
    weak: dict[str, tuple[str, ...]] = {}  # language -> words that hint at it
    patterns: dict[str, tuple[str, ...]] = {}  # language -> regular expressions, as strong as words
    masks: dict[str, tuple[str, ...]] = {}  # language -> phrases that hide the words of this term they touch
    mask_patterns: dict[str, tuple[str, ...]] = {}  # likewise, as regular expressions
    # networks only
    type: str = ""
    url: str = ""
    weight: float = 0.0  # what naming it adds to relevance
    aliases: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()  # compared with their case
    ambiguous: tuple[str, ...] = ()  # names and acronyms that count only beside one of `context`
    context: tuple[str, ...] = ()


class Lexicon:
    """What `load_lexicon` gives. Compared and hashed by identity: there is one."""

    def __init__(
        self,
        *,
        digest: str,
        cities: Mapping[str, City],
        countries: Mapping[str, Country],
        regions: Mapping[str, dict[str, str]],
        networks: Mapping[str, Term],
        themes: Mapping[str, Term],
        events: Mapping[str, Term],
        rules: Mapping[str, Any],
        states: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        self.digest = digest  # 16 hex digits over all data files: changes when any of them does
        self.cities = cities
        self.countries = countries
        self.regions = regions  # id -> names, in display order
        self.networks = networks
        self.themes = themes
        self.events = events
        self.rules = rules  # the files of data/rules, by name: how the tagger reads names in running text
        self.states = states or {}  # name of a first-order division, any language -> (country, its GeoNames code)

    def name(self, kind: TagKind, id: str, language: str) -> str:  # noqa: A002 - the model's word for it
        """The display name in a language, else in English, else the id itself."""
        known: dict[TagKind, Mapping[str, City] | Mapping[str, Country] | Mapping[str, Term]] = {
            TagKind.CITY: self.cities,
            TagKind.COUNTRY: self.countries,
            TagKind.NETWORK: self.networks,
            TagKind.THEME: self.themes,
            TagKind.EVENT: self.events,
        }
        entry = known[kind].get(id)
        if entry is None:
            return id
        return entry.names.get(language) or entry.names.get(language.split("-")[0]) or entry.names.get("en") or id

    def region_of(self, country: str) -> str:
        """The region id of a country, "world" if it is unknown."""
        return self.countries[country].region if country in self.countries else "world"


@functools.cache
def load_lexicon() -> Lexicon:
    """The shipped lexicon, read once per process. Raises ConfigurationError if a file is wrong."""
    folder = resources.files("pipeline.knowledge") / "data"
    files = {name: text for name, text in sorted(_texts(folder)) if name not in ("places.toml", "publishers.toml")}
    digest = hashlib.sha256()
    for name, text in files.items():
        digest.update(f"{name}\0{text}\0".encode())
    regions, region_of = _regions(files["regions.toml"])
    return Lexicon(
        digest=digest.hexdigest()[:16],
        cities=_cities(files["cities.tsv"]),
        countries=_countries(
            files["countries.tsv"], _toml("country_aliases.toml", files["country_aliases.toml"]), region_of
        ),
        regions=regions,
        networks=_terms(files, "networks/"),
        themes=_terms(files, "themes/"),
        events=_terms(files, "events/"),
        rules={
            name.removeprefix("rules/").removesuffix(".toml"): _toml(name, text)
            for name, text in files.items()
            if name.startswith("rules/")
        },
        states=_states(files["states.tsv"]),
    )


def _texts(folder: Traversable, prefix: str = "") -> list[tuple[str, str]]:
    """Every data file below a folder, as (path, text)."""
    found: list[tuple[str, str]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _texts(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".toml", ".tsv")):
            found.append((f"{prefix}{entry.name}", entry.read_text(encoding="utf-8")))
    return found


def _toml(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"pipeline/knowledge/data/{name} is not TOML: {error}") from None


def _regions(text: str) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    table = _toml("regions.toml", text)["region"]
    names = {region["id"]: region["names"] for region in table}
    return names, {country: region["id"] for region in table for country in region["countries"]}


def _countries(text: str, aliases: Mapping[str, list[str]], region_of: Mapping[str, str]) -> dict[str, Country]:
    header, *lines = text.splitlines()
    languages = header.split("\t")[1:]
    countries = {}
    for line in lines:
        code, *names = line.split("\t")
        countries[code] = Country(
            id=code,
            names=dict(zip(languages, names, strict=True)),
            region=region_of[code],
            aliases=tuple(aliases.get(code, ())),
        )
    return countries


def _cities(text: str) -> dict[str, City]:
    header, *lines = text.splitlines()
    languages = header.split("\t")[7:-1]
    cities = {}
    for line in lines:
        number, country, admin1, latitude, longitude, population, flags, *names, aliases = line.split("\t")
        known = {language: name for language, name in zip(languages, names, strict=True) if name}
        known.setdefault("ja", known["en"])
        identity = number if ":" in number else f"geonames:{number}"
        cities[identity] = City(
            id=identity,
            names=known,
            country=country,
            admin1=admin1,
            latitude=float(latitude),
            longitude=float(longitude),
            population=int(population),
            capital="c" in flags,
            city_state="s" in flags,
            needs_suffix="t" in flags,
            ward="w" in flags,
            obscure="o" in flags,
            aliases=tuple(aliases.split("|")) if aliases else (),
        )
    return cities


def _states(text: str) -> dict[str, tuple[str, str]]:
    """Names that divisions of several countries share are left out: they decide nothing."""
    states: dict[str, tuple[str, str]] = {}
    shared = set()
    for line in text.splitlines()[1:]:
        code, names = line.split("\t")
        country, division = code.split(".")
        for name in names.split("|"):
            if states.setdefault(name, (country, division))[0] != country:
                shared.add(name)
    return {name: state for name, state in states.items() if name not in shared}


def _terms(files: Mapping[str, str], prefix: str) -> dict[str, Term]:
    """The entries of one folder by id, which is also the file's name."""
    terms = {}
    for name, text in files.items():
        if not name.startswith(prefix):
            continue
        try:
            term = msgspec.convert(_toml(name, text), Term)
        except msgspec.ValidationError as error:
            raise ConfigurationError(f"pipeline/knowledge/data/{name}: {error}") from None
        if f"{prefix}{term.id}.toml" != name or not {"en", "ja"} <= term.names.keys():
            raise ConfigurationError(
                f"pipeline/knowledge/data/{name}: id must be the file's name, labels en and ja are required"
            )
        terms[term.id] = term
    return terms
