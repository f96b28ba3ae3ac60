"""What receivers' programs say of the mail as it arrives: SpamAssassin, and opendkim of its signature (M12, M14).

The letters of the sample web's last issue go through a real Postfix, which adds what a mail server on the way adds.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from components import lack
from mail_servers import make_certificates
from postfix import DOMAIN, run_postfix
from sample_runs import call

pytestmark = pytest.mark.slow

MOST_POINTS = 1.0  # of 5 at which SpamAssassin calls a mail spam
SELECTOR = "judge"
SETTINGS = """
[deliver]
channel = "smtp"

[smtp]
host = "localhost"
port = {port}
ca_file = "{authority}"

[web]
base_url = "https://digest.example.org"

[dkim]
selector = "{selector}"
key_file = "dkim.pem"
"""
# One of each edition who chose nothing, and one who chose much.
LIST = f"""address,edition,consent,themes
ja@{DOMAIN},ja,judge,
en@{DOMAIN},en,judge,
ja-chosen@{DOMAIN},ja,judge,youth-exchange; transport-connectivity; peace
en-chosen@{DOMAIN},en,judge,youth-exchange; transport-connectivity; peace
"""
NAMES = ("ja", "en", "ja-chosen", "en-chosen")
LURE = "Dear winner, CLICK HERE NOW!!! You have been selected to receive $1,000,000.00 USD, 100% free, viagra cialis."


@pytest.fixture(scope="module")
def arrived(sample_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the messages as they lie in the mailboxes, and the public half of the key in "record"."""
    folder = tmp_path_factory.mktemp("arrived")
    root = folder / "workspace"
    shutil.copytree(sample_archive.parent, root, ignore=shutil.ignore_patterns("archive", "outbox"))
    key = root / "dkim.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    asked = ["openssl", "rsa", "-in", str(key), "-pubout"]
    public = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.splitlines()[1:-1]
    record = f"{SELECTOR}._domainkey.example.org v=DKIM1; k=rsa; p={''.join(public)}\n"
    (folder / "record").write_text(record, encoding="ascii")
    (root / "list.csv").write_text(LIST, encoding="utf-8")
    certificates = make_certificates(folder)
    with run_postfix(NAMES, certificates.good) as postfix:
        with (root / "city-digest.toml").open("a", encoding="utf-8") as file:
            authority = next(folder.glob("*authority*.pem"))
            file.write(SETTINGS.format(port=postfix.port, authority=authority, selector=SELECTOR))
        # The sample's clock stands still, and a Date of the past is a mark of spam.
        today = ("--set", "digest.now=")
        call(root, *today, "reader", "import", str(root / "list.csv"))
        assert call(root, *today, "deliver", "--force")["sent"] == len(NAMES)
        for name in NAMES:
            (file,) = postfix.wait_for(name)
            shutil.copy(file, folder / f"{name}.eml")
    return folder


# ----------------------------------------------------------------------------------------------------------- SpamAssassin


def points(message: bytes) -> tuple[float, str]:
    """What SpamAssassin's own rules give it, without asking anybody, and why."""
    spamassassin = shutil.which("spamassassin")
    if spamassassin is None:
        lack("SpamAssassin")
    assert spamassassin
    # --local asks no network; --test-mode appends the reasons. That all hops were our own speaks for the letter here, and would
    # not where it goes.
    done = subprocess.run(
        [spamassassin, "--local", "--test-mode", "--cf=score ALL_TRUSTED 0"],
        input=message,
        capture_output=True,
        timeout=120,
        check=True,
    )
    report = done.stdout.decode("utf-8", "replace")
    found = re.search(r"^Content analysis details: +\((-?[0-9.]+) points", report, re.MULTILINE)
    assert found, report[-2_000:]
    return float(found[1]), report[found.start() :]


@pytest.mark.parametrize("name", NAMES)
def test_no_letter_looks_like_spam(arrived: Path, name: str) -> None:
    score, why = points((arrived / f"{name}.eml").read_bytes())
    assert score < MOST_POINTS, why


def test_the_filter_sees_a_lure(arrived: Path) -> None:
    head, _, _ = (arrived / "en.eml").read_bytes().partition(b"Content-Type: multipart")
    bad = re.sub(rb"(?m)^Subject: .*$", b"Subject: CLICK HERE NOW!!! FREE MONEY", head).replace(b"Date: ", b"X-Date: ")
    assert points(bad + b"Content-Type: text/html\n\n<html><body>" + LURE.encode() * 5 + b"</body></html>\n")[0] >= 5


# --------------------------------------------------------------------------------------------------------------- opendkim


def verdict(message: bytes, arrived: Path, tmp_path: Path) -> str:
    """What opendkim says of the signature; its exit status is always 0."""
    opendkim = shutil.which("opendkim") or shutil.which("opendkim", path="/usr/sbin")
    if opendkim is None:
        lack("opendkim")
    assert opendkim
    file, settings = tmp_path / "message.eml", tmp_path / "opendkim.conf"
    file.write_bytes(message)
    # In place of DNS it has the record in a file.
    settings.write_text(f"Mode v\nTestPublicKeys {arrived / 'record'}\n", encoding="utf-8")
    done = subprocess.run(
        [opendkim, "-x", str(settings), "-t", str(file)], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_the_signature_is_good_where_the_letter_arrives(arrived: Path, tmp_path: Path, name: str) -> None:
    message = (arrived / f"{name}.eml").read_bytes()
    said = verdict(message, arrived, tmp_path)
    assert f"verification (s={SELECTOR}, d=example.org, 2048-bit key) succeeded" in said


@pytest.mark.parametrize("place", [b"List-Unsubscribe-Post: List", b"Content-Transfer-Encoding: ", b"Subject: "])
def test_a_flipped_byte_breaks_the_signature(arrived: Path, tmp_path: Path, place: bytes) -> None:
    message = (arrived / "en.eml").read_bytes()
    at = message.rindex(place) + len(place) + 3
    flipped = message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :]
    said = verdict(flipped, arrived, tmp_path)
    assert "succeeded" not in said
    assert "failed" in said


def test_a_message_without_a_signature_is_seen(arrived: Path, tmp_path: Path) -> None:
    message = (arrived / "ja.eml").read_bytes()
    unsigned = re.sub(rb"DKIM-Signature:.*?\n(?=\S)", b"", message, flags=re.DOTALL)
    assert "not signed" in verdict(unsigned, arrived, tmp_path)
