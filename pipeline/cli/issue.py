"""`city-digest issue`: what stands in the coming issue and why, and what the editors decide of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.session import Session, hold, json_option, print_json

if TYPE_CHECKING:
    from pipeline.config import Workspace
    from pipeline.model import Card, Issue, Override
    from pipeline.store.library import Library

story_argument = click.argument("story", metavar="STORY")


def said(_context: click.Context, _parameter: click.Parameter, value: Any) -> Any:
    """Words for readers as they will stand in the file, "" or () where none are given; refuses those that are empty."""
    from pipeline.text.clean import clean_text

    if value is None:
        return ""
    given = tuple(map(clean_text, value if isinstance(value, tuple) else (value,)))
    if not all(given):
        raise click.BadParameter("readers are shown it, so it cannot be empty")
    return given if isinstance(value, tuple) else given[0]


def _week(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    from pipeline.text.weeks import days_of

    try:
        days_of(value or "2026-W47")
    except ValueError:
        raise click.BadParameter(f"{value!r} is no week such as 2026-W47") from None
    return value


@click.group("issue")
def command() -> None:
    """Shows issues, the coming one too, and takes the editors' decisions on its stories.

    STORY is a story's id, also one that was merged into another, or the id or address of one of its articles.
    """


# ----------------------------------------------------------------------------------------------------------------- list


@command.command("list")
@json_option
@click.pass_obj
def list_issues(session: Session, as_json: bool) -> int:
    """Every issue that was made, oldest first."""
    from pipeline.store.opening import open_library

    workspace = session.open()
    edition = workspace.settings.digest.editions[0]
    rows = [_describe_issue(issue, edition) for issue in open_library(workspace).issues()]
    if as_json:
        print_json({"issues": rows})
        return 0
    for row in rows:
        click.echo(
            f"{row['number']:4}  {row['week']}  {row['status']:17}  {row['stories']:3} stories  {row['headline']}"
        )
    if not rows:
        click.echo("There is no issue yet.", err=True)
    return 0


def _describe_issue(issue: Issue, edition: str) -> dict[str, Any]:
    return {
        "number": issue.number,
        "week": issue.week,
        "status": issue.status.value,
        "stories": len(issue.cards),
        "corrections": len(issue.corrections),
        "headline": _headline(issue.cards[0], edition) if issue.cards else "",
    }


def _headline(card: Card, edition: str) -> str:
    words = card.words.get(edition) or next(iter(card.words.values()))
    return words.headline


# -------------------------------------------------------------------------------------------------------------- preview


@command.command("preview")
@click.argument("week", metavar="[WEEK]", default="", callback=_week)
@click.option("--edition", default="", metavar="CODE", help="Whose headlines are listed. Default: the first edition.")
@click.option("--open-path", is_flag=True, help="Prints nothing but the path of the issue's page, for a browser.")
@json_option
@click.pass_obj
def preview(session: Session, week: str, edition: str, open_path: bool, as_json: bool) -> int:
    """Makes the coming issue as it stands now, with what the editors decided, in the folder preview/. Nothing is stored.

    WEEK, e.g. 2026-W47, is a week without an issue, at the latest the one that runs. Default: the next to be made.
    """
    from pipeline import weekly
    from pipeline.overrides import read_overrides
    from pipeline.store.opening import open_inbox, open_library

    workspace = session.open()
    edition = edition or workspace.settings.digest.editions[0]
    if edition not in workspace.settings.digest.editions:
        raise click.UsageError(
            f"--edition {edition}: digest.editions has {', '.join(workspace.settings.digest.editions)}"
        )
    library = open_library(workspace)
    with hold(workspace, "issue preview"):
        made = weekly.preview_issues(workspace, library, open_inbox(workspace).health(), week)
        weekly.render_preview(workspace, library, made)
    issue = made[-1]
    data = describe_preview(workspace, issue, edition) | {
        "warnings": list(find_doubts(read_overrides(workspace.overrides), workspace, library, issue))
    }
    for warning in data["warnings"]:
        click.echo(f"city-digest: {warning}", err=True)
    if as_json:
        print_json(data)
    elif open_path:
        click.echo(data["page"])
    else:
        _print_preview(data)
    return 0


def describe_preview(workspace: Workspace, issue: Issue, edition: str) -> dict[str, Any]:
    """The issue's stories in reading order with their rank and its reasons, as `issue preview --json` prints them."""
    ranks = {card.story_id: rank for rank, card in enumerate(sorted(issue.cards, key=_by_rank), start=1)}
    return {
        "week": issue.week,
        "number": issue.number,
        "status": issue.status.value,
        "page": str(workspace.preview / "issues" / issue.week / f"{edition}.html"),
        "mail": str(workspace.preview / "mail" / f"{issue.week}-{edition}.txt"),
        "stories": [
            {
                "rank": ranks[card.story_id],
                "place": place,
                "score": card.score,
                "reasons": card.reasons,
                "id": card.story_id,
                "headline": _headline(card, edition),
                "overrides": [override.kind.value for override in card.overrides],
            }
            for place, card in _places(issue)
        ],
        "left_out": [
            {"id": row.story_id, "reason": _in_edition(row.reason, edition)}
            for row in issue.overrides
            if row.kind == "hide"
        ],
        "corrections": [{"id": row.story_id, "kind": row.kind.value, "week": row.week} for row in issue.corrections],
    }


