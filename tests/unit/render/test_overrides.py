"""What the editors decided, as readers see it: a mark where it acts, a history, and a tombstone (W12)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import msgspec
import pytest
from lxml import etree, html

from pipeline.knowledge.editions import load_edition
from pipeline.model import Correction, Development, Override, OverrideKind, Shelf
from pipeline.render import render_letter, render_proof

Build = Callable[..., dict[str, bytes]]
Make = Callable[..., Shelf]
DAY = dt.date(2026, 10, 30)
WHY = {"ja": "主催者が発表を撤回したため。", "en": "The organiser took its announcement back."}


@pytest.fixture
def overridden(sample: ModuleType) -> Make:
    def make(*decided: tuple[str, OverrideKind, dict[str, Any]], **changes: Any) -> Shelf:
        overrides = tuple(
            Override(**({"story_id": story_id, "kind": kind, "day": DAY, "reason": WHY} | about))
            for story_id, kind, about in decided
        )
        shelf: Shelf = msgspec.structs.replace(sample.SHELF, overrides=overrides, **changes)
        return shelf

    return make


def text(body: bytes, xpath: str = "//main") -> str:
    return " ".join(" ".join(node.text_content().split()) for node in html.fromstring(body.decode()).xpath(xpath))


def pages(tree: dict[str, bytes], code: str = "en") -> dict[str, str]:
    return {path: body.decode() for path, body in tree.items() if path.endswith(f"{code}.html")}


# ---------------------------------------------------------------------------------------------------------------- edit


@pytest.fixture
def edited(sample: ModuleType, overridden: Make, build: Build) -> dict[str, bytes]:
    words = {"headline": {"en": "Kyoto and Paris renew their pact"}, "sentences": {"en": ("It runs to 2030.",)}}
    return build(overridden((sample.AGREEMENT.story_id, OverrideKind.EDIT, words)))


def test_an_edit_replaces_our_words_in_every_place(sample: ModuleType, edited: dict[str, bytes]):
    old = sample.AGREEMENT.words["en"].headline
    own = f"stories/{sample.AGREEMENT.story_id}/en.html"
    shown = {path: page for path, page in pages(edited).items() if old in page}
    assert set(shown) <= {own}, "only its own history still knows the old headline"
    for path in ("issues/2026-W43/en.html", "cities/geonames-2988507/en.html", "agreements/en.html", own):
        assert "Kyoto and Paris renew their pact" in edited[path].decode()
    assert "It runs to 2030." in edited[own].decode()


def test_an_edit_is_told_with_its_day_and_reason_and_the_words_before(sample: ModuleType, edited: dict[str, bytes]):
    issue = text(edited["issues/2026-W43/en.html"], f"//*[@id='story-{sample.AGREEMENT.story_id}']")
    assert "Edited by the editors 30 Oct 2026: The organiser took" in issue
    history = text(edited[f"stories/{sample.AGREEMENT.story_id}/en.html"], "//section[@class='history']")
    assert f"Until then: {sample.AGREEMENT.words['en'].headline}" in history


def test_an_edit_of_one_edition_leaves_the_words_of_the_other(sample: ModuleType, edited: dict[str, bytes]):
    assert sample.AGREEMENT.words["ja"].headline in edited["issues/2026-W43/ja.html"].decode()


def test_an_edit_is_in_the_data_of_the_issue(edited: dict[str, bytes]):
    lead = json.loads(edited["data/2026-W43.json"])["leads"][1]
    assert lead["words"]["en"]["headline"] == "Kyoto and Paris renew their pact"
    assert lead["words"]["en"]["engine"] == "editors"
    assert [override["kind"] for override in lead["overrides"]] == ["edit"]


def test_a_note_stands_below_the_card_in_its_language(sample: ModuleType, overridden: Make, build: Build):
    tree = build(overridden((sample.DIALOGUE.story_id, OverrideKind.NOTE, {"reason": "", "note": {"en": "The city has confirmed the date."}})))  # fmt: skip
    card = text(tree["issues/2026-W43/en.html"], f"//*[@id='story-{sample.DIALOGUE.story_id}']")
    assert "Editors’ note 30 Oct 2026: The city has confirmed the date." in card
    assert 'lang="en">The city has confirmed' in tree["issues/2026-W43/ja.html"].decode()


# -------------------------------------------------------------------------------------------------------------- retract


@pytest.fixture
def withdrawn(sample: ModuleType, overridden: Make, build: Build) -> dict[str, bytes]:
    return build(overridden((sample.DIALOGUE.story_id, OverrideKind.RETRACT, {})))


def test_a_retracted_story_leaves_a_tombstone_under_every_id_it_had(sample: ModuleType, withdrawn: dict[str, bytes]):
    for story_id in (sample.DIALOGUE.story_id, "s0000000000b1", "s0000000000b2"):
        for code, why in WHY.items():
            page = text(withdrawn[f"stories/{story_id}/{code}.html"])
            assert why in page
            assert sample.DIALOGUE.words[code].headline not in page
    assert "This story was withdrawn on 30 Oct 2026." in text(withdrawn[f"stories/{sample.DIALOGUE.story_id}/en.html"])


def test_a_retracted_story_says_nothing_anywhere_else(
    sample: ModuleType, tree: dict[str, bytes], withdrawn: dict[str, bytes]
):
    """Pages, feeds, calendars, the search index and data: neither our words nor the sources' titles."""
    said = [words.headline for words in sample.DIALOGUE.words.values()]
    said += [source.title for source in sample.DIALOGUE.sources]
    for words in said:
        forms = {words, json.dumps(words)[1:-1], words.replace("&", "&amp;")}
        assert any(form in body.decode("utf-8", "replace") for body in tree.values() for form in forms)
        left = [path for path, body in withdrawn.items() if any(f in body.decode("utf-8", "replace") for f in forms)]
        assert left == []


