"""What people do with sources that asks nobody: looking, checking, choosing, exchanging lists."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from crawler.catalogue import SHIPPED, load_catalogue
from crawler.curation.actions import main, owner_of
from crawler.curation.probing import Seen
from crawler.curation.samples import Recording, Sample, save_recording, save_sample
from pipeline.config import open_workspace
from pipeline.model import Kind, SourceState
from pipeline.store.inbox import Inbox, Link
from pipeline.store.opening import open_inbox

FILE = 'names = {{ en = "{0}" }}\nhome = "https://{0}.example/"\ncountry = "FR"\nlanguages = ["fr"]\nkind = "feed"\nstart = ["https://{0}.example/feed"]\n'


class Desk:
    """A workspace with a source of its own, and somebody who works with it."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.capsys = root, capsys
        (root / "sources.d").mkdir()
        (root / "city-digest.toml").write_text('[digest]\nnow = "2026-11-09T06:00:00+09:00"\n', encoding="utf-8")
        self.source("mine")

    def source(self, source_id: str, more: str = "") -> Path:
        file = self.root / "sources.d" / f"{source_id}.toml"
        file.write_text(FILE.format(source_id) + more, encoding="utf-8")
        return file

    def do(self, action: str, *words: str) -> tuple[int, dict[str, Any], str]:
        code = main([action, *words, "--workspace", str(self.root)])
        output, errors = self.capsys.readouterr()
        return code, json.loads(output) if output else {}, errors

    def state(self, source_id: str) -> SourceState:
        return load_catalogue(self.root / "sources.d")[source_id].spec.state

    def seen(self, source_id: str, start: str = "") -> None:
        sample = Sample(
            source_id=source_id,
            kind=Kind.FEED,
            start=start or f"https://{source_id}.example/feed",
            seen_on=dt.date(2026, 11, 8),
            items=2,
            dated=1,
            sample=(Seen(url="https://mine.example/1"),),
        )
        save_sample(self.root / "sources.d", sample)

    def recorded(self, source_id: str, items: int = 1) -> None:
        """A recorded page with one item."""
        item = "<item><title>A pact</title><link>https://mine.example/1</link></item>"
        page = f"<rss version='2.0'><channel><title>N</title>{item}</channel></rss>"
        recording = Recording(
            source_id=source_id,
            kind=Kind.FEED,
            start=f"https://{source_id}.example/feed",
            url=f"https://{source_id}.example/feed",
            content_type="application/xml; charset=utf-8",
            recorded_on=dt.date(2026, 11, 8),
            items=items,
            dated=0,
            page="start.xml",
        )
        save_recording(self.root / "sources.d", recording, {"start.xml": page})

    @property
    def inbox(self) -> Inbox:
        return open_inbox(open_workspace(self.root))


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def test_the_list_holds_shipped_sources_and_ones_own(desk: Desk) -> None:
    code, report, _ = desk.do("list")

    assert code == 0
    rows = {row["id"]: row for row in report["sources"]}
    assert len(rows) == len(list(SHIPPED.glob("*/*.toml"))) + 1
    assert rows["mine"] | {"labels": [], "family": ""} == rows["mine"]
    assert (rows["mine"]["state"], rows["mine"]["evidence"], rows["mine"]["problem"]) == ("candidate", "unstated", "")


def test_hosts_that_searches_led_to_are_proposed_unless_a_source_reads_them(desk: Desk) -> None:
    links = [
        "https://www.mine.example/a",
        "https://other.example/a",
        "https://other.example/b",
        "https://bad.example/x",
    ]
    (desk.root / "sources.d" / "denied.toml").write_text('[[denied]]\nhost = "bad.example"\nwhy = "copies others"\n')
    desk.inbox.save_proposals(
        "query", [Link(url=url, source_id="query") for url in links], dt.datetime(2026, 11, 8, tzinfo=dt.UTC)
    )

    _, report, _ = desk.do("proposals")

    assert [(row["host"], row["links"], bool(row["denied"])) for row in report["proposals"]] == [
        ("other.example", 2, False),
        ("bad.example", 1, True),
    ]


def test_show_says_of_every_key_where_it_stands(desk: Desk) -> None:
    shipped = next(iter(sorted(SHIPPED.glob("*/*.toml"))))
    own = desk.root / "sources.d" / shipped.name
    own.write_text('state = "dead"\n', encoding="utf-8")
    desk.seen("mine")

    _, report, _ = desk.do("show", shipped.stem)
    assert report["keys"]["state"] == {"value": "dead", "origin": str(own)}
    assert report["keys"]["names"]["origin"] == str(shipped)
    assert report["keys"]["verify_tls"] == {"value": True, "origin": ""}
    _, report, _ = desk.do("show", "mine")
    assert (report["sample"]["items"], report["recording"], report["health"]) == (2, None, None)

    code, _, errors = desk.do("show", "mime")
    assert code == 78
    assert "Did you mean mine?" in errors


