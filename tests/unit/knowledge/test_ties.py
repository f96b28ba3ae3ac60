"""What is known of two cities, what that proves, and which round years lie ahead."""

from __future__ import annotations

import csv
import datetime as dt
from importlib import resources
from typing import Any

import pytest

from pipeline.knowledge.lexicon import load_lexicon
from pipeline.knowledge.tie_table import period_of
from pipeline.knowledge.ties import Ties, add_months, date_after, load_ties
from pipeline.model import CompleteTies, Tie, TieKind, Verdict

KOBE, TIANJIN, HANGZHOU = "geonames:1859171", "geonames:1792947", "geonames:1808926"
PARIS, ROME, SAN_FRANCISCO, MELBOURNE = "geonames:2988507", "geonames:3169070", "geonames:5391959", "geonames:2158177"
OSAKA = "geonames:1853909"
SHIPPED = load_ties()
READ = dt.date(2026, 11, 22)


def tie(a: str = "c:1", b: str = "c:2", **about: Any) -> Tie:
    fields: dict[str, Any] = {
        "a": a,
        "b": b,
        "kind": TieKind.SISTER,
        "source": f"https://{a}{b}.example/",
        "retrieved": READ,
    }
    return Tie(**(fields | about))  # fmt: skip


def complete(city: str, kind: TieKind | None = None) -> CompleteTies:
    return CompleteTies(city=city, kind=kind, source=f"https://{kind or 'all'}.example/", retrieved=READ)


# ---------------------------------------------------------------------------------------------------------------- check


def test_a_tie_that_holds_confirms_in_both_directions_with_its_page() -> None:
    ties = Ties((tie(),))
    assert ties.check("c:1", "c:2") == ties.check("c:2", "c:1") == (Verdict.CONFIRMED, "https://c:1c:2.example/")


@pytest.mark.parametrize("kind", list(TieKind))
def test_a_tie_of_any_kind_confirms(kind: TieKind) -> None:
    assert Ties((tie(kind=kind),)).check("c:1", "c:2")[0] is Verdict.CONFIRMED


def test_what_nobody_says_is_unknown_which_is_not_false() -> None:
    assert Ties((tie(),)).check("c:1", "c:3") == (Verdict.UNKNOWN, "")


def test_a_tie_that_ended_does_not_confirm_a_present_one() -> None:
    assert Ties((tie(until="2018-10-02"),)).check("c:1", "c:2") == (Verdict.UNKNOWN, "")


def test_an_ended_tie_beside_one_that_holds_does_not_hide_it() -> None:
    ties = Ties((tie(until="2018"), tie(kind=TieKind.MOU, source="https://mou.example/")))
    assert ties.check("c:1", "c:2") == (Verdict.CONFIRMED, "https://mou.example/")


@pytest.mark.parametrize("city", ["c:1", "c:3"])
def test_only_a_complete_list_without_the_pair_contradicts(city: str) -> None:
    ties = Ties((tie(),), (complete(city),))
    assert ties.check("c:1", "c:3") == ties.check("c:3", "c:1") == (Verdict.CONTRADICTED, "https://all.example/")
    assert ties.check("c:1", "c:2")[0] is Verdict.CONFIRMED


def test_a_complete_list_contradicts_what_ended() -> None:
    assert Ties((tie(until="2018"),), (complete("c:1"),)).check("c:1", "c:2")[0] is Verdict.CONTRADICTED


@pytest.mark.parametrize(
    ("claimed", "listed", "verdict"),
    [
        ("sister", "sister", Verdict.CONTRADICTED),
        ("sister", "friendship mou", Verdict.UNKNOWN),
        ("friendship", "sister", Verdict.UNKNOWN),
        ("friendship", "friendship", Verdict.UNKNOWN),  # it may be more: a sister city
        ("friendship", "sister friendship", Verdict.CONTRADICTED),
        ("mou", "sister friendship", Verdict.UNKNOWN),
        ("", "sister friendship", Verdict.UNKNOWN),
        ("", "sister friendship mou", Verdict.CONTRADICTED),
    ],
)
def test_a_list_contradicts_claims_of_its_own_kind_alone(claimed: str, listed: str, verdict: Verdict) -> None:
    """Whose sister cities are all known may have pacts of friendship that nobody listed."""
    ties = Ties((), tuple(complete("c:1", TieKind(kind)) for kind in listed.split()))
    kind = TieKind(claimed) if claimed else None
    assert ties.check("c:1", "c:2", kind)[0] is verdict
    assert Ties((), (complete("c:1"),)).check("c:1", "c:2", kind)[0] is Verdict.CONTRADICTED


