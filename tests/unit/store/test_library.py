"""What goes into the library comes out the same, on both kinds of database, however often it is saved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy import select

from pipeline.errors import StoreError
from pipeline.model import (
    ArticleClass,
    CompleteTies,
    Constraint,
    CopyKind,
    Delivery,
    DeliveryState,
    Issue,
    IssueStatus,
    Kind,
    Member,
    SourceSpec,
    Story,
    TagKind,
    Tie,
    TieKind,
)
from pipeline.store.database import reading
from pipeline.store.library import Derivation, Derived, Library, StageResult, StoredSketch
from pipeline.store.tables import library as tables

Save = Callable[..., str]
Derive = Callable[..., Derivation]
A, B, C = "00000000000000aa", "00000000000000bb", "00000000000000cc"
CANONICAL = "https://city.example/news/1"
NOON = dt.datetime(2026, 10, 20, 12, tzinfo=dt.UTC)


def everything(library: Library) -> dict[str, list[object]]:
    """Every row of every table."""
    with reading(library.engine) as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all())) for table in tables.sorted_tables
        }


# ---------------------------------------------------------------------------------------------------------------- pages


def test_sources_come_back_and_a_changed_one_replaces_the_old(library: Library) -> None:
    spec = SourceSpec(
        id="kobe", names={"en": "Kobe", "ja": "神戸市"}, home="https://kobe.example/", country="JP",
        languages=("ja",), kind=Kind.FEED, start=("https://kobe.example/feed",),
    )  # fmt: skip
    other = msgspec.structs.replace(spec, id="busan")
    library.save_sources({"kobe": spec})
    library.save_sources({"busan": other, "kobe": msgspec.structs.replace(spec, family="hyogo")})
    assert library.sources() == {"busan": other, "kobe": msgspec.structs.replace(spec, family="hyogo")}


def test_a_derivation_comes_back_whole(library: Library, derive: Derive) -> None:
    made = derive(A, "神戸の話", cities=("geonames:1",))
    library.save_derivation(made)
    assert made.tagged
    assert library.articles([made.tagged.article.id, "unknown"]) == {made.tagged.article.id: made.tagged}
    assert library.stage_results([A, B]) == {A: {"tag": made.results[0]}}
    assert library.derived() == {A: Derived("paper", "b", "r", None)}


def test_saving_the_same_derivation_again_changes_no_row(library: Library, derive: Derive) -> None:
    library.save_derivation(derive(A, cities=("geonames:1",)))
    before = everything(library)
    library.save_derivation(derive(A, cities=("geonames:1",)))
    assert everything(library) == before


def test_a_page_that_is_no_article_any_more_keeps_its_result_and_loses_its_article(
    library: Library, save: Save
) -> None:
    gone = save(A, cities=("geonames:1",))
    save(A, None)
    assert library.articles([gone]) == {}
    assert library.locate("", A, "") == (A, "")
    assert library.outcome_counts() == [("paper", "tag", "skip", "no_body", 1)]
    assert everything(library)["tag"] == []


@pytest.mark.parametrize("order", [(A, B), (B, A), (B, A, B), (A, B, A)])
def test_two_pages_with_one_canonical_address_are_one_article_in_any_order(
    library: Library, save: Save, order: tuple[str, ...]
) -> None:
    """The smaller page id stands for it, with its own text in the search index and no other."""
    for page in order:
        save(page, {A: "神戸の話", B: "天津の話"}[page], url=CANONICAL)
    assert library.locate(CANONICAL, "", "")[0] == A
    assert [hit.url for hit in library.search("神戸")] == [CANONICAL]
    assert library.search("天津") == []


def test_a_retry_is_remembered_with_its_time_and_forgotten_when_it_succeeds(library: Library, derive: Derive) -> None:
    again = StageResult(stage="extract", key="k", outcome="retry", reason="timeout", not_before=NOON)
    library.save_derivation(msgspec.structs.replace(derive(A, None), results=(again,)))
    assert library.derived()[A].not_before == NOON
    library.save_derivation(derive(A))
    assert library.derived()[A].not_before is None


def test_articles_are_counted_and_found_by_time(library: Library, save: Save) -> None:
    early = save(A, day="2026-10-19")
    late = save(B, day="2026-10-20")
    undated = save(C, day=None)
    save("00000000000000dd", day="2026-10-19", article_class=ArticleClass.OFF_TOPIC)
    start = dt.datetime(2026, 10, 19, tzinfo=dt.UTC)  # published at 09:00+09:00, exactly midnight UTC
    assert library.articles_dated(start, start + dt.timedelta(days=1)) == [early]
    assert library.articles_dated(start, start + dt.timedelta(days=1, microseconds=1)) == sorted([early, late])
    assert library.undated_articles() == [undated]
    assert library.article_counts() == {"news": 3, "off_topic": 1}
    assert library.earliest_article() == dt.datetime(2026, 10, 21, tzinfo=dt.UTC)


def test_an_empty_library_answers_everything_with_nothing(library: Library) -> None:
    assert library.earliest_article() is None
    assert (library.issues(), library.stories(), library.ungrouped(), library.redirects()) == ([], [], [], {})
    assert library.search("都市") == []
    assert library.locate("https://x.example/", A, "x") == ("", "")


# -------------------------------------------------------------------------------------------------------------- stories


def story(key: str, *members: Member) -> Story:
    return Story(id=f"s{key * 12}", members=members)


def member(article_id: str, reason: str = "same_event", **about: object) -> Member:
    return Member(article_id=article_id, reason=reason, **about)  # type: ignore[arg-type]  # passed through


def test_stories_come_back_in_the_order_of_their_members(library: Library, save: Save) -> None:
    a, b, c = save(A), save(B), save(C)
    copy = member(c, "copy", similarity=0.91, copy_of=b, copy_kind=CopyKind.SYNDICATED)
    made = [story("1", member(b, "first"), copy), story("2", member(a, "first"))]
    library.save_stories(made, {})
    library.save_stories(made, {})
    assert library.stories() == made
    assert library.stories([c]) == made[:1]
    assert library.ungrouped() == []


def test_merged_stories_redirect_to_where_they_ended_also_over_several_merges(library: Library, save: Save) -> None:
    a, b, c = save(A), save(B), save(C)
    one, two, three = story("1", member(a, "first")), story("2", member(b, "first")), story("3", member(c, "first"))
    library.save_stories([one, two, three], {})
    library.save_stories([story("2", member(a, "first"), member(b))], {one.id: two.id})
    library.save_stories([story("3", member(a, "first"), member(b), member(c))], {two.id: three.id})
    assert library.redirects() == {one.id: three.id, two.id: three.id}
    assert [made.id for made in library.stories()] == [three.id]


def test_a_story_that_is_split_gives_members_to_others_and_lives_under_an_id_it_had(
    library: Library, save: Save
) -> None:
    a, b, c = save(A), save(B), save(C)
    library.save_stories([story("2", member(b, "first"))], {})
    library.save_stories([story("3", member(a, "first"), member(b), member(c))], {"s222222222222": "s333333333333"})
    split = [story("1", member(c, "first")), story("2", member(b, "first")), story("3", member(a, "first"))]
    library.save_stories(split, {})
    assert library.stories() == split
    assert library.redirects() == {}


def test_a_story_of_a_week_brings_its_older_members(library: Library, save: Save) -> None:
    old, new, other = save(A, day="2026-09-01"), save(B, day="2026-10-20"), save(C, day="2026-09-02")
    library.save_stories([story("1", member(old, "first"), member(new)), story("2", member(other, "first"))], {})
    start = dt.datetime(2026, 10, 19, tzinfo=dt.UTC)
    assert library.grouped_between(start, start + dt.timedelta(days=7)) == sorted([old, new])


def test_articles_called_off_topic_by_newer_rules_leave_their_story_with_their_copies(
    library: Library, save: Save
) -> None:
    a, b, c = save(A), save(B), save(C)
    library.save_stories([story("1", member(a, "first"), member(b, "copy", copy_of=a, copy_kind=CopyKind.IDENTICAL), member(c))], {})  # fmt: skip
    assert library.drop_irrelevant_members() == 0
    save(A, article_class=ArticleClass.OFF_TOPIC)
    assert library.drop_irrelevant_members() == 2
    assert library.stories() == [story("1", member(c))]
    assert library.ungrouped() == [b]


def test_what_an_issue_has_printed_stays_in_its_story(library: Library, save: Save) -> None:
    a = save(A)
    library.save_stories([story("1", member(a, "first"))], {})
    library.save_issue(an_issue("2026-W43", 1), [a])
    save(A, None)
    assert library.drop_irrelevant_members() == 0
    assert library.stories() == [story("1", member(a, "first"))]


# --------------------------------------------------------------------------------------------------- issues and ledger


def an_issue(week: str, number: int) -> Issue:
    day = dt.date.fromisoformat(f"{week}-1")
    return Issue(
        week=week, number=number, first_day=day, last_day=day + dt.timedelta(days=6), zone="Asia/Tokyo",
        status=IssueStatus.QUIET,
    )  # fmt: skip


def test_issues_come_back_oldest_first_with_the_articles_they_cover(library: Library) -> None:
    second, first = an_issue("2027-W01", 2), an_issue("2026-W53", 1)
    library.save_issue(second, ["b"])
    library.save_issue(first, ["c", "a"])
    assert library.issues() == [first, second]
    assert library.published_articles() == {"a": "2026-W53", "b": "2027-W01", "c": "2026-W53"}


@pytest.mark.parametrize(("week", "article"), [("2026-W43", "z"), ("2026-W44", "a")])
def test_an_issue_is_made_once_and_an_article_is_in_one_issue(library: Library, week: str, article: str) -> None:
    """The second save fails as a whole: neither the issue nor its articles change."""
    library.save_issue(an_issue("2026-W43", 1), ["a"])
    before = everything(library)
    with pytest.raises(StoreError):
        library.save_issue(an_issue(week, 2), ["q", article])
    assert everything(library) == before


def test_the_ledger_keeps_the_last_state_of_each_reader_and_edition(library: Library) -> None:
    row = Delivery(
        week="2026-W43", edition="ja", reader="r1", channel="outbox", message_id="<1@x>", state=DeliveryState.SENDING,
        at=NOON,
    )  # fmt: skip
    english = msgspec.structs.replace(row, edition="en")
    library.save_delivery(row)
    library.save_delivery(english)
    library.save_delivery(msgspec.structs.replace(row, week="2026-W44"))
    sent = msgspec.structs.replace(row, state=DeliveryState.SENT, at=NOON + dt.timedelta(seconds=1))
    library.save_delivery(sent)
    assert library.deliveries("2026-W43") == {("ja", "r1"): sent, ("en", "r1"): english}


def test_times_come_back_aware_and_equal_whatever_zone_they_had(library: Library) -> None:
    tokyo = dt.datetime(2026, 10, 20, 21, tzinfo=dt.timezone(dt.timedelta(hours=9)))
    library.save_delivery(
        Delivery(week="w", edition="ja", reader="r", channel="c", message_id="m", state=DeliveryState.SENT, at=tokyo)
    )
    kept = library.deliveries("w")["ja", "r"].at
    assert (kept, kept.utcoffset()) == (NOON, dt.timedelta(0))


# ------------------------------------------------------------------------------------------------- copies and vectors


def test_articles_are_found_by_the_bands_of_their_sketches(library: Library, save: Save) -> None:
    first, second, third = (save(page, f"神戸の話 {page}") for page in (A, B, C))
    assert library.unsketched("1") == sorted([first, second, third])
    kept = {
        first: StoredSketch(value=b"one", keys=(7, -(2**63), 7)),
        second: StoredSketch(value=b"two", keys=(7, 2**63 - 1)),
    }
    library.save_sketches("1", kept)
    library.save_sketches("1", kept)
    assert library.unsketched("1") == [third]
    assert library.sketches([first, second, third], "1") == {first: b"one", second: b"two"}
    assert library.sketches([first], "2") == {}
    assert library.holders([7, 2**63 - 1, 0], 2) == {7: sorted([first, second])}


def test_a_band_of_more_articles_than_asked_for_leads_to_two_and_none_leads_to_irrelevant_ones(
    library: Library, save: Save
) -> None:
    first, second, third = (save(page, f"神戸の話 {page}") for page in (A, B, C))
    keys = {first: (1, 2, 3), second: (1, 2, -5), third: (1, 3, -5)}
    library.save_sketches("1", {one: StoredSketch(value=b"x", keys=of_one) for one, of_one in keys.items()})
    found = library.holders([1, 2, 3], 2)
    assert found == {1: found[1], 2: sorted([first, second]), 3: sorted([first, third])}
    assert (len(found[1]), set(found[1]) < {first, second, third}) == (2, True)
    assert library.holders([1], 3) == {1: sorted([first, second, third])}
    save(C, article_class=ArticleClass.OFF_TOPIC)
    assert library.holders([1, -5], 3) == {1: sorted([first, second]), -5: [second]}


def test_an_article_that_is_derived_again_loses_its_sketch_and_its_vector(library: Library, save: Save) -> None:
    article = save(A, "神戸の話")
    library.save_sketches("1", {article: StoredSketch(value=b"one", keys=(7,))})
    library.save_vectors("usem3 1", {article: b"\x00\x3c"})
    assert save(A, "神戸の別の話") == article
    assert (library.unsketched("1"), library.vectors([article], "usem3 1")) == ([article], {})


def test_vectors_of_another_embedder_are_not_given(library: Library, save: Save) -> None:
    article = save(A, "神戸の話")
    library.save_vectors("usem3 1", {article: b"\x00\x3c"})
    assert library.vectors([article], "e5 1") == {}
    library.save_vectors("e5 1", {article: b"\x00\x00"})
    assert library.vectors([article], "e5 1") == {article: b"\x00\x00"}
    assert library.vectors([article], "usem3 1") == {}


def test_the_latest_decision_about_two_articles_counts(library: Library) -> None:
    library.save_constraints([Constraint(a=B, b=A, together=True), Constraint(a=A, b=C, together=False)])
    library.save_constraints([Constraint(a=A, b=B, together=False)])
    assert library.constraints() == [Constraint(a=A, b=B, together=False), Constraint(a=A, b=C, together=False)]


# ----------------------------------------------------------------------------------------------------------------- ties


def test_ties_come_back_and_replace_those_of_the_same_pair_and_kind(library: Library) -> None:
    day = dt.date(2026, 11, 22)
    old = Tie(a="c:1", b="c:2", kind=TieKind.SISTER, since="1973", source="https://a.example/", retrieved=day)
    new = Tie(
        a="c:1",
        b="c:2",
        kind=TieKind.SISTER,
        since="1973-06-24",
        until="2020-05",
        source="https://b.example/",
        retrieved=day,
    )
    other = msgspec.structs.replace(old, kind=TieKind.MOU)
    every = CompleteTies(city="c:1", source="https://all.example/", retrieved=day)
    library.save_ties([old, other])
    library.save_ties([new], [every])
    library.save_ties([], [every])
    assert set(library.ties().rows) == {new, other}
    assert library.ties().complete == (every,)
    sister = CompleteTies(city="c:1", kind=TieKind.SISTER, source="https://sister.example/", retrieved=day)
    library.save_ties([], [sister])
    assert library.ties().complete == (every, sister)


def test_the_cities_that_articles_mention_are_listed_once(library: Library, save: Save) -> None:
    save(A, "One", cities=("geonames:2", "geonames:1"))
    save(B, "Two", cities=("geonames:2",))
    assert library.tagged(TagKind.CITY) == ["geonames:1", "geonames:2"]
    assert library.tagged(TagKind.THEME) == []
