"""The readers' pages over HTTP (ASGI): what may be asked how, and what is answered.

Nothing here needs a cookie or a script. A link from a mail is all the proof there is, so its pages are neither kept by anybody nor
told to anybody: no cache, no referrer, no log. Reading a page never changes anything, whoever follows links.
"""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import anyio
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, Router

from pipeline.deliver.tokens import Purpose, ReadToken
from pipeline.errors import CityDigestError, ConfigurationError, StoreError
from pipeline.knowledge.gazetteer import load_gazetteer
from pipeline.knowledge.lexicon import load_lexicon
from pipeline.model import Reader, ReaderState
from pipeline.render.forms import Forms, Place, Wishes
from pipeline.web.desk import Desk
from pipeline.web.guard import Limiter, Proxies, Stamps, is_from_here
from pipeline.web.wishes import MOST_CITIES, Fields, first, read_address, read_fields, read_wishes
from pipeline.weekly import check_sender, open_editions, open_templates

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from pipeline.config import Workspace

Handler = Callable[[Request], Awaitable[Response]]
Note = Callable[..., None]
"""Takes a line of the log: what happened, and facts. Neither addresses nor links of readers are ever among them."""

MOST_BYTES = 128 * 1024  # of a form: 500 cities, all networks and 4,000 Japanese characters, percent-encoded, are 75 kB
BODY_S = 15.0  # to send a form in
PATIENCE_S = 5.0  # of somebody who leaves, for a busy database: what the journal has is done all the same
# A form that has a mail sent weighs as much as four others, so that with 20 a minute one client can have five sent.
ASKING_WEIGHT = 4.0
# Confirmations, for all together: a full hall may ask at once, and who floods mailboxes has little use of it.
MAILS_PER_MINUTE, MAILS_AT_ONCE = 5.0, 200.0
LEAVES_PER_MINUTE = 30.0  # by one link: the journal has it by then
_DEEPEST = 20  # folders that an address is taken to lie in
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_TYPES = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
_FORM = "application/x-www-form-urlencoded"


def make_app(workspace: Workspace, *, note: Note) -> ASGIApp:
    """The pages of a workspace.

    Raises:
        ConfigurationError: what mails and pages must say is not told, or something that is needed cannot be used.
        SchemaTooNew: a newer version wrote the library.
    """
    settings = workspace.settings
    if not settings.web.base_url:
        raise ConfigurationError(
            "web.base_url is not set: the mail that asks for a confirmation needs the https address under which readers reach "
            "these pages. Write it into city-digest.toml under [web]."
        )
    check_sender(settings.mail)
    return _Frame(Pages(workspace, note=note), note)