def test_two_cities_lists_do_not_make_one() -> None:
    ties = Ties((), (complete("c:1", TieKind.SISTER), complete("c:2", TieKind.FRIENDSHIP)))
    assert ties.check("c:1", "c:2", TieKind.FRIENDSHIP)[0] is Verdict.UNKNOWN


def test_a_list_cannot_contradict_what_was_made_after_it_was_read() -> None:
    ties = Ties((), (complete("c:1"),))
    assert ties.check("c:1", "c:2", made=READ - dt.timedelta(days=1))[0] is Verdict.CONTRADICTED
    assert ties.check("c:1", "c:2", made=READ)[0] is Verdict.UNKNOWN


def test_a_city_is_not_tied_to_itself_and_nothing_proves_it() -> None:
    assert Ties((), (complete("c:1"),)).check("c:1", "c:1") == (Verdict.UNKNOWN, "")


def test_those_that_hold_come_first_then_the_oldest() -> None:
    ended, young, old, undated = (
        tie("c:1", "c:2", since="1950", until="1990"),
        tie("c:1", "c:3", since="1990-05"),
        tie("c:0", "c:1", since="1973-06-24"),
        tie("c:1", "c:4"),
    )
    assert Ties((ended, young, old, undated)).of("c:1") == (old, young, undated, ended)


def test_rows_of_the_library_win_over_shipped_ones_of_the_same_pair_and_kind() -> None:
    shipped = Ties((tie(since="1973"), tie(kind=TieKind.MOU)), (complete("c:1"),))
    better, other = tie(since="1973-06-24"), tie("c:8", "c:9")
    merged = shipped.with_rows(
        [better, other], [CompleteTies(city="c:1", source="https://new.example/", retrieved=READ)]
    )
    assert set(merged.rows) == {better, other, tie(kind=TieKind.MOU)}
    assert [row.source for row in merged.complete] == ["https://new.example/"]
    assert merged.rows == shipped.with_rows([other, better]).rows, "whatever the order they came in"


# -------------------------------------------------------------------------------------------------------- anniversaries


def ahead(first: str, months: int = 18, **about: Any) -> list[tuple[int, str]]:
    found = Ties((tie(**about),)).anniversaries(dt.date.fromisoformat(first), months)
    return [(row.years, date_after(row.since, row.years)) for row in found]


def test_every_fifth_year_within_the_planning_lead_is_named() -> None:
    assert ahead("2027-01-03", since="1973-06-24") == [(55, "2028-06-24")]
    assert ahead("2026-12-20", since="1973-06-24") == [], "18 months end on 20 June 2028"
    assert ahead("2026-11-22", since="1974-06-24") == [], "53 is no round number"


def test_the_first_and_the_last_day_of_the_lead() -> None:
    assert ahead("2026-12-24", since="1973-06-24") == [(55, "2028-06-24")]
    assert ahead("2028-06-23", since="1973-06-24") == [(55, "2028-06-24")]
    assert ahead("2028-06-24", since="1973-06-24") == [], "the day itself is no longer ahead"


def test_a_month_counts_as_long_as_half_of_it_lies_ahead() -> None:
    assert ahead("2027-11-15", since="1957-11") == [(70, "2027-11")]
    assert ahead("2027-11-16", since="1957-11") == [], "its day has more likely passed"
    assert ahead("2026-05-01", since="1957-11") == [(70, "2027-11")], "it may be on the first"


def test_a_year_counts_as_long_as_half_of_it_lies_ahead_and_stays_a_year() -> None:
    """In November nobody plans for "some day in this year"."""
    assert ahead("2026-07-01", since="1971") == [(55, "2026")]
    assert ahead("2026-07-02", since="1971") == []
    assert ahead("2026-06-30", since="1978") == []
    assert ahead("2026-07-01", since="1978") == [(50, "2028")]


