"""A program that plays: it sends MIDI messages at their moments, in a process of its own, on python-rtmidi itself."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mido

from tests.peers.program import Program, keep_time, leave_when_told
from tests.peers.receiver import JACK

Timed = tuple[float, bytes]
"""Seconds after the start, and one message."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message and the sender's monotonic clock, in ns, when it was handed over."""

    at_ns: int
    message: bytes


class Sender(Program):
    """The sender, seen from the test. Its JACK port is `<name>:out`."""

    def __init__(self, name: str = "keyboard") -> None:
        """Start it and wait until its port is open."""
        super().__init__([sys.executable, "-m", __name__, name])
        self.port = f"{name}:out"
        self._begun = 0
        self.wait_for_line("^ready$")

    def start(self, events: Sequence[Timed]) -> None:
        """Begin to play; returns at once."""
        self._begun = len(self.lines)
        self._count = len(events)
        self.write(json.dumps([[at, message.hex()] for at, message in events]))

    def finish(self, seconds: float = 60.0) -> list[Sent]:
        """Wait until everything is sent; what was sent, and when."""
        lines = self.wait_for_count(self._begun + self._count, seconds)[self._begun :]
        assert len(lines) == self._count, f"{len(lines)} of {self._count} messages sent; stderr: {self.errors}"
        pairs = [line.text.split() for line in lines]
        return [Sent(int(at), bytes.fromhex(message)) for at, message in pairs]

    def play(self, events: Sequence[Timed], seconds: float = 60.0) -> list[Sent]:
        """Play it all, in real time."""
        self.start(events)
        return self.finish(seconds)


def from_file(path: Path, channel: int | None = None) -> list[Timed]:
    """The channel messages of a MIDI file with their moments, as a sequencer would send them."""
    now = 0.0
    events: list[Timed] = []
    for message in mido.MidiFile(path):
        now += message.time
        if not message.is_meta:
            moved = message if channel is None or not hasattr(message, "channel") else message.copy(channel=channel)
            events.append((now, bytes(moved.bytes())))
    return events


@contextmanager
def open_output(name: str) -> Iterator[Any]:
    """In the child: an output port `<name>:out`, once it is open told to the test by the line `ready`."""
    import rtmidi

    leave_when_told()
    port = rtmidi.MidiOut(rtapi=JACK, name=name)
    port.open_virtual_port("out")
    print("ready", flush=True)
    try:
        yield port
    finally:
        port.close_port()
        port.delete()


def _serve(name: str) -> None:
    """The child: each line of stdin is a performance; each message sent is answered with a line."""
    keep_time()
    with open_output(name) as port:
        for line in sys.stdin:
            _perform(port, [(at, bytes.fromhex(message)) for at, message in json.loads(line)])


def _perform(port: Any, events: Sequence[Timed]) -> None:
    began = time.monotonic_ns()
    for at, message in events:
        due = began + round(at * 1e9)
        while (ahead := due - time.monotonic_ns()) > 0:
            time.sleep(ahead / 1e9)
        port.send_message(message)
        print(time.monotonic_ns(), message.hex(), flush=True)


if __name__ == "__main__":
    _serve(sys.argv[1])
