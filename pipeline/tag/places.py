"""From mentions to tags: which city a name means, and whether the article is about it."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.knowledge.lexicon import City, Lexicon
from pipeline.model import Evidence, Tag, TagKind
from pipeline.tag.folding import fold, fold_pattern
from pipeline.tag.names import Key, Mention, name_finder
from pipeline.tag.reading import Field, Reading

# Of two cities of a name, the smaller is believed when its country is spoken of, unless it is this many times smaller:
# "Birmingham" beside "U.S." may be in Alabama (1:5), "Paris" beside "U.S." is not in Texas (1:85).
_HOMONYM_RATIO = 12
_LARGE = 1_000_000  # people: a city of this size is seldom a part of a person's name, but often of a district's (ウィーン・ヘルナルス区)
_FAR = 500_000  # people: two Han characters for a smaller city abroad are more often another word or a given name
_WORDY = 100_000  # people: below, a name that is also a word is the word, even in a list
_MAX_EVIDENCE = 8  # spans kept per tag: enough to explain, bounded for long texts


_TIES = {"latin": "-", "cyrillic": "-", "hangul": "", "kana": "・=", "han": "·・"}
_HOME = {
    "ja": frozenset({"JP"}),
    "ko": frozenset({"KR"}),
    "zh": frozenset({"CN", "TW", "HK", "MO"}),
    "fr": frozenset({"FR"}),
    "de": frozenset({"DE"}),
    "es": frozenset({"ES"}),
    "it": frozenset({"IT"}),
    "pt": frozenset({"PT", "BR"}),
}


# Where cities have names in Han characters; in Japanese all others are written in katakana.
_SINOGRAPHIC = frozenset({"CN", "HK", "JP", "KP", "KR", "MN", "MO", "MY", "SG", "TW", "VN"})
_EXONYM_RATIO = 25  # the same as _HOMONYM_RATIO where the larger city has the name in one language only
_COUNTY = 10  # characters: a prefecture and a county before a town's name (北海道虻田郡)
_SHORT = 3  # letters: names so short are too often words
_SENTENCE = 160  # characters between two names of one sentence
_MOTION = frozenset({"from", "to"})  # before persons, too
_CYRILLIC_PLACE = re.compile(r"(?<![^\W\d])(?:в|во|из|под|до|близ) $")
_WORD_BEFORE = re.compile(r"(?<![^\W\d])([a-z]+) $")
# Where a sentence or clause has its subject.
_SUBJECT = re.compile(r"(?:^|[.!?:;\n\"“«] ?|\b(?:that|but|as|while|after|что|но) )(?:[^\W\d]+ (?:and|и|y|et|und) )?$")
_PLACE = "partnerstadt|hauptstadt|hafenstadt|stadt|ville|ciudad|commune|capitale|capital|citta|cidade|город[а-я]*|столиц[а-я]*|city|town|port"
_ADJECTIVE = re.compile(rf"(?:(?:{_PLACE}) ([^\W\d]+) (?:de |d')|([^\W\d]+) (?:(?:{_PLACE})(?: de| di| of)? )?)$")
# 米フォートウェーン市: how Japanese papers name a country before its city.
_ABBREVIATIONS = {
    "米": "US",
    "英": "GB",
    "仏": "FR",
    "独": "DE",
    "伊": "IT",
    "露": "RU",
    "豪": "AU",
    "加": "CA",
    "韓": "KR",
    "中": "CN",
    "印": "IN",
    "西": "ES",
    "比": "PH",
    "越": "VN",
    "墨": "MX",
    "伯": "BR",
}
_WORDS = re.compile(r"[^\s,.)]+|[,.)]")
_STEM_LEAST, _STEM_MOST = 4, 12  # letters of the adjectives' stems
_TITLE_MARKS = frozenset({"「」", "『』", "《》", "〈〉", "“”", "«»", "„“", '""'})
_TITLE_AFTER = re.compile(r"(?:'s)? (?:(?:lord|deputy|vice|acting|former|first) )?([a-z]+)")
_STOP = re.compile(r"[.!?] |[。！？\n]")
# Particles that only a place takes: 경주에서, 경주서, 파리를 방문.
_HANGUL_PLACE = re.compile(r"(?:에서[는도]?|서|발|행)(?![가-힣])|[를을] (?:방문|찾)")


class Sighting(NamedTuple):
    """A place as one mention names it."""

    field: Field
    mention: Mention
    city: City | None
    country: str
    cue: str  # what showed that a city is meant; "" if nothing did
    exact: bool  # the text says which of several cities of the name
    doubtful: bool = False  # counts only with a cue


class Places(NamedTuple):
    """What an article says of places."""

    tags: tuple[Tag, ...]
    sightings: tuple[Sighting, ...]  # of kept cities and countries, in reading order, title first
    clubs: int  # mentions of sports clubs


class _Rules:
    """The lists of rules/places.toml, folded and ready for comparing."""

    def __init__(
        self,
        rules: Mapping[str, list[str]],
        states: Mapping[str, list[str]],
        adjectives: Mapping[str, list[str]],
        divisions: Mapping[str, tuple[str, str]],
        common: Sequence[str],
    ) -> None:
        self.after_han = tuple(fold(word) for word in rules["cue_after_han"])
        self.after_latin = frozenset(rules["cue_after_latin"])
        self.before_latin = tuple(f"{word} " for word in rules["cue_before_latin"])
        self.before_cyrillic = tuple(f"{fold(word)} " for word in rules["cue_before_cyrillic"])
        self.joins = frozenset(fold(word) for word in rules["joins"])
        self.into = frozenset(fold(word) for word in rules["into_country"])
        self.joins_into = tuple(self.into)
        self.out = frozenset(fold(word) for word in rules["from_country"])
        self.states = {fold(name): state for name, state in divisions.items()}
        self.states |= {fold(name): (country, code) for name, (country, code) in states.items()}
        self.common = frozenset(common)
        self.abbreviations = {fold(sign): country for sign, country in _ABBREVIATIONS.items()}
        self.leagues = re.compile("|".join(fold(league) for league in rules["leagues"]))
        self.adjectives = {fold(stem): country for country, stems in adjectives.items() for stem in stems}
        self.locative_before = frozenset(fold(word) for word in rules["locative_before"])
        self.locative_han = tuple(fold(word) for word in rules["locative_han"])
        self.locative_ja = tuple(fold(word) for word in rules["locative_ja"])
        self.partners = re.compile("|".join(fold(word) for word in rules["partner_words"]))
        self.metonym_east = re.compile("|".join(fold_pattern(pattern) for pattern in rules["metonym_east"]))
        self.metonym = re.compile(
            rf"(?: (?:and|и|et|y|und) [^\W\d]+)?(?: (?:{'|'.join(rules['metonym_fillers'])}))* (?:{'|'.join(rules['metonym_verbs'])})"
        )


@functools.lru_cache(maxsize=2)
def _rules(lexicon: Lexicon) -> _Rules:
    places = dict(lexicon.rules["places"])
    return _Rules(
        places, places.pop("states"), places.pop("adjectives"), lexicon.states, lexicon.rules["common_words"]["words"]
    )


def find_places(reading: Reading, lexicon: Lexicon) -> tuple[Places, tuple[Tag, ...]]:
    """The places an article is about, and its networks: both come from the same pass over the names."""
    finder, rules = name_finder(lexicon), _rules(lexicon)
    persons: set[str] = set()
    mentions = {
        field: finder.find(field.text, field.folded, persons, title=field.name == "title") for field in reading.fields
    }
    sightings: list[Sighting] = []
    for field, found in mentions.items():
        sightings += _sight(field, found, reading.language, rules)
    sightings = _settle(_partners(sightings, reading, rules), reading)
    clubs = [mention.key.text for found in mentions.values() for mention in found if mention.key.club]
    kept = _kept(sightings, clubs, persons, reading, rules)
    tags = _city_tags(kept, reading) + _country_tags(kept, reading)
    return Places(tuple(tags), tuple(kept), len(clubs)), _network_tags(mentions, reading, lexicon)


# ------------------------------------------------------------------------------------------------------------- one mention


def _sight(field: Field, mentions: Sequence[Mention], language: str, rules: _Rules) -> list[Sighting]:
    """The places among the mentions of one field, each with what its neighbourhood says of it."""
    found: list[Sighting] = []
    places = [
        mention
        for mention in mentions
        if (mention.key.cities or mention.key.country) and (not mention.key.mask or _is_city(field, mention))
    ]
    consumed = -1  # where the state of the last city ends: "Vancouver, Washington" names one city
    for index, mention in enumerate(places):
        key = mention.key
        if mention.start < consumed:
            continue
        before = places[index - 1] if index else None
        after = places[index + 1] if index + 1 < len(places) else None
        if not key.cities or (key.country and not _cue(field, mention, rules) and not key.cities[0].city_state):
            found.append(Sighting(field, mention, None, key.country, "", exact=True))
            continue
        if _joined(field, mention, before, after) or _is_prefecture(field, mention, after) or _is_work(field, mention):
            continue
        candidates, at_home = _home_first(key, language)
        country, code = _named_country(field, mention, before, after, rules)
        located = [city for city in candidates if city.country == country and (not code or city.admin1 == code)]
        located = located or _in_prefecture(field, mention, candidates)
        if not located and before and _of_another_country(field, mention, before, candidates):
            continue
        if language == "ja" and key.script == "han" and all(city.country not in _SINOGRAPHIC for city in candidates):
            continue  # 万博 is no city of Angola
        if language.startswith("zh") and key.script == "han" and not at_home and _is_alien(field, mention, located):
            continue
        cue = _cue(field, mention, rules) or ("country" if located else "")
        if not cue and candidates[0].capital and _is_government(field, mention, rules):
            continue
        if (not key.region or candidates[0].population >= _FAR) and (
            not key.word or candidates[0].population >= _WORDY
        ):
            cue = cue or _listed(field, mention, before, after, rules)
        if (
            located
            and code
            and after
            and after.key.text in rules.states
            and field.folded[mention.end : after.start] in rules.into
        ):
            consumed = after.end
        city = (located or candidates)[0]
        if city.needs_suffix:
            if language.split("-")[0] != "ja" and key.script == "han" and not _whole_town(key):
                continue
            cue = "" if cue == "suffix" else cue
        doubtful = key.ambiguous or _far_and_short(key, city, at_home=at_home, language=language)
        if doubtful:
            if (
                cue == "suffix"
                and key.script == "han"
                and language == "ja"
                and field.folded.startswith("市长", mention.end)
            ):
                cue = ""  # 和田市長: a mayor of that name
            cue = cue or _locative(field, mention, city, language, rules)
        found.append(
            Sighting(
                field,
                mention,
                city,
                key.country,
                cue,
                exact=bool(located) or len(candidates) == 1 or (at_home and not _namesakes(candidates)),
                doubtful=doubtful,
            )
        )
    return found


def _whole_town(key: Key) -> bool:
    """True for 高千穗町, but not for 中村."""
    return len(key.text) > _SHORT and key.text[-1] in _SUFFIXES


def _namesakes(candidates: Sequence[City]) -> bool:
    """True if Japan has several municipalities of the name."""
    return sum(city.country == "JP" for city in candidates) > 1


def _joined(field: Field, mention: Mention, before: Mention | None, after: Mention | None) -> bool:
    """True if a dot or hyphen ties the name to a word that is no place: ジャック・ロンドン, EU-Länder, 劳伦斯·洛克菲勒."""
    if mention.key.cities[0].population >= _LARGE and not mention.key.ambiguous:
        follows = after is None or after.start != mention.end + 1
        return mention.key.script == "kana" and follows and _NAME_AFTER.match(field.folded, mention.end) is not None
    text, signs = field.folded, _TIES[mention.key.script]
    for sign, beyond, place in (
        (
            mention.start - 1,
            mention.start - 2,
            before is not None and before.end == _without_suffix(text, mention.start - 1),
        ),
        (mention.end, mention.end + 1, after is not None and after.start == mention.end + 1),
    ):
        if 0 <= beyond < len(text) and text[sign] in signs and not place and field.text[beyond].isalpha():
            latin_ending = mention.key.script == "latin" and beyond > sign and not field.text[beyond].isupper()
            if not latin_ending:  # "New York-based"
                return True
    return False


# シカゴ・ブルズ, but ウィーン・ヘルナルス区, ロンドン・ヒースロー空港.
_NAME_AFTER = re.compile(r"[・=][ァ-ヺー]{2,}(?![ァ-ヺー]|・|区|地区|市|空港|駅|州|郊外|港|島|湾|中心|市街)")


def _without_suffix(text: str, end: int) -> int:
    """Where a name ends that may have 市 or the like: 大津市・ランシング市."""
    return end - 1 if end and text[end - 1] in _SUFFIXES else end


_SUFFIXES = frozenset(fold("市町村区"))


def _far_and_short(key: Key, city: City, *, at_home: bool, language: str) -> bool:
    """Two Han characters for a smaller city abroad: in Chinese 金泽 is a given name, in Japanese 天安 a gate."""
    return (
        key.script == "han"
        and len(key.text) == 2
        and not at_home
        and language.split("-")[0] in {"ja", "zh"}
        and city.population < _FAR
        and city.country in {"CN", "JP", "KR", "TW"}
    )


def _home_first(key: Key, language: str) -> tuple[list[City], bool]:
    """Candidates, likeliest first, and whether the first is so for being at home.

    A name in Han or Hangul means a city of the language's own countries before others; one in Latin script means one of the
    language's country unless another is far larger.
    """
    cities, script = key.cities, key.script
    home = _HOME.get(language.split("-")[0], frozenset())
    if script in {"han", "hangul"}:
        largest = cities[0].population
        ranked = sorted(
            cities,
            key=lambda city: (
                city.country not in home or (city.obscure and city.population * _HOMONYM_RATIO < largest),
                -city.population,
            ),
        )
        return ranked, ranked[0].country in home
    if script == "latin":
        largest = cities[0].population
        # Valence is what the French call Valencia, and a city of their own.
        ratio = _HOMONYM_RATIO if fold(cities[0].names["en"]) == key.text else _EXONYM_RATIO
        ranked = sorted(
            cities,
            key=lambda city: (city.country not in home or city.population * ratio < largest, -city.population),
        )
        return ranked, False
    return list(cities), False


def _is_alien(field: Field, mention: Mention, located: Sequence[City]) -> bool:
    """True for a part of a foreigner's name (泰穆尔·阿克拉姆), and for one character with 市 if no country says where: 燕市."""
    around = field.folded[max(0, mention.start - 1) : mention.start] + field.folded[mention.end : mention.end + 1]
    return not located and (
        "·" in around or "・" in around or (len(mention.key.text) == 2 and mention.key.text[-1] in _SUFFIXES)
    )


