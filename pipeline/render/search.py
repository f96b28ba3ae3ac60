"""The index for search in the browser: classic scripts that a page opened from a folder can load, and never HTML.

Per edition, under `search/EDITION/`:

- `contents.js`: where stories and tokens lie, the names of themes, the words of the page's messages;
- `days.js`: how many stories are filed under each day, for queries with a range of days;
- `tokens/N.js`: which stories hold a token, the tokens in order;
- `stories/N.js`: what a result shows, some stories each, loaded only for the results on view.

Tokens are those of the library's own search (`pipeline.text.grams`), so both find the same. Stories are numbered by the day they
are filed under, so a range of days is a range of numbers and the newest result has the highest.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import itertools
import operator
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from pipeline.knowledge.plurals import FORMS
from pipeline.model import Card, CardSource, Rendered, TagKind
from pipeline.render import links
from pipeline.render.holdings import day_of
from pipeline.render.literals import to_literal
from pipeline.render.presenter import Presenter, shorten
from pipeline.render.views import Ref
from pipeline.text.grams import all_tokens

# Where a token stands in a story, the strongest first; a sum of them is at most 7 and takes three bits of a posting.
TITLE, NAME, SENTENCE = 4, 2, 1
FACETS = ("language", "city", "network", "theme")
# Digits of base 45 in two forms, one for "more follow", one for the last: printable ASCII without quotation mark, backslash, less-than and
# the space and exclamation mark that part entries. Most postings take one or two of them.
DIGITS = "".join(chr(code) for code in range(35, 127) if chr(code) not in "\\<")
BASE = len(DIGITS) // 2
# A query loads a shard per token, six at most, and one per result on view, ten. So large before they are packed, which leaves two
# fifths of stories and three fifths of postings, they are less than 100 kB together.
TOKENS_BYTES = 6_144
STORIES_BYTES = 12_288
# A token with more postings, some 3 kB, is looked up after others: it loads most and narrows a search least.
COMMON = 2_500
# Below, packing saves nobody anything, and everyone can read the file as it is.
PACKED_BYTES = 2_048
LEVEL = 4  # of zlib: level 6 takes half as long again for 2 % less
CITIES_OFFERED = 100  # in the form; every other city is found by its name
MOST_SOURCES = 24  # a story told by hundreds must not weigh more than a page of results

Unit = str | tuple[str, ...]  # a text, or all names of one thing


def build_index(presenter: Presenter) -> Iterator[Rendered]:
    """The files of one edition's index."""
    folder = f"search/{presenter.edition.code}"
    cards = sorted(presenter.holdings.stories.values(), key=lambda card: (day_of(card), card.first_seen, card.story_id))
    postings = _Postings(len(cards))
    per: list[int] = []
    for entries in _divide(_entries(presenter, cards, postings), STORIES_BYTES, STORIES_BYTES):
        yield _script(f"{folder}/stories/{len(per)}", f"[{','.join(entries)}]")
        per.append(len(entries))
    firsts: list[str] = []
    for lists in _divide(postings.lists(), TOKENS_BYTES, TOKENS_BYTES // 2):
        yield _script(f"{folder}/tokens/{len(firsts)}", to_literal(f"{''.join(lists)}!"))
        firsts.append(lists[0][1:].partition(" ")[0])
    yield _script(f"{folder}/days", to_literal(_days([day_of(card) for card in cards])))
    contents = {
        "stories": len(cards),
        "per": per,
        "tokens": firsts,
        "common": [token for _, token in sorted(postings.common)],
        # Names of themes stand in so many stories that they are looked up here, and the stories by their theme.
        "themes": [[links.slug(theme), *_theme_names(presenter, theme)] for theme in presenter.holdings.themes],
        "say": _messages(presenter),
    }
    yield _script(f"{folder}/contents", to_literal(contents))


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


def _entries(presenter: Presenter, cards: Sequence[Card], postings: _Postings) -> Iterator[str]:
    """What a result shows and is checked against, in the order in which the script reads it; postings are noted on the way.

    Not taken from a story's view, which has ten times as much and is not kept.
    """
    names, themes = _Names(presenter), {theme: number for number, theme in enumerate(presenter.holdings.themes)}
    for number, card in enumerate(cards):
        words, shown, others = presenter.words(card), names.shown(card), names.others(card)
        people, sources = presenter.people(card), names.sources(card)
        postings.add(number, TITLE, (words.headline, *(title for _, _, title in sources)))
        postings.add(number, NAME, (*shown, *people, *others, *(outlet for outlet, _, _ in sources)))
        postings.add(number, SENTENCE, words.sentences)
        postings.add_facet(number, "language", _languages(card))
        postings.add_facet(number, "city", (*card.cities, *(card.pair or ())))
        postings.add_facet(number, "network", card.networks)
        postings.add_facet(number, "theme", card.themes)
        hidden = dict.fromkeys(itertools.chain(people, *others))
        for name in names.within(card):
            hidden.pop(name, None)
        marks = (("calendar.off_mark", card.called_off), ("card.unverified", card.unverified))
        entry = (
            links.slug(card.story_id),
            presenter.filed(card).text,
            words.headline,
            words.sentences,
            sources,
            shown,
            list(hidden),
            [themes[theme] for theme in card.themes],
            [presenter.say(key) for key, holds in marks if holds],
        )
        yield to_literal(entry)


class _Names:
    """What an edition calls that which stories are about, all names of a thing looked up once."""

    def __init__(self, presenter: Presenter) -> None:
        self.presenter = presenter
        self._outlets: dict[str, str] = {}
        self._found: dict[tuple[TagKind, str], tuple[str, ...]] = {}

    def shown(self, card: Card) -> list[str]:
        """What happened, where, in which networks."""
        presenter = self.presenter
        return [
            *presenter.kinds(card),
            *_texts(presenter.places(card)),
            *_texts(map(presenter.network, card.networks)),
        ]

    def within(self, card: Card) -> Iterator[str]:
        """The names that those shown consist of."""
        presenter = self.presenter
        for city in card.cities:
            yield presenter.city(city).text
            yield presenter.country(presenter.country_of(city)).text
        yield from (presenter.country(country).text for country in card.countries if not card.cities)
        yield from (presenter.network(network).text for network in card.networks)

    def others(self, card: Card) -> list[tuple[str, ...]]:
        """Per city, country and network its names in all languages."""
        homes = map(self.presenter.country_of, card.cities)
        return [
            *(self._all(TagKind.CITY, city) for city in dict.fromkeys((*card.cities, *(card.pair or ())))),
            *(self._all(TagKind.COUNTRY, country) for country in dict.fromkeys((*homes, *card.countries))),
            *(self._all(TagKind.NETWORK, network) for network in card.networks),
        ]

    def sources(self, card: Card) -> list[tuple[str, str, str]]:
        """(outlet, language, title), the edition's first source first."""
        first = card.lead.get(self.presenter.edition.code, "")
        sources = sorted(card.sources, key=lambda source: source.article_id != first)[:MOST_SOURCES]
        return [
            (self._outlet(source), "" if source.language == "und" else source.language, shorten(source.title))
            for source in sources
        ]

    def _outlet(self, source: CardSource) -> str:
        if source.source_id not in self.presenter.holdings.shelf.sources:  # then the address names it
            return self.presenter.outlet(source.source_id, source.url).text
        if source.source_id not in self._outlets:
            self._outlets[source.source_id] = self.presenter.outlet(source.source_id).text
        return self._outlets[source.source_id]

    def _all(self, kind: TagKind, identifier: str) -> tuple[str, ...]:
        key = (kind, identifier)
        if key not in self._found:
            self._found[key] = tuple(dict.fromkeys(filter(None, self._find(kind, identifier))))
        return self._found[key]

    def _find(self, kind: TagKind, identifier: str) -> Iterable[str]:
        lexicon = self.presenter.lexicon
        if kind is TagKind.NETWORK:
            network = lexicon.networks.get(identifier)
            return (*network.names.values(), *network.acronyms) if network else ()
        place = (lexicon.cities if kind is TagKind.CITY else lexicon.countries).get(identifier)
        return place.names.values() if place else ()


def _languages(card: Card) -> list[str]:
    return sorted({source.language for source in card.sources})


def _texts(refs: Iterable[Ref]) -> list[str]:
    return list(dict.fromkeys(ref.text for ref in refs if ref.text))


def _theme_names(presenter: Presenter, theme: str) -> list[str]:
    """The edition's own name first."""
    term = presenter.lexicon.themes.get(theme)
    own = presenter.lexicon.name(TagKind.THEME, theme, presenter.edition.code)
    return list(dict.fromkeys((own, *(term.names.values() if term else ()))))


def _messages(presenter: Presenter) -> dict[str, object]:
    """The words that the page's script needs; it fills in the number and chooses the plural."""
    say = presenter.say
    return {
        "found": _forms(presenter, "search.found"),
        "about": _forms(presenter, "search.about"),
        "none": say("search.none"),
        "join": say("list.separator"),
        "sentences": say("list.sentences"),
    }


def _forms(presenter: Presenter, key: str) -> dict[str, str]:
    """The plural forms of a message that the edition has."""
    keys = {form: f"{key}.{form}" for form in FORMS}
    return {form: presenter.say(key, n="{n}") for form, key in keys.items() if presenter.edition.has(key)}


# --------------------------------------------------------------------------------------------------------------- postings


class _Postings:
    """Token -> the stories that hold it, each with where it stands there.

    Noted by what is said rather than by token, so what many stories say is divided into tokens once.
    """

    def __init__(self, stories: int) -> None:
        self.stories = stories
        self.common: list[
            tuple[int, str]
        ] = []  # tokens of many stories with their number of postings, once all were listed
        self._said: dict[int, defaultdict[Unit, array[int]]] = {
            place: defaultdict(_nothing) for place in (TITLE, NAME, SENTENCE)
        }
        self._facets: dict[str, defaultdict[str, array[int]]] = {name: defaultdict(_nothing) for name in FACETS}

    def add(self, story: int, place: int, units: Iterable[Unit]) -> None:
        """Notes what a story says in one place."""
        said, posting = self._said[place], story << 3 | place
        for unit in dict.fromkeys(units):
            said[unit].append(posting)

    def add_facet(self, story: int, name: str, identifiers: Iterable[str]) -> None:
        """Notes what a reader may choose and finds the story by."""
        facet, posting = self._facets[name], story << 3 | TITLE
        for identifier in identifiers:
            facet[identifier].append(posting)

    def lists(self) -> Iterator[str]:
        """Per token "!token postings", in the order in which a browser compares texts."""
        holding: defaultdict[str, list[array[int]]] = defaultdict(list)  # what several stories say
        alone: defaultdict[str, array[int]] = defaultdict(_nothing)  # what one says, by far the most
        for name, facet in self._facets.items():
            for identifier, postings in facet.items():
                holding[f"{name}/{links.slug(identifier)}"].append(postings)  # no token of a word contains its slash
        for said in self._said.values():
            for unit, postings in said.items():
                tokens = all_tokens(unit if isinstance(unit, str) else "\n".join(unit))
                if len(postings) == 1:
                    for token in tokens:
                        alone[token].append(postings[0])
                else:
                    for token in tokens:
                        holding[token].append(postings)
        self._said.clear()
        for token, single in alone.items():
            holding[token].append(single)
        encoded: dict[int, str] = {}  # most tokens of a thing's names have the same list
        for token in sorted(holding, key=_utf_16):
            parts = holding[token]
            if (count := sum(map(len, parts))) > COMMON:
                self.common.append((count, token))
            if len(parts) > 1:
                yield f"!{token} {_encode(parts)}"
            else:
                if id(parts[0]) not in encoded:
                    encoded[id(parts[0])] = _encode(parts)
                yield f"!{token} {encoded[id(parts[0])]}"


def _nothing() -> array[int]:
    return array("I")


def _utf_16(token: str) -> bytes:
    return token.encode("utf-16-be")


def _encode(lists: Iterable[Iterable[int]]) -> str:
    """Postings in ascending order, each once and as its distance from the one before it; a story has one per place."""
    postings = sorted(itertools.chain.from_iterable(lists))
    return "".join(map(_number, filter(None, map(operator.sub, postings, itertools.chain((-1,), postings)))))


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


# ------------------------------------------------------------------------------------------------------------------ files


def _divide(pieces: Iterable[str], most: int, heaviest: int) -> Iterator[list[str]]:
    """The pieces in order, at a time as many as have no more bytes than `most`, at least one.

    Args:
        heaviest: what a piece counts for at most.
    """
    held: list[str] = []
    size = 0
    for piece in pieces:
        weight = min(len(piece.encode()), heaviest)
        if held and size + weight > most:
            yield held
            held, size = [], 0
        held.append(piece)
        size += weight
    if held:
        yield held


def _script(path: str, literal: str) -> Rendered:
    """A classic script that hands over a value under its name in the folder: as it is, or packed by zlib and in base64."""
    name, body = path.split("/", 2)[2].encode(), literal.encode()
    if len(body) < PACKED_BYTES:
        return Rendered(path=f"{path}.js", body=b'cityDigest.receive("%b",%b);\n' % (name, body))
    packed = base64.b64encode(zlib.compress(body, LEVEL))
    return Rendered(path=f"{path}.js", body=b'cityDigest.receive("%b","%b",1);\n' % (name, packed))
