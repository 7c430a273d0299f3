"""The I/O process: owns the ports, the clock and the notes that sound. Loads no model, so it is never late for one.

One thread, one loop: hear the ports, talk with the engine, send what is due, sleep until the next of these. It
outlives the engine: if that dies, held notes are released, the ports stay, and a new engine is told the past.
"""

import gc
import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Protocol

from midi.arrivals import Arrived
from midi.errors import AntiphonError, MachineError
from midi.files import Piece
from realtime.live.console import Action, Change
from realtime.live.link_peer import LinkPeer
from realtime.live.pipe import PeerGoneError
from realtime.live.supervisor import EngineFailedError, Supervisor
from realtime.live.timing import Timing
from realtime.messages import is_channel_message
from realtime.modes import MODES
from realtime.session import prompt
from realtime.session.actions import PANIC, TAP
from realtime.session.hearing import Hearing, Human
from realtime.session.intake import Intakes
from realtime.session.part import Part
from realtime.session.schedule import NO_NOTE, Outgoing
from realtime.session.suspicion import Suspect, Suspicion
from realtime.session.transport.clock_out import ClockOut
from realtime.session.transport.sources import time_sources
from realtime.session.transport.taps import Taps
from realtime.session.transport.transport import Transport
from realtime.session.voice_routing import VoiceRouting
from realtime.settings import Settings

NS_PER_S = 1_000_000_000
SPIN_NS = 300_000
"""A sleep ends up to this late, so the last stretch before a due message is spent awake."""
ACTIVE_POLL_S = 0.0005
IDLE_POLL_S = 0.005
"""How often the inputs are looked at while somebody plays, and while nobody has for IDLE_AFTER_NS."""
ACTIVE_PASS_S = 0.001
IDLE_PASS_S = 0.02
"""How often all else is looked at, likewise, as long as nothing happens."""
IDLE_AFTER_NS = 5 * NS_PER_S
DELIVERY_S = 0.05
"""What the ports need to deliver the last messages."""
LOOK_NS = 2 * NS_PER_S


class Input(Protocol):
    """Where the human's messages come from."""

    def poll(self) -> list[Arrived]:
        """Whole MIDI messages that have arrived, in order; never blocks."""


class Output(Protocol):
    """Where the answer goes."""

    @property
    def lead_ns(self) -> int:
        """How long before its time a message is to be handed over."""

    def send(self, message: bytes, due_ns: int) -> None:
        """Send one MIDI message, now or at its time, whichever is later."""


class Console(Protocol):
    """Where the human types while playing."""

    def poll(self, settings: Sequence[Settings]) -> Sequence[Change | Action]:
        """Changes and actions asked for since the last call; never blocks."""


