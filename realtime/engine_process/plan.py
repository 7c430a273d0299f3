"""What is planned ahead of the sound, on a branch of the context. Pure; engine process.

Proposals are not facts. The branch starts at the ring's head and carries its own moments; a note leaves it for the
ring when it has been sent. If the ring changes behind it (the human played, or a duration became known), the branch
is stepped again over the notes that still stand. Where the human's next notes are foretold with our own, they stand
on the branch too, until they prove right or wrong.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from exported.sampling import Constraint, Lean, Taste, draw
from midi.notes import ANSWER, HUMAN, TICKS_PER_BEAT, Note
from midi.tokens import WAIT_TICKS, Token
from realtime.engine_process.context import place_in_order
from realtime.engine_process.grid import TICKS_PER_BAR
from realtime.engine_process.model import Moment, StepModel
from realtime.engine_process.ring import ContextRing

LONGEST_BARS = 8
TAIL_TICKS = TICKS_PER_BAR
"""How long the last notes may ring on past the plan's end."""
REST_TICKS = 2 * TICKS_PER_BEAT
"""A rest this long, once half of an answer has been played, is its end: the phrase is complete."""
LONGEST_SILENCE = TICKS_PER_BEAT
"""Where the human's notes are foretold too: after so long without a note of our own, the next one is ours."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A note of the plan, its token and the moment after it. The human's are only foretold."""

    note_id: int
    note: Note
    token: Token
    moment: Moment


