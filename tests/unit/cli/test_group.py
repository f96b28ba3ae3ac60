"""`city-digest group`: stories of a file of texts, as evaluation runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import cli

TEXT = (
    "The mayors of Porto and Niigata signed a sister city agreement in the town hall of Porto on Tuesday. They named ports, "
    "schools and flood warnings as fields of work, and a choir of both cities sang for the guests."
)
ROWS: list[dict[str, Any]] = [
    {"id": "a", "title": "Porto and Niigata sign sister city agreement", "text": TEXT, "time": "2026-10-20T09:00:00"},
    {"id": "b", "title": "Sister cities at last", "text": TEXT, "time": "2026-10-21T09:00:00+09:00", "source": "paper"},
    {"id": "c", "title": "新潟市とポルト市が姉妹都市提携に調印", "text": "新潟市とポルト市は姉妹都市提携の協定に調印した。", "lang": "ja", "time": "2026-10-21"},
    {"id": "d", "title": "Riga hosts Baltic mayors", "text": "Mayors of the Baltic states met in Riga for a dialogue on peace."},
]  # fmt: skip


def run(tmp_path: Path, rows: list[dict[str, Any]], *options: str) -> list[dict[str, Any]]:
    manifest = tmp_path / "articles.jsonl"
    manifest.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    done = CliRunner().invoke(cli, ["group", "--workers", "1", *options, str(manifest)], catch_exceptions=False)
    assert done.exit_code == 0
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_line_says_its_story_and_what_it_copies(tmp_path: Path) -> None:
    lines = run(tmp_path, ROWS, "--embedder", "none")
    assert [line["id"] for line in lines] == ["a", "b", "c", "d"]
    assert [line.keys() for line in lines] == [{"id", "copy_of", "copy_kind", "cluster", "reason"}] * 4
    clusters = [line["cluster"] for line in lines]
    assert clusters[0] == clusters[1] == clusters[2] != clusters[3]
    assert [line["reason"] for line in lines] == ["first", "copy", "same_event", "first"]
    assert [(line["copy_of"], line["copy_kind"]) for line in lines] == [
        (None, None),
        ("a", "identical"),
        *[(None, None)] * 2,
    ]


def test_a_line_that_cannot_be_read_has_the_same_keys_and_is_a_story_of_its_own(tmp_path: Path) -> None:
    good, bad = run(tmp_path, [ROWS[3], {**ROWS[0], "time": "soon"}], "--embedder", "none")
    assert bad.keys() == good.keys()
    assert (bad["cluster"], bad["copy_kind"], bad["reason"]) == ("a", None, "not readable")


def test_the_order_of_lines_does_not_matter(tmp_path: Path) -> None:
    forward = run(tmp_path, ROWS, "--embedder", "none")
    assert run(tmp_path, ROWS[::-1], "--embedder", "none") == forward[::-1]


class Constant:
    """An embedder that finds everything alike and counts what it is asked."""

    name = "usem3 test"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Any) -> Any:
        import numpy as np

        self.asked += texts
        return np.ones((len(texts), 4), np.float32) / 2


def test_only_one_article_of_each_text_is_embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy says nothing new, and embedding is what takes time."""
    import pipeline.embed

    constant = Constant()
    monkeypatch.setattr(pipeline.embed, "open_embedder", {"usem3": constant}.get)
    assert len(run(tmp_path, ROWS)) == 4
    assert len(constant.asked) == 3
