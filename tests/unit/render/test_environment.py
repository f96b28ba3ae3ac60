"""Jinja as it is set up here: what it compiles prints what Jinja's own would, escaped, without what no page may contain (W13)."""

from __future__ import annotations

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from pipeline.render.environment import NAMES_KEPT, SHIPPED, encode, strip_forbidden
from pipeline.render.views import Ref

MACROS = """
{%- macro plain(a, b="B") %}[{{ a }}{{ b }}]{% endmacro %}
{%- macro framed(title) %}<{{ title }}|{{ caller() }}>{% endmacro %}
{%- macro counted() %}{{ varargs|length }}{{ kwargs|length }}{% endmacro %}
"""
CALLS = {
    "positions and names": ("{{ plain(1, b=x) }}{{ plain(a=x) }}{{ plain(x) }}", "[1&lt;][&lt;B][&lt;B]"),
    "a caller": ("{% call framed(x) %}{{ plain(x) }}{% endcall %}", "<&lt;|[&lt;B]>"),
    "lists and tables of arguments": (
        "{{ plain(*[1, 2]) }}{{ plain(**{'a': x}) }}{{ counted(1, 2, c=3) }}",
        "[12][&lt;B]21",
    ),
    "in a loop": ("{% for n in range(2) %}{{ plain(n, loop.index) }}{% endfor %}", "[01][12]"),
    "functions of Python": ("{{ give(x, n=2) }}", "&lt;&lt;"),
    "values of every type": (
        "{{ plain(none, 7) }}{{ ready }}{{ plain(ready) }}{{ plain(x)|upper }}",
        "[None7]<b>&lt;</b>[<b>&lt;</b>B][&LT;B]",
    ),
    "methods": ("{{ x.join(['a', 'b']) }}", "a&lt;b"),
}


@pytest.mark.parametrize("case", CALLS)
def test_a_call_prints_what_jinja_itself_would(case: str):
    source, expected = CALLS[case]
    values = {"x": "<", "ready": Markup("<b>{}</b>").format("<"), "give": lambda text, n: text * n}
    ours = SHIPPED.markup.from_string(MACROS + source).render(values)
    plain = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(MACROS + source)
    assert ours.strip() == plain.render(values).strip() == expected


@pytest.mark.parametrize("call", ["plain()", "plain(1, 2, 3)", "plain(1, c=2)", "plain(missing)"])
def test_a_macro_wants_the_arguments_that_it_names(call: str):
    with pytest.raises((jinja2.UndefinedError, TypeError)):
        SHIPPED.markup.from_string(f"{MACROS}{{{{ {call} }}}}").render()


def test_calling_what_is_not_there_is_an_error():
    with pytest.raises(jinja2.UndefinedError):
        SHIPPED.markup.from_string("{{ nothing() }}").render()


@pytest.mark.parametrize("environment", [SHIPPED.markup, SHIPPED.text])
def test_nothing_printed_may_hide_what_it_says(environment: jinja2.Environment):
    """Neither from a value, nor through a macro or a filter; line breaks and tabs stay."""
    template = environment.from_string(
        "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(x) }}{{ [x]|join('\u202e') }}\n\t{{ x }}"
    )
    assert template.render(x="a\x00b\u202ec\ufffe") == "abcabc\n\tabc"


def test_plain_text_is_not_escaped():
    assert SHIPPED.text.from_string("{{ x }}").render(x="<&>") == "<&>"


def test_a_page_in_utf_8_has_none_of_the_characters_that_it_may_not_contain():
    """Each of the basic plane: as the text of it, which is stripped another way."""
    texts = [f"都市 – é{chr(code)}… b" for code in range(0x10000)]
    assert [text for text in texts if encode(text) != str(strip_forbidden(text)).encode()] == []


@given(st.text(st.characters(codec=None)))
def test_a_page_in_utf_8_is_its_stripped_text(text: str):
    assert encode(text) == str(strip_forbidden(text)).encode()


def test_a_name_that_was_printed_before_is_printed_the_same_and_another_is_not():
    macros = "{% macro link(ref, mark='') %}<i>{{ ref.text }}{{ mark }}</i>{% endmacro %}"
    template = SHIPPED.markup.from_string(
        f"{macros}{{% for r in refs %}}{{{{ link(r) }}}}{{% endfor %}}{{{{ link(refs[0], mark='!') }}}}"
    )
    tokyo, kobe = Ref("東京 & 江戸"), Ref("神戸")
    assert template.render(refs=[tokyo, kobe, tokyo]) == (
        "<i>東京 &amp; 江戸</i><i>神戸</i><i>東京 &amp; 江戸</i><i>東京 &amp; 江戸!</i>"
    )


def test_more_names_than_are_kept_are_printed_right():
    names = [Ref(str(number)) for number in range(NAMES_KEPT + 10)]
    template = SHIPPED.markup.from_string(
        "{% macro link(ref) %}{{ ref.text }} {% endmacro %}{% for r in names %}{{ link(r) }}{% endfor %}"
    )
    assert template.render(names=[*names, names[0]]).split() == [*map(str, range(NAMES_KEPT + 10)), "0"]
