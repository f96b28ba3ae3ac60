"""Which story stands where in an issue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.compose import compose_issue
from pipeline.compose.choice import MOST_BACKGROUND, MOST_FOLLOW_UPS
from pipeline.compose.issue import region_of
from pipeline.knowledge.lexicon import load_lexicon
from pipeline.knowledge.ties import Ties
from pipeline.model import (
    AgreementStatus,
    ArticleClass,
    Card,
    CardCopy,
    CardSource,
    CopyKind,
    DatedEvent,
    FuzzyDate,
    Issue,
    IssueStatus,
    Label,
    Origin,
    Precision,
    SourceHealth,
    Words,
)

LEXICON = load_lexicon()
NO_TIES = Ties()
WEEK = "2026-W45"  # 2 to 8 November
KOBE, TIANJIN = "geonames:1859171", "geonames:1792947"


def on(day: str) -> DatedEvent:
    return DatedEvent(start=dt.date.fromisoformat(day))


def card(key: str, *countries: str, day: str = "2026-11-04", sources: int = 1, **about: Any) -> Card:
    """A news story from an official source; `key` becomes its id."""
    published = FuzzyDate(
        value=dt.datetime.fromisoformat(f"{day}T09:00+09:00"), precision=Precision.DAY, zone_stated=True, origin=Origin.META
    )  # fmt: skip
    shown = tuple(
        CardSource(article_id=f"{key}{at}", url="https://x.example/", title="T", language="en", source_id=f"s{at}", family=f"f{at}", voice=f"f{at}", labels=(Label.OFFICIAL,))
        for at in range(sources)
    )  # fmt: skip
    fields: dict[str, Any] = {
        "story_id": key, "article_class": ArticleClass.NEWS, "words": {"en": Words(headline=key, sentences=(), engine="tags")},
        "lead": {"en": f"{key}0"}, "published": published, "first_seen": published.value, "countries": countries, "sources": shown,
    }  # fmt: skip
    return Card(**(fields | about))


def compose(
    cards: Sequence[Card],
    *,
    week: str = WEEK,
    earlier: Sequence[Issue] = (),
    redirects: Mapping[str, str] = MappingProxyType({}),
    health: Sequence[SourceHealth] = (),
    ties: Ties = NO_TIES,
) -> Issue:
    return compose_issue(
        week,
        cards,
        number=3,
        zone="Asia/Tokyo",
        home="JP",
        earlier=earlier,
        redirects=redirects,
        health=health,
        lexicon=LEXICON,
        ties=ties,
    )


def ids(cards: Sequence[Card]) -> list[str]:
    return [item.story_id for item in cards]


def test_the_week_is_named_with_its_days() -> None:
    issue = compose([])
    assert (issue.week, issue.number, issue.first_day, issue.last_day, issue.zone) == (WEEK, 3, dt.date(2026, 11, 2), dt.date(2026, 11, 8), "Asia/Tokyo")  # fmt: skip


# -------------------------------------------------------------------------------------------------------------- ranking


def test_the_score_is_the_sum_of_reasons_that_are_kept() -> None:
    made = compose(
        [card("a", families=4, languages=("en", "ja", "zh"), event_types=("sister-city-agreement",), pair=(TIANJIN, KOBE), networks=("sco",))]
    ).leads[0]  # fmt: skip
    assert made.reasons == {"families": 1.0, "languages": 0.5, "event_type": 1.0, "pair": 0.3, "network": 0.2}
    assert made.score == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"families": 2}, {"families": 1}),
        ({"languages": ("en", "ja")}, {"languages": ("en",)}),
        ({"event_types": ("sister-city-agreement",)}, {"event_types": ("webinar-online",)}),
        ({"pair": (TIANJIN, KOBE)}, {}),
        ({"networks": ("sco",)}, {}),
        ({}, {"unverified": True}),
    ],
)
def test_what_weighs_more_stands_first(better: dict[str, Any], worse: dict[str, Any]) -> None:
    # The better one has the later id, so that it wins by its weight alone.
    issue = compose([card("a", "CN", **worse), card("b", "FR", **better)])
    assert ids(issue.cards)[0] == "b"


def test_equal_stories_stand_by_id() -> None:
    assert ids(compose([card("b", "CN"), card("a", "FR")]).leads) == ["a", "b"]


def test_feeds_of_one_family_add_nothing() -> None:
    assert compose([card("a", families=1, sources=5)]).leads[0].reasons.get("families") is None


# ---------------------------------------------------------------------------------------------------------------- leads


def test_one_region_has_two_leads_at_most_and_the_issue_four() -> None:
    cards = [card(key, "CN", "JP", families=4) for key in "abcd"] + [card(key, country) for key, country in zip("efgh", ("FR", "DE", "US", "KE"), strict=True)]  # fmt: skip
    issue = compose(cards)
    assert ids(issue.leads) == ["a", "b", "e", "f"]
    assert [(section.region, ids(section.cards)) for section in issue.regions] == [("east-asia", ["c", "d"]), ("africa", ["h"]), ("north-america", ["g"])]  # fmt: skip


def test_unverified_and_background_stories_never_lead() -> None:
    strong = {"families": 4, "event_types": ("sister-city-agreement",)}
    issue = compose([
        card("a", "CN", unverified=True, **strong),
        card("b", "CN", article_class=ArticleClass.BACKGROUND, **strong),
        card("c", "CN"),
    ])  # fmt: skip
    assert ids(issue.leads) == ["c"]
    assert ids(issue.regions[0].cards) == ["a"]
    assert ids(issue.background) == ["b"]


@pytest.mark.parametrize(
    ("countries", "region"),
    [
        (("JP", "FR"), "europe"),
        (("FR", "JP"), "europe"),
        (("JP",), "east-asia"),
        ((), "world"),
        (("XX", "KE"), "africa"),
    ],
)
def test_the_region_of_a_story_is_that_of_the_other_side(countries: tuple[str, ...], region: str) -> None:
    assert region_of(card("a", *countries), "JP", LEXICON) == region


def test_every_story_stands_in_one_place() -> None:
    cards = [card(f"{at:02}", country, article_class=kind) for at, (country, kind) in enumerate([(c, k) for c in ("CN", "FR", "XX") for k in (ArticleClass.NEWS, ArticleClass.BACKGROUND)] * 4)]  # fmt: skip
    assert sorted(ids(compose(cards, earlier=[compose(cards[:5])]).cards)) == ids(cards)


# ----------------------------------------------------------------------------------------------------------- follow-ups


def test_a_story_of_an_earlier_issue_is_a_follow_up_and_no_lead() -> None:
    earlier = compose([card("a", "CN"), card("b", "CN", article_class=ArticleClass.BACKGROUND)], week="2026-W44")
    issue = compose([card("a", "CN", families=4), card("b", "CN"), card("c", "FR")], earlier=[earlier])
    assert (ids(issue.leads), ids(issue.follow_ups), issue.background) == (["c"], ["a", "b"], ())
    assert [item.follow_up for item in issue.cards] == [False, True, True]


def test_what_goes_on_and_what_explains_have_their_quotas_and_the_rest_is_named() -> None:
    """An issue is read in five minutes, however much goes on: what changed a fact first, then the rest by its score."""
    first = compose([card(f"s{number:02}", "CN") for number in range(8)], week="2026-W45")
    again = [card(f"s{number:02}", "CN", sources=2 + number, families=2 + number) for number in range(8)]
    again[0] = msgspec.structs.replace(again[0], event=on("2026-11-20"))
    explains = [card(f"b{number}", "KR", article_class=ArticleClass.BACKGROUND) for number in range(5)]
    issue = compose([*again, *explains], week="2026-W46", earlier=[first])
    ranked = sorted((c for c in issue.cards if c.story_id.startswith("s")), key=lambda c: (-c.score, c.story_id))
    told = [c.story_id for c in ranked if c.story_id != "s00"][: MOST_FOLLOW_UPS - 1]
    assert set(ids(issue.follow_ups)) == {"s00", *told}
    assert ids(issue.follow_ups) == [c.story_id for c in ranked if c.story_id in {"s00", *told}]
    assert ids(issue.background) == ["b0", "b1", "b2"]
    assert len(issue.background) == MOST_BACKGROUND
    assert ids(issue.further) == [*(c.story_id for c in ranked if c.story_id not in {"s00", *told}), "b3", "b4"]
    assert issue.figures.stories == 13


def test_a_story_that_took_in_an_earlier_one_is_its_follow_up_and_keeps_one_row_per_date() -> None:
    earlier = compose([card("old", "CN", dates=(on("2026-11-20"),))], week="2026-W44")
    issue = compose([card("kept", "CN", dates=(on("2026-11-20"),))], earlier=[earlier], redirects={"old": "kept"})
    assert ids(issue.follow_ups) == ["kept"]
    assert [row.story_id for row in issue.calendar] == ["kept"]


# ------------------------------------------------------------------------------------------------ agreements and meetings


def test_an_agreement_is_listed_again_only_when_its_status_changed() -> None:
    about: dict[str, Any] = {"event_types": ("mou-cooperation",), "cities": (KOBE, "geonames:1792947")}
    planned, signed = card("a", event=on("2026-11-20"), **about), card("a", event=on("2026-11-03"), **about)
    earlier = compose([planned], week="2026-W44")
    assert compose([planned], earlier=[earlier]).agreements == ()
    assert [row.status for row in compose([signed], earlier=[earlier]).agreements] == [AgreementStatus.SIGNED]


@pytest.mark.parametrize(
    ("kinds", "event", "status"),
    [
        (("mou-cooperation",), on("2026-11-03"), AgreementStatus.SIGNED),
        (("mou-cooperation",), on("2026-11-04"), AgreementStatus.SIGNED),
        (("mou-cooperation",), on("2026-11-05"), AgreementStatus.ANNOUNCED),
        (("sister-city-agreement",), None, AgreementStatus.ANNOUNCED),
        (("suspension-termination",), on("2026-12-01"), AgreementStatus.SUSPENDED),
        (("mayors-dialogue", "sister-city-agreement"), None, AgreementStatus.ANNOUNCED),
    ],
)
def test_agreements_say_whether_they_are_signed(kinds: tuple[str, ...], event: DatedEvent | None, status: AgreementStatus) -> None:  # fmt: skip
    (row,) = compose([card("a", "CN", cities=(KOBE, TIANJIN), pair=(TIANJIN, KOBE), event_types=kinds, event=event)]).agreements  # fmt: skip
    assert (row.story_id, row.cities, row.status, row.date) == ("a", (TIANJIN, KOBE), status, event)
    assert row.event_type == kinds[-1]


def test_no_city_no_agreement_and_background_makes_none() -> None:
    kinds = {"event_types": ("mou-cooperation",)}
    background = {"article_class": ArticleClass.BACKGROUND, "cities": (KOBE,)}
    assert compose([card("a", **kinds), card("b", **kinds, **background), card("c", cities=(KOBE,))]).agreements == ()


def test_who_met_whom_needs_a_pair_and_a_meeting_that_is_not_ahead() -> None:
    met = {"pair": (TIANJIN, KOBE), "cities": (KOBE, TIANJIN)}
    issue = compose([
        card("a", event_types=("joint-project", "delegation-visit"), event=on("2026-11-08"), **met),
        card("b", event_types=("joint-project",), **met),
        card("c", event_types=("delegation-visit",)),
        card("d", event_types=("delegation-visit",), event=on("2026-11-09"), **met),
        card("e", event_types=("delegation-visit",), article_class=ArticleClass.BACKGROUND, **met),
    ])  # fmt: skip
    assert [(row.story_id, row.a, row.b, row.event_type) for row in issue.meetings] == [("a", TIANJIN, KOBE, "delegation-visit")]  # fmt: skip


def test_an_agreement_alone_is_no_meeting() -> None:
    met = {"pair": (TIANJIN, KOBE), "cities": (KOBE, TIANJIN)}
    kinds = ("sister-city-agreement", "mou-cooperation", "anniversary")
    issue = compose([card(kind, event_types=(kind,), **met) for kind in kinds])
    assert (issue.meetings, len(issue.agreements)) == ((), 2)


def test_a_deadline_dates_no_agreement() -> None:
    deadline = DatedEvent(start=dt.date(2026, 11, 20), deadline=True)
    (row,) = compose([card("a", event_types=("mou-cooperation",), cities=(KOBE,), event=deadline)]).agreements
    assert (row.date, row.status) == (None, AgreementStatus.ANNOUNCED)


# ------------------------------------------------------------------------------------------------------------- calendar


def test_the_calendar_begins_after_the_week_and_ends_eight_weeks_later() -> None:
    days = ("2026-11-08", "2026-11-09", "2027-01-03", "2027-01-04")
    issue = compose([card("a", dates=tuple(on(day) for day in days))])
    assert [row.date.start.isoformat() for row in issue.calendar] == ["2026-11-09", "2027-01-03"]


def test_a_whole_year_ahead_is_no_date_of_the_calendar_and_hides_none() -> None:
    year = DatedEvent(start=dt.date(2027, 1, 1), end=dt.date(2027, 12, 31), precision=Precision.YEAR)
    (row,) = compose([card("a", dates=(year, on("2027-01-02")))]).calendar
    assert row.date.start == dt.date(2027, 1, 2)


def test_the_calendar_remembers_earlier_issues_and_says_each_date_once() -> None:
    earlier = compose([card("b", dates=(on("2026-11-20"), on("2026-11-03"))), card("c", dates=(on("2026-11-10"),))], week="2026-W44")  # fmt: skip
    issue = compose([card("b", dates=(on("2026-11-20"),), cities=(KOBE,)), card("a", dates=(on("2026-11-20"),))], earlier=[earlier])  # fmt: skip
    assert [(row.date.start.day, row.story_id, row.cities) for row in issue.calendar] == [(10, "c", ()), (20, "a", ()), (20, "b", (KOBE,))]  # fmt: skip


# -------------------------------------------------------------------------------------------------- figures and status


def test_figures_count_texts_copies_sources_and_families_once() -> None:
    copy = CardCopy(article_id="x", url="https://x.example/", source_id="s9", kind=CopyKind.IDENTICAL)
    one = card("a", "CN", "JP", sources=2, cities=(KOBE, TIANJIN))
    one = msgspec.structs.replace(one, sources=(msgspec.structs.replace(one.sources[0], copies=(copy, copy), language="ja"), one.sources[1]))  # fmt: skip
    figures = compose([one, card("b", "CN", sources=1, cities=(KOBE,))]).figures
    assert (figures.stories, figures.articles, figures.copies, figures.sources, figures.families) == (2, 3, 2, 2, 2)
    assert (figures.cities, figures.countries, list(figures.languages.items())) == (2, 2, [("en", 2), ("ja", 1)])


def sick(failed: int, all_of: int, problem: str = "timeout") -> list[SourceHealth]:
    return [SourceHealth(source_id=f"s{at}", problem=problem if at < failed else "") for at in range(all_of)]


@pytest.mark.parametrize(
    ("news", "health", "status"),
    [
        (3, [], IssueStatus.FULL),
        (2, [], IssueStatus.QUIET),
        (0, [], IssueStatus.QUIET),
        (2, sick(1, 2), IssueStatus.QUIET),
        (2, sick(2, 3), IssueStatus.COLLECTION_FAILED),
        (3, sick(3, 3), IssueStatus.FULL),
        (0, sick(3, 3, "access_refused"), IssueStatus.COLLECTION_FAILED),
        # These were read; what they say is old, nothing or too much.
        (0, [*sick(3, 3, "stale"), *sick(3, 3, "empty"), *sick(3, 3, "flood")], IssueStatus.QUIET),
        # These were not asked, and count on neither side.
        (0, sick(3, 3, "no_browser"), IssueStatus.QUIET),
        (0, [*sick(9, 9, "denied_host"), *sick(2, 3)], IssueStatus.COLLECTION_FAILED),
        (0, [*sick(9, 9, "no_browser"), *sick(1, 3)], IssueStatus.QUIET),
    ],
)
def test_a_quiet_week_is_told_from_one_that_could_not_be_read(news: int, health: list[SourceHealth], status: IssueStatus) -> None:  # fmt: skip
    issue = compose([card(f"{at}", "CN") for at in range(news)], health=health)
    assert (issue.status, issue.health) == (status, tuple(health))


def test_names_are_the_cities_in_reading_order_each_once() -> None:
    issue = compose([card("a", cities=(KOBE,)), card("b", cities=(TIANJIN, KOBE), families=4)])
    assert issue.names == (TIANJIN, KOBE)


# ------------------------------------------------------------------------------------------------------------------ law

many = st.builds(
    lambda key, country, kinds, families, unverified, kind, dates: card(
        f"{key:02}", country, event_types=kinds, families=families, unverified=unverified, article_class=kind,
        cities=(KOBE, TIANJIN), pair=(TIANJIN, KOBE), dates=tuple(on(day) for day in dates),
    ),
    st.integers(0, 30),
    st.sampled_from(["CN", "FR", "JP", "XX"]),
    st.sampled_from([(), ("mou-cooperation",), ("delegation-visit", "anniversary")]),
    st.integers(1, 5),
    st.booleans(),
    st.sampled_from([ArticleClass.NEWS, ArticleClass.BACKGROUND]),
    st.lists(st.sampled_from(["2026-11-10", "2026-11-20", "2026-11-03"]), max_size=2),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(cards=st.lists(many, max_size=10, unique_by=lambda item: item.story_id), data=st.data())
def test_the_order_of_the_cards_makes_no_difference(cards: list[Card], data: st.DataObject) -> None:
    earlier = [compose(cards[:3], week="2026-W44")]
    shuffled = data.draw(st.permutations(cards))
    assert compose(shuffled, earlier=earlier) == compose(cards, earlier=earlier)
