"""The quick way to the note that answers the human at once: theirs is taken in last. Pure; engine process.

In the order of time a human's note comes before what stands of the plan, all of which would be stepped over again
(a chord of twelve takes 3 ms) before anything could be decided. So what may be due at once is decided from here: from
the moment after what stands, as it was before, the human's note, and what has been decided since. Whatever is decided
later is decided in the order of time.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from exported.model_state import ModelState, Step
from midi.notes import Note
from realtime.improviser.step_model import KnownState
from realtime.improviser.vocabulary import Vocabulary


@dataclass(slots=True)
class Shortcut:
    """The notes it has led over so far, and those that are to be stepped over next, in the order in which they came."""

    trail: list[KnownState]
    """Never empty: it begins with the last note that stood before the human's."""
    waiting: deque[Note]

    @property
    def reached(self) -> ModelState:
        """The moment after the notes so far."""
        return self.trail[-1].after

    def next_step(self, speech: Vocabulary) -> Step | None:
        """The step over the first note that waits."""
        if not self.waiting:
            return None
        note = self.waiting[0]
        token = speech.heard([note], min(self.trail[-1].note.onset, note.onset))
        return Step(token, self.reached.state, self._keep)

    def _keep(self, moment: ModelState) -> None:
        self.trail.append(KnownState(self.waiting.popleft(), moment))

    def without(self, gone: Sequence[Note]) -> "Shortcut | None":
        """The way without notes that have left the plan, from before the first of them; None: it began after one."""
        sound = list(takewhile(lambda known: known.note not in gone, self.trail))
        later = [known.note for known in self.trail[len(sound) :]]
        standing = deque(note for note in (*later, *self.waiting) if note not in gone)
        return Shortcut(sound, standing) if sound else None
