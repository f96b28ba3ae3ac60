"""The sheets of a small atlas on which ties are drawn, from a few prefectures to the world.

A tie is drawn on the largest scale that shows the whole of it, so Busan and Fukuoka are not two dots that touch on a map of the
world. Sheets are fixed, not fitted to each pair: a reader learns them once, and each outline is worked out once.
"""

from __future__ import annotations

import dataclasses
import functools
import heapq
import itertools
import math
from collections.abc import Iterator, Sequence

from pipeline.knowledge.land import load_land
from pipeline.render.projection import EARTH_KM, Point, azimuthal, equal_earth

WIDTH = 720  # of every sheet, in its own units; about the width of the text column in CSS pixels
HEIGHT = 432
WORLD_HEIGHT = 330
# What the world's sheet shows: all of the north, for ways over the Pole, and the southernmost town (-54.8).
WORLD_SOUTH, WORLD_NORTH = -58.0, 90.0
# Meridians in the middle of the world's sheet. 150 E keeps Japan, China, Korea, Australia and the United States together and
# cuts, at 30 W, Greenland alone; 11 E is the usual one and cuts at 169 W, in the Bering Strait.
PACIFIC, ATLANTIC = 150.0, 11.0
PACIFIC_REGIONS = frozenset({"east-asia", "southeast-asia", "oceania"})
MARGIN_X, MARGIN_Y = 40, 30  # a sheet is chosen if every tie keeps this far from its edge: labels need room
# Corners of the coast that span less than this are left out: square units of a sheet, where a unit is about a CSS pixel.
LEAST_CORNER = 5.0
LEAST_ISLAND = 8.0  # square units
# Of the projection's radius: 100 degrees from the centre, farther than any sheet reaches.
FAR_SIDE = 2 * math.sin(math.radians(50))

# A pair is drawn on its own page, those of its cities and of its issues, in every edition.
WAYS_KEPT = 8_192

