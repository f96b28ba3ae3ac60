"""A headline, one to three indicative sentences and why it matters, from a story's facts, in one edition's language.

The words lie in the edition's catalogue, under `words.event`, by sort of event; here is decided which of them are said. A message is
looked up by what it is about (`pair`, `host`, `net`, `place`, `bare`) and by tense, the most exact first. Nothing is said that no
tag, date, office, figure or tie says: who only stands in the reports "is named", and what has no date is "told of".
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Sequence

import msgspec

from pipeline.knowledge.editions import Edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.knowledge.ties import Ties
from pipeline.model import AgreementStatus, DatedEvent, Person, TagKind, Tie, TieKind, Words
from pipeline.words.facts import Facts

ENGINE = "tags"
MOST_SENTENCES = 3
_SISTER_CITIES, _COOPERATION, _CALLED_OFF = "sister-city-agreement", "mou-cooperation", "suspension-termination"
_PAPERS = {
    _SISTER_CITIES: {"sister": "sister", "friendship": "friendship", "": "twinning"},
    _COOPERATION: {"renewal": "renewal", "letter": "letter", "memorandum": "memorandum", "": "agreement"},
}
# What takes place on its day; the dates of everything else are of something beside it.
_HELD = (
    "mayors-dialogue",
    "summit-forum",
    "delegation-visit",
    "festival-exchange",
    "webinar-online",
    "training-program",
    "declaration-award",
    _CALLED_OFF,
    *_PAPERS,
)
# Where it is held says more than which two cities stand out among many.
_HOSTED = ("summit-forum", "mayors-dialogue", "festival-exchange")
# What a network's members do together is the network's news before it is that of any two of them.
_OF_NETWORKS = ("summit-forum", "declaration-award", "policy-strategy", "network-accession", "call")
# With nothing but a deadline these are still what they are; anything else is then a call for applications.
_NEVER_CALLS = (*_PAPERS, "anniversary", "declaration-award", _CALLED_OFF, "network-accession")
# Longer names of networks give way to their acronym.
_LONG_NAME = {"en": 20, "ja": 15}
_MOST_THEMES, _MOST_PLACES, _MOST_PERSONS, _MOST_ALSO = 3, 3, 2, 4
# Two publishers are the rule of a story that has grown; a third is news about the news.
_MANY_FAMILIES = 3
_FEW_LANGUAGES = 4  # more are a list that nobody reads
# Where Japanese puts 市 behind a name; elsewhere the bare name is how papers write it.
_WITH_SUFFIX = frozenset({"JP", "CN", "KR", "TW"})
_SUFFIXES = ("市", "町", "村", "区", "郡", "県")
_TOKYO = "geonames:1850147"
# Between surname and given name in Han or kana, where running text has none.
_CJK_SPACE = re.compile(r"(?<=[\u3040-\u9fff])[ \u3000]+(?=[\u3040-\u9fff])")
# Countries whose English names take the article.
_WITH_ARTICLE = frozenset({"AE", "BS", "CD", "CF", "DO", "FO", "GB", "GM", "KM", "KY", "MH", "MV", "NL", "PH", "SB", "SC", "US"})  # fmt: skip


def build_words(
    facts: Facts,
    edition: Edition,
    lexicon: Lexicon,
    ties: Ties,
    *,
    families: int,
    languages: Sequence[str],
    background: bool = False,
) -> Words:
    """The story in `edition`'s language.

    Args:
        ties: what is known of the cities beyond the news.
        families: independent publisher families that report it.
        languages: BCP 47 tags of its articles.
        background: it explains and reports nothing, so no event is claimed.
    """
    writer = _Writer(facts, edition, lexicon, ties)
    if background:
        return Words(headline=writer.topic(), sentences=(writer.explains(),), engine=ENGINE)
    said = (
        writer.occasion(),
        writer.deadline(),
        writer.called_off(),
        writer.disputed(),
        writer.also(),
        writer.figures(),
        writer.persons(),
        writer.coverage(families, languages),
    )
    sentences = tuple(itertools.islice(filter(None, said), MOST_SENTENCES))
    return Words(headline=writer.headline(), sentences=sentences, why=writer.why(), engine=ENGINE)


class _Writer:
    def __init__(self, facts: Facts, edition: Edition, lexicon: Lexicon, ties: Ties) -> None:
        self.facts = facts
        self.edition = edition
        self.lexicon = lexicon
        self.ties = ties
        self.kind = facts.event_types[0] if facts.event_types else "none"
        if facts.event and facts.event.deadline and self.kind not in _NEVER_CALLS:
            self.kind = "call"
        # The city with more weight stands first, whatever the order of ids.
        self.pair = sorted(facts.pair or (), key=facts.cities.index)
        self.paper = _PAPERS[self.kind].get(facts.form, "") if self.kind in _PAPERS else ""
        self.tense = self._tense()
        self.shapes = self._shapes()
        self.shape = ""  # the one in which the last message was found
        self.sections = self._sections()

    # ------------------------------------------------------------------------------------------------- what is said

    def headline(self) -> str:
        facts, pair = self.facts, self.pair
        key = self._find("head")
        values = self._paper_values()
        if len(pair) == 2:
            values |= {"a": self._city(pair[0]), "b": self._city(pair[1])}
        if facts.host:
            values |= {"host": self._city(facts.host), "guest": self._city(self._guest())}
        places = [self._city(city) for city in facts.cities] or [self._country(code) for code in facts.countries]
        head = self.edition.say(key, **values, place=self._some(places, 2), topic=self._topic(), n=facts.years or 0)
        is_off = facts.called_off and self.kind != _CALLED_OFF
        return self._capital(self.edition.say("words.off", headline=head) if is_off else head)

    def occasion(self) -> str:
        """What kind of event, who, where, when and what about."""
        facts, pair = self.facts, self.pair
        key = self._find("line")
        values, days, about = self._paper_values(), self._days(), self._about()
        if self.edition.code == "ja" and days["when"].endswith("まで") and about and not about.endswith("。"):
            days["when"] += "、"
        if len(pair) == 2:
            values |= {"a": self._city_at(pair[0]), "b": self._city_at(pair[1])}
        if facts.host:
            values |= {"host": self._city_at(facts.host), "guest": self._city_at(self._guest())}
        return self._capital(
            self.edition.say(key, **values, **days, place=self._places(), about=about, n=facts.years or 0)
        )

    def deadline(self) -> str:
        """The last day to apply, where that is the date that the story has and its first sentence does not say it."""
        event = self.facts.event
        is_left = event and event.deadline and self.kind != "call"
        return self.edition.say("words.deadline", day=self.day(event.start)) if event and is_left else ""

    def called_off(self) -> str:
        is_said = self.kind == _CALLED_OFF or not self.facts.called_off
        return "" if is_said else self.edition.say("words.called_off")

    def disputed(self) -> str:
        return self.edition.say("words.disputed") if self.facts.disputed else ""

    def also(self) -> str:
        """Cities beside the one where it takes place: the reports name them, and do not say that they were there."""
        if self.shape not in ("host", "net_host") or self.kind == "delegation-visit":
            return ""
        others = [self._city(city) for city in self.facts.cities if city != self.facts.host]
        return self.edition.say("words.also", places=self._some(others, _MOST_ALSO)) if others else ""

    def figures(self) -> str:
        """How many took part, where all that count them agree."""
        told = [
            self.edition.say(f"counted.{figure.counted}", n=int(figure.value))
            for figure in self.facts.figures
            if self.edition.has(f"counted.{figure.counted}.other")
        ]
        return self.edition.say("words.figures", figures=self._list(told[:2])) if told else ""

    def persons(self) -> str:
        """Those whom the texts name in this edition's script, with their office as it is written there."""
        told = [text for person, language in self.facts.named if (text := self._person(person, language))]
        return self.edition.say("words.persons", persons=self._list(told[:_MOST_PERSONS])) if told else ""

    def coverage(self, families: int, languages: Sequence[str]) -> str:
        """How many independent publishers report it, in which languages, where that says something."""
        if families < _MANY_FAMILIES:
            return ""
        names = list(dict.fromkeys(self._language(tag) for tag in languages))
        if len(names) == 1 or len(names) > _FEW_LANGUAGES:
            return self.edition.say("words.covered_in_one", n=families)
        return self.edition.say("words.covered", n=families, languages=self._list(names))

    def why(self) -> str:
        """The tie of two cities of the story, from the table: of the pair, else of the first two that are tied."""
        pairs = [(self.pair[0], self.pair[1])] if self.pair else list(itertools.combinations(self.facts.cities, 2))
        for a, b in pairs:
            told = [tie for tie in self.ties.between(a, b) if not self._is_news(tie)]
            if told:
                return self._tie(told[0], a, b)
        return ""

    def topic(self) -> str:
        """What a background piece is about: its cities, else ties of cities in general."""
        facts = self.facts
        if not facts.cities:  # a country named in passing is not what an explainer is about
            return self.edition.say("words.background.bare")
        names = [self._city(city) for city in facts.cities[:_MOST_PLACES]]
        return self._capital(self.edition.say("words.background.about", place=self._list(names)))

    def explains(self) -> str:
        if not self.facts.themes:
            return self.edition.say("words.background.line_bare")
        return self.edition.say("words.background.line", themes=self._themes())

    # ----------------------------------------------------------------------------------------------- which words say it

    def _tense(self) -> str:
        """As the latest article has it: "past", "now", "ahead", "planned", or "" where nothing says."""
        event = self._event()
        when = self._time_of(event) if event else ""
        if self.kind in _PAPERS or self.kind == _CALLED_OFF:
            match self.facts.agreement:
                case AgreementStatus.SIGNED:
                    return "past"
                case AgreementStatus.PLANNED:
                    return "planned"
                case AgreementStatus.ANNOUNCED:
                    return "ahead"
            return "past" if when == "now" else when
        return "" if self.facts.disputed and when == "now" else when

    def _event(self) -> DatedEvent | None:
        """The day of what is told, if it is one."""
        event = self.facts.event
        return event if event and not event.deadline and self.kind in _HELD else None

    def _time_of(self, event: DatedEvent) -> str:
        last, reported = event.end or event.start, self.facts.reported
        if reported is None or last <= reported:
            return "past"
        return "ahead" if event.start > reported else "now"

    def _shapes(self) -> tuple[str, ...]:
        """What it may be told of, the best first."""
        facts = self.facts
        shapes = ["bare"]
        if facts.cities or facts.countries:
            shapes.insert(0, "place")
        if facts.networks:
            shapes.insert(0, "net")
        if facts.pair:
            shapes.insert(1 if shapes[0] == "net" and self.kind in _OF_NETWORKS else 0, "pair")
        if facts.host in self.lexicon.cities:
            if self.kind == "delegation-visit" and facts.host in self.pair:
                shapes.insert(0, "host")
            elif self.kind in _HOSTED:
                shapes[:0] = ["net_host", "host"] if facts.networks and self.kind == "summit-forum" else ["host"]
        return tuple(shapes)

    def _sections(self) -> tuple[str, ...]:
        """Where the words for it lie, the most exact first."""
        if self.paper:
            wider = ("paper_city",) if self.kind == _SISTER_CITIES else ()
            return (f"paper_{self.paper}", *wider, "paper")
        if self.kind == "anniversary":
            return tuple(f"{self.kind}{form}" for form in self._kinds_of_anniversary())
        forms = [self.facts.form] if self.facts.form else []
        if self.kind == _CALLED_OFF and self.facts.agreement in (
            AgreementStatus.SUSPENDED,
            AgreementStatus.ENDED,
        ):
            forms = [self.facts.agreement.value]
        return (*(f"{self.kind}_{form}" for form in forms), self.kind)

    def _kinds_of_anniversary(self) -> tuple[str, ...]:
        """Of what it is the anniversary: the table of ties knows, or else the texts say it; their number of years alone does not."""
        facts = self.facts
        if not facts.years or not facts.pair:
            return ("",)
        year = facts.reported.year if facts.reported else 0
        for tie in self.ties.between(*facts.pair):
            if tie.since and int(tie.since[:4]) + facts.years == year and tie.kind is not TieKind.MOU:
                return f"_{tie.kind}", "_years", ""
        if facts.form:
            return f"_{facts.form}", "_years", ""
        return ("_years", "") if facts.pair in facts.claimed else ("",)

    def _find(self, part: str) -> str:
        """The key of the most exact message: a narrow section before a wide one, then the better shape, then the tense."""
        for shape in self.shapes:
            for section in self.sections:
                for tense in (f"_{self.tense}", "") if self.tense else ("",):
                    key = f"words.event.{section}.{part}_{shape}{tense}"
                    if self._fits(key):
                        self.shape = shape
                        return key
        raise LookupError(f"{self.edition.code}: no {part} for {self.sections}")  # every section ends in one for "bare"

    def _fits(self, key: str) -> bool:
        """True for a message that the edition has, unless it names a place and none is known."""
        is_placed = bool(self.facts.cities or self.facts.countries)
        return self.edition.has(key) and (is_placed or "{place}" not in self.edition.messages[key])

    # ------------------------------------------------------------------------------------------------------- themes, papers

    def _own(self, name: str) -> str:
        """A section's own message, or that of the wider one."""
        keys = [f"words.event.{section}.{name}" for section in self.sections]
        return next((key for key in keys if self.edition.has(key)), "")

    def _about(self) -> str:
        key = self._own("about")
        themes = self._themes()
        return self.edition.say(key, themes=themes) if key and themes and self.edition.messages[key] else ""

    def _topic(self) -> str:
        """The first theme, for headlines."""
        key = self._own("topic")
        if not key or not self.facts.themes or not self.edition.messages[key]:
            return ""
        return self.edition.say(key, theme=self._theme(self.facts.themes[0]))

    def _theme(self, theme: str) -> str:
        key = f"words.theme.{theme}"
        return (
            self.edition.say(key)
            if self.edition.has(key)
            else self.lexicon.name(TagKind.THEME, theme, self.edition.code)
        )

    def _themes(self) -> str:
        names = [self._theme(theme) for theme in self.facts.themes[:_MOST_THEMES]]
        both = self.edition.say("words.list_last")
        # "Culture and tourism, food and farming, and trade and investment" is more than a sentence carries.
        if sum(both in name for name in names) > 1:
            names = names[:2]
        return self._list(names)

    def _paper_values(self) -> dict[str, str]:
        values = {"network": self._network(self.facts.networks[0])} if self.facts.networks else {}
        if self.facts.networks:
            values["members"] = self._members(values["network"])
        if self.paper:
            values |= {
                name: self.edition.say(f"words.paper.{self.paper}.{name}")
                for name in ("noun", "noun_of", "short", "verb_done", "verb_base")
            }
        return values

    # ------------------------------------------------------------------------------------------------------------- dates

    def _days(self) -> dict[str, str]:
        """{when}, {when_noun} and {until}; empty where no day is to be given."""
        event, say = self._event(), self.edition.say
        if self.kind == "call" and self.facts.event:
            return {"when": "", "when_noun": "", "until": say("words.due", day=self.day(self.facts.event.start))}
        is_given = event and not self.facts.disputed and (self.tense == self._time_of(event) or self.kind in _PAPERS)
        if not event or not is_given or (self.tense == "past" and self._time_of(event) == "ahead"):
            return {"when": "", "when_noun": "", "until": ""}
        first, last = event.start, event.end or event.start
        until = say("words.until", day=self._last_day(first, last))
        if first == last or self.tense == "now":
            when = say("words.when_day", day=self.day(first))
            noun = self.day(first)
        else:
            when = say("words.when_range", first=self._first_day(first, last), last=self._last_day(first, last))
            noun = when.removeprefix(" from ")
        return {"when": when, "when_noun": f" {noun}", "until": until}

    def day(self, day: dt.date) -> str:
        """A day with its weekday, without a year that is the reports' own."""
        is_same_year = self.facts.reported is not None and day.year == self.facts.reported.year
        return self.edition.say(f"words.day{'_short' if is_same_year else ''}", **self._date_parts(day))

    def _first_day(self, first: dt.date, last: dt.date) -> str:
        """The first day of a range, without what its last day says again."""
        if self.edition.code == "ja":  # 10月28日から30日まで: the first names the month
            return self.day(first)
        if (first.year, first.month) == (last.year, last.month):
            return self.edition.say("words.day_bare", **self._date_parts(first))
        if first.year == last.year:
            return self.edition.say("words.day_short", **self._date_parts(first))
        return self.edition.say("words.day", **self._date_parts(first))

    def _last_day(self, first: dt.date, last: dt.date) -> str:
        """The last day of a range whose first day is named before it."""
        if self.edition.code == "ja" and (first.year, first.month) == (last.year, last.month):
            return self.edition.say("words.day_bare", **self._date_parts(last))
        return self.day(last)

    def _date_parts(self, day: dt.date) -> dict[str, object]:
        return {
            "year": day.year,
            "month": self.edition.say(f"words.month.{day.month}"),
            "day": day.day,
            "weekday": self.edition.say(f"words.weekday.{day.isoweekday()}"),
        }

    # ------------------------------------------------------------------------------------------------------------- names

    def _guest(self) -> str:
        """The other city of the pair, where one of them is the host."""
        return next((city for city in self.pair if city != self.facts.host), self.facts.host)

    def _city(self, city: str) -> str:
        return self.lexicon.name(TagKind.CITY, city, self.edition.code)

    def _city_called(self, city: str) -> str:
        """As a sentence calls it: in Japanese 神戸市, but リヨン."""
        name = self._city(city)
        known = self.lexicon.cities.get(city)
        if self.edition.code != "ja" or known is None or known.country not in _WITH_SUFFIX:
            return name
        if city == _TOKYO:
            return f"{name}都"
        # Japanese names of the lexicon are bare, so that 四日市 and 大村 are 四日市市 and 大村市.
        is_whole = known.needs_suffix if known.country == "JP" else name.endswith(_SUFFIXES)
        return name if known.city_state or is_whole or name.isascii() else f"{name}市"

    def _city_at(self, city: str) -> str:
        """A city with its country, unless that is its own name, or the readers' country."""
        return self._with_country(self._city_called(city), city)

    def _with_country(self, name: str, city: str) -> str:
        known = self.lexicon.cities.get(city)
        if known is None or (self.edition.code == "ja" and known.country == "JP"):
            return name
        country = self.lexicon.name(TagKind.COUNTRY, known.country, self.edition.code)
        if known.city_state or country == self._city(city):
            return name
        return self.edition.say("words.city_in_country", city=name, country=self._country(known.country))

    def _country(self, country: str) -> str:
        name = self.lexicon.name(TagKind.COUNTRY, country, self.edition.code)
        return f"the {name}" if self.edition.code == "en" and country in _WITH_ARTICLE else name

    def _places(self) -> str:
        """The cities of the story, two with their countries, else its countries."""
        cities = self.facts.cities
        if not cities:
            return self._some([self._country(code) for code in self.facts.countries], _MOST_PLACES)
        if len(cities) == 2 and len({self.lexicon.cities[city].country for city in cities}) == 1:
            return self._with_country(self._list(map(self._city_called, cities)), cities[0])
        name = self._city_at if len(cities) < 3 else self._city_called
        return self._some([name(city) for city in cities], _MOST_PLACES)

    def _some(self, names: Sequence[str], most: int) -> str:
        """The first `most` of them, and that there are others."""
        if len(names) <= most:
            return self._list(names)
        shown = self.edition.say("words.list_comma").join(names[:most])
        return self.edition.say("words.and_others", names=shown)

    def _network(self, network: str) -> str:
        """The acronym where the full name is long."""
        name = self.lexicon.name(TagKind.NETWORK, network, self.edition.code)
        term = self.lexicon.networks.get(network)
        longest = _LONG_NAME.get(self.edition.code, _LONG_NAME["en"])
        return term.acronyms[0] if term and term.acronyms and len(name) > longest else name

    def _members(self, network: str) -> str:
        """The cities of a network, whose name may say it already: C40 Cities, Mayors for Peace."""
        if self.edition.code == "en" and (network.endswith("Cities") or network.startswith("Mayors")):
            return network
        return self.edition.say("words.members", network=network)

    def _person(self, person: Person, language: str) -> str:
        """A name with its office; "" for a name in another script, or one whose spelling is another language's."""
        say, own = self.edition.say, language.split("-")[0] == self.edition.code
        person = msgspec.structs.replace(person, name=_CJK_SPACE.sub("", person.name))
        if not own and (self.edition.code == "ja" or not _is_latin(person.name)):
            return ""
        if own and person.role:
            return say("words.person_in_role", name=person.name, role=person.role)
        if self.edition.has(f"office.{person.role_id}"):
            return say("words.person_of_office", name=person.name, office=say(f"office.{person.role_id}"))
        return say("words.person", name=person.name)

    def _language(self, tag: str) -> str:
        key = f"words.language.{tag.split('-')[0]}"
        return self.edition.say(key if self.edition.has(key) else "words.language.other")

    # -------------------------------------------------------------------------------------------------------------- ties

    def _is_news(self, tie: Tie) -> bool:
        """True for a tie that this story tells of itself: signed on its day, or of which it is the anniversary."""
        since, reported = tie.since[:4], self.facts.reported
        return self.kind == _SISTER_CITIES and bool(since) and reported is not None and int(since) >= reported.year

    def _tie(self, tie: Tie, a: str, b: str) -> str:
        """Seen from the readers' side, which in Japan is the Japanese city, else from the first one named."""
        at_home = [city in self.lexicon.cities and self.lexicon.cities[city].country == "JP" for city in (a, b)]
        if at_home == [False, True]:
            a, b = b, a
        names = {"a": self._city_called(a), "b": self._city_called(b)}
        if tie.until:
            return self.edition.say("words.why.ended", **names, year=tie.until[:4])
        key = f"words.why.{tie.kind}{'_since' if tie.since else ''}"
        return self.edition.say(key, **names, a_own=_genitive(names["a"]), year=tie.since[:4])

    # ----------------------------------------------------------------------------------------------------------- sentences

    def _list(self, items: Iterable[str]) -> str:
        """A list as the language writes it; where an item is itself "A and B", what joins it to the others is plain to see."""
        parts = list(items)
        if len(parts) < 2:
            return parts[0] if parts else ""
        last = self.edition.say("words.list_last")
        if len(parts) == 2:
            joint = "words.list_both" if any(last in part for part in parts) else "words.list_last"
            return parts[0] + self.edition.say(joint) + parts[1]
        long = self.edition.code == "ja" or any(last in part for part in parts)
        comma = self.edition.say("words.list_comma")
        return (
            comma.join(parts[:-1]) + self.edition.say("words.list_last_long" if long else "words.list_last") + parts[-1]
        )

    def _capital(self, sentence: str) -> str:
        return sentence[:1].upper() + sentence[1:]


def _genitive(name: str) -> str:
    return f"{name}’" if name.endswith("s") else f"{name}’s"


def _is_latin(name: str) -> bool:
    return all(character < "\u0250" or not character.isalpha() for character in name)
