"""What a week's stories come to in numbers: when its issue is made, and when a story in it is withdrawn later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.model import Card, Figures


def count_figures(cards: Sequence[Card]) -> Figures:
    """The figures of these stories: each text, copy, source, voice, city and country once."""
    sources = [source for card in cards for source in card.sources]
    languages = Counter(source.language for source in sources)
    return Figures(
        stories=len(cards),
        articles=len(sources),
        copies=sum(len(source.copies) for source in sources),
        sources=len({source.source_id for source in sources}),
        families=len({source.voice for source in sources} - {""}),
        languages=dict(sorted(languages.items(), key=lambda item: (-item[1], item[0]))),
        cities=len({city for card in cards for city in card.cities}),
        countries=len({country for card in cards for country in card.countries}),
    )
