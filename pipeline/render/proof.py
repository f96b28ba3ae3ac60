"""An issue before it is published: its own pages and those of its stories, which link to the archive for the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.knowledge.editions import Edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import Rendered, Shelf
from pipeline.render import links
from pipeline.render.archive import render_assets
from pipeline.render.environment import SHIPPED, Templates
from pipeline.render.holdings import take_stock
from pipeline.render.pages import Pressroom, Proof
from pipeline.render.presenter import Presenter


def render_proof(
    shelf: Shelf,
    lexicon: Lexicon,
    editions: Sequence[Edition],
    *,
    folder: str,
    archive: str,
    home: str = "",
    templates: Templates = SHIPPED,
) -> Iterator[Rendered]:
    """The files of the shelf's last issue, each path once.

    Args:
        folder: where these files will lie.
        archive: where the archive lies, seen from the same place.
        home: the readers' country, ISO 3166-1 alpha-2.
        templates: those of the workspace.

    Raises:
        RenderError: an edition lacks a message.
    """
    holdings = take_stock(shelf)
    issue = holdings.shelf.issues[-1]
    told = {holdings.redirects.get(card.story_id, card.story_id) for card in issue.cards}
    cards = [holdings.stories[story_id] for story_id in sorted(told & holdings.stories.keys())]
    paths = frozenset(
        path
        for edition in editions
        for path in (
            links.issue_path(issue.week, edition.code),
            *(links.story_path(card.story_id, edition.code) for card in cards),
        )
    )
    assets = list(render_assets(templates))
    proof = Proof(folder=folder, archive=archive, paths=paths.union(asset.path for asset in assets))
    yield from assets
    for edition in editions:
        press = Pressroom(
            Presenter(holdings, lexicon, edition),
            editions,
            base_url="",
            version="",
            contact="",
            home=home,
            proof=proof,
            templates=templates,
        )
        yield press.issue_page(len(holdings.shelf.issues) - 1).rendered
        for card in cards:
            yield press.story_page(card).rendered
