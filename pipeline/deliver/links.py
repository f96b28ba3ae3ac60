"""A reader's own addresses: where they leave, where they choose, and where mail to them comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from pipeline.deliver.tokens import Purpose, make_token
from pipeline.model import Frozen

if TYPE_CHECKING:
    from pipeline.config import Settings
    from pipeline.deliver.keys import Keys


class Links(Frozen, frozen=True, kw_only=True):
    """What one reader's message leads to. Whoever has them is that reader: they never reach a log."""

    leave: str  # for a person: https, or mailto where there are no web pages
    settings: str  # likewise
    leave_url: str = ""  # for List-Unsubscribe, "" where there are no web pages
    leave_mail: str  # mailto

    def __repr__(self) -> str:
        return "Links()"


def make_links(reader_id: str, edition: str, *, settings: Settings, keys: Keys) -> Links:
    """The links of one reader, signed; the same as long as the newest key is."""
    leave = make_token(keys, Purpose.LEAVE, reader_id)
    choose = make_token(keys, Purpose.SETTINGS, reader_id)
    base = settings.web.base_url.rstrip("/")
    unsubscribe, contact = settings.mail.unsubscribe, settings.mail.contact
    leave_mail = _mail_link(unsubscribe, f"unsubscribe {leave}")
    if not base:
        person = contact if "@" in contact and "://" not in contact else unsubscribe
        return Links(leave=leave_mail, settings=_mail_link(person, f"preferences {choose}"), leave_mail=leave_mail)
    return Links(
        leave=f"{base}/u/{leave}?lang={edition}",
        settings=f"{base}/s/{choose}?lang={edition}",
        # No person reads it, and without the language its line is below 78 characters.
        leave_url=f"{base}/u/{leave}",
        leave_mail=leave_mail,
    )


def envelope_sender(reader_id: str, week: str, *, settings: Settings, keys: Keys) -> str:
    """Where this message comes back to if it cannot be delivered: the address says whose it was and of which issue."""
    address = settings.smtp.bounce_address or settings.mail.sender_address
    name, _, domain = address.rpartition("@")
    return f"{name}+{make_token(keys, Purpose.BOUNCE, reader_id, extra=week.lower())}@{domain}"


def _mail_link(address: str, subject: str) -> str:
    return f"mailto:{quote(address, safe='@+')}?subject={quote(subject)}"
