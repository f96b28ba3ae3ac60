"""An invented shelf: two issues, eight stories, a small lexicon. Cities and networks are real, events and outlets are not.

Not on that shelf, and for those who want them: weeks that failed, that brought nothing, and one with every section and every
mark of the editors.
"""

from __future__ import annotations

import datetime as dt

import msgspec

from pipeline.config import Mail
from pipeline.knowledge.lexicon import City, Country, Lexicon, Term
from pipeline.model import (
    Access,
    Account,
    Agreement,
    AgreementStatus,
    Anniversary,
    ArticleClass,
    CalendarRow,
    Call,
    Card,
    CardCopy,
    CardSource,
    CheckedClaim,
    CompleteTies,
    Conflict,
    CopyKind,
    Correction,
    DatedEvent,
    Development,
    Figures,
    FuzzyDate,
    Issue,
    IssueStatus,
    Kind,
    Label,
    Meeting,
    Origin,
    Override,
    OverrideKind,
    Person,
    Precision,
    RegionSection,
    Shelf,
    SourceHealth,
    SourceSpec,
    SourceState,
    Terms,
    Tie,
    TieKind,
    Verdict,
    Words,
)

JST = dt.timezone(dt.timedelta(hours=9))
TIANJIN, KOBE, BUSAN, FUKUOKA = "geonames:1792947", "geonames:1859171", "geonames:1838524", "geonames:1863967"
PARIS, KYOTO, HANGZHOU, NAGASAKI = "geonames:2988507", "geonames:1857910", "geonames:1808926", "geonames:1856177"
SINGAPORE, LYON = "geonames:1880252", "geonames:2996944"

SENDER = Mail(
    sender_name="都市外交ダイジェスト編集室",
    sender_address="digest@example.org",
    postal_address="〒650-0000 兵庫県神戸市中央区（見本）",
    contact="editors@example.org",
    unsubscribe="unsubscribe@example.org",
)


def _city(number: str, country: str, **names: str) -> tuple[str, City]:
    city = City(
        id=number, names=names, country=country, admin1="", latitude=35.0, longitude=135.0, population=1_000_000
    )
    return number, city


def _term(identifier: str, ja: str, en: str) -> tuple[str, Term]:
    return identifier, Term(id=identifier, names={"ja": ja, "en": en})


def _country(code: str, region: str, ja: str, en: str) -> tuple[str, Country]:
    return code, Country(id=code, names={"ja": ja, "en": en}, region=region)


LEXICON = Lexicon(
    digest="0" * 16,
    cities=dict(
        (
            _city(TIANJIN, "CN", en="Tianjin", ja="天津", zh="天津", ko="톈진", ru="Тяньцзинь"),
            _city(KOBE, "JP", en="Kobe", ja="神戸", zh="神户", ko="고베", ru="Кобе"),
            _city(BUSAN, "KR", en="Busan", ja="釜山", zh="釜山", ko="부산", ru="Пусан"),
            _city(FUKUOKA, "JP", en="Fukuoka", ja="福岡", zh="福冈", ko="후쿠오카", ru="Фукуока"),
            _city(PARIS, "FR", en="Paris", ja="パリ", zh="巴黎", ko="파리", ru="Париж"),
            _city(KYOTO, "JP", en="Kyoto", ja="京都", zh="京都", ko="교토", ru="Киото"),
            _city(HANGZHOU, "CN", en="Hangzhou", ja="杭州", zh="杭州", ko="항저우", ru="Ханчжоу"),
            _city(NAGASAKI, "JP", en="Nagasaki", ja="長崎", zh="长崎", ko="나가사키", ru="Нагасаки"),
            _city(SINGAPORE, "SG", en="Singapore", ja="シンガポール", zh="新加坡", ko="싱가포르", ru="Сингапур"),
            _city(LYON, "FR", en="Lyon", ja="Lyon", zh="里昂"),
        )
    ),
    countries=dict(
        (
            _country("CN", "east-asia", "中国", "China"),
            _country("JP", "east-asia", "日本", "Japan"),
            _country("KR", "east-asia", "韓国", "South Korea"),
            _country("FR", "europe", "フランス", "France"),
            _country("SG", "southeast-asia", "シンガポール", "Singapore"),
            _country("GB", "europe", "イギリス", "United Kingdom"),
        )
    ),
    regions={
        "east-asia": {"ja": "東アジア", "en": "East Asia"},
        "southeast-asia": {"ja": "東南アジア", "en": "Southeast Asia"},
        "europe": {"ja": "ヨーロッパ", "en": "Europe"},
    },
    networks=dict(
        (
            _term("sco", "上海協力機構", "Shanghai Cooperation Organisation"),
            _term("mayors-for-peace", "平和首長会議", "Mayors for Peace"),
            _term("uclg-aspac", "都市・自治体連合アジア太平洋支部", "UCLG ASPAC"),
        )
    ),
    themes=dict(
        (
            _term("climate-environment", "生態環境・気候", "Environment & climate"),
            _term("digital-smart-city", "デジタル変革・スマートシティ", "Digital transformation & smart city"),
            _term("transport-connectivity", "交通接続・物流", "Transport & connectivity"),
            _term("culture-tourism", "文化・観光", "Culture & tourism"),
            _term("peace", "平和・人権", "Peace & human rights"),
            _term("youth-exchange", "青少年交流", "Youth exchange"),
        )
    ),
    events=dict(
        (
            _term("mayors-dialogue", "市長対話・首長会談", "Mayors’ dialogue"),
            _term("sister-city-agreement", "姉妹・友好都市提携", "Sister-city agreement"),
            _term("mou-cooperation", "覚書・協力協定", "Cooperation agreement"),
            _term("delegation-visit", "代表団訪問・表敬", "Delegation visit"),
            _term("summit-forum", "サミット・フォーラム・総会", "Summit or forum"),
            _term("anniversary", "周年記念", "Anniversary"),
            _term("suspension-termination", "交流停止・提携解消", "Suspension or end of ties"),
        )
    ),
    rules={},
)

