"""Figures of those who took part in an event, with what they count."""

import time

import pytest

from pipeline.group.counts import CLASS_OF, Count, read_counts


@pytest.mark.parametrize(
    ("text", "figure", "noun"),
    [
        ("対話には約350人が参加した。", 350, "participants"),
        ("市長ら３５０名が出席した。", 350, "participants"),
        ("加盟国の代表ら約20人が出席した。", 20, "representatives"),
        ("来賓200人を前に両市の首長が署名した。", 200, "guests"),
        ("代表団12人が市長を表敬し、歓迎会に出席した。", 12, "delegation"),
        ("代表团一行15人参加了纪念活动。", 15, "delegation"),
        ("A delegation of about 40 came to the ceremony.", 40, "delegation"),
        ("15か国から約350人が参加した。", 350, "participants"),
        ("人口約350万人の都市から市長20人が参加した。", 20, "mayors"),
        ("会議には高校生120人が参加した。", 120, "youths"),
        ("参加者は1천 명이었다. 인구는 35만 명이다.", 1000, "participants"),
        ("행사에는 350여 명이 참석했다.", 350, "participants"),
        ("来自各国的350余名嘉宾参加了活动。", 350, "guests"),
        ("近20名成员国和城市代表参加了对话。", 20, "representatives"),
        ("参会代表近20名。", 20, "representatives"),
        ("20多位市长和代表齐聚一堂", 20, "representatives"),
        ("About 1,350 guests came.", 1350, "guests"),
        ("Nearly twenty representatives attended.", 20, "representatives"),
        ("来自各国的近二十名代表参加了对话。", 20, "representatives"),
        ("三百五十名嘉宾出席。", 350, "guests"),
        ("The nearly 20 SCO country and city representatives met.", 20, "representatives"),
        ("More than 350 Chinese and foreign guests came.", 350, "guests"),
        ("Some 350 people from home and abroad attended.", 350, "participants"),
        ("It drew 350-plus guests.", 350, "guests"),
        ("Nearly 20 representatives of member states took part.", 20, "representatives"),
        ("More than 350 city delegates met.", 350, "delegates"),
        ("About 350 people were invited to the opening.", 350, "participants"),
        ("Forty-one cities sent word; 60 mayors took part.", 60, "mayors"),
        ("Environ 350 participants se sont réunis.", 350, "participants"),
        ("Acudieron unos 350 delegados.", 350, "delegates"),
        ("Собрались около 350 участников.", 350, "participants"),
        ("Rund 350 Teilnehmende kamen.", 350, "participants"),
        ("Wageni wapatao 350 walialikwa katika ufunguzi.", 350, "guests"),
        ("Cerca de 350 convidados participaram.", 350, "guests"),
        ("Hanno partecipato 30 sindaci.", 30, "mayors"),
        ("Sono intervenuti 350 ospiti.", 350, "guests"),
        ("حضر الحفل 350 ضيفا.", 350, "guests"),
        ("شارك ٣٥٠ مشاركا في المنتدى.", 350, "participants"),
        ("活动当天，350名嘉宾出席。", 350, "guests"),
        ("式典には約1万2千人が参加した。", 12_000, "participants"),
        ("式典には３万５０００人が参加した。", 35_000, "participants"),
        ("행사에는 1만 2000명이 참석했다.", 12_000, "participants"),
        ("1.2万人参加了活动。", 12_000, "participants"),
        ("About 2000 participants met.", 2000, "participants"),
    ],
)
def test_a_figure_is_read_with_its_noun(text: str, figure: int, noun: str):
    assert read_counts("Title", text) == {CLASS_OF[noun]: Count(figure, noun)} | {
        key: count for key, count in read_counts("Title", text).items() if key in ("cities", "countries")
    }


@pytest.mark.parametrize(
    "text",
    [
        "この事故で12人が負傷した。",
        "下関市から12人が参加した。",
        "各校から生徒2人ずつが参加する。",
        "人口約35万人の都市である。",
        "The city of 350,000 inhabitants signed in 2026.",
        "The city, home to 350,000 people, met its partner.",
        "It has been a partner for 20 years.",
        "The 20 countries and their guests met.",
        "第二十名嘉宾出席。",
        "Kobe sent 3 delegates to the forum.",
        "The network counts 900 mayors and 120 cities.",
        "定员100名，报名从速。",
        "数十名代表参加了对话。",
        "数10人が参加した。",
        "世界第10位の都市の市長が参加した。",
        "世界15位の港湾都市も参加した。",
        "第15名参加者",
        "In May 2025 delegates from Kobe visited Riga.",
        "Since 2019 students have attended.",
        "Wawakilishi mwaka 2025 walihudhuria.",
        "En 2024 representantes de Kobe acudieron.",
        "One hundred and twenty guests came.",
    ],
)
def test_figures_of_others_are_not_read(text: str):
    assert read_counts("Title", text) == {}


def test_the_largest_of_each_kind_counts():
    text = "About 350 guests came, among them 40 guests from abroad. Twenty speakers and 25 delegates from 12 countries met."
    assert read_counts("12 guests", text) == {
        "attendance": Count(350, "guests"),
        "envoys": Count(25, "delegates"),
        "countries": Count(12, "countries"),
    }


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("来自20多个国家的350名嘉宾出席。", {"countries": 20}),
        ("20の国と地域から350人が参加した。", {}),
        ("20か国・地域から350人が参加した。", {"countries": 20}),
        ("About 350 guests from 45 partner cities came.", {"cities": 45}),
        ("14の国と地域から26都市が参加し、延べ約600人が来場した。", {"cities": 26}),
        ("来自亚太地区30个城市的市长和代表展开讨论。", {"cities": 30}),
        ("Mayors from 26 cities in 14 countries opened the dialogue.", {"cities": 26}),
        ("The network of 120 cities met; 350 guests came.", {}),
    ],
)
def test_countries_and_cities_count_where_people_came_from_them(text: str, places: dict[str, int]):
    found = read_counts("", text)
    assert {key: found[key].figure for key in ("countries", "cities") if key in found} == places


@pytest.mark.parametrize(
    "text",
    ["attended by " + "100 " * 5000 + "guests", "参加" + "者1人" * 6600, "参加" + "参加者 1 人 " * 2800],
    ids=["groups of three", "numbers of people", "numbers with spaces"],
)
def test_a_long_row_of_numbers_is_read_in_a_moment(text: str):
    started = time.process_time()
    read_counts("Title", text)
    assert time.process_time() - started < 1.0
