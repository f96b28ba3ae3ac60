"""A letter and a sender."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from pipeline.config import Mail
from pipeline.model import Letter

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
