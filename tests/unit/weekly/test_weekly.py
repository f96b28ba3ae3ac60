"""Which weeks get an issue, which articles are in it, and who is sent it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from pipeline import weekly
from pipeline.config import Workspace
from pipeline.errors import ConfigurationError
from pipeline.flow import regroup
from pipeline.model import (
    ArticleClass,
    Issue,
    IssueStatus,
    Kind,
    SourceHealth,
    SourceSpec,
    SourceState,
)
from pipeline.store.library import Derivation, Library, StageResult
from pipeline.weekly import (
    compose_missing,
    fill_shelf,
    missing_weeks,
    render_workspace,
    share_cards,
)

At = Callable[..., Workspace]
Save = Callable[..., str]
MONDAY = "2026-11-09T06:00+09:00"  # W45 is complete


def weeks(issues: list[Issue]) -> list[str]:
    return [issue.week for issue in issues]


def covered(library: Library) -> dict[str, str]:
    return library.published_articles()


# ----------------------------------------------------------------------------------------------------------------- weeks


def test_without_articles_there_is_nothing_to_make(at: At, library: Library) -> None:
    assert compose_missing(at(MONDAY), library, ()) == []


def test_the_first_issue_is_of_the_last_week_complete_when_the_first_article_was_seen(at: At, library: Library, save: Save) -> None:  # fmt: skip
    save("a", "2026-11-04", seen="2026-11-09")
    assert missing_weeks(at(MONDAY), library, []) == ["2026-W45"]
    assert missing_weeks(at("2026-11-23T06:00+09:00"), library, []) == ["2026-W45", "2026-W46", "2026-W47"]


def test_a_week_is_complete_at_its_end_in_the_zone_of_the_workspace(at: At, library: Library, save: Save) -> None:
    save("a", "2026-11-04", seen="2026-11-02")
    assert missing_weeks(at("2026-11-08T23:59+09:00"), library, [])[-1] == "2026-W44"
    assert missing_weeks(at("2026-11-09T00:00+09:00"), library, [])[-1] == "2026-W45"
    assert missing_weeks(at("2026-11-09T00:00+09:00", digest__zone="Europe/Paris"), library, [])[-1] == "2026-W44"


def test_the_setting_of_the_first_week_wins(at: At, library: Library, save: Save) -> None:
    save("a", "2026-11-04")
    assert missing_weeks(at(MONDAY, digest__first_week="2026-W43"), library, []) == ["2026-W43", "2026-W44", "2026-W45"]
    assert missing_weeks(at(MONDAY, digest__first_week="2026-W46"), library, []) == []


def test_an_issue_is_made_once_and_missed_weeks_are_made_up_for(at: At, library: Library, save: Save) -> None:
    save("a", "2026-11-04")
    assert weeks(compose_missing(at(MONDAY), library, ())) == ["2026-W45"]
    assert compose_missing(at(MONDAY), library, ()) == []
    assert [(issue.week, issue.number) for issue in compose_missing(at("2026-11-23T06:00+09:00"), library, ())] == [("2026-W46", 2), ("2026-W47", 3)]  # fmt: skip
    assert weeks(library.issues()) == ["2026-W45", "2026-W46", "2026-W47"]


# -------------------------------------------------------------------------------------------------------------- articles


def test_an_article_is_in_the_issue_of_the_week_of_its_publication(at: At, library: Library, save: Save) -> None:
    inside = [save("a", "2026-11-02"), save("b", "2026-11-08")]
    save("c", "2026-11-01")
    save("d", "2026-11-09")
    save("e", "2026-11-04", article_class=ArticleClass.OFF_TOPIC)
    (issue,) = compose_missing(at(MONDAY), library, ())
    assert covered(library) == dict.fromkeys(inside, "2026-W45")
    assert {source.article_id for card in issue.cards for source in card.sources} == set(inside)


def test_what_is_found_late_is_in_the_next_issue_once(at: At, library: Library, save: Save) -> None:
    save("a", "2026-11-04")
    compose_missing(at(MONDAY), library, ())
    late, too_late = save("b", "2026-11-05"), save("c", "2026-10-10")
    compose_missing(at("2026-11-23T06:00+09:00"), library, ())
    assert covered(library)[late] == "2026-W46"
    assert too_late not in covered(library)


def test_a_story_that_only_gained_copies_is_not_told_again(at: At, library: Library, save: Save) -> None:
    original, other = save("a", "2026-11-04"), save("b", "2026-11-10")
    compose_missing(at(MONDAY), library, ())
    copy = save("c", "2026-11-11", words="a")
    (second,) = compose_missing(at("2026-11-16T06:00+09:00"), library, ())
    assert library.stories([copy])[0].members[0].article_id == original
    assert [source.article_id for card in second.cards for source in card.sources] == [other]
    assert covered(library)[copy] == "2026-W46"


def test_an_original_that_is_found_after_its_copy_was_in_an_issue_is_not_told_again(at: At, library: Library, save: Save) -> None:  # fmt: skip
    copy, other = save("c", "2026-11-05", words="a"), save("b", "2026-11-10")
    compose_missing(at(MONDAY), library, ())
    original = save("a", "2026-11-04")
    (second,) = compose_missing(at("2026-11-16T06:00+09:00"), library, ())
    (story,) = library.stories([copy])
    assert {member.article_id: member.copy_of for member in story.members} == {copy: original, original: None}
    assert [source.article_id for card in second.cards for source in card.sources] == [other]
    assert covered(library)[original] == "2026-W46"


def test_a_copy_is_told_in_its_week_though_its_original_is_of_the_next(at: At, library: Library, save: Save) -> None:
    copy = save("c", "2026-11-08", words="a", references=("a.example",))
    original = save("a", "2026-11-09")
    (first,) = compose_missing(at(MONDAY), library, ())
    assert [member.copy_of for member in library.stories([copy])[0].members] == [original, None]
    assert [source.article_id for card in first.cards for source in card.sources] == [copy]
    (second,) = compose_missing(at("2026-11-16T06:00+09:00"), library, ())
    assert second.cards == ()


def test_what_was_too_old_for_the_first_issue_is_not_late_for_the_second(at: At, library: Library, save: Save) -> None:
    save("a", "2026-11-04")
    old = save("b", "2026-10-28")
    compose_missing(at("2026-11-16T06:00+09:00", digest__first_week="2026-W45"), library, ())
    assert len(library.issues()) == 2
    assert old not in covered(library)


def test_an_undated_article_is_in_the_latest_complete_week(at: At, library: Library, save: Save) -> None:
    undated = save("a", None, seen="2026-11-09")
    compose_missing(at(MONDAY, digest__first_week="2026-W44"), library, ())
    assert covered(library) == {undated: "2026-W45"}


def test_a_quiet_week_has_an_issue_too(at: At, library: Library) -> None:
    (issue,) = compose_missing(at(MONDAY, digest__first_week="2026-W45"), library, ())
    assert (issue.status, issue.cards) == (IssueStatus.QUIET, ())


# --------------------------------------------------------------------------------------------------------------- archive


def test_a_story_keeps_its_page_when_its_original_is_no_article_any_more(at: At, library: Library, save: Save) -> None:
    original, copy = save("a", "2026-11-04"), save("c", "2026-11-05", words="a")
    compose_missing(at(MONDAY), library, ())
    gone = StageResult(stage="extract", key="k", outcome="skip", reason="no_body")
    library.save_derivation(Derivation(page_id=original, source_id="a", page_hash="b", rules="newer", results=(gone,)))
    regroup(library, None)
    (card,) = fill_shelf(at(MONDAY), library, ()).cards
    assert [source.article_id for source in card.sources] == [copy]


def test_what_an_issue_and_the_archive_both_hold_is_held_once(at: At, library: Library, save: Save) -> None:
    """Sources and words alone are a fifth of what a shelf takes."""
    save("a", "2026-11-04")
    compose_missing(at(MONDAY), library, ())
    shelf = fill_shelf(at(MONDAY), library, ())
    (card,), ((issued,),) = shelf.cards, [issue.cards for issue in shelf.issues if issue.cards]
    assert card is issued
    changed = msgspec.structs.replace(card, families=7, words=dict(card.words))
    (kept,) = share_cards([changed], shelf.issues)
    assert kept == changed
    assert kept.sources is issued.sources
    assert kept.words is issued.words
    other = msgspec.structs.replace(card, sources=(), words={})
    assert list(share_cards([other], shelf.issues)) == [other]


def test_the_archive_is_written_once_and_left_alone_while_nothing_changes(at: At, library: Library, save: Save) -> None:
    workspace = at(MONDAY)
    save("a", "2026-11-04")
    compose_missing(workspace, library, ())
    first = render_workspace(workspace, fill_shelf(workspace, library, ()))
    assert first.files == first.written > 10
    assert render_workspace(workspace, fill_shelf(workspace, library, ())).written == 0
    files = [path for path in workspace.archive.rglob("*") if path.is_file()]
    assert len(files) == first.files
    assert (workspace.archive / "index.html").is_file()


def test_editions_are_the_workspaces_own(at: At) -> None:
    assert [edition.code for edition in weekly.open_editions(at(MONDAY, digest__editions="en"))] == ["en"]
    with pytest.raises(ConfigurationError, match="there is no edition 'xx'"):
        weekly.open_editions(at(MONDAY, digest__editions="xx"))


def test_a_week_whose_crawl_broke_off_waits_as_long_as_it_could_be_mailed(at: At, library: Library, save: Save) -> None:
    """Faults P0.4: a full disk or a killed crawler leaves no source's health to go by, and an issue never changes."""
    save("a", "2026-11-04")
    assert compose_missing(at(MONDAY), library, [], crawled=False) == []
    assert weeks(compose_missing(at(MONDAY), library, [])) == ["2026-W45"]
    save("b", "2026-11-11")
    assert weeks(compose_missing(at("2026-11-20T06:00+09:00"), library, [], crawled=False)) == ["2026-W46"]


