"""Bytes to text: every charset we meet, declared rightly, wrongly and not at all."""

import codecs
import itertools
import tomllib
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.demo.web import FILES
from pipeline.text.charsets import declared_encodings, decode
from pipeline.text.scripts import gate

ARTICLES = Path(str(FILES / "articles"))

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


# --------------------------------------------------------------------------------- every charset, declaration and difficulty

TITLES = {
    "ja": ("姉妹都市提携五十周年記念式典開催", "国際交流協会総会開催", "見本市長、友好都市を表敬訪問", "サンプル市との交流事業について"),
    "zh-Hans": ("国际友好城市合作论坛举行", "我市代表团访问姐妹城市", "市长会见外国友人，双方签署合作协议"),
    "zh-Hant": ("國際姊妹市交流會議圓滿閉幕", "樣本市長參訪友好城市", "市府與里昂市簽署合作備忘錄，深化交流"),
    "ko": ("자매도시 교류 협약 체결", "견본시장, 우호도시 대표단 접견", "국제도시포럼 개막"),
    "ru": ("Мэр подписал соглашение с городом-побратимом", "Форум городов открылся в столице", "Побратимы"),
    "fr": ("Le maire a reçu la délégation de la ville jumelée", "Été des échanges : la ville fête ses cinquante ans d’amitié", "Coopération décentralisée"),
    "de": ("Oberbürgermeister begrüßt Gäste aus der Partnerstadt", "Städtepartnerschaft: Jubiläum im Frühjahr", "Delegation für Gespräche zurück"),
    "es": ("La alcaldesa firmó el hermanamiento con la ciudad del año", "Delegación de jóvenes visitó España", "¿Qué es una ciudad hermana?"),
    "pl": ("Prezydent miasta przyjął delegację z miast partnerskich", "Współpraca między miastami się zacieśnia", "Młodzież wróciła z wymiany"),
    "cs": ("Primátor přijal delegaci z partnerského města", "Spolupráce měst se dále prohloubí", "Výměna žáků začíná v říjnu"),
    "tr": ("Belediye başkanı kardeş şehir heyetini ağırladı", "İki şehir arasında iş birliği anlaşması imzalandı", "Gençlik değişim programı başlıyor"),
    "th": ("นายกเทศมนตรีลงนามข้อตกลงเมืองพี่เมืองน้อง", "คณะผู้แทนเมืองเยือนกรุงเทพมหานคร", "ความร่วมมือระหว่างเมือง"),
    "el": ("Ο δήμαρχος υπέγραψε συμφωνία αδελφοποίησης", "Αντιπροσωπεία της αδελφής πόλης στην Αθήνα", "Συνεργασία των πόλεων"),
    "he": ("ראש העיר חתם על הסכם ערים תאומות", "משלחת מהעיר התאומה ביקרה בתל אביב", "שיתוף פעולה בין ערים"),
    "hu": ("A polgármester fogadta a testvérváros küldöttségét", "Együttműködési megállapodást írtak alá a városok", "Új testvérvárosi kapcsolat született"),
    "is": ("Borgarstjóri tók á móti sendinefnd frá vinabænum", "Samstarf borganna eykst á næsta ári", "Þing norrænna borga hefst í október"),
    "lt": ("Meras priėmė miesto partnerio delegaciją", "Miestų bendradarbiavimas toliau stiprės", "Šį rudenį prasidės mokinių mainai"),
    "uk": ("Міський голова підписав угоду з містом-побратимом", "Делегація міста відвідала столицю України", "Співпраця міст триває"),
    "ar": ("رئيس البلدية يوقع اتفاقية مع المدينة الشقيقة", "وفد المدينة يزور العاصمة لتعزيز التعاون", "منتدى المدن يفتتح أعماله"),
}  # fmt: skip
BODIES = {
    "ja": JA + "市によると、来年は市民訪問団の派遣や中学生の作品展も予定しているという。",
    "zh-Hans": HANS + "明年，两市还将组织青少年互访和图片展。",
    "zh-Hant": HANT + "明年，兩市還將舉辦青少年互訪與攝影展。",
    "ko": KO + " 내년에는 청소년 교류와 사진전도 열 예정이라고 밝혔다.",
    "ru": RU + " В следующем году планируется обмен школьниками и фотовыставка.",
    "fr": FR + " L'année prochaine, une exposition et un échange scolaire sont prévus.",
    "de": DE.replace("–", "-") + " Im nächsten Jahr sind ein Schüleraustausch und eine Ausstellung geplant.",
    "es": "La alcaldesa recibió a la delegación de la ciudad hermana y habló de cooperación en educación y medio ambiente. El próximo año habrá una exposición fotográfica.",
    "pl": "Prezydent przyjął gości z zaprzyjaźnionego miasta i rozmawiał o ochronie środowiska oraz wymianie młodzieży. W przyszłym roku odbędzie się wystawa zdjęć.",
    "cs": "Primátor přivítal hosty z partnerského města a hovořil s nimi o životním prostředí a výměně mládeže. Příští rok se uskuteční výstava fotografií.",
    "tr": "Belediye başkanı kardeş şehirden gelen heyetle çevre ve turizm alanlarında iş birliğini görüştü. Gelecek yıl öğrenci değişimi ve fotoğraf sergisi düzenlenecek.",
    "th": "นายกเทศมนตรีให้การต้อนรับคณะผู้แทนจากเมืองพี่เมืองน้อง และหารือเรื่องสิ่งแวดล้อมและการท่องเที่ยว ปีหน้าจะมีการแลกเปลี่ยนนักเรียนและนิทรรศการภาพถ่าย",
    "el": "Ο δήμαρχος υποδέχθηκε την αντιπροσωπεία της αδελφής πόλης και συζήτησε για το περιβάλλον και τον τουρισμό.",
    "he": "ראש העיר אירח את משלחת העיר התאומה ודן עמה בשיתוף פעולה בתחומי הסביבה והתיירות.",
    "hu": "A polgármester a testvérváros küldöttségével a környezetvédelemről és a diákcseréről tárgyalt. Jövőre fotókiállítás is lesz.",
    "is": "Borgarstjóri ræddi við gestina um umhverfismál og ferðaþjónustu. Á næsta ári verður haldin ljósmyndasýning.",
    "lt": "Meras su svečiais aptarė aplinkosaugą ir jaunimo mainus. Kitais metais bus surengta fotografijų paroda.",
    "uk": "Міський голова обговорив з гостями довкілля та туризм. Наступного року відбудеться обмін школярами і фотовиставка.",
    "ar": "استقبل رئيس البلدية وفد المدينة الشقيقة وبحث معه التعاون في مجالات البيئة والسياحة. ومن المقرر تنظيم معرض للصور وتبادل طلابي في العام المقبل.",
}  # fmt: skip
# Language, Python's codec, what pages call it.
CHARSETS = (
    ("ja", "cp932", "Shift_JIS"), ("ja", "euc_jp", "EUC-JP"), ("ja", "iso2022_jp", "ISO-2022-JP"),
    ("zh-Hans", "gbk", "gb2312"), ("zh-Hans", "gb18030", "GB18030"), ("zh-Hant", "big5", "Big5"), ("zh-Hant", "gb18030", "gb18030"),
    ("ko", "euc_kr", "euc-kr"), ("ko", "cp949", "ks_c_5601-1987"), ("ru", "cp1251", "windows-1251"), ("ru", "koi8_r", "koi8-r"),
    ("fr", "latin_1", "iso-8859-1"), ("fr", "iso8859_15", "ISO-8859-15"), ("fr", "cp1252", "windows-1252"), ("de", "latin_1", "iso-8859-1"),
    ("es", "cp1252", "windows-1252"), ("pl", "iso8859_2", "iso-8859-2"), ("pl", "cp1250", "windows-1250"), ("cs", "iso8859_2", "iso-8859-2"),
    ("cs", "cp1250", "windows-1250"), ("tr", "iso8859_9", "iso-8859-9"), ("tr", "cp1254", "windows-1254"),
    ("th", "tis_620", "TIS-620"), ("th", "cp874", "windows-874"), ("ar", "cp1256", "windows-1256"),
    ("el", "cp1253", "windows-1253"), ("el", "iso8859_7", "iso-8859-7"), ("he", "cp1255", "windows-1255"), ("hu", "cp1250", "windows-1250"),
    ("hu", "iso8859_2", "iso-8859-2"), ("is", "latin_1", "iso-8859-1"), ("lt", "cp1257", "windows-1257"), ("uk", "cp1251", "windows-1251"), ("uk", "koi8_u", "koi8-u"),
    *((language, "utf-8", "utf-8") for language in ("ja", "zh-Hans", "ko", "fr", "th")),
    *((language, codec, "utf-16") for language in ("ja", "zh-Hant", "ru", "en") for codec in ("utf-16", "utf-16-le", "utf-16-be")),
    ("ja", "utf-8-sig", "utf-8"), ("ko", "utf-8-sig", "utf-8"),
)  # fmt: skip
TITLES["en"] = ("Mayors sign agreement", "Cities meet", "Sister city delegation visits")
BODIES["en"] = "The mayor received the delegation of the sister city and signed an agreement on water and waste."
MARKUP = "\n".join(f'<li class="nav-{n}"><a href="/section/{n}/index.html" title="Section {n}">Section {n}</a></li>' for n in range(60))  # fmt: skip


