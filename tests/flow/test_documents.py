"""PDFs that a listing names, from the listing to the issue: shown by their titles, marked as PDF, copies of nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.handoff import document_type, make_page, page_of_document
from crawler.spiders.listing import read_listing
from crawler.spiders.reading import select
from pipeline.config import Workspace, open_workspace
from pipeline.engines import SerialEngine
from pipeline.flow import process
from pipeline.model import ArticleClass, FetchHints, Issue, Kind, Label, Media, Selectors, SourceSpec, TaggedArticle
from pipeline.store.inbox import Inbox
from pipeline.store.library import Library
from pipeline.store.opening import open_inbox, open_library
from pipeline.weekly import compose_missing, fill_shelf, render_workspace

NOW = dt.datetime(2026, 11, 9, 1, tzinfo=dt.UTC)
SPEC = SourceSpec(
    id="yokohama",
    names={"en": "City of Yokohama", "ja": "横浜市"},
    home="https://city.example/",
    country="JP",
    languages=("ja",),
    kind=Kind.LISTING,
    start=("https://city.example/press/",),
    zone="Asia/Tokyo",
    labels=(Label.OFFICIAL,),
    selectors=Selectors(item="li", date="span"),
)
LISTING = """<html lang="ja"><meta charset="utf-8"><ul>
<li><span>11月5日</span> <a href="1105.pdf">横浜市長が姉妹都市リヨンを訪問し覚書に署名しました（PDF：210KB）</a></li>
<li><span>11月4日</span> <a href="1104.pdf">横浜市と上海市の友好都市提携記念式典を開催します（PDF：98KB）</a></li>
<li><span>11月4日</span> <a href="1104b.pdf">ごみの年末年始の収集日程（PDF：40KB）</a></li>
<li><span>11月3日</span> <a href="r08.docx">お知らせ</a></li>
<li><span>11月2日</span> <a href="r07.docx">お知らせ</a></li></ul></html>"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    contact = '[mail]\ncontact = "editors@city.example"\n'
    (tmp_path / "city-digest.toml").write_text(contact, encoding="utf-8")
    return open_workspace(tmp_path, environment={}, flags={"digest.now": NOW.isoformat()})


@pytest.fixture
def stores(workspace: Workspace) -> Iterator[tuple[Inbox, Library]]:
    inbox, library = open_inbox(workspace), open_library(workspace)
    inbox.save_source(SPEC, SPEC.start)
    for link in select(
        read_listing(LISTING.encode(), SPEC.start[0], SPEC.selectors or Selectors(item="")), SPEC, SPEC.start[0]
    ):
        inbox.save_page(page_of_document(link, document_type(link.url), NOW))
    yield inbox, library
    inbox.engine.dispose()
    library.engine.dispose()


def articles(library: Library) -> list[TaggedArticle]:
    """In the order of the listing."""
    ids = [member.article_id for story in library.stories() for member in story.members]
    return sorted(library.articles(ids).values(), key=lambda tagged: tagged.article.url, reverse=True)


def run(stores: tuple[Inbox, Library]) -> dict[str, int]:
    done = process(*stores, SerialEngine(), None, now=NOW, retention=dt.timedelta(days=90))
    return {**done.kept, **done.set_back, "copies": done.copies, "stories": done.stories}


def test_relevance_language_and_date_come_from_the_listing_alone(stores: tuple[Inbox, Library]) -> None:
    assert run(stores) == {"news": 2, "off_topic": 3, "copies": 0, "stories": 2}
    lyon, shanghai = articles(stores[1])
    assert lyon.article.title == "横浜市長が姉妹都市リヨンを訪問し覚書に署名しました"
    assert (lyon.article.media, lyon.article.text, lyon.article.language) == (Media.PDF, "", "ja")
    assert lyon.article.published
    assert lyon.article.published.day == dt.date(2026, 11, 5)
    assert lyon.relevance.article_class is shanghai.relevance.article_class is ArticleClass.NEWS


def test_a_second_run_derives_nothing(stores: tuple[Inbox, Library]) -> None:
    run(stores)
    assert run(stores) == {"copies": 0, "stories": 0}


def test_documents_under_one_title_are_no_copies_and_a_page_on_the_same_is_shown_first(
    stores: tuple[Inbox, Library], workspace: Workspace
) -> None:
    inbox, library = stores
    title = "横浜市長が姉妹都市リヨンを訪問し覚書に署名しました"
    text = (
        "横浜市の市長は11月4日、姉妹都市リヨンの市長と会談し、気候変動対策に関する覚書に署名しました。",
        "両市は1959年に姉妹都市提携を結び、若者の相互派遣や港を生かしたまちづくりで協力を続けてきました。",
        "市長は市内の小学校も訪れ、横浜の児童が描いた絵を子どもたちに手渡しました。",
    )
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in text)
    body = f'<html lang="ja"><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>{paragraphs}</body></html>'
    listed = FetchHints(title=title, published="2026-11-06", published_from="listing")
    for name, kind, content in (("1106.pdf", "application/pdf", b""), ("1106.html", "text/html", body.encode())):
        headers = (("content-type", kind),)
        inbox.save_page(
            make_page("yokohama", f"https://city.example/press/{name}", content, headers, listed, fetched_at=NOW)
        )
    assert run(stores)["copies"] == 0
    card = next(card for card in fill_shelf(workspace, library, ()).cards if len(card.sources) > 1)
    assert [source.media for source in card.sources] == [Media.PAGE, Media.PDF, Media.PDF]
    assert [source.copies for source in card.sources] == [(), (), ()]


def test_readers_see_that_it_is_a_pdf(stores: tuple[Inbox, Library], workspace: Workspace) -> None:
    run(stores)
    library = stores[1]
    issue: Issue = compose_missing(workspace, library, ())[-1]
    render_workspace(workspace, fill_shelf(workspace, library, ()))
    for edition in ("ja", "en"):
        page = (workspace.archive / "issues" / issue.week / f"{edition}.html").read_text(encoding="utf-8")
        assert page.count('<span class="label">PDF</span>') == 2
        assert page.count("https://city.example/press/1105.pdf") >= 1
        assert "PDF：" not in page