def _of_another_country(field: Field, mention: Mention, before: Mention, candidates: Sequence[City]) -> bool:
    """True for a city of a name that has none in the country named before it: 英国布里市 is not Buri in Brazil."""
    if not before.key.country or mention.key.script not in {"han", "kana"} or candidates[0].population >= _LARGE:
        return False
    return field.folded[before.end : mention.start] in {"", "の", "的"} and not (
        before.key.country == "CN" and candidates[0].country in _SINOGRAPHIC
    )


def _is_city(field: Field, mention: Mention) -> bool:
    """True for 东海市, although 东海 alone is a sea."""
    return bool(mention.key.cities) and mention.key.script == "han" and field.folded.startswith("市", mention.end)


def _is_work(field: Field, mention: Mention) -> bool:
    """True for a name alone in marks of a title: 「ゲルニカ」, 《卡萨布兰卡》."""
    around = field.text[max(0, mention.start - 1) : mention.start] + field.text[mention.end : mention.end + 1]
    return around in _TITLE_MARKS


def _is_government(field: Field, mention: Mention, rules: _Rules) -> bool:
    """True for a capital that stands for a government: Washington and Beijing traded accusations."""
    if mention.key.script in {"han", "kana", "hangul"}:
        return rules.metonym_east.match(field.folded, mention.end) is not None
    subject = _SUBJECT.search(field.folded, max(0, mention.start - 40), mention.start)
    return subject is not None and rules.metonym.match(field.folded, mention.end) is not None


