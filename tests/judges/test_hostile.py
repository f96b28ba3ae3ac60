"""An archive made of hostile strings, in a browser: no dialog, no request to anywhere else, no script but ours (W2, W13).

The strings are those of the evaluation data's folder `hostile` and a few of ours. Every one stands wherever a text from outside
can stand: as title, outlet, name, quoted account and address. The pages are opened as they are, and again with their content
security policy switched off, so that escaping alone has to hold.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from archives import invented, richest_pages, write_archive

from pipeline.knowledge.lexicon import City, Lexicon, Term
from pipeline.model import (
    Account,
    Agreement,
    AgreementStatus,
    CalendarRow,
    Call,
    Card,
    CheckedClaim,
    CompleteTies,
    Conflict,
    CopyKind,
    DatedEvent,
    Issue,
    Meeting,
    Override,
    OverrideKind,
    Person,
    RegionSection,
    Shelf,
    SourceHealth,
    SourceSpec,
    Tie,
    TieKind,
    Verdict,
    Words,
)
from pipeline.render.environment import SHIPPED

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Request

pytestmark = [pytest.mark.slow, pytest.mark.browser]

OURS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</title></style></textarea></script><svg/onload=alert(1)>",
    "<iframe src=https://evil.example/></iframe>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<link rel=stylesheet href=https://evil.example/x.css><img src=https://evil.example/x.png>",
    "{{7*7}}{% for x in ().__class__.__bases__ %}{{ x }}{% endfor %}",
    "]]><script>alert(1)</script><![CDATA[",
    "--><script>alert(1)</script><!--",
    "report\u202efdp.exe\u2066\u200f\x00\x1b\x0b\ufffe",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example/x",
    'https://evil.example/" onclick="alert(1)',
    "https://user:secret@evil.example/",
)
KINDS = (OverrideKind.NOTE, OverrideKind.EDIT, OverrideKind.PIN)  # those that leave the story's page as it is
PER_ISSUE = 100  # cards of one issue: a browser lays out more of them only slowly


# ------------------------------------------------------------------------------------------------------------- the archive


def strings_of_others(folder: Path) -> list[str]:
    """Lists of naughty strings and of attacks that other projects publish."""
    naughty = json.loads((folder / "naughty_strings.json").read_text("utf-8"))
    attacks = json.loads((folder / "xss_payloads.json").read_text("utf-8"))
    return [text for text in (*naughty, *(row["payload"] for row in attacks)) if text.strip()]


def hostile_lexicon(strings: Sequence[str]) -> Lexicon:
    """Cities, networks, themes and kinds of events whose names are the strings; that of a country is the first."""
    lexicon: Lexicon = invented().LEXICON

    def names(text: str) -> dict[str, str]:
        return dict.fromkeys(("ja", "en", "zh", "ko", "ru"), text)

    def terms(kind: str) -> dict[str, Term]:
        made = (Term(id=f"{kind}-{number}", names=names(text)) for number, text in enumerate(strings))
        return {term.id: term for term in made}

    return Lexicon(
        digest="0" * 16,
        cities={
            (key := f"geonames:{number}"): City(
                id=key, names=names(text), country="JP", admin1=text, latitude=35.0, longitude=135.0, population=1
            )
            for number, text in enumerate(strings)
        },
        countries=lexicon.countries | {"ZY": msgspec.structs.replace(lexicon.countries["JP"], names=names(strings[0]))},
        regions=lexicon.regions,
        networks=terms("network"),
        themes=terms("theme"),
        events=terms("event"),
        rules={},
    )


def hostile_card(number: int, text: str, of: int) -> Card:
    """A card whose every text is the string."""
    card: Card = invented().DIALOGUE
    event = DatedEvent(start=card.published.day, evidence=text) if card.published else None
    # Addresses as they are, and behind a host, where a path may hold anything.
    addresses = (text, f"https://evil{number}.example/{text}")
    sources = tuple(
        msgspec.structs.replace(
            source,
            article_id=f"a{number:012x}{place}",
            url=addresses[place % 2],
            title=text,
            source_id=f"evil_{number}" if place == 0 else f"unlisted {text}",
            references=(text,),
            copies=tuple(
                msgspec.structs.replace(
                    invented().DIALOGUE.sources[1].copies[0], url=address, source_id=text, kind=kind
                )
                for address, kind in zip(addresses, (CopyKind.SYNDICATED, CopyKind.REWRITTEN), strict=True)
            ),
        )
        for place, source in enumerate(card.sources[:3])
    )
    cities = (f"geonames:{number}", f"geonames:{(number + 1) % of}")
    return msgspec.structs.replace(
        card,
        story_id=f"s{number:012x}",
        words={code: Words(headline=text, sentences=(text, text), engine=text) for code in ("ja", "en")},
        event=event,
        cities=cities,
        pair=tuple(sorted(cities)),
        networks=(f"network-{number}",),
        themes=(f"theme-{number % 12}", "theme-0"),
        event_types=(f"event-{number}", "mou-cooperation"),
        persons=(Person(name=text, role=text, evidence=text),),
        sources=sources,
        conflicts=tuple(
            Conflict(fact=fact, accounts=(Account(value=text, article_ids=(sources[0].article_id,), counted=text),) * 2)
            for fact in ("persons", "place", text)
        ),
        claims=tuple(
            CheckedClaim(
                a=cities[0], b=cities[1], verdict=verdict, source=addresses[0], article_ids=(f"a{number:012x}0",)
            )
            for verdict in Verdict
        ),
        host=cities[0],
    )


def hostile_shelf(strings: Sequence[str]) -> Shelf:
    """Issues that hold a card for every string, in every section."""
    sample = invented()
    cards = [hostile_card(number, text, len(strings)) for number, text in enumerate(strings)]
    sources = {
        f"evil_{number}": _source(sample.SOURCES["travel_blog"], number, text) for number, text in enumerate(strings)
    }
    issues = []
    for number, first in enumerate(range(0, len(cards), PER_ISSUE), 1):
        issues.append(_issue(sample.SECOND, number, cards[first : first + PER_ISSUE], strings))
    day = issues[-1].last_day
    cities = [f"geonames:{number}" for number in range(len(strings))]
    return Shelf(
        issues=tuple(issues),
        cards=tuple(cards),
        sources=sources,
        health=issues[-1].health,
        overrides=tuple(
            _override(card.story_id, text, kind, day)
            for card, text, kind in zip(cards, strings, itertools.cycle(KINDS))
        ),
        ties=tuple(
            Tie(a=a, b=b, kind=TieKind.SISTER, since="1973-06-24", source=text, retrieved=day)
            for (a, b), text in zip(itertools.pairwise(sorted(cities)), strings, strict=False)
        ),
        complete_ties=tuple(
            CompleteTies(city=city, source=text, retrieved=day) for city, text in zip(cities, strings, strict=True)
        ),
    )


def _override(story_id: str, text: str, kind: OverrideKind, day: dt.date) -> Override:
    return Override(
        story_id=story_id,
        kind=kind,
        day=day,
        reason=text,
        headline={"ja": text, "en": text} if kind is OverrideKind.EDIT else {},
        note=text if kind is OverrideKind.NOTE else "",
    )


def _source(spec: SourceSpec, number: int, text: str) -> SourceSpec:
    return msgspec.structs.replace(
        spec, id=f"evil_{number}", names={"en": text, "ja": text}, home=text, family=text, note=text
    )


def _issue(issue: Issue, number: int, cards: Sequence[Card], strings: Sequence[str]) -> Issue:
    rows = [card for card in cards if card.pair and card.event]
    return msgspec.structs.replace(
        issue,
        week=f"2026-W{number:02}",
        number=number,
        leads=tuple(cards[:5]),
        regions=(RegionSection(region="europe", cards=tuple(cards[5:-5])),),
        agreements=tuple(
            Agreement(
                story_id=card.story_id,
                event_type=card.event_types[0],
                cities=card.cities,
                status=AgreementStatus.SIGNED,
            )
            for card in rows
        ),
        meetings=tuple(
            Meeting(story_id=card.story_id, a=card.cities[0], b=card.cities[1], event_type=card.event_types[0])
            for card in rows
        ),
        calendar=tuple(
            CalendarRow(story_id=card.story_id, date=card.event, cities=card.cities, networks=card.networks)
            for card in rows
            if card.event
        ),
        further=tuple(cards[-5:]),
        calls=tuple(
            Call(story_id=card.story_id, deadline=card.event, cities=card.cities) for card in rows if card.event
        ),
        anniversaries=(),
        follow_ups=(),
        background=(),
        names=tuple(card.cities[0] for card in cards),
        health=tuple(
            SourceHealth(source_id=f"gone {text}", names={"en": text}, failures=2, problem=text)
            for text in strings[:200]
        ),
    )


# ------------------------------------------------------------------------------------------------------------- the browser


class Guard:
    """A tab that notes whatever a harmless page does not do."""

    def __init__(self, browser: Browser, root: Path, *, with_policy: bool) -> None:
        self.root = root.as_uri()
        self.troubles: list[str] = []
        self.context = browser.new_context(bypass_csp=not with_policy)
        self.tab = self.context.new_page()
        self.tab.on("dialog", self._dialog)
        self.tab.on("request", self._request)
        self.tab.on("popup", lambda popup: self._note(f"opened {popup.url}"))
        self.tab.on("console", lambda message: self._note(message.text) if message.type == "error" else None)
        debugger = self.context.new_cdp_session(self.tab)
        debugger.send("Debugger.enable")
        debugger.on("Debugger.scriptParsed", self._script)

    def open(self, page: Path) -> None:
        """Opens a page, and searches it if it has a field for that."""
        self.tab.goto(page.as_uri())
        if self.tab.url != page.as_uri():
            self._note(f"went to {self.tab.url}")
        for link in self.tab.evaluate("[...document.links].map(link => link.href)"):
            if not link.startswith((f"{self.root}/", "http://", "https://", "mailto:")):
                self._note(f"links to {link}")
        field = self.tab.locator("input[type=search]")
        for text in OURS[:2] if field.count() else ():
            field.first.fill(text)
            self.tab.wait_for_timeout(300)

    def _dialog(self, dialog: Dialog) -> None:
        self._note(f"dialog {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.root}/", "data:")):
            self._note(f"asked for {request.url}")

    def _script(self, script: dict[str, Any]) -> None:
        """Scripts of the page itself carry its address; those that drive the browser have none."""
        address = str(script["url"])
        is_ours = address.startswith(f"{self.root}/") and address.endswith(".js")
        if address.startswith(("file:", "http", "data:", "blob:")) and not is_ours:
            self._note(f"ran a script at line {script['startLine']}")

    def _note(self, trouble: str) -> None:
        self.troubles.append(f"{self.tab.url.removeprefix(self.root)}: {trouble}")


@pytest.fixture(scope="module")
def strings() -> list[str]:
    """All of others' where they are present, and ours."""
    data = os.environ.get("CITY_DIGEST_EVAL_DATA") or Path(__file__).resolve().parents[2].parent / "shared" / "data"
    folder = Path(data) / "hostile"
    return list(dict.fromkeys([*OURS, *(strings_of_others(folder) if folder.is_dir() else ())]))


