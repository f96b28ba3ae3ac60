"""The maps and plots of the pages: each says what its table says, in both editions; without anything to show there is none."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from importlib import resources
from types import ModuleType

import lxml.html
import msgspec
import pytest

from pipeline.knowledge.editions import Edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import Figures, Issue, IssueStatus, Meeting, Shelf
from pipeline.render import render_archive

# Longitude and latitude of the sample's cities.
PLACES = {
    "TIANJIN": (117.18, 39.14),
    "KOBE": (135.19, 34.69),
    "BUSAN": (129.04, 35.10),
    "FUKUOKA": (130.42, 33.61),
    "PARIS": (2.35, 48.85),
    "KYOTO": (135.77, 35.02),
    "HANGZHOU": (120.16, 30.29),
    "NAGASAKI": (129.87, 32.75),
    "SINGAPORE": (103.85, 1.29),
    "LYON": (4.85, 45.75),
}
Pages = dict[str, lxml.html.HtmlElement]


@pytest.fixture(scope="module")
def lexicon(sample: ModuleType) -> Lexicon:
    """The sample's words with the cities at their places."""
    whole: Lexicon = sample.LEXICON
    moved = {
        getattr(sample, name): msgspec.structs.replace(
            whole.cities[getattr(sample, name)], longitude=longitude, latitude=latitude
        )
        for name, (longitude, latitude) in PLACES.items()
    }
    return Lexicon(
        digest=whole.digest,
        cities=whole.cities | moved,
        countries=whole.countries,
        regions=whole.regions,
        networks=whole.networks,
        themes=whole.themes,
        events=whole.events,
        rules={},
    )


@pytest.fixture(scope="module")
def shelf(sample: ModuleType) -> Shelf:
    """Two months of issues: the sample's last one, and six before it with a failed week and an empty one."""
    issues = []
    last: Issue = sample.SHELF.issues[-1]
    for place, stories in enumerate((12, 3, 0, 17, 5, 9)):
        first = last.first_day - dt.timedelta(weeks=6 - place)
        year, week, _ = first.isocalendar()
        issues.append(
            Issue(
                week=f"{year}-W{week:02d}",
                number=place + 1,
                first_day=first,
                last_day=first + dt.timedelta(days=6),
                zone="Asia/Tokyo",
                status=IssueStatus.COLLECTION_FAILED if place == 1 else IssueStatus.FULL,
                figures=Figures(stories=stories),
            )
        )
    return msgspec.structs.replace(sample.SHELF, issues=(*issues, last))


def rendered(shelf: Shelf, lexicon: Lexicon, editions: list[Edition]) -> Pages:
    files = render_archive(shelf, lexicon, editions, base_url="", version="0.1.0", home="JP")
    return {
        file.path: lxml.html.document_fromstring(file.body.decode()) for file in files if file.path.endswith(".html")
    }


@pytest.fixture(scope="module")
def pages(shelf: Shelf, lexicon: Lexicon, editions: list[Edition]) -> Pages:
    return rendered(shelf, lexicon, editions)