_PLACES = {
    TIANJIN: (39.14, 117.18),
    KOBE: (34.69, 135.18),
    BUSAN: (35.10, 129.04),
    FUKUOKA: (33.60, 130.42),
    PARIS: (48.85, 2.35),
    KYOTO: (35.02, 135.75),
    HANGZHOU: (30.29, 120.16),
    NAGASAKI: (32.75, 129.88),
    SINGAPORE: (1.29, 103.85),
    LYON: (45.75, 4.85),
}
# The same with each city in its own place, for maps.
ATLAS = Lexicon(
    digest=LEXICON.digest,
    cities={
        key: msgspec.structs.replace(city, latitude=_PLACES[key][0], longitude=_PLACES[key][1])
        for key, city in LEXICON.cities.items()
    },
    countries=LEXICON.countries,
    regions=LEXICON.regions,
    networks=LEXICON.networks,
    themes=LEXICON.themes,
    events=LEXICON.events,
    rules={},
)


def _spec(identifier: str, country: str, languages: str, labels: tuple[Label, ...], **names: str) -> SourceSpec:
    return SourceSpec(
        id=identifier,
        names=names,
        home=f"https://{identifier.replace('_', '-')}.example/",
        country=country,
        languages=tuple(languages.split()),
        kind=Kind.FEED,
        start=(f"https://{identifier.replace('_', '-')}.example/feed.xml",),
        state=SourceState.ACTIVE,
        labels=labels,
    )


SOURCES = {
    spec.id: spec
    for spec in (
        _spec("kobe_intl", "JP", "ja", (Label.OFFICIAL,), en="Kobe International Affairs", ja="神戸国際課だより"),
        _spec("minato_press", "JP", "ja", (Label.PRESS,), en="Minato Press", ja="みなと新報"),
        _spec(
            "tianjin_daily", "CN", "zh-Hans", (Label.STATE_MEDIA, Label.ORGANISER), en="Tianjin Window", zh="津门之窗"
        ),
        _spec("east_wire", "GB", "en", (Label.AGENCY,), en="East Wire"),
        _spec("busan_news", "KR", "ko", (Label.PRESS,), en="Busan Harbour News", ko="부산항신문"),
        msgspec.structs.replace(
            _spec("cites_fr", "FR", "fr", (Label.NETWORK,), en="Cités en dialogue", fr="Cités en dialogue"),
            terms=Terms(show="title_only"),
        ),
        _spec("travel_blog", "SG", "en", (), en="Straits Notebook"),
    )
}


def _published(day: int, hour: int | None = None, *, month: int = 10, stated: bool = True) -> FuzzyDate:
    return FuzzyDate(
        value=dt.datetime(2026, month, day, hour or 0, 30 if hour else 0, tzinfo=JST),
        precision=Precision.DAY if hour is None else Precision.MINUTE,
        zone_stated=stated,
        origin=Origin.META,
    )


def _source(
    number: int, source_id: str, language: str, title: str, published: FuzzyDate | None, **more: object
) -> CardSource:
    spec = SOURCES[source_id]
    fields: dict[str, object] = {
        "article_id": f"a{number:015x}",
        "url": f"{spec.home}articles/{number}?lang={language}&page=1",
        "title": title,
        "language": language,
        "source_id": source_id,
        "family": spec.publisher_family,
        "labels": spec.labels,
        "published": published,
    }
    return CardSource(**(fields | more))  # type: ignore[arg-type]


