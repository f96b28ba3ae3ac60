"""What a mail server and DNS say of a sender, asked without sending anything (C7, M8, M14)."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator

import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import msgspec
import pytest
from mail_servers import Certificates, Fault, MailServer, make_certificates

from pipeline.config import Mail, Settings, Smtp
from pipeline.deliver import inspection
from pipeline.deliver.inspection import Unanswered, inspect_domain, inspect_server
from pipeline.deliver.signing import Signer
from pipeline.model import FindingState

OK, WARNING, FAILED = FindingState.OK, FindingState.WARNING, FindingState.FAILED


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


def of(server: MailServer, **settings: object) -> Smtp:
    known: dict[str, object] = {"host": server.host, "port": server.port, "security": "none", "timeout_s": 0.5}
    return Smtp(**(known | settings))  # type: ignore[arg-type]


def assert_nothing_was_begun(server: MailServer) -> None:
    assert not set(server.commands) & {"MAIL", "RCPT", "DATA"}
    assert server.violations == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_that_encrypts_and_takes_the_login_is_well(certificates: Certificates, security: str) -> None:
    with MailServer(certificate=certificates.good, tls=security == "tls", login=("desk", "secret")) as server:
        smtp = of(server, security=security, ca_file=str(certificates.authority), user="desk", password="secret")
        found = inspect_server(smtp)
        server.wait_until_idle()
    assert found.state is OK, found.text
    assert "login taken" in found.text
    assert_nothing_was_begun(server)


def test_a_server_without_starttls_is_refused_before_any_login(certificates: Certificates) -> None:
    """M8: no password travels in the clear."""
    with MailServer(login=("desk", "secret")) as server:
        found = inspect_server(of(server, security="starttls", user="desk", password="secret"))
    assert (found.state, "STARTTLS" in found.text) == (FAILED, True)
    assert "AUTH" not in server.commands


@pytest.mark.parametrize("which", ["of_another_host", "expired", "unknown authority"])
def test_a_certificate_that_proves_nothing_is_told(certificates: Certificates, which: str) -> None:
    certificate = certificates.good if which == "unknown authority" else getattr(certificates, which)
    authority = "" if which == "unknown authority" else str(certificates.authority)
    with MailServer(certificate=certificate) as server:
        found = inspect_server(of(server, security="starttls", ca_file=authority))
    assert (found.state, "certificate" in found.text) == (FAILED, True)


def test_a_wrong_password_is_told_and_never_shown(certificates: Certificates) -> None:
    with MailServer(certificate=certificates.good, login=("desk", "secret")) as server:
        smtp = of(server, security="starttls", ca_file=str(certificates.authority), user="desk", password="canary")
        found = inspect_server(smtp)
    assert (found.state, "535" in found.text) == (FAILED, True)
    assert "canary" not in found.text + found.remedy


def test_a_login_that_the_server_does_not_offer_is_told() -> None:
    with MailServer() as server:
        found = inspect_server(of(server, user="desk", password="secret"))
    assert (found.state, "takes no login" in found.text) == (FAILED, True)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("CONNECT", "554 5.7.1 Blocked", "close"),
        Fault("CONNECT", "421 4.3.2 Busy", "close"),
        Fault("CONNECT", then="hang"),
        Fault("EHLO", then="reset"),
        Fault("EHLO", then="close"),
        Fault("EHLO", "550 5.7.1 Go away", "close"),
    ],
    ids=lambda fault: f"{fault.at} {fault.reply or fault.then}",
)
def test_a_server_that_misbehaves_is_a_finding_and_no_traceback(fault: Fault) -> None:
    with MailServer(always=[fault]) as server:
        found = inspect_server(of(server))
    assert found.state is FAILED
    assert str(server.port) in found.text
    assert found.remedy


def test_a_server_that_is_not_there_is_told() -> None:
    with MailServer() as server:
        pass
    assert inspect_server(of(server)).state is FAILED
    assert inspect_server(Smtp()).remedy.startswith("Set smtp.host")
    assert "ca_file" in inspect_server(Smtp(host="127.0.0.1", ca_file="/no/such/file")).remedy


# ------------------------------------------------------------------------------------------------------------------- DNS

WELL = {
    ("example.org", "TXT"): ["some-verification=1", "v=spf1 include:_spf.example.net mx ~all"],
    ("_dmarc.example.org", "TXT"): ["v=DMARC1; p=quarantine; rua=mailto:d@example.org"],
    ("example.org", "MX"): ["10 mail.example.org."],
}
SETTINGS = Settings(mail=Mail(sender_address="digest@example.org"))


def judge(changes: dict[tuple[str, str], list[str]], signer: Signer | None = None, settings: Settings = SETTINGS) -> dict[str, tuple[FindingState, str]]:  # fmt: skip
    zone = WELL | changes
    found = inspect_domain(settings, signer, lambda name, kind: zone.get((name, kind), []))
    assert all(one.remedy for one in found if one.state is not OK)
    return {one.name: (one.state, one.text) for one in found}


def test_a_domain_that_says_everything_is_well() -> None:
    assert {state for state, _ in judge({}).values()} == {OK}
    assert list(judge({})) == ["SPF", "DKIM", "DMARC", "bounces"]


@pytest.mark.parametrize(
    ("records", "state", "said"),
    [
        ([], WARNING, "does not say"),
        (["v=spf10 -all"], WARNING, "does not say"),
        (["v=spf1 -all", "v=spf1 mx -all"], FAILED, "2 records"),
        (["v=spf1 +all"], FAILED, "+all"),
        (["v=spf1 mx all"], FAILED, "+all"),
        (["v=spf1 mx ?all"], WARNING, "leaves open"),
        (["v=spf1 mx"], WARNING, "leaves open"),
        (["V=SPF1 MX -ALL"], OK, "says who"),
        (["v=spf1 redirect=_spf.example.net"], OK, "says who"),
        (["v=spf1 " + " ".join(f"include:{n}.example.net" for n in range(11)) + " -all"], FAILED, "11 look-ups"),
        (["v=spf1 a/24 mx:x.example " + " ".join(f"ip4:192.0.2.{n}" for n in range(20)) + " -all"], OK, "says who"),
    ],
)
def test_spf(records: list[str], state: FindingState, said: str) -> None:
    """RFC 7208."""
    found = judge({("example.org", "TXT"): records})["SPF"]
    assert found[0] is state
    assert said in found[1]


def test_spf_and_bounces_are_those_of_the_envelope_sender() -> None:
    """RFC 7208, 2.4: what the From field says does not matter there."""
    settings = msgspec.structs.replace(SETTINGS, smtp=Smtp(bounce_address="b@bounce.example.org"))
    found = judge({}, settings=settings)
    assert (found["SPF"][0], "bounce.example.org" in found["SPF"][1]) == (WARNING, True)
    assert (found["bounces"][0], found["DMARC"][0]) == (FAILED, OK)


@pytest.mark.parametrize(
    ("changes", "state", "said"),
    [
        ({("_dmarc.example.org", "TXT"): []}, WARNING, "no DMARC"),
        ({("_dmarc.example.org", "TXT"): ["v=DMARC1; rua=mailto:x@example.org"]}, FAILED, "no policy"),
        ({("_dmarc.example.org", "TXT"): ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, FAILED, "2 records"),
        ({("_dmarc.example.org", "TXT"): ["v=DMARC1;p=none"]}, OK, "p=none"),
    ],
)
def test_dmarc(changes: dict[tuple[str, str], list[str]], state: FindingState, said: str) -> None:
    """RFC 7489."""
    found = judge(changes)["DMARC"]
    assert found[0] is state
    assert said in found[1]


def test_dmarc_of_the_organisation_holds_for_its_parts() -> None:
    settings = msgspec.structs.replace(SETTINGS, mail=Mail(sender_address="d@news.example.org"))
    assert judge({}, settings=settings)["DMARC"] == (OK, "_dmarc.example.org asks receivers for p=quarantine")


@pytest.mark.parametrize(
    ("records", "state"),
    [
        ({("example.org", "MX"): ["0 ."]}, FAILED),
        ({("example.org", "MX"): []}, FAILED),
        ({("example.org", "MX"): [], ("example.org", "A"): ["192.0.2.1"]}, OK),
        ({("example.org", "MX"): [], ("example.org", "AAAA"): ["2001:db8::1"]}, OK),
    ],
)
def test_where_bounces_go(records: dict[tuple[str, str], list[str]], state: FindingState) -> None:
    """RFC 5321, 5.1 and RFC 7505."""
    assert judge(records)["bounces"][0] is state


@pytest.fixture(scope="module")
def keys() -> list[tuple[bytes, str]]:
    """Two RSA keys: private in PEM, and public as DNS holds it."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    made = []
    for _ in range(2):
        key = rsa.generate_private_key(65537, 1024)
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        made.append((private, base64.b64encode(public).decode()))
    return made


