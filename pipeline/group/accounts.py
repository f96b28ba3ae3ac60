"""What one article says of the facts on which accounts may differ: the days, the host city, who holds an office.

Precision before recall: what a text does not say plainly, it does not say. A false alarm tells readers that sources disagree
where they do not.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from pipeline.model import DatedEvent, Person, Precision, TaggedArticle, TagKind
from pipeline.text import datelines

# A date this far from the report is of something else: an anniversary's founding day, a plan.
MAX_DAYS_FROM_REPORT = 31
# A meeting lasts no longer; what does is a season or an exhibition, and its days are not the event's.
MAX_LENGTH = dt.timedelta(days=10)

_SENTENCE_END = re.compile(r"[。!?！？\n]|\.(?=\s)")
_OPENING = (
    r"open(?:s|ed|ing)?\b|kick(?:s|ed)? off|beg[aiu]n|starts?\b|started|inaugur|s['’]ouvr|ouvert|débuté|abr(?:ió|e)\b|comenz|eröffn|begann|открыл|открыва|начал|funguliwa|apert"
    "|abriu|foi abert|começou|iniciou|iniziat|افتتح|انطلق|بدأ"
    "|開幕|开幕|開会|启幕|揭幕|拉开帷幕|拉開帷幕|始まっ|始まり|開始|개막|시작"
)
_CLOSING = r"clos(?:ed|es|ing)\b|conclud|wrap(?:ped|s)? up|ended\b|clôtur|clausur|concluy|endete|закры|заверш|encerr|conclus[oa]\b|اختتم|閉幕|闭幕|落幕|閉会|폐막"
_HELD = (
    r"held\b|t(?:ook|akes|aking|ake) place|hosted|hosts\b|signed|s['’]est tenu|se tient|a eu lieu|signé|celebró|tuvo lugar|firm(?:ó|aron)\b|stattfand|fand\b|statt\b"
    r"|unterzeichne|состоял|прош[её]л|проходи|подписа|fanyika|tiwa saini|svolt|realiz"
    r"|tenut[oa]|firmat[oa]|aconteceu|decorreu|assin(?:ad|ou)|\b(?:ان|س?[يت])?عقدت?\b|أقيم|استضاف|وقعت?\b|توقيع"
    "|開催|開かれ|開いた|行われ|締結|調印|署名|举行|舉行|举办|舉辦|召开|召開|签署|簽署|签订|簽訂|열렸|열린|개최|체결|서명"
)
_CUES = re.compile(f"(?P<opening>{_OPENING})|(?P<closing>{_CLOSING})|(?P<held>{_HELD})", re.IGNORECASE)


class Days(NamedTuple):
    """A day or a range of days that a text gives to the event."""

    start: dt.date
    end: dt.date | None  # last day, for ranges
    part: str  # "opening" | "closing" | "held" | "": what the text says of a single day, "" for a range and where it says nothing

    @property
    def interval(self) -> str:
        """ISO 8601: "2025-07-08", or "2025-07-06/2025-07-09" for a range."""
        return f"{self.start}/{self.end}" if self.end else f"{self.start}"


def days_of(tagged: TaggedArticle) -> Days | None:
    """When the text says that the event is: its first range of days near the report, or first day with a word for holding it.

    A day that no such word stands with is given only where there is no other: it may be of anything in the text.
    """
    first = None
    for event in tagged.events:
        if not _is_candidate(event, tagged):
            continue
        if event.end and event.end != event.start:
            return Days(event.start, event.end, "")
        found = Days(event.start, None, _part(event, tagged))
        if found.part:
            return found
        first = first or found
    return first


def _is_candidate(event: DatedEvent, tagged: TaggedArticle) -> bool:
    published = tagged.article.dated.date()
    return (
        event.precision is Precision.DAY
        and not event.deadline
        and abs((event.start - published).days) <= MAX_DAYS_FROM_REPORT
        and (event.end or event.start) - event.start <= MAX_LENGTH
        and not (abs((event.start - published).days) <= 1 and _is_dateline(event, tagged))
    )


def _is_dateline(event: DatedEvent, tagged: TaggedArticle) -> bool:
    """True where the day is first named as that of the report: before an agency's mark, or on a line of its own."""
    if not event.evidence or event.evidence in tagged.article.title:
        return False
    for line in tagged.article.text.splitlines():
        at = line.find(event.evidence)
        if at >= 0:
            end = at + len(event.evidence)
            alone = len(line) <= datelines.START and not _CUES.search(line)
            return alone or datelines.is_in_dateline(line, end)
    return False


