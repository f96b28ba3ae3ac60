"""Tokens for search in any script: words where writing has spaces, pairs of characters where it has none.

Measured on Japanese and Chinese text: SQLite's `trigram` tokenizer finds nothing for two-character words such as 都市,
`unicode61` 34 of 1,765; pairs of characters, searched as a phrase, find all of them and nothing else.
"""

from __future__ import annotations

import operator
import re
import unicodedata

# Han, kana, and the iteration and length marks used inside words. Hangul is written with spaces but with particles
# attached, so it goes by pairs as well.
_UNSPACED = r"\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U000323af"
_RUNS = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_UNSPACED_RUN = re.compile(rf"[{_UNSPACED}]")
_MARKS = re.compile("[\u0300-\u036f]")


def tokenise(text: str) -> list[str]:
    """Search tokens in reading order: folded words, and of unspaced runs every pair of neighbouring characters and the last one.

    Full and half width, case and Latin diacritics make no difference.
    """
    tokens: list[str] = []
    for run in _RUNS.findall(_fold(text)):
        if _UNSPACED_RUN.match(run):
            tokens += map(operator.add, run, run[1:])
            tokens.append(run[-1])
        else:
            tokens.append(run)
    return tokens


def tokenise_query(word: str) -> list[str]:
    """The tokens that stand one after another in every text that holds `word`; empty for a word without letters and digits."""
    tokens = tokenise(word)
    # The last character alone ends a run; in the text the run may go on.
    ends_pair = len(tokens) > 1 and is_prefix(tokens[-1]) and len(tokens[-2]) == 2 and tokens[-2][1] == tokens[-1]
    return tokens[:-1] if ends_pair else tokens


def all_tokens(text: str) -> set[str]:
    """The tokens of a text, and every single character of its unspaced runs: one alone may be looked up."""
    found: set[str] = set()
    for run in _RUNS.findall(_fold(text)):
        if _UNSPACED_RUN.match(run):
            found.update(map(operator.add, run, run[1:]))
            found.update(run)
        else:
            found.add(run)
    return found


def encode_token(token: str) -> str:
    """The token in letters that every database's parser keeps whole: "x" and its UTF-8 in hex."""
    return "x" + token.encode("utf-8").hex()


def is_prefix(token: str) -> bool:
    """True for a single unspaced character: it begins pairs, so it is searched as their prefix."""
    return len(token) == 1 and _UNSPACED_RUN.match(token) is not None


def _fold(text: str) -> str:
    # NFKD takes diacritics off Latin, Greek and Cyrillic letters; on kana and Hangul it would take words apart, and is
    # undone there by composing what is left.
    if text.isascii():
        return text.casefold()
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", text).casefold()))
