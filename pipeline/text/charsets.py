"""Bytes to text where the declared charset, the real one and what the bytes allow may all differ.

The order is BOM, ISO-2022-JP escape, UTF-16 by its zeros, UTF-8, then every candidate is scored by how ordinary its characters
are in its language; the declared one starts ahead.
"""

from __future__ import annotations

import codecs
import functools
import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, resolve_encoding


class Decoded(NamedTuple):
    """A text and the Python name of the codec that gave it."""

    text: str
    encoding: str


def decode(body: bytes, content_type: str = "") -> Decoded:
    """The text of a page or file; never raises. What no charset explains becomes U+FFFD.

    Args:
        content_type: the value of the Content-Type header, "" if there was none.
    """
    marked = _by_mark(body)
    if marked:
        return marked
    if b"\x00" in body[:SAMPLE_BYTES]:
        wide = _by_zeros(body)
        if wide:
            return wide
    text = _as_utf8(body)
    if text is not None:
        return Decoded(text, "utf-8")
    return _by_scripts(body, declared_encodings(body, content_type))


def declared_encodings(body: bytes, content_type: str = "") -> tuple[str, ...]:
    """Python codec names declared by the header and in the first 4 kB of the page, the header's first."""
    in_page = html_body_declared_encoding(body)
    in_header = http_content_type_encoding(content_type)
    aliased = [_ALIASES.get(name.lower()) or resolve_encoding(name) for name in _labels(body, content_type)]
    return tuple(dict.fromkeys(name for name in (in_header, in_page, *aliased) if name and _is_text_codec(name)))


# ------------------------------------------------------------------------------------------------------- certain evidence

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ISO_2022_JP = re.compile(rb"\x1b(?:\$[@B]|\([JI])")
SAMPLE_BYTES = 20_000  # enough to tell; scoring whole megabytes would cost seconds


def _by_mark(body: bytes) -> Decoded | None:
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return Decoded(body[len(mark) :].decode(encoding, "replace"), encoding)
    if _ISO_2022_JP.search(body, 0, SAMPLE_BYTES) and body.isascii():
        return Decoded(body.decode("iso2022_jp_ext", "replace"), "iso2022_jp_ext")
    return None