def test_check_tells_of_every_fault_at_once(desk: Desk) -> None:
    assert desk.do("check")[:1] == (0,)
    desk.source("two", 'zone = "Asia/Tokio"\ndelay_s = 900\n')
    desk.source("three", "wibble = 1\n")

    code, report, _ = desk.do("check")

    assert code == 78
    assert [(Path(found["file"]).name, found["key"]) for found in report["problems"]] == [
        ("three.toml", "wibble"),
        ("two.toml", "zone"),
        ("two.toml", "delay_s"),
    ]
    assert report["files"] == len(list(SHIPPED.glob("*/*.toml"))) + 3
    assert desk.do("check", "mine")[0] == 0  # nothing is wrong with that one
    assert desk.do("check", "nine")[0] == 78


def test_a_check_of_one_source_tells_of_a_broken_deny_list_too(desk: Desk) -> None:
    (desk.root / "sources.d" / "denied.toml").write_text("[[denied", encoding="utf-8")

    for words in ((), ("mine",)):
        code, report, _ = desk.do("check", *words)
        assert code == 78
        assert [Path(found["file"]).name for found in report["problems"]] == ["denied.toml"]


def test_a_check_passes_over_what_editors_leave(desk: Desk) -> None:
    (desk.root / "sources.d" / ".#mine.toml").write_text("somebody@host.1234", encoding="utf-8")

    code, report, _ = desk.do("check")

    assert (code, report["problems"]) == (0, [])
    assert report["files"] == len(list(SHIPPED.glob("*/*.toml"))) + 1


def test_recordings_are_checked_whatever_is_wrong_with_other_files(desk: Desk) -> None:
    desk.recorded("mine", items=3)
    desk.recorded("torn", items=3)
    desk.source("torn", "wibble = 1\n")
    desk.source("spoilt")
    desk.recorded("spoilt")
    (desk.root / "sources.d" / "recorded" / "spoilt" / "recording.json").write_text("{", encoding="utf-8")

    code, report, _ = desk.do("check", "mine")
    assert (code, report["problems"]) == (3, [])
    assert report["recordings"][0]["breaches"] == ["1 items are found; there were 3 when it was recorded"]
    code, report, _ = desk.do("check")
    assert code == 78
    assert [found["id"] for found in report["recordings"]] == ["mine"]
    assert [(Path(found["file"]).name, found["key"]) for found in report["problems"]] == [
        ("torn.toml", "wibble"),
        ("spoilt.toml", ""),
    ]


def test_only_what_was_seen_here_is_switched_on(desk: Desk) -> None:
    code, _, errors = desk.do("enable", "mine")
    assert (code, desk.state("mine")) == (78, SourceState.CANDIDATE)
    assert "city-digest source probe mine" in errors

    desk.seen("mine", "https://mine.example/old-feed")
    assert desk.do("enable", "mine")[0] == 78  # proof of another address
    desk.seen("mine")
    code, report, _ = desk.do("enable", "mine")
    assert (code, desk.state("mine")) == (0, SourceState.ACTIVE)
    assert report["enabled"][0]["show"] == "abstract"

    assert desk.do("disable", "mine")[1]["disabled"] == [{"id": "mine", "was": "active"}]
    assert desk.state("mine") is SourceState.CANDIDATE
    assert desk.do("enable", "mine", "--unprobed")[0] == 0


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('state = "declined"\n[terms]\nnote = "asked us to stop"\n', "asked us to stop"),
        ('[selectors]\nitem = "li"\n', ""),
    ],
)
def test_leave_is_not_given_by_a_flag(desk: Desk, more: str, says: str) -> None:
    desk.source("mine", more)
    code, _, errors = desk.do("enable", "mine", "--unprobed")
    assert code == (78 if says else 0)
    assert says in errors


