"""Between the ports and the engine: what goes out, what is reported, what is void. Pure; I/O process and renderer.

No clock and no port here: the I/O process and the renderer call it with times and carry out what it returns.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Optional

from midi.message import CONTROL_CHANGE
from midi.nanoseconds import NS_PER_MS
from midi.pedal import ALL_NOTES_OFF, ALL_SOUND_OFF
from midi.tempo import Tempo
from realtime.messages import (
    AnswerEnd,
    Cancelled,
    CountedIn,
    Dropped,
    ListenFrom,
    Message,
    Panicked,
    ParameterChange,
    Played,
    Proposal,
    Released,
    Sent,
    TempoEstimate,
)
from realtime.modes import KEEP_NS, MODES
from realtime.session.answer import Answer
from realtime.session.count_in import CountIn
from realtime.session.hearing import Human
from realtime.session.mute import Mute
from realtime.session.recorder import Recorder
from realtime.session.schedule import NO_NOTE, NOTHING_SENT, Outgoing, Schedule
from realtime.session.split import Split
from realtime.session.suspicion import Suspect
from realtime.session.through import Through
from realtime.session.time_report import TimeReport
from realtime.session.transport.time_source import TimeSource
from realtime.session.transport.transport import Transport
from realtime.settings import Settings

PAST_NOTES = 512
"""Notes of the performance that a new engine is told: more than an LSTM remembers, quick to step through."""
CLICK_NS = 30 * NS_PER_MS
"""A count-in begins at least so far ahead."""
LAST_NS = 2**62
"""Later than all that is due."""
PANIC = (ALL_NOTES_OFF, ALL_SOUND_OFF)
"""The mode messages that silence a synth."""


@dataclass(slots=True)
class Part:
    """Human messages and proposals in; messages for the port and for the engine out."""

    settings: Settings = field(default_factory=Settings)
    now_ns: int = 0
    """When the performance begins: tick 0, unless somebody else's time is kept."""
    leader: Optional["Part"] = None
    """Another musician's, whose time is kept here too."""
    sources: Sequence[TimeSource] | None = None
    """Sources of the time, where it is kept here (default: all but a Link session)."""
    transport: Transport = field(init=False)
    count_in: CountIn = field(init=False)
    """The leader's: one is enough."""
    schedule: Schedule = field(init=False)
    recorder: Recorder = field(default_factory=Recorder)
    epoch: int = 0
    """Human note-ons, panics, and changes of the plan's ground so far. A proposal of an earlier epoch is void.

    Counted here alone, and told to the engine with what each cancelled.
    """
    answer: Answer = field(default_factory=Answer)
    to_engine: deque[Message] = field(default_factory=deque)
    _time: TimeReport = field(init=False)
    _has_begun: bool = False
    _starts_at: int | None = None
    """The end of the count-in that the engine knows of."""
    _split: Split = field(default_factory=Split)
    _passed: Through = field(default_factory=Through)
    _mute: Mute = field(default_factory=Mute)
    _channels: set[int] = field(default_factory=set)
    """Those that anything was sent on."""

    def __post_init__(self) -> None:
        self.transport = self.leader.transport if self.leader else Transport(self.settings, self.now_ns, self.sources)
        self.count_in = self.leader.count_in if self.leader else CountIn(self.settings.count_in)
        self.schedule = Schedule(self.transport.tempo, self._offset_ns, self.settings.late * NS_PER_MS)
        self._time = TimeReport(self.transport, leads=self.leader is None)

    # From the human

    def take_human(self, human: Human, now_ns: int) -> list[Outgoing]:
        """The human did something. Returns what that asks for: it goes through, or silences the answer."""
        silenced = [out for data in human.played for out in self.play(data, human.at_ns, now_ns)]
        return [*silenced, *self.pass_through(human.data, human.at_ns, now_ns)]

    def play(self, data: bytes, at_ns: int, now_ns: int | None = None) -> list[Outgoing]:
        """The human played a channel message. Returns the note-offs of the answer that it silences.

        `at_ns` is when it arrived, `now_ns` when it is taken note of, if that is later.
        """
        now_ns = at_ns if now_ns is None else now_ns
        played = Played.of(data, at_ns)
        if not self._split.hears(played, self.settings.split):
            return []
        takes_turns = MODES[self.settings.mode].takes_turns
        if played.is_note_on:
            self._begin_epoch(None if takes_turns else self.transport.tempo.tick_at(at_ns + KEEP_NS))
        self.to_engine.append(played)
        return self._cancel_and_release(now_ns) if played.is_note_on and takes_turns else []

    def panic(self, now_ns: int) -> list[Outgoing]:
        """The human wants silence, now: also of what has lost its note-off on the way."""
        self._begin_epoch()
        self.to_engine.append(Panicked())
        released = [*self._cancel_and_release(now_ns), *self.end_count_in(now_ns), *self.release_through(now_ns)]
        modes = (bytes((CONTROL_CHANGE | channel, number, 0)) for channel in sorted(self._channels) for number in PANIC)
        return [*released, *(_through(data, now_ns) for data in modes)]

    def _cancel_and_release(self, now_ns: int) -> list[Outgoing]:
        released = self.schedule.cancel_and_release(now_ns)
        self._tell_left_out()
        return released

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

    def change(self, change: ParameterChange, settings: Settings, now_ns: int) -> list[Outgoing]:
        """Go by other settings, which a change has made of those so far. Returns the note-offs that this asks for.

        Raises:
            MachineError: Link is asked for, and its package is not installed.
        """
        if self.leader is None:
            self.transport.set(settings, now_ns)
        before, self.settings = self.settings, settings
        self.schedule.late_ns = settings.late * NS_PER_MS
        self.schedule.retime(self.transport.tempo, self._offset_ns, now_ns)
        if settings.mode != before.mode:
            self._begin_epoch()
            if self.leader is None and self.count_in.is_counting:
                self.count_in.cut(self.transport.tempo.tick_at(now_ns))
        self.to_engine.append(change)
        return self._mute.end(self.schedule.ends(now_ns)) if settings.mute and not before.mute else []

    # Time

    def begin(self) -> None:
        """Let the performance begin: a count-in, if there is one, is begun as soon as time runs."""
        self._has_begun = True

    def conduct(self, now_ns: int, system: Iterable[tuple[int, bytes]] = ()) -> list[Outgoing]:
        """Take in system messages (clock and transport), each with the time at which it arrived; see how time runs now.

        A stop is silence.
        """
        for at_ns, data in system:
            self.transport.hear(data, at_ns)
        self.transport.advance(now_ns)
        self._begin_count_in(now_ns)
        messages = self._take_time(now_ns) if self._time.has_changed() else []
        if self.count_in.end != self._starts_at:
            self._starts_at = self.count_in.end
            if self._starts_at is not None:
                self._begin_epoch()
                self.to_engine.append(CountedIn(self._starts_at))
        return messages

    def _begin_count_in(self, now_ns: int) -> None:
        if self.leader is None and self._has_begun and self.count_in.is_awaited and self.transport.rolling:
            tick = self.transport.tempo.tick_at(now_ns + max(0, self._offset_ns) + CLICK_NS) + 1
            self.count_in.begin(tick, self.transport.count_bars_from(tick))

    def _take_time(self, now_ns: int) -> list[Outgoing]:
        """Time runs otherwise, or elsewhere in its bars."""
        self.schedule.retime(self.transport.tempo, self._offset_ns, now_ns)
        state = self._time.state()
        stops = self._time.stops(state)
        if stops:
            self._begin_epoch()
            if self.leader is None and self.count_in.is_counting:
                self.count_in.repeat(self.transport.tempo.tick_at(now_ns))
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
        elif isinstance(message, TempoEstimate) and self.leader is None:
            self.transport.follow(Tempo.of(*message))

    def _tell_left_out(self) -> None:
        if self.schedule.left_out:
            self.to_engine += [Dropped(note_id) for note_id in self.schedule.left_out]
            self.schedule.left_out.clear()

    def snapshot(self) -> list[Message]:
        """Messages that prime a new engine: how time runs, what was played and is held, and from where to listen."""
        self.schedule.last_sent = NOTHING_SENT  # it counts its notes anew
        self._time.known = self._time.state()
        return [
            self._time.known,
            *self.recorder.past(PAST_NOTES),
            *self.recorder.held(),
            ListenFrom(self.epoch, self.count_in.end or 0),
        ]

    def omit(self, suspect: Suspect) -> bool:
        """Leave what engines seem to have died of out of what the next one is told; whether there was anything."""
        if suspect is Suspect.PHRASE:
            return self.recorder.omit_phrase() > 0
        return suspect is Suspect.PAST and self.recorder.omit_all() > 0

    # To the port

    def due(self, now_ns: int) -> list[Outgoing]:
        """Take the messages to hand to the port by now."""
        end_ns = self._answer_end_ns
        if end_ns is not None and end_ns <= now_ns and self.schedule.next_due_ns is None:
            self.answer.finish()
        due = self.schedule.due(now_ns)
        self._tell_left_out()
        return [*self._due_clicks(now_ns), *self._without_pedal(due)]

    def _due_clicks(self, now_ns: int) -> list[Outgoing]:
        if self.leader or not self.count_in.is_counting:
            return []
        return self.count_in.due(now_ns, self.transport.tempo, self._offset_ns)

    def _without_pedal(self, messages: Iterable[Outgoing]) -> Iterator[Outgoing]:
        """In turns, a pedal that went through comes up for the answer: on its channel it would hold the answer's notes.

        Where both play at once they share it, as on one piano.
        """
        for message in messages:
            if message.is_note_on and MODES[self.settings.mode].takes_turns:
                yield from (_through(data, message.due_ns) for data in self._passed.lift(message.data[0] & 0x0F))
            yield message

    def cancel_and_release(self, now_ns: int) -> list[Outgoing]:
        """The engine is lost, or all is over, and its plans with it: the note-offs to send now."""
        self.answer.abandon()
        return self._cancel_and_release(now_ns)

    def end_count_in(self, now_ns: int) -> list[Outgoing]:
        """No more clicks: what ends the one that sounds, now."""
        if self.leader or not self.count_in.is_counting:
            return []
        self.count_in.cut(min(self.transport.tempo.tick_at(now_ns), self.count_in.end or 0))
        return [out._replace(due_ns=now_ns) for out in self.count_in.due(LAST_NS, self.transport.tempo, 0)]

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
        if due is None:
            due = self._answer_end_ns
        if self.leader or not self.count_in.is_counting:
            return due
        click = self.count_in.next_due_ns(self.transport.tempo, self._offset_ns)
        return min((ns for ns in (due, click) if ns is not None), default=None)

    @property
    def _offset_ns(self) -> int:
        return round(self.settings.out_offset * NS_PER_MS)


def _through(data: bytes, now_ns: int) -> Outgoing:
    """A message that is no note of the answer, to go now."""
    return Outgoing(now_ns, data, NO_NOTE, is_note_on=False)
