"""Lists what a lock file installs, with versions and hashes, as CycloneDX 1.6 JSON; asks nobody.

python scripts/make_sbom.py deploy/requirements.lock dist/city-digest.cdx.json

pip-audit writes the same format, but leaves out every package of which no advisory service answers: all of them, offline.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from pipeline.version import __version__

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)((?: \\\n +--hash=sha256:[0-9a-f]{64})+)", re.MULTILINE)
_HASH = re.compile(r"sha256:([0-9a-f]{64})")


def main() -> None:
    lock, target = map(Path, sys.argv[1:])
    bom = Bom()
    bom.metadata.component = Component(name="city-digest", version=__version__, type=ComponentType.APPLICATION)
    for name, version, hashes in _PIN.findall(lock.read_text(encoding="utf-8")):
        bom.components.add(_describe(name, version, _HASH.findall(hashes)))
    bom.register_dependency(bom.metadata.component, bom.components)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(JsonV1Dot6(bom).output_as_string(indent=1) + "\n", encoding="utf-8")
    print(f"{target}: {len(bom.components)} packages")


def _describe(name: str, version: str, hashes: list[str]) -> Component:
    """One package; the hashes are those of all its files, of which one is installed."""
    component = Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        purl=PackageURL("pypi", name=name, version=version),
        bom_ref=f"{name}=={version}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=content) for content in hashes],
    )
    if licence := _licence(name):
        component.licenses.add(licence)
    return component


def _licence(name: str) -> LicenseExpression | DisjunctiveLicense | None:
    """As the package states it where it is installed."""
    try:
        stated = metadata(name)
    except PackageNotFoundError:
        return None
    if expression := stated.get("License-Expression"):
        return LicenseExpression(expression)
    classifiers = [
        text.split(" :: ")[-1] for text in stated.get_all("Classifier") or () if text.startswith("License ::")
    ]
    return DisjunctiveLicense(name=classifiers[0]) if classifiers else None


if __name__ == "__main__":
    main()
