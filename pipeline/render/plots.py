"""Plots: stories per week as bars, themes by region as a table of shades, days on a line.

Each is drawn twice, for wide and narrow screens, in CSS pixels; the style sheet shows one of the two. Numbers stand in the drawing
where there is room for them, and beside it always.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from markupsafe import Markup, escape

from pipeline.render.labels import text_width
from pipeline.render.svg import draw, entitle, write


@dataclasses.dataclass(frozen=True, slots=True)
class Screen:
    """What a plot is drawn for."""

    layer: str  # class that the style sheet shows or hides
    width: int  # CSS pixels
    size: int  # of letters


WIDE = Screen("at-wide", 640, 13)  # the text column
NARROW = Screen("at-narrow", 288, 11)  # a screen of 320 px without its margins

BARS_HEIGHT = 200
MOST_GRID_LINES = 4
ROW, ROW_NARROW = 30, 46  # of the matrix; on a narrow screen a row's name stands above its fields
FIELD = 24  # height of a field of the matrix
GAP = 3  # between its fields
MOST_PITCH = 56.0  # from column to column
LONGEST_NAME = 9.0  # ems; longer names of columns take two lines
LONGEST_LINE = 14.0  # ems; longer lines of them are cut, or no room would be left for the fields
MOST_FOR_NAMES = 0.45  # of a wide drawing's width, for the names of rows
LINE = 1.15  # from line to line, in ems
TILT = 40  # degrees by which the names of columns lean
DOT = 5  # radius of a day
MOST_PILED = 6  # days one above the other
YEARS_FROM = 900  # days; a line of more than two and a half years is marked by years, not by months


@dataclasses.dataclass(frozen=True, slots=True)
class Bar:
    """A week of the plot of stories per week."""

    day: dt.date  # its first
    count: int
    failed: bool = False  # collection failed: the count says little


@dataclasses.dataclass(frozen=True, slots=True)
class Texts:
    """What a plot is called, and how it writes months and years."""

    title: str
    description: str
    month: Callable[[dt.date], str] = str  # without its year, short
    month_of_year: Callable[[dt.date], str] = str
    year: Callable[[dt.date], str] = str


# ---------------------------------------------------------------------------------------------------------------- bars


def draw_bars(bars: Sequence[Bar], texts: Texts, *, name: str) -> Markup:
    """Stories per week, oldest first, at least one; a week whose collection failed has a cross in place of its number.

    Args:
        name: prefix of the ids in the drawing, unique in the page.
    """
    return Markup("").join(
        _screen("bars", name, screen, BARS_HEIGHT, texts, _bars(bars, texts, screen)) for screen in (WIDE, NARROW)
    )


def _bars(bars: Sequence[Bar], texts: Texts, screen: Screen) -> Iterator[str]:
    size = screen.size
    top, bottom = 1.8 * size, BARS_HEIGHT - 1.9 * size
    steps = round_steps(max(bar.count for bar in bars))
    left = text_width(str(steps[-1]), size) + 8
    scale, pitch = (bottom - top) / steps[-1], (screen.width - left) / len(bars)
    yield '<g class="grid">'
    for value in steps:
        y = bottom - value * scale
        yield f'<path d="M{left:.0f} {y:.0f}H{screen.width}"/>{write(str(value), left - 6, y + 0.35 * size, "end")}'
    yield '</g><g class="columns">'
    for place, bar in enumerate(bars):
        if bar.count:
            x, height = left + (place + 0.14) * pitch, bar.count * scale
            yield f'<rect x="{x:.1f}" y="{bottom - height:.1f}" width="{0.72 * pitch:.1f}" height="{height:.1f}"/>'
    yield "</g>"
    is_roomy = text_width("000", size) < pitch
    named = {max(range(len(bars)), key=lambda place: bars[place].count), len(bars) - 1}
    for place, bar in enumerate(bars):
        x, y = left + (place + 0.5) * pitch, bottom - bar.count * scale - 5
        if bar.failed:
            yield _cross(x, y, min(4.0, pitch / 3))
        elif is_roomy or place in named:
            width = text_width(str(bar.count), size)
            yield write(str(bar.count), min(x, screen.width - width / 2), y, "middle")
    yield from _months([bar.day for bar in bars], texts, left, pitch, screen)


def _cross(x: float, y: float, arm: float) -> str:
    """Two strokes above a point."""
    one, two = f"M{x - arm:.1f} {y - 2 * arm:.1f}L{x + arm:.1f} {y:.1f}", f"M{x - arm:.1f} {y:.1f}L{x + arm:.1f}"
    return f'<path class="cross" d="{one}{two} {y - 2 * arm:.1f}"/>'


def _months(days: Sequence[dt.date], texts: Texts, left: float, pitch: float, screen: Screen) -> Iterator[str]:
    """Below the axis the month of each week that begins one, where there is room, with the year where it is a new one."""
    free, year = 0.0, 0
    for place, day in enumerate(days):
        if place and days[place - 1].month == day.month:
            continue
        text = texts.month(day) if day.year == year else texts.month_of_year(day)
        x, width = left + place * pitch, text_width(text, screen.size)
        if free <= x and x + width <= screen.width:
            yield write(text, x, BARS_HEIGHT - 0.5 * screen.size)
            free, year = x + width + screen.size, day.year


def round_steps(highest: int) -> list[int]:
    """Round numbers from 0 to the first that is at least `highest`, evenly spaced, at most MOST_GRID_LINES above 0."""
    for power in itertools.count():
        for digit in (1, 2, 5):
            step = digit * 10**power
            if step * MOST_GRID_LINES >= highest:
                return list(range(0, step * math.ceil(max(highest, 1) / step) + 1, step))
    raise AssertionError("powers of ten do not end")


def _screen(kind: str, name: str, screen: Screen, height: int, texts: Texts, parts: Iterator[str]) -> Markup:
    return draw(
        f"{kind} {screen.layer}",
        f"{name}-{screen.layer.removeprefix('at-')}",
        screen.width,
        height,
        texts.title,
        texts.description,
        parts,
        size=screen.size,
    )


# -------------------------------------------------------------------------------------------------------------- matrix


def draw_matrix(
    rows: Sequence[str], columns: Sequence[str], cells: Mapping[tuple[int, int], int], texts: Texts, *, name: str
) -> Markup:
    """Counts by row and column, each in a field whose shade is the count; at least one cell.

    Args:
        name: prefix of the ids in the drawing, unique in the page.
    """
    svgs = []
    for screen, row in ((WIDE, ROW), (NARROW, ROW_NARROW)):
        head = _head(columns, screen)
        body = _matrix(rows, columns, cells, screen, row)
        svgs.append(_screen("matrix", name, screen, math.ceil(head + len(rows) * row + 4), texts, body))
    return Markup("").join(svgs)


def _head(columns: Sequence[str], screen: Screen) -> float:
    """How high the leaning names of the columns are."""
    longest = max(_longest(fold(column), screen.size) for column in columns)
    return longest * math.sin(math.radians(TILT)) + 2.2 * screen.size


def _longest(lines: Sequence[str], size: int) -> float:
    return max(text_width(line, size) for line in lines)


def fold(text: str) -> list[str]:
    """A long name as two lines, broken at the space nearest to its middle; each ends in … where it had to be cut."""
    spaces = [place for place, character in enumerate(text) if character == " "]
    lines = [text]
    if text_width(text, 1) > LONGEST_NAME and spaces:
        place = min(spaces, key=lambda place: abs(place - len(text) / 2))
        lines = [text[:place], text[place + 1 :]]
    return [shorten(line, LONGEST_LINE) for line in lines]


def shorten(text: str, most: float) -> str:
    """The text, or as much of its beginning as has room before an ellipsis.

    Args:
        most: ems.
    """
    if text_width(text, 1) <= most:
        return text
    widths = itertools.accumulate(text_width(character, 1) for character in f"…{text}")
    kept = sum(1 for _ in itertools.takewhile(lambda width: width <= most, widths)) - 1
    return f"{text[:kept].rstrip()}…"


def _matrix(
    rows: Sequence[str], columns: Sequence[str], cells: Mapping[tuple[int, int], int], screen: Screen, height: int
) -> Iterator[str]:
    size, head, is_wide = screen.size, _head(columns, screen), screen is WIDE
    room = (MOST_FOR_NAMES if is_wide else 1.0) * screen.width / size
    shown = [shorten(text, room) for text in rows]
    left = max(text_width(text, size) for text in shown) + 12 if is_wide else 0.0
    # Names lean to the right: none may lean out of the drawing.
    folded = [fold(text) for text in columns]
    leans = [_longest(lines, size) * math.cos(math.radians(TILT)) + 1.5 * size for lines in folded]
    pitch = min(MOST_PITCH, *((screen.width - left - lean) / (place + 0.5) for place, lean in enumerate(leans)))
    most = max(cells.values())
    yield '<g class="heads">'
    for column in range(len(columns)):
        x, y = left + (column + 0.5) * pitch, head - 0.6 * size
        lines = "".join(
            f'<tspan x="0" y="{(number - (len(folded[column]) - 1) / 2) * LINE * size:.0f}">{escape(line)}</tspan>'
            for number, line in enumerate(folded[column])
        )
        is_cut = " ".join(folded[column]) != columns[column]
        title = entitle(columns[column] if is_cut else "")
        yield f'<text transform="translate({x:.0f} {y:.0f}) rotate(-{TILT})">{title}{lines}</text>'
    yield "</g>"
    for row, text in enumerate(rows):
        bottom = head + (row + 1) * height
        middle = bottom - GAP - FIELD / 2
        yield f'<path class="rule" d="M0 {bottom:.0f}H{screen.width}"/>'
        y = middle + 0.35 * size if is_wide else bottom - height + 1.3 * size
        yield write(shown[row], 0, y, whole="" if shown[row] == text else text)
        for column in range(len(columns)):
            if count := cells.get((row, column), 0):
                # By the root, as the eye compares areas: else one large number would leave all others pale.
                shade, x = math.sqrt(count / most), left + column * pitch + GAP / 2
                yield (
                    f'<rect x="{x:.1f}" y="{bottom - FIELD - GAP:.0f}" width="{pitch - GAP:.1f}" height="{FIELD}"'
                    f' fill-opacity="{shade:.2f}"/>'
                )
                yield write(str(count), left + (column + 0.5) * pitch, middle + 0.35 * size, "middle")


# ---------------------------------------------------------------------------------------------------------------- days


def draw_days(days: Sequence[dt.date], texts: Texts, *, name: str) -> Markup:
    """Days as dots on a line from the first to the last, those that would touch one above the other; at least one day.

    Args:
        name: prefix of the ids in the drawing, unique in the page.
    """
    svgs = []
    for screen in (WIDE, NARROW):
        dots = _piled(sorted(days), screen)
        axis = (max(level for _, level in dots) + 1) * (2 * DOT + 1) + 4
        height = math.ceil(axis + 2.2 * screen.size)
        svgs.append(
            _screen("days", name, screen, height, texts, _days(dots, min(days), max(days), texts, axis, screen))
        )
    return Markup("").join(svgs)


def _scale(first: dt.date, last: dt.date, screen: Screen) -> float:
    """Pixels per day."""
    return (screen.width - 2 * DOT) / max(1, (last - first).days)


def _piled(days: Sequence[dt.date], screen: Screen) -> list[tuple[int, int]]:
    """The column and the level of each day's dot; what is more than MOST_PILED at one place lies on the top one."""
    scale = _scale(days[0], days[-1], screen)
    piled: Counter[int] = Counter()
    dots = []
    for day in days:
        column = int((day - days[0]).days * scale / (2 * DOT + 1))
        dots.append((column, min(piled[column], MOST_PILED - 1)))
        piled[column] += 1
    return dots


