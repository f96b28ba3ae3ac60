"""A mail server's folder, over TLS on loopback, as far as a program that only reads needs one (RFC 9051)."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

USER, PASSWORD, FOLDER = "desk", "canary-password", "Bounces"
_FETCH = re.compile(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)")


class _Session(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._say("* OK ready")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            self.server.commands.append(command)
            self._answer(tag, command)
            if command == "LOGOUT":
                return

    def _answer(self, tag: str, command: str) -> None:
        word = command.split(" ", 1)[0]
        if word == "CAPABILITY":
            self._say("* CAPABILITY IMAP4rev1")
        elif word == "LOGIN" and command != f'LOGIN {USER} "{PASSWORD}"':
            self._say(f"{tag} NO [AUTHENTICATIONFAILED] {command}")
            return
        elif word in ("SELECT", "EXAMINE") and FOLDER not in command:
            self._say(f"{tag} NO no such mailbox")
            return
        elif command.startswith("UID SEARCH"):
            self._say("* SEARCH " + " ".join(str(number) for number in range(1, len(self.server.messages) + 1)))
        elif fetch := _FETCH.fullmatch(command):
            part = self.server.messages[int(fetch[1]) - 1][: int(fetch[2])]
            self.wfile.write(
                b"* %s FETCH (UID %s BODY[]<0> {%d}\r\n" % (fetch[1].encode(), fetch[1].encode(), len(part))
            )
            self.wfile.write(part + b")\r\n")
        self._say(f"{tag} OK done")

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    messages: Sequence[bytes]
    commands: list[str]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is none."""

    def get_request(self) -> tuple[ssl.SSLSocket, Any]:
        connection, address = super().get_request()
        return self.context.wrap_socket(connection, server_side=True), address

    context: ssl.SSLContext


@contextmanager
def serve_folder(messages: Sequence[bytes], certificate: tuple[Path, Path]) -> Iterator[_Server]:
    """A server with one folder; `server_address` says where, `commands` what it was asked."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.messages, server.commands = messages, []
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.context.load_cert_chain(*certificate)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
