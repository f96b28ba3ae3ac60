"""What a tiny shelf looks like, file by file; CITY_DIGEST_WRITE_GOLDEN=1 writes it anew, and the difference is read in review."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from types import ModuleType

from pipeline.knowledge.editions import load_edition
from pipeline.model import Choices
from pipeline.render import Mailing, render_archive

HERE = Path(__file__).parent
TREE = HERE / "tiny"
# The style sheet and the icon are sources themselves; a second copy would say nothing.
LEFT_OUT = ("assets/",)


def _sample() -> ModuleType:
    file = HERE.parent / "unit" / "render" / "sample.py"
    spec = importlib.util.spec_from_file_location("golden_sample", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _rendered() -> dict[str, bytes]:
    sample = _sample()
    editions = [load_edition("ja"), load_edition("en")]
    base_url = "https://digest.example"
    files = render_archive(
        sample.TINY, sample.LEXICON, editions, base_url=base_url, version="0.0.0", contact="editors@example.org"
    )
    tree = {file.path: file.body for file in files if not file.path.startswith(LEFT_OUT)}
    (issue,) = sample.TINY.issues
    for edition in editions:
        mailing = Mailing(issue, sample.TINY, sample.LEXICON, edition, base_url=base_url, sender=sample.SENDER)
        for name, choices in (("", Choices()), ("-chosen", Choices(cities=issue.cards[0].cities))):
            letter = mailing.letter(choices)
            tree[f"mail/{edition.code}{name}.subject.txt"] = f"{letter.subject}\n".encode()
            tree[f"mail/{edition.code}{name}.txt"] = letter.text.encode()
            tree[f"mail/{edition.code}{name}.html"] = letter.html.encode()
    return tree


def test_the_tiny_shelf_is_rendered_as_it_was():
    tree = _rendered()
    if os.environ.get("CITY_DIGEST_WRITE_GOLDEN") == "1":
        shutil.rmtree(TREE, ignore_errors=True)
        for path, body in tree.items():
            file = TREE / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)
    kept = {file.relative_to(TREE).as_posix(): file.read_bytes() for file in TREE.rglob("*") if file.is_file()}
    assert tree.keys() == kept.keys()
    changed = [path for path in tree if tree[path] != kept[path]]
    assert changed == [], "read the difference; if it is meant, run make golden"
