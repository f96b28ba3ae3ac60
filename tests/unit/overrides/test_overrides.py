"""The file of editors' decisions: read with exact errors, added to without touching what a person wrote."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.model import Override, OverrideKind
from pipeline.overrides import add_override, read_overrides

DAY = dt.date(2026, 11, 23)
STORY = "s0123456789ab"
# By a person: comments, an order and a style of their own, no line break at the end.
WRITTEN = """\
# Our desk's list.   Keep it short!

[[ override ]]            # the harbour treaty
day=2026-11-20
kind = 'pin'
story = "s0123456789ab"

[[override]]
story = "s00000000000f"
kind = "edit"
day = 2026-11-21
reason = {ja = "都市名の誤り。", en = "The headline named the wrong city."}
headline.ja = "神戸と天津が港湾協力で合意"
headline.en = "Kobe and Tianjin agree on their ports"
sentences.en = ["The ports of Kobe and Tianjin share data.", "It begins in 2027."] # both checked"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "overrides.toml"


def add(file: Path, **about: object) -> Override:
    made = Override(**({"story_id": STORY, "kind": OverrideKind.PIN, "day": DAY} | about))  # type: ignore[arg-type]
    add_override(file, made, staging=file.parent / "staging")
    return made


def test_without_a_file_nothing_is_overridden(file: Path) -> None:
    assert read_overrides(file) == ()


def test_a_file_is_read_in_its_order(file: Path) -> None:
    file.write_text(WRITTEN, encoding="utf-8")
    pin, edit = read_overrides(file)
    assert (pin.story_id, pin.kind, pin.day) == (STORY, OverrideKind.PIN, dt.date(2026, 11, 20))
    assert edit.reason == {"ja": "都市名の誤り。", "en": "The headline named the wrong city."}
    assert edit.headline["ja"] == "神戸と天津が港湾協力で合意"
    assert edit.sentences == {"en": ("The ports of Kobe and Tianjin share data.", "It begins in 2027.")}


def test_what_a_person_wrote_stays_byte_for_byte(file: Path) -> None:
    file.write_bytes(WRITTEN.replace("\n", "\r\n").encode())
    before = file.read_bytes()
    added = add(file, kind=OverrideKind.RETRACT, reason="The city withdrew “its” statement.\\")
    assert file.read_bytes().startswith(before)
    assert read_overrides(file)[-1] == added
    assert len(read_overrides(file)) == 3


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"kind": OverrideKind.HIDE, "reason": '"""\n# no comment\t'},
        {"kind": OverrideKind.NOTE, "note": {"ja": "追記：日程は未定。", "en": "The day is open."}},
        {"kind": OverrideKind.EDIT, "reason": "r", "headline": {"zh-Hant": "=]["}, "sentences": {"en": ("a", "b'")}},
    ],
)
def test_what_is_added_is_read_again(file: Path, about: dict[str, object]) -> None:
    """Control characters and white space at the ends are not kept, as in every text."""
    add(file, **about)
    add(file)
    first, second = read_overrides(file)
    assert second == Override(story_id=STORY, kind=OverrideKind.PIN, day=DAY)
    assert (first.headline, first.sentences) == (about.get("headline", {}), about.get("sentences", {}))
    assert first.note == about.get("note", "")
    assert file.read_text(encoding="utf-8").startswith("# What the editors decided")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('kind = "pin"\nday = 2026-11-20', "line 2: [[override]] 1: Object missing required field `story`"),
        ('story = "x"\nkind = "pin"\nday = 2026-11-20', "line 2: [[override]] 1, story: 'x' is no id of a story"),
        (f'story = "{STORY}"\nkind = "lift"\nday = 2026-11-20', "1, kind: Invalid enum value 'lift'; it is one of pin"),
        (f'story = "{STORY}"\nkind = "pin"\nday = "soon"', "1, day: "),
        (f'story = "{STORY}"\nkind = "pin"\nday = 2026-11-20\nreasn = "x"', "1: there is no field `reasn`"),
        (f'story = "{STORY}"\nkind = "hide"\nday = 2026-11-20', "1, reason: readers are shown it, so hide cannot"),
        (f'story = "{STORY}"\nkind = "note"\nday = 2026-11-20', "1, note: "),
        (f'story = "{STORY}"\nkind = "edit"\nday = 2026-11-20\nreason = "x"', "1, headline: an edit gives"),
        (f'story = "{STORY}"\nkind = "pin"\nday = 2026-11-20\nnote = "x"', "1, note: pin has none"),
        (f'story = "{STORY}"\nkind = "note"\nday = 2026-11-20\nnote.en = " "', "1, note: a text is empty"),
        (f'story = "{STORY}"\nkind = "edit"\nday = 2026-11-20\nreason="r"\nheadline.en = 3', "1, headline"),
    ],
)
def test_an_error_names_the_file_the_table_and_the_field(file: Path, table: str, said: str) -> None:
    file.write_text(f"# one\n[[override]]\n{table}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        read_overrides(file)
    assert str(file) in str(error.value)
    assert said in str(error.value)


@pytest.mark.parametrize("text", ["[override]\nstory = 1\n", "[[overide]]\n", "story = \n", "override = 3\n"])
def test_a_file_of_another_form_is_refused_and_not_added_to(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"overrides\.toml"):
        add(file)
    assert file.read_text(encoding="utf-8") == text


def test_nothing_is_written_that_could_not_be_read(file: Path) -> None:
    with pytest.raises(ConfigurationError, match="reason"):
        add(file, kind=OverrideKind.RETRACT)
    assert not file.exists()
