"""Bytes to text where the declared charset, the real one and what the bytes allow may all differ.

The order is BOM, ISO-2022-JP escape, UTF-16 by its zeros, UTF-8, then the likeliest of all charsets: how probable the characters
that it reads are in one of its languages. The declared one starts ahead.
"""

from __future__ import annotations

import codecs
import functools
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
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
    return _by_likelihood(body, declared_encodings(body, content_type))


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
_ISO_2022_KR = b"\x1b$)C"
SAMPLE_BYTES = 2_000  # enough to tell; scoring whole megabytes would cost seconds


def _by_mark(body: bytes) -> Decoded | None:
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return Decoded(body[len(mark) :].decode(encoding, "replace"), encoding)
    if b"\x1b" in body and len(body.translate(None, _ASCII)) * 100 <= len(
        body
    ):  # a broken byte is none of another charset
        if _ISO_2022_JP.search(body):
            return Decoded(body.decode("iso2022_jp_ext", "replace"), "iso2022_jp_ext")
        if _ISO_2022_KR in body:
            return Decoded(body.decode("iso2022_kr", "replace"), "iso2022_kr")
    return None


_ASCII = bytes(range(128))


def _by_zeros(body: bytes) -> Decoded | None:
    """UTF-16 without a mark: other charsets have no zero bytes, and read the wrong way round it makes no words."""
    sample = body[: min(SAMPLE_BYTES, len(body)) // 2 * 2]
    shares = {}
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample.decode(encoding, "replace")
        shares[encoding] = sum(1 for c in text if "\t" <= c <= "~" or c in _alphabet()) / max(1, len(text))
    best = max(shares, key=lambda name: shares[name])
    return Decoded(body.decode(best, "replace"), best) if shares[best] >= _WIDE_SHARE else None


_WIDE_SHARE = 0.7  # known characters among all; read the wrong way round, or not being UTF-16 at all, below a half


def _as_utf8(body: bytes) -> str | None:
    """UTF-8, also where the end is cut off or some characters were damaged; None for other charsets."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = _sample(body).decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    right = len(text) - len(text.encode("ascii", "ignore")) - damaged
    # Text of another charset is hardly ever valid UTF-8: its damage outnumbers its chance hits five to one.
    return body.decode("utf-8", "replace") if damaged <= right else None


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


# Letters by falling frequency, in the languages that a charset serves. Marks that all of a script's languages use stand apart.
_LETTERS = {
    "ru": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
    "uk": "оаниівтерслкдумпязьбгчйхжцшюєїфщґ",
    "bg": "аоиетнрсвлкпдмзъугябчцжйщхшюфь",
    "sr": "аоиенртсјвкудпмлзгбчљшцжњћђхфџ",
    "el": "αοιετσνηυρπκμλςίόάέγδήχθύφωώβξζψϊϋΐΰ",
    "he": "יולהמאתרבשנדעכחפםצקזגןטסךףץ",
    "ar": "اليمنرتوبةدعسفهكقحجشطصخأىذثضغئءزظإآؤ",
    "fa": "ایرنمتودهبسشکگپچژخلزقعجفحآطصغضذثظئ",
    "th": "านรอกเงมยลวดทสตะปบคแหจพขไโผชซถศณธภญฐใฎฬฟษฆฉฏฝฒฑฤฯๆ่้ีัิุื์ูึ็ำๅ๊๋",
    "fr": "éèàêçôùâîûœëïüæ",
    "de": "üäöß",
    "es": "óíáéñúü",
    "pt": "ãçáéíóêõâàúô",
    "it": "àèùòìéî",
    "nordic": "äöåøæéü",
    "is": "áðíéöóúþýæ",
    "pl": "ąęółśżćńź",
    "cs": "íáéěýčřšžůúóťňď",
    "sk": "áíéčýžšúľťóôňäďŕĺ",
    "hu": "áéöóüíőúű",
    "ro": "ăîâșțşţ",
    "hr": "čšžćđ",
    "tr": "ıüşöğçâîû",
    "lt": "ėšųįžąūčę",
    "lv": "āīēšūņļžģčķ",
    "et": "äõüöšž",
    "ca": "óàéèíçúòïü·",
}
_LATIN = frozenset(
    ["fr", "de", "es", "pt", "it", "nordic", "is", "pl", "cs", "sk", "hu", "ro", "hr", "tr", "lt", "lv", "et", "ca"]
)
_MARKS_OF_LATIN = "’“”„–—…«»‘‚‹›·•€©®°§ªº¿¡½£™´"
# Hiragana, katakana and syllables of Hangul by their rough frequency.
_HIRAGANA = "のにたいるしとはてをなでがかれらもりまさっすこあよくうきえけわめそみつちおやせどだばじごろべぎずほねへひげふむぶびゆぐぞぬんょゅゃぜづぼざぱぷぽぴぺぁぇぃぅぉ"
_KATAKANA = "ーンストルイラリアクドシフカジタレログマニテキメサプミコパオバデウトナムエセハツチモビワダヤゴノィヨケベガソホヒブポネギェズボョユァヘピャゲザォュヌッヴゾィ"
_HANGUL = (
    "이다는의에을를고가하기지사은로한인도서자시대정그어해리나일전라만제과스부아수있것으들장여원보상성에게주국연구조년월회관공동산까와오무경비세면거했중소위최적유선결내할합행화출계체민단당교방발신안명"
    "호문식협학미분재건외통실트용차요모양력업된니않때러우더음법반또저간친물강본목생심김각영천역활판예감타임속진참맺개청노체포코자매축울협약방우호표단류접견회담날열린밝혔습됐번째올년"
)
# The characters that Japanese schools teach in the first six years, and those of reports on cities and diplomacy.
_KANJI = (
    "一右雨円王音下火花貝学気九休玉金空月犬見五口校左三山子四糸字耳七車手十出女小上森人水正生青夕石赤千川先早草足村大男竹中虫町天田土二日入年白八百文木本名目立力林六"
    "引羽雲園遠何科夏家歌画回会海絵外角楽活間丸岩顔汽記帰弓牛魚京強教近兄形計元言原戸古午後語工公広交光考行高黄合谷国黒今才細作算止市矢姉思紙寺自時室社弱首秋週春書少場色食心新親図数西声星晴切雪船線前組走多太体台地池知茶昼長鳥朝直通弟店点電刀冬当東答頭同道読内南肉馬売買麦半番父風分聞米歩母方北毎妹万明鳴毛門夜野友用曜来里理話"
    "悪安暗医委意育員院飲運泳駅央横屋温化荷界開階寒感漢館岸起期客究急級宮球去橋業曲局銀区苦具君係軽血決研県庫湖向幸港号根祭皿仕死使始指歯詩次事持式実写者主守取酒受州拾終習集住重宿所暑助昭消商章勝乗植申身神真深進世整昔全相送想息速族他打対待代第題炭短談着注柱丁帳調追定庭笛鉄転都度投豆島湯登等動童農波配倍箱畑発反坂板皮悲美鼻筆氷表秒病品負部服福物平返勉放味命面問役薬由油有遊予羊洋葉陽様落流旅両緑礼列練路和"
    "愛案以衣位囲胃印英栄塩億加果貨課芽改械害街各覚完官管関観願希季紀喜旗器機議求泣救給挙漁共協鏡競極訓軍郡径型景芸欠結建健験固功好候航康告差菜最材昨札刷殺察参産散残士氏史司試児治辞失借種周祝順初松笑唱焼象照賞臣信成省清静席積折節説浅戦選然争倉巣束側続卒孫帯隊達単置仲貯兆腸低底停的典伝徒努灯堂働特得毒熱念敗梅博飯飛費必票標不夫付府副粉兵別辺変便包法望牧末満未脈民無約勇要養浴利陸良料量輪類令冷例歴連老労録"
    "圧移因永営衛易益液演応往桜恩可仮価河過賀快解格確額刊幹慣眼基寄規技義逆久旧居許境均禁句群経潔件券険検限現減故個護効厚耕鉱構興講混査再災妻採際在財罪雑酸賛支志枝師資飼示似識質舎謝授修述術準序招承証条状常情織職制性政勢精製税責績接設舌絶銭祖素総造像増則測属率損退貸態団断築張提程適敵統銅導徳独任燃能破犯判版比肥非備俵評貧布婦富武復複仏編弁保墓報豊防貿暴務夢迷綿輸余預容略留領"
    "異遺域宇映延沿我灰拡革閣割株干巻看簡危机貴揮疑吸供胸郷勤筋系敬警劇激穴絹権憲源厳己呼誤后孝皇紅降鋼刻穀骨困砂座済裁策冊蚕至私姿視詞誌磁射捨尺若樹収宗就衆従縦縮熟純処署諸除将傷障城蒸針仁垂推寸盛聖誠宣専泉洗染善奏窓創装層操蔵臓存尊宅担探誕段暖値宙忠著庁頂潮賃痛展討党糖届難乳認納脳派拝背肺俳班晩否批秘腹奮並陛閉片補暮宝訪亡忘棒枚幕密盟模訳郵優幼欲翌乱卵覧裏律臨朗論"
    "携締戚援催岐阜埼奈阪岡沖縄鹿茨栃媛韓伊江沢浜瀬崎塚尾井杉藤佐斎渡互恵贈呈握企促採択及紹介隣離遣遺還迎往亜欧豪寧杭蘇瀋陽釜邱鮮露緊継続維持更新抱避被災震津慰霊祈祷献鐘爆廃核兵珠"
)
# The most frequent characters of Chinese in falling order, and those of reports on cities and diplomacy, simplified.
_HANZI = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运"
    "城友好谊协会议际谈访问签署约谊届坛组织团率州省县区镇港湾江河湖岛市府委副席局主任秘书官使馆馆领事驻华中日韩俄法德英美欧亚非洲联盟伙伴姐妹结缔交流合作文化旅游青少年环境经济贸易投资创新科技绿色低碳可持续发展智慧峰论举办召开出席致辞表示指出强调介绍推动深化加强促进拓展扩大共建一带路丝绸之路建设项目签订谅解备忘录代表考察参观接待来宾客人嘉宾周年纪念庆祝活动仪式展览演出音乐艺术体育比赛留学培训医疗卫生防灾减灾消防港口航线直飞友谊林樱花横滨神户京大阪名古屋广岛长崎札幌仙台福冈北九釜山首尔仁川莫斯科巴黎伦敦柏林纽约洛杉矶旧金山里昂罗马维也纳重庆天津上海北京广州深圳杭州苏州南京武汉成都西安青岛大连沈阳哈尔滨宁波厦门昆明长沙郑州济南合肥福州海口桂林"
    "收今往远近黄红蓝青王李张刘陈杨赵吴周徐孙朱胡林何郭高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜样本站访样双方就领域等首次迎共商"
)
# Simplified and traditional in pairs, for the characters above.
_PAIRS = (
    "这這个個们們来來为為国國说說时時会會对對过過发發后後种種经經么麼学學现現当當没沒动動还還进進样樣开開从從实實军軍无無与與长長机機关關点點业業将將两兩间間问問并並应應战戰头頭体體见見产產话話给給门門儿兒东東声聲员員论論处處义義几幾认認条條气氣题題尔爾别別变變总總电電数數报報结結务務场場件件计計资資许許统統区區队隊决決马馬书書则則听聽却卻达達强強难難权權设設记記类類据據边邊张張该該规規万萬觉覺术術领領确確传傳师師观觀让讓识識带帶导導争爭运運"
    "谊誼协協议議际際谈談访訪签簽约約届屆坛壇组組织織团團县縣镇鎮湾灣岛島秘祕馆館驻駐华華韩韓欧歐亚亞联聯伙夥缔締环環济濟贸貿创創绿綠续續举舉办辦辞辭调調绍紹扩擴丝絲绸綢项項订訂谅諒备備录錄参參宾賓纪紀庆慶仪儀览覽艺藝体體赛賽疗療卫衛灾災减減线線飞飛樱櫻横橫滨濱户戶广廣冈岡伦倫纽紐矶磯罗羅维維纳納汉漢苏蘇连連沈瀋阳陽宁寧厦廈郑鄭黄黃红紅蓝藍刘劉陈陳杨楊赵趙吴吳孙孫谢謝邓鄧冯馮萧蕭叶葉蒋蔣双雙"
)
_CJK_MARKS = "　、。，．・：；？！「」『』（）〈〉《》【】“”‘’…—～－／％＋＝０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ々〇①②③●○■□◆◇△▲※→★☆〒"

# Charset -> the languages whose text it may hold. Others are tried if declared, with every language.
_CHARSETS = {
    "cp932": ("ja",),
    "euc_jp": ("ja",),
    "gb18030": ("zh-Hans", "zh-Hant"),
    "big5hkscs": ("zh-Hant",),
    "cp949": ("ko",),
    "cp1252": ("fr", "de", "es", "pt", "it", "nordic", "is", "ca"),
    "iso8859_15": ("fr", "de", "es", "pt", "it", "nordic", "is", "et"),
    "cp1251": ("ru", "uk", "bg", "sr"),
    "koi8-u": ("ru", "uk"),
    "cp1250": ("pl", "cs", "sk", "hu", "ro", "hr", "de"),
    "iso8859_2": ("pl", "cs", "sk", "hu", "ro", "hr", "de"),
    "cp1253": ("el",),
    "cp1254": ("tr",),
    "cp1255": ("he",),
    "cp1256": ("ar", "fa"),
    "cp1257": ("lt", "lv", "et"),
    "cp874": ("th",),
}
# Codec and the lead bytes of the rows that a standard keeps for everyday characters: JIS X 0208 level 1, GB 2312 level 1, Big5
# level 1, and the syllables of KS X 1001.
_EVERYDAY_ROWS = {
    "ja": ("euc_jp", 0xB0, 0xCF),
    "zh-Hans": ("gb2312", 0xB0, 0xD7),
    "zh-Hant": ("big5", 0xA4, 0xC6),
    "ko": ("euc_kr", 0xB0, 0xC8),
}

# Natural logarithms of probabilities. What no list holds is one in some hundred thousand, what no reader ever writes far less.
_UNLISTED = math.log(3e-6)
_DAMAGE = math.log(1e-8)
_IN_CAPITALS = math.log(0.06)
# Two accented letters beside each other in a Latin alphabet; another script glued to a Latin letter; a capital after a small one.
_ADJACENT = math.log(0.1)
_GLUED = math.log(0.02)
_WRONG_PLACE = math.log(0.02)
# Turkish headlines read as Icelandic ones (ş ı ğ are þ ý ð there), of which there are far fewer; þ only begins a syllable.
# The same holds of the Baltic languages and their neighbours.
_PRIORS = dict.fromkeys(("is", "lt", "lv", "et"), -2.0)
# What a declaration is worth: one in three hundred is wrong about a page that could be either.
_DECLARED_LEAD = 6.0

_DAMAGED = re.compile("[\ufffd\x80-\x9f\ue000-\uf8ff]")
_FOREIGN = re.compile("[^\x00-\x7f\u00a0]")
_PAIR_OF_ACCENTS = re.compile(r"(?<=[^\x00-\x7f\W])[^\x00-\x7f\W]")
_INSIDE_WORDS = re.compile(r"(?<=[a-zA-Z])[^\x00-\x7f\W]|[^\x00-\x7f\W](?=[a-zA-Z])")
_MISPLACED = re.compile(
    "þ(?![aeiouyáéíóúýöæjvr])|(?<=[а-яёіїєґα-ωά-ώß-öø-ÿčšžćđąęłńśźżěřůťďňığş])[А-ЯЁІЇЄҐΑ-ΩÀ-ÖØ-ÞČŠŽĆĐĄĘŁŃŚŹŻĚŘŮŤĎŇİĞŞ]"
)


@functools.cache
def _model(language: str) -> Mapping[str, float]:
    """Character -> logarithm of its probability among a language's characters outside ASCII."""
    if language == "ja":
        shares = [*_ranked(_HIRAGANA, 0.35), *_ranked(_KATAKANA, 0.12), *_even(_KANJI, 0.40), *_even(_CJK_MARKS, 0.08)]
    elif language in ("zh-Hans", "zh-Hant"):
        hanzi = _HANZI if language == "zh-Hans" else _HANZI.translate(_TO_TRADITIONAL)
        shares = [*_ranked(hanzi, 0.80), *_even(_CJK_MARKS, 0.10)]
    elif language == "ko":
        shares = [*_ranked(_HANGUL, 0.88), *_even(_CJK_MARKS, 0.04)]
    else:
        shares = [*_ranked(_LETTERS[language], 0.9), *_even(_MARKS_OF_LATIN + "№،؟؛", 0.08)]
    model: dict[str, float] = {}
    for character, share in (*shares, *_even(_everyday(language), 0.05)):
        model.setdefault(character, math.log(share))
    for character, logarithm in tuple(model.items()):
        capital = character.upper()
        if len(capital) == 1:
            model.setdefault(capital, logarithm + _IN_CAPITALS)
    return model


_TO_TRADITIONAL = str.maketrans(_PAIRS[::2], _PAIRS[1::2])


def _ranked(characters: str, mass: float) -> Iterable[tuple[str, float]]:
    """A share for each character, the first the greatest: Zipf's law, flattened as letters of alphabets are."""
    distinct = tuple(dict.fromkeys(characters))
    weights = [1 / (rank + 3) for rank in range(len(distinct))]
    total = sum(weights)
    return ((c, mass * weight / total) for c, weight in zip(distinct, weights, strict=True))


def _even(characters: Iterable[str], mass: float) -> Iterable[tuple[str, float]]:
    distinct = frozenset(characters)
    return ((c, mass / len(distinct)) for c in distinct)


@functools.cache
def _everyday(language: str) -> frozenset[str]:
    """The characters of the everyday rows of a language's standard, empty for alphabets."""
    if language not in _EVERYDAY_ROWS:
        return frozenset()
    codec, first, last = _EVERYDAY_ROWS[language]
    trails = (*range(0x40, 0x7F), *range(0xA1, 0xFF)) if codec == "big5" else tuple(range(0xA1, 0xFF))
    pairs = (bytes((lead, trail)) for lead in range(first, last + 1) for trail in trails)
    return frozenset("".join(pair.decode(codec, "ignore") for pair in pairs))


@functools.cache
def _alphabet() -> frozenset[str]:
    """Every character of every model."""
    return frozenset().union(*(_model(language) for languages in _CHARSETS.values() for language in languages))


def _by_likelihood(body: bytes, declared: tuple[str, ...]) -> Decoded:
    sample = _sample(body)
    for name in declared:
        if name in _WIDE_CHARSETS and _is_plain(sample, name):
            return _decode_whole(body, name)
    # On equal likelihood the first wins: what was declared, then the order of the table.
    candidates = tuple(dict.fromkeys((*declared, *_CHARSETS)))
    scores = {name: _score(sample, name) + (_DECLARED_LEAD if name in declared else 0.0) for name in candidates}
    return _decode_whole(body, max(candidates, key=lambda name: scores[name]))


# Charsets of East Asia: read in the wrong one of them, everyday characters turn into rare ones.
_WIDE_CHARSETS = frozenset({"cp932", "euc_jp", "gb18030", "big5hkscs", "cp949"})
# Logarithm of the probability of a character: right readings of real pages lie at -8.1 and above, wrong ones at -11.3 and below.
_PLAIN = -9.0


def _is_plain(sample: bytes, encoding: str) -> bool:
    """True where what was declared reads so well that no other charset need be asked."""
    characters = len(_FOREIGN.findall(sample.decode(encoding, "replace")))
    return characters > 0 and _score(sample, encoding) >= _PLAIN * characters


# From a byte outside ASCII to the end of its text. No charset has these marks inside a character.
_STRETCH = re.compile(rb"[A-Za-z]?[\x80-\xff][^<>\"\r\n]*")


def _sample(body: bytes) -> bytes:
    """The first stretches of text that are not ASCII, one a line."""
    stretches, size = [], 0
    for match in _STRETCH.finditer(body):
        stretches.append(match[0][:SAMPLE_BYTES])
        size += len(stretches[-1])
        if size > SAMPLE_BYTES:
            break
    return b"\n".join(stretches)


def _score(sample: bytes, encoding: str) -> float:
    """Logarithm of the probability of what a charset reads, in the language that fits it best."""
    try:
        text = sample.decode(encoding, "replace")
    except (LookupError, ValueError):  # IDNA and the like call themselves charsets
        return -math.inf
    characters = Counter(_FOREIGN.findall(text.removesuffix("\ufffd")))  # the last character may have been cut
    if characters["\ufffd"] * _MOST_BROKEN > characters.total():
        return _DAMAGE * characters.total()
    languages = _CHARSETS.get(encoding, tuple(_LETTERS))
    misplaced = len(_MISPLACED.findall(text)) * _WRONG_PLACE
    accents = glued = 0.0
    if not _LATIN.isdisjoint(languages):
        accents = len(_PAIR_OF_ACCENTS.findall(text)) * _ADJACENT
    if not _LATIN.issuperset(languages):
        glued = len(_INSIDE_WORDS.findall(text)) * _GLUED
    return misplaced + max(
        _likelihood(characters, language) + (accents if language in _LATIN else glued) for language in languages
    )


_MOST_BROKEN = 4  # a quarter of the characters


def _likelihood(characters: Mapping[str, int], language: str) -> float:
    model = _model(language)
    return _PRIORS.get(language, 0.0) + sum(
        number * model.get(c, _DAMAGE if _DAMAGED.match(c) else _UNLISTED) for c, number in characters.items()
    )


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