def test_one_line_keeps_the_place_of_a_retracted_card(sample: ModuleType, withdrawn: dict[str, bytes]):
    page = withdrawn["issues/2026-W43/en.html"]
    line = text(page, f"//p[@id='story-{sample.DIALOGUE.story_id}']")
    assert line == "Withdrawn story 30 Oct 2026: The organiser took its announcement back."
    assert f"#story-{sample.DIALOGUE.story_id}" not in text(page, "//ol[@class='lines']")
    assert len(html.fromstring(page.decode()).xpath("//ol[@class='lines']/li")) == 3


def test_the_figures_of_an_issue_count_its_withdrawn_story_no_more(sample: ModuleType, overridden: Make, build: Build):
    """Every number has its rows: stories, texts, copies, sources, families, languages, cities and countries."""
    kept = [card for card in sample.SECOND.cards if card.story_id != sample.DIALOGUE.story_id]
    shelf = overridden((sample.DIALOGUE.story_id, OverrideKind.RETRACT, {}))
    figures = json.loads(build(shelf)["data/2026-W43.json"])["figures"]
    sources = [source for card in kept for source in card.sources]
    assert figures["stories"] == len(kept) == 6
    assert figures["articles"] == len(sources)
    assert "copies" not in figures
    assert figures["languages"] == {"ja": 4, "en": 1, "fr": 1, "ko": 1}
    assert figures["cities"] == len({city for card in kept for city in card.cities})
    untouched = json.loads(build(shelf)["data/2026-W42.json"])["figures"]
    assert untouched == json.loads(msgspec.json.encode(sample.FIRST.figures))


def test_every_link_of_an_archive_with_a_tombstone_leads_somewhere(withdrawn: dict[str, bytes]):
    """W1: also those to the line that stands in its place."""
    for path, page in {**pages(withdrawn), **pages(withdrawn, "ja")}.items():
        for link in html.fromstring(page).xpath("//a/@href"):
            if link.startswith(("http", "mailto")):
                continue
            target, _, fragment = link.partition("#")
            parts = path.split("/")[:-1] if target else path.split("/")
            for part in target.split("/") if target else ():
                parts = parts[:-1] if part == ".." else [*parts, part]
            held = withdrawn.get("/".join(parts))
            assert held is not None, (path, link)
            assert not fragment or f'id="{fragment}"' in held.decode(), (path, link)


