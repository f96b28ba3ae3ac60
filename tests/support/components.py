"""Components that a test may need and a machine may lack: a browser, PostgreSQL, Java."""

from __future__ import annotations

import os

import pytest

FORBID_SKIPS = bool(os.environ.get("CITY_DIGEST_TEST_FORBID_SKIPS"))


def lack(component: str) -> None:
    """Skips a test for want of a component, which is a failure where the machine promised to have it."""
    if FORBID_SKIPS:
        pytest.fail(f"{component} is missing, and skipping is forbidden here")
    pytest.skip(f"{component} is missing on this machine")
