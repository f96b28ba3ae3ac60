"""Templates and other files of a workspace: each stands before the shipped one of its name, and a wrong one is named (W13, C1)."""

from __future__ import annotations

from types import ModuleType

import pytest

from pipeline.errors import TemplateError
from pipeline.knowledge.editions import Edition
from pipeline.render import render_archive, render_letter
from pipeline.render.environment import Templates


def build(sample: ModuleType, editions: list[Edition], own: dict[str, str]) -> dict[str, bytes]:
    templates = Templates({path: text.encode() for path, text in own.items()})
    templates.check()
    files = render_archive(
        sample.SHELF, sample.LEXICON, editions, base_url="", version="0.1.0", contact="", templates=templates
    )
    return {file.path: file.body for file in files}


def test_a_file_of_the_workspace_stands_before_the_shipped_one_and_the_others_stay(
    sample: ModuleType, editions: list[Edition], tree: dict[str, bytes]
) -> None:
    own = {
        "html/names.html": '{% extends "html/base.html" %}{% block main %}<h1>{{ page.title }}</h1>Ours{% endblock %}'
    }
    built = build(sample, editions, own)
    assert b"</h1>Ours" in built["names/ja.html"]
    assert built["weeks/ja.html"] == tree["weeks/ja.html"]


def test_a_part_of_ones_own_can_be_included_in_every_page(sample: ModuleType, editions: list[Edition]) -> None:
    own = {
        "html/_desk.html": '<p class="desk">International desk</p>',
        "html/_mark.html": '{% include "html/_desk.html" %}',
    }
    built = build(sample, editions, own)
    pages = [body for path, body in built.items() if path.endswith("en.html")]
    assert all(b'<p class="desk">' in body for body in pages)


def test_a_style_of_ones_own_finds_the_shipped_one_beside_it(sample: ModuleType, editions: list[Edition]) -> None:
    built = build(sample, editions, {"assets/style.css": '@import "shipped.css"; :root { --indigo: #04583f; }'})
    assert built["assets/style.css"].startswith(b"@import")
    assert b"--indigo" in built["assets/shipped.css"]


def test_without_a_style_of_ones_own_there_is_one_style(tree: dict[str, bytes]) -> None:
    assert "assets/shipped.css" not in tree


def test_a_picture_of_ones_own_is_in_the_archive(sample: ModuleType, editions: list[Edition]) -> None:
    built = build(sample, editions, {"assets/crest.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>"})
    assert built["assets/crest.svg"].startswith(b"<svg")


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("html/names.html", "one\n{% if %}", "templates/html/names.html, line 2: Expected an expression"),
        ("html/names.html", "one\n\n{{ nothing }}", "templates/html/names.html, line 3: 'nothing' is undefined"),
        ("html/names.html", "{{ page.colour }}", "templates/html/names.html, line 1: "),
        ("html/names.html", '{{ t("no.such") }}', "templates/html/names.html, line 1: edition ja: message 'no.such'"),
        ("html/names.html", '{% extends "html/bse.html" %}', "templates/html/names.html, line 1: html/bse.html"),
        ("html/_cards.html", "{% macro link( %}", "templates/html/_cards.html, line 1: "),
        ("html/isue.html", "", "did you mean templates/html/issue.html?"),
        ("letters/issue.html", "", "there is no such template"),
    ],
)
def test_a_wrong_template_is_named_with_its_line_and_a_way_out(
    sample: ModuleType, editions: list[Edition], path: str, text: str, told: str
) -> None:
    with pytest.raises(TemplateError) as caught:
        build(sample, editions, {path: text})
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 78


def test_a_template_that_is_not_utf_8_is_named() -> None:
    with pytest.raises(TemplateError, match=r"templates/html/names\.html is not UTF-8"):
        Templates({"html/names.html": "都市".encode("shift_jis")}).check()


def test_a_wrong_template_of_the_mail_is_named(sample: ModuleType, editions: list[Edition]) -> None:
    templates = Templates({"mail/issue.txt": b"\n{{ issue.colour }}"})
    templates.check()
    with pytest.raises(TemplateError, match=r"templates/mail/issue\.txt, line 2: "):
        render_letter(
            *(sample.SECOND, sample.SHELF, sample.LEXICON, editions[0]),
            base_url="",
            sender=sample.SENDER,
            templates=templates,
        )


def test_what_a_workspace_prints_is_escaped_too(sample: ModuleType, editions: list[Edition]) -> None:
    own = {"html/names.html": '{% extends "html/base.html" %}{% block main %}<h1>{{ "<script>" }}</h1>{% endblock %}'}
    assert b"<h1>&lt;script&gt;</h1>" in build(sample, editions, own)["names/en.html"]
