"""The context: a ring of (note, state after it). Engine process.

Feeding a note is one step whatever the length of the context; going back is an index; a correction in the past is a
rewind and a short replay. Positions count from the first note of the performance and never wrap; slots do.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from midi.notes import Note
from midi.tokens import Token, encode
from realtime.model import Floats, Moment, StepModel

CAPACITY = 4096
NOTHING = Note(0, 0, 0)
"""What stands in a slot that has not been used."""


class ContextRing:
    """The last `capacity` notes, each with the moment after it.

    Memory: capacity * (S + H + classes) * 4 bytes when full; untouched slots cost nothing.
    """

    def __init__(self, model: StepModel, capacity: int = CAPACITY) -> None:
        self._model = model
        self._capacity = capacity
        self._notes = [NOTHING] * capacity
        self._states = _rows(capacity, model.origin.state)
        self._keys = _rows(capacity, model.origin.key)
        self._logits = tuple(_rows(capacity, row) for row in model.origin.logits)
        self._end = 0
        self._begin = 0

    def __len__(self) -> int:
        return self._end - self._begin

    @property
    def begin(self) -> int:
        """The oldest position still held."""
        return self._begin

    @property
    def end(self) -> int:
        """The position of the next note."""
        return self._end

    def note(self, position: int) -> Note:
        """The note at a position from `begin` to `end` - 1."""
        if not self._begin <= position < self._end:
            raise IndexError(f"no note at {position}: positions {self._begin} to {self._end - 1} are held")
        return self._notes[self._slot(position)]

    def notes(self, first: int | None = None) -> Iterator[Note]:
        """The notes from a position (default: the oldest) to the newest."""
        return (self.note(position) for position in range(self._begin if first is None else first, self._end))

    @property
    def last_onset(self) -> int | None:
        """The onset of the newest note, in ticks; None: there is none."""
        return self.note(self._end - 1).onset if len(self) else None

    @property
    def head(self) -> Moment:
        """The moment after the newest note; its arrays are the ring's own: copy them to keep them."""
        if not len(self):
            return self._model.origin
        slot = self._slot(self._end - 1)
        return Moment(self._states[slot], self._keys[slot], tuple(rows[slot] for rows in self._logits))

    def token(self, note: Note) -> Token:
        """The token of a note that would be next."""
        return encode(note, self.last_onset)

    def feed(self, note: Note) -> None:
        """Take in a note: one step."""
        self.append(note, self._model.step(self.token(note), self.head.state))

    def append(self, note: Note, moment: Moment) -> None:
        """Take in a note whose moment is known already; the oldest note goes if the ring is full."""
        slot = self._slot(self._end)
        self._notes[slot] = note
        self._states[slot] = moment.state
        self._keys[slot] = moment.key
        for rows, row in zip(self._logits, moment.logits, strict=True):
            rows[slot] = row
        self._end += 1
        self._begin = max(self._begin, self._end - self._capacity)

    @property
    def floor(self) -> int:
        """The earliest position to rewind to: once the ring has been full, the moment before `begin` is gone."""
        return 0 if self._begin == 0 else self._begin + 1

    def rewind(self, position: int) -> None:
        """Forget the notes from a position on, which becomes `end`.

        Raises:
            IndexError: the position is below `floor` or above `end`.
        """
        if not self.floor <= position <= self._end:
            raise IndexError(f"cannot rewind to {position}: positions {self.floor} to {self._end} are held")
        self._end = position

    def replace(self, position: int, notes: Sequence[Note]) -> None:
        """Rewind to a position and feed these notes instead of what followed."""
        self.rewind(position)
        for note in notes:
            self.feed(note)

    def rename(self, position: int, note: Note) -> None:
        """Change what is remembered of a note too long ago to replay; the states after it stay as they are."""
        self._notes[self._slot(position)] = note

    def _slot(self, position: int) -> int:
        return position % self._capacity


def _rows(count: int, like: Floats) -> Floats:
    return np.zeros((count, like.size), np.float32)
