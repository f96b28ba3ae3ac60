"""The words of the editions: complete, used, and the only place where sentences stand."""

from __future__ import annotations

import re
import string
from pathlib import Path

import jinja2
import pytest

import digest_templates
import pipeline.render
from pipeline.errors import Reason
from pipeline.knowledge.editions import load_edition
from pipeline.knowledge.lexicon import load_lexicon
from pipeline.model import (
    Access,
    AgreementStatus,
    Kind,
    Label,
    Media,
    OverrideKind,
    ReaderState,
    SourceState,
    TieKind,
    Verdict,
)
from pipeline.render.environment import SHIPPED
from pipeline.render.forms import SAID

TEMPLATES = Path(digest_templates.__file__).parent
CODE = Path(pipeline.render.__file__).parent
COLUMNS = {
    *(
        "story",
        "page",
        "weeks",
        "week",
        "class",
        "first_seen",
        "main",
        "countries",
        "networks",
        "themes",
        "event_types",
    ),
    *("published", "published_precision", "published_zone", "published_origin", "cities", "cities_in", "headline_in"),
    *("event_start", "event_end", "event_precision", "event_deadline", "event_type", "pair_a", "pair_b", "families"),
    *(
        "sources",
        "languages",
        "unverified",
        "accounts_differ",
        "article",
        "url",
        "title",
        "language",
        "source",
        "outlet",
    ),
    *("family", "labels", "voice", "translated_from", "access", "media", "copy_of", "copy_kind", "status", "kind"),
    *("since", "until", "complete", "retrieved"),
}
# Keys made at run time, each with all the names that it can take.
FAMILIES = {
    "label": {label.value for label in Label} | {"none"},
    "access": {access.value for access in Access if access is not Access.OPEN},
    "media": {media.value for media in Media if media is not Media.PAGE},
    "label_about": {label.value for label in Label},
    "agreement.state": {status.value for status in AgreementStatus},
    "certainty": {"stated", "disputed", "assumed", "month", "year", "unknown"},
    "card.fact": {"event_date", "participants", "place", "persons"},
    "card.account": {"event_date", "participants", "place", "persons"},
    "counted": {
        *("guests", "participants", "delegates", "representatives"),
        *("delegation", "mayors", "youths", "cities", "countries"),
    },
    "copy": {"syndicated", "truncated"},
    "office": {"mayor", "governor", "secretary-general", "chief-executive", "party-secretary"},
    "date.weekday": {f"d{day}" for day in range(1, 8)},
    "date.month_name": {f"m{month}" for month in range(1, 13)},
    "date.month_short": {f"m{month}" for month in range(1, 13)},
    "source_kind": {kind.value for kind in Kind},
    "source_state": {state.value for state in SourceState if state is not SourceState.ACTIVE},
    "rhythm": {"often", "day", "days", "week", "weeks", "months"},
    "weeks": {"quiet", "failed", "title", "description"},
    "era": {"reiwa", "heisei", "showa"},
    "figures": {"stories", "articles", "copies", "sources", "families", "languages", "cities", "countries"},
    "nav": {
        "weeks",
        "cities",
        "networks",
        "themes",
        "calendar",
        "agreements",
        "anniversaries",
        "search",
        "sources",
        "names",
        "corrections",
        "about",
    },
    "about": {
        "title",
        "description",
        *(
            f"{part}{title}"
            for part in ("what", "week", "words", "families", "differ", "unverified")
            for title in ("", "_title")
        ),
        *(f"date_{mark}" for mark in ("stated", "assumed", "month", "year", "unknown")),
    },
    "issue": {
        "leads",
        "regions",
        "further",
        "corrections",
        "left_out",
        "agreements",
        "meetings",
        "calendar",
        "calls",
        "anniversaries",
        "background",
        "follow_ups",
        "names",
    },
    **{
        name: {"title", "description"}
        for name in ("calendar", "agreements", "anniversaries", "names", "sources", "corrections")
    },
    "editors": {kind.value for kind in OverrideKind},
    "ranking": {"families", "languages", "event_type", "pair", "network", "unverified"},
    "search": {"title", "description", "language", "city", "network", "theme"},
    "data": {"title", "description"},
    "data.table": {"stories", "articles", "agreements", "meetings", "calendar", "ties"},
    "data.column": COLUMNS,
    "tie.kind": {kind.value for kind in TieKind},
    "claim.verdict": {verdict.value for verdict in Verdict},
    "claim.contradicted": {"sister", "friendship"},
    "tie.complete": {"all", *(kind.value for kind in TieKind)},
    "cities": {"title"},
    "networks": {"title", "description", "one_description"},
    "themes": {"title", "description", "one_description"},
    **{f"web.{page}": {"title"} for page in ("subscribe", "confirm", "leave", "settings", "privacy")},
    "web.settings.state_of": {state.value for state in ReaderState},
    "web.settings.inactive": {state.value for state in ReaderState if state is not ReaderState.ACTIVE},
    "web.privacy": {
        f"{part}{title}"
        for part in ("what", "what_not", "why", "long", "rights", "server", "whom")
        for title in ("", "_title")
        if (part, title) != ("what_not", "_title")
    },
    "web.said": {
        *("asked_known", "asked_missing", "left_code"),
        *(f"{what}{title}" for what in SAID for title in ("", "_title")),
    },
}
# Looked up by an id from outside, and shown as that id where there is no word: any number of them may be there.
OPEN = ("language.", "reason.", "kind.")


