"""From the library to readers: issues of complete weeks, the archive, and the letters.

An article belongs to the first issue made after it was seen whose week has not ended before it was published: what comes late
is in the next issue, once, and what is far older than the week is in none (docs/decisions/0003).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from pipeline import deliver, group, render, words
from pipeline.compose import collection_failed, compose_issue
from pipeline.config import Mail, Workspace
from pipeline.deliver.channels import open_channel
from pipeline.errors import ConfigurationError
from pipeline.files import Writer, clear_staging, read_tree, replace_file
from pipeline.knowledge.editions import Edition, open_edition
from pipeline.knowledge.lexicon import Lexicon, load_lexicon
from pipeline.knowledge.ties import Ties, load_ties
from pipeline.model import (
    Card,
    CopyKind,
    Frozen,
    Issue,
    IssueStatus,
    Letter,
    Shelf,
    SourceHealth,
    SourceSpec,
    SourceState,
    Story,
    TaggedArticle,
)
from pipeline.overrides import assign_overrides, read_overrides, retraction
from pipeline.store.library import Library
from pipeline.text.weeks import bounds_of, days_of, next_week, week_of, week_of_day, weeks_between
from pipeline.version import __version__

# How long before a week its late articles may have been published: three issues' worth. Older ones are no news.
LATE = dt.timedelta(days=21)
# Stories whose articles are in memory at one time: a card is a tenth of its articles, and an archive has every card.
STORIES_AT_ONCE = 500


def make_cards(
    stories: Iterable[Story],
    articles: Mapping[str, TaggedArticle],
    sources: Mapping[str, SourceSpec],
    editions: Sequence[Edition],
    lexicon: Lexicon,
    ties: Ties,
) -> list[Card]:
    """The unranked cards of these stories; stories none of whose articles is known are left out."""
    voices = group.voices_of(articles.values(), sources)
    cards = []
    for story in stories:
        known = [articles[member.article_id] for member in story.members if member.article_id in articles]
        if known:
            cards.append(
                words.make_card(
                    story,
                    articles,
                    conflicts=group.find_conflicts(known, voices),
                    sources=sources,
                    voices=voices,
                    lexicon=lexicon,
                    editions=editions,
                    host=group.find_host(known),
                    figures=group.find_figures(known, voices),
                    ties=ties,
                )
            )
    return cards


# ---------------------------------------------------------------------------------------------------------------- compose


def missing_weeks(workspace: Workspace, library: Library, issues: Sequence[Issue]) -> list[str]:
    """Complete weeks that have no issue yet, oldest first.

    Counted from the last issue; without any from `digest.first_week`, or else the last week that was complete when the first
    article was seen.
    """
    first = _next_issue(workspace, library, issues)
    return weeks_between(first, _last_complete_week(workspace)) if first else []


def _next_issue(workspace: Workspace, library: Library, issues: Sequence[Issue]) -> str:
    """The week of the next issue, complete or not; "" while nothing is known."""
    if issues:
        return next_week(issues[-1].week)
    if workspace.settings.digest.first_week:
        return workspace.settings.digest.first_week
    seen = library.earliest_article()
    return week_of_day(days_of(week_of(seen, workspace.zone))[0] - dt.timedelta(days=7)) if seen else ""


def _last_complete_week(workspace: Workspace) -> str:
    return week_of_day(workspace.clock().astimezone(workspace.zone).date() - dt.timedelta(days=7))


def compose_missing(
    workspace: Workspace, library: Library, health: Sequence[SourceHealth], *, crawled: bool = True
) -> list[Issue]:
    """Makes and keeps the issue of every complete week that has none; returns the new ones.

    An issue never changes, so a week whose collection failed waits for a better run as long as it could still be mailed.

    Args:
        crawled: False if the crawl just before broke off: what it did not reach is in no source's health.
    """
    made: list[Issue] = []
    issues = library.issues()
    health = _of_the_living(health, library.sources())
    today = workspace.clock().astimezone(workspace.zone).date()
    patience = dt.timedelta(days=workspace.settings.deliver.late_days)
    for week in missing_weeks(workspace, library, issues):
        if (collection_failed(health) or not crawled) and today - days_of(week)[1] <= patience:
            break
        issue, covered = compose_week(workspace, library, week, issues, health)
        library.save_issue(issue, covered)
        issues.append(issue)
        made.append(issue)
    return made


def compose_week(
    workspace: Workspace,
    library: Library,
    week: str,
    earlier: Sequence[Issue],
    health: Sequence[SourceHealth],
    *,
    previewed: Collection[str] = (),
) -> tuple[Issue, list[str]]:
    """The issue of a week and the ids of the articles it covers; nothing is stored.

    Args:
        previewed: articles covered by those of the earlier issues that are not stored either.
    """
    lexicon, settings = load_lexicon(), workspace.settings.digest
    issued = library.published_articles().keys() | set(previewed)
    covered = _articles_of(week, workspace, library, earlier, issued)
    stories = [story for story in library.stories(covered) if _brings_news(story, covered, issued)]
    # A story counts with everything known of it when the week ended, so that a follow-up stands beside what it follows.
    end = bounds_of(week, workspace.zone)[1]
    ids = [member.article_id for story in stories for member in story.members]
    known = library.articles(ids)
    articles = {key: item for key, item in known.items() if key in set(covered) or item.article.dated < end}
    ties = open_ties(library)
    cards = make_cards(stories, articles, library.sources(), open_editions(workspace), lexicon, ties)
    issue = compose_issue(
        week,
        cards,
        number=len(earlier) + 1,
        zone=settings.zone,
        home=settings.home,
        earlier=earlier,
        redirects=library.redirects(),
        health=health,
        lexicon=lexicon,
        ties=ties,
        overrides=read_overrides(workspace.overrides),
    )
    return issue, covered


def preview_issues(
    workspace: Workspace, library: Library, health: Sequence[SourceHealth], week: str = ""
) -> list[Issue]:
    """The issues from the next one to that of a week as they would be made now, the one of the week last; nothing is stored.

    Args:
        week: "" for the next one; at the latest the one that runs.

    Raises:
        ConfigurationError: the week has its issue already or lies ahead, or nothing has been collected yet.
    """
    issues = library.issues()
    first = _next_issue(workspace, library, issues)
    running = next_week(_last_complete_week(workspace))
    if not first:
        raise ConfigurationError(
            "nothing has been collected yet, so there is no issue to preview: run 'city-digest run'"
        )
    if not first <= (week or first) <= running:
        raise ConfigurationError(
            f"an issue of {week or first} cannot be previewed: the next one is that of {first}, and the week that runs is "
            f"{running}. Issues that are out lie in {workspace.archive / 'issues'}."
        )
    health = _of_the_living(health, library.sources())
    made: list[Issue] = []
    previewed: set[str] = set()
    for each in weeks_between(first, week or first):
        issue, covered = compose_week(workspace, library, each, [*issues, *made], health, previewed=previewed)
        previewed.update(covered)
        made.append(issue)
    return made


def _brings_news(story: Story, covered: Collection[str], issued: Collection[str]) -> bool:
    """False for a story of an earlier issue that only gained copies since: readers had it, in the same words.

    So it is where what they had is found to be the copy, and what comes now the original.
    """
    above = {m.article_id: m.copy_of for m in story.members if m.copy_of and m.copy_kind is not CopyKind.TRANSLATED}

    def text_of(article_id: str) -> str:
        passed: set[str] = set()
        while article_id in above and article_id not in passed:
            passed.add(article_id)
            article_id = above[article_id]
        return article_id

    told = {text_of(member.article_id) for member in story.members if member.article_id in issued}
    fresh = {text_of(member.article_id) for member in story.members if member.article_id in covered}
    return not told or not fresh <= told


def _articles_of(
    week: str, workspace: Workspace, library: Library, earlier: Sequence[Issue], issued: Collection[str]
) -> list[str]:
    start, end = bounds_of(week, workspace.zone)
    if earlier:  # what is late; but never from before the first issue, which left that out as too old
        start = max(start - LATE, bounds_of(earlier[0].week, workspace.zone)[0])
    candidates = set(library.articles_dated(start, end))
    # An undated article is as new as the first sight of it, and the latest complete week is the first that can have it.
    if week >= _last_complete_week(workspace):
        candidates.update(library.undated_articles())
    return sorted(candidates.difference(issued))


def open_ties(library: Library) -> Ties:
    """Every tie that is known: those that ship, and the library's own before them."""
    own = library.ties()
    return load_ties().with_rows(own.rows, own.complete)


