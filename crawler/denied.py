"""The deny list: hosts that are never asked, shipped ones and the operator's own.

Shipped ones stand in `crawler/denied.toml`, the operator's in the workspace's `sources.d/denied.toml`, which is added to them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from pipeline.errors import ConfigurationError
from pipeline.model import Frozen
from pipeline.text.urls import host, normalise_url

FILE_NAME = "denied.toml"
SHIPPED = Path(__file__).parent / FILE_NAME
_NOT_OF_A_HOST = re.compile(r"[\s/:@?#%*]")


class DeniedHost(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry: a host with all its subdomains."""

    host: str
    why: str  # for people
    evidence: str = ""  # what was seen, where


class _List(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    denied: tuple[DeniedHost, ...] = ()


class Denied(Frozen, frozen=True, kw_only=True):
    """Hosts in lower case, in ASCII, each with its entry."""

    hosts: dict[str, DeniedHost] = {}

    def reason_for(self, url: str) -> str:
        """Why an address is not asked: its host, or a domain above it, and the entry's reason; "" if it may be asked."""
        for name in _with_parents(_ascii_host(url)):
            if name in self.hosts:
                return f"{name} is on the deny list: {self.hosts[name].why}"
        return ""


def load_denied(overlay: Path, shipped: Path = SHIPPED) -> Denied:
    """Both lists together; where both name a host, the operator's reason counts.

    Args:
        overlay: folder of the operator's files; it, or its list, may be absent.
        shipped: the list that ships.

    Raises:
        ConfigurationError: a list cannot be read, or an entry is no host. Names file and remedy.
    """
    files = [file for file in (shipped, overlay / FILE_NAME) if file.exists()]
    return Denied(hosts={name: entry for file in files for name, entry in _read(file)})


def _read(file: Path) -> Iterator[tuple[str, DeniedHost]]:
    try:
        entries = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8-sig")), _List).denied
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise ConfigurationError(
            f'{file} cannot be read: {error}. Its entries are [[denied]] with host = "..." and why = "...".'
        ) from error
    for entry in entries:
        name = "" if _NOT_OF_A_HOST.search(entry.host) else _ascii_host(f"http://{entry.host}/")
        if "." not in name:
            raise ConfigurationError(
                f"{file}: host: {entry.host!r} is no host; write it like spam.example, without https://"
            )
        yield name, entry


def _ascii_host(url: str) -> str:
    return host(normalise_url(url)).strip(".")


def _with_parents(name: str) -> Iterator[str]:
    """A host and the domains above it, its top-level domain not among them."""
    while "." in name:
        yield name
        name = name.partition(".")[2]
