"""The few seams: what may be replaced by configuration, each a small protocol with a double that ships."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from pipeline.model import Delivery

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

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


class Embedder(Protocol):
    """Turns texts of any language into vectors that are near each other where the texts mean the same."""

    name: str  # with the version of its weights: vectors of different names are never compared

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One row of length 1 per text; the same text gives the same row, whatever the others are."""
        ...


class Channel(Protocol):
    """Hands one finished message to its reader."""

    name: str

    def send(self, message: bytes, *, sender: str, recipient: str, delivery: Delivery) -> None:
        """Returns when the message is accepted. Sending the same `delivery.message_id` again must not show it twice
        where the channel can tell. Raises DeliveryError when refused."""
        ...
