"""Scores the dates of real feeds, from their bytes to the article, against a table written by hand.

The table, written/feed_dates.jsonl, has one line a file: which zone its source would declare, when it was fetched, and every form
in which its items state a date, with how many do. A form is a regular expression whose groups are the parts of a date: so the
right value is read from the string here, by another rule than the pipeline's. Beside it stands what a careful reader makes of it:

- `"precision": "minute"` or `"day"` with `"zone_stated": true`: the moment or day is exactly what the string says;
- `"zone_stated": false`: the wall clock is what the string says, and the zone is the source's own, marked as assumed;
- `"precision": null`: nothing says when the item was published, and no date may be given.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bench.material import Row, make_document, make_source, read_rows
from crawler.spiders.feed import read_feed
from pipeline.identify import identify
from pipeline.model import Article, FetchHints, FuzzyDate

TABLE = Path(__file__).parent / "written" / "feed_dates.jsonl"
Scores = dict[str, float]

_ITEM = re.compile(r"<(?P<name>item|entry)[\s>].*?</(?P=name)>", re.DOTALL)
_LINK = re.compile(r"<link(?:>\s*[^<\s]|[^>]*href=)")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}


def dates(data: Path, faults: list[str]) -> Scores:
    """The share of items whose date is right, or marked uncertain where nobody could tell."""
    folder, table = data / "feeds", read_rows(TABLE)
    unknown = {file.name for file in folder.iterdir()} - {row["file"] for row in table}
    faults += [f"{name} is not in the table" for name in sorted(unknown)]
    counts: Counter[bool] = Counter({False: len(unknown)})
    for row in table:
        counts.update(_judge(row, (folder / row["file"]).read_bytes(), faults))
    return {"items": counts[True] / counts.total()}


def _judge(row: Row, body: bytes, faults: list[str]) -> Iterator[bool]:
    """Of every item of one feed, whether its date is as the table says; one more False if the table or the reader lost an item."""
    stated = list(_stated(row, body))
    found = read_feed(body).found
    seen: Counter[str] = Counter()
    for raw, item in zip(stated, found, strict=False):
        form = next((form for form in row["forms"] if re.fullmatch(form["form"], raw)), None)
        got = _published(item.hints, row)
        right = form is not None and _is_right(form, raw, got, row)
        if form is not None:
            seen[form["form"]] += 1
        if not right:
            faults.append(f"{row['file']} {raw!r} is {_said(got)}")
        yield right
    counted = {form["form"]: form["items"] for form in row["forms"]}
    if seen != counted or len(stated) != len(found):
        faults.append(f"{row['file']} has {len(stated)} items, {len(found)} were read, of the forms {dict(seen)}")
        yield False


def _stated(row: Row, body: bytes) -> Iterator[str]:
    """The date strings of the items that have a link, in order, "" where one states none."""
    if row["file"].endswith(".json"):
        yield from (item.get(row["tag"], "") for item in json.loads(body)["items"])
        return
    tag = re.compile(rf"<{row['tag']}>(.*?)</{row['tag']}>", re.DOTALL)
    for item in _ITEM.finditer(body.decode("latin-1")):  # dates are ASCII in every one of them
        if _LINK.search(item[0]):
            date = tag.search(item[0])
            yield date[1].strip() if date else ""


def _published(hints: FetchHints, row: Row) -> FuzzyDate | None:
    """What identify makes of a page of which only the feed says when it was published."""
    document = make_document({"id": row["file"], "title": hints.title, "text": hints.summary})
    fetched = dt.datetime.fromisoformat(row["fetched"])
    article = identify(replace(document, hints=hints, fetched_at=fetched), make_source("feed", zone=row["zone"]))
    return article.published if isinstance(article, Article) else None


def _is_right(form: Row, raw: str, got: FuzzyDate | None, row: Row) -> bool:
    if form["precision"] is None or got is None:
        return form["precision"] is None and got is None
    marks = (got.precision.value, got.zone_stated) == (form["precision"], form["zone_stated"])
    wanted = _moment(form["form"], raw, ZoneInfo(row["zone"]), believed=form["zone_stated"])
    return marks and got.value == wanted and got.day == wanted.date()


def _moment(form: str, raw: str, zone: ZoneInfo, *, believed: bool) -> dt.datetime:
    """The moment that a string of a form states, with the zone in it if that is believed."""
    match = re.fullmatch(form, raw)
    assert match is not None
    part = {"hour": "0", "minute": "0", "second": "0", "offset": ""} | match.groupdict()
    month = _MONTHS.get(part["month"].casefold()) or int(part["month"])
    wall = dt.datetime.combine(
        dt.date(int(part["year"]), month, int(part["day"])),
        dt.time(int(part["hour"]), int(part["minute"]), int(part["second"])),
    )
    return wall.replace(tzinfo=_offset(part["offset"]) if believed else zone)


def _offset(written: str) -> dt.tzinfo:
    """Z and GMT alone are zero; else a sign, hours, and perhaps minutes."""
    match = re.fullmatch(r"(?:GMT|Z)?(?:([+-])(\d\d?):?(\d\d)?)?", written)
    assert match is not None
    minutes = int(match[2] or 0) * 60 + int(match[3] or 0)
    return dt.timezone(dt.timedelta(minutes=-minutes if match[1] == "-" else minutes))


def _said(date: FuzzyDate | None) -> str:
    if date is None:
        return "undated"
    return f"{date.value.isoformat()}, by the {date.precision}, zone {'stated' if date.zone_stated else 'assumed'}"
