"""Publisher families by the names that credit lines give them: who an article says its report is from.

`data/publishers.toml` knows the agencies and outlets that are credited all over the world; the sources of an installation add
their own names and hosts.
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from importlib import resources

import msgspec

from pipeline.errors import ConfigurationError
from pipeline.model import Frozen, Label, SourceSpec
from pipeline.text import urls
from pipeline.text.clean import fold


class Publisher(Frozen, frozen=True, kw_only=True):
    """A company or institution with all its outlets."""

    id: str  # as `family` in the source files
    names: dict[str, str]  # BCP 47 -> name shown; "en" always
    also: tuple[str, ...] = ()  # further spellings of its name and of its outlets
    hosts: tuple[str, ...] = ()  # its sites, subdomains included
    distributor: bool = False  # hands on what others wrote: a credit to it names no origin

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every name it is known by, hosts left out."""
        return tuple(dict.fromkeys((*self.names.values(), *self.also)))


class Publishers:
    """Families, found by what a credit says. Raises ConfigurationError where a name or host belongs to two of them."""

    def __init__(self, families: Iterable[Publisher]) -> None:
        self.families: dict[str, Publisher] = {}
        self._by_name: dict[str, str] = {}
        self._by_host: dict[str, str] = {}
        for family in families:
            self.families[family.id] = family
            for name in map(fold, family.spellings):
                _claim(self._by_name, name, family.id)
            for host in family.hosts:
                _claim(self._by_host, host, family.id)

    def find(self, credit: str) -> str:
        """The family that a credit names as the origin: the first that is no distributor; "" if it names none."""
        return next((found for found in self.find_all(credit) if not self.is_distributor(found)), "")

    def find_all(self, credit: str) -> tuple[str, ...]:
        """Every family that a credit names, in its order: "China Daily via TV BRICS" names two."""
        return tuple(dict.fromkeys(family for part in _parts(credit) if (family := self._find(part))))

    def of_host(self, host: str) -> str:
        """The family that a host belongs to, "" if nobody knows."""
        labels = host.lower().rstrip(".").split(".")
        return next(
            (family for at in range(len(labels) - 1) if (family := self._by_host.get(".".join(labels[at:])))), ""
        )

    def spelt_in(self, text: str, *, at_end: bool = False) -> str:
        """The known name that a few words begin with, "" if none: "新华社" of "新华社天津7月9日电"; all of it where it is one.

        Args:
            at_end: names also end such words, as in the brackets of datelines: "ベルリン共同".
        """
        if self.find_all(text):
            return text
        if len(text) > _MAX_WORDS or text.isascii():
            return ""
        words = text.split() if at_end else []
        last = next((end for at in range(1, len(words)) if self.find_all(end := " ".join(words[at:]))), "")
        return last or next((piece for piece in _pieces(text, at_end=at_end) if self._by_name.get(fold(piece))), "")

    def is_name(self, text: str) -> bool:
        """True for the name or the site of a family with nothing beside it."""
        return bool(self._named(text) or (_HOST.fullmatch(text) and self.of_host(text)))

    def is_distributor(self, family: str) -> bool:
        return family in self.families and self.families[family].distributor

    def name(self, family: str, language: str) -> str:
        """The name to show in a language, else in English, else the id itself."""
        names = self.families[family].names if family in self.families else {}
        return names.get(language) or names.get(language.split("-")[0]) or names.get("en") or family

    def with_sources(self, sources: Iterable[SourceSpec]) -> Publishers:
        """The same with the names and hosts of an installation's sources; what is known already is not theirs to change."""
        known = dict(self.families)
        by_name, by_host = dict(self._by_name), dict(self._by_host)
        for source in sorted(sources, key=lambda source: source.id):
            if Label.QUERY in source.labels:
                continue
            family = source.publisher_family
            known.setdefault(family, Publisher(id=family, names=dict(source.names)))
            # "CGTN, World" is credited as CGTN.
            for name in (part for full in source.names.values() for part in (full, full.partition(",")[0])):
                by_name.setdefault(fold(name), family)
            by_host.setdefault(urls.host(source.home).removeprefix("www."), family)
        extended = Publishers(())
        extended.families, extended._by_name, extended._by_host = known, by_name, by_host
        return extended

    def _find(self, part: str) -> str:
        return self._named(part) or next((family for host in _HOST.findall(part) if (family := self.of_host(host))), "")

    def _named(self, part: str) -> str:
        family = self._by_name.get(fold(part), "")
        if not family and len(part) <= _MAX_CREDIT:
            family = self._by_name.get(fold(_bare(part)), "")
        return family


