"""Maps of ties: what stands where, that nothing overlaps or leaves the sheet, and that the same ties give the same bytes."""

from __future__ import annotations

import itertools
import math
import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping

import pytest

from pipeline.render.labels import Box, Sheet, text_width
from pipeline.render.maps import MOST_LINES, MOST_NAMES, Legend, Pair, Spot, TieMap, draw_map
from pipeline.render.plates import WIDTH

# Real cities at their places; who met whom is invented.
SPOTS = {
    "kobe": Spot("神戸", (135.19, 34.69)),
    "tokyo": Spot("東京", (139.7, 35.7)),
    "kyoto": Spot("京都", (135.77, 35.02)),
    "osaka": Spot("大阪", (135.5, 34.69)),
    "yokohama": Spot("横浜", (139.64, 35.45)),
    "tianjin": Spot("天津", (117.18, 39.14)),
    "seattle": Spot("シアトル", (-122.33, 47.61)),
    "brisbane": Spot("ブリスベン", (153.03, -27.47)),
    "riga": Spot("リガ", (24.11, 56.95)),
    "paris": Spot("パリ", (2.35, 48.85)),
    "marseille": Spot("マルセイユ", (5.37, 43.3)),
    "barcelona": Spot("バルセロナ", (2.17, 41.39)),
    "rio": Spot("リオデジャネイロ", (-43.2, -22.9)),
    "nairobi": Spot("ナイロビ", (36.82, -1.29)),
    "auckland": Spot("オークランド", (174.76, -36.85)),
    "honolulu": Spot("ホノルル", (-157.86, 21.31)),
    "ushuaia": Spot("Ushuaia", (-68.3, -54.8), "en"),
    "suva": Spot("スバ", (178.44, -18.14)),
    "apia": Spot("アピア", (-171.76, -13.83)),
    "longyearbyen": Spot("Longyearbyen", (15.65, 78.22), "en"),
    "singapore": Spot("シンガポール", (103.85, 1.29)),
}
CROWD: dict[Pair, int] = {
    pair: number % 7 + 1 for number, pair in enumerate(itertools.combinations(sorted(SPOTS), 2)) if number % 5 == 0
}
SVG = "{http://www.w3.org/2000/svg}"


LEGEND = Legend("題", "拡大", lambda pairs: f"{len(pairs)}組")


def drawn(counts: Mapping[Pair, int], region: str = "east-asia") -> TieMap | None:
    return draw_map(SPOTS, counts, LEGEND, name="map", region=region)


def parsed(tie_map: TieMap | None) -> ET.Element:
    return sheets(tie_map)[0]


def sheets(tie_map: TieMap | None) -> list[ET.Element]:
    """The map and, if there is one, the closer one."""
    assert tie_map
    return list(ET.fromstring(f'<all xmlns="http://www.w3.org/2000/svg">{tie_map.svg}{tie_map.closer}</all>'))


