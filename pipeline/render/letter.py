"""An issue as mail: a text part that is complete in itself, and an HTML part with its style inlined."""

from __future__ import annotations

import base64
import dataclasses
import functools
import quopri
import re
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import quote

import css_inline

from pipeline.config import Mail
from pipeline.errors import RenderError
from pipeline.knowledge.editions import Edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import Issue, Letter, Shelf
from pipeline.render import dates, links
from pipeline.render.environment import SHIPPED, Templates
from pipeline.render.holdings import take_stock
from pipeline.render.overlay import mark_issue
from pipeline.render.presenter import Presenter
from pipeline.render.views import CardView, IssueView, RegionView
from pipeline.text.clean import clean_text

MOST_HTML_BYTES = 90_000  # encoded; larger parts are clipped by common webmail (at 102 kB)
# How much of the issue the HTML part keeps, tried in turn until it fits. The text part always keeps all of it.
_SHARES = (1.0, 0.75, 0.5, 0.3, 0.15, 0.05, 0.0)
PREHEADER_CHARS = 110  # what mail lists show beside a subject
_BLANK_LINES = re.compile(r"\n{3,}")

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
    """Who sends, as the end of the mail says it."""

    name: str
    postal: str
    contact: str
    contact_link: str
    unsubscribe_link: str


def render_letter(
    issue: Issue,
    shelf: Shelf,
    lexicon: Lexicon,
    edition: Edition,
    *,
    base_url: str,
    sender: Mail,
    templates: Templates = SHIPPED,
) -> Letter:
    """The mail of one issue in one edition, before it has a reader.

    Args:
        shelf: the archive that the mail links to, with the sources' names.
        base_url: where the archive is published; "" for none, then only sources are linked.
        sender: named at the end of the mail.
        templates: those of the workspace.

    Raises:
        RenderError: even the shortest HTML part is larger than MOST_HTML_BYTES, or the edition lacks a message.
    """
    presenter = Presenter(take_stock(shelf), lexicon, edition)
    # With what the editors decided since: a letter may go out days after its issue was made.
    view = presenter.issue(mark_issue(issue, shelf))
    subject = clean_text(
        edition.say(
            "mail.subject",
            number=issue.number,
            period=dates.format_span(issue.first_day, issue.last_day, edition),
        )
    )
    context = {
        "page": _Sheet(edition.code, base_url),
        "t": edition.say,
        "subject": subject,
        "preheader": _preheader(view, edition),
        "sender": _imprint(sender, edition),
        "about": links.list_path("about", edition.code),
        "sources": links.list_path("sources", edition.code),
        "consulted": len(view.consulted),
        "calendar": links.calendar_path(links.list_path("calendar", edition.code))
        if presenter.holdings.entries
        else "",
    }
    text = templates.text.get_template("mail/issue.txt").render(issue=view, **context)
    return Letter(
        week=issue.week,
        edition=edition.code,
        subject=subject,
        text=_tidy(text),
        html=_fitting(view, context, templates),
    )


def _preheader(view: IssueView, edition: Edition) -> str:
    cards = view.lines or (*view.leads, *(card for region in view.regions for card in region.cards))[:1]
    headlines = edition.say("list.sentences").join(card.headline + edition.say("list.stop").rstrip() for card in cards)
    text = edition.say("mail.preheader", headlines=headlines) if headlines else view.notice_title or view.period
    return text if len(text) <= PREHEADER_CHARS else f"{text[: PREHEADER_CHARS - 1].rstrip()}…"


def _imprint(sender: Mail, edition: Edition) -> _Imprint:
    topic = quote(edition.say("mail.unsubscribe_subject", edition=edition.code))
    return _Imprint(
        name=clean_text(sender.sender_name),
        postal=clean_text(sender.postal_address),
        contact=clean_text(sender.contact),
        contact_link=links.safe_url(sender.contact) or links.mail_link(sender.contact),
        unsubscribe_link=f"{link}?subject={topic}" if (link := links.mail_link(sender.unsubscribe)) else "",
    )


def _tidy(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return _BLANK_LINES.sub("\n\n", lines).strip() + "\n"


def _fitting(view: IssueView, context: dict[str, object], templates: Templates) -> str:
    """The HTML with as much of the issue as fits."""
    template = templates.markup.get_template("mail/issue.html")
    whole = _briefs(view)
    for share in _SHARES:
        part = _cut(view, share)
        html = _inliner().inline(template.render(issue=part, dropped=whole - _briefs(part), cut=share < 1, **context))
        if encoded_size(html) < MOST_HTML_BYTES:
            return html
    raise RenderError(
        f"the mail of {view.week} does not fit into {MOST_HTML_BYTES} bytes even with one source per lead story"
    )


def encoded_size(html: str) -> int:
    """Bytes of a part in the shorter of the two transfer encodings of RFC 2045, line ends included."""
    raw = html.encode("utf-8")
    return min(len(quopri.encodestring(raw)), len(base64.encodebytes(raw)))


@functools.cache
def _inliner() -> css_inline.CSSInliner:
    # Media queries stay in a <style>: dark mode and small screens cannot be inlined. Nothing is ever fetched.
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False, minify_css=True)


def _briefs(view: IssueView) -> int:
    return sum(len(region.cards) for region in view.regions) + len(view.follow_ups) + len(view.background)


def _cut(view: IssueView, share: float) -> IssueView:
    """The issue with only that share of its short cards, table rows and sources of lead stories."""
    if share == 1:
        return view
    regions = (RegionView(region.id, region.name, _first(region.cards, share, least=0)) for region in view.regions)
    return dataclasses.replace(
        view,
        leads=tuple(_with_fewer_sources(card, share) for card in view.leads),
        regions=tuple(region for region in regions if region.cards),
        agreements=_first(view.agreements, share, least=3),
        meetings=_first(view.meetings, share, least=3),
        calendar=_first(view.calendar, share, least=3),
        calls=_first(view.calls, share, least=3),
        anniversaries=_first(view.anniversaries, share, least=3),
        follow_ups=_first(view.follow_ups, share, least=0),
        further=_first(view.further, share, least=0),
        background=_first(view.background, share, least=0),
        names=_first(view.names, share, least=0),
        failed=_first(view.failed, share, least=3),
        doubtful=_first(view.doubtful, share, least=3),
        consulted=(),
    )


def _with_fewer_sources(card: CardView, share: float) -> CardView:
    return dataclasses.replace(card, sources=_first(card.sources, share, least=1), people=())


def _first(items: Sequence[T], share: float, *, least: int) -> tuple[T, ...]:
    return tuple(items[: max(least, int(len(items) * share))])
