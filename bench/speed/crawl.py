"""Pages per second of the crawler, beside plain Scrapy and others that read the same feeds from the same server, with no delay.

    python -m bench.speed.crawl [--hosts N] [--articles N] [--rounds N] [--shards N] [--others PYTHON] [--json] [--check | --write]

The web is ours: hosts at loopback addresses of their own, each with a robots.txt, a feed and articles of generated text, the same in
every run. The contestants take turns; each is a new process, or several, and figures are of the whole process: starting, reading
feeds, fetching pages, ending. Every one has one connection per host. Ours alone obeys robots.txt, looks at every address and keeps
every page durably in the inbox, one transaction a page; plain Scrapy counts bytes. `--others` names an interpreter in which newspaper4k
and news-please are looked for (they are not among our packages); who is not installed is left out. With their own settings, the first
asks for every page three times, and the second also extracts what it fetches.

`--check` exits 1 if the ratio of ours to plain Scrapy, by the wall clock or by processor time, is below its floor in floors.json;
`--write` raises the floors. Both with one shard only. Needs Linux, where all of 127.0.0.0/8 is loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

FLOORS = Path(__file__).with_name("floors.json")
ROOT = Path(__file__).parents[2]
OTHERS = Path(__file__).with_name("contestants.py")
OURS, BASELINE = "ours", "scrapy"
MODULES = {"newspaper4k": "newspaper", "news-please": "newsplease"}
# Between runs on one busy machine the ratios moved by less than this share.
NOISE = 0.1
DEADLINE_S = 300  # of one run: longer ones hang


class Run(NamedTuple):
    """What one run of a contestant took."""

    wall_s: float
    cpu_s: float
    peak_mib: float  # of all its processes together
    requests: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=20)
    parser.add_argument("--articles", type=int, default=30, help="of each host")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--shards", type=int, default=1, help="processes of ours")
    parser.add_argument("--others", default=sys.executable, metavar="PYTHON", help="where other crawlers are installed")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true", help="exit 1 if a ratio is below its floor")
    parser.add_argument("--write", action="store_true", help="raise the floors to what was measured, less noise")
    options = parser.parse_args()
    if not sys.platform.startswith("linux"):
        print("skipped: only Linux has loopback addresses enough", file=sys.stderr)
        return 0
    with serving(Web(options.hosts, options.articles)) as web:
        runs = measure(web, options)
    result = summarise(runs, web.pages)
    floors = json.loads(FLOORS.read_text("utf-8"))
    least = floors.get("crawl", {}) if options.shards == 1 else {}
    print(json.dumps(result, indent=1) if options.json else report(result, least, web, options))
    ratios = {key: result[OURS][f"{key}_ratio"] for key in ("wall", "cpu")}
    if options.write and options.shards == 1:
        kept = {key: max(least.get(key, 0.0), round(ratio * (1 - NOISE), 2)) for key, ratio in ratios.items()}
        FLOORS.write_text(json.dumps(floors | {"crawl": kept}, indent=1, sort_keys=True) + "\n", "utf-8")
    below = [f"{key} {ratio:.2f} < {least[key]:.2f}" for key, ratio in ratios.items() if ratio < least.get(key, 0.0)]
    if options.check and below:
        print("below the floor:", ", ".join(below), file=sys.stderr)
        return 1
    return 0


# ------------------------------------------------------------------------------------------------------------------ the web


class Web:
    """Hosts with feeds and articles, and who asked for what."""

    def __init__(self, hosts: int, articles: int) -> None:
        self.addresses = [f"127.0.0.{number}" for number in range(2, hosts + 2)]
        self.articles = articles
        self.port = 0
        self.asked: Counter[tuple[str, str]] = Counter()
        self._words = make_words(random.Random(1))
        self._answers: dict[tuple[str, str], bytes] = {}

    @property
    def pages(self) -> int:
        return len(self.addresses) * self.articles

    @property
    def feeds(self) -> list[str]:
        return [f"http://{address}:{self.port}/feed.xml" for address in self.addresses]

    def build(self, port: int) -> None:
        """Makes every answer beforehand, so that serving costs next to nothing."""
        self.port = port
        for address in self.addresses:
            self._add(address, "/robots.txt", "text/plain", "User-agent: *\nDisallow: /intern/\n")
            self._add(address, "/feed.xml", "application/rss+xml", self._feed(address))
            for number in range(self.articles):
                self._add(address, f"/news/{number}.html", "text/html; charset=utf-8", self._article(address, number))

    def answer(self, address: str, path: str) -> bytes:
        self.asked[address, path] += 1
        return self._answers.get((address, path), b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    @property
    def served(self) -> int:
        """How many articles were asked for, each counted once."""
        return sum(path.startswith("/news/") for _, path in self.asked)

    def _add(self, address: str, path: str, kind: str, text: str) -> None:
        body = text.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._answers[address, path] = head.encode() + body

    def _feed(self, address: str) -> str:
        items = "".join(
            f"<item><title>{self._sentence(random.Random(f'{address} {number}'))}</title>"
            f"<link>http://{address}:{self.port}/news/{number}.html</link>"
            f"<pubDate>{1 + number // 24:02} Oct 2026 {number % 24:02}:15:00 +0900</pubDate></item>"
            for number in range(self.articles)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{address}</title>{items}</channel></rss>'

    def _article(self, address: str, number: int) -> str:
        chance = random.Random(f"{address} {number}")
        title = self._sentence(chance)
        links = "".join(f'<li><a href="/section/{word}/">{word}</a></li>' for word in chance.choices(self._words, k=60))
        paragraphs = "".join(
            f"<p>{' '.join(self._sentence(chance) for _ in range(6))}</p>" for _ in range(chance.randint(8, 40))
        )
        return (
            f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title></head><body><nav><ul>{links}</ul></nav>"
            f"<article><h1>{title}</h1>{paragraphs}</article><footer>{address}</footer></body></html>"
        )

    def _sentence(self, chance: random.Random) -> str:
        # The square makes some words frequent and most of them rare, as in a language: so pages shrink as real ones do.
        size = len(self._words)
        words = [self._words[int(chance.random() ** 2 * size)] for _ in range(chance.randint(6, 18))]
        return " ".join(words).capitalize() + "."


def make_words(chance: random.Random) -> list[str]:
    """2,000 words of no language."""
    syllables = [first + second for first in "bdfgklmnprstvz" for second in ("a", "e", "i", "o", "u", "an", "er", "is")]
    return ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(2_000)]


class Answer(asyncio.Protocol):
    """HTTP/1.1 with connections that stay open, and nothing else."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.held = b""
        self.address = ""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.address = transport.get_extra_info("sockname")[0]

    def data_received(self, data: bytes) -> None:
        self.held += data
        while b"\r\n\r\n" in self.held:
            request, self.held = self.held.split(b"\r\n\r\n", 1)
            method, path, _ = request.split(b" ", 2)
            answer = self.web.answer(self.address, path.decode())
            self.transport.write(answer.split(b"\r\n\r\n")[0] + b"\r\n\r\n" if method == b"HEAD" else answer)
            if b"connection: close" in request.lower():
                self.transport.close()


