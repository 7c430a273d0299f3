"""The quick way to the note that answers the human at once: theirs is taken in last. Pure.

In the order of time a human's note comes before what stands of the plan, all of which would be stepped over again
(a chord of twelve: 1.4 ms) before anything could be decided. So what may be due at once is decided from here: from the
state after what stands, as it was before, the human's note, and what has been decided since. Whatever is decided later
is decided in the order of time.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from exported.model_state import ModelState, Step
from midi.notes import Note
from realtime.improviser.branch import Planned
from realtime.improviser.step_model import KnownState
from realtime.improviser.vocabulary import Vocabulary


@dataclass(slots=True)
class Shortcut:
    """The notes stepped over so far, and those to be stepped over next, in the order in which they came."""

    vocabulary: Vocabulary
    trail: list[KnownState]
    """Never empty: it begins with the last note that stood before the human's."""
    waiting: deque[Note]

    @classmethod
    def over(cls, planned: Iterable[Planned], vocabulary: Vocabulary) -> "Shortcut | None":
        """The way over planned notes, from the last that has been stepped over; None: none has."""
        notes = list(planned)
        known = list(takewhile(lambda each: each.after is not None, notes))
        if not known or known[-1].after is None:
            return None
        trail = [KnownState(known[-1].note, known[-1].after)]
        return cls(vocabulary, trail, deque(each.note for each in notes[len(known) :]))

    @property
    def state(self) -> ModelState:
        """The state after the notes so far."""
        return self.trail[-1].after

    def next_step(self) -> Step | None:
        """The step over the first note that waits; None: none does."""
        if not self.waiting:
            return None
        note = self.waiting[0]
        token = self.vocabulary.encode([note], min(self.trail[-1].note.onset, note.onset))
        return Step(token, self.state.state, self._keep)

    def _keep(self, state: ModelState) -> None:
        self.trail.append(KnownState(self.waiting.popleft(), state))

    def without(self, gone: Sequence[Note]) -> "Shortcut | None":
        """The way without notes that have left the plan, from before the first of them; None: it began after one."""
        sound = list(takewhile(lambda known: known.note not in gone, self.trail))
        later = [known.note for known in self.trail[len(sound) :]]
        standing = deque(note for note in (*later, *self.waiting) if note not in gone)
        return Shortcut(self.vocabulary, sound, standing) if sound else None
