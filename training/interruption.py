"""Ctrl-C and SIGTERM as a question that a loop asks between steps, so that what it has done can be saved."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any


class Interruption:
    """A context in which the first Ctrl-C or SIGTERM sets `asked`; a second Ctrl-C interrupts as usual.

    Main thread only (Python allows signal handlers nowhere else).
    """

    def __init__(self) -> None:
        """Nothing is changed before the context is entered."""
        self.asked = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "Interruption":
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """A context in which SIGTERM interrupts as Ctrl-C does: what is open is closed, and child processes are ended."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
