"""Jinja as it is set up here: what it compiles prints what Jinja's own would, escaped, without what no page may contain (W13)."""

from __future__ import annotations

import jinja2
import pytest
from markupsafe import Markup

from pipeline.render.environment import SHIPPED

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
