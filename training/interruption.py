"""Ctrl-C and SIGTERM as a question that a loop asks between steps, so that what it has done can be saved."""

import contextlib
import signal
from collections.abc import Iterator
from threading import Event
from types import FrameType


@contextlib.contextmanager
def interruption() -> Iterator[Event]:
    """An event that the first Ctrl-C or SIGTERM in this context sets; a second Ctrl-C interrupts as usual.

    Main thread only (Python allows signal handlers nowhere else).
    """
    asked = Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """A context in which SIGTERM interrupts as Ctrl-C does: what is open is closed, and child processes are ended."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
