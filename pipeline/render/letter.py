"""An issue as mail: a text part that is complete in itself, and an HTML part with its style inlined.

The readers' own addresses are not in it yet: the letter of all who chose the same is made once, and each message puts in its own.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import math
import quopri
import re
import secrets
from collections.abc import Sequence
from typing import Any, TypeVar

import css_inline
import msgspec

from pipeline.config import Mail
from pipeline.errors import RenderError, TemplateError
from pipeline.knowledge.editions import Edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import LEAVE_LINK, SETTINGS_LINK, Choices, Issue, Letter, Shelf
from pipeline.render import dates, links
from pipeline.render.environment import SHIPPED, Templates
from pipeline.render.for_you import ForYouView, find_for_you
from pipeline.render.holdings import take_stock
from pipeline.render.overlay import mark_issue
from pipeline.render.presenter import Presenter
from pipeline.render.views import CardView, IssueView, RegionView
from pipeline.text.clean import clean_text

MOST_HTML_BYTES = 90_000  # encoded; larger parts are clipped by common webmail (at 102 kB)
MOST_LINK_BYTES = 400  # of one address of a reader's own: twice that of a web address of 100 characters, escaped
# Shares of the tables' rows and of the stories that the HTML part keeps, tried in turn until it fits: stories are what people
# read, rows are looked up. The text part always keeps everything.
_SHARES = (
    (1.0, 1.0), (0.75, 1.0), (0.5, 1.0), (0.4, 1.0), (0.25, 1.0), (0.25, 0.75), (0.15, 0.5), (0.1, 0.3), (0.0, 0.05), (0.0, 0.0)
)  # fmt: skip
# Tables, and how many of their rows stay however little fits.
_TABLES = {"agreements": 3, "meetings": 3, "calendar": 3, "calls": 3, "anniversaries": 3, "names": 0}
PREHEADER_CHARS = 110  # what mail lists show beside a subject
_BLANK_LINES = re.compile(r"\n{3,}")
# What templates print for the placeholders, unguessable: a text or address from outside that held the placeholder itself
# would have the reader's own address put in, and a link of somebody else's would carry it there.
_PRINTED = {placeholder: f"own-{secrets.token_hex(16)}" for placeholder in (LEAVE_LINK, SETTINGS_LINK)}

NO_CHOICES = Choices()

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class _Sheet:
    """The page that mail templates know: it links to the published archive, or to nothing."""

    lang: str
    base_url: str

    def to(self, path: str) -> str:
        """The absolute address of a page, "" where there is none."""
        return links.absolute(path, self.base_url) if path else ""


@dataclasses.dataclass(frozen=True, slots=True)
class _Imprint:
    """Who sends, as the end of the mail says it, and the reader's own addresses."""

    name: str
    postal: str
    contact: str
    contact_link: str
    unsubscribe_link: str
    settings_link: str


def render_letter(
    issue: Issue,
    shelf: Shelf,
    lexicon: Lexicon,
    edition: Edition,
    *,
    base_url: str,
    sender: Mail,
    templates: Templates = SHIPPED,
    choices: Choices = NO_CHOICES,
    revision: int = 0,
) -> Letter:
    """The mail of one issue in one edition, before it has a reader; as `Mailing`."""
    mailing = Mailing(
        issue, shelf, lexicon, edition, base_url=base_url, sender=sender, templates=templates, revision=revision
    )
    return mailing.letter(choices)


class Mailing:
    """One edition of an issue as mail, for those who chose nothing and for those who chose."""

    def __init__(
        self,
        issue: Issue,
        shelf: Shelf,
        lexicon: Lexicon,
        edition: Edition,
        *,
        base_url: str,
        sender: Mail,
        templates: Templates = SHIPPED,
        revision: int = 0,
    ) -> None:
        """Prepares what all letters have in common.

        Args:
            shelf: the archive that the mail links to, with the sources' names.
            base_url: where the archive is published; "" for none, then only sources are linked.
            sender: named at the end of the mail.
            templates: those of the workspace.
            revision: above 0 for a correction of what was sent before, which then says so.
        """
        self._presenter = Presenter(take_stock(shelf), lexicon, edition)
        self._edition = edition
        self._templates = templates
        self._revision = revision
        # With what the editors decided since: a letter may go out days after its issue was made.
        self._issue = mark_issue(issue, shelf)
        self._view = self._presenter.issue(self._issue)
        self._subject = _subject(issue, edition, revision)
        self._imprint = _imprint(sender)
        has_calendar = bool(self._presenter.holdings.entries)
        self._context: dict[str, object] = {
            "page": _Sheet(edition.code, base_url),
            "t": edition.say,
            "subject": self._subject,
            "revision": revision,
            "sender": self._imprint,
            "about": links.list_path("about", edition.code),
            "sources": links.list_path("sources", edition.code),
            "consulted": len(self._view.consulted),
            "calendar": links.calendar_path(links.list_path("calendar", edition.code)) if has_calendar else "",
        }

    def letter(self, choices: Choices = NO_CHOICES) -> Letter:
        """The letter to everybody who chose this; what touches their choices stands first.

        Raises:
            RenderError: even the shortest HTML part is larger than MOST_HTML_BYTES, or the edition lacks a message.
            TemplateError: a template of the workspace shows no way to leave.
        """
        for_you = find_for_you(self._issue, self._view, choices, self._presenter)
        context = self._context | {"for_you": for_you, "preheader": self._preheader(for_you)}
        text = self._templates.text.get_template("mail/issue.txt").render(issue=self._view, **context)
        letter = Letter(
            week=self._issue.week,
            edition=self._edition.code,
            subject=self._subject,
            text=_with_placeholders(_tidy(text)),
            html=_fitting(self._view, context, self._templates),
            revision=self._revision,
        )
        if self._imprint.unsubscribe_link:
            _check_way_out(letter)
        return letter

    def _preheader(self, for_you: ForYouView | None) -> str:
        view, edition = self._view, self._edition
        own = tuple(story.card for story in for_you.stories[:3]) if for_you else ()
        cards = own or view.lines or (*view.leads, *(card for region in view.regions for card in region.cards))[:1]
        stop = edition.say("list.stop").rstrip()
        headlines = edition.say("list.sentences").join(card.headline + stop for card in cards)
        key = "mail.preheader_for_you" if own else "mail.preheader"
        text = edition.say(key, headlines=headlines) if headlines else view.notice_title or view.period
        return text if len(text) <= PREHEADER_CHARS else f"{text[: PREHEADER_CHARS - 1].rstrip()}…"


