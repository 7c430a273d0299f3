"""A program that listens: it stamps and writes down every MIDI message, in a process of its own.

Written on python-rtmidi itself rather than on midi/ports.py, so that the two are judged by each other.
"""

import os
import sys
import time
from dataclasses import dataclass

from tests.peers.program import Program, keep_time, leave_when_told

JACK = 3
"""rtmidi.API_UNIX_JACK."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message and the receiver's monotonic clock, in ns, when it was taken off the port."""

    at_ns: int
    message: bytes

    @property
    def is_on(self) -> bool:
        """Whether it is a note-on (with velocity 0 it is a note-off, by MIDI 1.0)."""
        return self.message[0] & 0xF0 == 0x90 and self.message[2] > 0

    @property
    def is_off(self) -> bool:
        """Whether it is a note-off of either spelling."""
        return self.message[0] & 0xF0 == 0x80 or (self.message[0] & 0xF0 == 0x90 and self.message[2] == 0)


class Receiver(Program):
    """The receiver, seen from the test. Its JACK port is `<name>:in`."""

    def __init__(self, name: str = "listener") -> None:
        """Start it and wait until its port is open."""
        super().__init__([sys.executable, "-m", __name__, name])
        self.port = f"{name}:in"
        self.wait_for_line("^ready$")

    @property
    def heard(self) -> list[Heard]:
        """Every message so far, in order."""
        return _parse(self)

    @property
    def note_ons(self) -> list[Heard]:
        """The note-ons so far."""
        return [heard for heard in self.heard if heard.is_on]

    @property
    def note_offs(self) -> list[Heard]:
        """The note-offs so far."""
        return [heard for heard in self.heard if heard.is_off]

    def wait_for(self, count: int) -> list[Heard]:
        """At least so many messages, or as many as there are when the time is over."""
        self.wait_for_count(count + 1)  # the first line says "ready"
        return self.heard


def _parse(program: Program) -> list[Heard]:
    heard = []
    for line in program.lines[1:]:
        at, message = line.text.split()
        heard.append(Heard(int(at), bytes.fromhex(message)))
    return heard


def sounding(messages: list[Heard]) -> set[tuple[int, int]]:
    """The (channel, pitch) pairs whose last message was a note-on."""
    down: set[tuple[int, int]] = set()
    for heard in messages:
        key = (heard.message[0] & 0x0F, heard.message[1]) if heard.is_on or heard.is_off else None
        if key is not None and heard.is_on:
            down.add(key)
        elif key is not None:
            down.discard(key)
    return down


def _listen(name: str) -> None:
    """The child: poll every 0.2 ms and write each message as a line, until it is told to end."""
    import rtmidi

    leave_when_told()
    keep_time()
    port = rtmidi.MidiIn(rtapi=JACK, name=name, queue_size_limit=20_000)
    port.ignore_types(sysex=False, timing=False, active_sense=False)
    port.open_virtual_port("in")
    os.write(1, b"ready\n")
    try:
        while True:
            while received := port.get_message():
                os.write(1, f"{time.monotonic_ns()} {bytes(received[0]).hex()}\n".encode())
            time.sleep(0.0002)
    finally:
        port.close_port()
        port.delete()


if __name__ == "__main__":
    _listen(sys.argv[1])
