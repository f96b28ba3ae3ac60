"""Names of Japanese and Chinese cities in Hangul and Cyrillic, by the official rules of transcription.

Kana and Pinyin to Hangul: 외래어 표기법 (National Institute of Korean Language, tables 4 and 5). Kana to Cyrillic: Polivanov. Pinyin to
Cyrillic: Palladius.
"""

from __future__ import annotations

import functools

_Way = tuple[tuple[str, str], ...]  # (initial, final) of each syllable

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
_MORAE = {kana: (row, vowel) for row, line in _ROWS.items() for kana, vowel in zip(line, "aiueo", strict=True)}
_MORAE |= {"ヤ": ("y", "a"), "ユ": ("y", "u"), "ヨ": ("y", "o"), "ワ": ("w", "a"), "ヲ": ("", "o")}
_MORAE |= {"ヂ": ("z", "i"), "ヅ": ("z", "u")}
_GLIDES = {"ャ": "ya", "ュ": "yu", "ョ": "yo"}


def _morae(kana: str) -> list[tuple[str, str]]:
    """(consonant, vowel) with long vowels written once; ("N", "") for ン, ("Q", "") for ッ; glides as vowels "ya"."""
    found: list[tuple[str, str]] = []
    for sign in kana:
        if sign in _GLIDES and found:
            found[-1] = (found[-1][0], _GLIDES[sign])
        elif sign == "ン":
            found.append(("N", ""))
        elif sign == "ッ":
            found.append(("Q", ""))
        elif sign in _MORAE:
            last = found[-1][1][-1:] if found else ""
            if not ((sign == "ウ" and last in {"o", "u"}) or (sign == "オ" and last == "o")):
                found.append(_MORAE[sign])
    return found


# ------------------------------------------------------------------------------------------------------------------- Hangul

_ONSETS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_CODAS = {"": 0, "ㄴ": 4, "ㄹ": 8, "ㅅ": 19, "ㅇ": 21}


def _syllable(onset: str, vowel: str, coda: str = "") -> str:
    return chr(0xAC00 + (_ONSETS.index(onset) * 21 + _VOWELS.index(vowel)) * 28 + _CODAS[coda])


_JAPANESE_ONSETS = dict(zip("ksnhmrgzdbpyw", "ㅋㅅㄴㅎㅁㄹㄱㅈㄷㅂㅍㅇㅇ", strict=True)) | {"": "ㅇ", "t": "ㅌ"}
_JAPANESE_VOWELS = {"a": "ㅏ", "i": "ㅣ", "u": "ㅜ", "e": "ㅔ", "o": "ㅗ", "ya": "ㅑ", "yu": "ㅠ", "yo": "ㅛ"}


def kana_to_hangul(kana: str) -> str:
    """ニイガタ is 니가타, キョウト 교토."""
    out = ""
    previous = ""
    for consonant, vowel in _morae(kana):
        if consonant in {"N", "Q"}:
            if out:
                out = out[:-1] + chr(ord(out[-1]) + _CODAS["ㄴ" if consonant == "N" else "ㅅ"])
            previous = ""
            continue
        if consonant == "" and vowel == "i" and previous == "i":
            continue
        sign = _JAPANESE_VOWELS[{"y": "y", "w": ""}.get(consonant, "") + vowel]
        if consonant == "w":
            sign = "ㅘ"
        onset = _JAPANESE_ONSETS[consonant]
        if not out:
            onset = {"ㅋ": "ㄱ", "ㅌ": "ㄷ"}.get(onset, onset)
        if consonant == "t" and vowel in {"i", "ya", "yu", "yo"}:
            onset = "ㅊ" if out else "ㅈ"
        if (consonant, vowel) == ("t", "u"):
            onset, sign = "ㅆ", "ㅡ"
        elif consonant in {"s", "z"} and vowel == "u":
            sign = "ㅡ"
        if onset in {"ㅈ", "ㅊ"}:
            sign = {"ㅑ": "ㅏ", "ㅠ": "ㅜ", "ㅛ": "ㅗ"}.get(sign, sign)
        out += _syllable(onset, sign)
        previous = vowel
    return out


