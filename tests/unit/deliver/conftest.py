"""A letter, a sender, and a channel that keeps what it is given."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from pipeline.config import Mail
from pipeline.model import Delivery, Letter

MAIL = Mail(
    sender_name="都市外交ダイジェスト編集室",
    sender_address="digest@city.example",
    postal_address="神戸市（見本）",
    contact="editors@city.example",
    unsubscribe="leave@city.example",
)


@pytest.fixture
def mail() -> Mail:
    return MAIL


@pytest.fixture
def letter() -> Letter:
    return Letter(
        week="2026-W45",
        edition="ja",
        subject="都市外交ダイジェスト 第3号（2026年11月2日–8日）",
        text="■ 注目\n\n神戸と天津の市長が対話\nhttps://city.example/s/1.html\n",
        html='<!doctype html>\n<html lang="ja"><body><h1>注目</h1>\n<p>神戸と天津の市長が対話</p></body></html>\n',
    )


@pytest.fixture
def sent_at() -> dt.datetime:
    return dt.datetime(2026, 11, 9, 6, tzinfo=zoneinfo.ZoneInfo("Asia/Tokyo"))


class Postbox:
    """A channel in memory; `refuse` are the errors it raises, one a message, before it accepts."""

    name = "postbox"

    def __init__(self, *refuse: BaseException) -> None:
        self.refuse = list(refuse)
        self.messages: list[tuple[str, bytes]] = []

    def send(self, message: bytes, *, sender: str, recipient: str, delivery: Delivery) -> None:
        self.messages.append((recipient, message))
        if self.refuse:
            raise self.refuse.pop(0)


@pytest.fixture
def postbox() -> type[Postbox]:
    return Postbox
