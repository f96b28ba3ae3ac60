"""The language of a text: the script where it decides, langdetect where it does not; the same answer on every run."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

import langdetect
from langdetect import detector_factory

from pipeline.text.scripts import gate

langdetect.DetectorFactory.seed = 0  # unseeded, one in nine short texts changed its language between runs

BODY_CHARS = 200  # from here on the body alone decides
_SAMPLE_CHARS = 700  # more changes no answer and costs time
_UNDECIDED = "und"

# Languages of our sources; the rest are possible, but a short text needs more to be one of them.
_PRIORS = {
    "latin": {"en": 3.0, "fr": 2.0, "de": 2.0, "es": 2.0, "it": 1.5, "pt": 1.5, "nl": 1.0, "pl": 1.0, "tr": 1.0, "id": 1.0, "vi": 1.0, "sv": 1.0,
              "no": 1.0, "da": 1.0, "fi": 1.0, "cs": 1.0, "ro": 0.7, "hu": 0.7, "hr": 0.5, "sk": 0.5, "sl": 0.5, "lt": 0.5, "lv": 0.5, "et": 0.5,
              "ca": 0.5, "af": 0.2, "sq": 0.3, "sw": 0.3, "tl": 0.3, "so": 0.1, "cy": 0.1},
    "cyrillic": {"ru": 3.0, "uk": 1.5, "bg": 1.0, "mk": 0.5},
    "other": {"ar": 2.0, "fa": 1.0, "ur": 0.7, "hi": 2.0, "mr": 0.7, "ne": 0.7, "pa": 0.5, "gu": 0.5, "kn": 0.5, "ml": 0.5},
}  # fmt: skip
_HAN_LANGUAGES = frozenset({"ja", "zh-Hans", "zh-Hant"})
_BCP47 = {"zh-cn": "zh-Hans", "zh-tw": "zh-Hant"}


class Language(NamedTuple):
    """A language and how sure it is."""

    code: str  # BCP 47, "und" if nothing tells
    confidence: float  # 0..1


def detect_language(title: str, body: str, declared: str = "", usual: tuple[str, ...] = ()) -> Language:
    """The language of an article.

    Args:
        declared: what the page or feed declares, in any spelling. Pages declare wrong ones: it only breaks ties.
        usual: the source's languages, the main one first; they break ties after the declared one.
    """
    text = body if len(body) >= BODY_CHARS else f"{title}\n{body}"
    stated = normalise_language(declared)
    hints = tuple(code for code in (stated, *usual) if code)
    gated = gate(text)
    if gated.language:
        if gated.language.startswith("zh") and len(body) < BODY_CHARS and gated.confidence < 0.7:
            return _break_tie(gated.language, gated.confidence, hints)
        return Language(gated.language, round(gated.confidence, 3))
    if gated.script == "cjk":
        return _break_tie("", 0.0, hints)
    if not gated.script:
        return Language(_UNDECIDED, 0.0)
    if gated.script == "latin" and stated and stated not in _HAN_LANGUAGES and stated not in _factory().langlist:
        return Language(
            stated, 0.6
        )  # Icelandic or Zulu: langdetect has no profile, and nobody declares them by mistake
    return _detect(text, gated.script, hints)


def _break_tie(language: str, confidence: float, hints: tuple[str, ...]) -> Language:
    """Han characters that could be Japanese or either Chinese: what was declared, if it is one of them."""
    for hint in hints:
        if hint in _HAN_LANGUAGES:
            return Language(hint, 0.6)
    return Language(language or "zh-Hans", round(confidence, 3) or 0.34)


def _detect(text: str, script: str, hints: tuple[str, ...]) -> Language:
    sample = _URLS.sub(" ", text[:_SAMPLE_CHARS])
    priors = dict(_PRIORS[script])
    for hint in hints:
        if hint in priors:
            priors[hint] *= 2
    detector = _factory().create()
    detector.set_prior_map({code: priors.get(code, 0.0) for code in _factory().langlist})
    detector.append(sample)
    try:
        found = detector.get_probabilities()
    except langdetect.LangDetectException:
        found = []
    if not found:
        return Language(hints[0], 0.3) if hints and script == "latin" else Language(_UNDECIDED, 0.0)
    return Language(_BCP47.get(found[0].lang, found[0].lang), round(min(found[0].prob, 0.99), 3))


_URLS = re.compile(r"https?://\S+|\S+@\S+")


@functools.cache
def _factory() -> detector_factory.DetectorFactory:
    """The profiles of langdetect, read once."""
    detector_factory.init_factory()
    return detector_factory._factory  # noqa: SLF001 - the only way to priors; its public functions take none


_HANT = re.compile(r"hant|[_-](?:tw|hk|mo)\b", re.IGNORECASE)
_NAMES = {
    "nb": "no",  # langdetect tells no kinds of Norwegian apart
    "nn": "no",
    "in": "id",  # ISO 639 before 1989, still sent by old systems
    "iw": "he",
    "jp": "ja",
    "kr": "ko",
    "cn": "zh-Hans",
    "tw": "zh-Hant",
    "japanese": "ja",
    "english": "en",
    "chinese": "zh-Hans",
    "korean": "ko",
}


def normalise_language(declared: str) -> str:
    """A declared language as we write it, "" for what is none: ja_JP is ja, zh-TW is zh-Hant, zh is zh-Hans."""
    code = declared.strip().split(",")[0]
    if code.lower() in _NAMES:
        return _NAMES[code.lower()]
    primary = re.split(r"[-_]", code)[0].lower()
    primary = _NAMES.get(primary, primary).partition("-")[0]
    if not re.fullmatch(r"[a-z]{2,3}", primary):
        return ""
    if primary == "zh":
        return "zh-Hant" if _HANT.search(code) else "zh-Hans"
    return primary
