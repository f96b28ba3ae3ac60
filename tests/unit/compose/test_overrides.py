"""What the editors decided acts when an issue is made; issues that are out are corrected in the next one (W12)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from pipeline.compose import compose_issue
from pipeline.knowledge.lexicon import load_lexicon
from pipeline.knowledge.ties import Ties
from pipeline.model import (
    Account,
    AgreementStatus,
    ArticleClass,
    Card,
    CardSource,
    Conflict,
    DatedEvent,
    Issue,
    Label,
    Override,
    OverrideKind,
    Words,
)

LEXICON = load_lexicon()
DAY = dt.date(2026, 11, 6)
FIRST, SECOND, THIRD = "2026-W45", "2026-W46", "2026-W47"
KOBE, TIANJIN = "geonames:1859171", "geonames:1792947"


def card(key: str, *countries: str, voices: Sequence[str] = ("a",), **about: Any) -> Card:
    sources = tuple(
        CardSource(article_id=f"{key}-{voice}", url="https://x.example/", title="T", language="en", source_id=voice, family=voice, voice=voice, labels=(Label.OFFICIAL,))
        for voice in voices
    )  # fmt: skip
    fields: dict[str, Any] = {
        "story_id": key, "article_class": ArticleClass.NEWS, "lead": {}, "published": None, "countries": countries, "sources": sources,
        "words": {"en": Words(headline=f"Ours of {key}", sentences=("Ours.",), engine="tags")}, "families": len(voices),
        "first_seen": dt.datetime(2026, 11, 4, tzinfo=dt.UTC),
    }  # fmt: skip
    return Card(**(fields | about))


def decide(key: str, kind: OverrideKind, **about: Any) -> Override:
    return Override(**({"story_id": key, "kind": kind, "day": DAY, "reason": "why"} | about))


def compose(
    week: str,
    cards: Sequence[Card],
    *overrides: Override,
    earlier: Sequence[Issue] = (),
    redirects: Mapping[str, str] = MappingProxyType({}),
) -> Issue:
    return compose_issue(
        week, cards, number=len(earlier) + 1, zone="Asia/Tokyo", home="JP", earlier=earlier, redirects=redirects, health=(),
        lexicon=LEXICON, ties=Ties(), overrides=overrides,
    )  # fmt: skip


def ids(cards: Sequence[Card]) -> list[str]:
    return [item.story_id for item in cards]


# ------------------------------------------------------------------------------------------------------------ pin, hide


def test_pinned_stories_lead_in_the_order_of_the_file_whatever_they_are() -> None:
    cards = [
        card("best", "CN", voices=("a", "b", "c", "d")),
        card("rumour", "KR", unverified=True),
        card("essay", "FR", article_class=ArticleClass.BACKGROUND),
    ]
    issue = compose(FIRST, cards, decide("essay", OverrideKind.PIN), decide("rumour", OverrideKind.PIN))
    assert ids(issue.leads) == ["essay", "rumour", "best"]
    assert issue.background == ()
    assert [override.story_id for override in issue.overrides] == ["essay", "rumour"]
    assert issue.leads[0].overrides == (decide("essay", OverrideKind.PIN),)


def test_a_pin_acts_once() -> None:
    pin = decide("s", OverrideKind.PIN)
    first = compose(FIRST, [card("s", "CN")], pin)
    second = compose(SECOND, [card("s", "CN", voices=("a", "b"))], pin, earlier=[first])
    assert (ids(first.leads), second.leads, ids(second.follow_ups), second.overrides) == (["s"], (), ["s"], ())


def test_a_follow_up_that_is_pinned_later_leads() -> None:
    first = compose(FIRST, [card("s", "CN")])
    second = compose(SECOND, [card("s", "CN")], decide("s", OverrideKind.PIN), earlier=[first])
    assert (ids(second.leads), second.follow_ups) == (["s"], ())


def test_a_hidden_story_is_in_no_part_of_an_issue_and_the_issue_says_so() -> None:
    coming = DatedEvent(start=dt.date(2026, 11, 20))
    cards = [card("s", "CN", dates=(coming,), event_types=("mou-cooperation",), cities=(KOBE,)), card("t", "KR")]
    hide = decide("s", OverrideKind.HIDE)
    issue = compose(FIRST, cards, hide)
    assert (ids(issue.cards), issue.agreements, issue.calendar, issue.names) == (["t"], (), (), ())
    assert (issue.figures.stories, issue.overrides) == (1, (hide,))
    earlier = compose(FIRST, cards)
    assert earlier.calendar
    assert compose(SECOND, [], hide, earlier=[earlier]).calendar == ()


def test_what_was_decided_of_a_story_counts_for_the_one_it_was_merged_into() -> None:
    issue = compose(FIRST, [card("new", "CN")], decide("old", OverrideKind.HIDE), redirects={"old": "new"})
    assert issue.cards == ()


# ------------------------------------------------------------------------------------------- edit, note, retract, corrections


def test_an_edit_made_before_the_issue_is_in_it_and_is_no_correction() -> None:
    edit = decide("s", OverrideKind.EDIT, headline={"en": "Theirs"})
    first = compose(FIRST, [card("s", "CN")], edit)
    words = first.leads[0].words["en"]
    assert (words.headline, words.sentences, words.engine) == ("Theirs", ("Ours.",), "editors")
    assert first.leads[0].built["en"].headline == "Ours of s"
    assert first.corrections == ()
    assert compose(SECOND, [], edit, earlier=[first]).corrections == ()


@pytest.mark.parametrize("kind", [OverrideKind.EDIT, OverrideKind.NOTE, OverrideKind.RETRACT])
def test_what_changes_an_issue_that_is_out_is_told_once_in_the_next(kind: OverrideKind) -> None:
    first = compose(FIRST, [card("s", "CN")])
    change = decide("s", kind)
    second = compose(SECOND, [], change, earlier=[first])
    (told,) = second.corrections
    assert (told.story_id, told.kind, told.day, told.reason, told.week) == ("s", kind, DAY, "why", FIRST)
    assert compose(THIRD, [], change, earlier=[first, second]).corrections == ()


def test_a_change_of_a_story_that_no_issue_had_is_no_correction() -> None:
    assert compose(FIRST, [], decide("s", OverrideKind.RETRACT)).corrections == ()


def test_of_a_withdrawn_story_nothing_is_told_but_that_it_was_withdrawn() -> None:
    """Its words are gone, so what was changed in them is nobody's matter; once is enough, too."""
    first = compose(FIRST, [card("s", "CN")])
    changes = [decide("s", OverrideKind.EDIT, headline={"en": "Theirs"}), decide("s", OverrideKind.RETRACT)]
    later = decide("s", OverrideKind.RETRACT, reason="again")
    second = compose(SECOND, [], *changes, later, earlier=[first])
    assert [(row.kind, row.reason) for row in second.corrections] == [(OverrideKind.RETRACT, "why")]
    assert compose(THIRD, [], *changes, later, earlier=[first, second]).corrections == ()