def test_dkim(keys: list[tuple[bytes, str]]) -> None:
    """M14, RFC 6376: a signature that DNS does not vouch for is worse than none."""
    (private, public), (_, other) = keys
    signer, name = Signer(domain="example.org", selector="d2026", key=private), ("d2026._domainkey.example.org", "TXT")
    spaced = f"{public[:70]} {public[70:]}"
    for records, state, said in (
        ([f"v=DKIM1; k=rsa; p={public}"], OK, "has the key"),
        ([f"p={spaced}"], OK, "has the key"),
        ([], FAILED, "has no key"),
        (["v=DKIM1; p="], FAILED, "revoked"),
        ([f"v=DKIM1; p={other}"], FAILED, "is not that of"),
        (["v=DKIM1; p=!!"], FAILED, "is not that of"),
        ([f"p={public}", f"p={other}"], FAILED, "2 keys"),
    ):
        found = judge({name: records}, signer)["DKIM"]
        assert found[0] is state, records
        assert said in found[1]


def test_without_a_name_server_everything_is_unknown_and_nothing_wrong() -> None:
    def nobody(_name: str, _kind: str) -> list[str]:
        raise Unanswered

    found = inspect_domain(SETTINGS, None, nobody)
    assert {one.state for one in found if one.name != "DKIM"} == {WARNING}
    assert all("no name server" in one.text for one in found if one.name != "DKIM")