@contextmanager
def serving(web: Web) -> Iterator[Web]:
    """Serves a web from a thread of this process until the block ends."""
    loop, ready = asyncio.new_event_loop(), threading.Event()

    async def listen() -> None:
        first = await loop.create_server(lambda: Answer(web), web.addresses[0], 0)
        web.build(first.sockets[0].getsockname()[1])
        for address in web.addresses[1:]:
            await loop.create_server(lambda: Answer(web), address, web.port)
        ready.set()

    def serve() -> None:
        loop.create_task(listen())
        loop.run_forever()

    threading.Thread(target=serve, daemon=True).start()
    if not ready.wait(DEADLINE_S):
        raise TimeoutError("the server did not start")
    yield web
    loop.call_soon_threadsafe(loop.stop)


# ---------------------------------------------------------------------------------------------------------------- measuring


def measure(web: Web, options: argparse.Namespace) -> dict[str, list[Run]]:
    """The runs of everybody who is installed; in each round all run once, and another one begins."""
    commands = {BASELINE: [sys.executable, str(OTHERS), BASELINE, *web.feeds]}
    for who, module in MODULES.items():
        if is_installed(options.others, module):
            commands[who] = [options.others, str(OTHERS), who, *web.feeds]
        else:
            print(f"skipped {who}: not installed for {options.others}", file=sys.stderr)
    runs: dict[str, list[Run]] = {OURS: [], **{who: [] for who in commands}}
    for number in range(options.rounds):
        order = [*runs][number % len(runs) :] + [*runs][: number % len(runs)]
        for who in order:
            with tempfile.TemporaryDirectory(prefix="bench-crawl-") as folder:
                command = our_command(Path(folder), web, options.shards) if who == OURS else commands[who]
                try:
                    runs[who].append(run(who, command, web, Path(folder)))
                except RuntimeError as error:
                    if who not in MODULES:
                        raise
                    print(f"left out: {error}", file=sys.stderr)
                    del runs[who]
    return runs