def _in_edition(text: str | dict[str, str], edition: str) -> str:
    return text if isinstance(text, str) else text.get(edition) or next(iter(text.values()), "")


def _by_rank(card: Card) -> tuple[float, str]:
    return -card.score, card.story_id


def _places(issue: Issue) -> Iterator[tuple[str, Card]]:
    """Every card of the issue in reading order, with the name of its section."""
    yield from (("lead", card) for card in issue.leads)
    yield from ((section.region, card) for section in issue.regions for card in section.cards)
    for place in ("further", "follow_ups", "background"):
        yield from ((place.replace("_", "-").removesuffix("s"), card) for card in getattr(issue, place))


def find_doubts(overrides: tuple[Override, ...], workspace: Workspace, library: Library, issue: Issue) -> Iterator[str]:
    """What in the file of overrides will do nothing, a sentence each."""
    if not overrides:
        return
    from pipeline.overrides import assign_overrides

    redirects, issues = library.redirects(), library.issues()
    known = {story.id for story in library.stories()} | set(redirects)
    known.update(card.story_id for made in issues for card in made.cards)
    obeyed = [override for made in issues for override in made.overrides]
    here = {card.story_id for card in issue.cards}
    editions = set(workspace.settings.digest.editions)
    decided = assign_overrides(overrides, redirects)
    for override in overrides:
        name = f"{workspace.overrides.name}: {override.kind} of {override.story_id}"
        beside = {row.kind.value for row in decided.get(redirects.get(override.story_id, override.story_id), ())}
        if override.story_id not in known:
            yield f"{name}: there is no such story"
        elif override.kind == "pin" and beside & {"hide", "retract"}:
            yield f"{name}: the story is hidden or withdrawn as well, and that counts"
        elif (
            override.kind == "pin"
            and override not in obeyed
            and redirects.get(override.story_id, override.story_id) not in here
        ):
            yield f"{name}: the story is not in the issue of {issue.week}"
        said = (override.reason, override.headline, override.sentences, override.note)
        named = {code for field in said if not isinstance(field, str) for code in field}
        if unknown := sorted(named - editions):
            yield f"{name}: {unknown[0]} is not in digest.editions"


def _print_preview(data: dict[str, Any]) -> None:
    click.echo(
        f"{data['week']}: issue {data['number']}, {len(data['stories'])} stories ({data['status']}), as it stands now\n"
        f"{data['page']}\n{data['mail']}\n"
    )
    click.echo("rank  score  place            story          headline" if data["stories"] else "No story yet.")
    for row in data["stories"]:
        marks = f"  [{', '.join(row['overrides'])}]" if row["overrides"] else ""
        click.echo(f"{row['rank']:4}  {row['score']:5.2f}  {row['place']:15}  {row['id']}  {row['headline']}{marks}")
        click.echo(
            f"      {', '.join(f'{key} {part:+.2f}' for key, part in row['reasons'].items()) or 'nothing counts for it'}"
        )
    if rows := data["left_out"]:
        click.echo(f"\nleft out: {', '.join('{id} ({reason})'.format(**row) for row in rows)}")
    if rows := data["corrections"]:
        click.echo(f"\ncorrections: {', '.join('{kind} of {id} ({week})'.format(**row) for row in rows)}")


# ------------------------------------------------------------------------------------------------------------ decisions


@command.command("pin")
@story_argument
@click.option("--reason", metavar="TEXT", callback=said, help="Why, for readers.")
@json_option
@click.pass_obj
def pin(session: Session, story: str, reason: str, as_json: bool) -> int:
    """Makes a story lead the next issue that has it. Several lead in the order in which they were pinned."""
    return decide(session, story, "pin", {"reason": reason}, as_json=as_json)


@command.command("hide")
@story_argument
@click.option("--reason", required=True, metavar="TEXT", callback=said, help="Why, for readers.")
@json_option
@click.pass_obj
def hide(session: Session, story: str, reason: str, as_json: bool) -> int:
    """Leaves a story out of every issue that is made from now on. Its page stays, and says so."""
    return decide(session, story, "hide", {"reason": reason}, as_json=as_json)


