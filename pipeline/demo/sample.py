"""The workspace of the demonstration: its configuration, sources and readers."""

from __future__ import annotations

from importlib.resources.abc import Traversable
from pathlib import Path

from pipeline.demo.web import FILES


def install_workspace(folder: Path) -> tuple[Path, ...]:
    """Writes the sample workspace into `folder`, made if absent; returns the files that changed, relative, sorted.

    Shipped files win over changed ones: the demonstration always begins from the same state.
    """
    changed = []
    for relative, file in _files().items():
        target = folder / relative
        content = file.read_bytes()
        if not target.is_file() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            changed.append(Path(relative))
    return tuple(changed)


def _files() -> dict[str, Traversable]:
    """Path in the workspace -> shipped file."""
    files = {name: FILES / name for name in ("city-digest.toml", "readers.csv")}
    files |= {f"sources.d/{file.name}": file for file in (FILES / "sources").iterdir()}
    return dict(sorted(files.items()))
