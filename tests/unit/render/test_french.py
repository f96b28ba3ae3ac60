"""The guide to a new edition language, followed: French, begun with the headings, dates and plurals that the guide has (W3, W13)."""

from __future__ import annotations

import re
import textwrap
from importlib import resources
from pathlib import Path
from types import ModuleType

import pytest
from lxml import html

from pipeline.errors import ConfigurationError, TemplateError
from pipeline.knowledge.editions import Edition, load_edition, open_edition
from pipeline.render import render_archive, render_letter

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guides" / "add-an-edition-language.md"


def catalog() -> str:
    """The French file as the guide shows it."""
    (block,) = re.findall(
        r"^ *```toml edition\n(.*?)^ *```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return textwrap.dedent(block)


def edition(text: str, code: str = "fr") -> Edition:
    return open_edition(code, {code: text.encode()})


@pytest.fixture(scope="module")
def french() -> Edition:
    return edition(catalog())


@pytest.fixture(scope="module")
def pages(sample: ModuleType, french: Edition) -> dict[str, bytes]:
    files = render_archive(
        *(sample.SHELF, sample.LEXICON, [french, load_edition("en")]),
        base_url="https://digest.example/archive",
        version="0.1.0",
        contact="",
    )
    return {file.path: file.body for file in files}


def test_an_issue_has_french_headings_dates_and_language(pages: dict[str, bytes]) -> None:
    page = html.fromstring(pages["issues/2026-W43/fr.html"])
    assert page.get("lang") == "fr"
    headings = [" ".join(heading.text_content().split()) for heading in page.iter("h2")]
    assert headings[:3] == ["La semaine en trois lignes", "À la une", "Par région"]
    assert "19–25 octobre 2026" in page.findtext(".//h1/time")
    assert "Numéro 2" in page.find(".//h1").text_content()


def test_its_pages_and_those_of_the_other_edition_lead_to_each_other(pages: dict[str, bytes]) -> None:
    for path in ("issues/2026-W43/fr.html", "issues/2026-W43/en.html"):
        found = html.fromstring(pages[path]).xpath("//link[@rel='alternate']/@hreflang")
        assert {"fr", "en"} <= set(found)


def test_every_page_of_the_archive_exists_in_french(pages: dict[str, bytes]) -> None:
    english = {path.replace("en.html", "fr.html") for path in pages if path.endswith("en.html")}
    assert english == {path for path in pages if path.endswith("fr.html")}


@pytest.mark.parametrize(("n", "said"), [(0, "0 sujet"), (1, "1 sujet"), (2, "2 sujets"), (101, "101 sujets")])
def test_none_and_one_are_singular_in_french(french: Edition, n: int, said: str) -> None:
    """CLDR 45: French has "one" for 0 and 1."""
    assert french.say("figures.stories", n=n) == said


def test_the_letter_is_in_french_in_both_parts(sample: ModuleType, french: Edition) -> None:
    letter = render_letter(sample.SECOND, sample.SHELF, sample.LEXICON, french, base_url="", sender=sample.SENDER)
    assert 'lang="fr"' in letter.html
    assert "À la une" in letter.text
    assert "À la une" in letter.html


def test_what_is_not_translated_yet_comes_from_the_edition_it_is_based_on(french: Edition) -> None:
    assert french.say("about.week_title") == load_edition("en").say("about.week_title")


def test_a_shipped_edition_can_have_single_messages_changed() -> None:
    changed = edition('[issue]\nleads = "Top stories"\n', "en")
    assert changed.say("issue.leads") == "Top stories"
    assert changed.say("issue.regions") == load_edition("en").say("issue.regions")


def test_a_language_without_plural_does_not_inherit_a_singular() -> None:
    korean = edition('[edition]\nbased_on = "en"\n[figures.stories]\nother = "소식 {n}건"\n', "ko")
    assert korean.say("figures.stories", n=1) == "소식 1건"


def test_a_complete_edition_needs_no_other() -> None:
    shipped = resources.files("digest_templates") / "i18n" / "en.toml"
    assert edition(shipped.read_text(encoding="utf-8"), "de").say("issue.leads") == "Lead stories"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[issue]\nleads = "À la une"\n', "lacks"),
        ('[edition]\nbased_on = "xx"\n', "must be one of en, ja"),
        ('[edition]\nbased = "en"\n', r"based_on"),
        ('[edition]\nbased_on = "en"\n[issue]\nledas = "À la une"\n', "did you mean 'issue.leads'"),
        ('[edition]\nbased_on = "en"\n[figures.stories]\none = "{m} sujet"\nother = "{n}"\n', r"\{m\}; .*: \{n\}"),
        ('[edition]\nbased_on = "en"\n[figures.stories]\none = "{n} sujet"\n', 'needs the form "other"'),
        ('[edition]\nbased_on = "en"\n[issue]\nleads = "{"\n', "braces"),
        ('[edition]\nbased_on = "en"\n[issue]\nleads = 1\n', "in quotes"),
        ("[issue\n", "cannot be read as TOML"),
    ],
)
def test_a_wrong_catalog_is_named_with_what_to_do(text: str, told: str) -> None:
    with pytest.raises(TemplateError, match=told) as caught:
        edition(text)
    assert "templates/i18n/fr.toml" in str(caught.value)


def test_a_language_that_nobody_has_says_where_to_read_on() -> None:
    with pytest.raises(ConfigurationError, match="add-an-edition-language"):
        open_edition("fr", {})