def maps(page: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    found: list[lxml.html.HtmlElement] = page.xpath("//figure/*[local-name()='svg' and starts-with(@class, 'map')]")
    return found


def lines(drawing: lxml.html.HtmlElement) -> int:
    return len(drawing.xpath(".//*[@class='tie-lines']/*"))


def words(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


@pytest.mark.parametrize("edition", ["ja", "en"])
def test_the_map_of_an_issue_has_a_line_for_each_pair_that_met(
    pages: Pages, shelf: Shelf, lexicon: Lexicon, edition: str
) -> None:
    issue = shelf.issues[-1]
    page = pages[f"issues/{issue.week}/{edition}.html"]
    (drawing,) = maps(page)
    pairs = {(meeting.a, meeting.b) for meeting in issue.meetings}
    assert pairs
    assert lines(drawing) == len(pairs)
    shown = set(drawing.xpath(".//*[@class='at-wide']/*/text()"))
    assert shown == {lexicon.cities[city].names[edition] for pair in pairs for city in pair}
    rows = page.xpath("//section[@id='meetings']//tbody/tr")
    assert len(rows) == len(issue.meetings)


@pytest.mark.parametrize("edition", ["ja", "en"])
def test_the_map_of_a_city_shows_the_partners_of_its_list(
    pages: Pages, sample: ModuleType, lexicon: Lexicon, edition: str
) -> None:
    page = pages[f"cities/{sample.KOBE.replace(':', '-')}/{edition}.html"]
    (drawing,) = maps(page)
    partners = page.xpath("//section[@id='partners']//li")
    assert lines(drawing) == len(partners) > 0
    names = set(drawing.xpath(".//*[@class='at-wide']/*/text()"))
    assert lexicon.cities[sample.KOBE].names[edition] in names
    assert all(
        any(name in words(partner) for partner in partners)
        for name in names - {lexicon.cities[sample.KOBE].names[edition]}
    )
    assert len(drawing.xpath(".//*[@class='focus']")) == 1


@pytest.mark.parametrize(("edition", "text"), [("ja", "約1,700km"), ("en", "About 1,700 km")])
def test_the_map_of_a_pair_tells_how_far_apart_they_are(
    pages: Pages, sample: ModuleType, edition: str, text: str
) -> None:
    """Kobe and Tianjin: 1,679 km on the sphere."""
    first, second = sorted((sample.KOBE, sample.TIANJIN))
    page = pages[f"pairs/{first.replace(':', '-')}--{second.replace(':', '-')}/{edition}.html"]
    (drawing,) = maps(page)
    assert lines(drawing) == 1
    assert text in words(page.xpath("//figcaption")[0])


@pytest.mark.parametrize("edition", ["ja", "en"])
def test_the_plot_of_the_weeks_says_what_its_table_and_the_issues_say(pages: Pages, shelf: Shelf, edition: str) -> None:
    page = pages[f"weeks/{edition}.html"]
    wide, narrow = page.xpath("//figure/*[local-name()='svg' and starts-with(@class, 'bars')]")
    rows = [[words(cell) for cell in row] for row in page.xpath("//details//tbody/tr")]
    assert [(row[0], row[1]) for row in rows] == [(issue.week, str(issue.figures.stories)) for issue in shelf.issues]
    assert [bool(row[2]) for row in rows] == [issue.status is IssueStatus.COLLECTION_FAILED for issue in shelf.issues]
    for drawing in (wide, narrow):
        assert len(drawing.xpath(".//*[local-name()='rect']")) == sum(
            issue.figures.stories > 0 for issue in shelf.issues
        )
        assert len(drawing.xpath(".//*[@class='cross']")) == 1
    targets = page.xpath("//details//tbody//a/@href")
    assert targets == [f"../issues/{issue.week}/{edition}.html" for issue in shelf.issues]


@pytest.mark.parametrize("edition", ["ja", "en"])
def test_themes_by_region_count_what_the_stories_say(
    pages: Pages, sample: ModuleType, lexicon: Lexicon, shelf: Shelf, edition: str
) -> None:
    """Abroad for readers in Japan: Kyoto and Paris is Europe, Kobe and Tianjin East Asia, Nagasaki alone is East Asia too."""
    page = pages[f"themes/{edition}.html"]
    (wide, _) = page.xpath("//figure/*[local-name()='svg' and starts-with(@class, 'matrix')]")
    table = {words(row[0]): words(row[2]) for row in page.xpath("//details//tbody/tr")}
    names = {theme: term.names[edition] for theme, term in lexicon.themes.items()}
    culture = table[names["culture-tourism"]]
    peace = table[names["peace"]]
    assert lexicon.regions["europe"][edition] in culture
    assert peace == f"{lexicon.regions['east-asia'][edition]}{' ' if edition == 'en' else ''}1"
    numbers = Counter(int(text) for text in wide.xpath(".//*[local-name()='text']/text()") if text.isdigit())
    told = Counter(int(number) for text in table.values() for number in re.findall(r"\d+", text))
    assert numbers == told
    assert set(wide.xpath(".//*[local-name()='text']/text()")) >= set(table)


@pytest.mark.parametrize("edition", ["ja", "en"])
def test_three_stories_of_a_pair_stand_on_a_line_of_time(
    sample: ModuleType, shelf: Shelf, lexicon: Lexicon, editions: list[Edition], edition: str
) -> None:
    stories = tuple(
        msgspec.structs.replace(
            sample.DIALOGUE,
            story_id=f"s0000000000f{number}",
            event=msgspec.structs.replace(sample.DIALOGUE.event, start=day, end=None),
        )
        for number, day in enumerate((dt.date(2025, 4, 2), dt.date(2026, 1, 15), dt.date(2026, 6, 30)))
    )
    pages = rendered(msgspec.structs.replace(shelf, cards=(*shelf.cards, *stories)), lexicon, editions)
    first, second = sorted((sample.KOBE, sample.TIANJIN))
    page = pages[f"pairs/{first.replace(':', '-')}--{second.replace(':', '-')}/{edition}.html"]
    drawings = page.xpath("//figure/*[local-name()='svg' and starts-with(@class, 'days')]")
    listed = page.xpath("//ol[@class='timeline']/li")
    assert len(listed) >= 4
    for drawing in drawings:
        assert len(drawing.xpath(".//*[local-name()='circle']")) == len(listed)
    assert len(drawings) == 2


def test_numbers_of_a_crowded_map_are_those_of_its_table(
    sample: ModuleType, shelf: Shelf, lexicon: Lexicon, editions: list[Edition]
) -> None:
    """Sixteen towns around Kobe cannot all have their names; each number in the map stands in the table beside it."""
    crowd = {
        f"geonames:9{number:03d}": msgspec.structs.replace(
            lexicon.cities[sample.KYOTO],
            id=f"geonames:9{number:03d}",
            names={"ja": f"見本市第{number}", "en": f"Sample Town {number}"},
            longitude=132.0 + number % 4 * 1.5,
            latitude=33.0 + number // 4 * 1.2,
        )
        for number in range(16)
    }
    settings = {
        name: getattr(lexicon, name)
        for name in ("digest", "countries", "regions", "networks", "themes", "events", "rules")
    }
    crowded = Lexicon(cities=lexicon.cities | crowd, **settings)
    meetings = tuple(
        Meeting(
            story_id=sample.DIALOGUE.story_id,
            a=min(city, sample.TIANJIN),
            b=max(city, sample.TIANJIN),
            event_type="delegation-visit",
        )
        for city in crowd
    )
    latest = msgspec.structs.replace(shelf.issues[-1], meetings=meetings)
    pages = rendered(msgspec.structs.replace(shelf, issues=(latest,)), crowded, editions)
    for edition in ("ja", "en"):
        page = pages[f"issues/{latest.week}/{edition}.html"]
        (drawing,) = maps(page)
        in_map = {
            number for text in drawing.xpath(".//*[@class='key']/text()") for number in text.rstrip("…").split(",")
        }
        in_table = {
            words(row.xpath(".//*[@class='map-key']")[0]): words(row)
            for row in page.xpath("//section[@id='meetings']//tbody/tr")
        }
        assert in_map
        assert in_map <= set(in_table)
        assert list(in_table) == [str(number) for number in range(1, 17)]


def test_cities_at_one_place_get_no_map(sample: ModuleType, shelf: Shelf, editions: list[Edition]) -> None:
    """The sample's lexicon puts all of its cities at 35° N 135° E; and cities that it does not know have no place."""
    pages = rendered(shelf, sample.LEXICON, editions)
    assert not any(maps(page) for page in pages.values())


def test_few_weeks_or_none_get_no_plot(sample: ModuleType, lexicon: Lexicon, editions: list[Edition]) -> None:
    few = rendered(sample.SHELF, lexicon, editions)
    assert not few["weeks/ja.html"].xpath("//figure")
    none = rendered(Shelf(issues=(), cards=(), sources={}), lexicon, editions)
    assert not any(page.xpath("//figure") for page in none.values())


def test_drawings_are_named_and_use_no_style_attribute(pages: Pages) -> None:
    """W2, W8: role, title, description; the policy of the pages forbids style attributes."""
    drawings = [drawing for page in pages.values() for drawing in page.xpath("//figure/*[local-name()='svg']")]
    assert len(drawings) > 10
    for drawing in drawings:
        assert drawing.get("role") == "img"
        assert words(drawing.xpath("./*[local-name()='title']")[0])
        assert words(drawing.xpath("./*[local-name()='desc']")[0])
        assert not drawing.xpath(".//@style | .//@href | .//*[local-name()='script']")
        # Colours come from the style sheet alone, or the scheme could not change them.
        assert not drawing.xpath(".//@stroke | .//@fill[. != 'none']")


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_of_drawings_can_be_told_apart(scheme: int) -> None:
    """W8, WCAG 2.2, 1.4.3 and 1.4.11: 4.5 for letters and 3 for lines, dots and bars, on everything they may lie on."""
    style = (resources.files("digest_templates") / "assets" / "style.css").read_text(encoding="utf-8")
    roots = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", roots[scheme]))
    letters = [("ink", "paper"), ("ink", "land"), ("ink", "tint"), ("soft", "paper"), ("vermilion", "paper")]
    marks = [("vermilion", "land"), ("vermilion", "paper"), ("ink", "land"), ("indigo", "paper")]
    for least, pairs in ((4.5, letters), (3.0, marks)):
        for one, other in pairs:
            assert contrast(colours[one], colours[other]) >= least, f"{one} on {other}"


def test_an_identifier_occurs_once_on_a_page_with_drawings(pages: Pages) -> None:
    """The sections of a page have ids too: a map in the section "map" must not be called like it."""
    for path, page in pages.items():
        doubled = [name for name, count in Counter(page.xpath("//@id")).items() if count > 1]
        assert not doubled, path
