"""Notes planned after the ring's, each with the state after it once it has been stepped over. Pure.

The branch starts at the ring's head. A note leaves it for the ring when it is a fact. If the ring changes behind the
branch (the human played, or a duration became known), it is stepped again over the notes that still stand.
"""

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import NamedTuple

from exported.model_state import ModelState, Step
from midi.notes import ANSWER, Note
from midi.tokens import Token
from realtime.improviser.ring import ContextRing, place_in_order

SOUNDING = 24
"""The latest notes, some of which may still sound."""


class Planned(NamedTuple):
    """A planned note. The human's are only predicted."""

    note_id: int
    note: Note
    is_sent: bool = False
    """It went out, and waits for what was predicted before it to come or not."""


class Branch:
    """The planned notes, in the order in which they were decided."""

    def __init__(self, ring: ContextRing) -> None:
        self.planned: deque[Planned] = deque()
        self.drawn: deque[Note] = deque()
        """Notes of the last token drawn that are still to be proposed."""
        self._ring = ring
        self._known: deque[tuple[Token, ModelState]] = deque()
        """The token of each note that has been stepped over, and the state after it."""

    def __len__(self) -> int:
        return len(self.planned)

    @property
    def last(self) -> Note | None:
        """The newest note, of the branch or else of the ring; None: there is none."""
        return self.planned[-1].note if self.planned else self._ring.last

    def latest_notes(self) -> Iterator[Note]:
        """The notes of the branch, then of the ring, newest first."""
        yield from (planned.note for planned in reversed(self.planned))
        yield from (self._ring.note(position) for position in range(self._ring.end - 1, self._ring.begin - 1, -1))

    def free_from(self, onset: int, polyphony: int) -> int:
        """The first tick from an onset on at which one more note of our own may sound."""
        own = (note.end for note in islice(self.latest_notes(), SOUNDING) if note.voice == ANSWER)
        ends = sorted((end for end in own if end > onset), reverse=True)
        return onset if len(ends) < polyphony else ends[polyphony - 1]

    # Its steps

    @property
    def is_caught_up(self) -> bool:
        """Whether every note of the branch has its state."""
        return len(self._known) == len(self.planned)

    @property
    def state(self) -> ModelState:
        """The state after the newest note, of the branch or else of the ring; to be asked for once caught up."""
        return self._state_before(len(self.planned))

    def next_step(self) -> Step | None:
        """The step over the first note without a state, of the ring or else of the branch; None: there is none."""
        if (step := self._ring.next_step()) is not None:
            return step
        joins = self._ring.vocabulary.joins
        while len(self._known) < len(self.planned):
            index = len(self._known)
            note, later = self.planned[index].note, self._note_after(index)
            if later is None or not joins(later, note):
                return self._step_over(index)
            self._keep(self._ring.vocabulary.passing, self._onto(index)[1])
        return None

    def invalidate(self) -> None:
        """Forget the states: something became known before them."""
        self._known.clear()

    def _step_over(self, index: int) -> Step:
        notes, before = self._onto(index)
        previous = self.planned[index - 1].note.onset if index else self._ring.last_onset
        token = self._ring.vocabulary.encode([*notes, self.planned[index].note], previous)
        return Step(token, before.state, partial(self._keep, token))

    def _onto(self, index: int) -> tuple[list[Note], ModelState]:
        """The notes before one that it joins, and the state from which to step over them together."""
        note = self.planned[index].note
        earlier = [self.planned[before].note for before in range(index)]
        together = [before for before in earlier if self._ring.vocabulary.joins(note, before)]
        if len(together) < index:
            return together, self._state_before(index)
        begun, before_all = self._ring.onto(note)
        return [*begun, *together], before_all

    def _keep(self, token: Token, state: ModelState) -> None:
        self._known.append((token, state))

    def _state_before(self, index: int) -> ModelState:
        return self._known[index - 1][1] if index else self._ring.head

    def _note_after(self, index: int) -> Note | None:
        if index + 1 < len(self.planned):
            return self.planned[index + 1].note
        return self.drawn[0] if self.drawn else None

    # Notes that become facts, or are void

    def mark_sent(self, note_id: int) -> Note | None:
        """A proposal went out; None: it is none of these."""
        for index, planned in enumerate(self.planned):
            if planned.note_id == note_id:
                self.planned[index] = planned._replace(is_sent=True)
                return planned.note
        return None

    def hand_over(self) -> bool:
        """Move what went out to the ring, in the order of the plan, whatever order it went out in; False: nothing."""
        count = 0
        while self.planned and self.planned[0].is_sent:
            note = self.planned.popleft().note
            count += 1
            last = self._ring.last
            if self._known and (last is None or (last.onset, last.pitch) <= (note.onset, note.pitch)):
                self._ring.append(note, *self._known.popleft())
            else:
                place_in_order(self._ring, note)
                self.invalidate()
        return count > 0

    def drop(self, goes: Callable[[Planned], bool]) -> None:
        """Take notes out; the states after them hold no more."""
        standing = deque(planned for planned in self.planned if not goes(planned))
        if len(standing) < len(self.planned):
            self.planned = standing
            self.invalidate()
