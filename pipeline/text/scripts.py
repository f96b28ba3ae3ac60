"""Writing systems: which ones a text is in, and which language they alone decide.

Statistical detectors call Traditional Chinese and kanji-only titles Korean; the script says better. What it cannot decide
(Latin, Cyrillic, Arabic, Devanagari) is left to them.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple


class Scripts(NamedTuple):
    """Letters of each writing system in a text."""

    kana: int
    hangul: int
    han: int
    latin: int
    cyrillic: int
    other: int  # letters of other systems

    @property
    def total(self) -> int:
        return sum(self)


_KANA = re.compile(
    "[\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fd-\u30ff\uff66-\uff9d]"
)  # without ー and ・, which Chinese borrows
_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN = re.compile("[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_OTHER = re.compile("[\u0370-\u03ff\u0530-\u06ff\u0750-\u077f\u0900-\u109f\u10a0-\u10ff\u1200-\u137f\u1780-\u17ff]")

# Writing systems that one language of the web uses, and where their letters lie.
_OF_ONE_LANGUAGE = (
    ("el", re.compile("[\u0370-\u03ff]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("lo", re.compile("[\u0e80-\u0eff]")),
    ("my", re.compile("[\u1000-\u109f]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("am", re.compile("[\u1200-\u137f]")),
    ("km", re.compile("[\u1780-\u17ff]")),
    ("ta", re.compile("[\u0b80-\u0bff]")),
    ("te", re.compile("[\u0c00-\u0c7f]")),
    ("bn", re.compile("[\u0980-\u09ff]")),
)


def count_scripts(text: str) -> Scripts:
    """Letters of a text by writing system; figures, marks and symbols count nowhere."""
    counts = (len(pattern.findall(text)) for pattern in (_KANA, _HANGUL, _HAN, _LATIN, _CYRILLIC, _OTHER))
    return Scripts(*counts)


class Gate(NamedTuple):
    """What the scripts alone say of a text."""

    language: str  # BCP 47; "" if the scripts decide nothing
    confidence: float  # 0..1
    script: str  # "cjk" | "latin" | "cyrillic" | "other" | "" for a text without letters


# Kana among kana and Han. Measured on real pages: Japanese bodies 0.40 and more, headlines 0.11 and more, Chinese at most 0.002.
_KANA_SHARE = 0.06
_CJK_SHARE = 0.25  # one Han or Hangul character says about as much as three Latin letters


def gate(text: str) -> Gate:
    """The language that the writing system decides, if it does."""
    found = count_scripts(text)
    cjk = found.kana + found.hangul + found.han
    if not found.total:
        return Gate("", 0.0, "")
    if cjk >= found.total * _CJK_SHARE:
        return _gate_cjk(text, found)
    if found.other >= found.total / 2:
        for language, pattern in _OF_ONE_LANGUAGE:
            if len(pattern.findall(text)) * 2 >= found.total:
                return Gate(language, 0.99, "other")
        return Gate("", 0.0, "other")
    return Gate("", 0.0, "cyrillic" if found.cyrillic > found.latin else "latin")


def _gate_cjk(text: str, found: Scripts) -> Gate:
    if found.hangul > found.kana and found.hangul * 3 >= found.hangul + found.han:
        return Gate("ko", 0.99, "cjk")
    if found.kana >= max(1, (found.kana + found.han) * _KANA_SHARE):
        return Gate("ja", 0.99, "cjk")
    language, confidence = _gate_han(text)
    return Gate(language, confidence, "cjk")


# ------------------------------------------------------------------------------------------------------ Han characters only

_HANS_WORDS = re.compile(
    "的|了|是|在|与|将|对|为|这|们|从|称|我|他|城市|友城|合作|签署|会见|举行|召开|论坛|峰会|代表团"
)
_HANT_WORDS = re.compile(
    "的|了|是|在|與|將|對|為|這|們|從|稱|我|他|城市|友城|合作|簽署|會見|舉行|舉辦|論壇|峰會|代表團|研討會"
)
# Words that Japanese writes in Han characters and Chinese does not.
_JA_WORDS = re.compile(
    "都市|提携|締結|表敬|来日|訪中団|訪問団|派遣|報告会|説明会|講演会|記者発表|発表|開催|首長|知事|市役所|県庁|区役所|町長|村長|県|都道府県|姉妹都市|"
    "事業|予定|募集|受付|実施|会談|総会|協定|議会|中止|日中|日韓|日米|日本|更新|掲載|対応|取組|申込|手続|周年|式典|大会|国際交流"
)
_WORD_WEIGHT = 1.0
_CHARACTER_WEIGHT = 2.0  # a character that only one of the standards knows says twice as much as a word


def _gate_han(text: str) -> tuple[str, float]:
    """Japanese, simplified or traditional Chinese, by characters that only one standard knows and by small words."""
    characters = [_home(character) for character in _HAN.findall(text[:5_000])]
    scores = {
        "ja": characters.count("ja") * _CHARACTER_WEIGHT + len(_JA_WORDS.findall(text)) * _WORD_WEIGHT,
        "zh-Hans": characters.count("zh-Hans") * _CHARACTER_WEIGHT + len(_HANS_WORDS.findall(text)) * _WORD_WEIGHT,
        "zh-Hant": characters.count("zh-Hant") * _CHARACTER_WEIGHT + len(_HANT_WORDS.findall(text)) * _WORD_WEIGHT,
    }
    # Characters that both Japanese and simplified Chinese shortened (国, 会) speak against traditional Chinese only, and
    # full forms that both kept (機, 開) against simplified Chinese only.
    scores["ja"] += characters.count("not zh-Hant") * 0.5 + characters.count("not zh-Hans") * 0.5
    scores["zh-Hans"] += characters.count("not zh-Hant") * 0.5
    scores["zh-Hant"] += characters.count("not zh-Hans") * 0.5 + characters.count("old form")
    best, second = sorted(scores.values(), reverse=True)[:2]
    if best == second:
        return "", 0.0
    # Two points of lead and nothing against it make 0.75: a title's worth of evidence.
    return max(scores, key=lambda name: scores[name]), min(0.99, 0.5 + 0.5 * (best - second) / (best + second + 2))


@functools.lru_cache(maxsize=8_192)
def _home(character: str) -> str:
    """Which of JIS X 0208, GB 2312 and Big5 know a character: a language if one alone does, else what it speaks against."""
    japanese, simplified, traditional = (_encodes(character, codec) for codec in ("euc_jp", "gb2312", "big5"))
    match (japanese, simplified, traditional):
        case (True, False, False):
            return "ja"
        case (False, True, False):
            return "zh-Hans"
        case (False, False, True):
            return "zh-Hant"
        case (True, True, False):
            return "not zh-Hant"
        case (True, False, True):
            # Level 2 of JIS X 0208 (lead byte from D0) holds the old forms that Japan has shortened: 會, 滿, 圓.
            return "old form" if character.encode("euc_jp")[0] >= 0xD0 else "not zh-Hans"
        case _:
            return ""


def _encodes(character: str, codec: str) -> bool:
    try:
        encoded = character.encode(codec)
    except UnicodeEncodeError:
        return False
    return codec != "euc_jp" or encoded[0] != 0x8F  # a lead byte of 8F is JIS X 0212, which nobody writes