def open_editions(workspace: Workspace) -> list[Edition]:
    """The workspace's editions, in its order. Raises ConfigurationError for an unknown one, TemplateError for a wrong one."""
    files = read_tree(workspace.templates / "i18n")
    own = {name.removesuffix(".toml"): body for name, body in files.items() if name.endswith(".toml")}
    return [open_edition(code, own) for code in workspace.settings.digest.editions]


def open_templates(workspace: Workspace) -> render.Templates:
    """The templates that ship, and before them the workspace's own. Raises TemplateError for one that is wrong."""
    files = read_tree(workspace.templates)
    # What lies beside the folders is the person's: notes, a licence.
    own = {path: body for path, body in files.items() if "/" in path and not path.startswith("i18n/")}
    templates = render.Templates(own)
    templates.check()
    return templates


# ----------------------------------------------------------------------------------------------------------------- render


class RenderReport(Frozen, frozen=True, kw_only=True):
    """What one rendering did."""

    files: int
    written: int  # files that are new or changed


def fill_shelf(workspace: Workspace, library: Library, health: Sequence[SourceHealth]) -> Shelf:
    """Everything that the archive shows."""
    stories, sources, ties = library.stories(), library.sources(), open_ties(library)
    editions, lexicon = open_editions(workspace), load_lexicon()
    cards: list[Card] = []
    for first in range(0, len(stories), STORIES_AT_ONCE):
        some = stories[first : first + STORIES_AT_ONCE]
        articles = library.articles([member.article_id for story in some for member in story.members])
        cards += make_cards(some, articles, sources, editions, lexicon, ties)
    newest_first = sorted(cards, key=lambda card: (-_dated(card).timestamp(), card.story_id))
    issues = tuple(library.issues())
    return Shelf(
        issues=issues,
        cards=tuple(share_parts(newest_first, issues)),
        sources=sources,
        health=tuple(_of_the_living(health, sources)),
        redirects=library.redirects(),
        overrides=read_overrides(workspace.overrides),
        ties=ties.rows,
        complete_ties=ties.complete,
    )