def _words(ja: str, en: str, ja_lines: tuple[str, ...], en_lines: tuple[str, ...]) -> dict[str, Words]:
    return {
        "ja": Words(headline=ja, sentences=ja_lines, engine="tags"),
        "en": Words(headline=en, sentences=en_lines, engine="tags"),
    }


def _seen(day: int, month: int = 10) -> dt.datetime:
    return dt.datetime(2026, month, day, 3, 15, tzinfo=dt.UTC)


DIALOGUE = Card(
    story_id="s0000000000a1",
    article_class=ArticleClass.NEWS,
    words=_words(
        "神戸市と天津市が市長対話、港湾と脱炭素の協力を議論（上海協力機構）",
        "Kobe and Tianjin hold a mayors’ dialogue on ports and decarbonisation (Shanghai Cooperation Organisation)",
        (
            "2026年10月21日から23日まで、天津市（中国）で神戸市と天津市の市長対話が開かれた。",
            "テーマは生態環境・気候、デジタル変革・スマートシティ、交通接続・物流。",
            "独立した4系統が中国語・英語・日本語・韓国語で伝えている。",
        ),
        (
            "Kobe and Tianjin held a mayors’ dialogue in Tianjin, China, on 21–23 October 2026.",
            "Its themes were environment and climate, digital transformation and smart cities, and transport and connectivity.",
            "Four independent publishers report it, in Chinese, English, Japanese and Korean.",
        ),
    ),
    lead={"ja": "a000000000000001", "en": "a000000000000003"},
    published=_published(21, 14),
    first_seen=_seen(21),
    event=DatedEvent(start=dt.date(2026, 10, 21), end=dt.date(2026, 10, 23), evidence="10月21日から23日"),
    cities=(TIANJIN, KOBE),
    countries=("CN", "JP"),
    networks=("sco",),
    themes=("climate-environment", "digital-smart-city", "transport-connectivity"),
    event_types=("mayors-dialogue",),
    pair=(TIANJIN, KOBE),
    persons=(Person(name="神戸市長", role=""), Person(name="市長", role="天津市人民政府")),
    sources=(
        _source(1, "kobe_intl", "ja", "天津市で市長対話に参加しました", _published(21, 14)),
        _source(
            2,
            "tianjin_daily",
            "zh-Hans",
            "天津与神户举行市长对话 共商港口与低碳合作",
            _published(21, stated=False),
            copies=(
                CardCopy(
                    article_id="a0000000000000c1",
                    url="https://mirror-one.example/n/1",
                    source_id="mirror_one",
                    kind=CopyKind.IDENTICAL,
                ),
                CardCopy(
                    article_id="a0000000000000c2",
                    url="https://mirror-two.example/n/2",
                    source_id="mirror_two",
                    kind=CopyKind.SYNDICATED,
                ),
                CardCopy(
                    article_id="a0000000000000c3",
                    url="https://retold.example/n/3",
                    source_id="retold",
                    kind=CopyKind.REWRITTEN,
                ),
            ),
        ),
        _source(
            3,
            "east_wire",
            "en",
            "Kobe, Tianjin mayors meet as port cities look to cut emissions",
            _published(22, 9),
            references=("Tianjin Window", "Port Authority statement"),
            voice="tianjin_daily",
        ),
        _source(
            4,
            "busan_news",
            "ko",
            "고베·톈진 시장 대화, 항만 탈탄소 협력 논의",
            _published(22, stated=False),
            voice="xinhua",
            translated_from="zh-Hans",
        ),
    ),
    families=4,
    organisers=("tianjin_daily",),
    languages=("en", "ja", "ko", "zh-Hans"),
    conflicts=(
        Conflict(
            fact="event_date",
            accounts=(
                Account(value="2026-10-21/2026-10-23", article_ids=("a000000000000001",)),
                Account(value="2026-10-20/2026-10-23", article_ids=("a000000000000002",)),
            ),
        ),
        Conflict(
            fact="participants",
            accounts=(
                Account(value="20", article_ids=("a000000000000003", "a000000000000004"), counted="representatives"),
                Account(value="350", article_ids=("a000000000000002",), counted="guests"),
            ),
        ),
        Conflict(
            fact="place",
            accounts=(
                Account(value=TIANJIN, article_ids=("a000000000000001", "a000000000000003", "a000000000000004")),
                Account(value=KOBE, article_ids=("a0000000000000c3",)),
            ),
        ),
        Conflict(
            fact="persons",
            accounts=(
                Account(value="市長甲", article_ids=("a000000000000001",), counted="mayor"),
                Account(value="市長乙", article_ids=("a000000000000002",), counted="mayor"),
            ),
        ),
    ),
    score=3.2,
)

