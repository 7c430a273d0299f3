"""Notes that went out too early to be taken back: each stands for the next one that is planned. Pure; I/O process.

With `--out-offset 100` a note goes out 100 ms before its tick. A human note that comes meanwhile cancels it, and more
is planned in its place: without this, two would sound for one, and an accompaniment have a third more notes.
"""

from collections import deque
from dataclasses import dataclass, field

from midi.notes import TICKS_PER_BEAT

REACH = 4 * TICKS_PER_BEAT
"""Ticks: a note stands for none that comes later than this after it."""
MOST = 64
"""Notes that can have gone out before their ticks."""


@dataclass(slots=True)
class EarlyNotes:
    """Ticks of notes that went out, and of those among them that a human note came before."""

    _sent: deque[int] = field(default_factory=lambda: deque(maxlen=MOST))
    _cancelled: deque[int] = field(default_factory=lambda: deque(maxlen=MOST))

    def send(self, onset: int) -> None:
        """A note goes out that is meant for this tick."""
        self._sent.append(onset)

    def cancel(self, kept_until: int | None) -> None:
        """All that is meant for a later tick is cancelled; None: all is, and nothing is planned in its place."""
        if kept_until is None:
            self._cancelled.clear()
        else:
            self._cancelled += [onset for onset in self._sent if onset > kept_until]
        self._sent.clear()

    def replace(self, onset: int) -> bool:
        """Whether one of them stands for a note at this tick; it does so for one only."""
        while self._cancelled and self._cancelled[0] + REACH < onset:
            self._cancelled.popleft()
        if self._cancelled:
            self._cancelled.popleft()
            return True
        return False
