"""Reads the posts of a WordPress site from its REST interface (developer.wordpress.org/rest-api/reference/posts)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.spiders.reading import (
    DATE_CHARS,
    MAX_ITEMS,
    SUMMARY_CHARS,
    TITLE_CHARS,
    Found,
    Reading,
    Unreadable,
    plain,
    read_json,
)
from pipeline.errors import Reason
from pipeline.model import FetchHints
from pipeline.text.clean import clean_text

PER_PAGE = 50  # WordPress gives at most 100; no site of ours publishes 50 posts between two crawls
_FIELDS = "date,date_gmt,excerpt,lang,link,title"
_NO_DATE = "0000"  # how WordPress writes the date_gmt of what was never published


def posts_address(start: str) -> str:
    """The address to ask for the newest posts.

    Args:
        start: the site's home, its wp-json, or an address of posts. What its query says (`categories=7`, `lang=ja`, `rest_route=...`) stays.
    """
    parts = urlsplit(start)
    query = parse_qsl(parts.query, keep_blank_values=True)
    named = dict(query)
    path = parts.path
    if "rest_route" not in named and "/wp/v2/" not in path:
        path = f"{path.rstrip('/').removesuffix('/wp-json')}/wp-json/wp/v2/posts"
    fields = f"{_FIELDS},_links,_embedded" if "_embed" in named else _FIELDS
    wanted = {"per_page": str(PER_PAGE), "orderby": "date", "order": "desc", "_fields": fields}
    query += [(name, value) for name, value in wanted.items() if name not in named]
    return urlunsplit((parts.scheme, parts.netloc, path or "/", urlencode(query, safe=",/"), ""))


def read_wordpress(body: bytes, url: str, content_type: str = "") -> Reading:
    """The posts of an answer with their dates, titles and excerpts, in its order.

    `published` is date_gmt, marked as UTC, else `date`, which is in the site's own zone. Authors are known only where the source asks
    for them (`_embed=author`), the language only on sites with a plug-in for it.

    Args:
        url: the answer's own address, for the complaint.

    Raises:
        Unreadable: it is no list of posts; a WordPress error is told in its own words.
    """
    answer = read_json(body, content_type)
    if isinstance(answer, dict) and "code" in answer:
        message = plain(_text(answer, "message"), TITLE_CHARS)
        raise Unreadable(Reason.BAD_FEED, f"WordPress says {plain(str(answer['code']), TITLE_CHARS)}: {message}")
    if not isinstance(answer, list):
        raise Unreadable(Reason.BAD_FEED, f"{url} is no list of posts")
    posts = [post for post in answer[:MAX_ITEMS] if isinstance(post, dict) and _text(post, "link")]
    if answer and not posts:
        raise Unreadable(Reason.BAD_FEED, f"{url} is a list, but none of its items is a post with a link")
    return Reading(found=tuple(_found(post) for post in posts))


def _found(post: dict[str, Any]) -> Found:
    date = _date(post)
    return Found(
        url=_text(post, "link"),
        hints=FetchHints(
            title=plain(_rendered(post, "title"), TITLE_CHARS),
            published=date,
            published_from="api" if date else "",
            summary=plain(_rendered(post, "excerpt"), SUMMARY_CHARS),
            authors=_authors(post),
            language=clean_text(_text(post, "lang"), limit=35),
        ),
    )


def _date(post: dict[str, Any]) -> str:
    universal = clean_text(_text(post, "date_gmt"), limit=DATE_CHARS)
    if universal and not universal.startswith(_NO_DATE):
        return f"{universal}Z" if universal[-1].isdigit() and "+" not in universal else universal
    local = clean_text(_text(post, "date"), limit=DATE_CHARS)
    return "" if local.startswith(_NO_DATE) else local


def _authors(post: dict[str, Any]) -> tuple[str, ...]:
    embedded = post.get("_embedded")
    authors = embedded.get("author") if isinstance(embedded, dict) else None
    if not isinstance(authors, list):
        return ()
    names = (plain(_text(author, "name"), TITLE_CHARS) for author in authors if isinstance(author, dict))
    return tuple(name for name in names if name)


def _rendered(post: dict[str, Any], key: str) -> str:
    """Title and excerpt are objects; some plug-ins make them plain strings."""
    value = post.get(key)
    return _text(value, "rendered") if isinstance(value, dict) else _text(post, key)


def _text(table: dict[str, Any], key: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) else ""