AGREEMENT = Card(
    story_id="s0000000000a2",
    article_class=ArticleClass.NEWS,
    words=_words(
        "京都市とパリ市が文化・観光の協力覚書を締結",
        "Kyoto and Paris sign a cooperation agreement on culture and tourism",
        ("2026年10月20日、京都市（日本）とパリ市（フランス）が覚書・協力協定を結んだ。", "テーマは文化・観光。"),
        (
            "Kyoto, Japan, and Paris, France, signed a cooperation agreement on 20 October 2026.",
            "Its theme was culture and tourism.",
        ),
    ),
    lead={"ja": "a000000000000005", "en": "a000000000000006"},
    published=_published(20, stated=False),
    first_seen=_seen(20),
    event=DatedEvent(start=dt.date(2026, 10, 20)),
    cities=(KYOTO, PARIS),
    countries=("JP", "FR"),
    themes=("culture-tourism",),
    event_types=("mou-cooperation", "delegation-visit"),
    pair=(KYOTO, PARIS),
    sources=(
        _source(
            5,
            "minato_press",
            "ja",
            "京都市、パリ市と覚書 観光公害への対応でも情報交換へ",
            _published(20, stated=False),
            access=Access.TEASER,
        ),
        _source(
            6,
            "cites_fr",
            "fr",
            "Paris et Kyoto signent un accord de coopération culturelle",
            _published(21, 10),
            title_only=True,
        ),
    ),
    families=2,
    languages=("fr", "ja"),
    score=2.1,
)

STUDENTS = Card(
    story_id="s0000000000a3",
    article_class=ArticleClass.NEWS,
    words=_words(
        "福岡市と釜山市、高校生の相互派遣を来春再開へ",
        "Fukuoka and Busan to resume student exchanges next spring",
        ("福岡市（日本）と釜山市（韓国）が代表団の訪問で青少年交流の再開を確認した。",),
        ("Fukuoka, Japan, and Busan, South Korea, confirmed the return of youth exchanges during a delegation visit.",),
    ),
    lead={"ja": "a000000000000007", "en": "a000000000000007"},
    published=_published(22, stated=False),
    first_seen=_seen(22),
    event=DatedEvent(start=dt.date(2027, 4, 1), precision=Precision.MONTH),
    cities=(FUKUOKA, BUSAN),
    countries=("JP", "KR"),
    themes=("youth-exchange",),
    event_types=("delegation-visit",),
    pair=(BUSAN, FUKUOKA),
    sources=(_source(7, "busan_news", "ko", "부산·후쿠오카 고교생 교류, 내년 봄 재개", _published(22, stated=False)),),
    families=1,
    languages=("ko",),
    score=1.2,
)

PEACE = Card(
    story_id="s0000000000a4",
    article_class=ArticleClass.NEWS,
    words=_words(
        "長崎市で平和首長会議の国内総会",
        "Mayors for Peace holds its national assembly in Nagasaki",
        ("2026年11月5日、長崎市（日本）でサミット・フォーラム・総会が開かれる。",),
        ("A summit will be held in Nagasaki, Japan, on 5 November 2026.",),
    ),
    lead={"ja": "a000000000000008", "en": "a000000000000008"},
    published=None,
    first_seen=_seen(23),
    event=DatedEvent(start=dt.date(2026, 11, 5), end=dt.date(2026, 11, 6)),
    dates=(
        DatedEvent(start=dt.date(2026, 10, 30), deadline=True),
        DatedEvent(start=dt.date(2026, 11, 5), end=dt.date(2026, 11, 6)),
    ),
    cities=(NAGASAKI,),
    countries=("JP",),
    networks=("mayors-for-peace",),
    themes=("peace",),
    event_types=("summit-forum",),
    sources=(_source(8, "minato_press", "ja", "平和首長会議、11月に長崎で国内総会", None),),
    families=1,
    languages=("ja",),
    score=0.9,
)

