"""Plots: bars, fields and days stand where their numbers say, on wide and narrow screens."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
import xml.etree.ElementTree as ET

import pytest
from markupsafe import Markup

from pipeline.knowledge.lexicon import load_lexicon
from pipeline.render.labels import text_width
from pipeline.render.plots import Bar, Texts, draw_bars, draw_days, draw_matrix, fold, round_steps

SVG = "{http://www.w3.org/2000/svg}"
TEXTS = Texts(
    "Stories per week",
    "Bars <and> more",
    month=lambda day: f"{day:%b}",
    month_of_year=lambda day: f"{day:%b %Y}",
    year=lambda day: f"{day:%Y}",
)
MONDAY = dt.date(2025, 11, 3)


def parsed(markup: Markup) -> list[ET.Element]:
    """The wide and the narrow drawing."""
    root = ET.fromstring(f'<both xmlns="http://www.w3.org/2000/svg">{markup}</both>')
    assert [svg.attrib["class"].split()[1] for svg in root] == ["at-wide", "at-narrow"]
    return list(root)


def bars_of(count: int) -> list[Bar]:
    return [Bar(MONDAY + dt.timedelta(weeks=week), week * 7 % 19, failed=week == 5) for week in range(count)]


def texts_inside(svg: ET.Element) -> None:
    """Every text, as wide as it may be, lies inside the drawing."""
    _, _, width, height = map(float, svg.attrib["viewBox"].split())
    size = float(svg.attrib["font-size"])
    for text in svg.iter(f"{SVG}text"):
        if "transform" in text.attrib:
            continue
        long = text_width(text.text or "", size)
        left = (
            float(text.attrib["x"])
            - {"start": 0, "middle": long / 2, "end": long}[text.attrib.get("text-anchor", "start")]
        )
        assert left >= -1, text.text
        assert left + long <= width + 1, text.text
        assert 0.7 * size <= float(text.attrib["y"]) <= height, text.text


@pytest.mark.parametrize("count", [1, 4, 12, 26, 52])
def test_bars_are_as_high_as_their_numbers(count: int) -> None:
    bars = [Bar(MONDAY, 3)] if count == 1 else bars_of(count)
    for svg in parsed(draw_bars(bars, TEXTS, name="weeks")):
        rects = list(svg.iter(f"{SVG}rect"))
        counts = [bar.count for bar in bars if bar.count]
        assert len(rects) == len(counts)
        units = [float(rect.attrib["height"]) / number for rect, number in zip(rects, counts, strict=True)]
        assert max(units) - min(units) < 0.11
        lefts = [float(rect.attrib["x"]) for rect in rects]
        assert lefts == sorted(lefts)
        assert float(rects[-1].attrib["x"]) + float(rects[-1].attrib["width"]) <= float(
            svg.attrib["viewBox"].split()[2]
        )
        texts_inside(svg)


def test_bars_with_room_have_their_numbers_and_others_the_highest_and_the_last() -> None:
    wide, _ = parsed(draw_bars(bars_of(8), TEXTS, name="weeks"))
    numbers = [text.text for text in wide.findall(f"{SVG}text") if (text.text or "").isdigit()]
    assert numbers == [str(bar.count) for bar in bars_of(8) if not bar.failed]
    wide, _ = parsed(draw_bars(bars_of(52), TEXTS, name="weeks"))
    numbers = [text.text for text in wide.findall(f"{SVG}text") if (text.text or "").isdigit()]
    assert numbers == [str(max(bar.count for bar in bars_of(52))), str(bars_of(52)[-1].count)]


def test_a_failed_week_is_crossed_out() -> None:
    for svg in parsed(draw_bars(bars_of(20), TEXTS, name="weeks")):
        assert len(svg.findall(f"{SVG}path[@class='cross']")) == 1


@pytest.mark.parametrize("count", [4, 26, 52])
def test_months_stand_below_the_first_week_that_begins_in_them(count: int) -> None:
    for svg in parsed(draw_bars(bars_of(count), TEXTS, name="weeks")):
        months = [text for text in svg.findall(f"{SVG}text") if not (text.text or "").isdigit()]
        assert months[0].text == "Nov 2025"
        if count > 20:
            assert any((text.text or "").endswith("2026") for text in months)
        ends = [
            (
                float(text.attrib["x"]),
                float(text.attrib["x"]) + text_width(text.text or "", float(svg.attrib["font-size"])),
            )
            for text in months
        ]
        assert all(one[1] < other[0] for one, other in itertools.pairwise(ends)), "months overlap"


@pytest.mark.parametrize(
    ("highest", "steps"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (5, [0, 2, 4, 6]),
        (18, [0, 5, 10, 15, 20]),
        (40, [0, 10, 20, 30, 40]),
        (41, [0, 20, 40, 60]),
        (900, [0, 500, 1000]),
    ],
)
def test_grids_have_round_numbers(highest: int, steps: list[int]) -> None:
    assert round_steps(highest) == steps


ROWS = ["Environment & climate", "Digital transformation & smart city", "Peace"]
COLUMNS = ["East Asia", "Europe", "Latin America and the Caribbean", "Oceania"]
CELLS = {(0, 0): 31, (0, 2): 1, (1, 1): 9, (2, 3): 4}


def test_fields_are_as_dark_as_their_numbers_and_hold_them() -> None:
    for svg in parsed(draw_matrix(ROWS, COLUMNS, CELLS, TEXTS, name="themes")):
        fields = list(svg.iter(f"{SVG}rect"))
        numbers = [text for text in svg.iter(f"{SVG}text") if (text.text or "").isdigit()]
        assert [int(text.text or "") for text in numbers] == [CELLS[cell] for cell in sorted(CELLS)]
        for field, text in zip(fields, numbers, strict=True):
            left, top = float(field.attrib["x"]), float(field.attrib["y"])
            assert left < float(text.attrib["x"]) < left + float(field.attrib["width"])
            assert top < float(text.attrib["y"]) < top + float(field.attrib["height"])
            assert float(field.attrib["fill-opacity"]) == pytest.approx(math.sqrt(int(text.text or "") / 31), abs=0.01)
        texts_inside(svg)


def test_no_two_fields_touch_and_no_name_of_a_column_leans_out() -> None:
    columns = ["East Asia", "Southeast Asia", "South Asia", "Central Asia", "Middle East", "Europe", "Africa"]
    columns += ["North America", "Latin America and the Caribbean", "Oceania"]
    cells = {(row, column): 400 for row in range(3) for column in range(10)}
    for svg in parsed(draw_matrix(ROWS, columns, cells, TEXTS, name="themes")):
        width, size = float(svg.attrib["viewBox"].split()[2]), float(svg.attrib["font-size"])
        lefts = sorted({float(field.attrib["x"]) for field in svg.iter(f"{SVG}rect")})
        wide = max(float(field.attrib["width"]) for field in svg.iter(f"{SVG}rect"))
        assert all(one + wide < other for one, other in itertools.pairwise(lefts))
        assert len(lefts) == 10
        for text in svg.iter(f"{SVG}text"):
            if "transform" in text.attrib:
                x, y = map(float, re.findall(r"translate\((\d+) (\d+)\)", text.attrib["transform"])[0])
                longest = max(text_width(line.text or "", size) for line in text)
                assert x + longest * math.cos(math.radians(40)) <= width
                assert y - longest * math.sin(math.radians(40)) >= 0


def test_long_names_take_two_lines() -> None:
    assert fold("Latin America and the Caribbean") == ["Latin America and", "the Caribbean"]
    assert fold("Oceania") == ["Oceania"]
    assert fold("ラテンアメリカ・カリブ諸国") == ["ラテンアメリカ・カリブ諸国"]


ABSURD = ["W" * 3000, "都市" * 900, "word " * 900, "e\u0301" * 2000, "<b>&" * 500, ""]


def test_absurdly_long_names_are_cut_to_their_room_and_can_be_read_whole() -> None:
    """W8: no field is drawn with less than its width, no name lies outside, and a cut one has itself as its title."""
    cells = {(row, column): 1000 for row in range(len(ABSURD)) for column in range(len(ABSURD))}
    for rows, columns in ((ABSURD, COLUMNS), (ROWS, ABSURD), (ABSURD, ABSURD)):
        shown = {cell: count for cell, count in cells.items() if cell[0] < len(rows) and cell[1] < len(columns)}
        for svg in parsed(draw_matrix(rows, columns, shown, TEXTS, name="themes")):
            _, _, width, height = map(float, svg.attrib["viewBox"].split())
            assert height < 800
            fields = list(svg.iter(f"{SVG}rect"))
            assert len(fields) == len(shown)
            for field in fields:
                assert float(field.attrib["width"]) >= 10
                assert float(field.attrib["x"]) >= 0
                assert float(field.attrib["x"]) + float(field.attrib["width"]) <= width
            names = [text for text in svg.iter(f"{SVG}text") if not "".join(text.itertext()).isdigit()]
            whole = {text.findtext(f"{SVG}title") for text in names}
            assert whole - {None} == {name for name in ABSURD if name and name in (*rows, *columns)}
            for text in names:
                lines = text.findall(f"{SVG}tspan")
                said = [line.text or "" for line in lines] or [(text[0].tail if len(text) else text.text) or ""]
                assert any(line.endswith("…") for line in said) == (text.find(f"{SVG}title") is not None)
                longest = max(text_width(line, float(svg.attrib["font-size"])) for line in said)
                if lines:
                    x, y = map(float, re.findall(r"translate\((\d+) (\d+)\)", text.attrib["transform"])[0])
                    assert x + longest * math.cos(math.radians(40)) <= width
                    assert y - longest * math.sin(math.radians(40)) >= 0
                else:
                    assert longest <= width


@pytest.mark.parametrize("code", ["ja", "en"])
def test_no_name_that_ships_is_cut(code: str) -> None:
    lexicon = load_lexicon()
    rows = [term.names[code] for term in lexicon.themes.values()]
    columns = [names[code] for names in lexicon.regions.values()]
    assert "…" not in draw_matrix(rows, columns, {(0, 0): 1}, TEXTS, name="themes")


@pytest.mark.parametrize(
    "days",
    [
        [MONDAY],
        [MONDAY, MONDAY, MONDAY + dt.timedelta(days=1)],
        [MONDAY + dt.timedelta(days=days) for days in (0, 30, 31, 200, 420)],
        [dt.date(1973, 6, 24), dt.date(1998, 5, 1), dt.date(2026, 11, 20)],
        [MONDAY] * 40,
    ],
    ids=["one", "close", "a year", "decades", "all on one"],
)
def test_days_stand_on_a_line_in_order(days: list[dt.date]) -> None:
    for svg in parsed(draw_days(days, TEXTS, name="days")):
        _, _, width, height = map(float, svg.attrib["viewBox"].split())
        dots = [(float(circle.attrib["cx"]), float(circle.attrib["cy"])) for circle in svg.iter(f"{SVG}circle")]
        assert len(dots) == len(days)
        assert [x for x, _ in dots] == sorted(x for x, _ in dots)
        assert all(5 <= x <= width - 5 and 5 <= y <= height - 5 for x, y in dots)
        texts_inside(svg)


def test_ticks_name_years_where_the_line_is_long() -> None:
    wide, _ = parsed(draw_days([dt.date(2016, 3, 1), dt.date(2026, 3, 1)], TEXTS, name="days"))
    assert [text.text for text in wide.iter(f"{SVG}text")] == [str(year) for year in range(2017, 2026)]


def test_drawings_name_themselves_once_and_ask_for_nothing() -> None:
    """W2, W8: each has its own title; ids differ; texts are escaped."""
    markup = draw_bars(bars_of(12), TEXTS, name="weeks") + draw_days([MONDAY] * 3, TEXTS, name="days")
    ids = re.findall(r' id="([^"]+)"', markup)
    assert len(ids) == len(set(ids)) == 8
    assert markup.count("Bars &lt;and&gt; more") == 4
    assert not re.search(r"style=|href|<script|url\(", markup)
    assert markup == draw_bars(bars_of(12), TEXTS, name="weeks") + draw_days([MONDAY] * 3, TEXTS, name="days")