class Case(NamedTuple):
    """Bytes, the header they come with, and what must be read in them."""

    name: str
    body: bytes
    header: str
    expected: tuple[str, ...]


def shapes(language: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Name of a kind of page, its HTML with a place for the declaration, the texts in it."""
    for number, title in enumerate(TITLES[language]):
        yield f"title {number}", f"<html><head>%s<title>{title}</title></head><body></body></html>", (title,)
    title, body = TITLES[language][0], BODIES[language]
    yield (
        "article",
        f"<html><head>%s<title>{title}</title></head>\n<body>\n<p>{body}</p>\n</body></html>",
        (title, body),
    )
    sparse = f"<html><head>%s<title>{title}</title></head>\n<body><ul>{MARKUP}</ul><h1>{title}</h1></body></html>"
    yield "sparse", sparse, (f"<h1>{title}</h1>",)


def declarations(language: str, label: str) -> Iterator[tuple[str, str, str]]:
    """Name, label in the page, header: right, absent, wrong and contradictory ones."""
    wrong = "shift_jis" if language != "ja" else "gb2312"
    yield "declared", label, ""
    yield "undeclared", "", "text/html"
    yield "header alone", "", f"text/html; charset={label}"
    yield "declared UTF-8", "utf-8", ""
    yield "header says Latin-1", label, "text/html; charset=iso-8859-1"
    yield "header says UTF-8, page says wrong", wrong, "text/html; charset=utf-8"
    yield "declared wrongly", wrong, ""


def cases() -> Iterator[Case]:
    for language, codec, label in CHARSETS:
        for (shape, html, texts), (declared, inside, header) in itertools.product(
            shapes(language), declarations(language, label)
        ):
            meta = f'<meta charset="{inside}">' if inside else ""
            written = plain(html % meta, codec)
            expected = tuple(plain(text, codec) for text in texts)
            yield Case(f"{language} {codec} {shape}, {declared}", written.encode(codec), header, expected)


def plain(text: str, codec: str) -> str:
    """A text with the marks that a charset lacks written as its readers would write them."""
    marks = {"’": "'", "–": "-"}
    return "".join(c if c not in marks or c.encode(codec, "ignore") else marks[c] for c in text)


OF_SAMPLE = {
    "ja": ("cp932", "euc_jp", "iso2022_jp"), "zh-Hans": ("gb18030", "utf-16-le"), "zh-Hant": ("big5", "gb18030"), "ko": ("cp949", "euc_kr"),
    "": ("cp1252", "iso8859_15", "utf-16-be"),
}  # fmt: skip


def test_the_articles_of_the_demonstration_decode_right_undeclared_and_declared_wrongly() -> None:
    wrong = []
    for file in sorted(ARTICLES.rglob("*.toml")):
        article = tomllib.loads(file.read_text("utf-8"))
        text = f"<title>{article['title']}</title>\n<p>{article.get('body', '')}</p>"
        for codec, header in itertools.product(
            OF_SAMPLE.get(gate(text).language, OF_SAMPLE[""]), ("", "charset=utf-8")
        ):
            body = text.encode(codec, "ignore")
            decoded = decode(body, f"text/html; {header}")
            if decoded.text != body.decode(codec):
                wrong.append(f"{file.stem} {codec} {header}: read as {decoded.encoding}")
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong)


def damaged(case: Case, at: int) -> bytes:
    """The page with one byte of its text replaced by one that no charset has there, or that tears a pair."""
    return case.body[:at] + b"\xff" + case.body[at + 1 :]


def test_pages_in_every_charset_decode_right_whatever_they_declare() -> None:
    wrong, number = [], 0
    for case in cases():
        number += 1
        decoded = decode(case.body, case.header)
        if not all(text in decoded.text for text in case.expected):
            wrong.append(f"{case.name}: read as {decoded.encoding}")
    assert number >= 318
    assert not wrong, f"{len(wrong)} of {number}:\n" + "\n".join(wrong)


def articles() -> list[Case]:
    return [case for case in cases() if "article," in case.name and "utf-16" not in case.name]


def alike(read: str, expected: str) -> float:
    """The share of the expected characters that were read, in order."""
    return SequenceMatcher(None, expected, read, autojunk=False).find_longest_match().size / len(expected)


def test_one_broken_byte_does_not_change_the_charset() -> None:
    wrong = []
    for case in articles():
        middle = next(at for at in range(len(case.body) * 2 // 3, len(case.body)) if case.body[at] > 0x7F or case.name.startswith(("en", "ja iso2022")))  # fmt: skip
        decoded = decode(damaged(case, middle), case.header)
        if case.expected[0] not in decoded.text or alike(decoded.text, case.expected[1]) < 0.3:
            wrong.append(f"{case.name}: read as {decoded.encoding}")
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong)


@pytest.mark.parametrize("cut", [21, 22])
def test_a_page_cut_at_its_end_keeps_its_charset(cut: int) -> None:
    wrong = []
    for case in articles():
        decoded = decode(case.body[:-cut], case.header)
        if case.expected[0] not in decoded.text or alike(decoded.text, case.expected[1]) < 0.9:
            wrong.append(f"{case.name}: read as {decoded.encoding}")
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong)


@pytest.mark.parametrize("language", ["ja", "zh-Hans", "ko", "ru", "fr", "de", "tr"])
def test_a_comment_in_another_charset_does_not_spoil_a_page_in_utf_8(language: str) -> None:
    comment = "<!-- Vorlage für Überschriften, geändert -->".encode("latin-1")
    body = comment + f"<title>{TITLES[language][0]}</title>\n<p>{BODIES[language]}</p>".encode() + comment
    decoded = decode(body, "text/html; charset=iso-8859-1")
    assert BODIES[language] in decoded.text
    assert decoded.encoding == "utf-8"
