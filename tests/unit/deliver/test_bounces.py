"""What comes back is understood, whoever wrote it, and believed only where it proves itself (M9)."""

from __future__ import annotations

import base64
import io
import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from returned_mail import complaint, mail, report

from pipeline.deliver.bounces import Kind, read_returned
from pipeline.deliver.keys import Key, Keys
from pipeline.deliver.mailboxes import MESSAGE_BYTES, messages_in, split
from pipeline.deliver.tokens import Purpose, make_token
from pipeline.errors import ConfigurationError

KEYS = Keys(identity=b"i" * 32, tokens=(Key(id="1", secret=b"a" * 32),))
FOREIGN = Keys(identity=b"i" * 32, tokens=(Key(id="1", secret=b"x" * 32),))
READER, OTHER = "00aa00aa00aa00aa", "11bb11bb11bb11bb"
WEEK = "2026-W45"
NAMED = f"<{WEEK}.ja.r0.{READER}@city.example>"


def verp(reader: str = READER, keys: Keys = KEYS, purpose: Purpose = Purpose.BOUNCE) -> str:
    return f"digest+{make_token(keys, purpose, reader, WEEK.lower())}@city.example"


# ------------------------------------------------------------------------------------------------------------- reports


@pytest.mark.parametrize("address", [verp(), verp().upper(), f"<{verp()}>"])
def test_the_address_it_came_to_says_whose_letter_came_back(address: str) -> None:
    found = read_returned(report(to=address), KEYS)
    assert (found.kind, found.reader, found.week) == (Kind.HARD, READER, WEEK)
    assert (found.status, found.code, found.message_id) == ("5.1.1", 550, "")


@pytest.mark.parametrize("returns", ["message/rfc822", "text/rfc822-headers", "message/rfc822-headers"])
def test_else_the_letters_own_name_does(returns: str) -> None:
    found = read_returned(report(message_id=NAMED, returns=returns), KEYS)
    assert (found.kind, found.reader, found.week, found.message_id) == (Kind.HARD, READER, WEEK, NAMED)


def test_or_the_envelope_of_the_letter_that_it_returns() -> None:
    found = read_returned(report(return_path=f"<{verp()}>", message_id=NAMED), KEYS)
    assert (found.reader, found.message_id) == (READER, ""), "it is signed, so the name is not needed"


@pytest.mark.parametrize(
    "address",
    [
        verp(keys=FOREIGN),
        verp(purpose=Purpose.LEAVE),
        verp().replace("+k1", "+k2"),
        verp()[:20] + ("a" if verp()[20] != "a" else "b") + verp()[21:],
    ],
)
def test_a_forged_address_is_not_believed_whatever_the_report_names(address: str) -> None:
    found = read_returned(report(to=address, message_id=NAMED), KEYS)
    assert (found.kind, found.reader) == (Kind.FORGED, "")


def test_a_report_of_nobodys_letter_is_unknown() -> None:
    assert read_returned(report(message_id="<x@far.example>"), KEYS).kind is Kind.UNKNOWN
    assert read_returned(report(), KEYS).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind", "code", "told"),
    [
        ("5.1.1", "smtp; 550 5.1.1 User unknown", Kind.HARD, 550, "5.1.1"),
        ("5.0.0", "smtp; 550-5.1.1 The account does not exist", Kind.HARD, 550, "5.1.1"),
        ("5.0.0", "", Kind.HARD, 500, "5.0.0"),
        ("5.0.0", "smtp;550 sorry", Kind.HARD, 550, "5.0.0"),
        ("", "smtp; 550 unknown user", Kind.HARD, 550, "5.0.0"),
        ("", "", Kind.HARD, 500, "5.0.0"),
        ("5.2.1", "smtp; 550 5.2.1 disabled", Kind.HARD, 550, "5.2.1"),
        ("5.4.4", "X-Postfix; Host or domain name not found", Kind.HARD, 500, "5.4.4"),
        ("5.1.10", "smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound", Kind.HARD, 550, "5.1.10"),
        ("5.2.2", "smtp; 552 5.2.2 mailbox full", Kind.SOFT, 552, "5.2.2"),
        ("4.2.2", "smtp; 452 4.2.2 over quota", Kind.SOFT, 452, "4.2.2"),
        ("4.4.7", "smtp; 421 no answer", Kind.SOFT, 421, "4.4.7"),
        ("", "smtp; 421 no answer", Kind.SOFT, 421, "4.0.0"),
        ("5.7.1", "smtp; 554 5.7.1 spam from 5.1.1.9", Kind.REFUSED, 554, "5.7.1"),
        ("5.3.4", "smtp; 552 5.3.4 too big", Kind.REFUSED, 552, "5.3.4"),
        ("5.000.000", "smtp; 550 5.7.26 unauthenticated", Kind.HARD, 550, "5.0.0"),
        ("9.9.9", "smtp; 550 5.7.26 unauthenticated", Kind.REFUSED, 550, "5.7.26"),
    ],
)
def test_whether_there_is_nobody_or_only_not_now_or_not_this(
    status: str, diagnostic: str, kind: Kind, code: int, told: str
) -> None:
    found = read_returned(report(to=verp(), status=status, diagnostic=diagnostic), KEYS)
    assert (found.kind, found.code, found.status) == (kind, code, told)