RUMOUR = Card(
    story_id="s0000000000a5",
    article_class=ArticleClass.NEWS,
    words=_words(
        "シンガポールとリヨンが交通の協力を検討",
        "Singapore and Lyon consider working together on transport",
        (
            "シンガポールとLyon（フランス）の代表団訪問。テーマは交通接続・物流、デジタル変革・スマートシティ、生態環境・気候、文化・観光。",
        ),
        ("A delegation visit between Singapore and Lyon, France, on transport and connectivity.",),
    ),
    lead={"ja": "a000000000000009", "en": "a000000000000009"},
    published=FuzzyDate(
        value=dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
        precision=Precision.MONTH,
        zone_stated=False,
        origin=Origin.VISIBLE,
    ),
    first_seen=_seen(24),
    cities=(SINGAPORE, LYON),
    countries=("SG", "FR"),
    themes=("transport-connectivity", "digital-smart-city", "climate-environment", "culture-tourism"),
    event_types=("delegation-visit",),
    pair=(SINGAPORE, LYON),
    sources=(_source(9, "travel_blog", "en", "Overheard: a tram deal between two cities I love", None),),
    families=1,
    languages=("en",),
    unverified=True,
    score=0.1,
)

EXPLAINER = Card(
    story_id="s0000000000a6",
    article_class=ArticleClass.BACKGROUND,
    words=_words(
        "杭州市の都市外交を読み解く",
        "Background: the city diplomacy of Hangzhou",
        ("杭州市（中国）についての解説。",),
        ("Background on Hangzhou, China.",),
    ),
    lead={"ja": "a00000000000000a", "en": "a00000000000000a"},
    published=_published(19, stated=False),
    first_seen=_seen(19),
    cities=(HANGZHOU,),
    countries=("CN",),
    themes=("culture-tourism", "digital-smart-city"),
    sources=(
        _source(
            10,
            "kobe_intl",
            "ja",
            "杭州の都市外交を読む",
            _published(19, stated=False),
            url="urn:city-digest:archive:hangzhou",
        ),
    ),
    families=1,
    languages=("ja",),
)

EARLIER = Card(
    story_id="s0000000000a7",
    article_class=ArticleClass.NEWS,
    words=_words(
        "神戸市と天津市、友好都市50周年の記念事業を発表",
        "Kobe and Tianjin announce events for 50 years of friendship",
        ("神戸市（日本）と天津市（中国）が周年記念の事業を発表した。",),
        ("Kobe, Japan, and Tianjin, China, announced events for their anniversary.",),
    ),
    lead={"ja": "a00000000000000b", "en": "a00000000000000b"},
    published=_published(14, 11),
    first_seen=_seen(14),
    event=DatedEvent(start=dt.date(2026, 12, 28), end=dt.date(2027, 1, 4)),
    cities=(KOBE, TIANJIN),
    countries=("JP", "CN"),
    themes=("culture-tourism",),
    event_types=("anniversary",),
    pair=(TIANJIN, KOBE),
    sources=(_source(11, "kobe_intl", "ja", "友好都市提携50周年記念事業について", _published(14, 11)),),
    families=1,
    languages=("ja",),
    score=1.0,
)

ENDED = Card(
    story_id="s0000000000a8",
    article_class=ArticleClass.NEWS,
    words=_words(
        "リヨン市と長崎市、交流協定を終了",
        "Lyon and Nagasaki end their exchange agreement",
        ("Lyon（フランス）と長崎市（日本）の交流停止・提携解消。",),
        ("Lyon, France, and Nagasaki, Japan, ended their agreement.",),
    ),
    lead={"ja": "a00000000000000c", "en": "a00000000000000c"},
    published=_published(13, 8),
    first_seen=_seen(13),
    cities=(LYON, NAGASAKI),
    countries=("FR", "JP"),
    event_types=("suspension-termination",),
    pair=(NAGASAKI, LYON),
    sources=(_source(12, "cites_fr", "fr", "Lyon et Nagasaki mettent fin à leur accord", _published(13, 8)),),
    families=1,
    languages=("fr",),
    score=1.4,
)

HEALTH = (
    SourceHealth(
        source_id="kobe_intl", last_ok=_seen(25), last_new=_seen(21), newest=_seen(20), rhythm_h=48.0, pages=40
    ),
    SourceHealth(source_id="minato_press", last_ok=_seen(25), last_new=_seen(23), pages=80),
    SourceHealth(source_id="tianjin_daily", last_ok=_seen(18), failures=3, problem="timeout", pages=12),
    SourceHealth(source_id="east_wire", last_ok=_seen(25), newest=_seen(2), rhythm_h=12.0, problem="stale", pages=33),
    SourceHealth(source_id="busan_news", last_ok=_seen(25), empties=3, problem="empty", pages=21),
    SourceHealth(source_id="cites_fr", failures=1, problem="bad_feed"),
    SourceHealth(source_id="gone_blog", names={"en": "A source that left the catalogue"}, last_ok=_seen(25)),
)

