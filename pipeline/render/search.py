"""The index for search in the browser: classic scripts that a page opened from a folder can load, and never HTML.

Per edition, under `search/EDITION/`:

- `contents.js`: how many stories and shards there are, the names of themes, the words of the page's messages;
- `days.js`: how many stories are filed under each day, for queries with a range of days;
- `tokens/N.js`: which stories hold a token, the tokens divided by a hash of theirs;
- `common/N.js`: the same for one token that so many stories hold that it fills a file alone;
- `stories/N.js`: what a result shows, a few stories each, loaded only for the results on view.

Tokens are those of the library's own search (`pipeline.text.grams`), so both find the same. Stories are numbered by the day they
are filed under, so a range of days is a range of numbers and the newest result has the highest.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import operator
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from pipeline.model import Card, Rendered, TagKind
from pipeline.render import links
from pipeline.render.holdings import day_of
from pipeline.render.literals import to_literal
from pipeline.render.presenter import Presenter, shorten
from pipeline.render.views import Ref
from pipeline.text.grams import is_prefix, tokenise

# Where a token stands in a story, the strongest first; a sum of them is at most 7 and takes three bits of a posting.
TITLE, NAME, SENTENCE = 4, 2, 1
# Digits of base 45 in two forms, one for "more follow", one for the last: printable ASCII without quotation mark, backslash, less-than and
# the space and exclamation mark that part entries. Most postings take one or two of them; base64 would take a third more.
DIGITS = "".join(chr(code) for code in range(35, 127) if chr(code) not in "\\<")
BASE = len(DIGITS) // 2
# A query loads a shard per token, six at most, and one per result on view, ten: with these sizes less than 100 kB. Measured with
# 12,480 stories: less than 60 kB for half of the queries.
SHARD_BYTES = 4_096
COMMON_BYTES = 3_072  # longer lists stand alone
STORIES_PER_SHARD = 4
CITIES_OFFERED = 100  # in the form; every other city is found by its name
MOST_SOURCES = 24  # a story told by hundreds must not weigh more than a page of results


def build_index(presenter: Presenter) -> Iterator[Rendered]:
    """The files of one edition's index."""
    folder = f"search/{presenter.edition.code}"
    cards = sorted(presenter.holdings.stories.values(), key=lambda card: (day_of(card), card.first_seen, card.story_id))
    postings = _Postings()
    for start in range(0, len(cards), STORIES_PER_SHARD):
        entries = []
        for number, card in enumerate(cards[start : start + STORIES_PER_SHARD], start):
            fields = _Fields(presenter, card)
            postings.add(number, fields.tokens())
            entries.append(fields.entry())
        yield _script(f"{folder}/stories/{start // STORIES_PER_SHARD}", entries)
    common = postings.common()
    for number, (_, encoded) in enumerate(common):
        yield _script(f"{folder}/common/{number}", encoded)
    shards = postings.shards()
    for number, shard in enumerate(shards):
        yield _script(f"{folder}/tokens/{number}", shard)
    yield _script(f"{folder}/days", _days([day_of(card) for card in cards]))
    yield _script(
        f"{folder}/contents",
        {
            "stories": len(cards),
            "per": STORIES_PER_SHARD,
            "shards": len(shards),
            "common": " ".join(token for token, _ in common),
            # Names of themes stand in so many stories that they are looked up here, and the stories by their theme.
            "themes": [[links.slug(theme), *_theme_names(presenter, theme)] for theme in presenter.holdings.themes],
            "say": _messages(presenter),
        },
    )


def offered_facets(presenter: Presenter) -> dict[str, list[tuple[str, str, int]]]:
    """What a reader may choose from: facet -> (value, name, stories). Languages, networks and themes are all there."""
    holdings = presenter.holdings
    languages = Counter(tag for card in holdings.stories.values() for tag in _languages(card))
    cities = sorted(holdings.cities.items(), key=lambda item: (-len(item[1]), item[0]))[:CITIES_OFFERED]
    found = {
        "language": [(tag, presenter.language(tag), count) for tag, count in languages.items()],
        "city": [(city, presenter.place(city).text, len(cards)) for city, cards in cities],
        "network": [(key, presenter.network(key).text, len(cards)) for key, cards in holdings.networks.items()],
        "theme": [(key, presenter.theme(key).text, len(cards)) for key, cards in holdings.themes.items()],
    }
    return {
        facet: sorted(((links.slug(key), name, n) for key, name, n in rows), key=lambda row: (-row[2], row[1], row[0]))
        for facet, rows in found.items()
    }