def _by_zeros(body: bytes) -> Decoded | None:
    """UTF-16 without a mark: other charsets have no zero bytes, and read the wrong way round it makes no words."""
    even = body[: len(body) // 2 * 2]
    for encoding in ("utf-16-le", "utf-16-be"):
        sample = even[: SAMPLE_BYTES // 2 * 2].decode(encoding, "replace")
        known = sum(1 for c in sample if c.isascii() or any(c in _everyday(rows) for rows in _LEVEL_1))
        if known * 10 >= len(sample) * 7 and sample.count("\x00") * 10 <= len(sample):
            return Decoded(body.decode(encoding, "replace"), encoding)
    return None


def _as_utf8(body: bytes) -> str | None:
    """UTF-8, also where the end is cut off or a few characters were damaged; None for other charsets."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    right = sum(1 for character in text[:SAMPLE_BYTES] if character > "\x7f") - text[:SAMPLE_BYTES].count("\ufffd")
    # Text of another charset is hardly ever valid UTF-8: above one damaged character in ten it is another charset.
    return text if damaged * 10 <= right else None


# ------------------------------------------------------------------------------------------------------ weighed evidence

_LABEL = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]{2,30})", re.IGNORECASE)
_ALIASES = {"windows-949": "cp949", "ms949": "cp949", "uhc": "cp949", "windows-31j": "cp932", "ms932": "cp932", "x-gbk": "gb18030"}  # fmt: skip


def _labels(body: bytes, content_type: str) -> Iterable[str]:
    for place in (content_type.encode("ascii", "ignore"), body[:4096]):
        match = _LABEL.search(place)
        if match:
            yield match[1].decode("ascii", "ignore")


def _is_text_codec(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding  # noqa: SLF001 - the only place that tells base64 from a charset
    except (LookupError, ValueError):
        return False


_KANA = "あいうえおかがきぎくぐけげこごさざしじすずせそただちっつてでとどなにねのはばびぶべほぼまみむめもゃやゅゆょよらりるれろわをんアイウエオカガキギクグケゲコサザシジスズセソタダチッテデトドナニノハバパビピフブプベペホボポマミムメモャュョラリルレロワンー"
_JA = (
    _KANA
    + "、。「」年月日市人大国会中本的長事上出者一生分時行手政者立内高合見方新場地前自民対議後業東部同定連社発性米経明動化意関教理回実員全力情"
)
_ZH_HANS = "的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市府中，。、“”：；（）《》"
_ZH_HANT = "的一是不了在人有我他這中大來上個國到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可里後小麼心多天而能好都然沒日於起還發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長知民樣現分將外但身些與高意進把法此實回二理美點月明其種聲全工己話兒者向情部正名定女問力機給等幾很業最間新什打便位因重被走電四第門相次東政海口使教西再平真聽世氣信北少關並內加化由卻代軍產入先山五太水萬市府，。、「」：；（）"
_KO = "이다는의에을를고가하기지사은로한인도서자시대정그어해리나일전라만제과스부아수있것으들장여원보상성들에서게주국연구조년월회관공동산까와오지무경비세면거했중소동위최적유선결내할합행화출계체민단당교방발신안명"
_COMMON = {
    "cp932": _JA,
    "euc_jp": _JA,
    "gb18030": _ZH_HANS,
    "big5hkscs": _ZH_HANT,
    "cp949": _KO,
    "cp1252": "àâäãåæáçèéêëìíîïñòóôõöøœùúûüßÀÁÄÅÇÉÈÖÓÜÑ’‘“”„–—…«»¡¿€£©®°·º§ªŒ",
    "cp1251": "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ«»—–№“”„’",
    "koi8-r": "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
    "cp1250": "ąćęłńóśźżáčďéěíňřšťúůýžôľĺŕäöüßőűăâîşţđ„”“–—’»«",
    "cp1253": "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋ«»–—’",
    "cp1254": "çğıöşüâîûÇĞİÖŞÜ’‘“”–—",
    "cp1255": "אבגדהוזחטיךכלםמןנסעףפץצקרשת–—’",
    "cp1256": "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةأإآؤئء،؛؟",
    "cp1257": "ąčęėįšųūžāēģīķļņõäöü„“–—",
}
_ORDINARY = {encoding: frozenset(characters) for encoding, characters in _COMMON.items()}
# Codec, first and last lead byte of the rows that its standard keeps for everyday characters: JIS X 0208 level 1, GB 2312
# level 1, Big5 level 1, and the syllables of KS X 1001. Worth half an ordinary character.
_LEVEL_1 = {
    "cp932": ("euc_jp", 0xB0, 0xCF),
    "euc_jp": ("euc_jp", 0xB0, 0xCF),
    "gb18030": ("gb2312", 0xB0, 0xD7),
    "big5hkscs": ("big5", 0xA4, 0xC6),
    "cp949": ("euc_kr", 0xB0, 0xC8),
}
_DECLARED_LEAD = 0.25  # of 1: what a declaration is worth against how ordinary the characters are
# A declared East Asian charset that reads like this needs no rival: of 2,171 wrong readings of real texts none was East Asian
# and scored as much. For charsets of single bytes that is not so: GB 18030 read as Cyrillic can score more.
_PLAUSIBLE = 0.6
_DAMAGE = 4  # one undecodable or private character outweighs four ordinary ones
_DAMAGED = re.compile("[\ufffd\x80-\x9f\ue000-\uf8ff\uff66-\uff9d]")  # half-width kana: the mark of a wrong Shift_JIS
_FOREIGN = re.compile("[^\x00-\x7f\u3000\u00a0]")
_INSIDE_WORDS = re.compile(r"(?<=[a-zA-Z])[^\x00-\x7f\W]|[^\x00-\x7f\W](?=[a-zA-Z])")
_WRONG_CASE = re.compile("(?<=[а-яё])[А-ЯЁ]")
_RUN = re.compile(r"[^\x00-\x7f\W]{3,}")  # accented letters stand alone or in pairs, other scripts in runs
_LATIN = frozenset({"cp1250", "cp1252", "cp1254", "cp1257"})


@functools.cache
def _everyday(encoding: str) -> frozenset[str]:
    """The characters of the everyday rows of a charset, empty for those without rows."""
    if encoding not in _LEVEL_1:
        return frozenset()
    codec, first, last = _LEVEL_1[encoding]
    trails = (*range(0x40, 0x7F), *range(0xA1, 0xFF)) if codec == "big5" else tuple(range(0xA1, 0xFF))
    pairs = (bytes((lead, trail)) for lead in range(first, last + 1) for trail in trails)
    return frozenset("".join(pair.decode(codec, "ignore") for pair in pairs)) | _ORDINARY[encoding]


def _by_scripts(body: bytes, declared: tuple[str, ...]) -> Decoded:
    sample = _sample(body)
    if declared and declared[0] in _LEVEL_1 and _score(sample, declared[0]) >= _PLAUSIBLE:
        return _decode_whole(body, declared[0])
    candidates = dict.fromkeys((*declared, *_COMMON))
    scores = {name: _score(sample, name) + (_DECLARED_LEAD if name in declared else 0) for name in candidates}
    # On equal scores the first wins: what was declared, then the order of the table.
    best = max(candidates, key=lambda name: scores[name])
    if scores[best] <= 0:
        best = declared[0] if declared else "cp1252"
    return _decode_whole(body, best)


def _sample(body: bytes) -> bytes:
    """The lines that hold the first non-ASCII bytes: cut only at line ends, so that no character is torn."""
    lines, size = [], 0
    for line in body.split(b"\n"):
        if not line.isascii():
            lines.append(line[:SAMPLE_BYTES])
            size += len(lines[-1])
            if size > SAMPLE_BYTES:
                break
    return b"\n".join(lines)


def _score(sample: bytes, encoding: str) -> float:
    """How ordinary the non-ASCII characters are, at most 1; below 0 where the bytes do not fit."""
    try:
        text = sample.decode(encoding, "replace")
    except (LookupError, ValueError):
        return -1.0
    foreign = Counter(_FOREIGN.findall(text))
    total = foreign.total()
    if not total:
        return 0.0
    ordinary = _ORDINARY.get(encoding)
    if ordinary is None:  # declared, and none of ours: believed if it decodes
        return 0.5 - _DAMAGE * len(_DAMAGED.findall(text)) / total
    everyday = _everyday(encoding)
    hits = sum(
        number * (1.0 if c in ordinary or c.lower() in ordinary else 0.5 if c in everyday else 0.0)
        for c, number in foreign.items()
    )
    damaged = len(_DAMAGED.findall(text)) + len(_WRONG_CASE.findall(text)) / 2
    if encoding in _LATIN:
        damaged += sum(len(run) for run in _RUN.findall(text)) / 4
    elif encoding not in _LEVEL_1:
        damaged += len(_INSIDE_WORDS.findall(text)) / 4  # Cyrillic or Greek glued to Latin letters are no words
    return (hits - _DAMAGE * damaged) / total


def _decode_whole(body: bytes, encoding: str) -> Decoded:
    """All of it; rows that vendors added to EUC-JP are read with its successor."""
    try:
        return Decoded(body.decode(encoding), encoding)
    except UnicodeDecodeError:
        pass
    if encoding == "euc_jp":
        text = body.decode("euc_jis_2004", "replace")
        return Decoded(text, "euc_jis_2004")
    return Decoded(body.decode(encoding, "replace"), encoding)