def _is_prefecture(field: Field, mention: Mention, after: Mention | None) -> bool:
    """True for 長野 in 長野・飯田, as Japanese papers put the prefecture before a place, and for 東京 in 東京都府中市."""
    if after is None or not after.key.cities:
        return False
    gap = field.folded[mention.end : after.start]
    if gap in {"都", "都の"} or (gap == "の" and mention.key.text.endswith("都")):
        return any(city.admin1 == "東京都" and not city.needs_suffix for city in after.key.cities)
    if gap != "・":
        return False
    prefecture = next((city.admin1 for city in mention.key.cities if city.country == "JP"), "")
    return prefecture[:-1] == mention.key.cities[0].names["ja"] and after.key.cities[0].admin1 == prefecture


def _in_prefecture(field: Field, mention: Mention, candidates: Sequence[City]) -> list[City]:
    """Of Japanese municipalities of one name those whose prefecture stands before it: 福島県伊達市."""
    if len(candidates) < 2 or candidates[0].country != "JP":
        return []
    before = field.folded[max(0, mention.start - _COUNTY) : mention.start]
    near = [(before.rfind(fold(city.admin1)), city) for city in candidates if city.country == "JP"]
    last = max(position for position, _ in near)
    return [city for position, city in near if position == last >= 0]


