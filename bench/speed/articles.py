"""Tagged articles as a busy month would bring them: many small stories, some copies, bodies of the usual length in eight languages.

Titles and leads are those of bench/quality/phrases about real cities, the rest of a body is made of invented words: what costs
time is how much there is and what it has in common, not what it says.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import itertools
import random
from collections.abc import Iterator, Sequence

from bench.quality.make_stories import DELAYS, LANGUAGES, PHRASES, choose, draw, finish, write_day
from pipeline.knowledge.lexicon import City, load_lexicon
from pipeline.model import (
    Article,
    ArticleClass,
    Block,
    BlockKind,
    DatedEvent,
    FuzzyDate,
    Origin,
    Person,
    Precision,
    Relevance,
    Tag,
    TaggedArticle,
    TagKind,
)
from pipeline.text.clean import fold

FIRST_DAY = dt.date(2026, 9, 1)
SOURCES = 300
# Reports per event: 2.2 on average, as 20,000 articles in 9,000 stories.
SIZES = ((1, 55), (2, 20), (3, 10), (4, 6), (5, 4), (8, 3), (12, 2))
COPIED = 0.12  # of the reports that have an earlier one in their language
CITIES = 3_000  # the largest; the first are named often, the last seldom, as 1 / (rank + 20)
BODY_CHARS = (1_500, 3_000)  # half as many in Chinese, Japanese and Korean
_TYPES = {
    "signing": "sister-city-agreement",
    "announcement": "sister-city-agreement",
    "followup": "mou-cooperation",
    "mou": "mou-cooperation",
    "visit": "delegation-visit",
    "youth": "training-program",
    "summit": "summit-forum",
    "festival": "festival-exchange",
    "termination": "suspension-termination",
    "aid": "aid-relief",
    "anniversary": "anniversary",
}
_CJK = {"ja": (0x4E00, 2_000), "zh": (0x4E00, 3_000), "ko": (0xAC00, 2_000)}


def make_articles(count: int, days: int) -> list[TaggedArticle]:
    """So many articles about events of so many days, by day of publication."""
    chance = random.Random("articles")
    reports = itertools.chain.from_iterable(make_story(chance, days) for _ in itertools.count())
    made = list(itertools.islice(reports, count))
    return sorted(made, key=lambda one: (one.article.dated, one.article.id))


def make_story(chance: random.Random, days: int) -> Iterator[TaggedArticle]:
    """The reports of one event in up to five languages."""
    cities, weights = _cities()
    kind = chance.choice(sorted(_TYPES))
    a, b = chance.choices(cities, weights, k=2)
    day = FIRST_DAY + dt.timedelta(chance.randrange(days))
    topic = chance.choice([*PHRASES["en"]["topics"]])
    figures = chance.randint(21, 98), chance.randint(3, 19)
    network = chance.choice(sorted(load_lexicon().networks))
    size = draw(SIZES, chance)
    languages = chance.sample(LANGUAGES, min(size, chance.choice((1, 1, 2, 3, 5))))
    told: dict[str, tuple[str, list[str]]] = {}
    for _ in range(size):
        language = chance.choice(languages)
        if language in told and chance.random() < COPIED:
            title, paragraphs = told[language]
            paragraphs = paragraphs[: chance.randint(max(1, len(paragraphs) // 2), len(paragraphs))]
        else:
            values = {
                "a": a.names.get(language, a.names["en"]),
                "b": b.names.get(language, b.names["en"]),
                "n": figures[0],
                "m": figures[1],
                "y": figures[1] * 5,
                "d": write_day(day, language, chance),
                "t": PHRASES[language]["topics"][topic]["np"],
                "w": load_lexicon().name(TagKind.NETWORK, network, language),
            }
            values |= {f"{letter}{case}": values[letter] for letter in "ab" for case in "26"}
            title, paragraphs = _write(kind, language, values, chance)
            told[language] = title, paragraphs
        published = dt.datetime.combine(day, dt.time(chance.randrange(24), chance.randrange(60)), dt.UTC)
        article = _article(title, paragraphs, language, published + dt.timedelta(draw(DELAYS, chance)), chance)
        yield TaggedArticle(
            article=article,
            tags=_tags((a, b), kind, network if kind == "summit" else "", chance),
            relevance=Relevance(score=0.9, article_class=ArticleClass.NEWS, reasons={}),
            events=(DatedEvent(start=day, evidence=str(values["d"])),) if chance.random() < 0.6 else (),
            persons=tuple(
                Person(name=_words("en", figures[0])[0].title(), role="mayor", role_id="mayor")
                for _ in range(chance.random() < 0.4)
            ),
        )


def _write(kind: str, language: str, values: dict[str, object], chance: random.Random) -> tuple[str, list[str]]:
    phrases = PHRASES[language]["types"][kind]
    say = [
        finish(choose(chance.choice(phrases[part]), chance).format(**values), language) for part in ("titles", "leads")
    ]
    wanted = chance.randint(*BODY_CHARS) // (2 if language in _CJK else 1)
    paragraphs = [say[1]]
    words = _words(language, 0)
    while sum(map(len, paragraphs)) < wanted:
        glue = "" if language in ("ja", "zh") else " "
        paragraphs.append(glue.join(chance.choices(words, k=chance.randint(30, 70))).capitalize() + ".")
    return say[0], paragraphs


def _article(
    title: str, paragraphs: Sequence[str], language: str, published: dt.datetime, chance: random.Random
) -> Article:
    address = f"https://paper{chance.randrange(SOURCES)}.example/{chance.getrandbits(64):016x}"
    return Article(
        id=_digest(address),
        page_id=_digest(address),
        source_id=address.split("/")[2].partition(".")[0],
        url=address,
        title=title,
        blocks=tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in paragraphs),
        language="zh-Hans" if language == "zh" else language,
        language_confidence=1.0,
        published=FuzzyDate(value=published, precision=Precision.DAY, zone_stated=True, origin=Origin.META),
        first_seen=published + dt.timedelta(hours=6),
        fingerprint=_digest(fold("\n".join(paragraphs))),
    )


def _tags(cities: Sequence[City], kind: str, network: str, chance: random.Random) -> tuple[Tag, ...]:
    lexicon = load_lexicon()
    scores = {(TagKind.CITY, city.id): round(chance.uniform(0.6, 1), 2) for city in cities if chance.random() < 0.95}
    if chance.random() < 0.2:
        scores[TagKind.CITY, chance.choices(*_cities())[0].id] = 0.3
    scores |= {(TagKind.COUNTRY, city.country): 0.5 for city in cities if city.country}
    scores[TagKind.THEME, chance.choice(sorted(lexicon.themes))] = 0.6
    if chance.random() < 0.9:
        scores[TagKind.EVENT, _TYPES[kind]] = 0.8
    if network:
        scores[TagKind.NETWORK, network] = 0.9
    return tuple(Tag(kind=kind, id=key, score=score, evidence=()) for (kind, key), score in scores.items())


@functools.cache
def _cities() -> tuple[list[City], list[float]]:
    cities = sorted(load_lexicon().cities.values(), key=lambda city: (-city.population, city.id))[:CITIES]
    return cities, [1 / (rank + 20) for rank in range(len(cities))]


@functools.cache
def _words(language: str, number: int) -> list[str]:
    """Invented words, some thousand of a language; `number` above 0 makes one other."""
    chance = random.Random(f"words {language} {number}")
    return [_word(language, chance) for _ in range(1 if number else 4_000)]


def _word(language: str, chance: random.Random) -> str:
    if language in _CJK:
        first, many = _CJK[language]
        return "".join(chr(first + chance.randrange(many)) for _ in range(2))
    letters = "абвгдеиклмнопрсту" if language == "ru" else "abcdefghilmnoprstuv"
    return "".join(chance.choices(letters, k=chance.randint(3, 9)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
