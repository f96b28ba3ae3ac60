"""A year of news that never happened: for each week some texts in three languages, and what cities they are about. Always the same."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")
LANGUAGES = ("ja", "en", "zh")
SEED = 7


class City(NamedTuple):
    """A city in three languages."""

    ja: str
    en: str
    zh: str


JAPANESE = (
    City("神戸市", "Kobe", "神户市"),
    City("横浜市", "Yokohama", "横滨市"),
    City("札幌市", "Sapporo", "札幌市"),
    City("広島市", "Hiroshima", "广岛市"),
    City("福岡市", "Fukuoka", "福冈市"),
    City("仙台市", "Sendai", "仙台市"),
    City("京都市", "Kyoto", "京都市"),
    City("名古屋市", "Nagoya", "名古屋市"),
)
FOREIGN = (
    City("天津市", "Tianjin", "天津市"),
    City("釜山広域市", "Busan", "釜山市"),
    City("シアトル市", "Seattle", "西雅图市"),
    City("マルセイユ市", "Marseille", "马赛市"),
    City("ブリスベン市", "Brisbane", "布里斯班市"),
    City("バルセロナ市", "Barcelona", "巴塞罗那市"),
    City("重慶市", "Chongqing", "重庆市"),
    City("ハノーバー市", "Hanover", "汉诺威市"),
    City("リヨン市", "Lyon", "里昂市"),
    City("大連市", "Dalian", "大连市"),
)
# Subjects, so that texts of one pair of cities differ: in each language, and nowhere else the same words.
SUBJECTS = (
    ("港の脱炭素", "cleaner ports", "港口减碳"),
    ("水道の漏水対策", "leaks in water mains", "供水管网漏损治理"),
    ("高校生の相互訪問", "visits of pupils", "高中生互访"),
    ("ごみの分別", "sorting of waste", "垃圾分类"),
    ("防災訓練", "disaster drills", "防灾演练"),
    ("美術館の作品の貸し借り", "loans between museums", "美术馆藏品互借"),
    ("高齢者の見守り", "care for the elderly", "老年人照护"),
    ("自転車の道", "cycle lanes", "自行车道建设"),
    ("新興企業の支援", "help for start-ups", "初创企业扶持"),
    ("植物園の種の交換", "seeds for botanical gardens", "植物园种子交换"),
)
EVENTS = (
    ("覚書を締結", "sign memorandum", "签署合作备忘录"),
    ("代表団が訪問", "exchange delegations", "代表团来访"),
    ("共同事業を始める", "begin joint project", "启动合作项目"),
)
_JA = """{title}

{home}の市長は{day}、姉妹都市の{away}の市長と会談し、{subject}について両市で協力する覚書に署名した。会談には両市の職員や市民およそ{number}人が出席した。
両市は今後3年間、職員を毎年{few}人ずつ相互に派遣し、{subject}の経験を分かち合う。{home}国際課は「都市どうしの交流だからこそできることがある」と話している。
{away}の代表団は{few}日間滞在し、市役所や学校、港を見学した。次の会合は来年、{away}で開く予定である。
"""
_EN = """{title}

The mayor of {home} met the mayor of its sister city {away} on {day} and signed a memorandum on {subject} between the two cities. About {number} officials and residents of both cities attended the ceremony at the city hall.

Under the memorandum the two cities will send {few} officials to each other every year for three years and share what they have learned about {subject}. "Cities can do for each other what states cannot," the international office of {home} said.

The delegation from {away} stayed for {few} days and visited schools, the port and the city council. The next meeting of the sister cities will be held in {away} next year.
"""
_ZH = """{title}

{day}，{home}市长与友好城市{away}市长举行会谈，双方就{subject}签署两市合作备忘录。两市政府工作人员和市民约{number}人出席签字仪式。

根据备忘录，两市将在三年内每年互派{few}名工作人员，分享{subject}方面的经验。{home}外事办公室表示：“城市之间的交流能够做到国家之间做不到的事。”

{away}代表团在{home}停留{few}天，参观了市政府、学校和港口。两市商定，明年在{away}举行下一次友好城市会议。
"""


class Text(NamedTuple):
    """One text of a week."""

    name: str
    language: str
    published: dt.datetime
    title: str
    body: str

    def save(self, folder: Path) -> None:
        """As the archive spider reads it."""
        folder.mkdir(parents=True, exist_ok=True)
        url = f"https://{self.language}.year.example/{self.name}"
        sidecar = f'url = "{url}"\npublished = {self.published.isoformat()}\nlanguage = "{self.language}"\n'
        (folder / f"{self.name}.toml").write_text(sidecar, encoding="utf-8")
        (folder / f"{self.name}.txt").write_text(self.body, encoding="utf-8")


def texts_of(week: str) -> list[Text]:
    """Ten to fourteen texts; some events are told in two languages."""
    chance = random.Random(f"{SEED} {week}")
    monday = dt.date.fromisoformat(f"{week}-1")
    texts: list[Text] = []
    most = chance.randint(10, 14)
    while len(texts) < most:
        texts += _event(chance, week, monday, len(texts))
    return texts[:most]


def _event(chance: random.Random, week: str, monday: dt.date, number: int) -> Iterator[Text]:
    home, away = chance.choice(JAPANESE), chance.choice(FOREIGN)
    subject, event = chance.choice(SUBJECTS), chance.choice(EVENTS)
    day = monday + dt.timedelta(days=chance.randint(0, 6))
    facts = {"number": chance.randint(30, 400), "few": chance.randint(3, 9)}
    for language in chance.sample(LANGUAGES, k=chance.choice((1, 1, 2))):
        at = LANGUAGES.index(language)
        words = {
            "home": home[at],
            "away": away[at],
            "subject": subject[at],
            "day": (f"{day.day}日", f"{day:%B} {day.day}", f"{day.month}月{day.day}日")[at],
        }
        title = (
            f"{home.ja}と{away.ja}、{subject[0]}で{event[0]}",
            f"{home.en} and {away.en} {event[1]} on {subject[1]}",
            f"{home.zh}与{away.zh}就{subject[2]}{event[2]}",
        )[at]
        published = dt.datetime.combine(day, dt.time(chance.randint(8, 20), chance.randint(0, 59)), TOKYO)
        body = (_JA, _EN, _ZH)[at].format(title=title, **words, **facts)
        yield Text(f"{week.lower()}-{number:02}-{language}", language, published, title, body)
        number += 1