@pytest.mark.parametrize(("action", "kind"), [("delayed", Kind.DELAYED), ("relayed", Kind.OTHER), ("FAILED", Kind.HARD), ("", Kind.OTHER)])  # fmt: skip
def test_only_what_failed_has_failed(action: str, kind: Kind) -> None:
    assert read_returned(report(to=verp(), action=action), KEYS).kind is kind


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_line_endings_do_not_matter(ending: bytes) -> None:
    raw = report(to=verp()).replace(b"\n", ending)
    assert read_returned(raw, KEYS).kind is Kind.HARD


def test_a_report_whose_fields_are_encoded_is_read() -> None:
    raw = report(to=verp()).decode()
    fields = raw.partition("message/delivery-status\n\n")[2].partition("\n--4XyZ")[0]
    coded = base64.encodebytes(fields.encode()).decode()
    raw = raw.replace(f"message/delivery-status\n\n{fields}", f"message/delivery-status\nContent-Transfer-Encoding: base64\n\n{coded}")  # fmt: skip
    assert read_returned(raw.encode(), KEYS).kind in (Kind.HARD, Kind.OTHER)


# ----------------------------------------------------------------------------------------------- opt-outs, complaints


@pytest.mark.parametrize(
    "subject",
    [
        f"unsubscribe {make_token(KEYS, Purpose.LEAVE, READER)}",
        f"Re: UNSUBSCRIBE {make_token(KEYS, Purpose.LEAVE, READER).upper()}!",
        f"=?utf-8?q?unsubscribe_{make_token(KEYS, Purpose.LEAVE, READER)}?=",
        f"=?utf-8?b?{base64.b64encode(('配信停止 ' + make_token(KEYS, Purpose.LEAVE, READER)).encode()).decode()}?=",
    ],
)
def test_the_signed_subject_of_an_opt_out_is_read(subject: str) -> None:
    found = read_returned(mail(subject), KEYS)
    assert (found.kind, found.reader) == (Kind.LEFT, READER)
    assert found.at
    assert found.at.isoformat() == "2026-11-10T00:00:00+00:00"


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("unsubscribe", Kind.OTHER),
        (f"unsubscribe {READER}", Kind.OTHER),
        (f"unsubscribe {make_token(FOREIGN, Purpose.LEAVE, READER)}", Kind.FORGED),
        (f"preferences {make_token(KEYS, Purpose.SETTINGS, READER)}", Kind.OTHER),
        ("Automatic reply: out of office", Kind.OTHER),
        ("=?utf-8?b?????", Kind.OTHER),
        ("=?no-such-charset?q?x?=", Kind.OTHER),
        ("", Kind.OTHER),
    ],
)
def test_other_mail_is_passed_over(subject: str, kind: Kind) -> None:
    found = read_returned(mail(subject), KEYS)
    assert (found.kind, found.reader) == (kind, "")


@pytest.mark.parametrize(
    "proof",
    [
        {"message_id": NAMED},
        {"unsubscribe": f"<https://x.example/u/{make_token(KEYS, Purpose.LEAVE, READER)}>, <mailto:l@x.example>"},
        {"mail_from": f"<{verp()}>"},
    ],
)
def test_a_complaint_names_its_reader_by_any_of_three_proofs(proof: dict[str, str]) -> None:
    found = read_returned(complaint(**proof), KEYS)
    assert (found.kind, found.reader) == (Kind.COMPLAINT, READER)
    assert read_returned(complaint(kind="not-spam", **proof), KEYS).kind is Kind.OTHER


