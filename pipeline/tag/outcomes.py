"""What a text says has become of what it tells: how far an agreement has come, and whether what was to take place is called off.

Read in the words of the sentences that speak of it; where they say nothing, nothing is said here, and dates decide later.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import AgreementStatus, DatedEvent, Tag, TagKind
from pipeline.tag.folding import fold, fold_pattern
from pipeline.tag.reading import Field, Reading

SUSPENSION = "suspension-termination"
AGREEMENTS = ("sister-city-agreement", "mou-cooperation", SUSPENSION)
# Their main verb stands last, so of two in one sentence the later speaks for it; elsewhere the first does.
_VERB_FINAL = frozenset({"ja", "ko"})
# A full stop after one or two digits is a day's: "am 20. November".
_ENDS = re.compile(r"[。！？!?\n]|\.(?=\s|$)(?<!\b\d\.)(?<!\b\d\d\.)")
_NEAR = 80  # code points before a date that may say that it is a new one
_NEVER = re.compile(r"(?!)")
_MOST = 400  # code points of a sentence; what has no full stop for longer is a list or a scrap


class _Words(NamedTuple):
    """The vocabulary of one language, one pattern per meaning; those that never match stand for what it lacks."""

    intended: re.Pattern[str]
    ahead: re.Pattern[str]
    done: re.Pattern[str]
    ended: re.Pattern[str]
    resumed: re.Pattern[str]
    not_resumed: re.Pattern[str]
    called_off: re.Pattern[str]
    moved_before: re.Pattern[str]
    moved_after: re.Pattern[str]


def find_agreement(reading: Reading, tags: Sequence[Tag], lexicon: Lexicon) -> AgreementStatus | None:
    """How far the agreement has come that the article tells of, as the first sentence that says it has it; None if none does.

    Args:
        tags: of the article, each kind strongest first.

    SIGNED of a suspension means that it is over: what was stopped goes on. What is settled and ahead is ANNOUNCED, whether or
    not a day is named; what is wished for or proposed is PLANNED, of an end as of a beginning.
    """
    words = _words(lexicon, reading.language.split("-")[0])
    if words is None:
        return None
    tag = next((tag for tag in tags if tag.kind is TagKind.EVENT and tag.id in AGREEMENTS), None)
    verb_final = reading.language.split("-")[0] in _VERB_FINAL
    for sentence in _sentences(reading, tag) if tag else ():
        suspended = tag is not None and tag.id == SUSPENSION
        status = _of_suspension(sentence, words) if suspended else _of_agreement(sentence, words, verb_final=verb_final)
        if status:
            return status
    return None


def is_called_off(reading: Reading, lexicon: Lexicon) -> bool:
    """True if the title or the first sentence says that what was to take place does not, or not on its day."""
    words = _words(lexicon, reading.language.split("-")[0])
    if words is None:
        return False
    title, body = reading.title.folded[:_MOST], reading.body.folded[: reading.lead_end]
    first = _ENDS.search(body)
    return bool(words.called_off.search(title) or words.called_off.search(body[: first.start() if first else None]))


def find_new_day(reading: Reading, dates: Sequence[DatedEvent], lexicon: Lexicon) -> dt.date | None:
    """The day to which title or lead say that something is put off; None if they name none beside such words.

    Args:
        dates: of the article.
    """
    words = _words(lexicon, reading.language.split("-")[0])
    if words is None:
        return None
    for text in (reading.title.folded[:_MOST], reading.body.folded[: reading.lead_end]):
        for date in dates:
            start = text.find(fold(date.evidence)) if date.evidence else -1
            end = start + len(date.evidence)
            if start >= 0 and _is_new_day(text, start, end, words):
                return date.start
    return None


def _is_new_day(text: str, start: int, end: int, words: _Words) -> bool:
    before = bool(words.moved_before.search(text[max(0, start - _NEAR) : start]))
    after = bool(words.moved_after.match(text, end))
    # German puts the verb last: "auf den 12. November verschoben".
    both = words.moved_before is not _NEVER and words.moved_after is not _NEVER
    return before and after if both else before or after


def _sentences(reading: Reading, tag: Tag) -> Iterator[str]:
    """The folded sentences in which the tag was read, title first."""
    fields = {field.name: field for field in reading.fields}
    spoken = sorted(
        (evidence.field != "title", *_around(fields[evidence.field], evidence.start, evidence.end))
        for evidence in tag.evidence
        if evidence.field in fields
    )
    for in_text, start, end in dict.fromkeys(spoken):
        yield fields["text" if in_text else "title"].folded[start:end]


def _around(field: Field, start: int, end: int) -> tuple[int, int]:
    """Where the sentence around a stretch of the field begins and ends. A title is one sentence."""
    if field.name == "title":
        return 0, min(len(field.folded), _MOST)
    least, most = max(0, start - _MOST), min(len(field.folded), end + _MOST)
    first = max((match.end() for match in _ENDS.finditer(field.folded, least, start)), default=least)
    last = _ENDS.search(field.folded, end, most)
    return first, last.start() if last else most


def _of_agreement(sentence: str, words: _Words, *, verb_final: bool) -> AgreementStatus | None:
    """What the sentence's leading verb says, the weaker of two that stand in one place."""
    meanings = (
        (words.done, AgreementStatus.SIGNED),
        (words.ahead, AgreementStatus.ANNOUNCED),
        (words.intended, AgreementStatus.PLANNED),
    )
    found = [
        (match.end() if verb_final else -match.start(), weakness)
        for weakness, (pattern, _) in enumerate(meanings)
        for match in pattern.finditer(sentence)
    ]
    return meanings[max(found)[1]][1] if found else None


def _of_suspension(sentence: str, words: _Words) -> AgreementStatus | None:
    if words.resumed.search(sentence) and not words.not_resumed.search(sentence):
        return AgreementStatus.SIGNED
    if not words.ended.search(sentence):
        return AgreementStatus.SUSPENDED
    return AgreementStatus.PLANNED if words.intended.search(sentence) else AgreementStatus.ENDED


@functools.lru_cache(maxsize=32)
def _words(lexicon: Lexicon, language: str) -> _Words | None:
    rules = lexicon.rules["outcomes"]
    if language not in rules["done"]:
        return None
    return _Words(*(_any_of(rules[name].get(language, ())) for name in _Words._fields))


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{fold_pattern(pattern)})" for pattern in patterns)) if patterns else _NEVER
