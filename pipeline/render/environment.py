"""Jinja, set up once: strict, escaping, and deaf to characters that can make a page lie.

Two environments, because plain text must not be escaped and HTML and XML always must be. Articles are data: no text of theirs
is ever read as a template.
"""

from __future__ import annotations

import functools
import re

import jinja2

from pipeline.render.links import safe_url
from pipeline.render.paragraphs import wrap

# Controls that XML 1.0 section 2.2 forbids, lone surrogates and non-characters, and the bidi controls of Unicode TR 36
# section 2.6, with which a title can show another address than it links to.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def strip_forbidden(value: object) -> object:
    """A printed value without the characters that no page may contain; anything but text as it is."""
    return _FORBIDDEN.sub("", value) if type(value) is str else value


@functools.cache
def markup_environment() -> jinja2.Environment:
    """For .html and .xml: everything printed is escaped."""
    return _environment(autoescape=True)


@functools.cache
def text_environment() -> jinja2.Environment:
    """For .txt: nothing is escaped."""
    return _environment(autoescape=False)


def _environment(*, autoescape: bool) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("digest_templates", ""),
        autoescape=autoescape,  # noqa: S701 - off for plain text only, which nothing interprets
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=strip_forbidden,
    )
    environment.filters["safe_url"] = safe_url
    environment.filters["wrap"] = wrap
    return environment
