"""Whom a text names as its origin is read by where the name stands; a name that is only mentioned is no credit."""

import pytest

from pipeline.extract.credits import credits_beside, credits_in, known_credits, read_credits, read_translation


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Source: China Daily", ["China Daily"]),
        ("Source: China Daily via TV BRICS", ["China Daily via TV BRICS"]),
        ("SOURCE China Daily", ["China Daily"]),
        ("Source: https://www.mihon-news.example/2025/07/a.html", ["mihon-news.example"]),
        ("The two cities will sign in May. (Source: China Daily)", ["China Daily"]),
        ("来源：新华社", ["新华社"]),
        ("来源：新华网 作者：样本", ["新华网"]),
        ("2025-07-09 08:47 来源：中国日报网", ["中国日报网"]),
        ("时间：2025年7月9日 来源：人民网 责任编辑：样本", ["人民网"]),
        ("（来源：中国新闻网）", ["中国新闻网"]),
        ("來源：中央社", ["中央社"]),
        ("转自：样本日报", ["样本日报"]),
        ("出典：見本新聞", ["見本新聞"]),
        ("提供：共同通信社", ["共同通信社"]),
        ("출처: 견본뉴스", ["견본뉴스"]),
        ("来源丨人民日报", ["人民日报"]),
        ("文／新华社", ["新华社"]),
        ("本文来源：人民日报", ["人民日报"]),
        ("Источник: ТАСС", ["ТАСС"]),
        ("Chanzo: Shirika la Habari la China Xinhua", ["Shirika la Habari la China Xinhua"]),
        ("Fuente: Agencia EFE", ["Agencia EFE"]),
        ("Fonte: Agência Lusa", ["Agência Lusa"]),
        ("Fonte: ANSA", ["ANSA"]),
        ("Quelle: dpa", ["dpa"]),
        ("Source : AFP", ["AFP"]),
        ("المصدر: شينخوا", ["شينخوا"]),
        ("Source: Xinhua 2025-07-11", ["Xinhua"]),
        ("Source: Mihon News Agency | Editor: Desk 4", ["Mihon News Agency"]),
        ("المصدر: قناة الجزيرة", ["قناة الجزيرة"]),
        ("Источник: Кабардинская правда", ["Кабардинская правда"]),
        ("来源：中国网络电视台", ["中国网络电视台"]),
    ],
)
def test_a_name_after_a_label_is_a_credit_anywhere(line: str, names: list[str]) -> None:
    assert credits_in(line) == tuple(names)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("TIANJIN, July 9 (Xinhua) -- Mayors of nine countries met on Wednesday.", ["Xinhua"]),
        ("PARIS (AP) — The mayors of two cities met.", ["AP"]),
        ("(Reuters) - The mayor of Mihon left for Lyon on Monday.", ["Reuters"]),
        ("LONDON, July 9 (Reuters) - Mayors met.", ["Reuters"]),
        ("BEIJING, July 10, 2025 /PRNewswire/ -- A news report from Mihon:", ["PRNewswire"]),
        ("Madrid, 9 jul (EFE).- Los alcaldes de dos ciudades firmaron un acuerdo.", ["EFE"]),
        ("Pékin, 9 juillet (Xinhua) -- Des maires se sont réunis.", ["Xinhua"]),
        ("Lyon (AFP) – Les maires se sont retrouvés.", ["AFP"]),
        ("Berlin (dpa) - Die Bürgermeister trafen sich.", ["dpa"]),
        ("(ANSA) - ROMA, 09 LUG - I sindaci si sono incontrati.", ["ANSA"]),
        ("ТЯНЬЦЗИНЬ, 9 июля. /ТАСС/. Мэры городов встретились.", ["ТАСС"]),
        ("МОСКВА, 9 июл - РИА Новости. Мэры встретились.", ["РИА Новости"]),
        ("Москва. 9 июля. Интерфакс - Мэры городов встретились.", ["Интерфакс"]),
        ("新华社天津7月9日电（记者样本）世界市长对话8日在天津开幕。", ["新华社"]),
        ("中新网天津7月9日电 世界市长对话在天津开幕。", ["中新网"]),
        ("中国日报7月10日电 世界市长对话在天津举行。", ["中国日报"]),
        ("（新華社天津8日電）市長對話在天津開幕。", ["新華社"]),
        ("【共同】見本市の市長がリヨンを訪れた。", ["共同"]),
        ("【7月9日 AFP】見本市の市長が訪れた。", ["AFP"]),
        ("【7月9日 CGTN Japanese】見本市の市長が訪れた。", ["CGTN Japanese"]),
        ("央视网消息：世界市长对话8日在天津开幕。", ["央视网"]),
        ("Madrid / EFE", ["EFE"]),
        ("【ベルリン共同】見本市の市長が訪れた。", ["共同"]),
        ("[ロンドン 9日 ロイター] - 見本市の市長が訪れた。", ["ロイター"]),
        ("【AFP=時事】見本市の市長が訪れた。", ["AFP=時事"]),
        ("(서울=연합뉴스) 견본 기자 = 두 도시가 협약을 맺었다.", ["서울=연합뉴스"]),
        ("[서울=뉴시스] 두 도시가 협약을 맺었다.", ["서울=뉴시스"]),
        ("بكين 9 يوليو 2025 (شينخوا) -- اجتمع رؤساء البلديات.", ["شينخوا"]),
        ("BEIJING, 9 de julho (Xinhua) -- Os prefeitos reuniram-se.", ["Xinhua"]),
        ("Mihon, Julai 9 (Xinhua) -- Mameya walikutana.", ["Xinhua"]),
    ],
)
def test_a_dateline_names_the_agency_at_the_head_of_a_text_only(line: str, names: list[str]) -> None:
    assert credits_in(line, head=True) == tuple(names)
    assert credits_in(line) == ()


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("The two cities will sign next year. (Xinhua)", ["Xinhua"]),
        ("Both sides agreed to meet again. – Xinhua", ["Xinhua"]),
        ('"We shall return," the mayor said. — Bernama', ["Bernama"]),
        ("(AFP)", ["AFP"]),
        ("© AFP", ["AFP"]),
        ("© dpa-infocom, dpa:250709-930-123456/1", ["dpa-infocom"]),
        ("（c）CGTN Japanese/AFPBB News", ["CGTN Japanese"]),
        ("(With PTI inputs)", ["PTI"]),
        ("Mit Material der dpa", ["dpa"]),
        ("Con información de Xinhua", ["Xinhua"]),
        ("Le Figaro avec AFP", ["Le Figaro avec AFP"]),
        ("They agreed. - China Daily/Xinhua", ["China Daily/Xinhua"]),
        ("По материалам ТАСС", ["ТАСС"]),
        ("AFP/dpa", ["AFP/dpa"]),
        ("via TV BRICS", ["TV BRICS"]),
        ("Les deux villes signeront en mai. (avec AFP)", ["AFP"]),
        ("Ambas ciudades firmarán en mayo. (Con información de EFE)", ["EFE"]),
        ("两市签署了合作备忘录。（新华社）", ["新华社"]),
        ("两市签署了合作备忘录。（新华社记者样本）", ["新华社"]),
        ("两市签署了合作备忘录。（样本通讯社）", ["样本通讯社"]),
        ("（新華社/時間）", ["新華社/時間"]),
        ("（人民網日本語版）", ["人民網日本語版"]),
        ("来年も続けるという。（共同）", ["共同"]),
        ("来年も続けるという。【共同】", ["共同"]),
        ("（c）AFPBB News", ["AFPBB News"]),
        ("연합뉴스", ["연합뉴스"]),
        ("두 도시는 내년에 다시 만난다. <연합뉴스>", ["연합뉴스"]),
        ("This article was originally published by China Daily.", ["China Daily"]),
        ("This story was first published on Mihon Review and is republished here with permission.", ["Mihon Review"]),
        ("First published by The Conversation on 9 July 2025.", ["The Conversation"]),
        ("The article originally appeared in China Daily.", ["China Daily"]),
        ("本文首发于《样本周刊》，转载请联系。", ["样本周刊"]),
        ("本文转载自新华网", ["新华网"]),
        ("この記事は共同通信から転載しました。", ["共同通信"]),
        ("Cet article a été publié initialement par Le Monde.", ["Le Monde"]),
        ("Este artículo fue publicado originalmente en El País.", ["El País"]),
        ("Dieser Artikel erschien zuerst bei Deutsche Welle.", ["Deutsche Welle"]),
        ("Материал впервые опубликован на ТАСС.", ["ТАСС"]),
        ("Makala haya yalichapishwa kwanza na BBC Swahili.", ["BBC Swahili"]),
    ],
)
def test_agencies_sign_at_the_end_of_a_text(line: str, names: list[str]) -> None:
    assert credits_in(line, tail=True) == tuple(names)


