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

# The vocabulary was written for what cities do together: "flood" or "visited" in other news is no theme of ours. A text with less
# of relevance than this has none; between it and the threshold, where relevance may err, tags stay.
_HARDLY_RELEVANT = 0.2


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
    return TaggedArticle(
        article=article,
        tags=(*places.tags, *networks, *(vocabulary if relevance.score > _HARDLY_RELEVANT else ())),
        relevance=relevance,
        events=dates,
        persons=find_persons(reading, {sighting.mention.key.text for sighting in places.sightings}, lexicon),
    )
