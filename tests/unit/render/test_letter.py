"""The mail of an issue (conventions M4, M5, M12)."""

from __future__ import annotations

import itertools
import re
from types import ModuleType

import lxml.html
import msgspec
import pytest

from pipeline.errors import TemplateError
from pipeline.knowledge.editions import Edition, load_edition
from pipeline.model import LEAVE_LINK, SETTINGS_LINK, Letter, RegionSection, Shelf
from pipeline.render import Templates, render_archive, render_letter
from pipeline.render.letter import MOST_HTML_BYTES, encoded_size
from pipeline.render.paragraphs import columns

Marked = tuple[Edition, Letter, lxml.html.HtmlElement, lxml.html.HtmlElement]
Letters = dict[tuple[str, str], Letter]

BASE = "https://digest.example/archive"
_URL = re.compile(r"(?:https?://|mailto:)[^\s\"<>]+|%%[A-Z]+%%")


@pytest.fixture(scope="module")
def letters(sample: ModuleType):
    return {
        (code, base): render_letter(
            sample.SECOND, sample.SHELF, sample.LEXICON, load_edition(code), base_url=base, sender=sample.SENDER
        )
        for code in ("ja", "en")
        for base in ("", BASE)
    }


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_both_parts_hold_the_same_addresses(letters: Letters):
    """M4."""
    for key, letter in letters.items():
        page = lxml.html.document_fromstring(letter.html)
        assert set(page.xpath("//a/@href")) == set(_URL.findall(letter.text)), key


def test_the_text_part_holds_every_headline_sentence_and_title(letters: Letters, sample: ModuleType):
    """M4: complete in itself."""
    for (code, _), letter in letters.items():
        text = _squeezed(letter.text)
        for card in sample.SECOND.cards:
            for piece in (
                card.words[code].headline,
                *card.words[code].sentences,
                *(source.title for source in card.sources),
            ):
                assert _squeezed(piece) in text, piece


def test_rows_mark_a_date_on_which_accounts_differ_in_both_parts(letters: Letters):
    letter = letters["en", BASE]
    page = lxml.html.document_fromstring(letter.html)
    assert page.xpath("//table[@class='rows']//td[contains(., '21–23 October 2026 (accounts differ)')]")
    assert "- 21–23 October 2026 (accounts differ)" in letter.text


def test_a_source_that_is_not_free_is_marked_in_both_parts(letters: Letters):
    marks = {"ja": "有料サイト（無料は冒頭のみの可能性）", "en": "paid site, perhaps only the opening"}
    for (code, _), letter in letters.items():
        assert _squeezed(letter.text).count(_squeezed(marks[code])) == 1
        assert letter.html.count(marks[code]) == 1


def test_the_text_part_is_wrapped_for_people_and_has_no_markup(letters: Letters):
    """M4."""
    for letter in letters.values():
        for line in letter.text.splitlines():
            assert columns(line) <= 74 or "://" in line or "mailto:" in line, line
            assert line == line.rstrip()
        assert not re.search(r"\*\*|^#|\]\(|<[a-z]", letter.text, re.MULTILINE)
        assert "\n\n\n" not in letter.text


def test_links_lead_to_the_archive_sources_and_the_sender_only(letters: Letters, sample: ModuleType):
    """M12; without a published archive there is nothing of ours to link to."""
    sources = {source.url for card in sample.SECOND.cards for source in card.sources}
    for (code, base), letter in letters.items():
        for href in lxml.html.document_fromstring(letter.html).xpath("//a/@href"):
            own = (f"{code}.html", f"{code}.html#numbers", f"{code}.ics")
            ours = bool(base) and href.startswith(f"{BASE}/") and href.endswith(own)
            own_pages = (LEAVE_LINK, SETTINGS_LINK)
            fixed = href in ("https://www.geonames.org/", "mailto:editors@example.org", *own_pages)
            assert ours or fixed or href in sources, href


def test_the_html_part_is_one_quiet_page(letters: Letters):
    """M12: one h1, headings in order, no external anything, style inlined, dark mode kept."""
    for letter in letters.values():
        page = lxml.html.document_fromstring(letter.html)
        levels = [
            int(element.tag[1])
            for element in page.iter()
            if isinstance(element.tag, str) and re.fullmatch("h[1-6]", element.tag)
        ]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
        assert not page.xpath("//script | //link | //img | //form | //iframe | //*[@background]")
        assert {table.get("role") for table in page.iter("table")} <= {"presentation"}
        assert page.xpath("//h2/@style")
        assert "prefers-color-scheme: dark" in letter.html or "prefers-color-scheme:dark" in letter.html
        assert "font-family" in page.xpath("//body/@style")[0]


