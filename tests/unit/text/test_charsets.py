"""Bytes to text: every charset we meet, declared rightly, wrongly and not at all."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.charsets import declared_encodings, decode

JA = "見本市長は八日、姉妹都市のリヨン市を訪れ、両市の交流について会談しました。会談では、環境や観光の分野で協力を深めることを確認しました。"
HANS = (
    "样本市市长八日访问了友好城市里昂，双方就两市交流与合作举行了会谈。会谈中，双方表示将在环境和旅游等领域加强合作。"
)
HANT = (
    "樣本市市長八日訪問了友好城市里昂，雙方就兩市交流與合作舉行了會談。會談中，雙方表示將在環境和旅遊等領域加強合作。"
)
KO = "견본시 시장은 8일 자매도시인 리옹을 방문하여 두 도시의 교류에 대해 회담을 가졌다. 회담에서는 환경과 관광 분야의 협력을 강화하기로 하였다."
RU = "Мэр города посетил город-побратим Лион, где стороны обсудили сотрудничество двух городов в области экологии и туризма."
FR = "Le maire a visité la ville jumelée de Lyon, où les deux délégations ont évoqué la coopération culturelle et l’été des échanges étudiants."
DE = "Der Bürgermeister besuchte die Partnerstadt Lyon, wo über künftige Projekte für Jugendliche und Städtepartnerschaften gesprochen wurde – für größere Nähe."

SAMPLES = [
    (JA, "cp932"), (JA, "euc_jp"), (JA, "iso2022_jp"), (JA, "utf-8"), (JA, "utf-16"), (JA, "utf-16-le"), (JA, "utf-16-be"), (JA, "utf-8-sig"),
    (HANS, "gbk"), (HANS, "gb18030"), (HANS, "utf-8"), (HANT, "big5"), (HANT, "utf-8"),
    (KO, "cp949"), (KO, "euc_kr"), (KO, "utf-8"), (RU, "cp1251"), (RU, "koi8-r"), (FR, "cp1252"), (FR, "utf-8"), (DE, "cp1252"), (DE, "latin-1"),
]  # fmt: skip
SAMPLES = [(text.replace("–", "-") if encoding == "latin-1" else text, encoding) for text, encoding in SAMPLES]
LABELS = {
    "cp932": "Shift_JIS",
    "euc_jp": "EUC-JP",
    "iso2022_jp": "ISO-2022-JP",
    "gbk": "GB2312",
    "big5": "Big5",
    "cp949": "EUC-KR",
    "euc_kr": "ks_c_5601-1987",
}


def page(text: str, encoding: str, label: str) -> bytes:
    meta = f'<meta charset="{label}">' if label else ""
    return f"<html><head>{meta}<title>{text[:12]}</title></head><body><p>{text}</p></body></html>".encode(encoding)


@pytest.mark.parametrize(("text", "encoding"), SAMPLES)
@pytest.mark.parametrize(
    "label", ["own", "", "utf-8", "iso-8859-1", "shift_jis", "gb2312", "euc-kr", "big5", "nonsense"]
)
def test_a_page_is_decoded_whatever_it_declares(text: str, encoding: str, label: str) -> None:
    declared = LABELS.get(encoding, encoding) if label == "own" else label
    decoded = decode(page(text, encoding, declared))
    assert f"<p>{text}</p>" in decoded.text


@pytest.mark.parametrize(("text", "encoding"), [sample for sample in SAMPLES if not sample[1].startswith("utf-16")])
@pytest.mark.parametrize("header", ["", "text/html", "text/html; charset=utf-8", "text/html; charset=ISO-8859-1"])
def test_a_plain_text_is_decoded_whatever_the_header_says(text: str, encoding: str, header: str) -> None:
    assert text in decode(text.encode(encoding), header).text


def test_a_mark_beats_every_declaration() -> None:
    body = codecs.BOM_UTF8 + page(JA, "utf-8", "shift_jis")
    decoded = decode(body, "text/html; charset=euc-jp")
    assert decoded.encoding == "utf-8"
    assert not decoded.text.startswith("\ufeff")


def test_letters_that_vendors_added_are_kept() -> None:
    text = "①髙島屋と㈱見本の協定について、市は八日に発表しました。"
    assert text in decode(text.encode("cp932"), "text/html; charset=Shift_JIS").text


def test_utf_8_cut_in_the_middle_of_a_letter_stays_utf_8() -> None:
    decoded = decode(JA.encode()[:-1])
    assert decoded.encoding == "utf-8"
    assert decoded.text.startswith(JA[:-2])


def test_a_few_damaged_letters_do_not_change_the_charset() -> None:
    body = JA.encode().replace("、".encode(), b"\xe3\x80", 1)
    assert decode(body).encoding == "utf-8"


def test_declarations_are_read_from_header_and_page_in_this_order() -> None:
    assert declared_encodings(b'<meta charset="euc-kr">', "text/html; charset=Shift_JIS") == ("cp932", "cp949")


@pytest.mark.parametrize("label", ["base64", "rot13", "hex", "undefined-charset", "idna", "unicode_escape"])
def test_a_declared_codec_that_is_no_charset_is_ignored(label: str) -> None:
    assert decode(b"\xff caf\xe9 \x80", f"text/html; charset={label}").text


@given(
    st.binary(max_size=3_000),
    st.sampled_from(["", "text/html; charset=utf-16", "text/html; charset=big5", "charset=\x00"]),
)
def test_no_bytes_make_it_raise(body: bytes, header: str) -> None:
    assert isinstance(decode(body, header).text, str)
