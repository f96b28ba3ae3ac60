"""Ties as Wikidata has them: "twinned administrative body" (P190) of cities whose GeoNames id (P1566) we know, by SPARQL.

The answers are SPARQL 1.1 query results in JSON (https://www.w3.org/TR/sparql11-results-json/), the statements stand in them as Wikibase's
RDF format has it (https://www.mediawiki.org/wiki/Wikibase/Indexing/RDF_Dump_Format). The service's limits are those of its manual
(https://www.mediawiki.org/wiki/Wikidata_Query_Service/User_Manual#Query_limits): a minute per question, a minute of its time per minute for
one client, who is named with a contact and waits when told to, or is shut out for a day.

Wikidata's content is CC0. It mixes sister cities with lesser pacts, and most of its statements cite nobody: whatever a better source says
goes before it.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import http.client
import itertools
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Sequence

import msgspec

from pipeline.errors import ServiceError
from pipeline.knowledge.tie_table import period_of
from pipeline.knowledge.ties import Ties
from pipeline.model import Frozen, Tie, TieKind
from pipeline.text.urls import host, is_web

ENDPOINT = "https://query.wikidata.org/sparql"
# Cities per question: the busiest have a hundred ties each, and an answer has to be ready within a minute there.
BATCH = 100
TIMEOUT_S = 75  # the service gives up after 60
PAUSE_S = 1.0  # between two questions
TRIES = 3
BUSY_S = 60.0  # to wait where a busy service does not say how long: its limits are counted by the minute
MOST_WAIT_S = 120  # asked to wait longer than this, we leave it to another day
MOST_BYTES = 64 << 20
GEONAMES = "geonames:"

# With its prefixes: Wikidata's own service knows them, its copies elsewhere do not.
_QUERY = """\
PREFIX wdt: <http://www.wikidata.org/prop/direct/>
PREFIX p: <http://www.wikidata.org/prop/>
PREFIX ps: <http://www.wikidata.org/prop/statement/>
PREFIX pq: <http://www.wikidata.org/prop/qualifier/>
PREFIX pqv: <http://www.wikidata.org/prop/qualifier/value/>
PREFIX pr: <http://www.wikidata.org/prop/reference/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX wikibase: <http://wikiba.se/ontology#>
SELECT ?geo ?item ?statement ?otherGeo ?since ?sinceExact ?until ?untilExact ?ended ?reference WHERE {{
  VALUES ?geo {{ {ids} }}
  ?item wdt:P1566 ?geo ; p:P190 ?statement .
  ?statement ps:P190 ?other ; wikibase:rank ?rank .
  FILTER(?rank != wikibase:DeprecatedRank)
  ?other wdt:P1566 ?otherGeo .
  OPTIONAL {{ ?statement pqv:P580 [ wikibase:timeValue ?since ; wikibase:timePrecision ?sinceExact ] }}
  OPTIONAL {{ ?statement pq:P582 ?ended }}
  OPTIONAL {{ ?statement pqv:P582 [ wikibase:timeValue ?until ; wikibase:timePrecision ?untilExact ] }}
  OPTIONAL {{ ?statement prov:wasDerivedFrom/pr:P854 ?reference }}
}}
"""
# Wikidata's precisions, and how much of an ISO date is known with each (https://www.wikidata.org/wiki/Help:Dates).
_EXACT = {"9": 4, "10": 7, "11": 10}


class FoundTies(Frozen, frozen=True, kw_only=True):
    """What one question brought."""

    asked: tuple[str, ...]  # city ids
    ties: tuple[Tie, ...]  # of kind sister, each pair once, sorted
    elsewhere: int = 0  # statements about places that we do not know
    unsure: int = 0  # statements that cannot be used: ended nobody knows when, or not begun yet


class Merge(Frozen, frozen=True, kw_only=True):
    """What becomes of ties that were found beside those that are known."""

    added: tuple[Tie, ...] = ()
    changed: tuple[Tie, ...] = ()
    kept: int = 0  # known as they are, or from a better source
    disputed: tuple[tuple[Tie, Tie], ...] = ()  # (known, found): the better source was kept, and they disagree


class Wikidata:
    """Asks a SPARQL endpoint with Wikidata's vocabulary, one question at a time."""

    def __init__(
        self,
        *,
        user_agent: str,
        endpoint: str = ENDPOINT,
        timeout_s: float = TIMEOUT_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.endpoint = endpoint
        self.user_agent = user_agent
        self.timeout_s = timeout_s
        self.sleep = sleep

    def find_ties(self, cities: Iterable[str], known: Container[str], today: dt.date) -> Iterator[FoundTies]:
        """The ties of these cities, a batch at a time; cities without a GeoNames id are not asked for.

        Args:
            known: city ids; ties with other places are only counted.
            today: the day they were retrieved; what lies ahead of it has not happened.

        Raises:
            ServiceError: no usable answer, after several tries. What was yielded before is whole.
        """
        ids = sorted({city.removeprefix(GEONAMES) for city in cities if city.startswith(GEONAMES)})
        for at in range(0, len(ids), BATCH):
            if at:
                self.sleep(PAUSE_S)
            batch = ids[at : at + BATCH]
            yield _understand(batch, self._ask(batch), known, today)

    def _ask(self, ids: Sequence[str]) -> list[_Row]:
        """The rows of the answer; a question that was too much for the service is asked in halves."""
        try:
            return self._answer(_QUERY.format(ids=" ".join(f'"{number}"' for number in ids)))
        except _TooMuch as fault:
            if len(ids) == 1:
                raise ServiceError(
                    f"{self.endpoint} could not tell the ties of geonames:{ids[0]}: {fault}. Try again later."
                ) from None
            half = len(ids) // 2
            self.sleep(PAUSE_S)
            return [*self._ask(ids[:half]), *self._ask(ids[half:])]

    def _answer(self, query: str) -> list[_Row]:
        for attempt in itertools.count(1):
            try:
                return _decode(*self._post(query))
            except _Later as fault:
                if attempt == TRIES or fault.wait_s > MOST_WAIT_S:
                    wait = f" and asks to wait {fault.wait_s:.0f} s" if fault.wait_s > MOST_WAIT_S else ""
                    raise ServiceError(f"{self.endpoint} {fault}{wait}. Try again later.") from None
                self.sleep(max(fault.wait_s, PAUSE_S * 2**attempt))
        raise AssertionError  # pragma: no cover - the count has no end

    def _post(self, query: str) -> tuple[str, bytes]:
        """Media type and body of the answer. A question is longer than an address may be, so it is posted."""
        request = urllib.request.Request(  # noqa: S310 - the command takes http and https addresses only
            self.endpoint,
            data=urllib.parse.urlencode({"query": query}).encode(),
            headers={
                "User-Agent": self.user_agent,
                "Accept": "application/sparql-results+json",
                "Accept-Encoding": "gzip",  # as Wikimedia asks robots to; the answers shrink to a tenth
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        deadline = time.monotonic() + 2 * self.timeout_s
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_s) as answer:  # noqa: S310 - likewise
                return answer.headers.get_content_type(), _read(answer, deadline)
        except urllib.error.HTTPError as error:
            with error:
                raise self._refusal(error) from None
        except http.client.IncompleteRead:
            raise _TooMuch("the answer broke off") from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise _Later(f"could not be asked ({reason})") from None

    def _refusal(self, error: urllib.error.HTTPError) -> Exception:
        if error.code in (429, 502, 503, 504):
            wait_s = _seconds(error.headers.get("Retry-After", ""))
            if wait_s is None:
                wait_s = BUSY_S if error.code == 429 else 0
            return _Later(f"answered {error.code}", wait_s)
        if error.code == 403:
            return ServiceError(
                f"{self.endpoint} answered 403 {error.reason}: it shuts out who asked too much, for a day, and who names no contact. "
                "Check crawl.contact and try again tomorrow."
            )
        if error.code == 500:  # its way to say that a question took too long
            return _TooMuch("it answered 500")
        return ServiceError(
            f"{self.endpoint} answered {error.code} {error.reason}. Is it a SPARQL endpoint with Wikidata's vocabulary?"
        )


def merge(found: Iterable[Tie], known: Ties) -> Merge:
    """Which of the found ties are new, and which replace one that came from Wikidata or from the same page before.

    A pair that is known from anywhere else stays as it is, whatever its kind: somebody read a page about it.
    """
    added, changed, disputed = [], [], []
    kept = 0
    for tie in found:
        of_pair = known.between(tie.a, tie.b)
        same = next((one for one in of_pair if one.kind is tie.kind and _may_replace(one, tie)), None)
        if not of_pair:
            added.append(tie)
        elif same is not None and (same.since, same.until, same.source) != (tie.since, tie.until, tie.source):
            changed.append(tie)
        else:
            kept += 1
            disputed += [(of_pair[0], tie)] if same is None and _disagree(of_pair[0], tie) else []
    return Merge(added=tuple(added), changed=tuple(changed), kept=kept, disputed=tuple(disputed))


def _may_replace(known: Tie, found: Tie) -> bool:
    return known.source == found.source or host(known.source).endswith("wikidata.org")


def _disagree(known: Tie, found: Tie) -> bool:
    """True if one of them ended, or if they began on different dates; 1973 and 1973-06-24 are one."""
    exact = min(len(known.since), len(found.since))
    return bool(known.until) != bool(found.until) or known.since[:exact] != found.since[:exact]


# -------------------------------------------------------------------------------------------------------------- answers


class _Later(Exception):  # noqa: N818 - it says what to do
    """The service may answer another time."""

    def __init__(self, text: str, wait_s: float = 0) -> None:
        super().__init__(text)
        self.wait_s = wait_s


class _TooMuch(Exception):  # noqa: N818 - likewise
    """The service could not finish its answer."""


class _Value(msgspec.Struct):
    value: str


class _Bindings(msgspec.Struct):
    bindings: list[dict[str, _Value]]


class _Answer(msgspec.Struct):
    results: _Bindings


_Row = dict[str, str]


def _read(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    body = bytearray()
    packed = answer.headers.get("Content-Encoding", "").strip().lower() == "gzip"
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if packed else None
    while chunk := answer.read1(1 << 16):
        try:
            body += unpacker.decompress(chunk, MOST_BYTES + 1) if unpacker else chunk
        except zlib.error:
            raise _TooMuch("the answer is garbled") from None
        if len(body) > MOST_BYTES or time.monotonic() > deadline:
            raise _TooMuch("the answer did not end")
    if answer.length or (unpacker and not unpacker.eof):  # read1 does not tell that bytes are missing
        raise _TooMuch("the answer broke off")
    return bytes(body)


def _decode(media_type: str, body: bytes) -> list[_Row]:
    if media_type not in ("application/sparql-results+json", "application/json"):
        raise _Later(f"answered with {media_type} instead of SPARQL results in JSON")
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except msgspec.ValidationError as error:
        raise ServiceError(f"the answer is not in the form of SPARQL 1.1 results in JSON: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _TooMuch("the answer broke off") from None
    return [{name: cell.value for name, cell in row.items()} for row in answer.results.bindings]


def _seconds(retry_after: str) -> float | None:
    """The header's seconds, or until its date (RFC 9110, section 10.2.3); None where it says neither."""
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        moment = email.utils.parsedate_to_datetime(retry_after)
    except (TypeError, ValueError):
        return None
    return max(0.0, (moment - dt.datetime.now(dt.UTC)).total_seconds())


def _understand(ids: Sequence[str], rows: Iterable[_Row], known: Container[str], today: dt.date) -> FoundTies:
    elsewhere, unsure, over = set(), set(), set()
    by_pair: dict[tuple[str, str], list[Tie]] = defaultdict(list)
    for row in rows:
        statement = row.get("statement", "")
        a, b = sorted((GEONAMES + row.get("geo", ""), GEONAMES + row.get("otherGeo", "")))
        if a not in known or b not in known:
            elsewhere.add(statement)
            continue
        since, until = (_date(row.get(name, ""), row.get(f"{name}Exact", "")) for name in ("since", "until"))
        if row.get("ended") and not until:
            over.add((a, b))  # nobody knows when: it can neither confirm nor be dated, whatever the other city states
        if a == b or (a, b) in over or (since and period_of(since)[0] > today):
            unsure.add(statement)
            continue
        if until and period_of(until)[0] > today:
            until = ""  # it holds until then
        by_pair[a, b].append(
            Tie(a=a, b=b, kind=TieKind.SISTER, since=since, until=until, source=_source(row), retrieved=today)
        )
    return FoundTies(
        asked=tuple(GEONAMES + number for number in ids),
        ties=tuple(_decide(by_pair[pair]) for pair in sorted(by_pair.keys() - over)),
        elsewhere=len(elsewhere),
        unsure=len(unsure),
    )


def _date(value: str, exact: str) -> str:
    """An ISO date as exact as Wikidata says; "" for what is less exact than a year, before our era, or no day at all."""
    date = value[: _EXACT.get(exact, 0)]
    try:
        period_of(date)
    except ValueError:
        return ""
    return date


def _source(row: _Row) -> str:
    """The page that the statement cites, else the city's own at Wikidata."""
    reference = row.get("reference", "")
    if is_web(reference) and reference.isprintable() and " " not in reference:
        return reference
    return f"https://www.wikidata.org/wiki/{row.get('item', '').rpartition('/')[2]}"


def _decide(statements: Sequence[Tie]) -> Tie:
    """One of several statements about a pair; both cities make theirs, and often only one of them is kept up.

    An end counts, unless the tie was made anew after it. Among those that are left: the most exact beginning, the earliest, the first
    source in alphabetical order.
    """
    ends = [tie.until for tie in statements if tie.until]
    if ends:
        anew = [tie for tie in statements if not tie.until and tie.since > max(ends)]
        statements = anew or [tie for tie in statements if tie.until == max(ends)]
    return min(statements, key=lambda tie: (-len(tie.since), tie.since, "wikidata.org" in tie.source, tie.source))
