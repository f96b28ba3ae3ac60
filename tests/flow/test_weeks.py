"""Three weeks of daily runs: the sample web grows as it would have, the clock goes on, and one Monday is missed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from sample_runs import rows_of, run

from pipeline.config import open_workspace
from pipeline.demo.sample import install_workspace
from pipeline.demo.server import serve_sample_web
from pipeline.demo.web import SampleArticle, SampleWeb
from pipeline.model import ArticleClass
from pipeline.store.opening import open_inbox, open_library

TOKYO = ZoneInfo("Asia/Tokyo")
CRON = dt.time(6, tzinfo=TOKYO)
FIRST, LAST = dt.date(2026, 10, 19), dt.date(2026, 11, 10)
MISSED = dt.date(2026, 11, 2)  # a Monday on which the machine was off
MONDAYS = {dt.date(2026, 10, 26): "2026-W43", dt.date(2026, 11, 3): "2026-W44", dt.date(2026, 11, 9): "2026-W45"}
# Published on 24 October, but its host shows it only four days later, when the issue of its week is out.
LATE = "kobe-city/024-late"
LATE_SHOWN = dt.date(2026, 10, 28)


class Weeks(NamedTuple):
    """What the runs said and left."""

    workspace: Path
    web: SampleWeb  # as it is in the end
    reports: dict[dt.date, dict[str, Any]]
    letters: dict[dt.date, list[str]]  # names of the letters that a day's run added
