"""Channel "smtp": messages to one mail server, over a few connections that are used again (RFC 5321)."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import NoReturn, Self

import aiosmtplib

from pipeline.config import Smtp as Settings
from pipeline.config import Workspace
from pipeline.errors import ChannelAway, ConfigurationError, DeliveryError
from pipeline.model import Answer, DeliveryState, Envelope, Refusal
from pipeline.text.clean import clean_text

# A server that has the whole text may take this much longer for its answer than for any other: ten minutes, where a command has
# one (RFC 5321, 4.5.3.2.6). Who gives up earlier sends it twice (RFC 1047).
_PATIENCE_AFTER_TEXT = 10
_FAREWELL_S = 2.0  # of the ten seconds in which a command that is told to stop must end
_MOST_DETAIL_CHARS = 200
_START_TEXT = 354
_GOOD = range(200, 300)
_FOR_NOW = range(400, 500)
_CLOSING = 421
_LOGIN_WANTED = (530, 535, 538)  # RFC 4954, 6
# Enhanced codes (RFC 3463) that are about the recipient's address or mailbox, or the way to it. Not so 5.1.7 to 5.1.9, which are
# about the sender's, nor 5.2.3, about the message's length. 5.4.1 is what Exchange Online says of mailboxes it does not have.
_OF_RECIPIENT = re.compile(r"5\.(?:1\.(?![789]\b)\d+|2\.(?!3\b)\d+|4\.[14]\b)")
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
# Where a server gives none: what RCPT may be answered for want of such a mailbox (RFC 5321, 4.2.3; 556: RFC 7504).
_NO_MAILBOX = (550, 551, 552, 553, 556)
_ADDRESS = re.compile(r"\S*(?:@|%40)\S*", re.IGNORECASE)
# Without SMTPUTF8 an address is ASCII, and what ends a command or an address is in none (RFC 5321, 4.1.2).
_SENDABLE = re.compile(r"[!-;=?-~ ]+@[!-;=?-~]+")
_DOT_FIRST = re.compile(rb"(?m)^\.")


class _Lost(Exception):  # noqa: N818 - where it is caught, it is no error
    """The connection broke, or nothing came for too long, before the text was handed over: at this command."""


class SmtpChannel:
    """As many messages under way as `smtp.connections`, or as many as the server bears, if that is less."""

    name = "smtp"

    def __init__(self, settings: Settings, context: ssl.SSLContext | None) -> None:
        """`context` verifies the server; None only where `smtp.security` is "none"."""
        self.width = max(1, settings.connections)
        self._settings = settings
        self._context = context
        self._connections: set[aiosmtplib.SMTP] = set()
        self._free: asyncio.Queue[aiosmtplib.SMTP | None] = asyncio.Queue()  # None: one more may be opened

    async def __aenter__(self) -> Self:
        self._free = asyncio.Queue()
        first = await self._connect()
        for connection in (first, *[None] * (self.width - 1)):
            self._free.put_nowait(connection)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.gather(*(self._leave(connection) for connection in self._connections))
        self._connections.clear()

    async def _leave(self, connection: aiosmtplib.SMTP) -> None:
        with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
            await connection.quit(timeout=_FAREWELL_S)
        connection.close()

    async def send(self, envelope: Envelope, *, committing: Callable[[], None]) -> Answer:
        """What the server said of the message. Lost connections are made again; what was not handed over is not lost with them.

        Raises:
            DeliveryError: login or sender refused.
            ChannelAway: there is no connection to be had, or the server takes nothing for now.
        """
        if not _SENDABLE.fullmatch(envelope.recipient):
            return Answer(state=DeliveryState.FAILED, detail="no address that SMTP carries", refusal=Refusal.RECIPIENT)
        begun = False
        for fresh in (False, True):  # one that waited may be broken
            connection = await self._take(fresh=fresh)
            try:
                return await self._hand_over(connection, envelope, committing)
            except _Lost as lost:
                connection.close()
                begun = lost.args[0] != b"MAIL"
            except BaseException:
                connection.close()  # in the middle of a transaction: nobody can go on with it
                raise
            finally:
                self._give_back(connection)
        if begun:  # twice, with this message: another one may go well
            return Answer(
                state=DeliveryState.DEFERRED, detail="the connection was lost before the text was handed over"
            )
        raise ChannelAway(f"The mail server {self._settings.host}:{self._settings.port} breaks every connection.")

    # ---------------------------------------------------------------------------------------------------- connections

    async def _take(self, *, fresh: bool) -> aiosmtplib.SMTP:
        while True:
            waiting = await self._free.get()
            if waiting and waiting.is_connected and not fresh:
                return waiting
            if waiting:
                self._connections.discard(waiting)
                waiting.close()
            try:
                return await self._connect()
            except DeliveryError:
                if not any(connection.is_connected for connection in self._connections):
                    self._free.put_nowait(None)
                    raise
                # It bears no more at a time than there are: the others do the work.
                fresh = False
            except BaseException:
                self._free.put_nowait(None)
                raise

    def _give_back(self, connection: aiosmtplib.SMTP) -> None:
        if connection.is_connected:
            self._free.put_nowait(connection)
        else:
            self._connections.discard(connection)
            self._free.put_nowait(None)

    async def _connect(self) -> aiosmtplib.SMTP:
        settings = self._settings
        connection = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.user or None,
            password=settings.password if settings.user else None,
            local_hostname=_own_name(),
            timeout=settings.timeout_s,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            tls_context=self._context,
        )
        try:
            await connection.connect()
            if connection.is_ehlo_or_helo_needed:
                await connection.ehlo()
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            connection.close()
            self._explain(error)
        self._connections.add(connection)
        return connection

    def _explain(self, error: Exception) -> NoReturn:
        """Raises what a person can act on."""
        server = f"{self._settings.host}:{self._settings.port}"
        if bad := next((one for one in (error, error.__cause__) if isinstance(one, ssl.SSLError)), None):
            why = getattr(bad, "verify_message", "") or bad.reason or str(bad)
            raise DeliveryError(
                f"The mail server {server} could not prove that it is {self._settings.host}: {why}. Correct smtp.host, or name "
                "the certificates that vouch for it in smtp.ca_file; if it speaks TLS from the first byte (port 465), set "
                'smtp.security = "tls".'
            ) from None
        if isinstance(error, aiosmtplib.SMTPResponseException):
            said = f"{error.code} {_words(error.message)}"
            if error.code in _FOR_NOW:
                raise ChannelAway(f"The mail server {server} takes nothing for now: {said}.") from None
            if isinstance(error, aiosmtplib.SMTPAuthenticationError):
                raise DeliveryError(
                    f"The mail server {server} refused smtp.user and smtp.password: {said}. Correct them."
                ) from None
            raise DeliveryError(f"The mail server {server} refused this program: {said}.") from None
        if isinstance(error, OSError | TimeoutError):
            raise ChannelAway(
                f"The mail server {server} cannot be reached: {_words(str(error))}. See that it runs, and correct smtp.host and "
                "smtp.port if they are wrong."
            ) from None
        raise DeliveryError(
            f"The mail server {server} does not do what smtp.security and smtp.user ask of it: {_words(str(error))}"
        ) from None

    # ---------------------------------------------------------------------------------------------------- one message

    async def _hand_over(
        self, connection: aiosmtplib.SMTP, envelope: Envelope, committing: Callable[[], None]
    ) -> Answer:
        said = await self._ask(connection, b"MAIL", f"FROM:<{envelope.sender}>")
        if said.code == _CLOSING:
            raise _Lost(b"MAIL")
        if said.code not in _GOOD:
            self._refuse_all(said)
        said = await self._ask(connection, b"RCPT", f"TO:<{envelope.recipient}>")
        if said.code not in _GOOD:
            if said.code in _LOGIN_WANTED:
                self._refuse_all(said)
            await self._reset(connection)
            return _refusal(said, envelope, of_recipient=_is_of_recipient(said, said.code in _NO_MAILBOX))
        said = await self._ask(connection, b"DATA")
        if said.code != _START_TEXT:
            await self._reset(connection)
            return _refusal(said, envelope, of_recipient=_is_of_recipient(said, otherwise=False))
        committing()
        try:
            said = await self._send_text(connection, envelope.message)
        except (aiosmtplib.SMTPException, OSError):
            connection.close()
            return Answer(state=DeliveryState.UNKNOWN, detail="the connection was lost after the text was handed over")
        if said.code in _GOOD:
            return Answer(state=DeliveryState.SENT, code=said.code, detail=_words(said.message, envelope.recipient))
        if said.code == _CLOSING:
            connection.close()
        return _refusal(said, envelope, of_recipient=_is_of_recipient(said, otherwise=False))

    async def _ask(self, connection: aiosmtplib.SMTP, verb: bytes, argument: str = "") -> aiosmtplib.SMTPResponse:
        try:
            return await connection.execute_command(verb, *([argument.encode("ascii")] if argument else []))
        except (aiosmtplib.SMTPException, OSError):  # TimeoutError is an OSError
            raise _Lost(verb) from None

    async def _send_text(self, connection: aiosmtplib.SMTP, message: bytes) -> aiosmtplib.SMTPResponse:
        # Not SMTP.data(), which cannot say whether it was lost before the text or after.
        protocol = connection.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        text = _DOT_FIRST.sub(b"..", message)
        protocol.write(text + (b".\r\n" if text.endswith(b"\r\n") else b"\r\n.\r\n"))
        return await protocol.read_response(timeout=self._settings.timeout_s * _PATIENCE_AFTER_TEXT)

    async def _reset(self, connection: aiosmtplib.SMTP) -> None:
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            if connection.is_connected and (await connection.execute_command(b"RSET")).code in _GOOD:
                return
        connection.close()

    def _refuse_all(self, said: aiosmtplib.SMTPResponse) -> NoReturn:
        server, words = f"{self._settings.host}:{self._settings.port}", f"{said.code} {_words(said.message)}"
        if said.code in _FOR_NOW:
            raise ChannelAway(f"The mail server {server} takes nothing for now: {words}.")
        raise DeliveryError(
            f"The mail server {server} takes no mail from this sender: {words}. See that smtp.user may send as "
            "smtp.bounce_address or mail.sender_address."
        )


def _refusal(said: aiosmtplib.SMTPResponse, envelope: Envelope, *, of_recipient: bool) -> Answer:
    return Answer(
        state=DeliveryState.DEFERRED if said.code in _FOR_NOW else DeliveryState.FAILED,
        code=said.code,
        detail=_words(said.message, envelope.recipient),
        refusal=Refusal.RECIPIENT if of_recipient else Refusal.MESSAGE,
    )


def _is_of_recipient(said: aiosmtplib.SMTPResponse, otherwise: bool) -> bool:
    """What the enhanced code says; where there is none, `otherwise`."""
    enhanced = _ENHANCED.match(said.message)
    return bool(_OF_RECIPIENT.match("5" + enhanced[0][1:])) if enhanced else otherwise


def _words(text: str, recipient: str = "") -> str:
    """What a server said, on one line, without addresses; those hold the signs of readers' links, too."""
    text = _ADDRESS.sub("(address)", text)
    if mailbox := recipient.rpartition("@")[0]:
        text = re.sub(rf"\b{re.escape(mailbox)}\b", "(address)", text, flags=re.IGNORECASE)
    return clean_text(text)[:_MOST_DETAIL_CHARS].rstrip(" .")


def _own_name() -> str:
    """Who we say we are: the machine's name where it is a full one, else an address literal (RFC 5321, 4.1.3)."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


def make(workspace: Workspace) -> SmtpChannel:
    """The server that the configuration names.

    Raises:
        ConfigurationError: it names none, or its certificates cannot be read.
    """
    settings = workspace.settings.smtp
    if not settings.host:
        raise ConfigurationError(
            'deliver.channel = "smtp" needs smtp.host: the server that takes mail from this machine.'
        )
    return SmtpChannel(settings, make_context(workspace))


def make_context(workspace: Workspace) -> ssl.SSLContext | None:
    """What verifies the mail server; None where no TLS is spoken.

    Raises:
        ConfigurationError: smtp.ca_file cannot be read.
    """
    settings = workspace.settings.smtp
    if settings.security == "none":
        return None
    try:
        return ssl.create_default_context(cafile=str(workspace.root / settings.ca_file) if settings.ca_file else None)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"smtp.ca_file = {settings.ca_file!r} cannot be read as certificates: {error}"
        ) from None
