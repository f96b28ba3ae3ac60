"""The few seams: what may be replaced by configuration, each a small protocol with a double that ships."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from pipeline.model import Answer, Envelope

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
    """Hands finished messages to their readers; several at once where it can. Open between `async with`."""

    name: str
    width: int  # messages that may be under way at once

    async def __aenter__(self) -> Self:
        """Raises DeliveryError if nothing could be sent at all."""
        ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def send(self, envelope: Envelope, *, committing: Callable[[], None]) -> Answer:
        """What became of one message.

        Args:
            committing: called once, right before the message's text is handed over. Until then nothing can have been
                delivered; from then to the answer, nobody knows.

        Raises:
            DeliveryError: nothing at all can be sent, whoever the reader is: login, sender or policy refused.
        """
        ...
