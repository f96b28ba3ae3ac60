"""What the judges are given: every template that makes a page has its pages among those that they look at."""

from __future__ import annotations

from importlib import resources
from typing import Any

import jinja2
import pytest
from archives import TYPES, every_type, invented, invented_shelf
from readers_pages import make_pages

from pipeline.knowledge.editions import load_edition
from pipeline.render import render_archive


def test_every_template_makes_the_pages_that_are_judged_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """W1, W8: a template that is added has to be given to the judges."""
    asked: list[str] = []
    original = jinja2.Environment.get_template

    def get_template(environment: jinja2.Environment, name: str, *rest: Any, **more: Any) -> jinja2.Template:
        asked.append(name)
        return original(environment, name, *rest, **more)

    monkeypatch.setattr(jinja2.Environment, "get_template", get_template)
    made = {}
    editions = [load_edition("ja"), load_edition("en")]
    for file in render_archive(invented_shelf(), invented().ATLAS, editions, base_url="", version="0"):
        if file.path.endswith(".html"):
            made[file.path] = next(name for name in reversed(asked) if "/_" not in name and name != "html/base.html")
    templates = {entry.name for entry in (resources.files("digest_templates") / "html").iterdir()}
    judged = {name.removesuffix(".html") for name in templates if not name.startswith("_")} - {"base"}
    assert judged == TYPES.keys()
    for name in TYPES:
        assert {made[page] for page in every_type(name)} == {f"html/{name}.html"}


def test_every_page_of_the_readers_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """W1, W8, M12: likewise."""
    asked: list[str] = []
    original = jinja2.Environment.get_template

    def get_template(environment: jinja2.Environment, name: str, *rest: Any, **more: Any) -> jinja2.Template:
        asked.append(name)
        return original(environment, name, *rest, **more)

    monkeypatch.setattr(jinja2.Environment, "get_template", get_template)
    judged = set()
    for name, _, _ in make_pages("en"):
        assert f"web/{name}.html" in asked
        asked.clear()
        judged.add(name)
    templates = {entry.name for entry in (resources.files("digest_templates") / "web").iterdir()}
    pages = {name.removesuffix(".html") for name in templates if name.endswith(".html") and not name.startswith("_")}
    assert judged == pages - {"base"}
