"""Writing systems: which ones a text is in, and which language they alone decide.

Statistical detectors call Traditional Chinese and kanji-only titles Korean; the script says better. What it cannot decide
(Latin, Cyrillic, Arabic, Devanagari) is left to them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
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
    "[\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fd-\u30ff\uff66-\uff9d]+"
)  # without ー and ・, which Chinese borrows
_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e]+")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_LATIN = re.compile("[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]+")
_CYRILLIC = re.compile("[\u0400-\u052f]+")
_OTHER = re.compile("[\u0370-\u03ff\u0530-\u06ff\u0750-\u077f\u0900-\u109f\u10a0-\u10ff\u1200-\u137f\u1780-\u17ff]+")

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
    counts = (sum(map(len, pattern.findall(text))) for pattern in (_KANA, _HANGUL, _HAN, _LATIN, _CYRILLIC, _OTHER))
    return Scripts(*counts)


class Gate(NamedTuple):
    """What the scripts alone say of a text."""

    language: str  # BCP 47; "" if the scripts decide nothing
    confidence: float  # 0..1
    script: str  # "cjk" | "latin" | "cyrillic" | "other" | "" for a text without letters


# Kana among kana and Han. Measured on real pages: Japanese bodies 0.40 and more, headlines 0.11 and more, Chinese at most 0.002.
_KANA_SHARE = 0.06
_SHORT = 80  # letters: in a headline even one kana among Latin names is Japanese grammar
_SAMPLE = 2_000  # characters; a longer text says the same and costs more
_CJK_SHARE = 0.25  # one Han or Hangul character says about as much as three Latin letters


def gate(text: str) -> Gate:
    """The language that the writing system decides, if it does."""
    text = text[:_SAMPLE]
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
    if found.kana and found.total < _SHORT:
        return Gate("ja", 0.8, "cjk")
    return Gate("", 0.0, "cyrillic" if found.cyrillic > found.latin else "latin")


def _gate_cjk(text: str, found: Scripts) -> Gate:
    if found.hangul > found.kana and found.hangul * 3 >= found.hangul + found.han:
        return Gate("ko", 0.99, "cjk")
    if found.kana >= max(1, (found.kana + found.han) * _KANA_SHARE):
        return Gate("ja", 0.99, "cjk")
    language, confidence = _gate_han(text[:_HAN_SAMPLE])
    return Gate(language, confidence, "cjk")


# ------------------------------------------------------------------------------------------------------ Han characters only


class _Weights(NamedTuple):
    """What a character or word says for or against each language that is written in Han characters alone."""

    ja: float
    hans: float
    hant: float


_EVEN = _Weights(0.0, 0.0, 0.0)


def _words(*lines: str) -> re.Pattern[str]:
    """Words, or regular expressions for them, divided by spaces; of two that begin alike the longer is read."""
    return re.compile("|".join(sorted(" ".join(lines).split(), key=len, reverse=True)))


# Words of Japanese officialdom that Chinese writes otherwise (締結式 but 签约仪式, 平和 but 和平), by kind.
_JA_WORDS = _words(
    # what cities do together
    "(?<!京)都市(?!報|报|更新|圈) 友好都市 提携 締結式 調印 覚書 合意書 連携 姉妹 交歓 親善 友好親善 国際交流 国際協力 平和 議連 首長 首脳",
    # visits: whose, to where
    "表敬 来訪 来日 来県 来庁 来校 来道 来市 来賓 来場 再訪 初訪 訪日団 訪米 訪欧 訪独 訪仏 訪英 訪豪 訪越 訪問(?:団|記|中|先|者|予|終|報) 派遣 視察団 出迎 歓迎式 受入",
    "使節団 親善大使 親善使節 駐在員 総領事 臨時代理 着任 退任 就任 再任 当選 名誉市民",
    # countries in one character, the Japanese one first or as Japanese orders them
    "日中 日韓 日米 日英 日独 日仏 日伊 日豪 日越 日印 日露 日ロ 日台 日朝 日蒙 日加 日墨 日伯 日泰 日比 日欧 日本側 米国 豪州 欧州 英国 仏国 独国 露国 韓国 中韓 米中 米軍 中米 南米",
    # offices and bodies
    "知事(?!道) 県 都道府県 市町村 市町 町長 村長 町議 市議会 県議会 町議会 県立 町立 府立 都立 道庁 府庁 市役所 町役場 役場 役所 区役所 自治体 政令 実行委 教育委員会 商工会 観光協会 国際課 協議会 連絡会",
    "事務局 担当 小学校 中学校 高等学校 大学院 高校生 児童 生徒 若手 先生方 住民 農協 漁協 造船所 製作所 工場",
    # what a notice says
    "開催 募集 受付 実施 発足 発効 予定 中止 終了 報告会 説明会 講演会 勉強会 懇談会 懇親会 祝賀会 音楽会 送別会 歓迎会 相談会 展示会 見学会 体験 参加者 申込 手続 取組 対応 対象 案内 情報 掲載 公募 応募",
    "発表 記者会見 会談 意見交換 会合 総会 市長会 式典 [一-鿿]{2}式(?![一-鿿]) 挙行 記念 周年記念 記念式 贈呈 寄贈 寄付 寄附 義援金 支援物資 助成金 助成 受賞 受章 叙勲 祝辞 挨拶 乾杯",
    "事業 企画 企業誘致 見直 拡大 拡充 強化 継続 再開 再生 解消 破棄 白紙 撤回 見送 延期 断念 検討 初開催 合意 了承 承認 可決 否決 議決 採択 宣言文",
    "動画 写真展 映画 作品展 書道 華道 茶道 日本庭園 料理 試食 給食 特産品 物産展 伝統芸能 踊 神輿 太鼓 花火 祭(?!祀|典) 温泉郷 少年野球 剣道 柔道 駅伝 親子 子供 入門",
    # numbers and dates
    "第?[0-9一二三四五六七八九十百]+(?:回|番目|年度|年目|年間|都市|団体|件|社|校|件目|例目|人目|歳|頭) 令和 平成 昭和 大正(?=[0-9一二三四五六七八九十元]) 来年 今年度 来月 来春 今秋 今夏 昨年 本日 午前 午後 時半",
    "々 〆 [一-鿿]・[一-鿿]",
    # classes and courses
    "日本語 語学 開講 受講 講座 教室(?=開|参|生徒|募|の|、|$) 講習会 料理教室 出前 聴講 通訳 翻訳 語り部 弁論大会",
)
# Words of Chinese in either script: the small words of its grammar, its terms for our subject, its names of foreign places.
_ZH_WORDS = _words(
    "(?<![目的標])的(?!中|確|士) 了(?!承|解|見) (?<!必)是(?!正|非) (?<![現存所滞自不実健潜駐内点散])在(?!住|日|留|籍|庫|学|校|宅|任|庁|位|職|来|外公館|京|阪|米|韓|中国|宅|席|野) 我(?!孫|慢|流) 他(?!県|市|都|国|社|自|方|人|界|府|言|団|者) 已 此(?!花) 其 之(?!助|進|介|丞) 及(?!川|第|部) (?<![方意志動傾指趣風転上下外内仕])向(?!上|学|島|井|日|陽|山|原|丘|田|後) 怎 哪 您 你 她 它",
    "(?<![都結安稲葛多賀磐茨岩白宮結津秋])城市 友城 姐妹 姊妹(?!都市|校|港|船|艦|編) 和平(?!台|大路|島) 代表(?=团|團) 外事 外办 外辦 [我贵貴][市省国國] 市政府 市委 省委 人民(?!元|共和) 書記(?!長|官) 书记 [副常]委 副?省[长長] 率(?=[团團领領队隊员員代]) (?<!出)赴(?!任) 抵(?!抗|触|当|達) 會見 参访 參訪 拜会 拜會 拜訪 拜访 会晤 會晤 接待 邀 共商 共建 打造 助力 携手 攜手 走进 走進 亮相 落幕 落户 落戶 登場 登场 啟動 启动 致辞 致辭 致詞 主持 座谈 座談 友协 友協",
    "第[0-9一二三四五六七八九十百]+[届屆] 首[届屆次个個] [0-9一二三四五六七八九十百]+週年 [一两兩二三四五六七八九]座 [一两兩二三]地 [两兩双雙]方 [两兩双雙]城 [双雙]边 結好 结好 建交 友谊 友誼 情谊 情誼 中外 中日(?!新聞|友好病院) 中韩 中韓 中美 中欧 中歐 中法 中德 中英 中俄 韩中 日方 台日 臺日 臺韓 台韓 台美 臺美 日台(?=交流|友好) 訪美 訪歐 訪德 訪港 訪澳 訪泰 外宾 外賓 圆满 圓滿 合作(?!社) 高峰 峰会 峰會 论坛 論壇 年会 年會 民间 进一步 進一步 促进 促進會 推动 推動 深化 加强 扩大 擴大 交流(?=合|互|活|与|與|访|訪)",
    "美国 美國 德国 德國 法国 法國 英國 泰国 泰國 俄罗斯 俄羅斯 意大利 義大利 西班牙 葡萄牙 荷兰 荷蘭 比利时 比利時 瑞士 瑞典 挪威 丹麦 丹麥 芬兰 芬蘭 波兰 波蘭 捷克 匈牙利 希腊 希臘 土耳其 以色列 伊朗 埃及 南非 摩洛哥 印尼 马来西亚 馬來西亞 新加坡 菲律宾 菲律賓 越南 柬埔寨 老挝 缅甸 缅甸 泰国 澳大利亚 澳洲 新西兰 紐西蘭 加拿大 墨西哥 巴西 阿根廷 智利 秘鲁 秘魯 蒙古国 乌克兰 烏克蘭",
    "首尔 首爾 平壤 东京 伦敦 倫敦 巴黎 柏林 慕尼黑 汉堡 漢堡 法兰克福 法蘭克福 罗马 羅馬 米兰 米蘭 威尼斯 佛罗伦萨 佛羅倫斯 里昂 马赛 馬賽 波尔多 波爾多 马德里 馬德里 巴塞罗那 巴塞隆納 里斯本 阿姆斯特丹 鹿特丹 布鲁塞尔 布魯塞爾 维也纳 維也納 布拉格 华沙 華沙 布达佩斯 布達佩斯 雅典 莫斯科 圣彼得堡 聖彼得堡 基辅 基輔 伊斯坦布尔 伊斯坦堡 安卡拉 迪拜 杜拜 开罗 開羅 曼谷 清迈 清邁 河内市 胡志明 雅加达 雅加達 泗水 万隆 萬隆 马尼拉 馬尼拉 宿务 宿霧 吉隆坡 槟城 檳城 金边 金邊 孟买 孟買 新德里 悉尼 雪梨 墨尔本 墨爾本 布里斯班 奥克兰 奧克蘭 纽约 紐約 洛杉[矶磯] 旧金山 舊金山 西雅图 西雅圖 芝加哥 波士顿 波士頓 休斯敦 休士頓 底特律 費城 费城 温哥华 溫哥華 多伦多 多倫多 蒙特利尔 蒙特婁 墨西哥城 圣保罗 聖保羅 里约 里約 利马 利馬 乌兰巴托 烏蘭巴托 河內",
)
# Words that only one of the two Chinas writes so, in characters that the other has as well.
_HANS_WORDS = _words("姐妹 信息 我国 周年 公里 网络 旧金山 悉尼 新西兰 友城 市友协 朝鲜 博览会 副省 省委 市委 召开")
_HANT_WORDS = _words(
    "姊妹 臺 週年 里長 市府 縣 鄉 雙北 國中 市議 議員 高雄 基隆 雪梨 舊金山 紐西蘭 義大利 杜拜 資訊 網路 計畫 行銷 論壇 登場 樂節 志工 曝光 新北 台北 台中 台南 (?<![湖河東东西華华臺台])北市(?!場|场|民|區|区) 高市府 中市府 南市府 立委 里民 區公所 續約 來台 訪台 訪團 影片 盼 捷運"
)

_HAN_SAMPLE = 1_000  # characters; a Chinese text has shown dozens of its own by then
_WORD = 1.0
_MOSTLY_HANS = 0.25  # of Chinese lines that tell nothing more, most are simplified
# A character that a language's standard lacks weighs as three words, one of its rare rows as half a word.
_ABSENT = -3.0
_RARE = -0.5
# Old forms that Japan has shortened (會, 滿, 圓), which still stand in names.
_OLD_FORM = -1.5
_VERB = r"(?:訪問|開催|視察|参観|出席|参加|派遣|締結|決定|合意|決議|設立|支援|会談|発表|協定|協力)"
_ENDS_IN_VERB = re.compile(
    _VERB + r"(?:団|記念|報告|先|者|中|予定|終了|中止|延期)?(?=[、。」】）)\s]|$)"
)  # the Japanese order
_VERB_BEFORE_OBJECT = re.compile(
    r"(?:訪問|視察|出席|參加|簽署|締結|会见|會見)(?=[\u4e00-\u9fff]{2})(?!団|記念|報告|中止|予定|終了|延期|事業|日程|友好都|代表団)"
)
# Chinese divides clauses by a wide comma and quotes books in 《》; mainland papers quote in curved marks.
_ZH_MARKS = re.compile("[，；《》]")
_HANS_MARKS = re.compile("[“”·]")
# Taiwan divides the clauses of a headline by a space, and quotes in these marks.
_HANT_MARKS = re.compile("(?<=[\u4e00-\u9fff])[ \u3000](?=[\u4e00-\u9fff])|[「」]")


def _gate_han(text: str) -> tuple[str, float]:
    """Japanese, simplified or traditional Chinese, by what each one's standard encodes and by their words."""
    characters = _sum(_standing(character) for character in "".join(_HAN.findall(text)))
    chinese = len(_ZH_WORDS.findall(text)) + len(_ZH_MARKS.findall(text)) + len(_VERB_BEFORE_OBJECT.findall(text))
    scores = {
        "ja": characters.ja + _WORD * (len(_JA_WORDS.findall(text)) + len(_ENDS_IN_VERB.findall(text))),
        "zh-Hans": _MOSTLY_HANS
        + characters.hans
        + _WORD * (chinese + len(_HANS_WORDS.findall(text)) / 2 + len(_HANS_MARKS.findall(text))),
        "zh-Hant": characters.hant
        + _WORD * (chinese + (len(_HANT_WORDS.findall(text)) + len(_HANT_MARKS.findall(text))) / 2),
    }
    best, second = sorted(scores.values(), reverse=True)[:2]
    if best == second:
        return "", 0.0
    # One word of lead is two thirds, three are three quarters and more.
    return max(scores, key=lambda name: scores[name]), min(0.99, 0.5 + 0.5 * (best - second) / (best - second + 2))