def test_titles_in_the_mail_carry_their_language(letters: Letters, sample: ModuleType):
    page = lxml.html.document_fromstring(letters["en", ""].html)
    shown = {element.text_content(): element.get("lang") for element in page.xpath("//*[@lang]")}
    for card in sample.SECOND.cards:
        for source in card.sources:
            assert shown[source.title] == source.language


@pytest.mark.parametrize("revision", [0, 1])
@pytest.mark.parametrize(("number", "week"), [(2, "2026-W43"), (9_999, "2026-W53")], ids=["usual", "longest"])
def test_a_japanese_subject_stays_below_36_full_width_characters(
    sample: ModuleType, number: int, week: str, revision: int
):
    """M12."""
    from pipeline.text.weeks import days_of

    first, last = days_of(week)
    issue = msgspec.structs.replace(sample.SECOND, number=number, first_day=first, last_day=last)
    address = {"base_url": "", "sender": sample.SENDER, "revision": revision}
    letter = render_letter(issue, sample.SHELF, sample.LEXICON, load_edition("ja"), **address)
    assert columns(letter.subject) <= 70
    assert str(number) in letter.subject


def test_a_correction_says_so_in_its_subject_and_before_everything_else(sample: ModuleType):
    """M6"""
    for code, mark in (("ja", "【訂正版】"), ("en", "[Corrected] ")):
        edition = load_edition(code)
        address = {"base_url": BASE, "sender": sample.SENDER}
        first, corrected = (
            render_letter(sample.SECOND, sample.SHELF, sample.LEXICON, edition, revision=revision, **address)
            for revision in (0, 1)
        )
        assert corrected.subject == mark + first.subject
        assert corrected.revision == 1
        said = _squeezed(edition.say("mail.correction"))
        assert said in _squeezed(corrected.text.split("■")[0])
        assert said in _squeezed(lxml.html.document_fromstring(corrected.html).find_class("box")[0].text_content())
        assert said not in _squeezed(first.text + first.html)


def test_nobody_elses_words_or_addresses_take_a_readers_own_address(sample: ModuleType):
    """A title or link of somebody's page that holds the placeholder would carry the key of the reader's pages there."""
    bait = "%%%%LEAVE%%%% %%SETTINGS%% %%LE%%LEAVE%%AVE%%"
    source = msgspec.structs.replace(
        sample.STUDENTS.sources[0], title=bait, url="https://evil.example/?a=%%LEAVE%%&b=%%SETTINGS%%&c=%%%%LEAVE%%%%"
    )
    card = msgspec.structs.replace(sample.STUDENTS, sources=(source,))
    issue = msgspec.structs.replace(sample.SECOND, leads=(card,), regions=())
    letter = render_letter(issue, sample.SHELF, sample.LEXICON, load_edition("en"), base_url=BASE, sender=sample.SENDER)
    assert "evil.example" in letter.text
    for part in (letter.text, letter.html):
        assert part.count(LEAVE_LINK) == part.count(SETTINGS_LINK) == 1


@pytest.mark.parametrize("name", ["issue.txt", "issue.html"])
def test_a_template_without_a_way_out_is_refused(sample: ModuleType, name: str):
    """The law of most readers' countries asks for it, whoever wrote the template."""
    address = {"base_url": BASE, "sender": sample.SENDER, "templates": Templates({f"mail/{name}": b"<p>News</p>"})}
    with pytest.raises(TemplateError, match=re.escape(f"templates/mail/{name} shows no way to leave")):
        render_letter(sample.SECOND, sample.SHELF, sample.LEXICON, load_edition("en"), **address)


def test_the_preheader_differs_from_the_subject(letters: Letters):
    for letter in letters.values():
        preheader = lxml.html.document_fromstring(letter.html).find_class("preheader")[0].text_content()
        assert preheader
        assert preheader != letter.subject


def test_sender_and_way_out_stand_at_the_end_of_both_parts(letters: Letters, sample: ModuleType):
    for letter in letters.values():
        for part in (letter.text, letter.html):
            assert sample.SENDER.sender_name in part
            assert sample.SENDER.postal_address.split()[1][:6] in part
            assert part.count(LEAVE_LINK) == part.count(SETTINGS_LINK) == 1
        assert letter.text.index("■") < letter.text.index(sample.SENDER.sender_name), "the issue comes first"