def lines_of(svg: ET.Element) -> list[list[list[tuple[float, float]]]]:
    """Each tie's strokes as the points of its path, control points included."""
    return [
        [
            [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", stroke)]
            for stroke in path.attrib["d"].split("M")[1:]
        ]
        for path in svg.iterfind(f"{SVG}g[@class='tie-lines']/{SVG}path")
    ]


def dots_of(svg: ET.Element) -> list[tuple[float, float]]:
    circles = svg.iterfind(f"{SVG}g[@class='spots']/{SVG}circle")
    return [(float(circle.attrib["cx"]), float(circle.attrib["cy"])) for circle in circles]


def boxes_of(svg: ET.Element, layer: str) -> list[tuple[str, Box]]:
    group = svg.find(f"{SVG}g[@class='{layer}']")
    assert group is not None
    size = float(group.attrib["font-size"])
    boxes = []
    for text in group:
        x, y, width = float(text.attrib["x"]), float(text.attrib["y"]), text_width(text.text or "", size)
        left = x - {"start": 0, "middle": width / 2, "end": width}[text.attrib.get("text-anchor", "start")]
        boxes.append((text.text or "", Box(left, y - 0.8 * size, left + width, y + 0.2 * size)))
    return boxes


def pairs_as(*pairs: Pair) -> dict[Pair, int]:
    return dict.fromkeys(pairs, 1)


SETS = {
    "one pair": pairs_as(("kobe", "tianjin")),
    "far away": pairs_as(("kobe", "rio"), ("riga", "kobe")),
    "over the antimeridian": pairs_as(("auckland", "honolulu"), ("apia", "suva")),
    "over the edge": pairs_as(("auckland", "rio"), ("seattle", "paris")),
    "far north and south": pairs_as(("longyearbyen", "ushuaia")),
    "neighbours": pairs_as(("kyoto", "tianjin"), ("osaka", "tianjin"), ("kobe", "tianjin"), ("tianjin", "tokyo")),
    "near and far": pairs_as(
        ("kobe", "tianjin"), ("osaka", "tianjin"), ("tianjin", "tokyo"), ("kobe", "seattle"), ("kobe", "rio")
    ),
    "crowd": CROWD,
}


@pytest.mark.parametrize("region", ["east-asia", "europe"])
@pytest.mark.parametrize("counts", SETS.values(), ids=SETS)
def test_everything_lies_on_the_sheet(counts: dict[Pair, int], region: str) -> None:
    for svg in sheets(drawn(counts, region)):
        _, _, width, height = map(float, svg.attrib["viewBox"].split())
        points = [point for line in lines_of(svg) for stroke in line for point in stroke] + dots_of(svg)
        assert all(-1 <= x <= width + 1 and -1 <= y <= height + 1 for x, y in points)
        for layer in ("at-wide", "at-narrow"):
            for text, box in boxes_of(svg, layer):
                assert box.left >= 0, text
                assert box.right <= width, text
                assert box.top >= 0, text
                assert box.bottom <= height, text


@pytest.mark.parametrize("region", ["east-asia", "europe"])
@pytest.mark.parametrize("counts", SETS.values(), ids=SETS)
def test_no_two_labels_overlap_and_none_covers_a_dot(counts: dict[Pair, int], region: str) -> None:
    for svg, layer in itertools.product(sheets(drawn(counts, region)), ("at-wide", "at-narrow")):
        boxes = boxes_of(svg, layer)
        assert boxes
        for (one, box), (other, further) in itertools.combinations(boxes, 2):
            assert not box.meets(further), f"{one} and {other}"
        for text, box in boxes:
            assert not any(box.left <= x <= box.right and box.top <= y <= box.bottom for x, y in dots_of(svg)), text


@pytest.mark.parametrize("region", ["east-asia", "europe"])
@pytest.mark.parametrize("counts", SETS.values(), ids=SETS)
def test_no_line_crosses_the_map_from_edge_to_edge(counts: dict[Pair, int], region: str) -> None:
    """Where a way passes the meridian at which the map is cut, it goes on at the other side, not straight across."""
    for svg in sheets(drawn(counts, region)):
        for stroke in itertools.chain.from_iterable(lines_of(svg)):
            # Beside the Pole fifteen degrees of a way can be a third of the sheet.
            assert all(math.dist(a, b) < WIDTH / 2 for a, b in itertools.pairwise(stroke))


def test_short_ties_are_drawn_once_more_where_they_can_be_seen() -> None:
    """Three ties across the Yellow Sea are one blot on the world; the closer map names their cities, the other the rest."""
    tie_map = drawn(SETS["near and far"])
    world, closer = sheets(tie_map)
    assert len(lines_of(world)) == 5
    assert len(lines_of(closer)) == 3
    near, far = (dict(boxes_of(svg, "at-wide")) for svg in (closer, world))
    assert set(near) == {"神戸", "大阪", "天津", "東京"}
    assert set(far) == {"神戸", "シアトル", "リオデジャネイロ"}
    for a, b in itertools.combinations(dots_of(closer), 2):
        assert math.dist(a, b) > 3


@pytest.mark.parametrize(
    "counts",
    [SETS["one pair"], SETS["far away"], SETS["neighbours"], pairs_as(("kobe", "rio"), ("kobe", "tianjin"))],
    ids=["one pair", "far away", "near alone", "one short line"],
)
def test_without_short_ties_there_is_one_map(counts: dict[Pair, int]) -> None:
    assert len(sheets(drawn(counts))) == 1


def test_lines_end_at_the_dots_of_their_pairs() -> None:
    tie_map = drawn(CROWD)
    assert tie_map
    svg = parsed(tie_map)
    dots = dots_of(svg)
    for line in lines_of(svg):
        for end in (line[0][0], line[-1][-1]):
            assert min(math.dist(end, dot) for dot in dots) < 1


def test_a_line_is_the_great_circle() -> None:
    """Tokyo to Paris passes over the north of Siberia, far above the straight line."""
    (line,) = lines_of(parsed(drawn({("paris", "tokyo"): 1})))
    (stroke,) = line
    start, end = stroke[0], stroke[-1]
    assert min(y for _, y in stroke) < min(start[1], end[1])


def test_numbers_stand_for_the_names_that_have_no_room() -> None:
    """A city has its name or numbers of its own pairs, and those are the table's."""
    tie_map = drawn(CROWD)
    assert tie_map
    assert set(tie_map.numbers) == set(tie_map.pairs)
    assert list(tie_map.numbers.values()) == list(range(1, len(tie_map.pairs) + 1))
    names = {spot.name: city for city, spot in SPOTS.items()}
    numbered = 0
    for svg, (layer, most) in itertools.product(sheets(tie_map), (("at-wide", MOST_NAMES), ("at-narrow", 7))):
        texts = [text for text, _ in boxes_of(svg, layer)]
        named = {names[text] for text in texts if text in names}
        assert 0 < len(named) <= most
        for text in texts:
            if text not in names:
                pairs = [tie_map.pairs[int(number) - 1] for number in text.rstrip("…").split(",")]
                assert set.intersection(*map(set, pairs)) - named, f"{text} where its city has its name"
                numbered += 1
    assert numbered


def test_a_map_with_room_for_all_names_has_no_numbers() -> None:
    tie_map = drawn({("kobe", "tianjin"): 3})
    assert tie_map
    assert tie_map.numbers == {}
    assert [text for text, _ in boxes_of(parsed(tie_map), "at-wide")] == ["神戸", "天津"]


def test_more_meetings_make_a_thicker_line_and_the_strongest_are_kept() -> None:
    tie_map = drawn({("kobe", "tianjin"): 1, ("kobe", "seattle"): 2, ("kobe", "riga"): 9})
    weights = [
        path.attrib.get("class", "") for path in parsed(tie_map).iterfind(f"{SVG}g[@class='tie-lines']/{SVG}path")
    ]
    assert weights == ["", "often", "very-often"]
    everybody = {pair: 1 + (pair == ("apia", "suva")) for pair in itertools.combinations(sorted(SPOTS), 2)}
    crowded = drawn(everybody)
    assert crowded
    assert len(crowded.pairs) == MOST_LINES
    assert ("apia", "suva") in crowded.pairs


@pytest.mark.parametrize(
    "counts",
    [{}, {("kobe", "nowhere"): 2}, {("kobe", "kobe"): 1}],
    ids=["no pair", "unknown place", "a city and itself"],
)
def test_nothing_to_show_is_no_map(counts: dict[Pair, int]) -> None:
    assert drawn(counts) is None


def test_dots_that_would_touch_are_no_map() -> None:
    """Two cities of 641 towns whose place is that of their neighbour may share it."""
    spots = {"a": Spot("A", (135.0, 35.0)), "b": Spot("B", (135.01, 35.0))}
    assert draw_map(spots, {("a", "b"): 1}, LEGEND, name="map", region="east-asia") is None


def test_the_same_ties_give_the_same_bytes() -> None:
    """W10; and the order of the cities does not matter."""
    turned = dict(reversed(SPOTS.items()))
    assert drawn(CROWD) == draw_map(turned, CROWD, LEGEND, name="map", region="east-asia")


def test_a_map_names_itself_and_asks_for_nothing() -> None:
    """W2, W8: a title and a description, no style attribute, no script, no address; hostile names stay text."""
    spots = SPOTS | {"kobe": Spot("<script>alert(1)</script>", (135.19, 34.69))}
    legend = Legend("A & B", "", lambda _: '"<b>"')
    tie_map = draw_map(spots, {("kobe", "tianjin"): 1}, legend, name="m", region="europe", focus="kobe")
    assert tie_map
    text = str(tie_map.svg)
    assert not re.search(r"<script|style=|href|url\(|on\w+=", text)
    svg = parsed(tie_map)
    assert svg.attrib["role"] == "img"
    title, description = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert (title.text, description.text) == ("A & B", '"<b>"')
    assert (title.attrib["id"], description.attrib["id"]) == (
        svg.attrib["aria-labelledby"],
        svg.attrib["aria-describedby"],
    )


def test_names_of_another_language_say_so() -> None:
    svg = parsed(drawn({("kobe", "longyearbyen"): 1}))
    langs = [text.attrib.get("lang") for text in svg.iterfind(f"{SVG}g[@class='at-wide']/{SVG}text")]
    assert sorted(filter(None, langs)) == ["en"]


@pytest.mark.parametrize("counts", [{("kobe", pair): 1} for pair in ("tianjin", "seattle", "paris", "brisbane", "rio")])
def test_a_map_of_one_pair_is_small_and_quick(counts: dict[Pair, int]) -> None:
    """There is one for each of some thousands of pairs in two editions: under 6 kB and well under 3 ms."""
    tie_map = drawn(counts)
    assert tie_map
    assert len(str(tie_map.svg).encode()) < 6000
    times = []
    for _ in range(5):
        begin = time.process_time()
        drawn(counts)
        times.append(time.process_time() - begin)
    assert min(times) < 0.003


def test_labels_keep_off_lines_where_they_can() -> None:
    """A line leaves to the right, so the name goes to the left."""
    sheet = Sheet(400, 200, 15, [(200, 100)], 4, [(x, 100) for x in range(200, 400, 10)])
    label = sheet.put((200, 100), "神戸")
    assert label
    assert label.anchor == "end"


def test_a_label_without_room_is_left_out() -> None:
    sheet = Sheet(60, 40, 15, [(30, 20)], 4, [])
    assert sheet.put((30, 20), "シンガポール") is None
    assert sheet.put((30, 20), "7")


@pytest.mark.parametrize(
    ("text", "ems"), [("神戸", 2.0), ("", 0.0), ("Łódź", 2.5), ("e\u0301", 0.6), ("ｼｱﾄﾙ", 2.4)], ids=repr
)
def test_widths_are_those_of_the_script(text: str, ems: float) -> None:
    assert text_width(text, 1) == pytest.approx(ems, abs=0.4)
