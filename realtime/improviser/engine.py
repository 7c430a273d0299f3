"""The musician inside: a state machine. Messages and times go in, timed messages come out.

No clock, thread, port or process here: the daemon, the renderer and the tests run this same code. `receive` takes
what happened, `advance` says what follows, `wake_ns` when to ask again. `advance` decides at most one note. The steps
of the model that it needs can be taken before, one at a time, by who asks for the `next_step`: together with those of
other engines, and a human note that arrives meanwhile is never behind more than one.

Epochs: a human note-on (or a panic, another mode, a transport that stops) begins one. The I/O process decides what it
cancels of what was proposed and has not sounded, and says so before all else: that leaves the plan.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from exported.model_state import Step
from exported.sampling import SamplingOptions
from midi.notes import ANSWER, Note
from midi.tempo import Tempo
from realtime.improviser.context import LONGEST_REPLAY, correct, place_in_order, take_out, tell_anew
from realtime.improviser.follow import Follower
from realtime.improviser.grid import TICKS_PER_BAR
from realtime.improviser.groove import Groove
from realtime.improviser.onsets import Strike
from realtime.improviser.plan import Plan
from realtime.improviser.ring import CAPACITY, ContextRing
from realtime.improviser.step_model import KnownState, StepModel
from realtime.improviser.timekeeper import Timekeeper
from realtime.improviser.tracker import Phrase, Tracker
from realtime.messages import (
    NOTE_OFF,
    NOTE_ON,
    AnswerEnd,
    Cancelled,
    CountedIn,
    Dropped,
    HistoryNote,
    ListenFrom,
    Message,
    Panicked,
    ParameterChange,
    Played,
    Proposal,
    Released,
    Sent,
    TempoEstimate,
    TransportState,
)
from realtime.modes import MODES, MS, Mode
from realtime.settings import Settings

ENTRY_NS = 30 * MS
"""An answer enters at least this far ahead: time enough to decide its first chord."""
PATIENCE_TICKS = TICKS_PER_BAR
"""An accompaniment goes on so long after the human's last note, or while a key is down."""
FORGET_NS = 60 * MS
"""A note that the human was to have played so long ago did not come."""
BEAT_ONSETS = 8
"""Where there are no turns, the beat is sought anew after so many chords or notes of the human's."""
AT_ONCE = 0


