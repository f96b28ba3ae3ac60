"""Where independent publisher families give different accounts of one event."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from pipeline.group.texts import age
from pipeline.model import Account, Conflict, DatedEvent, Precision, TaggedArticle

EVENT_DATE, PARTICIPANTS = "event_date", "participants"

# A date this far from the report is of something else: an anniversary's founding day, a plan.
MAX_DAYS_FROM_REPORT = 31
# Dates this far apart are of two happenings, not two accounts of one.
MAX_DAYS_APART = 7
# Figures this close, relative to the larger, are one figure rounded.
ROUNDING = 0.1

# What is counted: people who took part. A number of people alone may be of inhabitants, victims or voters, so the sentence
# must say that they came (Chinese, Japanese, Korean) or the counted noun must (other languages).
_NUMBER = r"(?<![\d.,])(\d{1,3}(?:[,.\u00a0 ]\d{3})+|\d{1,6})"
_CJK_COUNT = re.compile(_NUMBER + r"\s*([千천万萬만]?)\s*(?:余|餘|多|여)?\s*(?:人|名|位|명)(?!口|権|气|間)")
_CJK_CUE = re.compile(
    "参加|出席|来場|集ま|集結|一堂|招待客|来賓|代表|参会|与会|參加|參會|與會|嘉宾|嘉賓|来宾|來賓|齐聚|齊聚"
    "|참석|참가|참여|모여|모인|대표|내빈"
)
_INHABITANTS = re.compile(r"(?:人口|인구)\D{0,6}$")
_SPACED_COUNT = re.compile(
    _NUMBER
    + r"\s+(?:[^\W\d_]+[\s-]+){0,2}?(?:guests?|participants?|delegates?|attendees?|representatives?|people attend"
    r"|participantes?|délégué\w*|représentant\w*|invité\w*|personnes ont|delegad[oa]s|representantes|asistentes|invitad[oa]s"
    r"|teilnehme\w*|gäste\w*|delegierte\w*|vertreter\w*|участник\w*|делегат\w*|гост\w*|представител\w*)\b",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"[。!?\n]|\.(?=\s)")
_MULTIPLES = {"": 1, "千": 1_000, "천": 1_000, "万": 10_000, "萬": 10_000, "만": 10_000}

T = TypeVar("T", bound=Hashable)


def find_conflicts(articles: Sequence[TaggedArticle], families: Mapping[str, str]) -> tuple[Conflict, ...]:
    """Facts of one story on which families differ, each value with the articles that give it.

    Args:
        articles: of one story, one per independent text.
        families: source id -> publisher family; a source that is missing stands alone.
    """
    dates = _one_happening(_accounts(articles, families, main_event))
    counts = _accounts(articles, families, participants)
    conflicts = []
    if len(dates) > 1:
        conflicts.append(
            _conflict(EVENT_DATE, {interval(event): dates[event] for event in sorted(dates, key=interval)})
        )
    if counts and min(counts) < (1 - ROUNDING) * max(counts):
        conflicts.append(_conflict(PARTICIPANTS, {str(count): counts[count] for count in sorted(counts)}))
    return tuple(conflicts)


def main_event(tagged: TaggedArticle) -> DatedEvent | None:
    """The first day or range of days that the text gives near its own date, without its evidence."""
    for event in tagged.events:
        near = abs((event.start - tagged.article.dated.date()).days) <= MAX_DAYS_FROM_REPORT
        if near and event.precision is Precision.DAY:
            return DatedEvent(start=event.start, end=event.end if event.end != event.start else None)
    return None


def participants(tagged: TaggedArticle) -> int | None:
    """The largest number of people that the text says took part, None if it gives none."""
    text = unicodedata.normalize("NFKC", f"{tagged.article.title}\n{tagged.article.text}")
    return max((count for sentence in _SENTENCES.split(text) for count in _counts(sentence)), default=None)


def interval(event: DatedEvent) -> str:
    """ISO 8601: "2025-07-08", or "2025-07-06/2025-07-09" for a range."""
    return f"{event.start}/{event.end}" if event.end else f"{event.start}"


def _counts(sentence: str) -> Iterator[int]:
    if _CJK_CUE.search(sentence):
        for match in _CJK_COUNT.finditer(sentence):
            if not _INHABITANTS.search(sentence[: match.start()]):
                yield _figure(match[1]) * _MULTIPLES[match[2]]
    for match in _SPACED_COUNT.finditer(sentence):
        yield _figure(match[1])


def _figure(digits: str) -> int:
    return int(re.sub(r"\D", "", digits))


def _accounts(
    articles: Iterable[TaggedArticle], families: Mapping[str, str], read: Callable[[TaggedArticle], T | None]
) -> dict[T, list[str]]:
    """Value -> ids of the articles that give it. A family's earliest word counts, as it has one voice."""
    voices: dict[str, T] = {}
    accounts: dict[T, list[str]] = {}
    for tagged in sorted(articles, key=lambda tagged: age(tagged.article)):
        value = read(tagged)
        if value is not None:
            source = tagged.article.source_id
            if voices.setdefault(families.get(source) or source, value) == value:
                accounts.setdefault(value, []).append(tagged.article.id)
    return accounts


def _one_happening(dates: dict[DatedEvent, list[str]]) -> dict[DatedEvent, list[str]]:
    """Dates of the happening that most articles tell of; a day that opens or closes a range is the same account as the range."""
    kept: dict[DatedEvent, list[str]] = {}
    for event, ids in sorted(dates.items(), key=lambda item: (item[0].end is None, interval(item[0]))):
        same = next((other for other in kept if event.end is None and event.start in (other.start, other.end)), event)
        kept.setdefault(same, []).extend(ids)
    if not kept:
        return {}
    told = max(kept, key=lambda event: len(kept[event]))
    return {event: ids for event, ids in kept.items() if abs((event.start - told.start).days) <= MAX_DAYS_APART}


def _conflict(fact: str, accounts: Mapping[str, Iterable[str]]) -> Conflict:
    shown = tuple(Account(value=value, article_ids=tuple(ids)) for value, ids in accounts.items())
    return Conflict(fact=fact, accounts=shown)
