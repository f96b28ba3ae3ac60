"""Reads a source's recorded pages with its rules, and holds what they give against what its file promises."""

from __future__ import annotations

import datetime as dt

from parsel import Selector

from crawler.curation.probing import summarise
from crawler.curation.samples import Recording, folder_of, load_recording
from crawler.spiders.links import read_links
from crawler.spiders.reading import Unreadable
from pipeline.config import Workspace
from pipeline.errors import ConfigurationError
from pipeline.model import Frozen, SourceSpec

_UTF8 = {"xml": "application/xml; charset=utf-8", "json": "application/json", "html": "text/html; charset=utf-8"}


class Checked(Frozen, frozen=True, kw_only=True):
    """What a source's rules find in its recorded page."""

    id: str
    recorded_on: dt.date
    items: int
    dated: float  # share of the items whose date can be read
    links_on_page: int
    breaches: tuple[str, ...] = ()  # of what was there when it was recorded, and of what the file expects


def check_recording(workspace: Workspace, spec: SourceSpec) -> Checked | None:
    """None for a source without a recording. Raises ConfigurationError for a damaged one."""
    recording = load_recording(workspace.sources, spec.id)
    if recording is None:
        return None
    folder = folder_of(workspace.sources, spec.id)
    try:
        body = (folder / recording.page).read_bytes()
        article = (folder / recording.article).read_bytes() if recording.article else b""
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename} cannot be read: {error.strerror}. Record {spec.id} again."
        ) from error
    return judge(spec, recording, body, article)


def judge(spec: SourceSpec, recording: Recording, body: bytes, article: bytes = b"") -> Checked:
    """Pure: the recorded page and article as bytes."""
    now = dt.datetime.combine(recording.recorded_on, dt.time(23, 59), dt.UTC)
    links = count_links(body) if recording.page.endswith("html") else 0
    content_type = content_type_of(recording.page)
    try:
        reading = read_links(body, recording.url, spec, content_type)
    except Unreadable as error:
        return Checked(
            id=spec.id,
            recorded_on=recording.recorded_on,
            items=0,
            dated=0,
            links_on_page=links,
            breaches=(error.detail,),
        )
    offer = summarise(reading, spec, recording.url, now, most=spec.max_items)
    breaches = []
    if offer.items < recording.items:
        breaches.append(f"{offer.items} items are found; there were {recording.items} when it was recorded")
    if offer.dated < recording.dated:
        breaches.append(f"{offer.dated} dates are read; there were {recording.dated} when it was recorded")
    days = sorted(dt.datetime.fromisoformat(item.day) for item in offer.sample if item.day)
    breaches += _breaches(spec, days, now)
    shown = len(
        " ".join("".join(Selector(text=article.decode("utf-8", "replace")).xpath("//body//text()").getall()).split())
    )
    if article and shown < spec.expect.min_chars:
        breaches.append(f"expect.min_chars is {spec.expect.min_chars}; all text of the recorded article has {shown}")
    return Checked(
        id=spec.id,
        recorded_on=recording.recorded_on,
        items=offer.items,
        dated=offer.dated / offer.items if offer.items else 0.0,
        links_on_page=links,
        breaches=tuple(breaches),
    )


def _breaches(spec: SourceSpec, days: list[dt.datetime], now: dt.datetime) -> list[str]:
    if not days:
        return []
    found = []
    age = (now - days[-1]).days
    if age > spec.expect.max_age_days:
        found.append(
            f"expect.max_age_days is {spec.expect.max_age_days}; the newest item was {age} days old when recorded"
        )
    span = (days[-1] - days[0]).total_seconds() / 604_800
    # Below a week, or with two items, a rate would be chance.
    if len(days) >= 3 and span >= 1:
        rate, (least, most) = (len(days) - 1) / span, spec.expect.articles_per_week
        if not least <= rate <= most:
            found.append(f"expect.articles_per_week is {least} to {most}; the page has {rate:.1f} a week")
    return found


def count_links(body: bytes) -> int:
    """Different addresses that a page links to."""
    return len(set(Selector(text=body.decode("utf-8", "replace"), type="html").css("a::attr(href)").getall()))


def content_type_of(name: str) -> str:
    """Of a recorded page, which is always kept in UTF-8."""
    return _UTF8[name.rpartition(".")[2]]
