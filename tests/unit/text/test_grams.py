"""Search tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.grams import encode_token, is_prefix, tokenise, tokenise_query


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("都市協力", ["都市", "市協", "協力", "力"]),
        ("SCO都市", ["sco", "都市", "市"]),
        ("Ｓão　ﾊﾟﾘ", ["sao", "パリ", "リ"]),
        ("Straße", ["strasse"]),
        ("부산은", ["부산", "산은", "은"]),
        ("人々", ["人々", "々"]),
        ("a_b, c.d", ["a", "b", "c", "d"]),
        ("。 !", []),
    ],
)
def test_tokens_are_words_and_pairs_of_unspaced_characters(text: str, tokens: list[str]) -> None:
    assert tokenise(text) == tokens


@pytest.mark.parametrize(
    ("word", "tokens"),
    [
        ("都市", ["都市"]),
        ("都", ["都"]),
        ("SCO都", ["sco", "都"]),
        ("都SCO", ["都", "sco"]),
        ("都市。市", ["都市", "市", "市"]),
    ],
)
def test_a_query_leaves_open_how_a_run_goes_on(word: str, tokens: list[str]) -> None:
    assert tokenise_query(word) == tokens


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_encoded_tokens_are_plain_letters_and_tell_tokens_apart(text: str) -> None:
    tokens = set(tokenise(text))
    encoded = {encode_token(token) for token in tokens}
    assert len(encoded) == len(tokens)
    assert all(token.isascii() and token.isalnum() and token == token.lower() for token in encoded)


def test_only_a_single_unspaced_character_begins_pairs() -> None:
    assert [is_prefix(token) for token in ("都", "都市", "a", "か")] == [True, False, False, True]


@given(st.text(st.sampled_from("都市abé。 "), max_size=20), st.data())
def test_every_piece_of_a_run_is_a_phrase_of_its_text(text: str, data: st.DataObject) -> None:
    """Law: the query tokens of a piece of unspaced text follow one another in the text's tokens, the last as a prefix."""
    runs = [run for run in text.replace("。", " ").split() if run.strip("都市") == ""]
    if not runs:
        return
    run = data.draw(st.sampled_from(runs))
    start = data.draw(st.integers(0, len(run) - 1))
    piece = run[start : data.draw(st.integers(start + 1, len(run)))]
    wanted, tokens = tokenise_query(piece), tokenise(text)
    spots = (tokens[at : at + len(wanted)] for at in range(len(tokens)))
    *head, last = wanted
    assert any(
        spot[:-1] == head and (spot[-1].startswith(last) if is_prefix(last) else spot[-1] == last)
        for spot in spots
        if len(spot) == len(wanted)
    )
