"""How much several readings of one page agree, and which of them the others bear out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.extract.boilerplate import Cleaned
from pipeline.model import Block

_GRAM = 4  # characters; fair to scripts without spaces
_MAX_CHARS = 40_000  # of one reading that are compared
_ENOUGH = 24  # letters by which a line is known
_SAME_PART = 0.3  # overlap below which a reading is of another part of the page and no witness


@dataclass
class Reading:
    """The body as one reader has it."""

    name: str
    cleaned: Cleaned
    prior: float = 0.0  # agreement that this reader needs less than the others to be chosen

    @cached_property
    def text(self) -> str:
        """All letters and marks, lower case, without spaces."""
        return "".join("".join(block.text for block in self.cleaned.blocks).lower().split())

    @cached_property
    def grams(self) -> Counter[str]:
        text = self.text[:_MAX_CHARS]
        return Counter(map("".join, zip(*(text[start:] for start in range(_GRAM)), strict=False)))


def overlap(one: Reading, other: Reading) -> float:
    """0..1: twice the 4-grams that two readings share, of all that they have."""
    shorter, longer = sorted((one.text, other.text), key=len)
    if not longer:
        return 1.0
    if shorter in longer:  # readers often differ in one end only; the same value without counting
        return 2 * len(shorter) / (len(shorter) + len(longer))
    ours, theirs = one.grams, other.grams
    size = ours.total() + theirs.total()
    # Written out: the "&" of Counters takes twice as long.
    shared = sum(min(theirs[gram], number) for gram, number in ours.items() if gram in theirs)
    return 2 * shared / size if size else 0.0


def choose(readings: Sequence[Reading]) -> tuple[Reading, float]:
    """The reading that agrees most with the others on average, and how much; the first of equal ones."""
    agreements = [
        sum(overlap(one, other) for other in readings if other is not one) / max(1, len(readings) - 1)
        for one in readings
    ]
    best = max(range(len(readings)), key=lambda number: agreements[number] + readings[number].prior)
    return readings[best], agreements[best]


def trim(chosen: Reading, others: Sequence[Reading]) -> Cleaned:
    """A reading without the lines at both its ends that no other reading of the same part of the page has."""
    witnesses = [other for other in others if overlap(chosen, other) >= _SAME_PART]
    blocks = chosen.cleaned.blocks
    borne_out = [number for number, block in enumerate(blocks) if _is_in(block, witnesses)]
    if not borne_out:
        return chosen.cleaned
    return chosen.cleaned._replace(blocks=blocks[borne_out[0] : borne_out[-1] + 1])


def _is_in(block: Block, witnesses: Sequence[Reading]) -> bool:
    """True if the beginning or the end of a block is in another reading; readers break lines in different places."""
    text = "".join(block.text.lower().split())
    return any(text[:_ENOUGH] in witness.text or text[-_ENOUGH:] in witness.text for witness in witnesses)
