"""What is planned ahead of the sound, on a branch of the context. Pure; engine process.

Proposals are not facts. The branch starts at the ring's head and carries its own moments; a note leaves it for the ring
when it has been sent, or when a human note leaves it standing. Its steps are taken once nothing is due, or when the
next note is to be decided: what has just been proposed need not wait for its own. If the ring changes behind the branch
(the human played, or a duration became known), it is stepped again over the notes that still stand; what answers the
human at once does not wait for that (see `shortcut`). Where the human's next notes are foretold with our own, they
stand on the branch too, until they prove right or wrong.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, takewhile
from typing import NamedTuple

import numpy as np

from exported.model_state import ModelState, Step
from exported.sampling import Bias, Constraint, SamplingOptions, draw
from midi.notes import ANSWER, HUMAN, TICKS_PER_BEAT, Note
from midi.tokens import WAIT_TICKS, Token
from realtime.improviser.context import place_in_order
from realtime.improviser.follow import Leaning
from realtime.improviser.grid import TICKS_PER_BAR
from realtime.improviser.ring import ContextRing
from realtime.improviser.shortcut import Shortcut
from realtime.improviser.step_model import KnownState, StepModel

TAIL_TICKS = TICKS_PER_BAR
"""How long the last notes may ring on past the plan's end."""
REST_TICKS = 2 * TICKS_PER_BEAT
"""A rest this long, once half of an answer has been played, is its end: the phrase is complete."""
LONGEST_SILENCE = TICKS_PER_BEAT
"""Where the human's notes are foretold too: after so long without a note of our own, the next one is ours."""
FORETOLD_FIRST = 2
"""Likewise after so many foretold since the human played: ours may be due at once, and each takes a millisecond."""

MOST_POLYPHONY = 16
SOUNDING = 24
"""Of so many of the latest notes some may still sound."""


class Planned(NamedTuple):
    """A note of the plan. The human's are only foretold."""

    note_id: int
    note: Note
    after: ModelState | None = None
    """The moment after it, if it has been stepped over; that of before, if a duration has become known since."""
    is_sent: bool = False
    """It went out, and waits for what was foretold before it to come or not."""


