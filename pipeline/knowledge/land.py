"""The outline of the world's land, without Antarctica: Natural Earth, public domain, simplified (see PROVENANCE.md)."""

from __future__ import annotations

import functools
import itertools
from importlib import resources

STEPS_PER_DEGREE = 30  # the outline's grid: two minutes of arc, 3.7 km on the meridian

Ring = tuple[tuple[float, float], ...]


@functools.cache
def load_land() -> tuple[Ring, ...]:
    """Closed lines of longitudes and latitudes in degrees, the largest first, without the last point that is the first again.

    Longitudes run on past ±180 where a coast does, so no line jumps. Land lies inside an odd number of rings.
    """
    text = (resources.files("pipeline.knowledge") / "data" / "land.txt").read_text(encoding="ascii")
    return tuple(_ring(line) for line in text.splitlines() if not line.startswith("#"))


def _ring(line: str) -> Ring:
    """A line of the file: the first point, then steps from each to the next."""
    numbers = [int(number) for number in line.split()]
    eastward, northward = itertools.accumulate(numbers[::2]), itertools.accumulate(numbers[1::2])
    return tuple((x / STEPS_PER_DEGREE, y / STEPS_PER_DEGREE) for x, y in zip(eastward, northward, strict=True))
