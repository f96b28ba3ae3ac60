"""Where independent publisher families give different accounts of one event. Nothing is decided: each value keeps its articles.

A family has one voice, and its earliest word counts. An article that is nobody's account (a site without a label that credits
none) may agree with a family; it cannot contradict one. What is only rounded, only a part of the other, or of something else is
not set against it: a false alarm tells readers that sources disagree where they do not.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from pipeline.group.accounts import Days, Holder, days_of, holders_of, host_city
from pipeline.group.counts import ATTENDANCE, CLASS_OF, ENVOYS, Count, read_counts
from pipeline.group.texts import age
from pipeline.model import Account, Conflict, TaggedArticle
from pipeline.text.clean import fold
from pipeline.text.scripts import count_scripts

EVENT_DATE, PARTICIPANTS, PLACE, PERSONS = "event_date", "participants", "place", "persons"

# Dates a week apart or more are of two happenings, or of a weekday that was taken for that of another week.
MAX_DAYS_APART = 6
# Figures this close, relative to the larger, are one figure rounded.
ROUNDING = 0.1
# Names this alike (difflib's ratio) are spellings of one.
SAME_NAME = 0.5

T = TypeVar("T")


class _Teller(NamedTuple):
    """An article and whose account it gives, "" for nobody's."""

    tagged: TaggedArticle
    voice: str

    @property
    def id(self) -> str:
        return self.tagged.article.id


class _Told(NamedTuple, Generic[T]):
    """A value and the articles that give it, earliest first."""

    value: T
    ids: list[str]
    voices: set[str]


def find_conflicts(articles: Sequence[TaggedArticle], voices: Mapping[str, str]) -> tuple[Conflict, ...]:
    """Facts of one story on which independent families differ, each value with the articles that give it.

    Args:
        articles: of one story, in any order; copies may be among them.
        voices: article id -> publisher family whose account it gives. Where nobody has a voice, every source has its own.
    """
    tellers = _tellers(articles, voices)
    if len({teller.voice for teller in tellers} - {""}) < 2:
        return ()
    dates = _differing_dates(tellers)
    figures = _differing_figures(tellers)
    # Two cities on two dates are two happenings.
    cities = () if dates else _accounts(_gather(tellers, host_city, lambda a, b: a == b), lambda city: city)
    found = {EVENT_DATE: dates, PARTICIPANTS: figures, PLACE: cities, PERSONS: _differing_holders(tellers)}
    return tuple(Conflict(fact=fact, accounts=accounts) for fact, accounts in found.items() if accounts)


def find_figures(articles: Sequence[TaggedArticle], voices: Mapping[str, str]) -> tuple[Account, ...]:
    """How many took part, where two families at least count the same thing and all give one figure, or round it.

    The figure is the one that most articles give. A single family's may be of a side event, or of years.

    Args:
        articles: of one story, in any order; copies may be among them.
        voices: article id -> publisher family whose account it gives.
    """
    tellers = _tellers(articles, voices)
    read = {teller.id: read_counts(teller.tagged.article.title, teller.tagged.article.text) for teller in tellers}
    agreed: list[Account] = []
    for of in dict.fromkeys(CLASS_OF.values()):
        told = [(teller.id, read[teller.id][of]) for teller in tellers if of in read[teller.id]]
        voices_of_it = {teller.voice for teller in tellers if of in read[teller.id]} - {""}
        if len(voices_of_it) < 2 or not all(
            _rounded(one, other) and one.noun == other.noun for _, one in told for _, other in told
        ):
            continue
        figures = Counter(count.figure for _, count in told)
        figure = min(figures, key=lambda figure: (-figures[figure], figure))
        ids = tuple(sorted(key for key, count in told if count.figure == figure))
        agreed.append(Account(value=str(figure), article_ids=ids, counted=told[0][1].noun))
    return tuple(agreed)


def _tellers(articles: Iterable[TaggedArticle], voices: Mapping[str, str]) -> list[_Teller]:
    by_age = sorted(articles, key=lambda tagged: age(tagged.article))
    told = [_Teller(tagged, voices.get(tagged.article.id, "")) for tagged in by_age]
    if any(teller.voice for teller in told):
        return told
    return [_Teller(teller.tagged, teller.tagged.article.source_id) for teller in told]


def _gather(
    tellers: Sequence[_Teller], read: Callable[[TaggedArticle], T | None], same: Callable[[T, T], bool]
) -> list[_Told[T]]:
    """The values that voices give, by what their earliest articles say; articles that say otherwise later are left out."""
    values = [(teller, value) for teller in tellers if (value := read(teller.tagged))]
    first: dict[str, T] = {}
    told: list[_Told[T]] = []
    for teller, value in values:
        if teller.voice and teller.voice not in first:
            first[teller.voice] = value
            known = next((one for one in told if same(one.value, value)), None)
            if known is None:
                told.append(known := _Told(value, [], set()))
            known.voices.add(teller.voice)
    for teller, value in values:
        for one in told:
            if same(one.value, value) and (not teller.voice or teller.voice in one.voices):
                one.ids.append(teller.id)
                break
    return told


def _accounts(
    told: Sequence[_Told[T]], show: Callable[[T], str], counted: Callable[[T], str] = lambda _: ""
) -> tuple[Account, ...]:
    """The accounts of values that differ, () where there is one."""
    if len(told) < 2:
        return ()
    return tuple(
        Account(value=show(one.value), counted=counted(one.value), article_ids=tuple(one.ids))
        for one in sorted(told, key=lambda one: (show(one.value), one.ids))
    )


