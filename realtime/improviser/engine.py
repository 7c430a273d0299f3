"""The musician inside: a state machine. Messages and times go in, timed messages come out. Pure.

No clock, thread, port or process here: the daemon, the renderer and the tests run this same code. `receive` takes
what happened, `advance` says what follows, `wake_ns` when to ask again. `advance` decides at most one note. The steps
of the model that it needs can be taken before, one at a time, by who asks for the `next_step`: together with those of
other engines, and a human note that arrives meanwhile is never behind more than one.

Epochs: a human note-on (or a panic, another mode, a transport that stops) begins one. The I/O process counts them,
decides what each cancels of what was proposed and has not sounded, and says so before all else: that leaves the plan.
"""

from collections import deque

import numpy as np

from exported.model_state import Step
from midi.message import NOTE_OFF, NOTE_ON
from midi.nanoseconds import NS_PER_MS
from midi.notes import ANSWER, Note
from midi.tempo import Tempo
from realtime.improviser.groove import Groove
from realtime.improviser.listener import Listener
from realtime.improviser.plan import Plan
from realtime.improviser.planner import Planner
from realtime.improviser.proposals import Proposals
from realtime.improviser.ring import CAPACITY, ContextRing
from realtime.improviser.step_model import StepModel
from realtime.improviser.style import Style, StyleJudge
from realtime.improviser.timekeeper import Timekeeper
from realtime.messages import (
    AnswerEnd,
    Cancelled,
    CountedIn,
    Dropped,
    HistoryNote,
    ListenFrom,
    Message,
    Overheard,
    Panicked,
    ParameterChange,
    Played,
    Released,
    Sent,
    StyleEstimate,
    TransportState,
)
from realtime.roles import role_of, style_of
from realtime.settings import Settings

ENTRY_NS = 30 * NS_PER_MS
"""An answer enters at least this far ahead: time enough to decide its first chord."""
FORGET_NS = 60 * NS_PER_MS
"""A note that the human was to have played so long ago did not come."""
AT_ONCE = 0