def _days(
    dots: Sequence[tuple[int, int]], first: dt.date, last: dt.date, texts: Texts, axis: float, screen: Screen
) -> Iterator[str]:
    yield f'<g class="grid"><path class="axis" d="M0 {axis:.0f}H{screen.width}"/>'
    yield from _ticks(first, last, texts, _scale(first, last, screen), axis, screen)
    yield '</g><g class="spots">'
    step = 2 * DOT + 1
    for column, level in dots:
        yield f'<circle cx="{column * step + DOT}" cy="{axis - DOT - 1 - level * step:.0f}" r="{DOT}"/>'
    yield "</g>"


def _ticks(first: dt.date, last: dt.date, texts: Texts, scale: float, axis: float, screen: Screen) -> Iterator[str]:
    """The first month and the beginnings of the following ones, or of years, as many as have room."""
    free = 0.0
    by_year = (last - first).days > YEARS_FROM
    for day in (first, *_month_begins(first, last)):
        if by_year and day.month > 1:
            continue
        name_it = texts.year if by_year else texts.month if free and day.month > 1 else texts.month_of_year
        text = name_it(day)
        x, width = DOT + (day - first).days * scale, text_width(text, screen.size)
        if free <= x and x + width <= screen.width:
            yield f'<path d="M{x:.0f} {axis:.0f}v5"/>{write(text, x, axis + 5 + screen.size)}'
            free = x + width + screen.size


def _month_begins(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The first days of the months after that of `first`, up to `last`."""
    for number in range(first.year * 12 + first.month, last.year * 12 + last.month):
        yield dt.date(number // 12, number % 12 + 1, 1)
