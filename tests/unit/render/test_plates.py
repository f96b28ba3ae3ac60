"""The sheets of the atlas: which one a tie is drawn on, and that land lies where it should."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from pipeline.knowledge.land import load_land
from pipeline.render.plates import ATLANTIC, HEIGHT, PACIFIC, REGIONS, WIDTH, Plate, choose_plate, outline, world
from pipeline.render.projection import great_circle

# Well inland or well out at sea, so that no simplification moves them across a coast.
INLAND = {
    "Nagano": (138.2, 36.4),
    "Seoul": (127.2, 37.4),
    "Wuhan": (114.3, 30.6),
    "Ulaanbaatar": (106.9, 47.9),
    "Delhi": (77.2, 28.6),
    "Bourges": (2.4, 47.1),
    "Prague": (14.4, 50.1),
    "Madrid": (-3.7, 40.4),
    "Moscow": (37.6, 55.7),
    "Riyadh": (46.7, 24.7),
    "Addis Ababa": (38.7, 9.0),
    "Kinshasa": (17.0, -4.3),
    "Alice Springs": (133.9, -23.7),
    "Kansas City": (-94.6, 39.1),
    "Brasilia": (-47.9, -15.8),
    "La Paz": (-66.0, -17.0),
    "Kuala Lipis": (102.0, 4.2),
}
AT_SEA = {
    "Sea of Japan": (134.5, 40.0),
    "East China Sea": (125.0, 29.5),
    "North Pacific": (-160.0, 40.0),
    "Mid Atlantic": (-40.0, 35.0),
    "Tyrrhenian Sea": (12.0, 40.0),
    "Bay of Bengal": (88.0, 14.0),
    "Arabian Sea": (64.0, 17.0),
    "South China Sea": (114.0, 14.0),
    "Coral Sea": (157.0, -18.0),
    "Gulf of Guinea": (2.0, 1.0),
    "South Atlantic": (-20.0, -25.0),
    "Caspian Sea": (50.6, 41.5),
    "Gulf of Mexico": (-91.0, 25.5),
    "Tasman Sea": (160.0, -38.0),
    "Norwegian Sea": (2.0, 67.0),
}
SHEETS = (*REGIONS, world("east-asia"), world("europe"))


def rings_of(path: str) -> list[list[tuple[int, int]]]:
    rings = []
    for part in path.split("M")[1:]:
        numbers = [int(number) for number in re.findall(r"-?\d+", part)]
        x, y = numbers[:2]
        ring = [(x, y)]
        for step_x, step_y in zip(numbers[2::2], numbers[3::2], strict=True):
            x, y = x + step_x, y + step_y
            ring.append((x, y))
        rings.append(ring)
    return rings


def is_inside(point: tuple[float, float], rings: list[list[tuple[int, int]]]) -> bool:
    """By the even-odd rule."""
    x, y = point
    inside = False
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
                inside = not inside
    return inside


def sheet_id(plate: Plate) -> str:
    return f"{plate.id}-{plate.centre[0]:.0f}"


@pytest.mark.parametrize("plate", SHEETS, ids=sheet_id)
def test_land_is_land_and_sea_is_sea(plate: Plate) -> None:
    """On every sheet, also those whose far side holds a whole continent, which the projection turns inside out."""
    rings = rings_of(outline(plate))
    seen = 0
    for place, expected in [(place, True) for place in INLAND.items()] + [(place, False) for place in AT_SEA.items()]:
        x, y = plate.project(place[1])
        if 0 <= x <= WIDTH and 0 <= y <= plate.height:
            assert is_inside((x, y), rings) is expected, f"{place[0]} on {plate.id}"
            seen += 1
    assert seen >= 2, f"no place of the test lies on {plate.id}"


@pytest.mark.parametrize("plate", SHEETS, ids=sheet_id)
def test_an_outline_stays_on_its_sheet_and_is_small(plate: Plate) -> None:
    """Thousands of pages carry one, so it is small; two units of border hide the edges where coasts are cut."""
    path = outline(plate)
    points = [point for ring in rings_of(path) for point in ring]
    assert all(-2 <= x <= WIDTH + 2 and -2 <= y <= plate.height + 2 for x, y in points)
    assert len(path) < 4700


def test_the_world_is_cut_where_little_land_is() -> None:
    """The edge of the world's sheet cuts Greenland alone where Japan is in the middle, and nothing but the Chukchi shore else."""
    for region, centre in (("east-asia", PACIFIC), ("europe", ATLANTIC)):
        edge = centre - 180
        crossed = {
            round(y0)
            for ring in load_land()
            for (x0, y0), (x1, _) in zip(ring, (*ring[1:], ring[0]), strict=True)
            if ((x0 - edge) % 360 < 180) != ((x1 - edge) % 360 < 180)
            and abs(x0 - x1) < 90
            and abs((x0 - edge + 180) % 360 - 180) < 90
        }
        assert world(region).centre == (centre, 0.0)
        assert all(latitude > 64 for latitude in crossed), f"cut at {sorted(crossed)}"


