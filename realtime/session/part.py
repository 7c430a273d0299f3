"""Between the ports and the engine: what goes out, what is reported, what is void. Pure; I/O process and renderer.

No clock and no port here: the I/O process and the renderer call it with times and carry out what it returns.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from operator import itemgetter

from midi.message import CONTROL_CHANGE
from midi.nanoseconds import NS_PER_MS
from midi.pedal import ALL_NOTES_OFF, ALL_SOUND_OFF
from midi.tempo import Tempo
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
    Proposal,
    Released,
    Sent,
    TempoEstimate,
)
from realtime.modes import KEEP_NS, MODES
from realtime.roles import LEADER, role_of
from realtime.session.answer import Answer
from realtime.session.answer_pedal import AnswerPedal
from realtime.session.controls import Controls
from realtime.session.count_in import CountIn
from realtime.session.journal import Human
from realtime.session.recorder import Recorder
from realtime.session.schedule import ANSWER_PEDAL, NO_NOTE, NOTHING_SENT, Outgoing, Schedule
from realtime.session.suspicion import Suspect
from realtime.session.through import Through
from realtime.session.time_report import TimeReport
from realtime.session.transport.transport import Transport
from realtime.session.unheard import Mute, Split
from realtime.settings import Settings

PAST_NOTES = 512
"""Notes of the performance that a new engine is told: more than an LSTM remembers, quick to step through."""
PANIC = (ALL_NOTES_OFF, ALL_SOUND_OFF)
"""The mode messages that silence a synth."""


@dataclass(slots=True)
class Part:
    """Human messages and proposals in; messages for the port and for the engine out."""

    controls: Controls
    index: int
    """Its place among the parts, from 0."""
    transport: Transport
    """The time that all parts keep."""
    count_in: CountIn
    """The clicks that all parts wait for."""
    schedule: Schedule = field(init=False)
    recorder: Recorder = field(default_factory=Recorder)
    epoch: int = 0
    """Human note-ons, panics, and changes of the plan's ground so far. A proposal of an earlier epoch is void.

    Counted here alone, and told to the engine with what each cancelled.
    """
    answer: Answer = field(default_factory=Answer)
    to_engine: deque[Message] = field(default_factory=deque)
    _time: TimeReport = field(init=False)
    _starts_at: int | None = None
    """The end of the count-in that the engine knows of."""
    _split: Split = field(default_factory=Split)
    _passed: Through = field(default_factory=Through)
    _pedal: AnswerPedal = field(default_factory=AnswerPedal)
    _mute: Mute = field(default_factory=Mute)
    _channels: set[int] = field(default_factory=set)
    """Those that anything was sent on."""

    def __post_init__(self) -> None:
        self.schedule = Schedule(self.transport.tempo, self.offset_ns, self.settings.late * NS_PER_MS)
        self._time = TimeReport(self.transport, leads=self.index == LEADER)

    @property
    def settings(self) -> Settings:
        """Its settings now."""
        return self.controls.settings[self.index]

    @property
    def offset_ns(self) -> int:
        """Time by which everything goes out earlier than it is meant."""
        return round(self.settings.out_offset * NS_PER_MS)

    # From the human

    def hear(self, human: Human, now_ns: int) -> list[Outgoing]:
        """The human did something. Returns the note-offs of the answer that it silences."""
        return [out for data in human.played for out in self.play(data, human.at_ns, now_ns)]

    def play(self, data: bytes, at_ns: int, now_ns: int | None = None) -> list[Outgoing]:
        """The human played a channel message. Returns the note-offs of the answer that it silences.

        `at_ns` is when it arrived, `now_ns` when it is taken note of, if that is later.
        """
        now_ns = at_ns if now_ns is None else now_ns
        played = Played.of(data, at_ns)
        if not self._split.hears(played, self.settings.split):
            return []
        takes_turns = MODES[self.settings.mode].takes_turns
        if played.is_note_on and (takes_turns or role_of(self.settings).joins(played.channel)):
            self._begin_epoch(None if takes_turns else self.transport.tempo.tick_at(at_ns + KEEP_NS))
        self.to_engine.append(played)
        return self._cancel_and_release(now_ns) if played.is_note_on and takes_turns else []

    def panic(self, now_ns: int) -> list[Outgoing]:
        """The human wants silence, now: also of what has lost its note-off on the way."""
        self._begin_epoch()
        self.to_engine.append(Panicked())
        released = [*self._cancel_and_release(now_ns), *self.release_through(now_ns)]
        modes = (bytes((CONTROL_CHANGE | channel, number, 0)) for channel in sorted(self._channels) for number in PANIC)
        return [*released, *(_through(data, now_ns) for data in modes)]

    def _cancel_and_release(self, now_ns: int) -> list[Outgoing]:
        released = self.schedule.cancel_and_release(now_ns)
        self._tell_left_out()
        return [*released, *self._lift_pedal(now_ns)]

    def _begin_epoch(self, kept_until: int | None = None) -> None:
        """Cancel what was proposed, except what went out or is meant for a tick or before; tell the engine."""
        self.epoch += 1
        self.answer.begin_anew()
        self.to_engine.append(Cancelled(self.epoch, self.schedule.cancel(kept_until)))

    def pass_through(self, data: bytes, at_ns: int, now_ns: int) -> list[Outgoing]:
        """Pass a message on to the output: everything with thru; without it, only the end of what went."""
        before = self._passed.down
        messages = self._passed.take(data, at_ns, is_open=self.settings.thru)
        cut = [out for key in self._passed.down - before for out in self.schedule.hold(key, now_ns)]
        for key in before - self._passed.down:
            self.schedule.let_go(key)
        return [*cut, *(_through(message, now_ns) for message in messages)]

    def go_by_change(self, change: ParameterChange, before: Settings, now_ns: int) -> list[Outgoing]:
        """Its settings have changed from those before. Returns the note-offs that this asks for."""
        settings = self.settings
        self.schedule.late_ns = settings.late * NS_PER_MS
        self.schedule.retime(self.transport.tempo, self.offset_ns, now_ns)
        if settings.mode != before.mode:
            self._begin_epoch()
        self.to_engine.append(change)
        muted = self._mute.end(self.schedule.ends(now_ns)) if settings.mute and not before.mute else []
        return muted if self._has_pedal and settings.mode == before.mode else [*muted, *self._lift_pedal(now_ns)]

    def take_time(self, now_ns: int) -> list[Outgoing]:
        """See how time runs now, and when the count-in ends. A stop is silence."""
        messages = self._take_changed_time(now_ns) if self._time.has_changed() else []
        if self.count_in.end != self._starts_at:
            self._starts_at = self.count_in.end
            if self._starts_at is not None:
                self._begin_epoch()
                self.to_engine.append(CountedIn(self._starts_at))
        return messages

    def _take_changed_time(self, now_ns: int) -> list[Outgoing]:
        """Time runs otherwise, or elsewhere in its bars."""
        self.schedule.retime(self.transport.tempo, self.offset_ns, now_ns)
        state = self._time.state()
        stops = self._time.stops(state)
        if stops:
            self._begin_epoch()
        if self._time.is_news(state, now_ns):
            self._time.known = state
            self.to_engine.append(state)
        return self._cancel_and_release(now_ns) if stops else []

    # From the engine

    def take(self, message: Message, now_ns: int) -> None:
        """The engine said something about the performance."""
        if isinstance(message, Proposal) and message.epoch == self.epoch:
            self.schedule.add(message, now_ns)
            self._tell_left_out()
        elif isinstance(message, AnswerEnd) and message.epoch == self.epoch:
            self.answer.end = message.end
        elif isinstance(message, TempoEstimate) and self.index == LEADER:
            self.transport.follow(Tempo.of(*message))

    def _tell_left_out(self) -> None:
        if self.schedule.left_out:
            self.to_engine += [Dropped(note_id) for note_id in self.schedule.left_out]
            self.schedule.left_out.clear()

    def overhear(self, message: Outgoing) -> None:
        """Another part sends a message: of a note that begins the engine is told."""
        if message.is_note_on and message.ticks is not None:
            status, pitch, velocity = message.data
            self.to_engine.append(Overheard(*message.ticks, pitch, velocity, status & 0x0F))

    def snapshot(self, overheard: Iterable[HistoryNote] = ()) -> list[Message]:
        """Messages that prime a new engine: how time runs, what was played and is held, and from where to listen.

        `overheard`: the notes of other parts, in order of time.
        """
        self.schedule.last_sent = NOTHING_SENT  # it counts its notes anew
        self._time.known = self._time.state()
        return [
            self._time.known,
            *self._past(overheard),
            *self.recorder.held(),
            ListenFrom(self.epoch, self.count_in.end or 0),
        ]

    def _past(self, overheard: Iterable[HistoryNote]) -> list[Message]:
        """The latest notes, in order of time: of this part as they were played, of others as they are overheard."""
        tempo = self.transport.tempo

        def ticks(note: HistoryNote) -> tuple[int, int | None]:
            onset = tempo.tick_at(note.on_ns)
            return onset, max(onset + 1, tempo.tick_at(note.off_ns)) if note.off_ns else None

        others: Iterable[tuple[int, Message]] = (
            (note.on_ns, Overheard(*ticks(note), note.pitch, note.velocity, note.channel)) for note in overheard
        )
        own: Iterable[tuple[int, Message]] = ((note.on_ns, note) for note in self.recorder.past(PAST_NOTES))
        return [message for _, message in merge(own, others, key=itemgetter(0))][-PAST_NOTES:]

    def omit(self, suspect: Suspect) -> bool:
        """Leave what engines seem to have died of out of what the next one is told; whether there was anything."""
        if suspect is Suspect.PHRASE:
            return self.recorder.omit_phrase() > 0
        return suspect is Suspect.PAST and self.recorder.omit_all() > 0

    # To the port

    def due(self, now_ns: int) -> list[Outgoing]:
        """Take the messages to hand to the port by now."""
        end_ns = self._answer_end_ns
        ended: list[Outgoing] = []
        if end_ns is not None and end_ns <= now_ns and self.schedule.next_due_ns is None:
            self.answer.finish()
            ended = self._lift_pedal(now_ns)
        due: Iterable[Outgoing] = self.schedule.due(now_ns)
        self._tell_left_out()
        self.to_engine += [Sent(note_id, now_ns) for note_id in self.schedule.replaced]
        self.schedule.replaced.clear()
        if self._has_pedal:
            due = self._pedal.follow(due, now_ns)
        return [*ended, *self._beside_passed_pedal(due)]

    @property
    def _has_pedal(self) -> bool:
        """Whether the answer moves a pedal.

        Where both play at once and the human's pedal goes through, there is one pedal, as on one piano: the human's.
        """
        is_shared = self.settings.thru and not MODES[self.settings.mode].takes_turns
        return self.settings.pedal != 0 and not self.settings.mute and not is_shared

    def _lift_pedal(self, now_ns: int) -> list[Outgoing]:
        return list(self._beside_passed_pedal(self._pedal.lift_all(now_ns)))

    def _beside_passed_pedal(self, messages: Iterable[Outgoing]) -> Iterator[Outgoing]:
        """In turns, a pedal that went through comes up for the answer: on its channel it would hold the answer's notes.

        One that the human presses after that is theirs: the answer's leaves it down.
        """
        for message in messages:
            channel = message.data[0] & 0x0F
            if message.note_id == ANSWER_PEDAL and self._passed.sustains(channel):
                continue
            if message.is_note_on and MODES[self.settings.mode].takes_turns:
                yield from (_through(data, message.due_ns) for data in self._passed.lift(channel))
            yield message

    def cancel_and_release(self, now_ns: int) -> list[Outgoing]:
        """The engine is lost, or all is over, and its plans with it: the note-offs to send now."""
        self.answer.abandon()
        return self._cancel_and_release(now_ns)

    def release_through(self, now_ns: int) -> list[Outgoing]:
        """Keys up and controllers put back of what went through, now; for when nobody will hear it come up."""
        for key in self._passed.down:
            self.schedule.let_go(key)
        return [_through(message, now_ns) for message in self._passed.end()]

    def audible(self, messages: Iterable[Outgoing]) -> list[Outgoing]:
        """Leave out the messages that mute silences; to the engine they are facts all the same."""
        sounding, silent = self._mute.heard(messages, is_muted=self.settings.mute)
        for message in silent:
            self._tell_sent(message, message.due_ns)
        return sounding

    def sent(self, message: Outgoing, at_ns: int) -> None:
        """A message goes to the port; of the answer's the engine is told, as a fact."""
        self._channels.add(message.data[0] & 0x0F)
        if message.note_id != NO_NOTE:
            self._tell_sent(message, at_ns)

    def _tell_sent(self, message: Outgoing, at_ns: int) -> None:
        if message.is_note_on:
            self.answer.sounds = True
            self.to_engine.append(Sent(message.note_id, at_ns))
        elif message.sounded_ns is not None:
            self.to_engine.append(Released(message.note_id, message.sounded_ns))

    @property
    def _answer_end_ns(self) -> int | None:
        return None if self.answer.end is None else self.transport.tempo.ns_at(self.answer.end)

    @property
    def next_due_ns(self) -> int | None:
        """When `due` next has something to say."""
        due = self.schedule.next_due_ns
        times = (self._answer_end_ns if due is None else due, self._pedal.next_due_ns)
        return min((ns for ns in times if ns is not None), default=None)


def _through(data: bytes, now_ns: int) -> Outgoing:
    """A message that is no note of the answer, to go now."""
    return Outgoing(now_ns, data, NO_NOTE, is_note_on=False)
