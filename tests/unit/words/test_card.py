"""The card of a story: sources best first, copies folded, the lead in each edition's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from pipeline.knowledge.editions import load_edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.knowledge.ties import Ties
from pipeline.model import (
    Account,
    ArticleClass,
    Card,
    Claim,
    CompleteTies,
    Conflict,
    CopyKind,
    DatedEvent,
    Directives,
    Kind,
    Label,
    Member,
    Person,
    SourceSpec,
    Story,
    TaggedArticle,
    TagKind,
    Terms,
    Tie,
    TieKind,
    Verdict,
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


KOBE, RIGA, PARIS, ROME = "geonames:1859171", "geonames:456172", "geonames:2988507", "geonames:3169070"
READ = {"source": "https://ties.example/", "retrieved": dt.date(2026, 11, 1)}
TIES = Ties().with_rows(
    (Tie(a=KOBE, b=RIGA, kind=TieKind.SISTER, since="1974", **READ), Tie(a=PARIS, b=ROME, kind=TieKind.SISTER, **READ)),
    (CompleteTies(city=PARIS, **READ),),
)


@pytest.fixture
def card(lexicon: Lexicon) -> Callable[..., Card]:
    def carded(
        *articles: TaggedArticle,
        copies: dict[str, str] | None = None,
        kinds: dict[str, CopyKind] | None = None,
        voices: dict[str, str] | None = None,
        conflicts: tuple[Conflict, ...] = (),
    ) -> Card:
        copies, kinds = copies or {}, kinds or {}
        own = {item.article.id: SOURCES.get(item.article.source_id) for item in articles}
        spoken = {key: spec.publisher_family if spec and spec.labels else "" for key, spec in own.items()}
        members = tuple(
            Member(
                article_id=item.article.id,
                reason="copy" if item.article.id in copies else "same_event",
                copy_of=copies.get(item.article.id),
                copy_kind=kinds.get(item.article.id, CopyKind.SYNDICATED) if item.article.id in copies else None,
            )
            for item in articles
        )
        return make_card(
            Story(id="s" + "0" * 12, members=members),
            {item.article.id: item for item in articles},
            conflicts=conflicts,
            sources=SOURCES,
            voices=spoken | (voices or {}),
            lexicon=lexicon,
            editions=[load_edition("ja"), load_edition("en")],
            ties=TIES,
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
    assert made.families == 4  # wire and paper are one, nobody speaks in the blog
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


def test_an_account_of_its_own_leads_before_one_that_credits_others(card: Callable[..., Card], make: Make) -> None:
    own, told = make("a", source="strict", language="en"), make("b", source="city", language="en", day="2026-10-01")
    made = card(own, told, voices={"b" * 16: "xinhua"})
    assert shown(made) == ["strict", "city"]
    assert made.lead["en"] == "a" * 16


def test_a_crediting_source_in_the_language_of_the_edition_leads_over_an_original_in_another(
    card: Callable[..., Card], make: Make
) -> None:
    made = card(
        make("a", source="city", language="zh-Hans"),
        make("b", source="strict", language="ja"),
        copies={"b" * 16: "a" * 16},
        kinds={"b" * 16: CopyKind.TRANSLATED},
        voices={"b" * 16: "city"},
    )
    assert made.lead == {"ja": "b" * 16, "en": "a" * 16}


def test_without_a_source_in_the_language_the_one_that_others_tell_on_leads(
    card: Callable[..., Card], make: Make
) -> None:
    official, wire = make("a", source="city", language="fr"), make("b", source="wire", language="fr", day="2026-11-02")
    copy, told = make("c", source="blog", language="fr"), make("d", source="strict", language="fr", day="2026-10-01")
    assert card(official, wire).lead["en"] == "a" * 16  # the earlier
    assert card(official, wire, copy, copies={"c" * 16: "b" * 16}).lead["en"] == "b" * 16
    made = card(official, wire, told, voices={"d" * 16: "group"})
    assert made.lead["en"] == "b" * 16


def test_of_one_day_the_better_label_leads_an_edition_without_a_source_of_its_own(
    card: Callable[..., Card], make: Make
) -> None:
    made = card(make("a", source="strict", language="fr"), make("b", source="city", language="fr"))
    assert made.lead["en"] == "b" * 16


def test_a_site_without_label_never_leads_a_story_that_has_one(card: Callable[..., Card], make: Make) -> None:
    made = card(make("a", source="blog", language="en", day="2026-10-01"), make("b", source="host", language="fr"))
    assert made.lead == {"ja": "b" * 16, "en": "b" * 16}


def test_no_sentence_picks_a_day_on_which_accounts_differ(card: Callable[..., Card], make: Make) -> None:
    signed = DatedEvent(start=dt.date(2026, 11, 3), evidence="3 November")
    article = make(
        title="Sister city agreement signed on 3 November",
        tags={TagKind.EVENT: {"sister-city-agreement": 0.9}, TagKind.COUNTRY: {"JP": 0.9, "LV": 0.9}},
        dates=(signed,),
    )
    accounts = tuple(Account(value=day, article_ids=("a" * 16,)) for day in ("2026-11-03", "2026-11-04"))

    agreed, disputed = card(article), card(article, conflicts=(Conflict(fact="event_date", accounts=accounts),))

    assert "3 November" in " ".join(agreed.words["en"].sentences)
    assert "3 November" not in " ".join(disputed.words["en"].sentences)
    assert "Sources differ on the date." in " ".join(disputed.words["en"].sentences)
    assert disputed.event == agreed.event


def test_claims_stand_beside_what_the_table_says_contradicted_ones_first(card: Callable[..., Card], make: Make) -> None:
    """Unknown is not false: only a city whose ties are all known can contradict."""
    first = msgspec.structs.replace(make("a"), claims=(Claim(a=KOBE, b=PARIS), Claim(a=KOBE, b=RIGA)))
    second = msgspec.structs.replace(make("b"), claims=(Claim(a=KOBE, b=RIGA), Claim(a=KOBE, b=ROME)))
    claims = card(first, second).claims
    assert [(claim.b, claim.verdict) for claim in claims] == [
        (PARIS, Verdict.CONTRADICTED),
        (RIGA, Verdict.CONFIRMED),
        (ROME, Verdict.UNKNOWN),
    ]
    assert [claim.source for claim in claims] == ["https://ties.example/", "https://ties.example/", ""]
    assert [len(claim.article_ids) for claim in claims] == [1, 2, 1]


def test_a_report_of_a_signing_is_not_contradicted_by_an_older_list(card: Callable[..., Card], make: Make) -> None:
    """A tie may be made any day: only who retells an old one can be wrong about it."""
    claim = Claim(a=KOBE, b=PARIS, kind=TieKind.SISTER)
    retold = msgspec.structs.replace(make("a"), claims=(claim,))
    signed = msgspec.structs.replace(make("b", tags={TagKind.EVENT: {"sister-city-agreement": 0.9}}), claims=(claim,))
    (old,) = card(retold).claims
    (new,) = card(retold, signed).claims
    assert (old.verdict, old.kind) == (Verdict.CONTRADICTED, TieKind.SISTER)
    assert (new.verdict, new.source) == (Verdict.UNKNOWN, "")


def test_who_claims_less_is_judged_apart(card: Callable[..., Card], make: Make) -> None:
    first = msgspec.structs.replace(make("a"), claims=(Claim(a=KOBE, b=PARIS, kind=TieKind.SISTER),))
    second = msgspec.structs.replace(make("b"), claims=(Claim(a=KOBE, b=PARIS, kind=TieKind.FRIENDSHIP),))
    claims = card(first, second).claims
    assert [claim.kind for claim in claims] == [TieKind.FRIENDSHIP, TieKind.SISTER]
    assert [len(claim.article_ids) for claim in claims] == [1, 1]


def test_why_it_matters_is_the_tie_of_its_cities(card: Callable[..., Card], make: Make) -> None:
    made = card(make(tags={TagKind.CITY: {KOBE: 0.9, RIGA: 0.9}, TagKind.EVENT: {"delegation-visit": 0.9}}))
    assert made.words["en"].why == "Riga has been Kobe’s sister city since 1974."
    assert made.words["ja"].why == "リガは1974年から神戸市の姉妹都市。"


def test_figures_and_persons_on_which_accounts_differ_are_in_no_sentence(lexicon: Lexicon, make: Make) -> None:
    known = make(persons=(Person(name="Sample Person", role="Mayor", role_id="mayor"),))
    story = Story(id="s" + "0" * 12, members=(Member(article_id="a" * 16, reason="first"),))

    def sentences(*facts: str) -> str:
        made = make_card(
            story, {"a" * 16: known}, conflicts=tuple(Conflict(fact=fact, accounts=()) for fact in facts), sources={},
            voices={}, lexicon=lexicon, editions=[load_edition("en")], ties=Ties(),
            figures=(Account(value="300", article_ids=("a" * 16,), counted="guests"),),
        )  # fmt: skip
        return " ".join(made.words["en"].sentences)

    assert "The sources speak of 300 guests. The reports name Sample Person (Mayor)." in sentences()
    assert not {"300", "Sample"} & set(sentences("participants", "persons").split())


def test_families_are_counted_by_voices(card: Callable[..., Card], make: Make) -> None:
    articles = make("a", source="city"), make("b", source="strict"), make("c", source="blog"), make("d", source="x")
    assert card(*articles).families == 2
    assert card(*articles, voices={"b" * 16: "city", "c" * 16: "city"}).families == 1
    assert card(*articles, voices={"c" * 16: "xinhua"}).families == 3
    assert card(make("c", source="blog")).families == 1  # nobody's account is still one report


def test_a_translation_is_a_source_of_its_own_with_the_voice_of_the_origin(
    card: Callable[..., Card], make: Make
) -> None:
    made = card(
        make("a", source="city", language="zh-Hans"), make("b", source="blog", language="ja"), make("c", source="strict"),
        copies={"b" * 16: "a" * 16, "c" * 16: "a" * 16}, kinds={"b" * 16: CopyKind.TRANSLATED, "c" * 16: CopyKind.REWRITTEN},
    )  # fmt: skip
    assert [(item.source_id, item.voice) for item in made.sources] == [("city", "city"), ("blog", "city")]
    assert [(copy.source_id, copy.kind) for copy in made.sources[0].copies] == [("strict", CopyKind.REWRITTEN)]
    assert (made.families, made.languages) == (1, ("ja", "zh-Hans"))


def test_a_copy_tells_whose_text_an_anonymous_page_carries(card: Callable[..., Card], make: Make) -> None:
    made = card(make("a", source="blog"), make("b", source="x"), copies={"b" * 16: "a" * 16}, voices={"b" * 16: "xinhua"})  # fmt: skip
    assert [item.voice for item in made.sources] == ["xinhua"]


def test_copies_of_a_rewritten_report_stand_with_it_under_its_original(card: Callable[..., Card], make: Make) -> None:
    made = card(
        make("a", source="city"), make("b", source="blog"), make("c", source="x"),
        copies={"b" * 16: "a" * 16, "c" * 16: "b" * 16}, kinds={"b" * 16: CopyKind.REWRITTEN},
    )  # fmt: skip
    assert [(item.source_id, [copy.source_id for copy in item.copies]) for item in made.sources] == [("city", ["blog", "x"])]  # fmt: skip


def test_a_labelled_copy_stands_for_an_unlabelled_original(card: Callable[..., Card], make: Make) -> None:
    blog, paper, cut = make("a", source="blog", day="2026-10-01"), make("b", source="strict"), make("c", source="city")
    copies = {"b" * 16: "a" * 16, "c" * 16: "a" * 16}
    made = card(blog, cut, paper, copies=copies, kinds={"c" * 16: CopyKind.TRUNCATED})
    assert [(item.source_id, item.voice) for item in made.sources] == [("strict", "strict")]
    assert [(copy.source_id, copy.kind) for copy in made.sources[0].copies] == [("blog", CopyKind.SYNDICATED), ("city", CopyKind.TRUNCATED)]  # fmt: skip
    assert (made.unverified, made.lead["en"]) == (False, "b" * 16)


def test_members_that_name_each_other_as_original_are_all_shown(card: Callable[..., Card], make: Make) -> None:
    made = card(make("a", source="city"), make("b", source="blog"), copies={"a" * 16: "b" * 16, "b" * 16: "a" * 16})
    assert [(item.source_id, len(item.copies)) for item in made.sources] == [("city", 1)]


def test_a_copy_whose_original_is_not_given_stands_for_it(card: Callable[..., Card], make: Make) -> None:
    assert shown(card(make("a", source="city"), make("b", source="paper"), copies={"b" * 16: "z" * 16})) == ["city", "paper"]  # fmt: skip


def test_the_organiser_is_known_by_its_label_or_from_a_text(card: Callable[..., Card], make: Make) -> None:
    told = make("b", source="strict", text="The dialogue was hosted by China Daily and the city of Mihon.")
    xinhua = make("c", source="x")
    assert card(make("a", source="host"), told).organisers == ("host",)
    assert card(make("a"), told, xinhua, voices={"c" * 16: "chinadaily"}).organisers == ("chinadaily",)
    assert card(make("a"), told).organisers == ()  # none of the story's voices
    assert card(make("a"), xinhua, voices={"c" * 16: "chinadaily"}).organisers == ()  # nobody says so


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
    made = make_card(
        story, {"a" * 16: known}, conflicts=(), sources={}, voices={}, lexicon=lexicon, editions=[load_edition("en")],
        ties=Ties(),
    )  # fmt: skip
    assert [item.article_id for item in made.sources] == ["a" * 16]
    assert set(made.words) == {"en"}
