"""Archives: saved pages, texts and WARC files, read without a network into the inbox."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.run import main
from crawler.spiders.archive import archive_files, read_archive
from crawler.spiders.reading import Unreadable
from pipeline.errors import Reason
from pipeline.model import Kind, RawPage, SourceSpec
from pipeline.store.database import open_engine
from pipeline.store.inbox import Inbox

NOW = dt.datetime(2026, 11, 8, 21, 0, tzinfo=dt.UTC)
SPEC = SourceSpec(
    id="saved",
    names={"en": "Saved"},
    home="https://city.example/",
    country="JP",
    languages=("ja",),
    kind=Kind.ARCHIVE,
    start=("pages",),
)
MIB = 1024 * 1024


def read(file: Path, spec: SourceSpec = SPEC, name: str = "") -> list[RawPage]:
    return list(read_archive(file, name or file.name, spec, NOW, MIB))


def test_a_saved_page_is_known_by_the_address_it_states(tmp_path: Path) -> None:
    canonical, graph, silent = tmp_path / "1.html", tmp_path / "2.htm", tmp_path / "3.html"
    canonical.write_text('<html><link rel="canonical" href="https://City.example/a?utm_source=x">', encoding="utf-8")
    graph.write_text('<html><meta property="og:url" content="https://city.example/b">', encoding="utf-8")
    silent.write_text("<html><p>text", encoding="utf-8")
    pages = [read(file)[0] for file in (canonical, graph, silent)]
    assert [page.url for page in pages] == [
        "https://city.example/a",
        "https://city.example/b",
        "urn:city-digest:archive:saved:3.html",
    ]
    assert {page.fetched_at for page in pages} == {NOW}
    assert pages[0].header("content-type") == "text/html"
    assert pages[0].body == canonical.read_bytes()


def test_a_text_becomes_utf_8_with_an_address_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "記事.txt"
    file.write_bytes("題名\n\n天津市で都市対話が開かれた。".encode("cp932"))
    (page,) = read(file, name="2025/記事.txt")
    assert page.url == "urn:city-digest:archive:saved:2025/記事.txt"
    assert page.header("content-type") == "text/plain; charset=utf-8"
    assert page.body.decode() == "題名\n\n天津市で都市対話が開かれた。"


def test_a_sidecar_tells_what_the_file_cannot(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("text", encoding="utf-8")
    (tmp_path / "a.toml").write_text(
        'url = "https://city.example/a"\npublished = 2025-07-08\ntitle = "題名"\nlanguage = "ja"', encoding="utf-8"
    )
    (page,) = read(file)
    assert page.url == "https://city.example/a"
    assert (page.hints.title, page.hints.published, page.hints.published_from, page.hints.language) == (
        "題名",
        "2025-07-08",
        "sidecar",
        "ja",
    )


@pytest.mark.parametrize(
    ("text", "sentence"), [("publishd = 1", "did you mean published"), ("url = ", "cannot be read as TOML")]
)
def test_a_wrong_sidecar_is_told(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "a.txt").write_text("text", encoding="utf-8")
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable, match=sentence):
        read(tmp_path / "a.txt")


def write_warc(file: Path, *, gzipped: bool) -> None:
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=gzipped)
        for url, kind, status, body, encoding in [
            ("https://city.example/a", "text/html; charset=utf-8", "200 OK", "<p>天津".encode(), ""),
            ("https://city.example/b", "text/html", "200 OK", gzip.compress(b"<p>packed"), "gzip"),
            ("https://city.example/c", "image/png", "200 OK", b"png", ""),
            ("https://city.example/d", "text/html", "404 Not Found", b"gone", ""),
            ("https://city.example/e", "text/html", "200 OK", bytes(2 * MIB), ""),
            ("dns:city.example", "text/html", "200 OK", b"x", ""),
        ]:
            headers = [("Content-Type", kind), ("X-Robots-Tag", "noarchive"), ("Set-Cookie", "secret=1")]
            headers += [("Content-Encoding", encoding)] if encoding else []
            record = writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(body),
                length=len(body),
                http_headers=StatusAndHeaders(status, headers, protocol="HTTP/1.1"),
                warc_headers_dict={"WARC-Date": "2025-07-09T01:02:03Z"},
            )
            writer.write_record(record)


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz"])
def test_a_warc_gives_its_html_answers_as_of_when_they_were_fetched(tmp_path: Path, name: str) -> None:
    write_warc(tmp_path / name, gzipped=name.endswith("gz"))
    pages = read(tmp_path / name)
    assert [(page.url, page.body) for page in pages] == [
        ("https://city.example/a", "<p>天津".encode()),
        ("https://city.example/b", b"<p>packed"),
    ]
    assert pages[0].fetched_at == dt.datetime(2025, 7, 9, 1, 2, 3, tzinfo=dt.UTC)
    assert pages[0].headers == (("content-type", "text/html; charset=utf-8"), ("x-robots-tag", "noarchive"))


@pytest.mark.parametrize("gzipped", [True, False])
def test_a_warc_that_was_cut_off_gives_what_is_whole_and_says_so(tmp_path: Path, gzipped: bool) -> None:
    file = tmp_path / "cut.warc"
    write_warc(file, gzipped=gzipped)
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])  # in the middle of the large record
    pages = []
    with pytest.raises(Unreadable, match="ends in the middle of"):
        pages.extend(iter_into(pages, file))
    assert [page.url for page in pages] == ["https://city.example/a", "https://city.example/b"]


def iter_into(pages: list[RawPage], file: Path) -> list[RawPage]:
    for page in read_archive(file, file.name, SPEC, NOW, 4 * MIB):
        pages.append(page)  # noqa: PERF402 - what came before the exception is wanted
    return []


@pytest.mark.parametrize("body", [b"", b"this is no WARC file\r\n\r\n", b"WARC/1.0\r\nWARC-Type: response\r\n\r\n"])
def test_what_is_no_warc_is_told(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "bad.warc").write_bytes(body)
    with pytest.raises(Unreadable) as caught:
        read(tmp_path / "bad.warc")
    assert caught.value.reason is Reason.BAD_FILE


def test_a_start_is_a_file_or_a_folder_beside_the_sources_file(tmp_path: Path) -> None:
    for name in ("pages/b.html", "pages/sub/a.txt", "pages/notes.md", "pages/a.toml"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    origin = tmp_path / "saved.toml"
    assert [name for _, name in archive_files("pages", origin)] == ["b.html", "sub/a.txt"]
    assert [name for _, name in archive_files(str(tmp_path / "pages" / "b.html"), origin)] == ["b.html"]
    for missing in ("nowhere", "pages/none"):
        with pytest.raises(Unreadable):
            archive_files(missing, origin)


def test_include_and_exclude_hold_for_archives(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text", encoding="utf-8")
    assert (
        read(
            tmp_path / "a.txt",
            SourceSpec(**{name: getattr(SPEC, name) for name in SPEC.__struct_fields__} | {"exclude": "a.txt"}),
        )
        == []
    )


def test_a_crawl_of_an_archive_fills_the_inbox_and_reads_only_what_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "city-digest.toml").write_text(
        '[crawl]\ncontact = "mailto:digest@city.example"\n[digest]\nnow = "2026-11-09T06:00:00+09:00"', encoding="utf-8"
    )
    folder = tmp_path / "sources.d" / "texts"
    folder.mkdir(parents=True)
    for name in "ab":
        (folder / f"{name}.txt").write_text(f"{name}\n\ntext", encoding="utf-8")
    (tmp_path / "sources.d" / "saved.toml").write_text(
        'names = { en = "Saved" }\nhome = "https://city.example/"\ncountry = "JP"\nlanguages = ["ja"]\nkind = "archive"\nstart = ["texts"]\nstate = "active"',
        encoding="utf-8",
    )

    def crawl() -> dict[str, int]:
        assert main(["--workspace", str(tmp_path)]) == 0
        report = json.loads(capsys.readouterr().out)
        return {key: report["total"][key] for key in ("pages", "pages_new", "not_modified")}

    assert crawl() == {"pages": 2, "pages_new": 2, "not_modified": 0}
    assert crawl() == {"pages": 0, "pages_new": 0, "not_modified": 2}
    (folder / "b.txt").write_text("b\n\nlonger text", encoding="utf-8")
    assert crawl() == {"pages": 1, "pages_new": 1, "not_modified": 1}
    inbox = Inbox(open_engine(f"sqlite:///{tmp_path}/state/inbox.sqlite"))
    bodies = sorted(page.body.decode() for page in inbox.pages(inbox.page_hashes()))
    assert bodies == ["a\n\ntext", "b\n\nlonger text"]
    inbox.engine.dispose()
