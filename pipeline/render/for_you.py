"""What of an issue touches the cities, networks and themes that a reader chose."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from pipeline.model import CalendarRow, Call, Card, Choices, Issue
from pipeline.render.presenter import Presenter
from pipeline.render.views import AnniversaryView, CardView, IssueView, Ref, Row, SourceView

MOST_STORIES = 10  # as many as are read in two minutes; the others stand in the issue below
MOST_ROWS = 5
MOST_SOURCES = 3
MOST_NAMES = 8  # two lines


@dataclasses.dataclass(frozen=True, slots=True)
class ChosenStory:
    """A story of the issue, told in one sentence."""

    card: CardView
    matches: tuple[Ref, ...]  # what of the choices it touches
    section: str  # title of the section that tells it
    is_told: bool  # there, with its sources; else it is only named
    sources: tuple[SourceView, ...]  # the first ones, where it is only named


@dataclasses.dataclass(frozen=True, slots=True)
class ForYouView:
    """The first section of a mail to somebody who chose."""

    chosen: str  # by name
    stories: tuple[ChosenStory, ...]
    more: int  # stories that touch the choices as well
    calls: tuple[Row, ...]  # calls and dates of stories that the issue tells nowhere else
    calendar: tuple[Row, ...]
    anniversaries: tuple[AnniversaryView, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.stories or self.calls or self.calendar or self.anniversaries)


def find_for_you(issue: Issue, view: IssueView, choices: Choices, presenter: Presenter) -> ForYouView | None:
    """What the reader finds first; None for one who chose nothing that there is.

    Args:
        view: of the issue, whole.
    """
    chosen = _names(choices, presenter)
    if not chosen:
        return None
    named = {card.story_id for card in issue.further}
    # A withdrawn story is nobody's: it has nothing left but its id.
    stories = [
        _story(presenter.card(card), matches, section, is_told=card.story_id not in named)
        for section, card in _told(issue, presenter)
        if (matches := _matches(card, choices, presenter))
    ]
    told = {_standing(card.story_id, presenter) for card in issue.cards}
    calls = _rows(issue.calls, view.calls, told, choices, presenter)
    dates = _rows(issue.calendar, view.calendar, told, choices, presenter)
    return ForYouView(
        chosen=_list(chosen, presenter),
        stories=tuple(stories[:MOST_STORIES]),
        more=len(stories[MOST_STORIES:]),
        calls=calls[:MOST_ROWS],
        calendar=tuple(row for row in dates if not row.is_deadline)[:MOST_ROWS],  # deadlines are calls
        anniversaries=presenter.anniversaries(
            [row for row in issue.anniversaries if not {row.a, row.b}.isdisjoint(choices.cities)]
        )[:MOST_ROWS],
    )


def _story(card: CardView, matches: tuple[Ref, ...], section: str, *, is_told: bool) -> ChosenStory:
    return ChosenStory(card, matches, section, is_told, () if is_told else card.sources[:MOST_SOURCES])


def _list(chosen: Sequence[Ref], presenter: Presenter) -> str:
    names = presenter.join(ref.text for ref in chosen[:MOST_NAMES])
    more = len(chosen[MOST_NAMES:])
    return presenter.say("mail.and_more", names=names, n=more) if more else names


def _names(choices: Choices, presenter: Presenter) -> tuple[Ref, ...]:
    """What was chosen, without what the vocabulary no longer has."""
    lexicon = presenter.lexicon
    return (
        *(presenter.city(city) for city in choices.cities if city in lexicon.cities),
        *(presenter.network(network) for network in choices.networks if network in lexicon.networks),
        *(presenter.theme(theme) for theme in choices.themes if theme in lexicon.themes),
    )


def _matches(found: Card | CalendarRow | Call, choices: Choices, presenter: Presenter) -> tuple[Ref, ...]:
    """What of the choices something touches."""
    themes = found.themes if isinstance(found, Card) else ()
    touched = Choices(
        cities=tuple(city for city in choices.cities if city in found.cities),
        networks=tuple(network for network in choices.networks if network in found.networks),
        themes=tuple(theme for theme in choices.themes if theme in themes),
    )
    return _names(touched, presenter)


def _told(issue: Issue, presenter: Presenter) -> Iterator[tuple[str, Card]]:
    """Every story in reading order, after the title of the section that tells it."""
    yield from ((presenter.say("issue.leads"), card) for card in issue.leads)
    for section in issue.regions:
        yield from ((presenter.region(section.region), card) for card in section.cards)
    for title in ("further", "background", "follow_ups"):
        yield from ((presenter.say(f"issue.{title}"), card) for card in getattr(issue, title))


def _rows(
    rows: Sequence[CalendarRow | Call],
    views: Iterable[Row],
    told: set[str],
    choices: Choices,
    presenter: Presenter,
) -> tuple[Row, ...]:
    """The views of rows that touch the choices, themselves or by their story, if the issue does not tell that."""
    found = []
    for row, view in zip(rows, views, strict=True):
        story_id = _standing(row.story_id, presenter)
        card = presenter.holdings.stories.get(story_id)
        touched = _matches(row, choices, presenter) or (card and _matches(card, choices, presenter))
        if touched and story_id not in told:
            found.append(view)
    return tuple(found)


def _standing(story_id: str, presenter: Presenter) -> str:
    """The story under which it stands now."""
    return presenter.holdings.redirects.get(story_id, story_id)