def _locative(field: Field, mention: Mention, city: City, language: str, rules: _Rules) -> str:
    """The cue "locative" if a preposition or particle says that a doubtful name is that of a place."""
    folded, start, end, script = field.folded, mention.start, mention.end, mention.key.script
    if script == "latin" and not mention.key.obscure and not mention.key.region:
        before = _WORD_BEFORE.search(folded, max(0, start - 16), start)
        words = rules.locative_before if mention.key.person else rules.locative_before | _MOTION
        return "locative" if before and before[1] in words and _alone(field, end) else ""
    if script == "cyrillic":
        return "locative" if _CYRILLIC_PLACE.search(folded, max(0, start - 8), start) else ""
    if script == "hangul" and (city.country == "KR" or city.population >= _LARGE):
        return "locative" if _HANGUL_PLACE.match(folded, end) else ""
    if script == "han" and city.country in _HOME.get(language.split("-")[0], ()):
        if language == "ja":
            return "locative" if folded.startswith(rules.locative_ja, end) else ""
        return "locative" if start and folded[:start].endswith(rules.locative_han) else ""
    return ""


def _alone(field: Field, end: int) -> bool:
    """True if no further capitalised word belongs to the name that ends here."""
    return not (field.text[end : end + 1] == " " and field.text[end + 1 : end + 2].isupper()) and not (
        field.folded.startswith("'s ", end)  # in Taylor's case
    )


