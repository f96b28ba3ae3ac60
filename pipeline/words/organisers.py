"""Which of a story's publishers organised the event they report: an account of one's own party is none of a bystander."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping

# What a sentence says before the organiser's name, and after it: "hosted by <A> and <B>", "由 <A> 和 <B> 共同主办".
_BEFORE = re.compile(
    r"(?s:.*)(?:(?:(?:host|organi[sz]|sponsor|conven)ed(?:\s+\w+){0,3}\s+by|organis\w+(?:\s+\w+)?\s+par|organizad[oa]s?(?:\s+\w+)?\s+por|organizzat[oaie](?:\s+\w+)?\s+da\w*"
    r"|(?:organisiert|veranstaltet|ausgerichtet)\s+von|организован\w*|(?:iliyo|yaliyo|ulio|i|ya|ku)?(?:andaliwa|ratibiwa)\s+na|نظم\w*|ينظم\w*|تنظم\w*)\s"
    r"|主[办辦](?:单位|單位|方)?\s?(?:为|為|是|[:：/／])|(?:主催|共催)(?:者|団体)?\s?(?:は|[:：/／])|주최(?:자|기관)?\s?(?:는|[:：]))"
    r"(?P<near>[^.。!?！？\n]{0,80})$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"^(?P<near>(?:\s(?:and|together with|et|y|und|и|na)\s[^.,;。]{1,60}?)?)\s(?:jointly\s|co-?)?(?:hosted|organi[sz]ed|convened|organise|organiza|organisiert|veranstaltet)\s"
    r"|^(?P<near_ja>[^。！？\n]{0,40}?)(?:が|の)(?:共同で)?(?:主催|共催)|^(?P<near_zh>[^。！？，\n]{0,40}?)(?:主办|主辦|承办|承辦)(?!国|國|城市|地)"
    r"|^(?P<near_ko>[^.!?\n]{0,30}?)(?:주최|주관)"
)
# Between the two somebody else is named who did it, and the publisher only tells.
_TELLING = re.compile(
    r"\b(?:told|tells|said|says|saying|according|report\w*|interview\w*|wrote|writes|journalist\w*|that|dit|selon|dijo|según|sagte|laut|сообщ\w*|по данным)\b"
    r"|[はがに]|記者|報じ|由|记者|报道|報導|获悉|消息|[称稱][：，]|[电電讯訊]|了|刊|参加|參加|出席|采访|採訪|에 |에게|따르|기자|[는은] "
    # another part in it than the organiser's
    r"|\b\w{3,}ed\s+(?:\w+\s+){0,2}by\b|\b(?:photos?|courtesy|support)\b|協力|後援|協賛|助成|支援|[(（]\s*$|协办|協辦|支持|协助|指导|指導|媒体|媒體|후원|협찬|협력",
    re.IGNORECASE,
)
# "..., China Daily reports": the name ends the sentence of another.
_TOLD = re.compile(
    r"[\s,，、)）'”」]{0,3}(?:(?:has |had )?(?:report|sa(?:ys|id)|wr(?:ites|ote))|reporter|correspondent|a rapporté|informó|berichte|сообща|сообщи"
    r"|[社网網]?(?:报道|報道|報導|记者|記者|讯|訊|电|電)|[がは]報じ|によると|が伝え|[이가은는]? ?(?:보도|기자|전했)|에 따르)",
    re.IGNORECASE,
)
_AROUND = 140  # code points on either side of a name in which its sentence says what it did
_MIN_LETTERS = 3  # shorter names are parts of other words: 共同 of 共同主办
_SHORT = re.compile(r"[\u0600-\u06ff]{3}$")  # are words: ومع is "and with"


def find_organisers(texts: Iterable[str], names: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Families that one of the texts says organised or hosted the event, by id.

    Args:
        names: family -> the names it is known by.
    """
    folded = [unicodedata.normalize("NFKC", text) for text in texts]
    return tuple(
        family
        for family, known in sorted(names.items())
        if (pattern := _pattern(tuple(known))) and any(_is_organiser(pattern, text) for text in folded)
    )


@functools.lru_cache(maxsize=1_024)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """Any of the names as whole words, in their own case; None if none is long enough."""
    kept = sorted(
        {unicodedata.normalize("NFKC", name) for name in names if len(name) >= _MIN_LETTERS and not _SHORT.match(name)},
        key=lambda n: (-len(n), n),
    )
    return re.compile("|".join(map(_bounded, kept))) if kept else None


def _bounded(name: str) -> str:
    """A name as a word. Particles stand at ideographs and syllables without a space, and Cyrillic names have endings."""
    if _UNSPACED.search(name):
        return re.escape(name)
    return rf"(?<!\w){re.escape(name)}" + (r"\w{0,2}(?!\w)" if _CYRILLIC.search(name) else r"(?!\w)")


_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")


def _is_organiser(pattern: re.Pattern[str], text: str) -> bool:
    for match in pattern.finditer(text):
        before = text[max(0, match.start() - _AROUND) : match.start()]
        after = text[match.end() : match.end() + _AROUND]
        for found in (None if _TOLD.match(after) else _BEFORE.match(before), _AFTER.match(after)):
            if found and not any(near and _TELLING.search(near) for near in found.groups()):
                return True
    return False
