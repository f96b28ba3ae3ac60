"""`city-digest web`: the readers' own pages."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.session import Session
from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    import socket

    from pipeline.config import Web

END_S = 5  # what is under way when a stop comes has this long to end; a command must be gone in 10
BACKLOG = 128
TROUBLES = {
    "failed": "a request could not be answered, and who sent it saw a page that says so; --log tells where",
    "confirmation not sent": "a confirmation could not be sent; 'city-digest doctor' looks at the channel",
}


@click.command("web")
@click.option("--host", metavar="ADDRESS", help="What to listen on. Default: web.host.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="0: any that is free. Default: web.port.")
@click.pass_obj
def command(session: Session, host: str | None, port: int | None) -> None:
    """Serves the pages where readers subscribe, confirm, unsubscribe and choose.

    They speak plain HTTP, for a proxy in front of them that speaks TLS. Crawls and deliveries may run at the same time. SIGTERM
    or Ctrl-C ends it. Needs the extra "web".
    """
    try:
        import uvicorn

        from pipeline.web.app import make_app
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in ("uvicorn", "starlette", "anyio"):
            raise
        raise ConfigurationError(
            f"the readers' pages need {package}, which is not installed: run pip install 'city-digest[web]'"
        ) from error
    workspace = session.open()
    listener = _listen(workspace.settings.web, host, port)

    def note(message: str, **facts: Any) -> None:
        session.log.write(message, **facts)
        if facts.get("level") == "ERROR":
            click.echo(f"city-digest web: {TROUBLES[message]} ({facts['error']}).", err=True)

    app = make_app(workspace, note=note)
    # It speaks of what anybody may send, and of requests that were cut off at the end; what matters the pages log themselves.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL + 1)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # it would hold readers' links
        proxy_headers=False,  # who is believed, the pages decide themselves
        server_header=False,
        lifespan="off",
        ws="none",
        limit_concurrency=200,
        timeout_graceful_shutdown=END_S,
    )
    address, number = listener.getsockname()[:2]
    click.echo(f"http://{f'[{address}]' if ':' in address else address}:{number}/subscribe (Ctrl-C ends it)")
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        pass  # being stopped is how it ends
    finally:
        listener.close()


def _listen(web: Web, host: str | None, port: int | None) -> socket.socket:
    import socket

    host, port = web.host if host is None else host, web.port if port is None else port
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        raise ConfigurationError(
            f"{host}, port {port}: {error.strerror}. Choose others with web.host and web.port, or --port 0 for any that is free."
        ) from error
    return listener
