"""`city-digest config`: the settings in force."""

from __future__ import annotations

import click

from pipeline.cli.session import Session, json_option, print_json
from pipeline.config import show


@click.group("config")
def command() -> None:
    """Shows the settings in force."""


@command.command("show")
@click.option("--origin", is_flag=True, help="Also says where each value comes from.")
@json_option
@click.pass_obj
def show_settings(session: Session, origin: bool, as_json: bool) -> None:
    """Every setting with its value; secrets are masked."""
    rows = show(session.open())
    if as_json:
        print_json({key: {"value": value, "origin": where} for key, value, where in rows})
        return
    for key, value, where in rows:
        click.echo(f"{key} = {value}" + (f"  # {where}" if origin else ""))
