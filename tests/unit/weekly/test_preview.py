"""The coming issue before it is made: what it will be, and nothing stored."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.config import Workspace
from pipeline.errors import ConfigurationError
from pipeline.group import story_id
from pipeline.model import Issue
from pipeline.store.library import Library
from pipeline.weekly import compose_missing, fill_shelf, preview_issues, render_preview, render_workspace

At = Callable[..., Workspace]
Save = Callable[..., str]
WEDNESDAY = "2026-11-18T12:00+09:00"  # of W47; W46 is complete


def stories(issue: Issue) -> list[str]:
    return [card.story_id for card in issue.cards]


@pytest.fixture
def saved(save: Save) -> dict[str, str]:
    made = {"past": "2026-11-04", "last": "2026-11-11", "now": "2026-11-17"}
    return {name: story_id(save(name, day, seen="2026-11-09")) for name, day in made.items()}


def test_the_next_issue_is_previewed_as_it_will_be_made(at: At, library: Library, saved: dict[str, str]) -> None:
    (seen,) = preview_issues(at(WEDNESDAY), library, ())
    assert library.issues() == []
    assert seen == compose_missing(at(WEDNESDAY), library, ())[0]
    assert stories(seen) == [saved["past"]]


def test_the_running_week_is_previewed_after_those_that_are_still_to_be_made(
    at: At, library: Library, saved: dict[str, str]
) -> None:
    """Nothing stands in two of them, as nothing will."""
    made = preview_issues(at(WEDNESDAY), library, (), "2026-W47")
    assert [issue.week for issue in made] == ["2026-W45", "2026-W46", "2026-W47"]
    assert [stories(issue) for issue in made] == [[saved["past"]], [saved["last"]], [saved["now"]]]
    compose_missing(at(WEDNESDAY), library, ())
    (running,) = preview_issues(at(WEDNESDAY), library, ())
    assert (running.week, running.number, stories(running)) == ("2026-W47", 3, [saved["now"]])


def test_an_undated_article_of_the_running_week_is_in_its_preview(at: At, library: Library, save: Save) -> None:
    save("old", "2026-11-11", seen="2026-11-16")
    compose_missing(at(WEDNESDAY), library, ())
    undated = story_id(save("undated", None, seen="2026-11-18"))
    assert stories(preview_issues(at(WEDNESDAY), library, ())[-1]) == [undated]


@pytest.mark.parametrize("week", ["2026-W44", "2026-W48"])
def test_a_week_that_is_out_or_lies_ahead_is_refused(
    at: At, library: Library, saved: dict[str, str], week: str
) -> None:
    with pytest.raises(ConfigurationError, match=r"next one is that of 2026-W45, and the week that runs is 2026-W47"):
        preview_issues(at(WEDNESDAY), library, (), week)


def test_without_articles_there_is_nothing_to_preview(at: At, library: Library) -> None:
    with pytest.raises(ConfigurationError, match="nothing has been collected"):
        preview_issues(at(WEDNESDAY), library, ())


def test_the_preview_is_written_anew_each_time(at: At, library: Library, saved: dict[str, str]) -> None:
    workspace = at(WEDNESDAY)
    render_preview(workspace, library, preview_issues(workspace, library, ()))
    assert (workspace.preview / f"stories/{saved['past']}/ja.html").is_file()
    text = (workspace.preview / "mail/2026-W45-en.txt").read_text(encoding="utf-8")
    assert "subject=unsubscribe%20" in text
    assert "%%" not in text
    assert "Issue 1" in text
    render_preview(workspace, library, preview_issues(workspace, library, (), "2026-W46"))
    held = {str(path.relative_to(workspace.preview)) for path in workspace.preview.rglob("*.html")}
    assert held == {
        "issues/2026-W46/ja.html", "issues/2026-W46/en.html", f"stories/{saved['last']}/ja.html", f"stories/{saved['last']}/en.html"
    }  # fmt: skip


def test_what_the_editors_decided_acts_in_the_whole_week(at: At, library: Library, saved: dict[str, str]) -> None:
    """From the file through composing to the archive: hidden, then withdrawn with a tombstone and a correction (W12)."""
    workspace = at(WEDNESDAY)
    table = '[[override]]\nstory = "{}"\nkind = "{}"\nday = 2026-11-18\nreason = "We erred."\n'
    workspace.overrides.write_text(table.format(saved["last"], "hide"), encoding="utf-8")
    made = compose_missing(workspace, library, ())
    assert [stories(issue) for issue in made] == [[saved["past"]], []]
    with workspace.overrides.open("a", encoding="utf-8") as file:
        file.write(table.format(saved["past"], "retract"))
    render_workspace(workspace, fill_shelf(workspace, library, ()))
    for name in ("past", "last"):
        assert "We erred." in (workspace.archive / f"stories/{saved[name]}/en.html").read_text(encoding="utf-8")
    (running,) = preview_issues(workspace, library, ())
    assert [(row.story_id, row.week) for row in running.corrections] == [(saved["past"], "2026-W45")]
    assert library.issues() == made, "an issue that is out never changes"


def test_what_was_rendered_of_a_withdrawn_story_leaves_the_archive(
    at: At, library: Library, saved: dict[str, str]
) -> None:
    """A page that is made no more, as of a city that only this story named; other pages stay where they are (W12)."""
    workspace = at(WEDNESDAY)
    compose_missing(workspace, library, ())
    stale = {name: workspace.archive / f"cities/geonames-{name}/en.html" for name in ("telling", "silent")}
    for name, file in stale.items():
        file.parent.mkdir(parents=True)
        file.write_text(
            f"<a href=../../stories/{saved['past']}/en.html>" if name == "telling" else "", encoding="utf-8"
        )
    render_workspace(workspace, fill_shelf(workspace, library, ()))
    assert all(file.is_file() for file in stale.values())
    workspace.overrides.write_text(
        f'[[override]]\nstory = "{saved["past"]}"\nkind = "retract"\nday = 2026-11-18\nreason = "Wrong."\n',
        encoding="utf-8",
    )
    done = render_workspace(workspace, fill_shelf(workspace, library, ()))
    assert [file.is_file() for file in stale.values()] == [False, True]
    assert (workspace.archive / f"stories/{saved['past']}/en.html").is_file()
    assert render_workspace(workspace, fill_shelf(workspace, library, ())) == type(done)(files=done.files, written=0)
