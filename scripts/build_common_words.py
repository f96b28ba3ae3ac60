"""Makes pipeline/knowledge/data/rules/common_words.toml: the names of cities that are also ordinary words.

A name counts as a word if translators use it as one: Latin and Cyrillic names that occur in small letters, Hangul, katakana and Han
names that occur as a whole run, in the message catalogues (gettext .mo) of the software on a Debian machine. Catalogues of place
and language names are left out. Only the names found are written, nothing of the messages.

    python scripts/build_common_words.py
"""

from __future__ import annotations

import gettext
import re
from collections import Counter
from pathlib import Path

from pipeline.knowledge.lexicon import City, load_lexicon
from pipeline.tag.folding import fold
from pipeline.tag.names import city_spellings

TARGET = Path(__file__).parent.parent / "pipeline" / "knowledge" / "data" / "rules" / "common_words.toml"
CATALOGUES = Path("/usr/share/locale")
LANGUAGES = [
    "en_GB",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "pt_BR",
    "nl",
    "id",
    "tr",
    "ja",
    "zh_CN",
    "zh_TW",
    "ko",
    "ru",
    "uk",
]
PLACES = re.compile(r"geonames|iso_|xkeyboard|timezone|tzdata|debconf|kbd")
NOUN = re.compile(
    r"\b(?:[Dd]as|[Dd]er|[Dd]ie|[Dd]en|[Dd]em|[Dd]es|[Aa]m|[Ii]m|[Zz]um|[Zz]ur|[Ee]ine?|[Ee]ine[nmrs]|[Kk]eine?|[Aa]lle|[Dd]iese[rsmn]?) ([A-ZÄÖÜ][a-zäöüß]+)"
)
# A city of a million is meant more often than any word; below, the cue decides.
LARGE = 1_000_000
# Messages that must use the name as a word: once is a slip; a larger place must be more of a word to be doubted.
LEAST, LEAST_LARGER, LARGER = 2, 6, 50_000


def messages(language: str) -> list[str]:
    texts: list[str] = []
    for path in sorted((CATALOGUES / language / "LC_MESSAGES").glob("*.mo")):
        if PLACES.search(path.name):
            continue
        with path.open("rb") as file:
            try:
                catalogue = gettext.GNUTranslations(file)._catalog  # noqa: SLF001 - there is no public way to list it
            except (UnicodeDecodeError, OSError):
                continue
        for source, target in catalogue.items():
            texts.append(str(target))
            texts.append(source if isinstance(source, str) else source[0])
    return texts


def words() -> Counter[str]:
    counts: Counter[str] = Counter()
    for language in LANGUAGES:
        for text in messages(language):
            found = re.findall(r"[a-zß-ÿœıăąćčďęěğłńňőřśşšťůűųžż]{2,}|[а-яёії]{2,}|[가-힣]+|[ァ-ヺー]+|[一-鿿]+", text)
            # A small letter after a capital is the rest of a name.
            small = (
                [word for word in found if not re.search(rf"[^\W\d_]{re.escape(word)}", text)]
                if len(text) < 2000
                else []
            )
            counts.update({fold(word) for word in small})
            if language == "de":  # nouns have capitals there: they have articles, too
                counts.update({fold(word) for word in NOUN.findall(text)})
    return counts


def main() -> None:
    counts = words()
    names: dict[str, City] = {}
    for city in load_lexicon().cities.values():
        for name in city_spellings(city):
            key = fold(name)
            if key not in names or names[key].population < city.population:
                names[key] = city
    common = sorted(
        name
        for name, city in names.items()
        if counts[name] >= (LEAST if city.population < LARGER else LEAST_LARGER)
        and city.population < LARGE
        and not city.capital
    )
    lines = [
        "# Made by scripts/build_common_words.py: names of cities that translators of software use as ordinary words; folded.",
        "words = [",
    ]
    lines += [f'  "{name}",' for name in common]
    TARGET.write_text("\n".join([*lines, "]"]) + "\n", encoding="utf-8")
    print(f"{len(common)} names: {' '.join(common)}")


if __name__ == "__main__":
    main()
