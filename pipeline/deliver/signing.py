"""A DKIM signature for senders whose mail server makes none (RFC 6376); needs the extra "dkim"."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

from pipeline.deliver.message import domain_of
from pipeline.errors import ConfigurationError
from pipeline.model import Frozen

if TYPE_CHECKING:
    from pipeline.config import Workspace

# What the signature covers, as far as a message has it. RFC 8058, section 4, asks for the two of unsubscribing.
_COVERED = (
    "from", "to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version", "content-type",
    "content-language", "auto-submitted", "list-id", "list-help", "list-archive", "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip
# Named once more than there are, so that nobody on the way can add another one (RFC 6376, 8.15). A Reply-To is added to no
# digest of ours.
_SEALED = ("from", "reply-to", "to", "subject", "date", "content-type", "list-unsubscribe", "list-unsubscribe-post")
_LEAST_KEY_BITS = 1024  # RFC 8301, 3.2


class Signer(Frozen, frozen=True, kw_only=True):
    """Whose signature a message gets."""

    domain: str
    selector: str
    key: bytes  # PEM

    def __repr__(self) -> str:
        return f"Signer({self.selector}._domainkey.{self.domain})"


def open_signer(workspace: Workspace) -> Signer | None:
    """What the configuration says of signing; None if nothing is signed here.

    Raises:
        ConfigurationError: the extra is missing, or the key, or it cannot be used.
    """
    settings = workspace.settings.dkim
    if not settings.selector:
        return None
    if not settings.key_file:
        raise ConfigurationError("dkim.selector is set and dkim.key_file is not: name the file with the private key.")
    file = workspace.root / settings.key_file
    try:
        key = file.read_bytes().replace(b"\r\n", b"\n")
    except OSError as error:
        raise ConfigurationError(
            f"dkim.key_file = {settings.key_file!r}: {file} cannot be read: {error.strerror}. Nothing was sent."
        ) from None
    _check_key(key, f"dkim.key_file = {settings.key_file!r}")
    domain = settings.domain or domain_of(workspace.settings.mail)
    return Signer(domain=domain, selector=settings.selector, key=key)


def sign_message(message: bytes, signer: Signer, at: dt.datetime) -> bytes:
    """The message with its signature before it. The same arguments give the same bytes."""
    head = message.partition(b"\r\n\r\n")[0].decode("ascii").lower()
    names = Counter(line.partition(":")[0] for line in head.split("\r\n") if not line.startswith(" "))
    covered = [name for name in _COVERED for _ in range(names[name])]
    signature = _dated(_load(), message, at).sign(
        signer.selector.encode(),
        signer.domain.encode(),
        signer.key,
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=[*covered, *_SEALED],
    )
    return bytes(signature) + message


def _dated(dkim: Any, message: bytes, at: dt.datetime) -> Any:
    """Signs as of `at`; the library itself takes the clock's time, and no message would come out twice the same."""

    class Dated(dkim.DKIM):  # type: ignore[misc]  # the library has no types
        def gen_header(self, fields: list[tuple[bytes, bytes]], *rest: Any, **more: Any) -> Any:
            moment = str(int(at.timestamp())).encode()
            fields[:] = [(name, moment if name == b"t" else value) for name, value in fields]
            return super().gen_header(fields, *rest, **more)

    return Dated(message)


def _check_key(key: bytes, setting: str) -> None:
    _load()
    from dkim.crypto import UnparsableKeyError, parse_pem_private_key

    try:
        bits = parse_pem_private_key(key)["modulus"].bit_length()
    except (UnparsableKeyError, ValueError, LookupError, TypeError):
        bits = 0
    if bits < _LEAST_KEY_BITS:
        raise ConfigurationError(
            f"{setting} is no RSA key of {_LEAST_KEY_BITS} bits or more in PEM. Make one: openssl genrsa -out dkim.pem 2048"
        )


def _load() -> Any:
    try:
        import dkim
    except ImportError:
        raise ConfigurationError(
            "dkim.selector is set, and the extra that signs mail is not installed: pip install 'city-digest[dkim]'"
        ) from None
    return dkim
