"""Makes documents in seven languages and copies of them, from sentences of ours (copies.toml) and a fixed seed.

    python -m bench.quality.make_copies [--documents N] [--seed N] > copies.jsonl

A row holds id, lang, source, title and text, and what a reader would say: `dup`, the same for all documents that are one text,
and `kind`: original, identical, syndicated (edited), truncated, wrapped (in what another site leaves around it), form (one
publisher's form filled in again: another text each time) or round_up (quotes several texts: another text too).
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import itertools
import json
import math
import random
import re
import sys
import tomllib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.knowledge.lexicon import load_lexicon

WORDS = Path(__file__).with_name("copies.toml")
SEED = 5
# Reprints per text, and what they are. Half of all texts stay alone; a truncated copy may be reprinted with a credit line too.
COPIES = (0,) * 12 + (1,) * 4 + (2,) * 2 + (3, 5)
KINDS = ("identical", "syndicated", "syndicated", "truncated", "truncated", "wrapped")
FORM_SHARE, ROUND_UP_SHARE = 0.03, 0.02  # of the families of documents
FILLED = 8  # documents of one form
OPEN = ("other", "name", "date", "n")  # what changes from one filled form to the next
SITES = 40  # per language; each leaves the same words around everything that it takes over
MIN_POPULATION = 300_000  # of the cities named: large enough to be known by name in every language


class Row(NamedTuple):
    id: str
    lang: str
    source: str
    title: str
    text: str
    dup: str
    kind: str


Part = str | Callable[["Draw"], str] | list["Template"]
Template = list[Part]


class Text(NamedTuple):
    """A text before it is set in paragraphs."""

    title: str
    sentences: list[str]


class Draw:
    """Draws words for one text: its cities stay the same, all else is new each time."""

    def __init__(self, language: Language, chance: random.Random) -> None:
        self.language, self.chance = language, chance
        self.city, self.other = (self.pick(language.cities) for _ in range(2))

    def pick(self, items: Sequence[Any]) -> Any:
        return items[int(self.chance.random() * len(items))]

    leaves_open = False  # what a form is filled in with

    def fill(self, template: Template) -> str:
        parts = []
        for part in template:
            if isinstance(part, str):
                parts.append(part)
            elif isinstance(part, list):
                parts.append(self.fill(self.pick(part)))
            else:
                parts.append(part(self))
        return "".join(parts)

    def sentence(self, template: Template) -> str:
        filled = self.fill(template)
        return filled[:1].upper() + filled[1:]

    def number(self) -> str:
        """Small ones more often; thousands as the language sets them apart."""
        value = int(10 ** (1 + 3 * self.chance.random()))
        return f"{value:,}".replace(",", {"de": ".", "fr": " ", "es": "."}.get(self.language.name, ","))

    def coined(self) -> str:
        count = 2 if self.chance.random() < 0.6 else 3
        return "".join(self.pick(self.language.words["names"]) for _ in range(count)).capitalize()


class Language:
    """The words of one language, its templates ready to be filled."""

    def __init__(self, name: str, words: dict[str, Any], cities: Sequence[str]) -> None:
        self.name, self.words, self.cities = name, words, cities
        self.glue: str = words["glue"]
        self._templates: dict[str, Template] = {}
        self.slots = self._slots()
        self.sentences, self.titles, self.added, self.credits, self.more, self.chrome = (
            [self.parse(line) for line in words[key]]
            for key in ("sentences", "titles", "added", "credits", "more", "chrome")
        )
        self.forms = [(self.parse(title), [self.parse(one) for one in split(text)]) for title, text in words["forms"]]

    def parse(self, template: str) -> Template:
        parts: Template = []
        for piece in re.split(r"(\[[^\]]*\]|\{\w+\})", template):
            if piece.startswith("["):
                parts.append([self.parse(choice) for choice in piece[1:-1].split("|")])
            elif piece.startswith("{"):
                parts.append(self.slots[piece[1:-1]])
            elif piece:
                parts.append(piece)
        return parts

    def _slots(self) -> dict[str, Callable[[Draw], str]]:
        words = self.words
        lists = {"mod": "mods", "head": "heads", "body": "bodies", "group": "groups", "role": "roles"}
        lists |= {"month": "months", "weekday": "weekdays"}
        slots: dict[str, Callable[[Draw], str]] = {
            slot: functools.partial(_pick_from, words[key]) for slot, key in lists.items()
        }
        slots |= {
            "city": lambda draw: draw.city,
            "other": lambda draw: draw.other,
            "n": Draw.number,
            "Name": Draw.coined,
            "year": lambda draw: str(1950 + int(draw.chance.random() * 75)),
            "day": lambda draw: str(1 + int(draw.chance.random() * 28)),
            "m": lambda draw: str(1 + int(draw.chance.random() * 12)),
        }
        self.slots = slots
        for derived in ("topic", "name", "date"):
            slots[derived] = functools.partial(_fill_with, self.parse(words[derived]))
        return slots | {slot: functools.partial(_fill_or_leave, slot, slots[slot]) for slot in OPEN}


def _pick_from(items: Sequence[str], draw: Draw) -> str:
    return str(draw.pick(items))


def _fill_or_leave(slot: str, fill: Callable[[Draw], str], draw: Draw) -> str:
    return f"{{{slot}}}" if draw.leaves_open else fill(draw)


def _fill_with(template: Template, draw: Draw) -> str:
    return draw.fill(template)


@functools.cache
def load_languages() -> tuple[Language, ...]:
    with WORDS.open("rb") as file:
        words = tomllib.load(file)
    large = [city for city in load_lexicon().cities.values() if city.population >= MIN_POPULATION]
    return tuple(
        Language(name, own, sorted({city.names[name] for city in large if name in city.names}))
        for name, own in words.items()
    )


def make_documents(count: int, seed: int = SEED) -> Iterator[Row]:
    """`count` rows; a text's copies come right after it. Equal arguments give equal rows."""
    return itertools.islice(_documents(random.Random(seed)), count)


