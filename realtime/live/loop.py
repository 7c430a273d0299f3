"""The I/O process: hands what arrives to the session, and what the session returns to the ports, in time.

One thread, one loop: hear the ports, ask the surfaces, talk with the engine, send what is due, sleep until the next of
these. It decides nothing: `realtime.session` does. It loads no model, and it outlives the engine: if that dies, held
notes are released, the ports stay, and a new engine is told the past.
"""

import gc
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from midi.errors import MachineError
from midi.nanoseconds import NS_PER_S
from realtime.live.clock import MonotonicClock
from realtime.live.open_ports import OpenPorts
from realtime.live.pipe import PeerGoneError
from realtime.live.ports import Output
from realtime.live.supervisor import EngineFailedError, Supervisor
from realtime.session.journal import CLOCK_PART, Observer, Send, Surface
from realtime.session.session import Event, Session

SPIN_NS = 300_000
"""A sleep ends up to this late, so the last stretch before a due message is spent awake."""
ACTIVE_POLL_S = 0.0005
IDLE_POLL_S = 0.005
"""Interval at which the inputs are looked at: while somebody plays, and while nobody does."""
ACTIVE_PASS_S = 0.001
IDLE_PASS_S = 0.02
"""Interval at which all else is looked at, likewise, as long as nothing happens."""
DELIVERY_S = 0.05
"""Time for the ports to deliver the last messages."""
LOOK_NS = 2 * NS_PER_S
"""Interval at which the MIDI system is looked at."""