FIRST = Issue(
    week="2026-W42",
    number=1,
    first_day=dt.date(2026, 10, 12),
    last_day=dt.date(2026, 10, 18),
    zone="Asia/Tokyo",
    status=IssueStatus.QUIET,
    leads=(ENDED,),
    regions=(RegionSection(region="east-asia", cards=(EARLIER,)),),
    agreements=(
        Agreement(
            story_id=ENDED.story_id,
            event_type="suspension-termination",
            cities=(LYON, NAGASAKI),
            status=AgreementStatus.ENDED,
        ),
    ),
    names=(LYON, NAGASAKI, KOBE, TIANJIN),
    figures=Figures(stories=2, articles=2, sources=2, families=2, languages={"fr": 1, "ja": 1}, cities=4, countries=3),
    health=HEALTH[:3],
)

SECOND = Issue(
    week="2026-W43",
    number=2,
    first_day=dt.date(2026, 10, 19),
    last_day=dt.date(2026, 10, 25),
    zone="Asia/Tokyo",
    status=IssueStatus.FULL,
    leads=(DIALOGUE, AGREEMENT),
    regions=(
        RegionSection(region="east-asia", cards=(STUDENTS, PEACE)),
        RegionSection(region="southeast-asia", cards=(RUMOUR,)),
    ),
    agreements=(
        Agreement(
            story_id=AGREEMENT.story_id,
            event_type="mou-cooperation",
            cities=(KYOTO, PARIS),
            status=AgreementStatus.SIGNED,
            date=AGREEMENT.event,
        ),
    ),
    meetings=(
        Meeting(story_id=DIALOGUE.story_id, a=TIANJIN, b=KOBE, event_type="mayors-dialogue", date=DIALOGUE.event),
        Meeting(story_id=STUDENTS.story_id, a=BUSAN, b=FUKUOKA, event_type="delegation-visit"),
    ),
    calendar=(
        CalendarRow(story_id=PEACE.story_id, date=PEACE.event, cities=(NAGASAKI,), networks=("mayors-for-peace",)),
        CalendarRow(story_id=EARLIER.story_id, date=EARLIER.event, cities=(KOBE, TIANJIN)),
        CalendarRow(story_id=STUDENTS.story_id, date=STUDENTS.event, cities=(FUKUOKA, BUSAN)),
    ),
    calls=(Call(story_id=PEACE.story_id, deadline=PEACE.dates[0], cities=(NAGASAKI,), networks=("mayors-for-peace",)),),
    follow_ups=(msgspec.structs.replace(EARLIER, follow_up=True),),
    background=(EXPLAINER,),
    names=(TIANJIN, KOBE, KYOTO, PARIS, FUKUOKA, BUSAN, NAGASAKI, SINGAPORE, LYON, HANGZHOU),
    figures=Figures(
        stories=7,
        articles=11,
        copies=2,
        sources=9,
        families=7,
        languages={"ja": 5, "ko": 2, "zh-Hans": 1, "en": 2, "fr": 1},
        cities=10,
        countries=5,
    ),
    health=HEALTH,
)

SHELF = Shelf(
    issues=(FIRST, SECOND),
    cards=(RUMOUR, PEACE, STUDENTS, DIALOGUE, AGREEMENT, EXPLAINER, EARLIER, ENDED),
    sources=SOURCES,
    health=HEALTH,
    redirects={"s0000000000b1": "s0000000000b2", "s0000000000b2": DIALOGUE.story_id},
)

FAILED = Issue(
    week="2026-W44",
    number=3,
    first_day=dt.date(2026, 10, 26),
    last_day=dt.date(2026, 11, 1),
    zone="Asia/Tokyo",
    status=IssueStatus.COLLECTION_FAILED,
    health=HEALTH,
)

EMPTY = Issue(
    week="2026-W45",
    number=4,
    first_day=dt.date(2026, 11, 2),
    last_day=dt.date(2026, 11, 8),
    zone="Asia/Tokyo",
    status=IssueStatus.QUIET,
    health=HEALTH[:2],
)

# ------------------------------------------------------------------------------- every section, and every mark of the editors

WHY = {"ja": "主催者の発表に合わせたため。", "en": "The organiser has said so since."}
PROOF = "https://ties.example/list"


def _decided(story_id: str, kind: OverrideKind, day: int, **more: object) -> Override:
    fields: dict[str, object] = {"story_id": story_id, "kind": kind, "day": dt.date(2026, 11, day), "reason": WHY}
    return Override(**(fields | more))  # type: ignore[arg-type]


