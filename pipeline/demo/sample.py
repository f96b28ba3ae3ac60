"""The workspace of the demonstration: its configuration, sources and readers."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from pipeline.config import Workspace, open_workspace
from pipeline.deliver.keys import open_keys
from pipeline.deliver.readers import enrol, read_list
from pipeline.demo.web import FILES
from pipeline.store.opening import open_register


def install_workspace(folder: Path, flags: Mapping[str, str] = MappingProxyType({})) -> tuple[Path, ...]:
    """Writes the sample workspace into `folder`, made if absent; returns the files that changed, relative, sorted.

    Its readers are enrolled where these settings say that the library is.

    Shipped files win over changed ones: the demonstration always begins from the same state.
    """
    changed = []
    for relative, file in _files().items():
        target = folder / relative
        content = file.read_bytes()
        if not target.is_file() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            if target.name == "keys.json":
                target.chmod(0o600)  # as open_keys makes it
            changed.append(Path(relative))
    (folder / "state" / "keys.json").chmod(0o600)  # as any workspace's
    _enrol_readers(open_workspace(folder, flags=flags, environment={}))
    return tuple(changed)


def _files() -> dict[str, Traversable]:
    """Path in the workspace -> shipped file."""
    files = {"city-digest.toml": FILES / "city-digest.toml", "state/keys.json": FILES / "keys.json"}
    files |= {f"sources.d/{file.name}": file for file in (FILES / "sources").iterdir()}
    return dict(sorted(files.items()))


def _enrol_readers(workspace: Workspace) -> None:
    """As an import does."""
    now, editions = workspace.clock(), workspace.settings.digest.editions
    found = read_list(
        (FILES / "readers.csv").read_bytes(), "readers.csv", editions=editions, zone=workspace.zone, now=now
    )
    register, keys = open_register(workspace), open_keys(workspace.keys)
    enrol(found.lines, register, keys=keys, journal=workspace.opt_outs, origin="", now=now)
    register.engine.dispose()  # nobody uses it any more
