"""A process that does nothing but write MIDI at the exact frame: JACK calls it once a period, in Python.

That call needs this process' interpreter at once, so nothing else may run here. Messages come through a pipe as packed
RECORDs; its end means that no more will come, even if the I/O process was killed: keys that are still down come up,
and this process leaves when the last message has gone.
"""

import gc
import os
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from midi.errors import AntiphonError, MachineError
from midi.port_names import choose
from midi.rtmidi_device import SETTLE_S
from realtime.live.child import leave_signals_to_parent
from realtime.live.frame_queue import RECORD, CycleClock, FrameQueue

CHUNK = RECORD.size * 4096
LAST_NS = 1_000_000_000
"""Time after the end of its input within which messages still keep their times; the rest is sent by then."""


class ExactSender:
    """A JACK client with one MIDI output, and what waits to be written to it."""

    def __init__(self, records: int, name: str, port: str | None) -> None:
        """Open the client and its port, and connect it if a port is named. `records`: the descriptor of the pipe.

        Raises:
            MachineError: no JACK-Client package, no server, or the port cannot be connected.
            InputError: no such port, or several.
        """
        self._jack = _package()
        try:
            self._client = self._jack.Client(name, no_start_server=True)
            self._out = self._client.midi_outports.register(name)
        except self._jack.JackError as error:
            raise MachineError(f"JACK did not open the port {name!r}: {error}") from None
        self.name: str = self._client.name
        """The name that JACK gave us, or that of the port that we are connected to."""
        self.queue = FrameQueue(self._client.samplerate)
        self._clock = CycleClock(self._client.samplerate)
        self._records = records
        self._rest = b""
        self._ended = False
        self._done = threading.Event()
        self._client.set_process_callback(self._process)
        self._client.set_shutdown_callback(lambda *_: self._done.set())
        self._client.activate()
        if port is not None:
            self._connect(port)

    @property
    def period_ns(self) -> int:
        """The length of a cycle."""
        return int(self._client.blocksize * 1e9 / self._client.samplerate)

    def _connect(self, port: str) -> None:
        names = [there.name for there in self._client.get_ports(is_midi=True, is_input=True)]
        self.name = names[choose(names, port)]  # JACK has no two of one name
        try:
            self._client.connect(self._out, self.name)
        except self._jack.JackError as error:
            raise MachineError(f"JACK did not connect to {self.name!r}: {error}") from None

    def serve(self) -> None:
        """Until everything is sent after the end of the pipe, or JACK has stopped."""
        self._done.wait()
        time.sleep(SETTLE_S)  # the cycle of the last message ends, and midi/rtmidi_device.py says what else
        with suppress(self._jack.JackError):
            self._client.deactivate()
        self._client.close()

    def _process(self, frames: int) -> None:
        """One cycle; runs in JACK's own thread, with the priority that JACK gives it."""
        now_ns, frame_now = time.monotonic_ns(), self._client.frame_time
        start_ns = self._clock.begin(now_ns, frame_now, self._client.last_frame_time)
        self._read(now_ns)
        self._out.clear_buffer()
        queue = self.queue
        while following := queue.next(start_ns, frames):
            try:
                self._out.write_midi_event(*following)
            except self._jack.JackError:  # the port's buffer is full: the rest goes out with the next cycle
                return
            queue.pop()
        if self._ended and not queue:
            self._done.set()

    def _read(self, now_ns: int) -> None:
        if self._ended:
            return
        with suppress(BlockingIOError):
            while data := os.read(self._records, CHUNK):
                self._rest += data
            self._ended = True
        whole = len(self._rest) - len(self._rest) % RECORD.size
        self.queue.add_records(self._rest[:whole])
        self._rest = self._rest[whole:]
        if self._ended:
            self.queue.finish(now_ns, now_ns + LAST_NS)


def _package() -> Any:
    try:
        import jack
    except (ImportError, OSError) as error:  # OSError: the package is there, JACK's own library is not
        raise MachineError(
            f"--jack-exact needs the JACK-Client package ({error}): pip install 'antiphon[jack]'"
        ) from None
    jack.set_error_function(lambda _: None)  # libjack reports every failed try on stderr
    jack.set_info_function(lambda _: None)
    return jack


def run_exact(
    records: "Connection[bytes, bytes]", answers: "Connection[Any, Any]", name: str, port: str | None
) -> None:
    """The process's main function: serve one output. Answers with its name and JACK's period in ns, or an error."""
    leave_signals_to_parent()
    os.set_blocking(records.fileno(), False)
    try:
        sender = ExactSender(records.fileno(), name, port)
    except AntiphonError as error:
        answers.send(error)
        return
    gc.freeze()
    gc.disable()  # a collection would hold up a cycle, and what happens in one makes no rings of objects
    answers.send((sender.name, sender.period_ns))
    sender.serve()
