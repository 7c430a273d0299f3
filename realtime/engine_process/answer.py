"""One answer being planned: proposals ahead of the sound, on a branch of the context. Pure; engine process.

Proposals are not facts. The branch starts at the ring's head and carries its own moments; a note leaves it for the
ring when it has been sent. If the ring changes behind it (a human's duration became known), the branch is stepped
again over the notes already proposed, which stay as they are.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from exported.sampling import Constraint, Taste, draw
from midi.notes import ANSWER, TICKS_PER_BEAT, Note
from midi.tokens import Token
from realtime.engine_process.dynamics import Dynamics
from realtime.engine_process.model import Moment, StepModel
from realtime.engine_process.ring import ContextRing
from realtime.engine_process.speech import Speech

TICKS_PER_BAR = 4 * TICKS_PER_BEAT
LONGEST_BARS = 8
TAIL_TICKS = TICKS_PER_BAR
"""How long the last notes may ring on past the answer's length."""
REST_TICKS = 2 * TICKS_PER_BEAT
"""A rest this long, once half of the answer has been played, is its end: the phrase is complete."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A proposed note, its token and the moment after it."""

    note_id: int
    note: Note
    token: Token
    moment: Moment


@dataclass(slots=True)
class Answer:
    """Notes decided one by one, from tick `begin` to before `begin + length`."""

    model: StepModel
    taste: Taste
    begin: int
    length: int
    channel: int
    dynamics: Dynamics
    over: bool = False
    end: int = 0
    """The tick at which the last note so far ends."""
    stale: bool = False
    """The ring has changed behind the branch, whose moments are to be stepped again before they are used."""
    _branch: deque[Planned] = field(default_factory=deque)
    _last: Note | None = None
    _drawn: deque[Note] = field(default_factory=deque)
    """Notes of the last token drawn that are still to be proposed."""

    def decide(self, ring: ContextRing, rng: np.random.Generator, note_id: int) -> Note | None:
        """The next note of the answer; None: the answer is over."""
        if self.stale:
            self._restep(ring)
        if not self._drawn:
            self._drawn.extend(self._draw(ring, rng))
        if not self._drawn:
            self.over = True
            return None
        note = self._drawn.popleft()
        self._propose(ring, note_id, note, next(iter(self._drawn), None))
        self._last = note
        self.end = max(self.end, note.end)
        return note

    def _draw(self, ring: ContextRing, rng: np.random.Generator) -> list[Note]:
        """The notes of the next token; none if the answer is over."""
        moment = self._branch[-1].moment if self._branch else ring.head
        previous = self._last.onset if self._last else ring.last_onset
        memory = ring.recall(moment.key) if self.taste.imitate else None
        constraint = self._constraint(ring.speech, previous)
        token = draw(self.model.heads, self.model.fields, moment.hidden, memory, self.taste, rng, constraint)
        wait = ring.speech.waited(token)
        if wait is None or self._is_past_the_end(wait):
            return []
        said = ring.speech.said(token, self.begin if previous is None else previous)
        return [self._voiced(note) for note in said]

    @property
    def decided_until(self) -> int:
        """The onset of the newest proposal, or where the answer begins; in ticks."""
        return self._last.onset if self._last else self.begin

    def _constraint(self, speech: Speech, previous: int | None) -> Constraint:
        if self._last is None:
            # The human's pause decides when the answer enters; the model decides with what.
            return speech.entering(self.begin, previous)
        return speech.following(self._last, may_end=self._last.onset - self.begin >= self.length // 2)

    def _is_past_the_end(self, wait: int) -> bool:
        if self._last is None:
            return False
        played = self._last.onset - self.begin
        rests = wait >= REST_TICKS and played >= self.length // 2
        return rests or played + wait >= self.length

    def _voiced(self, note: Note) -> Note:
        onset = self.begin if self._last is None else note.onset  # exact where the wait's class is not
        duration = min(note.duration or 1, self.begin + self.length + TAIL_TICKS - onset)
        velocity = self.dynamics.velocity_at(onset - self.begin, note.velocity)
        return Note(onset, duration, note.pitch, velocity, self.channel, ANSWER)

    def sent(self, note_id: int, ring: ContextRing) -> Note | None:
        """A proposal went out: it joins the ring as a fact. Those before it were dropped by the I/O process."""
        while self._branch and self._branch[0].note_id < note_id:
            self._branch.popleft()
            self.stale = True
        if not self._branch or self._branch[0].note_id != note_id:
            return None
        fact = self._branch.popleft()
        if self.stale:
            ring.feed(fact.note)
        else:
            ring.append(fact.note, fact.token, fact.moment)
        return fact.note

    def _restep(self, ring: ContextRing) -> None:
        """The ring has changed behind the branch: step again over the proposals that wait."""
        again, self._branch = list(self._branch), deque()
        following = [*(planned.note for planned in again[1:]), next(iter(self._drawn), None)]
        for planned, later in zip(again, following, strict=False):
            self._propose(ring, planned.note_id, planned.note, later)
        self.stale = False

    def _propose(self, ring: ContextRing, note_id: int, note: Note, later: Note | None) -> None:
        """Put a note at the end of the branch, stepped over unless the `later` one will be, which joins it."""
        joins = ring.speech.joins
        together = [planned.note for planned in self._branch if joins(note, planned.note)]
        begun, moment = ([], self._branch[-1].moment) if len(together) < len(self._branch) else ring.onto(note)
        token = ring.speech.passing
        if later is None or not joins(later, note):
            previous = self._branch[-1].note.onset if self._branch else ring.last_onset
            token = ring.speech.heard([*begun, *together, note], previous)
            moment = self.model.step(token, moment.state)
        self._branch.append(Planned(note_id, note, token, moment))


def answer_length(phrase_ticks: int, bars: int | None) -> int:
    """How long to answer, in ticks: `bars` if asked for, else as long as the phrase, in whole bars, at most eight."""
    if bars is None:
        bars = min(max(1, -(-phrase_ticks // TICKS_PER_BAR)), LONGEST_BARS)
    return bars * TICKS_PER_BAR
