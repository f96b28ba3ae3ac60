"""A headline and up to four indicative sentences from a story's facts, in one edition's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from pipeline.knowledge.editions import Edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import DatedEvent, TagKind, Words
from pipeline.words.facts import Facts

ENGINE = "tags"
# How the first sentence speaks of an event; what stands in neither list has no day of its own.
_HELD = ("mayors-dialogue", "summit-forum", "delegation-visit", "festival-exchange", "webinar-online")
_AGREED = ("sister-city-agreement", "mou-cooperation")
# With nothing but a deadline these are still what they are; anything else is then a call for applications.
_NEVER_CALLS = (*_AGREED, "anniversary", "declaration-award", "suspension-termination", "network-accession")
# Longer names of networks give way to their acronym in headlines.
_SHORT_NAME_CHARS = 20


def build_words(
    facts: Facts,
    edition: Edition,
    lexicon: Lexicon,
    *,
    families: int,
    languages: Sequence[str],
    background: bool = False,
) -> Words:
    """The story in `edition`'s language.

    Args:
        families: independent publisher families that report it.
        languages: BCP 47 tags of its articles.
        background: it explains and reports nothing, so no event is claimed.
    """
    writer = _Writer(facts, edition, lexicon)
    if background:
        return Words(headline=writer.topic(), sentences=tuple(filter(None, (writer.subjects(),))), engine=ENGINE)
    sentences = (writer.occasion(), writer.deadline(), writer.subjects(), writer.coverage(families, languages))
    return Words(headline=writer.headline(), sentences=tuple(s for s in sentences if s), engine=ENGINE)


class _Writer:
    def __init__(self, facts: Facts, edition: Edition, lexicon: Lexicon) -> None:
        self.facts = facts
        self.edition = edition
        self.lexicon = lexicon
        self.kind = facts.event_types[0] if facts.event_types else "none"
        if facts.event and facts.event.deadline and self.kind not in _NEVER_CALLS:
            self.kind = "call"

    def headline(self) -> str:
        facts, say, kind = self.facts, self.edition.say, self.kind
        if kind == "anniversary" and facts.pair and facts.years:
            head = say("words.anniversary_years", **self._pair(self._city), n=facts.years)
        elif facts.pair:
            head = say(f"words.event.{kind}.pair", **self._pair(self._city))
        elif facts.cities:
            head = say(f"words.event.{kind}.place", place=self._some(facts.cities, 2, self._city))
        elif facts.countries:
            head = say(f"words.event.{kind}.place", place=self._list(self._country(c) for c in facts.countries[:2]))
        else:
            head = say(f"words.event.{kind}.bare")
        if facts.networks:
            head = say("words.with_network", headline=head, network=self._network(facts.networks[0]))
        return self._capital(head)

    def topic(self) -> str:
        """What a background piece is about: its cities, else its countries, else cities' ties in general."""
        facts = self.facts
        names = [self._city(city) for city in facts.cities[:3]] or [self._country(key) for key in facts.countries[:2]]
        if not names:
            return self.edition.say("words.background.bare")
        return self.edition.say("words.background.about", place=self._list(names))

    def occasion(self) -> str:
        """What kind of event, where and when."""
        facts, say, kind = self.facts, self.edition.say, self.kind
        if facts.pair:
            what = say(f"words.event.{kind}.of_pair", **self._pair(self._city_in_country))
        elif facts.cities:
            place = self._some(facts.cities, 3, self._city_in_country)
            what = say(f"words.event.{kind}.of_place", place=place)
        elif facts.countries:
            place = self._list(self._country(country) for country in facts.countries[:3])
            what = say(f"words.event.{kind}.of_place", place=place)
        elif facts.networks:
            what = say(f"words.event.{kind}.of_place", place=self._network(facts.networks[0]))
        else:
            what = say(f"words.event.{kind}.noun")
        if kind == "anniversary" and facts.pair and facts.years:
            return say("words.anniversary_marked", **self._pair(self._city_in_country), n=facts.years)
        if facts.disputed:
            return self._capital(say("words.occasion_disputed", what=what))
        manner = "held" if kind in _HELD else "agreed" if kind in _AGREED else "other"
        event = facts.event if manner != "other" and not (facts.event and facts.event.deadline) else None
        own = self.edition.has(f"words.occasion.{kind}.undated")
        key = f"words.occasion.{kind if own else manner}"
        if event is None:
            return self._capital(say(f"{key}.undated", what=what))
        return self._capital(say(f"{key}.{self._tense(event)}", what=what, **self._days(event)))

    def deadline(self) -> str:
        """The last day to apply, where that is the date that the story has."""
        event = self.facts.event
        return self.edition.say("words.deadline", when=self.day(event)) if event and event.deadline else ""

    def _tense(self, event: DatedEvent) -> str:
        """As the latest article has it: it may announce what has passed since."""
        last, reported = event.end or event.start, self.facts.reported
        if reported is None or last <= reported:
            return "past"
        return "ahead" if event.start > reported else "now"

    def _days(self, event: DatedEvent) -> dict[str, str]:
        single = DatedEvent(start=event.start), DatedEvent(start=event.end or event.start)
        return {"when": self.day(event), "first": self.day(single[0]), "last": self.day(single[1])}

    def subjects(self) -> str:
        """The themes."""
        if not self.facts.themes:
            return ""
        names = [self.lexicon.name(TagKind.THEME, theme, self.edition.code) for theme in self.facts.themes[:3]]
        themes = self._list(self._inner(name) for name in names)
        return self.edition.say("words.subjects", themes=themes, n=len(names))

    def coverage(self, families: int, languages: Sequence[str]) -> str:
        """How many independent publishers report it, in which languages."""
        if families < 2:
            return ""
        names = self._list(dict.fromkeys(self._language(tag) for tag in languages))
        return self.edition.say("words.coverage", n=families, languages=names)

    def day(self, event: DatedEvent) -> str:
        """One day or a range, without repeating month and year, and without a year that is the reports' own."""
        say, start, end = self.edition.say, event.start, event.end or event.start
        is_same_year = self.facts.reported is not None and {start.year, end.year} == {self.facts.reported.year}
        short = "_short" if is_same_year else ""
        if end == start:
            return say(f"words.day{short}", **self._date_parts(start))
        ends = {f"end_{name}": value for name, value in self._date_parts(end).items()}
        if start.year != end.year:
            shared = "nothing"
        else:
            shared = "month" if start.month == end.month else "year"
        return say(f"words.range_in_one{short}.{shared}", **self._date_parts(start), **ends)

    def _date_parts(self, day: dt.date) -> dict[str, object]:
        month_name = self.edition.say(f"words.month.{day.month}")
        return {"year": day.year, "month": day.month, "day": day.day, "month_name": month_name}

    def _pair(self, name: Callable[[str], str]) -> dict[str, str]:
        # The city with more weight stands first, whatever the order of ids.
        a, b = sorted(self.facts.pair or (), key=self.facts.cities.index)
        return {"a": name(a), "b": name(b)}

    def _city(self, city: str) -> str:
        return self.lexicon.name(TagKind.CITY, city, self.edition.code)

    def _some(self, cities: Sequence[str], most: int, name: Callable[[str], str]) -> str:
        """The first `most` cities, and that there are others."""
        shown = [name(city) for city in cities[:most]]
        if len(cities) <= most:
            return self._list(shown)
        return self.edition.say("words.and_others", place=self.edition.say("words.list_comma").join(shown))

    def _country(self, country: str) -> str:
        return self.lexicon.name(TagKind.COUNTRY, country, self.edition.code)

    def _city_in_country(self, city: str) -> str:
        country = self._country(self.lexicon.cities[city].country)
        name = self._city(city)
        return name if name == country else self.edition.say("words.city_in_country", city=name, country=country)

    def _network(self, network: str) -> str:
        """A name fit for a headline: the acronym where the full name is long."""
        name = self.lexicon.name(TagKind.NETWORK, network, self.edition.code)
        term = self.lexicon.networks.get(network)
        return term.acronyms[0] if term and term.acronyms and len(name) > _SHORT_NAME_CHARS else name

    def _list(self, items: Iterable[str]) -> str:
        parts = list(items)
        if len(parts) < 2:
            return parts[0] if parts else ""
        comma, last = self.edition.say("words.list_comma"), self.edition.say("words.list_last")
        return comma.join(parts[:-1]) + last + parts[-1]

    def _inner(self, label: str) -> str:
        """A label inside a sentence: English labels lose their capital unless it is part of a name."""
        first, _, _ = label.partition(" ")
        lower = self.edition.code == "en" and first[1:] == first[1:].lower()
        return label[0].lower() + label[1:] if lower else label

    def _language(self, tag: str) -> str:
        key = f"words.language.{tag.split('-')[0]}"
        return self.edition.say(key if self.edition.has(key) else "words.language.other")

    def _capital(self, sentence: str) -> str:
        return sentence[:1].upper() + sentence[1:]