def _again(card: Card, number: int, ja: str, en: str, why: tuple[str, str] = ("", ""), **changes: object) -> Card:
    """Another story much like it."""
    words = {
        code: msgspec.structs.replace(card.words[code], headline=headline, why=reason)
        for code, headline, reason in zip(("ja", "en"), (ja, en), why, strict=True)
    }
    return msgspec.structs.replace(card, **({"story_id": f"s0000000000c{number}", "words": words} | changes))


PIN = _decided("s0000000000c1", OverrideKind.PIN, 9, reason="")
HIDE = _decided("s0000000000c8", OverrideKind.HIDE, 9, reason="出典が確かめられないため。")
PINNED = _again(
    DIALOGUE,
    1,
    "神戸市と天津市、港湾の共同研究を始める",
    "Kobe and Tianjin begin joint research on their ports",
    why=("天津市は神戸市の友好都市（1973年提携）。", "Tianjin has been Kobe’s friendship city since 1973."),
    event=DatedEvent(start=dt.date(2026, 11, 12)),
    sources=(
        *DIALOGUE.sources,
        _source(13, "east_wire", "ar", "مدينتان تبدآن دراسة مشتركة للموانئ", _published(12, month=11)),
    ),
    claims=tuple(
        CheckedClaim(a=KOBE, b=city, verdict=verdict, source=source, article_ids=("a000000000000001",))
        for city, verdict, source in (
            (PARIS, Verdict.CONTRADICTED, PROOF),
            (TIANJIN, Verdict.CONFIRMED, PROOF),
            (BUSAN, Verdict.UNKNOWN, ""),
        )
    ),
    host=TIANJIN,
    overrides=(PIN,),
    reasons={"families": 1.0, "event_type": 0.8, "pair": 0.3, "unverified": -1.0},
)
WITHDRAWN = _again(
    AGREEMENT,
    2,
    "京都市とパリ市が交通の覚書を結ぶ",
    "Kyoto and Paris sign an agreement on transport",
)
EDITED = _again(
    STUDENTS,
    3,
    "福岡市と釜山市、大学生の相互派遣を始める",
    "Fukuoka and Busan to exchange university students",
    agreement=AgreementStatus.ANNOUNCED,
    event_types=("sister-city-agreement", "delegation-visit"),
)
CALLED_OFF = _again(
    PEACE,
    4,
    "長崎市の首長会合、延期に",
    "Mayors’ meeting in Nagasaki is put off",
    words={
        "ja": Words(headline="長崎市の首長会合、延期に", sentences=("会合は延期された。",), engine="example-mt"),
        "en": Words(
            headline="Mayors’ meeting in Nagasaki is put off", sentences=("It is put off.",), engine="example-mt"
        ),
    },
    event=DatedEvent(start=dt.date(2026, 12, 3)),
    dates=(DatedEvent(start=dt.date(2026, 11, 27), deadline=True), DatedEvent(start=dt.date(2026, 12, 3))),
    called_off=True,
)
NAMED = (
    _again(RUMOUR, 5, "シンガポールとリヨンが港を語る", "Singapore and Lyon speak of ports"),
    _again(AGREEMENT, 6, "京都市とパリ市、図書館の交流", "Kyoto and Paris link their libraries", overrides=()),
    _again(STUDENTS, 7, "福岡市と釜山市の絵画展", "Fukuoka and Busan show paintings"),
)
# The date that it was told with in two issues is off.
PUT_OFF = msgspec.structs.replace(
    EARLIER, event=None, called_off=True, follow_up=True, development=Development(week="2026-W43")
)
HIDDEN = _again(RUMOUR, 8, "ある都市の噂", "A rumour from a city")

OVERRIDES = (
    PIN,
    HIDE,
    _decided(WITHDRAWN.story_id, OverrideKind.RETRACT, 17),
    _decided(NAMED[2].story_id, OverrideKind.RETRACT, 17, reason="取り下げの申し出により。"),
    _decided(
        EDITED.story_id,
        OverrideKind.EDIT,
        17,
        headline={"en": "Fukuoka and Busan to exchange students of their universities"},
        sentences={"en": ("The first group leaves in April.",)},
    ),
    _decided(EDITED.story_id, OverrideKind.NOTE, 18, reason="", note={"ja": "人数は調整中。"}),
    _decided(AGREEMENT.story_id, OverrideKind.NOTE, 10, reason="", note="The text of the agreement is not public."),
    _decided(DIALOGUE.story_id, OverrideKind.EDIT, 10, headline={"ja": "神戸市と天津市が市長対話（会期を訂正）"}),
)
TIES = (
    Tie(a=TIANJIN, b=KOBE, kind=TieKind.FRIENDSHIP, since="1973-06-24", source=PROOF, retrieved=dt.date(2026, 11, 1)),
    Tie(a=BUSAN, b=FUKUOKA, kind=TieKind.SISTER, since="2007-02", source=PROOF, retrieved=dt.date(2026, 11, 1)),
    Tie(
        a=BUSAN,
        b=KOBE,
        kind=TieKind.MOU,
        since="1990",
        until="2018-10-02",
        source=PROOF,
        retrieved=dt.date(2026, 11, 1),
    ),
    Tie(a=KYOTO, b=PARIS, kind=TieKind.SISTER, source=PROOF, retrieved=dt.date(2026, 11, 1)),
)
COMPLETE_TIES = (CompleteTies(city=TIANJIN, source=PROOF, retrieved=dt.date(2026, 11, 1)),)

