"""The index for search in the browser, read by a port of its script (conventions W11); tests/browser reads it in a real one."""

from __future__ import annotations

import base64
import bisect
import itertools
import json
import random
import re
import shutil
import subprocess
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import searchable
from components import lack

from pipeline.knowledge.editions import load_edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import Shelf
from pipeline.render.holdings import take_stock
from pipeline.render.presenter import Presenter
from pipeline.render.search import BASE, DIGITS, build_index, offered_facets
from pipeline.text.grams import is_prefix, tokenise, tokenise_query

SCRIPT = Path(__file__).parents[3] / "digest_templates" / "assets" / "search.js"

Build = Callable[..., dict[str, bytes]]


class Lookup:
    """What digest_templates/assets/search.js does, in Python."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.loaded: set[str] = set()
        self.contents = self.load("contents")

    def load(self, name: str) -> Any:
        self.loaded.add(name)
        return value_of(name, self.files[name])

    def postings(self, token: str) -> Iterator[tuple[int, int]]:
        """(story, place) of every place in every story that holds a token."""
        shard = bisect.bisect_right([utf_16(first) for first in self.contents["tokens"]], utf_16(token)) - 1
        if shard < 0:
            return
        posting = -1
        for distance in numbers_of(self.load(f"tokens/{shard}").partition(f"!{token} ")[2].partition("!")[0]):
            posting += distance
            yield posting >> 3, posting & 7

    def places(self, phrase: list[str]) -> dict[int, int]:
        """Story -> where all tokens of a phrase stand in it, or 2 if the phrase names its theme."""
        found = dict.fromkeys(range(self.contents["stories"]), 7)
        for token in phrase:
            having: Counter[int] = Counter()
            for story, place in self.postings(token):
                having[story] += place
            found = {story: places & having.get(story, 0) for story, places in found.items()}
        for theme, *names in self.contents["themes"]:
            if any(stands_in(phrase, tokenise(name)) for name in names):
                for story, _ in self.postings(f"theme/{theme}"):
                    found[story] |= 2
        return found

    def find(self, query: str, **facets: str) -> list[str]:
        """Ids of the stories that hold every word and phrase, best first."""
        phrases = [tokenise_query(word.strip('"「」')) for word in re.findall(r'"[^"]*"|「[^」]*」|[^\s"「]+', query)]
        found = dict.fromkeys(range(self.contents["stories"]), 0)
        for phrase in phrases:
            places = self.places(phrase)
            found = {story: score + places[story] for story, score in found.items() if places.get(story)}
        for name, value in facets.items():
            having = dict(self.postings(f"{name}/{value}"))
            found = {story: score for story, score in found.items() if story in having}
        ranked = sorted(found, key=lambda story: (-found[story], -story))
        entries = [self.entry(story) for story in ranked]
        return [entry[0] for entry in entries if all(self.holds(entry, phrase) for phrase in phrases)]

    def entry(self, story: int) -> list:
        firsts = [0, *itertools.accumulate(self.contents["per"])]
        shard = bisect.bisect_right(firsts, story) - 1
        return self.load(f"stories/{shard}")[story - firsts[shard]]

    def holds(self, entry: list, phrase: list[str]) -> bool:
        return any(stands_in(phrase, tokenise(text)) for text in self.texts(entry))

    def texts(self, entry: list) -> list[str]:
        """All that a story is found by."""
        _, _, headline, sentences, sources, names, rest, themes, _ = entry
        texts = [
            headline,
            *sentences,
            *names,
            *rest,
            *(text for outlet, _, title in sources for text in (outlet, title)),
        ]
        return texts + [name for theme in themes for name in self.contents["themes"][theme][1:]]


def value_of(name: str, body: bytes) -> Any:
    """What a script hands over."""
    found = re.fullmatch(rf'cityDigest\.receive\("{name}",(?:"([\w+/=]+)",1|(.+))\);\n', body.decode())
    assert found, name
    return json.loads(zlib.decompress(base64.b64decode(found[1])) if found[1] else found[2])


def utf_16(text: str) -> bytes:
    return text.encode("utf-16-be")


def numbers_of(encoded: str) -> Iterator[int]:
    value, weight = 0, 1
    for digit in map(DIGITS.index, encoded):
        value += digit % BASE * weight
        weight *= BASE
        if digit < BASE:
            yield value
            value, weight = 0, 1


def stands_in(phrase: list[str], tokens: list[str]) -> bool:
    last = len(phrase) - 1
    return any(
        all(
            tokens[at + i] == token or (i == last and is_prefix(token) and tokens[at + i].startswith(token))
            for i, token in enumerate(phrase)
        )
        for at in range(len(tokens) - last)
    )


def index_of(shelf: Shelf, lexicon: Lexicon, code: str) -> dict[str, bytes]:
    presenter = Presenter(take_stock(shelf), lexicon, load_edition(code))
    start = f"search/{code}/"
    return {file.path[len(start) : -len(".js")]: file.body for file in build_index(presenter)}


@pytest.fixture(scope="module")
def lookup() -> Lookup:
    return Lookup(index_of(searchable.make_shelf(), searchable.LEXICON, "ja"))


@pytest.mark.parametrize("query", searchable.QUERIES)
def test_a_query_finds_exactly_what_holds_it(lookup: Lookup, query: str):
    """W11: recall 1.0; precision too, since traps hold all pairs of characters of a compound but not the compound."""
    found = lookup.find(query)
    assert set(found) == {searchable.story_id(number) for number in searchable.QUERIES[query]}
    assert len(found) == len(set(found))


def test_every_piece_of_a_text_is_found_where_it_stands_and_nowhere_else(lookup: Lookup):
    """W11: recall and precision 1.0 in writing without spaces, compared with looking through all texts."""
    texts = {}
    for story in range(lookup.contents["stories"]):
        entry = lookup.entry(story)
        texts[entry[0]] = [unicodedata.normalize("NFKC", text).lower() for text in lookup.texts(entry)]
    runs = [
        run
        for found in texts.values()
        for text in found
        for run in re.findall("[\u3040-\u30ff\u4e00-\u9fff]{2,}", text)
    ]
    chance = random.Random(1)
    for run in sorted(set(runs)):
        start = chance.randrange(len(run) - 1)
        piece = run[start : start + chance.randrange(2, 7)]
        assert set(lookup.find(piece)) == {
            story for story, found in texts.items() if any(piece in text for text in found)
        }


def test_titles_come_before_names_and_names_before_sentences_then_the_newest(lookup: Lookup):
    ids = lookup.find("港")
    assert ids.index(searchable.story_id(22)) < ids.index(searchable.story_id(37)), "37 has it in a sentence alone"
    russian = lookup.find("Тяньцзинь")
    assert {*russian[:2]} == {searchable.story_id(2), searchable.story_id(3)}, "the others have it as a name alone"
    newest_first = lookup.find("ベルギー")
    assert newest_first == sorted(newest_first, reverse=True)


def test_facets_narrow_a_search_and_stand_alone(lookup: Lookup):
    assert set(lookup.find("港", city="busan", language="ja")) == {searchable.story_id(12)}
    assert len(lookup.find("", network="sco")) == 5
    assert lookup.find("", network="sco", theme="culture") == [searchable.story_id(3)]
    assert set(lookup.find("", language="zh-hans", city="kobe")) == {searchable.story_id(n) for n in (22, 28)}


def test_days_count_the_stories_filed_under_them(lookup: Lookup):
    first, days = lookup.load("days")
    assert first == "2026-09-01"
    gaps_and_counts = list(numbers_of(days))
    assert gaps_and_counts == [0, 1, *[1, 1] * 59]


def test_the_form_offers_what_the_stories_have():
    presenter = Presenter(take_stock(searchable.make_shelf()), searchable.LEXICON, load_edition("ja"))
    facets = offered_facets(presenter)
    assert [row[0] for row in facets["theme"]] == ["culture", "transport", "climate"]
    assert ("zh-hans", load_edition("ja").say("language.zh-Hans"), 8) in facets["language"]
    assert facets["city"][0] == ("kobe", "神戸（日本）", 10)


@pytest.mark.parametrize("value", [0, 1, 44, 45, 46, 2_024, 2_025, 96_007, 10**9])
def test_numbers_of_postings_read_back(value: int):
    from pipeline.render.search import _number

    assert list(numbers_of(_number(value) * 3)) == [value] * 3


def test_shards_are_scripts_whatever_their_stories_say(sample: ModuleType):
    """W2: nothing that an article says can end a string, a script or a line of one."""
    import msgspec

    hostile = '</script><script>alert(1)</script>" + alert(1) + "\u2028\u2029\\'
    words = {"ja": msgspec.structs.replace(sample.PEACE.words["ja"], headline=hostile)}
    card = msgspec.structs.replace(sample.PEACE, words=words, networks=(hostile,))
    for name, body in index_of(Shelf(issues=(), cards=(card,), sources={}), sample.LEXICON, "ja").items():
        text = body.decode()
        assert "<" not in text, name
        assert not {"\u2028", "\u2029"} & set(text), name
        assert text.count("\n") == 1, name


def test_an_empty_archive_has_an_index(sample: ModuleType):
    lookup = Lookup(index_of(Shelf(issues=(), cards=(), sources={}), sample.LEXICON, "en"))
    assert lookup.find("kobe") == []


def test_the_script_is_small_and_never_writes_html(tree: dict[str, bytes]):
    """W2, W11."""
    text = tree["assets/search.js"].decode()
    assert len(text.encode()) < 10 * 1024
    assert "/*" not in text
    assert text.count("\n") > 150, "not minified: whoever asks can read it"
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|fetch\(|import", text
    )


@pytest.mark.slow
def test_the_script_folds_and_divides_words_as_the_index_does(tmp_path: Path):
    """W11: over every character that a query may hold, but letters of scripts that are read no more."""
    node = shutil.which("node")
    if not node:
        lack("node")
    samples = [chr(code) for code in range(0x20, 0x2FFFF) if not 0xD800 <= code < 0xE000]
    samples += [f"{a}{b}" for a in "aЖ都ア" for b in ("\u0301", "が", "ﾞ", "1", "한")]
    samples += [query for query in searchable.QUERIES if '"' not in query]
    program = tmp_path / "tokens.js"
    source = SCRIPT.read_text(encoding="utf-8")
    tokens = source[: source.index("// shards")]
    stub = "const document = { getElementById: () => null };\n"
    ask = 'const lines = JSON.parse(require("fs").readFileSync(0, "utf8"));\nconsole.log(JSON.stringify(lines.map(phraseOf)));\n'
    program.write_text(stub + tokens + ask, encoding="utf-8")
    done = subprocess.run([node, str(program)], input=json.dumps(samples), capture_output=True, text=True, check=True)
    differing = [
        sample
        for sample, theirs in zip(samples, json.loads(done.stdout), strict=True)
        if tokenise_query(sample) != theirs
    ]
    # Cherokee and a few letters of old Cyrillic prints fold to capitals or to other letters in Python alone; and the two know
    # different versions of Unicode.
    historic = ("CHEROKEE", "CYRILLIC SMALL LETTER", "")
    assert [
        c for c in differing if not unicodedata.name(c[0], "").startswith(historic[:2]) and unicodedata.name(c[0], "")
    ] == []
    assert len([c for c in differing if unicodedata.name(c[0], "")]) < 200
