"""`city-digest init`: a new workspace."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.session import Session
from pipeline.config import FILE_NAME
from pipeline.errors import WorkspaceError

_CONFIGURATION = """\
# City Diplomacy Digest. Every setting with its meaning: docs/reference/settings.md, or 'city-digest config show'.

[digest]
zone = "Asia/Tokyo"        # weeks begin on Monday 00:00 here
editions = ["ja", "en"]
base_url = ""              # where the archive is published, e.g. "https://digest.example.org/"

[crawl]
# An address where a webmaster can reach you (https: or mailto:). Every server is told; without it nothing is crawled.
contact = "{contact}"

[mail]                     # all five are needed before anything is mailed
sender_name = ""
sender_address = ""
postal_address = ""
contact = ""
unsubscribe = ""
"""
_SOURCES = """\
Your own sources, one TOML file each; a file here wins over the shipped one with the same id.
'city-digest source enable the_id' switches a shipped source on, with a file of two lines:

    id = "the_id"
    state = "active"
"""


@click.command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
@click.option("--contact", default="", help="https: or mailto: address told to every server.")
@click.pass_obj
def command(session: Session, folder: Path | None, contact: str) -> None:
    """Makes a workspace: a folder with a configuration to edit. Existing files stay as they are."""
    root = folder or session.root
    files = {
        FILE_NAME: _CONFIGURATION.format(contact=contact.replace("\\", "\\\\").replace('"', '\\"')),
        "sources.d/README.txt": _SOURCES,
    }
    made = [name for name, text in files.items() if _write_new(root / name, text)]
    click.echo(f"{root.resolve()}: made {', '.join(made)}." if made else f"{root.resolve()} is a workspace already.")
    if made:
        click.echo(
            f"Next: edit {root / FILE_NAME}; choose sources (city-digest -C {root} source list, then source probe ID, "
            f"source enable ID) or write your own into {root / 'sources.d'}; then: "
            f"city-digest -C {root} run. Readers are added with: city-digest -C {root} reader add"
        )


def _write_new(path: Path, text: str) -> bool:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        raise WorkspaceError(f"{path} could not be made: {error.strerror}") from error
    return True
