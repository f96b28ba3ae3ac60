"""Rows of agreements, meetings and calls, as the issue, the mail and the page of two cities show them."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import lxml.html
import msgspec

from pipeline.knowledge.editions import Edition
from pipeline.model import AgreementStatus, Issue
from pipeline.render import render_letter

Tree = dict[str, bytes]
Build = Callable[..., Tree]
BASE = "https://digest.example/archive"


def section(body: bytes, name: str) -> lxml.html.HtmlElement:
    (found,) = (
        element
        for element in lxml.html.document_fromstring(body.decode("utf-8")).find_class("block")
        if element.get("id") == name
    )
    return found


def with_issue(sample: ModuleType, issue: Issue) -> object:
    return msgspec.structs.replace(sample.SHELF, issues=(sample.FIRST, issue))


def test_who_met_whom_says_kind_date_with_certainty_place_office_and_sources(sample: ModuleType, build: Build):
    """product.md, section 5."""
    held = msgspec.structs.replace(sample.DIALOGUE, host="geonames:1792947")
    issue = msgspec.structs.replace(sample.SECOND, leads=(held, *sample.SECOND.leads[1:]))
    row = section(build(with_issue(sample, issue))["issues/2026-W43/en.html"], "meetings").xpath(".//tbody/tr")[0]
    text = row.text_content()
    for told in ("Mayors’ dialogue", "accounts differ", "Tianjin", "4 sources"):
        assert told in text
    assert [link for link in row.xpath(".//a/@href") if "pairs/geonames-1792947--geonames-1859171/en.html" in link]
    person = next(person for person in held.persons if person.role)
    assert person.name in text


def test_an_office_is_named_in_the_language_of_the_edition(sample: ModuleType, build: Build):
    person = msgspec.structs.replace(sample.DIALOGUE.persons[0], name="A", role="市長", role_id="mayor")
    held = msgspec.structs.replace(sample.DIALOGUE, persons=(person,))
    issue = msgspec.structs.replace(sample.SECOND, leads=(held, *sample.SECOND.leads[1:]))
    tree = build(with_issue(sample, issue))
    assert "A (mayor)" in section(tree["issues/2026-W43/en.html"], "meetings").text_content()
    assert "A（市長）" in section(tree["issues/2026-W43/ja.html"], "meetings").text_content()


def test_the_page_of_two_cities_tells_their_agreements_and_meetings(tree: Tree):
    """product.md, the archive: pairs with status and meetings."""
    signed = section(tree["pairs/geonames-1857910--geonames-2988507/en.html"], "agreements")
    assert "signed" in signed.text_content()
    met = section(tree["pairs/geonames-1792947--geonames-1859171/en.html"], "meetings")
    assert len(met.xpath(".//tbody/tr")) == 1
    assert "Mayors’ dialogue" in met.text_content()


def test_every_status_has_a_word_in_every_edition(sample: ModuleType, build: Build, editions: list[Edition]):
    rows = tuple(msgspec.structs.replace(sample.SECOND.agreements[0], status=status) for status in AgreementStatus)
    tree = build(with_issue(sample, msgspec.structs.replace(sample.SECOND, agreements=rows)))
    for edition in editions:
        states = section(tree[f"issues/2026-W43/{edition.code}.html"], "agreements").find_class("state")
        assert len({state.text_content() for state in states}) == len(AgreementStatus)


def test_a_call_says_until_when_where_and_who_reports_it(tree: Tree, sample: ModuleType):
    """product.md, section 8."""
    calls = section(tree["issues/2026-W43/en.html"], "calls")
    text = calls.text_content()
    source = sample.PEACE.sources[0]
    for told in ("Fri 30 October 2026", "Nagasaki, Japan", "Mayors for Peace", source.title):
        assert told in text
    assert source.url in calls.xpath(".//a/@href")
    assert [link for link in calls.xpath(".//a/@href") if link.endswith("2026-10-30-deadline-en.ics")]


def test_calls_stand_in_both_parts_of_the_mail(sample: ModuleType, editions: list[Edition]):
    """M12: the text part is complete in itself."""
    for edition in editions:
        letter = render_letter(
            sample.SECOND, sample.SHELF, sample.LEXICON, edition, base_url=BASE, sender=sample.SENDER
        )
        for part in (letter.text, letter.html):
            assert edition.say("issue.calls") in part
            assert "30" in part
            assert f"{BASE}/calendar/{edition.code}.ics" in part
        assert sample.PEACE.sources[0].url in letter.text