def _partners(sightings: list[Sighting], reading: Reading, rules: _Rules) -> list[Sighting]:
    """Gives doubtful names the cue "partner" where an undoubted city stands in the sentence and the article is about ties of cities."""
    lead = reading.title.folded + "\n" + reading.body.folded[: reading.lead_end]
    if not any(sighting.doubtful and not sighting.cue for sighting in sightings) or not rules.partners.search(lead):
        return sightings
    certain = [s for s in sightings if s.city and (not s.doubtful or s.cue)]
    found = []
    for sighting in sightings:
        mention = sighting.mention
        if (
            sighting.city
            and sighting.doubtful
            and not sighting.cue
            and not mention.key.obscure
            and not (mention.key.word and mention.key.text in rules.common)
            and len(mention.key.text) > _SHORT
            and mention.key.script in {"latin", "cyrillic", "kana"}
            and any(_same_sentence(sighting, other) for other in certain)
        ):
            sighting = sighting._replace(cue="partner")  # noqa: PLW2901 - the changed copy takes its place
        found.append(sighting)
    return found


def _same_sentence(one: Sighting, other: Sighting) -> bool:
    if one.field is not other.field:
        return False
    start, end = sorted((one.mention, other.mention))
    return 0 < end.start - start.end < _SENTENCE and not _STOP.search(one.field.folded, start.end, end.start)


