"""Maps of ties: who met whom, as great circles between dots with names, on the sheet of the atlas that shows them largest.

One drawing serves wide and narrow screens: the same land, lines and dots with two sets of names, of which the style sheet shows
one. A city without room for its name carries the number of its pair, which the table beside the map has too. Ties that are
too short for the sheet that shows all are drawn once more on one that shows them alone.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from markupsafe import Markup

from pipeline.render.labels import Label, Sheet
from pipeline.render.plates import WAYS_KEPT, WIDTH, Plate, Way, choose_plate, globe, outline
from pipeline.render.projection import Point, angle_between, great_circle
from pipeline.render.svg import draw, write

Pair = tuple[str, str]

MOST_LINES = 24  # more hide each other; the table has all
MOST_NAMES = 14
MOST_NAMES_NARROW = 7
RADIUS, RADIUS_NARROW = 4, 8
# In the text column a unit is 0.89 CSS pixels, at 320 px two fifths: letters of 13 and 12 CSS pixels.
SIZE, SIZE_NARROW = 15, 30
NEAREST = 9.0  # units between the dots of a pair; closer ones touch, and a map says nothing
SHORT = 48.0  # units; a line that is shorter is lost between its names
LEAST_SHORT = 2  # such lines for which there is a closer map
CLOSER = 2.5  # times as large a scale, or a closer map shows nothing more
# A great circle is drawn as one bent piece per so many degrees; the world's sheet bends it sharply in the Arctic.
BEND, BEND_ON_WORLD = 30, 15
OFTEN, VERY_OFTEN = 2, 5  # meetings from which a line is thicker
MOST_NUMBERS = 3  # shown beside a dot
FOCUS = ' class="focus"'
KEY = "key"  # stands for the language of a number


@dataclasses.dataclass(frozen=True, slots=True)
class Spot:
    """A city on a map."""

    name: str
    place: Point  # longitude and latitude, degrees
    lang: str = ""  # of the name, where it is not the edition's


@dataclasses.dataclass(frozen=True, slots=True)
class TieMap:
    svg: Markup
    closer: Markup  # the short ties once more, "" where the map shows them well
    pairs: tuple[Pair, ...]  # those drawn, in the order of their numbers
    numbers: Mapping[Pair, int]  # of the pairs, from 1; empty if the map shows none


@dataclasses.dataclass(frozen=True, slots=True)
class Legend:
    """What a map is called, and how it tells which pairs it shows."""

    title: str
    closer: str  # title of the closer map
    describe: Callable[[Sequence[Pair]], str]


def draw_map(
    spots: Mapping[str, Spot],
    counts: Mapping[Pair, int],
    legend: Legend,
    *,
    name: str,
    region: str,
    focus: str = "",
) -> TieMap | None:
    """The map of the pairs whose two cities are known, None if there is nothing that a map could show.

    Args:
        counts: how often each pair met; they are numbered in this order, and the strongest are kept where there are too many.
        name: prefix of the ids in the drawing, unique in the page.
        region: of the readers' country; decides which meridian cuts the map of the world.
        focus: the city that the page is about.
    """
    pairs = _drawn(spots, counts)
    if not pairs:
        return None
    keys = {pair: number for number, pair in enumerate(pairs, start=1)}
    plate = choose_plate(_ways(spots, pairs, BEND), region)
    near_plate, short = _closer(spots, pairs, plate, region)
    named = {focus, *itertools.chain(*(pair for pair in pairs if pair not in short))}
    chart = _Chart(spots, counts, keys, plate, pairs, named, focus)
    if max(math.dist(chart.dots[a], chart.dots[b]) for a, b in pairs) < NEAREST:
        return None
    closer = _Chart(spots, counts, keys, near_plate, short, set(itertools.chain(*short)), focus) if short else None
    return TieMap(
        svg=chart.draw(name, legend.title, legend.describe(pairs)),
        closer=closer.draw(f"{name}-closer", legend.closer, legend.describe(short)) if closer else Markup(),
        pairs=tuple(pairs),
        numbers=keys if chart.is_numbered or (closer and closer.is_numbered) else {},
    )


def _closer(
    spots: Mapping[str, Spot], pairs: Sequence[Pair], plate: Plate, region: str
) -> tuple[Plate, Sequence[Pair]]:
    """The pairs whose lines are too short on a sheet, and the sheet that shows them best; none where there is no better one."""
    places = {city: plate.project(spots[city].place) for pair in pairs for city in pair}
    short = [(a, b) for a, b in pairs if math.dist(places[a], places[b]) < SHORT]
    if len(short) < LEAST_SHORT:
        return plate, ()
    closer = choose_plate(_ways(spots, short, BEND), region)
    return (closer, short) if closer.scale >= CLOSER * plate.scale else (plate, ())


class _Chart:
    """Pairs on one sheet."""

    def __init__(
        self,
        spots: Mapping[str, Spot],
        counts: Mapping[Pair, int],
        keys: Mapping[Pair, int],
        plate: Plate,
        pairs: Sequence[Pair],
        named: Collection[str],
        focus: str,
    ) -> None:
        """Args: named: the cities that shall have their names or numbers, as far as there is room."""
        self.spots, self.plate, self.focus = spots, plate, focus
        self.counts = {pair: counts[pair] for pair in pairs}
        self.keys = {pair: keys[pair] for pair in pairs}
        ways = _ways(spots, pairs, BEND_ON_WORLD if plate.is_world else BEND)
        self.lines = [_trace(plate, way) for way in ways]
        self.dots = {city: _whole(plate.project(spots[city].place)) for city in _by_weight(self.counts, focus)}
        self.named = [city for city in self.dots if city in named]
        self.wide = self._label(SIZE, RADIUS, MOST_NAMES)
        self.narrow = self._label(SIZE_NARROW, RADIUS_NARROW, MOST_NAMES_NARROW)

    @property
    def is_numbered(self) -> bool:
        return any(lang == KEY for _, lang in (*self.wide, *self.narrow))

    def draw(self, name: str, title: str, description: str) -> Markup:
        kind = "map map-of-world" if self.plate.is_world else "map"
        return draw(kind, name, WIDTH, self.plate.height, title, description, self._parts())

    def _parts(self) -> Iterator[str]:
        yield f'<path class="land" fill-rule="evenodd" d="{outline(self.plate)}"/>'
        if self.plate.is_world:
            yield f'<path class="globe" fill="none" d="{globe(self.plate)}"/>'
        yield '<g class="tie-lines" fill="none">'
        for line, count in zip(self.lines, self.counts.values(), strict=True):
            yield _strand(line, count)
        yield '</g><g class="spots">'
        for city, dot in self.dots.items():
            yield f'<circle{FOCUS if city == self.focus else ""} cx="{dot[0]}" cy="{dot[1]}" r="{RADIUS}"/>'
        yield "</g>"
        yield from _names("at-wide", SIZE, self.wide)
        yield from _names("at-narrow", SIZE_NARROW, self.narrow)

    def _label(self, size: int, radius: int, most: int) -> list[tuple[Label, str]]:
        """Labels, each with the language of a name or KEY for a number."""
        on_lines = (bead for line in self.lines for part in line for bead in _beads(part, size))
        sheet = Sheet(WIDTH, self.plate.height, size, self.dots.values(), radius, on_lines)
        labels: list[tuple[Label, str]] = []
        unnamed = []
        for city in self.named:
            label = sheet.put(self.dots[city], self.spots[city].name) if len(labels) < most else None
            if label:
                labels.append((label, self.spots[city].lang))
            else:
                unnamed.append(city)
        for city in unnamed:
            label = sheet.put(self.dots[city], self._numbers(city))
            if label:
                labels.append((label, KEY))
        return labels

    def _numbers(self, city: str) -> str:
        numbers = [str(number) for pair, number in self.keys.items() if city in pair]
        return ",".join(numbers[:MOST_NUMBERS]) + ("…" if numbers[MOST_NUMBERS:] else "")


def _drawn(spots: Mapping[str, Spot], counts: Mapping[Pair, int]) -> list[Pair]:
    known = [pair for pair in counts if pair[0] in spots and pair[1] in spots and pair[0] != pair[1]]
    strongest = sorted(known, key=lambda pair: -counts[pair])[:MOST_LINES]
    return [pair for pair in known if pair in strongest]


def _ways(spots: Mapping[str, Spot], pairs: Sequence[Pair], bend: float) -> list[Way]:
    """The great circles of pairs, two points per bend of so many degrees."""
    return [_way(spots[a].place, spots[b].place, bend) for a, b in pairs]


@functools.lru_cache(maxsize=WAYS_KEPT)
def _way(start: Point, end: Point, bend: float) -> Way:
    return tuple(great_circle(start, end, 2 * max(1, math.ceil(angle_between(start, end) / bend))))


@functools.lru_cache(maxsize=WAYS_KEPT)
def _trace(plate: Plate, way: Way) -> list[list[Point]]:
    return plate.trace(way)


def _by_weight(counts: Mapping[Pair, int], focus: str) -> list[str]:
    """The cities of the pairs, those that are named first standing first."""
    weight: Counter[str] = Counter()
    for pair, count in counts.items():
        for city in pair:
            weight[city] += count
    return sorted(weight, key=lambda city: (city != focus, -weight[city], city))


def _beads(line: Sequence[Point], apart: float) -> Iterator[Point]:
    """Points along a line, no farther apart than the letters that shall not cover it are high."""
    for (x, y), (to_x, to_y) in itertools.pairwise(line):
        count = math.ceil(math.hypot(to_x - x, to_y - y) / apart)
        step_x, step_y = (to_x - x) / (count or 1), (to_y - y) / (count or 1)
        yield from ((x + step_x * bead, y + step_y * bead) for bead in range(count))


def _strand(line: Sequence[Sequence[Point]], count: int) -> str:
    weight = "" if count < OFTEN else ' class="often"' if count < VERY_OFTEN else ' class="very-often"'
    return f'<path{weight} d="{"".join(map(_bends, line))}"/>'


def _bends(line: Sequence[Point]) -> str:
    """Path data: each three points as one quadratic curve through them (SVG 2, section 9.3.7), what is left as a line."""
    data = [f"M{_short(line[0])}"]
    for (x0, y0), (x1, y1), end in zip(line[:-2:2], line[1:-1:2], line[2::2], strict=True):
        control = (2 * x1 - (x0 + end[0]) / 2, 2 * y1 - (y0 + end[1]) / 2)
        data.append(f"Q{_short(control)} {_short(end)}")
    if len(line) % 2 == 0:
        data.append(f"L{_short(line[-1])}")
    return "".join(data)


def _short(point: Point) -> str:
    """A tenth of a unit is kept, or bends would show their joints."""
    return f"{point[0]:.1f} {point[1]:.1f}".replace(".0", "")


def _names(layer: str, size: int, labels: Sequence[tuple[Label, str]]) -> Iterator[str]:
    yield f'<g class="{layer}" font-size="{size}">'
    for label, lang in labels:
        is_key = lang == KEY
        yield write(
            label.text, label.x, label.y, label.anchor, kind="key" if is_key else "", lang="" if is_key else lang
        )
    yield "</g>"


def _whole(point: Point) -> tuple[int, int]:
    return round(point[0]), round(point[1])