def _documents(chance: random.Random) -> Iterator[Row]:
    languages = load_languages()
    sites = {language.name: _make_sites(language, chance) for language in languages}
    recent: dict[str, deque[str]] = {language.name: deque(maxlen=30) for language in languages}
    number = itertools.count()
    for family in itertools.count():
        language = chance.choice(languages)
        draw = Draw(language, chance)
        dice = chance.random()
        if dice < FORM_SHARE:
            made = ((f"{family}.{n}", "form", text) for n, text in enumerate(_fill_form(draw)))
        elif dice < FORM_SHARE + ROUND_UP_SHARE and len(recent[language.name]) > 5:
            made = iter([(str(family), "round_up", _round_up(draw, recent[language.name]))])
        else:
            original = _report(draw, chance.choice(sites[language.name]))
            recent[language.name].append(_set(original.sentences, draw))
            reprints = ((kind, _reprint(original, kind, draw, sites[language.name])) for kind in _kinds(chance))
            whole = (original.title, _set(original.sentences, draw))
            made = ((str(family), kind, text) for kind, text in (("original", whole), *reprints))
        own = chance.randrange(SITES)  # a form is one publisher's
        for dup, kind, (title, text) in made:
            n = next(number)
            site = own if kind == "form" else chance.randrange(SITES)
            yield Row(
                id=hashlib.sha256(str(n).encode()).hexdigest()[:16],
                lang=language.name,
                source=f"{language.name}_{site}",
                title=title,
                text=text,
                dup=dup,
                kind=kind,
            )


def _kinds(chance: random.Random) -> list[str]:
    return [chance.choice(KINDS) for _ in range(chance.choice(COPIES))]


def _make_sites(language: Language, chance: random.Random) -> list[tuple[list[str], list[str]]]:
    """What each site leaves before and after a text."""
    sites = []
    for _ in range(SITES):
        draw = Draw(language, chance)
        lines = [draw.sentence(template) for template in language.chrome]
        sites.append((lines[: chance.randint(1, 2)], chance.sample(lines[2:], chance.randint(1, 4))))
    return sites


def _report(draw: Draw, site: tuple[list[str], list[str]]) -> Text:
    """An original: 4 to 28 sentences, ten in the middle (14 where they are short); some carry a line of their publisher's."""
    middle = 2.3 if draw.language.glue and draw.language.name != "ko" else 2.65
    count = min(28, max(4, round(math.exp(draw.chance.gauss(middle, 0.45)))))
    sentences = [draw.sentence(one) for one in draw.chance.sample(draw.language.sentences, count)]
    if draw.chance.random() < 0.33:
        sentences.append(site[1][0])
    return Text(draw.sentence(draw.pick(draw.language.titles)), sentences)


