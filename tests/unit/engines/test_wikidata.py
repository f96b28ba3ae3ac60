"""Ties from a SPARQL endpoint: a server on loopback answers in Wikidata's form, and in every form that it must not take for one.

The statements are invented, but for those about Kobe; the form is that of SPARQL 1.1 query results in JSON.
"""

from __future__ import annotations

import datetime as dt
import gzip
import http.server
import json
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from pipeline.engines.wikidata import BATCH, FoundTies, Merge, Wikidata, merge
from pipeline.errors import ServiceError
from pipeline.knowledge.ties import Ties
from pipeline.model import Tie, TieKind

TODAY = dt.date(2026, 11, 22)
KOBE, TIANJIN, SEATTLE, RIGA = "geonames:1859171", "geonames:1792947", "geonames:5809844", "geonames:456172"
KNOWN = {KOBE, TIANJIN, SEATTLE, RIGA, *(f"geonames:{n}" for n in range(1, 400))}
JSON = "application/sparql-results+json;charset=utf-8"
Reply = Callable[[list[str]], tuple[int, dict[str, str], bytes]]


def cell(value: str) -> dict[str, str]:
    return {"type": "uri" if value.startswith("http") else "literal", "value": value}


def statement(a: str, b: str, number: int = 1, **about: str) -> dict[str, Any]:
    """One row, as the endpoint gives it for the query."""
    row = {"geo": a.removeprefix("geonames:"), "otherGeo": b.removeprefix("geonames:")}
    row |= {
        "item": "http://www.wikidata.org/entity/Q48320",
        "statement": f"http://www.wikidata.org/entity/statement/{number}",
    }
    return {name: cell(value) for name, value in (row | about).items()}


def since(day: str, exact: int = 11) -> dict[str, str]:
    return {"since": f"{day}T00:00:00Z", "sinceExact": str(exact)}


def until(day: str, exact: int = 11) -> dict[str, str]:
    return {"until": f"{day}T00:00:00Z", "untilExact": str(exact), "ended": f"{day}T00:00:00Z"}


def results(*rows: dict[str, Any]) -> bytes:
    return json.dumps({"head": {"vars": ["geo"]}, "results": {"bindings": list(rows)}}).encode()


