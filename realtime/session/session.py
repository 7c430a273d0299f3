"""A performance: what comes in, what goes out, and all that is known between. Pure; live and offline use this one.

No clock, port, thread or process here: times are arguments, in ns of one clock that never goes back. What is to be
sent is returned; once it has been handed over, `sounded` is told when.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from heapq import merge

from midi.arrivals import Arrived
from midi.errors import AntiphonError
from midi.message import is_channel_message
from midi.piece import Piece
from realtime.messages import HistoryNote, Message, ParameterChange, StyleEstimate
from realtime.roles import LEADER
from realtime.session.answer import Lateness
from realtime.session.controls import PANIC, TAP, Action, Controls, Request
from realtime.session.count_in import CountIn
from realtime.session.echo import Echo
from realtime.session.hearing import Hearing
from realtime.session.inputs import Inputs
from realtime.session.intake import Intakes
from realtime.session.journal import (
    CLOCK_PART,
    Acted,
    Changed,
    EngineLost,
    EngineStarted,
    Human,
    Journal,
    Notice,
    Observer,
    Send,
    Sounded,
    TimeMessage,
)
from realtime.session.part import PAST_NOTES, Part
from realtime.session.recorder import Records
from realtime.session.routing import Routing
from realtime.session.schedule import Outgoing
from realtime.session.suspicion import Suspect, Suspicion
from realtime.session.transport.clock_out import ClockOut
from realtime.session.transport.taps import Taps
from realtime.session.transport.time_source import TimeSource
from realtime.session.transport.transport import Transport
from realtime.session.voice_routing import VoiceRouting
from realtime.settings import Settings

ACTIVE_NS = 5_000_000_000
"""Somebody plays until nothing has come in for so long."""
FLOOD_LOOK_NS = 2_000_000_000
"""Interval between looks at whether more comes in than is taken, and whether notes come too late."""

Event = tuple[str, Arrived]
"""A message that came in, and the name of its input."""


class Session:
    """Musicians, their parts and the time they share, from the first note to the last note-off."""

    def __init__(
        self,
        settings: Sequence[Settings],
        now_ns: int,
        routing: Routing | None = None,
        inputs: Inputs | None = None,
        *,
        sources: Sequence[TimeSource] | None = None,
        sends_clock: bool = False,
        may_echo: bool = True,
    ) -> None:
        """Begin with the settings of each part; tick 0 is now.

        `inputs`: what each is for. `sources`: of the time (default: all but a Link
        session). `sends_clock`: whether our own clock goes out.
        `may_echo`: whether what goes out can come in again, as where an output is connected to an input.
        """
        self.routing: Routing = routing or VoiceRouting()
        self.controls = Controls(settings, self.routing)
        self.transport = Transport(settings[LEADER], now_ns, sources)
        """The time that all parts keep."""
        self._count_in = CountIn(settings[LEADER].count_in, self.transport)
        self.parts = [Part(self.controls, part, self.transport, self._count_in) for part in range(len(settings))]
        echo = Echo(self.controls)
        readers: list[Observer] = [Records([part.recorder for part in self.parts], self.routing)]
        if may_echo:
            readers.append(echo)
        self.journal = Journal(readers)
        self._hearing = Hearing(self.controls, self.routing, inputs or Inputs(), echo)
        self._intakes = Intakes(self.routing.voices)
        self._lateness = Lateness()
        self._taps = Taps()
        self._suspicion = Suspicion()
        self._clock_out = ClockOut() if sends_clock else None
        self._style: str | None = None
        self._last_heard_ns = 0
        self._looked_ns = 0

    @property
    def dropped(self) -> int:
        """Notes decided so late that they were left out."""
        return sum(part.schedule.dropped for part in self.parts)

    def is_active(self, now_ns: int) -> bool:
        """Whether somebody has played lately."""
        return now_ns - self._last_heard_ns < ACTIVE_NS

    def begin(self) -> None:
        """Let the performance begin: a count-in starts as soon as time runs."""
        self._count_in.may_begin = True

    def begin_piece(self, piece: Piece, now_ns: int) -> int:
        """Take over the bars of a piece that is about to be heard as the human's playing.

        Bars that the performance has already, or that `--meter` asks for, are kept. Returns when its first note falls,
        in ns: on a tick, and on a bar where bars are known before it begins, so that the same file is heard alike
        whenever it is played.
        """
        tick = self.transport.next_beginning(now_ns)
        for bar in piece.bars:
            self.transport.take_bar(replace(bar, tick=tick + bar.tick - piece.notes[0].onset))
            self._conduct((), now_ns)
        return self.transport.tempo.ns_at(tick)

    # From the inputs

    def take(self, events: Iterable[Event], now_ns: int) -> list[Send]:
        """Take in what has arrived by now, from any input, and see how time runs. Returns what that asks for."""
        sends: list[Send] = []
        for port, arrived in sorted(events, key=lambda event: event[1].at_ns):
            self._hearing.sense(port, arrived)
            if self._hearing.is_time(port, arrived.data):
                self._intakes.system.add(port, arrived)
            elif is_channel_message(arrived.data):
                self._intakes.of(self._hearing.voice(port, arrived.data[0] & 0x0F)).add(port, arrived)
        for intake in self._intakes.channels:
            for port, arrived in intake.admit(now_ns):
                sends += self._take_human(self._hearing.take(port, arrived), now_ns)
        system = [arrived for _, arrived in self._intakes.system.admit(now_ns)]
        sends += self._take_human(self._hearing.advance(now_ns), now_ns)
        sends += self._conduct(system, now_ns)
        self._notify((*self.transport.lines(), *self._hearing.lines()), now_ns)
        if now_ns - self._looked_ns > FLOOD_LOOK_NS:
            self._looked_ns = now_ns
            self._notify((*self._intakes.lines(now_ns), *self._lateness.lines(self.dropped, now_ns)), now_ns)
        return sends

    def _take_human(self, played: Iterable[Human], now_ns: int) -> list[Send]:
        sends: list[Send] = []
        for human in played:
            self._last_heard_ns = now_ns
            self.journal.write(human)
            for part in self.routing.listeners(human.voice, human.data[0] & 0x0F):
                sends += self._sends(part, self.parts[part].hear(human, now_ns), now_ns)
            owner = self.routing.owner(human.voice)
            sends += self._sends(owner, self.parts[owner].pass_through(human.data, human.at_ns, now_ns), now_ns)
        return sends

    def _conduct(self, system: Sequence[Arrived], now_ns: int) -> list[Send]:
        sends: list[Send] = []
        for at_ns, data in system:
            self._last_heard_ns = now_ns
            self.journal.write(TimeMessage(at_ns, data))
            self.transport.hear(data, at_ns)
        self.transport.advance(now_ns)
        self._count_in.advance(now_ns, self.parts[LEADER].offset_ns)
        for voice, part in enumerate(self.parts):
            sends += self._sends(voice, part.take_time(now_ns), now_ns)
        return sends

    def lose_ports(self, names: Iterable[str], now_ns: int) -> None:
        """Tell of ports whose device has gone."""
        self._notify((f"{name!r} has gone: plug it in, then start Antiphon again" for name in names), now_ns)

    # From the surfaces

    def carry_out(self, request: Request, now_ns: int) -> list[Send]:
        """Do what a surface asks for. What cannot be done is a notice in the journal, and changes nothing."""
        try:
            if isinstance(request, ParameterChange):
                return self._change(request, now_ns)
            return self._act(request, now_ns)
        except AntiphonError as error:
            self._notify([str(error)], now_ns)
            return []

    def _change(self, change: ParameterChange, now_ns: int) -> list[Send]:
        sends: list[Send] = []
        changes = self.controls.changes(change)
        if LEADER in changes:
            self.transport.set(changes[LEADER][1], now_ns)
        for voice, (own, settings) in changes.items():
            part, before = self.parts[voice], self.controls.settings[voice]
            self.controls.set(voice, settings)
            sends += self._sends(voice, part.go_by_change(own, before, now_ns), now_ns)
            if voice == LEADER and settings.mode != before.mode:
                self._count_in.cut(now_ns)
        self.journal.write(Changed(now_ns, change))
        return sends

    def _act(self, action: Action, now_ns: int) -> list[Send]:
        sends: list[Send] = []
        voices = self.routing.changing(action.name, action.part)
        if action.name == PANIC:
            for voice in voices:
                sends += self._sends(LEADER, self._count_in.stop(now_ns), now_ns) if voice == LEADER else []
                sends += self._sends(voice, self.parts[voice].panic(now_ns), now_ns)
        elif action.name == TAP:
            sends += self._tap(action.at_ns, now_ns)
        self.journal.write(Acted(now_ns, action))
        return sends

    def _tap(self, at_ns: int, now_ns: int) -> list[Send]:
        """A tap sets the tempo as `bpm` does, and says where the beat is."""
        tapped = self._taps.tap(at_ns)
        if tapped is None:
            return []
        sends = self._change(ParameterChange("bpm", round(tapped.bpm, 1)), now_ns)
        self.transport.take_beat(tapped.beat_ns)
        return sends

    # The engine

    def introductions(self, now_ns: int) -> list[list[Message]]:
        """A new engine is about to start: what it must be told first of each part."""
        self.journal.write(EngineStarted(now_ns))
        for part in self.parts:
            part.to_engine.clear()  # the past has it
        return [part.snapshot(self._overheard_by(voice)) for voice, part in enumerate(self.parts)]

    def _overheard_by(self, part: int) -> Iterable[HistoryNote]:
        """The latest notes of the parts that a part overhears, in order of time."""
        heard = [other for voice, other in enumerate(self.parts) if part in self.routing.overhearing(voice)]
        answers = [(note for note in other.recorder.past(PAST_NOTES) if not note.human) for other in heard]
        return merge(*answers, key=lambda note: note.on_ns)

    def to_engine(self) -> list[tuple[int, list[Message]]]:
        """Whatever the engine is to be told now: messages of each part that has any, in order."""
        messages = [(voice, list(part.to_engine)) for voice, part in enumerate(self.parts) if part.to_engine]
        for part in self.parts:
            part.to_engine.clear()
        return messages

    def receive(self, voice: int, message: Message, now_ns: int) -> None:
        """Take in what the engine says of a part."""
        if isinstance(message, StyleEstimate):
            self._tell_style(message.style, now_ns)
        else:
            self.parts[voice].take(message, now_ns)

    def _tell_style(self, style: str, now_ns: int) -> None:
        """Say which style is heard, once: several parts hear the same musician, and a new engine hears them anew."""
        if style != self._style:
            self._style = style
            self._notify([f"it hears {style}; --style sets it"], now_ns)

    def lose_engine(self, reason: str, now_ns: int) -> list[Send]:
        """The engine is lost, and its plans with it: what sounds ends now."""
        self.journal.write(EngineLost(now_ns, reason))
        sends: list[Send] = []
        for voice, part in enumerate(self.parts):
            sends += self._sends(voice, part.cancel_and_release(now_ns), now_ns)
        because = f" ({reason})" if reason else ""
        self._notify([f"the engine was lost{because}: starting another, the ports stay open"], now_ns)
        return sends

    def suspect_past(self, lived_ns: int, now_ns: int) -> None:
        """An engine died that had been ready for so long: what it may have died of, the next is not told."""
        suspect: Suspect = self._suspicion.died(lived_ns)
        omitted = [part.omit(suspect) for part in self.parts]
        if any(omitted):
            self._notify([suspect.value], now_ns)

    # To the outputs

    def due(self, part: int, now_ns: int) -> list[Send]:
        """Messages of a part, or of CLOCK_PART, to hand over by now."""
        if part != CLOCK_PART:
            clicks = self._count_in.due(now_ns, self.parts[LEADER].offset_ns) if part == LEADER else ()
            return self._sends(part, [*clicks, *self.parts[part].due(now_ns)], now_ns)
        if self._clock_out is None:
            return []
        transport = self.transport
        due = self._clock_out.due(now_ns, transport.tempo, transport.bar, rolling=transport.rolling)
        return [Send(CLOCK_PART, data, due_ns) for due_ns, data in due]

    def next_due_ns(self, part: int) -> int | None:
        """When the next message of a part, or of CLOCK_PART, is due; None: nothing is planned."""
        if part == LEADER:
            click_ns = self._count_in.next_due_ns(self.parts[LEADER].offset_ns)
            return min((ns for ns in (click_ns, self.parts[LEADER].next_due_ns) if ns is not None), default=None)
        if part != CLOCK_PART:
            return self.parts[part].next_due_ns
        return None if self._clock_out is None else self._clock_out.next_due_ns(self.transport.tempo)

    def sounded(self, send: Send, at_ns: int) -> None:
        """A message was handed to its port; it sounds at `at_ns`."""
        self.journal.write(Sounded(at_ns, send))

    def _sends(self, voice: int, messages: Iterable[Outgoing], now_ns: int) -> list[Send]:
        """Messages of a part that are to be heard; those of the answer are facts to the engine from now on."""
        part = self.parts[voice]
        sends: list[Send] = []
        for message in part.audible(messages):
            part.sent(message, now_ns)
            for other in self.routing.overhearing(voice):
                self.parts[other].overhear(message)
            epoch = part.epoch if message.epoch is None else message.epoch
            decided = (message.note_id, epoch, message.decided_ns, message.sounded_ns)
            sends.append(Send(voice, message.data, message.due_ns, *decided))
        return sends

    def release(self, now_ns: int) -> list[Send]:
        """Every note off and every pedal up, now: it stops, or is suspended."""
        sends = self._sends(LEADER, self._count_in.stop(now_ns), now_ns)
        for voice, part in enumerate(self.parts):
            messages = [*part.cancel_and_release(now_ns), *part.release_through(now_ns)]
            sends += self._sends(voice, messages, now_ns)
        return sends

    def end(self, now_ns: int) -> list[Send]:
        """The last messages of a performance that is over."""
        sends = self.release(now_ns)
        if self._clock_out is not None:
            sends += [Send(CLOCK_PART, data, due_ns) for due_ns, data in self._clock_out.close(now_ns)]
        self._notify(self._intakes.lines(now_ns, is_over=True), now_ns)
        return sends

    def _notify(self, lines: Iterable[str], now_ns: int) -> None:
        for line in lines:
            self.journal.write(Notice(now_ns, line))
