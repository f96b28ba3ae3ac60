"""Whether mail would be taken: what the mail server and DNS say of the sender, asked without sending anything."""

from __future__ import annotations

import base64
import smtplib
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pipeline.model import Finding, FindingState

if TYPE_CHECKING:
    from pipeline.config import Settings, Smtp
    from pipeline.deliver.signing import Signer

_CONNECT_S = 15.0  # a person waits for it
_DNS_S = 5.0
_LEAST_SIZE = 200_000  # bytes of a message: both parts at their limits, encoded, and headers (M5)
_SPF_LOOKUPS = 10  # RFC 7208, 4.6.4
_ASKING = ("include:", "a", "mx", "ptr", "exists:", "redirect=")  # what counts as a look-up there


class Unanswered(Exception):  # noqa: N818 - what happened, not what is wrong
    """No name server could be asked."""


Judged = tuple[FindingState, str, str]
Resolve = Callable[[str, str], list[str]]
"""(name, type) -> the records' texts, none if there are none. Raises Unanswered."""


# ---------------------------------------------------------------------------------------------------------------- server


def inspect_server(smtp: Smtp) -> Finding:
    """Greets, secures and logs in, and leaves before any sender is named."""
    place = f"{smtp.host}:{smtp.port}"
    if not smtp.host:
        return _server(FindingState.FAILED, "no mail server is named", 'Set smtp.host, or deliver.channel = "outbox".')
    try:
        context = ssl.create_default_context(cafile=smtp.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        return _server(FindingState.FAILED, f"smtp.ca_file cannot be read: {error}", "Correct smtp.ca_file.")
    try:
        with _connect(smtp, context) as server:
            server.ehlo_or_helo_if_needed()
            if smtp.security == "starttls":
                if not server.has_extn("starttls"):
                    return _server(
                        FindingState.FAILED,
                        f"{place} offers no STARTTLS",
                        'Use the port that does (587), or smtp.security = "tls" with port 465.',
                    )
                server.starttls(context=context)
                server.ehlo()
            if smtp.user:
                server.login(smtp.user, smtp.password)
            return _judge_server(server, place, smtp)
    except ssl.SSLCertVerificationError as error:
        said = f"the certificate of {place} is not trusted: {error.verify_message}"
        return _server(
            FindingState.FAILED, said, "Use the server's real name, or name its authority's file in smtp.ca_file."
        )
    except smtplib.SMTPAuthenticationError as error:
        said = f"{place} refused the login of smtp.user with {error.smtp_code}"
        return _server(
            FindingState.FAILED,
            said,
            "Correct smtp.user and smtp.password; some servers want a password per application.",
        )
    except smtplib.SMTPNotSupportedError:
        return _server(
            FindingState.FAILED, f"{place} takes no login", "Leave smtp.user empty, or use the submission port, 587."
        )
    except smtplib.SMTPResponseException as error:
        said = f"{place} answered {error.smtp_code} before anything was sent"
        return _server(FindingState.FAILED, said, "Ask who runs it whether this machine may send through it.")
    except (OSError, smtplib.SMTPException) as error:
        said = f"{place} could not be asked: {getattr(error, 'strerror', None) or type(error).__name__}"
        return _server(
            FindingState.FAILED,
            said,
            "See that smtp.host, smtp.port and smtp.security are right and no firewall is between.",
        )


def _connect(smtp: Smtp, context: ssl.SSLContext) -> smtplib.SMTP:
    within = min(smtp.timeout_s, _CONNECT_S)
    if smtp.security == "tls":
        return smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=within, context=context)
    return smtplib.SMTP(smtp.host, smtp.port, timeout=within)


def _judge_server(server: smtplib.SMTP, place: str, smtp: Smtp) -> Finding:
    secured = {"starttls": "STARTTLS", "tls": "TLS", "none": "no encryption, on this machine"}[smtp.security]
    text = f"{place} answers, {secured}, {'login taken' if smtp.user else 'no login'}"
    size = server.esmtp_features.get("size", "")
    if size.isdecimal() and 0 < int(size) < _LEAST_SIZE:
        return _server(
            FindingState.WARNING,
            f"{text}, and takes {size} bytes at most",
            "A large issue may be refused; raise its limit.",
        )
    return _server(FindingState.OK, text)


def _server(state: FindingState, text: str, remedy: str = "") -> Finding:
    return Finding(name="mail server", state=state, text=text, remedy=remedy)


# ------------------------------------------------------------------------------------------------------------------- DNS


def inspect_domain(settings: Settings, signer: Signer | None, resolve: Resolve | None = None) -> list[Finding]:
    """What receivers find in DNS when they judge mail of this sender: SPF, DKIM, DMARC, and where bounces go.

    Args:
        signer: of `open_signer`; None where the mail server signs.
        resolve: instead of this machine's name servers.
    """
    ask = resolve or _open_resolver()
    sender = _domain(settings.mail.sender_address)
    bounces = _domain(settings.smtp.bounce_address or settings.mail.sender_address)
    checks: tuple[tuple[str, Callable[[], Judged]], ...] = (
        ("SPF", lambda: _spf(bounces, ask)),
        ("DKIM", lambda: _dkim(signer, ask)),
        ("DMARC", lambda: _dmarc(sender, ask)),
        ("bounces", lambda: _bounces(bounces, ask)),
    )
    found = []
    for name, check in checks:
        try:
            state, text, remedy = check()
        except Unanswered:
            state, text, remedy = (
                FindingState.WARNING,
                "no name server could be asked",
                "Ask again from a machine that is online.",
            )
        found.append(Finding(name=name, state=state, text=text, remedy=remedy))
    return found


