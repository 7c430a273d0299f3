"""A JACK client that hears with the frame's own time: each message and when its frame is, in monotonic ns.

The frame's time is JACK's own answer (jack_frames_to_time), asked through ctypes, not through what the daemon uses.
JACK's clock need not be ours (jackd 1.9.21 keeps CLOCK_MONOTONIC_RAW, not steered by NTP): both are read.
"""

import os
import sys
import time

import pytest

from tests.peers.program import Program, keep_time, leave_when_told
from tests.peers.receiver import Heard, _parse


class Ear(Program):
    """The ear, seen from the test. Its JACK port is `<name>:in`."""

    def __init__(self, name: str = "ear") -> None:
        """Start it and wait until its port is open."""
        pytest.importorskip("jack", exc_type=ImportError)
        super().__init__([sys.executable, "-m", __name__, name])
        self.port = f"{name}:in"
        self.wait_for_line("^ready$")

    @property
    def heard(self) -> list[Heard]:
        """Every message so far; `at_ns` is when its frame is."""
        return _parse(self)

    def wait_for(self, count: int) -> list[Heard]:
        """At least so many messages, or as many as there are when the time is over."""
        self.wait_for_count(count + 1)  # the first line says "ready"
        return self.heard


def _listen(name: str) -> None:
    """The child: frames are noted in JACK's thread, and told in this one."""
    import ctypes
    from collections import deque
    from ctypes.util import find_library

    import jack
    from _jack import ffi

    leave_when_told()
    keep_time()
    library = ctypes.CDLL(find_library("jack"))
    library.jack_frames_to_time.restype = library.jack_get_time.restype = ctypes.c_uint64
    library.jack_frames_to_time.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    client = jack.Client(name, no_start_server=True)
    pointer = int(ffi.cast("uintptr_t", client._ptr))
    port = client.midi_inports.register("in")
    noted: deque[tuple[int, bytes]] = deque()

    def process(_: int) -> None:
        begin = client.last_frame_time
        apart_ns = time.monotonic_ns() - library.jack_get_time() * 1000
        for offset, message in port.incoming_midi_events():
            at_us = library.jack_frames_to_time(pointer, (begin + offset) % (1 << 32))
            noted.append((at_us * 1000 + apart_ns, bytes(message)))

    client.set_process_callback(process)
    client.activate()
    os.write(1, b"ready\n")
    try:
        while True:
            while noted:
                at_ns, message = noted.popleft()
                os.write(1, f"{at_ns} {message.hex()}\n".encode())
            time.sleep(0.005)
    finally:
        time.sleep(0.03)
        client.deactivate()
        client.close()


if __name__ == "__main__":
    _listen(sys.argv[1])
