"""Makes pipeline/knowledge/data/han.tsv: which characters count as one when names are compared.

Traditional Chinese and Japanese forms are mapped, one character to one, to the simplified form, from OpenCC's dictionaries
TSCharacters.txt and JPVariants.txt (Apache-2.0), given as arguments' folder.

    python scripts/build_han.py FOLDER_OF_OPENCC_DICTIONARIES
"""

from __future__ import annotations

import sys
from pathlib import Path

DATA = Path(__file__).parent.parent / "pipeline" / "knowledge" / "data"


def pairs(path: Path) -> list[tuple[str, str]]:
    lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line)
    return [(source, target.split()[0]) for source, target in lines]


def main() -> None:
    folder = Path(sys.argv[1])
    simplified = {
        source: target for source, target in pairs(folder / "TSCharacters.txt") if len(source) == len(target) == 1
    }
    table = dict(simplified)
    for old, new in pairs(folder / "JPVariants.txt"):
        target = simplified.get(old, old)
        if len(old) == len(new) == 1:
            table.setdefault(new, target)
            table.setdefault(old, target)
    # "ヶ" and "ケ" are written for each other in place names (龍ケ崎, 龍ヶ崎).
    table |= {"ヶ": "ケ", "ヵ": "カ"}
    common = {
        source: target for source, target in table.items() if source != target and ord(source) < 0x10000 > ord(target)
    }
    lines = [f"{source}\t{target}" for source, target in sorted(common.items())]
    (DATA / "han.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} characters")


if __name__ == "__main__":
    main()
