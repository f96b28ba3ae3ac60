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
VERSION = "1"  # with the lexicon's digest it says which results are out of date


def tag(article: Article, lexicon: Lexicon) -> TaggedArticle:
    """The article with its tags (cities, countries, networks, themes, event types, each strongest first), relevance, dates, persons.

    Never raises for any text; the same article and lexicon give the same result.
    """
    reading = read(article)
    places, networks = find_places(reading, lexicon)
    events = find_events(reading, article.dated, certain=article.published is not None)
    return TaggedArticle(
        article=article,
        tags=(*places.tags, *networks, *tag_vocabulary(reading, lexicon)),
        relevance=judge(reading, places, networks, events, lexicon),
        events=events,
        persons=find_persons(reading, {sighting.mention.key.text for sighting in places.sightings}, lexicon),
    )
