"""The command line: one module per command, loaded when it is called, so that --help stays fast."""

from __future__ import annotations

import importlib
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

import click

from pipeline.cli.log import Log
from pipeline.cli.session import EXIT_INTERRUPTED, EXIT_PARTIAL, EXIT_TEMPORARY, EXIT_USAGE, Session, outcome_of
from pipeline.errors import CityDigestError
from pipeline.version import __version__

# In the order of a first week with the program.
COMMANDS = (
    "init",
    "demo",
    "run",
    "crawl",
    "process",
    "compose",
    "render",
    "serve",
    "preview",
    "deliver",
    "web",
    "reader",
    "bounces",
    "status",
    "doctor",
    "backup",
    "restore",
    "migrate",
    "source",
    "add",
    "search",
    "explain",
    "story",
    "issue",
    "ties",
    "config",
    "lexicon",
    "analyze",
    "group",
)
# How loud the log is about an exit code; others are errors.
_LEVELS = {0: "INFO", EXIT_PARTIAL: "WARNING", EXIT_TEMPORARY: "WARNING", EXIT_INTERRUPTED: "WARNING"}


class _Commands(click.Group):
    """Imports a command's module when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"pipeline.cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command and leaves a line in the log, however it ends."""
        began, code, why = time.monotonic(), 0, ""
        try:
            done = super().invoke(ctx)
            code = done if isinstance(done, int) else 0
        except BaseException as error:
            code, why = outcome_of(error)
            raise
        finally:
            if isinstance(ctx.obj, Session):
                facts = {
                    "command": ctx.invoked_subcommand,
                    "exit_code": code,
                    "seconds": round(time.monotonic() - began, 3),
                }
                ctx.obj.log.write("ended", level=_LEVELS.get(code, "ERROR"), **facts, **({"error": why} if why else {}))
        return done


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="city-digest")
@click.option(
    "-C",
    "--workspace",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    envvar="CITY_DIGEST_WORKSPACE",
    help="Folder with city-digest.toml. Default: the current one.",
)
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Overrides one setting, e.g. crawl.delay_s=10."
)
@click.option(
    "--log",
    "log_to",
    metavar="FILE",
    default="",
    envvar="CITY_DIGEST_LOG",
    help="Appends one JSON object per stage, with the run's id, to this file; - for standard error.",
)
@click.pass_context
def cli(ctx: click.Context, workspace: Path, settings: tuple[str, ...], log_to: str) -> None:
    """Collects news of city diplomacy and makes a weekly digest in Japanese and English.

    Exit codes: 0 done or nothing to do, 1 unexpected, 2 usage, 3 partial (some sources or readers failed), 75 try again
    later (another run holds the workspace), 78 configuration.
    """
    flags = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise click.UsageError(f"--set {setting}: write KEY=VALUE")
        flags[key.strip()] = value.strip()
    ctx.obj = Session(workspace, flags, Log(log_to))


def main() -> None:
    """Runs the command line and exits with its code."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped. Run the same command again to go on from here.", err=True)
        code = EXIT_INTERRUPTED
    except CityDigestError as error:
        click.echo(f"city-digest: {error}", err=True)
        code = error.exit_code
    except SystemExit:
        code = 0  # click's way out where the reader of our output went away, as `| head` does: nothing of ours failed
    sys.exit(code if isinstance(code, int) else 0)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # A service manager's stop is a person's Ctrl-C: what is durable stays, the current unit is given up.
    raise KeyboardInterrupt