Ring = list[Point]
Way = tuple[Point, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Plate:
    """A sheet. The world's has no half-width."""

    id: str
    centre: Point  # longitude and latitude of its middle, degrees
    half_width: float = 0.0  # in radii of the Earth

    @property
    def is_world(self) -> bool:
        return not self.half_width

    @property
    def scale(self) -> float:
        """Units per radius of the Earth."""
        return _world_scale()[0] if self.is_world else WIDTH / 2 / self.half_width

    @property
    def height(self) -> int:
        return WORLD_HEIGHT if self.is_world else HEIGHT

    def project(self, place: Point) -> Point:
        """Longitude and latitude to units of the sheet, (0, 0) its upper left; outside it for what it does not show."""
        if self.is_world:
            return self.on_world(wrap(place[0] - self.centre[0]), place[1])
        x, y = azimuthal(place[0], place[1], self.centre)
        return WIDTH / 2 + x * self.scale, HEIGHT / 2 - y * self.scale

    def on_world(self, east: float, north: float) -> Point:
        """A place by its degrees east of the central meridian, both 180 and -180 allowed."""
        x, y = equal_earth(east, max(-90.0, min(90.0, north)))
        scale, middle = _world_scale()
        return WIDTH / 2 + x * scale, WORLD_HEIGHT / 2 - (y - middle) * scale

    def trace(self, way: Sequence[Point]) -> list[list[Point]]:
        """A line on the globe as lines on the sheet: more than one where it crosses the edge of the world's."""
        if not self.is_world:
            return [[self.project(place) for place in way]]
        east, north = wrap(way[0][0] - self.centre[0]), way[0][1]
        lines = [[self.on_world(east, north)]]
        for longitude, latitude in way[1:]:
            next_east = wrap(longitude - self.centre[0])
            if abs(next_east - east) > 180:
                side = math.copysign(180.0, east)
                share = (180 - abs(east)) / ((360 - abs(next_east) - abs(east)) or 1)
                crossing = north + share * (latitude - north)
                lines[-1].append(self.on_world(side, crossing))
                lines.append([self.on_world(-side, crossing)])
            east, north = next_east, latitude
            lines[-1].append(self.on_world(east, north))
        return [part for line in lines for part in _above(line, WORLD_HEIGHT)]


def _above(line: Sequence[Point], bottom: float) -> list[list[Point]]:
    """The parts of a line that lie above the sheet's lower edge; y runs downwards."""
    parts: list[list[Point]] = [[]]
    for before, point in zip((line[0], *line), line, strict=False):
        if (before[1] > bottom) != (point[1] > bottom):
            share = (bottom - before[1]) / (point[1] - before[1])
            parts[-1].append((before[0] + share * (point[0] - before[0]), bottom))
            if point[1] > bottom:
                parts.append([])
        if point[1] <= bottom:
            parts[-1].append(point)
    return [part for part in parts if len(part) > 1]


def _plate(name: str, longitude: float, latitude: float, kilometres: float) -> Plate:
    """A sheet that shows so many kilometres from side to side, as far as a sheet can."""
    return Plate(name, (longitude, latitude), kilometres / 2 / EARTH_KM)


# From large scale to small: the first that holds a tie is taken.
REGIONS = (
    _plate("japan-korea", 132.5, 37.5, 2700),
    _plate("western-europe", 6.0, 48.5, 3000),
    _plate("east-asia", 122.0, 34.0, 4700),
    _plate("europe", 15.0, 52.0, 5400),
    _plate("southeast-asia", 112.0, 8.0, 6600),
    _plate("south-asia", 76.0, 25.0, 6200),
    _plate("middle-east", 44.0, 33.0, 6200),
    _plate("north-america", -97.0, 42.0, 6800),
    _plate("asia", 114.0, 22.0, 10000),
    _plate("oceania", 148.0, -20.0, 9600),
    _plate("south-america", -62.0, -17.0, 11500),
    _plate("africa", 18.0, 3.0, 12500),
    _plate("eurasia", 72.0, 47.0, 14000),
    _plate("all-asia", 92.0, 25.0, 14500),
    _plate("western-pacific", 138.0, 1.0, 16000),
    _plate("europe-africa", 22.0, 24.0, 14500),
    _plate("atlantic", -46.0, 42.0, 13600),
    _plate("north-pacific", -155.0, 46.0, 15400),
    _plate("americas", -82.0, 8.0, 19000),
)


def world(region: str) -> Plate:
    """The sheet of the whole world as readers in a region know it."""
    return Plate("world", (PACIFIC if region in PACIFIC_REGIONS else ATLANTIC, 0.0))


def choose_plate(ways: Sequence[Sequence[Point]], region: str) -> Plate:
    """The sheet of the largest scale that shows all the lines with room for labels, else the world of `region`."""
    shown = frozenset(range(len(REGIONS))).intersection(*(_sheets(tuple(way)) for way in ways))
    return REGIONS[min(shown)] if shown else world(region)


@functools.lru_cache(maxsize=WAYS_KEPT)
def _sheets(way: Way) -> frozenset[int]:
    """The places in REGIONS of all sheets that show a line."""
    # The ends first: they are cities, of which each is looked up once, and few sheets show both.
    with_ends = _sheets_around(way[0]) & _sheets_around(way[-1])
    return frozenset(n for n in with_ends if all(_has_room(REGIONS[n], place) for place in way[1:-1]))


@functools.lru_cache(maxsize=WAYS_KEPT)
def _sheets_around(place: Point) -> frozenset[int]:
    return frozenset(number for number, plate in enumerate(REGIONS) if _has_room(plate, place))


def _has_room(plate: Plate, place: Point) -> bool:
    x, y = plate.project(place)
    return MARGIN_X <= x <= WIDTH - MARGIN_X and MARGIN_Y <= y <= HEIGHT - MARGIN_Y


def wrap(longitude: float) -> float:
    """The same meridian within -180 (included) and 180."""
    return (longitude + 180) % 360 - 180


@functools.cache
def _world_scale() -> tuple[float, float]:
    """Units per radius of the Earth on the world's sheet, and the y of the sheet's middle."""
    south, north = equal_earth(0, WORLD_SOUTH)[1], equal_earth(0, WORLD_NORTH)[1]
    return min(WIDTH / 2 / equal_earth(180, 0)[0], WORLD_HEIGHT / (north - south)), (south + north) / 2


# ------------------------------------------------------------------------------------------------------------ outlines


@functools.cache
def outline(plate: Plate) -> str:
    """The land on a sheet as the `d` of an SVG path, in whole units, to be filled by the even-odd rule."""
    shapes = []
    for ring, is_inside_out in _rings(plate):
        grid = _on_grid(simplify(_clip(ring, plate.height), LEAST_CORNER))
        if len(grid) > 2 and abs(area_of(grid)) >= LEAST_ISLAND:
            shapes.append(_path(grid))
        if is_inside_out:
            shapes.append(_path([(-2, -2), (WIDTH + 2, -2), (WIDTH + 2, plate.height + 2), (-2, plate.height + 2)]))
    return "".join(shapes)


@functools.cache
def globe(plate: Plate) -> str:
    """The edge of the world's sheet, where its map is cut, as the `d` of an SVG path: two lines from the north down."""
    sides = ([plate.on_world(side, north) for north in range(90, int(WORLD_SOUTH), -3)] for side in (-180.0, 180.0))
    return "".join(_path(_on_grid(line)).rstrip("z") for line in sides)


def _rings(plate: Plate) -> Iterator[tuple[Ring, bool]]:
    """The land's rings on a sheet, those that leave its sides included, and which of them the projection turned inside out.

    One that surrounds the antipode of the centre comes out as everything but the land: its winding tells. What lies on the far
    side altogether is left out.
    """
    for ring in load_land():
        if plate.is_world:
            yield from ((part, False) for part in _on_world(ring, plate))
            continue
        projected = [plate.project(place) for place in ring]
        middle, radius = (WIDTH / 2, HEIGHT / 2), FAR_SIDE * plate.scale
        if min(math.dist(point, middle) for point in projected) < radius:
            yield projected, (area_of(projected) > 0) == (area_of(ring) > 0)  # y runs downwards on a sheet


def _on_world(ring: Sequence[Point], plate: Plate) -> Iterator[Ring]:
    """A ring cut along the meridian opposite the central one, each part at its own side."""
    for turn in (-360, 0, 360):
        part = [(x + turn - plate.centre[0], y) for x, y in ring]
        for axis, bound, keep in ((0, -180.0, 1), (0, 180.0, -1), (1, WORLD_SOUTH, 1)):
            part = _cut(part, axis, bound, keep)
        yield [plate.on_world(x, y) for x, y in part]


def _clip(ring: Ring, height: int) -> Ring:
    """What of a ring lies on the sheet, with a border around it so that no cut edge shows (Sutherland and Hodgman 1974)."""
    bounds = ((0, -2.0, 1), (0, WIDTH + 2.0, -1), (1, -2.0, 1), (1, height + 2.0, -1))
    for axis, bound, keep in bounds:
        ring = _cut(ring, axis, bound, keep)
    return ring


def _cut(ring: Ring, axis: int, bound: float, keep: int) -> Ring:
    """The part of a ring on one side of a line: `keep` 1 for what is greater than the bound, -1 for what is less."""
    kept: Ring = []
    for before, point in zip((ring[-1:] + ring[:-1]), ring, strict=True):
        here, there = keep * (point[axis] - bound), keep * (before[axis] - bound)
        if (here < 0) != (there < 0):
            share = there / (there - here)
            crossing = [before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])]
            crossing[axis] = bound
            kept.append((crossing[0], crossing[1]))
        if here >= 0:
            kept.append(point)
    return kept