def _sum(weights: Iterable[_Weights]) -> _Weights:
    ja = hans = hant = 0.0
    for weight in weights:
        ja += weight.ja
        hans += weight.hans
        hant += weight.hant
    return _Weights(ja, hans, hant)


# Codec and the lead bytes of the rows for everyday characters: JIS X 0208 level 1, GB 2312 level 1, Big5 level 1.
# What the rest weighs: in GB 2312 it holds the names of many cities, so nothing.
_STANDARDS = (("euc_jp", 0xB0, 0xCF, _RARE), ("gb2312", 0xB0, 0xD7, 0.0), ("big5", 0xA4, 0xC6, _RARE))


@functools.lru_cache(maxsize=8_192)
def _standing(character: str) -> _Weights:
    """What the presence of a character says against each language; nothing where all three write it every day."""
    japanese, simplified, traditional = (_row(character, *standard) for standard in _STANDARDS)
    if japanese == simplified == traditional == _ABSENT:
        return _EVEN
    if japanese == _RARE and traditional == 0.0 and simplified == _ABSENT:
        japanese = _OLD_FORM
    return _Weights(japanese, simplified, traditional)


def _row(character: str, codec: str, first: int, last: int, rare: float) -> float:
    try:
        encoded = character.encode(codec)
    except UnicodeEncodeError:
        return _ABSENT
    if codec == "euc_jp" and encoded[0] == 0x8F:  # JIS X 0212, which nobody writes
        return _ABSENT
    return 0.0 if first <= encoded[0] <= last else rare
