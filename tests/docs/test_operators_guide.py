"""The operator's guide: both languages say the same, and what it quotes is what the program says."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest
from guide_output import DOCS, GUIDE, blocks

from pipeline.model import FindingState

ROOT = DOCS.parent
JAPANESE = GUIDE.with_suffix(".ja.md")
GUIDES = pytest.mark.parametrize("guide", [GUIDE, JAPANESE], ids=["en", "ja"])
_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_ROW = re.compile(r"^\| (.*?) \|", re.MULTILINE)


def text_of(guide: Path) -> str:
    return guide.read_text(encoding="utf-8")


def without_comments(code: str) -> str:
    return re.sub(r" *#.*", "", code)


def codes_in(page: str) -> list[str]:
    return re.findall(r"^\| (\d+) \|", page, re.MULTILINE)


def test_both_have_the_same_headings_in_depth_and_number() -> None:
    english, japanese = (re.findall(r"^(#+) ", _FENCE.sub("", text_of(guide)), re.MULTILINE) for guide in (GUIDE, JAPANESE))  # fmt: skip
    assert japanese == english


def test_both_show_the_same_code_but_for_comments() -> None:
    english, japanese = (
        [(info, without_comments(code)) for info, code in _FENCE.findall(text_of(guide))] for guide in (GUIDE, JAPANESE)
    )
    assert japanese == english


def test_both_have_the_same_tables() -> None:
    shapes = [
        [line.count(" | ") for line in text_of(guide).splitlines() if line.startswith("|")]
        for guide in (GUIDE, JAPANESE)
    ]
    assert shapes[1] == shapes[0]


def test_both_name_the_same_settings_and_commands() -> None:
    quoted = [sorted(re.findall(r"`[^`\n]+`", _FENCE.sub("", text_of(guide)))) for guide in (GUIDE, JAPANESE)]
    assert quoted[1] == quoted[0]


def test_both_lead_to_the_same_pages() -> None:
    targets = [sorted(re.findall(r"\]\(([^)#\s]+)", text_of(guide))) for guide in (GUIDE, JAPANESE)]
    assert [name for name in targets[1] if not name.startswith("operators-guide")] == [
        name for name in targets[0] if not name.startswith("operators-guide")
    ]


@GUIDES
def test_it_explains_the_exit_codes_of_the_reference(guide: Path) -> None:
    assert codes_in(text_of(guide)) == codes_in((DOCS / "reference" / "exit-codes.md").read_text(encoding="utf-8"))


@GUIDES
def test_symptoms_are_quoted_as_the_program_says_them(guide: Path) -> None:
    """The first column of the last table but one, where it quotes."""
    section = re.split(r"^## ", text_of(guide), flags=re.MULTILINE)[-2]
    quoted = [words for cell in _ROW.findall(section) for words in re.findall(r"`([^`]+)`", cell)]
    assert len(quoted) > 12
    assert [words for words in quoted if not any(words in said for said in all_that_is_said())] == []


@functools.cache
def all_that_is_said() -> tuple[str, ...]:
    """Every string of the program."""
    said = []
    for file in (ROOT / "pipeline").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                said.append("".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values))  # type: ignore[misc]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.append(node.value)
    return tuple(said)


def test_the_records_in_the_guide_are_all_that_doctor_asks_for() -> None:
    """With them it has nothing to say; the generated region shows it."""
    region = re.search(r"<!-- generated: guide dns en -->(.*?)<!-- end generated -->", text_of(GUIDE), re.DOTALL)
    assert region
    states = re.findall(r"^(\w+) +\w", region[1], re.MULTILINE)
    assert states == [FindingState.OK.value] * 4
    assert len(blocks(GUIDE, "dns")) == 1
