"""Sketches: what is kept of a text so that its copies are found among all others by looking a few numbers up.

MinHash with one permutation (Li, Owen and Zhang 2012), its empty bins filled by rotation (Shrivastava and Li 2014), over the
character shingles of the folded body and once more over those of its first 500 characters: a copy cut short shares few of the
body's minima and nearly all of its beginning's.
"""

from __future__ import annotations

import functools
import struct
import unicodedata

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Article, Frozen

VERSION = "1"

Hashes = NDArray[np.uint64]
Codes = NDArray[np.uint32]

# Shingle lengths in characters: 4 ideographs, kana or Hangul carry about what 7 letters do. Word n-grams missed half of all
# copies in Japanese and Chinese. Which length counts is decided where the shingle begins, so mixed texts need no guess.
SHINGLE = 7
SHINGLE_DENSE = 4
# Radicals to ideographs with kana between, Hangul, ideographs outside the first plane.
_DENSE = ((0x2E80, 0x9FFF), (0xAC00, 0xD7AF), (0x20000, 0x3FFFF))

# Minima of the body and of its beginning, powers of two; each band of three is one key. Two bodies with a Jaccard similarity of
# .52 share one of 42 bands with a probability of .998, those of .1 with .04.
BODY_BINS = 128
LEAD_BINS = 64
LEAD_CHARS = 500
BAND = 3

# Odd numbers with no pattern in their bits: multipliers of a hash modulo 2**64.
_ROLL = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # finaliser of SplitMix64
_STEP = np.uint32(0x9E3779B1)
_BAND = np.array([0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB], np.uint64)

# Of the body's shingles the minima are those of the upper halves of the hashes, of the beginning's those of the lower, or the
# beginning of a short text would say what its body said. With a bit to tell them apart both are sorted at once.
_LEAD = np.uint32(1 << 31)
_EDGES = np.concatenate(
    (
        np.arange(BODY_BINS, dtype=np.uint32) * np.uint32(2**31 // BODY_BINS),
        np.arange(LEAD_BINS, dtype=np.uint32) * np.uint32(2**31 // LEAD_BINS) + _LEAD,
    )
)
_PARTS = (slice(0, BODY_BINS), slice(BODY_BINS, BODY_BINS + LEAD_BINS))
# Which minima make a band: whole threes of the body, then of the beginning.
_BANDS = np.concatenate((np.arange(BODY_BINS // BAND * BAND), BODY_BINS + np.arange(LEAD_BINS // BAND * BAND))).reshape(
    -1, BAND
)

_HEAD = struct.Struct("<I")


class Sketch(Frozen, frozen=True, kw_only=True):
    """What is kept of one text."""

    value: bytes  # number of different shingles (4 bytes), then the last 16 bits of every minimum of the body; little endian
    keys: tuple[int, ...]  # of the bands, signed 64 bits, those of the beginning apart from those of the body


def make_sketch(article: Article) -> Sketch:
    """The sketch of the article's body: equal for equal folded texts; without keys if there is no letter or digit in it."""
    hashes = hash_shingles(read_letters(article.text))
    if not hashes.size:
        return Sketch(value=_HEAD.pack(0), keys=())
    body = (hashes >> np.uint64(33)).astype(np.uint32)
    lead = (hashes[:LEAD_CHARS].astype(np.uint32) >> np.uint32(1)) | _LEAD
    ordered = np.concatenate((body, lead))
    ordered.sort()
    minima = _minima(ordered)
    different = 1 + int(np.count_nonzero(ordered[1 : body.size] != ordered[: body.size - 1]))
    keys = (minima[_BANDS].astype(np.uint64) @ _BAND + _BAND_SEEDS).view(np.int64)
    return Sketch(value=_HEAD.pack(different) + minima[:BODY_BINS].astype("<u2").tobytes(), keys=tuple(keys.tolist()))


def read(value: bytes) -> tuple[int, NDArray[np.uint16]]:
    """The number of different shingles and the minima of a sketch's value; no minima of an empty text."""
    (different,) = _HEAD.unpack_from(value)
    return different, np.frombuffer(value, "<u2", offset=_HEAD.size)


def read_letters(text: str) -> Codes:
    """Code points of the letters and digits of the folded text: those of `fold(text)`, in a third of its time."""
    compatible = text if text.isascii() else unicodedata.normalize("NFKC", text)
    codes = np.frombuffer(compatible.casefold().encode("utf-32-le", "surrogatepass"), "<u4")
    known = _alphanumeric()
    if codes.size and codes.max() >= known.size:
        kept = np.array([chr(code).isalnum() for code in codes.tolist()], np.bool_)
    else:
        kept = known[codes]
    letters: Codes = codes[kept]
    return letters


@functools.cache
def _alphanumeric() -> NDArray[np.bool_]:
    """Whether a code point of the first plane is a letter or digit."""
    return np.array([chr(code).isalnum() for code in range(0x10000)], np.bool_)


def hash_shingles(letters: Codes) -> Hashes:
    """An evenly spread hash for every shingle, in the order of the text; one for a text shorter than a shingle."""
    length = letters.size
    codes = np.zeros(length + SHINGLE - 1, np.uint64)
    codes[:length] = letters
    two = codes[:-1] * _ROLL[0]
    two += codes[1:]
    four = two[:-2] * _ROLL[1]
    four += two[2:]
    seven = four[:-3] * _ROLL[2]
    seven += four[3:]
    dense = _are_dense(letters)
    if not dense.any():
        return _mix(seven[: max(min(length, 1), length - SHINGLE + 1)])
    whole = np.arange(length) + np.where(dense, SHINGLE_DENSE, SHINGLE) <= length
    whole[0] |= not whole.any()
    return _mix(np.where(dense, four[:length], seven)[whole])


def _are_dense(codes: Codes) -> NDArray[np.bool_]:
    dense = codes >= _DENSE[0][0]
    if dense.any():
        dense &= codes <= _DENSE[0][1]
        for first, last in _DENSE[1:]:
            dense |= (codes >= first) & (codes <= last)
    return dense


def _minima(ordered: Codes) -> Codes:
    """The smallest hash of each bin; an empty bin borrows from the next of its part that is not.

    What is borrowed is changed by how far it came, so that two texts agree there only if the same bins are empty.
    """
    starts = np.searchsorted(ordered, _EDGES)
    minima = ordered.take(starts, mode="clip")
    filled = np.append(starts[1:], ordered.size) > starts
    for part in () if filled.all() else _PARTS:
        if (empty := np.flatnonzero(~filled[part])).size:
            there = np.flatnonzero(filled[part])
            lenders = there[np.searchsorted(there, empty) % there.size]
            distance = (lenders - empty) % filled[part].size
            minima[part][empty] = minima[part][lenders] + distance.astype(np.uint32) * _STEP
    return minima


def _mix(values: Hashes) -> Hashes:
    """Every bit of the result depends on every bit of the value (Steele, Lea and Flood 2014)."""
    values = values ^ (values >> np.uint64(30))
    values *= _MIX[0]
    values ^= values >> np.uint64(27)
    values *= _MIX[1]
    values ^= values >> np.uint64(31)
    return values


# Equal minima in different bands, or in the body and the beginning, are different keys.
_BAND_SEEDS = _mix(np.arange(1, len(_BANDS) + 1, dtype=np.uint64))
