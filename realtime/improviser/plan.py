"""The plan: notes decided one by one, ahead of the sound. Pure.

Proposals are not facts: they stand on a branch of the context until they have been sent, or until a human note leaves
them standing. Steps are taken once nothing is due, or when the next note is to be decided: what has just been proposed
need not wait for its own.
Where the human's next notes are predicted with our own, they stand on the branch too, until they prove right or wrong.
"""

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field, replace
from itertools import takewhile

import numpy as np

from exported.sampling import Constraint, draw
from midi.notes import ANSWER, HUMAN, TICKS_PER_BEAT, Note
from midi.tokens import WAIT_TICKS, Token
from realtime.improviser.branch import Branch, Planned
from realtime.improviser.outline import Outline
from realtime.improviser.ring import ContextRing
from realtime.improviser.step_model import StepModel, catch_up

CHORD_MS = 10
"""A note of a chord is struck so long before or after its first, at most: solos teach placement, but no chords."""
LONGEST_SILENCE = TICKS_PER_BEAT
"""The time without a note of our own after which the next is ours, where the human's notes are predicted too."""
PREDICTED_FIRST = 2
"""The notes predicted since the human played after which the next is ours: it may be due at once."""


@dataclass(slots=True)
class Plan:
    """Notes decided one by one, as its outline asks."""

    model: StepModel
    ring: ContextRing
    outline: Outline
    enters: bool = True
    """The first note is at `begin`, whatever the model thinks of that."""
    answers_at_once: bool = False
    """The next note of our own answers what the human has just played: it may be due at once."""
    over: bool = False
    last_end: int = 0
    """The tick at which the last note so far ends."""
    decided_until: int = field(init=False)
    """The onset of the newest note, or where the plan begins; in ticks."""
    branch: Branch = field(init=False)
    _is_entering: bool = field(init=False)
    _has_entered: bool = False
    """A note of it stands, or has gone out."""
    _last_own: int = field(init=False)
    """The onset of the latest note of our own that stands."""
    _last_sent: int = field(init=False)
    """The onset of the latest of those that are in the ring."""

    def __post_init__(self) -> None:
        self.branch = Branch(self.ring)
        self.decided_until = self._last_own = self._last_sent = self.outline.begin
        self._is_entering = self.enters

    def decide(self, rng: np.random.Generator, note_id: int, not_before: int = 0) -> Note | None:
        """The next note, at tick `not_before` or later; None: the plan is over. One of the human's is not to sound."""
        self.catch_up()
        drawn = self.branch.drawn
        if not drawn:
            drawn.extend(self._draw(rng, not_before))
        if not drawn:
            self.over = True
            return None
        note = drawn.popleft()
        self._add(Planned(note_id, note))
        return note

    def _add(self, planned: Planned) -> None:
        note = planned.note
        self.branch.planned.append(planned)
        self._is_entering = False
        self.decided_until = note.onset
        if note.voice == ANSWER:
            self.answers_at_once = False
            self._last_own = note.onset
            self.last_end = max(self.last_end, note.end)

    # Drawing

    def _draw(self, rng: np.random.Generator, not_before: int) -> list[Note]:
        """The notes of the next token; none if the plan is over."""
        last, vocabulary = self.branch.last, self.ring.vocabulary
        token = self._drawn_token(last, rng, not_before)
        wait = vocabulary.wait_ticks(token)
        previous = self.outline.begin if last is None else last.onset
        if wait is None or (not self._is_entering and self.outline.is_over(previous, wait)):
            return []
        notes = vocabulary.decode(token, previous)
        played = [self.outline.as_played(note, self._onset(note.onset, not_before)) for note in notes]
        return [self._struck_together(note) for note in played]

    def _struck_together(self, note: Note) -> Note:
        """The same note; of a chord, near the chord's first note in time."""
        if note.deviation_ms is None:
            return note
        chord = takewhile(lambda other: other.onset == note.onset, self.branch.latest_notes())
        own = [other.deviation_ms for other in chord if other.voice == ANSWER and other.deviation_ms is not None]
        if not own:
            return note
        return replace(note, deviation_ms=max(own[-1] - CHORD_MS, min(note.deviation_ms, own[-1] + CHORD_MS)))

    def _drawn_token(self, last: Note | None, rng: np.random.Generator, not_before: int) -> Token:
        state, options = self.branch.state, self.outline.options
        memory = self.ring.recall(state.key, len(self.branch)) if options.imitate else None
        constraint, bias = self._constraint(last, not_before), self.outline.bias_after(last, self._struck(last))
        return draw(self.model.heads, self.model.fields, state.hidden, memory, options, rng, constraint, bias)

    def _onset(self, drawn: int, not_before: int) -> int:
        """The onset of a drawn note: exact where the wait's class is not."""
        return self.outline.begin if self._is_entering else max(drawn, not_before)

    def _constraint(self, last: Note | None, not_before: int) -> Constraint:
        vocabulary = self.ring.vocabulary
        previous = None if last is None else last.onset
        pitches, polyphony = self.outline.pitches, self.outline.polyphony
        if self._is_entering:
            return vocabulary.entering(self.outline.begin, previous, pitches, polyphony)
        if last is None or not_before - last.onset > WAIT_TICKS[-1]:
            return vocabulary.entering(not_before, previous, pitches, polyphony)
        earliest = max(not_before, self.branch.free_from(last.onset, polyphony))
        return vocabulary.following(
            last,
            pitches,
            polyphony,
            may_end=self.outline.may_end and self.outline.is_half_over(last.onset),
            is_ours=not self.outline.predicts_human or self._is_our_turn(last),
            earliest=bisect_left(WAIT_TICKS, earliest - last.onset),
        )

    def _struck(self, last: Note | None) -> tuple[int, int]:
        """By voice, how many notes are struck at the onset of the last one so far."""
        if last is None or self.outline.biases is None:
            return 0, 0
        latest = takewhile(lambda note: note.onset == last.onset, self.branch.latest_notes())
        voices = [note.voice for note in latest]
        return voices.count(HUMAN), voices.count(ANSWER)

    def _is_our_turn(self, last: Note) -> bool:
        """Whether the human's next note is not to be predicted."""
        predicted = sum(planned.note.voice == HUMAN for planned in self.branch.planned)
        is_silent = last.onset - self._last_own >= LONGEST_SILENCE
        return is_silent or (self.answers_at_once and predicted >= PREDICTED_FIRST)

    def catch_up(self) -> None:
        """Take every step that the next decision needs."""
        catch_up(self.model, self.branch.next_step)

    # Proposals that become facts, or are void

    def sent(self, note_id: int) -> bool:
        """A proposal went out: it joins the ring as a fact, once all before it have. False: it is not ours."""
        note = self.branch.mark_sent(note_id)
        if note is None:
            return False
        self._last_sent = max(self._last_sent, note.onset)
        self._hand_over()
        return True

    def dropped(self, note_id: int) -> None:
        """A proposal was left out."""
        self.branch.drop(lambda planned: planned.note_id == note_id)
        self._hand_over()

    def cancelled(self, last_id: int) -> list[int]:
        """Hand our own notes up to an id to the ring, sent or not: they stand, and nothing can cancel them later.

        The others are void, and so are those predicted of the human. Returns the ids of those that have not gone out.
        """
        self.branch.drop(lambda planned: planned.note_id > last_id or planned.note.voice != ANSWER)
        standing = [planned for planned in self.branch.planned if not planned.is_sent]
        self._last_own = self._last_sent = max([self._last_sent, *(planned.note.onset for planned in standing)])
        self.branch.planned = deque(planned._replace(is_sent=True) for planned in self.branch.planned)
        self._hand_over()
        self.branch.drawn.clear()
        return [planned.note_id for planned in standing]

    def forget_predicted(self, before: int) -> None:
        """Take out what the human was to have played before a tick, and has not: it is not part of the music."""
        self.branch.drop(lambda planned: planned.note.voice == HUMAN and planned.note.onset < before)
        self._hand_over()

    def _hand_over(self) -> None:
        if self.over:
            self.branch.drop(lambda planned: planned.note.voice == HUMAN)  # nobody waits for it any more
        self._has_entered |= self.branch.hand_over()

    # Human notes

    def interrupted(self, at: int) -> None:
        """The human played a note at tick `at`: it is in the ring, and what it cancelled has been taken out before."""
        is_to_come = at < self.outline.begin and not self._has_entered
        self.answers_at_once = not is_to_come
        self._is_entering = self.enters and is_to_come
        self.branch.invalidate()
        self.decided_until = max(at, self._last_own)