def _part(event: DatedEvent, tagged: TaggedArticle) -> str:
    """What the word nearest to the date in its sentence says of it."""
    for field in (tagged.article.title, tagged.article.text):
        at = field.find(event.evidence) if event.evidence else -1
        if at >= 0:
            end = at + len(event.evidence)
            first, last = _sentence(field, at, end)
            cues = [
                (min(abs(cue.end() - at), abs(cue.start() - end)), cue) for cue in _CUES.finditer(field, first, last)
            ]
            return min(cues, key=lambda item: (item[0], item[1].start()))[1].lastgroup or "" if cues else ""
    return ""


def _sentence(text: str, at: int, end: int) -> tuple[int, int]:
    """Where the sentence around a stretch of text begins and ends."""
    first = max((match.end() for match in _SENTENCE_END.finditer(text, max(0, at - 400), at)), default=max(0, at - 400))
    after = _SENTENCE_END.search(text, end, end + 400)
    return first, after.start() if after else min(len(text), end + 400)


# -------------------------------------------------------------------------------------------------------------- host city

# A word for holding it, and then "in" the city, with nothing between them that could be another clause.
_HELD_IN = re.compile(
    r"\b(?:held|t(?:ook|akes?|aking) place|opened|opens|signed|gather(?:ed|s)?|met|meets?|convened|hosted|tenue?s?|a eu lieu|s['’]est ouverte?|signé\w*"
    r"|celebr\w+|tuvo lugar|firm(?:ó|aron|ado)|findet|fand|stattfand|unterzeichnet\w*|открыл\w*|подписа\w+|состоя\w+|прош\w+|\w*funguliwa|\w*fanyika"
    r"|realiz(?:ad[oa]|ou-se)|assinad[oa]|aconteceu|decorreu|(?:ان|س?[يت])?عقدت?|أقيمت?|افتتحت?|انطلقت?)\b"
    r"(?:[^.;:,\"“”«»()\n]{0,60}?\s|\s)(?:in|at|à|en|em|в|во|jijini|mjini|في)\s"
    r"(?:(?!(?:with|from|of|for|and|to|by|de|con|avec|et|mit|und|с|и|na)\s)[^\W\d_]+(?:['’]s)?\s){0,4}"
    r"(?:(?:city|municipality|ville|ciudad|cidade) (?:of|de)\s|مدينة\s)?$"
    r"|\b(?:svolt|tenut|firmat|inaugurat)[oaie]\b(?:[^.;:,()\n]{0,30}?\s|\s)(?:a|ad)\s$",
    re.IGNORECASE,
)
_HELD_AFTER = re.compile(
    r"[市府]?(?:内)?(?:で|において|にて)[^。、\n]{0,40}(?:開幕|開催|開かれ|行われ|始まっ|調印|署名|締結)"
    r"|시?에서[^.\n]{0,40}(?:열렸|열린|열려|개최|개막|체결|서명)"
)
_ZH_BEFORE = re.compile(r"在[^，。、,\s]{0,4}$")
_ZH_AFTER = re.compile(r"[市府]?(?:成功|隆重|正式)?(?:举行|舉行|举办|舉辦|召开|召開|开幕|開幕|启幕|签署|簽署|签订)")


# Words for going to see a city, with nothing before the city but what it is to the guests or the country that it is in.
_VISITED = re.compile(
    r"(?:\b(?:visit(?:s|ed|ing)?|(?:visit|trip|journey) to|(?:travel|journey)(?:l?ed|s)? to|arriv(?:ed?|es|ing) in|welcomed (?:to|in)"
    r"|en visite(?: \w+)? à|s['’]est rendue?s? à|se rendra à|visité|arrivée?s? à|reçue?s? à"
    r"|visit(?:ó|aron|ará|arán|ou)|visita(?: oficial)? a|viaj(?:ó|aron|ou) a|lleg(?:ó|aron) a"
    r"|besucht\w*|(?:reist\w*|Reise) nach|zu (?:Gast|Besuch) in|Besuch in|посети\w*|посеща\w*|прибы\w+ в|визит\w* в|поездк\w+ в)\s"
    r"(?:(?:the|its|their|our|a|la|le|sa|ihre|die|sister|twin|partner|friendship|cit[yi]e?s?|town|port|of|de|ville|ciudad|Stadt|город|[^\W\d_]+['’]s)\s){0,5}"
    r"|(?:访问|訪問|到访|到訪|抵达|抵達|前往)了?(?:[^，。、,\s的]{0,3}(?<![市与和與]))?)$",
    re.IGNORECASE,
)
_CALLED_ON = re.compile(
    r"[市都府]?(?:を|に|へ)(?:公式に?|親善|表敬)?(?:訪問(?![団者先客])|訪れ|来訪し|到着し)"
    r"|(?:광역시|특별시|시)?(?:[을를]\s?|\s)(?:공식\s?)?방문(?![단객자])"
)
# "The delegation to Kanazawa": who comes stands before the city.
_GUESTS_COME = re.compile(r"(?:訪問|代表|使節|視察)団[^。、\n]{0,10}[がは][^。、\n]{0,12}$")
_HITHER = re.compile(r"[市都府]?へ(?=\s|$|、|来|到|出発|派遣)")
_RECEIVES = re.compile(
    r"\s(?:welcom(?:ed|es)|receiv(?:ed|es)|(?:reçoit|a reçu|accueille|a accueilli|recib(?:e|ió)|empfängt|empfing|принимает|приняла?))\s"
    r"[^.;\n]{0,60}?\b(?:delega\w+|délégation|delegación|Delegation|делегаци\w+|visitors|guests)\b"
    r"|[市都府]?[はが](?:(?!。|\n).){0,60}(?:訪問|代表|使節|視察)団(?:(?!。|\n).){0,30}を(?:(?!。|\n).){0,30}(?:受け入れ|迎え|歓迎)",
    re.IGNORECASE,
)
_VISIT = "delegation-visit"


