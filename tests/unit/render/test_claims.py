"""Claims of ties and why it matters, as readers see them."""

from __future__ import annotations

from types import ModuleType

import lxml.html
import msgspec
import pytest

from pipeline.knowledge.editions import load_edition
from pipeline.model import Card, CheckedClaim, Issue, Shelf, TieKind, Verdict
from pipeline.render import render_archive, render_letter

PROOF = "https://ties.example/paris"
WHY = "Tianjin has been Kobe’s friendship city since 1973."


@pytest.fixture(scope="module")
def card(sample: ModuleType) -> Card:
    """The first story of the second issue, with a claim of each verdict."""
    story: Card = sample.SECOND.leads[0]
    said = (story.sources[0].article_id,)
    claims = tuple(
        CheckedClaim(a=sample.KOBE, b=city, verdict=verdict, source=source, article_ids=said)
        for city, verdict, source in (
            (sample.PARIS, Verdict.CONTRADICTED, PROOF),
            (sample.TIANJIN, Verdict.CONFIRMED, "https://ties.example/kobe"),
            (sample.BUSAN, Verdict.UNKNOWN, ""),
        )
    )
    words = {code: msgspec.structs.replace(told, why=WHY) for code, told in story.words.items()}
    return msgspec.structs.replace(story, claims=claims, words=words)


@pytest.fixture(scope="module")
def issue(sample: ModuleType, card: Card) -> Issue:
    return msgspec.structs.replace(sample.SECOND, leads=(card, *sample.SECOND.leads[1:]))


@pytest.fixture(scope="module")
def shelf(sample: ModuleType, card: Card, issue: Issue) -> Shelf:
    cards = tuple(card if one.story_id == card.story_id else one for one in sample.SHELF.cards)
    return msgspec.structs.replace(sample.SHELF, cards=cards, issues=(sample.SHELF.issues[0], issue))


@pytest.fixture(scope="module")
def page(sample: ModuleType, shelf: Shelf, card: Card) -> lxml.html.HtmlElement:
    tree = {
        file.path: file.body
        for file in render_archive(shelf, sample.LEXICON, [load_edition("en")], base_url="", version="0", contact="")
    }
    return lxml.html.document_fromstring(tree[f"stories/{card.story_id}/en.html"].decode())


def test_a_storys_page_shows_every_claim_with_its_verdict_and_proof(page: lxml.html.HtmlElement) -> None:
    rows = page.xpath("//div[@class='claims']//li")
    verdicts = [row.xpath("span/@class")[0].split()[-1] for row in rows]
    assert verdicts == ["verdict-contradicted", "verdict-confirmed", "verdict-unknown"]
    assert "Kobe and Paris are sister, friendship or partner cities" in rows[0].text_content()
    assert "Not in our table of ties." in rows[2].text_content()
    assert [row.xpath("a/@href") for row in rows] == [[PROOF], ["https://ties.example/kobe"], []]


def test_what_is_contradicted_says_of_which_kind_every_tie_is_known(
    sample: ModuleType, shelf: Shelf, card: Card
) -> None:
    """A list of sister cities is silent about lesser pacts, and readers are told so."""
    claims = tuple(
        msgspec.structs.replace(card.claims[0], b=city, kind=kind)
        for city, kind in (
            (sample.PARIS, TieKind.SISTER),
            (sample.BUSAN, TieKind.FRIENDSHIP),
            (sample.TIANJIN, TieKind.MOU),
        )
    )
    card = msgspec.structs.replace(card, claims=claims)
    cards = tuple(card if one.story_id == card.story_id else one for one in shelf.cards)
    tree = render_archive(
        msgspec.structs.replace(shelf, cards=cards),
        sample.LEXICON,
        [load_edition("en")],
        base_url="",
        version="0",
        contact="",
    )
    (body,) = (file.body.decode() for file in tree if file.path == f"stories/{card.story_id}/en.html")
    sister, friendship, other = lxml.html.document_fromstring(body).xpath("//div[@class='claims']//li")
    assert "every sister city of one of the two is known" in sister.text_content()
    assert "A lesser pact cannot be ruled out." in sister.text_content()
    assert "every sister and friendship city of one of the two is known" in friendship.text_content()
    assert "every tie of one of the two is known" in other.text_content()


def test_why_it_matters_stands_below_the_sentences(page: lxml.html.HtmlElement) -> None:
    assert page.xpath("string(//p[@class='sentences']/following-sibling::p[1][@class='why'])") == WHY


def test_mail_tells_why_and_what_is_contradicted_in_both_parts(sample: ModuleType, issue: Issue, shelf: Shelf) -> None:
    """M4: equal sets of addresses; what is unknown or confirmed is for the web."""
    letter = render_letter(
        issue, shelf, sample.LEXICON, load_edition("en"), base_url="https://digest.example/", sender=sample.SENDER
    )
    text = " ".join(letter.text.split())
    html = " ".join(lxml.html.document_fromstring(letter.html).text_content().split())
    for part in (text, html):
        assert WHY in part
        assert "Contradicted: every tie of one of the two is known" in part
        assert "Not in our table of ties." not in part
    assert PROOF in letter.text
    assert f'href="{PROOF}"' in letter.html
