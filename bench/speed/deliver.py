"""Messages per second of a delivery to a server that is 20 ms away, beside one reused connection of smtplib in the same run.

    python -m bench.speed.deliver [--messages N] [--connections N] [--json] [--check]

The server, a process of its own, waits 20 ms before each of its replies. Ours is the whole delivery: each message is made, the
journal and a ledger in SQLite say `sending` before its text and `sent` after its answer, durably, over as many connections as
`smtp.connections` says by default. smtplib hands messages made before to the same server, one after the other, and keeps no ledger.
They take turns, and the best turn of each counts. `--check` exits 1 where ours is not three times as fast.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.material import open_library
from pipeline.config import Mail, Settings, Smtp
from pipeline.deliver import build_message, deliver_posts, find_due, make_links
from pipeline.deliver.keys import Keys, open_keys
from pipeline.deliver.sends import append_send
from pipeline.deliver.smtp import SmtpChannel
from pipeline.model import Consent, Delivery, DeliveryState, Envelope, Letter, Reader, ReaderState

SERVER = Path(__file__).resolve().parents[2] / "tests" / "support" / "mail_servers.py"
DELAY_S = 0.02
GOAL = 3.0
TURNS = 3
NOW = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)
MAIL = Mail(
    sender_name="Digest",
    sender_address="digest@example.org",
    postal_address="1-1 Example",
    contact="contact@example.org",
    unsubscribe="leave@example.org",
)
# As long as an issue in Japanese: 25 kB of text, 60 kB of HTML.
LETTER = Letter(
    week="2026-W45",
    edition="ja",
    subject="都市外交ダイジェスト 第3号",
    text="神戸市と天津市は友好都市提携五十年の共同声明に署名した。\n" * 300,
    html="<p>神戸市と天津市は友好都市提携五十年の共同声明に署名した。</p>\n" * 650,
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=200, help="in one turn")
    parser.add_argument("--connections", type=int, default=Smtp().connections)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true", help=f"exit 1 if ours is not {GOAL:.0f} times as fast")
    options = parser.parse_args()
    result = measure(options.messages, options.connections)
    print(json.dumps(result, indent=1) if options.json else report(result))
    if options.check and result["ratio"] < GOAL:
        print(f"less than {GOAL:.0f} times as fast", file=sys.stderr)
        return 1
    return 0


def measure(messages: int, connections: int) -> dict[str, Any]:
    seconds: dict[str, list[float]] = {"ours": [], "smtplib": []}
    with tempfile.TemporaryDirectory(prefix="bench-deliver-") as folder, serve() as port:
        keys = open_keys(Path(folder) / "keys.json")
        for turn in range(TURNS):
            readers = [make_reader(turn * messages + number) for number in range(messages)]
            seconds["smtplib"].append(send_with_smtplib(port, readers, keys))
            seconds["ours"].append(deliver(port, readers, keys, Path(folder) / str(turn), connections))
    rates = {name: round(messages / min(turns), 1) for name, turns in seconds.items()}
    return {
        "messages": messages,
        "connections": connections,
        "bytes": len(write(make_reader(0), keys)),
        "per_s": rates,
        "ratio": round(rates["ours"] / rates["smtplib"], 2),
    }


@contextlib.contextmanager
def serve() -> Iterator[int]:
    """The port of the server."""
    command = [sys.executable, str(SERVER), str(DELAY_S)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield int(server.stdout.readline())
        server.communicate()


def make_reader(number: int) -> Reader:
    return Reader(
        id=f"{number:016x}",
        address=f"reader{number}@example.org",
        edition="ja",
        state=ReaderState.ACTIVE,
        consent=Consent(origin="bench", at=NOW),
        since=NOW,
        changed=NOW,
    )


def write(reader: Reader, keys: Keys) -> bytes:
    links = make_links(reader.id, reader.edition, settings=Settings(mail=MAIL), keys=keys)
    return build_message(LETTER, reader, links=links, sender=MAIL, sent_at=NOW)


def send_with_smtplib(port: int, readers: list[Reader], keys: Keys) -> float:
    messages = [(reader.address, write(reader, keys)) for reader in readers]
    begun = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for address, message in messages:
            connection.sendmail(MAIL.sender_address, [address], message)
    return time.perf_counter() - begun


def deliver(port: int, readers: list[Reader], keys: Keys, folder: Path, connections: int) -> float:
    settings = Smtp(host="127.0.0.1", port=port, security="none", connections=connections)
    policy = Settings().deliver
    folder.mkdir()
    with open_library(folder / "library.sqlite") as library:

        def first(reader: Reader) -> Delivery:
            return Delivery(
                week=LETTER.week,
                edition=LETTER.edition,
                reader=reader.id,
                channel="smtp",
                message_id=f"<{reader.id}@example.org>",
                state=DeliveryState.QUEUED,
                at=NOW,
            )

        def record(row: Delivery) -> None:
            append_send(folder / "sends.jsonl", row)
            library.save_delivery(row)

        begun = time.perf_counter()
        outcome = deliver_posts(
            find_due(readers, library.deliveries(LETTER.week), first, policy).posts,
            channel=SmtpChannel(settings, None),
            is_wanted=lambda _: True,
            write=lambda reader, row: Envelope(
                sender=MAIL.sender_address, recipient=reader.address, message=write(reader, keys), delivery=row
            ),
            record=record,
            suspend=lambda _reader, _answer: None,
            policy=type(policy)(per_minute=0, domain_per_minute=0),
            clock=lambda: dt.datetime.now(dt.UTC),
        )
        spent = time.perf_counter() - begun
        assert outcome.sent == len(readers)
    return spent


def report(result: dict[str, Any]) -> str:
    rates = result["per_s"]
    return (
        f"{TURNS} turns of {result['messages']} messages of {result['bytes']:,} bytes, {DELAY_S * 1000:.0f} ms before each reply\n"
        f"ours, {result['connections']} connections, with ledger and journal  {rates['ours']:7.1f} messages/s\n"
        f"smtplib, one connection, without               {rates['smtplib']:7.1f} messages/s\n"
        f"ratio                                          {result['ratio']:7.2f} (goal {GOAL:.0f})"
    )


if __name__ == "__main__":
    sys.exit(main())