# Of the lead, in code points: no shorter than a dateline with its place, no longer than a long first paragraph.
_LEAD_LEAST, _LEAD_MOST = 40, 400


def host_city(tagged: TaggedArticle) -> str:
    """The id of the city in which the text says that the event is held, "" if it names none or several."""
    found = _hosts(tagged, tagged.article.text, _is_held_in)
    return found.pop() if len(found) == 1 else ""


def _hosts(tagged: TaggedArticle, text: str, says_so: Callable[[str, int, int], bool]) -> set[str]:
    """The cities of which title or text say that it is there; `text` is the article's, or its beginning."""
    fields = {"title": tagged.article.title, "text": text}
    return {
        tag.id
        for tag in tagged.tags
        if tag.kind is TagKind.CITY
        for evidence in tag.evidence
        if evidence.end <= len(fields.get(evidence.field, ""))
        and says_so(fields[evidence.field], evidence.start, evidence.end)
    }


def find_host(articles: Iterable[TaggedArticle]) -> str:
    """The id of the city in which the articles of a story say that it takes place, "" if none says so or they differ.

    Of visits that is the city to which the guests come. Only title and lead count: farther on stand the place of the next meeting,
    those of side events and earlier visits.
    """
    articles = list(articles)
    found = {city for tagged in articles for city in _hosts(tagged, _lead_of(tagged.article.text), _is_held_in)}
    if not found:
        visits = [tagged for tagged in articles if tagged.ids(TagKind.EVENT)[:1] == (_VISIT,)]
        found = {city for tagged in visits for city in _hosts(tagged, _lead_of(tagged.article.text), _is_visited)}
    return found.pop() if len(found) == 1 else ""


def _lead_of(text: str) -> str:
    """The first paragraph; a dateline or a subtitle is none."""
    end = next((end.start() for end in re.finditer(r"\n", text) if end.start() >= _LEAD_LEAST), len(text))
    return text[: min(end, _LEAD_MOST)]


def _is_held_in(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 160) : start]
    if _HELD_IN.search(before) or _HELD_AFTER.match(text, end):
        return True
    return bool(_ZH_BEFORE.search(before) and _ZH_AFTER.match(text, end))


def _is_visited(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 160) : start]
    if _VISITED.search(before) or _CALLED_ON.match(text, end) or _RECEIVES.match(text, end):
        return True
    return bool(_GUESTS_COME.search(before) and _HITHER.match(text, end))


# ---------------------------------------------------------------------------------------------------------------- offices

# Offices that one person holds at a time.
_SINGLE = frozenset({"mayor", "governor", "secretary-general", "chief-executive", "party-secretary"})


class Holder(NamedTuple):
    """Whom a text names as the holder of an office of one city."""

    office: str  # role id
    city: str
    name: str


def holders_of(tagged: TaggedArticle) -> Iterator[Holder]:
    """Holders of offices that only one person can hold, where the text names the city beside the office."""
    cities = {e.surface: tag.id for tag in tagged.tags if tag.kind is TagKind.CITY for e in tag.evidence}
    for person in tagged.persons:
        if person.role_id in _SINGLE:
            named = {city for surface, city in cities.items() if _is_beside(surface, person)}
            if len(named) == 1:
                yield Holder(person.role_id, named.pop(), person.name)


def _is_beside(surface: str, person: Person) -> bool:
    return surface in person.evidence.replace(person.name, " ") or surface in person.role
