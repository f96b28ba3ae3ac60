"""`city-digest story`: why articles are in one story, and what a person decides otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.issue import said
from pipeline.cli.session import Session, hold, json_option, print_json

if TYPE_CHECKING:
    from pipeline.config import Workspace
    from pipeline.model import Constraint, Member, Story
    from pipeline.store.library import Library


@click.group("story")
def command() -> None:
    """Shows stories and corrects them: what belongs together, and what does not."""


# ----------------------------------------------------------------------------------------------------------------- show


@command.command("show")
@click.argument("name", metavar="ID")
@json_option
@click.pass_obj
def show(session: Session, name: str, as_json: bool) -> int:
    """Every article of a story, why it is there, whose account it gives, and what people decided.

    ID is a story's id, also one that was merged into another, or the id or address of one of its articles.
    """
    from pipeline.store.opening import open_library

    library = open_library(session.open())
    data = describe_story(library, find_story(library, name)[0], name)
    if as_json:
        print_json(data)
    else:
        _print_story(data)
    return 0


def describe_story(library: Library, story: Story, asked: str) -> dict[str, Any]:
    """Everything known of a story, as `story show --json` prints it."""
    from pipeline.group import voices_of
    from pipeline.knowledge.lexicon import load_lexicon
    from pipeline.weekly import make_cards, open_ties

    ids = [member.article_id for member in story.members]
    articles, sources = library.articles(ids), library.sources()
    voices = voices_of(articles.values(), sources)
    cards = make_cards([story], articles, sources, (), load_lexicon(), open_ties(library))
    return {
        "id": story.id,
        "asked": asked,
        "merged": sorted(old for old, new in library.redirects().items() if new == story.id),
        "families": cards[0].families if cards else 1,  # as its card counts them: copies speak for nobody else
        "members": [
            _describe_member(member) | _describe_article(articles.get(member.article_id), sources, voices)
            for member in story.members
        ],
        "constraints": [
            {"a": one.a, "b": one.b, "together": one.together}
            for one in library.constraints()
            if one.a in ids or one.b in ids
        ],
    }


def _describe_member(member: Member) -> dict[str, Any]:
    return {
        "article_id": member.article_id,
        "reason": member.reason,
        "similarity": member.similarity,
        "copy_of": member.copy_of,
        "copy_kind": member.copy_kind.value if member.copy_kind else None,
    }


def _describe_article(tagged: Any, sources: Mapping[str, Any], voices: Mapping[str, str]) -> dict[str, Any]:
    if tagged is None:
        return {"title": "", "url": ""}
    article = tagged.article
    source = sources.get(article.source_id)
    return {
        "title": article.title,
        "url": article.url,
        "language": article.language,
        "day": article.dated.date().isoformat(),
        "source_id": article.source_id,
        "family": source.publisher_family if source else article.source_id,
        "voice": voices[article.id],
    }


def _print_story(data: dict[str, Any]) -> None:
    members, asked = data["members"], data["asked"]
    followed = f"; {asked} was merged into it" if asked in data["merged"] else ""
    click.echo(f"{data['id']}: articles {len(members)}, independent families {data['families']}{followed}")
    for member in members:
        copy = f", {member['copy_kind']} of {member['copy_of']}" if member["copy_of"] else ""
        click.echo(f"\n{member['article_id']}  {member['reason']} {member['similarity']:.2f}{copy}")
        if member["url"]:
            account = f"account of {member['voice']}" if member["voice"] else "nobody's account"
            click.echo(f"  {member['day']} {member['language']} {member['source_id']} ({member['family']}), {account}")
            click.echo(f"  {member['title']}\n  {member['url']}")
    if data["constraints"]:
        click.echo("\ndecided by hand:")
    for one in data["constraints"]:
        click.echo(f"  {one['a']} and {one['b']} {'together' if one['together'] else 'never together'}")


# --------------------------------------------------------------------------------------------------------- link and split


@command.command("link")
@click.argument("names", metavar="A B...", nargs=-1, required=True)
@json_option
@click.pass_obj
def link(session: Session, names: tuple[str, ...], as_json: bool) -> int:
    """Makes one story of several, however little they are alike. A, B and more are stories or articles, by id or address.

    An article brings its whole story along. What was split before is together again.
    """

    def decide(library: Library) -> tuple[list[Constraint], list[str]]:
        found = [find_story(library, name) for name in names]
        articles = [article_id or _first(story) for story, article_id in found]
        if len(set(articles)) < 2:
            raise click.ClickException(
                "link joins two or more stories, and only one was named. Name others by id or address; "
                "'city-digest search WORD' finds articles, 'city-digest story review' what nearly belonged together."
            )
        return _bring_together([story for story, _ in found], articles, library.constraints()), articles

    placed = _decide(session, "story link", decide)
    _report(placed, as_json=as_json)
    return 0 if len(set(placed.values())) == 1 else 1


def _bring_together(
    stories: Iterable[Story], articles: Sequence[str], constraints: Iterable[Constraint]
) -> list[Constraint]:
    """Must-links from the first article to the others; what kept members of these stories apart is turned round."""
    home = {member.article_id: story.id for story in stories for member in story.members}
    undone = {
        (one.a, one.b)
        for one in constraints
        if not one.together and one.a in home and one.b in home and home[one.a] != home[one.b]
    }
    return _constraints({(articles[0], other) for other in articles[1:]} | undone, together=True)


@command.command("split")
@click.argument("story", metavar="STORY")
@click.argument("articles", metavar="ARTICLE...", nargs=-1, required=True)
@click.option("--keep-out", is_flag=True, help="Also articles and stories elsewhere: they never come into this one.")
@json_option
@click.pass_obj
def split(session: Session, story: str, articles: tuple[str, ...], keep_out: bool, as_json: bool) -> int:
    """Takes articles out of a story for good, by id or address; their copies go with them.

    The side of the story's first article keeps the id. What left joins other stories where it is alike, or makes new ones.
    """

    def decide(library: Library) -> tuple[list[Constraint], list[str]]:
        found = find_story(library, story)[0]
        leaving = _find_leaving(library, found, articles, keep_out=keep_out)
        return _keep_apart(found, leaving, library.constraints()), [*leaving, *_staying(found, leaving)]

    _report(_decide(session, "story split", decide), as_json=as_json)
    return 0


def _find_leaving(library: Library, story: Story, names: Iterable[str], *, keep_out: bool) -> list[str]:
    """The ids of the articles that are to leave. Raises ClickException where that cannot be."""
    members = {member.article_id for member in story.members}
    leaving = []
    for name in names:
        home, article_id = find_story(library, name)
        if keep_out and home.id != story.id:
            article_id = article_id or _first(home)
        if not article_id:
            raise click.ClickException(
                f"{name} is a story, and split wants articles of {story.id}: 'city-digest story show {story.id}' lists them."
            )
        if article_id not in members and not keep_out:
            raise click.ClickException(
                f"{name} is in story {home.id}, not in {story.id}, so it cannot leave that one. To keep it out of {story.id} for "
                "good, say --keep-out."
            )
        leaving.append(article_id)
    if len(members) == 1 and not keep_out:
        raise click.ClickException(f"{story.id} has one article: there is nothing to split.")
    if not _staying(story, leaving):
        raise click.ClickException(
            f"nothing would be left of {story.id}: these are all of its articles. Name only those that do not belong there."
        )
    return sorted(set(leaving))


def _staying(story: Story, leaving: Iterable[str]) -> list[str]:
    """The members that stay: those that are not named, nor folded under one that is."""
    named = set(leaving)
    return [i for i, line in _lines(story).items() if named.isdisjoint(line)]


def _lines(story: Story) -> dict[str, list[str]]:
    """Member -> itself, what it is folded under, and so on up to what is shown."""
    from pipeline.model import CopyKind

    members = {member.article_id: member for member in story.members}

    def climb(member: Member) -> Iterator[str]:
        yield member.article_id
        if member.copy_of in members and member.copy_kind is not CopyKind.TRANSLATED:
            yield from climb(members[member.copy_of])

    return {i: list(climb(member)) for i, member in members.items()}


def _keep_apart(story: Story, leaving: Sequence[str], constraints: Iterable[Constraint]) -> list[Constraint]:
    """Cannot-links between those that leave and the texts that stay; what brought both together is turned round."""
    staying, lines = set(_staying(story, leaving)), _lines(story)
    pairs = {(a, b) for a in leaving for b in staying if lines[b][-1] in {b, lines.get(a, [a])[-1]}}
    gone = ({*lines} | set(leaving)) - staying
    undone = {
        (one.a, one.b)
        for one in constraints
        if one.together and ((one.a in gone and one.b in staying) or (one.b in gone and one.a in staying))
    }
    return _constraints(pairs | undone, together=False)


def _constraints(pairs: Iterable[tuple[str, str]], *, together: bool) -> list[Constraint]:
    from pipeline.model import Constraint

    ordered = {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}
    return [Constraint(a=a, b=b, together=together) for a, b in sorted(ordered)]


def _decide(
    session: Session, name: str, decide: Callable[[Library], tuple[list[Constraint], list[str]]]
) -> dict[str, str]:
    """Keeps what a person decided and does it; returns where the articles are now: article id -> story id."""
    from pipeline.embed import open_embedder
    from pipeline.flow import regroup, take_out_irrelevant
    from pipeline.store.opening import open_library

    workspace = session.open()
    with hold(workspace, name):
        library = open_library(workspace)
        take_out_irrelevant(library)  # what a process that was killed has left to do
        constraints, articles = decide(library)
        embedder = open_embedder(workspace.settings.group.embedder)
        library.save_constraints(constraints)
        regroup(library, embedder)
        home = {m.article_id: story.id for story in library.stories(articles) for m in story.members}
    return {i: home[i] for i in articles}


def _report(placed: Mapping[str, str], *, as_json: bool) -> None:
    stories: dict[str, list[str]] = {}
    for article_id, story_id in placed.items():
        stories.setdefault(story_id, []).append(article_id)
    if as_json:
        print_json({"stories": {key: sorted(ids) for key, ids in sorted(stories.items())}})
        return
    for story_id, ids in sorted(stories.items()):
        click.echo(f"{story_id}  {' '.join(sorted(ids))}")


# --------------------------------------------------------------------------------------------------------------- retract


@command.command("retract")
@click.argument("story", metavar="STORY")
@click.option("--reason", required=True, metavar="TEXT", callback=said, help="Why, for readers.")
@json_option
@click.pass_obj
def retract(session: Session, story: str, reason: str, as_json: bool) -> int:
    """Withdraws a story: its page says when and why, one line stands for it in issues that are out, and it is nowhere else.

    STORY is a story's id, also one that was merged into another, or the id or address of one of its articles.
    """
    from pipeline.cli.issue import decide

    return decide(session, story, "retract", {"reason": reason}, as_json=as_json)


# --------------------------------------------------------------------------------------------------------------- review


@command.command("review")
@click.option(
    "--weeks",
    type=click.IntRange(1, 1000),
    default=3,
    show_default=True,
    help="Stories with an article of so many weeks.",
)
@click.pass_obj
def review(session: Session, weeks: int) -> int:
    """Decisions near the threshold, one JSON object a line, the closest first: stories joined just so or kept apart just so.

    What is wrong is put right with 'story link' and 'story split'; what was decided by hand is not asked again.
    """
    import msgspec

    from pipeline.store.opening import open_library

    workspace = session.open()
    for doubt in find_doubts(workspace, open_library(workspace), weeks):
        click.echo(msgspec.json.encode(doubt).decode())
    return 0


def find_doubts(workspace: Workspace, library: Library, weeks: int) -> list[Any]:
    """The doubts about stories of the last weeks."""
    from pipeline import group
    from pipeline.embed import open_embedder

    end = workspace.clock() + dt.timedelta(days=1)
    ids = library.grouped_between(end - dt.timedelta(weeks=weeks), end)
    embedder = open_embedder(workspace.settings.group.embedder)
    stored = library.vectors(ids, embedder.name) if embedder else {}
    return group.find_doubts(
        library.stories(ids),
        library.articles(ids),
        vectors={key: group.unpack_vector(value) for key, value in stored.items()},
        embedder=embedder.name if embedder else "",
        constraints=library.constraints(),
    )


# ---------------------------------------------------------------------------------------------------------------- names


def find_story(library: Library, name: str) -> tuple[Story, str]:
    """A story by its id, by one that was merged into it, or by an article's id or address; and that article's id, else "".

    Raises ClickException where there is none.
    """
    from pipeline.text.urls import address_id, normalise_url

    name = name.encode(errors="replace").decode()  # a terminal may hand over bytes that are no text
    url = normalise_url(name) or name
    article_id = library.locate(url, address_id(url), name)[1]
    if article_id:
        stories = library.stories([article_id])
        if stories:
            return stories[0], article_id
        raise click.ClickException(
            f"{name} is in no story: it is off topic, or 'city-digest process' has not placed it yet. "
            f"'city-digest explain {name}' tells."
        )
    every = {story.id: story for story in library.stories()}
    redirects = library.redirects()
    found = name
    while found not in every and found in redirects:
        found = redirects[found]
    if found not in every:
        raise click.ClickException(
            f"there is no story or article {name}. 'city-digest search WORD' finds articles by their words; "
            "'city-digest explain ADDRESS' names the story of an article."
        )
    return every[found], ""


def _first(story: Story) -> str:
    """The article that the story's id was made from."""
    return next((m.article_id for m in story.members if m.reason == "first"), story.members[0].article_id)
