"""The words of each edition: one TOML file per language, complete by test.

A message is a text with named `{placeholders}`; one that counts is a table with the plural forms of CLDR that its language
uses (`one`, `other`; Japanese has only `other`), chosen by the argument `n`.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from pipeline.errors import ConfigurationError, RenderError


class Edition:
    """The messages of one language."""

    def __init__(self, code: str, messages: Mapping[str, str]) -> None:
        self.code = code  # BCP 47
        self.messages = messages  # dotted key -> text, plural forms as ".one" and ".other"

    def say(self, key: str, **values: Any) -> str:
        """The message with its placeholders filled. Raises RenderError if the key or a value is missing."""
        if key not in self.messages and "n" in values:
            form = "one" if values["n"] == 1 and f"{key}.one" in self.messages else "other"
            key = f"{key}.{form}"
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
    folder = resources.files("digest_templates") / "i18n"
    file = folder / f"{code}.toml"
    if not file.is_file():
        known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
        raise ConfigurationError(f"digest.editions: there is no edition {code!r}; there are {', '.join(known)}")
    return Edition(code, flatten(tomllib.loads(file.read_text(encoding="utf-8"))))


def flatten(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested tables as dotted keys."""
    flat: dict[str, str] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        flat |= flatten(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return flat
