"""What somebody wrote into a form: an address, an edition, and names of cities, networks and themes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import parse_qsl

from pipeline.deliver.readers import check_address
from pipeline.knowledge.gazetteer import Gazetteer
from pipeline.knowledge.lexicon import City, Lexicon
from pipeline.model import Choices
from pipeline.render.forms import Wishes
from pipeline.text.clean import clean_text

MOST_CITIES = 500  # of one reader: every member of the largest networks that a desk follows
_MOST_FIELDS = 2_000  # of one form: every box there is, several times over
_OFFERED = 8  # cities of one name, the largest first
_FAR_LARGER = 10  # times the people: of Paris in France and Paris in Texas the former is meant
_NAME_CHARS = 80  # longer than the longest name with its state and country
# Stricter than for a list that an operator imports, as anybody may write here: the dot-atom form of RFC 5322, 3.4.1, before a host of at least two labels (RFC 1123, 2.1).
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)

Fields = Mapping[str, Sequence[str]]


def read_fields(body: bytes) -> Fields | None:
    """The fields of a form that was sent (application/x-www-form-urlencoded); None for more than any of ours has."""
    try:
        pairs = parse_qsl(body.decode("ascii", "replace"), max_num_fields=_MOST_FIELDS, errors="replace")
    except ValueError:
        return None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def read_address(text: str) -> str | None:
    """The mail address, with its domain in small letters; None if nobody can be written to there."""
    text = text.strip()
    try:
        name, _, domain = check_address(text).rpartition("@")
    except ValueError:
        return None
    return f"{name}@{domain.lower()}" if _ADDRESS.fullmatch(text) else None


def read_wishes(fields: Fields, *, lexicon: Lexicon, gazetteer: Gazetteer, editions: Collection[str]) -> Wishes:
    """What a form says of edition and choices; names of cities are looked up."""
    edition = clean_text(first(fields, "edition"), limit=8)
    chosen = dict.fromkeys(city for city in fields.get("city", ()) if city in lexicon.cities)
    doubts, unknown = {}, []
    for line in first(fields, "cities").splitlines()[: MOST_CITIES + 1]:
        name = clean_text(line, limit=_NAME_CHARS)
        if not name:
            continue
        found = gazetteer.find(name)
        if not found:
            unknown.append(name)
        elif _is_clear(found):
            chosen[found[0].id] = None
        else:
            doubts[name] = tuple(city.id for city in found[:_OFFERED])
    problems = [] if edition in editions else ["edition"]
    if len(chosen) > MOST_CITIES:
        problems.append("many")
    return Wishes(
        edition=edition if edition in editions else "",
        choices=Choices(
            cities=tuple(chosen)[:MOST_CITIES],
            networks=_known(fields, "network", lexicon.networks),
            themes=_known(fields, "theme", lexicon.themes),
        ),
        doubts=tuple(doubts.items()),
        unknown=tuple(unknown),
        problems=tuple(problems),
    )


def _is_clear(found: Sequence[City]) -> bool:
    return len(found) == 1 or found[0].population >= _FAR_LARGER * max(found[1].population, 1)


def _known(fields: Fields, name: str, terms: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(sorted({value for value in fields.get(name, ()) if value in terms}))


def first(fields: Fields, name: str) -> str:
    """The value of a field, "" where it is missing."""
    return fields[name][0] if fields.get(name) else ""
