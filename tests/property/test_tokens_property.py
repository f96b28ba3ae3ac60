"""Tokens: what was made is read, and nothing else is (faults.md P0 13, M10)."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.deliver import tokens
from pipeline.deliver.keys import Key, Keys
from pipeline.deliver.tokens import Purpose, make_token, read_token

KEYS = Keys(identity=b"i" * 32, tokens=(Key(id="2", secret=b"b" * 32), Key(id="1", secret=b"a" * 32)))
OLDER = Keys(identity=KEYS.identity, tokens=KEYS.tokens[1:])
NEWER = Keys(identity=KEYS.identity, tokens=(Key(id="3", secret=b"c" * 32), *KEYS.tokens))
FOREIGN = Keys(identity=KEYS.identity, tokens=tuple(Key(id=key.id, secret=b"x" + key.secret) for key in KEYS.tokens))
ids = st.binary(min_size=8, max_size=8).map(bytes.hex)
purposes = st.sampled_from(Purpose)
extras = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", max_size=32)
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


@given(purposes, ids, extras)
def test_what_was_made_is_read(purpose: Purpose, reader: str, extra: str) -> None:
    found = read_token(KEYS, purpose, make_token(KEYS, purpose, reader, extra))
    assert found
    assert (found.reader, found.key, found.extra) == (reader, "2", extra)


@given(purposes, purposes, ids)
def test_a_token_is_good_for_its_own_purpose_only(purpose: Purpose, other: Purpose, reader: str) -> None:
    found = read_token(KEYS, other, make_token(KEYS, purpose, reader))
    assert (found is not None) == (purpose is other)


@given(ids, ids)
def test_another_readers_signature_is_refused(reader: str, other: str) -> None:
    mine, theirs = (make_token(KEYS, Purpose.LEAVE, one) for one in (reader, other))
    mixed = mine[:15] + theirs[15:]  # 13 letters and digits are the 8 bytes of an id, and one bit of the signature
    assert (read_token(KEYS, Purpose.LEAVE, mixed) is not None) == (mixed in (mine, theirs))


@given(ids, extras, st.data())
def test_a_changed_or_cut_token_is_refused(reader: str, extra: str, data: st.DataObject) -> None:
    token = make_token(KEYS, Purpose.BOUNCE, reader, extra)
    at = data.draw(st.integers(0, len(token) - 1))
    changed = token[:at] + data.draw(st.sampled_from(LETTERS + "019-.=/")) + token[at + 1 :]
    assert changed == token or read_token(KEYS, Purpose.BOUNCE, changed) is None
    assert read_token(KEYS, Purpose.BOUNCE, token[:at]) is None
    assert read_token(KEYS, Purpose.BOUNCE, token + data.draw(st.sampled_from("a7.-\n "))) is None


@given(ids, extras)
def test_the_other_extra_is_refused(reader: str, extra: str) -> None:
    bare = make_token(KEYS, Purpose.CONFIRM, reader)
    assert read_token(KEYS, Purpose.CONFIRM, f"{bare}.{extra}") is None


@given(purposes, ids)
def test_keys_that_are_gone_or_foreign_sign_nothing(purpose: Purpose, reader: str) -> None:
    token = make_token(KEYS, purpose, reader)
    assert read_token(OLDER, purpose, token) is None, "made with a key that this workspace does not have"
    assert read_token(FOREIGN, purpose, token) is None
    assert read_token(NEWER, purpose, token), "a rotation keeps what is in old mails valid"


@given(purposes, st.one_of(st.text(), st.text(LETTERS + "1.-", min_size=30, max_size=40).map(lambda text: f"k1{text}")))
def test_no_text_is_a_token_or_an_error(purpose: Purpose, text: str) -> None:
    assert read_token(KEYS, purpose, text) is None


@given(purposes, ids, extras)
def test_a_token_survives_change_of_case_and_fits_web_and_mail(purpose: Purpose, reader: str, extra: str) -> None:
    """RFC 5321 4.5.3.1.1: a local part has at most 64 octets; 34 are a token, 9 a week with its dot, 1 a plus sign."""
    token = make_token(KEYS, purpose, reader)
    assert len(token) == 34
    assert token.isalnum()
    upper = read_token(KEYS, purpose, make_token(KEYS, purpose, reader, extra).upper())
    assert upper
    assert upper.extra == extra


@given(ids, st.text(min_size=1).filter(lambda text: not set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")))
def test_what_a_token_cannot_hold_is_refused_when_it_is_made(reader: str, extra: str) -> None:
    with pytest.raises(ValueError, match="a token cannot hold"):
        make_token(KEYS, Purpose.CONFIRM, reader, extra)


def test_signatures_are_compared_in_constant_time_whatever_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return hmac.compare_digest(one, other)

    token = make_token(KEYS, Purpose.LEAVE, "00" * 8)
    monkeypatch.setattr(tokens, "hmac", type("Spied", (), {"digest": staticmethod(hmac.digest), "compare_digest": staticmethod(compare)}))  # fmt: skip
    assert read_token(KEYS, Purpose.LEAVE, token)
    assert read_token(KEYS, Purpose.LEAVE, "k9" + token[2:]) is None
    assert len(compared) == 2
