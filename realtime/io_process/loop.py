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
from typing import Protocol

from midi.errors import MachineError
from midi.notes import DRUM_CHANNEL
from realtime.io_process.desk import Desk
from realtime.io_process.schedule import Outgoing
from realtime.io_process.supervisor import EngineFailedError, Supervisor
from realtime.messages import is_channel_message
from realtime.pipe import PeerGoneError

NS_PER_S = 1_000_000_000
SPIN_NS = 300_000
"""A sleep ends up to this late, so the last stretch before a due message is spent awake."""
ACTIVE_POLL_S = 0.001
IDLE_POLL_S = 0.005
"""How often the inputs are looked at while somebody plays, and while nobody has for IDLE_AFTER_NS."""
IDLE_AFTER_NS = 5 * NS_PER_S
DELIVERY_S = 0.05
"""What the ports need to deliver the last messages."""
LOOK_NS = 2 * NS_PER_S


class Input(Protocol):
    """Where the human's messages come from."""

    def poll(self) -> list[bytes]:
        """Whole MIDI messages that have arrived, in order; never blocks."""


class Output(Protocol):
    """Where the answer goes."""

    def send(self, message: bytes) -> None:
        """Send one MIDI message now."""


@dataclass(slots=True)
class Performance:
    """Ports, a desk and an engine, from the first note to the last note-off."""

    inputs: Sequence[Input]
    output: Output
    supervisor: Supervisor
    say: Callable[[str], None]
    """Told, in a line, of what a person should know: the engine had to be replaced, and the like."""
    is_lost: Callable[[], bool] = lambda: False
    """Asked now and then: has the MIDI system died under the ports?"""
    desk: Desk = field(default_factory=Desk)
    stopping: bool = False
    """Set, from a signal handler, to end the performance."""
    suspending: bool = False
    """Set, from a signal handler, to stop the process until it is continued."""
    _last_human_ns: int = 0
    _looked_ns: int = 0

    def start(self, timeout_s: float = 60.0) -> None:
        """Start the engine and wait until its model is warm.

        Raises:
            EngineFailedError: it cannot start; the message says why.
            PeerGoneError: it died while starting, or took too long.
        """
        began_ns = time.monotonic_ns()
        self.supervisor.start(began_ns, self.desk.past(), self.desk.epoch)
        while not self.supervisor.ready and not self.stopping:
            now_ns = time.monotonic_ns()
            if now_ns - began_ns > timeout_s * NS_PER_S:
                raise PeerGoneError
            self._hear()
            self.supervisor.receive(now_ns)
            self.supervisor.wait(ACTIVE_POLL_S)

    def run(self, finished: Callable[[], bool] = lambda: False) -> None:
        """Play until `stopping` is set (by a signal handler) or `finished` says so; then nothing sounds any more.

        Raises:
            MachineError: the MIDI system has died.
        """
        gc.collect()
        gc.freeze()
        try:
            while not self.stopping and not finished():
                if self.suspending:
                    self._suspend()
                self._hear()
                self._look()
                self._converse()
                self._send(self.desk.due(time.monotonic_ns()))
                self._sleep()
        finally:
            self._release()
            self.supervisor.stop()

    def _release(self) -> None:
        """Every note off, whatever becomes of one of them."""
        for message in self.desk.silence(time.monotonic_ns()):
            with suppress(OSError):
                self._send([message])

    def _suspend(self) -> None:
        """As Ctrl-Z asks, but not with a note down."""
        self.suspending = False
        self._release()
        time.sleep(DELIVERY_S)
        os.kill(os.getpid(), signal.SIGSTOP)

    def _hear(self) -> None:
        for port in self.inputs:
            for data in port.poll():
                if is_channel_message(data) and data[0] & 0x0F != DRUM_CHANNEL:  # pads have no pitch to answer
                    self._last_human_ns = time.monotonic_ns()
                    self._send(self.desk.play(data, self._last_human_ns))

    def _look(self) -> None:
        now_ns = time.monotonic_ns()
        if now_ns - self._looked_ns > LOOK_NS:
            self._looked_ns = now_ns
            if self.is_lost():
                raise MachineError(
                    "the MIDI system has stopped, and Antiphon's ports with it: start it, then jam again"
                )

    def _converse(self) -> None:
        now_ns = time.monotonic_ns()
        try:
            if self.supervisor.is_start_due(now_ns):
                self.desk.to_engine.clear()  # the past has it
                self.supervisor.start(now_ns, self.desk.past(), self.desk.epoch)
            messages = list(self.desk.to_engine)
            self.desk.to_engine.clear()
            self.supervisor.send(messages)
            for message in self.supervisor.receive(now_ns):
                self.desk.take(message, time.monotonic_ns())
        except (PeerGoneError, EngineFailedError, OSError) as loss:  # OSError: no process could be started
            self._send(self.desk.silence(time.monotonic_ns()))
            self.supervisor.bury(now_ns)
            self.say(f"the engine was lost{f' ({loss})' if str(loss) else ''}: starting another, the ports stay open")

    def _send(self, messages: Iterable[Outgoing]) -> None:
        for message in messages:
            self.output.send(message.data)
            self.desk.sent(message, time.monotonic_ns())

    def _sleep(self) -> None:
        """Until the engine speaks, an input is due for a look, or a message is due: for that, awake at the end."""
        now_ns = time.monotonic_ns()
        poll_s = ACTIVE_POLL_S if now_ns - self._last_human_ns < IDLE_AFTER_NS else IDLE_POLL_S
        due_ns = self.desk.next_due_ns
        if due_ns is None:
            self._rest(poll_s)
            return
        rest_s = (due_ns - now_ns - SPIN_NS) / NS_PER_S
        if rest_s > 0:
            self._rest(min(poll_s, rest_s))
            return
        while time.monotonic_ns() < due_ns:
            pass

    def _rest(self, seconds: float) -> None:
        if not self.supervisor.alive:
            time.sleep(seconds)
        else:
            self.supervisor.wait(seconds)
