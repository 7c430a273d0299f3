"""Lines for whoever sits at the terminal; whoever prints never waits for a reader."""

import os
from types import TracebackType
from typing import Self, TextIO

from realtime.live.line_writer import CLOSE_S, LineWriter, RawStream

MOST_LINES = 500
"""Lines that wait for a reader: the help of every parameter, a few times."""


class Printer:
    """Writes lines to a stream."""

    def __init__(self, stream: TextIO | None) -> None:
        """Take stdout, stderr or the like; None, as where it was closed before the start: lines go nowhere.

        It prints from the moment it is entered as a context.
        """
        self._stream = stream
        self._writer: LineWriter[str] | None = None

    def __enter__(self) -> Self:
        if self._stream is not None:
            buffer, encoding = self._stream.buffer, self._stream.encoding or "utf-8"
            raw: RawStream = getattr(buffer, "raw", buffer)
            self._writer = LineWriter(
                raw,
                lambda line: f"{line}{os.linesep}".encode(encoding, "backslashreplace"),
                lambda count: f"antiphon: {count} lines are left out here: nobody was reading",
                MOST_LINES,
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def left_out(self) -> int:
        """Lines that were not taken, since too many waited."""
        return self._writer.left_out if self._writer else 0

    def print(self, line: str) -> None:
        """Have a line written; never blocks."""
        if self._writer is not None:
            self._writer.put(line)

    def notify(self, line: str) -> None:
        """Have a line written that says by its beginning who speaks."""
        self.print(f"antiphon: {line}")

    def close(self, seconds: float = CLOSE_S) -> None:
        """Wait until all is written, for so long at most. A second call does nothing."""
        if self._writer is not None:
            self._writer.close(seconds)
            self._writer = None
