"""The first section of a mail to a reader who chose cities, networks or themes."""

from __future__ import annotations

import re
from types import ModuleType

import lxml.html
import msgspec
import pytest

from pipeline.knowledge.editions import load_edition
from pipeline.model import CalendarRow, Call, Choices, Issue, Letter, RegionSection, Shelf
from pipeline.render import Mailing
from pipeline.render.for_you import MOST_NAMES, MOST_STORIES
from pipeline.render.letter import MOST_HTML_BYTES, encoded_size

BASE = "https://digest.example/archive"
TITLE = {"ja": "あなたが選んだ都市・テーマ", "en": "For you"}
_URL = re.compile(r"(?:https?://|mailto:)[^\s\"<>]+|%%[A-Z]+%%")


def make(
    sample: ModuleType, choices: Choices, code: str = "en", issue: Issue | None = None, shelf: Shelf | None = None
) -> Letter:
    edition = load_edition(code)
    shelf = shelf or sample.WHOLE
    mailing = Mailing(issue or sample.MARKED, shelf, sample.ATLAS, edition, base_url=BASE, sender=sample.SENDER)
    return mailing.letter(choices)


def section(letter: Letter) -> tuple[str, str]:
    """The section's words in the text part and in the HTML part, each on one line."""
    text = letter.text.split(f"■ {TITLE[letter.edition]}\n")[1].split("■")[0]
    page = lxml.html.document_fromstring(letter.html)
    (title,) = page.xpath(f"//h2[.='{TITLE[letter.edition]}']")
    html = []
    for element in title.itersiblings():
        if element.tag == "h2":
            break
        html.append(element.text_content())
    return " ".join(text.split()), " ".join(" ".join(html).split())


def headlines(letter: Letter) -> list[str]:
    """The stories of the section, in its order."""
    page = lxml.html.document_fromstring(letter.html)
    return page.xpath(f"//h2[.='{TITLE[letter.edition]}']/following-sibling::div[contains(@class, 'pick')]/h3/a/text()")


@pytest.mark.parametrize("code", ["ja", "en"])
def test_who_chose_finds_their_stories_first_and_then_the_whole_issue(sample: ModuleType, code: str):
    choices = Choices(cities=(sample.BUSAN,))
    plain, chosen = make(sample, Choices(), code), make(sample, choices, code)
    titles = re.findall("^■ (.+)$", chosen.text, re.MULTILINE)
    assert titles == [TITLE[code], *re.findall("^■ (.+)$", plain.text, re.MULTILINE)]
    heads = lxml.html.document_fromstring(chosen.html).xpath("//h2")
    assert [head.text_content().strip() for head in heads] == titles
    assert chosen.text.endswith(plain.text.split("\n■", 1)[1])
    edited = {
        "ja": sample.EDITED.words["ja"].headline,
        "en": "Fukuoka and Busan to exchange students of their universities",
    }
    assert headlines(chosen) == [edited[code], sample.STUDENTS.words[code].headline]
    for part in section(chosen):
        assert load_edition(code).say("issue.leads") in part


def test_anything_in_any_section_counts_by_its_tags(sample: ModuleType):
    by_choice = {
        Choices(cities=(sample.NAGASAKI,)): [sample.CALLED_OFF],
        Choices(networks=("mayors-for-peace",)): [sample.CALLED_OFF],
        Choices(cities=(sample.HANGZHOU,)): [sample.EXPLAINER],  # background
        Choices(cities=(sample.PARIS,)): [sample.NAMED[1]],  # only named
        Choices(cities=(sample.PARIS,), themes=("peace",)): [sample.CALLED_OFF, sample.NAMED[1]],
    }
    for choices, cards in by_choice.items():
        expected = [card.words["en"].headline for card in cards]
        assert [line for line in headlines(make(sample, choices)) if line in expected] == expected, choices


def test_a_story_says_what_of_the_choices_it_touches_and_where_it_is_told(sample: ModuleType):
    letter = make(sample, Choices(cities=(sample.NAGASAKI, sample.KOBE), networks=("mayors-for-peace",)))
    for part in section(letter):
        assert "Your choices: Nagasaki, Kobe, Mayors for Peace" in part
        assert "Nagasaki, Mayors for Peace" in part.split("Your choices")[1][30:]
        assert "in full under “East Asia”" in part


def test_a_story_that_the_issue_only_names_has_its_sources_there(sample: ModuleType):
    letter = make(sample, Choices(cities=(sample.PARIS,)))
    for part in section(letter):
        assert all(source.title in part for source in sample.NAMED[1].sources[:3])
        assert "in full under" not in part


