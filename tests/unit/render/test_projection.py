"""Two projections and great circles, against published values."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from pipeline.render.projection import angle_between, azimuthal, equal_earth, great_circle

# Radius of the sphere with the area of WGS 84 (EPSG 7030): what PROJ's +proj=eqearth puts the authalic latitude on.
AUTHALIC = 6371007.1809


@pytest.mark.parametrize(
    ("longitude", "latitude", "x", "y"),
    [(180, 0, 17243959.06, 0), (0, 90, 0, 8392927.60), (-180, 0, -17243959.06, 0), (0, -90, 0, -8392927.60)],
)
def test_equal_earth_ends_where_its_published_bounds_are(longitude: float, latitude: float, x: float, y: float) -> None:
    """The bounds of EPSG:8857 and EPSG:8858 as PROJ gives them, in metres."""
    found = equal_earth(longitude, latitude)
    assert found[0] * AUTHALIC == pytest.approx(x, abs=0.1)
    assert found[1] * AUTHALIC == pytest.approx(y, abs=0.1)


def test_equal_earth_has_the_proportions_of_its_paper() -> None:
    """Šavrič, Patterson and Jenny (2018): the equator is 2.05458 times as long as the central meridian."""
    assert equal_earth(180, 0)[0] / equal_earth(0, 90)[1] == pytest.approx(2.05458, abs=5e-6)


def test_equal_earth_keeps_areas() -> None:
    """The band between two parallels is as large on the sheet as on the sphere, all over the globe."""
    for south in range(-90, 90, 15):
        north = south + 15
        steps = 300
        sheet = 0.0
        for step in range(steps):
            low, high = (south + 15 * part / steps for part in (step, step + 1))
            width = 2 * equal_earth(180, (low + high) / 2)[0]
            sheet += width * (equal_earth(0, high)[1] - equal_earth(0, low)[1])
        globe = 2 * math.pi * (math.sin(math.radians(north)) - math.sin(math.radians(south)))
        assert sheet == pytest.approx(globe, rel=1e-4)


def test_azimuthal_is_snyders_example() -> None:
    """Snyder (1987), numerical examples: sphere of radius 3, centre 40° N 100° W, point 20° S 100° E."""
    x, y = azimuthal(100, -20, (-100, 40))
    assert 3 * x == pytest.approx(-4.2339303, abs=1e-7)
    assert 3 * y == pytest.approx(4.0257775, abs=1e-7)


def test_azimuthal_puts_its_centre_in_the_middle_and_the_antipode_on_the_rim() -> None:
    assert azimuthal(135, 35, (135, 35)) == pytest.approx((0, 0), abs=1e-12)
    assert azimuthal(-45, -35, (135, 35)) == (0, -2)
    assert azimuthal(135, 36, (135, 35))[1] > 0  # north is up
    assert azimuthal(136, 35, (135, 35))[0] > 0  # east is right


@pytest.mark.parametrize(
    ("start", "end", "degrees"),
    [
        ((0, 0), (90, 0), 90),
        ((0, 90), (45, -90), 180),
        ((139.6917, 35.6895), (2.3522, 48.8566), 87.35),  # Tokyo and Paris, 9,713 km
        ((179, 0), (-179, 0), 2),
        ((5, 5), (5, 5), 0),
    ],
)
def test_angles_between_places(start: tuple[float, float], end: tuple[float, float], degrees: float) -> None:
    assert angle_between(start, end) == pytest.approx(degrees, abs=0.02)


def test_a_great_circle_is_the_shortest_way_in_even_steps() -> None:
    start, end = (135.2, 34.7), (-122.3, 47.6)
    way = great_circle(start, end, 8)
    steps = [angle_between(a, b) for a, b in pairwise(way)]
    assert way[0] == start
    assert way[-1] == end
    assert steps == pytest.approx([angle_between(start, end) / 8] * 8)


@pytest.mark.parametrize(
    ("start", "end"), [((10, 20), (10, 20)), ((10, 20), (-170, -20)), ((0, 90), (0, -90)), ((180, 0), (-180, 0))]
)
def test_a_great_circle_ends_where_it_should_even_between_antipodes(
    start: tuple[float, float], end: tuple[float, float]
) -> None:
    way = great_circle(start, end, 6)
    assert way[0] == start
    assert way[-1] == end
    assert all(-90 <= latitude <= 90 and math.isfinite(longitude) for longitude, latitude in way)
    assert sum(angle_between(a, b) for a, b in pairwise(way)) == pytest.approx(angle_between(start, end), abs=1e-6)
