"""What proves that a link, or a message that came back, is about this reader: signed, so that nobody can make one up.

A token is the id of its key, the reader's id and a signature, such as `k1` and 32 letters and digits, and where more is to be said,
a dot and that. Only lower case: mail servers may change the case of an address on its way (RFC 5321, 2.4, advises against depending on
it).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from enum import StrEnum

from pipeline.deliver.keys import Key, Keys
from pipeline.model import Frozen


class Purpose(StrEnum):
    """What a token is for; it is worth nothing for any other."""

    LEAVE = "u"
    SETTINGS = "s"
    CONFIRM = "c"
    BOUNCE = "b"


class ReadToken(Frozen, frozen=True, kw_only=True):
    """What a genuine token says."""

    reader: str  # Reader.id
    key: str  # id of the key that signed it
    extra: str
    id: str  # 16 hex digits that name this very token, which itself is written down nowhere


_READER_BYTES = 8
# 96 bits: guessing goes through our own pages or a mailbox, and at a million guesses a second takes 10^15 years.
_SIGNATURE_BYTES = 12
# Both together are 160 bits, which base32 writes without padding: there is one way to write a token.
FORM = r"k([0-9]{1,6})([a-z2-7]{32})(?:\.([a-z0-9-]{1,32}))?"
_TOKEN = re.compile(FORM, re.ASCII)
_EXTRA = re.compile(r"[a-z0-9-]{0,32}", re.ASCII)


def make_token(keys: Keys, purpose: Purpose, reader_id: str, extra: str = "") -> str:
    """The token, fit for an address of the web and for the local part of one of mail.

    Args:
        extra: at most 32 of a-z, 0-9 and "-"; readable by whoever has the token.
    """
    if not _EXTRA.fullmatch(extra):
        raise ValueError(f"a token cannot hold {extra!r}: at most 32 of a-z, 0-9 and -")
    key = keys.tokens[0]
    body = bytes.fromhex(reader_id) + _sign(key, purpose, reader_id, extra)
    # A digit before so many letters is an account of some coin to filters of unwanted mail; a letter before it is nothing.
    text = f"k{key.id}{base64.b32encode(body).decode().lower()}"
    return f"{text}.{extra}" if extra else text


def read_token(keys: Keys, purpose: Purpose, text: str) -> ReadToken | None:
    """What the token says; None if it was not made by us, for this purpose, and unchanged. Never raises."""
    found = _TOKEN.fullmatch(text.lower()) if text.isascii() else None  # the Kelvin sign's lower case is an ASCII k
    if not found:
        return None
    key_id, body, extra = found[1], base64.b32decode(found[2].upper()), found[3] or ""
    reader, signature = body[:_READER_BYTES].hex(), body[_READER_BYTES:]
    known = {key.id: key for key in keys.tokens}
    # One that names no key of ours is computed as well, and takes as long.
    expected = _sign(known.get(key_id, keys.tokens[0]), purpose, reader, extra)
    if not hmac.compare_digest(signature, expected) or key_id not in known:
        return None
    return ReadToken(reader=reader, key=key_id, extra=extra, id=hashlib.sha256(found[0].encode()).hexdigest()[:16])


def _sign(key: Key, purpose: Purpose, reader_id: str, extra: str) -> bytes:
    said = f"{purpose.value}\n{reader_id}\n{extra}".encode()
    return hmac.digest(key.secret, said, "sha256")[:_SIGNATURE_BYTES]
