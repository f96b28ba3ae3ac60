"""Whether a page made from what others wrote is still only a page: no script, no foreign address in its own elements, no way to act."""

from __future__ import annotations

import json
import re

import lxml.html

_SAFE_ADDRESS = re.compile(r"(https?://|mailto:|\.\./|[\w#][\w./#?=-]*$)")
_SEARCH = re.compile(r"(\.\./)*assets/search\.js")
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def harm_in(document: str) -> list[str]:
    """What a browser could run, load or be misled by; empty for a harmless page."""
    page = lxml.html.document_fromstring(document)
    found = [f"<{element.tag}>" for element in page.xpath("//iframe | //object | //embed | //img | //base")]
    found += [f"<script> {element.text_content()}" for element in page.xpath("//script") if not _is_ours(element)]
    found += [
        f"refresh {element.get('content')}"
        for element in page.xpath("//meta[@http-equiv='refresh' or @http-equiv='Refresh']")
    ]
    for element in page.iter():
        for name, value in element.attrib.items() if isinstance(element.tag, str) else ():
            if name.lower().startswith("on"):
                found.append(f"{name}={value!r}")
            if name in ("href", "src", "action", "formaction") and not _SAFE_ADDRESS.match(value):
                found.append(f"{name}={value!r}")
    return found + _UNSEEN.findall(document)


def _is_ours(script: lxml.html.HtmlElement) -> bool:
    """True for the script of the search page, and for one JSON value about the page, which no browser runs."""
    if script.get("type") != "application/ld+json":
        return _SEARCH.fullmatch(script.get("src", "")) is not None and not script.text_content().strip()
    try:
        return isinstance(json.loads(script.text_content()), dict) and script.get("src") is None
    except json.JSONDecodeError:
        return False