CITIES = {
    "kobe": (135.19, 34.69),
    "tianjin": (117.18, 39.14),
    "busan": (129.04, 35.10),
    "fukuoka": (130.42, 33.61),
    "sapporo": (141.35, 43.07),
    "paris": (2.35, 48.85),
    "lyon": (4.85, 45.75),
    "new york": (-74.0, 40.7),
    "seattle": (-122.33, 47.6),
    "sydney": (151.2, -33.87),
    "singapore": (103.85, 1.29),
    "nairobi": (36.8, -1.3),
    "london": (-0.13, 51.5),
    "lima": (-77.0, -12.0),
    "tokyo": (139.7, 35.7),
}


@pytest.mark.parametrize(
    ("a", "b", "sheet"),
    [
        ("busan", "fukuoka", "japan-korea"),
        ("sapporo", "busan", "japan-korea"),
        ("kobe", "tianjin", "east-asia"),
        ("paris", "lyon", "western-europe"),
        ("kobe", "paris", "eurasia"),
        ("tokyo", "london", "eurasia"),
        ("kobe", "seattle", "north-pacific"),
        ("tokyo", "new york", "north-pacific"),
        ("tokyo", "sydney", "western-pacific"),
        ("tokyo", "singapore", "asia"),
        ("paris", "new york", "atlantic"),
        ("london", "nairobi", "europe-africa"),
        ("tokyo", "lima", "world"),
    ],
)
def test_a_tie_is_drawn_as_large_as_it_fits(a: str, b: str, sheet: str) -> None:
    way = great_circle(CITIES[a], CITIES[b], 8)
    plate = choose_plate([way], "east-asia")
    assert plate.id == sheet
    assert all(0 < x < WIDTH and 0 < y < plate.height for x, y in map(plate.project, way))


def test_scales_fall_from_sheet_to_sheet_where_one_holds_the_other() -> None:
    """A later sheet is never of a larger scale by more than a quarter, so the first that fits is about the largest."""
    widths = [plate.half_width for plate in REGIONS]
    assert all(later > 0.75 * max(widths[:place]) for place, later in enumerate(widths) if place)


def test_a_line_over_the_edge_of_the_world_is_two_lines() -> None:
    """São Paulo and Auckland lie on either side of the Pacific: no line crosses the whole map."""
    sheet = world("europe")
    lines = sheet.trace(great_circle((-46.6, -23.5), (174.8, -36.9), 24))
    assert len(lines) >= 2
    for line in lines:
        assert all(abs(a[0] - b[0]) < WIDTH / 4 for a, b in pairwise(line))
        assert all(0 <= x <= WIDTH and 0 <= y <= sheet.height for x, y in line)
    ends = sorted(x for line in lines for x, _ in (line[0], line[-1]))
    assert ends[0] < 70
    assert ends[-1] > WIDTH - 70


@pytest.mark.parametrize("region", ["east-asia", "europe"])
def test_no_line_between_towns_leaves_the_world_or_jumps(region: str) -> None:
    places = [*CITIES.values(), (15.6, 78.2), (-68.3, -54.8), (179.9, -16.8), (-179.9, -18.2), (-149.9, 61.2)]
    sheet = world(region)
    for number, start in enumerate(places):
        for end in places[number + 1 :]:
            for line in sheet.trace(great_circle(start, end, 24)):
                assert all(-0.5 <= x <= WIDTH + 0.5 and -0.5 <= y <= sheet.height + 0.5 for x, y in line)
                # Near the Pole a short way spans many meridians, which the projection spreads wide.
                assert all(abs(a[0] - b[0]) < WIDTH / 2 for a, b in pairwise(line))


def test_sheets_have_one_shape_for_the_eye_to_rest_on() -> None:
    assert {plate.height for plate in REGIONS} == {HEIGHT}
    assert len({plate.id for plate in REGIONS}) == len(REGIONS)


def test_the_file_of_the_land_is_small_and_closed() -> None:
    land = load_land()
    assert sum(map(len, land)) < 5000
    assert all(len(ring) >= 3 and ring[0] != ring[-1] for ring in land)
    assert all(-60.1 <= latitude <= 84 for ring in land for _, latitude in ring)
    assert all(abs(a[0] - b[0]) < 60 for ring in land for a, b in pairwise(ring))
