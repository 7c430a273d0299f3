"""The context: a ring of (note, state after it). Pure.

Feeding a note is one step whatever the length of the context; going back is an index; a correction in the past is a
short replay. Steps are taken when the head is asked for, or one by one by who asks for the `next_step`: of a burst of
notes and corrections each note is stepped over once. Notes that join, where a model has names for chords, are one
step, which the last of them takes: the state after the others is that before them. Positions count from the first
note of the performance and never wrap; slots do.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from exported.heads import Floats
from exported.imitation import Memory, closest, looked_back_on, sketch
from exported.model_state import ModelState, Step
from exported.sampling import nowhere
from midi.notes import Note
from midi.tokens import Token
from realtime.improviser.step_model import StepModel, catch_up
from realtime.improviser.vocabulary import PlaceOf, Unlearned, all_learned, vocabulary_of

CAPACITY = 1536
"""Notes: more than are looked back on (REMEMBERED), and may be corrected behind them (LONGEST_REPLAY)."""
NOTHING = Note(0, 0, 0)
"""The note in a slot that has not been used."""
LONGEST_REPLAY = 256
"""Notes this far back are not changed any more: a duration that becomes known later stays unknown."""


class ContextRing:
    """The last `capacity` notes, each with the state after it.

    Memory: capacity * (S + 2 K + the heads' widths + 2 SKETCH) * 4 bytes when full; untouched slots cost nothing.
    """

    def __init__(
        self,
        model: StepModel,
        capacity: int = CAPACITY,
        place_of: PlaceOf = nowhere,
        unlearned: Unlearned = all_learned,
    ) -> None:
        self.vocabulary = vocabulary_of(model.card, place_of, unlearned)
        self._model = model
        self._capacity = capacity
        self._notes = [NOTHING] * capacity
        self._passed = [False] * capacity
        """Whether a note passed without a step, since the next joins it."""
        self._rows = np.zeros((capacity, model.layout.width), np.float32)
        self._keys = np.zeros((capacity, model.origin.key.size), np.float32)  # close together: some are read each note
        # Written twice, a capacity apart, so that any stretch of the ring is one block for a matrix product.
        self._sketches = np.zeros((2 * capacity, sketch(model.origin.key).size), np.float32)
        self._tokens: list[Token] = [()] * capacity
        self._begin = 0
        self._end = 0
        self._caught_up = 0  # notes below this position have their state

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

    @property
    def floor(self) -> int:
        """The earliest position that can change: once the ring has been full, the state before `begin` is gone."""
        return 0 if self._begin == 0 else self._begin + 1

    def note(self, position: int) -> Note:
        """The note at a position from `begin` to `end` - 1."""
        if not self._begin <= position < self._end:
            raise IndexError(f"no note at {position}: positions {self._begin} to {self._end - 1} are held")
        return self._notes[position % self._capacity]

    def notes(self, first: int | None = None) -> Iterator[Note]:
        """The notes from a position (default: the oldest) to the newest."""
        return (self.note(position) for position in range(self._begin if first is None else first, self._end))

    @property
    def last(self) -> Note | None:
        """The newest note; None: there is none."""
        return self.note(self._end - 1) if len(self) else None

    @property
    def last_onset(self) -> int | None:
        """The onset of the newest note, in ticks; None: there is none."""
        return self.note(self._end - 1).onset if len(self) else None

    @property
    def head(self) -> ModelState:
        """The state after the newest note; its arrays are the ring's own: copy them to keep them."""
        self.catch_up()
        return self._state_before(self._end)

    def feed(self, note: Note) -> None:
        """Take in a note; the oldest goes if the ring is full."""
        if self._end - self._caught_up >= self._capacity - 1:
            self.catch_up()  # before the state to step from is overwritten
        if len(self) and self.vocabulary.joins(note, self.note(self._end - 1)):
            self._invalidate(max(self.floor, self._end - 1))  # it was stepped over as if it were the last of its chord
        self._notes[self._end % self._capacity] = note
        self._end += 1
        self._begin = max(self._begin, self._end - self._capacity)

    def append(self, note: Note, token: Token, state: ModelState) -> None:
        """Take in a note whose token and state are known already, which spares the step, unless it is of a chord."""
        self.catch_up()
        self.feed(note)
        if self._caught_up == self._end - 1 and token != self.vocabulary.passing:
            self._keep(self._end - 1, token, state)

    def rewrite(self, position: int, notes: Sequence[Note]) -> None:
        """Replace the notes from a position on, at `floor` or later."""
        self.rewind(position)
        for note in notes:
            self.feed(note)

    def rewind(self, position: int) -> None:
        """Forget the notes from a position on, which becomes `end`.

        Raises:
            IndexError: the position is below `floor` or above `end`.
        """
        self._invalidate(position)
        self._end = position
        if position > self.floor and self._passed[(position - 1) % self._capacity]:
            self._invalidate(position - 1)  # it is the last of its chord now

    def onto(self, note: Note) -> tuple[list[Note], ModelState]:
        """The notes at the end that a further note would join, and the state before them."""
        self.catch_up()
        first = self._end
        while first > self.floor and self.vocabulary.joins(note, self.note(first - 1)):
            first -= 1
        return list(self.notes(first)), self._state_before(first)

    @property
    def behind(self) -> int:
        """The number of notes without a state."""
        return self._end - self._caught_up

    def catch_up(self) -> int:
        """Step over every note that is new or comes after a change; returns how many."""
        count = self.behind
        catch_up(self._model, self.next_step)
        return count

    def next_step(self) -> Step | None:
        """The step over the first note that is new or comes after a change; None: there is none."""
        while self._caught_up < self._end:
            position = self._caught_up
            before = self._state_before(position)  # those that passed left it as it was
            if position + 1 == self._end or not self.vocabulary.joins(self.note(position + 1), self.note(position)):
                token = self._token(position)
                return Step(token, before.state, partial(self._keep, position, token))
            self._keep(position, self.vocabulary.passing, before)
        return None

    def _token(self, position: int) -> Token:
        """The token of a note, with those before that it joins."""
        first = position
        while first > self._begin and self.vocabulary.joins(self.note(first), self.note(first - 1)):
            first -= 1
        previous = self.note(first - 1).onset if first > self._begin else None
        return self.vocabulary.encode([self.note(index) for index in range(first, position + 1)], previous)

    def recall(self, key: Floats, ahead: int = 0) -> Memory:
        """The memory of this performance: the notes that followed states like one with this key (K,).

        Some of the last states vote (`looked_back_on`), whatever was played before them. `ahead`: so many notes are
        planned after the ring's. They count as the latest: whether a note has gone out changes nothing.
        """
        first, end = looked_back_on(max(0, self._end + ahead - self._begin - 1))
        end = max(0, min(end, self._caught_up - self._begin - 1))
        first = min(first, end)
        slot = (self._begin + first) % self._capacity
        voting = closest(key, self._sketches[slot : slot + end - first])
        voting += slot
        voting %= self._capacity
        followed = [self._tokens[(slot + 1) % self._capacity] for slot in voting.tolist()]
        return Memory.of(key, self._keys.take(voting, 0), followed, self._model.imitation)

    def _invalidate(self, position: int) -> None:
        if not self.floor <= position <= self._end:
            raise IndexError(f"cannot go back to {position}: positions {self.floor} to {self._end} are held")
        self._caught_up = min(self._caught_up, position)

    def _state_before(self, position: int) -> ModelState:
        if position == 0:
            return self._model.origin
        return self._model.layout.state_in(self._rows[(position - 1) % self._capacity])

    def _keep(self, position: int, token: Token, state: ModelState) -> None:
        slot = position % self._capacity
        self._passed[slot] = token == self.vocabulary.passing
        self._rows[slot] = state.row
        self._keys[slot] = state.key
        self._sketches[slot] = self._sketches[slot + self._capacity] = sketch(state.key)
        self._tokens[slot] = token
        self._caught_up = position + 1


def place_in_order(ring: ContextRing, note: Note) -> None:
    """Put a note into its place in the canonical order: the notes of a chord may come in any order."""
    position = ring.end
    while position > _oldest(ring):
        before = ring.note(position - 1)
        if (before.onset, before.pitch) <= (note.onset, note.pitch):
            break
        position -= 1
    ring.rewrite(position, (note, *ring.notes(position)))


def correct(ring: ContextRing, before: Note, *after: Note) -> bool:
    """Change a note of which more became known, or take it out; False if it is too long ago."""
    for position in range(ring.end - 1, _oldest(ring) - 1, -1):
        if ring.note(position) == before:
            ring.rewrite(position, (*after, *ring.notes(position + 1)))
            return True
    return False


def revise(ring: ContextRing, changes: Mapping[Note, Note]) -> None:
    """Notes turn out to have stood elsewhere in musical time: from the first of them on, take all in again."""
    first = next((at for at in range(_oldest(ring), ring.end) if ring.note(at) in changes), ring.end)
    later = list(ring.notes(first))
    ring.rewind(first)
    for note in later:
        place_in_order(ring, changes.get(note, note))


def _oldest(ring: ContextRing) -> int:
    """The earliest position that may change."""
    return max(ring.floor, ring.end - LONGEST_REPLAY)
