"""An article as the taggers read it: title and text, each beside its folded form, and where the lead ends."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.model import Article
from pipeline.tag.folding import fold

_LEAD_LEAST = 120  # code points: shorter first blocks (a dateline, a subtitle) take the next one in
_LEAD_MOST = 600


class Field(NamedTuple):
    """One field of an article."""

    name: str  # "title" | "text"
    text: str
    folded: str  # same length

    def leads(self, position: int, lead_end: int) -> bool:
        """True if a position lies in the title or the lead."""
        return self.name == "title" or position < lead_end


class Reading(NamedTuple):
    """What the taggers need of an article."""

    title: Field
    body: Field
    lead_end: int  # code points of the body that are its lead
    language: str

    @property
    def fields(self) -> tuple[Field, Field]:
        return self.title, self.body


def read(article: Article) -> Reading:
    """The article prepared for tagging."""
    text = article.text
    lead = 0
    for block in article.blocks:
        lead += len(block.text) + 1
        if lead >= _LEAD_LEAST:
            break
    return Reading(
        title=Field("title", article.title, fold(article.title)),
        body=Field("text", text, fold(text)),
        lead_end=min(lead, _LEAD_MOST),
        language=article.language,
    )