@command.command("edit")
@story_argument
@click.option("--edition", required=True, metavar="CODE", help="Whose words, e.g. ja.")
@click.option("--headline", metavar="TEXT", callback=said, help="In place of ours.")
@click.option(
    "--sentence", "sentences", multiple=True, metavar="TEXT", callback=said, help="In place of ours; may be repeated."
)
@click.option("--reason", required=True, metavar="TEXT", callback=said, help="Why, for readers.")
@json_option
@click.pass_obj
def edit(
    session: Session, story: str, edition: str, headline: str, sentences: tuple[str, ...], reason: str, as_json: bool
) -> int:
    """Puts the editors' words in place of ours, in issues that are out as well. Readers see the day and the reason."""
    if edition not in (known := session.open().settings.digest.editions):
        raise click.UsageError(f"--edition {edition}: digest.editions has {', '.join(known)}")
    if not headline and not sentences:
        raise click.UsageError("write the new words: --headline, --sentence or both")
    words: dict[str, Any] = {"reason": reason}
    if headline:
        words["headline"] = {edition: headline}
    if sentences:
        words["sentences"] = {edition: sentences}
    return decide(session, story, "edit", words, as_json=as_json)


@command.command("note")
@story_argument
@click.option("--text", required=True, metavar="TEXT", callback=said, help="The note.")
@click.option(
    "--edition", default="", metavar="CODE", help="Its language, e.g. ja. Default: the same for all editions."
)
@json_option
@click.pass_obj
def note(session: Session, story: str, text: str, edition: str, as_json: bool) -> int:
    """Puts a note below a story's card, in issues that are out as well."""
    if edition and edition not in (known := session.open().settings.digest.editions):
        raise click.UsageError(f"--edition {edition}: digest.editions has {', '.join(known)}")
    return decide(session, story, "note", {"note": {edition: text} if edition else text}, as_json=as_json)


def decide(session: Session, name: str, kind: str, words: dict[str, Any], *, as_json: bool) -> int:
    """Adds an editors' decision on a story to the workspace's overrides and says what comes next; one that stands there is kept once.

    Args:
        name: of the story, as the commands take it.
        words: fields of `Override`.

    Raises ClickException where an earlier decision on the story leaves no room for it.
    """
    from pipeline.cli.story import find_story
    from pipeline.model import Override, OverrideKind
    from pipeline.overrides import add_override, assign_overrides, read_overrides
    from pipeline.store.opening import open_library

    workspace = session.open()
    with hold(workspace, f"issue {kind}"):
        library = open_library(workspace)
        story = find_story(library, name)[0]
        issues, redirects = library.issues(), library.redirects()
        decided = assign_overrides(read_overrides(workspace.overrides), redirects).get(story.id, ())
        _check_room(story.id, kind, decided, workspace)
        today = workspace.clock().astimezone(workspace.zone).date()
        override = Override(story_id=story.id, kind=OverrideKind(kind), day=today, **words)
        held = _standing(override, decided, spent=[row for issue in issues for row in issue.overrides])
        if not held:
            add_override(workspace.overrides, override, staging=workspace.staging)
    if as_json:
        day = (held or override).day.isoformat()
        print_json({"story": story.id, "kind": kind, "day": day, "file": str(workspace.overrides)})
        return 0
    if held:
        click.echo(f"{workspace.overrides}: {kind} of {story.id} stands there since {held.day}; nothing was added.")
        return 0
    out = [issue.week for issue in issues if story.id in {redirects.get(c.story_id, c.story_id) for c in issue.cards}]
    click.echo(f"{workspace.overrides}: {kind} of {story.id} added; {_what_next(kind, story.id, out)}.")
    return 0


def _check_room(story_id: str, kind: str, decided: Sequence[Override], workspace: Workspace) -> None:
    """Raises ClickException if what was decided of the story leaves nothing more to decide of it."""
    stands = next((row for row in decided if row.kind == "retract"), None)
    if stands:
        raise click.ClickException(
            f"{story_id} was withdrawn on {stands.day}. To take that back, delete its table in {workspace.overrides}."
        )
    stands = next((row for row in decided if row.kind == "hide"), None)
    if stands and kind == "pin":
        raise click.ClickException(
            f"{story_id} is hidden since {stands.day}. To take that back, delete its table in {workspace.overrides}."
        )


def _standing(override: Override, decided: Sequence[Override], *, spent: Sequence[Override]) -> Override | None:
    """The last decision of this kind on the story, if it says the same and still acts.

    Args:
        spent: pins that an issue obeyed.
    """
    last = next((row for row in reversed(decided) if row.kind == override.kind), None)
    if last is None or last in spent:
        return None
    fields = ("reason", "headline", "sentences", "note")
    return last if all(getattr(last, field) == getattr(override, field) for field in fields) else None


def _what_next(kind: str, story_id: str, out: Sequence[str]) -> str:
    """How a decision reaches readers.

    Args:
        out: weeks whose issues have the story.
    """
    preview = "'city-digest issue preview' shows the coming issue with it"
    if kind == "hide" and out:
        return (
            f"{preview}; it stays in the issue of {', '.join(out)}, which is out: "
            f"'city-digest story retract {story_id}' withdraws it there as well"
        )
    if kind in ("pin", "hide"):
        return preview
    if out:
        return "'city-digest render' brings it to readers, and the next issue tells of it"
    page = "'city-digest render' brings it to the story's page"
    return page if kind == "retract" else f"{preview}, {page}"