def _named_country(
    field: Field, mention: Mention, before: Mention | None, after: Mention | None, rules: _Rules
) -> tuple[str, str]:
    """(country, state code) that the words beside a city give to it; empty strings where they give none."""
    state = _state_after(field.folded, mention.end, rules)
    if state:
        return state
    if after and after.key.country and not after.key.cities and field.folded[mention.end : after.start] in rules.into:
        return after.key.country, ""
    if before and before.key.country and field.folded[before.end : mention.start] in rules.out:
        return before.key.country, ""
    if mention.key.script == "kana" and mention.start:
        abbreviation = rules.abbreviations.get(field.folded[mention.start - 1], "")
        if abbreviation and not "一" <= field.folded[mention.start - 2 : mention.start - 1] <= "鿿":
            return abbreviation, ""
    if mention.key.script in {"latin", "cyrillic"} and (
        country := _adjective_before(field.folded, mention.start, rules)
        or _adjective_after(field.folded, mention.end, rules)
    ):
        return country, ""
    start = field.folded.rfind("州", max(0, mention.start - 16), mention.start)
    if start >= 0 and field.folded[start + 1 : mention.start] in rules.out:
        for width in range(12, 2, -1):  # characters of アラゴアス州
            if state := rules.states.get(field.folded[max(0, start + 1 - width) : start + 1]):
                return state
    return "", ""


def _adjective_before(folded: str, start: int, rules: _Rules) -> str:
    """The country of an adjective beside a name: das italienische Lodi, la ville italienne de Lodi, итальянский город Лоди."""
    around = _ADJECTIVE.search(folded, max(0, start - 40), start)
    if around is None:
        return ""
    return _of_adjective(around[1] or around[2], rules)


# San José, the Costa Rican capital; Lincoln, in the English East Midlands; Vienne, la capitale autrichienne.
_AFTER = re.compile(
    r", (?:in )?(?:the|die|la|l') ?(?:(?:capital|capitale|hauptstadt|ciudad|ville) )?([^\W\d]+(?: [^\W\d]+)?)"
)


def _adjective_after(folded: str, end: int, rules: _Rules) -> str:
    """The country of an adjective in an apposition to the name."""
    after = _AFTER.match(folded, end)
    return _of_adjective(after[1], rules) if after else ""


def _of_adjective(word: str, rules: _Rules) -> str:
    for width in range(min(len(word), _STEM_MOST), _STEM_LEAST - 1, -1):
        if country := rules.adjectives.get(word[:width]):
            return country
    return ""


def _state_after(folded: str, end: int, rules: _Rules) -> tuple[str, str] | None:
    """The state named after a city: of the longest name, "new mexico" before "mexico"."""
    if not folded.startswith(rules.joins_into, end):
        return None
    for join in rules.into:
        if folded.startswith(join, end):
            words = _WORDS.findall(folded, end + len(join), end + len(join) + 40)
            for width in (3, 2, 1):
                if state := rules.states.get(" ".join(words[:width])):
                    return state
    return None


def _cue(field: Field, mention: Mention, rules: _Rules) -> str:
    """What beside a name says that it is a city's."""
    folded, start, end, script = field.folded, mention.start, mention.end, mention.key.script
    if script in {"han", "kana"} and (
        folded.startswith(rules.after_han, end) or mention.key.text.endswith(("市", "町", "村", "区"))
    ):
        return "suffix"
    if script == "hangul" and (
        folded.startswith(("시", " 시", "특별시", "광역시"), end)
        or mention.key.text.endswith("시")
        or (mention.key.cities[0].country == "KR" and (folded.startswith("군", end) or mention.key.text.endswith("군")))
    ):
        return "suffix"
    if script == "latin":
        after = _TITLE_AFTER.match(folded, end)
        if after and after[1] in rules.after_latin:
            return "title"
        if folded[max(0, start - 24) : start].endswith(rules.before_latin):
            return "title"
    if script == "cyrillic" and folded[max(0, start - 16) : start].endswith(rules.before_cyrillic):
        return "title"
    return ""


