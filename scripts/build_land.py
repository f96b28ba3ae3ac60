"""Makes pipeline/knowledge/data/land.txt: the outline of the world's land, from Natural Earth (public domain).

Natural Earth's land at 1:50 million comes as TopoJSON in the npm package world-atlas 2.0.2 (ISC):

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python scripts/build_land.py package/land-50m.json

Each coast is kept as fine as the largest of our sheets that shows it, and no finer.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from pipeline.knowledge.land import STEPS_PER_DEGREE
from pipeline.render.plates import REGIONS, WIDTH, area_of, simplify, world, wrap
from pipeline.render.projection import Point

DATA = Path(__file__).parent.parent / "pipeline" / "knowledge" / "data"
SOUTH = -60.0  # Antarctica has no city
LEAST_CORNER = 7.0  # square units of the finest sheet: what a reader cannot see
LEAST_ISLAND = 12.0  # square units of the finest sheet


def rings(topology: dict[str, Any]) -> Iterator[list[Point]]:
    """The closed lines of a TopoJSON file (format 1.0, section 2.1.4), longitudes running on past ±180."""
    (scale_x, scale_y), (shift_x, shift_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        xs, ys = accumulate(x for x, _ in arc), accumulate(y for _, y in arc)
        arcs.append([(x * scale_x + shift_x, y * scale_y + shift_y) for x, y in zip(xs, ys, strict=True)])
    (land,) = topology["objects"]["land"]["geometries"]
    for polygon in land["arcs"]:
        for ring in polygon:
            line: list[Point] = []
            for number in ring:
                arc = arcs[number] if number >= 0 else arcs[~number][::-1]
                line += arc[1:] if line else arc
            yield run_on(line[:-1])


def run_on(line: Sequence[Point]) -> list[Point]:
    running = [line[0]]
    for longitude, latitude in line[1:]:
        last = running[-1][0]
        running.append((last + wrap(longitude - last), latitude))
    return running


def scale_at(place: Point) -> float:
    """Units per radius of the Earth on the finest sheet that shows a place."""
    for plate in REGIONS:
        x, y = plate.project(place)
        if 0 <= x <= WIDTH and 0 <= y <= plate.height:
            return plate.scale
    return world("").scale


def thin(line: list[Point]) -> list[Point]:
    """A coast without what none of our sheets would show; nothing of an island too small for all of them."""
    weights = [scale_at(place) ** 2 for place in line]
    # Lambert's cylindrical projection: equal-area, so a corner is as large in any latitude.
    flat = [(math.radians(x), math.sin(math.radians(y))) for x, y in line]
    place_of = dict(zip(flat, line, strict=True))
    kept = simplify(flat, LEAST_CORNER, weights)
    area = area_of(kept)
    return [place_of[point] for point in kept] if abs(area) * max(weights) >= LEAST_ISLAND else []


def on_grid(line: Sequence[Point]) -> list[tuple[int, int]]:
    grid: list[tuple[int, int]] = []
    for longitude, latitude in line:
        point = round(longitude * STEPS_PER_DEGREE), round(latitude * STEPS_PER_DEGREE)
        if not grid or grid[-1] != point:
            grid.append(point)
    return grid


def written(grid: Sequence[tuple[int, int]]) -> str:
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(grid)]
    return " ".join(f"{x} {y}" for x, y in (grid[0], *steps))


def main() -> None:
    topology = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    coasts = (on_grid(thin(line)) for line in rings(topology) if max(y for _, y in line) > SOUTH)
    grids = sorted((grid for grid in coasts if len(grid) > 2), key=lambda grid: (-len(grid), grid))
    file = DATA / "land.txt"
    file.write_text("".join(f"{written(grid)}\n" for grid in grids), encoding="ascii")
    print(f"{len(grids)} coasts, {sum(map(len, grids))} points, {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
