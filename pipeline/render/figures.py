"""The maps and plots of the archive's pages, with their words: what each shows, for whom it is drawn, what stands under it."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import Card, Issue, IssueStatus
from pipeline.render import dates, links
from pipeline.render.holdings import day_of
from pipeline.render.maps import Legend, Pair, Spot, TieMap, draw_map
from pipeline.render.plots import Bar, Texts, draw_bars, draw_days, draw_matrix
from pipeline.render.presenter import Presenter
from pipeline.render.projection import EARTH_KM, angle_between
from pipeline.render.views import Ref

MOST_WEEKS = 52
LEAST_WEEKS = 4  # fewer are read faster in the list of issues
LEAST_DAYS = 3
MOST_DESCRIBED = 6  # pairs that a map's description names; the table beside it names all


@dataclasses.dataclass(frozen=True, slots=True)
class Drawing:
    """A map or plot as a page shows it."""

    svg: Markup
    caption: str
    keys: tuple[int, ...] = ()  # by row of the table beside it: the number that stands for it in the map, 0 for none
    head: tuple[str, ...] = ()  # of its own table, () where the page has one
    rows: tuple[tuple[Ref, ...], ...] = ()


class Illustrator:
    """Draws for one edition."""

    def __init__(self, presenter: Presenter, home: str) -> None:
        """Args: home: the readers' country, ISO 3166-1 alpha-2."""
        self.presenter = presenter
        self.say = presenter.say
        self.holdings = presenter.holdings
        self.lexicon: Lexicon = presenter.lexicon
        self.home = home
        self.region = self.lexicon.region_of(home)

    # ------------------------------------------------------------------------------------------------------------- maps

    def issue_map(self, issue: Issue) -> Drawing | None:
        """Who met whom in an issue; its keys are those of the issue's meetings."""
        pairs = [(meeting.a, meeting.b) for meeting in issue.meetings]
        tie_map = self._map(Counter(pairs), self.say("map.meetings_title"))
        return self._with_keys(tie_map, pairs) if tie_map else None

    def city_map(self, city: str) -> Drawing | None:
        """The partners of a city; its keys are those of its list of partners."""
        partners = self.holdings.partners(city)
        counts = {_in_order(city, other): count for other, count in partners}
        title = self.say("map.city_title", city=self.presenter.city(city).text)
        tie_map = self._map(counts, title, focus=city)
        return self._with_keys(tie_map, list(counts)) if tie_map else None

    def pair_map(self, pair: Pair) -> Drawing | None:
        """Where the two cities of a pair lie, and how far apart."""
        a, b = (self.presenter.city(city).text for city in pair)
        tie_map = self._map({pair: 1}, self.say("map.pair_title", a=a, b=b))
        if not tie_map:
            return None
        spots = self._spots(pair)
        kilometres = math.radians(angle_between(spots[pair[0]].place, spots[pair[1]].place)) * EARTH_KM
        rounded = round(kilometres, -1 if kilometres < 1000 else -2)  # a city is some kilometres wide
        return Drawing(tie_map.svg, self.say("map.pair_caption", a=a, b=b, km=f"{rounded:,.0f}"))

    def _map(self, counts: Mapping[Pair, int], title: str, *, focus: str = "") -> TieMap | None:
        legend = Legend(title, self.say("map.closer", title=title), self._described)
        spots = self._spots(city for pair in counts for city in pair)
        return draw_map(spots, counts, legend, name="tie-map", region=self.region, focus=focus)

    def _with_keys(self, tie_map: TieMap, pairs: Sequence[Pair]) -> Drawing:
        total, shown = len(set(pairs)), len(tie_map.pairs)
        sentences = [
            self.say("map.caption"),
            self.say("map.closer_below") if tie_map.closer else "",
            self.say("map.numbers") if tie_map.numbers else "",
            self.say("map.left_out", shown=shown, total=total) if shown < total else "",
        ]
        caption = self.say("list.sentences").join(filter(None, sentences))
        keys = tuple(tie_map.numbers.get(pair, 0) for pair in pairs) if tie_map.numbers else ()
        return Drawing(tie_map.svg + tie_map.closer, caption, keys)

    def _spots(self, cities: Iterable[str]) -> dict[str, Spot]:
        """The cities whose place is known."""
        known = {city: self.lexicon.cities[city] for city in cities if city in self.lexicon.cities}
        names = {city: self.presenter.city(city) for city in known}
        return {
            city: Spot(names[city].text, (entry.longitude, entry.latitude), names[city].lang)
            for city, entry in known.items()
        }

    def _described(self, pairs: Sequence[Pair]) -> str:
        named = [
            self.say("pairs.title", a=self.presenter.city(a).text, b=self.presenter.city(b).text)
            for a, b in pairs[:MOST_DESCRIBED]
        ]
        text = self.say("map.description", pairs=self.say("list.groups").join(named))
        more = len(pairs) - len(named)
        return text if not more else self.say("list.sentences").join((text, self.say("map.more", n=more)))

    # ------------------------------------------------------------------------------------------------------------ plots

    def weeks(self) -> Drawing | None:
        """Stories per issue, of the last year."""
        issues = self.holdings.shelf.issues[-MOST_WEEKS:]
        if len(issues) < LEAST_WEEKS:
            return None
        bars = [
            Bar(issue.first_day, issue.figures.stories, issue.status is IssueStatus.COLLECTION_FAILED)
            for issue in issues
        ]
        counts = [bar.count for bar in bars]
        if not any(counts):
            return None
        texts = self._texts(
            self.say("plot.weeks_title"),
            self.say(
                "plot.weeks_description",
                first=dates.format_month(bars[0].day, self.presenter.edition),
                last=dates.format_month(bars[-1].day, self.presenter.edition),
                least=min(counts),
                most=max(counts),
            ),
        )
        caption = [self.say("plot.weeks_caption", n=len(bars))]
        if any(bar.failed for bar in bars):
            caption.append(self.say("plot.weeks_failed"))
        rows = tuple(
            (
                Ref(issue.week, links.issue_path(issue.week, self.presenter.edition.code)),
                Ref(str(bar.count)),
                Ref(self.say("weeks.failed") if bar.failed else ""),
            )
            for issue, bar in zip(issues, bars, strict=True)
        )
        head = (self.say("plot.week"), self.say("plot.stories"), self.say("plot.note"))
        return Drawing(
            draw_bars(bars, texts, name="weeks"), self.say("list.sentences").join(caption), head=head, rows=rows
        )

    def themes(self) -> Drawing | None:
        """Themes by region, over the whole archive."""
        counts: Counter[tuple[str, str]] = Counter()
        for theme, cards in self.holdings.themes.items():
            for card in cards:
                counts.update((theme, region) for region in self._regions(card))
        themes = sorted({theme for theme, _ in counts}, key=lambda theme: (-len(self.holdings.themes[theme]), theme))
        regions = [region for region in self.lexicon.regions if any((theme, region) in counts for theme in themes)]
        if len(themes) < 2 or not regions:
            return None
        cells = {
            (row, column): counts[theme, region]
            for row, theme in enumerate(themes)
            for column, region in enumerate(regions)
            if counts[theme, region]
        }
        names = [self.presenter.region(region) for region in regions]
        title = self.say("plot.themes_title")
        most = max(cells, key=lambda cell: (cells[cell], -cell[0], -cell[1]))
        refs = [self.presenter.theme(theme) for theme in themes]
        description = self.say(
            "plot.themes_description",
            theme=refs[most[0]].text,
            region=names[most[1]],
            n=cells[most],
        )
        rows = tuple(
            (ref, Ref(str(len(self.holdings.themes[theme]))), Ref(self._by_region(row, names, cells)))
            for row, (theme, ref) in enumerate(zip(themes, refs, strict=True))
        )
        svg = draw_matrix([ref.text for ref in refs], names, cells, self._texts(title, description), name="themes")
        head = (self.say("plot.theme"), self.say("plot.stories"), self.say("plot.regions"))
        return Drawing(svg, self.say("plot.themes_caption"), head=head, rows=rows)

    def _regions(self, card: Card) -> set[str]:
        """The regions of the countries abroad that a story concerns; of the readers' own where it names no other."""
        abroad = [country for country in card.countries if country != self.home] or card.countries
        return {self.lexicon.region_of(country) for country in abroad}

    def _by_region(self, row: int, names: Sequence[str], cells: Mapping[tuple[int, int], int]) -> str:
        parts = (
            self.say("plot.region_count", region=name, n=cells[row, column])
            for column, name in enumerate(names)
            if (row, column) in cells
        )
        return self.presenter.join(parts)

    def days(self, cards: Sequence[Card]) -> Drawing | None:
        """When the stories of a pair took place; the page lists them."""
        days = [day_of(card) for card in cards]
        if len(days) < LEAST_DAYS or min(days) == max(days):
            return None
        first, last = (dates.format_short(day, self.presenter.edition) for day in (min(days), max(days)))
        title = self.say("plot.days_title")
        text = self.say("plot.days_description", n=len(days), first=first, last=last)
        return Drawing(draw_days(days, self._texts(title, text), name="days"), text)

    def _texts(self, title: str, description: str) -> Texts:
        edition = self.presenter.edition
        return Texts(
            title,
            description,
            month=lambda day: self.say(f"date.month_short.m{day.month}"),
            month_of_year=lambda day: dates.format_month_brief(day, edition),
            year=lambda day: self.say("date.year", year=day.year),
        )


def _in_order(a: str, b: str) -> Pair:
    first, second = sorted((a, b))
    return first, second