def test_a_tie_that_ended_or_began_nobody_knows_when_has_no_anniversary() -> None:
    assert ahead("2027-01-03", since="1973-06-24", until="2020") == []
    assert ahead("2027-01-03") == []


def test_a_tie_of_the_29th_of_february_is_celebrated_on_the_28th() -> None:
    assert ahead("2026-11-22", since="1972-02-29") == [(55, "2027-02-28")]


def test_soonest_first_and_only_of_the_cities_asked_for() -> None:
    ties = Ties(
        (
            tie("c:1", "c:2", since="1978-01-01"),
            tie("c:3", "c:4", since="1977-05"),
            tie("c:5", "c:6", since="1977-05-02"),
        )
    )
    first = dt.date(2026, 11, 22)
    assert [row.a for row in ties.anniversaries(first, 18)] == ["c:5", "c:3", "c:1"], "a month stands at its last day"
    assert [row.a for row in ties.anniversaries(first, 18, {"c:2"})] == ["c:1"]
    assert ties.anniversaries(first, 18, ()) == ()


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [("2026-11-22", 18, "2028-05-22"), ("2026-08-31", 18, "2028-02-29"), ("2026-12-31", 2, "2027-02-28"), ("2026-01-31", 12, "2027-01-31")],
)  # fmt: skip
def test_months_later_is_the_same_day_or_the_last_of_the_month(day: str, months: int, later: str) -> None:
    assert add_months(dt.date.fromisoformat(day), months).isoformat() == later


# -------------------------------------------------------------------------------------------------------------- shipped


def test_kobe_and_tianjin_have_been_friendship_cities_since_1973() -> None:
    """The sample card of the first seed says so."""
    (known,) = SHIPPED.between(KOBE, TIANJIN)
    assert (known.since, known.kind, known.until) == ("1973-06-24", TieKind.FRIENDSHIP, "")


def test_of_the_second_seeds_three_cities_paris_is_contradicted_and_none_confirmed() -> None:
    verdicts = {city: SHIPPED.check(HANGZHOU, city, TieKind.SISTER)[0] for city in (PARIS, SAN_FRANCISCO, MELBOURNE)}
    assert verdicts == {PARIS: Verdict.CONTRADICTED, SAN_FRANCISCO: Verdict.UNKNOWN, MELBOURNE: Verdict.UNKNOWN}
    assert SHIPPED.check(PARIS, ROME)[0] is Verdict.CONFIRMED


def test_the_lesser_agreements_of_a_city_with_a_complete_list_ship_too() -> None:
    """Paris is twinned with Rome alone, but has pacts of friendship: of those nobody knows all, and none may be called false."""
    assert [row.kind for row in SHIPPED.complete_of(PARIS)] == [TieKind.SISTER]
    assert SHIPPED.check(PARIS, HANGZHOU, TieKind.FRIENDSHIP)[0] is Verdict.UNKNOWN
    assert SHIPPED.check(PARIS, HANGZHOU)[0] is Verdict.UNKNOWN
    assert len(SHIPPED.of(PARIS)) > 35
    assert SHIPPED.check(PARIS, "geonames:1857910")[0] is Verdict.CONFIRMED, "Kyoto, 1958"


def test_osaka_left_san_francisco() -> None:
    (known,) = SHIPPED.between(OSAKA, SAN_FRANCISCO)
    assert known.until == "2018-10-02"


def test_every_shipped_tie_names_known_cities_and_stands_where_it_belongs() -> None:
    """At least sixty, each with its page; sorted, so that a change shows as what it is."""
    cities = load_lexicon().cities
    assert len(SHIPPED.rows) >= 60
    assert all(row.a in cities and row.b in cities and row.a < row.b for row in SHIPPED.rows)
    text = (resources.files("pipeline.knowledge") / "data" / "ties.csv").read_text(encoding="utf-8")
    keys = [(row["a"], row["b"], row["kind"]) for row in csv.DictReader(text.splitlines())]
    assert keys == sorted(set(keys))


def test_no_shipped_date_lies_after_the_day_its_page_was_read() -> None:
    for row in SHIPPED.rows:
        assert all(period_of(date)[0] <= row.retrieved for date in (row.since, row.until) if date)