def _fill_form(draw: Draw) -> Iterator[tuple[str, str]]:
    """One publisher's form, filled in again and again: most have their own words, every fifth is in common use."""
    language, chance = draw.language, draw.chance
    title, sentences = draw.pick(language.forms)
    if chance.random() < 0.8:
        draw.leaves_open = True
        drawn = chance.sample(language.sentences, chance.randint(4, 8))
        title, *sentences = (language.parse(draw.sentence(one)) for one in (draw.pick(language.titles), *drawn))
        draw.leaves_open = False
    for _ in range(FILLED):
        draw.other = draw.pick(language.cities)
        yield draw.sentence(title), _set([draw.sentence(one) for one in sentences], draw)


def _round_up(draw: Draw, recent: Sequence[str]) -> tuple[str, str]:
    quoted = draw.chance.sample(list(recent), draw.chance.randint(3, 5))
    return draw.sentence(draw.pick(draw.language.titles)), "\n".join(quoted)


def _reprint(original: Text, kind: str, draw: Draw, sites: Sequence[tuple[list[str], list[str]]]) -> tuple[str, str]:
    chance = draw.chance
    title = original.title if chance.random() < 0.6 else draw.sentence(draw.pick(draw.language.titles))
    if kind == "identical":
        return title, _set(original.sentences, draw)
    if kind == "syndicated":
        return title, _set(_edit(original.sentences, draw), draw)
    if kind == "truncated":
        return title, _cut(_set(original.sentences, draw), draw)
    before, after = chance.choice(sites)
    return title, "\n".join((*before, _set(original.sentences, draw), *after))


def _edit(sentences: Sequence[str], draw: Draw) -> list[str]:
    """As an editor leaves it: up to a fifth of the sentences dropped and added, words, figures and marks changed."""
    chance = draw.chance
    changes, drops, adds = chance.uniform(0.1, 0.7), chance.uniform(0, 0.2), chance.uniform(0, 0.2)
    edited = [_revise(one, draw) if chance.random() < changes else one for one in sentences]
    for _ in range(round(drops * len(sentences))):
        del edited[chance.randrange(len(edited))]
    for _ in range(round(adds * len(sentences))):
        edited.insert(chance.randrange(1, len(edited) + 1), draw.sentence(draw.pick(draw.language.added)))
    if chance.random() < 0.5:
        edited[0] = draw.fill(draw.pick(draw.language.credits)) + edited[0]
    return edited


def _revise(sentence: str, draw: Draw) -> str:
    chance = draw.chance
    for old, new in draw.language.words["swaps"]:
        if old in sentence:
            sentence = sentence.replace(old, new, 1)
            break
    if chance.random() < 0.3:  # rounded; not days and years, which an editor lets be
        sentence = re.sub(r"(?<!\d)\d{1,3}[., ]\d{3}(?!\d)|(?<!\d)[2-9]\d\d(?!\d)", lambda m: f"{m[0][:-1]}0", sentence)
    if chance.random() < 0.2:
        sentence = sentence.translate(_PLAIN_MARKS)
    if draw.language.glue == "" and chance.random() < 0.4:
        sentence = sentence.translate(_WIDE)
    return sentence


_PLAIN_MARKS = str.maketrans(
    {'"': "", "“": "‘", "”": "’", "「": "『", "」": "』", ",": ";", "«": '"', "»": '"', ";": ","}
)
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def _cut(text: str, draw: Draw) -> str:
    """The first third, or the first 500 characters where that is less than two thirds; often with a credit and "read more"."""
    chance = draw.chance
    size = 500 if len(text) > 750 and chance.random() < 0.5 else len(text) // 3
    cut = text[:size]
    if chance.random() < 0.3:
        cut = draw.fill(draw.pick(draw.language.credits)) + cut
    return cut + draw.fill(draw.pick(draw.language.more)) if chance.random() < 0.6 else cut


def _set(sentences: Sequence[str], draw: Draw) -> str:
    """In paragraphs of one to four sentences, as the site that prints it sets them."""
    paragraphs, at = [], 0
    while at < len(sentences):
        size = draw.chance.randint(1, 4)
        paragraphs.append(draw.language.glue.join(sentences[at : at + size]))
        at += size
    return "\n".join(paragraphs)


def split(text: str) -> list[str]:
    """The sentences of a form."""
    return [one for one in re.split(r"(?<=[.?!]) +|(?<=。)", text) if one]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    for row in make_documents(options.documents, options.seed):
        print(json.dumps(row._asdict(), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