def _subject(issue: Issue, edition: Edition, revision: int) -> str:
    period = dates.format_span(issue.first_day, issue.last_day, edition)
    subject = edition.say("mail.subject", number=issue.number, period=period)
    return clean_text(edition.say("mail.corrected", subject=subject) if revision else subject)


def mark_as_test(letter: Letter, edition: Edition) -> Letter:
    """The letter, with a subject that says it is none that readers get."""
    return msgspec.structs.replace(letter, subject=edition.say("mail.test", subject=letter.subject))


def _imprint(sender: Mail) -> _Imprint:
    return _Imprint(
        name=clean_text(sender.sender_name),
        postal=clean_text(sender.postal_address),
        contact=clean_text(sender.contact),
        contact_link=links.safe_url(sender.contact) or links.mail_link(sender.contact),
        # A sender who names no address for it sends nothing: what is made then is for looking at.
        unsubscribe_link=_PRINTED[LEAVE_LINK] if sender.unsubscribe else "",
        settings_link=_PRINTED[SETTINGS_LINK] if sender.unsubscribe else "",
    )


def _with_placeholders(body: str) -> str:
    for placeholder, printed in _PRINTED.items():
        body = body.replace(placeholder, f"({placeholder.strip('%')})").replace(printed, placeholder)
    return body


def _check_way_out(letter: Letter) -> None:
    for name, body in (("issue.txt", letter.text), ("issue.html", letter.html)):
        if LEAVE_LINK not in body:
            raise TemplateError(
                f"templates/mail/{name} shows no way to leave; print {{{{ sender.unsubscribe_link }}}} in it"
            )


def _tidy(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return _BLANK_LINES.sub("\n\n", lines).strip() + "\n"


def _fitting(view: IssueView, context: dict[str, object], templates: Templates) -> str:
    """The HTML with as much of the issue as fits."""
    template = templates.markup.get_template("mail/issue.html")
    for rows, stories in _SHARES:
        part = _cut(view, rows, stories)
        dropped = {"dropped": _stories(view) - _stories(part), "dropped_rows": _rows(view) - _rows(part)}
        html = _with_placeholders(_inliner().inline(template.render(issue=part, **dropped, **context)))
        if encoded_size(html) < MOST_HTML_BYTES:
            return html
    raise RenderError(
        f"the mail of {view.week} does not fit into {MOST_HTML_BYTES} bytes even with one source per lead story"
    )


def encoded_size(html: str) -> int:
    """Bytes of a part in the shorter of the two transfer encodings of RFC 2045, line ends and readers' addresses included."""
    for placeholder in _PRINTED:
        html = html.replace(placeholder, "x" * MOST_LINK_BYTES)
    raw = html.encode("utf-8")
    return min(len(quopri.encodestring(raw)), len(base64.encodebytes(raw)))


@functools.cache
def _inliner() -> css_inline.CSSInliner:
    # Media queries stay in a <style>: dark mode and small screens cannot be inlined. Nothing is ever fetched.
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False, minify_css=True)


def _stories(view: IssueView) -> int:
    lists = (*(region.cards for region in view.regions), view.further, view.follow_ups, view.background)
    return sum(map(len, lists))


def _rows(view: IssueView) -> int:
    return sum(len(getattr(view, table)) for table in _TABLES)


def _cut(view: IssueView, rows: float, stories: float) -> IssueView:
    """The issue with only these shares of its tables' rows, and of its short cards and sources of lead stories."""
    if rows == stories == 1:
        return view
    regions = (RegionView(region.id, region.name, _first(region.cards, stories, least=0)) for region in view.regions)
    tables: dict[str, Any] = {name: _first(getattr(view, name), rows, least=least) for name, least in _TABLES.items()}
    return dataclasses.replace(
        view,
        leads=tuple(_with_fewer_sources(card, stories) for card in view.leads) if stories < 1 else view.leads,
        regions=tuple(region for region in regions if region.cards),
        follow_ups=_first(view.follow_ups, stories, least=0),
        further=_first(view.further, stories, least=0),
        background=_first(view.background, stories, least=0),
        failed=_first(view.failed, rows, least=3),
        doubtful=_first(view.doubtful, rows, least=3),
        consulted=(),
        **tables,
    )


def _with_fewer_sources(card: CardView, share: float) -> CardView:
    return dataclasses.replace(card, sources=_first(card.sources, share, least=1), people=())


def _first(items: Sequence[T], share: float, *, least: int) -> tuple[T, ...]:
    return tuple(items[: max(least, math.ceil(len(items) * share))])
