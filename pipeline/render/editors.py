"""What the editors decided and what is new in a follow-up, in an edition's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from pipeline.knowledge.editions import Edition
from pipeline.model import Card, Correction, Development, Override, OverrideKind
from pipeline.overrides import BY_EDITORS, retraction
from pipeline.render import dates
from pipeline.render.dates import When
from pipeline.render.views import Mark, Ref

# Words that no person wrote and no engine translated.
OURS = ("tags", BY_EDITORS)


def on_day(day: dt.date, edition: Edition) -> When:
    """A day of ours, which is as certain as it can be."""
    return dates.known(day.isoformat(), edition, short=True)


def text_in(said: str | Mapping[str, str], edition: Edition) -> Ref:
    """What the editors said in this edition, else in another one, then with its language."""
    if isinstance(said, str):
        return Ref(said)
    if edition.code in said:
        return Ref(said[edition.code])
    language = next(iter(said), "")
    return Ref(said.get(language, ""), lang=language)


def make_marks(card: Card, edition: Edition) -> tuple[Mark, ...]:
    """Each decision on a card, earliest first; an edit with the headline that stood there until then."""
    built = card.built.get(edition.code)
    headline = built.headline if built else ""
    made = []
    for override in card.overrides:
        after = override.headline.get(edition.code, headline)
        made.append(make_mark(override, edition, before=headline if after != headline else ""))
        headline = after
    return tuple(sorted(made, key=lambda mark: mark.when.iso))


def make_mark(override: Override | Correction, edition: Edition, *, before: str = "") -> Mark:
    """A decision in words.

    Args:
        before: the headline that it replaced.
    """
    return Mark(
        kind=override.kind.value,
        text=edition.say(f"editors.{override.kind}"),
        when=on_day(override.day, edition),
        reason=text_in(override.reason, edition),
        note=text_in(override.note if isinstance(override, Override) else "", edition),
        before=before,
        is_elsewhere=isinstance(override, Override)
        and override.kind is OverrideKind.EDIT
        and edition.code not in override.headline.keys() | override.sentences.keys(),
    )


def say_withdrawn(overrides: Iterable[Override], edition: Edition) -> Mark | None:
    """When and why a story was withdrawn; None for one that was not."""
    withdrawn = retraction(overrides)
    return make_mark(withdrawn, edition) if withdrawn else None


def say_development(new: Development, edition: Edition) -> str:
    """What is new in a follow-up, in one line."""
    say = edition.say
    parts = []
    if new.sources:
        parts.append(say("development.sources", n=new.sources))
    if new.families:
        parts.append(say("development.families", n=new.families))
    if new.event:
        parts.append(say("development.event", date=dates.happening(new.event, edition).text))
    if new.status:
        parts.append(say("development.status", status=say(f"agreement.state.{new.status}")))
    for fact in new.disputed:
        key = f"card.fact.{fact}"
        parts.append(say("development.disputed", fact=say(key) if edition.has(key) else fact))
    return say("development.separator").join(parts) or say("development.nothing")


def is_correction(kind: OverrideKind) -> bool:
    """True for what changes an issue that is out."""
    return kind in (OverrideKind.EDIT, OverrideKind.NOTE, OverrideKind.RETRACT)
