"""The few seams: what may be replaced by configuration, each a small protocol with a double that ships."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from pipeline.model import Delivery

T = TypeVar("T")
R = TypeVar("R")

Clock = Callable[[], dt.datetime]
"""Gives the present as an aware UTC datetime."""


class Engine(Protocol):
    """Runs one pure function over many inputs. Decides where, never what."""

    def run(
        self, function: Callable[[T], R], inputs: Iterable[T], *, failed: Callable[[T, BaseException], R]
    ) -> Iterator[R]:
        """Results in any order, one per input; `failed` gives the result of an input that crashed or ran out of time."""
        ...


class Channel(Protocol):
    """Hands one finished message to its reader."""

    name: str

    def send(self, message: bytes, *, sender: str, recipient: str, delivery: Delivery) -> None:
        """Returns when the message is accepted. Sending the same `delivery.message_id` again must not show it twice
        where the channel can tell. Raises DeliveryError when refused."""
        ...