def test_the_silence_of_dead_sources_fails_no_collection_and_is_not_shown(at: At, library: Library, save: Save) -> None:
    """They are asked now and then whether they live; an answer makes them one of the others."""
    living = SourceSpec(
        id="living",
        names={"en": "Living"},
        home="https://living.example/",
        country="JP",
        languages=("en",),
        kind=Kind.FEED,
        start=("https://living.example/feed",),
        state=SourceState.ACTIVE,
    )
    dead = [msgspec.structs.replace(living, id=name, state=SourceState.DEAD) for name in ("dead", "buried", "risen")]
    library.save_sources({spec.id: spec for spec in (living, *dead)})
    health = [SourceHealth(source_id=name, failures=9, problem="gone") for name in ("dead", "buried")]
    health += [SourceHealth(source_id=name) for name in ("living", "risen")]
    save("a", "2026-11-04")
    (issue,) = compose_missing(at(MONDAY), library, health[:3])
    assert [row.source_id for row in issue.health] == ["living"]
    assert [row.source_id for row in fill_shelf(at(MONDAY), library, health).health] == ["living", "risen"]
    failing = [SourceHealth(source_id="living", failures=1, problem="timeout")]
    save("b", "2026-11-11")
    assert compose_missing(at("2026-11-16T06:00+09:00"), library, failing) == []
