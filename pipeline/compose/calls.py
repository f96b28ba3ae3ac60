"""The rows of "Calls and jobs": what can still be applied for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from pipeline.model import Call, Card
from pipeline.text.ahead import dates_ahead


def list_calls(cards: Mapping[str, Card], last_day: dt.date) -> list[Call]:
    """The calls that are open after `last_day`, the one that closes first at the top. A story is one call: its next deadline.

    Args:
        cards: story id -> its latest card.
    """
    rows = []
    for story_id, card in cards.items():
        deadlines = [date for date in dates_ahead(card.dates, last_day) if date.deadline]
        if deadlines:
            first = min(deadlines, key=lambda date: date.start)
            rows.append(Call(story_id=story_id, deadline=first, cities=card.cities[:3], networks=card.networks))
    return sorted(rows, key=lambda row: (row.deadline.start, row.story_id))
