"""Which anniversaries an issue announces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pipeline.compose import compose_issue
from pipeline.compose.anniversaries import MOST_ANNIVERSARIES
from pipeline.knowledge.lexicon import load_lexicon
from pipeline.knowledge.ties import Ties
from pipeline.model import ArticleClass, Card, Issue, Tie, TieKind, Words

LEXICON = load_lexicon()
KOBE, TIANJIN, KANAZAWA, NANCY = "geonames:1859171", "geonames:1792947", "geonames:1860243", "geonames:2990999"
RIGA, BOSTON = "geonames:456172", "geonames:4930956"
SEEN = dt.datetime(2026, 12, 23, 9, tzinfo=dt.UTC)


def tie(a: str, b: str, since: str, **about: Any) -> Tie:
    a, b = sorted((a, b))
    fields: dict[str, Any] = {
        "a": a,
        "b": b,
        "kind": TieKind.SISTER,
        "since": since,
        "source": "https://x.example/",
        "retrieved": SEEN.date(),
    }
    return Tie(**(fields | about))  # fmt: skip


def story(*cities: str) -> Card:
    return Card(
        story_id="s1", article_class=ArticleClass.NEWS, words={"en": Words(headline="H", sentences=(), engine="tags")},
        lead={"en": "a"}, published=None, first_seen=SEEN, cities=cities,
    )  # fmt: skip


def issue(ties: Sequence[Tie], *cities: str, week: str = "2026-W52", home: str = "JP") -> Issue:
    cards = [story(*cities)] if cities else []
    return compose_issue(
        week, cards, number=1, zone="Asia/Tokyo", home=home, earlier=(), redirects={}, health=(), lexicon=LEXICON, ties=Ties(tuple(ties)),
    )  # fmt: skip


def announced(ties: Sequence[Tie], *cities: str, **about: str) -> list[tuple[str, int]]:
    return [(row.since, row.years) for row in issue(ties, *cities, **about).anniversaries]


def test_a_city_in_the_news_brings_its_anniversaries_of_the_next_eighteen_months() -> None:
    """The last day of 2026-W52 is 27 December, so the lead ends on 27 June 2028."""
    ties = [tie(KOBE, TIANJIN, "1973-06-24"), tie(KOBE, RIGA, "1974-06-18"), tie(NANCY, BOSTON, "1972-02-01")]
    assert announced(ties, TIANJIN, home="BR") == [("1973-06-24", 55)]
    assert announced(ties, BOSTON, home="BR") == [("1972-02-01", 55)]


def test_one_of_home_is_announced_once_in_the_week_it_comes_into_view() -> None:
    ties = [tie(KANAZAWA, NANCY, "1973-06-24"), tie(BOSTON, RIGA, "1973-06-24")]
    assert announced(ties, week="2026-W51") == []
    assert announced(ties, week="2026-W52") == [("1973-06-24", 55)]
    assert announced(ties, week="2026-W53") == []
    assert announced(ties, week="2026-W52", home="LV") == [("1973-06-24", 55)], "of another home, the other one"


def test_every_week_that_comes_announces_each_anniversary_of_home_exactly_once() -> None:
    ties = [tie(KANAZAWA, NANCY, since) for since in ("1973-06-24",)] + [
        tie(KOBE, TIANJIN, "1978"),
        tie(KOBE, RIGA, "1983-02"),
    ]
    weeks = [dt.date(2026, 1, 5) + dt.timedelta(weeks=n) for n in range(156)]
    found = [
        row for day in weeks for row in announced(ties, week=f"{day.isocalendar().year}-W{day.isocalendar().week:02d}")
    ]
    assert len(found) == len(set(found)) == 3


def test_what_concerns_the_week_and_home_most_stays_where_there_are_too_many() -> None:
    others = [tie(TIANJIN, city, "1973-05-01") for city in list(LEXICON.cities)[:MOST_ANNIVERSARIES]]
    found = issue([*others, tie(KOBE, TIANJIN, "1973-06-24")], TIANJIN).anniversaries
    assert len(found) == MOST_ANNIVERSARIES
    assert found[-1].since == "1973-06-24", "the soonest still stand first"


def test_what_may_be_over_already_gives_way_first() -> None:
    """Of a tie since 1971 nobody knows whether its day in 2026 has passed."""
    others = [tie(TIANJIN, city, "1971") for city in list(LEXICON.cities)[:MOST_ANNIVERSARIES]]
    spring = issue([*others, tie(TIANJIN, RIGA, "1972-06-24")], TIANJIN, home="BR", week="2026-W20").anniversaries
    assert len(spring) == MOST_ANNIVERSARIES
    assert spring[-1].since == "1972-06-24"


def test_a_week_without_stories_or_ties_announces_nothing() -> None:
    assert issue([]).anniversaries == ()
