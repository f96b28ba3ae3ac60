"""Values as JSON that may stand inside a script: a file of one, or an element of a page."""

from __future__ import annotations

import msgspec

from pipeline.render.environment import strip_forbidden


def to_literal(value: object) -> str:
    """JSON without what would end a script or a line of one, or may be on no page.

    `<` begins every end tag and comment that HTML looks for in a script (HTML, 4.12.1.3); U+2028 and U+2029 end a line in
    JavaScript before 2019.
    """
    try:
        text = msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # a lone surrogate
        text = msgspec.json.encode(_stripped(value)).decode()
    # Of what may be on no page, JSON writes the control characters in this form and the others as they are; most texts have neither.
    if "\\u00" in text or strip_forbidden(text) != text:
        text = msgspec.json.encode(_stripped(value)).decode()
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _stripped(value: object) -> object:
    if isinstance(value, dict):
        return {key: _stripped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_stripped(item) for item in value]
    return strip_forbidden(value)
