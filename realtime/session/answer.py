"""The progress of an answer: whether it sounds, when it ends, how it ended, and what of it came too late. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from midi.nanoseconds import NS_PER_S

FEWEST = 4
"""Fewer notes are a hiccup of the machine, and no line."""
APART_NS = 30 * NS_PER_S
"""The least time between two lines."""


@dataclass(slots=True)
class Answer:
    """The answer to the human's latest note."""

    count: int = 0
    """Answers that were played to their end."""
    is_over: bool = False
    """It was played to its end, or will not be finished."""
    sounds: bool = False
    """A note of it has sounded."""
    end: int | None = None
    """The tick at which it ends, once that is known."""

    def begin_anew(self) -> None:
        """The human has played: another answer is to come, if any."""
        self.is_over = self.sounds = False
        self.end = None

    def finish(self) -> None:
        """It was played to its end."""
        self.count += 1
        self.is_over = True
        self.end = None

    def abandon(self) -> None:
        """It will not be finished."""
        self.end = None
        self.is_over = self.is_over or self.sounds


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