@pytest.fixture(scope="module")
def hostile_archive(tmp_path_factory: pytest.TempPathFactory, strings: list[str]) -> Path:
    return write_archive(tmp_path_factory.mktemp("hostile"), hostile_shelf(strings), hostile_lexicon(strings))


@pytest.fixture(params=[True, False], ids=["with its policy", "without its policy"])
def with_policy(request: pytest.FixtureRequest) -> Iterator[bool]:
    return request.param  # type: ignore[no-any-return]


def test_no_hostile_string_does_anything(hostile_archive: Path, browser: Browser, with_policy: bool) -> None:
    """Every type of page, every issue, and the page of every string's story."""
    stories = sorted(hostile_archive.glob("stories/*/en.html"))
    chosen = [*richest_pages(hostile_archive), *sorted(hostile_archive.glob("issues/*/ja.html"))]
    # Published under any address, it names its style sheet by that of the archive, where nothing is published here.
    chosen.remove(hostile_archive / "404.html")
    guard = Guard(browser, hostile_archive, with_policy=with_policy)
    for page in chosen if with_policy else [*chosen, *stories]:
        guard.open(page)
    guard.context.close()
    assert guard.troubles == []


def test_a_template_that_does_not_escape_is_caught(
    tmp_path: Path, browser: Browser, with_policy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SHIPPED, "markup", SHIPPED.markup.overlay(autoescape=False))
    write_archive(tmp_path, hostile_shelf(OURS), hostile_lexicon(OURS))
    guard = Guard(browser, tmp_path, with_policy=with_policy)
    guard.open(next(tmp_path.glob("stories/s000000000000/en.html")))
    guard.open(next(tmp_path.glob("stories/s000000000001/en.html")))
    guard.context.close()
    text = "\n".join(guard.troubles)
    if with_policy:
        assert "Content Security Policy" in text
    else:
        assert "dialog 1" in text
        assert "ran a script" in text
