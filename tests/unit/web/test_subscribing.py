"""Asking for the digest and confirming it (M11), over HTTP."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from mail_servers import GREYLISTED, Fault, MailServer
from readers_site import ADDRESS, BASE_URL, KOBE, NOW, Site

from pipeline.knowledge.editions import load_edition
from pipeline.model import Choices, Consent, ReaderState
from pipeline.render.forms import wording


def test_who_asks_and_confirms_is_a_reader_with_proof(site: Site) -> None:
    """M11: one mail with a link; the page that it leads to confirms by its button alone; time, text and token are kept."""
    answer = site.subscribe(fields={"cities": "Kobe", "theme": ["peace"], "network": ["uclg"]})
    assert answer.status_code == 200
    assert load_edition("en").say("web.said.asked_title") in answer.text
    pending = site.reader()
    assert pending
    assert (pending.state, pending.consent) == (ReaderState.PENDING, None)
    assert pending.choices == Choices(cities=(KOBE,), networks=("uclg",), themes=("peace",))
    (mail,) = site.mails()
    assert mail["To"] == ADDRESS
    path = site.confirm_path(mail)
    for method in ("GET", "HEAD", "GET"):
        assert site.ask(method, path).status_code == 200
    assert site.reader() == pending
    site.now += dt.timedelta(hours=1)
    assert site.post(path).status_code == 200
    reader = site.reader()
    assert reader
    assert reader.state is ReaderState.ACTIVE
    assert reader.consent == Consent(
        origin="web",
        at=site.now,
        wording=wording(load_edition("en")),
        token=reader.consent.token if reader.consent else "",
    )
    assert reader.consent
    assert len(reader.consent.token) == 16
    assert reader.consent.token not in path


@pytest.mark.parametrize("code", ["ja", "en"])
def test_the_mail_that_asks_is_sound_and_says_everything_twice(site: Site, code: str) -> None:
    """M1, M3, M4: no defect, 7-bit, one of each header; text and HTML lead to the same page."""
    site.subscribe(edition=code)
    (file,) = site.workspace.outbox.glob("*.eml")
    raw, (mail,) = file.read_bytes(), site.mails()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert [part.defects for part in mail.walk()] == [[], [], []]
    assert len(mail.keys()) == len(set(mail.keys()))
    assert mail["Subject"] == load_edition(code).say("web.mail.subject")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, page = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text
    assert page
    link = f"{BASE_URL}{site.confirm_path(mail)}"
    assert f'href="{link}"' in page.get_content()
    assert "https://" not in page.get_content().replace(link, "")
    assert "1-1 Mihon, Sample City" in text.get_content()
    assert f'lang="{code}"' in page.get_content()


def test_confirming_again_keeps_the_first_proof(site: Site) -> None:
    site.subscribe()
    path = site.confirm_path(site.mails()[0])
    site.post(path)
    before = site.reader()
    site.now += dt.timedelta(days=2)
    assert site.post(path).text == site.get(path).text
    assert site.reader() == before


@pytest.mark.parametrize("state", ["pending", "active", "left", "suspended"])
def test_the_answer_tells_nobody_who_reads(site: Site, state: str) -> None:
    """M11: the same bytes for an address that is known and for one that is not; who reads already gets no mail."""
    site.add(state=state)
    before = site.reader()
    known, unknown = site.subscribe(), site.subscribe("canary-other@city.example.org")
    assert known.content == unknown.content
    assert known.headers == unknown.headers
    assert (site.reader() == before) == (state in ("active", "pending"))
    assert len(site.mails()) == (1 if state in ("active", "pending") else 2)


def test_an_address_that_is_asked_for_a_hundred_times_gets_three_mails_a_day(site: Site) -> None:
    stamp = site.stamp()
    for _ in range(100):
        site.subscribe(fields={"stamp": stamp})
        site.now += dt.timedelta(minutes=14)
    assert site.now - NOW < dt.timedelta(days=1)
    assert len(site.mails()) == 3


def test_all_together_have_only_so_many_mails_sent(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.web.app.MAILS_AT_ONCE", 5.0)
    for number in range(5):
        site.subscribe(f"canary-{number}@city.example.org")
    assert len(site.mails()) == 5
    assert site.subscribe("canary-9@city.example.org").status_code == 503
    assert site.reader("canary-9@city.example.org") is None


def test_who_leaves_by_the_confirmation_itself_is_not_asked_again_at_once(site: Site) -> None:
    site.subscribe()
    leave = site.mails()[0]["List-Unsubscribe"].split(">")[0].removeprefix(f"<{BASE_URL}")
    site.post(leave, {"List-Unsubscribe": "One-Click"})
    site.now += dt.timedelta(minutes=5)
    site.subscribe()
    assert len(site.mails()) == 1


def test_what_was_not_taken_may_be_asked_for_again_at_once(site: Site) -> None:
    site.workspace.outbox.write_text("no folder", "utf-8")
    site.subscribe()
    assert any(line.startswith("confirmation not sent") for line in site.log)
    site.workspace.outbox.unlink()
    site.now += dt.timedelta(seconds=30)
    site.subscribe()
    assert len(site.mails()) == 1


def test_confirmations_go_out_by_smtp_and_a_refusal_stays_between_us_and_the_server(tmp_path: Path) -> None:
    """Fault 14: the log does not repeat the server, which names whom it refuses; the page is the same as ever."""
    with MailServer({ADDRESS: [Fault("RCPT", f"550 5.1.1 <{ADDRESS}> unknown"), GREYLISTED]}) as server:
        smtp = f'host = "127.0.0.1"\nport = {server.port}\nsecurity = "none"'
        site = Site(
            tmp_path / "smtp",
            more=f'[deliver]\nchannel = "smtp"\n[smtp]\n{smtp}\nbounce_address = "bounce@example.org"',
        )
        answers = [site.subscribe() for _ in range(3)]
        assert len({answer.content for answer in answers}) == 1
        (sent,) = server.accepted
        assert (sent.recipient, sent.sender.partition("+")[0]) == (ADDRESS, "bounce")
        assert server.violations == []
    assert [line.partition(" {")[0] for line in site.log if line.startswith("confirmation")] == [
        "confirmation not sent",
        "confirmation not sent",
        "confirmation sent",
    ]
    assert ADDRESS not in "".join(site.log)


def test_an_address_that_is_not_confirmed_is_forgotten_and_its_link_with_it(site: Site) -> None:
    """M11: after 7 days."""
    site.subscribe()
    path = site.confirm_path(site.mails()[0])
    site.now += dt.timedelta(days=6, hours=23)
    assert site.get(path).status_code == 200
    site.now += dt.timedelta(hours=2)
    assert site.desk.forget_unconfirmed() == 1
    assert site.reader() is None
    assert site.post(path).status_code == 404
    site.now += dt.timedelta(days=2)
    site.subscribe()
    assert site.post(path).status_code == 404, "an old link, though the address has asked anew"


def test_a_confirmed_new_subscription_lifts_what_kept_us_from_writing(site: Site) -> None:
    site.add()
    site.post(site.link("u", site.add()))
    assert site.id() in site.register.suppressed()
    site.now += dt.timedelta(days=1)
    site.subscribe()
    assert site.id() in site.register.suppressed()
    site.post(site.confirm_path(site.mails()[0]))
    assert site.id() not in site.register.suppressed()
    assert [state for _, state in site.journal()] == ["left", "active"]


def test_a_confirmation_that_is_followed_again_brings_nobody_back_who_left(site: Site) -> None:
    site.subscribe()
    path = site.confirm_path(site.mails()[0])
    site.post(path)
    reader = site.reader()
    assert reader
    site.post(site.link("u", reader))
    assert site.post(path).status_code == 404
    left = site.reader()
    assert left
    assert left.state is ReaderState.LEFT


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": BASE_URL},
        {"Origin": "https://evil.example"},
        {"Origin": f"{BASE_URL}.evil.example"},
    ],
)
def test_a_form_that_another_site_sends_does_nothing(site: Site, headers: dict[str, str]) -> None:
    answer = site.subscribe(headers=headers)
    assert answer.status_code == 403
    assert load_edition("en").say("web.form.foreign") in answer.text
    assert site.mails() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": BASE_URL},
        {"Origin": "null"},
        {},
    ],
)
def test_our_own_form_is_taken_from_every_browser(site: Site, headers: dict[str, str]) -> None:
    """Our pages send no referrer, so the Origin of their forms is "null"."""
    assert site.subscribe(headers=headers).status_code == 200
    assert len(site.mails()) == 1


@pytest.mark.parametrize("stamp", ["", "1.2", "x.y", "9" * 40 + ".0", "é.1", "1793847600." + "0" * 32])
def test_a_form_without_our_stamp_does_nothing_and_keeps_what_was_written(site: Site, stamp: str) -> None:
    answer = site.subscribe(fields={"stamp": stamp})
    assert answer.status_code == 422
    assert ADDRESS in answer.text
    assert site.mails() == []


def test_a_page_that_was_open_for_days_has_to_be_sent_again(site: Site) -> None:
    stamp = site.stamp()
    site.now += dt.timedelta(hours=23)
    assert site.subscribe(fields={"stamp": stamp}).status_code == 200
    site.now += dt.timedelta(hours=2)
    assert site.subscribe(fields={"stamp": stamp}).status_code == 422


@pytest.mark.parametrize(
    "address",
    ["", "desk", "desk@city", "a b@city.example", "desk@city.example\r\nBcc: x@y.example", "<desk@city.example>", "x" * 65 + "@a.jp",
     "デスク@city.example", '"><script>alert(1)</script>@city.example', "desk@-city.example", "a@b.jp,c@d.jp"],
)  # fmt: skip
def test_what_is_no_address_is_shown_again_escaped(site: Site, address: str) -> None:
    answer = site.subscribe(address)
    assert answer.status_code == 422
    assert load_edition("en").say("web.form.address_wrong") in answer.text
    assert "<script>" not in answer.text
    assert site.mails() == []


def test_cities_are_looked_up_and_doubts_are_asked_back(site: Site) -> None:
    answer = site.subscribe(fields={"cities": "神戸市\nPortland\nNowhere <b>at</b> all\n\nportland, me, us"})
    assert answer.status_code == 422
    assert f'value="{KOBE}" checked' in answer.text
    assert answer.text.count("Portland, OR, United States") == 1
    assert answer.text.count("Nowhere &lt;b&gt;at&lt;/b&gt; all") == 3, "in the list, in the field, and below it"
    assert "<b>" not in answer.text
    assert site.mails() == []
    again = site.subscribe(fields={"city": [KOBE, "geonames:5746545", "no:such"]})
    assert again.status_code == 200
    reader = site.reader()
    assert reader
    assert reader.choices.cities == (KOBE, "geonames:5746545")


def test_the_form_stays_usable_with_hundreds_of_cities(site: Site) -> None:
    from pipeline.knowledge.lexicon import load_lexicon

    ids = list(load_lexicon().cities)[:501]
    assert site.subscribe(fields={"city": ids[:500]}).status_code == 200
    assert site.subscribe("canary-b@city.example.org", fields={"city": ids}).status_code == 422


def test_a_client_may_have_five_mails_sent_a_minute(tmp_path: Path) -> None:
    site = Site(tmp_path / "limited", web="requests_per_minute = 20")
    answers = [site.subscribe(f"canary-{number}@city.example.org").status_code for number in range(6)]
    assert answers == [200] * 5 + [429]
    refused = site.subscribe("canary-7@city.example.org")
    assert refused.headers["Retry-After"] == "60"
    assert site.subscribe("canary-8@city.example.org", peer="203.0.113.8").status_code in (200, 503), "another client"


def test_an_unknown_edition_is_no_choice(site: Site) -> None:
    assert site.subscribe(fields={"edition": "tlh"}).status_code == 422