@pytest.mark.parametrize(
    "line",
    [
        "The mayor told Xinhua that the two cities would sign in May.",
        "Xinhua News Agency (Xinhua) reported on Tuesday that the mayors had met.",
        "据新华社报道，两市将于明年签署协议。",
        "共同通信の記者が市長に聞いた。",
        "共同で開く催しは来年も続く。",
        "ロイター通信によると、市長は来月リヨンを訪れる。",
        "Как сообщает ТАСС, мэры встретились в среду.",
        "연합뉴스에 따르면 두 도시는 협약을 맺었다.",
        "Selon l'AFP, les deux maires se verront en mai.",
        "The delegation visited the office of China Daily",
        "The plan is called Mayors Action Plan (MAP)",
        "The mayor of Mihon (Lyon)",
        "The two mayors met in the harbour. (Mihon)",
        "Both of them signed. (The mayor of Lyon)",
        "Photo: Xinhua",
        "Petra",
        "Von Petra",
        "文／样本",
        "المصدر: وكالات",
        "With inputs from agencies",
        "The mayors at the harbour on Tuesday. (Photo by Xinhua)",
        "市长们参观港口。（新华社记者 样本 摄）",
        "港を見る市長ら。（写真：新華社）",
        "港を見る市長ら（提供写真）",
        "写真提供：共同通信社",
        "사진=연합뉴스",
        "[사진=연합뉴스]",
        "市長（60）は語った。",
        "会社（本社）は移転した。",
        "移転したのはその工場だという。（本社）",
        "The mayors at the harbour. (Xinhua/Sample Person)",
        "样本市新华社区的居民参加了活动。（新华社区中心）",
        "来源：本站原创",
        "来源：互联网",
        "Source: own elaboration",
        "出典：当社",
        "The source of the river: a spring above Mihon.",
        "Energy from one source: the sun.",
        "We asked three sources: none of them wished to be named because the talks go on and nobody has signed.",
        "市长说，水的来源：地下水占六成，其余来自河流，两市将共同保护水源并建立监测网络，明年开始执行相关计划。",
        "The exhibition was first shown in Lyon and published in a catalogue by the city.",
        "The novel originally appeared in 1987 and made the city known.",
        "Media partner: China Daily",
        "More information: https://unhabitat.org/mihon",
        "Contact: press@unhabitat.org",
        "Die Städte feiern im Mai ihre Partnerschaft. (mehr)",
        "The hall stands beside the old harbour. (map)",
        "(map)",
        "両市は共同声明を出した。（カンタス）",
        "두 도시는 협정을 맺었다. (유럽연합)",
        "[유럽연합] 두 도시는 협정을 맺었다.",
        "两市签署了合作备忘录。（联合报道）",
    ],
)
def test_a_name_that_is_only_mentioned_is_no_credit(line: str) -> None:
    assert credits_in(line, head=True, tail=True) == ()


