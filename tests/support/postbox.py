"""A channel in memory, as anybody might write one: "postbox:make"."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from pipeline.config import Workspace
from pipeline.model import Answer, DeliveryState, Envelope

SENT = Answer(state=DeliveryState.SENT, code=250)


class Postbox:
    """Keeps what it is given.

    Args:
        answers: what becomes of the first messages, one each: an answer, or an error that is raised after the text was handed over.
            The rest are sent.
    """

    name = "postbox"

    def __init__(self, *answers: Answer | BaseException, width: int = 1) -> None:
        self.width = width
        self.answers = list(answers)
        self.asked: list[Envelope] = []
        self.envelopes: list[Envelope] = []  # that were handed over
        self.opened = 0
        self.broken: BaseException | None = None  # raised by whatever is asked

    async def __aenter__(self) -> Self:
        self._check()
        self.opened += 1
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.opened -= 1

    async def send(self, envelope: Envelope, *, committing: Callable[[], None]) -> Answer:
        self._check()
        self.asked.append(envelope)
        await asyncio.sleep(0)
        committing()
        self.envelopes.append(envelope)
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if self.answers else SENT
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _check(self) -> None:
        if self.broken:
            raise self.broken


def make(_: Workspace) -> Postbox:
    return Postbox(width=2)