# ---------------------------------------------------------------------------------------------------------------- stories


class _Fields:
    """What one story says, by where it says it. Not taken from its view, which has ten times as much and is not kept."""

    def __init__(self, presenter: Presenter, card: Card) -> None:
        self.presenter = presenter
        self.card = card
        self.words = presenter.words(card)
        self.names = [
            *presenter.kinds(card),
            *_texts(presenter.places(card)),
            *_texts(presenter.network(network) for network in card.networks),
        ]
        self.others = [*presenter.people(card), *_other_names(presenter, card)]
        first = card.lead.get(presenter.edition.code, "")
        sources = sorted(card.sources, key=lambda source: source.article_id != first)[:MOST_SOURCES]
        self.sources = [
            (presenter.outlet(source.source_id, source.url).text, source.language, shorten(source.title))
            for source in sources
        ]

    def tokens(self) -> Iterator[tuple[int, frozenset[str]]]:
        """Its tokens by where they stand; each once."""
        card = self.card
        titles = _tokens_of_all((self.words.headline, *(title for _, _, title in self.sources)))
        names = _tokens_of_all((*self.names, *self.others, *(outlet for outlet, _, _ in self.sources)))
        sentences = _tokens_of_all(self.words.sentences)
        yield TITLE | NAME | SENTENCE, titles & names & sentences
        yield TITLE | NAME, titles & names - sentences
        yield TITLE | SENTENCE, titles & sentences - names
        yield NAME | SENTENCE, names & sentences - titles
        yield TITLE, titles - names - sentences
        yield NAME, names - titles - sentences
        yield SENTENCE, sentences - titles - names
        facets = (
            *(_facet("language", tag) for tag in _languages(card)),
            *(_facet("city", city) for city in (*card.cities, *(card.pair or ()))),
            *(_facet("network", network) for network in card.networks),
            *(_facet("theme", theme) for theme in card.themes),
        )
        yield TITLE, frozenset(facets)

    def entry(self) -> list[object]:
        """What a result shows and is checked against, in the order in which the script reads it."""
        presenter, card = self.presenter, self.card
        themes = list(presenter.holdings.themes)
        marks = [("calendar.off_mark", card.called_off), ("card.unverified", card.unverified)]
        return [
            links.slug(card.story_id),
            presenter.filed(card).text,
            self.words.headline,
            list(self.words.sentences),
            [[outlet, "" if language == "und" else language, title] for outlet, language, title in self.sources],
            self.names,
            self.others,
            [themes.index(theme) for theme in card.themes],
            [presenter.say(key) for key, holds in marks if holds],
        ]


def _facet(name: str, identifier: str) -> str:
    """The token of what a reader may choose; no word contains its slash."""
    return f"{name}/{links.slug(identifier)}"


def _languages(card: Card) -> list[str]:
    return sorted({source.language for source in card.sources})


def _texts(refs: Iterable[Ref]) -> list[str]:
    return list(dict.fromkeys(ref.text for ref in refs if ref.text))


def _other_names(presenter: Presenter, card: Card) -> list[str]:
    """Names in all languages of its cities, countries and networks, without those that it shows."""
    lexicon = presenter.lexicon
    homes = list(map(presenter.country_of, card.cities))
    found: dict[str, None] = {}
    for known, identifiers in (
        (lexicon.cities, (*card.cities, *(card.pair or ()))),
        (lexicon.countries, (*homes, *card.countries)),
        (lexicon.networks, card.networks),
    ):
        for identifier in dict.fromkeys(identifiers):
            if identifier in known:
                found |= dict.fromkeys(known[identifier].names.values())
    for network in card.networks:
        if network in lexicon.networks:
            found |= dict.fromkeys(lexicon.networks[network].acronyms)
    shown = {presenter.country(country).text for country in (homes if card.cities else card.countries)}
    shown |= {presenter.city(city).text for city in card.cities}
    shown |= {presenter.network(network).text for network in card.networks}
    return [name for name in found if name and name not in shown]