def _listed(field: Field, mention: Mention, before: Mention | None, after: Mention | None, rules: _Rules) -> str:
    """The cue "list" if the name stands in a list beside a city whose name is not ambiguous."""
    for other, gap in (
        (before, field.folded[before.end : mention.start] if before else ""),
        (after, field.folded[mention.end : after.start] if after else ""),
    ):
        if (
            other
            and other.key.cities
            and not other.key.ambiguous
            and gap
            and (gap in rules.joins or gap.removeprefix("市").removeprefix("시") in rules.joins)
        ):
            return "list"
    return ""


# ------------------------------------------------------------------------------------------------------------- all mentions


def _settle(sightings: list[Sighting], reading: Reading) -> list[Sighting]:
    """Gives names that several cities share to the one the rest of the article speaks for."""
    said = {
        sighting.mention.key.text: sighting.city
        for sighting in sightings
        if sighting.city and sighting.exact and len(sighting.mention.key.cities) > 1
    }
    countries = {sighting.country for sighting in sightings if sighting.city is None}
    settled = []
    for sighting in sightings:
        if sighting.city is None or sighting.exact:
            settled.append(sighting)
            continue
        choice = said.get(sighting.mention.key.text) or sighting.city
        if choice is sighting.city and choice.country not in countries:
            rivals = [
                city
                for city in sighting.mention.key.cities
                if city.country in countries and city.population * _HOMONYM_RATIO >= choice.population
            ]
            choice = rivals[0] if rivals else choice
        namesakes = (
            [city for city in sighting.mention.key.cities if city.country == "JP"] if choice.country == "JP" else []
        )
        if len(namesakes) > 1:
            named = [city for city in namesakes if any(fold(city.admin1) in field.folded for field in reading.fields)]
            choice = choice if choice in named or not named else named[0]
        settled.append(sighting._replace(city=choice))
    return settled


def _kept(
    sightings: list[Sighting], clubs: list[str], persons: set[str], reading: Reading, rules: _Rules
) -> list[Sighting]:
    """Sightings of cities that the article is about, and of all countries."""
    by_city: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        if sighting.city:
            by_city[sighting.city.id].append(sighting)
    lead = reading.title.folded + "\n" + reading.body.folded[: reading.lead_end]
    home = _HOME.get(reading.language.split("-")[0], ())
    sport = rules.leagues.search(lead) is not None
    about = set()
    for identity, seen in by_city.items():
        cued = [sighting for sighting in seen if sighting.cue]
        plain = [sighting for sighting in seen if not sighting.doubtful]
        if not cued and any(sighting.mention.key.text in club for sighting in seen for club in clubs):
            continue
        if sport and seen[0].city and seen[0].city.country in home and all(s.cue in {"", "list"} for s in seen):
            continue  # a team
        # In German every noun before a name has a capital: Uniklinik Aachen.
        if not cued and reading.language != "de" and all(s.mention.key.text in persons for s in seen):
            continue
        prominent = any(sighting.field.leads(sighting.mention.start, reading.lead_end) for sighting in plain)
        if cued or prominent or len(plain) > 1:
            about.add(identity)
    return [sighting for sighting in sightings if sighting.city is None or sighting.city.id in about]


# --------------------------------------------------------------------------------------------------------------------- tags


def _evidence(sighting: Sighting, rule: str) -> Evidence:
    mention, field = sighting.mention, sighting.field
    return Evidence(
        field=field.name,
        start=mention.start,
        end=mention.end,
        surface=field.text[mention.start : mention.end],
        rule=rule,
    )


