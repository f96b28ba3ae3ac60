"""Makes pipeline/knowledge/data/countries.tsv: names of the countries in ten languages, from Babel's copy of CLDR (Unicode licence).

pip install babel==2.18.0
python scripts/build_countries.py
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from babel import Locale

DATA = Path(__file__).parent.parent / "pipeline" / "knowledge" / "data"
LANGUAGES = {
    "en": "en",
    "ja": "ja",
    "zh": "zh",
    "zh-Hant": "zh_Hant",
    "ko": "ko",
    "fr": "fr",
    "es": "es",
    "ru": "ru",
    "de": "de",
    "pt": "pt",
}
# CLDR's short forms are not what a digest calls them.
BY_HAND = {
    ("HK", "en"): "Hong Kong",
    ("HK", "ja"): "香港",
    ("HK", "zh"): "香港",
    ("HK", "zh-Hant"): "香港",
    ("HK", "ko"): "홍콩",
    ("HK", "fr"): "Hong Kong",
    ("HK", "es"): "Hong Kong",
    ("HK", "ru"): "Гонконг",
    ("HK", "de"): "Hongkong",
    ("HK", "pt"): "Hong Kong",
    ("MO", "en"): "Macao",
    ("MO", "ja"): "マカオ",
    ("MO", "zh"): "澳门",
    ("MO", "zh-Hant"): "澳門",
    ("MO", "ko"): "마카오",
    ("MO", "fr"): "Macao",
    ("MO", "es"): "Macao",
    ("MO", "ru"): "Макао",
    ("MO", "de"): "Macau",
    ("MO", "pt"): "Macau",
    ("MM", "en"): "Myanmar",
    ("PS", "en"): "Palestine",
    ("PS", "ja"): "パレスチナ",
    ("US", "ja"): "アメリカ",
    ("CZ", "en"): "Czechia",
}


def main() -> None:
    regions = tomllib.loads((DATA / "regions.toml").read_text(encoding="utf-8"))["region"]
    codes = sorted(code for region in regions for code in region["countries"])
    locales = {language: Locale.parse(tag) for language, tag in LANGUAGES.items()}
    lines = ["\t".join(("code", *LANGUAGES))]
    for code in codes:
        names = (
            BY_HAND.get((code, language), locale.territories.get(code, "")) for language, locale in locales.items()
        )
        lines.append("\t".join((code, *(name.replace("’", "'") for name in names))))
    (DATA / "countries.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(codes)} countries")


if __name__ == "__main__":
    main()
