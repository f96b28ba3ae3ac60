"""A mail server on loopback that misbehaves as it is told, and keeps its own record of what it accepted.

with MailServer({"a@example.org": [GREYLISTED], "b@example.org": [DROP_AFTER_ACCEPTING]}) as server:
    ...                                          # send to server.host, server.port
    server.accepted                              # what it accepted, in order, and never forgot
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import datetime as dt
import email
import ipaddress
import socket
import ssl
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self


@dataclasses.dataclass(frozen=True)
class Fault:
    """What goes wrong with one message."""

    at: str  # "CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "TEXT" (a part of it came) or "END" (all of it came)
    reply: str = ""
    then: str = ""  # "close", "reset", "hang"; after "accept and" the message counts as accepted


WELL = Fault("")  # nothing does
GREYLISTED = Fault("RCPT", "450 4.2.0 Greylisted, come back later")
MAILBOX_FULL = Fault("RCPT", "452 4.2.2 Mailbox full")
NO_SUCH_USER = Fault("RCPT", "550 5.1.1 No such user here")
BUSY_AFTER_TEXT = Fault("END", "451 4.3.0 Try again later")
REFUSED_AFTER_TEXT = Fault("END", "554 5.6.0 Message content refused")
POLICY_AFTER_TEXT = Fault("END", "554 5.7.1 Message refused by policy")
CLOSING = Fault("RCPT", "421 4.3.2 Service is shutting down", "close")
RESET = Fault("RCPT", then="reset")
DROP_IN_TEXT = Fault("TEXT", then="close")
DROP_BEFORE_ACCEPTING = Fault("END", then="close")
DROP_AFTER_ACCEPTING = Fault("END", then="accept and close")
HANG = Fault("END", then="hang")
HANG_AFTER_ACCEPTING = Fault("END", then="accept and hang")


@dataclasses.dataclass(frozen=True)
class Accepted:
    """One message that the server took."""

    sender: str
    recipient: str
    message_id: str
    message: bytes

    def __repr__(self) -> str:
        return f"Accepted({self.message_id})"


class MailServer:
    """SMTP in threads of its own.

    Args:
        faults: recipient -> what goes wrong with the first, second, ... message to them; what is left over goes well. Likewise
            "MAIL" -> what goes wrong with the first, second, ... MAIL command of all.
        always: what goes wrong with every connection and message.
        certificate: chain and key; with `tls` TLS from the first byte, else STARTTLS is offered.
        login: user and password that everybody must give.
        most_connections: more at one time are turned away with `too_many`; 0: no limit.
        dies_after: so many messages are accepted, then nothing answers any more, until `start` is called again.
        delay_s: before each reply.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        faults: Mapping[str, Sequence[Fault]] | None = None,
        *,
        always: Sequence[Fault] = (),
        certificate: tuple[Path, Path] | None = None,
        tls: bool = False,
        login: tuple[str, str] | None = None,
        most_connections: int = 0,
        too_many: str = "421 4.7.0 Too many connections",
        dies_after: int = 0,
        delay_s: float = 0.0,
    ) -> None:
        self.faults = {recipient.casefold(): list(script) for recipient, script in (faults or {}).items()}
        self.always = {fault.at: fault for fault in always}
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        self.tls = tls
        self.login = login
        self.most_connections = most_connections
        self.too_many = too_many
        self.dies_after = dies_after
        self.delay_s = delay_s
        self.port = 0
        self.accepted: list[Accepted] = []
        self.commands: Counter[str] = Counter()
        self.connections = 0  # that were ever made
        self.most_open = 0
        self.violations: list[str] = []  # of RFC 5321, by whoever sends
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        self._stopped = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listens, on the same port as before if it was stopped."""
        self._stopped = threading.Event()
        self._listener = socket.create_server((self.host, self.port), backlog=100)
        self.port = self._listener.getsockname()[1]
        self._run(self._listen, self._listener, self._stopped)

    def stop(self) -> None:
        """Breaks all connections and waits for its threads."""
        self._die()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(10)
        self._threads.clear()

    def accepted_ids(self) -> Counter[tuple[str, str]]:
        """(recipient, Message-ID) -> how often it was accepted."""
        return Counter((one.recipient, one.message_id) for one in self.accepted)

    def wait_until_idle(self) -> None:
        """Waits until everything is read that clients sent before they ended."""
        deadline = time.monotonic() + 10
        while self._open and time.monotonic() < deadline:
            time.sleep(0.002)

    def _run(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _die(self) -> None:
        self._stopped.set()
        if self._listener:
            # Closing alone would leave the thread that waits in accept() waiting.
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        with self._lock:
            sockets = list(self._open)
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _listen(self, listener: socket.socket, stopped: threading.Event) -> None:
        while not stopped.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(connection)
                self.connections += 1
                self.most_open = max(self.most_open, len(self._open))
            self._run(self._serve, connection, stopped)

    def _serve(self, connection: socket.socket, stopped: threading.Event) -> None:
        session = _Session(self, connection, stopped)
        try:
            session.run()
        except (OSError, _Over):
            pass
        finally:
            with self._lock:
                self._open.discard(session.socket)
            session.close()

    def _is_full(self) -> bool:
        with self._lock:
            return bool(self.most_connections) and len(self._open) > self.most_connections

    def _take_fault(self, recipient: str) -> Fault | None:
        script = self.faults.get(recipient.casefold())
        return script.pop(0) if script else None

    def _accept(self, sender: str, recipient: str, message: bytes) -> None:
        message_id = str(email.message_from_bytes(message)["Message-ID"])
        with self._lock:
            self.accepted.append(Accepted(sender, recipient, message_id, message))
            dies = self.dies_after and len(self.accepted) == self.dies_after
        if dies:
            self._die()


class _Over(Exception):  # noqa: N818 - no error: the conversation is
    pass


class _Refused(Exception):  # noqa: N818 - likewise: the message is
    pass


class _Session:
    """One connection."""

    def __init__(self, server: MailServer, connection: socket.socket, stopped: threading.Event) -> None:
        self.server = server
        self.socket = connection
        self.stopped = stopped
        self.fault: Fault | None = None
        self.sender = self.recipient = ""
        self.logged_in = not server.login
        self.encrypted = False
        self.streams: list[BinaryIO] = []

    def close(self) -> None:
        for one in self.streams:
            with contextlib.suppress(OSError):
                one.close()
        self.socket.close()

    def _read(self) -> None:
        self.stream = self.socket.makefile("rb")
        self.streams.append(self.stream)

    def run(self) -> None:
        if self.server.tls:
            self._encrypt()
        self._read()
        if self.server._is_full():
            self._reply(self.server.too_many)
            return
        self._stumble("CONNECT")
        self._reply("220 mail.example.org ESMTP")
        while line := self.stream.readline():
            with contextlib.suppress(_Refused):
                self._answer(line.decode("ascii", "replace").rstrip("\r\n"))

    def _encrypt(self) -> None:
        assert self.server.context
        with self.server._lock:
            self.server._open.discard(self.socket)
            self.socket = self.server.context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
            self.server._open.add(self.socket)
        self.socket.do_handshake()
        self.encrypted = True

    def _answer(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        self.server.commands[verb] += 1
        if verb in ("EHLO", "HELO"):
            self._stumble("EHLO")
            self._reply(*self._extensions())
        elif verb == "STARTTLS" and self.server.context and not self.encrypted:
            self._reply("220 Go ahead")
            self._encrypt()
            self._read()
        elif verb == "AUTH":
            self._log_in(rest)
        elif verb == "MAIL":
            self._begin(rest)
        elif verb == "RCPT":
            self.recipient = rest.partition("<")[2].partition(">")[0]
            self.fault = self.server._take_fault(self.recipient)
            self._stumble("RCPT")
            self._reply("250 2.1.5 OK")
        elif verb == "DATA":
            self._take_text()
        elif verb in ("RSET", "NOOP"):
            self.sender = self.recipient = ""
            self._reply("250 2.0.0 OK")
        elif verb == "QUIT":
            self._reply("221 2.0.0 Bye")
            raise _Over
        else:
            self._reply("502 5.5.1 Command not implemented")

    def _extensions(self) -> list[str]:
        offered = ["mail.example.org", "SIZE 10240000", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if self.server.context and not self.encrypted:
            offered.append("STARTTLS")
        if self.server.login:
            offered.append("AUTH PLAIN")
        return [f"250-{name}" for name in offered[:-1]] + [f"250 {offered[-1]}"]

    def _log_in(self, rest: str) -> None:
        self._stumble("AUTH")
        given = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")[1:]
        self.logged_in = tuple(given) == self.server.login
        self._reply("235 2.7.0 Welcome" if self.logged_in else "535 5.7.8 Wrong user or password")

    def _begin(self, rest: str) -> None:
        if not self.logged_in:
            self._reply("530 5.7.0 Authentication required")
            return
        if self.sender:
            self.server.violations.append("MAIL within a transaction")
        self.fault = self.server._take_fault("MAIL")
        self._stumble("MAIL")
        self.sender = rest.partition("<")[2].partition(">")[0]
        self._reply("250 2.1.0 OK")

    def _take_text(self) -> None:
        self._stumble("DATA")
        self._reply("354 Go ahead")
        lines = []
        for line in iter(self.stream.readline, b".\r\n"):
            if not line:
                raise _Over
            if not line.endswith(b"\r\n") or len(line) > 1000 or not line.isascii():
                self.server.violations.append("a line that is too long, not 7-bit or not ended by CRLF")
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            if len(lines) == 1:
                self._stumble("TEXT")
        message = b"".join(lines)
        if self.fault and self.fault.at == "END" and self.fault.then.startswith("accept"):
            self.server._accept(self.sender, self.recipient, message)
        self._stumble("END")
        self.server._accept(self.sender, self.recipient, message)
        self.sender = self.recipient = ""
        self._reply("250 2.0.0 Queued")

    def _stumble(self, stage: str) -> None:
        """Does what the script says of this stage; returns if it says nothing."""
        fault = self.server.always.get(stage) or self.fault
        if not fault or fault.at != stage:
            return
        if fault is self.fault:
            self.fault = None
        if fault.reply:
            self._reply(fault.reply)
        if stage == "END":
            self.sender = self.recipient = ""
        if not fault.then:
            raise _Refused
        if fault.then.endswith("hang"):
            self.stopped.wait(60)
        if fault.then == "reset":  # RST instead of FIN
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise _Over

    def _reply(self, *lines: str) -> None:
        if self.server.delay_s:
            time.sleep(self.server.delay_s)
        if self.stopped.is_set():
            raise _Over
        self.socket.sendall("".join(f"{line}\r\n" for line in lines).encode())


@dataclasses.dataclass(frozen=True)
class Certificates:
    """A certification authority and servers' certificates, each a chain and a key."""

    authority: Path
    good: tuple[Path, Path]  # for localhost and 127.0.0.1
    of_another_host: tuple[Path, Path]
    expired: tuple[Path, Path]