class Engine:
    """Listens, and plans what is played: an answer to each phrase, an accompaniment, or a solo."""

    def __init__(self, model: StepModel, settings: Settings, capacity: int = CAPACITY) -> None:
        self._time = Timekeeper(settings)
        self._grid = self._time.grid
        self.ring = ContextRing(model, capacity, self._grid.place_of)
        self.settings = settings
        self._model = model
        self._rng = np.random.default_rng(settings.seed)
        self._groove = Groove(settings.seed)
        self._touch = np.random.default_rng([settings.seed, 2])  # of its own: what is played does not depend on it
        self._tracker = Tracker(self.tempo, self._grid.beat_origin)
        self._follower = Follower()
        self._is_rolling = True
        self._onsets_since_beat = 0
        self._plan: Plan | None = None
        self._unbent_since: int | None = None
        """The tick of a human note that the plan has not been bent towards yet."""
        self._at_once: int | None = None
        """The onset of that note, once decided; of a chord, all are due with it."""
        self._begins_ns: int | None = None
        """When a plan is to begin without the human; None: none is."""
        self._starts_at = 0
        """The tick at which a count-in is over: nothing of its own comes before."""
        self._phrase_ticks = 0
        """How long the phrase was that was answered last."""
        self._proposed: dict[int, Note] = {}
        self._taken_in: dict[int, Note] = {}
        """Of those, by their ids, what has not gone out and is in the ring: no human note can cancel it any more."""
        self._epoch = 0
        self._note_ids = 0
        self._out: deque[Message] = deque()

    def receive(self, message: Message) -> None:
        """Take in what happened."""
        match message:
            case Played():
                self._hear(message)
            case CountedIn():
                self._plan = None
                self._start_at(message.starts_at)
            case Panicked():
                self._plan = self._begins_ns = None
            case Sent() | Released() | Dropped() | Cancelled():
                self._resolve(message)
            case TransportState():
                self._keep_time(message)
            case ParameterChange():
                self._change(message)
            case HistoryNote():
                self._remember(message)
            case ListenFrom():
                self._epoch = message.epoch
                self._start_at(message.starts_at)

    def next_step(self, now_ns: int) -> Step | None:
        """A step of the model that `advance` needs at this time; None: none, any more."""
        plan = self._deciding(now_ns)
        if plan is not None:
            return plan.next_step(self.ring)
        step = self.ring.next_step()
        return self._plan.next_step(self.ring) if step is None and self._plan is not None else step

    def advance(self, now_ns: int) -> list[Message]:
        """What follows by now; decides at most one note."""
        plan = self._deciding(now_ns)
        if plan is None or not plan.takes_shortcut:
            self.ring.settle()
        over_ns = self._tracker.phrase_over_ns
        if over_ns is not None and over_ns <= now_ns:
            self._end_phrase(over_ns, now_ns)
        elif _is_due(self._begins_ns, now_ns):
            self._begin_alone(now_ns)
        elif self._unbent_since is not None and not (plan is not None and plan.answers_at_once):
            self._bend()
        elif plan is not None:
            self._decide(plan, now_ns)
        elif self._seeks_beat:
            self._follow_beat(self._tracker.phrase)
        elif self._plan is not None:
            self._plan.settle(self.ring)
        out = list(self._out)
        self._out.clear()
        return out

    @property
    def wake_ns(self) -> int | None:
        """When to call `advance` next if nothing is received; None: only then."""
        if self._out or self._unbent_since is not None or self._seeks_beat or not self.ring.is_settled:
            return AT_ONCE
        if self._plan is not None and not self._plan.is_settled:
            return AT_ONCE  # that what stands of it is known when the human plays
        times = (self._tracker.phrase_over_ns, self._begins_ns, self._decision_ns)
        return min((time for time in times if time is not None), default=None)

    @property
    def tempo(self) -> Tempo:
        """The tempo that it plans in."""
        return self._time.tempo

    @property
    def _mode(self) -> Mode:
        return MODES[self.settings.mode]

    @property
    def _begins_alone(self) -> bool:
        return self._mode.begins_alone and not self.settings.wait_for_me

    # What the human does

    def _hear(self, played: Played) -> None:
        if played.is_note_on:
            before_it = self.ring.known()
            changes = self._tracker.press(played)
            for before, after in changes:
                self._correct(before, after) if before else self._take(after)
            self._onsets_since_beat += 1
            self._give_way(changes[-1][1], played.at_ns, before_it)
        else:
            for before, after in self._tracker.release(played):
                self._correct(before, after)

    def _take(self, note: Note) -> None:
        place_in_order(self.ring, note)
        self._follower.hear(note, self._tracker.origin)

    def _correct(self, before: Note, after: Note) -> None:
        if correct(self.ring, before, after) and self._plan is not None:
            self._plan.unsettle()

    def _give_way(self, note: Note, at_ns: int, before_it: KnownState | None) -> None:
        """The human has played a note: a plan that takes turns is over, another is made anew from here on."""
        if self._mode.takes_turns:
            self._plan = None
            return
        tick = self.tempo.tick_at(at_ns)
        if self._plan is not None and not self._plan.over:
            self._plan.interrupted(note, tick, self.ring, before_it)
        elif self._is_rolling and self._begins_ns is None:
            begin = max(tick, self._starts_at)
            self._plan = self._planned(begin, self._end_from(begin), enters=begin > tick)
            self._plan.answers_at_once = begin == tick
        if self._plan is not None:
            self._plan.channel = self._channel
            self._unbent_since = tick
            if self._plan.leaning is None:
                self._bend()
        if self._plan is not None and self._mode.ends_with_human:
            self._plan.end = max(tick, self._starts_at) + PATIENCE_TICKS

    # What became of the proposals

    def _resolve(self, message: Sent | Released | Dropped | Cancelled) -> None:
        match message:
            case Sent():
                self._send(message)
            case Released():
                self._cut(message)
            case Dropped():
                self._drop(message)
            case Cancelled():
                self._cancel(message)

    def _send(self, sent: Sent) -> None:
        note = self._proposed.get(sent.note_id)
        if note is None or self._taken_in.pop(sent.note_id, None) is not None:  # long ago, or in the ring already
            return
        if self._plan is None or not self._plan.sent(sent.note_id, self.ring):
            place_in_order(self.ring, note)  # it went out as the plan was given up
            if self._plan is not None:
                self._plan.unsettle()

    def _cut(self, released: Released) -> None:
        note = self._proposed.get(released.note_id)
        if note is not None:
            ticks = self.tempo.tick_at(self.tempo.ns_at(note.onset) + released.sounded_ns) - note.onset
            self._correct(note, replace(note, duration=max(1, ticks)))

    def _drop(self, dropped: Dropped) -> None:
        note = self._taken_in.pop(dropped.note_id, None)
        if self._plan is not None:
            self._plan.dropped(dropped.note_id, self.ring)
        if note is not None and take_out(self.ring, note) and self._plan is not None:
            self._plan.unsettle()

    def _cancel(self, cancelled: Cancelled) -> None:
        """An epoch begins: what stands is part of the music from here on, and all else that was planned is void."""
        self._epoch = cancelled.epoch
        if self._plan is not None:
            standing = self._plan.cancelled(cancelled.last_id, self.ring)
            self._taken_in |= {note_id: self._proposed[note_id] for note_id in standing}

    @property
    def standing(self) -> list[int]:
        """The ids of the notes of its own that are planned and have not gone out, in order."""
        return [*self._taken_in, *([] if self._plan is None else self._plan.standing)]

    def _remember(self, past: HistoryNote) -> None:
        if past.human:  # heard as it was played: what no answer followed is a phrase still to be answered
            self._hear(Played(past.on_ns, NOTE_ON | past.channel, past.pitch, past.velocity))
            if past.off_ns:
                self._hear(Played(past.off_ns, NOTE_OFF | past.channel, past.pitch, 0))
            return
        self._tracker.take_phrase()
        onset = self.tempo.tick_at(past.on_ns)
        duration = max(1, self.tempo.tick_at(past.off_ns) - onset) if past.off_ns else None
        place_in_order(self.ring, Note(onset, duration, past.pitch, past.velocity, past.channel, ANSWER))

    # Time, and other changes

    def _start_at(self, tick: int) -> None:
        """The music begins at this tick, or has begun then."""
        self._starts_at = tick
        if self._plan is not None and self._plan.begin < tick:
            self._plan = None
        if self._begins_alone and self._is_rolling:
            self._begins_ns = AT_ONCE

    def _keep_time(self, conducted: TransportState) -> None:
        self._time.keep(conducted)
        self._tracker.tempo, self._tracker.beat_origin = self.tempo, self._grid.beat_origin
        if self._plan is not None:
            self._plan.beat_origin = self._origin_of(self._plan.begin)
        stops, starts = self._is_rolling and not conducted.rolling, conducted.rolling and not self._is_rolling
        self._is_rolling = conducted.rolling
        if stops:
            self._plan = self._begins_ns = None
        if starts and self._begins_alone:
            self._begins_ns = AT_ONCE

    def _change(self, changed: ParameterChange) -> None:
        name, _, text = changed.text.rstrip(b"\0").decode().partition(" ")
        before, waited = self.settings, not self._begins_alone
        self.settings = self.settings.changed(name, text)
        if self.settings.mode != before.mode:
            self._plan = self._begins_ns = None
        is_asked = name == "mode" or waited
        if is_asked and self._begins_alone and self._is_rolling and self._plan is None:
            self._begins_ns = AT_ONCE
        if self._plan is not None:
            self._plan.taste, self._plan.channel = self._taste, self._channel
            self._follow()
            if self.settings.follow_dynamics != before.follow_dynamics:
                self._plan.velocity_at = self._loudness(self._plan.begin)
            if self.settings.bars != before.bars and not self._mode.ends_with_human:
                takes_turns = self._mode.takes_turns
                self._plan.end = self._end_from(self._plan.begin if takes_turns else self._plan.decided_until)

    def _follow_beat(self, phrase: Phrase) -> None:
        """Take up the beat of what the human has played, where nobody else sets the tempo."""
        self._onsets_since_beat = 0
        strikes = [Strike(heard.at_ns, heard.note.pitch, heard.note.velocity or 1) for heard in phrase.heard]
        if not self._time.follow(strikes):
            return
        tempo = self._tracker.tempo = self.tempo
        self._follower.hear_anew(self._tracker.in_time(tempo.anchor_tick), tempo.anchor_tick)
        if self._mode.takes_turns:
            tell_anew(self.ring, self._tracker.retold(tempo.anchor_tick))
        self._tracker.beat_origin = tempo.anchor_tick
        self._out.append(TempoEstimate(float(tempo.bpm), tempo.anchor_ns, tempo.anchor_tick))
        self._follow()

    # Plans

    def _end_phrase(self, over_ns: int, now_ns: int) -> None:
        """Answer the phrase, which was over at a moment; whoever looks at it a little late answers no later."""
        self._follow_beat(self._tracker.phrase)
        phrase = self._tracker.take_phrase()
        self._follower.phrase_over()
        self._groove.heard_swing = phrase.swing(self.tempo, self._origin_of(phrase.begin))
        if not self._mode.takes_turns:
            return
        from_ns = over_ns if now_ns - over_ns <= ENTRY_NS else now_ns
        begin = self._entry(max(self.tempo.tick_at(from_ns + ENTRY_NS), self._starts_at), phrase.begin)
        self._phrase_ticks = phrase.length
        self._plan = self._planned(begin, self._end_from(begin), enters=True)
        self._follow()

    def _entry(self, tick: int, origin: int) -> int:
        return self._time.entry(tick, origin, self.settings.quantize_entry)

    def _end_from(self, begin: int) -> int | None:
        """Where what begins at a tick ends: after the phrase's length or `bars`; None: never."""
        if self.settings.bars is None and not self._mode.takes_turns:
            return None
        return self._time.answer_end(begin, self._phrase_ticks, self.settings.bars)

    def _begin_alone(self, now_ns: int) -> None:
        """Begin a solo, without the human."""
        tick = max(self.tempo.tick_at(now_ns + ENTRY_NS), self._starts_at)
        self._begins_ns = None
        if self._begins_alone and self._is_rolling:
            if self._grid.beat_origin is None:
                self._grid.beat_origin = self._tracker.beat_origin = 0  # where our own clock has its beats
            begin = self._entry(tick, tick)
            self._plan = self._planned(begin, self._end_from(begin), enters=True)

    def _planned(self, begin: int, end: int | None, *, enters: bool) -> Plan:
        return Plan(
            self._model,
            self._taste,
            begin,
            end,
            self._channel,
            self._loudness(begin),
            enters=enters,
            may_end=self._mode.takes_turns,
            foretells=self._mode.foretells,
            polyphony=self._follower.polyphony(self.settings),
            beat_origin=self._origin_of(begin),
        )

    def _origin_of(self, begin: int) -> int:
        """The tick of any beat, for what begins at a tick: that is one, where nobody knows better."""
        return begin if self._grid.beat_origin is None else self._grid.beat_origin

    def _loudness(self, begin: int) -> Callable[[int, int, int | None], int]:
        """How loud a note at a tick, of a pitch, is to be, going on from `begin` as the human plays now."""
        dynamics = self._follower.dynamics(self.settings)
        touch = self._touch
        return lambda onset, pitch, learned: dynamics.velocity_at(onset - begin, pitch, learned, touch.random())

    @property
    def _channel(self) -> int:
        return self._tracker.channel if self.settings.channel is None else self.settings.channel - 1

    @property
    def _taste(self) -> SamplingOptions:
        return SamplingOptions(self.settings.temperature, self.settings.imitate)

    def _bend(self) -> None:
        """Bend the plan towards the human's latest note.

        What answers that note at once is not kept waiting for it: it is bent by the notes before.
        """
        tick, self._unbent_since = self._unbent_since, None
        if self._plan is not None:
            self._follow()
            begin = self._plan.begin if tick is None else self._follower.measure_begun(tick)
            self._plan.velocity_at = self._loudness(begin)

    def _follow(self) -> None:
        """Bend the plan towards how the human plays now."""
        if self._plan is not None:
            self._plan.beat_origin = self._origin_of(self._plan.begin)
            self._plan.leaning = self._follower.leaning(self.settings, self._model.fields)
            self._plan.polyphony = self._follower.polyphony(self.settings)

    @property
    def _decision_ns(self) -> int | None:
        """When the next note should be decided: the lookahead before the newest one sounds."""
        if self._plan is None or self._plan.over:
            return None
        return self.tempo.ns_at(self._plan.decided_until) - self.settings.lookahead * MS

    def _deciding(self, now_ns: int) -> Plan | None:
        """The plan whose next note is to be decided now."""
        return self._plan if _is_due(self._decision_ns, now_ns) else None

    @property
    def _seeks_beat(self) -> bool:
        return self._onsets_since_beat >= BEAT_ONSETS and not self._mode.takes_turns

    def _decide(self, plan: Plan, now_ns: int) -> None:
        plan.forget_foretold(self.tempo.tick_at(now_ns - FORGET_NS), self.ring)
        if self._tracker.is_pressed and plan.end is not None and self._mode.ends_with_human:
            plan.end = max(plan.end, self.tempo.tick_at(now_ns) + PATIENCE_TICKS)
        not_before = 0 if self._mode.takes_turns else self.tempo.tick_at(now_ns)
        answers_at_once = plan.answers_at_once
        note = plan.decide(self.ring, self._rng, self._note_ids + 1, not_before)
        if note is None:
            self._note_ids += 1
            self._out.append(AnswerEnd(self._epoch, plan.last_end))
        elif note.voice != ANSWER:
            self._note_ids += 1
        else:
            self._proposed[self._note_ids + 1] = note
            while len(self._proposed) > LONGEST_REPLAY:
                del self._proposed[next(iter(self._proposed))]
            origin = self._origin_of(plan.begin)
            shift_ns = self._groove.shift_ns(note.onset, origin, self.tempo, self.settings)
            if answers_at_once:
                self._at_once = note.onset
            if note.onset == self._at_once:  # a tick is long: what is due in this one is due now
                shift_ns = max(shift_ns, min(now_ns - self.tempo.ns_at(note.onset), self.tempo.ns_of(1)))
            self._propose(note, shift_ns)

    def _propose(self, note: Note, shift_ns: int) -> None:
        self._note_ids += 1
        velocity = note.velocity or 1
        proposal = Proposal(
            self._note_ids, self._epoch, note.onset, note.end, shift_ns, note.pitch, velocity, note.channel
        )
        self._out.append(proposal)


def _is_due(at_ns: int | None, now_ns: int) -> bool:
    return at_ns is not None and at_ns <= now_ns
