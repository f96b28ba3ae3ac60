"""The card of a story: sources best first, copies folded, the lead in each edition's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.knowledge.editions import load_edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import (
    ArticleClass,
    Card,
    CopyKind,
    Directives,
    Kind,
    Label,
    Member,
    SourceSpec,
    Story,
    TaggedArticle,
    Terms,
)
from pipeline.words import make_card

Make = Callable[..., TaggedArticle]


def source(key: str, *labels: Label, **about: Any) -> SourceSpec:
    return SourceSpec(
        id=key, names={"en": key}, home="https://x.example/", country="JP", languages=("en",), kind=Kind.FEED, start=(),
        labels=labels, **about,
    )  # fmt: skip


SOURCES = {
    spec.id: spec
    for spec in (
        source("city", Label.OFFICIAL),
        source("wire", Label.AGENCY, family="group"),
        source("paper", Label.PRESS, family="group"),
        source("host", Label.ORGANISER),
        source("blog"),
        source("strict", Label.PRESS, terms=Terms(show="title_only")),
    )
}


@pytest.fixture
def card(lexicon: Lexicon) -> Callable[..., Card]:
    def carded(*articles: TaggedArticle, copies: dict[str, str] | None = None) -> Card:
        copies = copies or {}
        members = tuple(
            Member(
                article_id=item.article.id,
                reason="copy" if item.article.id in copies else "same_event",
                copy_of=copies.get(item.article.id),
                copy_kind=CopyKind.SYNDICATED if item.article.id in copies else None,
            )
            for item in articles
        )
        return make_card(
            Story(id="s" + "0" * 12, members=members),
            {item.article.id: item for item in articles},
            conflicts=(),
            sources=SOURCES,
            lexicon=lexicon,
            editions=[load_edition("ja"), load_edition("en")],
        )

    return carded


def shown(card: Card) -> list[str]:
    return [item.source_id for item in card.sources]


def test_sources_stand_by_label_then_by_time(card: Callable[..., Card], make: Make) -> None:
    made = card(
        make("a", source="blog", day="2026-10-01"), make("b", source="host"), make("c", source="paper", day="2026-11-03"),
        make("d", source="strict", day="2026-11-02"), make("e", source="city"), make("f", source="wire"),
    )  # fmt: skip
    assert shown(made) == ["city", "wire", "strict", "paper", "host", "blog"]
    assert made.families == 5  # wire and paper are one
    assert made.published is not None
    assert made.published.day.isoformat() == "2026-10-01"


def test_each_edition_leads_with_the_best_labelled_source_in_its_language(
    card: Callable[..., Card], make: Make
) -> None:
    made = card(
        make("a", source="city", language="zh-Hans"), make("b", source="paper", language="ja"),
        make("c", source="blog", language="en"),
    )  # fmt: skip
    assert made.lead == {"ja": "b" * 16, "en": "a" * 16}  # a source without a label never leads


def test_a_story_without_any_label_is_unverified(card: Callable[..., Card], make: Make) -> None:
    assert card(make("a", source="blog"), make("b", source="unknown")).unverified is True
    assert card(make("a", source="blog"), make("b", source="host")).unverified is False


def test_copies_are_folded_under_their_original_and_confirm_nothing(card: Callable[..., Card], make: Make) -> None:
    made = card(
        make("a", source="city"), make("c", source="blog", language="fr"), make("b", source="paper"),
        copies={"c" * 16: "a" * 16, "b" * 16: "a" * 16},
    )  # fmt: skip
    assert shown(made) == ["city"]
    assert [(copy.article_id[0], copy.source_id) for copy in made.sources[0].copies] == [("b", "paper"), ("c", "blog")]
    assert (made.families, made.languages) == (1, ("en",))


def test_terms_of_the_source_or_of_the_page_leave_only_the_title(card: Callable[..., Card], make: Make) -> None:
    made = card(
        make("a", source="strict"),
        make("b", source="city", directives=Directives(noai=True)),
        make("c", source="paper"),
    )
    assert {item.source_id: item.title_only for item in made.sources} == {"city": True, "strict": True, "paper": False}


def test_one_news_article_makes_a_story_news(card: Callable[..., Card], make: Make) -> None:
    old = make("a", article_class=ArticleClass.BACKGROUND)
    assert card(old).article_class is ArticleClass.BACKGROUND
    assert card(old, make("b")).article_class is ArticleClass.NEWS


def test_undated_articles_make_no_publication_date(card: Callable[..., Card], make: Make) -> None:
    made = card(make("a", day=None))
    assert (made.published, made.first_seen.isoformat()) == (None, "2026-11-02T00:00:00+00:00")


def test_members_that_are_not_given_are_left_out(lexicon: Lexicon, make: Make) -> None:
    known = make("a")
    story = Story(id="s" + "0" * 12, members=(Member(article_id="z" * 16, reason="first"), Member(article_id="a" * 16, reason="same_event")))  # fmt: skip
    made = make_card(story, {"a" * 16: known}, conflicts=(), sources={}, lexicon=lexicon, editions=[load_edition("en")])
    assert [item.article_id for item in made.sources] == ["a" * 16]
    assert set(made.words) == {"en"}
