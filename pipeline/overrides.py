"""What the editors decided of stories: `overrides.toml` in the workspace, which people write and commands only add to."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import tomlkit

from pipeline.errors import ConfigurationError
from pipeline.files import replace_file
from pipeline.model import Card, Override, OverrideKind
from pipeline.text.clean import clean_text

BY_EDITORS = "editors"  # the engine of words that a person wrote
STORY_ID = re.compile(r"s[0-9a-f]{12}")
_HEAD = re.compile(r"^[ \t]*\[\[[ \t]*override[ \t]*\]\]", re.MULTILINE)
_PLACE = re.compile(r" - at `\$\.?(?P<field>[^`]*)`$")
_BEGINNING = """\
# What the editors decided of stories; see docs/guides/edit-an-issue.md. Later tables come after earlier ones.
# The program only adds tables at the end. To take a decision back, delete its table.
"""
# What a table of each kind must say beside story, kind and day, and what else it may say.
_NEEDED = {
    OverrideKind.PIN: (),
    OverrideKind.HIDE: ("reason",),
    OverrideKind.EDIT: ("reason",),
    OverrideKind.NOTE: ("note",),
    OverrideKind.RETRACT: ("reason",),
}
_ALLOWED = {kind: {"reason", *needed} for kind, needed in _NEEDED.items()}
_ALLOWED[OverrideKind.EDIT] |= {"headline", "sentences"}


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[override]]` as the file has it."""

    story: str
    kind: OverrideKind
    day: dt.date
    reason: str | dict[str, str] = ""
    headline: dict[str, str] = {}
    sentences: dict[str, tuple[str, ...]] = {}
    note: str | dict[str, str] = ""


def read_overrides(file: Path) -> tuple[Override, ...]:
    """The overrides of a file in its order; none if there is no file.

    Raises:
        ConfigurationError: it is no TOML, or a table of it is wrong; the sentence names the file, the table and the field.
    """
    return _parse(_text_of(file), file) if file.is_file() else ()


def add_override(file: Path, override: Override, *, staging: Path) -> None:
    """Adds a table at the end of the file, which is made if it is missing; what stands there stays, byte for byte.

    Raises:
        ConfigurationError: the file is wrong already, or the override says too little for its kind. Nothing is written.
        WorkspaceError: the file cannot be written.
    """
    held = _text_of(file) if file.is_file() else _BEGINNING
    _parse(held, file)
    gap = "" if held.endswith("\n") else "\n"
    text = f"{held}{gap}\n{_table_of(override)}"
    _parse(text, file)
    replace_file(file, text.encode("utf-8"), staging=staging)


def _text_of(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}") from error


def _parse(text: str, file: Path) -> tuple[Override, ...]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file} cannot be read as TOML: {error}") from error
    if unknown := sorted(document.keys() - {"override"}):
        raise ConfigurationError(f"{file}: there is no {unknown[0]}; every decision is a table [[override]]")
    tables = document.get("override", [])
    if not isinstance(tables, list):
        raise ConfigurationError(f"{file}: write [[override]], with two brackets on each side")
    lines = [text.count("\n", 0, match.start()) + 1 for match in _HEAD.finditer(text)]
    return tuple(_override(table, _named(file, at, lines)) for at, table in enumerate(tables))


def _named(file: Path, at: int, lines: list[int]) -> str:
    line = f", line {lines[at]}" if at < len(lines) else ""
    return f"{file}{line}: [[override]] {at + 1}"


def _override(table: Any, name: str) -> Override:
    try:
        stated = msgspec.convert(table, _Table)
    except msgspec.ValidationError as error:
        raise ConfigurationError(_explain(str(error), name)) from error
    if not STORY_ID.fullmatch(stated.story):
        raise ConfigurationError(
            f"{name}, story: {stated.story!r} is no id of a story, such as s0123456789ab: it stands in the address of the "
            "story's page, and 'city-digest issue preview' prints it"
        )
    override = Override(
        story_id=stated.story,
        kind=stated.kind,
        day=stated.day,
        reason=_clean(stated.reason),
        headline={edition: clean_text(text) for edition, text in stated.headline.items()},
        sentences={edition: tuple(map(clean_text, texts)) for edition, texts in stated.sentences.items()},
        note=_clean(stated.note),
    )
    _check(override, name)
    return override


