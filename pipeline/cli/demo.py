"""`city-digest demo`: the whole job, offline, on the sample web that ships with the program."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.session import Session, hold, json_option, print_json


@click.command("demo")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path("demo"))
@json_option
@click.pass_obj
def command(session: Session, folder: Path, as_json: bool) -> int:
    """Crawls an invented sample web on this machine and makes three weekly issues in ./demo. Needs no network."""
    from pipeline.cli.run import run
    from pipeline.config import open_workspace
    from pipeline.demo.sample import install_workspace
    from pipeline.demo.server import serve_sample_web
    from pipeline.demo.web import SampleWeb
    from pipeline.store.opening import open_library

    install_workspace(folder, session.flags)
    workspace = open_workspace(folder, flags=session.flags, environment={})
    web = SampleWeb.load(workspace.clock())
    with serve_sample_web(web) as server, hold(workspace, "demo"):
        flags = {**session.flags, "rehearsal.proxy": server.url}
        workspace = open_workspace(folder, flags=flags, environment={})
        data, text, code = run(workspace, flags)
    library = open_library(workspace)
    issues = library.issues()
    open_first = [workspace.archive / "index.html", *sorted(workspace.outbox.glob("*.eml"))]
    if as_json:
        print_json(data | {"issues": [issue.week for issue in issues], "open": [str(path) for path in open_first]})
        return code
    click.echo("City Diplomacy Digest, demonstration on an invented sample web\n")
    click.echo(text)
    counts = library.article_counts()
    click.echo(
        f"\nIn the library: {sum(counts.values())} articles ({', '.join(f'{n} {c}' for c, n in sorted(counts.items()))}), "
        f"{len(library.stories())} stories, {len(issues)} issues."
    )
    click.echo("Open:")
    for path in open_first:
        click.echo(f"  {path}")
    return code