def test_a_retracted_story_is_not_told_again_under_any_id() -> None:
    first = compose(FIRST, [card("old", "CN", dates=(DatedEvent(start=dt.date(2026, 11, 20)),))])
    retract = decide("new", OverrideKind.RETRACT)
    second = compose(SECOND, [card("new", "CN")], retract, earlier=[first], redirects={"old": "new"})
    assert (second.cards, second.calendar) == ((), ())
    assert [row.week for row in second.corrections] == [FIRST]


# ------------------------------------------------------------------------------------------------------------ follow-ups


def test_a_follow_up_says_what_is_new_since_the_last_issue_with_it() -> None:
    event, moved = DatedEvent(start=dt.date(2026, 11, 20)), DatedEvent(start=dt.date(2026, 11, 27))
    deal: dict[str, Any] = {"event_types": ("mou-cooperation",), "cities": (KOBE, TIANJIN), "pair": (TIANJIN, KOBE)}
    differ = Conflict(fact="event_date", accounts=(Account(value="2026-11-20", article_ids=("s-a",)),))
    first = compose(FIRST, [card("s", "CN", event=event, **deal)])
    then = first.agreements[0].status
    later = card(
        "s", "CN", voices=("a", "b", "c"), event=moved, conflicts=(differ,), agreement=AgreementStatus.SIGNED, **deal
    )
    (told,) = compose(SECOND, [later], earlier=[first]).follow_ups
    new = told.development
    assert new is not None
    assert (new.week, new.sources, new.families, new.event, new.disputed) == (FIRST, 2, 2, moved, ("event_date",))
    assert new.status is (None if then is AgreementStatus.SIGNED else AgreementStatus.SIGNED)


def test_a_follow_up_of_two_stories_that_were_merged_is_measured_against_both() -> None:
    first = compose(FIRST, [card("s", "CN", voices=("a",)), card("t", "KR", voices=("b",))])
    both = msgspec.structs.replace(
        card("s", "CN", voices=("a", "c")),
        sources=(*card("s", voices=("a", "c")).sources, *card("t", voices=("b",)).sources),
    )
    (told,) = compose(SECOND, [both], earlier=[first], redirects={"t": "s"}).follow_ups
    assert told.development is not None
    assert (told.development.sources, told.development.families) == (1, 1)


def test_news_has_no_development() -> None:
    assert compose(FIRST, [card("s", "CN")]).leads[0].development is None


# --------------------------------------------------------------------------------------------------------------- quotas


def many(country: str, count: int, **about: Any) -> list[Card]:
    return [card(f"{country}{at:02}", country, **about) for at in range(count)]


@pytest.mark.parametrize("trait", [{"event_types": ("mayors-dialogue",)}, {"themes": ("peace",)}])
def test_no_kind_and_no_main_theme_fills_the_top(trait: dict[str, Any]) -> None:
    best = [card(key, key, voices=("a", "b"), **trait) for key in ("CN", "FR", "US", "KE")]
    issue = compose(FIRST, [*best, card("BR", "BR")])
    assert ids(issue.leads) == ["CN", "FR", "BR"]


def test_a_busy_week_prints_eighteen_stories_and_names_the_rest() -> None:
    cards = [*many("CN", 20), *many("FR", 20), *many("US", 20)]
    issue = compose(FIRST, cards)
    regional = [len(section.cards) for section in issue.regions]
    assert len(issue.leads) + sum(regional) == 18
    assert max(regional) <= sum(regional) / 2
    assert sorted(ids(issue.cards)) == sorted(ids(cards))
    assert len(issue.further) == 42


def test_one_busy_region_leaves_room_for_others_and_fills_what_they_leave_up_to_twelve() -> None:
    issue = compose(FIRST, [*many("CN", 30), *many("FR", 3)])
    held = {section.region: len(section.cards) for section in issue.regions}
    assert (len(issue.leads), held) == (4, {"east-asia": 7, "europe": 1})
    alone = compose(FIRST, many("CN", 30))
    assert len(alone.leads) + sum(len(section.cards) for section in alone.regions) == 18


def test_a_story_that_was_only_named_counts_as_told() -> None:
    first = compose(FIRST, many("CN", 30))
    named = first.further[0]
    assert ids(compose(SECOND, [named], earlier=[first]).follow_ups) == [named.story_id]


def test_the_order_of_the_cards_does_not_matter() -> None:
    cards = [*many("CN", 30), *many("FR", 9), *many("US", 2)]
    assert compose(FIRST, cards) == compose(FIRST, cards[::-1])
