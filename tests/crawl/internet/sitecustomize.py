"""An internet for crawls under test: imported by each of their processes, because its folder stands in their PYTHONPATH.

Names answer what the test says, public addresses lead to servers on loopback, nothing else can be reached, and every attempt to connect
and every request is written down with the process that made it. The crawler itself runs unchanged, its guard included.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import time
from collections import Counter
from pathlib import Path

_PLAN = os.environ.get("TEST_INTERNET", "")
_connect_ex, _connect, _send = socket.socket.connect_ex, socket.socket.connect, socket.socket.send


def _read_plan() -> dict:
    return json.loads(Path(_PLAN).read_text(encoding="utf-8"))


def _answer(name: str) -> str:
    """The next answer for a name; the last one is repeated. "wait:2" keeps silent for two seconds and finds nothing."""
    answers = _plan["names"].get(name.rstrip(".").lower(), [""])
    answer = answers[min(_asked[name], len(answers) - 1)]
    _asked[name] += 1
    if answer.startswith("wait:"):
        time.sleep(float(answer[5:]))
    if not answer or answer.startswith("wait:"):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return answer


def gethostbyname(name: str) -> str:
    try:
        return socket.inet_ntoa(socket.inet_aton(name))  # as the system does: 127.1 and 0x7f000001 are addresses
    except OSError:
        return _answer(name)


def getaddrinfo(host: str | bytes, *rest: object, **options: object) -> list:
    name = host.decode() if isinstance(host, bytes) else host
    for version in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(version, name)
        except OSError:
            continue
        return _getaddrinfo(name, *rest, **options)
    return _getaddrinfo(_answer(name), *rest, **options)


def connect_ex(self: socket.socket, address: object) -> int:
    if self.family not in (socket.AF_INET, socket.AF_INET6):
        return _connect_ex(self, address)
    host, port = address[0], address[1]
    route = _plan["routes"].get(f"{host}:{port}") or _plan["routes"].get(host)
    if route:
        result = _connect_ex(self, tuple(route))
    elif host.startswith("127."):
        result = _connect_ex(self, address)
    else:
        result = errno.ENETUNREACH
    _note("connect", self, to=host, port=port)
    return result


def send(self: socket.socket, data: bytes, *flags: int) -> int:
    if bytes(data[:4]) == b"GET ":
        _note("ask", self, to=self.getpeername()[0])
    return _send(self, data, *flags)


def _note(event: str, connection: socket.socket, **facts: object) -> None:
    if connection.family not in (socket.AF_INET, socket.AF_INET6):
        return
    facts |= {"event": event, "pid": os.getpid(), "local": connection.getsockname()[1], "at": time.monotonic()}
    log = os.open(_plan["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(log, json.dumps(facts).encode() + b"\n")
    finally:
        os.close(log)


def connect(self: socket.socket, address: object) -> None:
    if self.family not in (socket.AF_INET, socket.AF_INET6):
        _connect(self, address)
        return
    result = connect_ex(self, address)
    if result:
        raise OSError(result, os.strerror(result))


if _PLAN:
    _plan = _read_plan()
    _asked: Counter[str] = Counter()
    _getaddrinfo = socket.getaddrinfo
    socket.gethostbyname = gethostbyname
    socket.getaddrinfo = getaddrinfo
    socket.socket.connect_ex = connect_ex
    socket.socket.connect = connect
    socket.socket.send = send