def test_a_letter_sent_later_has_the_tombstone(sample: ModuleType, overridden: Make):
    shelf = overridden((sample.DIALOGUE.story_id, OverrideKind.RETRACT, {}))
    letter = render_letter(
        sample.SECOND, shelf, sample.LEXICON, load_edition("en"), base_url="https://d.example", sender=sample.SENDER
    )
    for part in (letter.text, letter.html):
        assert sample.DIALOGUE.words["en"].headline not in part
        assert "Withdrawn" in part


# ----------------------------------------------------------------------------------------------------------- corrections


def test_corrections_have_a_page_and_a_place_in_the_next_issue(sample: ModuleType, overridden: Make, build: Build):
    told = Correction(story_id=sample.ENDED.story_id, kind=OverrideKind.EDIT, day=DAY, reason=WHY, week="2026-W42")
    shelf = overridden(
        (sample.DIALOGUE.story_id, OverrideKind.RETRACT, {"day": dt.date(2026, 11, 2)}),
        issues=(sample.FIRST, msgspec.structs.replace(sample.SECOND, corrections=(told,))),
    )
    tree = build(shelf)
    section = text(tree["issues/2026-W43/en.html"], "//section[@id='follow-ups']")
    assert f"{sample.ENDED.words['en'].headline} Edited by the editors 30 Oct 2026: The organiser" in section
    assert "Issue 1" in section
    rows = html.fromstring(tree["corrections/en.html"].decode()).xpath("//tbody/tr")
    assert [row.xpath("string(td[2])").strip() for row in rows] == ["Withdrawn", "Edited by the editors"]
    assert 'href="../corrections/en.html"' in tree["weeks/en.html"].decode()


def test_without_any_correction_the_page_says_so(tree: dict[str, bytes]):
    assert "これまでに訂正はありません。" in text(tree["corrections/ja.html"])


def test_what_the_editors_chose_and_left_out_is_seen_in_the_issue(sample: ModuleType, overridden: Make, build: Build):
    pin = Override(story_id=sample.AGREEMENT.story_id, kind=OverrideKind.PIN, day=DAY)
    hide = Override(
        story_id=sample.RUMOUR.story_id, kind=OverrideKind.HIDE, day=DAY, reason="出典が確かめられないため。"
    )
    lead = msgspec.structs.replace(sample.AGREEMENT, overrides=(pin,))
    issue = msgspec.structs.replace(sample.SECOND, leads=(lead,), overrides=(pin, hide), regions=())
    tree = build(overridden(issues=(sample.FIRST, issue)))
    page = tree["issues/2026-W43/ja.html"]
    assert "編集部により選定" in text(page, f"//*[@id='story-{sample.AGREEMENT.story_id}']")
    assert "編集部の判断で不掲載 2026年10月30日：出典が確かめられないため。" in text(
        page, "//section[@id='follow-ups']"
    )
    assert json.loads(tree["data/2026-W43.json"])["overrides"][1]["reason"] == "出典が確かめられないため。"


# ------------------------------------------------------------------------------------------------- follow-ups, further, rank


def test_a_follow_up_says_what_is_new_and_since_which_issue(sample: ModuleType, overridden: Make, build: Build):
    new = Development(week="2026-W42", sources=2, families=1, event=sample.EARLIER.event, disputed=("place",))
    card = msgspec.structs.replace(sample.EARLIER, follow_up=True, development=new)
    tree = build(overridden(issues=(sample.FIRST, msgspec.structs.replace(sample.SECOND, follow_ups=(card,)))))
    line = "//section[@id='follow-ups']//p[@class='development']"
    said = text(tree["issues/2026-W43/en.html"], line)
    assert said.startswith("Since Issue 1: 2 new sources; 1 more publisher family; date now ")
    assert said.endswith("; accounts now differ (Place)")
    assert text(tree["issues/2026-W43/ja.html"], line).startswith("第1号以降：出典2件を追加、発行元1系統が加わる、")
    (href,) = html.fromstring(tree["issues/2026-W43/en.html"].decode()).xpath(f"{line}/a/@href")
    assert href.endswith(f"/2026-W42/en.html#story-{sample.EARLIER.story_id}")


