"""Text at the border: what comes in from outside is made safe to store and show, once."""

from __future__ import annotations

import re
import unicodedata

# Bidi overrides, isolates and marks can make a page show another address or name than it stores (Unicode TR 36, 2.6).
_BIDI = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C))
_SPACES = re.compile(r"[\s\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u200b\ufeff]+")


def clean_text(text: str, *, limit: int = 200_000) -> str:
    """One line: NFC, without control, bidi and private characters or lone surrogates, runs of space made one.

    Args:
        limit: most code points kept.
    """
    text = text[: limit * 2]
    plain = " ".join(text.split())
    if plain.isprintable() and unicodedata.is_normalized("NFC", plain):  # nearly every text, five times faster
        return plain[:limit].rstrip()
    text = _SPACES.sub(" ", text.translate(_BIDI))
    text = "".join(character for character in text if unicodedata.category(character) not in _DROPPED)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()[:limit].rstrip()


# Cc: control, Cs: lone surrogates, Co: private use, Cn: unassigned. Cf stays: joiners matter in Hindi, Persian and emoji.
_DROPPED = frozenset({"Cc", "Cs", "Co", "Cn"})

# The complement of str.isalnum for every code point, and ten times faster than asking one by one.
_NOT_ALNUM = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Letters and digits only, compatibility forms and case folded: what two equal texts have in common."""
    compatible = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return _NOT_ALNUM.sub("", compatible.casefold())
