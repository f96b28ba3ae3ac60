"""Reads JSON answers of any shape: JMESPath expressions (jmespath.org) say where the items are."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Iterator
from typing import Any, Protocol, cast

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions

from crawler.spiders.reading import (
    DATE_CHARS,
    MAX_ITEMS,
    SUMMARY_CHARS,
    TITLE_CHARS,
    Found,
    Reading,
    Unreadable,
    join,
    plain,
    read_json,
)
from pipeline.errors import Reason
from pipeline.model import FetchHints, Fields
from pipeline.text.clean import clean_text


class _Expression(Protocol):
    parsed: dict[str, Any]

    def search(self, value: Any) -> Any: ...


def read_json_api(body: bytes, url: str, fields: Fields, content_type: str = "") -> Reading:
    """The items that `fields` find, with raw dates, in the answer's order; seconds since 1970 become ISO 8601 in UTC.

    Args:
        url: the answer's own address, to which links may be relative.

    Raises:
        Unreadable: it is no JSON, or its items are not where `fields` says; the interface has probably changed.
    """
    answer = read_json(body, content_type)
    items = _search(fields.items, answer)
    if not isinstance(items, list):
        raise Unreadable(Reason.BAD_FEED, f"no list of items matches fields.items = {fields.items!r}")
    found = tuple(one for item in items[:MAX_ITEMS] if (one := _found(item, url, fields)).url)
    if items and not found:
        raise Unreadable(Reason.BAD_FEED, f"no item has a link that matches fields.link = {fields.link!r}")
    further = _search(fields.next_page, answer) if fields.next_page else None
    follow = join(url, further) if isinstance(further, str) and further.strip() else ""
    return Reading(found=found, follow=(follow,) if follow else ())


def check_expression(text: str) -> str:
    """What is wrong with a JMESPath expression, "" if nothing is. Functions are looked up, which jmespath does only when it meets data."""
    try:
        expression = _compile(text)
    except JMESPathError as error:
        return f"{text!r} is not a JMESPath expression: {_first_line(error)}"
    for name, arguments in _calls(expression.parsed):
        function = Functions.FUNCTION_TABLE.get(name)
        if function is None:
            return f"{text!r} calls {name}(), which JMESPath does not have"
        wanted = len(function["signature"])
        open_ended = any(part.get("variadic") for part in function["signature"])
        if arguments < wanted or (arguments > wanted and not open_ended):
            return f"{text!r} gives {name}() {arguments} arguments; it takes {wanted}{' or more' if open_ended else ''}"
    return ""


def _calls(node: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The functions that an expression calls, each with the number of its arguments."""
    children = node.get("children", ())
    if node["type"] == "function_expression":
        yield node["value"], len(children)
    for child in children:
        if isinstance(child, dict):  # a slice's children are figures
            yield from _calls(child)


@functools.lru_cache(maxsize=512)
def _compile(text: str) -> _Expression:
    return cast("_Expression", jmespath.compile(text))


def _search(text: str, value: Any) -> Any:
    """What an expression finds; None also where a function meets a value that it was not made for, or one odd item would cost all others."""
    with contextlib.suppress(*_MISFITS):
        return _compile(text).search(value)
    return None


# What jmespath raises besides its own errors: functions meet values that they were not made for.
_MISFITS = (JMESPathError, TypeError, ValueError, ArithmeticError, AttributeError, KeyError, RecursionError)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__


def _found(item: Any, base: str, fields: Fields) -> Found:
    date = _date(_search(fields.date, item)) if fields.date else ""
    link = _search(fields.link, item)
    return Found(
        url=join(base, link) if isinstance(link, str) and link.strip() else "",
        hints=FetchHints(
            title=plain(_text(_search(fields.title, item)), TITLE_CHARS),
            published=date,
            published_from="api" if date else "",
            summary=plain(_text(_search(fields.summary, item)), SUMMARY_CHARS) if fields.summary else "",
        ),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if _is_number(value) else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# What a number in a date's place may count. Seconds from 1995 on lie far below milliseconds from 1995 on, and so on.
_UNITS_PER_SECOND = (1, 1_000, 1_000_000, 1_000_000_000)
_EARLIEST_S, _LATEST_S = 788_918_400, 4_102_444_800  # 1995, before which there were no news sites, to 2100


_WRITTEN_DIGITS = (8, 12, 14)  # 20250708, 202507081030, 20250708103000


def _date(value: Any) -> str:
    """A date as it stands there; a count since 1970 in ISO 8601 (UTC); "" for anything else."""
    if isinstance(value, str):
        text = clean_text(value, limit=DATE_CHARS)
        return _counted(int(text)) or text if text.isascii() and text.isdigit() else text
    if not _is_number(value):
        return ""
    text = str(value)
    return _counted(value) or (text if text.isdigit() and len(text) in _WRITTEN_DIGITS else "")


def _counted(value: float) -> str:
    for units in _UNITS_PER_SECOND:
        # Not value / units: a whole number of 310 digits is no float.
        if _EARLIEST_S * units <= value < _LATEST_S * units:
            return dt.datetime.fromtimestamp(value // units, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return ""