def test_a_complaint_without_proof_changes_nothing() -> None:
    assert read_returned(complaint(), KEYS).kind is Kind.UNKNOWN
    forged = f"<{verp(keys=FOREIGN)}>"
    assert read_returned(complaint(mail_from=forged, message_id=NAMED), KEYS).kind is Kind.FORGED


# ------------------------------------------------------------------------------------------------------------- hostile


@given(st.binary(max_size=2000))
def test_no_bytes_are_an_error(raw: bytes) -> None:
    assert read_returned(raw, KEYS).reader == ""


@given(seed=st.integers(0, 2**32), cuts=st.integers(1, 30))
def test_no_damaged_report_is_an_error_or_another_reader(seed: int, cuts: int) -> None:
    damage = random.Random(seed)
    raw = bytearray(report(to=verp(), message_id=NAMED) if seed % 2 else complaint(message_id=NAMED))
    for _ in range(cuts):
        at = damage.randrange(len(raw))
        raw[at : at + damage.randrange(4)] = damage.randbytes(damage.randrange(4))
    found = read_returned(bytes(raw), KEYS)
    assert found.message_id or found.reader in ("", READER)


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/report; boundary=x\n\n"
        + b"--x\nContent-Type: multipart/mixed; boundary=x\n\n" * 4000,
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5000)),
        b"Subject: " + b"=?utf-8?q?a?= " * 15_000,
        b"To: " + b"+1" * 100_000 + b"@x\nContent-Type: multipart/report\n\n",
        b"Content-Type: multipart/report" + b"; a=b" * 40_000,
        b"Received: x\n" * 20_000,
        b"Date: " + b"1" * 200_000,
        b"X" * MESSAGE_BYTES,
        b":\n" * 100_000,
    ],
    ids=["nested", "deep", "words", "tags", "parameters", "headers", "date", "line", "colons"],
)
def test_a_message_made_to_hurt_costs_seconds_at_most(raw: bytes) -> None:
    begun = time.process_time()
    assert read_returned(raw[:MESSAGE_BYTES], KEYS).reader == ""
    assert time.process_time() - begun < 5


# ----------------------------------------------------------------------------------------------------------- mailboxes


def test_an_mbox_a_maildir_a_folder_and_one_message_are_read(tmp_path: Path) -> None:
    one, two = report(to=verp()), mail("hello\n\nFrom here on\n>From there\n")
    (tmp_path / "mbox").write_bytes(
        b"From MAILER-DAEMON Mon Nov  9 06:00:05 2026\n" + one + b"\nFrom x Mon Nov  9 06:00:05 2026\n" + two
    )
    assert [part.strip() for part in messages_in(tmp_path / "mbox")] == [one.strip(), two.strip()]
    for part in ("cur", "new", "tmp"):
        (tmp_path / "maildir" / part).mkdir(parents=True)
    (tmp_path / "maildir/cur/1:2,S").write_bytes(one)
    (tmp_path / "maildir/new/2").write_bytes(two)
    (tmp_path / "maildir/tmp/3").write_bytes(b"half")
    assert list(messages_in(tmp_path / "maildir")) == [one, two]
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/a.eml").write_bytes(two)
    (tmp_path / "folder/b.EML").write_bytes(one)
    (tmp_path / "folder/notes.txt").write_bytes(b"notes")
    assert list(messages_in(tmp_path / "folder")) == [two, one]
    assert list(messages_in(tmp_path / "folder/a.eml")) == [two]
    (tmp_path / "empty").touch()
    assert list(messages_in(tmp_path / "empty")) == []


@pytest.mark.parametrize("huge", [b"x" * 76 + b"\n", b"x"])
def test_a_huge_message_is_cut_and_the_next_one_is_read(huge: bytes) -> None:
    body = huge * (4 * MESSAGE_BYTES // len(huge))
    found = list(split(io.BytesIO(b"From a 6:00\nSubject: one\n\n" + body + b"\n\nFrom b 6:00\nSubject: two\n\n")))
    assert [part[:12] for part in found] == [b"Subject: one", b"Subject: two"]
    assert len(found[0]) <= MESSAGE_BYTES
    assert [len(part) for part in split(io.BytesIO(body))] == [MESSAGE_BYTES]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="could not be read: No such file"):
        list(messages_in(tmp_path / "none"))
