"""`city-digest reader`: who gets the digest. Addresses are shown only where they are asked for."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.session import Session, hold, json_option, print_json, report
from pipeline.errors import ConfigurationError
from pipeline.model import ReaderState, SuppressionReason

if TYPE_CHECKING:
    from pipeline.config import Workspace
    from pipeline.deliver.keys import Keys
    from pipeline.deliver.readers import Enrolment, ReaderList
    from pipeline.model import Reader
    from pipeline.store.register import Register

_SHOWN_PROBLEMS = 20
_SHOWN_LETTERS = 10
edition_option = click.option("--edition", default="", metavar="CODE", help="Only of this edition, such as ja.")


@click.group("reader")
def command() -> None:
    """Adds, lists, exports and erases readers."""


# ---------------------------------------------------------------------------------------------------------- add, import


@command.command("add")
@click.argument("address", metavar="ADDRESS|-")
@click.option("--edition", required=True, metavar="CODE", help="Which one they get, such as ja.")
@click.option("--consent", required=True, metavar="TEXT", help="When and how they agreed, in words; kept as the proof.")
@click.option("--consent-at", default="", metavar="TIME", help="When they agreed, if not now, such as 2026-11-09.")
@click.option("--city", "cities", multiple=True, help="A city they want to see first, id or name; may be repeated.")
@click.option("--network", "networks", multiple=True, help="Likewise a network.")
@click.option("--theme", "themes", multiple=True, help="Likewise a theme.")
@click.option("--again", is_flag=True, help="Also if they left, were erased or their mail came back: they asked anew.")
@json_option
@click.pass_obj
def add(
    session: Session,
    address: str,
    edition: str,
    consent: str,
    consent_at: str,
    cities: tuple[str, ...],
    networks: tuple[str, ...],
    themes: tuple[str, ...],
    again: bool,
    as_json: bool,
) -> None:
    """Adds one reader. An ADDRESS on the command line stays in the shell's history; - takes it from standard input."""
    from pipeline.deliver.readers import Line, check_address, find_choices, read_agreed

    workspace = session.open()
    _check_edition(workspace, edition)
    if not consent.strip():
        raise click.UsageError("--consent is empty: write when and how the reader agreed.")
    try:
        line = Line(
            number=1,
            address=check_address(_ask_address() if address == "-" else address.strip()),
            edition=edition,
            consent=consent.strip(),
            agreed=read_agreed(consent_at, workspace.zone, workspace.clock()) if consent_at else None,
            choices=find_choices({"cities": cities, "networks": networks, "themes": themes}),
        )
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    with hold(workspace, "reader add"):
        done = _enrol(workspace, [line], "", again="asked anew" if again else "")
    if done.barred:
        (why,) = done.barred
        raise click.ClickException(
            f"this reader is not written to any more ({why}). If they asked anew, say so with --again."
        )
    text = "There already; nothing was changed." if done.known else "Added."
    report({"added": done.added, "confirmed": done.confirmed, "known": done.known}, text, as_json=as_json)