class Engine:
    """Listens, and plans what is played: an answer to each phrase, an accompaniment, or a solo."""

    def __init__(self, model: StepModel, settings: Settings, capacity: int = CAPACITY) -> None:
        self._time = Timekeeper(settings)
        self._style = Style(model.card, self._time.grid, style_of(settings))
        self.ring = ContextRing(model, capacity, self._style.contexts_of, self._style.unlearned)
        self._judge = StyleJudge(model, self.ring, self._style)
        self._role = role_of(settings)
        self._listener = Listener(self.ring, self._time, self._role)
        self._planner = Planner(model, self.ring, settings, self._time, self._listener)
        self._proposals = Proposals(self.ring, self._time)
        self._groove = Groove(settings.seed)
        self._rng = np.random.default_rng(settings.seed)
        self._plan: Plan | None = None
        self._is_rolling = True
        self._unfollowed_since: int | None = None
        """The tick of a human note that the plan does not follow yet."""
        self._at_once: int | None = None
        """The onset of the note that answers it, once decided; of a chord, all are due with it."""
        self._begins_ns: int | None = None
        """The moment when a plan is to begin without the human; None: none is."""
        self._starts_at = 0
        """The tick at which a count-in is over: nothing of its own comes before."""
        self._out: deque[Message] = deque()

    def receive(self, message: Message) -> None:
        """Take in what happened."""
        match message:
            case Played():
                self._hear(message)
            case Sent() | Released() | Dropped() | Cancelled():
                self._step_anew(is_due=self._proposals.resolve(message, self._plan))
            case TransportState():
                self._keep_time(message)
            case ParameterChange():
                self._change(message)
            case CountedIn():
                self._plan = None
                self._start_at(message.starts_at)
            case Panicked():
                self._plan = self._begins_ns = None
            case Overheard():
                self._listener.overhear(message)
                self._step_anew()
            case HistoryNote():
                self._remember(message)
            case ListenFrom():
                self._proposals.epoch = message.epoch
                self._start_at(message.starts_at)

    def next_step(self) -> Step | None:
        """A step of the model that `advance` needs, or will need; None: none, any more."""
        return (self.ring if self._plan is None else self._plan.branch).next_step()

    def advance(self, now_ns: int) -> list[Message]:
        """The messages that follow by now; decides at most one note."""
        plan = self._deciding(now_ns)
        self.ring.catch_up()
        over_ns = self._listener.tracker.phrase_over_ns
        if over_ns is not None and over_ns <= now_ns:
            self._end_phrase(over_ns, now_ns)
        elif _is_due(self._begins_ns, now_ns):
            self._begin_alone(now_ns)
        elif self._unfollowed_since is not None and not (plan is not None and plan.answers_at_once):
            self._follow_note()
        elif plan is not None:
            self._decide(plan, now_ns)
        elif self._seeks_beat:
            self._follow_beat()
        elif self._plan is not None and not self._plan.branch.is_caught_up:
            self._plan.catch_up()
        elif self._judge.is_reading:
            self._judge_style()
        out = list(self._out)
        self._out.clear()
        return out

    @property
    def wake_ns(self) -> int | None:
        """The moment to call `advance` next if nothing is received; None: only then."""
        if (
            self._out
            or self._unfollowed_since is not None
            or self._seeks_beat
            or self.ring.behind
            or self._judge.is_reading
        ):
            return AT_ONCE
        if self._plan is not None and not self._plan.branch.is_caught_up:
            return AT_ONCE  # that what stands of it is known when the human plays
        times = (self._listener.tracker.phrase_over_ns, self._begins_ns, self._decision_ns)
        return min((time for time in times if time is not None), default=None)

    @property
    def tempo(self) -> Tempo:
        """The tempo that it plans in."""
        return self._time.tempo

    @property
    def settings(self) -> Settings:
        """The parameters as they stand."""
        return self._planner.settings

    # Human notes

    def _hear(self, played: Played) -> None:
        is_corrected = self._listener.take(played)
        if played.is_note_on:
            self._judge.hear(knows_tempo=self._time.knows_beat)
            self._plan_anew(self.tempo.tick_at(played.at_ns), joins=self._role.joins(played.channel))
        self._step_anew(is_due=is_corrected)

    def _step_anew(self, *, is_due: bool = True) -> None:
        """Step over what is planned again, where the music before it has changed: it stands."""
        if is_due and self._plan is not None:
            self._plan.branch.invalidate()

    def _plan_anew(self, tick: int, *, joins: bool) -> None:
        """The human played a note, at a tick: a plan that takes turns is over, another is made anew from here on.

        `joins`: the note is part of the music that the plan continues; if not, the plan stands.
        """
        if self._planner.mode.takes_turns:
            self._plan = None
            return
        if self._plan is not None and not self._plan.over:
            if joins:
                self._plan.interrupted(tick)
        elif self._is_rolling and self._begins_ns is None:
            self._join(tick)
        if self._plan is not None:
            self._unfollowed_since = tick
            if self._plan.outline.biases is None:
                self._follow_note()
            self._planner.note_played(self._plan, max(tick, self._starts_at))

    def _join(self, tick: int) -> None:
        """Begin to play with the human, who played a note at a tick."""
        begin = self._planner.joins_at(max(tick, self._starts_at))
        if begin is not None:
            self._plan = self._planner.plan(begin, enters=self._role.is_drums or begin > tick)
            self._plan.answers_at_once = begin <= tick

    def _follow_note(self) -> None:
        """Bias the plan towards the human's latest note.

        What answers that note at once is not kept waiting for it: it is biased by the notes before.
        """
        tick, self._unfollowed_since = self._unfollowed_since, None
        if self._plan is not None and tick is not None:
            self._planner.follow_note(self._plan, tick)

    def _remember(self, past: HistoryNote) -> None:
        if not past.human:
            self._listener.remember_answer(past)
            return
        # Heard as it was played: what no answer followed is a phrase still to be answered.
        self._hear(Played(past.on_ns, NOTE_ON | past.channel, past.pitch, past.velocity))
        if past.off_ns:
            self._hear(Played(past.off_ns, NOTE_OFF | past.channel, past.pitch, 0))

    # Time, and other changes

    def _start_at(self, tick: int) -> None:
        """The music begins at this tick, or has begun then."""
        self._starts_at = tick
        if self._plan is not None and self._plan.outline.begin < tick:
            self._plan = None
        if self._planner.begins_alone and self._is_rolling:
            self._begins_ns = AT_ONCE

    def _keep_time(self, transport: TransportState) -> None:
        self._time.keep(transport)
        self._listener.keep_time()
        if self._plan is not None:
            self._plan.outline.beat_origin = self._time.grid.origin_of(self._plan.outline.begin)
        stops, starts = self._is_rolling and not transport.rolling, transport.rolling and not self._is_rolling
        self._is_rolling = transport.rolling
        if stops:
            self._plan = self._begins_ns = None
        if starts and self._planner.begins_alone:
            self._begins_ns = AT_ONCE

    def _change(self, change: ParameterChange) -> None:
        before, waited = self.settings, not self._planner.begins_alone
        self._planner.settings = before.changed(change.name, change.value)
        self._style.asked = style_of(self.settings)
        if self.settings.mode != before.mode:
            self._plan = self._begins_ns = None
        is_asked = change.name == "mode" or waited
        if is_asked and self._planner.begins_alone and self._is_rolling and self._plan is None:
            self._begins_ns = AT_ONCE
        if self._plan is not None:
            self._planner.update(self._plan, before)

    @property
    def _seeks_beat(self) -> bool:
        return self._listener.seeks_beat and not self._planner.mode.takes_turns

    def _follow_beat(self) -> None:
        estimate = self._listener.follow_beat(takes_turns=self._planner.mode.takes_turns)
        if estimate is not None:
            self._out.append(estimate)
            if self._plan is not None:
                self._planner.follow(self._plan)

    def _judge_style(self) -> None:
        style = self._judge.read()
        if style is not None:
            self._out.append(StyleEstimate(style))

    # Plans

    def _end_phrase(self, over_ns: int, now_ns: int) -> None:
        """Answer the phrase, which was over at `over_ns`; whoever looks at it a little late answers no later."""
        self._follow_beat()
        self._judge.begin()
        phrase = self._listener.take_phrase()
        self._groove.heard_swing = phrase.swing(self.tempo, self._time.grid.origin_of(phrase.begin))
        if not self._planner.mode.takes_turns:
            return
        from_ns = over_ns if now_ns - over_ns <= ENTRY_NS else now_ns
        tick = max(self.tempo.tick_at(from_ns + ENTRY_NS), self._starts_at)
        self._planner.phrase_ticks = phrase.length
        self._planner.count_bars(phrase.begin)
        self._plan = self._planner.plan(self._time.entry(tick, phrase.begin, self.settings.quantize_entry), enters=True)
        self._planner.follow(self._plan)

    def _begin_alone(self, now_ns: int) -> None:
        """Begin a solo, without the human."""
        tick = max(self.tempo.tick_at(now_ns + ENTRY_NS), self._starts_at)
        self._begins_ns = None
        if self._planner.begins_alone and self._is_rolling:
            grid = self._time.grid
            if grid.beat_origin is None:
                grid.beat_origin = self._listener.tracker.beat_origin = 0  # where our own clock has its beats
            begin = self._planner.begins_at(tick)
            self._planner.count_bars(begin)
            self._plan = self._planner.plan(begin, enters=True)
            self._planner.follow(self._plan)

    @property
    def _decision_ns(self) -> int | None:
        """The moment at which the next note should be decided: the lookahead before the newest one sounds."""
        if self._plan is None or self._plan.over:
            return None
        return self.tempo.ns_at(self._plan.decided_until) - self.settings.lookahead * NS_PER_MS

    def _deciding(self, now_ns: int) -> Plan | None:
        """The plan whose next note is to be decided now."""
        return self._plan if _is_due(self._decision_ns, now_ns) else None

    def _decide(self, plan: Plan, now_ns: int) -> None:
        plan.forget_predicted(self.tempo.tick_at(now_ns - FORGET_NS))
        now = self.tempo.tick_at(now_ns)
        self._planner.extend_while_pressed(plan, now)
        answers_at_once = plan.answers_at_once
        note_id = self._proposals.new_id()
        note = plan.decide(self._rng, note_id, self._earliest(now_ns) if self._planner.mode.takes_turns else now)
        if note is None:
            self._out.append(AnswerEnd(self._proposals.epoch, plan.last_end))
        elif note.voice == ANSWER:
            if answers_at_once:
                self._at_once = note.onset
            velocity = plan.outline.loudness_of(note.velocity or 1)
            self._out.append(self._proposals.propose(note_id, note, self._shift_ns(note, plan, now_ns), velocity))

    def _earliest(self, now_ns: int) -> int:
        """The tick before which an answering note would come too late, and be left out.

        Without it, an answer that has fallen behind, as on a busy machine, is decided again and again in the past.
        """
        return self.tempo.tick_at(now_ns + round((self.settings.out_offset - self.settings.late) * NS_PER_MS))

    def _shift_ns(self, note: Note, plan: Plan, now_ns: int) -> int:
        """The ns by which a note is meant to sound later than its tick, or earlier."""
        origin = self._time.grid.origin_of(plan.outline.begin)
        shift_ns = self._groove.shift_ns(note, origin, self.tempo, self.settings)
        if note.onset != self._at_once:
            return shift_ns
        # A tick is long: what is due in this one is due now.
        return max(shift_ns, min(now_ns - self.tempo.ns_at(note.onset), self.tempo.ns_of(1)))


def _is_due(at_ns: int | None, now_ns: int) -> bool:
    return at_ns is not None and at_ns <= now_ns