@dataclass(slots=True)
class LiveLoop:
    """Ports, a desk for each musician, and their engines, from the first note to the last note-off."""

    inputs: Sequence[Input]
    outputs: Sequence[Output]
    """Where each musician is answered."""
    supervisor: Supervisor
    say: Callable[[str], None]
    """Told, in a line, of what a person should know: the engine had to be replaced, and the like."""
    is_lost: Callable[[], bool] = lambda: False
    """Asked now and then: has the MIDI system died under the ports?"""
    seating: VoiceRouting = field(default_factory=VoiceRouting)
    hearing: Hearing = field(init=False)
    desks: list[Part] = field(init=False)
    clock_place: int = 0
    """The input whose clock and transport count."""
    console: Console | None = None
    clock_port: Output | None = None
    """Where our own MIDI clock goes, if anywhere."""
    timing: Timing = field(default_factory=Timing)
    _clock_out: ClockOut = field(default_factory=ClockOut)
    _taps: Taps = field(default_factory=Taps)
    _suspicion: Suspicion = field(default_factory=Suspicion)
    stopping: bool = False
    """Set, from a signal handler, to end the performance."""
    suspending: bool = False
    """Set, from a signal handler, to stop the process until it is continued."""
    _arrived: list[tuple[int, int, Arrived]] = field(default_factory=list)
    """What has been taken from the inputs and not been heard yet: when it came, and the place of its input."""
    _intakes: Intakes = field(init=False)
    _last_human_ns: int = 0
    _looked_ns: int = 0

    def __post_init__(self) -> None:
        leader, *others = self.supervisor.settings
        self.hearing = Hearing(self.seating, self.clock_place)
        self.hearing.hear(leader)
        self.desks = [Part(leader, time.monotonic_ns(), sources=time_sources(LinkPeer))]
        self.desks += [Part(settings, leader=self.desks[0]) for settings in others]
        self._intakes = Intakes(len(self.desks))

    @property
    def conductor(self) -> Transport:
        """Tells all of them their time."""
        return self.desks[0].conductor

    def start(self, timeout_s: float = 60.0) -> None:
        """Start the engine and wait until its model is warm.

        Raises:
            EngineFailedError: it cannot start; the message says why.
            PeerGoneError: it died while starting, or took too long.
        """
        began_ns = time.monotonic_ns()
        self.supervisor.start(began_ns, [desk.snapshot() for desk in self.desks])
        while not self.supervisor.ready and not self.stopping:
            now_ns = time.monotonic_ns()
            if now_ns - began_ns > timeout_s * NS_PER_S:
                raise PeerGoneError
            self._hear()
            for voice, message in self.supervisor.receive(now_ns):
                self.desks[voice].take(message, now_ns)
            self.supervisor.wait(ACTIVE_POLL_S)

    def begin_piece(self, piece: Piece) -> int:
        """A piece is about to be played as the human's: when its first note falls, in ns."""
        return prompt.begin(piece, self.desks, time.monotonic_ns())

    def run(self, finished: Callable[[], bool] = lambda: False) -> None:
        """Play until `stopping` is set (by a signal handler) or `finished` says so; then nothing sounds any more.

        Raises:
            MachineError: the MIDI system has died.
        """
        gc.collect()
        gc.freeze()
        for desk in self.desks:
            desk.begin()
        try:
            while not self.stopping and not finished():
                if self.suspending:
                    self._suspend()
                self._hear()
                self._listen()
                self._look()
                self._converse()
                self._send_due()
                self._tick()
                self._sleep()
        finally:
            self._release()
            self._end_clock()
            for line in self._intakes.lines(time.monotonic_ns(), is_over=True):
                self.say(line)
            self.timing.dropped = sum(desk.schedule.dropped for desk in self.desks)
            self.supervisor.stop()

    def _release(self) -> None:
        """Every note off, whatever becomes of one of them."""
        now_ns = time.monotonic_ns()
        for voice, desk in enumerate(self.desks):
            for message in (*desk.silence(now_ns), *desk.end_count_in(now_ns), *desk.release_through(now_ns)):
                with suppress(OSError, MachineError):
                    self._send(voice, [message])

    def _suspend(self) -> None:
        """As Ctrl-Z asks, but not with a note down."""
        self.suspending = False
        self._release()
        time.sleep(DELIVERY_S)
        os.kill(os.getpid(), signal.SIGSTOP)

    def _hear(self) -> None:
        self._poll()
        arrived, self._arrived = self._arrived, []
        now_ns = time.monotonic_ns()
        for _, place, one in sorted(arrived, key=itemgetter(0)):
            self.hearing.sense(place, one)
            if self.hearing.is_time(place, one.data):
                self._intakes.system.add(place, one)
            elif is_channel_message(one.data):
                self._intakes.of(self.hearing.voice(place, one.data[0] & 0x0F)).add(place, one)
        for intake in self._intakes.channels:
            for place, one in intake.admit(now_ns):
                self._take(self.hearing.take(place, one), now_ns)
        system = [one for _, one in self._intakes.system.admit(now_ns)]
        self._take(self.hearing.advance(now_ns), now_ns)
        if system:
            self._last_human_ns = now_ns
        for voice, desk in enumerate(self.desks):
            self._send(voice, desk.conduct(now_ns, () if voice else system))
        for line in (*self.conductor.lines(), *self.hearing.lines()):
            self.say(line)

    def _take(self, played: Iterable[Human], now_ns: int) -> None:
        for human in played:
            self._last_human_ns = now_ns
            self._send(human.voice, self.desks[human.voice].take_human(human, now_ns))

    def _poll(self) -> bool:
        """Take what has arrived at the inputs; whether anything has."""
        for place, port in enumerate(self.inputs):
            self._arrived += [(one.at_ns, place, one) for one in port.poll()]
        return bool(self._arrived)

    def _listen(self) -> None:
        """Carry out what was typed."""
        for typed in self.console.poll([desk.settings for desk in self.desks]) if self.console else ():
            try:
                if isinstance(typed, Change):
                    self._change(typed)
                elif typed.name == TAP:
                    self._tap(typed.at_ns)
                elif typed.name == PANIC:
                    self._panic(typed.voice)
            except AntiphonError as error:
                self.say(str(error))

    def _change(self, change: Change) -> None:
        for voice in self.seating.changing(change.name, change.voice):
            self._send(voice, self.desks[voice].change(change.name, change.text, time.monotonic_ns()))
        self.supervisor.settings = tuple(desk.settings for desk in self.desks)
        self.hearing.hear(self.desks[0].settings)

    def _panic(self, whose: int | None) -> None:
        for voice in self.seating.changing(PANIC, whose):
            self._send(voice, self.desks[voice].panic(time.monotonic_ns()))

    def _tap(self, at_ns: int) -> None:
        """A tap sets the tempo as `bpm` does, and says where the beat is."""
        tapped = self._taps.tap(at_ns)
        if tapped is not None:
            self._change(Change("bpm", f"{tapped.bpm:.1f}"))
            self.conductor.take_beat(tapped.beat_ns)

    def _tick(self) -> None:
        """Send our own clock."""
        if self.clock_port is not None:
            due = self._clock_out.due(
                time.monotonic_ns() + self.clock_port.lead_ns,
                self.conductor.tempo,
                self.conductor.bar,
                rolling=self.conductor.rolling,
            )
            for due_ns, data in due:
                self.clock_port.send(data, due_ns)

    def _end_clock(self) -> None:
        if self.clock_port is not None:
            for due_ns, data in self._clock_out.close(time.monotonic_ns() + self.clock_port.lead_ns):
                with suppress(OSError, MachineError):
                    self.clock_port.send(data, due_ns)

    def _look(self) -> None:
        now_ns = time.monotonic_ns()
        if now_ns - self._looked_ns > LOOK_NS:
            self._looked_ns = now_ns
            for line in self._intakes.lines(now_ns):
                self.say(line)
            gc.freeze()  # what was played stays in the record: a collection would go through hours of it
            if self.is_lost():
                raise MachineError(
                    "the MIDI system has stopped, and Antiphon's ports with it: start it, then jam again"
                )

    def _converse(self) -> None:
        now_ns = time.monotonic_ns()
        try:
            if self.supervisor.is_start_due(now_ns):
                for desk in self.desks:
                    desk.to_engine.clear()  # the past has it
                self.supervisor.start(now_ns, [desk.snapshot() for desk in self.desks])
            for voice, desk in enumerate(self.desks):
                messages = list(desk.to_engine)
                desk.to_engine.clear()
                self.supervisor.send(messages, voice)
            for voice, message in self.supervisor.receive(now_ns):
                self.desks[voice].take(message, time.monotonic_ns())
        except (PeerGoneError, EngineFailedError, OSError) as loss:  # OSError: no process could be started
            for voice, desk in enumerate(self.desks):
                self._send(voice, desk.silence(time.monotonic_ns()))
            lived_ns = self.supervisor.lived_ns(now_ns)
            self.supervisor.discard_engine(now_ns)
            self.say(f"the engine was lost{f' ({loss})' if str(loss) else ''}: starting another, the ports stay open")
            if isinstance(loss, PeerGoneError):  # the others did not come so far as to hear of the past
                self._suspect(self._suspicion.died(lived_ns))

    def _suspect(self, suspect: Suspect) -> None:
        omitted = [desk.omit(suspect) for desk in self.desks]
        if any(omitted):
            self.say(suspect.value)

    def _send_due(self) -> None:
        for voice, desk in enumerate(self.desks):
            self._send(voice, desk.due(time.monotonic_ns() + self.outputs[voice].lead_ns))

    def _send(self, voice: int, messages: Iterable[Outgoing]) -> None:
        desk, output = self.desks[voice], self.outputs[voice]
        for message in desk.audible(messages):
            output.send(message.data, message.due_ns)
            sounds_ns = time.monotonic_ns() + output.lead_ns
            desk.sent(message, sounds_ns)
            proves = message.note_id != NO_NOTE and MODES[desk.settings.mode].takes_turns
            self.hearing.echo.sent(message.data, sounds_ns, proves=proves)
            epoch = desk.epoch if message.epoch is None else message.epoch
            self.timing.sent(message.data, message.due_ns, sounds_ns, message.note_id, epoch, message.decided_ns)

    def _sleep(self) -> None:
        """Until the engine speaks, an input is due for a look, or a message is due: for that, awake at the end."""
        now_ns = time.monotonic_ns()
        is_active = now_ns - self._last_human_ns < IDLE_AFTER_NS
        rest_s = ACTIVE_PASS_S if is_active else IDLE_PASS_S
        due_ns = self._next_due_ns
        if due_ns is not None:
            rest_s = min(rest_s, (due_ns - now_ns - SPIN_NS) / NS_PER_S)
        if due_ns is None or rest_s > 0:
            self._rest(rest_s, ACTIVE_POLL_S if is_active else IDLE_POLL_S)
            return
        while time.monotonic_ns() < due_ns:
            pass

    @property
    def _next_due_ns(self) -> int | None:
        """When the next message is to be handed over."""
        leads = [(desk.next_due_ns, output) for desk, output in zip(self.desks, self.outputs, strict=True)]
        if self.clock_port is not None:
            leads.append((self._clock_out.next_due_ns(self.conductor.tempo), self.clock_port))
        return min((ns - port.lead_ns for ns, port in leads if ns is not None), default=None)

    def _rest(self, seconds: float, poll_s: float) -> None:
        """For so long, or until the engine speaks or something has arrived; the inputs are looked at every `poll_s`."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._wait(min(left, poll_s)) or self._poll():
                return

    def _wait(self, seconds: float) -> bool:
        """Sleep for so long, or until the engine speaks, which it tells."""
        if self.supervisor.alive:
            return self.supervisor.wait(seconds)
        time.sleep(seconds)
        return False
