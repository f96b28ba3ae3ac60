"""What commands print in the operator's guide: really run, with what differs between machines and days put right."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import prepared

from pipeline.cli.doctor import _print as print_findings
from pipeline.config import Mail, Settings, Smtp
from pipeline.deliver.inspection import inspect_domain
from pipeline.deliver.signing import Signer

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDE = DOCS / "guides" / "operators-guide.md"
_SAVED_PAGES = DOCS / "guides" / "read-saved-pages.md"
_PLACE = "/srv/digest"
_MONDAY, _TUESDAY = ("digest.now=2026-11-23T06:00:00+09:00", "digest.now=2026-11-24T06:00:00+09:00")
_VISIT = """\
Delegation from Lyon visits Yokohama

A delegation of the City of Lyon, led by a deputy mayor, visited Yokohama on 18 November. The sister cities agreed on a
joint programme for young people and signed a memorandum on climate action with the mayor of Yokohama.
"""


def blocks(page: Path, info: str) -> list[str]:
    """The bodies of a page's code blocks of this kind."""
    return re.findall(rf"^```{info}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def run(workspace: Path, *words: str, monday: bool = True) -> tuple[int, str]:
    """The exit code of a command on this workspace, and what it printed."""
    day = ("--set", _MONDAY if monday else _TUESDAY, "--set", "process.workers=1")
    program = ("-c", prepared.COMMAND, "-C", str(workspace), *day, *words)
    done = prepared.run(program, environment=os.environ)
    return done.returncode, done.stdout + done.stderr


def make_first_week(folder: Path) -> Path:
    """A workspace whose first issue is out: one source, as the guide to saved pages has it, and the guide's readers."""
    workspace = make_workspace(folder)
    (workspace / "sources.d" / "saved.toml").write_text(blocks(_SAVED_PAGES, "toml source")[0], encoding="utf-8")
    (workspace / "saved").mkdir()
    (workspace / "saved" / "visit.txt").write_text(_VISIT, encoding="utf-8")
    (workspace / "saved" / "visit.toml").write_text(blocks(_SAVED_PAGES, "toml sidecar")[0], encoding="utf-8")
    configuration = workspace / "city-digest.toml"
    text = configuration.read_text(encoding="utf-8").partition("[mail]")[0]
    sender = next(block for block in blocks(GUIDE, "toml settings") if block.startswith("[mail]"))
    configuration.write_text(text + sender, encoding="utf-8")
    (workspace / "list.csv").write_text(blocks(GUIDE, "csv")[0], encoding="utf-8")
    assert run(workspace, "reader", "import", str(workspace / "list.csv"), "--consent-origin", "a forum")[0] == 0
    assert run(workspace, "run") == (0, ""), "silence means all is well"
    return workspace


def make_workspace(folder: Path) -> Path:
    """A new one, as `init` makes it."""
    assert run(folder, "init", str(folder / "digest"), "--contact", "mailto:digest@example.org")[0] == 0
    return folder / "digest"


def doctor_of_a_new_workspace(folder: Path) -> str:
    """What it says there, with the usual figures of a machine and a day."""
    workspace = make_workspace(folder)
    program = ("-c", prepared.COMMAND, "-C", str(workspace), "doctor")
    done = prepared.run(program, environment=os.environ)
    assert done.returncode == 0, done.stdout
    text = done.stdout.replace(str(workspace), _PLACE)
    for pattern, usual in (
        (r"Python [\d.]+", "Python 3.13.5"),
        (r"[\d,]+ MiB are free", "48,210 MiB are free"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d JST", "2026-11-16 09:00 JST"),
    ):
        text, replaced = re.subn(pattern, usual, text)
        assert replaced == 1, (pattern, text)
    return block("city-digest doctor", text)


def status_of(first_week: Path) -> str:
    """What it says where all is well."""
    code, text = run(first_week, "status")
    assert code == 0, text
    return block("city-digest status", text)


def status_after_a_bad_night(first_week: Path, folder: Path) -> str:
    """The next day's, with a source whose folder is gone and a reader who is suspended."""
    workspace = folder / "later"
    shutil.copytree(first_week, workspace)
    second = blocks(_SAVED_PAGES, "toml source")[0].replace('"saved"', '"scanned"').replace("../saved", "../scanned")
    (workspace / "sources.d" / "scanned.toml").write_text(second, encoding="utf-8")
    readers = json.loads(run(workspace, "reader", "list", "--json")[1])["readers"]
    assert run(workspace, "reader", "suspend", readers[0]["id"])[0] == 0
    assert run(workspace, "run", monday=False)[0] == 3
    code, text = run(workspace, "status", monday=False)
    assert code == 3, text
    return block("city-digest status", text)


def doctor_of_dns(records: Sequence[tuple[str, str, str]]) -> str:
    """What `doctor` says of a sender at example.org whose DNS has these records: name, type, content."""
    private, public = _key()
    zone: dict[tuple[str, str], list[str]] = {}
    for name, kind, content in records:
        zone.setdefault((name, kind), []).append(content.replace("MIIB...", public))
    found = inspect_domain(
        Settings(mail=Mail(sender_address="digest@example.org"), smtp=Smtp(bounce_address="bounces@example.org")),
        Signer(domain="example.org", selector="digest1", key=private),
        lambda name, kind: zone.get((name, kind), []),
    )
    with redirect_stdout(StringIO()) as printed:
        print_findings(found)
    return f"```\n{printed.getvalue()}```\n"


def records_of_the_guide() -> list[tuple[str, str, str]]:
    """Name, type and content of its DNS records, as a name server answers them."""
    lines = [line.split(maxsplit=2) for line in blocks(GUIDE, "dns")[0].splitlines()]
    return [(name.rstrip("."), kind, content.strip('"')) for name, kind, content in lines]


def block(command: str, text: str) -> str:
    return f"```console\n$ {command}\n{text.rstrip()}\n```\n"


def _key() -> tuple[bytes, str]:
    """An RSA key: private in PEM, and public as DNS holds it."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    key = rsa.generate_private_key(65537, 1024)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return private, base64.b64encode(public).decode()