def make_certificates(folder: Path) -> Certificates:
    """Freshly signed, valid from yesterday until tomorrow."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    today = dt.datetime.now(dt.UTC)
    authority_key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])

    def sign(name: str, key: ec.EllipticCurvePrivateKey, days: tuple[int, int], *hosts: x509.GeneralName) -> Path:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) if hosts else issuer
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today + dt.timedelta(days=days[0]))
            .not_valid_after(today + dt.timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca=not hosts, path_length=None), critical=True)
        )
        if hosts:
            builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        else:
            usage = dict.fromkeys(
                ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                 "encipher_only", "decipher_only"), False,
            )  # fmt: skip
            builder = builder.add_extension(x509.KeyUsage(**usage, key_cert_sign=True, crl_sign=True), critical=True)
        keys = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
        builder = builder.add_extension(keys, critical=False).add_extension(issued_by, critical=False)
        file = folder / f"{name}.pem"
        file.write_bytes(builder.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        return file

    def certify(name: str, days: tuple[int, int], *hosts: x509.GeneralName) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        file = folder / f"{name}.key"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return sign(name, key, days, *hosts), file

    here = (x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    return Certificates(
        authority=sign("authority", authority_key, (-1, 1)),
        good=certify("good", (-1, 1), *here),
        of_another_host=certify("another", (-1, 1), x509.DNSName("mail.example.org")),
        expired=certify("expired", (-3, -1), *here),
    )


def main() -> None:
    """Serves until its input ends: prints its port, and at the end how many messages it accepted and over how many connections."""
    delay_s = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0
    with MailServer(delay_s=delay_s) as server:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        sys.stdin.read()
    sys.stdout.write(f"{len(server.accepted_ids())} {server.connections}\n")


if __name__ == "__main__":
    main()