def _explain(error: str, name: str) -> str:
    """Msgspec's sentence, with the field before it."""
    place = _PLACE.search(error)
    field = f", {place['field']}" if place and place["field"] else ""
    reason = _PLACE.sub("", error).replace("Object contains unknown field", "there is no field")
    if "enum value" in reason:
        reason += f"; it is one of {', '.join(kind.value for kind in OverrideKind)}"
    return f"{name}{field}: {reason}"


def _clean(text: str | Mapping[str, str]) -> str | dict[str, str]:
    if isinstance(text, str):
        return clean_text(text)
    return {edition: clean_text(said) for edition, said in text.items()}


def _check(override: Override, name: str) -> None:
    said = {field for field in ("reason", "headline", "sentences", "note") if getattr(override, field)}
    for field in _NEEDED[override.kind]:
        if field not in said:
            raise ConfigurationError(f"{name}, {field}: readers are shown it, so {override.kind} cannot do without")
    if override.kind is OverrideKind.EDIT and not said & {"headline", "sentences"}:
        raise ConfigurationError(f"{name}, headline: an edit gives a headline, sentences or both, by edition")
    if surplus := sorted(said - _ALLOWED[override.kind]):
        raise ConfigurationError(f"{name}, {surplus[0]}: {override.kind} has none")
    for field in sorted(said):
        if _has_empty(getattr(override, field)):
            raise ConfigurationError(f"{name}, {field}: a text is empty")


def _has_empty(said: Any) -> bool:
    if isinstance(said, str):
        return not said
    return any(map(_has_empty, said.values() if isinstance(said, dict) else said)) or not said


def _table_of(override: Override) -> str:
    table = tomlkit.table()
    table["story"] = override.story_id
    table["kind"] = override.kind.value
    table["day"] = override.day
    for field in ("reason", "headline", "sentences", "note"):
        value = getattr(override, field)
        if isinstance(value, dict) and value:
            inline = tomlkit.inline_table()
            inline.update({key: list(text) if isinstance(text, tuple) else text for key, text in value.items()})
            table[field] = inline
        elif value:
            table[field] = value
    document = tomlkit.document()
    tables = tomlkit.aot()
    tables.append(table)
    document["override"] = tables
    return tomlkit.dumps(document)


# ------------------------------------------------------------------------------------------------------------- what they do


def assign_overrides(overrides: Iterable[Override], redirects: Mapping[str, str]) -> dict[str, tuple[Override, ...]]:
    """Story id -> what was decided of it, in the order of the file.

    What was decided of a story also counts for the one that it was merged into. A retracted story is retracted under every
    id that leads to it.

    Args:
        redirects: old story id -> the story it was merged into.
    """
    assigned: dict[str, list[Override]] = {}
    for override in overrides:
        end = _end(override.story_id, redirects)
        ids = {override.story_id, end}
        if override.kind is OverrideKind.RETRACT:
            ids |= {old for old in redirects if _end(old, redirects) == end}
        for story_id in sorted(ids):
            assigned.setdefault(story_id, []).append(override)
    return {story_id: tuple(decided) for story_id, decided in assigned.items()}


def _end(story_id: str, redirects: Mapping[str, str]) -> str:
    passed: set[str] = set()
    while story_id in redirects and story_id not in passed:
        passed.add(story_id)
        story_id = redirects[story_id]
    return story_id


def retraction(overrides: Iterable[Override]) -> Override | None:
    """The first retraction among them: the day on which a story was withdrawn."""
    return next((override for override in overrides if override.kind is OverrideKind.RETRACT), None)


def mark_card(card: Card, decided: Iterable[Override]) -> Card:
    """The card with what was decided of its story: the editors' words in place of ours, and each decision on it.

    What it has already is not done again. A retracted story's card keeps its id, and nothing else that was said of it.
    """
    fresh = [override for override in decided if override not in card.overrides]
    if not fresh:
        return card
    if withdrawn := retraction((*card.overrides, *fresh)):
        return Card(
            story_id=card.story_id,
            article_class=card.article_class,
            words={},
            lead={},
            published=None,
            first_seen=card.first_seen,
            overrides=(withdrawn,),
        )
    words = dict(card.words)
    for override in fresh:
        for edition in words.keys() & (override.headline.keys() | override.sentences.keys()):
            ours = words[edition]
            words[edition] = msgspec.structs.replace(
                ours,
                headline=override.headline.get(edition, ours.headline),
                sentences=override.sentences.get(edition, ours.sentences),
                engine=BY_EDITORS,
            )
    return msgspec.structs.replace(
        card,
        words=words,
        built=card.built or ({} if words == card.words else card.words),
        overrides=(*card.overrides, *fresh),
    )