def test_a_listing_without_rules_and_a_page_that_is_read_already_stay_off(desk: Desk) -> None:
    listing = desk.source("listing")
    listing.write_text(listing.read_text(encoding="utf-8").replace('"feed"', '"listing"'), encoding="utf-8")
    code, _, errors = desk.do("enable", "listing", "--unprobed")
    assert code == 78
    assert "source probe listing --save listing" in errors

    twin = desk.source("twin")
    twin.write_text(FILE.format("mine"), encoding="utf-8")
    assert desk.do("enable", "mine", "--unprobed")[0] == 0
    code, _, errors = desk.do("enable", "twin", "--unprobed")
    assert code == 78
    assert "is read by mine already" in errors


def test_all_sources_are_switched_on_or_none(desk: Desk) -> None:
    desk.seen("mine")
    desk.source("other")

    code, _, errors = desk.do("enable", "mine", "other")

    assert code == 78
    assert "Nothing was changed" in errors
    assert desk.state("mine") is SourceState.CANDIDATE


def test_two_sources_of_one_page_are_not_switched_on_together(desk: Desk) -> None:
    twin = desk.source("twin")
    twin.write_text(FILE.format("mine"), encoding="utf-8")

    code, _, errors = desk.do("enable", "mine", "twin", "--unprobed")

    assert code == 78
    assert "twin: https://mine.example/feed is read by mine already. Choose one of them." in errors
    assert [desk.state(source_id) for source_id in ("mine", "twin")] == [SourceState.CANDIDATE] * 2
    assert desk.do("enable", "mine", "mine", "--unprobed")[0] == 0


def test_what_an_active_source_may_not_be_is_said_before_it_is_active(desk: Desk) -> None:
    file = desk.source("mine")
    file.write_text(file.read_text(encoding="utf-8").replace("/feed", "/%3Cuser%3E/feed"), encoding="utf-8")

    code, _, errors = desk.do("enable", "mine", "--unprobed")

    assert code == 78
    assert "put your own address in" in errors
    assert desk.state("mine") is SourceState.CANDIDATE


def test_an_article_of_a_source_that_needs_a_browser_waits_for_one(desk: Desk) -> None:
    desk.source("mine", "javascript = true\n")

    code, _, errors = desk.do("add", "https://mine.example/story")

    assert code == 78
    assert "mine cannot be asked. Its pages need JavaScript" in errors
    assert desk.inbox.link_state("https://mine.example/story") == {}


def test_lists_of_feed_readers_go_in_and_out(desk: Desk) -> None:
    (desk.root / "list.opml").write_text(
        '<opml version="2.0"><body><outline text="Port Gazette" xmlUrl="https://port.example/feed"/>'
        '<outline text="Mine" xmlUrl="https://mine.example/feed"/></body></opml>',
        encoding="utf-8",
    )
    code, report, _ = desk.do("import", str(desk.root / "list.opml"))
    assert code == 0
    assert [Path(file).name for file in report["written"]] == ["port_gazette.toml"]
    assert "mine" in report["skipped"][0]["why"]

    desk.do("enable", "mine", "--unprobed")
    _, report, _ = desk.do("export", "--state", "active")
    assert "https://mine.example/feed" in report["opml"]
    assert "port.example" not in report["opml"]
    assert report["sources"] == 1
    assert desk.do("import", str(desk.root / "none.opml"))[0] == 78


def test_an_article_belongs_to_the_nearest_source(desk: Desk) -> None:
    for source_id, home in (
        ("fr", "https://www.port.example/fr/news/"),
        ("en", "https://www.port.example/en/"),
        ("sub", "https://en.port.example/"),
    ):
        file = desk.source(source_id, 'labels = ["press"]\n')
        file.write_text(
            file.read_text(encoding="utf-8").replace(f"https://{source_id}.example/", home), encoding="utf-8"
        )
    query = desk.source("query", 'labels = ["query"]\nterms = { show = "title_only" }\n')
    query.write_text(query.read_text(encoding="utf-8").replace("query.example", "search.example"), encoding="utf-8")
    catalogue = load_catalogue(desk.root / "sources.d")

    def owner(url: str) -> str:
        found = owner_of(catalogue, url)
        return found.spec.id if found else ""

    assert owner("https://port.example/fr/news/1.html") == "fr"
    assert owner("https://port.example/en/a/1.html") == "en"
    assert owner("https://live.en.port.example/x") == "sub"
    assert owner("https://airport.example/x") == ""
    assert owner("https://search.example/x") == ""


def test_a_damaged_sample_says_what_to_do(desk: Desk) -> None:
    desk.seen("mine")
    file = desk.root / "sources.d" / "recorded" / "mine" / "sample.json"
    file.write_text("{", encoding="utf-8")

    code, _, errors = desk.do("enable", "mine")

    assert code == 78
    assert "probe the source again" in errors
