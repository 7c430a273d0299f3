"""Progress with time left, on stderr: one line written over where a person looks at it, one now and then in a log."""

import sys
import time
from types import TracebackType
from typing import Self

LOG_EVERY_S = 30.0
SHOW_EVERY_S = 0.2
NARROW = 79
"""Columns written over."""


class Progress:
    """The progress of something that takes long, and the time left; a context manager."""

    def __init__(self, title: str) -> None:
        """Begin: the rest is reckoned from here."""
        self._title = title
        self._began = time.monotonic()
        self._is_watched = sys.stderr.isatty()
        self._next = self._began + (0.0 if self._is_watched else LOG_EVERY_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._is_watched:
            print(f"\r{'':<{NARROW}}\r", end="", file=sys.stderr, flush=True)

    def at(self, share: float) -> None:
        """Show that a share of it is over, 0 to 1."""
        now = time.monotonic()
        if now < self._next or share <= 0:
            return
        self._next = now + (SHOW_EVERY_S if self._is_watched else LOG_EVERY_S)
        left = round((now - self._began) * (1 / share - 1))
        line = f"{self._title}: {share:.0%}, {left // 60}:{left % 60:02} left"
        print(f"\r{line:<{NARROW}}" if self._is_watched else f"{line}\n", end="", file=sys.stderr, flush=True)
