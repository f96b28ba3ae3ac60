"""Dates that a text gives to what happens: single days, ranges, months, said in full or in part, and deadlines among them.

`expressions` reads the words; here stands which of them are kept: those near the article's own day, each once, the day rather
than the month that holds it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator

import msgspec

from pipeline.model import DatedEvent, Precision
from pipeline.tag.deadlines import is_deadline
from pipeline.tag.expressions import Mention, compile_folded, find_mentions, full_dates
from pipeline.tag.reading import Field, Reading
from pipeline.text.dates import month_named

# A text's dates outside this window are history (founded in 1979) or slips.
_PAST = dt.timedelta(days=2 * 366)
_FUTURE = dt.timedelta(days=5 * 366)
_MOST = 20  # dates kept per article


def find_events(reading: Reading, dated: dt.datetime, *, certain: bool = True) -> tuple[DatedEvent, ...]:
    """The dates of title and text in reading order, each once, those near the article's own day; at most twenty.

    Args:
        dated: when the article was published, or first seen.
        certain: False if it was only first seen: then the latest full date in the text that is not after it is taken for its day,
            and what is counted from the day itself ("on Tuesday", 「来月」) is left out.
    """
    today = dated.date()
    if not certain:
        said = (day for field in reading.fields for day in full_dates(field.folded, today, reading.language))
        today = max((day for day in said if day <= today), default=today)
    found: dict[tuple[dt.date, dt.date | None], DatedEvent] = {}
    for field in reading.fields:
        for event in _events(field, today, reading.language, certain=certain):
            if today - _PAST <= event.start <= today + _FUTURE:
                found.setdefault((event.start, event.end), event)
    return tuple(_without_vaguer(found.values())[:_MOST])


def _events(field: Field, today: dt.date, language: str, *, certain: bool) -> Iterator[DatedEvent]:
    mentions = list(_joined(field.folded, find_mentions(field.folded, today, language, certain=certain)))
    for number, mention in enumerate(mentions):
        evidence = field.text[mention.start : mention.end].strip()
        if _written_as_date(evidence, language):
            before, after = _room(mentions, number, len(field.text))
            deadline = is_deadline(field.folded, mention.start, mention.end, before, after)
            yield msgspec.structs.replace(mention.event, evidence=evidence, deadline=deadline)


def _joined(text: str, mentions: list[Mention]) -> Iterator[Mention]:
    """The mentions with "opens on 19 September and lasts until 4 October" as one range."""
    pending: Mention | None = None
    for mention in mentions:
        if pending and _lasts_until(text, pending, mention):
            event = msgspec.structs.replace(pending.event, end=mention.event.start)
            pending = Mention(pending.start, mention.end, event)
            continue
        if pending:
            yield pending
        pending = mention
    if pending:
        yield pending


_LONGEST_STAY = dt.timedelta(days=200)  # of an exhibition between two dates that a sentence gives apart
_APART = 45  # characters between them
_SENTENCE_END = compile_folded(r"[。!?！？\n;；]|\.\s")
_UNTIL_BEFORE = compile_folded(
    r"\b(?:until|till|through|jusqu'(?:au|a)|hasta(?: el)?|bis(?: zum)?|fino al|ate|tot(?: en met)?|t/m|do|до)(?:\s\w{4,10},?)?\s?$|(?:到|至)\s?$"
)
_UNTIL_AFTER = compile_folded(r"\s?(?:まで|까지)")
_FROM = compile_folded(
    r"open|begin|start|from|run|last|continu|since|des |ab |vom|von|a partir|dal|desde|с |開|始|から|从|自|起|시작|부터|ouvr|abr|inaug|beginn|eroffn|открыва|начн|начина"
)


def _lasts_until(text: str, first: Mention, second: Mention) -> bool:
    """True for two days of one sentence of which the second is said to be the last."""
    between = text[first.end : second.start]
    days = first.event.precision is second.event.precision is Precision.DAY
    if not days or first.event.end or second.event.end or len(between) > _APART or _SENTENCE_END.search(between):
        return False
    if not first.event.start < second.event.start <= first.event.start + _LONGEST_STAY:
        return False
    said = _UNTIL_BEFORE.search(between) or _UNTIL_AFTER.match(text, second.end)
    return bool(said and _FROM.search(text[max(0, first.start - _APART) : second.start]))


def _room(mentions: list[Mention], number: int, length: int) -> tuple[int, int]:
    """Where the date before this one ends and the one after begins: words beyond belong to those."""
    here = mentions[number]
    earlier = (mentions[place] for place in range(number - 1, -1, -1))
    later = (mentions[place] for place in range(number + 1, len(mentions)))
    before = next((other.end for other in earlier if other.end <= here.start), 0)
    after = next((other.start for other in later if other.start >= here.end), length)
    return before, after


def _written_as_date(evidence: str, language: str) -> bool:
    """False for "may 5 people": English and German write months with a capital."""
    if language not in {"en", "de"}:
        return True
    return not any(word[0].islower() and month_named(word) for word in _LETTERS.findall(evidence))


_LETTERS = re.compile(r"[^\W\d_]{3,}")


def _without_vaguer(events: Iterable[DatedEvent]) -> list[DatedEvent]:
    """The events without months in which a day is named as well: 「7月」 beside 「7月8日」 says nothing more."""
    kept = list(events)
    days = [event.start for event in kept if event.precision is Precision.DAY]
    return [
        event
        for event in kept
        if event.precision is Precision.DAY or not any(event.start <= day <= (event.end or event.start) for day in days)
    ]