@functools.cache
def load_publishers() -> Publishers:
    """The shipped families, read once per process. Raises ConfigurationError if the file is wrong."""
    text = (resources.files("pipeline.knowledge") / "data" / "publishers.toml").read_text(encoding="utf-8")
    try:
        tables = tomllib.loads(text)
        return Publishers(msgspec.convert({"id": key, **table}, Publisher) for key, table in tables.items())
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigurationError(f"pipeline/knowledge/data/publishers.toml: {error}") from None


def _claim(owners: dict[str, str], name: str, family: str) -> None:
    if owners.setdefault(name, family) != family:
        raise ConfigurationError(f"publishers.toml: {name!r} belongs to {owners[name]} and to {family}")


_MAX_WORDS = 30  # characters of a name with place, date and who wrote it
_JOINED = "区區會会络絡信道導导"  # with these a name goes on as another word: 新华社区, 中国网络, 联合报道
_MIN_PREFIX = 3  # characters of a name that no other word begins with
_MIN_SUFFIX = 2
# Ideographs stand side by side; between two letters, syllables or katakana no name ends: قنا in قناة, Кабар in Кабардино, 연합 in 유럽연합.
_WITHIN_WORD = re.compile(
    r"[\u30a1-\u30fa\u30fc-\u30ff]{2}|[\uac00-\ud7af]{2}|[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}"
)
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|le|la|l['’]|el|il|die|der|das|агентство|ИА|وكالة)\s*(?<=[\s'’])", re.IGNORECASE)
# What stands behind a name without changing it: an edition, an agency's own word for itself, a date.
_ADDED = re.compile(
    r"(?:[\s\d年月日.,/:-]+|\s(?:news agency|news|agency|newswire|online|website|staff|japanese|english|french|spanish|chinese|arabic"
    r"|russian|portuguese|german|korean|kiswahili|swahili)|日本語版|英語版|日文版|中文版|英文版|中文网|电子版|電子版|客户端|客戶端|官网|微信公众号|网站|網站|社"
    r"|記者|记者|電|电)$",
    re.IGNORECASE,
)


def _pieces(text: str, *, at_end: bool) -> Iterator[str]:
    """What a few words begin with, longest first, then what they end with; whole words of scripts that have letters."""
    plain = unicodedata.normalize("NFKC", text)
    cuts = [at for at in range(1, len(plain)) if not _WITHIN_WORD.match(plain, at - 1)]
    for at in reversed(cuts):
        if at >= _MIN_PREFIX and plain[at - 1].isalnum() and plain[at] not in _JOINED and not plain[:at].isascii():
            yield plain[:at]
    for at in cuts if at_end else ():
        if at <= len(plain) - _MIN_SUFFIX and plain[at].isalnum() and not plain[at:].isascii():
            yield plain[at:]


_MAX_CREDIT = 100  # characters; names are far shorter, and a list of references may quote whole titles


def _bare(name: str) -> str:
    """A name without its article and without what stands behind it."""
    name, longer = _ARTICLE.sub("", name), ""
    while name != longer:
        name, longer = _ADDED.sub("", name), name
    return name


_SEPARATORS = re.compile(
    r"\s*(?:[/／|｜;；、,，·・:：=＝]|\s[-–—]\s|\s(?:via|and|und|et|y|e|и|through|with|avec|con|mit|для|по данным)\s|&)\s*",
    re.IGNORECASE,
)


def _parts(credit: str) -> Iterator[str]:
    """A credit whole, then what stands between its separators."""
    yield credit
    parts = _SEPARATORS.split(credit)
    if len(parts) > 1:
        yield from parts
