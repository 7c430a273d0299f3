"""The quick way to the note that answers the human at once: theirs is taken in last. Pure; engine process.

In the order of time a human's note comes before what stands of the plan, all of which would be stepped over again
(a chord of twelve takes 3 ms) before anything could be decided. So what may be due at once is decided from here: from
the moment after what stands, as it was before, the human's note, and what has been decided since. Whatever is decided
later is decided in the order of time.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from midi.notes import Note
from realtime.engine_process.moment import Moment, Step
from realtime.engine_process.speech import Speech


@dataclass(slots=True)
class Shortcut:
    """A moment, and the notes that are to be stepped over from there, in the order in which they came."""

    moment: Moment
    last: Note
    """The note before that moment."""
    waiting: deque[Note] = field(default_factory=deque)
    _taken: list[Note] = field(default_factory=list)

    def next_step(self, speech: Speech) -> Step | None:
        """The step over the first note that waits."""
        if not self.waiting:
            return None
        note = self.waiting[0]
        token = speech.heard([note], min(self.last.onset, note.onset))
        return Step(token, self.moment.state, self._keep)

    def _keep(self, moment: Moment) -> None:
        self.moment, self.last = moment, self.waiting.popleft()
        self._taken.append(self.last)

    def without(self, gone: Sequence[Note]) -> "Shortcut | None":
        """The way on without notes that left the plan; None: it has led over one of them."""
        if any(note in self._taken for note in gone):
            return None
        self.waiting = deque(note for note in self.waiting if note not in gone)
        return self
