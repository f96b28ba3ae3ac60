"""An end for work that what others wrote could make as long as they like."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


class _OutOfTime(BaseException):
    """Not an Exception: the libraries that it interrupts catch those."""


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _OutOfTime


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Lets the block take so many seconds of this process's own computing, so that a busy machine reads what an idle one reads.

    Only in the main thread. Regular expressions are interrupted in the middle, other C code when it returns.

    Raises:
        TimeoutError: it took longer.
    """
    former = signal.signal(signal.SIGVTALRM, _interrupt)
    try:
        # Again each second: an exception raised while an object is being destroyed is only printed.
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1.0)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except _OutOfTime as error:
        raise TimeoutError(f"took longer than {seconds:g} s of processor time") from error
    finally:
        # Again: an interrupt just before it was disarmed left it running, and the former handler may be the end of the process.
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, former)
