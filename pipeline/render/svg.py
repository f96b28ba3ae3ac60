"""The frame that maps and plots share, and texts in them: SVG 1.1 as HTML pages carry it inline.

Colours and fonts come from the page's style sheet by class; nothing here refers to another file.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape


def draw(
    kind: str, name: str, width: int, height: int, title: str, description: str, parts: Iterable[str], *, size: int = 0
) -> Markup:
    """A drawing with its title and description for those who do not see it.

    Args:
        kind: classes of the drawing.
        name: prefix of the ids of its title and description, unique in the page.
        parts: elements, their texts escaped.
        size: of letters, where the parts do not say.
    """
    letters = f' font-size="{size}"' if size else ""
    return Markup(  # noqa: S704 - elements come from this package alone; the texts in them are escaped
        f'<svg class="{kind}" viewBox="0 0 {width} {height}"{letters} role="img" aria-labelledby="{name}-title"'
        f' aria-describedby="{name}-text"><title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-text">{escape(description)}</desc>{"".join(parts)}</svg>'
    )


def write(
    text: str, x: float, y: float, anchor: str = "start", *, kind: str = "", lang: str = "", whole: str = ""
) -> str:
    """A line of text; (x, y) is the start, middle or end of its base line.

    Args:
        whole: what a shortened text stands for.
    """
    placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
    marked = f' class="{kind}"' if kind else ""
    foreign = f' lang="{escape(lang)}"' if lang else ""
    return f'<text x="{x:.0f}" y="{y:.0f}"{placed}{marked}{foreign}>{entitle(whole)}{escape(text)}</text>'


def entitle(whole: str) -> str:
    """The title of a shortened text, which is shown to those who point at it; "" for none."""
    return f"<title>{escape(whole)}</title>" if whole else ""