_INITIALS = dict(zip("bpmfdtnlgkhjqxrzcs", "ㅂㅍㅁㅍㄷㅌㄴㄹㄱㅋㅎㅈㅊㅅㄹㅉㅊㅆ", strict=True))
_INITIALS |= {"zh": "ㅈ", "ch": "ㅊ", "sh": "ㅅ", "": "ㅇ"}
# final -> vowel, coda, syllable after
_FINALS = {
    "a": "ㅏ", "o": "ㅗ", "e": "ㅓ", "ai": "ㅏ이", "ei": "ㅔ이", "ao": "ㅏ오", "ou": "ㅓ우", "an": "ㅏㄴ", "en": "ㅓㄴ", "ang": "ㅏㅇ",
    "eng": "ㅓㅇ", "ong": "ㅜㅇ", "er": "ㅓㄹ", "i": "ㅣ", "ia": "ㅑ", "iao": "ㅑ오", "ie": "ㅖ", "iu": "ㅠ", "ian": "ㅖㄴ", "in": "ㅣㄴ",
    "iang": "ㅑㅇ", "ing": "ㅣㅇ", "iong": "ㅠㅇ", "u": "ㅜ", "ua": "ㅘ", "uo": "ㅝ", "uai": "ㅘ이", "ui": "ㅜ이", "uan": "ㅘㄴ",
    "un": "ㅜㄴ", "uang": "ㅘㅇ", "ü": "ㅟ", "üe": "ㅞ", "üan": "ㅟ안", "ün": "ㅟㄴ", "wei": "ㅞ이", "wen": "ㅝㄴ", "weng": "ㅝㅇ",
}  # fmt: skip
_HISSED = {"zh", "ch", "sh", "r", "z", "c", "s"}
# What y and w stand for.
_WHOLE = {
    "yi": "i", "ya": "ia", "yo": "o", "ye": "ie", "yao": "iao", "you": "iu", "yan": "ian", "yin": "in", "yang": "iang", "ying": "ing",
    "yong": "iong", "wu": "u", "wa": "ua", "wo": "uo", "wai": "uai", "wei": "wei", "wan": "uan", "wen": "wen", "wang": "uang",
    "weng": "weng", "yu": "ü", "yue": "üe", "yuan": "üan", "yun": "ün",
}  # fmt: skip


