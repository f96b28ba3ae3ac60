"""Scores texts of ours in the style of the real thing, written and labelled without sight of the rules.

Their `half` says which of them the rules were then improved on ("seen") and which were only scored ("blind").
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path

from bench.material import Row, read_rows, tag_rows
from pipeline.model import DatedEvent, Precision, TaggedArticle, TagKind

SETS = Path(__file__).parent / "written"
Scores = dict[str, float]
KINDS = {"networks": TagKind.NETWORK, "themes": TagKind.THEME, "event_types": TagKind.EVENT}
_SCRIPTS = {"zh-cn": "zh-Hans", "zh-tw": "zh-Hant"}


def leads(_: Path, faults: list[str]) -> Scores:
    """Leads of the field and what is mistaken for them; themes and event types over all leads, relevant or not."""
    return _halves("leads", texts, faults)


def passages(_: Path, faults: list[str]) -> Scores:
    """Passages with names of cities, and with what looks like one."""
    return _halves("passages", texts, faults)


def titles(_: Path, faults: list[str]) -> Scores:
    """Languages of headlines."""
    return _halves("titles", texts, faults)


def persons(_: Path, faults: list[str]) -> Scores:
    """Persons by name, and the share of the found ones whose role is right."""
    return _halves("persons", named, faults)


def dates(_: Path, faults: list[str]) -> Scores:
    """Dates of what happens, by first and last day."""
    return _halves("dates", dated, faults)


def _halves(name: str, score: Callable[[list[Row], list[str]], Scores], faults: list[str]) -> Scores:
    rows = read_rows(SETS / f"{name}.jsonl")
    return {
        f"{half}.{key}": value
        for half in dict.fromkeys(row["half"] for row in rows)
        for key, value in score([row for row in rows if row["half"] == half], faults).items()
    }


def texts(rows: list[Row], faults: list[str]) -> Scores:
    """What the rows state of language, relevance, class and tags."""
    counts: Counter[tuple[str, str]] = Counter()
    for gold, one in tag_rows(rows):
        exact = {"language": (_SCRIPTS.get(gold["lang"], gold["lang"]), one.article.language)}
        if "class" in gold:
            exact["class"] = (gold["class"], one.relevance.article_class.value)
        for key, (want, got) in exact.items():
            counts[key, "right" if want in {got, got.partition("-")[0]} else "wrong"] += 1
            if want not in {got, got.partition("-")[0]}:
                faults.append(f"{gold['id']} {key} is {want}, said {got}")
        for key, (wanted, found) in _sets(gold, one).items():
            _tally(counts, key, wanted, found)
            if wanted != found:
                faults.append(f"{gold['id']} {key} missed {sorted(wanted - found)} extra {sorted(found - wanted)}")
    return _scores(counts)


def _sets(gold: Row, one: TaggedArticle) -> dict[str, tuple[set[str], set[str]]]:
    sets = {key: (set(gold[key]), set(one.ids(kind))) for key, kind in KINDS.items() if key in gold}
    if "relevant" in gold:
        sets["relevance"] = ({"yes"} if gold["relevant"] else set(), {"yes"} if one.relevance.relevant else set())
    if "cities" in gold:
        # Where the labeller found no id, the name stands, which no id equals: a miss.
        wanted = {identity or name for identity, name in zip(gold["city_ids"], gold["cities"], strict=True)}
        sets["cities"] = (wanted, set(one.ids(TagKind.CITY)))
    return sets


def named(rows: list[Row], faults: list[str]) -> Scores:
    counts: Counter[tuple[str, str]] = Counter()
    for gold, one in tag_rows(rows):
        wanted = {_letters(person["name"]): _letters(person["role"]) for person in gold["persons"]}
        found = {_letters(person.name): _letters(person.role) for person in one.persons}
        _tally(counts, "names", wanted.keys(), found.keys())
        for name in wanted.keys() & found.keys():
            right = bool(found[name]) and (found[name] in wanted[name] or wanted[name] in found[name])
            counts["roles", "right" if right else "wrong"] += 1
        if wanted != found:
            faults.append(f"{gold['id']} persons are {wanted}, said {found}")
    return _scores(counts)


def dated(rows: list[Row], faults: list[str]) -> Scores:
    counts: Counter[tuple[str, str]] = Counter()
    stated = ({**row, "time": row["published"]} for row in rows)
    for gold, one in tag_rows(stated):
        wanted = {f"{event['start']}/{event.get('end') or event['start']}" for event in gold["events"]}
        found = {_span(event) for event in one.events}
        _tally(counts, "spans", wanted, found)
        if wanted != found:
            faults.append(f"{gold['id']} dates missed {sorted(wanted - found)} extra {sorted(found - wanted)}")
    return _scores(counts)


def _span(event: DatedEvent) -> str:
    return f"{_stated(event.start, event.precision)}/{_stated(event.end or event.start, event.precision)}"


def _stated(day: dt.date, precision: Precision) -> str:
    return day.isoformat()[: {Precision.YEAR: 4, Precision.MONTH: 7}.get(precision, 10)]


def _letters(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _tally(counts: Counter[tuple[str, str]], key: str, want: Collection[str], got: Collection[str]) -> None:
    both = len(set(want) & set(got))
    counts[key, "hit"] += both
    counts[key, "extra"] += len(got) - both
    counts[key, "missed"] += len(want) - both


def _scores(counts: Counter[tuple[str, str]]) -> Scores:
    """Shares of what is right or wrong; precision, recall and F1 of what is found or missed."""
    scores: Scores = {}
    for key in dict.fromkeys(key for key, _ in counts):
        right, wrong = counts[key, "right"], counts[key, "wrong"]
        if right + wrong:
            scores[key] = right / (right + wrong)
        hit, extra, missed = (counts[key, what] for what in ("hit", "extra", "missed"))
        if hit + extra + missed:
            scores[f"{key}_p"], scores[f"{key}_r"] = hit / max(1, hit + extra), hit / max(1, hit + missed)
            scores[f"{key}_f1"] = 2 * hit / (2 * hit + extra + missed)
    return scores