def share_parts(cards: Iterable[Card], issues: Iterable[Issue]) -> Iterator[Card]:
    """The cards, with the sources and words of those in the issues where they are the same, which then are held once.

    They are a fifth of what a shelf takes.
    """
    told = {card.story_id: card for issue in issues for card in issue.cards}
    for card in cards:
        issued = told.get(card.story_id, card)
        yield msgspec.structs.replace(
            card,
            sources=issued.sources if issued.sources == card.sources else card.sources,
            words=issued.words if issued.words == card.words else card.words,
        )


def _of_the_living(health: Sequence[SourceHealth], sources: Mapping[str, SourceSpec]) -> list[SourceHealth]:
    """Health without that of sources known to be dead, whose silence is no news; one that answers again is among the living."""
    dead = {key for key, spec in sources.items() if spec.state is SourceState.DEAD}
    return [row for row in health if row.source_id not in dead or not row.problem]


def _dated(card: Card) -> dt.datetime:
    return card.published.value if card.published else card.first_seen


def render_workspace(workspace: Workspace, shelf: Shelf) -> RenderReport:
    """Leaves the archive up to date; a file whose bytes would not change is not touched."""
    clear_staging(workspace.staging)
    kept: set[str] = set()
    lexicon = load_lexicon()
    with _little_garbage(), Writer(workspace.archive, staging=workspace.staging) as writer:
        for page in render.render_archive(
            shelf,
            lexicon,
            open_editions(workspace),
            base_url=workspace.settings.digest.base_url,
            version=__version__,
            contact=workspace.settings.mail.contact,
            home=workspace.settings.digest.home,
            templates=open_templates(workspace),
        ):
            kept.add(page.path)
            writer.write(page.path, page.body)
    _remove_withdrawn(workspace.archive, kept, shelf)
    return RenderReport(files=len(kept), written=writer.written)