class Endpoint:
    """A SPARQL endpoint that answers from a script; its last answer stands for all that follow."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.asked: list[list[str]] = []
        self.headers: list[dict[str, str]] = []
        self.queries: list[str] = []
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                query = parse_qs(body)["query"][0]
                values = re.search(r"VALUES \?geo \{ ([^}]*) \}", query)
                assert values
                ids = re.findall(r'"(\d+)"', values[1])
                endpoint.asked.append(ids)
                endpoint.queries.append(query)
                endpoint.headers.append({name.lower(): value for name, value in self.headers.items()})
                reply = endpoint.replies.pop(0) if len(endpoint.replies) > 1 else endpoint.replies[0]
                status, headers, answer = reply(ids)
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(answer))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Tests are silent."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/sparql"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, *rows: dict[str, Any]) -> None:
        self.replies.append(lambda ids: (200, {"Content-Type": JSON}, results(*rows)))

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.replies.append(lambda ids: (status, names, body))


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    opened = Endpoint()
    yield opened
    opened.server.shutdown()
    opened.server.server_close()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def ask(endpoint: Endpoint, waits: list[float]):
    def asked(*cities: str) -> list[FoundTies]:
        client = Wikidata(
            endpoint=endpoint.url, user_agent="city-digest/1 (+https://desk.example/)", timeout_s=5, sleep=waits.append
        )
        return list(client.find_ties(cities or (KOBE,), KNOWN, TODAY))

    return asked


Ask = Callable[..., list[FoundTies]]


# ------------------------------------------------------------------------------------------------------------ questions


def test_it_says_who_asks_and_wants_json(endpoint: Endpoint, ask: Ask) -> None:
    endpoint.answer()
    ask()
    assert endpoint.headers[0]["user-agent"] == "city-digest/1 (+https://desk.example/)"
    assert endpoint.headers[0]["accept"] == "application/sparql-results+json"
    assert "p:P190" in endpoint.queries[0]
    assert "wdt:P1566" in endpoint.queries[0]


def test_it_asks_in_batches_for_what_has_a_geonames_id_and_pauses_between(
    endpoint: Endpoint, ask: Ask, waits: list[float]
) -> None:
    endpoint.answer()
    found = ask(*(f"geonames:{n}" for n in range(1, BATCH + 3)), "jis:01331", "kostat:1")
    assert [len(ids) for ids in endpoint.asked] == [BATCH, 2]
    assert len(waits) == 1
    assert len(found[0].asked) == BATCH


def test_without_any_such_city_nobody_is_asked(endpoint: Endpoint, ask: Ask) -> None:
    assert ask("jis:01331") == []
    assert endpoint.asked == []


# -------------------------------------------------------------------------------------------------------------- answers


def test_a_statement_becomes_a_tie_with_its_dates_and_the_page_it_cites(endpoint: Endpoint, ask: Ask) -> None:
    endpoint.answer(
        statement(KOBE, TIANJIN, **since("1973-06-24"), reference="https://city.example/ties"),
        statement(KOBE, SEATTLE, 2, **since("1957-01-01", 9), **until("2018-10-01", 10)),
        statement(KOBE, RIGA, 3),
    )
    assert ask()[0].ties == (
        Tie(a=TIANJIN, b=KOBE, kind=TieKind.SISTER, since="1973-06-24", source="https://city.example/ties", retrieved=TODAY),
        Tie(a=KOBE, b=RIGA, kind=TieKind.SISTER, source="https://www.wikidata.org/wiki/Q48320", retrieved=TODAY),
        Tie(a=KOBE, b=SEATTLE, kind=TieKind.SISTER, since="1957", until="2018-10", source="https://www.wikidata.org/wiki/Q48320", retrieved=TODAY),
    )  # fmt: skip


@pytest.mark.parametrize(
    "about",
    [
        {"since": "-0044-03-15T00:00:00Z", "sinceExact": "11"},
        since("1900-01-01", 7),
        {"since": "t123", "sinceExact": "9"},
    ],
)
def test_a_date_vaguer_than_a_year_is_no_date(endpoint: Endpoint, ask: Ask, about: dict[str, str]) -> None:
    endpoint.answer(statement(KOBE, RIGA, **about))
    assert [tie.since for tie in ask()[0].ties] == [""]


def test_places_that_we_do_not_know_are_only_counted(endpoint: Endpoint, ask: Ask) -> None:
    endpoint.answer(statement(KOBE, "geonames:99999999"), statement(KOBE, RIGA, 2))
    found = ask()[0]
    assert found.elsewhere == 1
    assert len(found.ties) == 1


def test_an_end_without_a_date_leaves_the_tie_out_whatever_the_other_city_states(endpoint: Endpoint, ask: Ask) -> None:
    """ "Unknown value" comes as a blank node: such a tie must not confirm anything."""
    endpoint.answer(
        statement(RIGA, KOBE, **since("1974-06-18")),
        statement(KOBE, RIGA, 2, **since("1974-06-18"), ended="http://www.wikidata.org/.well-known/genid/0f"),
    )
    found = ask()[0]
    assert found.ties == ()
    assert found.unsure == 1


def test_what_lies_ahead_has_not_happened(endpoint: Endpoint, ask: Ask) -> None:
    endpoint.answer(
        statement(KOBE, RIGA, **since("2027-01-01")),
        statement(KOBE, SEATTLE, 2, **since("2020-01-01"), **until("2030-01-01")),
    )
    found = ask()[0]
    assert [(tie.b, tie.until) for tie in found.ties] == [(SEATTLE, "")]
    assert found.unsure == 1


def test_of_two_statements_the_end_counts_unless_the_tie_was_made_anew(endpoint: Endpoint, ask: Ask) -> None:
    """Both cities make a statement, and often only one of them is kept up."""
    endpoint.answer(
        statement(KOBE, RIGA, 1, **since("1974-01-01", 9)),
        statement(RIGA, KOBE, 2, **since("1974-06-18"), **until("1992-05-01")),
        statement(KOBE, SEATTLE, 3, **since("1957-01-01", 9), **until("1961-01-01", 9)),
        statement(SEATTLE, KOBE, 4, **since("1967-10-21")),
    )
    assert [(tie.b, tie.since, tie.until) for tie in ask()[0].ties] == [
        (RIGA, "1974-06-18", "1992-05-01"),
        (SEATTLE, "1967-10-21", ""),
    ]


def test_the_order_of_an_answer_does_not_matter(endpoint: Endpoint, ask: Ask) -> None:
    """An endpoint gives rows in any order, and one row per reference."""
    rows = [
        statement(KOBE, RIGA, 1, reference="https://b.example/"),
        statement(KOBE, RIGA, 1, reference="https://a.example/"),
        statement(RIGA, KOBE, 2, **since("1974-01-01", 9)),
    ]
    endpoint.answer(*rows)
    endpoint.answer(*reversed(rows))
    assert ask() == ask()


def test_a_reference_that_is_no_web_address_is_not_a_source(endpoint: Endpoint, ask: Ask) -> None:
    endpoint.answer(statement(KOBE, RIGA, reference="javascript:alert(1)"))
    assert ask()[0].ties[0].source == "https://www.wikidata.org/wiki/Q48320"


# --------------------------------------------------------------------------------------------------------------- faults


def test_a_busy_service_is_asked_again_when_it_says(endpoint: Endpoint, ask: Ask, waits: list[float]) -> None:
    endpoint.say(429, b"Too Many Requests", Retry_After="7")
    endpoint.answer(statement(KOBE, RIGA))
    assert len(ask()[0].ties) == 1
    assert waits == [7]


def test_a_busy_service_that_does_not_say_how_long_is_given_a_minute(endpoint: Endpoint, ask: Ask, waits: list[float]) -> None:  # fmt: skip
    """Its limits are so much of its time per minute."""
    endpoint.say(429)
    endpoint.answer(statement(KOBE, RIGA))
    assert len(ask()[0].ties) == 1
    assert waits == [60]


def test_a_service_that_stays_busy_is_left_alone(endpoint: Endpoint, ask: Ask, waits: list[float]) -> None:
    endpoint.say(429, Retry_After="1")
    with pytest.raises(ServiceError, match=r"answered 429.*Try again later"):
        ask()
    assert len(endpoint.asked) == 3
    assert len(waits) == 2


def test_a_long_wait_is_not_waited(endpoint: Endpoint, ask: Ask, waits: list[float]) -> None:
    endpoint.say(429, Retry_After="3600")
    with pytest.raises(ServiceError, match="asks to wait 3600 s"):
        ask()
    assert waits == []


def test_a_date_to_wait_for_is_understood(endpoint: Endpoint, ask: Ask) -> None:
    endpoint.say(503, Retry_After="Wed, 21 Oct 2122 07:28:00 GMT")
    with pytest.raises(ServiceError, match="asks to wait"):
        ask()


def test_a_web_page_is_no_answer(endpoint: Endpoint, ask: Ask) -> None:
    endpoint.say(200, b"<html>Service unavailable</html>", Content_Type="text/html")
    with pytest.raises(ServiceError, match="text/html instead of SPARQL results"):
        ask()


@pytest.mark.parametrize("body", [b"{}", b'{"results": []}', b'{"results": {"bindings": [{"geo": "1"}]}}', b"[]"])
def test_json_of_another_form_is_no_answer(endpoint: Endpoint, ask: Ask, body: bytes) -> None:
    endpoint.say(200, body, Content_Type=JSON)
    with pytest.raises(ServiceError, match="not in the form of SPARQL"):
        ask()


def test_an_answer_cut_short_is_asked_for_in_halves(endpoint: Endpoint, ask: Ask) -> None:
    """The service breaks off when its minute is over, with status 200 and half of the JSON."""
    whole = results(statement("geonames:1", "geonames:3"))
    endpoint.say(200, whole[: len(whole) // 2], Content_Type=JSON)
    endpoint.replies.append(
        lambda ids: (200, {"Content-Type": JSON}, results(*(statement(f"geonames:{i}", RIGA) for i in ids)))
    )
    found = ask("geonames:1", "geonames:2", "geonames:3")
    assert endpoint.asked == [["1", "2", "3"], ["1"], ["2", "3"]]
    assert len(found[0].ties) == 3


def test_a_connection_that_breaks_off_is_noticed(endpoint: Endpoint, ask: Ask) -> None:
    """Fewer bytes than announced, though what came is whole JSON."""
    endpoint.say(200, results(), Content_Type=JSON, Content_Length="9999")
    endpoint.replies[0] = lambda ids: (
        200,
        {"Content-Type": JSON, "Content-Length": "9999", "Connection": "close"},
        results(),
    )
    with pytest.raises(ServiceError, match=r"geonames:1859171: the answer broke off"):
        ask()


def test_a_question_too_large_for_the_service_is_halved_down_to_one_city(endpoint: Endpoint, ask: Ask) -> None:
    endpoint.say(500, b"java.util.concurrent.TimeoutException")
    with pytest.raises(ServiceError, match="could not tell the ties of geonames:1: it answered 500"):
        ask("geonames:1", "geonames:2")
    assert endpoint.asked == [["1", "2"], ["1"]]


def test_a_refusal_is_told_at_once(endpoint: Endpoint, ask: Ask) -> None:
    endpoint.say(400)
    with pytest.raises(ServiceError, match=r"answered 400.*vocabulary\?"):
        ask()
    assert len(endpoint.asked) == 1


def test_who_is_shut_out_is_told_why_and_asks_no_more(endpoint: Endpoint, ask: Ask, waits: list[float]) -> None:
    endpoint.say(403, b"You have been banned until tomorrow, please respect throttling and retry-after headers.")
    with pytest.raises(ServiceError, match=r"answered 403.*crawl\.contact.*tomorrow"):
        ask("geonames:1", "geonames:2")
    assert (len(endpoint.asked), waits) == (1, [])


def test_a_packed_answer_is_read_and_one_that_is_cut_short_or_garbled_is_noticed(endpoint: Endpoint, ask: Ask) -> None:
    whole = gzip.compress(results(statement(KOBE, RIGA)))
    endpoint.say(200, whole, Content_Type=JSON, Content_Encoding="gzip")
    assert len(ask()[0].ties) == 1
    assert endpoint.headers[0]["accept-encoding"] == "gzip"
    for body, said in ((whole[:-12], "broke off"), (b"no gzip at all", "garbled")):
        endpoint.replies.clear()
        endpoint.say(200, body, Content_Type=JSON, Content_Encoding="gzip")
        with pytest.raises(ServiceError, match=said):
            ask()


def test_what_unpacks_to_far_too_much_is_not_kept(endpoint: Endpoint, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr("pipeline.engines.wikidata.MOST_BYTES", 1_000)
    endpoint.say(200, gzip.compress(b" " * 1_000_000), Content_Type=JSON, Content_Encoding="gzip")
    with pytest.raises(ServiceError, match="did not end"):
        ask()


def test_the_question_is_in_the_words_of_wikibases_rdf(endpoint: Endpoint, ask: Ask) -> None:
    """Full statements, so that qualifiers and references are there; all but deprecated ones, since of many partners none is preferred;
    times with their precision; prefixes declared, as other endpoints know none."""
    endpoint.answer()
    ask()
    query = endpoint.queries[0]
    used = set(re.findall(r"\b([a-z]+):[A-Za-z]\w*", query.partition("SELECT")[2]))
    assert used == set(re.findall(r"PREFIX (\w+): <http://\S+[/#]>", query))
    for part in (
        "?item wdt:P1566 ?geo ; p:P190 ?statement .",
        "?statement ps:P190 ?other ; wikibase:rank ?rank .",
        "FILTER(?rank != wikibase:DeprecatedRank)",
        "pqv:P580 [ wikibase:timeValue ?since ; wikibase:timePrecision ?sinceExact ]",
        "pqv:P582 [ wikibase:timeValue ?until ; wikibase:timePrecision ?untilExact ]",
        "?statement pq:P582 ?ended",
        "?statement prov:wasDerivedFrom/pr:P854 ?reference",
    ):
        assert part in query
    assert query.count("{") == query.count("}")


def test_an_unknown_end_is_a_nameless_node_and_no_date(endpoint: Endpoint, ask: Ask) -> None:
    """In RDF "unknown value" is an address without meaning, and has no time and no precision."""
    endpoint.answer(statement(KOBE, RIGA, ended="http://www.wikidata.org/.well-known/genid/1f0c"))
    assert ask()[0].ties == ()


def test_dates_before_our_era_and_of_the_hour_are_no_dates_of_ties(endpoint: Endpoint, ask: Ask) -> None:
    endpoint.answer(
        statement(KOBE, RIGA, 1, since="-0043-03-15T00:00:00Z", sinceExact="11"),
        statement(KOBE, SEATTLE, 2, since="1957-10-21T10:00:00Z", sinceExact="12"),
    )
    assert [tie.since for tie in ask()[0].ties] == ["", ""]


def test_nobody_there_is_told_with_the_reason(waits: list[float]) -> None:
    client = Wikidata(endpoint="http://127.0.0.1:9/sparql", user_agent="x", timeout_s=1, sleep=waits.append)
    with pytest.raises(ServiceError, match=r"could not be asked \(.*refused"):
        list(client.find_ties([KOBE], KNOWN, TODAY))


# ---------------------------------------------------------------------------------------------------------------- merge


def tie(b: str = RIGA, **about: Any) -> Tie:
    fields: dict[str, Any] = {
        "a": KOBE,
        "b": b,
        "kind": TieKind.SISTER,
        "source": "https://www.wikidata.org/wiki/Q48320",
        "retrieved": TODAY,
    }
    return Tie(**(fields | about))  # fmt: skip


def test_a_pair_that_nobody_named_is_added() -> None:
    assert merge([tie()], Ties()) == Merge(added=(tie(),))


def test_a_better_source_stays_whatever_its_kind() -> None:
    """A page that somebody read goes before Wikidata, and no second row appears beside it."""
    read = tie(kind=TieKind.FRIENDSHIP, since="1974", source="https://city.example/")
    assert merge([tie(since="1974-06-18")], Ties((read,))) == Merge(kept=1)


def test_what_came_from_wikidata_before_follows_it() -> None:
    before, now = tie(retrieved=dt.date(2025, 1, 1)), tie(since="1974-06-18")
    assert merge([now], Ties((before,))) == Merge(changed=(now,))
    assert merge([tie()], Ties((before,))) == Merge(kept=1)


def test_what_came_from_the_same_page_before_follows_it() -> None:
    page = "https://city.example/ties"
    now = tie(since="1974-06-18", source=page)
    assert merge([now], Ties((tie(source=page),))) == Merge(changed=(now,))


@pytest.mark.parametrize("about", [{"until": "2022"}, {"since": "1975"}])
def test_where_a_better_source_and_wikidata_disagree_both_are_told(about: dict[str, str]) -> None:
    read = tie(since="1974-06-18", source="https://city.example/")
    found = tie(**about)
    assert merge([found], Ties((read,))) == Merge(kept=1, disputed=((read, found),))
