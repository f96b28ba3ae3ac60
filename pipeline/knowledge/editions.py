"""The words of each edition: one TOML file per language, complete by test.

A message is a text with named `{placeholders}`; one that counts is a table with the plural forms of CLDR that its language
uses (`one`, `other`; Japanese has only `other`), chosen by the argument `n`.

A workspace may change messages of an edition and add editions. One that is added may be based on another, whose messages stand
where it has none: so a language can be begun with its headings and dates, and be read while the rest is translated.
"""

from __future__ import annotations

import difflib
import functools
import string
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

from pipeline.errors import ConfigurationError, RenderError, TemplateError
from pipeline.knowledge.plurals import FORMS, plural_form


class Edition:
    """The messages of one language."""

    def __init__(self, code: str, messages: Mapping[str, str]) -> None:
        self.code = code  # BCP 47
        self.messages = messages  # dotted key -> text, plural forms as ".one" and ".other"
        self._plain = {key: text for key, text in messages.items() if not {"{", "}"} & set(text)}

    def say(self, key: str, **values: Any) -> str:
        """The message with its placeholders filled. Raises RenderError if the key or a value is missing."""
        if not values and key in self._plain:
            return self._plain[key]
        if key not in self.messages and "n" in values:
            n = values["n"]  # "{n}" where a script fills in the number
            form = f"{key}.{plural_form(self.code, n) if isinstance(n, int) else 'other'}"
            key = form if form in self.messages else f"{key}.other"
        try:
            return self.messages[key].format(**values)
        except KeyError as error:
            raise RenderError(
                f"edition {self.code}: message {key!r} lacks {error}; see digest_templates/i18n"
            ) from None

    def has(self, key: str) -> bool:
        return key in self.messages


@functools.cache
def load_edition(code: str) -> Edition:
    """The shipped edition of a language. Raises ConfigurationError if there is no file for it."""
    if code not in (known := shipped_codes()):
        raise ConfigurationError(
            f"digest.editions: there is no edition {code!r}; there are {', '.join(known)}. To add one see "
            "docs/guides/add-an-edition-language.md"
        )
    file = resources.files("digest_templates") / "i18n" / f"{code}.toml"
    return Edition(code, flatten(tomllib.loads(file.read_text(encoding="utf-8"))))


@functools.cache
def shipped_codes() -> tuple[str, ...]:
    """The languages of the editions that ship, sorted."""
    names = (entry.name for entry in (resources.files("digest_templates") / "i18n").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def open_edition(code: str, own: Mapping[str, bytes]) -> Edition:
    """The edition of a language, with what a workspace says before what ships.

    Args:
        own: language -> content of the workspace's file `templates/i18n/<language>.toml`.

    Raises:
        ConfigurationError: nobody has this language.
        TemplateError: the workspace's file is no TOML, has a message or a placeholder that does not exist, or lacks messages
            and is based on nothing.
    """
    if code not in own:
        return load_edition(code)
    file = f"templates/i18n/{code}.toml"
    try:
        table = tomllib.loads(own[code].decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateError(f"{file} cannot be read as TOML: {error}") from error
    base = _base(file, code, table.pop("edition", {}))
    messages = flatten(table)
    _check(file, messages, ours=load_edition("en").messages.keys())
    counted = {_stem(key) for key in messages if _stem(key) != key}
    if half := sorted(key for key in counted if f"{key}.other" not in messages):
        raise TemplateError(f'{file}: {half[0]} counts, so it needs the form "other"')
    kept = {key: text for key, text in (base.messages if base else {}).items() if _stem(key) not in counted}
    if missing := sorted(_stems(load_edition("en").messages) - _stems(kept | messages)):
        raise TemplateError(
            f"{file} lacks {len(missing)} messages, such as {', '.join(missing[:3])}. Translate them, or take them from another "
            'edition for now: [edition] based_on = "en"'
        )
    return Edition(code, kept | messages)


def _base(file: str, code: str, table: object) -> Edition | None:
    """The edition whose messages stand where this one has none: that of the same language, else the one that it names."""
    if not isinstance(table, dict) or set(table) - {"based_on"}:
        raise TemplateError(f'{file}: the table [edition] may hold based_on = "en", and nothing else')
    chosen = code if code in shipped_codes() else table.get("based_on", "")
    if chosen and chosen not in shipped_codes():
        raise TemplateError(f"{file}: based_on = {chosen!r} must be one of {', '.join(shipped_codes())}")
    return load_edition(chosen) if chosen else None


def _check(file: str, messages: Mapping[str, Any], ours: Iterable[str]) -> None:
    """Raises TemplateError for what no template would ever ask for, or would fail to fill in."""
    known = _fields_known()
    for key, text in messages.items():
        if _stem(key) not in known and not key.startswith(_OPEN):
            near = difflib.get_close_matches(key, ours, n=1)
            raise TemplateError(
                f"{file}: there is no message {key!r}" + (f"; did you mean {near[0]!r}?" if near else "")
            )
        if not isinstance(text, str):
            raise TemplateError(f"{file}: {key} = {text!r} must be a text in quotes")
        try:
            fields = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        except ValueError as error:
            raise TemplateError(f"{file}: {key} = {text!r}: {error}. Write {{{{ and }}}} for braces.") from error
        if strange := sorted(fields - known.get(_stem(key), frozenset())):
            have = ", ".join(f"{{{name}}}" for name in sorted(known.get(_stem(key), ()))) or "none"
            raise TemplateError(f"{file}: {key} has {{{strange[0]}}}; the values that it may show are: {have}")


@functools.cache
def _fields_known() -> dict[str, frozenset[str]]:
    """Message without its plural form -> the values that any shipped edition shows in it; a date may show all its parts."""
    known: dict[str, frozenset[str]] = {}
    for code in shipped_codes():
        for key, text in load_edition(code).messages.items():
            shown = {name for _, name, _, _ in string.Formatter().parse(text) if name}
            known[_stem(key)] = known.get(_stem(key), frozenset()) | shown
    for key, fields in known.items():
        later = {f"{part}2" for part in _DATE_PARTS} if any(name.endswith("2") for name in fields) else set()
        if key.startswith("date.") and fields & set(_DATE_PARTS):
            known[key] = fields | set(_DATE_PARTS) | later
    return known


def _stem(key: str) -> str:
    """A message's key without its plural form."""
    name, _, form = key.rpartition(".")
    return name if form in FORMS and f"{name}.other" in load_edition("en").messages else key


def _stems(keys: Iterable[str]) -> set[str]:
    """What an edition must have: its messages without plural forms, and without those that are asked for by foreign ids."""
    return {_stem(key) for key in keys if not key.startswith(_OPEN)}


# Asked for by an id from outside, and shown as that id where there is no word.
_OPEN = ("language.", "reason.", "kind.", "words.language.")
_DATE_PARTS = ("year", "month", "day", "weekday", "month_name", "month_short")


def flatten(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested tables as dotted keys."""
    flat: dict[str, str] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        flat |= flatten(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return flat