@contextlib.contextmanager
def _little_garbage() -> Iterator[None]:
    """Looks for garbage less often: shelf and lexicon stay to the end and a page leaves little.

    Python's own way took a fifth of the time of ten years.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


# Folders of the archive that hold nothing but what is rendered.
_FOLDERS = ("cities", "feeds", "networks", "pairs", "search", "stories", "themes")


def _remove_withdrawn(archive: Path, kept: Collection[str], shelf: Shelf) -> None:
    """Removes what was rendered once, is no more, and tells of a withdrawn story, such as the page of a city that only it named."""
    decided = assign_overrides(shelf.overrides, shelf.redirects)
    withdrawn = [story_id for story_id, overrides in decided.items() if retraction(overrides)]
    if not withdrawn:
        return
    for file in sorted(file for folder in _FOLDERS for file in (archive / folder).rglob("*") if file.is_file()):
        path = file.relative_to(archive).as_posix()
        if path in kept:
            continue
        body = file.read_bytes()
        if path.startswith("search/") or any(story in path or story.encode() in body for story in withdrawn):
            file.unlink()


def render_preview(workspace: Workspace, library: Library, made: Sequence[Issue]) -> None:
    """Leaves the folder `preview/` with the last of these issues alone: its pages, its stories' pages and its mail.

    Args:
        made: issues that are not stored, oldest first.
    """
    ties, sources, settings = open_ties(library), library.sources(), workspace.settings
    shelf = Shelf(
        issues=(*library.issues(), *made),
        cards=tuple(_left_out(library, made[-1], sources, open_editions(workspace))),
        sources=sources,
        redirects=library.redirects(),
        overrides=read_overrides(workspace.overrides),
        ties=ties.rows,
        complete_ties=ties.complete,
    )
    editions, issue = open_editions(workspace), made[-1]
    files = {
        page.path: page.body
        for page in render.render_proof(
            shelf,
            load_lexicon(),
            editions,
            folder=workspace.preview.name,
            archive=workspace.archive.name,
            home=settings.digest.home,
            templates=open_templates(workspace),
        )
    }
    for edition in editions:
        letter = make_letter(workspace, issue, shelf, edition)
        files[f"mail/{issue.week}-{edition.code}.txt"] = letter.text.encode("utf-8")
    if workspace.preview.is_dir():
        shutil.rmtree(workspace.preview)
    for path, body in files.items():
        replace_file(workspace.preview / path, body, staging=workspace.staging, durable=False)


def _left_out(
    library: Library, issue: Issue, sources: Mapping[str, SourceSpec], editions: Sequence[Edition]
) -> list[Card]:
    """The cards of stories that the editors left out: the issue names them."""
    redirects = library.redirects()
    ids = {redirects.get(row.story_id, row.story_id) for row in issue.overrides}
    stories = [story for story in library.stories() if story.id in ids] if ids else []
    articles = library.articles([member.article_id for story in stories for member in story.members])
    return make_cards(stories, articles, sources, editions, load_lexicon(), open_ties(library))


# ---------------------------------------------------------------------------------------------------------------- deliver


class DeliverReport(Frozen, frozen=True, kw_only=True):
    """What one delivery did."""

    sent: int = 0
    already_sent: int = 0
    failed: int = 0
    late: tuple[str, ...] = ()  # weeks that were not mailed because they ended too long ago
    empty: tuple[str, ...] = ()  # weeks that were not mailed because there is nothing to read, or nothing could be read


def deliver_issues(
    workspace: Workspace,
    library: Library,
    shelf: Shelf,
    weeks: Sequence[str] = (),
    *,
    force: bool = False,
    dry_run: bool = False,
) -> DeliverReport:
    """Hands the letters of these issues, or of the last one, to every reader who has not had them.

    Args:
        force: also issues older than `deliver.late_days`, and those without stories.
        dry_run: counts who would get what and sends nothing.

    Raises:
        ConfigurationError: there are readers but the sender is not told fully, or an issue does not exist.
    """
    if "deliver.readers" in workspace.origins and not workspace.readers.is_file():
        raise ConfigurationError(f"deliver.readers names {workspace.readers}, which is not there; nothing was sent.")
    readers = deliver.read_readers(workspace.readers, workspace.settings.digest.editions)
    if not readers or not shelf.issues:
        return DeliverReport()
    sender = workspace.settings.mail
    check_sender(sender)
    channel = open_channel(workspace)
    sent_at = workspace.clock().astimezone(workspace.zone)
    sent = already = failed = 0
    late, empty = [], []
    for issue in _chosen(shelf.issues, weeks):
        if not force and (not issue.cards or issue.status is IssueStatus.COLLECTION_FAILED):
            empty.append(issue.week)
            continue
        overdue = sent_at.date() - issue.last_day > dt.timedelta(days=workspace.settings.deliver.late_days)
        if overdue and not force:
            late.append(issue.week)
            continue
        ledger = library.deliveries(issue.week)
        for edition in open_editions(workspace):
            theirs = [reader for reader in readers if reader.edition == edition.code]
            if dry_run:
                had = sum(deliver.is_sent(ledger, reader) for reader in theirs)
                already, sent = already + had, sent + len(theirs) - had
                continue
            letter = make_letter(workspace, issue, shelf, edition)
            outcome = deliver.deliver_letter(
                letter,
                theirs,
                channel=channel,
                sender=sender,
                ledger=ledger,
                record=library.save_delivery,
                sent_at=sent_at,
                archive_url=workspace.settings.digest.base_url,
            )
            sent, already = sent + outcome.sent, already + outcome.already_sent
            failed += outcome.failed
    return DeliverReport(sent=sent, already_sent=already, failed=failed, late=tuple(late), empty=tuple(empty))


def make_letter(workspace: Workspace, issue: Issue, shelf: Shelf, edition: Edition) -> Letter:
    """One edition of an issue as mail."""
    return render.render_letter(
        issue,
        shelf,
        load_lexicon(),
        edition,
        base_url=workspace.settings.digest.base_url,
        sender=workspace.settings.mail,
        templates=open_templates(workspace),
    )


def check_sender(mail: Mail) -> None:
    """Raises ConfigurationError if a field that every mail must carry is empty."""
    if empty := [f"mail.{name}" for name in mail.__struct_fields__ if not getattr(mail, name)]:
        raise ConfigurationError(
            f"there are readers, but {', '.join(empty)} is not set in city-digest.toml: mail that does not say who sends "
            "it and how to leave it is against the law in most readers' countries, so nothing was sent."
        )
    name, _, domain = mail.sender_address.rpartition("@")
    if not (name and domain and mail.sender_address.isascii()):
        raise ConfigurationError(
            f"mail.sender_address = {mail.sender_address!r} is not an address such as desk@example.org"
        )


def _chosen(issues: Sequence[Issue], weeks: Sequence[str]) -> list[Issue]:
    if not weeks:
        return [issues[-1]]
    by_week = {issue.week: issue for issue in issues}
    if missing := [week for week in weeks if week not in by_week]:
        raise ConfigurationError(f"there is no issue {missing[0]}; the last one is {issues[-1].week}")
    return [by_week[week] for week in weeks]
