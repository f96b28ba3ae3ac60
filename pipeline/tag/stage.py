"""The stage tag: what an article is about, whether that is city diplomacy, and which dates and persons it names."""

from __future__ import annotations

from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import Article, TaggedArticle
from pipeline.tag.mentions import find_events
from pipeline.tag.persons import find_persons
from pipeline.tag.places import find_places
from pipeline.tag.reading import read
from pipeline.tag.relevance import judge
from pipeline.tag.vocabulary import tag_vocabulary

NAME = "tag"
VERSION = "2"  # with the lexicon's digest it says which results are out of date

# The vocabulary was written for what cities do together: "flood" or "visited" in other news is no theme of ours. Themes and event
# types need a network of cities, or more than this of what speaks for city diplomacy; what speaks against it may err.
_HARDLY_RELEVANT = 0.3


def tag(article: Article, lexicon: Lexicon) -> TaggedArticle:
    """The article with its tags (each kind strongest first), relevance, dates, persons.

    Cities, countries and networks are given for every article, themes and event types for those that may be relevant.

    Never raises for any text; the same article and lexicon give the same result.
    """
    reading = read(article)
    places, networks = find_places(reading, lexicon)
    vocabulary = tag_vocabulary(reading, lexicon, networks)
    dates = find_events(reading, article.dated, certain=article.published is not None)
    relevance = judge(reading, places, networks, vocabulary, dates, lexicon)
    reasons = relevance.reasons
    near = "network" in reasons or sum(part for part in reasons.values() if part > 0) > _HARDLY_RELEVANT
    return TaggedArticle(
        article=article,
        tags=(*places.tags, *networks, *(vocabulary if near else ())),
        relevance=relevance,
        events=dates,
        persons=find_persons(reading, {sighting.mention.key.text for sighting in places.sightings}, lexicon),
    )