@dataclass(slots=True)
class Plan:
    """Notes decided one by one, from tick `begin` to before `end` (None: it goes on)."""

    model: StepModel
    taste: Taste
    begin: int
    end: int | None
    channel: int
    velocity_at: Callable[[int, int | None], int]
    """How loud a note at a tick is to be, given the velocity that the model drew, if any."""
    enters: bool = True
    """The first note is at `begin`, whatever the model thinks of that."""
    may_end: bool = True
    """The model may say that the music is over before `end`."""
    foretells: bool = False
    lean: Lean | None = None
    over: bool = False
    last_end: int = 0
    """The tick at which the last note so far ends."""
    stale: bool = False
    """The ring has changed behind the branch, whose moments are to be stepped again before they are used."""
    decided_until: int = field(init=False)
    """The onset of the newest note, or where the plan begins; in ticks."""
    _branch: deque[Planned] = field(default_factory=deque)
    _is_entering: bool = field(init=False)
    _last_own: int = field(init=False)
    """The onset of the latest note of our own that stands."""
    _last_sent: int = field(init=False)
    _drawn: deque[Note] = field(default_factory=deque)
    """Notes of the last token drawn that are still to be proposed."""

    def __post_init__(self) -> None:
        self.decided_until = self._last_own = self._last_sent = self.begin
        self._is_entering = self.enters

    def decide(self, ring: ContextRing, rng: np.random.Generator, note_id: int, not_before: int = 0) -> Note | None:
        """The next note, at tick `not_before` or later; None: the plan is over. One of the human's is not to sound."""
        if self.stale:
            self._restep(ring)
        if not self._drawn:
            self._drawn.extend(self._draw(ring, rng, not_before))
        if not self._drawn:
            self.over = True
            return None
        note = self._drawn.popleft()
        self._propose(ring, note_id, note, next(iter(self._drawn), None))
        self._is_entering = False
        self.decided_until = note.onset
        if note.voice == ANSWER:
            self._last_own = note.onset
            self.last_end = max(self.last_end, note.end)
        return note

    def _draw(self, ring: ContextRing, rng: np.random.Generator, not_before: int) -> list[Note]:
        """The notes of the next token; none if the plan is over."""
        last = self._branch[-1].note if self._branch else ring.last
        moment = self._branch[-1].moment if self._branch else ring.head
        memory = ring.recall(moment.key) if self.taste.imitate else None
        constraint = self._constraint(ring, last, not_before)
        token = draw(self.model.heads, self.model.fields, moment.hidden, memory, self.taste, rng, constraint, self.lean)
        wait = ring.speech.waited(token)
        previous = self.begin if last is None else last.onset
        if wait is None or self._is_past_the_end(wait, previous):
            return []
        at_least = self.begin if self._is_entering else not_before
        return [self._voiced(note, at_least) for note in ring.speech.said(token, previous)]

    def _constraint(self, ring: ContextRing, last: Note | None, not_before: int) -> Constraint:
        previous = None if last is None else last.onset
        if self._is_entering:
            return ring.speech.entering(self.begin, previous)
        if last is None or not_before - last.onset > WAIT_TICKS[-1]:
            return ring.speech.entering(not_before, previous)
        return ring.speech.following(
            last,
            may_end=self.may_end and self._is_half_over(last.onset),
            is_ours=not self.foretells or last.onset - self._last_own >= LONGEST_SILENCE,
            earliest=bisect_left(WAIT_TICKS, not_before - last.onset),
        )

    def _is_half_over(self, onset: int) -> bool:
        return self.end is not None and onset - self.begin >= (self.end - self.begin) // 2

    def _is_past_the_end(self, wait: int, previous: int) -> bool:
        if self._is_entering or self.end is None:
            return False
        rests = self.may_end and wait >= REST_TICKS and self._is_half_over(previous)
        return rests or previous + wait >= self.end

    def _voiced(self, note: Note, at_least: int) -> Note:
        onset = self.begin if self._is_entering else max(note.onset, at_least)  # exact where the wait's class is not
        duration = note.duration or 1
        if self.end is not None:
            duration = max(1, min(duration, self.end + TAIL_TICKS - onset))
        velocity = self.velocity_at(onset, note.velocity)
        return Note(onset, duration, note.pitch, velocity, self.channel, note.voice)

    # What became of it

    def sent(self, note_id: int, ring: ContextRing) -> bool:
        """A proposal went out: it joins the ring as a fact. Those before it did not happen. False: it is not ours."""
        if all(planned.note_id != note_id for planned in self._branch):
            return False
        while self._branch[0].note_id != note_id:
            self._branch.popleft()
            self.stale = True
        fact = self._branch.popleft()
        self._last_sent = fact.note.onset
        if self.stale or (ring.last is not None and _order(ring.last) > _order(fact.note)):
            place_in_order(ring, fact.note)
            self.stale = True
        else:
            ring.append(fact.note, fact.token, fact.moment)
        return True

    def interrupted(self, at: int, kept_until: int) -> None:
        """The human played at tick `at`: of the plan stands what is ours and due until `kept_until`, in ticks."""
        standing = (one for one in self._branch if one.note.voice == ANSWER and one.note.onset <= kept_until)
        self._branch = deque(standing)
        self._last_own = self._branch[-1].note.onset if self._branch else self._last_sent
        self._drawn.clear()
        self._is_entering = False
        self.stale = True
        self.decided_until = max(at, self._branch[-1].note.onset if self._branch else at)

    def forget_foretold(self, before: int) -> None:
        """What the human was to have played before a tick, and has not, is not part of the music."""
        if any(one.note.voice == HUMAN and one.note.onset < before for one in self._branch):
            standing = (one for one in self._branch if one.note.voice == ANSWER or one.note.onset >= before)
            self._branch = deque(standing)
            self.stale = True

    def _restep(self, ring: ContextRing) -> None:
        """The ring has changed behind the branch: step again over the notes that wait."""
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


def _order(note: Note) -> tuple[int, int]:
    return note.onset, note.pitch


def answer_length(phrase_ticks: int, bars: int | None, bar: int = TICKS_PER_BAR) -> int:
    """How long to answer, in ticks: `bars` if asked for, else as long as the phrase, in whole bars, at most eight.

    `bar`: ticks in a bar.
    """
    if bars is None:
        bars = min(max(1, -(-phrase_ticks // bar)), LONGEST_BARS)
    return bars * bar