def test_further_stories_are_one_line_each(sample: ModuleType, overridden: Make, build: Build):
    issue = msgspec.structs.replace(sample.SECOND, regions=(), further=(sample.PEACE, sample.STUDENTS))
    tree = build(overridden(issues=(sample.FIRST, issue)))
    lines = html.fromstring(tree["issues/2026-W43/en.html"].decode()).xpath("//section[@id='further']//li")
    assert [line.get("id") for line in lines] == [f"story-{c.story_id}" for c in issue.further]


def test_the_reasons_of_a_rank_stand_on_the_page_of_the_story(sample: ModuleType, overridden: Make, build: Build):
    lead = msgspec.structs.replace(sample.AGREEMENT, score=1.3, reasons={"event_type": 0.8, "families": 0.5})
    tree = build(overridden(issues=(sample.FIRST, msgspec.structs.replace(sample.SECOND, leads=(lead,)))))
    said = text(tree[f"stories/{sample.AGREEMENT.story_id}/ja.html"], "//details[@class='ranking']")
    assert "第2号：1.30点 出来事の種別 +0.80・独立した発行元の数 +0.50" in said


# ---------------------------------------------------------------------------------------------------------------- proof


def test_a_proof_holds_its_own_pages_and_links_to_the_archive_for_others(sample: ModuleType):
    shelf = msgspec.structs.replace(sample.SHELF, cards=())
    editions = [load_edition("ja"), load_edition("en")]
    made = {f.path: f.body for f in render_proof(shelf, sample.LEXICON, editions, folder="preview", archive="archive")}
    own = f"stories/{sample.DIALOGUE.story_id}/en.html"
    assert {"issues/2026-W43/ja.html", "issues/2026-W43/en.html", own, "assets/style.css"} <= made.keys()
    assert "issues/2026-W42/en.html" not in made
    links = html.fromstring(made["issues/2026-W43/en.html"].decode()).xpath("//a/@href | //link/@href")
    assert f"../../{own}" in links
    assert "../../../archive/issues/2026-W42/en.html" in links
    assert "../../../archive/cities/geonames-1792947/en.html" in links
    assert "../../assets/style.css" in links


def test_an_edit_renews_the_entry_of_the_feed(
    sample: ModuleType, tree: dict[str, bytes], edited: dict[str, bytes]
) -> None:
    """W4: `updated` is that of the change."""

    def updated(files: dict[str, bytes]) -> str:
        entry = f"//*[local-name()='entry'][contains(., '{sample.AGREEMENT.story_id}')]/*[local-name()='updated']"
        return str(etree.fromstring(files["feeds/en.atom"]).xpath(f"string({entry})"))

    assert updated(tree) < "2026-10-29T15:00:00Z" <= updated(edited) < "2026-10-29T15:00:10Z"


def test_the_entry_of_a_retracted_story_is_called_off_in_calendars(sample: ModuleType, overridden: Make, build: Build):
    """W6: a subscriber's calendar learns of it, and no longer says what was said."""
    files = build(overridden((sample.PEACE.story_id, OverrideKind.RETRACT, {})))
    before = build()["calendar/en.ics"].decode().replace("\r\n ", "")
    after = files["calendar/en.ics"].decode().replace("\r\n ", "")
    assert sample.PEACE.words["en"].headline.split()[0] in before
    assert "STATUS:CANCELLED" in after
    assert before.count("STATUS:CANCELLED") < after.count("STATUS:CANCELLED")
    assert sample.PEACE.words["en"].headline not in after
    assert before.count("BEGIN:VEVENT") == after.count("BEGIN:VEVENT")