MARKED = Issue(
    week="2026-W46",
    number=5,
    first_day=dt.date(2026, 11, 9),
    last_day=dt.date(2026, 11, 15),
    zone="Asia/Tokyo",
    status=IssueStatus.FULL,
    leads=(PINNED, WITHDRAWN, EDITED),
    regions=(
        RegionSection(region="east-asia", cards=(CALLED_OFF, STUDENTS)),
        RegionSection(region="world", cards=(RUMOUR,)),
    ),
    further=NAMED,
    agreements=(
        Agreement(
            story_id=EDITED.story_id,
            event_type="sister-city-agreement",
            cities=(FUKUOKA, BUSAN),
            status=AgreementStatus.ANNOUNCED,
            date=EDITED.event,
        ),
        Agreement(
            story_id=NAMED[1].story_id,
            event_type="mou-cooperation",
            cities=(KYOTO, PARIS),
            status=AgreementStatus.PLANNED,
        ),
        Agreement(
            story_id=RUMOUR.story_id,
            event_type="mou-cooperation",
            cities=(SINGAPORE, LYON),
            status=AgreementStatus.SUSPENDED,
        ),
    ),
    meetings=(Meeting(story_id=PINNED.story_id, a=TIANJIN, b=KOBE, event_type="mayors-dialogue", date=PINNED.event),),
    calendar=tuple(
        CalendarRow(story_id=card.story_id, date=card.event, cities=card.cities, networks=card.networks)
        for card in (CALLED_OFF, EDITED)
        if card.event
    ),
    calls=(
        Call(
            story_id=CALLED_OFF.story_id,
            deadline=CALLED_OFF.dates[0],
            cities=(NAGASAKI,),
            networks=("mayors-for-peace",),
        ),
    ),
    anniversaries=(
        Anniversary(a=TIANJIN, b=KOBE, kind=TieKind.FRIENDSHIP, since="1973-06-24", years=55, source=PROOF),
        Anniversary(a=BUSAN, b=FUKUOKA, kind=TieKind.SISTER, since="1989", years=40, source=PROOF),
    ),
    follow_ups=(
        msgspec.structs.replace(
            DIALOGUE,
            follow_up=True,
            development=Development(
                week="2026-W43", sources=1, families=1, event=PINNED.event, disputed=("place", "participants")
            ),
        ),
        PUT_OFF,
    ),
    corrections=tuple(
        Correction(story_id=row.story_id, kind=row.kind, day=row.day, reason=row.reason, week="2026-W43")
        for row in OVERRIDES[-2:]
    ),
    overrides=(PIN, HIDE),
    background=(EXPLAINER,),
    names=(TIANJIN, KOBE, KYOTO, PARIS, FUKUOKA, BUSAN, NAGASAKI, SINGAPORE, LYON, HANGZHOU),
    figures=msgspec.structs.replace(SECOND.figures, stories=11),
    health=HEALTH,
)

# All weeks, each with its state, and all that the editors decided.
WHOLE = msgspec.structs.replace(
    SHELF,
    issues=(FIRST, SECOND, FAILED, EMPTY, MARKED),
    cards=(
        PINNED,
        WITHDRAWN,
        EDITED,
        CALLED_OFF,
        *NAMED,
        HIDDEN,
        PUT_OFF,
        *(card for card in SHELF.cards if card is not EARLIER),
    ),
    redirects=SHELF.redirects | {"s0000000000b3": WITHDRAWN.story_id},
    overrides=OVERRIDES,
    ties=TIES,
    complete_ties=COMPLETE_TIES,
)

TINY = Shelf(
    issues=(
        msgspec.structs.replace(
            FIRST, leads=(AGREEMENT,), regions=(), agreements=SECOND.agreements, names=(KYOTO, PARIS)
        ),
    ),
    cards=(AGREEMENT,),
    sources={name: SOURCES[name] for name in ("minato_press", "cites_fr")},
    health=HEALTH[1:2],
)
