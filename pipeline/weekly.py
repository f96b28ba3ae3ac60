"""From the library to readers: issues of complete weeks, the archive, and the letters.

An article belongs to the first issue made after it was seen whose week has not ended before it was published: what comes late
is in the next issue, once, and what is far older than the week is in none (docs/decisions/0003).
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import functools
import gc
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from pipeline import deliver, group, render, words
from pipeline.compose import collection_failed, compose_issue
from pipeline.config import Mail, Workspace
from pipeline.deliver.channels import open_channel
from pipeline.deliver.keys import open_keys
from pipeline.deliver.opt_outs import merge_opt_outs, opt_out
from pipeline.deliver.sends import append_send, find_forgotten
from pipeline.deliver.signing import open_signer, sign_message
from pipeline.errors import ConfigurationError
from pipeline.files import Writer, clear_staging, read_tree, replace_file
from pipeline.knowledge.editions import Edition, open_edition
from pipeline.knowledge.lexicon import Lexicon, load_lexicon
from pipeline.knowledge.ties import Ties, load_ties
from pipeline.model import (
    Answer,
    Card,
    Choices,
    CopyKind,
    Delivery,
    DeliveryState,
    Envelope,
    Frozen,
    Issue,
    IssueStatus,
    Letter,
    Reader,
    ReaderState,
    Shelf,
    SourceHealth,
    SourceSpec,
    SourceState,
    Story,
    SuppressionReason,
    TaggedArticle,
)
from pipeline.overrides import assign_overrides, read_overrides, retraction
from pipeline.ports import Channel
from pipeline.render.environment import SHIPPED
from pipeline.store.library import Library
from pipeline.store.register import Register
from pipeline.text.weeks import bounds_of, days_of, next_week, week_of, week_of_day, weeks_between
from pipeline.version import __version__

# How long before a week its late articles may have been published: three issues' worth. Older ones are no news.
LATE = dt.timedelta(days=21)
# Stories whose articles are in memory at one time: a card is a tenth of its articles, and an archive has every card.
STORIES_AT_ONCE = 500
# Letters in memory at one time, 100 kB each: readers who chose the same share one.
LETTERS_AT_ONCE = 64
NO_CHOICES = Choices()


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
    if not own:
        return SHIPPED  # what it compiled once in this process stays compiled
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
        cards=tuple(share_cards(newest_first, issues)),
        sources=sources,
        health=tuple(_of_the_living(health, sources)),
        redirects=library.redirects(),
        overrides=read_overrides(workspace.overrides),
        ties=ties.rows,
        complete_ties=ties.complete,
    )


def share_cards(cards: Iterable[Card], issues: Iterable[Issue]) -> Iterator[Card]:
    """The cards, each as its last issue has it where that differs by its ranking alone; else with its sources and words.

    What is the same is held once, and its view serves the pages of the issue and the story.
    """
    told = {card.story_id: card for issue in issues for card in issue.cards}
    for card in cards:
        issued = told.get(card.story_id, card)
        if msgspec.structs.replace(card, score=issued.score, reasons=issued.reasons) == issued:
            yield issued
            continue
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
        letter = prepare_mailing(workspace, issue, shelf, edition).letter()
        nobody = invent_reader(workspace, edition.code)
        links = deliver.make_links(nobody.id, edition.code, settings=settings, keys=open_keys(workspace.keys))
        files[f"mail/{issue.week}-{edition.code}.txt"] = deliver.put_in_links(letter.text, links).encode("utf-8")
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
    """What one delivery did, or would do."""

    sent: int = 0
    already_sent: int = 0
    failed: int = 0  # refused for good, or for too long
    suspended: int = 0  # of those: readers whose address was refused, who are not written to again
    deferred: int = 0  # refused for now: the next delivery tries again
    unknown: int = 0  # handed over, and the answer was never read: for a person to look at
    late: tuple[str, ...] = ()  # weeks that were not mailed because they ended too long ago
    empty: tuple[str, ...] = ()  # weeks that were not mailed because there is nothing to read, or nothing could be read
    bytes: int = 0  # of all messages that would be sent
    largest: int = 0  # bytes of the largest one

    @property
    def partial(self) -> bool:
        """True if somebody is still without their letter."""
        return bool(self.failed or self.deferred or self.unknown)


def deliver_issues(
    workspace: Workspace,
    library: Library,
    register: Register,
    shelf: Shelf,
    weeks: Sequence[str] = (),
    *,
    correct: bool = False,
    force: bool = False,
    dry_run: bool = False,
) -> DeliverReport:
    """Hands the letters of these issues, or of the last one, to every reader who has not had them.

    Args:
        correct: once more to those who had them, as a correction; a correction that was cut off goes on.
        force: also issues older than `deliver.late_days`, and those without stories.
        dry_run: counts and measures who would get what, and sends nothing.

    Raises:
        ConfigurationError: there are readers but the sender is not told fully, or an issue does not exist.
        DeliveryError: the channel takes nothing at all; what is not sent is left to a later call.
    """
    merge_opt_outs(register, workspace.opt_outs)
    readers = _written_to(workspace, register)
    if not readers or not shelf.issues:
        return DeliverReport()
    settings, now = workspace.settings, workspace.clock()
    check_sender(settings.mail)
    mailroom = Mailroom(workspace, shelf)
    posts: list[deliver.Post] = []
    held: list[Delivery] = []
    already = 0
    if not (weeks or force or correct):  # of earlier issues, what was deferred or cut off
        known = {issue.week for issue in shelf.issues}
        weeks = sorted(known.intersection(library.unfinished_weeks()) | {shelf.issues[-1].week})
    issues, late, empty = _mailed(workspace, choose_issues(shelf.issues, weeks), force=force)
    given_up = [
        row for week in late for row in deliver.give_up(_restored_ledger(workspace, library, week).values(), now)
    ]
    for issue in issues:
        ledger = _restored_ledger(workspace, library, issue.week)
        revision = _revision_of(readers, ledger, correct=correct)

        def first(reader: Reader, week: str = issue.week, revision: int = revision) -> Delivery:
            return Delivery(
                week=week,
                edition=reader.edition,
                reader=reader.id,
                channel=settings.deliver.channel,
                message_id=deliver.message_id(week, reader.edition, reader.id, settings.mail, revision),
                state=DeliveryState.QUEUED,
                at=now,
                revision=revision,
            )

        due = deliver.find_due(readers, ledger, first, settings.deliver)
        posts += due.posts
        held += due.held
        already += due.already_sent
    held += [row for row in given_up if row.state is DeliveryState.UNKNOWN]
    failed = [row for row in given_up if row.state is DeliveryState.FAILED]
    report = DeliverReport(already_sent=already, failed=len(failed), unknown=len(held), late=late, empty=empty)
    if dry_run:
        sizes = [len(mailroom.write(post.reader, post.row).message) for post in posts]
        return msgspec.structs.replace(report, sent=len(posts), bytes=sum(sizes), largest=max(sizes, default=0))

    def record(row: Delivery) -> None:
        append_send(workspace.sends, row)
        library.save_delivery(row)

    def suspend(reader: Reader, answer: Answer) -> None:
        detail = f"{answer.code} {answer.detail}".strip()
        opt_out(register, workspace.opt_outs, reader.id, SuppressionReason.BOUNCED, workspace.clock(), detail)

    for row in (*held, *failed):
        record(row)
    outcome = deliver.deliver_posts(
        posts,
        channel=open_channel(workspace),
        is_wanted=lambda reader: _is_active(register.get(reader.id)),
        write=mailroom.write,
        record=record,
        suspend=suspend,
        policy=settings.deliver,
        clock=workspace.clock,
    )
    return msgspec.structs.replace(
        report,
        sent=outcome.sent,
        failed=report.failed + outcome.failed,
        suspended=outcome.suspended,
        deferred=outcome.deferred,
        unknown=report.unknown + outcome.unknown,
    )


def _revision_of(readers: Iterable[Reader], ledger: Mapping[tuple[str, str], Delivery], *, correct: bool) -> int:
    """Which revision of an issue goes out: the newest one, or with `correct` the one after, unless the newest was cut off."""
    newest = max((row.revision for row in ledger.values()), default=0)
    begun = {row.revision for reader in readers if (row := ledger.get((reader.edition, reader.id)))}
    return newest + 1 if correct and begun == {newest} else newest


def _is_active(reader: Reader | None) -> bool:
    return reader is not None and reader.state is ReaderState.ACTIVE


def _written_to(workspace: Workspace, register: Register) -> list[Reader]:
    """The readers who agreed, and neither left nor are suspended."""
    suppressed, editions = register.suppressed(), workspace.settings.digest.editions
    active = register.readers(states=(ReaderState.ACTIVE,))
    return [reader for reader in active if reader.id not in suppressed and reader.edition in editions]


def _mailed(
    workspace: Workspace, issues: Sequence[Issue], *, force: bool
) -> tuple[list[Issue], tuple[str, ...], tuple[str, ...]]:
    """The issues that go out; the weeks of those that do not because they are late, and because they are empty."""
    if force:
        return list(issues), (), ()
    today = workspace.clock().astimezone(workspace.zone).date()
    patience = dt.timedelta(days=workspace.settings.deliver.late_days)
    empty = [issue for issue in issues if not issue.cards or issue.status is IssueStatus.COLLECTION_FAILED]
    late = [issue for issue in issues if issue not in empty and today - issue.last_day > patience]
    mailed = [issue for issue in issues if issue not in empty and issue not in late]
    return mailed, tuple(issue.week for issue in late), tuple(issue.week for issue in empty)


def _restored_ledger(workspace: Workspace, library: Library, week: str) -> dict[tuple[str, str], Delivery]:
    """(edition, reader's id) -> row, with what the ledger had forgotten, as one that was restored from a backup has."""
    ledger = library.deliveries(week)
    for row in find_forgotten(workspace.sends, week, ledger):
        library.save_delivery(row)
        ledger[row.edition, row.reader] = row
    return ledger


class Mailroom:
    """Makes the letters and messages of a shelf's issues."""

    def __init__(self, workspace: Workspace, shelf: Shelf) -> None:
        self._workspace = workspace
        self._shelf = shelf
        self._issues = {issue.week: issue for issue in shelf.issues}
        self._editions = {edition.code: edition for edition in open_editions(workspace)}
        self._keys = open_keys(workspace.keys)
        self._signer = open_signer(workspace)
        self._mailing = functools.cache(self._prepare)
        self._letter = functools.lru_cache(LETTERS_AT_ONCE)(self._make)

    def letter(self, week: str, edition: str, choices: Choices, revision: int = 0) -> Letter:
        """The letter to everybody who chose this."""
        return self._letter(week, edition, revision, choices)

    def _make(self, week: str, edition: str, revision: int, choices: Choices) -> Letter:
        return self._mailing(week, edition, revision).letter(choices)

    def _prepare(self, week: str, edition: str, revision: int) -> render.Mailing:
        workspace = self._workspace
        return prepare_mailing(workspace, self._issues[week], self._shelf, self._editions[edition], revision=revision)

    def write(self, reader: Reader, row: Delivery) -> Envelope:
        """The message of a row of the ledger: the same bytes however often it is made."""
        return self.address(self.letter(row.week, row.edition, reader.choices, row.revision), reader, row)

    def address(self, letter: Letter, reader: Reader, row: Delivery) -> Envelope:
        """The letter as a message to this reader, with their own links, signed where that is configured."""
        settings, sent_at = self._workspace.settings, (row.since or row.at).astimezone(self._workspace.zone)
        message = deliver.build_message(
            letter,
            reader,
            links=deliver.make_links(reader.id, reader.edition, settings=settings, keys=self._keys),
            sender=settings.mail,
            sent_at=sent_at,
            archive_url=settings.digest.base_url,
        )
        return Envelope(
            sender=deliver.envelope_sender(reader.id, row.week, settings=settings, keys=self._keys),
            recipient=reader.address,
            message=sign_message(message, self._signer, sent_at) if self._signer else message,
            delivery=row,
        )


def invent_reader(
    workspace: Workspace, edition: str, *, address: str = "reader@example.org", choices: Choices = NO_CHOICES
) -> Reader:
    """Somebody who is on no list, for messages to look at: the links in them belong to nobody."""
    now = workspace.clock()
    return Reader(
        id=f"00{now:%Y%m%d%H%M%S}",  # another one each time, or mail programs would take two tests for one message
        address=address,
        edition=edition,
        state=ReaderState.ACTIVE,
        consent=None,
        choices=choices,
        since=now,
        changed=now,
    )


def invent_delivery(workspace: Workspace, week: str, reader: Reader) -> Delivery:
    """The row that a first message to the reader would have; it is written nowhere."""
    settings = workspace.settings
    return Delivery(
        week=week,
        edition=reader.edition,
        reader=reader.id,
        channel=settings.deliver.channel,
        message_id=deliver.message_id(week, reader.edition, reader.id, settings.mail),
        state=DeliveryState.QUEUED,
        at=workspace.clock(),
    )


def send_test(workspace: Workspace, shelf: Shelf, address: str, *, week: str = "") -> dict[str, Answer]:
    """Sends an issue's letter of each edition to this address, marked as a test. Neither ledger nor journal knows of it.

    Args:
        week: of the issue; "" for the last one.

    Returns:
        Edition -> what became of it.

    Raises:
        ConfigurationError: the sender is not told fully, or there is no such issue.
        DeliveryError: the channel takes nothing at all.
    """
    check_sender(workspace.settings.mail)
    (issue,) = choose_issues(shelf.issues, (week,) if week else ())
    mailroom = Mailroom(workspace, shelf)
    envelopes = {}
    for edition in open_editions(workspace):
        reader = invent_reader(workspace, edition.code, address=address)
        letter = mailroom.letter(issue.week, edition.code, reader.choices)
        marked = render.mark_as_test(letter, edition)
        envelopes[edition.code] = mailroom.address(marked, reader, invent_delivery(workspace, issue.week, reader))
    return asyncio.run(_send(open_channel(workspace), envelopes))


async def _send(channel: Channel, envelopes: Mapping[str, Envelope]) -> dict[str, Answer]:
    async with channel:
        return {name: await channel.send(envelope, committing=lambda: None) for name, envelope in envelopes.items()}


def prepare_mailing(
    workspace: Workspace, issue: Issue, shelf: Shelf, edition: Edition, *, revision: int = 0
) -> render.Mailing:
    """One edition of an issue as mail; it makes the letters to those who chose nothing and to those who chose."""
    return render.Mailing(
        issue,
        shelf,
        load_lexicon(),
        edition,
        base_url=workspace.settings.digest.base_url,
        sender=workspace.settings.mail,
        templates=open_templates(workspace),
        revision=revision,
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


def choose_issues(issues: Sequence[Issue], weeks: Sequence[str]) -> list[Issue]:
    """The issues of these weeks, or the last one. Raises ConfigurationError if there is no such issue."""
    if not issues:
        raise ConfigurationError("there is no issue yet; run 'city-digest run'")
    if not weeks:
        return [issues[-1]]
    by_week = {issue.week: issue for issue in issues}
    if missing := [week for week in weeks if week not in by_week]:
        raise ConfigurationError(f"there is no issue {missing[0]}; the last one is {issues[-1].week}")
    return [by_week[week] for week in weeks]