def _split_syllable(syllable: str) -> tuple[str, str] | None:
    """(initial, final) of a Pinyin syllable, or None if it is none."""
    if syllable in _WHOLE:
        return "", _WHOLE[syllable]
    initial = next((i for i in ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcs") if syllable.startswith(i)), "")
    final = syllable.removeprefix(initial)
    if initial in {"j", "q", "x"} and final.startswith("u"):
        final = "ü" + final[1:]
    if final not in _FINALS or final.startswith("w"):
        return None
    front = final[0] in "iü"
    if initial == "":
        return (initial, final) if final[0] in "aeo" and final not in {"o", "ong"} else None
    if initial in {"j", "q", "x"} and not front:
        return None
    if initial in {"g", "k", "h", "f", *_HISSED} and front and not (final == "i" and initial in _HISSED):
        return None
    return initial, final


def syllables(pinyin: str, count: int = 0) -> list[tuple[str, str]]:
    """The syllables of a Pinyin word, as few as can be or `count`; empty if it is none."""

    @functools.cache
    def ways(rest: str) -> tuple[_Way, ...]:
        if not rest:
            return ((),)
        split: list[_Way] = []
        for width in range(min(6, len(rest)), 0, -1):
            if part := _split_syllable(rest[:width]):
                split += [(part, *way) for way in ways(rest[width:])]
        return tuple(split)

    found: list[_Way] = [way for way in ways(pinyin) if not count or len(way) == count]
    best: _Way = min(found, key=_rank, default=())
    return list(best)


def _rank(way: _Way) -> tuple[int, int]:
    """Within a word a syllable that begins with a vowel has an apostrophe before it: ji-nan, not jin-an."""
    return sum(not initial and final[0] in "aeo" for initial, final in way[1:]), len(way)


def pinyin_to_hangul(parts: list[tuple[str, str]]) -> str:
    """Xianning is 셴닝, Zhoushan 저우산."""
    out = ""
    for initial, final in parts:
        onset = _INITIALS[initial]
        sounds = "ㅡ" if initial in _HISSED and final == "i" else _FINALS[final]
        vowel, after = sounds[0], sounds[1:]
        if onset in {"ㅈ", "ㅊ", "ㅉ"}:
            vowel = {"ㅑ": "ㅏ", "ㅖ": "ㅔ", "ㅠ": "ㅜ"}.get(vowel, vowel)
        out += _syllable(onset, vowel, after) if after in _CODAS else _syllable(onset, vowel) + after
    return out


# ----------------------------------------------------------------------------------------------------------------- Cyrillic

_POLIVANOV = {"": "", "k": "к", "s": "с", "t": "т", "n": "н", "h": "х", "m": "м", "r": "р", "g": "г", "z": "дз", "d": "д", "b": "б", "p": "п"}  # fmt: skip
_POLIVANOV |= {"w": "в", "y": ""}
_CYRILLIC_VOWELS = {"a": "а", "i": "и", "u": "у", "e": "э", "o": "о", "ya": "я", "yu": "ю", "yo": "ё"}


def kana_to_cyrillic(kana: str) -> str:
    """サイタマ is Сайтама, オオイタ Оита."""
    out = ""
    double = False
    written = ""
    for consonant, vowel in _morae(kana):
        if consonant == "Q":
            double = True
            continue
        if consonant == "N":
            out += "н"
            written = "н"
            continue
        if out.endswith("н") and written == "н":
            if consonant in {"b", "m", "p"}:
                out = out[:-1] + "м"
            elif consonant in {"", "y"}:
                out += "ъ"
        sign = _CYRILLIC_VOWELS[("y" if consonant == "y" else "") + vowel]
        letters = {"tu": "цу", "hu": "фу"}.get(consonant + vowel) or _POLIVANOV[consonant] + sign
        if consonant == "" and vowel == "i" and out and out[-1] in "аоуэ":
            letters = "й"
        out += (letters[0] if double else "") + letters
        double, written = False, letters
    return out.capitalize()


_PALLADIUS = {
    "b": "б", "p": "п", "m": "м", "f": "ф", "d": "д", "t": "т", "n": "н", "l": "л", "g": "г", "k": "к", "h": "х", "j": "цз", "q": "ц",
    "x": "с", "zh": "чж", "ch": "ч", "sh": "ш", "r": "ж", "z": "цз", "c": "ц", "s": "с", "": "",
}  # fmt: skip
_PALLADIUS_FINALS = {
    "a": "а", "o": "о", "e": "э", "ai": "ай", "ei": "эй", "ao": "ао", "ou": "оу", "an": "ань", "en": "энь", "ang": "ан", "eng": "эн",
    "ong": "ун", "er": "эр", "i": "и", "ia": "я", "iao": "яо", "ie": "е", "iu": "ю", "ian": "янь", "in": "инь", "iang": "ян",
    "ing": "ин", "iong": "юн", "u": "у", "ua": "уа", "uo": "о", "uai": "уай", "ui": "уй", "uan": "уань", "un": "унь", "uang": "уан",
    "ü": "юй", "üe": "юэ", "üan": "юань", "ün": "юнь", "wei": "вэй", "wen": "вэнь", "weng": "вэн",
}  # fmt: skip
_PALLADIUS_ALONE = {"ua": "ва", "uo": "во", "uai": "вай", "uan": "вань", "uang": "ван"}


def pinyin_to_cyrillic(parts: list[tuple[str, str]]) -> str:
    """Xianning is Сяньнин, Zhoushan Чжоушань."""
    out = ""
    for initial, final in parts:
        ending = _PALLADIUS_FINALS[final]
        if initial == "":
            ending = _PALLADIUS_ALONE.get(final, ending)
            if out.endswith("н") and ending[0] in "аоуэеияюё":
                out += "ъ"
        elif initial in {"z", "c", "s"} and final == "i":
            ending = "ы"
        elif initial == "h" and final == "ui":
            ending = "ой"
        out += _PALLADIUS[initial] + ending
    return out.capitalize()
