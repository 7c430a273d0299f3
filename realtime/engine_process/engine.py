"""The musician inside: a state machine. Messages and times go in, timed messages come out.

No clock, thread, port or process here: the daemon, the renderer and the tests run this same code. `receive` takes
what happened, `advance` says what follows, `wake_ns` when to ask again. `advance` decides at most one note, so that a
human note that arrives meanwhile is never behind more than one step.

Epochs: a human note-on (or a panic) begins one. What was proposed before it and has not sounded is void on both
sides: here it leaves the branch, and the I/O process does not send it.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from exported.sampling import Taste
from midi.meter import Bar, place
from midi.notes import ANSWER, TICKS_PER_BEAT, Note
from midi.tempo import Tempo
from midi.tokens import NOWHERE, Place
from realtime.engine_process.answer import Answer, answer_length
from realtime.engine_process.dynamics import Dynamics
from realtime.engine_process.model import StepModel
from realtime.engine_process.ring import CAPACITY, ContextRing
from realtime.engine_process.tracker import MS, Tracker
from realtime.messages import (
    NOTE_OFF,
    NOTE_ON,
    AnswerOver,
    Begin,
    Message,
    Past,
    Ping,
    Played,
    Pong,
    Proposal,
    Released,
    Sent,
)
from realtime.settings import DEFAULT_BPM, Settings

ENTRY_NS = 30 * MS
"""An answer enters on the first beat at least this far ahead: time enough to decide its first chord."""
LONGEST_REPLAY = 256
"""Notes this far back are not changed any more: a duration that becomes known later stays unknown."""


class Engine:
    """Reply mode: listens to a phrase, and when it is over answers it until the answer ends or the human plays.

    `bars`: where bars are known to begin, in ticks of the performance, in order.
    """

    def __init__(
        self, model: StepModel, settings: Settings, capacity: int = CAPACITY, bars: Sequence[Bar] = ()
    ) -> None:
        self._bars = bars
        self.ring = ContextRing(model, capacity, self._place_of)
        self.tempo = Tempo.of(settings.bpm or DEFAULT_BPM)
        self._model = model
        self._taste = Taste(settings.temperature, settings.imitate)
        self._settings = settings
        self._rng = np.random.default_rng(settings.rng_seed)
        self._tracker = Tracker(self.tempo)
        self._answer: Answer | None = None
        self._answering: dict[int, Note] = {}
        self._epoch = 0
        self._note_ids = 0
        self._out: deque[Message] = deque()

    def receive(self, message: Message) -> None:
        """Take in what happened."""
        match message:
            case Played():
                self._hear(message)
            case Sent():
                self._send(message)
            case Released():
                self._cut(message)
            case Past():
                self._remember(message)
            case Begin():
                self._epoch = message.epoch
            case Ping():
                self._out.append(Pong(message.serial))

    def advance(self, now_ns: int) -> list[Message]:
        """What follows by now; decides at most one note."""
        self.ring.settle()
        over_ns = self._tracker.phrase_over_ns
        if over_ns is not None and over_ns <= now_ns:
            self._begin_answer(now_ns)
        elif self._answer is not None and not self._answer.over and self._plan_ns(self._answer) <= now_ns:
            self._decide(self._answer)
        out = list(self._out)
        self._out.clear()
        return out

    @property
    def wake_ns(self) -> int | None:
        """When to call `advance` next if nothing is received; None: only then."""
        times = [self._tracker.phrase_over_ns]
        if self._answer is not None and not self._answer.over:
            times.append(self._plan_ns(self._answer))
        return min((time for time in times if time is not None), default=None)

    # What the human does

    def _hear(self, played: Played) -> None:
        if played.is_note_on:
            self._epoch += 1
            self._answer = None
            for before, after in self._tracker.press(played):
                self._correct(before, after) if before else self._insert(after)
        elif played.is_panic:
            self._epoch += 1
            self._answer = None
        elif played.is_note_off:
            for before, after in self._tracker.release(played):
                self._correct(before, after)

    def _insert(self, note: Note) -> None:
        """Into its place in the canonical order: the notes of a chord may come in any order."""
        ring = self.ring
        position = ring.end
        while position > max(ring.floor, ring.end - LONGEST_REPLAY):
            before = ring.note(position - 1)
            if (before.onset, before.pitch) <= (note.onset, note.pitch):
                break
            position -= 1
        ring.insert(position, note)

    def _correct(self, before: Note, after: Note) -> None:
        """A note's duration became known: change it where it stands, if that is not too long ago."""
        ring = self.ring
        for position in range(ring.end - 1, max(ring.floor, ring.end - LONGEST_REPLAY) - 1, -1):
            if ring.note(position) == before:
                ring.amend(position, after)
                if self._answer is not None:
                    self._answer.stale = True
                return

    # What became of the proposals

    def _send(self, sent: Sent) -> None:
        if self._answer is not None:
            note = self._answer.sent(sent.note_id, self.ring)
            if note is not None:
                self._answering[sent.note_id] = note
                while len(self._answering) > LONGEST_REPLAY:
                    del self._answering[next(iter(self._answering))]

    def _cut(self, released: Released) -> None:
        note = self._answering.get(released.note_id)
        if note is not None:
            ticks = max(1, self.tempo.tick_at(released.at_ns) - note.onset)
            self._correct(note, replace(note, duration=ticks))

    def _remember(self, past: Past) -> None:
        if past.human:  # heard as it was played: what no answer followed is a phrase still to be answered
            self._hear(Played(past.on_ns, NOTE_ON | past.channel, past.pitch, past.velocity))
            if past.off_ns:
                self._hear(Played(past.off_ns, NOTE_OFF | past.channel, past.pitch, 0))
            return
        self._tracker.take_phrase()
        onset = self.tempo.tick_at(past.on_ns)
        duration = max(1, self.tempo.tick_at(past.off_ns) - onset) if past.off_ns else None
        self._insert(Note(onset, duration, past.pitch, past.velocity, past.channel, ANSWER))

    # The answer

    def _begin_answer(self, now_ns: int) -> None:
        phrase = self._tracker.take_phrase()
        begin = self._next_beat(phrase.begin, self.tempo.tick_at(now_ns + ENTRY_NS))
        channel = self._tracker.channel if self._settings.channel is None else self._settings.channel - 1
        length = answer_length(phrase.length, self._settings.bars)
        dynamics = Dynamics.of(phrase.notes)
        self._answer = Answer(self._model, self._taste, begin, length, channel, dynamics)
        self._answering.clear()

    def _place_of(self, tick: int) -> Place:
        return place(self._bars, tick) or NOWHERE

    @staticmethod
    def _next_beat(first_onset: int, tick: int) -> int:
        """The first beat from a tick on, counted from the phrase's first onset."""
        return tick + (first_onset - tick) % TICKS_PER_BEAT

    def _plan_ns(self, answer: Answer) -> int:
        """When the next note should be decided: the lookahead before the newest one sounds."""
        return self.tempo.ns_at(answer.decided_until) - self._settings.lookahead * MS

    def _decide(self, answer: Answer) -> None:
        self._note_ids += 1
        note = answer.decide(self.ring, self._rng, self._note_ids)
        if note is None:
            self._out.append(AnswerOver(self._epoch, self.tempo.ns_at(answer.end)))
            return
        on_ns, off_ns = self.tempo.ns_at(note.onset), self.tempo.ns_at(note.end)
        velocity = note.velocity or 1
        self._out.append(Proposal(self._note_ids, self._epoch, on_ns, off_ns, note.pitch, velocity, note.channel))
