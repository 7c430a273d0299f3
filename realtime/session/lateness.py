"""Notes that the engine decided too late to be played, told to a person: a silent answer must say why. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from midi.nanoseconds import NS_PER_S

FEWEST = 4
"""Fewer notes are a hiccup of the machine, and no line."""
APART_NS = 30 * NS_PER_S
"""The least time between two lines."""


@dataclass(slots=True)
class Lateness:
    """Counts what was told of the notes that were left out."""

    _told: int = 0
    _told_ns: int = -APART_NS

    def lines(self, dropped: int, now_ns: int) -> Iterable[str]:
        """Yield a line if enough notes were left out since the last one; `dropped`: all of them so far."""
        if dropped - self._told >= FEWEST and now_ns - self._told_ns >= APART_NS:
            yield (
                f"{dropped - self._told} notes of the answer were decided too late and left out: the machine is busy;"
                " a longer lookahead helps"
            )
            self._told, self._told_ns = dropped, now_ns