@command.command("import")
@click.argument("file", metavar="FILE.csv", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option(
    "--consent-origin", default="", metavar="TEXT", help="Where their consent comes from, for lines that do not say it."
)
@click.option(
    "--again",
    default="",
    metavar="TEXT",
    help="How those asked anew who left, were erased, or whose mail came back. Without it they stay away.",
)
@click.option("--dry-run", is_flag=True, help="Says what would happen, and changes nothing.")
@json_option
@click.pass_obj
def import_list(session: Session, file: Path, consent_origin: str, again: str, dry_run: bool, as_json: bool) -> None:
    """Takes the readers of a table; those who are there already stay as they are.

    The first line names the columns: address and edition, and where known consent (when and how they agreed, in words),
    consent_at (a day or a time), and cities, networks and themes that they want to see first: ids or names, with ; between
    them. Any fault is told with its line, and then nobody is taken.
    """
    from pipeline.deliver.readers import read_list

    workspace = session.open()
    name = "standard input" if str(file) == "-" else str(file)
    found = read_list(
        _read_bytes(file),
        name,
        editions=workspace.settings.digest.editions,
        zone=workspace.zone,
        now=workspace.clock(),
    )
    if found.problems:
        raise ConfigurationError(_describe_problems(found, name))
    origin = consent_origin.strip() or ("" if found.says_consent else _ask_origin(file))
    with hold(workspace, "reader import"):
        done = _enrol(workspace, found.lines, origin, again=again.strip(), dry_run=dry_run)
    counts = {"added": done.added, "confirmed": done.confirmed, "known": done.known, "passed_over": found.passed_over}
    report(counts | {"barred": done.barred, "dry_run": dry_run}, _describe(done, found, dry_run), as_json=as_json)


def _enrol(workspace: Workspace, lines: Iterable[Any], origin: str, *, again: str, dry_run: bool = False) -> Enrolment:
    from pipeline.deliver.readers import enrol
    from pipeline.store.opening import open_register

    register = open_register(workspace)
    return enrol(
        lines,
        register,
        keys=_open_keys(workspace, register),
        journal=workspace.opt_outs,
        origin=origin,
        now=workspace.clock(),
        again=again,
        dry_run=dry_run,
    )


def _open_keys(workspace: Workspace, register: Register) -> Keys:
    """Raises ConfigurationError if they are not those of these readers."""
    from pipeline.deliver.keys import check_keys, open_keys

    keys = open_keys(workspace.keys)
    check_keys(workspace.keys, keys, register.readers()[:1])  # all have theirs from the same
    return keys


def _read_bytes(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}") from None


def _ask_origin(file: Path) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(
            "some lines do not say how their reader agreed: write it with --consent-origin, such as "
            '--consent-origin "paper forms of the meeting on 2026-10-01", or into a column consent. Nobody was imported.'
        )
    asked = f"Where does the consent of the readers in {file.name} come from? (kept as the proof)"
    return str(click.prompt(asked, err=True)).strip()


def _describe_problems(found: ReaderList, name: str) -> str:
    shown = "\n".join(f"  line {problem.line}: {problem.why}" for problem in found.problems[:_SHOWN_PROBLEMS])
    more = len(found.problems) - _SHOWN_PROBLEMS
    rest = f"\n  and {more} more" if more > 0 else ""
    return f"{name}: nobody was imported. Mend these lines and import it again:\n{shown}{rest}"


def _describe(done: Enrolment, found: ReaderList, dry_run: bool) -> str:
    parts = [f"{done.added} readers {'would be ' if dry_run else ''}added", f"{done.known} there already"]
    if done.confirmed:
        parts.append(f"{done.confirmed} who had asked confirmed")
    if found.passed_over:
        parts.append(f"{found.passed_over} passed over, whom the list does not call active")
    if done.barred:
        whys = ", ".join(f"{number} {why}" for why, number in sorted(done.barred.items()))
        parts.append(f"{sum(done.barred.values())} left away ({whys}): --again takes those who asked anew")
    return "; ".join(parts)


# ------------------------------------------------------------------------------------------------- list, show, export


@command.command("list")
@edition_option
@click.option(
    "--state",
    type=click.Choice([state.value for state in ReaderState]),
    default=None,
    metavar="STATE",
    help="Only in this state: pending, active, suspended or left.",
)
@click.option("--addresses", is_flag=True, help="Shows whole addresses.")
@json_option
@click.pass_obj
def list_readers(session: Session, edition: str, state: str | None, addresses: bool, as_json: bool) -> None:
    """Every reader: id, edition, state, since when, and the domain of the address."""
    from pipeline.store.opening import open_register

    workspace = session.open()
    states = (ReaderState(state),) if state else tuple(ReaderState)
    readers = open_register(workspace).readers(edition=edition or None, states=states)
    if as_json:
        print_json({"readers": [_row(one, addresses) for one in readers]})
        return
    for one in readers:
        day = one.since.astimezone(workspace.zone).date()
        place = one.address if addresses else _domain(one)
        click.echo(f"{one.id}  {one.edition:3} {one.state.value:9} {day}  {place}")


@command.command("show")
@click.argument("reader", metavar="ID")
@click.option("--addresses", is_flag=True, help="Shows the whole address.")
@json_option
@click.pass_obj
def show(session: Session, reader: str, addresses: bool, as_json: bool) -> None:
    """What is known of one reader: state, proof of consent, choices, the last letters and what became of them."""
    from pipeline.store.opening import open_register
    from pipeline.web.data import describe_reader

    workspace = session.open()
    register = open_register(workspace)
    data = describe_reader(workspace, register, _only_reader(register, reader))
    if not addresses:
        del data["address"]
    if as_json:
        print_json(data)
        return
    _print_reader(data, lambda text: f"{dt.datetime.fromisoformat(text).astimezone(workspace.zone):%Y-%m-%d %H:%M}")


def _print_reader(data: dict[str, Any], when: Callable[[str], str]) -> None:
    place = data.get("address") or f"somebody at {data['domain']}"
    click.echo(f"{data['id']}  edition {data['edition']}, {data['state']} since {when(data['changed'])}, {place}")
    consent = data["consent"]
    click.echo(f"agreed     {when(consent['at'])}: {consent['origin']}" if consent else "agreed     not yet")
    for kind, names in data["choices"].items():
        click.echo(f"{kind:10} {', '.join(f'{name} ({key})' for key, name in names.items())}")
    if row := data["suppression"]:
        click.echo(f"no mail    {row['reason']}, {when(row['at'])}{', ' if row['detail'] else ''}{row['detail']}")
    for row in data["letters"][-_SHOWN_LETTERS:]:
        words = f", {row['code']} {row['detail']}" if row["code"] else ""
        click.echo(f"letter     {row['week']} {row['state']} {when(row['at'])}{words}")


@command.command("export")
@click.option("--reader", "reader", default="", metavar="ID", help="All data of this reader, as JSON.")
@click.option("--address-from-stdin", is_flag=True, help="Likewise of whoever has the address on standard input.")
@click.pass_obj
def export(session: Session, reader: str, address_from_stdin: bool) -> None:
    """Writes all readers as CSV on standard output; or everything that is kept of one, for whom asks to see their data."""
    from pipeline.deliver.readers import write_list
    from pipeline.store.opening import open_register
    from pipeline.web.data import describe_reader

    if reader and address_from_stdin:
        raise click.UsageError("Name one reader: --reader or --address-from-stdin.")
    workspace = session.open()
    register = open_register(workspace)
    if not reader and not address_from_stdin:
        click.echo(write_list(register.readers()), nl=False)
        return
    found = _find(workspace, register, [reader or _ask_address()])
    if not found:
        raise click.ClickException("there is no such reader: nothing is kept of them.")
    print_json({"readers": [describe_reader(workspace, register, one) for one in found]})


def _row(one: Reader, addresses: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": one.id,
        "edition": one.edition,
        "state": one.state.value,
        "since": one.since.isoformat(),
        "changed": one.changed.isoformat(),
        "domain": _domain(one),
    }
    return row | ({"address": one.address} if addresses else {})


def _domain(one: Reader) -> str:
    return one.address.rpartition("@")[2]


# ---------------------------------------------------------------------------------------------- erase, suspend, resume


@command.command("erase")
@click.argument("names", nargs=-1, metavar="[ID|ADDRESS]...")
@json_option
@click.pass_obj
def erase(session: Session, names: tuple[str, ...], as_json: bool) -> None:
    """Removes all that is kept of a reader. Only a hash stays, by which no import brings them back.

    An address given here stays in the shell's history; without ID or ADDRESS it is asked for, or read from standard input.
    """
    workspace = session.open()
    wanted = list(names) or [_ask_address()]
    with hold(workspace, "reader erase"):
        from pipeline.deliver.opt_outs import opt_out
        from pipeline.deliver.outbox import remove_letters
        from pipeline.store.opening import open_register

        register = open_register(workspace)
        found = _find(workspace, register, wanted)
        for one in found:
            # The row goes last: whatever is cut off, the same command finds them again and finishes.
            for theirs in register.ids_of(one.id):
                remove_letters(workspace, theirs)
            opt_out(register, workspace.opt_outs, one.id, SuppressionReason.ERASED, workspace.clock())
    text = f"{len(found)} erased" if found else "There is no such reader: nothing is kept of them."
    report({"erased": len(found)}, text, as_json=as_json)


@command.command("suspend")
@click.argument("reader", metavar="ID")
@json_option
@click.pass_obj
def suspend(session: Session, reader: str, as_json: bool) -> None:
    """Sends nothing to a reader until 'reader resume'."""
    from pipeline.deliver.opt_outs import opt_out

    def change(workspace: Workspace, register: Register, one: Reader, now: dt.datetime) -> None:
        if one.state is not ReaderState.ACTIVE:
            raise click.ClickException(f"{one.id} is {one.state.value}; only who is active can be suspended.")
        opt_out(register, workspace.opt_outs, one.id, SuppressionReason.BOUNCED, now, "by hand")

    _change(session, "suspend", reader, change)
    report({"id": reader, "state": ReaderState.SUSPENDED.value}, f"{reader} is suspended.", as_json=as_json)


@command.command("resume")
@click.argument("reader", metavar="ID")
@json_option
@click.pass_obj
def resume(session: Session, reader: str, as_json: bool) -> None:
    """Sends to a reader again who was suspended. Who left comes back only by asking anew."""
    import msgspec

    from pipeline.deliver.opt_outs import opt_in

    def change(workspace: Workspace, register: Register, one: Reader, now: dt.datetime) -> None:
        if one.state is not ReaderState.SUSPENDED:
            raise click.ClickException(f"{one.id} is {one.state.value}; only who is suspended can be resumed.")
        opt_in(register, workspace.opt_outs, one.id, now)
        register.change(one.id, lambda row: msgspec.structs.replace(row, state=ReaderState.ACTIVE, changed=now))

    _change(session, "resume", reader, change)
    report({"id": reader, "state": ReaderState.ACTIVE.value}, f"{reader} is active.", as_json=as_json)


def _change(
    session: Session, name: str, reader: str, change: Callable[[Workspace, Register, Reader, dt.datetime], None]
) -> None:
    from pipeline.store.opening import open_register

    workspace = session.open()
    with hold(workspace, f"reader {name}"):
        register = open_register(workspace)
        change(workspace, register, _only_reader(register, reader), workspace.clock())


@command.command("rotate-keys")
@json_option
@click.pass_obj
def rotate(session: Session, as_json: bool) -> None:
    """Signs links with a new key from now on. Those in letters that were sent stay valid."""
    from pipeline.deliver.keys import rotate_keys

    workspace = session.open()
    with hold(workspace, "reader rotate-keys"):
        keys = rotate_keys(workspace.keys)
    ids = [key.id for key in keys.tokens]
    report({"key": ids[0], "valid": ids}, f"Key {ids[0]} signs; valid: {', '.join(ids)}.", as_json=as_json)


# ------------------------------------------------------------------------------------------------------------- finding


def _check_edition(workspace: Workspace, edition: str) -> None:
    if edition not in workspace.settings.digest.editions:
        raise click.UsageError(f"--edition must be one of {', '.join(workspace.settings.digest.editions)}.")


def _only_reader(register: Register, reader_id: str) -> Reader:
    found = register.get(reader_id)
    if not found:
        raise click.ClickException("there is no reader of this id; 'city-digest reader list' shows them all.")
    return found


def _find(workspace: Workspace, register: Register, names: Iterable[str]) -> list[Reader]:
    """The readers that ids or addresses mean; an address means its reader of every edition."""
    from pipeline.deliver.keys import reader_id

    keys = _open_keys(workspace, register)
    editions = {*workspace.settings.digest.editions, *(one.edition for one in register.readers())}
    ids = [
        one
        for name in names
        for one in ([reader_id(name, edition, keys) for edition in sorted(editions)] if "@" in name else [name])
    ]
    return [found for found in map(register.get, dict.fromkeys(ids)) if found]


def _ask_address() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Address", err=True)).strip()
    address = sys.stdin.readline().strip()
    if not address:
        raise click.UsageError("standard input holds no address.")
    return address
