"""The Nu Html Checker, which W3C runs, on every page and mail: HTML, and the CSS and SVG in it and beside it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from components import lack

pytestmark = pytest.mark.slow

# Properties that SVG 2 defines (its appendix "Property index") and the checker's CSS part has not heard of.
UNKNOWN = re.compile("CSS: “(vector-effect|paint-order|c[xy]|r[xy]?|[xy])”: Property .* doesn't exist\\.")


def errors_in(folder: Path, node_modules: Path) -> list[str]:
    """What the checker calls an error in any page, style sheet or drawing below the folder."""
    java = shutil.which("java")
    if java is None:
        lack("Java")
    assert java
    jar = node_modules / "vnu-jar" / "build" / "dist" / "vnu.jar"
    # The checker's parser recurses: it needs more than the default stack on long pages.
    command = [java, "-Xss4m", "-jar", str(jar), "--format", "json", "--skip-non-html", "--also-check-css"]
    done = subprocess.run(
        [*command, "--also-check-svg", str(folder)], capture_output=True, text=True, check=False, timeout=300
    )
    messages: list[dict[str, Any]] = json.loads(done.stderr)["messages"]
    return [
        f"{message.get('url', '')}:{message.get('lastLine', '')}: {message['message']}"
        for message in messages
        if message["type"] != "info" and not UNKNOWN.fullmatch(message["message"])
    ]


@pytest.mark.parametrize("archive", ["sample_archive", "invented_archive", "new_archive", "letters", "readers_pages"])
def test_no_page_has_an_error(archive: str, node_modules: Path, request: pytest.FixtureRequest) -> None:
    assert errors_in(request.getfixturevalue(archive), node_modules) == []


def test_the_checker_sees_a_wrong_page_a_wrong_style_and_a_wrong_drawing(
    invented_archive: Path, node_modules: Path, tmp_path: Path
) -> None:
    page = (invented_archive / "about" / "en.html").read_text("utf-8")
    assert page.count("<main ") == 1
    (tmp_path / "page.html").write_text(page.replace("<main ", '<ul><p id="main">lost</p></ul><main ', 1), "utf-8")
    (tmp_path / "style.css").write_text("a { colour: red }", "utf-8")
    (tmp_path / "drawing.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><circ r="1"/></svg>', "utf-8")
    found = "\n".join(errors_in(tmp_path, node_modules))
    assert "Duplicate ID" in found
    assert "not allowed as child of element" in found
    assert "colour" in found
    assert "drawing.svg" in found