def _score(sightings: Sequence[Sighting], reading: Reading) -> float:
    """0..1: title .5, lead .25, a cue .1, each further mention .05."""
    title = any(sighting.field.name == "title" for sighting in sightings)
    lead = any(sighting.field.name == "text" and sighting.mention.start < reading.lead_end for sighting in sightings)
    cue = any(sighting.cue for sighting in sightings)
    return round(min(1.0, 0.1 + 0.5 * title + 0.25 * lead + 0.1 * cue + 0.05 * min(len(sightings), 6)), 3)


def _city_tags(kept: Iterable[Sighting], reading: Reading) -> list[Tag]:
    groups: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in kept:
        if sighting.city:
            groups[sighting.city.id].append(sighting)
    tags = []
    for identity, seen in groups.items():
        spans = tuple(
            _evidence(sighting, f"city.{sighting.cue or sighting.mention.key.script}")
            for sighting in seen[:_MAX_EVIDENCE]
        )
        tags.append(Tag(kind=TagKind.CITY, id=identity, score=_score(seen, reading), evidence=spans))
    return sorted(tags, key=lambda tag: -tag.score)


def _country_tags(kept: Iterable[Sighting], reading: Reading) -> list[Tag]:
    """Countries that are named, and those of the tagged cities at four fifths of the city's score."""
    named: dict[str, list[Sighting]] = defaultdict(list)
    through: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in kept:
        if sighting.country:
            named[sighting.country].append(sighting)
        if sighting.city:
            through[sighting.city.country].append(sighting)
    tags = []
    for code in {**named, **through}:
        own, cities = named.get(code, []), through.get(code, [])
        score = max(_score(own, reading) if own else 0.0, 0.8 * _score(cities, reading) if cities else 0.0)
        spans = [_evidence(sighting, "country.name") for sighting in own] or [
            _evidence(sighting, "country.of-city") for sighting in cities
        ]
        tags.append(Tag(kind=TagKind.COUNTRY, id=code, score=round(score, 3), evidence=tuple(spans[:_MAX_EVIDENCE])))
    return sorted(tags, key=lambda tag: -tag.score)


def _network_tags(mentions: Mapping[Field, list[Mention]], reading: Reading, lexicon: Lexicon) -> tuple[Tag, ...]:
    spans: dict[str, list[tuple[Field, Mention]]] = defaultdict(list)
    for field, found in mentions.items():
        for mention in found:
            surface = field.text[mention.start : mention.end]
            if mention.key.cased and surface not in mention.key.cased:
                continue
            for identity in mention.key.networks:
                spans[identity].append((field, mention))
    tags = []
    for identity, seen in spans.items():
        doubtful = {fold(name) for name in lexicon.networks[identity].ambiguous}
        if all(mention.key.text in doubtful for _, mention in seen) and not _in_context(seen, lexicon, identity):
            continue
        title = any(field.name == "title" for field, _ in seen)
        lead = any(field.leads(mention.start, reading.lead_end) for field, mention in seen)
        score = round(min(1.0, 0.2 + 0.45 * title + 0.2 * lead + 0.05 * min(len(seen), 6)), 3)
        evidence = tuple(
            Evidence(
                field=field.name,
                start=mention.start,
                end=mention.end,
                surface=field.text[mention.start : mention.end],
                rule="network.name",
            )
            for field, mention in seen[:_MAX_EVIDENCE]
        )
        tags.append(Tag(kind=TagKind.NETWORK, id=identity, score=score, evidence=evidence))
    return tuple(sorted(tags, key=lambda tag: (-tag.score, tag.id)))


def _in_context(seen: list[tuple[Field, Mention]], lexicon: Lexicon, identity: str) -> bool:
    """True if one of the words that an ambiguous acronym needs stands within 120 code points of it: about a sentence each way."""
    words = lexicon.networks[identity].context or tuple(lexicon.rules["networks"]["context"])
    for field, mention in seen:
        near = (
            field.folded[max(0, mention.start - 120) : mention.start]
            + " "
            + field.folded[mention.end : mention.end + 120]
        )
        if any(fold(word) in near for word in words):
            return True
    return False
