"""What the articles of a story say together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest

from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import Claim, DatedEvent, Person, Precision, TaggedArticle, TagKind
from pipeline.words.facts import gather_facts

Make = Callable[..., TaggedArticle]
KOBE, TIANJIN, BUSAN, YOKOHAMA = "geonames:1859171", "geonames:1792947", "geonames:1838524", "geonames:1848354"


def on(day: str, last: str | None = None, precision: Precision = Precision.DAY) -> DatedEvent:
    end = dt.date.fromisoformat(last) if last else None
    return DatedEvent(start=dt.date.fromisoformat(day), end=end, precision=precision)


def cities(**weights: float) -> dict[TagKind, dict[str, float]]:
    return {TagKind.CITY: {{"kobe": KOBE, "tianjin": TIANJIN, "busan": BUSAN, "yokohama": YOKOHAMA}[k]: w for k, w in weights.items()}}  # fmt: skip


def test_passing_mentions_fall_away_and_the_rest_stands_by_weight(lexicon: Lexicon, make: Make) -> None:
    facts = gather_facts([make(tags=cities(tianjin=0.9, kobe=1.0, busan=0.2))], lexicon)
    assert facts.cities == (KOBE, TIANJIN)
    assert facts.countries == ("JP", "CN")


def test_a_name_in_a_title_counts_twice_and_articles_add_up(lexicon: Lexicon, make: Make) -> None:
    one, two = make("a", tags=cities(kobe=1.0, tianjin=0.6), in_title=(TIANJIN,)), make("b", tags=cities(tianjin=0.5))
    assert gather_facts([one], lexicon).cities == (TIANJIN, KOBE)
    assert gather_facts([make("a", tags=cities(kobe=0.9, tianjin=0.6)), two], lexicon).cities == (TIANJIN, KOBE)


@pytest.mark.parametrize(
    ("weights", "pair"),
    [
        ({"kobe": 1.0, "tianjin": 0.9}, (TIANJIN, KOBE)),
        ({"kobe": 1.0, "tianjin": 0.9, "busan": 0.5}, (TIANJIN, KOBE)),
        ({"kobe": 1.0, "tianjin": 0.9, "busan": 0.85}, None),  # three cities at one table
        ({"kobe": 1.0, "yokohama": 0.9}, None),  # one country
        ({"kobe": 1.0}, None),
        ({}, None),
    ],
)
def test_a_pair_are_two_cities_of_two_countries_that_stand_out(
    lexicon: Lexicon, make: Make, weights: dict[str, float], pair: tuple[str, str] | None
) -> None:
    assert gather_facts([make(tags=cities(**weights))], lexicon).pair == pair


def test_the_main_date_is_the_one_that_most_articles_give(lexicon: Lexicon, make: Make) -> None:
    articles = [
        make("a", dates=(on("2026-11-03"), on("2026-11-20"))),
        make("b", dates=(on("2026-11-20"),)),
        make("c", dates=(on("2026-11-20", "2026-11-22"),)),
    ]
    facts = gather_facts(articles, lexicon)
    assert facts.event is not None
    assert facts.event.start == dt.date(2026, 11, 20)
    assert [date.start.day for date in facts.dates] == [3, 20, 20]


@pytest.mark.parametrize(
    ("days", "main"),
    [
        (("2026-11-05", "2026-10-30"), 30),  # published on the 1st: two days ago is nearer than four ahead
        (("2026-11-02", "2026-10-29"), 2),
        (("2026-11-02", "2026-10-30"), 30),  # a day ahead counts twice, and on a draw the earlier wins
    ],
)
def test_a_signing_has_the_nearest_date_and_what_is_ahead_counts_as_twice_as_far(
    lexicon: Lexicon, make: Make, days: tuple[str, ...], main: int
) -> None:
    signing = {TagKind.EVENT: {"mou-cooperation": 1.0}}
    facts = gather_facts([make(tags=signing, dates=tuple(on(day) for day in days))], lexicon)
    assert facts.event is not None
    assert facts.event.start.day == main


def test_anything_else_has_the_date_that_is_named_first(lexicon: Lexicon, make: Make) -> None:
    meeting = {TagKind.EVENT: {"summit-forum": 1.0}}
    facts = gather_facts([make(tags=meeting, dates=(on("2026-11-20"), on("2026-10-31")))], lexicon)
    assert facts.event is not None
    assert facts.event.start.day == 20


def test_history_far_plans_and_vague_dates_are_no_news(lexicon: Lexicon, make: Make) -> None:
    dates = (on("1986-11-01"), on("2027-10-01"), on("2026-11-01", precision=Precision.MONTH))
    facts = gather_facts([make(dates=dates)], lexicon)
    assert (facts.event, facts.dates) == (None, ())


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("姉妹都市提携50周年を記念", 50),
        ("提携５０周年", 50),
        ("缔结友城40週年", 40),
        ("자매결연 60주년", 60),
        ("the 50th anniversary", 50),
        ("the 1st anniversary", 1),
        ("le 15e anniversaire", 15),
        ("50-летие", 50),
        ("平城遷都1300周年", None),  # not 300
        ("創立1050周年", None),  # not 50
        ("151周年", None),
        ("50 years ago", None),
    ],
)
def test_the_years_of_an_anniversary(lexicon: Lexicon, make: Make, text: str, years: int | None) -> None:
    assert gather_facts([make(text=text)], lexicon).years == years


def test_years_that_most_articles_give_win(lexicon: Lexicon, make: Make) -> None:
    articles = [make("a", text="130周年の都市"), make("b", text="50周年"), make("c", title="50周年 50周年")]
    assert gather_facts(articles, lexicon).years == 50


def test_an_article_without_tags_has_no_facts(lexicon: Lexicon, make: Make) -> None:
    facts = gather_facts([make()], lexicon)
    assert (facts.cities, facts.countries, facts.networks, facts.themes, facts.event_types) == ((), (), (), (), ())


def test_a_date_in_a_title_counts_first_unless_something_was_signed(lexicon: Lexicon, make: Make) -> None:
    """An announcement is about the day it names; a signing is reported after it happened."""
    early = DatedEvent(start=dt.date(2026, 11, 5), evidence="5 November")
    ahead = DatedEvent(start=dt.date(2026, 12, 3), evidence="3 December")
    dates = (early, ahead)
    forum = make("f", title="Forum opens on 3 December", dates=dates, tags={TagKind.EVENT: {"summit-forum": 1.0}})
    signing = make("s", title="Signed before 3 December", dates=dates, tags={TagKind.EVENT: {"mou-cooperation": 1.0}})
    assert gather_facts([forum], lexicon).event == ahead
    assert gather_facts([signing], lexicon).event == early


FORUM = {TagKind.EVENT: {"summit-forum": 1.0}}
PLANS = "Plans and more plans without any day. " * 20


def named(words: str, day: str, last: str | None = None, *, deadline: bool = False) -> DatedEvent:
    end = dt.date.fromisoformat(last) if last else None
    return DatedEvent(start=dt.date.fromisoformat(day), end=end, evidence=words, deadline=deadline)


def test_a_date_far_down_the_text_is_not_what_the_news_is_about(lexicon: Lexicon, make: Make) -> None:
    late = named("20 November", "2026-11-20")
    facts = gather_facts(
        [make(text=f"The mayors met. {PLANS}An exhibition opens on 20 November.", dates=(late,))], lexicon
    )
    assert (facts.event, facts.dates) == (None, (late,))


def test_a_deadline_is_the_main_date_only_without_another(lexicon: Lexicon, make: Make) -> None:
    text = "Apply by 10 November. The forum opens on 3 December."
    deadline, opening = named("10 November", "2026-11-10", deadline=True), named("3 December", "2026-12-03")
    facts = gather_facts([make(text=text, dates=(deadline, opening), tags=FORUM)], lexicon)
    assert facts.event == opening
    assert [date.deadline for date in facts.dates] == [True, False]


def test_the_dateline_of_the_page_is_no_event(lexicon: Lexicon, make: Make) -> None:
    own = named("1 November 2026", "2026-11-01")
    assert (
        gather_facts([make(text="1 November 2026, press office\nThe mayors met.", dates=(own,))], lexicon).dates == ()
    )
    told = make(text="The mayors of both cities met in the city hall on 1 November 2026 and agreed.", dates=(own,))
    assert gather_facts([told], lexicon).event == own


def test_an_agencys_dateline_is_no_event_on_the_next_day_either(lexicon: Lexicon, make: Make) -> None:
    said = named("Oct 31", "2026-10-31")
    wired = make(text="TIANJIN, Oct 31 (Xinhua) -- The mayors of both cities met and agreed on a park.", dates=(said,))
    assert gather_facts([wired], lexicon).dates == ()
    assert gather_facts([make(text="Oct 31, city hall\nThe mayors met.", dates=(said,))], lexicon).event == said


def test_days_of_a_meeting_count_for_the_whole_of_it(lexicon: Lexicon, make: Make) -> None:
    articles = [
        make("a", dates=(on("2026-10-28", "2026-10-30"),), tags=FORUM),
        make("b", dates=(on("2026-10-30"),), tags=FORUM),
        make("c", dates=(on("2026-10-30"),), tags=FORUM),
    ]
    assert gather_facts(articles, lexicon).event == on("2026-10-28", "2026-10-30")


def test_the_day_of_the_latest_article_is_known(lexicon: Lexicon, make: Make) -> None:
    articles = [make("a", day="2026-11-03"), make("b", day="2026-11-01")]
    assert gather_facts(articles, lexicon).reported == dt.date(2026, 11, 3)


@pytest.mark.parametrize(
    ("kind", "titles", "form"),
    [
        ("sister-city-agreement", ["Kobe and Riga become sister cities"], "sister"),
        ("sister-city-agreement", ["神戸市と天津市が友好都市に"], "friendship"),
        ("sister-city-agreement", ["姉妹都市に調印", "A friendship city agreement"], ""),
        ("mou-cooperation", ["Lyon et Addis-Abeba renouvellent leur accord"], "renewal"),
        ("mou-cooperation", ["고베시와 업무협약 체결"], "memorandum"),
        ("mou-cooperation", ["Letter of intent on floods", "The two cities work together", "Cities sign"], ""),
        ("delegation-visit", ["友好都市の中学生訪問団が来訪"], "students"),
        ("festival-exchange", ["Students at the festival"], ""),
    ],
)
def test_the_sort_of_an_event_is_what_half_of_the_titles_name(
    lexicon: Lexicon, make: Make, kind: str, titles: list[str], form: str
) -> None:
    articles = [
        make(key, title=title, tags={TagKind.EVENT: {kind: 0.9}}) for key, title in zip("abc", titles, strict=False)
    ]
    assert gather_facts(articles, lexicon).form == form


def test_persons_keep_the_language_that_names_them_those_in_office_first(lexicon: Lexicon, make: Make) -> None:
    guest, mayor = Person(name="Sample Guest"), Person(name="Sample Mayor", role="Mayor", role_id="mayor")
    articles = [make("a", persons=(guest, mayor)), make("b", persons=(mayor,), language="fr")]
    named = gather_facts(articles, lexicon).named
    assert [(person.name, language) for person, language in named] == [
        ("Sample Mayor", "en"), ("Sample Mayor", "fr"), ("Sample Guest", "en"),
    ]  # fmt: skip


def test_claimed_pairs_are_facts(lexicon: Lexicon, make: Make) -> None:
    claiming = msgspec.structs.replace(make(), claims=(Claim(a=TIANJIN, b=KOBE),))
    assert gather_facts([claiming], lexicon).claimed == {(TIANJIN, KOBE)}