def test_a_large_issue_is_cut_in_html_and_whole_in_text(sample: ModuleType):
    """M5: below 90 kB encoded, never split; what is cut is said."""
    cards = tuple(
        msgspec.structs.replace(
            sample.STUDENTS, story_id=f"s{number:012x}", words=sample.DIALOGUE.words, sources=sample.DIALOGUE.sources
        )
        for number in range(150)
    )
    issue = msgspec.structs.replace(sample.SECOND, regions=(RegionSection(region="east-asia", cards=cards),))
    shelf = Shelf(issues=(issue,), cards=cards, sources=sample.SOURCES)
    letter = render_letter(issue, shelf, sample.LEXICON, load_edition("ja"), base_url=BASE, sender=sample.SENDER)
    assert encoded_size(letter.html) < MOST_HTML_BYTES
    assert load_edition("ja").say("mail.more_title") in letter.html
    assert letter.text.count(cards[0].words["ja"].headline[:12]) >= 150
    assert set(lxml.html.document_fromstring(letter.html).xpath("//a/@href")) <= set(_URL.findall(letter.text))


def test_rows_that_are_looked_up_go_before_stories_that_are_read(sample: ModuleType):
    """M5: and the mail says how many went."""
    row = sample.SECOND.agreements[0]
    issue = msgspec.structs.replace(sample.SECOND, agreements=(row,) * 400, names=())
    letter = render_letter(issue, sample.SHELF, sample.LEXICON, load_edition("en"), base_url=BASE, sender=sample.SENDER)
    page = lxml.html.document_fromstring(letter.html)
    left = len(page.xpath("//h2[.='New agreements']/following-sibling::table[1]//tr"))
    assert encoded_size(letter.html) < MOST_HTML_BYTES
    assert 20 < left < 400
    assert f"There are {400 - left} more dates, calls and other rows." in page.find_class("box")[0].text_content()
    assert all(card.words["en"].headline in page.text_content() for card in issue.cards)


def test_the_same_issue_gives_the_same_letter(letters: Letters, sample: ModuleType):
    again = render_letter(
        sample.SECOND, sample.SHELF, sample.LEXICON, load_edition("ja"), base_url=BASE, sender=sample.SENDER
    )
    assert again == letters["ja", BASE]


def test_an_unset_sender_leaves_no_empty_lines_or_links(sample: ModuleType):
    from pipeline.config import Mail

    letter = render_letter(sample.SECOND, sample.SHELF, sample.LEXICON, load_edition("en"), base_url="", sender=Mail())
    assert "mailto:" not in letter.html + letter.text
    assert "Address" not in letter.text


# ------------------------------------------------------------------------------------------------------- what a mail has

# Of the weekly issue's sections 1 to 12, in the order of the page, the message that heads each; the mail has them all.
SECTIONS = (
    "three_lines", "leads", "regions", "further", "agreements", "meetings", "calendar", "calls", "anniversaries", "background",
    "numbers", "follow_ups", "names", "sources", "method",
)  # fmt: skip


@pytest.fixture(scope="module", params=["ja", "en"])
def marked(request: pytest.FixtureRequest, sample: ModuleType):
    """A week with every section, and its page."""
    edition, address = load_edition(request.param), {"base_url": BASE}
    letter = render_letter(sample.MARKED, sample.WHOLE, sample.ATLAS, edition, sender=sample.SENDER, **address)
    files = render_archive(sample.WHOLE, sample.ATLAS, [edition], version="0", **address)
    page = next(file for file in files if file.path == f"issues/{sample.MARKED.week}/{edition.code}.html")
    return (
        edition,
        letter,
        lxml.html.document_fromstring(letter.html),
        lxml.html.document_fromstring(page.body.decode()),
    )


def test_the_mail_has_every_section_that_the_page_has_in_its_order(marked: Marked):
    """M4: both parts are the whole issue."""
    edition, letter, mail, page = marked
    titles = [edition.say(f"issue.{name}") for name in SECTIONS]
    assert [" ".join(heading.text_content().split()) for heading in page.xpath("//main//h2")] == titles
    assert [heading.text_content().strip() for heading in mail.xpath("//h2")] == titles
    assert re.findall("^■ (.+)$", letter.text, re.MULTILINE) == titles


