"""The generated documents and the scores that finding copies is held to."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.quality.copies import score
from bench.quality.make_copies import Row, make_documents
from pipeline.text.clean import fold


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return list(make_documents(1_500))


def test_equal_seeds_give_equal_documents_and_others_do_not(rows: list[Row]) -> None:
    assert list(make_documents(50)) == rows[:50]
    assert list(make_documents(50, seed=6)) != rows[:50]


def test_ids_are_those_of_articles_and_differ(rows: list[Row]) -> None:
    assert len({row.id for row in rows}) == len(rows)
    assert all(len(row.id) == 16 and int(row.id, 16) >= 0 for row in rows)


def test_every_language_and_kind_is_there(rows: list[Row]) -> None:
    kinds = {"original", "identical", "syndicated", "truncated", "wrapped", "form", "round_up"}
    assert {row.kind for row in rows} == kinds
    assert Counter(row.lang for row in rows).keys() == {"en", "de", "fr", "es", "ja", "zh", "ko"}
    assert all(row.title and row.text and "{" not in row.text + row.title for row in rows)


def test_copies_follow_their_original_in_its_language(rows: list[Row]) -> None:
    original: dict[str, Row] = {}
    for row in rows:
        if row.kind in ("form", "round_up"):
            assert row.dup not in original
        elif row.kind == "original":
            assert row.dup not in original
            original[row.dup] = row
        else:
            assert row.lang == original[row.dup].lang


def test_copies_are_what_they_are_called(rows: list[Row]) -> None:
    original = {row.dup: row for row in rows if row.kind == "original"}
    for row in rows:
        text, whole = fold(row.text), fold(original[row.dup].text) if row.dup in original else ""
        if row.kind == "identical":
            assert text == whole
        elif row.kind == "wrapped":
            assert whole in text != whole
        elif row.kind == "truncated":
            parts = [text[at : at + 6] in whole for at in range(len(text) - 5)]
            assert sum(parts) > 0.5 * len(parts)
            assert len(text) < len(whole)


def test_a_form_is_filled_in_by_one_publisher_and_always_otherwise(rows: list[Row]) -> None:
    forms = [row for row in rows if row.kind == "form"]
    assert len({row.text for row in forms}) == len({row.dup for row in forms}) == len(forms)
    families = Counter((row.dup.partition(".")[0], row.source) for row in forms)
    assert len(families) == len({family for family, _ in families})


def test_scores_count_pairs_and_copies() -> None:
    kinds = ("original", "identical", "truncated", "original", "form")
    rows = [
        Row(str(n), "en", "s", "t", "x", dup, kind) for n, (dup, kind) in enumerate(zip("AAABC", kinds, strict=True))
    ]
    faults: list[str] = []
    scores = score(rows, [["0", "1", "3"], ["2"], ["4"]], faults)
    assert scores == {"precision": 1 / 3, "recall": 1 / 3, "identical": 1.0, "truncated": 0.0}
    assert len(faults) == 2
