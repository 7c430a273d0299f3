"""Lines for whoever sits at the terminal, written by a thread of their own: a slow reader holds up no note.

Its one rule: `print` never blocks. A terminal stopped by Ctrl-S, a pipe that nobody reads, a Windows console with text
selected: each holds up the writing thread alone. What does not fit into the queue meanwhile is left out, counted, and
told in its place once there is room again.
"""

import os
import queue
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self, TextIO

MOST_LINES = 500
"""Lines that wait for a reader: the help of every parameter, a few times."""
CLOSE_S = 1.0
"""Time for which the last lines are waited for at the end, if nobody reads."""
FULL_S = 0.05
"""Pause before the next try, where the stream is set never to block and is full."""


class _Raw(Protocol):
    """A stream without a buffer: what is written has gone, and leaving flushes nothing."""

    def write(self, data: bytes, /) -> int | None:
        """Write some of these bytes; how many, or None if there is no room now."""


class Printer:
    """Writes lines to a stream. One thread prints; another, which ends with the process, writes."""

    def __init__(self, stream: TextIO | None) -> None:
        """Take stdout, stderr or the like; None, as where it was closed before the start: lines go nowhere.

        It prints from the moment it is entered as a context.
        """
        self.left_out = 0
        """Lines that were not taken, since too many waited."""
        self._stream = stream
        self._lines: queue.SimpleQueue[tuple[str, int] | None] = queue.SimpleQueue()
        """Each with how many had been left out before it."""
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        if self._stream is not None:
            buffer = self._stream.buffer
            raw: _Raw = getattr(buffer, "raw", buffer)
            writing = (raw, self._stream.encoding or "utf-8")
            self._thread = threading.Thread(target=self._write_all, args=writing, name="printer", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def print(self, line: str) -> None:
        """Have a line written; never blocks."""
        if self._thread is None:
            return
        if self._lines.qsize() >= MOST_LINES:
            self.left_out += 1
        else:
            self._lines.put((line, self.left_out))

    def notify(self, line: str) -> None:
        """Have a line written that says by its beginning who speaks."""
        self.print(f"antiphon: {line}")

    def close(self, seconds: float = CLOSE_S) -> None:
        """Wait until all is written, for so long at most. A second call does nothing."""
        if self._thread is not None:
            self._lines.put(None)
            self._thread.join(seconds)
            self._thread = None

    def _write_all(self, raw: _Raw, encoding: str) -> None:
        told = 0

        def write(line: str) -> None:
            with suppress(OSError, ValueError):  # the reader has gone, or its disk is full: no reason to stop playing
                _write(raw, f"{line}{os.linesep}".encode(encoding, "backslashreplace"))

        def tell(left_out: int) -> int:
            if left_out > told:
                write(f"antiphon: {left_out - told} lines are left out here: nobody was reading")
            return left_out

        while (item := self._lines.get()) is not None:
            line, left_out_before = item
            told = tell(left_out_before)
            write(line)
            if self._lines.empty():
                told = tell(self.left_out)


def _write(raw: _Raw, data: bytes) -> None:
    while data:
        written = raw.write(data)
        if written is None:
            time.sleep(FULL_S)
            continue
        data = data[written:]
