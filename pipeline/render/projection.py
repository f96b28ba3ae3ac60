"""From places on the globe to places on a sheet: two equal-area projections of the unit sphere, and great circles.

Equal-area, so that no country looks larger than it is. Inverses are not needed: nothing is read from a map.
"""

from __future__ import annotations

import math

Point = tuple[float, float]

EARTH_KM = 6371  # mean radius of the Earth (IUGG)

# Šavrič, Patterson and Jenny (2018), The Equal Earth map projection, Int. J. Geographical Information Science 33(3),
# doi:10.1080/13658816.2018.1504949: the four coefficients of the polynomial.
A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
_HALF_ROOT_3 = math.sqrt(3) / 2
_SMALL = 1e-6  # radians: 6 m


def equal_earth(longitude: float, latitude: float) -> Point:
    """(x, y) of the Equal Earth projection on the unit sphere, x within ±2.7066, y within ±1.3174, y upwards.

    Args:
        longitude: degrees from the central meridian, within ±180.
        latitude: degrees.
    """
    parameter = math.asin(_HALF_ROOT_3 * math.sin(math.radians(latitude)))
    square = parameter * parameter
    sixth = square * square * square
    x = (
        math.radians(longitude)
        * math.cos(parameter)
        / (_HALF_ROOT_3 * (A1 + 3 * A2 * square + sixth * (7 * A3 + 9 * A4 * square)))
    )
    return x, parameter * (A1 + A2 * square + sixth * (A3 + A4 * square))


def azimuthal(longitude: float, latitude: float, centre: Point) -> Point:
    """(x, y) of Lambert's azimuthal equal-area projection on the unit sphere, within a circle of radius 2, y upwards.

    Snyder (1987), Map Projections: A Working Manual, USGS Professional Paper 1395, equations 24-2 and 22-4. The antipode of
    the centre, which is a whole circle, comes out as the centre's south.

    Args:
        longitude: degrees.
        latitude: degrees.
        centre: longitude and latitude of the sheet's middle, degrees.
    """
    east, north, middle = math.radians(longitude - centre[0]), math.radians(latitude), math.radians(centre[1])
    sin, cos, sin_middle, cos_middle = math.sin(north), math.cos(north), math.sin(middle), math.cos(middle)
    along = cos * math.cos(east)
    depth = 1 + sin_middle * sin + cos_middle * along
    if depth <= 1e-12:
        return 0.0, -2.0
    scale = math.sqrt(2 / depth)
    return scale * cos * math.sin(east), scale * (cos_middle * sin - sin_middle * along)


def great_circle(start: Point, end: Point, steps: int) -> list[Point]:
    """Longitudes and latitudes of the shortest way between two places, both ends included, `steps` + 1 in all.

    Between antipodes every way is as short; then it is the one that starts eastwards. A place and itself: the place twice.
    """
    a, b = _vector(start), _vector(end)
    angle = math.radians(angle_between(start, end))
    if angle < _SMALL:
        return [start, end]
    if angle > math.pi - _SMALL:
        half = max(1, steps // 2)
        quarter = (start[0] + 90, 0.0)  # a right angle from both
        return [*great_circle(start, quarter, half), *great_circle(quarter, end, max(1, steps - half))[1:]]
    way = [start]
    for step in range(1, steps):
        near = math.sin(angle * (1 - step / steps)) / math.sin(angle)
        far = math.sin(angle * step / steps) / math.sin(angle)
        x, y, z = (near * p + far * q for p, q in zip(a, b, strict=True))
        way.append((math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))))
    return [*way, end]


def angle_between(start: Point, end: Point) -> float:
    """Degrees of the great circle between two places, 0 to 180."""
    a, b = _vector(start), _vector(end)
    # Exact for the nearest and the farthest, where the arc cosine of the product is not.
    return math.degrees(2 * math.atan2(math.dist(a, b), math.hypot(*(p + q for p, q in zip(a, b, strict=True)))))


def _vector(place: Point) -> tuple[float, float, float]:
    longitude, latitude = math.radians(place[0]), math.radians(place[1])
    return (
        math.cos(latitude) * math.cos(longitude),
        math.cos(latitude) * math.sin(longitude),
        math.sin(latitude),
    )