def _spf(domain: str, resolve: Resolve) -> Judged:
    """RFC 7208. It is the envelope sender's domain that is asked."""
    records = [text for text in resolve(domain, "TXT") if text.lower().split(" ")[0] == "v=spf1"]
    example = f'Have "v=spf1 mx -all" or what your mail provider names published as TXT of {domain}.'
    if not records:
        return FindingState.WARNING, f"{domain} does not say who may send for it", example
    if len(records) > 1:
        return FindingState.FAILED, f"{domain} has {len(records)} records v=spf1, so that none counts", "Make them one."
    terms = records[0].lower().split()[1:]
    if asking := [term for term in terms if _asks(term)][_SPF_LOOKUPS:]:
        return (
            FindingState.FAILED,
            f"the record of {domain} needs {_SPF_LOOKUPS + len(asking)} look-ups, {_SPF_LOOKUPS} are allowed",
            "Shorten it.",
        )
    if {"all", "+all"} & {*terms}:
        return FindingState.FAILED, f"{domain} lets everybody send for it (+all)", "End the record with -all or ~all."
    if not ({"-all", "~all"} & {*terms} or any(term.startswith("redirect=") for term in terms)):
        return (
            FindingState.WARNING,
            f"{domain} leaves open who else may send for it",
            "End the record with -all or ~all.",
        )
    return FindingState.OK, f"{domain} says who may send for it", ""


def _asks(term: str) -> bool:
    word = term.lstrip("+-~?")
    return any(
        word.startswith(kind) if kind[-1] in ":=" else word.split(":")[0].split("/")[0] == kind for kind in _ASKING
    )


def _dkim(signer: Signer | None, resolve: Resolve) -> Judged:
    """RFC 6376."""
    if signer is None:
        return FindingState.OK, "the mail server is to sign; send a test to a large provider and look for dkim=pass", ""
    name = f"{signer.selector}._domainkey.{signer.domain}"
    record = (
        f'Publish "v=DKIM1; k=rsa; p=..." as TXT of {name}; p is what '
        "'openssl rsa -in KEY_FILE -pubout -outform der | base64 -w0' prints."
    )
    texts = [_tags(text) for text in resolve(name, "TXT")]
    keys = ["".join(tags["p"].split()) for tags in texts if "p" in tags and tags.get("v", "DKIM1") == "DKIM1"]
    if not keys:
        return FindingState.FAILED, f"{name} has no key: every signature is broken", record
    if len(keys) > 1:
        return FindingState.FAILED, f"{name} has {len(keys)} keys, of which receivers take any", "Leave one."
    if not keys[0]:
        return FindingState.FAILED, f"the key in {name} is revoked", record
    if not _is_pair(signer.key, keys[0]):
        return FindingState.FAILED, f"the key in {name} is not that of dkim.key_file: every signature is broken", record
    return FindingState.OK, f"{name} has the key of dkim.key_file", ""


def _is_pair(private: bytes, public: str) -> bool:
    from dkim.crypto import UnparsableKeyError, parse_pem_private_key, parse_public_key

    try:
        published = parse_public_key(base64.b64decode(public, validate=True))
    except (UnparsableKeyError, ValueError, LookupError, TypeError):
        return False
    return bool(published["modulus"] == parse_pem_private_key(private)["modulus"])


def _dmarc(domain: str, resolve: Resolve) -> Judged:
    """RFC 7489; the parents are asked in turn, where that asks the organisation's domain alone."""
    labels = domain.split(".")
    example = f'Publish as TXT of _dmarc.{domain}: "v=DMARC1; p=none; rua=mailto:..." and make it stricter once reports are clean.'
    for first in range(max(1, len(labels) - 1)):
        name = ".".join(["_dmarc", *labels[first:]])
        records = [_tags(text) for text in resolve(name, "TXT") if text.replace(" ", "").lower().startswith("v=dmarc1")]
        if len(records) > 1:
            return FindingState.FAILED, f"{name} has {len(records)} records, so that none counts", "Leave one."
        if records:
            policy = records[0].get("p", "")
            if policy not in ("none", "quarantine", "reject"):
                return FindingState.FAILED, f"{name} has no policy p=", "Add p=none, p=quarantine or p=reject."
            return FindingState.OK, f"{name} asks receivers for p={policy}", ""
    return FindingState.WARNING, f"{domain} has no DMARC record, which large providers want", example


def _bounces(domain: str, resolve: Resolve) -> Judged:
    """RFC 5321, 5.1; RFC 7505 for a domain that takes no mail."""
    servers = resolve(domain, "MX")
    if servers and all(server.split()[-1] == "." for server in servers):
        return (
            FindingState.FAILED,
            f"{domain} takes no mail, so bounces are lost",
            "Set smtp.bounce_address to a mailbox that is read.",
        )
    if servers or resolve(domain, "A") or resolve(domain, "AAAA"):
        return FindingState.OK, f"{domain} takes mail", ""
    return (
        FindingState.FAILED,
        f"{domain} has no mail server, so bounces are lost",
        "Set smtp.bounce_address to a mailbox that is read.",
    )


def _tags(text: str) -> dict[str, str]:
    """Of a list such as "a=1; b=2" (RFC 6376, 3.2): name -> value."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _open_resolver() -> Resolve:
    import dns.exception
    import dns.resolver

    silent = False

    def resolve(name: str, kind: str) -> list[str]:
        nonlocal silent
        if silent:  # each further question would cost as long again
            raise Unanswered
        try:
            answer: Any = dns.resolver.resolve(name, kind, lifetime=_DNS_S)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            silent = not isinstance(error, dns.resolver.NoNameservers)  # which is about this name alone
            raise Unanswered from error
        if kind == "TXT":  # in parts of at most 255 bytes
            return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
        return [record.to_text() for record in answer]

    return resolve