def test_where_nothing_is_theirs_one_line_says_so(sample: ModuleType):
    told = {
        "ja": "パリ、平和・人権：今号に該当する話題はありません。",
        "en": "Paris, Peace & human rights: nothing in this issue.",
    }
    issue = msgspec.structs.replace(
        sample.SECOND, leads=(sample.DIALOGUE,), regions=(), calendar=(), calls=(), background=(), follow_ups=()
    )
    for code, line in told.items():
        letter = make(sample, Choices(cities=(sample.PARIS,), themes=("peace",)), code, issue=issue)
        for part in section(letter):
            assert part == line


def test_who_chose_nothing_or_nothing_that_there_is_gets_the_issue_as_it_is(sample: ModuleType):
    gone = Choices(cities=("geonames:1",), networks=("no-such",), themes=("nothing",))
    assert make(sample, gone) == make(sample, Choices())
    assert "■ For you" not in make(sample, gone).text


def test_a_withdrawn_story_is_not_for_anybody(sample: ModuleType):
    everything = Choices(cities=tuple(sample.ATLAS.cities), themes=tuple(sample.ATLAS.themes))
    letter = make(sample, everything)
    assert headlines(letter)
    assert not [line for line in headlines(letter) if "withdrawn" in line.lower()]


def test_dates_and_calls_of_stories_told_before_are_theirs_too(sample: ModuleType):
    """A coming date of last month's story matters to who chose its city as much as this week's news."""
    issue = msgspec.structs.replace(
        sample.SECOND,
        regions=(),
        follow_ups=(),
        calendar=(
            CalendarRow(story_id=sample.STUDENTS.story_id, date=sample.STUDENTS.event, cities=(sample.FUKUOKA,)),
            CalendarRow(story_id=sample.PEACE.story_id, date=sample.PEACE.dates[0], cities=()),  # a deadline: the call
        ),
        calls=(Call(story_id=sample.PEACE.story_id, deadline=sample.PEACE.dates[0]),),
    )
    letter = make(sample, Choices(cities=(sample.BUSAN,), themes=("peace",)), issue=issue, shelf=sample.SHELF)
    for part in section(letter):
        assert part.count(sample.STUDENTS.words["en"].headline) == 1
        assert part.count(sample.PEACE.words["en"].headline) == 1
        assert "Calls and jobs" in part


def test_a_story_of_this_week_is_told_once_however_many_rows_have_it(sample: ModuleType):
    for part in section(make(sample, Choices(cities=(sample.NAGASAKI,)))):
        assert part.count(sample.CALLED_OFF.words["en"].headline) == 1
        assert "Calls and jobs" not in part
        assert "Calendar" not in part


def test_anniversaries_of_a_chosen_city_are_theirs(sample: ModuleType):
    for part in section(make(sample, Choices(cities=(sample.KOBE,)))):
        assert "Anniversaries ahead" in part
        assert "55 years" in part
        assert "40 years" not in part


@pytest.mark.parametrize("code", ["ja", "en"])
def test_both_parts_hold_the_same_addresses_and_no_more_than_fits(sample: ModuleType, code: str):
    """M4, M5: also for one who chose everything in a week with everything."""
    cards = tuple(
        msgspec.structs.replace(sample.STUDENTS, story_id=f"s{number:012x}", sources=sample.DIALOGUE.sources)
        for number in range(80)
    )
    issue = msgspec.structs.replace(sample.SECOND, regions=(RegionSection(region="east-asia", cards=cards),))
    shelf = Shelf(issues=(issue,), cards=cards, sources=sample.SOURCES)
    everything = Choices(
        cities=tuple(sample.ATLAS.cities), networks=tuple(sample.ATLAS.networks), themes=tuple(sample.ATLAS.themes)
    )
    letter = make(sample, everything, code, issue=issue, shelf=shelf)
    assert encoded_size(letter.html) < MOST_HTML_BYTES
    assert len(headlines(letter)) == MOST_STORIES
    named = len(everything.cities) + len(everything.networks) + len(everything.themes) - MOST_NAMES
    for part in section(letter):
        assert str(len(issue.cards) - MOST_STORIES) in part
        assert str(named) in part
    small = make(sample, everything, code)
    hrefs = lxml.html.document_fromstring(small.html).xpath("//a/@href")
    assert set(hrefs) == set(_URL.findall(small.text))


def test_the_preheader_is_theirs(sample: ModuleType):
    preheader = lxml.html.document_fromstring(make(sample, Choices(cities=(sample.NAGASAKI,))).html).find_class(
        "preheader"
    )
    assert preheader[0].text_content().startswith(f"For you: {sample.CALLED_OFF.words['en'].headline}")