def test_each_section_of_the_mail_has_what_the_page_has_in_it(marked: Marked):
    """M4: stories with their themes and networks, rows, figures, changes, names, and every source by its name."""
    _, letter, mail, page = marked
    said = {"text": _squeezed(letter.text), "html": _squeezed(mail.text_content())}
    shown = [
        *("//li//time", "//article//*[@class='headline']", "//article//ul[@class='chips']//li", "//*[@class='why']"),
        *(
            "//*[@class='development']",
            "//p[@class='editors']/b",
            "//*[@class='withdrawn']/time",
            "//ul[@class='further']//a",
        ),
        *(
            "//*[@id='numbers']//li",
            "//*[@id='names']//td//*[@lang]",
            "//*[@id='sources']//li//a",
            "//*[@id='sources']//*[@class='problem']",
        ),
        *("//table//td[@data-label]//time", "//table//*[contains(@class, 'state')]", "//ul[@class='corrections']/li/b"),
    ]
    for xpath in shown:
        pieces = [_squeezed(node.text_content()) for node in page.xpath(f"//main{xpath}")]
        assert pieces, xpath
        for part, text in said.items():
            assert [piece for piece in pieces if piece not in text] == [], (part, xpath)


def test_the_mail_leads_to_the_web_for_maps_files_and_the_rows_of_figures(marked: Marked, sample: ModuleType):
    """What stands in the archive alone; a mail holds no picture and no anchor that web mail would drop."""
    edition, letter, mail, page = marked
    code, hrefs = edition.code, mail.xpath("//a/@href")
    assert page.xpath("//main//svg[contains(@class, 'map')]")
    assert not mail.xpath("//svg | //img | //a[starts-with(@href, '#')]")
    for path in (f"issues/{sample.MARKED.week}/{code}.html", f"issues/{sample.MARKED.week}/{code}.html#numbers"):
        assert f"{BASE}/{path}" in hrefs
    assert f"{BASE}/sources/{code}.html" in hrefs
    files = {href.rsplit("/archive/", 1)[-1] for href in hrefs if href.endswith(".ics")}
    on_page = {href.removeprefix("../../") for href in page.xpath("//table//a[@class='ics']/@href")}
    assert on_page
    assert on_page | {f"calendar/{code}.ics"} == files
    assert set(hrefs) == set(_URL.findall(letter.text))


def test_a_story_that_is_only_named_keeps_its_marks_in_both_parts(marked: Marked):
    """What is unverified, disputed or withdrawn says so wherever it stands."""
    edition, letter, mail, page = marked
    title = edition.say("issue.further")
    text = letter.text.split(f"■ {title}\n")[1].split("■")[0]
    html = mail.xpath(f"string(//h2[normalize-space()='{title}']/following-sibling::ul)")
    lines = page.xpath("//main//ul[@class='further']/li")
    assert len(lines) == 3
    marks = [mark.text_content() for mark in page.xpath("//main//ul[@class='further']//span[contains(@class, 'flag')]")]
    assert edition.say("card.unverified") in marks
    for part in (text, html):
        assert [mark for mark in marks if _squeezed(mark) not in _squeezed(part)] == []
        assert _squeezed(page.xpath("string(//main//ul[@class='further']/li[3]/time)")) in _squeezed(part)


def test_a_date_that_is_off_says_so_in_the_mail_of_an_issue_that_told_it(sample: ModuleType):
    """A mail may go out late: nobody travels to what does not take place."""
    letter = render_letter(
        sample.SECOND, sample.WHOLE, sample.ATLAS, load_edition("en"), base_url=BASE, sender=sample.SENDER
    )
    (row,) = [
        " ".join(row.text_content().split())
        for row in lxml.html.document_fromstring(letter.html).xpath(
            "//h2[.='Calendar']/following-sibling::table[1]//tr"
        )
        if "28 December 2026" in row.text_content()
    ]
    assert "[cancelled or postponed]" in row
    (line,) = [line for line in letter.text.split("\n- ") if line.startswith("28 December 2026")]
    assert "cancelled or postponed" in line


def test_a_mail_that_links_to_no_archive_has_no_line_about_it(sample: ModuleType):
    letter = render_letter(
        sample.MARKED, sample.WHOLE, sample.ATLAS, load_edition("en"), base_url="", sender=sample.SENDER
    )
    for part in (letter.text, letter.html):
        assert "Rows behind these numbers" not in part
        assert "Add to calendar" not in part
        assert "Kobe International Affairs" in part