def _theme_names(presenter: Presenter, theme: str) -> list[str]:
    """The edition's own name first."""
    term = presenter.lexicon.themes.get(theme)
    own = presenter.lexicon.name(TagKind.THEME, theme, presenter.edition.code)
    return list(dict.fromkeys((own, *(term.names.values() if term else ()))))


def _messages(presenter: Presenter) -> dict[str, str]:
    """The words that the page's script needs; it fills in the number and chooses the plural."""
    say = presenter.say
    return {
        "one": say("search.found", n=1),
        "other": say("search.found", n="{n}"),
        "about": say("search.about", n="{n}"),
        "none": say("search.none"),
        "join": say("list.separator"),
        "sentences": say("list.sentences"),
    }


# --------------------------------------------------------------------------------------------------------------- postings


def _tokens_of_all(texts: Iterable[str]) -> frozenset[str]:
    return frozenset[str]().union(*map(tokens_of, texts))


@functools.lru_cache(maxsize=16_384)  # names and stock sentences come again and again: two of three are known
def tokens_of(text: str) -> frozenset[str]:
    """The tokens of a text, and the characters of its unspaced runs: one alone may be looked up."""
    tokens = frozenset(tokenise(text))
    return tokens.union(filter(_is_letter, {token[0] for token in tokens if len(token) == 2}))


_is_letter = functools.cache(is_prefix)


class _Postings:
    """Token -> the stories that hold it, in ascending order, each with where it stands there."""

    def __init__(self) -> None:
        self._lists: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        self._encoded: dict[str, str] = {}

    def add(self, number: int, tokens: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Notes the next story; numbers must ascend."""
        lists = self._lists
        for places, those in tokens:
            posting = number << 3 | places
            for token in those:
                lists[token].append(posting)

    def common(self) -> list[tuple[str, str]]:
        """Tokens whose lists stand alone, with the list, the rarest first; afterwards the others are known."""
        found = []
        for token in sorted(self._lists):
            encoded = _encode(self._lists[token])
            if len(encoded) > COMMON_BYTES:
                found.append((token, encoded))
            else:
                self._encoded[token] = encoded
        self._lists.clear()
        return sorted(found, key=lambda item: (len(item[1]), item[0]))

    def shards(self) -> list[str]:
        """The other lists, divided by the hash of their token: "!token list!token list!"."""
        size = sum(len(token.encode()) + len(postings) + 2 for token, postings in self._encoded.items())
        count = 1
        while count * SHARD_BYTES < size:
            count *= 2
        shards: list[list[str]] = [[] for _ in range(count)]
        for token, postings in self._encoded.items():
            shards[hash_of(token) % count].append(f"!{token} {postings}")
        return ["".join(shard) + "!" for shard in shards]


def hash_of(token: str) -> int:
    """FNV-1a, 32 bits, over the token's UTF-16 code units: what a browser has at hand."""
    value = 2_166_136_261
    units = token.encode("utf-16-le")
    for low, high in zip(units[::2], units[1::2], strict=True):
        value = (value ^ (high << 8 | low)) * 16_777_619 & 0xFFFFFFFF
    return value


def _encode(postings: array[int]) -> str:
    """Each posting less the least that could follow the one before it: the distance of stories above, the places below."""
    least = itertools.chain((0,), ((posting | 7) + 1 for posting in postings))
    return "".join(map(_number, map(operator.sub, postings, least)))


@functools.lru_cache(maxsize=65_536)
def _number(value: int) -> str:
    """A number with its lowest digit first; digits after which more follow are those of the alphabet's second half."""
    digits = []
    while value >= BASE:
        digits.append(DIGITS[BASE + value % BASE])
        value //= BASE
    digits.append(DIGITS[value])
    return "".join(digits)


def _days(days: Sequence[dt.date]) -> list[str]:
    """The first day, and how many stories each day has that has any: (days since the one before, stories), as numbers of base 45."""
    if not days:
        return ["", ""]
    parts = []
    before = days[0]
    for day, group in itertools.groupby(days):
        parts += [_number((day - before).days), _number(sum(1 for _ in group))]
        before = day
    return [days[0].isoformat(), "".join(parts)]


def _script(path: str, value: object) -> Rendered:
    """A classic script that hands over a value under its name in the folder."""
    name = path.split("/", 2)[2]
    return Rendered(path=f"{path}.js", body=f'cityDigest.receive("{name}",{to_literal(value)});\n'.encode())