def test_datelines_and_signatures_count_where_they_stand_only() -> None:
    middle = ["The mayors spoke of water and of schools."] * 6
    assert read_credits(["TIANJIN, July 9 (Xinhua) -- Mayors met.", *middle, "They will meet again. (AFP)"]) == [
        "Xinhua",
        "AFP",
    ]
    assert read_credits([*middle, "(AFP) The second part.", "They went home. (AFP)", *middle]) == []


@pytest.mark.parametrize(
    ("pieces", "names"),
    [
        ([], []),
        (["Source:", "China Daily", "2025-07-09"], ["China Daily"]),
        (["来源：", "新华网", "2025年07月09日 08:47"], ["新华网"]),
        (["2025-07-09 08:47", "来源：中国日报网", "字号"], ["中国日报网"]),
        (["News provided by", "China Daily", "Jul 10, 2025, 09:30 ET"], ["China Daily"]),
        (["Xinhua | Updated: 2025-07-09 08:47"], ["Xinhua"]),
        (["(Chinadaily.com.cn) 08:47, July 09, 2025"], ["Chinadaily.com.cn"]),
        (["(", "Chinadaily.com.cn", ")", "08:47, July 09, 2025"], ["Chinadaily.com.cn"]),
        (["(Xinhua)", "08:47, July 09, 2025"], ["Xinhua"]),
        (["(AP)", "The mayors at the harbour"], []),
        (["Russia's new tank debuts in Ukraine - RIA", "9 July 2025"], []),
        (["By A. SAMPLE and B. SAMPLE, Associated Press", "9 July 2025"], ["Associated Press"]),
        (["来源：总台央视记者 样本 样本", "2025-07-09"], ["总台央视"]),
        (["来源：转载文章 发表评论"], []),
        (["By AFP", "9 July 2025"], ["AFP"]),
        (["Reuters", "World", "Business"], []),
        (["Original article", "Share", "Print"], []),
        (["提供", "共同通信社"], ["共同通信社"]),
        (["By Petra", "9 July 2025"], []),
        (["By the harbour", "9 July 2025"], []),
        (["The mayor told Xinhua on 9 July 2025 that she would travel"], []),
        (["Xinhua7月9日电"], []),  # what stands on both sides of a date is no name
    ],
)
def test_credits_beside_the_text(pieces: list[str], names: list[str]) -> None:
    assert credits_beside(pieces) == names