def is_installed(python: str, module: str) -> bool:
    if shutil.which(python) is None:
        return False
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    return subprocess.run([python, "-c", code], check=False).returncode == 0


def our_command(folder: Path, web: Web, shards: int) -> list[str]:
    """A crawl of the web in a new workspace."""
    (folder / "sources.d").mkdir()
    (folder / "city-digest.toml").write_text(
        f'[crawl]\ncontact = "https://digest.example/about"\nshards = {shards}\n'
        '[rehearsal]\nallow_loopback = true\n[digest]\nnow = "2026-11-09T06:00:00+09:00"\n',
        "utf-8",
    )
    command = [sys.executable, "-m", "crawler", "--workspace", str(folder)]
    for number, feed in enumerate(web.feeds):
        (folder / "sources.d" / f"host{number}.toml").write_text(
            f'names = {{ en = "Host {number}" }}\nhome = "{feed.removesuffix("feed.xml")}"\ncountry = "JP"\n'
            f'languages = ["en"]\nkind = "feed"\nstart = ["{feed}"]\nstate = "active"\n',
            "utf-8",
        )
        command += ["--source", f"host{number}"]
    return command


def run(who: str, command: list[str], web: Web, folder: Path) -> Run:
    """Runs a contestant to its end. Raises RuntimeError if it failed or did not ask for every page."""
    web.asked.clear()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CITY_DIGEST_")}
    with (folder / "out").open("w+b") as out, (folder / "errors").open("w+b") as errors:
        started, peak = time.monotonic(), 0
        process = subprocess.Popen(command, stdout=out, stderr=errors, cwd=ROOT, env=environment)
        while True:
            done, status, usage = os.wait4(process.pid, os.WNOHANG)
            if done:
                break
            if time.monotonic() - started > DEADLINE_S:
                process.kill()
            peak = max(peak, resident_kib(process.pid))
            time.sleep(0.05)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        if process.returncode or web.served != web.pages:
            said = errors.read().decode("utf-8", "replace")[-2_000:]
            raise RuntimeError(
                f"{who} ended with {process.returncode} and asked for {web.served} of {web.pages} pages: {said}"
            )
    return Run(
        wall_s=wall,
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mib=peak / 1024,
        requests=web.asked.total(),
    )


def resident_kib(pid: int) -> int:
    """What a process and its children hold in memory now; of what they share each has its part (proc(5), smaps_rollup)."""
    try:
        held = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii", "replace")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:  # it has just ended
        return 0
    own = next((int(line.split()[1]) for line in held.splitlines() if line.startswith("Pss:")), 0)
    return own + sum(resident_kib(int(child)) for child in children)


# ---------------------------------------------------------------------------------------------------------------- reporting


def summarise(runs: Mapping[str, list[Run]], pages: int) -> dict[str, dict[str, float]]:
    """Of each contestant's best run: pages per second by the wall clock and by the processor, and their ratio to plain Scrapy's; and
    the most memory of any run."""
    wall = {who: min(one.wall_s for one in of) for who, of in runs.items()}
    cpu = {who: min(one.cpu_s for one in of) for who, of in runs.items()}
    return {
        who: {
            "pages_per_s": round(pages / wall[who], 1),
            "pages_per_cpu_s": round(pages / cpu[who], 1),
            "wall_ratio": round(wall[BASELINE] / wall[who], 3),
            "cpu_ratio": round(cpu[BASELINE] / cpu[who], 3),
            "peak_mib": round(max(one.peak_mib for one in of), 1),
            "requests": max(one.requests for one in of),
        }
        for who, of in runs.items()
    }


def report(
    result: Mapping[str, Mapping[str, float]], least: Mapping[str, float], web: Web, options: argparse.Namespace
) -> str:
    columns = ("pages_per_s", "pages_per_cpu_s", "wall_ratio", "cpu_ratio", "peak_mib", "requests")
    lines = [
        f"{web.pages} pages of {len(web.addresses)} hosts, best of {options.rounds} rounds, {options.shards} shard(s)"
    ]
    lines.append(f"{'':14}" + "".join(f"{column:>17}" for column in columns))
    lines += [f"{who:14}" + "".join(f"{figures[column]:>17}" for column in columns) for who, figures in result.items()]
    if least:
        lines.append(f"{'floor':14}{'':34}{least['wall']:>17}{least['cpu']:>17}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
