"""The stage tag: what an article is about, whether that is city diplomacy, and which dates and persons it names."""

from __future__ import annotations

from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import Article, TaggedArticle
from pipeline.tag.claims import find_claims
from pipeline.tag.mentions import find_events
from pipeline.tag.outcomes import find_agreement, find_new_day, is_called_off
from pipeline.tag.persons import find_persons
from pipeline.tag.places import find_places
from pipeline.tag.reading import read
from pipeline.tag.relevance import judge
from pipeline.tag.vocabulary import tag_vocabulary

NAME = "tag"
VERSION = "6"  # with the lexicon's digest it says which results are out of date


def tag(article: Article, lexicon: Lexicon) -> TaggedArticle:
    """The article with its tags (each kind strongest first), relevance, dates, persons, claims.

    Cities, countries and networks are given for every article. Themes and event types are those of what cities do together: "flood"
    or "visited" in other news is none of ours, so only an article that is relevant or names a network of cities has them.

    Never raises for any text; the same article and lexicon give the same result.
    """
    reading = read(article)
    places, networks = find_places(reading, lexicon)
    vocabulary = tag_vocabulary(reading, lexicon, networks)
    dates = find_events(reading, article.dated, certain=article.published is not None)
    relevance = judge(reading, places, networks, vocabulary, dates, lexicon)
    called_off = is_called_off(reading, lexicon)
    tags = (*places.tags, *networks, *(vocabulary if relevance.relevant or networks else ()))
    return TaggedArticle(
        article=article,
        tags=tags,
        relevance=relevance,
        events=dates,
        persons=find_persons(reading, {sighting.mention.key.text for sighting in places.sightings}, lexicon),
        claims=find_claims(reading, places.sightings, lexicon),
        agreement=find_agreement(reading, tags, lexicon),
        called_off=called_off,
        new_day=find_new_day(reading, dates, lexicon) if called_off else None,
    )
