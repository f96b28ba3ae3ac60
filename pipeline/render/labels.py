"""Names beside dots: where each goes so that no two overlap, and which are left out for want of room.

Widths are estimated, since a page has no fonts of its own: a little generously, so that what does not overlap here does not
overlap in any of the fonts that the style sheet names.
"""

from __future__ import annotations

import bisect
import functools
import math
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.render.projection import Point

# In ems, from the widths of Noto Sans, Segoe UI and Avenir Next: the widest of them for each class, rounded up.
_WIDE, _CAPITAL, _SMALL, _THIN, _BROAD = 1.0, 0.72, 0.6, 0.34, 0.95
_THIN_LETTERS = frozenset("iljtfrI.,;:'|!()[] -·")
_BROAD_LETTERS = frozenset("mwMW@%")
ASCENT, DESCENT = 0.88, 0.24  # of a line, in ems
NAMES_KEPT = 4_096  # a city stands on the maps of all that it met
EDGE = 2  # units between a label and the edge of its sheet


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


class Label(NamedTuple):
    """A text at its place; (x, y) is the start, middle or end of its base line."""

    text: str
    x: int
    y: int
    anchor: str  # "start" | "middle" | "end"
    box: Box


def text_width(text: str, size: float) -> float:
    """How wide a line of text is at most, in the units of `size`."""
    return size * _ems(text)


@functools.lru_cache(maxsize=NAMES_KEPT)
def _ems(text: str) -> float:
    return sum(map(_em, text))


def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return _WIDE
    if character in _THIN_LETTERS:
        return _THIN
    if character in _BROAD_LETTERS:
        return _BROAD
    return _CAPITAL if character.isupper() else _SMALL


class Sheet:
    """A drawing area on which labels are put down one after the other."""

    def __init__(
        self, width: float, height: float, size: float, dots: Iterable[Point], radius: float, lines: Iterable[Point]
    ) -> None:
        """Args: the font's size, the dots that no label may cover, and points on lines that one had better not cover."""
        self.width, self.height, self.size = width, height, size
        self.radius = radius
        self.dots = _Points(dots)
        self.lines = _Points(lines)
        self.taken: list[Box] = []

    def put(self, dot: Point, text: str) -> Label | None:
        """The text beside its dot, where it covers the fewest lines; None if there is no room for it."""
        best, least = None, math.inf
        for label in self._places(dot, text):
            if self._is_free(label.box, dot):
                covered = len(self.lines.within(label.box))
                if covered < least:
                    best, least = label, covered
                if not covered:
                    break
        if best:
            self.taken.append(best.box)
        return best

    def _is_free(self, box: Box, own: Point) -> bool:
        if box.left < EDGE or box.top < EDGE or box.right > self.width - EDGE or box.bottom > self.height - EDGE:
            return False
        if any(box.meets(other) for other in self.taken):
            return False
        reach = self.radius
        around = Box(box.left - reach, box.top - reach, box.right + reach, box.bottom + reach)
        return all(dot == own for dot in self.dots.within(around))

    def _places(self, dot: Point, text: str) -> Iterator[Label]:
        """Beside the dot, best first: right, left, above, below, then the four corners."""
        x, y = dot
        gap, size = self.radius + 0.25 * self.size, self.size
        middle, high, low = y + 0.34 * size, y - gap, y + gap + 0.7 * size
        near = 0.7 * gap
        width = text_width(text, size)
        for to_x, to_y, anchor in (
            (x + gap, middle, "start"),
            (x - gap, middle, "end"),
            (x, high, "middle"),
            (x, low, "middle"),
            (x + near, high, "start"),
            (x + near, low, "start"),
            (x - near, high, "end"),
            (x - near, low, "end"),
        ):
            yield self._label(text, round(to_x), round(to_y), anchor, width)

    def _label(self, text: str, x: int, y: int, anchor: str, width: float) -> Label:
        left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        return Label(text, x, y, anchor, Box(left, y - ASCENT * self.size, left + width, y + DESCENT * self.size))


class _Points:
    """Points in the order of their x, so that only those above and below a box are looked at."""

    def __init__(self, points: Iterable[Point]) -> None:
        self.points = sorted(points)

    def within(self, box: Box) -> list[Point]:
        left, top, right, bottom = box
        first = bisect.bisect_left(self.points, (left, top))
        last = bisect.bisect_right(self.points, (right, bottom))
        return [point for point in self.points[first:last] if top <= point[1] <= bottom]