def test_metadata_credits_publishers_that_are_known() -> None:
    assert known_credits(["Source:Chinadaily.com.cn", "Xinhua", "Sample Desk", "https://cms.mihon.example/1", "https://www.facebook.com/xinhua", "A. Sample, CNN", "Sample Desk - AFP", "、"]) == ["Chinadaily.com.cn", "Xinhua", "CNN", "AFP"]  # fmt: skip
    assert known_credits(["Petra", "nan", "Lusa", "PETRA"]) == ["Lusa", "PETRA"]  # the first two are also other words


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("Translated from the Chinese by the Mihon desk", "zh"),
        ("This article was translated from French.", "fr"),
        ("(Machine translated from Japanese)", "ja"),
        ("This article was originally published in Spanish.", "es"),
        ("Translation: Mihon desk", "und"),
        ("Translated by the Mihon desk", "und"),
        ("翻訳：見本編集室", "und"),
        ("原文は英語。", "en"),
        ("本稿は中国語の記事を翻訳したものです。", "zh"),
        ("この記事は英語から機械翻訳されました。", "en"),
        ("译自英文", "en"),
        ("本文编译自英国《卫报》", "und"),
        ("翻译：样本", "und"),
        ("原文：https://www.mihon-news.example/a", "und"),
        ("번역: 견본", "und"),
        ("이 기사는 영어에서 번역되었습니다.", "en"),
        ("Traduit de l'anglais par la rédaction", "en"),
        ("Traduction : la rédaction", "und"),
        ("Traducido del inglés por la redacción", "en"),
        ("Traduzido do chinês pela redação", "zh"),
        ("Tradotto dall'inglese", "en"),
        ("Aus dem Englischen übersetzt", "en"),
        ("Übersetzt aus dem Chinesischen", "zh"),
        ("Переведено с китайского", "zh"),
        ("Перевод с английского", "en"),
        ("Imetafsiriwa kutoka Kichina", "zh"),
        ("Imetafsiriwa kutoka lugha ya Kiingereza", "en"),
        ("ترجمة عن الإنجليزية", "en"),
    ],
)
def test_a_statement_of_translation_gives_the_language(line: str, code: str) -> None:
    assert read_translation(["The two cities signed.", line]) == code


@pytest.mark.parametrize(
    "line",
    [
        "The mayor read a poem translated from the Chinese to the guests and gave the book to the library of Lyon.",
        "Her translation of the novel made the sister city known.",
        "Translation services were offered at the counter of the town hall.",
        "市役所は多言語への翻訳を進める。",
        "原文を読む会が開かれた。",
        "原文链接：https://www.mihon-news.example/a",
        "翻译工作由两市共同承担。",
        "Aus dem Deutschen Museum kamen zwei Modelle nach Mihon.",
        "Перевод жителей в новые дома начнётся в мае.",
        "La traduction des panneaux sera achevée en mai.",
        "The text was originally written in stone.",
    ],
)
def test_a_text_about_translation_is_no_translation(line: str) -> None:
    assert read_translation(["The two cities signed.", line]) == ""
