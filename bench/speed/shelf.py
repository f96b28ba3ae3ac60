"""A shelf of ten years: issues, stories, sources and their health. The cities, networks and themes exist; nothing else does.

The same numbers give the same shelf. What weighs in an archive is distributed as it is there: a few cities, networks and themes
in very many stories and most in few, one source for most stories and a dozen for some, copies, conflicts, follow-ups, dates ahead.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Sequence

from msgspec.structs import replace

from pipeline.compose import compose_issue
from pipeline.knowledge.lexicon import City, Lexicon
from pipeline.knowledge.ties import load_ties
from pipeline.model import (
    Account,
    ArticleClass,
    Card,
    CardCopy,
    CardSource,
    Conflict,
    CopyKind,
    DatedEvent,
    FuzzyDate,
    Issue,
    Kind,
    Label,
    Origin,
    Person,
    Precision,
    Shelf,
    SourceHealth,
    SourceSpec,
    SourceState,
    Words,
)
from pipeline.text.weeks import days_of, next_week

FIRST_WEEK = "2016-W45"  # 520 weeks later is a week of the sample web
ZONE, HOME = "Asia/Tokyo", "JP"
JST = dt.timezone(dt.timedelta(hours=9))
SOURCES = 120  # that are read every week
KNOWN_CITIES = 2_500
LANGUAGES = ("ja", "en", "zh-Hans", "ko", "ru", "fr", "de", "es", "vi", "pt")
LANGUAGE_WEIGHTS = (30, 30, 14, 8, 4, 4, 3, 4, 2, 1)
# Pieces of titles, of which a title has three or four; other languages borrow the English ones.
TITLE_WORDS = {
    "ja": "市長が訪問|友好都市提携|港湾の脱炭素|青少年の相互派遣|協力覚書に署名|周年記念事業|防災と減災|代表団を迎える|都市サミット",
    "en": "mayors meet|sister-city agreement|green port corridor|youth exchange resumes|memorandum signed|delegation received",
    "zh-Hans": "市长会见|友好城市|港口低碳合作|青少年交流|签署合作备忘录|周年纪念活动|防灾减灾|代表团来访|城市峰会",
    "ko": "시장 회담|자매도시 협정|항만 탈탄소|청소년 교류|양해각서 체결|기념 사업|재난 대비|대표단 방문|도시 정상회의",
    "ru": "встреча мэров|города-побратимы|зелёный порт|молодёжный обмен|меморандум подписан|юбилейная программа|форум городов",
}
KINDS = {  # event type -> (weight, Japanese, English)
    "mayors-dialogue": (14, "市長対話", "a mayors’ dialogue"),
    "delegation-visit": (26, "代表団の訪問", "a delegation visit"),
    "mou-cooperation": (14, "協力覚書の締結", "a cooperation agreement"),
    "sister-city-agreement": (6, "姉妹・友好都市提携", "a sister-city agreement"),
    "summit-forum": (16, "都市フォーラム", "a city forum"),
    "anniversary": (10, "周年記念行事", "anniversary events"),
    "festival-exchange": (10, "文化交流行事", "a cultural exchange"),
    "training-program": (4, "研修事業", "a training programme"),
}


def make_shelf(weeks: int, stories: int, lexicon: Lexicon) -> Shelf:
    """So many issues of successive weeks with so many stories in all."""
    maker, ties = _Maker(lexicon), load_ties()
    issues: list[Issue] = []
    cards: list[Card] = []
    week = FIRST_WEEK
    for number in range(1, weeks + 1):
        until = stories * number // weeks
        fresh = [maker.make_card(count, week) for count in range(len(cards), until)]
        followed = [replace(card, follow_up=True) for card in maker.chance.sample(cards[-40:], min(2, len(cards)))]
        issues.append(
            compose_issue(
                week,
                [*fresh, *followed],
                number=number,
                zone=ZONE,
                home=HOME,
                earlier=issues[-10:],  # as far back as a date ahead or a follow-up reaches
                redirects={},
                health=maker.make_health(week),
                lexicon=lexicon,
                ties=ties,
            )
        )
        cards += fresh
        week = next_week(week)
    gone = {f"s{number:011x}b": cards[number].story_id for number in range(0, stories, 100)}
    return Shelf(
        issues=tuple(issues),
        cards=tuple(reversed(cards)),
        sources={spec.id: spec for spec in maker.sources},
        health=issues[-1].health,
        redirects=gone,
        ties=ties.rows,
        complete_ties=ties.complete,
    )


class _Maker:
    def __init__(self, lexicon: Lexicon) -> None:
        self.chance = random.Random(1)
        self.lexicon = lexicon
        known = [city for city in lexicon.cities.values() if not (city.obscure or city.ward or city.needs_suffix)]
        known.sort(key=lambda city: (-city.population * (4 if city.country == HOME else 1), city.id))
        self.cities = known[:KNOWN_CITIES]
        self.city_weights = list(itertools.accumulate(_falling(len(self.cities))))
        self.networks = sorted(lexicon.networks)
        self.themes = sorted(lexicon.themes)
        self.sources = [self._source(number) for number in range(SOURCES)]

    def make_card(self, number: int, week: str) -> Card:
        """A story first seen in the week."""
        chance = self.chance
        day = days_of(week)[0] + dt.timedelta(days=chance.randrange(7))
        cities = self._some_cities()
        kind = chance.choices([*KINDS], [weight for weight, _, _ in KINDS.values()])[0]
        networks = tuple(dict.fromkeys(chance.choices(self.networks, _falling(len(self.networks)), k=2)))
        themes = dict.fromkeys(chance.choices(self.themes, _falling(len(self.themes)), k=chance.choice((1, 2, 2, 3))))
        sources = self._card_sources(number, day)
        languages = tuple(sorted({source.language for source in sources}))
        families = len({source.voice for source in sources})
        event = self._event(day)
        return Card(
            story_id=f"s{number:012x}",
            article_class=ArticleClass.NEWS if chance.random() < 0.93 else ArticleClass.BACKGROUND,
            words=self._words(cities, kind, day, families),
            lead={"ja": sources[0].article_id, "en": sources[-1].article_id},
            published=sources[0].published,
            first_seen=dt.datetime.combine(day, dt.time(chance.randrange(24), 15), dt.UTC),
            event=event,
            dates=(event,) if event else (),
            cities=tuple(city.id for city in cities),
            countries=tuple(dict.fromkeys(city.country for city in cities)),
            networks=networks if chance.random() < 0.3 else (),
            themes=tuple(themes),
            event_types=(kind,),
            pair=_pair(cities) if len(cities) > 1 else None,
            persons=tuple(Person(name="市長", role="市長") for _ in range(chance.choice((0, 0, 1, 2)))),
            sources=sources,
            families=families,
            languages=languages,
            conflicts=self._conflicts(sources, day),
            unverified=chance.random() < 0.05,
        )

    def make_health(self, week: str) -> list[SourceHealth]:
        """How the sources fared: a few out of order, as ever."""
        seen = dt.datetime.combine(days_of(week)[1], dt.time(20), dt.UTC)
        return [
            SourceHealth(
                source_id=spec.id,
                names=spec.names,
                last_asked=seen,
                last_ok=seen,
                last_new=seen,
                newest=seen,
                rhythm_h=48.0,
                problem=self.chance.choices(("", "timeout", "stale"), (94, 3, 3))[0],
                pages=500,
            )
            for spec in self.sources
        ]

    def _some_cities(self) -> list[City]:
        count = self.chance.choices((1, 2, 3, 5), (45, 42, 9, 4))[0]
        chosen = self.chance.choices(self.cities, cum_weights=self.city_weights, k=count)
        return list({city.id: city for city in chosen}.values())

    def _source(self, number: int) -> SourceSpec:
        language = self.chance.choices(LANGUAGES, LANGUAGE_WEIGHTS)[0]
        home = f"https://outlet{number}.example/"
        return SourceSpec(
            id=f"outlet_{number}",
            names={"en": f"Outlet {number}", "ja": f"見本新報{number}"},
            home=home,
            country=self.chance.choice(("JP", "CN", "KR", "GB", "FR", "US", "RU", "SG")),
            languages=(language,),
            kind=Kind.FEED,
            start=(f"{home}feed.xml",),
            state=SourceState.ACTIVE,
            family=f"outlet_{number - number % 3}",
            labels=(self.chance.choice((Label.OFFICIAL, Label.PRESS, Label.AGENCY, Label.STATE_MEDIA, Label.NETWORK)),),
        )

    def _card_sources(self, number: int, day: dt.date) -> tuple[CardSource, ...]:
        count = self.chance.choices((1, 2, 3, 4, 6, 12), (58, 20, 10, 6, 4, 2))[0]
        specs = self.chance.choices(self.sources, _falling(SOURCES), k=count)
        return tuple(self._card_source(number * 16 + place, spec, day) for place, spec in enumerate(specs))

    def _card_source(self, number: int, spec: SourceSpec, day: dt.date) -> CardSource:
        chance, language = self.chance, spec.languages[0]
        words = TITLE_WORDS.get(language, TITLE_WORDS["en"]).split("|")
        copies = chance.choices((0, 1, 2, 8), (70, 18, 9, 3))[0]
        return CardSource(
            article_id=f"a{number:015x}",
            url=f"{spec.home}news/{day:%Y/%m}/{number}.html",
            title=(" " if language != "ja" else "・").join(chance.sample(words, chance.choice((3, 4)))),
            language=language,
            source_id=spec.id,
            family=spec.publisher_family,
            labels=spec.labels,
            published=FuzzyDate(
                value=dt.datetime.combine(day, dt.time(chance.randrange(24), chance.randrange(60)), JST),
                precision=chance.choices((Precision.MINUTE, Precision.DAY), (60, 40))[0],
                zone_stated=chance.random() < 0.6,
                origin=Origin.FEED,
            ),
            references=("共同声明",) if chance.random() < 0.1 else (),
            voice=spec.publisher_family,
            copies=tuple(
                CardCopy(
                    article_id=f"c{number:011x}{copy:04x}",
                    url=f"https://copy{copy}.example/{number}",
                    source_id=f"copy_{copy}",
                    kind=CopyKind.SYNDICATED,
                )
                for copy in range(copies)
            ),
        )

    def _event(self, day: dt.date) -> DatedEvent | None:
        kind = self.chance.choices(("past", "ahead", "month", "none"), (55, 15, 5, 25))[0]
        if kind == "none":
            return None
        start = day + dt.timedelta(days=self.chance.randrange(5, 50) if kind == "ahead" else -self.chance.randrange(3))
        end = start + dt.timedelta(days=2) if self.chance.random() < 0.3 else None
        return DatedEvent(start=start, end=end, precision=Precision.MONTH if kind == "month" else Precision.DAY)

    def _conflicts(self, sources: Sequence[CardSource], day: dt.date) -> tuple[Conflict, ...]:
        if len(sources) < 2 or self.chance.random() > 0.2:
            return ()
        first, last = sources[0].article_id, sources[-1].article_id
        return (
            Conflict(
                fact="participants",
                accounts=(
                    Account(value="350", article_ids=(first,), counted="guests"),
                    Account(value="20", article_ids=(last,), counted="representatives"),
                ),
            ),
            Conflict(
                fact="event_date",
                accounts=(
                    Account(value=day.isoformat(), article_ids=(first,)),
                    Account(value=(day + dt.timedelta(days=1)).isoformat(), article_ids=(last,)),
                ),
            ),
        )

    def _words(self, cities: Sequence[City], kind: str, day: dt.date, families: int) -> dict[str, Words]:
        _, ja, en = KINDS[kind]
        ja_names = [city.names["ja"] for city in cities[:2]]
        en_names = [city.names["en"] for city in cities[:2]]
        return {
            "ja": Words(
                headline=f"{'と'.join(ja_names)}、{ja}で都市間の協力を議論",
                sentences=(
                    f"{day.year}年{day.month}月{day.day}日、{'と'.join(ja_names)}で{ja}が開かれた。",
                    "テーマは生態環境・気候、デジタル変革・スマートシティ、交通接続・物流。",
                    f"独立した{families}系統が伝えている。",
                ),
                engine="tags",
            ),
            "en": Words(
                headline=f"{' and '.join(en_names)}: {en} on cooperation between cities",
                sentences=(
                    f"{' and '.join(en_names)} held {en} on {day.day} {day:%B %Y}.",
                    "Its themes were environment and climate, digital transformation, and transport and connectivity.",
                    f"It is reported by {families} independent publishers.",
                ),
                engine="tags",
            ),
        }


def _pair(cities: Sequence[City]) -> tuple[str, str]:
    first, second = sorted(city.id for city in cities[:2])
    return first, second


def _falling(count: int) -> list[float]:
    """Zipf's law: the n-th is n times rarer than the first."""
    return [1 / (place + 3) for place in range(count)]