class Pages:
    """Answers requests."""

    def __init__(self, workspace: Workspace, *, note: Note) -> None:
        settings = workspace.settings
        self._note = note
        self._base_url = settings.web.base_url
        self._lexicon = load_lexicon()
        self._gazetteer = load_gazetteer(self._lexicon)
        self._forms = Forms(
            open_editions(workspace),
            self._lexicon,
            sender=settings.mail,
            zone=workspace.zone,
            archive_url=settings.digest.base_url,
            confirm_days=settings.web.confirm_days,
            most_cities=MOST_CITIES,
            templates=open_templates(workspace),
        )
        self._assets = self._forms.assets()
        self._desk = Desk(workspace)
        self._stamps = Stamps(lambda: self._desk.keys, workspace.clock)
        self._proxies = Proxies(settings.web.proxies)
        self._clients = Limiter(settings.web.requests_per_minute)
        self._mails = Limiter(MAILS_PER_MINUTE, at_once=MAILS_AT_ONCE)
        self._leaving = Limiter(LEAVES_PER_MINUTE)
        self._router = Router(
            [
                self._route("/", GET=self._show_subscribe, POST=self._subscribe),
                self._route("/subscribe", GET=self._show_subscribe, POST=self._subscribe),
                self._route("/c/{token}", GET=self._show_confirm, POST=self._confirm),
                self._route("/u/{token}", GET=self._show_leave, POST=self._leave),
                self._route("/s/{token}", GET=self._show_settings, POST=self._set),
                self._route("/privacy", GET=self._show_privacy),
                self._route("/health", GET=self._health),
                *(self._route(f"/{path}", GET=self._asset) for path in self._assets),
            ],
            default=self._nowhere,
            redirect_slashes=False,  # an answer must not be made of the Host that somebody claims
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._router(scope, receive, send)

    def _route(self, path: str, **handlers: Handler) -> Route:
        return Route(path, _Methods(path, handlers, self._method))

    async def _nowhere(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._missing(Request(scope))(scope, receive, send)

    # -------------------------------------------------------------------------------------------------------- asking

    async def _show_subscribe(self, request: Request) -> Response:
        return self._subscribe_page(request, Wishes())

    def _subscribe_page(self, request: Request, wishes: Wishes, status: int = 200) -> Response:
        return _page(self._forms.subscribe(self._place(request), wishes, stamp=self._stamps.make()), status)

    async def _subscribe(self, request: Request) -> Response:
        """The same answer whether the address is known or not: what is done about it is done behind it."""
        if not self._clients.takes(self._client(request), ASKING_WEIGHT):
            return self._many(request)
        fields = await _read_form(request)
        if isinstance(fields, int):
            return self._said(request, "large", fields)
        wishes = self._read_ask(request, fields)
        if not wishes.is_clear:
            return self._subscribe_page(request, wishes, 403 if "foreign" in wishes.problems else 422)
        if not self._mails.takes(""):
            return self._said(request, "later", 503)
        await run_in_threadpool(self._desk.find, "")  # where there is no database, that is said at once
        return self._said(request, "asked", task=BackgroundTask(self._ask, wishes))

    def _read_ask(self, request: Request, fields: Fields) -> Wishes:
        wishes = self._wishes(fields)
        address = read_address(first(fields, "address"))
        problems = list(wishes.problems)
        if not is_from_here(request.headers, self._base_url):
            problems.append("foreign")
        elif not self._stamps.is_fresh(first(fields, "stamp")):
            problems.append("stale")
        if address is None:
            problems.append("address")
        # What cannot be written to is shown again, so that it can be mended.
        given = address or first(fields, "address").strip()[:254]
        return Wishes(
            address=given,
            edition=wishes.edition,
            choices=wishes.choices,
            doubts=wishes.doubts,
            unknown=wishes.unknown,
            problems=tuple(problems),
        )

    async def _ask(self, wishes: Wishes) -> None:
        try:
            reader = await run_in_threadpool(self._desk.ask, wishes.address, wishes.edition, wishes.choices)
            if reader:
                forms = self._forms
                await self._desk.send_confirmation(
                    reader, lambda link, name: forms.confirmation(reader.edition, link, name=name)
                )
                self._note("confirmation sent")
        except CityDigestError as error:
            # Its words may be those of a mail server, which likes to name whom it refuses.
            self._note("confirmation not sent", level="ERROR", error=type(error).__name__)

    # ---------------------------------------------------------------------------------------------------- confirming

    async def _show_confirm(self, request: Request) -> Response:
        token = self._token(request, Purpose.CONFIRM)
        reader = await self._find(token) if token else None
        if reader is None or reader.state not in (ReaderState.PENDING, ReaderState.ACTIVE):
            return self._missing(request)
        if reader.state is ReaderState.ACTIVE:
            return self._said(request, "confirmed", reader=reader)
        return _page(self._forms.confirm(self._place(request, reader), reader))

    async def _confirm(self, request: Request) -> Response:
        if not self._clients.takes(self._client(request)):
            return self._many(request)
        await _drain(request)
        token = self._token(request, Purpose.CONFIRM)
        wording = self._forms.wording(self._place(request).lang)
        reader = await run_in_threadpool(self._desk.confirm, token, wording) if token else None
        return self._said(request, "confirmed", reader=reader) if reader else self._missing(request)

    # ------------------------------------------------------------------------------------------------------- leaving

    async def _show_leave(self, request: Request) -> Response:
        token = self._token(request, Purpose.LEAVE)
        if token is None:
            return self._missing(request)
        reader = await self._find_if_possible(token)
        if reader and reader.state is ReaderState.LEFT:
            return self._said(request, "left", reader=reader)
        place = self._place(request, reader)
        return _page(self._forms.leave(place, settings=self._desk.settings_path(token.reader)))

    async def _leave(self, request: Request) -> Response:
        """Whatever the form says: mail programs send List-Unsubscribe=One-Click (RFC 8058), our page sends nothing."""
        await _drain(request)
        token = self._token(request, Purpose.LEAVE)
        if token is None:
            return self._missing(request)
        await self._let_go(token.reader)
        reader = await self._find_if_possible(token)
        return self._said(request, "left", reader=reader, settings=self._desk.settings_path(token.reader))

    async def _let_go(self, reader: str) -> None:
        if not self._leaving.takes(reader):
            return
        with anyio.move_on_after(PATIENCE_S):
            known = await anyio.to_thread.run_sync(self._desk.leave, reader, abandon_on_cancel=True)
            self._note("left", database=known)

    # ------------------------------------------------------------------------------------------------------ settings

    async def _show_settings(self, request: Request) -> Response:
        token = self._token(request, Purpose.SETTINGS)
        if token is None:
            return self._missing(request)
        reader = await self._find(token)
        if reader is None:
            return self._said(request, "gone", 410)
        return _page(self._forms.settings(self._place(request, reader), reader))

    async def _set(self, request: Request) -> Response:
        token = self._token(request, Purpose.SETTINGS)
        if token is None:
            await _drain(request)
            return self._missing(request)
        if not self._clients.takes(self._client(request)):
            return self._many(request)
        fields = await _read_form(request)
        if isinstance(fields, int):
            return self._said(request, "large", fields)
        reader = await self._find(token)
        if reader is None:
            return self._said(request, "gone", 410)
        match first(fields, "do"):
            case "save":
                return await self._save(request, reader, fields)
            case "leave":
                await self._let_go(reader.id)
                return self._said(request, "left", reader=reader)
            case "export":
                return await self._export(reader)
            case "erase":
                return await self._erase(request, reader, fields)
        return _page(self._forms.settings(self._place(request, reader), reader), 422)

    async def _save(self, request: Request, reader: Reader, fields: Fields) -> Response:
        wishes = self._wishes(fields)
        if not wishes.is_clear:
            return _page(self._forms.settings(self._place(request, reader), reader, wishes), 422)
        saved = await run_in_threadpool(self._desk.save, reader, wishes.edition, wishes.choices)
        now = saved or await run_in_threadpool(self._desk.find, reader.id)
        if now is None:
            return self._said(request, "gone", 410)
        return _page(self._forms.settings(self._place(request, now), now, saved=saved is not None))

    async def _export(self, reader: Reader) -> Response:
        data = await run_in_threadpool(self._desk.export, reader)
        body = json.dumps(data, ensure_ascii=False, indent=2, default=str)
        attached = {"Content-Disposition": f'attachment; filename="reader-{reader.id}.json"'}
        return Response(f"{body}\n", headers=attached | _UNKEPT, media_type="application/json")

    async def _erase(self, request: Request, reader: Reader, fields: Fields) -> Response:
        if first(fields, "sure") != "yes":
            wishes = Wishes(edition=reader.edition, choices=reader.choices, problems=("unsure",))
            return _page(self._forms.settings(self._place(request, reader), reader, wishes), 422)
        await run_in_threadpool(self._desk.erase, reader.id)
        return self._said(request, "erased")

    # --------------------------------------------------------------------------------------------------- other pages

    async def _show_privacy(self, request: Request) -> Response:
        return _page(self._forms.privacy(self._place(request)))

    async def _health(self, request: Request) -> Response:
        del request
        is_well = False
        with anyio.move_on_after(PATIENCE_S):
            try:
                await anyio.to_thread.run_sync(self._desk.find, "", abandon_on_cancel=True)
                is_well = True
            except StoreError:
                pass
        body = json.dumps({"status": "ok" if is_well else "the database cannot be reached"})
        return Response(body, 200 if is_well else 503, headers=_UNKEPT, media_type="application/json")

    async def _asset(self, request: Request) -> Response:
        path = request.url.path.lstrip("/")
        kind = _TYPES[path.rpartition(".")[2]]
        return Response(self._assets[path], headers={"Cache-Control": "public, max-age=3600"}, media_type=kind)

    # --------------------------------------------------------------------------------------------------------- parts

    def _token(self, request: Request, purpose: Purpose) -> ReadToken | None:
        return self._desk.read(purpose, request.path_params["token"])

    async def _find(self, token: ReadToken) -> Reader | None:
        return await run_in_threadpool(self._desk.find, token.reader)

    async def _find_if_possible(self, token: ReadToken) -> Reader | None:
        """For the language of a page that there is without a database, too."""
        try:
            return await self._find(token)
        except StoreError:
            return None

    def _wishes(self, fields: Fields) -> Wishes:
        return read_wishes(fields, lexicon=self._lexicon, gazetteer=self._gazetteer, editions=self._forms.languages)

    def _client(self, request: Request) -> str:
        peer = request.client.host if request.client else ""
        return self._proxies.client(peer, request.headers.getlist("x-forwarded-for"))

    def _place(self, request: Request, reader: Reader | None = None) -> Place:
        """The language that was asked for, else that of the reader's edition, else what their browser prefers."""
        known = self._forms.languages
        wanted = (request.query_params.get("lang", ""), reader.edition if reader else "")
        accepted = _accepted(request.headers.get("accept-language", ""))
        lang = next((code for code in (*wanted, *accepted) if code in known), known[0])
        path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
        return Place(lang=lang, root="../" * min(path.partition(b"?")[0].count(b"/") - 1, _DEEPEST))

    def _said(
        self,
        request: Request,
        what: str,
        status: int = 200,
        *,
        reader: Reader | None = None,
        settings: str = "",
        task: BackgroundTask | None = None,
    ) -> Response:
        if reader and reader.state is not ReaderState.PENDING:
            settings = self._desk.settings_path(reader.id)
        return _page(self._forms.said(self._place(request, reader), what, settings=settings), status, task)

    def _missing(self, request: Request) -> Response:
        return self._said(request, "missing", 404)

    def _many(self, request: Request) -> Response:
        answer = self._said(request, "many", 429)
        answer.headers["Retry-After"] = "60"
        return answer

    def _method(self, request: Request, allowed: Iterable[str]) -> Response:
        answer = self._said(request, "method", 405)
        answer.headers["Allow"] = ", ".join(allowed)
        return answer

    def failed(self, request: Request, error: Exception) -> Response:
        """The page for what went wrong on our side."""
        if isinstance(error, StoreError):
            return self._said(request, "later", 503)
        return self._said(request, "broken", 500)


class _Methods:
    """One address, and what is done there by which method. HEAD is GET, whose body the server leaves out."""

    def __init__(
        self, pattern: str, handlers: Mapping[str, Handler], refuse: Callable[[Request, Iterable[str]], Response]
    ) -> None:
        self._pattern = pattern
        self._handlers = handlers
        self._refuse = refuse
        self._allowed = (*handlers, *(["HEAD"] if "GET" in handlers else []), "OPTIONS")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[_PATTERN] = self._pattern
        request = Request(scope, receive)
        method = "GET" if request.method == "HEAD" else request.method
        if method == "OPTIONS":
            answer = Response(status_code=204, headers={"Allow": ", ".join(self._allowed)})
        elif method in self._handlers:
            answer = await self._handlers[method](request)
        else:
            answer = self._refuse(request, self._allowed)
        await answer(scope, receive, send)


_PATTERN = "city_digest.pattern"  # of the address that was asked for: what a log may say of it


class _Frame:
    """Around every answer: its headers, a page for what goes wrong, a line in the log that names neither reader nor link."""

    def __init__(self, pages: Pages, note: Note) -> None:
        self._pages = pages
        self._note = note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        began, status = time.monotonic(), 0

        async def framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_RAW_HEADERS]
            await send(message)

        try:
            await self._pages(scope, receive, framed)
        except ClientDisconnect:
            pass  # they did not wait for an answer
        except Exception as error:  # noqa: BLE001 - whatever it is, a reader gets a page and the log a line
            self._note("failed", level="ERROR", error=type(error).__name__, place=_place_of(error))
            if not status:
                await self._pages.failed(Request(scope), error)(scope, receive, framed)
        finally:
            milliseconds = round((time.monotonic() - began) * 1000)
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._note("asked", method=method, page=scope.get(_PATTERN, "none"), status=status, ms=milliseconds)


_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"})
_RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_UNKEPT = {"Cache-Control": "no-store"}


def _place_of(error: Exception) -> str:
    """Where it was raised. What it says may be anybody's words."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"


def _page(html: str, status: int = 200, task: BackgroundTask | None = None) -> Response:
    return Response(html, status, headers=_UNKEPT, media_type="text/html", background=task)


async def _read_form(request: Request) -> Fields | int:
    """The fields of a form, or the status that says why there are none."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        await _drain(request)
        return 415
    body = await _read_body(request)
    fields = read_fields(body) if body is not None else None
    return 413 if fields is None else fields


async def _read_body(request: Request) -> bytes | None:
    """The body; None if it is too large, or slower than any of ours."""
    body = b""
    with anyio.move_on_after(BODY_S):
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                return None
        return body
    return None


async def _drain(request: Request) -> None:
    """Reads what nobody looks at, so that who sends it reads our answer."""
    await _read_body(request)


def _accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header without their regions, the preferred ones first (RFC 9110, 12.5.4)."""
    weighed = []
    for number, part in enumerate(header[:1000].split(",")):
        tag, _, parameter = part.strip().partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            weight = 0.0
        if weight > 0:
            weighed.append((-weight, number, tag.partition("-")[0].lower()))
    return [code for _, _, code in sorted(weighed)]
