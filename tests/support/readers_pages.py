"""The readers' pages as files, in every state and both languages, for judges that look at files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from pipeline.config import Mail
from pipeline.knowledge.editions import load_edition
from pipeline.knowledge.lexicon import load_lexicon
from pipeline.model import Choices, Reader, ReaderState
from pipeline.render.forms import SAID, Forms, Place, Wishes

SENDER = Mail(
    sender_name="都市外交ダイジェスト編集室（見本）",
    sender_address="digest@example.org",
    postal_address="見本市見本町1-1",
    contact="contact@example.org",
    unsubscribe="unsubscribe@example.org",
)
NOW = dt.datetime(2026, 11, 9, 3, tzinfo=dt.UTC)
MANY = Choices(cities=("geonames:1859171", "geonames:1792947"), networks=("uclg", "gcom"), themes=("peace", "heritage"))
WRONG = Wishes(
    address="reader@",
    choices=MANY,
    doubts=(("Portland", ("geonames:5746545", "geonames:4975802")), ("府中市", ("geonames:1863440",))),
    unknown=("Nowhere <at> all",),
    problems=("stale", "foreign", "address", "edition", "many"),
)


def make_forms() -> Forms:
    editions = [load_edition("ja"), load_edition("en")]
    return Forms(editions, load_lexicon(), sender=SENDER, zone=dt.UTC, archive_url="https://digest.example.org")


def make_reader(edition: str, state: ReaderState) -> Reader:
    return Reader(
        id="0" * 16,
        address="reader@example.org",
        edition=edition,
        state=state,
        consent=None,
        choices=MANY,
        since=NOW,
        changed=NOW,
    )


def make_pages(lang: str) -> Iterator[tuple[str, str, str]]:
    """Template, path without the language, and the page: of every template that makes one, every state it can be in."""
    forms, here, below = make_forms(), Place(lang=lang, root="../"), Place(lang=lang, root="../../")
    for name, wishes in (("new", Wishes()), ("wrong", WRONG), ("chosen", Wishes(choices=MANY))):
        yield "subscribe", f"subscribe-{name}", forms.subscribe(here, wishes, stamp="1.0")
    yield "privacy", "privacy", forms.privacy(here)
    for name, reader in (
        ("known", make_reader(lang, ReaderState.PENDING)),
        ("other", make_reader("ja", ReaderState.PENDING)),
    ):
        yield "confirm", f"c/{name}", forms.confirm(below, reader)
    yield "leave", "u/leave", forms.leave(below, settings="s/token")
    for state in ReaderState:
        yield "settings", f"s/{state}", forms.settings(below, make_reader(lang, state))
    active = make_reader(lang, ReaderState.ACTIVE)
    yield "settings", "s/saved", forms.settings(below, active, saved=True)
    yield "settings", "s/wrong", forms.settings(below, active, WRONG)
    yield "settings", "s/unsure", forms.settings(below, active, Wishes(edition=lang, problems=("unsure",)))
    for what in SAID:
        yield "said", f"said/{what}", forms.said(below, what, settings="s/token" if what == "left" else "")
    letter = forms.confirmation(lang, "https://readers.example.org/c/token?lang=ja", name="confirm")
    yield "confirmation", "mail/confirmation", letter.html


def write_readers_pages(folder: Path) -> Path:
    """Leaves every page and what it loads in the folder."""
    for lang in ("ja", "en"):
        for _, path, page in make_pages(lang):
            file = folder / path / f"{lang}.html"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(page, "utf-8")
    for path, body in make_forms().assets().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    return folder