@dataclass(slots=True)
class LiveLoop:
    """A session in real time, between its ports, its surfaces and its engine."""

    clock: MonotonicClock
    session: Session
    ports: OpenPorts
    engine: Supervisor
    surfaces: Sequence[Surface] = ()
    observers: Sequence[Observer] = ()
    stopping: bool = False
    """Set, from a signal handler, to end the performance."""
    suspending: bool = False
    """Set, from a signal handler, to stop the process until it is continued."""
    suspend_process: Callable[[], None] = lambda: None
    """Stops this process until it is continued."""
    _arrived: list[Event] = field(default_factory=list)
    """Taken from the inputs and not handed over yet."""
    _looked_ns: int = 0
    _outputs: dict[int, Output] = field(init=False)
    """The output of each part, and of our own clock under CLOCK_PART."""

    def __post_init__(self) -> None:
        outputs = self.ports.outputs
        self._outputs = {part: outputs[part % len(outputs)] for part in range(len(self.session.parts))}
        if self.ports.clock is not None:
            self._outputs[CLOCK_PART] = self.ports.clock

    def start(self, timeout_s: float = 60.0) -> None:
        """Start the engine and wait until its model is warm.

        Raises:
            EngineFailedError: it cannot start; the message says why.
            PeerGoneError: it died while starting, or took too long.
        """
        began_ns = self.clock.now_ns()
        self._start_engine(began_ns)
        while not self.engine.ready and not self.stopping:
            now_ns = self.clock.now_ns()
            if now_ns - began_ns > timeout_s * NS_PER_S:
                raise PeerGoneError
            self._hear()
            for part, message in self.engine.receive(now_ns):
                self.session.receive(part, message, now_ns)
            self._show()
            self.engine.wait(ACTIVE_POLL_S)

    def run(self, finished: Callable[[], bool] = lambda: False) -> None:
        """Play until `stopping` is set (by a signal handler) or `finished` says so; then nothing sounds any more.

        Raises:
            MachineError: the MIDI system has died.
        """
        gc.collect()
        gc.freeze()
        self.session.begin()
        try:
            while not self.stopping and not finished():
                if self.suspending:
                    self._suspend()
                self._hear()
                self._ask_surfaces()
                self._look()
                self._converse()
                self._send_due()
                self._show()
                self._sleep()
        finally:
            self._send_last(self.session.end(self.clock.now_ns()))
            self._show()
            self.engine.stop()

    def _suspend(self) -> None:
        """As Ctrl-Z asks, but not with a note down."""
        self.suspending = False
        self._send_last(self.session.release(self.clock.now_ns()))
        self.clock.sleep(DELIVERY_S)
        self.suspend_process()

    def _hear(self) -> None:
        self._poll()
        arrived, self._arrived = self._arrived, []
        self._send(self.session.take(arrived, self.clock.now_ns()))

    def _poll(self) -> bool:
        """Take what has arrived at the inputs; whether anything has."""
        for port in self.ports.inputs:
            self._arrived += [(port.name, arrived) for arrived in port.poll()]
        return bool(self._arrived)

    def _ask_surfaces(self) -> None:
        for surface in self.surfaces:
            for request in surface.poll():
                self._send(self.session.carry_out(request, self.clock.now_ns()))

    def _look(self) -> None:
        now_ns = self.clock.now_ns()
        if now_ns - self._looked_ns > LOOK_NS:
            self._looked_ns = now_ns
            gc.freeze()  # what was played stays in the record: a collection would go through hours of it
            if self.ports.is_lost():
                raise MachineError(
                    "the MIDI system has stopped, and Antiphon's ports with it: start it, then jam again"
                )
            self.session.lose_ports(self.ports.gone(), now_ns)

    def _start_engine(self, now_ns: int) -> None:
        introductions = self.session.introductions(now_ns)
        self.engine.start(now_ns, self.session.controls.settings, introductions)

    def _converse(self) -> None:
        now_ns = self.clock.now_ns()
        try:
            if self.engine.is_start_due(now_ns):
                self._start_engine(now_ns)
            for part, messages in self.session.to_engine():
                self.engine.send(messages, part)
            for part, message in self.engine.receive(now_ns):
                self.session.receive(part, message, self.clock.now_ns())
        except (PeerGoneError, EngineFailedError, OSError) as loss:  # OSError: no process could be started
            self._send(self.session.lose_engine(str(loss), self.clock.now_ns()))
            lived_ns = self.engine.lived_ns(now_ns)
            self.engine.discard_engine(now_ns)
            if isinstance(loss, PeerGoneError):  # the others did not come so far as to hear of the past
                self.session.suspect_past(lived_ns, now_ns)

    def _send_due(self) -> None:
        for part, output in self._outputs.items():
            self._send(self.session.due(part, self.clock.now_ns() + output.lead_ns))

    def _send(self, sends: Iterable[Send]) -> None:
        for send in sends:
            output = self._outputs[send.part]
            output.send(send.data, send.due_ns)
            self.session.sounded(send, self.clock.now_ns() + output.lead_ns)

    def _send_last(self, sends: Iterable[Send]) -> None:
        """Every message, whatever becomes of one of them."""
        for send in sends:
            with suppress(OSError, MachineError):
                self._send([send])

    def _show(self) -> None:
        """Offer the journal to whoever reads it."""
        for entry in self.session.journal.drain():
            for surface in self.surfaces:
                surface.show(entry)
            for observer in self.observers:
                observer.take(entry)

    def _sleep(self) -> None:
        """Until the engine speaks, an input is due for a look, or a message is due: for that, awake at the end."""
        now_ns = self.clock.now_ns()
        is_active = self.session.is_active(now_ns)
        rest_s = ACTIVE_PASS_S if is_active else IDLE_PASS_S
        due_ns = self._next_due_ns
        if due_ns is not None:
            rest_s = min(rest_s, (due_ns - now_ns - SPIN_NS) / NS_PER_S)
        if due_ns is None or rest_s > 0:
            self._rest(rest_s, ACTIVE_POLL_S if is_active else IDLE_POLL_S)
        else:
            self.clock.spin_until(due_ns)
            self._hear()  # what came meanwhile counts before what is due
            self._send_due()

    @property
    def _next_due_ns(self) -> int | None:
        """When the next message is to be handed over."""
        times = [
            due_ns - output.lead_ns
            for part, output in self._outputs.items()
            if (due_ns := self.session.next_due_ns(part)) is not None
        ]
        return min(times, default=None)

    def _rest(self, seconds: float, poll_s: float) -> None:
        """For so long, or until the engine speaks or something has arrived; the inputs are looked at every `poll_s`."""
        end_ns = self.clock.now_ns() + round(seconds * NS_PER_S)
        while (left_ns := end_ns - self.clock.now_ns()) > 0:
            if self._wait(min(left_ns / NS_PER_S, poll_s)) or self._poll():
                return

    def _wait(self, seconds: float) -> bool:
        """Sleep for so long, or until the engine speaks (True)."""
        if self.engine.alive:
            return self.engine.wait(seconds)
        self.clock.sleep(seconds)
        return False
