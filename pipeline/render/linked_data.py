"""What a page is, for machines: JSON-LD in the words of schema.org.

Our issues and stories are summaries of our own, and say so: their sources stand under `citation` and `isBasedOn`, each with its
outlet as publisher. No page claims to be the publisher's article.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipeline.render import links
from pipeline.render.literals import to_literal
from pipeline.render.views import CardView, SourceView

Node = dict[str, Any]


def describe_site(name: str, description: str, *, languages: list[str], base_url: str, search_path: str) -> str:
    """The whole archive, with its search where it has an address."""
    site: Node = {
        "@type": "WebSite",
        "name": name,
        "description": description,
        "inLanguage": languages,
        "url": links.absolute("index.html", base_url),
    }
    if base_url:
        site["potentialAction"] = {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": f"{links.absolute(search_path, base_url)}?q={{search_term_string}}",
            },
            "query-input": "required name=search_term_string",
        }
    return _document(site)


def describe_page(kind: str, *, title: str, description: str, lang: str, url: str, site: str, **more: Any) -> str:
    """One page.

    Args:
        kind: a type of schema.org: "CollectionPage", "Article", "WebPage".
        site: name of the archive, of which the page is a part and whose makers wrote it.
        more: further properties; empty ones are left out.
    """
    return _document(
        {
            "@type": kind,
            "headline" if kind == "Article" else "name": title,
            "description": description,
            "inLanguage": lang,
            "url": url,
            "isPartOf": {"@type": "WebSite", "name": site},
            **({"author": {"@type": "Organization", "name": site}} if kind == "Article" else {}),
            **more,
        }
    )


def cite(cards: Iterable[CardView]) -> list[Node]:
    """The sources of stories as works of others, each once."""
    nodes: dict[str, Node] = {}
    for card in cards:
        for source in card.sources:
            nodes.setdefault(source.url, _work(source))
    return list(nodes.values())


def _work(source: SourceView) -> Node:
    return _told(
        {
            "@type": "CreativeWork",
            "name": source.title,
            "inLanguage": source.lang,
            "url": links.safe_url(source.url),
            "datePublished": source.when.iso,
            "publisher": {"@type": "Organization", "name": source.outlet.text},
        }
    )


def _document(node: Node) -> str:
    return to_literal({"@context": "https://schema.org", **_told(node)})


def _told(node: Node) -> Node:
    return {key: value for key, value in node.items() if value not in ("", [], None)}