# ------------------------------------------------------------------------------------------------------------------ dates


def _differing_dates(tellers: Sequence[_Teller]) -> tuple[Account, ...]:
    """Days and ranges that differ. A day that opens or closes a range is the same account as the range."""
    read = {teller.id: days_of(teller.tagged) for teller in tellers}
    told = _gather(
        tellers, lambda tagged: read[tagged.article.id] if _is_plain(read[tagged.article.id]) else None, _same
    )
    for days in [one for one in told if one.value.end is None]:
        whole = next((one for one in told if one.value.end and _is_part(days.value, one.value)), None)
        if whole:
            whole.ids.extend(days.ids)
            whole.voices.update(days.voices)
            told.remove(days)
    told = [one for one in told if not any(_is_within(one.value, whole.value, whole.ids, tellers) for whole in told)]
    for teller in tellers:
        days_told = read[teller.id]
        if days_told and not _is_plain(days_told):
            agreeing = (one for one in told if _same(one.value, days_told) or _is_part(days_told, one.value))
            if known := next(agreeing, None):
                known.ids.append(teller.id)
    if not told:
        return ()
    most = max(told, key=lambda one: (len(one.voices), len(one.ids), one.value.interval))
    near = [one for one in told if abs((one.value.start - most.value.start).days) <= MAX_DAYS_APART]
    order = {teller.id: place for place, teller in enumerate(tellers)}
    for one in near:
        one.ids.sort(key=order.__getitem__)
    return _accounts(near, lambda days: days.interval)


def _is_plain(days: Days | None) -> bool:
    """True if the text plainly says that the event is or begins then; other days only agree, they contradict nobody."""
    return days is not None and (days.end is not None or days.part in ("opening", "held"))


def _same(a: Days, b: Days) -> bool:
    return (a.start, a.end) == (b.start, b.end)


def _is_part(day: Days, whole: Days) -> bool:
    """True for a day that the range begins or ends with, as far as the text says which."""
    if whole.end is None or day.end is not None:
        return False
    ends = {"opening": (whole.start,), "closing": (whole.end,)}
    return day.start in ends.get(day.part, (whole.start, whole.end))


def _is_within(day: Days, whole: Days, ids: Sequence[str], tellers: Sequence[_Teller]) -> bool:
    """True for a day of a range that one of those who tell of the range name as well: a part of it, not another account."""
    if day.end is not None or whole.end is None or not whole.start < day.start < whole.end:
        return False
    return any(teller.id in ids and any(e.start == day.start for e in teller.tagged.events) for teller in tellers)


# ---------------------------------------------------------------------------------------------------------------- figures


def _differing_figures(tellers: Sequence[_Teller]) -> tuple[Account, ...]:
    """Figures of those who took part: of the same if two give the same, else the figures of families that give no other."""
    read = {teller.id: read_counts(teller.tagged.article.title, teller.tagged.article.text) for teller in tellers}
    for of in dict.fromkeys(CLASS_OF.values()):
        told = _gather(tellers, lambda tagged, of=of: read[tagged.article.id].get(of), _rounded)  # type: ignore[misc]  # of is bound
        if len(told) > 1:
            return _figures(told)
    # One tells of 350 guests, another of 20 representatives and of no guests: readers judge.
    people = {t.id: [read[t.id][of] for of in (ATTENDANCE, ENVOYS) if of in read[t.id]] for t in tellers}
    if any(len(people[teller.id]) > 1 for teller in tellers if teller.voice):
        return ()
    sole = {key: counts[0] for key, counts in people.items() if counts}
    return _figures(_gather(tellers, lambda tagged: sole.get(tagged.article.id), _rounded))


def _rounded(a: Count, b: Count) -> bool:
    return min(a.figure, b.figure) >= (1 - ROUNDING) * max(a.figure, b.figure)


def _figures(told: Sequence[_Told[Count]]) -> tuple[Account, ...]:
    accounts = _accounts(told, lambda count: str(count.figure), lambda count: count.noun)
    return tuple(sorted(accounts, key=lambda account: int(account.value)))


# ---------------------------------------------------------------------------------------------------------------- persons


def _differing_holders(tellers: Sequence[_Teller]) -> tuple[Account, ...]:
    """Names of the holder of one city's office that cannot be spellings of one name, where no text has both."""
    held = {teller.id: list(holders_of(teller.tagged)) for teller in tellers}
    texts = {teller.id: f"{teller.tagged.article.title}\n{teller.tagged.article.text}" for teller in tellers}
    for office, city in sorted({(holder.office, holder.city) for holders in held.values() for holder in holders}):

        def named(tagged: TaggedArticle, office: str = office, city: str = city) -> Holder | None:
            found = [holder for holder in held[tagged.article.id] if (holder.office, holder.city) == (office, city)]
            return found[0] if len(found) == 1 else None

        told = _gather(tellers, named, lambda a, b: _is_one_name(a.name, b.name))
        names = [one.value.name for one in told]
        if len(told) > 1 and not any(sum(name in text for name in names) > 1 for text in texts.values()):
            return _accounts(told, lambda holder: holder.name, lambda holder: holder.office)
    return ()


def _is_one_name(a: str, b: str) -> bool:
    """True for spellings of one name, and for names in two scripts, which nobody can tell."""
    if _script(a) != _script(b):
        return True
    shared = set(fold(a).split()) & set(fold(b).split())
    return bool(shared) or difflib.SequenceMatcher(None, fold(a), fold(b), autojunk=False).ratio() >= SAME_NAME


def _script(name: str) -> int:
    letters = list(count_scripts(name))
    return letters.index(max(letters))