class NameServer:
    """Answers over UDP on loopback: what is in the zone, NXDOMAIN for other names, and no word while silent."""

    def __init__(self, zone: dict[tuple[str, str], list[str]]) -> None:
        self.zone, self.silent, self.broken, self.asked = zone, False, "", 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while (packet := self.socket.recvfrom(4096))[0] != b"end":
            self.asked += 1
            if not self.silent:
                self.socket.sendto(self._answer(dns.message.from_wire(packet[0])), packet[1])

    def _answer(self, query: dns.message.Message) -> bytes:
        reply, question = dns.message.make_response(query), query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
        if name == self.broken:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif records := self.zone.get((name, kind)):
            reply.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, records))
        elif not any(known == name for known, _ in self.zone):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()

    def close(self) -> None:
        self.socket.sendto(b"end", ("127.0.0.1", self.port))
        self.thread.join(5)
        self.socket.close()


@pytest.fixture
def name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    server = NameServer(
        {
            ("example.org", "TXT"): ['"v=spf1 include:_spf." "example.net -all"'],
            ("_dmarc.example.org", "TXT"): ['"v=DMARC1; p=reject"'],
            ("example.org", "MX"): ["10 mail.example.org."],
        }
    )
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
    monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
    monkeypatch.setattr(inspection, "_DNS_S", 0.3)
    yield server
    server.close()


def test_a_name_server_is_asked_as_the_protocol_has_it(name_server: NameServer) -> None:
    """A long record comes in parts; a name without records, or that does not exist, has none."""
    settings = msgspec.structs.replace(SETTINGS, mail=Mail(sender_address="d@news.example.org"))
    assert {one.name: one.state for one in inspect_domain(SETTINGS, None)} == {
        "SPF": OK,
        "DKIM": OK,
        "DMARC": OK,
        "bounces": OK,
    }
    assert {one.name: one.state for one in inspect_domain(settings, None)} == {
        "SPF": WARNING,
        "DKIM": OK,
        "DMARC": OK,
        "bounces": FAILED,
    }


def test_a_silent_name_server_is_asked_once_and_a_broken_name_costs_only_its_own_answer(
    name_server: NameServer,
) -> None:
    name_server.broken = "_dmarc.example.org"
    states = {one.name: (one.state, one.text) for one in inspect_domain(SETTINGS, None)}
    assert (states["DMARC"], states["bounces"][0]) == ((WARNING, "no name server could be asked"), OK)
    name_server.silent, name_server.asked = True, 0
    assert {one.state for one in inspect_domain(SETTINGS, None) if one.name != "DKIM"} == {WARNING}
    assert name_server.asked <= 2  # dnspython itself repeats a question