@dataclass(slots=True)
class Plan:
    """Notes decided one by one, from tick `begin` to before `end` (None: it goes on)."""

    model: StepModel
    taste: SamplingOptions
    begin: int
    end: int | None
    channel: int
    velocity_at: Callable[[int, int, int | None], int]
    """How loud a note at a tick, of a pitch, is to be, given the velocity that the model drew, if any."""
    enters: bool = True
    """The first note is at `begin`, whatever the model thinks of that."""
    may_end: bool = True
    """The model may say that the music is over before `end`."""
    foretells: bool = False
    leaning: Leaning | None = None
    polyphony: int = MOST_POLYPHONY
    """So many notes of our own sound at once at most."""
    beat_origin: int | None = None
    """The tick of any beat; None: `begin` is one."""
    answers_at_once: bool = False
    """The next note of our own answers what the human has just played: it may be due at once."""
    over: bool = False
    last_end: int = 0
    """The tick at which the last note so far ends."""
    decided_until: int = field(init=False)
    """The onset of the newest note, or where the plan begins; in ticks."""
    _branch: deque[Planned] = field(default_factory=deque)
    _settled: deque[tuple[Token, ModelState]] = field(default_factory=deque)
    """Of the notes of the branch that have been stepped over, the token and the moment after it."""
    _shortcut: Shortcut | None = None
    """From the human's latest note on, if something stood: what answers them at once is decided from there."""
    _stood: Shortcut | None = None
    """The way over what stood when something was cancelled, until the human's note is there."""
    _is_entering: bool = field(init=False)
    _has_entered: bool = False
    """A note of it stands, or has gone out."""
    _last_own: int = field(init=False)
    """The onset of the latest note of our own that stands."""
    _last_sent: int = field(init=False)
    """Likewise of those that are in the ring."""
    _drawn: deque[Note] = field(default_factory=deque)
    """Notes of the last token drawn that are still to be proposed."""

    def __post_init__(self) -> None:
        self.decided_until = self._last_own = self._last_sent = self.begin
        self._is_entering = self.enters

    def decide(self, ring: ContextRing, rng: np.random.Generator, note_id: int, not_before: int = 0) -> Note | None:
        """The next note, at tick `not_before` or later; None: the plan is over. One of the human's is not to sound."""
        self.settle(ring)
        if not self.answers_at_once:
            self._shortcut = None
        if not self._drawn:
            self._drawn.extend(self._draw(ring, rng, not_before))
        if not self._drawn:
            self.over = True
            return None
        note = self._drawn.popleft()
        self._branch.append(Planned(note_id, note))
        if self._shortcut is not None:
            self._shortcut.waiting.append(note)
        self._is_entering = False
        self.decided_until = note.onset
        if note.voice == ANSWER:
            self.answers_at_once = False
            self._last_own = note.onset
            self.last_end = max(self.last_end, note.end)
        return note

    def _draw(self, ring: ContextRing, rng: np.random.Generator, not_before: int) -> list[Note]:
        """The notes of the next token; none if the plan is over."""
        last = self._branch[-1].note if self._branch else ring.last
        moment = self._latest(ring)
        memory = ring.recall(moment.key, len(self._branch)) if self.taste.imitate else None
        constraint = self._constraint(ring, last, not_before)
        lean = self._lean(ring, last)
        token = draw(self.model.heads, self.model.fields, moment.hidden, memory, self.taste, rng, constraint, lean)
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
            is_ours=not self.foretells or self._is_our_turn(last),
            earliest=bisect_left(WAIT_TICKS, max(not_before, self._free_from(ring, last.onset)) - last.onset),
        )

    def _lean(self, ring: ContextRing, last: Note | None) -> Bias | None:
        """What bends the draw of the note after `last`."""
        if self.leaning is None:
            return None
        if last is None:
            return self.leaning.at(None, 0)
        struck = [note.voice for note in takewhile(lambda note: note.onset == last.onset, self._latest_notes(ring))]
        phase = (last.onset - (self.begin if self.beat_origin is None else self.beat_origin)) % TICKS_PER_BEAT
        return self.leaning.at(last, phase, (struck.count(HUMAN), struck.count(ANSWER)))

    def _free_from(self, ring: ContextRing, onset: int) -> int:
        """The first tick from an onset on at which one more note of our own may sound."""
        own = (note.end for note in islice(self._latest_notes(ring), SOUNDING) if note.voice == ANSWER)
        ends = sorted((end for end in own if end > onset), reverse=True)
        return onset if len(ends) < self.polyphony else ends[self.polyphony - 1]

    def _latest_notes(self, ring: ContextRing) -> Iterator[Note]:
        """The notes of the branch, then of the ring, newest first."""
        yield from (one.note for one in reversed(self._branch))
        yield from (ring.note(position) for position in range(ring.end - 1, ring.begin - 1, -1))

    def _is_our_turn(self, last: Note) -> bool:
        """Whether the human's next note is not to be foretold."""
        foretold = sum(one.note.voice == HUMAN for one in self._branch)
        return last.onset - self._last_own >= LONGEST_SILENCE or (self.answers_at_once and foretold >= FORETOLD_FIRST)

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
        velocity = self.velocity_at(onset, note.pitch, note.velocity)
        return Note(onset, duration, note.pitch, velocity, self.channel, note.voice)

    # Its steps

    def settle(self, ring: ContextRing) -> None:
        """Take every step that the next decision needs."""
        while (step := self.next_step(ring)) is not None:
            self.model.take((step,))

    @property
    def is_settled(self) -> bool:
        """Whether the next decision needs no more steps than the ring's."""
        return not self._way.waiting if self._way is not None else len(self._settled) == len(self._branch)

    def next_step(self, ring: ContextRing) -> Step | None:
        """A step that the next decision needs: over the first note without a moment, of the ring or else of the branch.

        Where it takes the shortcut: over the first note that waits there.
        """
        if (way := self._way) is not None:
            return way.next_step(ring.speech)
        if (step := ring.next_step()) is not None:
            return step
        joins = ring.speech.joins
        while len(self._settled) < len(self._branch):
            place = len(self._settled)
            note = self._branch[place].note
            earlier = [self._branch[before].note for before in range(place)]
            together = [before for before in earlier if joins(note, before)]
            begun, moment = ring.onto(note) if len(together) == place else ([], self._moment_before(ring, place))
            later = self._note_after(place)
            if later is None or not joins(later, note):
                previous = earlier[-1].onset if earlier else ring.last_onset
                token = ring.speech.heard([*begun, *together, note], previous)
                return Step(token, moment.state, partial(self._settle_one, token))
            self._settle_one(ring.speech.passing, moment)
        return None

    def _settle_one(self, token: Token, moment: ModelState) -> None:
        place = len(self._settled)
        self._branch[place] = self._branch[place]._replace(after=moment)
        self._settled.append((token, moment))

    def _latest(self, ring: ContextRing) -> ModelState:
        """The moment from which to decide."""
        return self._moment_before(ring, len(self._branch)) if self._way is None else self._way.reached

    def _moment_before(self, ring: ContextRing, place: int) -> ModelState:
        return self._settled[place - 1][1] if place else ring.head

    def _note_after(self, place: int) -> Note | None:
        if place + 1 < len(self._branch):
            return self._branch[place + 1].note
        return self._drawn[0] if self._drawn else None

    def unsettle(self) -> None:
        """A duration has become known behind the branch: its moments hold no more, but for a shortcut."""
        self._settled.clear()

    @property
    def takes_shortcut(self) -> bool:
        """Whether the next decision waits for no steps but those on the shortcut."""
        return self._way is not None

    @property
    def _way(self) -> Shortcut | None:
        return self._shortcut if self.answers_at_once else None

    def _over_standing(self) -> Shortcut | None:
        """The way over the notes of the branch, from the last that has been stepped over; None: none has."""
        known: KnownState | None = None
        notes = deque(one.note for one in self._branch)
        for one in self._branch:
            if one.after is None:
                break
            known = KnownState(notes.popleft(), one.after)
        return None if known is None else Shortcut([known], notes)

    def _shorten(self, by: Note, ring: ContextRing, before_it: KnownState | None) -> None:
        """The human played a note: it is in the ring, but in no moment of what stands. Step over it last."""
        if ring.speech.joins(by, by) or ring.behind <= 1:
            self._shortcut = None  # where notes join one moment is not after each; and where nothing stands, no need
        elif before_it is not None:
            self._shortcut = Shortcut([before_it], deque())
        elif (stood := self._stood) is not None and (self._shortcut is None or not stood.waiting):
            self._shortcut = stood
        self._stood = None
        if self._shortcut is not None:
            self._shortcut.waiting.append(by)

    # What became of it

    def sent(self, note_id: int, ring: ContextRing) -> bool:
        """A proposal went out: it joins the ring as a fact, once all before it have. False: it is not ours."""
        place = next((place for place, one in enumerate(self._branch) if one.note_id == note_id), None)
        if place is None:
            return False
        fact = self._branch[place] = self._branch[place]._replace(is_sent=True)
        self._last_sent = max(self._last_sent, fact.note.onset)
        self._hand_over(ring)
        return True

    def _hand_over(self, ring: ContextRing) -> None:
        """What went out joins the ring in the order of the plan, whatever order it went out in."""
        if self.over:
            self._drop(lambda one: one.note.voice == HUMAN)  # nobody waits for it any more
        while self._branch and self._branch[0].is_sent:
            fact = self._branch.popleft()
            self._has_entered = True
            is_next = ring.last is None or _order(ring.last) <= _order(fact.note)
            if self._settled and is_next:
                ring.append(fact.note, *self._settled.popleft())
            else:
                place_in_order(ring, fact.note)
                self.unsettle()

    def dropped(self, note_id: int, ring: ContextRing) -> None:
        """A proposal was left out."""
        self._drop(lambda one: one.note_id == note_id)
        self._hand_over(ring)

    def cancelled(self, last_id: int, ring: ContextRing) -> list[int]:
        """Of our own notes stand those up to one, and they join the ring, sent or not: nothing can cancel them later.

        The human's that were foretold are void. Returns the ids of those that have not gone out.
        """
        self._drop(lambda one: one.note_id > last_id or one.note.voice != ANSWER)
        standing = [one for one in self._branch if not one.is_sent]
        self._last_own = self._last_sent = max([self._last_sent, *(one.note.onset for one in standing)])
        self._stood = self._over_standing()
        self._branch = deque(one._replace(is_sent=True) for one in self._branch)
        self._hand_over(ring)
        self._drawn.clear()
        return [one.note_id for one in standing]

    @property
    def standing(self) -> list[int]:
        """The ids of our own notes that have not gone out, in order."""
        return [one.note_id for one in self._branch if one.note.voice == ANSWER and not one.is_sent]

    def interrupted(self, by: Note, at: int, ring: ContextRing, before_it: KnownState | None) -> None:
        """The human played a note at tick `at`, and it is in the ring; what it cancelled was told before.

        `before_it`: what the ring knew before it.
        """
        self._shorten(by, ring, before_it)
        is_to_come = at < self.begin and not self._has_entered
        self.answers_at_once = not is_to_come
        self._is_entering = self.enters and is_to_come
        self.unsettle()
        self.decided_until = max(at, self._last_own)

    def forget_foretold(self, before: int, ring: ContextRing) -> None:
        """What the human was to have played before a tick, and has not, is not part of the music."""
        self._drop(lambda one: one.note.voice == HUMAN and one.note.onset < before)
        self._hand_over(ring)

    def _drop(self, goes: Callable[[Planned], bool]) -> None:
        """Some notes are no part of the plan any more, and the moments after them hold no more."""
        gone: list[Note] = []
        standing: deque[Planned] = deque()
        for one in self._branch:
            if goes(one):
                gone.append(one.note)
            else:
                standing.append(one._replace(after=None) if gone else one)
        if gone:
            self._branch = standing
            self._shortcut = None if self._shortcut is None else self._shortcut.without(gone)
            self.unsettle()


def _order(note: Note) -> tuple[int, int]:
    return note.onset, note.pitch