def _keys(code: str) -> set[str]:
    """Keys without plural forms; the table [words] belongs to pipeline.words."""
    keys = (key for key in load_edition(code).messages if not key.startswith("words."))
    return {
        re.sub(r"\.(one|other)$", "", key)
        if f"{re.sub(r'[.](one|other)$', '', key)}.other" in load_edition(code).messages
        else key
        for key in keys
    }


def _sources() -> str:
    files = [*CODE.glob("*.py"), *(file for file in TEMPLATES.rglob("*") if file.suffix in (".html", ".txt", ".xml"))]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def test_both_editions_have_the_same_keys():
    assert _keys("ja") == _keys("en")


def test_both_editions_fill_in_the_same_values():
    """A placeholder may be left out (eras in English), never invented."""
    ja, en = load_edition("ja").messages, load_edition("en").messages
    for key in ja.keys() & en.keys():
        fields = [{name for _, name, _, _ in string.Formatter().parse(messages[key]) if name} for messages in (ja, en)]
        if key.startswith(("date.", "issue.period", "card.copies.", "figures.language.", "words.")):
            continue  # patterns: each language takes the parts that it writes
        assert fields[0] == fields[1], key


@pytest.mark.parametrize("code", ["ja", "en"])
def test_every_key_is_used(code: str):
    sources = _sources()
    made = {f"{family}.{name}" for family, names in FAMILIES.items() for name in names}
    unused = {key for key in _keys(code) - made if f'"{key}"' not in sources and not key.startswith(OPEN)}
    assert unused == set()


@pytest.mark.parametrize("code", ["ja", "en"])
def test_every_key_that_is_asked_for_is_there(code: str):
    asked = set(re.findall(r"""\b(?:t|say)\(\s*"([a-z_.]+[a-z])"\s*[,)]""", _sources()))
    made = {f"{family}.{name}" for family, names in FAMILIES.items() for name in names}
    assert len(asked) > 100
    assert (asked | made) - _keys(code) == set()


@pytest.mark.parametrize("code", ["ja", "en"])
def test_every_reason_for_which_a_source_can_fail_has_words(code: str):
    fetching = list(Reason)[: list(Reason).index(Reason.NO_BROWSER) + 1]
    for reason in (*fetching, Reason.NOT_TEXT):
        assert load_edition(code).has(f"reason.{reason}"), reason


@pytest.mark.parametrize("code", ["ja", "en"])
def test_every_event_type_has_a_short_name(code: str):
    assert {key.removeprefix("kind.") for key in load_edition(code).messages if key.startswith("kind.")} == set(
        load_lexicon().events
    )


def test_counted_messages_have_the_forms_of_their_language():
    ja, en = load_edition("ja"), load_edition("en")
    counted = {
        key.removesuffix(".other") for key in en.messages if key.endswith(".other") and not key.startswith("words.")
    }
    assert len(counted) > 10
    for key in counted:
        assert en.has(f"{key}.one"), key
        assert not ja.has(f"{key}.one"), key


def test_templates_hold_no_sentences():
    """Outside of tags there are only marks that mean the same everywhere."""
    for file in sorted(TEMPLATES.rglob("*.html")):
        text = re.sub(
            r"<style>.*?</style>|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>",
            " ",
            file.read_text(encoding="utf-8"),
            flags=re.DOTALL,
        )
        assert set(re.findall(r"\w+", text)) <= {"404", "CC", "BY", "4", "0"}, file.name


def test_template_names_say_whether_they_are_escaped():
    """W13: no .j2 or the like, whose escaping Jinja would guess wrongly."""
    files = {file.suffix for file in TEMPLATES.rglob("*") if file.is_file() and "__pycache__" not in file.parts}
    assert files == {".py", ".toml", ".html", ".txt", ".xml", ".css", ".js", ".svg"}


def test_markup_is_escaped_and_text_is_not():
    assert SHIPPED.markup.autoescape is True
    assert SHIPPED.text.autoescape is False


def test_what_a_template_does_not_know_stops_it():
    for environment in (SHIPPED.markup, SHIPPED.text):
        assert environment.undefined is jinja2.StrictUndefined


def test_every_template_compiles():
    for file in sorted(TEMPLATES.rglob("*")):
        if file.suffix in (".html", ".xml"):
            SHIPPED.markup.get_template(file.relative_to(TEMPLATES).as_posix())
        elif file.suffix == ".txt":
            SHIPPED.text.get_template(file.relative_to(TEMPLATES).as_posix())
