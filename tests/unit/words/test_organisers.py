"""A publisher organised an event if a text says so of it, not if the text only quotes it."""

import pytest

from pipeline.words.organisers import find_organisers

NAMES = {
    "chinadaily": ("China Daily", "中国日报", "中国日報", "차이나데일리"),
    "kyodo": ("共同", "共同通信", "Kyodo News"),
    "wam": ("WAM", "وام", "وكالة أنباء الإمارات"),
    "tass": ("ТАСС",),
}


@pytest.mark.parametrize(
    "text",
    [
        "The dialogue was hosted by China Daily and the information office of Mihon.",
        "The dialogue, co-hosted by the city of Mihon and China Daily, opened on Tuesday.",
        "It was organised jointly by China Daily and the city.",
        "China Daily and the city of Mihon hosted the dialogue.",
        "China Daily organized the event.",
        "本次对话由中国日报社和样本市政府新闻办公室共同主办。",
        "主办单位：中国日报、样本市政府",
        "中国日报社主办的市长对话8日开幕。",
        "主催：中国日報、見本市",
        "対話は中国日報と見本市が共同で主催した。",
        "중국일보와 차이나데일리가 공동 주최한 대화가 열렸다.",
        "Le dialogue, organisé par China Daily, s'est ouvert mardi.",
        "El diálogo fue organizado por China Daily y la ciudad.",
        "Der Dialog wurde veranstaltet von China Daily.",
        "Диалог организован China Daily и городом.",
        "Mazungumzo hayo yaliandaliwa na China Daily.",
        "The dialogue was hosted by the city of Mihon and co-organized by China Daily.",
        "指导单位：样本市政府 主办单位：中国日报",
    ],
)
def test_who_hosted_or_organised_is_the_organiser(text: str) -> None:
    assert find_organisers([text], NAMES) == ("chinadaily",)


@pytest.mark.parametrize(
    "text",
    [
        "China Daily reported that the city of Mihon hosted the dialogue.",
        "The dialogue was hosted by the city of Mihon. China Daily sent a reporter.",
        "The dialogue hosted by Mihon, according to a reporter who has worked many years for the newspaper and its sister titles, was told to China Daily.",
        "The dialogue was hosted by the city of Mihon, the mayor told China Daily.",
        "China Daily and Xinhua reported that the city hosted the dialogue.",
        "中国日报记者获悉，由样本市主办的对话8日开幕。",
        "中国日报7月10日电 样本市主办的对话8日开幕。",
        "对话由样本市主办，中国日报报道。",
        "中国日報によると、対話は見本市が主催した。",
        "見本市が主催し、中国日報が報じた。",
        "차이나데일리에 따르면 견본시가 주최한 대화가 열렸다.",
        "中国日报记者采访了市长。对话由样本市主办。",
        "本次对话由样本市共同主办。",
        "見本市が主催した。中国日報が伝えた。",
        "Old China Dailyness was hosted by Mihon.",
        "The China daily trade was organised by Mihon.",
        "The dialogue was hosted by the city of Mihon and attended by editors of China Daily.",
        "The dialogue was hosted by the city of Mihon, China Daily reports.",
        "The dialogue was hosted by the city of Mihon (China Daily).",
        "主催：見本市　後援：中国日報",
        "主办单位：样本市政府 媒体支持：中国日报",
        "中国日报刊登了样本市主办的对话的照片。",
        "حوار نظمته بلدية المدينة منذ خمسة أعوام.",
    ],
)
def test_who_only_reports_is_none(text: str) -> None:
    assert find_organisers([text], NAMES) == ()


def test_names_with_endings_are_known() -> None:
    assert find_organisers(["Форум организован ТАССом и городом."], NAMES) == ("tass",)
    assert find_organisers(["Форум организован ТАССовкой."], NAMES) == ()