def simplify(ring: Ring, least: float, weights: Sequence[float] = ()) -> Ring:
    """A ring without the corners that span less than `least` square units, the smallest first (Visvalingam and Whyatt 1993).

    Args:
        weights: how much a square unit counts at each point; 1 everywhere if empty.
    """
    count = len(ring)
    before, after = [count - 1, *range(count - 1)], [*range(1, count), 0]

    def span(place: int) -> float:
        a, b, c = ring[before[place]], ring[place], ring[after[place]]
        area: float = abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2
        return area * (weights[place] if weights else 1.0)

    spans = [span(place) for place in range(count)]
    heap = [(size, place) for place, size in enumerate(spans) if size < least]
    heapq.heapify(heap)
    left = count
    while heap and left > 3:
        size, place = heapq.heappop(heap)
        if size != spans[place]:
            continue
        spans[place] = math.inf  # gone
        left -= 1
        one, other = before[place], after[place]
        after[one], before[other] = other, one
        for end in (one, other):
            # Never less than what was taken away beside it, or a long shallow bay would vanish corner by corner.
            spans[end] = max(size, span(end))
            if spans[end] < least:
                heapq.heappush(heap, (spans[end], end))
    return [point for point, size in zip(ring, spans, strict=True) if size != math.inf]


def area_of(ring: Sequence[Point]) -> float:
    """Its area, negative where it runs clockwise in a plane whose y runs upwards."""
    return math.fsum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, (*ring[1:], ring[0]), strict=True)) / 2


def _on_grid(ring: Ring) -> list[tuple[int, int]]:
    grid: list[tuple[int, int]] = []
    for x, y in ring:
        point = (round(x), round(y))
        if not grid or grid[-1] != point:
            grid.append(point)
    return grid


def _path(grid: Sequence[tuple[int, int]]) -> str:
    """A closed ring as path data: an absolute start, then steps (SVG 2, section 9.3)."""
    steps = "".join(_pair(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(grid))
    return f"M{_pair(*grid[0]).lstrip()}l{steps.lstrip()}z"


def _pair(x: int, y: int) -> str:
    """Two numbers as short as path data allows: a minus sign is a separator."""
    return f"{'' if x < 0 else ' '}{x}{'' if y < 0 else ' '}{y}"
